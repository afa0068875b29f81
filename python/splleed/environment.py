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
    command: list[str] | None = None
    """The command line that started a managed one, secrets struck out."""
    reports: Mapping[str, Any] | None = None
    """What it says about itself, by path, without secrets."""
    probe_tokens: Mapping[str, int] | None = None
    """Tokens of the request before the load: "input", "cached", "output"."""


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
class ClientInfo:
    """What of the client's machine bears on what it can measure. None is what the system does not tell."""

    kernel: str = ""
    cpus: int = 0
    """That splleed may run on."""
    cpu_governor: str | None = None
    cpu_frequency_driver: str | None = None
    smt: bool | None = None
    """Several threads share a core."""
    numa_nodes: int | None = None
    clock_source: str | None = None
    memory_bytes: int | None = None
    open_files: int | None = None
    """Limit of the process."""
    cgroup_cpus: float | None = None
    """Limit in CPUs; None without one."""
    cgroup_memory_bytes: int | None = None
    container: str | None = None
    virtual_machine: str | None = None
    steal_share: float | None = None
    """Of the CPUs' time since boot, what the hypervisor gave to others."""
    loopback_mtu: int | None = None
    local_ports: int | None = None
    """Connections that one address can have to one server."""


@dataclass(frozen=True, kw_only=True)
class EnvironmentInfo:
    """Where a run took place."""

    gpus: list[GPUInfo] = field(default_factory=list)
    """Of the server, where it is known to be this machine."""
    engine: EngineInfo | None = None
    model: ModelInfo | None = None
    system: SystemInfo = field(default_factory=SystemInfo)
    client: ClientInfo | None = None
    splleed_version: str = ""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> EnvironmentInfo:
        """Reads the JSON form."""
        engine, model, client = data.get("engine"), data.get("model"), data.get("client")
        return cls(
            gpus=[known(GPUInfo, g) for g in data.get("gpus") or []],
            engine=known(EngineInfo, engine) if engine else None,
            model=known(ModelInfo, model) if model else None,
            system=known(SystemInfo, data.get("system") or {}),
            client=known(ClientInfo, client) if client else None,
            splleed_version=data.get("splleed_version") or "",
        )
