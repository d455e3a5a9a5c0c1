"""Shuffles that only vary the text: nothing but words may show that they are no state.

Each story is explored twice, with what text-only shuffles have dealt and without. Whatever a
reader can come to has to be the same, every path has to be one that can be played, and readers who
play by chance must never leave what was explored.
"""

from __future__ import annotations

import random
from typing import Any

import pytest

from foretell.checker.analysis import analyse
from foretell.checker.exploring.explore import Exploration, Explorer, Limits
from foretell.checker.graphs.descent import BEST, WORST
from foretell.checker.graphs.graph import (
    CHANCE,
    CHOICE,
    TERMINAL,
    UNREACHED,
    GraphError,
    StateGraph,
)
from foretell.checker.graphs.lengths import Playthroughs, deals_again, word_extent, word_quantiles
from foretell.checker.graphs.solve import extremes, flow
from foretell.checker.reduction.wording import text_only_shuffles
from foretell.checker.report import Heading, as_json, text
from foretell.checker.why import explain
from foretell.compiler import compile_ink
from foretell.vm.lower import lower
from foretell.vm.program import Program
from foretell.vm.story import Story
from tests.generate_ink import seeded
from tests.test_claims import decided
from tests.test_explore import STEPS, lowered, read_at_random
from tests.twins import explore_twin as twins


def of(source: str) -> Program:
    """A program."""
    program = lowered(source)
    assert program is not None
    return program


def slots(source: str, **asked: Any) -> int:
    """How many of a story's shuffles are text-only."""
    return len(text_only_shuffles(of(source), **asked))


# Which are -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "{~a|b|c}",
        "{~a|}",
        "{~a|b {n}|{1}}",
        "{~a|b {~c|d}}",
        "{~a <>|b|# soft}",
        "{!~a|b}",
        "{$~a|b|c}",
        "{shuffle:\n- a\n- b # loud\n}",
        "{shuffle once:\n- a\n- b\n}",
        "{shuffle stopping:\n- a\n- b\n- c\n}",
    ],
)
def test_a_shuffle_of_text_is_text_only(text: str) -> None:
    nested = text.count("~") + text.count("shuffle")
    assert slots(f"VAR n = 1\n-> top\n=== top\nIt is {text}.\n+ [on] -> top\n") == nested


@pytest.mark.parametrize(
    "text",
    [
        "{~a|b -> top}",
        "{~a|{f()}}",
        "{~a|{n > 0:b}}",
        "{~a|{&b|c}}",
        "{~a|{RANDOM(1, 2)}}",
        "{shuffle:\n- a\n- ~ n = 2\n}",
        "{shuffle:\n- a\n- ~ temp t = 2\n}",
        "{shuffle:\n- a\n- b # ending: dawn\n}",
        "{shuffle:\n- a\n- + [b] -> top\n}",
        "{shuffle:\n- a\n- -> DONE\n}",
        "{shuffle:\n- a\n- <- side\n}",
        "{shuffle:\n- a\n- -> tunnel ->\n}",
        '~ n = "{~a|b}"',
    ],
)
def test_a_shuffle_that_does_more_is_not(text: str) -> None:
    story = "\n- + [on] -> top\n=== side\n-> DONE\n=== tunnel\n->->\n=== function f()\n~ n = 3\n"
    assert slots(f"VAR n = 1\n-> top\n=== top\nIt is\n{text}{story}") == 0


def test_a_shuffle_in_text_that_becomes_a_string_is_not() -> None:
    story = 'VAR s = ""\n-> top\n=== top\n~ s = "{f()}"\n{s == "a": -> END}\n+ [on] -> top\n'
    assert slots(story + "=== function f()\n{~a|b}\n") == 0
    assert slots("-> top\n=== top\n{f()}\n+ [on] -> top\n=== function f()\n{~a|b}\n") == 1


NAMED = """
-> top
=== top
We come to {planet()}.
+ [on] -> top
+ [out] -> END
=== function planet()
~ return "{~Alpha|Beta|Gamma}-{RANDOM(1, 999)}"
"""


def test_a_shuffle_in_a_string_that_is_only_shown_is() -> None:
    program = of(NAMED)
    assert assert_the_same(program, 3)
    shown = explored(program, True)
    assert shown.graph.n < 10  # nor are its dice thrown one by one
    assert explored(program, False).graph.n > shown.graph.n
    asked = of(NAMED.replace("We come to {planet()}", '{planet() == "Beta-7": -> END}'))
    assert not Explorer(asked, compiled=False).liveness.afresh


def test_a_shuffle_in_a_label_or_a_choice_is() -> None:
    assert slots("-> top\n=== top\n+ It {~rains|snows} [on]. -> top\n") == 1


def test_text_after_done_is_no_less_than_text() -> None:
    """Only where a fallback may be followed after -> DONE can text be told from none at all."""
    source = "-> top\n=== top\n* [a] {~x|WORD}\n-> top\n* -> \n-> DONE\n"
    assert slots(source.replace("WORD", "y")) == 1
    assert slots(source.replace("WORD", "")) == 0
    assert slots(source.replace("WORD", "").replace("-> DONE", "-> END")) == 1


# In the midst of reports -----------------------------------------------------------------------

WIND = """
VAR n = 0
-> hub
=== hub
~ n++
The wind {~howls|moans and moans|sighs}.
+ {n < 5} [on] -> hub
+ {n == 5} [out] -> END
"""


def test_a_path_deals_what_is_left_and_nothing_where_one_is_left() -> None:
    program = of(WIND)
    found = analyse(program, compiled=False)
    assert (found.states, found.turns) == (5 + 5 + 1, 5)
    (ending,) = found.endings
    assert ending.shortest == "@0/0@1/0/0@0/0@1/0"
    story = Story(program)
    story.play(ending.shortest)
    assert story.ended
    assert story.path == ending.shortest
    for path in ("@2/0@0/0/0@1/0@2/0", "@0/0@2/0/0@0/0@1/0"):
        assert found.graph.outcomes[found.graph.outcome[found.graph.follow(path)]].name == "hub"
    with pytest.raises(GraphError, match="no draw '0'"):
        found.graph.follow("@0/0@0")


def test_what_they_deal_is_not_counted_among_playthroughs() -> None:
    found = analyse(of(WIND), compiled=False)
    assert found.playthroughs == Playthroughs(1, (1,), False, True)
    thrown = analyse(of(WIND.replace("~ n++", "~ n++\n{RANDOM(1, 2):\n- 1: x\n}")), compiled=False)
    assert thrown.playthroughs == Playthroughs(2**5, (2**5,), True, True)


def test_words_are_about_so_many_where_one_may_deal_again() -> None:
    """Five sentences of 3 words and a deal: a round of 1, 1 and 3 words, and two of the next."""
    program = of(WIND)
    found = analyse(program, compiled=False)
    exact = explored(program, False).graph
    assert found.flow.all_words == pytest.approx(5 * (3 + 5 / 3))
    assert flow(exact).all_words == pytest.approx(5 * (3 + 5 / 3))
    assert found.deals_again
    assert (found.words.least, found.words.most) == (5 * (3 + 1), 5 * (3 + 3))
    extent = word_extent(exact)
    assert (extent.least, extent.most) == (5 * 3 + 5 + 1 + 1, 5 * 3 + 5 + 1 + 3)
    data = as_json(found, Heading("wind"))
    assert data["words"]["dealt_afresh"] is True
    assert "a playthrough reads about 20 to 30 words" in text(found, Heading("wind"))
    met_once = analyse(of("The wind {~howls|moans and moans}. -> END"), compiled=False)
    assert not met_once.deals_again
    alike = analyse(of(WIND.replace("moans and moans", "moans")), compiled=False)
    assert not alike.deals_again
    assert "every playthrough reads 20 words" in text(alike, Heading("wind"))


def test_a_line_that_is_asked_for_is_told_from_its_siblings() -> None:
    source = """-> hub
=== hub
{ shuffle:
- One.
- Two.
- Three.
}
+ [on] -> hub
+ [out] -> END
"""
    done = compile_ink(source, name="s.ink")
    assert done.story is not None
    assert analyse(lower(done.story), compiled=False).states == 3
    why = explain(done.story, "s.ink:6")
    assert why.states > 3
    assert why.path is not None
    story = Story(done.story)
    story.play(why.path)
    assert [line.text for line in story.turn.lines] == ["Three."]


def test_a_claim_that_fails_has_a_path_and_a_loop_that_can_be_played() -> None:
    source = WIND.replace("~ n++\n", "").replace("{n < 5}", "").replace("{n == 5} [out]", "[out]")
    verdict = decided(source, "inevitable n == 1")
    assert (verdict.verdict, verdict.path) == ("fails", "@0/1")
    verdict = decided(source.replace("-> END", "-> hub"), "inevitable n == 1")
    assert (verdict.verdict, verdict.path, verdict.loop) == ("fails", "", "@0/0")
    verdict = decided(WIND, "never n == 5")
    assert (verdict.verdict, verdict.path) == ("fails", "@0/0@1/0/0@0/0@1")


# What they come to -----------------------------------------------------------------------------


def explored(program: Program, afresh: bool, states: int = 1500) -> Exploration:
    limits = Limits(states=states, seconds=3, steps=STEPS)
    return Explorer(program, limits=limits, compiled=False, afresh=afresh).run()


def met(found: Exploration) -> dict[str, tuple[float, ...]]:
    """Of everything a story can come to: odds, best and worst odds, expected words."""
    graph, nodes = found.graph, twins.nodes_of(found)
    read, best, worst = flow(graph), extremes(graph, BEST), extremes(graph, WORST)
    out = {}
    for k, _ in enumerate(graph.outcomes):
        for state in graph.having(k).nonzero()[0][:1]:
            name = twins.end_name(nodes[int(state)])
            ways = (read.odds[k], best[k].at(0), worst[k].at(0))
            out[name] = (*(x for way in ways for x in (way.low, way.high)), float(read.words[k]))
    out["on average"] = (float(read.all_words), read.odds[-1].low, read.odds[-1].high)
    if "given up" in out:  # when a turn is given up is no part of the story
        out["given up"] = out["given up"][:-1]
        out["on average"] = out["on average"][1:]
    return out


def assert_one_way_on(graph: StateGraph) -> None:
    """All edges of a text-only shuffle's deal come to the same state, at last."""
    assert graph.afresh is not None

    def onward(state: int) -> set[int]:
        first, last = (int(e) for e in graph.first_edge[state : state + 2])
        return {int(to) for to in graph.edge_target[first:last]}

    def leads(state: int, goal: int, deep: int) -> bool:
        """Whether whatever is dealt from a state on leads to the goal."""
        if state == goal:
            return True
        nested = deep > 0 and graph.afresh is not None and graph.afresh[state] >= 0
        return bool(nested) and all(leads(to, goal, deep - 1) for to in onward(state))

    for state in (graph.afresh >= 0).nonzero()[0]:
        assert graph.kind[state] == CHANCE
        targets = onward(int(state))
        goals = targets.union(*(onward(to) for to in targets if graph.afresh[to] >= 0))
        meets = any(all(leads(to, goal, 3) for to in targets) for goal in goals)
        assert meets, f"state {state} goes on to {targets}"


def replay(program: Program, graph: StateGraph, path: str, found: Exploration, state: int) -> None:
    """Assert that a path can be played and followed, and leads to that state."""
    story = Story(program, step_budget=STEPS)
    story.play(path)
    if graph.kind[state] in (CHOICE, TERMINAL):
        assert story.path == path
        assert graph.follow(path) == state
    if graph.kind[state] == CHOICE:
        assert story.state_in(found.state_index) == state


def assert_the_same(program: Program, seed: int) -> bool:
    """Compare both explorations of a story; says whether there was something to compare."""
    one, other = explored(program, True), explored(program, False)
    if one.graph.afresh is None or one.stopped or other.stopped:
        return False
    graph = one.graph
    graph.check()
    assert_one_way_on(graph)
    # an element that is left alone is a draw all the same, but no situation at rest is new
    for kind in (CHOICE, TERMINAL):
        assert (graph.kind == kind).sum() <= (other.graph.kind == kind).sum()
    expected, got = met(other), met(one)
    assert got.keys() == expected.keys()
    for name, figures in expected.items():
        assert got[name] == pytest.approx(figures, abs=1e-7, rel=1e-7, nan_ok=True), name
    assert one.seen == other.seen
    assert {w[:2] for w in one.warnings} == {w[:2] for w in other.warnings}
    near, far = word_extent(graph), word_extent(other.graph)
    if "given up" in expected:
        pass
    elif deals_again(graph):
        assert near.least is None or far.least is None or near.least <= far.least
        assert near.most is None or far.most is None or near.most >= far.most
    else:
        assert near == far
        assert word_quantiles(graph, (0.1, 0.5, 0.9)) == word_quantiles(
            other.graph, (0.1, 0.5, 0.9)
        )
    rng = random.Random(seed)
    depth = graph.from_start.depth
    for state in rng.sample(range(graph.n), min(graph.n, 25)):
        if depth[state] < UNREACHED:
            path = graph.witness([state])
            assert path is not None
            replay(program, graph, path, one, state)
    for reader in range(4):
        read_at_random(program, one, 100 * seed + reader, most=60)
    return True


def check_seeds(seeds: range, size: int, games: bool, least: float) -> None:
    compared, failed = 0, []
    for seed in seeds:
        program = lowered(seeded(seed, size, games, shuffles=True))
        if program is None:
            continue
        try:
            compared += assert_the_same(program, seed)
        except AssertionError as error:
            failed.append(f"--seed {seed} --size {size} --shuffles: {str(error)[:800]}")
    assert not failed, "\n\n".join(failed)
    assert compared >= least * len(seeds)


@pytest.mark.parametrize("block", range(4))
def test_a_generated_story_comes_to_the_same(block: int) -> None:
    check_seeds(range(15 * block, 15 * block + 15), 16, block % 2 == 1, 0.2)


@pytest.mark.long
@pytest.mark.parametrize("block", range(20))
def test_thousands_of_stories_come_to_the_same(block: int) -> None:
    check_seeds(range(1000 + 100 * block, 1100 + 100 * block), 12 + block, block % 2 == 1, 0.2)
