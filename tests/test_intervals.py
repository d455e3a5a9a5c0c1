"""Bounds are sound: what random readers do lies inside every interval, however early it is said.

Exploring is stopped after a handful of states, after some more, and not at all; at each stop the
odds given must contain the truth. The truth is asked of `simulate`, which executes ink and knows no
state, no merging and no solving. A share k/n contradicts a bound p where chance alone would give it
with less than e⁻²⁵ (Chernoff: exp(-n KL(k/n, p))), so that thousands of comparisons raise no false
alarm, while an ending that is called impossible and seen once is refuted at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from foretell.checker.analysis import Analysis, Limits, analyse
from foretell.checker.graphs.solve import Interval
from foretell.checker.simulation.simulate import Sample, sample
from foretell.loading import compile_text
from foretell.vm.lower import lower
from foretell.vm.program import Program
from tests import ours
from tests.generate_ink import seeded
from tests.toys import TOYS, Toy, toy

STEPS = 30_000
PATIENCE = 3_000  # steps after which a run is given up
SURE = 25.0
STOPS = (2, 9, 40, 200, 3000)


def unlikely(hits: int, runs: int, p: float) -> bool:
    """Whether so many hits, if each has the odds p, is out of the question."""
    share = hits / runs
    away = 0.0
    for seen, said in ((share, p), (1 - share, 1 - p)):
        if seen > 0:
            away += math.inf if said <= 0 else seen * math.log(seen / said)
    return runs * away > SURE


def uncertain(end: str, kind: str) -> bool:
    """Whether a run was given up: where it would have come to is not known."""
    return kind == "unfinished" or end.startswith(("not followed", "recursion without end"))


def contradictions(found: Analysis, met: Sample) -> list[str]:
    """What random readers did that the analysis says they don't; none, if it is right."""
    out: list[str] = []
    runs = met.runs
    given_up = sum(end.runs for end in met.endings if uncertain(end.name, end.kind))
    hits = {
        (end.name, end.kind): end.runs for end in met.endings if not uncertain(end.name, end.kind)
    }
    said = {
        (ending.name, ending.kind): ending
        for ending in found.endings
        if not uncertain(ending.name, ending.kind) and ending.kind != "hang"
    }
    rest = 1.0 - found.followed

    def hold(what: str, count: int, low: float, high: float) -> None:
        if low > high + 1e-12:
            out.append(f"{what}: from {low} to {high} is no interval")
        if count / runs > high and unlikely(count, runs, min(1.0, high)):
            out.append(f"{what}: {count} of {runs} runs, at most {high} was said")
        most = count + given_up
        if most / runs < low and unlikely(most, runs, low):
            out.append(f"{what}: {count} (at most {most}) of {runs} runs, at least {low} was said")

    for name in hits.keys() | said.keys():
        ending = said.get(name)
        count = hits.get(name, 0)
        if ending is None:
            hold(f"{name}, never met", count, 0.0, rest)
            continue
        hold(f"{name}, uniform", count, ending.uniform.low, ending.uniform.high)
        hold(f"{name}, best and worst", count, ending.worst.low, ending.best.high)
        if ending.uniform.high - ending.uniform.low > rest + 1e-9:
            out.append(f"{name}: wider than what was not followed ({rest})")
    # what goes on for ever, or round and round, is no run that came to an end
    lost = sum(end.uniform.low for end in found.endings if end.kind == "hang")
    lost += found.forever.low
    if given_up / runs < lost and unlikely(given_up, runs, min(1.0, lost)):
        out.append(f"{given_up} of {runs} runs don't end, at least {lost} was said")
    if found.complete and not given_up:
        if hits.keys() != {name for name in said if said[name].uniform.high > 0} & hits.keys():
            out.append("an end that was never found")
        least, most = found.words.least, found.words.most
        if least is not None and met.words < least - 1e-9:
            out.append(f"{met.words} words on average, at least {least} was said")
        if most is not None and met.words > most + 1e-9:
            out.append(f"{met.words} words on average, at most {most} was said")
    return out


def readers(program: Program, runs: int, seed: int) -> Sample:
    """Random readers of a story: few, where turns that have no end would take all the time."""
    options: dict[str, Any] = {"seed": seed, "steps": PATIENCE, "most_choices": 60}
    few = sample(program, 30, compiled=True, **options)
    if 3 * sum(end.runs for end in few.endings if uncertain(end.name, end.kind)) > few.runs:
        return few
    return sample(program, runs, compiled=True, **options)


def check_bounds(program: Program, runs: int, seed: int, stops: Iterable[int]) -> tuple[int, int]:
    """Compare at every stop; gives how many of them were incomplete, and how many intervals."""
    met = readers(program, runs, seed)
    partial = intervals = 0
    for states in stops:
        limits = Limits(states=states, steps=STEPS, seconds=10)
        found = analyse(program, limits=limits, compiled=True)
        wrong = contradictions(found, met)
        assert not wrong, f"seed {seed}, stopped at {states} states: " + "; ".join(wrong)
        partial += not found.complete
        intervals += 2 * len(found.endings)
        if found.complete:
            break
    return partial, intervals


def check_generated(seeds: Iterable[int], size: int, runs: int) -> tuple[int, int, int]:
    programs = partial = intervals = 0
    for seed in seeds:
        story, _ = ours.compiled(seeded(seed, size))
        if story is None:
            continue
        met = check_bounds(lower(story), runs, seed, STOPS)
        programs += 1
        partial += met[0]
        intervals += met[1]
    return programs, partial, intervals


@pytest.mark.parametrize("known", TOYS, ids=lambda known: known.name)
def test_the_bounds_of_a_toy_contain_what_readers_do(known: Toy) -> None:
    story, problems = ours.compiled(known.source)
    assert story is not None, problems
    check_bounds(lower(story), 3000, 11, range(1, 12))


@pytest.mark.parametrize("block", range(2))
def test_the_bounds_of_generated_stories_contain_what_readers_do(block: int) -> None:
    first = 9000 + block * 50
    programs, partial, intervals = check_generated(range(first, first + 50), 60, 600)
    assert programs > 40
    assert partial > 40
    assert intervals > 200


@pytest.mark.long
@pytest.mark.parametrize("block", range(40))
def test_the_bounds_of_thousands_of_stories_contain_what_readers_do(block: int) -> None:
    first = 100_000 + block * 100
    check_generated(range(first, first + 100), 30 + 3 * block, 2000)


def test_a_wrong_bound_would_be_noticed() -> None:
    """The comparison itself: bounds moved by a few hundredths don't pass."""
    assert not unlikely(520, 1000, 0.5)
    assert unlikely(620, 1000, 0.5)
    assert unlikely(1, 1000, 0.0)
    assert not unlikely(0, 1000, 0.0)
    assert unlikely(999, 1000, 1.0)
    assert not unlikely(1000, 1000, 1.0)


@pytest.mark.parametrize("states", [40, 3000])
def test_bounds_moved_by_a_twentieth_do_not_pass(states: int) -> None:
    program = lower(compile_text(toy("dice sum").source).usable())
    met = sample(program, 20_000, seed=3)
    found = analyse(program, limits=Limits(states=states), compiled=False)
    assert contradictions(found, met) == []
    likeliest = max(found.endings, key=lambda ending: ending.uniform.low)
    said = likeliest.uniform
    for moved in (Interval(0.0, said.low * 0.9), Interval(min(1.0, said.high * 1.1), 1.0)):
        endings = [
            replace(ending, uniform=moved) if ending is likeliest else ending
            for ending in found.endings
        ]
        assert contradictions(replace(found, endings=endings), met)
    hidden = [ending for ending in found.endings if ending is not likeliest]
    assert bool(contradictions(replace(found, endings=hidden), met)) == found.complete
