"""The Python package against real engines, which it starts and stops."""

from __future__ import annotations

from pathlib import Path

import pytest
from splleed import Benchmark, BenchmarkResults, LlamaCppConfig, SamplingParams, VLLMConfig
from splleed.backends import Backend

CACHE = Path(__file__).parents[2] / ".cache" / "engines"
MODELS = CACHE / "models"
EAGER = {"enforce_eager": True}  # starts sooner
BACKENDS: dict[str, tuple[str, Backend]] = {
    "llamacpp": ("llama-server", LlamaCppConfig(model=MODELS / "tiny.gguf", port=-1, alias="tiny", parallel=2)),
    "vllm": ("vllm", VLLMConfig(model=MODELS / "tiny", port=-1, max_model_len=2048, extra_args=EAGER)),
}


@pytest.mark.parametrize("name", BACKENDS)
def test_managed(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command, backend = BACKENDS[name]
    monkeypatch.setenv(f"SPLLEED_{name.upper()}_PATH", str(CACHE / "bin" / command))
    monkeypatch.setenv("VLLM_CPU_KVCACHE_SPACE", "1")
    results = run(backend)
    assert (results.engine, results.simulated) == (name, False)
    assert results.environment.engine is not None and results.environment.engine.managed
    for level in results.results:
        assert (level.num_successful, level.num_failed) == (6, 0)
        assert level.ttft_p50_ms is not None and 0 < level.ttft_p50_ms < level.e2el_p50_ms
        assert level.tokens["output"] == 6 * 24
        assert level.server is not None
        count = level.server["tokens"]["generation_tokens"]
        assert count["exact"] and count["server"] == count["client"] == (6 + level.requests["warmup"]) * 24
        print(f"concurrency {level.concurrency}: {count['server']} tokens by server and client")
    results.save(tmp_path / "results.json")
    assert BenchmarkResults.load(tmp_path / "results.json").results[0].ttft_p50_ms == results.results[0].ttft_p50_ms


def run(backend: Backend) -> BenchmarkResults:
    return Benchmark(
        backend=backend,
        prompts=["the water is long", "who made the oil", "find more people"],
        concurrency=[1, 2],
        runs=6,
        no_filler=True,
        sampling=SamplingParams(max_tokens=24, temperature=0, ignore_eos=True),
    ).run_sync()
