"""What the event that ends a run comes to."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from .errors import GateError, RunError
from .metrics import BenchmarkResults


def results_of(event: Mapping[str, Any]) -> BenchmarkResults:
    """The results of a run, or the error that they come with.

    Called by what the user has called, whose line a warning names.
    """
    results = BenchmarkResults.from_dict(event["results"], {"table": event["table"], "csv": event["csv"]})
    match event.get("exit_code", 0):
        case 0:
            return results
        case 3:  # worth a look, and there is nothing else wrong with them
            warnings.warn(event["error"], UserWarning, stacklevel=3)
            return results
        case 4 | 5:
            raise GateError(event["error"], results)
        case _:
            raise RunError(event["error"], results)
