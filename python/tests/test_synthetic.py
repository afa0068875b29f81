from __future__ import annotations

import re

import pytest
from splleed import synthetic_prompts
from splleed.synthetic import Tokenizer


class Encoding:
    """What a Hugging Face tokenizer itself returns."""

    def __init__(self, ids: list[str]) -> None:
        self.input_ids = ids

    def __len__(self) -> int:
        return 2  # input_ids, attention_mask


def words(text: str) -> list[str]:
    return text.split()


def pieces(text: str) -> list[str]:
    """Words of more than four letters are several tokens; a leading space belongs to its word."""
    return re.findall(r" ?[a-zA-Z]{1,4}|[^a-zA-Z ]| ", text)


def first_word_differs(text: str) -> list[str]:
    """As in byte-level BPE, a word without a space before it can be more tokens than with one."""
    return ([text[0]] if text else []) + re.findall(r" \S+|\S+|\s", text[1:])


TOKENIZERS: dict[str, Tokenizer] = {
    "words": words,
    "characters": list,
    "bytes": lambda text: list(text.encode()),
    "pieces": pieces,
    "pieces with BOS": lambda text: ["<s>", *pieces(text)],
    "words with BOS and EOS": lambda text: ["<s>", *words(text), "</s>"],
    "first word differs": first_word_differs,
    "three tokens a word": lambda text: (
        [part for w in text.split() for part in (w, w, w)] + re.findall(r"[.!?,;]", text)
    ),
    "a Hugging Face tokenizer": lambda text: Encoding(["<s>", *pieces(text)]),
}


def length(tokens: object) -> int:
    return len(tokens.input_ids if isinstance(tokens, Encoding) else tokens)  # type: ignore[arg-type]  # all are sized


@pytest.mark.parametrize("name", TOKENIZERS)
@pytest.mark.parametrize("target", [3, 12, 50, 1024])
def test_every_prompt_has_exactly_the_length(name: str, target: int) -> None:
    tokenizer = TOKENIZERS[name]
    prompts = synthetic_prompts(8, target, tokenizer, seed=42)
    assert [length(tokenizer(p)) for p in prompts] == [target] * 8


def test_short_ones() -> None:
    assert synthetic_prompts(2, 0, words) == ["", ""]
    assert synthetic_prompts(0, 5, words) == []
    for target in (1, 2):
        assert [len(list(p)) for p in synthetic_prompts(5, target, list, seed=1)] == [target] * 5


def test_a_seed_makes_the_same_prompts() -> None:
    assert synthetic_prompts(5, 30, pieces, seed=7) == synthetic_prompts(5, 30, pieces, seed=7)
    assert synthetic_prompts(5, 30, pieces, seed=7) != synthetic_prompts(5, 30, pieces, seed=8)
    assert synthetic_prompts(5, 30, pieces) != synthetic_prompts(5, 30, pieces)


def test_prompts_share_no_beginning() -> None:
    prompts = synthetic_prompts(200, 64, words, seed=3)
    assert len({" ".join(p.split()[:3]) for p in prompts}) == 200, "a prefix cache would help"
    assert len({w for p in prompts for w in p.split()}) > 100


def test_the_tokenizer_is_asked_sparingly() -> None:
    asked = 0

    def counting(text: str) -> list[str]:
        nonlocal asked
        asked += len(text) > 1000
        return ["<s>", *text.split()]

    synthetic_prompts(20, 1024, counting, seed=1)
    assert asked <= 3 * 20


def test_a_length_that_no_text_has() -> None:
    with pytest.raises(ValueError, match="no text of exactly 5 tokens"):
        synthetic_prompts(1, 5, lambda text: [0] * (2 * len(text)))
    with pytest.raises(ValueError, match="no text of exactly 1 tokens"):
        synthetic_prompts(1, 1, lambda text: ["<s>", *text.split(), "</s>"])
