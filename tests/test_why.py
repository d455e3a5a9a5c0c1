"""Why: the shortest way, what every way needs, and what rules it out, each checked by playing."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from foretell.checker.exploring.explore import Limits
from foretell.checker.why import Why, as_json, explain
from foretell.cli import run
from foretell.compiler import compile_ink
from foretell.container import CompiledStory
from foretell.diagnostics import StoryError
from foretell.vm.story import Story

# The key is needed for the vault; eating the cake rules out the feast; the cat may steal it.
SOURCE = """
VAR key = false
VAR cake = true
-> house
=== house ===
House.
* (take) [Take the key.]
    ~ key = true
    Yours now. -> house
* (eat) [Eat the cake.]
    ~ cake = false
    -> house
* (enter) {key} [Enter the vault.] -> vault
* (feast) {cake} [Set the table.] -> table
* [Go.] -> END
=== vault ===
{
- cake:
  The cake comes along.
- else:
  Crumbs.
}
-> inside
= inside
# ending: rich
Gold. -> END
=== table ===
{ RANDOM(1, 3) == 1:
    The cat was here.
    -> robbed
}
# ending: fed
Cake. -> END
=== robbed ===
# ending: robbed
Meow. -> END
=== attic ===
Nobody comes here. -> END
"""


def story() -> CompiledStory:
    done = compile_ink(SOURCE, name="house.ink")
    assert done.story is not None, done.diagnostics
    return done.story


def why(target: str, limits: Limits | None = None) -> Why:
    found = explain(story(), target, limits=limits)
    if found.path is not None:
        Story(story()).play(found.path)
    for excluding in found.excluding:
        Story(story()).play(excluding.path)
    return found


def labels(names: object) -> list[str]:
    return [item.name.partition("”")[0].removeprefix("“") for item in names]  # type: ignore[attr-defined]


def test_a_knot_is_come_to_by_its_shortest_path() -> None:
    found = why("vault")
    assert found.path == "0/1"
    assert [name.partition("”")[0] for name in found.choices] == [
        "“Take the key.",
        "“Enter the vault.",
    ]
    assert labels(found.needed) == ["Take the key.", "Enter the vault."]
    assert labels(found.excluding) == ["Go.", "Set the table."]
    assert all(e.always for e in found.excluding)


def test_a_tagged_ending_is_meant_before_a_place() -> None:
    found = why("robbed")
    assert found.what == "the ending `robbed`"
    assert found.path == "2@1"
    assert labels(found.needed) == ["Set the table."]
    assert "Eat the cake." in labels(found.excluding)
    assert found.best.low == pytest.approx(1 / 3)


def test_a_line_is_meant_by_file_and_number() -> None:
    line = SOURCE.split("\n").index("  Crumbs.") + 1
    found = why(f"house.ink:{line}")
    assert sorted(labels(found.needed)) == ["Eat the cake.", "Enter the vault.", "Take the key."]
    assert found.path is not None and len(found.path.split("/")) == 3
    story_ = Story(story())
    assert "Crumbs." in story_.play(found.path).text


def test_a_choice_is_meant_by_its_line_or_label() -> None:
    line = next(i for i, text in enumerate(SOURCE.split("\n"), 1) if "(feast)" in text)
    by_line, by_label = why(f"house.ink:{line}"), why("house.feast")
    assert by_line.path == by_label.path
    assert by_line.uniform.low == pytest.approx(by_label.uniform.low)


def test_an_expression_is_told_where_it_comes_true() -> None:
    found = why("key and not cake")
    assert found.path is not None and set(found.path.split("/")) <= {"0", "1"}
    assert sorted(labels(found.needed)) == ["Eat the cake.", "Take the key."]


def test_a_place_in_mid_turn_is_met_though_nothing_rests_there() -> None:
    assert why("table").path == why("house.feast").path
    assert why("vault.inside").path == "0/1"


def test_what_holds_from_the_start_needs_nothing() -> None:
    found = why("house")
    assert (found.path, found.needed, found.excluding) == ("", (), ())
    assert found.uniform.low == 1.0


def test_what_no_reader_comes_to_is_said() -> None:
    found = why("attic")
    assert found.path is None and found.complete
    assert (found.uniform.high, found.best.high) == (0.0, 0.0)


def test_odds_agree_with_all_readers_counted() -> None:
    # by hand: each of the offered choices alike, from (key, cake, taken, eaten)
    def rich(key: bool, cake: bool) -> float:
        offered: list[Callable[[], float]] = [] if key else [lambda: rich(True, cake)]
        offered += [lambda: rich(key, False)] if cake else []
        offered += [lambda: 1.0] if key else []
        offered += [lambda: 0.0] if cake else []
        offered += [lambda: 0.0]
        return sum(choice() for choice in offered) / len(offered)

    assert why("rich").uniform.low == pytest.approx(rich(False, True), abs=1e-12)
    assert why("rich").best.low == 1.0


def test_needed_choices_are_on_every_way_that_is_played() -> None:
    found = why("rich")
    needed = {n.point for n in found.needed}
    ways = 0
    for picks in itertools.product(range(5), repeat=4):
        playing = Story(story())
        made: set[int] = set()
        for pick in picks:
            if pick >= len(playing.choices):
                break
            made.add(playing.choices[pick].point)
            playing.choose(pick)
        if playing.ending == "rich":
            ways += 1
            assert needed <= made
    assert ways > 1


def test_a_choice_that_excludes_leaves_no_way() -> None:
    for excluding in why("fed").excluding:
        playing = Story(story())
        playing.play(excluding.path)
        waiting = [excluding.path]
        while waiting:
            path = waiting.pop()
            playing.play(path)
            assert playing.ending != "fed"
            waiting += [f"{path}/{i}" for i in range(len(playing.choices))]


@pytest.mark.parametrize(
    ("target", "code", "hint"),
    [
        ("vualt", "unknown-target", "did you mean `vault`?"),
        ("riich", "unknown-target", "did you mean `rich`?"),
        ("key and", "syntax", ""),
        ("kee and cake", "unknown-name", "did you mean `key`?"),
        ("house.ink:900", "unknown-target", "the nearest is line"),
        ("home.ink:3", "unknown-target", "did you mean `house.ink`?"),
        ("", "syntax", ""),
    ],
)
def test_a_target_that_means_nothing_is_refused(target: str, code: str, hint: str) -> None:
    with pytest.raises(StoryError) as caught:
        why(target)
    assert caught.value.diagnostics[0].code == code
    assert caught.value.diagnostics[0].hint.startswith(hint)


def test_a_limit_takes_back_what_only_the_whole_would_tell() -> None:
    source = """
VAR n = 0
-> a
=== a
+ [More.]
  ~ n += 1
  -> a
+ {n > 99999} [End.] -> END
* [Out.] -> out
=== out
# ending: out
-> END
"""
    done = compile_ink(source)
    assert done.story is not None
    found = explain(done.story, "out", limits=Limits(states=20))
    assert found.path == "1" and not found.complete
    assert found.needed == () and found.excluding == ()
    assert found.uniform.low < 1
    nowhere = explain(done.story, "n > 5000", limits=Limits(states=20))
    assert nowhere.path is None and not nowhere.complete


def test_the_data_says_the_same() -> None:
    data = as_json(why("vault"))
    assert data["path"] == "0/1"
    assert len(data["needed"]) == 2
    assert {e["always"] for e in data["excluding"]} == {True}


INN = str(Path(__file__).resolve().parents[1] / "docs" / "inn.ink")


def test_odds_are_told_in_the_words_of_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["why", INN, "lost"]) == 0
    assert "the ending `lost`: 25.0 % of uniform readers come to it\n  at best 100 %\n" in (
        capsys.readouterr().out
    )
    assert run(["why", INN, "visits >= 0"]) == 0
    assert "all uniform readers come to it" in capsys.readouterr().out
