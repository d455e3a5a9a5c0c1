"""How much memory there is to use, as far as the system tells."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from foretell.checker.exploring.room import moves

__all__ = ["free_memory", "whole_memory"]

_UNKNOWN: Final = 8 << 30  # taken where the system tells nothing
_OWN: Final = 128 << 20  # addresses that threads and libraries set aside
_MEMINFO: Final = Path("/proc/meminfo")
_GROUP: Final = Path("/sys/fs/cgroup")


def free_memory() -> int:
    """Bytes that this process could still take, without driving others out."""
    found = [_UNKNOWN]
    with suppress(OSError, ValueError, IndexError, StopIteration):
        lines = _MEMINFO.read_text("ascii").split("\n")
        line = next(line for line in lines if line.startswith("MemAvailable:"))
        found = [int(line.split()[1]) * 1024]
    if not _MEMINFO.exists():
        with suppress(OSError, ValueError, AttributeError):
            found = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2]
    with suppress(OSError, ValueError):  # a container's own limit
        most = int((_GROUP / "memory.max").read_text("ascii"))
        used = int((_GROUP / "memory.current").read_text("ascii"))
        found.append(max(0, most - used))
    found += _address_space()
    return min(found)


def whole_memory() -> int:
    """Bytes of memory that this machine, or the container it seems to be, has; 0: not known."""
    found = []
    with suppress(OSError, ValueError, AttributeError):
        found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    with suppress(OSError, ValueError):
        found.append(int((_GROUP / "memory.max").read_text("ascii")))
    return min(found, default=0)


def _address_space() -> list[int]:
    """Of what `ulimit -v` leaves, all but what threads and libraries set aside, or half of it:
    arrays that are copied when they grow are made twice as long before that is used."""
    try:
        import resource
    except ImportError:  # not on Windows
        return []
    most, _ = resource.getrlimit(resource.RLIMIT_AS)
    if most == resource.RLIM_INFINITY:
        return []
    used = 0
    with suppress(OSError, ValueError, IndexError):
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        used = pages * os.sysconf("SC_PAGE_SIZE")
    left = max(0, most - used)
    return [max(left // 2, left - _OWN if moves() else 0)]
