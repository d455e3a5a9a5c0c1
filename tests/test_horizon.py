"""How far readers were followed: against the river, which carries the same mass another way."""

from __future__ import annotations

import numpy as np
import pytest

from foretell.checker.exploring.explore import Limits, explore
from foretell.checker.graphs.graph import StateGraph
from foretell.checker.graphs.horizon import horizon
from foretell.checker.graphs.host import compiled_from
from foretell.checker.graphs.river import mass_by_turn
from foretell.vm.lower import lower
from tests import ours
from tests.generate_ink import seeded
from tests.toys import TOYS, Toy, gamblers_ruin


def stopped(source: str, states: int) -> StateGraph | None:
    story, _ = ours.compiled(source)
    if story is None:
        return None
    limits = Limits(states=states, seconds=5, steps=20_000)
    return explore(lower(story), limits=limits, compiled=False).graph


def compare(graph: StateGraph, most: int = 12) -> None:
    for work in (0, 10**12):
        with compiled_from(work):
            far = horizon(graph)
        river = mass_by_turn(graph, max_turns=most)
        left = 1.0 - np.cumsum(river.unexplored)
        for k, share in enumerate(far.shares[: len(left)]):
            # draws without end are no part of what the river calls unexplored
            assert left[k] - river.caught - 1e-9 <= share <= left[k] + 1e-9, k
        assert far.shares[: far.whole + 1] == (1.0,) * (far.whole + 1)
        assert far.whole <= far.choices(0.99) <= far.choices(0.5)
        assert list(far.shares) == sorted(far.shares, reverse=True)


@pytest.mark.parametrize("known", TOYS, ids=lambda known: known.name)
def test_shares_of_a_toy_are_those_of_the_river(known: Toy) -> None:
    for states in (1, 2, 3, 5, 8, 20):
        graph = stopped(known.source, states)
        assert graph is not None
        compare(graph)


def test_shares_of_generated_stories_are_those_of_the_river() -> None:
    for seed in range(700, 740):
        for states in (3, 20, 120):
            graph = stopped(seeded(seed, 50), states)
            if graph is not None:
                compare(graph)


def test_a_coin_that_goes_on_is_followed_as_far_as_was_looked() -> None:
    """A reader takes one of two ways, one of which ends: one in 2^k goes on for k turns."""
    source = """
VAR n = 0
-> on
=== on
~ n = n * 3 + 1
{ n * n == 7: odd }
+ [on] -> on
+ [off] -> END
"""
    graph = stopped(source, 10)
    assert graph is not None
    far = horizon(graph)
    assert far.whole == 7
    assert far.shares[8:] == (1 - 0.5**8,)  # and nobody goes on who is known of
    assert (far.choices(0.99), far.choices(0.999)) == (8, 7)


def test_a_story_read_whole_has_no_edge() -> None:
    graph = stopped(gamblers_ruin(4, 2, 6, 3), 1000)
    assert graph is not None
    far = horizon(graph)
    assert set(far.shares) == {1.0}
    assert far.whole == len(far.shares) - 1


def test_where_not_even_the_first_choice_was_come_to_nobody_was_followed() -> None:
    source = "{ RANDOM(1, 3) + RANDOM(1, 5) == 4: yes }\n* [go] -> END\n"
    graph = stopped(source, 1)
    assert graph is not None
    far = horizon(graph)
    assert (far.whole, far.choices(0.5)) == (-1, -1)
