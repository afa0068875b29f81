"""The JSON form of dataclasses: names are the same, what is None is left out."""

from __future__ import annotations

import dataclasses
import math
import os
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from .errors import ConfigError, FieldError

T = TypeVar("T")


def known(cls: type[T], data: Mapping[str, Any], **more: Any) -> T:
    """A dataclass of the keys that it knows; those of a later version are left out."""
    names = {f.name for f in dataclasses.fields(cls)}  # type: ignore[arg-type]  # every caller has a dataclass
    return cls(**{k: v for k, v in data.items() if k in names}, **more)


def plain(value: Any) -> Any:
    """The JSON form of a configuration. A ConfigError names every value that has none."""
    bad: list[FieldError] = []
    result = _plain(value, "", bad)
    if bad:
        raise ConfigError(bad)
    return result


def _plain(value: Any, path: str, bad: list[FieldError]) -> Any:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            bad.append(FieldError(path, f"must be a finite number, not {value}"))
        return float(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        items = ((f.name, getattr(value, f.name)) for f in dataclasses.fields(value))
        return {k: _plain(v, f"{path}.{k}".lstrip("."), bad) for k, v in items if v is not None}
    if isinstance(value, Mapping):
        return {str(k): _plain(v, f"{path}.{k}".lstrip("."), bad) for k, v in value.items()}
    if isinstance(value, os.PathLike):
        return os.fsdecode(value)
    if hasattr(value, "tolist"):  # NumPy's numbers and arrays: both have __index__ and __iter__
        return _plain(value.tolist(), path, bad)
    if hasattr(value, "__index__"):
        return int(value)
    if isinstance(value, Iterable) and not isinstance(value, bytes | bytearray):
        return [_plain(v, f"{path}[{i}]", bad) for i, v in enumerate(value)]
    if hasattr(value, "__float__"):
        return _plain(float(value), path, bad)
    bad.append(FieldError(path, f"a {type(value).__name__} cannot be sent"))
    return None


def flat(data: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested values under dotted keys."""
    row: dict[str, Any] = {}
    for key, value in data.items():
        if isinstance(value, Mapping):
            row.update(flat(value, f"{prefix}{key}."))
        else:
            row[prefix + key] = value
    return row
