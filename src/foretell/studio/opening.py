"""A story as the studio opens it: compiled, with what its author promises beside it, and its files.

    opened = open_story(Path("tale/main.ink"))
    opened.program          # None where it has errors, which are in `diagnostics`
    opened.files            # those whose change makes it another story

`loading` reads and compiles; what is added here is `foretell.toml` from the same folder, whose
claims' expressions are lowered into the program so that exploring evaluates them; what they read
is not called unused. A mistake in it is among the diagnostics and leaves the story playable,
without claims.

What this does not do: watch the files, play, or check.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from foretell.checking import names_asked, names_used, places_entered
from foretell.config import Config
from foretell.container import CompiledStory
from foretell.diagnostics import Diagnostic, Source, StoryError
from foretell.loading import PROMISES, read_promises, read_story
from foretell.vm.lower import lower
from foretell.vm.program import Program

if TYPE_CHECKING:
    from foretell.checker.questions import Questions

__all__ = ["Opened", "inside", "open_story"]


@dataclass(slots=True)
class Opened:
    """A story's main file and what became of it."""

    path: Path
    story: CompiledStory | None = None
    program: Program | None = None
    diagnostics: list[Diagnostic] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    files: set[Path] = field(default_factory=set)
    config: Config = field(default_factory=Config)
    questions: Questions | None = None  # where there are claims
    entries: list[str] = field(default_factory=lambda: [""])  # where a host enters; "" is the top

    @property
    def folder(self) -> Path:
        """The folder the story lives in."""
        return self.path.parent

    @property
    def name(self) -> str:
        """What the story is called where it says nothing itself: its file's name."""
        return self.path.name.split(".")[0]


def inside(folder: Path, name: str) -> Path | None:
    """The file `name` stands for in a folder, or None where that would leave it.

    Links are followed before the answer is given, so one that leads out is refused as well.
    """
    if "\0" in name or not name.strip():
        return None
    try:
        root = folder.resolve()
        path = (root / name.replace("\\", "/")).resolve()
    except (OSError, ValueError, RuntimeError):
        return None
    return path if path.is_relative_to(root) and path != root else None


def open_story(path: Path, entries: Sequence[str] = ()) -> Opened:
    """Read and compile a story; whatever is wrong with it is in `diagnostics`.

    `entries` are where a host enters it, in place of those of foretell.toml.
    """
    opened = Opened(path, files={path.resolve(), (path.parent / PROMISES).resolve()})
    try:
        loaded = read_story(path, confined=True)
        opened.diagnostics = list(loaded.diagnostics)
        opened.sources = loaded.sources
        for source in loaded.sources:  # pages show a file by its place in the story's folder
            source.name = source.name.removeprefix(path.parent.as_posix() + "/")
        opened.files |= {file.resolve() for file in loaded.files}
        if loaded.story is None or loaded.errors:
            return opened
        opened.story, opened.program = loaded.story, lower(loaded.story)
    except StoryError as error:
        opened.diagnostics += error.diagnostics
        return opened
    try:
        opened.config = read_promises(loaded)
        if loaded.story.domains:
            opened.program = lower(loaded.story)
        asked = [e for claim in opened.config.claims for e in claim.expressions]
        if asked or opened.config.endings:
            from foretell.checker.questions import ask_story

            questions = ask_story(loaded.story, asked, opened.config.endings)
            opened.questions, opened.program = questions, questions.program
            named = names_asked(opened.config, questions)
            opened.diagnostics = [d for d in opened.diagnostics if not names_used(d, named)]
        opened.entries = places_entered(opened.program, entries, opened.config)
    except StoryError as error:
        opened.config = Config()
        opened.diagnostics += error.diagnostics
        for problem in error.diagnostics:
            if problem.span is not None:
                problem.span.source.name = PROMISES
    return opened
