"""Compiling stories of the corpus to ink JSON, here and by inkjs's compiler.

    python bench/compiling_beside_inkjs.py [--rounds 7] [STORY ...]

`cold` is a whole process: `foretell compile STORY -o FILE` and a node process that does the same.
`first` and `warm` are compilations inside one process, from files to JSON text, the first and the
median of all after it. Interleaved, medians of the rounds.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from peers import ROOT, corpus_story, rounds, save

STORIES = ("the-intercept--theintercept", "inky--swindlestones", "inky--murder-scene")
INKJS = ["node", str(ROOT / "bench" / "compile_with_inkjs.js")]
AGAIN = 20  # compilations in one process
COLD, FIRST, WARM = "cold", "first", "warm"


def compiled_here(path: Path) -> list[float]:
    """The seconds of each of `AGAIN` compilations in this process."""
    from foretell import ink_json
    from foretell.loading import read_story

    taken = []
    for _ in range(AGAIN):
        begun = time.perf_counter()
        ink_json.dump(read_story(path).usable())
        taken.append(time.perf_counter() - begun)
    return taken


def inside(command: list[str]) -> dict[str, float]:
    """First and warm, as the process that `command` starts measures them."""
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    taken = json.loads(done.stdout.strip().splitlines()[-1])
    return {FIRST: taken[0], WARM: statistics.median(taken[1:])}


def whole(command: list[str]) -> float:
    """The seconds of a process."""
    begun = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True, timeout=300)
    return time.perf_counter() - begun


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("stories", nargs="*", default=STORIES)
    asked.add_argument("--rounds", type=int, default=7)
    asked.add_argument("--here", type=Path, help=argparse.SUPPRESS)
    options = asked.parse_args()
    if options.here:
        print(json.dumps(compiled_here(options.here)))
        return
    table: dict[str, dict[str, dict[str, float]]] = {}
    print(f"{'story':<32}{'':<8}{'foretell':>10}{'inkjs':>10}{'ratio':>8}")
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "story.json")
        for name in options.stories:
            path = corpus_story(name)
            ours = [sys.executable, "-m", "foretell", "compile", str(path), "-o", out]

            def measure(process: list[str], many: list[str]) -> dict[str, float]:
                return {COLD: whole(process)} | inside(many)

            measured = rounds(
                {
                    "foretell": lambda ours=ours, path=path: measure(
                        ours, [sys.executable, __file__, "--here", str(path)]
                    ),
                    "inkjs": lambda path=path: measure(
                        [*INKJS, str(path), "1", out], [*INKJS, str(path), str(AGAIN)]
                    ),
                },
                options.rounds,
            )
            table[name] = {
                who: {step: statistics.median(one[step] for one in found) for step in found[0]}
                for who, found in measured.items()
            }
            for step in (COLD, FIRST, WARM):
                mine, theirs = (table[name][who][step] for who in ("foretell", "inkjs"))
                print(f"{name:<32}{step:<8}{mine:10.3f}{theirs:10.3f}{mine / theirs:8.2f}")
    save("compiling_beside_inkjs", {"rounds": options.rounds, "stories": table})


if __name__ == "__main__":
    main()
