"""Variables held within a range: cut states, saturated values, and what is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from foretell.checker.analysis import Analysis, analyse
from foretell.checker.claims import Verdict, decide
from foretell.checker.graphs.graph import UNEXPLORED
from foretell.checker.questions import ask_story
from foretell.cli import run
from foretell.compiler import compile_ink
from foretell.config import VariableBound, parse_claim
from foretell.vm.story import Story

ROAD = """
VAR day = 0
VAR gold = 0
-> road
=== road
{clamp}
+ [On.]
    ~ day++
    ~ gold = gold + RANDOM(-1, 2)
    -> road
+ [Stop.]
    -> done
=== done
{clamp}
{{ gold > 4: Rich. -> END }}
Poor. -> END
"""
CLAMP = """{ gold > 6:
    ~ gold = 6
}
{ gold < 0:
    ~ gold = 0
}
{ day > 3:
    ~ day = 3
}"""


def bound(name: str, low: int, high: int, *, saturating: bool = False) -> VariableBound:
    return VariableBound(name, low, high, saturating, f"{low}..{high}")


def read(
    bounds: Sequence[VariableBound],
    claims: Sequence[str] = (),
    *,
    clamp: str = "",
    compiled: bool | None = None,
) -> tuple[Analysis, list[Verdict]]:
    done = compile_ink(ROAD.format(clamp=clamp), name="road.ink")
    assert done.story is not None, done.diagnostics
    promised = [parse_claim(claim) for claim in claims]
    questions = ask_story(done.story, [e for claim in promised for e in claim.expressions])
    analysis = analyse(questions.program, asked=questions.pcs, bounds=bounds, compiled=compiled)
    verdicts = decide(promised, analysis.exploration, questions, problems=analysis.problems)
    for verdict in verdicts:
        if verdict.path is not None and not analysis.exploration.held:
            Story(questions.program).play(verdict.path)
    return analysis, verdicts


@pytest.mark.parametrize("compiled", [False, True])
def test_a_reader_beyond_a_bound_is_not_followed(compiled: bool) -> None:
    claims = ["never day > 4", "never day > 3", "always day >= 0", 'inevitable ending != ""']
    claims += ['odds ending == "done" at least 0.93']
    bounds = [bound("day", 0, 3), bound("gold", -99, 99)]
    analysis, verdicts = read(bounds, claims, compiled=compiled)
    assert analysis.stopped == "`day`"
    assert [v.verdict for v in verdicts] == ["unknown", "fails", "unknown", "unknown", "holds"]
    assert verdicts[0].bound == "`day`" and "its limit on `day`" in verdicts[0].why
    assert verdicts[1].values["day"] == "4"  # who comes there is met, and followed no further
    graph = analysis.graph
    assert (graph.kind == UNEXPLORED).any()
    # one in two stops at each of days 0 to 3; who goes on from there may do anything
    assert analysis.followed == pytest.approx(1 - 1 / 16)
    assert not [p for p in analysis.problems if p.severity == "error"]


@pytest.mark.parametrize("compiled", [False, True])
def test_a_saturated_story_is_the_one_that_holds_its_variables_itself(compiled: bool) -> None:
    bounds = [bound("gold", 0, 6, saturating=True), bound("day", -9, 3, saturating=True)]
    claims = ["never gold > 6", "never day > 3", "possible gold == 6 and day == 3"]
    held, verdicts = read(bounds, claims, compiled=compiled)
    assert held.complete
    assert [v.verdict for v in verdicts] == ["holds"] * 3
    assert "with `gold` within 0..6, `day` within -9..3" in verdicts[0].why
    itself, _ = read([], claims, clamp=CLAMP, compiled=compiled)
    assert itself.complete and not itself.exploration.held
    assert held.graph.n == itself.graph.n
    ends = [
        [x for e in analysis.endings for x in (e.uniform.low, e.best.low, e.worst.low, e.words)]
        for analysis in (held, itself)
    ]
    assert ends[0] == pytest.approx(ends[1])


def test_a_bound_that_is_never_passed_changes_nothing() -> None:
    claims = ["possible gold == 6 and day == 3", "always gold >= 0"]
    bounds = [bound("gold", 0, 6), bound("day", 0, 3, saturating=True)]
    held, verdicts = read(bounds, claims, clamp=CLAMP)
    assert held.complete and not held.exploration.held
    plain, _ = read([], claims, clamp=CLAMP)
    assert held.graph.n == plain.graph.n
    assert [v.verdict for v in verdicts] == ["holds", "holds"]
    assert "within" not in verdicts[0].why


def test_an_ending_beyond_a_bound_is_an_ending() -> None:
    done = compile_ink("VAR n = 0\n* [Far.]\n~ n = 9\n-> END\n* [Near.] -> END\n", name="n.ink")
    assert done.story is not None
    questions = ask_story(done.story, [])
    analysis = analyse(questions.program, bounds=[bound("n", 0, 3)])
    assert analysis.complete


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "road.ink").write_text(ROAD.format(clamp=""), "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


def test_the_report_says_what_was_held(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = '[bounds]\nday = "..3"\ngold = "0..6 saturating"\n[[claim]]\nnever = "day > 4"\n'
    (folder / "foretell.toml").write_text(text, "utf-8")
    assert run(["check", "road.ink"]) == 3
    out = capsys.readouterr().out
    assert "stopped: `day`" in out
    assert "assumed: `gold` stays within 0..6: the story as told goes beyond" in out
    assert run(["why", "road.ink", "day > 5"]) == 3
    assert "stopped at the limit on `day`" in capsys.readouterr().out
    assert run(["whatif", "road.ink", "--set", "gold=3"]) == 3
    assert "stopped at the limit on `day`" in capsys.readouterr().out


@pytest.mark.parametrize("verb", [["check"], ["whatif", "--set", "gold=1"], ["why", "done"]])
def test_a_bound_of_no_variable_is_refused_at_its_place(
    verb: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "foretell.toml").write_text('[bounds]\ndayy = "..3"\n', "utf-8")
    assert run([verb[0], "road.ink", *verb[1:]]) == 2
    shown = capsys.readouterr().err
    assert "no VAR `dayy`" in shown and "did you mean `day`?" in shown and ":2:1" in shown


@pytest.mark.parametrize("name", ["mood", "bag"])
def test_a_bound_of_a_list_is_refused_at_its_place(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It was accepted, and held nothing."""
    source = "LIST mood = calm, (cross)\nVAR bag = ()\n{mood}{bag}\n+ [on] -> END\n"
    (folder / "moods.ink").write_text(source, "utf-8")
    (folder / "foretell.toml").write_text(f'[bounds]\n{name} = "0..3"\n', "utf-8")
    assert run(["check", "moods.ink"]) == 2
    shown = capsys.readouterr().err
    assert f"`{name}` holds a list, and only whole numbers lie within bounds" in shown
    assert "foretell.toml:2:1" in shown
