"""Three load levels against a vLLM server, with intervals over three trials.

python examples/basic.py --sim                                   # no GPU: the simulated server
python examples/basic.py --model Qwen/Qwen2.5-0.5B-Instruct      # splleed starts vLLM
python examples/basic.py --endpoint http://localhost:8000        # a server that runs already
"""

import argparse
import asyncio

from splleed import Benchmark, SamplingParams, SimConfig, SLOConfig, VLLMConfig


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sim", action="store_true", help="use the simulated server")
    parser.add_argument("--model", default="Qwen/Qwen2.5-0.5B-Instruct")
    parser.add_argument("--endpoint", help="of a running server")
    args = parser.parse_args()

    results = await Benchmark(
        backend=SimConfig() if args.sim else VLLMConfig(model=args.model, endpoint=args.endpoint),
        prompts=[
            "What is the capital of France?",
            "Explain quantum computing briefly.",
        ],
        concurrency=[1, 2, 4],
        trials=3,
        sampling=SamplingParams(max_tokens=100),
        slo=SLOConfig(ttft_ms=200, tpot_ms=50),
    ).run(progress=True)

    results.print()
    results.save("results.json")
    for level in results.aggregated_results or []:
        print(f"concurrency {level.concurrency}: TTFT p50 {level.ttft_p50_ms:.1f} ms")


if __name__ == "__main__":
    asyncio.run(main())
