"""What can go wrong. Everything raised on purpose is a SplleedError."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .metrics import BenchmarkResults


class SplleedError(Exception):
    """The base of all errors of this package."""


@dataclass(frozen=True)
class FieldError:
    """One bad field of a configuration."""

    path: str
    """Where, from the outermost object: "sampling.max_tokens", "prompts[3]"; "" is the whole."""
    message: str
    """What is wrong with it."""

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class ConfigError(SplleedError, ValueError):
    """A configuration is refused, before anything has run. Names every bad field at once."""

    def __init__(self, fields: Sequence[FieldError]) -> None:
        super().__init__(fields)
        self.fields = list(fields)
        """The bad fields."""

    def __str__(self) -> str:
        return "\n".join(map(str, self.fields))


class RunError(SplleedError, RuntimeError):
    """A run went wrong: the server could not be started or reached, results could not be saved."""

    def __init__(self, message: str, results: BenchmarkResults | None = None) -> None:
        super().__init__(message)
        self.results = results
        """What had been measured by then, if anything."""


class GateError(RunError):
    """A goal was not met, or too little is known to say. The verdicts are in .results."""


class UnreachableError(RunError, ConnectionError):
    """No server answers at the endpoint."""


class NotFoundError(RunError, FileNotFoundError):
    """An executable, or a file, is missing."""


class FileAccessError(RunError, OSError):
    """A file, or a folder, cannot be read or written."""


class DriverError(SplleedError, RuntimeError):
    """The splleed binary is missing, died, or speaks another version of the protocol."""


def whole(message: str) -> ConfigError:
    """An error of the configuration as a whole, whose text is the message alone."""
    return ConfigError([FieldError("", message)])
