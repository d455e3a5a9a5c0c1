"""A story's files, opened: from a path or a bundled story's name to a program that plays.

    opened = open_story("tale/main.ink")
    opened.program          # None where it has errors, which are in `diagnostics`
    opened.folder           # nothing outside it is ever read

INCLUDEs are read from the folder of the main file and nowhere else. What was read, or asked for
in vain, is in `files`: those whose change makes the story another one.

What this does not do: watch the files, play, or check.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from foretell import ink_json
from foretell.compiler import compile_ink
from foretell.container import CompiledStory
from foretell.diagnostics import Diagnostic, Source, StoryError
from foretell.vm.lower import lower
from foretell.vm.program import Program

__all__ = ["Opened", "find_story", "inside", "open_story"]

_BUNDLED = Path(__file__).resolve().parents[1] / "stories"


@dataclass(slots=True)
class Opened:
    """A story's main file and what became of it."""

    path: Path
    program: Program | None = None
    diagnostics: list[Diagnostic] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    files: set[Path] = field(default_factory=set)
    words: int = 0

    @property
    def folder(self) -> Path:
        """The folder the story lives in."""
        return self.path.parent

    @property
    def name(self) -> str:
        """What the story is called where it says nothing itself: its file's name."""
        return self.path.stem

    @property
    def errors(self) -> list[Diagnostic]:
        """The diagnostics that keep it from being played."""
        return [d for d in self.diagnostics if d.severity == "error"]


def find_story(path_or_name: str | Path) -> Path:
    """The main file meant: a path, or the name of a bundled story.

    Raises StoryError where there is neither.
    """
    path = Path(path_or_name)
    if path.is_file():
        return path.resolve()
    bundled = _BUNDLED / path.name / f"{path.name}.ink"
    if path.parts == (path.name,) and bundled.is_file():
        return bundled
    known = ", ".join(sorted(p.name for p in _BUNDLED.iterdir() if p.is_dir()))
    what = "a folder" if path.is_dir() else "not there"
    raise StoryError(
        [
            Diagnostic(
                "error",
                "no-story",
                f"`{path_or_name}` is {what}",
                hint=f"give an .ink or .json file, or the name of a bundled story ({known})",
            )
        ]
    )


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


def open_story(path: Path) -> Opened:
    """Read and compile a story; whatever is wrong with it is in `diagnostics`."""
    opened = Opened(path, files={path})
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else error.strerror
        opened.diagnostics.append(
            Diagnostic("error", "unreadable", f"`{path.name}` can't be read: {why}")
        )
        return opened
    story: CompiledStory | None = None
    try:
        if path.suffix == ".json":
            story = ink_json.load(text, name=path.name)
        else:
            done = compile_ink(text, name=path.name, read=lambda name: _included(opened, name))
            story, opened.diagnostics = done.story, list(done.diagnostics)
            opened.sources, opened.words = done.sources, done.words
        if story is not None:
            opened.program = lower(story)
            opened.words = opened.words or opened.program.words
    except StoryError as error:
        opened.diagnostics += error.diagnostics
    return opened


def _included(opened: Opened, name: str) -> str:
    """The text of an INCLUDE; OSError where it lies outside the story's folder."""
    path = inside(opened.folder, name)
    if path is None:
        raise PermissionError(1, "it lies outside the story's folder", name)
    opened.files.add(path)
    return path.read_text("utf-8-sig")
