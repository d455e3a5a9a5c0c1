"""No witness is wrong: every path that `check` prints leads where it says, here and in inkjs.

Other people's stories, The Vigil and toys of the faults that real stories have are checked; then
each path (of an ending, a problem, a claim) is played in our player and in inkjs, its draws forced
to the path's. Both must tell the same, line by line, and stop in the way the report says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from foretell.checker.entries import Entered
from foretell.checking import Limits, Options, read_entries
from foretell.diagnostics import Diagnostic
from foretell.loading import Loaded, compile_text, read_story
from foretell.vm.story import Story, entry_and_steps
from tests.corpus_playthroughs import plain_knots, text_of
from tests.peers import inkjs
from tests.peers.agreement import first_difference, played_by_inkjs
from tests.spec_pages import Played, show
from tests.test_corpus import COMPILES

ROOT = Path(__file__).resolve().parents[1]
VIGIL = ROOT / "src" / "foretell" / "stories" / "vigil" / "vigil.ink"
STEPS = 4_000_000  # of inkjs in one turn: as many as the longest turn that comes to rest needs
FAULTS = ("out-of-content", "out-of-tunnel", "out-of-function", "no-rest", "too-deep")


@dataclass(frozen=True, slots=True)
class Witness:
    """A path, and what is said to be at its end: an outcome's kind and name, or a problem."""

    path: str
    kind: str  # "ending", "dead end", "error", "hang", "problem", or "" where only the way counts
    name: str


def witnesses(found: Entered) -> Iterator[Witness]:
    """All the paths in a report."""
    for _, analysis in found.entries:
        for ending in analysis.endings:
            if ending.shortest is not None:
                yield Witness(ending.shortest, ending.kind, ending.name)
    for problem in found.problems:
        if problem.path is not None:
            fault = problem.severity == "error" and problem.code != "trap"
            yield Witness(problem.path, "problem" if fault else "", problem.code)
    for verdict in found.verdicts:
        if verdict.path is not None:
            yield Witness(verdict.path, "", verdict.text)


def checked(loaded: Loaded, seconds: float) -> Entered:
    """A story read from its top, or from each knot where there is nothing to choose there."""
    limits = Limits(seconds=seconds)
    found = read_entries(loaded, Options(limits=limits))
    knots = plain_knots(loaded.usable())
    if knots and found.complete and found.analyses[0].turns == 0:
        found = read_entries(loaded, Options(limits=limits, entries=knots))
    return found


def replayed(loaded: Loaded, path: str) -> tuple[Story, list[Played]]:
    """Our player along a path, with its turns; the seed makes the draws that a path leaves open."""
    story = Story(loaded.usable(), assume_externals=True)
    story.play(path)
    end = story.turn
    path = story.path
    _, steps = entry_and_steps(path)
    picks: list[int | None] = [choice for choice, _ in steps[1:]]
    turns = [end]
    while story.undo():
        turns.insert(0, story.turn)
    story.play(path)
    return story, [
        Played(
            turn.lines,
            turn.choices,
            turn.problems,
            draws,
            pick,
            any(problem.code == "no-rest" for problem in turn.problems),
        )
        for turn, (_, draws), pick in zip(turns, steps, [*picks, None], strict=True)
    ]


def replay_alike(
    loaded: Loaded, theirs: inkjs.Compiled, oracle: inkjs.Inkjs, witness: Witness
) -> None:
    """Assert that a path leads where it says, in our player and in inkjs."""
    story, played = replayed(loaded, witness.path)
    if witness.kind:  # the way to a place may stop before the draws of its last turn
        assert story.path == witness.path
    entry, steps = entry_and_steps(story.path)
    last = [problem for problem in played[-1].problems if isinstance(problem, Diagnostic)]
    codes = [problem.code for problem in last if problem.severity == "error"]
    if witness.kind == "ending":
        assert story.ending == witness.name and not codes, witness
    elif witness.kind == "dead end":
        assert set(codes) & set(FAULTS[:3]), witness
    elif witness.kind == "hang":
        assert "no-rest" in codes, witness
    elif witness.kind == "error":
        assert codes, witness
    elif witness.kind == "problem":
        assert witness.name in codes, witness
    run = oracle.play(
        theirs,
        [choice for choice, _ in steps[1:]],
        draws=[draw for _, draws in steps for draw in draws],
        start=entry or None,
        fresh=True,
        bind=theirs.unbound,
        externals={name: domain.values for name, domain in loaded.usable().domains.items()},
        max_steps=STEPS,
        max_lines=200_000,
    )
    turns = played_by_inkjs(run)
    assert len(turns) == len(played), f"{witness}: inkjs stops after {len(turns)} turns"
    if run.hang or run.crash:
        assert codes, f"{witness}: inkjs stops with {run.crash or 'a hang'}, and nothing is said"
        played, turns = played[:-1], turns[:-1]
    difference = first_difference(show(played), show(turns))
    assert difference is None, f"{witness}\n{difference}"


def replay_all(loaded: Loaded, theirs: inkjs.Compiled, oracle: inkjs.Inkjs, seconds: float) -> int:
    """Every witness of a story; gives how many there were."""
    count = 0
    found = checked(loaded, seconds)
    for witness in dict.fromkeys(witnesses(found)):
        replay_alike(loaded, theirs, oracle, witness)
        count += 1
    return count


def of_the_corpus(name: str, oracle: inkjs.Inkjs) -> tuple[Loaded, inkjs.Compiled]:
    from tests.corpus_report import root_of

    text = text_of(name)
    theirs = oracle.compile(text.root, text.files)
    assert theirs.json is not None, theirs.errors
    return read_story(root_of(name)), theirs


@pytest.mark.corpus
@pytest.mark.peer
@pytest.mark.parametrize("name", COMPILES)
def test_every_witness_of_a_story_replays_in_both(name: str, oracle: inkjs.Inkjs) -> None:
    loaded, theirs = of_the_corpus(name, oracle)
    replay_all(loaded, theirs, oracle, 1.5)


@pytest.mark.corpus
@pytest.mark.peer
@pytest.mark.long
@pytest.mark.parametrize("name", COMPILES)
def test_every_witness_found_in_a_minute_replays_in_both(name: str, oracle: inkjs.Inkjs) -> None:
    loaded, theirs = of_the_corpus(name, oracle)
    replay_all(loaded, theirs, oracle, 60)


@pytest.mark.corpus
@pytest.mark.peer
def test_crime_scene_runs_out_of_content(oracle: inkjs.Inkjs) -> None:
    loaded, theirs = of_the_corpus("inky--murder-scene", oracle)
    found = read_entries(loaded, Options(limits=Limits(states=150_000, seconds=60)))
    problem = next(p for p in found.problems if p.code == "out-of-content")
    assert problem.path is not None
    replay_alike(loaded, theirs, oracle, Witness(problem.path, "problem", "out-of-content"))
    _, steps = entry_and_steps(problem.path)
    run = oracle.play(theirs, [choice for choice, _ in steps[1:]], max_steps=STEPS)
    said = [each.message for each in run.turns[-1].problems if each.severity == "error"]
    assert said and said[0].startswith("ran out of content")
    assert not [each for turn in run.turns[:-1] for each in turn.problems]
    assert len(steps) - 1 <= 9  # random play took nine choices


@pytest.mark.corpus
@pytest.mark.peer
def test_ld41_emoji_runs_out_of_content_and_comes_to_the_end_of_a_tunnel(
    oracle: inkjs.Inkjs,
) -> None:
    loaded, theirs = of_the_corpus("ink-library--ld41-emoji", oracle)
    found = read_entries(loaded, Options(limits=Limits(states=300_000, seconds=60)))
    met = {problem.code: problem for problem in found.problems if problem.severity == "error"}
    for code, words in (
        ("out-of-content", "ran out of content"),
        ("out-of-tunnel", "unexpectedly reached end of content. Do you need a '->->'"),
    ):
        path = met[code].path
        assert path is not None
        replay_alike(loaded, theirs, oracle, Witness(path, "problem", code))
        _, steps = entry_and_steps(path)
        draws = [draw for _, draws in steps for draw in draws]
        run = oracle.play(theirs, [c for c, _ in steps[1:]], draws=draws, max_steps=STEPS)
        said = [each.message for each in run.turns[-1].problems if each.severity == "error"]
        assert said and said[0].startswith(words)


@pytest.mark.peer
def test_every_witness_of_the_vigil_replays_in_both(oracle: inkjs.Inkjs) -> None:
    loaded = read_story("vigil")
    files = {path.name: path.read_text("utf-8") for path in VIGIL.parent.glob("*.ink")}
    theirs = oracle.compile(VIGIL.read_text("utf-8"), files)
    assert theirs.json is not None, theirs.errors
    assert replay_all(loaded, theirs, oracle, 60) > 5


# ------------------------------------------------------------------ faults that real stories have

FAULTY = {
    "a hub whose once-only choices are all used up": (
        "out-of-content",
        "0/0",
        "-> hub\n=== hub\nWhere to?\n* [North] Snow. -> hub\n* [South] Sand. -> hub\n",
    ),
    "a hub used up only where a condition hides the way out": (
        "out-of-content",
        "0/0",
        """\
VAR key = false
-> hub
=== hub
* [Look] Dark. -> hub
* [Listen] Drip. -> hub
+ {key} [Out] -> END
""",
    ),
    "a tunnel that ends without a way back": (
        "out-of-tunnel",
        "0",
        "* [In] -> cave ->\n* [Home]\n- -> END\n=== cave\nDark.\n",
    ),
    "a divert to a variable that holds no place": (
        "not-a-target",
        "0",
        "VAR next = 0\n* [On] -> next\n* [Off] -> END\n=== there\n-> END\n",
    ),
    "a turn that goes round without a word": (
        "no-rest",
        "0",
        "* [In] -> a\n* [Out] -> END\n=== a\n-> b\n=== b\n-> a\n",
    ),
    "a turn that goes round and tells of it": (
        "no-rest",
        "0",
        "* [In] -> a\n* [Out] -> END\n=== a\nRound and\n-> b\n=== b\nround.\n-> a\n",
    ),
    "a draw that leads nowhere": (
        "out-of-content",
        "0@1",
        "+ [Roll]\n  {RANDOM(1, 2) == 1: -> gone}\n  -> END\n=== gone\nNothing.\n",
    ),
    "a recursion without an end": (
        "too-deep",
        "0",
        "* [Count] {down(1)} -> END\n* [Out] -> END\n=== function down(n)\n~ return down(n + 1)\n",
    ),
    "a division by what is nothing yet": (
        "bad-operation",
        "0",
        "VAR coins = 0\n* [Share] {10 / coins} each. -> END\n* [Keep] -> END\n",
    ),
    "a fault after many choices": (
        "out-of-content",
        "0/0/0/0/0/0",
        """\
VAR left = 6
-> day
=== day
+ [Wait]
  ~ left = left - 1
  {left > 0: -> day}
  The end comes by itself.
+ [Leave] -> END
""",
    ),
}


# ------------------------------------------------------------------ what a host's functions return

ANSWERED = {
    "text, numbers and what they decide": (
        """\
EXTERNAL weather(day)
EXTERNAL mood()
-> morning
=== morning
Today: {weather(1)}.
{ weather(2) == "rain": It pours. -> wet }
+ { mood() > 0 } [Sing.] {mood()} times. -> END
* [Go out.] -> walk
=== walk
{ mood():
- -1: -> low
- 0: -> flat
- else: -> END
}
=== low
# ending: low
-> END
=== flat
Flat<>
-> mumbled ->
-> END
=== mumbled
, {mood()}{weather(mood())}
->->
=== wet
-> END
=== function mood()
~ return 7
""",
        """\
[externals.weather]
values = ["rain", "sun", "sun"]
[externals.mood]
values = [-1, 0, 1]
by = "reader"
""",
    ),
    "lists, truth, floats, and one value only": (
        """\
LIST hues = red, green, blue
EXTERNAL hue(a, b)
EXTERNAL number()
EXTERNAL lit()
EXTERNAL name()
VAR seen = ()
~ seen = hue(1, 2) + hue(3, 4)
{seen} {name()}
{ lit():
    + [Look.] {number() + 1}
        { seen ? (red, blue) && number() > 1: -> both }
        -> END
}
+ [Leave.] -> END
=== both
# ending: both
{number()} {lit()}
-> END
""",
        """\
[externals.hue]
values = [["red"], ["green", "blue"], []]
[externals.number]
values = [0.5, 2.0, 3]
[externals.lit]
values = [true, false]
by = "reader"
[externals.name]
values = ["Ada"]
""",
    ),
    "drawn beside dice and shuffles, in functions and while reading ahead": (
        """\
EXTERNAL luck()
VAR left = 2
-> round
=== round
{ luck() == RANDOM(0, 1): Even<> | Odd<> }
 {~ heads | tails} {twice()}
+ { left > 0 } [Again.]
    ~ left = left - luck() - 1
    -> round
+ [Enough.] -> END
=== function twice()
~ temp a = luck()
~ return a * 10 + luck()
""",
        "[externals.luck]\nvalues = [0, 1]\n",
    ),
    "a fault that one answer leads to": (
        "EXTERNAL door()\n* [Knock.]\n{ door() == 1:\n-> END\n}\nNobody.\n* [Go.] -> END\n",
        "[externals.door]\nvalues = [1, 2]\n",
    ),
}


@pytest.mark.peer
@pytest.mark.parametrize("name", ANSWERED)
def test_a_path_through_what_a_host_returns_replays_in_inkjs(
    name: str, oracle: inkjs.Inkjs, tmp_path: Path
) -> None:
    source, promises = ANSWERED[name]
    (tmp_path / "tale.ink").write_text(source, "utf-8")
    (tmp_path / "foretell.toml").write_text(promises, "utf-8")
    loaded = read_story(tmp_path / "tale.ink")
    theirs = oracle.compile(source)
    assert theirs.json is not None, theirs.errors
    assert replay_all(loaded, theirs, oracle, 30) >= 1
    # and whole playthroughs, with every draw of theirs forced on ours
    found = checked(loaded, 30).analyses[0]
    externals = {name: domain.values for name, domain in loaded.usable().domains.items()}
    drawn = 0
    for seed in range(25):
        run = oracle.play(theirs, random=seed, seed=seed, max_turns=12, externals=externals)
        turns = played_by_inkjs(run)
        drawn += sum(len(turn.draws) for turn in turns)
        story = Story(loaded.usable(), draws=[d for turn in turns for d in turn.draws])
        for turn in turns[:-1]:
            assert turn.picked is not None
            story.choose(turn.picked)
        _, mine = replayed(loaded, story.path)
        difference = first_difference(show(mine), show(turns))
        assert difference is None, f"{story.path}\n{difference}"
        if story.choices:
            assert found.graph.follow(story.path) == found.state_of(story)
    assert drawn > 10


@pytest.mark.parametrize("name", FAULTY)
def test_the_like_of_a_real_fault_is_found_at_its_nearest(name: str) -> None:
    code, path, source = FAULTY[name]
    found = read_entries(compile_text(source), Options())
    problem = next(p for p in found.problems if p.code == code and p.severity == "error")
    assert problem.path == path
    assert problem.span is not None


@pytest.mark.peer
@pytest.mark.parametrize("name", FAULTY)
def test_the_like_of_a_real_fault_shows_itself_in_inkjs(name: str, oracle: inkjs.Inkjs) -> None:
    _, _, source = FAULTY[name]
    loaded = compile_text(source)
    theirs = oracle.compile(source)
    if name == "a recursion without an end":
        pytest.skip("inkjs leaves the stack to the host, which ends the process")
    assert replay_all(loaded, theirs, oracle, 30) >= 2


def test_two_faults_of_one_line_have_a_path_each() -> None:
    source = "* [Through] -> cave ->\n* [Into] -> cave\n- -> END\n=== cave\nDark.\n"
    found = read_entries(compile_text(source), Options())
    paths = {p.code: p.path for p in found.problems if p.severity == "error"}
    assert paths == {"out-of-tunnel": "0", "out-of-content": "1"}
