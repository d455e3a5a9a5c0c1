"""Claims decided on stories small enough to know: each kind holding, failing, and unknown."""

from __future__ import annotations

import pytest

from foretell.checker.analysis import analyse
from foretell.checker.claims import Verdict, decide_one, percent
from foretell.checker.exploring.explore import Limits
from foretell.checker.questions import ask_story
from foretell.compiler import compile_ink
from foretell.config import Reader, Weight, parse_claim
from foretell.vm.story import Story

# Heads or tails three times; pot counts heads. A patient reader may wait for ever.
COINS = """
VAR pot = 0
VAR tosses = 0
-> table
=== table ===
Table.
+ (toss) [Toss. # bold] -> coin
+ (wait) [Wait.] -> table
=== coin ===
~ tosses += 1
{ RANDOM(1, 2) == 1:
    ~ pot += 1
}
{ tosses == 3:
    -> done
}
-> table
=== done ===
# ending: done
Done. -> END
=== function rich() ===
~ return pot == 3
"""
# A well that is never empty: depth grows without end.
WELL = """
VAR depth = 0
-> well
=== well ===
Well.
+ [Down.]
    ~ depth += 1
    {depth} -> well
+ {depth < 99999} [Up.] -> END
"""
READERS = {
    "bold": Reader("bold", (Weight(1.0, tag="bold"), Weight(0.0, text="Wait"))),
    "shy": Reader("shy", (Weight(0.0, tag="bold"),)),
}


def decided(source: str, claim: str, *, states: int = 10_000) -> Verdict:
    done = compile_ink(source)
    assert done.story is not None, done.diagnostics
    asked = parse_claim(claim)
    questions = ask_story(done.story, asked.expressions)
    analysis = analyse(
        questions.program, asked=questions.pcs, limits=Limits(states=states), compiled=False
    )
    verdict = decide_one(
        asked, analysis.exploration, questions, readers=READERS, problems=analysis.problems
    )
    if verdict.path is not None:  # whatever it says, its witness replays
        Story(questions.program).play(verdict.path)
    return verdict


@pytest.mark.parametrize(
    ("claim", "verdict", "path"),
    [
        ("never pot > tosses", "holds", None),
        ("never rich()", "fails", "0@1/0@1/0@1"),
        ("never pot == 2 and tosses == 2", "fails", "0@1/0@1"),
        ("always pot <= 3", "holds", None),
        ('always ending == "" or pot > 0', "fails", "0@2/0@2/0@2"),
        ("possible rich()", "holds", "0@1/0@1/0@1"),
        ("possible pot == 4", "fails", None),
        ("possible here == \"table\" && tosses == 2", "holds", "0@1/0@1"),
        ("inevitable tosses >= 0", "holds", None),
        ('inevitable ending != ""', "fails", ""),
        ("inevitable rich()", "fails", "0@1/0@1/0@2"),
        ("after tosses == 3 then ending == \"done\"", "holds", None),
        ("after pot == 4 then tosses == 9", "holds", None),
        ("after tosses == 1 then tosses == 2", "fails", "0@1"),
        ("after tosses == 3 then pot == 3", "fails", "0@1/0@1/0@2"),
        ("sound", "holds", None),
    ],
)  # fmt: skip
def test_a_verdict_comes_with_its_shortest_witness(
    claim: str, verdict: str, path: str | None
) -> None:
    found = decided(COINS, claim)
    assert (found.verdict, found.path) == (verdict, path)


def test_going_round_for_ever_is_a_path_and_a_loop() -> None:
    found = decided(COINS, 'inevitable ending != ""')
    assert (found.path, found.loop) == ("", "1")
    found = decided(COINS, "after tosses == 1 then tosses == 2")
    assert (found.path, found.loop) == ("0@1", "1")


def test_the_values_that_break_a_claim_are_told() -> None:
    found = decided(COINS, "never rich() && coin > 2")
    assert found.values == {"pot": "3", "coin": "3", "ending": "done"}
    assert "pot = 3" in found.reason


@pytest.mark.parametrize(
    ("claim", "verdict", "odds"),
    [
        ("odds rich() at least 0.125", "holds", 0.125),
        ("odds rich() at least 0.126", "fails", 0.125),
        ("odds rich() at most 0.125", "holds", 0.125),
        ("odds rich() at most 0.124", "fails", 0.125),
        ("odds pot == 2 at least 0.4 and at most 0.6", "holds", 0.5),
        ("odds pot == 2 at least 0.6 and at most 0.7", "fails", 0.5),
        ("odds rich() at least 0.1 for reader bold", "holds", 0.125),
        ("odds rich() at most 0 for reader shy", "holds", 0.0),
        ("odds rich() at least 12.5 % for reader best", "holds", 0.125),
        ("odds rich() at most 0 for reader worst", "holds", 0.0),
        ("odds tosses == 0 at least 1", "holds", 1.0),
        ("odds pot == 7 at least 0.001", "fails", 0.0),
    ],
)
def test_odds_have_their_closed_form(claim: str, verdict: str, odds: float) -> None:
    found = decided(COINS, claim)
    assert found.verdict == verdict
    assert found.odds is not None
    assert found.odds.low == pytest.approx(odds, abs=1e-12)
    assert found.odds.high == pytest.approx(odds, abs=1e-12)


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("never depth < 0", "unknown"),
        ("always depth >= 0", "unknown"),
        ("possible depth < 0", "unknown"),
        ("inevitable depth > 1000", "fails"),  # one may climb out at once
        ("inevitable depth < 0 or depth > 1000 or ending != \"\"", "unknown"),
        ("inevitable depth > 3 or ending != \"\"", "holds"),  # however deep it goes on
        ("after depth == 2 then depth > 1000 or ending != \"\"", "unknown"),
        ("after depth == 2 then depth == 3", "fails"),
        ("odds depth > 1000 at most 0.5", "holds"),  # half climb out at once
        ("odds depth > 1000 at most 0", "unknown"),
        ("never depth == 5", "fails"),
        ("always depth < 5", "fails"),
        ("possible depth == 5", "holds"),
        ("sound", "unknown"),
    ],
)  # fmt: skip
def test_a_bound_never_makes_a_claim_hold_that_it_does_not_prove(claim: str, verdict: str) -> None:
    found = decided(WELL, claim, states=30)
    assert found.verdict == verdict
    assert found.bound == "states"
    if verdict == "unknown" and found.odds is None:
        assert "limit on states" in found.why


def test_an_expression_that_fails_somewhere_is_told_with_the_way_there() -> None:
    source = 'VAR x = 1\nHello.\n* [on]\n  ~ x = "a"\n  There.\n  * * [end] -> END\n'
    found = decided(source, "never x * 2 == 7")
    assert (found.verdict, found.path) == ("fails", "0")
    assert "can't be told" in found.why


def test_a_divert_target_is_neither_true_nor_false() -> None:
    source = "VAR to = -> end\n* [on] -> to\n=== end\nEnd. -> END\n"
    assert decided(source, "never to").verdict == "fails"
    assert decided(source, "always to == -> end").verdict == "holds"


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("* [on] There.\n  ~ temp x = 1 / 0\n  {x} -> END\n", "zero"),
        ("VAR x = 1\n* [on] -> END\n* {x > 1} [no] -> END\n", "ever offered"),
        ("-> a\n=== a\n+ [round] -> b\n* [out] -> END\n=== b\n+ [again] -> b\n", "for ever"),
    ],
)
def test_a_story_with_something_wrong_is_not_sound(source: str, what: str) -> None:
    found = decided(source, "sound")
    assert found.verdict == "fails"
    assert what in found.why


@pytest.mark.parametrize(
    ("x", "shown"),
    [
        (0.0, "0 %"),
        (1.0, "100 %"),
        (0.5, "50.0 %"),
        (0.00086, "0.086 %"),
        (0.0000012, "0.00012 %"),
        (0.0042, "0.42 %"),
        (0.9958, "99.58 %"),
        (0.9999964, "99.99964 %"),
    ],
)
def test_odds_look_certain_only_where_they_are(x: float, shown: str) -> None:
    assert percent(x) == shown
