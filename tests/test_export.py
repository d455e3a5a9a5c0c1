"""What other model checkers make of a graph: stormpy must come to the same numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from foretell import cli
from foretell.checker.analysis import Limits, analyse
from foretell.checker.graphs.export import actions, drn, write_drn, write_prism
from foretell.checker.graphs.graph import CHANCE, CHOICE, TERMINAL, UNEXPLORED, StateGraph
from foretell.checker.graphs.solve import best, flow, reader_weights, worst
from foretell.container import CompiledStory
from foretell.loading import compile_text, read_story
from foretell.vm.lower import lower
from tests.conftest import corpus_folder
from tests.generate_ink import seeded
from tests.spec_pages import cases
from tests.toys import TOYS
from tests.twins.graphs import gambler, layered, make

ROOT = Path(__file__).resolve().parents[1]
SPEC = ROOT / "tests" / "spec"


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


@pytest.mark.parametrize("seed", range(12))
def test_storm_finds_the_same_uniform_odds_and_expected_words(seed: int, tmp_path: Path) -> None:
    graph = wild(seed)
    write_drn(graph, tmp_path / "story.drn", reader_weights(graph))
    met = flow(graph)
    formulas = ['P=? [F "outcome0"]', 'P=? [F "outcome1"]']
    if met.odds[-1].low == 0:  # Storm's expectation is infinite where some go on for ever
        formulas.append('R{"words"}=? [F "outcome0" | "outcome1"]')
    ours = [met.odds[0].low, met.odds[1].low, met.all_words][: len(formulas)]
    agree(ours, storm_bounds(tmp_path / "story.drn", formulas))


@pytest.mark.parametrize("seed", range(3))
def test_storm_finds_the_same_expectations_of_acyclic_stories(seed: int, tmp_path: Path) -> None:
    graph = layered(300, 3, 12, seed=seed)
    met = flow(graph)
    write_drn(graph, tmp_path / "story.drn", reader_weights(graph))
    ends = " | ".join(f'"outcome{k}"' for k in range(len(graph.outcomes)))
    formulas = [f'R{{"words"}}=? [F {ends}]', *(f'P=? [F "outcome{k}"]' for k in range(5))]
    ours = [met.all_words, *(x.low for x in met.odds[:5])]
    agree(ours, storm_bounds(tmp_path / "story.drn", formulas))


def test_storm_agrees_on_a_gamblers_ruin(tmp_path: Path) -> None:
    graph = gambler(40, 0.45, 20)
    write_drn(graph, tmp_path / "story.drn")
    agree(
        [flow(graph).odds[1].low], storm_bounds(tmp_path / "story.drn", ['Pmax=? [F "outcome1"]'])
    )


# ------------------------------------------------------------------ whole stories


def stories() -> dict[str, Callable[[], CompiledStory]]:
    """Stories by name: spec pages, toys, generated programs, and the corpus where there is one."""
    found: dict[str, Callable[[], CompiledStory]] = {}

    def text(source: str) -> Callable[[], CompiledStory]:
        return lambda: compile_text(source).usable()

    for each in TOYS:
        found[f"toy {each.name}"] = text(each.source)
    for seed in range(100, 112):
        found[f"generated {seed}"] = text(seeded(seed, games=True))
    for page in ("sequences", "tunnels", "threads", "choices"):
        for case in cases(SPEC / f"{page}.md")[:3]:
            found[case.name] = text(case.story.text)
    found["the inn"] = lambda: read_story(ROOT / "docs" / "inn.ink").usable()
    for name in CORPUS if corpus_folder() else ():
        found[name] = partial(corpus_story, name)
    return found


CORPUS = (
    "calico--winter",
    "coffeshop",
    "dynamic-story-scripting-with-the-ink-scripting-language--example8",
    "ink-library--knowledge-states",
    "ink-tester--outofcontent",
    "inkcpp--ue-example-v2",
    "inkinv",
    "kpopgame",
    "the-intercept--theintercept",
    "vnn",
)


def corpus_story(name: str) -> CompiledStory:
    folder = corpus_folder()
    assert folder is not None
    home = folder / "stories" / name
    return read_story(home / json.loads((home / "meta.json").read_text("utf-8"))["root"]).usable()


STORIES = stories()


@pytest.mark.parametrize("name", STORIES)
def test_storm_comes_to_the_same_numbers_for_a_story(name: str, tmp_path: Path) -> None:
    analysis = analyse(lower(STORIES[name]()), limits=Limits(states=40_000))
    graph = analysis.graph
    if not analysis.complete:
        pytest.skip("not read whole within the limit")
    at = {(outcome.name, outcome.kind): k for k, outcome in enumerate(graph.outcomes)}
    labels = [at[ending.name, ending.kind] for ending in analysis.endings]
    write_drn(graph, tmp_path / "story.drn")
    formulas = [f'P{way}=? [F "outcome{k}"]' for k in labels for way in ("max", "min")]
    ours = [odds.low for e in analysis.endings for odds in (e.best, e.worst)]
    agree(ours, storm_bounds(tmp_path / "story.drn", formulas))
    write_drn(graph, tmp_path / "uniform.drn", reader_weights(graph))
    formulas = [f'P=? [F "outcome{k}"]' for k in labels]
    ours = [ending.uniform.low for ending in analysis.endings]
    if labels and analysis.forever.high == 0:  # else Storm's expectations are infinite
        ends = " | ".join(f'"outcome{k}"' for k in labels)
        if graph.edge_words.any():  # nor does it take rewards that are all 0
            formulas += [f'R{{"words"}}=? [F {ends}]']
            ours += [analysis.flow.all_words - graph.start_words]
        if graph.turns:
            formulas += [f'R{{"turns"}}=? [F {ends}]']
            ours += [analysis.flow.all_turns]
    agree(ours, storm_bounds(tmp_path / "uniform.drn", formulas))


@pytest.mark.parametrize("reader", [None, "uniform", "bold"])
@pytest.mark.parametrize("suffix", [".drn", ".tra"])
def test_check_exports_a_story_or_a_readers_chain(
    reader: str | None, suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "tale.ink").write_text("* [In # risky] -> END\n* [Out] -> out\n== out\n-> END\n")
    promises = '[readers.bold]\nweights = [{ tag = "risky", weight = 3 }]\n'
    (tmp_path / "foretell.toml").write_text(promises)
    target = tmp_path / f"tale{suffix}"
    options = ["--reader", reader] if reader else []
    story = str(tmp_path / "tale.ink")
    assert cli.run(["check", story, "--export", str(target), *options]) == 0
    assert "read all 2 playthroughs" in capsys.readouterr().out
    share = {None: "1.0", "uniform": "0.5", "bold": "0.75"}[reader]
    lines = target.read_text().splitlines()
    if suffix == ".drn":
        assert f"@type: {'DTMC' if reader else 'MDP'}" in lines
        assert f"\t\t1 : {share}" in lines
    else:
        assert f"0 {'' if reader else '0 '}1 {share}" in lines
        assert (tmp_path / "tale.words.trew").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--export", "story.txt"], "call it .drn for Storm"),
        (["--export", "no/such/folder/story.drn"], "can't write"),
        (["--export", "story.drn", "--reader", "unifrom"], "did you mean `uniform`?"),
        (["--export", "story.drn", "--from", "", "--from", "out"], "exported one by one"),
        (["--reader", "uniform"], "add --export FILE"),
    ],
)
def test_an_export_that_makes_no_sense_is_refused(
    options: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tale.ink").write_text("-> out\n== out\n-> END\n")
    assert cli.run(["check", "tale.ink", *options]) == 2
    assert said in capsys.readouterr().err
    assert not Path("story.drn").exists()
