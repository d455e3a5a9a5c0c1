"""ink's output stream, looked through from its end each time that something is added."""

from __future__ import annotations

from foretell.vm import text

GLUE, TAG_BEGIN, TAG_END, STRING_BEGIN = 1, 2, 3, 4
STOPS = (TAG_BEGIN, TAG_END, STRING_BEGIN)


class SlowStream(text._Stream):
    """The same stream without a note of where its marks are, or of what need not be looked at."""

    def settle(self) -> None:
        pass

    def copy(self) -> SlowStream:
        other = SlowStream()
        other.items = list(self.items)
        other.frames = list(self.frames)
        other.threads = [list(frames) for frames in self.threads]
        other.strings = self.strings
        return other

    def push_mark(self, mark: int) -> None:
        if mark == GLUE:
            self._trim_newlines()
        self.strings += mark == STRING_BEGIN
        self.items.append(mark)

    def _push(self, text: str) -> None:
        items = self.items
        function_start = -1
        if self.frames and self.frames[-1] is not None:
            function_start = self.frames[-1]
        glued = False
        for i in range(len(items) - 1, -1, -1):
            if items[i] == GLUE:
                glued = True
                break
            if items[i] == STRING_BEGIN:
                if i >= function_start:
                    function_start = -1
                break
        blank = not text.strip(" \t")
        if glued or function_start >= 0:
            if text == "\n":
                return
            if not blank:
                if glued:
                    self._remove_glue()
                if function_start >= 0:
                    for i in range(len(self.frames) - 1, -1, -1):
                        if self.frames[i] is None:
                            break
                        self.frames[i] = -1
        elif text == "\n" and (self.ends_in_newline() or not self._has_text()):
            return
        if blank and items and not self.frames and not self.strings:
            last = items[-1]
            if isinstance(last, str) and last != "\n" and not last.strip(" \t"):
                if text not in last:
                    items[-1] = last + text
                return
        items.append(text)

    def ends_in_newline(self) -> bool:
        for item in reversed(self.items):
            if item == "\n":
                return True
            if (isinstance(item, str) and item.strip(" \t")) or item in STOPS:
                return False
        return False

    def _trim_newlines(self) -> None:
        items = self.items
        start = -1
        for i in range(len(items) - 1, -1, -1):
            item = items[i]
            if item == "\n":
                start = i
            elif (isinstance(item, str) and item.strip(" \t")) or item in STOPS:
                break
        if start >= 0:
            items[start:] = [item for item in items[start:] if not isinstance(item, str)]

    def _remove_glue(self) -> None:
        items = self.items
        for i in range(len(items) - 1, -1, -1):
            if items[i] == GLUE:
                del items[i]
            elif items[i] in STOPS:
                break

    def _trim_function_end(self, start: int) -> None:
        items = self.items
        for i in range(len(items) - 1, start - 1, -1):
            item = items[i]
            if isinstance(item, str):
                if item.strip(" \t\n"):
                    break
                del items[i]
