"""`vllm bench serve` with its own words, on splleed's clock.

    python examples/vllm_bench_twin.py --sim --num-prompts 100 --request-rate 20
    python examples/vllm_bench_twin.py --base-url http://localhost:8000 --model Qwen/Qwen2.5-0.5B-Instruct

Differences that you will see in the numbers: latencies count from the moment the request was due, so time that the
client or a --max-concurrency makes it wait is in TTFT; TPOT is per token delivered after the first arrival (TPOT n-1 is
vLLM's formula); the load is warm before the measurement begins.
"""

import argparse
import math
from typing import Any

from splleed import Benchmark, SamplingParams, SimConfig, SLOConfig, VLLMConfig, synthetic_prompts
from splleed.backends import Backend
from splleed.metrics import ConcurrencyResult
from splleed.synthetic import Tokenizer


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sim", action="store_true", help="use the simulated server; words count as tokens")
    parser.add_argument("--base-url", default="http://localhost:8000")
    parser.add_argument("--model", default="Qwen/Qwen2.5-0.5B-Instruct")
    parser.add_argument("--num-prompts", type=int, default=1000)
    parser.add_argument("--random-input-len", type=int, default=1024)
    parser.add_argument("--random-output-len", type=int, default=128)
    parser.add_argument("--request-rate", type=float, default=math.inf, help="requests per second; inf: all at once")
    parser.add_argument("--burstiness", type=float, default=1.0)
    parser.add_argument("--max-concurrency", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--goodput", nargs="*", default=[], metavar="METRIC:MS", help="ttft:200 tpot:50 e2el:5000")
    parser.add_argument("--save-result", metavar="FILE")
    return parser.parse_args()


def load(args: argparse.Namespace) -> dict[str, Any]:
    """The load: arrivals at a rate, or (inf) as many in flight as allowed."""
    if math.isinf(args.request_rate):
        return {"mode": "throughput", "concurrency": [args.max_concurrency or args.num_prompts]}
    return {
        "mode": "serve",
        "arrival_rate": args.request_rate,
        "arrival_pattern": "poisson" if args.burstiness == 1 else "gamma",
        "burstiness": None if args.burstiness == 1 else args.burstiness,
        "concurrency": args.max_concurrency and [args.max_concurrency],
    }


def report(level: ConcurrencyResult) -> None:
    """The table of `vllm bench serve`, in its order."""
    lines: list[tuple[str, Any]] = [
        ("Successful requests", level.num_successful),
        ("Failed requests", level.num_failed),
        ("Benchmark duration (s)", level.total_time_sec),
        ("Total input tokens", level.tokens["input"]),
        ("Total generated tokens", level.tokens["output"]),
        ("Request throughput (req/s)", level.throughput_requests_per_sec),
        ("Output token throughput (tok/s)", level.throughput_tokens_per_sec),
        ("Request goodput (%)", level.goodput_pct),
    ]
    titles = {"ttft": "TTFT", "tpot": "TPOT", "tpot_n1": "TPOT n-1", "icl": "ITL (per chunk)", "e2e": "E2EL"}
    for name, title in titles.items():
        served = level.metrics.get(name, {}).get("served", {})
        lines += [(f"{word} {title} (ms)", served.get(key)) for word, key in _STATISTICS]
    for text, value in lines:
        shown = "-" if value is None else f"{value:.2f}" if isinstance(value, float) else str(value)
        print(f"{text + ':':<40} {shown:>10}")


_STATISTICS = (("Mean", "mean"), ("Median", "p50"), ("P99", "p99"))


def main() -> None:
    args = arguments()
    if args.sim:
        backend: Backend = SimConfig()
        tokenizer: Tokenizer = str.split
    else:
        from transformers import AutoTokenizer  # `pip install transformers`

        backend = VLLMConfig(model=args.model, endpoint=args.base_url)
        tokenizer = AutoTokenizer.from_pretrained(args.model).encode
    warmups = min(args.num_prompts, 16)
    wishes = {f"{metric}_ms": float(ms) for metric, ms in (wish.split(":") for wish in args.goodput)}
    results = Benchmark(
        backend=backend,
        prompts=synthetic_prompts(args.num_prompts + warmups, args.random_input_len, tokenizer, seed=args.seed),
        runs=args.num_prompts,
        num_warmups=warmups,
        sampling=SamplingParams(max_tokens=args.random_output_len, ignore_eos=True, temperature=0.0),
        seed=args.seed,
        slo=SLOConfig(**wishes) if wishes else None,
        **load(args),
    ).run_sync(progress=True)
    report(results.results[0])
    if args.save_result:
        results.save(args.save_result)


if __name__ == "__main__":
    main()
