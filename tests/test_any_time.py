"""Bounds at any time: whatever stops exploring, the odds told contain those of the whole story.

A story that can be read whole is stopped in the middle, in every way there is, and each interval
is compared with the exact figure; so are random readers with the bounds of a story that has no end.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from foretell.checker.analysis import Analysis, analyse
from foretell.checker.exploring import explore, likely
from foretell.checker.exploring.explore import Explorer, Limits
from foretell.checker.exploring.memory import free_memory
from foretell.checker.graphs.graph import CHOICE, TERMINAL, UNEXPLORED, Outcome, StateGraph
from foretell.checker.graphs.host import Meanwhile
from foretell.checker.graphs.solve import flow, odds
from foretell.checker.report import Heading, text
from foretell.checker.simulation.occupancy import Occupancy
from foretell.checker.simulation.simulate import sample
from foretell.cli import run
from foretell.vm.lower import lower
from foretell.vm.program import Program
from tests import ours
from tests.generate_ink import seeded
from tests.test_check import SCHEMA
from tests.toys import TOYS

GENERATED = 60
POINTS = 4  # at which each story is stopped
ROAD = """
VAR gold = 3
VAR miles = 0
-> road
=== road
~ miles = miles + 1
{ gold <= 0: -> ruin }
+ [Play]
  { RANDOM(1, 6) > 3:
    ~ gold = gold + 1
  - else:
    ~ gold = gold - 1
  }
  -> road
+ [Ride on] -> road
* [Ask] -> road
+ { gold > 4 } [Go home]
  {gold} and {miles}.
  { miles > 1000000: -> far }
  -> home
=== home
-> END
=== far
-> END
=== ruin
-> END
"""


def lowered(source: str) -> Program | None:
    story, _ = ours.compiled(source)
    return None if story is None else lower(story)


@pytest.fixture
def likeliest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounds of a few states, the likeliest first, from the start."""
    monkeypatch.setattr(explore, "_WIDE", 3)
    monkeypatch.setattr(explore, "_BATCH_PLAIN", 6)
    monkeypatch.setattr(likely, "_LEAST", 2)


@pytest.fixture
def small_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounds of a few states, breadth first."""
    monkeypatch.setattr(explore, "_WIDE", 10**9)
    monkeypatch.setattr(explore, "_BATCH_PLAIN", 6)


@cache
def wholes() -> list[tuple[str, Program, Analysis]]:
    """Stories that are read whole, and what comes of that."""
    return list(_wholes())


def _wholes() -> Iterator[tuple[str, Program, Analysis]]:
    sources = [(known.name, known.source) for known in TOYS]
    sources += [
        (f"seed {n}", seeded(n, 40 + n % 30, games=n % 2 == 1))
        for n in range(5000, 5000 + GENERATED)
    ]
    for name, source in sources:
        program = lowered(source)
        if program is None:
            continue
        limits = Limits(states=1500, seconds=2, steps=20_000)
        whole = analyse(program, limits=limits, compiled=False)
        if whole.complete and whole.states > 12:
            yield name, program, whole


def outside(whole: Analysis, part: Analysis) -> list[str]:
    """Where an interval of the part does not contain what is so in the whole."""
    wrong: list[str] = []
    slack = 1e-9
    ends = {ending.name: ending for ending in part.endings}
    for ending in whole.endings:
        exact = (ending.uniform, ending.best, ending.worst)
        found = ends.get(ending.name)
        if found is None:
            if ending.uniform.low > part.flow.unexplored + slack:
                wrong.append(f"{ending.name}: {ending.uniform} was not even met")
            continue
        for reader, true, bounds in zip(
            ("uniform", "best", "worst"),
            exact,
            (found.uniform, found.best, found.worst),
            strict=True,
        ):
            if bounds.low > true.high + slack or bounds.high < true.low - slack:
                wrong.append(f"{ending.name} for the {reader} reader: {true} not in {bounds}")
    forever, told = whole.forever, part.forever
    if told.low > forever.high + slack or told.high < forever.low - slack:
        wrong.append(f"for ever: {forever} not in {told}")
    wrong += [f"{name} never ends so" for name in ends.keys() - {e.name for e in whole.endings}]
    return wrong


def stopped_anywhere(seed: str) -> int:
    """Stop every story somewhere and compare; gives how often that was."""
    draw = random.Random(seed)
    failed: list[str] = []
    stopped = 0
    for name, program, whole in wholes():
        for most in (draw.randrange(2, whole.states) for _ in range(POINTS)):
            part = analyse(program, limits=Limits(states=most, steps=20_000), compiled=False)
            part.graph.check()
            stopped += not part.complete
            if part.complete:
                assert part.states == whole.states, name
                assert part.turns == whole.turns, name
            failed += [f"{name}, stopped at {most}: {wrong}" for wrong in outside(whole, part)]
    assert not failed, "\n".join(failed)
    return stopped


def test_bounds_contain_the_odds_of_the_whole_story_breadth_first(small_rounds: None) -> None:
    assert stopped_anywhere("breadth") > 50


def test_bounds_contain_the_odds_of_the_whole_story_likeliest_first(likeliest_first: None) -> None:
    assert stopped_anywhere("likely") > 50


def test_the_whole_story_is_the_same_in_whatever_order_it_is_read(likeliest_first: None) -> None:
    orders = 0
    for name, program, _ in wholes():
        explorer = Explorer(program, compiled=False, limits=Limits(steps=20_000))
        found = explorer.run()
        orders += explorer.mass is not None
        whole = analyse(program, limits=Limits(steps=20_000), compiled=False)
        found.graph.check()
        assert found.complete, name
        assert (found.graph.n, found.graph.m) == (whole.graph.n, whole.graph.m), name
        if explorer.mass is not None:
            explorer.mass.follow(explorer.kernel)
            ended = 1 - whole.forever.high
            assert explorer.mass.followed <= ended + 1e-9, name
    assert orders > 10


def test_the_likeliest_first_follow_more_than_breadth_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = lowered(ROAD)
    assert program is not None
    monkeypatch.setattr(explore, "_BATCH_PLAIN", 20)
    monkeypatch.setattr(likely, "_LEAST", 10)
    shares: list[float] = []
    for wide in (10**9, 10):
        monkeypatch.setattr(explore, "_WIDE", wide)
        shares.append(analyse(program, limits=Limits(states=3000), compiled=False).followed)
    assert shares[0] < shares[1]
    assert shares[1] > 0.9


def test_random_readers_end_as_the_bounds_of_an_endless_story_say() -> None:
    program = lowered(ROAD)
    assert program is not None
    found = analyse(program, limits=Limits(states=4000), compiled=False)
    assert found.stopped == "states"
    assert 0 < found.flow.unexplored < 0.2
    met = sample(program, 4000, seed=3, compiled=True, most_choices=5000)
    known = {ending.name: ending.uniform for ending in found.endings}
    for ending in met.endings:
        if ending.name in known:
            assert known[ending.name].low <= ending.high + 0.01
            assert known[ending.name].high >= ending.low - 0.01
        elif ending.kind == "ending":
            assert ending.low <= found.flow.unexplored


# Large cycles of graphs that are not whole -------------------------------------------------------


def ring(n: int, seed: int) -> StateGraph:
    """A component of n states with edges at random, some of them out: to ends, or unexplored."""
    draw = random.Random(seed)
    first, target, weight, words = [0], [], [], []
    for s in range(n):
        ends = {(s + 1) % n, draw.randrange(n)} | ({s} if draw.random() < 0.2 else set())
        if draw.random() < 0.1:
            ends.add(n + draw.randrange(4))
        for end in sorted(ends):
            target.append(end)
            weight.append(draw.choice([1.0, 2.0, 5.0]))
            words.append(draw.randrange(9))
        first.append(len(target))
    first += [len(target)] * 4
    return StateGraph(
        kind=np.array([CHOICE] * n + [TERMINAL, TERMINAL, TERMINAL, UNEXPLORED], np.uint8),
        first_edge=np.array(first),
        edge_target=np.array(target, np.int32),
        edge_weight=np.array(weight),
        edge_words=np.array(words, np.int32),
        outcome=np.array([0] * n + [0, 1, 2, 0], np.int32),
        outcomes=(Outcome("a"), Outcome("b"), Outcome("c")),
    )


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("rounds", [1, 400])
def test_what_goes_round_in_an_unfinished_graph_is_bounded(
    seed: int, rounds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("foretell.checker.graphs.solve._ROUNDS", rounds)
    monkeypatch.setattr("foretell.checker.graphs.solve._EFFORT", 0)
    graph = ring(40 + 30 * seed, seed)
    weights = graph.edge_weight
    rough, exact = flow(graph, weights), odds(graph, weights)
    for k in range(3):
        bounds, true = rough.odds[k], exact.at(0, k)
        assert bounds.low <= true.low + 1e-12
        assert bounds.high >= true.high - 1e-12
        if rounds > 1:
            assert bounds.low == pytest.approx(true.low, abs=1e-6)
            assert bounds.high == pytest.approx(true.high, abs=1e-6)
    whole = StateGraph(
        kind=np.where(graph.kind == UNEXPLORED, TERMINAL, graph.kind),
        first_edge=graph.first_edge,
        edge_target=graph.edge_target,
        edge_weight=graph.edge_weight,
        edge_words=graph.edge_words,
        outcome=np.where(graph.kind == UNEXPLORED, 3, graph.outcome),
        outcomes=(*graph.outcomes, Outcome("d")),
    )
    if rounds > 1:
        known = flow(whole, weights)
        assert rough.turns == pytest.approx(known.turns[:3], rel=1e-4)
        assert rough.words == pytest.approx(known.words[:3], rel=1e-4)
        assert rough.visits[:5] == pytest.approx(known.visits[:5], rel=1e-4)


# How much there is, and how far it was followed --------------------------------------------------

WIDE = """
VAR a = 0
VAR b = 0
VAR c = 0
-> hub
=== hub
{ a * b * c == 77: odd }
+ [a]
  ~ a = a * 3 + 1
  -> hub
+ [b]
  ~ b = b * 5 - 2
  -> hub
+ [c]
  ~ c = c * 7 + 3
  -> hub
* [leave] -> END
"""


def test_a_report_says_how_far_readers_were_followed_and_how_much_there_is(
    tmp_path: Path, capsys: Any
) -> None:
    story = tmp_path / "wide.ink"
    story.write_text(WIDE, "utf-8")
    # no limit of time: on a busy machine two runs would follow readers in another order
    command = ["check", str(story), "--max-states", "60000"]
    assert run([*command, "--format", "json"]) == 3
    report = json.loads(capsys.readouterr().out)
    jsonschema.validate(report, SCHEMA)
    far, proof = report["horizon"], report["at_least"]
    assert 3 <= far["every"] <= far["99"] <= far["90"] <= far["50"]
    assert report["states"] <= proof["states"] and proof["error"] == 1e-6
    assert proof["different"] <= proof["readers"] <= proof["sent"]
    assert proof["bytes"] >= 50 * proof["states"] and proof["seconds"] >= 0
    assert run(command) == 3
    said = capsys.readouterr().out
    assert f"every reader through {far['every']} choices" in said


def test_a_bound_is_told_only_where_it_says_more_than_was_seen() -> None:
    program = lowered(WIDE)
    assert program is not None
    found = analyse(program, limits=Limits(states=2000), compiled=True, sizing=1.0)
    proof = Occupancy(10**9, 5000, 4000, 4000, 12, row_bytes=100.0)
    many = replace(found, occupancy=proof)
    said = text(many, Heading("wide"))
    assert "There are at least 1,000,000,000 states: 4,000 random readers" in said
    assert "stood in as many that were not found before (wrong in one case of a million)" in said
    assert "At 100 bytes each that is 93 GiB" in said
    for pace, time in ((1e7, "100 s"), (3e5, "55 minutes"), (1e5, "2 hours"), (1e3, "11 days")):
        said = text(replace(found, occupancy=replace(proof, pace=pace)), Heading("wide"))
        assert f"that is 93 GiB, and {time} at the pace so far" in said
    fewer = replace(proof, different=3990, states=2_345_678)
    said = text(replace(found, occupancy=fewer), Heading("wide"))
    assert "There are at least 2,300,000 states" in said and "stood in 3,990 that" in said
    assert "At 100 bytes each that is 224 MiB, the least that reading all of it takes." in said
    for silent in (None, replace(proof, states=2001)):
        assert "at least" not in text(replace(found, occupancy=silent), Heading("wide"))


def test_no_bound_is_sought_where_no_limit_was_hit_or_someone_interrupts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = lowered(WIDE)
    assert program is not None
    limits = Limits(states=2000)
    assert analyse(program, limits=limits, compiled=True).occupancy is None  # nobody asks
    assert analyse(program, limits=limits, compiled=False, sizing=1.0).occupancy is None  # small
    deep = Limits(states=2000, depth=2)
    assert analyse(program, limits=deep, compiled=True, sizing=1.0).occupancy is None

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("foretell.checker.simulation.occupancy.measure", interrupted)
    assert analyse(program, limits=limits, compiled=True, sizing=1.0).occupancy is None


# Limits of memory and depth ----------------------------------------------------------------------


def test_a_limit_of_memory_gives_what_is_known_so_far(tmp_path: Path, capsys: Any) -> None:
    story = tmp_path / "road.ink"
    story.write_text(ROAD, "utf-8")
    assert run(["check", str(story), "--max-memory", "5M", "--max-seconds", "60"]) == 3
    said = capsys.readouterr().out
    assert "stopped: memory" in said
    assert "limit of memory was hit" in " ".join(said.split())


def test_memory_is_held_to_its_limit() -> None:
    program = lowered(ROAD)
    assert program is not None
    explorer = Explorer(program, limits=Limits(memory=200 << 20, seconds=60))
    found = explorer.run()
    assert found.stopped == "memory"
    assert explorer.store.nbytes() < 200 << 20
    assert found.graph.n > 100_000
    found.graph.check()


def test_a_limit_of_depth_leaves_what_is_deeper_unexplored() -> None:
    for known in TOYS:
        program = lowered(known.source)
        assert program is not None
        whole = Explorer(program, compiled=False, limits=Limits(states=5000)).run()
        for most in (1, 2, 3, 5):
            found = Explorer(program, compiled=False, limits=Limits(states=5000, depth=most)).run()
            found.graph.check()
            depth = whole.graph.from_start.depth
            expanded = (whole.graph.kind != TERMINAL) & (whole.graph.kind != UNEXPLORED)
            within = expanded & (depth < most)
            inner = (found.graph.kind != TERMINAL) & (found.graph.kind != UNEXPLORED)
            assert int(inner.sum()) == int(within.sum()), (known.name, most)
            assert found.stopped == ("depth" if within.sum() < expanded.sum() else "")


def test_sizes_are_read_as_people_write_them(tmp_path: Path, capsys: Any) -> None:
    story = tmp_path / "s.ink"
    story.write_text("* [a] -> END\n* [b] -> END\n", "utf-8")
    for size in ("64M", "1.5g", "2 GiB", "100000k", "3000000000"):
        assert run(["check", str(story), "--max-memory", size]) == 0, size
    for size in ("64X", "much", "12", "-1G"):
        assert run(["check", str(story), "--max-memory", size]) == 2, size
    assert "is no size" in capsys.readouterr().err
    assert run(["check", str(story), "--max-depth", "1", "--threads", "1"]) == 0


def test_the_system_tells_how_much_memory_is_free() -> None:
    assert 1 << 26 < free_memory() < 1 << 46


@pytest.mark.skipif(sys.platform != "linux", reason="a limit of address space")
def test_a_limit_of_address_space_is_free_memory_too() -> None:
    told = subprocess.run(
        [sys.executable, "-c", _LIMITED], check=True, capture_output=True, text=True
    )
    assert 0 < int(told.stdout) <= 2 << 30


_LIMITED = """
import resource
from foretell.checker.graphs.host import Meanwhile
from foretell.checker.exploring.memory import free_memory
from foretell.checker.simulation.occupancy import Occupancy
from foretell.checker.report import Heading, text
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
print(free_memory())
"""


def test_what_is_worked_out_meanwhile_comes_back_or_is_raised() -> None:
    for apart in (False, True):
        assert Meanwhile(lambda: 6 * 7, apart).result() == 42
        with pytest.raises(ZeroDivisionError):
            Meanwhile(lambda: 1 // 0, apart).result()
