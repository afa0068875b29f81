"""The openai client's reading of the bytes that real servers sent, against the table that our own decoders are held to.

The table is expected.tsv beside the transcripts; internal/load/golden_test.go holds splleed against it. Usage is
compared where the server sent some: the client counts no tokens itself, nor does it say which event brought the first.
"""

from __future__ import annotations

import csv
import hashlib
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openai
import pytest

TRANSCRIPTS = Path(__file__).parents[2] / "internal" / "wire" / "testdata" / "transcripts"

Row = dict[str, str]


def rows() -> list[Row]:
    """The answers of the two APIs that the client speaks."""
    with (TRANSCRIPTS / "expected.tsv").open(encoding="utf-8", newline="") as table:
        lines = csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [row for row in lines if row["api"].split()[0] in ("completions", "chat")]


@contextmanager
def sends(raw: bytes) -> Iterator[str]:
    """Answers one request with these bytes, and hangs up; gives the base URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(20)

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                asked = b""
                while b"}" not in asked:  # the end of the body, which comes in one piece
                    asked = connection.recv(1 << 16) or pytest.fail("the client hung up")
                connection.sendall(raw)

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        thread.join()


@dataclass
class Reading:
    """What the client made of an answer."""

    status: int = 200
    failure: str = ""
    finish: str = ""
    usage: tuple[str, str] | None = None
    texts: dict[int, str] = field(default_factory=dict)

    def take(self, part: Any) -> None:
        """Take a chunk, or an answer in one piece."""
        if part is None:  # llama.cpp sends "data: null" between the answers to a batch, and the client hands it on
            return
        for choice in part.choices:
            inner = getattr(choice, "delta", None) or getattr(choice, "message", None)
            text = inner.content if inner else choice.text
            self.texts[choice.index] = self.texts.get(choice.index, "") + (text or "")
            self.finish = choice.finish_reason or self.finish
        if part.usage:
            self.usage = str(part.usage.prompt_tokens), str(part.usage.completion_tokens)


def read(row: Row, url: str) -> Reading:
    """Ask as the row says, and read what comes."""
    reading = Reading()
    answer: Any = None
    api, _, whole = row["api"].partition(" ")
    with openai.OpenAI(base_url=url, api_key="none", max_retries=0, timeout=20) as client:
        try:
            if api == "chat":
                answer = client.chat.completions.create(
                    model="x", messages=[{"role": "user", "content": "x"}], stream=not whole
                )
            else:
                answer = client.completions.create(model="x", prompt="x", stream=not whole)
            for part in [answer] if whole else answer:
                reading.take(part)
        except openai.APIStatusError as e:
            reading.status, reading.failure = e.status_code, f"http_{e.status_code // 100}xx"
        except openai.APIConnectionError:
            reading.status, reading.failure = (200, "truncated") if answer else (0, "reset")
        except openai.APIError:
            reading.failure = "in_band_error"
    return reading


def shown(texts: dict[int, str]) -> str:
    """The texts as the table has them."""
    if not texts:
        return ""
    ordered = [texts[i] for i in sorted(texts)]
    text = json.dumps(ordered if len(ordered) > 1 else ordered[0])
    if len(text) <= 120:
        return text
    return f"{sum(map(len, ordered))} {hashlib.sha256(chr(0).join(ordered).encode()).hexdigest()[:16]}"


def test_the_table_is_what_its_script_writes() -> None:
    assert len(rows()) >= 142
    subprocess.run([sys.executable, TRANSCRIPTS / "expect.py", "--check"], check=True)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["file"])
def test_the_client_reads_what_the_table_says(row: Row) -> None:
    with sends((TRANSCRIPTS / f"{row['file']}.raw").read_bytes()) as url:
        got = read(row, url)
    assert got.status == int(row["status"])
    assert got.failure == row["failure"]
    assert got.finish == row["finish"]
    assert shown(got.texts) == row["text"]
    assert got.usage == ((row["input"], row["output"]) if row["input"] else None)
