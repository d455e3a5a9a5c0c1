"""Kernels: functions that plain Python runs and `foretell.vm.jit` turns into machine code.

A kernel is written once, in the subset of Python that docs/kernels.md defines: integers, floats
and flat buffers, no allocation and no exceptions. Decorating it with `@kernel` changes nothing
about the function; it only records that the translator may take it. So the story machine plays
under CPython without any compiler, and this module imports nothing that could bring one in.

Where Python's arithmetic and that of the machine differ (64-bit wrapping, single precision,
division toward zero) a kernel says what it means through a helper from this module. Each helper
has a Python body, which is its definition, and an intrinsic in `jit`, which must agree with it.

    from foretell.vm.kernel import I64, kernel, mul64

    @kernel
    def digest(row: I64, n: int) -> int:
        h = 0
        for i in range(n):
            h = mul64(h ^ row[i], 0x9E3779B97F4A7C1)
        return h

    digest([1, 2, 3], 3)                            # plain Python
    compile_kernels([digest])[digest](array, 3)     # machine code, the same number

A buffer, for Python, is anything indexable: a list, a `memoryview`, a ctypes or NumPy array. Lists
are fastest. A NumPy array hands out NumPy scalars, which wrap at their own width: pass
`memoryview(array)` where a kernel does arithmetic on what it loads.

The helpers do not check: an argument outside the range a docstring gives has no defined result,
and the two hosts may then differ.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import Any, Protocol, TypeVar, cast

__all__ = [
    "F64",
    "I32",
    "I64",
    "U8",
    "add64",
    "copy",
    "ctz64",
    "div_trunc",
    "f32_add",
    "f32_div",
    "f32_eq",
    "f32_from_int",
    "f32_lt",
    "f32_mul",
    "f32_sub",
    "f32_to_int",
    "fill",
    "is_kernel",
    "kernel",
    "mod_trunc",
    "mul64",
    "popcount64",
    "rotl64",
    "shr64",
    "wrap32",
    "wrap64",
]

# Buffers ---------------------------------------------------------------------------------------
# Four protocols rather than one: the translator tells the element's width by their identity.


class _Integers(Protocol):
    def __getitem__(self, index: int, /) -> int: ...
    def __setitem__(self, index: int, value: int, /) -> None: ...


class I64(_Integers, Protocol):
    """A buffer of signed 64-bit integers."""


class I32(_Integers, Protocol):
    """A buffer of signed 32-bit integers; a store keeps the low 32 bits."""


class U8(_Integers, Protocol):
    """A buffer of bytes, 0 to 255; a store keeps the low 8 bits."""


class F64(Protocol):
    """A buffer of double-precision floats."""

    def __getitem__(self, index: int, /) -> float: ...
    def __setitem__(self, index: int, value: float, /) -> None: ...


# Kernels ---------------------------------------------------------------------------------------

_Function = TypeVar("_Function", bound=Callable[..., Any])
_KERNELS: set[Callable[..., Any]] = set()


def kernel(function: _Function) -> _Function:
    """Mark a module-level function as a kernel, and return it as it is."""
    _KERNELS.add(function)
    return function


def is_kernel(thing: object) -> bool:
    """Whether this is a function that `@kernel` marked."""
    return callable(thing) and thing in _KERNELS


# Integers --------------------------------------------------------------------------------------

_LOW32 = 0xFFFF_FFFF
_LOW64 = 0xFFFF_FFFF_FFFF_FFFF
_SIGN32 = 0x8000_0000
_SIGN64 = 0x8000_0000_0000_0000


def wrap32(x: int) -> int:
    """The low 32 bits of x as a signed 32-bit integer."""
    return ((x & _LOW32) ^ _SIGN32) - _SIGN32


def wrap64(x: int) -> int:
    """The low 64 bits of x as a signed 64-bit integer.

    In machine code every integer is wrapped already, so this only matters to plain Python; write
    it around the operation that may overflow: `wrap64(a - b)`.
    """
    return ((x & _LOW64) ^ _SIGN64) - _SIGN64


def add64(a: int, b: int) -> int:
    """The sum, wrapped to 64 bits."""
    return ((a + b & _LOW64) ^ _SIGN64) - _SIGN64


def mul64(a: int, b: int) -> int:
    """The product, wrapped to 64 bits."""
    return ((a * b & _LOW64) ^ _SIGN64) - _SIGN64


def shr64(a: int, n: int) -> int:
    """The 64-bit pattern of a, shifted right by n with zeros coming in; 0 ≤ n < 64."""
    return wrap64((a & _LOW64) >> n)


def rotl64(a: int, n: int) -> int:
    """The 64-bit pattern of a, rotated left by n; 0 ≤ n < 64."""
    bits = a & _LOW64
    return wrap64(bits << n | bits >> (64 - n))


def popcount64(a: int) -> int:
    """How many of the 64 bits are set."""
    return (a & _LOW64).bit_count()


def ctz64(a: int) -> int:
    """How many zeros the 64-bit pattern ends in; 64 for 0."""
    bits = a & _LOW64
    return (bits & -bits).bit_length() - 1 if bits else 64


def div_trunc(a: int, b: int) -> int:
    """The quotient rounded toward zero, as in C, wrapped to 64 bits; b ≠ 0."""
    quotient = abs(a) // abs(b)
    return wrap64(quotient if (a < 0) == (b < 0) else -quotient)


def mod_trunc(a: int, b: int) -> int:
    """The remainder of `div_trunc`, which has the sign of a; b ≠ 0."""
    remainder = abs(a) % abs(b)
    return -remainder if a < 0 else remainder


# Single precision ------------------------------------------------------------------------------
# A number is its IEEE bit pattern, 0 to 2³²−1. Computing in double and rounding once to single
# gives the correctly rounded single result for + − × ÷ (53 ≥ 2·24 + 2). Whatever is not a number
# becomes the one pattern _NAN, so that equal values have equal bits on every processor.

_BITS = Struct("<I")
_SINGLE = Struct("<f")
_NAN = 0x7FC0_0000
_INFINITY = 0x7F80_0000


def _single(bits: int) -> float:
    number: float = _SINGLE.unpack(_BITS.pack(bits))[0]
    return number


def _pattern(number: float) -> int:
    if number != number:
        return _NAN
    try:
        bits: int = _BITS.unpack(_SINGLE.pack(number))[0]
    except OverflowError:  # finite, but beyond the largest single
        return _INFINITY if number > 0 else _INFINITY | _SIGN32
    return bits


def f32_add(a: int, b: int) -> int:
    """The single-precision sum of two bit patterns."""
    return _pattern(_single(a) + _single(b))


def f32_sub(a: int, b: int) -> int:
    """The single-precision difference of two bit patterns."""
    return _pattern(_single(a) - _single(b))


def f32_mul(a: int, b: int) -> int:
    """The single-precision product of two bit patterns."""
    return _pattern(_single(a) * _single(b))


def f32_div(a: int, b: int) -> int:
    """The single-precision quotient of two bit patterns; infinite or NaN where b is a zero."""
    dividend, divisor = _single(a), _single(b)
    if divisor:
        return _pattern(dividend / divisor)
    if dividend != dividend or not dividend:
        return _NAN
    return _INFINITY | (a ^ b) & _SIGN32


def f32_lt(a: int, b: int) -> bool:
    """Whether the first bit pattern is the lesser number; never where one is NaN."""
    return _single(a) < _single(b)


def f32_eq(a: int, b: int) -> bool:
    """Whether two bit patterns are the same number: 0 equals −0, NaN equals nothing."""
    return _single(a) == _single(b)


def f32_from_int(n: int) -> int:
    """The single nearest to a 32-bit integer, as a bit pattern."""
    return _pattern(float(n))


def f32_to_int(a: int) -> int:
    """The number truncated toward zero and held within 32 bits; 0 for NaN."""
    number = _single(a)
    if number != number:
        return 0
    return int(max(-2147483648.0, min(2147483647.0, number)))


# Runs of elements ------------------------------------------------------------------------------


def copy(dst: _Integers, i: int, src: _Integers, j: int, n: int) -> None:
    """Let dst[i:i+n] = src[j:j+n]; the two may overlap, and n ≤ 0 copies nothing."""
    if n > 0:
        cast(Any, dst)[i : i + n] = cast(Any, src)[j : j + n]


def fill(dst: _Integers, i: int, n: int, v: int) -> None:
    """Let dst[i:i+n] = [v] * n; n ≤ 0 fills nothing."""
    if isinstance(dst, list):
        if n > 0:
            dst[i : i + n] = [v] * n
    else:
        for k in range(i, i + n):
            dst[k] = v
