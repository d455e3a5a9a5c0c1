"""What other model checkers make of a graph: stormpy must come to the same numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from foretell.checker.export import actions, drn, write_drn, write_prism
from foretell.checker.graph import CHANCE, CHOICE, TERMINAL, UNEXPLORED, StateGraph
from foretell.checker.solve import best, flow, worst
from tests.twins.graphs import gambler, layered, make


def wild(seed: int) -> StateGraph:
    """A random graph of some fifty states with loops, draws and both outcomes."""
    rng = np.random.default_rng(seed)
    n = 50
    rows: list[Any] = []
    for s in range(n):
        kind = rng.choice([CHOICE, CHANCE, TERMINAL], p=[0.55, 0.35, 0.1]) if s else CHOICE
        if kind == TERMINAL or s >= n - 2:
            rows.append((TERMINAL, s % 2))
        else:
            ahead = [int(t) for t in rng.integers(0, n, rng.integers(1, 4))]
            weights = rng.integers(1, 6, len(ahead)) if kind == CHANCE else np.ones(len(ahead))
            words = rng.integers(0, 20, len(ahead))
            rows.append((kind, list(zip(ahead, weights, words.tolist(), strict=True))))
    return make(rows)


def test_a_drn_file_says_who_moves_where() -> None:
    graph = make([(CHOICE, [(1, 1, 5), (2, 1, 7)]), (CHANCE, [(2, 1, 4), (2, 1, 2), (3, 2, 0)]),
                  (TERMINAL, 1), (UNEXPLORED, 0)])  # fmt: skip
    lines = list(drn(graph))
    assert lines[0] == "// outcome0: ending ending 0"
    assert lines[lines.index("@model") + 1 :] == [
        "state 0 [0, 0] init",
        "\taction 0 [1.0, 5.0]",
        "\t\t1 : 1.0",
        "\taction 1 [1.0, 7.0]",
        "\t\t2 : 1.0",
        "state 1 [0, 0]",
        "\taction 0 [0.0, 1.5]",
        "\t\t2 : 0.5",
        "\t\t3 : 0.5",
        "state 2 [0, 0] outcome1",
        "\taction 0 [0.0, 0.0]",
        "\t\t2 : 1.0",
        "state 3 [0, 0] unexplored",
        "\taction 0 [0.0, 0.0]",
        "\t\t3 : 1.0",
    ]
    assert actions(graph, 1) == [(0.0, 1.5, {2: 0.5, 3: 0.5})]


def test_prism_files_have_the_same_transitions(tmp_path: Path) -> None:
    graph = wild(1)
    tra, lab, turns, words = write_prism(graph, tmp_path / "story")
    head, *rows = tra.read_text().splitlines()
    assert head.split()[0] == str(graph.n)
    assert int(head.split()[2]) == len(rows)
    found: dict[tuple[int, int], dict[int, float]] = {}
    for row in rows:
        state, action, target, p = row.split()
        found.setdefault((int(state), int(action)), {})[int(target)] = float(p)
    assert int(head.split()[1]) == len(found)
    for (s, a), odds in found.items():
        assert odds == actions(graph, s)[a][2]
        assert sum(odds.values()) == pytest.approx(1)
    assert lab.read_text().startswith('0="init" 1="deadlock" 2="unexplored" 3="outcome0"')
    assert "0: 0" in lab.read_text()
    assert len(turns.read_text().splitlines()) > 1
    assert len(words.read_text().splitlines()) > 1


def storm_bounds(path: Path, formulas: list[str]) -> list[tuple[float, float]]:
    """What Storm proves about the start: a lower and an upper bound for each formula."""
    stormpy = pytest.importorskip("stormpy")
    model = stormpy.build_model_from_drn(str(path))
    bounds = []
    for formula in formulas:
        parsed = stormpy.parse_properties(formula)[0]
        result = stormpy.model_checking(model, parsed)[model.initial_states[0]]
        bounds.append((float(result.lower), float(result.upper)))
    return bounds


def agree(ours: list[float], bounds: list[tuple[float, float]]) -> None:
    """Each of our numbers lies within Storm's bounds, which are narrow."""
    for x, (low, high) in zip(ours, bounds, strict=True):
        assert high - low <= 1e-4 * max(1.0, abs(x))
        assert low - 1e-11 * max(1.0, abs(x)) <= x <= high + 1e-11 * max(1.0, abs(x))


@pytest.mark.parametrize("seed", range(12))
def test_storm_finds_the_same_best_and_worst_odds(seed: int, tmp_path: Path) -> None:
    graph = wild(seed)
    write_drn(graph, tmp_path / "story.drn")
    formulas = [f'P{way}=? [F "outcome{k}"]' for k in range(2) for way in ("max", "min")]
    ours = [f(graph, k).at(0).low for k in range(2) for f in (best, worst)]
    agree(ours, storm_bounds(tmp_path / "story.drn", formulas))


def one_reader(graph: StateGraph) -> StateGraph:
    """The graph with the uniform reader's choices made by luck."""
    kind = np.where(graph.kind == CHOICE, CHANCE, graph.kind).astype(np.uint8)
    return StateGraph(
        kind=kind,
        first_edge=graph.first_edge,
        edge_target=graph.edge_target,
        edge_weight=graph.edge_weight,
        edge_words=graph.edge_words,
        outcome=graph.outcome,
        outcomes=graph.outcomes,
    )


@pytest.mark.parametrize("seed", range(12))
def test_storm_finds_the_same_uniform_odds_and_expected_words(seed: int, tmp_path: Path) -> None:
    graph = wild(seed)
    write_drn(one_reader(graph), tmp_path / "story.drn")
    met = flow(graph)
    formulas = ['Pmax=? [F "outcome0"]', 'Pmax=? [F "outcome1"]']
    if met.odds[-1].low == 0:  # Storm's expectation is infinite where some go on for ever
        formulas.append('R{"words"}max=? [F "outcome0" | "outcome1"]')
    ours = [met.odds[0].low, met.odds[1].low, met.all_words][: len(formulas)]
    agree(ours, storm_bounds(tmp_path / "story.drn", formulas))


@pytest.mark.parametrize("seed", range(3))
def test_storm_finds_the_same_expectations_of_acyclic_stories(seed: int, tmp_path: Path) -> None:
    graph = layered(300, 3, 12, seed=seed)
    met = flow(graph)
    write_drn(one_reader(graph), tmp_path / "story.drn")
    ends = " | ".join(f'"outcome{k}"' for k in range(len(graph.outcomes)))
    formulas = [f'R{{"words"}}max=? [F {ends}]', *(f'Pmax=? [F "outcome{k}"]' for k in range(5))]
    ours = [met.all_words, *(x.low for x in met.odds[:5])]
    agree(ours, storm_bounds(tmp_path / "story.drn", formulas))


def test_storm_agrees_on_a_gamblers_ruin(tmp_path: Path) -> None:
    graph = gambler(40, 0.45, 20)
    write_drn(graph, tmp_path / "story.drn")
    agree(
        [flow(graph).odds[1].low], storm_bounds(tmp_path / "story.drn", ['Pmax=? [F "outcome1"]'])
    )
