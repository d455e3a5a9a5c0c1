"""How a report is put: odds as words, cut paths, text without colour, JSON that fits its schema."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from foretell.checker.analysis import Analysis, Limits, analyse
from foretell.checker.report import (
    Heading,
    as_json,
    exit_code,
    odds_text,
    short_path,
    text,
)
from foretell.compiler import compile_ink
from foretell.vm.lower import lower

SCHEMA = json.loads((Path(__file__).parents[1] / "docs/check.schema.json").read_text("utf-8"))
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
STORIES = {
    "a die": "{RANDOM(1,6) == 6: -> six}\n-> END\n== six\nSix.\n-> END\n",
    "a dead end": "-> hub\n== hub\n* [a] -> hub\n* [b] -> hub\n",
    "a trap": "* [In] -> room\n* [Out] -> END\n== room\n+ [Round] -> room\n",
    "a hang": "* [In] -> room\n* [Out] -> END\n== room\n-> room\n",
    "one way": "Once.\n-> END\n",
    "an external": "EXTERNAL luck()\n{luck(): -> END}\n* [a] -> END\n",
}


def analysed(story: str, **options: Any) -> Analysis:
    compilation = compile_ink(story)
    assert compilation.story is not None, compilation.diagnostics
    return analyse(lower(compilation.story), **options)


@pytest.mark.parametrize(
    ("odds", "shown"),
    [
        ((0.0, 0.0), "never"),
        ((1.0, 1.0), "always"),
        ((0.5, 0.5), "50.0 %"),
        ((0.01, 0.01), "1.0 %"),
        ((1 / 1133, 1 / 1133), "1 in 1,133"),
        ((1e-16, 1e-16), "1 in 1.0e+16"),
        ((0.99999, 0.99999), ">99.9 %"),
        ((0.312, 0.316), "31.2–31.6 %"),
        ((0.0, 1.0), "0–100 %"),
        ((0.0, 0.0001), "0–<0.1 %"),
        ((0.9999, 1.0), ">99.9–100 %"),
        ((math.nan, math.nan), "—"),
    ],
)
def test_odds_are_said_so_that_only_certainty_is_certain(
    odds: tuple[float, float], shown: str
) -> None:
    assert odds_text(odds) == shown


def test_a_long_path_is_cut_and_its_choices_counted() -> None:
    assert short_path(None) == "—"
    assert short_path("") == "(the start)"
    assert short_path("0/1@2/1") == "0/1@2/1"
    long = "/".join("0" * 73)
    assert short_path(long).endswith("… (73 choices)")
    assert long.startswith(short_path(long).partition("…")[0])
    assert short_path(long, 200) == long


@pytest.mark.parametrize("name", STORIES)
def test_colour_adds_nothing_but_colour(name: str) -> None:
    import re

    analysis = analysed(STORIES[name])
    plain = text(analysis, Heading(name), every=True)
    coloured = text(analysis, Heading(name), every=True, colour=True)
    assert "\x1b" not in plain
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


ENDS = """\
* [A choice] -> an_ending_with_a_name_that_is_long_enough_to_be_in_the_way
* [Another] -> b
== an_ending_with_a_name_that_is_long_enough_to_be_in_the_way
Well, then. -> END
== b
+ [On and on] -> b
+ [Leave] -> away
== away
* [Now] -> END
"""


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 140, None])
def test_a_report_is_no_wider_than_the_terminal(columns: int | None) -> None:
    shown = text(analysed(ENDS), Heading("x", 2000, 12_000), every=True, columns=columns)
    assert all(len(line) <= (columns or 200) for line in shown.splitlines())
    assert "uniform" in shown and "50.0 %" in shown
    assert ("words read" in shown) == (columns is None or columns >= 120)
    assert ("in_the_way" in shown) == (columns is None or columns >= 140)


def test_a_path_is_cut_between_choices() -> None:
    path = "0/0/1/0/1@1/0@17,2/3/1/0/2/2/1"
    for width in range(20, len(path)):
        shown, _, told = short_path(path, width).partition("/…")
        assert len(short_path(path, width)) <= width
        assert path.startswith(shown + "/") and told == " (12 choices)"
    assert short_path(path, 14) == "12 choices"


def test_errors_stand_before_warnings_however_many_there_are() -> None:
    many = "".join(f"== lost_{i}\nNobody.\n-> END\n" for i in range(30))
    analysis = analysed("* [In] -> cellar\n* [Out] -> END\n== cellar\n* [Search] Dust.\n" + many)
    shown = text(analysis, Heading("x"))
    assert "error[out-of-content]" in shown
    assert shown.index("error[") < shown.index("warning[")


def test_a_story_without_a_playthrough_that_ends_says_so() -> None:
    assert "read all of it: no playthrough ends (" in text(
        analysed("-> a\n== a\n+ [on] -> a\n"), Heading("x")
    )
    one = text(analysed("* [a] -> END\n* [b] -> b\n== b\n+ [on] -> b\n"), Heading("x"))
    assert "read its only playthrough that ends (" in one
    assert "every playthrough reads 0 words" in one


@pytest.mark.parametrize("name", STORIES)
def test_json_fits_the_schema(name: str) -> None:
    analysis = analysed(STORIES[name])
    report = as_json(analysis, Heading(name, 3, 10))
    jsonschema.validate(json.loads(json.dumps(report, allow_nan=False)), SCHEMA)
    assert report["complete"] is True


def test_the_schema_refuses_what_is_no_report() -> None:
    report = as_json(analysed(STORIES["one way"]), Heading("one way"))
    for change in ({"complete": "yes"}, {"playthroughs": 3}, {"surprise": 1}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**report, **change}, SCHEMA)


def test_a_story_not_read_whole_is_reported_with_bounds() -> None:
    analysis = analysed(COUNTING, limits=Limits(states=200), compiled=False)
    report = json.loads(json.dumps(as_json(analysis, Heading("walk")), allow_nan=False))
    jsonschema.validate(report, SCHEMA)
    assert report["complete"] is False and report["stopped"] == "states"
    assert report["playthroughs"] is None and report["branches"] is None
    low, high = report["endings"][0]["uniform"]
    assert low < high
    shown = text(analysis, Heading("walk"))
    assert "not everything was read" in shown and "let it stop" in shown
    assert report["growing"][0]["name"] == "n" and "read >99.9 % of" in shown
    assert exit_code(analysis, (), []) == 3


def test_counts_of_playthroughs_are_decimal_strings() -> None:
    choices = as_json(analysed("* [a] -> END\n* [b] -> END\n"), Heading("x"))
    assert choices["playthroughs"] == "2" and choices["branches"] is None
    drawn = as_json(analysed(STORIES["a die"]), Heading("x"))
    assert drawn["playthroughs"] is None and int(drawn["branches"]) >= 2
    endless = as_json(analysed("-> a\n== a\n+ [on] -> a\n+ [end] -> END\n"), Heading("x"))
    assert endless["playthroughs"] is None and endless["depth"] is None


def test_notes_are_counted_but_shown_only_when_asked_for() -> None:
    analysis = analysed("* [Tea] -> drink\n* [Coffee] -> drink\n== drink\nNice.\n-> END\n")
    few = text(analysis, Heading("x"))
    assert "idle-choice" not in few and "2 notes" in few and "`--all`" in few
    every = text(analysis, Heading("x"), every=True)
    assert every.count("idle-choice") == 2 and "`--all`" not in every
    assert exit_code(analysis) == 0
