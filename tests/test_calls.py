"""Calls that are kept: whatever was called before, exploring finds the same."""

from __future__ import annotations

from typing import Any

import pytest

from foretell.checker.exploring.expand import decode
from foretell.checker.exploring.explore import Explorer, Limits
from foretell.checker.reduction.pure import find_pure
from foretell.checker.simulation import sampler
from foretell.checker.simulation.simulate import sample
from foretell.vm import calls as C
from foretell.vm import program as P
from foretell.vm.lower import lower
from foretell.vm.program import Program
from tests import ours
from tests.generate_ink import seeded
from tests.generate_wide import wide_seeded
from tests.test_lists import drawn

STATES = 3000

HUB = """
LIST Things = lamp, rope, key
VAR bag = (lamp)
VAR gold = 3
VAR food = 2
VAR days = 0
VAR name = "ann"
-> hub
=== hub
~ days = (days + 1) % 12
ROUTE
+ [work]
  ~ gold = (gold + 2) % 7
  -> hub
+ [rest]
  ~ food = (food + 3) % 5
  -> hub
+ [take]
  ~ bag += LIST_MIN(LIST_INVERT(bag))
  -> hub
* {gold > 4} [buy] -> END
* {food > 3} [eat] Eaten. # ending: eaten
  -> END
"""

FUNCTIONS = """
=== function fib(n)
{n < 2:
  ~ return n
}
~ return fib(n - 1) + fib(n - 2)
=== function sum(l)
{l == ():
  ~ return 0
}
~ temp first = LIST_MIN(l)
~ return LIST_VALUE(first) + sum(l - first)
=== function pay(n)
{n > 0:
  ~ gold = (gold + 1) % 9
  ~ pay(n - 1)
}
=== function alter(ref x, n)
{n > 0:
  ~ x = (x + 1) % 6
  ~ alter(x, n - 1)
}
=== function both(n)
~ temp before = gold
~ alter(gold, n)
~ alter(food, n)
~ return before
=== function local(n)
~ temp mine = 0
~ alter(mine, n)
~ return mine
=== function tell(n)
{n > 0:
  A word{n > 3: or two more|}.
  ~ tell(n - 1)
}
=== function turns_to(n)
{n > 0:
  ~ return turns_to(n - 1)
}
{&one|two|three}
{stopping:
- first
- later
}
~ return TURNS_SINCE(-> hub) + READ_COUNT(-> fib)
=== function said(n)
~ temp text = "{name}{gold > 3: rich}"
{n > 0:
  ~ return said(n - 1)
}
~ return text == "ann rich"
=== function renamed(n)
{n > 0:
  ~ renamed(n - 1)
- else:
  ~ name = "{gold}"
}
=== function emptied(n)
{n > 0:
  ~ emptied(n - 1)
- else:
  ~ bag = ()
}
=== function divided(n)
{n > 0:
  ~ return divided(n - 1)
}
~ return 12 / (gold - 2)
=== function endless(n)
{n > 3:
  ~ return endless(n)
}
{n > 0:
  ~ return endless(n - 1)
}
~ return 0
=== function drawn(n)
{n > 0:
  ~ return drawn(n - 1) + 1
}
~ return RANDOM(1, 3)
=== function at_least(die, n)
{n > 0:
  ~ return at_least(die, n - 1)
}
~ return die > 3
=== function marked(n)
{n > 0:
  ~ marked(n - 1)
- else:
  {gold > 4:
    # ending: marked
  }
}
"""

ROUTES = {
    "a function of a number": "{fib(gold) > 3: -> hub.again}\n- (again)",
    "a function of a list": "{sum(bag) > 3: much}\n{sum(bag) == 6: -> END}",
    "one that changes a variable": "~ pay(food)\n~ pay(gold)",
    "one that changes what it is given": "~ alter(gold, 3)\n~ alter(food, gold)",
    "one that hands variables on": "~ gold = both(food)",
    "one that hands a temporary on": "{local(gold) > 2: -> END}",
    "one that tells": "{tell(gold)}{tell(food)}",
    "one that counts its visits": "{turns_to(gold)}\n{turns_to(3)}\n{fib(3)}",
    "one that builds strings": "{said(food): -> END}",
    "one that stores a string": '~ renamed(food)\n{name == "4": -> END}',
    "one that empties a list": "{food > 2:\n~ emptied(2)\n}\n{LIST_ALL(bag) == (): -> END}",
    "one that may fail": "{divided(food)}",
    "one that may hang": "{endless(gold) + endless(food)}",
    "one that draws": "~ gold = drawn(food)",
    "one that is given a die": "~ temp die = RANDOM(1, 6)\n{at_least(die, food): -> END}",
    "one that names an ending": "{marked(food)}",
    "one within another": "{fib(sum(bag)) + fib(local(gold)) > 8: -> END}",
    "one in a choice's condition": "+ {fib(gold) > 2} [more]\n  -> hub\n-",
    "one in a choice's text": "+ [more {fib(gold)} {said(2)}]\n  -> hub\n-",
    "one in a string": '{"{fib(gold)}" == "3": -> END}',
    "one after the flow is done": "<- spun\n",
}
NEVER_KEPT = {
    "one that draws",
    "one that is given a die",
    "one that names an ending",  # tags can't be followed
    "one in a string",
}
SPUN = """
=== spun
{fib(gold)} said.
-> DONE
"""


def program_of(source: str) -> Program:
    story, found = ours.compiled(source)
    assert story is not None, found
    return lower(story)


def kept(explorer: Explorer) -> int:
    """How many entries its workers have."""
    tables = [int(word) for word in explorer.tables]
    if not tables[P.T_CALLS]:
        return 0
    head = tables[P.T_CALL_HEAD]
    stride, at = tables[head + C.H_STRIDE], tables[head + C.H_ENTRIES]
    ends = [at + stride * entry for entry in range(tables[head + C.H_MASK] + 1)]
    return sum(int(worker.row[end + C.N_PC]) != 0 for worker in explorer.workers for end in ends)


def explored(program: Program, compiled: bool, **options: Any) -> tuple[list[Any], Explorer]:
    limits = Limits(states=STATES, steps=options.pop("steps", 20_000))
    explorer = Explorer(program, limits=limits, compiled=compiled, **options)
    found = explorer.run()
    graph = found.graph
    told = [drawn(graph), graph.edge_words.tolist(), graph.outcomes, found.stopped]
    told += [
        explorer.store.used("codes").tolist(),
        explorer.executed(),
        explorer.warnings,
        explorer.store.used("asked").tolist(),
    ]
    return told, explorer


def same(source: str, compiled: bool, **options: Any) -> int:
    """Assert that keeping calls changes nothing; gives how many were kept."""
    fast, explorer = explored(program_of(source), compiled, **options)
    slow, _ = explored(program_of(source), compiled, calls=False, **options)
    for one, two in zip(fast, slow, strict=True):
        assert one == two
    return kept(explorer)


both_hosts = pytest.mark.parametrize("compiled", [False, True], ids=["python", "compiled"])


@both_hosts
@pytest.mark.parametrize("route", ROUTES)
def test_what_is_found_does_not_depend_on_calls_that_are_kept(route: str, compiled: bool) -> None:
    source = HUB.replace("ROUTE", ROUTES[route]) + FUNCTIONS + SPUN
    count = same(source, compiled, steps=20_000 if route != "one that may hang" else 3000)
    assert (count == 0) == (route in NEVER_KEPT)


@both_hosts
def test_steps_are_counted_whether_a_call_is_made_or_not(compiled: bool) -> None:
    source = HUB.replace("ROUTE", "{fib(gold)}{fib(gold)}{tell(food)}") + FUNCTIONS
    for steps in range(60, 400, 49):
        same(source, compiled, steps=steps)


@both_hosts
def test_rows_that_are_too_narrow_are_widened_the_same(compiled: bool) -> None:
    deep = """
VAR n = 0
-> hub
=== hub
{down(n) > 390: -> END}
+ [more]
  ~ n = (n + 37) % 401
  -> hub
+ [most]
  ~ n = (n + 390) % 401
  -> hub
=== function down(k)
{k > 0:
  ~ return 1 + down(k - 1)
}
~ return 0
"""
    assert same(deep, compiled) > 0


@pytest.mark.parametrize("asked", ["down(n)", "below(n)"])
def test_what_is_too_deep_is_too_deep_though_most_of_it_is_known(asked: str) -> None:
    source = f"""
VAR n = 0
-> hub
=== hub
{{{asked}}}
+ [more]
  ~ n = n + 30
  -> hub
=== function down(k)
{{k > 0:
  ~ return 1 + down(k - 1)
}}
~ return 0
=== function below(k)
{{k > 0:
  ~ return below(k - 1)
}}
~ temp deep = down(20000)
~ return deep + down(1)
"""
    told, explorer = explored(program_of(source), True, steps=10_000_000)
    slow, _ = explored(program_of(source), True, calls=False, steps=10_000_000)
    assert told == slow
    assert len(told[2]) == 1  # the row is too narrow for ever
    assert kept(explorer) > 0


@both_hosts
def test_text_of_a_function_counts_where_the_flow_was_done_before(compiled: bool) -> None:
    source = """
-> hub
=== hub
{tell(2)}
+ [on] -> hub
+ [off] -> off
=== off
<- offered
-> DONE
=== offered
* -> fall
=== fall
{tell(2)}
=== function tell(n)
{n > 0:
  A word.
  ~ tell(n - 1)
}
"""
    told, explorer = explored(program_of(source), compiled)
    assert told == explored(program_of(source), compiled, calls=False)[0]
    codes = explorer.store.used("codes").tolist()
    assert [decode(code).fault for code in codes[::2]] == [P.F_RAN_OUT]
    assert kept(explorer) > 0


def test_a_function_whose_calls_are_hardly_ever_known_is_left_alone() -> None:
    source = """
VAR n = 0
-> hub
=== hub
{long(n) == -1: -> END}
+ [more]
  ~ n = n + 1
  -> hub
+ [twice]
  ~ n = n + 2
  -> hub
=== function long(k)
~ temp x = k * k
{x > 10: {x > 20: {x > 30: {x > 40: a|b}|c}|d}|e}
~ return x + k
"""
    program = program_of(source)
    told, explorer = explored(program, True)
    assert told == explored(program_of(source), True, calls=False)[0]
    assert len(explorer.pure) == 1
    counts = int(explorer.tables[P.T_CALLS]) + C.A_COUNTS
    assert explorer.workers[0].row[counts] < 0


def test_watched_instructions_are_seen_on_every_edge_that_executes_them() -> None:
    source = HUB.replace("ROUTE", "{fib(gold)}{tell(food)}") + FUNCTIONS
    program = program_of(source)
    at = next(pc for pc in range(program.length) if program.code[pc * 4] == P.OP_ADD)
    texts = [pc for pc in range(program.length) if program.code[pc * 4] == P.OP_TEXT]
    same(source, True, watched=[at, *texts[-3:]])


def test_functions_that_draw_or_end_or_offer_are_not_pure() -> None:
    program = program_of(HUB.replace("ROUTE", "\n".join(ROUTES.values())) + FUNCTIONS + SPUN)
    explorer = Explorer(program, compiled=False)
    names = {program.paths[function.pc].split(".")[0] for function in explorer.pure}
    assert "drawn" not in names
    assert {"fib", "sum", "pay", "both", "local", "tell", "said"} <= names


def test_unreduced_exploring_keeps_no_calls() -> None:
    program = program_of(HUB.replace("ROUTE", "{fib(gold)}") + FUNCTIONS)
    assert find_pure(program, program.code, Explorer(program).liveness)
    assert Explorer(program, reduce=False).pure == []


def read(source: str, compiled: bool, runs: int, **options: Any) -> list[Any]:
    """What random readers meet, by runs so many that all that is kept is used."""
    program = program_of(source)
    kinds = sorted({*program.place_of_pc})
    groups = [kinds.index(place) + 1 for place in program.place_of_pc], [0] * len(program.choices)
    found = sample(
        program, runs, compiled=compiled, groups=groups, most_choices=40, steps=4000, **options
    )
    if found.endless:  # how many runs were made is a matter of time then
        return []
    told = [found.endings, [problem.message for problem in found.problems], found.words]
    return [*told, found.reach.tolist(), found.met.tolist(), found.offered.tolist()]


def read_alike(source: str, compiled: bool, runs: int = 300, **options: Any) -> None:
    """Assert that random readers meet the same where calls are kept and where they are not."""
    fast = read(source, compiled, runs, **options)
    slow = read(source, compiled, runs, calls=False, **options)
    if not fast or not slow:
        return
    for one, two in zip(fast, slow, strict=True):
        assert one == two


@both_hosts
@pytest.mark.parametrize("route", ROUTES)
def test_random_readers_meet_the_same(route: str, compiled: bool) -> None:
    source = HUB.replace("ROUTE", ROUTES[route]) + FUNCTIONS + SPUN
    read_alike(source, compiled, 300 if compiled else 20)


def test_random_readers_meet_the_same_where_lists_are_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sampler, "_LISTS", 0)
    monkeypatch.setattr(sampler, "_PAUSE", 0.0)
    source = """
LIST Things = a, b, c, d, e, f, g
VAR bag = ()
VAR gold = 3
VAR food = 2
VAR name = "ann"
-> hub
=== hub
{sum(bag) > 9: Much.}
{sum(bag) == 8: Eight.}
+ [first]
  ~ bag += LIST_MIN(LIST_INVERT(bag))
+ [last]
  ~ bag += LIST_MAX(LIST_INVERT(bag))
+ [drop]
  ~ bag -= LIST_MAX(bag)
+ [begin]
  ~ bag = LIST_RANDOM(LIST_ALL(a))
* [end] -> END
- -> hub
"""
    read_alike(source + FUNCTIONS, compiled=True, runs=2000)


def generated(seeds: range) -> int:
    """Generated stories agree; gives how many of them kept calls."""
    count = 0
    for seed in seeds:
        for source in (seeded(seed, 60, games=True), wide_seeded(seed, 60)):
            story, _ = ours.compiled(source)
            if story is not None:
                count += same(source, compiled=True) > 0
                read_alike(source, compiled=True, runs=100)
    return count


def test_generated_stories_come_to_the_same() -> None:
    assert generated(range(81_000, 81_008)) > 0


@pytest.mark.long
@pytest.mark.parametrize("block", range(60))
def test_many_generated_stories_come_to_the_same(block: int) -> None:
    generated(range(82_000 + 25 * block, 82_025 + 25 * block))
