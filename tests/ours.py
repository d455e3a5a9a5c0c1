"""foretell's side of a comparison: compile, play and show as the spec pages do."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from foretell import ink_json
from foretell.compiler import compile_ink
from foretell.container import CompiledStory
from foretell.diagnostics import Diagnostic
from foretell.vm.story import PathError, Story, Turn
from tests.spec_pages import Played

__all__ = ["compiled", "play", "reread", "same_json", "tree"]


def compiled(
    source: str,
    files: Mapping[str, str] | None = None,
    *,
    name: str = "story.ink",
    count_all: bool = False,
) -> tuple[CompiledStory | None, list[Diagnostic]]:
    """A story and the compiler's diagnostics; no story where there are errors."""
    return compile_ink(source, name=name, files=files or {}, count_all=count_all)


def reread(story: CompiledStory) -> CompiledStory:
    """The story after a round trip through JSON."""
    return ink_json.read(ink_json.write(story))


def tree(text: str) -> Any:
    """JSON with its floats told apart from integers, however they are written."""
    return json.loads(text.removeprefix("\ufeff"), parse_float=lambda digits: ("float", digits))


def same_json(ours: str, theirs: str) -> str | None:
    """Where two compiled stories differ first, or None."""
    return _difference(
        json.loads(ours.removeprefix("\ufeff")), json.loads(theirs.removeprefix("\ufeff")), "$"
    )


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


def begin(story: CompiledStory, draws: Iterable[int] = (), *, step_budget: int) -> Story | str:
    """The story with its draws forced, or why it can't begin."""
    try:
        return Story(story, draws=draws, step_budget=step_budget)
    except PathError as error:
        return str(error)
