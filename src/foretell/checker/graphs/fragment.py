"""A large cyclic component, cut out of its graph, and what its shape alone makes certain.

With choices, most of a component is often worth exactly 0 or exactly 1, whatever the odds in
between: the states that can keep to themselves, and to exits worth just that (see `sweep`). One
backward search over the component's edges finds those worth 0, another those worth 1. Only the
doubtful ones are cut out: numbered from 0, edges that leave told from those that stay,
probabilities in place of weights. Their equations have one solution.

    place = np.empty(graph.n, np.int32)             # to write on; one will do for all components
    shape = Shape.of(graph, graph.components, c, place)
    marks = shape.certain(row, value, k, BEST)      # DOUBTFUL, NAUGHT or SURE, for each state
    rest = Fragment.of(graph, graph.components, c, weight, BEST, place, marks)
    gain = rest.gain(row, value, k, 1)              # what each edge brings that leaves

What this does not do: solve anything (`iteration`, `linear`), or need SciPy.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from foretell.checker.graphs.descent import BEST, MEAN, WORST
from foretell.checker.graphs.graph import (
    CHANCE,
    Bytes,
    Components,
    Floats,
    Int32s,
    Int64s,
    StateGraph,
)
from foretell.checker.graphs.host import run
from foretell.vm.kernel import F64, I32, I64, U8, kernel

__all__ = ["DOUBTFUL", "NAUGHT", "SURE", "Extended", "Fragment", "Shape"]

DOUBTFUL = 0  # a state's value is to be computed
NAUGHT = 1  # it is exactly 0
SURE = 2  # it is exactly 1

Extended = npt.NDArray[np.longdouble]  # 80 bits where the processor has them


@dataclass(frozen=True)
class Fragment:
    """A component, or what is doubtful of it, cut out of a graph, in CSR.

    `target` is −1 where an edge leaves, `edges` are the edges' numbers in the graph. `odds` is each
    edge's probability, where it is the reader's choice: 1. `averaging` says where it is not.
    `ends` are the marks of edges' ends in the component.
    """

    graph: StateGraph
    weight: Floats
    states: Int32s
    first: Int64s
    edges: Int64s
    target: Int32s
    odds: Floats
    averaging: Bytes
    ends: Bytes

    @staticmethod
    def of(
        graph: StateGraph,
        components: Components,
        c: int,
        weight: Floats,
        sense: int,
        place: Int32s,
        marks: Bytes | None = None,
    ) -> Fragment:
        """The states of component c, or the doubtful ones where marks are given.

        `place` has an element for each state of the graph; those of component c are written to.
        """
        all_states = components.states(c)
        states = all_states if marks is None else all_states[marks == DOUBTFUL]
        if marks is not None:
            place[all_states] = -marks.astype(np.int32)
        s = len(states)
        first = np.zeros(s + 1, np.int64)
        m = run(_count_edges, s, s, states, graph.first_edge, place, first)
        edges, target, odds = np.empty(m, np.int64), np.empty(m, np.int32), np.empty(m)
        averaging, ends = np.empty(s, np.uint8), np.empty(m, np.uint8)
        run(
            _cut, s + m, s, c, states, components.component, graph.kind, graph.first_edge,
            graph.edge_target, weight, int(sense == MEAN), first, edges, target, odds, averaging,
            ends, place,
        )  # fmt: skip
        return Fragment(graph, weight, states, first, edges, target, odds, averaging, ends)

    def gain(self, row: Int32s, value: Floats, k: int, count: int) -> Floats:
        """What each edge brings that leaves, in columns k … k + count − 1 of its end's row; else 0.

        An end that is certain brings what it is worth in column k."""
        m, width = len(self.edges), value.shape[1]
        gain = np.zeros((m, count))
        run(
            _bring, m * count, m, self.edges, self.target, self.graph.edge_target, self.ends, row,
            value.reshape(-1), width, k, count, gain.reshape(-1),
        )  # fmt: skip
        return gain

    @cached_property
    def source(self) -> Int64s:
        """The local number of the state each edge leaves."""
        return np.repeat(np.arange(len(self.states)), np.diff(self.first))

    @cached_property
    def precise_odds(self) -> Extended:
        """Each edge's probability with all the digits there are."""
        shares = self.weight[self.edges].astype(np.longdouble)
        totals = np.add.reduceat(shares, self.first[:-1])
        averaged = np.repeat(self.averaging == 1, np.diff(self.first))
        return np.where(averaged, shares / totals[self.source], np.longdouble(1.0))


@kernel
def _count_edges(s: int, states: I32, first_edge: I64, place: I32, first: I64) -> int:
    """Number the states, and write where each one's edges begin → how many there are."""
    m = 0
    for i in range(s):
        place[states[i]] = i
        m += first_edge[states[i] + 1] - first_edge[states[i]]
        first[i + 1] = m
    return m


@kernel
def _cut(
    s: int,
    c: int,
    states: I32,
    component: I32,
    kind: U8,
    first_edge: I64,
    edge_target: I32,
    weight: F64,
    always: int,
    first: I64,
    edges: I64,
    target: I32,
    odds: F64,
    averaging: U8,
    ends: U8,
    place: I32,
) -> None:
    """Copy states of component c; `always` is 1 where choices are averaged, too. `place` has, of
    each state of the component, its number here, or minus its mark."""
    for i in range(s):
        v = states[i]
        mean = always != 0 or kind[v] == CHANCE
        averaging[i] = 1 if mean else 0
        total = 0.0
        to = first[i]
        for e in range(first_edge[v], first_edge[v + 1]):
            total += weight[e]
            w = edge_target[e]
            edges[to] = e
            target[to] = -1
            ends[to] = DOUBTFUL
            if component[w] == c:
                if place[w] >= 0:
                    target[to] = place[w]
                else:
                    ends[to] = -place[w]
            to += 1
        for k in range(first[i], first[i + 1]):
            odds[k] = weight[edges[k]] / total if mean else 1.0


@kernel
def _bring(
    m: int,
    edges: I64,
    target: I32,
    edge_target: I32,
    ends: U8,
    row: I32,
    value: F64,
    width: int,
    column: int,
    count: int,
    gain: F64,
) -> None:
    """Write what edges bring that leave; `gain` is 0 at first."""
    for k in range(m):
        if ends[k] == SURE:
            for j in range(count):
                gain[k * count + j] = 1.0
        elif target[k] < 0 and ends[k] == DOUBTFUL:
            r = row[edge_target[edges[k]]] * width + column
            for j in range(count):
                gain[k * count + j] = value[r + j]


# What the shape decides -------------------------------------------------------------------------


@dataclass(frozen=True)
class Shape:
    """A component's edges turned round: who leads to its state v (numbered from 0) is
    `source[first_in[v] : first_in[v + 1]]`, and `exits` are the edges that leave, of the states
    `exit_source`. `degree` counts a state's edges, `inner` those that do not leave. `place` is to
    write on, as in `Fragment.of`."""

    graph: StateGraph
    components: Components
    c: int
    place: Int32s
    states: Int32s
    choosing: Bytes
    degree: Int32s
    inner: Int32s
    first_in: Int64s
    source: Int32s
    exits: Int64s
    exit_source: Int32s

    @staticmethod
    def of(graph: StateGraph, components: Components, c: int, place: Int32s) -> Shape:
        """The shape of component c."""
        states = components.states(c)
        s = len(states)
        first = np.zeros(s + 1, np.int64)
        m = run(_count_edges, s, s, states, graph.first_edge, place, first)
        first_in, source = np.zeros(s + 1, np.int64), np.empty(m, np.int32)
        exits, exit_source = np.empty(m, np.int64), np.empty(m, np.int32)
        choosing = np.empty(s, np.uint8)
        degree, inner = np.empty(s, np.int32), np.empty(s, np.int32)
        left = run(
            _turn_round, s + 2 * m, s, c, states, components.component, graph.kind,
            graph.first_edge, graph.edge_target, place, choosing, degree, inner, first_in, source,
            exits, exit_source,
        )  # fmt: skip
        return Shape(
            graph, components, c, place, states, choosing, degree, inner, first_in, source,
            exits[:left], exit_source[:left],
        )  # fmt: skip

    def certain(self, row: Int32s, value: Floats, k: int, sense: int) -> Bytes:
        """Which states are worth exactly 0 or 1 in column k, for the best or worst reader.

        The worst may stay where they can, which is worth 0. To the best nothing may be gained by
        staying: there must be no end component.
        """
        s, width = len(self.states), value.shape[1]
        marks, need = np.empty(s, np.uint8), np.empty(s, np.int32)
        hits, queue = np.zeros(s, np.int32), np.empty(2 * s, np.int32)
        run(
            _certain, s + len(self.source), s, self.choosing, self.degree, self.inner,
            self.graph.edge_target, row, value.reshape(-1), width, k, sense, len(self.exits),
            self.exits, self.exit_source, self.first_in, self.source, need, hits, queue, marks,
        )  # fmt: skip
        return marks

    def keeping(self, row: Int32s, value: Floats, k: int, marks: Bytes) -> Int64s:
        """For each state that is certain, an edge by which that comes about, else −1."""
        graph, s = self.graph, len(self.states)
        edge = np.full(s, -1, np.int64)
        self.place[self.states] = np.arange(s)
        run(
            _keep, s + len(self.source), s, self.c, self.states, self.components.component,
            graph.first_edge, graph.edge_target, self.place, row, value.reshape(-1),
            value.shape[1], k, marks, edge,
        )  # fmt: skip
        return edge


@kernel
def _turn_round(
    s: int,
    c: int,
    states: I32,
    component: I32,
    kind: U8,
    first_edge: I64,
    edge_target: I32,
    place: I32,
    choosing: U8,
    degree: I32,
    inner: I32,
    first_in: I64,
    source: I32,
    exits: I64,
    exit_source: I32,
) -> int:
    """Sort edges within component c by target, and list the others → how many these are;
    `first_in` is 0 at first."""
    left = 0
    for i in range(s):
        v = states[i]
        choosing[i] = 0 if kind[v] == CHANCE else 1
        degree[i] = first_edge[v + 1] - first_edge[v]
        inner[i] = degree[i]
        for e in range(first_edge[v], first_edge[v + 1]):
            w = edge_target[e]
            if component[w] == c:
                first_in[place[w]] += 1
            else:
                inner[i] -= 1
                exits[left] = e
                exit_source[left] = i
                left += 1
    for i in range(s):
        first_in[i + 1] += first_in[i]
    for i in range(s - 1, -1, -1):
        v = states[i]
        for e in range(first_edge[v], first_edge[v + 1]):
            w = edge_target[e]
            if component[w] == c:
                to = first_in[place[w]] - 1
                first_in[place[w]] = to
                source[to] = i
    return left


@kernel
def _certain(
    s: int,
    choosing: U8,
    degree: I32,
    inner: I32,
    edge_target: I32,
    row: I32,
    value: F64,
    width: int,
    column: int,
    sense: int,
    leaving: int,
    exits: I64,
    exit_source: I32,
    first_in: I64,
    source: I32,
    need: I32,
    hits: I32,
    queue: I32,
    marks: U8,
) -> None:
    """Mark the states worth exactly 0, then those worth 1: each the greatest set that need not be
    left, or, at a choice with a will to stay, need not by every edge.

    A state leaves the set once it has so many edges (`need`) to what has left it. First in the
    queue stand those that left the first set, and only these are looked at for the second; `hits`,
    0 at first, counts their edges to one another.
    """
    for i in range(s):
        marks[i] = NAUGHT
        need[i] = degree[i] if choosing[i] != 0 and sense == WORST else 1
    tail = 0
    for j in range(leaving):
        i = exit_source[j]
        if marks[i] == NAUGHT and value[row[edge_target[exits[j]]] * width + column] != 0.0:
            need[i] -= 1
            if need[i] <= 0:
                marks[i] = SURE
                queue[tail] = i
                tail += 1
    head = 0
    while head < tail:
        i = queue[head]
        head += 1
        for j in range(first_in[i], first_in[i + 1]):
            u = source[j]
            hits[u] += 1
            if marks[u] == NAUGHT:
                need[u] -= 1
                if need[u] <= 0:
                    marks[u] = SURE
                    queue[tail] = u
                    tail += 1
    left = tail
    for j in range(left):
        i = queue[j]
        need[i] = degree[i] if choosing[i] != 0 and sense == BEST else 1
        need[i] -= inner[i] - hits[i]
    for j in range(leaving):
        i = exit_source[j]
        if marks[i] == SURE and value[row[edge_target[exits[j]]] * width + column] != 1.0:
            need[i] -= 1
    for j in range(left):
        i = queue[j]
        if need[i] <= 0:
            marks[i] = DOUBTFUL
            queue[tail] = i
            tail += 1
    while head < tail:
        i = queue[head]
        head += 1
        for j in range(first_in[i], first_in[i + 1]):
            u = source[j]
            if marks[u] == SURE:
                need[u] -= 1
                if need[u] <= 0:
                    marks[u] = DOUBTFUL
                    queue[tail] = u
                    tail += 1


@kernel
def _keep(
    s: int,
    c: int,
    states: I32,
    component: I32,
    first_edge: I64,
    edge_target: I32,
    place: I32,
    row: I32,
    value: F64,
    width: int,
    column: int,
    marks: U8,
    edge: I64,
) -> None:
    """Write for each state that is certain the first edge to what is worth the same."""
    for i in range(s):
        if marks[i] != DOUBTFUL:
            v = states[i]
            worth = 1.0 if marks[i] == SURE else 0.0
            for e in range(first_edge[v + 1] - 1, first_edge[v] - 1, -1):
                w = edge_target[e]
                if component[w] == c:
                    if marks[place[w]] == marks[i]:
                        edge[i] = e
                elif value[row[w] * width + column] == worth:
                    edge[i] = e
