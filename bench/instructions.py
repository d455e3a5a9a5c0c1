"""What the machine does: opcodes, pairs of them, and their share of the time.

    python bench/instructions.py [--runs 30] [--pairs 8] [STORY.ink …]

Random readers run in plain Python, an instruction at a time, and every opcode and pair of opcodes
that follow one another without a jump is counted. Then the same readers run as machine code, for
the time a turn takes, and the story is explored, for the time an edge takes; what an edge takes
beyond a turn is not the machine's. Without arguments: The Intercept, Crime Scene and Swindlestones
of the corpus, and The Vigil.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

from foretell.checker.exploring.explore import Explorer, Limits
from foretell.checker.simulation.simulate import sample
from foretell.loading import find_story, read_story
from foretell.vm import machine
from foretell.vm import program as P
from foretell.vm.lower import lower
from foretell.vm.program import Program
from foretell.vm.story import Story
from peers import corpus_story, machine_name, save

STATES = 300_000  # of a story that are explored at most


def count(program: Program, runs: int) -> tuple[Counter[int], Counter[tuple[int, int]], int]:
    """Opcodes, pairs of neighbours, and turns of so many random playthroughs."""
    opcodes: Counter[int] = Counter()
    pairs: Counter[tuple[int, int]] = Counter()
    turns = 0
    real = machine.run
    before = [-1, -1]  # the last instruction: pc, opcode

    def run(code: Any, tables: Any, memo: Any, row: Any, seen: Any, budget: int) -> int:
        status = P.BUDGET
        for _ in range(budget):
            pc = row[P.PC]
            status = real(code, tables, memo, row, seen, 1)
            if status != P.NEEDS_OPERATION and pc >= 0:
                opcode = code[pc * 4]
                opcodes[opcode] += 1
                if pc == before[0] + 1:
                    pairs[before[1], opcode] += 1
                before[:] = pc, opcode
            if status != P.BUDGET:
                break
        return status

    machine.run = run
    try:
        for number in range(runs):
            rng = random.Random(number)
            story = Story(program, seed=number)
            for _ in range(200):
                if not story.choices:
                    break
                story.choose(rng.randrange(len(story.choices)))
                turns += 1
    finally:
        machine.run = real
    return opcodes, pairs, turns


def processor_time(program: Program, runs: int) -> tuple[float, float]:
    """Seconds of the processor that so many readers take, and the choices they make."""
    began = time.process_time()
    found = sample(program, runs)
    return time.process_time() - began, found.runs * found.choices


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("stories", nargs="*", type=Path)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--pairs", type=int, default=8)
    options = parser.parse_args()
    paths = options.stories or [
        corpus_story("the-intercept--theintercept"),
        corpus_story("inky--murder-scene"),
        corpus_story("inky--swindlestones"),
        find_story("vigil"),
    ]
    print(machine_name())
    results = []
    for path in paths:
        program = lower(read_story(path).usable())
        opcodes, pairs, turns = count(program, options.runs)
        total = sum(opcodes.values())
        some = 10_000 if total / options.runs < 10_000 else 500
        short, choices = processor_time(program, some)
        long, more = processor_time(program, 3 * some)
        turn = (long - short) / (more - choices)  # without what every sample begins with
        explorer = Explorer(program, limits=Limits(states=STATES), threads=1, compiled=True)
        began = time.process_time()
        graph = explorer.run().graph
        edge = (time.process_time() - began) / max(1, graph.m)
        print(
            f"\n{path.name}: {total / max(1, turns):.0f} instructions a turn, which takes a random "
            f"reader {turn * 1e6:.2f} µs; an edge takes the explorer {edge * 1e6:.2f} µs"
        )
        shares = [(P.OPCODES[op], n / total) for op, n in opcodes.most_common(12)]
        print("  " + ", ".join(f"{name} {share:.0%}" for name, share in shares))
        follow = [
            (f"{P.OPCODES[a]} {P.OPCODES[b]}", n / total)
            for (a, b), n in pairs.most_common(options.pairs)
        ]
        print("  " + ", ".join(f"{name} {share:.1%}" for name, share in follow))
        results.append(
            {
                "story": path.name,
                "instructions_a_turn": total / max(1, turns),
                "turn_seconds": turn,
                "edge_seconds": edge,
                "opcodes": dict(shares),
                "pairs": dict(follow),
            }
        )
    save("instructions", results)


if __name__ == "__main__":
    main()
