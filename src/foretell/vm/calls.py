"""Calls that are made once: what a function came to is kept, and recalled where it is called alike.

A function that neither draws nor offers, and leaves nothing behind but its result and some
variables, does the same again whenever its arguments, and all that it reads, are the same
(`checker.reduction.pure` finds such functions). Where T_CALLS is not 0 the machine keeps what their
calls came to in words behind the work row, and skips a call that it knows: the row is then as if it
had been made, steps and words included. So results do not depend on what is kept.

In `tables`, from T_CALL_HEAD on, are a head, for each scope the place of its function (0 none), and

    function   pc, arguments, where its two counts are in the row, how many words it reads and may
               write, how many stretches of code it is, then those words of the row, those read
               first (what it may write it also reads, unless it surely writes that), and of each
               stretch the first pc and the one behind its last

Behind the row, from T_CALLS on, are a few words (the A_… below), the counts, the calls that are
being made now, innermost last, and the entries, one for each hash of function, arguments and what
is read: a later call takes the place of an earlier one.

    entry      pc + 1, steps, words, stack and evaluation stack it takes, result, arguments and
               what was read, what was written, a bit for each stretch that was executed

A call that is skipped marks what it would have executed as seen: a stretch of code is executed as a
whole or not at all by a call that has returned. Where a function has no stretches, that is left
out: who keeps its calls (A_KEEPING) has seen them made, with the same `seen`, and never forgets.

A function whose calls are hardly ever known is left alone for a while (TRIES, IDLE).

What this does not do: say which functions may be kept.
"""

from __future__ import annotations

from typing import Final

from foretell.vm import program as P
from foretell.vm import values as V
from foretell.vm.kernel import I64, U8, copy, kernel
from foretell.vm.lists import BITS, mixed, slot_of

__all__ = [
    "A_COUNTS",
    "A_DEPTH",
    "A_FRAME",
    "A_KEEPING",
    "A_STEPS",
    "H_ENTRIES",
    "H_FUNCTIONS",
    "H_MARGIN",
    "H_MASK",
    "H_PENDING",
    "H_STRIDE",
    "KEPT",
    "KEPT_PLAIN",
    "MADE_AT_ONCE",
    "N_KEY",
    "Q_KEY",
    "call_made",
    "give_up_calls",
    "keep_call",
    "recall",
]

# ------------------------------------------------------------------ the head, in `tables`
H_MASK: Final = 0  # entries minus one
H_STRIDE: Final = 1  # words of an entry
H_ENTRIES: Final = 2  # where in the row entries begin …
H_PENDING: Final = 3  # … and the calls that are being made
H_MARGIN: Final = 4  # words of the evaluation stack that one function takes at most
H_FUNCTIONS: Final = 5  # from here on, by scope: where its function is

D_PC: Final = 0
D_ARGUMENTS: Final = 1
D_COUNTS: Final = 2
D_READS: Final = 3
D_WRITES: Final = 4
D_STRETCHES: Final = 5
D_WORDS: Final = 6

# ------------------------------------------------------------------ behind the row
A_KEEPING: Final = 0  # 1 where calls that are made are to be kept
A_DEPTH: Final = 1  # calls that are being made, to be kept when they return
A_FRAME: Final = 2  # the frame of the innermost, 0 none
A_HIGH: Final = 3  # how far the stack has come since it was begun
A_HIGH_EVAL: Final = 4  # … and at most the evaluation stack
A_STEPS: Final = 5  # steps of the call recalled last
A_COUNTS: Final = 6  # for each function: calls of late (below 0: left alone), steps gained

Q_SLOT: Final = 0  # a call that is being made: its entry, frame, function, …
Q_FRAME: Final = 1
Q_FUNCTION: Final = 2
Q_FIRST: Final = 3  # … where its first argument was,
Q_STEPS: Final = 4  # … and what there was of these before it
Q_WORDS: Final = 5
Q_HIGH: Final = 6
Q_HIGH_EVAL: Final = 7
Q_KEY: Final = 8
MADE_AT_ONCE: Final = 32  # calls within calls that are kept

N_PC: Final = 0
N_STEPS: Final = 1
N_WORDS: Final = 2
N_STACK: Final = 3
N_EVAL: Final = 4
N_RESULT: Final = 5
N_KEY: Final = 6

KEPT: Final = 1 << 20  # words that a thread has for entries …
KEPT_PLAIN: Final = 1 << 13  # … and in plain Python
TRIES: Final = 1024  # calls after which a function is judged:
COST: Final = 2  # steps that each must save for a word looked at …
COST_AT_ALL: Final = 16  # … and besides, to be worth it
IDLE: Final = 200_000  # calls for which it is left alone otherwise


@kernel
def _is_bound(v: int) -> bool:
    """Whether a value means something only where it is: a pointer to a temporary, a number that
    is not thrown yet."""
    tag = v >> 32
    return (tag == V.POINTER and (v & 1) != 0) or tag < 0 or tag > V.DEAD


@kernel
def recall(tables: I64, row: I64, seen: U8, sp: int, scope: int, pc: int, steps: int) -> int:
    """Skip a call of the function at `pc`, if it is known and `steps` allow it.

    Gives the evaluation stack's new top; 0 where the call has to be made, and less than that where
    it may be kept: then it is the place of the entry, negated.
    """
    head = tables[P.T_CALL_HEAD]
    f = tables[head + H_FUNCTIONS + scope]
    calls = tables[P.T_CALLS]
    if f == 0 or tables[f + D_PC] != pc or row[P.SAFE] != 0:
        return 0
    if row[calls + A_DEPTH] >= MADE_AT_ONCE:  # it could not be kept either
        return 0
    counts = tables[f + D_COUNTS]
    if row[counts] < 0:
        row[counts] += 1
        return 0
    arguments = tables[f + D_ARGUMENTS]
    first = sp - arguments
    if first < tables[P.T_EVAL]:
        return 0
    h = pc
    for i in range(first, sp):
        if _is_bound(row[i]):
            return 0
        h = mixed(h, row[i])
    reads = tables[f + D_READS]
    words = f + D_WORDS
    for i in range(words, words + reads):
        v = row[tables[i]]
        if _is_bound(v):
            return 0
        h = mixed(h, v)
    at = tables[head + H_ENTRIES] + slot_of(h, tables[head + H_MASK]) * tables[head + H_STRIDE]
    row[counts] += 1
    same = row[at + N_PC] == pc + 1 and row[at + N_STEPS] <= steps
    key = at + N_KEY
    for i in range(arguments):
        if row[key + i] != row[first + i]:
            same = False
    key += arguments
    if same:
        for i in range(reads):
            if row[key + i] != row[tables[words + i]]:
                same = False
    if same:
        high = row[P.STACK] + row[at + N_STACK]
        high_eval = sp + row[at + N_EVAL]
        if high < tables[P.T_CHOICES] and high_eval < tables[P.T_OUTPUT] - 4:
            key += reads
            words += reads
            writes = tables[f + D_WRITES]
            for i in range(writes):
                row[tables[words + i]] = row[key + i]
            stretches = tables[f + D_STRETCHES]
            for i in range(stretches):
                if (row[key + writes + i // BITS] >> i % BITS) & 1 != 0:
                    stretch = words + writes + 2 * i
                    for executed in range(tables[stretch], tables[stretch + 1]):
                        seen[executed] = 1
            row[P.WORDS] += row[at + N_WORDS]
            row[first] = row[at + N_RESULT]
            row[counts + 1] += row[at + N_STEPS] - stretches
            row[calls + A_STEPS] = row[at + N_STEPS]
            entered(row, calls, high, high_eval)
            return first + 1
    if row[counts] >= TRIES:
        cost = COST * (arguments + reads + tables[f + D_WRITES]) + COST_AT_ALL
        row[counts] = 0 if row[counts + 1] >= TRIES * cost else -IDLE
        row[counts + 1] = 0
    return -at if row[calls + A_KEEPING] != 0 else 0


@kernel
def entered(row: I64, calls: int, high: int, high_eval: int) -> None:
    """Note how far the stacks have come."""
    row[calls + A_HIGH] = max(row[calls + A_HIGH], high)
    row[calls + A_HIGH_EVAL] = max(row[calls + A_HIGH_EVAL], high_eval)


@kernel
def call_made(tables: I64, row: I64, seen: U8, sp: int, scope: int, steps: int, entry: int) -> None:
    """Note a call that has begun: its frame is the current one; `entry` 0: it is not kept."""
    calls = tables[P.T_CALLS]
    head = tables[P.T_CALL_HEAD]
    high_eval = sp + tables[head + H_MARGIN]
    n = row[calls + A_DEPTH]
    if entry == 0:
        entered(row, calls, row[P.STACK], high_eval)
        return
    f = tables[head + H_FUNCTIONS + scope]
    arguments = tables[f + D_ARGUMENTS]
    q = tables[head + H_PENDING] + n * (Q_KEY + tables[head + H_STRIDE])
    row[q + Q_SLOT] = entry
    row[q + Q_FRAME] = row[P.FRAME]
    row[q + Q_FUNCTION] = f
    row[q + Q_FIRST] = sp - arguments
    row[q + Q_STEPS] = steps
    row[q + Q_WORDS] = row[P.WORDS]
    row[q + Q_HIGH] = row[calls + A_HIGH]
    row[q + Q_HIGH_EVAL] = row[calls + A_HIGH_EVAL]
    copy(row, q + Q_KEY, row, sp - arguments, arguments)
    key = q + Q_KEY + arguments
    for i in range(tables[f + D_READS]):
        row[key + i] = row[tables[f + D_WORDS + i]]
    _swap_marks(tables, row, seen, f, key + tables[f + D_READS], 1)
    row[tables[f + D_COUNTS] + 1] -= 2 * tables[f + D_STRETCHES]
    row[calls + A_DEPTH] = n + 1
    row[calls + A_FRAME] = row[P.FRAME]
    row[calls + A_HIGH] = row[P.STACK]
    row[calls + A_HIGH_EVAL] = high_eval


@kernel
def _swap_marks(tables: I64, row: I64, seen: U8, f: int, at: int, begins: int) -> None:
    """Where a call of f begins, put aside at `at` which of its stretches were executed before.

    Where it is over, mark those again, and put aside which it has executed itself.
    """
    stretches = tables[f + D_STRETCHES]
    first = f + D_WORDS + tables[f + D_READS] + tables[f + D_WRITES]
    for i in range(0, stretches, BITS):
        aside = 0
        before = row[at + i // BITS]
        for bit in range(min(BITS, stretches - i)):
            pc = tables[first + 2 * (i + bit)]
            if seen[pc] != 0:
                aside |= 1 << bit
            if begins != 0:
                seen[pc] = 0
            elif (before >> bit) & 1 != 0:
                seen[pc] = 1
        row[at + i // BITS] = aside


@kernel
def give_up_calls(tables: I64, row: I64, seen: U8) -> None:
    """Keep none of the calls that are being made: they are broken off."""
    calls = tables[P.T_CALLS]
    size = Q_KEY + tables[tables[P.T_CALL_HEAD] + H_STRIDE]
    while row[calls + A_DEPTH] > 0:
        row[calls + A_DEPTH] -= 1
        q = tables[tables[P.T_CALL_HEAD] + H_PENDING] + row[calls + A_DEPTH] * size
        f = row[q + Q_FUNCTION]
        key = tables[f + D_ARGUMENTS] + tables[f + D_READS]
        _swap_marks(tables, row, seen, f, q + Q_KEY + key, 0)
    row[calls + A_FRAME] = 0


@kernel
def keep_call(tables: I64, row: I64, seen: U8, sp: int, steps: int) -> None:
    """Keep what the innermost call that is being made came to; it has just returned."""
    calls = tables[P.T_CALLS]
    size = Q_KEY + tables[tables[P.T_CALL_HEAD] + H_STRIDE]
    n = row[calls + A_DEPTH] - 1
    q = tables[tables[P.T_CALL_HEAD] + H_PENDING] + n * size
    f = row[q + Q_FUNCTION]
    reads = tables[f + D_READS]
    writes = f + D_WORDS + reads
    fit = sp == row[q + Q_FIRST] + 1 and not _is_bound(row[sp - 1])
    if row[P.SAFE] != 0 or row[P.STRING] != 0:
        fit = False
    for i in range(tables[f + D_WRITES]):
        if _is_bound(row[tables[writes + i]]):
            fit = False
    arguments = tables[f + D_ARGUMENTS]
    marks = q + Q_KEY + arguments + reads
    _swap_marks(tables, row, seen, f, marks, 0)
    if fit:
        at = row[q + Q_SLOT]
        row[at + N_PC] = tables[f + D_PC] + 1
        row[at + N_STEPS] = row[q + Q_STEPS] - steps
        row[at + N_WORDS] = row[P.WORDS] - row[q + Q_WORDS]
        row[at + N_STACK] = row[calls + A_HIGH] - row[q + Q_FRAME]
        row[at + N_EVAL] = row[calls + A_HIGH_EVAL] - row[q + Q_FIRST] - arguments
        row[at + N_RESULT] = row[sp - 1]
        copy(row, at + N_KEY, row, q + Q_KEY, arguments + reads)
        key = at + N_KEY + arguments + reads
        for i in range(tables[f + D_WRITES]):
            row[key + i] = row[tables[writes + i]]
        key += tables[f + D_WRITES]
        copy(row, key, row, marks, (tables[f + D_STRETCHES] + BITS - 1) // BITS)
    entered(row, calls, row[q + Q_HIGH], row[q + Q_HIGH_EVAL])
    row[calls + A_DEPTH] = n
    row[calls + A_FRAME] = row[q - size + Q_FRAME] if n > 0 else 0
