"""How many readers see each line, and for how many its conditions hold.

Exploring tells which lines any reader sees; how many do is not a question its graph can answer,
since lines are read on edges. So random readers are sent through, a hundred thousand or as many as
there is time for, executed as machine code: the share of them who see a line is an estimate, right
to about 1/√n. For one line that is asked about, `why` has the exact share.

    found = sample_lines(program, seconds=3.0)
    found.seen[source, 12], found.held[source, 12]      # 0.25, [0.5]

What this does not do: find rare lines. Those that no sampled reader met have a share of 0 here
and are told apart from lines nobody can see by the analysis.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from foretell.checker.lines import Lines, shown_lines
from foretell.checker.simulation.simulate import Sample, SampledEnding, sample
from foretell.diagnostics import Source, StoryError
from foretell.vm.program import Program

__all__ = ["Shares", "sample_lines"]

_FEW = 1000  # readers, of whom a share is right to about 3 %
_LONGEST = 2000  # choices in one playthrough; one that goes on for ever counts as far as this


@dataclass
class Shares:
    """Of `readers` who choose at random, what part sees each line.

    `endings` are where they came, as estimates. `held` has for each line with conditions, of those
    readers who came to each, the part for whom it ever held; None where nobody came.
    """

    readers: int = 0
    endings: list[SampledEnding] = field(default_factory=list)
    seen: dict[tuple[Source, int], float] = field(default_factory=dict)
    held: dict[tuple[Source, int], list[float | None]] = field(default_factory=dict)


class _EnoughError(Exception):
    """Raised inside a sample that is not wanted any more."""


def sample_lines(
    program: Program,
    *,
    readers: int = 100_000,
    seconds: float = 3.0,
    patience: float = 0.0,
    seed: int = 1,
    start: str | None = None,
    wanted: Callable[[], bool] = lambda: True,
) -> Shares:
    """The shares among so many readers, or as many as make it in about so many seconds; where
    those are few, as many as make it in `patience`.

    Stops, with nothing, once `wanted` says no, or where readers can't be sent.
    """
    lines = shown_lines(program)

    def watch(_runs: int, _seconds: float) -> None:
        if not wanted():
            raise _EnoughError

    def send(count: int) -> Sample:
        return sample(
            program,
            count,
            seed=seed,
            start=start,
            most_choices=_LONGEST,
            groups=lines.groups,
            compiled=True,
            progress=watch,
        )

    try:
        watch(0, 0.0)
        count = min(readers, 64)
        found = send(count)
        # how long a few take tells how many there is time for
        while count < readers:
            spent = max(found.seconds, 1e-6)
            if spent < seconds / 2:
                count = min(readers, int(count * seconds / spent), 32 * count)
            elif count < _FEW and spent < patience / 2:
                count = min(_FEW, int(count * patience / spent))
            else:
                break
            found = send(count)
    except (_EnoughError, StoryError):  # or readers come to no end, or ever new strings
        return Shares()
    return _shares(lines, found)


def _shares(lines: Lines, found: Sample) -> Shares:
    shares = Shares(found.runs, found.endings)
    for group, key in enumerate(lines.keys, start=1):
        shares.seen[key] = int(found.met[group]) / found.runs
    held: dict[tuple[Source, int], list[float | None]] = defaultdict(list)
    for condition in lines.conditions:
        came = int(found.reach[condition.pc])
        met = (
            found.reach[condition.branch] if condition.point < 0 else found.offered[condition.point]
        )
        held[condition.key].append(int(met) / came if came else None)
    shares.held = dict(held)
    return shares
