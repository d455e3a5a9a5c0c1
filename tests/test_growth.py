"""What keeps a story from being finished is named, with the reads that keep it and a remedy."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from foretell.checker.exploring.explore import Explorer, Limits
from foretell.checker.exploring.growth import Growing, most_varied
from foretell.checker.exploring.rows import M_HERE, M_UNION, M_WORDS, MASK_BITS, unpack
from foretell.checker.graphs.graph import TERMINAL
from foretell.checker.questions import ask_story
from foretell.checker.reduction.reads import reads_of
from foretell.config import Expression
from foretell.vm import program as P
from foretell.vm.lower import lower
from tests import ours
from tests.generate_ink import seeded

MARKET = """VAR gold = 3
VAR price = 5
VAR log = ""
-> market
=== market
+ [Work]
  ~ gold = gold + 2
  ~ log = log + "w"
  -> market
+ {gold >= price} [Buy]
  ~ gold = gold - price
  ~ price = price + 1
  ~ log = log + "b"
  -> market
+ {log == "wbwb"} [Sing] -> END
"""


def growing(source: str, states: int = 900, **options: object) -> list[Growing]:
    story, problems = ours.compiled(source)
    assert story is not None, problems
    explorer = Explorer(
        lower(story),
        limits=Limits(states=states),
        compiled=False,
        **options,  # type: ignore[arg-type]
    )
    found = explorer.run()
    assert found.stopped == "states"
    return found.growing


def named(found: Sequence[Growing], name: str) -> Growing:
    return next(thing for thing in found if thing.name == name)


def test_a_counter_is_told_with_its_range_its_reads_and_a_bound() -> None:
    found = growing(
        "VAR day = 0\nVAR goal = 7\n-> hub\n=== hub\n"
        "+ [Wait]\n  ~ day = day + 1\n  -> hub\n"
        "+ {day > goal} [Leave]\n  -> END\n+ [Aim]\n  ~ goal = day * 2\n  -> hub\n"
    )
    day = named(found, "day")
    assert day.kind == "variable"
    assert day.trend == "rising"
    assert day.low is not None and day.high is not None and day.high > day.low >= 0
    assert day.summary == f"{day.count} values, {day.low} to {day.high}, rising"
    assert [(read.line, read.how) for read in day.reads] == [
        (8, "compared with `goal`"),
        (11, "goes into `goal`"),
    ]
    assert day.hint == "compare it with a constant instead of `goal` on line 8"
    name, _, bound = day.bound.partition(" = ")
    low, _, high = bound.strip('"').partition("..")
    assert (name, low) == ("day", "0") and int(high) > 0


def test_of_counters_that_only_differ_it_is_told_beside_what() -> None:
    found = growing(
        "VAR gold = 0\nVAR price = 5\n-> hub\n=== hub\n+ [Work]\n  ~ gold += 2\n"
        "+ [Haggle]\n  ~ price -= 1\n+ {gold > price} [Buy]\n  -> END\n- -> hub\n"
    )
    price = named(found, "price, beside gold")
    assert price.trend == "falling" and price.bound == ""
    assert price.hint == "compare it with a constant instead of `gold` on line 9"


def test_a_string_that_grows_is_shown() -> None:
    log = named(growing(MARKET), "log")
    assert log.trend == "new"
    assert log.examples and all(set(text) <= set("“wb…”") for text in log.examples)
    assert [read.how for read in log.reads] == ["compared with a constant"]
    assert log.reads[0].line == 15
    assert (log.low, log.bound) == (None, "")


def test_a_thing_that_is_only_changed_by_itself_is_not_told_of() -> None:
    found = growing(MARKET.replace("VAR gold", "VAR idle = 0\nVAR gold").replace(
        "~ gold = gold + 2", "~ gold = gold + 2\n  ~ idle = idle + 1"
    ))  # fmt: skip
    assert "idle" not in {thing.name for thing in found}


def test_visits_that_are_compared_with_a_variable_grow() -> None:
    found = growing(
        "VAR n = 0\n-> hub\n=== hub\n{hub > n + 2: Often.}\n+ [a] -> road\n"
        "+ [b]\n ~ n = hub\n-> road\n* [c] -> END\n=== road\n-> hub\n"
    )
    visits = named(found, "visits to hub")
    assert visits.kind == "visits" and visits.trend == "rising"
    assert {read.how for read in visits.reads} == {
        "compared with what is computed",
        "goes into `n`",
    }


def test_the_turn_number_and_turns_since_are_told_of() -> None:
    found = growing(
        "VAR a = 0\n-> hub\n=== hub\n~ temp t = TURNS_SINCE(-> away)\n+ [x] -> hub\n"
        "+ {t > a} [y]\n ~ a = t\n -> hub\n+ {TURNS() > a} [away] -> away\n=== away\n-> hub\n"
    )
    kinds = {thing.name: thing.kind for thing in found}
    assert kinds["TURNS()"] == "turn"
    assert kinds["turns since away"] == "turns"
    assert kinds["t"] == "temporary"
    assert named(found, "t").reads[0].how == "compared with `a`"


def test_tunnels_that_never_return_are_told_of() -> None:
    found = growing(
        "-> hub\n=== hub\n+ [in] -> room ->\n+ [out] -> END\n- -> hub\n"
        "=== room\n+ [deeper] -> room ->\n  -> hub\n+ [turn]\n  ->->\n",
        states=60,
    )
    stack = named(found, "tunnels and functions that have not returned")
    assert stack.kind == "stack" and stack.trend in ("rising", "both")
    assert "->->" in stack.hint


def test_many_things_of_two_values_are_told_of_together() -> None:
    scenes = "".join(f"* [scene {n}]\n  -> hub\n" for n in range(12))
    found = growing(f"-> hub\n=== hub\n{scenes}* -> END\n", states=400)
    (together,) = found
    assert together.kind == "combinations"
    assert together.count == 12
    assert "4,096 combinations" in together.hint
    assert "“scene 0” (line 3)" in together.summary


def test_what_a_claim_asks_for_is_said_to_be_asked_for() -> None:
    story, _ = ours.compiled(
        "VAR n = 0\n-> hub\n=== hub\n+ [a]\n ~ n = n + 1\n -> hub\n+ [b] -> hub\n"
    )
    assert story is not None
    questions = ask_story(story, [Expression("n > 100000")])
    explorer = Explorer(
        questions.program, asked=questions.pcs, limits=Limits(states=300), compiled=False
    )
    n = named(explorer.run().growing, "n")
    assert [read.how for read in n.reads] == ["asked for by a claim or a question"]


@pytest.mark.parametrize(
    ("line", "how", "constant"),
    [
        ("{n > 3: a}", "compared with 3", 3),
        ("{3 < n: a}", "compared with 3", 3),
        ("{n + 1 == m: a}", "compared with `m`", None),
        ("{m == n: a}", "compared with `m`", None),
        ("{n: a}", "tested for truth", None),
        ("{not n: a}", "tested for truth", None),
        ("{n && m: a}", "tested for truth", None),
        ("~ m = RANDOM(1, n)", "a limit of RANDOM", None),
        ('{"{n}" == "3": a}', "printed into a string", None),
        ("~ f(n)", "handed to `f`", None),
        ("+ {n > 7} [b]", "compared with 7", 7),
        ("+ {n} [b]", "whether a choice is offered", None),
    ],
)
def test_a_read_is_followed_to_what_looks_at_it(line: str, how: str, constant: int | None) -> None:
    source = (
        f"VAR n = 0\nVAR m = 0\n-> k\n=== k\n+ [a]\n- (on)\n~ n = n + 1\n{line}\n"
        "+ [c]\n- {m: x}\n-> k\n=== function f(x)\n{x > 2: y}\n"
    )
    story, problems = ours.compiled(source)
    assert story is not None, problems
    program = lower(story)
    explorer = Explorer(program, compiled=False)
    found = reads_of(explorer.liveness, "variable", program.global_names.index("n"))
    assert (8, how) in [(read.line, read.how) for read in found]
    assert constant in [read.constant for read in found]


def test_whatever_keeps_a_state_apart_is_read_somewhere() -> None:
    """Of generated programs: a live thing has a read that explains it."""
    explained = 0
    for seed in range(700, 725):
        story, _ = ours.compiled(seeded(seed, 60))
        if story is None:
            continue
        explorer = Explorer(
            lower(story), limits=Limits(states=300, steps=20_000, seconds=2), compiled=False
        )
        explorer.run()
        liveness = explorer.liveness
        tables, masks = [int(x) for x in explorer.tables], [int(x) for x in explorer.masks]
        work = [0] * tables[P.T_END]
        for row in explorer.samples:
            if row[1] == TERMINAL:
                continue
            unpack(tables, masks, work, list(row), 0)
            live = 0
            for word in range(masks[M_WORDS]):
                live |= masks[masks[M_UNION] + word] << (word * MASK_BITS)
            for bit in range(masks[M_HERE] + 2):
                if live >> bit & 1:
                    assert liveness.reads_of(bit) or liveness.observed >> bit & 1, (
                        f"seed {seed}: {liveness.names(1 << bit)} is live and read by nobody"
                    )
                    explained += 1
        most_varied(explorer.samples, [], tables, masks, liveness)
    assert explained > 200
