"""What the analysis says is read, how far a count is kept, and what it must not throw away."""

from __future__ import annotations

import pytest

from foretell.checker.analysis import analyse, with_outcomes
from foretell.checker.exploring.explore import Explorer
from foretell.checker.graphs.solve import odds
from foretell.checker.reduction.liveness import Liveness, analyse_liveness
from foretell.vm.lower import lower
from foretell.vm.program import Program
from tests import ours

AGAIN = """
-> hub
=== hub
{ TEST }
+ [on] -> again
=== again
-> hub
=== out
-> END
"""


def live(source: str, observed: tuple[str, ...] = ()) -> Liveness:
    story, problems = ours.compiled(source)
    assert story is not None, problems
    return analyse_liveness(lower(story), observed)


def at_choices(found: Liveness) -> set[str]:
    """What is live where some choice goes on."""
    program = found.program
    mask = 0
    for index in range(len(program.choices)):
        mask |= found.use[found.program.tables[_stub(found, index)]]
    return set(found.names(mask)) - {"ending"}


def _stub(found: Liveness, index: int) -> int:
    from foretell.vm import program as P

    tables = found.program.tables
    return tables[P.T_CHOICE_TABLE] + index * P.CHOICE_SIZE + P.CHOICE_STUB


@pytest.mark.parametrize(
    ("test", "limit"),
    [
        ("again: -> out", (1, 1)),
        ("not again: x | -> out", (1, 1)),
        ("again > 3: -> out", (4, 1)),
        ("again >= 3: -> out", (3, 1)),
        ("3 <= again: -> out", (3, 1)),
        ("3 < again: -> out", (4, 1)),
        ("again < 3: x | -> out", (3, 1)),
        ("again == 3: -> out", (4, 1)),
        ("again + 2 == 7: -> out", (6, 1)),
        ("again % 4 == 3: -> out", (4, 4)),
        ("(again - 10) % 3 == 2: -> out", (12, 3)),
        ("again == 2 or again % 3 == 2: -> out", (5, 3)),
        ("again && again > 2: -> out", (3, 1)),
        ("again * again > 8: -> out", (0, 0)),
        ("again > hub: -> out", (0, 0)),
    ],
)
def test_a_count_is_kept_as_far_as_its_readers_can_tell(test: str, limit: tuple[int, int]) -> None:
    found = live(AGAIN.replace("TEST", test))
    assert found.limits[found.program.visit_names.index("again")] == limit


@pytest.mark.parametrize(
    ("test", "cap"),
    [("== 2", 4), (">= 2", 3), ("== -1", 1), ("> 5", 7), ("+ 1 > 5", 0)],
)
def test_turns_since_are_kept_as_far_as_their_readers_can_tell(test: str, cap: int) -> None:
    found = live(AGAIN.replace("TEST", f"TURNS_SINCE(-> again) {test}: -> out"))
    assert found.since_caps[found.program.turn_names.index("again")] == cap


def test_a_counter_that_is_only_increased_and_printed_is_not_live() -> None:
    source = "VAR n = 0\nVAR m = 0\n-> a\n=== a\n{n}\n~ n = n + 1\n~ m = m + 1\n+ [x] -> a\n"
    source += "+ {m < 3} [y] -> a\n"
    assert at_choices(live(source)) == {"m"}


def test_what_is_printed_into_a_string_is_live() -> None:
    source = 'VAR n = 0\nVAR s = ""\n-> a\n=== a\n~ s = "{n}"\n{s == "3": -> END}\n'
    source += "+ [x]\n ~ n = n + 1\n -> a\n"
    assert "n" in at_choices(live(source))


def test_what_is_written_before_it_is_read_is_not_live() -> None:
    source = "VAR n = 0\n-> a\n=== a\n~ n = 1\n+ [x]\n ~ n = 2\n{n > 1: -> END}\n-> a\n"
    assert at_choices(live(source)) == set()


def test_what_a_pointer_may_lead_to_is_live() -> None:
    source = "VAR n = 0\n-> a\n=== a\n-> put(n) ->\n{n == 2: -> END}\n-> a\n"
    source += "=== put(ref what)\n+ [x]\n ~ what = 2\n+ [y]\n ~ what = 3\n- ->->\n"
    found = live(source)
    assert {"n", "a temporary"} >= at_choices(found)
    assert "a temporary" in at_choices(found)  # the pointer: it is needed to write


def test_an_operation_that_may_fail_is_an_observation() -> None:
    source = "VAR n = 0\n-> a\n=== a\n~ temp q = 6 / n\n+ [x]\n ~ n = 1 - n\n -> a\n"
    assert "n" in at_choices(live(source))


def test_what_is_asked_for_is_always_live() -> None:
    source = "VAR n = 0\n-> a\n=== a\n~ n = n + 1\n+ [x] -> a\n"
    assert at_choices(live(source)) == set()
    found = live(source, ("n", "here"))
    assert set(found.names(found.observed)) == {"n", "here"}
    assert "n" in at_choices(found)


COPIES = {
    "by a function, read by its caller": """
VAR a = 0
VAR b = 0
-> top
=== top
+ [one]
  ~ a = 1
+ [two]
- -> next
=== next
+ [on]
- {copy()}
{ b == 1: -> one | -> two }
=== function copy()
~ b = a
=== one
-> END
=== two
-> END
""",
    "after a choice was offered that reads it": """
VAR a = 0
VAR b = 0
-> top
=== top
+ [one]
  ~ a = 1
+ [two]
- -> next
=== next
+ [on]
- <- offer
~ b = a
-> DONE
=== offer
+ [go]
{ b == 1: -> one | -> two }
=== one
-> END
=== two
-> END
""",
    "by a thread, read by the flow below": """
VAR a = 0
VAR b = 0
-> top
=== top
+ [one]
  ~ a = 1
+ [two]
- -> next
=== next
+ [on]
- <- copy
{ b == 1: -> one | -> two }
=== copy
~ b = a
-> DONE
=== one
-> END
=== two
-> END
""",
}


@pytest.mark.parametrize("name", COPIES)
def test_what_is_copied_where_others_read_it_is_live(name: str) -> None:
    assert "a" in at_choices(live(COPIES[name]))
    story, problems = ours.compiled(COPIES[name])
    assert story is not None, problems
    found = analyse(lower(story), compiled=False)
    assert {e.name: e.uniform.low for e in found.endings} == {"one": 0.5, "two": 0.5}


# What a value goes into is looked at, or is not --------------------------------------------------

DEAD = {
    "a list that is only changed": """
LIST Things = lamp, (rope), coin
VAR bag = ()
-> a
=== a
~ bag += lamp
~ bag -= rope
~ bag = bag ^ LIST_ALL(bag)
You carry {bag}, {LIST_COUNT(bag)} in all.
+ [x]
    ~ bag += coin
    -> a
""",
    "what goes into a string that is only printed": """
VAR n = 0
-> a
=== a
You are {name()}.
+ [x]
    ~ n++
    -> a
=== function name()
~ return "number {n} {n > 3}"
""".replace(" {n > 3}", ""),
    "what a function returns to be printed": """
VAR n = 0
-> a
=== a
{twice(n)} and {n + twice(1)}
+ [x]
    ~ n++
    -> a
=== function twice(x)
~ return x + x
""",
    "what a function prints outside of strings": """
VAR n = 0
VAR word = ""
-> a
=== a
~ word = "a {n}"
{tell()}
+ [x]
    ~ n++
    -> a
=== function tell()
You have {n}.
""",
    "what is read only where no reader comes": """
VAR n = 0
-> a
=== a
+ [x]
    ~ n++
    -> a
=== never
{n > 3: -> END}
-> a
""",
    "a name for a place that no divert goes to": """
VAR n = 0
VAR goal = -> far
-> a
=== a
+ [x]
    ~ n++
    -> by ->
    -> a
=== by
->->
=== far
{n > 3: -> END}
-> a
""",
}

ALIVE = {
    "a list that is asked for an item": DEAD["a list that is only changed"].replace(
        "You carry", "{bag ? coin: -> END}"
    ),
    "a string that is compared": DEAD["what goes into a string that is only printed"].replace(
        "You are {name()}", '{name() == "number 3": -> END}'
    ),
    "a result that is compared": DEAD["what a function returns to be printed"].replace(
        "{twice(n)}", "{twice(n) > 4: -> END}"
    ),
    "a result that is compared after another call": DEAD[
        "what a function returns to be printed"
    ].replace("{twice(n)}", "{n + twice(1) > 4: -> END}"),
    "what a function prints for a string that is compared": DEAD[
        "what a function prints outside of strings"
    ].replace("{tell()}", '{"{tell()}" == "You have 3.": -> END}'),
    "what a function prints that another calls for such a string": DEAD[
        "what a function prints outside of strings"
    ].replace("{tell()}", '{"{more()}" == "You have 3.": -> END}')
    + "=== function more()\n{tell()}\n",
    "a string that grows": """
VAR s = "a"
-> a
=== a
+ [x]
    ~ s = "{s}a"
    -> a
""",
    "a list stepped by what may be no number": DEAD["a list that is only changed"].replace(
        "~ bag -= rope", "~ bag = bag + TURNS() / 2.0"
    ),
    "what is read where a name may lead": DEAD["a name for a place that no divert goes to"].replace(
        "->->\n", "->-> goal\n"
    ),
}


@pytest.mark.parametrize("source", DEAD.values(), ids=DEAD)
def test_what_nobody_looks_at_is_not_live(source: str) -> None:
    assert at_choices(live(source)) == set()


@pytest.mark.parametrize("source", ALIVE.values(), ids=ALIVE)
def test_what_somebody_looks_at_is_live(source: str) -> None:
    assert at_choices(live(source)) & {"n", "bag", "s"}


def test_a_string_nobody_looks_at_is_not_built_unless_one_around_it_is() -> None:
    inner = '~ temp t = "in {n}"\n'
    source = "VAR n = 0\n-> a\n=== a\n" + inner + "+ [x] -> a\n"
    assert len(live(source).unbuilt) == 2
    source = 'VAR n = 0\n-> a\n=== a\n{"x{f()}" == "xy": -> END}\n+ [x] -> a\n'
    source += "=== function f()\n" + inner + "y\n"
    assert live(source).unbuilt == []


def test_a_knot_that_is_entered_is_where_reading_begins() -> None:
    source = "VAR n = 0\n-> a\n=== a\n{n > 1: -> END}\n+ [x] -> a\n=== b\n+ [y]\n ~ n++\n -> b\n"
    story, _ = ours.compiled(source)
    assert story is not None
    program = lower(story)
    assert "n" not in at_choices(analyse_liveness(program, start="b"))
    assert "n" in at_choices(analyse_liveness(program))


# Which LISTs the items of an empty list came from -------------------------------------------------

EMPTIED = """
LIST Lamp = red, green
VAR lit = ()
VAR other = ()
-> top
=== top
+ [hold one]
  ~ lit = red
+ [hold none]
- -> next
=== next
+ [empty it]
- ~ lit = ()
-> ask
=== ask
+ [ask]
- ROUTE
=== decide(x)
{ LIST_ALL(x): -> one | -> two }
=== one
-> END
=== two
-> END
"""

ASKED = {
    "at once": "{ LIST_ALL(lit): -> one | -> two }",
    "for what it lacks": "{ LIST_INVERT(lit) ? green: -> one | -> two }",
    "of a copy": "~ other = lit\n{ LIST_ALL(other): -> one | -> two }",
    "of a temporary": "~ temp copy = lit\n~ temp more = copy\n{ LIST_ALL(more): -> one | -> two }",
    "of what an operation leaves": "{ LIST_ALL(lit + lit - green): -> one | -> two }",
    "of what takes its place": "~ lit = ()\n~ lit = other\n{ LIST_ALL(lit): -> one | -> two }",
    "of an argument": "-> decide(lit)",
    "of what a function gives back": "{ LIST_ALL(same(lit)): -> one | -> two }",
    "of what a function is given": "{ asked(lit): -> one | -> two }",
    "of what a function is pointed to": "{ pointed(lit): -> one | -> two }",
    "of what a function sets": "~ hand(other, lit)\n{ LIST_ALL(other): -> one | -> two }",
    "in a thread": "<- thread(lit)\n-> DONE",
    "by way of a divert in a variable": "~ temp way = -> decide\n-> way(lit)",
}

FUNCTIONS = """
=== function same(x)
~ return x
=== function asked(x)
~ return LIST_ALL(x)
=== function pointed(ref x)
~ return LIST_COUNT(LIST_ALL(x)) > 0
=== function hand(ref x, y)
~ x = y
=== thread(x)
{ LIST_ALL(x): -> one | -> two }
"""


@pytest.mark.parametrize("route", ASKED.values(), ids=ASKED)
def test_where_items_came_from_is_kept_where_it_may_be_asked(route: str) -> None:
    source = EMPTIED.replace("ROUTE", route) + FUNCTIONS
    found = live(source)
    assert "lit" in {found.program.global_names[slot] for scope, slot in heirs_of(found)}
    program = found.program
    assert ends_of(program, reduce=True) == ends_of(program, reduce=False)


def ends_of(program: Program, *, reduce: bool) -> dict[str, float]:
    """How often a uniform reader comes to each ending."""
    found = Explorer(program, reduce=reduce, compiled=False).run()
    graph = with_outcomes(found)
    return {end.name: float(odds(graph).low[0, place]) for place, end in enumerate(graph.outcomes)}


def heirs_of(found: Liveness) -> set[tuple[int, int]]:
    """The globals that hold lists, and of which it may be asked where their items came from."""
    lists = {(-1, found.program.global_names.index(name)) for name in ("lit", "other")}
    return lists - found.plain


UNASKED = {
    "nobody asks of anything": "{ lit ? red: -> one | -> two }",
    "another is asked": "{ LIST_ALL(other): -> one | -> two }",
    "it is counted": "{ LIST_ALL(other) or LIST_COUNT(lit): -> one | -> two }",
    "it is printed": "{lit} { LIST_ALL(other): -> one | -> two }",
    "it is compared": "{ LIST_ALL(other) or lit == other: -> one | -> two }",
    "its greatest is asked": "{ LIST_ALL(other) or LIST_VALUE(lit) > 1: -> one | -> two }",
}


@pytest.mark.parametrize("route", UNASKED.values(), ids=UNASKED)
def test_where_items_came_from_is_nothing_where_nobody_asks(route: str) -> None:
    source = EMPTIED.replace("ROUTE", route)
    found = live(source)
    assert "lit" not in {found.program.global_names[slot] for scope, slot in heirs_of(found)}
    story, problems = ours.compiled(source)
    assert story is not None, problems
    # the start, three situations after a choice each, of which none remembers what was held; an end
    assert analyse(lower(story), compiled=False).states <= 1 + 2 + 1
