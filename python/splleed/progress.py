"""How far a run is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ._json import known


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a run is. Told a few times a second while it goes on."""

    stage: str = ""
    """ "server", "warmup", "measure", "level_done" or "precision"."""
    message: str = ""
    """In words: what the server's start is at; the figures of a finished level; the widths of intervals."""
    level: str = ""
    """ "concurrency 8", "10 req/s"."""
    level_no: int = 0
    """From 1, over all trials."""
    levels: int = 0
    """Levels times trials."""
    trial: int = 0
    """From 1."""
    trials: int = 0
    done: int = 0
    """Measured requests of the level that have ended."""
    total: int = 0
    """Measured requests of the level."""
    failed: int = 0
    """Of done."""
    eta_sec: float = 0.0
    """Seconds to the end of the whole run; 0 while unknown."""

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> Progress:
        """Reads an event of the protocol. Fields of a later version are left out."""
        return known(cls, event)


def lines_on_stderr() -> Callable[[Progress], None]:
    """A listener that prints a line on stderr whenever there is something new to say in words."""
    last = ""

    def show(p: Progress) -> None:
        nonlocal last
        if not p.level:
            text = p.message or p.stage
        else:
            words = p.message if p.stage in ("level_done", "precision") else p.stage
            text = f"[{p.level_no}/{p.levels}] {p.level}: {words}"
        if text != last:
            print(f"splleed: {text}", file=sys.stderr, flush=True)
        last = text

    return show
