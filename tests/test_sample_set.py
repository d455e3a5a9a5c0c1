"""`sample --set` and `--ask`: random readers of a changed story, and what is asked at the end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from foretell.checker.questions import ask_story, shown_value
from foretell.checker.simulation.simulate import sample
from foretell.cli import run
from foretell.compiler import compile_ink
from foretell.config import EndingRule, Expression
from tests.test_whatif import CONFIG, SOURCE, compared, odds


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "cave.ink").write_text(SOURCE, "utf-8")
    (tmp_path / "foretell.toml").write_text(CONFIG, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("setting", ["lamp=true", "SIDES=6"])
@pytest.mark.parametrize("reader", ["uniform", "bold"])
def test_random_readers_of_a_changed_story_agree_with_the_whatif(
    setting: str, reader: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["sample", "cave.ink", "-n", "20000", "--set", setting, "--reader", reader]
    assert run([*arguments, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["set"] == [setting]
    shares = {end["name"]: end["share"] for end in found["endings"]}
    name, _, value = setting.partition("=")
    exact = compared(settings={name: json.loads(value)}, reader=reader).changed
    for ending in ("home", "lost"):
        expected = odds(exact, ending) if ending in exact.endings else 0.0
        assert shares.get(ending, 0.0) == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["lmp=true"], "did you mean `lamp`?"),
        (["lamp=maybe"], "begins as true or false"),
        (["lamp"], "sets nothing"),
        (["SIDES=2", "SIDES=3"], "set twice"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(
    settings: list[str], message: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [word for setting in settings for word in ("--set", setting)]
    assert run(["sample", "cave.ink", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_what_is_asked_comes_out_as_exactly_computed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["gold", "lamp", 'name + "!"', "Bag", 'ending == "lost"', "turns"]
    arguments = [word for text in asked for word in ("--ask", text)]
    assert run(["sample", "cave.ink", "-n", "20000", *arguments, "--format", "json"]) == 0
    found = {each["expression"]: each for each in json.loads(capsys.readouterr().out)["asked"]}
    assert list(found) == asked
    exact = compared(settings={"SIDES": 2}, ask=tuple(asked)).told.answers
    for text in asked:
        shares = {value["value"]: value["share"] for value in found[text]["values"]}
        assert sum(value["runs"] for value in found[text]["values"]) == 20000
        odds_of = {value: share for value, share in exact[text].values if share > 0}
        assert shares == pytest.approx(odds_of, abs=0.02)
        mean = exact[text].mean
        if mean is None:
            assert found[text]["mean"] is None
        else:
            slack = 5 * found[text]["standard_error"] + 1e-9
            assert found[text]["mean"] == pytest.approx(mean, abs=slack)


COUNTING = """
VAR n = 0
VAR who = "nobody"
-> on
=== on
~ n = n + RANDOM(1, 900)
~ who = "reader {n}"
+ [On.] -> on
+ [Off.] -> off
=== off
That is all. -> END
"""


@pytest.mark.parametrize("threads", [1, 2])
def test_answers_are_the_same_in_plain_python_and_for_any_number_of_threads(threads: int) -> None:
    done = compile_ink(COUNTING, name="counting.ink")
    assert done.story is not None
    rules = [EndingRule("far", Expression("n > 900")), EndingRule("near", Expression("n < 100"))]
    asked = [Expression(text) for text in ("n", 'who + "."', "turns > 1", 'ending == "far"')]
    runs = 2500  # and far more different answers than there is room for at first
    samples = []
    for compiled, count in ((True, threads), (False, 1)):
        questions = ask_story(done.story, asked, rules)
        found = sample(
            questions.program,
            runs,
            asked=questions.pcs,
            endings=questions.endings,
            seed=3,
            threads=count,
            compiled=compiled,
        )
        program = questions.program
        answers = [
            {shown_value(program, value): n for value, n in found.answers[place].items()}
            for place in (questions.position[each.text] for each in asked)
        ]
        samples.append((answers, {end.name: end.runs for end in found.endings}))
    assert samples[0] == samples[1]
    (numbers, texts, _, far), endings = samples[0]
    assert len(numbers) > 1000
    assert {f"reader {n}.": count for n, count in numbers.items()} == texts
    assert set(endings) == {"far", "near", "off"}
    assert endings["far"] == sum(count for n, count in numbers.items() if int(n) > 900)
    assert endings["near"] == sum(count for n, count in numbers.items() if int(n) < 100)
    assert endings["far"] == far["true"]
