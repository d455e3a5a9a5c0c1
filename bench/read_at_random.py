"""Random readers of one story by one runtime: a process of its own for `random_readers.py`.

    python bench/read_at_random.py RUNTIME STORY.json SECONDS MOST_CHOICES SEED

Prints {"runs": …, "choices": …, "seconds": …}. Loading the story is not timed, and neither is what
foretell compiles. A run goes from the start to an end, or to MOST_CHOICES choices; each choice
offered is as likely as any other. A runtime that never comes back is killed by whoever started it.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

Run = Callable[[random.Random, int], int]  # makes one run, and gives how many choices it took


def by_inkcpp(path: Path) -> Run:
    """A run by inkcpp, through its own Python binding."""
    import inkcpp_py

    binary = str(path.with_suffix(".bin"))
    inkcpp_py.compile_json(str(path), binary)
    story = inkcpp_py.Story.from_file(binary)

    def run(reader: random.Random, most: int) -> int:
        runner = story.new_runner()
        made = 0
        while True:
            while runner.can_continue():
                runner.getline()
            offered = runner.num_choices()
            if not offered or made == most:
                return made
            runner.choose(reader.randrange(offered))
            made += 1

    return run


def by_bink(path: Path) -> Run:
    """A run by bink, through its own Python binding."""
    from bink.story import Story

    story = Story(path.read_text("utf-8-sig"))

    def run(reader: random.Random, most: int) -> int:
        story.reset_state()
        made = 0
        while True:
            while story.can_continue():
                story.cont()
            offered = len(story.get_current_choices())
            if not offered or made == most:
                return made
            story.choose_choice_index(reader.randrange(offered))
            made += 1

    return run


def measure(run: Run, seconds: float, most: int, seed: int) -> dict[str, float]:
    """Runs, choices and seconds of a runtime that makes one run at a time."""
    reader = random.Random(seed)
    runs = choices = 0
    began = time.perf_counter()
    while (taken := time.perf_counter() - began) < seconds:
        choices += run(reader, most)
        runs += 1
    return {"runs": runs, "choices": choices, "seconds": taken}


def by_foretell(path: Path, seconds: float, most: int, seed: int) -> dict[str, float]:
    """The same by foretell, on one thread."""
    from foretell.checker.simulation.simulate import sample
    from foretell.loading import read_story
    from foretell.vm.lower import lower

    program = lower(read_story(path).usable())
    warm = sample(program, 200, most_choices=most, compiled=True)
    runs = max(200, int(warm.runs_per_second * seconds / 2))
    done = sample(program, runs, seed=seed, most_choices=most, compiled=True)
    return {"runs": done.runs, "choices": done.choices * done.runs, "seconds": done.seconds}


def main() -> None:
    runtime, story, seconds, most, seed = sys.argv[1:]
    given = Path(story), float(seconds), int(most), int(seed)
    if runtime == "foretell":
        found = by_foretell(*given)
    else:
        make = {"inkcpp": by_inkcpp, "bink": by_bink}[runtime]
        found = measure(make(given[0]), *given[1:])
    print(json.dumps(found))


if __name__ == "__main__":
    main()
