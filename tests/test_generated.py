"""Generated programs: the same JSON and the same playthroughs as inkjs.

What fails can be had again: `python -m tests.generate_ink --seed N`.
"""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings

from foretell import ink_json
from foretell.diagnostics import render_all
from foretell.vm.story import Story
from tests import ours
from tests.generate_ink import programs, seeded
from tests.peers.agreement import first_difference, played_by_inkjs
from tests.peers.inkjs import Inkjs
from tests.spec_pages import Played, show

pytestmark = pytest.mark.peer

TURNS = 12
STEPS = 10_000  # of inkjs, in one turn


def agree(oracle: Inkjs, source: str, playthroughs: int) -> None:
    """Assert that both compile the source alike, and play it alike."""
    theirs = oracle.compile(source)
    story, problems = ours.compiled(source)
    if theirs.json is None:
        assert story is None, f"inkjs finds errors, we none: {theirs.errors or theirs.crash}"
        return
    assert story is not None, render_all(problems)
    text = ink_json.dump(story)
    assert ours.same_json(text, theirs.json) is None
    assert ink_json.dump(ink_json.load(text)) == text
    for seed in range(playthroughs):
        run = oracle.play(theirs, random=seed, max_turns=TURNS, seed=seed, max_steps=STEPS)
        assert run.crash is None, run.crash
        turns = played_by_inkjs(run)
        mine = ours.play(Story(story, draws=run.draws, step_budget=3 * STEPS), run.picks)
        if run.hang:
            # a turn that goes on for ever is no turn to compare, but it must end here too
            assert mine[len(turns) - 1].problems, "inkjs hangs in this turn, we do not"
            mine, turns = mine[: len(turns) - 1], turns[:-1]
        difference = first_difference(show(mine), show(turns))
        assert difference is None, difference


@pytest.mark.parametrize("seed", range(60))
def test_a_seeded_program_is_as_in_inkjs(seed: int, oracle: Inkjs) -> None:
    agree(oracle, seeded(seed), 3)


@settings(max_examples=40, phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink])
@given(source=programs(size=15))
def test_any_program_is_as_in_inkjs(source: str, oracle: Inkjs) -> None:
    agree(oracle, source, 2)


@pytest.mark.long
@pytest.mark.parametrize("block", range(40))
def test_thousands_of_programs_are_as_in_inkjs(block: int, oracle: Inkjs) -> None:
    failed: list[str] = []
    for seed in range(1000 + block * 100, 1000 + block * 100 + 100):
        try:
            agree(oracle, seeded(seed), 4)
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
