"""What a playthrough has seen of a story, and what it never saw.

    seen = seen_by(program, story.seen)   # of a `Story` that never took anything back
    seen.words, seen.all_words            # different words of its prose
    seen.places, seen.all_places          # knots and stitches entered, functions left out

Counts only: which places those are would tell a reader what is still to be found.
"""

from __future__ import annotations

from dataclasses import dataclass

from foretell.diagnostics import Span
from foretell.vm import program as P
from foretell.vm.program import Program

__all__ = ["Seen", "seen_by"]


@dataclass(frozen=True, slots=True)
class Seen:
    """How much of a story was met. Words are those of its prose, each place in it counted once."""

    words: int
    all_words: int
    places: int
    all_places: int

    @property
    def share(self) -> float | None:
        """The part of the prose that was seen, None where there is none."""
        return self.words / self.all_words if self.all_words else None


def seen_by(program: Program, executed: bytearray) -> Seen:
    """What has been seen by those who have executed these instructions."""
    code = program.code
    called = {
        program.place_of_pc[code[pc * 4 + 1]]
        for pc in range(program.length)
        if code[pc * 4] == P.OP_CALL and (code[pc * 4 + 2] >> 1) & 7 == P.FUNCTION
    }
    met, telling = set(), set()
    # a choice's text is laid out twice, to be offered and to be told: it is one text
    words: dict[tuple[str, Span | None, int], int] = {}
    seen: set[tuple[str, Span | None, int]] = set()
    for pc in range(program.length):
        place = program.place_of_pc[pc]
        if executed[pc]:
            met.add(place)
        if code[pc * 4] == P.OP_TEXT:
            telling.add(place)
            text = (program.paths[pc], program.spans[pc], code[pc * 4 + 1])
            words[text] = max(words.get(text, 0), code[pc * 4 + 2])
            if executed[pc]:
                seen.add(text)
    # a place that tells nothing is a crossing, and the top of a story has no name
    counted = {p for p in telling - called if program.places[p]}
    read = sum(words[text] for text in seen)
    return Seen(read, sum(words.values()), len(met & counted), len(counted))
