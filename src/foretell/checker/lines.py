"""The lines of a story's source that readers read: which instructions show each, which conditions.

    lines = shown_lines(program)
    lines.keys                # (source, line) of every line that shows something
    lines.groups              # the same for `sampler`: which line an instruction belongs to

A line is *read* where some of its text is; where it offers a choice, if the choice is on offer: its
label is made up whether or not anyone is shown it. A *condition* holds where its branch is entered,
or its choice offered.

What this does not do: count readers (`simulate`), or say who never reads what (`analysis`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from foretell.checker.simulation.sampler import Groups
from foretell.diagnostics import Source
from foretell.vm import program as P
from foretell.vm.program import Program

__all__ = ["Condition", "Lines", "shown_lines"]

_VISIBLE = {P.OP_TEXT, P.OP_PRINT, P.OP_FIXED_TAG}
_ENDS = {P.OP_FALL, P.OP_JUMP, P.OP_DONE, P.OP_END, P.OP_RETURN}  # nothing goes on after these
_CONDITIONAL = 1  # the flag of a choice point that has a condition


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition: the instruction that tests it, and what is executed where it holds.

    That is an instruction, or a choice point that is offered.
    """

    key: tuple[Source, int]
    pc: int
    branch: int = -1
    point: int = -1


@dataclass(frozen=True)
class Lines:
    """Lines that show something: `pcs[i]` and `points[i]` are what shows `keys[i]`."""

    keys: list[tuple[Source, int]]
    pcs: list[list[int]]
    points: list[list[int]]
    conditions: list[Condition]
    groups: Groups


def shown_lines(program: Program) -> Lines:
    """The lines of a program, in the order of its files and their lines."""
    points: dict[tuple[Source, int], list[int]] = defaultdict(list)
    pcs: dict[tuple[Source, int], list[int]] = defaultdict(list)
    for index, choice in enumerate(program.choices):
        if choice.span is not None:
            points[choice.span.source, choice.span.line].append(index)
    for pc in range(program.length):
        span = program.spans[pc]
        op, _, _, kind = program.code[pc * 4 : pc * 4 + 4]
        if span is None or op not in _VISIBLE or (op == P.OP_TEXT and kind != 0):
            continue
        if (span.source, span.line) not in points:
            pcs[span.source, span.line].append(pc)
    order = {id(source): n for n, source in enumerate(_sources(program))}
    keys = sorted({*points, *pcs}, key=lambda key: (order[id(key[0])], key[1]))
    by_pc, by_point = [0] * program.length, [0] * len(program.choices)
    for group, key in enumerate(keys, start=1):
        for pc in pcs.get(key, ()):
            by_pc[pc] = group
        for point in points.get(key, ()):
            by_point[point] = group
    return Lines(
        keys,
        [pcs.get(key, []) for key in keys],
        [points.get(key, []) for key in keys],
        _conditions(program),
        (by_pc, by_point),
    )


def _sources(program: Program) -> list[Source]:
    return list({id(s.source): s.source for s in program.spans if s is not None}.values())


def _conditions(program: Program) -> list[Condition]:
    """Branches and choices that depend on something; what a sequence shows next does not count."""
    found = []
    code = program.code
    jumps = (P.OP_JUMP, P.OP_JUMP_IF, P.OP_JUMP_UNLESS)
    entered = Counter(code[pc * 4 + 1] for pc in range(program.length) if code[pc * 4] in jumps)
    for pc in range(1, program.length):
        span = program.spans[pc - 1] or program.spans[pc]
        op, target = code[pc * 4 : pc * 4 + 2]
        if span is None or program.spans[pc] is None:
            continue
        if op == P.OP_JUMP_UNLESS:
            found.append(Condition((span.source, span.line), pc, branch=pc + 1))
        elif op == P.OP_JUMP_IF and entered[target] == 1 and code[target * 4 - 4] in _ENDS:
            found.append(Condition((span.source, span.line), pc, branch=target))
    for index, choice in enumerate(program.choices):
        if choice.flags & _CONDITIONAL and choice.span is not None:
            key = (choice.span.source, choice.span.line)
            found.append(Condition(key, choice.pc, point=index))
    return found
