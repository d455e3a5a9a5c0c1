"""Machine code kept on disk from one process to the next.

An entry is one file, named by a digest of everything that decides its content and can be known
before the sources are parsed (`jit` says what that is). What can only be known afterwards, the
*uses* of `kernel_source`, stands inside, and is for the reader of an entry to compare.

    foretell-kernels-1 \\n | sha256 of all that follows | key, 64 hex digits | length of notes, 8
    bytes | notes, JSON | object code

Entries are written to a temporary file and renamed, so two processes may write at once and none
reads a half. Whatever cannot be read, is not ours, or fails its digest counts as absent; whatever
cannot be written is not kept. Nothing here raises: a cache only ever saves time.

    where        $FORETELL_CACHE; set but empty, there is no cache
                 else the user's cache folder: $XDG_CACHE_HOME or ~/.cache on Linux,
                 ~/Library/Caches on macOS, %LOCALAPPDATA% on Windows; in it, `foretell`
    how much     64 MiB; beyond it, the entries longest unused go

Object code is executed, so an entry that belongs to another user is not believed.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

__all__ = ["CAPACITY", "folder", "holds_any", "load", "save"]

CAPACITY: Final = 64 * 2**20  # bytes, over all entries

_MAGIC: Final = b"foretell-kernels-1\n"
_HEAD: Final = len(_MAGIC) + 32
_SUFFIX: Final = ".kernels"
_ABANDONED: Final = 3600.0  # seconds after which a temporary file has no writer any more


def folder() -> Path | None:
    """Where entries are kept, whether or not it exists; None where nothing is to be kept."""
    given = os.environ.get("FORETELL_CACHE")
    if given is not None:
        return Path(given) if given else None
    try:
        home = Path.home()
    except RuntimeError:  # a user without a home
        return None
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData/Local")
    elif sys.platform == "darwin":
        base = home / "Library/Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return base / "foretell"


def holds_any() -> bool:
    """Whether anything is kept at all: a look that costs nothing."""
    place = folder()
    if place is None:
        return False
    with suppress(OSError):
        return any(path.suffix == _SUFFIX for path in place.iterdir())
    return False


def load(key: str) -> tuple[Any, bytes] | None:
    """The notes and the object code kept under a key, or None."""
    place = folder()
    if place is None:
        return None
    path = place / (key + _SUFFIX)
    try:
        with path.open("rb") as file:
            if not _ours(os.fstat(file.fileno())):
                return None
            data = file.read(CAPACITY + 1)
        content = data[_HEAD:]
        if data[:_HEAD] != _MAGIC + hashlib.sha256(content).digest():
            return None
        if content[:64] != key.encode():
            return None
        start = 72
        end = start + int.from_bytes(content[64:start], "little")
        notes = json.loads(content[start:end])
    except (OSError, ValueError):
        return None
    with suppress(OSError):
        os.utime(path)  # it was of use: see `_make_room`
    return notes, content[end:]


def save(key: str, notes: Any, code: bytes) -> None:
    """Keep notes (JSON) and object code under a key of 64 hex digits."""
    place = folder()
    if place is None:
        return
    written = json.dumps(notes, separators=(",", ":")).encode()
    content = key.encode() + len(written).to_bytes(8, "little") + written + code
    if _HEAD + len(content) > CAPACITY:
        return
    temporary = None
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_room(place, _HEAD + len(content))
        handle, temporary = tempfile.mkstemp(suffix=".tmp", dir=place)
        with os.fdopen(handle, "wb") as file:
            file.write(_MAGIC + hashlib.sha256(content).digest() + content)
        Path(temporary).replace(place / (key + _SUFFIX))
    except OSError:
        if temporary:
            with suppress(OSError):
                Path(temporary).unlink()


def _ours(status: os.stat_result) -> bool:
    """Whether a file is this user's or the system's, and nobody else may write to it."""
    if sys.platform == "win32":  # where the folder's own rights decide
        return True
    return status.st_uid in (os.getuid(), 0) and not status.st_mode & 0o022


def _make_room(place: Path, needed: int) -> None:
    """Remove the entries longest unused until `needed` more bytes fit, and abandoned files."""
    entries = []
    for path in place.iterdir():
        with suppress(OSError):
            if path.suffix == _SUFFIX:
                status = path.stat()
                entries.append((status.st_mtime, status.st_size, path))
            elif path.suffix == ".tmp" and path.stat().st_mtime < time.time() - _ABANDONED:
                path.unlink()
    total = needed + sum(size for _, size, _ in entries)
    for _, size, path in sorted(entries):
        if total <= CAPACITY:
            break
        with suppress(OSError):
            path.unlink()
            total -= size
