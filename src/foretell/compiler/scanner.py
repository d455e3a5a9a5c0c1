"""The text under the parser's hands: comments gone, a position, places, and problems.

ink's parser takes comments out before anything else looks at the text: `//` to the end of the
line and `/* … */`, whose line ends stay, so that a comment may stand in the middle of anything.
Positions count characters of what is left; `span` finds the line and column in the file as the
author wrote it.

A rule of the grammar is a method that either succeeds, having moved `pos` past what it took, or
returns None with `pos` (and the two flags below) as before: `mark` and `reset` do that. A rule
that fails may still have reported a problem on the way, as in ink's own compiler, where

    {hello (there|world)}

is an error because `hello (` began a function call, though a sequence would have been next.
Since one slip often breaks several rules, a line reports one error of this kind.

What this is not: a tokenizer. ink has no tokens: what a character means depends on the rule that
meets it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Final, NoReturn

from foretell.compiler.ast import Name
from foretell.diagnostics import Diagnostic, Severity, Source, Span

__all__ = [
    "IDENTIFIER_CHARACTERS",
    "LOGIC",
    "MAX_NESTING",
    "MOST_PARTS",
    "MOST_PIECES",
    "Mark",
    "NestingError",
    "Scanner",
]

MAX_NESTING: Final = 100
"""How deep braces, parentheses and indentation may nest; inklecate gives up at about 25."""

MOST_PARTS: Final = 25_000
"""How many operators an expression, elements a sequence, branches a conditional may have."""

MOST_PIECES: Final = 1_000_000
"""How many lines a story may have, all its files together; braces count as four, as do choices."""

LOGIC: Final = 4  # pieces that are one brace or one choice: what they take, in lines of words

IDENTIFIER_CHARACTERS: Final = (
    "0-9A-Za-z_"
    "\u0080-\u024f"  # Latin-1 supplement, Latin extended A and B
    "\u0370-\u0373\u0376\u0377\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03ff"  # Greek
    "\u0400-\u0481\u048a-\u04ff"  # Cyrillic
    "\u0531-\u0556\u0561-\u0587\u058f"  # Armenian
    "\u0590-\u06ff"  # Hebrew, Arabic
    "\u3041-\u3096\u30a0-\u30fc"  # Hiragana, Katakana
    "\u4e00-\u9fff\uac00-\ud7af"  # CJK ideographs, Hangul
)
"""The inside of a character class: what ink 1.2.1 lets a name be made of."""

_COMMENT: Final = re.compile(r"//[^\r\n]*|/\*(?!\*/).+?(?:\*/|\Z)|\r\n", re.DOTALL)
_BLANKS: Final = (" ", "\t")
_WHITE: Final = frozenset(" \t\r\n")
_SPACE: Final = re.compile(r"[ \t]*")
_NEWLINE: Final = re.compile(r"[ \t]*\r?\n")
_NEWLINES: Final = re.compile(r"(?:[ \t]*\r?\n)*")
_END_OF_LINE: Final = re.compile(r"[ \t]*(?:\r?\n|\Z)")
_ANY_SPACE: Final = re.compile(r"(?:[ \t]|\r?\n)*")
_REST_OF_LINE: Final = re.compile(r"[^\r\n]*")
_IDENTIFIER: Final = re.compile(f"[{IDENTIFIER_CHARACTERS}]+")
_ONLY_DIGITS: Final = re.compile(r"[0-9]+\Z")


_tuple: Final = tuple.__new__


class NestingError(Exception):
    """Logic beyond `MAX_NESTING` or `MOST_PARTS`; the rest of the file is not read."""


Mark = tuple[int, bool, bool]
"""What a rule that fails puts back: the position, `in_string` and `in_tag`."""


class Scanner:
    """A source without its comments, and a position in it."""

    def __init__(self, source: Source, problems: list[Diagnostic]) -> None:
        self.source = source
        self.problems = problems
        self.text, self._cuts, self._shifts = _without_comments(source.text)
        self.pos = 0
        self.in_string = False  # within quotes: `"` ends text
        self.in_tag = False  # after `#`
        self.in_choice = False  # in a choice's text: `[` and `]` end text, diverts wait
        self.nesting = 0
        self.pieces = 0  # statements and braces read, those of files included before among them
        self._starts = _line_starts(self.text)
        self._line = 1  # of the place that was asked for last, where it begins and the next one
        self._line_start = self._line_end = 0
        self._original_starts = _line_starts(source.text) if self._cuts else self._starts
        self._error_lines: set[int] = set()

    # --- places ---------------------------------------------------------------------------

    def span(self, start: int, end: int | None = None) -> Span:
        """The place of the text from `start` to `end` (the position, where None)."""
        if end is None:
            end = self.pos
        if not self._line_start <= start < self._line_end:
            self._find_line(start)
        line = last = self._line
        if end > self._line_end and end > start:
            last = bisect_right(self._starts, end - 1)
        if self._cuts:
            return Span(
                self.source,
                line,
                self._column(start, line),
                last,
                self._column(max(end - 1, start), last) + (end > start),
            )
        before = self._line_start - 1
        end -= before if last == line else self._starts[last - 1] - 1
        # as Span(…), in half the time
        return _tuple(Span, (self.source, line, start - before, last, end))

    def _find_line(self, position: int) -> None:
        starts = self._starts
        self._line = line = bisect_right(starts, position)
        self._line_start = starts[line - 1]
        self._line_end = starts[line] if line < len(starts) else len(self.text) + 1

    def _column(self, position: int, line: int) -> int:
        cut = bisect_right(self._cuts, position)
        shift = self._shifts[cut - 1] if cut else 0
        return position + shift - self._original_starts[line - 1] + 1

    # --- problems -------------------------------------------------------------------------

    def report(
        self,
        severity: Severity,
        code: str,
        message: str,
        span: Span,
        label: str = "",
        hint: str = "",
    ) -> None:
        """Note a problem."""
        self.problems.append(Diagnostic(severity, code, message, span, label, hint))

    def error(
        self,
        code: str,
        message: str,
        start: int | None = None,
        end: int | None = None,
        label: str = "",
        hint: str = "",
    ) -> None:
        """Note an error of grammar at `start`, the first of its line only."""
        if start is None:
            start = self.pos
        line = bisect_right(self._starts, start)
        if line not in self._error_lines:
            self._error_lines.add(line)
            span = self.span(start, start + 1 if end is None else end)
            self.report("error", code, message, span, label, hint)

    @property
    def has_errors(self) -> bool:
        """Whether an error of grammar was noted in this file."""
        return bool(self._error_lines)

    def expected(self, what: str, hint: str = "", code: str = "syntax") -> None:
        """Note that `what` should stand at the position."""
        if bisect_right(self._starts, self.pos) in self._error_lines:
            return
        match = _REST_OF_LINE.match(self.text, self.pos)
        rest = match.group().strip() if match else ""
        shown = rest if len(rest) <= 40 else f"{rest[:37]}…"
        found = f"`{shown}`" if shown else "the end of the line"
        if not shown and self.text.startswith("\r", self.pos + len(match.group() if match else "")):
            found = "a carriage return without a line feed"
            hint = hint or "end lines with a line feed, or with both"
        start = self.pos
        if rest:
            match = _SPACE.match(self.text, start)
            start = match.end() if match else start
        self.error(
            code,
            f"expected {what}, but found {found}",
            start,
            start + max(1, len(rest)),
            label=f"expected {what} here" if len(what) < 40 else "here",
            hint=hint,
        )

    def enter(self) -> None:
        """Note one more level of nesting."""
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            self.error(
                "too-deep",
                f"braces or parentheses are nested more than {MAX_NESTING} deep here",
                hint="split the logic over functions or knots",
            )
            raise NestingError

    def too_many(self, what: str) -> NoReturn:
        """Give up on logic of more than `MOST_PARTS` parts."""
        self.error(
            "too-large",
            f"there are more than {MOST_PARTS} {what} here",
            hint="split the logic over functions or knots",
        )
        raise NestingError

    def piece(self, weight: int = 1) -> None:
        """Note one more line, brace or choice."""
        self.pieces += weight
        if self.pieces > MOST_PIECES:
            self.error(
                "too-large",
                f"the story has more than {MOST_PIECES:,} lines, or a quarter of that in choices"
                " and braces",
                hint="it is too large to be compiled as one story",
            )
            raise NestingError

    # --- position -------------------------------------------------------------------------

    def mark(self) -> Mark:
        return self.pos, self.in_string, self.in_tag

    def reset(self, mark: Mark) -> None:
        self.pos, self.in_string, self.in_tag = mark

    def at(self, literal: str) -> bool:
        """Whether `literal` comes next."""
        return self.text.startswith(literal, self.pos)

    def take(self, literal: str) -> bool:
        """Move past `literal` if it comes next."""
        if self.text.startswith(literal, self.pos):
            self.pos += len(literal)
            return True
        return False

    def expect(self, literal: str, what: str, hint: str = "") -> bool:
        """Move past `literal`, or note that it is missing."""
        if self.take(literal):
            return True
        self.expected(what, hint)
        return False

    def space(self) -> bool:
        """Move past blanks; whether there were any."""
        if self.text[self.pos : self.pos + 1] not in _BLANKS:
            return False
        start = self.pos
        match = _SPACE.match(self.text, start)
        assert match is not None
        self.pos = match.end()
        return self.pos > start

    def any_space(self) -> None:
        """Move past blanks and line ends."""
        match = _ANY_SPACE.match(self.text, self.pos)
        assert match is not None
        self.pos = match.end()

    def newline(self) -> bool:
        """Move past blanks and one line end, if there is one."""
        if self.text[self.pos : self.pos + 1] not in _WHITE:
            return False
        match = _NEWLINE.match(self.text, self.pos)
        if match is None:
            return False
        self.pos = match.end()
        return True

    def newlines(self) -> None:
        """Move past lines that are blank from here on."""
        if self.text[self.pos : self.pos + 1] not in _WHITE:
            return
        match = _NEWLINES.match(self.text, self.pos)
        assert match is not None
        self.pos = match.end()

    def end_of_line(self) -> bool:
        """Move past blanks and the end of the line or of the text."""
        match = _END_OF_LINE.match(self.text, self.pos)
        if match is None:
            return False
        self.pos = match.end()
        return True

    def expect_end_of_line(self, hint: str = "") -> None:
        """Move to the next line, noting anything that stands before it."""
        if not self.end_of_line():
            self.expected("the end of the line", hint)
            self.skip_line()

    def rest_of_line(self) -> str:
        """What is left of the line, taken."""
        match = _REST_OF_LINE.match(self.text, self.pos)
        assert match is not None
        self.pos = match.end()
        return match.group()

    def skip_line(self) -> None:
        """Move to the start of the next line."""
        self.rest_of_line()
        if not self.newline() and self.at("\r"):
            self.pos += 1

    def identifier(self) -> str | None:
        """A name: letters, digits and underscores, not digits alone."""
        match = _IDENTIFIER.match(self.text, self.pos)
        if match is None:
            return None
        found = match.group()
        if found[0].isdigit() and _ONLY_DIGITS.match(found):
            return None
        self.pos = match.end()
        return found

    def name(self) -> Name | None:
        """A name with its place."""
        start = self.pos
        found = self.identifier()
        return None if found is None else Name(found, self.span(start))


def _line_starts(text: str) -> list[int]:
    """Where each line begins."""
    starts = [0]
    starts.extend(m.end() for m in re.finditer("\n", text))
    return starts


def _without_comments(text: str) -> tuple[str, list[int], list[int]]:
    """The text without comments and carriage returns; where it was cut and how far it shifted.

    From position `cuts[i]` of the result on, `shifts[i]` characters of the original are missing.
    """
    if "/" not in text and "\r" not in text:
        return text, [], []
    parts: list[str] = []
    cuts: list[int] = []
    shifts: list[int] = []
    taken = length = 0
    for match in _COMMENT.finditer(text):
        parts.append(text[taken : match.start()])
        length += match.start() - taken
        kept = "\n" * match.group().count("\n")
        parts.append(kept)
        length += len(kept)
        taken = match.end()
        cuts.append(length)
        shifts.append(taken - length)
    if not parts:
        return text, [], []
    parts.append(text[taken:])
    return "".join(parts), cuts, shifts
