"""At least so many states: proved by readers who never stand in the same one.

Where a limit ends exploring, this tells how much there would have been to explore. Random readers
go the explorer's own way, one edge of each state (`expand`'s unpacking, `settle`, packed rows,
fingerprints), and are stopped after a number of choices that was fixed before. If a million of
them stand in a million different states, there can hardly be only a million states.

**The bound.** Those n readers who are still choosing then are n independent draws from one
distribution p on the story's states. Let D of the n be different, c = n − D, and suppose there are
N states.

1. *Uniform p makes D greatest.* P(D ≥ d) is greatest, for every d, where all N states are alike
   (Wong and Yue, A majorization theorem for the number of distinct outcomes in N independent
   trials, Discrete Mathematics 6, 1973). For take two states, of p's a and b, and all readers who
   are in neither as given: m of them are in the two. These two make D larger by 1 (m > 0), and by
   one more unless all m are in the same, which has the odds (a/(a+b))^m + (b/(a+b))^m, convex in a
   and least at a = b. So moving a and b towards each other makes D stochastically larger, and such
   moves lead from any p to the uniform one (Hardy, Littlewood and Pólya).
2. *For uniform p*: the number R of readers who come to a state that was taken before is n − D.
   While R ≤ c, reader i (from 0) finds i − R ≥ i − c states taken, so meets one with odds of at
   least p_i = max(0, i − c)/N. By induction over the readers, for any t > 0,

       E[exp(−tR); R ≤ c] ≤ Π (1 − p_i (1 − e^−t)) ≤ exp(−μ (1 − e^−t)),
       μ = Σ p_i = (0 + 1 + … + (n − 1 − c))/N = D (D − 1)/(2 N),

   so P(R ≤ c) ≤ exp(tc − μ (1 − e^−t)); with e^−t = c/μ, where c < μ,

       P(D' ≥ D) = P(R ≤ c) ≤ exp(−(μ − c + c ln(c/μ)))            (c = 0: exp(−μ)).

3. *The other way round*: the exponent grows with μ, hence as N falls. Let μ* > c be where it is
   ln(1/α). Were N < D (D − 1)/(2 μ*), then so many different ones, or more, would have been seen
   with odds below α. So N is at least that, with an error of α; and at least D, for certain.

n itself may be random: given how many readers still choose, they are independent and alike. After
how many choices they are stopped, and how many there are, is settled with other readers, sent
before. Where these suggest that more readers would prove what is wanted, more are sent, and all
are counted together; as their number then depends on what was seen, each of the numbers it could
have been (`_FACTORS`) has its share of half the error, and the first count has the other half. Two
states with one fingerprint would only make D smaller. Readers who came to an end, who
passed a bound of foretell.toml, or whose turn took too long do not count. Dice are thrown, not
kept whole: at rest the rows are the same.

    at_least(1_000_000, 1_000_000)      # 36 191 170 634 states, or one case of a million
    measure(explorer, seconds=3.0)      # of a story, after `explorer.run()`
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from foretell.checker.exploring import expand as E
from foretell.checker.exploring.expand import begin_turn, settle
from foretell.checker.exploring.explore import Explorer
from foretell.checker.exploring.narrow import widen
from foretell.checker.exploring.rows import restore, unpack
from foretell.checker.exploring.store import N_ASKED, N_PRINT, UNKNOWN, find_state
from foretell.checker.graphs.graph import CHOICE, TERMINAL
from foretell.checker.simulation.runs import mix
from foretell.vm import program as P
from foretell.vm.kernel import I64, U8, add64, copy, kernel, mul64, shr64
from foretell.vm.machine import is_dealt

__all__ = ["Crowd", "Occupancy", "at_least", "measure", "missing_readers"]

ERROR: Final = 1e-6
"""The odds that a bound is wrong."""

MOMENTS: Final[tuple[int, ...]] = (0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
"""Numbers of choices after which readers are stopped: which is best is found out."""

_PILOT: Final = 64  # readers that are sent first
_SHARE: Final = 4  # of the time, the part that the last of those sent to find out may take
_TRIED: Final = 4  # moments that are tried at once
_MOST: Final = 4_000_000  # readers
_FACTORS: Final = (1.1, 1.3, 1.6, 2.0, 2.5, 3.2, 4.0, 5.0, 6.5, 8.0, 10.0)  # times the readers
_MARGIN: Final = 1.1  # more than what is to be proved is aimed at
_SLOTS: Final = 16  # readers of a thread that are on their way at once
_QUOTA: Final = 4000  # turns and draws between two returns to the host …
_WORK: Final = 2000  # … of so many steps and words copied, or fewer where they take more
_MOST_DRAWS: Final = 20_000  # in one turn
_PATIENCE: Final = 3.0  # times as long as was foreseen, and it is given up
_FIRST: Final = 1 << 40  # number of the first reader that counts


@dataclass(frozen=True, slots=True)
class Occupancy:
    """How many states there are at least, and what proves it.

    Of `sent` readers `readers` stood, after `choices` choices, in states that exploring had not
    found, and so many of these were `different`; `error` is the odds of seeing that, or more, if
    there were fewer than `states` states. Exploring took `row_bytes` for each that it found, and
    found `pace` of them in a second.
    """

    states: int
    sent: int
    readers: int
    different: int
    choices: int
    error: float = ERROR
    row_bytes: float = 0.0
    pace: float = 0.0
    seconds: float = 0.0


def at_least(readers: int, different: int, error: float = ERROR) -> int:
    """The fewest states there can be (but for `error`) where so many readers stood so."""
    if different < 2:
        return different
    again = readers - different
    wanted = math.log(1 / error)

    def exponent(mean: float) -> float:
        return mean - again + (again * math.log(again / mean) if again else 0.0)

    low, high = float(again), again + wanted + 1.0
    while exponent(high) < wanted:
        high *= 2
    for _ in range(200):  # `high` is never below the solution: the bound errs to the safe side
        middle = (low + high) / 2
        if exponent(middle) < wanted:
            low = middle
        else:
            high = middle
    return max(different, math.floor(different * (different - 1) / (2 * high) * (1 - 1e-12)))


# ------------------------------------------------------------------ a thread's readers
G_NEXT: Final = 0  # the reader to send next
G_END: Final = 1  # … and the one to stop before
G_FIRST: Final = 2  # the reader whose prints come first in `found`
G_SLOTS: Final = 3
G_SIZE: Final = 4  # words of a slot
G_MOMENTS: Final = 5
G_QUOTA: Final = 6
G_SEED: Final = 7
G_STARTS: Final = 8  # states to set out from
G_WORDS: Final = 9

# a slot: one reader on the way
H_READER: Final = 0  # its number, −1: nobody
H_STREAM: Final = 1  # the state of its generator
H_CHOICES: Final = 2
H_DRAWS: Final = 3  # since the last choice
H_PICKED: Final = 4  # what it does next, −1: not settled yet
H_MOMENT: Final = 5  # the next of the moments
H_WAITS: Final = 6  # 1 while the host is asked for something
H_ROW: Final = 8  # its packed row


@kernel
def throw(slots: I64, slot: int, n: int) -> int:
    """A reader's next random number, from 0 to n − 1 (`runs.draw`)."""
    state = add64(slots[slot + H_STREAM], -7046029254386353131)
    slots[slot + H_STREAM] = state
    return shr64(mix(state), 1) % n


@kernel
def pick_edge(tables: I64, base: I64, slots: I64, slot: int) -> int:
    """Which edge the reader takes: a choice alike, an outcome, or what a shuffle has left."""
    head = slot + H_ROW
    if slots[head + 1] == CHOICE:
        return throw(slots, slot, slots[head + 2])
    count = slots[head + 5]
    dealt = slots[head + 6]
    i = throw(slots, slot, count)
    if dealt >= 0:
        while is_dealt(tables, base, dealt, i) != 0:
            i = throw(slots, slot, count)
    return i


@kernel
def note_print(
    crowd: I64, moments: I64, found: I64, slots: I64, slot: int, one: int, two: int
) -> None:
    """Keep a reader's fingerprint if this is the moment; the last one ends its way."""
    j = slots[slot + H_MOMENT]
    if moments[j] == slots[slot + H_CHOICES]:
        at = 2 * ((slots[slot + H_READER] - crowd[G_FIRST]) * crowd[G_MOMENTS] + j)
        found[at] = one
        found[at + 1] = two
        slots[slot + H_MOMENT] = j + 1
        if j + 1 == crowd[G_MOMENTS]:
            slots[slot + H_READER] = -1


@kernel
def wander(
    ctx: I64,
    code: I64,
    tables: I64,
    memo: I64,
    row: I64,
    base: I64,
    seen: U8,
    unseen: U8,
    masks: I64,
    places: I64,
    nothing: I64,
    rows: I64,
    starts: I64,
    crowd: I64,
    slots: I64,
    moments: I64,
    found: I64,
    out: I64,
    requests: I64,
    warned: U8,
) -> int:
    """Send readers on until the quota is used up, all are done, or all wait for the host.

    Gives 1 while there is something left to do. `nothing` is an empty index, so that every state
    is packed as if it were new; `starts` are the places in `rows` of the states to set out from.
    """
    quota = crowd[G_QUOTA]
    left = 0
    for s in range(crowd[G_SLOTS]):
        slot = s * crowd[G_SIZE]
        head = slot + H_ROW
        going = 1 - slots[slot + H_WAITS]
        while going != 0 and quota > 0:
            if slots[slot + H_READER] < 0:
                if crowd[G_NEXT] >= crowd[G_END]:
                    break
                number = crowd[G_NEXT]
                crowd[G_NEXT] = number + 1
                slots[slot + H_READER] = number
                slots[slot + H_STREAM] = mix(
                    add64(mix(crowd[G_SEED]), mul64(number + 1, -7046029254386353131))
                )
                slots[slot + H_CHOICES] = 0
                slots[slot + H_DRAWS] = 0
                slots[slot + H_PICKED] = -1
                slots[slot + H_MOMENT] = 0
                place = starts[throw(slots, slot, crowd[G_STARTS])]
                widen(rows, place, slots, head)
                if slots[head + 1] == CHOICE and moments[0] == 0:
                    slots[slot + H_MOMENT] = 1  # that is a state which was found
                    if crowd[G_MOMENTS] == 1:
                        slots[slot + H_READER] = -1
                        continue
            kind = slots[head + 1]
            unpack(tables, masks, base, slots, head)
            if slots[slot + H_PICKED] < 0:
                slots[slot + H_PICKED] = pick_edge(tables, base, slots, slot)
            i = slots[slot + H_PICKED]
            restore(tables, row, base)
            begin_turn(ctx, tables, row, slots, head, i)
            ctx[E.W_OUT] = 0
            quota -= 1
            settled = settle(
                ctx, code, tables, memo, row, seen, unseen, masks, places, nothing, nothing, out,
                requests, nothing, warned, s, i, i,
            )  # fmt: skip
            quota -= (ctx[E.W_BUDGET] - row[P.LEFT] + 4 * slots[head]) // _WORK
            if settled == 0:
                slots[slot + H_WAITS] = 1
                going = 0
            elif out[N_ASKED + 1] == TERMINAL:
                slots[slot + H_READER] = -1
            else:
                copy(slots, head, out, N_ASKED, out[N_ASKED])
                slots[slot + H_PICKED] = -1
                if kind == CHOICE:
                    slots[slot + H_CHOICES] += 1
                    slots[slot + H_DRAWS] = 0
                else:
                    slots[slot + H_DRAWS] += 1
                if slots[head + 1] == CHOICE:
                    note_print(
                        crowd, moments, found, slots, slot, out[N_PRINT], out[N_PRINT + 1]
                    )  # fmt: skip
                elif slots[slot + H_DRAWS] > _MOST_DRAWS:
                    slots[slot + H_READER] = -1
        if slots[slot + H_READER] >= 0:
            left = 1
    return 1 if left != 0 or crowd[G_NEXT] < crowd[G_END] else 0


class Crowd:
    """Readers who go on from where an explorer stopped, on all its threads."""

    def __init__(self, explorer: Explorer, seed: int = 0) -> None:
        self.explorer = explorer
        self.seed = seed
        self.compiled = explorer.kernels is not None
        self.kernels: Any = {wander: wander, leave_out: leave_out}
        if self.compiled:
            from foretell.vm.jit import compile_kernels

            self.kernels = compile_kernels([wander, leave_out])
        self.workers = [
            explorer.worker(asking=False) for _ in range(explorer.threads if self.compiled else 1)
        ]
        for worker in self.workers:
            worker.warned = bytearray(b"\1" * len(worker.warned))  # nobody asks for warnings
            if self.compiled:
                worker.go_over()
        self.starts = self._buffer(explorer.store.waiting())
        self.nothing = self._buffer([0, 0])

    def _buffer(self, words: Sequence[int]) -> Any:
        return np.array(words, np.int64) if self.compiled else list(words)

    def zeros(self, count: int) -> Any:
        """So many words, for a kernel."""
        return np.zeros(count, np.int64) if self.compiled else [0] * count

    def send(
        self, first: int, count: int, moments: Sequence[int], until: float = math.inf
    ) -> Any | None:
        """Fingerprints [reader, moment, 2] of states not found before, else 0; None if it is late.

        `first` is the number of the first reader; the same numbers go the same ways.
        """
        found = np.zeros(2 * count * len(moments), np.int64)
        prints: Any = found if self.compiled else found.data
        when = self._buffer(moments)
        share = -(-count // len(self.workers))
        parts = []
        for number in range(len(self.workers)):
            crowd = [0] * G_WORDS
            crowd[G_NEXT] = min(number * share, count)
            crowd[G_END] = min((number + 1) * share, count)
            crowd[G_NEXT], crowd[G_END] = first + crowd[G_NEXT], first + crowd[G_END]
            crowd[G_FIRST], crowd[G_SLOTS], crowd[G_MOMENTS] = first, _SLOTS, len(moments)
            crowd[G_QUOTA], crowd[G_SEED] = _QUOTA, self.seed
            crowd[G_STARTS] = len(self.starts)
            parts.append(_Part(self, self._buffer(crowd)))
        busy = list(zip(self.workers, parts, strict=True))
        pool = ThreadPoolExecutor(len(busy) - 1) if len(busy) > 1 else None
        try:
            while busy:
                if time.perf_counter() > until:
                    return None
                others: list[Future[int]] = []
                if pool is not None:
                    others = [pool.submit(self._go, *pair, when, prints) for pair in busy[1:]]
                going = [self._go(*busy[0], when, prints), *(other.result() for other in others)]
                self._serve(parts)
                busy = [pair for pair, left in zip(busy, going, strict=True) if left]
        finally:
            if pool is not None:
                pool.shutdown()
        self._strike_out(prints, count, len(moments))
        return found.reshape(count, len(moments), 2)

    def _strike_out(self, prints: Any, count: int, moments: int) -> None:
        """Forget the readers who stand in a state that the explorer has found."""
        store = self.explorer.store
        index, known = store.given("index"), store.given("prints")
        self.kernels[leave_out](index, len(store.index) - 1, known, prints, count * moments)

    def _go(self, worker: Any, part: _Part, when: Any, prints: Any) -> int:
        explorer = self.explorer
        left: int = self.kernels[wander](
            worker.ctx, explorer.code, explorer.tables, explorer.memo, worker.row, worker.base,
            worker.seen, worker.unseen, worker.masks, explorer.places, self.nothing,
            explorer.store.rows, self.starts, part.crowd, part.slots, when, prints, part.out,
            worker.requests, worker.warned,
        )  # fmt: skip
        return left

    def _serve(self, parts: Sequence[_Part]) -> None:
        """Do what the readers lack, so that all can go on."""
        explorer = self.explorer
        widths = explorer.widths
        for worker, part in zip(self.workers, parts, strict=True):
            made = int(worker.ctx[E.W_REQUESTS])
            asked = np.array(worker.requests[:made], np.int64).reshape(-1, E.REQUEST)
            worker.ctx[E.W_REQUESTS] = worker.ctx[E.W_SHORT] = 0
            explorer.serve_lists(asked)
            for kind, slot, _i, _label, a, b, c in asked.tolist():
                place = slot * int(part.crowd[G_SIZE])
                if kind == E.SERVE:
                    explorer.perform(a, b, c)
                elif kind == E.WIDEN and explorer.widths is widths:
                    explorer.widen()
                elif kind == E.STUCK:
                    part.slots[place + H_READER] = -1
            part.wake()
        if explorer.widths is not widths:
            for worker, part in zip(self.workers, parts, strict=True):
                explorer.fit(worker)
                part.lay_out()


class _Part:
    """The readers of one thread that are on their way."""

    def __init__(self, owner: Crowd, crowd: Any) -> None:
        self.owner = owner
        self.crowd = crowd
        self.slots: Any = None
        self.out: Any = None
        self.lay_out()

    def lay_out(self) -> None:
        """Have slots as wide as a row may now be."""
        room = H_ROW + self.owner.explorer.room
        slots = self.owner.zeros(_SLOTS * room)
        before, size = self.slots, int(self.crowd[G_SIZE])
        for s in range(_SLOTS):
            if before is not None:
                slots[s * room : s * room + size] = before[s * size : (s + 1) * size]
            else:
                slots[s * room + H_READER] = -1
        self.crowd[G_SIZE] = room
        self.slots = slots
        self.out = self.owner.zeros(2 * room)

    def wake(self) -> None:
        """Let all who waited go on."""
        size = int(self.crowd[G_SIZE])
        for s in range(_SLOTS):
            self.slots[s * size + H_WAITS] = 0


# ------------------------------------------------------------------ how many there are


@kernel
def leave_out(index: I64, mask: int, prints: I64, found: I64, count: int) -> None:
    """Strike out the fingerprints of states that the store has."""
    for at in range(0, 2 * count, 2):
        if find_state(index, mask, prints, found[at], found[at + 1]) != UNKNOWN:
            found[at] = 0
            found[at + 1] = 0


def measure(
    explorer: Explorer,
    seconds: float,
    error: float = ERROR,
    seed: int = 0,
    *,
    goal: float = 0.0,
    longer: float = 0.0,
) -> Occupancy | None:
    """How many states the story of an explorer that has run has at least.

    None where there is nothing to choose from, or time runs out. It takes about so many seconds,
    at most three times as long; and up to `longer` more where it looks as if that would prove that
    there are `goal` states.
    """
    if not len(explorer.store.waiting()):
        return None
    began = time.perf_counter()
    crowd = Crowd(explorer, seed)
    compiled = time.perf_counter()
    late = compiled + _PATIENCE * seconds
    moments, sent, count = MOMENTS[:_TRIED], 0, _PILOT
    crowded: Any = np.zeros(0, np.int64)  # first words of the prints of states met twice
    while True:
        started = time.perf_counter()
        found = crowd.send(sent, count, moments, late)
        if found is None:
            return None
        now = time.perf_counter()
        surveys, again = [], [crowded]
        for j in range(len(moments)):
            n, different, twice = _survey(found[:, j], crowded)
            surveys.append((n, different))
            again.append(twice)
        crowded = np.unique(np.concatenate(again))
        each = (now - started) / count / (1 + moments[-1])  # seconds for a turn
        left = max(seconds - (now - compiled), seconds / 4)
        _, readers, choices = max(_plans(moments, surveys, count, each, left))
        sent += count
        if 4 * (now - started) > seconds / _SHARE or count * 4 > _MOST:
            break
        count *= 4
        near = MOMENTS.index(choices)
        moments = MOMENTS[max(0, near - 1) : near + _TRIED - 1]
    started = time.perf_counter()
    found = crowd.send(_FIRST, readers, [choices], late)
    if found is None:
        return None
    each = (time.perf_counter() - started) / readers
    bound, n, different = _bound(found, crowded, error / 2)
    then = error / 2 / len(_FACTORS)  # whichever number of readers is chosen
    more = missing_readers(goal - explorer.store.states, bound, readers, n, different, then / 2)
    if 0 < more * each < longer:
        until = time.perf_counter() + _PATIENCE * longer
        others = crowd.send(_FIRST + readers, more, [choices], until)
        if others is not None:
            found = np.concatenate([found, others])
            bound, n, different = max((bound, n, different), _bound(found, crowded, then))
            readers += more
    return Occupancy(
        states=explorer.store.states + bound,
        sent=readers,
        readers=n,
        different=different,
        choices=choices,
        error=error,
        row_bytes=explorer.bytes_a_state,
        pace=explorer.store.states / explorer.spent if explorer.spent else 0.0,
        seconds=time.perf_counter() - began,
    )


def _bound(found: Any, crowded: Any, error: float) -> tuple[int, int, int]:
    """At least so many states; and of how many readers, in how many different ones, that follows.

    There are two ways to count, each with half of the error: all readers; or those behind the first
    third, who tells which states are crowded.
    """
    third = len(found) // 3
    _, _, twice = _survey(found[:third, 0], crowded)
    counts = [_survey(found[:, 0], crowded), _survey(found[third:, 0], np.union1d(crowded, twice))]
    return max((at_least(n, different, error / 2), n, different) for n, different, _ in counts)


def missing_readers(
    goal: float, bound: int, readers: int, n: int, different: int, error: float
) -> int:
    """How many more readers would prove `goal` states, by all they tell; 0 if none would."""
    if bound >= goal:
        return 0
    for factor in _FACTORS:
        standing = int(n * factor)
        again = math.ceil((n - different) * factor * factor)  # as pairs of readers grow
        if standing > again and at_least(standing, standing - again, error) > _MARGIN * goal:
            return min(int(readers * factor), _MOST) - readers
    return 0


def _survey(prints: Any, crowded: Any) -> tuple[int, int, Any]:
    """Of readers' fingerprints at one moment: how many, how many different, and which were alike.

    Those in a state that the explorer knows are struck out before, those in one that is known to
    be crowded are left out here; told are the first words.
    """
    there = prints[(prints != 0).any(axis=1)]
    if len(crowded):
        there = there[~np.isin(there[:, 0], crowded)]
    n = len(there)
    if n == 0:
        return 0, 0, crowded[:0]
    order = there[np.lexsort((there[:, 1], there[:, 0]))]
    old = (order[1:] == order[:-1]).all(axis=1)
    return n, n - int(old.sum()), np.unique(order[1:][old, 0])


def _plans(
    moments: Sequence[int],
    surveys: Sequence[tuple[int, int]],
    count: int,
    each: float,
    left: float,
) -> Iterator[tuple[int, int, int]]:
    """For each moment: the bound to be hoped for, with how many readers, who stop then.

    A turn takes `each` seconds, and so many are `left`.
    """
    for moment, (n, different) in zip(moments, surveys, strict=True):
        readers = max(1, int(min(_MOST, left / each / (1 + moment))))
        standing = readers * n // count
        if n < 2 or standing < 2:
            yield 0, readers, moment
            continue
        alike = (n - different + 0.5) / (n * (n - 1) / 2)  # odds that two are
        again = standing * (1 - math.exp(-standing * alike / 2))  # who come where others are
        yield at_least(standing, max(2, standing - int(again))), readers, moment
