"""Coroutines for callers that block."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
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
        try:
            result.set_result(loop.run_until_complete(task))
        except BaseException as e:
            result.set_exception(e)
        finally:
            loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()

    thread = threading.Thread(target=run, name="splleed-run", daemon=True)
    thread.start()
    try:
        while thread.is_alive() and not _called_off():
            thread.join(0.1)  # not for ever: Windows delivers Ctrl-C only between waits
    except BaseException:
        loop.call_soon_threadsafe(task.cancel)
        thread.join()
        raise
    if thread.is_alive():
        loop.call_soon_threadsafe(task.cancel)
    return result.result()


def _called_off() -> bool:
    """Whether the blocked task was cancelled: what asyncio.run makes of the first Ctrl-C, from Python 3.11 on."""
    caller = asyncio.current_task()
    return caller is not None and hasattr(caller, "cancelling") and caller.cancelling() > 0
