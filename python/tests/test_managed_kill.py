"""However Python ends, and whenever: of the engine that it had started nothing is left, not even a daemon that has left
the session and is deaf to SIGTERM. With the real binary, from Python to that daemon."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import eventually
from servers import FakeEngine
from splleed import Benchmark, BenchmarkResults, Progress, SamplingParams, VLLMConfig

pytestmark = pytest.mark.skipif(  # the guard, and /proc, are Linux only
    sys.platform != "linux", reason="only on Linux is there a guard, and /proc to look into"
)

MARK = "SPLLEED_TEST_MARK"
GRACE = 0.5  # seconds between SIGTERM and SIGKILL
AT_ONCE = 5.0  # seconds after SIGKILL until everything is gone
MOMENTS = ["start-up", "load"]

# Programs that run a benchmark and say which stage it is in.
COMMON = f"""
import asyncio
from splleed import Benchmark, SamplingParams, VLLMConfig
def told(progress): print(progress.stage, flush=True)
benchmark = Benchmark(
    backend=VLLMConfig(model="m", port=-1, grace_timeout_s={GRACE}), prompts=["a"], runs=100_000, concurrency=4,
    sampling=SamplingParams(max_tokens=20), output_file="partial.json",
)
"""
CALLERS = {
    "run_sync": COMMON + "benchmark.run_sync(progress=told)",
    "run_sync in a loop": COMMON + "async def cell(): benchmark.run_sync(progress=told)\nasyncio.run(cell())",
    "run": COMMON + "asyncio.run(benchmark.run(progress=told))",
}


class Play:
    """A fake engine, a Python program that benchmarks it, and a look at all their processes."""

    def __init__(self, folder: Path, moment: str) -> None:
        self.folder, self.moment, self._mark = folder, moment, secrets.token_hex(8)
        self.engine = FakeEngine(folder, "vllm", slow=moment == "start-up", stubborn=True)
        self.env = {MARK: self._mark, "SPLLEED_VLLM_PATH": str(self.engine.path)}

    def start(self, source: str) -> subprocess.Popen[str]:
        """Starts the program and waits for the moment."""
        process = subprocess.Popen(
            [sys.executable, "-c", source],
            cwd=self.folder,
            env={**os.environ, **self.env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        if self.moment == "load":
            assert process.stdout is not None
            assert any(line == "measure\n" for line in process.stdout), "no load"
        assert eventually(lambda: bool(self.engine.starts()))
        assert len(self.left()) >= 5, "Python, splleed, guard, engine and daemon"
        return process

    def left(self) -> list[int]:
        """All that runs of it."""
        wanted = f"{MARK}={self._mark}".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if wanted in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
            except OSError:
                pass
        return found

    def saved(self) -> bool:
        """Whether there are results of a run that was interrupted; there are none of one that never began."""
        path = self.folder / "partial.json"
        return path.exists() and BenchmarkResults.load(path).interrupted


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_python_is_killed(tmp_path: Path, moment: str, number: signal.Signals) -> None:
    play = Play(tmp_path, moment)
    with play.start(CALLERS["run_sync"]) as process:
        process.send_signal(number)
    assert process.returncode == -number
    assert eventually(lambda: not play.left(), GRACE + AT_ONCE), play.left()


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("caller", CALLERS)
def test_ctrl_c(tmp_path: Path, caller: str, moment: str) -> None:
    play = Play(tmp_path, moment)
    process = play.start(CALLERS[caller])
    process.send_signal(signal.SIGINT)
    begun = time.monotonic()
    _, words = process.communicate(timeout=60)
    assert play.left() == [], "all was gone before Python was"
    assert time.monotonic() - begun < GRACE + AT_ONCE
    assert words.rstrip().endswith("KeyboardInterrupt"), words
    assert process.returncode == -signal.SIGINT
    assert play.saved() == (moment == "load")


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("caller", CALLERS)
def test_impatient_ctrl_c(tmp_path: Path, caller: str, moment: str) -> None:
    grace = 2.5
    play = Play(tmp_path, moment)
    process = play.start(CALLERS[caller].replace(f"grace_timeout_s={GRACE}", f"grace_timeout_s={grace}"))
    begun = time.monotonic()
    while process.poll() is None and time.monotonic() - begun < grace:
        process.send_signal(signal.SIGINT)
        time.sleep(0.1)  # an impatient finger
    assert process.poll() is not None, "it waited for the daemon"
    process.communicate()
    assert eventually(lambda: not play.left(), grace + AT_ONCE), play.left()


@pytest.mark.parametrize("moment", MOMENTS)
def test_cancelled_task(tmp_path: Path, moment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    play = Play(tmp_path, moment)
    for key, value in play.env.items():
        monkeypatch.setenv(key, value)
    loads = asyncio.Event()

    def told(progress: Progress) -> None:
        if progress.stage == "measure":
            loads.set()

    async def main() -> None:
        benchmark = Benchmark(
            backend=VLLMConfig(model="m", port=-1, grace_timeout_s=GRACE),
            prompts=["a"],
            runs=100_000,
            concurrency=4,
            sampling=SamplingParams(max_tokens=20),
            output_file=tmp_path / "partial.json",
        )
        task = asyncio.create_task(benchmark.run(progress=told))
        if moment == "load":
            await asyncio.wait_for(loads.wait(), 60)
        else:
            assert await asyncio.to_thread(eventually, lambda: bool(play.engine.starts()))
        assert len(play.left()) >= 4, "splleed, guard, engine and daemon"
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert play.left() == [], "all was gone when the task was"

    asyncio.run(main())
    assert play.saved() == (moment == "load")
