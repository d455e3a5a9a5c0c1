"""Where values go: what is done with each value that code loads, before anything is asked of it.

The evaluation stack is followed through each stretch of straight code, calls of functions included,
again and again until what variables may hold (`kinds`, `pointed`) is settled. Then it is known, for
every instruction that loads something, where its value ends:

    sinks[pc] is None        it is observed: by a branch, a draw's range, a target, an operation
                             that may fail, or where it can't be followed
    sinks[pc] == {…}         it goes into the stores at these pcs or, where negative, into a *use*
    sinks[pc] == set()       nobody looks at it

A use is a string that is built, or what a function returns; `uses` gives them numbers:

    ("string", pc)           the string that begins at that STRING_BEGIN; its value is sinks[end]
    ("result", pc)           what the function there returns; in its callers that is sinks[call]
    ("printed", pc)          what it prints, in so far as it is called for a string

And of counts and numbers it is known how they are looked at: `caps`, `moduli`, `since`, `counters`.

An empty list remembers which LISTs its items came from, and takes that over from the list it is
stored upon; but only LIST_ALL and LIST_INVERT ever ask for it. `heirs` are the variables whose
lists may get there; of all others an empty list is an empty list.

Whether an operation may fail depends on what kinds of values it may be given: two numbers can be
added, and two lists. A string is one of few characters (it stands in the code) or LONG (built while
running): what is built of long ones may become too long, which is an error, so it is observed.

A value that is printed is seen by the reader, but tells no two futures apart; in a string it goes
where the string goes. This knows nothing of states, nor of what is live (`liveness`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from foretell.checker.reduction.arms import Arms
from foretell.checker.reduction.counters import GLOBAL, NOTHING, Counters, Key, Source
from foretell.checker.reduction.routes import BLOCK_ENDS, Routes, call_kind
from foretell.vm import program as P
from foretell.vm import values as V
from foretell.vm.program import Program

__all__ = ["ANY", "LIST", "NUMBER", "SHORT", "SOME_TEMPORARY", "ValueFlow"]

# kinds of values, as bits: what a variable may hold
NUMBER: Final = 1
SHORT: Final = 2  # a string that stands in the code
LIST: Final = 4
OTHER: Final = 8  # a divert target, a pointer, nothing at all
LONG: Final = 16  # any other string
ANY: Final = 31
_SHORT_AT_MOST: Final = 1000  # characters

_BINARY: Final = frozenset({*range(P.OP_EQ, P.OP_MOD + 1)} - {P.OP_NOT}) | {P.OP_BINARY}
_COMPARISONS: Final = {P.OP_EQ, P.OP_NE, P.OP_LT, P.OP_GT, P.OP_LE, P.OP_GE}
_TRUTHS: Final = {P.OP_AND, P.OP_OR}
_OF_LISTS: Final = {
    V.OPERATION["LIST_COUNT"]: NUMBER,
    V.OPERATION["LIST_VALUE"]: NUMBER,
    V.OPERATION["LIST_MIN"]: LIST,
    V.OPERATION["LIST_MAX"]: LIST,
    V.OPERATION["LIST_ALL"]: LIST,
    V.OPERATION["LIST_INVERT"]: LIST,
}
_ASKS_WHENCE: Final = (V.OPERATION["LIST_ALL"], V.OPERATION["LIST_INVERT"])
_MEETS: Final = V.OPERATION["^"]
_HAS: Final = (V.OPERATION["?"], V.OPERATION["!?"])
_UNKNOWN: Final = Source()
SOME_TEMPORARY: Final = -1  # in a set of globals pointed to: a temporary may be, too


@dataclass(slots=True)
class _Entry:
    """What is known of a value on the evaluation stack."""

    loads: frozenset[int] = frozenset()  # where it comes from: loads, calls, ends of strings
    counts: frozenset[int] = frozenset()  # visit slots it is the count of, unchanged
    offset: int = 0  # … plus this
    since: frozenset[int] = frozenset()  # turn slots it is the turns since
    constant: int | None = None  # the INT it is
    points: frozenset[int] = frozenset()  # globals it may point to
    kind: int = ANY  # what it may be
    filled: bool = False  # surely no empty list
    whole: bool = False  # surely an INT, no truth value
    source: Source = _UNKNOWN  # the variable it is the value of, or its range (`counters`)

    def surely(self, kinds: int) -> bool:
        """Whether it is of one of these kinds."""
        return not self.kind & ~kinds

    @property
    def numeric(self) -> bool:
        """Whether it is surely an integer, a float or a boolean."""
        return not self.kind & ~NUMBER


class ValueFlow:
    """The values of one program: call `follow`, then read what is described above.

    `settled` are globals that never change, and the number each is; `held` are kinds that globals
    may have beside what the story puts there.
    """

    def __init__(
        self,
        program: Program,
        routes: Routes,
        settled: Mapping[int, int],
        held: Mapping[int, int],
        afresh: frozenset[int] = frozenset(),
        arms: Mapping[int, Arms] = MappingProxyType({}),
    ) -> None:
        self.program = program
        self.afresh = afresh  # shuffles that do not heed which deal it is
        self.routes = routes
        self.declarations = routes.declarations
        self.arms = arms
        self.at = 0  # the instruction that is looked at
        self.failing: set[int] = set()  # operators that may fail
        self.quiet: set[int] = set()  # what a condition decides about that is only followed
        self.code = program.code
        self.settled = settled
        self.scope_of_pc = program.scope_of_pc
        self.counters = Counters()
        self.pointed: dict[tuple[int, int], set[int]] = {}  # (scope, slot) → globals
        self.pinned = [0] * len(program.scope_temps)  # temporaries that something points to
        # per load: None if it is observed, else the stores and uses its value may reach
        self.sinks: dict[int, set[int] | None] = {}
        # per visit slot: counts from which on none are told apart; None where it must be exact
        self.caps: dict[int, set[int] | None] = {}
        self.moduli: dict[int, set[int]] = {}
        self.since: dict[int, set[int] | None] = {}
        self.exact: set[int] = set()
        self.kinds: dict[Key, int] = {(GLOBAL, slot): kind for slot, kind in held.items()}
        self.returned: dict[int, int] = {}  # by function, the kinds of what it returns
        self.may_be_list: set[int] = set()  # stores of what may be an empty list
        self.bearing: dict[int, set[int]] = {}  # by store or use, the loads of lists that reach it
        self.inverted: set[int] = set()  # loads of lists that LIST_ALL or LIST_INVERT may be given
        # globals a pointer to which was lost sight of: always live
        self.escaped: set[int] = set()
        self.entry = -1
        self.taken_pcs = [routes.target_pc(target) for target in routes.taken]
        self.uses: dict[tuple[str, int], int] = {}
        for begin in routes.string_around:
            self.uses["string", begin] = -1 - len(self.uses)
        for function in routes.callers:
            self.uses["printed", function] = -1 - len(self.uses)
            self.uses["result", function] = -1 - len(self.uses)
        self.long: set[int] = set()  # uses that long strings go into
        self.touched: set[int] = set()  # … and that counts or variables go into
        self.idle: set[int] = set()
        self.parameters: dict[int, dict[int, None]] = {}  # by entry (`_parameters`)

    def follow(self, idle: Iterable[int] = ()) -> None:
        """Follow the values; `idle` are uses that are known to come to nothing."""
        self.idle = set(idle)
        entry_arguments: dict[int, list[set[int]]] = {}
        while True:
            known = (dict(self.kinds), dict(self.returned), len(self.failing))
            before = {key: set(found) for key, found in self.pointed.items()}
            arguments_before = {pc: [set(s) for s in a] for pc, a in entry_arguments.items()}
            self._follow_once(entry_arguments)
            if (
                before == self.pointed
                and arguments_before == entry_arguments
                and known == (self.kinds, self.returned, len(self.failing))
            ):
                break

    def _follow_once(self, entry_arguments: dict[int, list[set[int]]]) -> None:
        self.sinks.clear()
        self.caps.clear()
        self.moduli.clear()
        self.since.clear()
        self.exact.clear()
        self.counters.clear()
        self.long.clear()
        self.bearing.clear()
        self.inverted.clear()
        self.quiet.clear()
        stack: list[_Entry] = []
        arguments: list[set[int]] = []
        # the declarations first: what variables hold then is mostly what they ever hold
        first = max(self.program.declarations_pc, 0)
        for pc in (*range(first, self.program.length), *range(first)):
            if not self.routes.reached[pc]:
                continue
            if pc in self.routes.leaders:
                self._lose(stack)
                stack = []
                arguments = [set(s) for s in entry_arguments.get(pc, [])]
                self.entry = pc
            self._value_step(pc, stack, arguments, entry_arguments)
            if self.code[pc * 4] in BLOCK_ENDS and not self._goes_on(pc, stack):
                self._lose(stack)
                stack = []
        self._lose(stack)

    def _goes_on(self, pc: int, stack: list[_Entry]) -> bool:
        """Whether the stack is known beyond an instruction that may lead elsewhere.

        It is after a function's call; and a switch's value is dropped by what is jumped to: where
        the jump is made nothing more is done with it, and the values below are looked at.
        """
        op, target, call = self.code[pc * 4 : pc * 4 + 3]
        if op == P.OP_CALL:
            return _gives(call) and pc + 1 not in self.routes.leaders
        if op not in (P.OP_JUMP, P.OP_JUMP_IF, P.OP_JUMP_UNLESS):
            return False
        if not stack or self.code[target * 4] != P.OP_POP:
            return False
        self._lose(stack[:-1])
        self._discard(stack[-1])
        if op == P.OP_JUMP:
            stack.clear()
        return True

    # ------------------------------------------------------------ what is done with a value

    def _observe(self, entries: Iterable[_Entry]) -> None:
        """These values are looked at in a way that may tell any two apart."""
        for entry in entries:
            self.counters.fix(entry.source)
            self._let_point(entry)
            for load in entry.loads:
                self.sinks[load] = None
            self.exact |= entry.counts
            for slot in entry.since:
                self.since[slot] = None

    def _lose(self, entries: Sequence[_Entry]) -> None:
        """These values go where they can't be followed."""
        self._observe(entries)
        for entry in entries:
            self._invert(entry)

    def _invert(self, entry: _Entry) -> None:
        """Of an empty list it may be asked which LISTs its items came from."""
        if entry.kind & LIST:
            self.inverted |= entry.loads

    def _let_point(self, entry: _Entry) -> None:
        """Pointers go where they can't be followed: anything may be read and set through them."""
        for slot in entry.points:
            if slot >= 0:
                self.escaped.add(slot)
                self.kinds[GLOBAL, slot] = ANY

    def _test(self, entry: _Entry, top: int) -> None:
        """A value is looked at in a way that tells no two apart that are `top` or more.

        A comparison with 3 tells 0 to 3 and more apart (4), one with `>= 3` less by one (3), a
        test for truth nothing beyond 1.
        """
        for load in entry.loads:
            self.sinks[load] = None
        self._keep(entry, top)

    def _keep(self, entry: _Entry, top: int) -> None:
        """Counts below `top` are told apart, if anyone looks."""
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

    def _branch(self, entry: _Entry, pc: int) -> None:
        """A value decides which way is gone at `pc`.

        Where both do nothing but store, it is looked at only where that is, or in a string that
        one way puts white space into.
        """
        arms = self.arms.get(pc)
        if arms is None or entry.points or entry.kind & OTHER or self.failing & {*arms.code}:
            self._condition(entry)
            return
        self._keep(entry, 1)
        if entry.numeric:
            self.counters.truth(entry.source)
        else:
            self.counters.fix(entry.source)
        self._discard(entry)
        self.quiet.update(arms.code)
        decision = _Entry(entry.loads, kind=NUMBER)
        for store in arms.stores:
            self._flow(decision, store)
        for text in arms.texts:
            self._print(decision, text)

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

    def _discard(self, entry: _Entry) -> None:
        for load in entry.loads:
            self.sinks.setdefault(load, set())

    def _flow(self, entry: _Entry, place: int) -> None:
        """A value goes into a store (its pc) or a use (a negative number)."""
        for load in entry.loads:
            sink = self.sinks.setdefault(load, set())
            if sink is not None:
                sink.add(place)
        if entry.kind & LIST:
            self.bearing.setdefault(place, set()).update(entry.loads)
        self.exact |= entry.counts
        for slot in entry.since:
            self.since[slot] = None

    def _assign(self, entry: _Entry, pc: int) -> None:
        """A value is stored by the instruction at `pc`."""
        self._flow(entry, pc)
        targets = self.stored(pc)
        for key in targets:
            self.kinds[key] = self.kinds.get(key, 0) | entry.kind
        if entry.kind & LIST and not entry.filled:
            self.may_be_list.add(pc)
        self.counters.assign(entry.source, targets, begins=pc in self.declarations)

    def stored(self, pc: int) -> list[Key]:
        """The variables that a store may set."""
        op, a = self.code[pc * 4], self.code[pc * 4 + 1]
        if op == P.OP_STORE_GLOBAL:
            return [(GLOBAL, a)]
        key = (self.scope_of_pc[pc], a)
        return [key] if op == P.OP_SET_TEMP else self._behind(key)

    def _behind(self, key: Key) -> list[Key]:
        """A temporary, and what it may be a pointer to."""
        pointed = self.pointed.get(key, ())
        found = [key, *((GLOBAL, slot) for slot in pointed if slot != SOME_TEMPORARY)]
        return found + self._pinned() if SOME_TEMPORARY in pointed else found

    def _pinned(self) -> list[Key]:
        """The temporaries that something points to."""
        return [
            (scope, slot)
            for scope, slots in enumerate(self.pinned)
            for slot in range(slots.bit_length())
            if slots >> slot & 1
        ]

    def _put(self, entry: _Entry, name: str, which: int) -> None:
        """A value goes into a string that is built, or is what a function returns."""
        use = self.uses[name, which]
        if use in self.idle:
            self._discard(entry)
            return
        self._flow(entry, use)
        self.counters.fix(entry.source)
        if entry.counts or entry.since or entry.source.keys:
            self.touched.add(use)
        self._let_point(entry)
        if entry.kind & LONG:
            self.long.add(use)

    def _print(self, entry: _Entry, pc: int) -> None:
        """A value is put out: one word for a reader, whatever it is, or a part of a string."""
        string = self.routes.string_at.get(pc)
        functions = self.routes.functions.get(pc, ())
        if string is not None:
            self._put(entry, "string", string)
        elif functions:
            for function in functions:
                self._put(entry, "printed", function)
        else:
            self._discard(entry)

    def _return(self, entry: _Entry | None, pc: int) -> None:
        """A function returns a value; None stands for one that was lost sight of."""
        functions = self.routes.functions.get(pc, ())
        for function in functions:
            kind = ANY if entry is None else entry.kind
            self.returned[function] = self.returned.get(function, 0) | kind
            if entry is not None:
                self._put(entry, "result", function)
        if entry is not None and not functions:
            self._lose([entry])

    # ------------------------------------------------------------ instructions

    def _value_step(
        self,
        pc: int,
        stack: list[_Entry],
        arguments: list[set[int]],
        entry_arguments: dict[int, list[set[int]]],
    ) -> None:
        code, tables = self.code, self.program.tables
        op, a, b = code[pc * 4 : pc * 4 + 3]
        self.at = pc

        def pop() -> _Entry:
            return stack.pop() if stack else _Entry()

        if op == P.OP_PUSH:
            tag = a >> V.TAG_SHIFT
            number = V.number(a) if tag in (V.INT, V.BOOL) else None
            source = Source() if number is None else Source(low=number, high=number)
            kind = _kind_of(self.program, a)
            filled = tag == V.LIST and bool(a & 1)
            whole = tag == V.INT
            stack.append(
                _Entry(constant=number, kind=kind, filled=filled, whole=whole, source=source)
            )
        elif op == P.OP_LOAD_GLOBAL:
            number = self.settled.get(a)
            source = Source(frozenset({(GLOBAL, a)}))
            if number is not None:
                source = Source(low=number, high=number)
            kind = self.kinds.get((GLOBAL, a), 0)
            stack.append(_Entry(frozenset({pc}), constant=number, kind=kind, source=source))
        elif op == P.OP_LOAD_TEMP:
            scope = self.scope_of_pc[pc]
            pointed = self.pointed.get((scope, a), set())
            keys: set[Key] = {(scope, a)}
            keys |= {(GLOBAL, slot) for slot in pointed if slot != SOME_TEMPORARY}
            kind = ANY if SOME_TEMPORARY in pointed else NUMBER  # without a value it is 0
            for key in keys:
                kind |= self.kinds.get(key, 0)
            stack.append(_Entry(frozenset({pc}), kind=kind, source=Source(frozenset(keys))))
            # read without having a value, it is 0
            self.counters.assign(Source(low=0, high=0), [(scope, a)])
        elif op == P.OP_LOAD_VISITS:
            source = Source(low=0)
            stack.append(_Entry(frozenset({pc}), frozenset({a}), kind=NUMBER, source=source))
        elif op == P.OP_LOAD_VISIT_INDEX:
            counted, source = frozenset({a}), Source(low=-1)
            stack.append(_Entry(frozenset({pc}), counted, -1, kind=NUMBER, source=source))
        elif op == P.OP_LOAD_TURNS_SINCE:
            source, since = Source(low=-1), frozenset({a})
            stack.append(_Entry(frozenset({pc}), since=since, kind=NUMBER, source=source))
        elif op in (P.OP_LOAD_TURN, P.OP_CHOICE_COUNT):
            stack.append(_Entry(frozenset({pc}), kind=NUMBER))
        elif op in (P.OP_LOAD_HERE, P.OP_LOAD_ENDING):
            stack.append(_Entry(frozenset({pc}), kind=SHORT))
        elif op == P.OP_POINT_GLOBAL:
            # where a pointer is stored, what is read is behind it: it is itself no value
            stack.append(_Entry(points=frozenset({a}), kind=0, source=NOTHING))
        elif op == P.OP_POINT_TEMP:
            scope = self.scope_of_pc[pc]
            self.pinned[scope] |= 1 << a
            self.counters.fix(Source(frozenset({(scope, a)})))
            self.counters.assign(Source(), [(scope, a)])  # whoever has the pointer may write it
            points = set(self.pointed.get((scope, a), ())) | {SOME_TEMPORARY}
            if b > 0:
                points.add(b - 1)
            stack.append(_Entry(points=frozenset(points), kind=0, source=NOTHING))
        elif op in (P.OP_COUNT_VISITS, P.OP_COUNT_TURNS):
            self._observe([pop()])
            place = P.TARGET_VISITS if op == P.OP_COUNT_VISITS else P.TARGET_TURNS
            records = (tables[P.T_TARGETS] + t * P.TARGET_SIZE for t in self.routes.taken)
            slots = (tables[record + place] for record in records)
            counted = frozenset(slot for slot in slots if slot >= 0)
            if op == P.OP_COUNT_VISITS:
                stack.append(_Entry(frozenset({pc}), counted, kind=NUMBER))
            else:
                stack.append(_Entry(frozenset({pc}), since=counted, kind=NUMBER))
        elif op in _BINARY:
            right, left = pop(), pop()
            self._operate(op, a, left, right, stack)
        elif op in (P.OP_NOT, P.OP_NEG, P.OP_UNARY):
            self._operate_on_one(op, a, pop(), stack)
        elif op == P.OP_POP:
            self._discard(pop())
        elif op == P.OP_PRINT:
            self._print(pop(), pc)
        elif op == P.OP_DUP:
            entry = pop()
            stack.extend((entry, entry))
        elif op in (P.OP_STORE_GLOBAL, P.OP_SET_TEMP, P.OP_STORE_TEMP):
            has_value = bool(stack)
            entry = pop()
            if op == P.OP_SET_TEMP:
                points = set(entry.points)
                if not has_value and arguments:
                    points |= arguments.pop()
                if points:
                    self.pointed.setdefault((self.scope_of_pc[pc], a), set()).update(points)
                known = self.entry not in self.taken_pcs
                if not has_value and known and pc in self._parameters(self.entry):
                    return  # what is passed here comes from there
            self._assign(entry, pc)
        elif op in (P.OP_JUMP_IF, P.OP_JUMP_UNLESS):
            self._branch(pop(), pc)
        elif op in (P.OP_CALL, P.OP_JUMP, P.OP_FORK):
            if op != P.OP_FORK:  # there the arguments stay for the jump that follows
                self._hand_over(stack, [a], entry_arguments)
                self._pass(stack, a)
            if op == P.OP_CALL and _gives(b):
                stack.append(_Entry(frozenset({pc}), kind=self.returned.get(a, 0)))
        elif op == P.OP_RETURN and a == P.FUNCTION:
            self._return(stack.pop() if stack else None, pc)
        elif op == P.OP_FALL:
            for function in self.routes.functions.get(pc, ()):
                self.returned[function] = self.returned.get(function, 0) | OTHER
        elif op == P.OP_EXTERNAL:
            fallback = self.routes.fallback(pc)
            if fallback >= 0:
                self._hand_over(stack, [fallback], entry_arguments)
                self._pass(stack, fallback)
            else:  # nobody is there to look at them
                record = tables[P.T_EXTERNALS] + a * P.EXT_SIZE
                for _ in range(min(tables[record + P.EXT_CALL] & 0xFF, len(stack))):
                    self._discard(stack.pop())
        elif op in (P.OP_CALL_VALUE, P.OP_JUMP_VALUE):
            self._observe([pop()])
            self._hand_over(stack, self.taken_pcs, entry_arguments)
        elif op == P.OP_CHOICE:
            flags = self.program.choices[a].flags
            if flags & 1:
                self._condition(pop())
            for bit in (4, 2):
                if flags & bit:
                    self._discard(pop())
        elif op == P.OP_STRING_END:
            stack.append(_Entry(frozenset() if a else frozenset({pc}), kind=LONG))
        elif op == P.OP_SHUFFLE:
            elements, count = pop(), pop()
            if a in self.afresh:
                self._discard(count)
            elif elements.constant is not None and count.counts:
                # the deal starts anew where the count is a multiple: only that place matters
                self._discard(count)
                for load in count.loads:
                    self.sinks[load] = None
                self._divide(count, max(1, elements.constant))
            else:
                self._observe([count, elements])
            stack.append(_Entry(kind=NUMBER))
        elif op == P.OP_LIST_RANGE:
            high, low, content = pop(), pop(), pop()
            edges = LIST | NUMBER
            if content.surely(LIST) and low.surely(edges) and high.surely(edges):
                for entry in (high, low):
                    self._mix(entry)
                stack.append(_Entry(content.loads | low.loads | high.loads, kind=LIST))
            else:
                self._lose([high, low, content])
                stack.append(_Entry(kind=LIST))
        elif op == P.OP_RANDOM:
            high, low = pop(), pop()
            self._observe([high, low])
            source = Source()
            if high.constant is not None:
                source = Source(high=high.constant)
                if low.constant is not None:
                    source = Source(low=low.constant, high=high.constant)
            stack.append(_Entry(kind=NUMBER, source=source))
        elif op in (P.OP_LIST_RANDOM, P.OP_SEED):
            self._lose([pop()])
            stack.append(_Entry(kind=LIST if op == P.OP_LIST_RANDOM else OTHER))

    # ------------------------------------------------------------ where an empty list came from

    def heirs(self) -> set[Key]:
        """The variables of which LIST_ALL or LIST_INVERT may be given an empty list, in the end.

        Where values get lost from sight, it is taken that they are; and so it is of what is
        reached by pointers, as soon as the story asks at all.
        """
        known_lists = any(self.program.values.definitions)  # else none has an origin
        if not known_lists or not any(map(self._asks_whence, range(self.program.length))):
            return set()
        stores: dict[Key, list[int]] = {}
        for place in self.bearing:
            for key in self.stored(place) if place >= 0 else ():
                stores.setdefault(key, []).append(place)
        loads = list(self.inverted)
        results: dict[int, int] = {}
        for function, calls in self.routes.callers.items():
            use = self.uses["result", function]
            results |= dict.fromkeys(calls, use)
            if function in self.routes.opened:
                loads += self.bearing.get(use, ())
        keys = [(GLOBAL, slot) for slot in self.escaped] + self._pinned()
        found: set[Key] = set()
        known: set[int] = set()
        while loads or keys:
            if keys:
                key = keys.pop()
                if key not in found:
                    found.add(key)
                    for place in stores.get(key, ()):
                        loads += self.bearing[place]
                continue
            load = loads.pop()
            if load not in known:
                known.add(load)
                op, a = self.code[load * 4], self.code[load * 4 + 1]
                if op == P.OP_LOAD_GLOBAL:
                    keys.append((GLOBAL, a))
                elif op == P.OP_LOAD_TEMP:
                    keys += self._behind((self.scope_of_pc[load], a))
                elif load in results:
                    loads += self.bearing.get(results[load], ())
        return found

    def _asks_whence(self, pc: int) -> bool:
        op, a = self.code[pc * 4], self.code[pc * 4 + 1]
        return op == P.OP_UNARY and a in _ASKS_WHENCE and bool(self.routes.reached[pc])

    def _parameters(self, entry: int) -> dict[int, None]:
        """The stores that take arguments of what begins at `entry`, the last argument first."""
        stores = self.parameters.get(entry)
        if stores is None:
            stores = self.parameters[entry] = {}
            for pc in range(entry, self.program.length):
                op = self.code[pc * 4]
                if op == P.OP_SET_TEMP:
                    stores[pc] = None
                elif op not in (P.OP_HERE, P.OP_VISIT, P.OP_TURN_MARK):
                    break
        return stores

    def _pass(self, stack: list[_Entry], target: int) -> None:
        """The values on the stack become the arguments of what begins at `target`."""
        for store in self._parameters(target):
            self._assign(stack.pop() if stack else _Entry(), store)

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

    def _operate_on_one(self, op: int, operation: int, entry: _Entry, stack: list[_Entry]) -> None:
        """An operator on one value: what it tells apart, and what flows on."""
        source, kind = Source(), NUMBER
        of_lists = _OF_LISTS.get(operation, 0) if op == P.OP_UNARY else 0
        if op == P.OP_UNARY and operation in _ASKS_WHENCE:
            self._invert(entry)
        if of_lists:
            kind = of_lists
            if not entry.surely(LIST):
                self._observe([entry])  # it may fail, which is seen
                self.failing.add(self.at)
        elif op == P.OP_NOT and (entry.counts or entry.since):
            self._test(entry, 1)
        elif op == P.OP_NOT and entry.surely(NUMBER | LIST):
            self.counters.truth(entry.source)
            source = Source(low=0, high=1)
        elif not entry.numeric:
            self._observe([entry])
            self.failing.add(self.at)
            kind = ANY
        else:
            self._mix(entry)
        stack.append(_Entry(entry.loads, kind=kind, source=source))

    def _operate(
        self, op: int, operation: int, left: _Entry, right: _Entry, stack: list[_Entry]
    ) -> None:
        """A binary operator: what it tells apart, and what flows on.

        Where it may fail, its operands are observed: an error is seen by everyone.
        """
        loads = left.loads | right.loads
        numeric = left.numeric and right.numeric
        divides = op in (P.OP_DIV, P.OP_MOD)
        safe = 0 if numeric else _safe_kind(op, operation, left, right)
        if safe:
            self._mix(left)
            self._mix(right)
            stack.append(_Entry(loads, kind=safe))
            return
        if not numeric or op == P.OP_BINARY or (divides and not right.constant):
            if not (op in _COMPARISONS | _TRUTHS and numeric):
                self._observe([left, right])
                self.failing.add(self.at)
            gives_number = op in _COMPARISONS | _TRUTHS or (numeric and divides)
            stack.append(_Entry(loads, kind=NUMBER if gives_number else ANY))
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
                stack.append(_Entry(loads, one.counts, moved, kind=NUMBER, source=source))
                return
            else:
                self._mix(one)
        # the index of a saturated count may be used as the next operator's operand: its value is
        # what MIN and % give, which saturation leaves as it is
        stack.append(_Entry(loads, kind=NUMBER, source=source))


def _gives(call: int) -> bool:
    """Whether a call leaves a result on the stack."""
    return call_kind(call) == P.FUNCTION and bool(call & 1)


def _kind_of(program: Program, value: int) -> int:
    """The kind of a value that stands in the code."""
    tag = value >> V.TAG_SHIFT
    if tag <= V.FLOAT:
        return NUMBER
    if tag == V.STRING:
        characters = len(program.values.strings[value & V.PAYLOAD])
        return SHORT if characters <= _SHORT_AT_MOST else LONG
    return LIST if tag == V.LIST else OTHER


def _safe_kind(op: int, operation: int, left: _Entry, right: _Entry) -> int:
    """The kind of what an operator on lists or strings gives, 0 if it may fail."""
    if left.surely(LIST) and right.surely(LIST):
        if op in (P.OP_ADD, P.OP_SUB) or (op == P.OP_BINARY and operation == _MEETS):
            return LIST
        if op in _COMPARISONS | _TRUTHS or (op == P.OP_BINARY and operation in _HAS):
            return NUMBER
    if op in _TRUTHS and left.surely(LIST | NUMBER) and right.surely(LIST | NUMBER):
        return NUMBER
    if left.surely(LIST) and right.whole and op in (P.OP_ADD, P.OP_SUB):
        return LIST
    texts = SHORT | LONG | NUMBER
    if op in (P.OP_EQ, P.OP_NE) and left.surely(texts) and right.surely(texts):
        return NUMBER
    return 0
