"""The page a story is read on in a terminal.

Text is set to the terminal's width and a good measure; or *plainly*, one line of the story on one
line, without colour, for pipes, screen readers and dumb terminals. A page knows how a turn, its
choices, a front page and a problem look, and nothing of what the reader does.

    page = Page(sys.stdout, plain=False)
    page.front(story.global_tags)
    page.turn(story.turn)
    page.choices(story.turn)

Prose is set in paragraphs with an empty line between them, as ink's web player does. Tags stand
below their line, quietly; `# thought` and `# epigraph` are set in italics and `# break` pale
instead, where there are styles, and what the ending is called is left for the end. What a story
says can't move the cursor or change a colour: its control characters are made visible.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, Final, TextIO

from foretell.diagnostics import Diagnostic
from foretell.terminal import printable, show_problems, takes_colour
from foretell.vm.story import Turn

if TYPE_CHECKING:
    from rich.console import Console

    from foretell.vm.text import Line

__all__ = ["Page", "console_on"]

MEASURE: Final = 68  # columns of prose at most: longer lines tire the eye
_MANY: Final = 2000  # lines no turn has unless it runs away …
_SHOWN: Final = 40  # … and how many of them are shown then
_ROOMY: Final = 60  # a terminal this wide has room for a margin
_MARGIN: Final = 2
# tags that a terminal can honour on the line itself, and the style they ask for
_LINE_STYLES: Final = {"thought": "italic", "break": "dim", "epigraph": "italic"}
_CLOSE: Final = "epigraph"  # lines of verse, with nothing between them
_NAMES: Final = {"title": "bold", "author": "italic"}  # global tags that name, and their style


def console_on(stream: TextIO, colour: bool, **options: Any) -> Console:
    """What sets text on a stream: colours where they are taken, and no markup of its own."""
    from rich.console import Console

    options = {"color_system": "auto", **options} if colour else {**options, "color_system": None}
    return Console(
        file=stream, no_color=not colour, highlight=False, markup=False, emoji=False, **options
    )


class Page:
    """Text set on a terminal, or plainly on any stream."""

    def __init__(self, stream: TextIO, *, plain: bool) -> None:
        self.stream = stream
        self.plain = plain
        self._fresh = True  # nothing stands above, or an empty line does
        self._console = None if plain else console_on(stream, takes_colour(stream))

    @property
    def is_terminal(self) -> bool:
        """Whether somebody reads this as it is written."""
        return self.stream.isatty()

    def begin(self) -> None:
        """Begin a turn. A page that scrolls does nothing then."""

    def present(self) -> None:
        """Show what was written so far, before the reader is asked."""

    @property
    def margin(self) -> int:
        """Columns left free at the left."""
        return _MARGIN if self._console and self._console.width >= _ROOMY else 0

    @property
    def measure(self) -> int:
        """Columns a line of prose may take."""
        if self._console is None:
            return MEASURE
        return max(8, min(self._console.width - 1 - 2 * self.margin, MEASURE))

    def write(
        self,
        text: str,
        style: str = "",
        *,
        lead: str = "",
        lead_style: str = "bold",
        emphasis: int = 0,
    ) -> None:
        """A paragraph; `lead` hangs in front of its rows, its first `emphasis` letters are bold."""
        text, lead = printable(text), printable(lead)
        self._fresh = False
        if self._console is None:
            self.stream.write(f"{lead}{text}\n")
            return
        from rich.text import Text

        hang = len(lead)
        paragraph = Text(text, style)
        if emphasis:
            paragraph.stylize("bold", 0, emphasis)
        rows = paragraph.wrap(self._console, self.measure - hang, overflow="fold")
        for number, row in enumerate(rows or [Text("")]):
            first = Text(lead, lead_style) if number == 0 else Text(" " * hang)
            line = Text(" " * self.margin) + first + row
            line.rstrip()
            self._console.print(line, soft_wrap=True)

    def write_whole(self, text: str, style: str = "") -> None:
        """One line that is never broken, to be copied."""
        self._fresh = False
        if self._console is None:
            self.stream.write(printable(text) + "\n")
        else:
            line = " " * self.margin + printable(text)
            self._console.print(line, style=style, soft_wrap=True)

    def gap(self) -> None:
        """An empty line, unless there is one already."""
        if not self._fresh:
            self.stream.write("\n")
            self._fresh = True

    def rule(self) -> None:
        """A short line across, set apart; plainly, only an empty line."""
        self.gap()
        if self._console is not None:
            self.write("─" * 7, "dim")
            self.gap()

    def break_line(self) -> None:
        """The end of a line that is not ours: what somebody typed, or did not."""
        self.stream.write("\n")
        self._fresh = True

    def typed(self) -> None:
        """Note that the reader has ended a line by pressing Enter."""
        self._fresh = False

    def problem(self, problem: Diagnostic) -> None:
        """A problem, as every command shows it."""
        self.gap()
        show_problems([problem], self.stream)
        self._fresh = True

    # ------------------------------------------------------ of a story

    def front(self, tags: Sequence[str]) -> bool:
        """The front page from the story's global tags; whether it holds more than two names.

        Title and author stand first, then every other tag in its order.
        """
        told = [_told(tag) for tag in tags]
        if not told:
            return False
        names = dict(reversed(told))  # of two titles, the first
        for key, style in _NAMES.items():
            if key in names:
                self.write(names[key], style)
        rest = [(key, text) for key, text in told if key not in _NAMES]
        for key, text in rest:
            if not self.plain:
                self.gap()
            if key:
                label = f"{key[0].upper()}{key[1:]}: "
                self.write(label + text, emphasis=len(label))
            else:
                self.write(f"# {text}", "dim")
        self.rule()
        return bool(rest)

    def turn(self, turn: Turn, hidden: Sequence[str] = ()) -> None:
        """A turn's lines with their tags, and what went wrong in it.

        `hidden` are the story's global tags, which come with its first line as well.
        """
        self.gap()
        left = list(hidden)
        lines = turn.lines
        if len(lines) > _MANY:
            lines = lines[:_SHOWN]
        close = False
        for line in lines:
            tags = _without(line, left)
            was_close, close = close, _CLOSE in tags
            if line.tags:
                left = []
            if line.text:
                if not self.plain and not (close and was_close):
                    self.gap()
                self.write(line.text, " ".join(self._styles_of(tags)))
            if tags:
                self.write("# " + ", ".join(tags), "dim")
        if len(lines) < len(turn.lines):
            self.gap()
            self.note(f"… and {len(turn.lines) - len(lines):,} lines more, not shown")
        for problem in turn.problems:
            self.problem(problem)

    def _styles_of(self, tags: list[str]) -> list[str]:
        """The styles that tags ask for; those tags are taken out, having been shown."""
        if self._console is None or self._console.color_system is None:
            return []
        asked = [tag for tag in tags if tag.lower() in _LINE_STYLES]
        for tag in asked:
            tags.remove(tag)
        tags[:] = [tag for tag in tags if not tag.lower().startswith("ending:")]
        return [_LINE_STYLES[tag.lower()] for tag in asked]

    def choices(
        self, turn: Turn, beside: Sequence[str] = (), *, unsaid: Collection[str] = ()
    ) -> None:
        """What is on offer, numbered from 1; `beside` holds a remark on each choice.

        Tags that are `unsaid` are left out.
        """
        self.gap()
        width = len(str(len(turn.choices)))
        for choice in turn.choices:
            number = choice.index + 1
            lead = f"{number}: " if self.plain else f"{number:>{width}}  "
            said = [tag for tag in choice.tags if tag not in unsaid]
            tags = "  # " + ", ".join(said) if said else ""
            self.write(choice.text + tags, lead=lead, lead_style="bold cyan")
            if beside:
                self.write(beside[choice.index], "dim", lead=" " * len(lead))
        self.gap()

    def note(self, text: str) -> None:
        """A quiet word from the player itself."""
        self.write(text, "dim")


def _told(tag: str) -> tuple[str, str]:
    """A global tag as (key, text): `title: The Inn`; the key is empty where there is none."""
    key, colon, text = tag.partition(":")
    if not colon or not text.strip() or len(key.split()) > 2:
        return "", tag
    return key.strip().lower(), text.strip()


def _without(line: Line, hidden: Sequence[str]) -> list[str]:
    """A line's tags but those at their head that are hidden."""
    tags = list(line.tags)
    for tag in hidden:
        if not tags or tags[0] != tag:
            break
        tags.pop(0)
    return tags
