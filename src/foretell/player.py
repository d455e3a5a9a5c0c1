"""The terminal player: a story read and chosen by keyboard.

A `Player` asks what to do, does it, and has a `Page` show what comes of it:

    The Inn                                   the front page, from the story's global tags
    ───────
    It rains, and the inn has one light left.

      1  Go in
      2  Go on

    > 1                                       a number, or a letter: u r s l q ?

    Warm at last.
    # ending: warm                            tags, quietly
    ───────
    The end: warm
    1 choice, 5 words
    read it again: foretell play docs/inn.ink --path 0

Lines are read whole, so that any keyboard, pipe or screen reader will do. Input that ends is no
fault: the summary is shown and the player leaves. A saved story is stood by again by the route in
it, so a save that was tampered with can't do anything a reader couldn't.

What this does not do: find or compile stories (`loading`), or parse the command line (`cli`).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from foretell.container import THE_END
from foretell.diagnostics import Diagnostic, StoryError, counted
from foretell.output import write_whole
from foretell.page import Page
from foretell.seen import seen_by
from foretell.terminal import printable
from foretell.vm.story import PathError, Story, Turn, entry_and_steps

if TYPE_CHECKING:
    from foretell.dream import Dream
    from foretell.endings import EndingNames

__all__ = ["Player", "fresh_seed", "play_transcript", "turns_of", "twin_of"]

_MAX_SAVE: Final = 64 << 20

_HELP: Final = (
    ("1, 2, …", "make that choice"),
    ("Enter", "go on, where there is only one choice"),
    ("u", "take the last choice back"),
    ("r", "begin again (`u` then brings you back)"),
    ("s [FILE]", "save"),
    ("l [FILE]", "load"),
    ("p", "the path that leads here"),
    ("why [WHAT]", "what every way here needs, or to a knot, line, ending or condition"),
    ("q", "leave"),
)


class Player:
    """One reader at one story.

    `seed` is None for fresh luck at every beginning; with a `dream` odds are shown, and `names`
    names endings by conditions. `command` is what plays this story from a shell, to be shown with
    a path behind it. `explain` tells how readers come to a place, as `foretell why` does. Tags of
    choices that are `unsaid` are meant for foretell, not for who reads.
    """

    def __init__(
        self,
        story: Story,
        page: Page,
        *,
        stem: str = "story",
        command: str = "foretell play STORY",
        seed: int | None = None,
        dream: Dream | None = None,
        names: EndingNames | None = None,
        keyboard: TextIO | None = None,
        explain: Callable[[str], str] | None = None,
        unsaid: Collection[str] = (),
    ) -> None:
        self.story = story
        self.page = page
        self.command = command
        self.seed = seed
        self.dream = dream
        self.names = names
        self.explain = explain
        self.unsaid = unsaid
        self.save_file = Path(f"{stem}.save")
        self.keyboard = keyboard if keyboard is not None else sys.stdin
        self.at_terminal = bool(self.keyboard and self.keyboard.isatty() and page.is_terminal)
        self._read = turns_of(story)  # the turns of this playthrough
        self._left: str | None = None  # where `r` or `l` left from
        self._way: str | None = None  # the way of a save that the story has outgrown

    def run(self) -> bool:
        """Play from where the story stands until the reader leaves.

        Gives whether nothing had gone wrong by then.
        """
        if self.dream and self.dream.caveat:
            self.page.note(self.dream.caveat)
            self.page.gap()
        has_more = self.page.front(self.story.global_tags)
        if self.story.turns:
            self._retell()
        else:
            if has_more and self.at_terminal:
                if self._ask("Enter to begin ") in (None, "q"):
                    return True
                self.page.begin()
            self._show()
        while self._serve():
            pass
        if not self.story.ended:
            self._sum_up()
        return not any(problem.severity == "error" for problem in self.story.turn.problems)

    # ------------------------------------------------------ what is shown

    def _show(self) -> None:
        """The present turn and its choices."""
        turn = self.story.turn
        if len(self._read) > 1:
            self.page.begin()
        self.page.turn(turn, self.story.global_tags if len(self._read) == 1 else ())
        if turn.choices:
            beside = self.dream.beside(self.story) if self.dream else ()
            self.page.choices(turn, beside, unsaid=self.unsaid)
            return
        if len(self._read) == 1 and not turn.lines and not turn.problems:
            self.page.note(
                "Nothing is told here: the story ends before its first line. "
                "(Is it one whose knots a game enters one by one?)"
            )
        self._sum_up()

    def _retell(self) -> None:
        """Every turn of the path that was asked for, and the choices that were made."""
        chosen = [choice for choice, _ in entry_and_steps(self.story.path)[1][1:]]
        for number, (turn, index) in enumerate(zip(self._read, chosen, strict=False)):
            self.page.turn(turn, self.story.global_tags if number == 0 else ())
            self.page.gap()
            self.page.write(turn.choices[index].text, "dim", lead=f"> {index + 1}  ")
        self._show()

    def _sum_up(self) -> None:
        page, story = self.page, self.story
        words = sum(turn.words for turn in self._read)
        page.rule()
        if not story.ended:
            page.write("Left in mid-story.", "bold")
        elif story.ending is None:
            page.write("The story broke off here.", "bold red")
        elif self._ending and self._ending != THE_END:
            page.write(self._ending, "bold", lead="The end: ", lead_style="bold")
        else:
            page.write("The end.", "bold")
        page.write(f"{counted(story.turns, 'choice')}, {counted(words, 'word')}")
        rarity = self.dream.rarity(story) if self.dream and story.ended else ""
        if rarity:
            page.write(rarity)
        seen = None
        if story.ended and story.turns:  # on this path alone, whatever was taken back before
            seen = seen_by(story.program, twin_of(story, story.path).seen)
        if seen is not None and seen.share is not None:
            unseen = seen.all_places - seen.places
            places = f"; {unseen:,} of {seen.all_places:,} places were not come to"
            page.write(f"seen: {_percent(seen.share)} of the prose{places if unseen else ''}")
        if story.path:
            again = "read it again" if story.ended else "go on from here"
            page.write_whole(f"{again}: {self.command} --path {story.path}", "dim")
        page.gap()

    @property
    def _ending(self) -> str | None:
        """What the ending is called that the reader stands at."""
        return self.names.at(self.story) if self.names else self.story.ending

    # ------------------------------------------------------ what is done

    def _serve(self) -> bool:
        """Ask once and do as told; False when the reader leaves."""
        ended = self.story.ended
        typed = self._ask("u: take back, r: again, Enter: leave > " if ended else "> ")
        if typed is None:
            return False
        word, _, rest = typed.strip().partition(" ")
        rest = rest.strip()
        if not word:
            if ended:
                return False
            if len(self.story.choices) == 1:
                self._choose(0)
            else:
                self.page.note(self._range())
        elif word.isdecimal():
            self._choose(int(word) - 1 if len(word) < 10 else -1)
        elif word in ("q", "quit", "exit"):
            return False
        else:
            self._command(word.lower(), rest)
        return True

    def _command(self, word: str, rest: str) -> None:
        if word in ("u", "undo"):
            self._undo()
        elif word in ("r", "restart"):
            self._left = self.story.path
            self.story.restart(self.seed if self.seed is not None else fresh_seed())
            self._read = [self.story.turn]
            self.page.rule()
            self._show()
        elif word in ("s", "save"):
            self._save(rest)
        elif word in ("l", "load"):
            self._load(rest)
        elif word in ("w", "way") and self._way is not None:
            self._go_as_far(self._way)
        elif word == "why":
            self._why(rest)
        elif word in ("p", "path"):
            self.page.write_whole(self.story.path or "(the start: no choice is made yet)", "dim")
            self.page.gap()
        elif word in ("?", "h", "help"):
            self.page.gap()
            for key, does in _HELP:
                told = f"{does} ({self.save_file})" if key[0] in "sl" else does
                self.page.write(told, lead=f"{key:<12}", lead_style="bold")
            self.page.gap()
        else:
            self.page.note(self._range())

    def _choose(self, index: int) -> None:
        if not 0 <= index < len(self.story.choices):
            self.page.note(self._range())
            return
        self._left = None
        self._read.append(self.story.choose(index))
        self._show()

    def _undo(self) -> None:
        if self.story.undo():
            self._read.pop()
        elif self._left is not None:
            path, self._left = self._left, None
            self._go(path)
        else:
            self.page.note("There is no choice to take back.")
            return
        self._show()

    def _why(self, target: str) -> None:
        """Tell how readers come to something; to the ending, or the place one is in, if unnamed."""
        if self.explain is None:
            self.page.note("This can't be explained here: see `foretell why`.")
            return
        target = target or (self._ending if self.story.ended else "") or self.story.here
        if not target:
            self.page.note("Every way begins here. Name a knot, line or ending: why NAME")
            return
        try:
            told = self.explain(target)
        except StoryError as error:
            for problem in error.diagnostics:
                self.page.problem(problem)
            return
        self.page.gap()
        for line in told.rstrip("\n").split("\n"):
            bare = line.lstrip()
            self.page.write(bare, lead=" " * (len(line) - len(bare)))
        self.page.gap()

    def _go_as_far(self, path: str) -> None:
        """Go the way of an outgrown save as far as the story still has it."""
        before, self._way = self.story.path, None
        steps = path.split("/")
        fits, too_far = 0, len(steps) + 1  # so many of its choices, and not so many
        while too_far - fits > 1:
            middle = (fits + too_far) // 2
            try:
                self.story.play("/".join(steps[:middle]))
            except PathError:
                too_far = middle
            else:
                fits = middle
        self._go("/".join(steps[:fits]))
        self._left = before
        if fits < len(steps):
            self.page.note(
                f"The story still has the first {fits} of {counted(len(steps), 'choice')}."
            )
        self._show()

    def _range(self) -> str:
        count = len(self.story.choices)
        if not count:
            return "The story has ended: u takes a choice back, r begins again, q leaves."
        numbers = {1: "1", 2: "1 or 2"}.get(count, f"a number from 1 to {count}")
        return f"Type {numbers}, or ? for what else there is."

    def _save(self, file: str) -> None:
        try:
            target = Path(file).expanduser() if file else self.save_file
            if target.exists() and not _is_save(target):
                raise ValueError("it is there already, and no saved story")
            write_whole(target, self.story.save())
        except (OSError, ValueError, RuntimeError) as error:
            reason = getattr(error, "strerror", None) or error
            self.page.problem(_error("unwritable", f"can't save to `{file or target}`: {reason}"))
            return
        self.save_file = target
        self.page.note(f"Saved to {target}.")

    def _load(self, file: str) -> None:
        before = self.story.path
        try:
            target = Path(file).expanduser() if file else self.save_file
            saved = twin_of(self.story)
            saved.restore(_text_of_save(target))
            self._go(saved.path)
            now, then = self.story.turn, saved.turn
            if [c.text for c in now.choices] != [c.text for c in then.choices]:
                raise PathError("its path leads elsewhere")
        except StoryError as error:
            for problem in error.diagnostics:
                self.page.problem(problem)
            if any(problem.code == "outgrown-save" for problem in error.diagnostics):
                self._way = str(json.loads(_text_of_save(target))["path"])
                self.page.note("Type w to go the way it went, as far as the story still has it.")
        except (OSError, UnicodeDecodeError, RuntimeError) as error:
            reason = getattr(error, "strerror", None) or "it is not text"
            shown = file or str(self.save_file)
            self.page.problem(_error("unreadable", f"can't load `{shown}`: {reason}"))
        except PathError as error:
            self._go(before)
            self.page.problem(_error("bad-save", f"this saved story is damaged: {error}"))
        else:
            self.save_file = target
            self._left = before
            self.page.note(f"Loaded from {target}.")
            self._show()

    def _go(self, path: str) -> None:
        """Stand at the end of a path."""
        self.story.play(path)
        self._read = turns_of(self.story)

    def _ask(self, prompt: str) -> str | None:
        """A line the reader types, None when there are no more."""
        page = self.page
        page.present()
        if self.at_terminal:
            with suppress(ImportError):
                import readline  # noqa: F401  # gives `input` editing and a history
            try:
                line: str | None = input(" " * page.margin + prompt)
            except EOFError:
                line = None
        else:
            if not self.story.ended:
                page.stream.write("> ")
            page.stream.flush()
            line = self.keyboard.readline() if self.keyboard else ""
            line = line.rstrip("\r\n") if line else None
            if line is not None:  # it was not echoed
                page.stream.write(printable(line) + "\n")
        if line is not None:
            page.typed()
        elif self.at_terminal or not self.story.ended:
            page.break_line()
        return line


def play_transcript(story: Story, typed: TextIO, out: TextIO) -> None:
    """Write the transcript that ink's conformance suite compares, choosing as lines typed say."""
    from foretell.transcript import pieces

    words = (word for line in typed for word in line.split())
    for piece in pieces(story, words):
        out.write(piece)
        if piece == "?> ":
            out.flush()


def twin_of(story: Story, path: str = "") -> Story:
    """The same story, at the end of a path."""
    return Story(
        story.program,
        seed=story.seed,
        step_budget=story.step_budget,
        assume_externals=story.assume_externals,
        path=path,
    )


def turns_of(story: Story) -> list[Turn]:
    """Every turn of a story's path, from the first to the present one."""
    turns = story.undoable
    if len(turns) < story.turns:  # it stands where it was saved
        turns = twin_of(story, story.path).undoable
    return [*turns, story.turn]


def fresh_seed() -> int:
    """A seed nobody chose."""
    return int.from_bytes(os.urandom(4), "big")


def _percent(share: float) -> str:
    if 0 < share < 0.01:
        return f"{share * 100:.1g} %"
    return f"{share * 100:.0f} %" if share in (0, 1) or share < 0.995 else "over 99 %"


def _is_save(path: Path) -> bool:
    """Whether a file begins as a saved story does, so that it may be written over."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(12) in (b"", b'{"foretell":')


def _text_of_save(path: Path) -> str:
    if not path.is_file():
        if path.exists():
            raise OSError(22, "it is not a file", str(path))
        raise FileNotFoundError(2, "there is no such file", str(path))
    if path.stat().st_size > _MAX_SAVE:
        raise OSError(27, "it is too large for a saved story", str(path))
    return path.read_text("utf-8")


def _error(code: str, message: str) -> Diagnostic:
    return Diagnostic("error", code, message)
