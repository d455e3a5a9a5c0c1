"""Expressions asked of a finished story: what names mean, and what is refused with its place."""

from __future__ import annotations

import pytest

from foretell import ink_json
from foretell.checker.exploring.explore import Exploration, Limits, explore
from foretell.checker.graphs.graph import follow
from foretell.checker.questions import Questions, ask_story
from foretell.compiler import StoryNames, compile_expression, compile_ink
from foretell.config import Expression
from foretell.container import COUNT_AT_START, COUNT_VISITS, CompiledStory
from foretell.diagnostics import StoryError
from foretell.vm.story import Story

SOURCE = """
VAR coins = 2
VAR name = "Ann"
LIST Bag = (rope), torch
LIST Box = rope, key
CONST FARE = 3
CONST WHO = "Ben"
-> hall
=== hall ===
Hall.
+ (wait) [Wait.] -> hall.stairs
* (leave) [Leave.] -> END
= stairs
- (landing) Stairs.
+ [Back] -> hall
=== function double(n)
~ return n * 2
=== function throw()
~ return RANDOM(1, 6)
=== function spend()
~ coins -= 1
~ return coins
=== function spend_of(ref purse)
~ purse -= 1
~ return purse
=== function nested()
~ return throw() + 1
=== function proudly()
{once again|again}
~ return coins
"""


def story() -> CompiledStory:
    done = compile_ink(SOURCE, name="hall.ink")
    assert done.story is not None, done.diagnostics
    return done.story


def explored(questions: Questions) -> Exploration:
    """The first hundred states: some counts below grow without end."""
    return explore(questions.program, asked=questions.pcs, limits=Limits(states=100))


def value(text: str, picks: tuple[int, ...] = ()) -> object:
    """An expression's value in the story itself, after some choices."""
    questions = ask_story(story(), [Expression(text)])
    exploration = explored(questions)
    state = follow(exploration.graph, "/".join(map(str, picks)))
    return questions.program.values.to_python(int(exploration.asked[0][state]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("coins", 2),
        ("coins + FARE * 2", 8),
        ("name == WHO", False),
        ('name == "Ann"', True),
        ('"{name} has {coins}"', "Ann has 2"),
        ("Bag ? Bag.rope and not (Bag ? torch)", True),
        ("(torch, key)", ("Bag.torch", "Box.key")),
        ("LIST_COUNT(LIST_ALL(Bag))", 2),
        ("Bag(2)", ("Bag.torch",)),
        ("double(coins) + double(1)", 6),
        ("hall", 1),
        ("hall.stairs + hall.landing + hall.stairs.landing", 0),
        ("hall.wait", 0),
        ("TURNS_SINCE(-> hall.stairs)", -1),
        ("TURNS_SINCE(-> hall)", 0),
        ("READ_COUNT(-> hall)", 1),
        ("turns", 0),
        ("here", "hall"),
        ("ending", ""),
        ("spend_of(coins) + coins", 3),
        ("MAX(coins, 7) mod 4", 3),
    ],
)
def test_an_expression_has_its_value_at_the_start(text: str, expected: object) -> None:
    assert value(text) == expected


def test_counts_turns_and_places_follow_the_story() -> None:
    assert value("hall.wait", (0,)) == 1
    assert value("hall.landing", (0,)) == 1
    assert value("hall.stairs.landing", (0, 0, 0)) == 2
    assert value("TURNS_SINCE(-> hall.stairs)", (0, 0)) == 1
    assert value("turns", (0, 0)) == 2
    assert value("here", (0,)) == "hall.stairs"
    assert value("here", (0, 0)) == "hall"
    assert value("ending", (1,)) == "hall"
    assert value("ending", (0,)) == ""


@pytest.mark.parametrize(
    ("text", "code", "column", "hint"),
    [
        ("coin > 1", "unknown-name", 1, "did you mean `coins`? (hall.ink:2"),
        ("hall.stair", "unknown-name", 1, "did you mean `hall.stairs`?"),
        ("leave", "unknown-name", 1, "did you mean `hall.leave`?"),
        ("1 + duble(2)", "unknown-function", 5, "did you mean `double`?"),
        ("double()", "arguments", 1, ""),
        ("MAX(1)", "arguments", 1, ""),
        ("Bag ? (rop)", "unknown-item", 8, "did you mean `rope`?"),
        ("rope", "ambiguous-item", 1, "write one of `Bag.rope`, `Box.rope`"),
        ("not (coins)", "unknown-item", 6, "a single name in parentheses"),
        ("coins = 3", "syntax", 7, ""),
        ("coins++", "side-effect", 1, ""),
        ("coins >", "syntax", 8, ""),
        ("", "syntax", 1, ""),
        ("RANDOM(1, 6) > 3", "draw", 1, ""),
        ("LIST_RANDOM(Bag)", "draw", 1, ""),
        ("CHOICE_COUNT()", "misplaced-call", 1, ""),
        ("TURNS_SINCE(hall)", "arguments", 1, "write TURNS_SINCE(-> knot)"),
        ("TURNS_SINCE(-> hal)", "unknown-divert", 13, "did you mean `hall`?"),
        ("TURNS", "unknown-name", 1, "to call it write `TURNS()`"),
        ("not Bag ? torch", "not-has", 1, "write not (a ? b)"),
        ("(" * 200 + "1" + ")" * 200, "too-deep", 1, ""),
    ],
)
def test_a_mistake_is_told_with_its_column(text: str, code: str, column: int, hint: str) -> None:
    content, found = compile_expression(text, StoryNames(story()))
    assert content is None
    assert found[0].code == code
    assert found[0].span is not None
    if code != "too-deep":
        assert found[0].span.column == column
    assert found[0].hint.startswith(hint)


@pytest.mark.parametrize(
    ("text", "code", "column", "hint"),
    [
        ('ending == "hal"', "unknown-ending", 11, "did you mean `hall`?"),
        ('coins > 1 && "lefd" != ending', "unknown-ending", 14, "did you mean `left`?"),
        ('(ending == "zzz") == false', "unknown-ending", 12, "its name is its tag"),
        ('here == "hall.stars" or true', "unknown-place", 9, "did you mean `hall.stairs`?"),
        ('not (here != "hall.landing")', "unknown-place", 14, ""),
    ],
)
def test_comparing_with_an_ending_or_place_that_is_none_is_a_mistake(
    text: str, code: str, column: int, hint: str
) -> None:
    names = StoryNames(story(), endings=[("rich", "coins > 3")], tagged={"left"})
    content, (found,) = compile_expression(text, names)
    assert content is None
    assert found.code == code
    assert found.span is not None
    assert found.span.column == column
    assert found.hint.startswith(hint)
    for good in ('ending == "rich"', 'ending != "left"', 'ending == ""', 'ending == "hall.stairs"'):
        assert compile_expression(good, names)[1] == []
    for good in ('here == "hall"', 'here != ""', 'ending == "the end"'):
        assert compile_expression(good, names)[1] == []


def test_a_claim_of_an_ending_knows_the_names_that_tags_give() -> None:
    told = compile_ink("* [a] # ending: no\n-> END\n* [b]\nB. # ending: gone\n-> END\n").story
    assert told is not None
    ask_story(told, [Expression('ending == "gone"')])
    with pytest.raises(StoryError) as caught:
        ask_story(told, [Expression('ending == "gon"')])
    assert caught.value.diagnostics[0].hint == "did you mean `gone`?"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("throw() > 3", "draws a random number"),
        ("nested() > 3", "draws a random number"),
        ("spend() > 0", "changes a variable"),
        ("hall()", "offers a choice"),
    ],
)
def test_what_a_called_function_may_not_do_is_told_with_its_place(text: str, what: str) -> None:
    with pytest.raises(StoryError) as caught:
        ask_story(story(), [Expression(text)])
    problem = caught.value.diagnostics[0]
    assert problem.code == "side-effect"
    assert what in problem.message
    assert "hall.ink:" in problem.hint


def test_asking_twice_changes_nothing() -> None:
    texts = ["proudly()", "spend_of(coins)", "proudly() + spend_of(coins)", "coins"]
    questions = ask_story(story(), [Expression(text) for text in texts])
    exploration = explored(questions)
    for position, expected in enumerate((2, 1, 3, 2)):
        values = {int(v) for v in exploration.asked[position] if v >= 0}
        assert values == {expected}


def test_what_asking_executes_counts_as_seen_by_nobody() -> None:
    questions = ask_story(story(), [Expression("double(2)")])
    program = questions.program
    exploration = explored(questions)
    inside = [pc for pc in range(program.length) if program.paths[pc].startswith("double")]
    assert inside and not any(exploration.seen[pc] for pc in inside)


def test_counting_what_is_asked_changes_nothing_a_reader_sees() -> None:
    plain = Story(story())
    asked = story()
    ask_story(asked, [Expression("hall.wait + hall.leave + hall.landing + hall.stairs")])
    flags = asked.labels["hall.landing"].flags
    assert flags & COUNT_VISITS and flags & COUNT_AT_START
    counted = Story(asked)
    for pick in (0, 0, 0, 0, 1):
        assert counted.turn.text == plain.turn.text
        assert [c.text for c in counted.choices] == [c.text for c in plain.choices]
        plain.choose(pick)
        counted.choose(pick)
    assert counted.ending == plain.ending


def test_a_story_that_came_as_json_can_be_asked() -> None:
    read = ink_json.load(ink_json.dump(story()))
    questions = ask_story(read, [Expression('double(coins) == 4 and here == "hall"')])
    exploration = explored(questions)
    assert questions.holds(exploration, 'double(coins) == 4 and here == "hall"')[0]
    _, found = compile_expression("FARE", StoryNames(read))
    assert found[0].code == "unknown-name"


def test_a_storys_own_name_goes_before_the_added_words() -> None:
    done = compile_ink("VAR here = 7\nHello.\n* [on] -> END\n")
    assert done.story is not None
    questions = ask_story(done.story, [Expression("here == 7")])
    exploration = explored(questions)
    assert questions.holds(exploration, "here == 7").all()


def test_constants_of_a_compilation_can_be_replaced() -> None:
    done = compile_ink(SOURCE, constants={"FARE": 30, "WHO": "Ann"})
    assert done.story is not None
    assert done.story.constants == {"FARE": 30, "WHO": "Ann"}
    questions = ask_story(done.story, [Expression("FARE == 30 and name == WHO")])
    exploration = explored(questions)
    assert questions.holds(exploration, "FARE == 30 and name == WHO").all()
