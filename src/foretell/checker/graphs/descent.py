"""One state's values from those of all that its edges lead to, and the pass that needs no more.

Values are rows of `width` columns, one per outcome, and state s has row `row[s]`: column k's is
`value[row[s] * width + k]`. Row 0 is 0 throughout. **Rows are shared**: a state all of whose edges
lead to one row has that row. All columns are settled at once. And most of a row is 0:
`support[r]` has a bit for each column that is not (column k's is bit k modulo COLUMN_BITS), so that
a mean or a maximum looks only at columns that some target has, a minimum at those that all have.

**Descending.** States are numbered as they were found, the start first, so most edges lead to
higher numbers. From the last state to the first (`descend`), most have all they lead to settled
when their turn comes; where one has not, what it leads to is settled before it, depth first:

    state   0  1  2  3  4  5      4 waits for 1, which is settled on the way; then 4, 3, 2, 0
    edges   1→5  4→1  3→4 …

Each state and edge is touched once or twice, mostly in the order of memory, and nothing has to be
known beforehand: no components, no order. An edge to a state that is waiting itself closes a
cycle. Then this is not the way: what is settled stays so, and `sweep` has the rest.

**Exactness.** A value is exactly 0, or exactly 1, where and only where that is certain: a draw
between sure things is sure, whatever its weights sum to in floating point, and a sum that rounds
to 1 though one of its terms is doubtful stays one step below.

What this does not do: cycles.
"""

from __future__ import annotations

from foretell.checker.graphs.graph import CHANCE, CHOICE
from foretell.vm.kernel import F64, I32, I64, U8, ctz64, kernel

__all__ = [
    "BEST",
    "COLUMN_BITS",
    "MEAN",
    "NEARLY_ONE",
    "TINY",
    "WORST",
    "descend",
    "extreme_row",
    "first_worth",
    "mean_row",
    "note_choice",
    "within",
]

MEAN = 0  # what a state's edges come to: their weighted mean at a CHANCE state, and at a CHOICE …
BEST = 1  # … the mean, the greatest,
WORST = -1  # or the least

COLUMN_BITS = 62  # of a word of `support` that stand for columns
NEARLY_ONE = 1.0 - 2.0**-53  # the number below 1
TINY = 5e-324  # the number above 0
_DOUBTFUL = 1e-300  # below this a number may have underflowed
_UNSETTLED = -1  # instead of a row …
_WAITING = -2  # … that waits for what one of its edges leads to


@kernel
def descend(
    n: int,
    kind: U8,
    first_edge: I64,
    edge_target: I32,
    weight: F64,
    even: int,
    idle: int,
    sense: int,
    width: int,
    forever: int,
    row: I32,
    used: I64,
    value: F64,
    support: I64,
    keep: int,
    policy: I32,
    trail: I32,
) -> bool:
    """Settle all states, or stop at a cycle → whether all are settled.

    States without edges have their rows beforehand, all others a negative number. Choices weigh
    their edges alike if `even` is not 0, and edges of weight 0 are not followed if `idle` is not 0.
    The rest is as in `sweep.settle`; `trail` has two elements for each state.
    """
    for root in range(n - 1, -1, -1):
        if row[root] >= 0:
            continue
        v = root
        e = first_edge[v]
        depth = 0
        while depth >= 0:
            end = first_edge[v + 1]
            fresh = -1
            while e < end:
                w = edge_target[e]
                r = row[w]
                if r < 0 and (idle == 0 or weight[e] > 0.0):
                    if w != v:
                        if r == _WAITING:
                            return False
                        fresh = w
                        break
                    if sense != MEAN and kind[v] == CHOICE:
                        return False
                e += 1
            if fresh >= 0:
                row[v] = _WAITING
                trail[depth] = v
                trail[depth + 1] = e + 1
                depth += 2
                v = fresh
                e = first_edge[v]
                continue
            e = first_edge[v]
            r = row[edge_target[e]]
            while r >= 0 and e < end:  # mostly, all is one row
                if row[edge_target[e]] != r:
                    r = _UNSETTLED
                e += 1
            if r < 0 and (sense == MEAN or kind[v] == CHANCE):
                r = mean_row(
                    v, first_edge, edge_target, weight, even if kind[v] == CHOICE else 0, width,
                    forever, row, used, value, support,
                )  # fmt: skip
            elif r < 0:
                r = extreme_row(v, first_edge, edge_target, sense, width, row, used, value, support)
            row[v] = r
            if keep != 0 and kind[v] == CHOICE:
                note_choice(v, first_edge, edge_target, width, row, value, policy)
            depth -= 2
            if depth >= 0:
                v = trail[depth]
                e = trail[depth + 1]
    return True


@kernel
def extreme_row(
    v: int,
    first_edge: I64,
    edge_target: I32,
    sense: int,
    width: int,
    row: I32,
    used: I64,
    value: F64,
    support: I64,
) -> int:
    """The row of the greatest or least of what v's edges lead to."""
    start = first_edge[v]
    end = first_edge[v + 1]
    r = row[edge_target[start]]
    bits = support[r]
    alike = 1
    for e in range(start + 1, end):
        q = row[edge_target[e]]
        if q != r:
            alike = 0
        if sense == BEST:
            bits |= support[q]
        else:
            bits &= support[q]
    if alike != 0:
        return r
    if bits == 0:
        return 0
    r = used[0]
    support[r] = bits
    while bits != 0:
        k = ctz64(bits)
        bits &= bits - 1
        while k < width:
            x = value[row[edge_target[start]] * width + k]
            if sense == BEST:
                for e in range(start + 1, end):
                    x = max(x, value[row[edge_target[e]] * width + k])
            else:
                for e in range(start + 1, end):
                    x = min(x, value[row[edge_target[e]] * width + k])
            value[r * width + k] = x
            k += COLUMN_BITS
    used[0] = r + 1
    return r


@kernel
def mean_row(
    v: int,
    first_edge: I64,
    edge_target: I32,
    weight: F64,
    even: int,
    width: int,
    forever: int,
    row: I32,
    used: I64,
    value: F64,
    support: I64,
) -> int:
    """The row of the weighted mean of what v's edges lead to, those back to v itself left out.

    Where `even` is not 0, all weigh the same."""
    start = first_edge[v]
    end = first_edge[v + 1]
    r = -1
    bits = 0
    alike = 1
    total = 0.0
    for e in range(start, end):
        w = edge_target[e]
        p = 1.0 if even != 0 else weight[e]
        if w != v and p > 0.0:
            q = row[w]
            if r < 0:
                r = q
            elif q != r:
                alike = 0
            bits |= support[q]
            total += p
    if r < 0:
        return 1 + forever if forever >= 0 else 0
    if alike != 0:
        return r
    r = used[0]
    support[r] = bits
    while bits != 0:
        k = ctz64(bits)
        bits &= bits - 1
        while k < width:
            x = 0.0
            for e in range(start, end):
                w = edge_target[e]
                p = 1.0 if even != 0 else weight[e]
                if w != v and p > 0.0:
                    x += p * value[row[w] * width + k]
            x = x / total
            if x < _DOUBTFUL or x > 1.0 - 1e-9:
                low = 2.0
                high = -1.0
                for e in range(start, end):
                    w = edge_target[e]
                    if w != v and (even != 0 or weight[e] > 0.0):
                        low = min(low, value[row[w] * width + k])
                        high = max(high, value[row[w] * width + k])
                x = within(x, low, high)
            value[r * width + k] = x
            k += COLUMN_BITS
    used[0] = r + 1
    return r


@kernel
def note_choice(
    v: int, first_edge: I64, edge_target: I32, width: int, row: I32, value: F64, policy: I32
) -> None:
    """In each column, the first edge of a settled choice that is as good as any."""
    for k in range(width):
        policy[v * width + k] = first_worth(
            v, k, value[row[v] * width + k], first_edge, edge_target, width, row, value
        )


@kernel
def first_worth(
    v: int, k: int, x: float, first_edge: I64, edge_target: I32, width: int, row: I32, value: F64
) -> int:
    """The first edge of v that leads to what is worth x in column k."""
    e = first_edge[v]
    while e + 1 < first_edge[v + 1] and value[row[edge_target[e]] * width + k] != x:
        e += 1
    return e


@kernel
def within(x: float, low: float, high: float) -> float:
    """A mean of values between two bounds: 1 or 0 just where all of them are, else in between."""
    if low >= 1.0:
        return 1.0
    if high <= 0.0:
        return 0.0
    low = max(low, TINY)
    high = min(high, NEARLY_ONE)
    return min(max(x, low), high)
