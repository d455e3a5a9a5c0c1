"""What keeps a story from being finished: the things that take ever more values, and why.

Where exploring stops early, its author wants to know what to look at. A sample of packed rows,
taken on the way and from what waits, is unpacked, and of each live thing the values in it are
compared, those in the first half of the way with those after it:

    gold       143 values, 0 to 142, rising      a counter: infinite, or nearly so
    mood       7 values                          finite, but it multiplies all the rest
    visits to cellar, hall, … 31 things of 2 or 3 values each      2³¹ combinations

A thing that nobody reads again would not be live, so each comes with the reads that keep it
(`reads`, which asks `Liveness` and follows the value to whatever looks at it), and with a change
that would make it finite. What this does not do: prove that a story is infinite.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from foretell.checker.exploring.rows import M_HERE, M_UNION, M_WORDS, MASK_BITS, unpack
from foretell.checker.graphs.graph import CHOICE, TERMINAL
from foretell.checker.reduction.liveness import Liveness
from foretell.checker.reduction.reads import DEALT, Read, reads_of
from foretell.diagnostics import counted
from foretell.vm import program as P
from foretell.vm import values as V
from foretell.vm.kernel import ctz64
from foretell.vm.program import Program

__all__ = ["Growing", "kind_of", "most_varied", "name_of"]

_SHOWN: Final = 5  # things told of
_READS: Final = 4  # reads told of each
_EXAMPLES: Final = 3
_WORK: Final = 4_000_000  # words that may be united in looking for what grows
_FEW: Final = 3  # values with which a thing is worth a word only together with others

Key = tuple[str, int, int]  # kind; bit, or scope and slot of a temporary


@dataclass(frozen=True, slots=True)
class Growing:
    """A thing that takes many values, and what keeps it in the state.

    `kind` is "variable", "visits", "turns", "shuffle", "turn", "temporary", "stack" or, of many
    things with few values each, "combinations". `low` and `high` are of values that are numbers.
    `trend` is "rising", "falling", "both" or "new" where later values go beyond earlier ones, else
    "". `bound` is a line for the table [bounds] of foretell.toml. `finite` is what surely takes no
    more than a few values, however long one reads.
    """

    name: str
    kind: str
    count: int
    low: float | None = None
    high: float | None = None
    examples: tuple[str, ...] = ()
    trend: str = ""
    reads: tuple[Read, ...] = ()
    hint: str = ""
    bound: str = ""
    finite: bool = False

    @property
    def summary(self) -> str:
        """Its values in a few words."""
        if self.kind == "combinations":
            return f"in any combination: {', '.join(self.examples)} …"
        if self.low is not None:
            told = f"{self.count:,} values, {self.low:,g} to {self.high:,g}"
        else:
            told = f"{self.count:,} values"
        trends = {
            "rising": "rising",
            "falling": "falling",
            "both": "going both ways",
            "new": "ever new",
        }
        told += f", {trends[self.trend]}" if self.trend else ""
        if self.examples:
            told += f": {', '.join(self.examples)}"
        return told


def most_varied(
    way: Sequence[Sequence[int]],
    waiting: Sequence[Sequence[int]],
    tables: Sequence[int],
    masks: Sequence[int],
    liveness: Liveness,
    most: int = _SHOWN,
) -> list[Growing]:
    """The live things with the most different values.

    They are looked for in packed rows: some met on the way, oldest first, and some that wait.
    """
    met: list[dict[Key, set[int]]] = [{}, {}]
    masks, tables = list(masks), list(tables)
    # rows of thousands of choices take seconds each in plain Python: then few of them will do
    cost = masks[M_WORDS] * sum(len(row) for row in (*way, *waiting))
    step = 1 + cost // _WORK
    way, waiting = way[::step], waiting[::step]
    rows = [list(row) for row in (*way, *waiting) if row[1] != TERMINAL]
    work = [0] * tables[P.T_END]
    for place, row in enumerate(rows):
        later = 2 * place >= len(way)
        unpack(tables, masks, work, row, 0)
        for key, value in _things(tables, masks, work, liveness):
            met[later].setdefault(key, set()).add(value)
        if row[1] == CHOICE and row[2] > 0:
            met[later].setdefault(("stack", 0, 0), set()).add(row[6])  # words of frames
    found: list[Growing] = []
    few: list[tuple[Key, int]] = []
    for key in met[0].keys() | met[1].keys():
        before, after = (values.get(key, set()) for values in met)
        count = len(before | after)
        if count > _FEW:
            found.append(_growing(key, before, after, liveness))
        elif count > 1:
            few.append((key, count))
    found.sort(key=lambda thing: (thing.finite, not thing.trend, -thing.count, thing.name))
    told = [thing for thing in found if not thing.finite][:most] or found[:most]
    if len(few) > 4 and not any(thing.trend in ("rising", "falling", "both") for thing in told):
        told.append(_combined(few, liveness))
    return told


def _things(
    tables: list[int], masks: list[int], work: list[int], liveness: Liveness
) -> Iterator[tuple[Key, int]]:
    """The live things of a row that was just unpacked, and their values."""
    union = masks[M_UNION]
    for word in range(masks[M_WORDS]):
        left = masks[union + word]
        while left:
            bit = word * MASK_BITS + ctz64(left)
            left &= left - 1
            if bit < masks[M_HERE]:
                yield (kind_of(bit, liveness), bit, 0), work[P.HEADER + bit]
            elif bit == liveness.turn_bit:
                yield (kind_of(bit, liveness), bit, 0), work[P.TURN]
    at = tables[P.T_CHOICES]
    for _ in range(work[P.CHOICES]):
        frame = at + P.C_HEADER + work[at + P.C_TAGS]
        end = at + work[at + P.C_SIZE]
        while frame < end:
            scope = work[frame + P.FR_SCOPE]
            width = tables[tables[P.T_SCOPES] + scope]
            for slot in range(width):
                value = work[frame + P.FR_HEADER + slot]
                if value >> V.TAG_SHIFT not in (V.DEAD, V.UNSET, V.POINTER):
                    yield ("temporary", scope, slot), value
            frame += P.FR_HEADER + width
        at = end


def kind_of(bit: int, liveness: Liveness) -> str:
    """What a bit stands for (`Growing.kind`)."""
    if bit < liveness.visits_at:
        return "variable"
    if bit < liveness.turns_at:
        return "visits"
    if bit == liveness.turn_bit:
        return "turn"
    return "turns" if bit < liveness.shuffles_at else "shuffle"


def name_of(key: Key, liveness: Liveness) -> str:
    """What authors call a thing."""
    program = liveness.program
    kind, number, slot = key
    if kind == "variable":
        return program.global_names[number]
    if kind == "visits":
        return f"visits to {_place(program, program.visit_names[number - liveness.visits_at])}"
    if kind == "turns":
        return f"turns since {_place(program, program.turn_names[number - liveness.turns_at])}"
    if kind == "temporary":
        return program.temp_names[program.scope_temps[number][slot]]
    if kind == "turn":
        return "TURNS()"
    if kind == "shuffle":
        return "what a shuffle has dealt"
    return "tunnels and functions that have not returned"


def _place(program: Program, path: str) -> str:
    """A counted container as its author knows it: a name, or where a nameless one stands."""
    if not any(part.isdigit() or part[:2] in ("c-", "g-") for part in path.split(".")):
        return path
    for choice in program.choices:
        if choice.target_path == path and choice.span is not None:
            text = choice.text.strip()
            quoted = f"“{_cut(text)}” " if text else ""
            return f"{quoted or 'a choice '}(line {choice.span.line})"
    for pc in range(program.length):
        span = program.spans[pc]
        op, a = program.code[pc * 4 : pc * 4 + 2]
        if span is not None and op == P.OP_VISIT and program.visit_names[a] == path:
            return f"what stands in line {span.line}"
    return path


def _growing(key: Key, before: set[int], after: set[int], liveness: Liveness) -> Growing:
    """A thing with many values, described."""
    kind = key[0]
    values = before | after
    low, high, trend, examples = _spread(kind, before, after, liveness.program)
    reads = list(reads_of(liveness, kind, key[1], key[2]))
    own = f"goes into `{name_of(key, liveness)}`"  # its own changing keeps nothing alive
    reads = [read for read in reads if read.how != own] or reads
    finite = _is_capped(key, liveness) or {read.how for read in reads} == {DEALT}
    hint, bound = "", ""
    if not finite:
        hint, bound = _remedy(key, low, high, reads, liveness, trend)
    name = name_of(key, liveness)
    beside = _beside(key, liveness)
    if beside:  # the values are counted from theirs, and no range of its own
        name, bound = f"{name}, beside {', '.join(beside)}", ""
    if kind == "shuffle" and reads and reads[0].line:
        name = f"what the shuffle in line {reads[0].line} has dealt"
    return Growing(
        name, kind, len(values), low, high, examples, "" if finite else trend,
        tuple(reads[:_READS]), hint, bound, finite,
    )  # fmt: skip


def _spread(
    kind: str, before: set[int], after: set[int], program: Program
) -> tuple[float | None, float | None, str, tuple[str, ...]]:
    """Of values that are numbers the least, the greatest, how they move; of others examples."""
    values = before | after
    trend = "new" if before and len(after - before) * 3 > len(values) else ""
    if kind in ("shuffle", "turns"):  # a bit mask; an absolute turn
        return None, None, trend, ()
    tags = {v >> V.TAG_SHIFT for v in values}
    if kind in ("variable", "temporary") and not tags <= {V.INT, V.FLOAT, V.BOOL}:
        if tags == {V.LIST}:
            sizes = [len(program.values.ink_list(v).items) for v in values]
            least, most = min(sizes), max(sizes)
            shown = f"{least} to {most} items" if least < most else counted(most, "item")
            return None, None, trend, (f"lists of {shown}",)
        texts = sorted({_cut(program.values.text(v)) for v in values}, key=len, reverse=True)
        return None, None, trend, tuple(f"“{text}”" for text in texts[:_EXAMPLES])
    low, high = ([_number(kind, v, program) for v in some] for some in (before, after))
    if low and high:
        up, down = max(high) > max(low), min(high) < min(low)
        trend = "both" if up and down else "rising" if up else "falling" if down else ""
    return min(low + high), max(low + high), trend, ()


def _number(kind: str, value: int, program: Program) -> float:
    if kind in ("variable", "temporary"):
        read = program.values.to_python(value)
        return read if isinstance(read, int | float) else 0
    return value


def _beside(key: Key, liveness: Liveness) -> list[str]:
    """The other variables of a company: of all of them, only distances are kept."""
    kind, slot, _ = key
    for company in liveness.companies if kind == "variable" else ():
        if slot in company.bounds:
            return [
                liveness.program.global_names[other] for other in company.bounds if other != slot
            ]
    return []


def _is_capped(key: Key, liveness: Liveness) -> bool:
    """Whether a count is saturated: it is told apart only so far."""
    kind, bit, _ = key
    if kind == "visits":
        return liveness.limits[bit - liveness.visits_at] != (0, 0)
    return kind == "turns" and liveness.since_caps[bit - liveness.turns_at] > 0


def _cut(text: str) -> str:
    return text if len(text) <= 24 else text[:22] + "…"


def _combined(few: list[tuple[Key, int]], liveness: Liveness) -> Growing:
    """Many things of few values each: what they multiply to."""
    names = sorted(name_of(key, liveness) for key, _ in few)
    possible = math.prod(count for _, count in few)
    shown = f"{possible:,}" if possible < 10**9 else f"{possible:.1e}"
    return Growing(
        f"{len(few)} things of 2 or 3 values each",
        "combinations",
        len(few),
        examples=tuple(names[:4]),
        hint=f"up to {shown} combinations: scenes that readers may take in any order multiply. Let "
        "some of them close others off, or check a part at a time with `--from KNOT`",
    )


def _remedy(
    key: Key,
    low: float | None,
    high: float | None,
    reads: Sequence[Read],
    liveness: Liveness,
    trend: str,
) -> tuple[str, str]:
    """What would make a thing finite, in a sentence, and a bound to copy."""
    kind = key[0]
    name = name_of(key, liveness)
    against = next((read for read in reads if read.other), None)
    spelled = next((read for read in reads if read.how == "printed into a string"), None)
    if kind == "stack":
        hint = "a tunnel or function is entered again before it has returned: end tunnels with "
        return hint + "`->->`, and leave them for good with `->-> elsewhere`", ""
    if kind == "shuffle":
        return "a cycle `{&…}` in place of the shuffle has only as many states as elements", ""
    if kind == "temporary":
        return "set it to the same value before a choice once it has served", ""
    if spelled is not None:
        hint = (
            f"print it outside of the string on line {spelled.line}, or compare it with constants"
        )
    elif against is not None:
        hint = f"compare it with a constant instead of {against.other} on line {against.line}"
    elif kind == "visits":
        hint = f"compare it with constants, as in `{{{name.removeprefix('visits to ')} > 3}}`"
    elif kind in ("turn", "turns"):
        hint = "compare it with constants only, or count in a variable that stops: "
        hint += "`~ day = MIN(day + 1, 30)`"
    elif low is None:
        hint = "every value it takes is told apart: empty it, or set it back, once it has served"
    elif trend == "falling":
        hint = f"let it stop where it no longer matters: `~ {name} = MAX({name} - 1, 0)`"
    else:
        ceiling = _ceiling(reads, low, high)
        hint = f"let it stop where it no longer matters: `~ {name} = MIN({name} + 1, {ceiling})`"
    bound = ""
    if kind == "variable" and low is not None:
        bound = f'{name} = "{min(0, math.floor(low))}..{_ceiling(reads, low, high)}"'
    return hint, bound


def _ceiling(reads: Sequence[Read], low: float | None, high: float | None) -> int:
    """How far a number might count: past all it is compared with, else a round figure."""
    known = [read.constant for read in reads if read.constant is not None]
    if known and max(known) >= (low or 0):
        return max(known) + 1
    if high is None or high <= 10:
        return 10
    return 20 if high < 100 else 50
