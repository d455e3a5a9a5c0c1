"""Counters and kept dice: which values are folded, and that nobody can tell what was folded."""

from __future__ import annotations

import itertools
from math import comb

import pytest

from foretell.checker.analysis import analyse
from foretell.checker.exploring.explore import Exploration, Explorer
from foretell.checker.questions import ask_story
from foretell.checker.reduction.counters import Counters, Source, _values
from foretell.checker.reduction.liveness import analyse_liveness
from foretell.config import Expression, VariableBound
from foretell.vm import program as P
from foretell.vm.lower import lower
from foretell.vm.program import Program
from tests import ours
from tests.test_explore import agree


def lowered(source: str) -> Program:
    story, problems = ours.compiled(source)
    assert story is not None, problems
    return lower(story)


def explored(source: str, **options: object) -> Exploration:
    return Explorer(lowered(source), compiled=False, **options).run()  # type: ignore[arg-type]


def cuts(source: str, name: str = "x", **options: object) -> list[int] | None:
    """The cuts of a global variable; None where it is kept exact."""
    program = lowered(source)
    found = analyse_liveness(program, **options)  # type: ignore[arg-type]
    fold = found.folds.get((-1, program.global_names.index(name)))
    return None if fold is None else fold.cuts


HUB = """
VAR x = 0
VAR y = 2
-> hub
=== hub
CHANGE
TEST
+ [on] -> hub
=== out
-> END
=== function double(n)
~ return n * 2
=== function same(n)
~ return n
=== function big(n)
~ return n > 7
=== function raise(ref n)
~ n = n + 1
"""


@pytest.mark.parametrize(
    ("change", "test", "expected"),
    [
        # rising: exact up to the highest cut, from the least value it can have
        ("~ x++", "{ x >= 3: -> out }", [1, 2, 3]),
        ("~ x++", "{ x > 3: -> out }", [1, 2, 3, 4]),
        ("~ x++", "{ 3 < x: -> out }", [1, 2, 3, 4]),
        ("~ x++", "{ x == 3: -> out }", [1, 2, 3, 4]),
        ("~ x += 2", "{ x >= 5: -> out }", [1, 3, 5]),
        ("~ x = 1 + x", "{ not (x >= 2): -> out }", [1, 2]),
        ("~ x++", "{ x: -> out }", [1]),
        ("~ x++", "{ not x: -> out }", [1]),
        ("~ x++", "{ x + 2 > 5: -> out }", [1, 2, 3, 4]),
        ("~ x++", "{ x - 2 > 1: -> out }", [1, 2, 3, 4]),
        ("~ x++", "{ x >= 2 and x != 4: -> out }", [1, 2, 3, 4, 5]),
        ("~ x++", "{ x:\n- 1: one\n- 3: -> out\n- else: more\n}", [1, 2, 3, 4]),
        ("~ x += RANDOM(1, 2)", "{ x >= 4: -> out }", [1, 2, 3, 4]),
        ("{ y > 1:\n~ x = 9\n- else:\n~ x++\n}", "{ x >= 3: -> out }", [1, 2, 3]),
        # falling
        ("~ x--", "{ x <= -3: -> out }", [-2, -1, 0]),
        ("~ x -= 2", "{ x < -3: -> out }", [-3, -1]),
        # neither
        ("~ x = RANDOM(1, 100)", "{ x <= 30: -> out }", [31]),
        ("~ x = RANDOM(1, 100) + 5", "{ x <= 30: -> out }\n{ x > 90: x }", [31, 91]),
        ("~ x = 40 - RANDOM(1, 6)", "{ x <= 36: -> out }", [37]),
        # both: as it is
        ("~ x++\n{ y > 1:\n~ x -= 2\n}", "{ x >= 3: -> out }", None),
        # stored elsewhere
        ("~ x++\n~ y = x", "{ y >= 3: -> out }", [1, 2, 3]),
        ("~ x++\n~ y = x - 2", "{ y >= 3: -> out }", [1, 2, 3, 4, 5]),
        ("~ x++\n~ temp t = x + 1", "{ t >= 3: -> out }", [1, 2]),
        ("~ x = MIN(x + 1, 5)", "{ x >= 3: -> out }", [1, 2, 3]),
        ("~ x = MAX(x - 1, -5)", "{ x <= -3: -> out }", [-2, -1, 0]),
        ("~ x++\n{ big(x): -> out }", "", list(range(1, 9))),
        # looked at as a value
        ("~ x++", "{ x * 2 >= 3: -> out }", None),
        ("~ x++", "{ x > y: -> out }", [1, 2, 3]),  # y is never changed
        ("~ x++\n~ y = RANDOM(1, 3)", "{ x > y: -> out }", None),
        ("~ x++", "{ double(x) > 3: -> out }", None),
        ("~ x++", "{ same(x) > 3: -> out }", None),
        ("~ x++", "{ x > 2.5: -> out }", None),
        ("~ x += 0.5", "{ x > 2: -> out }", None),
        ("~ raise(x)", '{ "{x}" == "3": -> out }', None),
        ("~ x++", "{ RANDOM(1, x) == 3: -> out }", None),
        ("~ raise(x)", "{ x >= 3: -> out }", [1, 2, 3]),
        ("~ x = hub", "{ x >= 3: -> out }", [3]),
    ],
)
def test_a_variable_is_kept_as_far_as_its_readers_can_tell(
    change: str, test: str, expected: list[int] | None
) -> None:
    source = HUB.replace("CHANGE", change).replace("TEST", test)
    assert cuts(source) == expected
    agree(lowered(source), most=60, depth=8)


def test_a_flag_is_kept_as_a_truth() -> None:
    source = "VAR flag = false\n-> hub\n=== hub\n"
    source += "+ [on]\n~ flag = not flag\n-> hub\n+ {flag} [out] -> END\n"
    assert cuts(source, "flag") == [1]


def test_what_is_asked_is_told_exactly() -> None:
    source = HUB.replace("CHANGE", "~ x++").replace("TEST", "{ x >= 3: -> out }")
    assert cuts(source) == [1, 2, 3]
    assert cuts(source, observed=("x",)) is None
    assert cuts(source, constants={"x": -2}) == [-1, 0, 1, 2, 3]
    assert cuts(source, constants={"x": 0.5}) is None


@pytest.mark.parametrize("start", [-3, 0, 2, 2.5])
def test_an_initial_value_set_from_outside_is_reckoned_with(start: float) -> None:
    source = "VAR x = 0\n-> hub\n=== hub\n{ x >= 3: -> END }\n+ [on]\n~ x++\n-> hub\n"
    found = explored(source, constants={"x": start})
    assert found.complete
    assert found.graph.from_start.depth.max() == len(
        list(itertools.takewhile(lambda n: n < 3, itertools.count(start)))
    )


def test_a_hub_visited_for_ever_is_finite() -> None:
    source = """
VAR visits_here = 0
-> hub
=== hub
~ visits_here++
+ [stay] -> hub
+ { visits_here > 3 } [go] -> out
=== out
-> END
"""
    found = agree(lowered(source), most=60, depth=10, hosts=(False, True))
    assert found.complete
    assert found.graph.n == 4 + 1
    solved = analyse(lowered(source), compiled=False)
    assert [e.uniform.low for e in solved.endings] == [1.0]


def test_a_patient_gambler_wins_as_the_binomial_says() -> None:
    """Thirteen throws, of which some number has to come out: counters up and down at once."""
    source = """
VAR thrown = 0
VAR lucky = 0
VAR lives = 4
-> table
=== table
+ [Throw]
  ~ thrown++
  { RANDOM(1, 10) <= 3:
    ~ lucky += 1
  - else:
    ~ lives -= 1
  }
  { thrown >= 13: -> over }
  -> table
=== over
{ lucky >= 5: -> won }
{ lives <= -5: -> lost }
-> even
=== won
-> END
=== lost
-> END
=== even
-> END
"""
    program = lowered(source)
    whole, faces = (Explorer(program, compiled=False, whole=w).run() for w in (True, False))
    unreduced = Explorer(program, compiled=False, reduce=False).run()
    assert whole.complete
    assert whole.graph.n == faces.graph.n < unreduced.graph.n
    odds = {e.name: e.uniform.low for e in analyse(program, compiled=False).endings}
    won = sum(comb(13, k) * 0.3**k * 0.7 ** (13 - k) for k in range(5, 14))
    # nine lives lost or more and fewer than five lucky: those are all the others
    assert odds["won"] == pytest.approx(won, abs=1e-12)
    assert odds["lost"] == pytest.approx(1 - won, abs=1e-12)


def test_a_die_kept_past_the_turn_is_what_its_readers_tell_apart() -> None:
    source = """
VAR roll = 0
-> throw
=== throw
* [Throw]
  ~ roll = RANDOM(1, 1000)
  + + [Look]
  - -
  { roll > 990: -> high }
  { roll <= 10: -> low }
  -> middle
=== high
-> END
=== low
-> END
=== middle
-> END
"""
    program = lowered(source)
    found = analyse(program, compiled=False)
    assert found.complete
    assert found.states == 1 + 1 + 3 + 3
    assert found.playthroughs.total == 1000
    assert {e.name: e.uniform.low for e in found.endings} == pytest.approx(
        {"high": 0.01, "low": 0.01, "middle": 0.98}, rel=1e-12
    )


def test_a_temporary_across_a_choice_is_folded() -> None:
    source = """
-> top
=== top
~ temp r = RANDOM(1, 20)
+ [On]
- { r >= 15: -> high | -> low }
=== high
-> END
=== low
-> END
"""
    found = explored(source)
    assert found.graph.n == 1 + 2 + 2
    agree(lowered(source), most=60, depth=6)


def test_a_switch_on_a_count_saturates_it() -> None:
    source = "-> hub\n=== hub\n{ hub:\n- 1: one\n- 3: -> END\n- else: more\n}\n+ [on] -> hub\n"
    found = analyse_liveness(lowered(source))
    assert found.limits[found.program.visit_names.index("hub")] == (4, 1)


def test_a_function_result_in_a_temporary_may_be_anything() -> None:
    source = """
-> top
=== top
~ temp t = word()
~ temp u = t + 1
+ [on] -> top
=== function word()
~ return "a"
"""
    agree(lowered(source), most=20, depth=4)
    found = analyse_liveness(lowered(source))
    program = found.program
    named = {program.temp_names[program.scope_temps[s][t]] for s, t in found.folds if s >= 0}
    assert "t" not in named


def test_claims_on_folded_counters_hold_as_on_exact_ones() -> None:
    source = "VAR x = 0\n-> hub\n=== hub\n{ x >= 3: -> END }\n+ [on]\n~ x++\n-> hub\n"
    story, _ = ours.compiled(source)
    assert story is not None
    expressions = [Expression(text) for text in ("x", "x > 1", "x == 2")]
    questions = ask_story(story, expressions)
    found = Explorer(questions.program, asked=questions.pcs, compiled=False).run()
    assert [v & 0xFFFFFFFF for v in found.asked[0].tolist()] == [0, 1, 2, 3]
    assert [v & 1 for v in found.asked[1].tolist()] == [0, 0, 1, 1]
    assert [v & 1 for v in found.asked[2].tolist()] == [0, 0, 1, 0]


# The analysis by itself ---------------------------------------------------------------------------


def test_folds_are_the_coarsest_partition_that_what_is_done_respects() -> None:
    """Against trying all values: y = x + 2 is stored, y is compared with 5, x itself rises."""
    x, y = (-1, 0), (-1, 1)
    counters = Counters()
    of_x, of_y = Source(frozenset({x})), Source(frozenset({y}))
    counters.assign(Source(low=0, high=0), [x])
    counters.assign(of_x.plus(1, 1), [x])
    counters.assign(of_x.plus(2, 2), [y])
    counters.compare(of_y, P.OP_GE, Source(low=5, high=5), False)
    folds, _ = counters.settle()
    assert folds[y].cuts == [5]
    assert folds[x].cuts == [1, 2, 3]

    def future(value: int) -> tuple[bool, ...]:
        return tuple(value + n + 2 >= 5 for n in range(9))

    classes = [sum(cut <= value for cut in folds[x].cuts) for value in range(9)]
    for one, other in itertools.product(range(9), repeat=2):
        assert (classes[one] == classes[other]) == (future(one) == future(other))


def test_ranges_widen_only_where_something_rises_or_falls() -> None:
    key = (-1, 0)
    source = Source(frozenset({key})).plus(1, 3).clipped(-10, 8)
    assert list(_values(source, {key: (0, 5)})) == [(1, 8)]
    assert list(_values(source, {key: (20, 30)})) == [(8, 8)]
    assert list(_values(source, {})) == []


def test_too_many_cuts_leave_a_variable_exact() -> None:
    source = HUB.replace("CHANGE", "~ x++").replace("TEST", "{ x >= 100000: -> out }")
    assert cuts(source) is None
    source = HUB.replace("CHANGE", "~ x++").replace("TEST", "{ x >= 1000: -> out }")
    assert cuts(source) == list(range(1, 1001))


def test_a_bound_that_saturates_is_reckoned_with_where_its_variable_goes() -> None:
    source = """
VAR x = 10
VAR y = 10
-> hub
=== hub
+ [on]
  ~ x++
  ~ y = x
  -> hub
+ [look]
{ y <= 3: -> low }
{ y >= 12: -> high }
-> between
=== low
-> END
=== high
-> END
=== between
-> END
"""
    program = lowered(source)
    bound = VariableBound("x", -5, 1, saturating=True)
    found = analyse(program, bounds=[bound], compiled=False)
    assert found.complete
    # x is set to 1 where the story first rests: each step leads from there to y = 2
    assert {e.name for e in found.endings if e.uniform.high > 0} == {"low", "between"}
