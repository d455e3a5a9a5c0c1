"""Claims decided: which promises about every playthrough hold, with a proof for each that does not.

Let S be the states at rest (choices on offer, or the end), s₀ the start, P and Q the states where
an expression is true. A claim is about all readers and all luck, so its verdict is read off the
graph's shape; only `odds` asks for numbers.

    never p              S ∩ P = ∅
    always p             S ⊆ P
    possible p           S ∩ P ≠ ∅
    inevitable p         every reader comes to P from s₀ with probability 1      (regions.is_sure)
    after p then q       every reader comes to Q from each state of P with probability 1
    odds p at least x    the reader's probability of ever being in P is x or more
    sound                no error, dead end, hang, trap, and no line no reader sees

All states of the graph are reachable, so a state that breaks a claim is a witness, and the
shortest path to it is shown with the values that break it. What breaks `inevitable` and `after` is
a playthrough: one that ends without, or one that goes round for ever without (`loop`).

Who only wants to know whether a promise is broken can let exploring stop at the first state that
breaks a `never` or an `always` (`stops`), and at the first fault, warning or hang, which breaks
`sound` (`fault_stop`); who asks about one `possible` alone, at the first state that proves it.
States are then found in the order of the choices that lead to them, so the witness is a shortest
one (but of a story so large that the likeliest come first). `inevitable`, `after` and `odds` are
broken by no single state; what is known is looked at now and then (`enough`), which refutes them as
a bound would: by a playthrough read to its end or going round, by odds that can't be met any more.

Where exploring hit a bound, what was found still refutes and still proves what one state can
(`possible`); everything else is unknown, and the verdict names the bound.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from foretell.checker.exploring.explore import MET, Exploration
from foretell.checker.exploring.outcomes import problem_of
from foretell.checker.exploring.store import NO_TRUTH
from foretell.checker.graphs.graph import (
    TERMINAL,
    UNEXPLORED,
    UNREACHED,
    StateGraph,
    format_path,
    search,
    shortest_cycle,
    trace,
)
from foretell.checker.graphs.regions import end_components, is_sure
from foretell.checker.graphs.solve import Interval, absorb, best, odds, worst
from foretell.checker.questions import Questions
from foretell.checker.readers import edge_weights
from foretell.config import Claim, Reader
from foretell.diagnostics import Diagnostic

__all__ = [
    "Answer",
    "Verdict",
    "decide",
    "decide_one",
    "percent",
    "shown_odds",
    "stops",
]

Mask = npt.NDArray[np.bool_]
Answer = Literal["holds", "fails", "unknown"]
_ROUNDING = 1e-9  # how far a figure may be off the odds it is compared with


@dataclass(frozen=True, repr=False)
class Verdict:
    """What became of a claim.

    `why` is one sentence. `path` replays a witness (of `possible`, one that shows it holds);
    `loop` then goes round for ever at its end. `values` are what the expressions read there.
    `odds` are the figures of an `odds` claim. `bound` is the limit that was hit, "" if none was.
    """

    claim: Claim
    verdict: Answer
    why: str = ""
    path: str | None = None
    loop: str | None = None
    values: dict[str, str] = field(default_factory=dict)
    odds: Interval | None = None
    bound: str = ""

    def __repr__(self) -> str:
        where = "" if self.path is None else f" at {self.path or 'the start'}"
        why = self.reason or self.bound
        return f"<{self.text}: {self.verdict}{where}{why and f'; {why}'}>"

    @property
    def text(self) -> str:
        """What is claimed: its name, or the claim itself."""
        return self.claim.title

    @property
    def reason(self) -> str:
        """Why it is so, with the loop and the values that show it, in a line."""
        parts = [self.why]
        if self.loop is not None:
            parts.append(f"going round {self.loop}")
        if self.values:
            parts.append(", ".join(f"{name} = {value}" for name, value in self.values.items()))
        return "; ".join(part for part in parts if part)


def stops(
    claims: Sequence[Claim],
    questions: Questions,
    *,
    proved: bool = False,
    readers: Mapping[str, Reader] | None = None,
    allow: Collection[str] = (),
) -> dict[str, Any]:
    """Where exploring may stop, since a claim is decided: options of `analyse`.

    A claim that fails is enough; with `proved`, so is one that holds. An expression that has no
    truth at some state breaks its claim, of whatever kind. Faults whose codes are in `allow` break
    none.
    """
    telling = {"never": 1, "always": 0, **({"possible": 1} if proved else {})}
    found: dict[str, Any] = {"stop_when": []}
    for claim in claims:
        if claim.expression is not None and claim.kind in telling:
            place = questions.position[claim.expression.text]
            found["stop_when"].append((place, telling[claim.kind]))
        for expression in claim.expressions:
            found["stop_when"].append((questions.position[expression.text], NO_TRUTH))
        if claim.kind == "sound":
            found["stop_at"] = lambda code: _is_grave(problem_of(questions.program, code), allow)
    slow = [claim for claim in claims if claim.kind in ("inevitable", "after", "odds")]
    telling_answers = ("holds", "fails") if proved else ("fails",)

    def enough(exploration: Exploration) -> bool:
        return any(
            decide_one(claim, exploration, questions, readers=readers).verdict in telling_answers
            for claim in slow
        )

    if slow:
        found["enough"] = enough
    return found


def _is_grave(problem: Diagnostic | None, allow: Collection[str]) -> bool:
    if problem is None or problem.severity == "note" or _is_bound(problem):
        return False
    return problem.code not in allow


def decide(
    claims: Sequence[Claim],
    exploration: Exploration,
    questions: Questions,
    *,
    readers: Mapping[str, Reader] | None = None,
    problems: Sequence[Diagnostic] | None = None,
    constants: Mapping[str, object] | None = None,
) -> list[Verdict]:
    """The verdicts of claims whose expressions were asked while exploring.

    `problems` are what the analysis found, for `sound`; `constants` what the story was begun with.
    """
    return [
        decide_one(
            claim,
            exploration,
            questions,
            readers=readers,
            problems=problems,
            constants=constants,
        )
        for claim in claims
    ]


def decide_one(
    claim: Claim,
    exploration: Exploration,
    questions: Questions,
    *,
    readers: Mapping[str, Reader] | None = None,
    problems: Sequence[Diagnostic] | None = None,
    constants: Mapping[str, object] | None = None,
) -> Verdict:
    """The verdict of one claim."""
    deciding = _Deciding(claim, exploration, questions, readers or {}, constants)
    if claim.kind == "sound":
        return deciding.sound(problems)
    return (
        deciding.broken()
        or {
            "never": deciding.never,
            "always": deciding.always,
            "possible": deciding.possible,
            "inevitable": deciding.inevitable,
            "after": deciding.after,
            "odds": deciding.odds,
        }[claim.kind]()
    )


@dataclass
class _Deciding:
    claim: Claim
    exploration: Exploration
    questions: Questions
    readers: Mapping[str, Reader]
    constants: Mapping[str, object] | None

    # --- what all kinds share -------------------------------------------------------------

    @property
    def graph(self) -> StateGraph:
        return self.exploration.graph

    @property
    def complete(self) -> bool:
        return self.exploration.complete

    def mask(self, place: int = 0) -> Mask:
        """The states where the claim's expression (or its `then`) is true."""
        return self.questions.holds(self.exploration, self.claim.expressions[place].text)

    def verdict(
        self, answer: Answer, why: str, path: str | None = None, loop: str | None = None
    ) -> Verdict:
        values: dict[str, str] = {}
        if path is not None:
            texts = [expression.text for expression in self.claim.expressions]
            values = self.questions.values_on(path, texts, self.constants)
        bound = self._limit
        if self.exploration.held:  # it is not the story as told that was read
            kept = ", ".join(f"`{b.name}` within {b.text}" for b in self.exploration.held)
            why = f"{why}, with {kept}"
        return Verdict(self.claim, answer, why, path, loop, values, bound=bound)

    def unknown(self) -> Verdict:
        if self._bound == MET:
            return self.verdict("unknown", "exploring stopped where another claim was seen to fail")
        return self.verdict("unknown", f"exploring stopped at its limit on {self._bound}")

    @property
    def _bound(self) -> str:
        return self.exploration.stopped or "states"

    @property
    def _limit(self) -> str:
        """The limit that was hit; exploring that stopped at what it was asked for has hit none."""
        return "" if self.complete or self._bound == MET else self._bound

    def broken(self) -> Verdict | None:
        """The verdict where an expression has no value at some state."""
        for expression in self.claim.expressions:
            wrong = self.questions.broken(self.exploration, expression.text)
            if wrong.any():
                path = self.graph.witness(wrong)
                why = f"`{expression.text}` can't be told true from false there"
                return self.verdict("fails", why, path)
        return None

    # --- the kinds ------------------------------------------------------------------------

    def never(self) -> Verdict:
        bad = self.mask()
        if bad.any():
            return self.verdict("fails", "it comes true", self.graph.witness(bad))
        return self.verdict("holds", "it is true nowhere") if self.complete else self.unknown()

    def always(self) -> Verdict:
        bad = self.questions.fails(self.exploration, self.claim.expressions[0].text)
        if bad.any():
            return self.verdict("fails", "it is not true there", self.graph.witness(bad))
        return self.verdict("holds", "it is true everywhere") if self.complete else self.unknown()

    def possible(self) -> Verdict:
        good = self.mask()
        if good.any():
            return self.verdict("holds", "it can come true", self.graph.witness(good))
        return self.verdict("fails", "it is true nowhere") if self.complete else self.unknown()

    def inevitable(self) -> Verdict:
        goal = self.mask()
        if is_sure(self.graph, goal)[0]:
            return self.verdict("holds", "every reader comes to it")
        return self._escape(0, goal, []) or self.unknown()

    def after(self) -> Verdict:
        before, goal = self.mask(0), self.mask(1)
        sure = is_sure(self.graph, goal)
        hoped = goal | (self.graph.kind == UNEXPLORED)
        failing = before & ~is_sure(self.graph, hoped)
        if failing.any():
            depth = np.where(failing, self.graph.from_start.depth, UNREACHED)
            start = int(depth.argmin())
            way = trace(self.graph, self.graph.from_start, start)
            found = self._escape(start, goal, way)
            if found is not None:
                return found
        if self.complete and not (before & ~sure).any():
            why = "what should come after always does" if before.any() else "it never comes to that"
            return self.verdict("holds", why)
        return self.unknown()

    def _escape(self, start: int, goal: Mask, before: list[int]) -> Verdict | None:
        """The verdict that from `start`, at the end of a way, the goal can be missed: by a
        playthrough that ends, or else by one that goes round for ever. None if neither is known."""
        graph = self.graph
        if goal[start]:
            return None
        open_edges = ~(goal[graph.edge_source] | goal[graph.edge_target])
        found = search(graph, [start], open_edges)
        after = "after that " if self.claim.kind == "after" else ""
        ends = np.where(graph.kind == TERMINAL, found.depth, UNREACHED)
        end = int(ends.argmin())
        if ends[end] != UNREACHED:
            way = format_path(graph, [*before, *trace(graph, found, end)])
            outcome = graph.outcomes[int(graph.outcome[end])].name
            return self.verdict("fails", f"{after}the story can end without it, in {outcome}", way)
        staying = end_components(graph, open_edges)
        rounds = np.where(staying.number >= 0, found.depth, UNREACHED)
        entry = int(rounds.argmin())
        if rounds[entry] == UNREACHED:
            return None
        inside = open_edges & (staying.number[graph.edge_source] == staying.number[entry])
        inside &= staying.number[graph.edge_target] == staying.number[entry]
        cycle = shortest_cycle(graph, entry, inside)
        before = [*before, *trace(graph, found, entry)]
        loop = format_path(graph, cycle, after=before) if cycle else None
        way = format_path(graph, before)
        return self.verdict("fails", f"{after}a reader can go on for ever without it", way, loop)

    def odds(self) -> Verdict:
        claim = self.claim
        figures = self._figures(absorb(self.graph, self.mask()))
        answers: list[Answer] = []
        if claim.at_least is not None:
            answers.append(_compared(figures, claim.at_least))
        if claim.at_most is not None:
            answers.append(_compared(Interval(-figures.high, -figures.low), -claim.at_most))
        answer: Answer = "holds"
        for worse in ("fails", "unknown"):
            if worse in answers:
                answer = "fails" if worse == "fails" else "unknown"
                break
        bound = self._limit
        why = f"it comes true in {shown_odds(figures)} for the {claim.reader} reader"
        return Verdict(claim, answer, why, odds=figures, bound=bound)

    def _figures(self, graph: StateGraph) -> Interval:
        """The odds of the last outcome, for the claim's reader."""
        goal = len(graph.outcomes) - 1
        name = self.claim.reader
        if name == "best":
            return best(graph, goal).at(0)
        if name == "worst":
            return worst(graph, goal).at(0)
        weights = edge_weights(
            self.exploration.edge_point, self.exploration.program, self.readers.get(name)
        )
        if weights is not None:
            weights = weights[~self.mask()[self.graph.edge_source]]
        return odds(graph, weights).at(0, goal)

    def sound(self, problems: Sequence[Diagnostic] | None) -> Verdict:
        # a turn that used up its steps is a bound that was hit, and proves nothing
        wrong = [p for p in problems or () if _is_grave(p, ())]
        if wrong:
            first = min(wrong, key=_gravity)
            more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
            where = f" ({first.span.place})" if first.span is not None else ""
            return self.verdict("fails", f"{first.message}{where}{more}", first.path)
        if problems is None:
            return self.verdict("unknown", "it is not judged where choices are forced or forbidden")
        if not self.complete:
            return self.unknown()
        return self.verdict("holds", "nothing is wrong")


def _gravity(problem: Diagnostic) -> tuple[bool, bool, int]:
    """Errors first, then what has a path, the nearest first."""
    path = problem.path
    return problem.severity != "error", path is None, (path or "").count("/") + bool(path)


def _is_bound(problem: Diagnostic) -> bool:
    return problem.severity == "warning" and problem.code == "no-rest"


def _compared(figures: Interval, least: float) -> Answer:
    """Whether a number is at least so much. One that is known may be off by rounding, but where
    certainty is asked for (0 or 1) the solver's figures are exact."""
    slack = _ROUNDING if figures.known and least not in (-1.0, 0.0, 1.0) else 0.0
    if figures.low >= least - slack:
        return "holds"
    return "fails" if figures.high < least - slack else "unknown"


def shown_odds(figures: Interval) -> str:
    """Odds in per cent, or the range they lie in."""
    if figures.high - figures.low < _ROUNDING:
        return percent(figures.low)
    return f"{percent(figures.low)} to {percent(figures.high)}"


def percent(x: float) -> str:
    """Odds in per cent: exactly 0 and 1 look like it, and nothing else does."""
    if x in (0.0, 1.0):
        return f"{x * 100:.0f} %"
    if x < 0.001 or x > 0.999:
        shown = f"{x * 100:.2g}" if x < 0.5 else f"{100 - float(f'{(1 - x) * 100:.2g}'):.10g}"
        return f"{shown} %"
    if x < 0.01 or x > 0.99:
        return f"{x * 100:.2f} %"
    return f"{x * 100:.1f} %"
