"""Checkpoints: what is read back is what was written, or nothing.

Faults are put in where they happen: a writer killed at random instants, a disk that is full at
every possible byte, a file cut at every length and with any bit flipped.
"""

from __future__ import annotations

import errno
import io
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any

import numpy as np
import pytest

from foretell.checker.exploring import checkpoint
from foretell.checker.exploring.checkpoint import (
    CheckpointError,
    differences,
    read,
    read_head,
    write,
)

IDENTITY = {"story": "abc", "foretell": "1"}


def some_arrays(seed: int = 0) -> dict[str, np.ndarray[Any, Any]]:
    rng = np.random.default_rng(seed)
    return {
        "rows": rng.integers(-(2**62), 2**62, 12),
        "edges": rng.integers(0, 2**31 - 1, (5, 2), np.int32),
        "seen": rng.integers(0, 255, 17, np.uint8),
        "weights": rng.random(3),
        "none": np.zeros(0, np.int64),
    }


def same(one: dict[str, np.ndarray[Any, Any]], two: dict[str, np.ndarray[Any, Any]]) -> bool:
    return list(one) == list(two) and all(
        one[name].dtype == two[name].dtype
        and one[name].shape == two[name].shape
        and bool((one[name] == two[name]).all())
        for name in one
    )


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "tale.checkpoint"
    size = write(path, IDENTITY, {"round": 3, "strings": ["é", "\ud800", ""]}, some_arrays())
    found = read(path)
    assert found.identity == IDENTITY
    assert found.notes == {"round": 3, "strings": ["é", "\ud800", ""]}
    assert same(found.arrays, some_arrays())
    assert size == path.stat().st_size
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    found.arrays["rows"][0] = 1  # a run goes on in them


def test_arrays_in_any_order_of_memory_are_written_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "c"
    grid = np.arange(24, dtype=np.int64).reshape(4, 6)
    arrays = {"turned": grid.T, "every_other": grid[::2, ::3], "other_end": grid.astype(">i8")}
    write(path, {}, None, arrays)
    found = read(path).arrays
    for name, array in arrays.items():
        assert (found[name] == array).all(), name
        assert found[name].shape == array.shape, name


def test_the_head_is_read_alone(tmp_path: Path) -> None:
    path = tmp_path / "c"
    write(path, IDENTITY, [1, 2], some_arrays())
    head = read_head(path)
    assert (head.identity, head.notes) == (IDENTITY, [1, 2])
    assert head.arrays[1] == ("edges", "<i4", (5, 2))


def test_objects_have_no_place_in_a_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="`things`"):
        write(tmp_path / "c", {}, None, {"things": np.array([{}, []], object)})
    assert not list(tmp_path.iterdir())


def test_identities_differ_in_named_parts() -> None:
    assert differences(IDENTITY, IDENTITY) == []
    assert differences({"story": "x"}, IDENTITY) == ["story", "foretell"]
    assert differences({**IDENTITY, "more": "1"}, IDENTITY) == ["more"]


# What is damaged -------------------------------------------------------------------------------


def test_a_file_cut_at_any_length_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c"
    write(path, IDENTITY, "notes", some_arrays())
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(CheckpointError):
            read(path)
    for extra in (b"\0", b"more than that"):
        path.write_bytes(whole + extra)
        with pytest.raises(CheckpointError, match="past its end"):
            read(path)
    path.write_bytes(whole)
    assert same(read(path).arrays, some_arrays())


def test_a_flipped_bit_is_noticed_wherever_it_is(tmp_path: Path) -> None:
    path = tmp_path / "c"
    write(path, IDENTITY, "notes", some_arrays())
    whole = path.read_bytes()
    for at in range(len(whole)):
        spoilt = bytearray(whole)
        spoilt[at] ^= 1 << at % 8
        path.write_bytes(spoilt)
        with pytest.raises(CheckpointError):
            read(path)


def test_a_block_of_zeros_where_the_disk_lost_one_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "c"
    write(path, IDENTITY, None, {"a": np.arange(10_000)})
    whole = path.read_bytes()
    for at in range(0, len(whole), 512):
        path.write_bytes(whole[:at] + bytes(len(whole[at : at + 512])) + whole[at + 512 :])
        with pytest.raises(CheckpointError):
            read(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no checkpoint"),
        (b"# Chapter one\n" * 40, "no checkpoint"),
        (b"foretell-checkpoint-2\n" + bytes(100), "another version"),
        (b"foretell-checkpoint-1\n" + b"\xff" * 60, "cut short"),
    ],
)
def test_what_is_something_else_is_named(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "c"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=said):
        read(path)


@pytest.mark.parametrize(
    "arrays",
    [
        [["a", "<i8", [1 << 60]]],
        [["a", "<i8", [-8]]],
        [["a", "|O", [1]]],
        [["a", "<i8"]],
        [["a", "<i8", "12"]],
        7,
    ],
)
def test_a_made_up_head_asks_for_no_memory(arrays: Any, tmp_path: Path) -> None:
    """Its checksum is right: only what it says is not."""
    import hashlib

    head = json.dumps({"identity": {}, "notes": None, "arrays": arrays}).encode()
    front = b"foretell-checkpoint-1\n" + hashlib.sha256(head).digest()
    body = front + len(head).to_bytes(8, "little") + head
    path = tmp_path / "c"
    path.write_bytes(body + hashlib.sha256(body).digest())
    with pytest.raises(CheckpointError):
        read(path)


# What fails while writing ----------------------------------------------------------------------


class FullDisk(io.FileIO):
    """A file on a disk with room for so many bytes."""

    room = 0

    def write(self, data: Any) -> int:
        if self.tell() + len(data) > self.room:
            super().write(bytes(data)[: max(0, self.room - self.tell())])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(data)


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "c"
    size = write(path, IDENTITY, "old", some_arrays(1))

    def create(part: Path) -> IO[bytes]:
        file: Any = FullDisk(part, "wb")
        return file

    monkeypatch.setattr(checkpoint, "_create", create)
    for room in range(0, size, 7):
        FullDisk.room = room
        with pytest.raises(OSError, match="No space left"):
            write(path, IDENTITY, "new", some_arrays(2))
        assert read(path).notes == "old"
        assert [file.name for file in tmp_path.iterdir()] == ["c"]
    FullDisk.room = size
    write(path, IDENTITY, "new", some_arrays(2))
    assert read(path).notes == "new"


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX systems")
def test_a_limit_of_the_system_on_files_leaves_what_was_there(tmp_path: Path) -> None:
    """The real thing: the kernel refuses to write more, in the middle of an array."""
    path = tmp_path / "c"
    write(path, IDENTITY, "old", some_arrays())
    program = (
        "import resource, sys, numpy as np; from pathlib import Path\n"
        "from foretell.checker.exploring.checkpoint import write\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))\n"
        "try: write(Path(sys.argv[1]), {}, 'new', {'a': np.arange(100_000)})\n"
        "except OSError as error: print(error.strerror)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "File too large\n"
    assert read(path).notes == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["c"]


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_disk_that_fails_at_the_end_leaves_what_was_there(
    failing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "c"
    write(path, IDENTITY, "old", some_arrays())

    def fail(*_: Any) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os if failing == "fsync" else Path, failing, fail)
    with pytest.raises(OSError, match="Input/output"):
        write(path, IDENTITY, "new", some_arrays())
    assert read(path).notes == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["c"]


def test_a_folder_that_is_none_is_an_error_of_the_system(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OSError, match="file"):
        write(tmp_path / "file" / "c", {}, None, {})


_WRITER = """
import sys, numpy as np
from pathlib import Path
from foretell.checker.exploring.checkpoint import write
path, k = Path(sys.argv[1]), 0
while True:
    k += 1
    write(path, {"k": str(k)}, k, {"a": np.full(200_000, k), "b": np.full(3, k, np.uint8)})
    if k == 1:
        print("begun", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9")
def test_a_writer_killed_at_any_instant_leaves_a_whole_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "c"
    rng = random.Random(7)
    written = set()
    for _ in range(12):
        with subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE
        ) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"begun\n"
            time.sleep(rng.random() * 0.05)
            writer.kill()
        found = read(path)
        assert found.identity == {"k": str(found.notes)}
        assert (found.arrays["a"] == found.notes).all()
        assert (found.arrays["b"] == found.notes % 256).all()
        written.add(found.notes)
    assert len(written) > 1


def test_what_killed_writers_left_is_cleared(tmp_path: Path) -> None:
    path = tmp_path / "a[b]*.checkpoint"
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    old, young, other, dead = (
        tmp_path / name
        for name in (
            f".a[b]*.checkpoint.{os.getpid()}1.part",
            f".a[b]*.checkpoint.{os.getppid()}.part",
            f".ab.checkpoint.{process.pid}.part",
            f".a[b]*.checkpoint.{process.pid}.part",
        )
    )
    for part in (old, young, other, dead):
        part.write_bytes(b"half")
    for part in (old, other):
        os.utime(part, (1, 1))
    write(path, {}, None, {})
    assert not old.exists()
    assert dead.exists() == (os.name != "posix")
    assert young.exists() and other.exists()
    checkpoint.remove(path)
    assert not path.exists() and young.exists()
    checkpoint.remove(path)  # there is none: fine
