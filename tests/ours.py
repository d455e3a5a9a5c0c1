"""foretell's side of a comparison: compile, play and show as the spec pages do."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from foretell import ink_json
from foretell.checker.analysis import Analysis, Limits, analyse
from foretell.compiler import compile_ink
from foretell.container import CompiledStory
from foretell.diagnostics import Diagnostic
from foretell.vm.lower import lower
from foretell.vm.program import Program
from foretell.vm.story import Story, Turn
from tests.spec_pages import Played

__all__ = ["compiled", "explored", "play", "reread", "same_json", "start", "verdicts"]

STEP_BUDGET = 1_000_000


def compiled(
    source: str,
    files: Mapping[str, str] | None = None,
    *,
    name: str = "story.ink",
    count_all: bool = False,
) -> tuple[CompiledStory | None, list[Diagnostic]]:
    """A story and the compiler's diagnostics; no story where there are errors."""
    texts = files or {}

    def read(path: str) -> str:
        path = posixpath.normpath(path.replace("\\", "/"))
        if path not in texts:
            raise FileNotFoundError(path)
        return texts[path]

    done = compile_ink(source, name=name, read=read, count_all=count_all)
    return done.story, done.diagnostics


def reread(story: CompiledStory) -> CompiledStory:
    """The story after a round trip through JSON."""
    return ink_json.load(ink_json.dump(story))


def same_json(ours: str, theirs: str, *, digits: int | None = None) -> str | None:
    """Where two compiled stories differ first, or None; floats to `digits` digits, if given."""

    def number(text: str) -> float:
        return float(text) if digits is None else float(f"{float(text):.{digits}g}")

    left, right = (
        json.loads(text.removeprefix("\ufeff"), parse_float=number) for text in (ours, theirs)
    )
    return _difference(left, right, "$")


def _difference(a: Any, b: Any, where: str) -> str | None:
    if isinstance(a, dict) and isinstance(b, dict):
        if a.keys() != b.keys():
            return f"{where}: keys {sorted(a)} and {sorted(b)}"
        if list(a) != list(b) and where.count(".") == 0:
            return f"{where}: keys in the order {list(a)} and {list(b)}"
        pairs = ((_difference(a[k], b[k], f"{where}.{k}")) for k in a)
        return next((found for found in pairs if found), None)
    if isinstance(a, list) and isinstance(b, list):
        for i, (x, y) in enumerate(zip(a, b, strict=False)):
            found = _difference(x, y, f"{where}[{i}]")
            if found:
                return found
        if len(a) != len(b):
            longer, side = (a, "ours") if len(a) > len(b) else (b, "theirs")
            rest = longer[min(len(a), len(b)) :]
            return f"{where}: only {side} goes on, with {json.dumps(rest)[:300]}"
        return None
    if type(a) is type(b) and a == b:
        return None
    return f"{where}: {json.dumps(a)[:300]} and {json.dumps(b)[:300]}"


class _Deck:
    """Outcomes to draw; more may be put in at any time."""

    def __init__(self) -> None:
        self.outcomes: list[int] = []

    def __iter__(self) -> Iterator[int]:
        return self

    def __next__(self) -> int:
        if not self.outcomes:
            raise StopIteration
        return self.outcomes.pop(0)


def start(
    story: CompiledStory | Program,
    draws: Sequence[int] = (),
    *,
    start: str | None = None,
    bind: Iterable[str] = (),
) -> Story:
    """A story at its beginning, or at a knot once the beginning was read; draws are forced.

    EXTERNAL functions named in `bind` give 0.
    """
    deck = _Deck()
    names = list(bind)
    if not names:
        deck.outcomes += draws
    made = Story(story, draws=deck, step_budget=STEP_BUDGET)
    if names:
        for name in names:
            made.bind(name, lambda *_: 0)
        deck.outcomes += draws
        made.restart()
    if start is not None:
        made.jump(start)
    return made


def play(
    story: Story,
    picks: Sequence[int] = (),
) -> list[Played]:
    """The turns of a story from where it stands, making the choices given."""
    turns: list[Played] = []
    drawn = 0
    turn: Turn = story.turn
    for pick in (*picks, None):
        draws = story.draws[drawn:]
        drawn += len(draws)
        hang = any(problem.code == "no-rest" for problem in turn.problems)
        turns.append(Played(turn.lines, turn.choices, turn.problems, draws, pick, hang))
        if pick is None or pick >= len(turn.choices):
            turns[-1].picked = None
            break
        turn = story.choose(pick)
    return turns


def explored(story: CompiledStory, *, compiled: bool, states: int = 20_000) -> Analysis:
    """All the playthroughs of a story, read in plain Python or in machine code."""
    return analyse(lower(story), limits=Limits(states=states), compiled=compiled)


def verdicts(analysis: Analysis) -> str:
    """What reading every playthrough finds, as a spec page's `check` block shows it."""
    total = analysis.playthroughs.total
    count = "endlessly many" if total is None else str(total)
    what = "branches" if analysis.playthroughs.drawn else "playthroughs"
    how = "" if analysis.complete else " (incomplete)"
    out = [f"{analysis.states} states, {analysis.turns} turns, {count} {what}{how}"]
    for ending in analysis.endings:
        odds = ", ".join(
            f"{reader} {_percent(found.low, found.high)}"
            for reader, found in (
                ("uniform", ending.uniform),
                ("best", ending.best),
                ("worst", ending.worst),
            )
        )
        name = ending.name if ending.kind == "ending" else f"{ending.kind}: {ending.name}"
        out.append(f"{name}: {odds}, shortest {ending.shortest or 'at once'}")
    for problem in analysis.problems:
        line = f" on line {problem.span.line}" if problem.span else ""
        path = "" if problem.path is None else f", path {problem.path or '(the start)'}"
        out.append(f"{problem.severity}[{problem.code}]{line}{path}")
    return "\n".join(out)


def _percent(low: float, high: float) -> str:
    first, last = (f"{100 * x:.4g} %" for x in (low, high))
    return first if first == last else f"{first} to {last}"
