"""Generated programs: the same JSON and the same playthroughs as inkjs.

What fails can be had again: `python -m tests.generate_ink --seed N`, or `generate_wide`. Whole
batches of other seeds: `python -m tests.compare_generated`.
"""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from foretell.vm.story import Story
from tests import ours
from tests.compare_generated import Tally, agree
from tests.generate_ink import programs, seeded
from tests.generate_wide import wide, wide_seeded
from tests.peers.agreement import played_by_inkjs
from tests.peers.inkjs import Inkjs
from tests.spec_pages import Played, show

pytestmark = pytest.mark.peer


@pytest.mark.parametrize("seed", range(60))
def test_a_seeded_program_is_as_in_inkjs(seed: int, oracle: Inkjs) -> None:
    agree(oracle, seeded(seed), 3)


def test_seeded_programs_of_the_wider_grammar_are_as_in_inkjs(oracle: Inkjs) -> None:
    """Most of them compile, many run into an error, and all is the same."""
    tally = Tally()
    for seed in range(50):
        agree(oracle, wide_seeded(seed), 2, tally)
    assert tally.programs - tally.refused > 40
    assert tally.problems > 5
    assert tally.turns > 120


@settings(max_examples=40, phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink])
@given(source=programs(size=15))
def test_any_program_is_as_in_inkjs(source: str, oracle: Inkjs) -> None:
    agree(oracle, source, 2)


@settings(max_examples=25, phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink])
@given(choices=st.data())
def test_any_program_of_the_wider_grammar_is_as_in_inkjs(
    choices: st.DataObject, oracle: Inkjs
) -> None:
    agree(oracle, wide(lambda n: choices.draw(st.integers(0, n - 1)), 12), 2)


@pytest.mark.long
@pytest.mark.parametrize("block", range(40))
def test_thousands_of_programs_are_as_in_inkjs(block: int, oracle: Inkjs) -> None:
    failed: list[str] = []
    for seed in range(1000 + block * 100, 1000 + block * 100 + 100):
        try:
            agree(oracle, seeded(seed) if block % 2 else wide_seeded(seed), 4)
        except AssertionError as error:
            failed.append(f"seed {seed}: {error}")
    assert not failed, "\n\n".join(failed)


def test_a_draw_is_shown_in_the_transcript_of_both(oracle: Inkjs) -> None:
    """The comparison can fail: other draws give another transcript."""
    source = "{RANDOM(1, 6)} {~a|b}\n* x\n- {LIST_RANDOM(l)}\nLIST l = (p), (q)\n"
    compiled = oracle.compile(source)
    shown: set[str] = set()
    for draws in ([1, 0, 0], [6, 1, 1]):
        run = oracle.play(compiled, [0], draws=draws)
        story, _ = ours.compiled(source)
        assert story is not None
        mine: list[Played] = ours.play(Story(story, draws=draws), [0])
        assert show(mine) == show(played_by_inkjs(run))
        assert [list(turn.draws) for turn in mine] == [draws[:2], draws[2:]]
        shown.add(show(mine))
    assert len(shown) == 2


def test_a_story_is_played_on_by_a_process_that_begins_after_it_was_compiled(oracle: Inkjs) -> None:
    compiled = oracle.compile("Hello.\n* [Wave] Bye.\n-> END\n")
    before = oracle.play(compiled, [0])
    oracle.close()
    assert oracle.play(compiled, [0]) == before
