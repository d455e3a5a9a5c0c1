"""Large cyclic components: equations solved with a bound on the error that is proved.

A component of a chain is x = P x + b, where P has the odds of staying inside and every state
leaves sooner or later. A = I − P is then an M-matrix: its inverse has no negative element. That
gives a proof from any approximate solution y, however it was found: with the residual r = b − A y
and any vector w such that A w ≥ 1, the error is at most max|r| · w. For w one takes about the
expected number of steps until the exit, and checks it. Stopping when values change little proves
nothing, and is not done here.

What the sweep has not settled in passing comes here. Up to AT_ONCE states are eliminated where they
stand (`dense`). With more one first goes round the component until the values come to rest
(`iteration`), which is quickest by far where it is left soon, and gives up at once where it is not.
What that comes to is proved in double precision, where all that may have been lost is counted; what
follows is for the rest. Up to DENSE states are eliminated densely by the method of Grassmann,
Taksar and Heyman (see `sweep`), which keeps all digits however slowly the component is left. What
is long and narrow is eliminated in the same way within an `envelope`; with what is not, some steps
of BiCGSTAB are tried, then it is eliminated sparsely (`elimination`), and where factors fill up too
much BiCGSTAB has to do. All are refined in extended precision. What no method proves well enough is
narrowed by Gauss and Seidel's iteration from below and above at once for some seconds, and the
answer is as wide as it then is.

With choices, policy iteration: solve for a policy, let each choice that can do better switch, until
none can. Every policy must leave: there is no end component, since `solve` has collapsed them or,
for the worst reader, cut them out as worth 0. The same proof holds with w for the policy that
leaves latest. Only edges that are nearly as good as the best need be looked at for that: one that
falls short by more than CLEAR does so by more than ε · w, for any error ε · w below CLEAR, and so y
+ ε · w stays a bound though w knows nothing of that edge.

    x, error = absorb(matrix, leave, right)           # one column for each outcome

What this does not do: find the component, cut it out (`fragment`), or collapse what is never left.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from foretell.checker.graphs import dense, elimination, envelope
from foretell.checker.graphs.descent import BEST, MEAN
from foretell.checker.graphs.envelope import Envelope
from foretell.checker.graphs.fragment import Extended, Fragment
from foretell.checker.graphs.graph import Floats, Int32s
from foretell.checker.graphs.host import run
from foretell.checker.graphs.iteration import (
    CLEAR,
    LIMIT,
    best_edges,
    bicgstab,
    bracket,
    pour,
    prove,
    settle_down,
)
from foretell.checker.graphs.sweep import AT_ONCE, LAST_ROUNDING

__all__ = ["absorb", "equations", "improve", "pass_through", "settle_fragment"]

DENSE = 300  # states up to which elimination without subtraction is cheap
DENSE_AT_MOST = 2000  # up to which it is worth its price where nothing else can be proved good
GOOD = 1e-11  # an error bound that needs no second method
_ENOUGH = 1e-9  # one that will do
_WIDE = 1e-6  # one beyond which seconds are spent on narrowing bounds instead
_EFFORT = 500_000_000  # edges gone over in narrowing a column's bounds, a second or two
_HURRIED = 100_000_000  # … in narrowing all columns, where rough bounds will do
_STEPS = 100  # of BiCGSTAB at a time
_FEW_STEPS = 150  # … where it is worth trying before elimination is
_ROUGHLY = 1e-6  # what BiCGSTAB leaves of a residual at most
_EPSILON = float(np.finfo(np.longdouble).eps)

_Solved: TypeAlias = tuple[Floats, npt.NDArray[np.int64] | None, float]


def equations(fragment: Fragment, gain: Floats, taken: npt.NDArray[np.bool_] | None = None) -> Any:
    """P, the odds of leaving, and the right-hand sides, along all or the taken edges.

    `gain` has a row for each edge: what it brings if it leaves.
    """
    use = np.ones(len(fragment.edges), np.bool_) if taken is None else taken
    s = len(fragment.states)
    source, target, odds = fragment.source, fragment.target, fragment.precise_odds
    inner = use & (target >= 0)
    outer = use & (target < 0)
    matrix = csr_array((odds[inner], (source[inner], target[inner])), shape=(s, s))
    leave = np.zeros(s, np.longdouble)
    np.add.at(leave, source[outer], odds[outer])
    right = np.zeros((s, gain.shape[1]), np.longdouble)
    np.add.at(right, source[outer], odds[outer, None] * gain[outer])
    return matrix, leave, right


# Chains ----------------------------------------------------------------------------------------


def absorb(
    matrix: Any,
    leave: Extended,
    right: Extended,
    numbers: Int32s | None = None,
    narrow: Envelope | None = None,
) -> tuple[Extended, float]:
    """The solution of x = P x + right, a column each, and a bound on its error.

    `numbers` are the states', as `envelope` wants them, and `narrow` is what it has come to."""
    s = len(leave)
    if s <= DENSE:
        x, error = _eliminate(matrix, leave, right, np.float64)
    else:
        error = np.inf
        if narrow is None:
            narrow = envelope.factor(matrix, leave.astype(np.float64), numbers)
        if narrow is not None:
            x, error = _solve_at_once(matrix, right, narrow.solve)
            if error > GOOD:
                x, error = _solve_proved(matrix, right, narrow.solve)
        else:
            with suppress(_TooSlowError):
                x, error = _solve_proved(matrix, right, _krylov(matrix, _FEW_STEPS))
        if error > GOOD and narrow is None:
            factors = elimination.factor(matrix, leave.astype(np.float64))
            rough = factors.solve if factors is not None else _krylov(matrix)
            x, error = _solve_proved(matrix, right, rough)
    if error > GOOD and s <= DENSE_AT_MOST:
        slower, smaller = _eliminate(matrix, leave, right, np.longdouble)
        if smaller < error:
            return slower, smaller
    return x, error


def pass_through(fragment: Fragment) -> Callable[[Floats], Floats]:
    """A function that solves x = x P + b: how much passes through each state."""
    thorough = cache(lambda: _pass_through(fragment))
    if len(fragment.states) <= DENSE:
        return thorough()

    def solve(b: Floats) -> Floats:
        x, left = _pour(fragment, b, soon=True)
        return x if left else thorough()(b)

    return solve


def _pass_through(fragment: Fragment) -> Callable[[Floats], Floats]:
    s = len(fragment.states)
    if s > DENSE:
        matrix, leave, _ = equations(fragment, np.zeros((len(fragment.edges), 0)))
        odds = leave.astype(np.float64)
        factors = envelope.factor(matrix, odds, fragment.states) or elimination.factor(matrix, odds)
        if factors is not None:
            return factors.solve_left
        if s > DENSE_AT_MOST:
            return _roughly_through(fragment, matrix, leave)
    return dense.factor(fragment).solve_left


def _roughly_through(
    fragment: Fragment, matrix: Any, leave: Extended
) -> Callable[[Floats], Floats]:
    rough, plain = _krylov(matrix, transposed=True), matrix.astype(np.float64)

    def solve(b: Floats) -> Floats:
        x: Floats = rough(b)
        for _ in range(4):
            x = x + rough(b + x @ plain - x)
        # What flows out must be what flowed in.
        if abs(float(x @ leave) - b.sum()) <= _ENOUGH * b.sum() and (x >= 0).all():
            return x
        return _pour(fragment, b)[0]

    return solve


def _pour(fragment: Fragment, b: Floats, *, soon: bool = False) -> tuple[Floats, bool]:
    """Let b run on through the states again and again → what has passed, and whether nearly all
    has left. `soon` gives up where that would take long."""
    s = len(fragment.states)
    x, rest, held = np.zeros(s), b.astype(float), float(b.sum())
    swept, limit = 0, _EFFORT // len(fragment.edges)
    wanted = GOOD / 100 * held
    while held > wanted and swept < limit:
        before = held
        held = run(
            pour, len(fragment.edges) + s, s, fragment.first, fragment.target, fragment.odds, 50,
            rest, x,
        )  # fmt: skip
        swept += 50
        if soon and held > wanted and (wanted / held) < (held / before) ** ((LIMIT - swept) / 50):
            break
    return x, held <= wanted


def _factor_densely(matrix: Any, leave: Extended, dtype: type) -> tuple[Any, Any]:
    """Eliminate states from the last to the first, adding positive numbers only."""
    a = matrix.astype(dtype).toarray()
    leaving: Any = leave.astype(dtype)
    out: Any = np.empty(len(leave), dtype)
    for i in range(len(leave) - 1, -1, -1):
        out[i] = leaving[i] + a[i, :i].sum()
        rows = np.flatnonzero(a[:i, i])
        ratio = a[rows, i] / out[i]
        a[rows, :i] += np.outer(ratio, a[i, :i])
        leaving[rows] += ratio * leaving[i]
    return a, out


def _solve_densely(a: Any, out: Any, right: Any) -> Any:
    x = right.astype(a.dtype)
    for i in range(len(out) - 1, 0, -1):
        x[:i] += np.outer(a[:i, i] / out[i], x[i])
    for i in range(len(out)):
        x[i] = (x[i] + a[i, :i] @ x[:i]) / out[i]
    return x


def _eliminate(
    matrix: Any, leave: Extended, right: Extended, dtype: type
) -> tuple[Extended, float]:
    a, out = _factor_densely(matrix, leave, dtype)
    x = _solve_densely(a, out, right)
    # O'Cinneide: elimination without subtraction changes no entry by more than this of its size.
    loss = 2.0 * len(leave) ** 3 * float(np.finfo(dtype).eps) * float(np.abs(x).max(initial=0.0))
    steps = _solve_densely(a, out, np.ones((len(leave), 1)))[:, 0]
    refined = _refine(matrix, right, lambda r: _solve_densely(a, out, r), x.astype(np.longdouble))
    error = _bound(matrix, right, refined, steps)
    return (refined, error) if error <= loss else (x.astype(np.longdouble), loss)


class _TooSlowError(Exception):
    """It would take BiCGSTAB more steps than it was given."""


def _krylov(
    matrix: Any, few: int | None = None, *, transposed: bool = False
) -> Callable[[Floats], Floats]:
    """A function that solves A x = r roughly, by BiCGSTAB (`iteration`).

    Where it is given but few steps, it raises _TooSlowError if they were not enough."""
    rows = csr_array(matrix.T if transposed else matrix)
    s = rows.shape[0]
    first, target = rows.indptr.astype(np.int64), rows.indices.astype(np.int32)
    odds = rows.data.astype(np.float64)

    def solve(right: Floats) -> Floats:
        columns = right.reshape(len(right), -1)
        x = np.zeros(columns.shape)
        for k in range(columns.shape[1]):
            column, work = np.zeros(s), np.empty(7 * s)
            # States stand sinks first, so that most of A lies below the diagonal, of its transpose
            # above.
            left = run(
                bicgstab, (few or _STEPS) * (s + len(odds)), s, first, target, odds,
                int(transposed), np.ascontiguousarray(columns[:, k]), few or _STEPS, _ROUGHLY,
                work, column,
            )  # fmt: skip
            if few and not left <= _ROUGHLY**2:
                raise _TooSlowError
            x[:, k] = column
        return x.reshape(right.shape)

    return solve


def _eliminated(fragment: Fragment) -> Envelope | None:
    """A fragment where nobody chooses, eliminated within an envelope in double precision."""
    inner, s = fragment.target >= 0, len(fragment.states)
    first = np.concatenate(([0], np.cumsum(inner)))[fragment.first]
    matrix = csr_array((fragment.odds[inner], fragment.target[inner], first), shape=(s, s))
    leave: Any = np.bincount(fragment.source[~inner], fragment.odds[~inner], s)
    return envelope.factor(matrix, leave, fragment.states)


def _solve_quickly(
    fragment: Fragment, gain: Floats, factors: dense.Factors | Envelope
) -> tuple[Floats, float]:
    """What elimination comes to in double precision, and a bound on its error."""
    s, outer = len(fragment.states), fragment.target < 0
    source, odds = fragment.source[outer], fragment.odds[outer]
    right = [np.bincount(source, odds * column, s) for column in gain[outer].T]
    found = factors.solve(np.stack([*right, np.ones(s)], axis=1))
    x = np.ascontiguousarray(found[:, :-1])
    return x, prove(fragment, gain, MEAN, x, np.ascontiguousarray(found[:, -1]))


def _solve_at_once(
    matrix: Any, right: Extended, solve: Callable[[Floats], Floats]
) -> tuple[Extended, float]:
    """What a good solver comes to at once, the steps that prove it beside."""
    ones = np.ones((len(right), 1))
    found = solve(np.hstack([right.astype(np.float64), ones])).astype(np.longdouble)
    x, steps = found[:, :-1], found[:, -1]
    return x, _bound(matrix, right, x, steps)


def _solve_proved(
    matrix: Any, right: Extended, rough: Callable[[Floats], Floats]
) -> tuple[Extended, float]:
    """What a rough solver comes to with refinement, and a bound on its error."""
    ones = np.ones((len(right), 1), np.longdouble)

    def solve(r: Any) -> Any:
        return rough(np.ascontiguousarray(r, np.float64))

    with np.errstate(all="ignore"):  # where it is next to singular, the bound says so
        x = _refine(matrix, right, solve, np.zeros_like(right))
        steps = solve(ones)[:, 0].astype(np.longdouble)
        error = _bound(matrix, right, x, steps)
        if error == np.inf:  # the steps were too rough to prove anything
            steps = _refine(matrix, ones, solve, np.zeros_like(ones))[:, 0]
            error = _bound(matrix, right, x, steps)
        return x, error


def _refine(matrix: Any, right: Extended, solve: Any, x: Extended) -> Extended:
    """Some steps of iterative refinement, with residuals in extended precision."""
    for _ in range(4):
        residual = right + matrix @ x - x
        if np.abs(residual).max() <= 4.0 * _EPSILON * np.abs(x).max():
            break
        x = x + solve(residual)
    return x


def _bound(matrix: Any, right: Extended, x: Extended, steps: Any) -> float:
    """The error of x that the residual proves, given about the expected steps to the exit."""
    entries = float(np.diff(matrix.indptr).max(initial=0)) + 3.0
    if not np.isfinite(steps).all() or not np.isfinite(x).all():
        return np.inf
    lost = entries * _EPSILON * float(steps.max())
    if (steps < 0).any() or (steps - matrix @ steps < 0.5 + lost).any():
        return np.inf  # twice the steps would be no w with A w ≥ 1
    residual = np.abs(right + matrix @ x - x) + entries * _EPSILON * (np.abs(x).max(initial=0.0))
    return 2.0 * float(steps.max()) * float(residual.max(initial=0.0))


# Choices ---------------------------------------------------------------------------------------


def improve(fragment: Fragment, gain: Floats, sense: int, keep: bool) -> _Solved:
    """Best or worst values of a component, the edge taken in each state, a bound on the error.

    `gain` is what each edge brings that leaves. The edge (a place in `fragment.edges`) means
    nothing where luck decides; unless they are to be kept, there may be none.
    """
    quick, still = settle_down(fragment, gain[:, None], sense)
    x = quick[:, 0]
    if still:
        error = prove(fragment, gain[:, None], sense, quick)
        if error <= _ENOUGH:
            return x, best_edges(fragment, gain, sense, x) if keep else None, error
    found = _improve(fragment, gain, sense, x.astype(np.longdouble))
    if found[2] <= _WIDE:
        return found
    narrowed = _narrow(fragment, gain, sense)
    return narrowed if narrowed[2] < found[2] else found


def _improve(fragment: Fragment, gain: Floats, sense: int, x: Extended) -> _Solved:
    """The same by policy iteration, from what seems best at values x, whatever that may take."""
    taken = _best_edges(fragment, gain, x, 0.0, sense)[1]
    x, taken = _iterate(fragment, gain, 0.0, sense, taken)
    return x.astype(np.float64), taken, _proved(fragment, gain, x, sense)


def _proved(fragment: Fragment, gain: Floats, x: Extended, sense: int) -> float:
    """A bound on the error of values x."""
    reached, _, _, along = _best_edges(fragment, gain, x, 0.0, sense)
    near = np.abs(along - np.repeat(reached, np.diff(fragment.first))) <= CLEAR
    near |= np.repeat(fragment.averaging == 1, np.diff(fragment.first))
    nothing = np.zeros(len(gain))
    quick, still = settle_down(
        fragment, nothing[:, None], BEST, step=1.0, open_edges=near, enough=0.1
    )
    steps = quick[:, 0].astype(np.longdouble)
    if not still:
        latest = _best_edges(fragment, nothing, steps, 1.0, BEST, open_edges=near)[1]
        steps = _iterate(fragment, nothing, 1.0, BEST, latest, near)[0]
    stayed = _best_edges(fragment, nothing, steps, 0.0, BEST, open_edges=near)[0]
    entries = float(np.diff(fragment.first).max()) + 3.0
    if not np.isfinite(steps).all() or not np.isfinite(x).all():
        return 1.0
    if (steps - stayed < 0.5 + entries * _EPSILON * steps.max()).any():
        return 1.0
    residual = float(np.abs(reached - x).max()) + entries * _EPSILON
    error = 2.0 * residual * float(steps.max())
    return error if error <= CLEAR / 2 else 1.0


def _iterate(
    fragment: Fragment,
    gain: Floats,
    step: float,
    sense: int,
    taken: npt.NDArray[np.int64],
    open_edges: npt.NDArray[np.bool_] | None = None,
) -> tuple[Extended, npt.NDArray[np.int64]]:
    """Policy iteration from a policy; with a step of 1 (and no other gain) the number of steps
    until the exit."""
    taken = taken.copy()
    choosing = fragment.averaging == 0
    x = np.zeros(len(fragment.states), np.longdouble)
    for _ in range(len(fragment.states) + 100):
        use = np.repeat(~choosing, np.diff(fragment.first))
        use[taken[choosing]] = True
        matrix, leave, right = equations(fragment, gain[:, None], use)
        if step:
            right[:] = step
        x = absorb(matrix, leave, right, fragment.states)[0][:, 0]
        if not np.isfinite(x).all():
            break
        best, place, here, _ = _best_edges(fragment, gain, x, step, sense, taken, open_edges)
        better = choosing & (np.abs(best - here) > 1e-16 * np.abs(x))
        if not better.any():
            break
        taken[better] = place[better]
    return x, taken


def _best_edges(
    fragment: Fragment,
    gain: Floats,
    x: Extended,
    step: float,
    sense: int,
    taken: npt.NDArray[np.int64] | None = None,
    open_edges: npt.NDArray[np.bool_] | None = None,
) -> Any:
    """One step of the equations from x: the values, the edges they come from, what those of
    `taken` bring, and what all do."""
    first = fragment.first[:-1]
    along = np.where(fragment.target >= 0, x[fragment.target], gain) + step
    mean = np.add.reduceat(fragment.precise_odds * along, first)
    if open_edges is not None:  # where choices take no other, a closed edge is as good as none
        along = np.where(open_edges, along, -np.inf if sense == BEST else np.inf)
    extreme = (np.maximum if sense == BEST else np.minimum).reduceat(along, first)
    best = np.where(fragment.averaging == 1, mean, extreme)
    hits = np.flatnonzero(along == np.repeat(extreme, np.diff(fragment.first)))
    place = hits[np.searchsorted(hits, first)]
    return best, place, None if taken is None else along[taken], along


def _narrow(fragment: Fragment, gain: Floats, sense: int, effort: int = _EFFORT) -> _Solved:
    """Values between bounds from below and above, as near as a fixed effort brings them."""
    s = len(fragment.states)
    outer = gain[fragment.target < 0]
    low, high = np.full(s, outer.min()), np.full(s, outer.max())
    apart, swept = np.inf, 0
    limit = effort // len(fragment.edges)
    while apart > GOOD and swept < limit:
        # A share at a time, so that Ctrl-C is heard.
        apart = run(
            bracket, len(fragment.edges) + s, s, fragment.first, fragment.target,
            fragment.odds, gain, fragment.averaging, sense, 50, low, high,
        )  # fmt: skip
        swept += 50
    x = (low + high) / 2
    place = _best_edges(fragment, gain, x.astype(np.longdouble), 0.0, sense)[1]
    return x, place, apart / 2


def settle_fragment(
    fragment: Fragment, gain: Floats, sense: int, *, rough: bool = False, keep: bool = False
) -> _Solved:
    """All columns of one large component: values, the edges taken, and a bound on the error.

    The edges are those of choices, there only if they are to be kept.
    Where nobody chooses, best and worst are the mean, of all columns at once. What edges bring is
    at most 1, and the bound counts the last rounding, to double precision. Where `rough`
    bounds will do, they are narrowed for some moments and no longer.
    """
    if rough and len(fragment.states) > DENSE:
        effort = max(_HURRIED // gain.shape[1], 100 * len(fragment.edges))
        values, taken, error = _columns(gain, lambda x: _narrow(fragment, x, sense, effort))
        return values, taken, error + LAST_ROUNDING
    if sense != MEAN and not fragment.averaging.all():
        values, taken, error = _columns(gain, lambda x: improve(fragment, x, sense, keep))
        return values, taken, error + LAST_ROUNDING
    if len(fragment.states) <= AT_ONCE:
        quick, error = _solve_quickly(fragment, gain, dense.factor(fragment))
        if error <= _ENOUGH:
            return quick, None, error + LAST_ROUNDING
    quick, still = settle_down(fragment, gain, MEAN)
    if still:
        error = prove(fragment, gain, MEAN, quick)
        if error <= _ENOUGH:
            return quick, None, error + LAST_ROUNDING
    narrow = _eliminated(fragment) if len(fragment.states) > DENSE else None
    if narrow is not None:
        quick, error = _solve_quickly(fragment, gain, narrow)
        if error <= _ENOUGH:
            return quick, None, error + LAST_ROUNDING
    matrix, leave, right = equations(fragment, gain)
    x, error = absorb(matrix, leave, right, fragment.states, narrow)
    if error > _WIDE:
        values, _, narrowed = _columns(gain, lambda column: _narrow(fragment, column, sense))
        if narrowed < error:
            return values, None, narrowed + LAST_ROUNDING
    return x.astype(np.float64), None, error + LAST_ROUNDING


def _columns(gain: Floats, solve: Callable[[Floats], _Solved]) -> _Solved:
    solved = [solve(np.ascontiguousarray(gain[:, k])) for k in range(gain.shape[1])]
    values = np.stack([x for x, _, _ in solved], axis=1)
    taken = [edges for _, edges, _ in solved if edges is not None]
    kept = np.stack(taken, axis=1) if len(taken) == len(solved) else None
    return values, kept, max(error for _, _, error in solved)
