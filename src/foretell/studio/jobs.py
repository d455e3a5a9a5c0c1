"""Long work for a view: done on a thread of its own, one piece at a time, and kept.

    asked(edition, "why tale.ink:12", work)     # {"phase": "working", "states": 0}
    asked(edition, "why tale.ink:12", work)     # …, then {"phase": "ready", …}

The first question starts the work and is answered with how far it has come; asked again, it is
answered with what there is. `work(job, progress)` writes its results into the job; `progress` is
what exploring calls, and stops the work once its edition is out of date.

What this does not do: know what the work is (`whatifs`, `whys`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from foretell.diagnostics import StoryError
from foretell.studio.edition import Edition, Json

__all__ = ["Progress", "asked"]

Progress = Callable[..., None]

_MOST = 48  # jobs that are kept of one edition
_one_at_a_time = threading.Lock()


class _OutdatedError(Exception):
    """Raised inside work that nobody waits for any more."""


def asked(edition: Edition, key: str, work: Callable[[Json, Progress], None]) -> Json:
    """A job as far as it has come; begun if it is new."""
    with edition.making:
        job = edition.jobs.get(key)
        if job is None:
            if len(edition.jobs) >= _MOST:
                del edition.jobs[next(iter(edition.jobs))]
            job = edition.jobs[key] = {"phase": "working", "states": 0}
            threading.Thread(target=_run, args=(edition, job, work), daemon=True).start()
        return dict(job)


def _run(edition: Edition, job: Json, work: Callable[[Json, Progress], None]) -> None:
    def progress(states: int, *_: object) -> None:
        if edition.outdated:
            raise _OutdatedError
        job["states"] = states

    try:
        with _one_at_a_time:
            progress(0)
            work(job, progress)
        job["phase"] = "ready"
    except _OutdatedError:
        job.update(phase="failed", failure="the story has changed meanwhile")
    except StoryError as error:
        hints = (f"{d.message}{f' ({d.hint})' if d.hint else ''}" for d in error.diagnostics)
        job.update(phase="failed", failure="; ".join(hints))
    except Exception as error:  # the page says so, and the other views go on
        job.update(phase="failed", failure=f"{type(error).__name__}: {error}")
