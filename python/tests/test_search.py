"""Search and Sweep against the embedded simulated server."""

from __future__ import annotations

import pytest
from splleed import Benchmark, ConfigError, SamplingParams, Search, SimConfig, Sweep


def bench(**more: object) -> Benchmark:
    prompts = [f"prompt {i}" for i in range(2000)]
    return Benchmark(backend=SimConfig(), prompts=prompts, sampling=SamplingParams(max_tokens=4), **more)  # type: ignore[arg-type]  # any field


def test_search_ends_at_its_limit_where_nothing_fails() -> None:
    results = Search(benchmark=bench(runs=40), goals=["e2e_p50=60000"], start=2, max=4).run_sync()
    assert results.search is not None
    assert (results.search["load"], results.search["bounded"]) == (4, False)
    assert [p["load"] for p in results.search["probes"]] == [2, 4, 4]
    assert [r.concurrency for r in results.results] == [2, 4, 4]


def test_search_finds_nothing_where_nothing_passes() -> None:
    results = Search(benchmark=bench(runs=40), goals=["ttft_p50=0.001"], start=2, max=4).run_sync()
    assert results.search is not None and results.search["load"] is None


def test_sweep() -> None:
    results = Sweep(benchmark=bench(runs=20), lowest=1, highest=4, points=3).run_sync()
    assert results.sweep is not None
    assert [p["load"] for p in results.sweep["pareto"]] == [1, 2, 4]
    assert any(p["optimal"] for p in results.sweep["pareto"])


def test_bad_goals_are_named() -> None:
    with pytest.raises(ConfigError, match="speed_p99=5"):
        Search(benchmark=bench(), goals=["speed_p99=5"]).run_sync()
