"""A thread of random readers: its row, memo and tallies, and what the host does for its runs.

    sampler = Sampler(explorer, …)
    sampler.make(0, 1000)         # a thousand runs
    sampler.totals                # by outcome code: a tally
    sampler.path_of(17)           # the path of the run with that number, made again

A kernel runs without Python's lock, so threads are real; it returns where only the host can go on:
for an operation that the memo lacks, a wider row, room for tallies. A thread numbers its lists by
itself and forgets them between runs.

What this does not do: share the runs out among threads, or say what they mean (`simulate`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import numpy as np

from foretell.checker.exploring.expand import K_BUDGET, decode
from foretell.checker.exploring.explore import Explorer, view_of
from foretell.checker.simulation.runs import (
    A_SIZE,
    DONE,
    FULL,
    PAUSE,
    Q_ANSWERS,
    Q_COUNT,
    Q_END,
    Q_FIRST,
    Q_KEEP,
    Q_SCRATCH,
    Q_SIZE,
    Q_USED,
    QUOTA,
    R_BUDGET,
    R_DEEPEST,
    R_END,
    R_GOING,
    R_GROUP_AT,
    R_KEEP,
    R_LINES,
    R_MARKS,
    R_MET_AT,
    R_MOST,
    R_NEXT,
    R_OUTCOMES,
    R_POINTS,
    R_QUOTA,
    R_READER,
    R_RECORD,
    R_RECORDED,
    R_ROOM,
    R_SEED,
    R_SIZE,
    R_STAMP_AT,
    T_CHOICES,
    T_CODE,
    T_FIRST,
    T_RUNS,
    T_SIZE,
    T_SQUARES,
    T_VALUE,
    T_WORDS,
    WIDEN,
    read_many,
)
from foretell.diagnostics import StoryError
from foretell.vm import faults
from foretell.vm import program as P
from foretell.vm.calls import A_KEEPING
from foretell.vm.lists import L_CAPACITY, L_COUNT, L_GROW, index_lists
from foretell.vm.story import format_path
from foretell.vm.text import operate

__all__ = ["CHUNK", "Groups", "Sampler", "compiled_kernel", "merge"]

Groups = tuple[Sequence[int], Sequence[int]]
"""The group of each instruction and of each choice point, from 1 on; 0 is none."""

CHUNK: Final = 1024  # runs a thread takes at a time
_LISTS: Final = 100_000  # of its own, at which a thread forgets them between two runs
_MOST_BUILT: Final = 1 << 30  # characters and items of strings and lists that runs make
_PAUSE: Final = 0.02  # seconds between two looks at whether to stop, at least, if runs are short

_compiled: list[Any] = []


def compiled_kernel() -> Any:
    if not _compiled:
        from foretell.vm.jit import compile_kernels

        _compiled.append(compile_kernels([read_many, index_lists]))
    return _compiled[0][read_many]


class Sampler:
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
        behind = self._behind()
        self.row = np.append(self.row, behind) if self.compiled else [*row, *behind]
        self.ctx[R_KEEP] = row[P.STACK]
        self.ctx[R_DEEPEST] = int(self.host.widths.deepest)
        self._ask_anew()

    def _behind(self) -> Any:
        """The words behind the row, in which no call is kept yet."""
        behind = np.zeros(self.host.behind, np.int64)
        behind[A_KEEPING : A_KEEPING + 1] = 1  # where there are any
        return behind if self.compiled else behind.tolist()

    def _ask_anew(self) -> None:
        """Lay out what is asked, with no answers yet; those there are have been folded."""
        count = len(self.questions) // Q_SIZE
        scratch = Q_FIRST + len(self.questions) + count
        answers = scratch + (self.host.width + 1 if count else 0)
        end = answers + (self.room if count else 0)
        asking = [0] * Q_FIRST + self.questions + [0] * (end - Q_FIRST - len(self.questions))
        asking[Q_KEEP] = self.host.keep
        asking[Q_COUNT] = count
        asking[Q_SCRATCH] = scratch
        asking[Q_ANSWERS] = asking[Q_USED] = answers
        asking[Q_END] = end
        self.asking = self._buffer(asking)

    def _bound(self) -> Callable[[], int]:
        """The kernel with its buffers as they are now."""
        buffers = (
            self.ctx, self.code, self.tables, self.memo, self.row, self.start, self.seen,
            self.marks, self.reach, self.weights, self.used, self.warned, self.places,
            self.outcomes, self.path, self.told, self.asking, self.unseen,
        )  # fmt: skip
        return partial(self.kernel, *buffers)

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
                    ctx[R_QUOTA] = min(2 * int(ctx[R_QUOTA]), CHUNK)
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
            if why == PAUSE:
                if pause is not None and pause(int(ctx[R_NEXT])):
                    return
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

    @property
    def at(self) -> int:
        """The instruction that it has come to."""
        pc = int(self.row[P.PC])
        return pc if pc >= 0 else int(self.row[P.LAST])

    def made(self) -> tuple[int, int]:
        """How many runs it has made, and how many of them came to a turn without end."""
        new = np.array(self.outcomes[: int(self.ctx[R_OUTCOMES]) * T_SIZE], np.int64)
        made = stuck = 0
        for tally in [*self.totals.values(), *new.reshape(-1, T_SIZE).tolist()]:
            made += tally[T_RUNS]
            stuck += tally[T_RUNS] if decode(tally[T_CODE]).kind == K_BUDGET else 0
        return made, stuck

    def leave(self) -> None:
        """Stop for good, whenever `pause` said so: a run that is not over counts nowhere."""
        ctx, told = self.ctx, self.told
        unfinished = int(ctx[R_NEXT]) + 1
        stamps, met = int(ctx[R_STAMP_AT]), int(ctx[R_MET_AT])
        for group in range(met - stamps):
            if told[stamps + group] == unfinished:
                told[met + group] -= 1
        self._fold()

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
        self.row[host.width :] = self._behind()  # calls may name lists, which will be others
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
            merge(self.totals, found)
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


def merge(totals: dict[int, list[int]], found: Sequence[int]) -> None:
    """Add a tally to those that there are."""
    known = totals.setdefault(found[T_CODE], [found[T_CODE], 0, 0, 0, 0, 1 << 62, 0, 0])
    for place in (T_RUNS, T_WORDS, T_SQUARES, T_CHOICES):
        known[place] += found[place]
    if found[T_FIRST] < known[T_FIRST]:
        known[T_FIRST], known[T_VALUE] = found[T_FIRST], found[T_VALUE]
