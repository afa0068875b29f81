"""Every call of the founding README's Python snippets, in the same form: the promise to those who know splleed 0.1.

Managed mode starts a fake `vllm` or `text-generation-launcher`, connect mode uses a `splleed sim`.
"""

from __future__ import annotations

import asyncio
import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import gone
from servers import FakeEngine, sim
from splleed import Benchmark, BenchmarkResults, SamplingParams, SimConfig, TGIConfig, VLLMConfig


@pytest.fixture
def vllm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    engine = FakeEngine(tmp_path, "vllm")
    monkeypatch.setenv("SPLLEED_VLLM_PATH", str(engine.path))
    return engine


@pytest.fixture
def tgi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    engine = FakeEngine(tmp_path, "text-generation-launcher")
    monkeypatch.setenv("SPLLEED_TGI_PATH", str(engine.path))
    return engine


@pytest.fixture
def server() -> Iterator[str]:
    with sim("--model", "Qwen/Qwen2.5-0.5B-Instruct") as url:
        yield url


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_quick_start(vllm: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    async def main() -> None:
        results = await Benchmark(
            backend=VLLMConfig(model="Qwen/Qwen2.5-0.5B-Instruct"),
            prompts=[
                "What is the capital of France?",
                "Explain quantum computing briefly.",
            ],
            concurrency=[1, 2, 4],
            trials=3,
            sampling=SamplingParams(max_tokens=100),
        ).run()

        results.print()
        results.save("results.json")

    asyncio.run(main())

    [start] = vllm.starts()
    assert start["argv"][:2] == ["serve", "Qwen/Qwen2.5-0.5B-Instruct"]
    assert gone(start["pid"]), "the server is stopped"
    table = capsys.readouterr().out
    assert all(f"concurrency {n}" in table for n in (1, 2, 4))
    assert max(map(len, table.splitlines())) <= 80
    results = BenchmarkResults.load("results.json")
    assert [level.concurrency for level in results.results] == [1, 2, 4]
    assert all(level.num_failed == 0 and level.num_requests == 30 for level in results.results), "10 runs x 3 trials"
    assert results.trial_results is not None
    assert results.aggregated_results is not None
    assert [len(t.concurrency_results) for t in results.trial_results] == [3, 3, 3]
    assert results.order == [t.order for t in results.trial_results], "all levels ran in all trials"
    for level in results.aggregated_results:
        assert level.drift == {"verdict": "not_testable", "trends": {}}, "of three trials"
        assert level.length_bias is not None
        assert level.length_bias["ttft_p50_ms"]["n_samples"] == 3
        assert level.ttft_p50_ms is not None
        assert level.ttft_p50_ms.n_samples == 3
        assert level.ttft_p50_ms.confidence_level == 0.95
        assert level.ttft_p50_ms.ci_lower is not None
        assert level.ttft_p50_ms.mean is not None
        assert 0 < level.ttft_p50_ms.ci_lower <= level.ttft_p50_ms.mean


def test_connect_mode(server: str) -> None:
    backend = VLLMConfig(
        model="Qwen/Qwen2.5-0.5B-Instruct",
        endpoint=server,
    )
    results = Benchmark(backend=backend, prompts=["Hello"], sampling=SamplingParams(max_tokens=5)).run_sync()
    assert results.model == "Qwen/Qwen2.5-0.5B-Instruct"
    level = results.results[0]
    assert level.num_successful == level.num_requests == 10
    assert level.tokens["output"] == 10 * 5
    for value in (level.ttft_p99_ms, level.itl_p50_ms, level.tpot_p95_ms, level.e2el_mean_ms):
        assert value is not None
        assert value > 0


def test_dataset(vllm: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    import datasets

    alpaca = datasets.Dataset.from_dict({"instruction": [f"Give {n} tips for staying healthy." for n in range(300)]})
    monkeypatch.setattr(datasets, "load_dataset", lambda name, split: alpaca)

    from datasets import load_dataset

    async def main() -> BenchmarkResults:
        ds = load_dataset("tatsu-lab/alpaca", split="train")
        ds = ds.shuffle(seed=42).select(range(100))
        prompts = list(ds["instruction"])

        results = await Benchmark(
            backend=VLLMConfig(model="Qwen/Qwen2.5-3B-Instruct"),
            prompts=prompts,
            concurrency=[1, 2, 4, 8],
            trials=3,
            sampling=SamplingParams(max_tokens=4),  # not in the snippet: to be quick
        ).run()

        results.print()
        return results

    results = asyncio.run(main())
    assert [(level.concurrency, level.num_successful) for level in results.results] == [(n, 300) for n in (1, 2, 4, 8)]
    assert results.identity["prompt_count"] == 100


def test_dataset_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    import datasets

    rows = datasets.Dataset.from_dict({"instruction": [f"Question {n}" for n in range(50)]})
    monkeypatch.setattr(datasets, "load_dataset", lambda name, split: rows)
    results = Benchmark(
        backend=SimConfig(),
        dataset="tatsu-lab/alpaca",
        prompt_column="instruction",
        num_samples=12,
        sampling=SamplingParams(max_tokens=2),
        output_file="by-name.json",
    ).run_sync()
    assert results.identity["prompt_count"] == 12
    for config in (results.config, BenchmarkResults.load("by-name.json").config):
        assert config["dataset"] == "tatsu-lab/alpaca"
        assert config["prompt_column"] == "instruction"
        assert config["num_samples"] == 12
        assert config["output_file"] == "by-name.json"


def test_vllm_configuration(vllm: FakeEngine) -> None:
    backend = VLLMConfig(
        model="meta-llama/Llama-3.1-8B-Instruct",
        tensor_parallel=2,
        gpu_memory_utilization=0.9,
        quantization="awq",  # optional
        dtype="auto",
    )
    Benchmark(backend=backend, prompts=["Hello"], sampling=SamplingParams(max_tokens=2)).run_sync()
    argv = " ".join(vllm.starts()[0]["argv"]) + " "
    assert argv.startswith("serve meta-llama/Llama-3.1-8B-Instruct ")
    for flag in ("--tensor-parallel-size 2 ", "--gpu-memory-utilization 0.9 ", "--quantization awq ", "--dtype auto "):
        assert flag in argv


def test_tgi_configuration(tgi: FakeEngine) -> None:
    backend = TGIConfig(
        model="meta-llama/Llama-3.1-8B-Instruct",
        quantize="bitsandbytes-nf4",  # optional
    )
    results = Benchmark(backend=backend, prompts=["Hello"], sampling=SamplingParams(max_tokens=2)).run_sync()
    assert results.engine == "tgi"
    assert results.results[0].num_failed == 0
    argv = " ".join(tgi.starts()[0]["argv"]) + " "
    for flag in ("--model-id meta-llama/Llama-3.1-8B-Instruct ", "--quantize bitsandbytes-nf4 "):
        assert flag in argv
    assert gone(tgi.starts()[0]["pid"])


def test_benchmark_options(server: str) -> None:
    with pytest.warns(UserWarning, match="mode='latency'"):
        benchmark = Benchmark(
            backend=VLLMConfig(endpoint=server),
            prompts=["..."],
            # Benchmark settings
            mode="latency",  # "latency", "throughput", or "serve"
            concurrency=[1, 4, 8],  # concurrency levels to test
            warmup=2,  # warmup iterations
            runs=10,  # requests per concurrency level
            trials=3,  # independent trials for CI
            confidence_level=0.95,  # confidence interval level
            # Sampling parameters
            sampling=SamplingParams(
                max_tokens=100,
                temperature=0.0,
                top_p=1.0,
            ),
        )
    results = benchmark.run_sync()
    assert [level.num_requests for level in results.results] == [30], "one level, 10 runs x 3 trials"
    assert results.results[0].max_in_flight == 1


def test_output_formats(server: str, capsys: pytest.CaptureFixture[str]) -> None:
    results = Benchmark(
        backend=VLLMConfig(endpoint=server), prompts=["Hello"], sampling=SamplingParams(max_tokens=5)
    ).run_sync()

    results.print()  # Rich table to console
    results.save("out.json")  # JSON format
    results.save("out.csv")  # CSV format

    json_str = results.to_json()
    csv_str = results.to_csv()

    assert "TTFT" in capsys.readouterr().out
    assert json.loads(json_str) == json.loads(Path("out.json").read_text(encoding="utf-8"))
    with Path("out.csv").open(newline="", encoding="utf-8") as f:
        assert f.read() == csv_str
    rows = list(csv.DictReader(csv_str.splitlines()))
    assert rows[0]["concurrency"] == "1"
    assert float(rows[0]["ttft_p50_ms"]) > 0
    assert BenchmarkResults.load("out.json").to_csv() == csv_str, "loaded results render as fresh ones"


@pytest.mark.parametrize("mode", ["throughput", "serve"])
def test_modes(server: str, mode: str) -> None:
    results = Benchmark(
        backend=VLLMConfig(endpoint=server),
        prompts=["Hello"],
        mode=mode,  # type: ignore[arg-type]  # a literal, as parameters are not
        arrival_rate=200 if mode == "serve" else None,
        sampling=SamplingParams(max_tokens=5),
    ).run_sync()
    assert results.results[0].num_failed == 0
    assert results.results[0].arrival_rate == (200 if mode == "serve" else None)
