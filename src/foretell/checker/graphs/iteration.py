"""Going round a large cyclic component until little moves: fast where it is left soon.

Gauss and Seidel's iteration takes each state's value anew from those its edges lead to, the newest
there are. Where readers leave soon, some dozens of rounds settle a hundred thousand states in a
fraction of what elimination takes; where they linger, no number of rounds is enough. So it is
watched: `settle_down` goes on while the changes shrink fast enough to be done within LIMIT rounds,
and gives up as soon as they do not. What it comes to is *no answer yet*: that little changes
proves nothing. `prove` bounds the error in double precision, as `linear`, which tells why, does
with more digits where these are not enough.

`bicgstab` is van der Vorst's method for what lingers: one slow mode, which a reader who is seldom
let out makes, costs it a step and not the millions of rounds the plain iteration takes.

`bracket` iterates from below and from above at once, which is a proof of its own, if a slow one;
`pour` lets what stands in a component run through it.

What this does not do: decide what to try next.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from foretell.checker.graphs.descent import BEST, WORST
from foretell.checker.graphs.graph import Floats, Int64s, Mask
from foretell.checker.graphs.host import run
from foretell.checker.graphs.sweep import EPSILON
from foretell.vm.kernel import F64, I32, I64, U8, kernel

if TYPE_CHECKING:
    from foretell.checker.graphs.fragment import Fragment

__all__ = [
    "CLEAR",
    "LIMIT",
    "best_edges",
    "bicgstab",
    "bracket",
    "pour",
    "prove",
    "settle_down",
]

LIMIT = 2000  # rounds that are cheaper than eliminating
_FIRST = 16  # rounds before the first look
_SHARE = 8  # … and between two
_PATIENCE = 32  # rounds before the first doubt: values may still be on their way in
_STILL = 4e-16  # a change that rounding alone can make
CLEAR = 1e-8  # what an edge falls short by that no proof need look at


def settle_down(
    fragment: Fragment,
    gain: Floats,
    sense: int,
    *,
    step: float = 0.0,
    open_edges: Mask | None = None,
    enough: float = 0.0,
) -> tuple[Floats, bool]:
    """Values of a component, a column for each of `gain`, and whether they have come to rest.

    `step` is gained in each state. Where `open_edges` are given, choices take no other. To rest
    is to change by `enough` a round at the most, or, if that is 0, by what moves the end by less
    than 1e-13, or by no more than rounding does.
    """
    s, width = len(fragment.states), gain.shape[1]
    x = np.zeros((s, width))
    mask = np.ones(1, np.uint8) if open_edges is None else open_edges.view(np.uint8)
    rounds, before, wanted = 0, math.inf, enough or _STILL
    while rounds < LIMIT:
        share = _SHARE if rounds else _FIRST
        change = run(
            approach, (len(fragment.edges) + s) * width, s, fragment.first, fragment.target,
            fragment.odds, gain.reshape(-1), width, fragment.averaging, mask,
            int(open_edges is not None), sense, step, share, wanted, x.reshape(-1),
        )  # fmt: skip
        rounds += share
        rate = (change / before) ** (1.0 / share) if before else 0.0
        # What is still to come is a geometric series, change · (rate + rate² + …).
        lasting = max(rate, 0.5)
        wanted = enough or max(_STILL, 1e-13 * (1.0 - lasting) / lasting)
        if change <= wanted:
            return x, True
        to_go = math.log(wanted / change) / math.log(rate) if 0.0 < rate < 1.0 else LIMIT
        if rounds >= _PATIENCE and rounds + to_go > LIMIT:
            break
        before = change
    return x, False


@kernel
def approach(
    s: int,
    first_edge: I64,
    edge_target: I32,
    odds: F64,
    gain: F64,
    width: int,
    averaging: U8,
    edge_open: U8,
    masked: int,
    sense: int,
    step: float,
    rounds: int,
    enough: float,
    x: F64,
) -> float:
    """Some rounds, fewer if so little changes → how much a value changed at most in the last.

    `edge_target` is −1 where an edge leaves, for `gain[e * width + k]`. States stand sinks first,
    so that but for the edges that close cycles all lead to what has just been written.
    """
    change = 0.0
    for _round in range(rounds):
        change = 0.0
        for v in range(s):
            start = first_edge[v]
            end = first_edge[v + 1]
            for k in range(width):
                y = 0.0
                if averaging[v] != 0:
                    for e in range(start, end):
                        w = edge_target[e]
                        y += odds[e] * (x[w * width + k] if w >= 0 else gain[e * width + k])
                elif sense == BEST:
                    y = -1.0
                    for e in range(start, end):
                        if masked == 0 or edge_open[e] != 0:
                            w = edge_target[e]
                            y = max(y, x[w * width + k] if w >= 0 else gain[e * width + k])
                else:
                    y = 1e300
                    for e in range(start, end):
                        if masked == 0 or edge_open[e] != 0:
                            w = edge_target[e]
                            y = min(y, x[w * width + k] if w >= 0 else gain[e * width + k])
                y += step
                change = max(change, abs(y - x[v * width + k]))
                x[v * width + k] = y
        if change <= enough:
            return change
    return change


def prove(
    fragment: Fragment, gain: Floats, sense: int, x: Floats, steps: Floats | None = None
) -> float:
    """A bound on the error of values x, a column for each of `gain`; infinite where none is found
    soon. Everything is counted that double precision may have lost (see `linear`).

    `steps` are about those until the exit, if they are known."""
    s, m, width = len(fragment.states), len(fragment.edges), x.shape[1]
    near = np.zeros(m, np.uint8)
    residual = run(
        _residual, (m + s) * width, s, fragment.first, fragment.target, fragment.odds,
        gain.reshape(-1), width, fragment.averaging, sense, x.reshape(-1), near,
    )  # fmt: skip
    if steps is None:
        latest, still = settle_down(
            fragment, np.zeros((m, 1)), BEST, step=1.0, open_edges=near, enough=0.1
        )
        if not still:
            return math.inf
        steps = latest[:, 0].copy()
    fall = run(
        _fall, m + s, s, fragment.first, fragment.target, fragment.odds, fragment.averaging, near,
        steps,
    )  # fmt: skip
    # An edge's odds have lost as many roundings as its state has edges, the sum as many again.
    lost = 2.0 * (float(np.diff(fragment.first).max()) + 3.0) * EPSILON
    most = float(steps.max())
    if not (np.isfinite(x).all() and steps.min() >= 0.0 and fall >= 0.5 + lost * most):
        return math.inf
    error = 2.0 * most * (residual + lost * max(1.0, float(np.abs(x).max())))
    return error if error <= CLEAR / 2 else math.inf


@kernel
def _residual(
    s: int,
    first_edge: I64,
    edge_target: I32,
    odds: F64,
    gain: F64,
    width: int,
    averaging: U8,
    sense: int,
    x: F64,
    near: U8,
) -> float:
    """By how much a step would change a value at most; `near`, 0 at first, becomes 1 for edges of
    choices that come within CLEAR of the best in any column."""
    most = 0.0
    for v in range(s):
        for k in range(width):
            y = 0.0
            if averaging[v] == 0:
                y = -1.0 if sense == BEST else 1e300
            for e in range(first_edge[v], first_edge[v + 1]):
                w = edge_target[e]
                z = x[w * width + k] if w >= 0 else gain[e * width + k]
                if averaging[v] != 0:
                    y += odds[e] * z
                else:
                    y = max(y, z) if sense == BEST else min(y, z)
            most = max(most, abs(y - x[v * width + k]))
            if averaging[v] == 0:
                for e in range(first_edge[v], first_edge[v + 1]):
                    w = edge_target[e]
                    z = x[w * width + k] if w >= 0 else gain[e * width + k]
                    if abs(z - y) <= CLEAR:
                        near[e] = 1
    return most


@kernel
def _fall(
    s: int,
    first_edge: I64,
    edge_target: I32,
    odds: F64,
    averaging: U8,
    near: U8,
    steps: F64,
) -> float:
    """By how much `steps` fall at least when one is taken, along any edge that is near."""
    least = 1e300
    for v in range(s):
        y = 0.0
        for e in range(first_edge[v], first_edge[v + 1]):
            w = edge_target[e]
            z = steps[w] if w >= 0 else 0.0
            if averaging[v] != 0:
                y += odds[e] * z
            elif near[e] != 0:
                y = max(y, z)
        least = min(least, steps[v] - y)
    return least


def best_edges(fragment: Fragment, gain: Floats, sense: int, x: Floats) -> Int64s:
    """In each state the first edge (its place) that comes to the most, or least, at values x."""
    along = np.where(fragment.target >= 0, x[fragment.target], gain)
    extreme = (np.maximum if sense == BEST else np.minimum).reduceat(along, fragment.first[:-1])
    hits = np.flatnonzero(along == np.repeat(extreme, np.diff(fragment.first)))
    places: Int64s = hits[np.searchsorted(hits, fragment.first[:-1])]
    return places


@kernel
def bracket(
    s: int,
    first_edge: I64,
    edge_target: I32,
    odds: F64,
    gain: F64,
    averaging: U8,
    sense: int,
    sweeps: int,
    low: F64,
    high: F64,
) -> float:
    """Draw bounds together by Gauss and Seidel's iteration → how far apart they still are.

    `edge_target` is −1 where an edge leaves, for `gain[e]`. Each new bound is rounded outward by
    more than the sum could have lost, so that both stay bounds however long this goes on.
    """
    apart = 0.0
    for turn in range(sweeps):
        apart = 0.0
        for j in range(s):
            v = j if turn % 2 == 0 else s - 1 - j
            a = 0.0
            z = 0.0
            if averaging[v] == 0 and sense == WORST:
                a = 2.0
                z = 2.0
            for e in range(first_edge[v], first_edge[v + 1]):
                w = edge_target[e]
                x = gain[e]
                y = x
                if w >= 0:
                    x = low[w]
                    y = high[w]
                if averaging[v] != 0:
                    a += odds[e] * x
                    z += odds[e] * y
                elif sense == BEST:
                    a = max(a, x)
                    z = max(z, y)
                else:
                    a = min(a, x)
                    z = min(z, y)
            if averaging[v] != 0:
                loss = 1.2e-16 * float(first_edge[v + 1] - first_edge[v] + 3)
                a = a * (1.0 - loss)
                z = z * (1.0 + loss)
            low[v] = max(low[v], a)
            high[v] = min(high[v], z)
            apart = max(apart, high[v] - low[v])
    return apart


@kernel
def pour(
    s: int, first_edge: I64, edge_target: I32, odds: F64, sweeps: int, rest: F64, passed: F64
) -> float:
    """Let what rests at each state run on, and note what passes → how much rests then.

    What has left the component and what rests in it always add up to what arrived.
    """
    held = 0.0
    for _sweep in range(sweeps):
        for v in range(s - 1, -1, -1):
            amount = rest[v]
            if amount > 0.0:
                rest[v] = 0.0
                passed[v] += amount
                for e in range(first_edge[v], first_edge[v + 1]):
                    w = edge_target[e]
                    if w >= 0:
                        rest[w] += amount * odds[e]
    for v in range(s):
        held += rest[v]
    return held


# A method that remembers where it has been ------------------------------------------------------


@kernel
def _apply(s: int, first: I64, target: I32, odds: F64, work: F64, x: int, y: int) -> None:
    """y = x − P x, for vectors that begin at x and y in `work`."""
    for v in range(s):
        z = work[x + v]
        for e in range(first[v], first[v + 1]):
            z -= odds[e] * work[x + target[e]]
        work[y + v] = z


@kernel
def _substitute(
    s: int, first: I64, target: I32, odds: F64, downward: int, work: F64, x: int, y: int
) -> None:
    """Solve for y what is left of y − P y = x without the elements above the diagonal, or, if
    `downward`, below it."""
    for j in range(s):
        v = s - 1 - j if downward != 0 else j
        z = work[x + v]
        stay = 0.0
        for e in range(first[v], first[v + 1]):
            w = target[e]
            if w == v:
                stay += odds[e]
            elif (w > v) == (downward != 0):
                z += odds[e] * work[y + w]
        work[y + v] = z / (1.0 - stay)


@kernel
def _dot(s: int, work: F64, x: int, y: int) -> float:
    z = 0.0
    for v in range(s):
        z += work[x + v] * work[y + v]
    return z


@kernel
def bicgstab(
    s: int,
    first: I64,
    target: I32,
    odds: F64,
    downward: int,
    b: F64,
    steps: int,
    enough: float,
    work: F64,
    x: F64,
) -> float:
    """Solve x = P x + b by van der Vorst's method → what is left of b's length, as a share.

    `work` has room for seven vectors, `x` is 0. What makes the system near to the identity is Gauss
    and Seidel's triangle: the one below the diagonal, where targets come before their sources.
    """
    r = 0
    shadow = s
    p = 2 * s
    ap = 3 * s
    near = 4 * s
    t = 5 * s
    half = 6 * s
    for v in range(s):
        work[r + v] = b[v]
        work[shadow + v] = b[v]
        work[p + v] = 0.0
        work[ap + v] = 0.0
    whole = _dot(s, work, r, r)
    if whole <= 0.0:
        return 0.0
    rho = 1.0
    alpha = 1.0
    omega = 1.0
    left = 1.0
    for _step in range(steps):
        now = _dot(s, work, shadow, r)
        if now == 0.0 or omega == 0.0:
            return left
        beta = now / rho * (alpha / omega)
        for v in range(s):
            work[p + v] = work[r + v] + beta * (work[p + v] - omega * work[ap + v])
        _substitute(s, first, target, odds, downward, work, p, near)
        _apply(s, first, target, odds, work, near, ap)
        along = _dot(s, work, shadow, ap)
        if along == 0.0:
            return left
        rho = now
        alpha = now / along
        for v in range(s):
            work[r + v] -= alpha * work[ap + v]
        _substitute(s, first, target, odds, downward, work, r, half)
        _apply(s, first, target, odds, work, half, t)
        size = _dot(s, work, t, t)
        omega = _dot(s, work, t, r) / size if size > 0.0 else 0.0
        for v in range(s):
            x[v] += alpha * work[near + v] + omega * work[half + v]
            work[r + v] -= omega * work[t + v]
        left = _dot(s, work, r, r) / whole
        if left <= enough * enough:
            return left
        if size <= 0.0:
            return left
    return left
