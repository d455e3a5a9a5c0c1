"""Random readers: many playthroughs, executed as ink by the machine itself.

For what can't be exhausted, and to check what was: a reader begins at the start, picks among the
choices offered, lets chance be chance, and reads on to an end. Nothing is looked up in a solved
graph and no state is compared with another; a turn costs what its instructions cost.

    found = sample(program, 1_000_000, seed=7, threads=2)
    for end in found.endings: print(end.name, end.share, end.low, end.high)

Run number r draws from a generator keyed by (seed, r) (`runs`): results depend on the seed, never
on how many threads there are, and any run can be had again (`path_of`). Readers are *uniform*,
*weighted* (a weight for each choice point), or *least-used*: of the choices offered, one made least
often so far in this run.

Threads are real (`sampler`). Each has its own row, memo and tallies, which are added up here.
What this does not do: conditions on the way, quantiles, figures by state.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from foretell.checker.exploring.expand import OutcomeCode, decode
from foretell.checker.exploring.explore import Explorer
from foretell.checker.exploring.outcomes import outcome_of, problem_of
from foretell.checker.simulation.runs import (
    K_GOING,
    LEAST_USED,
    R_LINES,
    R_MET_AT,
    T_CHOICES,
    T_FIRST,
    T_RUNS,
    T_SQUARES,
    T_VALUE,
    T_WORDS,
    UNIFORM,
    WEIGHTED,
    read_many,
)
from foretell.checker.simulation.sampler import CHUNK, Groups, Sampler, compiled_kernel, merge
from foretell.diagnostics import Diagnostic, StoryError
from foretell.vm import faults
from foretell.vm import program as P
from foretell.vm.calls import KEPT, KEPT_PLAIN
from foretell.vm.program import Program

__all__ = ["LEAST_USED", "UNIFORM", "Groups", "Sample", "SampledEnding", "sample", "wilson"]

_PLAIN: Final = 30  # runs that are made in plain Python, without compiling
_PATIENCE: Final = 5.0  # seconds that readers may come to turns without end before it is enough
_TOO_OFTEN: Final = 10  # … if one run in so many does


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
    endless: bool = False  # whether it was stopped since too many runs come to a turn without end

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
    calls: bool = True,
    compiled: bool | None = None,
    progress: Callable[[int, float], None] | None = None,
    enough: Callable[[], bool] | None = None,
) -> Sample:
    """Make so many runs and say where they came.

    `groups` puts instructions and choice points together of which one is as good as another, by
    numbers from 1 on (0: in none): a run meets a group if it executes one of its instructions or is
    offered one of its choices. `weights` (one for each choice point) makes the reader a weighted
    one; where all of those offered weigh nothing, each is as likely. `threads` 0 takes every
    processor. `asked` are the pcs of expressions that are evaluated where a run is over; `endings`
    are names by conditions, each with the place of its condition among them. `constants`,
    `start`, `lists` and `calls` are `Explorer`'s. The result is the same for any number of threads.

    `enough` is asked now and then: once it says so, the runs made until then are all there are, and
    which those are depends on time and threads. So it is where, after some seconds, a good part of
    them have come to a turn that uses up its steps: more of those would take hours and say nothing
    new.
    """
    if weights is not None:
        reader = WEIGHTED
    threads = threads or os.cpu_count() or 1
    threads = max(1, min(threads, -(-runs // CHUNK)))
    if compiled is None:
        compiled = runs > _PLAIN
    began = time.perf_counter()
    kernel_ = compiled_kernel() if compiled else read_many
    compiling = time.perf_counter() - began
    lock = threading.Lock()
    name_of = {place: program.values.string_index(name) for name, place in reversed(endings)}
    rules = [place for _, place in endings]
    order = [*rules, *(place for place in range(len(asked)) if place not in rules)]
    questions = [(asked[place], name_of.get(place, 0)) for place in order]

    def worker() -> Sampler:
        explorer = Explorer(
            program, asked=asked, constants=constants, start=start, reduce=False, lists=lists,
            calls=calls, marking=KEPT if compiled else KEPT_PLAIN, compiled=False,
        )  # fmt: skip
        return Sampler(
            explorer, kernel_, compiled, reader, weights, seed, steps, most_choices, lock, groups,
            questions,
        )  # fmt: skip

    workers = [worker() for _ in range(threads)]
    began = time.perf_counter()
    endless = _share_out(workers, runs, progress, enough)
    seconds = time.perf_counter() - began
    found = _result(program, workers, worker, seconds, compiling, seed, order)
    found.endless = endless and found.runs < runs
    return found


def _share_out(
    workers: list[Sampler],
    runs: int,
    progress: Callable[[int, float], None] | None,
    enough: Callable[[], bool] | None,
) -> bool:
    """Let the workers make all runs, a chunk at a time, or as many as there are time for.

    Gives whether it was stopped for turns without end.
    """
    began = time.perf_counter()
    position = [0]
    turn = threading.Lock()
    stop = threading.Event()
    endless = threading.Event()

    def claim() -> tuple[int, int]:
        with turn:
            first = position[0]
            position[0] = last = min(runs, first + CHUNK)
        return first, last

    def stopped(_next: int) -> bool:
        return stop.is_set()

    def told(next_run: int) -> bool:
        if progress is not None:
            progress(next_run, time.perf_counter() - began)
        if enough is not None and enough():
            stop.set()
        waited = time.perf_counter() - began
        if waited > _PATIENCE and not stop.is_set():
            made, stuck = workers[0].made()
            if not made and waited > 2 * _PATIENCE:
                raise StoryError([faults.unread(workers[0].host.program, workers[0].at)])
            if _TOO_OFTEN * stuck >= made > 0:
                endless.set()
                stop.set()
        return stop.is_set()

    def work(worker: Sampler) -> None:
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
        worker.leave()
    return endless.is_set()


def _result(
    program: Program,
    workers: list[Sampler],
    another: Callable[[], Sampler],
    seconds: float,
    compiling: float,
    seed: int,
    order: Sequence[int],
) -> Sample:
    tallies: dict[int, list[int]] = {}
    for worker in workers:
        for found in worker.totals.values():
            merge(tallies, found)
    runs = sum(known[T_RUNS] for known in tallies.values())
    replayer: list[Sampler] = []

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
    workers: list[Sampler],
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
