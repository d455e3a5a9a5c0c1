"""Random readers a second: foretell against the runtimes people use, on the same stories.

    python bench/random_readers.py [--rounds 5] [--seconds 1] [STORY.ink …]

All single-threaded, each on the same compiled JSON, in interleaved rounds; the median counts. A run
reads from the start to an end, choosing uniformly, or stops after MOST choices. Peers make text,
which readers want and counting does not need: foretell makes none. Peers: inkjs (npm), inkcpp-py
and bink (PyPI), each where it is installed. Without arguments, three stories of the corpus.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from foretell import ink_json
from foretell.checker.simulate import sample
from foretell.vm.lower import lower
from peers import compiled, corpus_story, medians, rounds, save

MOST = 200
STORIES = ("the-intercept--theintercept", "inky--murder-scene", "inky--swindlestones")


def by_foretell(program: Any, seconds: float) -> Callable[[], float]:
    """Runs a second by foretell; compiling the kernel is done before."""
    warm = sample(program, 500, most_choices=MOST)
    runs = max(500, int(warm.runs_per_second * seconds))
    seed = iter(range(1000))
    return lambda: sample(program, runs, seed=next(seed), most_choices=MOST).runs_per_second


def by_inkjs(path: Path, seconds: float) -> Callable[[], float]:
    """Runs a second by inkjs on node."""
    script = Path(__file__).with_name("random_readers.js")
    seed = iter(range(1000))

    def measure() -> float:
        command = ["node", str(script), str(path), str(seconds), str(MOST), str(next(seed))]
        done = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        return float(done["runs"]) / float(done["seconds"])

    return measure


def timed(run: Callable[[random.Random], None], seconds: float) -> Callable[[], float]:
    """Runs a second of a function that makes one."""
    reader = random.Random(1)

    def measure() -> float:
        runs, began = 0, time.perf_counter()
        while (taken := time.perf_counter() - began) < seconds:
            run(reader)
            runs += 1
        return runs / taken

    return measure


def by_inkcpp(path: Path, seconds: float) -> Callable[[], float]:
    """Runs a second by inkcpp."""
    import inkcpp_py

    binary = str(path.with_suffix(".bin"))
    inkcpp_py.compile_json(str(path), binary)
    story = inkcpp_py.Story.from_file(binary)

    def run(reader: random.Random) -> None:
        runner = story.new_runner()
        for made in range(MOST + 1):
            while runner.can_continue():
                runner.getline()
            offered = runner.num_choices()
            if not offered or made == MOST:
                return
            runner.choose(reader.randrange(offered))

    return timed(run, seconds)


def by_bink(path: Path, seconds: float) -> Callable[[], float]:
    """Runs a second by bink."""
    from bink.story import Story

    story = Story(path.read_text("utf-8-sig"))

    def run(reader: random.Random) -> None:
        story.reset_state()
        for made in range(MOST + 1):
            while story.can_continue():
                story.cont()
            offered = len(story.get_current_choices())
            if not offered or made == MOST:
                return
            story.choose_choice_index(reader.randrange(offered))

    return timed(run, seconds)


def bench(path: Path, count: int, seconds: float) -> dict[str, Any]:
    """All contenders on one story."""
    story = compiled(path)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "story.json")
        file.write_text(ink_json.dump(story), "utf-8")
        contenders = {"foretell": by_foretell(lower(story), seconds)}
        for name, make in (("inkjs", by_inkjs), ("inkcpp", by_inkcpp), ("bink", by_bink)):
            try:
                contenders[name] = make(file, seconds)
            except Exception as error:  # a peer that is not there, or refuses the story
                print(f"  without {name}: {str(error)[:120]}", file=sys.stderr)
        measured = rounds(contenders, count)
    middle = medians(measured)
    return {
        "story": path.name,
        "runs_per_second": middle,
        "ratio": {name: middle["foretell"] / rate for name, rate in middle.items()},
        "rounds": measured,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("stories", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0)
    options = parser.parse_args()
    results = []
    for path in options.stories or [corpus_story(folder) for folder in STORIES]:
        results.append(bench(path, options.rounds, options.seconds))
    print(f"{'story':28} {'runtime':10} {'runs/s':>12} {'foretell is':>12}")
    for result in results:
        for name, rate in result["runs_per_second"].items():
            times = result["ratio"][name]
            print(f"{result['story']:28} {name:10} {rate:12,.0f} {times:11,.1f}×")
    save("random_readers", results)


if __name__ == "__main__":
    main()
