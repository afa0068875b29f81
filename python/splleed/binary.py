"""Where the splleed binary is, and the `splleed` command that hands over to it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

from .errors import DriverError


def find() -> str:
    """The path of the binary: $SPLLEED_BINARY (for work on splleed itself), else the one in this package."""
    if override := os.environ.get("SPLLEED_BINARY"):
        return override
    path = Path(__file__).with_name("_bin") / ("splleed.exe" if os.name == "nt" else "splleed")
    if not path.is_file():
        raise DriverError(
            f"no splleed binary at {path}: install a wheel, or Go and then `pip install .` in a checkout, "
            "or let SPLLEED_BINARY name a binary"
        )
    return str(path)


def main() -> NoReturn:
    """The `splleed` command."""
    try:
        argv = [find(), *sys.argv[1:]]
    except DriverError as e:
        sys.exit(f"splleed: {e}")
    if os.name == "nt":  # exec there returns to the shell at once
        sys.exit(subprocess.call(argv))
    os.execv(argv[0], argv)
