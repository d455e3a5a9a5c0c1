"""The graph's shape: validity, components, reachability, witnesses, and who can force what."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foretell.checker.graphs import regions
from foretell.checker.graphs.graph import (
    CHANCE,
    CHOICE,
    TERMINAL,
    UNEXPLORED,
    UNREACHED,
    GraphError,
    StateGraph,
    find_components,
    format_path,
    reachable_from,
    search,
    shortest_cycle,
    trace,
    walk,
)
from foretell.checker.graphs.host import compiled_from
from tests.twins import solve_twin as twin
from tests.twins.graphs import graphs, layered, make

both_hosts = pytest.mark.parametrize("work", [math.inf, 0], ids=["python", "compiled"])
quick = settings(max_examples=60)


def test_a_state_without_the_edges_its_kind_wants_is_refused_by_number() -> None:
    with pytest.raises(GraphError, match="state 0 is a choice or a draw without an edge"):
        make([(CHOICE, [])])
    with pytest.raises(GraphError, match="edge 0 leads to no state"):
        make([(CHOICE, [7])])
    with pytest.raises(GraphError, match="edge 1 is an outcome of weight 0"):
        make([(CHANCE, [(1, 1), (1, 0)]), (TERMINAL, 0)])
    with pytest.raises(GraphError, match="state 1 is terminal with an unknown outcome"):
        make([(CHOICE, [1]), (TERMINAL, 9)])


def test_labels_count_the_edges_of_each_state_unless_given() -> None:
    graph = make([(CHOICE, [1, 2]), (CHANCE, [2, 2, 2]), (TERMINAL, 0)])
    assert graph.edge_label.tolist() == [0, 1, 0, 1, 2]
    assert graph.turns == 2


@both_hosts
@quick
@given(graph=graphs())
def test_components_are_those_of_mutual_reachability_sinks_first(
    work: float, graph: StateGraph
) -> None:
    with compiled_from(work):
        parts = find_components(graph)
    found = {frozenset(parts.states(c).tolist()) for c in range(parts.count)}
    assert found == twin.components(graph)
    assert sorted(parts.order.tolist()) == list(range(graph.n))
    source = parts.component[graph.edge_source]
    target = parts.component[graph.edge_target]
    assert (source >= target).all()
    for c in range(parts.count):
        assert parts.cyclic[c] == bool(((source == c) & (target == c)).any())


@both_hosts
@quick
@given(graph=graphs(), data=st.data())
def test_states_left_out_are_in_no_component_and_change_no_other(
    work: float, graph: StateGraph, data: st.DataObject
) -> None:
    gone = np.array(data.draw(st.lists(st.booleans(), min_size=graph.n, max_size=graph.n)))
    open_edges = ~(gone[graph.edge_source] | gone[graph.edge_target])
    with compiled_from(work):
        parts = find_components(graph, open_edges, gone.astype(np.uint8))
        everywhere = find_components(graph, open_edges)
    found = {frozenset(parts.states(c).tolist()) for c in range(parts.count)}
    alone = {frozenset([s]) for s in np.flatnonzero(gone).tolist()}
    assert found | alone == {
        frozenset(everywhere.states(c).tolist()) for c in range(everywhere.count)
    }
    assert found.isdisjoint(alone)
    assert ((parts.component == -1) == gone).all()
    here = np.flatnonzero(~gone)
    assert (
        parts.cyclic[parts.component[here]] == everywhere.cyclic[everywhere.component[here]]
    ).all()


@both_hosts
@quick
@given(graph=graphs())
def test_reversed_edges_are_the_same_edges(work: float, graph: StateGraph) -> None:
    with compiled_from(work):
        first_in, in_edge = graph.incoming
    assert sorted(in_edge.tolist()) == list(range(graph.m))
    for s in range(graph.n):
        into = in_edge[first_in[s] : first_in[s + 1]].tolist()
        assert into == [e for e in range(graph.m) if graph.edge_target[e] == s]


@both_hosts
@quick
@given(graph=graphs())
def test_witnesses_are_shortest_and_lead_there(work: float, graph: StateGraph) -> None:
    cost = {e: int(graph.kind[graph.edge_source[e]] == CHOICE) for e in range(graph.m)}
    near = twin.distances(graph, cost)
    with compiled_from(work):
        found = search(graph, [0])
        reached = reachable_from(graph, [0])
        paths = [graph.witness([s]) for s in range(graph.n)]
    for s in range(graph.n):
        if near[s] is None:
            assert found.depth[s] == UNREACHED
            assert paths[s] is None
            assert not reached[s]
        else:
            path = paths[s]
            assert path is not None
            assert found.depth[s] == near[s]
            assert reached[s]
            assert graph.follow(path) == s
            walked = trace(graph, found, s)
            assert sum(cost[e] for e in walked) == near[s]
            assert format_path(graph, walked) == path


def test_a_path_names_choices_and_the_draws_of_their_turns() -> None:
    graph = make(
        [
            (CHANCE, [1, 1]),
            (CHANCE, [2, 2, 2]),
            (CHOICE, [3, 4]),
            (TERMINAL, 0),
            (CHANCE, [5, 5]),
            (CHOICE, [3]),
        ]
    )
    assert graph.witness([5]) == "@0,0/1@0"
    assert graph.witness([3]) == "@0,0/0"
    assert graph.witness([0]) == ""
    assert walk(graph, "@1,2/1@1/0") == [1, 4, 6, 8, 9]
    with pytest.raises(GraphError, match="after @1,2 there is no choice '7'"):
        walk(graph, "@1,2/7")
    with pytest.raises(GraphError, match="after the start there is no choice '0'"):
        walk(graph, "0")


def test_free_draws_do_not_lengthen_a_witness() -> None:
    # The two ways to state 4: one choice and three draws, or two choices.
    graph = make([(CHOICE, [5, 1]), (CHANCE, [2]), (CHANCE, [3]), (CHANCE, [4]), (TERMINAL, 0),
                  (CHOICE, [4])])  # fmt: skip
    assert graph.witness([4]) == "1@0,0,0"


@quick
@given(graph=graphs())
def test_shortest_cycles_come_back_along_open_edges(graph: StateGraph) -> None:
    open_edges = graph.edge_words < 3
    for s in range(graph.n):
        cycle = shortest_cycle(graph, s, open_edges)
        onward = {int(graph.edge_target[e]) for e in twin.edges(graph, s) if open_edges[e]}
        back = bool(onward) and bool(reachable_from(graph, sorted(onward), open_edges)[s])
        assert (cycle is not None) == back
        if cycle is not None:
            assert open_edges[cycle].all()
            assert graph.edge_source[cycle[0]] == s == graph.edge_target[cycle[-1]]
            assert (graph.edge_target[cycle[:-1]] == graph.edge_source[cycle[1:]]).all()


@both_hosts
@quick
@given(graph=graphs(states=6))
def test_regions_are_where_best_and_worst_odds_are_0_or_1(work: float, graph: StateGraph) -> None:
    goal = twin.having(graph, 0) | {graph.n - 1}
    mask = np.isin(np.arange(graph.n), sorted(goal))
    best, worst = twin.extremes(graph, goal)
    with compiled_from(work):
        assert regions.can_reach(graph, mask).tolist() == [x > 0 for x in best]
        assert regions.can_avoid(graph, mask).tolist() == [x == 0 for x in worst]
        assert regions.can_ensure(graph, mask).tolist() == [x == 1 for x in best]
        assert regions.is_sure(graph, mask).tolist() == [x == 1 for x in worst]


@both_hosts
@quick
@given(graph=graphs())
def test_end_components_are_the_largest_sets_one_can_stay_in(
    work: float, graph: StateGraph
) -> None:
    with compiled_from(work):
        found = regions.end_components(graph)
    groups = {frozenset(np.flatnonzero(found.number == i).tolist()) for i in range(found.count)}
    assert groups == twin.end_components(graph)


def test_a_trap_goes_on_for_ever_and_reaches_no_ending() -> None:
    states: list[Any] = [(CHOICE, [1, 2, 4]), (CHOICE, [1, 3]), (TERMINAL, 0), (CHANCE, [1, 3]),
                         (CHOICE, [5]), (UNEXPLORED, 0)]  # fmt: skip
    graph = make(states)
    assert regions.traps(graph).tolist() == [False, True, False, True, False, False]
    assert regions.trap_entrances(graph).tolist() == [False, True, False, False, False, False]


def test_a_draw_that_must_leave_its_loop_is_no_trap() -> None:
    # From 1 luck goes round for a while, but comes to the dead end 2 with probability 1.
    graph = make([(CHOICE, [1, 3]), (CHANCE, [1, 2]), (TERMINAL, 1), (TERMINAL, 0)])
    assert not regions.traps(graph, endings=[0]).any()


def test_ten_thousand_states_in_a_row_need_no_recursion() -> None:
    n = 10_000
    graph = make([(CHOICE, [(s + 1) % n]) for s in range(n)])
    assert graph.components.count == 1
    assert graph.from_start.depth.max() == n - 1


def test_both_hosts_number_a_larger_graph_alike() -> None:
    graph = layered(5_000, 3, 40)
    with compiled_from(0):
        compiled = find_components(graph)
        depth = search(graph, [0]).depth
    with compiled_from(math.inf):
        plain = find_components(graph)
        assert (search(graph, [0]).depth == depth).all()
    assert (compiled.order == plain.order).all()
