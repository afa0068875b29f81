"""The Python package against llama.cpp's server, which it starts and stops."""

from __future__ import annotations

from pathlib import Path

import pytest
from splleed import Benchmark, BenchmarkResults, LlamaCppConfig, SamplingParams

CACHE = Path(__file__).parents[2] / ".cache" / "engines"


@pytest.fixture(autouse=True)
def executable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPLLEED_LLAMACPP_PATH", str(CACHE / "bin" / "llama-server"))


def test_managed(tmp_path: Path) -> None:
    results = Benchmark(
        backend=LlamaCppConfig(model=CACHE / "models" / "tiny.gguf", port=-1, alias="tiny", parallel=2),
        prompts=["the water is long", "who made the oil", "find more people"],
        concurrency=[1, 2],
        runs=6,
        sampling=SamplingParams(max_tokens=24, ignore_eos=True),
    ).run_sync()
    assert (results.engine, results.model, results.simulated) == ("llamacpp", "tiny", False)
    assert results.environment.engine is not None and results.environment.engine.managed
    for level in results.results:
        assert (level.num_successful, level.num_failed) == (6, 0)
        assert level.ttft_p50_ms is not None and 0 < level.ttft_p50_ms < level.e2el_p50_ms
        assert level.tokens["output"] == 6 * 24
    results.save(tmp_path / "results.json")
    assert BenchmarkResults.load(tmp_path / "results.json").results[0].ttft_p50_ms == results.results[0].ttft_p50_ms
