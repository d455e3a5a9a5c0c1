"""Choices that can be made again and again, and each time come to a new state.

Where a limit ends exploring, this looks for a reason why there may be no end. Some of the longest
ways that were found are played once more, turn by turn. Two situations of one way that differ in
numbers alone (the same choices on offer, all else that is read again alike) enclose a circuit: the
choices made between them. It is then made many times over from there. If each time the same
numbers grow by the same amounts, every round has come to another state, and that is told:

    after 0/1 the choices 1@0,1/0, made 50 times, raise `visits to home` by 1 each time

As in the pumping lemma for automata: what may be repeated without anyone telling makes infinitely
many. What this does not do: prove that it goes on for ever. A comparison with something larger
than was played to (`gold > 1000`), or the end of the 32-bit integers, may stop it; nor is a story
finite for which nothing is found.

    find_pumping(explorer, exploration, seconds=2.0)     # after `explorer.run()`
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from foretell.checker.exploring.exploration import Exploration
from foretell.checker.exploring.explore import Explorer
from foretell.checker.exploring.growth import kind_of, name_of
from foretell.checker.exploring.rows import live_bits, unshifted
from foretell.checker.graphs.graph import UNREACHED, GraphError, format_path, trace
from foretell.diagnostics import StoryError
from foretell.vm import values as V
from foretell.vm.story import PathError, Story, entry_and_steps
from foretell.vm.story import format_path as written

__all__ = ["Pumping", "find_pumping"]

ROUNDS: Final = 50
"""How often a circuit is made before it is told of."""

_WAYS: Final = 16  # that are played
_BACK: Final = 60  # situations of a way that are compared, from its end
_TRIED: Final = 40  # circuits of one way
_GROWS: Final = 6  # numbers that differ, at most

Steps = list[tuple[int, list[int]]]


@dataclass(frozen=True, slots=True)
class Pumping:
    """A circuit of choices that comes to a new state each time it is made.

    It begins where `path` leads to, `circuit` reads like a path; it was made `rounds` times, and
    each time the things named in `grows` grew by so much.
    """

    path: str
    circuit: str
    rounds: int
    grows: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class _Situation:
    """A packed row: what is alike for all values of the variables, then those, by bit.

    `told` are the same as the story has them, where a row keeps distances alone (`Company`).
    """

    shape: tuple[int, ...]
    values: dict[int, int]
    told: dict[int, int]


def find_pumping(explorer: Explorer, exploration: Exploration, seconds: float) -> Pumping | None:
    """Choices that may be repeated for ever, by all that was played; None if none were found.

    It takes about so many seconds at most. Nothing is looked for where variables were given other
    values, or held within bounds, since then the story that is played is another.
    """
    if explorer.constants or explorer.bounds:
        return None
    ways = list(_ways(exploration))  # a large graph is searched for those; that is asked for anyway
    until = time.perf_counter() + seconds
    story = Story(exploration.program, assume_externals=True)
    for path in ways:
        if time.perf_counter() > until:
            break
        try:
            found = _pumping(explorer, story, path, until)
        except (PathError, StoryError):  # what is given up while playing is no way
            continue
        if found is not None:
            return found
    return None


def _ways(exploration: Exploration) -> Iterator[str]:
    """The ways to the states that are furthest from the start, and to some others."""
    graph = exploration.graph
    depth = graph.from_start.depth
    reached = np.flatnonzero(depth != UNREACHED)
    half = min(_WAYS // 2, len(reached))
    furthest = np.argpartition(-depth[reached], half - 1)[:half]
    some = random.Random(0).sample(range(len(reached)), half)
    for state in reached[[*furthest, *some]].tolist():
        try:
            yield format_path(graph, trace(graph, graph.from_start, state))
        except GraphError:
            continue


def _pumping(explorer: Explorer, story: Story, path: str, until: float) -> Pumping | None:
    """A circuit of one way."""
    entry, steps = entry_and_steps(path)
    met = _situations(explorer, story, path, min(_BACK, len(steps) - 1))
    first = len(steps) - len(met)  # the step that `met[0]` stands after
    tried: list[Steps] = []
    for length in range(1, len(met)):
        for begin in range(len(met) - length - 1, -1, -1):
            if not _grown(met[begin], met[begin + length], explorer):
                continue
            at = first + begin + 1
            circuit = steps[at : at + length]
            if circuit in tried:
                continue
            if len(tried) == _TRIED or time.perf_counter() > until:
                return None
            tried.append(circuit)
            try:
                grows = _repeated(explorer, story, entry, steps[:at], circuit, 2)  # most fail here
                if grows:
                    grows = _repeated(explorer, story, entry, steps[:at], circuit, ROUNDS)
            except (PathError, StoryError):
                continue
            if grows:
                start = written(steps[:at], entry)
                return Pumping(start, written(circuit), ROUNDS, grows)
    return None


def _repeated(
    explorer: Explorer, story: Story, entry: str, before: Steps, circuit: Steps, rounds: int
) -> tuple[tuple[str, int], ...]:
    """What grows each time a circuit is made; nothing if it does not do so every time."""
    path = written([*before, *circuit * rounds], entry)
    met = _situations(explorer, story, path, rounds * len(circuit))[:: len(circuit)]
    if len(met) != rounds + 1:
        return ()
    grown = _grown(met[0], met[1], explorer)
    if any(_grown(a, b, explorer) != grown for a, b in pairwise(met)):
        return ()
    live = explorer.liveness
    return tuple((name_of((kind_of(bit, live), bit, 0), live), by) for bit, by in grown.items())


def _situations(explorer: Explorer, story: Story, path: str, back: int) -> list[_Situation | None]:
    """Where the story stands after a path, and after the last so many steps of it, in order."""
    story.play(path)
    met = [_situation(explorer, story)]
    while len(met) <= back and story.undo():
        met.append(_situation(explorer, story))
    return met[::-1]


def _situation(explorer: Explorer, story: Story) -> _Situation | None:
    row = story.state_in(explorer.packed)
    if row is None:
        return None
    bits = live_bits(explorer.masks)
    head = len(row) - len(bits)
    values = dict(zip(bits, row[head:], strict=True))
    told = {bit: unshifted(explorer.masks, bit, value) for bit, value in values.items()}
    return _Situation(tuple(row[:head]), values, told)


def _grown(a: _Situation | None, b: _Situation | None, explorer: Explorer) -> dict[int, int]:
    """By bit how much numbers have grown; nothing where anything else differs, or nothing does."""
    if a is None or b is None or a.shape != b.shape or a.values.keys() != b.values.keys():
        return {}
    if a.values == b.values:
        return {}
    found: dict[int, int] = {}
    for bit, before in a.told.items():
        after = b.told[bit]
        if before == after:
            continue
        kind = kind_of(bit, explorer.liveness)
        if kind == "variable":
            if {before >> V.TAG_SHIFT, after >> V.TAG_SHIFT} != {V.INT}:
                return {}
            found[bit] = V.number(after) - V.number(before)
        elif kind == "shuffle":
            return {}
        else:
            found[bit] = after - before
    return found if len(found) <= _GROWS else {}
