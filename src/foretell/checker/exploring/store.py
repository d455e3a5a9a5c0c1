"""What an exploration keeps: states, edges, and the rows of the states that wait.

States are numbered as they are taken in. Of each there stay

    prints       16 bytes   its 128-bit fingerprint, by which it is known again
    index        12 to 24   open addressing; a slot has 31 bits of the fingerprint and the number
    kind          1         CHOICE, CHANCE, DECIDED, AFRESH (`rows`), TERMINAL
    outcome       4         of a TERMINAL state: an index into `codes`
    first_edge    8         where its edges begin, −1 until it is expanded
    order         4         … and the states in the order in which they were expanded
    depth         4         fewest choices to it, only where a limit of depth asks for that
    asked         8 for each expression that is evaluated

and of each edge 16 bytes: `target`, `label`, `words`, `point`. A state that waits to be expanded
has its narrow row in `rows`, after a word with its number, and in `waiting` the place of that row,
in the order of the rows. Rows are forgotten once expanded: what is left of them is pushed together
where room is short and enough was forgotten.

So ten million states with two edges each take 0.4 to 0.5 GB for the states, 0.3 for the edges, and
a few words for each state that waits. Arrays grow where they stand (`room`; where they can't, to
double, one at a time); memory that was not written to yet costs nothing, and the index, which is
written everywhere, is made anew from the fingerprints and never stands beside its old self.

What is to be taken in comes as *records*, one for each state that was expanded (`expand`):

    item record   state (−1: none, the start), edges, words of the record, then the edges
    edge record   target, label, words read, point; and where the target is new: fingerprint (2),
                  value of a fault, kind, outcome code, asked values, the narrow row (not of a
                  terminal state)

The target is −1 where the store did not know the state when the record was made. The point is the
choice point, or −n of an edge that stands for n outcomes of a draw; at an AFRESH state, where all
edges are of one weight, it is −1 less the shuffle's slot.

What this does not do: run stories (`expand`), choose what is expanded (`explore`).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from foretell.checker.exploring.narrow import wide_length, widen
from foretell.checker.exploring.room import Room, moves
from foretell.checker.graphs.graph import CHOICE, TERMINAL
from foretell.vm import values as V
from foretell.vm.kernel import I32, I64, U8, copy, kernel, mul64, shr64
from foretell.vm.machine import truth

__all__ = [
    "I_AT",
    "I_ROW",
    "I_SIZE",
    "NO_TRUTH",
    "S_STOPS",
    "UNKNOWN",
    "Store",
    "find_state",
    "fingerprint",
    "intern",
    "move_rows",
    "reindex",
]

UNKNOWN: Final = -1

# ------------------------------------------------------------------ an item of a batch
I_ROW: Final = 0  # where its narrow row is in `rows`
I_AT: Final = 1  # where its record is in the output, −1 none
I_SIZE: Final = 2

# ------------------------------------------------------------------ records
E_TARGET: Final = 0
E_LABEL: Final = 1
E_WORDS: Final = 2
E_POINT: Final = 3  # −n: n outcomes of a draw
E_SIZE: Final = 4
N_PRINT: Final = 4
N_VALUE: Final = 6
N_KIND: Final = 7
N_CODE: Final = 8
N_ASKED: Final = 9
MARK: Final = 1 << 30  # added to the words of an edge that executes a watched instruction

R_STATE: Final = 0
R_EDGES: Final = 1
R_WORDS: Final = 2
R_SIZE: Final = 3

# ------------------------------------------------------------------ the context
S_STATES: Final = 0
S_STATE_CAP: Final = 1
S_EDGES: Final = 2
S_EDGE_CAP: Final = 3
S_INDEX_MASK: Final = 4  # slots of the index minus one
S_ROWS: Final = 5  # where the next row goes
S_ROWS_CAP: Final = 6
S_WAITING: Final = 7  # entries of `waiting`, with those already expanded before `head`
S_WAITING_CAP: Final = 8
S_CODES: Final = 9  # different outcome codes
S_CODE_CAP: Final = 10
S_EXPANDED: Final = 11
S_ASKED: Final = 12  # expressions evaluated at each state
S_DEEP: Final = 13  # 1 where states keep their depth
S_MET: Final = 14  # 1 + the first state at which exploring is to stop
S_STOPS: Final = 15  # how many values stop it: pairs from S_STOP on
S_STOP: Final = 16  # an asked expression, and the truth (0, 1 or NO_TRUTH) that stops
NO_TRUTH: Final = 2  # of what has no value, or none that is true or false

_LOAD: Final = 3  # the index is grown where it is filled to 2 parts in this many
_FORGOTTEN: Final = 3  # rows are pushed together where one part in so many is forgotten
_LITTLE: Final = 1 << 20  # elements of an array up to which it grows to double anyway


@kernel
def fingerprint(words: I64, at: int, out: I64, to: int) -> None:
    """Write the fingerprint of a packed row, two words of it."""
    n = words[at]
    one = 0x243F6A8885A308D ^ mul64(n, 0x9E3779B97F4A7C1)
    two = 0x13198A2E0370734 ^ mul64(n, 0x9E3779B97F4A7C1)
    for i in range(1, n):
        w = words[at + i]
        one = mul64(one ^ w, -7046029254386353131)
        two = mul64(two ^ w, -4417276706812531889)
        one = one ^ shr64(one, 29)
        two = two ^ shr64(two, 31)
    one = mul64(one ^ shr64(one, 32), -4658895280553007687)
    two = mul64(two ^ shr64(two, 32), -7723592293110705685)
    out[to] = one ^ shr64(one, 29)
    out[to + 1] = two ^ shr64(two, 29)


@kernel
def index_slot(index: I64, mask: int, prints: I64, one: int, two: int) -> int:
    """The slot of the index that has the state with this fingerprint, or the empty one for it."""
    tag = two & 0x7FFFFFFF
    i = shr64(one, 16) & mask
    while True:
        entry = index[i]
        if entry == 0:
            return i
        if (entry >> 32) == tag:
            at = 2 * ((entry & 0xFFFFFFFF) - 1)
            if prints[at] == one and prints[at + 1] == two:
                return i
        i = (i + 1) & mask


@kernel
def find_state(index: I64, mask: int, prints: I64, one: int, two: int) -> int:
    """The number of the state with this fingerprint, or UNKNOWN."""
    return (index[index_slot(index, mask, prints, one, two)] & 0xFFFFFFFF) - 1


@kernel
def reindex(index: I64, mask: int, prints: I64, start: int, stop: int) -> None:
    """Put the states from `start` to before `stop` into an index that lacks them."""
    for number in range(start, stop):
        two = prints[2 * number + 1]
        i = shr64(prints[2 * number], 16) & mask
        while index[i] != 0:
            i = (i + 1) & mask
        index[i] = ((two & 0x7FFFFFFF) << 32) | (number + 1)


@kernel
def outcome_number(ctx: I64, codes: I64, code: int, value: int) -> int:
    """The number of an outcome code, a new one if it was never met."""
    n = ctx[S_CODES]
    for i in range(n):
        if codes[2 * i] == code:
            return i
    codes[2 * n] = code
    codes[2 * n + 1] = value
    ctx[S_CODES] = n + 1
    return n


@kernel
def stops(ctx: I64, out: I64, at: int) -> int:
    """1 where a value that was asked at an edge's end is one that stops exploring."""
    for i in range(ctx[S_STOPS]):
        v = out[at + N_ASKED + ctx[S_STOP + 2 * i]]
        if v >= 0:
            tag = v >> 32
            known = NO_TRUTH
            if tag != V.FAILED and tag != V.VOID and tag != V.UNSET:
                known = truth(v)
            if known == ctx[S_STOP + 2 * i + 1]:
                return 1
    return 0


@kernel
def intern(
    ctx: I64,
    items: I64,
    first: int,
    last: int,
    out: I64,
    index: I64,
    prints: I64,
    kind: U8,
    outcome: I32,
    first_edge: I64,
    order: I32,
    depth: I32,
    asked: I64,
    target: I32,
    label: I32,
    words: I32,
    point: I32,
    rows: I64,
    waiting: I64,
    codes: I64,
) -> int:
    """Take the records of items into the store, in order; gives where room was short, or `last`."""
    n = ctx[S_ASKED]
    mask = ctx[S_INDEX_MASK]
    for k in range(first, last):
        at = items[k * I_SIZE + I_AT]
        if at < 0:
            continue
        edges = out[at + R_EDGES]
        if (
            ctx[S_STATES] + edges > ctx[S_STATE_CAP]
            or ctx[S_EDGES] + edges > ctx[S_EDGE_CAP]
            or (ctx[S_STATES] + edges) * _LOAD > 2 * mask
            or ctx[S_ROWS] + out[at + R_WORDS] > ctx[S_ROWS_CAP]
            or ctx[S_WAITING] + edges > ctx[S_WAITING_CAP]
            or ctx[S_CODES] + edges > ctx[S_CODE_CAP]
        ):
            return k
        source = out[at + R_STATE]
        deep = 0
        if ctx[S_DEEP] != 0 and source >= 0:
            deep = depth[source]
            if kind[source] == CHOICE:
                deep += 1
        e = ctx[S_EDGES]
        if source >= 0:
            first_edge[source] = e
            order[ctx[S_EXPANDED]] = source
            ctx[S_EXPANDED] += 1
        at += R_SIZE
        for _i in range(edges):
            edge = at
            number = out[edge + E_TARGET]
            at += E_SIZE
            if number < 0:
                one = out[edge + N_PRINT]
                two = out[edge + N_PRINT + 1]
                slot = index_slot(index, mask, prints, one, two)
                number = (index[slot] & 0xFFFFFFFF) - 1
                what = out[edge + N_KIND]
                at = edge + N_ASKED + n
                if number < 0:
                    number = ctx[S_STATES]
                    ctx[S_STATES] = number + 1
                    index[slot] = ((two & 0x7FFFFFFF) << 32) | (number + 1)
                    prints[2 * number] = one
                    prints[2 * number + 1] = two
                    kind[number] = what
                    first_edge[number] = -1
                    outcome[number] = 0
                    if ctx[S_DEEP] != 0:
                        depth[number] = deep
                    for q in range(n):
                        asked[number * n + q] = out[edge + N_ASKED + q]
                    if ctx[S_STOPS] > 0 and ctx[S_MET] == 0 and stops(ctx, out, edge) != 0:
                        ctx[S_MET] = number + 1
                    if what == TERMINAL:
                        code = out[edge + N_CODE]
                        outcome[number] = outcome_number(ctx, codes, code, out[edge + N_VALUE])
                    else:
                        row = ctx[S_ROWS]
                        rows[row] = number
                        copy(rows, row + 1, out, at, out[at])
                        ctx[S_ROWS] = row + 1 + out[at]
                        waiting[ctx[S_WAITING]] = row + 1
                        ctx[S_WAITING] += 1
                if what != TERMINAL:
                    at += out[at]
            if ctx[S_DEEP] != 0 and deep < depth[number]:
                depth[number] = deep
            if source >= 0:
                target[e] = number
                label[e] = out[edge + E_LABEL]
                words[e] = out[edge + E_WORDS]
                point[e] = out[edge + E_POINT]
                e += 1
        ctx[S_EDGES] = e
    return last


@kernel
def move_rows(ctx: I64, rows: I64, waiting: I64, head: int) -> None:
    """Push the rows of the states that wait together, and their places in `waiting` too."""
    to = 0
    tail = ctx[S_WAITING]
    for i in range(head, tail):
        at = waiting[i] - 1
        n = 1 + rows[at + 1]
        if to != at:
            copy(rows, to, rows, at, n)
        waiting[i - head] = to + 1
        to += n
    ctx[S_ROWS] = to
    ctx[S_WAITING] = tail - head


class Store:
    """The arrays. In plain Python kernels are given memory views of them, and `rows` is a list."""

    def __init__(self, asked: int, *, deep: bool, stop_when: Any = ()) -> None:
        self.ctx: Any = [0] * (S_STOP + 2 * len(stop_when))
        self.asked_count = asked
        ctx = self.ctx
        ctx[S_ASKED], ctx[S_DEEP] = asked, int(deep)
        ctx[S_STOPS] = len(stop_when)
        for i, (question, truth_of_it) in enumerate(stop_when):
            ctx[S_STOP + 2 * i], ctx[S_STOP + 2 * i + 1] = question, int(truth_of_it)
        self.compiled = False
        self.head = 0  # entries of `waiting` before it are expanded
        self.forgotten = 0  # words of rows that are of expanded states
        self.touched = 0  # words of rows that were ever written to, since room was given back
        self._rows: list[int] | Room = [0] * (1 << 12)
        ctx[S_ROWS_CAP] = len(self.rows)
        self.index = np.zeros(1 << 12, np.int64)
        ctx[S_INDEX_MASK] = len(self.index) - 1
        self.rooms: dict[str, Room] = {}
        for name, (what, per, dtype) in self._layout().items():
            self.rooms[name] = Room(max(1, per << 10), dtype)
            ctx[_CAPACITY[what]] = 1 << 10

    def _layout(self) -> dict[str, tuple[int, int, type]]:
        """Of each array: what there is one of for each element, elements for one, and the type."""
        ctx = self.ctx
        return {
            "prints": (S_STATES, 2, np.int64),
            "kind": (S_STATES, 1, np.uint8),
            "outcome": (S_STATES, 1, np.int32),
            "first_edge": (S_STATES, 1, np.int64),
            "order": (S_EXPANDED, 1, np.int32),
            "depth": (S_STATES, int(ctx[S_DEEP]), np.int32),
            "asked": (S_STATES, int(ctx[S_ASKED]), np.int64),
            "target": (S_EDGES, 1, np.int32),
            "label": (S_EDGES, 1, np.int32),
            "words": (S_EDGES, 1, np.int32),
            "point": (S_EDGES, 1, np.int32),
            "waiting": (S_WAITING, 1, np.int64),
            "codes": (S_CODES, 2, np.int64),
        }

    @property
    def states(self) -> int:
        """How many states there are."""
        return int(self.ctx[S_STATES])

    @property
    def edges(self) -> int:
        """How many edges there are."""
        return int(self.ctx[S_EDGES])

    @property
    def expanded(self) -> int:
        """How many states were expanded."""
        return int(self.ctx[S_EXPANDED])

    @property
    def met(self) -> int | None:
        """The first state at which exploring was to stop."""
        return int(self.ctx[S_MET]) - 1 if self.ctx[S_MET] else None

    @property
    def rows(self) -> Any:
        """The rows as a kernel takes them."""
        return self._rows.array if isinstance(self._rows, Room) else self._rows

    def used(self, name: str) -> Any:
        """The part of an array that is used, not copied; an array in use grows by being copied."""
        what, per, _ = self._layout()[name]
        return self.rooms[name].array[: per * int(self.ctx[what])]

    def waiting(self) -> Any:
        """Where the rows of the states that wait are, in order; not copied."""
        return self.rooms["waiting"].array[self.head : int(self.ctx[S_WAITING])]

    def set_waiting(self, places: Any) -> None:
        """Let just the states with these rows, in order, wait."""
        self.rooms["waiting"].array[: len(places)] = places
        self.head = 0
        self.ctx[S_WAITING] = len(places)

    def take_out(self, batch: Any) -> None:
        """Let the states with these rows, which are among those that wait, wait no more."""
        self.forgotten += self._words(batch)
        places = self.waiting()
        if len(batch) == len(places) or (places[: len(batch)] == batch).all():
            self.head += len(batch)
            return
        keep = np.ones(len(places), np.bool_)
        keep[np.searchsorted(places, batch)] = False
        self.set_waiting(places[keep])

    def row(self, at: int) -> list[int]:
        """The packed row of which the narrow one is at a place."""
        rows = self._rows if isinstance(self._rows, list) else self._rows.array.data
        wide = [0] * wide_length(rows, at)
        widen(rows, at, wide, 0)
        return wide

    def _words(self, places: Any) -> int:
        """Words that the rows at these places take, with their states' numbers."""
        if isinstance(self._rows, list):
            return sum(1 + self._rows[at] for at in places.tolist())
        return len(places) + int(self.rows[places].sum())

    def row_states(self, places: Any) -> Any:
        """The numbers of the states whose rows are at these places."""
        if isinstance(self._rows, list):
            return np.array([self._rows[at - 1] for at in places.tolist()], np.int64)
        return self.rows[places - 1]

    def nbytes(self) -> int:
        """Bytes that were written to."""
        return sum(self._sizes()) + int(self.index.nbytes) + self.row_bytes()

    def row_bytes(self) -> int:
        """… those of rows, which are needed only to go on exploring."""
        return 8 * max(self.touched, int(self.ctx[S_ROWS]))

    def growing(self) -> int:
        """Bytes that are needed for a moment, at most, when an array grows."""
        copied = [] if moves() else [*self._sizes(), self.row_bytes()]
        return max([int(self.index.nbytes), *copied])

    def _sizes(self) -> list[int]:
        return [
            per * int(self.ctx[what]) * np.dtype(dtype).itemsize
            for what, per, dtype in self._layout().values()
        ]

    def snapshot(self) -> dict[str, Any]:
        """Everything in it, by name; not copied, so to be used before anything else is taken in."""
        kept = {name: self.used(name) for name in self._layout()}
        kept["waiting"] = self.waiting()
        kept["rows"] = np.asarray(self.rows[: int(self.ctx[S_ROWS])], np.int64)
        kept["context"] = np.asarray(self.ctx, np.int64)
        return kept

    def restore(self, kernels: Any, kept: dict[str, Room]) -> None:
        """Take over what a snapshot of a store made for the same questions holds."""
        for place, word in enumerate(kept["context"].array.tolist()):
            self.ctx[place] = word
        self.head = 0
        self.ctx[S_WAITING] = len(kept["waiting"].array)
        wanted: dict[int, int] = {}
        layout = self._layout()
        for name, (what, per, _) in layout.items():
            if per:
                capacity = _CAPACITY[what]
                wanted[capacity] = max(wanted.get(capacity, 1), len(kept[name].array) // per)
        for name, (what, per, _) in layout.items():
            had, size = len(kept[name].array), max(1, per * wanted[_CAPACITY[what]])
            if had < size:
                kept[name].resize(size, had)
            self.rooms[name] = kept[name]
        for capacity, elements in wanted.items():
            self.ctx[capacity] = elements
        self._rows = kept["rows"] if self.compiled else kept["rows"].array.tolist()
        self.ctx[S_ROWS_CAP] = self.touched = len(self.rows)
        self.forgotten = self.touched - self._words(self.waiting())
        size = 1 << 12
        while self.states * _LOAD > 2 * (size - 1):
            size *= 2
        self.reindex(kernels, size)

    def go_over(self) -> None:
        """Go over to machine code: the same arrays, as its kernels take them."""
        self.ctx = np.array(self.ctx, np.int64)
        self._rows = Room.of(np.array(self.rows, np.int64))
        self.compiled = True

    def given(self, name: str) -> Any:
        """An array as a kernel takes it, to be asked for anew whenever states were taken in."""
        array = self.index if name == "index" else self.rooms[name].array
        return array if self.compiled else array.data

    def take_in(self, kernels: Any, items: Any, count: int, out: Any) -> None:
        """Take the records of `count` items into the store, growing it where it must."""
        done = 0
        while True:
            arrays = [self.given(name) for name in _INTERNED]
            done = kernels(intern)(
                self.ctx, items, done, count, out, *arrays[:12], self.rows, *arrays[12:]
            )
            if done == count:
                return
            del arrays  # what somebody has can only grow by being copied
            at = int(items[done * I_SIZE + I_AT])
            self._grow(kernels, int(out[at + R_EDGES]), int(out[at + R_WORDS]))

    def _grow(self, kernels: Any, edges: int, words: int) -> None:
        """Make room for a record with so many edges and words."""
        ctx = self.ctx
        for what, capacity in _CAPACITY.items():
            have, wanted = int(ctx[capacity]), int(ctx[what]) + edges
            if wanted <= have or what == S_EXPANDED:
                continue
            size = _ample(wanted, have)
            for name, (other, per, _) in self._layout().items():
                if _CAPACITY[other] == capacity and per:
                    self.rooms[name].resize(per * size, per * int(ctx[other]))
            ctx[capacity] = size
        size = len(self.index)
        while (self.states + edges) * _LOAD > 2 * (size - 1):
            size *= 2
        if size != len(self.index):
            self.reindex(kernels, size)
        have, wanted = int(ctx[S_ROWS_CAP]), int(ctx[S_ROWS]) + words
        if wanted > have:
            size = _ample(wanted, have)
            if isinstance(self._rows, list):
                self._rows += [0] * (size - have)
            else:
                self._rows.resize(size, int(ctx[S_ROWS]))
            ctx[S_ROWS_CAP] = size

    def tidy(self, kernels: Any) -> None:
        """Push rows together where room is short and many were forgotten; places change then."""
        rows = int(self.ctx[S_ROWS])
        if 4 * rows > 3 * int(self.ctx[S_ROWS_CAP]) and _FORGOTTEN * self.forgotten > rows:
            self.push_together(kernels)

    def push_together(self, kernels: Any) -> None:
        """Forget the rows of what was expanded, and let those that wait stand side by side."""
        self.touched = max(self.touched, int(self.ctx[S_ROWS]))
        kernels(move_rows)(self.ctx, self.rows, self.given("waiting"), self.head)
        self.head = self.forgotten = 0

    def give_back(self, kernels: Any, least: int) -> None:
        """Free the room of forgotten rows; nothing where that is less than `least` bytes."""
        if isinstance(self._rows, list) or self.row_bytes() - 8 * self._waiting_words() < least:
            return
        self.push_together(kernels)
        self.touched = int(self.ctx[S_ROWS])
        self._rows.resize(self.touched, self.touched)  # the system has the rest back
        self.ctx[S_ROWS_CAP] = self.touched

    def _waiting_words(self) -> int:
        """Words of the rows of what waits."""
        return int(self.ctx[S_ROWS]) - self.forgotten

    def forget_rows(self) -> None:
        """Free the room of all rows: nothing more will be expanded."""
        self._rows = []
        self.touched = self.ctx[S_ROWS] = 0

    def reindex(self, kernels: Any, size: int) -> None:
        """Make the index anew, with so many slots."""
        self.index = np.zeros(0, np.int64)  # the old one goes first
        self.index = np.zeros(size, np.int64)
        self.ctx[S_INDEX_MASK] = size - 1
        kernels(reindex)(self.given("index"), size - 1, self.given("prints"), 0, self.states)


def _ample(wanted: int, have: int) -> int:
    """How many elements to make room for, where there is room for `have`."""
    if moves() and have > _LITTLE:
        return max(wanted, have) + wanted // 8
    while have < wanted:
        have *= 2
    return have


_CAPACITY: Final = {
    S_STATES: S_STATE_CAP,
    S_EDGES: S_EDGE_CAP,
    S_WAITING: S_WAITING_CAP,
    S_CODES: S_CODE_CAP,
    S_EXPANDED: S_STATE_CAP,
}
# as `intern` takes them; the rows stand before the last two
_INTERNED: Final = (
    "index prints kind outcome first_edge order depth asked target label words point waiting codes"
).split()
