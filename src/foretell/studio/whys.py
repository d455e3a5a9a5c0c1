"""How readers come to a line, in the studio: the exact share, and what every way needs.

    whys.asked(edition, "tale.ink:12")      # how far it has come, then what was found

The whole story is read again with that line watched (`checker.why`), in the background (`jobs`).

What this does not do: the shares of all lines at once, which are sampled (`shares`).
"""

from __future__ import annotations

from foretell.checker.why import explain
from foretell.studio import jobs
from foretell.studio.edition import Edition, Json

__all__ = ["asked"]

_SHOWN = 8


def asked(edition: Edition, target: str) -> Json:
    """What is known of the ways to a line, knot, ending or condition, or how far that has come."""
    story = edition.opened.story
    if story is None or not target.strip():
        raise KeyError("nothing is asked")

    def work(job: Json, progress: jobs.Progress) -> None:
        assert story is not None
        config = edition.opened.config
        found = explain(
            story,
            target,
            start=edition.entry or None,
            progress=progress,
            endings=config.endings,
            bounds=config.bounds.variables,
        )
        job.update(
            what=found.what,
            complete=found.complete,
            stopped=found.stopped,
            path=found.path,
            needed=[needed.name for needed in found.needed],
            excluding=[
                {"name": e.name, "times": e.times, "offered": e.offered, "path": e.path}
                for e in found.excluding[:_SHOWN]
            ],
            uniform=[found.uniform.low, found.uniform.high],
            best=[found.best.low, found.best.high],
        )

    return jobs.asked(edition, f"why {target}", work)
