"""What can be said of a story once all of it has been read: endings, odds, problems.

`analyse` explores a program and solves its graph, and an `Analysis` holds what came out, in the
words authors use. Nothing here does I/O or knows how results are shown (`report`).

    analysis = analyse(program)
    for ending in analysis.endings: print(ending.name, ending.uniform, ending.shortest)
    for problem in analysis.problems: print(render(problem))

Everything said carries its proof: an ending and a problem have the shortest path that replays
them. Verdicts come from the shape of the graph; only odds come from numbers. If exploring hit a
limit, odds are intervals that contain the truth, and what was not met is not called unreachable.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from foretell.checker.exploring import expand as X
from foretell.checker.exploring.explore import MET, Exploration, Explorer, Limits, Progress
from foretell.checker.exploring.growth import Growing
from foretell.checker.exploring.memory import whole_memory
from foretell.checker.exploring.outcomes import outcome_of, problem_of
from foretell.checker.graphs.graph import (
    CHOICE,
    TERMINAL,
    UNREACHED,
    Outcome,
    StateGraph,
    format_path,
    trace,
)
from foretell.checker.graphs.horizon import Horizon, horizon
from foretell.checker.graphs.host import Meanwhile, compiling
from foretell.checker.graphs.lengths import (
    Extent,
    Playthroughs,
    choice_extent,
    count_playthroughs,
    deals_again,
    word_extent,
    word_quantiles,
)
from foretell.checker.graphs.regions import trap_entrances
from foretell.checker.graphs.siblings import count_alike
from foretell.checker.graphs.solve import Flow, Interval, Odds, extremes, flow, odds
from foretell.config import VariableBound
from foretell.container import Domain
from foretell.diagnostics import Diagnostic
from foretell.vm import faults
from foretell.vm import program as P
from foretell.vm import values as V
from foretell.vm.machine import truth
from foretell.vm.program import Program

if TYPE_CHECKING:
    from foretell.checker.pumping import Pumping
    from foretell.checker.simulation.occupancy import Occupancy

__all__ = [
    "Analysis",
    "Ending",
    "Keeper",
    "Limits",
    "analyse",
    "find_problems",
    "listed",
    "outcome_of",
    "with_outcomes",
]

BEST: Final = 1
WORST: Final = -1
WHATIF_TAG: Final = "whatif"
_FIRST_LOOK: Final = 500  # states
_LIMITS: Final = ("time", "states", "memory")
_LIMITED: Final = (X.K_BUDGET, X.K_DRAW, X.K_BOUND)  # stops of the explorer, not of the story
_SIZING: Final = 0.1  # of the time of exploring, what finding out how much is left may take
_PUMPING: Final = 0.5  # seconds at least to look for choices that come to ever new states
_LONGER: Final = 4.0  # times as long, where that proves that no memory would do
_LARGE: Final = 100_000  # states from which on two processors solve


@dataclass(frozen=True, slots=True)
class Ending:
    """An outcome, and how likely it is.

    `kind` is "ending", "dead end", "error" or "hang". Odds are intervals, of one number where the
    story was read whole. `shortest` is the path there, None where the way is not known. `words`
    are expected over the uniform reader's playthroughs that end so (NaN where none does).
    """

    name: str
    kind: str
    uniform: Interval
    best: Interval
    worst: Interval
    shortest: str | None
    words: float
    states: int


@dataclass
class Analysis:
    """What all the playthroughs of a story come to."""

    program: Program
    exploration: Exploration
    graph: StateGraph
    endings: list[Ending]
    problems: list[Diagnostic]
    playthroughs: Playthroughs
    choices: Extent
    words: Extent
    flow: Flow
    seconds: float
    timings: dict[str, float] = field(default_factory=dict)
    occupancy: Occupancy | None = None  # how many states there are at least, where that was asked
    pumping: Pumping | None = None  # choices that come to ever new states, where that was asked

    @property
    def complete(self) -> bool:
        """Whether every playthrough was read."""
        return self.exploration.complete

    @property
    def stopped(self) -> str:
        """The limit that was hit, "" if none."""
        return self.exploration.stopped

    @property
    def growing(self) -> list[Growing]:
        """What takes the most different values where exploring stopped."""
        return self.exploration.growing

    @property
    def states(self) -> int:
        return self.graph.n

    @property
    def turns(self) -> int:
        return self.graph.turns

    @property
    def followed(self) -> float:
        """The share of the uniform reader's playthroughs that was read to its end."""
        return 1.0 - self.flow.unexplored

    @cached_property
    def horizon(self) -> Horizon:
        """Through how many choices readers were followed."""
        return horizon(self.graph)

    @property
    def forever(self) -> Interval:
        """The odds that the uniform reader goes on for ever."""
        return self.flow.odds[-1]

    @cached_property
    def odds(self) -> Odds:
        """The uniform reader's odds of every outcome from every state."""
        return odds(self.graph)

    @cached_property
    def word_quantiles(self) -> list[Interval] | None:
        """Words at the 10th, 50th and 90th hundredth of the uniform reader's playthroughs."""
        return word_quantiles(self.graph, (0.1, 0.5, 0.9))

    @cached_property
    def deals_again(self) -> bool:
        """Whether a text-only shuffle may deal twice in a playthrough: the fewest and the most
        words are then bounds, and quantiles those of a story that deals afresh each time."""
        return deals_again(self.graph)

    def state_of(self, story: Any) -> int | None:
        """The state a played `Story` stands at, or None where it was not explored."""
        return story.state_in(self.exploration.state_index)  # type: ignore[no-any-return]

    def odds_at(self, state: int) -> list[tuple[str, float, float]]:
        """(name, low, high) of every outcome that is possible from a state, likeliest first."""
        return self._named(self.odds.low[state], self.odds.high[state])

    def choice_odds(self, state: int) -> list[list[tuple[str, float, float]]]:
        """`odds_at` for each choice offered at a state; draws are averaged."""
        first, last = self.graph.first_edge[state], self.graph.first_edge[state + 1]
        return [self.odds_at(int(self.graph.edge_target[e])) for e in range(first, last)]

    def _named(self, low: Any, high: Any) -> list[tuple[str, float, float]]:
        names = [outcome.name for outcome in self.graph.outcomes] + ["goes on for ever"]
        rows = [
            (name, float(low[k]), float(high[k])) for k, name in enumerate(names) if high[k] > 0
        ]
        return sorted(rows, key=lambda row: -row[1])

    @cached_property
    def extremes(self) -> tuple[list[Any], list[Any]]:
        """The best and the worst odds of every outcome, from every state."""
        return extremes(self.graph, BEST), extremes(self.graph, WORST)

    def path_to(self, state: int) -> str | None:
        """The shortest path to a state."""
        return _path_to(self.graph, state)

    def place_of(self, choice_point: int) -> str:
        """The knot or stitch a choice point stands in."""
        return self.program.places[self.program.choices[choice_point].place]


class Keeper(Protocol):
    """Who puts aside what an exploration knows, for another to go on from."""

    def begin(self, explorer: Explorer) -> None:
        """Called before the first round."""

    def between(self, explorer: Explorer) -> str:
        """Called after every round; names a limit to stop at, "" to go on."""

    def end(self, explorer: Explorer, finished: bool) -> None:
        """Called when exploring is over; `finished` if nothing waits any more."""


def analyse(
    program: Program,
    *,
    limits: Limits | None = None,
    observed: Iterable[str] = (),
    asked: Sequence[int] = (),
    constants: dict[str, object] | None = None,
    start: str | None = None,
    progress: Progress | None = None,
    expected_unread: Iterable[str] = (),
    endings: Sequence[tuple[str, int]] = (),
    bounds: Sequence[VariableBound] = (),
    stop_when: Sequence[tuple[int, int]] = (),
    stop_at: Callable[[X.OutcomeCode], bool] | None = None,
    enough: Callable[[Exploration], bool] | None = None,
    threads: int = 0,
    compiled: bool | None = None,
    keeper: Keeper | None = None,
    sizing: float = 0.0,
) -> Analysis:
    """Read every playthrough of a program, and say what there is to say.

    `endings` are names by conditions, each with the place of its condition in `asked`.
    `expected_unread` names variables whose conditions may keep lines from every reader (what-ifs
    change them); `keeper` puts aside what is known of a long run; where a limit was hit, up to
    `sizing` seconds go into how many states there are at least, and why; `enough` says of what has
    been found that exploring may stop, and is asked whenever there are twice as many states as when
    it was asked last; the other options are `Explorer`'s.
    """
    began = time.perf_counter()
    next_look = _FIRST_LOOK

    def between(explorer: Explorer) -> str:
        nonlocal next_look
        stopped = keeper.between(explorer) if keeper else ""
        store = explorer.store
        if enough and not stopped and store.states >= next_look and len(store.waiting()):
            next_look = 2 * store.states
            found = explorer.so_far()
            found.graph = with_outcomes(found, endings)
            if enough(found):
                stopped = MET
        return stopped

    explorer = Explorer(
        program,
        limits=limits,
        observed=observed,
        asked=asked,
        constants=constants,
        start=start,
        bounds=bounds,
        stop_when=stop_when,
        stop_at=stop_at,
        progress=progress,
        threads=threads,
        compiled=compiled,
        between=between if keeper or enough else None,
    )
    if keeper:
        keeper.begin(explorer)
    exploration = explorer.run()
    if keeper:
        keeper.end(explorer, not len(explorer.store.waiting()))
    began_sizing = time.perf_counter()
    occupancy = _sized(explorer, exploration, sizing)
    explorer.finish()
    graph = with_outcomes(exploration, endings)
    exploration.graph = graph
    pumping = _pumped(explorer, exploration, sizing)
    exploration.timings["size"] = time.perf_counter() - began_sizing
    explored, compiled_before = time.perf_counter(), compiling()
    ways = Meanwhile(lambda: (extremes(graph, BEST), extremes(graph, WORST)), graph.n > _LARGE)
    counts = count_playthroughs(graph)
    choices = choice_extent(graph)
    words = word_extent(graph)
    met = flow(graph)
    best, worst = ways.result()
    ends: list[Ending] = []
    for k, outcome in enumerate(graph.outcomes):
        states = graph.having(k)
        if not states.any():
            continue
        ends.append(
            Ending(
                outcome.name,
                outcome.kind,
                met.odds[k],
                best[k].at(0),
                worst[k].at(0),
                graph.witness(states),
                float(met.words[k]),
                int(states.sum()),
            )
        )
    timings = dict(exploration.timings)
    waited = compiling() - compiled_before  # for the kernels that solve
    timings["compile"] = timings.get("compile", 0.0) + waited
    solved = time.perf_counter()
    timings["solve"] = solved - explored - waited
    problems = find_problems([exploration], expected_unread)
    timings["problems"] = time.perf_counter() - solved
    analysis = Analysis(
        program=program,
        exploration=exploration,
        graph=graph,
        endings=ends,
        problems=problems,
        playthroughs=counts,
        choices=choices,
        words=words,
        flow=met,
        seconds=time.perf_counter() - began,
        timings=timings,
        occupancy=occupancy,
        pumping=pumping,
    )
    analysis.__dict__["extremes"] = (best, worst)
    return analysis


def _sized(explorer: Explorer, exploration: Exploration, most: float) -> Occupancy | None:
    """How many states there are at least, where more time or memory would have found more.

    A story that plain Python explores is too small to ask; whoever is tired of waiting for this
    interrupts it, and gets the rest of the answer.
    """
    seconds = min(most, _SIZING * exploration.seconds)
    if exploration.stopped not in _LIMITS or explorer.kernels is None or seconds <= 0:
        return None
    from foretell.checker.simulation.occupancy import measure  # which few stories need

    # that there are more than memory could ever hold is worth some waiting
    goal, longer = whole_memory() / explorer.bytes_a_state, _LONGER * seconds
    try:
        return measure(explorer, seconds, goal=goal, longer=longer)
    except KeyboardInterrupt:
        return None


def _pumped(explorer: Explorer, exploration: Exploration, most: float) -> Pumping | None:
    """Choices that come to ever new states, where a limit was hit."""
    if exploration.stopped not in _LIMITS or most <= 0:
        return None
    from foretell.checker.pumping import find_pumping  # which few stories need

    try:
        return find_pumping(explorer, exploration, max(_PUMPING, most / 4))
    except KeyboardInterrupt:
        return None


# Outcomes --------------------------------------------------------------------------------------


def with_outcomes(exploration: Exploration, endings: Sequence[tuple[str, int]] = ()) -> StateGraph:
    """The graph with its outcomes named; alike outcomes are one.

    An ending bears the first of the names in `endings` whose condition (its place in what was
    asked) is true there, else its tag's or its knot's.
    """
    program = exploration.program
    named = [outcome_of(program, code) for code in exploration.codes]
    distinct = list(dict.fromkeys(named))
    graph = exploration.graph
    if not distinct:
        return graph
    number = np.array([distinct.index(outcome) for outcome in named], np.int32)
    outcome = np.zeros(graph.n, np.int32)
    terminal = graph.kind == TERMINAL
    outcome[terminal] = number[graph.outcome[terminal]]
    is_ending = np.array([each.kind == "ending" for each in distinct], np.bool_)
    open_ends = terminal & is_ending[outcome]
    for name, place in endings:
        values, inverse = np.unique(exploration.asked[place], return_inverse=True)
        true = np.array([_is_true(int(value)) for value in values], np.bool_)
        meant = open_ends & true[inverse.reshape(-1)]
        if meant.any():
            called = Outcome(name, "ending")
            if called not in distinct:
                distinct.append(called)
            outcome[meant] = distinct.index(called)
            open_ends &= ~meant
    return replace(graph, outcome=outcome, outcomes=tuple(distinct))


def _is_true(value: int) -> bool:
    """Whether an encoded value is there, and true."""
    if value < 0 or value >> V.TAG_SHIFT in (V.FAILED, V.VOID, V.UNSET):
        return False
    return truth(value) == 1


def _path_to(graph: StateGraph, state: int) -> str | None:
    if graph.from_start.depth[state] == UNREACHED:
        return None
    return format_path(graph, trace(graph, graph.from_start, state))


# Problems --------------------------------------------------------------------------------------


def find_problems(
    explorations: Sequence[Exploration], expected_unread: Iterable[str] = ()
) -> list[Diagnostic]:
    """Everything wrong with a story that was explored, gravest first.

    Of a story that is entered at several places there is an exploration for each; a line is
    unread, a choice idle, where it is so for all of them. A fault that several meet is told once.
    """
    out: list[Diagnostic] = []
    for exploration in explorations:
        out += _faults(exploration)
        out += _warnings(exploration)
        out += _traps(exploration)
    out += _assumptions(explorations[0])
    out += _varying_endings(explorations[0].program)
    if all(exploration.complete for exploration in explorations):
        out += _unread(explorations, set(expected_unread))
        out += _idle_choices(explorations)
    out += _idle_variables(explorations[0].program)
    if len(explorations) > 1:
        out = _told_once(out)
    order = {"error": 0, "warning": 1, "note": 2}
    return sorted(out, key=lambda problem: order[problem.severity])


def _told_once(problems: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The problems without repetitions, each with the shortest of its paths."""
    first: dict[tuple[object, ...], Diagnostic] = {}
    for problem in problems:
        span = problem.span
        place = (span.source.name, span.line, span.column) if span is not None else None
        key = (problem.code, problem.message, place or problem.path)
        known = first.get(key)
        if known is None or _length(problem.path) < _length(known.path):
            first[key] = problem
    return list(first.values())


def _length(path: str | None) -> float:
    return math.inf if path is None else path.count("/") + path.count(",")


def _faults(exploration: Exploration) -> Iterable[Diagnostic]:
    program, graph = exploration.program, exploration.graph
    for number, code in enumerate(exploration.codes):
        problem = problem_of(program, code)
        if problem is not None and code.kind not in _LIMITED:
            path = graph.witness((graph.kind == TERMINAL) & (exploration.end_code == number))
            yield replace(problem, path=path)
    for code, state in exploration.lost:
        problem = problem_of(program, code)
        if problem is not None and code.kind == X.K_BUDGET:
            yield replace(problem, path=_path_to(graph, state))


def _warnings(exploration: Exploration) -> Iterable[Diagnostic]:
    program, graph = exploration.program, exploration.graph
    for fault, pc, state, label in exploration.warnings:
        path: str | None = format_path(graph, [])
        if state >= 0:
            first, last = int(graph.first_edge[state]), int(graph.first_edge[state + 1])
            edges = [e for e in range(first, last) if graph.edge_label[e] == label]
            if edges and graph.from_start.depth[state] != UNREACHED:
                way = [*trace(graph, graph.from_start, state), edges[0]]
                path = format_path(graph, way)
            else:
                path = None
        value = program.code[pc * 4 + 2] if fault == P.W_NOT_FOUND else 0
        yield replace(faults.describe_at(program, fault, value, pc, "warning"), path=path)


def _assumptions(exploration: Exploration) -> Iterable[Diagnostic]:
    for name in exploration.assumed:
        yield Diagnostic(
            "note",
            "assumed-external",
            f"the EXTERNAL function `{name}` has no fallback in ink: it is taken to return 0",
            hint=f"write `=== function {name} …` as a fallback, or its values in foretell.toml",
        )
    for name, domain in exploration.program.domains.items():
        message = f"the EXTERNAL function `{name}` is taken to return {listed(domain)}"
        yield Diagnostic("note", "assumed-external", message, hint="foretell.toml says so")
    for bound in exploration.held:
        message = f"`{bound.name}` stays within {bound.text}: the story as told goes beyond"
        yield Diagnostic("note", "assumed-bound", message, bound.span)


def _varying_endings(program: Program) -> Iterable[Diagnostic]:
    """Tags that would name an ending, but for the logic in them."""
    code, strings = program.code, program.values.strings
    for pc in range(1, program.length - 1):
        if code[pc * 4] != P.OP_TAG_BEGIN or code[(pc - 1) * 4] == P.OP_ENDING:
            continue
        op, text = code[(pc + 1) * 4 : (pc + 1) * 4 + 2]
        if op == P.OP_TEXT and strings[text].strip().startswith("ending:"):
            yield Diagnostic(
                "warning",
                "varying-ending",
                "this tag names no ending, since what it says varies",
                program.spans[pc],
                label="the ending is called after its knot instead",
                hint="write a tag without braces in each branch, or name endings by condition: "
                "[[ending]] in foretell.toml",
            )


def listed(domain: Domain) -> str:
    """What a domain says, in words: `1 or 2, each alike by chance`."""
    values = [_shown(value) for value in domain.values]
    if len(values) == 1:
        return values[0]
    how = "as any reader decides" if domain.by_reader else "each alike by chance"
    return f"{', '.join(values[:-1])} or {values[-1]}, {how}"


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(str, value))})"
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


def _traps(exploration: Exploration) -> Iterable[Diagnostic]:
    graph = exploration.graph
    if not (graph.kind == TERMINAL).any() and exploration.complete:
        if not (graph.kind == CHOICE).any():
            program = exploration.program
            draws = (P.OP_RANDOM, P.OP_LIST_RANDOM, P.OP_SHUFFLE)
            seen = (pc for pc in range(program.length) if exploration.seen[pc])
            pc = next((pc for pc in seen if program.code[pc * 4] in draws), -1)
            yield replace(faults.draws_for_ever(program, pc), path=format_path(graph, []))
            return
        yield Diagnostic(
            "warning",
            "no-ending",
            "no reader ever comes to an end: this story only goes on",
            path=format_path(graph, []),
            hint="give it a way to `-> END`; where a host decides when it is over, allow this with "
            "`--allow no-ending`",
        )
        return
    entrances = np.flatnonzero(trap_entrances(graph))
    told: set[int] = set()
    for state in entrances:
        first = int(graph.first_edge[state])
        point = int(exploration.edge_point[first]) if first < graph.m else -1
        if point in told:
            continue
        told.add(point)
        span = exploration.program.choices[point].span if point >= 0 else None
        yield Diagnostic(
            "error",
            "trap",
            "from here a reader goes on for ever and reaches no ending",
            span,
            label="offered here, but no way out leads to an ending",
            path=_path_to(graph, int(state)),
            hint="give some way from here on to an `-> END`",
        )


def _unread(explorations: Sequence[Exploration], expected: set[str]) -> Iterable[Diagnostic]:
    """Lines, choices and whole knots that no reader ever meets."""
    program = explorations[0].program
    seen = explorations[0].seen
    for other in explorations[1:]:
        seen = bytearray(map(max, seen, other.seen))
    code = program.code
    exempt = _whatif_places(program)
    never_offered: set[int] = set()
    stores = program.stores()
    records = program.tables[P.T_CHOICE_TABLE]
    for index, info in enumerate(program.choices):
        stub = program.tables[records + index * P.CHOICE_SIZE + P.CHOICE_STUB]
        if seen[info.pc] and not seen[stub] and not info.flags & 8:
            if info.place in exempt or _mentions(program, info.pc, expected):
                continue
            never_offered.add(info.span.line if info.span else -1)
            yield Diagnostic(
                "warning",
                "never-offered",
                "no reader is ever offered this choice",
                info.span,
                label="its condition never holds when a reader comes by",
                hint=_guard_hint(program, info.pc, stores),
            )
    lines: dict[tuple[int, int], list[int]] = {}
    files: dict[int, int] = {}  # their order, by `id`
    for pc in range(program.length):
        span = program.spans[pc]
        op = code[pc * 4]
        if program.paths[pc].partition(".")[0] in program.domains:
            continue  # a fallback that foretell.toml stands in for
        if span is None or op not in _VISIBLE or (op == P.OP_TEXT and code[pc * 4 + 3] != 0):
            continue
        file = files.setdefault(id(span.source), len(files))
        lines.setdefault((file, span.line), []).append(pc)
    heading = _heading(program)
    unread = {
        key: pcs
        for key, pcs in lines.items()
        if not any(seen[pc] for pc in pcs)
        and not all(program.place_of_pc[pc] in exempt or pc in heading for pc in pcs)
    }
    places_seen = {program.place_of_pc[pc] for pc in range(program.length) if seen[pc]}
    told_places: set[int] = set()
    last: tuple[int, int] | None = None
    for key in sorted(unread):
        pcs = unread[key]
        span = program.spans[pcs[0]]
        assert span is not None
        place = program.place_of_pc[pcs[0]]
        if place and place not in places_seen:
            if place not in told_places:
                told_places.add(place)
                yield Diagnostic(
                    "warning",
                    "unreachable",
                    f"no reader ever comes to `{program.places[place]}`",
                    span,
                    label="its first line",
                )
            continue
        adjoining = last is not None and last[0] == key[0] and _next_line(lines, last, key, unread)
        last = key
        if adjoining or span.line in never_offered:
            continue
        guard = _guard_of(program, seen, pcs[0])
        if guard is not None and _mentions(program, guard, expected):
            continue
        yield Diagnostic(
            "warning",
            "unreachable",
            "no reader ever sees this line",
            span,
            label="never seen",
            hint=_guard_hint(program, guard, stores) if guard is not None else "",
        )


_VISIBLE: Final = {P.OP_TEXT, P.OP_PRINT, P.OP_CHOICE, P.OP_FIXED_TAG}


def _heading(program: Program) -> set[int]:
    """Where the tags stand that are of the whole story, also where no reader enters at its top."""
    code = program.code
    out: set[int] = set()
    in_tag = False
    for pc in range(program.start_pc, program.length):
        op = code[pc * 4]
        if op == P.OP_TAG_BEGIN:
            in_tag = True
        elif op == P.OP_TAG_END:
            in_tag = False
        elif op == P.OP_TEXT and not in_tag and program.values.strings[code[pc * 4 + 1]].strip():
            break
        elif op in (P.OP_TEXT, P.OP_FIXED_TAG):
            out.add(pc)
        elif op not in (P.OP_VISIT, P.OP_TURN_MARK, P.OP_ENDING):
            break
    return out


def _next_line(
    lines: dict[tuple[int, int], list[int]],
    last: tuple[int, int],
    key: tuple[int, int],
    unread: dict[tuple[int, int], list[int]],
) -> bool:
    """Whether only unread lines (or none with text) lie between two lines of a source."""
    return all(
        (key[0], line) not in lines or (key[0], line) in unread
        for line in range(last[1] + 1, key[1])
    )


def _whatif_places(program: Program) -> set[int]:
    """Places that begin with the tag `# whatif`: no reader is expected there as told."""
    code, strings = program.code, program.values.strings
    out: set[int] = set()
    for pc in range(program.length - 1):
        op = code[pc * 4]
        if op == P.OP_TAG_BEGIN and code[(pc + 1) * 4] == P.OP_TEXT:
            if strings[code[(pc + 1) * 4 + 1]].strip() == WHATIF_TAG:
                out.add(program.place_of_pc[pc])
        elif op == P.OP_FIXED_TAG and strings[code[pc * 4 + 1]].strip() == WHATIF_TAG:
            out.add(program.place_of_pc[pc])
    named = [program.places[place] for place in out]
    for index, place in enumerate(program.places):
        if any(place.startswith(f"{knot}.") for knot in named):
            out.add(index)
    return out


def _guard_of(program: Program, seen: bytearray, pc: int) -> int | None:
    """The branch that was executed and would have led towards `pc`, if one can be told."""
    code = program.code
    wanted = pc
    for _ in range(64):
        for at in range(program.length):
            op = code[at * 4]
            if op in (P.OP_JUMP_IF, P.OP_JUMP) and code[at * 4 + 1] == wanted and seen[at]:
                return at
        before = wanted - 1
        if before < 0:
            return None
        op = code[before * 4]
        if op in (P.OP_JUMP_UNLESS, P.OP_JUMP_IF) and seen[before]:
            return before
        if op in (P.OP_JUMP, P.OP_FALL, P.OP_DONE, P.OP_END, P.OP_RETURN):
            return None
        wanted = before
    return None


def _expression_before(program: Program, pc: int) -> list[int]:
    """The loads that feed the branch or choice at `pc`."""
    code = program.code
    out: list[int] = []
    at = pc - 1
    while at >= 0:
        op = code[at * 4]
        if op in (P.OP_JUMP, P.OP_JUMP_IF, P.OP_JUMP_UNLESS, P.OP_TEXT, P.OP_CHOICE, P.OP_FALL):
            break
        if op in (P.OP_LOAD_GLOBAL, P.OP_LOAD_VISITS, P.OP_LOAD_TEMP):
            out.append(at)
        at -= 1
    return out


def _mentions(program: Program, pc: int, names: set[str]) -> bool:
    """Whether the condition at `pc` reads one of these variables."""
    return any(
        program.code[at * 4] == P.OP_LOAD_GLOBAL
        and program.global_names[program.code[at * 4 + 1]] in names
        for at in _expression_before(program, pc)
    )


def _guard_hint(program: Program, pc: int, stores: Mapping[int, Sequence[int]]) -> str:
    """What the condition at `pc` asks for; `stores` are the program's (`Program.stores`)."""
    code = program.code
    names: list[str] = []
    fixed = True  # whether it asks for variables alone that keep their first values
    for at in reversed(_expression_before(program, pc)):
        op, a, b = code[at * 4 : at * 4 + 3]
        fixed = fixed and op == P.OP_LOAD_GLOBAL and len(stores.get(a, ())) == 1
        if op == P.OP_LOAD_GLOBAL:
            names.append(program.global_names[a])
        elif op == P.OP_LOAD_VISITS:
            names.append(program.visit_names[a])
        else:
            names.append(program.temp_names[b])
    if not names:
        return ""
    span = program.spans[pc]
    where = f" on line {span.line}" if span else ""
    listed = ", ".join(f"`{name}`" for name in dict.fromkeys(names))
    told = f"the condition{where} never lets a reader through: it asks for {listed}"
    return f"{told}, which nothing in the story changes" if fixed else told


def _idle_choices(explorations: Sequence[Exploration]) -> Iterable[Diagnostic]:
    """Choice points that, whenever offered, lead to the very state a sibling leads to."""
    choices = explorations[0].program.choices
    total, same = np.zeros(len(choices), np.int64), np.zeros(len(choices), np.int64)
    idle: dict[int, str | None] = {}  # where each was first of no consequence
    for exploration in explorations:
        graph = exploration.graph
        offered, alike, first = count_alike(graph, exploration.edge_point, len(choices))
        total += offered
        same += alike
        for index in np.flatnonzero((total > 0) & (same == total)):
            if int(index) not in idle:
                state = int(first[index])
                idle[int(index)] = _path_to(graph, state) if state >= 0 else None
    for index in np.flatnonzero((total > 0) & (same == total)):
        yield Diagnostic(
            "note",
            "idle-choice",
            "this choice changes nothing: another one offered with it always leads to the same",
            choices[int(index)].span,
            label="only the words differ",
            path=idle[int(index)],
        )


def _idle_variables(program: Program) -> Iterable[Diagnostic]:
    """Global variables that nothing reads."""
    code = program.code
    read = {code[at + 1] for at in range(0, len(code), 4) if code[at] == P.OP_LOAD_GLOBAL}
    for slot, (declared, *_) in sorted(program.stores().items()):  # those that nothing points at
        if slot not in read:
            message = f"nothing in the story reads `{program.global_names[slot]}`"
            yield Diagnostic("note", "unread-variable", message, program.spans[declared])
