"""Builds the splleed binary into the wheel, and names the platform in its tag.

SPLLEED_TARGET=linux/arm64 (or another of TARGETS) builds for another platform. Needs Go, and nothing else.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Platform tags. The binary is static on Linux, so it asks for no libc: the oldest tag that installers know will do.
TARGETS = {
    "linux/amd64": "manylinux_2_17_x86_64.manylinux2014_x86_64.musllinux_1_1_x86_64",
    "linux/arm64": "manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64",
    "darwin/amd64": "macosx_12_0_x86_64",
    "darwin/arm64": "macosx_12_0_arm64",
    "windows/amd64": "win_amd64",
}

SYSTEMS = {"linux": "linux", "darwin": "darwin", "win32": "windows"}
MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


class AbortError(Exception):
    """A reason to stop, in one line for people."""


def target() -> tuple[str | None, str]:
    """What to build for ("linux/amd64"; None is what Go takes for this machine), and its platform tag."""
    if asked := os.environ.get("SPLLEED_TARGET"):
        if asked not in TARGETS:
            raise AbortError(f"SPLLEED_TARGET={asked} is unknown; known: {', '.join(TARGETS)}")
        return asked, TARGETS[asked]
    here = f"{SYSTEMS.get(sys.platform)}/{MACHINES.get(platform.machine().lower())}"
    if here in TARGETS:
        return here, TARGETS[here]
    return None, sysconfig.get_platform().replace("-", "_").replace(".", "_")


def go_build(root: Path, output: Path, version: str, goal: str | None) -> None:
    """Compiles the binary."""
    go = shutil.which("go")
    if go is None:
        raise AbortError("building splleed needs Go: install it from https://go.dev/dl, or install a wheel of splleed")
    env = dict(os.environ, CGO_ENABLED="0")
    if goal:
        env["GOOS"], env["GOARCH"] = goal.split("/")
    flags = f"-s -w -X github.com/splleed/splleed.version={version}"
    argv = [go, "build", "-trimpath", "-ldflags", flags, "-o", str(output), "./cmd/splleed"]
    built = subprocess.run(argv, cwd=root, env=env, stderr=subprocess.PIPE, text=True)
    if built.returncode:
        raise AbortError(f"go build, exit status {built.returncode}:\n{built.stderr.strip()}")


class BinaryHook(BuildHookInterface[Any]):
    """The hook of the wheel target."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Adds the binary and the tag. version is the kind of wheel: "standard" or "editable"."""
        self._folder = tempfile.TemporaryDirectory()
        try:
            goal, tag = target()
            name = "splleed.exe" if goal and goal.startswith("windows/") else "splleed"
            output = Path(self._folder.name) / name
            if version == "editable":  # the package is used where it lies
                output = Path(self.root) / "python" / "splleed" / "_bin" / name
            go_build(Path(self.root), output, self.metadata.version, goal)
        except AbortError as e:
            self.app.abort(str(e))
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{tag}"
        if version != "editable":
            build_data["force_include"][str(output)] = f"splleed/_bin/{name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Clears up."""
        self._folder.cleanup()
