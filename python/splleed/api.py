"""Benchmark: what to ask which server, how often, under which load."""

from __future__ import annotations

import asyncio
import os
import platform
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from . import _child
from ._json import plain
from ._outcome import results_of
from ._sync import complete
from .backends import Backend
from .config import Part, Probe, SamplingParams, SLOConfig, Timeouts, TraceRequest
from .errors import ConfigError, FieldError, whole
from .loaders import load_hf_dataset
from .metrics import BenchmarkResults
from .progress import Progress, lines_on_stderr

Listener = Callable[[Progress], object]
Recorder = Callable[[Mapping[str, Any]], object]


class _Runnable:
    """What can be run, awaited or blocking."""

    async def run(
        self,
        processor: Callable[[Any], Any] | None = None,
        *,
        progress: Listener | bool | None = None,
        records: Recorder | str | os.PathLike[str] | None = None,
    ) -> BenchmarkResults:
        """Runs it.

        processor is for a dataset: it gets the Dataset and returns one with a column "prompt".
        progress hears how far the run is; True prints lines on stderr.
        records gets the raw stamps of every finished request: a function of a dict, or the name of a file of NDJSON,
        which `splleed rescore` can score again. The binary writes it; an old file stays until the run has begun.

        Cancelled, it stops the load and the server it may have started, saves output_file, and then is cancelled.
        Raises ConfigError, RunError (with .results, if anything had been measured; a GateError where goals are not
        met) and DriverError. Warns where more requests failed than max_error_rate allows.
        """
        return results_of(await self._ask(processor, progress, records))

    def run_sync(
        self,
        processor: Callable[[Any], Any] | None = None,
        *,
        progress: Listener | bool | None = None,
        records: Recorder | str | os.PathLike[str] | None = None,
    ) -> BenchmarkResults:
        """As run, for callers that block. Works inside a running loop too (notebooks), which it blocks."""
        return results_of(complete(self._ask(processor, progress, records)))

    async def _ask(
        self,
        processor: Callable[[Any], Any] | None,
        progress: Listener | bool | None,
        records: Recorder | str | os.PathLike[str] | None,
    ) -> _child.Event:
        """The event that ends the run. Every class has its own."""
        raise NotImplementedError


@dataclass(kw_only=True)
class Benchmark(_Runnable):
    """One benchmark. What is None is not set: the default holds.

    Raises ConfigError (a ValueError) where prompts and dataset are both set or both not. Everything else is checked by
    run(), before anything runs, and named all at once.
    """

    backend: Backend | Mapping[str, Any]
    """The server. A dict has "type" and the fields of that backend."""
    prompts: Sequence[str] | None = None
    """Sent unaltered; cycled when there are fewer than requests."""
    dataset: str | None = None
    """In place of prompts: a dataset of the Hugging Face Hub, split "train". Needs splleed[hf]."""
    mix: Sequence[Part | Mapping[str, Any]] | None = None
    """In place of prompts: classes of requests, drawn by weight, reported each by itself."""
    trace: Sequence[TraceRequest | Mapping[str, Any]] | None = None
    """Serve, in place of prompts and arrival_rate: what arrives when."""
    probe: Probe | Mapping[str, Any] | None = None
    """A thin stream of small requests beside the load."""
    prompt_column: str = "prompt"
    """The dataset's column of prompts."""
    num_samples: int | None = None
    """Rows to take from the dataset: always the same ones. Not set: all."""

    mode: Literal["latency", "throughput", "serve"] | None = None
    """ "throughput" (default): N requests in flight; "latency": one at a time; "serve": requests arrive at a rate."""
    concurrency: int | Sequence[int] | None = None
    """Throughput: the levels, default [1]. Serve: caps on requests in flight, default none."""
    arrival_rate: float | Sequence[float] | None = None
    """Serve: the levels, requests per second, default 10."""
    arrival_pattern: Literal["poisson", "gamma", "constant"] | None = None
    """Serve: default "poisson"."""
    burstiness: float | None = None
    """Gamma: the shape. 1 is Poisson, larger is smoother."""
    shape: str | None = None
    """Serve: how the rate moves. Default steady; "bursts:2s/8s" and "sine:5m/0.8" modulate the arrival rate;
    "ramp:1..20/60s", "exp-ramp:1..20/60s" and "stages:5/30s,20/30s" name their rates."""

    runs: int | None = None
    """Measured requests per level and trial; default max(10, prompts, 2 x concurrency)."""
    duration_s: float | None = None
    """Seconds that the window of a level lasts at most; default: as long as the runs take, or the shape."""
    cut_off: bool | None = None
    """At the end of duration_s give up what is in flight or in line; default: wait for it."""
    warmup: int | None = None
    """Unmeasured requests per slot before each level; default 2. Serve without a cap: in all, default 8."""
    num_warmups: int | None = None
    """The same as a total; overrides warmup."""
    trials: int | None = None
    """Independent passes over all levels; default 1. Five give intervals worth having."""
    confidence_level: float | None = None
    """Of intervals over trials, in (0, 1); default 0.95."""
    early_stopping: bool | None = None
    """Also bound percentiles as MLPerf's LoadGen does, which holds for independent requests only; default False."""
    precision: Mapping[str, float] | None = None
    """In place of trials: as many as make these intervals no wider than this share of their value, such as
    {"ttft_p99": 0.05, "throughput": 0.02}. Five pilot trials say how many that is."""
    max_trials: int | None = None
    """With precision: default 20."""
    max_duration_s: float | None = None
    """With precision: seconds that all trials may take, judged after the pilot."""

    sampling: SamplingParams | Mapping[str, Any] | None = None
    """How the server is to generate."""
    continuous_usage: bool | None = None
    """Ask for token counts on every event: exact, at the server's cost; default False."""
    stream: bool | None = None
    """False: answers come in one piece, and TTFT, ITL and TPOT are None; default True."""
    think_tags: Sequence[str] | None = None
    """Text between is reasoning, for TTFA: ["<think>", "</think>"], or the last alone where the prompt opens it."""
    slo: SLOConfig | Mapping[str, Any] | None = None
    """What each request must meet to count as good."""
    goals: Sequence[str] | None = None
    """What each level must meet, over all trials: "ttft_p99=500" (ms), "goodput=99%" (of slo). Verdicts are in
    `.results[…].goals`, all together in `.verdict`."""
    fail_on: Literal["undecided", "fail", "never"] | None = None
    """Verdicts that make the run a GateError: "undecided" (default: a goal that failed, or of which too little is
    known), "fail" (one that failed) or "never"."""
    strict: bool | None = None
    """A level whose instrument is not graded "ok" makes the run a RunError; default False."""
    max_error_rate: float | None = None
    """Failed requests of a level that make the run a failure, as a fraction; default 0.05."""

    seed: int | None = None
    """Of arrivals, order and choices; default 1."""
    timeouts: Timeouts | Mapping[str, Any] | None = None
    """When a request is given up."""
    transport: str | None = None
    """How requests are sent: "epoll" (event loops; Linux, http), "portable" or "auto" (default): epoll if possible."""
    transmit_stamps: bool | None = None
    """Have the kernel stamp when requests have left, as sent_end of records; "epoll" alone."""
    connection: Literal["reuse", "per-request"] | None = None
    """ "reuse" (default): connections are made ahead and kept; "per-request": one a request, timed as connect."""
    http2: bool | None = None
    """Speak HTTP/2, whose streams share connections; on http from the first byte on (h2c). Not with "epoll"."""
    ca_file: str | None = None
    """Of https: a file of certificates (PEM) of authorities to trust instead of the system's."""
    insecure: bool | None = None
    """Of https: True takes whoever answers for the server."""
    proxy: str | None = None
    """An http proxy that all goes through: "http://host:3128"; those of the environment are not used."""
    source_address: str | Sequence[str] | None = None
    """Local addresses to connect from, in turn, or ranges: "127.0.0.2-127.0.0.9"; default: the system chooses."""
    server_metrics: str | None = None
    """The server's own metrics: "auto" (default: its /metrics, if it has one), "off", or their URL."""
    gpu_metrics: str | None = None
    """Its GPUs: "auto" (default: nvidia-smi, if managed), "local" (nvidia-smi), "off", or a DCGM exporter's URL."""
    server_metrics_every_s: float | None = None
    """Seconds from one look at either to the next; default 1."""
    certify: bool | None = None
    """Replay the load on a server that knows the truth, before and after the run: how wrong are the figures?"""
    no_filler: bool | None = None
    """Stop the load with the last measured start; default False."""
    cache_bust: bool | None = None
    """Begin every prompt with a nonce; default False."""
    restart_between_trials: bool | None = None
    """Managed servers: a fresh start for every trial; default False."""
    save_prompts: bool | None = None
    """Keep the prompts in the results; default False."""
    output_file: str | os.PathLike[str] | None = None
    """Saved there after the run, also after one that was interrupted: .json, .csv or .xml (JUnit: the verdicts)."""

    def __post_init__(self) -> None:
        if self.prompts is None and self.dataset is None and self.mix is None and self.trace is None:
            raise whole("Either 'prompts' or 'dataset' must be provided")
        if self.prompts is not None and self.dataset is not None:
            raise whole("Cannot specify both 'prompts' and 'dataset'")
        if self.dataset is None:
            self._check_no_dataset()
        if self.num_samples is not None and self.num_samples < 1:
            raise ConfigError([FieldError("num_samples", "must be at least 1")])
        if self.mode == "latency" and not self._one_at_a_time():
            warnings.warn(
                "mode='latency' runs requests sequentially and ignores the concurrency parameter. "
                "Use mode='throughput' or mode='serve' to test different concurrency levels.",
                UserWarning,
                stacklevel=3,  # the caller of the generated __init__
            )

    def _check_no_dataset(self) -> None:
        given = {"num_samples": self.num_samples is not None, "prompt_column": self.prompt_column != "prompt"}
        if bad := [
            FieldError(name, "is of a dataset, and there is none") for name, is_given in given.items() if is_given
        ]:
            raise ConfigError(bad)

    def _one_at_a_time(self) -> bool:
        levels = plain(self.concurrency)
        return levels is None or levels in (1, [], [1])

    async def _ask(
        self,
        processor: Callable[[Any], Any] | None,
        progress: Listener | bool | None,
        records: Recorder | str | os.PathLike[str] | None,
    ) -> _child.Event:
        return await self._measure({}, processor, progress, records)

    async def _measure(
        self,
        how: Mapping[str, Any],
        processor: Callable[[Any], Any] | None,
        progress: Listener | bool | None,
        records: Recorder | str | os.PathLike[str] | None,
    ) -> _child.Event:
        """Runs the benchmark's levels, or those that how says."""
        if processor is not None and self.dataset is None:
            raise ConfigError([FieldError("processor", "is for a dataset, and there is none")])
        config = self._config()
        if self.dataset is not None:
            config["prompts"] = await asyncio.to_thread(
                load_hf_dataset, self.dataset, processor, self.prompt_column, self.num_samples
            )
        listener = lines_on_stderr() if progress is True else progress or None
        ears = _Ears(listener, records if callable(records) else None)
        request: dict[str, Any] = {
            "type": "run",
            "config": config,
            "python_version": platform.python_version(),
            **how,
        }
        if callable(records):
            request["records"] = True
        elif records is not None:
            request["records_file"] = os.fsdecode(records)
        return await _child.ask(request, ears.hear, _grace(config))

    def _config(self) -> dict[str, Any]:
        """The binary's form of the benchmark."""
        config: dict[str, Any] = plain(self)
        if self.dataset is None:
            del config["prompt_column"]
        return config


class _Ladder(_Runnable):
    """What Search and Sweep share: a benchmark whose levels are chosen by splleed."""

    benchmark: Benchmark
    _name: ClassVar[str]

    async def _ask(
        self,
        processor: Callable[[Any], Any] | None,
        progress: Listener | bool | None,
        records: Recorder | str | os.PathLike[str] | None,
    ) -> _child.Event:
        how = {self._name: {k: v for k, v in plain(self).items() if k != "benchmark"}}
        return await self.benchmark._measure(how, processor, progress, records)


@dataclass(kw_only=True)
class Search(_Ladder):
    """Finds the highest load that meets goals: an arrival rate in mode "serve", else a concurrency.

    The results hold every level that was tried, and what was found in `.search`.
    """

    benchmark: Benchmark
    """Its levels are not used; runs are the requests of a probe far from the edge, default 500."""
    goals: Sequence[str] | None = None
    """All to be met: "ttft_p99=500" (ms), "tpot_p95=50", "goodput=99%" (of the benchmark's slo). Default: those of the
    benchmark."""
    start: float | None = None
    """The first load; default 4."""
    max: float | None = None
    """The highest load to try; default 10,000."""
    tolerance: float | None = None
    """How close to come, as a fraction; default 0.02."""

    _name: ClassVar[str] = "search"


@dataclass(kw_only=True)
class Sweep(_Ladder):
    """Measures a grid of loads, equal factors apart. What it shows stands in `.sweep` of the results."""

    benchmark: Benchmark
    """Its levels are not used."""
    lowest: float | None = None
    """Default 1."""
    highest: float | None = None
    """Default 64."""
    points: int | None = None
    """Loads in all; default 7."""

    _name: ClassVar[str] = "sweep"


class _Ears:
    """Hands events on to those whom they concern."""

    def __init__(self, progress: Listener | None, record: Recorder | None) -> None:
        self._progress, self._record = progress, record

    def hear(self, event: Mapping[str, Any]) -> None:
        if event["type"] == "progress" and self._progress:
            self._progress(Progress.from_event(event))
        elif event["type"] == "record" and self._record:
            self._record(event["record"])


def _grace(config: Mapping[str, Any]) -> float:
    """Seconds to wait for a run that is asked to stop: as long as its server may take, and then some.

    Says nothing of what is wrong in config: the binary does.
    """
    backend = config.get("backend")
    own = backend.get("grace_timeout_s") if isinstance(backend, Mapping) else None
    return _child.GRACE + (own if isinstance(own, int | float) else 0)
