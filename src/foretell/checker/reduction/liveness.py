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
and choices already offered may read it. What goes into a string, or is returned by a function,
counts where the string or the call's result does (`flow` follows values so far). A condition that
decides about nothing but what is stored flows into that (`arms`). Observations are all other
branches, conditions of choices, ranges of draws, targets of diverts, and whatever claims and other
expressions asked for name. Only code that a reader may come to counts (`routes`). A string that
nobody looks at is not even built while exploring (`unbuilt`).

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
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from foretell.checker.reduction.arms import Arms, find_arms
from foretell.checker.reduction.counters import GLOBAL, Company, Fold, Key, Source
from foretell.checker.reduction.flow import ANY, LIST, NUMBER, SHORT, SOME_TEMPORARY, ValueFlow
from foretell.checker.reduction.routes import NO_STRING, Routes, follow_routes
from foretell.vm import program as P
from foretell.vm import values as V
from foretell.vm.program import Program

__all__ = ["Liveness", "analyse_liveness"]


_WIDE: Final = 32  # a node that looks at more others is done last


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
    `pointed` are the globals that a temporary, (scope, slot), may point to beside temporaries, and
    `escaped` those that anything may.
    `folds` are the variables and temporaries not all of whose values can be told apart, and
    `companies` the globals that are told apart by their distances from one another.
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
    companies: list[Company] = field(default_factory=list)
    plain: set[Key] = field(default_factory=set)  # where an empty list is an empty list
    unbuilt: list[int] = field(default_factory=list)  # STRING_BEGIN and _END nobody looks at
    afresh: frozenset[int] = frozenset()  # shuffles that deal as if nothing was dealt (`wording`)
    pointed: Mapping[tuple[int, int], set[int]] = field(default_factory=dict)
    escaped: frozenset[int] = frozenset()
    quiet: frozenset[int] = frozenset()  # code that may be passed by where nobody can tell (`arms`)

    def saturated_code(self) -> list[int]:
        """The program's code, visits counted and strings built only as far as anything can tell."""
        code = list(self.program.code)
        for pc in self.unbuilt:
            code[pc * 4 + 1] = 1
        for pc in range(self.program.length):
            if code[pc * 4] == P.OP_VISIT:
                code[pc * 4 + 2], code[pc * 4 + 3] = self.limits[code[pc * 4 + 1]]
            elif code[pc * 4] == P.OP_SHUFFLE:
                code[pc * 4 + 3] = int(code[pc * 4 + 1] in self.afresh)
        return code

    def saturate_walks(self, tables: list[int]) -> list[int]:
        """Laid-out tables by which diverts to variables, too, count only so far."""
        tables = list(tables)
        tables[P.T_LIMITS] = len(tables)
        for limit, step in self.limits:
            tables += [limit, step]
        return tables

    def led_to(self, scope: int, slot: int) -> set[int]:
        """The globals that may be read or set through a temporary."""
        return (self.pointed.get((scope, slot), set()) | self.escaped) - {SOME_TEMPORARY}

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
    start: str | None = None,
    afresh: frozenset[int] = frozenset(),
    watched: Iterable[int] = (),
) -> Liveness:
    """The live sets and saturation limits of a program.

    `observed` names what claims and other questions read at every rest: global variables, paths of
    counted containers, `here` and `turns`. `asked` are pcs of expressions evaluated at every rest,
    `constants` initial values that replace those of the story, `start` the knot where it is entered
    if that is not its top, `afresh` the shuffles that keep nothing of what they have dealt,
    `watched` pcs of which it is asked whether they are executed.
    """
    begins = program.start_pc
    if start is not None:
        record = program.tables[P.T_TARGETS] + program.target_of_path[start] * P.TARGET_SIZE
        begins = program.tables[record + P.TARGET_PC]
    asked = tuple(asked)
    routes = follow_routes(program, [program.declarations_pc, begins, *asked])
    arms = find_arms(program, routes, watched)
    return _Analysis(program, routes, set(observed), asked, constants or {}, afresh, arms).result()


class _Analysis:
    def __init__(
        self,
        program: Program,
        routes: Routes,
        observed: set[str],
        asked: tuple[int, ...] = (),
        constants: Mapping[str, object] = MappingProxyType({}),
        afresh: frozenset[int] = frozenset(),
        arms: Mapping[int, Arms] = MappingProxyType({}),
    ) -> None:
        self.program = program
        self.afresh = afresh
        self.routes = routes
        self.asked = asked
        self.constants = {
            slot: constants[name]
            for slot, name in enumerate(program.global_names)
            if name in constants
        }
        self.ever = 0  # globals that are read at all where it matters
        self.used: set[int] = set()  # uses of values (`flow`) that are looked at
        self.asked_bits = 0  # what the expressions asked read, known once `_solve` is done
        self.code = program.code
        self.n = program.length
        self.visits_at = len(program.global_names)
        self.turns_at = self.visits_at + len(program.visit_names)
        self.shuffles_at = self.turns_at + len(program.turn_names)
        self.here_bit = self.shuffles_at + len(program.shuffle_sizes)
        self.turn_bit = self.here_bit + 1
        self.ending_bit = self.here_bit + 2
        self.inheriting: set[int] = set()  # stores where an empty list takes over its origins
        self.temps_at: list[int] = []
        at = self.here_bit + 3
        for temps in program.scope_temps:
            self.temps_at.append(at)
            at += 2 * len(temps)  # the value, and whether there is one
        self.bits = at
        self.frame_mask = ((1 << at) - 1) & ~((1 << (self.here_bit + 3)) - 1)
        self.scope_of_pc = program.scope_of_pc
        self.observed_bits = self._observed(observed)
        held: dict[int, int] = {}
        for slot, value in self.constants.items():
            is_text = isinstance(value, str)
            held[slot] = NUMBER if isinstance(value, int | float) else SHORT if is_text else ANY
        self.values = ValueFlow(program, routes, self._settled_globals(), held, afresh, arms)

    # ------------------------------------------------------------ surveys

    def _table(self, at: int) -> int:
        return self.program.tables[at]

    def _settled_globals(self) -> dict[int, int]:
        """The globals that are declared to be an integer and then left alone, and their values."""
        code = self.code
        changed = set(self.constants)
        changed |= {slot for slot in range(self.visits_at) if self.observed_bits >> slot & 1}
        found: dict[int, int] = {}
        declarations = self.routes.declarations
        for slot, (pc, *others) in self.program.stores().items():
            declared = pc in declarations and code[pc * 4 - 4] == P.OP_PUSH
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

    def _limits(self) -> list[tuple[int, int]]:
        """Per visit slot, where counting may stop or go round."""
        program = self.program
        for index in range(len(program.choices)):
            once = self._once(index)
            if once >= 0:
                known = self.values.caps.setdefault(once, set())
                if known is not None:
                    known.add(1)
        out: list[tuple[int, int]] = []
        for slot in range(len(program.visit_names)):
            constants = self.values.caps.get(slot)
            moduli = self.values.moduli.get(slot)
            observed = self.observed_bits >> (self.visits_at + slot) & 1
            if slot in self.values.exact or observed or (constants is None and moduli is None):
                out.append((0, 0) if slot in self.values.exact or observed else (1, 1))
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
            constants = self.values.since.get(slot, set())
            if constants is None:
                out.append(0)
            else:
                out.append(max(max(constants, default=0), 0) + 1)
        return out

    # ------------------------------------------------------------ the fixpoint

    def result(self) -> Liveness:
        """Follow values, then find the least `use` that satisfies the equations."""
        values = self.values
        values.follow()
        for slot in values.escaped:
            self.observed_bits |= 1 << slot
        heirs = values.heirs()
        self.inheriting = {pc for pc in values.may_be_list if heirs.intersection(values.stored(pc))}
        use = self._solve()
        idle = values.touched - self.used
        if idle:  # nobody looks at what goes into these: counts need not be exact for them
            values.follow(idle)
        for slot in values.escaped:
            values.counters.assign(Source(), [(GLOBAL, slot)])
        folds, companies = self._folds()
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
            pinned_temps=self.values.pinned,
            observed=self.observed_bits | self.asked_bits,
            reads=lambda: self._observing(use),
            folds=folds,
            companies=companies,
            unbuilt=self._unbuilt(),
            plain=self._plain(heirs),
            afresh=self.afresh,
            pointed=values.pointed,
            escaped=frozenset(values.escaped),
            quiet=frozenset(values.quiet),
        )

    def _observing(self, use: list[int]) -> dict[int, int]:
        """By instruction, what it reads, where an observation of that follows from the read."""
        code = self.code
        found: dict[int, int] = {}
        for pc in range(self.n):
            op, a = code[pc * 4], code[pc * 4 + 1]
            bits = self._read_bits(pc)
            if op == P.OP_SHUFFLE and a not in self.afresh:
                bits = ((1 << code[pc * 4 + 2]) - 1) << (self.shuffles_at + a)
            elif op == P.OP_CHOICE and self._once(a) >= 0:
                bits = 1 << (self.visits_at + self._once(a))
            elif bits:
                stores = self.values.sinks.get(pc, set())
                if stores is not None:
                    into = ((store, self._store_bits(store)[0]) for store in stores if store >= 0)
                    if not any(
                        (use[store + 1] | self.ever) & reached for store, reached in into
                    ) and not any(use < 0 and use in self.used for use in stores):
                        continue
            if bits:
                found[pc] = bits
        return found

    def _folds(self) -> tuple[dict[Key, Fold], list[Company]]:
        """How the values of variables may be folded, each by itself or together."""
        for slot in range(len(self.program.global_names)):
            if self.observed_bits >> slot & 1:
                self.values.counters.fix(Source(frozenset({(GLOBAL, slot)})))
                # a bound that saturates sets it to what the story never would
                self.values.counters.assign(Source(), [(GLOBAL, slot)])
            if slot in self.constants:
                value = self.constants[slot]
                known = isinstance(value, int)
                given = Source(low=float(value), high=float(value)) if known else Source()  # type: ignore[arg-type]
                self.values.counters.assign(given, [(GLOBAL, slot)], begins=known)
        return self.values.counters.settle()

    def _plain(self, heirs: set[Key]) -> set[Key]:
        """The variables that may hold a list of which nobody asks where its items came from."""
        if not any(self.program.values.definitions):
            return set()
        return {key for key, kind in self.values.kinds.items() if kind & LIST} - heirs

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
        pointed = self.values.pointed.get((scope, a))
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
            for slot in self.values.pointed.get((scope, a), ()):
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
            for target in self.routes.taken:
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
        uses = self.values.uses
        size = n + 4 + len(uses)
        nodes = self._transfers(somewhere, at_rest, ever)
        # what only passes on what follows it is skipped
        same = list(range(size))
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
        use = [0] * size
        waiting = sorted(nodes)  # the last is taken first
        queued = bytearray(size)
        for pc in waiting:
            queued[pc] = 1
        # what looks at very many others is done when nothing else is left: else each of them that
        # changes would have it look at all
        wide = {
            pc for pc, node in nodes.items() if len(node.sources) + len(node.sinks or ()) > _WIDE
        }
        later: list[int] = []
        while waiting or later:
            pc = waiting.pop() if waiting else later.pop()
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
                        (later if other in wide else waiting).append(other)
        self.ever = use[ever]
        self.used = {number for number in uses.values() if use[self._use_node(number)]}
        for pc in self.asked:
            self.asked_bits |= use[same[pc]] & ~self.frame_mask
        return [use[same[pc]] for pc in range(n + 1)]

    def _transfers(self, somewhere: int, at_rest: int, ever: int) -> dict[int, _Node]:
        """What each instruction does to the set of what is read after it."""
        n, code = self.n, self.code
        outside = ~self.frame_mask  # what a frame above or below can see of a frame
        taken_pcs = self.values.taken_pcs
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
            if not self.routes.reached[pc]:
                continue
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
                # ->-> goes back, unless it is told where to go on
                node = _Node([(somewhere, -1)] if self.routes.leads_anywhere(pc) else [])
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
                node = self._store_transfer(pc, *stores[pc])
            elif op == P.OP_HERE:
                node = _Node([following], keeps=~(1 << self.here_bit))
            elif op == P.OP_ENDING:
                node = _Node([following], keeps=~(1 << self.ending_bit))
            elif op == P.OP_TURN_MARK:
                node = _Node([following], keeps=~(1 << (self.turns_at + a)))
            elif op == P.OP_SHUFFLE:
                kept = 0 if a in self.afresh else (1 << code[at + 2]) - 1
                node = _Node([following], adds=kept << (self.shuffles_at + a))
            else:
                bits = self._read_bits(pc)
                adds = 0
                if op in (P.OP_LOAD_TEMP, P.OP_POINT_TEMP):
                    adds = self._defined(self.scope_of_pc[pc], a)
                if bits:
                    sinks = self._sinks(pc, stores, ever)
                    if sinks is None:
                        node = _Node([following], adds=adds | bits)
                    else:
                        node = _Node([following], adds=adds, reads=bits, sinks=sinks)
                elif adds:
                    node = _Node([following], adds=adds)
            if node is not None:
                nodes[pc] = node
        self._add_uses(nodes, stores, ever)
        # a global that is set is seen not only from there on: whoever called, a thread below, or a
        # choice that was offered before may read it, so what is read anywhere counts: all that is
        # added, and what the nodes that may read have come to
        added = 0
        for pc, node in nodes.items():
            if pc < n + 4:
                added |= node.adds
        readers = [(pc, outside) for pc, node in nodes.items() if pc < n and node.reads]
        nodes[ever] = _Node(readers, adds=added & outside)
        return nodes

    def _sinks(
        self, pc: int, stores: Mapping[int, tuple[int, bool]], ever: int
    ) -> list[tuple[int, int]] | None:
        """What must be read for the value that comes from `pc` to matter; None: it does anyway."""
        places = self.values.sinks.get(pc, set())
        if places is None:
            return None
        always = 1 << self.bits  # a temporary that something points to is read by anyone
        for scope, slots in enumerate(self.values.pinned):
            always |= slots << self.temps_at[scope]
        found: list[tuple[int, int]] = []
        for place in places:
            if place < 0:
                found.append((self._use_node(place), 1))
                continue
            bits, _ = stores[place]
            if bits & always:
                return None
            found += [(place + 1, bits), (ever, bits & ~self.frame_mask)]
        return found

    # ------------------------------------------------------------ strings and results of functions

    def _use_node(self, use: int) -> int:
        return self.n + 3 - use

    def _add_uses(
        self, nodes: dict[int, _Node], stores: Mapping[int, tuple[int, bool]], ever: int
    ) -> None:
        """A node for each use (`flow`): 1 where what goes into it is looked at."""
        routes, uses = self.routes, self.values.uses
        ends: dict[int, list[int]] = {begin: [] for begin in routes.string_around}
        for end, begin in routes.string_ended.items():
            if begin != NO_STRING:
                ends[begin].append(end)
        comes_out = {uses["string", begin]: found for begin, found in ends.items()}
        comes_out |= {uses["result", function]: calls for function, calls in routes.callers.items()}
        needed = {uses["string", begin] for begin in self._risky_strings()}
        needed |= {uses["result", function] for function in routes.opened & routes.callers.keys()}
        for use, places in comes_out.items():
            node = _Node([], adds=int(use in needed or not places), sinks=[], reads=1)
            assert node.sinks is not None
            for place in places:
                sinks = self._sinks(place, stores, ever)
                if sinks is None:
                    node.adds = 1
                else:
                    node.sinks += sinks
            nodes[self._use_node(use)] = node
        for function, calls in routes.callers.items():
            into = (self._printed_into(call) for call in calls)
            node = _Node([(self._use_node(use), 1) for found in into for use in found])
            node.adds = int(function in routes.opened)
            nodes[self._use_node(uses["printed", function])] = node

    def _printed_into(self, call: int) -> list[int]:
        """The uses that what a called function prints goes into."""
        string = self.routes.string_at.get(call)
        if string is not None:
            return [self.values.uses["string", string]]
        around = self.routes.functions.get(call, ())
        return [self.values.uses["printed", function] for function in around]

    def _risky_strings(self) -> set[int]:
        """Strings whose building may fail, by becoming too long, or that can't be followed."""
        routes, uses = self.routes, self.values.uses
        long = set(self.values.long)
        waiting = [function for function in routes.callers if uses["printed", function] in long]
        while waiting:
            for call in routes.callers[waiting.pop()]:
                for use in self._printed_into(call):
                    if use not in long:
                        long.add(use)
                        waiting += [f for f in routes.callers if uses["printed", f] == use]
        strings = {begin for begin in routes.string_around if uses["string", begin] in long}
        return strings | (routes.torn & routes.string_around.keys())

    def _unbuilt(self) -> list[int]:
        """The instructions of strings that need not be built, since nobody looks at them.

        What is put out within such a one must not come to stand in another that is built: so they
        are only those that no built string is around.
        """
        routes, uses = self.routes, self.values.uses
        idle = {begin for begin in routes.string_around if uses["string", begin] not in self.used}
        inside = set(routes.opened)  # functions that may be called while a built one is open
        while True:
            size = len(idle), len(inside)
            for function, calls in routes.callers.items():
                if any(self._may_be_inside(call, idle, inside) for call in calls):
                    inside.add(function)
            idle = {
                begin
                for begin in idle
                if routes.string_around[begin] in idle | {NO_STRING}
                and not routes.functions.get(begin, set()) & inside
            }
            if size == (len(idle), len(inside)):
                break
        ends = [end for end, begin in routes.string_ended.items() if begin in idle]
        return sorted([*idle, *ends])

    def _may_be_inside(self, pc: int, idle: set[int], inside: set[int]) -> bool:
        string = self.routes.string_at.get(pc)
        if string is not None and string not in idle:
            return True
        return bool(self.routes.functions.get(pc, set()) & inside)

    def _store_transfer(self, pc: int, bits: int, surely: bool) -> _Node:
        op, a = self.code[pc * 4], self.code[pc * 4 + 1]
        keeps, adds = -1, 0
        if surely and pc not in self.inheriting:  # what is taken over is read
            keeps &= ~bits
        elif not surely:
            # what is written may be behind a pointer, which is read for it
            adds |= 1 << (self.temps_at[self.scope_of_pc[pc]] + a)
        if op == P.OP_STORE_TEMP:
            adds |= self._defined(self.scope_of_pc[pc], a)
        elif op == P.OP_SET_TEMP:
            keeps &= ~self._defined(self.scope_of_pc[pc], a)
        return _Node([(pc + 1, -1)], keeps, adds)
