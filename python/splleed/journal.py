"""Journals of requests, as run(records="run.ndjson") writes them: scored again, joined, read."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from ._child import Event, consult
from ._json import plain
from ._outcome import results_of
from .config import SLOConfig
from .metrics import BenchmarkResults

Source = str | os.PathLike[str]


def rescore(
    journal: Source,
    *,
    slo: SLOConfig | Mapping[str, Any] | None = None,
    goals: Sequence[str] | None = None,
    fail_on: Literal["undecided", "fail", "never"] | None = None,
    percentiles: Sequence[float] | None = None,
    confidence_level: float | None = None,
    early_stopping: bool | None = None,
    max_error_rate: float | None = None,
) -> BenchmarkResults:
    """Computes the results of a run again from its journal, without a server.

    What is None stays as the run had it: slo are the goals of requests, goals those of levels, percentiles further ones
    of every latency (75, 99.5); early_stopping also bounds them as MLPerf's LoadGen does. A journal that is damaged, or
    whose run was killed, gives what it holds; the warnings of the results say what is missing.

    Raises ConfigError, GateError as a run does, ValueError where the file is no journal, and OSError. Warns where more
    requests failed than max_error_rate allows.
    """
    event = _scored(
        [journal],
        slo=slo,
        goals=goals,
        fail_on=fail_on,
        percentiles=percentiles,
        confidence_level=confidence_level,
        early_stopping=early_stopping,
        max_error_rate=max_error_rate,
    )
    return results_of(event)


def merge(
    *journals: Source,
    slo: SLOConfig | Mapping[str, Any] | None = None,
    goals: Sequence[str] | None = None,
    fail_on: Literal["undecided", "fail", "never"] | None = None,
    percentiles: Sequence[float] | None = None,
    confidence_level: float | None = None,
    early_stopping: bool | None = None,
    max_error_rate: float | None = None,
) -> BenchmarkResults:
    """Joins the journals of several runs of the same load: their trials are pooled and numbered anew. Else as rescore.

    What differs between the runs is in the warnings; runs whose levels differ are a ValueError.
    """
    event = _scored(
        journals,
        slo=slo,
        goals=goals,
        fail_on=fail_on,
        percentiles=percentiles,
        confidence_level=confidence_level,
        early_stopping=early_stopping,
        max_error_rate=max_error_rate,
    )
    return results_of(event)


def _scored(journals: Sequence[Source], **scoring: Any) -> Event:
    """The binary's answer. What is None is not chosen."""
    given = {k: v for k, v in plain(scoring).items() if v is not None}
    request = {"type": "rescore", "journals": [os.fspath(j) for j in journals], "scoring": given}
    return consult(request, "result")


def read_requests(journal: Source) -> list[dict[str, Any]]:
    """The requests of a journal, a dict each, for data frames: ids, stamps, tokens, arrivals and failure.

    A last line that is cut short, as that of a run that was killed, is left out.
    """
    requests = []
    lines = Path(journal).read_text(encoding="utf-8").split("\n")
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            entry = json.loads(line)
        except ValueError as e:
            if number == len(lines):
                break
            raise ValueError(f"{os.fspath(journal)}: line {number} is no JSON: {e}") from e
        if isinstance(entry, dict) and "type" not in entry:  # the others are notes of the run
            requests.append(entry)
    return requests
