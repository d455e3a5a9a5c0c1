"""The story as told beside the story with something changed: what that does to every number.

A what-if gives variables or constants other first values, or closes choices. The whole story is
explored anew for each distinct change, so every figure is exact where the exploration is complete:

    for found in comparisons(compile_story, config.whatifs, config, reader="careful"):
        found.told.endings["rescued"].odds, found.changed.endings["rescued"].odds

A column holds, for one reader: the odds of each ending, with the best and worst any reader can do;
the words expected of those who finish; how each expression asked comes out at the end (its
distribution, and its mean where it is a number); and the verdicts of the claims.

**Forbidding** a choice takes its edges out of the graph. Where it was the last one on offer the
reader stands still: that is an outcome of its own, a *cut*, with its odds. **Forcing** one takes
away whatever is offered beside it. Neither edits the story: a fallback choice that would be
followed if nothing else were on offer is not followed because something was forbidden.

What this does not do: reading files or showing anything (`asking`); verdicts themselves
(`claims`).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from foretell.checker.analysis import find_problems, with_outcomes
from foretell.checker.choices import find_choices
from foretell.checker.claims import Verdict, decide
from foretell.checker.exploring.bounds import check_bounds
from foretell.checker.exploring.explore import Exploration, Limits, Progress, explore
from foretell.checker.graphs.graph import (
    CHOICE,
    TERMINAL,
    UNEXPLORED,
    Outcome,
    StateGraph,
    reachable_from,
)
from foretell.checker.graphs.solve import Extremum, Flow, Interval, extremes, flow
from foretell.checker.questions import (
    Questions,
    ask_story,
    check_expression,
    number_of,
    shown_value,
)
from foretell.checker.readers import check_reader, edge_weights
from foretell.config import BUILT_IN_READERS, Claim, Config, Expression, Setting, WhatIf
from foretell.container import CompiledStory
from foretell.diagnostics import Diagnostic, Span, StoryError, closest
from foretell.vm import program as P
from foretell.vm import values as V
from foretell.vm.program import Program

__all__ = [
    "CUT",
    "Answer",
    "Column",
    "Comparison",
    "EndingOdds",
    "as_json",
    "by_size",
    "changes",
    "check_whatifs",
    "comparisons",
    "initial_values",
    "restricted",
]

CUT: Final = "cut"  # the kind of outcome where all that was offered is forbidden
_UNREAD: Final = frozenset({"unreachable", "never-offered"})
_BEST: Final = 1
_WORST: Final = -1
Constant = bool | int | float | str


@dataclass(frozen=True, slots=True)
class EndingOdds:
    """An outcome's odds for the reader asked about, and for the best and worst of all."""

    kind: str
    odds: Interval
    best: Interval
    worst: Interval


@dataclass(frozen=True, slots=True)
class Answer:
    """How an expression comes out at the end: (value, odds), likeliest first, and its mean.

    The odds add up to those of coming to an end at all; the mean is over the playthroughs that do,
    None where a value is no number.
    """

    values: tuple[tuple[str, float], ...]
    mean: float | None


def by_size(value: str) -> float:
    """What to sort shown values by: numbers by their size, all else as it stands, after them."""
    try:
        return float(value)
    except ValueError:
        return math.inf


@dataclass(frozen=True)
class Column:
    """One version of the story in figures, for one reader."""

    complete: bool
    stopped: str
    states: int
    seconds: float
    endings: dict[str, EndingOdds]
    forever: Interval
    words: float
    answers: dict[str, Answer]
    verdicts: list[Verdict]


@dataclass(frozen=True)
class Comparison:
    """One what-if: the story as told, and as changed, from where it was entered ("" the top).

    `notes` are about the reader's rules.
    """

    whatif: WhatIf
    reader: str
    told: Column
    changed: Column
    notes: tuple[Diagnostic, ...] = ()
    entry: str = ""


# What is compared -------------------------------------------------------------------------------


def comparisons(
    compile_story: Callable[[Mapping[str, Constant]], CompiledStory],
    whatifs: Sequence[WhatIf],
    config: Config,
    *,
    reader: str = "uniform",
    limits: Limits | None = None,
    start: str | None = None,
    apart: bool = False,
    progress: Progress | None = None,
) -> Iterator[Comparison]:
    """The what-ifs beside the story as told, each as soon as it is there.

    `start` is where a host enters; `apart` says that it enters elsewhere too, so that what this
    entry does not lead to is no fault. `compile_story` gives the story with other values for some
    of its CONSTs; it is called once for each version. Raises StoryError where a change or a reader
    makes no sense, before the first.
    """
    asks = _distinct(expression for whatif in whatifs for expression in whatif.ask)
    versions: dict[object, _Version] = {}

    def version(whatif: WhatIf | None) -> _Version:
        key: object = None if whatif is None else _key(whatif)
        if key not in versions:
            told = None if whatif is None else versions[None].problems
            versions[key] = _explored(
                compile_story, whatif, whatifs, config, asks, limits, start, progress
            ).judged(told, apart)
        return versions[key]

    names = {whatif.reader or reader for whatif in whatifs}
    for name in names:
        _check_reader(name, config)
    # all mistakes before the long work
    asked = ask_story(compile_story({}), asks, config.endings)
    check_whatifs(whatifs, asked)
    check_bounds(asked.program, config.bounds.variables)
    told = version(None)
    for whatif in whatifs:
        name = whatif.reader or reader
        changed = version(whatif)
        yield Comparison(
            whatif,
            name,
            told.column(name, whatif.ask, config),
            changed.column(name, whatif.ask, config),
            tuple(check_reader(told.questions.program, config.readers[name]))
            if name in config.readers
            else (),
            start or "",
        )


def _key(whatif: WhatIf) -> object:
    settings = tuple(sorted((name, repr(value)) for name, value in whatif.set.items()))
    return settings, tuple(sorted(whatif.force)), tuple(sorted(whatif.forbid))


def _distinct(expressions: Iterable[Expression]) -> list[Expression]:
    return list({expression.text: expression for expression in expressions}.values())


def _check_reader(name: str, config: Config) -> None:
    if name == "uniform" or name in config.readers:
        return
    if name in BUILT_IN_READERS:
        message = f"the {name} odds are shown for every reader; choose who reads"
        hint = "uniform" + "".join(f", {known}" for known in config.readers)
        raise _refused("unknown-reader", message, None, f"one of {hint}")
    likely = closest(name, ["uniform", *config.readers])
    hint = f"did you mean `{likely}`?" if likely else "describe one in foretell.toml: [readers.…]"
    raise _refused("unknown-reader", f"there is no reader `{name}`", None, hint)


def _refused(code: str, message: str, span: Span | None, hint: str = "") -> StoryError:
    return StoryError([Diagnostic("error", code, message, span, hint=hint)])


# Changing the story -----------------------------------------------------------------------------


def check_whatifs(whatifs: Sequence[WhatIf], told: Questions) -> None:
    """Refuse what can't be changed or asked in the story as told: a StoryError with all of it."""
    found: list[Diagnostic] = []
    for whatif in whatifs:
        try:
            changes(whatif, told)
        except StoryError as error:
            found += error.diagnostics
        for choice in (*whatif.force, *whatif.forbid):
            try:
                find_choices(told.program, told.names, choice, whatif.places.get(choice))
            except StoryError as error:
                found += error.diagnostics
        for ask in whatif.ask:
            found += check_expression(ask, told.names)
    if any(problem.severity == "error" for problem in found):
        raise StoryError(found)


def changes(whatif: WhatIf, told: Questions) -> tuple[dict[str, Constant], dict[str, object]]:
    """What a what-if sets: constants of the compiler, and first values of variables.

    Raises StoryError where a name or a value does not fit.
    """
    names = told.names
    story_constants = names.story.constants
    initial = initial_values(told.program)
    constants: dict[str, Constant] = {}
    variables: dict[str, object] = {}
    found: list[Diagnostic] = []
    for name, value in whatif.set.items():
        span = whatif.places.get(name)
        try:
            if name in story_constants:
                constants[name] = _fitting_constant(name, value, story_constants[name], span)
            elif name in told.program.global_names:
                values = told.program.values
                variables[name] = _fitting(name, value, initial.get(name), values, span)
            else:
                known = [*told.program.global_names, *story_constants]
                likely = closest(name, known)
                hint = f"it has {', '.join(known[:12])}" if known else "it has none at all"
                hint = f"did you mean `{likely}`?" if likely else hint
                message = f"the story has no VAR or CONST `{name}`"
                raise _refused("unknown-name", message, span, hint)
        except StoryError as error:
            found += error.diagnostics
    if found:
        raise StoryError(found)
    return constants, variables


def initial_values(program: Program) -> dict[str, int]:
    """The encoded first values of variables, where their declarations are plain."""
    out: dict[str, int] = {}
    pc = program.declarations_pc
    code = program.code
    while 0 <= pc < program.length - 1 and code[pc * 4] not in (P.OP_END, P.OP_FALL):
        following = code[(pc + 1) * 4 : (pc + 1) * 4 + 2]
        if code[pc * 4] == P.OP_PUSH and following[0] == P.OP_STORE_GLOBAL:
            out[program.global_names[following[1]]] = code[pc * 4 + 1]
        pc += 1
    return out


_KINDS: Final = {
    V.INT: ("a number", (bool, int, float)),
    V.BOOL: ("true or false", (bool, int, float)),
    V.FLOAT: ("a number", (bool, int, float)),
    V.STRING: ("a text", (str,)),
    V.LIST: ("a list of items", (tuple, str)),
    V.TARGET: ("a divert target", (str,)),
}


def _fitting(
    name: str, value: Setting, before: int | None, values: V.Values, span: Span | None
) -> object:
    """A value for a VAR, as the machine takes it; StoryError where it is of another type."""
    if before is not None:
        what, kinds = _KINDS.get(before >> V.TAG_SHIFT, ("a value", (object,)))
        if not isinstance(value, kinds):
            message = f"`{name}` begins as {what}, so {_shown(value)} does not fit"
            raise _refused("wrong-type", message, span)
        if before >> V.TAG_SHIFT == V.LIST and isinstance(value, str):
            value = (value,) if value else ()
        if before >> V.TAG_SHIFT == V.TARGET and isinstance(value, str):
            value = f"-> {value.removeprefix('->').strip()}"
    try:
        values.from_python(value)
    except (ValueError, TypeError) as error:
        raise _refused("wrong-value", f"`{name}` can't be {_shown(value)}: {error}", span) from None
    return value


def _fitting_constant(name: str, value: Setting, before: Constant, span: Span | None) -> Constant:
    if isinstance(value, tuple) or isinstance(value, str) != isinstance(before, str):
        what = "a text" if isinstance(before, str) else "a number"
        message = f"the constant `{name}` is {what}, so {_shown(value)} does not fit"
        raise _refused("wrong-type", message, span)
    return value


def _shown(value: Setting) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"({', '.join(value)})"
    return f'"{value}"' if isinstance(value, str) else f"{value:g}"


# One version ------------------------------------------------------------------------------------


@dataclass
class _Version:
    """One version of the story, explored."""

    questions: Questions
    exploration: Exploration
    problems: list[Diagnostic] | None  # None where they can't be judged
    constants: Mapping[str, object]
    claims: Sequence[Claim]
    seconds: float
    _flows: dict[str, Flow] = field(default_factory=dict)
    _decided: list[Verdict] | None = None

    def judged(self, told: Sequence[Diagnostic] | None, apart: bool) -> _Version:
        """It, with what is unread a fault only where it is one as told as well (`told`, if this is
        changed): what a change keeps from the reader is its effect. Where a host enters elsewhere
        too, nothing unread is."""
        if self.problems is not None and (told is not None or apart):
            known = [] if apart else [_unread(problem) for problem in told or ()]
            self.problems = [
                p for p in self.problems if p.code not in _UNREAD or _unread(p) in known
            ]
        return self

    @cached_property
    def extremes(self) -> tuple[list[Extremum], list[Extremum]]:
        graph = self.exploration.graph
        return extremes(graph, _BEST), extremes(graph, _WORST)

    def flow(self, reader: str, config: Config) -> Flow:
        if reader not in self._flows:
            weights = edge_weights(
                self.exploration.edge_point,
                self.exploration.program,
                config.readers.get(reader),
            )
            self._flows[reader] = flow(self.exploration.graph, weights)
        return self._flows[reader]

    def verdicts(self, config: Config) -> list[Verdict]:
        if self._decided is None:
            self._decided = decide(
                self.claims,
                self.exploration,
                self.questions,
                readers=config.readers,
                problems=self.problems,
                constants=self.constants,
            )
        return self._decided

    def column(self, reader: str, asks: Sequence[Expression], config: Config) -> Column:
        """The figures for one reader."""
        graph = self.exploration.graph
        met = self.flow(reader, config)
        best, worst = self.extremes
        endings = {
            outcome.name: EndingOdds(outcome.kind, met.odds[k], best[k].at(0), worst[k].at(0))
            for k, outcome in enumerate(graph.outcomes)
            if graph.having(k).any()
        }
        return Column(
            complete=self.exploration.complete,
            stopped=self.exploration.stopped,
            states=graph.n,
            seconds=self.seconds,
            endings=endings,
            forever=met.odds[-1],
            words=met.all_words,
            answers={ask.text: self._answer(ask.text, met) for ask in asks},
            verdicts=self.verdicts(config),
        )

    def _answer(self, text: str, met: Flow) -> Answer:
        graph = self.exploration.graph
        ends = graph.kind == TERMINAL
        values = self.questions.values(self.exploration, text)[ends]
        distinct, inverse = np.unique(values, return_inverse=True)
        mass = np.bincount(inverse.reshape(-1), met.visits[ends], len(distinct))
        rows: dict[str, float] = {}
        total, weighed, is_number = 0.0, 0.0, True
        for value, odds in zip(distinct.tolist(), mass.tolist(), strict=True):
            shown = shown_value(self.questions.program, value)
            rows[shown] = rows.get(shown, 0.0) + odds
            number = number_of(value)
            is_number = is_number and number is not None
            weighed += odds * (number or 0.0)
            total += odds
        mean = weighed / total if is_number and total > 0 else None
        return Answer(tuple(sorted(rows.items(), key=lambda row: -row[1])), mean)


def _unread(problem: Diagnostic) -> tuple[object, ...]:
    """What tells a line or choice that is unread from others, in any version of the story."""
    return problem.code, problem.message, problem.span and (problem.span.place)


def _explored(
    compile_story: Callable[[Mapping[str, Constant]], CompiledStory],
    whatif: WhatIf | None,
    whatifs: Sequence[WhatIf],
    config: Config,
    asks: Sequence[Expression],
    limits: Limits | None,
    start: str | None,
    progress: Progress | None,
) -> _Version:
    """Explore the story with what a what-if changes (None: as told)."""
    began = time.perf_counter()
    claims = config.claims
    expressions = [*(e for claim in claims for e in claim.expressions), *asks]
    questions = ask_story(compile_story({}), expressions, config.endings)
    variables: dict[str, object] = {}
    if whatif is not None:
        constants, variables = changes(whatif, questions)
        if constants:
            questions = ask_story(compile_story(constants), expressions, config.endings)
    exploration = explore(
        questions.program,
        limits=limits,
        asked=questions.pcs,
        constants=variables,
        start=start,
        bounds=config.bounds.variables,
        progress=progress,
    )
    exploration.graph = with_outcomes(exploration, questions.endings)
    problems: list[Diagnostic] | None = None
    if whatif is None or not (whatif.force or whatif.forbid):
        problems = find_problems([exploration], {name for w in whatifs for name in w.set})
    else:
        exploration = _closed(exploration, questions, whatif)
    seconds = time.perf_counter() - began
    return _Version(questions, exploration, problems, variables, claims, seconds)


def _closed(exploration: Exploration, questions: Questions, whatif: WhatIf) -> Exploration:
    """The exploration without what is forbidden, and without what stands beside what is forced."""
    program = questions.program
    point, source = exploration.edge_point, exploration.graph.edge_source
    open_edges = np.ones(len(point), np.bool_)
    for choices, forced in ((whatif.force, True), (whatif.forbid, False)):
        points: set[int] = set()
        for choice in choices:
            points |= find_choices(program, questions.names, choice, whatif.places.get(choice))
        named = np.isin(point, np.array(sorted(points), np.int64))
        if forced:
            offered = np.zeros(exploration.graph.n, np.bool_)
            offered[source[named]] = True
            open_edges &= named | ~offered[source]
        else:
            open_edges &= ~named
    name = f"cut: nothing left but {', '.join(whatif.forbid)}"
    return restricted(exploration, open_edges, name)


def restricted(
    exploration: Exploration, open_edges: npt.NDArray[np.bool_], name: str
) -> Exploration:
    """What of an exploration can be reached along open edges alone.

    A choice that has none of its edges left is a terminal state with the outcome `name`.
    """
    graph = exploration.graph
    kept = reachable_from(graph, [0], open_edges)
    edges = open_edges & kept[graph.edge_source]
    degree = np.bincount(graph.edge_source[edges], minlength=graph.n)[kept]
    kind = graph.kind[kept].copy()
    outcome = graph.outcome[kept].copy()
    stuck = (kind == CHOICE) & (degree == 0)
    outcomes: tuple[Outcome, ...] = tuple(graph.outcomes)
    if stuck.any():
        kind[stuck] = TERMINAL
        outcome[stuck] = len(outcomes)
        outcomes = (*outcomes, Outcome(name, CUT))
    number = np.cumsum(kept) - 1
    smaller = StateGraph(
        kind=kind,
        first_edge=np.concatenate(([0], np.cumsum(degree))),
        edge_target=number[graph.edge_target[edges]],
        edge_label=graph.edge_label[edges],
        edge_weight=graph.edge_weight[edges],
        edge_words=graph.edge_words[edges],
        outcome=outcome,
        outcomes=outcomes,
        start_words=graph.start_words,
        entry=graph.entry,
        mid_turn=None if graph.mid_turn is None else graph.mid_turn[kept],
        afresh=None if graph.afresh is None else graph.afresh[kept],
    )
    stopped = exploration.stopped if (kind == UNEXPLORED).any() else ""
    return replace(
        exploration,
        graph=smaller,
        stopped=stopped,
        edge_point=exploration.edge_point[edges],
        end_code=exploration.end_code[kept],
        asked=[values[kept] for values in exploration.asked],
        touched=exploration.touched[edges] if len(exploration.touched) else exploration.touched,
    )


# As data ----------------------------------------------------------------------------------------


def as_json(comparisons: Sequence[Comparison]) -> list[dict[str, Any]]:
    """Comparisons as plain data: the columns of each under `told` and `changed`."""
    return [
        {
            "name": comparison.whatif.name,
            "question": comparison.whatif.question or None,
            "set": {
                name: list(value) if isinstance(value, tuple) else value
                for name, value in comparison.whatif.set.items()
            },
            "force": list(comparison.whatif.force),
            "forbid": list(comparison.whatif.forbid),
            "reader": comparison.reader,
            "entry": comparison.entry,
            "told": _column_json(comparison.told),
            "changed": _column_json(comparison.changed),
        }
        for comparison in comparisons
    ]


def _column_json(column: Column) -> dict[str, Any]:
    return {
        "complete": column.complete,
        "states": column.states,
        "seconds": round(column.seconds, 3),
        "endings": [
            {
                "name": name,
                "kind": ending.kind,
                "odds": _figure(ending.odds),
                "best": _figure(ending.best),
                "worst": _figure(ending.worst),
            }
            for name, ending in column.endings.items()
        ],
        "forever": _figure(column.forever),
        "words": None if np.isnan(column.words) else column.words,
        "asked": [
            {
                "expression": text,
                "values": [{"value": value, "odds": odds} for value, odds in answer.values],
                "mean": answer.mean,
            }
            for text, answer in column.answers.items()
        ],
        "claims": [
            {"text": verdict.text, "verdict": verdict.verdict, "path": verdict.path}
            for verdict in column.verdicts
        ],
    }


def _figure(odds: Interval) -> float | list[float]:
    return odds.low if odds.known else [odds.low, odds.high]
