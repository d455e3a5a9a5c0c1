"""Threads that expand a batch together: what each has for itself, and how they share the work.

Each takes pieces of the batch until none is left, and writes records into a part of the output of
its own. The store stands still meanwhile, so which thread takes which piece changes nothing in the
result.

What this does not do: choose the batch, serve what workers ask for (`explore`).
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from foretell.checker.exploring import expand as E
from foretell.checker.exploring.expand import expand
from foretell.checker.exploring.store import I_AT, I_SIZE

if TYPE_CHECKING:
    from foretell.checker.exploring.explore import Explorer

__all__ = ["Worker", "clear", "most_output", "output_of", "try_all"]

_PIECE: Final = 256  # items a thread takes at a time
_WORK: Final = 30_000_000  # steps and words between two looks at the clock: some 50 ms
_WORK_PLAIN: Final = 100_000  # … and in plain Python
_REQUESTS: Final = 1024  # that there is room for at first
_MOST: Final = 1 << 24  # words of output, of all threads together …
_PART: Final = 256  # … or one for so many bytes of memory


class Worker:
    """What one thread has for itself."""

    def __init__(self, context: list[int], length: int, masks: list[int]) -> None:
        self.ctx: Any = list(context)
        self.masks: Any = list(masks)
        self.seen: Any = bytearray(length)
        self.unseen: Any = bytearray(length)  # what asking executes is not seen by readers
        self.warned: Any = bytearray(length)
        self.requests: Any = [0] * (E.REQUEST * _REQUESTS)
        self.ctx[E.W_REQUESTS_END] = len(self.requests)
        self.row: Any = []
        self.base: Any = []
        self.wide: Any = []  # the packed row that is being expanded

    def go_over(self) -> None:
        """Go over to machine code."""
        for name in ("ctx", "masks", "requests", "row", "base", "wide"):
            setattr(self, name, np.array(getattr(self, name), np.int64))
        for name in ("seen", "unseen", "warned"):
            setattr(self, name, np.frombuffer(bytes(getattr(self, name)), np.uint8).copy())

    def lay_out(self, width: int, behind: int, room: int) -> None:
        """Have work rows of another width, words behind that which runs, and room for packed rows.

        What was known of calls is forgotten.
        """
        compiled = isinstance(self.row, np.ndarray)
        for name, size in (("row", width + behind), ("base", width), ("wide", room)):
            setattr(self, name, np.zeros(size, np.int64) if compiled else [0] * size)

    def ask_for_more(self) -> None:
        """Double the room for requests, which was short."""
        self.ctx[E.W_SHORT] = 0
        more = np.zeros_like(self.requests) if isinstance(self.requests, np.ndarray) else None
        if more is None:
            self.requests = [*self.requests, *([0] * len(self.requests))]
        else:
            self.requests = np.concatenate([self.requests, more])
        self.ctx[E.W_REQUESTS_END] = len(self.requests)


def clear(explorer: Explorer) -> None:
    """Make all output free."""
    share = len(explorer.out) // len(explorer.workers)
    explorer.verdicts = []
    for number, worker in enumerate(explorer.workers):
        worker.ctx[E.W_OUT] = number * share
        worker.ctx[E.W_OUT_END] = (number + 1) * share
        worker.ctx[E.W_REQUESTS] = worker.ctx[E.W_SHORT] = 0
        worker.ctx[E.W_VERDICTS] = 0
        worker.ctx[E.W_PAUSED] = 0


def try_all(
    explorer: Explorer, items: Any, todo: list[int], pool: ThreadPoolExecutor | None
) -> None:
    """Have all that is to be done tried once, by all threads."""
    plain = explorer.kernels is None
    wanted: Any = todo if plain else np.array(todo, np.int64)
    verdicts: Any = explorer.verdicts if plain else np.array(explorer.verdicts or [0], np.int64)
    for worker in explorer.workers:
        worker.ctx[E.W_VERDICTS] = len(explorer.verdicts) // E.VERDICT
        worker.ctx[E.W_INDEX_MASK] = len(explorer.store.index) - 1
    several = pool is not None and not plain and len(todo) >= 2 * _PIECE
    size = _PIECE if not plain else 16
    if several:
        size = max(32, min(_PIECE, len(todo) // (4 * len(explorer.workers))))
    pieces = deque((start, min(start + size, len(todo))) for start in range(0, len(todo), size))
    step = explorer.kernel(expand)
    index, prints = explorer.store.given("index"), explorer.store.given("prints")

    def work(worker: Worker) -> None:
        start, stop = 0, 0
        while not explorer.breaks_off():
            if start == stop:
                try:
                    start, stop = pieces.popleft()
                except IndexError:
                    return
            worker.ctx[E.W_WORK] = _WORK_PLAIN if plain else _WORK
            start = step(
                worker.ctx, explorer.code, explorer.tables, explorer.memo, worker.row, worker.base,
                worker.wide, worker.seen, worker.unseen, worker.masks, explorer.places,
                explorer.store.rows, index, prints, items, wanted, explorer.out, worker.requests,
                verdicts, worker.warned, explorer.room, start, stop,
            )  # fmt: skip
            if start < stop and not worker.ctx[E.W_PAUSED]:
                pieces.appendleft((start, stop))
                return
        if start < stop:
            pieces.appendleft((start, stop))

    while pieces and not explorer.breaks_off():
        others: list[Future[None]] = []
        if several and pool is not None:
            others = [pool.submit(work, worker) for worker in explorer.workers[1:]]
        work(explorer.workers[0])
        for other in others:
            other.result()
        if pieces and not explorer.breaks_off():
            explorer.full = not _make_room(explorer, items)
            if explorer.full:
                return


def output_of(explorer: Explorer) -> int:
    """Words of output that there are."""
    share = len(explorer.out) // len(explorer.workers)
    return sum(int(w.ctx[E.W_OUT]) - number * share for number, w in enumerate(explorer.workers))


def most_output(explorer: Explorer) -> int:
    """Words of output that a piece of a round should not take more than."""
    return min(_MOST, explorer.memory // _PART)


def _make_room(explorer: Explorer, items: Any) -> bool:
    """Give twice the room for requests to whom that was short, else for output to each; False where
    memory does not allow that."""
    short = [worker for worker in explorer.workers if worker.ctx[E.W_SHORT]]
    for worker in short:
        worker.ask_for_more()
    if short:
        return True
    if not explorer.has_room(2 * len(explorer.out)):
        return False
    count = len(explorer.workers)
    share = len(explorer.out) // count
    if explorer.kernels is None:
        explorer.out = [*explorer.out, *([0] * len(explorer.out))]
    else:
        wider = np.empty(2 * len(explorer.out), np.int64)
        for number, worker in enumerate(explorer.workers):
            used = explorer.out[number * share : int(worker.ctx[E.W_OUT])]
            wider[2 * number * share :][: len(used)] = used
        explorer.out = wider
        at = items[I_AT::I_SIZE]
        at[at >= 0] += at[at >= 0] // share * share
    for number, worker in enumerate(explorer.workers):
        worker.ctx[E.W_OUT] += number * share
        worker.ctx[E.W_OUT_END] = 2 * (number + 1) * share
    return True
