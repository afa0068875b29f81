"""Runs against a fake driver: the protocol, and every way in which a run can end."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import FakeDriver, eventually, gone
from splleed import (
    Benchmark,
    BenchmarkResults,
    ConfigError,
    DriverError,
    Progress,
    RunError,
    SimConfig,
    SplleedError,
    _child,
)


def bench(what: str) -> Benchmark:
    return Benchmark(backend=SimConfig(), prompts=[what])


def run(what: str) -> BenchmarkResults:
    return asyncio.run(bench(what).run())


def test_a_run_returns_what_the_driver_says(fake: FakeDriver) -> None:
    results = run("echo")
    assert results.results[0].ttft_p99_ms == 12.5
    assert results.config == {"backend": {"type": "sim"}, "prompts": ["echo"]}, "what is not set is not sent"
    assert results.environment is not None
    assert results.environment.system.python_version == platform.python_version()
    assert results.to_csv() == "concurrency\r\n1\r\n"
    assert fake.gone()
    assert fake.log() == ["stdin ended"]


def test_run_sync(fake: FakeDriver) -> None:
    assert bench("echo").run_sync().engine == "fake"


def test_run_sync_inside_a_running_loop(fake: FakeDriver) -> None:
    async def notebook() -> BenchmarkResults:
        return bench("echo").run_sync()

    assert asyncio.run(notebook()).engine == "fake"


def test_lines_longer_than_any_buffer(fake: FakeDriver) -> None:
    records: list[Mapping[str, Any]] = []
    results = bench("big").run_sync(records=records.append)
    assert [len(r["id"]) for r in records] == [300_000]
    assert len(results.raw["padding"]) == 5_000_000


def test_progress_and_records_are_heard_in_order(fake: FakeDriver) -> None:
    heard: list[Any] = []
    bench("talk").run_sync(
        progress=lambda p: heard.append(("progress", p.done)), records=lambda r: heard.append(("record", r["id"]))
    )
    assert heard == [(kind, i) for i in range(3) for kind in ("progress", "record")]


def test_a_file_of_records_is_the_drivers_to_write(fake: FakeDriver, tmp_path: Path) -> None:
    (tmp_path / "run.ndjson").write_text("what was there")
    bench("records").run_sync(records=tmp_path / "run.ndjson")
    assert (tmp_path / "run.ndjson").read_text() == '{"id":-0,"words":"\\u003c"}\n'
    with pytest.raises(ConfigError):
        bench("bad_config").run_sync(records=str(tmp_path / "run.ndjson"))
    assert (tmp_path / "run.ndjson").read_text() != ""


def test_progress_in_words(fake: FakeDriver, capsys: pytest.CaptureFixture[str]) -> None:
    bench("talk").run_sync(progress=True)
    assert capsys.readouterr() == ("", "splleed: [1/6] concurrency 1: measure\n")
    bench("talk").run_sync(progress=False)
    assert capsys.readouterr() == ("", "")


def test_bad_configuration_names_all_fields(fake: FakeDriver) -> None:
    with pytest.raises(ConfigError, match=r"sampling\.max_tokens: must not be negative\nodd") as e:
        run("bad_config")
    assert isinstance(e.value, ValueError)
    assert [f.path for f in e.value.fields] == ["sampling.max_tokens", ""]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("failed", RuntimeError),
        ("cancelled", RunError),
        ("not_found", FileNotFoundError),
        ("file", OSError),
        ("unreached", ConnectionError),
        ("bad_request", DriverError),
        ("a code of later", RunError),
    ],
)
def test_errors_have_types(fake: FakeDriver, code: str, kind: type[Exception]) -> None:
    with pytest.raises(kind, match=r"^in words$") as e:
        run(code)
    assert isinstance(e.value, SplleedError)
    assert fake.gone()


def test_an_error_beside_results_carries_them(fake: FakeDriver) -> None:
    with pytest.raises(RunError, match="save: disk full") as e:
        run("saved badly")
    assert e.value.results is not None
    assert e.value.results.engine == "fake"


def test_too_many_failures_are_a_warning(fake: FakeDriver) -> None:
    with pytest.warns(UserWarning, match="too many failed requests"):
        assert run("many failures").engine == "fake"


def test_a_crash_shows_the_last_words(fake: FakeDriver) -> None:
    with pytest.raises(DriverError, match=r"(?s)exit status 2.*all is lost"):
        run("crash")


def test_garbage_is_an_error_and_ends_the_child(fake: FakeDriver) -> None:
    with pytest.raises(DriverError, match="Hello, I am a stray print"):
        run("garbage")
    assert fake.gone()


def test_another_protocol_is_refused(fake: FakeDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_DRIVER_PROTOCOL", "2")
    with pytest.raises(DriverError, match="does not speak version 1"):
        run("echo")
    assert fake.gone()


@pytest.mark.parametrize("binary", ["/nowhere/splleed", __file__])
def test_a_binary_that_does_not_start(monkeypatch: pytest.MonkeyPatch, binary: str) -> None:
    monkeypatch.setenv("SPLLEED_BINARY", binary)
    with pytest.raises(DriverError, match="start splleed"):
        run("echo")


def test_a_task_that_is_cancelled_stops_the_child_cleanly(fake: FakeDriver) -> None:
    async def cancelled() -> None:
        begun = asyncio.Event()
        task = asyncio.create_task(bench("wait").run(progress=lambda _: begun.set()))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    assert fake.gone()
    assert fake.log() == ["stdin ended", "stopped cleanly"]


def test_a_listener_that_raises_stops_the_child_cleanly(fake: FakeDriver) -> None:
    def broken(_: Progress) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        bench("wait").run_sync(progress=broken)
    assert fake.gone()
    assert fake.log() == ["stdin ended", "stopped cleanly"]


def test_cancelled_before_the_child_has_said_hello(fake: FakeDriver) -> None:
    async def cancelled() -> None:
        task = asyncio.create_task(bench("wait").run())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    assert fake.gone()


def test_a_child_that_does_not_stop_is_killed(fake: FakeDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_child, "GRACE", 0.2)

    async def cancelled() -> None:
        begun = asyncio.Event()
        task = asyncio.create_task(bench("hang").run(progress=lambda _: begun.set()))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    assert fake.gone()


def test_cancelled_twice_kills_at_once(fake: FakeDriver) -> None:
    async def cancelled() -> None:
        begun = asyncio.Event()
        task = asyncio.create_task(bench("hang").run(progress=lambda _: begun.set()))
        await begun.wait()
        task.cancel()
        for _ in range(3):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 20)  # the grace is longer

    asyncio.run(cancelled())
    assert fake.gone()


CALLER = """
import asyncio, signal, sys
from splleed import Benchmark, SimConfig
def told(progress): print("begun", flush=True)
b = Benchmark(backend=SimConfig(), prompts=["wait"])
async def inside_a_loop(): b.run_sync(progress=told)
async def cell():
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, asyncio.current_task().cancel)
    before = signal.getsignal(signal.SIGINT)
    try:
        b.run_sync(progress=told)
    finally:
        assert signal.getsignal(signal.SIGINT) is before is not signal.default_int_handler
match sys.argv[1]:
    case "async": asyncio.run(b.run(progress=told))
    case "sync": b.run_sync(progress=told)
    case "sync in a loop": asyncio.run(inside_a_loop())
    case "sync in a cell that awaits": asyncio.new_event_loop().run_until_complete(cell())
"""


def caller(how: str) -> subprocess.Popen[bytes]:
    """A Python of its own, in the middle of a run."""
    process = subprocess.Popen([sys.executable, "-c", CALLER, how], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"begun\n"
    return process


@pytest.mark.parametrize("how", ["async", "sync", "sync in a loop", "sync in a cell that awaits"])
def test_ctrl_c_stops_the_child_cleanly(fake: FakeDriver, how: str) -> None:
    with caller(how) as process:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert b"KeyboardInterrupt" in err
    assert b"AssertionError" not in err
    assert fake.gone()
    assert fake.log() == ["stdin ended", "stopped cleanly"]


@pytest.mark.parametrize("how", ["async", "sync"])
def test_kill_9_leaves_no_child(fake: FakeDriver, how: str) -> None:
    with caller(how) as process:
        process.kill()
        process.communicate(timeout=60)
    assert eventually(fake.gone)
    assert fake.log()[:1] == ["stdin ended"]


def test_the_child_has_a_session_of_its_own(fake: FakeDriver) -> None:
    with caller("async") as process:
        assert os.getsid(fake.pid()) == fake.pid() != os.getsid(process.pid)
        process.kill()
        process.communicate(timeout=60)
    assert eventually(lambda: gone(fake.pid()))


def test_loaded_results_are_rendered_by_the_binary(fake: FakeDriver, tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text(json.dumps({"results": [{}, {}]}))
    results = BenchmarkResults.load(tmp_path / "r.json")

    async def inside_a_loop() -> str:
        return results.to_csv()

    assert asyncio.run(inside_a_loop()) == "c\r\n"
    assert results.texts["table"] == "table of 2\n"
