"""How one result stands against another."""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from ._child import consult
from ._files import write
from ._json import flat, known, plain
from .metrics import BenchmarkResults

Source = BenchmarkResults | str | os.PathLike[str]
FORMATS = {".json": "json", ".xml": "junit", ".md": "markdown", ".txt": "text"}


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """B against A: per load point and metric the ratio with its interval, and a verdict."""

    a: Mapping[str, Any] = field(default_factory=dict)
    """What A is."""
    b: Mapping[str, Any] = field(default_factory=dict)
    """What B is."""
    unit: str = ""
    """What inference rests on: "server start", or "trial" where one has fewer than 3 starts."""
    about: str = ""
    """What verdicts are about: "servers", or "these two processes"."""
    confidence_level: float = 0.95
    margin: float = 0.02
    """Relative differences within it are "same"."""
    load_differences: list[Mapping[str, Any]] = field(default_factory=list)
    """What makes the figures answers to different questions."""
    setup_differences: list[Mapping[str, Any]] = field(default_factory=list)
    """What else the runs do not have in common: servers, machines."""
    levels: list[Mapping[str, Any]] = field(default_factory=list)
    """Load points that both have, each with its "metrics"."""
    gates: list[Mapping[str, Any]] = field(default_factory=list)
    """Each gate at each load point, with its verdict."""
    verdict: str = ""
    """On all gates: "pass", "fail" or "undecided"; "" without any."""
    warnings: list[str] = field(default_factory=list)
    """What the reader should know."""
    comparison_schema_version: int = 0
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """The whole JSON."""
    texts: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    """As the binary has rendered it: "text", "json", "junit", "markdown", "github", "benchmark-smaller" and
    "benchmark-bigger"."""

    def __repr__(self) -> str:
        """A line: all that is known would fill a notebook."""
        verdict = f", verdict {self.verdict}" if self.verdict else ""
        return f"<Comparison of {self.about or 'nothing'}, {len(self.levels)} levels{verdict}>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What IPython and Jupyter show: the table."""
        printer.text(self.texts["text"].rstrip("\n"))

    def print(self, file: TextIO | None = None) -> None:
        """Writes the comparison as a table for people, to stdout unless told otherwise."""
        print(self.texts["text"].rstrip("\n"), file=file or sys.stdout)

    def to_json(self, indent: int | None = 2) -> str:
        """The comparison as JSON."""
        return json.dumps(self.raw, indent=indent, ensure_ascii=False)

    def to_markdown(self) -> str:
        """The comparison as a comment on a pull request."""
        return self.texts["markdown"]

    def to_records(self) -> list[dict[str, Any]]:
        """A flat dict a load point and metric, for data frames."""
        return [
            {"concurrency": level["concurrency"], "arrival_rate": level["arrival_rate"], **flat(contrast)}
            for level in self.levels
            for contrast in level["metrics"]
        ]

    def to_pandas(self) -> Any:
        """to_records as a pandas.DataFrame. Needs pandas."""
        return importlib.import_module("pandas").DataFrame(self.to_records())  # not a dependency

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes a file, whole or not at all: .json, .xml (JUnit), .md or .txt, else ValueError."""
        target = Path(path)
        suffix = target.suffix.lower()
        if suffix not in FORMATS:
            raise ValueError(f"{target}: unknown extension {suffix!r}: use {', '.join(FORMATS)}")
        write(target, self.texts[FORMATS[suffix]].encode())


def compare(
    a: Source,
    b: Source,
    *,
    metrics: Sequence[str] | None = None,
    gate: str | None = None,
    confidence_level: float | None = None,
    margin: float | None = None,
    accept_one_start: bool | None = None,
    name_a: str | None = None,
    name_b: str | None = None,
) -> Comparison:
    """Sets results, or saved ones, against the baseline a. What it says is in docs/compare.md.

    metrics are those to compare ("ttft_p99", "throughput"); default: ten. gate limits changes: "ttft_p99<=+5%,
    throughput>=-2%"; see Comparison.verdict. Relative differences within margin (0.02) are "same". With fewer than 3
    server starts verdicts are "undecided", unless accept_one_start lets them be about the processes at hand.

    Raises ConfigError where it cannot be done, ValueError and OSError where a file holds no results.
    """
    how = {
        "metrics": metrics,
        "gate": gate,
        "confidence_level": confidence_level,
        "margin": margin,
        "accept_one_start": accept_one_start,
        "name_a": name_a or _name(a),
        "name_b": name_b or _name(b),
    }
    given = {k: v for k, v in plain(how).items() if v is not None}
    answer = consult({"type": "compare", "results": [_raw(a), _raw(b)], "comparing": given})
    return known(Comparison, answer["comparison"], raw=answer["comparison"], texts=answer["texts"])


def _raw(source: Source) -> Mapping[str, Any]:
    return source.raw if isinstance(source, BenchmarkResults) else BenchmarkResults.load(source).raw


def _name(source: Source) -> str | None:
    return None if isinstance(source, BenchmarkResults) else os.fspath(source)
