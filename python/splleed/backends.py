"""The servers. A backend with an endpoint is used as it runs; without one, splleed starts and stops it ("managed").

None is "not set": the default named here, or the engine's own, holds.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from .errors import whole


@dataclass(kw_only=True)
class Access:
    """What every request carries beside its question."""

    api_key: str | None = field(default=None, repr=False)
    """Sent as a bearer token; never printed or saved."""
    api_key_env: str | None = None
    """The environment variable that holds the key."""
    headers: Mapping[str, str] | None = field(default=None, repr=False)
    """Added to every request."""
    extra_body: Mapping[str, Any] | None = None
    """Merged over every request body."""


@dataclass(kw_only=True)
class Launch:
    """How a managed server is started, whatever its engine."""

    executable: str | os.PathLike[str] | None = None
    """Path or name; default: SPLLEED_VLLM_PATH (_TGI_, _LLAMACPP_), then PATH."""
    quiet: bool | None = None
    """Ask the engine to log little; default True."""
    ready_timeout_s: float | None = None
    """Seconds to wait until the server answers; default 600."""
    grace_timeout_s: float | None = None
    """Seconds between SIGTERM and SIGKILL at the end; default 10."""
    log_file: str | os.PathLike[str] | None = None
    """The server's output; default: a temporary file."""


def _need_endpoint_or_model(endpoint: str | None, model: str | None) -> None:
    if not endpoint and not model:
        raise whole("Either 'endpoint' or 'model' must be provided")


@dataclass(kw_only=True)
class VLLMConfig(Access, Launch):
    """A vLLM server: the one at endpoint, else one that splleed starts and stops."""

    type: Literal["vllm"] = "vllm"
    """The tag in JSON."""
    model: str | None = None
    """Name or path; needed to start a server."""
    endpoint: str | None = None
    """Base URL, "http://host:8000"; not set means managed."""
    api: Literal["completions", "chat", "responses", "messages", "embeddings", "rerank"] | None = None
    """Default "completions"."""
    host: str | None = None
    """Managed: address to listen on; default 127.0.0.1."""
    port: int | None = None
    """Managed: default 8000; -1 picks a free one."""
    tensor_parallel: int | None = None
    """GPUs over which each layer is split; default 1."""
    pipeline_parallel: int | None = None
    """GPUs over which the layers are spread; default 1."""
    enable_prefix_caching: bool | None = None
    """Default True."""
    gpu_memory_utilization: float | None = None
    """Fraction of the GPU's memory, in (0, 1]; default 0.9."""
    max_num_batched_tokens: int | None = None
    """Tokens per engine step; default: the engine's."""
    max_num_seqs: int | None = None
    """Sequences per engine step; default 256."""
    max_model_len: int | None = None
    """Context, in tokens; default: the model's."""
    chunked_prefill: bool | None = None
    """Default True."""
    disable_log_requests: bool | None = None
    """Default True; not sent to versions that have dropped the flag."""
    quantization: Literal["awq", "gptq", "squeezellm", "fp8", "bitsandbytes"] | str | None = None
    """Default: the model's."""
    dtype: Literal["auto", "float16", "bfloat16", "float32"] | None = None
    """Default "auto"."""
    kv_cache_dtype: Literal["auto", "fp8"] | str | None = None
    """Default "auto"."""
    extra_args: Mapping[str, Any] | None = None
    """Further flags: {"enforce_eager": True} is --enforce-eager."""

    def __post_init__(self) -> None:
        _need_endpoint_or_model(self.endpoint, self.model)


@dataclass(kw_only=True)
class TGIConfig(Access, Launch):
    """A Text Generation Inference server: the one at endpoint, else one that splleed starts and stops."""

    type: Literal["tgi"] = "tgi"
    """The tag in JSON."""
    model: str | None = None
    """Name or path; needed to start a server."""
    endpoint: str | None = None
    """Base URL, "http://host:3000"; not set means managed."""
    api: Literal["native", "completions", "chat"] | None = None
    """Default "native"."""
    host: str | None = None
    """Managed: address to listen on; default 0.0.0.0."""
    port: int | None = None
    """Managed: default 3000; -1 picks a free one."""
    num_shard: int | None = None
    """GPUs over which the model is split; default: the engine's."""
    sharded: bool | None = None
    """Default: the engine's."""
    max_concurrent_requests: int | None = None
    """More are refused with 429; default 128."""
    max_total_tokens: int | None = None
    """Prompt and output of a request, in tokens; default: the engine's."""
    max_input_tokens: int | None = None
    """Prompt of a request, in tokens; default: the engine's."""
    max_batch_size: int | None = None
    """Requests per engine step; default: the engine's."""
    quantize: (
        Literal["awq", "gptq", "eetq", "exl2", "marlin", "bitsandbytes", "bitsandbytes-nf4", "fp8"] | str | None
    ) = None
    """Default: the model's."""
    dtype: Literal["float16", "bfloat16"] | None = None
    """Default: the model's."""
    cuda_memory_fraction: float | None = None
    """Fraction of the GPU's memory, in (0, 1]; default 1."""
    trust_remote_code: bool | None = None
    """Run code that comes with the model; default False."""
    revision: str | None = None
    """Commit or branch of the model."""
    disable_custom_kernels: bool | None = None
    """Default False."""
    json_output: bool | None = None
    """Let the server log in JSON; default False."""
    extra_args: Mapping[str, Any] | None = None
    """Further flags: {"max_stop_sequences": 8} is --max-stop-sequences 8."""

    def __post_init__(self) -> None:
        _need_endpoint_or_model(self.endpoint, self.model)


@dataclass(kw_only=True)
class LlamaCppConfig(Access, Launch):
    """llama.cpp's llama-server: the one at endpoint, else one that splleed starts and stops."""

    type: Literal["llamacpp"] = "llamacpp"
    """The tag in JSON."""
    model: str | os.PathLike[str] | None = None
    """The GGUF file, needed to start a server; or a running server's name for it."""
    endpoint: str | None = None
    """Base URL, "http://host:8080"; not set means managed."""
    api: Literal["completions", "chat", "native", "responses", "messages", "embeddings", "rerank"] | None = None
    """Default "completions"."""
    host: str | None = None
    """Managed: address to listen on; default 127.0.0.1."""
    port: int | None = None
    """Managed: default 8080; -1 picks a free one."""
    ctx_size: int | None = None
    """Tokens of context, shared by all slots; default: the model's."""
    parallel: int | None = None
    """Slots: requests served at once; default: the engine's."""
    n_gpu_layers: int | None = None
    """Layers on GPUs, 0 for none; default: as many as fit."""
    alias: str | None = None
    """The model's name in requests and results; default: the file."""
    extra_args: Mapping[str, Any] | None = None
    """Further flags: {"flash_attn": "on"} is --flash-attn on."""

    def __post_init__(self) -> None:
        _need_endpoint_or_model(self.endpoint, os.fspath(self.model) if self.model is not None else None)


@dataclass(kw_only=True)
class SGLangConfig(Access, Launch):
    """An SGLang server: the one at endpoint, else one that splleed starts and stops."""

    type: Literal["sglang"] = "sglang"
    """The tag in JSON."""
    model: str | None = None
    """Name or path; needed to start a server."""
    endpoint: str | None = None
    """Base URL, "http://host:30000"; not set means managed."""
    api: Literal["completions", "chat", "responses", "messages", "embeddings", "rerank"] | None = None
    """Default "completions"."""
    host: str | None = None
    """Managed: address to listen on; default 127.0.0.1."""
    port: int | None = None
    """Managed: default 30000; -1 picks a free one."""
    tensor_parallel: int | None = None
    """GPUs over which each layer is split; default: the engine's."""
    data_parallel: int | None = None
    """Copies of the model; default: the engine's."""
    mem_fraction_static: float | None = None
    """Fraction of the GPU's memory for weights and cache, in (0, 1]; default: the engine's."""
    max_running_requests: int | None = None
    """Requests per engine step; default: the engine's."""
    context_length: int | None = None
    """Context, in tokens; default: the model's."""
    chunked_prefill_size: int | None = None
    """Prompt tokens per engine step; default: the engine's."""
    enable_prefix_caching: bool | None = None
    """The radix cache; default True."""
    quantization: str | None = None
    """Default: the model's."""
    dtype: Literal["auto", "half", "float16", "bfloat16", "float", "float32"] | None = None
    """Default: the engine's."""
    trust_remote_code: bool | None = None
    """Run code that comes with the model; default False."""
    extra_args: Mapping[str, Any] | None = None
    """Further flags: {"attention_backend": "triton"} is --attention-backend triton."""

    def __post_init__(self) -> None:
        _need_endpoint_or_model(self.endpoint, self.model)


@dataclass(kw_only=True)
class OllamaConfig(Access, Launch):
    """An Ollama server: the one at endpoint, else one that splleed starts and stops. Models must be pulled before."""

    type: Literal["ollama"] = "ollama"
    """The tag in JSON."""
    model: str | None = None
    """ "llama3.2" or "llama3.2:1b"; needed to start a server."""
    endpoint: str | None = None
    """Base URL, "http://host:11434"; not set means managed."""
    api: Literal["native", "native-chat", "chat", "completions", "responses", "messages", "embeddings"] | None = None
    """Default "native"."""
    host: str | None = None
    """Managed: address to listen on; default 127.0.0.1."""
    port: int | None = None
    """Managed: default 11434; -1 picks a free one."""
    parallel: int | None = None
    """Requests served at once; default: the engine's."""
    context_length: int | None = None
    """Tokens a request; default: the engine's."""
    max_queue: int | None = None
    """Requests that wait; more are refused; default: the engine's."""
    keep_alive: str | None = None
    """How long an idle model stays loaded: "10m", "-1" for ever; default: the engine's."""
    flash_attention: bool | None = None
    """Default: the engine's."""
    kv_cache_type: Literal["f16", "q8_0", "q4_0"] | None = None
    """Default: the engine's."""
    models_dir: str | os.PathLike[str] | None = None
    """Where pulled models lie; default: the engine's."""

    def __post_init__(self) -> None:
        _need_endpoint_or_model(self.endpoint, self.model)


@dataclass(kw_only=True)
class TransformersConfig(Access, Launch):
    """transformers serve: the one at endpoint, else one that splleed starts and stops."""

    type: Literal["transformers"] = "transformers"
    """The tag in JSON."""
    model: str | None = None
    """Name or path, which requests repeat."""
    endpoint: str | None = None
    """Base URL, "http://host:8000"; not set means managed."""
    api: Literal["chat", "completions", "responses"] | None = None
    """Default "chat"."""
    host: str | None = None
    """Managed: address to listen on; default 127.0.0.1."""
    port: int | None = None
    """Managed: default 8000; -1 picks a free one."""
    device: str | None = None
    """ "auto", "cpu", "cuda:0"; default: the engine's."""
    dtype: str | None = None
    """ "auto", "bfloat16", …; default: the engine's."""
    continuous_batching: bool | None = None
    """Serve requests together; default False."""
    trust_remote_code: bool | None = None
    """Run code that comes with the model; default False."""
    extra_args: Mapping[str, Any] | None = None
    """Further flags: {"attn_implementation": "sdpa"} is --attn-implementation sdpa."""


@dataclass(kw_only=True)
class OpenAIConfig(Access):
    """Any running server with the OpenAI API."""

    type: Literal["openai"] = "openai"
    """The tag in JSON."""
    model: str | None = None
    """As the server names it."""
    endpoint: str | None = None
    """Base URL: "https://host", also with "/v1" at its end."""
    api: Literal["chat", "completions", "responses", "messages", "embeddings", "rerank"] | None = None
    """Default "chat"."""
    path: str | None = None
    """Where to post, in place of the API's own path."""
    preset: str | None = None
    """A server or service whose address, key and paths are known: "lmdeploy", "openai", "anthropic", …"""


@dataclass(kw_only=True)
class SimConfig:
    """The server simulated inside splleed: no GPU, no model. Reports label it as simulated."""

    type: Literal["sim"] = "sim"
    """The tag in JSON."""
    model: str | None = None
    """Name to report; default "sim-small"."""
    api: Literal["completions", "chat", "native", "embeddings", "rerank"] | None = None
    """Default "completions"."""
    mode: Literal["engine", "script"] | None = None
    """ "engine" (default): a model of an engine under load; "script": token times that are known beforehand."""
    seed: int | None = None
    """Of whatever the server draws."""
    speed: float | None = None
    """Engine: times as fast as the default, a small model on a good GPU."""
    max_num_seqs: int | None = None
    """Engine: sequences that run at once; default 256."""
    ttft_ms: float | None = None
    """Script: median time to first token, in ms; default 50."""
    itl_ms: float | None = None
    """Script: median time per token, in ms; default 20."""
    tokens_per_event: int | None = None
    """Script: tokens that come together; engine: tokens a step. Default 1."""
    faults: Sequence[str] | None = None
    """What goes wrong: "kind" or "kind:every=10,after=2,delay=1s,n=4"."""
    log: str | os.PathLike[str] | None = None
    """NDJSON file of the true receive and send times, one line a request; appended to."""


Backend = (
    VLLMConfig
    | SGLangConfig
    | TGIConfig
    | LlamaCppConfig
    | OllamaConfig
    | TransformersConfig
    | OpenAIConfig
    | SimConfig
)
"""Any backend. Benchmark also takes a dict with "type" and the same fields."""
