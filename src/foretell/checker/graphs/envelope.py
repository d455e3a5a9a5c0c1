"""Large cyclic components that are long and narrow, eliminated within an envelope.

A chain of hubs is thousands of states long, but each leads no further than to the next few hundred
and back to the last. In an order that keeps neighbours together (Cuthill and McKee's or that in
which states were found, from either end: what takes least) each row of P has all it will ever
have between two columns, and elimination from the last state to the first, without subtraction as
in `sweep`, stays between them:

    row r      low[r] … r … high[r]      P[r, j], j < r, and P[r, i] / D[i], i > r, once eliminated
    stands at  a[at[r]] …

    high[r]    the last column of P's own: what i < high[r] leads to lies below i
    low[r]     the first of P's own, and of the rows r < i ≤ high[r], which may be added to it

What is added to a row is one unbroken run of another, which processors do eight or more numbers at
a time: a hundred thousand states that lead up to 50 on or 200 back take a tenth of the time that
sparse elimination (`elimination`) takes. How much it would be is known
beforehand, so that what is wide is left to it.

    factors = factor(matrix, leave)                 # None: not narrow enough
    x = factors.solve(b)                            # x = P x + b, a column each
    y = factors.solve_left(c)                       # y = y P + c

What this does not do: it proves nothing; `linear` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import reverse_cuthill_mckee

from foretell.checker.graphs.graph import Floats, Int32s, Int64s
from foretell.checker.graphs.host import run
from foretell.vm.kernel import F64, I32, I64, kernel

__all__ = ["Envelope", "factor"]

WORK = 4000  # products for each of P's elements up to which other methods are slower
_ROOM = 50_000_000  # numbers in an envelope at most: 400 MB


@kernel
def _span(s: int, first: I32, columns: I32, place: I32, low: I32, high: I32) -> None:
    """Widen `low` and `high`, each row's own place at first, to the places it leads to."""
    for v in range(s):
        r = place[v]
        for k in range(first[v], first[v + 1]):
            j = place[columns[k]]
            low[r] = min(low[r], j)
            high[r] = max(high[r], j)


@kernel
def _shape(s: int, low: I32, high: I32, room: int, most: int) -> int:
    """Widen `low` to what elimination needs → how many products that takes, −1 if too many or if
    there are more than `room` numbers."""
    work = 0
    for r in range(s - 1, -1, -1):
        least = low[r]
        room -= high[r] - r
        if room < 0:
            return -1
        for i in range(r + 1, high[r] + 1):
            least = min(least, low[i])
            work += i - low[i]
        low[r] = least
        room -= r - least + 1
        if room < 0 or work > most:
            return -1
    return work


@kernel
def _factor(s: int, at: I64, low: I32, high: I32, first: I32, a: F64, leave: F64, d: F64) -> None:
    """Eliminate all states, the last first. Column i is reached by no row before `first[i]`."""
    for i in range(s - 1, -1, -1):
        row = at[i] - low[i]
        total = leave[i]
        for j in range(low[i], i):
            total += a[row + j]
        d[i] = total
        for r in range(first[i], i):
            if high[r] >= i:
                other = at[r] - low[r]
                if a[other + i] > 0.0:
                    share = a[other + i] / total
                    a[other + i] = share
                    for j in range(low[i], i):
                        a[other + j] += share * a[row + j]
                    leave[r] += share * leave[i]


@kernel
def _product(a: F64, i: int, x: F64, j: int, n: int) -> float:
    """Σ a[i + k] · x[j + k], k < n; four sums at once, which need not wait for one another."""
    p = 0.0
    q = 0.0
    r = 0.0
    s = 0.0
    k = 0
    while k + 4 <= n:
        p += a[i + k] * x[j + k]
        q += a[i + k + 1] * x[j + k + 1]
        r += a[i + k + 2] * x[j + k + 2]
        s += a[i + k + 3] * x[j + k + 3]
        k += 4
    while k < n:
        p += a[i + k] * x[j + k]
        k += 1
    return (p + q) + (r + s)


@kernel
def _carry(s: int, at: I64, low: I32, high: I32, a: F64, d: F64, x: F64, width: int) -> None:
    """Turn b into the x of x = P x + b; `width` columns, one behind the other."""
    for r in range(s - 1, -1, -1):
        beyond = at[r] - low[r] + r + 1
        for c in range(width):
            x[c * s + r] += _product(a, beyond, x, c * s + r + 1, high[r] - r)
    for r in range(s):
        for c in range(width):
            z = _product(a, at[r], x, c * s + low[r], r - low[r])
            x[c * s + r] = (x[c * s + r] + z) / d[r]


@kernel
def _carry_left(s: int, at: I64, low: I32, high: I32, a: F64, d: F64, y: F64) -> None:
    """Turn c into the y of y = y P + c."""
    for r in range(s - 1, -1, -1):
        row = at[r] - low[r]
        z = y[r] / d[r]
        y[r] = z
        for j in range(low[r], r):
            y[j] += z * a[row + j]
    for r in range(s):
        row = at[r] - low[r]
        z = y[r]
        for i in range(r + 1, high[r] + 1):
            y[i] += z * a[row + i]


@dataclass(frozen=True)
class Envelope:
    """A component, eliminated: state `order[r]` is row r."""

    at: Int64s
    low: Int32s
    high: Int32s
    a: Floats
    d: Floats
    order: Int32s

    def solve(self, b: Floats) -> Floats:
        """The solution of x = P x + b, of one column or several."""
        columns = b.reshape(len(b), -1).T
        x = np.array(columns[:, self.order], np.float64, order="C")
        run(
            _carry, len(self.a) * len(x), len(self.d), self.at, self.low, self.high, self.a, self.d,
            x.reshape(-1), len(x),
        )  # fmt: skip
        out = np.empty((len(b), len(x)))
        out[self.order] = x.T
        return out.reshape(b.shape)

    def solve_left(self, c: Floats) -> Floats:
        """The solution of y = y P + c."""
        y = np.array(c[self.order], np.float64)
        run(_carry_left, len(self.a), len(self.d), self.at, self.low, self.high, self.a, self.d, y)
        out = np.empty(len(y))
        out[self.order] = y
        return out


def factor(
    matrix: Any, leave: Floats, numbers: Int32s | None = None, *, most: int = WORK
) -> Envelope | None:
    """Eliminate all states of P (a CSR array) with the odds of leaving from each.

    `numbers` order them in a way that may keep neighbours together: as they were found, say.
    Gives None where it would take more products than so many for each of P's elements.
    """
    s = len(leave)
    plain = csr_array(matrix.astype(np.float64))
    plain.sum_duplicates()
    source = np.repeat(np.arange(s), np.diff(plain.indptr))
    found = _narrowest(plain, source, numbers, most * (len(source) + s))
    if found is None:
        return None
    order, low, high, work = found
    place = np.empty(s, np.int32)
    place[order] = np.arange(s)
    size = high.astype(np.int64) - low + 1
    at = np.cumsum(size) - size
    a = np.zeros(int(size.sum()))
    row = place[source]
    a[at[row] + place[plain.indices] - low[row]] = plain.data
    rows = np.arange(s, dtype=np.int32)
    first = rows.copy()
    np.minimum.at(first, high, rows)
    first = np.minimum.accumulate(first[::-1])[::-1].copy()
    d = np.zeros(s)
    run(_factor, work + s, s, at, low, high, first, a, leave.astype(np.float64)[order], d)
    return Envelope(at, low, high, a, d, order)


def _narrowest(
    plain: Any, source: Int64s, numbers: Int32s | None, most: int
) -> tuple[Int32s, Int32s, Int32s, int] | None:
    """An order, the columns between which each row stays, and the products that it takes."""
    s = plain.shape[0]
    both = csr_array((np.ones(len(source), np.int8), plain.indices, plain.indptr), shape=(s, s))
    ways: list[Any] = [reverse_cuthill_mckee(csr_array(both + both.T), symmetric_mode=True)]
    if numbers is not None:
        ways.append(np.argsort(numbers))
    found = None
    for order in (turned for way in ways for turned in (way, way[::-1])):
        place = np.empty(s, np.int32)
        place[order] = np.arange(s)
        low, high = (np.arange(s, dtype=np.int32) for _ in range(2))
        run(
            _span, s + len(source), s,
            plain.indptr.astype(np.int32, copy=False), plain.indices.astype(np.int32, copy=False),
            place, low, high,
        )  # fmt: skip
        work = run(_shape, s + len(source), s, low, high, _ROOM, most)
        if work >= 0:
            found, most = (np.ascontiguousarray(order, np.int32), low, high, work), work
    return found
