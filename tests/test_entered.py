"""Stories that a host enters knot by knot, told by every verb and shown by the studio."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from foretell.checker.analysis import analyse
from foretell.checking import Options, check, read_entries
from foretell.cli import run
from foretell.loading import read_story
from foretell.studio import data
from foretell.studio.edition import Edition
from foretell.studio.opening import open_story
from foretell.studio.playback import MisfitError, Player
from foretell.vm.story import Story
from tests.studio_stories import running

HOUSE = """\
VAR lamp = false
VAR coins = 0
-> kitchen
=== kitchen
The kitchen smells of bread.
+ [Take the lamp.]
    ~ lamp = true
    -> cellar
* [Search the drawer.]
    { RANDOM(1, 3) == 1:
        ~ coins = coins + 1
        A coin!
    }
    -> cellar
=== hall
The hall is cold.
* (knock) [Knock.] -> cellar
* [Leave.] -> outside
=== cellar
{ lamp: You see the stairs. -> outside }
# ending: dark
It is dark.
-> END
=== outside
# ending: outside
{ coins > 0: You have a coin. | You have nothing. }
-> END
=== attic(n)
Nobody comes here.
-> END
"""


def test_tags_of_the_whole_story_are_not_unread_where_nobody_enters_at_its_top(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tale = tmp_path / "tale.ink"
    tale.write_text("# title: A House\n# author: {1 + 1} hands\n" + HOUSE, "utf-8")
    run(["check", str(tale), "--from", "kitchen", "--from", "hall", "--checkpoint", "off"])
    assert "title" not in capsys.readouterr().out
    tale.write_text("# title: A House\nNobody reads this. # ever\n" + HOUSE, "utf-8")
    run(["check", str(tale), "--from", "kitchen", "--from", "hall", "--checkpoint", "off"])
    assert "tale.ink:2:1" in capsys.readouterr().out


PROMISES = """\
entries = ["kitchen", "hall"]
[[claim]]
possible = 'coins > 0'
[[claim]]
never = 'lamp and ending == "dark"'
[[claim]]
sound = true
[[whatif]]
question = "What if the lamp were lit?"
set = { lamp = true }
"""
SOUND = HOUSE.partition("=== attic")[0]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "house.ink").write_text(SOUND, "utf-8")
    (tmp_path / "foretell.toml").write_text(PROMISES, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path / "house.ink"


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert run(list(arguments)) == code
    return capsys.readouterr().out


@pytest.mark.usefixtures("house")
def test_why_tells_of_each_entry(capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys, "why", "house.ink", "outside")
    assert "entered at kitchen" in out and "shortest path  kitchen:0\n" in out
    assert "entered at hall" in out and "shortest path  hall:1\n" in out
    out = told(capsys, "why", "house.ink", "outside", "--from", "hall")
    assert "kitchen" not in out and "hall:1" in out
    found = json.loads(told(capsys, "why", "house.ink", "outside", "--format", "json"))
    assert [(each["entry"], each["path"]) for each in found] == [
        ("kitchen", "kitchen:0"),
        ("hall", "hall:1"),
    ]
    one = json.loads(
        told(capsys, "why", "house.ink", "outside", "--from", "hall", "--format", "json")
    )
    assert (one["entry"], one["path"], one["uniform"]) == ("hall", "hall:1", 0.5)


@pytest.mark.usefixtures("house")
def test_a_way_from_one_entry_is_a_way(capsys: pytest.CaptureFixture[str]) -> None:
    assert "no reader ever comes" in told(capsys, "why", "house.ink", "coins > 0")
    told(capsys, "why", "house.ink", "coins > 0", "--from", "hall", code=1)
    told(capsys, "why", "house.ink", "kitchen", "--from", "hall", code=1)
    told(capsys, "why", "house.ink", "kitchen", "--from", "")  # the top leads there


def test_each_path_that_why_gives_replays(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for target in ("outside", "dark", "coins > 0", "cellar", "house.ink:12"):
        found = json.loads(told(capsys, "why", "house.ink", target, "--format", "json"))
        for each in found:
            if each["path"] is not None:
                story = Story(read_story(house).usable())
                story.play(each["path"])
                assert story.path.startswith(f"{each['entry']}:")


@pytest.mark.usefixtures("house")
def test_whatif_compares_from_each_entry(capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys, "whatif", "house.ink")
    assert out.index("entered at kitchen") < out.index("entered at hall")
    assert "sound" not in out  # what one entry does not lead to is no fault
    found = json.loads(told(capsys, "whatif", "house.ink", "--format", "json"))
    assert [each["entry"] for each in found] == ["kitchen", "hall"]
    for each in found:
        dark = {e["name"]: e["odds"] for e in each["told"]["endings"]}
        assert dark == {"dark": 0.5, "outside": 0.5}
        assert {e["name"]: e["odds"] for e in each["changed"]["endings"]} == {"outside": 1.0}
    found = json.loads(
        told(
            capsys, "whatif", "house.ink", "--forbid", "hall.knock", "--from", "hall",
            "--format", "json",
        )
    )  # fmt: skip
    assert {e["name"]: e["odds"] for e in found[0]["changed"]["endings"]} == {"outside": 1.0}


def test_what_is_unread_as_told_and_as_changed_is_a_fault_of_both(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house.write_text(HOUSE, "utf-8")
    (house.parent / "foretell.toml").write_text("[[claim]]\nsound = true\n", "utf-8")
    out = told(capsys, "whatif", "house.ink", "--set", "coins=2")
    assert "1 claim comes out the same" in out and "→ holds" not in out


@pytest.mark.usefixtures("house")
def test_as_many_random_readers_enter_at_each_place(capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys, "sample", "house.ink", "-n", "400", "--seed", "3")
    assert "from kitchen" in out and "from hall" in out
    schema = json.loads(
        (Path(__file__).parents[1] / "docs" / "sample.schema.json").read_text("utf-8")
    )
    text = told(capsys, "sample", "house.ink", "-n", "400", "--format", "json")
    several = json.loads(text)
    jsonschema.validate(several, schema)
    assert [each["entry"] for each in several["entries"]] == ["kitchen", "hall"]
    assert all(each["runs"] == 400 for each in several["entries"])
    one = told(capsys, "sample", "house.ink", "-n", "400", "--from", "hall", "--format", "json")
    jsonschema.validate(json.loads(one), schema)
    assert json.loads(one)["entry"] == "hall"
    for ending in several["entries"][1]["endings"]:
        assert abs(ending["share"] - 0.5) < 0.15 and ending["path"].startswith("hall:")


@pytest.mark.parametrize("verb", ["why", "whatif", "sample", "report", "check"])
def test_what_is_no_place_to_enter_at_is_refused(
    verb: str, house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house.write_text(HOUSE, "utf-8")
    more = {"why": ["outside"], "report": ["-o", "r.html"]}.get(verb, [])
    assert run([verb, "house.ink", *more, "--from", "kitchn"]) == 2
    assert "did you mean `kitchen`?" in capsys.readouterr().err
    assert run([verb, "house.ink", *more, "--from", "attic"]) == 2
    assert "takes arguments" in capsys.readouterr().err


def test_a_report_shows_each_entry(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, "report", "house.ink", "-o", "r.html")
    page = (house.parent / "r.html").read_text("utf-8")
    assert "Entered at kitchen" in page and "Entered at hall" in page
    assert page.count('class="map"') == 2 and page.count(">from hall<") == 1
    assert "<code>kitchen:0</code>" in page and "<code>hall:1</code>" in page
    assert 'href="#entry-2"' in page and 'id="entry-2"' in page
    assert str(house.parent) not in page
    ids = [part.partition('"')[0] for part in page.split(' id="')[1:]]
    assert len(ids) == len(set(ids))
    told(capsys, "report", "house.ink", "-o", "r.html", "--from", "hall")
    page = (house.parent / "r.html").read_text("utf-8")
    assert "Entered at" not in page and "<code>hall:1</code>" in page


# The studio ---------------------------------------------------------------------------------------


def editions(house: Path) -> list[Edition]:
    opened = open_story(house)
    made = [Edition(1, opened, entry) for entry in opened.entries]
    for edition in made:
        edition.together = made
    return made


def explore(edition: Edition) -> None:
    edition.know(analyse(edition.program, **edition.asked))


def test_the_studio_says_of_claims_and_problems_what_check_says(house: Path) -> None:
    made = editions(house)
    for edition in made:
        explore(edition)
    report = json.loads(check(read_story(house), Options(as_json=True))[0])
    for edition in made:
        shown = data.claims(edition, {})["claims"]
        assert [each["verdict"] for each in shown] == [each["verdict"] for each in report["claims"]]
        assert {p.message for p in data.found_problems(edition)} <= {
            problem["message"] for problem in report["problems"]
        }
    found = read_entries(read_story(house), Options())
    for edition, (_, analysis) in zip(made, found.entries, strict=True):
        rows = data.endings(edition, {})["rows"]
        assert [row["shortest"] for row in rows] == [
            ending.shortest for ending in sorted(analysis.endings, key=lambda e: -e.uniform.low)
        ]


def test_until_all_entries_are_explored_a_claim_may_be_unknown(house: Path) -> None:
    kitchen, hall = editions(house)
    explore(hall)
    shown = {each["text"]: each["verdict"] for each in data.claims(hall, {})["claims"]}
    assert set(shown.values()) == {"unknown"}
    assert data.found_problems(hall) == []  # the kitchen may lead to what the hall does not
    explore(kitchen)
    shown = {each["text"]: each["verdict"] for each in data.claims(hall, {})["claims"]}
    assert set(shown.values()) == {"holds"}


def test_a_player_begins_where_the_story_is_entered(house: Path) -> None:
    program = open_story(house).program
    assert program is not None
    player = Player(program, "hall")
    reading = player.read("")
    assert (reading.path, reading.moments[0].here) == ("hall:", "hall")
    assert player.read("hall:0").moments[-1].path == player.read("0").path == "hall:0"
    assert player.seen("hall:0").words > player.seen("hall:").words
    with pytest.raises(MisfitError, match="starts at `kitchen`"):
        player.read("kitchen:0")


def test_the_page_chooses_an_entry(house: Path) -> None:
    with running(house) as studio:
        studio.until("ready")
        status = studio.json("/api/status?entry=hall")
        assert (status["entries"], status["entry"]) == (["kitchen", "hall"], "hall")
        assert studio.json("/api/status")["entry"] == "kitchen"
        rows: dict[str, Any] = {}
        for entry in status["entries"]:
            rows[entry] = studio.json(f"/api/endings?entry={entry}")["rows"]
            read = studio.json(f"/api/read?entry={entry}&path=")
            assert read["path"] == f"{entry}:"
            assert read["dream"]["odds"]
        assert {row["shortest"] for row in rows["hall"]} == {"hall:0", "hall:1"}


def test_the_command_line_chooses_entries_of_the_studio(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert open_story(house, ["cellar", ""]).entries == ["cellar", ""]
    assert run(["studio", "house.ink", "--no-open", "--from", "kitchn"]) == 2
    assert "did you mean `kitchen`?" in capsys.readouterr().err


def test_entries_that_are_none_are_told_and_the_story_is_shown_from_its_top(house: Path) -> None:
    (house.parent / "foretell.toml").write_text('entries = ["kitchn"]\n', "utf-8")
    opened = open_story(house)
    assert opened.entries == [""]
    (problem,) = [problem for problem in opened.diagnostics if "kitchn" in problem.message]
    assert problem.span is not None and problem.span.place == "foretell.toml:1:13"
    assert problem.hint == "did you mean `kitchen`?"
