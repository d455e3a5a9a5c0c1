"""The explorer against the story: every situation, and nothing but what the story can do.

Three explorations of the same program have to be alike wherever a reader could look: playing
(`twins.explore_twin`), exploring with everything kept, and exploring with what the future can't
read left out; the last two in plain Python and as machine code.
"""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from foretell.checker.analysis import analyse
from foretell.checker.exploring.expand import K_DEEP, K_HANG
from foretell.checker.exploring.explore import Exploration, Explorer, Limits
from foretell.checker.exploring.hangs import prove_hang
from foretell.checker.graphs.graph import CHANCE, TERMINAL, find_components
from foretell.checker.graphs.lengths import count_playthroughs
from foretell.checker.graphs.solve import odds
from foretell.loading import read_story
from foretell.vm.lower import lower
from foretell.vm.program import Program
from foretell.vm.story import Story
from tests import ours
from tests.conftest import corpus_folder
from tests.generate_ink import seeded
from tests.spec_pages import FOLDER, Case, cases
from tests.toys import TOYS, Toy, gamblers_ruin, toy
from tests.twins import explore_twin as twins

STEPS = 20_000
CASES = [c for page in sorted(FOLDER.glob("*.md")) if page.stem != "README" for c in cases(page)]


def lowered(source: str, files: dict[str, str] | None = None) -> Program | None:
    """A program, or None where the source does not compile."""
    story, _ = ours.compiled(source, files)
    return lower(story) if story is not None else None


def agree(
    program: Program, *, most: int = 250, depth: int = 12, hosts: tuple[bool, ...] = (False,)
) -> Exploration:
    """Assert that all explorations of a program are alike; gives the reduced one."""
    twin = twins.explore(program, most=most, steps=STEPS)
    expected = twins.profile(twin.nodes, depth)
    kept: list[Exploration] = []
    for compiled in hosts:
        for reduce, whole in ((False, False), (False, True), (True, True)):
            limits = Limits(states=2_000 if reduce else 4 * most, seconds=3, steps=STEPS)
            found = Explorer(
                program, limits=limits, reduce=reduce, whole=whole, compiled=compiled, afresh=False
            ).run()
            found.graph.check()
            which = f"reduce={reduce}, whole={whole}, compiled={compiled}"
            difference = twins.first_difference(
                twins.profile(twins.nodes_of(found), depth), expected
            )
            assert difference is None, f"{which}: {difference}"
            if found.complete and twin.complete:
                quiet = passed_by(found) if reduce else set()
                differing = (pc for pc, n in enumerate(found.seen) if n != twin.reached[pc])
                assert set(differing) <= quiet, which
                assert twin.warnings <= twins.warnings_of(found), which
                # the same error in two copies of a function is two ends
                ended = found.graph.outcome[found.graph.kind == TERMINAL].tolist()
                states = found.graph.n - len(ended) + len(set(ended))
                assert states <= len(twin.nodes) or not reduce, which
                # of draws for ever playing gives up somewhere, and exploring goes round
                draws = found.graph.kind[found.graph.edge_source] == CHANCE
                if not find_components(found.graph, draws).cyclic.any():
                    assert ends(found) == pytest.approx(twin_ends(twin), abs=1e-9), which
                    counts = count_playthroughs(found.graph).total
                    assert counts == count_playthroughs(twin.graph()).total, which
            elif found.complete:
                quiet = passed_by(found) if reduce else set()
                lacking = (pc for pc, n in enumerate(found.seen) if n < twin.reached[pc])
                assert set(lacking) <= quiet, which
            if reduce:
                kept.append(found)
    for other in kept[1:]:
        if other.complete and kept[0].complete:
            assert other.graph.edge_target.tolist() == kept[0].graph.edge_target.tolist()
            assert other.graph.edge_words.tolist() == kept[0].graph.edge_words.tolist()
            assert other.seen == kept[0].seen
    return kept[0]


def passed_by(found: Exploration) -> set[int]:
    """The instructions that may be passed by where nobody can tell."""
    return {found.program.copied.get(pc, pc) for pc in found.liveness.quiet}


def ends(found: Exploration) -> dict[str, float]:
    """The uniform reader's odds of everything a story can come to."""
    solved, nodes = odds(found.graph), twins.nodes_of(found)
    out: defaultdict[str, float] = defaultdict(float)
    for index, _ in enumerate(found.graph.outcomes):
        for s in found.graph.having(index).nonzero()[0][:1]:
            out[twins.end_name(nodes[int(s)])] += float(solved.low[0, index])
    return dict(out)


def twin_ends(twin: twins.Twin) -> dict[str, float]:
    """The same of what was played."""
    graph = twin.graph()
    solved = odds(graph)
    return {
        outcome.name: float(solved.low[0, index])
        for index, outcome in enumerate(graph.outcomes)
        if graph.having(index).any()
    }


# Toys --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("known", TOYS, ids=lambda known: known.name)
def test_a_toy_has_the_states_and_odds_counted_by_hand(known: Toy) -> None:
    program = lowered(known.source)
    assert program is not None
    agree(program, hosts=(False, True))
    found = analyse(program, compiled=False)
    assert found.complete
    assert (found.states, found.turns) == (known.states, known.turns)
    assert found.playthroughs.total == known.playthroughs
    ends = {e.name: e.uniform.low for e in found.endings if e.kind == "ending"}
    assert ends == pytest.approx(known.odds, abs=1e-9)
    assert found.forever.low == pytest.approx(known.forever, abs=1e-9)
    assert found.forever.high == pytest.approx(known.forever, abs=1e-9)


@pytest.mark.parametrize(
    ("coins", "stake", "sides", "wins"),
    [(3, 1, 2, 1), (10, 4, 2, 1), (12, 5, 10, 4), (30, 7, 6, 4)],
)
def test_a_gambler_is_ruined_as_often_as_the_formula_says(
    coins: int, stake: int, sides: int, wins: int
) -> None:
    program = lowered(gamblers_ruin(coins, stake, sides, wins))
    assert program is not None
    found = analyse(program, compiled=False)
    # a bet and a die for each number of coins that is not an end, and the two ends
    assert (found.states, found.turns) == (2 * (coins - 1) + 2, coins - 1)
    p = wins / sides
    ratio = (1 - p) / p
    rich = stake / coins if p == 0.5 else (1 - ratio**stake) / (1 - ratio**coins)
    odds_of = {ending.name: ending.uniform for ending in found.endings}
    assert odds_of["riches"].low == pytest.approx(rich, abs=1e-9)
    assert odds_of["ruin"].high == pytest.approx(1 - rich, abs=1e-9)


def test_the_faces_of_dice_add_up() -> None:
    source = """
* [Throw]
{ RANDOM(1, 6) + RANDOM(1, 6) + RANDOM(1, 6):
"""
    source += "".join(f"- {total}: -> sum{total}\n" for total in range(3, 19)) + "}\n"
    source += "".join(f"=== sum{total}\n-> END\n" for total in range(3, 19))
    program = lowered(source)
    assert program is not None
    found = analyse(program, compiled=False)
    ways = Counter(a + b + c for a in range(1, 7) for b in range(1, 7) for c in range(1, 7))
    assert {e.name: e.uniform.low for e in found.endings} == pytest.approx(
        {f"sum{total}": count / 216 for total, count in ways.items()}, abs=1e-12
    )
    # the choice, the first die, 6 second ones, 11 third ones (sums of two), 16 ends
    assert found.states == 1 + 1 + 6 + 11 + 16


# Turns that have no end --------------------------------------------------------------------------

ENDLESS = """
VAR x = 0
VAR y = 0
* [count what nobody reads] -> unread
* [count up] -> up
* [recurse] {deep(0)}
  -> DONE
* [take long] -> long
* [say it again and again] -> again
=== unread
~ x = x + 1
~ y = (y + 1) % 7
{y == 3: Three.}
-> unread
=== up
~ y = y + 1
{y > 0: -> up}
-> END
=== long
~ y = y + 1
{y < 4000: -> long}
-> END
=== again
Again and <>
-> again
=== function deep(n)
~ return deep(n + 1) + 1
"""


@pytest.mark.parametrize("compiled", [False, True])
def test_a_turn_without_end_spoils_no_other(compiled: bool) -> None:
    program = lowered(ENDLESS)
    assert program is not None
    limits = Limits(steps=400_000)
    found = Explorer(program, limits=limits, compiled=compiled).run()
    kinds = {
        int(label): found.codes[int(found.graph.outcome[target])].kind
        for label, target in zip(found.graph.edge_label, found.graph.edge_target, strict=True)
        if found.graph.kind[target] == 2
    }
    assert kinds[0] == K_HANG
    assert kinds[4] == K_HANG
    assert kinds[2] == K_DEEP
    assert 3 in kinds  # it comes to rest, in its time
    assert 1 not in kinds  # counting up is not proved to have no end
    assert found.stopped == "steps of one turn"
    assert [path for path in "01234" if prove_hang(program, path)] == ["0", "4"]


def test_a_story_that_hangs_before_its_first_choice_is_one_state() -> None:
    program = lowered("-> a\n=== a\nhello\n-> b\n=== b\n-> a\n")
    assert program is not None
    found = Explorer(program, compiled=False).run()
    assert [code.kind for code in found.codes] == [K_HANG]
    assert (found.graph.n, found.complete) == (1, True)
    assert prove_hang(program, "")


def test_a_hang_behind_a_draw_is_proved_on_its_path() -> None:
    program = lowered("* [x]\n{RANDOM(1, 2) == 1: -> a}\n-> END\n=== a\n-> b\n=== b\n-> a\n")
    assert program is not None
    assert prove_hang(program, "0@1")
    assert not prove_hang(program, "0@2")
    found = analyse(program, compiled=False)
    assert {e.kind: (e.shortest, e.uniform.low) for e in found.endings} == {
        "hang": ("0@1", 0.5),
        "ending": ("0@2", 0.5),
    }


# Strings, and what a second run needs ------------------------------------------------------------


def test_a_string_made_in_machine_code_is_made_once() -> None:
    source = """
VAR name = ""
VAR n = 0
-> a
=== a
+ [one]
  ~ name = "x{n}y"
+ [two]
  ~ name = "{shout("q")}!"
* [three]
- ~ n = (n + 1) % 3
{ name == "x1y": -> END }
{ name ? "qb!": -> fin }
-> a
=== function shout(s)
~ return "{s}{~a|b}"
=== fin
{name}
-> END
"""
    program = lowered(source)
    assert program is not None
    found = agree(program, hosts=(False, True))
    assert found.complete
    assert {"x0y", "x1y", "x2y", "qa!", "qb!"} <= set(program.values.strings)


# Everything the language has ---------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_spec_story_is_explored_as_it_is_played(case: Case) -> None:
    program = lowered(case.story.text + "\n", case.files)
    if program is not None:
        agree(program, most=80, depth=8)


def test_the_spec_pages_are_not_empty() -> None:
    assert sum(lowered(case.story.text + "\n", case.files) is not None for case in CASES) > 100


def check_seeds(seeds: range, size: int, games: bool = False, **options: int) -> None:
    failed: list[str] = []
    explored = 0
    for seed in seeds:
        program = lowered(seeded(seed, size, games))
        if program is None:
            continue
        explored += 1
        try:
            agree(program, **options)  # type: ignore[arg-type]
        except AssertionError as error:
            which = f"--seed {seed} --size {size}" + " --games" * games
            failed.append(f"{which}: {str(error)[:500]}")
    assert not failed, "\n\n".join(failed)
    assert explored > 0.9 * len(seeds)


@pytest.mark.parametrize("block", range(6))
def test_a_generated_program_is_explored_as_it_is_played(block: int) -> None:
    check_seeds(range(block * 10, block * 10 + 10), 40, most=100, depth=9)


@pytest.mark.parametrize("block", range(6))
def test_a_generated_game_is_explored_as_it_is_played(block: int) -> None:
    check_seeds(range(block * 10, block * 10 + 10), 30, games=True, most=100, depth=9)


def test_a_generated_program_is_the_same_as_machine_code() -> None:
    for seed in range(200, 212):
        program = lowered(seeded(seed, 60, games=seed >= 206))
        if program is not None:
            agree(program, most=60, depth=8, hosts=(False, True))


@pytest.mark.long
@pytest.mark.parametrize("block", range(40))
def test_thousands_of_programs_are_explored_as_they_are_played(block: int) -> None:
    start = 1000 + block * 100
    check_seeds(range(start, start + 100), 30 + block * 2, block % 2 == 1, most=400, depth=12)


# Random readers ----------------------------------------------------------------------------------

MARKET = """
VAR gold = 3
LIST Goods = apple, bread, cheese
VAR bag = ()
-> market
=== market
{!Morning.|Noon.|Evening.}
* { gold > 0 } [Buy an apple] -> buy(apple, 1) -> market
* { gold > 1 } [Buy bread] -> buy(bread, 2) -> market
+ { gold > 0 } [Gamble]
  { RANDOM(1, 6) >= 5:
    ~ gold = MIN(gold + 2, 5)
  - else:
    ~ gold = gold - 1
  }
  -> market
* [Ask the stranger] { shuffle:
  - -> lost
  - ~ bag += cheese
  - Nothing.
  }
  -> market
+ { market > 2 } [Go home] -> home
* -> home
=== buy(what, price)
~ gold = gold - price
~ bag += what
+ [Pay] ->->
+ [Haggle] { RANDOM(1, 2) == 1:
    ~ gold = gold + 1
  }
  ->->
=== home
{ LIST_COUNT(bag):
- 0: -> hungry
- 3: -> feast
- else: -> supper
}
=== lost
-> END
=== hungry
-> END
=== supper
-> END
=== feast
-> END
"""


def read_at_random(program: Program, found: Exploration, seed: int, most: int = 400) -> str | None:
    """Play to an end, asserting that each situation was explored; gives how it ended."""
    story = Story(program, seed=seed, step_budget=STEPS)
    reader = random.Random(f"reader {seed}")  # not the story's own stream
    state = 0
    for _ in range(most):
        if story.ended:
            break
        known = story.state_in(found.state_index)
        assert known is not None, f"after `{story.path}` the story is where none was explored"
        assert known == found.graph.follow(story.path), f"another state after `{story.path}`"
        state = known
        first, last = found.graph.first_edge[state : state + 2]
        assert int(last - first) == len(story.choices)
        story.choose(reader.randrange(len(story.choices)))
    if not story.ended or any(p.code == "no-rest" for p in story.turn.problems):
        return None  # draws in a loop have an end for certain, but not in any number of steps
    state = found.graph.follow(story.path)
    assert found.graph.kind[state] == 2
    return twins.end_name(twins.node_of(found, state))


def test_five_hundred_random_readers_stay_inside_and_end_as_often_as_computed() -> None:
    program = lowered(MARKET)
    assert program is not None
    found = agree(program, most=150, depth=8)
    assert found.complete
    met: Counter[str | None] = Counter()
    for seed in range(500):
        met[read_at_random(program, found, seed)] += 1
    expected = ends(found)
    assert set(expected) >= set(met)
    for name, p in expected.items():
        assert met[name] == pytest.approx(500 * p, abs=4.5 * math.sqrt(500 * p * (1 - p)) + 1)


@pytest.mark.parametrize("known", TOYS, ids=lambda known: known.name)
def test_random_readers_of_a_toy_stay_inside(known: Toy) -> None:
    program = lowered(known.source)
    assert program is not None
    found = Explorer(program, compiled=False).run()
    for seed in range(20):
        read_at_random(program, found, seed, most=40)


def test_random_readers_of_generated_programs_stay_inside() -> None:
    walked = 0
    for seed in range(300, 340):
        program = lowered(seeded(seed, 60))
        if program is None:
            continue
        limits = Limits(states=3000, steps=STEPS, seconds=2)
        found = Explorer(program, limits=limits, compiled=False).run()
        if found.complete and found.graph.n > 8:
            for reader in range(10):
                read_at_random(program, found, reader, most=25)
                walked += 1
    assert walked > 60


@pytest.mark.corpus
def test_the_intercept_is_read_whole_and_random_readers_stay_inside() -> None:
    corpus = corpus_folder()
    if corpus is None:
        pytest.skip("the corpus is not there (FORETELL_CORPUS)")
    path = next(Path(corpus, "stories", "the-intercept--theintercept").rglob("TheIntercept.ink"))
    program = lower(read_story(path).usable())
    found = Explorer(program, compiled=True).run()
    assert found.complete
    assert count_playthroughs(found.graph).total == 90_861_264_411_351_040
    for seed in range(10):
        read_at_random(program, found, seed)


def test_a_state_interrupted_in_the_middle_loses_no_edge() -> None:
    """The first run of the story stops for operations, warnings and room, the second for none."""
    source = 'VAR s = ""\n-> hub\n=== hub\n'
    source += "".join(
        f'+ [{n}] {{s == "{n}":{n}}} {{undefined{n}()}} -> next({n})\n' for n in range(9)
    )
    source += '=== next(n)\n~ s = "{n}{n * 0.5}"\n{ n > 7: -> END }\n-> hub\n'
    source += "".join(f'=== function undefined{n}()\n~ return {n} + "{n}"\n' for n in range(9))
    program = lowered(source)
    assert program is not None
    found = agree(program, most=40, depth=4)
    assert [int(x) for x in found.graph.edge_label[:9]] == list(range(9))


def test_a_limit_is_named_and_what_was_not_read_is_unexplored() -> None:
    program = lowered(toy("lamps").source)
    assert program is not None
    found = Explorer(program, limits=Limits(states=3), compiled=False).run()
    assert found.stopped == "states"
    assert not found.graph.complete
    found.graph.check()
