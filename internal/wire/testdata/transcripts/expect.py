#!/usr/bin/env python3
"""Says what each transcript in this folder means: writes expected.tsv, or with --check compares it.

It shares no code with splleed: HTTP by hand, events by splitting the whole body, plain json.
The columns:

file      the transcript, without .raw
api       which API answered ("-": none that generates; only status and body are held), with "whole" if not streamed
status    HTTP status; 0 where none came
failure   splleed's type of failure; empty for a success
finish    the finish reason of the choice that ended last; "unknown" where TGI was not asked for it
input     tokens of the prompt by the server's last usage; empty where it says none
output    generated tokens: by that usage, else by TGI's token events, else one per event with text (empty if whole)
events    events with text
ttft      the first event with text, or with a token of TGI's; counted from 1, comments and the like left out
text      the answer, as JSON: its text, or a list of n; if long, its length in characters and sha256's first 16 digits.
          Where the api is "-", length in bytes and sha256 of the body
reason    what one might not expect of the row
"""

import hashlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
TABLE = HERE / "expected.tsv"
COLUMNS = ["file", "api", "status", "failure", "finish", "input", "output", "events", "ttft", "text", "reason"]
PATHS = {
    "/v1/completions": "completions",
    "/v1/chat/completions": "chat",
    "/generate": "tgi",
    "/generate_stream": "tgi",
}

# Where a server sends usage for each of several answers, the last one stands, although the tokens are their sum: input
# and output are then of one answer. splleed itself asks for one.
EACH = "8 tokens in all: usage is of one answer, the other has its own"
REASONS = {
    "llama.cpp-b10434/compl_n2_stream": EACH,
    "llama.cpp-b10434/compl_batchprompt_stream": EACH,
    "llama.cpp-b10434-midstream-errors/compl_batchprompt_stream": EACH,
    "tgi-router-3.3.6/compl_batchprompt_stream": EACH,
    "tgi-router-3.3.6/compl_n2_stream": "the server ignores n",
    "tgi-router-3.3.6/generate_stream": "TGI tells the reason only with details",
    "vllm-0.32.0/compl_stream_ignore_eos": "one token is a special one, without text",
    "vllm-0.32.0-overloaded/compl_stream_ignore_eos": "one event holds two tokens, and one token has no text",
    "vllm-0.32.0-overloaded/compl_stream_usage_cont": "one event holds five tokens",
    "vllm-0.32.0-overloaded/chat_nonstream": "the client gave up before any byte came",
}


def request(raw: bytes) -> tuple[str, bool]:
    """Return the API that was asked, and whether for a stream."""
    head, _, body = raw.partition(b"\r\n\r\n")
    method, path, *_ = head.decode().split()
    api = PATHS.get(path, "-") if method == "POST" else "-"
    return api, path == "/generate_stream" or b'"stream":true' in body


def response(raw: bytes) -> tuple[int, bytes, bool]:
    """Return status, body and whether the body ended as HTTP says."""
    head, end, rest = raw.partition(b"\r\n\r\n")
    if not end:
        return 0, b"", False
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.split(":", 1) for line in lines)
    fields = {name.strip().lower(): value.strip() for name, value in pairs}
    status = int(first.split()[1])
    if fields.get("transfer-encoding") == "chunked":
        return (status, *chunked(rest))
    if "content-length" in fields:
        size = int(fields["content-length"])
        return status, rest[:size], len(rest) >= size
    return status, rest, True


def chunked(rest: bytes) -> tuple[bytes, bool]:
    """Return what the chunks hold, and whether the last one came."""
    body = b""
    while True:
        size, end, rest = rest.partition(b"\r\n")
        if not end:
            return body, False
        n = int(size.split(b";")[0], 16)
        if n == 0:
            return body, rest.endswith(b"\r\n")
        body += rest[:n]
        if len(rest) < n + 2:
            return body, False
        rest = rest[n + 2 :]


def payloads(body: bytes) -> list[str]:
    """Return the data of the events that ended."""
    found = []
    for block in body.replace(b"\r\n", b"\n").split(b"\n\n")[:-1]:
        lines = block.decode().split("\n")
        data = [line[5:].removeprefix(" ") for line in lines if line.startswith("data:")]
        if data:
            found.append("\n".join(data))
    return found


class Answer:
    """What the payloads of one response say together."""

    def __init__(self, api: str) -> None:
        self.api = api
        self.texts: dict[int, str] = {}
        self.seen = self.events = self.tokens = self.ttft = 0
        self.finish = ""
        self.usage: tuple[int | None, int | None] = (None, None)
        self.complete = self.error = False

    def payload(self, data: str) -> None:
        """Take one payload."""
        if self.error:
            return
        self.seen += 1
        if data == "[DONE]":
            self.complete = True
            return
        event = json.loads(data)
        if event is None:
            return
        if "error" in event:
            self.error = True
        elif self.api == "tgi":
            self.generated(event)
        else:
            self.chunk(event)

    def chunk(self, event: dict) -> None:
        """Take a chunk of a completion or chat, or one in one piece."""
        pieces = [self.choice(choice) for choice in event.get("choices", [])]
        if any(pieces):
            self.content()
        if usage := event.get("usage"):
            self.usage = usage["prompt_tokens"], usage["completion_tokens"]

    def choice(self, choice: dict) -> str:
        """Take one of n answers and return the text that it adds."""
        inner = choice.get("delta") or choice.get("message") or {}
        text = choice.get("text") or inner.get("content") or inner.get("reasoning_content") or ""
        index = choice.get("index", 0)
        self.texts[index] = self.texts.get(index, "") + text
        self.end(choice.get("finish_reason"))
        return text

    def generated(self, event: dict) -> None:
        """Take an event of TGI's own, or its answer in one piece."""
        details = event.get("details") or {}
        token = event.get("token")
        text = token["text"] if token else event.get("generated_text")
        self.texts[0] = self.texts.get(0, "") + (text or "")
        self.tokens += token is not None
        if text or token:
            self.content(bool(text))
        if event.get("generated_text") is not None:
            self.complete = True
            self.end(details.get("finish_reason") or "unknown")
        if details:
            self.usage = details.get("input_length"), details["generated_tokens"]

    def content(self, text: bool = True) -> None:
        """Count an event that brought some."""
        self.events += text
        self.ttft = self.ttft or self.seen

    def end(self, reason: str | None) -> None:
        """Take a finish reason; none while the answer goes on, which TGI says as an empty one."""
        if reason:
            self.finish, self.complete = reason, True


def digest(size: int, data: bytes) -> str:
    """Return what stands for long text."""
    return f"{size} {hashlib.sha256(data).hexdigest()[:16]}"


def shown(texts: dict[int, str]) -> str:
    """Return the answer as one column holds it."""
    if not texts:
        return ""
    ordered = [texts[i] for i in sorted(texts)]
    text = json.dumps(ordered if len(ordered) > 1 else ordered[0], ensure_ascii=True)
    return text if len(text) <= 120 else digest(sum(map(len, ordered)), "\0".join(ordered).encode())


def failure(status: int, answer: Answer, output: int) -> str:
    """Return the type of failure, by the rules of the documentation."""
    if status == 0:
        return "reset"
    if status == 429:
        return "rate_limited"
    if status >= 400:
        return f"http_{status // 100}xx"
    if answer.error:
        return "in_band_error"
    if not answer.complete:
        return "truncated"
    return "" if answer.events or output else "empty"


def row(name: str) -> dict[str, str]:
    """Return the expectation of one transcript."""
    api, stream = request((HERE / f"{name}.req").read_bytes())
    status, body, ended = response((HERE / f"{name}.raw").read_bytes())
    line = dict.fromkeys(COLUMNS, "") | {"file": name, "status": str(status)}
    if api == "-":
        return line | {"api": api, "text": digest(len(body), body)}
    answer = Answer(api)
    if status == 200:
        for data in payloads(body) if stream else [body.decode()] * ended:
            answer.payload(data)
    given, output = answer.usage
    if output is None and (stream or answer.tokens):
        output = answer.tokens or answer.events
    return line | {
        "api": api if stream else f"{api} whole",
        "failure": failure(status, answer, output or 0),
        "finish": answer.finish,
        "input": "" if given is None else str(given),
        "output": "" if output is None else str(output),
        "events": str(answer.events),
        "ttft": str(answer.ttft or ""),
        "text": shown(answer.texts),
        "reason": REASONS.get(name, ""),
    }


def main() -> None:
    """Write the table, or compare."""
    names = sorted(p.relative_to(HERE).with_suffix("").as_posix() for p in HERE.glob("*/*.raw"))
    rows = ["\t".join(row(name)[c] for c in COLUMNS) for name in names]
    text = "\n".join(["\t".join(COLUMNS), *rows, ""])
    if "--check" not in sys.argv:
        TABLE.write_bytes(text.encode())
    elif TABLE.read_bytes() != text.encode():
        sys.exit(f"{TABLE.name} is not what the transcripts say")


if __name__ == "__main__":
    main()
