"""Which numbers of a variable no reader can tell apart: the folding of counters and dice kept.

A counter that is only compared with 3 and only rises is no more than what is left to 3, however
often its hub is visited; a die kept in a variable and looked at as `roll >= 15` after the turn is
two states, not twenty. For every variable and temporary this finds *cuts*, numbers such that values
between two neighbouring cuts have the same future:

    x >= 3            cuts {3}              < 3, or not
    x == 3            cuts {3, 4}           < 3, 3, > 3
    { x: … }          cuts {0, 1}           < 0, 0, > 0

and backward through what is computed: where y = x + k is stored, x must tell apart what y tells,
so cuts(x) ⊇ cuts(y) − k, for every k that may be added where that is a die or another number known
to be small. For `x = x + 1` that is a descending chain; it ends at the least value x can have, and
does so only where x does not also fall. So a counter that rises is exact below its highest cut and
folded above, one that falls the other way round, and one that does both is left alone, as it must.
A variable that is declared and never changed is as good as a number. MIN and MAX with a number pass
cuts on unchanged, since a class is an interval and they keep order.

Anything else that a value goes into makes it *exact*: arithmetic with what is not known, printing
into a string, results of functions, references, and whatever a claim or a question reads as a
value. A number that is not an integer is never folded, whatever is found here (`rows.folded`), so
ranges speak of integers alone. They assume that no counter goes beyond 32 bits, as for visits.

**Counters that go together.** Variables that are compared with one another, or of which one is
taken from the other, would both have to be exact; but if all of them only ever move by steps, are
copied among themselves and are never set to a number again, adding the same to each changes none
of their distances, and so no comparison between them. Above their highest cuts it changes none
with a number either. So they form a `Company`: where a state is packed, all of its variables are
lowered by as much as the one nearest to its highest cut allows (raised, where they fall):

    ~ asked++                asked 7, told 5  ─▶  asked 2, told 0: two are still to be told,
    { asked > told: … }                           of however many

and where they always move in step, any number of rounds is one state. This is the time-abstract
equivalence of difference constraints, without their zones, since what is compared is exact here.

    counters.assign(source, targets); counters.compare(source, op, low, high, mirrored)
    folds, companies = counters.settle()  # {(scope, slot): Fold([3, 4], 0)}, scope -1 for globals
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from foretell.vm import program as P

__all__ = ["GLOBAL", "NOTHING", "Company", "Counters", "Fold", "Key", "Source"]

Key = tuple[int, int]  # scope (GLOBAL: none) and slot
GLOBAL: Final = -1
_WIDEST: Final = 64  # numbers that an operand may have for its effect to be followed one by one
_MOST_CUTS: Final = 2000  # of one variable; with more it is left exact
_PATIENCE: Final = 12  # rounds after which a bound that still moves is taken to have none


@dataclass(frozen=True, slots=True)
class Source:
    """Where a number comes from: a variable plus `least` to `most`, or anything; then clipped.

    Without a variable the number lies between `low` and `high`.
    """

    keys: frozenset[Key] = frozenset()
    least: int = 0
    most: int = 0
    low: float = -math.inf
    high: float = math.inf

    @property
    def small(self) -> bool:
        """Whether it is a number out of a few, and no variable."""
        return not self.keys and 0 <= self.high - self.low < _WIDEST

    @property
    def moved(self) -> bool:
        """Whether it is a variable plus a number and nothing else."""
        return bool(self.keys) and self.low == -math.inf and self.high == math.inf

    def plus(self, low: int, high: int) -> Source:
        """The number with low to high added."""
        return Source(
            self.keys, self.least + low, self.most + high, self.low + low, self.high + high
        )

    def clipped(self, low: float, high: float) -> Source:
        """The number made at least low and at most high."""
        low, high = max(low, min(self.low, high)), min(high, max(self.high, low))
        return Source(self.keys, self.least, self.most, low, high)


NOTHING: Final = Source(low=math.inf, high=-math.inf)
"""What a pointer adds to the numbers that a variable may be."""


@dataclass(slots=True)
class Counters:
    """What is done with the values of variables, and what follows of it."""

    cuts: dict[Key, set[int]] = field(default_factory=dict)
    exact: set[Key] = field(default_factory=set)
    flows: set[tuple[Key, Source]] = field(default_factory=set)
    begun: set[tuple[Key, Source]] = field(default_factory=set)  # what they are declared to be
    linked: set[frozenset[Key]] = field(default_factory=set)  # only their distances are looked at

    def clear(self) -> None:
        self.cuts.clear()
        self.exact.clear()
        self.flows.clear()
        self.begun.clear()
        self.linked.clear()

    # ------------------------------------------------------------ what is done with values

    def fix(self, source: Source) -> None:
        """Any two values may be told apart."""
        self.exact |= source.keys

    def cut(self, source: Source, borders: Iterable[int]) -> None:
        """Values below and from each border on are told apart."""
        if source.most - source.least >= _WIDEST:
            self.fix(source)
            return
        moved = {
            border - offset for border in borders for offset in range(source.least, source.most + 1)
        }
        for key in source.keys:
            self.cuts.setdefault(key, set()).update(moved)

    def truth(self, source: Source) -> None:
        """A value is tested for being 0."""
        self.cut(source, (0, 1))

    def compare(self, source: Source, op: int, other: Source, mirrored: bool) -> None:
        """A value is compared with a number; it stands on the right if `mirrored`."""
        if not other.small:
            self.fix(source)
            return
        numbers = range(int(other.low), int(other.high) + 1)
        if op in (P.OP_EQ, P.OP_NE):
            self.cut(source, {c + d for c in numbers for d in (0, 1)})
        else:
            from_it = (P.OP_LE, P.OP_GT) if mirrored else (P.OP_LT, P.OP_GE)
            self.cut(source, {c if op in from_it else c + 1 for c in numbers})

    def operate(self, op: int, left: Source, right: Source) -> Source:
        """What an operator on two numbers gives, having noted what it tells apart."""
        compares = op in (P.OP_EQ, P.OP_NE, P.OP_LT, P.OP_GT, P.OP_LE, P.OP_GE)
        if (compares or op == P.OP_SUB) and left.moved and right.moved:
            self.linked.add(left.keys | right.keys)
            return Source(low=0, high=1) if compares else Source()
        if compares:
            self.compare(left, op, right, False)
            self.compare(right, op, left, True)
            return Source(low=0, high=1)
        if op in (P.OP_AND, P.OP_OR):
            self.truth(left)
            self.truth(right)
            return Source(low=0, high=1)
        if op in (P.OP_ADD, P.OP_SUB) and right.small:
            low, high = int(right.low), int(right.high)
            moved = left.plus(low, high) if op == P.OP_ADD else left.plus(-high, -low)
            if moved.most - moved.least < _WIDEST:
                return moved
        elif op == P.OP_ADD and left.small:
            return self.operate(op, right, left)
        elif op in (P.OP_MIN, P.OP_MAX):
            for one, other in ((left, right), (right, left)):
                if other.small and other.low == other.high:
                    bounds = (-math.inf, other.high) if op == P.OP_MIN else (other.low, math.inf)
                    return one.clipped(*bounds)
        self.fix(left)
        self.fix(right)
        return Source()

    def assign(self, source: Source, targets: Iterable[Key], *, begins: bool = False) -> None:
        """A value is stored in one of the targets; `begins`: as what it holds at first."""
        stored = self.begun if begins else self.flows
        stored |= {(target, source) for target in targets}

    # ------------------------------------------------------------ what follows

    def settle(self) -> tuple[dict[Key, Fold], list[Company]]:
        """The cuts of each variable that need not be exact, in order, and what goes together."""
        into: dict[Key, list[Source]] = {}
        for target, source in self.flows | self.begun:
            into.setdefault(target, []).append(source)
        ranges = _ranges(into)
        exact: set[Key] = set()
        cuts: dict[Key, set[int]] = {key: set() for key in {*into, *self.cuts}}
        lost = list(self.exact)  # keys to be exact
        waiting = [(key, border) for key, borders in self.cuts.items() for border in borders]
        companies = self._linked(into)
        still = [company for company in companies if self._stay_linked(company)]
        while True:
            lost += (key for company in companies if company not in still for key in company)
            companies = still
            self._close(into, ranges, exact, cuts, lost, waiting)
            still = [company for company in companies if not company & exact]
            if still == companies:
                break
        together = {key for company in companies for key in company}
        folds = {
            key: Fold(sorted(borders), _some(*ranges.get(key, _ANYTHING)))
            for key, borders in cuts.items()
            if key not in exact and key not in together
        }
        return folds, [_company(company, cuts, ranges) for company in companies]

    @staticmethod
    def _close(
        into: dict[Key, list[Source]],
        ranges: dict[Key, tuple[float, float]],
        exact: set[Key],
        cuts: dict[Key, set[int]],
        lost: list[Key],
        waiting: list[tuple[Key, int]],
    ) -> None:
        """Carry what is `lost` or `waiting` back to all that flows into it."""
        while waiting or lost:
            if lost:
                key = lost.pop()
                if key not in exact:
                    exact.add(key)
                    lost += (k for source in into.get(key, ()) for k in source.keys)
                continue
            key, border = waiting.pop()
            low, high = ranges.get(key, _ANYTHING)
            if key in exact or border in cuts[key] or not low < border <= high:
                continue
            cuts[key].add(border)
            if len(cuts[key]) > _MOST_CUTS:
                lost.append(key)
            for source in into.get(key, ()):
                waiting += (
                    (onward, border - offset)
                    for onward in source.keys
                    for offset in range(source.least, source.most + 1)
                )

    # ------------------------------------------------------------ what goes together

    def _linked(self, into: dict[Key, list[Source]]) -> list[frozenset[Key]]:
        """The variables that are linked, with all that they are taken from, as separate sets."""
        found: list[frozenset[Key]] = []
        for linked in self.linked:
            company, waiting = set(linked), list(linked)
            while waiting:
                taken = {key for source in into.get(waiting.pop(), ()) for key in source.keys}
                waiting += taken - company
                company |= taken
            company.update(*(other for other in found if company & other))
            found = [other for other in found if not company & other] + [frozenset(company)]
        return found

    def _stay_linked(self, company: frozenset[Key]) -> bool:
        """Whether its variables are global and, once begun, only ever moved and copied."""
        return all(scope == GLOBAL for scope, _ in company) and all(
            source.moved for target, source in self.flows if target in company
        )


@dataclass(frozen=True, slots=True)
class Company:
    """Globals of which, beyond their bounds, only the distances from one another matter.

    By slot the number from which on (`falling`: down from which) a variable is as good as one
    that is greater; None where it is so whatever the number.
    """

    bounds: dict[int, int | None]
    falling: bool


def _company(
    keys: frozenset[Key], cuts: dict[Key, set[int]], ranges: dict[Key, tuple[float, float]]
) -> Company:
    lows, highs = zip(*(ranges.get(key, _ANYTHING) for key in keys), strict=True)
    falling = math.inf not in highs and -math.inf in lows
    bounds: dict[int, int | None] = {}
    for key in sorted(keys):
        edge = ranges.get(key, _ANYTHING)[falling]
        borders = [border - falling for border in cuts.get(key, ())]
        borders += [int(edge)] if math.isfinite(edge) else []
        bounds[key[1]] = (min if falling else max)(borders, default=None)
    return Company(bounds, falling)


@dataclass(frozen=True, slots=True)
class Fold:
    """The cuts of a variable, in order, and some integer it may be."""

    cuts: list[int]
    some: int

    @property
    def record(self) -> list[int]:
        """How many cuts, what stands for all below, then the cuts: each for those from it on."""
        return [len(self.cuts), self.cuts[0] - 1 if self.cuts else self.some, *self.cuts]


def _some(low: float, high: float) -> int:
    return int(low if math.isfinite(low) else high if math.isfinite(high) else 0)


_ANYTHING: Final = (-math.inf, math.inf)


def _ranges(into: dict[Key, list[Source]]) -> dict[Key, tuple[float, float]]:
    """The least and the greatest integer that each variable may come to hold."""
    ranges: dict[Key, tuple[float, float]] = {}
    changed, rounds = True, 0
    while changed:
        changed = False
        rounds += 1
        for target, sources in into.items():
            known = ranges.get(target)
            low, high = known or (math.inf, -math.inf)
            for source in sources:
                for bounds in _values(source, ranges):
                    low, high = min(low, bounds[0]), max(high, bounds[1])
            if low > high or (low, high) == known:
                continue
            if rounds > _PATIENCE and known is not None:
                low = known[0] if low == known[0] else -math.inf
                high = known[1] if high == known[1] else math.inf
            ranges[target] = (low, high)
            changed = True
    return ranges


def _values(
    source: Source, ranges: dict[Key, tuple[float, float]]
) -> Iterable[tuple[float, float]]:
    """The least and greatest values of a source, for each variable it may be of."""
    if not source.keys:
        return [(source.low, source.high)]
    out: list[tuple[float, float]] = []
    for key in source.keys:
        if key in ranges:
            low, high = ranges[key][0] + source.least, ranges[key][1] + source.most
            low, high = (
                min(max(low, source.low), source.high),
                max(min(high, source.high), source.low),
            )
            out.append((low, high))
    return out
