"""The helpers' Python bodies, against other people's definitions of the same arithmetic."""

from __future__ import annotations

import ctypes
import itertools
import struct
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from foretell.vm import kernel
from foretell.vm.kernel import I64

INTS = st.integers(-(2**63), 2**63 - 1)
PATTERNS = st.integers(0, 2**32 - 1)
SINGLES = [
    0x00000000, 0x80000000, 0x00000001, 0x807FFFFF, 0x00800000, 0x3F800000, 0xBF800000, 0x40490FDB,
    0x7F7FFFFF, 0xFF7FFFFF, 0x7F800000, 0xFF800000, 0x7FC00000, 0x7F800001, 0xFFC12345, 0x4F000000,
    0xCF000000, 0x4EFFFFFF, 0x3EFFFFFF, 0x33800000,
]  # fmt: skip


def single(bits: int) -> np.float32:
    return np.array([bits], np.uint32).view(np.float32)[0]


def pattern(number: np.float32) -> int:
    if np.isnan(number):
        return 0x7FC00000
    return int(np.array([number], np.float32).view(np.uint32)[0])


def test_a_kernel_is_the_function_it_was() -> None:
    def double(n: int) -> int:
        return 2 * n

    assert not kernel.is_kernel(double)
    assert kernel.kernel(double) is double
    assert kernel.is_kernel(double)
    assert not kernel.is_kernel([])


def test_importing_kernels_brings_in_no_compiler() -> None:
    code = (
        "import sys, foretell.vm.kernel; print('llvmlite' in sys.modules, 'numpy' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["False", "False"]


@given(st.integers())
@example(2**63)
@example(-(2**63) - 1)
def test_wrapping_is_what_c_types_hold(x: int) -> None:
    assert kernel.wrap32(x) == ctypes.c_int32(x).value
    assert kernel.wrap64(x) == ctypes.c_int64(x).value


@given(INTS, INTS)
def test_sums_and_products_wrap(a: int, b: int) -> None:
    assert kernel.add64(a, b) == ctypes.c_int64(a + b).value
    assert kernel.mul64(a, b) == ctypes.c_int64(a * b).value


@given(INTS, st.integers(0, 63))
def test_shifts_and_rotations_move_the_pattern(a: int, n: int) -> None:
    bits = format(a & (2**64 - 1), "064b")
    assert kernel.shr64(a, n) == ctypes.c_int64(int("0" * n + bits[: 64 - n], 2)).value
    assert kernel.rotl64(a, n) == ctypes.c_int64(int(bits[n:] + bits[:n], 2)).value


@given(INTS)
@example(0)
def test_bits_are_counted(a: int) -> None:
    bits = format(a & (2**64 - 1), "064b")
    assert kernel.popcount64(a) == bits.count("1")
    assert kernel.ctz64(a) == 64 - len(bits.rstrip("0"))


@pytest.mark.parametrize(
    ("a", "b", "quotient", "remainder"),
    [(7, 2, 3, 1), (-7, 2, -3, -1), (7, -2, -3, 1), (-7, -2, 3, -1), (-(2**63), -1, -(2**63), 0)],
)
def test_division_toward_zero(a: int, b: int, quotient: int, remainder: int) -> None:
    assert kernel.div_trunc(a, b) == quotient
    assert kernel.mod_trunc(a, b) == remainder


@pytest.mark.parametrize("name", ["add", "sub", "mul", "div"])
def test_single_precision_is_numpys_on_edge_values(name: str) -> None:
    ours = getattr(kernel, f"f32_{name}")
    theirs = {"add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide}[name]
    with np.errstate(all="ignore"):
        for a, b in itertools.product(SINGLES, SINGLES):
            assert ours(a, b) == pattern(theirs(single(a), single(b))), (hex(a), hex(b))


@given(PATTERNS, PATTERNS)
def test_single_precision_is_numpys(a: int, b: int) -> None:
    with np.errstate(all="ignore"):
        x, y = single(a), single(b)
        assert kernel.f32_add(a, b) == pattern(x + y)
        assert kernel.f32_sub(a, b) == pattern(x - y)
        assert kernel.f32_mul(a, b) == pattern(x * y)
        assert kernel.f32_div(a, b) == pattern(x / y)
        assert kernel.f32_lt(a, b) == bool(x < y)
        assert kernel.f32_eq(a, b) == bool(x == y)


@given(st.integers(-(2**31), 2**31 - 1))
def test_integers_become_the_nearest_single(n: int) -> None:
    assert kernel.f32_from_int(n) == pattern(np.float32(n))


@pytest.mark.parametrize(
    ("number", "expected"),
    [(2.9, 2), (-2.9, -2), (3e9, 2**31 - 1), (-3e9, -(2**31)), (float("inf"), 2**31 - 1),
     (float("-inf"), -(2**31)), (float("nan"), 0), (-0.0, 0), (1e-40, 0),
     (2147483520.0, 2147483520)],
)  # fmt: skip
def test_singles_become_integers_toward_zero(number: float, expected: int) -> None:
    (bits,) = struct.unpack("<I", struct.pack("<f", number))
    assert kernel.f32_to_int(bits) == expected


@pytest.mark.parametrize("make", [list, lambda n: (ctypes.c_int64 * len(n))(*n), np.array])
def test_runs_are_copied_and_filled_in_any_buffer(make: object) -> None:
    buffer: I64 = make([0, 1, 2, 3, 4, 5])  # type: ignore[operator]
    kernel.copy(buffer, 1, buffer, 0, 4)
    assert [buffer[i] for i in range(6)] == [0, 0, 1, 2, 3, 5]
    kernel.fill(buffer, 4, 2, -9)
    kernel.fill(buffer, 0, 0, 7)
    kernel.fill(buffer, 0, -1, 7)
    kernel.copy(buffer, 0, buffer, 4, 0)
    kernel.copy(buffer, 0, buffer, 4, -2)
    assert [buffer[i] for i in range(6)] == [0, 0, 1, 2, -9, -9]


def test_a_memoryview_gives_python_ints() -> None:
    array = np.zeros(3, np.int64)
    view = array.data
    kernel.fill(view, 0, 3, 2**62)
    assert kernel.mul64(view[0] * 8, 3) == 0
    assert array.tolist() == [2**62] * 3
