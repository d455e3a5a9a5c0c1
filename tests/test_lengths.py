"""How many playthroughs there are and how long they get, against walking all of them."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from foretell.checker.graphs import lengths
from foretell.checker.graphs.graph import CHANCE, CHOICE, TERMINAL, UNEXPLORED, StateGraph
from foretell.checker.graphs.host import compiled_from
from foretell.checker.graphs.lengths import (
    choice_extent,
    count_playthroughs,
    shortest,
    word_extent,
    word_quantiles,
)
from foretell.checker.graphs.solve import Interval
from tests.twins import solve_twin as twin
from tests.twins.graphs import graphs, layered, make

both_hosts = pytest.mark.parametrize("work", [math.inf, 0], ids=["python", "compiled"])
quick = settings(max_examples=60)


@both_hosts
@quick
@given(graph=graphs(cyclic=False))
def test_counts_and_extents_of_acyclic_graphs_are_those_of_all_walks(
    work: float, graph: StateGraph
) -> None:
    walks = list(twin.walks(graph))
    with compiled_from(work):
        found, choices, words = count_playthroughs(graph), choice_extent(graph), word_extent(graph)
    last = [int(graph.edge_target[walk[-1]]) for walk in walks]
    # an edge of a draw is as many ways as it has outcomes
    drawn = graph.kind[graph.edge_source] == CHANCE
    ways = [math.prod(int(graph.edge_weight[e]) for e in walk if drawn[e]) for walk in walks]
    assert found.total == sum(ways) == sum(x or 0 for x in found.each)
    assert found.each == tuple(
        sum(n for n, s in zip(ways, last, strict=True) if graph.outcome[s] == k) for k in range(2)
    )
    assert found.complete
    turns = [sum(int(graph.kind[graph.edge_source[e]] == CHOICE) for e in walk) for walk in walks]
    read = [int(graph.edge_words[walk].sum()) for walk in walks]
    assert (choices.least, choices.most) == (min(turns, default=None), max(turns, default=None))
    assert (words.least, words.most) == (min(read, default=None), max(read, default=None))


@both_hosts
@quick
@given(graph=graphs())
def test_shortest_ways_are_shortest_and_longest_ones_know_their_cycles(
    work: float, graph: StateGraph
) -> None:
    cost = {e: int(graph.edge_words[e]) for e in range(graph.m)}
    near = twin.distances(graph, cost)
    with compiled_from(work):
        found = shortest(graph, graph.edge_words)
        extent, counted = word_extent(graph), count_playthroughs(graph)
    assert found.tolist() == [2**62 if x is None else x for x in near]
    reached = twin.reachable(graph, 0)
    ends = twin.terminals(graph) & reached
    useful = {s for s in reached if twin.reachable(graph, s) & ends}
    loops = [
        e
        for s in useful
        for e in twin.edges(graph, s)
        if twin.target(graph, e) in useful and s in twin.reachable(graph, twin.target(graph, e))
    ]
    assert (counted.total is None) == bool(loops)
    if not ends:
        assert extent.least is None
        assert counted.total == 0
    else:
        assert extent.least == min(x for s in ends if (x := near[s]) is not None)
        assert (extent.most == math.inf) == any(cost[e] for e in loops)


def test_a_count_of_a_thousand_digits_is_exact() -> None:
    # Binary choices all the way, one of which skips a step: Fibonacci's numbers, and a tail of 3s.
    n = 4000
    rows: list[Any] = [(CHOICE, [s + 1, min(s + 2, n)]) for s in range(n)]
    rows += [(CHOICE, [s + 1] * 3) for s in range(n, n + 500)]
    graph = make([*rows, (TERMINAL, 1)])
    a, b = 1, 2  # from the last step there are two edges to the same place
    for _ in range(n - 1):
        a, b = b, a + b
    found = count_playthroughs(graph)
    assert found.total == b * 3**500
    assert found.each == (0, found.total)


@both_hosts
def test_outcomes_of_large_dice_are_counted_exactly(work: float) -> None:
    sides = 2**31 - 3
    rows: list[Any] = [(CHANCE, [(s + 1, sides - s), (s + 2, 5 + s)]) for s in range(60)]
    graph = make([*rows, (TERMINAL, 0), (TERMINAL, 1)])
    ways = [0] * graph.n
    ways[0] = 1
    for s in range(60):
        ways[s + 1] += ways[s] * (sides - s)
        ways[s + 2] += ways[s] * (5 + s)
    with compiled_from(work):
        assert count_playthroughs(graph).each == (ways[60], ways[61])


def test_counts_grow_beyond_the_range_of_a_float() -> None:
    graph = make([*((CHOICE, [s + 1] * 7) for s in range(1000)), (TERMINAL, 0)])
    assert count_playthroughs(graph).total == 7**1000


@both_hosts
def test_a_count_sums_more_ways_than_a_machine_word_holds(work: float) -> None:
    rng = np.random.default_rng(3)
    ahead = [rng.integers(s + 1, s + 7, 4).tolist() for s in range(300)]
    rows: list[Any] = [*((CHOICE, a) for a in ahead), *((TERMINAL, k % 2) for k in range(6))]
    graph = make(rows)
    ways = [0] * graph.n
    ways[0] = 1
    for s in range(300):
        for e in twin.edges(graph, s):
            ways[twin.target(graph, e)] += ways[s]
    with compiled_from(work):
        found = count_playthroughs(graph)
    assert found.total == sum(ways[300:])
    assert found.each == tuple(sum(ways[s] for s in twin.having(graph, k)) for k in range(2))


def test_a_cycle_that_cannot_end_does_not_make_the_count_infinite() -> None:
    graph = make([(CHOICE, [1, 2, 3]), (CHOICE, [1]), (CHOICE, [2, 4]), (TERMINAL, 0),
                  (TERMINAL, 1)])  # fmt: skip
    found = count_playthroughs(graph)
    assert found.each == (1, None)
    assert found.total is None
    assert choice_extent(graph, 0).most == 1
    assert choice_extent(graph, 1).most == math.inf


def test_what_is_not_explored_leaves_counts_and_extents_unknown() -> None:
    graph = make([(CHOICE, [1, 2]), (TERMINAL, 0), (CHOICE, [3]), (UNEXPLORED, 0)])
    extent = choice_extent(graph)
    assert (extent.least, extent.least_known) == (1, True)
    assert (extent.most, extent.most_known) == (1, False)
    found = count_playthroughs(graph)
    assert (found.total, found.complete) == (1, False)


def test_draws_are_counted_as_branches() -> None:
    graph = make([(CHOICE, [1, 2]), (CHANCE, [2, 2]), (TERMINAL, 0)])
    found = count_playthroughs(graph)
    assert (found.total, found.drawn) == (3, True)
    assert not count_playthroughs(make([(CHOICE, [1, 1]), (TERMINAL, 0)])).drawn


SHARES = [0.05, 0.25, 0.5, 0.75, 0.95, 1.0]


def quantiles_of_walks(graph: StateGraph) -> list[int] | None:
    """The words that so many playthroughs do not exceed, by walking them all."""
    p = twin.edge_odds(graph)
    walks = sorted(
        (int(graph.edge_words[walk].sum()), math.prod(p[e] for e in walk))
        for walk in twin.walks(graph)
    )
    total = sum(q for _, q in walks)
    found = []
    for share in SHARES:
        below = Fraction(0)
        for words, q in walks:
            below += q
            if below >= (share - 1e-12) * total:
                found.append(words)
                break
    return found if walks else None


@both_hosts
@quick
@given(graph=graphs(cyclic=False, unexplored=True))
def test_word_quantiles_are_those_of_all_walks(work: float, graph: StateGraph) -> None:
    with compiled_from(work):
        found = word_quantiles(graph, SHARES)
    exact = quantiles_of_walks(graph)
    assert found == (None if exact is None else [Interval(x, x) for x in exact])


def test_coarse_quantiles_are_intervals_around_the_exact_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    graph = layered(400, 3, 10)
    exact = word_quantiles(graph, SHARES)
    assert exact is not None
    monkeypatch.setattr(lengths, "CELLS", 8_000)
    coarse = word_quantiles(graph, SHARES)
    assert coarse is not None
    assert any(x.low < x.high for x in coarse)
    for x, y in zip(exact, coarse, strict=True):
        assert x.known
        assert x.low in y


def test_endless_words_have_no_quantiles() -> None:
    assert word_quantiles(make([(CHOICE, [0, 1]), (TERMINAL, 0)]), SHARES) is None
