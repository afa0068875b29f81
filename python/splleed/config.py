"""How to generate, and what counts as good. None is "not set": it is not sent, and the default holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(kw_only=True)
class SamplingParams:
    """How the server is to generate. What is not set is not sent (max_tokens apart)."""

    max_tokens: int | None = None
    """Tokens to generate at most; default 128."""
    min_tokens: int | None = None
    """Tokens to generate at least."""
    temperature: float | None = None
    """0 is greedy."""
    top_p: float | None = None
    """Nucleus, in (0, 1]."""
    top_k: int | None = None
    """Tokens to choose from; -1 means all, where the engine knows it."""
    frequency_penalty: float | None = None
    """In [-2, 2]."""
    presence_penalty: float | None = None
    """In [-2, 2]."""
    repetition_penalty: float | None = None
    """Above 0; 1 is none."""
    ignore_eos: bool | None = None
    """Go on to max_tokens whatever the model says."""
    stop: Sequence[str] | None = None
    """Texts that end the generation."""
    seed: int | None = None
    """The server's sampling seed. The seed of the load is Benchmark.seed."""


@dataclass(kw_only=True)
class SLOConfig:
    """What each request must meet to count as good, in milliseconds. Goodput is the share that does."""

    ttft_ms: float | None = None
    """Time to first token."""
    tpot_ms: float | None = None
    """Time per output token."""
    itl_ms: float | None = None
    """The p99 of the request's own inter-chunk latencies."""
    e2el_ms: float | None = None
    """End to end."""


@dataclass(kw_only=True)
class Timeouts:
    """When a request is given up, in seconds."""

    connect_s: float | None = None
    """Making the connection; default 10."""
    first_token_s: float | None = None
    """From sent to the first token; default 300."""
    idle_s: float | None = None
    """Silence between tokens; default 120."""
    total_s: float | None = None
    """From sent to the end; default 600."""


@dataclass(kw_only=True)
class Part:
    """One class of a mix."""

    name: str
    weight: float | None = None
    """How often it comes, next to the others; default 1."""
    prompts: Sequence[str] | None = None
    """Sent unaltered, in order."""
    input_len: int | None = None
    """In place of prompts: so many words at random."""
    max_tokens: int | None = None
    """To generate at most; default that of sampling."""
    model: str | None = None
    """That its requests name: another model or a LoRA adapter of the server; default the backend's."""


@dataclass(kw_only=True)
class Probe:
    """A thin stream of requests beside the load: what a small request meets while the server is busy."""

    rate: float | None = None
    """Requests per second, with Poisson arrivals; default 1."""
    prompt: str | None = None
    """Default "Hello"."""
    max_tokens: int | None = None
    """Default 1."""


@dataclass(kw_only=True)
class TraceRequest:
    """One request of a trace."""

    at_s: float
    """When it arrives, in seconds since the begin of the trace."""
    prompt: str
    max_tokens: int | None = None
    """To generate at most; default that of sampling."""
