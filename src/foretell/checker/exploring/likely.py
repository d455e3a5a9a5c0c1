"""What to look into first, where not everything can be: the situations most readers come to.

A reader who takes every choice alike carries a mass of 1 from the start along the edges that are
known. Where it goes no further, at a state that waits or ends, it stays. So the mass at a state
that waits is the odds of meeting what is behind it, the mass at all those that ended is the share
of playthroughs that was followed to its end, and a round takes the states with the greatest.

    mass = Mass(store)           # from the edges found so far
    mass.follow(kernels)         # … and those found since
    mass.heaviest(most)          # places of rows, ascending

`Depths` tells, where somebody watches, after how many choices states were come to first.

This only decides an order. Mass that goes round in a circle is carried on for some rounds, not to
the end, so the numbers are near the truth but prove nothing; `solve` does.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from foretell.checker.exploring.store import Store
from foretell.checker.graphs.graph import CHOICE, TERMINAL
from foretell.vm.kernel import F64, I32, I64, U8, kernel

__all__ = ["PART", "Depths", "Mass", "deepen", "push"]

_SHARE: Final = 0.5  # of the mass that waits, taken in a round if that is few enough states
_LEAST: Final = 1024  # states of a round at least
_IDLE: Final = 0.02  # share of mass left on the way at which all of it is carried on
_PASSES: Final = 8
# Looking at everything that waits is worth it for a round of many: a round takes this part of all
# states at least, and what goes round in circles is carried on when so much more was expanded.
PART: Final = 64
_MORE: Final = 4


@kernel
def push(
    start: int,
    stop: int,
    expanded: int,
    edges: int,
    order: I32,
    first_edge: I64,
    target: I32,
    point: I32,
    mass: F64,
) -> None:
    """Carry mass on from states that were expanded, in the order in which they were."""
    for i in range(start, stop):
        s = order[i]
        x = mass[s]
        if x > 1e-300:
            first = first_edge[s]
            last = edges
            if i + 1 < expanded:
                last = first_edge[order[i + 1]]
            total = 0
            for e in range(first, last):
                total += 1 if point[e] >= 0 else -point[e]
            mass[s] = 0.0
            for e in range(first, last):
                weight = 1 if point[e] >= 0 else -point[e]
                mass[target[e]] += x * float(weight) / float(total)


class Mass:
    """How much of what a uniform reader does is where."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.mass: Any = np.zeros(store.states)
        self.mass[0] = 1.0
        self.states = store.states
        self.expanded = 0
        self.due = 0  # with so many expanded, mass that goes round in circles is carried on

    def follow(self, kernels: Any) -> None:
        """Take in the edges found since, and carry all mass on that is on its way."""
        store = self.store
        if store.states > len(self.mass):
            wider = np.zeros(2 * store.states)
            wider[: self.states] = self.mass[: self.states]
            self.mass = wider
        self.states = store.states
        before, self.expanded = self.expanded, store.expanded
        self._push(kernels, before)
        if self.expanded < self.due:
            return
        self.due = self.expanded + self.expanded // _MORE
        for _ in range(_PASSES):
            idle = float(self.mass[store.used("order")].sum())
            if idle <= _IDLE * self.waiting:
                break
            self._push(kernels, 0)

    def _push(self, kernels: Any, start: int) -> None:
        store = self.store
        given = [store.given(name) for name in ("order", "first_edge", "target", "point")]
        mass = self.mass if store.compiled else self.mass.data
        kernels(push)(start, self.expanded, self.expanded, store.edges, *given, mass)

    @property
    def waiting(self) -> float:
        """The mass at states that wait."""
        return float(self.mass[self.store.row_states(self.store.waiting())].sum())

    @property
    def followed(self) -> float:
        """The mass that came to an end: about the share of playthroughs that was read whole."""
        ended = self.store.used("kind")[: self.states] == TERMINAL
        return float(self.mass[: self.states][ended].sum())

    def heaviest(self, most: int) -> Any:
        """Where the rows of the heaviest states that wait are, at most so many, ascending."""
        places = self.store.waiting()
        least = max(_LEAST, self.states // PART)
        if len(places) <= least:
            return places[:most].copy()
        mass = self.mass[self.store.row_states(places)]
        count = min(len(places), most)
        chosen = np.argpartition(-mass, count - 1)[:count]
        chosen = chosen[np.argsort(-mass[chosen], kind="stable")]
        enough = np.searchsorted(np.cumsum(mass[chosen]), _SHARE * float(mass.sum())) + 1
        return np.sort(places[chosen[: max(int(enough), min(least, most))]])


@kernel
def deepen(
    start: int,
    expanded: int,
    edges: int,
    order: I32,
    first_edge: I64,
    target: I32,
    kind: U8,
    depth: I32,
) -> None:
    """Give states that were found first from those expanded from `start` on their depth."""
    for i in range(start, expanded):
        s = order[i]
        last = edges
        if i + 1 < expanded:
            last = first_edge[order[i + 1]]
        deep = depth[s] + (1 if kind[s] == CHOICE else 0)
        for e in range(first_edge[s], last):
            if depth[target[e]] < 0:
                depth[target[e]] = deep


class Depths:
    """After how many choices each state was come to, the way it was found first."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.depth: Any = np.full(store.states, -1, np.int32)
        self.depth[0] = 0
        self.expanded = 0

    def of(self, states: Any, kernels: Any) -> Any:
        """The depths of some states."""
        store = self.store
        if store.states > len(self.depth):
            more = np.full(2 * store.states - len(self.depth), -1, np.int32)
            self.depth = np.concatenate([self.depth, more])
        given = [store.given(name) for name in ("order", "first_edge", "target", "kind")]
        depth = self.depth if store.compiled else self.depth.data
        kernels(deepen)(self.expanded, store.expanded, store.edges, *given, depth)
        self.expanded = store.expanded
        return self.depth[states]
