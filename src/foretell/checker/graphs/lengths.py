"""How long playthroughs are, and how many: exact counts, shortest, longest, and how words spread.

Nothing here is estimated. The number of playthroughs of an acyclic graph, which has more digits
than a machine word holds, is counted modulo several primes just below 2⁶² in as many passes over
the graph and put together by the Chinese remainder theorem; how many primes it takes follows from
a bound, got beforehand by the same pass in floating point.

    count_playthroughs(graph).total            # 90861264411351040
    word_extent(graph).least                   # the fewest words anyone reads to an end
    word_quantiles(graph, [0.5])               # [Interval(low=1668, high=1668)]

Longest ways go through the components from the start on. A cycle that costs something and lies on
the way makes all beyond it endless. Shortest ways are settled component by component likewise,
with Dijkstra's algorithm inside the cyclic ones.

The words of a playthrough are spread by convolution: each state holds the odds of having come
there with so and so many words, between the fewest and the most that lead there. Where that would
take more than CELLS numbers, words are counted in greater units, once rounded down and once up at
each edge, and every quantile is the interval between; the truth lies in it.

What this does not do: quantiles where a cycle makes words endless (None), or expectations, which
are `solve.flow`'s.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foretell.checker.graphs.graph import (
    CHANCE,
    CHOICE,
    TERMINAL,
    UNEXPLORED,
    Floats,
    Int32s,
    Int64s,
    StateGraph,
    reachable_from,
)
from foretell.checker.graphs.host import run
from foretell.checker.graphs.regions import can_reach
from foretell.checker.graphs.solve import Interval, reader_weights
from foretell.vm.kernel import F64, I32, I64, U8, kernel

__all__ = [
    "CELLS",
    "Extent",
    "Playthroughs",
    "choice_extent",
    "count_playthroughs",
    "deals_again",
    "longest",
    "shortest",
    "word_extent",
    "word_quantiles",
]

CELLS = 30_000_000  # odds held at once for the spread of words, 8 bytes each
_ENDLESS = 2**62
_AT_ONCE = 16  # primes counted with in one pass, unless the table gets too large
_TABLE = 30_000_000
_SHUFFLES = 62  # bits of a word
_BIG = 2.0**512
_SMALL = 2.0**-512


# How many --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Playthroughs:
    """How many ways there are from the start to an end; None stands for infinitely many.

    `total` counts sequences of choices and outcomes of draws; `drawn` says whether there are
    draws among them (the count is then one of branches, not of playthroughs). What text-only
    shuffles deal is not counted. `each[k]` are those that end in outcome k. With `complete` false
    there are at least so many.
    """

    total: int | None
    each: tuple[int | None, ...]
    drawn: bool
    complete: bool


def count_playthroughs(graph: StateGraph) -> Playthroughs:
    """The exact number of playthroughs, of all and by outcome."""
    k = len(graph.outcomes)
    ends = graph.kind == TERMINAL
    met = reachable_from(graph, [0])
    useful = met & can_reach(graph, ends)
    parts = graph.components
    cyclic = useful & parts.cyclic[parts.component]
    drawn = useful & (graph.kind == CHANCE)
    if graph.afresh is not None:
        drawn &= graph.afresh < 0
    endless = {
        int(j) for j in np.unique(graph.outcome[ends & reachable_from(graph, cyclic)])
    } if cyclic.any() else set()  # fmt: skip
    reached = ends & met
    if endless >= {int(j) for j in np.unique(graph.outcome[reached])}:
        counts = [0] * k
    else:
        counts = _count(graph, reached)
    each = tuple(None if j in endless else counts[j] for j in range(k))
    complete = not bool((met & (graph.kind == UNEXPLORED)).any())
    return Playthroughs(None if endless else sum(counts), each, bool(drawn.any()), complete)


def _count(graph: StateGraph, reached: npt.NDArray[np.bool_]) -> list[int]:
    """The number of ways to each outcome; nonsense for those beyond a cycle."""
    order = graph.components.order
    mantissa, exponent = np.zeros(graph.n), np.zeros(graph.n, np.int32)
    mantissa[0] = 1.0
    work = graph.n + graph.m
    times = _outcomes_drawn(graph)
    run(
        _bound, work, graph.n, order, graph.first_edge, graph.edge_target, times, mantissa,
        exponent,
    )  # fmt: skip
    states = np.flatnonzero(reached)
    highest = int(exponent[states].max(initial=0))
    largest = float(mantissa[states][exponent[states] == highest].max(initial=1.0))
    # Each sum and product may lose half a unit in the last place, and a way is no longer than n.
    slack = 1.0 + graph.n * 2.0**-50
    bits = 512 * highest + math.log2(max(largest, 1.0)) + math.log2(len(states) + 1) + slack
    primes = _primes(int(bits / 61.99) + 1)
    counts, modulus = [0] * len(graph.outcomes), 1
    at_once = max(1, min(_AT_ONCE, _TABLE // graph.n))
    for i in range(0, len(primes), at_once):
        some = primes[i : i + at_once]
        ways = np.zeros(graph.n * len(some), np.int64)
        ways[: len(some)] = 1
        run(
            _count_modulo, work * len(some), graph.n, order, graph.first_edge, graph.edge_target,
            times, np.array(some), len(some), ways,
        )  # fmt: skip
        for j, prime in enumerate(some):
            residues = _sums_modulo(
                ways[j :: len(some)][states], graph.outcome[states], len(counts), prime
            )
            inverse = pow(modulus, -1, prime)
            counts = [
                c + modulus * ((r - c) * inverse % prime)
                for c, r in zip(counts, residues, strict=True)
            ]
            modulus *= prime
    return counts


def _outcomes_drawn(graph: StateGraph) -> Int32s:
    """For each edge how many ways it is: the outcomes of a draw that it stands for, else 1.

    All edges of a text-only shuffle's deal come to the same state, and the first stands for all.
    """
    drawn = graph.kind[graph.edge_source] == CHANCE
    whole = drawn & (graph.edge_weight == np.floor(graph.edge_weight))
    times = np.where(whole, graph.edge_weight, 1).astype(np.int32)
    if graph.afresh is not None:
        dealing = graph.afresh >= 0
        times[dealing[graph.edge_source]] = 0
        times[graph.first_edge[:-1][dealing]] = 1
    return times


def _sums_modulo(ways: Int64s, outcome: Int32s, outcomes: int, prime: int) -> list[int]:
    """For each outcome the sum of its ways, in halves that can't overflow."""
    high, low = np.zeros(outcomes, np.int64), np.zeros(outcomes, np.int64)
    np.add.at(high, outcome, ways >> 31)
    np.add.at(low, outcome, ways & (2**31 - 1))
    return [((int(h) << 31) + int(x)) % prime for h, x in zip(high, low, strict=True)]


def _primes(count: int) -> list[int]:
    """So many of the primes below 2⁶², greatest first."""
    found: list[int] = []
    candidate = 2**62 - 1
    while len(found) < count:
        if _is_prime(candidate):
            found.append(candidate)
        candidate -= 2
    return found


def _is_prime(odd: int) -> bool:
    """Whether an odd number below 2⁶⁴ is prime: Miller and Rabin's test, which with these twelve
    bases is a proof there."""
    bases = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)
    if any(odd % p == 0 for p in bases):
        return odd in bases
    twos = ((odd - 1) & (1 - odd)).bit_length() - 1
    for base in bases:
        x = pow(base, (odd - 1) >> twos, odd)
        if x not in (1, odd - 1) and not any(
            pow(x, 1 << i, odd) == odd - 1 for i in range(1, twos)
        ):
            return False
    return True


@kernel
def _bound(
    n: int,
    order: I32,
    first_edge: I64,
    edge_target: I32,
    times: I32,
    mantissa: F64,
    exponent: I32,
) -> None:
    """About how many ways lead to each state: mantissa · 2^(512 · exponent)."""
    for i in range(n - 1, -1, -1):
        v = order[i]
        m = mantissa[v]
        if m > 0.0:
            x = exponent[v]
            for e in range(first_edge[v], first_edge[v + 1]):
                w = edge_target[e]
                more = m * float(times[e])
                if exponent[w] > x:
                    if exponent[w] == x + 1:
                        mantissa[w] += more * _SMALL
                else:
                    if exponent[w] < x:
                        mantissa[w] = mantissa[w] * _SMALL if exponent[w] == x - 1 else 0.0
                        exponent[w] = x
                    mantissa[w] += more
                if mantissa[w] > _BIG:
                    mantissa[w] *= _SMALL
                    exponent[w] += 1


@kernel
def times_modulo(x: int, times: int, prime: int) -> int:
    """x · times modulo a prime below 2⁶², by doubling: the product might overflow."""
    total = x if (times & 1) != 0 else 0
    times = times >> 1
    while times != 0:
        x += x - prime
        if x < 0:
            x += prime
        if (times & 1) != 0:
            total += x - prime
            if total < 0:
                total += prime
        times = times >> 1
    return total


@kernel
def _count_modulo(
    n: int,
    order: I32,
    first_edge: I64,
    edge_target: I32,
    times: I32,
    primes: I64,
    width: int,
    ways: I64,
) -> None:
    """Count the ways to each state modulo each prime."""
    for i in range(n - 1, -1, -1):
        v = order[i]
        for e in range(first_edge[v], first_edge[v + 1]):
            w = edge_target[e]
            for k in range(width):
                x = times_modulo(ways[v * width + k], times[e], primes[k])
                x += ways[w * width + k] - primes[k]
                ways[w * width + k] = x if x >= 0 else x + primes[k]


# How long --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Extent:
    """The least and the most (infinite where a cycle can be gone round) that playthroughs take.

    None where nothing ends. Where unexplored states might lead to less, or more, the figure is not
    `known`: it is what playthroughs that end in the explored part take.
    """

    least: int | None
    most: float | None
    least_known: bool
    most_known: bool


def choice_extent(graph: StateGraph, outcome: int | None = None) -> Extent:
    """The shortest and the longest playthrough, in choices, to one outcome or any."""
    cost = (graph.kind[graph.edge_source] == CHOICE).astype(np.int32)
    return _extent(graph, cost, 0, outcome)


def word_extent(graph: StateGraph, outcome: int | None = None) -> Extent:
    """The fewest and the most words of a playthrough, to one outcome or any."""
    return _extent(graph, graph.edge_words, graph.start_words, outcome)


def deals_again(graph: StateGraph) -> bool:
    """Whether a text-only shuffle may deal twice in a playthrough, and that shows in its words.

    The graph then lets an element come again too soon: the fewest and the most words are bounds,
    and quantiles those of a story that would deal afresh each time. Means are exact.
    """
    if graph.afresh is None:
        return False
    states = np.flatnonzero(graph.afresh >= 0)
    first, last = graph.first_edge[states], graph.first_edge[states + 1] - 1
    differs = graph.edge_words != np.roll(graph.edge_words, -1)
    differs |= graph.edge_target != np.roll(graph.edge_target, -1)
    sums = np.concatenate(([0], np.cumsum(differs)))
    shuffle = np.full(graph.n, -1, np.int32)
    telling = states[sums[last] > sums[first]]
    slots, numbers = np.unique(graph.afresh[telling], return_inverse=True)
    shuffle[telling] = numbers.astype(np.int32)
    parts = graph.components
    for at in range(0, len(slots), _SHUFFLES):
        again = run(
            _again, graph.n + graph.m, at, parts.count, parts.order, parts.first,
            parts.cyclic.view(np.uint8), graph.first_edge, graph.edge_target, shuffle,
            np.zeros(graph.n, np.int64),
        )  # fmt: skip
        if again:
            return True
    return False


@kernel
def _again(
    low: int,
    count: int,
    order: I32,
    first: I32,
    cyclic: U8,
    first_edge: I64,
    edge_target: I32,
    shuffle: I32,
    ahead: I64,
) -> int:
    """1 if one of the shuffles `low` … `low` + 61 is at a state that another of its states leads
    to, component by component from the ends on; `ahead` are those at a state or beyond it."""
    for c in range(count):
        beyond = 0
        here = 0
        for i in range(first[c], first[c + 1]):
            v = order[i]
            for e in range(first_edge[v], first_edge[v + 1]):
                beyond = beyond | ahead[edge_target[e]]
            if shuffle[v] >= low and shuffle[v] < low + 62:
                bit = 1 << (shuffle[v] - low)
                if cyclic[c] != 0:
                    return 1
                here = here | bit
        if (beyond & here) != 0:
            return 1
        for i in range(first[c], first[c + 1]):
            ahead[order[i]] = beyond | here
    return 0


def _extent(graph: StateGraph, cost: Int32s, start: int, outcome: int | None) -> Extent:
    near, far = shortest(graph, cost), longest(graph, cost)
    goal = graph.kind == TERMINAL if outcome is None else graph.having(outcome)
    found = goal & (far >= 0)
    frontier = (graph.kind == UNEXPLORED) & (far >= 0)
    known = not bool(frontier.any())
    if not found.any():
        return Extent(None, None, known, known)
    least, most = int(near[found].min()), int(far[found].max())
    return Extent(
        least=least + start,
        most=math.inf if most == _ENDLESS else most + start,
        least_known=known or least <= int(near[frontier].min()),
        most_known=known or most == _ENDLESS,
    )


def longest(graph: StateGraph, cost: Int32s) -> Int64s:
    """The greatest cost of a way from the start to each state: −1 unreached, 2⁶² endless."""
    parts = graph.components
    far = np.full(graph.n, -1, np.int64)
    far[0] = 0
    run(
        _longest, graph.n + graph.m, parts.count, parts.order, parts.first, parts.component,
        graph.first_edge, graph.edge_target, cost, far,
    )  # fmt: skip
    return far


def shortest(graph: StateGraph, cost: Int32s) -> Int64s:
    """The least cost of a way from the start to each state: 2⁶² unreached."""
    parts = graph.components
    near = np.full(graph.n, _ENDLESS, np.int64)
    near[0] = 0
    run(
        _shortest, graph.n + graph.m, parts.count, parts.order, parts.first, parts.component,
        graph.first_edge, graph.edge_target, cost, near, np.zeros(graph.n, np.int32),
        np.full(graph.n, -1, np.int32),
    )  # fmt: skip
    return near


@kernel
def _longest(
    count: int,
    order: I32,
    first: I32,
    component: I32,
    first_edge: I64,
    edge_target: I32,
    cost: I32,
    far: I64,
) -> None:
    """Longest ways, component by component from the sources on."""
    for c in range(count - 1, -1, -1):
        most = -1
        endless = 0
        for i in range(first[c], first[c + 1]):
            v = order[i]
            most = max(most, far[v])
            for e in range(first_edge[v], first_edge[v + 1]):
                if component[edge_target[e]] == c and cost[e] > 0:
                    endless = 1
        if most >= 0:
            if endless != 0:
                most = _ENDLESS
            for i in range(first[c], first[c + 1]):
                v = order[i]
                far[v] = most
                for e in range(first_edge[v], first_edge[v + 1]):
                    w = edge_target[e]
                    if component[w] != c:
                        far[w] = max(far[w], min(most + cost[e], _ENDLESS))


@kernel
def _shortest(
    count: int,
    order: I32,
    first: I32,
    component: I32,
    first_edge: I64,
    edge_target: I32,
    cost: I32,
    near: I64,
    heap: I32,
    place: I32,
) -> None:
    """Shortest ways, component by component from the sources on, a heap for each cyclic one."""
    for c in range(count - 1, -1, -1):
        size = 0
        for i in range(first[c], first[c + 1]):
            v = order[i]
            if near[v] < _ENDLESS:
                size = _lift(v, size, near, heap, place)
        while size > 0:
            v = heap[0]
            size -= 1
            if size > 0:
                _sink(heap[size], size, near, heap, place)
            for e in range(first_edge[v], first_edge[v + 1]):
                w = edge_target[e]
                if near[v] + cost[e] < near[w]:
                    near[w] = near[v] + cost[e]
                    if component[w] == c:
                        size = _lift(w, size, near, heap, place)


@kernel
def _lift(v: int, size: int, near: I64, heap: I32, place: I32) -> int:
    """Put a state into the heap, or where its lessened cost belongs → the heap's size."""
    i = place[v]
    if i < 0:
        i = size
        size += 1
    while i > 0 and near[heap[(i - 1) // 2]] > near[v]:
        heap[i] = heap[(i - 1) // 2]
        place[heap[i]] = i
        i = (i - 1) // 2
    heap[i] = v
    place[v] = i
    return size


@kernel
def _sink(v: int, size: int, near: I64, heap: I32, place: I32) -> None:
    """Put a state in the place of the heap's first, and let it sink to where it belongs."""
    i = 0
    j = 1
    while j < size:
        if j + 1 < size and near[heap[j + 1]] < near[heap[j]]:
            j += 1
        if near[heap[j]] >= near[v]:
            break
        heap[i] = heap[j]
        place[heap[i]] = i
        i = j
        j = 2 * i + 1
    heap[i] = v
    place[v] = i


# How words spread ------------------------------------------------------------------------------


def word_quantiles(
    graph: StateGraph, shares: Sequence[float], weights: Floats | None = None
) -> list[Interval] | None:
    """For each share q the words that a share q of the playthroughs that end do not exceed.

    None where nothing ends or a cycle lets words grow endlessly on the way to an end.
    """
    ends = graph.kind == TERMINAL
    weight = reader_weights(graph, weights)
    useful = can_reach(graph, ends, weight > 0) & reachable_from(graph, [0], weight > 0)
    parts = graph.components
    if not useful[0] or bool((useful & parts.cyclic[parts.component]).any()):
        return None
    near, far = shortest(graph, graph.edge_words), longest(graph, graph.edge_words)
    room = np.where(useful, far - near, 0)
    unit = 1
    while int((-(-room // unit) + 1)[useful].sum()) > CELLS and unit <= int(room.max()):
        unit *= 2
    cells = np.where(useful, -(-room // unit) + 1, 0)
    offset = np.zeros(graph.n + 1, np.int64)
    np.cumsum(cells, out=offset[1:])
    bounds = [_quantiles(graph, weight, near, offset, unit, up, shares) for up in ((0, 1)[:unit])]
    return [
        Interval(low + graph.start_words, high + graph.start_words)
        for low, high in zip(bounds[0], bounds[-1], strict=True)
    ]


def _quantiles(
    graph: StateGraph,
    weight: Floats,
    near: Int64s,
    offset: Int64s,
    unit: int,
    up: int,
    shares: Sequence[float],
) -> list[int]:
    mass = np.zeros(int(offset[-1]))
    mass[offset[0]] = 1.0
    run(
        _convolve, len(mass), graph.n, graph.components.order, graph.first_edge,
        graph.edge_target, graph.edge_words, weight, near, offset, unit, up, mass,
    )  # fmt: skip
    states = np.flatnonzero((graph.kind == TERMINAL) & (np.diff(offset) > 0))
    counts = np.diff(offset)[states]
    place = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    words = np.repeat(near[states], counts) + place * unit
    masses = mass[np.repeat(offset[states], counts) + place]
    order = np.argsort(words, kind="stable")
    below = np.cumsum(masses[order])
    # A share met but for rounding counts as met.
    found = np.searchsorted(below, (np.asarray(shares) - 1e-12) * below[-1])
    return [int(words[order[min(i, len(order) - 1)]]) for i in found]


@kernel
def _convolve(
    n: int,
    order: I32,
    first_edge: I64,
    edge_target: I32,
    edge_words: I32,
    weight: F64,
    near: I64,
    offset: I64,
    unit: int,
    up: int,
    mass: F64,
) -> None:
    """Carry each state's odds by words onward; a cell is `unit` words, rounded down or up."""
    for i in range(n - 1, -1, -1):
        v = order[i]
        total = 0.0
        if offset[v] < offset[v + 1]:
            for e in range(first_edge[v], first_edge[v + 1]):
                total += weight[e]
        if total > 0.0:
            for e in range(first_edge[v], first_edge[v + 1]):
                w = edge_target[e]
                last = offset[w + 1] - 1
                if offset[w] <= last and weight[e] > 0.0:
                    p = weight[e] / total
                    shift = near[v] + edge_words[e] - near[w]
                    shift = (shift + (unit - 1) * up) // unit
                    for j in range(offset[v], offset[v + 1]):
                        to = min(offset[w] + j - offset[v] + shift, last)
                        mass[to] += p * mass[j]
