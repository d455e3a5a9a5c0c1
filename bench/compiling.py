"""How long a large story takes to be ready to play, and how much memory: compiler and lowering.

    python bench/compiling.py [--size 1048576] [--rounds 1] [KIND ...]

Every kind of text in `tests/hostile.py` is made as large as `--size` says, and in a process of its
own compiled, written as ink JSON and lowered, each step by the processor's clock: `parse`, `emit`
(names, tree and places), `write` (JSON), `lower`. `MiB` is the most memory the process ever held.
What is refused has no steps after the one that refused it. Medians of the rounds.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time

from peers import ROOT, save

sys.path.insert(0, str(ROOT))

from tests.hostile import HUGE

STEPS = ("parse", "emit", "write", "lower")
LONGEST = 300  # seconds for one text


def measured(text: str) -> dict[str, float]:
    """The seconds of every step, and the memory at its most."""
    from foretell import compiler, ink_json
    from foretell.vm.lower import lower

    begun = time.process_time()
    parsed = [begun]

    def collected(*given: object) -> object:
        parsed[0] = time.process_time()
        return symbols(*given)  # type: ignore[arg-type]

    symbols = compiler.Symbols
    compiler.Symbols = collected  # type: ignore[assignment,misc]
    done = compiler.compile_ink(text)
    emitted = time.process_time()
    found = {"parse": parsed[0] - begun, "emit": emitted - parsed[0]}
    if done.story is not None:
        ink_json.dump(done.story)
        written = time.process_time()
        lower(done.story)
        found |= {"write": written - emitted, "lower": time.process_time() - written}
    found["all"] = time.process_time() - begun
    found["errors"] = sum(d.severity == "error" for d in done.diagnostics)
    found["MiB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("kinds", nargs="*", help="some of the kinds (all)")
    asked.add_argument("--size", type=int, default=1 << 20, help="characters")
    asked.add_argument("--rounds", type=int, default=1)
    asked.add_argument("--one", help=argparse.SUPPRESS)
    options = asked.parse_args()
    if options.one:
        print(json.dumps(measured(HUGE[options.one](options.size))))
        return
    table: dict[str, dict[str, float]] = {}
    print(f"{'kind':<24}{''.join(f'{s:>8}' for s in STEPS)}{'all':>8}{'MiB':>7}")
    for kind in options.kinds or HUGE:
        runs: list[dict[str, float]] = []
        for _ in range(options.rounds):
            command = [sys.executable, __file__, "--one", kind, "--size", str(options.size)]
            try:
                out = subprocess.run(
                    command, capture_output=True, text=True, timeout=LONGEST, check=True
                )
                runs.append(json.loads(out.stdout))
            except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as problem:
                print(f"{kind:<24} {problem}")
        if runs:
            keys = [key for key in (*STEPS, "all", "MiB", "errors") if key in runs[0]]
            table[kind] = {key: statistics.median(run[key] for run in runs) for key in keys}
            row = table[kind]
            shown = "".join(f"{row[s]:8.2f}" if s in row else f"{'-':>8}" for s in STEPS)
            refused = "  refused" if row["errors"] else ""
            print(f"{kind:<24}{shown}{row['all']:8.2f}{row['MiB']:7.0f}{refused}", flush=True)
    save("compiling", {"size": options.size, "rounds": options.rounds, "kinds": table})


if __name__ == "__main__":
    main()
