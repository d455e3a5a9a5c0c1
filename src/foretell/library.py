"""foretell from Python: a story that plays, and the graph of all its playthroughs.

    story = foretell.load("docs/inn.ink")
    story.turn.text; story.choose(0)                 # it plays
    graph = story.explore()                          # and is read whole
    graph.endings["warm"].uniform                    # an Interval: 0.5
    graph.odds(reader="careful")                     # {ending: Interval}
    graph.why("lost").path                           # "1/0"
    graph.claim("never gold > 3").verdict            # "holds", "fails" or "unknown"
    graph.whatif(kept_in_contact=True).difference    # {ending: change of its odds}
    graph.arrays["edge_target"], graph.endings.frame()

In a notebook all of these show themselves (`display`). What asks something new of the story
(`why`, `claim`, `whatif`) reads it again: as fast as `explore`, and no slower for being asked
twice, since a claim's verdict is kept.

What this does not do: any mathematics (`checker`), or HTML (`display`).
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from foretell.diagnostics import Diagnostic, StoryError, closest, counted
from foretell.vm.story import STEP_BUDGET
from foretell.vm.story import Story as PlayedStory

if TYPE_CHECKING:
    import numpy as np

    from foretell.checker.analysis import Analysis, Ending
    from foretell.checker.claims import Verdict
    from foretell.checker.graphs.solve import Interval
    from foretell.checker.whatif import Comparison
    from foretell.checker.why import Why
    from foretell.config import Config, Setting
    from foretell.display import Picture
    from foretell.loading import Loaded

__all__ = ["Compared", "Endings", "Graph", "Odds", "Story"]

Progress = Callable[[int, int, float], None]


class Story(PlayedStory):
    """A story that plays, and that can be explored."""

    def __init__(
        self,
        loaded: Loaded,
        *,
        seed: int = 0,
        draws: Iterable[int] | None = None,
        constants: Mapping[str, object] | None = None,
        step_budget: int = STEP_BUDGET,
    ) -> None:
        from foretell.loading import playable

        self.loaded = loaded
        super().__init__(
            playable(loaded),
            seed=seed,
            draws=draws,
            constants=constants,
            step_budget=step_budget,
        )

    def explore(
        self,
        *,
        entry: str = "",
        states: int | None = None,
        seconds: float | None = None,
        progress: Progress | None = None,
    ) -> Graph:
        """Read every playthrough from the story's beginning, however far it has been played.

        `entry` is the knot or stitch that a host enters at instead (entries of foretell.toml are
        not gone through: each has a graph of its own). `states` and `seconds` are limits, else
        those of its foretell.toml, else the usual ones; one that is hit leaves bounds
        (`Graph.complete`). `progress` is called with the states found, those read, and the
        seconds. Raises StoryError where foretell.toml won't do, or there is no such entry.
        """
        return Graph(self.loaded, entry=entry, states=states, seconds=seconds, progress=progress)

    def __repr__(self) -> str:
        titles = (tag[6:].strip() for tag in self.global_tags if tag.lower().startswith("title:"))
        where = f"at {self.path}" if self.path else "at its beginning"
        stands = "ended" if self.ended else counted(len(self.choices), "choice")
        return f"<Story {next(titles, self.loaded.stem)} {where}: {stands}>"

    def _repr_html_(self) -> str:
        from foretell.display import story_html

        return story_html(self)


class Graph:
    """All playthroughs of a story: what they come to, and what can be asked of them."""

    def __init__(
        self,
        loaded: Loaded,
        *,
        entry: str = "",
        states: int | None = None,
        seconds: float | None = None,
        progress: Progress | None = None,
    ) -> None:
        from foretell.checker.analysis import Limits, analyse
        from foretell.checker.questions import ask_story
        from foretell.checking import entry_of
        from foretell.loading import read_promises

        self.loaded = loaded
        self.config: Config = read_promises(loaded)
        usual, bounds = Limits(), self.config.bounds
        self._limits = Limits(
            states=states or bounds.states or usual.states,
            seconds=seconds or bounds.seconds or usual.seconds,
        )
        questions = ask_story(loaded.usable(), [], self.config.endings)
        self.entry = entry_of(questions.program, entry)  # where a host enters; "" is the top
        changed = {name for whatif in self.config.whatifs for name in whatif.set}
        self.analysis: Analysis = analyse(
            questions.program,
            limits=self._limits,
            start=self.entry or None,
            asked=questions.pcs,
            endings=questions.endings,
            bounds=self.config.bounds.variables,
            progress=None if progress is None else lambda n, done, t, *_: progress(n, done, t),
            expected_unread=changed,
        )
        self._verdicts: dict[str, Verdict] = {}

    @property
    def title(self) -> str:
        """What the story calls itself, else its file's name."""
        from foretell.checking import heading_of

        return heading_of(self.loaded, self.analysis.program).title

    @property
    def complete(self) -> bool:
        """Whether every playthrough was read; if not, odds are bounds that hold the truth."""
        return self.analysis.complete

    @property
    def states(self) -> int:
        """How many situations there are."""
        return self.analysis.states

    @property
    def turns(self) -> int:
        """How many ways lead from one situation to the next."""
        return self.analysis.turns

    @property
    def playthroughs(self) -> int | None:
        """How many playthroughs there are; None where there are infinitely many."""
        return self.analysis.playthroughs.total

    @property
    def problems(self) -> list[Diagnostic]:
        """What is wrong with the story, gravest first."""
        return [*self.loaded.errors, *self.analysis.problems]

    @cached_property
    def endings(self) -> Endings:
        """Every ending, dead end, error and hang, with its odds and its shortest path."""
        return Endings(self.analysis.endings)

    def odds(self, reader: str | Mapping[str, float] = "uniform") -> Odds:
        """The odds of every ending for a reader, and of going on for ever.

        A reader is "uniform", "best" or "worst" (for each ending by itself), one of foretell.toml,
        or {tag: weight}: how much choices with that tag weigh, all others weighing 1.
        """
        if reader in ("best", "worst"):
            found = {name: getattr(e, str(reader)) for name, e in self.endings.items()}
            return Odds(str(reader), found)
        from foretell.checker.graphs.solve import flow
        from foretell.checker.readers import edge_weights

        graph = self.analysis.graph
        name, described = self._reader(reader)
        points = self.analysis.exploration.edge_point
        weights = edge_weights(points, self.analysis.program, described)
        met = self.analysis.flow if described is None else flow(graph, weights)
        by_kind = {(e.name, e.kind): name for name, e in self.endings.items()}
        odds = {
            by_kind.get((outcome.name, outcome.kind), outcome.name): met.odds[k]
            for k, outcome in enumerate(graph.outcomes)
        }
        if met.odds[-1].high > 0:
            odds["goes on for ever"] = met.odds[-1]
        return Odds(name, dict(sorted(odds.items(), key=lambda item: -item[1].low)))

    def _reader(self, reader: str | Mapping[str, float]) -> tuple[str, Any]:
        from foretell.config import Reader, Weight

        if reader == "uniform":
            return "uniform", None
        if not isinstance(reader, str):
            if any(not 0 <= weight < math.inf for weight in reader.values()):
                raise ValueError("a choice weighs 0 or more")
            weights = tuple(Weight(tag=tag, weight=weight) for tag, weight in reader.items())
            return "described", Reader(name="described", weights=weights)
        if reader in self.config.readers:
            return reader, self.config.readers[reader]
        known = ["uniform", "best", "worst", *self.config.readers]
        likely = closest(reader, known)
        hint = f"did you mean `{likely}`?" if likely else f"there are: {', '.join(known)}"
        problem = Diagnostic(
            "error", "unknown-reader", f"no reader is called `{reader}`", hint=hint
        )
        raise StoryError([problem])

    def why(self, target: str) -> Why:
        """How readers come to a knot, a line (`tale.ink:40`), an ending or a condition."""
        from foretell.checker.why import explain

        return explain(
            self.loaded.usable(),
            target,
            limits=self._limits,
            start=self.entry or None,
            endings=self.config.endings,
            bounds=self.config.bounds.variables,
        )

    def claim(self, text: str) -> Verdict:
        """Whether a claim holds: `never gold > 3`, `after called then came`, `sound` …"""
        if text not in self._verdicts:
            from foretell.checker.analysis import analyse
            from foretell.checker.claims import decide, stops
            from foretell.checker.questions import ask_story
            from foretell.config import parse_claim

            claim = parse_claim(text)
            questions = ask_story(
                self.loaded.usable(), list(claim.expressions), self.config.endings
            )
            analysis = analyse(
                questions.program,
                limits=self._limits,
                start=self.entry or None,
                asked=questions.pcs,
                endings=questions.endings,
                bounds=self.config.bounds.variables,
                **stops([claim], questions, proved=True, readers=self.config.readers),
            )
            (verdict,) = decide(
                [claim],
                analysis.exploration,
                questions,
                readers=self.config.readers,
                problems=[*self.loaded.diagnostics, *analysis.problems],
            )
            self._verdicts[text] = verdict
        return self._verdicts[text]

    def whatif(
        self,
        *,
        force: Sequence[str] = (),
        forbid: Sequence[str] = (),
        reader: str = "uniform",
        **settings: Setting,
    ) -> Compared:
        """The story as told beside the story with other first values, or with choices closed."""
        from foretell.checker.whatif import comparisons
        from foretell.config import WhatIf
        from foretell.loading import read_story

        if not (settings or force or forbid):
            raise ValueError("nothing is changed: name a variable, or choices to force or forbid")
        told = [f"{name} = {value!r}" for name, value in settings.items()]
        told += [f"force {choice}" for choice in force] + [f"forbid {choice}" for choice in forbid]
        whatif = WhatIf(", ".join(told), "", settings, tuple(force), tuple(forbid))
        loaded = self.loaded

        def compile_story(constants: Mapping[str, bool | int | float | str]) -> Any:
            if not constants or loaded.path is None:
                return loaded.usable()
            changed = read_story(loaded.path, constants=constants).usable()
            changed.domains = loaded.usable().domains
            return changed

        (found,) = comparisons(
            compile_story,
            [whatif],
            self.config,
            reader=reader,
            limits=self._limits,
            start=self.entry or None,
        )
        return Compared(found)

    @property
    def arrays(self) -> dict[str, np.ndarray[Any, Any]]:
        """The graph as arrays: state s has the edges `first_edge[s]` to before `first_edge[s+1]`.

        `kind` is 0 for a choice, 1 for a draw of chance, 2 for an end, 3 for what was not explored;
        `outcome` is an index into `outcomes`; an edge has its target, its label (which choice, or
        what was drawn), its weight, and the words read on it.
        """
        graph = self.analysis.graph
        names = ("kind", "first_edge", "edge_target", "edge_label", "edge_weight", "edge_words")
        return {**{name: getattr(graph, name) for name in names}, "outcome": graph.outcome}

    @property
    def outcomes(self) -> list[str]:
        """The outcomes' names, by their index in `arrays`."""
        return [outcome.name for outcome in self.analysis.graph.outcomes]

    def frame(self) -> Any:
        """The edges as a data frame of pandas."""
        arrays = self.arrays
        import numpy as np

        source = np.repeat(np.arange(self.states), np.diff(arrays["first_edge"]))
        columns = {
            name.removeprefix("edge_"): array
            for name, array in arrays.items()
            if name.startswith("edge_")
        }
        return _frame({"source": source, **columns})

    @cached_property
    def map(self) -> Picture:
        """The story's map, as the studio draws it."""
        from foretell.display import map_of

        return map_of(self)

    @cached_property
    def river(self) -> Picture:
        """Where readers are after so many choices, as the studio draws it."""
        from foretell.display import river_of

        return river_of(self)

    def __repr__(self) -> str:
        whole = "complete" if self.complete else "in part"
        entered = f" from {self.entry}" if self.entry else ""
        size = f"{counted(self.states, 'state')}, {counted(self.turns, 'turn')}"
        return f"<Graph of {self.title}{entered}: {size}, {whole}>"

    def _repr_html_(self) -> str:
        from foretell.display import graph_html

        return graph_html(self)


class Endings(Mapping[str, "Ending"]):
    """Outcomes by name, likeliest first; one by its place is `list(endings.values())[0]`."""

    def __init__(self, endings: Sequence[Ending]) -> None:
        self._by_name: dict[str, Ending] = {}
        for ending in sorted(endings, key=lambda e: -e.uniform.low):
            taken = ending.name in self._by_name
            name = f"{ending.name} ({ending.kind})" if taken else ending.name
            self._by_name[name] = ending

    def __getitem__(self, name: str) -> Ending:
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def frame(self) -> Any:
        """The endings as a data frame of pandas, a row each."""
        rows = list(self.values())
        return _frame(
            {
                "ending": [e.name for e in rows],
                "kind": [e.kind for e in rows],
                **{
                    f"{reader}_{end}": [getattr(getattr(e, reader), end) for e in rows]
                    for reader in ("uniform", "best", "worst")
                    for end in ("low", "high")
                },
                "words": [e.words for e in rows],
                "shortest": [e.shortest for e in rows],
                "states": [e.states for e in rows],
            }
        )

    def __repr__(self) -> str:
        return f"<Endings: {', '.join(self)}>"

    def _repr_html_(self) -> str:
        from foretell.display import endings_html

        return endings_html(self)


class Odds(dict[str, "Interval"]):
    """A reader's odds of each ending."""

    def __init__(self, reader: str, odds: Mapping[str, Interval]) -> None:
        super().__init__(odds)
        self.reader = reader

    def frame(self) -> Any:
        """The odds as a data frame of pandas."""
        low, high = ([getattr(x, end) for x in self.values()] for end in ("low", "high"))
        return _frame({"ending": list(self), "low": low, "high": high})

    def _repr_html_(self) -> str:
        from foretell.display import odds_html

        return odds_html(self)


class Compared:
    """A what-if: the odds as told and as changed."""

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison

    @property
    def told(self) -> dict[str, Interval]:
        """The odds of each ending as the story is told."""
        return {name: e.odds for name, e in self.comparison.told.endings.items()}

    @property
    def changed(self) -> dict[str, Interval]:
        """The odds of each ending in the changed story."""
        return {name: e.odds for name, e in self.comparison.changed.endings.items()}

    @property
    def complete(self) -> bool:
        """Whether both were read whole."""
        return self.comparison.told.complete and self.comparison.changed.complete

    @property
    def difference(self) -> dict[str, float]:
        """By how much each ending's odds change, the greatest change first (of lower bounds)."""
        told, changed = self.told, self.changed
        by = {
            name: (changed[name].low if name in changed else 0.0)
            - (told[name].low if name in told else 0.0)
            for name in {**told, **changed}
        }
        return dict(sorted(by.items(), key=lambda item: -abs(item[1])))

    def frame(self) -> Any:
        """The comparison as a data frame of pandas."""
        told, changed = self.told, self.changed
        names = list(self.difference)
        return _frame(
            {
                "ending": names,
                "told": [told[name].low if name in told else 0.0 for name in names],
                "changed": [changed[name].low if name in changed else 0.0 for name in names],
                "difference": list(self.difference.values()),
            }
        )

    def __repr__(self) -> str:
        return f"<What if {self.comparison.whatif.name}: {len(self.difference)} endings>"

    def _repr_html_(self) -> str:
        from foretell.display import compared_html

        return compared_html(self)


def _frame(columns: dict[str, Any]) -> Any:
    try:
        pandas = importlib.import_module("pandas")
    except ImportError:
        raise ImportError("data frames need pandas: pip install pandas") from None
    return pandas.DataFrame(columns)
