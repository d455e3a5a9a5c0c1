"""What calls that are kept save: exploring and random readers, with them and each call made anew.

    python bench/calls.py [--rounds 5] [--states 200000] [--seconds 1] [STORY.ink …]

On one thread, in seconds of the processor. Both ways find the same graph, and readers the same
lines, which is checked. Without arguments: those stories of the corpus that spend their turns in
functions, two where calls are hardly ever known, The Intercept, which has no such function, and
The Vigil.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from foretell.checker.exploring.explore import Exploration, Explorer, Limits
from foretell.checker.simulation.simulate import Sample, sample
from foretell.loading import find_story, read_story
from foretell.vm.lower import lower
from foretell.vm.program import Program
from peers import corpus_story, rounds, save

STORIES = (
    "dog-ink-adventure",
    "inky--swindlestones",
    "inky--pontoon-example",
    "ink-roguelike",
    "html-ink-battleword",
    "the-intercept--theintercept",
)


def seconds_of(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of the processor that some work takes, and what it comes to."""
    began = time.process_time()
    found = work()
    return time.process_time() - began, found


def bench(name: str, path: Path, count: int, states: int, seconds: float) -> dict[str, Any]:
    """Both ways, in turn."""

    def program() -> Program:  # anew: what strings and lists it has met is a part of it
        return lower(read_story(path).usable())

    graphs: dict[bool, Exploration] = {}
    readers: dict[bool, Sample] = {}
    story = program()
    began = time.process_time()
    runs = 100
    sample(story, runs, compiled=True)  # loads the kernels
    while time.process_time() - began < seconds:
        runs *= 2
        began = time.process_time()
        sample(story, runs, compiled=True)

    def explored(calls: bool) -> float:
        explorer = Explorer(
            program(),
            limits=Limits(states=states, seconds=120),
            calls=calls,
            compiled=True,
            threads=1,
        )
        spent, graphs[calls] = seconds_of(explorer.run)
        return spent

    def read(calls: bool) -> float:
        spent, readers[calls] = seconds_of(
            lambda: sample(story, runs, calls=calls, compiled=True, threads=1)
        )
        return spent

    explored(True)
    measured = rounds(
        {
            "explored, kept": lambda: explored(True),
            "explored, made": lambda: explored(False),
            "read, kept": lambda: read(True),
            "read, made": lambda: read(False),
        },
        count,
    )
    kept, made = graphs[True].graph, graphs[False].graph
    assert (kept.edge_target == made.edge_target).all(), name
    assert (kept.edge_words == made.edge_words).all(), name
    assert (readers[True].reach == readers[False].reach).all(), name
    return {
        "story": name,
        "states": graphs[True].graph.n,
        "runs": runs,
        "medians": {what: statistics.median(times) for what, times in measured.items()},
    }


def table(results: list[dict[str, Any]]) -> str:
    """The results, a line each."""
    ways = f"{'kept, s':>8} {'made, s':>8} {'ratio':>6}"
    lines = [f"{'story':28} {'states':>9} {ways} {'runs':>9} {ways}"]
    for result in results:
        cells = f"{result['story'][:28]:28} {result['states']:>9,}"
        for what in ("explored", "read"):
            kept, made = (result["medians"][f"{what}, {way}"] for way in ("kept", "made"))
            cells += "" if what == "explored" else f" {result['runs']:>9,}"
            cells += f" {kept:8.2f} {made:8.2f} {made / kept:5.1f}×"
        lines.append(cells)
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("stories", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--states", type=int, default=200_000)
    parser.add_argument("--seconds", type=float, default=1.0, help="that readers are sent for")
    options = parser.parse_args()
    stories = [(path.name, path) for path in options.stories]
    if not stories:
        stories = [(name, corpus_story(name)) for name in STORIES]
        stories.append(("vigil", find_story("vigil")))
    results = [
        bench(name, path, options.rounds, options.states, options.seconds) for name, path in stories
    ]
    print(table(results))
    save("calls", results)


if __name__ == "__main__":
    main()
