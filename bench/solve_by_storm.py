"""A graph in DRN files, built and solved by Storm's default engine: a process of its own.

    python bench/solve_by_storm.py MDP.drn DTMC.drn OUTCOMES PATIENCE [best] [worst] [uniform]

Prints {"build": s, "best": s, …, "values": {…}}: Pmax and Pmin of each outcome on the first file,
P of each on the second, from the initial state. What takes more than PATIENCE seconds is null.
Storm's default settings: relative precision 1e-6, not sound.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from typing import Any

import stormpy

ONCE = 1.0  # seconds from which a question is not asked again to be measured warm
OPERATORS = {"best": "Pmax", "worst": "Pmin", "uniform": "P"}


def solve(model: Any, operator: str, outcomes: int) -> tuple[float, list[float]]:
    """Seconds of the processor, and each outcome's value at the start."""
    began = time.process_time()
    values = []
    for k in range(outcomes):
        formula = stormpy.parse_properties(f'{operator}=? [F "outcome{k}"]')[0]
        value = stormpy.model_checking(model, formula)[model.initial_states[0]]
        values.append(float(getattr(value, "lower", value)))
    return time.process_time() - began, values


def patiently(model: Any, operator: str, outcomes: int, patience: float) -> Any:
    """The same in a child that is stopped when it takes too long; None then."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        seconds, values = solve(model, operator, outcomes)
        if seconds < ONCE:
            seconds, values = solve(model, operator, outcomes)
        os.write(write, json.dumps((seconds, values)).encode())
        os._exit(0)
    ready, _, _ = select.select([read], [], [], patience)
    told = os.read(read, 1 << 16) if ready else b"null"
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return json.loads(told or b"null")


def main() -> None:
    mdp_file, chain_file, outcomes, patience = sys.argv[1:5]
    began = time.perf_counter()
    mdp = stormpy.build_model_from_drn(mdp_file)
    found: dict[str, Any] = {"build": time.perf_counter() - began, "values": {}}
    chain = stormpy.build_model_from_drn(chain_file)
    for what in sys.argv[5:]:
        model = chain if what == "uniform" else mdp
        done = patiently(model, OPERATORS[what], int(outcomes), float(patience))
        found[what], found["values"][what] = done or (None, None)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
