"""`check` over every story of the corpus, and the page docs/corpus.md made of it.

    python -m tests.corpus_report                # every story, a minute each; writes the page
    python -m tests.corpus_report innkeeper vnn  # some of them, to standard output
    python -m tests.corpus_report --longer 300   # those without a proof that there is too much are
                                                 # explored so long, to count their states

Each story is checked in a process of its own, so whatever goes wrong there is a line of the page. A
story is entered at its top, or, where there is nothing to choose from there, at each of its knots,
as a game would; the limit of time is for all of it. Playable are those with something to choose.
The page holds names and figures only, nothing that the stories tell.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from foretell.checker.exploring.memory import whole_memory
from foretell.checker.report import memory_text, rounded_down
from tests.conftest import corpus_folder

ROOT: Final = Path(__file__).resolve().parents[1]
PAGE: Final = ROOT / "docs" / "corpus.md"
MEMORY: Final = 24 << 30  # bytes of address space a story may take; half of them are used
PATIENCE: Final = 120.0  # seconds a process may take on top of the limit
ALLOWED: Final = 120.0  # seconds in which a story is to be read, or a reason told why not


@dataclass(slots=True)
class Checked:
    """What came of one story. `state` is complete, bounded, failed, or faulty: no story at all."""

    name: str
    state: str
    entries: int = 1
    states: int = 0
    turns: int = 0
    seconds: float = 0.0
    count: str = ""  # playthroughs, or branches of choice and chance
    endings: int = 0
    findings: dict[str, int] = field(default_factory=dict)  # errors and warnings, by code
    stopped: str = ""
    followed: float = 1.0
    horizon: list[int] = field(default_factory=list)  # choices followed: by all, 99 %, half
    at_least: int = 0  # states there are, proved but for one case in a million; 0: not known
    room: int = 0  # bytes that so many would take
    counted: int = 0  # states found by exploring for `counting` seconds, with nothing solved
    counting: float = 0.0
    counted_all: bool = False
    growing: list[str] = field(default_factory=list)
    why: str = ""  # what went wrong

    @property
    def playable(self) -> bool:
        """Whether there is something to choose, as far as is known."""
        return self.state in ("bounded", "failed") or self.turns > 0


def root_of(name: str) -> Path:
    """The main file of a story of the corpus."""
    folder = corpus_folder()
    if folder is None:
        sys.exit("no corpus: set FORETELL_CORPUS")
    home = folder / "stories" / name
    return home / json.loads((home / "meta.json").read_text("utf-8"))["root"]


def names_of_all() -> list[str]:
    """The stories of the corpus."""
    folder = corpus_folder()
    if folder is None:
        sys.exit("no corpus: set FORETELL_CORPUS")
    return sorted(path.parent.name for path in (folder / "stories").glob("*/meta.json"))


def check(name: str, seconds: float) -> Checked:
    """Check a story in this process."""
    from foretell.checker.entries import Entered
    from foretell.checking import Limits, Options, read_entries
    from foretell.diagnostics import StoryError
    from foretell.loading import Loaded, read_story
    from tests.corpus_playthroughs import plain_knots

    def entered(loaded: Loaded, entries: Sequence[str], left: float) -> Entered:
        return read_entries(loaded, Options(limits=Limits(seconds=left), entries=entries))

    began = time.perf_counter()
    loaded = read_story(root_of(name))
    if loaded.errors:
        return Checked(name, "faulty", why=loaded.errors[0].code)
    story = loaded.usable()
    found = entered(loaded, [""], seconds)
    knots = plain_knots(story)
    if knots and found.complete and found.analyses[0].turns == 0:
        left = seconds - (time.perf_counter() - began)
        try:
            found = entered(loaded, knots, left)
        except StoryError as error:
            return Checked(name, "failed", why=error.diagnostics[0].message)
    return report(name, found, time.perf_counter() - began)


def report(name: str, found: object, seconds: float) -> Checked:
    """The line of a story that was read."""
    from foretell.checker.entries import Entered, joint_endings

    assert isinstance(found, Entered)
    analyses = found.analyses
    totals = [analysis.playthroughs.total for analysis in analyses]
    known = [total for total in totals if total is not None]
    count = "without end" if len(known) < len(totals) else figure(sum(known))
    if found.complete and any(analysis.playthroughs.drawn for analysis in analyses):
        count += " branches"
    codes = Counter(p.code for p in found.problems if p.severity != "note")
    bounded = [analysis for analysis in analyses if not analysis.complete]
    growing = {thing.name: thing.summary for a in bounded for thing in a.growing}
    checked = Checked(
        name,
        "complete" if found.complete else "bounded",
        len(analyses),
        sum(analysis.states for analysis in analyses),
        sum(analysis.turns for analysis in analyses),
        seconds,
        count if found.complete else "",
        len(joint_endings(analyses)),
        dict(sorted(codes.items())),
        next((analysis.stopped for analysis in bounded), ""),
        min(analysis.followed for analysis in analyses),
    )
    checked.growing = [f"{thing}: {summary}" for thing, summary in list(growing.items())[:3]]
    for pumping in (analysis.pumping for analysis in bounded):
        if pumping is not None:
            told = ", ".join(f"{name} {by:+,}" for name, by in pumping.grows)
            choices = pumping.circuit.count("/") + 1
            circuit = f"a circuit of {choices} choices made {pumping.rounds} times over: {told}"
            checked.growing.insert(0, circuit)
    if bounded:
        far = bounded[0].horizon
        checked.horizon = [far.whole, far.choices(0.99), far.choices(0.5)]
    for proof in (analysis.occupancy for analysis in bounded):
        if proof is not None and proof.states > checked.at_least:
            checked.at_least = proof.states
            checked.room = round(proof.states * proof.row_bytes)
    return checked


def count(name: str, seconds: float) -> tuple[int, float, bool]:
    """How many states this process finds in so many seconds, in how many, and if that is all."""
    from foretell.checker.exploring.explore import Explorer, Limits
    from foretell.loading import read_story
    from foretell.vm.lower import lower

    limits = Limits(states=2_000_000_000, seconds=seconds, memory=MEMORY * 3 // 4)
    began = time.perf_counter()
    found = Explorer(lower(read_story(root_of(name)).usable()), limits=limits).run()
    return found.graph.n, time.perf_counter() - began, found.complete


def beyond(row: Checked, seconds: float) -> str:
    """Why a story can't be read whole within ALLOWED seconds; "" where that is not known."""
    whole = whole_memory()
    if whole and row.room > whole:
        return f"{rounded_down(row.at_least):,} states, which take {memory_text(row.room)}"
    in_time = row.states * ALLOWED / seconds  # at the pace so far, which only falls
    if row.at_least > in_time:
        return f"{rounded_down(row.at_least):,} states, {in_time / 1e6:,.1f} million found in time"
    if row.counting > ALLOWED and not row.counted_all:
        return f"{rounded_down(row.counted):,} states found in {row.counting:,.0f} s, and not all"
    return ""


def figure(n: int) -> str:
    """A number with separators, in powers of ten where it is longer than anybody reads."""
    if n < 10**18:
        return f"{n:,}"
    digits = str(n)
    return f"{digits[0]}.{digits[1:3]} × 10^{len(digits) - 1}"


def alone(name: str, *options: str, seconds: float) -> str:
    """What this command says of a story in a process of its own.

    Raises RuntimeError with what went wrong.
    """
    command = [sys.executable, "-m", "tests.corpus_report", name, "--seconds", str(seconds)]
    try:
        done = subprocess.run(
            [*command, "--alone", *options],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=seconds + PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise RuntimeError("did not stop at its limit") from None
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        said = done.stderr.strip().splitlines() or [f"ended with {done.returncode}"]
        raise RuntimeError(said[-1][:120])
    return lines[-1]


def apart(name: str, seconds: float) -> Checked:
    """Check a story in a process of its own."""
    began = time.perf_counter()
    try:
        return Checked(**json.loads(alone(name, seconds=seconds)))
    except RuntimeError as error:
        return Checked(name, "failed", seconds=time.perf_counter() - began, why=str(error))


def page(rows: Sequence[Checked], seconds: float) -> str:
    """The page."""
    playable = [row for row in rows if row.playable]
    complete = [row for row in playable if row.state == "complete"]
    in_time = [row for row in complete if row.seconds <= seconds]
    bounded = sum(row.state == "bounded" for row in playable)
    failed = sum(row.state == "failed" for row in playable)
    out = ["# The corpus", ""]
    out.append(
        "What `foretell check` makes of other people's stories: published games, samples, jam"
    )
    out.append("games, and the dialogue of games that enter it knot by knot. Made by")
    made = f"on {dt.date.today():%Y-%m-%d}, {seconds:g} seconds a story, {machine()}."
    out += [f"`python -m tests.corpus_report` {made}", ""]
    percent = f"{100 * len(in_time) / max(1, len(playable)):.0f} %"
    whole = f"**{len(in_time)} read whole within {seconds:g} seconds each** ({percent})"
    out.append(f"{len(rows)} stories, {len(playable)} of them playable: {whole},")
    compiled = [row for row in rows if row.state != "faulty"]
    whole_at_all = sum(row.state == "complete" and row.seconds <= seconds for row in compiled)
    out.append(
        f"{bounded} answered with bounds, {failed} failed. With those that offer no choice it is"
    )
    percent = f"{100 * whole_at_all / max(1, len(compiled)):.0f} %"
    out += [f"{whole_at_all} of the {len(compiled)} that compile ({percent}).", ""]
    heads = "story, entered at, result, states, turns, seconds, playthroughs, endings, found"
    out += [f"| {heads.replace(', ', ' | ')} |", "|---|---|---|--:|--:|--:|--:|--:|---|"]
    out += (line(row) for row in playable)
    out += ["", "## Not read whole, and why", ""]
    out += [
        "What takes ever more values where exploring stopped (first, if one was found, a circuit",
        "of choices that comes to a new state each time it is made); the share of the uniform",
        "reader's playthroughs that was followed to its end; through how many choices every",
        "reader was followed, 99 % of them, and half; and why two minutes would not do. There",
        "are more states than this machine has memory for, or than are found in two minutes",
        "at the pace of the first: random readers have proved that, who go on from where",
        "exploring stopped and hardly ever stand in the same state, with an error of one in a",
        "million. Or a longer run, which only explored, did not come to the end either.",
    ]
    out += [f"This machine has {memory_text(whole_memory())}.", ""]
    heads = "story, stopped by, followed, choices followed, too much for two minutes, what grows"
    out += [f"| {heads.replace(', ', ' | ')} |", "|---|---|--:|---|---|---|"]
    for row in playable:
        if row.state == "bounded":
            # texts that a variable holds are the story's own: they stay out of the page
            grows = "<br>".join(thing.partition(": “")[0] for thing in row.growing) or "?"
            far = ", ".join(str(n) if n >= 0 else "–" for n in row.horizon) or "?"
            why = beyond(row, seconds) or least(row)
            cells = [row.name, row.stopped, share(row.followed), far, why, grows]
            out.append(f"| {' | '.join(cells)} |")
        elif row.state == "failed":
            out.append(f"| {row.name} | {row.why} | | | | |")
    out += ["", "## Nothing to choose", ""]
    out.append("Read whole as well, but there is no choice in them from any entry, or they do not")
    out += ["compile.", "", "| story | result | found |", "|---|---|---|"]
    for row in rows:
        if not row.playable:
            result = f"does not compile: {row.why}" if row.state == "faulty" else row.state
            out.append(f"| {row.name} | {result} | {findings(row)} |")
    return "\n".join(out) + "\n"


def least(row: Checked) -> str:
    """How many states a story has at least, where that is no reason."""
    return f"not known: {rounded_down(max(row.states, row.at_least, row.counted)):,} states or more"


def line(row: Checked) -> str:
    """A story's line in the table."""
    where = "the top" if row.entries == 1 else f"{row.entries} knots"
    cells = [row.name, where, row.state, f"{row.states:,}", f"{row.turns:,}"]
    cells += [f"{row.seconds:.1f}", row.count or "?", str(row.endings), findings(row)]
    return f"| {' | '.join(cells)} |"


def findings(row: Checked) -> str:
    """The errors and warnings of a story, by code."""
    return ", ".join(f"{code} {n}" for code, n in row.findings.items())


def share(x: float) -> str:
    """A share in per cent, which is 0 or 100 only where it is just that."""
    if x in (0.0, 1.0):
        return f"{100 * x:.0f} %"
    if x < 0.0005:
        return "< 0.1 %"
    return f"{100 * x:.1f} %" if x < 0.9995 else "> 99.9 %"


def machine() -> str:
    """The processor, in a few words."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").split("\n")
        model = next(text.split(":")[1].strip() for text in lines if text.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.machine()
    load = os.getloadavg()[0]  # a machine that does other work as well takes longer
    return f"{model}, {os.cpu_count()} processors, load {load:.0f}"


def main(arguments: Iterable[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Check every story of the corpus.")
    parser.add_argument("stories", nargs="*", help="some of them: the page goes to standard output")
    parser.add_argument("--seconds", type=float, default=60.0, help="for each story (60)")
    parser.add_argument(
        "--rows",
        type=Path,
        help="keep what was found here, and check no story that is here already",
    )
    parser.add_argument(
        "--longer", type=float, default=0.0, help="seconds to count the states of those unexplained"
    )
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--count", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(None if arguments is None else list(arguments))
    if options.alone:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        if options.count:
            print(json.dumps(count(options.stories[0], options.seconds)))
            return
        print(json.dumps(asdict(check(options.stories[0], options.seconds))))
        return
    names = options.stories or names_of_all()
    kept: Path | None = options.rows
    known: dict[str, Checked] = {}
    if kept is not None and kept.exists():
        read = (Checked(**json.loads(text)) for text in kept.read_text("utf-8").splitlines())
        known = {row.name: row for row in read}
    rows: list[Checked] = []
    for name in names:
        row = known.get(name) or apart(name, options.seconds)
        rows.append(row)
        if kept is not None and name not in known:
            with kept.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(row)) + "\n")
        told = row.why or f"{row.states:,} states"
        print(f"{row.seconds:6.1f} s  {row.state:9} {name}  {told}", file=sys.stderr, flush=True)
    for row in rows if options.longer else ():
        if row.state == "bounded" and not beyond(row, options.seconds):
            found = json.loads(alone(row.name, "--count", seconds=options.longer))
            row.counted, row.counting, row.counted_all = found
            if kept is not None:
                lines = (json.dumps(asdict(each)) + "\n" for each in rows)
                kept.write_text("".join(lines), "utf-8")
            print(
                f"{row.counting:6.1f} s  counted   {row.name}  {row.counted:,} states",
                file=sys.stderr,
            )
    text = page(rows, options.seconds)
    if options.stories:
        print(text, end="")
    else:
        PAGE.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
