"""Files that are written whole or not at all.

    write_whole(Path("story.json"), text)

The text goes to a file beside the target which then takes its place, so that a full disk or a
sudden end leaves what was there before.
"""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(path: Path, text: str) -> None:
    """Write a whole file or nothing of it: a failure leaves what was there.

    What is no ordinary file (a pipe, `/dev/stdout`) is written to as it stands. Raises OSError.
    """
    data = text.encode("utf-8", "replace")  # lone surrogates, which no file can hold
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            file.write(data)
        return
    target = path.resolve()  # a link stays one
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(data)
        if target.exists():
            beside.chmod(target.stat().st_mode & 0o777)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
