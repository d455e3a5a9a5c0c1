"""The corpus command: what a story's process answers, and the page made of it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.conftest import corpus_folder
from tests.corpus_report import Checked, alone, apart, beyond, figure, page, share

GROWING = ["gold: 9 values, rising", "song: 3 values, ever new: “La”, “Lo”"]
ROWS = [
    Checked("done", "complete", states=5, turns=4, seconds=0.1, count="3", endings=2),
    Checked("slow", "complete", states=9, turns=8, seconds=70.0, count="1", endings=1),
    Checked(
        "wide",
        "bounded",
        states=900,
        stopped="time",
        followed=0.25,
        horizon=[7, 9, 30],
        at_least=123_456_789,
        room=30 << 50,
        growing=GROWING,
    ),
    Checked("deep", "bounded", states=900, stopped="memory", followed=0.0, horizon=[-1, -1, 0]),
    Checked("broken", "failed", why="did not stop at its limit"),
    Checked("talk", "complete", states=1, findings={"unreachable": 2}),
    Checked("wrong", "faulty", why="syntax"),
]


def test_the_page_counts_what_is_playable_and_says_why_the_rest_is_not_known() -> None:
    text = page(ROWS, 60)
    assert "7 stories, 5 of them playable: **1 read whole within 60 seconds each** (20 %)," in text
    assert "2 answered with bounds, 1 failed." in text
    assert "| done | the top | complete | 5 | 4 | 0.1 | 3 | 2 |  |" in text
    grows = "gold: 9 values, rising<br>song: 3 values, ever new"
    why = "120,000,000 states, which take 30 PiB"
    assert f"| wide | time | 25.0 % | 7, 9, 30 | {why} | {grows} |" in text
    assert "| deep | memory | 0 % | –, –, 0 | not known: 900 states or more | ? |" in text
    assert "| broken | did not stop at its limit | | | | |" in text
    below = text.partition("## Nothing to choose")[2]
    assert "| talk | complete | unreachable 2 |" in below
    assert "| wrong | does not compile: syntax |" in below


def test_two_minutes_do_not_do_where_there_is_more_than_they_find() -> None:
    row = Checked("wide", "bounded", states=1_000_000)
    assert beyond(row, 60.0) == ""
    assert beyond(replace(row, at_least=1_990_000), 60.0) == ""
    found = beyond(replace(row, at_least=3_456_000), 60.0)
    assert found == "3,400,000 states, 2.0 million found in time"
    counted = replace(row, counted=3_456_000, counting=300.0)
    assert beyond(counted, 60.0) == "3,400,000 states found in 300 s, and not all"
    assert beyond(replace(counted, counted_all=True), 60.0) == ""
    assert beyond(replace(counted, counting=100.0), 60.0) == ""


def test_figures_are_readable_and_certain_only_where_they_are() -> None:
    assert figure(90_861_264_411_351_040) == "90,861,264,411,351,040"
    assert figure(123 * 10**60) == "1.23 × 10^62"
    assert [share(x) for x in (0.0, 1e-9, 0.5, 1 - 1e-9, 1.0)] == [
        "0 %",
        "< 0.1 %",
        "50.0 %",
        "> 99.9 %",
        "100 %",
    ]


@pytest.mark.corpus
@pytest.mark.skipif(corpus_folder() is None, reason="no corpus: set FORETELL_CORPUS")
def test_a_story_is_checked_in_a_process_of_its_own() -> None:
    found = apart("definition-of-a-ghuest--watchers", 30)
    assert (found.state, found.entries, found.states, found.turns) == ("complete", 7, 26, 43)
    assert apart("ink-library--test", 30).state == "faulty"
    assert apart("no-such-story", 30).state == "failed"
    counted, seconds, is_all = json.loads(alone("calico--winter", "--count", seconds=30))
    assert (counted, seconds < 30, is_all) == (141, True, True)
