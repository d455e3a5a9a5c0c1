"""A story that a host enters at several places: what each entry comes to, and all of them together.

A game may start a story at its top, or jump to whichever knot the player walks into. Each entry is
explored by itself, from the story's initial state; an `Analysis` each. Together they say

    an ending, odds        from whichever entry: the least and the greatest of what each says
    a line nobody sees     if no entry leads to it
    a claim                fails where one entry refutes it; `possible` holds where one can

What this does not do: carry a state from one entry to the next. A host that keeps variables and
enters another knot afterwards comes with values that no entry here begins with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from foretell.checker.analysis import Analysis, Ending, find_problems
from foretell.checker.claims import Verdict
from foretell.checker.graphs.solve import Interval
from foretell.diagnostics import Diagnostic

__all__ = ["Entered", "hull", "joint_endings", "joint_problems", "joint_verdict"]


@dataclass
class Entered:
    """A story read from each of its entries: (place, what it comes to), "" for the top."""

    entries: list[tuple[str, Analysis]]
    verdicts: list[Verdict] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)

    @property
    def analyses(self) -> list[Analysis]:
        """What each entry comes to."""
        return [analysis for _, analysis in self.entries]

    @property
    def complete(self) -> bool:
        """Whether every playthrough from every entry was read."""
        return all(analysis.complete for analysis in self.analyses)


def joint_problems(
    analyses: Sequence[Analysis], expected_unread: Sequence[str] = ()
) -> list[Diagnostic]:
    """What is wrong whichever entry is taken, each fault once."""
    return find_problems([analysis.exploration for analysis in analyses], expected_unread)


def joint_endings(analyses: Sequence[Analysis]) -> list[Ending]:
    """Every ending that some entry leads to; odds lie between those of the entries.

    Words are not joined: how often each entry is taken is the host's affair.
    """
    found: dict[tuple[str, str], list[Ending]] = {}
    for analysis in analyses:
        for ending in analysis.endings:
            found.setdefault((ending.name, ending.kind), []).append(ending)
    out: list[Ending] = []
    for (name, kind), endings in found.items():
        lacking = [a for a in analyses if all((e.name, e.kind) != (name, kind) for e in a.endings)]
        unmet = [Interval(0.0, 0.0 if a.complete else 1.0 - a.followed) for a in lacking]
        unknown = [Interval(0.0, 0.0 if a.complete else 1.0) for a in lacking]
        paths = [ending.shortest for ending in endings if ending.shortest is not None]
        out.append(
            Ending(
                name,
                kind,
                hull([*(e.uniform for e in endings), *unmet]),
                hull([*(e.best for e in endings), *unknown]),
                hull([*(e.worst for e in endings), *unknown]),
                min(paths, key=_turns, default=None),
                float("nan"),
                sum(ending.states for ending in endings),
            )
        )
    return out


def _turns(path: str) -> int:
    walked = path.rpartition(":")[2]
    return walked.count("/") + bool(walked)


def hull(intervals: Sequence[Interval]) -> Interval:
    """The least interval around some."""
    return Interval(min(x.low for x in intervals), max(x.high for x in intervals))


def joint_verdict(verdicts: Sequence[Verdict]) -> Verdict:
    """The verdict on one claim from the verdicts of all entries.

    `possible` asks for one entry where it comes true, every other claim for all of them.
    """
    one_is_enough = verdicts[0].claim.kind == "possible"
    order = ("holds", "unknown", "fails") if one_is_enough else ("fails", "unknown", "holds")
    telling = next(v for answer in order for v in verdicts if v.verdict == answer)
    if telling.odds is not None:
        known = [v.odds for v in verdicts if v.odds is not None]
        return replace(telling, odds=hull(known))
    return telling
