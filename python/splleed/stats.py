"""Intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ._json import known


@dataclass(frozen=True, kw_only=True)
class ConfidenceInterval:
    """A Student-t interval over trials, in the unit of its statistic. None where no trial has the statistic."""

    mean: float | None = None
    """The mean over trials (on the scale named in scale)."""
    ci_lower: float | None = None
    """None with a single trial."""
    ci_upper: float | None = None
    """None with a single trial."""
    std: float | None = None
    """Of the sample (n - 1)."""
    n_samples: int = 0
    """Trials that have the statistic."""
    confidence_level: float = 0.95
    scale: str = "linear"
    """ "log" for latencies: the interval is not symmetric about the mean."""
    instrument: list[float] | None = None
    """Between which values the client's own error lets the mean lie. None where that is not known."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ConfidenceInterval:
        """Reads the JSON form."""
        return known(cls, data)

    @property
    def margin(self) -> float | None:
        """Half the width of the interval."""
        if self.ci_lower is None or self.ci_upper is None:
            return None
        return (self.ci_upper - self.ci_lower) / 2

    def __format__(self, spec: str) -> str:
        if self.mean is None:
            return "-"
        mean = format(self.mean, spec or ".2f")
        if self.margin is None or self.n_samples <= 1:
            return mean
        return f"{mean} ± {format(self.margin, spec or '.2f')}"

    def __str__(self) -> str:
        return format(self, "")
