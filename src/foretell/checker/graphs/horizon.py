"""How far readers were followed, choice by choice, where a story was not read whole.

A story that goes on for ever, or nearly so, is not followed to its ends: 0 % of its playthroughs
were. Still every reader may have been followed through fourteen choices, and 99 % of them through
twenty-three. `shares[k]` is the part of the uniform reader's playthroughs that, up to where k
choices have led, never came to a state nobody looked into; those that ended sooner are among them,
and `shares[0]` is of the way to the first choice.

Each reader's mass is carried along, turn by turn, so nothing has to be solved: what is said holds
whatever the rest of the story does. A draw that may go round for ever is gone round so often; what
is then still inside counts as not followed. The whole of a large graph is gone over for each turn,
so it gives up after a time, with what it knows by then.

    far = horizon(graph)
    far.whole              # choices through which every reader was followed
    far.choices(0.99)      # … and 99 of a hundred
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from foretell.checker.graphs.graph import CHANCE, TERMINAL, UNEXPLORED, StateGraph
from foretell.checker.graphs.host import run
from foretell.checker.graphs.solve import reader_weights
from foretell.vm.kernel import F64, I32, I64, U8, kernel

__all__ = ["Horizon", "horizon"]

_SECONDS: Final = 2.0
_TURNS: Final = 1000
_ENOUGH: Final = 0.01  # no more is asked once fewer are followed
_ROUNDS: Final = 50  # visits to each draw, on average, before a turn's draws are given up
_LEAST: Final = 1e-280  # mass that can still be halved; less counts as not followed


@dataclass(frozen=True, slots=True)
class Horizon:
    """Through how many choices what share of readers was followed."""

    shares: tuple[float, ...]
    whole: int  # … and through how many every reader; −1: not even to the first

    def choices(self, share: float) -> int:
        """The most choices through which at least that share was followed; −1 if none."""
        return sum(each >= share for each in self.shares) - 1


@kernel
def advance(
    count: int,
    now: I32,
    mass: F64,
    later: I32,
    after: F64,
    listed: U8,
    queue: I32,
    kind: U8,
    first_edge: I64,
    target: I32,
    weight: F64,
    room: int,
    patience: int,
    lost: F64,
) -> int:
    """Carry the mass of the `count` states in `now` through a turn; gives how many are in `later`.

    `mass` is emptied and `after` filled. What comes to a state that nobody looked into is added to
    lost[0]. `queue` is a ring with `room` for every state; `listed` says which are in it or in
    `later`, and is 0 between two calls.
    """
    size = 0
    head = 0
    waiting = 0
    i = 0
    pops = 0
    while i < count or waiting > 0:
        s = 0
        x = 0.0
        if i < count:
            s = now[i]
            i += 1
            x = mass[s]
            mass[s] = 0.0
        else:
            s = queue[head]
            head += 1
            if head == room:
                head = 0
            waiting -= 1
            listed[s] = 0
            x = after[s]
            after[s] = 0.0
            pops += 1
        if x < _LEAST or pops > patience:
            lost[0] += x
            continue
        total = 0.0
        for e in range(first_edge[s], first_edge[s + 1]):
            total += weight[e]
        for e in range(first_edge[s], first_edge[s + 1]):
            t = target[e]
            y = x * weight[e] / total
            k = kind[t]
            if k == UNEXPLORED:
                lost[0] += y
            elif k != TERMINAL:
                after[t] += y
                if listed[t] == 0:
                    listed[t] = 1
                    if k == CHANCE:
                        place = head + waiting
                        if place >= room:
                            place -= room
                        queue[place] = t
                        waiting += 1
                    else:
                        later[size] = t
                        size += 1
    for j in range(size):
        listed[later[j]] = 0
    return size


def horizon(graph: StateGraph, seconds: float = _SECONDS) -> Horizon:
    """How far the uniform reader was followed."""
    until = time.perf_counter() + seconds
    n = graph.n
    kind: Any = np.where(graph.within_turns, CHANCE, graph.kind).astype(np.uint8)
    if kind[0] == UNEXPLORED:
        return Horizon((), -1)
    weight = reader_weights(graph)
    now, later, queue = (np.zeros(n, np.int32) for _ in range(3))
    mass, after, lost = np.zeros(n), np.zeros(n), np.zeros(1)
    listed = np.zeros(n, np.uint8)
    mass[0] = 1.0
    count, whole = int(kind[0] != TERMINAL), -1
    shares = [] if kind[0] == CHANCE else [1.0]  # of the first turn's draws
    while True:
        if lost[0] == 0.0:
            whole = len(shares) - 1
        if not count or len(shares) > _TURNS or (shares and shares[-1] < _ENOUGH):
            break
        if time.perf_counter() > until:
            break
        count = run(
            advance, n + graph.m, count, now, mass, later, after, listed, queue, kind,
            graph.first_edge, graph.edge_target, weight, n, _ROUNDS * (n + 1000), lost,
        )  # fmt: skip
        now, later, mass, after = later, now, after, mass
        shares.append(max(0.0, 1.0 - float(lost[0])))
    return Horizon(tuple(shares), whole)
