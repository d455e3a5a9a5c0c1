"""At least so many states: the bound against exact odds, and the readers against the explorer."""

from __future__ import annotations

import itertools
import math
import random
from fractions import Fraction

import numpy as np
import pytest

from foretell.checker.exploring.explore import Explorer, Limits
from foretell.checker.simulation.occupancy import Crowd, at_least, measure, missing_readers
from foretell.vm.lower import lower
from foretell.vm.program import Program
from tests import ours
from tests.generate_ink import seeded
from tests.toys import TOYS, Toy


def chances(odds: list[Fraction], readers: int) -> list[Fraction]:
    """The odds of 0, 1, 2 … different states among readers, exactly: states one by one."""
    ways: dict[tuple[int, int], Fraction] = {(0, 0): Fraction(1)}  # readers placed, states met
    for p in odds:
        after: dict[tuple[int, int], Fraction] = {}
        for (placed, met), x in ways.items():
            for m in range(readers - placed + 1):
                key = (placed + m, met + (m > 0))
                after[key] = after.get(key, Fraction(0)) + x * p**m / math.factorial(m)
        ways = after
    found = [ways.get((readers, d), Fraction(0)) for d in range(len(odds) + 1)]
    return [x * math.factorial(readers) for x in found]


def tail(odds: list[Fraction], readers: int, different: int) -> Fraction:
    """The odds of so many different states, or more."""
    return sum(chances(odds, readers)[different:], Fraction(0))


def test_two_states_come_out_by_hand() -> None:
    odds = [Fraction(1, 3), Fraction(2, 3)]
    assert chances(odds, 3) == [0, Fraction(1, 27) + Fraction(8, 27), Fraction(18, 27)]


def test_no_odds_make_more_states_likely_to_be_met_than_equal_ones() -> None:
    rng = random.Random(1)
    for states, readers in itertools.product(range(2, 6), range(2, 8)):
        equal = [Fraction(1, states)] * states
        for _ in range(8):
            weights = [rng.choice((0, 1, 2, 5, 30)) for _ in range(states - 1)]
            weights.append(1)
            odds = [Fraction(w, sum(weights)) for w in weights]
            for different in range(1, states + 1):
                assert tail(odds, readers, different) <= tail(equal, readers, different)


@pytest.mark.parametrize("error", [0.3, 0.01, 1e-6])
def test_fewer_states_than_the_bound_would_hardly_ever_show_so_many(error: float) -> None:
    """Exact: for every number of states below the bound, what was seen has odds below the error."""
    for readers in range(2, 15):
        for different in range(1, readers + 1):
            bound = at_least(readers, different, error)
            assert bound >= different
            for states in range(different, min(bound, 16)):
                equal = [Fraction(1, states)] * states
                assert tail(equal, readers, different) < error


def test_the_bound_is_of_use() -> None:
    million = 10**6 * (10**6 - 1) / 2 / math.log(10**6)
    assert at_least(10**6, 10**6) == pytest.approx(million, rel=1e-9)
    assert at_least(10**6, 10**6) <= million
    assert 0.2 < at_least(10_000, 10_000, 0.01) / (10_000**2 / 2 / math.log(100)) <= 1
    # of uniform readers among a million states about this many are different: half of it is proved
    readers = 100_000
    different = round(1e6 * (1 - math.exp(-readers / 1e6)))
    assert 800_000 < at_least(readers, different) < 1_000_000
    assert at_least(5, 1) == 1
    assert at_least(0, 0) == 0


@pytest.mark.parametrize("skew", [0.0, 0.5, 1.0, 2.0])
def test_the_bound_is_wrong_no_more_often_than_it_says(skew: float) -> None:
    rng = np.random.default_rng(7)
    states, trials, error = 400, 4000, 0.05
    odds = 1.0 / np.arange(1, states + 1) ** skew
    odds /= odds.sum()
    for readers in (10, 60, 300):
        wrong = 0
        for _ in range(trials):
            different = len(np.unique(rng.choice(states, readers, p=odds)))
            wrong += at_least(readers, different, error) > states
        assert wrong <= trials * error + 4 * math.sqrt(trials * error)


# ------------------------------------------------------------------ the readers


def program_of(source: str) -> Program | None:
    story, _ = ours.compiled(source)
    return None if story is None else lower(story)


def known_prints(program: Program, **options: object) -> set[tuple[int, int]] | None:
    """The fingerprints of all states there are; None where there are too many."""
    whole = Explorer(program, limits=Limits(states=20_000, seconds=5, steps=20_000), **options)  # type: ignore[arg-type]
    if not whole.run().complete:
        return None
    return {(int(a), int(b)) for a, b in whole.store.used("prints").reshape(-1, 2)}


def stopped_at(program: Program, states: int, compiled: bool, threads: int = 1) -> Explorer:
    limits = Limits(states=states, steps=20_000, seconds=5)
    explorer = Explorer(program, limits=limits, compiled=compiled, threads=threads)
    explorer.run()
    return explorer


def stood(explorer: Explorer, readers: int, moments: tuple[int, ...] = (0, 1, 2, 5)) -> list[int]:
    found = Crowd(explorer).send(0, readers, moments)
    assert found is not None
    return [int(word) for word in found.reshape(-1)]


def check_readers(program: Program, states: int, readers: int, compiled: bool) -> int:
    """Assert that readers only come to what the whole exploration has; gives how many were new."""
    known = known_prints(program, compiled=compiled)
    explorer = stopped_at(program, states, compiled)
    if known is None or not len(explorer.store.waiting()):
        return 0
    before = {(int(a), int(b)) for a, b in explorer.store.used("prints").reshape(-1, 2)}
    words = stood(explorer, readers)
    met = {pair for pair in zip(words[::2], words[1::2], strict=True) if pair != (0, 0)}
    assert met <= known - before
    return len(met)


@pytest.mark.parametrize("known", TOYS, ids=lambda known: known.name)
def test_readers_of_a_toy_come_to_states_that_exploring_finds(known: Toy) -> None:
    program = program_of(known.source)
    assert program is not None
    for states in (1, 2, 3, 5, 8):
        check_readers(program, states, 60, compiled=False)


@pytest.mark.parametrize("block", range(4))
def test_readers_of_generated_stories_come_to_states_that_exploring_finds(block: int) -> None:
    new = 0
    for seed in range(500 + 25 * block, 525 + 25 * block):
        program = program_of(seeded(seed, 60))
        if program is not None:
            new += check_readers(program, 3, 200, compiled=True)
    assert new > 20


@pytest.mark.long
@pytest.mark.parametrize("block", range(20))
def test_readers_of_many_stories_come_to_states_that_exploring_finds(block: int) -> None:
    for seed in range(20_000 + 100 * block, 20_100 + 100 * block):
        program = program_of(seeded(seed, 30 + 4 * block))
        if program is not None:
            for states in (2, 12, 60):
                check_readers(program, states, 400, compiled=True)


SWITCHES = (
    "\n".join(f"VAR s{i} = 0" for i in range(12))
    + "\n-> hub\n=== hub\n"
    + "\n".join(f"+ [switch {i}]\n  ~ s{i} = 1 - s{i}\n  -> hub" for i in range(12))
    + "\n* [leave] -> leave\n=== leave\n{ "
    + " + ".join(f"s{i} * {2**i}" for i in range(12))
    + " :\n- 77: -> won\n- else: -> lost\n}\n=== won\n-> END\n=== lost\n-> END\n"
)
"""Twelve switches: 4,096 states at the hub, and two ends."""


def test_hosts_and_threads_send_readers_the_same_ways() -> None:
    program = program_of(SWITCHES)
    assert program is not None
    explorers = [
        stopped_at(program, 100, compiled=False),
        stopped_at(program, 100, compiled=True),
        stopped_at(program, 100, compiled=True, threads=3),
    ]
    first, *others = [[stood(explorer, 150), stood(explorer, 40, (3,))] for explorer in explorers]
    assert any(first[0])
    for other in others:
        assert other == first


def test_a_story_of_known_size_is_never_said_to_be_larger() -> None:
    program = program_of(SWITCHES)
    assert program is not None
    whole = Explorer(program).run().graph.n
    assert whole == 4096 + 2
    bounds = []
    for seed in range(12):
        explorer = stopped_at(program, 300, compiled=True)
        proof = measure(explorer, 0.1, error=0.01, seed=seed)
        assert proof is not None
        assert proof.different <= proof.readers <= proof.sent
        bounds.append(proof.states)
    assert all(300 <= bound <= whole for bound in bounds)
    assert max(bounds) > 450


def test_a_story_of_very_many_states_is_proved_to_have_more_than_were_found() -> None:
    source = SWITCHES.replace("VAR s0 = 0", "VAR n = 0\nVAR s0 = 0")
    source = source.replace(
        "=== hub\n", "=== hub\n{ n * n * n == 17: odd }\n+ [more]\n  ~ n = n * 3 + 1\n  -> hub\n"
    )
    source = source.replace("+ [switch 0]", "+ [less]\n  ~ n = n * 5 - 2\n  -> hub\n+ [switch 0]")
    program = program_of(source)
    assert program is not None
    explorer = stopped_at(program, 3000, compiled=True)
    proof = measure(explorer, 1.0)
    assert proof is not None
    assert proof.states > 4_500


def test_so_many_more_readers_are_sent_as_would_prove_what_is_to_be_proved() -> None:
    readers, n, different, error = 20_000, 10_000, 9_999, 1e-6
    bound = at_least(n, different, error)
    assert missing_readers(bound, bound, readers, n, different, error) == 0
    for times in (1.5, 4, 8):
        more = missing_readers(times * bound, bound, readers, n, different, error)
        factor = 1 + more / readers
        again = math.ceil((n - different) * factor**2)
        assert at_least(int(n * factor), int(n * factor) - again, error) > times * bound
        assert factor < 4 * math.sqrt(times)
    # where readers meet so often, there are no more than so many states
    assert missing_readers(100 * bound, bound, readers, n, 5_000, error) == 0


def test_more_readers_are_sent_only_where_more_is_to_be_proved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ticks = itertools.count()  # a clock that no other work can make go faster
    monkeypatch.setattr("time.perf_counter", lambda: next(ticks) / 1000)
    program = program_of(SWITCHES)
    assert program is not None
    explorer = stopped_at(program, 300, compiled=True)
    proof = measure(explorer, 0.05, goal=1e12, longer=60.0)
    assert proof is not None and proof.states <= 4096 + 2
    source = SWITCHES.replace("VAR s0 = 0", "VAR n = 0\nVAR s0 = 0")
    source = source.replace(
        "=== hub\n", "=== hub\n{ n * n * n == 17: odd }\n~ n = RANDOM(1, 999999)\n"
    )
    program = program_of(source)
    assert program is not None
    explorer = stopped_at(program, 300, compiled=True)
    first, more = (measure(explorer, 0.02, goal=goal, longer=60.0) for goal in (0, 1e6))
    assert first is not None and more is not None
    assert more.sent > first.sent and more.states > first.states


def test_there_is_no_bound_where_nothing_waits() -> None:
    program = program_of(SWITCHES)
    assert program is not None
    explorer = Explorer(program)
    assert explorer.run().complete
    assert measure(explorer, 1.0) is None


def test_time_that_runs_out_leaves_no_bound() -> None:
    program = program_of(SWITCHES)
    assert program is not None
    explorer = stopped_at(program, 300, compiled=True)
    assert Crowd(explorer).send(0, 10, (1,), until=0.0) is None


STRINGS = """
VAR s = "a"
-> hub
=== hub
+ [one]
  ~ s = s + "1"
  -> hub
+ [two]
  ~ s = s + "2"
  -> hub
* { s == "a1212" } [leave] -> END
"""


def test_what_readers_lack_is_done_for_them() -> None:
    """Strings that nobody made before are asked of the host, and counted by their content."""
    program = program_of(STRINGS)
    assert program is not None
    for compiled in (False, True):
        explorer = stopped_at(program, 30, compiled=compiled)
        words = stood(explorer, 300, (1, 4))
        pairs = set(zip(words[::2], words[1::2], strict=True)) - {(0, 0)}
        deeper = stopped_at(program, 4000, compiled=compiled)
        prints = {(int(a), int(b)) for a, b in deeper.store.used("prints").reshape(-1, 2)}
        assert len(pairs) > 50
        assert pairs <= prints


ENDLESS = """
-> hub
=== hub
+ [well] -> hub
+ [stuck] -> stuck
+ [deep] -> deep(300) ->
  -> hub
=== stuck
~ temp n = 0
- (top) ~ n = n + 1
-> top
=== deep(n)
{ n > 0: -> deep(n - 1) -> }
->->
"""


def test_turns_without_end_stop_a_reader_and_deep_ones_get_room() -> None:
    program = program_of(ENDLESS)
    assert program is not None
    explorer = stopped_at(program, 1, compiled=True)
    assert Crowd(explorer).send(0, 40, (1, 2)) is not None
