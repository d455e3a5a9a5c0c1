"""The Vigil: read whole, its promises hold, and each of them can fail.

A *mutant* is the story with one thing about its world changed. It must break the promise it was
made for, with a path that the player can follow to where the promise is broken.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from foretell import ink_json
from foretell.checker import whatif as W
from foretell.checker.analysis import Analysis, analyse
from foretell.checker.claims import Verdict, decide, stops
from foretell.checker.questions import Questions, ask_story
from foretell.checker.readers import choice_weights
from foretell.checker.simulation.simulate import Sample, sample
from foretell.checking import read_whole
from foretell.compiler import compile_ink
from foretell.config import Config
from foretell.diagnostics import Diagnostic
from foretell.loading import BUNDLED, read_promises, read_story
from foretell.vm.lower import lower
from foretell.vm.story import Story
from tests import ours
from tests.peers import inkjs
from tests.peers.agreement import first_difference, played_by_inkjs
from tests.spec_pages import show

FOLDER = BUNDLED / "vigil"
README = (Path(__file__).resolve().parents[1] / "README.md").read_text("utf-8")


@dataclass(frozen=True)
class Mutant:
    """A change to one file, the claim it breaks, and what is shown where it is broken: values of
    the witness, or of a figure or a problem some of its text."""

    claim: str
    file: str
    old: str
    new: str
    shown: Mapping[str, str] | str

    def __str__(self) -> str:
        return self.claim


MUTANTS = (
    Mutant(
        "Nothing ends happily",
        "rome.ink",
        "# ending: he_wakes\n~ together = false\n",
        "# ending: he_wakes\n~ together = true\n",
        {"ending": "he_wakes", "together": "true"},
    ),
    Mutant(
        "When it's done, he never knows she came",
        "rome.ink",
        "# ending: its_done\n",
        "# ending: its_done\n~ angel_knows += she_came\n",
        {"ending": "its_done", "angel_knows": "(she_came)"},
    ),
    Mutant(
        "The soldiers never learn what went before them",
        "soldiers.ink",
        "~ soldiers_know += someone_cleared_the_way\n-> the_sewers",
        "~ soldiers_know += what_she_is\n-> the_sewers",
        {"soldiers_know": "(what_she_is)"},
    ),
    Mutant(
        "No pantry is without cranberry and creamed corn",
        "doors.ink",
        "~ temp cranberry = RANDOM(1, 3)",
        "~ temp cranberry = RANDOM(0, 3)",
        {"bare_pantry": "true"},
    ),
    Mutant(
        "If she never feeds him, he does not live",
        "body.ink",
        "=== function drinks(n)\n~ fed = true\n",
        "=== function drinks(n)\n",
        {"fed": "false", "angel_lives": "true"},
    ),
    Mutant(
        "The vein, before the last night, always costs the next day",
        "nights.ink",
        "~ daylight = false\n~ bled = false\n",
        "~ daylight = false\n",
        {"bled": "true", "daylight": "true"},
    ),
    Mutant(
        "Once Nina is called, she comes, or the story ends first",
        "call.ink",
        """+ ["A friend of his."]\n""",
        """+ ["Hello?"]\n    -> nina_on_the_phone\n+ ["A friend of his."]\n""",
        "can go on for ever",
    ),
    Mutant(
        "And she comes within a day",
        "call.ink",
        "    ~ nights_waited = nights_waited + 1\n",
        "    ~ nights_waited = nights_waited + 2\n",
        {"nights_waited": "2", "nina_here": "false"},
    ),
    Mutant(
        "The vigil always ends",
        "rome.ink",
        """+ ["No."]\n    -> the_truth\n""",
        """+ ["No."]\n    -> the_truth\n+ ["What?"]\n    -> rome\n""",
        "can go on for ever",
    ),
    Mutant(
        "No reader is ever stuck, and no line goes unread",
        "rome.ink",
        """+ ["No."]\n    -> the_truth\n""",
        """+ ["No."]\n    -> its_done\n""",
        "no reader ever comes to `the_truth`",
    ),
    Mutant(
        "No reader is ever stuck, and no line goes unread",
        "rome.ink",
        "Nobody ever finds out.\n-> END\n",
        "Nobody ever finds out.\n",
        "ran out of content",
    ),
    Mutant(
        "When it's done, her lover believes what is not so",
        "rome.ink",
        "# ending: its_done\n~ lover_believes += it_is_finished\n",
        "# ending: its_done\n",
        {"ending": "its_done", "lover_believes": "()"},
    ),
    Mutant(
        "Her friends learn where she is only by coming",
        "soldiers.ink",
        "~ soldiers_know += someone_cleared_the_way\n-> the_sewers",
        "~ friends_know += where_they_are\n-> the_sewers",
        {"friends_know": "(where_they_are)", "ending": ""},
    ),
    Mutant(
        "One who takes care may well see it done",
        "rome.ink",
        """+ ["It is." # careful]""",
        """+ ["It is." # leave]""",
        "it comes true in 0 % for the careful reader",
    ),
)


@cache
def promises() -> Config:
    return read_promises(read_story("vigil"))


@cache
def told() -> tuple[Analysis, list[Verdict], list[Diagnostic]]:
    return read_whole(read_story("vigil"))


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
    claims = [claim for claim in promises().claims if claim.name == mutant.claim]
    analysis = analyse(
        questions.program,
        asked=questions.pcs,
        expected_unread=changed,
        **stops(claims, questions, readers=promises().readers),
    )
    (verdict,) = decide(
        claims,
        analysis.exploration,
        questions,
        readers=promises().readers,
        problems=analysis.problems,
    )
    return verdict, questions, analysis


def test_the_vigil_is_read_whole_and_every_promise_holds() -> None:
    analysis, verdicts, problems = told()
    assert analysis.complete
    assert 10_000 <= analysis.states <= 1_000_000
    assert len(analysis.endings) >= 10
    assert {ending.kind for ending in analysis.endings} == {"ending"}
    assert all(ending.uniform.low > 0 for ending in analysis.endings)
    assert {verdict.verdict for verdict in verdicts} == {"holds"}
    assert len(verdicts) >= 10
    assert not [p for p in problems if p.severity != "note"]
    assert len(problems) <= 6


def test_the_way_to_its_done_replays() -> None:
    ending = next(e for e in told()[0].endings if e.name == "its_done")
    assert ending.shortest is not None
    story = Story(read_story("vigil").usable())
    story.play(ending.shortest)
    assert story.ending == "its_done"


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_a_mutant_breaks_the_promise_it_was_made_for(mutant: Mutant) -> None:
    verdict, questions, analysis = verdict_on(mutant)
    assert verdict.verdict == "fails", verdict
    claim = verdict.claim
    if claim.kind in ("never", "always") or mutant.shown == "ran out of content":
        assert not analysis.complete, "exploring stops at the first witness"
        assert analysis.states < told()[0].states
    if isinstance(mutant.shown, str):
        assert mutant.shown in verdict.why
    else:
        values = {"ending": "", **verdict.values}
        assert {name: values[name] for name in mutant.shown} == mutant.shown
    if claim.kind == "sound":
        (problem,) = [p for p in analysis.problems if p.severity != "note"]
        assert problem.span is not None and problem.span.source.name == mutant.file
        assert problem.path == verdict.path
    if claim.kind == "odds":
        assert verdict.odds is not None and verdict.odds.high < 0.1
        return
    if verdict.path is None:  # a line that nobody reads has none
        assert claim.kind == "sound" and "no reader ever" in verdict.why
        return
    story = Story(questions.program)
    story.play(verdict.path)
    assert story.path == verdict.path
    if claim.kind == "sound":
        assert isinstance(mutant.shown, str)
        assert mutant.shown in " ".join(problem.message for problem in story.turn.problems)
    if verdict.loop is not None:  # at the end of the path it goes round, and comes back there
        story.play(f"{verdict.path}/{verdict.loop}")
        assert story.path == f"{verdict.path}/{verdict.loop}"


def test_every_promise_has_a_mutant() -> None:
    assert {mutant.claim for mutant in MUTANTS} == {claim.name for claim in promises().claims}


def along(path: str) -> tuple[list[int], list[int]]:
    """The choices of a path, and its draws."""
    steps = [step.partition("@") for step in path.split("/")]
    draws = [int(draw) for _, _, drawn in steps for draw in drawn.split(",") if draw]
    return [int(choice) for choice, _, _ in steps], draws


@pytest.mark.peer
def test_inkjs_compiles_the_vigil_alike_and_reaches_every_ending_by_its_path(
    oracle: inkjs.Inkjs,
) -> None:
    files = {file.name: file.read_text("utf-8") for file in FOLDER.glob("*.ink")}
    theirs = oracle.compile(files["vigil.ink"], files)
    assert theirs.json is not None, theirs.errors
    assert not theirs.warnings
    assert theirs.unbound == []
    loaded = read_story("vigil")
    assert ours.same_json(ink_json.dump(loaded.usable()), theirs.json) is None
    for ending in told()[0].endings:
        assert ending.shortest is not None
        choices, draws = along(ending.shortest)
        run = oracle.play(theirs, choices, draws=draws)
        played = ours.play(ours.start(loaded.usable(), draws), choices)
        assert first_difference(show(played), show(played_by_inkjs(run))) is None
        assert run.turns[-1].ended
        tags = [tag for line in run.turns[-1].lines for tag in line.tags]
        assert f"ending: {ending.name}" in tags


@pytest.mark.peer
def test_inkjs_plays_the_other_past_alike(oracle: inkjs.Inkjs) -> None:
    files = {file.name: file.read_text("utf-8") for file in FOLDER.glob("*.ink")}
    told, changed = "VAR kept_in_contact = false", "VAR kept_in_contact = true"
    files["vigil.ink"] = files["vigil.ink"].replace(told, changed)
    theirs = oracle.compile(files["vigil.ink"], files)
    done = compile_ink(files["vigil.ink"], name="vigil.ink", read=files.__getitem__)
    assert done.story is not None
    for seed in range(12):
        run = oracle.play(theirs, random=seed, max_turns=80, seed=seed)
        played = ours.play(ours.start(done.story, run.draws), run.picks)
        assert first_difference(show(played), show(played_by_inkjs(run))) is None
        assert run.turns[-1].ended


# What the README says, and random readers who really read ----------------------------------------

# the knot that is entered exactly where the answer to a question of hers is yes
ANSWERS = {
    "let_in_on_the_plan": "let_in",
    "heard_of_spike": "he_tells_her_about_spike",
    "asked_for_help": "they_ask_her",
    "war_averted": "averted",
    'ending == "too_late"': "too_late",
}


def read_at_random(runs: int, reader: str, *, kept_in_contact: bool, seed: int) -> Sample:
    program = lower(read_story("vigil").usable())
    known = promises().readers.get(reader)
    return sample(
        program,
        runs,
        weights=None if known is None else [float(w) for w in choice_weights(program, known)],
        constants={"kept_in_contact": kept_in_contact},
        seed=seed,
        threads=0,
    )


def shares(found: Sample) -> dict[str, float]:
    """The share of every ending and of every answer, as met."""
    out = {ending.name: ending.share for ending in found.endings}
    program = found.program
    for expression, knot in ANSWERS.items():
        pcs = [pc for pc, place in enumerate(program.place_of_pc) if program.places[place] == knot]
        out[expression] = max(int(found.reach[pc]) for pc in pcs) / found.runs
    return out


def assert_agrees(met: Mapping[str, float], exact: Mapping[str, float], runs: int) -> None:
    """Shares are where they should be, but for five standard errors and a run."""
    for name in {*met, *exact}:
        odds = exact.get(name, 0.0)
        slack = 5 * math.sqrt(odds * (1 - odds) / runs) + 1 / runs
        assert met.get(name, 0.0) == pytest.approx(odds, abs=slack), name


def figures_of_the_readme() -> dict[str, tuple[float, float]]:
    """What she asks herself: as told, and had she kept in touch."""
    rows = re.findall(r"\| ([0-9.]+) % \| ([0-9.]+) % \|$", README, re.MULTILINE)
    return {
        name: (float(one) / 100, float(two) / 100)
        for name, (one, two) in zip(ANSWERS, rows, strict=True)
    }


def test_the_readme_has_the_figures_of_the_story_as_told() -> None:
    analysis, verdicts, _ = told()
    assert f"reads all of its {analysis.states:,} situations" in README
    done = next(e for e in analysis.endings if e.name == "its_done")
    assert f"once in {1 / done.uniform.low:,.0f} playthroughs" in README
    (careful,) = (v for v in verdicts if v.claim.reader == "careful")
    assert careful.odds is not None
    assert f"in {100 * careful.odds.low:.1f} % of them as the `careful` reader" in README
    too_late = next(e for e in analysis.endings if e.name == "too_late")
    shown = figures_of_the_readme()['ending == "too_late"'][0]
    assert shown == pytest.approx(too_late.uniform.low, abs=0.0005)


def test_random_readers_find_what_the_readme_says() -> None:
    runs = 30_000
    for kept_in_contact in (False, True):
        found = read_at_random(runs, "uniform", kept_in_contact=kept_in_contact, seed=5)
        exact = {name: pair[kept_in_contact] for name, pair in figures_of_the_readme().items()}
        met = shares(found)
        assert_agrees({name: met[name] for name in exact}, exact, runs)


@pytest.mark.long
@pytest.mark.parametrize("reader", ["uniform", "careful"])
def test_a_million_random_readers_agree_with_every_exact_figure(reader: str) -> None:
    runs = 1_000_000
    loaded = read_story("vigil")
    comparisons = list(
        W.comparisons(lambda _: loaded.usable(), promises().whatifs, promises(), reader=reader)
    )
    for kept_in_contact in (False, True):
        columns = [c.changed if kept_in_contact else c.told for c in comparisons]
        assert all(column.complete for column in columns)
        exact = {name: ending.odds.low for name, ending in columns[0].endings.items()}
        for column in columns:
            for text, answer in column.answers.items():
                exact[text] = dict(answer.values).get("true", 0.0)
        assert set(ANSWERS) <= set(exact)
        if reader == "uniform":
            for text, pair in figures_of_the_readme().items():
                assert pair[kept_in_contact] == pytest.approx(exact[text], rel=0.02, abs=0.0005)
        found = read_at_random(runs, reader, kept_in_contact=kept_in_contact, seed=11)
        assert_agrees(shares(found), exact, runs)
        assert found.words == pytest.approx(columns[0].words, abs=5 * found.words_error)
