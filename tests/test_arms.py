"""Branches that only store: what decides them is read only where that is, and nobody can tell."""

from __future__ import annotations

import random
from functools import partial
from typing import Final

import pytest

from foretell.checker import analysis
from foretell.checker.analysis import Analysis
from foretell.checker.exploring.explore import Explorer, Limits
from foretell.vm.lower import lower
from foretell.vm.program import Program
from tests import ours
from tests.test_explore import agree
from tests.test_liveness import at_choices, live

# A hub that is left after some days. `x` is what may be dead, `y` is asked for at the end.
HUB = """
VAR x = 3
VAR y = 0
VAR z = 0
VAR days = 0
VAR word = ""
VAR goal = -> rich
LIST Things = lamp, rope
VAR bag = (lamp)
-> hub
=== hub
~ days = days + 1
{
- days > 4: -> over
}
+ [work]
  ~ x = x + 2
+ [rest]
  ~ x = x - 3
- -> then
=== then
ROUTE
-> hub
=== over
{
- y > 2: -> rich
}
-> poor
=== rich
-> END
=== poor
-> END
=== function keep(ref v)
{
- v < 0:
  ~ v = 0
- v > 5:
  ~ v = 5
}
=== function clamp(v)
{
- v > 5:
  ~ v = 5
}
~ return v
=== function shout()
{
- x > 4:
  ~ z = 1
}
=== function told()
a
{
- x > 4:
  ~ z = 1
}
b
=== by
->->
"""


def story(route: str) -> str:
    return HUB.replace("ROUTE", route.strip())


DEAD: Final = {
    "kept in range": "{\n- x > 5:\n  ~ x = 5\n}",
    "kept in range at both ends": "{\n- x < 0:\n  ~ x = 0\n- x > 5:\n  ~ x = 5\n}",
    "either way": "{\n- x > 5:\n  ~ x = 5\n- else:\n  ~ x = x + 1\n}",
    "by a function": "~ keep(x)",
    "one decides about another": "{\n- x > 5:\n  ~ z = 5\n}",
    "one branch in another": "{\n- x > 3:\n{\n- x > 5:\n~ x = 5\n- else:\n~ z = x\n}\n}",
    "a switch": "{ x:\n- 1: ~ z = 2\n- 2: ~ z = 3\n- else: ~ z = z + x\n}",
    "two questions": "{\n- x > 3 and z < 2:\n  ~ z = z + 1\n}",
    "a number of a word": '{\n- x > 3:\n  ~ word = "far"\n- else:\n  ~ word = ""\n}',
    "what a word says": '~ word = "{x}"\n{\n- word:\n  ~ z = 1\n}',
    "a list": "~ bag += rope\n{\n- bag ? rope:\n  ~ bag -= rope\n  ~ x = x + 1\n}",
    "a result nobody looks at": "~ z = clamp(x)",
    "a temporary": "~ temp t = x\n{\n- t > 5:\n  ~ t = 5\n}\n~ x = t",
    "inside of what is printed": "So {shout()} it is.",
    "inside of a string that nobody looks at": '~ word = "so {shout()}"',
}

ALIVE: Final = {
    "it decides about one that is read": "{\n- x > 4:\n  ~ y = y + 1\n}",
    "by way of another": "{\n- x > 4:\n  ~ z = 3\n}\n~ y = z",
    "by way of a branch on another": "{\n- x > 4:\n  ~ z = 3\n}\n{\n- z > 2:\n  ~ y = y + 1\n}",
    "in a branch in another": "{\n- z == 0:\n  {\n  - x > 4:\n    ~ y = 3\n  }\n}",
    "a word is put out": "{\n- x > 4:\n  ~ z = 1\n  Far.\n}",
    "a number is put out": "{\n- x > 4:\n  {z}\n}",
    "in the middle of a line": "Some {\n- x > 4:\n  ~ z = 1\n} words.",
    "it leaves": "{\n- x > 4: -> rich\n}",
    "one way fails": "{\n- x > 4:\n  ~ z = 1 / (x - 5)\n}",
    "one way may fail": "{\n- x > 4:\n  ~ z = 1 / days\n}",
    "the condition fails": "{\n- x > 4:\n  ~ z = goal == -> rich\n}",
    "it returns": "{\n- early() > 1:\n  ~ y = 3\n}",
    "a draw": "{\n- x > 4:\n  ~ z = RANDOM(1, 2)\n}",
    "a call": "{\n- x > 4:\n  ~ keep(y)\n}",
    "a tunnel": "{\n- x > 4:\n  -> by ->\n}\n{\n- by > 1: -> rich\n}",
    "a sequence": "{\n- x > 4:\n  {!a|b}\n  ~ z = 1\n}",
    "it comes back": "{\n- x > 0:\n  ~ x = x - 1\n  -> then\n}",
    "inside of a string that is compared": '{"so {shout()} it is" == "so it is": -> rich}',
    "text in a string that is compared": '{"{told()}" == "a b": -> rich}',
    "a choice": "{\n- x > 4:\n  + [one] -> rich\n}",
}
ALIVE["it returns"] += (
    "\n-> hub\n=== function early()\n{\n- x > 4:\n  ~ return 2\n}\n~ return 1\n=== aside"
)


@pytest.mark.parametrize("route", DEAD.values(), ids=DEAD)
def test_what_decides_about_nothing_that_is_read_is_not_live(route: str) -> None:
    source = story(route)
    assert at_choices(live(source)) & {"x", "z", "bag", "word"} == set()
    found = agree(program_of(source), most=150, depth=10)
    assert found.complete
    alike(source)


@pytest.mark.parametrize("route", ALIVE.values(), ids=ALIVE)
def test_what_decides_about_what_is_seen_is_live(route: str) -> None:
    source = story(route)
    assert "x" in at_choices(live(source))
    agree(program_of(source), most=150, depth=10)
    alike(source)


def program_of(source: str) -> Program:
    compiled, problems = ours.compiled(source)
    assert compiled is not None, problems
    return lower(compiled)


def analysed(program: Program, *, reduce: bool) -> Analysis:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(analysis, "Explorer", partial(Explorer, reduce=reduce))
        return analysis.analyse(program, compiled=False, limits=Limits(states=6000, seconds=20))


def alike(source: str) -> bool:
    """Assert that nothing that is told of a story depends on what was left out of its states.

    Says whether there was anything to compare.
    """
    kept, reduced = (analysed(program_of(source), reduce=reduce) for reduce in (False, True))
    if not kept.complete:
        return False
    assert reduced.complete
    assert reduced.states <= kept.states
    for mine, theirs in zip(reduced.endings, kept.endings, strict=True):
        assert (mine.name, mine.kind) == (theirs.name, theirs.kind)
        for reader in ("uniform", "best", "worst"):
            odds = getattr(mine, reader), getattr(theirs, reader)
            assert odds[0].low == pytest.approx(odds[1].low, abs=1e-12), (mine.name, reader)
    assert reduced.playthroughs.total == kept.playthroughs.total
    found = [
        sorted((p.code, str(p.span)) for p in each.problems if p.severity != "note")
        for each in (reduced, kept)
    ]
    assert found[0] == found[1]
    return True


# Stories that are made of such branches ----------------------------------------------------------


def keeping(seed: int) -> str:
    """A small random story whose functions take references, and keep numbers in range."""
    chance = random.Random(seed)
    names = ["a", "b", "c", "d"]

    def number(*, inside: tuple[str, ...] = ()) -> str:
        return chance.choice([*names, *inside, "1", "2", "0", "4"])

    def condition(inside: tuple[str, ...] = ()) -> str:
        sign = chance.choice(["<", ">", "==", ">=", "!="])
        one = f"{number(inside=inside)} {sign} {number(inside=inside)}"
        return one if chance.random() < 0.8 else f"{one} and {condition(inside)}"

    def value(inside: tuple[str, ...] = ()) -> str:
        sign = chance.choice(["+", "-", "+", "%", "/"])
        other = number(inside=inside) if sign in "+-" and chance.random() < 0.5 else "2"
        if sign == "/" and chance.random() < 0.3:
            other = number(inside=inside)
        return f"{number(inside=inside)} {sign} {other}"

    def statement(depth: int, index: int, inside: tuple[str, ...] = ()) -> list[str]:
        """Lines of a body; `index` is that of the function it stands in."""
        later = list(range(index + 1, 4))
        kind = chance.random()
        if depth and kind < 0.4:
            lines = ["{", f"- {condition(inside)}:"]
            lines += body(depth - 1, index, inside)
            if chance.random() < 0.4:
                lines += [f"- {condition(inside)}:", *body(depth - 1, index, inside)]
            if chance.random() < 0.4:
                lines += ["- else:", *body(depth - 1, index, inside)]
            return [*lines, "}"]
        if later and kind < 0.55:
            k = chance.choice(later)
            given = [chance.choice([*names, *inside]), number(inside=inside)]
            return [f"~ f{k}({', '.join(given)})"]
        if kind < 0.6:
            return [chance.choice(["Some words.", "{a}", "{c}{d}"])]
        if kind < 0.64:
            return [f"~ {chance.choice(names)} = RANDOM(0, 2)"]
        if kind < 0.68 and later:
            word = f'"{{f{later[0]}({chance.choice(names)}, 1)}}x"'
            return ["{", f'- {word} == "x":', f"  ~ {chance.choice(names)} = 1", "}"]
        return [f"~ {chance.choice([*names, *inside])} = {value(inside)}"]

    def body(depth: int, index: int, inside: tuple[str, ...] = ()) -> list[str]:
        found: list[str] = []
        for _ in range(1 + (chance.random() < 0.3)):
            found += statement(depth, index, inside)
        return found

    lines = [f"VAR {name} = {chance.randrange(4)}" for name in names]
    lines += ["VAR days = 0", "-> hub", "=== hub", "~ days = days + 1"]
    lines += ["{", f"- days > {chance.choice((2, 3))}: -> over", "}"]
    for n in range(2):
        lines += [f"+ [go {n}]", *body(2, -1)]
    if chance.random() < 0.5:
        lines += [f"* {{{condition()}}} [go once]", *body(1, -1)]
    lines += [
        "-",
        *body(2, -1),
        "-> hub",
        "=== over",
        "{",
        f"- {condition()}: -> one",
        "}",
        "-> two",
    ]
    lines += ["=== one", "-> END", "=== two", "-> END"]
    for k in range(4):
        reference = chance.choice(["ref x", "ref x", "x"])
        lines += [f"=== function f{k}({reference}, k)"]
        for _ in range(2):
            lines += body(2, k, ("x", "k"))
        if chance.random() < 0.3:
            lines += [f"~ return {value(('x', 'k'))}"]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("block", range(6))
def test_of_generated_stories_all_that_is_told_is_as_it_is_with_everything_kept(block: int) -> None:
    failed: list[str] = []
    compared = quiet = 0
    for seed in range(block * 12, block * 12 + 12):
        source = keeping(seed)
        try:
            agree(program_of(source), most=60, depth=6)
            compared += alike(source)
        except AssertionError as error:
            failed.append(f"seed {seed}: {str(error)[:500]}")
        quiet += bool(live(source).quiet)
    assert not failed, "\n\n".join(failed)
    assert compared > 6
    assert quiet > 3


@pytest.mark.long
@pytest.mark.parametrize("block", range(20))
def test_thousands_of_generated_stories_are_told_alike(block: int) -> None:
    failed: list[str] = []
    for seed in range(1000 + block * 100, 1000 + block * 100 + 100):
        try:
            alike(keeping(seed))
        except AssertionError as error:
            failed.append(f"seed {seed}: {str(error)[:500]}")
    assert not failed, "\n\n".join(failed)
