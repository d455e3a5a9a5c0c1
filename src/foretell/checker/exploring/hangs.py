"""Whether a turn that does not come to rest never will: a proof, not a guess.

Between one draw and the next a turn runs by itself. If it comes a second time to a situation it
has been in, it goes round for ever. A situation is what the future can read (`liveness`), wherever
the turn is: so a loop that prints, counts its visits or changes what nobody reads is found as
well, and one that really counts up is not taken for endless.

    find_loop(masks, code, tables, memo, row, perform)  # the loop's first pc, -1: not proved
    prove_hang(program, "0/2@17")                       # whether the turn begun there never ends

The method is Brent's: one situation is kept and compared with those that follow, and is replaced
after 1, 2, 4, … steps. Where the stack keeps growing, nothing repeats; that ends at the widest row
(`program.DEEPEST`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from foretell.checker.exploring.rows import M_WORDS, MASK_BITS, build_masks, pack_draw
from foretell.checker.reduction.liveness import analyse_liveness
from foretell.vm import machine
from foretell.vm import program as P
from foretell.vm.program import Program
from foretell.vm.story import Story, entry_and_steps

__all__ = ["find_loop", "prove_hang"]

_STEPS: Final = 200_000  # how far a turn is followed in search of a repetition
_LOOK: Final = 256  # steps between two looks at whether it is enough
_EFFORT: Final = 1_000_000  # words of situations that are looked at


def find_loop(
    masks: list[int],
    code: Any,
    tables: Any,
    memo: Any,
    row: Any,
    perform: Callable[[], Any],
    enough: Callable[[], bool] = lambda: False,
) -> int:
    """The first instruction of the loop that a row is in, or -1 where none is proved.

    `masks` are of every instruction. The row is run on; `perform` is called where the machine needs
    an operation, and gives the memo; `enough` is asked now and then whether to give up. All is
    lists or memory views, as for any kernel in plain Python.
    """
    out = [0] * (2 * len(row) + masks[M_WORDS] * MASK_BITS)
    seen = bytearray(len(code) // 4)
    kept: list[int] = []
    now: list[int] = []
    at = -1
    lowest = -1
    since, power, left = 0, 1, _EFFORT
    for step in range(_STEPS):
        if step % _LOOK == 0 and enough():
            return -1
        status = machine.run(code, tables, memo, row, seen, 1)
        if status == P.NEEDS_OPERATION:
            if enough():
                return -1
            memo = perform()
            continue
        if status not in (P.BUDGET, P.WARNING):
            return -1
        pc: int = row[P.PC]
        if pc < 0:
            continue
        lowest = min(lowest, pc)
        since += 1
        if pc == at or since == power:
            now = _situation(tables, masks, row, out)
            if pc == at and now == kept:
                return lowest
            left -= len(now)
            if left <= 0:
                return -1
        if since == power:
            kept = now
            at = lowest = pc
            since, power = 0, 2 * power
    return -1


def _situation(tables: Any, masks: Any, row: Any, out: Any) -> list[int]:
    """All that what comes next can depend on, wherever the turn is."""
    end = pack_draw(tables, masks, row, out, 0)
    return [row[P.FROM], *out[:end]]


class _Standing(Story):
    """A story that plays only so many turns and then stands before the next."""

    turns_to_play = 0

    def _play(self, choice: int) -> None:
        if self.turns_to_play > 0:
            self.turns_to_play -= 1
            super()._play(choice)

    def _check_drawn(self, path: str, left: list[int]) -> None:
        """The turn that is not played draws nothing."""


def prove_hang(program: Program, path: str) -> bool:
    """Whether the turn that the last choice of a path begins surely never comes to rest.

    Its draws are the path's; the turn must be past the last of them. Raises PathError for a path
    that can't be followed up to that choice.
    """
    _, steps = entry_and_steps(path)
    story = _Standing(program)
    story.turns_to_play = len(steps) - 1
    story.play(path)
    draws = list(steps[-1][1])
    live = analyse_liveness(program)
    row = story._row
    row[P.EMIT] = 0
    tables = live.saturate_walks(story._tables)
    seen = bytearray(program.length)

    def perform() -> Any:
        a, b = row[P.FAULT_VALUE], row[P.OPERAND]
        story._learn(row[P.FAULT], a, b)
        tables[P.T_MEMO_MASK] = story._tables[P.T_MEMO_MASK]
        return story._memo

    row[P.LEFT] = _STEPS
    while draws:
        status = machine.run(program.code, tables, story._memo, row, seen, row[P.LEFT])
        if status == P.DRAW:
            row[P.DRAW_OUTCOME] = draws.pop(0)
        elif status == P.NEEDS_OPERATION:
            perform()
        elif status != P.WARNING:
            return False
    masks = build_masks(live, everywhere=True)
    return find_loop(masks, live.saturated_code(), tables, story._memo, row, perform) >= 0
