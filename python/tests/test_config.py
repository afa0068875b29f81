"""What is checked in Python, at construction, and how configuration is sent."""

from __future__ import annotations

import json
import warnings
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from splleed import Benchmark, ConfigError, OpenAIConfig, SamplingParams, SimConfig, SLOConfig, TGIConfig, VLLMConfig
from splleed._json import plain


def test_prompts_or_dataset() -> None:
    with pytest.raises(ValueError, match=r"^Either 'prompts' or 'dataset' must be provided$"):
        Benchmark(backend=SimConfig())
    with pytest.raises(ValueError, match=r"^Cannot specify both 'prompts' and 'dataset'$"):
        Benchmark(backend=SimConfig(), prompts=["a"], dataset="d")
    with pytest.raises(ConfigError, match=r"^num_samples: must be at least 1$"):
        Benchmark(backend=SimConfig(), dataset="d", num_samples=0)
    assert Benchmark(backend=SimConfig(), prompts=[]).prompts == [], "refused by the binary, with all else"


def test_what_is_of_a_dataset_needs_one() -> None:
    with pytest.raises(ConfigError) as e:
        Benchmark(backend=SimConfig(), prompts=["x"], num_samples=5, prompt_column="question")
    assert [f.path for f in e.value.fields] == ["num_samples", "prompt_column"]
    with pytest.raises(ConfigError, match="processor: is for a dataset"):
        Benchmark(backend=SimConfig(), prompts=["x"]).run_sync(lambda rows: rows)


@pytest.mark.parametrize("config", [VLLMConfig, TGIConfig])
def test_endpoint_or_model(config: type[Any]) -> None:
    with pytest.raises(ConfigError, match=r"^Either 'endpoint' or 'model' must be provided$"):
        config(port=8001)
    config(model="m")
    config(endpoint="http://localhost:1")


def test_unknown_arguments_are_refused() -> None:
    with pytest.raises(TypeError, match="concurency"):
        Benchmark(backend=SimConfig(), prompts=["a"], concurency=[1])  # type: ignore[call-arg]  # the point


@pytest.mark.parametrize("concurrency", [[1, 2], [4], 4])
def test_latency_mode_warns_of_concurrency(concurrency: int | Sequence[int]) -> None:
    with pytest.warns(UserWarning, match="mode='latency' runs requests sequentially and ignores the concurrency"):
        Benchmark(backend=SimConfig(), prompts=["a"], mode="latency", concurrency=concurrency)


@pytest.mark.parametrize("concurrency", [None, [1], 1, []])
def test_latency_mode_is_silent_where_it_has_no_reason(concurrency: int | Sequence[int] | None) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Benchmark(backend=SimConfig(), prompts=["a"], mode="latency", concurrency=concurrency)


def test_the_warning_names_the_callers_line() -> None:
    with pytest.warns(UserWarning) as caught:
        Benchmark(backend=SimConfig(), prompts=["a"], mode="latency", concurrency=[2])
    assert caught[0].filename == __file__


def test_only_what_is_set_is_sent() -> None:
    b = Benchmark(
        backend=VLLMConfig(model="m", executable=Path("bin/vllm"), extra_args={"seed": None, "eager": True}),
        prompts=("a", "b"),
        concurrency=range(1, 3),
        arrival_rate=2.5,
        sampling=SamplingParams(temperature=0.0, stop=["\n"]),
        slo=SLOConfig(),
    )
    assert b._config() == {
        "backend": {
            "type": "vllm",
            "model": "m",
            "executable": "bin/vllm",
            "extra_args": {"seed": None, "eager": True},
        },
        "prompts": ["a", "b"],
        "concurrency": [1, 2],
        "arrival_rate": 2.5,
        "sampling": {"temperature": 0.0, "stop": ["\n"]},
        "slo": {},
    }


def test_other_peoples_numbers_and_lists() -> None:
    class NumpyInt:
        def __index__(self) -> int:
            return 7

    class NumpyFloat:
        def __float__(self) -> float:
            return 0.5

    assert plain({"a": NumpyInt(), "b": NumpyFloat(), "c": array("i", [1, 2]), "d": (x for x in "xy")}) == {
        "a": 7,
        "b": 0.5,
        "c": [1, 2],
        "d": ["x", "y"],
    }


def test_numpy() -> None:
    b = Benchmark(
        backend=SimConfig(speed=np.float32(0.5), faults=np.array([], dtype=str)),  # type: ignore[arg-type]  # the point
        prompts=np.array(["a", "b"]),  # type: ignore[arg-type]  # the point
        concurrency=np.array([1, 2]),  # type: ignore[arg-type]  # the point
        runs=np.int64(7),  # type: ignore[arg-type]  # the point
        strict=np.bool_(True),  # type: ignore[arg-type]  # the point
        max_error_rate=np.float64(0.5),
    )
    config = b._config()
    assert json.loads(json.dumps(config)) == {
        "backend": {"type": "sim", "speed": 0.5, "faults": []},
        "prompts": ["a", "b"],
        "concurrency": [1, 2],
        "runs": 7,
        "strict": True,
        "max_error_rate": 0.5,
    }
    assert config["strict"] is True
    assert plain({"of no dimension": np.array(3)}) == {"of no dimension": 3}
    for one in (np.int64(1), np.array([1])):
        Benchmark(backend=SimConfig(), prompts=["a"], mode="latency", concurrency=one)  # type: ignore[arg-type]  # the point
    with pytest.raises(ConfigError, match=r"arrival_rate\[1\]: must be a finite number"):
        plain({"arrival_rate": np.array([1, np.nan])})


def test_what_cannot_be_sent_is_named_all_at_once() -> None:
    sampling = SamplingParams(temperature=float("nan"), top_p=float("inf"))
    b = Benchmark(backend={"type": "sim", "model": object()}, prompts=["a", b"b"], sampling=sampling)  # type: ignore[list-item]  # the point
    with pytest.raises(ConfigError) as e:
        b._config()
    assert [f.path for f in e.value.fields] == [
        "backend.model",
        "prompts[1]",
        "sampling.temperature",
        "sampling.top_p",
    ]


def test_keys_are_not_shown() -> None:
    assert "hush" not in repr(OpenAIConfig(api_key="hush", headers={"X-Key": "hush"}))
