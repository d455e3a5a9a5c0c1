"""Random readers a second: foretell against the runtimes people use, on the same stories.

    python bench/random_readers.py [--rounds 5] [--seconds 1] [STORY.ink …]

All single-threaded, each on the same compiled JSON and in a process of its own, in interleaved
rounds; the median counts. A run reads from the start to an end, choosing uniformly, or stops after
MOST choices. Peers make text, which readers want and counting does not need: foretell makes none.
Peers: inkjs (npm), inkcpp-py and bink (PyPI), each where it is installed; one that fails on a
story, or has not come back after PATIENCE seconds, is left out there, and the table says so.
Without arguments: The Intercept, and the corpus's stories that use lists, strings and dice.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from foretell import ink_json
from peers import compiled, corpus_story, medians, rounds, save

MOST = 200
PATIENCE = 15.0
STORIES = (
    "the-intercept--theintercept",
    "inky--murder-scene",
    "karma-manager",
    "inky--swindlestones",
)
HERE = Path(__file__).parent


def contenders(file: Path, seconds: float) -> dict[str, Callable[[], dict[str, float]]]:
    """What makes one measurement of each runtime that is installed."""

    def of(command: list[str]) -> Callable[[], dict[str, float]]:
        seed = iter(range(1000))

        def measure() -> dict[str, float]:
            given = [*command, str(file), str(seconds), str(MOST), str(next(seed))]
            patience = seconds * 3 + PATIENCE
            done = subprocess.run(
                given, capture_output=True, text=True, timeout=patience, check=False
            )
            if done.returncode:
                raise RuntimeError((done.stderr.strip() or f"ended with {done.returncode}")[-160:])
            found = json.loads(done.stdout)
            return {what: found[what] / found["seconds"] for what in ("runs", "choices")}

        return measure

    alone = [sys.executable, str(HERE / "read_at_random.py")]
    found = {"foretell": of([*alone, "foretell"])}
    if (HERE.parent / "tests/peers/node_modules/inkjs").exists():
        found["inkjs"] = of(["node", str(HERE / "random_readers.js")])
    for name, module in (("inkcpp", "inkcpp_py"), ("bink", "bink")):
        if find_spec(module):
            found[name] = of([*alone, name])
    return found


def bench(path: Path, count: int, seconds: float) -> dict[str, Any]:
    """All contenders on one story."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "story.json")
        file.write_text(ink_json.dump(compiled(path)), "utf-8")
        failed: dict[str, str] = {}
        measured = rounds(contenders(file, seconds), count, failed)
    runs = {name: [one["runs"] for one in every] for name, every in measured.items()}
    choices = {name: [one["choices"] for one in every] for name, every in measured.items()}
    rate, turns = medians(runs), medians(choices)
    return {
        "story": path.name,
        "runs_per_second": rate,
        "choices_per_second": turns,
        "ratio": {name: rate["foretell"] / each for name, each in rate.items()},
        "ratio_of_choices": {name: turns["foretell"] / each for name, each in turns.items()},
        "failed": failed,
        "rounds": runs,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("stories", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0)
    options = parser.parse_args()
    results = []
    for path in options.stories or [corpus_story(folder) for folder in STORIES]:
        print(path.name, file=sys.stderr)
        results.append(bench(path, options.rounds, options.seconds))
    print(f"{'story':26} {'runtime':9} {'runs/s':>11} {'choices/s':>12} {'foretell is':>12}")
    for result in results:
        for name, rate in result["runs_per_second"].items():
            print(
                f"{result['story']:26} {name:9} {rate:11,.0f} "
                f"{result['choices_per_second'][name]:12,.0f} {result['ratio'][name]:11,.1f}×"
            )
        for name, why in result["failed"].items():
            print(f"{result['story']:26} {name:9} {why}")
    save("random_readers", results)


if __name__ == "__main__":
    main()
