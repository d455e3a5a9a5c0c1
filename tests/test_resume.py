"""Exploring that goes on from what was kept comes to the same result, byte for byte.

What an explorer knows is kept after every round of small stories, and another explorer, made from
the story anew, goes on from each. Then the whole way: a checkpoint file, a process killed at random
instants and started again until it is done, stops at limits, stories and options that have changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from foretell.checker.exploring import checkpoint, explore, likely
from foretell.checker.exploring.explore import Exploration, Explorer, Limits
from foretell.checker.questions import ask_story
from foretell.config import Expression, VariableBound
from foretell.vm.lower import lower
from tests import ours
from tests.generate_ink import seeded
from tests.test_explore import MARKET
from tests.toys import TOYS, Toy

LIMITS = Limits(states=4000, steps=20_000, seconds=600)
WORDS = """VAR s = ""
LIST Goods = apple, bread, cheese
VAR bag = ()
-> hub
=== hub
+ [a]
  ~ s = s + "a"
  ~ bag += apple
+ [b]
  ~ s = "b{bag}{RANDOM(1, 3)}"
  ~ bag = LIST_RANGE(LIST_ALL(bag), 1, 2)
+ [c] {undefined()}
  ~ bag = LIST_INVERT(bag)
+ {s == "aab"} [d] -> END
- {s == "aaaa": -> deep(3) }
-> hub
=== deep(n)
{n > 0: -> down(n) -> deep(n - 1)}
-> END
=== down(n)
+ [on] ->->
+ [up]
  {shuffle:
  - one
  - two {s}
  - ~ s = ""
  }
  ->->
=== function undefined()
{ s == "a":
  ~ temp x = 1
}
~ return x
"""


def fields(found: Exploration) -> dict[str, Any]:
    """All that an exploration says, but for how long it took."""
    graph = found.graph
    out: dict[str, Any] = {
        name: array.tolist()
        for name, array in vars_of(graph).items()
        if isinstance(array, np.ndarray)
    }
    for name in ("codes", "seen", "warnings", "stopped", "touched_first", "lost"):
        out[name] = getattr(found, name)
    out["growing"] = [
        (replace(thing, reads=()), [(read.how, read.line) for read in thing.reads])
        for thing in found.growing
    ]
    out["held"] = [bound.name for bound in found.held]
    out["met"], out["assumed"], out["start_words"] = found.met, found.assumed, graph.start_words
    out["edge_point"], out["touched"] = found.edge_point.tolist(), found.touched.tolist()
    out["asked"] = [values.tolist() for values in found.asked]
    values = found.program.values
    out["strings"], out["lists"], out["messages"] = values.strings, values.lists, values.messages
    return out


def vars_of(graph: Any) -> dict[str, Any]:
    return {name: getattr(graph, name) for name in graph.__dataclass_fields__}


class Kept:
    """Keeps a snapshot after every round, as a file would."""

    def __init__(self, folder: Path, most: int = 1000) -> None:
        self.folder = folder
        self.rounds: list[Path] = []
        self.most = most

    def __call__(self, explorer: Explorer) -> str:
        if len(self.rounds) < self.most:
            path = self.folder / f"{len(self.rounds)}"
            notes, arrays = explorer.snapshot()
            checkpoint.write(path, {}, notes, arrays)
            self.rounds.append(path)
        return ""


def story_of(source: str, asked: Sequence[str]) -> tuple[Any, list[int]]:
    story, problems = ours.compiled(source)
    assert story is not None, problems
    if not asked:
        return lower(story), []
    questions = ask_story(story, [Expression(text) for text in asked])
    return questions.program, questions.pcs


def check_resuming(source: str, folder: Path, *, asked: Sequence[str] = (), **options: Any) -> int:
    """Go on from every round; gives how many there were."""
    program, pcs = story_of(source, asked)
    kept = Kept(folder)
    options = {"limits": LIMITS, **options}
    whole = fields(Explorer(program, asked=pcs, between=kept, **options).run())
    for path in kept.rounds:
        again, pcs = story_of(source, asked)
        explorer = Explorer(again, asked=pcs, **options)
        found = checkpoint.read(path)
        explorer.restore(found.notes, found.arrays)
        resumed = fields(explorer.run())
        for name, value in whole.items():
            assert resumed[name] == value, f"{name}, after round {path.name}"
    return len(kept.rounds)


@pytest.fixture
def short_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A handful of states a round, so that a small story takes many."""
    monkeypatch.setattr(explore, "_BATCH_PLAIN", 3)
    monkeypatch.setattr(explore, "_BATCH", 7)


@pytest.mark.usefixtures("short_rounds")
@pytest.mark.parametrize("known", TOYS, ids=lambda known: known.name)
def test_a_toy_is_resumed_at_every_round(known: Toy, tmp_path: Path) -> None:
    assert check_resuming(known.source, tmp_path, compiled=False) > 0


@pytest.mark.usefixtures("short_rounds")
@pytest.mark.parametrize("compiled", [False, True])
def test_strings_lists_warnings_draws_and_tunnels_are_resumed(
    compiled: bool, tmp_path: Path
) -> None:
    limits = Limits(states=90, steps=20_000, seconds=600)
    rounds = check_resuming(
        WORDS, tmp_path, asked=("s", "LIST_COUNT(bag) > 1"), compiled=compiled, limits=limits
    )
    assert rounds > 4


@pytest.mark.usefixtures("short_rounds")
def test_what_is_watched_and_the_first_state_that_stops_are_resumed(tmp_path: Path) -> None:
    assert check_resuming(MARKET, tmp_path, compiled=False, watched=list(range(0, 60, 7))) > 5
    (tmp_path / "stop").mkdir()
    check_resuming(
        MARKET, tmp_path / "stop", asked=["gold > 4"], compiled=False, stop_when=[(0, True)]
    )


@pytest.mark.usefixtures("short_rounds")
@pytest.mark.parametrize("saturating", [False, True])
def test_variables_held_within_a_range_are_resumed(saturating: bool, tmp_path: Path) -> None:
    source = "VAR n = 0\n-> hub\n=== hub\n+ [a]\n ~ n = n + 1\n -> hub\n+ {n > 5} [b] -> END\n"
    bounds = [VariableBound("n", 0, 12, saturating)]
    assert check_resuming(source, tmp_path, compiled=False, bounds=bounds) > 3


@pytest.mark.usefixtures("short_rounds")
@pytest.mark.parametrize("limits", [{}, {"depth": 4}], ids=["the likeliest first", "by depth"])
def test_orders_other_than_breadth_first_are_resumed(
    limits: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explore, "_WIDE", 12)
    monkeypatch.setattr(likely, "_LEAST", 2)
    rounds = check_resuming(
        MARKET, tmp_path, compiled=False, limits=Limits(states=150, seconds=600, **limits)
    )
    assert rounds > 5


@pytest.mark.usefixtures("short_rounds")
def test_generated_programs_are_resumed_at_every_round(tmp_path: Path) -> None:
    rounds = 0
    for seed in range(500, 512):
        story, _ = ours.compiled(seeded(seed, 50))
        if story is None:
            continue
        folder = tmp_path / str(seed)
        folder.mkdir()
        limits = Limits(states=60, steps=20_000, seconds=600)
        rounds += check_resuming(seeded(seed, 50), folder, compiled=False, limits=limits)
    assert rounds > 40


def test_machine_code_goes_on_from_plain_python_and_back(tmp_path: Path) -> None:
    whole = fields(Explorer(story_of(MARKET, ())[0], compiled=False).run())
    for first, then in ((False, True), (True, False)):
        kept = Kept(tmp_path, most=1)
        limits = Limits(states=40)
        Explorer(story_of(MARKET, ())[0], compiled=first, between=kept, limits=limits).run()
        explorer = Explorer(story_of(MARKET, ())[0], compiled=then)
        found = checkpoint.read(kept.rounds[0])
        explorer.restore(found.notes, found.arrays)
        resumed = fields(explorer.run())
        assert resumed.pop("growing") == []
        assert resumed == {name: value for name, value in whole.items() if name != "growing"}


def test_a_run_broken_off_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    """Stops at many counts of states; and in the middle of a round, by the clock."""
    whole = fields(Explorer(story_of(MARKET, ())[0], compiled=False).run())
    for states in (3, 50, 200):
        explorer = Explorer(story_of(MARKET, ())[0], compiled=False, limits=Limits(states=states))
        assert explorer.run().stopped == "states"
        notes, arrays = explorer.snapshot()
        checkpoint.write(tmp_path / "c", {}, notes, arrays)
        found = checkpoint.read(tmp_path / "c")
        again = Explorer(story_of(MARKET, ())[0], compiled=False)
        again.restore(found.notes, found.arrays)
        assert fields(again.run()) == whole
    for broken in interrupted(story_of(MARKET, ())[0], (0.004, 0.01, 0.02, 0.04)):
        assert fields(broken) == whole


def interrupted(program: Any, instants: Iterable[float]) -> Iterable[Exploration]:
    """A run that is stopped by its limit of time, then gone on with."""
    for seconds in instants:
        explorer = Explorer(program, compiled=False, limits=Limits(seconds=seconds))
        found = explorer.run()
        explorer.limits = Limits()
        yield explorer.run() if found.stopped else found


def test_another_storys_snapshot_is_refused(tmp_path: Path) -> None:
    explorer = Explorer(story_of(MARKET, ())[0], compiled=False, limits=Limits(states=20))
    explorer.run()
    notes, arrays = explorer.snapshot()
    with pytest.raises(ValueError, match="another program"):
        Explorer(story_of(TOYS[0].source, ())[0], compiled=False).restore(notes, arrays)
    other, _ = story_of(MARKET.replace("Morning", "Evening, late"), ())
    with pytest.raises(ValueError, match="begin alike"):
        Explorer(other, compiled=False).restore(notes, arrays)
