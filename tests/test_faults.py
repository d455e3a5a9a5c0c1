"""Every fault a story can run into: ink's sentence, word for word, here and in inkjs.

The sentences are those of inkle's runtime (C#). `REWORDED` in `tests/peers/inkjs.py` names what
inkjs words otherwise; what it does otherwise altogether stands in `ELSEWHERE` with the reason.
"""

from __future__ import annotations

import re
from typing import Final

import pytest

from foretell.container import CompiledStory
from foretell.diagnostics import Diagnostic, render_all
from foretell.vm import faults
from foretell.vm import program as P
from foretell.vm.lower import lower
from foretell.vm.story import Story
from tests import ours
from tests.peers import inkjs
from tests.peers.agreement import first_difference, played_by_inkjs
from tests.spec_pages import show

K: Final = "-> k\n== k\n-> END\n"
NO_TEMP: Final = "-> k\n== k\n{false:\n~ temp v = -> k\n}\n"
INTO: Final = "Tried to divert to a target from a variable, but the variable (v) didn't contain a "
COUNT: Final = "TURNS_SINCE expected a divert target (knot, stitch, label name), but saw "
NOT_FOUND: Final = (
    "Variable not found: 'v'. Using default value of 0 (false). This can happen with temporary "
    "variables if the declaration hasn't yet been hit. Globals are always given a default value on "
    "load if a value doesn't exist in the save state."
)
VOID: Final = (
    "Attempting to perform + on a void value. Did you forget to 'return' a value from a function "
    "you called here?"
)
UNBOUND: Final = (
    "Trying to call EXTERNAL function 'e' which has not been bound, and fallback ink function "
    "could not be found."
)
NO_RANDOM: Final = "Invalid value for {} parameter of RANDOM(min, max)"
CONDITION: Final = (
    "Shouldn't use a divert target (to k) as a conditional value. Did you intend a function call "
    "'likeThis()' or a read count check 'likeThis'? (no arrows)"
)

# fault code: pairs of a story, which is played along its first choices, and the sentence
FAULTS: Final[dict[int, list[tuple[str, str]]]] = {
    P.F_RAN_OUT: [
        ("-> k\n== k\n* x\n  y\n* z -> END\n",
         "ran out of content. Do you need a '-> DONE' or '-> END'?"),
    ],
    P.F_RAN_OUT_TUNNEL: [
        ("-> t ->\n-> END\n== t\nIn.\n{false: ->->}\n",
         "unexpectedly reached end of content. Do you need a '->->' to return from a tunnel?"),
    ],
    P.F_RETURN_MISMATCH: [
        ("-> k\n== k\n->->\n",
         "Found tunnel onwards statement (->->), when expected end of flow (-> END or choice)"),
    ],
    P.F_NOT_A_TARGET: [
        ("VAR v = 3\n-> v\n", INTO + "divert target, it contained '3'."),
        ("VAR v = 0\n-> v\n", INTO + "divert target, it was empty/null (the value 0)."),
        ("VAR v = 0.0\n-> v\n", INTO + "divert target, it contained '0'."),
        ("VAR v = false\n-> v\n", INTO + "divert target, it contained 'false'."),
        ('VAR v = "a"\n-> v\n', INTO + "divert target, it contained 'a'."),
        ("LIST v = (a), (b)\n-> v ->\n", INTO + "divert target, it contained 'a, b'."),
    ],
    P.F_VARIABLE_MISSING: [
        (NO_TEMP + "-> v\n",
         "Tried to divert using a target from a variable that could not be found (v)"),
        (NO_TEMP + "-> v ->\n",
         "Tried to divert using a target from a variable that could not be found (v)"),
    ],
    P.F_OPERATION: [
        ("VAR v = 0\n{1 / v}\n", "Attempted to divide by zero."),
        ("VAR v = 0\n{1 mod v}\n", "Attempted to divide by zero."),
        ("{f() + 1}\n== function f()\n~ return\n",
         VOID),
        ("VAR v = -> k\n{v == 1}\n" + K, "Can't cast 1 from Int to DivertTarget"),
        ("VAR v = -> k\n{v == true}\n" + K, "Can't cast True from Bool to DivertTarget"),
        ('VAR v = -> k\n{v != "a"}\n' + K, "Can't cast a from String to DivertTarget"),
        ("VAR v = -> k\n{v + v}\n" + K, "Cannot perform operation '+' on DivertTarget"),
        ("VAR v = -> k\n{not v}\n" + K, "Cannot perform operation '!' on DivertTarget"),
        ("LIST l = a\nVAR v = -> k\n{v == l}\n" + K,
         "Can not call use '==' operation on DivertTarget and List"),
        ('LIST l = a\nVAR v = "a"\n{l(v)}\n',
         "Passed non-integer when creating a list element from a numerical value."),
        ('VAR v = "a"\n{LIST_RANGE(v, 1, 2)}\n',
         "Expected list, minimum and maximum for LIST_RANGE"),
    ],
    P.F_CONDITION_TARGET: [
        ("VAR v = -> k\n{v: yes}\n" + K, CONDITION),
        ("VAR v = -> k\n* {v} yes\n" + K, CONDITION),
    ],
    P.F_COUNT_TARGET: [
        ("VAR v = 2\n{TURNS_SINCE(v)}\n",
         COUNT + "2. Did you accidentally pass a read count ('knot_name') instead of a target "
         "('-> knot_name')?"),
        ('VAR v = "k"\n{READ_COUNT(v)}\n', COUNT + "k"),
        ("VAR v = true\n{READ_COUNT(v)}\n", COUNT + "true"),
    ],
    P.F_RANDOM_RANGE: [
        ("VAR v = 2\n{RANDOM(v, 1)}\n",
         "RANDOM was called with minimum as 2 and maximum as 1. The maximum must be larger"),
        ("VAR v = 2147483647\n{RANDOM(0, v)}\n",
         "RANDOM was called with a range that exceeds the size that ink numbers can use."),
        ("VAR v = 2147483647\n{RANDOM(v, -2)}\n",
         "RANDOM was called with a range that exceeds the size that ink numbers can use."),
    ],
    P.F_RANDOM_TYPE: [
        ('VAR v = "a"\n{RANDOM(v, 1)}\n', NO_RANDOM.format("minimum")),
        ("VAR v = 1.5\n{RANDOM(1, v)}\n", NO_RANDOM.format("maximum")),
        ("VAR v = true\n{RANDOM(v, v)}\n", NO_RANDOM.format("minimum")),
    ],
    P.F_UNSET_TEMP: [
        (NO_TEMP + "~ v = 2\n-> END\n", "Could not find temporary variable to set: v"),
        (NO_TEMP + "~ f(v)\n-> END\n== function f(ref x)\n~ x = 3\n",
         "Could not find temporary variable to set: v"),
    ],
    P.F_NO_EXTERNAL: [
        ("EXTERNAL e(x)\n{e(1)}\n", UNBOUND),
    ],
    P.F_NOT_LIST: [('VAR v = "a"\n{LIST_RANDOM(v)}\n', "Expected list for LIST_RANDOM")],
    P.F_SEED: [('VAR v = "a"\n~ SEED_RANDOM(v)\n', "Invalid value passed to SEED_RANDOM")],
    P.W_NOT_FOUND: [(NO_TEMP + "{v}\n-> END\n", NOT_FOUND)],
}  # fmt: skip

# what inkjs does in place of ink's sentence: the start of its answer, and why
ELSEWHERE: Final = {
    "Could not find temporary variable to set: v": (
        "inkjs: Could not find temporary variable|inkjs: Cannot read properties of undefined",
        "it stops the host, as ink does, where we end the story",
    ),
    "Expected list for LIST_RANDOM": ("inkjs: list.entries is not a function", "a slip"),
    UNBOUND: (
        "inkjs: story: Error: Missing function binding for external: 'e'",
        "it refuses before the story's first line; so does ink",
    ),
    "RANDOM was called with a range that exceeds the size that ink numbers can use.": (
        "played|RANDOM was called with minimum as",
        "JavaScript's numbers reach further than ink's 32 bits",
    ),
}

# codes that no compiled ink comes to, only JSON that was made or damaged by other hands
DAMAGED: Final = {
    P.F_RAN_OUT_FUNCTION: "a function ends in a return of its own",
    P.F_UNCOUNTED: "the compiler has counted whatever is asked for",
    P.F_NO_DIVERT: "the compiler knows every target",
    P.F_EVAL_EMPTY: "the compiler pushes what it pops",
    P.F_SHUFFLE: "62 elements are the most we handle: ours alone, and told so",
    P.W_NO_CONTAINER: "names are given to containers only",
}

CASES: Final = [(story, words) for pairs in FAULTS.values() for story, words in pairs]


def played(source: str) -> tuple[CompiledStory, list[Diagnostic], str]:
    story, problems = ours.compiled(source)
    assert story is not None, render_all(problems)
    turns = ours.play(Story(story), [0])
    found = [p for turn in turns for p in turn.problems if isinstance(p, Diagnostic)]
    return story, found, show(turns)


def test_every_code_is_played_or_named() -> None:
    codes = {
        value
        for name, value in vars(P).items()
        if re.fullmatch(r"[FW]_[A-Z_]+", name) and isinstance(value, int)
    }
    assert codes == FAULTS.keys() | DAMAGED.keys()
    assert not FAULTS.keys() & DAMAGED.keys()


@pytest.mark.parametrize(("code", "pairs"), FAULTS.items())
def test_a_fault_has_inks_sentence_and_its_line(code: int, pairs: list[tuple[str, str]]) -> None:
    for source, words in pairs:
        _, problems, _ = played(source)
        assert [problem.message for problem in problems] == [words]
        assert problems[0].severity == ("warning" if code >= P.W_NOT_FOUND else "error")
        assert problems[0].span is not None


@pytest.mark.parametrize("code", DAMAGED)
def test_a_code_that_ink_does_not_come_to_has_words_all_the_same(code: int) -> None:
    program = lower(ours.compiled("{1}\n")[0] or pytest.fail("does not compile"))
    value = program.values.string_value("x")
    said = faults.describe_at(program, code, value, 0)
    assert said.message
    assert not said.message.startswith("fault ")


@pytest.mark.peer
@pytest.mark.parametrize(("source", "words"), CASES)
def test_a_fault_reads_as_in_inkjs(source: str, words: str, oracle: inkjs.Inkjs) -> None:
    _, _, mine = played(source)
    theirs = oracle.compile(source)
    run = oracle.play(theirs, [0])
    if words in ELSEWHERE:
        shown = show(played_by_inkjs(run))
        answer = f"inkjs: {run.crash}" if run.crash else shown.removeprefix("! error: ")
        if not run.crash and "! error" not in shown:
            answer = "played"
        assert any(answer.startswith(start) for start in ELSEWHERE[words][0].split("|")), answer
        return
    assert first_difference(mine, show(played_by_inkjs(run))) is None


@pytest.mark.peer
def test_every_operator_refuses_every_type_as_in_inkjs(oracle: inkjs.Inkjs) -> None:
    """One story an operator and pair of types: the value or the refusal is the same."""
    values = {"s": '"a"', "i": "2", "b": "true", "f": "1.5", "t": "-> k"}
    declared = "".join(f"VAR {name} = {value}\n" for name, value in values.items())
    declared += "LIST l = (one), two\n"
    names = [*values, "l"]
    tested = 0
    binary = "+ - * / % == != < > <= >= && or ? !? ^ MIN MAX POW".split()
    unary = "- not FLOOR CEILING INT FLOAT LIST_MIN LIST_MAX LIST_ALL LIST_COUNT LIST_VALUE".split()
    asked = [
        f"{{{op}({x}, {y})}}" if op.isupper() else f"{{{x} {op} {y}}}"
        for op in binary for x in names for y in names
    ]  # fmt: skip
    asked += [f"{{{op} {x}}}" if op in ("-", "not") else f"{{{op}({x})}}"
              for op in [*unary, "LIST_INVERT"] for x in names]  # fmt: skip
    # many in one story, each behind a choice: thousands of small stories take a minute
    for first in range(0, len(asked), 100):
        some = asked[first : first + 100]
        source = declared + "".join(f"+ [{n}] {text}\n" for n, text in enumerate(some)) + "- " + K
        theirs = oracle.compile(source)
        story, problems = ours.compiled(source)
        assert story is not None, render_all(problems)
        assert theirs.json is not None, theirs.errors
        program = lower(story)
        for n, text in enumerate(some):
            run = oracle.play(theirs, [n])
            mine = ours.play(Story(program), [n])
            if run.crash:  # it stops the host, as ink does, where we end the story
                said = [problem.message for turn in mine for problem in turn.problems]
                assert said == [run.crash], text
                continue
            difference = first_difference(show(mine), show(played_by_inkjs(run)))
            assert difference is None, f"{text}\n{difference}"
            tested += 1
    assert len(asked) > 700
    assert len(asked) - tested < 10
