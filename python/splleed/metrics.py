"""What a run found. Attributes have the names of the keys in JSON; None means that nothing was measured, never zero.

The flat keys (ttft_p50_ms, …) are typed attributes. The full structure stands beside them as plain dicts, such as
`results.results[0].metrics["ttft"]["served"]["p50"]`, and whole in `.raw`.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from ._files import write
from ._json import flat, known
from .environment import EnvironmentInfo
from .stats import ConfidenceInterval

if TYPE_CHECKING:
    from .comparison import Comparison


@dataclass(frozen=True, kw_only=True)
class ConcurrencyResult:
    """One load point: of one trial, or pooled over all trials."""

    concurrency: int | None = None
    """Requests in flight (closed loop), or the cap on them; None for an open loop without a cap."""
    arrival_rate: float | None = None
    """Requests per second; None for a closed loop."""
    max_in_flight: int | None = None
    """Most requests in flight at once, as seen."""
    num_requests: int = 0
    num_successful: int = 0
    num_failed: int = 0

    total_time_sec: float | None = None
    """First start to last end of the measured requests."""
    throughput_requests_per_sec: float | None = None
    """Over total_time_sec; the rate without ramp and tail is throughput["requests_per_sec"]."""
    throughput_tokens_per_sec: float | None = None
    """Over total_time_sec; the rate without ramp and tail is throughput["output_tokens_per_sec"]."""

    ttft_p50_ms: float | None = None
    ttft_p95_ms: float | None = None
    ttft_p99_ms: float | None = None
    ttft_mean_ms: float | None = None
    itl_p50_ms: float | None = None
    itl_p95_ms: float | None = None
    itl_p99_ms: float | None = None
    itl_mean_ms: float | None = None
    tpot_p50_ms: float | None = None
    tpot_p95_ms: float | None = None
    tpot_p99_ms: float | None = None
    tpot_mean_ms: float | None = None
    e2el_p50_ms: float | None = None
    e2el_p95_ms: float | None = None
    e2el_p99_ms: float | None = None
    e2el_mean_ms: float | None = None
    goodput_pct: float | None = None
    """Percent of the offered requests that succeeded and met every SLO; None without one."""

    window: Mapping[str, Any] = field(default_factory=dict)
    """What the rates of throughput are over."""
    transient: Mapping[str, Any] | None = None
    """Whether that was a steady state, and how far its beginning moves the means; None where that cannot be told."""
    failures: Mapping[str, Any] = field(default_factory=dict)
    """By type: {"timeout_total": {"count": 3, "example": "…"}}."""
    metrics: Mapping[str, Any] = field(default_factory=dict)
    """By name: ttft, ttfa, itl, icl, stall, tpot, tpot_n1, e2e, queue_delay, connect; in milliseconds."""
    throughput: Mapping[str, Any] = field(default_factory=dict)
    """Rates over the window, per second."""
    goodput: Mapping[str, Any] | None = None
    """Counts, rates and bounds of goodput; None without an SLO."""
    goals: list[Mapping[str, Any]] | None = None
    """What the level had to meet, each with its verdict, over all trials; None without goals."""
    tokens: Mapping[str, Any] = field(default_factory=dict)
    """Token counts, and who counted them."""
    requests: Mapping[str, Any] = field(default_factory=dict)
    """What was sent beside the measured requests."""
    classes: Mapping[str, Any] | None = None
    """Of a mix: each class by itself."""
    probe: Mapping[str, Any] | None = None
    """The probes beside the load; they count in nothing else."""
    instrument: Mapping[str, Any] | None = None
    """What the client itself may have added."""
    server: Mapping[str, Any] | None = None
    """What the server said of itself meanwhile, beside what the client saw; None where it has no metrics."""
    gpu: Mapping[str, Any] | None = None
    """What the server's GPUs did, and "joules_per_output_token"; None where nobody told."""
    interrupted: bool = False
    """It was stopped before all its requests had ended, or one of the trials that are pooled was."""
    warnings: list[str] = field(default_factory=list)
    """What the reader should know."""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """The whole JSON."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ConcurrencyResult:
        """Reads the JSON form."""
        return known(cls, {**data, "warnings": data.get("warnings") or []}, raw=data)


@dataclass(frozen=True, kw_only=True)
class TrialResult:
    """One pass over all load points."""

    trial_index: int = 0
    """From 0."""
    concurrency_results: list[ConcurrencyResult] = field(default_factory=list)
    server_start: str = ""
    """Which start of a managed server the trial ran on."""
    order: list[int] | None = None
    """The load points in the order they ran, as indexes into concurrency_results."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> TrialResult:
        """Reads the JSON form."""
        levels = [ConcurrencyResult.from_dict(r) for r in data.get("concurrency_results") or []]
        return known(cls, {**data, "concurrency_results": levels})


@dataclass(frozen=True, kw_only=True)
class ConcurrencyResultWithCI:
    """One load point over all trials: each statistic of a trial with its interval."""

    concurrency: int | None = None
    arrival_rate: float | None = None
    num_requests: int = 0
    """Summed over trials, as the other counts."""
    num_successful: int = 0
    num_failed: int = 0
    throughput_requests_per_sec: ConfidenceInterval | None = None
    throughput_tokens_per_sec: ConfidenceInterval | None = None
    ttft_p50_ms: ConfidenceInterval | None = None
    ttft_p95_ms: ConfidenceInterval | None = None
    ttft_p99_ms: ConfidenceInterval | None = None
    ttft_mean_ms: ConfidenceInterval | None = None
    itl_p50_ms: ConfidenceInterval | None = None
    itl_p95_ms: ConfidenceInterval | None = None
    itl_p99_ms: ConfidenceInterval | None = None
    itl_mean_ms: ConfidenceInterval | None = None
    tpot_p50_ms: ConfidenceInterval | None = None
    tpot_p95_ms: ConfidenceInterval | None = None
    tpot_p99_ms: ConfidenceInterval | None = None
    tpot_mean_ms: ConfidenceInterval | None = None
    e2el_p50_ms: ConfidenceInterval | None = None
    e2el_p95_ms: ConfidenceInterval | None = None
    e2el_p99_ms: ConfidenceInterval | None = None
    e2el_mean_ms: ConfidenceInterval | None = None
    goodput_pct: ConfidenceInterval | None = None
    drift: Mapping[str, Any] | None = None
    """Whether the load point changed from trial to trial: verdict, and trends by key. Five trials can tell."""
    length_bias: Mapping[str, Any] | None = None
    """How percentiles would change if trials were half as long, by flat key."""
    intervals: Mapping[str, ConfidenceInterval] = field(default_factory=dict, repr=False)
    """All of them by key, those without an attribute of their own among them."""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """The whole JSON."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ConcurrencyResultWithCI:
        """Reads the JSON form."""
        intervals = {
            key: ConfidenceInterval.from_dict(value)
            for key, value in data.items()
            if isinstance(value, Mapping) and "ci_lower" in value
        }
        return known(cls, {**data, **intervals}, intervals=intervals, raw=data)


@dataclass(frozen=True, kw_only=True)
class BenchmarkResults:
    """What a run found."""

    engine: str = ""
    model: str = ""
    timestamp: str = ""
    """When the run ended: ISO 8601, UTC."""
    gpu: str | None = None
    config: Mapping[str, Any] = field(default_factory=dict)
    """The benchmark as it ran."""
    results: list[ConcurrencyResult] = field(default_factory=list)
    """All trials pooled, one entry a load point."""
    environment: EnvironmentInfo | None = None
    n_trials: int = 1
    order: list[list[int]] | None = None
    """Of each trial: the load points in the order they ran, as indexes into results. None for a Search."""
    trial_results: list[TrialResult] | None = None
    """None with a single trial."""
    aggregated_results: list[ConcurrencyResultWithCI] | None = None
    """None with a single trial."""
    simulated: bool = False
    """The server was a simulated one."""
    precision: Mapping[str, Any] | None = None
    """How far the intervals are from what Benchmark.precision asked for."""
    search: Mapping[str, Any] | None = None
    """Of a Search: what it found."""
    sweep: Mapping[str, Any] | None = None
    """Of a Sweep: what it shows."""
    verdict: str = ""
    """On all goals of all levels: "pass", "fail" or "undecided"; "" without any."""
    interrupted: bool = False
    """The run was stopped before it was complete."""
    warnings: list[str] = field(default_factory=list)
    """What the reader should know."""
    identity: Mapping[str, Any] = field(default_factory=dict)
    """Which program measured what: version, workload hash, seed."""
    schema_version: int = 0
    """Of the JSON; 0 for files of splleed 0.1."""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """The whole JSON."""
    texts: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    """ "table" and "csv", as the binary has rendered them; filled when first asked for."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], texts: dict[str, str] | None = None) -> BenchmarkResults:
        """Reads the JSON form. texts, if given, are its table and CSV."""
        if not isinstance(data, Mapping) or not isinstance(data.get("results"), list):
            raise ValueError("not the results of a benchmark: no list 'results'")
        trials, aggregated, environment = (
            data.get("trial_results"),
            data.get("aggregated_results"),
            data.get("environment"),
        )
        typed = {
            "warnings": data.get("warnings") or [],
            "results": [ConcurrencyResult.from_dict(r) for r in data["results"]],
            "environment": EnvironmentInfo.from_dict(environment) if environment else None,
            "trial_results": None if trials is None else [TrialResult.from_dict(t) for t in trials],
            "aggregated_results": None
            if aggregated is None
            else [ConcurrencyResultWithCI.from_dict(a) for a in aggregated],
        }
        return known(cls, {**data, **typed}, raw=data, texts=texts or {})

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> BenchmarkResults:
        """Reads a saved JSON file, also one of splleed 0.1. Raises ValueError where it is none, and OSError."""
        try:
            return cls.from_dict(json.loads(Path(path).read_text(encoding="utf-8")))
        except ValueError as e:
            raise ValueError(f"{os.fspath(path)}: {e}") from e

    def __repr__(self) -> str:
        """A line: all that is known would fill a notebook."""
        words = f"{self.engine} {self.model}, {len(self.results)} levels, {self.n_trials} trials"
        return f"<BenchmarkResults of {words}{', interrupted' if self.interrupted else ''}>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What IPython and Jupyter show: the tables."""
        printer.text(self._text("table").rstrip("\n"))

    def print(self, file: TextIO | None = None) -> None:
        """Writes the results as tables for people, to stdout unless told otherwise."""
        print(self._text("table").rstrip("\n"), file=file or sys.stdout)

    def to_json(self, indent: int | None = 2) -> str:
        """The results as JSON."""
        return json.dumps(self.raw, indent=indent, ensure_ascii=False)

    def to_csv(self) -> str:
        """The results as CSV: a row a load point, pooled, with intervals, then every trial. Lines end with CRLF."""
        return self._text("csv")

    def to_records(self) -> list[dict[str, Any]]:
        """A flat dict a load point, for data frames: pooled over all trials, then of each trial (scope: its index).

        Nested values have dotted keys, such as "metrics.ttft.served.p90". Pooled rows have the intervals over trials as
        "ttft_p50_ms_ci_lower" and "ttft_p50_ms_ci_upper", as in CSV.
        """
        scopes: list[tuple[str | int, list[ConcurrencyResult]]] = [("pooled", self.results)]
        scopes += [(t.trial_index, t.concurrency_results) for t in self.trial_results or []]
        common = {"engine": self.engine, "model": self.model}
        rows = [{**common, "scope": scope, **flat(level.raw)} for scope, levels in scopes for level in levels]
        for row, level in zip(rows, self.aggregated_results or [], strict=False):  # the pooled ones are the first
            for key, interval in level.intervals.items():
                row |= {f"{key}_ci_lower": interval.ci_lower, f"{key}_ci_upper": interval.ci_upper}
        return rows

    def to_pandas(self) -> Any:
        """to_records as a pandas.DataFrame. Needs pandas."""
        return importlib.import_module("pandas").DataFrame(self.to_records())  # not a dependency

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes a file, whole or not at all: .json or .csv, else ValueError. Makes the folder where it is missing."""
        target = Path(path)
        match target.suffix.lower():
            case ".json":
                text = self.to_json() + "\n"
            case ".csv":
                text = self.to_csv()
            case other:
                raise ValueError(f"{target}: unknown extension {other!r}: use .json or .csv")
        write(target, text.encode())

    def compare(self, other: BenchmarkResults | str | os.PathLike[str], **how: Any) -> Comparison:
        """How other results, or saved ones, stand against these: splleed.compare(self, other, …)."""
        from .comparison import compare  # which needs this module

        return compare(self, other, **how)

    def _text(self, name: str) -> str:
        if name not in self.texts:
            from ._child import render  # not needed for results that come with their texts

            self.texts.update(render(self.raw))
        return self.texts[name]
