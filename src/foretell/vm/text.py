"""The machine's output tokens assembled into lines and tags, as ink does it.

The machine puts out pieces: text, values to print, glue, tags, and where frames are pushed and
popped (a function's text is trimmed at both ends). ink decides only afterwards what a line is: a
newline stands until it is known that no glue follows. So a line is finished when proper text or a
tag comes after its newline, and what came after belongs to the next line, which ink reads again
from a clean output; `Lines` does the same with the tokens.

    lines = Lines(values)
    lines.feed(tokens)            # any number of times in a turn
    lines.finish()                # -> [Line("Hello.", ("tag",)), …]

It does not know what a token means for the story, only how it looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Final

from foretell.vm import program as P
from foretell.vm.values import MOST_CHARACTERS, O_STRING, O_TAG, TAG, TAG_SHIFT, Values

__all__ = ["Line", "Lines", "assemble_string", "assemble_tag", "clean", "length", "operate"]

_PAYLOAD: Final = (1 << P.TOKEN_SHIFT) - 1
_SPACES: Final = re.compile(r"[ \t]{2,}|\t")

# what an output stream holds: a string (text), or one of these
_GLUE: Final = 1
_TAG_BEGIN: Final = 2
_TAG_END: Final = 3
_STRING_BEGIN: Final = 4
_Item = str | int | tuple[str]
_ENDS_TRIM: Final = frozenset({_GLUE, _TAG_BEGIN, _TAG_END, _STRING_BEGIN})  # glue has trimmed


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text, without its newline, and its tags in order."""

    text: str
    tags: tuple[str, ...] = ()


def clean(text: str) -> str:
    """`text` with runs of blanks made one, and none at the start or end of a line."""
    return _SPACES.sub(" ", "\n".join(line.strip(" \t") for line in text.split("\n")))


class _Stream:
    """ink's output stream: what it lets in, drops and trims as content arrives.

    Each rule looks back a little only, however long a line gets: to its last mark, its last text.
    """

    __slots__ = ("begun", "frames", "items", "marks", "stop", "strings", "threads")

    def __init__(self) -> None:
        self.begun: list[_Item] = []  # what came before `items`, and is not looked at (`settle`)
        self.items: list[_Item] = []
        self.marks: list[int] = []  # which items are glue or the start of a string
        self.stop = -1  # the last item that is the start or end of a tag, or the start of a string
        # one entry per frame: where its output began, -1 once text came, None for a tunnel
        self.frames: list[int | None] = []
        self.threads: list[list[int | None]] = []  # frames of the threads below
        self.strings = 0

    def copy(self) -> _Stream:
        other = _Stream()
        other.begun = self.begun
        other.items = list(self.items)
        other.marks = list(self.marks)
        other.stop = self.stop
        other.frames = list(self.frames)
        other.threads = [list(frames) for frames in self.threads]
        other.strings = self.strings
        return other

    def settle(self) -> None:
        """Set apart what is before the last words: no rule looks back beyond these."""
        items = self.items
        end = len(items) - 1
        while end > 0 and not (isinstance(item := items[end], str) and item.strip(" \t\n")):
            end -= 1
        frames = (frame for frames in (self.frames, *self.threads) for frame in frames)
        if end <= 0 or self.marks or any(frame is not None and frame >= 0 for frame in frames):
            return
        tags = [item for item in items[:end] if item in (_TAG_BEGIN, _TAG_END)]
        if not tags or tags[-1] == _TAG_END:
            self.begun += items[:end]
            del items[:end]
            self.stop = max(self.stop - end, -1)

    def push_text(self, text: str) -> None:
        """Add text, newlines at its ends set apart."""
        if "\n" not in text:
            self._push(text)
            return
        for piece in _split_ends(text):
            self._push(piece)

    def push_mark(self, mark: int) -> None:
        """Add glue or the start or end of a tag or string."""
        if mark == _GLUE:
            self._trim_newlines()
        elif mark == _STRING_BEGIN:
            self.strings += 1
        if mark in (_GLUE, _STRING_BEGIN):
            self.marks.append(len(self.items))
        if mark != _GLUE:
            self.stop = len(self.items)
        self.items.append(mark)

    def push_frame(self, kind: int) -> None:
        self.frames.append(len(self.items) if kind == P.FUNCTION else None)

    def pop_frame(self) -> None:
        if not self.frames:
            return
        begun = self.frames[-1]
        if begun is not None:
            self._trim_function_end(max(begun, 0))
        self.frames.pop()

    def _push(self, text: str) -> None:
        items = self.items
        newline = text == "\n"
        blank = not text.strip(" \t")
        function_start = -1
        if self.frames and self.frames[-1] is not None:
            function_start = self.frames[-1]
        mark = self.marks[-1] if self.marks else -1
        glued = mark >= 0 and items[mark] == _GLUE
        if mark >= function_start and not glued:
            function_start = -1  # a string began in the function
        if glued or function_start >= 0:
            if newline:
                return
            if not blank:
                if glued:
                    self._remove_glue()
                if function_start >= 0:
                    for i in range(len(self.frames) - 1, -1, -1):
                        if self.frames[i] is None:
                            break
                        self.frames[i] = -1
        elif newline and (self.ends_in_newline() or not self._has_text()):
            return
        if blank and items and not self.frames and not self.strings:
            last = items[-1]
            if isinstance(last, str) and last != "\n" and not last.strip(" \t"):
                if text not in last:  # however much white space there is, it is shown as one blank
                    items[-1] = last + text
                return
        items.append(text)

    def _has_text(self) -> bool:
        return any(isinstance(item, str) for item in self.items)

    def ends_in_newline(self) -> bool:
        for item in reversed(self.items):
            if isinstance(item, str):
                if item == "\n":
                    return True
                if item.strip(" \t"):
                    return False
            elif item in _ENDS_TRIM:
                return False
        return False

    def _trim_newlines(self) -> None:
        items = self.items
        start = -1
        for i in range(len(items) - 1, -1, -1):
            item = items[i]
            if isinstance(item, str):
                if item == "\n":
                    start = i
                elif item.strip(" \t"):
                    break
            elif item in _ENDS_TRIM:
                break
        if start >= 0:
            items[start:] = [item for item in items[start:] if not isinstance(item, str)]

    def _remove_glue(self) -> None:
        while self.marks and self.marks[-1] > self.stop:
            del self.items[self.marks.pop()]

    def _trim_function_end(self, start: int) -> None:
        items = self.items
        for i in range(len(items) - 1, start - 1, -1):
            item = items[i]
            if not isinstance(item, str):
                continue
            if item == "\n" or not item.strip(" \t"):
                del items[i]
                self.stop -= i < self.stop
                if self.marks and i < self.marks[-1]:
                    self.marks = [mark - (i < mark) for mark in self.marks]
            else:
                break

    def text(self, *, whole: bool = False) -> str:
        """What would be read now, or the `whole` line: everything outside tags, cleaned."""
        parts: list[str] = []
        in_tag = False
        for item in chain(self.begun, self.items) if whole else self.items:
            if isinstance(item, str):
                if not in_tag:
                    parts.append(item)
            elif item == _TAG_BEGIN:
                in_tag = True
            elif item == _TAG_END:
                in_tag = False
        return clean("".join(parts))

    def tags(self, *, whole: bool = False) -> list[str]:
        """The tags in the stream, or of the `whole` line, one that is still open included."""
        out: list[str] = []
        current = ""  # a tag in which nothing was printed is none; one of blanks is an empty one
        in_tag = False
        for item in chain(self.begun, self.items) if whole else self.items:
            if isinstance(item, tuple):
                if not in_tag and item[0]:
                    out.append(item[0])
            elif isinstance(item, str):
                if in_tag:
                    current += item
            elif item in (_TAG_BEGIN, _TAG_END):
                if current and (in_tag or item == _TAG_END):
                    out.append(clean(current))
                    current = ""
                in_tag = item == _TAG_BEGIN
        if current:
            out.append(clean(current))
        return out


class Lines:
    """Tokens in, finished lines out. One per turn; `finish` starts the next."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._stream = _Stream()
        self._lines: list[Line] = []
        self._saved: _Stream | None = None  # the stream when a newline might have ended a line
        self._saved_text = ""
        self._saved_tags = 0
        self._since: list[int] = []  # tokens since then
        self._tagged = False  # whether a tag began in the stream

    def feed(self, tokens: Iterable[int]) -> None:
        """Take more tokens of this turn."""
        queue = list(tokens)
        at = 0
        while at < len(queue):
            token = queue[at]
            at += 1
            if self._saved is not None:
                self._since.append(token)
            items = self._stream.items
            count, last = len(items), items[-1] if items else None
            _apply(self._stream, token, self._values)
            if token >> P.TOKEN_SHIFT == P.TAG_BEGIN:
                self._tagged = True
            if self._stream.strings:
                continue
            if self._saved is not None:
                verdict = 0 if self._changes_nothing(token, count, last) else self._line_ended()
                if verdict > 0:
                    queue[at:at] = self._end_line()
                    continue
                if verdict < 0:
                    self._saved = None
                    self._since = []
            if self._saved is None and self._stream.ends_in_newline():
                self._stream.settle()
                self._saved = self._stream.copy()
                self._saved_text = self._stream.text()
                self._saved_tags = len(self._stream.tags())
                self._since = []

    def finish(self) -> list[Line]:
        """The turn's lines; what is left makes the last one."""
        text = self._stream.text(whole=True)
        tags = self._stream.tags(whole=True)
        if text.strip("\n") or tags:
            self._lines.append(Line(text.rstrip("\n"), tuple(tags)))
        lines, self._lines = self._lines, []
        self._stream = _Stream()
        self._saved = None
        self._since = []
        self._tagged = False
        return lines

    def _changes_nothing(self, token: int, count: int, last: _Item | None) -> bool:
        """Whether the token just applied clearly leaves open if the saved newline ends a line.

        `count` and `last` are how many items there were before it, and the last of them.

        Loops that print nothing but blanks and call functions leave thousands of them behind a
        newline; to read the whole stream again for each took minutes.
        """
        kind = token >> P.TOKEN_SHIFT
        if self._tagged:
            return False  # blanks in a tag make a tag
        if kind == P.TEXT:
            items = self._stream.items
            if len(items) == count and items[-1] is last:
                return True  # a newline that was not let in
            return not self._values.strings[token & _PAYLOAD].strip(" \t")
        if kind == P.FRAME_POP:  # takes from the end; what is after the newline is blank
            assert self._saved is not None
            end = len(self._saved.items)
            return self._saved.items[-1:] == ["\n"] == self._stream.items[end - 1 : end]
        return kind == P.FRAME_PUSH

    def _line_ended(self) -> int:
        """1 if the saved newline ends a line for sure, -1 if it is gone, 0 if it may yet be."""
        text = self._stream.text()
        before = self._saved_text
        stands = len(text) >= len(before) > 0 and text[len(before) - 1] == "\n"
        tags = len(self._stream.tags())
        if not stands:
            return -1
        if tags > self._saved_tags:
            return 1
        return 1 if text[len(before) :].strip(" \t") else 0

    def _end_line(self) -> list[int]:
        """Take the saved line; gives the tokens that are read again for the next."""
        saved = self._saved
        assert saved is not None
        text, tags = saved.text(whole=True), saved.tags(whole=True)
        self._lines.append(Line(text.rstrip("\n"), tuple(tags)))
        self._stream = _Stream()
        self._stream.frames = saved.frames
        self._stream.threads = saved.threads
        self._saved = None
        self._tagged = False
        again, self._since = self._since, []
        return again


def _apply(stream: _Stream, token: int, values: Values) -> None:
    """Let one token act on a stream."""
    kind = token >> P.TOKEN_SHIFT
    payload = token & _PAYLOAD
    if kind == P.TEXT:
        stream.push_text(values.strings[payload])
    elif kind == P.PRINT:
        stream.push_text(values.text(payload))
    elif kind == P.GLUE:
        stream.push_mark(_GLUE)
    elif kind == P.TAG_BEGIN:
        stream.push_mark(_TAG_BEGIN)
    elif kind == P.TAG_END:
        stream.push_mark(_TAG_END)
    elif kind == P.STRING_BEGIN:
        stream.push_mark(_STRING_BEGIN)
    elif kind == P.FRAME_PUSH:
        stream.push_frame(payload)
    elif kind == P.FRAME_POP:
        stream.pop_frame()
    elif kind == P.FIXED_TAG or kind == P.RETAINED_TAG:
        stream.items.append((values.strings[payload],))
    elif kind == P.THREAD_PUSH:
        stream.threads.append(list(stream.frames))
    elif kind == P.THREAD_POP:
        stream.frames = stream.threads.pop() if stream.threads else []
    elif kind == P.FOLLOW:
        stream.frames = []
        stream.threads = []


def length(tokens: Iterable[int], values: Values) -> int:
    """How many characters the texts of tokens have together."""
    total = 0
    for token in tokens:
        kind = token >> P.TOKEN_SHIFT
        if kind == P.PRINT:
            total += len(values.text(token & _PAYLOAD))
        elif kind == P.TEXT:
            total += len(values.strings[token & _PAYLOAD])
    return total


def assemble_string(tokens: Iterable[int], values: Values) -> str:
    """The string that tokens between the start and end of a string make."""
    stream = _Stream()
    stream.push_mark(_STRING_BEGIN)
    for token in tokens:
        _apply(stream, token, values)
    return "".join(item for item in stream.items if isinstance(item, str))


def assemble_tag(tokens: Iterable[int], values: Values) -> str:
    """The tag that tokens between the start and end of a choice's tag make."""
    stream = _Stream()
    stream.items.append(_TAG_BEGIN)
    for token in tokens:
        _apply(stream, token, values)
    return clean("".join(item for item in stream.items if isinstance(item, str)))


def operate(values: Values, operation: int, a: int, b: int) -> int:
    """The result of an operation that the memo lacks: `Values.operate`, and strings built of
    chained tokens."""
    if operation in (O_STRING, O_TAG):
        tokens = values.chained(a)
        if length(tokens, values) > MOST_CHARACTERS:
            return values.too_long()
        if operation == O_STRING:
            return values.string_value(assemble_string(tokens, values))
        return (TAG << TAG_SHIFT) | values.string_index(assemble_tag(tokens, values))
    return values.operate(operation, a, b)


def _split_ends(text: str) -> list[str]:
    """`text` with its leading and trailing newlines each as one newline of its own."""
    blanks = " \t\n"
    head = len(text) - len(text.lstrip(blanks))
    tail = len(text.rstrip(blanks))
    head_first = text.find("\n", 0, head)
    head_last = text.rfind("\n", 0, head)
    tail_first = text.find("\n", tail)
    tail_last = text.rfind("\n", tail)
    if head_first < 0 and tail_last < 0:
        return [text]
    out: list[str] = []
    start, end = 0, len(text)
    if head_first >= 0:
        if head_first > 0:
            out.append(text[:head_first])
        out.append("\n")
        start = head_last + 1
    if tail_last >= 0:
        end = tail_first
    if end > start:
        out.append(text[start:end])
    if tail_last >= 0 and tail_first > head_last:
        out.append("\n")
        if tail_last < len(text) - 1:
            out.append(text[tail_last + 1 :])
    return out
