"""Coroutines for callers that block."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
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
    with _interruptible():
        try:
            # Not for ever, since Windows delivers Ctrl-C only between waits; nor by joining the thread, which Python
            # 3.10 takes for ended when the wait is interrupted.
            while not result.done():
                wait([result], timeout=0.1)
        except BaseException:
            _cancel(task, loop)
            wait([result])
            raise
    return result.result()


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Has Ctrl-C raise KeyboardInterrupt here.

    The handlers of loops (asyncio.run's, those of notebooks) only cancel a task, which this very call holds up.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before in (signal.SIG_IGN, None):
        yield
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _cancel(task: asyncio.Task[Any], loop: asyncio.AbstractEventLoop) -> None:
    with contextlib.suppress(RuntimeError):  # the loop has just ended
        loop.call_soon_threadsafe(task.cancel)
