"""`foretell sample --set`: random readers of the story with something changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from foretell.cli import run
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
