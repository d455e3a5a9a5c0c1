"""Other people's stories: the JSON of inkjs and inklecate, and the same playthroughs as inkjs.

`stories.tsv` says which inkjs compiles. The default run plays each a few times, `-m long` two
hundred times. Chance is forced to agree, so no story is left out for its dice.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence

import pytest

from foretell import ink_json
from foretell.diagnostics import render_all
from tests import ours
from tests.conftest import corpus_folder
from tests.corpus_playthroughs import Compared, alone, apart, compare, compiled, table, text_of
from tests.peers import inkjs

pytestmark = pytest.mark.corpus

CORPUS = corpus_folder()
FOLDER = CORPUS / "stories" if CORPUS else None
ROWS = (
    list(csv.DictReader((CORPUS / "stories.tsv").read_text("utf-8").splitlines(), delimiter="	"))
    if CORPUS
    else []
)
NAMES = [row["story"] for row in ROWS]
COMPILES = [row["story"] for row in ROWS if row["compiles"] != "errors"]
FAULTY = {  # do not compile, and why
    row["story"]: "inkjs's fault" if row["story"] == "heresy2" else "its own fault"
    for row in ROWS
    if row["compiles"] == "errors"
}
PLAYED = [*COMPILES, *(name for name in FAULTY if FAULTY[name] == "inkjs's fault")]


@pytest.mark.skipif(not NAMES, reason="no corpus: set FORETELL_CORPUS")
def test_the_corpus_is_whole() -> None:
    assert len(NAMES) == 61
    assert len(FAULTY) == 4


@pytest.mark.parametrize("name", FAULTY)
def test_a_faulty_story_is_refused_with_a_place(name: str) -> None:
    story, problems = compiled(name)
    if FAULTY[name] == "inkjs's fault":
        assert story is not None, render_all(problems)
        return
    assert story is None
    assert any(problem.severity == "error" and problem.span for problem in problems)


@pytest.mark.peer
@pytest.mark.parametrize("count_all", [False, True], ids=["counted where read", "all counted"])
@pytest.mark.parametrize("name", COMPILES)
def test_a_story_compiles_to_inkjs_json(name: str, count_all: bool, oracle: inkjs.Inkjs) -> None:
    story, problems = compiled(name, count_all=count_all)
    assert story is not None, render_all(problems)
    text = text_of(name)
    theirs = oracle.compile(text.root, text.files, count_all=count_all)
    assert theirs.json is not None, theirs.errors
    assert ours.same_json(ink_json.dump(story), theirs.json) is None


@pytest.mark.parametrize("name", NAMES)
def test_a_story_compiles_to_inklecate_json(name: str) -> None:
    assert FOLDER is not None
    reference = FOLDER / name / "reference.json"
    if not reference.exists():
        pytest.skip("the corpus has no golden JSON of this story")
    story, problems = compiled(name, count_all=True)
    assert story is not None, render_all(problems)
    # the references were printed by a .NET that gives seven digits
    found = ours.same_json(ink_json.dump(story), reference.read_text("utf-8-sig"), digits=7)
    assert found is None, found


def assert_the_same(found: Compared) -> None:
    assert found.agrees, "\n".join([found.failed, *found.differences])


@pytest.mark.peer
@pytest.mark.parametrize("name", PLAYED)
def test_a_story_plays_as_in_inkjs(name: str, oracle: inkjs.Inkjs) -> None:
    assert_the_same(compare(name, oracle, range(3)))


@pytest.mark.peer
@pytest.mark.long
@pytest.mark.parametrize("name", PLAYED)
def test_a_story_plays_two_hundred_times_as_in_inkjs(name: str) -> None:
    assert_the_same(alone(name, 200))


@pytest.mark.skipif(not NAMES, reason="no corpus: set FORETELL_CORPUS")
def test_a_story_that_fails_is_a_line_of_the_table() -> None:
    rows = [apart("no-such-story", 1, 60), apart("ink-library--test", 1, 60), apart("vnn", 1, 0.01)]
    assert not any(row.agrees for row in rows)
    rows.append(Compared("wrong", 1, 2, 30, 4, 0, {"steps": 1}, differences=["…"]))
    rows.append(Compared("right", 1, 2, 12, 4, 3))
    text = table(rows)
    assert "No such file" in text and "does not compile: " in text and "not done in 0.01 s" in text
    assert "| wrong | 1 | 2 | 30 | 4 | 0 | 1 (steps) | **1 differences** |" in text
    assert "| right | 1 | 2 | 12 | 4 | 3 | 0 | the same |" in text
    assert "1 of 5 stories agree; 42 turns compared, given up: 1 by steps." in text


@pytest.mark.peer
def test_a_difference_is_found_and_told_with_its_path(
    oracle: inkjs.Inkjs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comparison can fail: another player's line is noticed."""
    if "vnn" not in NAMES:
        pytest.skip("no corpus: set FORETELL_CORPUS")
    play = oracle.play

    def wrong(*arguments: object, **options: object) -> inkjs.Run:
        run = play(*arguments, **options)  # type: ignore[arg-type]
        lines: Sequence[inkjs.Line] = run.turns[-1].lines
        run.turns[-1].lines = [*lines, inkjs.Line("and more")]
        return run

    monkeypatch.setattr(oracle, "play", wrong)
    found = compare("vnn", oracle, range(9))
    assert not found.agrees
    assert len(found.differences) == 5
    assert "and more" in found.differences[0]
    assert found.differences[0].startswith("from the top, seed 0, path [")
