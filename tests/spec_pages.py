"""The spec pages: reading their blocks, and transcripts in their own readable form.

`tests/spec/README.md` defines both. A page is Markdown; only its fenced blocks matter here.

    python -m tests.spec_pages tests/spec/choices.md

writes the transcripts of a page anew from inkjs, its diagnostics and verdicts from foretell. It
is for drafting: what comes out is to be read, and the tests hold both to it from then on.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

__all__ = ["Block", "Case", "Played", "Script", "cases", "script", "show"]

FOLDER = Path(__file__).parent / "spec"
_SPECIAL = re.compile(r"[\\#*>@!(]")


@dataclass(slots=True)
class Block:
    """A fenced block: its language, the rest of its first line, its text and where it begins."""

    kind: str
    info: str
    text: str
    line: int  # of the opening fence, from 1
    height: int  # lines between the fences


@dataclass(slots=True)
class Case:
    """A story on a page and what is said of it."""

    page: str
    heading: str
    story: Block
    files: dict[str, str] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.page}:{self.story.line} {self.heading}"

    @property
    def inkjs_differs(self) -> bool:
        return self.story.info == "differs"

    def of(self, kind: str) -> list[Block]:
        """The case's blocks of one kind."""
        return [block for block in self.blocks if block.kind == kind]


@dataclass(slots=True)
class Script:
    """What a transcript says to do: the picks, and the draws of each turn."""

    picks: list[int] = field(default_factory=list)
    draws: list[list[int]] = field(default_factory=lambda: [[]])

    @property
    def all_draws(self) -> list[int]:
        return [outcome for turn in self.draws for outcome in turn]


class _Line(Protocol):
    @property
    def text(self) -> str: ...
    @property
    def tags(self) -> Sequence[str]: ...


class _Problem(Protocol):
    @property
    def severity(self) -> str: ...
    @property
    def message(self) -> str: ...


@dataclass(slots=True)
class Played:
    """A turn as a transcript shows it, whoever played it."""

    lines: Sequence[_Line]
    choices: Sequence[_Line]
    problems: Sequence[_Problem]
    draws: Sequence[int]
    picked: int | None = None
    hang: bool = False


def blocks(text: str) -> list[tuple[str, Block]]:
    """Every fenced block with the heading it stands under."""
    found: list[tuple[str, Block]] = []
    heading = ""
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.startswith("#"):
            heading = line.lstrip("# ").strip()
        elif line.startswith("```"):
            kind, _, info = line[3:].strip().partition(" ")
            start = at
            at += 1
            body: list[str] = []
            while lines[at] != "```":
                body.append(lines[at])
                at += 1
            found.append(
                (heading, Block(kind, info.strip(), "\n".join(body), start + 1, len(body)))
            )
        at += 1
    return found


def cases(path: Path) -> list[Case]:
    """The cases of a page, in order."""
    found: list[Case] = []
    for heading, block in blocks(path.read_text("utf-8")):
        if block.kind == "ink" and block.info.endswith(".ink"):
            found[-1].files[block.info] = block.text + "\n"
        elif block.kind == "ink":
            found.append(Case(path.stem, heading, block))
        elif block.kind and found:
            found[-1].blocks.append(block)
    return found


def script(text: str) -> Script:
    """The picks and draws a transcript gives."""
    made = Script()
    for line in text.split("\n"):
        if line.startswith("> "):
            made.picks.append(int(line[2:]) - 1)
            made.draws.append([])
        elif line.startswith("@ "):
            made.draws[-1] += [int(part) for part in line[2:].split(",")]
    return made


def show(turns: Sequence[Played]) -> str:
    """Turns as a transcript."""
    out: list[str] = []
    for turn in turns:
        if turn.draws:
            out.append("@ " + ", ".join(map(str, turn.draws)))
        for line in turn.lines:
            if not line.text and not line.tags:
                continue  # ink may go on and say nothing; no player shows that
            out.append("\\" + line.text if _SPECIAL.match(line.text) else line.text)
            _show_tags(line, out)
        out += [f"! {problem.severity}: {problem.message}" for problem in turn.problems]
        for number, choice in enumerate(turn.choices, start=1):
            out.append(f"* {number}: {choice.text}".rstrip())
            _show_tags(choice, out)
        if turn.hang:
            out.append("(hang)")
        elif not turn.choices:
            out.append("(end)")
        if turn.picked is not None:
            out.append(f"> {turn.picked + 1}")
    return "\n".join(out)


def _show_tags(line: _Line, out: list[str]) -> None:
    if line.tags:
        out.append("# " + ", ".join(line.tags))


def main() -> None:
    """Write the transcripts of pages anew."""
    from foretell.diagnostics import render_all
    from tests import ours
    from tests.peers.agreement import played_by_inkjs
    from tests.peers.inkjs import Inkjs

    parser = argparse.ArgumentParser(description="Write transcripts anew from inkjs.")
    parser.add_argument("pages", nargs="+", type=Path)
    with Inkjs() as oracle:
        for path in parser.parse_args().pages:
            lines = path.read_text("utf-8").split("\n")
            for case in reversed(cases(path)):
                compiled = oracle.compile(case.story.text + "\n", case.files, name="story.ink")
                story, problems = ours.compiled(case.story.text + "\n", case.files)
                if problems and not case.of("error"):
                    print(f"{case.name}: {render_all(problems)}")
                if problems or compiled.errors or compiled.warnings:
                    print(
                        f"{case.name}: inkjs says", *compiled.errors, *compiled.warnings, sep="\n  "
                    )
                for block in reversed(case.blocks):
                    if block.kind == "error":
                        text = render_all(problems)
                        lines[block.line : block.line + block.height] = text.split("\n")
                    if block.kind == "check" and story is not None:
                        text = ours.verdicts(ours.explored(story, compiled=False))
                        lines[block.line : block.line + block.height] = text.split("\n")
                    if block.kind != "play" or compiled.handle is None or case.inkjs_differs:
                        continue
                    todo = script(block.text)
                    run = oracle.play(compiled, todo.picks, draws=todo.all_draws)
                    if run.crash:
                        print(f"{case.name}: {run.crash}")
                    text = show(played_by_inkjs(run))
                    lines[block.line : block.line + block.height] = text.split("\n")
            path.write_text("\n".join(lines), "utf-8")


if __name__ == "__main__":
    main()
