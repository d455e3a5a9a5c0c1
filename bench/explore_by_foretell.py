"""One story read whole in this process, machine code ready: what `exhaustive.py` measures.

    python bench/explore_by_foretell.py STORY.ink SECONDS

Prints {"explore": s, "solve": s, "states": …, "turns": …, "playthroughs": …, "complete": …}.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from foretell.checker.analysis import Limits, analyse
from foretell.loading import read_story
from foretell.vm.lower import lower


def main() -> None:
    program = lower(read_story(Path(sys.argv[1])).usable())
    analyse(program, limits=Limits(states=1000), compiled=True)
    found = analyse(program, limits=Limits(seconds=float(sys.argv[2])), compiled=True)
    total = found.playthroughs.total
    print(
        json.dumps(
            {
                "explore": found.timings["explore"],
                "solve": found.timings["solve"],
                "states": found.states,
                "turns": found.turns,
                "playthroughs": None if total is None else str(total),
                "complete": found.complete,
            }
        )
    )


if __name__ == "__main__":
    main()
