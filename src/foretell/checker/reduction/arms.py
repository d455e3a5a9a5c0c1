"""Branches after which all goes on alike, but for what was stored on the way.

    { fuel > 100:         The two ways of this branch meet again, and neither puts out a word,
        ~ fuel = 100      counts a visit, draws, calls or leaves: who can't read `fuel` later can't
    }                     tell which was gone. So the condition is read only where `fuel` is.

`find_arms` finds such branches by their shape: by branch, the stores on both ways, which the
condition decides about, and the white space put out, which shows where a string is built.

    arms = find_arms(program, routes, watched)
    arms[pc].stores, arms[pc].texts, arms[pc].code     # pcs; `code` is all that lies between

What may fail on one way shows, too; that depends on kinds of values, so `flow` looks at it. Ways
that meet may hold branches of this sort themselves. Not followed here: calls, loops, strings.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from foretell.checker.reduction.routes import Routes
from foretell.vm import program as P
from foretell.vm.program import Program

__all__ = ["Arms", "find_arms"]

_MOST: Final = 1000  # instructions of a way
_DEEPEST: Final = 50  # branches within branches
_STORES: Final = (P.OP_STORE_GLOBAL, P.OP_STORE_TEMP)
_TEMPORARY: Final = (P.OP_LOAD_TEMP, P.OP_STORE_TEMP)
_BRANCHES: Final = (P.OP_JUMP_IF, P.OP_JUMP_UNLESS)
_UNTOUCHED: Final = (0, 1, 2, 3)  # what becomes of each SAFE (`machine.note_text`)

# what may be done on a way
_QUIET: Final = frozenset(
    {
        P.OP_PUSH, P.OP_LOAD_GLOBAL, P.OP_LOAD_TEMP, P.OP_LOAD_VISITS, P.OP_LOAD_VISIT_INDEX,
        P.OP_LOAD_TURNS_SINCE, P.OP_LOAD_TURN, P.OP_CHOICE_COUNT, P.OP_POP, P.OP_DUP,
        *range(P.OP_EQ, P.OP_UNARY + 1), P.OP_TEXT, P.OP_GLUE, P.OP_NOP, P.OP_JUMP,
        *_STORES, *_BRANCHES,
    }
)  # fmt: skip
_EFFECTS: Final = {**P.EFFECTS, P.OP_JUMP: (0, 0), **dict.fromkeys(_BRANCHES, (1, 0))}


@dataclass(slots=True)
class Arms:
    """What lies between a branch and the place `meet`, from which on all goes on alike.

    `height` is how many more values are on the stack there than after the branch.
    """

    meet: int
    height: int
    stores: list[int]
    texts: list[int]
    code: list[int]
    safe: tuple[int, ...]  # what becomes of each SAFE, whichever way is gone


@dataclass(slots=True)
class _Way:
    """A way that is being followed: everything on it is done by all who go it."""

    pc: int
    height: int = 0  # of the stack, against that after the branch
    lowest: int = 0
    safe: tuple[int, ...] = _UNTOUCHED
    done: list[int] = field(default_factory=list)  # what was executed, branches' arms included
    # by pc it has come by: height, lowest, safe, and how much was done
    passed: dict[int, tuple[int, int, tuple[int, ...], int]] = field(default_factory=dict)
    ended: bool = False


def find_arms(program: Program, routes: Routes, watched: Iterable[int] = ()) -> dict[int, Arms]:
    """The branches of a program whose ways meet again like that; `watched` code is on none."""
    search = _Search(program, routes, set(watched))
    code = program.code
    found: dict[int, Arms] = {}
    for pc in range(program.length):
        if code[pc * 4] in _BRANCHES and routes.reached[pc]:
            arms = search.arms(pc)
            if arms is not None:
                found[pc] = arms
    return found


class _Search:
    def __init__(self, program: Program, routes: Routes, watched: set[int]) -> None:
        self.program = program
        self.routes = routes
        self.code = program.code
        self.watched = watched
        self.known: dict[int, Arms | None] = {}
        self.depth = 0
        self.surely_set: list[int] | None = None

    def arms(self, branch: int) -> Arms | None:
        """What lies between a branch and where its ways meet, None if they do not."""
        if branch not in self.known:
            self.known[branch] = None  # one that comes to itself has none
            if self.depth < _DEEPEST:
                self.depth += 1
                self.known[branch] = self.follow(branch)
                self.depth -= 1
        return self.known[branch]

    def follow(self, branch: int) -> Arms | None:
        ways = (_Way(branch + 1), _Way(self.code[branch * 4 + 1]))
        for _ in range(_MOST):
            for way, other in (ways, ways[::-1]):
                if way.ended:
                    continue
                if way.pc in other.passed or way.pc == other.pc:
                    return self.meeting(way, other)
                self.step(way)
            if ways[0].ended and ways[1].ended:
                return None
        return None

    def step(self, way: _Way) -> None:
        """Go on by an instruction, or by a branch with all that lies between its ways."""
        pc = way.pc
        if pc >= self.program.length or pc in way.passed or not self.is_quiet(pc):
            way.ended = True
            return
        op, a, _, kind = self.code[pc * 4 : pc * 4 + 4]
        arms = self.arms(pc) if op in _BRANCHES else None
        if op in _BRANCHES and arms is None:
            way.ended = True
            return
        way.passed[pc] = way.height, way.lowest, way.safe, len(way.done)
        taken, given = _EFFECTS[op]
        way.lowest = min(way.lowest, way.height - taken)
        way.height += given - taken
        way.done.append(pc)
        way.pc = a if op == P.OP_JUMP else pc + 1
        if op == P.OP_TEXT:
            way.safe = _noted(way.safe, kind)
        elif arms is not None:
            way.done += arms.code
            way.height += arms.height
            way.lowest = min(way.lowest, way.height)
            way.safe = tuple(arms.safe[before] for before in way.safe)
            way.pc = arms.meet

    def is_quiet(self, pc: int) -> bool:
        """Whether nobody can tell that an instruction was executed, but by what it stores."""
        op, a, words, kind = self.code[pc * 4 : pc * 4 + 4]
        if op not in _QUIET or pc in self.watched:
            return False
        if op == P.OP_TEXT:
            return kind != 0 and words == 0
        # one without a value is a warning to read, and an error to set
        return op not in _TEMPORARY or bool(self.set_before()[pc] >> a & 1)

    def meeting(self, way: _Way, other: _Way) -> Arms | None:
        """The arms of two ways, of which one has come to where the other is or has been."""
        meet = way.pc
        now = other.height, other.lowest, other.safe, len(other.done)
        height, lowest, safe, done = other.passed.get(meet, now)
        # what is on the stack must have been there before the branch
        if not way.height == way.lowest == height == lowest:
            return None
        pcs = [*way.done, *other.done[:done]]
        mine = way.safe
        while mine != safe:  # a line that has ended twice has ended
            op, _, _, kind = self.code[meet * 4 : meet * 4 + 4]
            if op != P.OP_TEXT or not self.is_quiet(meet):
                return None
            mine, safe = _noted(mine, kind), _noted(safe, kind)
            pcs.append(meet)
            meet += 1
        code = self.code
        return Arms(
            meet,
            height,
            [pc for pc in pcs if code[pc * 4] in _STORES],
            [pc for pc in pcs if code[pc * 4] in (P.OP_TEXT, P.OP_GLUE)],
            pcs,
            mine,
        )

    def set_before(self) -> list[int]:
        """By instruction, the temporaries that surely have a value when it is executed, as bits."""
        if self.surely_set is None:
            self.surely_set = _surely_set(self.program, self.routes)
        return self.surely_set


def _noted(safe: tuple[int, ...], kind: int) -> tuple[int, ...]:
    """What `machine.note_text` makes of each, of white space."""
    return tuple(3 if kind == 1 and before == 2 else before for before in safe)


def _surely_set(program: Program, routes: Routes) -> list[int]:
    """The greatest solution of: set where all who may come before have set it."""
    code, n = program.code, program.length
    unknown = -1  # every bit
    found = [unknown] * (n + 1)
    waiting = [pc for pc in routes.roots if pc < n]
    for pc in waiting:
        found[pc] = 0
    while waiting:
        pc = waiting.pop()
        after = found[pc]
        if code[pc * 4] == P.OP_SET_TEMP:
            after |= 1 << code[pc * 4 + 1]
        for to in routes.after(pc):
            if to < n and found[to] & after != found[to]:
                found[to] &= after
                waiting.append(to)
    return found
