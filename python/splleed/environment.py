"""Where a run took place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ._json import known


@dataclass(frozen=True, kw_only=True)
class GPUInfo:
    """One accelerator."""

    index: int = 0
    name: str = ""
    vram_mb: int = 0
    """Memory, in MiB."""
    driver_version: str | None = None
    cuda_version: str | None = None


@dataclass(frozen=True, kw_only=True)
class EngineInfo:
    """The server as it describes itself."""

    name: str = ""
    version: str | None = None
    managed: bool = False
    """Started by splleed."""
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class ModelInfo:
    """The model as configured."""

    name: str = ""
    revision: str | None = None
    quantization: str | None = None
    dtype: str | None = None


@dataclass(frozen=True, kw_only=True)
class SystemInfo:
    """The client's machine."""

    python_version: str | None = None
    go_version: str = ""
    platform: str = ""
    hostname: str = ""
    cpu_count: int = 0
    cpu_model: str = ""
    memory_gb: float = 0.0


@dataclass(frozen=True, kw_only=True)
class EnvironmentInfo:
    """Where a run took place."""

    gpus: list[GPUInfo] = field(default_factory=list)
    """Of the server, where it is known to be this machine."""
    engine: EngineInfo | None = None
    model: ModelInfo | None = None
    system: SystemInfo = field(default_factory=SystemInfo)
    splleed_version: str = ""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> EnvironmentInfo:
        """Reads the JSON form."""
        engine, model = data.get("engine"), data.get("model")
        return cls(
            gpus=[known(GPUInfo, g) for g in data.get("gpus") or []],
            engine=known(EngineInfo, engine) if engine else None,
            model=known(ModelInfo, model) if model else None,
            system=known(SystemInfo, data.get("system") or {}),
            splleed_version=data.get("splleed_version") or "",
        )
