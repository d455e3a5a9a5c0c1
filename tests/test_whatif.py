"""What-ifs: closed forms on a tiny story, and its figures against readers who really play."""

from __future__ import annotations

import json
import math
import random
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from foretell.checker.exploring.explore import Limits, explore
from foretell.checker.questions import ask_story
from foretell.checker.whatif import Comparison, as_json, comparisons, restricted
from foretell.compiler import compile_ink
from foretell.config import Config, Expression, Setting, WhatIf, read_config
from foretell.container import CompiledStory
from foretell.diagnostics import StoryError
from foretell.vm.story import Story

SOURCE = """
VAR lamp = false
VAR gold = 0
VAR name = "Ann"
LIST Bag = rope, (torch)
CONST SIDES = 2
-> cave
=== cave ===
* (go_in) [Go in. # bold] -> deep
* (stay) [Stay out.] -> home
=== deep ===
{
- lamp || RANDOM(1, SIDES) == 1:
  You see gold.
- else:
  You fall.
  -> lost
}
* (take) [Take some.]
  ~ gold += 1 + RANDOM(0, 2)
  -> home
* [Leave it.] -> home
=== home ===
# ending: home
Home at last. -> END
=== lost ===
# ending: lost
Lost. -> END
"""
CONFIG = """
[[claim]]
name = "nobody is lost"
never = 'ending == "lost"'
[[claim]]
sound = true
[readers.bold]
weights = [{ tag = "bold", weight = 3 }]
"""


def compiled(constants: Mapping[str, bool | int | float | str]) -> CompiledStory:
    done = compile_ink(SOURCE, name="cave.ink", constants=constants)
    assert done.story is not None, done.diagnostics
    return done.story


def compared(
    *,
    settings: dict[str, Setting] | None = None,
    force: tuple[str, ...] = (),
    forbid: tuple[str, ...] = (),
    ask: tuple[str, ...] = (),
    reader: str = "uniform",
    limits: Limits | None = None,
) -> Comparison:
    whatif = WhatIf(
        "change", "", settings or {}, force, forbid, tuple(Expression(text) for text in ask)
    )
    (found,) = comparisons(compiled, [whatif], read_config(CONFIG), reader=reader, limits=limits)
    return found


def odds(column: Any, name: str) -> float:
    ending = column.endings.get(name)
    return 0.0 if ending is None else ending.odds.low


def test_a_variable_begins_with_another_value() -> None:
    found = compared(settings={"lamp": True}, ask=("gold",))
    assert odds(found.told, "lost") == pytest.approx(1 / 4)
    assert "lost" not in found.changed.endings
    assert found.told.answers["gold"].mean == pytest.approx(1 / 2 * 1 / 2 * 1 / 2 * 2)
    assert found.changed.answers["gold"].mean == pytest.approx(1 / 2 * 1 / 2 * 2)
    assert dict(found.changed.answers["gold"].values) == pytest.approx(
        {"0": 3 / 4, "1": 1 / 12, "2": 1 / 12, "3": 1 / 12}
    )
    assert [v.verdict for v in found.told.verdicts] == ["fails", "holds"]
    assert [v.verdict for v in found.changed.verdicts] == ["holds", "holds"]


def test_a_constant_has_another_value_everywhere() -> None:
    found = compared(settings={"SIDES": 5})
    assert odds(found.changed, "lost") == pytest.approx(1 / 2 * 4 / 5)
    assert found.changed.endings["lost"].best.low == pytest.approx(4 / 5)
    assert found.told.endings["lost"].best.low == pytest.approx(1 / 2)


def test_a_forced_choice_is_made_whenever_it_is_offered() -> None:
    found = compared(force=("go_in",), ask=("gold", "here"))
    assert odds(found.changed, "lost") == pytest.approx(1 / 2)
    assert dict(found.changed.answers["here"].values) == pytest.approx({"home": 0.5, "lost": 0.5})
    assert found.changed.answers["here"].mean is None
    assert found.changed.endings["home"].worst.low == pytest.approx(1 / 2)


def test_a_forbidden_choice_is_not_made() -> None:
    found = compared(forbid=("cave.go_in",))
    assert odds(found.changed, "home") == 1.0
    assert found.changed.states < found.told.states


def test_forbidding_the_last_one_offered_is_a_cut() -> None:
    found = compared(forbid=("deep.take", "cave.ink:22"))
    cut = next(e for e in found.changed.endings.values() if e.kind == "cut")
    assert cut.odds.low == pytest.approx(1 / 4)
    assert sum(e.odds.low for e in found.changed.endings.values()) == pytest.approx(1)
    judged = {v.claim.kind: v.verdict for v in found.changed.verdicts}
    assert judged["sound"] == "unknown"  # lines are not followed where choices are closed


def test_a_named_reader_reads_both_columns() -> None:
    found = compared(settings={"SIDES": 4}, reader="bold")
    assert odds(found.told, "lost") == pytest.approx(3 / 4 * 1 / 2)
    assert odds(found.changed, "lost") == pytest.approx(3 / 4 * 3 / 4)


def test_words_are_those_expected_of_playthroughs_that_end() -> None:
    found = compared(settings={"lamp": True})
    # "Home at last." always; "You see gold." for half of them
    assert found.changed.words == pytest.approx(3 + 1.5)


def test_a_limit_gives_bounds() -> None:
    found = compared(settings={"lamp": True}, limits=Limits(states=1))
    assert not found.told.complete or found.told.states <= 64


@pytest.mark.parametrize(
    ("settings", "reader", "share"),
    [({}, "uniform", 0.25), ({"lamp": True}, "uniform", 0.0), ({"SIDES": 3}, "bold", 0.5)],
)
def test_readers_who_really_play_agree(
    settings: dict[str, Setting], reader: str, share: float
) -> None:
    constants = {k: v for k, v in settings.items() if k == "SIDES" and isinstance(v, int)}
    variables = {k: v for k, v in settings.items() if k != "SIDES"}
    rng = random.Random(11)
    ends: Counter[str | None] = Counter()
    gold = 0
    rounds = 3000
    story = Story(compiled(constants), constants=variables)
    for number in range(rounds):
        story.restart(seed=rng.randrange(2**30) + number)
        while not story.ended:
            weights = [3 if reader == "bold" and "bold" in c.tags else 1 for c in story.choices]
            story.choose(rng.choices(range(len(weights)), weights)[0])
        ends[story.ending] += 1
        gold += int(story.variables["gold"])  # type: ignore[call-overload]
    assert ends["lost"] / rounds == pytest.approx(
        share, abs=4 * math.sqrt(max(share, 0.0) * (1 - share) / rounds)
    )
    if settings:
        found = compared(settings=settings, reader=reader, ask=("gold",))
        assert odds(found.changed, "lost") == pytest.approx(share)
        mean = found.changed.answers["gold"].mean
        assert mean is not None
        assert gold / rounds == pytest.approx(mean, abs=4 * 1.1 / math.sqrt(rounds))


@pytest.mark.parametrize(
    ("change", "message", "hint"),
    [
        ({"settings": {"lmp": True}}, "no VAR or CONST `lmp`", "did you mean `lamp`?"),
        ({"settings": {"lamp": "yes"}}, "begins as true or false", ""),
        ({"settings": {"name": 3}}, "begins as a text", ""),
        ({"settings": {"Bag": ("lamp",)}}, "no list has an item called `lamp`", ""),
        ({"settings": {"SIDES": "six"}}, "is a number", ""),
        ({"settings": {"gold": 2**40}}, "32-bit", ""),
        ({"forbid": ("stya",)}, "no choice is labelled `stya`", "did you mean `stay`?"),
        ({"forbid": ("cave.ink:12",)}, "no choice stands in line 12", "the nearest is in line 10"),
        ({"forbid": ("cove.ink:10",)}, "in a file `cove.ink`", ""),
        ({"settings": {"lamp": True}, "reader": "bald"}, "no reader `bald`", "did you mean"),
        ({"settings": {"lamp": True}, "reader": "best"}, "shown for every reader", ""),
        ({"settings": {"lamp": True}, "ask": ("golld",)}, "`golld`", "did you mean `gold`?"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(
    change: dict[str, object], message: str, hint: str
) -> None:
    with pytest.raises(StoryError) as caught:
        compared(**change)  # type: ignore[arg-type]
    problem = caught.value.diagnostics[0]
    assert message in problem.message
    assert problem.hint.startswith(hint)


def test_all_mistakes_are_told_before_anything_is_explored() -> None:
    with pytest.raises(StoryError) as caught:
        compared(settings={"lmp": True, "name": 1}, forbid=("stya",), force=("nowhere",))
    assert len(caught.value.diagnostics) == 4


def test_list_and_text_values_are_taken() -> None:
    found = compared(
        settings={"Bag": ("rope", "torch"), "name": "Ben"},
        ask=("LIST_COUNT(Bag)", 'name == "Ben"'),
    )
    assert found.told.answers["LIST_COUNT(Bag)"].mean == pytest.approx(1)
    assert found.changed.answers["LIST_COUNT(Bag)"].mean == pytest.approx(2)
    assert dict(found.changed.answers['name == "Ben"'].values) == pytest.approx({"true": 1.0})


def test_versions_that_are_alike_are_explored_once() -> None:
    calls: list[object] = []

    def counted(constants: Mapping[str, bool | int | float | str]) -> CompiledStory:
        calls.append(dict(constants))
        return compiled(constants)

    questions = [
        WhatIf(str(i), "", {"SIDES": 6}, ask=(Expression(text),))
        for i, text in enumerate(("gold", "lamp", "here"))
    ]
    found = list(comparisons(counted, questions, Config()))
    assert calls.count({"SIDES": 6}) == 1
    assert len({c.changed.seconds for c in found}) == 1
    assert [list(c.changed.answers) for c in found] == [["gold"], ["lamp"], ["here"]]


def test_the_data_says_what_the_columns_hold() -> None:
    found = as_json([compared(settings={"lamp": True}, ask=("gold",))])
    read = json.loads(json.dumps(found))[0]
    assert read["set"] == {"lamp": True} and read["reader"] == "uniform"
    told = {e["name"]: e["odds"] for e in read["told"]["endings"]}
    assert told == pytest.approx({"home": 0.75, "lost": 0.25})
    assert read["changed"]["asked"][0]["expression"] == "gold"
    assert read["changed"]["claims"][0] == {
        "text": "nobody is lost",
        "verdict": "holds",
        "path": None,
    }


def test_a_closed_graph_keeps_what_can_still_be_reached() -> None:
    questions = ask_story(compiled({}), [Expression("gold")])
    exploration = explore(questions.program, asked=questions.pcs)
    open_edges = exploration.edge_point != 0
    smaller = restricted(exploration, open_edges, "cut")
    smaller.graph.check()
    assert smaller.graph.n == 2  # the start, and home
    assert len(smaller.asked[0]) == smaller.graph.n
    assert len(smaller.edge_point) == smaller.graph.m
