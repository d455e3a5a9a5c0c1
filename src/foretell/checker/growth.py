"""What keeps a story from being finished: the things that take ever more values.

Where exploring stops early, its author wants to know which variable or count to look at. A sample
of packed rows, taken on the way and from the frontier, is unpacked, and for each live thing the
different values in it are counted. A number that only rises shows up with as many values as
samples; so does the call stack of tunnels that never return.
"""

from __future__ import annotations

from collections.abc import Sequence

from foretell.checker.graph import CHOICE, TERMINAL
from foretell.checker.liveness import Liveness
from foretell.checker.rows import M_HERE, M_UNION, M_WORDS, MASK_BITS, unpack
from foretell.vm import program as P
from foretell.vm.kernel import ctz64

__all__ = ["most_varied"]

CALL_STACK = "the call stack (tunnels or functions that have not returned)"


def most_varied(
    rows: Sequence[Sequence[int]],
    tables: Sequence[int],
    masks: Sequence[int],
    liveness: Liveness,
    most: int = 5,
) -> list[tuple[str, int]]:
    """The live things with the most different values in some packed rows, and how many."""
    masks, tables = list(masks), list(tables)
    work = [0] * tables[P.T_END]
    found: dict[int, set[int]] = {}
    depths: set[int] = set()
    union = masks[M_UNION]
    for row in rows:
        if row[1] == TERMINAL:
            continue
        unpack(tables, masks, work, list(row), 0)
        if row[1] == CHOICE and row[2] > 0:
            depths.add(row[6])  # words of frames behind the first choice
        for word in range(masks[M_WORDS]):
            left = masks[union + word]
            while left:
                bit = word * MASK_BITS + ctz64(left)
                left &= left - 1
                if bit < masks[M_HERE]:
                    found.setdefault(bit, set()).add(work[P.HEADER + bit])
                elif bit == masks[M_HERE] + 1:
                    found.setdefault(bit, set()).add(work[P.TURN])
    counted = [(len(values), liveness.names(1 << bit)[0]) for bit, values in found.items()]
    counted.append((len(depths), CALL_STACK))
    ranked = sorted(counted, reverse=True)[:most]
    return [(name, count) for count, name in ranked if count > 2]
