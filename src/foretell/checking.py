"""`foretell check`: read a story whole and say what was found.

This is the front door of the checker: it takes a loaded story and options, runs the analysis with
a line of progress, and gives the report as text or JSON together with the exit code. What may be
said is decided in `checker.analysis`, how it is said in `checker.report`.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from foretell.checker.analysis import Analysis, Limits, analyse
from foretell.checker.claims import Verdict, decide, stops
from foretell.checker.entries import Entered, joint_problems, joint_verdict
from foretell.checker.exploring.bounds import check_bounds
from foretell.checker.exploring.explore import MET, Progress
from foretell.checker.graphs.export import write_drn, write_prism
from foretell.checker.graphs.solve import reader_weights
from foretell.checker.questions import Questions, ask_story
from foretell.checker.readers import check_reader, edge_weights
from foretell.checker.report import Heading, entered_json, entered_text, exit_code
from foretell.checker.whatif import check_whatifs
from foretell.config import Config
from foretell.diagnostics import Diagnostic, Span, StoryError, closest
from foretell.keeping import EVERY, Keeper
from foretell.loading import Loaded, read_promises
from foretell.terminal import show_problems
from foretell.vm import program as P
from foretell.vm.program import Program

__all__ = [
    "Limits",
    "Options",
    "check",
    "entry_of",
    "export",
    "heading_of",
    "in_turn",
    "names_asked",
    "names_used",
    "place_of",
    "places_entered",
    "progress_line",
    "read_entries",
    "read_whole",
    "watching",
]


@dataclass(slots=True)
class Options:
    """What `check` was asked for."""

    limits: Limits = field(default_factory=Limits)
    threads: int = 0  # 0: as many as there are processors
    as_json: bool = False
    every: bool = False
    timings: bool = False
    allow: Sequence[str] = ()
    entries: Sequence[str] = ()  # in place of those of foretell.toml; "" is the story's top
    colour: bool = False
    columns: int | None = None  # that the report may take; None for any number
    progress: bool = False
    sizing: float = 10.0  # seconds, at most, for how many states there are at least
    fail_fast: bool = False  # stop at the first state or fault that breaks a claim
    export: Path | None = None  # a file for other model checkers: .drn, or .tra and its fellows
    reader: str | None = None  # whose Markov chain is exported; None exports every choice
    spent: dict[str, float] = field(default_factory=dict)  # seconds, on what came before
    checkpoint: str | None = "off"  # a file; None beside the story; see `keeping`
    checkpoint_seconds: float = EVERY
    resume: bool = False


def read_whole(
    loaded: Loaded, options: Options | None = None
) -> tuple[Analysis, list[Verdict], list[Diagnostic]]:
    """The analysis of a loaded story from its top, the verdicts on its claims, every problem.

    Raises StoryError where the story can't be used.
    """
    found = read_entries(loaded, replace(options or Options(), entries=("",)))
    return found.analyses[0], found.verdicts, found.problems


def read_entries(loaded: Loaded, options: Options) -> Entered:
    """A loaded story read from each of its entries, with verdicts and problems of them all.

    Entries are those of the options, else those of foretell.toml, else the story's top. The limit
    of time is for them together. Raises StoryError where the story can't be used, or a place to
    enter at is none.
    """
    began = time.perf_counter()
    keeper = Keeper.beside(  # what is asked of a story changes its tree: before that
        loaded, options.checkpoint, resume=options.resume, every=options.checkpoint_seconds
    )
    config = read_promises(loaded)
    expressions = [expression for claim in config.claims for expression in claim.expressions]
    questions = ask_story(loaded.usable(), expressions, config.endings)
    check_whatifs(config.whatifs, questions)
    check_bounds(questions.program, config.bounds.variables)
    program = questions.program
    places = places_entered(program, options.entries, config)
    show = progress_line(sys.stderr) if options.progress else None
    changed = {name for whatif in config.whatifs for name in whatif.set}
    lowered = time.perf_counter()
    entries: list[tuple[str, Analysis]] = []
    for place, limits in in_turn(places, _limits(options, config)):
        analysis = analyse(
            program,
            limits=limits,
            asked=questions.pcs,
            start=place or None,
            progress=show,
            threads=options.threads,
            expected_unread=changed,
            endings=questions.endings,
            bounds=config.bounds.variables,
            keeper=keeper.of(place),
            sizing=options.sizing,
            **(
                stops(config.claims, questions, readers=config.readers, allow=options.allow)
                if options.fail_fast
                else {}
            ),
        )
        entries.append((place, analysis))
        if analysis.stopped == MET:
            break
    keeper.finish()
    if options.progress:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
    found = Entered(entries)
    analyses = found.analyses
    analysed = time.perf_counter()
    named = names_asked(config, questions)
    met = analyses[0].problems if len(entries) == 1 else joint_problems(analyses, list(changed))
    found.problems = [
        problem
        for problem in [*loaded.diagnostics, *met]
        if problem.code not in options.allow and not _is_answered(problem, named, loaded)
    ]
    if places == [""] and analyses[0].complete and analyses[0].turns == 0:
        found.problems = list(_with_entries_hinted_at(found.problems))
    verdicts = [
        decide(
            config.claims,
            analysis.exploration,
            questions,
            readers=config.readers,
            problems=found.problems,
        )
        for analysis in analyses
    ]
    found.verdicts = [joint_verdict(same) for same in zip(*verdicts, strict=True)]
    found.problems += (
        problem
        for reader in config.readers.values()
        for problem in check_reader(program, reader)
        if problem.code not in options.allow
    )
    first = analyses[0]  # has what was done for all of them at once
    first.timings = {**options.spent, "lower": lowered - began, **first.timings}
    first.timings["claims"] = time.perf_counter() - analysed
    return found


def _with_entries_hinted_at(problems: Iterable[Diagnostic]) -> Iterable[Diagnostic]:
    """The problems of a story that offers nothing from its top; a game may enter it elsewhere."""
    told = False
    for problem in problems:
        place = _NEVER_COME_TO.fullmatch(problem.message)
        if place is not None and not told and not problem.hint:
            told = True
            hint = f'if a game enters such places itself, list them: entries = ["{place[1]}", …]'
            problem = replace(problem, hint=f"{hint} in foretell.toml")
        yield problem


_NEVER_COME_TO: Final = re.compile(r"no reader ever comes to `(.*)`")


def check(loaded: Loaded, options: Options) -> tuple[str, int]:
    """The report on a loaded story, and the exit code; raises what `read_whole` raises."""
    found = read_entries(loaded, options)
    if options.export is not None:
        export(found, read_promises(loaded), options.export, options.reader)
    heading = heading_of(loaded, found.analyses[0].program)
    worst = next((a for a in found.analyses if not a.complete), found.analyses[0])
    code = exit_code(worst, found.verdicts, found.problems)
    if options.as_json:
        report: dict[str, Any] = entered_json(found, heading)
        return json.dumps(report, indent=2, ensure_ascii=False) + "\n", code
    shown = entered_text(
        found,
        heading,
        colour=options.colour,
        every=options.every,
        timings=options.timings,
        columns=options.columns,
    )
    return shown, code


def export(found: Entered, config: Config, path: Path, reader: str | None = None) -> list[Path]:
    """Write the graph for another model checker, or the Markov chain of a reader; gives the files.

    Raises StoryError for a file that is of no known kind or can't be written, and for a reader who
    does not weigh choices.
    """

    def refused(code: str, message: str, hint: str = "") -> StoryError:
        return StoryError([Diagnostic("error", code, message, hint=hint)])

    if len(found.entries) > 1:
        hint = "choose one with --from"
        raise refused("export", "a story with several entries is exported one by one", hint)
    analysis, weights = found.analyses[0], None
    if reader is not None:
        named = config.readers.get(reader)
        if named is None and reader != "uniform":
            likely = closest(reader, ["uniform", *config.readers])
            hint = f"did you mean `{likely}`?" if likely else "uniform, or one of foretell.toml"
            raise refused("unknown-reader", f"no reader is called `{reader}`", hint)
        points = analysis.exploration.edge_point
        weights = reader_weights(analysis.graph, edge_weights(points, analysis.program, named))
    try:
        if path.suffix == ".drn":
            write_drn(analysis.graph, path, weights)
            return [path]
        if path.suffix == ".tra":
            return write_prism(analysis.graph, path.with_suffix(""), weights)
    except OSError as error:
        raise refused("unwritable", f"can't write `{path}`: {error.strerror or error}") from None
    hint = "call it .drn for Storm, .tra for PRISM's explicit files"
    raise refused("export", f"`{path}` is of no kind that is known here", hint)


_IDENTIFIER: Final = re.compile(r"[^\W\d]\w*")
_UNUSED: Final = ("unused-variable", "unused-function", "unread-variable")


def names_asked(config: Config, questions: Questions) -> set[str]:
    """What the claims and what-ifs of a story name, and what the functions they call read."""
    claimed = [expression.text for claim in config.claims for expression in claim.expressions]
    asked = [expression.text for whatif in config.whatifs for expression in whatif.ask]
    names = {name for text in (*claimed, *asked) for name in _IDENTIFIER.findall(text)}
    names.update(name for text in claimed for name in questions.reads(text))
    return names | {name for whatif in config.whatifs for name in whatif.set}


def _is_answered(problem: Diagnostic, named: set[str], loaded: Loaded) -> bool:
    """Whether a note that something is unused is wrong after all, or has been made already."""
    if problem.code == "unread-variable" and loaded.is_source:
        return True  # the compiler has said so
    return names_used(problem, named)


def names_used(problem: Diagnostic, named: set[str]) -> bool:
    """Whether a note that something is unused is wrong, since it is among what is `named`."""
    return problem.code in _UNUSED and any(f"`{name}`" in problem.message for name in named)


def _limits(options: Options, config: Config) -> Limits:
    """The limits of the command line, else those of foretell.toml, else the usual ones."""
    usual = Limits()
    return replace(
        options.limits,
        states=options.limits.states
        if options.limits.states != usual.states
        else config.bounds.states or usual.states,
        seconds=options.limits.seconds
        if options.limits.seconds != usual.seconds
        else config.bounds.seconds or usual.seconds,
    )


def watching(story: str, options: Options) -> int:
    """Check a story at every save of one of its files, until interrupted; the last exit code."""
    from watchfiles import watch

    from foretell.loading import read_story

    code = 2
    while True:
        loaded = read_story(story)
        try:
            shown, code = check(loaded, options)
            sys.stdout.write(shown)
        except StoryError as error:
            show_problems(error.diagnostics)
            code = 2
        sys.stdout.flush()
        files = {file.resolve() for file in loaded.files}
        folders = {file.parent for file in files}
        sys.stderr.write("\nwaiting for a save (Ctrl-C leaves)\n")
        try:
            for changes in watch(*folders, recursive=False, raise_interrupt=False):
                if any(Path(name).resolve() in files for _, name in changes):
                    break
            else:
                return code
        except KeyboardInterrupt:
            return code


def places_entered(program: Program, asked: Sequence[str], config: Config) -> list[str]:
    """Where a host enters: at the places asked for, else those of foretell.toml, else at the top.

    Raises StoryError where one of them is no place to enter at.
    """
    places = {} if asked else config.entry_places
    names = dict.fromkeys(asked or config.entries or [""])
    return [entry_of(program, name, places.get(name)) for name in names]


def in_turn(places: Sequence[str], limits: Limits) -> Iterator[tuple[str, Limits]]:
    """Each place with its limits: what time is left when its turn comes is divided evenly."""
    until = time.perf_counter() + limits.seconds
    for number, place in enumerate(places):
        left = max(0.0, until - time.perf_counter()) / (len(places) - number)
        yield place, replace(limits, seconds=left)


def entry_of(program: Program, name: str, span: Span | None = None) -> str:
    """The place a host enters at; StoryError, at `span`, where there is none, or it takes
    arguments."""
    if not name:
        return ""
    place = place_of(program, name, span)
    record = program.tables[P.T_TARGETS] + program.target_of_path[place] * P.TARGET_SIZE
    pc = program.tables[record + P.TARGET_PC]
    while program.code[pc * 4] in (P.OP_VISIT, P.OP_TURN_MARK, P.OP_HERE):
        pc += 1
    if program.code[pc * 4] != P.OP_SET_TEMP:
        return place
    message = f"`{place}` takes arguments: it can't be entered without them"
    hint = "enter at a knot that diverts to it with arguments"
    span = span or program.spans[pc]
    raise StoryError([Diagnostic("error", "entry", message, span, hint=hint)])


def place_of(program: Program, name: str, span: Span | None = None) -> str:
    """The path of a knot or stitch to start at; StoryError, at `span`, where there is none."""
    if name in program.target_of_path:
        return name
    known = [place for place in program.places if place]
    near = closest(name, known)
    listed = "places: " + ", ".join(known[:12]) if known else "the story has no knots"
    hint = f"did you mean `{near}`?" if near else listed
    message = f"no knot or stitch is called `{name}`"
    raise StoryError([Diagnostic("error", "unknown-place", message, span, hint=hint)])


def heading_of(loaded: Loaded, program: Program) -> Heading:
    """The story's title and size."""
    title = loaded.stem
    for tag in program.global_tags:
        name, colon, value = tag.partition(":")
        if colon and name.strip().lower() == "title":
            title = value.strip()
    lines = sum(_lines(source.text) for source in loaded.sources)
    return Heading(title, lines, loaded.words or program.words, program.words)


def _lines(text: str) -> int:
    """The lines of a text; what ends the last one begins no other."""
    return text.count("\n") + (not text.endswith("\n") and text != "")


def progress_line(stream: Any) -> Progress:
    """A line that tells how far exploring has come, written over itself.

    On a narrow terminal it says less, since a line that wraps can't be written over.
    """

    def show(found: int, expanded: int, seconds: float, depth: int, followed: float) -> None:
        rate = expanded / seconds if seconds > 0 else 0.0
        parts = [
            f"{found:,} states",
            f"{found - expanded:,} waiting",
            f"{rate:,.0f} a second",
            f"{depth:,} choices deep",
            *([f"{100 * followed:.1f} % followed"] if followed >= 0.0005 else []),
            *_memory_used(),
            "Ctrl-C gives the answer so far",
        ]
        columns = shutil.get_terminal_size().columns - 1
        while len(parts) > 1 and len(", ".join(parts)) > columns:
            parts.pop()
        stream.write(f"\r\x1b[K{', '.join(parts)[:columns]}")
        stream.flush()

    return show


def _memory_used() -> list[str]:
    """The most memory this process has had, in words; nothing where that can't be known."""
    try:
        import resource
    except ImportError:  # Windows
        return []
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    size = most if sys.platform == "darwin" else 1024 * most
    return [f"{size / 2**20:,.0f} MiB"]
