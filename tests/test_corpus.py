"""Other people's stories: the JSON of inkjs and inklecate, and the same playthroughs as inkjs.

`stories.tsv` says which inkjs compiles. The default run plays each a few times, `-m long` two
hundred times. Chance is forced to agree, so no story is left out for its dice.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from foretell import ink_json
from foretell.container import CompiledStory
from foretell.diagnostics import Diagnostic, render_all
from foretell.vm.story import Story
from tests import ours
from tests.conftest import corpus_folder
from tests.peers import inkjs
from tests.peers.agreement import first_difference, played_by_inkjs
from tests.spec_pages import show

pytestmark = pytest.mark.corpus

CORPUS = corpus_folder()
FOLDER = CORPUS / "stories" if CORPUS else None
ROWS = (
    list(csv.DictReader((CORPUS / "stories.tsv").open(encoding="utf-8"), delimiter="\t"))
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
TURNS = 40
STEPS = 200_000


@dataclass(frozen=True, slots=True)
class Text:
    """A story's root file and the files beside it, by path from the root file's folder."""

    root: str
    files: dict[str, str]
    name: str


def text_of(name: str) -> Text:
    assert FOLDER is not None
    folder = FOLDER / name
    meta = json.loads((folder / "meta.json").read_text("utf-8"))
    root = folder / meta["root"]
    files = {
        relative(path, root.parent): path.read_text("utf-8-sig", errors="replace")
        for path in folder.rglob("*.ink")
    }
    return Text(root.read_text("utf-8-sig", errors="replace"), files, root.name)


def relative(path: Path, base: Path) -> str:
    """The path from `base` to a file, with `..` where it has to go up."""
    ups = 0
    while not path.is_relative_to(base):
        base = base.parent
        ups += 1
    return "../" * ups + path.relative_to(base).as_posix()


def compiled(
    name: str, *, count_all: bool = False
) -> tuple[CompiledStory | None, list[Diagnostic]]:
    text = text_of(name)
    return ours.compiled(text.root, text.files, name=text.name, count_all=count_all)


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
    assert ours.same_json(ink_json.write(story), theirs.json) is None


@pytest.mark.parametrize("name", NAMES)
def test_a_story_compiles_to_inklecate_json(name: str) -> None:
    assert FOLDER is not None
    reference = FOLDER / name / "reference.json"
    if not reference.exists():
        pytest.skip("the corpus has no golden JSON of this story")
    story, problems = compiled(name, count_all=True)
    assert story is not None, render_all(problems)
    found = ours.same_json(ink_json.write(story), reference.read_text("utf-8-sig"))
    assert found is None, found


def play_alike(name: str, oracle: inkjs.Inkjs, seeds: range) -> None:
    text = text_of(name)
    theirs = oracle.compile(text.root, text.files)
    assert theirs.json is not None
    story, problems = compiled(name)
    assert story is not None, render_all(problems)
    for seed in seeds:
        run = oracle.play(theirs, random=seed, max_turns=TURNS, seed=seed, max_steps=STEPS)
        turns = played_by_inkjs(run)
        mine = ours.play(Story(story, draws=run.draws, step_budget=10 * STEPS), run.picks)
        if run.hang or run.crash:
            assert mine[len(turns) - 1].problems, f"inkjs stops here: {run.crash or 'a hang'}"
            mine, turns = mine[: len(turns) - 1], turns[:-1]
        difference = first_difference(show(mine), show(turns))
        assert difference is None, f"seed {seed}, path {run.picks}\n{difference}"


@pytest.mark.peer
@pytest.mark.parametrize("name", COMPILES)
def test_a_story_plays_as_in_inkjs(name: str, oracle: inkjs.Inkjs) -> None:
    play_alike(name, oracle, range(3))


@pytest.mark.peer
@pytest.mark.long
@pytest.mark.parametrize("name", COMPILES)
def test_a_story_plays_two_hundred_times_as_in_inkjs(name: str, oracle: inkjs.Inkjs) -> None:
    play_alike(name, oracle, range(200))
