from __future__ import annotations

import sys
from typing import Any

import datasets
import pytest
from splleed.loaders import load_hf_dataset


@pytest.fixture(autouse=True)
def hub(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """A hub with one dataset of 20 rows; returns what was asked of it."""
    asked: list[tuple[str, str]] = []

    def load_dataset(name: str, *, split: str) -> datasets.Dataset:
        asked.append((name, split))
        rows = range(20)
        return datasets.Dataset.from_dict({"prompt": [f"p{i}" for i in rows], "question": [f"q{i}" for i in rows]})

    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    return asked


def test_a_column_of_the_train_split(hub: list[tuple[str, str]]) -> None:
    assert load_hf_dataset("some/set") == [f"p{i}" for i in range(20)]
    assert load_hf_dataset("some/set", prompt_column="question")[3] == "q3"
    assert hub == [("some/set", "train")] * 2


def test_samples_are_always_the_same_and_shuffled() -> None:
    sample = load_hf_dataset("d", num_samples=5)
    assert sample == load_hf_dataset("d", num_samples=5)
    assert len(set(sample)) == 5
    assert sample != [f"p{i}" for i in range(5)]
    assert len(load_hf_dataset("d", num_samples=50)) == 20


def test_a_processor_makes_the_column() -> None:
    def shout(rows: Any) -> Any:
        return rows.map(lambda row: {"prompt": row["question"].upper()})

    assert load_hf_dataset("d", shout, prompt_column="ignored")[3] == "Q3"


def test_missing_columns_are_named() -> None:
    has = r"^Column 'x' not found in dataset\. Available columns: \['prompt', 'question'\]$"
    with pytest.raises(ValueError, match=has):
        load_hf_dataset("d", prompt_column="x")
    got = r"^Processor must return dataset with 'prompt' column, got columns: \['question'\]$"
    with pytest.raises(ValueError, match=got):
        load_hf_dataset("d", lambda rows: rows.remove_columns("prompt"))


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(ImportError, match=r"^The 'datasets' package is required .* pip install splleed\[hf\]$"):
        load_hf_dataset("d")
