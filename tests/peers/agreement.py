"""Whether two players of a story agree, turn by turn, and where they first do not."""

from __future__ import annotations

from tests.peers.inkjs import Run
from tests.spec_pages import Played

__all__ = ["first_difference", "played_by_inkjs"]


def played_by_inkjs(run: Run) -> list[Played]:
    """inkjs's turns as transcripts show them."""
    return [
        Played(
            turn.lines,
            turn.choices,
            turn.problems,
            [draw.outcome for draw in turn.draws],
            turn.picked,
            run.hang is not None and turn is run.turns[-1],
        )
        for turn in run.turns
    ]


def first_difference(ours: str, theirs: str) -> str | None:
    """The first line at which two transcripts part, with what led there; None if they don't."""
    if ours == theirs:
        return None
    left, right = ours.split("\n"), theirs.split("\n")
    at = next(
        (i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b),
        min(len(left), len(right)),
    )
    before = "\n".join("    " + line for line in left[max(0, at - 4) : at])
    ends = "(nothing more)"
    return (
        f"line {at + 1} of the transcript\n{before}\n"
        f"  ours   {left[at] if at < len(left) else ends}\n"
        f"  inkjs  {right[at] if at < len(right) else ends}"
    )
