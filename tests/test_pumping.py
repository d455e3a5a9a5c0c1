"""Choices that come to ever new states: found where numbers grow, and only there."""

from __future__ import annotations

import pytest

from foretell.checker.analysis import analyse
from foretell.checker.exploring.explore import Explorer, Limits
from foretell.checker.pumping import ROUNDS, Pumping, find_pumping
from foretell.checker.report import Heading, text
from foretell.config import VariableBound
from foretell.vm.lower import lower
from foretell.vm.program import Program
from foretell.vm.story import Story
from tests import ours

MARKET = """
VAR gold = 0
VAR price = 5
-> market
=== market
+ [Work]
  ~ gold += 2
+ [Haggle]
  ~ price -= 1
+ { gold > price } [Buy] -> bought
- -> market
=== bought
-> END
"""


def program_of(source: str) -> Program:
    story, problems = ours.compiled(source)
    assert story is not None, problems
    return lower(story)


def pumping(program: Program, states: int = 200, **options: object) -> Pumping | None:
    explorer = Explorer(program, limits=Limits(states=states), compiled=False, **options)  # type: ignore[arg-type]
    exploration = explorer.run()
    assert exploration.stopped == "states"
    return find_pumping(explorer, exploration, seconds=60.0)


def test_a_purse_that_may_be_filled_for_ever_is_told_with_the_choices_that_fill_it() -> None:
    program = program_of(MARKET)
    found = pumping(program)
    assert found is not None
    assert found.rounds == ROUNDS
    assert found.circuit in ("0", "1")
    assert found.grows == ((("gold", 2),) if found.circuit == "0" else (("price", -1),))
    story = Story(program)
    story.play(found.path)
    name, by = found.grows[0]
    before = story.variables[name]
    story.play("/".join([found.path, *[found.circuit] * 10]).strip("/"))
    assert story.variables[name] == before + 10 * by  # type: ignore[operator]


GROWING = {
    "a count that is compared with a variable": MARKET.replace(
        "{ gold > price }", "{ market > price }"
    ),
    "a circuit of several choices and a die": MARKET.replace(
        "- -> market", "- { RANDOM(1, 2) == 1: -> rest }\n-> market"
    )
    + "=== rest\n+ [rest]\n-> market\n",
    "the number of turns": MARKET.replace("{ gold > price }", "{ TURNS() % 7 > price % 5 }"),
}


@pytest.mark.parametrize("source", GROWING.values(), ids=GROWING)
def test_whatever_number_grows_is_found(source: str) -> None:
    assert pumping(program_of(source)) is not None


ENDING = {
    "a number that stops soon": MARKET.replace("+ [Work]", "+ { gold < 30 } [Work]").replace(
        "+ [Haggle]", "+ { price > -30 } [Haggle]"
    ),
    "a string that grows": """
VAR said = ""
-> hub
=== hub
+ [a]
  ~ said = "{said}a"
+ [b]
  ~ said = "{said}b"
- { said == "abba": -> END }
-> hub
""",
    "many switches": "\n".join(f"VAR s{i} = 0" for i in range(9))
    + "\n-> hub\n=== hub\n"
    + "\n".join(f"+ [{i}]\n  ~ s{i} = 1 - s{i}\n  -> hub" for i in range(9))
    + "\n* { "
    + " + ".join(f"s{i} * {2**i}" for i in range(9))
    + " == 77 } [leave] -> END\n",
}


@pytest.mark.parametrize("source", ENDING.values(), ids=ENDING)
def test_nothing_is_said_of_what_does_not_grow_alike_each_time(source: str) -> None:
    assert pumping(program_of(source), states=100) is None


def test_nothing_is_said_of_a_story_with_other_values_or_bounds() -> None:
    program = program_of(MARKET)
    assert pumping(program, constants={"gold": 3}) is None
    bound = VariableBound("gold", 0, 10**6, saturating=False)
    assert pumping(program, bounds=[bound]) is None


def test_the_report_tells_it() -> None:
    program = program_of(MARKET)
    limits = Limits(states=200)
    assert analyse(program, limits=limits, compiled=False).pumping is None  # nobody asks
    found = analyse(program, limits=limits, compiled=False, sizing=10.0)
    assert found.pumping is not None
    said = " ".join(text(found, Heading("market")).split())
    assert "There seems to be no end to them." in said
    assert "50 times over, and came to a new state each time, with `" in said


def test_what_always_moves_together_makes_no_new_situation() -> None:
    """Beside it something grows: only that is told, in the story's own numbers."""
    source = MARKET.replace("+ [Haggle]\n  ~ price -= 1\n", "+ [Wait]\n  ~ gold++\n  ~ price++\n")
    found = pumping(program_of(source))
    assert found is not None
    assert found.circuit == "0" and found.grows == (("gold", 2),)
