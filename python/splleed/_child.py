"""Conversations with the splleed binary: requests and events of docs/protocol.md, one JSON value a line.

The child lives in a session of its own, so that Ctrl-C in a terminal reaches only Python, which then decides. It ends
when its stdin does: a Python that dies, in whatever manner, leaves nothing behind.

A thread does the blocking reads. So lines may be of any length, and any event loop will do.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping
from typing import Any

from .binary import find
from .errors import ConfigError, DriverError, FieldError, FileAccessError, NotFoundError, RunError, UnreachableError

Event = dict[str, Any]

PROTOCOL = 1
GRACE = 30.0  # seconds that a child has to stop its server and end, beside the server's own grace
LAST_WORDS = 4000  # bytes of stderr to quote


class Child:
    """One running binary."""

    def __init__(self) -> None:
        own_session: dict[str, Any] = (
            {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
            if os.name == "nt"
            else {"start_new_session": True}
        )
        argv = [find(), "driver"]
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the child
        try:
            self._process = subprocess.Popen(
                argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._stderr,
                **own_session,
            )
        except OSError as e:
            self._stderr.close()
            raise DriverError(f"start splleed: {e}") from e
        assert self._process.stdin and self._process.stdout
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        self._asked = False
        self._hung_up = False
        self._last_words = ""

    def converse(self, request: Mapping[str, Any], tell: Callable[[Event | Exception | None], None]) -> None:
        """Sends one request and tells every event, and None when the child is gone. Blocks: work for a thread."""
        try:
            if hello := self._stdout.readline():
                _greet(_event(hello))
                self._ask(request)
            for line in self._stdout:
                tell(_event(line))
        except Exception as e:
            self._close_stdin()
            tell(e)
        finally:
            while self._stdout.read(1 << 16):  # a child that can't write can't end
                pass
            self._process.wait()
            self._clear_up()
            tell(None)

    def _ask(self, request: Mapping[str, Any]) -> None:
        with contextlib.suppress(BrokenPipeError):  # the child's death shows in what it says
            self._stdin.write(json.dumps(request).encode() + b"\n")
            self._stdin.flush()
        self._asked = True
        if self._hung_up:
            self._close_stdin()

    def hang_up(self) -> None:
        """Asks the child to stop what it does and to end. It may go on talking."""
        self._hung_up = True
        if self._asked:  # else converse does it: closing a pipe that is being written to would wait for the writer
            self._close_stdin()

    def _close_stdin(self) -> None:
        with contextlib.suppress(OSError):
            self._stdin.close()

    def kill(self) -> None:
        """Ends the child's whole session: the last resort."""
        if self._process.poll() is not None:
            return
        if os.name == "nt":
            self._process.kill()
        else:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _clear_up(self) -> None:
        self._close_stdin()
        self._stdout.close()
        self._stderr.seek(max(0, self._stderr.seek(0, os.SEEK_END) - LAST_WORDS))
        self._last_words = self._stderr.read().decode(errors="replace").strip()
        self._stderr.close()

    def died(self) -> DriverError:
        """The error for a child that is gone without an answer."""
        code = self._process.returncode
        how = f"signal {-code}" if code < 0 else f"exit status {code}"
        words = self._last_words and f":\n{self._last_words}"
        return DriverError(f"the splleed binary ended without an answer ({how}){words}")


def _greet(hello: Event) -> None:
    if hello["type"] != "hello" or hello.get("protocol") != PROTOCOL:
        raise DriverError(f"the splleed binary {find()} does not speak version {PROTOCOL} of the protocol: {hello}")


def _event(line: bytes) -> Event:
    try:
        event = json.loads(line)
        if isinstance(event["type"], str):
            return dict(event)
    except (ValueError, TypeError, KeyError):
        pass
    raise DriverError(f"the splleed binary said what is no event: {line[:200]!r}")


async def ask(request: Mapping[str, Any], hear: Callable[[Event], None], grace: float = GRACE) -> Event:
    """Sends one request, hears events on the way, and returns the one that ends it, once the child is gone.

    Cancelled, or when hear raises, it first asks the child to stop, and waits for it. Cancelled again, or after grace
    seconds, it kills it.
    """
    loop = asyncio.get_running_loop()
    events: asyncio.Queue[Event | Exception | None] = asyncio.Queue()

    def tell(event: Event | Exception | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
            loop.call_soon_threadsafe(events.put_nowait, event)

    child = Child()
    threading.Thread(target=child.converse, args=(request, tell), name="splleed", daemon=True).start()
    gone = False
    try:
        while True:
            event = await events.get()
            if event is None:
                gone = True
                raise child.died()
            if isinstance(event, Exception):
                raise event
            if event["type"] == "error":
                raise error_of(event)
            if event["type"] in ("result", "render", "schema"):
                return event
            hear(event)
    finally:
        if not gone:
            await _part(child, events, grace)


async def _part(child: Child, events: asyncio.Queue[Event | Exception | None], grace: float) -> None:
    """Hangs up and waits until the child is gone."""
    loop = asyncio.get_running_loop()
    timers = [
        loop.call_later(grace, child.kill),
        loop.call_later(grace + 5, events.put_nowait, None),  # something else holds its pipe: don't wait for that
    ]
    child.hang_up()
    again: asyncio.CancelledError | None = None
    while True:
        try:
            if await events.get() is None:
                break
        except asyncio.CancelledError as e:
            again = e
            child.kill()
    for timer in timers:
        timer.cancel()
    if again:
        raise again


def consult(request: Mapping[str, Any], answer: str | None = None) -> Event:
    """Sends one request that is answered at once, and returns the answer, an event of that type or of the request's.

    Blocks, also inside a running loop.
    """
    try:
        done = subprocess.run([find(), "driver"], input=json.dumps(request).encode() + b"\n", capture_output=True)
    except OSError as e:
        raise DriverError(f"start splleed: {e}") from e
    for event in map(_event, done.stdout.splitlines()):
        if event["type"] == "error":
            raise error_of(event)
        if event["type"] == (answer or request["type"]):
            return event
    raise DriverError(f"the splleed binary gave no answer: {done.stderr.decode(errors='replace')[-LAST_WORDS:]}")


def render(results: Mapping[str, Any]) -> dict[str, str]:
    """The table and the CSV of results."""
    answer = consult({"type": "render", "results": results})
    return {"table": answer["table"], "csv": answer["csv"]}


def error_of(event: Event) -> Exception:
    """The exception for an error event."""
    code, message = event.get("code"), str(event.get("message"))
    if code == "bad_config":
        fields = [FieldError(f["path"], f["message"]) for f in event.get("fields") or []]
        return ConfigError(fields or [FieldError("", message)])
    if code in ("bad_request", "busy"):
        return DriverError(message)
    if code == "bad_results":
        return ValueError(f"not the results of a benchmark: {message}")
    kinds = {"not_found": NotFoundError, "file": FileAccessError, "unreached": UnreachableError}
    return kinds.get(str(code), RunError)(message)
