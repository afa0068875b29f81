"""Prompts of an exact length in tokens."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from typing import Any

TEXT = """
able above across add afraid after again age ago agree air all allow almost alone along already also always among
anger animal answer any apple area arm around arrive art ask autumn away baby back bad bag ball bank base bath bear beat
bed before begin behind bell best better between big bird black blood blow blue board boat body bone book born both
bottom bowl box boy branch bread break bright bring broad brother brown build burn bus busy buy cake call camp can car
card care carry case cat catch cause cell center chair chance change cheap check child choose church circle city class
clean clear climb clock close cloth cloud coat cold come cook cool copper corn corner cost count country course cover
cow cross crowd cry cup cut dance dark day dead deal dear death deep deer desk dinner doctor dog door doubt down dream
dress drink drive drop dry dust each ear early earth east easy eat edge egg eight end enough enter even evening ever
every exact eye face fact fair fall family far farm fast father fear feed feel few field fight fill final find fine
finger fire first fish five flat floor flow flower fly follow food foot force forest form forward four fox free fresh
friend front fruit full game garden gate general gentle girl give glad glass gold gone good grass gray great green
ground group grow guess half hall hand happy hard hat head hear heart heat heavy help here high hill hold hole home
hope horse hot hour house hundred hunt ice idea inside iron island job join joy jump keep key kind king kitchen know
lake land large last late laugh law lead leaf learn leave left leg less letter level life light line lion list listen
little live long look lose lost loud love low luck lunch machine mail main make many map mark market master matter may
meal mean measure meat meet middle milk mind mine minute mirror miss money month moon more morning most mother mountain
mouth move much music name narrow nature near neck need nest never new next night nine noise north nose note now number
ocean offer office often oil old once one only open orange order other outside over own page pain paint pair paper
"""
WORDS = TEXT.split()

ENDS = (" a", " I", ".", "!", "?", ",", ";")  # for the last gap: short, so cheap with any tokenizer
ATTEMPTS = 5  # prompts to begin before giving up
STEPS = 100  # changes to one prompt

Tokenizer = Callable[[str], Any]


def synthetic_prompts(count: int, target_tokens: int, tokenizer: Tokenizer, seed: int | None = None) -> list[str]:
    """Prompts of exactly target_tokens tokens each: len(tokenizer(prompt)) == target_tokens, checked on every prompt.

    tokenizer turns a text into its tokens: `tok.encode`, or a Hugging Face tokenizer itself. Special tokens that it
    adds (BOS) count, as they count for the server. The words are random, so that no prefix cache helps; with the same
    tokenizer the same seed gives the same prompts.

    A target_tokens of 0 or less gives empty prompts. Raises ValueError where no text has that many tokens.
    """
    if target_tokens <= 0:
        return [""] * max(count, 0)
    rng = random.Random(seed)
    composer = _Composer(tokenizer, target_tokens, rng)
    return [composer.prompt() for _ in range(count)]


class _Composer:
    """Writes texts of one length. What a word costs is only a guess; the tokenizer has the last say."""

    def __init__(self, tokenizer: Tokenizer, target: int, rng: random.Random) -> None:
        self._tokenizer, self._target, self._rng = tokenizer, target, rng
        base = self._length("it")
        costs = {word: max(1, self._length(f"it {word}") - base) for word in WORDS}
        cheapest = min(costs.values())
        # Words of one price make the length of a text known beforehand. Where words are spelled out letter by letter
        # there are few of them, and all words will do.
        same = [w for w, cost in costs.items() if cost == cheapest]
        self._words = same if len(same) >= len(WORDS) // 4 else WORDS
        self._by_cost: dict[int, list[str]] = defaultdict(list)
        for word in self._words:
            self._by_cost[costs[word]].append(word)
        self._room = target - self._length("")  # what special tokens leave
        self._mean_cost = sum(costs[w] for w in self._words) / len(self._words)

    def prompt(self) -> str:
        """One text of the target length."""
        for _ in range(ATTEMPTS):
            if (text := self._try()) is not None:
                return text
        raise ValueError(f"no text of exactly {self._target} tokens found with this tokenizer")

    def _try(self) -> str | None:
        parts = self._some(max(1, round(self._room / self._mean_cost)))
        for _ in range(STEPS):
            text = _joined(parts)
            gap = self._target - self._length(text)
            if gap == 0:
                return text
            if gap < 0:
                del parts[-max(1, int(-gap / self._mean_cost)) :]
            elif gap > 2 * self._mean_cost:
                parts += self._some(int(gap / self._mean_cost) - 1)
            elif not self._narrow(parts, gap):  # a dead end: back, to take another way
                del parts[-self._rng.randint(1, 3) :]
        return None

    def _some(self, count: int) -> list[str]:
        return [f" {self._rng.choice(self._words)}" for _ in range(count)]

    def _narrow(self, parts: list[str], gap: int) -> bool:
        """Adds a word or a mark that makes the gap smaller, best one that closes it. Reports whether there is one."""
        fitting = self._by_cost.get(gap, [])
        closer: str | None = None
        for end in [*(f" {w}" for w in self._rng.sample(fitting, min(4, len(fitting)))), *ENDS]:
            left = self._target - self._length(_joined([*parts, end]))
            if 0 <= left < gap and (closer is None or left == 0):
                closer = end
            if left == 0:
                break
        if closer is not None:
            parts.append(closer)
        return closer is not None

    def _length(self, text: str) -> int:
        tokens = self._tokenizer(text)
        ids: Any = getattr(tokens, "input_ids", tokens)  # what a Hugging Face tokenizer itself returns
        return len(ids)


def _joined(parts: list[str]) -> str:
    return "".join(parts).lstrip()
