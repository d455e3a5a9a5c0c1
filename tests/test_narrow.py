"""Packed rows, narrow and wide again."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretell.checker.exploring import narrow
from foretell.checker.exploring.explore import Explorer, Limits
from foretell.checker.exploring.store import fingerprint
from foretell.vm import values as V
from foretell.vm.jit import compile_kernels
from tests.test_rounds import lowered, wide

WORDS = [
    0, 1, 9, 10, 11, 15, 255, 256, 4095, 4096, -1, -2, V.DEAD_VALUE, V.DEAD_VALUE + 1,
    V.UNSET_VALUE, V.TRUE, V.FALSE, V.LIST << 32 | 4095, V.LIST << 32 | 4096,
    V.FLOAT << 32 | 0xFFFFFFFF, 15 << 32 | 0xFFFFFFFF, 16 << 32, 16 << 32 | 5, 1 << 31, 1 << 36,
    (1 << 36) - 1, (1 << 62) + 3, (1 << 63) - 1, -(1 << 63), -(1 << 31), 1 << V.DRAWN_SHIFT,
]  # fmt: skip
words = st.lists(
    st.one_of(st.sampled_from(WORDS), st.integers(-(1 << 63), (1 << 63) - 1), st.integers(-9, 300)),
    max_size=120,
)


def narrowed(row: list[int]) -> list[int]:
    """The narrow row of a packed row, made in plain Python."""
    out = [7] * (2 * len(row) + 9)
    end = narrow.narrow([3, 3, *row], 2, out, 4)
    assert out[:4] == [7] * 4
    assert out[4] == end - 4
    assert end <= 4 + 2 * len(row) + 2
    return out[4:end]


def widened(slim: list[int], row: list[int]) -> list[int]:
    out = [7] * (len(row) + 2)
    narrow.widen([5, 6, *slim], 2, out, 1)
    assert out[0] == out[-1] == 7
    return out[1:-1]


def twin(row: list[int]) -> list[int]:
    """A narrow row, written slowly: a string of bits, low first."""
    bits = ""
    for word in row:
        pattern = word & (1 << 64) - 1
        tag, payload = pattern >> 32, pattern & 0xFFFFFFFF
        if pattern < 10:
            bits += low_first(pattern, 4)
        elif word == V.DEAD_VALUE:
            bits += low_first(10, 4)
        elif word == -1:
            bits += low_first(11, 4)
        elif pattern < 256:
            bits += low_first(12, 4) + low_first(pattern, 8)
        elif tag < 16 and payload < 4096:
            bits += low_first(13, 4) + low_first(tag, 4) + low_first(payload, 12)
        elif tag < 16:
            bits += low_first(14, 4) + low_first(payload, 32) + low_first(tag, 4)
        else:
            bits += low_first(15, 4)
            bits += "0" * (-len(bits) % 64) + low_first(pattern, 64)
    bits += "0" * (-len(bits) % 64)
    found = [int(bits[i : i + 64][::-1], 2) for i in range(0, len(bits), 64)]
    return [1 + len(found), *(word - (1 << 64) if word >> 63 else word for word in found)]


def low_first(number: int, bits: int) -> str:
    return f"{number:0{bits}b}"[::-1]


@given(words)
def test_a_narrow_row_is_its_wide_one_again_and_as_its_slow_twin_writes_it(tail: list[int]) -> None:
    row = [1 + len(tail), *tail]
    slim = narrowed(row)
    assert slim == twin(row)
    assert widened(slim, row) == row
    assert narrow.wide_length([0, *slim], 1) == len(row)


@pytest.mark.parametrize("length", [1, 9, 10, 255, 256, 4095, 4096, 70_000])
def test_rows_may_have_any_length(length: int) -> None:
    row = [length, *([0] * (length - 1))]
    slim = narrowed(row)
    assert narrow.wide_length(slim, 0) == length
    assert widened(slim, row) == row


def test_machine_code_writes_and_reads_the_same() -> None:
    compiled = compile_kernels([narrow.narrow, narrow.widen, narrow.wide_length])
    chance = random.Random(7)
    for _ in range(300):
        tail = [chance.choice(WORDS) for _ in range(chance.randrange(200))]
        row = [1 + len(tail), *tail]
        out = np.zeros(2 * len(row) + 2, np.int64)
        end = compiled[narrow.narrow](np.array(row, np.int64), 0, out, 0)
        assert out[:end].tolist() == narrowed(row)
        again = np.zeros(len(row), np.int64)
        compiled[narrow.widen](out, 0, again, 0)
        assert again.tolist() == row
        assert compiled[narrow.wide_length](out, 0) == len(row)


@pytest.mark.parametrize("compiled", [False, True])
def test_a_store_tells_the_rows_of_its_states_as_they_were_packed(compiled: bool) -> None:
    explorer = Explorer(lowered(wide(6)), compiled=compiled, limits=Limits(states=300))
    explorer.run()
    store = explorer.store
    places = store.waiting().tolist()
    assert len(places) > 20
    prints = store.used("prints").reshape(-1, 2)
    for at, state in zip(places, store.row_states(store.waiting()).tolist(), strict=True):
        row = store.row(at)
        assert row[0] == len(row)
        print_ = [0, 0]
        fingerprint(row, 0, print_, 0)
        assert print_ == prints[state].tolist()
    assert store.row_bytes() < 8 * sum(len(store.row(at)) for at in places)
