"""What a state leads to: the kernel that makes every choice and tries every outcome of a draw.

It is given waiting states, as packed rows, and writes for each an *item record* of all its edges
(`store` has its layout).
It changes nothing that anybody else reads: several threads run it at once, each with a context,
work rows and output of its own, on a store (`store`) that stands still meanwhile. What the
records say is taken into the store afterwards, in one order.

**What only the host can do** (an operation the memo lacks, a wider row, the judgement on a turn
that finds no rest) the kernel asks for in a *request*, and leaves that item without a record; all
else of the batch is done meanwhile. The host serves the requests and has the items done again. So
the result does not depend on how a batch was divided among threads.

    request       kind, item, number of the choice or outcome, label, then three words:
                  SERVE operation and operands · WARN fault, pc · WIDEN · STUCK

What this does not do: number states (`store`), decide what to expand next (`explore`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from foretell.checker.exploring.bounds import hold
from foretell.checker.exploring.narrow import narrow, widen
from foretell.checker.exploring.rows import (
    AFRESH,
    M_WORDS,
    MASK_BITS,
    begin_union,
    pack_draw,
    pack_live,
    pack_rest,
    restore,
    unpack,
)
from foretell.checker.exploring.store import (
    E_LABEL,
    E_POINT,
    E_SIZE,
    E_TARGET,
    E_WORDS,
    I_AT,
    I_ROW,
    I_SIZE,
    MARK,
    N_ASKED,
    N_CODE,
    N_KIND,
    N_PRINT,
    N_VALUE,
    R_EDGES,
    R_SIZE,
    R_STATE,
    R_WORDS,
    UNKNOWN,
    find_state,
    fingerprint,
)
from foretell.checker.graphs.graph import CHOICE, TERMINAL
from foretell.vm import machine
from foretell.vm import program as P
from foretell.vm import values as V
from foretell.vm.calls import A_KEEPING
from foretell.vm.dice import make_whole, seal, thrown
from foretell.vm.kernel import I64, U8, copy, kernel
from foretell.vm.machine import choice_at, choose, is_dealt, run

__all__ = [
    "K_BOUND",
    "K_BUDGET",
    "K_DEEP",
    "K_DRAW",
    "K_ENDING",
    "K_FAULT",
    "K_HANG",
    "K_PLACE",
    "OutcomeCode",
    "decode",
    "expand",
    "room_for_edge",
    "run_on",
    "settle",
    "slim",
    "terminal_code",
]

# ------------------------------------------------------------------ the context of a worker
W_BUDGET: Final = 0  # steps a turn may take
W_WIDEST_DRAW: Final = 1  # edges a draw may have
W_DEEPEST: Final = 2  # 1 where the work row is as wide as it may get
W_ASKED: Final = 3  # how many expressions are evaluated at every rest
W_KEEP: Final = 4  # words of a work row that evaluating them may change
W_WATCHED: Final = 5  # how many instructions are watched: edges that execute one are marked
W_OUT: Final = 6  # where the next record goes
W_OUT_END: Final = 7  # … and where this worker's part of the output ends
W_REQUESTS: Final = 8  # words of requests made
W_REQUESTS_END: Final = 9
W_SHORT: Final = 10  # 1 where there was no room for a request
W_VERDICTS: Final = 11  # how many turns have been judged
W_INDEX_MASK: Final = 12  # of the store
W_WHOLE: Final = 13  # 1 where dice stay whole
W_TOO_WIDE: Final = 14  # 1 while the rest of a draw that has too many outcomes is given up
W_BOUNDED: Final = 15  # how many variables are held within a range
W_HELD: Final = 16  # which of them were, a bit each
W_WORK: Final = 17  # what may be done before the kernel returns in the middle of an item …
W_PAUSED: Final = 18  # 1 where it did, and then of that item:
W_BEGAN: Final = 19  # where its record begins
W_NEXT: Final = 20  # the choice or outcome that is next
W_EDGES: Final = 21  # edges written
W_WHOLLY: Final = 22  # 0 where the host was asked for something
W_PCS: Final = 23  # where each expression's code is, then the watched instructions, then bounds

# ------------------------------------------------------------------ requests
SERVED: Final = 0  # the region of lists could say
SERVE: Final = 1
WIDEN: Final = 2
STUCK: Final = 3  # a turn has used up its budget
WARN: Final = 4  # a warning that this worker has not met before
REQUEST: Final = 7  # words of one
VERDICT: Final = 3  # words of a judgement: item, choice or outcome, outcome code

# ------------------------------------------------------------------ outcome codes
# a code is its kind << 56, the machine's fault << 40, and a number
K_ENDING: Final = 1  # number: string index of the name, from a tag
K_PLACE: Final = 2  # number: place in which it ended
K_FAULT: Final = 3  # number: pc; fault: the machine's
K_BUDGET: Final = 4  # no rest within the budget, nothing proved; number: pc
K_DEEP: Final = 5  # the widest row is too narrow; number: pc
K_DRAW: Final = 6  # a draw of too many outcomes; number: pc
K_HANG: Final = 7  # proved never to come to rest; number: first pc of the loop
K_BOUND: Final = 9  # a variable is beyond its range; number: which bound (8: see `runs`)
_NUMBER: Final = (1 << 40) - 1
_ASKING: Final = 100_000  # steps that evaluating an expression may take


@dataclass(frozen=True, slots=True)
class OutcomeCode:
    """Where and how a story came to a stop: decoded from a terminal state's code."""

    kind: int
    fault: int
    number: int
    value: int = 0  # what belongs to the fault, at one of the states that have it


def decode(code: int, value: int = 0) -> OutcomeCode:
    """An outcome code as the kernels write it, taken apart."""
    return OutcomeCode(code >> 56, (code >> 40) & 0xFFFF, code & _NUMBER, value)


def room_for_edge(tables: I64, masks: I64) -> int:
    """Words that an edge record may take, with what is put aside while expressions are asked, and
    with the narrow row beside the packed one."""
    return 3 * (tables[P.T_END] + masks[M_WORDS] * MASK_BITS)


@kernel
def terminal_code(row: I64, place: int) -> int:
    """The outcome code of a row that came to rest with nothing to choose."""
    if row[P.ENDING] != 0:
        return (K_ENDING << 56) | row[P.ENDING]
    return (K_PLACE << 56) | place


@kernel
def request(
    ctx: I64, requests: I64, kind: int, item: int, i: int, label: int, a: int, b: int, c: int
) -> int:
    """Ask the host for something; gives 0."""
    at = ctx[W_REQUESTS]
    if at + REQUEST > ctx[W_REQUESTS_END]:
        ctx[W_SHORT] = 1
        return 0
    requests[at] = kind
    requests[at + 1] = item
    requests[at + 2] = i
    requests[at + 3] = label
    requests[at + 4] = a
    requests[at + 5] = b
    requests[at + 6] = c
    ctx[W_REQUESTS] = at + REQUEST
    return 0


@kernel
def run_on(
    ctx: I64,
    code: I64,
    tables: I64,
    memo: I64,
    row: I64,
    seen: U8,
    requests: I64,
    warned: U8,
    item: int,
    i: int,
    label: int,
) -> int:
    """Run a row on to where it rests or can't go on; gives the machine's status."""
    row[P.LEFT] = ctx[W_BUDGET]
    while True:
        status = run(code, tables, memo, row, seen, row[P.LEFT])
        if status == P.WARNING:
            pc = row[P.PC] - 1
            if warned[pc] == 0:
                request(ctx, requests, WARN, item, i, label, row[P.FAULT], pc, 0)
                warned[pc] = 1 - ctx[W_SHORT]  # without room for it, the turn is run again
        elif status == P.FLUSH:
            row[P.OUTPUT] = tables[P.T_OUTPUT]
        else:
            return status


@kernel
def judged(ctx: I64, verdicts: I64, item: int, i: int) -> int:
    """The outcome code that the host gave a turn which used up its budget, 0 if it did not yet."""
    for v in range(ctx[W_VERDICTS]):
        if verdicts[v * VERDICT] == item and verdicts[v * VERDICT + 1] == i:
            return verdicts[v * VERDICT + 2]
    return 0


@kernel
def settle(
    ctx: I64,
    code: I64,
    tables: I64,
    memo: I64,
    row: I64,
    seen: U8,
    unseen: U8,
    masks: I64,
    places: I64,
    index: I64,
    prints: I64,
    out: I64,
    requests: I64,
    verdicts: I64,
    warned: U8,
    item: int,
    i: int,
    label: int,
) -> int:
    """Run the row on until it is a state, and write an edge record to it but for the edge's words.

    Gives 1, or 0 where the host is asked for something.
    """
    at = ctx[W_OUT]
    asked = ctx[W_ASKED]
    tail = at + N_ASKED + asked
    end = tail
    kind = TERMINAL
    outcome = 0
    value = 0
    calls = tables[P.T_CALLS]
    if calls != 0:
        row[calls + A_KEEPING] = 1
    status = run_on(ctx, code, tables, memo, row, seen, requests, warned, item, i, label)
    if calls != 0:
        row[calls + A_KEEPING] = 0
    passed = 0
    if status == P.REST and ctx[W_BOUNDED] > 0:
        bounds = W_PCS + ctx[W_ASKED] + ctx[W_WATCHED]
        passed = hold(tables, row, ctx, bounds, ctx[W_BOUNDED], W_HELD)
    if status == P.REST and row[P.CHOICES] > 0 and passed > 0:
        outcome = (K_BOUND << 56) | (passed - 1)
    elif status == P.REST and row[P.CHOICES] > 0:
        kind = CHOICE
        end = pack_rest(tables, masks, row, out, tail)
    elif status == P.DRAW:
        if ctx[W_TOO_WIDE] != 0:
            outcome = (K_DRAW << 56) | row[P.PC]
        else:
            end = pack_draw(tables, masks, row, out, tail)
            kind = out[tail + 1]  # CHANCE, DECIDED or AFRESH
    elif status == P.REST:
        outcome = terminal_code(row, places[row[P.LAST]])
    elif status == P.ERROR:
        pc = row[P.PC]
        if pc < 0:
            pc = row[P.LAST]
        outcome = (K_FAULT << 56) | (row[P.FAULT] << 40) | pc
        value = row[P.FAULT_VALUE]
    elif status == P.BUDGET:
        outcome = judged(ctx, verdicts, item, i)
        if outcome == 0:
            return request(ctx, requests, STUCK, item, i, label, 0, 0, 0)
        row[P.ALIKE] = row[P.FACE]  # the verdict is this outcome's alone
        machine.force_end(tables, row)
    elif status == P.OVERFLOW:
        if ctx[W_DEEPEST] == 0:
            return request(ctx, requests, WIDEN, item, i, label, 0, 0, 0)
        outcome = (K_DEEP << 56) | row[P.PC]
        machine.force_end(tables, row)
    else:
        return request(
            ctx, requests, SERVE, item, i, label, row[P.FAULT], row[P.FAULT_VALUE], row[P.OPERAND]
        )
    if outcome != 0:
        out[tail + 1] = TERMINAL
        out[tail + 2] = outcome
        begin_union(masks)
        end = pack_live(masks, row, out, tail + 3)
        out[tail] = end - tail
    if row[P.WHOLE] != 0:
        seal(row, out, tail, end)
    fingerprint(out, tail, out, at + N_PRINT)
    known = find_state(index, ctx[W_INDEX_MASK], prints, out[at + N_PRINT], out[at + N_PRINT + 1])
    out[at + E_TARGET] = known
    if known != UNKNOWN:
        ctx[W_OUT] = at + E_SIZE
        return 1
    out[at + N_VALUE] = value
    out[at + N_KIND] = kind
    out[at + N_CODE] = outcome
    if asked > 0:
        ended = 0
        if status == P.REST and row[P.CHOICES] == 0:
            ended = 1 + places[row[P.LAST]]
        for q in range(asked):
            v = -1
            if status != P.DRAW:
                v = ask(ctx, code, tables, memo, row, unseen, out, end, ctx[W_PCS + q], ended)
                if v == -1:
                    return request(ctx, requests, WIDEN, item, i, label, 0, 0, 0)
                if v == -2:
                    return request(
                        ctx,
                        requests,
                        SERVE,
                        item,
                        i,
                        label,
                        row[P.FAULT],
                        row[P.FAULT_VALUE],
                        row[P.OPERAND],
                    )
            out[at + N_ASKED + q] = v
    ctx[W_OUT] = tail if kind == TERMINAL else end
    return 1


@kernel
def ask(
    ctx: I64,
    code: I64,
    tables: I64,
    memo: I64,
    row: I64,
    unseen: U8,
    scratch: I64,
    at: int,
    pc: int,
    ended: int,
) -> int:
    """The value of an expression at a state at rest, the row left as it was.

    What it may change is put aside in `scratch` from `at` on. A value that can't be had is FAILED;
    −1 means that the row is too narrow, −2 that the row asks for an operation.
    """
    keep = ctx[W_KEEP]
    copy(scratch, at, row, 0, keep)
    eval_top = tables[P.T_EVAL]
    row[P.EVAL] = eval_top
    row[P.STRING] = 0
    row[P.OUTPUT] = tables[P.T_OUTPUT]
    row[P.ENDED] = ended
    row[P.ASKED_AT] = row[P.HERE]
    if machine.push_frame(tables, row, -1, P.FROM_HOST, 0) == 0:
        return -1
    row[P.PC] = pc
    result = run(code, tables, memo, row, unseen, _ASKING)
    while result == P.WARNING:
        result = run(code, tables, memo, row, unseen, row[P.LEFT])
    if result == P.NEEDS_OPERATION:
        return -2
    if result == P.OVERFLOW:
        return -1
    v = V.FAILED << 32
    if result == P.RETURNED and row[P.EVAL] > eval_top:
        v = thrown(row, row[row[P.EVAL] - 1])
    alike = row[P.ALIKE]
    copy(row, 0, scratch, at, keep)
    row[P.ALIKE] = alike
    return v


@kernel
def watch(ctx: I64, seen: U8) -> None:
    """Forget that the watched instructions were executed."""
    at = W_PCS + ctx[W_ASKED]
    for i in range(at, at + ctx[W_WATCHED]):
        seen[ctx[i]] = 0


@kernel
def touched(ctx: I64, seen: U8) -> int:
    """MARK if a watched instruction was executed since `watch`, else 0."""
    at = W_PCS + ctx[W_ASKED]
    for i in range(at, at + ctx[W_WATCHED]):
        if seen[ctx[i]] != 0:
            return MARK
    return 0


@kernel
def begin_turn(ctx: I64, tables: I64, row: I64, packed: I64, head: int, i: int) -> int:
    """Make choice i of a packed row that was unpacked, or let its draw's outcome be number i.

    Gives the choice point, −1 for a draw.
    """
    if packed[head + 1] == CHOICE:
        point = row[choice_at(row, tables, i, 1) + P.C_CHOICE]
        choose(tables, row, i)
        return point
    low = packed[head + 4]
    if ctx[W_TOO_WIDE] == 0:
        if packed[head + 3] == P.DRAW_RANDOM and ctx[W_WHOLE] != 0:
            make_whole(row, low + i, low + packed[head + 5] - 1)
        else:
            row[P.DRAW_OUTCOME] = low + i
    return -1


@kernel
def slim(ctx: I64, out: I64, at: int) -> None:
    """Make the row of the last edge record, if it has one, a narrow row."""
    if out[at + E_TARGET] != UNKNOWN or out[at + N_KIND] == TERMINAL:
        return
    row = at + N_ASKED + ctx[W_ASKED]
    end = ctx[W_OUT]
    size = narrow(out, row, out, end) - end
    copy(out, row, out, end, size)
    ctx[W_OUT] = row + size


@kernel
def expand(
    ctx: I64,
    code: I64,
    tables: I64,
    memo: I64,
    row: I64,
    base: I64,
    wide: I64,
    seen: U8,
    unseen: U8,
    masks: I64,
    places: I64,
    rows: I64,
    index: I64,
    prints: I64,
    items: I64,
    todo: I64,
    out: I64,
    requests: I64,
    verdicts: I64,
    warned: U8,
    room: int,
    start: int,
    stop: int,
) -> int:
    """Expand the items `todo[start:stop]`; gives where it came to.

    That is `stop` unless room was short (for requests where W_SHORT is set, else for output), or
    all the work was done that may be between two looks at the clock. Then the item may be in the
    middle (W_PAUSED), and the same worker goes on with it; of one that is given up nothing stays
    once W_OUT is put back to W_BEGAN.
    An item that is done has its record's place in `items`, else −1.
    """
    for k in range(start, stop):
        item = todo[k] * I_SIZE
        head = items[item + I_ROW]
        items[item + I_AT] = -1
        began = ctx[W_OUT]
        if ctx[W_PAUSED] != 0:
            began = ctx[W_BEGAN]
        elif began + R_SIZE + room >= ctx[W_OUT_END]:
            return k
        widen(rows, head, wide, 0)
        kind = wide[1]
        count = 0
        low = 0
        dealt = -1
        if kind == CHOICE:
            count = wide[2]
        else:
            low = wide[4]
            count = wide[5]
            dealt = wide[6]
        edges = 0
        done = 1
        i = 0
        if ctx[W_PAUSED] == 0:
            unpack(tables, masks, base, wide, 0)
            ctx[W_OUT] = began + R_SIZE
        else:
            edges = ctx[W_EDGES]
            done = ctx[W_WHOLLY]
            i = ctx[W_NEXT]
            ctx[W_PAUSED] = 0
        while i < count:
            if ctx[W_WORK] <= 0:
                ctx[W_PAUSED] = 1
                ctx[W_BEGAN] = began
                ctx[W_NEXT] = i
                ctx[W_EDGES] = edges
                ctx[W_WHOLLY] = done
                return k
            at = ctx[W_OUT]
            if at + room >= ctx[W_OUT_END] or ctx[W_SHORT] != 0:
                ctx[W_OUT] = began
                return k
            if dealt >= 0 and is_dealt(tables, base, dealt, i) != 0:
                i += 1
                continue
            watch(ctx, seen)
            restore(tables, row, base)
            ctx[W_TOO_WIDE] = 1 if kind != CHOICE and edges >= ctx[W_WIDEST_DRAW] else 0
            point = begin_turn(ctx, tables, row, wide, 0, i)
            label = low + i
            settled = settle(
                ctx, code, tables, memo, row, seen, unseen, masks, places, index, prints, out,
                requests, verdicts, warned, todo[k], i, label,
            )  # fmt: skip
            if settled == 0:
                done = 0
            else:
                slim(ctx, out, at)
            # steps, and words that were copied
            ctx[W_WORK] -= ctx[W_BUDGET] - row[P.LEFT] + tables[P.T_STACK] + 4 * wide[0]
            if ctx[W_TOO_WIDE] != 0:
                point = i - count
            elif row[P.WHOLE] != 0:
                point = label - row[P.ALIKE] - 1
            out[at + E_LABEL] = label
            out[at + E_WORDS] = row[P.WORDS] | touched(ctx, seen)
            out[at + E_POINT] = point if kind != AFRESH else -1 - dealt
            edges += 1
            i += 1 if point >= 0 else -point
        if ctx[W_SHORT] != 0:
            ctx[W_OUT] = began
            return k
        if done == 0:
            ctx[W_OUT] = began
            continue
        out[began + R_STATE] = rows[head - 1]
        out[began + R_EDGES] = edges
        out[began + R_WORDS] = ctx[W_OUT] - began
        items[item + I_AT] = began
    return stop
