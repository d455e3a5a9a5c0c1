"""Dice that stay whole: one run of a turn for all the faces that nothing tells apart.

`RANDOM(1, 100) <= 30` has a hundred outcomes and two futures. While exploring, a die is therefore
not thrown but carried: what RANDOM leaves on the stack is the value *DRAWN + 0*, and the turn is
run with the lowest outcome that was not run yet, for itself and for all those like it:

    FACE     the outcome the turn is run with
    ALIKE    the highest outcome for which it would have run the same so far

A value is DRAWN + k (the face plus k) or OPPOSED + k (k minus the face), k in the payload. It goes
wherever a number goes, through variables, parameters and results of functions, untouched; adding
or subtracting a number moves it. What looks at it splits it, and only as far as needed: a
comparison with a number goes on with the faces that compare as FACE does, by lowering ALIKE; so do
conditions, MIN, MAX, and whole division and remainder by a positive number. Since what it is
compared with is there in the row, it need not be a constant: `RANDOM(1, 20) + bonus >= difficulty`
are two outcomes, too. Anything else, and a state that would have to remember it, makes it a number:
FACE alone is then what was run.

The faces FACE … ALIKE weigh so many times what one does, FACE is the outcome a path names, and the
next turn is run from ALIKE + 1. Two outcomes part at the same comparison whichever is run, so no
outcome is run twice or left out: odds and counts are those of running every face.

    RANDOM(1, 6) + 2 >= 6       FACE 1: 3 >= 6 fails, as up to face 3      → 1, weighs 3
                                FACE 4: 6 >= 6 holds, as up to face 6      → 4, weighs 3

Players and random readers never set WHOLE, and for them RANDOM gives a number. There is one die at
a time: at the next draw a state is made, and what of the die is still alive in it is a number.
"""

from __future__ import annotations

from foretell.vm import program as P
from foretell.vm import values as V
from foretell.vm.kernel import I64, div_trunc, kernel, wrap32

__all__ = [
    "drawn_number",
    "drawn_result",
    "drawn_truth",
    "keep_between",
    "make_whole",
    "seal",
    "thrown",
]

_LEAST = -(1 << 40)  # beyond any number
_MOST = 1 << 40


@kernel
def make_whole(row: I64, outcome: int, last: int) -> None:
    """Draw `outcome` for itself and for those up to `last` that turn out to be alike."""
    row[P.DRAW_OUTCOME] = outcome
    row[P.WHOLE] = 1
    row[P.FACE] = outcome
    row[P.ALIKE] = last


@kernel
def drawn_number(row: I64, v: int) -> int:
    """The number that a drawn value has with the present face."""
    if (v >> V.TAG_SHIFT) == V.DRAWN:
        return wrap32(v) + row[P.FACE]
    return wrap32(v) - row[P.FACE]


@kernel
def thrown(row: I64, v: int) -> int:
    """The value itself, or the number it is where it is a drawn one: only FACE is run then."""
    if (v >> V.DRAWN_SHIFT) != 1:
        return v
    row[P.ALIKE] = row[P.FACE]
    return drawn_number(row, v) & V.PAYLOAD


@kernel
def seal(row: I64, words: I64, at: int, end: int) -> None:
    """Make numbers of the drawn values in a packed row: a state must tell its faces apart."""
    for i in range(at, end):
        if (words[i] >> V.DRAWN_SHIFT) == 1:
            words[i] = thrown(row, words[i])


@kernel
def keep_between(row: I64, v: int, low: int, high: int) -> None:
    """Go on with the faces that leave a drawn value between two numbers, as FACE does."""
    last = high - wrap32(v)
    if (v >> V.TAG_SHIFT) == V.OPPOSED:
        last = wrap32(v) - low
    row[P.ALIKE] = min(row[P.ALIKE], last)


@kernel
def drawn_truth(row: I64, v: int) -> int:
    """1 if a drawn value is not 0, else 0."""
    n = drawn_number(row, v)
    if n == 0:
        keep_between(row, v, 0, 0)
        return 0
    if n > 0:
        keep_between(row, v, 1, _MOST)
    else:
        keep_between(row, v, _LEAST, -1)
    return 1


@kernel
def moved(row: I64, tag: int, offset: int) -> int:
    """A drawn value of that offset, or -1 where some face may make it overflow."""
    sign = 1 if tag == V.DRAWN else -1
    for face in range(2):
        n = offset + sign * (row[P.FACE] if face == 0 else row[P.ALIKE])
        if n != wrap32(n):
            return -1
    if offset != wrap32(offset):
        return -1
    return (tag << V.TAG_SHIFT) | (offset & V.PAYLOAD)


@kernel
def drawn_result(row: I64, op: int, x: int, y: int) -> int:
    """A binary operator on a drawn value and a number; -1 where it has to be thrown first."""
    left = 1 if (x >> V.DRAWN_SHIFT) == 1 else 0
    v = x if left == 1 else y
    other = y if left == 1 else x
    if (other >> V.TAG_SHIFT) == V.DEAD:
        return V.DEAD_VALUE
    if (other >> V.TAG_SHIFT) > V.BOOL:
        return -1
    c = wrap32(other)
    n = drawn_number(row, v)
    tag = v >> V.TAG_SHIFT
    offset = wrap32(v)
    if op == P.OP_ADD:
        return moved(row, tag, offset + c)
    if op == P.OP_SUB:
        if left == 1:
            return moved(row, tag, offset - c)
        return moved(row, V.OPPOSED if tag == V.DRAWN else V.DRAWN, c - offset)
    if op == P.OP_AND or op == P.OP_OR:
        held = drawn_truth(row, v)
        if op == P.OP_AND:
            return V.TRUE if held != 0 and c != 0 else V.FALSE
        return V.TRUE if held != 0 or c != 0 else V.FALSE
    if op == P.OP_MIN or op == P.OP_MAX:
        if n <= c:
            keep_between(row, v, _LEAST, c)
        else:
            keep_between(row, v, c + 1, _MOST)
        if (n <= c) == (op == P.OP_MIN):
            return v
        return c & V.PAYLOAD
    if op == P.OP_DIV or op == P.OP_MOD:
        if left == 0 or c <= 0:
            return -1
        quotient = div_trunc(n, c)
        low = quotient * c if quotient > 0 else quotient * c - c + 1
        high = quotient * c if quotient < 0 else quotient * c + c - 1
        keep_between(row, v, low, high)
        if op == P.OP_DIV:
            return quotient & V.PAYLOAD
        return moved(row, tag, offset - quotient * c)
    if op < P.OP_EQ or op > P.OP_NE:
        return -1
    return compared(row, op, v, n, c, left)


@kernel
def compared(row: I64, op: int, v: int, n: int, c: int, left: int) -> int:
    """A drawn value, now n, compared with c; it stands on the left of the operator or not."""
    if left == 0:  # c < v is v > c
        if op == P.OP_LT:
            op = P.OP_GT
        elif op == P.OP_GT:
            op = P.OP_LT
        elif op == P.OP_LE:
            op = P.OP_GE
        elif op == P.OP_GE:
            op = P.OP_LE
    if op == P.OP_EQ or op == P.OP_NE:
        if n == c:
            keep_between(row, v, c, c)
        elif n < c:
            keep_between(row, v, _LEAST, c - 1)
        else:
            keep_between(row, v, c + 1, _MOST)
        return V.TRUE if (n == c) == (op == P.OP_EQ) else V.FALSE
    # the greatest number on the lower side of the comparison
    border = c - 1 if op == P.OP_LT or op == P.OP_GE else c
    below = 1 if n <= border else 0
    if below == 1:
        keep_between(row, v, _LEAST, border)
    else:
        keep_between(row, v, border + 1, _MOST)
    return V.TRUE if (below == 1) == (op == P.OP_LT or op == P.OP_LE) else V.FALSE
