"""`foretell check`: what it prints for a story, and the exit code it leaves with."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from foretell import cli
from foretell.compiler import compile_ink
from foretell.loading import read_story
from foretell.vm.lower import lower
from foretell.vm.story import Story

SCHEMA = json.loads((Path(__file__).parents[1] / "docs/check.schema.json").read_text("utf-8"))
FINE = "* [Left] -> left\n* [Right] -> right\n== left\nLeft.\n-> END\n== right\nRight.\n-> END\n"
STUCK = "-> hub\n== hub\n* [a] -> hub\n* [b] -> hub\n"
COUNTING = """
VAR n = 0
-> walk
== walk
+ [on]
  ~ n = n + 1
  -> walk
+ [stop {n}]
  {n > 1000: Far.}
  -> END
"""


class Folder:
    """A folder with a story in it, and the verb run on that story."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capture = capture

    def __call__(
        self, story: str, *options: str, promises: str | None = None
    ) -> tuple[int, str, str]:
        path = self.folder / "tale.ink"
        path.write_text(story, "utf-8")
        if promises is not None:
            (self.folder / "foretell.toml").write_text(promises, "utf-8")
        self.capture.readouterr()
        code = cli.run(["check", str(path), *options])
        out, err = self.capture.readouterr()
        return code, out, err


@pytest.fixture
def check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Folder:
    return Folder(tmp_path, capsys)


def reported(out: str) -> dict[str, Any]:
    """The JSON report, held to its schema."""
    report: dict[str, Any] = json.loads(out)
    jsonschema.validate(report, SCHEMA)
    return report


def test_a_fine_story_gives_0_and_its_endings(check: Folder) -> None:
    code, out, err = check(FINE)
    assert code == 0 and err == ""
    assert "read all 2 playthroughs" in out and "complete" in out
    assert "no problem found" in out
    for ending in ("left", "right"):
        row = next(line for line in out.splitlines() if line.startswith(ending))
        assert row.split()[1:4] == ["50.0", "%", "always"]


def test_a_dead_end_gives_1_and_a_path_that_replays(check: Folder) -> None:
    code, out, _ = check(STUCK, "--format", "json")
    assert code == 1
    report = reported(out)
    problem = next(p for p in report["problems"] if p["code"] == "out-of-content")
    assert problem["severity"] == "error" and problem["file"].endswith("tale.ink")
    compilation = compile_ink(STUCK)
    assert compilation.story is not None
    story = Story(lower(compilation.story))
    story.play(problem["path"])
    assert [p.code for p in story.turn.problems] == ["out-of-content"]


def test_a_story_that_does_not_compile_gives_2(check: Folder) -> None:
    code, out, err = check("-> nowhere\n")
    assert code == 2 and out == ""
    assert "nowhere" in err and "tale.ink:1" in err


def test_a_story_that_is_not_there_gives_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["check", str(tmp_path / "none.ink")]) == 2
    assert "none.ink" in capsys.readouterr().err


def test_a_limit_of_states_gives_3_and_intervals(check: Folder) -> None:
    code, out, _ = check(COUNTING, "--max-states", "60", "--format", "json")
    report = reported(out)
    assert code == 3 and report["stopped"] == "states"
    low, high = report["endings"][0]["uniform"]
    assert 0 <= low < high <= 1
    code, out, _ = check(COUNTING, "--max-states", "60")
    assert code == 3 and "not everything was read" in out


def test_problems_outrank_a_limit(check: Folder) -> None:
    story = COUNTING + "== lost\n-> DONE\n"
    story = story.replace("+ [stop {n}]", "* [fall] Down.\n+ [stop {n}]")
    code, out, _ = check(story, "--max-states", "60", "--format", "json")
    report = reported(out)
    assert not report["complete"]
    assert "out-of-content" in {p["code"] for p in report["problems"]}
    assert code == 1


def test_a_limit_in_foretell_toml_counts_too(check: Folder) -> None:
    code, out, _ = check(COUNTING, "--format", "json", promises="[bounds]\nstates = 60\n")
    assert code == 3 and reported(out)["stopped"] == "states"


def test_it_can_start_at_a_knot(check: Folder) -> None:
    _, out, _ = check(FINE, "--from", "left", "--format", "json")
    assert [ending["name"] for ending in reported(out)["endings"]] == ["left"]


def test_an_unknown_knot_is_refused_with_the_nearest_name(check: Folder) -> None:
    code, out, err = check(FINE, "--from", "rihgt")
    assert code == 2 and out == ""
    assert "unknown-place" in err and "did you mean `right`?" in err


def test_what_is_allowed_is_no_problem(check: Folder) -> None:
    story = "-> a\n== a\n+ [on] -> a\n"
    assert check(story)[0] == 1
    code, out, _ = check(story, "--allow", "no-ending")
    assert code == 0 and "no-ending" not in out


def test_notes_are_shown_with_all(check: Folder) -> None:
    story = "* [Tea] -> drink\n* [Coffee] -> drink\n== drink\nNice.\n-> END\n"
    code, out, _ = check(story)
    assert code == 0 and "idle-choice" not in out
    code, out, _ = check(story, "--all")
    assert code == 0 and out.count("note[idle-choice]") == 2


def test_timings_say_where_the_time_went(check: Folder) -> None:
    assert "time: " not in check(FINE)[1]
    line = check(FINE, "--timings")[1].splitlines()[-1]
    assert line.startswith("time: ")
    told = line.removeprefix("time: ").replace(";", ",").split(", ")
    spent = {part.split()[0]: float(part.split()[1]) for part in told}
    assert {"start", "import", "read", "lower", "explore", "solve", "claims"} <= spent.keys()
    assert spent.pop("together") == pytest.approx(sum(spent.values()), abs=0.02)


def test_a_claim_that_fails_gives_1_and_its_path(check: Folder) -> None:
    promises = '[[claim]]\nnever = "ending == \\"right\\""\n\n[[claim]]\npossible = "left"\n'
    code, out, _ = check(FINE, promises=promises)
    assert code == 1
    assert "2 claims: 1 holds, 1 fails" in out
    assert "path 1" in out
    code, out, _ = check(FINE, "--format", "json", promises=promises)
    claims = reported(out)["claims"]
    assert (claims[0]["verdict"], claims[0]["path"]) == ("fails", "1")
    assert claims[1]["verdict"] == "holds"


def test_a_claim_that_a_limit_leaves_open_gives_3(check: Folder) -> None:
    code, out, _ = check(
        COUNTING, "--max-states", "60", promises='[[claim]]\nnever = "n > 100000"\n'
    )
    assert code == 3 and "unknown" in out


@pytest.mark.parametrize(
    ("promises", "place"),
    [
        ("[[claim]\n", "foretell.toml:1"),
        ('[[claim]]\nnevr = "left"\n', "foretell.toml:2"),
        ('[[claim]]\nnever = "lefft"\n', "foretell.toml:2"),
    ],
    ids=["not TOML", "unknown key", "unknown name"],
)
def test_a_broken_foretell_toml_gives_2_and_its_place(
    check: Folder, promises: str, place: str
) -> None:
    code, out, err = check(FINE, promises=promises)
    assert code == 2 and out == ""
    assert place in err and "Traceback" not in err


# ------------------------------------------------- stories that a host enters knot by knot

ENTERED = """\
VAR lamp = false
EXTERNAL wind()
=== function wind() ===
~ return 0
=== kitchen ===
You cook.
* [Take the lamp.] -> lit
* [Leave.] -> out
= lit
~ lamp = true
-> END
=== hall ===
It is {RANDOM(1, 2) == 1:cold|warm}.
* [Leave.] -> out
* {lamp} [Light up.] -> END
=== out ===
-> END
=== attic(who) ===
Nobody: {who}.
-> END
=== cellar ===
* [Down.]
"""


def test_each_entry_is_read_by_itself_and_what_none_meets_is_told(check: Folder) -> None:
    code, out, _ = check(ENTERED, promises='entries = ["kitchen", "hall"]\n')
    assert code == 1
    assert "entered at 2 places" in out
    kitchen, hall = out.index("\nkitchen\n"), out.index("\nhall\n")
    assert "read all 2 playthroughs" in out[kitchen:hall] and "kitchen:1" in out[kitchen:hall]
    assert "branches of choice and chance" in out[hall:] and "hall:@1/0" in out[hall:]
    unread = re.findall(r"no reader ever comes to `(.*)`", out)
    assert unread == ["attic", "cellar"]  # `out` is met from both
    assert "no reader is ever offered this choice" in out  # the lamp is never lit in the hall


def test_entries_in_json_have_figures_each_and_bounds_together(check: Folder) -> None:
    code, out, _ = check(
        ENTERED, "--from", "kitchen", "--from", "hall", "--from", "cellar", "--format", "json"
    )
    assert code == 1
    report = reported(out)
    assert [entry["entry"] for entry in report["entries"]] == ["kitchen", "hall", "cellar"]
    assert [entry["states"] for entry in report["entries"]] == [3, 3, 2]
    assert report["states"] == 8 and report["complete"]
    out_ending = next(e for e in report["endings"] if e["name"] == "out")
    assert out_ending["uniform"] == [0, 1] and out_ending["shortest"] == "kitchen:1"
    assert report["entries"][1]["endings"][0]["uniform"] == 1
    faults = [p for p in report["problems"] if p["severity"] == "error"]
    assert [(p["code"], p["path"]) for p in faults] == [("out-of-content", "cellar:0")]
    story = Story(read_story(check.folder / "tale.ink").usable())
    for path in (p["path"] for p in report["problems"] if p["path"] is not None):
        story.play(path)
        assert story.path.partition(",")[0].startswith(path)


def test_a_claim_must_hold_from_every_entry_but_possible_from_one(check: Folder) -> None:
    promises = """\
entries = ["kitchen", "hall"]
[[claim]]
possible = "lamp"
[[claim]]
never = "lamp"
[[claim]]
inevitable = 'ending == "out"'
[[claim]]
always = "turns < 2"
"""
    _, out, _ = check(ENTERED, "--format", "json", promises=promises)
    claims = reported(out)["claims"]
    assert [claim["verdict"] for claim in claims] == ["holds", "fails", "fails", "holds"]
    assert [claim["path"] for claim in claims] == ["kitchen:0", "kitchen:0", "kitchen:0", None]
    assert "lamp = true" in claims[1]["reason"]


def test_the_top_is_an_entry_like_any_other(check: Folder) -> None:
    story = "* [On] -> END\n=== aside ===\n* [a] -> END\n* [b] -> END\n"
    code, out, _ = check(story, "--format", "json", promises='entries = ["", "aside"]')
    report = reported(out)
    assert code == 0
    assert [entry["entry"] for entry in report["entries"]] == ["", "aside"]
    assert report["playthroughs"] == "3"


@pytest.mark.parametrize(
    ("entry", "message"),
    [("kitchn", "did you mean `kitchen`?"), ("attic", "`attic` takes arguments")],
)
def test_a_place_that_no_host_can_enter_is_refused(check: Folder, entry: str, message: str) -> None:
    code, _, err = check(ENTERED, promises=f'entries = ["{entry}"]')
    assert code == 2 and message in err


def test_a_single_entry_is_reported_as_a_story_whose_paths_tell_it(check: Folder) -> None:
    code, out, _ = check(ENTERED, "--from", "kitchen.lit", "--format", "json")
    report = reported(out)
    assert code == 1 and report["entries"] == []
    assert report["endings"][0]["shortest"] == "kitchen.lit:"


def test_a_story_with_nothing_to_choose_at_its_top_is_told_of_entries(check: Folder) -> None:
    knots = "=== kitchen ===\n* [Out] -> END\n=== hall ===\n* [In] -> END\n"
    code, out, _ = check(knots)
    assert code == 1 and out.count('entries = ["kitchen", …]') == 1
    code, out, _ = check("* [Begin] -> END\n" + knots)
    assert code == 1 and "entries" not in out  # this one is read from its top
    code, out, _ = check(knots, promises='entries = ["kitchen", "hall"]')
    assert code == 0 and "no problem found" in out
