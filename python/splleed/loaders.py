"""Prompts from datasets of the Hugging Face Hub (the `hf` extra)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .errors import whole

SHUFFLE_SEED = 42  # the original's: the same num_samples picks the same rows


def load_hf_dataset(
    dataset_name: str,
    processor: Callable[[Any], Any] | None = None,
    prompt_column: str = "prompt",
    num_samples: int | None = None,
) -> list[str]:
    """The prompts of a dataset's "train" split.

    processor, if given, gets the Dataset and returns one with a column "prompt"; prompt_column is then not used.
    num_samples, if smaller than the dataset, picks that many rows: always the same ones.
    """
    try:
        from datasets import load_dataset
    except ImportError as e:
        raise ImportError(
            "The 'datasets' package is required for HuggingFace dataset support. "
            "Install it with: pip install splleed[hf]"
        ) from e
    rows = load_dataset(dataset_name, split="train")
    if processor is not None:
        rows, prompt_column = processor(rows), "prompt"
        if prompt_column not in rows.column_names:
            raise whole(f"Processor must return dataset with 'prompt' column, got columns: {rows.column_names}")
    elif prompt_column not in rows.column_names:
        raise whole(f"Column '{prompt_column}' not found in dataset. Available columns: {rows.column_names}")
    if num_samples is not None and num_samples < len(rows):
        rows = rows.shuffle(seed=SHUFFLE_SEED).select(range(num_samples))
    return list(rows[prompt_column])
