"""Coroutines for callers that block."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, wait
from functools import partial
from typing import Any, TypeVar

T = TypeVar("T")


def complete(work: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine to its end. Works inside a running loop, which it blocks. Ctrl-C cancels the coroutine first."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    return _beside(work)


def _beside(work: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine in a thread and a loop of its own."""
    result: Future[T] = Future()
    loop = asyncio.new_event_loop()
    task = loop.create_task(work)

    def run() -> None:
        outcome: Callable[[], None]
        try:
            outcome = partial(result.set_result, loop.run_until_complete(task))
        except BaseException as e:
            outcome = partial(result.set_exception, e)
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
        outcome()

    threading.Thread(target=run, name="splleed-run", daemon=True).start()
    try:
        # Not for ever, since Windows delivers Ctrl-C only between waits; nor by joining the thread, which Python 3.10
        # takes for ended when the wait is interrupted.
        while not result.done() and not _called_off():
            wait([result], timeout=0.1)
    except BaseException:
        _cancel(task, loop)
        wait([result])
        raise
    if not result.done():
        _cancel(task, loop)
    return result.result()


def _cancel(task: asyncio.Task[Any], loop: asyncio.AbstractEventLoop) -> None:
    with contextlib.suppress(RuntimeError):  # the loop has just ended
        loop.call_soon_threadsafe(task.cancel)


def _called_off() -> bool:
    """Whether the blocked task was cancelled: what asyncio.run makes of the first Ctrl-C, from Python 3.11 on."""
    caller = asyncio.current_task()
    return caller is not None and hasattr(caller, "cancelling") and caller.cancelling() > 0
