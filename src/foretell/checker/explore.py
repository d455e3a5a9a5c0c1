"""Every situation a story can come to: the reachability kernel.

Breadth first over *packed rows*, the canonical form of a state (`rows`): what is live in it and
nothing else, written so that equal futures give equal rows. A state is one of

    CHOICE    at rest, choices on offer             one edge per visible choice
    CHANCE    in mid-turn, at a draw                one edge per class of outcomes (`vm.dice`)
    TERMINAL  at rest with nothing to choose, or broken: its outcome is a code, below

States are numbered as they are found. Rows wait in a queue until they are expanded and are then
forgotten; what stays of a state is its 128-bit fingerprint (three words of an open-addressing
table), two words, and its edges (four 32-bit numbers each).

The same kernel runs in plain Python and as machine code; `Explorer` drives it, serves what the
machine stops for (`values` for operations and strings), and grows the arrays.

What this does not do: odds (`solve`), verdicts (`analysis`), chance outcomes by sampling.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from foretell.checker.effects import may_write
from foretell.checker.graph import CHOICE, TERMINAL, UNEXPLORED, Outcome, StateGraph
from foretell.checker.growth import Growing, most_varied
from foretell.checker.hangs import find_loop
from foretell.checker.liveness import Liveness, analyse_liveness
from foretell.checker.rows import (
    DECIDED,
    M_WORDS,
    MASK_BITS,
    begin_union,
    build_masks,
    pack_draw,
    pack_live,
    pack_rest,
    unpack,
)
from foretell.vm import machine
from foretell.vm import program as P
from foretell.vm import values as V
from foretell.vm.dice import make_whole, seal, thrown
from foretell.vm.kernel import I32, I64, U8, copy, kernel, mul64, shr64
from foretell.vm.machine import choice_at, choose, is_dealt, memo_slot, run
from foretell.vm.program import Program, Widths, layout
from foretell.vm.text import operate

__all__ = ["Exploration", "Explorer", "Limits", "OutcomeCode", "decode", "explore"]

# ------------------------------------------------------------------ the context
X_HEAD: Final = 0  # queue: where the next row to expand is
X_TAIL: Final = 1  # queue: where the next row goes
X_QUEUE: Final = 2  # queue: capacity
X_STATES: Final = 3  # states found
X_STATE_CAP: Final = 4
X_EDGES: Final = 5
X_EDGE_CAP: Final = 6
X_INDEX_MASK: Final = 7  # capacity of the fingerprint table minus one
X_EXPANDED: Final = 8  # states expanded: the number of the one at the head of the queue
X_BUDGET: Final = 9  # steps a turn may take
X_EVENT: Final = 10  # a warning: fault, pc, state, label
X_EVENT_PC: Final = 11
X_EVENT_LABEL: Final = 12
X_WIDEST_DRAW: Final = 13  # edges a draw may have
X_ASKED: Final = 14  # how many expressions are evaluated at every rest
X_ASKED_KEEP: Final = 15  # words of a work row that evaluating them may change
X_WATCHED: Final = 16  # how many instructions are watched: edges that execute one are marked
X_AT: Final = 17  # choices or outcomes of the state at the head that are done already
X_VERDICT: Final = 18  # the outcome code of the turn that used up its budget, 0 not known
X_DEEPEST: Final = 19  # 1 where the work row is as wide as it may get
X_WHOLE: Final = 20  # 1 where dice stay whole
X_TOO_WIDE: Final = 21  # 1 while the rest of a draw that has too many outcomes is given up
X_PCS: Final = 64  # where the code of each expression is, then the watched instructions

STATE_SIZE: Final = 3  # a state: kind, outcome code, value that belongs to a fault
EDGE_SIZE: Final = 4  # an edge: target, label, words read, choice point (-n: n outcomes of a draw)
MARK: Final = 1 << 30  # added to the words of an edge that executes a watched instruction

# ------------------------------------------------------------------ why the kernel returned
DONE: Final = 0
QUOTA: Final = 1
FULL: Final = 2  # an array is too small: the host grows whichever is
SERVE: Final = 3  # the machine needs an operation: see the row
WIDEN: Final = 4  # the work row is too narrow
WARN: Final = 5  # a warning that was not seen before
STUCK: Final = 6  # a turn has used up its budget: the host writes X_VERDICT

# ------------------------------------------------------------------ outcome codes
# a code is its kind << 56, the machine's fault << 40, and a number
K_ENDING: Final = 1  # number: string index of the name, from a tag
K_PLACE: Final = 2  # number: place in which it ended
K_FAULT: Final = 3  # number: pc; fault: the machine's
K_BUDGET: Final = 4  # no rest within the budget, nothing proved; number: pc
K_DEEP: Final = 5  # the widest row is too narrow; number: pc
K_DRAW: Final = 6  # a draw of too many outcomes; number: pc
K_HANG: Final = 7  # proved never to come to rest; number: first pc of the loop
_NUMBER: Final = (1 << 40) - 1


@kernel
def fingerprint(queue: I64, at: int, seed: int) -> int:
    """Half of a packed row's fingerprint."""
    n = queue[at]
    h = seed ^ mul64(n, 0x9E3779B97F4A7C1)
    for i in range(1, n):
        h = mul64(h ^ queue[at + i], -7046029254386353131)
        h = h ^ shr64(h, 29)
    h = mul64(h ^ shr64(h, 32), -4658895280553007687)
    return h ^ shr64(h, 29)


@kernel
def index_slot(index: I64, mask: int, one: int, two: int) -> int:
    """The entry of the fingerprint table with this fingerprint, or the empty one for it."""
    i = shr64(one, 16) & mask
    while True:
        at = i * 3
        if index[at + 2] == 0 or (index[at] == one and index[at + 1] == two):
            return at
        i = (i + 1) & mask


@kernel
def intern_state(ctx: I64, queue: I64, index: I64, states: I64, end: int, value: int) -> int:
    """The number of the state packed at the queue's tail, a new one if it was never seen."""
    tail = ctx[X_TAIL]
    one = fingerprint(queue, tail, 0x243F6A8885A308D)
    two = fingerprint(queue, tail, 0x13198A2E0370734)
    at = index_slot(index, ctx[X_INDEX_MASK], one, two)
    if index[at + 2] != 0:
        return index[at + 2] - 1
    number = ctx[X_STATES]
    index[at] = one
    index[at + 1] = two
    index[at + 2] = number + 1
    kind = queue[tail + 1]
    states[number * STATE_SIZE] = kind
    states[number * STATE_SIZE + 1] = queue[tail + 2] if kind == TERMINAL else 0
    states[number * STATE_SIZE + 2] = value
    ctx[X_STATES] = number + 1
    ctx[X_TAIL] = end
    return number


@kernel
def terminal_code(row: I64, place: int) -> int:
    """The outcome code of a row that came to rest with nothing to choose."""
    if row[P.ENDING] != 0:
        return (K_ENDING << 56) | row[P.ENDING]
    return (K_PLACE << 56) | place


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
    queue: I64,
    index: I64,
    states: I64,
    asked: I64,
    warned: U8,
    label: int,
) -> int:
    """Run the row on until it is a state; gives its number, or why not: -1 - reason."""
    outcome = 0
    value = 0
    while True:
        status = run(code, tables, memo, row, seen, ctx[X_BUDGET])
        if status == P.WARNING:
            pc = row[P.PC] - 1
            if warned[pc] == 0:
                warned[pc] = 1
                ctx[X_EVENT] = row[P.FAULT]
                ctx[X_EVENT_PC] = pc
                ctx[X_EVENT_LABEL] = label
                return -1 - WARN
            continue
        if status == P.FLUSH:
            row[P.OUTPUT] = tables[P.T_OUTPUT]
            continue
        break
    tail = ctx[X_TAIL]
    if status == P.REST and row[P.CHOICES] > 0:
        end = pack_rest(tables, masks, row, queue, tail)
    elif status == P.DRAW:
        if ctx[X_TOO_WIDE] != 0:
            outcome = (K_DRAW << 56) | row[P.PC]
            end = tail
        else:
            end = pack_draw(tables, masks, row, queue, tail)
    elif status == P.REST:
        outcome = terminal_code(row, places[row[P.LAST]])
        end = tail
    elif status == P.ERROR:
        pc = row[P.PC]
        if pc < 0:
            pc = row[P.LAST]
        outcome = (K_FAULT << 56) | (row[P.FAULT] << 40) | pc
        value = row[P.FAULT_VALUE]
        end = tail
    elif status == P.BUDGET:
        outcome = ctx[X_VERDICT]
        if outcome == 0:
            return -1 - STUCK
        ctx[X_VERDICT] = 0
        row[P.ALIKE] = row[P.FACE]  # the verdict is this outcome's alone
        machine.force_end(tables, row)
        end = tail
    elif status == P.OVERFLOW:
        if ctx[X_DEEPEST] == 0:
            return -1 - WIDEN
        outcome = (K_DEEP << 56) | row[P.PC]
        machine.force_end(tables, row)
        end = tail
    else:
        return -1 - SERVE
    known = ctx[X_STATES]
    if outcome != 0:
        queue[tail + 1] = TERMINAL
        queue[tail + 2] = outcome
        end = tail + 3
        begin_union(masks)
        end = pack_live(masks, row, queue, end)
        queue[tail] = end - tail
    if row[P.WHOLE] != 0:
        seal(row, queue, tail, end)
    n = ctx[X_ASKED]
    if n > 0:
        one = fingerprint(queue, tail, 0x243F6A8885A308D)
        two = fingerprint(queue, tail, 0x13198A2E0370734)
        if index[index_slot(index, ctx[X_INDEX_MASK], one, two) + 2] == 0:
            ended = 0
            if status == P.REST and row[P.CHOICES] == 0:
                ended = 1 + places[row[P.LAST]]
            for i in range(n):
                v = -1
                if status != P.DRAW:
                    v = ask(ctx, code, tables, memo, row, unseen, queue, end, ctx[X_PCS + i], ended)
                    if v < 0:
                        return v
                asked[known * n + i] = v
    return intern_state(ctx, queue, index, states, end, value)


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
    """The value of an expression at a state at rest, the row left as it was; or -1 - reason.

    What it may change is put aside in `scratch` from `at` on. A value that can't be had is FAILED.
    """
    keep = ctx[X_ASKED_KEEP]
    copy(scratch, at, row, 0, keep)
    eval_top = tables[P.T_EVAL]
    row[P.EVAL] = eval_top
    row[P.STRING] = 0
    row[P.OUTPUT] = tables[P.T_OUTPUT]
    row[P.ENDED] = ended
    row[P.ASKED_AT] = row[P.HERE]
    if machine.push_frame(tables, row, -1, P.FROM_HOST, 0) == 0:
        return -1 - WIDEN
    row[P.PC] = pc
    result = run(code, tables, memo, row, unseen, 100000)
    while result == P.WARNING:
        result = run(code, tables, memo, row, unseen, 100000)
    if result == P.NEEDS_OPERATION:
        return -1 - SERVE
    if result == P.OVERFLOW:
        return -1 - WIDEN
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
    at = X_PCS + ctx[X_ASKED]
    for i in range(at, at + ctx[X_WATCHED]):
        seen[ctx[i]] = 0


@kernel
def touched(ctx: I64, seen: U8) -> int:
    """MARK if a watched instruction was executed since `watch`, else 0."""
    at = X_PCS + ctx[X_ASKED]
    for i in range(at, at + ctx[X_WATCHED]):
        if seen[ctx[i]] != 0:
            return MARK
    return 0


@kernel
def expand(
    ctx: I64,
    code: I64,
    tables: I64,
    memo: I64,
    row: I64,
    seen: U8,
    unseen: U8,
    masks: I64,
    places: I64,
    queue: I64,
    index: I64,
    states: I64,
    first_edge: I64,
    edges: I32,
    asked: I64,
    warned: U8,
    quota: int,
) -> int:
    """Expand up to `quota` states from the queue. Gives why it stopped.

    What interrupts a state's expansion leaves the edges it has; it is resumed at X_AT.
    """
    room = 2 * (tables[P.T_END] + masks[M_WORDS] * MASK_BITS)
    while quota > 0:
        state = ctx[X_EXPANDED]
        if state >= ctx[X_STATES]:
            return DONE
        head = ctx[X_HEAD]
        kind = queue[head + 1]
        if ctx[X_AT] == 0:
            first_edge[state] = ctx[X_EDGES]
        count = 0
        low = 0
        dealt = -1
        if kind == CHOICE:
            count = queue[head + 2]
        elif kind != TERMINAL:
            low = queue[head + 4]
            count = queue[head + 5]
            dealt = queue[head + 6]
        i = ctx[X_AT]
        while i < count:
            if (
                ctx[X_STATES] + 1 >= ctx[X_STATE_CAP]
                or ctx[X_EDGES] + 1 >= ctx[X_EDGE_CAP]
                or ctx[X_TAIL] + room >= ctx[X_QUEUE]
                or ctx[X_STATES] * 2 > ctx[X_INDEX_MASK]
            ):
                ctx[X_AT] = i
                return FULL
            watch(ctx, seen)
            unpack(tables, masks, row, queue, head)
            if dealt >= 0 and is_dealt(tables, row, dealt, i) != 0:
                i += 1
                continue
            label = i
            point = -1
            ctx[X_TOO_WIDE] = 0
            if kind == CHOICE:
                point = row[choice_at(row, tables, i, 1) + P.C_CHOICE]
                choose(tables, row, i)
            else:
                label = low + i
                if ctx[X_EDGES] - first_edge[state] >= ctx[X_WIDEST_DRAW]:
                    ctx[X_TOO_WIDE] = 1
                elif queue[head + 3] == P.DRAW_RANDOM and ctx[X_WHOLE] != 0:
                    make_whole(row, label, low + count - 1)
                else:
                    row[P.DRAW_OUTCOME] = label
            found = settle(
                ctx,
                code,
                tables,
                memo,
                row,
                seen,
                unseen,
                masks,
                places,
                queue,
                index,
                states,
                asked,
                warned,
                label,
            )
            if found < 0:
                ctx[X_AT] = i
                return -1 - found
            if ctx[X_TOO_WIDE] != 0:
                point = i - count
            elif row[P.WHOLE] != 0:
                point = label - row[P.ALIKE] - 1
            e = ctx[X_EDGES] * EDGE_SIZE
            edges[e] = found
            edges[e + 1] = label
            edges[e + 2] = row[P.WORDS] | touched(ctx, seen)
            edges[e + 3] = point
            ctx[X_EDGES] += 1
            i += 1 if point >= 0 else -point
        ctx[X_AT] = 0
        ctx[X_HEAD] = head + queue[head]
        ctx[X_EXPANDED] = state + 1
        quota -= 1
    return QUOTA


@dataclass(frozen=True, slots=True)
class Limits:
    """Where exploring stops: states found, seconds, steps in one turn, edges of one draw."""

    states: int = 20_000_000
    seconds: float = 120.0
    steps: int = 1_000_000
    draw: int = 4096


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


@dataclass(slots=True)
class Exploration:
    """What exploring found.

    `asked[j][s]` is expression j's value at state s, -1 at draws; `touched[e]` says whether an
    instruction that was watched for is executed on edge e, `touched_first` whether one is before
    the first choice or draw.
    """

    program: Program
    liveness: Liveness
    graph: StateGraph
    codes: list[OutcomeCode]  # by outcome index
    seen: bytearray
    warnings: list[tuple[int, int, int, int]]  # fault, pc, state, label
    stopped: str  # "" if complete, else which limit was hit
    seconds: float
    edge_point: np.ndarray[Any, np.dtype[np.int32]] = field(
        default_factory=lambda: np.zeros(0, np.int32)
    )  # choice point, -1 for a draw
    asked: list[np.ndarray[Any, np.dtype[np.int64]]] = field(default_factory=list)
    touched: np.ndarray[Any, np.dtype[np.bool_]] = field(
        default_factory=lambda: np.zeros(0, np.bool_)
    )
    touched_first: bool = False
    timings: dict[str, float] = field(default_factory=dict)
    # turns not followed to their end: what stopped them, and a state (UNEXPLORED) each led to
    lost: list[tuple[OutcomeCode, int]] = field(default_factory=list)
    growing: list[Growing] = field(default_factory=list)  # what the frontier differs in
    assumed: list[str] = field(default_factory=list)  # EXTERNALs taken to return 0
    state_index: Callable[[Sequence[int], Sequence[int]], int | None] = lambda _tables, _row: None

    @property
    def complete(self) -> bool:
        """Whether every state was expanded."""
        return not self.stopped


def explore(program: Program, **options: Any) -> Exploration:
    """Explore a program; the options are `Explorer`'s."""
    return Explorer(program, **options).run()


_SAMPLES: Final = 100  # rows kept, and taken from the frontier, to tell what grows
_FIRST_BUDGET: Final = 20_000  # steps after which a turn is first suspected of having no end
_PYTHON_SECONDS: Final = 0.3  # a story that takes no longer is done before a compiler is loaded


class Explorer:
    """Drives the kernel over one program.

    `observed` are names that must be kept in the state, `asked` pcs of expressions evaluated at
    every rest, `watched` pcs of instructions whose edges are marked, `constants` initial values
    by name, `start` a place to begin at, `reduce=False` keeps everything alive and `whole=False`
    gives every face of a die an edge of its own (the slow twins that tests compare with).
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
        compiled: bool | None = None,
        progress: Callable[[int, int, float], None] | None = None,
    ) -> None:
        self.program = program
        self.limits = limits or Limits()
        self.timings: dict[str, float] = {}
        began = time.perf_counter()
        self.liveness = analyse_liveness(program, observed, asked)
        self.timings["liveness"] = time.perf_counter() - began
        self.reduce = reduce
        self.asked_pcs = list(asked)
        self.watched = list(watched)
        self.asking_writes = may_write(program, self.asked_pcs)
        self.constants = dict(constants or {})
        self.start = start
        self.compiled = compiled
        self.progress = progress
        self.widths = Widths(output=512)
        self.values = program.values
        self.code = self.liveness.saturated_code() if reduce else list(program.code)
        self.places = list(program.place_of_pc)
        self.assumed = sorted(
            {
                self.code[pc * 4 + 1]
                for pc in range(program.length)
                if self.code[pc * 4] == P.OP_EXTERNAL and self.code[pc * 4 + 3] < 0
                if program.externals[self.code[pc * 4 + 1]] not in program.domains
            }
        )
        self.memo: Any = [0] * (1024 * P.MEMO_SIZE)
        self.memo_used = 0
        self.tables: Any = []
        self.row: Any = []
        n = len(self.asked_pcs)
        self.ctx: Any = [0] * (X_PCS + n + len(self.watched))
        self._lay_out()
        self.masks: Any = build_masks(self.liveness, reduce)
        self.everywhere: list[int] = []  # the same for any instruction; made when needed
        self.seen: Any = bytearray(program.length)
        self.unseen: Any = bytearray(program.length)  # what asking executes is not seen by readers
        self.warned: Any = bytearray(program.length)
        self.warnings: list[tuple[int, int, int, int]] = []
        self.samples: list[list[int]] = []
        self.queue: Any = [0] * (1 << 16)
        self.index: Any = [0] * (3 << 12)
        self.states: Any = [0] * (STATE_SIZE << 11)
        self.first_edge: Any = [0] * (1 << 11)
        self.edges: Any = [0] * (EDGE_SIZE << 12)
        self.asked: Any = [0] * max(1, n << 11)
        self.ctx[X_QUEUE] = len(self.queue)
        self.ctx[X_STATE_CAP] = 1 << 11
        self.ctx[X_EDGE_CAP] = 1 << 12
        self.ctx[X_INDEX_MASK] = (1 << 12) - 1
        self.ctx[X_BUDGET] = min(_FIRST_BUDGET, self.limits.steps)
        self.ctx[X_WIDEST_DRAW] = self.limits.draw
        self.ctx[X_ASKED] = n
        self.ctx[X_WATCHED] = len(self.watched)
        self.ctx[X_WHOLE] = int(whole)
        self.ctx[X_PCS:] = [*self.asked_pcs, *self.watched]
        self.kernels: Any = None  # `Compiled` once machine code is used

    # ------------------------------------------------------------ setting up

    def _lay_out(self) -> None:
        tables = layout(self.program, self.widths)
        tables[P.T_MEMO_MASK] = len(self.memo) // P.MEMO_SIZE - 1
        for index in self.assumed:
            tables[tables[P.T_EXTERNALS] + index * P.EXT_SIZE + P.EXT_MODE] = P.ASSUMED
        if self.reduce:
            tables = self.liveness.saturate_walks(tables)
        self.ctx[X_ASKED_KEEP] = tables[P.T_STACK] if self.asking_writes else P.HEADER
        row = [0] * tables[P.T_END]
        if isinstance(self.row, np.ndarray):
            self.tables = np.array(tables, np.int64)
            self.row = np.array(row, np.int64)
        else:
            self.tables, self.row = tables, row

    def _compile(self) -> Callable[..., int]:
        """Go over to machine code: the same kernels, the same arrays as NumPy's; gives `expand`."""
        from foretell.vm.jit import compile_kernels

        began = time.perf_counter()
        self.kernels = compile_kernels([expand, place_all])
        for (
            name
        ) in "ctx code tables memo row masks places queue index states first_edge asked".split():
            setattr(self, name, np.array(getattr(self, name), np.int64))
        self.edges = np.array(self.edges, np.int32)
        self.seen = np.frombuffer(bytes(self.seen), np.uint8).copy()
        self.unseen = np.frombuffer(bytes(self.unseen), np.uint8).copy()
        self.warned = np.frombuffer(bytes(self.warned), np.uint8).copy()
        self.timings["compile"] = time.perf_counter() - began
        compiled: Callable[..., int] = self.kernels[expand]
        return compiled

    # ------------------------------------------------------------ running

    def run(self) -> Exploration:
        """Explore until done or a limit is hit."""
        began = time.perf_counter()
        stopped = ""
        self._first_state()
        step: Callable[..., int] = self._compile() if self.compiled else expand
        reported = began
        while True:
            quota = 4096 if self.kernels else 64
            why = step(
                self.ctx,
                self.code,
                self.tables,
                self.memo,
                self.row,
                self.seen,
                self.unseen,
                self.masks,
                self.places,
                self.queue,
                self.index,
                self.states,
                self.first_edge,
                self.edges,
                self.asked,
                self.warned,
                quota,
            )
            if why == DONE:
                break
            if why == SERVE:
                self._serve()
            elif why == WIDEN:
                self.widen()
            elif why == STUCK:
                self._judge()
            elif why == FULL:
                self._grow()
            elif why == WARN:
                self.warnings.append(
                    (
                        int(self.ctx[X_EVENT]),
                        int(self.ctx[X_EVENT_PC]),
                        int(self.ctx[X_EXPANDED]),
                        int(self.ctx[X_EVENT_LABEL]),
                    )
                )
            now = time.perf_counter()
            if int(self.ctx[X_HEAD]) < int(self.ctx[X_TAIL]):
                self._sample(int(self.ctx[X_HEAD]))
            if int(self.ctx[X_STATES]) >= self.limits.states:
                stopped = "states"
                break
            if now - began > self.limits.seconds:
                stopped = "time"
                break
            if self.kernels is None and self.compiled is None and now - began > _PYTHON_SECONDS:
                step = self._compile()
            if self.progress is not None and now - reported > 0.1:
                reported = now
                self.progress(int(self.ctx[X_STATES]), int(self.ctx[X_EXPANDED]), now - began)
        self.timings["explore"] = time.perf_counter() - began - self.timings.get("compile", 0.0)
        return self._result(stopped, time.perf_counter() - began)

    def begin(self) -> Any:
        """The work row, set before the first instruction of the story (or of `start`)."""
        program = self.program
        while True:
            machine.start(self.tables, self.row, program.declarations_pc)
            if program.declarations_pc < 0:
                break
            status = self._settled(run)
            if status != P.OVERFLOW or self.widths.deepest:
                break
            self.widen()
        tables, row = self.tables, self.row
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

    def _first_state(self) -> None:
        """Run declarations and the first turn; what they come to is state 0."""
        while True:
            row = self.begin()
            found = self._settle_first()
            if found >= 0:
                self.start_words = int(row[P.WORDS])
                self.touched_first = any(self.seen[pc] for pc in self.watched)
                return
            why = -1 - found
            if why == SERVE:
                self._serve()
            elif why == WIDEN:
                self.widen()
            elif why == STUCK:
                self._judge()
            elif why == WARN:
                self.warnings.append((int(self.ctx[X_EVENT]), int(self.ctx[X_EVENT_PC]), -1, -1))

    def _settle_first(self) -> int:
        return settle(
            self.ctx,
            self.code,
            self.tables,
            self.memo,
            self.row,
            self.seen,
            self.unseen,
            self.masks,
            self.places,
            self.queue,
            self.index,
            self.states,
            self.asked,
            self.warned,
            -1,
        )

    def _settled(self, runner: Callable[..., int]) -> int:
        while True:
            status = runner(
                self.code, self.tables, self.memo, self.row, self.seen, self.limits.steps
            )
            if status == P.NEEDS_OPERATION:
                self._serve()
            elif status != P.WARNING:
                return status

    def _serve(self) -> None:
        """Give the machine the operation it lacks; it then begins the state anew."""
        row = self.row
        self.perform(int(row[P.FAULT]), int(row[P.FAULT_VALUE]), int(row[P.OPERAND]))

    def perform(self, operation: int, a: int, b: int) -> None:
        """Compute an operation and put it into the memo."""
        self._learn(operation, a, b, operate(self.values, operation, a, b))

    def widen(self) -> None:
        """Lay the work row out twice as wide."""
        self.widths = self.widths.wider()
        self._lay_out()
        self.ctx[X_DEEPEST] = int(self.widths.deepest)
        room = 2 * (int(self.tables[P.T_END]) + int(self.masks[M_WORDS]) * MASK_BITS)
        if int(self.ctx[X_STATES]) == 0 and room >= int(self.ctx[X_QUEUE]):
            self.queue = [0] * (2 * room)
            self.ctx[X_QUEUE] = len(self.queue)

    def _judge(self) -> None:
        """Say of the turn that has used up its budget whether it is proved never to rest."""
        if not self.everywhere:
            self.everywhere = build_masks(self.liveness, self.reduce, everywhere=True)
        kept = self.row
        plain = [int(word) for word in kept]
        pc = plain[P.PC]
        tables = [int(word) for word in self.tables]
        self.row = plain

        def perform() -> Any:
            self._serve()
            tables[P.T_MEMO_MASK] = int(self.tables[P.T_MEMO_MASK])
            return _view(self.memo)

        code, memo = _view(self.code), _view(self.memo)
        loop = find_loop(self.everywhere, code, tables, memo, plain, perform)
        self.row = kept
        if loop >= 0:
            self.ctx[X_VERDICT] = (K_HANG << 56) | loop
        elif int(self.ctx[X_BUDGET]) < self.limits.steps:
            self.ctx[X_BUDGET] = self.limits.steps
        else:
            self.ctx[X_VERDICT] = (K_BUDGET << 56) | pc

    def _learn(self, operation: int, a: int, b: int, result: int) -> None:
        if self.memo_used * 2 > len(self.memo) // P.MEMO_SIZE:
            old = self.memo
            size = len(old) // P.MEMO_SIZE * 2
            new = [0] * (size * P.MEMO_SIZE)
            for at in range(0, len(old), P.MEMO_SIZE):
                if old[at]:
                    key = (int(old[at]) - 1, int(old[at + 1]), int(old[at + 2]))
                    slot = memo_slot(new, size - 1, *key)
                    new[slot : slot + P.MEMO_SIZE] = [int(x) for x in old[at : at + P.MEMO_SIZE]]
            self.memo = np.array(new, np.int64) if isinstance(old, np.ndarray) else new
            self.tables[P.T_MEMO_MASK] = size - 1
        memo = _view(self.memo)
        slot = memo_slot(memo, int(self.tables[P.T_MEMO_MASK]), operation, a, b)
        for i, word in enumerate((operation + 1, a, b, result)):
            memo[slot + i] = word
        self.memo_used += 1

    def _grow(self) -> None:
        """Make room in whichever array is full."""
        ctx = self.ctx
        room = 4 * (int(self.tables[P.T_END]) + int(self.masks[M_WORDS]) * 64)
        if int(ctx[X_TAIL]) + room >= int(ctx[X_QUEUE]):
            head, tail = int(ctx[X_HEAD]), int(ctx[X_TAIL])
            waiting = self.queue[head:tail]
            capacity = max(int(ctx[X_QUEUE]), 2 * (tail - head) + 2 * room)
            if isinstance(self.queue, np.ndarray):
                queue = np.zeros(capacity, np.int64)
                queue[: tail - head] = waiting
                self.queue = queue
            else:
                self.queue = [*waiting, *([0] * (capacity - (tail - head)))]
            ctx[X_HEAD], ctx[X_TAIL], ctx[X_QUEUE] = 0, tail - head, capacity
        if int(ctx[X_STATES]) + self.limits.draw + 2 >= int(ctx[X_STATE_CAP]):
            ctx[X_STATE_CAP] *= 2
            self.states = _doubled(self.states)
            self.first_edge = _doubled(self.first_edge)
            if len(self.asked_pcs):
                self.asked = _doubled(self.asked)
        if int(ctx[X_EDGES]) + self.limits.draw + 2 >= int(ctx[X_EDGE_CAP]):
            ctx[X_EDGE_CAP] *= 2
            self.edges = _doubled(self.edges)
        if int(ctx[X_STATES]) * 2 > int(ctx[X_INDEX_MASK]):
            self._rehash()

    def _rehash(self) -> None:
        old = self.index
        size = 2 * len(old) // 3
        if isinstance(old, np.ndarray):
            entries = old.reshape(-1, 3)
            entries = entries[entries[:, 2] != 0]
            assert self.kernels is not None
            self.index = np.zeros(3 * size, np.int64)
            flat = np.ascontiguousarray(entries).reshape(-1)
            self.kernels[place_all](flat, len(entries), self.index, size - 1)
        else:
            new = [0] * (3 * size)
            for at in range(0, len(old), 3):
                if old[at + 2]:
                    slot = index_slot(new, size - 1, old[at], old[at + 1])
                    new[slot : slot + 3] = old[at : at + 3]
            self.index = new
        self.ctx[X_INDEX_MASK] = size - 1

    # ------------------------------------------------------------ the result

    def _result(self, stopped: str, seconds: float) -> Exploration:
        ctx = self.ctx
        n, m = int(ctx[X_STATES]), int(ctx[X_EDGES])
        expanded = int(ctx[X_EXPANDED])
        if int(ctx[X_AT]) > 0:  # a state was left in the middle: it counts as not expanded
            m = int(self.first_edge[expanded])
        states = np.array(self.states[: STATE_SIZE * n], np.int64).reshape(-1, STATE_SIZE)
        kind = states[:, 0].astype(np.uint8)
        raw = states[:, 1]
        first_edge = np.full(n + 1, m, np.int64)
        first_edge[:expanded] = np.array(self.first_edge[:expanded], np.int64)
        edges = np.array(self.edges[: EDGE_SIZE * m], np.int32).reshape(-1, EDGE_SIZE)
        decided = kind == DECIDED
        kind[decided] = CHOICE
        if expanded < n:
            waiting = np.arange(n) >= expanded
            kind[waiting & (kind != TERMINAL)] = UNEXPLORED
        terminal = kind == TERMINAL
        distinct, some, inverse = np.unique(raw[terminal], return_index=True, return_inverse=True)
        values = states[:, 2][terminal][some]
        codes = [decode(int(c), int(v)) for c, v in zip(distinct, values, strict=True)]
        outcome = np.zeros(n, np.int32)
        outcome[terminal] = inverse
        lost: list[tuple[OutcomeCode, int]] = []
        for code_kind, limit in ((K_DRAW, "outcomes of one draw"), (K_BUDGET, "steps of one turn")):
            unknown = [i for i, code in enumerate(codes) if code.kind == code_kind]
            if unknown:
                lost += [(codes[i], int((terminal & (outcome == i)).argmax())) for i in unknown]
                kind[terminal & np.isin(outcome, unknown)] = UNEXPLORED
                stopped = stopped or limit
        outcomes = [Outcome(str(i)) for i in range(len(codes))] or [Outcome("none")]
        graph = StateGraph(
            kind=kind,
            first_edge=first_edge,
            edge_target=np.ascontiguousarray(edges[:, 0]),
            edge_label=np.ascontiguousarray(edges[:, 1]),
            edge_weight=np.maximum(1, -edges[:, 3]).astype(np.float64),
            edge_words=np.ascontiguousarray(edges[:, 2] & (MARK - 1)),
            outcome=outcome,
            outcomes=outcomes,
            start_words=self.start_words,
            entry=self.start or "",
            mid_turn=decided if decided.any() else None,
        )
        k = len(self.asked_pcs)
        asked: list[Any] = []
        if k:
            flat = np.array(self.asked[: k * n], np.int64).reshape(n, k)
            asked = [np.ascontiguousarray(flat[:, j]) for j in range(k)]
        return Exploration(
            program=self.program,
            liveness=self.liveness,
            graph=graph,
            codes=codes,
            seen=bytearray(bytes(self.seen)),
            warnings=self.warnings,
            stopped=stopped,
            seconds=seconds,
            edge_point=np.maximum(-1, edges[:, 3]),
            asked=asked,
            touched=(edges[:, 2] & MARK) != 0,
            touched_first=self.touched_first,
            timings=self.timings,
            lost=lost,
            growing=self._growing() if stopped else [],
            assumed=[self.program.externals[index] for index in self.assumed],
            state_index=self.find,
        )

    def _sample(self, at: int) -> None:
        """Keep the packed row at a place of the queue, to tell what grows."""
        self.samples.append([int(x) for x in self.queue[at : at + int(self.queue[at])]])
        if len(self.samples) > _SAMPLES:
            del self.samples[::2]

    def _growing(self) -> list[Growing]:
        """The live things that take the most different values."""
        head, tail = int(self.ctx[X_HEAD]), int(self.ctx[X_TAIL])
        starts: list[int] = []
        while head < tail:
            starts.append(head)
            head += int(self.queue[head])
        waiting = [
            [int(x) for x in self.queue[at : at + int(self.queue[at])]]
            for at in starts[:: max(1, len(starts) // _SAMPLES)][:_SAMPLES]
        ]
        tables, masks = [int(x) for x in self.tables], [int(x) for x in self.masks]
        return most_varied(self.samples, waiting, tables, masks, self.liveness)

    def find(self, tables: Sequence[int], row: Sequence[int]) -> int | None:
        """The number of the state that a played story's work row stands at, if it was reached."""
        masks = [int(x) for x in self.masks]
        out = [0] * (2 * len(row) + 64 * masks[M_WORDS])
        if row[P.CHOICES] == 0:
            return None
        pack_rest(list(tables), masks, list(row), out, 0)
        one = fingerprint(out, 0, 0x243F6A8885A308D)
        two = fingerprint(out, 0, 0x13198A2E0370734)
        index = _view(self.index)
        at = index_slot(index, int(self.ctx[X_INDEX_MASK]), one, two)
        return index[at + 2] - 1 if index[at + 2] else None


def _view(array: Any) -> Any:
    """A buffer as plain Python reads it: without NumPy's scalars."""
    return array.data if isinstance(array, np.ndarray) else array


def _doubled(array: Any) -> Any:
    if isinstance(array, np.ndarray):
        return np.concatenate([array, np.zeros_like(array)])
    return [*array, *([0] * len(array))]


@kernel
def place_all(entries: I64, n: int, index: I64, mask: int) -> None:
    """Put n fingerprint entries into an empty table."""
    for i in range(n):
        at = index_slot(index, mask, entries[i * 3], entries[i * 3 + 1])
        copy(index, at, entries, i * 3, 3)
