"""Solving the same decision processes: foretell's sweep against Storm's default engine.

    python bench/solving.py [--rounds 5] [STORY.ink …]

Each graph is explored once and written as DRN (`foretell check --export`); then, in interleaved
rounds, both give the best and worst odds over all readers and the uniform reader's, of every
outcome. Storm (stormpy, PyPI) runs in a process of its own, with its default settings: an answer
to about 1e-6, not proved. foretell's is exact to about 1e-15 where there is no cycle and proved
otherwise. Seconds are of the processor, which a busy machine changes least; both have one thread.
Not counted: reading files, exploring, loading kernels. Counted on both sides: finding
components, qualitative analysis, solving. What takes either of them less than a second is asked of
it twice, and the second time counts: a millisecond after a pause of seconds measures the caches.
Without arguments: The Intercept of the corpus, The Vigil, and made-up graphs: layers, a square in
which one walks to and fro, cycles with choices (few large ones, and many), and a walk on a line.
`--only WORD` takes those with the word in their names.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from foretell.checker.analysis import analyse
from foretell.checker.graphs.export import write_drn
from foretell.checker.graphs.graph import CHANCE, CHOICE, TERMINAL, Outcome, StateGraph
from foretell.checker.graphs.host import compiled_from
from foretell.checker.graphs.solve import extremes, odds, reader_weights
from foretell.loading import find_story, read_story
from foretell.vm.lower import lower
from peers import corpus_story, medians, rounds, save

HERE = Path(__file__).parent
PATIENCE = 20.0  # seconds Storm is given for each question, unless told
ONCE = 1.0  # seconds from which a question is not asked again to be measured warm
ASKED = ("best", "worst", "uniform")
BEST, WORST = 1, -1


def story_graph(path: Path) -> StateGraph:
    """The graph of a story."""
    return analyse(lower(read_story(path).usable())).graph


def graph_of(targets: Any, kind: Any, weights: Any | None = None) -> StateGraph:
    """A graph whose states all have as many edges; the last two states are the outcomes."""
    n, k = targets.shape
    return StateGraph(
        kind=np.append(kind, [TERMINAL, TERMINAL]).astype(np.uint8),
        first_edge=np.append(np.arange(n + 1) * k, [n * k, n * k]),
        edge_target=targets.reshape(-1).astype(np.int32),
        edge_weight=np.ones(n * k) if weights is None else weights.reshape(-1).astype(float),
        outcome=np.append(np.zeros(n, np.int32), [0, 1]).astype(np.int32),
        outcomes=(Outcome("one"), Outcome("two")),
    )


def layers(n: int) -> StateGraph:
    """No cycle: choices and draws in turn, each leading a layer on."""
    width = 1000
    rng = np.random.default_rng(1)
    i = np.arange(n)
    targets = (i // width + 1)[:, None] * width + rng.integers(0, width, (n, 3))
    targets = np.where(targets >= n, n + rng.integers(0, 2, (n, 3)), targets)
    targets[0] = [1, 2, 3]
    for s in range(1, width):  # the first layer leads along itself, so that all is reached
        targets[s, 0] = s + 1
    return graph_of(targets, np.where(i // width % 2, CHANCE, CHOICE))


def square(side: int) -> StateGraph:
    """One large cycle: a walk by luck on a square, out at two places."""
    n = side * side
    x, y = np.arange(n) % side, np.arange(n) // side
    last = side - 1
    targets = np.stack(
        [
            y * side + np.maximum(x - 1, 0),
            y * side + np.minimum(x + 1, last),
            np.maximum(y - 1, 0) * side + x,
            np.minimum(y + 1, last) * side + x,
        ],
        axis=1,
    )
    targets[n - 1, 3], targets[n // 2, 0] = n, n + 1
    return graph_of(targets, np.full(n, CHANCE))


def line(n: int) -> StateGraph:
    """One large cycle: a fair walk on a line, out at both ends, and begun in the middle."""
    i = np.arange(n)
    targets = np.stack([i - 1, i + 1], axis=1)
    targets[0, 0], targets[n - 1, 1] = n, n + 1
    # state 0 is where one begins: swap it with the middle
    middle = n // 2
    name = np.arange(n + 2)
    name[0], name[middle] = middle, 0
    swapped = name[targets]
    swapped[[0, middle]] = swapped[[middle, 0]]
    return graph_of(swapped, np.full(n, CHANCE))


def hubs(n: int) -> StateGraph:
    """Large cycles with choices: scenes that lead on, and one edge in ten back to a hub before."""
    rng = np.random.default_rng(1)
    at = np.arange(n)[:, None]
    targets = np.minimum(at + rng.integers(1, 50, (n, 3)), n - 1)
    targets = np.where(targets == n - 1, n + rng.integers(0, 2, (n, 3)), targets)
    back = rng.random((n, 3)) < 0.1
    targets = np.where(back, np.maximum(at - rng.integers(0, 200, (n, 3)), 0), targets)
    return graph_of(targets, np.where(np.arange(n) % 2, CHANCE, CHOICE))


def islands(n: int, size: int = 100) -> StateGraph:
    """Many large cycles with choices, one leading on to the next."""
    rng = np.random.default_rng(1)
    at = np.arange(n)[:, None]
    home = at // size * size
    targets = home + rng.integers(0, size, (n, 3))
    targets[:, :1] = home + (at - home + 1) % size
    onward = (rng.random((n, 3)) < 0.1) & [False, True, True]
    targets = np.where(onward, home + size + rng.integers(0, size, (n, 3)), targets)
    targets = np.where(targets >= n, n + rng.integers(0, 2, (n, 3)), targets)
    return graph_of(targets, np.where(rng.random(n) < 0.5, CHOICE, CHANCE))


def anywhere(n: int) -> StateGraph:
    """One large cycle with choices that lead anywhere, and one state in a hundred out."""
    rng = np.random.default_rng(1)
    targets = rng.integers(0, n, (n, 3))
    out = rng.choice(n, n // 100, replace=False)
    targets[out, 0] = n + rng.integers(0, 2, len(out))
    return graph_of(targets, np.where(rng.random(n) < 0.5, CHOICE, CHANCE))


def ask(graph: StateGraph, what: str) -> tuple[float, list[float]]:
    """Seconds of the processor, and each outcome's value at the start."""
    fresh = replace(graph)  # without the components found the last time
    k = range(len(graph.outcomes))
    began = time.process_time()
    if what == "uniform":
        answers = odds(fresh)
        values = [answers.at(0, each).low for each in k]
    else:
        every = extremes(fresh, BEST if what == "best" else WORST)
        values = [every[each].at(0).low for each in k]
    return time.process_time() - began, values


def by_foretell(graph: StateGraph) -> Callable[[], dict[str, Any]]:
    """One measurement of foretell on a graph that nothing is known of."""

    def measure() -> dict[str, Any]:
        found: dict[str, Any] = {"values": {}}
        with compiled_from(0):
            for what in ASKED:
                found[what], found["values"][what] = ask(graph, what)
                if found[what] < ONCE:
                    found[what], _ = ask(graph, what)
        return found

    measure()  # loads the kernels
    return measure


def by_storm(
    mdp: Path, chain: Path, outcomes: int, patience: float
) -> Callable[[], dict[str, Any]]:
    """One measurement of Storm. What it was too slow for once is not asked again."""
    command = [sys.executable, str(HERE / "solve_by_storm.py"), str(mdp), str(chain)]
    wanted = list(ASKED)

    def measure() -> dict[str, Any]:
        done = subprocess.run(
            [*command, str(outcomes), str(patience), *wanted],
            capture_output=True, text=True, timeout=4 * patience + 300, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stderr.strip()[-160:])
        found = dict(json.loads(done.stdout.strip().splitlines()[-1]))
        wanted[:] = [what for what in wanted if found[what] is not None]
        return found

    return measure


def bench(name: str, graph: StateGraph, count: int, patience: float) -> dict[str, Any]:
    """Both on one graph."""
    with tempfile.TemporaryDirectory() as folder:
        mdp, chain = Path(folder, "mdp.drn"), Path(folder, "chain.drn")
        write_drn(graph, mdp)
        write_drn(graph, chain, reader_weights(graph, None))
        failed: dict[str, str] = {}
        contenders = {
            "foretell": by_foretell(graph),
            "storm": by_storm(mdp, chain, len(graph.outcomes), patience),
        }
        measured = rounds(contenders, count, failed)
    figures = {
        f"{who} {what}": [float(one[what]) for one in every]
        for who, every in measured.items()
        for what in (*ASKED, "build")
        if all(one.get(what) is not None for one in every)
    }
    values = {who: every[-1]["values"] for who, every in measured.items()}
    return {
        "graph": name,
        "states": graph.n,
        "edges": graph.m,
        "outcomes": len(graph.outcomes),
        "cyclic": graph.components.count < graph.n,
        "medians": medians(figures),
        "apart": apart(values) if "storm" in values else None,
        "failed": failed,
        "rounds": figures,
    }


def apart(values: dict[str, dict[str, list[float]]]) -> float:
    """How far the two answers differ at most."""
    return max(
        (
            abs(x - y)
            for what, theirs in values["storm"].items()
            if theirs is not None
            for x, y in zip(values["foretell"][what], theirs, strict=True)
        ),
        default=0.0,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("stories", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--patience", type=float, default=PATIENCE, help="seconds Storm is given")
    parser.add_argument("--only", default="", metavar="WORD", help="a word in a graph's name")
    options = parser.parse_args()
    patience = options.patience
    graphs: dict[str, Callable[[], StateGraph]] = {
        path.name: lambda path=path: story_graph(path) for path in options.stories
    }
    if not graphs:
        path = corpus_story("the-intercept--theintercept")
        graphs[path.name] = lambda: story_graph(path)
        graphs["vigil.ink"] = lambda: story_graph(find_story("vigil"))
        graphs["layers, 100,000"] = lambda: layers(100_000)
        graphs["square, 100 × 100"] = lambda: square(100)
        graphs["square, 300 × 300"] = lambda: square(300)
        graphs["hubs, 10,000"] = lambda: hubs(10_000)
        graphs["hubs, 100,000"] = lambda: hubs(100_000)
        graphs["islands, 100,000"] = lambda: islands(100_000)
        graphs["anywhere, 100,000"] = lambda: anywhere(100_000)
        graphs["line, 2,000"] = lambda: line(2_000)
        graphs["line, 100,000"] = lambda: line(100_000)
    graphs = {name: make for name, make in graphs.items() if options.only in name}
    results = []
    for name, make in graphs.items():
        print(name, file=sys.stderr)
        results.append(bench(name, make(), options.rounds, patience))
    head = f"{'graph':20} {'states':>9} {'edges':>10} {'':8} {'foretell':>9} {'Storm':>9}"
    print(f"{head} {'ratio':>8}   values apart")
    for result in results:
        m = result["medians"]
        for what in ASKED:
            ours, theirs = m[f"foretell {what}"], m.get(f"storm {what}")
            other = (
                f"{theirs:9.3f} {theirs / ours:7.1f}×"
                if theirs
                else f"{'> ' + format(patience, '.0f'):>9} {'':8}"
            )
            off = f"{result['apart']:.1e}" if theirs and what == "best" else ""
            print(
                f"{result['graph']:20} {result['states']:9,} {result['edges']:10,} {what:8} "
                f"{ours:9.4f} {other}   {off}"
            )
        for who, why in result["failed"].items():
            print(f"{result['graph']:20} {who} {why}")
    save("solving", results)


if __name__ == "__main__":
    main()
