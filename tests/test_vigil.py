"""The Vigil: read whole, its promises hold, and each of them can fail.

A *mutant* is the story with one thing about its world changed. It must break the promise it was
made for, with a path that the player can follow to where the promise is broken.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

import pytest

from foretell.checker.analysis import Analysis, analyse
from foretell.checker.claims import Verdict, decide
from foretell.checker.questions import Questions, ask_story
from foretell.checking import Options, check
from foretell.compiler import compile_ink
from foretell.config import Config
from foretell.loading import BUNDLED, read_promises, read_story
from foretell.vm.story import Story

FOLDER = BUNDLED / "vigil"


@dataclass(frozen=True)
class Mutant:
    """A change to one file, and the claim it breaks."""

    claim: str
    file: str
    old: str
    new: str

    def __str__(self) -> str:
        return self.claim


MUTANTS = (
    Mutant(
        "Nothing ends happily",
        "rome.ink",
        "# ending: he_wakes\n~ together = false\n",
        "# ending: he_wakes\n~ together = true\n",
    ),
    Mutant(
        "When it's done, he never knows she came",
        "rome.ink",
        "# ending: its_done\n",
        "# ending: its_done\n~ angel_knows += she_came\n",
    ),
    Mutant(
        "The soldiers never learn what went before them",
        "soldiers.ink",
        "~ soldiers_know += someone_cleared_the_way\n-> the_sewers",
        "~ soldiers_know += what_she_is\n-> the_sewers",
    ),
    Mutant(
        "No pantry is without cranberry and creamed corn",
        "doors.ink",
        "~ temp cranberry = RANDOM(1, 3)",
        "~ temp cranberry = RANDOM(0, 3)",
    ),
    Mutant(
        "If she never feeds him, he does not live",
        "body.ink",
        "=== function drinks(n)\n~ fed = true\n",
        "=== function drinks(n)\n",
    ),
    Mutant(
        "The vein, before the last night, always costs the next day",
        "nights.ink",
        "~ daylight = false\n~ bled = false\n",
        "~ daylight = false\n",
    ),
    Mutant(
        "Once Nina is called, she comes, or the story ends first",
        "call.ink",
        """+ ["A friend of his."]\n""",
        """+ ["Hello?"]\n    -> nina_on_the_phone\n+ ["A friend of his."]\n""",
    ),
    Mutant(
        "And she comes within a day",
        "call.ink",
        "    ~ nights_waited = nights_waited + 1\n",
        "    ~ nights_waited = nights_waited + 2\n",
    ),
    Mutant(
        "The vigil always ends",
        "rome.ink",
        """+ ["No."]\n    -> the_truth\n""",
        """+ ["No."]\n    -> the_truth\n+ ["What?"]\n    -> rome\n""",
    ),
    Mutant(
        "No reader is ever stuck, and no line goes unread",
        "rome.ink",
        """+ ["No."]\n    -> the_truth\n""",
        """+ ["No."]\n    -> its_done\n""",
    ),
    Mutant(
        "When it's done, her lover believes what is not so",
        "rome.ink",
        "# ending: its_done\n~ lover_believes += it_is_finished\n",
        "# ending: its_done\n",
    ),
    Mutant(
        "Her friends learn where she is only by coming",
        "soldiers.ink",
        "~ soldiers_know += someone_cleared_the_way\n-> the_sewers",
        "~ friends_know += where_they_are\n-> the_sewers",
    ),
    Mutant(
        "One who takes care may well see it done",
        "rome.ink",
        """+ ["It is." # careful]""",
        """+ ["It is." # leave]""",
    ),
)


@cache
def promises() -> Config:
    return read_promises(read_story("vigil"))


@cache
def told() -> tuple[str, int]:
    return check(read_story("vigil"), Options(as_json=True))


def questions_of(mutant: Mutant) -> Questions:
    def read(name: str) -> str:
        text = (FOLDER / name).read_text(encoding="utf-8")
        if name == mutant.file:
            assert text.count(mutant.old) == 1, f"{mutant.file} has changed under its mutant"
            text = text.replace(mutant.old, mutant.new)
        return text

    compilation = compile_ink(read("vigil.ink"), name="vigil.ink", read=read)
    assert compilation.story is not None, compilation.diagnostics
    claims = [claim for claim in promises().claims if claim.name == mutant.claim]
    return ask_story(compilation.story, [e for claim in claims for e in claim.expressions])


def verdict_on(mutant: Mutant) -> tuple[Verdict, Questions, Analysis]:
    questions = questions_of(mutant)
    changed = {name for whatif in promises().whatifs for name in whatif.set}
    analysis = analyse(questions.program, asked=questions.pcs, expected_unread=changed)
    claims = [claim for claim in promises().claims if claim.name == mutant.claim]
    (verdict,) = decide(
        claims,
        analysis.exploration,
        questions,
        readers=promises().readers,
        problems=analysis.problems,
    )
    return verdict, questions, analysis


def test_the_vigil_is_read_whole_and_every_promise_holds() -> None:
    text, code = told()
    report = json.loads(text)
    assert code == 0
    assert report["complete"] is True
    assert 10_000 <= report["states"] <= 1_000_000
    assert len(report["endings"]) >= 10
    assert {ending["kind"] for ending in report["endings"]} == {"ending"}
    assert all(ending["uniform"] > 0 for ending in report["endings"])
    assert [claim["verdict"] for claim in report["claims"]] == ["holds"] * len(report["claims"])
    assert len(report["claims"]) >= 10
    assert not [p for p in report["problems"] if p["severity"] != "note"]
    assert len(report["problems"]) <= 6


def test_the_way_to_its_done_replays() -> None:
    report = json.loads(told()[0])
    ending = next(e for e in report["endings"] if e["name"] == "its_done")
    story = Story(read_story("vigil").usable())
    story.play(ending["shortest"])
    assert story.ending == "its_done"


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_a_mutant_breaks_the_promise_it_was_made_for(mutant: Mutant) -> None:
    verdict, questions, analysis = verdict_on(mutant)
    assert verdict.verdict == "fails", verdict
    claim = verdict.claim
    if claim.kind == "sound":
        assert [p for p in analysis.problems if p.severity != "note"]
        return
    if claim.kind == "odds":
        assert verdict.odds is not None
        return
    assert verdict.path is not None
    story = Story(questions.program)
    story.play(verdict.path)
    assert story.path == verdict.path


def test_every_promise_has_a_mutant() -> None:
    assert {mutant.claim for mutant in MUTANTS} == {claim.name for claim in promises().claims}
