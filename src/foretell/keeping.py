"""What a long `check` keeps on disk, so that a run which was killed can be gone on with.

    .foretell/tale.checkpoint            beside tale.ink; `tale@cellar.checkpoint` from an entry
    .foretell/.gitignore                 so that it is nobody's to commit

A run that takes long writes down all it knows at intervals (`checker.exploring.checkpoint` is the
file), and once more when a limit or Ctrl-C stops it. `--resume` goes on from there. A run that
comes to its end removes the file. What can't be written is warned of, and the run goes on; what
can't be used (the story has changed, its claims, foretell itself, or the file is damaged) is said,
and the run starts from the beginning.

    keeper = Keeper.beside(loaded, resume=True)
    analyse(program, keeper=keeper.of("cellar"))     # once for each entry
    keeper.finish()

A file that is given with --checkpoint and is no checkpoint is never written over.
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from foretell import __version__
from foretell.checker.exploring import checkpoint
from foretell.checker.exploring.checkpoint import CheckpointError
from foretell.checker.exploring.explore import Explorer
from foretell.diagnostics import Diagnostic, StoryError
from foretell.ink_json import dump
from foretell.loading import BUNDLED, Loaded
from foretell.vm import object_cache

__all__ = ["EVERY", "Keeper"]

FOLDER: Final = ".foretell"
EVERY: Final = 60.0  # seconds between two checkpoints, and before the first
_SHARE: Final = 30  # exploring takes at least so many times as long as writing down
_CHANGED: Final = {
    "foretell": "foretell has changed",
    "story": "the story has changed",
    "questions": "what is asked of it has changed (claims, endings, externals)",
    "options": "where it starts or what limits its turns has changed",
}


def _warn(line: str) -> None:
    sys.stderr.write(f"\r\x1b[K{line}\n" if sys.stderr.isatty() else f"{line}\n")
    sys.stderr.flush()


@dataclass
class Keeper:
    """Keeps what an exploration knows in a file. `path` None keeps nothing.

    `every` are seconds; 0 keeps after every round. `always` keeps short runs too when a limit stops
    them. `say` is told what the user should know, a line at a time.
    """

    path: Path | None
    story: str = ""  # a digest
    resume: bool = False
    every: float = EVERY
    always: bool = False
    say: Callable[[str], None] = _warn
    entry: str = ""
    _identity: dict[str, str] = field(default_factory=dict)
    _due: float = 0.0
    _began: float = 0.0
    _failed: bool = False
    _finished: bool = False
    _children: list[Keeper] = field(default_factory=list)

    @classmethod
    def beside(
        cls, loaded: Loaded, where: str | None = None, *, resume: bool = False, every: float = EVERY
    ) -> Keeper:
        """A keeper for a story; `where` is a file, "off", or None for the usual place.

        Raises StoryError where the file is none of ours, or there is nothing to resume by.
        """
        if where == "off":
            if resume:
                raise _refusal(
                    "usage",
                    "there is nothing to go on from without a checkpoint",
                    "leave out `--checkpoint off` or `--resume`",
                )
            return cls(None)
        path = Path(where) if where else _usual(loaded)
        if path is not None and path.is_dir():
            raise _refusal("checkpoint", f"`{path}` is a folder", "name a file: --checkpoint FILE")
        if path is not None and path.exists() and not _is_ours(path):
            raise _refusal(
                "checkpoint",
                f"`{path}` is no checkpoint, and is not written over",
                "name a new file: --checkpoint FILE",
            )
        story = hashlib.sha256(dump(loaded.usable()).encode("utf-8", "replace")).hexdigest()
        return cls(path, story, resume, every, bool(where))

    def of(self, entry: str) -> Keeper:
        """The keeper of one entry's exploration; "" is the story's top."""
        path = self.path
        if path is not None and entry:
            path = path.with_name(f"{path.stem}@{entry.replace('/', '_')}{path.suffix}")
        child = Keeper(path, self.story, self.resume, self.every, self.always, self.say, entry)
        self._children.append(child)
        return child

    def finish(self) -> None:
        """Remove what was kept, if nothing is left to do for any entry."""
        if all(child._finished for child in self._children):
            for child in self._children:
                child._remove()

    # ------------------------------------------------------------ what exploring calls

    def begin(self, explorer: Explorer) -> None:
        """Go on from what was kept, if that is wanted and can be."""
        if self.path is None:
            return
        self._began = time.perf_counter()
        self._due = self._began + self.every
        self._identity = {
            "foretell": f"{__version__} {_sources()}",
            "story": self.story,
            "questions": _digest(explorer.program.code, explorer.program.tables),
            "options": repr(explorer.shape),
        }
        if not self.path.exists():
            if self.resume:
                self.say(f"nothing is kept in {self.path}: starting from the beginning")
            return
        try:
            head = checkpoint.read_head(self.path)
            differing = checkpoint.differences(head.identity, self._identity)
            if differing:
                if self.resume:
                    why = _CHANGED.get(differing[0], "it is of something else")
                    self.say(f"{self.path}: {why} since: starting from the beginning")
                return
            if not self.resume:
                states = head.notes["states"]
                self.say(f"an earlier run came to {states:,} states: `--resume` goes on from there")
                return
            found = checkpoint.read(self.path)
            explorer.restore(found.notes["explorer"], found.rooms)
            self.say(f"going on from {found.notes['states']:,} states")
        except (CheckpointError, OSError, ValueError, KeyError) as error:
            reason = getattr(error, "strerror", None) or error
            if self.resume:
                self.say(f"{self.path} can't be used, {reason}: starting from the beginning")

    def between(self, explorer: Explorer) -> str:
        """Keep what is known, where it is time to; stops nothing."""
        if self.path is not None and time.perf_counter() >= self._due:
            self._write(explorer)
        return ""

    def end(self, explorer: Explorer, finished: bool) -> None:
        """Keep what is known at a limit, or at the end of one entry of several."""
        self._finished = finished
        if self.path is None:
            return
        long = time.perf_counter() - self._began >= self.every
        if long or (self.always and not finished):
            if self._write(explorer) and not finished:
                where = "" if not self.always else f" --checkpoint {self.path}"
                self.say(f"what was found is kept: `--resume{where}` goes on from here")
        elif finished:
            self._remove()

    # ------------------------------------------------------------ the file

    def _write(self, explorer: Explorer) -> bool:
        assert self.path is not None
        began = time.perf_counter()
        notes, arrays = explorer.snapshot()
        kept = {"states": explorer.store.states, "explorer": notes}
        try:
            if self.path.parent.name == FOLDER:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                ignore = self.path.parent / ".gitignore"
                if not ignore.exists():
                    ignore.write_text("*\n", "utf-8")
            checkpoint.write(self.path, self._identity, kept, arrays)
        except OSError as error:
            if not self._failed:  # once is enough
                self._failed = True
                reason = error.strerror or error
                self.say(f"warning: {self.path} can't be written, {reason}: going on without it")
        else:
            self._failed = False
        now = time.perf_counter()
        self._due = now + (max(self.every, _SHARE * (now - began)) if self.every else 0.0)
        return not self._failed

    def _remove(self) -> None:
        if self.path is None or not self.path.exists() or not _is_ours(self.path):
            return
        checkpoint.remove(self.path)
        folder = self.path.parent
        if folder.name == FOLDER and [file.name for file in folder.iterdir()] == [".gitignore"]:
            with suppress(OSError):
                (folder / ".gitignore").unlink()
                folder.rmdir()


def _usual(loaded: Loaded) -> Path | None:
    """Where a story's checkpoint is; in the cache folder for what comes with foretell."""
    if loaded.path is None:
        return None
    folder = loaded.path.resolve().parent
    if folder.is_relative_to(BUNDLED):
        cache = object_cache.folder()
        if cache is None:
            return None
        folder = cache
    return folder / FOLDER / f"{loaded.stem}.checkpoint"


def _is_ours(path: Path) -> bool:
    """Whether a file may be written over: a checkpoint, damaged or not, or an empty file."""
    try:
        with path.open("rb") as file:
            begins = file.read(len(checkpoint.MARK))
    except OSError:
        return False
    return not begins or begins == checkpoint.MARK


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _sources() -> str:
    """A digest of the code that decides what a snapshot means."""
    digest = hashlib.sha256()
    for path in _deciding():
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _deciding() -> list[Path]:
    """The files of that code."""
    root = Path(__file__).resolve().parent
    return [path for folder in ("vm", "checker") for path in sorted((root / folder).rglob("*.py"))]


def _refusal(code: str, message: str, hint: str) -> StoryError:
    return StoryError([Diagnostic("error", code, message, hint=hint)])
