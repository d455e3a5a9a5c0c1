"""Problems, the places they stand at, and how they are shown.

A `Source` is a text with a name, a `Span` a place in it, a `Diagnostic` one problem: its code
is the category (`unknown-divert`), its message one sentence, the label what is wrong *here*,
the hint the remedy.

    error[unknown-divert]: no knot, stitch or label is called `kitchn`
      ┌─ story.ink:14:4
    14 │ -> kitchn
       │    ^^^^^^ diverted to here
    hint: did you mean `kitchen`? (story.ink:40)
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

__all__ = [
    "Diagnostic",
    "Found",
    "Severity",
    "Source",
    "Span",
    "StoryError",
    "TooManyError",
    "closest",
    "counted",
    "folded",
    "render",
    "render_all",
]

Severity = Literal["error", "warning", "note"]

_COLOURS: Final = {"error": "1;31", "warning": "1;33", "note": "1;36"}
_MAX_SHOWN_PATH: Final = 10_000  # characters
_MOST_TOLD: Final = 1000
_MOST_COUNTED: Final = 10_000  # errors
_MAX_SHOWN_WIDTH: Final = 160  # a longer source line is shown as a window around the span
_LEAST_BEGINNING: Final = 3  # letters of a name that tell which is meant
_LEAST_SHOWN_WIDTH: Final = 30
_TAB: Final = 4  # columns, where the width of a line matters
_PAINT: Final = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(slots=True, eq=False)
class Source:
    """A text and the name it is shown under."""

    name: str
    text: str = field(repr=False)  # which may be long
    _starts: list[int] = field(default_factory=list, repr=False)

    @property
    def lines(self) -> list[str]:
        """The text's lines without their ends."""
        return self.text.split("\n")

    def line(self, number: int) -> str:
        """Line `number`, counted from 1 (`""` past the end)."""
        if not self._starts:
            self._starts.append(0)
            at = self.text.find("\n")
            while at >= 0:
                self._starts.append(at + 1)
                at = self.text.find("\n", at + 1)
        if not 1 <= number <= len(self._starts):
            return ""
        start = self._starts[number - 1]
        end = self.text.find("\n", start)
        return self.text[start:] if end < 0 else self.text[start:end]


class Span(NamedTuple):
    """A stretch of one source: 1-based line and column, and its end (column exclusive).

    A tuple, since a compiler makes more of these than of anything else.
    """

    source: Source
    line: int
    column: int = 1
    end_line: int = 0
    end_column: int = 0

    @property
    def place(self) -> str:
        """`story.ink:14:4`"""
        return f"{self.source.name}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem with its place and its remedy.

    `path` is a path of choices that replays it, where there is one (`0/2@17/1`).
    """

    severity: Severity
    code: str
    message: str
    span: Span | None = None
    label: str = ""
    hint: str = ""
    path: str | None = None

    def __str__(self) -> str:
        place = f"{self.span.place}: " if self.span else ""
        return f"{place}{self.severity}[{self.code}]: {self.message}"


class Found(list[Diagnostic]):
    """The problems found in a text: the first thousand errors, and as many warnings and notes.

    The others are only counted, in `untold`: nobody reads so many, and a file can hold a million.
    One that is found again, since a parser may read what failed another way, is told once. After
    ten thousand errors, each time counted, TooManyError is raised: the rest need not be looked at.
    """

    def __init__(self) -> None:
        super().__init__()
        self.untold = 0
        self._errors = 0
        self._told = [0, 0]  # warnings and notes, errors
        self._known: set[tuple[str, str, Span | None]] = set()

    def append(self, problem: Diagnostic) -> None:
        is_error = problem.severity == "error"
        self._errors += is_error
        what = (problem.code, problem.message, problem.span)
        if what in self._known:
            pass
        elif self._told[is_error] < _MOST_TOLD:
            self._known.add(what)
            self._told[is_error] += 1
            super().append(problem)
        else:
            self.untold += 1
        if self._errors >= _MOST_COUNTED:
            raise TooManyError


class TooManyError(Exception):
    """A text has so many errors that no more are looked for."""


class StoryError(Exception):
    """A story that can't be used, with every problem found in it."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = list(diagnostics)
        told = (f"{d} ({d.hint})" if d.hint else str(d) for d in self.diagnostics)
        super().__init__("\n".join(told))


def closest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate most like `name`, or the only one that begins with it; None for neither."""
    known = list(dict.fromkeys(candidates))
    found = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if not found and len(name) >= _LEAST_BEGINNING:
        found = [candidate for candidate in known if candidate.startswith(name)]
    return found[0] if len(found) == 1 else None


def counted(number: int, noun: str) -> str:
    """`1 choice`, `2,000 choices`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def folded(text: str, columns: int | None, hang: str = "") -> str:
    """`text` with lines broken at spaces to hold `columns`; `hang` stands before what goes on.

    What paints takes no room. None leaves lines as long as they are, and so is a word too long.
    """
    if columns is None:
        return text
    out: list[str] = []
    for line in text.split("\n"):
        words = line.replace(" %", "\0%").split(" ")  # a figure keeps its unit
        held = words[0]
        for word in words[1:]:
            if len(_PAINT.sub("", f"{held} {word}")) <= columns or not held.strip():
                held = f"{held} {word}"
            elif word:
                out.append(held.rstrip())
                held = hang + word
        out.append(held)
    return "\n".join(out).replace("\0%", " %")


def render(diagnostic: Diagnostic, *, colour: bool = False, columns: int | None = None) -> str:
    """The problem as text of several lines, readable without colour, at most `columns` wide."""

    def paint(code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if colour else text

    tone = _COLOURS[diagnostic.severity]
    head = paint(tone, f"{diagnostic.severity}[{diagnostic.code}]")
    out = [folded(f"{head}: {paint('1', diagnostic.message)}", columns, "  ")]
    span = diagnostic.span
    if span is not None:
        number = str(span.line)
        pad = " " * len(number)
        out.append(f"{pad} {paint('34', '┌─')} {span.place}")
        line, start, end = span.source.line(span.line).rstrip("\r"), span.column, span.end_column
        room = _MAX_SHOWN_WIDTH
        if columns is not None:
            room = min(room, max(_LEAST_SHOWN_WIDTH, columns - len(pad) - 5))  # two for "…"
            start, end = (len(line[: at - 1].expandtabs(_TAB)) + 1 for at in (start, max(end, 1)))
            line = line.expandtabs(_TAB)
        text, column = _window(line, start, room)
        if text.strip():
            width = 1
            if span.end_line in (0, span.line) and end > start:
                width = min(end - start, max(1, len(text) - column + 1))
            indent = "".join("\t" if c == "\t" else " " for c in text[: column - 1])
            out.append(f"{paint('34', f'{number} │')} {text}")
            label = f" {diagnostic.label}" if diagnostic.label else ""
            if columns is not None and len(pad) + 3 + column - 1 + width + len(label) > columns:
                told = folded(diagnostic.label, max(_LEAST_SHOWN_WIDTH, columns - len(pad) - 3))
                below = [f"{paint('34', f'{pad} │')} {paint(tone, t)}" for t in told.split("\n")]
                label = ""
            else:
                below = []
            out.append(f"{paint('34', f'{pad} │')} {indent}{paint(tone, '^' * width + label)}")
            out += below
        elif diagnostic.label:
            out.append(f"{pad} = {diagnostic.label}")
    elif diagnostic.label:
        out.append(f" = {diagnostic.label}")
    if diagnostic.path is not None:
        path = diagnostic.path or "(the start)"
        if len(path) > _MAX_SHOWN_PATH:  # a turn that draws without end
            path = f"{path[:_MAX_SHOWN_PATH]}… ({len(path)} characters)"
        out.append(f"path: {path}")
    if diagnostic.hint:
        out.append(folded(f"{paint('1;32', 'hint')}: {diagnostic.hint}", columns, "  "))
    return "\n".join(out)


def render_all(
    diagnostics: Iterable[Diagnostic], *, colour: bool = False, columns: int | None = None
) -> str:
    """All problems, a blank line between them."""
    return "\n\n".join(render(d, colour=colour, columns=columns) for d in diagnostics)


def _window(text: str, column: int, room: int) -> tuple[str, int]:
    """A part of a long line around `column`, and where the column falls in it."""
    column = min(max(column, 1), len(text) + 1)
    if len(text) <= room:
        return text, column
    start = max(0, min(column - 1 - room // 3, len(text) - room))
    shown = text[start : start + room]
    lead, tail = "…" if start else "", "…" if start + room < len(text) else ""
    return f"{lead}{shown}{tail}", column - start + len(lead)
