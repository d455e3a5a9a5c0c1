"""Random playthroughs of the corpus, here and in inkjs, and the table of docs/conformance.md.

    python -m tests.corpus_playthroughs                      # every story, 200 playthroughs each
    python -m tests.corpus_playthroughs vnn --playthroughs 9 # some of them, to standard output

A playthrough is played by inkjs with random choices and draws, and followed here with the same;
lines, choices, tags, and run-time errors and warnings must be the same, turn by turn. A story is
entered at its top, or, where there is nothing to choose from there, at each of its knots. EXTERNAL
functions without a fallback give 0 on both sides.

What is not compared is counted: the last turn of a playthrough in which inkjs is *given up*, since
it did not come to rest within its limit of steps, time or lines. Each story has a process of its
own, so that whatever goes wrong there is a line of the table and stops no other.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from foretell import ink_json
from foretell.container import Assign, Command, CompiledStory, Container
from foretell.diagnostics import Diagnostic
from foretell.vm.lower import lower
from foretell.vm.program import Program
from tests import ours
from tests.conftest import corpus_folder
from tests.peers import inkjs
from tests.peers.agreement import first_difference, played_by_inkjs
from tests.spec_pages import Played, show

__all__ = ["Compared", "compare", "compiled", "plain_knots", "text_of"]

ROOT: Final = Path(__file__).resolve().parents[1]
TURNS: Final = 40
STEPS: Final = 200_000  # of inkjs, in one turn
ANSWER: Final = 60.0  # seconds that inkjs may take for more steps
MORE: Final = 20  # times as many where we come to rest and inkjs does not


@dataclass(frozen=True, slots=True)
class Text:
    """A story's root file and the files beside it, by path from the root file's folder."""

    root: str
    files: dict[str, str]
    name: str


@dataclass(slots=True)
class Compared:
    """What came of one story. `given_up` counts turns by the limit that inkjs hit in them."""

    name: str
    entries: int = 0
    playthroughs: int = 0
    turns: int = 0
    draws: int = 0
    problems: int = 0  # run-time errors and warnings, the same in both
    given_up: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    differences: list[str] = field(default_factory=list)
    compiled_by: str = "inkjs"
    failed: str = ""  # why there is no answer

    @property
    def agrees(self) -> bool:
        """Whether everything that was to be compared was, and is the same."""
        return not self.failed and not self.differences


def stories() -> Path:
    """The folder of the corpus's stories."""
    folder = corpus_folder()
    if folder is None:
        sys.exit("no corpus: set FORETELL_CORPUS")
    return folder / "stories"


def text_of(name: str) -> Text:
    """A story's files."""
    folder = stories() / name
    meta = json.loads((folder / "meta.json").read_text("utf-8"))
    root = folder / meta["root"]
    files = {
        relative(path, root.parent): path.read_text("utf-8-sig", errors="replace")
        for path in folder.rglob("*.ink")
    }
    return Text(root.read_text("utf-8-sig", errors="replace"), files, root.name)


def relative(path: Path, base: Path) -> str:
    """The path from `base` to a file, with `..` where it has to go up."""
    ups = 0
    while not path.is_relative_to(base):
        base = base.parent
        ups += 1
    return "../" * ups + path.relative_to(base).as_posix()


def compiled(
    name: str, *, count_all: bool = False
) -> tuple[CompiledStory | None, list[Diagnostic]]:
    """A story of the corpus as we compile it."""
    text = text_of(name)
    return ours.compiled(text.root, text.files, name=text.name, count_all=count_all)


def plain_knots(story: CompiledStory) -> list[str]:
    """The knots that a host can enter: they take no arguments, and end in no return."""
    found: list[str] = []
    for name, node in story.root.named.items():
        if name == "global decl" or not isinstance(node, Container):
            continue
        inside = [inner for inner, _ in node.walk()]
        takes = node.content and isinstance(node.content[0], Assign)
        returns = any(isinstance(n, Command) and n.name in ("~ret", "->->") for n in inside)
        if not takes and not returns:
            found.append(name)
    return found


def compare(name: str, oracle: inkjs.Inkjs, seeds: Sequence[int], turns: int = TURNS) -> Compared:
    """Play a story at random in both, once for each seed and entry; stops at five differences.

    Where inkjs's compiler fails, it plays the JSON that ours makes.
    """
    found = Compared(name)
    story, problems = compiled(name)
    if story is None:
        error = next(problem for problem in problems if problem.severity == "error")
        found.failed = f"does not compile: {error.code}"
        return found
    theirs = peer_of(name, story, oracle, found)
    program = lower(story)
    first = oracle.play(theirs, bind=theirs.unbound)
    starts: list[str | None] = [None]
    if not first.crash and not first.turns[0].choices:
        starts += plain_knots(story)
    for start in starts:
        found.entries += 1
        for seed in seeds:
            run, played = both(oracle, theirs, program, seed, start, turns)
            difference = account(found, run, played)
            if difference is not None:
                where = f"from {start or 'the top'}, seed {seed}, path {run.picks}"
                found.differences.append(f"{where}\n{difference}")
                if len(found.differences) == 5:
                    return found
            if not run.picks and not run.draws:
                break  # nothing can come out otherwise
    return found


def peer_of(
    name: str, story: CompiledStory, oracle: inkjs.Inkjs, found: Compared
) -> inkjs.Compiled:
    """The story as inkjs plays it."""
    text = text_of(name)
    try:
        theirs = oracle.compile(text.root, text.files)
    except inkjs.OracleTimeoutError:
        theirs = None
    if theirs is None or theirs.json is None:
        found.compiled_by = "foretell"
        theirs = oracle.load(ink_json.dump(story))
    return theirs


def account(found: Compared, run: inkjs.Run, played: list[Played]) -> str | None:
    """Count a playthrough; gives its first difference."""
    turns = played_by_inkjs(run)
    if run.hang or run.crash:
        last = len(turns) - 1
        if run.crash and not played[last].problems:
            return f"  inkjs fails in turn {last}, we do not: {run.crash}"
        limit = run.hang or "failed"
        found.given_up[limit] = found.given_up.get(limit, 0) + 1
        played, turns = played[:last], turns[:-1]
    found.playthroughs += 1
    found.turns += len(turns)
    found.draws += sum(len(turn.draws) for turn in turns)
    found.problems += sum(len(turn.problems) for turn in turns)
    return first_difference(show(played), show(turns))


def both(
    oracle: inkjs.Inkjs,
    theirs: inkjs.Compiled,
    program: Program,
    seed: int,
    start: str | None,
    turns: int,
    max_steps: int = STEPS,
) -> tuple[inkjs.Run, list[Played]]:
    """One random playthrough of inkjs, and ours along it.

    Where inkjs runs out of steps and we do not, the turn may only be long: it gets more. Where it
    needs too long for those, its last turn is given up.
    """
    run = oracle.play(
        theirs,
        random=seed,
        max_turns=turns,
        seed=seed,
        max_steps=max_steps,
        start=start,
        bind=theirs.unbound,
    )
    mine = ours.start(program, run.draws, start=start, bind=theirs.unbound)
    played = ours.play(mine, run.picks)
    if run.hang and not played[len(run.turns) - 1].problems and max_steps == STEPS:
        patience, oracle.timeout = oracle.timeout, min(oracle.timeout, ANSWER)
        try:
            return both(oracle, theirs, program, seed, start, turns, MORE * STEPS)
        except inkjs.OracleTimeoutError:
            pass
        finally:
            oracle.timeout = patience
    return run, played


# ---------------------------------------------------------------- the command


def apart(name: str, playthroughs: int, patience: float, turns: int = TURNS) -> Compared:
    """Compare a story in a process of its own."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "tests.corpus_playthroughs", name, "--alone"]
    command += ["--playthroughs", str(playthroughs), "--turns", str(turns)]
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=patience, check=False
        )
    except subprocess.TimeoutExpired:
        return Compared(name, seconds=patience, failed=f"not done in {patience:g} s")
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        said = done.stderr.strip().splitlines() or [f"ended with {done.returncode}"]
        return Compared(name, seconds=time.perf_counter() - began, failed=said[-1][:200])
    return Compared(**json.loads(lines[-1]))


def alone(name: str, playthroughs: int, turns: int = TURNS) -> Compared:
    """Compare a story in this process, patiently: the machine may be busy with other work."""
    began = time.perf_counter()
    with inkjs.Inkjs(timeout=600, processor=60) as oracle:
        found = compare(name, oracle, range(playthroughs), turns)
    found.seconds = time.perf_counter() - began
    return found


def table(rows: Sequence[Compared]) -> str:
    """The rows as a table in Markdown, and what they come to."""
    agree = sum(row.agrees for row in rows)
    turns = sum(row.turns for row in rows)
    given_up = Counter[str]()
    for row in rows:
        given_up.update(row.given_up)
    out = ["| story | entries | playthroughs | turns | draws | errors and warnings | given up | |"]
    out.append("|---|--:|--:|--:|--:|--:|--:|---|")
    out += (line(row) for row in rows)
    cut = ", ".join(f"{n:,} by {limit}" for limit, n in sorted(given_up.items())) or "none"
    out += ["", f"{agree} of {len(rows)} stories agree; {turns:,} turns compared, given up: {cut}."]
    return "\n".join(out) + "\n"


def line(row: Compared) -> str:
    """A story's line in the table."""
    result = "the same"
    if row.failed:
        result = row.failed
    elif row.differences:
        result = f"**{len(row.differences)} differences**"
    if row.compiled_by != "inkjs":
        result += "; inkjs plays our JSON"
    cut = ", ".join(f"{n} ({limit})" for limit, n in sorted(row.given_up.items())) or "0"
    figures = [row.entries, row.playthroughs, row.turns, row.draws, row.problems]
    return f"| {row.name} | {' | '.join(f'{n:,}' for n in figures)} | {cut} | {result} |"


def main(arguments: Iterable[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Play the corpus here and in inkjs.")
    parser.add_argument("stories", nargs="*", help="some of them (all that compile)")
    parser.add_argument("--playthroughs", type=int, default=200, help="of each entry (200)")
    parser.add_argument(
        "--turns", type=int, default=TURNS, help="of each playthrough, at most (40)"
    )
    parser.add_argument("--patience", type=float, default=3600, help="seconds a story (3600)")
    parser.add_argument(
        "--rows", type=Path, help="keep what was found here, and play no story that is here already"
    )
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(None if arguments is None else list(arguments))
    if options.alone:
        one = alone(options.stories[0], options.playthroughs, options.turns)
        print(json.dumps(asdict(one)))
        return
    kept: Path | None = options.rows
    known: dict[str, Compared] = {}
    if kept is not None and kept.exists():
        rows = (Compared(**json.loads(text)) for text in kept.read_text("utf-8").splitlines())
        known = {row.name: row for row in rows}
    found: list[Compared] = []
    for name in options.stories or sorted(
        path.parent.name for path in stories().glob("*/meta.json")
    ):
        row = known.get(name) or apart(name, options.playthroughs, options.patience, options.turns)
        found.append(row)
        if kept is not None and name not in known:
            with kept.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(row)) + "\n")
        print(f"{row.seconds:7.1f} s  {line(row)}", file=sys.stderr, flush=True)
        for difference in row.differences:
            print(difference, file=sys.stderr, flush=True)
    print(table(found), end="")


if __name__ == "__main__":
    main()
