"""One state of a story's files in the studio, as entered at one place: its program, its player,
and what is known of it.

    edition.analysis            # None until every playthrough has been read
    edition.need()              # the analysis; NotYetError before there is one
    edition.kept("river", make) # what a view took long over, made once
    edition.outcomes            # name, kind, colour and rank of every outcome

Outcomes go by their index in the graph's `outcomes`; going on for ever is the one after the last.
Each has a *colour*, a class of `static/pictures.css`: `e0` for the likeliest ending, `e1` for the
next, … , `broken`, `forever`; and a *rank*, its place among the endings by how likely they are.

Where a host enters the story at several places there is an edition for each, and they know each
other: problems and claims are of them all.

What this does not do: change. A changed file makes another edition (`session`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from foretell.checker.exploring.explore import Limits
from foretell.checker.graphs.graph import TERMINAL
from foretell.studio.opening import Opened
from foretell.studio.pictures import COLOURS
from foretell.studio.playback import Player, front_matter

__all__ = ["Edition", "Json", "NotYetError"]

_ROUNDS = (3.0, 20.0)  # seconds of the rounds before the last

Json = dict[str, Any]
Made = TypeVar("Made")


class NotYetError(Exception):
    """A view was asked for before there is an analysis to make it from."""


class Edition:
    """A story as one state of its files has it: its program, its player, and its analysis."""

    def __init__(self, number: int, opened: Opened, entry: str = "") -> None:
        assert opened.program is not None
        self.number = number
        self.opened = opened
        self.program = opened.program
        self.entry = entry  # the place a host enters at, "" the top
        self.together: list[Edition] = [self]  # those of all entries, in order
        self.player = Player(opened.program, entry)
        self.front = front_matter(opened.program.global_tags)
        self.analysis: Any = None
        self.revision = 0  # how many analyses there have been
        self.finished = False  # whether the analysis is the last there will be
        self.sampled = False  # whether random readers have been through
        self.views: dict[object, Any] = {}  # what was made from the analysis, kept
        self.making = threading.Lock()  # held to look and to put, never while something is made
        self._turns: dict[object, Any] = {}  # a lock for each view, so that nothing is made twice
        self.jobs: dict[str, Json] = {}  # see `jobs`
        self.outdated = False  # whether another edition has taken its place

    @property
    def rounds(self) -> list[Limits]:
        """The limits of one exploration after another, until one is complete."""
        bounds, usual = self.opened.config.bounds, Limits()
        states = bounds.states or usual.states
        whole = usual.seconds if bounds.seconds is None else bounds.seconds
        shorter = [seconds for seconds in _ROUNDS if seconds < whole / 2]
        return [Limits(states=states, seconds=seconds) for seconds in (*shorter, whole)]

    def know(self, analysis: Any) -> None:
        """Take what an exploration found in the place of what was known."""
        with self.making:
            # what is being made from the old analysis goes to the old views
            self.views = {k: v for k, v in self.views.items() if k == "shares"}
            self._turns = {}
            self.analysis = analysis
            self.revision += 1

    @property
    def asked(self) -> dict[str, Any]:
        """What an analysis is told of the author's promises."""
        config, questions = self.opened.config, self.opened.questions
        changed = {name for whatif in config.whatifs for name in whatif.set}
        told: dict[str, Any] = {"expected_unread": changed} if changed else {}
        if self.entry:
            told["start"] = self.entry
        if config.bounds.variables:
            told["bounds"] = config.bounds.variables
        if questions is not None:
            told["asked"] = questions.pcs
            told["endings"] = questions.endings
        return told

    @property
    def folder(self) -> Path:
        """The story's folder."""
        return self.opened.folder

    @property
    def title(self) -> str:
        """What the story calls itself, else its file's name."""
        return str(self.front.get("title") or self.opened.name.replace("_", " "))

    def need(self) -> Any:
        """The analysis; raises NotYetError before there is one."""
        if self.analysis is None:
            raise NotYetError("the story's playthroughs have not been read yet")
        return self.analysis

    def kept(self, key: object, make: Callable[[], Made]) -> Made:
        """A part of a view, made once."""
        with self.making:
            views, turn = self.views, self._turns.setdefault(key, threading.RLock())
        with turn:
            if key not in views:
                views[key] = make()
            made: Made = views[key]
            return made

    @property
    def outcomes(self) -> list[Json]:
        """Every outcome, going on for ever last."""
        return self.kept("outcomes", self._outcomes)

    def _outcomes(self) -> list[Json]:
        analysis = self.need()
        found = analysis.graph.outcomes
        low = [interval.low for interval in analysis.flow.odds[: len(found)]]
        endings = sorted(
            (k for k in range(len(found)) if found[k].kind == "ending"), key=lambda k: -low[k]
        )
        colours = {k: f"e{i % COLOURS}" for i, k in enumerate(endings)}
        # a graph without any end has an outcome in its place that nobody has met
        unmet = not (analysis.graph.kind == TERMINAL).any()
        made = [
            {
                "name": "an end not met so far" if unmet else o.name,
                "kind": o.kind,
                "colour": colours.get(k, "broken"),
                "rank": endings.index(k) if k in colours else len(endings),
            }
            for k, o in enumerate(found)
        ]
        caught = {"name": "goes on for ever", "kind": "for ever", "colour": "forever"}
        return [*made, {**caught, "rank": len(made)}]
