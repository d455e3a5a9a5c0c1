"""Random kernels as source text, for comparing plain Python with machine code.

A program is a module: constants, a few small kernels with side effects, and `main`, a tree of
statements over locals and buffers of all types. Whatever may leave 64 bits stands in `wrap64`,
divisors are never zero and indices always within, so that the program has one meaning: what is
compared is the translation and not the contract's edges. Every loop ends: `for` runs a few
times, and `while` burns fuel.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

LENGTH = 8  # elements of each buffer

PRELUDE = f"""
from __future__ import annotations
from typing import Final
from foretell.vm.kernel import *
from foretell.vm import kernel as helpers

BIG: Final = 0x7FFF_FFFF_FFFF_FFF0
SMALL: Final = -3
HALF: Final = 0.5
YES: Final = True
LENGTH = {LENGTH}

@kernel
def touch(m: I64, i: int, v: int) -> int:
    m[i & 7] = v
    return v

@kernel
def seen(t: U8, i: int, p: bool) -> bool:
    t[i & 7] += 1
    return p

@kernel
def descend(m: I64, n: int) -> int:
    if n <= 0:
        return m[0]
    m[n & 7] ^= n
    return add64(descend(m, n - 1), descend(m, n - 2) if n < 6 else 1)

@kernel
def mean(x: float, y: float) -> float:
    return (x + y) * HALF

@kernel
def clear(s: I32, d: F64, i: int) -> None:
    if i < 0:
        return
    s[i & 7] = SMALL
    d[i & 7] = 0.25
"""


INTEGERS = [
    "7", "0", "-1", "63", "SMALL", "BIG", "fuel", "LENGTH", "-0x8000000000000000", "4294967296",
    "helpers._LOW32",
]  # fmt: skip
INTEGER_FORMS = [
    "wrap64({i} + {i})", "wrap64({i} - {i})", "wrap64({i} * {i})", "wrap64(-{i})", "~{i}",
    "({i} & {i})", "({i} | {i})", "({i} ^ {i})", "add64({i}, {i})", "wrap64({i} // ({i} | 1))",
    "({i} % ({i} | 1))", "({i} // 8)", "({i} % 16)", "({i} // 10)", "({i} % -7)",
    "wrap64({i} << ({i} & 63))", "({i} >> ({i} & 63))", "({i} >> ({i} & 127))", "wrap32({i})",
    "mul64({i}, 0x9E3779B97F4A7C15)", "rotl64({i}, {i} & 63)", "helpers.shr64({i}, {i} & 63)",
    "popcount64({i})", "ctz64({i})", "div_trunc({i}, {i} | 1)", "mod_trunc({i}, {i} | 1)",
    "min({i}, {i})", "max({i}, {i}, {i})", "wrap64(abs({i}))", "m[{i} & 7]", "s[{i} & 7]",
    "t[{i} & 7]", "({i} if {c} else {i})", "({i} and {i})", "({i} or {i} or {i})",
    "touch(m, {i}, {i})", "descend(m, {i} & 7)", "int({p})", "({p} + {i} % 9)",
    "({i} if {c} else {p})", "({p} or {i})", "truncated({x})", "f32_to_int({i} & 0xFFFFFFFF)",
    "f32_add({i} & 0xFFFFFFFF, {i} & 0xFFFFFFFF)", "f32_from_int(wrap32({i}))",
]  # fmt: skip
NUMBER_FORMS = [
    "({x} + {x})", "({x} - {x})", "({x} * {x})", "-{x}", "abs({x})", "({x} * {i})", "float({i})",
    "({x} / y if y != 0.0 else {x})", "(wrap32({i}) / 4)", "mean({x}, {x})", "min({x}, {x})",
    "max({x}, {x})", "({x} if {c} else {x})", "d[{i} & 7]", "({x} // y if y != 0 else {x})",
    "({x} % y if y != 0.0 else {x})", "({x} or {x})", "({x} and {x})", "float({p})",
]  # fmt: skip
BOOLEAN_FORMS = [
    "({i} < {i})", "({i} <= {i} < {i})", "({i} == {i})", "({i} != {i} >= {i})", "(not {c})",
    "({p} and {p})", "({p} or {p} or {p})", "({x} < {x})", "({x} == {x} > 0)", "({x} != 1)",
    "({i} & 7 in (1, SMALL, 3))", "({i} & 7 not in (2, 4))", "seen(t, {i}, {p})", "bool({i})",
    "(seen(t, 1, {p}) and seen(t, 2, {p}) or seen(t, 3, {p}))", "({p} ^ {p})", "({p} == {p})",
    "f32_lt({i} & 0xFFFFFFFF, {i} & 0xFFFFFFFF)", "({p} if {c} else {p})", "bool({x})",
]  # fmt: skip
CONDITION_FORMS = [
    "{p}", "{i}", "{x}", "({c} and {c})", "({c} or {c} and {c})", "(not {c})", "({i} < {i} < {i})",
    "(m[{i} & 7] and not seen(t, {i}, {p}))", "(touch(m, {i}, {i}) < {i} or {c})",
]  # fmt: skip
SIMPLE_FORMS = [
    "{v} = {i}", "{v} = {i}", "m[{i} & 7] = {i}", "s[{i} & 7] = {i}", "t[{i} & 7] = {i}",
    "d[{i} & 7] = {x}", "{v} ^= {i}", "{v} >>= {i} & 63", "{v} %= {i} | 1", "m[{i} & 7] |= {i}",
    "s[{i} & 7] ^= {i}", "t[{i} & 7] += {i} & 15", "{v} = m[1] = {i}", "{w} = {x}", "{w} -= {x}",
    "d[{i} & 7] *= {x}", "p = {p}", "q = p != {p}", "q &= {p}", "touch(m, {i}, {i})",
    "clear(s, d, {i})", "copy(m, {i} & 3, m, {i} & 3, {i} & 4)", "fill(m, {i} & 3, {i} & 3, {i})",
    "{v}: int = {i}", "'a text'", "{v} = {p}",
]  # fmt: skip


class Writer:
    """Writes one random `main`, drawing from `choose`."""

    def __init__(self, choose: random.Random, size: int) -> None:
        self.choose = choose
        self.left = size
        self.lines: list[str] = []
        self.names = 0
        self.loops = 0
        self.fixed: list[str] = []  # loop variables, which are not assigned to

    def pick(self, options: Sequence[str]) -> str:
        return options[self.choose.randrange(len(options))]

    # -- expressions: {i} stands for an int, {x} a float, {p} a bool, {c} a condition

    def written(self, template: str, depth: int) -> str:
        writers = {"i": self.integer, "x": self.number, "p": self.boolean, "c": self.condition}
        return re.sub(r"\{([ixpc])\}", lambda found: writers[found[1]](depth), template)

    def integer(self, depth: int = 2) -> str:
        if depth == 0 or self.choose.randrange(5) == 0:
            return self.pick(["a", "b", "c", "a", "b", *INTEGERS, *self.fixed])
        return self.written(self.pick(INTEGER_FORMS), depth - 1)

    def number(self, depth: int = 2) -> str:
        if depth == 0 or self.choose.randrange(4) == 0:
            return self.pick(["x", "y", "HALF", "2.5", "-0.0", "1e300", "d[1]", "5e-324"])
        return self.written(self.pick(NUMBER_FORMS), depth - 1)

    def boolean(self, depth: int = 2) -> str:
        if depth == 0:
            return self.pick(["p", "q", "YES", "(a > b)", "False"])
        return self.written(self.pick(BOOLEAN_FORMS), depth - 1)

    def condition(self, depth: int = 2) -> str:
        if depth == 0:
            return self.pick(["p", "a", "x", "not b", "YES"])
        return self.written(self.pick(CONDITION_FORMS), depth - 1)

    # -- statements

    def block(self, indent: int) -> None:
        before = len(self.lines)
        for _ in range(1 + self.choose.randrange(3)):
            if self.left > 0:
                self.left -= 1
                self.statement(indent)
        if len(self.lines) == before:
            self.line(indent, "pass")

    def line(self, indent: int, text: str) -> None:
        self.lines.append("    " * indent + text)

    def statement(self, indent: int) -> None:
        kinds = [self.simple] * 6
        if indent < 5:
            kinds += [self.branch, self.branch, self.chain, self.count, self.burn]
        kinds[self.choose.randrange(len(kinds))](indent)

    def simple(self, indent: int) -> None:
        options = list(SIMPLE_FORMS)
        if self.loops:
            options += ["break", "continue"] * 3
        if indent > 1:
            options.append("return {i}")
        template = self.pick(options).replace("{v}", self.pick("abc"))
        self.line(indent, self.written(template.replace("{w}", self.pick("xy")), 2))

    def branch(self, indent: int) -> None:
        self.line(indent, f"if {self.condition()}:")
        self.block(indent + 1)
        for _ in range(self.choose.randrange(2)):
            self.line(indent, f"elif {self.condition()}:")
            self.block(indent + 1)
        if self.choose.randrange(2):
            self.line(indent, "else:")
            self.block(indent + 1)

    def chain(self, indent: int) -> None:
        """What becomes a switch: comparisons of one local with constants, perhaps in groups."""
        self.line(indent, f"c = {self.integer()} & 15")
        grouped = self.choose.randrange(2) and indent < 4
        word = "if"
        for low in range(0, 12, 4):
            if grouped:
                test = self.pick([f"c < {low + 4}", f"c <= {low + 3}", f"{low} > c", f"c > {low}"])
                self.line(indent, f"{word} {test}:")
                self.links(indent + 1, low, "if")
            else:
                self.links(indent, low, word)
            word = "elif"
        if self.choose.randrange(2):
            self.line(indent, "else:")
            self.block(indent + 1)

    def links(self, indent: int, low: int, word: str) -> None:
        for number in range(low, low + 4, 2):
            test = self.pick(
                [f"c == {number}", f"c in ({number}, {number + 1})", f"c == {number} or c == 13"]
            )
            self.line(indent, f"{word} {test}:")
            self.line(indent + 1, f"m[{number & 7}] = add64(m[{number & 7}], {number + 100})")
            if self.choose.randrange(3) == 0:
                self.block(indent + 1)
            word = "elif"

    def count(self, indent: int) -> None:
        self.names += 1
        name = f"i{self.names}"
        extent = self.pick(
            ["3", "a & 3", "1, 5", "4, -2, -2", "b & 7, 0, -3", "LENGTH - 4", "-2, 9, 5", "SMALL"]
        )
        self.line(indent, f"for {name} in range({extent}):")
        self.inside(indent, name)

    def burn(self, indent: int) -> None:
        self.line(indent, self.pick(["while True:", f"while fuel > 0 and {self.condition()}:"]))
        self.line(indent + 1, "fuel -= 1")
        self.line(indent + 1, "if fuel < 0:")
        self.line(indent + 2, "break")
        self.inside(indent, "")

    def inside(self, indent: int, name: str) -> None:
        self.loops += 1
        if name:
            self.fixed.append(name)
        self.block(indent + 1)
        if name:
            self.fixed.remove(name)
        self.loops -= 1


def program(choose: random.Random, size: int) -> str:
    """The source of a module whose kernel `main` has about `size` statements."""
    writer = Writer(choose, size)
    while writer.left > 0:
        writer.left -= 1
        writer.statement(1)
    return "\n".join(
        [
            PRELUDE,
            "@kernel",
            "def truncated(x: float) -> int:",
            "    return int(x) if -1e15 < x < 1e15 else -1",
            "",
            "@kernel",
            "def main(a: int, b: int, x: float, p: bool, m: I64, s: I32, t: U8, d: F64) -> int:",
            "    c = 5",
            "    y = 0.0",
            "    q = False",
            "    fuel = 20",
            *writer.lines,
            "    d[0] = x",
            "    d[1] = y",
            "    t[7] = p + 2 * q",
            "    return a ^ b ^ c",
            "",
        ]
    )
