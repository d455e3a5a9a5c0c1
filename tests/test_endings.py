"""Endings named by conditions, for stories without tags: in the report, claims, what-ifs, why."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from foretell.checker.analysis import analyse
from foretell.checker.graphs.graph import CHANCE, TERMINAL
from foretell.checker.questions import ask_story
from foretell.cli import run
from foretell.compiler import compile_ink
from foretell.config import EndingRule, Expression
from tests.studio_stories import running

STORY = """
VAR boat = false
VAR alive = true
VAR gold = 0
-> shore
=== shore
+ {gold < 3} [Dig.]
    ~ gold++
    -> shore
* [Take the boat.]
    ~ boat = true
    -> sea
* [Swim.]
    -> sea
=== sea
{ RANDOM(1, 4) == 1:
    ~ alive = false
}
The sea. -> END
"""
PROMISES = """
[[ending]]
name = "rescued"
when = 'boat and alive'

[[ending]]
name = "drowned"
when = 'not alive'

[[claim]]
name = "Rescue is by boat"
always = 'ending != "rescued" or boat'

[[claim]]
name = "Nobody drowns in a boat"
never = 'ending == "drowned" && boat'

[[claim]]
name = "It ends"
inevitable = 'ending != ""'

[[claim]]
name = "A swimmer who lives ends at sea"
possible = 'ending == "sea"'

[[claim]]
name = "Not on the way"
never = 'ending == "rescued" && here == "shore"'

[[claim]]
name = "Half of them drown"
odds = '"drowned" == ending'
at_most = 0.25
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "sea.ink").write_text(STORY, "utf-8")
    (tmp_path / "foretell.toml").write_text(PROMISES, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


def test_the_first_condition_that_holds_names_the_ending(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", "sea.ink", "--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    odds = {ending["name"]: ending["uniform"] for ending in report["endings"]}
    assert set(odds) == {"rescued", "drowned", "sea"}
    assert odds["drowned"] == pytest.approx(0.25)
    assert odds["rescued"] == pytest.approx(3 / 8)
    verdicts = {claim["text"]: claim["verdict"] for claim in report["claims"]}
    assert verdicts == {
        "Rescue is by boat": "holds",
        "Nobody drowns in a boat": "fails",
        "It ends": "holds",
        "A swimmer who lives ends at sea": "holds",
        "Not on the way": "holds",
        "Half of them drown": "holds",
    }


def test_a_witness_says_the_name_by_condition(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", "sea.ink"]) == 1
    out = capsys.readouterr().out
    assert "fails    Nobody drowns in a boat" in out
    assert "ending = drowned" in out


def test_why_finds_an_ending_by_condition(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["why", "sea.ink", "drowned"]) == 0
    assert "the ending `drowned`: 25.0 % of uniform readers" in capsys.readouterr().out
    assert run(["why", "sea.ink", "drownd"]) == 2
    assert "did you mean `drowned`?" in capsys.readouterr().err


def test_a_whatif_compares_endings_by_condition(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["whatif", "sea.ink", "--set", "alive=false", "--ask", 'ending == "drowned"']) == 0
    row = next(
        line for line in capsys.readouterr().out.splitlines() if line.startswith("  drowned")
    )
    assert "25.0 %" in row and "100 %" in row


@pytest.mark.parametrize(
    ("rule", "message", "hint"),
    [
        ('name = "a"\nwhen = "boot"', "`boot`", "did you mean `boat`?"),
        ('name = "a"\nwhen = "gold++"', "can't change a variable", ""),
        ('name = ""\nwhen = "boat"', "an ending needs a name", ""),
        ('name = "a"', "wants `when`", ""),
    ],
)
def test_a_condition_that_means_nothing_is_refused_at_its_place(
    rule: str, message: str, hint: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "foretell.toml").write_text(f"[[ending]]\n{rule}\n", "utf-8")
    assert run(["check", "sea.ink"]) == 2
    shown = capsys.readouterr().err
    assert message in shown and hint in shown
    assert "foretell.toml:" in shown


@pytest.mark.parametrize(("path", "name"), [("1@2", "rescued"), ("1@1", "drowned"), ("2@2", "sea")])
def test_the_studio_names_an_ending_as_check_does(folder: Path, path: str, name: str) -> None:
    hold = threading.Event()

    def explore(*arguments: Any, **options: Any) -> Any:
        hold.wait(20)
        return analyse(*arguments, **options)

    with running(folder / "sea.ink", explore=explore) as studio:
        studio.until("exploring")
        early = studio.json(f"/api/read?path={path}")
        hold.set()
        studio.until("ready")
        late = studio.json(f"/api/read?path={path}")
    dream = late["dream"]
    assert dream["outcomes"][dream["ending"]["outcome"]]["name"] == name
    assert early["ending"] == late["ending"] == name


def test_where_conditions_name_endings_the_word_is_compared_with_names_only(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "foretell.toml").write_text(
        PROMISES + '[[claim]]\nnever = \'ending + "x" == "ax"\'\n', "utf-8"
    )
    assert run(["check", "sea.ink"]) == 2
    assert "can only be compared with a name" in capsys.readouterr().err


def test_the_word_means_what_the_graph_is_named_by() -> None:
    rules = [
        EndingRule(name, Expression(when))
        for name, when in (
            ("rich", "gold > 2"),
            ("drowned", "not alive"),
            ("rich", "gold > 1 and boat"),
            ("sea", "gold == 0"),  # the name of a knot as well
            ("never", 'ending == "rich"'),  # in a rule the story's own name is meant
        )
    ]
    names = ["rich", "drowned", "sea", "never", ""]
    asked = [Expression(f'ending == "{name}"') for name in names]
    asked += [Expression(f'"{name}" != ending && true') for name in names]
    done = compile_ink(STORY, name="sea.ink")
    assert done.story is not None
    questions = ask_story(done.story, asked, rules)
    analysis = analyse(questions.program, asked=questions.pcs, endings=questions.endings)
    graph = analysis.graph
    assert {ending.name for ending in analysis.endings} == {"rich", "drowned", "sea"}
    for name in names:
        is_so = questions.holds(analysis.exploration, f'ending == "{name}"')
        is_not = questions.holds(analysis.exploration, f'"{name}" != ending && true')
        for state in range(graph.n):
            if graph.kind[state] == CHANCE:
                continue
            at_end = graph.kind[state] == TERMINAL
            meant = graph.outcomes[int(graph.outcome[state])].name if at_end else ""
            assert bool(is_so[state]) == (meant == name)
            assert bool(is_not[state]) == (meant != name)
