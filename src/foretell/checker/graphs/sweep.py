"""The kernels that carry values through a graph: backward to every state, forward from the start.

One pass over the strongly connected components settles everything. Backward (`settle`) goes sinks
first, so that all a state leads to is known when its turn comes; forward (`flow`) goes sources
first. A component without a cycle is one state and one sum. A cyclic one of at most SMALL states
is solved where it stands; so is, backward, one of up to AT_ONCE states where nobody chooses and the
answer can be proved, or whose shape alone leaves no more than SMALL in doubt. At any other the pass
stops and says where, its caller solves that one (`solve`), and the pass goes on after it.

Values are rows that states share, and are told from those of all that a state leads to, as
`descent` lays down; what it has settled before it met a cycle is left as it is.

**Elimination without subtraction.** A cyclic component is a set of equations x = P x + b. Gauss
would compute 1 − P[i, i], and lose everything where a loop is almost never left. Grassmann,
Taksar and Heyman instead keep for each state the odds `exit[i]` of leaving the component, so that
1 − P[i, i] = exit[i] + Σ P[i, j], j ≠ i, is a sum of positive numbers. Nothing is ever subtracted,
and every number comes out right to some digits of its own size, however slow the chain.
The scratch of a component of s states:

    0            s·s          s·s + s      …
    P, row by row  exit, then D  right-hand sides, s · width, or one more if steps are counted

**Proof.** Elimination of SMALL states loses less than anyone asks about. With more the solution is
held against the equations, as `linear` tells: the bound on the error adds up in `error`.

What this does not do: it proves nothing about large components and chooses no method.
"""

from __future__ import annotations

from foretell.checker.graphs.descent import (
    BEST,
    COLUMN_BITS,
    MEAN,
    NEARLY_ONE,
    TINY,
    WORST,
    extreme_row,
    first_worth,
    mean_row,
    note_choice,
    within,
)
from foretell.checker.graphs.graph import CHANCE, CHOICE
from foretell.vm.kernel import F64, I32, I64, U8, kernel

__all__ = [
    "AT_ONCE",
    "EPSILON",
    "LAST_ROUNDING",
    "SMALL",
    "flow",
    "gth_factor",
    "gth_solve",
    "gth_solve_left",
    "scratch_size",
    "seep",
    "settle",
]

SMALL = 32  # states of a cyclic component that are solved without a proof of their own
AT_ONCE = 128  # states up to which elimination is tried before all else
_ROUNDS = 200  # of policy iteration; no policy gets worse, so few are ever needed
_ENOUGH = 1e-9  # an error bound that needs no second method
EPSILON = 2.0**-52  # between 1 and the number above it
LAST_ROUNDING = 2.0**-53  # of a number up to 1, to double precision


def scratch_size(states: int, width: int) -> int:
    """Elements of scratch for a component: `flow` has SMALL states and three columns, `settle`
    AT_ONCE and a column more than its rows."""
    return states * (states + 1 + width)


# Elimination -----------------------------------------------------------------------------------


@kernel
def gth_factor(a: F64, s: int) -> None:
    """Eliminate the last state, then the last but one …: P and exit become factors and D."""
    leave = s * s
    for i in range(s - 1, -1, -1):
        total = a[leave + i]
        for j in range(i):
            total += a[i * s + j]
        for r in range(i):
            p = a[r * s + i]
            if p > 0.0:
                p = p / total
                for j in range(i):
                    a[r * s + j] += p * a[i * s + j]
                a[leave + r] += p * a[leave + i]
        a[leave + i] = total


@kernel
def gth_solve(a: F64, s: int, x: F64, b: int, width: int) -> None:
    """Solve x = P x + c; the right-hand sides c stand in `x` from b on, and are written over."""
    leave = s * s
    for i in range(s - 1, 0, -1):
        for r in range(i):
            p = a[r * s + i] / a[leave + i]
            if p > 0.0:
                for k in range(width):
                    x[b + r * width + k] += p * x[b + i * width + k]
    for i in range(s):
        for k in range(width):
            y = x[b + i * width + k]
            for j in range(i):
                y += a[i * s + j] * x[b + j * width + k]
            x[b + i * width + k] = y / a[leave + i]


@kernel
def gth_solve_left(a: F64, s: int, x: F64, b: int) -> None:
    """Solve x = x P + c, one right-hand side: how much passes through each state."""
    leave = s * s
    for i in range(s - 1, 0, -1):
        for j in range(i):
            x[b + j] += x[b + i] / a[leave + i] * a[i * s + j]
    for i in range(s):
        y = x[b + i]
        for j in range(i):
            y += x[b + j] * a[j * s + i]
        x[b + i] = y / a[leave + i]


# Backward --------------------------------------------------------------------------------------


@kernel
def settle(
    c: int,
    count: int,
    order: I32,
    first: I32,
    component: I32,
    kind: U8,
    first_edge: I64,
    edge_target: I32,
    weight: F64,
    sense: int,
    width: int,
    forever: int,
    row: I32,
    used: I64,
    value: F64,
    support: I64,
    keep: int,
    policy: I32,
    slot: I32,
    chosen: I32,
    rest: I32,
    most: int,
    scratch: F64,
    error: F64,
) -> int:
    """Settle components c, c + 1 … → the first that is too much, or `count`.

    What is settled has its row beforehand, all others row 0. `used[0]` rows are in use,
    and there is room for one more for each state. `forever` is the column (−1: none) that is 1
    where a MEAN can never leave a cycle; row 1 + `forever` then is that of such a state. `keep` is
    1 if the edge chosen is to be written to `policy[s * width + k]`, else 0. `error[0]` is raised
    by a bound on the error of what was solved. Cycles of more than `most` states are too much.
    `slot` has an element for each state, `chosen` one for each of `most`, `rest` for each of SMALL.
    """
    while c < count:
        start = first[c]
        s = first[c + 1] - start
        v = order[start]
        if s > most:
            return c
        if s > 1:
            choices = 0
            for i in range(s):
                row[order[start + i]] = used[0] + i
                if sense != MEAN and kind[order[start + i]] == CHOICE:
                    choices = 1
            if choices != 0:
                lost = _settle_choices(
                    start, s, c, order, component, kind, first_edge, edge_target, weight, sense,
                    width, row, value, keep, policy, slot, chosen, rest, scratch,
                )  # fmt: skip
            else:
                lost = _settle_chances(
                    start, s, c, order, component, kind, first_edge, edge_target, weight, width,
                    forever, row, value, slot, chosen, scratch,
                )  # fmt: skip
            if lost <= _ENOUGH:
                error[0] += lost
            else:
                for j in range(used[0] * width, (used[0] + s) * width):
                    value[j] = 0.0
                return c
            for r in range(used[0], used[0] + s):
                support[r] = _columns_in(r, width, value)
            used[0] += s
        elif row[v] == 0 and first_edge[v] < first_edge[v + 1]:
            if sense == MEAN or kind[v] == CHANCE:
                row[v] = mean_row(
                    v, first_edge, edge_target, weight, 0, width, forever, row, used, value,
                    support,
                )  # fmt: skip
            else:
                row[v] = extreme_row(
                    v, first_edge, edge_target, sense, width, row, used, value, support
                )
                if keep != 0:
                    note_choice(v, first_edge, edge_target, width, row, value, policy)
        c += 1
    return c


@kernel
def _columns_in(r: int, width: int, value: F64) -> int:
    """The bits of the columns that are not 0 in a row."""
    bits = 0
    for k in range(width):
        if value[r * width + k] != 0.0:
            bits |= 1 << k % COLUMN_BITS
    return bits


@kernel
def _settle_chances(
    start: int,
    s: int,
    c: int,
    order: I32,
    component: I32,
    kind: U8,
    first_edge: I64,
    edge_target: I32,
    weight: F64,
    width: int,
    forever: int,
    row: I32,
    value: F64,
    slot: I32,
    chosen: I32,
    scratch: F64,
) -> float:
    """Settle a cyclic component in which nobody chooses → a bound on the error, 1 if there is none.

    That of at most SMALL states is not worth a number."""
    b = s * s + s
    proof = 1 if s > SMALL else 0
    stride = width + proof
    for i in range(s):
        slot[order[start + i]] = i
    leaving = _equations(
        start, s, c, 0, width, proof, order, component, kind, first_edge, edge_target, weight,
        MEAN, width, row, value, slot, chosen, scratch,
    )  # fmt: skip
    lost = 0.0
    if leaving > 0.0:
        gth_factor(scratch, s)
        gth_solve(scratch, s, scratch, b, stride)
        if proof != 0:
            lost = _mean_error(
                start, s, c, order, component, first_edge, edge_target, weight, width, row, value,
                slot, scratch,
            )  # fmt: skip
    # From each state the edges taken lead to all others: certain is all, or nothing.
    for k in range(width):
        low = 2.0
        high = -1.0
        for i in range(start, start + s):
            for e in range(first_edge[order[i]], first_edge[order[i] + 1]):
                w = edge_target[e]
                if component[w] != c and weight[e] > 0.0:
                    low = min(low, value[row[w] * width + k])
                    high = max(high, value[row[w] * width + k])
        for i in range(s):
            if leaving > 0.0:
                x = within(scratch[b + i * stride + k], low, high)
            else:
                x = 1.0 if k == forever else 0.0
            value[row[order[start + i]] * width + k] = x
    return lost


@kernel
def _mean_error(
    start: int,
    s: int,
    c: int,
    order: I32,
    component: I32,
    first_edge: I64,
    edge_target: I32,
    weight: F64,
    width: int,
    row: I32,
    value: F64,
    slot: I32,
    scratch: F64,
) -> float:
    """A bound on the error of what `scratch` has come to, the steps until the exit beside it; 1 if
    there is none. As in `iteration.prove`, all is counted that double precision may have lost."""
    b = s * s + s
    stride = width + 1
    residual = 0.0
    largest = 1.0
    longest = 0.0
    fall = 2.0
    edges = 0
    proper = 0  # numbers that are none, or infinite, would slip through max and min
    for i in range(s):
        v = order[start + i]
        edges = max(edges, first_edge[v + 1] - first_edge[v])
        total = 0.0
        for e in range(first_edge[v], first_edge[v + 1]):
            total += weight[e]
        for k in range(stride):
            scratch[k] = 0.0  # the factors are not needed any more
        for e in range(first_edge[v], first_edge[v + 1]):
            w = edge_target[e]
            p = weight[e] / total
            if component[w] == c:
                for k in range(stride):
                    scratch[k] += p * scratch[b + slot[w] * stride + k]
            else:
                for k in range(width):
                    scratch[k] += p * value[row[w] * width + k]
        for k in range(stride):
            x = scratch[b + i * stride + k]
            if x >= 0.0 and x < 1e300:
                proper += 1
            if k < width:
                residual = max(residual, abs(scratch[k] - x))
                largest = max(largest, x)
            else:
                longest = max(longest, x)
                fall = min(fall, x - scratch[k])
    lost = 2.0 * float(edges + 3) * EPSILON
    if proper < s * stride or fall < 0.5 + lost * longest:
        return 1.0
    return 2.0 * longest * (residual + lost * largest) + LAST_ROUNDING


@kernel
def _settle_choices(
    start: int,
    s: int,
    c: int,
    order: I32,
    component: I32,
    kind: U8,
    first_edge: I64,
    edge_target: I32,
    weight: F64,
    sense: int,
    width: int,
    row: I32,
    value: F64,
    keep: int,
    policy: I32,
    slot: I32,
    chosen: I32,
    rest: I32,
    scratch: F64,
) -> float:
    """Settle a cyclic component with choices → a bound on the error, 1 if more than SMALL states
    are in doubt."""
    lost = 0.0
    for k in range(width):
        for i in range(s):
            slot[order[start + i]] = i
        for goal in range(2):
            _certain(
                start, s, c, k, goal, order, component, kind, first_edge, edge_target, sense, width,
                row, value, slot, chosen,
            )  # fmt: skip
        left = 0
        for i in range(s):
            v = order[start + i]
            x = value[row[v] * width + k]
            slot[v] = -1
            if x != 0.0 and x != 1.0:
                if left == SMALL:
                    return 1.0
                slot[v] = left
                rest[left] = v
                left += 1
            elif keep != 0 and kind[v] == CHOICE:
                policy[v * width + k] = first_worth(
                    v, k, x, first_edge, edge_target, width, row, value
                )
        b = left * left + left
        gap = float(left)
        step = 0
        while gap > 0.0 and step < 2:
            # Every policy leaves in so many steps as the second round finds, and a step may lose
            # the gap that the first one left.
            most = gap
            gap = _improve(
                left, c, k, step, rest, component, kind, first_edge, edge_target, weight,
                sense if step == 0 else BEST, width, row, value, slot, chosen, scratch,
            )  # fmt: skip
            for i in range(left):
                v = rest[i]
                if step != 0:
                    lost = max(lost, 2.0 * most * scratch[b + i])
                else:
                    value[row[v] * width + k] = min(max(scratch[b + i], TINY), NEARLY_ONE)
                    if keep != 0 and kind[v] == CHOICE:
                        policy[v * width + k] = chosen[i]
            step += 1
    return lost


@kernel
def _equations(
    start: int,
    s: int,
    c: int,
    column: int,
    columns: int,
    steps: int,
    order: I32,
    component: I32,
    kind: U8,
    first_edge: I64,
    edge_target: I32,
    weight: F64,
    sense: int,
    width: int,
    row: I32,
    value: F64,
    slot: I32,
    chosen: I32,
    scratch: F64,
) -> float:
    """Write P, exit and the right-hand sides of some columns → the sum of exit.

    With `steps` of 1 there is one more, of 1 everywhere: its solution is the steps until the exit.
    States of the component whose `slot` is −1 are exits like any outside.
    """
    b = s * s + s
    stride = columns + steps
    leaving = 0.0
    for j in range(b + s * stride):
        scratch[j] = 0.0
    for i in range(s):
        v = order[start + i]
        low = first_edge[v]
        high = first_edge[v + 1]
        picked = 0
        if sense != MEAN and kind[v] == CHOICE:
            low = chosen[i]
            high = low + 1
            picked = 1
        if steps != 0:
            scratch[b + i * stride + columns] = 1.0
        total = 0.0
        for e in range(low, high):
            total += weight[e]
        for e in range(low, high):
            w = edge_target[e]
            p = 1.0 if picked != 0 else weight[e] / total
            if p == 0.0 and weight[e] > 0.0:
                p = TINY  # what may happen is never taken for what can't
            if component[w] == c and slot[w] >= 0:
                scratch[i * s + slot[w]] += p
            else:
                leaving += p
                scratch[s * s + i] += p
                for k in range(columns):
                    scratch[b + i * stride + k] += p * value[row[w] * width + column + k]
    return leaving


@kernel
def _improve(
    s: int,
    c: int,
    column: int,
    step: int,
    rest: I32,
    component: I32,
    kind: U8,
    first_edge: I64,
    edge_target: I32,
    weight: F64,
    sense: int,
    width: int,
    row: I32,
    value: F64,
    slot: I32,
    chosen: I32,
    scratch: F64,
) -> float:
    """Policy iteration on one column of some states of a component, which every policy leaves;
    with a step of 1 on the steps until then.

    The values stand in the scratch from s·s + s on, the policy in `chosen`; returned is how much
    one step could at most still gain.
    """
    b = s * s + s
    gap = 0.0
    for i in range(s):
        chosen[i] = first_edge[rest[i]]
    for _round in range(_ROUNDS):
        _equations(
            0, s, c, column, 1 - step, step, rest, component, kind, first_edge, edge_target, weight,
            sense, width, row, value, slot, chosen, scratch,
        )  # fmt: skip
        gth_factor(scratch, s)
        gth_solve(scratch, s, scratch, b, 1)
        gap = 0.0
        changed = 0
        for i in range(s):
            v = rest[i]
            if kind[v] == CHOICE:
                x = scratch[b + i]
                gain = 0.0
                for e in range(first_edge[v], first_edge[v + 1]):
                    w = edge_target[e]
                    if component[w] == c and slot[w] >= 0:
                        y = scratch[b + slot[w]] + float(step)
                    else:
                        y = 1.0 if step != 0 else value[row[w] * width + column]
                    better = y - x if sense == BEST else x - y
                    if better > gain:
                        gain = better
                        if better > 1e-13 * x:
                            chosen[i] = e
                            changed = 1
                gap = max(gap, gain)
        if changed == 0:
            break
    return gap


@kernel
def _certain(
    start: int,
    s: int,
    c: int,
    column: int,
    goal: int,
    order: I32,
    component: I32,
    kind: U8,
    first_edge: I64,
    edge_target: I32,
    sense: int,
    width: int,
    row: I32,
    value: F64,
    slot: I32,
    doubt: I32,
) -> None:
    """Make values of a small component exactly `goal` (0 or 1) where that is certain, else not.

    Certain are the states in the greatest set whose edges (at a CHOICE with a will to it: one
    edge) lead into the set or out to values that are exactly `goal`. What is worth 0 is found
    first: the worst reader may stay there, and nothing else is worth 1 because of it.
    """
    wanted = float(goal)
    willing = 1 if (sense == BEST and goal == 1) or (sense == WORST and goal == 0) else 0
    for i in range(s):
        doubt[i] = 1 if goal == 1 and value[row[order[start + i]] * width + column] == 0.0 else 0
    changed = 1
    while changed != 0:
        changed = 0
        for i in range(s):
            v = order[start + i]
            if doubt[i] == 0:
                sure = 0
                unsure = 0
                for e in range(first_edge[v], first_edge[v + 1]):
                    w = edge_target[e]
                    if component[w] == c:
                        good = doubt[slot[w]] == 0
                    else:
                        good = value[row[w] * width + column] == wanted
                    if good:
                        sure += 1
                    else:
                        unsure += 1
                if willing != 0 and kind[v] == CHOICE:
                    if sure == 0:
                        doubt[i] = 1
                        changed = 1
                elif unsure > 0:
                    doubt[i] = 1
                    changed = 1
    for i in range(s):
        at = row[order[start + i]] * width + column
        if doubt[i] == 0:
            value[at] = wanted
        elif goal == 1:
            value[at] = min(value[at], NEARLY_ONE)
        else:
            value[at] = max(value[at], TINY)


# Forward ---------------------------------------------------------------------------------------


@kernel
def flow(
    c: int,
    order: I32,
    first: I32,
    component: I32,
    kind: U8,
    first_edge: I64,
    edge_target: I32,
    edge_words: I32,
    weight: F64,
    value: F64,
    forever: F64,
    slot: I32,
    scratch: F64,
) -> int:
    """Let what arrives flow on through components c, c − 1 … → the first that is too large, or −1.

    Rows have three columns: how often a state is visited, and the turns and the words behind a
    visitor, summed over visits. What enters a cycle that is never left adds to `forever[0]`.
    """
    while c >= 0:
        start = first[c]
        s = first[c + 1] - start
        if s > SMALL:
            return c
        for i in range(s):
            slot[order[start + i]] = i
        arrived = 0.0
        loops = 0
        edges = 0
        for i in range(s):
            v = order[start + i]
            arrived += value[v * 3]
            edges += first_edge[v + 1] - first_edge[v]
            if s == 1:
                for e in range(first_edge[v], first_edge[v + 1]):
                    if edge_target[e] == v and weight[e] > 0.0:
                        loops = 1
        if arrived > 0.0 and edges > 0:
            stuck = 0
            if s > 1 or loops != 0:
                stuck = _circulate(
                    start, s, c, order, component, kind, first_edge, edge_target, edge_words,
                    weight, value, slot, scratch,
                )  # fmt: skip
            if stuck != 0:
                forever[0] += arrived
            else:
                for i in range(s):
                    v = order[start + i]
                    total = 0.0
                    for e in range(first_edge[v], first_edge[v + 1]):
                        total += weight[e]
                    visits = value[v * 3] / total
                    turns = value[v * 3 + 1] / total
                    if kind[v] == CHOICE:
                        turns += visits
                    words = value[v * 3 + 2] / total
                    for e in range(first_edge[v], first_edge[v + 1]):
                        w = edge_target[e]
                        if component[w] != c:
                            value[w * 3] += weight[e] * visits
                            value[w * 3 + 1] += weight[e] * turns
                            value[w * 3 + 2] += weight[e] * (words + visits * edge_words[e])
        c -= 1
    return c


@kernel
def seep(
    c: int,
    order: I32,
    first: I32,
    component: I32,
    kind: U8,
    first_edge: I64,
    edge_target: I32,
    edge_words: I32,
    weight: F64,
    value: F64,
    forever: F64,
    slot: I32,
    rest: F64,
    rounds: int,
    enough: float,
) -> float:
    """Let what arrives at component c, which has a cycle, go round in it and out, for some rounds
    → how much is still going round.

    `value` is as in `flow`; `rest` has three elements for each state of the component.
    """
    start = first[c]
    s = first[c + 1] - start
    arrived = 0.0
    leaves = 0
    for i in range(s):
        v = order[start + i]
        slot[v] = i
        arrived += value[v * 3]
        for j in range(3):
            rest[i * 3 + j] = value[v * 3 + j]
            value[v * 3 + j] = 0.0
        for e in range(first_edge[v], first_edge[v + 1]):
            if weight[e] > 0.0 and component[edge_target[e]] != c:
                leaves = 1
    if leaves == 0:
        for i in range(s):
            for j in range(3):
                value[order[start + i] * 3 + j] = rest[i * 3 + j]
        forever[0] += arrived
        return 0.0
    left = arrived
    while left > enough * arrived and rounds > 0:
        rounds -= 1
        for i in range(s - 1, -1, -1):  # the edges of a component lead downward, mostly
            if rest[i * 3] > 0.0:
                _pass_on(
                    order[start + i], i, c, component, kind, first_edge, edge_target, edge_words,
                    weight, value, slot, rest,
                )  # fmt: skip
        left = 0.0
        for i in range(s):
            left += rest[i * 3]
    return left


@kernel
def _pass_on(
    v: int,
    i: int,
    c: int,
    component: I32,
    kind: U8,
    first_edge: I64,
    edge_target: I32,
    edge_words: I32,
    weight: F64,
    value: F64,
    slot: I32,
    rest: F64,
) -> None:
    """Let what rests at state v pass on along its edges; those back to itself are summed up."""
    total = 0.0
    back = 0.0
    words_back = 0.0
    for e in range(first_edge[v], first_edge[v + 1]):
        total += weight[e]
        if edge_target[e] == v:
            back += weight[e]
            words_back += weight[e] * edge_words[e]
    turn = 1.0 if kind[v] == CHOICE else 0.0
    onward = total - back  # not 0: the component is left, so v is too
    visits = rest[i * 3] * total / onward
    turns = (rest[i * 3 + 1] + visits * turn * back / total) * total / onward
    words = (rest[i * 3 + 2] + visits * words_back / total) * total / onward
    for j in range(3):
        rest[i * 3 + j] = 0.0
    value[v * 3] += visits
    value[v * 3 + 1] += turns
    value[v * 3 + 2] += words
    for e in range(first_edge[v], first_edge[v + 1]):
        w = edge_target[e]
        if w != v:
            p = weight[e] / total
            if component[w] == c:
                rest[slot[w] * 3] += p * visits
                rest[slot[w] * 3 + 1] += p * (turns + visits * turn)
                rest[slot[w] * 3 + 2] += p * (words + visits * edge_words[e])
            else:
                value[w * 3] += p * visits
                value[w * 3 + 1] += p * (turns + visits * turn)
                value[w * 3 + 2] += p * (words + visits * edge_words[e])


@kernel
def _circulate(
    start: int,
    s: int,
    c: int,
    order: I32,
    component: I32,
    kind: U8,
    first_edge: I64,
    edge_target: I32,
    edge_words: I32,
    weight: F64,
    value: F64,
    slot: I32,
    scratch: F64,
) -> int:
    """Turn what arrives in a small cyclic component into what passes → 1 if none of it leaves."""
    leaving = _equations(
        start, s, c, 0, 0, 0, order, component, kind, first_edge, edge_target, weight, MEAN, 3,
        slot, value, slot, slot, scratch,
    )  # fmt: skip
    if leaving <= 0.0:
        return 1
    gth_factor(scratch, s)
    b = s * s + s
    for k in range(3):
        for i in range(s):
            scratch[b + i] = value[order[start + i] * 3 + k]
        if k > 0:
            for i in range(s):
                v = order[start + i]
                total = 0.0
                for e in range(first_edge[v], first_edge[v + 1]):
                    total += weight[e]
                for e in range(first_edge[v], first_edge[v + 1]):
                    w = edge_target[e]
                    if component[w] == c:
                        cost = float(edge_words[e])
                        if k == 1:
                            cost = 1.0 if kind[v] == CHOICE else 0.0
                        scratch[b + slot[w]] += value[v * 3] * weight[e] / total * cost
        gth_solve_left(scratch, s, scratch, b)
        for i in range(s):
            value[order[start + i] * 3 + k] = scratch[b + i]
    return 0
