"""The spec pages run: each case compiles, survives JSON, and plays as it says.

`tests/spec/README.md` tells what the blocks hold.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from foretell import ink_json
from foretell.container import CompiledStory
from foretell.diagnostics import render_all
from foretell.vm.story import Story
from tests import ours
from tests.peers.agreement import first_difference, played_by_inkjs
from tests.peers.inkjs import Inkjs
from tests.spec_pages import FOLDER, Case, cases, script, show

PAGES = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")
CASES = [case for path in PAGES for case in cases(path)]
KINDS = {"play", "error", "json", "check"}

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
every_playing_case = pytest.mark.parametrize(
    "case", [case for case in CASES if case.of("play")], ids=lambda case: case.name
)


def story_of(case: Case) -> CompiledStory:
    story, problems = ours.compiled(case.story.text + "\n", case.files)
    assert story is not None, render_all(problems)
    return story


def test_the_readme_lists_every_page() -> None:
    listed = (FOLDER / "README.md").read_text("utf-8").split("## Pages")[1]
    assert sorted(re.findall(r"[a-z][a-z-]+", listed)) == sorted(path.stem for path in PAGES)


@every_case
def test_a_case_says_something(case: Case) -> None:
    assert case.blocks, "a story with nothing said of it"
    unknown = {block.kind for block in case.blocks} - KINDS
    assert not unknown, f"blocks of unknown kinds: {unknown}"
    assert case.story.info in ("", "differs")


@every_case
def test_a_case_is_diagnosed_as_its_page_says(case: Case) -> None:
    story, problems = ours.compiled(case.story.text + "\n", case.files)
    expected = "\n\n".join(block.text for block in case.of("error"))
    assert render_all(problems) == expected
    failed = any(problem.severity == "error" for problem in problems)
    assert (story is None) == failed
    if failed:
        assert not case.of("play")


@every_playing_case
def test_a_case_reads_back_equal_from_its_json(case: Case) -> None:
    first = ink_json.dump(story_of(case))
    assert ink_json.dump(ink_json.load(first)) == first


@every_playing_case
def test_a_case_plays_as_its_page_says(case: Case) -> None:
    for block in case.of("play"):
        todo = script(block.text)
        story = story_of(case)
        for version in (story, ours.reread(story)):
            turns = ours.play(Story(version, draws=todo.all_draws), todo.picks)
            assert show(turns) == block.text
            assert [list(turn.draws) for turn in turns] == todo.draws


@every_playing_case
def test_a_case_has_the_json_its_page_says(case: Case) -> None:
    for block in case.of("json"):
        whole = json.loads(ink_json.dump(story_of(case)))
        assert occurs(json.loads(block.text), whole), f"not in {json.dumps(whole)}"


def occurs(part: Any, whole: Any) -> bool:
    """Whether `part` is `whole`, a stretch of a list in it, or any such thing below it."""
    if part == whole:
        return True
    if isinstance(whole, list):
        if isinstance(part, list):
            size = len(part)
            if any(whole[i : i + size] == part for i in range(len(whole) - size + 1)):
                return True
        return any(occurs(part, item) for item in whole)
    if isinstance(whole, dict):
        return any(occurs(part, item) for item in whole.values())
    return False


@every_playing_case
def test_every_playthrough_of_a_case_is_read(case: Case) -> None:
    """In plain Python and in machine code: the same graph, and what the page says of it."""
    story = story_of(case)
    slow, fast = (ours.explored(story, compiled=compiled) for compiled in (False, True))
    said = ours.verdicts(fast)
    assert ours.verdicts(slow) == said
    for name in ("kind", "first_edge", "edge_target", "edge_weight", "edge_words", "outcome"):
        assert list(getattr(slow.graph, name)) == list(getattr(fast.graph, name)), name
    for block in case.of("check"):
        assert block.text == said


@every_playing_case
def test_what_a_page_plays_is_among_what_was_read(case: Case) -> None:
    """Each transcript of the page leads to a state of the graph, and its errors to problems."""
    story = story_of(case)
    analysis = ours.explored(story, compiled=False)
    for block in case.of("play"):
        todo = script(block.text)
        played = Story(analysis.program, draws=todo.all_draws)
        for pick in todo.picks:
            played.choose(pick)
        faults = {p.code for p in played.turn.problems if p.severity == "error"}
        assert faults <= {p.code for p in analysis.problems}
        if played.turn.choices:
            assert analysis.state_of(played) is not None
        elif not faults:
            assert played.ending in {ending.name for ending in analysis.endings}


@pytest.mark.peer
@every_case
def test_inkjs_agrees_with_the_page(case: Case, oracle: Inkjs) -> None:
    compiled = oracle.compile(case.story.text + "\n", case.files, name="story.ink")
    told = "\n".join(block.text for block in case.of("error"))
    assert (compiled.json is None) == ("error[" in told), compiled.errors or compiled.crash
    differs = False
    for block in case.of("play"):
        todo = script(block.text)
        run = oracle.play(compiled, todo.picks, draws=todo.all_draws)
        found = first_difference(block.text, show(played_by_inkjs(run)))
        differs = differs or found is not None
        assert case.inkjs_differs or found is None, found
    assert differs == case.inkjs_differs, "the page says inkjs differs here, and it does not"


@pytest.mark.peer
@every_playing_case
def test_inkjs_compiles_the_case_to_the_same_json(case: Case, oracle: Inkjs) -> None:
    for count_all in (False, True):
        story, problems = ours.compiled(case.story.text + "\n", case.files, count_all=count_all)
        assert story is not None, render_all(problems)
        theirs = oracle.compile(case.story.text + "\n", case.files, count_all=count_all)
        assert theirs.json is not None
        assert ours.same_json(ink_json.dump(story), theirs.json) is None
