"""A driver that speaks the protocol and measures nothing. What it does is told by the first prompt of the request.

Run as the binary is: `fake_driver.py driver`. It writes its pid to $FAKE_DRIVER_PID, if set, and appends what it went
through to $FAKE_DRIVER_LOG, if set.
"""

import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

Event = dict[str, Any]

ended = threading.Event()  # stdin ended, or a cancel came


def log(what: str) -> None:
    if path := os.environ.get("FAKE_DRIVER_LOG"):
        with Path(path).open("a") as f:
            f.write(what + "\n")


def say(event: Event) -> None:
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


def listen() -> None:
    for line in sys.stdin:
        log("heard " + json.loads(line)["type"])
        ended.set()
    log("stdin ended")
    ended.set()


def results(request: Event, **more: Any) -> Event:
    environment = {"system": {"python_version": request["python_version"], "platform": "fake"}}
    level = {"concurrency": 1, "num_requests": 2, "num_successful": 2, "num_failed": 0, "ttft_p99_ms": 12.5}
    raw = {"schema_version": 1, "engine": "fake", "model": "m", "config": request["config"], "environment": environment}
    return {
        "type": "result",
        "interrupted": False,
        "results": {**raw, "results": [level], "n_trials": 1, "interrupted": False, **more},
        "table": "a table\n",
        "csv": "concurrency\r\n1\r\n",
    }


def run(request: Event) -> None:
    what = request["config"]["prompts"][0]
    if what == "echo":
        say(results(request))
    elif what == "big":
        say({"type": "progress", "stage": "measure", "message": "x" * 300_000})
        say({"type": "record", "record": {"id": "y" * 300_000}})
        say(results(request, padding="z" * 5_000_000))
    elif what == "talk":
        say({"type": "weather", "mood": "an event of a later version"})
        for done in range(3):
            place = {"level": "concurrency 1", "level_no": 1, "levels": 6}
            say({"type": "progress", "stage": "measure", **place, "done": done, "a_later_field": 1})
            say({"type": "record", "record": {"id": done}})
        say(results(request))
    elif what == "records":
        Path(request["records_file"]).write_text('{"id":-0,"words":"\\u003c"}\n')
        say(results(request))
    elif what == "wait":
        say({"type": "progress", "stage": "measure"})
        ended.wait()
        for _ in range(200):  # more than a pipe holds: who stops reading stops me
            say({"type": "record", "record": {"id": "r" * 1000}})
        say(results(request, interrupted=True))
        log("stopped cleanly")
    elif what == "hang":
        say({"type": "progress", "stage": "measure"})
        while True:
            time.sleep(60)
    elif what == "crash":
        say({"type": "progress", "stage": "measure"})
        sys.stderr.write("panic: all is lost\n")
        sys.stderr.flush()
        os._exit(2)
    elif what == "garbage":
        sys.stdout.write("Hello, I am a stray print\n")
        sys.stdout.flush()
        ended.wait()
    elif what == "saved badly":
        say(dict(results(request), exit_code=1, error="save: disk full"))
    elif what == "many failures":
        say(dict(results(request), exit_code=3, error="too many failed requests"))
    else:
        fields = [{"path": "sampling.max_tokens", "message": "must not be negative"}, {"path": "", "message": "odd"}]
        say({"type": "error", "code": what, "message": "in words", "fields": fields})


def main() -> None:
    assert sys.argv[1:] == ["driver"], sys.argv
    if path := os.environ.get("FAKE_DRIVER_PID"):
        Path(path).write_text(str(os.getpid()))
    say({"type": "hello", "protocol": int(os.environ.get("FAKE_DRIVER_PROTOCOL", "1")), "version": "fake"})
    line = sys.stdin.readline()
    if not line:
        return
    request = json.loads(line)
    if request["type"] == "render":
        say({"type": "render", "table": f"table of {len(request['results']['results'])}\n", "csv": "c\r\n"})
        return
    threading.Thread(target=listen, daemon=True).start()
    run(request)
    ended.wait(10)


main()
