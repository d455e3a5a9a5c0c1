"""Playthroughs as the reading page shows them: a path in, all that was read on it out.

A page asks for a path (`0/2@17/1`) and gets every turn on the way. The server keeps a few
playthroughs that were asked for last; going on by one choice, or back by some, costs one turn.

    player = Player(program)
    page = player.read("0/2")          # a Reading
    page.turns[-1].lines

Chance: draws that a path names are those of the playthrough; draws it leaves open are made, and
the answer's own path names them. So the path of what is on the screen replays it exactly.

**Tags** mean what they mean in Inky's web export: `CLASS: name` on a line styles it, `CLEAR`
takes what stood before it off the page, `RESTART` begins again, `IMAGE: file` shows a picture.
Their names may be in any case. Every other one-word tag is handed on as the line's marks.

What this does not do: judge. What a path is worth is `data`'s.
"""

from __future__ import annotations

import re
import secrets
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from foretell.diagnostics import Diagnostic
from foretell.seen import Seen, seen_by
from foretell.studio.opening import inside
from foretell.vm.program import Program
from foretell.vm.story import PathError, Story, Turn, entry_and_steps
from foretell.vm.text import Line

__all__ = [
    "FRONT",
    "IMAGES",
    "MisfitError",
    "Moment",
    "Player",
    "Reading",
    "directives",
    "front_matter",
    "line_json",
    "problem_json",
    "reading_json",
]

_KEPT = 6  # playthroughs that stay open
_LONGEST = 5000  # choices in a path the page may ask for

IMAGES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".svg": "image/svg+xml",
}
"""The pictures a tag may show, and their media types."""

FRONT = ("title", "author", "theme")
"""Global tags that the front page sets apart from its notes."""

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,40}\Z")
_DIRECTIVE = re.compile(r"\s*([A-Za-z]+)\s*(?::\s*(.*))?\Z", re.DOTALL)


class MisfitError(ValueError):
    """A path that does not fit the story; `fits` is as much of it as does."""

    def __init__(self, message: str, fits: str) -> None:
        super().__init__(message)
        self.fits = fits


@dataclass(frozen=True, slots=True)
class Moment:
    """A turn as it was read: what led to it, and how things stood after it."""

    path: str
    choice: str | None
    turn: Turn
    here: str
    variables: dict[str, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """All turns of a playthrough up to a path."""

    moments: tuple[Moment, ...]
    path: str


class _Luck(Iterator[int]):
    """The draws a path names for the turn being played; dry where it leaves them open."""

    def __init__(self) -> None:
        self.waiting: deque[int] = deque()

    def __next__(self) -> int:
        if not self.waiting:
            raise StopIteration
        return self.waiting.popleft()


@dataclass(slots=True)
class _Playthrough:
    story: Story
    luck: _Luck
    steps: list[tuple[int, list[int]]] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)

    def note(self, choice: str | None) -> None:
        """Write down the turn just played."""
        story = self.story
        self.steps = entry_and_steps(story.path)[1]
        names = story.program.global_names
        shown = {name: story.shown(name) for name in names}
        self.moments.append(Moment(story.path, choice, story.turn, story.here, shown))


class Player:
    """Plays a program to wherever a page asks to be; safe to call from several threads."""

    def __init__(self, program: Program, entry: str = "") -> None:
        self.program = program
        self.entry = entry  # where a host enters; paths may say so, none may say otherwise
        self._open: list[_Playthrough] = []
        self._lock = threading.Lock()

    def read(self, path: str) -> Reading:
        """Every turn on a path.

        Raises MisfitError where it can't be followed, StoryError where the story can't begin.
        """
        steps = self._steps(path)
        if len(steps) > _LONGEST:
            raise MisfitError(f"a path of more than {_LONGEST:,} choices is not followed here", "")
        with self._lock:
            played = self._at(steps)
            return Reading(tuple(played.moments), played.story.path)

    def at(self, path: str, use: Any) -> Any:
        """`use(story)` with a story that stands at a path; it must not play it on."""
        with self._lock:
            return use(self._at(self._steps(path)).story)

    def seen(self, path: str) -> Seen:
        """How much of the story a playthrough has shown."""
        with self._lock:
            story = self._begin(self._steps(path), keep=False).story
        return seen_by(self.program, story.seen)

    def _steps(self, path: str) -> list[tuple[int, list[int]]]:
        try:
            entry, steps = entry_and_steps(path)
        except PathError as error:
            raise MisfitError(str(error), "") from None
        if entry not in ("", self.entry):
            raise MisfitError(f"the path starts at `{entry}`, where this story is not entered", "")
        return steps

    def _at(self, steps: list[tuple[int, list[int]]]) -> _Playthrough:
        """A playthrough that stands at the end of some steps, moved there if need be."""
        best: _Playthrough | None = None
        for played in self._open:
            shared = _shared(played.steps, steps)
            if shared and (best is None or shared > _shared(best.steps, steps)):
                best = played
        if best is None or _shared(best.steps, steps) < len(steps) // 2:
            return self._begin(steps)
        shared = _shared(best.steps, steps)
        self._open.remove(best)  # put back once nothing went wrong
        while len(best.steps) > shared:
            best.story.undo()
            best.moments.pop()
            best.steps.pop()
        self._go_on(best, steps)
        self._keep(best)
        return best

    def _begin(self, steps: list[tuple[int, list[int]]], keep: bool = True) -> _Playthrough:
        luck = _Luck()
        luck.waiting.extend(steps[0][1])
        try:
            story = Story(
                self.program,
                draws=luck,
                seed=secrets.randbelow(1 << 31),
                assume_externals=True,
                entry=self.entry,
            )
        except PathError as error:
            raise MisfitError(str(error), "") from None
        played = _Playthrough(story, luck)
        played.note(None)
        if luck.waiting:
            raise MisfitError("the path names draws before the first choice: there are none", "")
        self._go_on(played, steps)
        if keep:
            self._keep(played)
        return played

    def _go_on(self, played: _Playthrough, steps: list[tuple[int, list[int]]]) -> None:
        """Make the choices that are still to be made."""
        story = played.story
        for index, draws in steps[len(played.steps) :]:
            number, fits = len(played.steps), story.path
            if index >= len(story.choices):
                there = "the story has ended" if story.ended else f"{len(story.choices)} on offer"
                raise MisfitError(
                    f"choice number {number} of the path is {index}, but there: {there}", fits
                )
            text = story.choices[index].text
            played.luck.waiting.extend(draws)
            try:
                story.choose(index)
            except PathError as error:
                raise MisfitError(str(error), fits) from None
            if played.luck.waiting:
                raise MisfitError(f"choice number {number} of the path has draws to spare", fits)
            played.note(text)

    def _keep(self, played: _Playthrough) -> None:
        self._open.insert(0, played)
        del self._open[_KEPT:]


def _shared(had: list[tuple[int, list[int]]], wanted: list[tuple[int, list[int]]]) -> int:
    """How many turns of what was played a path wants too; draws left open fit any."""
    count = 0
    for (choice, drawn), (index, draws) in zip(had, wanted, strict=False):
        if choice != index or (draws and draws != drawn):
            break
        count += 1
    return count


# What a page is told ---------------------------------------------------------------------------


def directives(tags: tuple[str, ...], folder: Path) -> dict[str, Any]:
    """What a line's tags ask for: classes, marks, clear, restart, image, and notes on misuse."""
    found: dict[str, Any] = {}
    for tag in tags:
        matched = _DIRECTIVE.match(tag)
        name, value = (matched[1].upper(), matched[2]) if matched else ("", None)
        if value is None:
            if name in ("CLEAR", "RESTART"):
                found[name.lower()] = True
            elif _WORD.match(tag.strip()):
                found.setdefault("marks", []).append(tag.strip().lower())
        elif name == "CLASS" and _WORD.match(value.strip()):
            found.setdefault("classes", []).append(value.strip())
        elif name == "IMAGE":
            _picture(value.strip(), folder, found)
    return found


def _picture(name: str, folder: Path, found: dict[str, Any]) -> None:
    path = inside(folder, name)
    if path is None:
        found["note"] = f"the picture {name} is outside the story's folder and is not shown"
    elif path.suffix.lower() not in IMAGES:
        found["note"] = f"{name} is not a picture of a kind that is shown here"
    elif not path.is_file():
        found["note"] = f"the picture {name} is not in the story's folder"
    else:
        found["image"] = path.relative_to(folder.resolve()).as_posix()


def front_matter(tags: list[str]) -> dict[str, Any]:
    """The global tags as a front page has them: title, author, theme, and the rest as notes."""
    front: dict[str, Any] = {"notes": []}
    for tag in tags:
        name, colon, value = tag.partition(":")
        key, value = name.strip().lower(), value.strip()
        if colon and key in FRONT and key not in front:
            front[key] = value
        elif colon and value and len(name) <= 40:
            front["notes"].append([name.strip(), value])
    return front


def line_json(line: Line, folder: Path) -> dict[str, Any]:
    """A line with what its tags ask for."""
    return {"text": line.text, **directives(line.tags, folder)}


def problem_json(problem: Diagnostic) -> dict[str, Any]:
    """A diagnostic as pages show it."""
    span = problem.span
    return {
        "severity": problem.severity,
        "code": problem.code,
        "message": problem.message,
        "label": problem.label,
        "hint": problem.hint,
        "path": problem.path,
        "file": span.source.name if span else None,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "end_column": span.end_column if span and span.end_line in (0, span.line) else None,
        "source": span.source.line(span.line).rstrip("\r")[:400] if span else None,
    }


def reading_json(reading: Reading, folder: Path, have: str | None = None) -> dict[str, Any]:
    """A reading as the page shows it; turns up to the path `have` are left out."""
    moments = reading.moments
    known = next((i + 1 for i, m in enumerate(moments) if m.path == have), 0) if have else 0
    if have == "" and moments[0].path == "":
        known = 1
    last = moments[-1]
    before = moments[-2].variables if len(moments) > 1 else {}
    return {
        "path": reading.path,
        "known": known,
        "turns": [
            {
                "path": m.path,
                "choice": m.choice,
                "lines": [line_json(line, folder) for line in m.turn.lines],
                "problems": [problem_json(p) for p in m.turn.problems],
                "words": m.turn.words,
            }
            for m in moments[known:]
        ],
        "choices": [
            {"text": choice.text, **directives(choice.tags, folder)} for choice in last.turn.choices
        ],
        "ended": last.turn.ended,
        "ending": last.turn.ending,
        "here": last.here,
        "words": sum(m.turn.words for m in moments),
        "choices_made": len(moments) - 1,
        "places": len({m.here for m in moments}),
        "back": moments[-2].path if len(moments) > 1 else None,
        "variables": [
            {
                "name": name,
                "value": value,
                "before": before[name] if name in before and before[name] != value else None,
            }
            for name, value in last.variables.items()
        ],
    }
