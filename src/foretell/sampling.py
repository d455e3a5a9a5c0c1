"""`foretell sample`: random readers of a story, and where they came.

A front door: it takes a loaded story and what was typed, has `checker.simulation.simulate` make
the runs, and gives text or JSON with the exit code.

    The Inn · 20,000 random readers (uniform, seed 1) in 0.03 s · 690,000 a second

    ending              share     95 % sure between    words  choices  first run
    warm             49.885 %       49.2 and 50.6 %       14      1.0          0
    …

Every figure is an estimate, given with Wilson's interval; the same seed gives the same figures
however many threads there are. `check` computes them exactly where a story can be read whole.
"""

from __future__ import annotations

import json
import math
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from foretell.asking import set_beforehand
from foretell.checker.analysis import listed
from foretell.checker.exploring.interrupts import Interrupts
from foretell.checker.lines import shown_lines
from foretell.checker.questions import Questions, ask_story, number_of, shown_value
from foretell.checker.readers import choice_weights
from foretell.checker.report import problem_as_json
from foretell.checker.simulation import simulate as S
from foretell.checking import heading_of, places_entered
from foretell.config import Expression
from foretell.diagnostics import Diagnostic, Source, Span, StoryError, closest, folded, render_all
from foretell.loading import Loaded, read_promises
from foretell.vm import program as P
from foretell.vm.program import Program

__all__ = ["SampleOptions", "choice_reach", "line_reach", "sample"]

SCHEMA: Final = 1  # of the JSON: docs/sample.schema.json
_NAME: Final = 32
_SHOWN_LINES: Final = 8
_STEP: Final = 20_000  # runs between two looks at the clock
INTERRUPTED: Final = 130
_READERS: Final = ("uniform", "least-used")


@dataclass(slots=True)
class SampleOptions:
    """What `sample` was asked for."""

    runs: int = 100_000
    reader: str = "uniform"
    seed: int = 0
    threads: int = 1
    entries: Sequence[str] = ()  # in place of those of foretell.toml; "" is the story's top
    settings: Sequence[str] = ()  # NAME=VALUE, before the first line
    ask: Sequence[str] = ()  # expressions, where a run is over
    as_json: bool = False
    columns: int | None = None  # that the table may take; None for any number
    progress: bool = False


def sample(loaded: Loaded, options: SampleOptions) -> tuple[str, int]:
    """The report on so many random readers, and the exit code: 1 where a run went wrong.

    Ctrl-C ends it with the readers there were until then; the exit code says so.
    Raises StoryError for a story, reader or place that can't be used.
    """
    loaded.usable()
    config = read_promises(loaded)
    story, variables = set_beforehand(loaded, options.settings)
    asked = [
        Expression(text, Span(Source("--ask", text), 1), verbatim=True)
        for text in dict.fromkeys(options.ask)
    ]
    questions = ask_story(story, asked, config.endings)
    program = questions.program
    weights: list[float] | None = None
    if options.reader not in _READERS:
        named = config.readers.get(options.reader)
        if named is None:
            raise _no_reader(options.reader, list(config.readers))
        weights = [float(weight) for weight in choice_weights(program, named)]
    show = _progress(options.runs) if options.progress else None
    code = 0
    told: list[Any] = []
    interrupts = Interrupts()
    for place in places_entered(program, options.entries, config):
        with interrupts:
            found = _read(program, place, questions, options, weights, variables, show, interrupts)
        if not found.runs:
            raise KeyboardInterrupt
        if found.endless or any(problem.severity == "error" for problem in found.problems):
            code = 1
        answers = {
            each.text: _Answer.of(program, found.answers[questions.position[each.text]])
            for each in asked
        }
        if options.as_json:
            told.append(_json(loaded.stem, found, options, answers, place))
        else:
            title = heading_of(loaded, program).title
            told.append(_text(title, found, options, answers, place))
        if interrupts.noted:
            code = INTERRUPTED
            break
    if not options.as_json:
        return "\n".join(told), code
    several = {"foretell": SCHEMA, "story": loaded.stem, "entries": told}
    shown = told[0] if len(told) == 1 else several
    return json.dumps(shown, ensure_ascii=False, indent=2) + "\n", code


def _read(
    program: Program,
    place: str,
    questions: Questions,
    options: SampleOptions,
    weights: list[float] | None,
    variables: dict[str, object],
    show: Callable[[int, float], None] | None,
    interrupts: Interrupts,
) -> S.Sample:
    """The random readers who enter at one place."""
    found = S.sample(
        program,
        options.runs,
        reader=S.LEAST_USED if options.reader == "least-used" else S.UNIFORM,
        weights=weights,
        seed=options.seed,
        threads=options.threads,
        constants=variables,
        asked=questions.pcs,
        endings=questions.endings,
        groups=shown_lines(program).groups,
        start=place or None,
        progress=show,
        enough=lambda: interrupts.noted,
    )
    if show is not None:
        sys.stderr.write("\r\x1b[K")
    return found


@dataclass(frozen=True, slots=True)
class _Answer:
    """What an expression came to: (value, runs), commonest first; mean and its standard error."""

    values: list[tuple[str, int]]
    mean: float | None
    error: float | None

    @classmethod
    def of(cls, program: Program, met: Mapping[int, int]) -> _Answer:
        """The answers met, by encoded value."""
        shown: dict[str, int] = {}
        for value, runs in met.items():
            text = shown_value(program, value)
            shown[text] = shown.get(text, 0) + runs
        values = sorted(shown.items(), key=lambda item: (-item[1], item[0]))
        total = sum(met.values())
        numbers = [(number_of(value), runs) for value, runs in met.items()]
        if not total or any(number is None for number, _ in numbers):
            return cls(values, None, None)
        mean = sum((x or 0.0) * n for x, n in numbers) / total
        spread = sum(((x or 0.0) - mean) ** 2 * n for x, n in numbers) / total
        return cls(values, mean, math.sqrt(spread / total))


def _no_reader(name: str, known: list[str]) -> StoryError:
    known = [*_READERS, *known]
    likely = closest(name, known)
    hint = f"did you mean `{likely}`?" if likely else f"there are: {', '.join(known)}"
    return StoryError(
        [Diagnostic("error", "unknown-reader", f"no reader is called `{name}`", hint=hint)]
    )


def _progress(runs: int) -> Callable[[int, float], None]:
    last = [0]

    def show(done: int, seconds: float) -> None:
        if done - last[0] < _STEP:
            return
        last[0] = done
        cells = 24 * done // max(runs, 1)
        rate = done / seconds if seconds > 0 else 0.0
        bar = "█" * cells + "░" * (24 - cells)
        told = f"{bar} {done:,} of {runs:,} runs, {rate:,.0f} a second"
        sys.stderr.write(f"\r\x1b[K{told[: shutil.get_terminal_size().columns - 1]}")
        sys.stderr.flush()

    return show


def _about(options: SampleOptions, place: str) -> str:
    entered = [f"from {place}"] if place else []
    return ", ".join([options.reader, f"seed {options.seed}", *entered, *options.settings])


def _text(
    title: str,
    found: S.Sample,
    options: SampleOptions,
    answers: Mapping[str, _Answer],
    place: str,
) -> str:
    stopped = ""
    if found.runs < options.runs:
        why = "for turns without end" if found.endless else "by Ctrl-C"
        stopped = f"stopped {why}, of {options.runs:,} "
    head = (
        f"{title} · {found.runs:,} random readers ({_about(options, place)}) {stopped}"
        f"in {found.seconds:.2g} s · {found.runs_per_second:,.0f} a second"
    )
    out = [folded(head, options.columns, "  "), ""]
    columns = options.columns or 1000
    name = max(14, min(_NAME, columns - 61))
    words, runs = columns >= name + 43, columns >= name + 61
    head = f"{'ending':{name}} {'share':>9}   {'95 % sure between':>19}"
    head += f" {'words':>8}" if words else ""
    out.append(head + (f" {'choices':>8} {'first run':>10}" if runs else ""))
    for end in found.endings:
        label = end.name if end.kind == "ending" else f"{end.name} ({end.kind})"
        shown = label if len(label) <= name else label[: name - 1] + "…"
        row = f"{shown:{name}} {100 * end.share:7.3f} %   {_between(end.low, end.high):>19}"
        if words:
            row += f" {end.words:8,.0f}"
        if runs:
            row += f" {end.choices:8,.1f} {end.first:10,}"
        out.append(row)
    out.append("")
    error = 1.96 * found.words_error
    out.append(
        f"{found.words:,.0f} (± {error:.2g}) words and {found.choices:,.1f} choices in a run"
    )
    for text, answer in answers.items():
        out += ["", *_answer(text, answer, found.runs)]
    if answers:
        out.append("")
    lines = line_reach(found)
    unread = [line for line in lines if line["runs"] == 0]
    rare = sorted((line for line in lines if line["runs"]), key=lambda line: line["runs"])
    read = f"{len(lines) - len(unread):,} of {len(lines):,} lines were read by somebody"
    out.append(f"{read}; the rarest of them:" if rare else read)
    out += [
        f"  {100 * line['share']:8.4f} %  {line['file']}:{line['line']}"
        for line in rare[:_SHOWN_LINES]
    ]
    out += [f"assumed: the EXTERNAL function `{each}` returns 0" for each in found.assumed]
    out += [
        f"assumed: the EXTERNAL function `{name}` returns {listed(domain)}"
        for name, domain in found.program.domains.items()
    ]
    text = "\n".join(out) + "\n"
    return text + (
        "\n" + render_all(found.problems, columns=options.columns) + "\n" if found.problems else ""
    )


def _between(low: float, high: float) -> str:
    """An interval of shares, both in as many decimals as the upper one has three digits."""
    high *= 100
    decimals = 3 if high <= 0 else min(6, max(1, 2 - math.floor(math.log10(high))))
    return f"{100 * low:.{decimals}f} and {high:.{decimals}f} %"


def _answer(text: str, answer: _Answer, runs: int) -> list[str]:
    """An expression at the end of runs, a line for each value."""
    out = [f"{text} at the end"]
    for value, count in answer.values[:_SHOWN_LINES]:
        low, high = S.wilson(count, runs)
        between = _between(low, high)
        label = value if len(value) <= _NAME - 2 else value[: _NAME - 3] + "…"
        out.append(f"  {label:{_NAME - 2}} {100 * count / runs:7.3f} %   {between:>19}")
    more = len(answer.values) - _SHOWN_LINES
    if more > 0:
        out.append(f"  … and {more} more values")
    if answer.mean is not None and not {value for value, _ in answer.values} <= {"true", "false"}:
        out.append(f"  {answer.mean:,.6g} (± {1.96 * (answer.error or 0.0):.2g}) on average")
    return out


def _json(
    name: str,
    found: S.Sample,
    options: SampleOptions,
    answers: Mapping[str, _Answer],
    place: str,
) -> dict[str, Any]:
    """The report as plain data; docs/sample.md says what each field is."""
    return {
        "foretell": SCHEMA,
        "story": name,
        "runs": found.runs,
        "stopped": _stopped(found, options),
        "seconds": found.seconds,
        "runs_per_second": found.runs_per_second,
        "compile_seconds": found.compiling,
        "reader": options.reader,
        "seed": options.seed,
        "entry": place,
        "set": list(options.settings),
        "threads": found.threads,
        "endings": [
            {
                "name": end.name,
                "kind": end.kind,
                "runs": end.runs,
                "share": end.share,
                "interval": [end.low, end.high],
                "words": end.words,
                "choices": end.choices,
                "path": found.path_of(end.first),
            }
            for end in found.endings
        ],
        "words": {"mean": found.words, "standard_error": found.words_error},
        "choices": {"mean": found.choices},
        "asked": [
            {
                "expression": text,
                "values": [
                    {
                        "value": value,
                        "runs": count,
                        "share": count / found.runs,
                        "interval": list(S.wilson(count, found.runs)),
                    }
                    for value, count in answer.values
                ],
                "mean": answer.mean,
                "standard_error": answer.error,
            }
            for text, answer in answers.items()
        ],
        "lines": line_reach(found),
        "choice_points": choice_reach(found.program, found),
        "problems": [problem_as_json(problem) for problem in found.problems],
        "assumed": found.assumed,
        "domains": {name: listed(d) for name, d in found.program.domains.items()},
    }


def _stopped(found: S.Sample, options: SampleOptions) -> str | None:
    if found.runs == options.runs:
        return None
    return "no-rest" if found.endless else "interrupt"


def line_reach(found: S.Sample) -> list[dict[str, Any]]:
    """Each source line with text on it, and in how many runs some of it was read.

    A line that offers a choice is read where the choice is on offer.
    """
    return [
        {
            "file": source.name,
            "line": line,
            "runs": int(found.met[group]),
            "share": int(found.met[group]) / max(found.runs, 1),
        }
        for group, (source, line) in enumerate(shown_lines(found.program).keys, start=1)
    ]


def choice_reach(program: Program, found: S.Sample) -> list[dict[str, Any]]:
    """Each choice point, and in how many runs it was come to and made."""
    records = program.tables[P.T_CHOICE_TABLE]
    out: list[dict[str, Any]] = []
    for index, choice in enumerate(program.choices):
        stub = program.tables[records + index * P.CHOICE_SIZE + P.CHOICE_STUB]
        out.append(
            {
                "file": choice.span.source.name if choice.span else None,
                "line": choice.span.line if choice.span else None,
                "text": choice.text,
                "met": int(found.reach[choice.pc]) / max(found.runs, 1),
                "made": int(found.reach[stub]) / max(found.runs, 1),
            }
        )
    return out
