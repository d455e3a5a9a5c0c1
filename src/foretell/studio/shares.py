"""How many readers see each line: counted over random playthroughs, in plain Python.

Exploring tells which lines any reader sees; how many do is not a question its graph can answer,
since lines are read on edges. So readers are sent through: each picks every choice alike, and the
share of them who see a line is an estimate, right to about ± 1/√n of all readers.

    shares, n = sample_lines(program, lines, seconds=3.0)

What this does not do: find rare lines. Those that no sampled reader met have a share of 0 here
and are told apart from lines nobody can see by the analysis.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence

from foretell.vm.program import Program
from foretell.vm.story import Story

__all__ = ["sample_lines"]

_LONGEST = 2000  # choices in one playthrough; one that goes on for ever counts as far as this


def sample_lines(
    program: Program,
    lines: Mapping[tuple[int, int], Sequence[int]],
    *,
    readers: int = 2000,
    seconds: float = 3.0,
    seed: int = 1,
    wanted: Callable[[], bool] = lambda: True,
) -> tuple[dict[tuple[int, int], float], int]:
    """The share of random readers who meet any of each line's instructions, and their number.

    Stops after so many readers or seconds, or once `wanted` says no.
    """
    luck = random.Random(seed)
    counts = dict.fromkeys(lines, 0)
    story = Story(program, seed=seed)
    done = 0
    until = time.monotonic() + seconds
    while done < readers and time.monotonic() < until and wanted():
        story.seen[:] = bytes(len(story.seen))
        story.restart(seed=luck.randrange(1 << 31))
        for _ in range(_LONGEST):
            if not story.choices:
                break
            story.choose(luck.randrange(len(story.choices)))
        seen = story.seen
        for line, pcs in lines.items():
            if any(seen[pc] for pc in pcs):
                counts[line] += 1
        done += 1
    return {line: count / done for line, count in counts.items()} if done else {}, done
