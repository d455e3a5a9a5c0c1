"""Generated programs here and in inkjs: the same JSON, the same playthroughs.

    python -m tests.compare_generated --seeds 5000-6000                  # of generate_ink
    python -m tests.compare_generated --seeds 5000-6000 --kind games     # with dice and counters
    python -m tests.compare_generated --seeds 5000-6000 --kind wide      # of generate_wide

One node process and one of Python live through all seeds, and a program is lowered once for all of
its playthroughs. A program that differs is named with its first difference, and the rest go on;
the last line says how many were compared, and how much of them.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from foretell import ink_json
from foretell.diagnostics import render_all
from foretell.vm.lower import lower
from foretell.vm.story import Story
from tests import ours
from tests.generate_ink import seeded
from tests.generate_wide import wide_seeded
from tests.peers.agreement import first_difference, played_by_inkjs
from tests.peers.inkjs import Inkjs, OracleError
from tests.spec_pages import show

__all__ = ["KINDS", "Tally", "agree"]

TURNS: Final = 12
STEPS: Final = 10_000  # of inkjs, in one turn
KINDS: Final[dict[str, Callable[[int], str]]] = {
    "plain": seeded,
    "games": lambda seed: seeded(seed, games=True),
    "wide": wide_seeded,
}


@dataclass(slots=True)
class Tally:
    """What was compared."""

    programs: int = 0
    refused: int = 0  # by both compilers
    playthroughs: int = 0
    turns: int = 0
    problems: int = 0  # run-time errors and warnings
    given_up: int = 0  # turns that do not come to rest

    def __str__(self) -> str:
        return (
            f"{self.programs:,} programs, {self.refused:,} of them refused by both compilers; "
            f"{self.playthroughs:,} playthroughs, {self.turns:,} turns, {self.problems:,} run-time "
            f"errors and warnings; {self.given_up:,} turns not compared: they do not come to rest"
        )


def agree(oracle: Inkjs, source: str, playthroughs: int, tally: Tally | None = None) -> None:
    """Assert that both compile the source alike, and play it alike."""
    counts = tally or Tally()
    counts.programs += 1
    theirs = oracle.compile(source)
    story, problems = ours.compiled(source)
    if theirs.json is None:
        assert story is None, f"inkjs finds errors, we none: {theirs.errors or theirs.crash}"
        counts.refused += 1
        return
    assert story is not None, render_all(problems)
    text = ink_json.dump(story)
    found = ours.same_json(text, theirs.json)
    assert found is None, found
    assert ink_json.dump(ink_json.load(text)) == text
    program = lower(story)
    for seed in range(playthroughs):
        run = oracle.play(theirs, random=seed, max_turns=TURNS, seed=seed, max_steps=STEPS)
        assert run.crash is None, run.crash
        turns = played_by_inkjs(run)
        mine = ours.play(Story(program, draws=run.draws, step_budget=3 * STEPS), run.picks)
        if run.hang:
            # a turn that goes on for ever is no turn to compare, but it must end here too
            assert mine[len(turns) - 1].problems, "inkjs hangs in this turn, we do not"
            mine, turns = mine[: len(turns) - 1], turns[:-1]
            counts.given_up += 1
        difference = first_difference(show(mine), show(turns))
        assert difference is None, f"playthrough {seed}, {difference}"
        counts.playthroughs += 1
        counts.turns += len(turns)
        counts.problems += sum(len(turn.problems) for turn in turns)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 1 where something differs."""
    parser = argparse.ArgumentParser(description="Compare generated programs with inkjs.")
    parser.add_argument("--seeds", required=True, help="as in 5000-6000, the last not included")
    parser.add_argument("--kind", choices=KINDS, default="plain")
    parser.add_argument("--playthroughs", type=int, default=4, help="of each program (4)")
    options = parser.parse_args(arguments)
    first, _, last = options.seeds.partition("-")
    tally, failed, began = Tally(), 0, time.perf_counter()
    with Inkjs() as oracle:
        for seed in range(int(first), int(last or int(first) + 1)):
            try:
                agree(oracle, KINDS[options.kind](seed), options.playthroughs, tally)
            except (AssertionError, OracleError) as error:
                failed += 1
                print(f"seed {seed}: {type(error).__name__}: {error}\n", flush=True)
    seconds = time.perf_counter() - began
    print(f"{options.kind} {options.seeds}: {tally}; {failed} differ ({seconds:.0f} s)")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
