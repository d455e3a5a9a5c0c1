"""The pages on claims and what-ifs: every example on them runs, and gives what is shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from foretell.checker.analysis import analyse
from foretell.checker.claims import Verdict, decide
from foretell.checker.questions import ask_story
from foretell.cli import run
from foretell.compiler import compile_ink
from foretell.config import Claim, parse_claim, read_config
from foretell.container import CompiledStory
from foretell.vm.story import Story

DOCS = Path(__file__).resolve().parents[1] / "docs"
CLAIMS = (DOCS / "claims.md").read_text("utf-8")
WHATIF = (DOCS / "whatif.md").read_text("utf-8")
_RESULT = re.compile(r"  (holds|fails|unknown) +(.*?)(?:   path (.*))?")


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


def ferry(page: str = CLAIMS) -> CompiledStory:
    (source,) = blocks(page, "ink")
    done = compile_ink(source, name="ferry.ink")
    assert done.story is not None, done.diagnostics
    return done.story


def shown(page: str) -> list[tuple[str, str, str | None, str | None]]:
    """(verdict, claim, path, reason) of each result on a page."""
    out: list[tuple[str, str, str | None, str | None]] = []
    for line in "".join(blocks(page, "check")).splitlines():
        match = _RESULT.fullmatch(line)
        if match is not None:
            out.append((match[1], match[2], match[3], None))
        else:
            out[-1] = (*out[-1][:3], line.strip())
    return out


def verdicts(claims: list[Claim], readers: object) -> list[Verdict]:
    questions = ask_story(ferry(), [e for claim in claims for e in claim.expressions])
    analysis = analyse(questions.program, asked=questions.pcs)
    found = decide(
        claims,
        analysis.exploration,
        questions,
        readers=readers,  # type: ignore[arg-type]
        problems=analysis.problems,
    )
    for verdict in found:
        if verdict.path is not None:
            Story(questions.program).play(verdict.path)
    return found


def test_every_claim_on_the_page_has_the_verdict_shown() -> None:
    config = read_config("".join(blocks(CLAIMS, "toml")))
    expected = shown(CLAIMS)
    assert len(expected) == len(config.claims) >= 10
    for found, (verdict, text, path, reason) in zip(
        verdicts(list(config.claims), config.readers), expected, strict=True
    ):
        assert (found.verdict, found.text) == (verdict, text)
        if verdict == "holds":
            continue
        assert found.path == path
        assert found.reason == reason


def test_the_claims_in_a_line_are_claims() -> None:
    config = read_config("".join(blocks(CLAIMS, "toml")))
    (lines,) = blocks(CLAIMS, "claims")
    claims = [parse_claim(line) for line in lines.splitlines()]
    assert len(claims) == 8
    assert {v.verdict for v in verdicts(claims, config.readers)} == {"holds", "fails"}


def test_the_page_names_every_kind_and_every_added_name() -> None:
    for word in ("never", "always", "possible", "inevitable", "after", "odds", "sound"):
        assert f"`{word} = " in CLAIMS
    for word in ("ending", "here", "turns"):
        assert f"| `{word}` |" in CLAIMS


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "ferry.ink").write_text(blocks(WHATIF, "ink")[0], "utf-8")
    (tmp_path / "foretell.toml").write_text("".join(blocks(WHATIF, "toml")), "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "90")
    return tmp_path


@pytest.mark.parametrize("example", blocks(WHATIF, "console"))
def test_every_command_on_the_page_gives_what_is_shown(
    example: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line, _, expected = example.partition("\n")
    arguments = line.removeprefix("$ foretell ").split()
    assert run(arguments) == 0
    assert capsys.readouterr().out == expected


def test_the_whatif_page_is_about_the_same_story() -> None:
    assert blocks(WHATIF, "ink") == blocks(CLAIMS, "ink")


def test_a_command_line_can_pick_one_whatif_by_name(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["whatif", "ferry.ink", "no swimming"]) == 0
    out = capsys.readouterr().out
    assert "nobody dared" in out and "fare" not in out
    assert run(["whatif", "ferry.ink", "no swiming"]) == 2
    assert run(["why", "ferry.ink", "coins > 2"]) == 1
    assert run(["why", "ferry.ink", "nowhere"]) == 2
    assert run(["whatif", "ferry.ink", "--set", "coins"]) == 2


def test_init_writes_beside_the_story_and_leaves_what_is_there(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (folder / "foretell.toml").read_text("utf-8")
    assert run(["init", "ferry.ink"]) == 2
    assert (folder / "foretell.toml").read_text("utf-8") == before
    (folder / "foretell.toml").unlink()
    assert run(["init", "ferry.ink"]) == 0
    assert read_config((folder / "foretell.toml").read_text("utf-8")).claims
    assert run(["check", "ferry.ink"]) == 0
    assert run(["init", "ferry.ink", "-o", "-"]) == 0
    assert "coins = 2" in capsys.readouterr().out
