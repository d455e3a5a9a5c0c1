"""Odds, best, worst and flow: against fractions, closed forms, and what must hold of any answer."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foretell.checker.graphs import elimination, envelope, iteration, linear, solve
from foretell.checker.graphs.descent import BEST, MEAN, WORST
from foretell.checker.graphs.fragment import Fragment
from foretell.checker.graphs.graph import CHANCE, CHOICE, TERMINAL, UNEXPLORED, Outcome, StateGraph
from foretell.checker.graphs.host import compiled_from
from foretell.checker.graphs.regions import (
    can_avoid,
    can_ensure,
    can_reach,
    end_components,
    is_sure,
)
from foretell.checker.graphs.river import mass_by_turn
from foretell.checker.graphs.solve import (
    FOREVER,
    absorb,
    best,
    extremes,
    flow,
    odds,
    worst,
)
from foretell.checker.graphs.sweep import AT_ONCE, SMALL
from tests.twins import solve_twin as twin
from tests.twins.graphs import gambler, gambler_wins, graphs, layered, make

both_hosts = pytest.mark.parametrize("work", [math.inf, 0], ids=["python", "compiled"])
quick = settings(max_examples=60)


def agree(values: Any, fractions: list[Any], error: float = 0.0) -> None:
    """Equal to 1e-12, and exactly 0 or 1 just where the fractions are; None is NaN."""
    for x, exact in zip(np.asarray(values).tolist(), fractions, strict=True):
        if exact is None:
            assert math.isnan(x)
        elif exact in (0, 1):
            assert x == exact
        else:
            assert 0 < x < 1
            assert abs(x - float(exact)) <= 1e-12 + error


# One reader ------------------------------------------------------------------------------------


@both_hosts
@quick
@given(graph=graphs())
def test_uniform_odds_are_those_of_fractions(work: float, graph: StateGraph) -> None:
    with compiled_from(work):
        answers = odds(graph)
    ended = twin.odds(graph, twin.terminals(graph))
    for k in range(2):
        agree(answers.low[:, k], twin.odds(graph, twin.having(graph, k)))
    agree(answers.low[:, FOREVER], [1 - x for x in ended])


@both_hosts
@quick
@given(graph=graphs(), data=st.data())
def test_a_named_reader_weighs_choices_and_draws_keep_their_odds(
    work: float, graph: StateGraph, data: st.DataObject
) -> None:
    weights = data.draw(st.lists(st.integers(0, 4), min_size=graph.m, max_size=graph.m))
    with compiled_from(work):
        answers = odds(graph, np.array(weights, float))
        met = flow(graph, np.array(weights, float))
    ended = twin.odds(graph, twin.terminals(graph), weights)
    for k in range(2):
        agree(answers.low[:, k], twin.odds(graph, twin.having(graph, k), weights))
        agree([met.odds[k].low], [twin.odds(graph, twin.having(graph, k), weights)[0]])
    agree(answers.low[:, FOREVER], [1 - x for x in ended])


@both_hosts
@quick
@given(graph=graphs())
def test_flow_from_the_start_agrees_with_fractions(work: float, graph: StateGraph) -> None:
    with compiled_from(work):
        met = flow(graph)
    words = {e: int(graph.edge_words[e]) for e in range(graph.m)}
    turns = {e: int(graph.kind[graph.edge_source[e]] == CHOICE) for e in range(graph.m)}
    goals = [twin.having(graph, 0), twin.having(graph, 1), twin.terminals(graph)]
    found = [*zip(met.turns, met.words, strict=True), (met.all_turns, met.all_words)]
    for goal, (turns_found, words_found) in zip(goals, found, strict=True):
        exact = twin.mean_cost(graph, words, goal) if goal else None
        if exact is None:
            assert math.isnan(words_found)
        else:
            assert words_found == pytest.approx(float(exact), abs=1e-11)
            exact = twin.mean_cost(graph, turns, goal)
            assert exact is not None
            assert turns_found == pytest.approx(float(exact), abs=1e-11)
    ended = twin.odds(graph, twin.terminals(graph))[0]
    agree([x.low for x in met.odds], [
        *(twin.odds(graph, twin.having(graph, k))[0] for k in range(2)), 1 - ended
    ])  # fmt: skip


@quick
@given(graph=graphs(cyclic=False))
def test_visits_of_an_acyclic_graph_are_the_odds_of_meeting_a_state(graph: StateGraph) -> None:
    visits = flow(graph).visits
    for s in range(graph.n):
        assert visits[s] == pytest.approx(float(twin.odds(graph, {s})[0]), abs=1e-14)


@both_hosts
@quick
@given(graph=graphs(unexplored=True))
def test_unexplored_states_widen_every_odd_by_what_comes_to_them(
    work: float, graph: StateGraph
) -> None:
    with compiled_from(work):
        answers, met = odds(graph), flow(graph)
    frontier = twin.unexplored(graph)
    agree(answers.unexplored, twin.odds(graph, frontier))
    for k in range(2):
        low = twin.odds(graph, twin.having(graph, k))
        high = twin.odds(graph, twin.having(graph, k) | frontier)
        agree(answers.low[:, k], low)
        assert answers.high[:, k] == pytest.approx([float(x) for x in high], abs=1e-12)
        agree([met.odds[k].low], low[:1])
        agree([met.odds[k].high], high[:1])


@pytest.mark.parametrize("up", [0.5, 0.49, 0.6, 0.3])
@pytest.mark.parametrize("n", [10, 31, 200, 1000, 3000])
def test_a_gambler_wins_as_often_as_the_closed_form_says(n: int, up: float) -> None:
    for start in (n // 2, n - 5):
        graph = gambler(n, up, start)
        exact = gambler_wins(n, up, start)
        answers = odds(graph)
        assert answers.low[0, 1] == pytest.approx(exact, abs=1e-9)
        assert answers.low[0, 0] == pytest.approx(1 - exact, abs=1e-9)
        assert answers.low[0, FOREVER] == 0
        assert answers.error < 1e-8
        assert flow(graph).odds[1].low == pytest.approx(exact, abs=1e-9)


@both_hosts
def test_small_components_keep_digits_where_nearly_nothing_leaves(work: float) -> None:
    # A drift away from both exits: the expected stay is about 1e30 steps.
    states = [(CHANCE, [(1, 1e-15), (2, 1.0)]), (TERMINAL, 0), (CHANCE, [(0, 1.0), (3, 2e-15)]),
              (TERMINAL, 1)]  # fmt: skip
    with compiled_from(work):
        answers = odds(make(states))
    assert answers.low[0, 0] == pytest.approx(1 / 3, rel=1e-14)
    assert answers.low[0, 1] == pytest.approx(2 / 3, rel=1e-14)


def test_a_large_component_that_is_hardly_ever_left_keeps_its_digits() -> None:
    # 400 states that drift to the middle, with an exit at either end: LU alone would lose all.
    n = 400
    rows: list[Any] = []
    for i in range(n):
        left, right = (0.9, 0.1) if i >= n // 2 else (0.1, 0.9)
        rows.append((CHANCE, [(i - 1 if i else n, left), (i + 1 if i < n - 1 else n + 1, right)]))
    answers = odds(make([*rows, (TERMINAL, 0), (TERMINAL, 1)]))
    assert answers.low[n // 2, 0] + answers.low[n // 2, 1] == pytest.approx(1, abs=1e-9)
    assert answers.low[n // 2, 0] == pytest.approx(answers.low[n // 2 - 1, 1], abs=1e-9)


def test_collecting_coupons_takes_as_long_as_it_should() -> None:
    n = 12
    rows: list[Any] = []
    for have in range(n):  # at each choice one buys a packet; luck decides what is in it
        rows.append((CHOICE, [(2 * have + 1, 1, 2)]))
        rows.append((CHANCE, [(2 * have + 2, n - have)] + ([(2 * have, have)] if have else [])))
    met = flow(make([*rows, (TERMINAL, 0)]))
    exact = n * sum(Fraction(1, i) for i in range(1, n + 1))
    assert met.all_turns == pytest.approx(float(exact), rel=1e-13)
    assert met.all_words == pytest.approx(2 * float(exact), rel=1e-13)


def test_sums_of_dice_come_as_often_as_they_are_counted() -> None:
    rolls, faces = 3, 6
    place: dict[tuple[int, int], int] = {}
    for r in range(rolls + 1):
        for total in range(r, r * faces + 1):
            place[r, total] = len(place)
    rows: list[Any] = []
    for r, total in place:
        if r == rolls:
            rows.append((TERMINAL, total - rolls))
        else:
            rows.append((CHANCE, [place[r + 1, total + f] for f in range(1, faces + 1)]))
    answers = odds(make(rows, outcomes=rolls * faces - rolls + 1))
    counts = np.ones(1)
    for _ in range(rolls):
        counts = np.convolve(counts, np.ones(faces))
    assert answers.low[0, :-1] == pytest.approx(counts / 216, abs=1e-15)


def test_a_chance_too_small_for_a_float_is_not_called_impossible_nor_its_opposite_sure() -> None:
    n = 1200
    rows: list[Any] = [(CHANCE, [s + 1, n + 1]) for s in range(n)]
    graph = make([*rows, (TERMINAL, 0), (TERMINAL, 1)])
    for low in (odds(graph).low[0], [x.low for x in flow(graph).odds]):
        assert 0 < low[0] < 1e-300
        assert 1 - 1e-15 < low[1] < 1


def test_sure_things_are_exactly_sure_whatever_weights_sum_to() -> None:
    graph = make([(CHANCE, [(1, 0.1)] * 10), (CHANCE, [(2, 0.7), (2, 0.1), (2, 0.2)]),
                  (TERMINAL, 1)])  # fmt: skip
    assert odds(graph).low[0].tolist() == [0, 1, 0]
    assert best(graph, 1).low[0] == worst(graph, 1).low[0] == 1


def swept(asked: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """What is answered where all is done by components."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(StateGraph, "cycles_known", True)
        return asked(*arguments, **options)


@both_hosts
@pytest.mark.parametrize("cyclic", [False, True])
@settings(max_examples=120)
@given(data=st.data())
def test_descending_comes_to_the_last_bit_to_what_components_do(
    work: float, cyclic: bool, data: st.DataObject
) -> None:
    graph = data.draw(graphs(9, cyclic=cyclic, unexplored=data.draw(st.booleans())))
    weights = data.draw(st.lists(st.integers(0, 3), min_size=graph.m, max_size=graph.m))
    with compiled_from(work):
        for given_weights in (None, np.array(weights, float)):
            found = odds(graph, given_weights)
            slow = swept(odds, graph, given_weights)
            assert found.low.tobytes() == slow.low.tobytes()
            assert found.high.tobytes() == slow.high.tobytes()
            assert len(np.unique(found.row)) == len(np.unique(slow.row))
        for sense in (BEST, WORST):
            for finishing in (False, True):
                every = extremes(graph, sense, finishing=finishing, policies=True)
                slowly = swept(extremes, graph, sense, finishing=finishing, policies=True)
                for one, other in zip(every, slowly, strict=True):
                    assert one.low.tobytes() == other.low.tobytes()
                    assert one.high.tobytes() == other.high.tobytes()
                    assert one.policy is not None
                    assert one.policy.tolist() == other.policy.tolist()


@both_hosts
@quick
@given(graph=graphs(9))
def test_descending_settles_all_where_and_only_where_there_is_no_cycle(
    work: float, graph: StateGraph
) -> None:
    def all_settled(sense: int) -> bool:
        row = np.where(graph.kind == TERMINAL, 1 + graph.outcome, -1).astype(np.int32)
        rows = solve._Rows(row, np.eye(3))
        fresh = replace(graph)
        with compiled_from(work):
            return solve._descended(fresh, fresh.edge_weight, True, sense, 2, rows, None)

    assert not graph.cycles_known
    loops = graph.edge_source == graph.edge_target
    longer = graph.components.count < graph.n
    assert all_settled(MEAN) is not longer
    chosen = loops & (graph.kind[graph.edge_source] == CHOICE)
    for sense in (BEST, WORST):
        assert all_settled(sense) is not (longer or bool(chosen.any()))


def test_states_with_one_future_share_its_row() -> None:
    onward: list[Any] = [(CHANCE if s % 2 else CHOICE, [s + 1, s + 1, s + 1]) for s in range(1000)]
    graph = make([*onward, (CHANCE, [1001, 1002]), (TERMINAL, 0), (TERMINAL, 1)])
    every: list[Any] = [odds(graph), *extremes(graph, BEST), *extremes(graph, WORST)]
    for answers in every:
        assert len(answers.lows) < 10
        assert answers.row[0] == answers.row[1000]
        assert answers.low[0] == pytest.approx(answers.low[1000])


# All readers -----------------------------------------------------------------------------------


@both_hosts
@quick
@given(graph=graphs(states=6))
def test_best_and_worst_are_those_of_all_policies(work: float, graph: StateGraph) -> None:
    with compiled_from(work):
        high, low = extremes(graph, BEST), extremes(graph, WORST)
    for k in range(2):
        most, least = twin.extremes(graph, twin.having(graph, k))
        agree(high[k].low, most)
        agree(low[k].low, least)
        assert (high[k].low == high[k].high).all()


@both_hosts
@quick
@given(graph=graphs(states=6), places=st.lists(st.integers(0, 200), min_size=2, max_size=2))
def test_columns_of_many_endings_are_those_of_few(
    work: float, graph: StateGraph, places: list[int]
) -> None:
    """More columns than a word of support has bits; some share one, and most are 0 throughout."""
    many = replace(
        graph,
        outcome=np.array(places)[graph.outcome],
        outcomes=[Outcome(f"ending {k}") for k in range(201)],
    )
    few = replace(graph, outcome=graph.outcome * (places[0] != places[1]))
    finishing: dict[str, Any] = {"finishing": True}
    with compiled_from(work):
        wide, narrow = odds(many), odds(few)
        every = [
            (extremes(many, sense, **how), extremes(few, sense, **how))
            for sense in (BEST, WORST)
            for how in ({}, finishing)
        ]
    for k, place in enumerate(places if places[0] != places[1] else places[:1]):
        assert (wide.low[:, place] == narrow.low[:, k]).all()
        for ours, theirs in every:
            np.testing.assert_array_equal(ours[place].low, theirs[k].low)
    assert (wide.low[:, FOREVER] == narrow.low[:, FOREVER]).all()
    for empty in {*range(201)} - {*places}:
        assert not wide.low[:, empty].any()
        for ours, _ in every:
            assert not np.nan_to_num(ours[empty].low).any()


@both_hosts
@quick
@given(graph=graphs(states=6))
def test_finishing_readers_are_those_whose_policies_surely_end(
    work: float, graph: StateGraph
) -> None:
    for k in range(2):
        most, least = twin.finishing(graph, twin.having(graph, k), twin.terminals(graph))
        with compiled_from(work):
            agree(best(graph, k, finishing=True).low, most)
            agree(worst(graph, k, finishing=True).low, least)


@both_hosts
@quick
@given(graph=graphs(states=6))
def test_the_policy_given_attains_the_odds_given(work: float, graph: StateGraph) -> None:
    with compiled_from(work):
        for found in (best(graph, 0), worst(graph, 0), best(graph, 0, finishing=True),
                      worst(graph, 0, finishing=True)):  # fmt: skip
            assert found.policy is not None
            picked = {s: int(found.policy[s]) for s in range(graph.n) if graph.kind[s] == CHOICE}
            assert all(picked[s] in twin.edges(graph, s) for s in picked)
            rows = twin.as_chain(graph, twin.policy_odds(graph, picked))
            attained = twin.chain_odds(rows, twin.having(graph, 0))
            for s in range(graph.n):
                if not math.isnan(found.low[s]):
                    assert found.low[s] == pytest.approx(float(attained[s]), abs=1e-12)


@both_hosts
@quick
@given(graph=graphs(states=6, unexplored=True), data=st.data())
def test_bounds_contain_the_truth_whatever_the_unexplored_turns_out_to_be(
    work: float, graph: StateGraph, data: st.DataObject
) -> None:
    rows: list[Any] = []
    for s in range(graph.n):
        kind = int(graph.kind[s])
        if kind == UNEXPLORED:  # it becomes an end, a choice or a draw, leading anywhere
            kind = data.draw(st.sampled_from([TERMINAL, CHOICE, CHANCE]))
            targets = st.lists(st.integers(0, graph.n - 1), min_size=1, max_size=2)
            rows.append((kind, data.draw(st.integers(0, 1) if kind == TERMINAL else targets)))
        elif kind == TERMINAL:
            rows.append((kind, int(graph.outcome[s])))
        else:
            rows.append((kind, [(twin.target(graph, e), graph.edge_weight[e])
                                for e in twin.edges(graph, s)]))  # fmt: skip
    truth = make(rows)
    with compiled_from(work):
        for k in range(2):
            for ask, finishing in ((best, False), (worst, False), (best, True), (worst, True)):
                bounds = ask(graph, k, finishing=finishing)
                exact = ask(truth, k, finishing=finishing).low
                for s in range(graph.n):
                    if not math.isnan(exact[s]):
                        assert bounds.low[s] <= exact[s] + 1e-12
                        assert bounds.high[s] >= exact[s] - 1e-12
        bounds_of_odds, exact_odds = odds(graph), odds(truth).low
        assert (bounds_of_odds.low <= exact_odds + 1e-12).all()
        assert (bounds_of_odds.high >= exact_odds - 1e-12).all()


@quick
@given(graph=graphs())
def test_any_set_of_states_can_be_asked_for_as_a_goal(graph: StateGraph) -> None:
    goal = np.arange(graph.n) % 2 == 1
    asked = absorb(graph, goal)
    asked.check()
    numbers = set(np.flatnonzero(goal).tolist())
    agree(odds(asked).low[:, 2], twin.odds(graph, numbers))
    agree(best(asked, 2).low, twin.extremes(graph, numbers)[0])


def test_the_worst_reader_stays_and_one_who_finishes_cannot() -> None:
    # Round and round in a hub, and the only way out leads to ending 0.
    graph = make([(CHOICE, [1, 2]), (CHOICE, [0]), (TERMINAL, 0)])
    assert worst(graph, 0).at(0).low == 0
    assert worst(graph, 0, finishing=True).at(0).low == 1
    assert best(graph, 0).at(0).low == 1


# Large components ------------------------------------------------------------------------------


def ladder(n: int, seed: int) -> StateGraph:
    """One cyclic component of n states, choices and draws, without end components."""
    rng = np.random.default_rng(seed)
    rows: list[Any] = []
    for s in range(n):
        if s % 2:
            out = n + int(rng.integers(0, 2))
            back = [(int(rng.integers(0, n)) // 2 * 2, 1 + int(rng.integers(0, 5))) for _ in "ab"]
            rows.append((CHANCE, [*back, ((s + 1) % n, 2), (out, 1)]))
        else:
            rows.append((CHOICE, [s + 1, (s + 3) % n, (s + 5) % n]))
    return make([*rows, (TERMINAL, 0), (TERMINAL, 1)])


@cache
def exact_ladder() -> list[Fraction]:
    """The odds of outcome 0 on a ladder of 120 states."""
    return twin.odds(ladder(120, 5), {120})


def never_settling(fragment: Fragment, gain: Any, *_: Any, **__: Any) -> Any:
    return np.zeros((len(fragment.states), gain.shape[1])), False


METHODS = [
    "in passing",
    "at once",
    "rounds",
    "elimination",
    "envelope",
    "sparse elimination",
    "BiCGSTAB",
    "bounds",
]


@pytest.fixture(params=METHODS)
def method(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each way large components are solved, whatever the size."""
    if request.param == "in passing":
        return request.param
    monkeypatch.setattr(solve, "AT_ONCE", SMALL)
    if request.param != "at once":
        monkeypatch.setattr(linear, "AT_ONCE", 0)
    if request.param not in ("at once", "rounds"):
        monkeypatch.setattr(linear, "settle_down", never_settling)
        monkeypatch.setattr(linear, "LIMIT", 0)
        monkeypatch.setattr(linear, "_FEW_STEPS", 1)
    if request.param not in ("at once", "rounds", "elimination"):
        monkeypatch.setattr(linear, "DENSE", 0)
        monkeypatch.setattr(linear, "DENSE_AT_MOST", 0)
    if request.param not in ("at once", "rounds", "elimination", "envelope"):
        monkeypatch.setattr(envelope, "factor", lambda *_: None)
    if request.param in ("BiCGSTAB", "bounds"):
        monkeypatch.setattr(elimination, "factor", lambda *_: None)
    if request.param == "bounds":
        monkeypatch.setattr(linear, "_krylov", lambda *_, **__: np.zeros_like)
    return str(request.param)


@both_hosts
def test_every_method_gives_the_same_and_proves_it(work: float, method: str) -> None:
    graph = ladder(120, 5)
    with compiled_from(work):
        answers = odds(graph)
        high, low = extremes(graph, BEST)[0], extremes(graph, WORST)[0]
    exact = exact_ladder()
    assert np.abs(answers.low[:, 0] - [float(x) for x in exact]).max() <= answers.error < 1e-9
    assert high.error < 1e-9
    assert low.error < 1e-9
    for found, sense in ((high, 1), (low, -1)):
        # Bellman's equations have one solution here: every policy ends.
        assert found.policy is None
        for s in range(120):
            along = [found.low[twin.target(graph, e)] for e in twin.edges(graph, s)]
            weights = [graph.edge_weight[e] for e in twin.edges(graph, s)]
            if graph.kind[s] == CHANCE:
                expected = float(np.average(along, weights=weights))
            else:
                expected = max(along) if sense == 1 else min(along)
            assert found.low[s] == pytest.approx(expected, abs=1e-9)


def test_every_method_lets_as_much_flow_through(method: str) -> None:
    graph = ladder(120, 5)
    met = flow(graph)
    assert met.odds[0].low == pytest.approx(float(exact_ladder()[0]), abs=1e-10)
    for k in range(2):
        arrived = met.visits[twin.having(graph, k).pop()]
        assert arrived == pytest.approx(met.odds[k].low, abs=1e-10)
    into = np.bincount(graph.edge_target, reader_odds(graph) * met.visits[graph.edge_source])
    into[0] += 1
    assert met.visits == pytest.approx(into, rel=1e-9)


def hubs(n: int, seed: int, back: float = 0.1) -> StateGraph:
    """Choices and draws in turn that lead on a little, and at times back to hubs before."""
    rng = np.random.default_rng(seed)
    onward = np.arange(n)[:, None] + rng.integers(1, 8, (n, 3))
    ends = rng.integers(n, n + 3, (n, 3))
    backward = np.maximum(np.arange(n)[:, None] - rng.integers(0, 30, (n, 3)), 0)
    target = np.where(rng.random((n, 3)) < back, backward, np.where(onward < n, onward, ends))
    states: list[Any] = [(CHANCE if s % 2 else CHOICE, target[s].tolist()) for s in range(n)]
    return make([*states, (TERMINAL, 0), (TERMINAL, 1), (TERMINAL, 2)], 3)


def islands(n: int, seed: int, size: int = 100) -> StateGraph:
    """Large components one after another: on each one goes about, and at times on to the next."""
    rng = np.random.default_rng(seed)
    at = np.arange(n)[:, None]
    home = at // size * size
    roam = home + rng.integers(0, size, (n, 3))
    roam[:, :1] = home + (at - home + 1) % size
    onward = home + size + rng.integers(0, size, (n, 3))
    ends = rng.integers(n, n + 3, (n, 3))
    leaves = rng.random((n, 3)) < [0, 0.1, 0.1]
    target = np.where(leaves, np.where(onward < n, onward, ends), roam)
    kinds = np.where(rng.random(n) < 0.5, CHOICE, CHANCE)
    states: list[Any] = [(int(kinds[s]), target[s].tolist()) for s in range(n)]
    return make([*states, (TERMINAL, 0), (TERMINAL, 1), (TERMINAL, 2)], 3)


MAZES = {
    "hubs": lambda seed: hubs(400, seed, 0.1),
    "a knot of hubs": lambda seed: hubs(400, seed, 0.4),
    "islands": lambda seed: islands(400, seed),
}


@both_hosts
@pytest.mark.parametrize("maze", MAZES)
@pytest.mark.parametrize("seed", range(3))
def test_what_is_certain_in_a_large_component_is_what_its_shape_says(
    work: float, seed: int, maze: str
) -> None:
    graph = MAZES[maze](seed)
    assert (np.diff(graph.components.first) > SMALL).sum() >= (3 if maze == "islands" else 1)
    assert end_components(graph).count
    with compiled_from(work):
        high, low = (extremes(graph, sense, policies=True) for sense in (BEST, WORST))
    for k in range(3):
        goal = graph.having(k)
        assert ((high[k].low == 0) == ~can_reach(graph, goal)).all()
        assert ((high[k].low == 1) == can_ensure(graph, goal)).all()
        assert ((low[k].low == 0) == can_avoid(graph, goal)).all()
        assert ((low[k].low == 1) == is_sure(graph, goal)).all()
        for found in (high[k], low[k]):
            assert found.policy is not None
            followed = np.zeros(graph.m)
            followed[found.policy[found.policy >= 0]] = 1.0
            np.testing.assert_allclose(odds(graph, followed).low[:, k], found.low, atol=1e-9)


@pytest.mark.parametrize("maze", [hubs, islands])
@pytest.mark.parametrize("seed", range(3))
def test_going_round_comes_to_what_policies_come_to(
    monkeypatch: pytest.MonkeyPatch, seed: int, maze: Callable[[int, int], StateGraph]
) -> None:
    graph = maze(700, seed)
    assert np.diff(graph.components.first).max() >= 100
    asks = [(sense, finishing) for sense in (BEST, WORST) for finishing in (False, True)]
    quick = [extremes(graph, sense, finishing=how, policies=True) for sense, how in asks]
    monkeypatch.setattr(linear, "settle_down", never_settling)
    monkeypatch.setattr(linear, "LIMIT", 0)
    slow = [extremes(graph, sense, finishing=how, policies=True) for sense, how in asks]
    for ours, theirs in zip(quick, slow, strict=True):
        for k in range(3):
            assert max(ours[k].error, theirs[k].error) < 1e-9
            np.testing.assert_allclose(ours[k].low, theirs[k].low, atol=1e-9)
            assert ((ours[k].low == 1) == (theirs[k].low == 1)).all()
            assert ((ours[k].low == 0) == (theirs[k].low == 0)).all()
            policy = ours[k].policy
            assert policy is not None
            followed = np.zeros(graph.m)
            followed[policy[policy >= 0]] = 1.0
            attained = odds(graph, followed).low[:, k]
            sound = ~np.isnan(ours[k].low)
            np.testing.assert_allclose(attained[sound], ours[k].low[sound], atol=1e-9)


def archipelago(seed: int, islands: int) -> StateGraph:
    """Components of 2 to 150 states one after another, some of luck alone, some hardly left."""
    rng = np.random.default_rng(seed)
    sizes = rng.choice([2, 3, 8, 31, 32, 33, 60, 100, 128, 129, 150], islands)
    firsts = np.concatenate(([0], np.cumsum(sizes)))
    n = int(firsts[-1])
    states: list[Any] = []
    for home, size in zip(firsts[:-1].tolist(), sizes.tolist(), strict=True):
        choosing, leaving = rng.choice([0.0, 0.2, 0.7]), rng.choice([0.0, 0.05, 0.3])
        rare = int(rng.choice([1, 1, 1000]))  # how much likelier than leaving it is to stay
        for s in range(size):
            around = home + rng.integers(0, size, 2)
            out = min(home + size + int(rng.integers(0, 40)), n + int(rng.integers(0, 3)))
            leaves = s == 0 or rng.random() < leaving
            targets = [home + (s + 1) % size, *around.tolist(), *([out] if leaves else [])]
            if rng.random() < choosing:
                states.append((CHOICE, targets))
            else:
                weights = [*(rng.integers(1, 9, 3) * rare).tolist(), 1]
                states.append((CHANCE, list(zip(targets, weights, strict=False))))
    return make([*states, (TERMINAL, 0), (TERMINAL, 1), (TERMINAL, 2)], 3)


@both_hosts
@pytest.mark.parametrize("seed", range(10))
def test_what_is_settled_in_passing_is_what_each_component_comes_to_by_itself(
    monkeypatch: pytest.MonkeyPatch, work: float, seed: int
) -> None:
    graph = archipelago(seed, 8 if work == 0 else 2)  # plain Python is slow at this
    asks = [(sense, finishing) for sense in (BEST, WORST) for finishing in (False, True)]

    def ask() -> list[Any]:
        with compiled_from(work):
            every = [extremes(graph, sense, finishing=how, policies=True) for sense, how in asks]
            return [odds(graph), *(each for found in every for each in found)]

    quick = ask()
    monkeypatch.setattr(solve, "AT_ONCE", SMALL)
    for ours, theirs in zip(quick, ask(), strict=True):
        assert max(ours.error, theirs.error) < 1e-8
        apart = np.abs(np.nan_to_num(ours.low - theirs.low)).max()
        assert apart <= ours.error + theirs.error + 1e-13
        assert (np.isnan(ours.low) == np.isnan(theirs.low)).all()
        for certain in (0.0, 1.0):
            assert ((ours.low == certain) == (theirs.low == certain)).all()
    for number, found in enumerate(quick[1:]):
        followed = np.zeros(graph.m)
        followed[found.policy[found.policy >= 0]] = 1.0
        attained = odds(graph, followed)
        sound = ~np.isnan(found.low)
        apart = np.abs(attained.low[:, number % 3] - found.low)[sound].max(initial=0.0)
        assert apart <= attained.error + found.error + 1e-12


@pytest.mark.parametrize("seed", range(2))
def test_islands_of_luck_come_to_what_fractions_say(seed: int) -> None:
    graph = islands(80, seed, size=40)
    graph = replace(graph, kind=np.where(graph.kind == CHOICE, CHANCE, graph.kind))
    sizes = np.diff(graph.components.first)
    assert ((sizes > SMALL) & (sizes <= AT_ONCE)).sum() == 2
    exact = twin.odds(graph, {graph.n - 3})
    answers = odds(graph)
    found = [answers.low[:, 0], extremes(graph, BEST)[0].low, extremes(graph, WORST)[0].low]
    for low in found:
        far = max(abs(Fraction(x) - y) for x, y in zip(low.tolist(), exact, strict=True))
        assert far <= answers.error < 1e-9


@both_hosts
def test_what_is_all_but_impossible_is_not_taken_for_impossible(work: float) -> None:
    states: list[Any] = [(CHOICE, [1, 0]), (CHOICE, [0, 2, 3]), (TERMINAL, 0), (TERMINAL, 1)]
    graph = make(states, 2)
    with compiled_from(work):
        answers = odds(graph, np.array([1.0, 1.0, 1e200, 1e-200, 0.0]))
        even = odds(graph, np.array([1.0, 1.0, 1e200, 1e-200, 1e-200]))
    assert answers.low[:2, :2].tolist() == [[1.0, 0.0], [1.0, 0.0]]
    assert ((even.low[:2, :2] > 0) & (even.low[:2, :2] < 1)).all()


@both_hosts
def test_as_many_readers_leave_islands_as_come_to_them(work: float) -> None:
    graph = islands(600, 1)
    with compiled_from(work):
        met, answers = flow(graph), odds(graph)
    for k in range(3):
        assert met.odds[k].low == pytest.approx(answers.at(0, k).low, abs=1e-10)
    into = np.bincount(graph.edge_target, reader_odds(graph) * met.visits[graph.edge_source])
    into[0] += 1
    assert met.visits == pytest.approx(into, rel=1e-9)


def test_going_round_gives_up_where_readers_linger() -> None:
    graph = gambler(3000, 0.5, 1500)
    weight = graph.edge_weight
    c = int(np.diff(graph.components.first).argmax())
    place = np.empty(graph.n, np.int32)
    fragment = Fragment.of(graph, graph.components, c, weight, MEAN, place)
    gain = (graph.edge_target[fragment.edges] == graph.n - 1).astype(float)[:, None]
    assert not iteration.settle_down(fragment, gain, MEAN)[1]
    assert not linear._pour(fragment, np.ones(len(fragment.states)), soon=True)[1]


def reader_odds(graph: StateGraph) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Each edge's probability for the uniform reader."""
    return np.array([float(p) for _, p in sorted(twin.edge_odds(graph).items())])


def test_policies_of_large_components_attain_their_odds(method: str) -> None:
    graph = ladder(100, 8)
    for found in (best(graph, 0), worst(graph, 0)):
        assert found.policy is not None
        weights = np.zeros(graph.m)
        weights[found.policy[found.policy >= 0]] = 1
        assert odds(graph, weights).low[:, 0] == pytest.approx(found.low, abs=1e-8)


def test_a_large_component_that_nothing_leaves_goes_on_for_ever() -> None:
    graph = make([(CHOICE, [1, 61]), *((CHANCE, [s % 60 + 1, 1]) for s in range(1, 61)),
                  (TERMINAL, 0)])  # fmt: skip
    answers, met = odds(graph), flow(graph)
    assert answers.low[0].tolist() == [0.5, 0, 0.5]
    assert met.odds[FOREVER].low == 0.5
    assert math.isinf(met.visits[7])
    assert best(graph, 0).low[1] == 0


# Turn by turn ----------------------------------------------------------------------------------


@quick
@given(graph=graphs(cyclic=False))
def test_the_river_ends_where_the_odds_say(graph: StateGraph) -> None:
    river, met = mass_by_turn(graph), flow(graph)
    assert river.ended.sum(axis=0) == pytest.approx([x.low for x in met.odds[:2]], abs=1e-12)
    turns = (river.ended.sum(axis=1) * np.arange(len(river.ended))).sum()
    if not math.isnan(met.all_turns):
        assert turns == pytest.approx(met.all_turns, abs=1e-12)
    for t, (_, mass) in enumerate(river.at):
        assert mass.sum() == pytest.approx(1 - river.ended[:t].sum(), abs=1e-12)


def test_a_turn_may_draw_for_long_and_lose_some_for_ever() -> None:
    # One draw in a million ends the loop at 0; another falls into a draw without end.
    graph = make([(CHANCE, [(0, 1e6), (1, 1), (2, 1)]), (TERMINAL, 0), (CHANCE, [2])])
    river = mass_by_turn(graph)
    assert river.ended[0, 0] == pytest.approx(0.5, abs=1e-12)
    assert river.caught == pytest.approx(0.5, abs=1e-12)
    assert river.going.tolist() == [0]


def test_the_river_stops_where_few_still_go_or_patience_ends() -> None:
    # half of those who are going end at every turn
    graph = make([(CHOICE, [0, 1]), (TERMINAL, 0)])
    assert len(mass_by_turn(graph, max_turns=50).going) == 51
    assert mass_by_turn(graph, max_turns=50, least=0.1).going.tolist() == [
        1,
        0.5,
        0.25,
        0.125,
        0.0625,
    ]
    assert mass_by_turn(graph, max_turns=50, patience=0.0).going.tolist() == [1]


# Size ------------------------------------------------------------------------------------------


def test_a_hundred_thousand_states_are_swept_alike_forward_and_backward() -> None:
    graph = layered(100_000, 3, 300)
    backward, forward = odds(graph), flow(graph)
    assert backward.low[0] == pytest.approx([x.low for x in forward.odds], abs=1e-12)
    assert backward.low.sum(axis=1) == pytest.approx(1, abs=1e-12)
    started = time.perf_counter()
    odds(graph)
    assert time.perf_counter() - started < 2  # a tenth of that on a quiet machine
