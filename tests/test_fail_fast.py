"""Stopping at the first witness: what is broken is found early, with the path a whole run gives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from foretell.checker import analysis as analysis_module
from foretell.checker.analysis import Analysis, Limits, analyse
from foretell.checker.claims import Verdict, decide, stops
from foretell.checker.exploring import explore
from foretell.checker.questions import Questions, ask_story
from foretell.cli import run
from foretell.compiler import compile_ink
from foretell.config import Claim, parse_claim
from foretell.diagnostics import StoryError
from foretell.loading import compile_text
from foretell.vm.story import Story
from tests.generate_ink import seeded

HUB = """
VAR a = 0
VAR b = 0
-> hub
=== hub
+ { a < 60 } [A.]
    ~ a++
    -> hub
+ { b < 60 } [B.]
    ~ b++
    -> hub
* [Out.] -> END
"""


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        "never a == 2 && b == 3",
        "always a + b < 7",
        "never a == 0",
        'never ending == "hub" and a > 4',
    ],
)
def test_the_first_witness_is_a_shortest_one(text: str, compiled: bool) -> None:
    done = compile_ink(HUB, name="hub.ink")
    assert done.story is not None
    claims = [parse_claim(text), parse_claim("always a <= 60")]
    questions = ask_story(done.story, [e for claim in claims for e in claim.expressions])
    whole = analyse(questions.program, asked=questions.pcs, compiled=compiled)
    early = analyse(
        questions.program,
        asked=questions.pcs,
        **stops(claims, questions),
        compiled=compiled,
    )
    assert whole.complete and not early.complete
    assert early.states < whole.states
    (expected, kept), (found, unknown) = (
        decide(claims, analysis.exploration, questions) for analysis in (whole, early)
    )
    assert (found.verdict, kept.verdict, unknown.verdict) == ("fails", "holds", "unknown")
    assert unknown.why == "exploring stopped where another claim was seen to fail"
    assert found.path is not None and expected.path is not None
    assert found.path.count("/") == expected.path.count("/")
    assert found.values == expected.values or len(found.path) == len(expected.path)
    Story(questions.program).play(found.path)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "hub.ink").write_text(HUB, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


def test_check_stops_and_says_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    promises = "[[claim]]\nnever = 'a == 2'\n[[claim]]\ninevitable = 'ending != \"\"'\n"
    (folder / "foretell.toml").write_text(promises, "utf-8")
    assert run(["check", "hub.ink", "--fail-fast"]) == 1
    out = capsys.readouterr().out
    assert "stopped: at a claim that fails" in out
    assert "fails    never a == 2   path 0/0\n" in out
    assert "a claim was seen to fail after" in out
    assert run(["check", "hub.ink", "--fail-fast", "--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert [claim["verdict"] for claim in report["claims"]] == ["fails", "unknown"]


def test_where_nothing_fails_all_is_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "foretell.toml").write_text("[[claim]]\nnever = 'a > 60'\n", "utf-8")
    assert run(["check", "hub.ink", "--fail-fast"]) == 0
    assert "complete" in capsys.readouterr().out


# Faults, and what has no truth --------------------------------------------------------------------

CORRIDOR = (
    HUB.replace("~ b++", "~ b++\n    FAULT")
    + """
=== gone
Nothing more.
=== round
-> round
=== deep
{down(1)}
-> END
=== function down(n)
~ return down(n + 1)
"""
)

FAULTS = {
    "content that runs out": ("{ a == 2 && b == 1: -> gone }", "out-of-content"),
    "a turn without rest": ("{ a == 2 && b == 1: -> round }", "no-rest"),
    "a division by zero": ("{ a == 2: {6 / (b - 1)} }", "bad-operation"),
    "a recursion without end": ("{ a == 2 && b == 1: -> deep }", "too-deep"),
    "a warning": ("{ a == 2 && b == 1:\n{ a > 7:\n~ temp t = 1\n}\n{t}\n}", "variable-not-found"),
}


def read(
    text: str, claims: list[str], *, early: bool, allow: tuple[str, ...] = (), **options: object
) -> tuple[Analysis, list[Verdict], Questions]:
    made = [parse_claim(claim) for claim in claims]
    questions = ask_story(compile_text(text).usable(), [e for c in made for e in c.expressions])
    analysis = analyse(
        questions.program,
        asked=questions.pcs,
        limits=Limits(steps=400_000),
        **options,  # type: ignore[arg-type]
        **(stops(made, questions, allow=allow) if early else {}),
    )
    problems = [problem for problem in analysis.problems if problem.code not in allow]
    return analysis, decide(made, analysis.exploration, questions, problems=problems), questions


def choices(path: str | None) -> int:
    assert path is not None
    return path.count("/") + bool(path.partition("@")[0])


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_ends_exploring_where_soundness_is_claimed(name: str, compiled: bool) -> None:
    inserted, code = FAULTS[name]
    text = CORRIDOR.replace("FAULT", inserted)
    whole, (expected,), _ = read(text, ["sound"], early=False, compiled=compiled)
    early, (found,), questions = read(text, ["sound"], early=True, compiled=compiled)
    assert early.states < whole.states / 20
    assert (expected.verdict, found.verdict) == ("fails", "fails")
    assert choices(found.path) == 3
    problem = next(p for p in early.problems if p.path == found.path)
    assert problem.code == code and problem.message in found.why
    story = Story(questions.program)
    story.play(found.path or "")
    assert code in [p.code for p in story.turn.problems]


def test_a_fault_that_is_allowed_does_not_end_it() -> None:
    text = CORRIDOR.replace("FAULT", "{ a == 2 && b == 1: -> gone }\n{ a == 5: {6 / (b - 1)} }")
    allow: tuple[str, ...] = ("out-of-content", "unreachable")
    early, (found,), _ = read(text, ["sound"], early=True, allow=allow)
    assert choices(found.path) == 6 and "Divide" in found.why.title()
    allow = (*allow, "bad-operation")
    whole, (kept,), _ = read(text, ["sound"], early=True, allow=allow)
    assert whole.complete and kept.verdict == "holds"
    assert early.states < whole.states / 10


def test_a_line_nobody_sees_is_known_when_all_is_read() -> None:
    early, (found,), _ = read(CORRIDOR.replace("FAULT", ""), ["sound"], early=True)
    assert early.complete and found.verdict == "fails" and "no reader ever" in found.why


def test_a_turn_that_used_up_its_steps_proves_nothing() -> None:
    text = "VAR n = 0\n+ [On] -> on\n=== on\n~ n = n + 1\n{ n > 2000000: -> END }\n-> on\n"
    analysis, (found,), _ = read(text, ["sound"], early=False)
    assert not analysis.complete
    assert found.verdict == "unknown", found


def test_an_expression_without_truth_ends_it_whatever_is_claimed() -> None:
    for claim in ("possible 6 / (a - 2) == 77", "inevitable 6 / (a - 2) == 77"):
        early, (found,), _ = read(HUB, [claim], early=True)
        assert not early.complete and early.states < 30
        assert found.verdict == "fails" and choices(found.path) == 2


def test_draws_on_the_way_do_not_make_the_first_witness_longer() -> None:
    """Three draws and one choice come before two choices, though there are more edges."""
    text = """
VAR won = false
-> start
=== start
+ [Throw]
    { RANDOM(1, 2) == 1:
        { RANDOM(1, 2) == 1:
            { RANDOM(1, 2) == 1:
                ~ won = true
            }
        }
    }
    -> table
+ [Walk] -> table
=== table
+ [Take it]
    ~ won = true
    -> table
+ [Leave] -> END
"""
    for claim in ("never won", "always not won"):
        _, (expected,), _ = read(text, [claim], early=False)
        _, (found,), _ = read(text, [claim], early=True)
        assert expected.path == found.path == "0@1,1,1"


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("inevitable a == 60", "0"),  # out at once: choice 2, but once-only comes last
        ("after a == 1 then a == 60", "0"),
        ("odds a == 3 at least 0.9", None),
    ],
)
def test_what_no_single_state_breaks_is_looked_at_now_and_then(
    text: str, way: str | None, compiled: bool
) -> None:
    whole, (expected,), _ = read(HUB, [text], early=False, compiled=compiled)
    early, (found,), questions = read(HUB, [text], early=True, compiled=compiled)
    assert whole.complete and not early.complete
    assert early.states < whole.states / 2
    assert (expected.verdict, found.verdict) == ("fails", "fails")
    assert found.bound == ""
    if way is not None:
        story = Story(questions.program)
        story.play(found.path or "")
        assert story.ended or found.loop


def test_a_promise_that_is_kept_at_the_last_is_not_broken_early() -> None:
    for text in ('inevitable ending != "" || turns > 100', "odds ending != '' at least 0.1"):
        text = text.replace("'", '"')
        early, (found,), _ = read(HUB.replace("+ {", "* {"), [text], early=True)
        _, (expected,), _ = read(HUB.replace("+ {", "* {"), [text], early=False)
        assert early.complete and found.verdict == expected.verdict == "holds"


# Generated games ----------------------------------------------------------------------------------


GENERATED = ("sound", 'never ending == "ash"', "never n > 1", 'always here != "k2"', "never m == 3")


def test_generated_games_are_refuted_early_as_they_are_refuted_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(analysis_module, "_FIRST_LOOK", 4)  # looks at 4, 8, 16 … states
    monkeypatch.setattr(explore, "_BATCH_PLAIN", 3)
    refuted = stopped = 0
    for seed in range(9):
        story = compile_text(seeded(seed, 20, games=True)).usable()
        for claim in GENERATED:
            made = [parse_claim(claim)]
            try:
                questions = ask_story(story, [e for c in made for e in c.expressions])
            except StoryError:  # the story has no such ending or knot
                continue

            def decided(
                made: list[Claim] = made, questions: Questions = questions, **options: object
            ) -> tuple[Analysis, Verdict]:
                analysis = analyse(
                    questions.program,
                    asked=questions.pcs,
                    compiled=False,
                    limits=Limits(states=200, steps=3000),
                    **options,  # type: ignore[arg-type]
                )
                found = decide(made, analysis.exploration, questions, problems=analysis.problems)
                return analysis, found[0]

            whole, expected = decided()
            if not whole.complete:
                continue
            early, found = decided(**stops(made, questions))
            assert found.verdict == expected.verdict, (seed, claim)
            if early.complete or found.path is None:
                continue
            refuted += 1
            stopped += early.states < whole.states
            Story(questions.program, assume_externals=True).play(found.path)
            if claim == "sound":
                assert choices(found.path) <= choices(expected.path), (seed, claim)
            if claim.startswith(("never", "always")):
                assert choices(found.path) == choices(expected.path), (seed, claim)
    assert refuted > 3 and stopped > 2, (refuted, stopped)
