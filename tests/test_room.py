"""Room that grows where it stands, and the stores of explorers that live in it."""

from __future__ import annotations

import json
import mmap
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from foretell.checker.exploring import checkpoint, room
from foretell.checker.exploring.explore import Explorer, Limits
from foretell.checker.exploring.room import Room
from tests.test_any_time import ROAD
from tests.test_rounds import everything, lowered, wide

LINUX = pytest.mark.skipif(not room.moves(), reason="memory does not move here")
MANY = 3 << 20  # words


@pytest.fixture(params=["moved", "copied"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run with memory that moves, and with the fallback of systems where it does not."""
    if request.param == "copied":
        for module in (room, sys.modules["foretell.checker.exploring.store"]):
            monkeypatch.setattr(module, "moves", lambda: False)
    elif not room.moves():
        pytest.skip("memory does not move here")
    return str(request.param)


def test_what_is_kept_stays_however_room_grows_and_shrinks(way: str) -> None:
    for dtype in (np.uint8, np.int32, np.int64):
        here = Room(3, dtype)
        here.array[:] = 5, 6, 7
        for size in (4, 100_000, 1_000_000, MANY, 1_000_001, 5_000_000, 4, 3, MANY):
            here.resize(size, 3)
            assert len(here.array) == size
            assert here.array.dtype == dtype
            assert here.array[:3].tolist() == [5, 6, 7]
            here.array[-1] = here.array[3:].sum() % 2 if size == 4 else 9
            here.array[:3] = 5, 6, 7


def test_an_array_that_somebody_has_stays_as_it_was(way: str) -> None:
    here = Room(MANY, np.int64)
    here.array[:] = np.arange(MANY)
    had = here.array[10:20]
    view = here.array.data
    here.resize(2 * MANY, MANY)
    here.array[:20] = -1
    assert had.tolist() == list(range(10, 20))
    assert view[5] == 5
    assert here.array[MANY - 1] == MANY - 1
    here.resize(MANY, 30)
    assert here.array[25] == 25
    del had, view
    here.resize(4 * MANY, 30)
    assert here.array[25] == 25


def test_room_of_an_array_has_its_memory_until_it_is_resized() -> None:
    array = np.arange(MANY)
    here = Room.of(array)
    assert here.array is array
    assert Room.of(here) is here
    here.resize(2 * MANY, MANY)
    here.array[0] = 9
    assert array[0] == 0


@LINUX
def test_growing_copies_nothing_and_takes_memory_only_where_it_is_written_to() -> None:
    here = Room(MANY, np.int64)
    here.array[:] = 1
    before = _resident()
    for times in (2, 3, 50, 200):
        here.resize(times * MANY, MANY)
    assert _resident() - before < 16 << 20
    here.resize(MANY // 2, MANY // 2)
    assert before - _resident() > 8 << 20


@LINUX
def test_no_room_left_is_a_memory_error_that_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = Room(MANY, np.int64)
    here.array[:] = 3
    with pytest.raises(MemoryError):
        here.resize(1 << 56, MANY)
    assert len(here.array) == MANY
    assert here.array[-1] == 3
    with pytest.raises(MemoryError):
        Room(1 << 56, np.int64)


@LINUX
def test_memory_that_is_mapped_is_private() -> None:
    """A shared mapping grows into addresses that nothing stands behind, and a touch there kills."""
    here = Room(MANY, np.int64)
    assert here._map is not None
    maps = _around(here.array.ctypes.data)
    assert maps.endswith("p"), maps
    assert mmap.MAP_PRIVATE & mmap.MAP_ANONYMOUS == 0


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * mmap.PAGESIZE


def _around(address: int) -> str:
    """The rights of the mapping that an address is in."""
    for line in Path("/proc/self/maps").read_text("utf-8").splitlines():
        ends, rights = line.split()[:2]
        low, high = (int(end, 16) for end in ends.split("-"))
        if low <= address < high:
            return rights
    return ""


# Explorers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("threads", [1, 2])
def test_an_exploration_is_the_same_where_memory_moves_and_where_it_is_copied(
    threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explored() -> dict[str, Any]:
        limits = Limits(seconds=1e9)
        explorer = Explorer(lowered(wide(8)), threads=threads, compiled=True, limits=limits)
        return everything(explorer.run())

    usual = explored()
    monkeypatch.setattr(room, "_LARGE", 1 << 12)  # all of it is mapped, or copied
    small = explored()
    for module in (room, sys.modules["foretell.checker.exploring.store"]):
        monkeypatch.setattr(module, "moves", lambda: False)
    assert usual == small == explored()


@LINUX
def test_a_store_grows_where_it_stands_even_after_somebody_looked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = 0
    make = Room._make

    def counted(self: Room, size: int) -> None:
        nonlocal made
        made += size * self._dtype.itemsize >= room._LARGE
        make(self, size)

    monkeypatch.setattr(Room, "_make", counted)

    def looks(explorer: Explorer) -> str:
        explorer.so_far()
        return ""

    program = lowered(ROAD)
    limits = Limits(states=400_000, seconds=1e9)
    explorer = Explorer(program, limits=limits, compiled=True, between=looks)
    found = explorer.run()
    arrays = len(explorer.store.rooms) + 1
    assert arrays // 2 <= made <= arrays  # each of the large ones once, when it was no longer small
    target = found.graph.edge_target
    before = target.copy()
    explorer.limits = Limits(states=800_000, seconds=1e9)
    explorer.run()
    assert (target == before).all()  # what was found is no window on what goes on


def test_a_checkpoint_is_read_into_room_that_an_explorer_goes_on_in(tmp_path: Path) -> None:
    program = lowered(ROAD)
    explorer = Explorer(
        program, limits=Limits(states=200_000, seconds=1e9), compiled=True, threads=1
    )
    explorer.run()
    checkpoint.write(tmp_path / "c", {}, *explorer.snapshot())
    explorer.limits = Limits(states=400_000, seconds=1e9)
    whole = everything(explorer.run())
    read = checkpoint.read(tmp_path / "c")
    again = Explorer(program, limits=Limits(states=400_000, seconds=1e9), compiled=True, threads=1)
    again.restore(read.notes, read.rooms)
    assert again.store.rooms["prints"] is read.rooms["prints"]
    assert everything(again.run()) == whole


# In a process of its own --------------------------------------------------------------------------

ALONE = """
import json, resource, sys
from foretell.checker.analysis import analyse
from foretell.checker.exploring.explore import Explorer, Limits
from foretell.checker.exploring import room
from tests.test_rounds import lowered, wide
if "copied" in sys.argv:
    import foretell.checker.exploring.store, foretell.checker.exploring.memory
    for module in (room, foretell.checker.exploring.store, foretell.checker.exploring.memory):
        module.moves = lambda: False
def memory_of(what):
    lines = open("/proc/self/status").read().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(what))
program = lowered(wide(40))
Explorer(program, limits=Limits(states=500), compiled=True).run()
before = memory_of("VmRSS")
if "limited" in sys.argv:
    resource.setrlimit(resource.RLIMIT_AS, (memory_of("VmSize") + (400 << 20),) * 2)
memory = 0 if "limited" in sys.argv else 60 << 20
explorer = Explorer(program, limits=Limits(seconds=3000, memory=memory), compiled=True)
found = explorer.run()
peak, at_end = memory_of("VmHWM"), memory_of("VmRSS")
told = {"stopped": found.stopped, "states": explorer.store.states, "peak": peak - before}
told["rows"] = explorer.store.row_bytes()
explorer.finish()
told["freed"] = at_end - memory_of("VmRSS")
print(json.dumps(told))
"""


def _alone(*how: str) -> dict[str, Any]:
    told = subprocess.run(
        [sys.executable, "-c", ALONE, *how], capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    result: dict[str, Any] = json.loads(told.stdout)
    assert result["stopped"] == "memory"
    return result


@LINUX
def test_memory_is_held_to_its_limit_filled_and_given_back() -> None:
    moved, copied = _alone(), _alone("copied")
    for result in (moved, copied):
        assert result["peak"] < 66 << 20, result
    assert moved["freed"] > moved["rows"] * 9 // 10  # of the other's, malloc keeps what it likes
    assert moved["states"] > 1.1 * copied["states"]


@LINUX
def test_a_limited_space_of_addresses_holds_more_where_memory_moves() -> None:
    assert _alone("limited")["states"] > _alone("limited", "copied")["states"]
