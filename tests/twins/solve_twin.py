"""The checker's answers by definition: fractions, all policies, all subsets. For tiny graphs only.

A policy is one edge for each choice. For reaching a set of states, policies that remember nothing
do as well as any, so trying all of them gives best and worst exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import chain, combinations, product

from foretell.checker.graphs.graph import CHANCE, CHOICE, TERMINAL, UNEXPLORED, StateGraph

Chain = list[dict[int, Fraction]]  # for each state the odds of the next; {} stays for ever


def edges(graph: StateGraph, s: int) -> range:
    return range(int(graph.first_edge[s]), int(graph.first_edge[s + 1]))


def target(graph: StateGraph, e: int) -> int:
    return int(graph.edge_target[e])


def edge_odds(graph: StateGraph, weights: list[int] | None = None) -> dict[int, Fraction]:
    """The probability of each edge, for a reader who weighs choices so."""
    odds = {}
    for s in range(graph.n):
        drawn = graph.kind[s] == CHANCE
        w = {
            e: Fraction(graph.edge_weight[e]) if drawn else Fraction(weights[e] if weights else 1)
            for e in edges(graph, s)
        }
        if not sum(w.values()):
            w = dict.fromkeys(w, Fraction(1))
        odds.update({e: x / sum(w.values()) for e, x in w.items()})
    return odds


def policy_odds(graph: StateGraph, policy: Mapping[int, int]) -> dict[int, Fraction]:
    return {
        e: Fraction(int(policy[s] == e)) if graph.kind[s] == CHOICE else p
        for s in range(graph.n)
        for e, p in edge_odds(graph).items()
        if e in edges(graph, s)
    }


def as_chain(graph: StateGraph, odds: Mapping[int, Fraction]) -> Chain:
    rows: Chain = [{} for _ in range(graph.n)]
    for s in range(graph.n):
        for e in edges(graph, s):
            if odds[e]:
                rows[s][target(graph, e)] = rows[s].get(target(graph, e), Fraction(0)) + odds[e]
    return rows


def solve(rows: Chain, right: list[Fraction], unknown: set[int]) -> list[Fraction]:
    """The solution of x = P x + right on the unknown states, 0 elsewhere, by Gauss and Jordan."""
    order = sorted(unknown)
    matrix = [
        [Fraction(int(s == t)) - rows[s].get(t, Fraction(0)) for t in order] + [right[s]]
        for s in order
    ]
    for i in range(len(order)):
        pivot = next(j for j in range(i, len(order)) if matrix[j][i])
        matrix[i], matrix[pivot] = matrix[pivot], matrix[i]
        matrix[i] = [x / matrix[i][i] for x in matrix[i]]
        for j in range(len(order)):
            if j != i and matrix[j][i]:
                factor = matrix[j][i]
                matrix[j] = [x - factor * y for x, y in zip(matrix[j], matrix[i], strict=True)]
    x = [Fraction(0)] * len(rows)
    for i, s in enumerate(order):
        x[s] = matrix[i][-1]
    return x


def reaching(rows: Chain, goal: set[int]) -> set[int]:
    """The states from which a set can be reached."""
    found = set(goal)
    while True:
        more = {s for s, row in enumerate(rows) if s not in found and found & row.keys()}
        if not more:
            return found
        found |= more


def chain_odds(rows: Chain, goal: set[int]) -> list[Fraction]:
    """The odds of ever reaching a set, from every state."""
    right = [sum((p for t, p in row.items() if t in goal), Fraction(0)) for row in rows]
    stopped: Chain = [{t: p for t, p in row.items() if t not in goal} for row in rows]
    x = solve(stopped, right, reaching(rows, goal) - goal)
    return [Fraction(1) if s in goal else x[s] for s in range(len(rows))]


def having(graph: StateGraph, outcome: int) -> set[int]:
    return {s for s in range(graph.n) if graph.kind[s] == TERMINAL and graph.outcome[s] == outcome}


def terminals(graph: StateGraph) -> set[int]:
    return {s for s in range(graph.n) if graph.kind[s] == TERMINAL}


def unexplored(graph: StateGraph) -> set[int]:
    return {s for s in range(graph.n) if graph.kind[s] == UNEXPLORED}


def odds(graph: StateGraph, goal: set[int], weights: list[int] | None = None) -> list[Fraction]:
    return chain_odds(as_chain(graph, edge_odds(graph, weights)), goal)


def policies(graph: StateGraph) -> Iterator[dict[int, int]]:
    choices = [s for s in range(graph.n) if graph.kind[s] == CHOICE]
    for picked in product(*(edges(graph, s) for s in choices)):
        yield dict(zip(choices, picked, strict=True))


def extremes(graph: StateGraph, goal: set[int]) -> tuple[list[Fraction], list[Fraction]]:
    """The greatest and least odds of reaching a set, from every state."""
    answers = [
        chain_odds(as_chain(graph, policy_odds(graph, policy)), goal) for policy in policies(graph)
    ]
    return [max(x) for x in zip(*answers, strict=True)], [
        min(x) for x in zip(*answers, strict=True)
    ]


def finishing(
    graph: StateGraph, goal: set[int], ends: set[int]
) -> tuple[list[Fraction | None], list[Fraction | None]]:
    """The greatest and least odds, from every state, among readers who surely end from there."""
    most: list[Fraction | None] = [None] * graph.n
    least: list[Fraction | None] = [None] * graph.n
    for policy in policies(graph):
        rows = as_chain(graph, policy_odds(graph, policy))
        over, here = chain_odds(rows, ends), chain_odds(rows, goal)
        for s in range(graph.n):
            if over[s] == 1:
                x, y = most[s], least[s]
                most[s] = here[s] if x is None else max(x, here[s])
                least[s] = here[s] if y is None else min(y, here[s])
    return most, least


def mean_cost(
    graph: StateGraph, cost: Mapping[int, int], goal: set[int], weights: list[int] | None = None
) -> Fraction | None:
    """The expected cost from the start over the playthroughs that come to the goal."""
    p = edge_odds(graph, weights)
    rows, h = as_chain(graph, p), odds(graph, goal, weights)
    if not h[0]:
        return None
    right = [
        sum((p[e] * cost[e] * h[target(graph, e)] for e in edges(graph, s)), Fraction(0))
        for s in range(graph.n)
    ]
    return solve(rows, right, reaching(rows, goal) - goal)[0] / h[0]


def reachable(graph: StateGraph, s: int) -> set[int]:
    found = {s}
    while True:
        more = {target(graph, e) for t in found for e in edges(graph, t)} - found
        if not more:
            return found
        found |= more


def components(graph: StateGraph) -> set[frozenset[int]]:
    reach = [reachable(graph, s) for s in range(graph.n)]
    return {frozenset(t for t in reach[s] if s in reach[t]) for s in range(graph.n)}


def end_components(graph: StateGraph) -> set[frozenset[int]]:
    """Every set a reader can stay in, that no other contains."""

    def stays(group: frozenset[int]) -> bool:
        inner = {s: [t for e in edges(graph, s) if (t := target(graph, e)) in group] for s in group}
        if any(
            not inner[s] or (graph.kind[s] == CHANCE and len(inner[s]) < len(edges(graph, s)))
            for s in group
        ):
            return False
        for s in group:
            found, waiting = {s}, [s]
            while waiting:
                for t in inner[waiting.pop()]:
                    if t not in found:
                        found.add(t)
                        waiting.append(t)
            if found != group:
                return False
        return True

    subsets = chain.from_iterable(combinations(range(graph.n), k) for k in range(1, graph.n + 1))
    staying = [group for group in map(frozenset, subsets) if stays(group)]
    return {group for group in staying if not any(group < other for other in staying)}


def walks(graph: StateGraph, s: int = 0) -> Iterator[list[int]]:
    """Every way from a state to an end; the graph must be acyclic."""
    if graph.kind[s] == TERMINAL:
        yield []
    for e in edges(graph, s):
        for rest in walks(graph, target(graph, e)):
            yield [e, *rest]


def distances(graph: StateGraph, cost: Mapping[int, int]) -> list[int | None]:
    """The least cost of a way from the start to each state, by going over all edges n times."""
    near: list[int | None] = [0] + [None] * (graph.n - 1)
    for _ in range(graph.n):
        for s in range(graph.n):
            for e in edges(graph, s):
                here, there = near[s], near[target(graph, e)]
                if here is not None and (there is None or here + cost[e] < there):
                    near[target(graph, e)] = here + cost[e]
    return near
