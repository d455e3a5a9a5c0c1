"""Paths through deals that the graph keeps nothing of.

A graph has a state for each draw of a text-only shuffle (`wording`), but not for what it has dealt
before: `StateGraph.afresh` names the shuffle, and there is an edge for every element. Who plays
meets fewer: an element comes once in a round, and the last one left comes without a draw. All those
edges lead to the same state, though, or to it by way of other such draws, so a way through the
graph becomes one that can be played by moving on to an element that was not yet dealt:

    graph       deal afresh       0   0   0   0
    played      by the same path  0   1   2  (3 is left: no draw)

`as_played` does that to a way, `Deals` follows what has been dealt. As many deals make a round as
there are elements; all begin anew at the start of the graph.

What this does not do: know a story. It needs the graph's arrays alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from foretell.checker.graphs.graph import StateGraph

__all__ = ["Deals", "as_played"]


class Deals:
    """What each text-only shuffle has dealt in its present round."""

    def __init__(self, graph: StateGraph) -> None:
        self.graph = graph
        self.dealt: dict[int, set[int]] = {}

    def deals(self, state: int) -> bool:
        """Whether a text-only shuffle deals at a state."""
        afresh = self.graph.afresh
        return afresh is not None and bool(afresh[state] >= 0)

    def left(self, state: int) -> list[int]:
        """The edges of the elements that may be dealt at a state; one alone needs no draw."""
        graph = self.graph
        assert graph.afresh is not None
        dealt = self.dealt.get(int(graph.afresh[state]), set())
        edges = range(int(graph.first_edge[state]), int(graph.first_edge[state + 1]))
        return [e for e in edges if int(graph.edge_label[e]) not in dealt]

    def deal(self, edge: int) -> None:
        """Note that the element of an edge was dealt."""
        graph = self.graph
        assert graph.afresh is not None
        state = int(graph.edge_source[edge])
        if len(self.left(state)) == 1:
            self.dealt[int(graph.afresh[state])] = set()
        else:
            dealt = self.dealt.setdefault(int(graph.afresh[state]), set())
            dealt.add(int(graph.edge_label[edge]))


def as_played(graph: StateGraph, edges: Sequence[int]) -> list[tuple[int, bool]]:
    """A way from the start as it can be played: edges, and whether each is a choice or a draw.

    Where the way given ends in the midst of an element that is dealt otherwise, this one ends as
    near to it as there is a place.
    """
    if graph.afresh is None or not len(edges):
        return [(e, True) for e in edges]
    deals = Deals(graph)
    played: list[tuple[int, bool]] = []
    state = int(graph.edge_source[edges[0]])
    end = int(graph.edge_target[edges[-1]])
    i = 0
    while i < len(edges) or state != end:
        wanted = int(graph.edge_source[edges[i]]) if i < len(edges) else end
        if state == wanted and not deals.deals(state):
            played.append((edges[i], True))
            state = int(graph.edge_target[edges[i]])
            i += 1
            continue
        if state != wanted:
            # an element dealt otherwise has more draws in it, or fewer, than that on the way
            before, behind = _between(graph, state, wanted), _between(graph, wanted, state)
            if before is None or (behind is not None and behind < before):
                if i == len(edges):
                    break
                assert deals.deals(wanted), "two elements of a text-only shuffle never met again"
                i += 1
                continue
        left = deals.left(state)
        edge = left[0]
        if state == wanted:
            label = int(graph.edge_label[edges[i]])
            edge = next((e for e in left if int(graph.edge_label[e]) >= label), left[0])
            i += 1
        played.append((edge, len(left) > 1))
        deals.deal(edge)
        state = int(graph.edge_target[edge])
    return played


def _between(graph: StateGraph, state: int, goal: int) -> int | None:
    """The least number of such draws that lead from a state to another; None if none do."""
    assert graph.afresh is not None
    waiting = deque([(state, 0)])
    met = {state}
    while waiting:
        at, steps = waiting.popleft()
        if at == goal:
            return steps
        if graph.afresh[at] < 0:
            continue
        for e in range(int(graph.first_edge[at]), int(graph.first_edge[at + 1])):
            to = int(graph.edge_target[e])
            if to not in met:
                met.add(to)
                waiting.append((to, steps + 1))
    return None
