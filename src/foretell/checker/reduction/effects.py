"""What evaluating an expression does besides having a value.

An expression that asks about a story (a claim, a question) is evaluated at every state, so it may
neither draw nor change anything. What it writes itself the compiler refuses (`standalone`); what
the functions it calls do is found here, over all the code it may execute:

    for effect in find_effects(program, pc): print(effect.what, effect.span)

Counting visits is allowed, since sequences in a function's text count themselves, and so is
writing through a parameter; `may_write` says whether any of that may happen, and the explorer then
asks on a copy.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from foretell.diagnostics import Span
from foretell.vm import program as P
from foretell.vm import values as V
from foretell.vm.program import Program

__all__ = ["Effect", "find_effects", "may_write", "reached_code"]

_FORBIDDEN: Final = {
    P.OP_RANDOM: "it draws a random number",
    P.OP_LIST_RANDOM: "it draws an item at random",
    P.OP_SHUFFLE: "it shuffles",
    P.OP_SEED: "it seeds the random numbers",
    P.OP_STORE_GLOBAL: "it changes a variable",
    P.OP_CHOICE: "it offers a choice",
    P.OP_FORK: "it starts a thread",
    P.OP_DONE: "it ends the flow",
    P.OP_END: "it ends the story",
}
_WRITES: Final = frozenset(
    {
        P.OP_VISIT,
        P.OP_TURN_MARK,
        P.OP_HERE,
        P.OP_POINT_GLOBAL,
        P.OP_JUMP_VALUE,
        P.OP_CALL_VALUE,
        P.OP_EXTERNAL,
        *_FORBIDDEN,
    }
)


@dataclass(frozen=True, slots=True)
class Effect:
    """Something an expression may not do: what (`it draws …`), and where in the story."""

    what: str
    span: Span | None
    place: str


def reached_code(program: Program, pc: int) -> set[int]:
    """The instructions that code at `pc` may execute until it returns."""
    code, tables = program.code, program.tables
    reached: set[int] = set()
    waiting = [pc]
    while waiting:
        pc = waiting.pop()
        if pc < 0 or pc in reached or pc >= program.length:
            continue
        reached.add(pc)
        op, a = code[pc * 4], code[pc * 4 + 1]
        if op == P.OP_JUMP:
            waiting.append(a)
        elif op in (P.OP_JUMP_IF, P.OP_JUMP_UNLESS, P.OP_CALL, P.OP_FORK):
            waiting += (a, pc + 1)
        elif op == P.OP_EXTERNAL:
            waiting += (code[pc * 4 + 3], pc + 1)
        elif op in (P.OP_JUMP_VALUE, P.OP_CALL_VALUE):
            waiting.append(pc + 1)
            waiting += (
                tables[tables[P.T_TARGETS] + target * P.TARGET_SIZE + P.TARGET_PC]
                for target in _targets_used(program)
            )
        elif op not in (P.OP_RETURN, P.OP_FALL, P.OP_DONE, P.OP_END):
            waiting.append(pc + 1)
    return reached


def _targets_used(program: Program) -> set[int]:
    """The divert targets that are values somewhere."""
    code = program.code
    return {
        code[pc * 4 + 1] & V.PAYLOAD
        for pc in range(program.length)
        if code[pc * 4] == P.OP_PUSH and code[pc * 4 + 1] >> V.TAG_SHIFT == V.TARGET
    }


def find_effects(program: Program, pc: int) -> list[Effect]:
    """What the expression at `pc` may do that it must not, in order of the code."""
    out: list[Effect] = []
    for at in sorted(reached_code(program, pc)):
        op, a = program.code[at * 4 : at * 4 + 2]
        what = _FORBIDDEN.get(op)
        if op == P.OP_EXTERNAL and program.externals[a] in program.domains:
            what = (
                f"it asks the host for `{program.externals[a]}`, which may say one thing or another"
            )
        if what is not None:
            place = program.places[program.place_of_pc[at]] or program.paths[at]
            out.append(Effect(what, program.spans[at], place))
    return out


def may_write(program: Program, pcs: Iterable[int]) -> bool:
    """Whether evaluating any of these expressions may change a variable or a count."""
    return any(program.code[at * 4] in _WRITES for pc in pcs for at in reached_code(program, pc))
