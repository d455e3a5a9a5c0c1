"""What the future can still read: the reduction that makes real stories finite.

Two situations are the same when no continuation can tell them apart. A variable nobody will read
again, the count of a once-only choice in a scene that can't come back: leaving them out of a state
merges what differs in nothing that matters.

This is backward data flow over the program's instructions. Every thing a story remembers has a
bit: each global, visit count, turn-since, shuffle, temporary of each scope, and the few registers
(`here`, the turn number, the ending's name). `use[pc]` is the set of things that may be read from
`pc` on, until the frame that executes it returns:

    use[pc] = read(pc) ∪ (use[next] − written(pc))       over every instruction that may come next
    a call       use[callee], its temporaries taken away, ∪ use[return address]
    a choice     use[after the choice is made] ∪ use[next]
    a thread     use[the thread] ∪ use[where the one below resumes]

A state's live set is the union of `use` over everything it can still resume: each offered choice's
first instruction and the return addresses in the frames it would restore.

Liveness is *strong*: reading is a use only where the value can reach an observation. A value that
is only added to itself, or only printed, is observed by nobody (unless the operation may fail: an
error is seen), so `read(pc)` of a load whose value flows into an assignment counts only where what
is assigned to is live: a temporary from there on, a global anywhere, since callers, threads below
and choices already offered may read it. Observations are branches, conditions of choices, ranges of
draws, targets of diverts, arguments and results of functions, and whatever claims and other
expressions asked for name.

Visit counts are *saturated*: a count only compared with constants, tested for truth, or used as a
sequence's index needs no more values than those can tell apart (`limits`). Numbers in variables and
temporaries are *folded* in the same sense (`counters`, which this tells what is done with them).

Where the code is too dynamic to follow, this errs on the side of keeping: a divert to a variable
may lead to every place whose name is used as a value, a pointer may be to every variable one was
made of. It knows nothing of states or rows (`explore`), only of the program.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from foretell.checker.counters import GLOBAL, NOTHING, Counters, Fold, Key, Source
from foretell.vm import program as P
from foretell.vm import values as V
from foretell.vm.program import Program

__all__ = ["Liveness", "analyse_liveness"]

_BINARY: Final = frozenset({*range(P.OP_EQ, P.OP_MOD + 1)} - {P.OP_NOT}) | {P.OP_BINARY}
_COMPARISONS: Final = {P.OP_EQ, P.OP_NE, P.OP_LT, P.OP_GT, P.OP_LE, P.OP_GE}
_TRUTHS: Final = {P.OP_AND, P.OP_OR}
_UNKNOWN: Final = Source()
SOME_TEMPORARY: Final = -1  # in a set of globals pointed to: a temporary may be, too
_BLOCK_ENDS: Final = {
    P.OP_JUMP,
    P.OP_JUMP_IF,
    P.OP_JUMP_UNLESS,
    P.OP_JUMP_VALUE,
    P.OP_CALL,
    P.OP_CALL_VALUE,
    P.OP_EXTERNAL,
    P.OP_RETURN,
    P.OP_FALL,
    P.OP_DONE,
    P.OP_END,
}


@dataclass(slots=True)
class _Entry:
    """What is known of a value on the evaluation stack."""

    loads: frozenset[int] = frozenset()  # loads whose values flow into it
    counts: frozenset[int] = frozenset()  # visit slots it is the count of, unchanged
    offset: int = 0  # … plus this
    since: frozenset[int] = frozenset()  # turn slots it is the turns since
    constant: int | None = None  # the INT it is
    points: frozenset[int] = frozenset()  # globals it may point to
    numeric: bool = False  # surely an integer, a float or a boolean
    source: Source = _UNKNOWN  # the variable it is the value of, or its range (`counters`)


@dataclass(slots=True)
class _Node:
    """How what is read from an instruction on follows from what is read after it.

    The union of `sources` (each through its mask), what is kept of that, and what is added. `reads`
    is added, too, unless `sinks` says where what it reads must be read itself, as (place, bits).
    """

    sources: list[tuple[int, int]]
    keeps: int = -1
    adds: int = 0
    reads: int = 0
    sinks: list[tuple[int, int]] | None = None


@dataclass(slots=True)
class Liveness:
    """The result: bit sets as integers, bits as laid out below.

    globals, then visits, turns, shuffles, then HERE, TURN, ENDING, then by scope the values of its
    temporaries and whether they have one.
    `limits[slot]` is (limit, step) of a visit count, (0, 0) where it must stay exact;
    `since_caps[slot]` is 1 more than the most turns since that can matter, 0 where all do.
    `folds` are the variables and temporaries not all of whose values can be told apart.
    """

    program: Program
    use: list[int]
    limits: list[tuple[int, int]]
    since_caps: list[int]
    visits_at: int
    turns_at: int
    shuffles_at: int
    here_bit: int
    turn_bit: int
    ending_bit: int
    temps_at: list[int]
    bits: int
    observed: int = 0  # live at every rest
    pinned_temps: list[int] = field(default_factory=list)  # per scope: always live, as slot bits
    reads: Callable[[], dict[int, int]] = field(default=dict, repr=False, compare=False)

    def reads_of(self, bit: int) -> list[int]:
        """The instructions that read a thing where that may come to be observed."""
        return [pc for pc, bits in self.reads().items() if bits >> bit & 1]

    folds: dict[Key, Fold] = field(default_factory=dict)

    def saturated_code(self) -> list[int]:
        """The program's code, visits counted only as far as anything can tell."""
        code = list(self.program.code)
        for pc in range(self.program.length):
            if code[pc * 4] == P.OP_VISIT:
                code[pc * 4 + 2], code[pc * 4 + 3] = self.limits[code[pc * 4 + 1]]
        return code

    def saturate_walks(self, tables: list[int]) -> list[int]:
        """Laid-out tables by which diverts to variables, too, count only so far."""
        tables = list(tables)
        tables[P.T_LIMITS] = len(tables)
        for limit, step in self.limits:
            tables += [limit, step]
        return tables

    def names(self, mask: int) -> list[str]:
        """What the bits of a mask stand for, in words."""
        program = self.program
        out: list[str] = []
        for bit in range(self.bits):
            if not mask >> bit & 1:
                continue
            if bit < self.visits_at:
                out.append(program.global_names[bit])
            elif bit < self.turns_at:
                out.append(f"visits to {program.visit_names[bit - self.visits_at]}")
            elif bit < self.shuffles_at:
                out.append(f"turns since {program.turn_names[bit - self.turns_at]}")
            elif bit < self.here_bit:
                out.append(f"shuffle {bit - self.shuffles_at}")
            elif bit < self.here_bit + 3:
                out.append(("here", "turns", "ending")[bit - self.here_bit])
            else:
                out.append("a temporary")
        return out


def analyse_liveness(
    program: Program,
    observed: Iterable[str] = (),
    asked: Iterable[int] = (),
    constants: Mapping[str, object] | None = None,
) -> Liveness:
    """The live sets and saturation limits of a program.

    `observed` names what claims and other questions read at every rest: global variables, paths of
    counted containers, `here` and `turns`. `asked` are pcs of expressions evaluated at every rest,
    `constants` initial values that replace those of the story.
    """
    return _Analysis(program, set(observed), tuple(asked), constants or {}).result()


class _Analysis:
    def __init__(
        self,
        program: Program,
        observed: set[str],
        asked: tuple[int, ...] = (),
        constants: Mapping[str, object] = MappingProxyType({}),
    ) -> None:
        self.program = program
        self.asked = asked
        self.counters = Counters()
        self.constants = {
            slot: constants[name]
            for slot, name in enumerate(program.global_names)
            if name in constants
        }
        self.ever = 0  # globals that are read at all where it matters
        self.asked_bits = 0  # what the expressions asked read, known once `_solve` is done
        self.code = program.code
        self.n = program.length
        self.visits_at = len(program.global_names)
        self.turns_at = self.visits_at + len(program.visit_names)
        self.shuffles_at = self.turns_at + len(program.turn_names)
        self.here_bit = self.shuffles_at + len(program.shuffle_sizes)
        self.turn_bit = self.here_bit + 1
        self.ending_bit = self.here_bit + 2
        self.temps_at: list[int] = []
        at = self.here_bit + 3
        for temps in program.scope_temps:
            self.temps_at.append(at)
            at += 2 * len(temps)  # the value, and whether there is one
        self.bits = at
        self.frame_mask = ((1 << at) - 1) & ~((1 << (self.here_bit + 3)) - 1)
        self.scope_of_pc = program.scope_of_pc
        self.taken = self._taken_targets()
        self.observed_bits = self._observed(observed)
        self.settled = self._settled_globals()
        self.pointed: dict[tuple[int, int], set[int]] = {}  # (scope, slot) → globals
        self.pinned = [0] * len(program.scope_temps)
        # per load: None if it is observed, else the stores its value may reach
        self.sinks: dict[int, set[int] | None] = {}
        # per visit slot: counts from which on none are told apart; None where it must be exact
        self.caps: dict[int, set[int] | None] = {}
        self.moduli: dict[int, set[int]] = {}
        self.since: dict[int, set[int] | None] = {}
        self.exact: set[int] = set()
        # globals (by slot) and temporaries (by scope and slot) that never hold anything but a
        # number: assumed of all, then taken away where it is not so
        self.numeric: set[object] = {
            *range(len(program.global_names)),
            *((s, t) for s, temps in enumerate(program.scope_temps) for t in range(len(temps))),
        }
        for slot, value in self.constants.items():
            if not isinstance(value, int | float):
                self.numeric.discard(slot)
        # parameters (entry pc, place from the top of the stack) that something else may be given to
        self.mixed: set[tuple[int, int]] = set()
        self.entry, self.place = -1, 0
        self.taken_pcs = {self._table(self._record(t) + P.TARGET_PC) for t in self.taken}
        self.may_be_list: set[int] = set()  # stores of what may be an empty list
        # globals a pointer to which was lost sight of: always live
        self.escaped: set[int] = set()
        # a string that is built while running may be compared, and anything may be printed in it
        self.prints_matter = any(
            self.code[pc * 4] == P.OP_STRING_BEGIN and self.code[pc * 4 + 1] == 0
            for pc in range(self.n)
        )

    # ------------------------------------------------------------ surveys

    def _table(self, at: int) -> int:
        return self.program.tables[at]

    def _taken_targets(self) -> list[int]:
        """Targets that a value may name: those pushed anywhere."""
        found: set[int] = set()
        for pc in range(self.n):
            if self.code[pc * 4] == P.OP_PUSH:
                value = self.code[pc * 4 + 1]
                if value >> V.TAG_SHIFT == V.TARGET:
                    found.add(value & V.PAYLOAD)
        return sorted(found)

    def _settled_globals(self) -> dict[int, int]:
        """The globals that are declared to be an integer and then left alone, and their values."""
        code = self.code
        stores: dict[int, list[int]] = {}
        changed = set(self.constants)
        changed |= {slot for slot in range(self.visits_at) if self.observed_bits >> slot & 1}
        for pc in range(self.n):
            op, a, b = code[pc * 4 : pc * 4 + 3]
            if op == P.OP_STORE_GLOBAL:
                stores.setdefault(a, []).append(pc)
            elif op == P.OP_POINT_GLOBAL:
                changed.add(a)
            elif op == P.OP_POINT_TEMP and b > 0:
                changed.add(b - 1)
        found: dict[int, int] = {}
        first = end = max(self.program.declarations_pc, 0)
        while end < self.n and code[end * 4] not in _BLOCK_ENDS:
            end += 1
        for slot, (pc, *others) in stores.items():
            declared = first < pc < end and code[pc * 4 - 4] == P.OP_PUSH
            if slot in changed or others or not declared:
                continue
            value = code[pc * 4 - 3]
            if value >> V.TAG_SHIFT == V.INT:
                found[slot] = V.number(value)
        return found

    def _record(self, target: int) -> int:
        return self._table(P.T_TARGETS) + target * P.TARGET_SIZE

    def _observed(self, names: set[str]) -> int:
        bits = 0
        for slot, name in enumerate(self.program.global_names):
            if name in names:
                bits |= 1 << slot
        for slot, name in enumerate(self.program.visit_names):
            if name in names:
                bits |= 1 << (self.visits_at + slot)
        if "here" in names:
            bits |= 1 << self.here_bit
        if "turns" in names:
            bits |= 1 << self.turn_bit
        return bits

    def _stub(self, choice: int) -> int:
        return self._table(self._table(P.T_CHOICE_TABLE) + choice * P.CHOICE_SIZE + P.CHOICE_STUB)

    def _once(self, choice: int) -> int:
        return self._table(self._table(P.T_CHOICE_TABLE) + choice * P.CHOICE_SIZE + P.CHOICE_ONCE)

    # ------------------------------------------------------------ where values go

    def _flow_values(self) -> None:
        """Follow the evaluation stack through each stretch of straight code."""
        code = self.code
        leaders = {self.program.start_pc, self.program.declarations_pc}
        for pc in range(self.n):
            op = code[pc * 4]
            if op in (P.OP_JUMP, P.OP_JUMP_IF, P.OP_JUMP_UNLESS, P.OP_CALL, P.OP_FORK):
                leaders.add(code[pc * 4 + 1])
            elif op == P.OP_EXTERNAL:
                leaders.add(code[pc * 4 + 3])
            elif op == P.OP_CHOICE:
                leaders.add(self._stub(code[pc * 4 + 1]))
        for target in range(len(self.program.targets)):
            leaders.add(self._table(self._record(target) + P.TARGET_PC))
        entry_arguments: dict[int, list[set[int]]] = {}
        while True:
            numbers_before = len(self.numeric) - len(self.mixed)
            before = {key: set(found) for key, found in self.pointed.items()}
            arguments_before = {pc: [set(s) for s in a] for pc, a in entry_arguments.items()}
            self.sinks.clear()
            self.caps.clear()
            self.moduli.clear()
            self.since.clear()
            self.exact.clear()
            self.counters.clear()
            stack: list[_Entry] = []
            arguments: list[set[int]] = []
            for pc in range(self.n):
                if pc in leaders:
                    self._observe(stack)
                    stack = []
                    arguments = [set(s) for s in entry_arguments.get(pc, [])]
                    self.entry, self.place = pc, 0
                self._value_step(pc, stack, arguments, entry_arguments)
                if code[pc * 4] in _BLOCK_ENDS and not self._goes_on(pc, stack):
                    self._observe(stack)
                    stack = []
            self._observe(stack)
            if (
                before == self.pointed
                and arguments_before == entry_arguments
                and numbers_before == len(self.numeric) - len(self.mixed)
            ):
                break

    def _goes_on(self, pc: int, stack: list[_Entry]) -> bool:
        """Whether the stack after a jump is known: a switch's value, dropped by what is jumped to.

        Where the jump is made nothing more is done with it; the values below are looked at.
        """
        op, target = self.code[pc * 4], self.code[pc * 4 + 1]
        if op not in (P.OP_JUMP, P.OP_JUMP_IF, P.OP_JUMP_UNLESS):
            return False
        if not stack or self.code[target * 4] != P.OP_POP:
            return False
        self._observe(stack[:-1])
        self._discard(stack[-1])
        if op == P.OP_JUMP:
            stack.clear()
        return True

    def _observe(self, entries: Iterable[_Entry]) -> None:
        """These values are looked at in a way that may tell any two apart."""
        for entry in entries:
            self.counters.fix(entry.source)
            self.escaped |= {slot for slot in entry.points if slot >= 0}
            for load in entry.loads:
                self.sinks[load] = None
            self.exact |= entry.counts
            for slot in entry.since:
                self.since[slot] = None

    def _test(self, entry: _Entry, top: int) -> None:
        """A value is looked at in a way that tells no two apart that are `top` or more.

        A comparison with 3 tells 0 to 3 and more apart (4), one with `>= 3` less by one (3), a
        test for truth nothing beyond 1.
        """
        for load in entry.loads:
            self.sinks[load] = None
        for slot in entry.counts:
            known = self.caps.setdefault(slot, set())
            if known is not None:
                known.add(top - entry.offset)
        for slot in entry.since:
            limits = self.since.setdefault(slot, set())
            if limits is not None:
                limits.add(top)

    def _condition(self, entry: _Entry) -> None:
        """A value is tested for truth: whether it is 0 is all that is seen."""
        if entry.counts or entry.since:
            self._test(entry, 1)
        elif entry.numeric and entry.source.keys:
            self.counters.truth(entry.source)
            self._observe([replace(entry, source=Source())])
        else:
            self._observe([entry])

    def _divide(self, entry: _Entry, modulus: int) -> None:
        """Only the remainder of a count (plus its offset) is used: negative ones stay apart."""
        for slot in entry.counts:
            self.moduli.setdefault(slot, set()).add(modulus)
            known = self.caps.setdefault(slot, set())
            if known is not None:
                known.add(-entry.offset)

    def _mix(self, entry: _Entry) -> None:
        """A count goes into arithmetic: it must be exact, though nobody may look at the result."""
        self.exact |= entry.counts
        self.counters.fix(entry.source)
        for slot in entry.since:
            self.since[slot] = None

    def _not_numeric(self, pc: int) -> None:
        """The store at `pc` may put something there that is no number."""
        op, a = self.code[pc * 4], self.code[pc * 4 + 1]
        if op == P.OP_STORE_GLOBAL:
            self.numeric.discard(a)
            return
        scope = self.scope_of_pc[pc]
        self.numeric.discard((scope, a))
        if op == P.OP_STORE_TEMP:
            pointed = self.pointed.get((scope, a), set())
            self.numeric -= pointed
            if SOME_TEMPORARY in pointed:
                self.numeric = {key for key in self.numeric if isinstance(key, int)}

    def _assign(self, entry: _Entry, pc: int) -> None:
        """A value is stored by the instruction at `pc`."""
        for load in entry.loads:
            sink = self.sinks.setdefault(load, set())
            if sink is not None:
                sink.add(pc)
        self.exact |= entry.counts
        for slot in entry.since:
            self.since[slot] = None
        op, a = self.code[pc * 4], self.code[pc * 4 + 1]
        if op == P.OP_STORE_GLOBAL:
            targets: list[Key] = [(GLOBAL, a)]
        else:
            scope = self.scope_of_pc[pc]
            targets = [(scope, a)]
            if op == P.OP_STORE_TEMP:
                pointed = self.pointed.get((scope, a), ())
                targets += ((GLOBAL, slot) for slot in pointed if slot != SOME_TEMPORARY)
        self.counters.assign(entry.source, targets)

    def _discard(self, entry: _Entry) -> None:
        for load in entry.loads:
            self.sinks.setdefault(load, set())

    def _value_step(
        self,
        pc: int,
        stack: list[_Entry],
        arguments: list[set[int]],
        entry_arguments: dict[int, list[set[int]]],
    ) -> None:
        code = self.code
        op, a, b, c = code[pc * 4 : pc * 4 + 4]

        def pop() -> _Entry:
            return stack.pop() if stack else _Entry()

        if op == P.OP_PUSH:
            tag = a >> V.TAG_SHIFT
            number = V.number(a) if tag in (V.INT, V.BOOL) else None
            source = Source() if number is None else Source(low=number, high=number)
            stack.append(_Entry(constant=number, numeric=tag <= V.FLOAT, source=source))
        elif op == P.OP_LOAD_GLOBAL:
            number = self.settled.get(a)
            source = Source(frozenset({(GLOBAL, a)}))
            if number is not None:
                source = Source(low=number, high=number)
            numeric = a in self.numeric
            loads = frozenset({pc})
            stack.append(_Entry(loads, constant=number, numeric=numeric, source=source))
        elif op == P.OP_LOAD_TEMP:
            scope = self.scope_of_pc[pc]
            pointed = self.pointed.get((scope, a), set())
            numeric = (scope, a) in self.numeric and pointed <= self.numeric
            keys: set[Key] = {(scope, a)}
            keys |= {(GLOBAL, slot) for slot in pointed if slot != SOME_TEMPORARY}
            source = Source(frozenset(keys))
            stack.append(_Entry(frozenset({pc}), numeric=numeric, source=source))
            # read without having a value, it is 0
            self.counters.assign(Source(low=0, high=0), [(scope, a)])
        elif op == P.OP_LOAD_VISITS:
            source = Source(low=0)
            stack.append(_Entry(frozenset({pc}), frozenset({a}), numeric=True, source=source))
        elif op == P.OP_LOAD_VISIT_INDEX:
            counted, source = frozenset({a}), Source(low=-1)
            stack.append(_Entry(frozenset({pc}), counted, -1, numeric=True, source=source))
        elif op == P.OP_LOAD_TURNS_SINCE:
            source, since = Source(low=-1), frozenset({a})
            stack.append(_Entry(frozenset({pc}), since=since, numeric=True, source=source))
        elif op in (P.OP_LOAD_TURN, P.OP_CHOICE_COUNT):
            stack.append(_Entry(frozenset({pc}), numeric=True))
        elif op in (P.OP_LOAD_HERE, P.OP_LOAD_ENDING):
            stack.append(_Entry(frozenset({pc})))
        elif op == P.OP_POINT_GLOBAL:
            # where a pointer is stored, what is read is behind it: it is itself no value
            stack.append(_Entry(points=frozenset({a}), numeric=True, source=NOTHING))
        elif op == P.OP_POINT_TEMP:
            scope = self.scope_of_pc[pc]
            self.pinned[scope] |= 1 << a
            self.counters.fix(Source(frozenset({(scope, a)})))
            self.counters.assign(Source(), [(scope, a)])  # whoever has the pointer may write it
            points = set(self.pointed.get((scope, a), ())) | {SOME_TEMPORARY}
            if b > 0:
                points.add(b - 1)
            stack.append(_Entry(points=frozenset(points), numeric=True, source=NOTHING))
        elif op in (P.OP_COUNT_VISITS, P.OP_COUNT_TURNS):
            self._observe([pop()])
            slots: set[int] = set()
            place = P.TARGET_VISITS if op == P.OP_COUNT_VISITS else P.TARGET_TURNS
            for target in self.taken:
                slot = self._table(self._record(target) + place)
                if slot >= 0:
                    slots.add(slot)
            counted = frozenset(slots)
            if op == P.OP_COUNT_VISITS:
                stack.append(_Entry(loads=frozenset({pc}), counts=counted, numeric=True))
            else:
                stack.append(_Entry(loads=frozenset({pc}), since=counted, numeric=True))
        elif op in _BINARY:
            right, left = pop(), pop()
            self._operate(op, left, right, stack)
        elif op in (P.OP_NOT, P.OP_NEG, P.OP_UNARY):
            entry = pop()
            truth = Source(low=0, high=1) if op == P.OP_NOT and entry.numeric else Source()
            if op == P.OP_NOT and (entry.counts or entry.since):
                self._test(entry, 1)
            elif op == P.OP_NOT and entry.numeric:
                self.counters.truth(entry.source)
            elif not entry.numeric:
                self._observe([entry])  # it may fail, which is seen
            else:
                self._mix(entry)
            stack.append(_Entry(loads=entry.loads, numeric=entry.numeric, source=truth))
        elif op == P.OP_POP or op == P.OP_PRINT:
            # a printed value is one word whatever it is; inside a string it may be compared
            entry = pop()
            if op == P.OP_PRINT and self.prints_matter:
                self._observe([entry])
            else:
                self._discard(entry)
        elif op == P.OP_DUP:
            entry = pop()
            stack.extend((entry, entry))
        elif op in (P.OP_STORE_GLOBAL, P.OP_SET_TEMP, P.OP_STORE_TEMP):
            has_value = bool(stack)
            entry = pop()
            if op == P.OP_SET_TEMP:
                points = set(entry.points)
                if not has_value:
                    if arguments:
                        points |= arguments.pop()
                    given = (self.entry, self.place)
                    known = self.entry not in self.taken_pcs and given not in self.mixed
                    known = known and pc in self._parameters(self.entry)
                    entry = _Entry(numeric=known)
                    self.place += 1
                    if known:  # what is passed here comes from there
                        if points:
                            self.pointed.setdefault((self.scope_of_pc[pc], a), set()).update(points)
                        return
                if points:
                    self.pointed.setdefault((self.scope_of_pc[pc], a), set()).update(points)
            if not entry.numeric:
                self._not_numeric(pc)
                self.may_be_list.add(pc)
            self._assign(entry, pc)
        elif op in (P.OP_JUMP_IF, P.OP_JUMP_UNLESS):
            self._condition(pop())
        elif op in (P.OP_CALL, P.OP_JUMP, P.OP_FORK):
            if op != P.OP_FORK:  # there the arguments stay for the jump that follows
                self._hand_over(stack, [a], entry_arguments)
                self._pass(stack, a)
        elif op == P.OP_EXTERNAL:
            if c >= 0:
                way = c
                while code[way * 4] != P.OP_JUMP:
                    way += 1
                self._hand_over(stack, [code[way * 4 + 1]], entry_arguments)
                self._pass(stack, code[way * 4 + 1])
            else:  # nobody is there to look at them
                record = self._table(P.T_EXTERNALS) + a * P.EXT_SIZE
                taken = self._table(record + P.EXT_CALL) & 0xFF
                for _ in range(min(taken, len(stack))):
                    self._discard(stack.pop())
        elif op in (P.OP_CALL_VALUE, P.OP_JUMP_VALUE):
            self._observe([pop()])
            entries = [self._table(self._record(t) + P.TARGET_PC) for t in self.taken]
            self._hand_over(stack, entries, entry_arguments)
        elif op == P.OP_CHOICE:
            flags = self.program.choices[a].flags
            if flags & 1:
                self._condition(pop())
            for bit in (4, 2):
                if flags & bit:
                    self._discard(pop())
        elif op == P.OP_STRING_END:
            stack.append(_Entry())
        elif op == P.OP_SHUFFLE:
            elements, count = pop(), pop()
            if elements.constant is not None and count.counts:
                # the deal starts anew where the count is a multiple: only that place matters
                self._discard(count)
                for load in count.loads:
                    self.sinks[load] = None
                self._divide(count, max(1, elements.constant))
            else:
                self._observe([count, elements])
            stack.append(_Entry(numeric=True))
        elif op in (P.OP_RANDOM, P.OP_LIST_RANDOM, P.OP_LIST_RANGE, P.OP_SEED):
            popped = [pop() for _ in range({P.OP_RANDOM: 2, P.OP_LIST_RANGE: 3}.get(op, 1))]
            self._observe(popped)
            source = Source()
            if op == P.OP_RANDOM and popped[0].constant is not None:
                source = Source(high=popped[0].constant)
                if popped[1].constant is not None:
                    source = Source(low=popped[1].constant, high=popped[0].constant)
            stack.append(_Entry(numeric=op == P.OP_RANDOM, source=source))

    def _parameters(self, pc: int) -> list[int]:
        """The stores that take arguments of what begins at `pc`, the last argument first."""
        stores: list[int] = []
        while pc < self.n:
            op = self.code[pc * 4]
            if op == P.OP_SET_TEMP:
                stores.append(pc)
            elif op not in (P.OP_HERE, P.OP_VISIT, P.OP_TURN_MARK):
                break
            pc += 1
        return stores

    def _pass(self, stack: list[_Entry], target: int) -> None:
        """The values on the stack become the arguments of what begins at `target`."""
        for place, store in enumerate(self._parameters(target)):
            if not stack:
                self.mixed.add((target, place))
                continue
            entry = stack.pop()
            if not entry.numeric:
                self.mixed.add((target, place))
            self._assign(entry, store)

    @staticmethod
    def _hand_over(
        stack: list[_Entry], targets: Iterable[int], entry_arguments: dict[int, list[set[int]]]
    ) -> None:
        """Pointers on the stack become arguments of what begins at `targets`."""
        if not any(entry.points for entry in stack):
            return
        for target in targets:
            known = entry_arguments.setdefault(target, [])
            while len(known) < len(stack):
                known.insert(0, set())
            for place, entry in enumerate(reversed(stack), start=1):
                known[-place] |= entry.points
        stack[:] = [replace(entry, points=frozenset()) for entry in stack]

    def _operate(self, op: int, left: _Entry, right: _Entry, stack: list[_Entry]) -> None:
        """A binary operator: what it tells apart, and what flows on.

        Where it may fail, its operands are observed: an error is seen by everyone.
        """
        loads = left.loads | right.loads
        numeric = left.numeric and right.numeric
        divides = op in (P.OP_DIV, P.OP_MOD)
        if not numeric or op == P.OP_BINARY or (divides and not right.constant):
            if not (op in _COMPARISONS | _TRUTHS and numeric):
                self._observe([left, right])
            stack.append(_Entry(loads=loads))
            return
        source = self.counters.operate(op, left.source, right.source)
        for one, other in ((left, right), (right, left)):
            if not (one.counts or one.since):
                continue
            constant = other.constant
            if op in _COMPARISONS and constant is not None:
                coarse = (P.OP_GE, P.OP_LT) if one is left else (P.OP_LE, P.OP_GT)
                self._test(one, constant if op in coarse else constant + 1)
            elif op in _TRUTHS:
                self._test(one, 1)
            elif op == P.OP_MIN and constant is not None and one.counts:
                self._test(one, constant)
            elif op == P.OP_MOD and one is left and constant is not None and constant > 0:
                if one.counts:
                    self._divide(one, constant)
                else:
                    for slot in one.since:
                        self.since[slot] = None
            elif op in (P.OP_ADD, P.OP_SUB) and one is left and constant is not None and one.counts:
                step = constant if op == P.OP_ADD else -constant
                moved = one.offset + step
                stack.append(_Entry(loads, one.counts, moved, numeric=True, source=source))
                return
            else:
                self._mix(one)
        # the index of a saturated count may be used as the next operator's operand: its value is
        # what MIN and % give, which saturation leaves as it is
        stack.append(_Entry(loads=loads, numeric=True, source=source))

    def _limits(self) -> list[tuple[int, int]]:
        """Per visit slot, where counting may stop or go round."""
        program = self.program
        for index in range(len(program.choices)):
            once = self._once(index)
            if once >= 0:
                known = self.caps.setdefault(once, set())
                if known is not None:
                    known.add(1)
        out: list[tuple[int, int]] = []
        for slot in range(len(program.visit_names)):
            constants = self.caps.get(slot)
            moduli = self.moduli.get(slot)
            observed = self.observed_bits >> (self.visits_at + slot) & 1
            if slot in self.exact or observed or (constants is None and moduli is None):
                out.append((0, 0) if slot in self.exact or observed else (1, 1))
                continue
            top = max(constants or (), default=1)
            top = max(top, 1)
            if moduli:
                step = math.lcm(*moduli)
                if step > 10_000:
                    out.append((0, 0))
                    continue
                # counts below `top` are told apart, those from there on by their remainder
                out.append((top + step - 1, step))
            else:
                out.append((top, 1))
        return out

    def _since_caps(self) -> list[int]:
        out: list[int] = []
        for slot in range(len(self.program.turn_names)):
            constants = self.since.get(slot, set())
            if constants is None:
                out.append(0)
            else:
                out.append(max(max(constants, default=0), 0) + 1)
        return out

    # ------------------------------------------------------------ the fixpoint

    def result(self) -> Liveness:
        """Follow values, then find the least `use` that satisfies the equations."""
        self._flow_values()
        for slot in self.escaped:
            self.observed_bits |= 1 << slot
            self.counters.assign(Source(), [(GLOBAL, slot)])
        use = self._solve()
        return Liveness(
            program=self.program,
            use=use,
            limits=self._limits(),
            since_caps=self._since_caps(),
            visits_at=self.visits_at,
            turns_at=self.turns_at,
            shuffles_at=self.shuffles_at,
            here_bit=self.here_bit,
            turn_bit=self.turn_bit,
            ending_bit=self.ending_bit,
            temps_at=self.temps_at,
            bits=self.bits,
            pinned_temps=self.pinned,
            observed=self.observed_bits | self.asked_bits,
            reads=lambda: self._observing(use),
            folds=self._folds(),
        )

    def _observing(self, use: list[int]) -> dict[int, int]:
        """By instruction, what it reads, where an observation of that follows from the read."""
        code = self.code
        found: dict[int, int] = {}
        for pc in range(self.n):
            op, a = code[pc * 4], code[pc * 4 + 1]
            bits = self._read_bits(pc)
            if op == P.OP_SHUFFLE:
                bits = ((1 << code[pc * 4 + 2]) - 1) << (self.shuffles_at + a)
            elif op == P.OP_CHOICE and self._once(a) >= 0:
                bits = 1 << (self.visits_at + self._once(a))
            elif bits:
                stores = self.sinks.get(pc, set())
                if stores is not None:
                    written = ((store, self._store_bits(store)[0]) for store in stores)
                    if not any(
                        (use[store + 1] | self.ever) & reached for store, reached in written
                    ):
                        continue
            if bits:
                found[pc] = bits
        return found

    def _folds(self) -> dict[Key, Fold]:
        """How the values of variables may be folded."""
        for slot in range(len(self.program.global_names)):
            if self.observed_bits >> slot & 1:
                self.counters.fix(Source(frozenset({(GLOBAL, slot)})))
                # a bound that saturates sets it to what the story never would
                self.counters.assign(Source(), [(GLOBAL, slot)])
            if slot in self.constants:
                value = self.constants[slot]
                known = isinstance(value, int)
                given = Source(low=float(value), high=float(value)) if known else Source()  # type: ignore[arg-type]
                self.counters.assign(given, [(GLOBAL, slot)])
        return self.counters.folds()

    def _defined(self, scope: int, slot: int) -> int:
        """The bit of whether a temporary has a value: without one, reading it is a warning."""
        return 1 << (self.temps_at[scope] + len(self.program.scope_temps[scope]) + slot)

    def _store_bits(self, pc: int) -> tuple[int, bool]:
        """What a store may write, and whether it surely writes it."""
        op, a = self.code[pc * 4], self.code[pc * 4 + 1]
        if op == P.OP_STORE_GLOBAL:
            return 1 << a, True
        scope = self.scope_of_pc[pc]
        bits = 1 << (self.temps_at[scope] + a)
        pointed = self.pointed.get((scope, a))
        if op == P.OP_SET_TEMP:
            return bits, True
        if pointed:
            for slot in pointed:
                bits |= 1 << (self.bits if slot == SOME_TEMPORARY else slot)
            return bits, False
        return bits, True

    def _read_bits(self, pc: int) -> int:
        """What a load reads."""
        op, a = self.code[pc * 4], self.code[pc * 4 + 1]
        if op == P.OP_LOAD_GLOBAL:
            return 1 << a
        if op == P.OP_LOAD_TEMP:
            scope = self.scope_of_pc[pc]
            bits = 1 << (self.temps_at[scope] + a)
            for slot in self.pointed.get((scope, a), ()):
                if slot != SOME_TEMPORARY:
                    bits |= 1 << slot
            return bits
        if op in (P.OP_LOAD_VISITS, P.OP_LOAD_VISIT_INDEX):
            return 1 << (self.visits_at + a)
        if op == P.OP_LOAD_TURNS_SINCE:
            return 1 << (self.turns_at + a)
        if op == P.OP_LOAD_TURN:
            return 1 << self.turn_bit
        if op == P.OP_LOAD_HERE:
            return 1 << self.here_bit
        if op in (P.OP_COUNT_VISITS, P.OP_COUNT_TURNS):
            bits = 0
            place = P.TARGET_VISITS if op == P.OP_COUNT_VISITS else P.TARGET_TURNS
            base = self.visits_at if op == P.OP_COUNT_VISITS else self.turns_at
            for target in self.taken:
                slot = self._table(self._record(target) + place)
                if slot >= 0:
                    bits |= 1 << (base + slot)
            return bits
        return 0

    def _solve(self) -> list[int]:
        """The least `use`, by a worklist of instructions whose successors have changed.

        Each instruction that is more than its successor is a node: what flows in from others, each
        through a mask, then what it keeps of that and what it adds. Two more nodes stand for every
        place a value may lead to, and for what is read wherever a story rests.
        """
        n = self.n
        somewhere, at_rest, ever = n + 1, n + 2, n + 3
        nodes = self._transfers(somewhere, at_rest, ever)
        # what only passes on what follows it is skipped
        same = list(range(n + 4))
        for pc in range(n - 1, -1, -1):
            if pc not in nodes:
                same[pc] = same[pc + 1]
        dependents: dict[int, list[int]] = {}
        for pc, node in nodes.items():
            node.sources = [(same[source], mask) for source, mask in node.sources]
            if node.sinks:
                node.sinks = [(same[source], bits) for source, bits in node.sinks]
            for source, _ in (*node.sources, *(node.sinks or ())):
                dependents.setdefault(source, []).append(pc)
        use = [0] * (n + 4)
        waiting = sorted(nodes)  # the last is taken first
        queued = bytearray(n + 4)
        for pc in waiting:
            queued[pc] = 1
        while waiting:
            pc = waiting.pop()
            queued[pc] = 0
            node = nodes[pc]
            flow = 0
            for source, mask in node.sources:
                flow |= use[source] & mask
            new = (flow & node.keeps) | node.adds
            if node.sinks is None or any(use[source] & bits for source, bits in node.sinks):
                new |= node.reads
            if new != use[pc]:
                use[pc] = new
                for other in dependents.get(pc, ()):
                    if not queued[other]:
                        queued[other] = 1
                        waiting.append(other)
        self.ever = use[ever]
        for pc in self.asked:
            self.asked_bits |= use[same[pc]] & ~self.frame_mask
        return [use[same[pc]] for pc in range(n + 1)]

    def _transfers(self, somewhere: int, at_rest: int, ever: int) -> dict[int, _Node]:
        """What each instruction does to the set of what is read after it."""
        n, code = self.n, self.code
        outside = ~self.frame_mask  # what a frame above or below can see of a frame
        taken_pcs = [self._table(self._record(t) + P.TARGET_PC) for t in self.taken]
        always = 1 << self.bits  # a temporary that something points to is read by anyone
        for scope, slots in enumerate(self.pinned):
            always |= slots << self.temps_at[scope]
        has_lists = any(self.program.values.definitions)
        stores = {
            pc: self._store_bits(pc)
            for pc in range(n)
            if code[pc * 4] in (P.OP_STORE_GLOBAL, P.OP_SET_TEMP, P.OP_STORE_TEMP)
        }
        nodes = {
            n: _Node([]),
            somewhere: _Node([(pc, -1) for pc in taken_pcs]),
            at_rest: _Node([(pc, outside) for pc in self.asked], adds=self.observed_bits),
        }
        for pc in range(n):
            at = pc * 4
            op, a = code[at], code[at + 1]
            following = (pc + 1, -1)
            node: _Node | None = None
            if op == P.OP_JUMP:
                node = _Node([(a, -1)])
            elif op in (P.OP_JUMP_IF, P.OP_JUMP_UNLESS, P.OP_FORK):
                node = _Node([following, (a, -1)])
            elif op == P.OP_CALL:
                node = _Node([following, (a, outside)])
            elif op == P.OP_RETURN:
                node = _Node([(somewhere, -1)] if a == P.TUNNEL else [])
            elif op in (P.OP_FALL, P.OP_DONE, P.OP_END):
                node = _Node([(at_rest, -1)], adds=1 << self.ending_bit)
            elif op == P.OP_CHOICE:
                once = self._once(a)
                counted = 1 << (self.visits_at + once) if once >= 0 else 0
                node = _Node([following, (self._stub(a), -1), (at_rest, -1)], adds=counted)
            elif op == P.OP_JUMP_VALUE:
                node = _Node([(somewhere, -1)])
            elif op == P.OP_CALL_VALUE:
                node = _Node([following, (somewhere, outside)])
            elif op == P.OP_EXTERNAL:
                fallback = code[at + 3]
                node = _Node([following, (fallback, outside)] if fallback >= 0 else [following])
            elif pc in stores:
                node = self._store_transfer(pc, *stores[pc], has_lists)
            elif op == P.OP_HERE:
                node = _Node([following], keeps=~(1 << self.here_bit))
            elif op == P.OP_ENDING:
                node = _Node([following], keeps=~(1 << self.ending_bit))
            elif op == P.OP_TURN_MARK:
                node = _Node([following], keeps=~(1 << (self.turns_at + a)))
            elif op == P.OP_SHUFFLE:
                kept = (1 << code[at + 2]) - 1
                node = _Node([following], adds=kept << (self.shuffles_at + a))
            else:
                bits = self._read_bits(pc)
                adds = 0
                if op in (P.OP_LOAD_TEMP, P.OP_POINT_TEMP):
                    adds = self._defined(self.scope_of_pc[pc], a)
                sink = self.sinks.get(pc, set())
                if bits and sink is None:
                    node = _Node([following], adds=adds | bits)
                elif bits:
                    assert sink is not None
                    # read only where something that it flows into is
                    reached = [store for store in sink if store in stores]
                    if any(stores[store][0] & always for store in reached):
                        node = _Node([following], adds=adds | bits)
                    else:
                        sinks = [(store + 1, stores[store][0]) for store in reached]
                        sinks += [(ever, stores[store][0] & ~self.frame_mask) for store in reached]
                        node = _Node([following], adds=adds, reads=bits, sinks=sinks)
                elif adds:
                    node = _Node([following], adds=adds)
            if node is not None:
                nodes[pc] = node
        # a global that is set is seen not only from there on: whoever called, a thread below, or a
        # choice that was offered before may read it, so what is read anywhere counts: all that is
        # added, and what the nodes that may read have come to
        added = 0
        for node in nodes.values():
            added |= node.adds
        readers = [(pc, outside) for pc, node in nodes.items() if node.reads]
        nodes[ever] = _Node(readers, adds=added & outside)
        return nodes

    def _store_transfer(self, pc: int, bits: int, surely: bool, has_lists: bool) -> _Node:
        op, a = self.code[pc * 4], self.code[pc * 4 + 1]
        keeps, adds = -1, 0
        # an empty list takes over which lists the old value's items came from
        if surely and not (has_lists and pc in self.may_be_list):
            keeps &= ~bits
        elif not surely:
            # what is written may be behind a pointer, which is read for it
            adds |= 1 << (self.temps_at[self.scope_of_pc[pc]] + a)
        if op == P.OP_STORE_TEMP:
            adds |= self._defined(self.scope_of_pc[pc], a)
        elif op == P.OP_SET_TEMP:
            keeps &= ~self._defined(self.scope_of_pc[pc], a)
        return _Node([(pc + 1, -1)], keeps, adds)
