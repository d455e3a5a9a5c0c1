"""Large cyclic components, eliminated state by state: sparse, and without subtraction.

x = P x + b is solved as `sweep` solves small ones, by the method of Grassmann, Taksar and Heyman:
to eliminate state i, whoever leads to i is led on to where i leads, in proportion,

    P[r, j] += P[r, i] / D[i] · P[i, j]      exit[r] += P[r, i] / D[i] · exit[i]
    D[i] = exit[i] + Σ P[i, j], j ≠ i        (what leads back to r itself is dropped)

so every number is a sum of positive ones and has all its digits, however seldom the component is
left. What it costs is the order: the state eliminated next is always one with the fewest pairs
(r, j), Markowitz's rule, kept in buckets. A story's components are narrow, and narrow graphs fill
up little: 10⁵ states in a square take a second. Where they fill up after all, `factor` gives up
at a given amount of work, and another method has to do.

Rows of P and lists of who leads to a state stand in two pools and move to the pool's end when
they outgrow their place. A state's row as it was when it was eliminated, and P[r, i] / D[i] beside
its list, are the factors.

    factors = factor(matrix, leave)                 # None: too much work
    x = factors.solve(b)                            # x = P x + b, a column each
    y = factors.solve_left(c)                       # y = y P + c

What this does not do: it proves nothing; `linear` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from foretell.checker.graphs.graph import Floats, Int32s, Int64s
from foretell.checker.graphs.host import run
from foretell.vm.kernel import F64, I32, I64, kernel

__all__ = ["Factors", "factor"]

# ------------------------------------------------------------------ the context
_STATES: Final = 0
_DONE: Final = 1  # states eliminated
_LOWEST: Final = 2  # no bucket below holds a state
_WORK: Final = 3  # pairs and list elements gone through
_MOST: Final = 4  # … at most
_OUT_END: Final = 5  # the next free place for rows
_OUT_SIZE: Final = 6
_IN_END: Final = 7  # … and for the lists of who leads to a state
_IN_SIZE: Final = 8
_NEED: Final = 9  # places that a full pool lacks at most
_CONTEXT: Final = 10

# why `eliminate` returned
_READY: Final = 0
_QUOTA: Final = 1
_OUT_FULL: Final = 2
_IN_FULL: Final = 3
_TOO_MUCH: Final = 4

_EXACT: Final = 4096  # pairs up to twice as many are told apart, more to one part in so many
_BUCKETS: Final = 36 * _EXACT
_PATIENCE: Final = 50_000_000  # work between two returns, some 0.1 s
_FILL: Final = 40  # elements for each of P's, beyond which it is not worth its memory and time
_SMALL_FILL: Final = 2_000_000  # … unless they are no more than these
WORK: Final = 3_000_000_000  # where `factor` gives up: some seconds


@kernel
def _unlink(head: I32, after: I32, before: I32, b: int, i: int) -> None:
    """Take state i out of bucket b."""
    if before[i] >= 0:
        after[before[i]] = after[i]
    else:
        head[b] = after[i]
    if after[i] >= 0:
        before[after[i]] = before[i]


@kernel
def _place(
    ctx: I64,
    out_length: I32,
    in_count: I32,
    head: I32,
    after: I32,
    before: I32,
    bucket: I32,
    i: int,
) -> None:
    """Put state i into the bucket of its number of pairs; it is in `bucket[i]` or (−1) in none."""
    b = out_length[i] * in_count[i]
    octave = 0
    while b >= 2 * _EXACT:
        b = b >> 1
        octave += 1
    b += octave * _EXACT
    if b == bucket[i]:
        return
    if bucket[i] >= 0:
        _unlink(head, after, before, bucket[i], i)
    bucket[i] = b
    before[i] = -1
    after[i] = head[b]
    if head[b] >= 0:
        before[head[b]] = i
    head[b] = i
    ctx[_LOWEST] = min(ctx[_LOWEST], b)


@kernel
def _fill_buckets(
    ctx: I64, out_length: I32, in_count: I32, head: I32, after: I32, before: I32, bucket: I32
) -> None:
    """Put every state into its bucket."""
    for i in range(ctx[_STATES]):
        _place(ctx, out_length, in_count, head, after, before, bucket, i)


@kernel
def _eliminate(
    ctx: I64,
    out_at: I64,
    out_length: I32,
    out_room: I32,
    columns: I32,
    odds: F64,
    in_at: I64,
    in_length: I32,
    in_count: I32,
    in_room: I32,
    rows: I32,
    shares: F64,
    leave: F64,
    total: F64,
    order: I32,
    head: I32,
    after: I32,
    before: I32,
    bucket: I32,
    place: I32,
) -> int:
    """Eliminate states until none is left, or something only the host can do.

    `place` is −1 for every state, between any two.
    """
    pause = ctx[_WORK] + _PATIENCE
    while ctx[_DONE] < ctx[_STATES]:
        if ctx[_WORK] > pause:
            return _QUOTA
        b = ctx[_LOWEST]
        while head[b] < 0:
            b += 1
        ctx[_LOWEST] = b
        i = head[b]
        # pairs only get more until few states are left: see early what can't be done
        ahead = out_length[i] * in_count[i] * (ctx[_STATES] - ctx[_DONE]) // 2
        if ctx[_WORK] + ahead > ctx[_MOST]:
            return _TOO_MUCH
        row = out_at[i]
        led = out_length[i]
        # who is eliminated leads nowhere any more, but still stands in the list
        leading = 0
        for k in range(in_at[i], in_at[i] + in_length[i]):
            if bucket[rows[k]] >= 0:
                rows[in_at[i] + leading] = rows[k]
                leading += 1
        ctx[_WORK] += in_length[i]
        in_length[i] = leading
        # room for all that may have to _move, before anything is touched
        need = 0
        for k in range(leading):
            need += 2 * (out_length[rows[in_at[i] + k]] + led)
        ctx[_NEED] = need
        if ctx[_OUT_END] + need > ctx[_OUT_SIZE]:
            return _OUT_FULL
        need = 0
        for k in range(led):
            need += 2 * (in_length[columns[row + k]] + leading)
        ctx[_NEED] = need
        if ctx[_IN_END] + need > ctx[_IN_SIZE]:
            return _IN_FULL
        _unlink(head, after, before, b, i)
        bucket[i] = -1
        leaving = leave[i]
        for k in range(led):
            leaving += odds[row + k]
            in_count[columns[row + k]] -= 1
        total[i] = leaving
        for k in range(leading):
            r = rows[in_at[i] + k]
            at = out_at[r]
            length = out_length[r]
            gone = -1
            for q in range(length):
                place[columns[at + q]] = q
                if columns[at + q] == i:
                    gone = q
            ctx[_WORK] += length + led
            share = odds[at + gone] / leaving
            shares[in_at[i] + k] = share
            length -= 1
            columns[at + gone] = columns[at + length]
            odds[at + gone] = odds[at + length]
            place[columns[at + gone]] = gone
            place[i] = -1
            if length + led > out_room[r]:
                to = ctx[_OUT_END]
                for q in range(length):
                    columns[to + q] = columns[at + q]
                    odds[to + q] = odds[at + q]
                out_at[r] = to
                out_room[r] = 2 * (length + led)
                ctx[_OUT_END] = to + out_room[r]
                at = to
            leave[r] += share * leave[i]
            for q in range(led):
                j = columns[row + q]
                if j == r:
                    continue
                p = share * odds[row + q]
                if place[j] >= 0:
                    odds[at + place[j]] += p
                else:
                    columns[at + length] = j
                    odds[at + length] = p
                    length += 1
                    n = in_length[j]
                    if n + 1 > in_room[j]:
                        to = ctx[_IN_END]
                        for z in range(n):
                            rows[to + z] = rows[in_at[j] + z]
                        in_at[j] = to
                        in_room[j] = 2 * (n + 1)
                        ctx[_IN_END] = to + in_room[j]
                    rows[in_at[j] + n] = r
                    in_length[j] = n + 1
                    in_count[j] += 1
            for q in range(length):
                place[columns[at + q]] = -1
            out_length[r] = length
        for k in range(leading):
            r = rows[in_at[i] + k]
            _place(ctx, out_length, in_count, head, after, before, bucket, r)
        for k in range(led):
            j = columns[row + k]
            _place(ctx, out_length, in_count, head, after, before, bucket, j)
        order[ctx[_DONE]] = i
        ctx[_DONE] += 1
    return _READY


@kernel
def _move(
    n: int, at: I64, length: I32, room: I32, items: I32, values: F64, to: I32, numbers: F64
) -> int:
    """Copy the lists of a pool one behind the other into another; gives where they end."""
    end = 0
    for i in range(n):
        for k in range(length[i]):
            to[end + k] = items[at[i] + k]
            numbers[end + k] = values[at[i] + k]
        at[i] = end
        room[i] = length[i]
        end += length[i]
    return end


@kernel
def _carry(
    n: int,
    order: I32,
    out_at: I64,
    out_length: I32,
    columns: I32,
    odds: F64,
    in_at: I64,
    in_length: I32,
    rows: I32,
    shares: F64,
    total: F64,
    x: F64,
    width: int,
) -> None:
    """Turn b into the x of x = P x + b, rows of `width` columns."""
    for s in range(n):
        i = order[s] * width
        for k in range(in_at[order[s]], in_at[order[s]] + in_length[order[s]]):
            r = rows[k] * width
            share = shares[k]
            for c in range(width):
                x[r + c] += share * x[i + c]
    for s in range(n - 1, -1, -1):
        i = order[s] * width
        for k in range(out_at[order[s]], out_at[order[s]] + out_length[order[s]]):
            j = columns[k] * width
            p = odds[k]
            for c in range(width):
                x[i + c] += p * x[j + c]
        for c in range(width):
            x[i + c] = x[i + c] / total[order[s]]


@kernel
def _carry_left(
    n: int,
    order: I32,
    out_at: I64,
    out_length: I32,
    columns: I32,
    odds: F64,
    in_at: I64,
    in_length: I32,
    rows: I32,
    shares: F64,
    total: F64,
    x: F64,
) -> None:
    """Turn c into the y of y = y P + c."""
    for s in range(n):
        i = order[s]
        x[i] = x[i] / total[i]
        for k in range(out_at[i], out_at[i] + out_length[i]):
            x[columns[k]] += x[i] * odds[k]
    for s in range(n - 1, -1, -1):
        i = order[s]
        for k in range(in_at[i], in_at[i] + in_length[i]):
            x[i] += x[rows[k]] * shares[k]


@dataclass(frozen=True)
class Factors:
    """A component, eliminated."""

    order: Int32s
    out_at: Int64s
    out_length: Int32s
    columns: Int32s
    odds: Floats
    in_at: Int64s
    in_length: Int32s
    rows: Int32s
    shares: Floats
    total: Floats

    @property
    def size(self) -> int:
        """How many numbers the factors consist of."""
        return int(self.out_length.sum()) + int(self.in_length.sum())

    def _arrays(self) -> tuple[Any, ...]:
        return (
            len(self.order), self.order, self.out_at, self.out_length, self.columns, self.odds,
            self.in_at, self.in_length, self.rows, self.shares, self.total,
        )  # fmt: skip

    def solve(self, b: Floats) -> Floats:
        """The solution of x = P x + b, of one column or several."""
        x = np.array(b, np.float64, order="C")
        width = 1 if x.ndim == 1 else x.shape[1]
        run(_carry, self.size * width, *self._arrays(), x.reshape(-1), width)
        return x

    def solve_left(self, c: Floats) -> Floats:
        """The solution of y = y P + c."""
        y = np.array(c, np.float64)
        run(_carry_left, self.size, *self._arrays(), y)
        return y


def factor(matrix: Any, leave: Floats, most: int = WORK) -> Factors | None:
    """Eliminate all states of P (a CSR array) with the odds of leaving from each.

    Gives None where that would take more than so much work.
    """
    n = len(leave)
    plain = matrix.astype(np.float64)
    plain.sum_duplicates()
    source = np.repeat(np.arange(n, dtype=np.int32), np.diff(plain.indptr))
    keep = (plain.indices != source) & (plain.data > 0)
    source, columns, odds = source[keep], plain.indices[keep].astype(np.int32), plain.data[keep]
    m = len(odds)
    out_length = np.bincount(source, minlength=n).astype(np.int32)
    in_length = np.bincount(columns, minlength=n).astype(np.int32)
    rows = source[np.argsort(columns, kind="stable")]
    out_at, in_at = _starts(out_length), _starts(in_length)
    out_room, in_room = out_length.copy(), in_length.copy()
    shares, total, going = np.zeros(m), np.zeros(n), leave.astype(np.float64)
    order, head = np.zeros(n, np.int32), np.full(_BUCKETS, -1, np.int32)
    after, before, bucket, place = (np.full(n, -1, np.int32) for _ in range(4))
    ctx = np.zeros(_CONTEXT, np.int64)
    ctx[_STATES], ctx[_LOWEST], ctx[_MOST] = n, _BUCKETS - 1, most
    ctx[_OUT_END] = ctx[_OUT_SIZE] = ctx[_IN_END] = ctx[_IN_SIZE] = m
    in_count = in_length.copy()
    run(_fill_buckets, n, ctx, out_length, in_count, head, after, before, bucket)
    while True:
        why = run(
            _eliminate, 8 * (n + m), ctx, out_at, out_length, out_room, columns, odds, in_at,
            in_length, in_count, in_room, rows, shares, going, total, order, head, after, before,
            bucket, place,
        )  # fmt: skip
        if why == _READY:
            return Factors(
                order, out_at, out_length, columns, odds, in_at, in_length, rows, shares, total
            )
        filled = max(int(out_length.sum()), int(in_length.sum()))
        if why == _TOO_MUCH or filled > max(_FILL * m, _SMALL_FILL):
            return None
        if why == _OUT_FULL:
            columns, odds, ctx[_OUT_END] = _roomier(
                out_at, out_length, out_room, columns, odds, int(ctx[_NEED])
            )
            ctx[_OUT_SIZE] = len(columns)
        elif why == _IN_FULL:
            rows, shares, ctx[_IN_END] = _roomier(
                in_at, in_length, in_room, rows, shares, int(ctx[_NEED])
            )
            ctx[_IN_SIZE] = len(rows)


def _starts(length: Int32s) -> Int64s:
    at = np.zeros(len(length), np.int64)
    np.cumsum(length[:-1], out=at[1:])
    return at


def _roomier(
    at: Int64s, length: Int32s, room: Int32s, items: Int32s, values: Floats, need: int
) -> tuple[Int32s, Floats, int]:
    """A pool with its lists moved together, and as much room again behind them, or more."""
    size = 2 * int(length.sum()) + 2 * need
    to, numbers = np.zeros(size, np.int32), np.zeros(size)
    end = run(_move, size, len(at), at, length, room, items, values, to, numbers)
    return to, numbers, int(end)
