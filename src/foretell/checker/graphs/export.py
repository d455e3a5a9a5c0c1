"""The graph as other model checkers read it: Storm's DRN format and PRISM's explicit files.

Odds that foretell gives can so be checked by programs that share no line with it. Both formats
take Markov decision processes: a choice becomes one action per edge, each certain of its target,
and a draw one action with all its outcomes. States are labelled `init`, `unexplored`, and each
outcome with its index, `outcome0`, `outcome1` …, since names in these formats are restricted;
a comment beside each gives the name. Two rewards go with every action: `turns`, 1 at a choice,
and `words`, at a draw the expected ones. States without edges get a loop onto themselves, which
both formats want.

    write_drn(graph, "story.drn")      # then: storm --explicit-drn story.drn --prop 'Pmax=? [F
                                       #   "outcome0"]'
    write_prism(graph, "story")        # story.tra, story.lab, story.trew for prism -importtrans

Several edges of one draw to one target are added up, as both want one entry for each.

With the weights of a reader the graph is that reader's Markov chain instead: each state has one
action, which holds the odds of everything the reader does there.

    write_drn(graph, "uniform.drn", reader_weights(graph, None))

What this does not do: read these formats, or keep labels of edges and paths.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from foretell.checker.graphs.graph import CHOICE, TERMINAL, UNEXPLORED, StateGraph

__all__ = ["actions", "drn", "write_drn", "write_prism"]

Floats = npt.NDArray[np.float64]
Action = tuple[float, float, dict[int, float]]


def actions(graph: StateGraph, state: int, weights: Floats | None = None) -> list[Action]:
    """A state's actions: turns, expected words, and the odds of each target.

    `weights`, one for each edge, are those of the reader whose chain it is.
    """
    span = range(int(graph.first_edge[state]), int(graph.first_edge[state + 1]))
    if not span:
        return [(0.0, 0.0, {state: 1.0})]
    weight = graph.edge_weight if weights is None else weights
    edges = [(int(graph.edge_target[e]), float(weight[e]), int(graph.edge_words[e])) for e in span]
    chosen = graph.kind[state] == CHOICE
    if chosen and weights is None:
        return [(1.0, float(words), {target: 1.0}) for target, _, words in edges]
    total = sum(weight for _, weight, _ in edges)
    odds: dict[int, float] = {}
    for target, share, _ in edges:
        if share > 0:
            odds[target] = odds.get(target, 0.0) + share / total
    words = sum(weight * words for _, weight, words in edges) / total
    return [(float(chosen), words, dict(sorted(odds.items())))]


def _labels(graph: StateGraph, state: int) -> list[str]:
    labels = ["init"] if state == 0 else []
    if graph.kind[state] == TERMINAL:
        labels.append(f"outcome{int(graph.outcome[state])}")
    if graph.kind[state] == UNEXPLORED:
        labels.append("unexplored")
    return labels


def drn(graph: StateGraph, weights: Floats | None = None) -> Iterator[str]:
    """The lines of a DRN file: of a decision process, or of the chain of a reader's weights."""
    for k, outcome in enumerate(graph.outcomes):
        name = " ".join(outcome.name.split())
        yield f"// outcome{k}: {outcome.kind} {name}"
    all_actions = [actions(graph, s, weights) for s in range(graph.n)]
    yield from (
        f"@type: {'MDP' if weights is None else 'DTMC'}",
        "@value_type: double",
        "@parameters",
        "",
        "@reward_models",
    )
    yield from ("turns words", "@nr_states", str(graph.n))
    yield from ("@nr_choices", str(sum(map(len, all_actions))), "@model")
    for s, offered in enumerate(all_actions):
        # Rewards stand with the actions; those of states are 0.
        yield " ".join([f"state {s} [0, 0]", *_labels(graph, s)])
        for a, (turns, words, odds) in enumerate(offered):
            yield f"\taction {a} [{turns!r}, {words!r}]"
            for target, p in odds.items():
                yield f"\t\t{target} : {p!r}"


def write_drn(graph: StateGraph, path: str | Path, weights: Floats | None = None) -> None:
    """Write a graph in Storm's DRN format."""
    lines = (f"{line}\n" for line in drn(graph, weights))
    Path(path).write_text("".join(lines), encoding="utf-8")


def write_prism(graph: StateGraph, path: str | Path, weights: Floats | None = None) -> list[Path]:
    """Write PRISM's explicit files beside each other: .tra, .lab, .turns.trew, .words.trew."""
    rows: list[str] = []
    rewards: dict[str, list[str]] = {"turns": [], "words": []}
    choices = 0
    for s in range(graph.n):
        offered = actions(graph, s, weights)
        choices += len(offered)
        for a, (turns, words, odds) in enumerate(offered):
            action = f"{a} " if weights is None else ""  # a chain has none to number
            for target, p in odds.items():
                rows.append(f"{s} {action}{target} {p!r}")
                for name, reward in (("turns", turns), ("words", words)):
                    if reward:
                        rewards[name].append(f"{s} {action}{target} {reward!r}")
    names = ["init", "deadlock", "unexplored"]
    names += [f"outcome{k}" for k in range(len(graph.outcomes))]
    number = {name: i for i, name in enumerate(names)}
    labels = [" ".join(f'{i}="{name}"' for i, name in enumerate(names))]
    for s in range(graph.n):
        numbers = " ".join(str(number[name]) for name in _labels(graph, s))
        labels += [f"{s}: {numbers}"] if numbers else []
    base = Path(path)
    head = f"{graph.n} {choices}" if weights is None else str(graph.n)
    files = {
        ".tra": [f"{head} {len(rows)}", *rows],
        ".lab": labels,
        **{f".{n}.trew": [f"{head} {len(r)}", *r] for n, r in rewards.items()},
    }
    written = []
    for suffix, lines in files.items():
        target_path = base.with_name(base.name + suffix)
        target_path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        written.append(target_path)
    return written
