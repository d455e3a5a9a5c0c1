"""Expressions asked of every state: the reduced exploration gives what the unreduced one gives."""

from __future__ import annotations

import random

import numpy as np
import pytest

from foretell.checker.exploring.explore import Exploration, Explorer, Limits
from foretell.checker.graphs.solve import Interval, absorb, odds
from foretell.checker.questions import Questions, ask_story, check_expression, number_of
from foretell.compiler import StoryNames, compile_ink
from foretell.config import Expression, read_config
from foretell.diagnostics import StoryError
from foretell.vm import values as V
from foretell.vm.story import Story
from tests.generate_ink import seeded

LIMITS = Limits(states=2000, seconds=2, steps=20_000)


def asked(seed: int) -> tuple[Questions, list[str]] | None:
    """A generated story and a few things to ask of it."""
    done = compile_ink(seeded(seed, size=24))
    if done.story is None:
        return None
    names, rng = StoryNames(done.story), random.Random(seed)
    places, variables = list(names.places), list(names.variables)
    texts = ["here", "turns % 3", "ending"]
    if places:
        place = rng.choice(places)
        texts += [place, f"{rng.choice(places)} > 1", f"TURNS_SINCE(-> {place}) > 1"]
    texts += variables[:2]
    chosen = rng.sample(texts, 3)
    return ask_story(done.story, [Expression(text) for text in chosen]), chosen


def explored(questions: Questions, *, reduce: bool, compiled: bool = False) -> Exploration:
    return Explorer(
        questions.program, asked=questions.pcs, limits=LIMITS, reduce=reduce, compiled=compiled
    ).run()


def odds_of(exploration: Exploration, position: int, value: int) -> Interval:
    graph = absorb(exploration.graph, exploration.asked[position] == value)
    return odds(graph).at(0, len(graph.outcomes) - 1)


@pytest.mark.parametrize("seed", range(200, 230))
def test_reduction_changes_no_answer(seed: int) -> None:
    found = asked(seed)
    if found is None:
        pytest.skip("this one does not compile")
    questions, _ = found
    reduced, whole = explored(questions, reduce=True), explored(questions, reduce=False)
    if not (reduced.complete and whole.complete):
        pytest.skip("this one is too large")
    assert reduced.graph.n <= whole.graph.n
    for position in range(len(questions.pcs)):
        values = set(reduced.asked[position].tolist())
        assert values == set(whole.asked[position].tolist())
        for value in sorted(v for v in values if v >= 0)[:6]:
            one, other = odds_of(reduced, position, value), odds_of(whole, position, value)
            assert one.low == pytest.approx(other.low, abs=1e-9)


@pytest.mark.parametrize("seed", [203, 217])
def test_machine_code_gives_the_same_answers(seed: int) -> None:
    found = asked(seed)
    assert found is not None
    plain = explored(found[0], reduce=True)
    compiled = explored(found[0], reduce=True, compiled=True)
    for one, other in zip(plain.asked, compiled.asked, strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("seed", range(230, 240))
def test_a_played_story_stands_at_a_state_with_its_own_values(seed: int) -> None:
    done = compile_ink(seeded(seed, size=24))
    assert done.story is not None
    variables = list(StoryNames(done.story).variables)[:3]
    questions = ask_story(done.story, [Expression(name) for name in variables])
    exploration = explored(questions, reduce=True)
    story = Story(questions.program, seed=seed)
    rng = random.Random(seed)
    met = 0
    for _ in range(12):
        if story.ended:
            break
        state = story.state_in(exploration.state_index)
        if state is not None:
            met += 1
            for name in variables:
                value = int(questions.values(exploration, name)[state])
                assert questions.program.values.text(value) == story.shown(name)
        story.choose(rng.randrange(len(story.choices)))
    assert met or story.ended


def test_the_names_an_expression_reads_are_known_through_functions() -> None:
    done = compile_ink(
        "VAR a = 1\nVAR b = 2\nVAR c = 3\n-> k\n=== k\n* [on] -> END\n"
        "=== function f(x)\n{c > 1:\n  ~ return b + x\n}\n~ return x\n"
    )
    assert done.story is not None
    questions = ask_story(done.story, [Expression("f(a) > 1 and k"), Expression("here")])
    assert sorted(questions.reads("f(a) > 1 and k")) == ["a", "b", "c", "visits to k"]
    assert questions.reads("here") == ["here"]
    shown = questions.values_on("0", ["f(a) > 1 and k", "here"])
    assert shown == {"a": "1", "b": "2", "c": "3", "k": "1", "here": "k", "ending": "k"}


def test_a_mistake_in_the_file_is_shown_at_its_place_there() -> None:
    config = read_config("[[claim]]\nname = \"x\"\nnever = '1 + coinz > 2'\n")
    done = compile_ink("VAR coins = 1\n* [on] -> END\n")
    assert done.story is not None
    with pytest.raises(StoryError) as caught:
        ask_story(done.story, [e for c in config.claims for e in c.expressions])
    problem = caught.value.diagnostics[0]
    assert problem.span is not None
    assert problem.span.place == "foretell.toml:3:14"
    assert problem.span.end_column == 19


def test_a_mistake_in_an_escaped_text_is_shown_at_the_text() -> None:
    config = read_config('[[claim]]\nnever = "name == \\"a\\" and coinz"\n')
    done = compile_ink('VAR name = "a"\n* [on] -> END\n')
    assert done.story is not None
    expression = config.claims[0].expressions[0]
    (problem,) = check_expression(expression, StoryNames(done.story))
    assert problem.span is not None and problem.span.place == "foretell.toml:2:10"


def test_numbers_have_means_and_other_values_none() -> None:
    assert number_of(V.int_value(-3)) == -3.0
    assert number_of(V.TRUE) == 1.0
    assert number_of(V.float_value(0.5)) == 0.5
    assert number_of(V.STRING << V.TAG_SHIFT) is None
