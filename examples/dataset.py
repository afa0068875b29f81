"""Prompts from a dataset of the Hugging Face Hub. Needs `pip install splleed[hf]`.

python examples/dataset.py --endpoint http://localhost:8000
python examples/dataset.py --sim --local        # no GPU, no download
"""

import argparse
from typing import Any

from splleed import Benchmark, SamplingParams, SimConfig, VLLMConfig


def instructions(local: bool) -> Any:
    """The dataset: any step of the datasets library may go in between."""
    from datasets import Dataset, load_dataset

    if local:
        return Dataset.from_dict({"instruction": [f"Give {n} tips for staying healthy." for n in range(1, 300)]})
    return load_dataset("tatsu-lab/alpaca", split="train")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sim", action="store_true", help="use the simulated server")
    parser.add_argument("--local", action="store_true", help="make the dataset up")
    parser.add_argument("--model", default="Qwen/Qwen2.5-3B-Instruct")
    parser.add_argument("--endpoint", help="of a running server")
    args = parser.parse_args()

    rows = instructions(args.local).shuffle(seed=42).select(range(100))
    # Benchmark(dataset="tatsu-lab/alpaca", prompt_column="instruction", num_samples=100) does the same by itself.
    results = Benchmark(
        backend=SimConfig() if args.sim else VLLMConfig(model=args.model, endpoint=args.endpoint),
        prompts=list(rows["instruction"]),
        concurrency=[1, 8, 32],
        sampling=SamplingParams(max_tokens=64),
    ).run_sync(progress=True)
    results.print()


if __name__ == "__main__":
    main()
