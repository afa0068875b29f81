"""What a kernel developer asks: how fast is prefill, how fast is decode, where does the server saturate?

    prefill   1024 tokens in, 1 out: TTFT
    decode    128 in, 256 out, forced: ITL and tokens per second
    scaling   128 in, 128 out, forced, at 1 to 32 in flight: where tokens per second stop growing

    python examples/prefill_decode_scaling.py --sim
    python examples/prefill_decode_scaling.py --endpoint http://localhost:8000 --model Qwen/Qwen2.5-0.5B-Instruct

Every prompt is sent once, so that prefix caches don't answer in the server's place.
"""

import argparse

from splleed import Benchmark, BenchmarkResults, SamplingParams, SimConfig, VLLMConfig, synthetic_prompts
from splleed.backends import Backend
from splleed.synthetic import Tokenizer

LEVELS = (1, 2, 4, 8, 16, 32)
RUNS = 32
WARMUP = 1  # a slot


def tokenizer_of(model: str) -> Tokenizer:
    from transformers import AutoTokenizer  # `pip install transformers`

    encode: Tokenizer = AutoTokenizer.from_pretrained(model).encode
    return encode


def forced(tokens: int) -> SamplingParams:
    """Exactly so many tokens, whatever the model would say."""
    return SamplingParams(max_tokens=tokens, min_tokens=tokens, ignore_eos=True, temperature=0.0)


def measure(
    backend: Backend, tokenizer: Tokenizer, tokens_in: int, tokens_out: int, levels: tuple[int, ...]
) -> BenchmarkResults:
    """One benchmark with prompts for every request of its own."""
    runs = max(RUNS, 2 * max(levels))
    # Measured, warm-up, and what keeps the load up until the last measured request has ended.
    count = len(levels) * runs + (WARMUP + 2) * sum(levels)
    results = Benchmark(
        backend=backend,
        prompts=synthetic_prompts(count, tokens_in, tokenizer, seed=tokens_in),
        concurrency=levels,
        runs=runs,
        warmup=WARMUP,
        sampling=forced(tokens_out),
    ).run_sync(progress=True)
    for level in results.results:
        for warning in level.warnings:
            print(f"warning: {warning}")
    return results


def number(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sim", action="store_true", help="use the simulated server; words count as tokens")
    parser.add_argument("--model", default="Qwen/Qwen2.5-0.5B-Instruct")
    parser.add_argument("--endpoint", help="of a running server")
    args = parser.parse_args()
    if args.sim:
        backend: Backend = SimConfig()
        tokenizer: Tokenizer = str.split
    else:
        backend = VLLMConfig(model=args.model, endpoint=args.endpoint)
        tokenizer = tokenizer_of(args.model)

    prefill = measure(backend, tokenizer, 1024, 1, (1,)).results[0]
    decode = measure(backend, tokenizer, 128, 256, (1,)).results[0]
    scaling = measure(backend, tokenizer, 128, 128, LEVELS).results

    print(f"prefill  1024 in: TTFT p50 {number(prefill.ttft_p50_ms)} ms")
    rate = decode.throughput["output_tokens_per_sec"]  # of the window, without ramp and tail
    print(f"decode   256 out: ITL p50 {number(decode.itl_p50_ms)} ms, {number(rate)} tokens/s")
    print("scaling  in flight  tokens/s  per stream  ITL p50 ms")
    for level in scaling:
        rate = level.throughput["output_tokens_per_sec"]
        per_stream = rate / level.concurrency if rate and level.concurrency else None
        print(f"  {level.concurrency:>17}  {number(rate):>8}  {number(per_stream):>10}  {number(level.itl_p50_ms):>10}")


if __name__ == "__main__":
    main()
