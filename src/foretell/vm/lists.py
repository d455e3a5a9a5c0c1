"""Lists as sets of bits, so that kernels need no host for what is done with them.

A LIST value is an index (`values`). What it stands for also stands in a *region* of words behind
the memo, at `tables[T_LISTS]` (0: there is none, and every operation goes by the memo):

    header   how many items, words and so on, and where the rest begins (the L_… below)
    numbers  each item's number; items stand in ink's order: by number, then by name of origin
    origins  each item's definition
    masks    for each definition the words of its items
    rows     for each list: the words of its items, the words of the definitions that an empty one
             came from, and one word that is not 0 where the list has anything the story does not
             define (such a list is left to the memo)
    index    open addressing: number of the list + 1, by what its row holds

BITS bits of a word are used. An operation never writes its result down before it knows that it is
new: `_word` gives any word of it, to be hashed, compared and kept.

A result that no list has yet is interned at once where L_GROW is 1: random readers do that, each
thread in a region of its own (`checker.exploring.list_region` translates what leaves it). Elsewhere
it is an operation that only the host can do, which it does in the order asked for (`serve`), so
that lists are numbered alike whatever the number of threads.

What this does not do: define what operations mean. `Values.operate` does, and tests compare.
"""

from __future__ import annotations

from typing import Final

from foretell.vm import values as V
from foretell.vm.kernel import I64, ctz64, kernel, mul64, popcount64, shr64, wrap32

__all__ = [
    "BITS",
    "L_CAPACITY",
    "L_COUNT",
    "L_DEFINITIONS",
    "L_GROW",
    "L_HEADER",
    "L_INDEX",
    "L_ITEMS",
    "L_MASK",
    "L_MASKS",
    "L_NUMBERS",
    "L_ORIGINS",
    "L_ROW",
    "L_ROWS",
    "L_WORDS",
    "index_lists",
    "list_operation",
    "mixed",
    "range_of",
    "serve",
    "slot_of",
]

BITS: Final = 62

L_ITEMS: Final = 0
L_WORDS: Final = 1  # for items
L_DEFINITIONS: Final = 2
L_ROW: Final = 3  # words of a row
L_COUNT: Final = 4
L_CAPACITY: Final = 5
L_MASK: Final = 6  # size of the index minus one
L_GROW: Final = 7
L_NUMBERS: Final = 8  # where …, counted from the header
L_ORIGINS: Final = 9
L_MASKS: Final = 10
L_ROWS: Final = 11
L_INDEX: Final = 12
L_HEADER: Final = 13

# what a result is made of: x, and y another list or a number
UNION: Final = 0
MINUS: Final = 1
BOTH: Final = 2
ALL: Final = 3
REST: Final = 4  # ALL without x
ITEM: Final = 5  # the item numbered y; −1: none
BETWEEN: Final = 6  # numbers from y to z
MOVED: Final = 7  # each item y numbers on, where its definition has one
EMPTIED: Final = 8


@kernel
def _comes_from(memo: I64, at: int, x: int, d: int) -> int:
    """1 if a list has items of definition d, or, if it is empty, came from it."""
    words = memo[at + L_WORDS]
    some = 0
    for i in range(words):
        some |= memo[x + i]
        if (memo[x + i] & memo[at + memo[at + L_MASKS] + d * words + i]) != 0:
            return 1
    if some == 0 and (memo[x + words + d // BITS] & (1 << d % BITS)) != 0:
        return 1
    return 0


@kernel
def _moved(memo: I64, at: int, item: int, step: int) -> int:
    """The first item of the same definition whose number is so much higher; −1: none."""
    numbers = at + memo[at + L_NUMBERS]
    origins = at + memo[at + L_ORIGINS]
    wanted = wrap32(memo[numbers + item] + step)
    for j in range(memo[at + L_ITEMS]):
        if memo[numbers + j] == wanted and memo[origins + j] == memo[origins + item]:
            return j
    return -1


@kernel
def _word(memo: I64, at: int, kind: int, x: int, y: int, z: int, i: int) -> int:
    """The i-th word of a result's items."""
    words = memo[at + L_WORDS]
    if kind == UNION:
        return memo[x + i] | memo[y + i]
    if kind == MINUS:
        return memo[x + i] & ~memo[y + i]
    if kind == BOTH:
        return memo[x + i] & memo[y + i]
    if kind == ITEM:
        return 1 << y % BITS if y >= 0 and y // BITS == i else 0
    found = 0
    if kind in (ALL, REST):
        for d in range(memo[at + L_DEFINITIONS]):
            if _comes_from(memo, at, x, d) != 0:
                found |= memo[at + memo[at + L_MASKS] + d * words + i]
        if kind == REST:
            found = found & ~memo[x + i]
    elif kind == BETWEEN:
        bits = memo[x + i]
        while bits != 0:
            bit = ctz64(bits)
            bits &= bits - 1
            n = memo[at + memo[at + L_NUMBERS] + i * BITS + bit]
            if y <= n and n <= z:
                found |= 1 << bit
    elif kind == MOVED:
        for j in range(words):
            bits = memo[x + j]
            while bits != 0:
                bit = ctz64(bits)
                bits &= bits - 1
                item = _moved(memo, at, j * BITS + bit, y)
                if item >= 0 and item // BITS == i:
                    found |= 1 << item % BITS
    return found


@kernel
def _origin_word(memo: I64, at: int, kind: int, x: int, i: int) -> int:
    """The i-th word of the definitions that an empty result comes from."""
    found = 0
    if kind in (UNION, MINUS, EMPTIED, BETWEEN):
        last = min((i + 1) * BITS, memo[at + L_DEFINITIONS])
        for d in range(i * BITS, last):
            if _comes_from(memo, at, x, d) != 0:
                found |= 1 << d % BITS
    return found


@kernel
def mixed(h: int, word: int) -> int:
    """A hash, with one word more."""
    h = mul64(h ^ word, -7046029254386353131)
    return h ^ shr64(h, 29)


@kernel
def slot_of(h: int, mask: int) -> int:
    """Where to begin looking in the index."""
    return shr64(mul64(h, -4658895280553007687), 20) & mask


@kernel
def _intern(memo: I64, at: int, kind: int, x: int, y: int, z: int, grow: int) -> int:
    """The LIST value of a result; −1 where no list is equal and none may be, or can be, added."""
    words = memo[at + L_WORDS]
    width = memo[at + L_ROW]
    some = 0
    h = 0
    for i in range(words):
        word = _word(memo, at, kind, x, y, z, i)
        some |= word
        h = mixed(h, word)
    for i in range(words, width - 1):
        word = 0 if some != 0 else _origin_word(memo, at, kind, x, i - words)
        h = mixed(h, word)
    index = at + memo[at + L_INDEX]
    mask = memo[at + L_MASK]
    slot = slot_of(h, mask)
    while memo[index + slot] != 0:
        number = memo[index + slot] - 1
        r = at + memo[at + L_ROWS] + number * width
        same = memo[r + width - 1] == 0
        for i in range(words):
            if same and memo[r + i] != _word(memo, at, kind, x, y, z, i):
                same = False
        if same and some == 0:
            for i in range(words, width - 1):
                if memo[r + i] != _origin_word(memo, at, kind, x, i - words):
                    same = False
        if same:
            return (V.LIST << 32) | (number * 2 + (1 if some != 0 else 0))
        slot = (slot + 1) & mask
    number = memo[at + L_COUNT]
    if grow == 0 or number >= memo[at + L_CAPACITY]:
        return -1
    r = at + memo[at + L_ROWS] + number * width
    for i in range(words):
        memo[r + i] = _word(memo, at, kind, x, y, z, i)
    for i in range(words, width - 1):
        memo[r + i] = 0 if some != 0 else _origin_word(memo, at, kind, x, i - words)
    memo[r + width - 1] = 0
    memo[index + slot] = number + 1
    memo[at + L_COUNT] = number + 1
    return (V.LIST << 32) | (number * 2 + (1 if some != 0 else 0))


@kernel
def _row_of(memo: I64, at: int, value: int) -> int:
    """Where a LIST value's row is; −1: it is not here, or has what no definition has."""
    number = (value & 0xFFFFFFFF) >> 1
    if number >= memo[at + L_COUNT]:
        return -1
    x = at + memo[at + L_ROWS] + number * memo[at + L_ROW]
    return x if memo[x + memo[at + L_ROW] - 1] == 0 else -1


@kernel
def _lowest(memo: I64, at: int, x: int) -> int:
    """The first item; −1: none."""
    for i in range(memo[at + L_WORDS]):
        if memo[x + i] != 0:
            return i * BITS + ctz64(memo[x + i])
    return -1


@kernel
def _last(memo: I64, at: int, x: int) -> int:
    """The last item; −1: none."""
    for i in range(memo[at + L_WORDS] - 1, -1, -1):
        if memo[x + i] != 0:
            for bit in range(BITS - 1, -1, -1):
                if (memo[x + i] & (1 << bit)) != 0:
                    return i * BITS + bit
    return -1


@kernel
def _highest(memo: I64, at: int, x: int) -> int:
    """The first item with the greatest number; −1: none."""
    best = _last(memo, at, x)
    if best > 0:
        numbers = at + memo[at + L_NUMBERS]
        for item in range(best - 1, -1, -1):
            if memo[numbers + item] != memo[numbers + best]:
                break
            if (memo[x + item // BITS] & (1 << item % BITS)) != 0:
                best = item
    return best


@kernel
def _number_of(memo: I64, at: int, item: int) -> int:
    return memo[at + memo[at + L_NUMBERS] + item] if item >= 0 else 0


@kernel
def _count(memo: I64, at: int, x: int) -> int:
    n = 0
    for i in range(memo[at + L_WORDS]):
        n += popcount64(memo[x + i])
    return n


@kernel
def _picked(memo: I64, at: int, x: int, n: int) -> int:
    """The n-th item, from 0; −1: there are fewer."""
    for i in range(memo[at + L_WORDS]):
        bits = memo[x + i]
        while bits != 0:
            if n == 0:
                return i * BITS + ctz64(bits)
            n -= 1
            bits &= bits - 1
    return -1


@kernel
def _truth(yes: bool) -> int:
    return V.TRUE if yes else V.FALSE


@kernel
def list_operation(memo: I64, at: int, operation: int, a: int, b: int, grow: int) -> int:
    """The result of an operation on a LIST value; −1 where the memo has to say."""
    x = _row_of(memo, at, a)
    if x < 0:
        return -1
    if operation == V.O_LIST_COUNT:
        return _count(memo, at, x)
    if operation == V.O_NOT:
        return 1 - (a & 1)
    if operation == V.O_LIST_VALUE:
        return _number_of(memo, at, _last(memo, at, x)) & 0xFFFFFFFF
    if operation == V.O_LIST_MIN:
        return _intern(memo, at, ITEM, x, _lowest(memo, at, x), 0, grow)
    if operation == V.O_LIST_MAX:
        return _intern(memo, at, ITEM, x, _highest(memo, at, x), 0, grow)
    if operation == V.O_LIST_ALL:
        return _intern(memo, at, ALL, x, 0, 0, grow)
    if operation == V.O_LIST_INVERT:
        return _intern(memo, at, REST, x, 0, 0, grow)
    if operation == V.O_PICK:
        item = _picked(memo, at, x, wrap32(b))
        return _intern(memo, at, ITEM, x, item, 0, grow) if item >= 0 else -1
    if (b >> 32) == V.INT and (operation == V.O_ADD or operation == V.O_SUB):
        step = wrap32(b)
        return _intern(memo, at, MOVED, x, step if operation == V.O_ADD else -step, 0, grow)
    if (b >> 32) != V.LIST:
        return -1
    y = _row_of(memo, at, b)
    if y < 0:
        return -1
    if operation == V.O_ADD:
        return _intern(memo, at, UNION, x, y, 0, grow)
    if operation == V.O_SUB:
        return _intern(memo, at, MINUS, x, y, 0, grow)
    if operation == V.O_BOTH:
        return _intern(memo, at, BOTH, x, y, 0, grow)
    if operation == V.O_RETAIN:
        return b if (b & 1) != 0 else _intern(memo, at, EMPTIED, x, 0, 0, grow)
    if operation == V.O_AND:
        return _truth((a & b & 1) != 0)
    if operation == V.O_OR:
        return _truth(((a | b) & 1) != 0)
    words = memo[at + L_WORDS]
    if operation == V.O_HAS or operation == V.O_HAS_NOT:
        has = (a & b & 1) != 0
        for i in range(words):
            if (memo[y + i] & ~memo[x + i]) != 0:
                has = False
        return _truth(has == (operation == V.O_HAS))
    if operation == V.O_EQ or operation == V.O_NE:
        same = True
        for i in range(words):
            if memo[x + i] != memo[y + i]:
                same = False
        return _truth(same == (operation == V.O_EQ))
    return -1


@kernel
def range_of(memo: I64, at: int, a: int, low: int, high: int, grow: int) -> int:
    """LIST_RANGE; −1 where the memo has to say."""
    if (a >> 32) != V.LIST:
        return -1
    x = _row_of(memo, at, a)
    if x < 0:
        return -1
    lowest = 0
    highest = 2147483647
    if (low >> 32) == V.INT:
        lowest = wrap32(low)
    else:
        y = _row_of(memo, at, low) if (low >> 32) == V.LIST else -1
        if y < 0:
            return -1
        if (low & 1) != 0:
            lowest = _number_of(memo, at, _lowest(memo, at, y))
    if (high >> 32) == V.INT:
        highest = wrap32(high)
    else:
        y = _row_of(memo, at, high) if (high >> 32) == V.LIST else -1
        if y < 0:
            return -1
        if (high & 1) != 0:
            highest = _number_of(memo, at, _last(memo, at, y))
    if (a & 1) == 0:
        return _intern(memo, at, ITEM, x, -1, 0, grow)
    return _intern(memo, at, BETWEEN, x, lowest, highest, grow)


@kernel
def serve(memo: I64, at: int, requests: I64, size: int, first: int, done: int, count: int) -> int:
    """Do what operations asked for can be done here, in order → how many have been tried.

    A request has `size` words, and from `first` on an operation and its operands; its first word
    is made 0 where it has been done. It stops early where the region is full.
    """
    for k in range(done, count):
        r = k * size + first
        if (requests[r + 1] >> 32) == V.LIST:
            if memo[at + L_COUNT] >= memo[at + L_CAPACITY]:
                return k
            found = list_operation(memo, at, requests[r], requests[r + 1], requests[r + 2], 1)
            if found >= 0:
                requests[k * size] = 0
    return count


@kernel
def index_lists(memo: I64, at: int) -> None:
    """Enter all lists into the index, which holds none."""
    width = memo[at + L_ROW]
    index = at + memo[at + L_INDEX]
    for number in range(memo[at + L_COUNT]):
        r = at + memo[at + L_ROWS] + number * width
        if memo[r + width - 1] == 0:
            h = 0
            for i in range(width - 1):
                h = mixed(h, memo[r + i])
            slot = slot_of(h, memo[at + L_MASK])
            while memo[index + slot] != 0:
                slot = (slot + 1) & memo[at + L_MASK]
            memo[index + slot] = number + 1
