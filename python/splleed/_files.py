"""Files that are whole or not there."""

from __future__ import annotations

import os
import uuid
from pathlib import Path


def write(target: Path, data: bytes) -> None:
    """Puts data where target is, in one step. Makes the folder where it is missing."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    try:
        with part.open("xb") as f:
            f.write(data)
            f.flush()
            os.fsync(f.fileno())
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
