from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def script(path: Path, source: str) -> Path:
    """Makes an executable Python script."""
    path.write_text(f"#!{sys.executable}\n{source}")
    path.chmod(0o755)
    return path


def gone(pid: int) -> bool:
    """Whether no process has this pid (a zombie is gone too: only its parent still has to look)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.parent.parent.exists() and status.read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return sys.platform == "linux"


def eventually(condition: Callable[[], bool], seconds: float = 30) -> bool:
    """Whether condition comes true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


class FakeDriver:
    """The fake binary, and what it has left to see."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._pid, self._log = folder / "pid", folder / "log"
        self.binary = script(
            folder / "fake", f"import runpy; runpy.run_path({str(HERE / 'fake_driver.py')!r}, run_name='__main__')"
        )
        monkeypatch.setenv("SPLLEED_BINARY", str(self.binary))
        monkeypatch.setenv("FAKE_DRIVER_PID", str(self._pid))
        monkeypatch.setenv("FAKE_DRIVER_LOG", str(self._log))

    def pid(self) -> int:
        assert eventually(lambda: self._pid.exists() and self._pid.read_text() != "")
        return int(self._pid.read_text())

    def log(self) -> list[str]:
        return self._log.read_text().splitlines() if self._log.exists() else []

    def gone(self) -> bool:
        return gone(self.pid())


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeDriver:
    return FakeDriver(tmp_path, monkeypatch)
