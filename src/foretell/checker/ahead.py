"""Who will still read a variable: the lines that may, from where a story stands.

    starts = story.state_in(resumptions)           # the instructions a reader may go on with
    reads_ahead(program, starts)["oil"]            # [12, 40]: instructions, nearest first

Backward, `liveness` says whether a value still matters; this goes forward and says to whom. It
follows every way on from a state's choices, and what has been written anew on a way is no longer
the value that one knows. It errs on the side of telling: a function's writes are not taken into
account at its return, and a divert to a value may lead to every place that is used as one.

What this does not do: visit counts and temporaries; whether a reading decides anything.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence

from foretell.vm import program as P
from foretell.vm import values as V
from foretell.vm.program import Program

__all__ = ["reads_ahead", "resumptions"]


def resumptions(tables: Sequence[int], row: Sequence[int]) -> list[int]:
    """The instructions that a row at rest may go on with: its choices', and those returned to."""
    found: list[int] = []
    records = tables[P.T_CHOICE_TABLE]
    at = tables[P.T_CHOICES]
    for _ in range(row[P.CHOICES]):
        record = records + row[at + P.C_CHOICE] * P.CHOICE_SIZE
        found.append(tables[record + P.CHOICE_STUB])
        if row[at + P.C_FROM] >= 0:
            target = tables[P.T_TARGETS] + tables[record + P.CHOICE_TARGET] * P.TARGET_SIZE
            found.append(tables[target + P.TARGET_PC])
        frame = at + P.C_HEADER + row[at + P.C_TAGS]
        end = at + row[at + P.C_SIZE]
        while frame < end:
            width = tables[tables[P.T_SCOPES] + row[frame + P.FR_SCOPE]]
            if row[frame + P.FR_RETURN] >= 0:
                found.append(row[frame + P.FR_RETURN])
            frame += P.FR_HEADER + width
        at += row[at + P.C_SIZE]
    return list(dict.fromkeys(found))


def reads_ahead(program: Program, starts: Iterable[int]) -> dict[str, list[int]]:
    """For each variable, the instructions that may read the value it has now, nearest first."""
    code = program.code
    everything = (1 << len(program.global_names)) - 1
    somewhere = _somewhere(program)
    unwritten = [0] * (program.length + 1)  # by instruction: variables no way here has written
    reads: dict[int, list[int]] = defaultdict(list)
    waiting: deque[int] = deque()

    def come(pc: int, variables: int) -> None:
        if 0 <= pc < program.length and variables & ~unwritten[pc]:
            unwritten[pc] |= variables
            waiting.append(pc)

    for pc in starts:
        come(pc, everything)
    while waiting:
        pc = waiting.popleft()
        kept = unwritten[pc]
        op, a = code[pc * 4], code[pc * 4 + 1]
        if op in (P.OP_LOAD_GLOBAL, P.OP_POINT_GLOBAL) and kept >> a & 1 and pc not in reads[a]:
            reads[a].append(pc)
        elif op == P.OP_STORE_GLOBAL:
            kept &= ~(1 << a)
        for following in _following(program, pc, somewhere):
            come(following, kept)
    return {name: reads.get(slot, []) for slot, name in enumerate(program.global_names)}


def _somewhere(program: Program) -> list[int]:
    """Where a divert to a value may lead: the places that are used as values."""
    found = set()
    for pc in range(program.length):
        value = program.code[pc * 4 + 1]
        if program.code[pc * 4] == P.OP_PUSH and value >> V.TAG_SHIFT == V.TARGET:
            found.add(value & V.PAYLOAD)
    at = program.tables[P.T_TARGETS]
    return [program.tables[at + target * P.TARGET_SIZE + P.TARGET_PC] for target in found]


def _following(program: Program, pc: int, somewhere: list[int]) -> list[int]:
    """The instructions that may come after one, in its frame or in one that it calls."""
    code = program.code
    op, a = code[pc * 4], code[pc * 4 + 1]
    if op == P.OP_JUMP:
        return [a]
    if op in (P.OP_JUMP_IF, P.OP_JUMP_UNLESS, P.OP_FORK, P.OP_CALL):
        return [pc + 1, a]
    if op == P.OP_CHOICE:
        at = program.tables[P.T_CHOICE_TABLE] + a * P.CHOICE_SIZE
        return [pc + 1, program.tables[at + P.CHOICE_STUB]]
    if op == P.OP_JUMP_VALUE or (op == P.OP_RETURN and a == P.TUNNEL):
        return somewhere
    if op == P.OP_CALL_VALUE:
        return [pc + 1, *somewhere]
    if op == P.OP_EXTERNAL:
        return [pc + 1, code[pc * 4 + 3]]
    if op in (P.OP_RETURN, P.OP_FALL, P.OP_DONE, P.OP_END):
        return []
    return [pc + 1]
