"""The dataclasses against the Go structs that they mirror, as the binary itself lists them."""

from __future__ import annotations

import collections.abc
import inspect
import os
import types
import typing
from dataclasses import fields
from typing import Any

import pytest
from splleed import (
    Benchmark,
    BenchmarkResults,
    Comparison,
    LlamaCppConfig,
    OllamaConfig,
    OpenAIConfig,
    Part,
    Probe,
    Progress,
    SamplingParams,
    Search,
    SGLangConfig,
    SimConfig,
    SLOConfig,
    Sweep,
    TGIConfig,
    Timeouts,
    TraceRequest,
    TransformersConfig,
    VLLMConfig,
    compare,
    merge,
    rescore,
)
from splleed import environment as env
from splleed._child import consult
from splleed.metrics import ConcurrencyResult, ConcurrencyResultWithCI, TrialResult
from splleed.stats import ConfidenceInterval

Schema = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def schema() -> Schema:
    listed = consult({"type": "schema"})["types"]
    return {name: {f["name"]: f["kind"] for f in listed_fields} for name, listed_fields in listed.items()}


def kinds(hint: Any) -> set[str]:
    """The JSON kinds that a type hint allows."""
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return set().union(*(kinds(h) for h in typing.get_args(hint) if h is not type(None)))
    if origin is typing.Literal:
        return {"string"}
    cls = origin or hint
    for known, kind in (
        (bool, "boolean"),
        (int, "integer"),
        (float, "number"),
        (str, "string"),
        (os.PathLike, "string"),
        (collections.abc.Mapping, "object"),
        (collections.abc.Sequence, "array"),
    ):
        if isinstance(cls, type) and issubclass(cls, known):
            return {kind}
    return {"object"}


MIRRORS = [
    ("benchmark", Benchmark, set()),
    ("sampling", SamplingParams, set()),
    ("slo", SLOConfig, set()),
    ("search", Search, {"benchmark"}),
    ("sweep", Sweep, {"benchmark"}),
    ("timeouts", Timeouts, set()),
    ("part", Part, set()),
    ("probe", Probe, set()),
    ("trace", TraceRequest, set()),
    ("progress", Progress, set()),
    ("backend:vllm", VLLMConfig, {"type"}),
    ("backend:tgi", TGIConfig, {"type"}),
    ("backend:llamacpp", LlamaCppConfig, {"type"}),
    ("backend:sglang", SGLangConfig, {"type"}),
    ("backend:ollama", OllamaConfig, {"type"}),
    ("backend:transformers", TransformersConfig, {"type"}),
    ("backend:openai", OpenAIConfig, {"type"}),
    ("backend:sim", SimConfig, {"type"}),
    ("results", BenchmarkResults, {"raw", "texts"}),
    ("level", ConcurrencyResult, {"raw"}),
    ("comparison", Comparison, {"raw", "texts"}),
    ("trial", TrialResult, set()),
    ("interval", ConfidenceInterval, set()),
    ("environment", env.EnvironmentInfo, set()),
    ("gpu", env.GPUInfo, set()),
    ("engine", env.EngineInfo, set()),
    ("model", env.ModelInfo, set()),
    ("system", env.SystemInfo, set()),
    ("client", env.ClientInfo, set()),
]


@pytest.mark.parametrize(("name", "cls", "ours_alone"), MIRRORS, ids=[m[0] for m in MIRRORS])
def test_fields_are_those_of_go(schema: Schema, name: str, cls: type[Any], ours_alone: set[str]) -> None:
    hints = typing.get_type_hints(cls)
    ours = {f.name: kinds(hints[f.name]) for f in fields(cls) if f.name not in ours_alone}
    assert set(ours) == set(schema[name])
    wrong = {f: (ours[f], kind) for f, kind in schema[name].items() if kind not in ours[f] | {"any"} and kind != "any"}
    assert not wrong, "kinds of values differ"


@pytest.mark.parametrize(("name", "function"), [("comparing", compare), ("scoring", rescore), ("scoring", merge)])
def test_keywords_are_the_fields_of_go(schema: Schema, name: str, function: Any) -> None:
    hints = typing.get_type_hints(function)
    keywords = {p.name for p in inspect.signature(function).parameters.values() if p.kind is p.KEYWORD_ONLY}
    assert {k: {kind} for k, kind in schema[name].items()} == {k: kinds(hints[k]) for k in keywords}


def test_every_backend_has_its_dataclass(schema: Schema) -> None:
    assert {n for n in schema if n.startswith("backend:")} == {m[0] for m in MIRRORS if m[0].startswith("backend:")}


def test_aggregates_have_an_attribute_for_every_flat_key(schema: Schema) -> None:
    flat = {f for f in schema["level"] if f.endswith(("_ms", "_pct", "_per_sec"))}
    ours = {f.name for f in fields(ConcurrencyResultWithCI)} - {"intervals", "raw"}
    assert ours == flat | set(schema["aggregate"])
