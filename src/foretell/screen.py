"""A page that has the terminal's whole screen to itself: one turn at a time, no scrolling past.

    with Screen(sys.stdout) as page:
        Player(story, page, …).run()

What a turn writes is gathered and shown at once, on an empty screen, when the reader is asked; what
is longer than the screen is shown a screenful at a time. The terminal's own screen comes back as it
was when the reader leaves, with the last words below it.

What this does not do: mice, colours of its own, or screens that are no terminals.
"""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Collection, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Final, TextIO

from foretell.page import MEASURE, Page, console_on
from foretell.terminal import takes_colour
from foretell.vm.story import Turn

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["Screen"]

_ENTER: Final = "\x1b[?1049h\x1b[2J\x1b[H"  # the alternate screen, empty
_LEAVE: Final = "\x1b[?1049l"
_CLEAR: Final = "\x1b[2J\x1b[H"
_BLANK: Final = re.compile("\x1b\\[[0-9;]*m|[─ ]")  # styles, and what a line across is made of
_MORE: Final = "Enter for more "


class Screen(Page):
    """A page on the terminal's alternate screen; a context that gives the old one back."""

    def __init__(self, terminal: TextIO) -> None:
        self.terminal = terminal
        self._gathered = io.StringIO()
        super().__init__(self._gathered, plain=False)
        self._last = ""
        self._choices_at = 0  # the row where the choices begin, 0 for none
        self._fresh_turn = True
        self.pause = input  # asks for Enter between two screenfuls
        self._console = self._made()

    def _made(self) -> Console:
        return console_on(
            self._gathered,
            takes_colour(self.terminal),
            width=shutil.get_terminal_size().columns,
            force_terminal=True,
            color_system="standard",
        )

    @property
    def is_terminal(self) -> bool:
        """Whether somebody reads this as it is written."""
        return True

    @property
    def margin(self) -> int:
        """Columns left free at the left: the text stands in the middle."""
        assert self._console is not None
        return max(0, (self._console.width - MEASURE) // 2)

    @property
    def measure(self) -> int:
        """Columns a line of prose may take."""
        assert self._console is not None
        return max(8, min(self._console.width - 1, MEASURE))

    def __enter__(self) -> Screen:
        self.terminal.write(_ENTER)
        self.terminal.flush()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.terminal.write(_LEAVE + (self._gathered.getvalue() or self._last).lstrip("\n"))
        self.terminal.flush()

    def begin(self) -> None:
        """Begin a turn: what stood on the screen goes."""
        self._fresh_turn = True
        self._fresh = True
        self._console = self._made()  # the window may have another size now

    def choices(
        self, turn: Turn, beside: Sequence[str] = (), *, unsaid: Collection[str] = ()
    ) -> None:
        """What is on offer, together on a screen where they have room on one."""
        self._choices_at = self._gathered.getvalue().count("\n")
        super().choices(turn, beside, unsaid=unsaid)

    def present(self) -> None:
        """Show what was written since the reader was last asked."""
        text = self._gathered.getvalue()
        self._gathered.seek(0)
        self._gathered.truncate()
        if text:
            self._last = text
        rows = text.split("\n")[:-1]
        room = max(4, shutil.get_terminal_size().lines - 3)
        if self._fresh_turn:
            self.terminal.write(_CLEAR + "\n")
        self._fresh_turn = False
        together, self._choices_at = self._choices_at, 0
        while len(rows) > room:
            shown = together if 0 < together <= room and len(rows) - together <= room else room
            together -= shown
            self.terminal.write("\n".join(rows[:shown]).rstrip("\n") + "\n\n")
            self.terminal.flush()
            rows = rows[shown:]
            if not any(_BLANK.sub("", row) for row in rows):
                rows = []  # a screen of its own for a line across would be odd
                break
            self.pause(" " * self.margin + _MORE)
            self.terminal.write(_CLEAR + "\n")
        self.terminal.write("".join(f"{row}\n" for row in rows))
        self.terminal.flush()
