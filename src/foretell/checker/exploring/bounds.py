"""Ranges that variables are held within while exploring (`[bounds]` in foretell.toml).

At the end of a turn, where the story rests, a bounded variable that is a whole number beyond its
range is either

    cut         where there are choices, the state is not followed: it counts as unexplored, so
                odds become intervals and what can't be known any more is *unknown*
    saturated   set to the bound it passed; the story that is read is then one with this change,
                and the report says so if it ever happened

Within a turn a variable may go beyond and come back. What this does not do: hold values that are
no whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from foretell.config import VariableBound
from foretell.diagnostics import Diagnostic, StoryError, closest
from foretell.vm import program as P
from foretell.vm import values as V
from foretell.vm.dice import thrown
from foretell.vm.kernel import I64, kernel, wrap32
from foretell.vm.program import Program

__all__ = ["BOUND_SIZE", "bound_words", "check_bounds", "hold"]

BOUND_SIZE: Final = 4  # words of one: slot of the global, least, greatest, 1 if saturating


def bound_words(program: Program, bounds: Sequence[VariableBound]) -> list[int]:
    """Bounds as the kernel reads them."""
    out: list[int] = []
    for bound in bounds:
        slot = program.global_names.index(bound.name)
        out += (slot, bound.low, bound.high, int(bound.saturating))
    return out


@kernel
def hold(tables: I64, row: I64, bounds: I64, at: int, count: int, held: int) -> int:
    """Saturate what is beyond its range in a row at rest: a bit for each in `bounds[held]`.

    Gives the number, from 1 on, of the first bound that cuts and is passed; 0 if none is.
    """
    passed = 0
    for i in range(count):
        where = tables[P.T_GLOBALS] + bounds[at]
        low = bounds[at + 1]
        high = bounds[at + 2]
        v = thrown(row, row[where])
        if (v >> V.TAG_SHIFT) == V.INT:
            x = wrap32(v)
            within = min(max(x, low), high)
            if within != x:
                if bounds[at + 3] != 0:
                    row[where] = (V.INT << 32) | (within & V.PAYLOAD)
                    bounds[held] = bounds[held] | (1 << i)
                elif passed == 0:
                    passed = i + 1
        at += BOUND_SIZE
    return passed


def check_bounds(program: Program, bounds: Sequence[VariableBound]) -> None:
    """Refuse bounds of what is no variable, or is a LIST: a StoryError with all of them."""
    found = []
    lists = _lists(program)
    for bound in bounds:
        if bound.name in lists:
            message = f"`{bound.name}` holds a list, and only whole numbers lie within bounds"
            hint = "take this line away: a list has finitely many values as it is"
            found.append(Diagnostic("error", "bounds", message, bound.span, hint=hint))
            continue
        if bound.name in program.global_names:
            continue
        near = closest(bound.name, program.global_names)
        hint = f"did you mean `{near}`?" if near else ""
        message = f"the story has no VAR `{bound.name}`"
        found.append(Diagnostic("error", "unknown-name", message, bound.span, hint=hint))
    if len(bounds) > 60:
        found.append(Diagnostic("error", "bounds", "no more than 60 variables can be bounded"))
    if found:
        raise StoryError(found)


def _lists(program: Program) -> set[str]:
    """Variables that are LISTs, or are given a list that stands in the story as it is."""
    found = set(program.values.definitions) & set(program.global_names)
    code = program.code
    for at in range(0, 4 * (program.length - 1), 4):
        pushed = code[at] == P.OP_PUSH and code[at + 1] >> V.TAG_SHIFT == V.LIST
        if pushed and code[at + 4] == P.OP_STORE_GLOBAL:
            found.add(program.global_names[code[at + 5]])
    return found
