"""Servers for tests: a simulated one, and executables that pretend to be engines."""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conftest import script
from splleed import binary

SPEED = "20"  # times as fast as a small model on a good GPU


@contextlib.contextmanager
def sim(*flags: str) -> Iterator[str]:
    """A simulated server in a process of its own; gives its URL."""
    argv = [binary.find(), "sim", "--port", "0", "--speed", SPEED, *flags]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if "listening on " in line:
                    yield line.split("listening on ")[1].split()[0]
                    break
            else:
                raise AssertionError("the simulated server does not say where it listens")
        finally:
            process.terminate()


# Notes how it was called, then becomes the simulated server, at the port and with the model of its own flags.
FAKE_ENGINE = """
import json, os, signal, sys, time
argv = sys.argv[1:]
flags = dict(zip(argv, argv[1:]))
if {stubborn!r}:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(180)
        os._exit(0)
    os.wait()
with open({log!r}, "a") as f:
    print(json.dumps({{"pid": os.getpid(), "argv": argv, "env": dict(os.environ)}}), file=f, flush=True)
if {slow!r}:
    time.sleep(180)
model = argv[1] if argv[0] == "serve" else flags["--model-id"]
port = flags["--port"]
os.execv({binary!r}, [{binary!r}, "sim", "--port", port, "--model", model, "--speed", {speed!r}])
"""


class FakeEngine:
    """An executable that pretends to be an engine.

    A slow one never comes up. A stubborn one has a daemon that leaves the session; it is deaf to SIGTERM, and so is the
    engine until it is up.
    """

    def __init__(
        self, folder: Path, name: str, *, slow: bool = False, stubborn: bool = False, speed: str = SPEED
    ) -> None:
        self._log = folder / f"{name}.log"
        source = FAKE_ENGINE.format(log=str(self._log), slow=slow, stubborn=stubborn, speed=speed, binary=binary.find())
        self.path = script(folder / name, source)

    def starts(self) -> list[dict[str, Any]]:
        """How it was called, each time."""
        return [json.loads(line) for line in self._log.read_text().splitlines()] if self._log.exists() else []
