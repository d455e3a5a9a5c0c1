"""A playthrough as text, in the form that ink's conformance suite compares.

It is what inkle's command-line player prints when its input is a file: each line of the story,
under it its tags and what went wrong in it, and where there is a choice

    (an empty line)
    1: text of the first choice
    2: text of the second
    ?> text that follows goes on behind the prompt, since input is not echoed

Choices are taken from an iterable of 1-based numbers, as they are typed. Where it runs dry at a
choice, the transcript ends with `<User input stream closed.>`; at the story's end with nothing.

    >>> transcript(foretell.load("* Go\\n  Gone."), ["1"])      # doctest: +SKIP
    '\\n1: Go\\n?> Go\\nGone.\\n'

It knows no more of a story than its turns, so anything that plays like `Story` will do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from foretell.diagnostics import Diagnostic

__all__ = ["Playable", "pieces", "problem_line", "transcript"]

END_OF_INPUT = "<User input stream closed.>"


class _Line(Protocol):
    @property
    def text(self) -> str: ...
    @property
    def tags(self) -> Sequence[str]: ...


class _Turn(Protocol):
    @property
    def lines(self) -> Sequence[_Line]: ...
    @property
    def choices(self) -> Sequence[_Line]: ...
    @property
    def problems(self) -> Sequence[Diagnostic]: ...


class Playable(Protocol):
    """What a transcript needs of a story."""

    @property
    def turn(self) -> _Turn: ...
    def choose(self, index: int, /) -> _Turn: ...


def transcript(story: Playable, choices: Iterable[str]) -> str:
    """The story's transcript from its present turn on, choosing as `choices` say."""
    return "".join(pieces(story, choices))


def pieces(story: Playable, choices: Iterable[str]) -> Iterator[str]:
    """The transcript piece by piece; a choice is asked for only after the prompt before it."""
    typed_lines = iter(choices)
    turn = story.turn
    while True:
        for line in turn.lines:
            yield f"{line.text}\n"
            if line.tags:
                yield f"# tags: {', '.join(line.tags)}\n"
        for problem in turn.problems:
            yield problem_line(problem) + "\n"
        if not turn.choices:
            return
        yield "\n"
        for number, choice in enumerate(turn.choices, start=1):
            yield f"{number}: {choice.text}\n"
        index = -1
        while not 0 <= index < len(turn.choices):
            yield "?> "
            typed = next(typed_lines, None)
            if typed is None:
                yield END_OF_INPUT + "\n"
                return
            index = int(typed) - 1 if typed.strip().isdecimal() else -1
            if not 0 <= index < len(turn.choices):
                yield "Choice out of range\n"
        turn = story.choose(index)


def problem_line(problem: Diagnostic) -> str:
    """A run-time problem in one line, as ink's own player words it."""
    place = ""
    if problem.span is not None:
        place = f"'{problem.span.source.name}' line {problem.span.line}: "
    kind = "ERROR" if problem.severity == "error" else "WARNING"
    return f"RUNTIME {kind}: {place}{problem.message}"
