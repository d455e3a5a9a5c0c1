"""Packed rows on as few bits as their words need, for as long as their states wait.

Nearly all words of a packed row (`rows`) are small: integers, what is dead, numbers of lists. Each
is written as a sign of four bits, and what belongs to it:

     0 … 9           the integer 0 … 9
    10               DEAD
    11               −1
    12   8 bits      an integer from 10 to 255
    13   4 and 12    a value's tag and its payload, where that is below 4,096
    14   36          a value: its payload, then its tag
    15               any word: it stands whole in the next word of the row

low bits first, one after another, a sign's bits going on in the next word where one is full. In
front stands how many words the narrow row takes; the first word that is written is the length of
the wide one. So equal rows are equal narrow rows, and a word takes 6 to 8 bits in place of 64.

What this does not do: fingerprints are those of the wide row (`store`).
"""

from __future__ import annotations

from typing import Final

from foretell.vm import values as V
from foretell.vm.kernel import I64, kernel, shr64, wrap64

__all__ = ["narrow", "wide_length", "widen"]

_DEAD: Final = 10
_MINUS: Final = 11
_BYTE: Final = 12
_SHORT: Final = 13
_VALUE: Final = 14
_WORD: Final = 15


@kernel
def narrow(row: I64, at: int, out: I64, to: int) -> int:
    """Write the narrow row of a packed row; gives its end, at most twice as far and two words."""
    start = to
    to += 1
    word = 0
    used = 0  # bits of it
    for i in range(at, at + row[at]):
        w = row[i]
        code = w
        bits = 4
        if w < 0 or w >= _DEAD:
            if w == V.DEAD_VALUE:
                code = _DEAD
            elif w == -1:
                code = _MINUS
            elif shr64(w, 8) == 0:
                code = _BYTE | w << 4
                bits = 12
            elif shr64(w, 36) != 0:
                code = _WORD
            elif (w & 0xFFFFF000) == 0:
                code = _SHORT | (w >> 32) << 4 | (w & 0xFFF) << 8
                bits = 20
            else:
                code = _VALUE | w << 4
                bits = 40
        word = wrap64(word | code << used)
        used += bits
        if used >= 64:
            out[to] = word
            to += 1
            used -= 64
            word = shr64(code, bits - used)
        if code == _WORD:
            if used > 0:
                out[to] = word
                to += 1
            out[to] = w
            to += 1
            used = 0
            word = 0
    if used > 0:
        out[to] = word
        to += 1
    out[start] = to - start
    return to


@kernel
def widen(rows: I64, at: int, row: I64, to: int) -> None:
    """Write the packed row that a narrow row stands for."""
    last = at + rows[at] - 1
    at += 1
    used = 0
    i = 0
    n = 1
    while i < n:
        code = shr64(rows[at], used) | wrap64(rows[min(at + 1, last)] << 1 << (63 - used))
        sign = code & 15
        w = sign
        used += 4
        if sign >= _DEAD:
            if sign == _DEAD:
                w = V.DEAD_VALUE
            elif sign == _MINUS:
                w = -1
            elif sign == _BYTE:
                w = (code >> 4) & 0xFF
                used += 8
            elif sign == _SHORT:
                w = ((code >> 4) & 15) << 32 | ((code >> 8) & 0xFFF)
                used += 16
            elif sign == _VALUE:
                w = (code >> 4) & 0xFFFFFFFFF
                used += 36
            else:
                w = rows[at + 1]
                at += 2
                used = 0
        if i == 0:
            n = w
        row[to + i] = w
        i += 1
        at += used >> 6
        used = used & 63


@kernel
def wide_length(rows: I64, at: int) -> int:
    """The length of the packed row that a narrow row stands for."""
    code = rows[at + 1]
    sign = code & 15
    if sign == _BYTE:
        return (code >> 4) & 0xFF
    if sign == _SHORT:
        return (code >> 8) & 0xFFF
    if sign == _VALUE:
        return (code >> 4) & 0xFFFFFFFFF
    return sign
