"""Dice that stay whole against dice thrown face by face: the same odds, counts, words and lines."""

from __future__ import annotations

from fractions import Fraction

import pytest

from foretell.checker.analysis import analyse
from foretell.checker.exploring.explore import Exploration, Explorer, Limits
from foretell.checker.graphs.graph import CHANCE, CHOICE, TERMINAL
from foretell.checker.graphs.lengths import count_playthroughs, word_extent, word_quantiles
from foretell.vm import values as V
from foretell.vm.lower import lower
from foretell.vm.program import Program
from foretell.vm.story import Story
from tests import ours
from tests.twins import explore_twin as twins

both_hosts = pytest.mark.parametrize("compiled", [False, True], ids=["python", "compiled"])


def lowered(source: str) -> Program:
    story, problems = ours.compiled(source)
    assert story is not None, problems
    return lower(story)


def explored(source: str | Program, **options: object) -> Exploration:
    program = lowered(source) if isinstance(source, str) else source
    options.setdefault("compiled", False)
    return Explorer(program, **options).run()  # type: ignore[arg-type]


def exact_odds(found: Exploration) -> dict[str, Fraction]:
    """The uniform reader's odds of each end, as fractions; for graphs without a cycle."""
    graph = found.graph
    mass = [Fraction(0)] * graph.n
    mass[0] = Fraction(1)
    out: dict[str, Fraction] = {}
    for c in range(graph.components.count - 1, -1, -1):
        (state,) = (int(s) for s in graph.components.states(c))
        if graph.kind[state] == TERMINAL:
            name = twins.end_name(twins.node_of(found, state))
            out[name] = out.get(name, Fraction(0)) + mass[state]
        edges = range(int(graph.first_edge[state]), int(graph.first_edge[state + 1]))
        total = sum(Fraction(float(graph.edge_weight[e])) for e in edges)
        for e in edges:
            share = Fraction(float(graph.edge_weight[e])) / total
            mass[int(graph.edge_target[e])] += mass[state] * share
    return out


def draws(found: Exploration) -> list[tuple[int, int]]:
    """The edges of all draws: label and weight."""
    graph = found.graph
    drawn = graph.kind[graph.edge_source] == CHANCE
    return [
        (int(label), int(weight))
        for label, weight in zip(graph.edge_label[drawn], graph.edge_weight[drawn], strict=True)
    ]


def same_as_face_by_face(source: str, compiled: bool = False, reduce: bool = True) -> Exploration:
    """Assert that a story comes to the same with whole dice and without; gives the whole one."""
    program = lowered(source)
    whole = explored(program, compiled=compiled, reduce=reduce)
    faces = explored(program, compiled=compiled, reduce=reduce, whole=False)
    assert whole.complete
    assert faces.complete
    whole.graph.check()
    assert twins.profile(twins.nodes_of(whole), 12) == twins.profile(twins.nodes_of(faces), 12)
    assert exact_odds(whole) == exact_odds(faces)
    assert count_playthroughs(whole.graph).total == count_playthroughs(faces.graph).total
    assert word_extent(whole.graph) == word_extent(faces.graph)
    assert word_quantiles(whole.graph, [0.1, 0.5, 0.9]) == word_quantiles(
        faces.graph, [0.1, 0.5, 0.9]
    )
    assert whole.seen == faces.seen
    assert whole.graph.n <= faces.graph.n
    assert whole.graph.m <= faces.graph.m
    return whole


def throw(body: str, extra: str = "") -> str:
    """A story of one throw that comes to `yes`, `no` or `more`."""
    return f"""VAR skill = 30
VAR roll = 0
VAR hits = 0
* [Throw]
{body}
-> no
=== yes
-> END
=== no
-> END
=== more
-> END
{extra}"""


IDIOMS = {
    # what is thrown, then its classes: lowest face and how many
    "{ RANDOM(1, 100) <= 30: -> yes }": [(1, 30), (31, 70)],
    "{ RANDOM(1, 100) < 30: -> yes }": [(1, 29), (30, 71)],
    "{ 30 >= RANDOM(1, 100): -> yes }": [(1, 30), (31, 70)],
    "{ 30 < RANDOM(1, 100): -> yes }": [(1, 30), (31, 70)],
    "{ RANDOM(1, 100) > 30: -> yes }": [(1, 30), (31, 70)],
    "{ RANDOM(1, 100) >= 100: -> yes }": [(1, 99), (100, 1)],
    "{ RANDOM(1, 100) >= 101: -> yes }": [(1, 100)],
    "{ RANDOM(0, 1): -> yes }": [(0, 1), (1, 1)],
    "{ RANDOM(-3, 5): -> yes }": [(-3, 3), (0, 1), (1, 5)],
    "{ not RANDOM(-3, 5): -> yes }": [(-3, 3), (0, 1), (1, 5)],
    "{ RANDOM(1, 6) == 3: -> yes }": [(1, 2), (3, 1), (4, 3)],
    "{ RANDOM(1, 6) != 3: -> yes }": [(1, 2), (3, 1), (4, 3)],
    "{ RANDOM(1, 6):\n- 1: -> yes\n- 6: -> more\n}": [(1, 1), (2, 4), (6, 1)],
    "{ RANDOM(1, 100) <= skill: -> yes }": [(1, 30), (31, 70)],
    "{ skill >= RANDOM(1, 20) + 15: -> yes }": [(1, 15), (16, 5)],
    "{ RANDOM(1, 20) - skill >= -15: -> yes }": [(1, 14), (15, 6)],
    "{ 10 - RANDOM(1, 20) > 0: -> yes }": [(1, 9), (10, 11)],
    "{ -RANDOM(1, 20) < -4: -> yes }": [(1, 4), (5, 16)],
    "{ 3 - (2 - RANDOM(1, 20)) > 5: -> yes }": [(1, 4), (5, 16)],
    "~ temp r = RANDOM(1, 100)\n{ r <= skill: -> yes }\n{ r > 95: -> more }": [
        (1, 30), (31, 65), (96, 5),
    ],
    "~ roll = RANDOM(1, 100)\n{ roll <= skill: -> yes }": [(1, 30), (31, 70)],
    "{ MIN(RANDOM(1, 100), 20) == 20: -> yes }": [(1, 19), (20, 1), (21, 80)],
    "{ MAX(RANDOM(1, 100), 20) > 20: -> yes }": [(1, 20), (21, 80)],
    "{ MAX(20, RANDOM(1, 100)) > 20: -> yes }": [(1, 20), (21, 80)],
    "{ RANDOM(1, 100) / 50:\n- 0: -> yes\n- 1: -> more\n}": [(1, 49), (50, 50), (100, 1)],
    "{ RANDOM(-7, 7) / 3 == 0: -> yes }": [(-7, 2), (-5, 3), (-2, 5), (3, 3), (6, 2)],
    "{ RANDOM(0, 99) % 50 < 10: -> yes }": [(0, 10), (10, 40), (50, 10), (60, 40)],
    "{ RANDOM(-4, 4) % 3 == 0: -> yes }": [
        (-4, 1), (-3, 1), (-2, 2), (0, 1), (1, 2), (3, 1), (4, 1),
    ],
    "{ RANDOM(1, 100) <= 30 and skill > 3: -> yes }": [(1, 30), (31, 70)],
    "{ RANDOM(0, 9) and skill > 3: -> yes }": [(0, 1), (1, 9)],
    "{ skill > 3 || RANDOM(0, 9): -> yes }": [(0, 1), (1, 9)],
    "{ RANDOM(1, 100) <= 29.5: -> yes }": [(n, 1) for n in range(1, 101)],
    "{ RANDOM(1, 100) * 2 <= 60: -> yes }": [(n, 1) for n in range(1, 101)],
    "You throw {RANDOM(1, 100)}.": [(1, 100)],
    "~ roll = RANDOM(1, 100)": [(1, 100)],
    "~ roll = RANDOM(1, 100)\n~ hits = hits + roll * 2\n{hits}": [(n, 1) for n in range(1, 101)],
    "~ RANDOM(1, 100)": [(1, 100)],
    "{ RANDOM(1, 2147483647) <= 30: -> yes }": [(1, 30), (31, 2147483617)],
    "{ RANDOM(-2147483647, -1) + 2147483647 <= 30: -> yes }": [
        (-2147483647, 31), (-2147483616, 2147483616),
    ],
}  # fmt: skip


@both_hosts
@pytest.mark.parametrize("body", IDIOMS)
def test_a_die_is_split_where_something_tells_its_faces_apart(body: str, compiled: bool) -> None:
    found = explored(throw(body), compiled=compiled)
    assert found.complete
    assert draws(found) == IDIOMS[body]


@both_hosts
@pytest.mark.parametrize("body", [b for b in IDIOMS if "2147483647" not in b])
def test_an_idiom_comes_to_the_same_face_by_face(body: str, compiled: bool) -> None:
    same_as_face_by_face(throw(body), compiled)
    same_as_face_by_face(throw(body), compiled, reduce=False)


def test_a_sum_that_overflows_for_some_face_is_thrown() -> None:
    body = "~ temp r = RANDOM(2147483640, 2147483647) + 4\n{ r < 0: -> yes }"
    found = same_as_face_by_face(throw(body))
    assert exact_odds(found)["('end', 'yes')"] == Fraction(4, 8)
    found = explored(throw(body))
    assert len(draws(found)) == 8


FUNCTIONS = """
=== function d(sides)
~ return RANDOM(1, sides)
=== function check(against)
~ temp r = d(100)
{ r <= against:
    ~ return true
}
~ return false
=== function between(x, ref low, ref high)
~ return x >= low and x <= high
=== tunnel(n)
{ n > 3: -> yes }
->->
"""


@both_hosts
@pytest.mark.parametrize(
    ("body", "classes"),
    [
        ("{ d(20) > 14: -> yes }", [(1, 14), (15, 6)]),
        ("{ check(skill): -> yes }", [(1, 30), (31, 70)]),
        ("~ temp a = 5\n~ temp b = 7\n{ between(d(10), a, b): -> yes }", [(1, 4), (5, 3), (8, 3)]),
        ("-> tunnel(RANDOM(1, 6)) ->", [(1, 3), (4, 3)]),
        ("~ temp t = RANDOM(1, 6)\n~ t += 2\n~ t++\n{ t >= 8: -> yes }", [(1, 4), (5, 2)]),
    ],
)
def test_a_die_stays_whole_through_calls(
    body: str, classes: list[tuple[int, int]], compiled: bool
) -> None:
    found = same_as_face_by_face(throw(body, FUNCTIONS), compiled)
    assert draws(found) == classes


def test_what_a_state_remembers_of_a_die_is_its_face() -> None:
    source = """VAR roll = 0
* [Throw]
  ~ roll = RANDOM(1, 4)
  { roll == 1: -> low }
  + + [On]
  { roll * roll > 8: -> high }
  -> low
=== low
-> END
=== high
-> END
"""
    found = same_as_face_by_face(source)
    assert draws(found) == [(1, 1), (2, 1), (3, 1), (4, 1)]


def test_two_dice_are_one_state_for_each_face_of_the_first() -> None:
    found = same_as_face_by_face(throw("{ RANDOM(1, 6) + RANDOM(1, 6) >= 10: -> yes }"))
    assert exact_odds(found)["('end', 'yes')"] == Fraction(6, 36)
    # a second die that does not meet the first is no reason to throw it
    apart = same_as_face_by_face(throw("{ RANDOM(1, 6) >= 5:\n{ RANDOM(1, 6) >= 5: -> yes }\n}"))
    assert exact_odds(apart)["('end', 'yes')"] == Fraction(1, 9)
    assert draws(apart) == [(1, 4), (5, 2)] * 2


def test_a_die_in_a_string_is_thrown() -> None:
    body = '~ temp s = "{RANDOM(1, 6)}"\n{ s == "3": -> yes }'
    found = same_as_face_by_face(throw(body))
    assert exact_odds(found)["('end', 'yes')"] == Fraction(1, 6)


def test_a_die_that_is_a_range_or_an_index_is_thrown() -> None:
    source = throw(
        "{ RANDOM(1, RANDOM(1, 3)) == 2: -> yes }\n{ LIST_COUNT(LIST_RANGE(Many, 1, RANDOM(1, 3))) "
        "== 2: -> more }\n{ Many(RANDOM(1, 3)) == two: -> yes}",
        "LIST Many = (one), (two), (three)\n",
    )
    same_as_face_by_face(source)


@both_hosts
def test_a_million_sides_are_two_outcomes(compiled: bool) -> None:
    program = lowered(throw("{ RANDOM(1, 1000000) <= 30: -> yes }"))
    found = analyse(program, compiled=compiled)
    assert found.complete
    assert {e.name: e.uniform.low for e in found.endings} == pytest.approx(
        {"yes": 30 / 1e6, "no": 999970 / 1e6}, rel=1e-12
    )
    assert found.playthroughs.total == 1_000_000
    assert found.states == 1 + 1 + 2


def test_a_draw_of_too_many_classes_is_followed_as_far_as_allowed() -> None:
    source = throw("~ roll = RANDOM(1, 1000000)\n+ + [on]\n- - { roll * roll <= 900: -> yes }")
    found = explored(source, limits=Limits(draw=100))
    assert found.stopped == "outcomes of one draw"
    assert not found.graph.complete
    found.graph.check()
    assert draws(found) == [*((n, 1) for n in range(1, 101)), (101, 999_900)]
    known = analyse(lowered(source), limits=Limits(draw=100), compiled=False)
    odds = {e.name: e.uniform for e in known.endings}
    assert odds["yes"].low == pytest.approx(30 / 1e6, rel=1e-12)
    assert odds["yes"].high == pytest.approx(1 - 70 / 1e6, rel=1e-12)


def test_any_outcome_of_a_class_replays_and_stands_where_the_class_leads() -> None:
    program = lowered(throw("~ temp r = RANDOM(-9, 90)\n{ r <= -1: -> yes }\n{ r > 80: -> more }"))
    found = explored(program)
    assert draws(found) == [(-9, 9), (0, 81), (81, 10)]
    met = set()
    for face in range(-9, 91):
        story = Story(program)
        story.play(f"0@{face}")
        state = found.graph.follow(f"0@{face}")
        assert twins.end_name(twins.node_of(found, state)) == str(("end", story.ending))
        met.add(story.ending)
    assert met == {"yes", "no", "more"}
    with pytest.raises(ValueError, match="no draw"):
        found.graph.follow("0@91")
    with pytest.raises(ValueError, match="no draw"):
        found.graph.follow("0@-10")


def test_a_hang_is_proved_for_each_face_by_itself() -> None:
    source = """
* [Throw] -> loop(RANDOM(1, 6), 0)
=== loop(r, n)
~ n = n + 1
{ n > 30000:
   { r > 4: -> END }
   ~ n = 0
}
-> loop(r, n)
"""
    found = analyse(lowered(source), compiled=True)
    kinds = {e.kind: e.uniform.low for e in found.endings}
    assert kinds.get("ending", 0.0) == pytest.approx(2 / 6)


def test_a_warning_in_a_class_has_a_path_that_replays() -> None:
    source = throw(
        "{ RANDOM(1, 10) > 4:\n~ temp x = maybe(0)\n}",
        "=== function maybe(n)\n{ n > 1:\n  ~ temp t = 2\n}\n~ return t\n",
    )
    program = lowered(source)
    found = analyse(program, compiled=False)
    (warning,) = [p for p in found.problems if p.code == "variable-not-found"]
    assert warning.path == "0@5"
    story = Story(program)
    story.play(warning.path)
    assert [p.code for p in story.turn.problems] == ["variable-not-found"]


@both_hosts
def test_whole_dice_leave_gambling_to_the_formula(compiled: bool) -> None:
    source = """
VAR coins = 4
-> bet
=== bet
+ [Bet]
    { RANDOM(1, 1000) <= 493:
        ~ coins = coins + 1
    - else:
        ~ coins = coins - 1
    }
    { coins:
    - 0: -> ruin
    - 10: -> riches
    - else: -> bet
    }
=== ruin
-> END
=== riches
-> END
"""
    found = analyse(lowered(source), compiled=compiled)
    ratio = (1 - 0.493) / 0.493
    assert found.graph.m == 9 + 18
    odds = {e.name: e.uniform.low for e in found.endings}
    assert odds["riches"] == pytest.approx((1 - ratio**4) / (1 - ratio**10), abs=1e-12)


def test_choice_conditions_split_a_die_too() -> None:
    source = """
* [Throw]
-
~ temp r = RANDOM(1, 12)
+ { r > 9 } [high] -> END
+ { r <= 9 } [low] -> END
"""
    found = same_as_face_by_face(source)
    assert draws(found) == [(1, 9), (10, 3)]
    assert int((found.graph.kind == CHOICE).sum()) == 3


def test_a_drawn_value_is_no_other_word_of_a_packed_row() -> None:
    for tag in (V.DRAWN, V.OPPOSED):
        assert (tag << V.TAG_SHIFT) >> V.DRAWN_SHIFT == 1
        assert ((tag << V.TAG_SHIFT) | V.PAYLOAD) >> V.DRAWN_SHIFT == 1
    for word in (-1, -(2**31), (1 << 60) - 1, (V.DEAD << V.TAG_SHIFT) | V.PAYLOAD, 15 << 40):
        assert word >> V.DRAWN_SHIFT != 1
