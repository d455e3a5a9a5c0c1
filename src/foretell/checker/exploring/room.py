"""Room for an array that grows: made longer where it stands, not copied.

A NumPy array grows by being copied, and for that moment there are two of it. Memory that a Linux
process maps for itself alone grows otherwise (`mremap`): its pages are entered in the tables at
another address, whatever they hold, and what is added costs nothing until it is written to.

    room = Room(1 << 10, np.int64)
    room.array[:3] = 7, 8, 9
    room.resize(1 << 30, 3)     # at least the first three are kept
    room.array                  # another array now; 8 GiB of addresses, and 4 KiB of memory

An array whose memory moved would be left pointing at nothing, so it never moves while anyone has
one: then, where room is small, and where the system can't, what is kept is copied, and whoever has
the old array has it as it was. The mapping must be private: one that is shared grows into addresses
that no memory stands behind.

What this does not do: decide how long an array should be (`store`).
"""

from __future__ import annotations

import mmap
import sys
from contextlib import suppress
from typing import Any, Final

import numpy as np

__all__ = ["Room", "moves"]

_LARGE: Final = 1 << 20  # bytes from which on memory is mapped
_HUGE: Final = 1 << 21  # bytes of a huge page


def moves() -> bool:
    """Whether large arrays grow without being copied here."""
    return sys.platform == "linux"


class Room:
    """An array, as much of it as is wanted at a time; what was never written to is undefined."""

    def __init__(self, size: int, dtype: Any) -> None:
        self._dtype = np.dtype(dtype)
        self._map: mmap.mmap | None = None
        self.array: Any = None
        self._make(size)

    @classmethod
    def of(cls, array: Any) -> Room:
        """Room that has an array's memory until it is resized; a room itself."""
        if isinstance(array, Room):
            return array
        room = cls(0, array.dtype)
        room.array = array
        return room

    def resize(self, size: int, kept: int) -> None:
        """Let the array have so many elements, the first `kept` as they are; MemoryError where
        there is no room, and then nothing has changed."""
        if self._map is not None and self._bytes(size) >= _LARGE:
            had = len(self.array)
            self.array = None
            try:
                self._map.resize(self._bytes(size))
            except BufferError:  # somebody has the array
                self._look(had)
            except OSError as error:
                self._look(had)
                raise MemoryError from error
            else:
                self._look(size)
                return
        old = self.array
        self._make(size)
        self.array[:kept] = old[:kept]

    def _make(self, size: int) -> None:
        if not moves() or self._bytes(size) < _LARGE:
            self.array, self._map = np.empty(size, self._dtype), None
            return
        try:
            self._map = mmap.mmap(-1, self._bytes(size), mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        except OSError as error:
            raise MemoryError from error
        with suppress(OSError):  # a kernel that has no huge pages
            self._map.madvise(mmap.MADV_HUGEPAGE)
        self._look(size)

    def _bytes(self, size: int) -> int:
        """Bytes that are asked for: what begins at a huge page keeps them when it moves."""
        wanted = size * int(self._dtype.itemsize)
        unit = _HUGE if wanted >= _HUGE else mmap.PAGESIZE
        return -(-wanted // unit) * unit

    def _look(self, size: int) -> None:
        assert self._map is not None
        self.array = np.frombuffer(self._map, self._dtype, size)
