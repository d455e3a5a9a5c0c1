"""How a reader comes to a place: the shortest way, what every way needs, and what rules it out.

    why = explain(story, "kitchen.drawer")       # a knot, stitch or label: that it is entered
    why = explain(story, "tale.ink:40")          # a line: that it is read, or its choice made
    why = explain(story, "its_done")             # an ending, by its name
    why = explain(story, "gold > 3 and lamp")    # an expression: that it comes true at a choice

    why.path          '0/2@17/1', which `play --path` takes
    why.needed        choices on every way there: taking one away leaves none
    why.excluding     choices after which there is no way any more

A choice is *needed* where the goal can't be reached without its edges; it *excludes* the goal where
a reader who could still come there no longer can after making it. Both are found on the graph of
all playthroughs, so they are facts, not habits of some readers. Places and lines are entered in
mid-turn: the explorer marks the edges that execute them, so nothing is added to the states.

Where exploring hit a bound only the way that was found is certain (`complete` is False).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from foretell.checker.analysis import with_outcomes
from foretell.checker.choices import choice_name, in_file
from foretell.checker.exploring.bounds import check_bounds
from foretell.checker.exploring.explore import Exploration, Limits, Progress, explore
from foretell.checker.graphs.graph import (
    CHOICE,
    TERMINAL,
    UNREACHED,
    Outcome,
    StateGraph,
    format_path,
    reachable_from,
    search,
    trace,
)
from foretell.checker.graphs.regions import can_reach
from foretell.checker.graphs.solve import Interval, best, odds
from foretell.checker.questions import Questions, ask_story
from foretell.config import EndingRule, Expression, VariableBound
from foretell.container import CompiledStory
from foretell.diagnostics import Diagnostic, Source, Span, StoryError, closest
from foretell.vm import program as P
from foretell.vm.program import Program

__all__ = ["Excluding", "Needed", "Why", "as_json", "explain"]

Mask = npt.NDArray[np.bool_]
_LINE: Final = re.compile(r"(.+\.[A-Za-z]+):(\d+)(?::\d+)?")
_READ: Final = frozenset({P.OP_TEXT, P.OP_PRINT, P.OP_FIXED_TAG, P.OP_TAG_BEGIN})


@dataclass(frozen=True, slots=True)
class Needed:
    """A choice on every way; `name` tells it, `point` is its choice point."""

    name: str
    point: int


@dataclass(frozen=True, slots=True)
class Excluding:
    """A choice that rules the goal out: each time it is made, or `times` out of `offered`.

    Counted are situations in which the goal was still possible; `path` leads into one and makes it.
    """

    name: str
    point: int
    times: int
    offered: int
    path: str

    @property
    def always(self) -> bool:
        """Whether there is never a way back."""
        return self.times == self.offered


@dataclass(frozen=True, repr=False)
class Why:
    """What was found. `path` is None where there is no way, or none was found."""

    target: str
    what: str  # "the ending `lost`", "line 40 of tale.ink" …
    complete: bool
    stopped: str
    states: int
    path: str | None
    choices: tuple[str, ...]  # the choices of the path, as one tells them
    needed: tuple[Needed, ...]
    excluding: tuple[Excluding, ...]
    uniform: Interval
    best: Interval

    def __repr__(self) -> str:
        way = "no way" if self.path is None else f"shortest path {self.path or '(the start)'}"
        needs = f", {len(self.needed)} needed, {len(self.excluding)} rule it out"
        return f"<Why {self.what}: {way}{needs if self.path is not None else ''}>"


@dataclass(frozen=True)
class _Goal:
    """What must happen: being at a state, or taking an edge; `at_start` before any choice."""

    states: Mask
    edges: Mask
    at_start: bool


def explain(
    story: CompiledStory,
    target: str,
    *,
    limits: Limits | None = None,
    start: str | None = None,
    progress: Progress | None = None,
    endings: Sequence[EndingRule] = (),
    bounds: Sequence[VariableBound] = (),
) -> Why:
    """How readers come to `target` from the top, or from where a host enters (`start`).

    Raises StoryError where it means nothing in this story.
    """
    text = target.strip()
    place = _line(text)
    questions = ask_story(story, [], endings)
    program = questions.program
    check_bounds(program, bounds)
    watched: list[int] = []
    what = ""
    if place is not None:
        watched, what = _line_code(program, *place)
    elif text in questions.names.places:
        container = questions.names.places[text]
        span = f" ({container.span.place})" if container.span is not None else ""
        watched = _entrances(program, container.path)
        what = f"`{text}`{span}"
    problems: list[Diagnostic] = []
    if place is None and text not in questions.names.places:
        try:
            asked = Expression(text, Span(Source("target", text), 1), verbatim=True)
            questions = ask_story(story, [asked], endings)
            what = f"`{text}`"
        except StoryError as error:
            problems = error.diagnostics
            ruled = {rule.name for rule in endings}
            if text not in _tagged_endings(program) | ruled:
                raise _unknown(text, questions, problems, ruled) from None
    exploration = explore(
        questions.program,
        limits=limits,
        asked=questions.pcs,
        watched=watched,
        start=start,
        bounds=bounds,
        progress=progress,
    )
    exploration.graph = with_outcomes(exploration, questions.endings)
    goal, named = _goal(exploration, questions, text, bool(watched))
    return _explained(exploration, goal, text, named or what)


def _line(text: str) -> tuple[str, int] | None:
    match = _LINE.fullmatch(text)
    return None if match is None else (match[1], int(match[2]))


def _line_code(program: Program, file: str, line: int) -> tuple[list[int], str]:
    """The instructions to watch for a line, and what it is called."""
    here: list[int] = []
    lines: set[int] = set()
    for pc, span in enumerate(program.spans):
        if span is not None and in_file(span, file):
            lines.add(span.line)
            if span.line == line:
                here.append(pc)
    if not lines:
        files = {span.source.name for span in program.spans if span is not None}
        near = closest(file, files)
        hint = f"did you mean `{near}`?" if near else f"there are {', '.join(sorted(files)[:6])}"
        raise _refused(f"nothing of the story stands in a file `{file}`", hint)
    name = f"line {line} of {file}"
    choices = [index for index, choice in enumerate(program.choices) if choice.pc in here]
    if choices:
        records = program.tables[P.T_CHOICE_TABLE]
        stubs = [
            program.tables[records + index * P.CHOICE_SIZE + P.CHOICE_STUB] for index in choices
        ]
        return stubs, f"the choice in {name}"
    read = [pc for pc in here if program.code[pc * 4] in _READ]
    if not here:
        near_line = min(lines, key=lambda at: abs(at - line))
        raise _refused(f"{name} holds nothing that is read", f"the nearest is line {near_line}")
    return read or here, name


def _entrances(program: Program, path: str) -> list[int]:
    """The instructions that entering a container begins with, in all its copies."""
    target = program.target_of_path.get(path)
    if target is not None:
        at = program.tables[P.T_TARGETS] + target * P.TARGET_SIZE
        pc = program.tables[at + P.TARGET_PC]
        return [pc, *(copy for copy, original in program.copied.items() if original == pc)]
    records = program.tables[P.T_CHOICE_TABLE]
    stubs = [
        program.tables[records + index * P.CHOICE_SIZE + P.CHOICE_STUB]
        for index, choice in enumerate(program.choices)
        if choice.target_path == path
    ]
    if stubs:
        return stubs
    first = next((pc for pc, at in enumerate(program.paths) if at == path), None)
    return [] if first is None else [first]


def _tagged_endings(program: Program) -> set[str]:
    """The names in the story's `# ending:` tags, as far as they are fixed."""
    code, strings = program.code, program.values.strings
    return {
        strings[code[pc * 4 + 1]] for pc in range(program.length) if code[pc * 4] == P.OP_ENDING
    }


def _unknown(
    text: str, questions: Questions, problems: Sequence[Diagnostic], ruled: set[str]
) -> StoryError:
    """What to say of a target that is neither a place, a line, an ending nor an expression."""
    if not re.fullmatch(r"[\w.]+", text):
        return StoryError(problems)
    endings = _tagged_endings(questions.program) | ruled
    near = closest(text, [*questions.names.all, *endings])
    hint = f"did you mean `{near}`?" if near else "name a knot, a line (file.ink:40) or an ending"
    return _refused(f"the story has no place, ending or variable `{text}`", hint)


def _refused(message: str, hint: str = "") -> StoryError:
    return StoryError([Diagnostic("error", "unknown-target", message, hint=hint)])


def _goal(
    exploration: Exploration, questions: Questions, text: str, is_watched: bool
) -> tuple[_Goal, str]:
    """The goal in the graph, and what it is called if it is an ending."""
    graph = exploration.graph
    nowhere, none = np.zeros(graph.n, np.bool_), np.zeros(graph.m, np.bool_)
    ending = next((k for k, o in enumerate(graph.outcomes) if o.name == text), None)
    known = _tagged_endings(questions.program) | {name for name, _ in questions.endings}
    if is_watched and text not in known:
        ending = None  # it bears the knot's name, and the knot is meant
    if ending is not None:
        return _Goal(graph.having(ending), none, False), f"the ending `{text}`"
    if is_watched:
        return _Goal(nowhere, exploration.touched, exploration.touched_first), ""
    if text in questions.position:
        return _Goal(questions.holds(exploration, text), none, False), ""
    return _Goal(nowhere, none, False), f"the ending `{text}`"


def _explained(exploration: Exploration, goal: _Goal, target: str, what: str) -> Why:
    graph, program = exploration.graph, exploration.program
    way = _shortest(graph, goal)
    points = exploration.edge_point
    chosen = [int(points[e]) for e in way or () if points[e] >= 0]
    needed = [
        Needed(choice_name(program, point), point)
        for point in dict.fromkeys(chosen)
        if not _reachable(graph, goal, points != point)
    ]
    excluding = _excluding(exploration, goal) if exploration.complete and way else ()
    uniform, most = _odds(graph, goal)
    return Why(
        target=target,
        what=what,
        complete=exploration.complete,
        stopped=exploration.stopped,
        states=graph.n,
        path=None if way is None else format_path(graph, _rested(graph, way)),
        choices=tuple(choice_name(program, point) for point in chosen),
        needed=tuple(needed) if exploration.complete else (),
        excluding=tuple(excluding),
        uniform=uniform,
        best=most,
    )


def _shortest(graph: StateGraph, goal: _Goal) -> list[int] | None:
    """The edges of the shortest way to the goal; None where there is none."""
    if goal.at_start:
        return []
    depth = graph.from_start.depth.astype(np.int64)
    best_way: tuple[int, int, int] | None = None  # depth, state or −1, edge or −1
    states = np.flatnonzero(goal.states)
    if len(states):
        state = int(states[depth[states].argmin()])
        if depth[state] < UNREACHED:
            best_way = (int(depth[state]), state, -1)
    edges = np.flatnonzero(goal.edges)
    if len(edges):
        source = graph.edge_source[edges]
        reached = depth[source] + (graph.kind[source] == CHOICE)
        at = int(reached.argmin())
        if depth[source[at]] < UNREACHED and (best_way is None or reached[at] < best_way[0]):
            best_way = (int(reached[at]), -1, int(edges[at]))
    if best_way is None:
        return None
    _, state, edge = best_way
    if state >= 0:
        return trace(graph, graph.from_start, state)
    return [*trace(graph, graph.from_start, int(graph.edge_source[edge])), edge]


def _rested(graph: StateGraph, way: list[int]) -> list[int]:
    """A way gone on through its last turn's remaining draws, to where the story rests."""
    if not way:
        return way
    state = int(graph.edge_target[way[-1]])
    inside = graph.within_turns
    if not inside[state]:
        return way
    found = search(graph, [state], inside[graph.edge_source])
    rests = ~inside & (found.depth != UNREACHED)
    if not rests.any():
        return way
    return [*way, *trace(graph, found, int(np.flatnonzero(rests)[0]))]


def _reachable(graph: StateGraph, goal: _Goal, open_edges: Mask) -> bool:
    if goal.at_start:
        return True
    reached = reachable_from(graph, [0], open_edges)
    if (reached & goal.states).any():
        return True
    return bool((goal.edges & open_edges & reached[graph.edge_source]).any())


def _excluding(exploration: Exploration, goal: _Goal) -> list[Excluding]:
    """Choices after which the goal is out of reach, those that always are first."""
    graph, program, points = exploration.graph, exploration.program, exploration.edge_point
    source, target = graph.edge_source, graph.edge_target
    if goal.at_start:
        return []
    entering = goal.states.copy()
    entering[source[goal.edges]] = True
    hopeful = can_reach(graph, entering)
    # what happens after the goal was reached excludes nothing
    onward = ~goal.edges & ~goal.states[source]
    before = reachable_from(graph, [0], onward) & ~goal.states
    offered = onward & (points >= 0) & before[source] & hopeful[source]
    losing = offered & ~hopeful[target]
    taken = np.bincount(points[losing], minlength=len(program.choices))
    there = np.bincount(
        points[(points >= 0) & before[source] & hopeful[source]], minlength=len(program.choices)
    )
    depth = graph.from_start.depth
    out: list[Excluding] = []
    for point in np.flatnonzero(taken):
        edges = np.flatnonzero(losing & (points == point))
        edge = int(edges[depth[source[edges]].argmin()])
        way = [*trace(graph, graph.from_start, int(source[edge])), edge]
        out.append(
            Excluding(
                choice_name(program, int(point)),
                int(point),
                int(taken[point]),
                int(there[point]),
                format_path(graph, _rested(graph, way)),
            )
        )
    out.sort(key=lambda e: (not e.always, -e.times / e.offered, e.path.count("/"), e.name))
    return out


def _odds(graph: StateGraph, goal: _Goal) -> tuple[Interval, Interval]:
    """The odds of ever reaching the goal: the uniform reader's, and the best any reader has."""
    if goal.at_start:
        return Interval(1.0, 1.0), Interval(1.0, 1.0)
    reached = _ending_at(graph, goal)
    last = len(graph.outcomes)
    return odds(reached).at(0, last), best(reached, last).at(0)


def _ending_at(graph: StateGraph, goal: _Goal) -> StateGraph:
    """The graph in which reaching the goal ends the story, with one more outcome: the last."""
    keep = ~goal.states[graph.edge_source]
    degree = np.where(goal.states, 0, np.diff(graph.first_edge))
    end = graph.n
    return StateGraph(
        kind=np.append(np.where(goal.states, TERMINAL, graph.kind), TERMINAL),
        first_edge=np.concatenate(([0], np.cumsum(np.append(degree, 0)))),
        edge_target=np.where(goal.edges, end, graph.edge_target)[keep],
        edge_label=graph.edge_label[keep],
        edge_weight=graph.edge_weight[keep],
        edge_words=graph.edge_words[keep],
        outcome=np.append(
            np.where(goal.states, len(graph.outcomes), graph.outcome), len(graph.outcomes)
        ),
        outcomes=(*graph.outcomes, Outcome("goal", "goal")),
    )


def as_json(why: Why) -> dict[str, Any]:
    """What was found as plain data."""

    def figure(odds: Interval) -> float | list[float]:
        return odds.low if odds.known else [odds.low, odds.high]

    return {
        "target": why.target,
        "what": why.what,
        "complete": why.complete,
        "states": why.states,
        "path": why.path,
        "choices": list(why.choices),
        "needed": [needed.name for needed in why.needed],
        "excluding": [
            {
                "choice": e.name,
                "times": e.times,
                "offered": e.offered,
                "always": e.always,
                "path": e.path,
            }
            for e in why.excluding
        ],
        "uniform": figure(why.uniform),
        "best": figure(why.best),
    }
