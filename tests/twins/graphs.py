"""Small graphs for the tests of the checker: by hand, at random, and with known answers."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from foretell.checker.graphs.graph import CHANCE, CHOICE, TERMINAL, UNEXPLORED, Outcome, StateGraph

Edge = tuple[Any, ...]  # target, weight, words


def make(states: list[tuple[int, Any]], outcomes: int = 2, **more: Any) -> StateGraph:
    """A graph from a list of (kind, edges), or (TERMINAL, outcome); an edge is a target, or a
    tuple of target, weight, words."""
    kind, first, target, weight, words, outcome = [], [0], [], [], [], []
    for what, rest in states:
        kind.append(what)
        outcome.append(rest if what == TERMINAL else 0)
        for edge in rest if what in (CHOICE, CHANCE) else ():
            t, w, d = (*edge, 0)[:3] if isinstance(edge, tuple) else (edge, 1, 0)
            target.append(t)
            weight.append(w)
            words.append(d)
        first.append(len(target))
    graph = StateGraph(
        kind=np.array(kind, np.uint8),
        first_edge=np.array(first, np.int64),
        edge_target=np.array(target, np.int32),
        edge_weight=np.array(weight, np.float64),
        edge_words=np.array(words, np.int32),
        outcome=np.array(outcome, np.int32),
        outcomes=[Outcome(f"ending {k}") for k in range(outcomes)],
        **more,
    )
    graph.check()
    return graph


@st.composite
def graphs(
    draw: st.DrawFn,
    states: int = 7,
    *,
    cyclic: bool = True,
    chance: bool = True,
    unexplored: bool = False,
    outcomes: int = 2,
) -> StateGraph:
    """Random graphs in which everything happens: loops, draws, ends, dead corners."""
    n = draw(st.integers(2, states))
    kinds = [CHOICE] + [CHANCE] * chance + [TERMINAL] + [UNEXPLORED] * unexplored
    rows: list[tuple[int, Any]] = []
    for s in range(n):
        last = s == n - 1
        kind = draw(st.sampled_from(kinds[: 1 + chance] if s == 0 else kinds))
        if last and not cyclic and kind in (CHOICE, CHANCE):
            kind = TERMINAL
        if kind in (CHOICE, CHANCE):
            low = 0 if cyclic else s + 1
            edge = st.tuples(st.integers(low, n - 1), st.integers(1, 5), st.integers(0, 3))
            rows.append((kind, draw(st.lists(edge, min_size=1, max_size=3))))
        else:
            rows.append((kind, draw(st.integers(0, outcomes - 1))))
    rows = [
        (k, [(t, w if k == CHANCE else 1, d) for t, w, d in r] if k in (CHOICE, CHANCE) else r)
        for k, r in rows
    ]
    return make(rows, outcomes)


def gambler(n: int, up: float, start: int) -> StateGraph:
    """A gambler with `start` of n coins, who wins one with odds `up` and ends at 0 or n.

    State 0 is the start; outcome 1 is winning all.
    """
    place = {start: 0}
    place.update({i: j for j, i in enumerate((i for i in range(n + 1) if i != start), 1)})
    rows: list[Any] = [None] * (n + 1)
    for i, s in place.items():
        if i in (0, n):
            rows[s] = (TERMINAL, int(i == n))
        else:
            rows[s] = (CHANCE, [(place[i + 1], up), (place[i - 1], 1 - up)])
    return make(rows)


def gambler_wins(n: int, up: float, start: int) -> float:
    """The closed form of the gambler's luck."""
    if up == 0.5:
        return start / n
    r = (1 - up) / up
    if r > 1:  # the same, without overflow
        return (r ** (start - n) - r**-n) / (1 - r**-n)
    return (1 - r**start) / (1 - r**n)


def layered(n: int, degree: int, width: int, outcomes: int = 5, seed: int = 1) -> StateGraph:
    """An acyclic graph of n states in layers, every fourth a draw, the last layer terminal."""
    rng = np.random.default_rng(seed)
    kind = np.where(rng.random(n) < 0.25, CHANCE, CHOICE).astype(np.uint8)
    kind[n - width :] = TERMINAL
    inner = n - width
    base = np.arange(inner, dtype=np.int64)
    target = base[:, None] + 1 + rng.integers(0, width, (inner, degree))
    first = np.concatenate((np.arange(inner + 1) * degree, np.full(width, inner * degree)))
    return StateGraph(
        kind=kind,
        first_edge=first,
        edge_target=target.reshape(-1).astype(np.int32),
        edge_words=rng.integers(0, 30, inner * degree).astype(np.int32),
        outcome=rng.integers(0, outcomes, n).astype(np.int32),
        outcomes=[Outcome(f"ending {k}") for k in range(outcomes)],
    )
