#!/usr/bin/env python3
"""Hold splleed's journal against the simulated server's own log, request by request.

Independent of splleed: it reads the two files and computes every figure itself. A server's truth about a request is when
it received it and when it wrote each event; splleed's is when it sent it and when each arrival came in.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from statistics import fmean
from typing import Any

Line = dict[str, Any]
Figures = dict[str, list[float]]
MS = 1e6  # nanoseconds


def lines(path: str) -> Iterator[Line]:
    with open(path, encoding="utf-8") as file:
        yield from map(json.loads, file)


def figures(start: int, arrivals: list[tuple[int, int]]) -> Figures:
    """TTFT, ITL, TPOT and E2E in ms of arrivals [(time, tokens), …], ITL as one sample per token."""
    itl = [
        (at - before) / tokens / MS for (before, _), (at, tokens) in zip(arrivals, arrivals[1:]) for _ in range(tokens)
    ]
    first, last = arrivals[0][0], arrivals[-1][0]
    later = sum(tokens for _, tokens in arrivals[1:])
    return {
        "TTFT": [(first - start) / MS],
        "ITL": itl,
        "TPOT": [(last - first) / later / MS] if later else [],
        "E2E": [(last - start) / MS],
    }


def measured(record: Line) -> Figures:
    at, arrivals = 0, []
    for delta, tokens, _bound in record["arrivals"]:
        at += delta
        arrivals.append((at, tokens))
    return figures(record["sent_ns"], arrivals)


def true(log: Line) -> Figures:
    events = [(before, tokens) for before, _after, tokens in log["events"] if tokens]
    return figures(log["received_unix_ns"], events)


def level(record: Line) -> str:
    if record["arrival_rate"]:
        return f"{record['arrival_rate']:g} req/s"
    return f"{record['concurrency']} streams"


def main() -> int:
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("journal", help="what splleed run --records wrote")
    cli.add_argument("log", help="what splleed sim --log (or splleed run --sim-log) wrote")
    cli.add_argument("--mean", type=float, default=2, metavar="PERCENT", help="most that a mean may be off (2)")
    cli.add_argument(
        "--ttft", type=float, default=2, metavar="MS", help="most that 95 %% of single TTFTs may be off (2)"
    )
    cli.add_argument("--in-flight", type=int, help="the server must have seen this many at once")
    cli.add_argument("--report", action="store_true", help="show how far figures are off without judging them")
    args = cli.parse_args()

    logs = {log["id"]: log for log in lines(args.log)}
    off: dict[str, list[float]] = defaultdict(list)
    sums: dict[str, dict[str, tuple[list[float], list[float]]]] = {}
    for record in lines(args.journal):
        if record.get("phase") != "measured" or record["failure"]:
            continue
        ours, truth = measured(record), true(logs[record["id"]])
        of = sums.setdefault(level(record), {name: ([], []) for name in ours})
        for name in ours:
            of[name][0].extend(ours[name])
            of[name][1].extend(truth[name])
        off[level(record)].append(abs(ours["TTFT"][0] - truth["TTFT"][0]))

    wrong = 0
    for name, of in sums.items():
        print(f"{name}: {len(off[name])} requests joined")
        for metric, (ours_all, true_all) in of.items():
            mean, truth_mean = fmean(ours_all), fmean(true_all)
            percent = 100 * (mean / truth_mean - 1)
            bad = abs(percent) > args.mean
            wrong += bad
            print(
                f"  mean {metric:4} {mean:9.3f} ms, true {truth_mean:9.3f} ms, off {percent:+.2f} %{'  <-- too much' * (bad and not args.report)}"
            )
        p95 = sorted(off[name])[int(0.95 * (len(off[name]) - 1))]
        bad = p95 > args.ttft
        wrong += bad
        print(
            f"  95 % of single TTFTs are within {p95:.3f} ms of the truth{'  <-- too much' * (bad and not args.report)}"
        )
    if args.report:
        wrong = 0
    peak = max(log["in_flight"] for log in logs.values())
    print(f"most in flight at the server: {peak}")
    if args.in_flight and peak != args.in_flight:
        wrong += 1
        print(f"  <-- want {args.in_flight}")
    if not sums:
        print("no request could be joined")
        return 1
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
