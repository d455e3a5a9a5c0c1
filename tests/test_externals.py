"""EXTERNAL functions whose values foretell.toml declares: by chance, or as any reader decides."""

from __future__ import annotations

from pathlib import Path

import pytest

import foretell
from foretell import cli
from foretell.checker.analysis import Analysis, analyse
from foretell.checker.questions import ask_story
from foretell.checker.simulation.simulate import sample
from foretell.config import Expression
from foretell.container import CompiledStory, Domain
from foretell.diagnostics import StoryError
from foretell.loading import compile_text, playable, read_promises, read_story
from foretell.vm.lower import lower
from foretell.vm.story import Story

TALE = """\
EXTERNAL weather(day)
EXTERNAL mood()
-> morning
=== function mood() ===
Never told.
~ return 0
=== morning ===
{weather(1) == "rain": -> wet}
* [Go out.] -> walk
* [Ask.] -> asked
=== asked ===
-> END
=== walk ===
{mood() > 0: -> happy}
-> END
=== happy ===
-> END
=== wet ===
-> END
"""
PROMISES = """\
[externals.weather]
values = ["rain", "sun", "sun"]
[externals.mood]
values = [-1, 0, 1]
by = "reader"
"""
WEATHER = Domain(("rain", "sun", "sun"))
MOOD = Domain((-1, 0, 1), by_reader=True)


def told(text: str = TALE, **domains: Domain) -> CompiledStory:
    story = compile_text(text).usable()
    story.domains = domains
    return story


def read(story: CompiledStory, **options: object) -> Analysis:
    return analyse(lower(story), **options)  # type: ignore[arg-type]


def uniform(analysis: Analysis) -> dict[str, float]:
    assert analysis.complete
    return {ending.name: ending.uniform.low for ending in analysis.endings}


def by_playing(story: CompiledStory) -> dict[str, float]:
    """The odds of endings for the uniform reader, by playing every path with every draw."""
    found: dict[str, float] = {}

    def follow(picks: list[int], draws: list[int], share: float) -> None:
        playing = Draws(story, picks, draws)
        if playing.open:
            for outcome in range(playing.open):
                follow(picks, [*draws, outcome], share / playing.open)
        elif playing.story.ended:
            ending = playing.story.ending or "?"
            found[ending] = found.get(ending, 0.0) + share
        else:
            for pick in range(len(playing.story.choices)):
                follow([*picks, pick], draws, share / len(playing.story.choices))

    follow([], [], 1.0)
    return found


class Draws:
    """A story played along picks and draws; `open` is how many outcomes the next draw has."""

    def __init__(self, story: CompiledStory, picks: list[int], draws: list[int]) -> None:
        self.open = 0
        outer = self
        left = list(draws)

        class Watched(Story):
            def _draw(self) -> int:
                if left:
                    return left.pop(0)
                outer.open = outer.open or self._row[12]  # DRAW_COUNT
                return 0

        self.story = Watched(story)
        for pick in picks:
            if self.open:
                return
            self.story.choose(pick)


@pytest.mark.parametrize("compiled", [False, True])
def test_odds_are_those_of_every_value(compiled: bool) -> None:
    story = told(weather=WEATHER, mood=MOOD)
    analysis = read(story, compiled=compiled)
    assert uniform(analysis) == pytest.approx(by_playing(story), abs=1e-12)
    assert uniform(analysis) == pytest.approx(
        {"wet": 1 / 3, "asked": 1 / 3, "walk": 2 / 9, "happy": 1 / 9}, abs=1e-12
    )


def test_what_a_reader_decides_is_not_left_to_luck() -> None:
    analysis = read(told(weather=WEATHER, mood=MOOD))
    odds = {e.name: (e.worst.low, e.best.low) for e in analysis.endings}
    assert odds["happy"] == (0, pytest.approx(2 / 3))  # go out, and be in a good mood
    assert odds["wet"] == (pytest.approx(1 / 3), pytest.approx(1 / 3))  # nobody makes the weather
    lucky = read(told(weather=WEATHER, mood=Domain((-1, 0, 1))))
    assert next(e for e in lucky.endings if e.name == "happy").best.low == pytest.approx(2 / 9)


def test_every_path_replays_with_the_values_it_names() -> None:
    story = told(weather=WEATHER, mood=MOOD)
    analysis = read(story)
    playing = Story(story)
    for ending in analysis.endings:
        assert ending.shortest is not None
        assert playing.play(ending.shortest).ending == ending.name
        assert playing.path == ending.shortest
        assert analysis.graph.follow(ending.shortest) >= 0
    happy = next(e for e in analysis.endings if e.name == "happy")
    assert happy.shortest == "@1/0@2"


def test_random_readers_meet_the_values_as_often_as_they_are_declared() -> None:
    program = lower(told(weather=WEATHER, mood=MOOD))
    found = sample(program, 20_000, seed=3, threads=1)
    shares = {end.name: end.share for end in found.endings}
    expected = uniform(analyse(program))
    for name, odds in expected.items():
        assert shares[name] == pytest.approx(odds, abs=5 * (odds * (1 - odds) / 20_000) ** 0.5)


def test_one_value_is_no_draw_and_an_undeclared_function_still_returns_0() -> None:
    analysis = read(told(weather=Domain(("rain",))))
    assert uniform(analysis) == {"wet": 1.0}
    assert analysis.endings[0].shortest == ""
    messages = [p.message for p in analysis.problems if p.code == "assumed-external"]
    assert messages == ['the EXTERNAL function `weather` is taken to return "rain"']


def test_a_declared_function_is_never_its_fallback_and_nobody_misses_that() -> None:
    with_fallback = read(told(weather=WEATHER, mood=MOOD))
    assert not [p for p in with_fallback.problems if p.code == "unreachable"]
    messages = {p.message for p in with_fallback.problems if p.code == "assumed-external"}
    weather = '"rain", "sun" or "sun", each alike by chance'
    assert messages == {
        f"the EXTERNAL function `weather` is taken to return {weather}",
        "the EXTERNAL function `mood` is taken to return -1, 0 or 1, as any reader decides",
    }


def test_lists_numbers_and_truth_are_values_too() -> None:
    text = """\
LIST hues = red, green, blue
EXTERNAL hue(a, b)
EXTERNAL number()
VAR seen = ()
~ seen = hue(1, 2) + hue(3, 4)
{seen ? (red, blue) && number() > 1: -> both}
-> END
=== both ===
-> END
"""
    story = told(text, hue=Domain((("red",), ("green",), ("blue",))), number=Domain((0.5, 2, True)))
    assert uniform(read(story)) == pytest.approx(by_playing(story), abs=1e-12)
    assert uniform(read(story))["both"] == pytest.approx(2 / 9 / 3)


def test_a_loop_that_asks_again_and_again_is_solved() -> None:
    text = "EXTERNAL on()\n-> a\n=== a ===\n{on(): -> a}\n-> END\n"
    luck = read(told(text, on=Domain((True, True, False))))
    assert uniform(luck) == {"a": pytest.approx(1.0)}
    will = read(told(text, on=Domain((True, True, False), by_reader=True)))
    assert [(e.best.low, e.worst.low) for e in will.endings] == [(1.0, 0.0)]
    assert will.forever.low == 0  # the uniform reader comes out at last


def test_a_bound_function_goes_first() -> None:
    story = Story(told(weather=WEATHER, mood=MOOD), seed=1)
    story.bind("weather", lambda day: "rain" if day == 1 else "sun")
    assert story.restart().ending == "wet"
    assert story.path == ""


def test_an_expression_that_asks_may_not_ask_the_host() -> None:
    text = "EXTERNAL luck()\n* [a] {lucky()} -> END\n=== function lucky() ===\n~ return luck()\n"
    with pytest.raises(StoryError) as raised:
        ask_story(told(text, luck=Domain((0, 1))), [Expression("lucky()")])
    assert "may say one thing or another" in str(raised.value.diagnostics[0].message)
    ask_story(told(text), [Expression("lucky()")])  # a value that is always 0 is no question


@pytest.fixture
def tale(tmp_path: Path) -> Path:
    path = tmp_path / "tale.ink"
    path.write_text(TALE, "utf-8")
    (tmp_path / "foretell.toml").write_text(PROMISES, "utf-8")
    return path


def test_every_verb_takes_them_from_foretell_toml(
    tale: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["check", str(tale)]) == 0
    shown = capsys.readouterr().out
    assert "11.1 %" in shown and shown.count("assumed: the EXTERNAL function") == 2
    assert cli.run(["why", str(tale), "happy"]) == 0
    assert "shortest path  @1/0@2" in capsys.readouterr().out
    assert cli.run(["whatif", str(tale), "--forbid", "tale.ink:9"]) == 0
    assert "22.2 %" in capsys.readouterr().out
    assert cli.run(["sample", str(tale), "-n", "1000"]) == 0
    assert "returns -1, 0 or 1" in capsys.readouterr().out
    assert foretell.load(tale).play("@1/0@2").ending == "happy"
    loaded = read_story(tale)
    assert playable(loaded).domains == {"weather": WEATHER, "mood": MOOD}


@pytest.mark.parametrize(
    ("promises", "said"),
    [
        ("[externals.moods]\nvalues = [1]", "did you mean `mood`?"),
        ("[externals.mood]\nvalues = [3_000_000_000]", "32-bit"),
        ('[externals.mood]\nvalues = [["blue"]]', "no list has an item `blue`"),
        ("[externals.mood]\nvalues = [nan]", "no number"),
        ('[externals.mood]\nvalues = ["-> wet"]', "divert target"),
        ("[externals.mood]\nvalues = []", "say what `mood` may return"),
    ],
)
def test_values_that_ink_can_not_hold_are_refused_at_their_place(
    tale: Path, promises: str, said: str
) -> None:
    tale.with_name("foretell.toml").write_text(promises, "utf-8")
    with pytest.raises(StoryError) as raised:
        read_promises(read_story(tale))
    problem = raised.value.diagnostics[0]
    assert said in problem.message + problem.hint and problem.span is not None
    with pytest.raises(StoryError):
        foretell.load(tale)
