"""inkjs as an oracle: compile a story, play it with every draw of chance known.

A node process runs `inkjs_oracle.js` and answers one JSON line for each; it lives as long as the
`Inkjs` object, so that thousands of small stories take seconds. A request that takes too long
kills the process, raises `OracleTimeoutError`, and the next request starts a new one, which is
given the stories again that it is to play.

    with Inkjs() as oracle:
        compiled = oracle.compile("Heads or tails? {~heads|tails}.\n * Again")
        run = oracle.play(compiled, choices=[0], draws=[1])
        run.turns[0].lines[0].text      # "Heads or tails? tails."

What is changed in inkjs while it runs (draws, and C#'s numbers in place of JavaScript's) is told
at the top of `inkjs_oracle.js`. It does not follow inkjs where inkjs is wrong about ink in other
ways; tests that meet such a place name it.
"""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

__all__ = [
    "REWORDED",
    "Compiled",
    "Draw",
    "Inkjs",
    "Line",
    "OracleError",
    "OracleTimeoutError",
    "Problem",
    "Run",
    "Turn",
    "missing",
    "mix",
]

HERE = Path(__file__).parent
_EXTERNAL = re.compile(r'"x\(\)":"([^"]+)"')
# What inkjs says in other words than inkle's runtime, whose words are the law: (inkjs's, ink's).
_TYPES = ("Bool", "Int", "Float", "List", "String", "DivertTarget", "VariablePointer")
REWORDED: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"^Cannot perform operation (\S+) on "), r"Cannot perform operation '\1' on "),
    (re.compile(r"^Can not call use (\S+) operation on "), r"Can not call use '\1' operation on "),
    (re.compile(r"^TURNS_SINCE / READ_COUNT expected "), "TURNS_SINCE expected "),
    (
        re.compile(r'on a void value\. Did you forget to "return"'),
        "on a void value. Did you forget to 'return'",
    ),
    (
        re.compile(r"^Can't cast (.*) from (-?\d) to (\d)$"),
        lambda m: (
            f"Can't cast {m[1].capitalize() if m[2] == '-1' else m[1]} "
            f"from {_TYPES[int(m[2]) + 1]} to {_TYPES[int(m[3]) + 1]}"
        ),
    ),
)
_PREFIX = re.compile(r"^RUNTIME (?:ERROR|WARNING): (?:'[^\n]*?' line \d+: |\([^)\n]*\): )?")


class OracleError(Exception):
    """The oracle could not answer; its own fault or that of the request."""


class OracleTimeoutError(OracleError):
    """No answer in time. inkjs never finishes some stories."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line or a choice as it is shown; the end of line is taken off."""

    text: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """A run-time error or warning: ink's sentence without its place.

    `line` counts the lines of the turn before the one it came up in.
    """

    severity: str
    message: str
    line: int


@dataclass(frozen=True, slots=True)
class Draw:
    """One draw of chance. `kind` is `random`, `list` or `shuffle`."""

    kind: str
    outcomes: int
    outcome: int


@dataclass(slots=True)
class Turn:
    """From one choice to the next; `unterminated` when the last line has no end of line."""

    lines: list[Line]
    choices: list[Line]
    problems: list[Problem]
    draws: list[Draw]
    picked: int | None
    ended: bool
    unterminated: bool = False
    variables: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Run:
    """A playthrough. `crash`: inkjs itself gave up.

    `hang`: its last turn did not end, within the limit of steps, of (processor) time or of lines.
    """

    turns: list[Turn]
    hang: str | None
    crash: str | None

    @property
    def picks(self) -> list[int]:
        """The choices taken, counted from 0."""
        return [turn.picked for turn in self.turns if turn.picked is not None]

    @property
    def draws(self) -> list[int]:
        """The outcomes of all draws, in the order they were taken."""
        return [draw.outcome for turn in self.turns for draw in turn.draws]


@dataclass(frozen=True, slots=True)
class Compiled:
    """What inkjs's compiler makes of a source; `json` is None where it reports errors."""

    handle: int | None
    json: str | None
    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    crash: str | None

    @property
    def unbound(self) -> list[str]:
        """The EXTERNAL functions that have no fallback in the story."""
        if self.json is None:
            return []
        named = json.loads(self.json.removeprefix("\ufeff"))["root"][-1] or {}
        return sorted(set(_EXTERNAL.findall(self.json)) - set(named))


def mix(seed: int, k: int) -> int:
    """The k-th number of a stream, 32 bits: what the oracle takes when no draw is forced.

    Draw number k with n outcomes takes number `mix(seed, k) % n` of those that are left.
    """
    mask = 0xFFFFFFFF
    x = (seed + (k + 1) * 0x9E3779B9) & mask
    x = ((x ^ (x >> 16)) * 0x21F0AAAD) & mask
    x = ((x ^ (x >> 15)) * 0x735A2D97) & mask
    return x ^ (x >> 15)


def missing() -> str | None:
    """Why the oracle can't run here, or None if it can."""
    if shutil.which("node") is None:
        return "node is not installed"
    if not (HERE / "node_modules" / "inkjs" / "package.json").exists():
        return "inkjs is not installed: npm ci --prefix tests/peers"
    return None


class Inkjs:
    """A running inkjs; a context manager."""

    def __init__(
        self, *, timeout: float = 60.0, processor: float = 15.0, numbers: str = "exact"
    ) -> None:
        """`timeout` is the seconds an answer may take, `processor` those of work on one play."""
        self.timeout = timeout
        self.processor = processor
        self.numbers = numbers
        self._process: subprocess.Popen[bytes] | None = None
        self._buffer = b""
        self._handles: dict[str, int] = {}  # by its JSON, each story that the process has

    def __enter__(self) -> Inkjs:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        self._buffer = b""
        self._handles.clear()
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()

    def compile(
        self,
        source: str,
        files: Mapping[str, str] | None = None,
        *,
        name: str | None = None,
        count_all: bool = False,
    ) -> Compiled:
        """Compile ink; `files` are the texts that INCLUDE finds, by path from the root file."""
        answer = self._ask(
            {
                "op": "compile",
                "source": source,
                "files": dict(files or {}),
                "name": name,
                "count_all": count_all,
            }
        )
        if answer["handle"] is not None:
            self._handles[answer["json"]] = answer["handle"]
        return Compiled(
            answer["handle"],
            answer["json"],
            tuple(answer["errors"]),
            tuple(answer["warnings"]),
            tuple(answer["notes"]),
            answer["crash"],
        )

    def load(self, text: str) -> Compiled:
        """Take compiled ink JSON as it is."""
        answer = self._ask({"op": "load", "json": text})
        self._handles[text] = answer["handle"]
        return Compiled(answer["handle"], text, (), (), (), None)

    def play(
        self,
        story: Compiled,
        choices: Sequence[int] = (),
        *,
        random: int | None = None,
        max_turns: int | None = None,
        draws: Iterable[int] | None = None,
        seed: int = 0,
        start: str | None = None,
        fresh: bool = False,
        bind: Iterable[str] = (),
        externals: Mapping[str, Sequence[object]] | None = None,
        variables: bool = False,
        counts: bool = False,
        max_steps: int = 300_000,
        max_lines: int = 2_000,
    ) -> Run:
        """Play a fresh playthrough: first `choices`, then, if `random` is a seed, random ones.

        It stops at an ending, after `max_turns` choices, or where no choice is given. Draws are
        taken from `draws`, and past its end from `seed`. `start` is a knot to jump to
        once the story's beginning has been read; the beginning's own turn is not in the answer,
        its draws come with the first turn that is. With `fresh` nothing is read before the jump.
        `bind` names EXTERNAL functions that return 0; `externals` those that return one of their
        values, which one being a draw.
        """
        handle = story.handle
        if story.json is not None:  # a process that began since does not have it
            known = self._handles.get(story.json)
            handle = self.load(story.json).handle if known is None else known
        answer = self._ask(
            {
                "op": "play",
                "handle": handle,
                "choices": list(choices),
                "random": random,
                "max_turns": max_turns,
                "draws": None if draws is None else list(draws),
                "seed": seed,
                "start": start,
                "fresh": fresh,
                "bind": list(bind),
                "externals": {
                    name: [_hosted(value) for value in values]
                    for name, values in (externals or {}).items()
                },
                "variables": variables,
                "counts": counts,
                "max_steps": max_steps,
                "max_lines": max_lines,
                "max_seconds": self.processor,
            }
        )
        return Run([_turn(turn) for turn in answer["turns"]], answer["hang"], answer["crash"])

    def _ask(self, request: dict[str, Any]) -> Any:
        process = self._started()
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
            answer = json.loads(self._line(process))
        except (BrokenPipeError, json.JSONDecodeError) as error:
            self.close()
            raise OracleError(f"the oracle died: {error}") from error
        if "error" in answer:
            raise OracleError(answer["error"])
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(
                ["node", "--stack-size=4000", "inkjs_oracle.js"],
                cwd=HERE,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "ORACLE_NUMBERS": self.numbers},
            )
        return self._process

    def _line(self, process: subprocess.Popen[bytes]) -> bytes:
        assert process.stdout is not None
        descriptor = process.stdout.fileno()
        chunks = [self._buffer]
        while b"\n" not in chunks[-1]:
            ready, _, _ = select.select([descriptor], [], [], self.timeout)
            if not ready:
                self.close()
                raise OracleTimeoutError(f"no answer within {self.timeout} s")
            chunk = os.read(descriptor, 1 << 20)
            if not chunk:
                raise BrokenPipeError("end of output")
            chunks.append(chunk)
        line, self._buffer = b"".join(chunks).split(b"\n", 1)
        return line


def _turn(turn: dict[str, Any]) -> Turn:
    lines = turn["lines"]
    return Turn(
        lines=[Line(line["text"].removesuffix("\n"), tuple(line["tags"])) for line in lines],
        choices=[Line(choice["text"], tuple(choice["tags"])) for choice in turn["choices"]],
        problems=[
            Problem(p["severity"], _in_inks_words(_PREFIX.sub("", p["message"])), p["line"])
            for p in turn["problems"]
        ],
        draws=[Draw(d["kind"], d["outcomes"], d["outcome"]) for d in turn["draws"]],
        picked=turn["picked"],
        ended=turn["ended"],
        unterminated=bool(lines) and not lines[-1]["text"].endswith("\n"),
        variables=turn.get("variables", {}),
        counts=turn.get("counts", {}),
    )


def _in_inks_words(message: str) -> str:
    for theirs, inks in REWORDED:
        message = theirs.sub(inks, message)
    return message


def _hosted(value: object) -> object:
    """A value that an EXTERNAL returns, as the oracle is told of it."""
    if isinstance(value, float):
        return {"float": value}
    return {"list": list(value)} if isinstance(value, tuple) else value
