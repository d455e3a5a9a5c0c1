"""Odds: how likely each ending is, for a reader who chooses in a given way, and at best and worst.

`odds` answers for one reader, uniform or weighing edges, from every state; `flow` answers from the
start alone, with how often each state is met, and the turns and words it takes; `best` and
`worst` give the greatest and least odds over *all* readers, who may see everything and remember
everything (it is known that remembering does not help them: a policy, one edge for each choice, is
as good). Every number is for all endings in one pass (`sweep`), component by component, sinks
first. Components with cycles are solved, never approached until they seem to stand still.

    answers = odds(graph)                  # the uniform reader
    answers.at(0, 2)                       # Interval(low=0.25, high=0.25): outcome 2, at the start
    answers.at(0, FOREVER)                 # the odds of going on for ever
    best(graph, 2).policy                  # the edge to take at each choice, for the best odds

**Unknown futures.** An UNEXPLORED state may come to anything, so every number is an interval: low
supposes that nothing comes of it, high that it is what was asked for. Odds from a complete graph
are single numbers. A value is exactly 0 or 1 where, and only where, the shape of the graph makes
it certain.

**Going on for ever.** One reader never ends where a component is left by none of the edges taken;
those odds and the outcomes' add up to 1. Over all readers it matters where one *can* stay: the end
components (`regions`). There, best and worst odds have no unique equations. To the best reader
staying is worth nothing, and each end component is collapsed into a single choice among the edges
that leave it. To the worst it is the best of all, since whoever never ends misses any ending: what
is worth 0 is told from the shape alone, and what is left has no end component. So `worst` is 0
wherever one can stay, and therefore also given `finishing`: among readers who come to a terminal
state with probability 1. They keep to the states from which that can be ensured and to the edges
between those, and they must leave every end component, by whichever edge they like: a reader who
wanders in one along all of its edges meets each of its states with probability 1. So their least
odds are those of the collapsed graph, where every policy ends. Where some futures are unknown, low
lets them finish at no cost, and high never enters them.

**Rounding.** Numbers that took no cycle are right to about 1e-15 of their size for each step.
Those from a cycle carry a proved bound on the error; where that is more than 1e-9, low and high
are moved apart by it.

`absorb` makes any set of states a terminal outcome, to ask the same of "is ever in".

What this does not do: lengths without odds and exact counts (`lengths`); verdicts (`regions`);
where readers are after so many turns (`river`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from foretell.checker.graphs.descent import (
    BEST,
    COLUMN_BITS,
    MEAN,
    NEARLY_ONE,
    TINY,
    WORST,
    descend,
)
from foretell.checker.graphs.fragment import DOUBTFUL, SURE, Fragment, Shape
from foretell.checker.graphs.graph import (
    CHANCE,
    CHOICE,
    TERMINAL,
    UNEXPLORED,
    Components,
    Floats,
    Int32s,
    Int64s,
    Mask,
    Outcome,
    StateGraph,
    find_components,
    reachable_from,
    search,
)
from foretell.checker.graphs.host import run
from foretell.checker.graphs.regions import EndComponents, can_ensure, end_components
from foretell.checker.graphs.sweep import (
    AT_ONCE,
    SMALL,
    scratch_size,
    seep,
    settle,
)
from foretell.checker.graphs.sweep import (
    flow as flow_kernel,
)
from foretell.vm.kernel import F64, I32, I64, U8, kernel

__all__ = [
    "FOREVER",
    "Extremum",
    "Flow",
    "Interval",
    "Odds",
    "absorb",
    "best",
    "extremes",
    "flow",
    "odds",
    "reader_weights",
    "worst",
]

FOREVER = -1
"""The outcome of going on for ever, where an outcome's index is asked for."""

_ROUNDS = 20  # in which what goes round in a cycle is followed at least, where bounds will do
_EFFORT = 200_000_000  # … and edges in all, about
_ENOUGH = 1e-7  # share of it that need not be followed
_CUBE = 64  # of s³ of them, s³/3 steps of elimination take plain Python as long as an edge does
_ROUNDING = 1e-9  # an error beyond this widens the intervals themselves


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds that contain the truth; one number where low equals high."""

    low: float
    high: float

    @property
    def known(self) -> bool:
        """Whether there is one number to give."""
        return self.low == self.high

    def __contains__(self, x: object) -> bool:
        return isinstance(x, (int, float)) and self.low <= x <= self.high


@dataclass(frozen=True)
class Odds:
    """The odds of every outcome from every state, for one reader.

    State s has row `row[s]` of `lows` and `highs`, as all others with the same future have; there
    is a column for each outcome, the last one that of going on for ever. They differ by the odds of
    coming to an unknown future. `error` bounds what the solution of cycles may be off by.
    """

    row: Int32s
    lows: Floats
    highs: Floats
    unknown: Floats
    error: float

    @cached_property
    def low(self) -> Floats:
        """The lower bounds, a row for each state."""
        return self.lows[self.row]

    @cached_property
    def high(self) -> Floats:
        """The upper bounds, a row for each state."""
        return self.low if self.highs is self.lows else self.highs[self.row]

    @cached_property
    def unexplored(self) -> Floats:
        """The odds of coming to an unknown future, from each state."""
        return self.unknown[self.row]

    def at(self, state: int, outcome: int) -> Interval:
        """The odds of one outcome (or FOREVER) from a state."""
        row = self.row[state]
        return Interval(float(self.lows[row, outcome]), float(self.highs[row, outcome]))


@dataclass(frozen=True)
class Flow:
    """What one reader meets, from the start.

    `visits[s]` is how often state s is visited on average: the odds of meeting it where it lies on
    no cycle, infinite where the reader may be caught for ever. `odds[k]` is for outcome k, the
    last one going on for ever. `turns` and `words` are expected over the playthroughs that end in
    outcome k (NaN where none does), `all_turns` and `all_words` over all that end; with
    unexplored states, over those that do so among what has been explored. `error` is that of the
    odds.
    """

    visits: Floats
    odds: tuple[Interval, ...]
    unexplored: float
    turns: Floats
    words: Floats
    all_turns: float
    all_words: float
    error: float


@dataclass(frozen=True)
class Extremum:
    """The best or worst odds of an outcome over all readers, from every state.

    State s has element `row[s]` of `lows` and `highs`. `policy[s]` is the edge that an optimal
    reader takes at choice s (−1 elsewhere): one who gets the low odds at least if best, whatever
    the unknown futures are. NaN stands where no reader finishes.
    """

    row: Int32s
    lows: Floats
    highs: Floats
    policy: Int64s | None
    error: float

    @cached_property
    def low(self) -> Floats:
        """The lower bound from each state."""
        return self.lows[self.row]

    @cached_property
    def high(self) -> Floats:
        """The upper bound from each state."""
        return self.highs[self.row]

    def at(self, state: int) -> Interval:
        """The odds from a state."""
        row = self.row[state]
        return Interval(float(self.lows[row]), float(self.highs[row]))


# Readers and goals -----------------------------------------------------------------------------


def reader_weights(graph: StateGraph, weights: Floats | None = None) -> Floats:
    """Each edge's relative weight for a reader: a draw's own, and at a choice the reader's.

    Without weights the reader is uniform; a choice all of whose edges weigh 0 is made uniformly.
    """
    if weights is None and run(
        _uniform, graph.n + graph.m, graph.n, graph.kind, graph.first_edge, graph.edge_weight
    ):
        return graph.edge_weight
    chosen = graph.kind[graph.edge_source] == CHOICE
    if weights is None:
        return np.where(chosen, 1.0, graph.edge_weight)
    if len(weights) != graph.m or not np.isfinite(weights).all() or (weights < 0).any():
        raise ValueError(f"a reader has one finite weight, 0 or more, for each of {graph.m} edges")
    totals = np.bincount(graph.edge_source, weights, graph.n)
    idle = totals[graph.edge_source] == 0
    return np.where(chosen, np.where(idle, 1.0, weights), graph.edge_weight)


@kernel
def _uniform(n: int, kind: U8, first_edge: I64, weight: F64) -> bool:
    """Whether all edges of choices weigh 1."""
    for v in range(n):
        if kind[v] == CHOICE:
            for e in range(first_edge[v], first_edge[v + 1]):
                if weight[e] != 1.0:
                    return False
    return True


def absorb(graph: StateGraph, goal: Mask, name: str = "goal") -> StateGraph:
    """The graph in which a set of states is terminal, with an outcome of its own: the last one."""
    stops = np.asarray(goal).astype(bool)
    keep = ~stops[graph.edge_source]
    degree = np.where(stops, 0, np.diff(graph.first_edge))
    return StateGraph(
        kind=np.where(stops, TERMINAL, graph.kind),
        first_edge=np.concatenate(([0], np.cumsum(degree))),
        edge_target=graph.edge_target[keep],
        edge_label=graph.edge_label[keep],
        edge_weight=graph.edge_weight[keep],
        edge_words=graph.edge_words[keep],
        outcome=np.where(stops, len(graph.outcomes), graph.outcome),
        outcomes=(*graph.outcomes, Outcome(name, "goal")),
        start_words=graph.start_words,
        entry=graph.entry,
        mid_turn=None if graph.mid_turn is None else np.asarray(graph.mid_turn) & ~stops,
        afresh=None if graph.afresh is None else np.where(stops, -1, graph.afresh),
    )


# One reader, from every state ------------------------------------------------------------------


def _followed(graph: StateGraph, weight: Floats) -> Components:
    """The components of the edges a reader takes at all."""
    if not graph.m or weight.min() > 0:
        return graph.components
    return find_components(graph, weight > 0)


class _Rows:
    """The rows of values that states share (see `descent`)."""

    def __init__(self, row: Int32s, given: Floats) -> None:
        """Row 0 is 0 throughout, the given ones follow, and there is room for one a state.

        `row` has those of states without edges, a negative number for all others."""
        (fixed, self.width), n = given.shape, len(row)
        self.row = row
        self.value = np.zeros((1 + fixed + n, self.width))
        self.value[1 : 1 + fixed] = given
        self.support = np.zeros(len(self.value), np.int64)
        self.used = np.ones(1, np.int64)
        self.take(fixed)

    def take(self, count: int) -> Int64s:
        """So many more rows, whose values have been written."""
        start = int(self.used[0])
        self.used[0] += count
        filled = self.value[start : start + count] != 0
        for k in range(0, self.width, COLUMN_BITS):
            some = filled[:, k : k + COLUMN_BITS]
            self.support[start : start + count] |= some @ (1 << np.arange(some.shape[1]))
        return np.arange(start, start + count)

    @property
    def values(self) -> Floats:
        """The rows in use."""
        return self.value[: self.used[0]]


def _descended(
    graph: StateGraph,
    weight: Floats,
    even: bool,
    sense: int,
    forever: int,
    rows: _Rows,
    policy: Int32s | None,
) -> bool:
    """Whether no cycle was in the way of finding all rows; where one was, 0 is what is missing."""
    if not graph.cycles_known:
        taken = np.zeros(1, np.int32) if policy is None else policy.reshape(-1)
        idle = int(not even and graph.m > 0 and not weight.min() > 0)
        if run(
            descend, (graph.n + graph.m) * rows.width, graph.n, graph.kind, graph.first_edge,
            graph.edge_target, weight, int(even), idle, sense, rows.width, forever, rows.row,
            rows.used, rows.value.reshape(-1), rows.support, int(policy is not None), taken,
            np.empty(2 * graph.n, np.int32),
        ):  # fmt: skip
            return True
    np.maximum(rows.row, 0, out=rows.row)
    return False


def _settle_all(
    graph: StateGraph,
    components: Components,
    weight: Floats,
    sense: int,
    forever: int,
    rows: _Rows,
    policy: Int32s | None,
    rough: bool = False,
) -> float:
    """Find the rows that are still missing → a bound on the error."""
    keep = int(policy is not None)
    taken = np.zeros(1, np.int32) if policy is None else policy.reshape(-1)
    flat, error, c = rows.value.reshape(-1), np.zeros(1), 0
    slot, scratch, work = np.empty(1, np.int32), np.empty(1), (graph.n + graph.m) * rows.width
    chosen, rest = np.zeros(AT_ONCE, np.int32), np.zeros(SMALL, np.int32)
    if not components.acyclic:
        slot = np.empty(graph.n, np.int32)
        scratch = np.empty(scratch_size(AT_ONCE, rows.width + 1))
        if sense == MEAN:
            sizes = np.diff(components.first).astype(np.float64)
            work += int((sizes[sizes <= AT_ONCE] ** 3).sum()) // _CUBE
    while True:
        c = run(
            settle, work, c, components.count, components.order, components.first,
            components.component, graph.kind, graph.first_edge, graph.edge_target, weight, sense,
            rows.width, forever, rows.row, rows.used, flat, rows.support, keep, taken, slot,
            chosen, rest, AT_ONCE, scratch, error,
        )  # fmt: skip
        if c == components.count:
            return float(error[0])
        _settle_large(
            graph, components, c, weight, sense, forever, rows, policy, slot, error, rough
        )
        c += 1


def _settle_large(
    graph: StateGraph,
    components: Components,
    c: int,
    weight: Floats,
    sense: int,
    forever: int,
    rows: _Rows,
    policy: Int32s | None,
    place: Int32s,
    error: Floats,
    rough: bool,
) -> None:
    from foretell.checker.graphs.linear import settle_fragment

    states = components.states(c)
    width, used = rows.width, int(rows.used[0])
    value = rows.value[used : used + len(states)]
    if sense == MEAN or (graph.kind[states] == CHANCE).all():
        fragment = Fragment.of(graph, components, c, weight, MEAN, place)
        leaving = (fragment.target < 0) & (fragment.odds > 0)
        if not leaving.any():
            rows.row[states] = 1 + forever  # 0 if there is none
            return
        gain = fragment.gain(rows.row, rows.values, 0, width)
        # From each state the edges taken lead to all others: certain is all, or nothing.
        exits = gain[leaving]
        value[:] = exits[0]
        doubtful = np.flatnonzero((exits != exits[0]).any(0) | ((exits[0] != 0) & (exits[0] != 1)))
        if len(doubtful):
            known = np.ascontiguousarray(gain[:, doubtful])
            x, _, lost = settle_fragment(fragment, known, MEAN, rough=rough)
            error[0] += lost  # at most so much more where one component leads to another
            value[:, doubtful] = np.clip(x, TINY, NEARLY_ONE)
        rows.row[states] = rows.take(len(states))
        return
    most, shape = 0.0, Shape.of(graph, components, c, place)
    for k in range(width):
        marks = shape.certain(rows.row, rows.values, k, sense)
        value[marks == SURE, k] = 1.0
        if policy is not None:
            sure = marks != DOUBTFUL
            policy[states[sure], k] = shape.keeping(rows.row, rows.values, k, marks)[sure]
        if not (marks == DOUBTFUL).any():
            continue
        rest = Fragment.of(graph, components, c, weight, sense, place, marks)
        known = rest.gain(rows.row, rows.values, k, 1)
        x, taken, lost = settle_fragment(rest, known, sense, rough=rough, keep=policy is not None)
        most = max(most, lost)
        value[marks == DOUBTFUL, k] = np.clip(x[:, 0], TINY, NEARLY_ONE)
        if policy is not None and taken is not None:
            policy[rest.states, k] = rest.edges[taken[:, 0]]
    error[0] += most
    rows.row[states] = rows.take(len(states))


def odds(graph: StateGraph, weights: Floats | None = None) -> Odds:
    """The odds of every outcome from every state, for the uniform or a weighing reader."""
    weight = graph.edge_weight if weights is None else reader_weights(graph, weights)
    k = len(graph.outcomes)
    row = np.full(graph.n, -1, np.int32)
    ends = np.flatnonzero(graph.kind == TERMINAL)
    row[ends] = 1 + graph.outcome[ends]
    if not graph.complete:
        row[graph.kind == UNEXPLORED] = 1 + k + 1
    rows = _Rows(row, np.eye(k + 1 + int(not graph.complete)))
    error = 0.0
    if not _descended(graph, weight, weights is None, MEAN, k, rows, None):
        weight = reader_weights(graph, weights)
        error = _settle_all(graph, _followed(graph, weight), weight, MEAN, k, rows, None)
    low = high = rows.values[:, : k + 1]
    unknown = np.zeros(len(low))
    if not graph.complete:
        unknown = rows.values[:, k + 1]
        high = np.minimum(low + unknown[:, None], 1.0)
    return Odds(rows.row, *_widen(low, high, error), unknown, error)


def _widen(low: Floats, high: Floats, error: float) -> tuple[Floats, Floats]:
    """Bounds moved apart by an error that matters; what is exactly 0 or 1 is so for certain."""
    if error <= _ROUNDING:
        return low, high
    doubtful = (low > 0) & (low < 1)
    wider = np.where((high > 0) & (high < 1), np.minimum(high + error, NEARLY_ONE), high)
    return np.where(doubtful, np.maximum(low - error, TINY), low), wider


# One reader, from the start --------------------------------------------------------------------


def flow(graph: StateGraph, weights: Floats | None = None) -> Flow:
    """What a reader meets from the start: odds, visits, expected turns and words.

    Where some futures are unknown, what goes round in large cycles is followed only so far, and the
    rest of it counted as unexplored: bounds are wanted soon, and none is exact anyway.
    """
    weight = reader_weights(graph, weights)
    components = _followed(graph, weight)
    value = np.zeros((graph.n, 3))
    value[0, 0] = 1.0
    forever, exact, going = np.zeros(1), True, 0.0
    slot, scratch = np.zeros(graph.n, np.int32), np.zeros(scratch_size(SMALL, 3))
    c = components.count - 1
    while c >= 0:
        c = run(
            flow_kernel, graph.n + graph.m, c, components.order, components.first,
            components.component, graph.kind, graph.first_edge, graph.edge_target,
            graph.edge_words, weight, value.reshape(-1), forever, slot, scratch,
        )  # fmt: skip
        if c >= 0 and graph.complete:
            _flow_large(graph, components, c, weight, value, forever, slot)
            exact = False
            c -= 1
        elif c >= 0:
            s = int(components.first[c + 1] - components.first[c])
            going += run(
                seep, graph.n + graph.m, c, components.order, components.first,
                components.component, graph.kind, graph.first_edge, graph.edge_target,
                graph.edge_words, weight, value.reshape(-1), forever, slot, np.zeros(3 * s),
                max(_ROUNDS, _EFFORT // graph.m), _ENOUGH,
            )  # fmt: skip
            c -= 1
    met = reachable_from(graph, [0], None if (weight > 0).all() else weight > 0)
    found = _summary(graph, components, weight, met, value, float(forever[0]), going)
    if exact:
        return found
    # What flows through a large cycle has no good bound on its error; its odds do.
    answers = odds(graph, weights)
    proved = tuple(answers.at(0, k) for k in range(len(found.odds)))
    return replace(found, odds=proved, unexplored=float(answers.unexplored[0]), error=answers.error)


def _flow_large(
    graph: StateGraph,
    components: Components,
    c: int,
    weight: Floats,
    value: Floats,
    forever: Floats,
    place: Int32s,
) -> None:
    from foretell.checker.graphs.linear import pass_through

    fragment = Fragment.of(graph, components, c, weight, MEAN, place)
    arriving = value[fragment.states]
    leaving = fragment.target < 0
    if not (arriving[:, 0] > 0).any():
        return
    if not (leaving & (fragment.odds > 0)).any():
        forever[0] += arriving[:, 0].sum()
        return
    solve = pass_through(fragment)
    source, s = fragment.source, len(fragment.states)
    visits = solve(arriving[:, 0])
    passing = fragment.odds * visits[source]
    turn = (graph.kind[fragment.states] == CHOICE).astype(float)[source]
    words = graph.edge_words[fragment.edges]
    ends = graph.edge_target[fragment.edges]
    value[fragment.states, 0] = visits
    np.add.at(value[:, 0], ends[leaving], passing[leaving])
    for column, cost in ((1, turn), (2, words)):
        inner = ~leaving
        extra = np.bincount(fragment.target[inner], (passing * cost)[inner], s)
        carried = solve(arriving[:, column] + extra)
        value[fragment.states, column] = carried
        onward = fragment.odds * carried[source] + passing * cost
        np.add.at(value[:, column], ends[leaving], onward[leaving])


def _summary(
    graph: StateGraph,
    components: Components,
    weight: Floats,
    met: npt.NDArray[np.bool_],
    value: Floats,
    forever: float,
    going: float,
) -> Flow:
    k = len(graph.outcomes)
    ended = np.flatnonzero(met & (graph.kind == TERMINAL))
    mass, turns, words = (np.bincount(graph.outcome[ended], value[ended, j], k) for j in range(3))
    frontier = met & (graph.kind == UNEXPLORED)
    unknown = float(value[frontier, 0].sum()) + going
    # A component is never left if none of its edges leads out; then its states recur for ever.
    out = components.component[graph.edge_source] != components.component[graph.edge_target]
    left = np.zeros(components.count, np.bool_)
    left[components.component[graph.edge_source[out & (weight > 0)]]] = True
    caught = met & (components.cyclic & ~left)[components.component]
    visits = np.where(caught, np.inf, value[:, 0])
    possible = np.zeros(k + 2, np.bool_)
    possible[graph.outcome[ended]] = True
    possible[k], possible[k + 1] = bool(caught.any()), bool(frontier.any()) or going > 0
    total = float(mass.sum())
    with np.errstate(invalid="ignore", divide="ignore"):
        turns_each, words_each = turns / mass, words / mass + graph.start_words
    return Flow(
        visits=visits,
        odds=tuple(_exact(float(x), unknown, j, possible) for j, x in enumerate([*mass, forever])),
        unexplored=_exact(unknown, 0.0, k + 1, possible).low,
        turns=turns_each,
        words=words_each,
        all_turns=float(turns.sum()) / total if total else np.nan,
        all_words=float(words.sum()) / total + graph.start_words if total else np.nan,
        error=0.0,
    )


def _exact(x: float, unknown: float, outcome: int, possible: npt.NDArray[np.bool_]) -> Interval:
    """Odds that are 0 and 1 just where the outcomes possible make them so."""
    low, high = x, x + (unknown if possible[-1] else 0.0)
    others = possible.copy()
    others[outcome] = False
    if not possible[outcome]:
        low = 0.0
    elif others.any():
        low = min(max(low, TINY), NEARLY_ONE)
    else:
        low = 1.0
    if not (possible[outcome] or possible[-1]):
        high = 0.0
    elif others[:-1].any():
        high = min(max(high, low, TINY), NEARLY_ONE)
    else:
        high = 1.0
    return Interval(low, high)


# All readers -----------------------------------------------------------------------------------


def best(graph: StateGraph, outcome: int, *, finishing: bool = False) -> Extremum:
    """The greatest odds of an outcome that any reader has, from every state, and the policy."""
    return extremes(graph, BEST, [outcome], finishing=finishing, policies=True)[0]


def worst(graph: StateGraph, outcome: int, *, finishing: bool = False) -> Extremum:
    """The least odds that any reader has, or any who finishes: see the module's docstring."""
    return extremes(graph, WORST, [outcome], finishing=finishing, policies=True)[0]


def extremes(
    graph: StateGraph,
    sense: int,
    outcomes: Sequence[int] | None = None,
    *,
    finishing: bool = False,
    policies: bool = False,
) -> list[Extremum]:
    """The BEST or WORST odds of several outcomes (all of them) from every state, in one pass."""
    wanted = list(range(len(graph.outcomes)) if outcomes is None else outcomes)
    if graph.complete:
        keep = can_ensure(graph, graph.kind == TERMINAL) if finishing else None
        row, value, policy, error = _extreme(graph, sense, wanted, [0.0], keep, policies)
        return _extrema(row, value, value, policy, error)
    if not finishing:
        row, value, policy, error = _extreme(graph, sense, wanted, [0.0, 1.0], None, policies)
        half = len(wanted)
        first = None if policy is None else policy[:, :half]
        return _extrema(row, value[:, :half], value[:, half:], first, error)
    # Readers who finish in the explored part are some of all who do; letting the unknown futures
    # finish at once, with the value that suits, admits all of them and more.
    ends = graph.kind == TERMINAL
    some = can_ensure(graph, ends)
    all_of_them = can_ensure(graph, ends | (graph.kind == UNEXPLORED))
    row, inner, policy, error = _extreme(graph, sense, wanted, [np.nan], some, policies)
    suits = 1.0 if sense == BEST else 0.0
    row_too, outer, _, error_too = _extreme(graph, sense, wanted, [suits], all_of_them, False)
    inner = np.where(some[:, None] | ~all_of_them[:, None], inner[row], 1.0 - suits)
    outer = outer[row_too]
    low, high = (inner, outer) if sense == BEST else (outer, inner)
    each = np.arange(graph.n, dtype=np.int32)
    return _extrema(each, low, high, policy, max(error, error_too))


def _extrema(
    row: Int32s, low: Floats, high: Floats, policy: Int64s | None, error: float
) -> list[Extremum]:
    low, high = _widen(low, high, error)
    return [
        Extremum(row, low[:, k], high[:, k], None if policy is None else policy[:, k], error)
        for k in range(low.shape[1])
    ]


def _extreme(
    graph: StateGraph,
    sense: int,
    wanted: list[int],
    unexplored: list[float],
    keep: npt.NDArray[np.bool_] | None,
    policies: bool,
) -> tuple[Int32s, Floats, Int64s | None, float]:
    """Each state's row, rows with a column for each outcome and each worth of unexplored states,
    and policies.

    `keep` are the states readers who finish keep to: there, and only then, nobody may stay.
    """
    width = len(wanted) * len(unexplored)
    open_edges = None
    if keep is not None and not keep.all():
        open_edges = keep[graph.edge_source] & keep[graph.edge_target]
    given = np.zeros((len(wanted) + 2, width))
    for j, worth in enumerate(unexplored):
        columns = slice(j * len(wanted), (j + 1) * len(wanted))
        given[: len(wanted), columns] = np.eye(len(wanted))
        given[-2, columns] = worth
    given[-1] = np.nan
    ends = np.flatnonzero(graph.kind == TERMINAL)
    row_of = np.zeros(len(graph.outcomes), np.int32)
    row_of[wanted] = 1 + np.arange(len(wanted))
    row = np.full(graph.n, -1, np.int32)
    row[ends] = row_of[graph.outcome[ends]]
    if not graph.complete:
        row[graph.kind == UNEXPLORED] = len(given) - 1
    if keep is not None and open_edges is not None:
        row[~keep] = len(given)
    policy: Any = np.full((graph.n, width), -1, np.int32) if policies else None
    rough = not graph.complete
    rows, error, loops = _Rows(row, given), 0.0, None
    done = open_edges is None and _descended(
        graph, graph.edge_weight, True, sense, -1, rows, policy
    )
    # Where the worst reader may stay, staying is worth 0, and no equation has to say so.
    if not done and (sense != WORST or keep is not None):
        loops = end_components(graph, open_edges)
    if loops is None or (not loops.count and open_edges is None):
        if not done:
            parts, weight = graph.components, graph.edge_weight
            error = _settle_all(graph, parts, weight, sense, -1, rows, policy, rough)
        if policy is None:
            return rows.row, rows.values, None, error
        policy = np.where(graph.kind[:, None] == CHOICE, policy, np.int64(-1))
        return rows.row, rows.values, policy, error
    quotient, node, edges = _collapse(graph, loops, open_edges)
    still = np.flatnonzero((np.diff(graph.first_edge) == 0) | (row == len(given)))
    folded = np.zeros(quotient.n, np.int32)
    folded[node[still]] = row[still]
    rows = _Rows(folded, given)
    if policy is not None:
        policy = policy[: quotient.n]
        policy.fill(-1)
    parts, weight = quotient.components, quotient.edge_weight
    error = _settle_all(quotient, parts, weight, sense, -1, rows, policy, rough)
    if policy is None:
        return rows.row[node], rows.values, None, error
    unfolded = [_unfold(graph, loops, open_edges, policy[:, k], node, edges) for k in range(width)]
    return rows.row[node], rows.values, np.stack(unfolded, axis=1), error


def _collapse(
    graph: StateGraph,
    loops: EndComponents,
    open_edges: npt.NDArray[np.bool_] | None,
) -> tuple[StateGraph, Int32s, Int64s]:
    """The graph with each end component made one choice → it, each state's node, its edges."""
    n, m = graph.n, graph.m
    node, kind = np.empty(n, np.int32), np.empty(n, np.uint8)
    first, cursor = np.zeros(n + 1, np.int64), np.empty(n + 1, np.int64)
    edges, target, weight = np.empty(m, np.int64), np.empty(m, np.int32), np.empty(m)
    mask = np.ones(1, np.uint8) if open_edges is None else open_edges.view(np.uint8)
    nodes = run(
        _fold, n + m, n, loops.count, loops.number, graph.kind, graph.first_edge, graph.edge_target,
        graph.edge_weight, mask, int(open_edges is not None), node, kind, first, cursor, edges,
        target, weight,
    )  # fmt: skip
    kept = int(first[nodes])
    collapsed = StateGraph(
        kind=kind[:nodes],
        first_edge=first[: nodes + 1],
        edge_target=target[:kept],
        edge_label=np.zeros(kept, np.int32),
        edge_weight=weight[:kept],
    )
    return collapsed, node, edges[:kept]


@kernel
def _fold(
    n: int,
    count: int,
    number: I32,
    kind: U8,
    first_edge: I64,
    edge_target: I32,
    edge_weight: F64,
    edge_open: U8,
    masked: int,
    node: I32,
    new_kind: U8,
    first: I64,
    cursor: I64,
    edges: I64,
    target: I32,
    weight: F64,
) -> int:
    """Write the collapsed graph, its edges in their order, `first` being 0 at first → its nodes."""
    nodes = count
    for u in range(count):
        new_kind[u] = CHOICE
    for v in range(n):
        node[v] = number[v]
        if number[v] < 0:
            node[v] = nodes
            new_kind[nodes] = kind[v]
            nodes += 1
    for v in range(n):
        u = node[v]
        for e in range(first_edge[v], first_edge[v + 1]):
            if (masked == 0 or edge_open[e] != 0) and (u >= count or node[edge_target[e]] != u):
                first[u + 1] += 1
    for u in range(nodes):
        if first[u + 1] == 0:
            new_kind[u] = TERMINAL
        first[u + 1] += first[u]
        cursor[u] = first[u]
    for v in range(n):
        u = node[v]
        for e in range(first_edge[v], first_edge[v + 1]):
            if (masked == 0 or edge_open[e] != 0) and (u >= count or node[edge_target[e]] != u):
                to = cursor[u]
                edges[to] = e
                target[to] = node[edge_target[e]]
                weight[to] = edge_weight[e]
                cursor[u] = to + 1
    return nodes


def _unfold(
    graph: StateGraph,
    loops: EndComponents,
    open_edges: npt.NDArray[np.bool_] | None,
    taken: Int32s,
    node: Int32s,
    edges: Int64s,
) -> Int64s:
    """A policy of the collapsed graph as one of the graph: inside an end component, the way to
    the edge it is left by, or any way to stay if it is not left."""
    choosing = graph.kind == CHOICE
    usable = np.ones(graph.m, np.bool_) if open_edges is None else open_edges
    inner = usable & (loops.number[graph.edge_source] >= 0)
    inner &= loops.number[graph.edge_source] == loops.number[graph.edge_target]
    policy = np.full(graph.n, -1, np.int64)
    # Later assignments win: any edge at all, then an open one, then one that stays inside.
    policy[choosing] = graph.first_edge[:-1][choosing]
    for some in (usable, inner):
        fitting = np.flatnonzero(some & choosing[graph.edge_source])[::-1]
        policy[graph.edge_source[fitting]] = fitting
    chosen = taken[node]
    exits = np.full(graph.n, -1, np.int64)
    exits[chosen >= 0] = edges[chosen[chosen >= 0]]
    plain = choosing & (loops.number < 0) & (exits >= 0)
    policy[plain] = exits[plain]
    leaving = np.unique(exits[(loops.number >= 0) & (exits >= 0)])
    if len(leaving):
        first_in, in_edge = graph.incoming
        backward = StateGraph(
            kind=np.zeros(graph.n, np.uint8),
            first_edge=first_in,
            edge_target=graph.edge_source[in_edge],
        )
        found = search(backward, graph.edge_source[leaving].astype(np.int64), inner[in_edge])
        toward = choosing & (found.via >= 0)
        policy[toward] = in_edge[found.via[toward]]
        policy[graph.edge_source[leaving]] = leaving
    return policy
