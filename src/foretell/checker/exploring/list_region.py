"""The region of a story's lists in a memo, as the host sees it (`vm.lists` has the layout).

An explorer's region holds the lists of the story's `Values` under the same numbers: what its
kernels add in the host's order is told to `Values` at once. A random reader's thread adds lists by
itself, millions of them, under numbers that nobody else knows; what leaves the thread is
translated, and what it no longer needs is forgotten between two runs.

What this does not do: anything with a list but find, add and name it.
"""

from __future__ import annotations

from itertools import compress
from typing import Any

import numpy as np

from foretell.vm import program as P
from foretell.vm import values as V
from foretell.vm.lists import (
    BITS,
    L_CAPACITY,
    L_COUNT,
    L_DEFINITIONS,
    L_GROW,
    L_HEADER,
    L_INDEX,
    L_ITEMS,
    L_MASK,
    L_MASKS,
    L_NUMBERS,
    L_ORIGINS,
    L_ROW,
    L_ROWS,
    L_WORDS,
    mixed,
    slot_of,
)

__all__ = ["ListRegion"]


class ListRegion:
    """The region of a story's lists in a memo, as the host sees it.

    It begins with the lists that `values` has, under their numbers. Where it is not to `grow` by
    itself it stays so (`take_over`, `give_back`); else what it adds has numbers of its own, and a
    value that comes or goes is translated (`inward`, `outward`).
    """

    def __init__(self, values: V.Values, *, grow: bool = False) -> None:
        self.values = values
        self.grow = grow
        names = sorted(values.definitions)
        self.items = sorted(
            (n, origin, name) for origin in names for name, n in values.definitions[origin].items()
        )
        self.place = {item: i for i, item in enumerate(self.items)}
        self.names = names
        self.definition = {name: d for d, name in enumerate(names)}
        self.words = -(-len(self.items) // BITS)
        self.width = self.words + -(-len(names) // BITS) + 1
        self.foreign: dict[V.InkList, int] = {}
        self.base = 0

    def laid_out(self, room: int) -> list[int]:
        """The region's words, with all lists that `values` has and room for so many more."""
        contents = self.values.lists
        self.foreign = {}
        self.base = len(contents)
        capacity = 64
        while capacity < len(contents) + room:
            capacity *= 2
        head = [0] * L_HEADER
        numbers = [n for n, _, _ in self.items]
        origins = [self.definition[origin] for _, origin, _ in self.items]
        masks = [0] * (len(self.names) * self.words)
        for i, d in enumerate(origins):
            masks[d * self.words + i // BITS] |= 1 << i % BITS
        head[L_ITEMS], head[L_WORDS] = len(self.items), self.words
        head[L_DEFINITIONS], head[L_ROW] = len(self.names), self.width
        head[L_CAPACITY], head[L_MASK] = capacity, 2 * capacity - 1
        head[L_GROW] = int(self.grow)
        head[L_NUMBERS] = L_HEADER
        head[L_ORIGINS] = head[L_NUMBERS] + len(numbers)
        head[L_MASKS] = head[L_ORIGINS] + len(origins)
        head[L_ROWS] = head[L_MASKS] + len(masks)
        head[L_INDEX] = head[L_ROWS] + capacity * self.width
        region = [*head, *numbers, *origins, *masks]
        region += [0] * (head[L_INDEX] + 2 * capacity - len(region))
        for content in contents:
            self.add(region, 0, content)
        return region

    def widened(self, memo: Any, at: int) -> Any:
        """The memo with a region of twice the room, whose index is empty (`index_lists`)."""
        capacity = 2 * int(memo[at + L_CAPACITY])
        end = at + int(memo[at + L_ROWS] + memo[at + L_COUNT] * memo[at + L_ROW])
        size = at + int(memo[at + L_ROWS]) + capacity * (self.width + 2)
        wider: Any = [0] * size if isinstance(memo, list) else np.zeros(size, np.int64)
        wider[:end] = memo[:end]
        wider[at + L_CAPACITY], wider[at + L_MASK] = capacity, 2 * capacity - 1
        wider[at + L_INDEX] = wider[at + L_ROWS] + capacity * self.width
        return wider

    def forget(self, memo: Any, at: int) -> None:
        """Take all lists out that the region has added; its index is empty then."""
        memo[at + L_COUNT] = self.base
        index, size = at + int(memo[at + L_INDEX]), int(memo[at + L_MASK]) + 1
        memo[index : index + size] = [0] * size if isinstance(memo, list) else 0
        self.foreign = {content: n for content, n in self.foreign.items() if n < self.base}

    def add(self, memo: Any, at: int, content: V.InkList) -> int:
        """The number of a list, which is added if it is not there; −1 where there is no room."""
        row = self._row(content)
        foreign = row[-1] != 0
        if foreign and content in self.foreign:
            return self.foreign[content]
        h = 0
        for word in row[:-1]:
            h = mixed(h, word)
        index, mask = at + memo[at + L_INDEX], memo[at + L_MASK]
        slot = slot_of(h, int(mask))
        while not foreign and memo[index + slot]:
            number = int(memo[index + slot]) - 1
            r = at + memo[at + L_ROWS] + number * self.width
            if [int(memo[r + i]) for i in range(self.width)] == row:
                return number
            slot = (slot + 1) & mask
        number = int(memo[at + L_COUNT])
        if number >= memo[at + L_CAPACITY]:
            return -1
        r = at + memo[at + L_ROWS] + number * self.width
        for i, word in enumerate(row):
            memo[r + i] = word
        memo[at + L_COUNT] = number + 1
        if foreign:
            self.foreign[content] = number
        else:
            memo[index + slot] = number + 1
        return number

    def _row(self, content: V.InkList) -> list[int]:
        row = [0] * self.width
        for item in content.items:
            i = self.place.get(item, -1)
            if i < 0:
                return [*([0] * (self.width - 1)), 1]
            row[i // BITS] |= 1 << i % BITS
        for name in content.origins if not content.items else ():
            d = self.definition.get(name, -1)
            if d < 0:
                return [*([0] * (self.width - 1)), 1]
            row[self.words + d // BITS] |= 1 << d % BITS
        return row

    def content(self, memo: Any, at: int, number: int) -> V.InkList:
        """What a list that the region has added holds."""
        r = at + memo[at + L_ROWS] + number * self.width
        if memo[r + self.width - 1]:
            return next(content for content, n in self.foreign.items() if n == number)
        return self._content(memo[r : r + self.width])

    def _content(self, words: Any) -> V.InkList:
        row = [int(word) for word in words]
        bits = "".join(f"{word:0{BITS}b}"[::-1] for word in row[: self.words])
        items = tuple(compress(self.items, map("1".__eq__, bits)))
        if items:
            return V.InkList(items)
        came_from = row[self.words :]
        return V.InkList(
            (), tuple(n for d, n in enumerate(self.names) if came_from[d // BITS] >> d % BITS & 1)
        )

    def take_over(self, memo: Any, at: int) -> bool:
        """Add what `values` has and the region has not, under the same numbers; False: no room."""
        return all(
            self.add(memo, at, self.values.list_at(number)) >= 0
            for number in range(int(memo[at + L_COUNT]), self.values.list_count)
        )

    def give_back(self, memo: Any, at: int) -> None:
        """Tell `values` what the region has added."""
        r = at + int(memo[at + L_ROWS])
        known, count = self.values.list_count, int(memo[at + L_COUNT])
        if known < count:
            rows = np.array(memo[r + known * self.width : r + count * self.width], np.int64)
            self.values.owe(rows.reshape(-1, self.width), self._content)

    def is_own(self, value: int) -> bool:
        """Whether a value, or an output token that prints one, is a list that only it numbers."""
        printed = value & ((1 << P.TOKEN_SHIFT) - 1)
        plain = printed if value >> P.TOKEN_SHIFT == P.PRINT else value
        return plain >> V.TAG_SHIFT == V.LIST and (plain & V.PAYLOAD) >> 1 >= self.base

    def outward(self, memo: Any, at: int, value: int) -> int:
        """A value, or an output token that prints one, as `values` knows it."""
        if not self.is_own(value):
            return value
        number = (value & V.PAYLOAD) >> 1
        known = self.values.list_value(self.content(memo, at, number))
        return value >> V.TAG_SHIFT << V.TAG_SHIFT | known & V.PAYLOAD

    def inward(self, memo: Any, at: int, value: int) -> int:
        """A value of `values` as the region knows it; −1 where there is no room."""
        number = (value & V.PAYLOAD) >> 1
        if value >> V.TAG_SHIFT != V.LIST or number < self.base:
            return value
        found = self.add(memo, at, self.values.list_at(number))
        return -1 if found < 0 else V.LIST << V.TAG_SHIFT | found << 1 | value & 1
