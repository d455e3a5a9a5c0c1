"""A story open in the studio: what plays, what has been found out, and what goes on meanwhile.

    session = Session("tale.ink")
    session.start()                 # opens, then explores on a thread of its own
    session.status()                # what the page asks for every second or so
    session.reload()                # the files changed: open and explore again

A session goes through *phases*: `opening`, `exploring`, `ready`; or `broken` where the story can't
be played, and `failed` where exploring itself did not work. A story that is not finished at once is
explored in *rounds*, each from the start and several times as long as the last: after each there is
an analysis whose figures are bounds, and the next makes them narrower (`revision` counts them). The
shorter rounds cost a fifth of the whole. Random readers are sent through meanwhile. Every opening
makes a new *edition*, numbered from 1; a page that has an older one asks again. While a changed
story can't be compiled, the last edition that could goes on being played and shown, and the
problems are shown beside it.

Exploring is told to stop when its edition is out of date: its progress callback raises.

Where a host enters the story at several places, there is an edition for each, all with one number,
and a round goes over all of them.

What this does not do: serve (`app`), watch files (`app`), draw (`pictures`).
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from foretell.diagnostics import Diagnostic, StoryError
from foretell.studio.edition import Edition
from foretell.studio.opening import open_story
from foretell.studio.playback import problem_json

__all__ = ["Analyse", "Session"]

_PATIENCE = 1.5  # seconds that random readers wait for the first figures

Analyse = Callable[..., Any]
"""What explores a program: `foretell.checker.analysis.analyse`, or a stand-in for it."""


class _OutdatedError(Exception):
    """Raised inside an exploration that nobody waits for any more."""


class Session:
    """A story open in the studio.

    `analyse` explores; without it nothing is. `prepare` is called with an edition that has been, as
    is `sample`, which does not wait for it long.
    """

    def __init__(
        self,
        path: Path,
        analyse: Analyse | None = None,
        prepare: Callable[[Edition], None] | None = None,
        sample: Callable[[Edition], None] | None = None,
        entries: Sequence[str] = (),
    ) -> None:
        self.path = path
        self.entries = entries  # in place of those of foretell.toml
        self.editions: dict[str, Edition] = {}  # by where the story is entered
        self.files: set[Path] = {path.resolve()}
        self.diagnostics: list[Diagnostic] = []
        self.phase = "opening"
        self.progress: dict[str, float] = {}
        self.failure = ""
        self._analyse = analyse
        self._prepare = prepare
        self._sample = sample
        self._opened = 0  # how many times the files were opened
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._closed = False

    @property
    def edition(self) -> Edition | None:
        """The present edition, of the first entry."""
        return next(iter(self.editions.values()), None)

    def edition_at(self, entry: str | None) -> Edition | None:
        """The present edition of an entry; of the first where that is none."""
        return self.edition if entry is None else self.editions.get(entry, self.edition)

    def start(self) -> None:
        """Open the story and begin to explore it in the background."""
        self.reload()

    def close(self) -> None:
        """Stop exploring."""
        self._closed = True
        with self._lock:
            self._opened += 1
            for edition in self.editions.values():
                edition.outdated = True
        for thread in self._threads:
            thread.join(timeout=5)

    def reload(self) -> None:
        """Open the files as they are now."""
        opened = open_story(self.path, self.entries)
        with self._lock:
            if self._closed:
                return
            self._opened += 1
            number = self._opened
            self.files = opened.files
            self.diagnostics = opened.diagnostics
            self.failure = ""
            self.progress = {}
            if opened.program is None:
                self.phase = "broken"
                return
            editions = [Edition(number, opened, entry) for entry in opened.entries]
            for edition in self.editions.values():
                edition.outdated = True
            for edition in editions:
                edition.together = editions
            self.editions = {edition.entry: edition for edition in editions}
            if self._analyse is None:
                self.phase = "unexplored"
                return
            self.phase = "exploring"
        first = threading.Event()  # that there are some figures
        self._threads = [t for t in self._threads if t.is_alive()]
        self._begin("foretell-explore", self._explore, editions, self._analyse, first)
        if self._sample is not None:
            self._begin("foretell-sample", self._send_readers, editions, self._sample, first)

    def _begin(self, name: str, work: Callable[..., None], *given: Any) -> None:
        thread = threading.Thread(target=work, args=given, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _send_readers(
        self,
        editions: Sequence[Edition],
        sample: Callable[[Edition], None],
        first: threading.Event,
    ) -> None:
        first.wait(_PATIENCE)
        for edition in editions:
            if self._opened != edition.number:
                return
            # figures that can't be had leave the page without them: exploring tells what is wrong
            with suppress(StoryError, MemoryError):
                sample(edition)
                edition.sampled = True

    def _explore(
        self, editions: Sequence[Edition], analyse: Analyse, first: threading.Event
    ) -> None:
        edition = editions[0]
        started = time.monotonic()

        def progress(states: int, expanded: int, *_: Any) -> None:
            if self._opened != edition.number:
                raise _OutdatedError
            seconds = time.monotonic() - started
            self.progress = {"states": states, "expanded": expanded, "seconds": seconds}

        try:
            rounds = edition.rounds
            for limits, edition in itertools.product(rounds, editions):
                if edition.finished:
                    continue
                told = analyse(edition.program, limits=limits, progress=progress, **edition.asked)
                with self._lock:
                    if self._opened != edition.number:
                        return
                    edition.know(told)
                    edition.finished = (
                        told.complete or limits is rounds[-1] or told.stopped != "time"
                    )
                    if all(each.finished for each in editions):
                        self.phase = "ready"
                first.set()
                if self._prepare is not None:
                    self._prepare(edition)
        except _OutdatedError:
            return
        except StoryError as error:
            self._fail(edition, str(error))
            return
        except Exception as error:  # the page goes on being of use, and says so
            self._fail(edition, f"exploring failed: {type(error).__name__}: {error}")
        finally:
            first.set()

    def _fail(self, edition: Edition, why: str) -> None:
        with self._lock:
            if self._opened == edition.number:
                self.phase, self.failure = "failed", why

    def status(self, entry: str | None = None) -> dict[str, Any]:
        """What is going on, as the page that shows an entry polls it."""
        edition = self.edition_at(entry)
        analysis = edition.analysis if edition else None
        return {
            "edition": edition.number if edition else 0,
            "phase": self.phase,
            "failure": self.failure,
            "progress": self.progress,
            "title": edition.title if edition else self.path.stem,
            "front": edition.front if edition else {"notes": []},
            "file": self.path.name,
            "problems": [problem_json(d) for d in self.diagnostics],
            "stale": bool(edition and self.phase == "broken"),
            "explored": analysis is not None,
            "complete": bool(analysis is not None and analysis.complete),
            "followed": float(analysis.followed) if analysis is not None else 0.0,
            "stopped": analysis.stopped if analysis is not None else "",
            "growing": [thing.name for thing in analysis.growing[:2]]
            if analysis is not None
            else [],
            "revision": sum(each.revision for each in edition.together) if edition else 0,
            "entry": edition.entry if edition else "",
            "entries": [each.entry for each in edition.together] if edition else [""],
            "sampled": bool(edition and edition.sampled),
        }
