"""What the machine's fault codes mean, in ink's words and with their place.

The machine stops with a number and a value; here they become the `Diagnostic` a host shows. The
wording is that of inkle's runtime, so that authors find what others have written about it; the
place and the hint are ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from foretell.diagnostics import Diagnostic, Severity
from foretell.vm import program as P
from foretell.vm import values as V
from foretell.vm.program import Program

__all__ = [
    "RAN_OUT",
    "describe",
    "describe_at",
    "drawn_early",
    "draws_for_ever",
    "endless",
    "external_failed",
    "loops",
    "too_deep",
    "too_much",
    "unfinished",
    "unread",
]

RAN_OUT: Final = {
    P.F_RAN_OUT: ("ran out of content. Do you need a '-> DONE' or '-> END'?", "out-of-content"),
    P.F_RAN_OUT_TUNNEL: (
        "unexpectedly reached end of content. Do you need a '->->' to return from a tunnel?",
        "out-of-tunnel",
    ),
    P.F_RAN_OUT_FUNCTION: (
        "unexpectedly reached end of content. Do you need a '~ return'?",
        "out-of-function",
    ),
}
_INTS: Final = 1 << 31
_FRAME_NAMES: Final = {
    P.FUNCTION: "function return statement (~ return)",
    P.TUNNEL: "tunnel onwards statement (->->)",
    P.BOTTOM: "end of flow (-> END or choice)",
}
_HINTS: Final = {
    "out-of-content": (
        "every way through a story ends in `-> END` or `-> DONE`; where once-only choices can all "
        "be used up, add a fallback choice `* ->`, or let one stay with `+`"
    ),
    "out-of-tunnel": "end the tunnel with `->->`",
    "variable-not-found": "declare it with `~ temp` on every way that leads here",
}


def describe(program: Program, row: Sequence[int], status: int) -> Diagnostic:
    """The problem a run stopped with (status ERROR or WARNING)."""
    code, value = row[P.FAULT], row[P.FAULT_VALUE]
    pc = row[P.PC]
    if code in RAN_OUT or pc < 0:
        pc = row[P.LAST]
    elif status == P.WARNING:
        pc -= 1
    severity: Severity = "warning" if status == P.WARNING else "error"
    return describe_at(program, code, value, pc, severity)


def describe_at(
    program: Program, code: int, value: int, pc: int, severity: Severity = "error"
) -> Diagnostic:
    """The problem with a fault code and its value at an instruction."""
    name, message = _wording(program, code, value, pc)
    return _problem(program, severity, name, message, pc)


def _wording(program: Program, code: int, value: int, pc: int) -> tuple[str, str]:
    values = program.values
    shown = "" if code == P.F_RANDOM_RANGE or value < 0 else values.text(value)
    if code in RAN_OUT:
        message, name = RAN_OUT[code]
        return name, message
    if code == P.F_RETURN_MISMATCH:
        found, expected = _FRAME_NAMES[value // 8], _FRAME_NAMES.get(value % 8, "end of flow")
        return "return-mismatch", f"Found {found}, when expected {expected}"
    if code == P.F_NOT_A_TARGET:
        holds = "was empty/null (the value 0)." if value == 0 else f"contained '{shown}'."
        name = values.strings[program.code[pc * 4 + 3]]
        return (
            "not-a-target",
            (
                f"Tried to divert to a target from a variable, but the variable ({name}) didn't "
                f"contain a divert target, it {holds}"
            ),
        )
    if code == P.F_VARIABLE_MISSING:
        return (
            "variable-not-found",
            (
                "Tried to divert using a target from a variable that could not be found "
                f"({program.temp_names[value]})"
            ),
        )
    if code == P.F_OPERATION:
        message = values.messages[value & V.PAYLOAD]
        return "too-long" if message == V.TOO_LONG else "bad-operation", message
    if code == P.F_CONDITION_TARGET:
        path = values.target_paths[value & V.PAYLOAD]
        return (
            "target-as-condition",
            (
                f"Shouldn't use a divert target (to {path}) as a conditional value. Did you intend "
                "a function call 'likeThis()' or a read count check 'likeThis'? (no arrows)"
            ),
        )
    if code == P.F_COUNT_TARGET:
        extra = ""
        if value >> V.TAG_SHIFT == V.INT:
            extra = (
                ". Did you accidentally pass a read count ('knot_name') instead of a target "
                "('-> knot_name')?"
            )
        return (
            "count-needs-target",
            (
                "TURNS_SINCE expected a divert target (knot, stitch, label name), but saw "
                f"{shown}{extra}"
            ),
        )
    if code == P.F_UNCOUNTED:
        place = shown
        if value >> V.TAG_SHIFT == V.TARGET:
            place = values.target_paths[value & V.PAYLOAD]
        return "uncounted", f"Read count for target ({place}) unknown."
    if code == P.F_RANDOM_RANGE:
        low, high = V.number(value), V.number(value >> V.TAG_SHIFT)
        if not -_INTS <= high - low < _INTS - 1:
            return "random-range", (
                "RANDOM was called with a range that exceeds the size that ink numbers can use."
            )
        return (
            "random-range",
            (
                f"RANDOM was called with minimum as {low} and maximum as {high}. "
                "The maximum must be larger"
            ),
        )
    if code == P.F_RANDOM_TYPE:
        which = "maximum" if value else "minimum"
        return "random-type", f"Invalid value for {which} parameter of RANDOM(min, max)"
    if code == P.F_NO_DIVERT:
        return "missing-target", f"Divert target doesn't exist: {shown}"
    if code == P.F_UNSET_TEMP:
        name = shown if value >> V.TAG_SHIFT == V.STRING else program.temp_names[value]
        return "unset-temporary", f"Could not find temporary variable to set: {name}"
    if code == P.F_NO_EXTERNAL:
        return (
            "missing-external",
            (
                f"Trying to call EXTERNAL function '{program.externals[value]}' which has not been "
                "bound, and fallback ink function could not be found."
            ),
        )
    if code == P.F_SEED:
        return "random-type", "Invalid value passed to SEED_RANDOM"
    if code == P.F_NOT_LIST:
        return "not-a-list", "Expected list for LIST_RANDOM"
    if code == P.F_SHUFFLE:
        return "shuffle-size", (
            f"a shuffle of {shown} elements can't be dealt from: it needs one at least, and their "
            "number must stand in the story as it is (is the compiled story damaged?)"
        )
    if code == P.F_EVAL_EMPTY:
        return "empty-stack", (
            "an expression lacks a value, or a string or tag its beginning (is the compiled story "
            "damaged?)"
        )
    if code == P.W_NOT_FOUND:
        return (
            "variable-not-found",
            (
                f"Variable not found: '{program.temp_names[value]}'. Using default value of 0 "
                "(false). This can happen with temporary variables if the declaration hasn't yet "
                "been hit. Globals are always given a default value on load if a value doesn't "
                "exist in the save state."
            ),
        )
    if code == P.W_NO_CONTAINER:
        return "count-of-nothing", f"Failed to find container for lookup at {shown}"
    return "fault", f"fault {code}"


def _problem(
    program: Program, severity: Severity, code: str, message: str, pc: int, hint: str = ""
) -> Diagnostic:
    span = program.spans[pc] if 0 <= pc < len(program.spans) else None
    label = ""
    if span is None and 0 <= pc < len(program.paths) and program.paths[pc]:
        label = f"at `{program.paths[pc]}` of the compiled story"  # which knows no lines
    return Diagnostic(severity, code, message, span, label, hint or _HINTS.get(code, ""))


def endless(program: Program, pc: int) -> Diagnostic:
    """A turn that used up its step budget."""
    return _problem(
        program,
        "error",
        "no-rest",
        "this turn does not come to rest: it went on for more steps than a turn is given",
        pc,
        "a loop without a choice never ends; let it reach a choice, `-> DONE` or `-> END`",
    )


def unfinished(program: Program, pc: int) -> Diagnostic:
    """A first turn that took all the time there was: nothing can be said of the story."""
    return _problem(
        program,
        "error",
        "no-rest",
        "the first turn was not finished in time: it came to here",
        pc,
        "a loop without a choice must end, in a choice, `-> DONE` or `-> END`; if this one does, "
        "give it more time",
    )


def unread(program: Program, pc: int) -> Diagnostic:
    """A playthrough that random readers don't get to the end of."""
    return _problem(
        program,
        "error",
        "no-rest",
        "not one random reader was done in time: the first had come to here",
        pc,
        "a loop without a choice must end, in a choice, `-> DONE` or `-> END`",
    )


def too_much(program: Program, pc: int) -> Diagnostic:
    """Random readers made so many strings and lists that memory would give out."""
    return _problem(
        program,
        "error",
        "no-rest",
        "random readers make ever new strings or lists: here there was no room for more",
        pc,
        "make fewer runs, or let a string or list that grows be set back",
    )


def loops(program: Program, pc: int) -> Diagnostic:
    """A turn that is proved to go round for ever; `pc` is the loop's first instruction."""
    return _problem(
        program,
        "error",
        "no-rest",
        "this turn never comes to rest: it comes back here with nothing changed, for ever",
        pc,
        "a loop without a choice never ends; let it reach a choice, `-> DONE` or `-> END`",
    )


def drawn_early(program: Program, pc: int) -> Diagnostic:
    """A declaration that chance decides, which no ink has."""
    return _problem(
        program,
        "error",
        "bad-declaration",
        "what a variable is at first may not be drawn",
        pc,
        "declare it with a fixed value, and draw where the story begins",
    )


def draws_for_ever(program: Program, pc: int) -> Diagnostic:
    """A turn in which chance is asked again and again, and no outcome leads out."""
    return _problem(
        program,
        "error",
        "no-rest",
        "this turn never comes to rest: whatever is drawn here, it comes back",
        pc,
        "a loop without a choice never ends; let it reach a choice, `-> DONE` or `-> END`",
    )


def too_deep(program: Program, pc: int) -> Diagnostic:
    """A stack or a string that outgrew the widest row."""
    return _problem(
        program,
        "error",
        "too-deep",
        "this turn needs more memory than a turn is given: a recursion or a string without end",
        pc,
        "check that the recursion has an end that is reached",
    )


def external_failed(program: Program, pc: int, name: str, error: Exception) -> Diagnostic:
    """A host's function that raised."""
    return _problem(
        program,
        "error",
        "external-failed",
        f"the function bound to EXTERNAL '{name}' failed: {type(error).__name__}: {error}",
        pc,
    )
