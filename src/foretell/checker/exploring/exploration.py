"""What exploring found: the graph of all situations, and what else was noted on the way.

An `Exploration` is made of an explorer's store between two rounds: states keep their numbers, edges
stand in the order of their states, whatever the order in which these were expanded. What was not
followed to its end is UNEXPLORED, never an ending.

What this does not do: name outcomes or say anything about them (`analysis`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from foretell.checker.exploring.expand import (
    K_BOUND,
    K_BUDGET,
    K_DEEP,
    K_DRAW,
    K_FAULT,
    K_HANG,
    OutcomeCode,
    decode,
)
from foretell.checker.exploring.growth import Growing, most_varied
from foretell.checker.exploring.rows import AFRESH, DECIDED
from foretell.checker.exploring.store import MARK
from foretell.checker.graphs.graph import CHANCE, CHOICE, TERMINAL, UNEXPLORED, Outcome, StateGraph
from foretell.checker.reduction.liveness import Liveness
from foretell.config import VariableBound
from foretell.vm.program import Program

if TYPE_CHECKING:
    from foretell.checker.exploring.explore import Explorer

__all__ = ["MET", "SAMPLES", "Exploration", "Limits", "Progress", "exploration_of"]

MET: Final = "asked"  # what stopped it where `stop_when` did
_AT_PC: Final = (K_FAULT, K_BUDGET, K_DEEP, K_DRAW, K_HANG)  # outcomes whose number is a pc
SAMPLES: Final = 100  # rows kept, and taken from the frontier, to tell what grows


Progress = Callable[[int, int, float, int, float], None]
"""Is told states found and expanded, seconds, choices to what is looked into, share followed."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Where exploring stops: states found, seconds, steps in one turn, edges of one draw, bytes
    of memory (0: a share of what is free), choices made (0: any number)."""

    states: int = 20_000_000
    seconds: float = 120.0
    steps: int = 1_000_000
    draw: int = 4096
    memory: int = 0
    depth: int = 0


@dataclass(slots=True)
class Exploration:
    """What exploring found.

    `asked[j][s]` is expression j's value at state s, -1 at draws; `touched[e]` says whether an
    instruction that was watched for is executed on edge e, `touched_first` whether one is before
    the first choice or draw; `met` is the first state at which `stop_when` said to stop.
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
    met: int | None = None
    held: list[VariableBound] = field(default_factory=list)  # bounds that changed the story
    # of each terminal state the place in `codes`, also where the graph's outcomes have been joined
    end_code: np.ndarray[Any, np.dtype[np.int32]] = field(
        default_factory=lambda: np.zeros(0, np.int32)
    )

    @property
    def complete(self) -> bool:
        """Whether every state was expanded."""
        return not self.stopped


def exploration_of(explorer: Explorer, stopped: str, seconds: float) -> Exploration:
    """What an explorer has found so far; `stopped` is the limit that was hit, "" if none."""
    store = explorer.store
    n, m = store.states, store.edges
    kind = store.used("kind").copy()
    first_edge, order = _in_order(store.used("first_edge"), m)
    edges = {name: store.used(name) for name in ("target", "label", "words", "point")}
    if order is not None:
        edges = {name: array[order] for name, array in edges.items()}
    decided = kind == DECIDED
    kind[decided] = CHOICE
    dealing = kind == AFRESH
    kind[dealing] = CHANCE
    kind[store.row_states(store.waiting())] = UNEXPLORED
    terminal = kind == TERMINAL
    outcome = store.used("outcome").copy()
    codes = _codes(explorer, outcome)
    lost: list[tuple[OutcomeCode, int]] = []
    for code_kind, limit in ((K_DRAW, "outcomes of one draw"), (K_BUDGET, "steps of one turn")):
        unknown = [i for i, code in enumerate(codes) if code.kind == code_kind]
        if unknown:
            lost += [(codes[i], int((terminal & (outcome == i)).argmax())) for i in unknown]
            kind[terminal & np.isin(outcome, unknown)] = UNEXPLORED
            stopped = stopped or limit
    for index, bound in enumerate(explorer.bounds):
        beyond = [i for i, c in enumerate(codes) if (c.kind, c.number) == (K_BOUND, index)]
        if beyond:
            kind[terminal & np.isin(outcome, beyond)] = UNEXPLORED
            stopped = stopped or f"`{bound.name}`"
    outcomes = [Outcome(str(i)) for i in range(len(codes))] or [Outcome("none")]
    marked, point = edges["words"], edges["point"]
    afresh = None
    if dealing.any():
        dealing &= kind == CHANCE
        afresh = np.full(n, -1, np.int32)
        afresh[dealing] = -1 - point[first_edge[:-1][dealing]]
        point = np.where(np.repeat(dealing, np.diff(first_edge)), np.int32(-1), point)
    drawn = bool((point < -1).any())  # where none is, nothing is copied
    graph = StateGraph(
        kind=kind,
        first_edge=first_edge,
        edge_target=edges["target"],
        edge_label=edges["label"],
        edge_weight=np.maximum(1.0, -point) if drawn else np.ones(m),
        edge_words=marked & (MARK - 1) if explorer.watched else marked,
        outcome=outcome,
        outcomes=outcomes,
        start_words=explorer.start_words,
        entry=explorer.start or "",
        mid_turn=decided if decided.any() else None,
        afresh=afresh,
    )
    k = len(explorer.asked_pcs)
    flat = store.used("asked").reshape(n, k)
    return Exploration(
        program=explorer.program,
        liveness=explorer.liveness,
        graph=graph,
        codes=codes,
        end_code=graph.outcome,
        seen=explorer.executed(),
        warnings=explorer.warnings,
        stopped=stopped,
        seconds=seconds,
        edge_point=np.maximum(-1, point) if drawn else point,
        asked=[np.ascontiguousarray(flat[:, j]) for j in range(k)],
        touched=(marked & MARK) != 0 if explorer.watched else np.zeros(m, np.bool_),
        touched_first=explorer.touched_first,
        timings=explorer.timings,
        lost=lost,
        growing=_growing(explorer) if stopped not in ("", MET) else [],
        assumed=[explorer.program.externals[index] for index in explorer.assumed],
        state_index=explorer.find,
        met=store.met,
        held=_held(explorer),
    )


def _codes(explorer: Explorer, outcome: Any) -> list[OutcomeCode]:
    """What each outcome is; those that only a copy of a function tells apart become one."""
    raw = explorer.store.used("codes").reshape(-1, 2)
    codes = [decode(int(code), int(value)) for code, value in raw]
    copied = explorer.program.copied
    if not any(code.kind in _AT_PC and code.number in copied for code in codes):
        return codes
    places: dict[tuple[int, int, int], int] = {}
    joined: list[OutcomeCode] = []
    place_of = np.zeros(len(codes), outcome.dtype)
    for index, code in enumerate(codes):
        if code.kind in _AT_PC:
            code = replace(code, number=copied.get(code.number, code.number))
        key = code.kind, code.fault, code.number
        place_of[index] = places.setdefault(key, len(joined))
        if place_of[index] == len(joined):
            joined.append(code)
    outcome[:] = place_of[outcome]
    return joined


def _held(explorer: Explorer) -> list[VariableBound]:
    """The bounds at which a variable was held, which changed the story."""
    bits = explorer.held_bits()
    return [bound for i, bound in enumerate(explorer.bounds) if bits >> i & 1]


def _growing(explorer: Explorer) -> list[Growing]:
    """The live things that take the most different values."""
    places = explorer.store.waiting()
    places = places[:: max(1, len(places) // SAMPLES)][:SAMPLES]
    waiting = [explorer.store.row(int(at)) for at in places]
    tables = [int(x) for x in explorer.tables]
    return most_varied(explorer.samples, waiting, tables, explorer.masks, explorer.liveness)


def _in_order(first_edge: Any, m: int) -> tuple[Any, Any]:
    """CSR offsets of states, and the order of edges that they are for, None if it is theirs."""
    n = len(first_edge)
    expanded = np.flatnonzero(first_edge >= 0)
    begins = first_edge[expanded]
    order = None
    degree = np.zeros(n, np.int64)
    if len(begins) and (np.diff(begins) < 0).any():
        turn = np.argsort(begins)
        counts = np.empty(len(begins), np.int64)
        counts[turn] = np.diff(np.append(begins[turn], m))
        degree[expanded] = counts
        first = np.concatenate(([0], np.cumsum(degree)))
        order = np.repeat(begins - first[expanded], counts)
        order += np.arange(m)
        return first, order
    degree[expanded] = np.diff(np.append(begins, m))
    return np.concatenate(([0], np.cumsum(degree))), None
