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
from foretell.container import Assign, Command, CompiledStory, Container
from foretell.diagnostics import Diagnostic, render_all
from tests import ours
from tests.conftest import corpus_folder
from tests.peers import inkjs
from tests.peers.agreement import first_difference, played_by_inkjs
from tests.spec_pages import Played, show

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
TURNS = 40
STEPS = 200_000  # of inkjs, in one turn


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


def play_alike(name: str, oracle: inkjs.Inkjs, seeds: range) -> None:
    """Assert that random playthroughs agree; also from each knot where there is nothing to choose.

    EXTERNAL functions without a fallback give 0 on both sides.
    """
    text = text_of(name)
    theirs = oracle.compile(text.root, text.files)
    assert theirs.json is not None
    story, problems = compiled(name)
    assert story is not None, render_all(problems)
    first = oracle.play(theirs, bind=theirs.unbound)
    starts: list[str | None] = [None]
    if not first.crash and not first.turns[0].choices:
        starts += plain_knots(story)
    for start in starts:
        for seed in seeds:
            run, played = both(oracle, theirs, story, seed, start)
            turns = played_by_inkjs(run)
            if run.hang or run.crash:
                # inkjs is given millions of steps, then given up: the turn may only be long
                assert run.hang or played[len(turns) - 1].problems, f"inkjs fails: {run.crash}"
                played, turns = played[: len(turns) - 1], turns[:-1]
            difference = first_difference(show(played), show(turns))
            where = f"from {start or 'the top'}, seed {seed}, path {run.picks}"
            assert difference is None, f"{where}\n{difference}"
            if not run.picks and not run.draws:
                break  # nothing can come out otherwise


def both(
    oracle: inkjs.Inkjs,
    theirs: inkjs.Compiled,
    story: CompiledStory,
    seed: int,
    start: str | None,
    max_steps: int = STEPS,
) -> tuple[inkjs.Run, list[Played]]:
    """One random playthrough of inkjs, and ours along it.

    Where inkjs runs out of steps and we do not, the turn may only be long: it gets more.
    """
    run = oracle.play(
        theirs,
        random=seed,
        max_turns=TURNS,
        seed=seed,
        max_steps=max_steps,
        start=start,
        bind=theirs.unbound,
    )
    mine = ours.start(story, run.draws, start=start, bind=theirs.unbound)
    played = ours.play(mine, run.picks)
    if run.hang and not played[len(run.turns) - 1].problems and max_steps == STEPS:
        return both(oracle, theirs, story, seed, start, 20 * STEPS)
    return run, played


def plain_knots(story: CompiledStory) -> list[str]:
    """The knots that a host can enter: they take no arguments, and end in no return."""
    found: list[str] = []
    for name, node in story.root.named.items():
        if name == "global decl" or not isinstance(node, Container):
            continue
        inside = list(node.walk())
        takes = node.content and isinstance(node.content[0], Assign)
        returns = any(isinstance(n, Command) and n.name in ("~ret", "->->") for n in inside)
        if not takes and not returns:
            found.append(name)
    return found


@pytest.mark.peer
@pytest.mark.parametrize("name", COMPILES)
def test_a_story_plays_as_in_inkjs(name: str, oracle: inkjs.Inkjs) -> None:
    play_alike(name, oracle, range(3))


@pytest.mark.peer
@pytest.mark.long
@pytest.mark.parametrize("name", COMPILES)
def test_a_story_plays_two_hundred_times_as_in_inkjs(name: str, oracle: inkjs.Inkjs) -> None:
    play_alike(name, oracle, range(200))
