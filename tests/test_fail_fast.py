"""Stopping at the first witness: what is broken is found early, with the path a whole run gives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from foretell.checker.analysis import analyse
from foretell.checker.claims import decide, refuted_by
from foretell.checker.questions import ask_story
from foretell.cli import run
from foretell.compiler import compile_ink
from foretell.config import parse_claim
from foretell.vm.story import Story

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
        stop_when=refuted_by(claims, questions),
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
