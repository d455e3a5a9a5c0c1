"""The graph of a story: who moves where, and what can be told from its shape alone.

A graph is a Markov decision process written in flat arrays. Its states are of four kinds: at a
CHOICE a reader picks an edge, at a CHANCE state luck does, a TERMINAL state has an outcome and no
edge, and an UNEXPLORED one has no edge because nobody looked: its future is unknown. State 0 is
the start. Nothing here knows what a story is; any transition system would do.

The edges of state s are `first_edge[s] … first_edge[s + 1] − 1`:

    state        0        1      2      3            first_edge   0  2  4  4  4
    kind      CHOICE   CHANCE  TERM   TERM
    edge       0   1    2   3                        edge_target  1  2  2  3
    label      0   1    1   6    choice index, or the outcome of a draw: here 1 to 5, or 6
    weight     1   1    5   1    relative, at a draw how many outcomes there are
    words     12   7    3   4    words the reader reads on the way

A *turn* is a CHOICE edge and the CHANCE edges that follow it, up to the next CHOICE. The *depth*
of a state is the least number of choices that lead to it (CHANCE edges are free), and a *path* is
written as turns parted by `/`, each a choice index and, after an `@`, the outcomes of its draws:
`0/2@17,3/1`. Draws made before the first choice stand in front: `@17,3/0/2`.

    graph = StateGraph(kind=…, first_edge=…, edge_target=…)
    graph.witness(graph.kind == TERMINAL)        # the path '0', shortest to any end
    graph.components.count                       # 4: no cycle

Strongly connected components are found by Tarjan's algorithm in Pearce's form (one array of
indices, no recursion), which yields them sinks first, so `components.order` is a reverse
topological order and its reverse a topological one.

What this does not do: odds (`solve`), who can force what (`regions`), lengths (`lengths`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from foretell.checker.graphs.deals import Deals, as_played
from foretell.checker.graphs.host import run
from foretell.vm.kernel import I32, I64, U8, kernel

__all__ = [
    "CHANCE",
    "CHOICE",
    "TERMINAL",
    "UNEXPLORED",
    "UNREACHED",
    "Components",
    "GraphError",
    "Outcome",
    "Search",
    "StateGraph",
    "find_components",
    "follow",
    "format_path",
    "reachable_from",
    "search",
    "shortest_cycle",
    "trace",
    "walk",
]

CHOICE = 0  # a reader picks one of the edges
CHANCE = 1  # luck picks one, by weight
TERMINAL = 2  # the end, with an outcome
UNEXPLORED = 3  # not looked into: an unknown future

UNREACHED = 2**31 - 1
"""The depth of a state that a search did not reach."""

_MOST = 2**31 - 2  # states and edges are numbered in 32 bits
_DONE = 2**31 - 1
_LABEL = re.compile(r"-?\d+")

Mask = npt.NDArray[np.bool_] | npt.NDArray[np.uint8]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]


_ABSENT: Any = None  # filled in when a graph is made


class GraphError(ValueError):
    """The arrays do not describe a graph, or a path does not lead through one."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a terminal state comes to: its name and its kind ("ending", "dead end", "hang" …)."""

    name: str
    kind: str = "ending"


@dataclass
class StateGraph:
    """A Markov decision process in CSR arrays; not to be changed once anything has been asked.

    `outcome[s]` is an index into `outcomes` where s is TERMINAL and is ignored elsewhere.
    `start_words` are read before the first choice. `parent` and `parent_edge` (−1 at the start)
    are the explorer's own tree, if it kept one; searches here make theirs. `entry` names the place
    that the start stands for, if there are several: paths then begin with it (`kitchen:0/2`).
    `mid_turn` are those CHOICE states where something is decided within a turn, without a choice
    on offer: they count as choices, but paths write them as draws. None where there is none.
    `afresh` has, of a CHANCE state where a shuffle deals that keeps nothing of what it has dealt,
    that shuffle's number, −1 of any other (`deals`: paths are made such that they can be played);
    all its edges come to the same state. None where there is none.
    """

    kind: Bytes
    first_edge: Int64s
    edge_target: Int32s
    edge_label: Int32s = _ABSENT
    edge_weight: Floats = _ABSENT
    edge_words: Int32s = _ABSENT
    outcome: Int32s = _ABSENT
    outcomes: Sequence[Outcome] = (Outcome("end"),)
    start_words: int = 0
    parent: Int64s | None = None
    parent_edge: Int64s | None = None
    entry: str = ""
    mid_turn: Mask | None = None
    afresh: Int32s | None = None

    def __post_init__(self) -> None:
        self.kind = np.ascontiguousarray(self.kind, np.uint8)
        self.first_edge = np.ascontiguousarray(self.first_edge, np.int64)
        self.edge_target = np.ascontiguousarray(self.edge_target, np.int32)
        n, m = len(self.kind), len(self.edge_target)
        if self.edge_label is _ABSENT:
            self.edge_label = _places(self.first_edge, m)
        if self.edge_weight is _ABSENT:
            self.edge_weight = np.ones(m)
        if self.edge_words is _ABSENT:
            self.edge_words = np.zeros(m, np.int32)
        if self.outcome is _ABSENT:
            self.outcome = np.zeros(n, np.int32)
        self.edge_label = np.ascontiguousarray(self.edge_label, np.int32)
        self.edge_weight = np.ascontiguousarray(self.edge_weight, np.float64)
        self.edge_words = np.ascontiguousarray(self.edge_words, np.int32)
        self.outcome = np.ascontiguousarray(self.outcome, np.int32)
        self.outcomes = tuple(self.outcomes)

    @property
    def n(self) -> int:
        """The number of states."""
        return len(self.kind)

    @property
    def m(self) -> int:
        """The number of edges."""
        return len(self.edge_target)

    @cached_property
    def complete(self) -> bool:
        """Whether no state is UNEXPLORED."""
        return not bool((self.kind == UNEXPLORED).any())

    @property
    def turns(self) -> int:
        """The number of turns: the edges that readers pick."""
        return int(np.diff(self.first_edge)[self.kind == CHOICE].sum())

    def is_drawn(self, state: int) -> bool:
        """Whether paths write what happens at a state behind an `@`: a draw, or the like."""
        if self.kind[state] == CHANCE:
            return True
        return self.mid_turn is not None and bool(self.mid_turn[state])

    @cached_property
    def within_turns(self) -> npt.NDArray[np.bool_]:
        """The states in the midst of a turn: draws, and what is decided like one."""
        drawn: npt.NDArray[np.bool_] = self.kind == CHANCE
        return drawn if self.mid_turn is None else drawn | np.asarray(self.mid_turn, np.bool_)

    @cached_property
    def edge_source(self) -> Int32s:
        """The state each edge leaves."""
        return np.repeat(np.arange(self.n, dtype=np.int32), np.diff(self.first_edge))

    @cached_property
    def incoming(self) -> tuple[Int64s, Int32s]:
        """The reversed CSR: edges into s are `in_edge[first_in[s] : first_in[s + 1]]`."""
        first_in, in_edge = np.zeros(self.n + 1, np.int64), np.empty(self.m, np.int32)
        run(_reverse, self.n + self.m, self.n, self.m, self.edge_target, first_in, in_edge)
        return first_in, in_edge

    @cached_property
    def components(self) -> Components:
        """The strongly connected components."""
        return find_components(self)

    @property
    def cycles_known(self) -> bool:
        """Whether components have been found already, and cycles among them."""
        return "components" in self.__dict__ and not self.components.acyclic

    @cached_property
    def from_start(self) -> Search:
        """The shortest way from the start to every state, in choices."""
        return search(self, [0])

    def having(self, outcome: int) -> npt.NDArray[np.bool_]:
        """The terminal states with this outcome, as a mask."""
        mask: npt.NDArray[np.bool_] = (self.kind == TERMINAL) & (self.outcome == outcome)
        return mask

    def witness(self, states: Mask | Int64s | Sequence[int]) -> str | None:
        """The shortest path from the start into a set of states; None where none leads there."""
        chosen = _numbers(self.n, states)
        depths = self.from_start.depth[chosen]
        if not len(depths) or depths.min() == UNREACHED:
            return None
        return format_path(self, trace(self, self.from_start, int(chosen[depths.argmin()])))

    def follow(self, path: str) -> int:
        """The state a path leads to; GraphError where it leads nowhere."""
        return follow(self, path)

    def check(self) -> None:
        """Raise GraphError, with the first place at fault, unless the arrays make a graph."""
        _check(self)


def _places(first_edge: Int64s, m: int) -> Int32s:
    """Each edge's place among those of its state."""
    firsts = np.repeat(first_edge[:-1], np.diff(first_edge))
    return (np.arange(len(firsts)) - firsts)[:m].astype(np.int32)


# Validity --------------------------------------------------------------------------------------


def _check(g: StateGraph) -> None:
    n, m = g.n, g.m
    if not 0 < n <= _MOST or m > _MOST:
        raise GraphError(f"a graph has 1 to {_MOST:,} states and edges, not {n:,} and {m:,}")
    if len(g.first_edge) != n + 1 or g.first_edge[0] != 0 or g.first_edge[-1] != m:
        raise GraphError(f"first_edge runs from 0 to {m} in {n + 1} steps")
    for name in ("edge_label", "edge_weight", "edge_words"):
        if len(getattr(g, name)) != m:
            raise GraphError(f"{name} has {len(getattr(g, name))} elements for {m} edges")
    if len(g.outcome) != n:
        raise GraphError(f"outcome has {len(g.outcome)} elements for {n} states")
    degree = np.diff(g.first_edge)
    _refuse("state", degree < 0, "has a negative number of edges")
    _refuse("state", g.kind > UNEXPLORED, "is of no known kind")
    inner = g.kind <= CHANCE
    _refuse("state", inner & (degree == 0), "is a choice or a draw without an edge")
    _refuse("state", ~inner & (degree > 0), "is terminal or unexplored, yet has an edge")
    _refuse("edge", (g.edge_target < 0) | (g.edge_target >= n), "leads to no state")
    _refuse("edge", ~np.isfinite(g.edge_weight) | (g.edge_weight < 0), "has no proper weight")
    drawn = g.kind[g.edge_source] == CHANCE
    _refuse("edge", drawn & (g.edge_weight == 0), "is an outcome of weight 0: leave it out")
    _refuse("edge", g.edge_words < 0, "has a negative number of words")
    named = (g.outcome >= 0) & (g.outcome < len(g.outcomes))
    _refuse("state", (g.kind == TERMINAL) & ~named, "is terminal with an unknown outcome")


def _refuse(what: str, faults: npt.NDArray[np.bool_], fault: str) -> None:
    if faults.any():
        raise GraphError(f"{what} {int(faults.argmax())} {fault}")


def _numbers(n: int, states: Mask | Int64s | Sequence[int]) -> Int64s:
    array = np.asarray(states)
    if array.dtype in (np.bool_, np.uint8) and len(array) == n:
        return np.flatnonzero(array)
    return array.astype(np.int64)


# Reversal and components -----------------------------------------------------------------------


@kernel
def _reverse(n: int, m: int, edge_target: I32, first_in: I64, in_edge: I32) -> None:
    """Sort edges by target, stably: `first_in` (all zero) and `in_edge` are written."""
    for e in range(m):
        first_in[edge_target[e]] += 1
    for s in range(n):
        first_in[s + 1] += first_in[s]
    for e in range(m - 1, -1, -1):
        place = first_in[edge_target[e]] - 1
        first_in[edge_target[e]] = place
        in_edge[place] = e


@dataclass(frozen=True)
class Components:
    """Strongly connected components, numbered sinks first: an edge never leads to a higher one.

    `component[s]` is that of state s; those of component c are
    `order[first[c] : first[c + 1]]`, in the order a depth-first search leaves them, so that but
    for the edges that close cycles all lead backward; `cyclic[c]` says whether there are such.
    """

    count: int
    component: Int32s
    order: Int32s
    first: Int32s
    cyclic: npt.NDArray[np.bool_]

    @property
    def acyclic(self) -> bool:
        """Whether there is no cycle at all."""
        return not bool(self.cyclic.any())

    def states(self, c: int) -> Int32s:
        """The states of component c."""
        return self.order[self.first[c] : self.first[c + 1]]


def find_components(
    graph: StateGraph, open_edges: Mask | None = None, left_out: Bytes | None = None
) -> Components:
    """The strongly connected components, of the open edges alone where a mask is given.

    States left out, which no open edge may lead to, are in none (−1)."""
    n = graph.n
    mask = _mask(open_edges)
    component, low, cyclic = np.zeros(n, np.int32), np.zeros(n, np.int32), np.zeros(n, np.uint8)
    if left_out is not None:
        component -= left_out
        low += left_out * np.int32(_DONE)
    order, stack, call, born = (np.empty(n, np.int32) for _ in range(4))
    first, cursor = np.empty(n + 1, np.int32), np.empty(n, np.int64)
    count = run(
        _components, n + graph.m, n, graph.first_edge, graph.edge_target, mask,
        int(open_edges is not None), component, order, first, cyclic, low, stack, call, born,
        cursor,
    )  # fmt: skip
    return Components(count, component, order, first[: count + 1], cyclic[:count].view(np.bool_))


def _mask(mask: Mask | None) -> Bytes:
    """A mask as bytes; one byte that no kernel reads where there is none."""
    return np.zeros(1, np.uint8) if mask is None else np.ascontiguousarray(mask).view(np.uint8)


@kernel
def _components(
    n: int,
    first_edge: I64,
    edge_target: I32,
    edge_open: U8,
    masked: int,
    component: I32,  # zeros
    order: I32,
    first: I32,
    cyclic: U8,  # zeros
    low: I32,  # zeros; then the least index reached, _DONE once placed
    stack: I32,  # states finished but not yet placed
    call: I32,  # the depth-first stack: state, its index at birth, its next edge
    born: I32,
    cursor: I64,
) -> int:
    """Number the strongly connected components, sinks first → how many there are."""
    count = 0
    placed = 0
    index = 1
    waiting = 0
    for root in range(n):
        if low[root] != 0:
            continue
        v = root
        e = first_edge[v]
        end = first_edge[v + 1]
        low[v] = index
        birth = index
        least = index
        index += 1
        depth = 0
        while depth >= 0:
            fresh = -1
            while e < end:
                if masked == 0 or edge_open[e] != 0:
                    w = edge_target[e]
                    reached = low[w]
                    if reached == 0:
                        fresh = w
                        break
                    if w == v:
                        component[v] = -1  # until it is known, that there is an edge back
                    if reached < least:
                        least = reached
                e += 1
            if fresh >= 0:
                low[v] = least
                call[depth] = v
                born[depth] = birth
                cursor[depth] = e + 1
                depth += 1
                v = fresh
                e = first_edge[v]
                end = first_edge[v + 1]
                low[v] = index
                birth = index
                least = index
                index += 1
                continue
            if least < birth:
                low[v] = least
                stack[waiting] = v
                waiting += 1
            else:
                first[count] = placed
                base = waiting
                while base > 0 and low[stack[base - 1]] >= least:
                    base -= 1
                stack[waiting] = v  # there is room: no state is on the stack twice
                if base < waiting or component[v] < 0:
                    cyclic[count] = 1
                for i in range(base, waiting + 1):
                    w = stack[i]
                    low[w] = _DONE
                    component[w] = count
                    order[placed] = w
                    placed += 1
                waiting = base
                count += 1
                least = _DONE
            depth -= 1
            if depth >= 0:
                v = call[depth]
                birth = born[depth]
                e = cursor[depth]
                end = first_edge[v + 1]
                least = min(least, low[v])
    first[count] = placed
    return count


# Reachability and shortest paths ---------------------------------------------------------------


def reachable_from(
    graph: StateGraph, states: Mask | Int64s | Sequence[int], open_edges: Mask | None = None
) -> npt.NDArray[np.bool_]:
    """The states that can be reached from a set, which they include, along open edges."""
    reached = np.zeros(graph.n, np.uint8)
    starts = _numbers(graph.n, states)
    reached[starts] = 1
    queue = np.zeros(graph.n, np.int32)
    starts = np.flatnonzero(reached)
    queue[: len(starts)] = starts
    run(
        _spread, graph.n + graph.m, len(starts), graph.first_edge, graph.edge_target,
        _mask(open_edges), int(open_edges is not None), reached, queue,
    )  # fmt: skip
    return reached.view(np.bool_)


@kernel
def _spread(
    waiting: int,
    first_edge: I64,
    edge_target: I32,
    edge_open: U8,
    masked: int,
    reached: U8,
    queue: I32,
) -> int:
    """Reach all that follows from the states waiting in the queue → how many that are."""
    head = 0
    tail = waiting
    while head < tail:
        v = queue[head]
        head += 1
        for e in range(first_edge[v], first_edge[v + 1]):
            if masked == 0 or edge_open[e] != 0:
                w = edge_target[e]
                if reached[w] == 0:
                    reached[w] = 1
                    queue[tail] = w
                    tail += 1
    return tail


@dataclass(frozen=True)
class Search:
    """A shortest-path tree: `depth` in choices (UNREACHED), and the edge `via` which (−1)."""

    depth: Int32s
    via: Int32s


def search(
    graph: StateGraph, states: Mask | Int64s | Sequence[int], open_edges: Mask | None = None
) -> Search:
    """The shortest ways, in choices, from a set of states along open edges to every state."""
    depth = np.full(graph.n, UNREACHED, np.int32)
    via = np.full(graph.n, -1, np.int32)
    starts = np.unique(_numbers(graph.n, states))
    depth[starts] = 0
    queue = np.zeros(2 * graph.n, np.int32)
    queue[: len(starts)] = starts
    run(
        _nearest, graph.n + graph.m, graph.n, len(starts), graph.kind, graph.first_edge,
        graph.edge_target, _mask(open_edges), int(open_edges is not None), depth, via, queue,
    )  # fmt: skip
    return Search(depth, via)


@kernel
def _nearest(
    n: int,
    waiting: int,
    kind: U8,
    first_edge: I64,
    edge_target: I32,
    edge_open: U8,
    masked: int,
    depth: I32,
    via: I32,
    queue: I32,
) -> None:
    """Breadth first with free CHANCE edges: one half of the queue holds the states at this depth,
    the other those one choice deeper. A state enters each half once for each depth it is given,
    and is passed over where a free edge has since brought it nearer."""
    here = 0
    there = n
    level = 0
    tail = waiting
    while tail > 0:
        head = 0
        later = 0
        while head < tail:
            v = queue[here + head]
            head += 1
            if depth[v] == level:
                cost = 1 if kind[v] == CHOICE else 0
                for e in range(first_edge[v], first_edge[v + 1]):
                    w = edge_target[e]
                    if (masked == 0 or edge_open[e] != 0) and level + cost < depth[w]:
                        depth[w] = level + cost
                        via[w] = e
                        if cost == 0:
                            queue[here + tail] = w
                            tail += 1
                        else:
                            queue[there + later] = w
                            later += 1
        other = here
        here = there
        there = other
        tail = later
        level += 1


def trace(graph: StateGraph, found: Search, state: int) -> list[int]:
    """The edges of a search's way to a state, in order; GraphError where it has none."""
    if found.depth[state] == UNREACHED:
        raise GraphError(f"state {state} was not reached")
    edges: list[int] = []
    while found.via[state] >= 0:
        edges.append(int(found.via[state]))
        state = int(graph.edge_source[edges[-1]])
    return edges[::-1]


def shortest_cycle(
    graph: StateGraph, state: int, open_edges: Mask | None = None
) -> list[int] | None:
    """The edges of a shortest way from a state back to itself; None where there is none."""
    found = search(graph, [state], open_edges)
    first_in, in_edge = graph.incoming
    back = in_edge[first_in[state] : first_in[state + 1]]
    if open_edges is not None:
        back = back[np.asarray(open_edges)[back].astype(bool)]
    sources = graph.edge_source[back]
    lengths = found.depth[sources].astype(np.int64) + (graph.kind[sources] == CHOICE)
    if not len(back) or lengths.min() >= UNREACHED:
        return None
    last = int(back[lengths.argmin()])
    return [*trace(graph, found, int(graph.edge_source[last])), last]


# Paths -----------------------------------------------------------------------------------------


def format_path(
    graph: StateGraph, edges: Iterable[int], *, after: Sequence[int] | None = None
) -> str:
    """A walk as people read it: `0/2@17,3/1`.

    It begins at the start, and after the entry if there is one, or else goes on `after` another
    walk, which is left out. Draws are those that can be made (`deals`).
    """
    turns: list[str] = []
    drew = False
    way = list(edges)
    played = as_played(graph, [*(after or ()), *way])
    if after:
        played = played[len(as_played(graph, after)) :]
    for e, named in played:
        if not named:
            continue
        label = str(int(graph.edge_label[e]))
        if not graph.is_drawn(int(graph.edge_source[e])):
            turns.append(label)
            drew = False
        elif drew:
            turns[-1] += "," + label
        elif turns:
            turns[-1] += "@" + label
            drew = True
        else:
            turns.append("@" + label)
            drew = True
    walked = "/".join(turns)
    return f"{graph.entry}:{walked}" if after is None and graph.entry else walked


def walk(graph: StateGraph, path: str, state: int = 0) -> list[int]:
    """The edges a path takes from a state; GraphError, saying where, if it leaves the graph.

    Where several edges bear the label, the first is taken; a path may end in mid-turn. An outcome
    of a draw that is no label belongs to the edge whose label and weight take it in. What a shuffle
    has left alone is dealt without being named.
    """
    edges: list[int] = []
    deals = Deals(graph)
    entry, colon, rest = path.rpartition(":")
    if colon and entry.strip() != graph.entry:
        raise GraphError(f"path {path!r} starts at {entry!r}, not at {graph.entry or 'the top'!r}")
    for turn in filter(None, rest.strip().split("/")):
        choice, _, draws = turn.partition("@")
        steps = [(CHOICE, choice)] if choice else []
        steps += [(CHANCE, draw) for draw in draws.split(",") if draw]
        for kind, text in steps:
            label = int(text) if _LABEL.fullmatch(text.strip()) else _MOST
            state = _dealt(graph, deals, state, edges)
            span: Sequence[int] = range(
                int(graph.first_edge[state]), int(graph.first_edge[state + 1])
            )
            if deals.deals(state):
                span = deals.left(state)
            found = [e for e in span if graph.edge_label[e] == label]
            if kind == CHANCE and not found:
                found = [e for e in span if 0 < label - graph.edge_label[e] < graph.edge_weight[e]]
            stands = CHANCE if graph.is_drawn(state) else int(graph.kind[state])
            if stands != kind or not found:
                so_far = format_path(graph, edges) or "the start"
                what = "choice" if kind == CHOICE else "draw"
                raise GraphError(f"path {path!r}: after {so_far} there is no {what} {text!r}")
            edges.append(found[0])
            if deals.deals(state):
                deals.deal(found[0])
            state = int(graph.edge_target[found[0]])
    _dealt(graph, deals, state, edges)
    return edges


def _dealt(graph: StateGraph, deals: Deals, state: int, edges: list[int]) -> int:
    """Where a walk is once what shuffles have left alone is dealt; those edges are added."""
    while deals.deals(state) and len(left := deals.left(state)) == 1:
        deals.deal(left[0])
        edges.append(left[0])
        state = int(graph.edge_target[left[0]])
    return state


def follow(graph: StateGraph, path: str) -> int:
    """The state a path leads to from the start; GraphError where it leads nowhere."""
    edges = walk(graph, path)
    return int(graph.edge_target[edges[-1]]) if edges else 0
