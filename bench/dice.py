"""What dice that stay whole save: branching, states and time, with them and face by face.

    python bench/dice.py [--rounds 5] [--states 50000] [--corpus]

A family of stories, one for each number of sides, does what games do with a die: throws it against
a skill, keeps it for later in the turn and past it, takes it through a function and away from a
number. Both ways come to the same odds, which is checked. With `--corpus` the stories of the corpus
that throw dice follow, up to so many states each.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from foretell.checker.exploring.explore import Exploration, Explorer, Limits
from foretell.checker.graphs.graph import CHANCE
from foretell.checker.graphs.solve import odds
from foretell.loading import compile_text, read_story
from foretell.vm import program as P
from foretell.vm.lower import lower
from foretell.vm.program import Program
from peers import ROOT, corpus_story, rounds, save

SIDES = (6, 20, 100, 1000, 4000)
FAMILY = """
VAR skill = {half}
VAR luck = 0
VAR wounds = 0
-> gate
=== gate
+ [Climb]
  {{ RANDOM(1, {sides}) <= skill:
    -> yard
  - else:
    ~ wounds++
  }}
+ [Bribe]
  ~ temp offer = throw({sides})
  {{ offer > {most}: -> yard }}
  {{ offer <= skill / 2:
    ~ wounds++
  }}
- {{ wounds > 3: -> lost }}
-> gate
=== yard
+ [Listen]
  ~ luck = RANDOM(1, {sides})
+ [Run]
  ~ luck = skill - throw({sides})
- -> hall
=== hall
+ [Fight]
  {{ RANDOM(1, {sides}) + wounds >= {most}: -> lost }}
+ [Talk]
- {{ luck >= skill: -> won }}
-> lost
=== won
-> END
=== lost
-> END
=== function throw(sides)
~ return RANDOM(1, sides)
"""


def family(sides: int) -> Program:
    """The story with dice of so many sides."""
    text = FAMILY.format(sides=sides, half=sides // 2, most=sides - sides // 5)
    return lower(compile_text(text).usable())


def explored(program: Program, whole: bool, states: int) -> Exploration:
    """What exploring finds, as machine code."""
    limits = Limits(states=states, seconds=30)
    return Explorer(program, limits=limits, whole=whole, compiled=True).run()


def figures(found: Exploration) -> dict[str, Any]:
    """Of an exploration: states, draws, edges of draws, and whether it was finished."""
    graph = found.graph
    drawn = graph.kind[graph.edge_source] == CHANCE
    draws = len(np.unique(graph.edge_source[drawn]))
    return {
        "complete": found.complete,
        "states": graph.n,
        "draws": draws,
        "outcomes": int(drawn.sum()),
    }


def bench(name: str, program: Program, count: int, states: int) -> dict[str, Any]:
    """Both ways, in turn."""
    found: dict[bool, Exploration] = {}

    def timed(whole: bool) -> float:
        began = time.perf_counter()
        found[whole] = explored(program, whole, states)
        return time.perf_counter() - began

    timed(True)  # loads the kernels
    measured = rounds({"whole": lambda: timed(True), "faces": lambda: timed(False)}, count)
    both = {"whole": figures(found[True]), "faces": figures(found[False])}
    for way, times in measured.items():
        both[way]["seconds"] = statistics.median(times)
    if found[True].complete and found[False].complete:
        first, second = (_ends(found[whole]) for whole in (True, False))
        assert first.keys() == second.keys(), name
        assert all(abs(first[end] - second[end]) < 1e-12 for end in first), name
    return {"story": name, **both}


def _ends(found: Exploration) -> dict[tuple[int, int, int], float]:
    """The uniform reader's odds, by what the story comes to."""
    solved = odds(found.graph)
    return {
        (code.kind, code.fault, code.number): float(solved.low[0, index])
        for index, code in enumerate(found.codes)
    }


def dice_stories() -> list[tuple[str, Program]]:
    """The stories of the corpus that throw dice."""
    corpus = Path(os.environ.get("FORETELL_CORPUS", ROOT.parent / "shared" / "corpus"))
    out: list[tuple[str, Program]] = []
    for home in sorted((corpus / "stories").glob("*/meta.json")):
        if not any(
            "RANDOM(" in p.read_text("utf-8", "replace") for p in home.parent.rglob("*.ink")
        ):
            continue
        loaded = read_story(corpus_story(home.parent.name))
        if loaded.story is None:
            print(f"  {home.parent.name} does not compile", file=sys.stderr)
            continue
        program = lower(loaded.story)
        if any(program.code[pc * 4] == P.OP_RANDOM for pc in range(program.length)):
            out.append((home.parent.name, program))
    return out


def table(results: list[dict[str, Any]]) -> str:
    """The results, a line each: outcomes a draw, states and seconds, whole and face by face."""
    lines = [f"{'story':34} {'outcomes of a draw':>20} {'states':>19} {'seconds':>17}"]
    for result in results:
        whole, faces = result["whole"], result["faces"]
        cells = [
            *(f"{way['outcomes'] / max(1, way['draws']):.1f}" for way in (whole, faces)),
            *(f"{way['states']:,}{'' if way['complete'] else '+'}" for way in (whole, faces)),
            *(f"{way['seconds']:.3f}" for way in (whole, faces)),
        ]
        lines.append(
            f"{result['story'][:34]:34} {cells[0]:>9} {cells[1]:>10} {cells[2]:>9} {cells[3]:>9} "
            f"{cells[4]:>8} {cells[5]:>8}"
        )
    lines.append("(whole first, then face by face; + where it was not finished)")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--states", type=int, default=50_000)
    parser.add_argument("--corpus", action="store_true", help="the corpus's stories as well")
    options = parser.parse_args()
    stories = [(f"d{sides}", family(sides)) for sides in SIDES]
    if options.corpus:
        stories += dice_stories()
    results = [bench(name, story, options.rounds, options.states) for name, story in stories]
    print(table(results))
    save("dice", results)


if __name__ == "__main__":
    main()
