"""Kernels as machine code: construct by construct, and whole programs, against plain Python."""

from __future__ import annotations

import array
import ctypes
import itertools
import math
import os
import random
import struct
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foretell.vm import jit, kernel, object_cache
from foretell.vm.intrinsics import INTRINSICS
from foretell.vm.jit import KernelBoundsError, KernelError, compile_kernels
from tests.kernel_programs import LENGTH, program

HEADER = "from __future__ import annotations\nfrom foretell.vm.kernel import *\n"
Loader = Callable[..., ModuleType]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own for each test."""
    place = tmp_path / "cache"
    monkeypatch.setenv("FORETELL_CACHE", str(place))
    return place


@pytest.fixture
def module(tmp_path: Path) -> Iterator[Loader]:
    """Gives a function that writes a module and imports it."""
    names: list[str] = []

    def load(text: str, name: str = "kernels_here") -> ModuleType:
        folder = tmp_path / "modules"
        folder.mkdir(exist_ok=True)
        return load_into(folder, HEADER + textwrap.dedent(text), name, names)

    yield load
    for name in names:
        sys.modules.pop(name, None)


def load_into(folder: Path, text: str, name: str, names: list[str]) -> ModuleType:
    path = folder / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    loaded = ModuleType(name)
    loaded.__file__ = str(path)
    sys.modules[name] = loaded
    names.append(name)
    exec(compile(text, str(path), "exec"), loaded.__dict__)
    return loaded


class Narrow(list[int]):
    """A list that keeps what an element of some bits would."""

    def __init__(self, values: list[int], keep: Callable[[int], int]) -> None:
        super().__init__(values)
        self.keep = keep

    def __setitem__(self, index: Any, value: Any) -> None:
        super().__setitem__(index, self.keep(value))


def bits(number: float) -> int:
    """What two floats share when they are the same, all NaNs being one."""
    if math.isnan(number):
        return -1
    return int(struct.unpack("<q", struct.pack("<d", number))[0])


# Whole programs ----------------------------------------------------------------------------------

INTS = st.integers(-(2**63), 2**63 - 1) | st.integers(-20, 20)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    choose=st.randoms(use_true_random=False),
    size=st.integers(1, 25),
    a=INTS,
    b=INTS,
    x=st.floats(),
    p=st.booleans(),
    checked=st.booleans(),
    optimise=st.sampled_from([0, 1, 1, 2]),
)
def test_programs_do_in_machine_code_what_they_do_in_python(
    tmp_path_factory: pytest.TempPathFactory,
    choose: random.Random,
    size: int,
    a: int,
    b: int,
    x: float,
    p: bool,
    checked: bool,
    optimise: int,
) -> None:
    text = program(choose, size)
    loaded = load_into(tmp_path_factory.mktemp("p"), text, "generated_kernels", [])
    words = [(a * i ^ b) % 2**63 - 2**62 for i in range(LENGTH)]
    m = list(words)
    s = Narrow([kernel.wrap32(w) for w in words], kernel.wrap32)
    t = Narrow([w & 255 for w in words], lambda v: v & 255)
    d = [x / (i + 1) for i in range(LENGTH)]
    arrays: list[Any] = [
        np.array(m, np.int64),
        np.array(s, np.int32),
        np.array(t, np.uint8),
        np.array(d, np.float64),
    ]
    compiled = compile_kernels([loaded.main], bounds_checks=checked, optimise=optimise, cache=False)
    expected = loaded.main(a, b, x, p, m, s, t, d)
    got = compiled.main(a, b, x, p, *arrays)
    assert got == expected, text
    assert [array.tolist() for array in arrays[:3]] == [m, s, t], text
    assert [bits(v) for v in arrays[3].tolist()] == [bits(v) for v in d], text


# Helpers and arithmetic, on edge values ---------------------------------------------------------

EDGES = [
    0, 1, -1, 2, -2, 3, 7, -7, 10, 63, 64, 255, 2**31 - 1, -(2**31), 2**31, 2**32 - 1, 2**32,
    2**53 + 1, 0x5555555555555555, 2**62, 2**63 - 1, -(2**63) + 1, -(2**63),
]  # fmt: skip
SINGLES = [
    0x00000000, 0x80000000, 0x00000001, 0x807FFFFF, 0x00800000, 0x3F800000, 0xBF800000, 0x40490FDB,
    0x7F7FFFFF, 0xFF7FFFFF, 0x7F800000, 0xFF800000, 0x7FC00000, 0x7F800001, 0xFFC12345, 0x4F000000,
    0xCF000000, 0x4EFFFFFF, 0x3EFFFFFF, 0x33800000,
]  # fmt: skip
FLOATS = [
    0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 1e16, -1e300, 1e308, 5e-324, -2.2e-308, 0.1, 7.3,
    math.inf, -math.inf, math.nan,
]  # fmt: skip


@pytest.mark.parametrize("helper", INTRINSICS, ids=lambda helper: str(helper.__name__))
def test_a_helper_is_its_python_body(helper: Callable[..., Any], module: Loader) -> None:
    intrinsic = INTRINSICS[helper]
    name = intrinsic.name
    parameters = ["a", "b"][: len(intrinsic.parameters)]
    result = "bool" if intrinsic.result == "i1" else "int"
    annotated = ", ".join(f"{p}: int" for p in parameters)
    loaded = module(f"""
        @kernel
        def f({annotated}) -> {result}:
            return {name}({", ".join(parameters)})
    """)
    compiled = compile_kernels([loaded.f])
    singles = name.startswith("f32") and name != "f32_from_int"
    first = SINGLES if singles else EDGES
    second = SINGLES if singles else EDGES
    if name in ("shr64", "rotl64"):
        second = [0, 1, 31, 32, 33, 62, 63]
    if name in ("div_trunc", "mod_trunc"):
        second = [n for n in EDGES if n]
    for arguments in itertools.product(*[first, second][: len(parameters)]):
        got = compiled.f(*arguments)
        assert got == helper(*arguments), arguments
        assert isinstance(got, bool) == (result == "bool")


INTEGER_OPERATIONS = ["a // b", "a % b", "a < b", "a >= b", "a == b", "min(a, b)", "max(a, b)"]


@pytest.mark.parametrize("operation", [*INTEGER_OPERATIONS, "a >> (b & 127)", "~a", "a & b"])
def test_integer_arithmetic_is_pythons_on_edge_values(operation: str, module: Loader) -> None:
    loaded = module(f"""
        @kernel
        def f(a: int, b: int) -> int:
            return wrap64({operation})
    """)
    compiled = compile_kernels([loaded.f])
    for a, b in itertools.product(EDGES, EDGES):
        if b or ("//" not in operation and "%" not in operation):
            assert compiled.f(a, b) == loaded.f(a, b), (a, b)


@pytest.mark.parametrize(
    "operation",
    ["x + y", "x - y", "x * y", "x / y", "x // y", "x % y", "-x", "abs(x)", "min(x, y)",
     "max(x, y)", "x and y", "x or y", "y if x < y else 2.0", "x * 3 - 1", "1 / y",
     "y if x != y else -y", "y if x >= y else -y", "y if not x else -y"],
)  # fmt: skip
def test_float_arithmetic_is_pythons_on_edge_values(operation: str, module: Loader) -> None:
    loaded = module(f"""
        @kernel
        def f(x: float, y: float) -> float:
            return {operation}
    """)
    compiled = compile_kernels([loaded.f])
    for x, y in itertools.product(FLOATS, FLOATS):
        if y or ("/ y" not in operation and "% y" not in operation):
            assert bits(compiled.f(x, y)) == bits(loaded.f(x, y)), (x, y)


@pytest.mark.parametrize("power", [1, 2, 8, 2**40, 2**62])
def test_division_by_a_constant_power_of_two(power: int, module: Loader) -> None:
    loaded = module(f"""
        @kernel
        def f(a: int, out: I64) -> None:
            out[0] = a // {power}
            out[1] = a % {power}
    """)
    out = np.zeros(2, np.int64)
    for a in EDGES:
        compile_kernels([loaded.f]).f(a, out)
        assert out.tolist() == [a // power, a % power]


def test_floats_become_ints_toward_zero(module: Loader) -> None:
    loaded = module("""
        @kernel
        def f(x: float) -> int:
            return int(x)
    """)
    compiled = compile_kernels([loaded.f])
    for x in (0.0, 0.9, -0.9, 2.5, -2.5, 1e15 + 0.5, -(2.0**63), 2.0**62):
        assert compiled.f(x) == int(x)
    assert compiled.f(1e300) == 2**63 - 1  # where Python's int has no bounds, and here it has
    assert compiled.f(math.nan) == 0


def test_what_has_no_meaning_traps_nowhere(module: Loader) -> None:
    loaded = module("""
        @kernel
        def f(a: int, b: int) -> int:
            return (a // b) ^ (a % b) ^ (a << b) ^ (a >> b) ^ div_trunc(a, b) ^ mod_trunc(a, b)
    """)
    compiled = compile_kernels([loaded.f])
    for a, b in itertools.product(EDGES, (0, -1, -64, 64, 2**63 - 1, -(2**63))):
        assert isinstance(compiled.f(a, b), int)


def test_buffers_truncate_to_their_width(module: Loader) -> None:
    loaded = module("""
        @kernel
        def f(s: I32, t: U8, v: int) -> None:
            s[0] = v
            t[0] = v
            fill(s, 1, 2, v)
            fill(t, 1, 2, v)
    """)
    compiled = compile_kernels([loaded.f])
    s, t = np.zeros(4, np.int32), np.zeros(4, np.uint8)
    for v in EDGES:
        compiled.f(s, t, v)
        assert s.tolist() == [kernel.wrap32(v)] * 3 + [0]
        assert t.tolist() == [v & 255] * 3 + [0]


def test_copies_may_overlap_and_be_empty(module: Loader) -> None:
    loaded = module("""
        @kernel
        def f(m: I64, n: I64, i: int, j: int, k: int) -> None:
            copy(m, i, n, j, k)
    """)
    compiled = compile_kernels([loaded.f], bounds_checks=True)
    for i, j, k in itertools.product(range(4), range(4), (-3, 0, 1, 4)):
        row = np.arange(8)
        plain = row.tolist()
        compiled.f(row, row, i, j, k)
        kernel.copy(plain, i, plain, j, k)
        assert row.tolist() == plain


# Names, modules, calls --------------------------------------------------------------------------


def test_constants_and_kernels_come_from_any_module(module: Loader) -> None:
    module(
        """
        from typing import Final
        OP_ADD: Final = 1
        SCALE: Final = 2.5
        DEEP: Final = -0x8000_0000_0000_0000

        @kernel
        def twice(n: int) -> int:
            return 2 * n
        """,
        "kernels_there",
    )
    module("from kernels_there import OP_ADD, twice", "kernels_between")
    loaded = module("""
        import kernels_there
        import kernels_there as P
        from kernels_between import OP_ADD as ADD, twice

        @kernel
        def f(op: int) -> float:
            if op == P.OP_ADD:
                return P.SCALE * kernels_there.twice(ADD)
            return float(twice(op) + P.DEEP)
    """)
    compiled = compile_kernels([loaded.f])
    assert [compiled.f(n) for n in (0, 1, 2)] == [loaded.f(n) for n in (0, 1, 2)]


def test_kernels_may_call_each_other_in_circles(module: Loader) -> None:
    loaded = module("""
        @kernel
        def even(n: int) -> bool:
            return True if n == 0 else odd(n - 1)

        @kernel
        def odd(n: int) -> bool:
            return n != 0 and even(n - 1)
    """)
    compiled = compile_kernels([loaded.even, loaded.odd])
    assert [compiled.even(n) for n in range(4)] == [True, False, True, False]
    assert compiled[loaded.odd](7) is True


def test_names_of_locals_clash_with_nothing(module: Loader) -> None:
    loaded = module("""
        @kernel
        def f(t1: I64, then1: int, entry: int, ü: int) -> int:
            counter = then1 + ü
            for t2 in range(3):
                if t1[t2] > entry:
                    counter += t2
            return counter
    """)
    compiled = compile_kernels([loaded.f])
    assert compiled.f(np.array([1, 5, 9]), 10, 4, 100) == loaded.f([1, 5, 9], 10, 4, 100) == 113


def test_a_long_chain_in_groups_becomes_one_switch(module: Loader) -> None:
    chain = []
    for group in range(0, 90, 10):
        chain.append(f"    {'elif' if group else 'if'} op < {group + 10}:")
        for op in range(group, group + 10):
            chain.append(f"        {'if' if op == group else 'elif'} op == {op}:")
            chain.append(f"            m[{op}] += m[0] * {op * op + 1}")
    text = ["@kernel", "def f(op: int, m: I64) -> int:", *chain, "    return m[op]", ""]
    loaded = module("\n".join(text))
    unoptimised = jit.llvm_text([loaded.f], optimise=0)
    assert unoptimised.count("switch i64") == 1
    assert "icmp eq" not in unoptimised
    compiled = compile_kernels([loaded.f])
    for op in range(90):
        m = [3] * 90
        row = np.array(m)
        assert compiled.f(op, row) == loaded.f(op, m)
        assert row.tolist() == m


def test_deep_recursion_has_room(module: Loader) -> None:
    loaded = module("""
        @kernel
        def f(m: I64, n: int) -> int:
            return 0 if n == 0 else (f(m, n - 1) ^ m[n & 3]) + 1
    """)
    for optimise, checks in ((0, False), (1, True)):
        compiled = compile_kernels([loaded.f], optimise=optimise, bounds_checks=checks)
        assert compiled.f(np.zeros(4, np.int64), 10_000) == 10_000


def test_the_kernel_in_the_docs_compiles(module: Loader) -> None:
    page = Path(__file__).parents[1] / "docs" / "kernels.md"
    example = page.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    loaded = module(example)
    start, target = [0, 2, 3, 3, 3], [1, 2, 3]
    weight, value = [0.25, 0.75, 1.0], [0.0, 0.0, 0.5, 1.0]
    row = np.array(value)
    loaded.sweep(start, target, weight, value, 4)
    compile_kernels([loaded.sweep]).sweep(
        np.array(start), np.array(target, np.int32), np.array(weight), row, 4
    )
    assert row.tolist() == value == [0.625, 1.0, 0.5, 1.0]


# What is refused ---------------------------------------------------------------------------------

REFUSED = {
    "a list": ("x = [1, 2]", "lists"),
    "a string": ("x = 'text' + 'more'", "strings"),
    "a tuple": ("x, y = 1, 2", "tuples"),
    "a power": ("x = n ** 2", "`**`"),
    "an exception": ("raise ValueError", "`raise` statement"),
    "an assertion": ("assert n", "`assert` statement"),
    "a global": ("global G\n    G = 2", "`global` statement"),
    "a variable": ("x = VARIES", "assigned more than once"),
    "a variable of another function": ("x = COUNTER", "assigned more than once"),
    "an unknown name": ("x = nowhere", "`nowhere` is not known"),
    "no kernel": ("x = plain(n)", "cannot call `plain`"),
    "len": ("x = len(m)", "cannot call `len`"),
    "a local read too soon": ("if n:\n        x = later\n    later = 1", "read before"),
    "an int for a float": ("r = 1", "`r` is float, and int is given"),
    "a float for an int": ("n = 1.5", "`n` is int, and float is given"),
    "an int for a bool": ("p = 2", "`p` is bool, and int is given"),
    "a float index": ("x = m[r]", "an index is int, and float is given"),
    "an inexact comparison": ("x = n < r", "an int is compared with a float"),
    "mixed alternatives": ("x = n if p else r", "this is float or int"),
    "mixed minimum": ("x = min(n, r)", "an int and a float"),
    "a float and bits": ("x = r & 1", "`&` of float and int"),
    "the wrong buffer": ("takes(m)", "`m` is I64, where `t` is U8"),
    "too few arguments": ("takes()", "1 arguments are wanted"),
    "keywords": ("takes(t=m)", "by name"),
    "a buffer as a number": ("x = m", "`m` is a buffer"),
    "a number as a buffer": ("x = n[0]", "only the buffers among the parameters"),
    "a number for a buffer": ("m = 1", "`m` is a buffer"),
    "no value": ("x = nothing()", "gives no value"),
    "a loop over elements": ("for x in m:\n        pass", "for i in range"),
    "a varying step": ("for x in range(0, 9, n):\n        pass", "step of a range"),
    "else after a loop": (
        "while n:\n        n = 0\n    else:\n        n = 2",
        "`else` after a loop",
    ),
    "a number too large": ("x = 0xFFFF_FFFF_FFFF_FFFF + 1", "outside the 64 bits"),
    "a result of another type": ("return r", "the result is int, and float is given"),
    "no result": ("return", "a int is to be returned"),
    "is": ("x = n is None", "no `is`"),
    "a walrus": ("x = (y := 2)", "assignments inside expressions"),
    "a lambda": ("x = lambda: 2", "functions of their own"),
    "a slice": ("x = m[1:2]", "slice"),
    "an attribute": ("x = n.real", "attributes"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_kernels_do_not_have_is_refused_with_its_place(case: str, module: Loader) -> None:
    body, problem = REFUSED[case]
    text = f"""
VARIES = 1
VARIES = 2
COUNTER = 0
def plain(n: int) -> int:
    try:
        for i in range(n):
            match i:
                case 2:
                    global COUNTER
                    COUNTER += 1
    finally:
        pass
    return n
@kernel
def takes(t: U8) -> None:
    pass
@kernel
def nothing() -> None:
    pass
@kernel
def f(n: int, r: float, p: bool, m: I64) -> int:
    {body}
    return n
"""
    loaded = module(text)
    with pytest.raises(KernelError) as caught:
        compile_kernels([loaded.f])
    error = caught.value
    assert problem in error.problem
    assert error.remedy
    assert error.path == loaded.__file__
    first = (HEADER + text).split("\n").index("    " + body.split("\n")[0]) + 1
    assert first <= error.line <= first + body.count("\n")


SIGNATURES = {
    "def f(n) -> int:": "the parameter `n` has no type",
    "def f(n: str) -> int:": "the parameter `n` has no type",
    "def f(n: int):": None,
    "def f(n: int) -> I64:": "the result of `f` has no type",
    "def f(n: int = 1) -> int:": "parameters of a kind",
    "def f(*n: int) -> int:": "parameters of a kind",
    "def f(*, n: int) -> int:": "parameters of a kind",
}


@pytest.mark.parametrize("line", SIGNATURES)
def test_signatures_are_checked(line: str, module: Loader) -> None:
    loaded = module(f"@kernel\n{line}\n    return 1\n")
    with pytest.raises(KernelError) as caught:
        compile_kernels([loaded.f])
    assert (SIGNATURES[line] or "the result of `f` has no type") in caught.value.problem


def test_a_kernel_that_may_end_without_a_result_is_refused(module: Loader) -> None:
    loaded = module("""
        @kernel
        def f(n: int) -> int:
            while n > 0:
                return 1

        @kernel
        def g(n: int) -> int:
            while True:
                if n > 5:
                    return n
                n += 1
    """)
    with pytest.raises(KernelError, match="without returning"):
        compile_kernels([loaded.f])
    assert compile_kernels([loaded.g]).g(1) == 6


def test_a_constant_may_differ_between_alternatives(module: Loader) -> None:
    loaded = module("""
        import sys
        if sys.byteorder == "little":
            FIRST = 1
        else:
            FIRST = 2

        @kernel
        def f() -> int:
            return FIRST
    """)
    assert compile_kernels([loaded.f]).f() == loaded.FIRST


def test_only_kernels_are_compiled(module: Loader) -> None:
    def inner(n: int) -> int:
        return n

    with pytest.raises(TypeError, match="`inner` is not a kernel"):
        compile_kernels([inner])
    with pytest.raises(KernelError, match="no module-level function `inner`"):
        compile_kernels([kernel.kernel(inner)])


# Arguments --------------------------------------------------------------------------------------


@pytest.fixture
def adds(module: Loader) -> Any:
    loaded = module("""
        @kernel
        def total(m: I64, n: int) -> int:
            sum = 0
            for i in range(n):
                sum += m[i]
            return sum

        @kernel
        def store(s: I32, t: U8, d: F64, v: int) -> None:
            s[0] = v
            t[0] = v
            d[0] = float(v)

        @kernel
        def indirect(m: I64) -> None:
            put(m, 5)

        @kernel
        def put(m: I64, v: int) -> None:
            m[0] = v
    """)
    return compile_kernels([loaded.total, loaded.store, loaded.indirect])


def test_buffers_are_arrays_and_addresses_of_several_kinds(adds: Any) -> None:
    numbers = np.arange(5)
    assert adds.total(numbers, 5) == 10
    assert adds.total(numbers[1:3], 2) == 3
    assert adds.total(numbers.ctypes.data, np.int64(5)) == 10
    assert adds.total((numbers.ctypes.data, 5), 5) == 10
    assert adds.total((ctypes.c_int64 * 3)(1, 2, 3), 3) == 6
    assert adds.total(array.array("q", [4, 5]), 2) == 9
    assert adds.total(np.zeros(0, np.int64), 0) == 0
    assert adds.total(array.array("q"), 0) == 0
    s, t, d = (ctypes.c_int32 * 1)(), bytearray(1), array.array("d", [0.0])
    adds.store(s, t, d, 513)
    assert (s[0], t[0], d[0]) == (513, 1, 513.0)


def test_what_is_no_buffer_of_the_type_is_refused(adds: Any) -> None:
    with pytest.raises(TypeError, match=r"total\(\): `m` is a buffer I64, and list is given"):
        adds.total([1, 2], 2)
    with pytest.raises(TypeError, match="pass an array of dtype <i8"):
        adds.total(np.zeros(2, np.int32), 2)
    with pytest.raises(TypeError, match="pass an array of dtype <i8"):
        adds.total(np.zeros(2, np.uint64), 2)
    with pytest.raises(TypeError, match="dtype <i8"):
        adds.total(bytearray(16), 2)
    with pytest.raises(TypeError, match="one contiguous run"):
        adds.total(np.arange(6)[::2], 2)
    with pytest.raises(TypeError, match="one contiguous run"):
        adds.total(np.zeros((2, 2), np.int64), 2)
    with pytest.raises(TypeError, match="takes 2 arguments, 1 are given"):
        adds.total(np.arange(6))
    with pytest.raises(OverflowError, match="`n` does not fit in 64 bits"):
        adds.total(np.arange(6), 2**63)
    with pytest.raises(TypeError):
        adds.total(np.arange(6), 2.0)


def test_read_only_memory_is_only_for_reading(adds: Any) -> None:
    frozen = np.arange(3)
    frozen.flags.writeable = False
    assert adds.total(frozen, 3) == 3
    with pytest.raises(TypeError, match="is stored to, and the array is read-only"):
        adds.indirect(frozen)
    with pytest.raises(TypeError, match="read-only memory"):
        adds.store(np.zeros(1, np.int32), b"x", np.zeros(1), 1)


MIXED = """
@kernel
def mixed(m: I64, s: I32, t: U8, d: F64, n: int, x: float, p: bool) -> float:
    m[0] = n
    s[0] = n + 1
    t[0] = n + 2
    d[0] = x
    return x + float(n) if p else -x

@kernel
def nothing(p: bool) -> None:
    pass

@kernel
def negated(p: bool) -> bool:
    return not p

@kernel
def next_to(n: int) -> int:
    return n + 1
"""


@pytest.mark.parametrize("known", [True, False])
def test_a_call_is_the_same_through_an_entrance_and_the_long_way(
    known: bool, module: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jit, "known", lambda: known)
    loaded = module(MIXED)
    compiled = compile_kernels([loaded.mixed, loaded.nothing, loaded.negated, loaded.next_to])
    assert isinstance(compiled.mixed, type(len)) is known
    m, s, t, d = np.zeros(1, np.int64), np.zeros(1, np.int32), np.zeros(1, np.uint8), np.zeros(1)
    given: list[Any] = [(3, 0.5, True), (np.int64(3), np.float64(0.5), np.True_), (True, -1, [0])]
    for n, x, p in given:
        assert compiled.mixed(m, s, t, d, n, x, p) == float(x) + int(n)
        assert (m[0], s[0], t[0], d[0]) == (int(n), int(n) + 1, int(n) + 2, float(x))
    assert compiled.mixed(m.data, s.data, t.ctypes.data, d, -1, -1.0, []) == 1.0
    assert (m[0], t[0], d[0]) == (-1, 1, -1.0)
    assert compiled.nothing(1) is None
    assert compiled.negated(0) is True
    assert [compiled.next_to(n) for n in (-2, -1, 0, 2**63 - 2)] == [-1, 0, 1, 2**63 - 1]
    assert math.isnan(compiled.mixed(m, s, t, d, 0, "nan", True))


class Flagged(np.ndarray[Any, Any]):
    """A kind of array of someone else's."""


@pytest.mark.parametrize("known", [True, False])
def test_every_array_that_fits_is_taken_and_every_other_refused(
    known: bool, module: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jit, "known", lambda: known)
    loaded = module("@kernel\ndef first(m: I64) -> int:\n    return m[0]\n")
    first = compile_kernels([loaded.first]).first
    frozen = np.array([4])
    frozen.flags.writeable = False
    shifted = np.frombuffer(bytes(3) + struct.pack("<q", 5) + bytes(5), np.uint8)[3:11]
    for number, array_ in [
        (1, np.array([1, 2])),
        (2, np.array([2]).view(Flagged)),
        (3, np.array([3], np.dtype(np.longlong))),
        (4, frozen),
        (5, shifted.view(np.int64)),
        (6, np.arange(9)[6:]),
    ]:
        assert first(array_) == number
    for other in [
        np.array([1.0]), np.array([1], ">i8"), np.array([1], "M8[s]"), np.array([True]),
        np.array(1), np.ones((1, 1), np.int64), np.arange(4)[::2], np.arange(4)[::-1], None, "1",
        np.int64(1), np.array([1], object),
    ]:  # fmt: skip
        with pytest.raises(TypeError, match="pass"):
            first(other)
    with pytest.raises(TypeError):
        first(m=np.arange(2))


def test_what_an_argument_raises_is_raised_and_no_reference_is_lost(module: Loader) -> None:
    class Odd:
        def __bool__(self) -> bool:
            raise LookupError("neither")

    loaded = module(MIXED)
    compiled = compile_kernels([loaded.mixed, loaded.nothing, loaded.negated, loaded.next_to])
    with pytest.raises(LookupError, match="neither"):
        compiled.negated(Odd())
    numbers = np.arange(3)
    before = [sys.getrefcount(thing) for thing in (numbers, 12345678, compiled.next_to)]
    for _ in range(100):
        compiled.nothing(numbers[:0] is numbers)
        with pytest.raises(TypeError):
            compiled.mixed(numbers, numbers, numbers, numbers, 12345678, 0.0, True)
    after = [sys.getrefcount(thing) for thing in (numbers, 12345678, compiled.next_to)]
    assert after == before


def test_a_compiled_kernel_is_found_by_function_and_by_name(adds: Any) -> None:
    assert adds.total.__name__ == "total"
    with pytest.raises(AttributeError, match="no kernel `put` was compiled here"):
        adds.put  # noqa: B018


# Bounds checks ----------------------------------------------------------------------------------

CHECKED = """
@kernel
def get(m: I64, i: int) -> int:
    return m[i]

@kernel
def put(s: I32, i: int) -> None:
    s[i] = 1

@kernel
def change(t: U8, i: int) -> None:
    t[i] += 1

@kernel
def deep(m: I64, d: F64, i: int) -> float:
    d[0] += 1.0
    x = float(get(m, i))
    d[0] += 1.0
    return x

@kernel
def divide(a: int, b: int) -> int:
    return a // b

@kernel
def rest(a: int, b: int) -> int:
    return mod_trunc(a, b)

@kernel
def ratio(x: float, y: float) -> float:
    return x / y

@kernel
def left(a: int, n: int) -> int:
    return a << n

@kernel
def move(m: I64, i: int, j: int, n: int) -> None:
    copy(m, i, m, j, n)

@kernel
def blank(m: I64, i: int, n: int) -> None:
    fill(m, i, n, 7)

@kernel
def whether(m: I64, i: int) -> bool:
    return m[i] > 0
"""


@pytest.fixture
def checked(module: Loader) -> Any:
    loaded = module(CHECKED)
    kernels = [thing for thing in vars(loaded).values() if kernel.is_kernel(thing)]
    return compile_kernels(kernels, bounds_checks=True), str(loaded.__file__)


@pytest.mark.parametrize("index", [-1, 4, 2**62, -(2**63)])
def test_an_index_out_of_bounds_raises_and_touches_nothing(checked: Any, index: int) -> None:
    compiled, path = checked
    m, s, t, d = np.arange(4), np.zeros(4, np.int32), np.zeros(4, np.uint8), np.zeros(4)
    lines = (HEADER + CHECKED).split("\n")
    for call, line, name in (
        (lambda: compiled.get(m, index), "    return m[i]", "m"),
        (lambda: compiled.put(s, index), "    s[i] = 1", "s"),
        (lambda: compiled.change(t, index), "    t[i] += 1", "t"),
        (lambda: compiled.whether(m, index), "    return m[i] > 0", "m"),
    ):
        with pytest.raises(KernelBoundsError) as caught:
            call()
        assert (caught.value.path, caught.value.line) == (path, lines.index(line) + 1)
        assert caught.value.problem == f"index {index} of `{name}` is outside its 4 elements"
    with pytest.raises(KernelBoundsError, match="index"):
        compiled.deep(m, d, index)
    assert d.tolist() == [1.0, 0.0, 0.0, 0.0]  # what was done before stays done, and no more
    assert (m.tolist(), s.tolist(), t.tolist()) == ([0, 1, 2, 3], [0] * 4, [0] * 4)
    assert compiled.deep(m, d, 3) == 3.0  # and the next call is unharmed


def test_dividing_by_zero_and_shifting_by_less_raise(checked: Any) -> None:
    compiled, _ = checked
    for call in (compiled.divide, compiled.rest):
        with pytest.raises(KernelBoundsError, match="division by zero"):
            call(5, 0)
    with pytest.raises(KernelBoundsError, match="division by zero"):
        compiled.ratio(5.0, -0.0)
    with pytest.raises(KernelBoundsError, match="shift by -3, which is negative"):
        compiled.left(5, -3)
    assert compiled.divide(-7, 2) == -4
    assert compiled.rest(-7, 2) == -1
    assert compiled.ratio(1.0, 4.0) == 0.25
    assert compiled.left(5, 3) == 40


@pytest.mark.parametrize(
    ("i", "j", "n"), [(0, 1, 4), (1, 0, 4), (-1, 0, 1), (0, -1, 1), (5, 0, 1), (0, 0, 2**62),
                      (2**62, 0, 2), (2**63 - 1, 0, 2)]
)  # fmt: skip
def test_runs_beyond_the_end_raise(checked: Any, i: int, j: int, n: int) -> None:
    compiled, _ = checked
    m = np.arange(4)
    with pytest.raises(KernelBoundsError, match="go beyond its end"):
        compiled.move(m, i, j, n)
    if i:
        with pytest.raises(KernelBoundsError, match=f"{n} elements at index {i} of `m` go beyond"):
            compiled.blank(m, i, n)
    assert m.tolist() == [0, 1, 2, 3]
    compiled.move(m, 4, 9, 0)
    compiled.blank(m, 0, 4)
    assert m.tolist() == [7] * 4


def test_checks_need_lengths(checked: Any) -> None:
    compiled, _ = checked
    m = np.arange(4)
    with pytest.raises(TypeError, match="pass \\(address, length\\)"):
        compiled.get(m.ctypes.data, 0)
    assert compiled.get((m.ctypes.data, 4), 2) == 2
    with pytest.raises(KernelBoundsError):
        compiled.get((m.ctypes.data, 2), 2)


# The cache --------------------------------------------------------------------------------------

CACHED = """
from kernels_below import STEP, below

@kernel
def f(n: int) -> float:
    return below(n) * STEP
"""
BELOW = """
STEP = 3
SCALE = 0.5

@kernel
def below(n: int) -> float:
    return n * SCALE
"""


def entries(cache: Path) -> list[Path]:
    return sorted(cache.glob("*")) if cache.exists() else []


def cached(module: Loader, below: str = BELOW, above: str = CACHED) -> tuple[bool, float]:
    module(below, "kernels_below")
    compiled = compile_kernels([module(above).f])
    return compiled.cached, compiled.f(10)


def test_the_second_time_comes_from_the_cache(module: Loader, cache: Path) -> None:
    assert cached(module) == (False, 15.0)
    assert [path.suffix for path in entries(cache)] == [".kernels"]
    assert cached(module) == (True, 15.0)


@pytest.mark.parametrize(
    ("old", "new", "result"),
    [("STEP = 3", "STEP = 4", 20.0), ("SCALE = 0.5", "SCALE = 1.5", 45.0),
     ("n * SCALE", "(n + 1) * SCALE", 16.5), ("STEP = 3", "STEP = 3.5", 17.5)],
)  # fmt: skip
def test_an_edit_anywhere_compiles_again(old: str, new: str, result: float, module: Loader) -> None:
    assert cached(module) == (False, 15.0)
    assert cached(module, BELOW.replace(old, new)) == (False, result)
    assert cached(module, BELOW.replace(old, new)) == (True, result)
    assert cached(module) == (False, 15.0)


def test_an_edit_of_the_kernel_itself_is_another_entry(module: Loader, cache: Path) -> None:
    assert cached(module) == (False, 15.0)
    assert cached(module, above=CACHED + "# a comment\n") == (False, 15.0)
    assert cached(module) == (True, 15.0)
    assert len(entries(cache)) == 2


def test_a_constant_changed_in_memory_compiles_again(module: Loader) -> None:
    module(BELOW, "kernels_below")
    loaded = module(CACHED)
    assert compile_kernels([loaded.f]).f(10) == 15.0
    vars(loaded)["STEP"] = 5
    compiled = compile_kernels([loaded.f])
    assert (compiled.cached, compiled.f(10)) == (False, 25.0)


def test_flags_are_part_of_the_key(module: Loader, cache: Path) -> None:
    module(BELOW, "kernels_below")
    loaded = module(CACHED)
    for flags in ({}, {"optimise": 0}, {"optimise": 2}, {"bounds_checks": True}):
        compiled = compile_kernels([loaded.f], **flags)
        assert (compiled.cached, compiled.f(10)) == (False, 15.0)
    assert len(entries(cache)) == 4


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:0],
        lambda data: data[:40],
        lambda data: data[:-1],
        lambda data: data + b"\0",
        lambda data: data[:-100] + bytes([data[-100] ^ 1]) + data[-99:],
        lambda data: data[:60] + bytes([data[60] ^ 1]) + data[61:],
        lambda data: b"something else" + data,
        lambda data: os.urandom(len(data)),
    ],
)
def test_a_damaged_entry_is_built_again(
    damage: Callable[[bytes], bytes], module: Loader, cache: Path
) -> None:
    assert cached(module) == (False, 15.0)
    (entry,) = entries(cache)
    entry.write_bytes(damage(entry.read_bytes()))
    assert cached(module) == (False, 15.0)
    assert cached(module) == (True, 15.0)


def test_an_entry_under_another_name_is_not_believed(module: Loader, cache: Path) -> None:
    module(BELOW, "kernels_below")
    loaded = module(CACHED)
    compile_kernels([loaded.f])
    (first,) = entries(cache)
    compile_kernels([loaded.f], bounds_checks=True)
    (second,) = set(entries(cache)) - {first}
    second.write_bytes(first.read_bytes())
    compiled = compile_kernels([loaded.f], bounds_checks=True)
    assert (compiled.cached, compiled.f(10)) == (False, 15.0)


def test_an_entry_that_others_can_write_is_not_believed(module: Loader, cache: Path) -> None:
    cached(module)
    (entry,) = entries(cache)
    entry.chmod(0o666)
    assert cached(module) == (False, 15.0)


def test_a_folder_that_cannot_be_used_does_no_harm(
    module: Loader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    for place in (str(blocked), str(blocked / "inside"), "/proc/nowhere", ""):
        monkeypatch.setenv("FORETELL_CACHE", place)
        assert cached(module) == (False, 15.0)
    assert blocked.read_text() == ""


def test_the_users_own_folder_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORETELL_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    place = object_cache.folder()
    assert place is not None
    assert place.name == "foretell"
    if sys.platform == "linux":
        assert place == Path("/somewhere/foretell")


def test_old_entries_make_room_for_new_ones(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(object_cache, "CAPACITY", 10_000)
    keys = [f"{n:064x}" for n in range(5)]
    for n, key in enumerate(keys[:4]):
        object_cache.save(key, {}, bytes(2_000))
        os.utime(cache / f"{key}.kernels", (n, n))
    assert object_cache.load(keys[0]) == ({}, bytes(2_000))  # used again, so no longer the oldest
    stray = cache / "abandoned.tmp"
    stray.write_bytes(b"")
    os.utime(stray, (0, 0))
    object_cache.save(keys[4], {}, bytes(3_000))
    assert [object_cache.load(key) is not None for key in keys] == [True, False, True, True, True]
    assert not stray.exists()
    object_cache.save("f" * 64, {}, bytes(20_000))
    assert object_cache.load("f" * 64) is None


def test_processes_may_compile_at_once(module: Loader, cache: Path, tmp_path: Path) -> None:
    module(BELOW, "kernels_below")
    module(CACHED)
    script = (
        "import kernels_here; from foretell.vm.jit import compile_kernels;"
        "print(compile_kernels([kernels_here.f]).f(10))"
    )
    path = os.pathsep.join([str(tmp_path / "modules"), *sys.path])
    running = [
        subprocess.Popen(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    assert [process.communicate()[0].strip() for process in running] == ["15.0"] * 3
    assert [path.suffix for path in entries(cache)] == [".kernels"]


# Threads -----------------------------------------------------------------------------------------


def test_threads_run_at_the_same_time(module: Loader) -> None:
    """Two kernels that wait for each other: with the GIL held, neither would ever end."""
    loaded = module("""
        @kernel
        def meet(m: I64, mine: int, other: int, patience: int) -> int:
            for i in range(200):
                m[mine] = i
                waited = 0
                while m[other] < i:
                    m[2 + mine] += 1
                    waited += 1
                    if waited > patience:
                        return 0
            return 1
    """)
    meet = compile_kernels([loaded.meet]).meet
    m = np.zeros(4, np.int64)
    results: list[int] = []
    threads = [
        threading.Thread(target=lambda i=i: results.append(meet(m, i, 1 - i, 10**9)))
        for i in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert results == [1, 1]
