"""Who reads a thing a story remembers, on which line, and what comes of it.

`Liveness` knows which instructions read a variable or a count where that may be observed. From such
a load the value is followed along its stretch of straight code, through arithmetic, to what looks
at it: a comparison, a condition, a string, another variable.

    { gold + 1 > price: … }        gold   compared with `price`    (line 12)

It tells authors why something is state; no verdict depends on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from foretell.checker.reduction.liveness import Liveness
from foretell.diagnostics import Span
from foretell.vm import program as P
from foretell.vm import values as V
from foretell.vm.program import Program

__all__ = ["DEALT", "Read", "reads_of"]

_COMPARISONS: Final = {P.OP_EQ, P.OP_NE, P.OP_LT, P.OP_GT, P.OP_LE, P.OP_GE}
_BINARY: Final = {*range(P.OP_EQ, P.OP_MOD + 1), P.OP_BINARY} - {P.OP_NOT}
_UNARY: Final = {P.OP_NOT, P.OP_NEG, P.OP_UNARY}
_PUSHES: Final = {
    P.OP_PUSH,
    P.OP_LOAD_GLOBAL,
    P.OP_LOAD_TEMP,
    P.OP_LOAD_VISITS,
    P.OP_LOAD_VISIT_INDEX,
    P.OP_LOAD_TURNS_SINCE,
    P.OP_LOAD_TURN,
    P.OP_LOAD_HERE,
    P.OP_LOAD_ENDING,
    P.OP_CHOICE_COUNT,
    P.OP_POINT_GLOBAL,
    P.OP_POINT_TEMP,
    P.OP_STRING_END,
    P.OP_DUP,
}
_POPS: Final = {P.OP_STORE_GLOBAL, P.OP_SET_TEMP, P.OP_STORE_TEMP, P.OP_POP, P.OP_PRINT}
_FLAT: Final = {
    P.OP_TEXT, P.OP_GLUE, P.OP_TAG_BEGIN, P.OP_TAG_END, P.OP_FIXED_TAG, P.OP_STRING_BEGIN,
    P.OP_VISIT, P.OP_TURN_MARK, P.OP_NOP, P.OP_HERE,
}  # fmt: skip

DEALT: Final = "how often a shuffle has dealt"


@dataclass(frozen=True, slots=True)
class Read:
    """A place where a value is read, and what is done with it.

    `constant` is the whole number it is compared with; `other` what else, in words, "" if nothing.
    """

    span: Span | None
    how: str
    constant: int | None = None
    other: str = ""

    @property
    def line(self) -> int:
        """Its line, 0 where none is known."""
        return self.span.line if self.span else 0


def reads_of(liveness: Liveness, kind: str, number: int, slot: int = 0) -> list[Read]:
    """The reads that keep a thing in the state, in the order of the program; alike ones are one.

    The thing is given as `growth` does: a kind, and a bit, or a temporary's scope and slot.
    """
    program = liveness.program
    bit = number
    if kind == "temporary":
        bit = liveness.temps_at[number] + slot
    elif kind == "stack":
        return []
    found: dict[tuple[object, str], Read] = {}
    for pc in liveness.reads_of(bit):
        read = _followed(program, pc)
        found.setdefault((read.span, read.how), read)
    if liveness.observed >> bit & 1 and not found:
        found[None, ""] = Read(None, "asked for by a claim or a question")
    return list(found.values())


def _followed(program: Program, pc: int) -> Read:
    """What becomes of the value that the instruction at `pc` loads."""
    code = program.code
    span = program.spans[pc]
    if span is None and not program.paths[pc]:
        return Read(None, "asked for by a claim or a question")
    if code[pc * 4] == P.OP_CHOICE:
        return Read(span, "whether a once-only choice was made")
    if code[pc * 4] == P.OP_SHUFFLE:
        return Read(span, "which elements are left to deal")
    above = 0  # values on the stack above the one followed
    for at, op, a in _straight(program, pc + 1):
        if op in _PUSHES:
            above += 1
        elif op in _BINARY:
            if above > 1:
                above -= 1
                continue
            if op in _COMPARISONS:
                return _compared(program, span, pc, at, above)
            if op in (P.OP_AND, P.OP_OR):
                return Read(span, "tested for truth")
            above = 0  # what is computed of it is followed
        elif op in _UNARY:
            if above == 0 and op == P.OP_NOT:
                return Read(span, "tested for truth")
        elif op in _POPS:
            if above > 0:
                above -= 1
                continue
            return Read(span, _kept(program, op, at))
        elif op in (P.OP_JUMP_IF, P.OP_JUMP_UNLESS):
            return Read(span, "tested for truth")
        elif op == P.OP_RANDOM:
            return Read(span, "a limit of RANDOM")
        elif op == P.OP_LIST_RANDOM:
            return Read(span, "drawn from by LIST_RANDOM")
        elif op == P.OP_LIST_RANGE:
            above = max(0, above - 2)
        elif op == P.OP_CALL:
            return Read(span, f"handed to `{_called(program, a)}`")
        elif op == P.OP_CHOICE:
            return Read(span, "whether a choice is offered")
        elif op == P.OP_SHUFFLE:
            return Read(span, DEALT)
        elif op in (P.OP_JUMP_VALUE, P.OP_CALL_VALUE):
            return Read(span, "where a divert leads")
        elif op in (P.OP_COUNT_VISITS, P.OP_COUNT_TURNS):
            return Read(span, "a count of the place it names")
        elif op == P.OP_RETURN:
            return Read(span, "returned from a function")
        elif op in _FLAT:
            continue
        else:
            break
    return Read(span, "read")


def _called(program: Program, pc: int) -> str:
    """The knot or function whose code begins at `pc`."""
    for at in range(pc, min(pc + 8, program.length)):
        if program.paths[at]:
            return program.paths[at].partition(".")[0]
    return "another part"


def _straight(program: Program, pc: int) -> Iterator[tuple[int, int, int]]:
    """Instructions from `pc` on, as executed where nothing branches: pc, opcode, operand."""
    code = program.code
    for _ in range(200):
        if pc >= program.length:
            return
        op, a = code[pc * 4], code[pc * 4 + 1]
        if op == P.OP_JUMP:
            pc = a
            continue
        yield pc, op, a
        pc += 1


def _compared(program: Program, span: Span | None, load: int, at: int, above: int) -> Read:
    """A comparison at `at`; the value followed is its left side if something lies above it."""
    code = program.code
    beside = at - 1 if above else load - 1
    if beside >= 0 and (not above or beside > load):
        op, a, b = code[beside * 4 : beside * 4 + 3]
        if op == P.OP_PUSH and a >> V.TAG_SHIFT == V.INT:
            number = V.number(a)
            return Read(span, f"compared with {number}", constant=number)
        if op == P.OP_PUSH:
            return Read(span, "compared with a constant")
        name = ""
        if op == P.OP_LOAD_GLOBAL:
            name = f"`{program.global_names[a]}`"
        elif op == P.OP_LOAD_TEMP:
            name = f"`{program.temp_names[b]}`"
        elif op in (P.OP_LOAD_VISITS, P.OP_LOAD_VISIT_INDEX):
            name = f"the visits to `{program.visit_names[a]}`"
        if name:
            return Read(span, f"compared with {name}", other=name)
    return Read(span, "compared with what is computed", other="what is computed")


def _kept(program: Program, op: int, at: int) -> str:
    a, b = program.code[at * 4 + 1 : at * 4 + 3]
    if op == P.OP_PRINT:
        return "printed into a string"
    if op == P.OP_STORE_GLOBAL:
        return f"goes into `{program.global_names[a]}`"
    if op == P.OP_STORE_TEMP:
        return f"goes into `{program.temp_names[b]}`"
    if op == P.OP_SET_TEMP:
        scope = program.scope_of_pc[at]
        temps = program.scope_temps[scope]
        return f"goes into `{program.temp_names[temps[a]]}`" if a < len(temps) else "read"
    return "read"
