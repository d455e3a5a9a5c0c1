"""The terminal: whether it takes colour, and what may safely be written to it.

A story's text is whatever its author, or somebody else, put in the file. Control characters in
it never reach the terminal as such: they are shown as the pictures Unicode has for them (`␛`).
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable
from dataclasses import replace
from typing import Final, TextIO

from foretell.diagnostics import Diagnostic, Source, render

__all__ = ["columns_of", "printable", "show_problems", "takes_colour"]

# all but tab and line feed: C0, delete, C1, and the marks that turn text around
_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def takes_colour(stream: TextIO | None) -> bool:
    """Whether to write colours: to a terminal, unless NO_COLOR is set or it is a dumb one."""
    if stream is None or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


def columns_of(stream: TextIO | None) -> int | None:
    """How many columns lines may take: COLUMNS, else those of the terminal that `stream` is.

    None, for any number, where it is a file or a pipe: what is searched and kept is not folded.
    """
    if os.environ.get("COLUMNS", "").isdigit() or (stream is not None and stream.isatty()):
        return shutil.get_terminal_size().columns
    return None


def printable(text: str) -> str:
    """`text` with its control characters made visible; tabs and line ends stay."""
    return _CONTROLS.sub(_picture, text)


def show_problems(problems: Iterable[Diagnostic], stream: TextIO | None = None) -> None:
    """Write problems, a blank line after each, to `stream` (standard error if none is given)."""
    out = stream or sys.stderr
    colour, columns = takes_colour(out), columns_of(out)
    for problem in problems:
        # what is painted holds escapes of our own, so each part is made printable before
        shown = _printable_problem(problem)
        out.write(render(shown, colour=colour, columns=columns) + "\n\n")


def _picture(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else "\N{REPLACEMENT CHARACTER}"


def _printable_problem(problem: Diagnostic) -> Diagnostic:
    span = problem.span
    if span is not None:
        source = span.source
        line = source.line(span.line).rstrip("\r")
        if _CONTROLS.search(source.name + line):
            # one character for one, so columns stay
            kept = Source(printable(source.name), "\n" * (span.line - 1) + printable(line))
            span = span._replace(source=kept)
    return replace(
        problem,
        message=printable(problem.message),
        span=span,
        label=printable(problem.label),
        hint=printable(problem.hint),
    )
