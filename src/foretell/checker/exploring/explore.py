"""Every situation a story can come to: rounds of expanding what waits.

A state is a *packed row*, its canonical form (`rows`): what is live in it and nothing else,
written so that equal futures give equal rows. It is one of

    CHOICE    at rest, choices on offer             one edge per visible choice
    CHANCE    in mid-turn, at a draw                one edge per class of outcomes (`vm.dice`)
    TERMINAL  at rest with nothing to choose, or broken: its outcome is a code (`expand`)

Exploring goes in rounds. The host picks a batch of the states that wait; the kernel `expand` runs
each of their turns, on all processors at once; what the kernel needs of the host it is given, and
what waited for it is done again; then the records are taken into the `store`, in the order of the
batch. So states are numbered as one thread that goes breadth first would, however many there are.

    explorer = Explorer(program, limits=Limits(seconds=10), threads=2)
    found = explorer.run()          # an Exploration
    explorer.run()                  # goes on from there, if a limit had stopped it

The same kernels run in plain Python and as machine code: a small story is done before a compiler
would be loaded. Between two rounds all that is known stands in `Explorer.snapshot`'s arrays.

What this does not do: odds (`solve`), verdicts (`analysis`), chance outcomes by sampling.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import numpy as np

from foretell.checker.exploring import expand as E
from foretell.checker.exploring.bounds import bound_words
from foretell.checker.exploring.expand import (
    K_BUDGET,
    K_FAULT,
    K_HANG,
    OutcomeCode,
    begin_turn,
    decode,
    expand,
    room_for_edge,
    run_on,
    settle,
    slim,
)
from foretell.checker.exploring.exploration import (
    MET,
    SAMPLES,
    Exploration,
    Limits,
    Progress,
    exploration_of,
)
from foretell.checker.exploring.hangs import find_loop
from foretell.checker.exploring.interrupts import Interrupts
from foretell.checker.exploring.likely import PART, Depths, Mass, deepen, push
from foretell.checker.exploring.list_region import ListRegion
from foretell.checker.exploring.memory import free_memory
from foretell.checker.exploring.narrow import wide_length, widen
from foretell.checker.exploring.rows import (
    M_WORDS,
    MASK_BITS,
    build_masks,
    pack_rest,
    restore,
    unpack,
)
from foretell.checker.exploring.snapshots import OUT, put_back, shape_of, snapshot_of
from foretell.checker.exploring.store import (
    I_AT,
    I_ROW,
    I_SIZE,
    N_ASKED,
    R_SIZE,
    S_CODES,
    UNKNOWN,
    Store,
    find_state,
    fingerprint,
    intern,
    move_rows,
    reindex,
)
from foretell.checker.exploring.workers import Worker, clear, most_output, output_of, try_all
from foretell.checker.graphs.graph import CHOICE
from foretell.checker.reduction.effects import may_write
from foretell.checker.reduction.liveness import analyse_liveness
from foretell.checker.reduction.pure import PureFunction, find_pure, lay_out_calls
from foretell.checker.reduction.wording import text_only_shuffles
from foretell.config import VariableBound
from foretell.diagnostics import Diagnostic, StoryError
from foretell.vm import faults, machine, object_cache
from foretell.vm import program as P
from foretell.vm import values as V
from foretell.vm.calls import KEPT, KEPT_PLAIN
from foretell.vm.kernel import I64, copy, kernel
from foretell.vm.lists import index_lists, serve
from foretell.vm.machine import memo_slot, run
from foretell.vm.program import Program, layout
from foretell.vm.text import operate

__all__ = ["MET", "Exploration", "Explorer", "Limits", "Progress", "Worker", "explore", "view_of"]


def explore(program: Program, **options: Any) -> Exploration:
    """Explore a program once; the options are `Explorer`'s."""
    explorer = Explorer(program, **options)
    found = explorer.run()
    explorer.finish()
    return found


_FIRST_BUDGET: Final = 20_000  # steps after which a turn is first suspected of having no end
_PYTHON_SECONDS: Final = 0.3  # a story that takes no longer is done before a compiler is loaded
_KEPT_SECONDS: Final = 0.05  # … where machine code is kept on disk; that long it takes to load
_LOADED_SECONDS: Final = 0.01  # … where it is in this process
_BATCH: Final = 8192  # states of a round as machine code
_BATCH_PLAIN: Final = 64  # … and in plain Python
_LEAST_PIECE: Final = 64  # states of a piece of a round
_WIDE_ROW: Final = 2000  # words of a state that is not expanded in plain Python
_WIDE_LISTS: Final = 8  # words of each list, from which on no turn is run in plain Python
_PROVABLE: Final = 20_000_000  # words of masks that the proof of a hang may take …
_PROVABLE_AT_ONCE: Final = 20_000  # … and those that one look at a situation may
_MEMO: Final = 1024  # entries that the memo begins with
_PLAYED: Final = 1000  # operations that a turn is given, one by one, before it is run again
_WORTH: Final = 16  # part of the memory that is worth looking for rows to forget
_TELL: Final = 0.25  # seconds between two words on how far it has come
_WIDE: Final = 100_000  # states that wait, from which on the likeliest come first
_PICKING: Final = 32  # bytes that looking for the likeliest takes for each state
_SOLVING: Final = 160  # bytes that solving takes for each state, beside 16 for each outcome


@kernel
def move_memo(old: I64, length: int, new: I64, mask: int) -> None:
    """Put what the memo knows into a wider one that is empty."""
    for at in range(0, length, P.MEMO_SIZE):
        if old[at] != 0:
            slot = memo_slot(new, mask, old[at] - 1, old[at + 1], old[at + 2])
            copy(new, slot, old, at, P.MEMO_SIZE)


_KERNELS: Final = (
    expand, settle, slim, intern, serve, index_lists, move_rows, reindex, push, deepen, run_on,
    unpack, restore, begin_turn, move_memo, widen,
)  # fmt: skip
_machine_code: Final[list[Any]] = []  # of those, once it is loaded


class Explorer:
    """Drives the kernels over one program.

    `observed` are names that must be kept in the state, `asked` pcs of expressions evaluated at
    every rest, `watched` pcs of instructions whose edges are marked, `constants` initial values
    by name, `start` a place to begin at, `reduce=False` keeps everything alive and calls functions
    themselves where there are copies of them (`references`), `whole=False` gives every face of a
    die an edge of its own, `lists=False` asks the host for all that is done with lists,
    `afresh=False` remembers what text-only shuffles have dealt, and `calls=False` makes each call
    of a function anew (the slow twins that tests compare with).
    `marking` is for random readers, who run turns by themselves: words behind the row for calls
    that are kept, of which each marks what it would have executed.
    `bounds` are ranges that variables are held within (`bounds`); those variables are observed.
    `stop_when` are pairs of an asked expression's number and a truth, or NO_TRUTH: exploring
    stops after the round that finds a state where one has it. So it does after an outcome, or a
    warning's fault, of which `stop_at` says so. States are then found in the order of the choices
    it takes to come to them, so that the first is among the nearest; until so many wait that the
    likeliest come first. `between` is called between two rounds and stops
    exploring by giving the name of a limit. `threads` 0 are as many as there are processors; their
    number changes nothing in the result.
    """

    def __init__(
        self,
        program: Program,
        *,
        limits: Limits | None = None,
        observed: Iterable[str] = (),
        asked: Sequence[int] = (),
        watched: Sequence[int] = (),
        constants: dict[str, object] | None = None,
        start: str | None = None,
        reduce: bool = True,
        whole: bool = True,
        lists: bool = True,
        afresh: bool = True,
        calls: bool = True,
        marking: int = 0,
        compiled: bool | None = None,
        threads: int = 0,
        bounds: Sequence[VariableBound] = (),
        stop_when: Sequence[tuple[int, int]] = (),
        stop_at: Callable[[OutcomeCode], bool] | None = None,
        between: Callable[[Explorer], str] | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.program = program
        self.limits = limits or Limits()
        self.timings: dict[str, float] = {}
        began = time.perf_counter()
        observed = [*observed, *(bound.name for bound in bounds)]
        worded: frozenset[int] = frozenset()
        if reduce and afresh:
            worded = text_only_shuffles(program, observed, asked, watched)
        self.liveness = analyse_liveness(
            program, observed, asked, constants, start, worded, watched
        )
        if reduce and afresh and self.liveness.unbuilt:  # there, too, text is only text
            unbuilt = self.liveness.unbuilt
            more = text_only_shuffles(program, observed, asked, watched, unbuilt)
            if more > worded:
                self.liveness = analyse_liveness(
                    program, observed, asked, constants, start, more, watched
                )
        self.bounds = list(bounds)
        self.timings["liveness"] = time.perf_counter() - began
        self.reduce = reduce
        self.whole = whole
        self.asked_pcs = list(asked)
        self.watched = list(watched)
        self.asking_writes = may_write(program, self.asked_pcs)
        self.constants = dict(constants or {})
        self.start = start
        self.compiled = compiled
        self.threads = threads or os.cpu_count() or 1
        self.between = between
        self.progress = progress
        self.widths = program.widths(output=512)
        self.values = program.values
        self.code: Any = self.liveness.saturated_code() if reduce else program.uncopied
        self.pure: list[PureFunction] = []  # functions whose calls are kept
        self.marking = marking
        if calls and (reduce or marking):
            self.pure = find_pure(program, self.code, self.liveness, watched)
        self.places: Any = list(program.place_of_pc)
        self.assumed = program.unanswered
        self.lists = ListRegion(self.values) if lists and program.values.definitions else None
        self.memo: Any = []
        self.slots = 0  # entries of the memo; the region of lists stands behind them
        self.memo_used = 0
        self.forget()
        self.tables: Any = []
        self.row: Any = []  # where the story begins (`begin`), always in plain Python
        self.seen: Any = bytearray(program.length)
        self.kernels: Any = None  # `Compiled` once machine code is used
        self.workers: list[Worker] = []
        self.masks = build_masks(self.liveness, reduce)
        self.everywhere: list[int] = []  # the same for any instruction; made when needed
        self.lay_out()
        self.warned: Any = bytearray(program.length)
        self.warnings: list[tuple[int, int, int, int]] = []
        self.samples: list[list[int]] = []
        self.verdicts: list[int] = []  # on turns of this round: item, choice or outcome, code
        self.stop_at = stop_at
        self.nearest_first = bool(stop_when) or stop_at is not None
        self.store = Store(
            len(self.asked_pcs),
            deep=self.limits.depth > 0 or self.nearest_first,
            stop_when=stop_when,
        )
        self._judged = [0, 0]  # outcome codes and warnings that `stop_at` was asked about
        self._fault_met = False
        self.workers.append(self.worker())
        self.out: Any = [0] * (4 * self.room)
        self.mass: Mass | None = None  # once the likeliest come first
        self.piece = _BATCH  # states whose records are made before they are taken in, at most
        self.memory = self.limits.memory or free_memory() * 6 // 10
        self.begun = False
        self.start_words = 0
        self.touched_first = False
        self.spent = 0.0  # seconds of runs that are over
        self.began = 0.0
        self._interrupts = Interrupts()
        self._looked = False  # for machine code that is kept
        self.full = False  # whether a round wanted more room for output than there is memory
        self._cramped = False  # … for a single state

    # ------------------------------------------------------------ setting up

    def lay_out(self) -> None:
        tables = layout(self.program, self.widths)
        tables[P.T_MEMO_MASK] = self.slots - 1
        tables[P.T_LISTS] = self.slots * P.MEMO_SIZE if self.lists else 0
        for index in self.assumed:
            tables[tables[P.T_EXTERNALS] + index * P.EXT_SIZE + P.EXT_MODE] = P.ASSUMED
        if self.reduce:
            tables = self.liveness.saturate_walks(tables)
        self.width = tables[P.T_END]
        words = KEPT if self.kernels is not None else KEPT_PLAIN
        self.behind = lay_out_calls(
            self.program, tables, self.pure, self.marking or words, self.marking > 0
        )
        self.room = room_for_edge(tables, self.masks) + N_ASKED + len(self.asked_pcs)
        self.keep = tables[P.T_STACK] if self.asking_writes else P.HEADER
        self.tables = tables if self.kernels is None else np.array(tables, np.int64)
        self.row = [0] * self.width
        for worker in self.workers:
            self.fit(worker)

    def fit(self, worker: Worker) -> None:
        """Let a worker have rows as wide as they are now."""
        worker.lay_out(self.width, self.behind, self.room)
        worker.ctx[E.W_KEEP] = self.keep
        worker.ctx[E.W_DEEPEST] = int(self.widths.deepest)

    def worker(self, asking: bool = True) -> Worker:
        """What a thread needs that is to run turns; without `asking` it asks nothing at a rest."""
        asked, watched = (self.asked_pcs, self.watched) if asking else ([], [])
        ctx = [0] * E.W_PCS + [*asked, *watched]
        ctx += bound_words(self.program, self.bounds)
        ctx[E.W_BUDGET] = min(_FIRST_BUDGET, self.limits.steps)
        ctx[E.W_WIDEST_DRAW] = self.limits.draw
        ctx[E.W_ASKED] = len(asked)
        ctx[E.W_WATCHED] = len(watched)
        ctx[E.W_BOUNDED] = len(self.bounds)
        ctx[E.W_WHOLE] = int(self.whole and asking)
        worker = Worker(ctx, self.program.length, self.masks)
        self.fit(worker)
        return worker

    def go_over(self) -> None:
        """Go over to machine code: the same kernels, the same arrays as NumPy's."""
        began = time.perf_counter()
        if not _machine_code:
            from foretell.vm.jit import compile_kernels

            _machine_code.append(compile_kernels(_KERNELS))
        self.kernels = _machine_code[0]
        for name in ("code", "tables", "memo", "places"):
            setattr(self, name, np.array(getattr(self, name), np.int64))
        self.store.go_over()
        for _ in range(1, self.threads):
            worker = self.worker()
            worker.ctx[E.W_BUDGET] = self.workers[0].ctx[E.W_BUDGET]
            worker.warned = bytearray(self.warned)
            self.workers.append(worker)
        for worker in self.workers:
            worker.go_over()
        self.lay_out()
        self.out = np.empty(max(OUT, 4 * self.room) * len(self.workers), np.int64)
        spent = time.perf_counter() - began
        self.timings["compile"] = self.timings.get("compile", 0.0) + spent

    def _is_time_to_compile(self, seconds: float) -> bool:
        """Whether to go over to machine code after so many seconds in plain Python.

        Where it is kept from an earlier time that is soon; a small story waits for no compiler.
        """
        if self.kernels is not None or self.compiled is not None:
            return False
        if seconds > _PYTHON_SECONDS or (_machine_code and seconds > _LOADED_SECONDS):
            return True
        if seconds > _KEPT_SECONDS and not self._looked:
            self._looked = True
            if object_cache.holds_any():
                began = time.perf_counter()
                from foretell.vm.jit import kept_kernels

                if kept := kept_kernels(_KERNELS):
                    _machine_code.append(kept)
                self.timings["compile"] = time.perf_counter() - began
        return bool(_machine_code)

    def kernel(self, kernel: Callable[..., Any]) -> Callable[..., Any]:
        """A kernel as it is run now."""
        compiled: Callable[..., Any] = kernel if self.kernels is None else self.kernels[kernel]
        return compiled

    # ------------------------------------------------------------ running

    def run(self) -> Exploration:
        """Explore until done or a limit is hit; from where it stopped, if called again."""
        self.began = time.perf_counter()
        before = self.timings.get("compile", 0.0)
        with self._interrupts:
            stopped = self._run()
        seconds = time.perf_counter() - self.began
        compiling = self.timings.get("compile", 0.0) - before
        self.timings["explore"] = self.timings.get("explore", 0.0) + seconds - compiling
        self.spent += seconds
        self.began = 0.0
        return exploration_of(self, stopped, self.spent)

    def finish(self) -> None:
        """Free what only going on would need; what was found stays, and states can be looked up."""
        self.store.forget_rows()
        self.out = []

    def so_far(self) -> Exploration:
        """What has been found between two rounds, for a look at it."""
        return exploration_of(self, MET, self.spent + time.perf_counter() - self.began)

    def _run(self) -> str:
        if self.kernels is None and (self.compiled or self._has_wide_lists()):
            self.go_over()
        if not self.begun:
            self._first_state()
            self.begun = True
        reported = self.began
        depths = Depths(self.store) if self.progress is not None else None
        pool = ThreadPoolExecutor(max(1, self.threads - 1)) if self.threads > 1 else None
        try:
            while len(self.store.waiting()):
                if stopped := self._limit():
                    return stopped
                batch = self._batch()
                if self.kernels is None and self.compiled is None and self._is_wide(batch):
                    self.go_over()
                self._round(batch, pool)
                now = time.perf_counter()
                if self.progress is not None and depths is not None and now - reported > _TELL:
                    self.progress(
                        self.store.states,
                        self.store.expanded,
                        now - self.began + self.spent,
                        self._depth(depths),
                        self.mass.followed if self.mass is not None else 0.0,
                    )
                    reported = time.perf_counter()
                if self._is_time_to_compile(now - self.began):
                    self.go_over()
                if self.between is not None and (stopped := self.between(self)):
                    return stopped
        finally:
            if pool is not None:
                pool.shutdown()
        return ""

    def _is_wide(self, batch: Any) -> bool:
        """Whether one of these states alone may take plain Python seconds: it offers hundreds of
        choices, and each of them is written down again in each state that follows."""
        rows = self.store.rows
        return any(wide_length(rows, place) > _WIDE_ROW for place in batch.tolist())

    def _has_wide_lists(self) -> bool:
        """Whether one turn alone may take plain Python seconds: a union of two lists of five
        thousand items takes it a millisecond."""
        return self.compiled is None and self.lists is not None and self.lists.words > _WIDE_LISTS

    def _met(self) -> bool:
        """Whether what exploring was to stop at has been found."""
        if self.store.met is not None or self._fault_met:
            return True
        if self.stop_at is None:
            return False
        codes, warnings = self._judged
        raw = self.store.used("codes")[2 * codes :].tolist()
        found = [decode(code, value) for code, value in zip(raw[::2], raw[1::2], strict=True)]
        for fault, pc, _, _ in self.warnings[warnings:]:
            found.append(OutcomeCode(K_FAULT, fault, pc))
        self._judged = [codes + len(raw) // 2, len(self.warnings)]
        self._fault_met = any(self.stop_at(code) for code in found)
        return self._fault_met

    def _depth(self, depths: Depths) -> int:
        """The choices to most of what was looked into last."""
        last = self.store.used("order")[-_BATCH:]
        return int(np.median(depths.of(last, self.kernel))) if len(last) else 0

    def _limit(self) -> str:
        """The limit that is hit, "" if none."""
        if self._met():
            return MET
        if self._interrupts.noted:
            return "interrupt"
        if self.store.states >= self.limits.states:
            return "states"
        if time.perf_counter() - self.began > self.limits.seconds:
            return "time"
        if self._cramped:
            return "memory"
        if self._bytes() > self.memory:
            self.store.give_back(self.kernel, self.memory // _WORTH)
            if self._bytes() > self.memory:
                return "memory"
        if self.limits.depth and self._depths().min() >= self.limits.depth:
            return "depth"
        return ""

    def is_due(self) -> bool:
        """Whether a limit has been hit in the middle of a round."""
        if self.values.built > self.memory:
            return True
        return self._interrupts.noted or time.perf_counter() - self.began > self.limits.seconds

    def breaks_off(self) -> bool:
        """Whether a round is not to be gone on with: it is time to stop, or to compile."""
        plain = self.kernels is None and self.compiled is None
        return self.is_due() or (plain and time.perf_counter() - self.began > 2 * _PYTHON_SECONDS)

    def has_room(self, words: int) -> bool:
        """Whether the workers' output may have so many words, which go on into the store."""
        return self._bytes() + 16 * (words - len(self.out)) <= self.memory

    def _bytes(self) -> int:
        """Bytes that are used, and those that going on takes, or the graph that is made of it, or
        solving once it is `finish`ed."""
        store = self.store
        used = store.nbytes() + 8 * (len(self.out) + len(self.memo)) + self.values.built
        going_on = store.growing() + 8 * len(self.out)  # which may all be taken in
        if self.mass is not None:
            used += 8 * len(self.mass.mass)
            going_on += _PICKING * store.states
        graph = 36 * store.edges
        solving = store.states * (_SOLVING + 16 * int(store.ctx[S_CODES])) + graph
        return used + max(going_on, graph, solving - store.row_bytes() - 8 * len(self.out))

    @property
    def bytes_a_state(self) -> float:
        """What each state found takes, in the store and in solving."""
        return self._bytes() / max(1, self.store.states)

    def _depths(self) -> Any:
        """How many choices it takes, at least, to come to each state that waits."""
        return self.store.used("depth")[self.store.row_states(self.store.waiting())]

    def _batch(self) -> Any:
        """What is expanded next of what waits: places of rows, ascending."""
        store = self.store
        waiting = store.waiting()
        most = _BATCH if self.kernels is not None else _BATCH_PLAIN
        room = max(1, self.limits.states - store.states)
        if self.limits.depth:
            return self._nearest()[: min(most, room)]
        if self.mass is None and self._is_big(len(waiting)):
            self.mass = Mass(store)
        if self.mass is None and self.nearest_first:
            return self._nearest()[: min(most, room)]
        if self.mass is None:
            return waiting[: min(most, room)].copy()
        self.mass.follow(self.kernel)
        part = max(len(waiting) // 16, self.store.states // PART)
        return self.mass.heaviest(min(max(most, part), room))

    def _nearest(self) -> Any:
        """What waits and takes the fewest choices to come to; of that the draws, if there are any.

        A draw takes no choice. Expanding it first, states (and faults, on the edges to them) are
        found in the order of the choices it takes to come to them.
        """
        waiting, depths = self.store.waiting(), self._depths()
        near = waiting[depths == depths.min()]
        draws = self.store.used("kind")[self.store.row_states(near)] != CHOICE
        return near[draws] if draws.any() else near.copy()

    def _is_big(self, waiting: int) -> bool:
        """Whether it is time to look at the likeliest first: not all may be seen."""
        limits = self.limits
        return (
            waiting > _WIDE
            or 4 * self.store.states > limits.states
            or 2 * (time.perf_counter() - self.began) > limits.seconds
            or 2 * self._bytes() > self.memory
        )

    def _round(self, batch: Any, pool: ThreadPoolExecutor | None) -> None:
        """Expand a batch, and take in what was found; piece by piece, so that output stays small.

        Pieces are taken in as one that is whole would be: what an earlier one has found is known to
        a later one, but would have come first anyway. How large they are follows from the records
        of the one before, so neither threads nor a run that went on make a difference.
        """
        self._sample(int(batch[0]))
        most = _BATCH if self.kernels is not None else _BATCH_PLAIN
        done = 0
        while done < len(batch):
            piece = batch[done : done + min(self.piece, most)]
            expanded = self._expand(piece, pool)
            done += expanded
            if expanded < len(piece) or self._bytes() > self.memory:
                break
            words = output_of(self) // len(piece) + 1
            self.piece = max(_LEAST_PIECE, most_output(self) // (2 * words))
        self._cramped, self.full = self.full and done == 0, False
        self.store.take_out(batch[:done])
        self.store.tidy(self.kernel)

    def _expand(self, batch: Any, pool: ThreadPoolExecutor | None) -> int:
        """Expand states and take in what was found; gives how many were, from the first on."""
        count = len(batch)
        items: Any = np.empty(count * I_SIZE, np.int64)
        items[I_ROW::I_SIZE] = batch
        items[I_AT::I_SIZE] = -1
        if self.kernels is None:
            items = items.tolist()
        clear(self)
        todo = list(range(count))
        again = False
        while todo:
            try_all(self, items, todo, pool)
            asked_for = self._requests()
            self._answer(asked_for, items, again)
            again = True
            if self.full or self.breaks_off():
                break
            todo = np.unique(asked_for[asked_for[:, 0] != E.WARN, 1]).tolist()
        # what stands behind the first that is left is done again: states are numbered as if
        # nothing had been broken off
        left = np.flatnonzero(np.asarray(items)[I_AT::I_SIZE] < 0)
        done = int(left[0]) if len(left) else count
        self.store.take_in(self.kernel, items, done, self.out)
        return done

    # ------------------------------------------------------------ what workers ask for

    def _requests(self) -> Any:
        """All that was asked for in a pass, in the order of the batch; lists are served."""
        found = []
        for worker in self.workers:
            made = int(worker.ctx[E.W_REQUESTS])
            found.append(np.array(worker.requests[:made], np.int64).reshape(-1, E.REQUEST))
            worker.ctx[E.W_REQUESTS] = 0
        asked = np.concatenate(found)
        asked = asked[np.lexsort((asked[:, 2], asked[:, 1]))]
        self.serve_lists(asked)
        return asked

    def _answer(self, asked_for: Any, items: Any, again: bool) -> None:
        """Do what workers asked for; of turns that ask `again`, all that they still lack."""
        serve = np.flatnonzero(asked_for[:, 0] == E.SERVE)
        _, first = np.unique(asked_for[serve, 4:7], axis=0, return_index=True)
        due = asked_for[:, 0] > E.SERVE  # and of those that lack the same operation, the first
        due[serve[first]] = True
        widths = self.widths
        told: set[tuple[int, int]] = set()
        for kind, item, i, label, a, b, c in asked_for[due].tolist():
            if kind in (E.SERVE, E.STUCK) and self.is_due():
                continue  # these turns are done again, whenever exploring goes on
            if kind == E.SERVE:
                if self.perform(a, b, c) and again:
                    self._play_out(item, i, items)
            elif kind == E.WIDEN:
                if self.widths is widths:
                    self.widen()
            elif kind == E.STUCK:
                if (item, i) not in told:
                    told.add((item, i))
                    self._judge(item, i, items)
            elif not self.warned[b]:
                self.warned[b] = 1
                state = -1
                if item >= 0:
                    state = int(self.store.rows[int(items[item * I_SIZE + I_ROW]) - 1])
                pc = self.program.copied.get(b, b)
                if all((a, pc) != known[:2] for known in self.warnings):
                    self.warnings.append((a, pc, state, label))
        for worker in self.workers if len(asked_for) else ():
            if self.kernels is None:
                worker.warned[:] = self.warned
            else:
                worker.warned[:] = np.frombuffer(self.warned, np.uint8)

    def begin(self) -> Any:
        """The work row, set before the first instruction of the story (or of `start`)."""
        program = self.program
        while True:
            tables = self._uncalled()
            machine.start(tables, self.row, program.declarations_pc)
            if program.declarations_pc < 0:
                break
            status = self._settled(run, tables)
            if status == P.OVERFLOW and not self.widths.deepest:
                self.widen()
                continue
            if status in (P.REST, P.RETURNED):
                break
            # a story that can't even begin is refused, as when it is played
            raise StoryError([self._broken_declarations(status)])
        row = self.row
        for name, value in self.constants.items():
            slot = program.global_names.index(name)
            row[tables[P.T_GLOBALS] + slot] = self.values.from_python(value)
        machine.reset_stack(tables, row, 0)
        row[P.SAFE] = 0
        row[P.WORDS] = 0
        row[P.OUTPUT] = tables[P.T_OUTPUT]
        row[P.PC] = program.start_pc
        if self.start is not None:
            machine.start_at(tables, row, program.target_of_path[self.start])
        return row

    def _broken_declarations(self, status: int) -> Diagnostic:
        row, program = self.row, self.program
        if status == P.ERROR:
            return faults.describe(program, row, status)
        pc = int(row[P.PC]) if row[P.PC] >= 0 else int(row[P.LAST])
        if status == P.OVERFLOW:
            return faults.too_deep(program, pc)
        if status == P.DRAW:
            return faults.drawn_early(program, pc)
        return faults.endless(program, pc)

    def _first_state(self) -> None:
        """Run declarations and the first turn; what they come to is state 0."""
        worker = self.workers[0]
        settled, again = 0, False
        while not settled:
            if 4 * self.room > len(self.out):
                self.out = self._buffer(4 * self.room)
            worker.row[: self.width] = self.begin()
            worker.ctx[E.W_OUT] = R_SIZE
            worker.ctx[E.W_OUT_END] = len(self.out)
            worker.ctx[E.W_VERDICTS] = len(self.verdicts) // E.VERDICT
            worker.ctx[E.W_INDEX_MASK] = len(self.store.index) - 1
            verdicts: Any = self.verdicts or [0]
            if self.kernels is not None:
                verdicts = np.array(verdicts, np.int64)
            settled = self.kernel(settle)(
                worker.ctx, self.code, self.tables, self.memo, worker.row, worker.seen,
                worker.unseen, worker.masks, self.places, self.store.given("index"),
                self.store.given("prints"), self.out, worker.requests, verdicts,
                worker.warned, -1, 0, -1,
            )  # fmt: skip
            self._answer(self._requests(), [], again)
            again = True
            if settled:
                break
            if self.is_due():
                raise StoryError([faults.unfinished(self.program, int(worker.row[P.PC]))])
            if self._is_long() or self._is_time_to_compile(time.perf_counter() - self.began):
                self.go_over()
        self.kernel(slim)(worker.ctx, self.out, R_SIZE)
        self.out[:R_SIZE] = [-1, 1, int(worker.ctx[E.W_OUT])]
        items = self._buffer(2)
        self.store.take_in(self.kernel, items, 1, self.out)
        self.start_words = int(worker.row[P.WORDS])
        self.touched_first = any(worker.seen[pc] for pc in self.watched)
        self.verdicts = []

    def _is_long(self) -> bool:
        """Whether the first turn has taken more steps than plain Python should make."""
        plain = self.kernels is None and self.compiled is None
        return plain and int(self.workers[0].ctx[E.W_BUDGET]) > _FIRST_BUDGET

    def _buffer(self, words: int) -> Any:
        return [0] * words if self.kernels is None else np.zeros(words, np.int64)

    def _uncalled(self) -> list[int]:
        """The tables for a row that has nothing behind it: no calls are kept there."""
        tables = [int(word) for word in self.tables]
        tables[P.T_CALLS] = 0
        return tables

    def _perform_for(self, row: Any, tables: list[int]) -> None:
        """Compute what a row lacks; its tables are a copy, and told where that is found."""
        self.perform(int(row[P.FAULT]), int(row[P.FAULT_VALUE]), int(row[P.OPERAND]))
        for word in (P.T_MEMO_MASK, P.T_LISTS):
            tables[word] = int(self.tables[word])

    def _settled(self, runner: Callable[..., int], tables: list[int]) -> int:
        self.row[P.LEFT] = self.limits.steps
        while True:
            code, memo = view_of(self.code), view_of(self.memo)
            status = runner(code, tables, memo, self.row, self.seen, self.row[P.LEFT])
            if status == P.NEEDS_OPERATION:
                self._perform_for(self.row, tables)
            elif status != P.WARNING:
                return status

    def perform(self, operation: int, a: int, b: int) -> bool:
        """Compute an operation, for the memo or the region of lists; False where it was there."""
        memo = view_of(self.memo)
        if memo[memo_slot(memo, int(self.tables[P.T_MEMO_MASK]), operation, a, b)] != 0:
            return False
        if a >> V.TAG_SHIFT == V.LIST:
            asked = np.array([[E.SERVE, 0, 0, 0, operation, a, b]], np.int64)
            self.serve_lists(asked)
            if asked[0, 0] == E.SERVED:
                return True
        self.learn(operation, a, b, operate(self.values, operation, a, b))
        if self.lists and not self.lists.take_over(view_of(self.memo), self.slots * P.MEMO_SIZE):
            self.lay_out_lists()
        return True

    def forget(self) -> None:
        """Begin the memo anew; the row is to be laid out after it."""
        self.slots = _MEMO
        self.memo = [0] * (_MEMO * P.MEMO_SIZE)
        self.memo_used = 0
        self.lay_out_lists()

    def lay_out_lists(self) -> None:
        """Make the region of lists anew, behind the memo and with room for as many again."""
        if self.lists:
            region = self.lists.laid_out(self.values.list_count + _MEMO)
            slots = self.memo[: self.slots * P.MEMO_SIZE]
            if isinstance(slots, np.ndarray):
                self.memo = np.concatenate((slots, np.array(region, np.int64)))
            else:
                self.memo = [*slots, *region]

    def serve_lists(self, asked: Any) -> None:
        """Do what the region of lists can say of what was asked for, in the order of the batch."""
        wanted = np.flatnonzero(asked[:, 0] == E.SERVE)
        if self.lists is None or not len(wanted):
            return
        requests: Any = asked[wanted].reshape(-1)
        if self.kernels is None:
            requests = requests.tolist()
        done = 0
        with self.values.lock:  # other explorers of the story may add lists too
            if not self.lists.take_over(view_of(self.memo), self.slots * P.MEMO_SIZE):
                self.lay_out_lists()
            while done < len(wanted):
                at = self.slots * P.MEMO_SIZE
                done = self.kernel(serve)(
                    self.memo, at, requests, E.REQUEST, E.REQUEST - 3, done, len(wanted)
                )
                self.lists.give_back(view_of(self.memo), at)
                if done < len(wanted):
                    self.memo = self.lists.widened(self.memo, at)
                    self.kernel(index_lists)(self.memo, at)
        asked[wanted, 0] = np.asarray(requests).reshape(-1, E.REQUEST)[:, 0]

    def widen(self) -> None:
        """Lay the work row out twice as wide."""
        self.widths = self.widths.wider()
        self.lay_out()

    def _begun(self, item: int, i: int, items: Any) -> Any:
        """The first worker's row, where it is about to run a turn (of item −1: the first)."""
        worker = self.workers[0]
        row: Any = worker.row
        if item < 0:
            row[: self.width] = self.begin()
        else:
            head = int(items[item * I_SIZE + I_ROW])
            store = self.store
            self.kernel(widen)(store.rows, head, worker.wide, 0)
            self.kernel(unpack)(self.tables, worker.masks, worker.base, worker.wide, 0)
            self.kernel(restore)(self.tables, row, worker.base)
            worker.ctx[E.W_TOO_WIDE] = 0
            self.kernel(begin_turn)(worker.ctx, self.tables, row, worker.wide, 0, i)
        return row

    def _play_out(self, item: int, i: int, items: Any) -> None:
        """Run a turn to its end, doing what it lacks on the way.

        A turn that makes a thousand strings no one has made before would else be run a thousand
        times. What it sees and warns of is noted when it is run for good.
        """
        row = self._begun(item, i, items)
        worker = self.workers[0]
        hushed: Any = bytearray(b"\1" * len(worker.warned))
        if self.kernels is not None:
            hushed = np.frombuffer(hushed, np.uint8)
        for _ in range(_PLAYED):
            ran = self.kernel(run_on)(
                worker.ctx, self.code, self.tables, self.memo, row, worker.unseen,
                worker.requests, hushed, item, i, 0,
            )  # fmt: skip
            if ran != P.NEEDS_OPERATION or self.is_due():
                return
            self.perform(int(row[P.FAULT]), int(row[P.FAULT_VALUE]), int(row[P.OPERAND]))

    def _judge(self, item: int, i: int, items: Any) -> None:
        """Say of a turn that has used up its budget whether it is proved never to rest."""
        words = 1 + self.liveness.here_bit // MASK_BITS
        provable = self.program.length * words <= _PROVABLE
        if provable and not self.everywhere:
            self.everywhere = build_masks(self.liveness, self.reduce, everywhere=True)
        worker = self.workers[0]
        row: Any = self._begun(item, i, items)
        ran = self.kernel(run_on)(
            worker.ctx, self.code, self.tables, self.memo, row, worker.seen, worker.requests,
            worker.warned, item, i, 0,
        )  # fmt: skip
        if ran != P.BUDGET:
            return  # what was answered before has let it go on
        plain = [int(word) for word in row[: self.width]]
        pc = plain[P.PC]
        tables = self._uncalled()

        def perform() -> Any:
            self._perform_for(plain, tables)
            return view_of(self.memo)

        code, memo = view_of(self.code), view_of(self.memo)
        loop = -1
        if provable and plain[P.CHOICES] * words <= _PROVABLE_AT_ONCE:
            loop = find_loop(self.everywhere, code, tables, memo, plain, perform, self.is_due)
        verdict = 0
        if loop >= 0:
            verdict = (K_HANG << 56) | loop
        elif int(worker.ctx[E.W_BUDGET]) < self.limits.steps:
            for each in self.workers:
                each.ctx[E.W_BUDGET] = self.limits.steps
        else:
            verdict = (K_BUDGET << 56) | pc
        if verdict:
            self.verdicts += [item, i, verdict]

    def learn(self, operation: int, a: int, b: int, result: int) -> None:
        """Put an operation that is not there into the memo."""
        if self.memo_used * 2 > self.slots:
            self._double_memo()
        memo = view_of(self.memo)
        slot = memo_slot(memo, int(self.tables[P.T_MEMO_MASK]), operation, a, b)
        for i, word in enumerate((operation + 1, a, b, result)):
            memo[slot + i] = word
        self.memo_used += 1

    def _double_memo(self) -> None:
        """Give the memo twice the room, and move the region of lists behind it."""
        old, end = self.memo, self.slots * P.MEMO_SIZE
        wide = isinstance(old, np.ndarray)
        size = len(old) + end
        new: Any = np.zeros(size, np.int64) if wide else [0] * size
        new[2 * end :] = old[end:]
        self.slots *= 2
        if self.kernels is not None:
            self.kernels[move_memo](old, end, new, self.slots - 1)
        else:
            move_memo(view_of(old), end, view_of(new), self.slots - 1)
        self.memo = new
        self.tables[P.T_MEMO_MASK] = self.slots - 1
        self.tables[P.T_LISTS] = 2 * end if self.lists else 0

    # ------------------------------------------------------------ keeping

    @property
    def shape(self) -> tuple[object, ...]:
        """The options that decide what is found; two that differ in it can't share a snapshot."""
        return shape_of(self)

    def snapshot(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """All that is known between two rounds: plain data, and arrays (not copied) by name."""
        return snapshot_of(self)

    def restore(self, notes: dict[str, Any], arrays: Mapping[str, Any]) -> None:
        """Take over a snapshot, before the first run; ValueError where it can't be this story's."""
        put_back(self, notes, arrays)

    # ------------------------------------------------------------ the result

    def held_bits(self) -> int:
        bits = 0
        for worker in self.workers:
            bits |= int(worker.ctx[E.W_HELD])
        return bits

    def executed(self) -> bytearray:
        """The instructions that were executed: of functions, where it was in a copy."""
        seen = np.frombuffer(bytes(self.seen), np.uint8).copy()
        for worker in self.workers:
            seen |= np.frombuffer(bytes(worker.seen), np.uint8)
        for copy_, pc in self.program.copied.items():
            seen[pc] |= seen[copy_]
            seen[copy_] = 0
        return bytearray(seen.tobytes())

    def _sample(self, at: int) -> None:
        """Keep a packed row, to tell what grows."""
        self.samples.append(self.store.row(at))
        if len(self.samples) > SAMPLES:
            del self.samples[::2]

    def packed(self, tables: Sequence[int], row: Sequence[int]) -> list[int] | None:
        """The packed row of a played story's work row; None where it offers no choice.

        What was live in it is left in the masks (`live_bits`).
        """
        if row[P.CHOICES] == 0:
            return None
        out = [0] * (2 * len(row) + 64 * self.masks[M_WORDS] + 2)
        return out[: pack_rest(list(tables), self.masks, list(row), out, 0)]

    def find(self, tables: Sequence[int], row: Sequence[int]) -> int | None:
        """The number of the state that a played story's work row stands at, if it was reached."""
        packed = self.packed(tables, row)
        if packed is None:
            return None
        end = len(packed)
        packed += (0, 0)
        fingerprint(packed, 0, packed, end)
        store = self.store
        index, prints = store.index.data, store.used("prints").data
        found = find_state(index, len(index) - 1, prints, packed[end], packed[end + 1])
        return None if found == UNKNOWN else found


def view_of(array: Any) -> Any:
    """A buffer as plain Python reads it: without NumPy's scalars."""
    return array.data if isinstance(array, np.ndarray) else array
