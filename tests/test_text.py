"""The output stream: its short cuts give the lines that reading everything again would."""

from __future__ import annotations

import random
import sys
from types import FrameType
from typing import Any

import pytest

from foretell.vm import program as P
from foretell.vm import text
from foretell.vm.text import Lines, assemble_string, assemble_tag
from foretell.vm.values import Values
from tests.twins.stream_twin import SlowStream

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


@pytest.mark.parametrize("block", range(8))
def test_what_is_noted_of_a_stream_gives_the_lines_that_looking_through_it_gives(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = Values(list(TEXTS), {}, [])
    for seed in range(block * 500, block * 500 + 500):
        chance = random.Random(seed)
        rare = [P.GLUE, P.GLUE, P.FIXED_TAG, P.TAG_BEGIN, P.STRING_BEGIN, P.FOLLOW, P.THREAD_POP]
        kinds = [*KINDS, *chance.choices(rare, k=chance.randrange(12))]
        tokens = []
        for kind in chance.choices(kinds, k=chance.randrange(2, 60)):
            payload = chance.randrange(len(TEXTS)) if kind in (P.TEXT, P.FIXED_TAG) else 0
            if kind == P.FRAME_PUSH:
                payload = chance.choice((P.FUNCTION, P.TUNNEL))
            tokens.append(kind << P.TOKEN_SHIFT | payload)
        found = []
        for stream in (text._Stream, SlowStream):
            with monkeypatch.context() as patch:
                patch.setattr(text, "_Stream", stream)
                lines = Lines(values)
                lines.feed(tokens)
                string, tag = assemble_string(tokens, values), assemble_tag(tokens, values)
                found.append((lines.finish(), string, tag))
        assert found[0] == found[1], seed


@pytest.mark.parametrize(
    "pieces",
    [
        [(P.GLUE, "")],
        [(P.GLUE, ""), (P.TEXT, " ")],
        [(P.GLUE, ""), (P.TEXT, "\n")],
        [(P.GLUE, ""), (P.TEXT, "a"), (P.TEXT, "\n")],
        [(P.TEXT, "a"), (P.GLUE, ""), (P.TAG_BEGIN, "")],
        [(P.TEXT, "a"), (P.TEXT, " ")],
    ],
)
def test_a_long_line_takes_work_in_proportion(pieces: list[tuple[int, str]]) -> None:
    values = Values(list(TEXTS), {}, [])
    tokens = [kind << P.TOKEN_SHIFT | (TEXTS.index(words)) for kind, words in pieces]
    worked = [0, 0]

    def count(frame: FrameType, event: str, argument: Any) -> Any:
        worked[which] += event == "line"
        return count

    for which in (0, 1):
        lines = Lines(values)
        glued = [P.GLUE << P.TOKEN_SHIFT, P.TAG_BEGIN << P.TOKEN_SHIFT]  # a tag, then text
        sys.settrace(count)
        try:
            lines.feed([*(glued if pieces[0][0] == P.TEXT else []), *tokens * (200 << which)])
            lines.finish()
        finally:
            sys.settrace(None)
    assert worked[1] < 2.3 * worked[0] + 1000
