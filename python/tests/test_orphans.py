"""However Python ends, the server that it had started ends too."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import eventually, gone
from servers import FakeEngine
from splleed import BenchmarkResults

CALLER = """
from splleed import Benchmark, SamplingParams, VLLMConfig
def told(progress): print(progress.stage, flush=True)
backend = VLLMConfig(model="m", port=-1)
Benchmark(
    backend=backend, prompts=["a"], runs=10_000, sampling=SamplingParams(max_tokens=200), output_file="partial.json"
).run_sync(progress=told)
"""


def start(folder: Path, engine: FakeEngine) -> subprocess.Popen[str]:
    env = dict(os.environ, SPLLEED_VLLM_PATH=str(engine.path))
    return subprocess.Popen(
        [sys.executable, "-c", CALLER],
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def await_load(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert any(line == "measure\n" for line in process.stdout), "the run never got to its load"


@pytest.mark.parametrize("moment", ["start-up", "load"])
def test_kill_9(tmp_path: Path, moment: str) -> None:
    engine = FakeEngine(tmp_path, "vllm", slow=moment == "start-up", speed="1")
    with start(tmp_path, engine) as process:
        if moment == "load":
            await_load(process)
        assert eventually(lambda: bool(engine.starts()))
        process.kill()
    assert eventually(lambda: gone(engine.starts()[0]["pid"]))
    assert len(engine.starts()) == 1


def test_ctrl_c_keeps_what_is_done(tmp_path: Path) -> None:
    engine = FakeEngine(tmp_path, "vllm", speed="20")
    with start(tmp_path, engine) as process:
        await_load(process)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert gone(engine.starts()[0]["pid"]), "stopped before Python ended"
    assert BenchmarkResults.load(tmp_path / "partial.json").interrupted
