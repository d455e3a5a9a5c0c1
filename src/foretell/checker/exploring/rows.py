"""Packed rows: a state as its future sees it, and nothing else.

A work row holds all that ink remembers. A *packed row* is the canonical form of a state made from
it: its length, its kind, and then

    CHOICE    n, per choice [point, from, top, size, frames], then the live things
    CHANCE    pc, kind low count slot of the draw, SAFE, threads, choices, evaluation stack,
              strings under construction, then the live things
    TERMINAL  the outcome's code, then the live things (those always observed)

*The live things* are the globals, saturated visit counts, turns since (never absolute) and
shuffles whose bit is set in the state's mask, in order, then `here`, the turn number and the
ending's name where those are live. The mask is the union of what is live at every place the state
can resume, so it follows from the row's own choices and frames, and a row needs no other header.
Temporaries that are dead where their frame goes on are written as DEAD, and addresses as distances:
nothing in a packed row depends on how it came about.

`build_masks` lays out what the kernels need of a `Liveness` in one buffer. `unpack` makes a work
row again; what is not live is DEAD in it (counts are 0), which nobody can notice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from foretell.checker.graphs.graph import CHANCE, CHOICE, UNEXPLORED
from foretell.checker.reduction.counters import GLOBAL, Key
from foretell.checker.reduction.liveness import Liveness
from foretell.vm import machine
from foretell.vm import program as P
from foretell.vm import values as V
from foretell.vm.dice import drawn_number, keep_between, thrown
from foretell.vm.kernel import I64, copy, ctz64, fill, kernel, wrap32

__all__ = [
    "AFRESH",
    "DECIDED",
    "begin_union",
    "build_masks",
    "live_bits",
    "pack_draw",
    "pack_live",
    "pack_rest",
    "restore",
    "unpack",
    "unshifted",
]

DECIDED: Final = UNEXPLORED + 1
"""The kind of a packed row at a draw that is for a reader to decide; in a graph, a CHOICE."""

AFRESH: Final = UNEXPLORED + 2
"""The kind of one where a text-only shuffle deals (`wording`); in a graph, a CHANCE."""

# ------------------------------------------------------------------ the masks buffer
MASK_BITS: Final = 60  # bits in a word of a mask: never the sign
TEMP_BITS: Final = 30  # temporaries of a frame that can be dead; those beyond always live
M_WORDS: Final = 0  # words of a mask
M_INDEX: Final = 1  # where the mask number of each pc is (-1: nobody resumes there)
M_MASKS: Final = 2  # where the masks are; after each, one word of live temporaries
M_OBSERVED: Final = 3  # where the mask of what is always observed is
M_PINNED: Final = 4  # where the pinned temporaries of each scope are
M_LIMITS: Final = 5  # where (limit, step) of each visit slot are
M_SINCE: Final = 6  # where the cap of each turn slot is
M_UNION: Final = 7  # scratch: the union of the masks of one state
M_TURNS_AT: Final = 8  # bit of the first turn-since
M_SHUFFLES_AT: Final = 9
M_HERE: Final = 10  # bit of `here`; the turn number and the ending follow
M_VISITS_AT: Final = 11
M_FOLDS: Final = 12  # where, by global, the place of its fold is, 0 if it has none
M_TEMP_FOLDS: Final = 13  # where, by scope, the place of the same for its temporaries is
M_COMPANIES: Final = (
    14  # where the companies are, each [slots, falling, shift, (slot, edged, edge)…]
)
M_HELD: Final = 15  # words of values on the evaluation stack: where there are any, none is moved
M_HEADER: Final = 16

PLAIN: Final = -1  # in place of a fold: of a list only whether it is empty
TOGETHER: Final = -2  # … then where the shift of its company is
CO_SLOTS: Final = 0
CO_FALLING: Final = 1
CO_SHIFT: Final = 2  # scratch: what is taken from each of its variables in the row that is packed
CO_HEADER: Final = 3
_FAR: Final = 1 << 40  # beyond any number


@kernel
def unite(masks: I64, pc: int) -> None:
    """Add what is live at `pc` to the state's mask."""
    index = masks[masks[M_INDEX] + pc]
    if index < 0:
        return
    words = masks[M_WORDS]
    at = masks[M_MASKS] + index * (words + 1)
    union = masks[M_UNION]
    for i in range(words):
        masks[union + i] = masks[union + i] | masks[at + i]


@kernel
def live_temps(masks: I64, pc: int, scope: int) -> int:
    """What is live of a frame's temporaries where it goes on at `pc`.

    Bits by slot: below TEMP_BITS that the value is, from there on that having one is.
    """
    index = masks[masks[M_INDEX] + pc]
    pinned = masks[masks[M_PINNED] + scope]
    if index < 0:
        return pinned
    return pinned | masks[masks[M_MASKS] + index * (masks[M_WORDS] + 1) + masks[M_WORDS]]


@kernel
def folded(masks: I64, row: I64, fold: int, v: int) -> int:
    """What stands for all values that no future tells from v: an integer, or an empty list."""
    if masks[fold] == PLAIN:
        return V.EMPTY_LIST if (v >> V.TAG_SHIFT) == V.LIST and (v & 1) == 0 else v
    if masks[fold] == TOGETHER:
        shift = masks[masks[fold + 1]]
        return v if shift == 0 else (wrap32(v) - shift) & V.PAYLOAD
    n = wrap32(v)
    if (v >> V.DRAWN_SHIFT) == 1:
        n = drawn_number(row, v)
    elif (v >> V.TAG_SHIFT) > V.BOOL:
        return v
    # a search for the last cut that is not above n: `low` are not, from `high` on all are
    low = 0
    high = masks[fold]
    while low < high:
        middle = (low + high) // 2
        if masks[fold + 2 + middle] <= n:
            low = middle + 1
        else:
            high = middle
    if (v >> V.DRAWN_SHIFT) == 1:
        least = masks[fold + 1 + low] if low > 0 else -1 << 40
        most = masks[fold + 2 + low] - 1 if low < masks[fold] else 1 << 40
        keep_between(row, v, least, most)
    return masks[fold + 1 + low] & V.PAYLOAD


@kernel
def shift_companies(masks: I64, row: I64) -> None:
    """Find by how much the live variables of each company can be lowered (raised) together."""
    at = masks[M_COMPANIES]
    while masks[at + CO_SLOTS] != 0:
        end = at + CO_HEADER + 3 * masks[at + CO_SLOTS]
        sign = -1 if masks[at + CO_FALLING] != 0 else 1
        least = _FAR
        free = _FAR  # the number of the first variable that has no edge
        whole = masks[M_HELD] == 0
        for i in range(at + CO_HEADER, end, 3):
            slot = masks[i]
            if (masks[masks[M_UNION] + slot // MASK_BITS] >> (slot % MASK_BITS)) & 1 != 0:
                v = row[P.HEADER + slot]
                if whole and (v >> V.DRAWN_SHIFT) == 1:  # a state would tell its faces apart
                    v = thrown(row, v)
                    row[P.HEADER + slot] = v
                if (v >> V.TAG_SHIFT) != V.INT:
                    whole = False
                elif masks[i + 1] != 0:
                    least = min(least, sign * (wrap32(v) - masks[i + 2]))
                elif free == _FAR:
                    free = wrap32(v)
        shift = 0
        if whole and least != _FAR:
            shift = sign * max(least, 0)
        elif whole and free != _FAR:
            shift = free
        masks[at + CO_SHIFT] = shift
        at = end


@kernel
def pack_frames(
    tables: I64, masks: I64, row: I64, at: int, size: int, resume: int, out: I64, to: int
) -> int:
    """Write the frames at `at`, dead temporaries as 0; the topmost goes on at `resume`.

    Gives where the next word goes.
    """
    end = at + size
    frame = at
    while frame < end:
        scope = row[frame + P.FR_SCOPE]
        width = tables[tables[P.T_SCOPES] + scope]
        above = frame + P.FR_HEADER + width
        pc = resume if above >= end else row[above + P.FR_RETURN]
        unite(masks, pc)
        live = live_temps(masks, pc, scope)
        folds = masks[masks[M_TEMP_FOLDS] + scope]
        copy(out, to, row, frame, P.FR_HEADER)
        to += P.FR_HEADER
        for i in range(width):
            v = row[frame + P.FR_HEADER + i]
            if i < TEMP_BITS and ((live >> i) & 1) == 0:
                # what is dead differs only, where anyone looks, in whether it is there at all
                asked = (live >> (TEMP_BITS + i)) & 1
                v = V.UNSET_VALUE if asked != 0 and v == V.UNSET_VALUE else V.DEAD_VALUE
            elif masks[folds + i] != 0:
                v = folded(masks, row, masks[folds + i], v)
            out[to + i] = v
        to += width
        frame = above
    return to


@kernel
def pack_choice(tables: I64, masks: I64, row: I64, at: int, out: I64, to: int) -> int:
    """Write one generated choice; its texts and tags are no part of the future."""
    choice = row[at + P.C_CHOICE]
    tags = row[at + P.C_TAGS]
    size = row[at + P.C_SIZE] - P.C_HEADER - tags
    out[to] = choice
    out[to + 1] = row[at + P.C_FROM]
    out[to + 2] = row[at + P.C_TOP]
    out[to + 3] = size
    stub = tables[tables[P.T_CHOICE_TABLE] + choice * P.CHOICE_SIZE + P.CHOICE_STUB]
    if row[at + P.C_FROM] >= 0:
        target = tables[tables[P.T_CHOICE_TABLE] + choice * P.CHOICE_SIZE + P.CHOICE_TARGET]
        unite(masks, tables[tables[P.T_TARGETS] + target * P.TARGET_SIZE])
    return pack_frames(tables, masks, row, at + P.C_HEADER + tags, size, stub, out, to + 4)


@kernel
def pack_live(masks: I64, row: I64, out: I64, to: int) -> int:
    """Write the live things of the state's mask, in order of their bits."""
    words = masks[M_WORDS]
    union = masks[M_UNION]
    turns_at = masks[M_TURNS_AT]
    visits_at = masks[M_VISITS_AT]
    shuffles_at = masks[M_SHUFFLES_AT]
    here = masks[M_HERE]
    shift_companies(masks, row)
    for w in range(words):
        left = masks[union + w]
        while left != 0:
            bit = w * MASK_BITS + ctz64(left)
            left = left & (left - 1)
            if bit >= here:
                if bit == here:
                    out[to] = row[P.HERE]
                elif bit == here + 1:
                    out[to] = row[P.TURN]
                else:
                    out[to] = row[P.ENDING]
            else:
                v = row[P.HEADER + bit]
                if bit < visits_at:
                    fold = masks[masks[M_FOLDS] + bit]
                    if fold != 0:
                        v = folded(masks, row, fold, v)
                elif bit >= visits_at and bit < turns_at:
                    limits = masks[M_LIMITS] + (bit - visits_at) * 2
                    limit = masks[limits]
                    if limit != 0 and v > limit:
                        step = masks[limits + 1]
                        low = limit - step + 1
                        v = low + (v - low) % step
                elif bit >= turns_at and bit < shuffles_at and v != 0:
                    v = row[P.TURN] + 2 - v + 1  # turns since, plus 1; 0 is never
                    cap = masks[masks[M_SINCE] + bit - turns_at]
                    if cap != 0 and v > cap:
                        v = cap
                out[to] = v
            to += 1
    return to


def live_bits(masks: Sequence[int]) -> list[int]:
    """The bits of what is live in the row packed last, in the order of its last words."""
    words = (masks[masks[M_UNION] + word] for word in range(masks[M_WORDS]))
    return [
        word * MASK_BITS + bit
        for word, live in enumerate(words)
        for bit in range(MASK_BITS)
        if live >> bit & 1
    ]


def unshifted(masks: Sequence[int], bit: int, value: int) -> int:
    """A live thing of the row packed last as it was before: companies keep distances alone."""
    fold = masks[masks[M_FOLDS] + bit] if bit < masks[M_VISITS_AT] else 0
    if fold == 0 or masks[fold] != TOGETHER or (value >> V.TAG_SHIFT) != V.INT:
        return value
    return (V.number(value) + masks[masks[fold + 1]]) & V.PAYLOAD


@kernel
def begin_union(masks: I64) -> None:
    """Start a state's mask with what is always observed."""
    copy(masks, masks[M_UNION], masks, masks[M_OBSERVED], masks[M_WORDS])
    masks[M_HELD] = 0


@kernel
def pack_rest(tables: I64, masks: I64, row: I64, out: I64, to: int) -> int:
    """Write the packed row of a state at rest with choices; gives its end."""
    begin_union(masks)
    start = to
    out[to + 1] = CHOICE
    to += 3
    count = 0
    at = tables[P.T_CHOICES]
    for _i in range(row[P.CHOICES]):
        choice = row[at + P.C_CHOICE]
        flags = tables[tables[P.T_CHOICE_TABLE] + choice * P.CHOICE_SIZE]
        if (flags & 8) == 0:
            to = pack_choice(tables, masks, row, at, out, to)
            count += 1
        at += row[at + P.C_SIZE]
    out[start + 2] = count
    to = pack_live(masks, row, out, to)
    out[start] = to - start
    return to


@kernel
def pack_draw(tables: I64, masks: I64, row: I64, out: I64, to: int) -> int:
    """Write the packed row of a state at a draw; gives its end."""
    begin_union(masks)
    start = to
    pc = row[P.PC]
    out[to + 1] = CHANCE
    if row[P.DRAW_KIND] == P.DRAW_DECIDED:
        out[to + 1] = DECIDED
    elif row[P.DRAW_KIND] == P.DRAW_AFRESH:
        out[to + 1] = AFRESH
    out[to + 2] = pc
    out[to + 3] = row[P.DRAW_KIND]
    out[to + 4] = row[P.DRAW_LOW]
    out[to + 5] = row[P.DRAW_COUNT]
    shuffles = row[P.DRAW_KIND] == P.DRAW_SHUFFLE or row[P.DRAW_KIND] == P.DRAW_AFRESH
    out[to + 6] = row[P.DRAW_DEALT] if shuffles else -1
    out[to + 7] = row[P.SAFE]
    to += 8
    # threads from the current one down: each [distance of the one below, resume, top, size, frames]
    threads = to
    to += 1
    count = 0
    thread = row[P.THREAD]
    end = row[P.STACK]
    resume = pc
    top = row[P.FRAME] - thread
    while True:
        size = end - thread - P.TH_HEADER
        out[to] = top
        out[to + 1] = resume
        out[to + 2] = size
        to = pack_frames(tables, masks, row, thread + P.TH_HEADER, size, resume, out, to + 3)
        count += 1
        end = thread
        thread = row[thread + P.TH_BELOW]
        if thread == 0:
            break
        resume = row[thread + P.TH_RESUME]
        top = row[thread + P.TH_TOP]
    out[threads] = count
    out[to] = row[P.CHOICES]
    to += 1
    at = tables[P.T_CHOICES]
    for _i in range(row[P.CHOICES]):
        to = pack_choice(tables, masks, row, at, out, to)
        at += row[at + P.C_SIZE]
    size = row[P.EVAL] - tables[P.T_EVAL]
    masks[M_HELD] = size
    out[to] = size
    copy(out, to + 1, row, tables[P.T_EVAL], size)
    to += 1 + size
    size = 0
    if row[P.STRING] != 0:
        size = row[P.OUTPUT] - tables[P.T_OUTPUT]
    out[to] = size
    to += 1
    if size > 0:
        out[to] = row[P.STRING] - tables[P.T_OUTPUT]
        copy(out, to + 1, row, tables[P.T_OUTPUT], size)
        to += 1 + size
    to = pack_live(masks, row, out, to)
    out[start] = to - start
    return to


@kernel
def unpack_live(masks: I64, row: I64, queue: I64, at: int) -> None:
    """Read the live things back; the state's mask must have been united first."""
    words = masks[M_WORDS]
    union = masks[M_UNION]
    turns_at = masks[M_TURNS_AT]
    shuffles_at = masks[M_SHUFFLES_AT]
    here = masks[M_HERE]
    # the absolute turn is free where nobody asks for it: high enough for any turns since
    row[P.TURN] = 1 << 30
    if ((masks[union + (here + 1) // MASK_BITS] >> ((here + 1) % MASK_BITS)) & 1) != 0:
        # its value is behind all other live things but the ending
        n = 0
        for w in range(words):
            left = masks[union + w]
            while left != 0:
                bit = w * MASK_BITS + ctz64(left)
                left = left & (left - 1)
                if bit == here + 1:
                    row[P.TURN] = queue[at + n]
                n += 1
    for w in range(words):
        left = masks[union + w]
        while left != 0:
            bit = w * MASK_BITS + ctz64(left)
            left = left & (left - 1)
            v = queue[at]
            at += 1
            if bit >= here:
                if bit == here:
                    row[P.HERE] = v
                elif bit == here + 2:
                    row[P.ENDING] = v
            else:
                if bit >= turns_at and bit < shuffles_at and v != 0:
                    v = row[P.TURN] + 2 - (v - 1)
                row[P.HEADER + bit] = v


@kernel
def unpack_choice(tables: I64, masks: I64, row: I64, queue: I64, at: int) -> int:
    """Read one choice into the row; gives where the next word is."""
    to = row[P.CHOICE_TOP]
    choice = queue[at]
    size = queue[at + 3]
    row[to + P.C_SIZE] = P.C_HEADER + size
    row[to + P.C_CHOICE] = choice
    row[to + P.C_FROM] = queue[at + 1]
    row[to + P.C_START] = 0
    row[to + P.C_ONLY] = 0
    row[to + P.C_TAGS] = 0
    row[to + P.C_TOP] = queue[at + 2]
    copy(row, to + P.C_HEADER, queue, at + 4, size)
    stub = tables[tables[P.T_CHOICE_TABLE] + choice * P.CHOICE_SIZE + P.CHOICE_STUB]
    if queue[at + 1] >= 0:
        target = tables[tables[P.T_CHOICE_TABLE] + choice * P.CHOICE_SIZE + P.CHOICE_TARGET]
        unite(masks, tables[tables[P.T_TARGETS] + target * P.TARGET_SIZE])
    unite_frames(tables, masks, queue, at + 4, size, stub)
    row[P.CHOICE_TOP] = to + P.C_HEADER + size
    row[P.CHOICES] += 1
    return at + 4 + size


@kernel
def unite_frames(tables: I64, masks: I64, words: I64, at: int, size: int, resume: int) -> None:
    """Add what is live at the places where these frames go on."""
    end = at + size
    frame = at
    while frame < end:
        above = frame + P.FR_HEADER + tables[tables[P.T_SCOPES] + words[frame + P.FR_SCOPE]]
        unite(masks, resume if above >= end else words[above + P.FR_RETURN])
        frame = above


@kernel
def unpack(tables: I64, masks: I64, row: I64, queue: I64, at: int) -> None:
    """Make the work row that a packed row stands for; what is not live is 0."""
    fill(row, 0, tables[P.T_STACK], 0)
    fill(row, P.HEADER, masks[M_VISITS_AT], V.DEAD_VALUE)
    row[P.CHOICE_TOP] = tables[P.T_CHOICES]
    row[P.EVAL] = tables[P.T_EVAL]
    row[P.OUTPUT] = tables[P.T_OUTPUT]
    row[P.DRAW_OUTCOME] = P.NO_OUTCOME
    row[P.FROM] = -1
    row[P.PC] = -1
    begin_union(masks)
    kind = queue[at + 1]
    if kind == CHOICE:
        count = queue[at + 2]
        at += 3
        for _i in range(count):
            at = unpack_choice(tables, masks, row, queue, at)
        machine.reset_stack(tables, row, 0)
    else:
        row[P.PC] = queue[at + 2]
        row[P.SAFE] = queue[at + 7]
        at += 8
        count = queue[at]
        at += 1
        # threads stand from the current one down: find how long the stack is, then fill it
        total = 0
        look = at
        for _i in range(count):
            total += P.TH_HEADER + queue[look + 2]
            look += 3 + queue[look + 2]
        base = tables[P.T_STACK]
        end = base + total
        row[P.STACK] = end
        for i in range(count):
            size = queue[at + 2]
            thread = end - size - P.TH_HEADER
            below = 0
            if i + 1 < count:
                below = thread - P.TH_HEADER - queue[at + 3 + size + 2]
            row[thread + P.TH_BELOW] = below
            row[thread + P.TH_RESUME] = queue[at + 1]
            row[thread + P.TH_TOP] = queue[at]
            copy(row, thread + P.TH_HEADER, queue, at + 3, size)
            unite_frames(tables, masks, queue, at + 3, size, queue[at + 1])
            if i == 0:
                row[P.THREAD] = thread
                row[P.FRAME] = thread + queue[at]
            end = thread
            at += 3 + size
        count = queue[at]
        at += 1
        for _i in range(count):
            at = unpack_choice(tables, masks, row, queue, at)
        size = queue[at]
        copy(row, tables[P.T_EVAL], queue, at + 1, size)
        row[P.EVAL] = tables[P.T_EVAL] + size
        at += 1 + size
        size = queue[at]
        at += 1
        if size > 0:
            row[P.STRING] = tables[P.T_OUTPUT] + queue[at]
            copy(row, tables[P.T_OUTPUT], queue, at + 1, size)
            row[P.OUTPUT] = tables[P.T_OUTPUT] + size
            at += 1 + size
    unpack_live(masks, row, queue, at)


@kernel
def restore(tables: I64, row: I64, base: I64) -> None:
    """Make a row equal to one that was unpacked, as far as anything in it is used."""
    copy(row, 0, base, 0, tables[P.T_STACK])
    at = tables[P.T_STACK]
    copy(row, at, base, at, base[P.STACK] - at)
    at = tables[P.T_CHOICES]
    copy(row, at, base, at, base[P.CHOICE_TOP] - at)
    at = tables[P.T_EVAL]
    copy(row, at, base, at, base[P.EVAL] - at)
    at = tables[P.T_OUTPUT]
    copy(row, at, base, at, base[P.OUTPUT] - at)


def build_masks(live: Liveness, reduce: bool = True, everywhere: bool = False) -> list[int]:
    """The masks buffer of a program; without `reduce` everything is kept.

    It has a mask for each instruction at which a state can resume, or for any, `everywhere`.
    """
    program = live.program
    plain = live.here_bit + 3
    words = (plain + MASK_BITS - 1) // MASK_BITS
    low = (1 << plain) - 1
    everything = low if not reduce else 0

    splits: dict[int, list[int]] = {}  # most instructions have the mask of the one before

    def split(mask: int) -> list[int]:
        known = splits.get(mask)
        if known is None:
            one = (1 << MASK_BITS) - 1
            known = splits[mask] = [(mask >> (MASK_BITS * i)) & one for i in range(words)]
        return known

    resumed: set[int] = set(range(program.length)) if everywhere else set()
    code = program.code
    for pc in range(program.length):
        op = code[pc * 4]
        if op in (P.OP_CALL, P.OP_CALL_VALUE, P.OP_EXTERNAL):
            resumed.add(pc + 1)
            resumed.add(pc)  # where an external's value is drawn
        elif op in (P.OP_RANDOM, P.OP_LIST_RANDOM, P.OP_SHUFFLE):
            resumed.add(pc)
        elif op == P.OP_FORK:
            resumed.add(code[pc * 4 + 1])
    records = program.tables[P.T_CHOICE_TABLE]
    for index in range(len(program.choices)):
        resumed.add(program.tables[records + index * P.CHOICE_SIZE + P.CHOICE_STUB])
    for target in range(len(program.targets)):
        at = program.tables[P.T_TARGETS] + target * P.TARGET_SIZE
        resumed.add(program.tables[at + P.TARGET_PC])
    masks = [0] * M_HEADER
    masks[M_WORDS] = words
    masks[M_INDEX] = len(masks)
    index_at = len(masks)
    masks += [-1] * (program.length + 1)
    masks[M_MASKS] = len(masks)
    for number, pc in enumerate(sorted(resumed)):
        masks[index_at + pc] = number
        use = live.use[pc] if pc < program.length else 0
        masks += split((use & low) | everything)
        scope = program.scope_of_pc[pc] if pc < program.length else 0
        width = len(program.scope_temps[scope])
        every = (1 << min(width, TEMP_BITS)) - 1
        held = (use >> live.temps_at[scope]) & every
        there = (use >> (live.temps_at[scope] + width)) & every
        masks.append(held | (there << TEMP_BITS) if reduce else every)
    masks[M_OBSERVED] = len(masks)
    masks += split(live.observed | everything)
    masks[M_PINNED] = len(masks)
    masks += [slots & ((1 << TEMP_BITS) - 1) for slots in live.pinned_temps]
    masks[M_LIMITS] = len(masks)
    for limit, step in live.limits:
        masks += [limit, step] if reduce else [0, 0]
    masks[M_SINCE] = len(masks)
    masks += live.since_caps if reduce else [0] * len(live.since_caps)
    masks[M_UNION] = len(masks)
    masks += [0] * words
    masks[M_TURNS_AT] = live.turns_at
    masks[M_SHUFFLES_AT] = live.shuffles_at
    masks[M_HERE] = live.here_bit
    masks[M_VISITS_AT] = live.visits_at
    places: dict[Key, int] = dict.fromkeys(live.plain, len(masks)) if reduce else {}
    masks.append(PLAIN)
    for key, fold in live.folds.items() if reduce else ():
        places[key] = len(masks)
        masks += fold.record
    companies = live.companies if reduce else []
    masks[M_COMPANIES] = len(masks)
    shifts: list[int] = []
    for company in companies:
        shifts.append(len(masks) + CO_SHIFT)
        masks += [len(company.bounds), int(company.falling), 0]
        for slot, edge in company.bounds.items():
            masks += [slot, int(edge is not None), edge or 0]
    masks.append(0)
    for company, shift in zip(companies, shifts, strict=True):
        places |= dict.fromkeys(((GLOBAL, slot) for slot in company.bounds), len(masks))
        masks += [TOGETHER, shift]
    masks[M_FOLDS] = len(masks)
    masks += [places.get((GLOBAL, slot), 0) for slot in range(live.visits_at)]
    starts: list[int] = []
    for scope, temps in enumerate(program.scope_temps):
        starts.append(len(masks))
        masks += [places.get((scope, slot), 0) for slot in range(len(temps))]
    masks[M_TEMP_FOLDS] = len(masks)
    masks += starts
    return masks
