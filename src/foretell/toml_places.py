"""Where things stand in a TOML text: what `tomllib` reads, but does not say the place of.

    places = TomlPlaces(Source("foretell.toml", text))     # the text must have been read already
    places.key(("claim", 0, "never"))                      # the span of the word `never`
    places.value(("claim", 0, "never"))                    # that of its value, quotes left out

A path is the keys and list indices that lead to a value in what `tomllib.loads` gives. The walker
checks nothing: `tomllib` has. It knows strings of all four kinds, arrays, inline tables, comments.
"""

from __future__ import annotations

import re
from typing import Final

from foretell.diagnostics import Source, Span

__all__ = ["Path", "TomlPlaces"]

Path = tuple[str | int, ...]

_BLANK: Final = re.compile(r"(?:\s|#[^\n]*)*")
_SPACE: Final = re.compile(r"[ \t]*")
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR: Final = re.compile(r"[^,\]}#\n]+")
_QUOTES: Final = ('"""', "'''", '"', "'")


class TomlPlaces:
    """The places of all keys and values of one text."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.pos = 0
        self._keys: dict[Path, tuple[int, int]] = {}
        self._values: dict[Path, tuple[int, int]] = {}
        self._plain: set[Path] = set()
        self._arrays: dict[Path, int] = {}
        self._walk()

    def key(self, path: Path) -> Span:
        """The place of the key a path ends in, or of the nearest thing around it."""
        return self._nearest(path, self._keys)

    def value(self, path: Path) -> Span:
        """The place of a value; of a string what is between its quotes."""
        return self._nearest(path, self._values)

    def is_verbatim(self, path: Path) -> bool:
        """Whether a string stands in the text just as it is, without escapes, in one line."""
        return path in self._plain

    def _nearest(self, path: Path, known: dict[Path, tuple[int, int]]) -> Span:
        while path and path not in known:
            if path in self._keys:
                known = self._keys
                break
            path = path[:-1]
        start, end = known.get(path, (0, 0))
        return self.span(start, end)

    def span(self, start: int, end: int) -> Span:
        """The span of a stretch of the text."""
        text = self.text
        line = text.count("\n", 0, start) + 1
        last = text.count("\n", 0, end) + 1
        column = start - (text.rfind("\n", 0, start) + 1) + 1
        end_column = end - (text.rfind("\n", 0, end) + 1) + 1
        return Span(self.source, line, column, last, end_column)

    # --- the walk -------------------------------------------------------------------------

    def _skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.pos)
        if match is None:
            return ""
        self.pos = match.end()
        return match.group()

    def _walk(self) -> None:
        table: Path = ()
        while True:
            self._skip(_BLANK)
            if self.pos >= len(self.text):
                return
            if self.text[self.pos] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Path:
        start = self.pos
        is_array = self.text.startswith("[[", self.pos)
        self.pos += 2 if is_array else 1
        self._skip(_SPACE)
        names = self._dotted()
        self.pos = self.text.index("]", self.pos) + (2 if is_array else 1)
        table: Path = ()
        for index, (name, _, _) in enumerate(names):
            table = (*table, name)
            if index == len(names) - 1 and is_array:
                number = self._arrays.get(table, 0)
                self._arrays[table] = number + 1
                self._keys.setdefault(table, (start, self.pos))
                table = (*table, number)
            else:
                self._keys.setdefault(table, (start, self.pos))
                if table in self._arrays:
                    table = (*table, self._arrays[table] - 1)
        self._keys[table] = (start, self.pos)
        return table

    def _dotted(self) -> list[tuple[str, int, int]]:
        """A key of one or more parts, each with its place."""
        parts: list[tuple[str, int, int]] = []
        while True:
            self._skip(_SPACE)
            start = self.pos
            if self.text[self.pos] in "\"'":
                start, end, _ = self._string()
                parts.append((self.text[start:end], start, end))
            else:
                name = self._skip(_BARE)
                parts.append((name, start, self.pos))
                if not name:
                    self.pos += 1  # not TOML; go on rather than stand still
            self._skip(_SPACE)
            if not self.text.startswith(".", self.pos):
                return parts
            self.pos += 1

    def _pair(self, table: Path) -> None:
        path = table
        for name, start, end in self._dotted():
            path = (*path, name)
            self._keys.setdefault(path, (start, end))
        self._skip(_SPACE)
        self.pos += 1  # =
        self._skip(_SPACE)
        self._value(path)

    def _value(self, path: Path) -> None:
        start = self.pos
        character = self.text[start : start + 1]
        if character in ("'", '"'):
            begin, end, plain = self._string()
            self._values[path] = (begin, end)
            if plain:
                self._plain.add(path)
            return
        if character == "[":
            self.pos += 1
            index = 0
            while True:
                self._skip(_BLANK)
                if self.text[self.pos] == "]":
                    break
                if self.text[self.pos] == ",":
                    self.pos += 1
                    continue
                self._value((*path, index))
                index += 1
            self.pos += 1
        elif character == "{":
            self.pos += 1
            while True:
                self._skip(_BLANK)
                if self.text[self.pos] == "}":
                    break
                if self.text[self.pos] == ",":
                    self.pos += 1
                    continue
                self._pair(path)
            self.pos += 1
        else:
            text = self._skip(_SCALAR)
            self._values[path] = (start, start + len(text.rstrip()))
            return
        self._values[path] = (start, self.pos)

    def _string(self) -> tuple[int, int, bool]:
        """Pass over a string: where its content begins and ends, and whether it is verbatim."""
        quote = next(q for q in _QUOTES if self.text.startswith(q, self.pos))
        begin = end = self.pos + len(quote)
        while not self.text.startswith(quote, end):
            end += 2 if self.text[end] == "\\" and quote[0] == '"' else 1
        while len(quote) == 3 and self.text.startswith(quote, end + 1):
            end += 1  # quotes just before the closing ones belong to the string
        self.pos = end + len(quote)
        content = self.text[begin:end]
        plain = "\n" not in content and not (quote[0] == '"' and "\\" in content)
        return begin, end, plain
