"""Choices that make no difference: those that lead where another one offered with them leads.

    met, alike, first = count_alike(graph, edge_point, points)

It looks at one state at a time, so ten million states take no memory for it.
"""

from __future__ import annotations

import numpy as np

from foretell.checker.graphs.graph import Int32s, Int64s, StateGraph
from foretell.checker.graphs.host import run
from foretell.vm.kernel import I32, I64, kernel

__all__ = ["count_alike"]


@kernel
def _count(
    n: int, first_edge: I64, target: I32, point: I32, met: I64, alike: I64, first: I64
) -> None:
    """Fill in the three counts of `count_alike`."""
    for s in range(n):
        for e in range(first_edge[s], first_edge[s + 1]):
            p = point[e]
            if p >= 0:
                met[p] += 1
                for other in range(first_edge[s], first_edge[s + 1]):
                    if other != e and target[other] == target[e]:
                        alike[p] += 1
                        if first[p] < 0:
                            first[p] = s
                        break


def count_alike(
    graph: StateGraph, edge_point: Int32s, points: int
) -> tuple[Int64s, Int64s, Int64s]:
    """Of each choice point how often it is offered, how often a sibling leads to the very same
    state, and the first state where that is so (−1: never)."""
    met, alike = np.zeros(points + 1, np.int64), np.zeros(points + 1, np.int64)
    first = np.full(points + 1, -1, np.int64)
    run(
        _count, graph.n + graph.m, graph.n, graph.first_edge, graph.edge_target, edge_point,
        met, alike, first,
    )  # fmt: skip
    return met[:points], alike[:points], first[:points]
