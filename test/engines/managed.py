"""A run of the Python package's on a real engine, which it starts and stops: managed.py BACKEND MODEL. Its journal and
its results are left in the current folder."""

from __future__ import annotations

import sys

from splleed import Benchmark, BenchmarkResults, LlamaCppConfig, SamplingParams, VLLMConfig

RUNS, TOKENS = 40, 24

name, model = sys.argv[1:]
backends = {
    "llamacpp": LlamaCppConfig(model=model, port=-1, alias="tiny", parallel=2),
    "vllm": VLLMConfig(model=model, port=-1, max_model_len=2048, extra_args={"enforce_eager": True}),  # starts sooner
}
results = Benchmark(
    backend=backends[name],
    prompts=["the water is long", "who made the oil", "find more people"],
    mode="serve",
    arrival_rate=20,
    runs=RUNS,
    no_filler=True,
    sampling=SamplingParams(max_tokens=TOKENS, temperature=0, ignore_eos=True),
    output_file="results.json",
).run_sync(records="records")

assert (results.engine, results.simulated) == (name, False)
assert results.environment.engine is not None and results.environment.engine.managed
(level,) = results.results
assert (level.num_successful, level.num_failed) == (RUNS, 0)
assert level.ttft_p50_ms is not None and 0 < level.ttft_p50_ms < level.e2el_p50_ms
assert level.tokens["output"] == RUNS * TOKENS
assert level.server is not None
count = level.server["tokens"]["generation_tokens"]
assert count["exact"] and count["server"] == count["client"] == (RUNS + level.requests["warmup"]) * TOKENS
assert BenchmarkResults.load("results.json").results[0].ttft_p50_ms == level.ttft_p50_ms
print(f"{count['server']} tokens by server and client")
