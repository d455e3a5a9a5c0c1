"""Functions with `ref` parameters: laid out once for each variable, and nobody can tell."""

from __future__ import annotations

import itertools
import random

import pytest

from foretell import ink_json
from foretell.checker.analysis import analyse
from foretell.checker.simulation.simulate import sample
from foretell.checker.why import explain
from foretell.loading import compile_text
from foretell.vm import lower as lowering
from foretell.vm import program as P
from foretell.vm.lower import lower
from foretell.vm.program import Program
from foretell.vm.story import Story
from tests import ours
from tests.generate_ink import seeded
from tests.generate_wide import wide_seeded
from tests.spec_pages import show
from tests.test_claims import decided
from tests.test_explore import agree

START = """
VAR gold = 3
VAR food = 2
VAR luck = 0
VAR days = 0
LIST Things = lamp, rope
VAR bag = (lamp)
-> hub
=== hub
~ days = days + 1
{days > 4: -> over}
+ [work]
  ROUTE
  -> hub
+ [rest]
  ~ food -= 1
  -> hub
* {gold > 4} [buy] -> END
=== over
{gold > food: -> rich | -> poor}
=== rich
-> END
=== poor
-> END
"""

FUNCTIONS = """
=== function alter(ref x, k)
~ x = x + k
{ x < 0:
  ~ x = 0
}
{x > 5:
  ~ x = 5
}
=== function hand(ref x)
~ alter(x, 2)
=== function down(ref x, n)
{n > 0:
  ~ x = x + 1
  ~ down(x, n - 1)
}
=== function swap(ref a, ref b)
~ temp t = a
~ a = b
~ b = t
=== function both(ref a, ref b)
~ a = a + 1
~ b = b * 2
=== function tell(ref x)
{&You have {x}.|Still {x}.}
~ x = x + 1
=== function chance(ref x)
~ x = x + RANDOM(1, 3)
{shuffle:
- ~ x = x - 1
- ~ x = x + 0
}
=== function early(ref x)
{ x > 3:
  ~ return 0
}
~ x = x + 1
~ return x
=== function drop(ref l)
~ l = ()
=== function gold_too(ref x)
~ x = x + gold
=== function twice(ref x)
~ temp y = x
~ alter(y, 1)
~ x = y
=== function again(ref x)
~ x = x + 1
{ x < 3:
  ~ again(food)
}
=== function split(ref x)
~ x = 6 / x
=== put(ref x)
+ [one]
  ~ x = x + 1
+ [two]
  ~ hand(x)
- ->->
=== spun(ref x)
~ hand(x)
-> DONE
"""

ROUTES = {
    "one variable and another": "~ alter(gold, 1)\n~ alter(food, -1)",
    "the same variable with other numbers": "~ alter(gold, 2)\n~ alter(gold, -food)",
    "handed on": "~ hand(gold)\n~ hand(food)",
    "handed on to itself": "~ down(gold, 2)\n~ down(food, 1)",
    "handed on to itself, but another": "~ again(gold)",
    "two at once": "~ swap(gold, food)",
    "one for two parameters": "~ both(gold, gold)\n~ both(food, gold)",
    "a text, that counts itself": "{tell(gold)} {tell(food)}",
    "a text in a string": '{"{tell(gold)}" == "Still 4.": -> over}',
    "a chance": "~ chance(gold)",
    "a result": "~ luck = early(gold) + early(food)",
    "a result as an argument": "~ alter(gold, early(food))",
    "a list that is emptied": "~ drop(bag)\n{LIST_COUNT(LIST_ALL(bag)) > 1: -> over}",
    "one that is read beside its parameter": "~ gold_too(food)\n~ gold_too(gold)",
    "a temporary": "~ temp t = gold\n~ alter(t, 1)\n~ gold = t\n~ alter(food, 1)",
    "a temporary inside": "~ twice(gold)\n~ twice(food)",
    "a tunnel's": "-> put(gold) ->\n-> put(food) ->",
    "a thread's": "<- spun(gold)",
    "an error, of one and of another": """{days > 2:
~ split(food)
- else:
~ split(luck)
}""",
    "in a condition": "{early(gold) > early(food): -> over}",
}


def program_of(source: str) -> Program:
    story, problems = ours.compiled(source)
    assert story is not None, problems
    return lower(story)


def uncopied(source: str, monkeypatch: pytest.MonkeyPatch) -> Program:
    """The program as it is without any copies."""
    with monkeypatch.context() as patch:
        patch.setattr(lowering, "tell_references_apart", lambda *_: {})
        return program_of(source)


def copies_of(program: Program, name: str) -> list[int]:
    """Where the copies of a function begin."""
    return [
        copy for copy, original in program.copied.items() if original == begin_of(program, name)
    ]


def begin_of(program: Program, name: str) -> int:
    target = program.tables[P.T_TARGETS] + program.target_of_path[name] * P.TARGET_SIZE
    return program.tables[target + P.TARGET_PC]


@pytest.mark.parametrize("route", ROUTES.values(), ids=ROUTES)
def test_nobody_can_tell_which_function_was_called(
    route: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = START.replace("ROUTE", route.replace("\n", "\n  ")) + FUNCTIONS
    program, plain = program_of(source), uncopied(source, monkeypatch)
    assert not plain.copied
    alike(program, plain)
    reduced, kept = agree(program, most=120, depth=8), agree(plain, most=120, depth=8)
    assert reduced.complete
    assert kept.complete
    # the same error in two copies is two ends
    assert reduced.graph.n <= kept.graph.n + ("split" in route)
    mine, theirs = (analyse(p, compiled=False) for p in (program, plain))
    assert [(e.name, e.uniform.low) for e in mine.endings] == [
        (e.name, pytest.approx(e.uniform.low)) for e in theirs.endings
    ]
    found = [sorted((p.code, str(p.span)) for p in each.problems) for each in (mine, theirs)]
    assert found[0] == found[1]


def alike(one: Program, other: Program, readers: int = 6) -> None:
    """Assert that random readers of both read the same."""
    for seed in range(readers):
        stories = [Story(program, seed=seed, step_budget=20_000) for program in (one, other)]
        chance = random.Random(seed)
        picks: list[int] = []
        for _ in range(9):
            offered = [choice.text for choice in stories[0].choices]
            assert offered == [choice.text for choice in stories[1].choices]
            if not offered:
                break
            picks.append(chance.randrange(len(offered)))
            for story in stories:
                story.choose(picks[-1])
        mine, theirs = (
            ours.play(Story(program, seed=seed, step_budget=20_000), picks)
            for program in (one, other)
        )
        assert show(mine) == show(theirs)


def test_generated_programs_play_alike_with_and_without_copies(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copied = 0
    for seed in range(70):
        source = seeded(seed) if seed % 2 else wide_seeded(seed)
        story = compile_text(source).story
        if story is None:
            continue
        program, plain = program_of(source), uncopied(source, monkeypatch)
        copied += bool(program.copied)
        if program.copied:
            alike(program, plain, readers=3)
    assert copied > 5


# What is copied ----------------------------------------------------------------------------------


def test_a_copy_says_what_its_parameter_is() -> None:
    source = START.replace("ROUTE", "~ alter(gold, 1)\n  ~ alter(food, 1)\n  ~ alter(gold, 2)")
    program = program_of(source + FUNCTIONS)
    begins = copies_of(program, "alter")
    assert len(begins) == 2
    code = program.code
    for begin, name in zip(begins, ("gold", "food"), strict=True):
        end = next((b for b in begins if b > begin), program.length)
        slot = program.global_names.index(name)
        ops = (P.OP_LOAD_GLOBAL, P.OP_STORE_GLOBAL)
        named = {code[pc * 4 + 1] for pc in range(begin, end) if code[pc * 4] in ops}
        assert named == {slot}
        assert all(code[pc * 4] != P.OP_STORE_TEMP for pc in range(begin, end))


def test_what_is_copied_is_a_function_and_no_copy() -> None:
    source = START.replace("ROUTE", "~ first(gold)\n  ~ first(food)") + FUNCTIONS
    source += "=== function first(ref x)\n~ alter(luck, 1)\n~ both(luck, x)\n"
    program = program_of(source)
    assert not program.copied.keys() & set(program.copied.values())
    assert len(copies_of(program, "both")) == 1 + 2  # of luck, then of each with luck
    agree(program, most=120, depth=8)


def test_a_copy_stands_where_its_function_does() -> None:
    program = program_of(START.replace("ROUTE", "~ alter(gold, 1)") + FUNCTIONS)
    (begin,) = copies_of(program, "alter")
    original = begin_of(program, "alter")
    assert program.spans[begin] == program.spans[original]
    assert program.place_of_pc[begin] == program.place_of_pc[original]
    scopes = program.scope_of_pc
    assert scopes[begin] != scopes[original]
    assert program.scope_temps[scopes[begin]] == program.scope_temps[scopes[original]]


@pytest.mark.parametrize(
    "route",
    [
        "~ temp t = 1\n  ~ alter(t, 1)",
        "-> put(gold) ->",
        "<- spun(gold)\n  -> DONE",
    ],
)
def test_a_temporary_a_tunnel_and_a_thread_have_no_copies(route: str) -> None:
    functions = FUNCTIONS.replace("~ hand(x)", "~ x = x + 2").replace("again(food)", "again(x)")
    assert not program_of(START.replace("ROUTE", route) + functions).copied


def test_copies_are_at_most_as_long_as_the_story() -> None:
    names = [f"v{n}" for n in range(300)]
    source = "".join(f"VAR {name} = 0\n" for name in names) + "-> a\n=== a\n"
    source += "".join(f"~ f({name}, {other})\n" for name, other in itertools.pairwise(names))
    source += "-> END\n=== function f(ref x, ref y)\n" + "~ x = x + y\n" * 50
    program = program_of(source)
    assert program.copied
    assert program.length <= 2 * min(program.copied)


def test_a_variable_that_holds_a_pointer_has_no_copies() -> None:
    """No compiler writes that: what it points to is read by way of it."""
    source = START.replace("ROUTE", "~ alter(gold, 1)\n  ~ luck = 7") + FUNCTIONS
    story = compile_text(source).usable()
    text = ink_json.dump(story)
    assert lower(ink_json.load(text)).copied
    stored = '7,"/ev",{"VAR=":"luck","re":true}'
    assert stored in text
    pointing = text.replace(stored, '{"^var":"food","ci":0},"/ev",{"VAR=":"luck","re":true}')
    assert not lower(ink_json.load(pointing)).copied


def test_random_readers_are_counted_in_the_functions_themselves() -> None:
    """How many came to a condition is known by instruction, whichever copy they came by."""
    source = START.replace("ROUTE", "~ alter(gold, 1)\n  ~ alter(food, 1)") + FUNCTIONS
    program = program_of(source)
    calls = [at for at in range(0, len(program.code), 4) if program.code[at] == P.OP_CALL]
    assert {program.code[at + 1] for at in calls} & program.copied.keys()
    assert not {program.uncopied[at + 1] for at in calls} & program.copied.keys()
    found = sample(program, 50, compiled=False)
    assert found.reach[begin_of(program, "alter")] > 0
    assert not any(found.reach[copy] for copy in program.copied)


# What comes of it --------------------------------------------------------------------------------

KEPT = """
VAR gold = 0
VAR idle = 0
-> hub
=== hub
+ [work]
  ~ raise(gold)
+ [dream]
  ~ raise(idle)
- {gold > 2: -> END}
-> hub
=== function raise(ref x)
~ x = x + 1
"""


def test_what_is_read_of_one_variable_keeps_no_other_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    found = agree(program_of(KEPT), most=60)
    assert found.complete
    assert found.graph.n == 3 + 1
    assert agree(uncopied(KEPT, monkeypatch), most=60).graph.n > 4


def test_a_function_is_entered_in_any_of_its_copies() -> None:
    source = KEPT.replace("~ x = x + 1", "More.\n~ x = x + 1")
    line = source.splitlines().index("More.") + 1
    story = compile_text(source).usable()
    for target in ("raise", f"story.ink:{line}"):
        assert explain(story, target).path == "0", target
    assert not analyse(lower(story), compiled=False).problems


@pytest.mark.parametrize(
    ("claim", "verdict"), [("never more(gold) > 4", "holds"), ("never more(gold) > 3", "fails")]
)
def test_a_question_calls_the_function_itself(claim: str, verdict: str) -> None:
    source = KEPT + "=== function more(ref x)\n~ x = x + 1\n~ return x\n"
    source = source.replace("~ raise(idle)", "~ idle = more(idle)")
    assert decided(source, claim).verdict == verdict
