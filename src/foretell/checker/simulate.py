"""Random readers: many playthroughs, executed as ink by the machine itself.

For what can't be exhausted, and to check what was: a reader begins at the start, picks among the
choices offered, lets chance be chance, and reads on to an end. Nothing is looked up in a solved
graph and no state is compared with another; a turn costs what its instructions cost.

    found = sample(program, 1_000_000, seed=7, threads=2)
    for end in found.endings: print(end.name, end.share, end.low, end.high)

Run number r draws from a generator keyed by (seed, r), splitmix64, so a run is the same whoever
executes it and when: results depend on the seed, never on how many threads there are, and any run
can be had again (`path_of`). Readers are *uniform*, *weighted* (a weight for each choice point), or
*least-used*: of the choices offered, one made least often so far in this run.

Threads are real: a kernel runs without Python's lock. Each has its own row, memo and tallies, which
are added up. What this does not do: conditions on the way, quantiles, figures by state.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

import numpy as np

from foretell.checker.expand import (
    K_BUDGET,
    K_DEEP,
    K_ENDING,
    K_FAULT,
    W_KEEP,
    OutcomeCode,
    ask,
    decode,
    terminal_code,
)
from foretell.checker.explore import Explorer, view_of
from foretell.checker.outcomes import outcome_of, problem_of
from foretell.diagnostics import Diagnostic, StoryError
from foretell.vm import faults, machine
from foretell.vm import program as P
from foretell.vm.kernel import F64, I64, U8, add64, copy, fill, kernel, mul64, shr64
from foretell.vm.lists import L_CAPACITY, L_COUNT, L_GROW, index_lists
from foretell.vm.machine import choose, is_dealt, run, truth
from foretell.vm.program import Program
from foretell.vm.story import format_path
from foretell.vm.text import operate

__all__ = ["LEAST_USED", "UNIFORM", "Groups", "Sample", "SampledEnding", "sample", "wilson"]

Groups = tuple[Sequence[int], Sequence[int]]
"""The group of each instruction and of each choice point, from 1 on; 0 is none."""

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

K_GOING: Final = 8  # an outcome of sampling alone: still going after so many choices
_MOST_DRAWS: Final = 100_000  # in one turn
_LISTS: Final = 100_000  # of its own, at which a thread forgets them between two runs
_MOST_BUILT: Final = 1 << 30  # characters and items of strings and lists that runs make
_MOST_SERVED: Final = 500  # things the host does in one turn before the run is made again
_CHUNK: Final = 1024  # runs a thread takes at a time
_PAUSE: Final = 0.02  # seconds between two looks at whether to stop, at least, if runs are short
_PLAIN: Final = 30  # runs that are made in plain Python, without compiling


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
    while end == 0:
        status = run(code, tables, memo, row, seen, ctx[R_BUDGET])
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
    operation goes on where it is; one whose row is too narrow is made again from its start, which
    comes to the same.
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
        ctx[R_GOING] = 1 if why == SERVE else 0
        if why == SERVE:
            return SERVE
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


# Results -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SampledEnding:
    """How many runs came to an end, and what that says of the share of all readers who do.

    `low` and `high` are Wilson's interval at 95 %. `words` and `choices` are means over these runs;
    `first` is the number of the first of them.
    """

    name: str
    kind: str
    runs: int
    share: float
    low: float
    high: float
    words: float
    choices: float
    first: int


@dataclass
class Sample:
    """What random readers met. `reach[pc]` counts the runs that executed an instruction.

    Where `groups` were asked for, `met[g]` counts the runs that met group g (`met[0]` is nothing)
    and `offered[c]` those to which choice point c was ever offered.
    """

    program: Program
    runs: int
    seconds: float  # of running alone, compiling not included
    compiling: float
    threads: int
    seed: int
    endings: list[SampledEnding]
    problems: list[Diagnostic]
    words: float
    words_error: float  # standard error of that mean
    choices: float
    reach: np.ndarray[Any, np.dtype[np.int64]]
    met: np.ndarray[Any, np.dtype[np.int64]]
    offered: np.ndarray[Any, np.dtype[np.int64]]
    assumed: list[str] = field(default_factory=list)
    path_of: Callable[[int], str] = lambda _run: ""  # the path of a run, by its number
    answers: list[dict[int, int]] = field(default_factory=list)  # by question: value, runs

    @property
    def runs_per_second(self) -> float:
        """How fast it went."""
        return self.runs / self.seconds if self.seconds > 0 else 0.0


def wilson(hits: int, runs: int, z: float = 1.959963984540054) -> tuple[float, float]:
    """Wilson's interval for a share of which `hits` in `runs` were seen."""
    if runs == 0:
        return 0.0, 1.0
    p = hits / runs
    scale = 1 + z * z / runs
    middle = (p + z * z / (2 * runs)) / scale
    half = z * math.sqrt(p * (1 - p) / runs + z * z / (4 * runs * runs)) / scale
    low = 0.0 if hits == 0 else max(0.0, middle - half)
    return low, 1.0 if hits == runs else min(1.0, middle + half)


def sample(
    program: Program,
    runs: int,
    *,
    reader: int = UNIFORM,
    weights: Sequence[float] | None = None,
    seed: int = 0,
    threads: int = 1,
    steps: int = 1_000_000,
    most_choices: int = 10_000,
    constants: dict[str, object] | None = None,
    start: str | None = None,
    groups: Groups | None = None,
    asked: Sequence[int] = (),
    endings: Sequence[tuple[str, int]] = (),
    lists: bool = True,
    compiled: bool | None = None,
    progress: Callable[[int, float], None] | None = None,
) -> Sample:
    """Make so many runs and say where they came.

    `groups` puts instructions and choice points together of which one is as good as another, by
    numbers from 1 on (0: in none): a run meets a group if it executes one of its instructions or is
    offered one of its choices. `weights` (one for each choice point) makes the reader a weighted
    one; where all of those offered weigh nothing, each is as likely. `threads` 0 takes every
    processor. `asked` are the pcs of expressions that are evaluated where a run is over; `endings`
    are names by conditions, each with the place of its condition among them. `constants`,
    `start` and `lists` are `Explorer`'s. The result is the same for any number of threads.
    """
    if weights is not None:
        reader = WEIGHTED
    threads = threads or os.cpu_count() or 1
    threads = max(1, min(threads, -(-runs // _CHUNK)))
    if compiled is None:
        compiled = runs > _PLAIN
    began = time.perf_counter()
    kernel_ = _kernel() if compiled else read_many
    compiling = time.perf_counter() - began
    lock = threading.Lock()
    name_of = {place: program.values.string_index(name) for name, place in reversed(endings)}
    rules = [place for _, place in endings]
    order = [*rules, *(place for place in range(len(asked)) if place not in rules)]
    questions = [(asked[place], name_of.get(place, 0)) for place in order]

    def worker() -> _Worker:
        explorer = Explorer(
            program, asked=asked, constants=constants, start=start, reduce=False, lists=lists,
            compiled=False,
        )  # fmt: skip
        return _Worker(
            explorer, kernel_, compiled, reader, weights, seed, steps, most_choices, lock, groups,
            questions,
        )  # fmt: skip

    workers = [worker() for _ in range(threads)]
    began = time.perf_counter()
    _share_out(workers, runs, progress)
    seconds = time.perf_counter() - began
    return _result(program, workers, worker, seconds, compiling, seed, order)


_compiled: list[Any] = []


def _kernel() -> Any:
    if not _compiled:
        from foretell.vm.jit import compile_kernels

        _compiled.append(compile_kernels([read_many, index_lists]))
    return _compiled[0][read_many]


class _Worker:
    """One thread's row, memo and tallies."""

    def __init__(
        self,
        host: Explorer,
        kernel_: Any,
        compiled: bool,
        reader: int,
        weights: Sequence[float] | None,
        seed: int,
        steps: int,
        most_choices: int,
        lock: threading.Lock,
        groups: Groups | None,
        questions: Sequence[tuple[int, int]],
    ) -> None:
        self.host = host
        self.kernel = kernel_
        self.compiled = compiled
        self.most_built = host.values.built + min(_MOST_BUILT, host.memory)
        self.lock = lock
        self.failure: BaseException | None = None
        self.totals: dict[int, list[int]] = {}  # by outcome code: a tally, in Python's integers
        program = host.program
        marks = -(-program.length // 8)
        points = len(program.choices)
        self.ctx = self._buffer([0] * R_SIZE)
        self.code = self._buffer(host.code)
        self.places = self._buffer(program.place_of_pc)
        self.seen: Any = np.zeros(marks * 8, np.uint8)
        self.marks: Any = self.seen.view(np.int64)
        if not compiled:
            self.seen, self.marks = self.seen.data, self.marks.data
        self.reach = self._buffer([0] * (marks * 8))
        plain = [1.0] * points if weights is None else [float(w) for w in weights]
        self.weights: Any = np.array([*plain, 0.0]) if compiled else [*plain, 0.0]
        self.used = self._buffer([0] * (points + 1))
        self.warned = self._buffer([0] * program.length)
        self.outcomes = self._buffer([0] * (64 * T_SIZE))
        self.path = self._buffer([0])
        ctx = self.ctx
        ctx[R_SEED] = ((seed + (1 << 63)) % (1 << 64)) - (1 << 63)
        ctx[R_READER] = reader
        ctx[R_BUDGET] = steps
        ctx[R_MOST] = most_choices
        ctx[R_ROOM] = 63
        ctx[R_MARKS] = marks
        ctx[R_POINTS] = points
        ctx[R_QUOTA] = 1
        told = [0]
        if groups is not None:
            by_pc, by_point = groups
            lines = ctx[R_LINES] = max(1, *by_pc, *by_point)
            told = [*by_pc, *([0] * (marks * 8 - len(by_pc))), *by_point]
            ctx[R_GROUP_AT] = marks * 8
            ctx[R_STAMP_AT] = len(told)
            ctx[R_MET_AT] = len(told) + lines + 1 + points
            told += [0] * (2 * (lines + 1 + points))
        self.told = self._buffer(told)
        self.questions = [word for question in questions for word in question]
        self.answers: dict[tuple[int, int], int] = {}
        self.room = 1024  # words for answers
        self.asking = self._buffer([0] * Q_FIRST)
        self.unseen: Any = np.zeros(marks * 8, np.uint8)
        if not compiled:
            self.unseen = self.unseen.data
        with lock:
            self._start()

    def _buffer(self, words: Sequence[int]) -> Any:
        return np.array(words, np.int64) if self.compiled else list(words)

    def _start(self) -> None:
        """Lay the row out and set it before the first instruction of a run."""
        host = self.host
        row = host.begin()
        if host.lists:  # from here on each thread numbers its lists by itself
            at = host.slots * P.MEMO_SIZE
            host.lists.base = int(host.memo[at + L_COUNT])
            host.memo[at + L_GROW] = 1
        self.tainted = False  # whether the memo knows of such lists
        self.tables = self._buffer(self.host.tables)
        self.memo = self.host.memo = self._buffer(self.host.memo)
        self.start = self._buffer(row)
        self.row = self._buffer(row)
        self.ctx[R_KEEP] = row[P.STACK]
        self.ctx[R_DEEPEST] = int(self.host.widths.deepest)
        self._ask_anew()

    def _ask_anew(self) -> None:
        """Lay out what is asked, with no answers yet; those there are have been folded."""
        count = len(self.questions) // Q_SIZE
        scratch = Q_FIRST + len(self.questions) + count
        answers = scratch + (len(self.row) + 1 if count else 0)
        end = answers + (self.room if count else 0)
        asking = [0] * Q_FIRST + self.questions + [0] * (end - Q_FIRST - len(self.questions))
        asking[Q_KEEP] = self.host.keep
        asking[Q_COUNT] = count
        asking[Q_SCRATCH] = scratch
        asking[Q_ANSWERS] = asking[Q_USED] = answers
        asking[Q_END] = end
        self.asking = self._buffer(asking)

    def _bound(self) -> Callable[[], int]:
        """The kernel with its buffers as they are now, which is quicker to call again and again."""
        buffers = (
            self.ctx, self.code, self.tables, self.memo, self.row, self.start, self.seen,
            self.marks, self.reach, self.weights, self.used, self.warned, self.places,
            self.outcomes, self.path, self.told, self.asking, self.unseen,
        )  # fmt: skip
        bound: Callable[[], int] = (
            self.kernel.bind(*buffers) if self.compiled else partial(self.kernel, *buffers)
        )
        return bound

    def make(self, first: int, last: int, pause: Callable[[int], bool] | None = None) -> None:
        """Make the runs from `first` to before `last`, or fewer once `pause` says to stop.

        It is asked now and then, and told the number of the next run.
        """
        ctx = self.ctx
        ctx[R_NEXT], ctx[R_END] = first, last
        ctx[R_GOING] = 0
        go, memo = self._bound(), self.memo
        began = time.perf_counter()
        while True:
            why = go()
            if why == DONE:
                self._fold()
                return
            if why == QUOTA:
                if time.perf_counter() - began < _PAUSE:
                    ctx[R_QUOTA] = min(2 * int(ctx[R_QUOTA]), _CHUNK)
                    continue
                if pause is not None and pause(int(ctx[R_NEXT])):
                    return
                began = time.perf_counter()
                self._forget_lists()
                continue
            if why == FULL:
                self._fold()
                if self.questions:
                    self.room *= 2
                    self._ask_anew()
                    go = self._bound()
                continue
            with self.lock:  # what is interned belongs to all threads
                if why == WIDEN:
                    self._fold()
                    self.host.forget()
                    self.host.widen()
                    self._start()
                else:
                    wanted = (P.FAULT, P.FAULT_VALUE, P.OPERAND)
                    self._perform(*(int(self.row[word]) for word in wanted))
                    if self.host.values.built > self.most_built:
                        raise StoryError([faults.too_much(self.host.program, int(self.row[P.PC]))])
                    self.memo = self.host.memo
                    for word in (P.T_MEMO_MASK, P.T_LISTS):
                        self.tables[word] = self.host.tables[word]
            if why == WIDEN or self.memo is not memo:
                memo = self.memo
                go = self._bound()
            # a run may ask the host for ever: then, too, it can be stopped
            if time.perf_counter() - began > _PAUSE:
                if pause is not None and pause(int(ctx[R_NEXT])):
                    return
                began = time.perf_counter()

    def _perform(self, operation: int, a: int, b: int) -> None:
        """Compute an operation and put it into the memo, or make room for more lists."""
        host = self.host
        if host.lists is None:
            host.perform(operation, a, b)
            return
        at = host.slots * P.MEMO_SIZE
        found = -1
        if host.memo[at + L_COUNT] < host.memo[at + L_CAPACITY]:
            result = operate(host.values, operation, self._outward(a), self._outward(b))
            found = host.lists.inward(view_of(host.memo), at, result)
        if found < 0:
            host.memo = host.lists.widened(host.memo, at)
            (_compiled[0][index_lists] if self.compiled else index_lists)(host.memo, at)
            return
        self.tainted |= any(host.lists.is_own(value) for value in (a, b, found))
        host.learn(operation, a, b, found)

    def _outward(self, value: int) -> int:
        """A value as the story's `values` have it."""
        lists = self.host.lists
        if lists is None:
            return value
        return lists.outward(view_of(self.memo), self.host.slots * P.MEMO_SIZE, value)

    def _forget_lists(self) -> None:
        """Between two runs: forget the lists of earlier ones, where there are many."""
        host = self.host
        at = host.slots * P.MEMO_SIZE
        if host.lists is None or host.memo[at + L_COUNT] < host.lists.base + _LISTS:
            return
        self._fold()
        if self.tainted:
            kept = np.array(host.memo[:at], np.int64).reshape(-1, P.MEMO_SIZE)
            known = [
                entry for entry in kept[kept[:, 0] != 0].tolist() if not self._is_tainted(entry)
            ]
            host.memo[:at] = np.zeros(at, np.int64) if self.compiled else [0] * at
            host.memo_used = 0
            for operation, a, b, result in known:
                host.learn(operation - 1, a, b, result)
            self.tainted = False
        host.lists.forget(host.memo, at)
        (_compiled[0][index_lists] if self.compiled else index_lists)(host.memo, at)

    def _is_tainted(self, entry: Sequence[int]) -> bool:
        lists = self.host.lists
        return lists is not None and any(lists.is_own(value) for value in entry[1:])

    def _fold(self) -> None:
        """Add the tallies up where no sum is too large."""
        for number in range(int(self.ctx[R_OUTCOMES])):
            at = number * T_SIZE
            found = [int(word) for word in self.outcomes[at : at + T_SIZE]]
            found[T_VALUE] = self._outward(found[T_VALUE])
            _merge(self.totals, found)
        self.ctx[R_OUTCOMES] = 0
        for at in range(int(self.asking[Q_ANSWERS]), int(self.asking[Q_USED]), A_SIZE):
            question, value, runs = (int(word) for word in self.asking[at : at + A_SIZE])
            key = (question, self._outward(value))
            self.answers[key] = self.answers.get(key, 0) + runs
        self.asking[Q_USED] = self.asking[Q_ANSWERS]

    def path_of(self, number: int) -> str:
        """The path of a run, made again."""
        room = 1024
        while True:
            self.path = self._buffer([0] * room)
            self.ctx[R_RECORD] = room
            self.make(number, number + 1)
            count = int(self.ctx[R_RECORDED])
            if count <= room:
                break
            room = count
        steps: list[tuple[int, list[int]]] = [(-1, [])]
        for word in self.path[:count]:
            if word & 1:
                steps[-1][1].append(int(word) >> 1)
            else:
                steps.append((int(word) >> 1, []))
        return format_path(steps, self.host.start or "")


def _merge(totals: dict[int, list[int]], found: Sequence[int]) -> None:
    """Add a tally to those that there are."""
    known = totals.setdefault(found[T_CODE], [found[T_CODE], 0, 0, 0, 0, 1 << 62, 0, 0])
    for place in (T_RUNS, T_WORDS, T_SQUARES, T_CHOICES):
        known[place] += found[place]
    if found[T_FIRST] < known[T_FIRST]:
        known[T_FIRST], known[T_VALUE] = found[T_FIRST], found[T_VALUE]


def _share_out(
    workers: list[_Worker], runs: int, progress: Callable[[int, float], None] | None
) -> None:
    """Let the workers make all runs, a chunk at a time."""
    began = time.perf_counter()
    position = [0]
    turn = threading.Lock()
    stop = threading.Event()

    def claim() -> tuple[int, int]:
        with turn:
            first = position[0]
            position[0] = last = min(runs, first + _CHUNK)
        return first, last

    def stopped(_next: int) -> bool:
        return stop.is_set()

    def told(next_run: int) -> bool:
        if progress is not None:
            progress(next_run, time.perf_counter() - began)
        return stop.is_set()

    def work(worker: _Worker) -> None:
        try:
            while not stop.is_set():
                first, last = claim()
                if first == last:
                    return
                worker.make(first, last, told if worker is workers[0] else stopped)
        except BaseException as error:
            worker.failure = error
            stop.set()

    others = [threading.Thread(target=work, args=(worker,)) for worker in workers[1:]]
    for other in others:
        other.start()
    try:
        work(workers[0])
    finally:
        for other in others:
            other.join()
    for worker in workers:
        if worker.failure is not None:
            raise worker.failure


def _result(
    program: Program,
    workers: list[_Worker],
    another: Callable[[], _Worker],
    seconds: float,
    compiling: float,
    seed: int,
    order: Sequence[int],
) -> Sample:
    tallies: dict[int, list[int]] = {}
    for worker in workers:
        for found in worker.totals.values():
            _merge(tallies, found)
    runs = sum(known[T_RUNS] for known in tallies.values())
    replayer: list[_Worker] = []

    def path_of(number: int) -> str:
        if not replayer:
            replayer.append(another())
        return replayer[0].path_of(number)

    codes = {raw: decode(raw, known[T_VALUE]) for raw, known in tallies.items()}
    endings = _endings(program, tallies, codes, runs)
    problems = list(_problems(program, workers, tallies, codes, path_of))
    words = sum(known[T_WORDS] for known in tallies.values())
    squares = sum(known[T_SQUARES] for known in tallies.values())
    mean = words / runs if runs else 0.0
    spread = max(0.0, squares / runs - mean * mean) if runs else 0.0
    reach = np.zeros(program.length, np.int64)
    for worker in workers:
        reach += np.array(worker.reach[: program.length], np.int64)
    ctx = workers[0].ctx
    lines, met_at = int(ctx[R_LINES]), int(ctx[R_MET_AT])
    counts = np.array([worker.told[met_at:] for worker in workers], np.int64).sum(axis=0)
    answers: list[dict[int, int]] = [{} for _ in order]
    for worker in workers:
        for (question, value), count in worker.answers.items():
            given = answers[order[question]]
            given[value] = given.get(value, 0) + count
    # what declares the variables is executed once for all
    reach[np.frombuffer(bytes(workers[0].host.seen), np.uint8) != 0] = runs
    return Sample(
        program=program,
        runs=runs,
        seconds=seconds,
        compiling=compiling,
        threads=len(workers),
        seed=seed,
        endings=endings,
        problems=problems,
        words=mean,
        words_error=math.sqrt(spread / runs) if runs else 0.0,
        choices=sum(known[T_CHOICES] for known in tallies.values()) / runs if runs else 0.0,
        reach=reach,
        met=counts[: lines + 1],
        offered=counts[lines + 1 :],
        assumed=[program.externals[index] for index in workers[0].host.assumed],
        path_of=path_of,
        answers=answers,
    )


def _endings(
    program: Program, tallies: dict[int, list[int]], codes: dict[int, OutcomeCode], runs: int
) -> list[SampledEnding]:
    """The ends that were met, likeliest first; alike ones are one."""
    merged: dict[tuple[str, str], list[int]] = {}
    for raw, known in tallies.items():
        if codes[raw].kind == K_GOING:
            key = ("still going", "unfinished")
        else:
            outcome = outcome_of(program, codes[raw])
            key = (outcome.name, outcome.kind)
        total = merged.setdefault(key, [0, 0, 0, 1 << 62])
        total[0] += known[T_RUNS]
        total[1] += known[T_WORDS]
        total[2] += known[T_CHOICES]
        total[3] = min(total[3], known[T_FIRST])
    out = [
        SampledEnding(name, kind, n, n / runs, *wilson(n, runs), words / n, choices / n, first)
        for (name, kind), (n, words, choices, first) in merged.items()
    ]
    return sorted(out, key=lambda end: (-end.runs, end.name))


def _problems(
    program: Program,
    workers: list[_Worker],
    tallies: dict[int, list[int]],
    codes: dict[int, OutcomeCode],
    path_of: Callable[[int], str],
) -> list[Diagnostic]:
    """What went wrong in some run, with the path of the first it went wrong in."""
    out: list[Diagnostic] = []
    for raw, known in sorted(tallies.items(), key=lambda item: item[1][T_FIRST]):
        if codes[raw].kind != K_GOING:
            problem = problem_of(program, codes[raw])
            if problem is not None:
                out.append(replace(problem, path=path_of(known[T_FIRST])))
    for pc in range(program.length):
        numbers = [int(w.warned[pc]) - 1 for w in workers if w.warned[pc]]
        if numbers:
            op, a = program.code[pc * 4], program.code[pc * 4 + 1]
            fault = P.W_NOT_FOUND if op == P.OP_LOAD_TEMP else P.W_NO_CONTAINER
            fault = a if op == P.OP_FAULT else fault
            value = program.code[pc * 4 + 2] if fault == P.W_NOT_FOUND else 0
            problem = faults.describe_at(program, fault, value, pc, "warning")
            out.append(replace(problem, path=path_of(min(numbers))))
    return out
