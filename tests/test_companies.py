"""Counters that go together: only their distances matter, and nobody can tell what was folded."""

from __future__ import annotations

import random

import pytest

from foretell.checker.analysis import analyse
from foretell.checker.questions import ask_story
from foretell.checker.reduction.counters import Company
from foretell.checker.reduction.liveness import analyse_liveness
from foretell.config import Expression
from foretell.vm import program as P
from foretell.vm.lower import lower
from foretell.vm.program import Program
from tests import ours
from tests.test_explore import agree

HUB = """
VAR x = 0
VAR y = 0
VAR z = 0
-> hub
=== hub
CHANGE
TEST
+ [on]
+ [back]
  BETWEEN
- -> hub
=== out
-> END
=== function less(a, b)
~ return a < b
=== function raise(ref n)
~ n = n + 1
"""


def lowered(source: str) -> Program:
    story, problems = ours.compiled(source)
    assert story is not None, problems
    return lower(story)


def hub(change: str, test: str, between: str = "") -> str:
    source = HUB.replace("CHANGE", change.strip()).replace("TEST", test.strip())
    return source.replace("BETWEEN", between)


def companies(source: str) -> list[dict[str, int | None]]:
    """The companies of a story, by name of variable."""
    program = lowered(source)
    found = analyse_liveness(program).companies
    return [
        {program.global_names[slot]: edge for slot, edge in company.bounds.items()}
        for company in found
    ]


STEP = "~ x++\n~ y++"


@pytest.mark.parametrize(
    ("change", "test", "bounds"),
    [
        (STEP, "{ x == y: | -> out }", {"x": 0, "y": 0}),
        (STEP, "{ x > y + 1: -> out }", {"x": 0, "y": 0}),
        (STEP, "{ x - y >= 2: -> out }", {"x": 0, "y": 0}),
        (STEP, "{ x - y: -> out }", {"x": 0, "y": 0}),
        (STEP, "{ MAX(x - y, 1) > 1: -> out }", {"x": 0, "y": 0}),
        (STEP, "{ x < y: -> out }\n{ x >= 4: far }", {"x": 4, "y": 0}),
        (STEP, "{ x < y: -> out }\n{ y == 2: -> out }", {"x": 0, "y": 3}),
        ("~ x++\n~ y = x", "{ x != y: -> out }", {"x": 0, "y": 0}),
        ("~ x++\n~ y = x - 2", "{ x < y: -> out }", {"x": 0, "y": -2}),
        ("~ y = x\n~ x++", "{ x == y: -> out }\n{ y > 2: late }", {"x": 3, "y": 3}),
        (STEP + "\n~ z = x", "{ x > y: -> out }\n{ z > y: -> out }", {"x": 0, "y": 0, "z": 0}),
        (STEP + "\n~ z = x", "{ x > y: -> out }\n{ z > 2: late }", {"x": 3, "y": 0}),
        (STEP + "\n~ x += RANDOM(0, 1)\n~ y = x", "{ x > y: -> out }", {"x": 0, "y": 0}),
        ("~ x--\n~ y--", "{ x < y: -> out }", {"x": 0, "y": 0}),
        ("~ x--\n~ y--", "{ x < y: -> out }\n{ x < -2: low }", {"x": -3, "y": 0}),
        ("~ raise(x)\n~ raise(y)", "{ x > y: -> out }", {"x": 0, "y": 0}),
    ],
)
def test_what_always_moves_together_is_one_state(
    change: str, test: str, bounds: dict[str, int | None]
) -> None:
    source = hub(change, test)
    assert companies(source) == [bounds]
    found = agree(lowered(source), most=60, depth=8)
    assert found.complete
    assert found.graph.n < 20


@pytest.mark.parametrize(
    ("change", "test", "between"),
    [
        # it is set to a number, which nothing moves along
        (STEP, "{ x > y: -> out }", "~ x = 1"),
        (STEP, "{ x > y: -> out }", "~ x = RANDOM(1, 2)"),
        (STEP, "{ x > y: -> out }", "~ x = MAX(x, 1)"),
        (STEP, "{ x > y: -> out }", "~ x = hub"),
        (STEP, "{ x > y: -> out }", "~ x = z"),  # z rises by itself, and is set
        (STEP, "{ MIN(x, 3) == y: -> out }", ""),
        # more than its distance is looked at
        (STEP, "{ x * 2 > y: -> out }", ""),
        (STEP, "{ x + y > 4: -> out }", ""),
        (STEP, "{ x / 2 == y: -> out }", ""),
        (STEP, "{ x % 3 == 2: -> out }\n{ x > y: -> out }", ""),
        (STEP, '{ "{x}" == "4": -> out }\n{ x > y: -> out }', ""),
        (STEP, "{ RANDOM(1, x) == 3: -> out }\n{ x > y: -> out }", ""),
        (STEP, "{ x > y + 0.5: -> out }", ""),
        # a copy of it is kept where it would stay behind
        (STEP, "~ temp t = x\n{ t > y: -> out }", ""),
        (STEP, "{ less(x, y): -> out }", ""),
        # it falls, and is compared with a number
        (STEP, "{ x > y: -> out }\n{ x > 3: -> out }", "~ x -= 2"),
    ],
)
def test_what_may_be_told_apart_is_kept(change: str, test: str, between: str) -> None:
    source = hub(change, test, between).replace("VAR z = 0", "VAR z = 5")
    if between == "~ x = z":
        source = source.replace("- -> hub", "- \n~ z = 4 - z\n-> hub")
    assert companies(source) == []
    agree(lowered(source), most=60, depth=5)


def test_a_value_that_waits_for_a_die_does_not_lose_its_place() -> None:
    """x stands on the evaluation stack where the die is thrown, and y in its variable."""
    source = hub(STEP, "{ x == y + RANDOM(0, 1): | -> out }")
    assert companies(source) == [{"x": 0, "y": 0}]
    found = agree(lowered(source), most=100, depth=9, hosts=(False, True))
    assert found.complete


def test_a_game_of_catch_is_finite() -> None:
    source = """
VAR mine = 0
VAR theirs = 0
-> track
=== track
{ mine >= theirs + 4: -> away }
{ theirs >= mine + 2: -> caught }
+ [Run]
  ~ mine += RANDOM(1, 2)
  ~ theirs += RANDOM(0, 3)
- -> track
=== away
-> END
=== caught
-> END
"""
    program = lowered(source)
    solved = analyse(program, compiled=False)
    assert solved.complete
    # five distances at which one goes on: a rest and two draws at each, but for those at the start;
    # how far both have come is told apart only below their least numbers
    assert solved.states < 40
    won = {e.name: e.uniform for e in solved.endings}["away"]
    # the same walk on distances alone, going round until nothing is left
    mass, away = {0: 1.0}, 0.0
    for _ in range(2000):
        after: dict[int, float] = {}
        for distance, p in mass.items():
            for mine in (1, 2):
                for theirs in range(4):
                    d = distance + mine - theirs
                    away += p / 8 if d >= 4 else 0.0
                    if -2 < d < 4:
                        after[d] = after.get(d, 0.0) + p / 8
        mass = after
    assert won.low <= away + 1e-12
    assert won.high >= away - 1e-12
    assert won.high - won.low < 1e-12


def test_a_claim_about_a_distance_keeps_the_company() -> None:
    story, _ = ours.compiled(hub(STEP, "{ x > y: -> out }"))
    assert story is not None
    asked = ask_story(story, [Expression("x - y <= 1"), Expression("x == y")])
    found = analyse_liveness(asked.program, asked=asked.pcs)
    assert found.companies == [Company({0: 0, 1: 0}, falling=False)]
    asked = ask_story(story, [Expression("x")])
    assert analyse_liveness(asked.program, asked=asked.pcs).companies == []


def test_declarations_that_run_again_set_their_variables() -> None:
    source = hub(STEP, "{ x > y: -> out }")
    story, _ = ours.compiled(source)
    assert story is not None
    program = lower(story)
    assert analyse_liveness(program).companies
    first = program.declarations_pc
    jumps = [pc for pc in range(program.length) if program.code[pc * 4] == P.OP_JUMP]
    assert jumps
    program.code[jumps[0] * 4 + 1] = first
    assert analyse_liveness(program).companies == []


# Stories that are made of such counters ---------------------------------------------------


def racing(seed: int) -> str:
    """A small random story of counters that are stepped, copied and compared with one another."""
    chance = random.Random(seed)
    names = ["a", "b", "c"][: chance.choice([2, 2, 3])]
    falls = chance.random() < 0.2
    resets = chance.random() < 0.15

    def moved() -> str:
        name, k = chance.choice(names), chance.choice([0, 0, 1, 2])
        return name if not k else f"{name} {chance.choice('+-')} {k}"

    def statement() -> str:
        name, way = chance.choice(names), chance.random()
        sign = "-" if falls and chance.random() < 0.5 else "+"
        if resets and way < 0.15:
            return f"~ {name} = {chance.choice(['0', '2', f'MAX({name}, 1)'])}"
        if way < 0.45:
            return f"~ {name} {sign}= {chance.choice([1, 1, 1, 2])}"
        if way < 0.6:
            return f"~ {name} {sign}= RANDOM(0, {chance.choice([1, 2])})"
        if way < 0.75:
            return "\n".join(f"~ {each} {sign}= 1" for each in names)
        other = chance.choice(names)
        return f"~ {name} = {other} {sign} {chance.choice([0, 1])}"

    def condition() -> str:
        sign, way = chance.choice(["<", ">", "==", ">=", "!=", "<="]), chance.random()
        if way < 0.6:
            return f"{moved()} {sign} {moved()}"
        if way < 0.7:
            return f"{moved()} - {chance.choice(names)} {sign} {chance.choice([0, 1, 2])}"
        if way < 0.75:
            return f"{moved()} {sign} {chance.choice(names)} + RANDOM(0, 1)"
        if way < 0.9:
            return f"{chance.choice(names)} {sign} {chance.choice([1, 2, 4])}"
        return f"{condition()} {chance.choice(['and', 'or'])} {condition()}"

    lines = [f"VAR {name} = {chance.choice([0, 0, 1, -1])}" for name in names]
    lines += ["-> hub", "=== hub"]
    lines += [statement() for _ in range(chance.randint(1, 3))]
    lines += [f"{{ {condition()}: -> {chance.choice(['one', 'two'])} }}" for _ in range(2)]
    for number in range(chance.randint(1, 2)):
        guard = f"{{ {condition()} }} " if chance.random() < 0.5 else ""
        lines += [
            f"+ {guard}[{number}]",
            *(f"  {statement()}" for _ in range(chance.randint(0, 2))),
        ]
        if chance.random() < 0.4:
            lines.append(f"  {{ {condition()}: far | near }}")
    lines += ["+ [stay]", "- -> hub", "=== one", "-> END", "=== two", "-> END"]
    return "\n".join(lines) + "\n"


def in_company(seed: int) -> bool:
    program = lowered(racing(seed))
    agree(program, most=80, depth=6, hosts=(False, True) if seed % 8 == 0 else (False,))
    return bool(analyse_liveness(program).companies)


@pytest.mark.parametrize("block", range(4))
def test_generated_counters_are_told_apart_as_far_as_anyone_can(block: int) -> None:
    assert sum(in_company(seed) for seed in range(block * 10, block * 10 + 10)) >= 3


@pytest.mark.long
@pytest.mark.parametrize("block", range(4, 154))
def test_many_generated_counters_are_told_apart_as_far_as_anyone_can(block: int) -> None:
    assert sum(in_company(seed) for seed in range(block * 10, block * 10 + 10))
