"""A story being played: paths, endings, and what a host may enter."""

from __future__ import annotations

import pytest

import foretell
from foretell.checker.analysis import analyse
from foretell.checker.claims import decide
from foretell.checker.questions import ask_story
from foretell.config import parse_claim
from foretell.loading import compile_text
from foretell.vm.story import PathError

DICE = "* [Roll] {RANDOM(1, 6)} and {RANDOM(1, 6)}.\n* [Go] Gone.\n- -> END\n"


@pytest.mark.parametrize("path", ["0@1,2,3", "1@4", "@5/1", "0@1,2/"])
def test_a_path_that_draws_more_than_its_turn_does_is_refused(path: str) -> None:
    story = foretell.load(DICE)
    if path.endswith("/"):
        assert story.play(path).ending == "the end"
        return
    with pytest.raises(PathError, match=r"does not fit: it draws \d in the turn after"):
        story.play(path)


def test_a_path_may_leave_draws_to_the_seed() -> None:
    story = foretell.load(DICE, seed=7)
    first = story.play("0@3").text
    assert first.startswith("3 and ") and story.play("0@3").text == first


def test_a_story_that_ends_in_no_knot_has_an_ending_of_one_name_everywhere() -> None:
    story = foretell.load(DICE)
    story.choose(1)
    assert story.ending == "the end"
    compiled = compile_text(DICE).usable()
    claims = [
        parse_claim('inevitable ending == "the end"'),
        parse_claim('always ending == "" or ending == "the end"'),
    ]
    questions = ask_story(compiled, [e for claim in claims for e in claim.expressions])
    analysis = analyse(questions.program, asked=questions.pcs)
    assert [ending.name for ending in analysis.endings] == ["the end"]
    verdicts = decide(claims, analysis.exploration, questions)
    assert [verdict.verdict for verdict in verdicts] == ["holds", "holds"]


@pytest.mark.parametrize(
    "path", ["0/" * 9000, "0@" + "1," * 9000 + "1", "x" * 9000, "9" * 4000, "k" * 9000 + ":0"]
)
def test_a_path_that_does_not_fit_is_not_told_at_length(path: str) -> None:
    story = foretell.load("* a\n* b\n-\n-> END\n")
    with pytest.raises(PathError) as refused:
        story.play(path)
    assert len(str(refused.value)) < 500
