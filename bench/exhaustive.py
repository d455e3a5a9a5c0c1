"""Reading stories whole: foretell, a plain explorer over inkjs, and what inkcheck publishes.

    python bench/exhaustive.py [--rounds 5] [--seconds 20] [STORY.ink …]

Of foretell three things are measured in each round: exploring and solving in a process whose
machine code is ready (`explore`, `solve`), the whole command `foretell check` with its cache, and
the same with an empty one, as on a fresh machine. The plain explorer (`explore_by_inkjs.js`) saves
and loads inkjs's own state, breadth first, with no reduction, for SECONDS once a round; that it is
seldom complete is the point. foretell stops after LIMIT seconds. inkcheck's figures are quoted from
its README, not measured.

Without arguments: The Intercept and Dog Ink Adventure of the corpus, and The Vigil.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from foretell import ink_json
from foretell.loading import find_story
from peers import compiled, corpus_story, medians, rounds, save

HERE = Path(__file__).parent
PATIENCE = 900.0
LIMIT = 20  # seconds of exploring
PUBLISHED = {
    "TheIntercept.ink": "inkcheck: partial after 5,000,000 states, 6 to 12 minutes",
    "root.ink": "inkcheck: partial, 244,000 states in 840 s",
}
SOURCE = "https://github.com/chaoz23/inkcheck (README)"


def output_of(command: list[str], env: dict[str, str] | None = None) -> str:
    """What a command prints; RuntimeError where it can't be used."""
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=PATIENCE, check=False, env=env
    )
    if done.returncode not in (0, 1, 3):  # `check` also says 1: problems, 3: not complete
        raise RuntimeError((done.stderr.strip() or f"ended with {done.returncode}")[-160:])
    return done.stdout


def contenders(path: Path, file: Path, seconds: float) -> dict[str, Callable[[], dict[str, Any]]]:
    """What makes one measurement of each."""

    def in_process() -> dict[str, Any]:
        script = str(HERE / "explore_by_foretell.py")
        found = output_of([sys.executable, script, str(path), str(LIMIT)])
        return dict(json.loads(found))

    def command(cache: str) -> float:
        began = time.perf_counter()
        env = {**os.environ, "FORETELL_CACHE": cache}
        limit = ("--max-seconds", str(LIMIT))
        output_of([sys.executable, "-m", "foretell", "check", str(path), *limit], env)
        return time.perf_counter() - began

    def warm() -> dict[str, Any]:
        cache = file.parent / "cache"
        if not cache.exists():
            command(str(cache))  # the first time fills it
        return {"whole": command(str(cache))}

    def cold() -> dict[str, Any]:
        with tempfile.TemporaryDirectory() as empty:
            return {"whole": command(empty)}

    def inkjs() -> dict[str, Any]:
        script = str(HERE / "explore_by_inkjs.js")
        return dict(json.loads(output_of(["node", script, str(file), str(seconds)])))

    return {"foretell": in_process, "warm": warm, "cold": cold, "inkjs": inkjs}


def bench(path: Path, count: int, seconds: float) -> dict[str, Any]:
    """All contenders on one story."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "story.json")
        file.write_text(ink_json.dump(compiled(path)), "utf-8")
        failed: dict[str, str] = {}
        measured = rounds(contenders(path, file, seconds), count, failed)
    figures = {
        f"{name} {what}": [float(one[what]) for one in every]
        for name, every in measured.items()
        for what in ("explore", "solve", "whole", "states", "turns", "seconds")
        if what in every[0]
    }
    return {
        "story": path.name,
        "medians": medians(figures),
        "complete": {name: every[-1]["complete"] for name, every in measured.items()
                     if "complete" in every[-1]},
        "playthroughs": measured["foretell"][-1]["playthroughs"],
        "published": PUBLISHED.get(path.name),
        "source": SOURCE if path.name in PUBLISHED else None,
        "failed": failed,
        "rounds": figures,
    }  # fmt: skip


def show(result: dict[str, Any]) -> None:
    """One story as lines of a table."""
    m = result["medians"]

    def line(who: str, states: float, turns: float, seconds: float, note: str) -> None:
        rate = turns / seconds if seconds else 0.0
        print(f"  {who:24} {states:12,.0f} {turns:12,.0f} {seconds:9.3f} {rate:12,.0f}  {note}")

    print(f"\n{result['story']}")
    print(f"  {'':24} {'states':>12} {'turns':>12} {'seconds':>9} {'turns/s':>12}")
    whole = "complete" if result["complete"]["foretell"] else "not complete"
    states, turns = m["foretell states"], m["foretell turns"]
    line("foretell, exploring", states, turns, m["foretell explore"], whole)
    both = m["foretell explore"] + m["foretell solve"]
    line("… and solving", states, turns, both, "")
    for name, said in (("warm", "the whole command"), ("cold", "… on a fresh machine")):
        if f"{name} whole" in m:
            print(f"  {said:24} {'':12} {'':12} {m[f'{name} whole']:9.3f}")
    if "inkjs seconds" in m:
        whole = "complete" if result["complete"]["inkjs"] else "not complete"
        line("inkjs, plain", m["inkjs states"], m["inkjs turns"], m["inkjs seconds"], whole)
    if result["published"]:
        print(f"  {result['published']} ({result['source']})")
    for name, why in result["failed"].items():
        print(f"  {name} {why}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("stories", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=10.0)
    options = parser.parse_args()
    usual = [*map(corpus_story, ("the-intercept--theintercept", "dog-ink-adventure"))]
    results = []
    for path in options.stories or [*usual, find_story("vigil")]:
        print(path.name, file=sys.stderr)
        results.append(bench(path, options.rounds, options.seconds))
    for result in results:
        show(result)
    save("exhaustive", results)


if __name__ == "__main__":
    main()
