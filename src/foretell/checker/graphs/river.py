"""Where readers are, turn by turn: how their numbers divide among endings and choices.

After no choice, one, two …, the probability of each state is that of the states before it, carried
along the edges the reader takes. A turn ends at a choice or an end; its draws are followed one by
one, and one that may go in circles is solved as a small graph of draws alone (`solve.flow`).

    river = mass_by_turn(graph)
    river.ended[7, 2]                  # of all readers, those who come to outcome 2 at turn 7
    river.going[7]                     # those who then still have a choice before them

Only states that somebody is at are touched, so a turn costs as much as it has readers' places.

What this does not do: endless stories end here at `max_turns`, with `going` left over.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foretell.checker.graphs.graph import (
    CHANCE,
    CHOICE,
    TERMINAL,
    UNEXPLORED,
    Floats,
    Int64s,
    StateGraph,
    reachable_from,
)
from foretell.checker.graphs.solve import FOREVER, flow, reader_weights

__all__ = ["River", "mass_by_turn"]

_DRAWS = 100  # draws in one turn that are followed one by one


@dataclass(frozen=True)
class River:
    """Where readers are, turn by turn: after t choices, `ended[t, k]` have come to outcome k in
    that very turn, `unexplored[t]` have left what is known, `going[t]` are at a choice, and
    `caught` are in a draw that never rests. `at[t]` is the states and the share at each."""

    ended: Floats
    unexplored: Floats
    going: Floats
    caught: float
    at: tuple[tuple[Int64s, Floats], ...]


def mass_by_turn(
    graph: StateGraph,
    weights: Floats | None = None,
    max_turns: int = 1000,
    least: float = 0.0,
    patience: float | None = None,
) -> River:
    """How the readers divide up after 0, 1, 2 … choices, until all have ended or max_turns.

    Stops as well once `least` of them or fewer are still going, or after `patience` seconds.
    """
    began = time.perf_counter()
    weight = reader_weights(graph, weights)
    totals: Floats = np.bincount(graph.edge_source, weight, graph.n).astype(np.float64)
    ended: list[Floats] = []
    unexplored: list[float] = []
    going: list[float] = []
    at: list[tuple[Int64s, Floats]] = []
    states: Int64s = np.zeros(1, np.int64)
    mass: Floats = np.ones(1)
    caught = 0.0
    for turn in range(max_turns + 1):
        if turn:
            states, mass = _onward(graph, weight, totals, states, mass)
        states, mass, lost = _rest(graph, weight, totals, states, mass)
        caught += lost
        kind = graph.kind[states]
        over = kind == TERMINAL
        ended.append(_gather(graph.outcome[states[over]], mass[over], len(graph.outcomes)))
        unexplored.append(float(mass[kind == UNEXPLORED].sum()))
        at.append((states, mass))
        states, mass = states[kind == CHOICE], mass[kind == CHOICE]
        going.append(float(mass.sum()))
        if not len(states) or going[-1] <= least:
            break
        if patience is not None and time.perf_counter() - began > patience:
            break
    return River(np.array(ended), np.array(unexplored), np.array(going), caught, tuple(at))


def _gather(place: npt.NDArray[np.signedinteger], mass: Floats, length: int) -> Floats:
    """The sums of the masses that belong to each place."""
    return np.bincount(place, mass, length).astype(np.float64)


def _merge(n: int, states: npt.NDArray[np.signedinteger], mass: Floats) -> tuple[Int64s, Floats]:
    """Each state once, with all of its mass; those without any are left out."""
    if 8 * len(states) > n:  # many of all states: by a table
        table = _gather(states, mass, n)
        found = np.flatnonzero(table)
        return found, table[found]
    found, place = np.unique(states[mass > 0], return_inverse=True)
    return found.astype(np.int64), _gather(place, mass[mass > 0], len(found))


def _onward(
    graph: StateGraph, weight: Floats, totals: Floats, states: Int64s, mass: Floats
) -> tuple[Int64s, Floats]:
    """Every edge of some states taken: where that leads, and with what mass."""
    counts = graph.first_edge[states + 1] - graph.first_edge[states]
    first = np.repeat(graph.first_edge[states] - np.cumsum(counts) + counts, counts)
    edges = first + np.arange(len(first))
    moved = weight[edges] * np.repeat(mass / totals[states], counts)
    return _merge(graph.n, graph.edge_target[edges], moved)


def _rest(
    graph: StateGraph, weight: Floats, totals: Floats, states: Int64s, mass: Floats
) -> tuple[Int64s, Floats, float]:
    """Draws made until none is left to make → states, mass, and what can only draw for ever."""
    resting: list[tuple[Int64s, Floats]] = []
    caught = 0.0
    for _ in range(_DRAWS):
        drawing = graph.kind[states] == CHANCE
        resting.append((states[~drawing], mass[~drawing]))
        states, mass = states[drawing], mass[drawing]
        if not len(states):
            break
        states, mass = _onward(graph, weight, totals, states, mass)
    if len(states):
        found, onward, caught = _draw_out(graph, weight, states, mass)
        resting.append((found, onward))
    all_states = np.concatenate([s for s, _ in resting])
    return *_merge(graph.n, all_states, np.concatenate([m for _, m in resting])), caught


def _draw_out(
    graph: StateGraph, weight: Floats, states: Int64s, mass: Floats
) -> tuple[Int64s, Floats, float]:
    """What a draw that may go in circles comes to in the end: the flow through draws alone."""
    luck = graph.kind[graph.edge_source] == CHANCE
    drawing = np.flatnonzero(reachable_from(graph, states, luck) & (graph.kind == CHANCE))
    local = np.full(graph.n, -1, np.int64)
    n = len(drawing) + 1
    local[drawing] = np.arange(1, n)
    edges = np.flatnonzero(local[graph.edge_source] > 0)
    exits = np.unique(np.concatenate((graph.edge_target[edges], states)))
    outside = local[exits] < 0
    local[exits[outside]] = n + np.arange(int(outside.sum()))
    # State 0 of the small graph draws where to begin; its ends are where draws come to rest.
    total = n + int(outside.sum())
    targets = np.concatenate((local[states], local[graph.edge_target[edges]]))
    sources = np.concatenate((np.zeros(len(states), np.int64), local[graph.edge_source[edges]]))
    order = np.argsort(sources, kind="stable")
    kind = np.full(total, TERMINAL, np.uint8)
    kind[:n] = CHANCE
    small = StateGraph(
        kind=kind,
        first_edge=np.searchsorted(sources[order], np.arange(total + 1)),
        edge_target=targets[order].astype(np.int32),
        edge_weight=np.concatenate((mass, weight[edges]))[order],
    )
    met = flow(small)
    share = float(mass.sum())
    return exits[outside].astype(np.int64), met.visits[n:] * share, met.odds[FOREVER].low * share
