"""Functions that do the same whenever they are called alike: their calls can be kept (`vm.calls`).

    functions = find_pure(program, code, live)      # in order of where they begin
    functions[0].reads                              # the words of the work row that it may read

Such a function, and all that it calls, neither draws, shuffles, offers, forks, diverts to a value
nor ends the flow; it takes a fixed number of arguments from the evaluation stack and leaves one
value there. What it reads besides is known from its code: variables (those, too, that it is given
by reference), counts of visits, turns. What it may write it is also said to read, since it may as
well not write it; but not the place that is entered, where entering is the first it does, nor
counts that nobody looks at.

What this does not do: keep anything, or say which calls are worth it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from foretell.checker.reduction.liveness import Liveness
from foretell.checker.reduction.routes import call_kind
from foretell.vm import calls as C
from foretell.vm import program as P
from foretell.vm.lists import BITS
from foretell.vm.program import Program

__all__ = ["PureFunction", "find_pure", "lay_out_calls"]

_PLAIN: Final = frozenset(
    {
        P.OP_TEXT, P.OP_PUSH, P.OP_LOAD_GLOBAL, P.OP_VISIT, P.OP_LOAD_VISITS, P.OP_STORE_GLOBAL,
        P.OP_LOAD_TEMP, P.OP_SET_TEMP, P.OP_STORE_TEMP, *range(P.OP_EQ, P.OP_UNARY + 1), P.OP_POP,
        P.OP_DUP, P.OP_PRINT, P.OP_GLUE, P.OP_STRING_BEGIN, P.OP_STRING_END, P.OP_TURN_MARK,
        P.OP_LOAD_TURNS_SINCE, P.OP_LOAD_TURN, P.OP_CHOICE_COUNT, P.OP_LOAD_VISIT_INDEX,
        P.OP_POINT_GLOBAL, P.OP_POINT_TEMP, P.OP_LIST_RANGE, P.OP_HERE, P.OP_ENDING, P.OP_NOP,
    }
)  # fmt: skip
"""What a pure function may do beside jumping, calling and returning."""
_JUMPS: Final = frozenset({P.OP_JUMP, P.OP_JUMP_IF, P.OP_JUMP_UNLESS})
_PREFACE: Final = frozenset({P.OP_HERE, P.OP_VISIT, P.OP_TURN_MARK, P.OP_NOP})
_MOST_WORDS: Final = 48  # that a function may read, or write
_LEAST: Final = 24  # instructions of a function that calls no other and does not go round
_ENTRIES: Final = 1 << 15  # at most


@dataclass(slots=True)
class PureFunction:
    """One such function; words are places in the work row."""

    pc: int
    scope: int
    arguments: int
    depth: int  # words of the evaluation stack that it, or one that it calls, takes at most
    reads: list[int]
    writes: list[int]
    stretches: list[tuple[int, int]]  # of its code and that of all it calls: first pc, end


@dataclass(slots=True)
class _Body:
    """What a function's own code does."""

    pc: int
    scope: int
    arguments: int
    depth: int  # words of the evaluation stack that it takes at most
    size: int
    loops: bool = False
    enters: bool = False  # whether entering a place is the first it does
    reads: set[int] = field(default_factory=set)
    writes: set[int] = field(default_factory=set)
    callees: set[int] = field(default_factory=set)
    stretches: list[tuple[int, int]] = field(default_factory=list)


def find_pure(
    program: Program, code: Sequence[int], live: Liveness, watched: Iterable[int] = ()
) -> list[PureFunction]:
    """The functions whose calls are worth keeping, in order of where they begin.

    One that executes any of the `watched` instructions is not among them.
    """
    seen = _Seen(program, code, live, frozenset(watched))
    bodies: dict[int, _Body | None] = {}
    waiting = {
        code[at + 1]
        for at in range(0, len(code), 4)
        if code[at] == P.OP_CALL and _is_plain_call(code[at + 2])
    }
    while waiting:
        pc = waiting.pop()
        body = bodies[pc] = seen.body(pc)
        waiting |= (body.callees if body else set()) - bodies.keys()
    found: list[PureFunction] = []
    scopes: set[int] = set()
    for pc in sorted(bodies):
        body, whole = bodies[pc], _called(bodies, pc)
        if body is None or whole is None or body.scope in scopes:
            continue
        if not (body.callees or body.loops or body.size >= _LEAST):
            continue
        writes = set().union(*(each.writes for each in whole))
        reads = set().union(*(each.reads for each in whole)) | writes
        if body.enters:
            reads.discard(P.HERE)
        if max(len(reads) + body.arguments, len(writes)) > _MOST_WORDS:
            continue
        scopes.add(body.scope)
        found.append(
            PureFunction(
                pc,
                body.scope,
                body.arguments,
                depth=max(each.depth for each in whole),
                reads=sorted(reads),
                writes=sorted(writes),
                stretches=sorted(stretch for each in whole for stretch in each.stretches),
            )
        )
    return found


def lay_out_calls(
    program: Program,
    tables: list[int],
    functions: Sequence[PureFunction],
    words: int,
    marking: bool = False,
) -> int:
    """Add to laid-out tables what the machine needs to know of these functions, and say how many
    words behind the work row it needs: some, and at most `words` for entries.

    With `marking`, what a call that is skipped would have executed is marked as seen each time.
    """
    if not functions:
        return 0
    key = max(function.arguments + len(function.reads) for function in functions)
    marks = max(-(-len(function.stretches) // BITS) for function in functions) if marking else 0
    stride = C.N_KEY + key + max(len(function.writes) for function in functions) + marks
    entries = _ENTRIES
    while entries * stride > words:
        entries //= 2
    start = tables[P.T_END]
    pending = start + C.A_COUNTS + 2 * len(functions)
    at = pending + C.MADE_AT_ONCE * (C.Q_KEY + stride)
    head = len(tables)
    tables[P.T_CALLS], tables[P.T_CALL_HEAD] = start, head
    tables += [0] * (C.H_FUNCTIONS + len(program.scope_temps))
    for place, word in (
        (C.H_MASK, entries - 1), (C.H_STRIDE, stride), (C.H_ENTRIES, at), (C.H_PENDING, pending),
        (C.H_MARGIN, max(function.depth for function in functions)),
    ):  # fmt: skip
        tables[head + place] = word
    for number, function in enumerate(functions):
        tables[head + C.H_FUNCTIONS + function.scope] = len(tables)
        counts = start + C.A_COUNTS + 2 * number
        tables += [function.pc, function.arguments, counts]
        stretches = function.stretches if marking else []
        tables += [len(function.reads), len(function.writes), len(stretches)]
        tables += [*function.reads, *function.writes]
        tables += [pc for stretch in stretches for pc in stretch]
    return at + entries * stride - start


def _is_plain_call(call: int) -> bool:
    """Whether a CALL's operand is of a function of which a result is expected."""
    return call_kind(call) == P.FUNCTION and call & 1 == 1


def _calls_copies(program: Program, code: Sequence[int]) -> bool:
    """Whether calls of functions by reference lead to copies of them (`vm.references`)."""
    calls = range(0, len(code), 4)
    return any(code[at] == P.OP_CALL and code[at + 1] in program.copied for at in calls)


def _called(bodies: dict[int, _Body | None], pc: int) -> list[_Body] | None:
    """What a function and all that it may call do; None where one of them is not pure."""
    reached, waiting = {pc}, [pc]
    whole: list[_Body] = []
    while waiting:
        body = bodies[waiting.pop()]
        if body is None:
            return None
        whole.append(body)
        waiting += body.callees - reached
        reached |= body.callees
    return whole


class _Seen:
    """A program's code, read for what each function does by itself."""

    def __init__(
        self, program: Program, code: Sequence[int], live: Liveness, watched: frozenset[int]
    ) -> None:
        self.program, self.code, self.live, self.watched = program, code, live, watched
        self.visits = P.HEADER + live.visits_at
        self.turns = P.HEADER + live.turns_at
        self.counted = _looked_at(program, code, live)
        self.copies: dict[int, list[int]] = {}  # where functions themselves are called
        if not _calls_copies(program, code):
            for copy, pc in program.copied.items():
                self.copies.setdefault(pc, []).append(copy)

    def parameters_at(self, pc: int) -> int:
        """Where the function at `pc` stores its arguments, past what being entered executes."""
        while self.code[pc * 4] in _PREFACE:
            pc += 1
        return pc

    def arguments_of(self, pc: int) -> int:
        """How many values the function at `pc` takes: it begins by storing them."""
        start = end = self.parameters_at(pc)
        while self.code[end * 4] == P.OP_SET_TEMP:
            end += 1
        return end - start

    def body(self, pc: int) -> _Body | None:
        """What the function at `pc` does, None where its calls can't be kept."""
        code = self.code
        body = _Body(pc, self.program.scope_of_pc[pc], self.arguments_of(pc), 0, 0)
        lowest = -body.arguments
        depths: dict[int, int] = {}  # values above those there were before the call
        waiting = [(pc, 0)]
        body.enters = P.OP_HERE in code[pc * 4 : self.parameters_at(pc) * 4 : 4]
        while waiting:
            at, depth = waiting.pop()
            if at in depths:
                if depths[at] != depth:
                    return None
                continue
            depths[at] = depth
            op, a, b = code[at * 4 : at * 4 + 3]
            if at in self.watched:
                return None
            taken, given = 0, 0
            ways = [at + 1]
            if op == P.OP_JUMP:
                ways = [a]
            elif op in (P.OP_JUMP_IF, P.OP_JUMP_UNLESS):
                taken, ways = 1, [at + 1, a]
            elif op == P.OP_CALL and _is_plain_call(b):
                body.callees.add(a)
                taken, given = self.arguments_of(a), 1
            elif op == P.OP_RETURN and a == P.FUNCTION:
                if depth != lowest + 1:
                    return None
                ways = []
            elif op == P.OP_FALL:
                if depth != lowest:
                    return None
                ways = []
            elif op in _PLAIN:
                taken, given = P.EFFECTS[op]
                self._note(body, at)
                for copy in self.copies.get(at, ()):  # these name what it is given by reference
                    self._note(body, copy)
            else:
                return None
            if depth - taken < lowest:
                return None
            depth += given - taken
            body.depth = max(body.depth, depth + taken)
            body.loops |= any(way <= at for way in ways)
            waiting += [(way, depth) for way in ways]
        body.size = len(depths)
        body.stretches = self._stretches(pc, depths)
        return body

    def _stretches(self, start: int, pcs: Iterable[int]) -> list[tuple[int, int]]:
        """A function's code, cut where it may be come to from elsewhere than the instruction before
        or be left for another than the next, calls apart."""
        code = self.code
        ordered = sorted(pcs)
        begins = {start, *(code[pc * 4 + 1] for pc in ordered if code[pc * 4] in _JUMPS)}
        found: list[tuple[int, int]] = []
        for pc in ordered:
            straight = found and found[-1][1] == pc and code[pc * 4 - 4] not in _JUMPS
            if straight and pc not in begins:
                found[-1] = (found[-1][0], pc + 1)
            else:
                found.append((pc, pc + 1))
        return found

    def _note(self, body: _Body, pc: int) -> None:
        """Note what an instruction reads and writes of the work row."""
        op, a = self.code[pc * 4 : pc * 4 + 2]
        scope = self.program.scope_of_pc[pc]
        if op == P.OP_LOAD_GLOBAL:
            body.reads.add(P.HEADER + a)
        elif op == P.OP_STORE_GLOBAL:
            body.writes.add(P.HEADER + a)
        elif op == P.OP_LOAD_TEMP:
            body.reads |= {P.HEADER + slot for slot in self.live.led_to(scope, a)}
        elif op == P.OP_STORE_TEMP:
            body.writes |= {P.HEADER + slot for slot in self.live.led_to(scope, a)}
        elif op == P.OP_VISIT and self.visits + a in self.counted:
            body.writes.add(self.visits + a)
        elif op in (P.OP_LOAD_VISITS, P.OP_LOAD_VISIT_INDEX):
            body.reads.add(self.visits + a)
        elif op == P.OP_TURN_MARK and self.turns + a in self.counted:
            body.reads.add(P.TURN)
            body.writes.add(self.turns + a)
        elif op == P.OP_LOAD_TURNS_SINCE:
            body.reads |= {P.TURN, self.turns + a}
        elif op == P.OP_LOAD_TURN:
            body.reads.add(P.TURN)
        elif op == P.OP_CHOICE_COUNT:
            body.reads.add(P.CHOICES)
        elif op == P.OP_HERE:
            body.writes.add(P.HERE)
        elif op == P.OP_ENDING:
            body.writes.add(P.ENDING)


def _looked_at(program: Program, code: Sequence[int], live: Liveness) -> set[int]:
    """The words of the counts that anything ever looks at."""
    ops = set(code[::4])
    visits, turns = P.HEADER + live.visits_at, P.HEADER + live.turns_at
    last = P.HEADER + live.shuffles_at
    if {P.OP_COUNT_VISITS, P.OP_COUNT_TURNS} & ops:
        return set(range(visits, last))
    found = {word for word in range(visits, last) if live.observed >> (word - P.HEADER) & 1}
    for at in range(0, len(code), 4):
        if code[at] in (P.OP_LOAD_VISITS, P.OP_LOAD_VISIT_INDEX):
            found.add(visits + code[at + 1])
        elif code[at] == P.OP_LOAD_TURNS_SINCE:
            found.add(turns + code[at + 1])
    records = program.tables[P.T_CHOICE_TABLE]
    for index in range(len(program.choices)):
        once = program.tables[records + index * P.CHOICE_SIZE + P.CHOICE_ONCE]
        found.add(visits + once)
    return found
