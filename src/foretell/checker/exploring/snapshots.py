"""All that an explorer knows between two rounds, so that another goes on where it stopped.

A snapshot is plain data and arrays; `checkpoint` writes it to a file. An explorer of the same shape
that is given it numbers, orders and finds what the first would have.

What this does not do: files (`checkpoint`), when to keep one (`foretell.keeping`).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from foretell.checker.exploring import expand as E
from foretell.checker.exploring.likely import Mass
from foretell.checker.exploring.room import Room
from foretell.checker.exploring.store import S_STOPS
from foretell.vm import program as P
from foretell.vm.program import Widths

if TYPE_CHECKING:
    from foretell.checker.exploring.explore import Explorer

__all__ = ["OUT", "put_back", "shape_of", "snapshot_of"]

OUT: Final = 1 << 20  # words of output a thread begins with
_PLAIN_STATES: Final = 2000  # more are not indexed in plain Python when they are taken over


def shape_of(explorer: Explorer) -> tuple[object, ...]:
    """The options that decide what is found; two that differ in it can't share a snapshot."""
    observed, store = explorer.liveness.observed, explorer.store
    stops = [int(word) for word in store.ctx[S_STOPS:]]
    limits = explorer.limits
    constants = sorted((name, repr(value)) for name, value in explorer.constants.items())
    bounds = [(bound.name, bound.low, bound.high, bound.saturating) for bound in explorer.bounds]
    return (
        explorer.start, explorer.reduce, limits.steps, limits.draw, constants,
        explorer.asked_pcs, explorer.watched, observed, stops, bounds, limits.depth > 0,
        explorer.nearest_first, sorted(explorer.liveness.afresh),
    )  # fmt: skip


def snapshot_of(explorer: Explorer) -> tuple[dict[str, Any], dict[str, Any]]:
    """All that is known between two rounds: plain data, and arrays (not copied) by name.

    An `Explorer` made with the same program and options that is given both goes on as this one
    would: same numbers, same order, same result. What follows from the program alone (code,
    masks, liveness) is not in it, nor what a round leaves behind (output, requests).
    """
    now = time.perf_counter() if explorer.began else 0.0
    widths = explorer.widths
    notes = {
        "widths": [widths.stack, widths.choices, widths.eval, widths.output],
        "memo_used": explorer.memo_used,
        "piece": explorer.piece,
        "budget": int(explorer.workers[0].ctx[E.W_BUDGET]),
        "held": explorer.held_bits(),
        "start_words": explorer.start_words,
        "touched_first": explorer.touched_first,
        "spent": explorer.spent + now - explorer.began,
        "warnings": [list(warning) for warning in explorer.warnings],
        "samples": explorer.samples,
        "values": explorer.values.dump(),
    }
    arrays: dict[str, Any] = explorer.store.snapshot()
    arrays["memo"] = np.asarray(explorer.memo[: explorer.slots * P.MEMO_SIZE], np.int64)
    if explorer.mass is not None:
        notes["carried"], notes["due"] = explorer.mass.expanded, explorer.mass.due
        arrays["mass"] = explorer.mass.mass[: explorer.mass.states]
    arrays["seen"] = np.frombuffer(bytes(explorer.executed()), np.uint8)
    arrays["warned"] = np.frombuffer(bytes(explorer.warned), np.uint8)
    return notes, arrays


def put_back(explorer: Explorer, notes: dict[str, Any], kept: Mapping[str, Any]) -> None:
    """Take over a snapshot, before the first run; ValueError where it can't be this story's.

    Its arrays may be the rooms that a checkpoint was read into: they go on growing then.
    """
    rooms = {name: Room.of(array) for name, array in kept.items()}
    arrays = {name: room.array for name, room in rooms.items()}
    if len(arrays["seen"]) != explorer.program.length:
        raise ValueError("another program")
    explorer.values.restore(notes["values"])
    if explorer.compiled or (explorer.compiled is None and len(arrays["kind"]) > _PLAIN_STATES):
        explorer.go_over()
    explorer.memo = arrays["memo"] if explorer.kernels is not None else arrays["memo"].tolist()
    explorer.memo_used = notes["memo_used"]
    explorer.slots = len(explorer.memo) // P.MEMO_SIZE
    explorer.lay_out_lists()
    stack, choices, eval_, output = notes["widths"]
    explorer.widths = Widths(stack, choices, eval_, output)
    explorer.lay_out()
    room = 4 * explorer.room
    if explorer.kernels is None:
        explorer.out = [0] * room
    else:
        explorer.out = np.empty(max(OUT, room) * len(explorer.workers), np.int64)
    explorer.seen = bytearray(arrays["seen"].tobytes())
    explorer.warned = bytearray(arrays["warned"].tobytes())
    for worker in explorer.workers:
        worker.ctx[E.W_BUDGET] = notes["budget"]
        worker.warned[:] = (
            explorer.warned
            if explorer.kernels is None
            else np.frombuffer(explorer.warned, np.uint8)
        )
    explorer.workers[0].ctx[E.W_HELD] = notes["held"]
    explorer.warnings = [(f, pc, state, label) for f, pc, state, label in notes["warnings"]]
    explorer.samples = notes["samples"]
    explorer.piece = notes["piece"]
    explorer.start_words = notes["start_words"]
    explorer.touched_first = notes["touched_first"]
    explorer.spent = notes["spent"]
    del arrays
    explorer.store.restore(explorer.kernel, rooms)
    if "mass" in rooms:
        explorer.mass = Mass(explorer.store)
        explorer.mass.mass = rooms["mass"].array
        explorer.mass.states = len(explorer.mass.mass)
        explorer.mass.expanded, explorer.mass.due = notes["carried"], notes["due"]
    explorer.begun = True
