"""Exploring in rounds: the same graph whoever does the work, and however it is divided.

Stories here are wide enough that a round has several pieces for several threads, and ask the host
for operations, wider rows and judgements on the way.
"""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from foretell.checker.exploring import explore
from foretell.checker.exploring.explore import Exploration, Explorer, Limits
from foretell.checker.questions import ask_story
from foretell.config import Expression
from foretell.diagnostics import Source, Span
from foretell.vm import object_cache
from foretell.vm.lower import lower
from foretell.vm.program import Program
from tests import ours

WIDE = """
VAR n = 0
VAR s = ""
VAR deep = 0
{lamps}
-> hub
=== hub
{toggles}
+ {{ n < 3 }} [Count]
  ~ n = n + 1
  ~ s = "{{s}}{{n}}x"
  -> hub
* [Throw]
  {{ RANDOM(1, 20) + n > 13:
    -> lucky
  }}
  {{undefined()}}
  -> END
* [Recurse] {{down(deep)}}
  -> hub
* {{ n == 2 and lamp0 and lamp1 and lamp2 and lamp3 }} [Long way] -> long -> hub
* {{ n == 0 and lamp0 and lamp1 and lamp2 and lamp3 }} [Never rest] -> a
=== lucky
{{s}}
-> END
=== a
-> b
=== b
-> a
=== long
~ temp i = 0
- (again)
~ i = i + 1
{{ i < 6000: -> again }}
->->
=== function down(k)
{{ k < 40:
  ~ return down(k + 1) + 1
}}
~ return 0
=== function undefined()
{{ n > 1:
  ~ temp late = 3
}}
~ return late
"""


def wide(lamps: int) -> str:
    """A story of 2 ** lamps situations and more."""
    return WIDE.format(
        lamps="\n".join(f"VAR lamp{i} = false" for i in range(lamps)),
        toggles="\n".join(
            f"+ [{i}]\n  ~ lamp{i} = not lamp{i}\n"
            f"  {{ lamp{i} and lamp{(i + 1) % lamps}: Both. }}\n  -> hub"
            for i in range(lamps)
        ),
    )


def lowered(source: str) -> Program:
    story, problems = ours.compiled(source)
    assert story is not None, problems
    return lower(story)


def everything(found: Exploration) -> dict[str, Any]:
    """All that exploring says, to be compared."""
    graph = found.graph
    arrays = {
        name: getattr(graph, name)
        for name in (
            "kind first_edge edge_target edge_label edge_weight edge_words outcome".split()
        )
    }
    return {
        **{name: array.tolist() for name, array in arrays.items()},
        "point": found.edge_point.tolist(),
        "asked": [column.tolist() for column in found.asked],
        "touched": found.touched.tolist(),
        "codes": found.codes,
        "warnings": found.warnings,
        "seen": bytes(found.seen),
        "stopped": found.stopped,
        "lost": found.lost,
    }


def asked(source: str, *texts: str) -> tuple[Program, list[int]]:
    """A program that can be asked expressions, and their pcs."""
    story, problems = ours.compiled(source)
    assert story is not None, problems
    expressions = [Expression(text, Span(Source("test", text), 1)) for text in texts]
    questions = ask_story(story, expressions)
    return questions.program, questions.pcs


@pytest.mark.parametrize("threads", [2, 3, 5])
def test_the_graph_is_the_same_for_any_number_of_threads(threads: int) -> None:
    def explored(threads: int, compiled: bool = True) -> Exploration:
        program, pcs = asked(wide(10), "lamp3 and not lamp4", "s", "n + 1")
        return Explorer(program, asked=pcs, threads=threads, compiled=compiled).run()

    one, several = explored(1), explored(threads)
    assert one.graph.n > 10_000
    assert one.warnings
    assert {code.kind for code in one.codes} >= {2, 7}
    assert everything(several) == everything(one)


def test_the_graph_is_the_same_in_plain_python_and_however_it_is_cut_into_rounds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = wide(4)
    whole = everything(Explorer(lowered(source), compiled=True).run())
    assert everything(Explorer(lowered(source), compiled=False).run()) == whole
    monkeypatch.setattr("foretell.checker.exploring.explore._BATCH", 7)
    monkeypatch.setattr("foretell.checker.exploring.workers._PIECE", 2)
    monkeypatch.setattr("foretell.checker.exploring.explore.OUT", 16)
    for threads in (1, 2):
        cut = everything(Explorer(lowered(source), compiled=True, threads=threads).run())
        assert {**cut, "warnings": 0, "asked": 0} == {**whole, "warnings": 0, "asked": 0}


@pytest.mark.parametrize(("compiled", "threads"), [(False, 1), (True, 1), (True, 2)])
def test_a_state_that_is_left_in_the_middle_and_gone_on_with_changes_nothing(
    compiled: bool, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explored() -> Explorer:
        program, pcs = asked(wide(4), "lamp3 and not lamp2", "s")
        explorer = Explorer(program, asked=pcs, compiled=compiled, threads=threads)
        explorer.found = everything(explorer.run())  # type: ignore[attr-defined]
        return explorer

    whole = explored()
    monkeypatch.setattr("foretell.checker.exploring.workers._WORK", 1)
    monkeypatch.setattr("foretell.checker.exploring.workers._WORK_PLAIN", 1)
    assert explored().found == whole.found  # type: ignore[attr-defined]


@pytest.mark.parametrize("compiled", [False, True])
def test_a_state_that_time_ran_out_on_is_expanded_anew_when_exploring_goes_on(
    compiled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("foretell.checker.exploring.workers._WORK", 1)
    monkeypatch.setattr("foretell.checker.exploring.workers._WORK_PLAIN", 1)
    whole = everything(Explorer(lowered(wide(4)), compiled=compiled, threads=1).run())
    explorer = Explorer(lowered(wide(4)), compiled=compiled, threads=1)
    looks, stops = 0, 0
    plain = Explorer.is_due

    def is_due(self: Explorer) -> bool:
        nonlocal looks
        looks += 1
        if looks > 20 * (1 + stops):
            self.limits = Limits(seconds=0.0)
        return plain(self)

    monkeypatch.setattr(Explorer, "is_due", is_due)
    while (found := explorer.run()).stopped:
        found.graph.check()
        assert found.stopped == "time"
        looks, stops = 0, stops + 1
        explorer.limits = Limits()
    assert stops > 3
    assert {**everything(found), "warnings": 0} == {**whole, "warnings": 0}


def test_a_state_that_memory_has_no_room_for_is_given_up_and_the_limit_told() -> None:
    """Ten thousand edges, each to a row as wide as ten thousand choices, filled memory unseen."""
    choices = "".join(f"+ [c{i}]\n  ~ x = x * 7 + {i}\n  -> k\n" for i in range(3000))
    program = lowered(f"VAR x = 1\n-> k\n== k\n{choices}+ {{x == 5}} [e] -> END\n")
    limits = Limits(memory=40 << 20)
    explorer = Explorer(program, limits=limits, compiled=True, threads=1)
    found = explorer.run()
    assert found.stopped == "memory"
    assert found.graph.n == 1
    assert 8 * len(explorer.out) < limits.memory


def test_a_story_that_turns_out_slow_is_compiled_in_the_middle_of_a_round(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain = everything(Explorer(lowered(wide(4)), compiled=False).run())
    monkeypatch.setattr(explore, "_PYTHON_SECONDS", 0.0)
    explorer = Explorer(lowered(wide(4)))
    assert everything(explorer.run()) == plain
    assert explorer.kernels is not None


@pytest.mark.parametrize("wide_from", [1 << 40, 50], ids=["breadth first", "likeliest first"])
def test_the_graph_is_the_same_however_little_room_there_is_for_output_and_requests(
    wide_from: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explore, "_WIDE", wide_from)
    program, pcs = asked(wide(8), "lamp3 and not lamp4", "s", "n + 1")
    limits = Limits(seconds=1e9)

    def explored(threads: int) -> dict[str, Any]:
        explorer = Explorer(program, asked=pcs, threads=threads, compiled=True, limits=limits)
        found = explorer.run()
        assert len(found.warnings) == 1
        return everything(found)

    plenty = explored(1)
    monkeypatch.setattr("foretell.checker.exploring.workers._MOST", 1)
    monkeypatch.setattr("foretell.checker.exploring.workers._REQUESTS", 1)
    monkeypatch.setattr(explore, "OUT", 16)
    monkeypatch.setattr(explore, "_LEAST_PIECE", 3)
    few, fewer = explored(1), explored(2)
    assert few == fewer
    # strings are numbered as they are made, which pieces may change; what holds of them not
    assert {**few, "asked": few["asked"][::2]} == {**plenty, "asked": plenty["asked"][::2]}


def test_room_for_output_stays_small_where_only_that_for_requests_is_short(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("foretell.checker.exploring.workers._REQUESTS", 1)
    explorer = Explorer(lowered(BUILDER.format(first="")), compiled=True, threads=1)
    explorer.run()
    assert len(explorer.out) == max(1 << 20, 4 * explorer.room)


def test_exploring_goes_on_from_where_it_stopped() -> None:
    program = lowered(wide(5))
    whole = Explorer(program, compiled=True).run()
    explorer = Explorer(lowered(wide(5)), compiled=True, limits=Limits(states=100))
    stops = 0
    while (found := explorer.run()).stopped:
        found.graph.check()
        assert found.stopped == "states"
        stops += 1
        explorer.limits = Limits(states=explorer.store.states + 100)
    assert stops > 2
    assert everything(found) == everything(whole)


def test_exploring_stops_soon_after_the_first_state_it_is_to_stop_at() -> None:
    program, pcs = asked(wide(6), "lamp1 and lamp2 and lamp3", "false")
    found = Explorer(program, asked=pcs, stop_when=[(0, True), (1, True)]).run()
    assert found.stopped == "asked"
    assert found.met is not None
    assert found.graph.n < 4000
    true = np.flatnonzero(found.asked[0] == found.asked[0][found.met])
    assert true[0] == found.met
    assert found.graph.witness([found.met]) is not None
    never = Explorer(program, asked=pcs, stop_when=[(1, True)]).run()
    assert never.met is None
    assert never.complete


def test_machine_code_is_taken_up_soon_where_it_is_kept_and_compiled_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORETELL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(explore, "_machine_code", [])
    monkeypatch.setattr(explore, "_KEPT_SECONDS", 0.0)
    monkeypatch.setattr(explore, "_PYTHON_SECONDS", 1e9)
    assert not object_cache.holds_any()
    cold = Explorer(lowered(wide(4)))
    plain = everything(cold.run())
    assert cold.kernels is None  # nothing is kept, and the time to compile has not come
    monkeypatch.setattr(explore, "_PYTHON_SECONDS", 0.0)
    compiling = Explorer(lowered(wide(4)))
    assert everything(compiling.run()) == plain
    assert compiling.kernels is not None
    assert not compiling.kernels.cached
    assert object_cache.holds_any()
    monkeypatch.setattr(explore, "_machine_code", [])
    monkeypatch.setattr(explore, "_PYTHON_SECONDS", 1e9)
    warm = Explorer(lowered(wide(4)))
    assert everything(warm.run()) == plain
    assert warm.kernels.cached
    last = Explorer(lowered(wide(4)))
    monkeypatch.setattr(explore, "_LOADED_SECONDS", 0.0)
    last.run()
    assert last.kernels is warm.kernels


def test_rows_given_back_between_rounds_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explore, "_BATCH", 3)
    program = lowered(wide(4))
    given: list[int] = []

    def give_back(explorer: Explorer) -> str:
        had = len(explorer.store.rows)
        explorer.store.give_back(explorer.kernel, 0)
        given.append(had - len(explorer.store.rows))
        return ""

    plain = everything(Explorer(program, compiled=True, threads=1).run())
    often = Explorer(program, compiled=True, threads=1, between=give_back)
    assert everything(often.run()) == plain
    assert sum(more > 0 for more in given) > 1


def test_an_interrupt_gives_what_is_known_so_far() -> None:
    program = lowered(wide(12))

    def interrupt(explorer: Explorer) -> str:
        if explorer.store.expanded > 200:
            signal.raise_signal(signal.SIGINT)
        return ""

    explorer = Explorer(program, between=interrupt)
    found = explorer.run()
    assert found.stopped == "interrupt"
    assert not found.graph.complete
    found.graph.check()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    explorer.between = None
    assert explorer.run().complete


BUILDER = """
VAR s = ""
VAR n = 0
{first}-> hub
=== hub
+ [build]
  ~ n = (n + 1) % 5
  ~ s = ""
  ~ add(60)
  -> hub
* {{ s == "nothing" }} [leave] -> END
=== function add(k)
{{ k > 0:
  ~ s = "{{s}}{{n}}{{k % 10}}"
  ~ add(k - 1)
}}
"""


@pytest.mark.parametrize("first", ["", "~ add(60)\n"], ids=["a later turn", "the first turn"])
@pytest.mark.parametrize("compiled", [False, True])
def test_a_turn_that_makes_many_strings_is_run_a_few_times_only(
    first: str, compiled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It lacks hundreds of operations, one after the other; each is done where it is lacking."""
    answers: list[int] = []
    plain = Explorer._answer

    def counted(explorer: Explorer, *arguments: Any) -> None:
        answers.append(len(arguments[0]))
        plain(explorer, *arguments)

    monkeypatch.setattr(Explorer, "_answer", counted)
    program = lowered(BUILDER.format(first=first))
    found = Explorer(program, compiled=compiled).run()
    assert found.complete
    assert found.graph.n == 5
    assert len(program.values.strings) > 300
    rounds = 6 if not compiled else 7
    assert len(answers) <= 5 * rounds


def test_progress_tells_depth_and_the_share_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explore, "_TELL", 0.0)
    monkeypatch.setattr(explore, "_BATCH", 64)
    monkeypatch.setattr(explore, "_BATCH_PLAIN", 64)
    for compiled in (False, True):
        told: list[tuple[Any, ...]] = []

        def tell(*word: Any, told: list[tuple[Any, ...]] = told) -> None:
            told.append(word)

        program = lowered(wide(9))
        limits = Limits(states=3000 if compiled else 900)
        found = Explorer(program, limits=limits, compiled=compiled, progress=tell).run()
        depth = found.graph.from_start.depth
        assert len(told) > 5
        for states, expanded, seconds, deep, followed in told:
            assert 0 < expanded <= states <= found.graph.n and seconds > 0
            assert 0 <= deep <= depth.max()
            assert 0.0 <= followed <= 1.0
        assert max(word[3] for word in told) > 2
        # the way a state was found first is a shortest one while exploring goes breadth first
        breadth = [word for word in told if word[4] == 0.0]
        assert [word[3] for word in breadth] == sorted(word[3] for word in breadth)
