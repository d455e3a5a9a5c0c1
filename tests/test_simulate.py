"""Random readers: the machine's runs are the story's, the same for any threads, and fair."""

from __future__ import annotations

import json
import math
import re
import signal
from functools import partial
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from foretell.checker.analysis import analyse
from foretell.checker.exploring.explore import Explorer
from foretell.checker.simulation import sampler, simulate
from foretell.checker.simulation.simulate import LEAST_USED, UNIFORM, Sample, sample, wilson
from foretell.cli import run
from foretell.diagnostics import StoryError
from foretell.loading import read_story
from foretell.vm.lower import lower
from foretell.vm.program import Program
from foretell.vm.story import Story
from tests import ours
from tests.conftest import corpus_folder
from tests.generate_ink import seeded
from tests.test_explore import ENDLESS, MARKET
from tests.toys import TOYS, Toy, gamblers_ruin, toy

DOCS = Path(__file__).resolve().parents[1] / "docs"
SCHEMA = json.loads((DOCS / "sample.schema.json").read_text("utf-8"))


def lowered(source: str) -> Program:
    story, problems = ours.compiled(source)
    assert story is not None, problems
    return lower(story)


def figures(found: Sample) -> object:
    """All that a sample says, but for how long it took."""
    return found.endings, found.problems, found.words, found.choices, found.reach.tolist()


def replays(program: Program, found: Sample, number: int) -> Story:
    """The story after the path of a run; no draw of it is left to the story's own generator."""
    story = Story(program, step_budget=30_000)
    path = found.path_of(number)
    story.play(path)
    assert story.path == path
    return story


@pytest.mark.parametrize("known", TOYS, ids=lambda known: known.name)
def test_a_toys_endings_come_as_often_as_they_should(known: Toy) -> None:
    runs = 4000
    found = sample(lowered(known.source), runs, seed=5, most_choices=300)
    assert found.runs == runs
    shares = {end.name: end.share for end in found.endings if end.kind == "ending"}
    for name, p in known.odds.items():
        slack = 4.5 * math.sqrt(p * (1 - p) / runs)
        assert shares.get(name, 0.0) == pytest.approx(p, abs=slack + 1e-12)
    going = sum(end.share for end in found.endings if end.kind == "unfinished")
    assert going == pytest.approx(
        known.forever, abs=4.5 * math.sqrt(known.forever * (1 - known.forever) / runs) + 1e-12
    )


def test_a_run_is_the_same_in_plain_python_as_machine_code_and_in_any_thread() -> None:
    program = lowered(MARKET)
    plain = sample(program, 60, seed=9, compiled=False)
    assert figures(sample(program, 60, seed=9, compiled=True)) == figures(plain)
    one = sample(program, 5000, seed=9, threads=1)
    assert figures(sample(program, 5000, seed=9, threads=3)) == figures(one)
    assert figures(sample(program, 5000, seed=10)) != figures(one)


def test_every_run_replays_in_the_player() -> None:
    program = lowered(MARKET)
    found = sample(program, 60, seed=4, compiled=False)
    met: dict[str, int] = {}
    words = 0
    for number in range(60):
        story = replays(program, found, number)
        assert story.ended
        met[story.ending or ""] = met.get(story.ending or "", 0) + 1
        words += sum(moment.turn.words for moment in story._history[1:]) + story.turn.words
        words += story._history[0].turn.words if story._history else 0
    assert met == {end.name: end.runs for end in found.endings}
    assert found.words == pytest.approx(words / 60)


def test_reach_counts_the_runs_that_executed_an_instruction() -> None:
    program = lowered(MARKET)
    found = sample(program, 40, seed=2, compiled=False)
    counted = [0] * program.length
    for number in range(40):
        for pc, seen in enumerate(replays(program, found, number).seen):
            counted[pc] += seen
    assert found.reach.tolist() == counted


@pytest.mark.parametrize("seed", range(9))
def test_runs_of_generated_programs_replay_in_the_player(seed: int) -> None:
    story, _ = ours.compiled(seeded(seed, 60))
    if story is None:
        pytest.skip("this one does not compile")
    program = lower(story)
    found = sample(program, 12, seed=seed, compiled=False, steps=20_000, most_choices=30)
    for end in found.endings:
        if end.kind in ("ending", "dead end"):
            played = replays(program, found, end.first)
            assert played.ended
            assert (played.ending is not None) == (end.kind == "ending")


def test_sampling_agrees_with_the_exact_odds() -> None:
    program = lowered(gamblers_ruin(12, 5, 10, 4))
    exact = {end.name: end.uniform.low for end in analyse(program, compiled=False).endings}
    found = sample(program, 20_000, seed=1)
    for end in found.endings:
        low, high = wilson(end.runs, found.runs, z=4.5)
        assert low <= exact[end.name] <= high
        assert (end.low, end.high) == wilson(end.runs, found.runs)


def test_wilsons_interval_is_the_formulas() -> None:
    assert wilson(0, 10) == (0.0, pytest.approx(0.27753, abs=1e-5))
    assert wilson(5, 10) == (pytest.approx(0.23659, abs=1e-5), pytest.approx(0.76341, abs=1e-5))
    assert wilson(10, 10)[1] == 1.0
    assert wilson(0, 0) == (0.0, 1.0)


def test_a_weighted_reader_makes_choices_in_proportion() -> None:
    program = lowered(
        "* [a] -> x\n* [b] -> y\n* [c] -> z\n=== x\n-> END\n=== y\n-> END\n=== z\n-> END\n"
    )
    shares = {e.name: e.share for e in sample(program, 20_000, weights=[3, 1, 0]).endings}
    assert set(shares) == {"x", "y"}
    assert shares["x"] == pytest.approx(0.75, abs=0.015)
    idle = {e.name: e.share for e in sample(program, 9000, weights=[0, 0, 0]).endings}
    assert idle == pytest.approx({"x": 1 / 3, "y": 1 / 3, "z": 1 / 3}, abs=0.025)


def test_the_least_used_reader_goes_round_all_choices() -> None:
    source = """
VAR a = 0
VAR b = 0
-> hub
=== hub
{ a + b == 6: { a == 3: -> even | -> odd } }
+ [a]
  ~ a = a + 1
  -> hub
+ [b]
  ~ b = b + 1
  -> hub
=== even
-> END
=== odd
-> END
"""
    program = lowered(source)
    found = sample(program, 500, reader=LEAST_USED)
    assert [end.name for end in found.endings] == ["even"]
    assert len(sample(program, 500, reader=UNIFORM).endings) == 2


def test_what_goes_wrong_is_told_with_the_path_of_a_run() -> None:
    program = lowered(toy("a hub that runs dry").source)
    found = sample(program, 100)
    assert [problem.code for problem in found.problems] == ["out-of-content"]
    assert found.problems[0].path in ("0/0", "1/0")
    story = Story(program)
    assert story.play(found.problems[0].path or "").problems[0].code == "out-of-content"


def test_a_long_run_is_not_begun_again_for_each_operation_it_lacks() -> None:
    # Each turn makes a list that was never seen: three operations a turn for the host, if it has
    # to do what is done with lists.
    items = ", ".join(f"i{n}" for n in range(40))
    source = (
        f"LIST all = {items}\nVAR mine = ()\n-> hub\n=== hub\n"
        "~ mine += LIST_RANDOM(LIST_ALL(all) - mine)\n"
        "{ LIST_COUNT(mine) == 40: -> END }\n+ [on] -> hub\n"
    )
    program = lowered(source)
    served = [0]

    def perform(self: Explorer, operation: int, a: int, b: int) -> None:
        served[0] += 1
        done(self, operation, a, b)

    done = Explorer.perform
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Explorer, "perform", perform)
        found = sample(program, 40, seed=3, lists=False, compiled=True)
    assert [end.choices for end in found.endings] == [39.0]
    assert served[0] > 1000
    plain = sample(lowered(source), 40, seed=3, compiled=False)
    assert figures(plain) == figures(found)


def test_words_are_added_up_where_no_sum_is_too_large() -> None:
    program = lowered("-> hub\n=== hub\n" + "word " * 30_000 + "\n+ [on] -> hub\n")
    found = sample(program, 50, most_choices=20_000)
    assert found.words == 30_000 * 20_001
    assert found.words_error == 0


def test_turns_without_end_are_given_up_one_by_one() -> None:
    found = sample(lowered(ENDLESS), 200, steps=200_000, seed=1)
    assert sum(end.runs for end in found.endings) == 200
    assert {problem.code for problem in found.problems} == {"no-rest", "too-deep"}
    assert any(end.name == "long" and end.kind == "ending" for end in found.endings)


def test_the_command_prints_shares_and_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "market.ink"
    path.write_text(MARKET)
    assert run(["sample", str(path), "-n", "2e3", "--seed", "3"]) == 0
    text = capsys.readouterr().out
    assert "2,000 random readers" in text
    assert "supper" in text
    assert run(["sample", str(path), "-n", "2000", "--seed", "3", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    jsonschema.validate(told, SCHEMA)
    assert told["runs"] == 2000
    assert sum(end["runs"] for end in told["endings"]) == 2000
    for end in told["endings"]:
        assert end["interval"][0] <= end["share"] <= end["interval"][1]
        assert Story(lowered(MARKET)).play(end["path"]).ended
    assert 0 < told["lines"][0]["share"] <= 1
    assert all(0 <= point["made"] <= point["met"] <= 1 for point in told["choice_points"])


def test_the_example_in_the_docs_is_what_sample_prints(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (DOCS / "sample.md").read_text("utf-8")
    shown = re.search(r"```console\n\$ foretell (sample .*)\n([^`]*)```", page)
    assert shown
    monkeypatch.chdir(DOCS.parent)
    assert run(shown[1].split()) == 0
    time = r"in \S+ s · \S+ a second"
    assert re.sub(time, "", capsys.readouterr().out) == re.sub(time, "", shown[2])


def test_a_sample_is_no_wider_than_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for columns in (60, 70, 80, 100):
        monkeypatch.setenv("COLUMNS", str(columns))
        assert run(["sample", str(DOCS / "inn.ink"), "-n", "100"]) == 0
        out = capsys.readouterr().out
        assert all(len(line) <= columns for line in out.splitlines())
        assert ("first run" in out) == (columns >= 80)


def test_what_goes_wrong_is_in_the_json_with_its_path(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "dry.ink"
    path.write_text(toy("a hub that runs dry").source)
    assert run(["sample", str(path), "-n", "100", "--format", "json"]) == 1
    told = json.loads(capsys.readouterr().out)
    jsonschema.validate(told, SCHEMA)
    assert [(p["code"], p["path"] in ("0/0", "1/0")) for p in told["problems"]] == [
        ("out-of-content", True)
    ]


def test_every_run_of_a_spec_story_ends_in_the_player_as_it_did(tmp_path: Path) -> None:
    program = lowered(MARKET)
    found = sample(program, 300, seed=12, compiled=True)
    names: dict[str, int] = {}
    for number in range(300):
        ending = replays(program, found, number).ending or ""
        names[ending] = names.get(ending, 0) + 1
    assert names == {end.name: end.runs for end in found.endings}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["-n", "0"], "no number of runs"), (["-n", "x"], "no number of runs"),
     (["--reader", "nobdy"], "no reader is called"), (["--from", "nowhere"], "no knot or stitch")],
)  # fmt: skip
def test_what_can_not_be_sampled_is_refused(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "market.ink"
    path.write_text(MARKET)
    assert run(["sample", str(path), *arguments]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.corpus
@pytest.mark.long
def test_the_odds_of_the_intercept_agree_with_a_million_random_readers() -> None:
    folder = corpus_folder()
    if folder is None:
        pytest.skip("no corpus: set FORETELL_CORPUS")
    name = "stories/the-intercept--theintercept/Assets/Ink/TheIntercept.ink"
    program = lower(read_story(folder / name).usable())
    analysis = analyse(program)
    assert analysis.complete and analysis.playthroughs.total == 90_861_264_411_351_040
    assert (analysis.choices.least, analysis.choices.most) == (20, 73)
    runs = 1_000_000
    found = sample(program, runs, seed=1)
    shares = {end.name: end for end in found.endings}
    assert set(shares) <= {ending.name for ending in analysis.endings}
    for ending in analysis.endings:
        odds = ending.uniform.low
        slack = 5 * math.sqrt(odds * (1 - odds) / runs)
        met = shares.get(ending.name)
        assert (met.share if met else 0.0) == pytest.approx(odds, abs=slack), ending.name
        if met is not None:  # and the words that are read on the way there
            spread = 5 * found.words_error * math.sqrt(runs / met.runs)
            assert met.words == pytest.approx(ending.words, abs=spread)
    assert found.words == pytest.approx(analysis.flow.all_words, abs=5 * found.words_error)
    assert found.choices == pytest.approx(analysis.flow.all_turns, abs=0.05)


GROWING = """
VAR s = ""
-> hub
=== hub
+ [on] -> on
* [off] -> END
=== on
~ s = s + "x"
{ s == "": -> hub }
-> on
"""


@pytest.mark.parametrize("compiled", [False, True])
def test_a_turn_that_makes_strings_without_end_keeps_to_its_budget(compiled: bool) -> None:
    """Each new string is the host's to make, after which the run went on with all of its budget."""
    story, problems = ours.compiled(GROWING)
    assert story is not None, problems
    found = sample(lower(story), 30, steps=20_000, compiled=compiled)
    ends = {end.name: end.runs for end in found.endings}
    assert ends.pop("hub") + sum(ends.values()) == 30
    assert sum(ends.values()) > 5


def test_strings_that_fill_memory_are_an_error_with_its_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sampler, "_MOST_BUILT", 100_000)
    story, _ = ours.compiled(GROWING)
    assert story is not None
    with pytest.raises(StoryError) as raised:
        sample(lower(story), 30, compiled=True)
    problem = raised.value.diagnostics[0]
    assert "ever new strings" in problem.message
    assert problem.span is not None and problem.span.line == 8


NAMING = """
VAR name = ""
-> hub
=== hub
+ [Another]
    ~ name = "{name}{RANDOM(1, 1000000)}"
    -> hub
* [Enough] -> END
"""


def test_a_sample_that_is_stopped_counts_whole_runs_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers who were stopped while the host made a name for them count nowhere."""
    story, _ = ours.compiled(NAMING)
    assert story is not None
    program = lower(story)
    monkeypatch.setattr(sampler, "_PAUSE", 0.0)
    groups = ([1] * program.length, [1] * len(program.choices))
    for most in range(1, 40):
        looks = iter([False] * most)
        enough = partial(next, looks, True)
        found = sample(program, 500, compiled=True, groups=groups, enough=enough)
        assert found.runs < 500
        assert sum(end.runs for end in found.endings) == found.runs
        assert int(found.met[1]) == found.runs
        assert int(found.reach.max(initial=0)) == found.runs


@pytest.mark.parametrize("form", ["text", "json"])
def test_ctrl_c_ends_a_sample_with_what_there_is(
    form: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = simulate.sample

    def interrupted(*arguments: Any, **options: Any) -> Sample:
        def press(done: int, _seconds: float) -> None:
            if done > 100:
                signal.raise_signal(signal.SIGINT)

        options["progress"] = press
        return whole(*arguments, **options)

    monkeypatch.setattr(simulate, "sample", interrupted)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    inn = str(DOCS / "inn.ink")
    assert run(["sample", inn, "-n", "1e9", "--threads", "2", "--format", form]) == 130
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    out = capsys.readouterr().out
    if form == "text":
        assert "stopped by Ctrl-C, of 1,000,000,000" in out.partition("\n")[0]
        return
    told = json.loads(out)
    jsonschema.validate(told, SCHEMA)
    assert told["stopped"] == "interrupt"
    assert sum(end["runs"] for end in told["endings"]) == told["runs"] > 100
    assert max(line["share"] for line in told["lines"]) <= 1
