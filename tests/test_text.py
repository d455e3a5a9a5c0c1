"""The output stream: its short cuts give the lines that reading everything again would."""

from __future__ import annotations

import random
from typing import Any

import pytest

from foretell.vm import program as P
from foretell.vm.text import Lines
from foretell.vm.values import Values

TEXTS = ["", " ", "  ", "\t", "\n", "a", " b", "c ", "d\n", "\n\n", "e f"]
KINDS = [P.TEXT] * 12 + [P.GLUE, P.TAG_BEGIN, P.TAG_END, P.FRAME_PUSH, P.FRAME_POP, P.THREAD_PUSH]


class Counting(Lines):
    """Counts the tokens for which the short cut is taken."""

    taken = 0

    def _changes_nothing(self, *given: Any) -> bool:
        found = super()._changes_nothing(*given)
        self.taken += found
        return found


class Patient(Lines):
    """The slow twin: it reads the whole stream again after every token."""

    def _changes_nothing(self, *_: object) -> bool:
        return False


def token(chance: random.Random) -> int:
    kind = chance.choice([*KINDS, P.FRAME_PUSH, P.FRAME_POP, P.THREAD_POP, P.FIXED_TAG])
    if kind in (P.TEXT, P.FIXED_TAG):
        # mostly blanks, so that newlines stay open
        index = chance.choice((1, 1, 2, 4, 4, chance.randrange(len(TEXTS))))
        return kind << P.TOKEN_SHIFT | index
    if kind == P.FRAME_PUSH:
        return kind << P.TOKEN_SHIFT | chance.choice((P.FUNCTION, P.FUNCTION, P.TUNNEL))
    return kind << P.TOKEN_SHIFT


@pytest.mark.parametrize("block", range(8))
def test_a_newline_that_blanks_follow_ends_its_line_where_the_slow_twin_says(block: int) -> None:
    values = Values(list(TEXTS), {}, [])
    shortened = 0
    for seed in range(block * 500, block * 500 + 500):
        chance = random.Random(seed)
        tokens = [token(chance) for _ in range(chance.randrange(2, 60))]
        quick, patient = Counting(values), Patient(values)
        for piece in tokens:
            quick.feed([piece])
            patient.feed([piece])
        assert quick.finish() == patient.finish(), seed
        shortened += quick.taken
    assert shortened > 1000
