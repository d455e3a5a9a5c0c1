"""One run of a random reader, and the many that follow it: the kernels.

A run begins at the row it is given and ends in a tally. What a thread knows stands in buffers:

    ctx        R_…  where it is, who reads, what there is room for
    outcomes   T_…  a tally for each outcome met: runs, words, choices
    asking     Q_…  expressions asked where a run is over, and A_… how often each value came
    told            by instruction its group, then who met each group last, then how many did

Run number r draws from a generator keyed by (seed, r), splitmix64, so a run is the same whoever
executes it and when.

What this does not do: anything of the host's (`sampler`), or figures (`simulate`).
"""

from __future__ import annotations

from typing import Final

from foretell.checker.exploring.expand import (
    K_BUDGET,
    K_DEEP,
    K_ENDING,
    K_FAULT,
    W_KEEP,
    ask,
    terminal_code,
)
from foretell.vm import machine
from foretell.vm import program as P
from foretell.vm.kernel import F64, I64, U8, add64, copy, fill, kernel, mul64, shr64
from foretell.vm.machine import choose, is_dealt, run, truth

# ------------------------------------------------------------------ the context of one thread
R_NEXT: Final = 0  # the run to make next
R_END: Final = 1  # the one to stop before
R_SEED: Final = 2
R_STATE: Final = 3  # of the generator
R_READER: Final = 4
R_BUDGET: Final = 5  # steps between two stops of a turn
R_MOST: Final = 6  # choices in a run
R_DEEPEST: Final = 7  # 1 where the work row is as wide as it may get
R_OUTCOMES: Final = 8  # outcomes met so far
R_ROOM: Final = 9  # … and how many there is room for
R_RECORD: Final = 10  # words `path` has room for, 0: nothing is recorded
R_RECORDED: Final = 11
R_KEEP: Final = 12  # words of the row that a start consists of
R_MARKS: Final = 13  # instructions, in words of eight
R_POINTS: Final = 14  # choice points
R_LINES: Final = 15  # groups of instructions that are counted, 0: none are
R_GROUP_AT: Final = 16  # where `told` has the group of each choice point, …
R_STAMP_AT: Final = 17  # … the last run (plus one) that met each group or was offered each choice …
R_MET_AT: Final = 18  # … and how many did
R_GOING: Final = 19  # 1 where a run was interrupted and goes on from the row as it stands
R_WORDS: Final = 20  # of the run so far: words read,
R_CHOICES: Final = 21  # choices made,
R_DRAWS: Final = 22  # draws since the last
R_QUOTA: Final = 23  # runs between two returns
R_SERVED: Final = 24  # what the host did in this turn since the run was begun
R_SIZE: Final = 25

# what is asked at the end of a run: `ask` takes this buffer for its context, of which it reads one
# word; then come for each expression its code and a name, room to put a row aside, and the answers
Q_KEEP: Final = W_KEEP
Q_COUNT: Final = W_KEEP + 1  # expressions
Q_SCRATCH: Final = W_KEEP + 2  # where a row is put aside
Q_ANSWERS: Final = W_KEEP + 3  # where the answers begin
Q_USED: Final = W_KEEP + 4  # … and end
Q_END: Final = W_KEEP + 5
Q_FIRST: Final = W_KEEP + 6  # of the expressions: code, and the name of the ending if it is a rule
Q_SIZE: Final = 2
A_SIZE: Final = 3  # an answer: which expression, its value, how many runs gave it

UNIFORM: Final = 0
WEIGHTED: Final = 1
LEAST_USED: Final = 2

# a tally: outcome code, runs, words, squares of words, choices, first run, value of a fault
T_CODE: Final = 0
T_RUNS: Final = 1
T_WORDS: Final = 2
T_SQUARES: Final = 3
T_CHOICES: Final = 4
T_FIRST: Final = 5
T_VALUE: Final = 6
T_SIZE: Final = 8

DONE: Final = 0
QUOTA: Final = 1
FULL: Final = 2
SERVE: Final = 3
AGAIN: Final = 5  # as SERVE, but the run is made again from its start
WIDEN: Final = 4
PAUSE: Final = 6  # a run is in the middle, and goes on when called again

K_GOING: Final = 8  # an outcome of sampling alone: still going after so many choices
_MOST_DRAWS: Final = 100_000  # in one turn
_STEPS: Final = 50_000_000  # between two returns, at least: some tenth of a second
_MOST_SERVED: Final = 500  # things the host does in one turn before the run is made again


@kernel
def mix(z: int) -> int:
    """splitmix64's finalizer."""
    z = mul64(z ^ shr64(z, 30), -4658895280553007687)
    z = mul64(z ^ shr64(z, 27), -7723592293110705685)
    return z ^ shr64(z, 31)


@kernel
def begin_stream(ctx: I64, run_number: int) -> None:
    """Key the generator by the seed and a run's number."""
    ctx[R_STATE] = mix(add64(mix(ctx[R_SEED]), mul64(run_number + 1, -7046029254386353131)))


@kernel
def draw(ctx: I64, n: int) -> int:
    """A number from 0 to n-1, each as likely as any other (but for n/2⁶³)."""
    state = add64(ctx[R_STATE], -7046029254386353131)
    ctx[R_STATE] = state
    return shr64(mix(state), 1) % n


@kernel
def record(ctx: I64, path: I64, word: int) -> None:
    """Keep a choice (times two) or a draw's outcome (times two plus one)."""
    n = ctx[R_RECORDED]
    if n < ctx[R_RECORD]:
        path[n] = word
    ctx[R_RECORDED] = n + 1


@kernel
def note(ctx: I64, told: I64, group: int) -> None:
    """Count that the present run meets a group, once."""
    at = ctx[R_STAMP_AT] + group
    if told[at] != ctx[R_NEXT] + 1:
        told[at] = ctx[R_NEXT] + 1
        told[ctx[R_MET_AT] + group] += 1


@kernel
def note_offers(ctx: I64, tables: I64, row: I64, told: I64) -> None:
    """Count the choices that are visible now, and the groups they are in."""
    at = tables[P.T_CHOICES]
    for _i in range(row[P.CHOICES]):
        point = row[at + P.C_CHOICE]
        if (tables[tables[P.T_CHOICE_TABLE] + point * P.CHOICE_SIZE] & 8) == 0:
            note(ctx, told, ctx[R_LINES] + 1 + point)
            if told[ctx[R_GROUP_AT] + point] != 0:
                note(ctx, told, told[ctx[R_GROUP_AT] + point])
        at += row[at + P.C_SIZE]


@kernel
def pick(ctx: I64, tables: I64, row: I64, weights: F64, used: I64) -> int:
    """Which of the visible choices the reader makes, as an index."""
    at = tables[P.T_CHOICES]
    visible = 0
    total = 0.0
    least = 1 << 62
    reader = ctx[R_READER]
    for _i in range(row[P.CHOICES]):
        point = row[at + P.C_CHOICE]
        if (tables[tables[P.T_CHOICE_TABLE] + point * P.CHOICE_SIZE] & 8) == 0:
            visible += 1
            if reader == WEIGHTED:
                total += weights[point]
            elif reader == LEAST_USED:
                if used[point] < least:
                    least = used[point]
                    total = 0.0
                if used[point] == least:
                    total += 1.0
        at += row[at + P.C_SIZE]
    if reader == UNIFORM or total <= 0.0:
        return draw(ctx, visible)
    x = draw(ctx, 1 << 53) / (1 << 53) * total
    at = tables[P.T_CHOICES]
    index = 0
    last = 0
    for _i in range(row[P.CHOICES]):
        point = row[at + P.C_CHOICE]
        if (tables[tables[P.T_CHOICE_TABLE] + point * P.CHOICE_SIZE] & 8) == 0:
            weight = 0.0
            if reader == WEIGHTED:
                weight = weights[point]
            elif used[point] == least:
                weight = 1.0
            if weight > 0.0:
                last = index
                if x < weight:
                    return index
                x -= weight
            index += 1
        at += row[at + P.C_SIZE]
    return last


@kernel
def tally(ctx: I64, outcomes: I64, code: int, words: int, choices: int, value: int) -> None:
    """Count a run that is over."""
    at = 0
    n = ctx[R_OUTCOMES]
    while at < n * T_SIZE and outcomes[at + T_CODE] != code:
        at += T_SIZE
    if at == n * T_SIZE:
        ctx[R_OUTCOMES] = n + 1
        fill(outcomes, at, T_SIZE, 0)
        outcomes[at + T_CODE] = code
        outcomes[at + T_FIRST] = ctx[R_NEXT]
        outcomes[at + T_VALUE] = value
    outcomes[at + T_RUNS] += 1
    outcomes[at + T_WORDS] += words
    outcomes[at + T_SQUARES] += words * words
    outcomes[at + T_CHOICES] += choices


@kernel
def answer(asking: I64, question: int, value: int) -> None:
    """Count a run's answer; there is room."""
    at = asking[Q_ANSWERS]
    end = asking[Q_USED]
    while at < end and (asking[at] != question or asking[at + 1] != value):
        at += A_SIZE
    if at == end:
        asking[at] = question
        asking[at + 1] = value
        asking[at + 2] = 0
        asking[Q_USED] = end + A_SIZE
    asking[at + 2] += 1


@kernel
def ask_all(
    asking: I64, code: I64, tables: I64, memo: I64, row: I64, unseen: U8, end: int, ended: int
) -> int:
    """Ask everything where a run is over; gives its outcome code, or why it is not known.

    An expression with a name is a rule: the first that is true names the ending. Answers are
    counted once all are had, so that a run that is made again counts once.
    """
    base = Q_FIRST
    named = end
    values = asking[Q_SCRATCH] - asking[Q_COUNT]
    for q in range(asking[Q_COUNT]):
        v = ask(
            asking, code, tables, memo, row, unseen, asking, asking[Q_SCRATCH], asking[base], ended
        )
        if v == -1:
            return -WIDEN
        if v == -2:
            return -AGAIN
        asking[values + q] = v
        if asking[base + 1] != 0 and named == end and ended != 0 and truth(v) == 1:
            named = (K_ENDING << 56) | asking[base + 1]
        base += Q_SIZE
    for q in range(asking[Q_COUNT]):
        if asking[Q_FIRST + q * Q_SIZE + 1] == 0:
            answer(asking, q, asking[values + q])
    return named


@kernel
def read_once(
    ctx: I64,
    code: I64,
    tables: I64,
    memo: I64,
    row: I64,
    seen: U8,
    weights: F64,
    used: I64,
    warned: I64,
    places: I64,
    outcomes: I64,
    path: I64,
    told: I64,
    asking: I64,
    unseen: U8,
) -> int:
    """Make one run, or the rest of it, from the row as it stands; 0, or what interrupts it."""
    words = ctx[R_WORDS]
    choices = ctx[R_CHOICES]
    draws = ctx[R_DRAWS]
    end = 0
    value = 0
    ended = 0
    left = ctx[R_BUDGET]
    spent = 0
    while end == 0:
        if spent > _STEPS:
            ctx[R_WORDS] = words
            ctx[R_CHOICES] = choices
            ctx[R_DRAWS] = draws
            return PAUSE
        status = run(code, tables, memo, row, seen, left)
        spent += left - row[P.LEFT]
        left = ctx[R_BUDGET] if status == P.REST or status == P.DRAW else row[P.LEFT]
        if status == P.REST:
            words += row[P.WORDS]
            if row[P.CHOICES] == 0:
                end = terminal_code(row, places[row[P.LAST]])
                ended = 1 + places[row[P.LAST]]
            elif choices >= ctx[R_MOST]:
                end = K_GOING << 56
            else:
                if ctx[R_LINES] != 0:
                    note_offers(ctx, tables, row, told)
                index = pick(ctx, tables, row, weights, used)
                if ctx[R_READER] == LEAST_USED:
                    used[row[machine.choice_at(row, tables, index, 1) + P.C_CHOICE]] += 1
                if ctx[R_RECORD] > 0:
                    record(ctx, path, index * 2)
                choose(tables, row, index)
                choices += 1
                draws = 0
                ctx[R_SERVED] = 0
        elif status == P.DRAW:
            n = row[P.DRAW_COUNT]
            outcome = draw(ctx, n)
            if row[P.DRAW_KIND] == P.DRAW_SHUFFLE:
                while is_dealt(tables, row, row[P.DRAW_DEALT], outcome) != 0:
                    outcome = draw(ctx, n)
            outcome += row[P.DRAW_LOW]
            if ctx[R_RECORD] > 0:
                record(ctx, path, outcome * 2 + 1)
            row[P.DRAW_OUTCOME] = outcome
            draws += 1
            if draws > _MOST_DRAWS:
                end = (K_BUDGET << 56) | row[P.PC]
        elif status == P.WARNING:
            pc = row[P.PC] - 1
            if warned[pc] == 0:
                warned[pc] = ctx[R_NEXT] + 1
        elif status == P.FLUSH:
            row[P.OUTPUT] = tables[P.T_OUTPUT]
        elif status == P.ERROR:
            words += row[P.WORDS]
            pc = row[P.PC]
            if pc < 0:
                pc = row[P.LAST]
            end = (K_FAULT << 56) | (row[P.FAULT] << 40) | pc
            value = row[P.FAULT_VALUE]
        elif status == P.BUDGET:
            end = (K_BUDGET << 56) | row[P.PC]
        elif status == P.OVERFLOW:
            if ctx[R_DEEPEST] == 0:
                return WIDEN
            end = (K_DEEP << 56) | row[P.PC]
        else:
            ctx[R_WORDS] = words
            ctx[R_CHOICES] = choices
            ctx[R_DRAWS] = draws
            ctx[R_SERVED] += 1
            # with each the turn had its whole budget anew: now and then it must keep to one
            return AGAIN if ctx[R_SERVED] > _MOST_SERVED else SERVE
    if asking[Q_COUNT] > 0:
        named = ask_all(asking, code, tables, memo, row, unseen, end, ended)
        if named == -AGAIN:
            return AGAIN
        if named == -WIDEN and ctx[R_DEEPEST] == 0:
            return WIDEN
        if named > 0:
            end = named
    tally(ctx, outcomes, end, words, choices, value)
    return 0


@kernel
def read_many(
    ctx: I64,
    code: I64,
    tables: I64,
    memo: I64,
    row: I64,
    start: I64,
    seen: U8,
    marks: I64,
    reach: I64,
    weights: F64,
    used: I64,
    warned: I64,
    places: I64,
    outcomes: I64,
    path: I64,
    told: I64,
    asking: I64,
    unseen: U8,
) -> int:
    """Make runs until the last, the quota, or something only the host can do.

    `marks` is the memory of `seen`, read eight instructions at a time. A run that lacks an
    operation, or takes long, goes on where it is; one whose row is too narrow is made again from
    its start, which comes to the same.
    """
    quota = ctx[R_QUOTA]
    while quota > 0:
        number = ctx[R_NEXT]
        if number >= ctx[R_END]:
            return DONE
        if ctx[R_OUTCOMES] >= ctx[R_ROOM]:
            return FULL
        if asking[Q_USED] + asking[Q_COUNT] * A_SIZE > asking[Q_END]:
            return FULL
        if ctx[R_GOING] == 0:
            copy(row, 0, start, 0, ctx[R_KEEP])
            if ctx[R_READER] == LEAST_USED:
                fill(used, 0, ctx[R_POINTS], 0)
            begin_stream(ctx, number)
            ctx[R_RECORDED] = 0
            ctx[R_WORDS] = 0
            ctx[R_CHOICES] = 0
            ctx[R_DRAWS] = 0
            ctx[R_SERVED] = 0
        why = read_once(
            ctx, code, tables, memo, row, seen, weights, used, warned, places, outcomes, path, told,
            asking, unseen,
        )  # fmt: skip
        ctx[R_GOING] = 1 if why in (SERVE, PAUSE) else 0
        if ctx[R_GOING] != 0:
            return why
        for i in range(ctx[R_MARKS]):
            if marks[i] != 0:
                if why == 0:
                    for pc in range(i * 8, i * 8 + 8):
                        reach[pc] += seen[pc]
                    if ctx[R_LINES] != 0:
                        for pc in range(i * 8, i * 8 + 8):
                            if seen[pc] != 0 and told[pc] != 0:
                                note(ctx, told, told[pc])
                marks[i] = 0
        if why != 0:
            return why
        ctx[R_NEXT] = number + 1
        quota -= 1
    return QUOTA
