"""How cost grows: a family of generated stories from a thousand to ten million states.

    python bench/growth.py                      # all sizes, each in a process of its own
    python bench/growth.py --most 1000000       # up to a million
    python bench/growth.py --threads 1

Each story is a year of days: a reader works, gathers or rests, and what they have decides where
the year ends. Nothing can be folded, since what they have is compared with what they have, so a
story of side n has about n³ situations, three turns each. Told are seconds of exploring and of
solving (by the clock, and of all processors), the bytes the store keeps of a state, and the
process's greatest memory while it solves, beyond what it has after loading.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from typing import Any

from peers import save

STORY = """
VAR gold = 0
VAR herbs = 0
VAR day = 0
-> morning
=== morning
{{ day >= {side}: -> night }}
The cock crows over the village.
+ {{ gold < {side} }} [Work in the fields]
  ~ gold = gold + 1
  You earn a coin. -> morning
+ {{ herbs < {side} }} [Gather herbs]
  ~ herbs = herbs + 1
  You find an herb. -> morning
+ [Rest]
  ~ day = day + 1
  You rest until the next day. -> morning
=== night
{{ gold > herbs:
  -> rich
}}
{{ gold == herbs:
  -> even
}}
-> wise
=== rich
You buy the mill. -> END
=== even
You stay. -> END
=== wise
They call you when they are ill. -> END
"""
SIDES = (10, 22, 46, 100, 215)


def measure(side: int, threads: int) -> dict[str, Any]:
    """Explore and solve the story of a side, in this process."""
    import resource

    from foretell.checker.analysis import BEST, WORST, with_outcomes
    from foretell.checker.exploring.explore import Explorer, Limits
    from foretell.checker.graphs.lengths import choice_extent, count_playthroughs, word_extent
    from foretell.checker.graphs.solve import extremes, flow
    from foretell.loading import compile_text
    from foretell.vm.lower import lower

    def peak() -> int:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

    program = lower(compile_text(STORY.format(side=side)).usable())
    before = peak()
    busy, began = time.process_time(), time.perf_counter()
    limits = Limits(states=40_000_000, seconds=900.0, memory=1 << 40)
    explorer = Explorer(program, limits=limits, threads=threads)
    found = explorer.run()
    explored, exploring = time.perf_counter(), time.process_time() - busy
    graph = with_outcomes(found)
    ways = count_playthroughs(graph).total
    choice_extent(graph)
    word_extent(graph)
    reader = flow(graph)
    extremes(graph, BEST)
    extremes(graph, WORST)
    solved = time.perf_counter()
    assert found.complete, found.stopped
    assert graph.n == (side + 1) ** 2 * side + 3, graph.n
    assert ways is not None
    odds = {o.name: reader.odds[k].low for k, o in enumerate(graph.outcomes)}
    assert abs(odds["rich"] - odds["wise"]) < 1e-9, odds  # work and herbs are alike
    return {
        "side": side,
        "states": graph.n,
        "turns": graph.turns,
        "explore_seconds": round(explored - began, 3),
        "solve_seconds": round(solved - explored, 3),
        "explore_processor_seconds": round(exploring, 3),
        "processor_seconds": round(time.process_time() - busy, 3),
        "turns_per_processor_second": round(graph.turns / exploring),
        "store_bytes_per_state": round(explorer.store.nbytes() / graph.n, 1),
        "peak_bytes_per_state": round((peak() - before) / graph.n, 1),
        "peak_mib": round(peak() / 2**20),
        "digits_of_playthroughs": len(str(ways)),
        "odds": odds,
    }


def main() -> None:
    """Measure all sizes and keep the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=11_000_000, help="states at most")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--one", type=int, help="measure one side and print it as JSON")
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one, options.threads)))
        return
    results = []
    for side in SIDES:
        if side**3 > options.most:
            break
        command = [sys.executable, __file__, "--one", str(side), "--threads", str(options.threads)]
        told = subprocess.run(command, check=True, capture_output=True, text=True)
        results.append(json.loads(told.stdout))
        last = results[-1]
        print(
            f"{last['states']:>12,} states  {last['explore_seconds']:8.2f} s exploring"
            f"  {last['solve_seconds']:7.2f} s solving"
            f"  {last['turns_per_processor_second']:>9,} turns/s/core"
            f"  {last['store_bytes_per_state']:6.1f} bytes a state kept"
            f"  {last['peak_bytes_per_state']:8.1f} at most",
            file=sys.stderr,
        )
    save("growth", results)


if __name__ == "__main__":
    main()
