"""What an outcome code means: the name and kind of an end, and the problem behind a bad one.

The kernels that explore and sample write where and how a story stopped as one number; `OutcomeCode`
is that number taken apart. Names are those authors use: the `# ending:` tag, the knot, or what went
wrong and where. Names depend on the code alone, so explorer and random readers agree on them.
"""

from __future__ import annotations

from dataclasses import replace

from foretell.checker.exploring import expand as X
from foretell.checker.exploring.expand import OutcomeCode
from foretell.checker.graphs.graph import Outcome
from foretell.container import THE_END
from foretell.diagnostics import Diagnostic
from foretell.vm import faults
from foretell.vm.program import Program

__all__ = ["outcome_of", "problem_of"]


def outcome_of(program: Program, code: OutcomeCode) -> Outcome:
    """The name and kind of an outcome code."""
    if code.kind == X.K_ENDING:
        return Outcome(program.values.strings[code.number], "ending")
    if code.kind == X.K_PLACE:
        return Outcome(program.places[code.number] or THE_END, "ending")
    where = _where(program, code.number)
    if code.kind == X.K_FAULT:
        kind = "dead end" if code.fault in faults.RAN_OUT else "error"
        what = "runs out" if kind == "dead end" else "error"
        return Outcome(f"{what} at {where}", kind)
    if code.kind == X.K_HANG:
        return Outcome(f"goes round for ever at {where}", "hang")
    if code.kind == X.K_DEEP:
        return Outcome(f"recursion without end at {where}", "error")
    if code.kind == X.K_BOUND:
        return Outcome("beyond a bound", "error")  # no state keeps it: it counts as unexplored
    return Outcome(f"not followed beyond {where}", "error")


def problem_of(program: Program, code: OutcomeCode) -> Diagnostic | None:
    """What is wrong where a story stops so; None for an ending."""
    if code.kind in (X.K_ENDING, X.K_PLACE):
        return None
    if code.kind == X.K_FAULT:
        return faults.describe_at(program, code.fault, code.value, code.number)
    if code.kind == X.K_HANG:
        return faults.loops(program, code.number)
    if code.kind == X.K_DEEP:
        return faults.too_deep(program, code.number)
    return replace(faults.endless(program, code.number), severity="warning")


def _where(program: Program, pc: int) -> str:
    span = program.spans[pc] if 0 <= pc < len(program.spans) else None
    if span is not None:
        return f"{span.source.name.rpartition('/')[2]}:{span.line}"
    return program.paths[pc] if 0 <= pc < len(program.paths) else "?"
