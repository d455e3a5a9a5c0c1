"""A file that holds arrays, for a long run to go on from: whole and right, or refused.

    foretell-checkpoint-1 \\n            so that anyone can tell what it is
    sha256 of the head                 32 bytes
    length of the head                 8 bytes, little-endian
    the head: JSON                     {"identity": {}, "notes": …, "arrays": [[name, type, shape]]}
    the arrays, one after another      little-endian, row by row
    sha256 of everything above         32 bytes

*The identity* says what the arrays belong to, part by part, so that a reader can tell what has
changed (`differences`). *The notes* are any JSON.

    write(path, {"story": digest}, {"rounds": 7}, {"queue": queue})
    read(path).arrays["queue"]     # or `rooms`, for who lets it grow

A file is written beside its place and renamed into it once the disk has it, so a run that is killed
at any instant leaves the old file or the new one, never a half. Whatever is not byte for byte what
was written (cut short, a flipped bit, a file of another kind) is refused before anything in it is
used: sizes are compared with the file's before memory is asked for, and the digest of all of it
decides. Nothing in it is executed.

This knows nothing of stories or exploring, and does not decide when to write or where.
"""

from __future__ import annotations

import glob
import hashlib
import json
import math
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import numpy as np

from foretell.checker.exploring.room import Room

__all__ = [
    "MARK",
    "Checkpoint",
    "CheckpointError",
    "Head",
    "differences",
    "read",
    "read_head",
    "remove",
    "write",
]

MARK: Final = b"foretell-checkpoint-"  # what any version begins with
_MAGIC: Final = MARK + b"1\n"
_DIGEST: Final = 32
_FRONT: Final = len(_MAGIC) + _DIGEST + 8
_LONGEST_HEAD: Final = 1 << 30
_SIZES: Final = {"|u1": 1, "|i1": 1, "<i4": 4, "<i8": 8, "<f8": 8}  # by NumPy's name, in bytes
_ABANDONED: Final = 600.0  # seconds without a write after which a part has no writer any more
_PIECE: Final = 1 << 24  # bytes handed on at once, so that an interrupt is noticed


class CheckpointError(Exception):
    """A file that is no checkpoint, or not as it was written; says which, in a sentence."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a checkpoint says of itself."""

    identity: dict[str, str]
    notes: Any
    arrays: list[tuple[str, str, tuple[int, ...]]]  # name, NumPy's name of the type, shape


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint, read and found whole."""

    identity: dict[str, str]
    notes: Any
    rooms: dict[str, Room]
    shapes: dict[str, tuple[int, ...]]

    @property
    def arrays(self) -> dict[str, np.ndarray[Any, Any]]:
        """The arrays as they were written, in the memory of the rooms."""
        return {name: room.array.reshape(self.shapes[name]) for name, room in self.rooms.items()}


def write(
    path: Path,
    identity: Mapping[str, str],
    notes: Any,
    arrays: Mapping[str, np.ndarray[Any, Any]],
) -> int:
    """Write a checkpoint, whole or not at all; gives its size in bytes.

    The folder is made where it is missing. Raises OSError, what was there before being there still.
    """
    kept = {name: _plain(name, array) for name, array in arrays.items()}
    listed = [(name, array.dtype.str, array.shape) for name, array in kept.items()]
    head = json.dumps(
        {"identity": dict(identity), "notes": notes, "arrays": listed}, separators=(",", ":")
    ).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    _clear(path)
    digest = hashlib.sha256()
    size = 0
    try:
        with _create(part) as file:
            front = _MAGIC + hashlib.sha256(head).digest() + len(head).to_bytes(8, "little")
            for piece in _pieces(front, head, *kept.values()):
                digest.update(piece)
                file.write(piece)
                size += len(piece)
            file.write(digest.digest())
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    _sync_folder(path.parent)
    return size + _DIGEST


def read(path: Path) -> Checkpoint:
    """A checkpoint whose every byte is as it was written.

    Raises CheckpointError where it is not, OSError where it can't be read.
    """
    with path.open("rb") as file:
        head, begun = _read_head(file)
        digest = hashlib.sha256(begun)
        rooms: dict[str, Room] = {}
        for name, kind, shape in head.arrays:
            rooms[name] = Room(math.prod(shape), kind)
            view = rooms[name].array.view(np.uint8).data
            for at in range(0, len(view), _PIECE):
                piece = view[at : at + _PIECE]
                if file.readinto(piece) != len(piece):
                    raise CheckpointError("it is cut short")
                digest.update(piece)
        if file.read(_DIGEST + 1) != digest.digest():
            raise CheckpointError("its content is damaged: the checksum is another")
    shapes = {name: shape for name, _, shape in head.arrays}
    return Checkpoint(head.identity, head.notes, rooms, shapes)


def read_head(path: Path) -> Head:
    """What a checkpoint says of itself, the arrays left unread; raises what `read` raises."""
    with path.open("rb") as file:
        return _read_head(file)[0]


def differences(found: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    """The parts in which two identities differ, in the order of the one wanted."""
    names = [*wanted, *(name for name in found if name not in wanted)]
    return [name for name in names if found.get(name) != wanted.get(name)]


def remove(path: Path) -> None:
    """Remove a checkpoint, if there is one, and what killed writers left of it."""
    with suppress(OSError):
        path.unlink(missing_ok=True)
    _clear(path)


def _plain(name: str, array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The array in the file's byte order, row by row; TypeError for what has no place there."""
    kind = array.dtype.newbyteorder("<")
    if kind.str not in _SIZES:
        raise TypeError(f"`{name}`: arrays of {array.dtype} have no place in a checkpoint")
    return np.ascontiguousarray(array, kind).reshape(array.shape)


def _pieces(*parts: bytes | np.ndarray[Any, Any]) -> Iterator[memoryview]:
    for part in parts:
        view = memoryview(part) if isinstance(part, bytes) else part.reshape(-1).view(np.uint8).data
        for at in range(0, len(view), _PIECE):
            yield view[at : at + _PIECE]


def _read_head(file: IO[bytes]) -> tuple[Head, bytes]:
    """The head of an open file, and every byte up to where the arrays begin."""
    front = file.read(_FRONT)
    if front[: len(_MAGIC)] != _MAGIC:
        if front.startswith(MARK):
            raise CheckpointError("another version of foretell wrote it")
        raise CheckpointError("it is no checkpoint of foretell's")
    size = os.fstat(file.fileno()).st_size
    length = int.from_bytes(front[-8:], "little")
    if len(front) < _FRONT or length > _LONGEST_HEAD or length > size:
        raise CheckpointError("it is cut short")
    text = file.read(length)
    if hashlib.sha256(text).digest() != front[len(_MAGIC) : len(_MAGIC) + _DIGEST]:
        raise CheckpointError("its head is damaged: the checksum is another")
    expected = _FRONT + length + _DIGEST
    try:
        content = json.loads(text)
        arrays = [(str(name), kind, tuple(shape)) for name, kind, shape in content["arrays"]]
        head = Head(content["identity"], content["notes"], arrays)
        for _, kind, shape in arrays:
            expected += _SIZES[kind] * math.prod(shape)
    except (ValueError, KeyError, TypeError) as error:
        raise CheckpointError("its head makes no sense") from error
    if size != expected:
        raise CheckpointError("it is cut short" if size < expected else "it goes on past its end")
    return head, front + text


def _create(path: Path) -> IO[bytes]:
    """A new file to write to (tests put one here that fails)."""
    return path.open("wb")


def _clear(path: Path) -> None:
    """Remove parts of a checkpoint whose writers are gone."""
    with suppress(OSError):
        for part in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
            if part.stat().st_mtime < time.time() - _ABANDONED or _is_dead(part.name):
                part.unlink()


def _is_dead(part: str) -> bool:
    """Whether the process that a part is named for is known to be gone."""
    number = part.rsplit(".", 2)[1]
    if os.name != "posix" or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _sync_folder(folder: Path) -> None:
    """Have the disk know that a file was renamed; not every system lets one ask for it."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
