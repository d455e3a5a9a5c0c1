"""Who can force what: verdicts about graphs with choice and chance that need no number.

Whether a goal is possible, certain, or can be avoided is decided on the graph alone, exactly,
whatever the probabilities are (as long as they are positive). In the usual names, for the goal
"some state of G is reached sooner or later":

    can_reach(G)   some reader, some luck        the complement is Prob0A:  Pmax = 0
    can_avoid(G)   some reader, whatever luck                      Prob0E:  Pmin = 0
    can_ensure(G)  some reader, with probability 1                 Prob1E:  Pmax = 1
    is_sure(G)     every reader, with probability 1                Prob1A:  Pmin = 1

All rest on one backward search, `attract`: a state joins a set once enough of its edges lead
there, one for the side that wants to get in, every one for the side that does not.

UNEXPLORED states stay put and reach nothing: put them into the goal to ask what *may* be, leave
them out to ask what is proved.

An **end component** is a set of states a reader can stay in for ever with probability 1: from each
CHOICE one edge at least stays inside, from each draw every edge does, and all are connected. They
are where going on for ever happens, and the one thing that makes best and worst odds ill-defined
as equations (`solve` collapses them). A **trap** is a state from which one can come to be in an end
component, but to no ending.

    graph.witness(traps(graph))            # a path after which no ending is left, and no end either

What this does not do: probabilities between 0 and 1; see `solve`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foretell.checker.graphs.graph import (
    CHANCE,
    CHOICE,
    TERMINAL,
    UNEXPLORED,
    Int32s,
    Mask,
    StateGraph,
    find_components,
    reachable_from,
)
from foretell.checker.graphs.host import run
from foretell.vm.kernel import I32, I64, U8, kernel

__all__ = [
    "EndComponents",
    "attract",
    "can_avoid",
    "can_ensure",
    "can_reach",
    "end_components",
    "is_sure",
    "trap_entrances",
    "traps",
]

States = npt.NDArray[np.bool_]
_NEVER = 2**31 - 1


@kernel
def _attract(
    waiting: int,
    first_in: I64,
    in_edge: I32,
    edge_source: I32,
    edge_open: U8,
    masked: int,
    need: I32,
    joined: U8,
    queue: I32,
) -> int:
    """Let states join once `need` of their open edges lead to ones that have → how many have."""
    head = 0
    tail = waiting
    while head < tail:
        v = queue[head]
        head += 1
        for i in range(first_in[v], first_in[v + 1]):
            e = in_edge[i]
            if masked == 0 or edge_open[e] != 0:
                u = edge_source[e]
                if joined[u] == 0:
                    need[u] -= 1
                    if need[u] <= 0:
                        joined[u] = 1
                        queue[tail] = u
                        tail += 1
    return tail


def attract(
    graph: StateGraph,
    goal: Mask,
    *,
    against_choice: bool = False,
    against_chance: bool = False,
    open_edges: Mask | None = None,
    never: States | None = None,
) -> States:
    """The states from which the goal is reached; who is against it needs all open edges to it.

    `never` names states that do not join, but those in the goal.
    """
    first_in, in_edge = graph.incoming
    need = np.ones(graph.n, np.int32)
    if against_choice or against_chance:
        if open_edges is None:
            degree = np.diff(graph.first_edge).astype(np.int32)
        else:
            opened = graph.edge_source[np.asarray(open_edges).astype(bool)]
            degree = np.bincount(opened, minlength=graph.n).astype(np.int32)
        if against_choice:
            need[graph.kind == CHOICE] = degree[graph.kind == CHOICE]
        if against_chance:
            need[graph.kind == CHANCE] = degree[graph.kind == CHANCE]
    if never is not None:
        need[never] = _NEVER
    joined = np.array(goal, np.uint8)
    queue = np.zeros(graph.n, np.int32)
    starts = np.flatnonzero(joined)
    queue[: len(starts)] = starts
    mask = np.zeros(1, np.uint8) if open_edges is None else np.array(open_edges, np.uint8)
    run(
        _attract, graph.n + graph.m, len(starts), first_in, in_edge, graph.edge_source, mask,
        int(open_edges is not None), need, joined, queue,
    )  # fmt: skip
    return joined.view(np.bool_)


def can_reach(graph: StateGraph, goal: Mask, open_edges: Mask | None = None) -> States:
    """The states from which some reader with some luck reaches the goal."""
    return attract(graph, goal, open_edges=open_edges)


def can_avoid(graph: StateGraph, goal: Mask) -> States:
    """The states from which some reader stays out of the goal for ever, whatever the luck."""
    return ~attract(graph, goal, against_choice=True)


def can_ensure(graph: StateGraph, goal: Mask) -> States:
    """The states from which some reader reaches the goal with probability 1.

    What cannot reach the goal is lost, and so is a draw that may lead to a lost state and a choice
    that only leads to such; without them, others may no longer reach the goal. What is left when
    nothing more is lost can always come nearer, and so arrives.
    """
    wanted = np.asarray(goal).astype(bool)
    lost = np.zeros(graph.n, np.bool_)
    while True:
        open_edges = None
        if lost.any():
            open_edges = ~(lost[graph.edge_source] | lost[graph.edge_target])
        newly = ~can_reach(graph, wanted & ~lost, open_edges) & ~lost
        if not newly.any():
            return ~lost
        lost = attract(graph, lost | newly, against_choice=True, never=wanted)


def is_sure(graph: StateGraph, goal: Mask) -> States:
    """The states from which every reader reaches the goal with probability 1.

    They are those that do not, on a way outside the goal, lead to where it can be avoided.
    """
    wanted = np.asarray(goal).astype(bool)
    return ~attract(graph, can_avoid(graph, wanted), never=wanted)


@dataclass(frozen=True)
class EndComponents:
    """Maximal end components: `number[s]` is that of state s, −1 where it is in none."""

    count: int
    number: Int32s


def end_components(graph: StateGraph, open_edges: Mask | None = None) -> EndComponents:
    """The maximal end components, of readers who use open edges only.

    Edges between components of the graph are cut, draws that could take one die, and what is left
    falls into components again, until nothing in a cycle dies.
    """
    if open_edges is None and graph.components.acyclic:
        return EndComponents(0, np.full(graph.n, -1, np.int32))
    found = graph.components if open_edges is None else find_components(graph, open_edges)
    staying = np.ones(graph.m, np.uint8) if open_edges is None else np.array(open_edges, np.uint8)
    left, queue = np.zeros(graph.n, np.int32), np.empty(graph.n, np.int32)
    dead = np.zeros(graph.n, np.uint8)
    while run(
        _prune, graph.n + 2 * graph.m, graph.n, graph.kind, graph.first_edge, graph.edge_target,
        graph.edge_source, *graph.incoming, found.component, found.cyclic.view(np.uint8), staying,
        left, dead, queue,
    ):  # fmt: skip
        found = find_components(graph, staying, dead)
    number = np.where(found.cyclic, np.cumsum(found.cyclic) - 1, -1).astype(np.int32)
    return EndComponents(int(found.cyclic.sum()), np.append(number, np.int32(-1))[found.component])


@kernel
def _prune(
    n: int,
    kind: U8,
    first_edge: I64,
    edge_target: I32,
    edge_source: I32,
    first_in: I64,
    in_edge: I32,
    component: I32,
    cyclic: U8,
    staying: U8,
    left: I32,
    dead: U8,
    queue: I32,
) -> int:
    """Close the edges between components, and those of and to the dead: draws with a closed edge,
    since their reader does not control it, and choices without an open one → how many have died in
    cycles. `left` counts the open edges of a state."""
    deaths = 0
    tail = 0
    for v in range(n):
        if dead[v] == 0 and first_edge[v] < first_edge[v + 1]:
            open_edges = 0
            for e in range(first_edge[v], first_edge[v + 1]):
                if staying[e] != 0:
                    if component[edge_target[e]] != component[v]:
                        staying[e] = 0
                    else:
                        open_edges += 1
            left[v] = open_edges
            needed = first_edge[v + 1] - first_edge[v] if kind[v] == CHANCE else 1
            if open_edges < needed:
                dead[v] = 1
                queue[tail] = v
                tail += 1
    head = 0
    while head < tail:
        v = queue[head]
        head += 1
        if cyclic[component[v]] != 0:
            deaths += 1
        for e in range(first_edge[v], first_edge[v + 1]):
            staying[e] = 0
        for i in range(first_in[v], first_in[v + 1]):
            e = in_edge[i]
            if staying[e] != 0:
                staying[e] = 0
                u = edge_source[e]
                left[u] -= 1
                if dead[u] == 0 and (kind[u] == CHANCE or left[u] == 0):
                    dead[u] = 1
                    queue[tail] = u
                    tail += 1
    return deaths


def traps(graph: StateGraph, endings: Sequence[int] | None = None) -> States:
    """The states from which a reader can go on for ever but reach no ending.

    Endings are the outcomes of that kind, or those given. A state that may lead to something
    UNEXPLORED is no proved trap.
    """
    if endings is None:
        endings = [k for k, outcome in enumerate(graph.outcomes) if outcome.kind == "ending"]
    hopeful = (graph.kind == UNEXPLORED) | (
        (graph.kind == TERMINAL) & np.isin(graph.outcome, np.asarray(endings, np.int32))
    )
    hopeless = ~can_reach(graph, hopeful)
    if not hopeless.any():
        return hopeless
    staying = end_components(graph).number >= 0
    return hopeless & can_reach(graph, staying)


def trap_entrances(graph: StateGraph) -> States:
    """The traps that are entered from outside, or start the story: where a reader goes wrong."""
    trapped = traps(graph)
    entered = np.zeros(graph.n, np.bool_)
    crossing = trapped[graph.edge_target] & ~trapped[graph.edge_source]
    entered[graph.edge_target[crossing]] = True
    entered[0] = trapped[0]
    return entered & reachable_from(graph, [0])
