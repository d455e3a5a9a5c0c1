"""An analysis in words and numbers: what `foretell check` prints, and its JSON.

`text` is for eyes: readable at a glance, in columns that hold without colour, honest about what
is not known. `as_json` is for programs; docs/check.md describes its fields, which stay.

    print(text(analysis, Heading("The Vigil", lines=2400, words=13000), colour=False))

Odds below one in a hundred are given as "1 in 1,133"; 0 and 1 only where the graph's shape proves
them, so a number is never rounded up to certainty. Where a limit was hit, odds are intervals.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from foretell.checker.analysis import Analysis, Ending
from foretell.checker.entries import Entered, hull, joint_endings
from foretell.checker.exploring.explore import MET
from foretell.checker.exploring.growth import Growing
from foretell.checker.exploring.memory import whole_memory
from foretell.checker.graphs.solve import Interval
from foretell.diagnostics import Diagnostic, counted, folded, render_all

if TYPE_CHECKING:
    from foretell.checker.claims import Verdict

__all__ = [
    "Heading",
    "as_json",
    "entered_json",
    "entered_text",
    "exit_code",
    "memory_text",
    "odds_text",
    "problem_as_json",
    "rounded_down",
    "short_path",
    "text",
]

_TONES: Final = {"ending": "1", "dead end": "1;31", "error": "1;31", "hang": "1;31"}
_ASSUMED: Final = ("assumed-external", "assumed-bound")
_GRAVEST: Final = ("error", "warning", "note")
_SHOWN_PROBLEMS: Final = 20
_ALMOST: Final = 0.9999  # more was never followed where something was not
_SHOWN_PATH: Final = 28
_LEAST_NAMES: Final = (20, 12)  # columns of an ending's name, before others go, and at last
_MUCH: Final = 1.2  # times what was found: fewer states that are proved are not worth a word
SCHEMA: Final = 1


@dataclass(frozen=True, slots=True)
class Heading:
    """What a report says at its head: the story's title and size (0 where not known).

    `words` are all of its text, choices and tags too; `prose` those that a playthrough may read.
    """

    title: str
    lines: int = 0
    words: int = 0
    prose: int = 0


def odds_text(odds: Interval | tuple[float, float]) -> str:
    """Odds as people read them: `93.2 %`, `1 in 1,133`, `never`, `31.2–31.6 %`."""
    low, high = (odds.low, odds.high) if isinstance(odds, Interval) else odds
    if math.isnan(low):
        return "—"
    if low == high or high - low < 1e-9:
        return _one(low)
    return f"{_percent(low)}–{_percent(high)} %"


def _one(x: float) -> str:
    if x == 0:
        return "never"
    if x == 1:
        return "always"
    if x < 0.01:
        inverse = 1 / x
        if inverse >= 1e15:
            return f"1 in {inverse:.1e}"
        return f"1 in {inverse:,.0f}"
    return f"{_percent(x)} %"


def _percent(x: float) -> str:
    """A percentage that says 0 or 100 only of 0 and 1."""
    if x in (0, 1):
        return "100" if x else "0"
    hundredths = x * 100
    if hundredths < 0.05:
        return "<0.1"
    if hundredths > 99.95:
        return ">99.9"
    return f"{hundredths:.1f}"


def short_path(path: str | None, width: int = _SHOWN_PATH) -> str:
    """A path cut to `width`, with the number of its choices where it is cut."""
    if path is None:
        return "—"
    if not path:
        return "(the start)"
    if len(path) <= width:
        return path
    choices = counted(path.count("/") + 1, "choice")
    whole = path[: width - len(choices) - 5].rpartition("/")[0]  # no step is cut in two
    return f"{whole}/… ({choices})" if whole and width >= _SHOWN_PATH // 2 + 6 else choices


def exit_code(
    analysis: Analysis,
    verdicts: Sequence[Verdict] = (),
    problems: Sequence[Diagnostic] | None = None,
) -> int:
    """0 fine, 1 problems or failed claims, 3 unknown."""
    found = analysis.problems if problems is None else problems
    if any(problem.severity in ("error", "warning") for problem in found):
        return 1
    if any(verdict.verdict == "fails" for verdict in verdicts):
        return 1
    if not analysis.complete or any(verdict.verdict == "unknown" for verdict in verdicts):
        return 3
    return 0


# Text ------------------------------------------------------------------------------------------


class _Painter:
    """How a report looks: with or without colour, and how wide it may be."""

    def __init__(self, colour: bool, columns: int | None = None) -> None:
        self.colour = colour
        self.columns = None if columns is None else max(40, columns)

    def folded(self, text: str, hang: str = "") -> str:
        return folded(text, self.columns, hang)

    def __call__(self, code: str, shown: str) -> str:
        return f"\x1b[{code}m{shown}\x1b[0m" if self.colour and shown else shown


def text(
    analysis: Analysis,
    heading: Heading,
    verdicts: Sequence[Verdict] = (),
    *,
    colour: bool = False,
    problems: Sequence[Diagnostic] | None = None,
    every: bool = False,
    timings: bool = False,
    columns: int | None = None,
) -> str:
    """The whole report, of at most so many columns where that can be.

    It has at most 20 problems and no notes unless `every` is asked for.
    """
    paint = _Painter(colour, columns)
    found = list(analysis.problems if problems is None else problems)
    parts = [f"{_title(heading, paint)}\n{_read(analysis, paint)}", _endings(analysis, paint)]
    if not math.isnan(analysis.flow.all_words):
        parts.append(_words(analysis, heading, paint))
    parts += _found([analysis], found, verdicts, paint, every, timings)
    return "\n\n".join(part for part in parts if part) + "\n"


def entered_text(
    found: Entered,
    heading: Heading,
    *,
    colour: bool = False,
    every: bool = False,
    timings: bool = False,
    columns: int | None = None,
) -> str:
    """The report on a story read from each of its entries; `text` where there is one."""
    paint = _Painter(colour, columns)
    if len(found.entries) == 1:
        return text(
            found.analyses[0],
            heading,
            found.verdicts,
            colour=colour,
            problems=found.problems,
            every=every,
            timings=timings,
            columns=columns,
        )
    parts = [f"{_title(heading, paint)} · entered at {len(found.entries)} places"]
    for place, analysis in found.entries:
        name = paint("1", place or "(the top)")
        parts.append(f"{name}\n{_read(analysis, paint)}\n{_endings(analysis, paint)}".rstrip())
    parts += _found(found.analyses, found.problems, found.verdicts, paint, every, timings)
    return "\n\n".join(part for part in parts if part) + "\n"


def _found(
    analyses: Sequence[Analysis],
    found: Sequence[Diagnostic],
    verdicts: Sequence[Verdict],
    paint: _Painter,
    every: bool,
    timings: bool,
) -> Iterable[str]:
    """What comes below the endings: problems, claims, what was assumed, what stopped it."""
    found = sorted(found, key=lambda problem: _GRAVEST.index(problem.severity))
    shown = found if every else [p for p in found if p.severity != "note"][:_SHOWN_PROBLEMS]
    yield render_all(shown, colour=paint.colour, columns=paint.columns)
    if verdicts:
        yield _claims(verdicts, paint)
    assumed = [p for p in found if p.code in _ASSUMED and p not in shown]
    yield "\n".join(
        paint("2", paint.folded(f"assumed: {problem.message}", "  ")) for problem in assumed
    )
    bounded = [analysis for analysis in analyses if not analysis.complete]
    for analysis in bounded:
        yield _why_stopped(analysis, paint)
    yield _summary(not bounded, found, len(shown), paint)
    if timings:
        names = dict.fromkeys(name for analysis in analyses for name in analysis.timings)
        spent = {n: sum(a.timings.get(n, 0.0) for a in analyses) for n in names}
        told = ", ".join(f"{name} {seconds:.3f} s" for name, seconds in spent.items())
        yield paint.folded(f"time: {told}; together {sum(spent.values()):.3f} s", "  ")


def _title(heading: Heading, paint: _Painter) -> str:
    size = [paint("1", heading.title)]
    if heading.lines:
        size.append(f"{heading.lines:,} lines")
    if heading.words:
        size.append(f"{heading.words:,} words")
    return " · ".join(size)


def _read(analysis: Analysis, paint: _Painter) -> str:
    """How much was read, in a line."""
    counts = analysis.playthroughs
    figures = [counted(analysis.states, "state"), counted(analysis.turns, "turn")]
    if analysis.choices.least is not None:
        figures.append(f"shortest {analysis.choices.least:,}")
        most = analysis.choices.most
        longest = (
            "without end" if most is None or math.isinf(most) else counted(int(most), "choice")
        )
        figures.append(f"longest {longest}")
    inside = ", ".join(figures)
    if not analysis.complete:
        read = f"read {_percent(min(analysis.followed, _ALMOST))} % of what readers do"
        stopped = "at a claim that fails" if analysis.stopped == MET else analysis.stopped
        verdict = paint("1;33", f"stopped: {stopped}")
    else:
        ends = " that end" if analysis.forever.high > 0 else ""
        if counts.total is None:
            read = "read all of infinitely many playthroughs"
        elif counts.total == 0:
            read = "read all of it: no playthrough ends"
        elif counts.drawn:
            read = f"read all {counts.total:,} branches of choice and chance"
        elif counts.total == 1:
            read = f"read its only playthrough{ends and ' that ends'}"
        else:
            read = f"read all {counts.total:,} playthroughs{ends}"
        verdict = paint("1;32", "complete")
    return paint.folded(f"{read} ({inside}) in {analysis.seconds:.1f} s · {verdict}", "  ")


def _endings(analysis: Analysis, paint: _Painter) -> str:
    rows = [("ending", "uniform", "best", "worst", "shortest", "words read")]
    tones = [""]
    shown = sorted(analysis.endings, key=lambda e: (e.kind != "ending", -e.uniform.high))
    for ending in shown:
        words = "—" if math.isnan(ending.words) else f"{ending.words:,.0f}"
        rows.append(
            (
                ending.name,
                odds_text(ending.uniform),
                odds_text(ending.best),
                odds_text(ending.worst),
                short_path(ending.shortest),
                words,
            )
        )
        tones.append(_TONES.get(ending.kind, "1"))
    if analysis.forever.high > 0:
        rows.append(("(goes on for ever)", odds_text(analysis.forever), "", "", "", ""))
        tones.append("33")
    if len(rows) == 1:
        return ""
    table = _fitted(rows, [ending.shortest for ending in shown], paint.columns)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    out: list[str] = []
    for row, tone in zip(table, tones, strict=True):
        cells = [
            cell.ljust(width) if i in (0, 4) else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        if not tone:
            out.append(paint("2", "   ".join(cells).rstrip()))
        else:
            out.append("   ".join([paint(tone, cells[0]), *cells[1:]]).rstrip())
    return "\n".join(out)


def _fitted(
    rows: Sequence[Sequence[str]], paths: Sequence[str | None], columns: int | None
) -> list[list[str]]:
    """A table of endings, at most so wide: its paths are cut, then names, then columns go."""
    table = [list(row) for row in rows]

    def over() -> int:
        if columns is None:
            return 0
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        return sum(widths) + 3 * (len(widths) - 1) - columns

    def cut_names(least: int) -> None:
        width = max(least, max(len(row[0]) for row in table) - over())
        for row in table:
            row[0] = row[0] if len(row[0]) <= width else f"{row[0][: width - 1]}…"

    if over() > 0:
        table[0][5] = "words"
    if over() > 0:
        room = max(len(row[4]) for row in table) - over()
        for row, path in zip(table[1:], paths, strict=False):
            row[4] = short_path(path, max(room, len("99 choices")))
    for least in _LEAST_NAMES:
        if over() > 0:
            cut_names(least)
        while over() > 0 and len(table[0]) > 4:
            for row in table:
                row.pop()
    return table


def _words(analysis: Analysis, heading: Heading, paint: _Painter) -> str:
    mean = analysis.flow.all_words
    extent = analysis.words
    least = "?" if extent.least is None else f"{extent.least:,}"
    endless = extent.most is None or math.isinf(extent.most)
    read = f"{least} words or more" if endless else f"{least} to {extent.most:,.0f} words"
    about = "about " if analysis.deals_again else ""
    line = f"a playthrough reads {about}{read}, {mean:,.0f} on average"
    if extent.least is not None and extent.least == extent.most and not about:
        line = f"every playthrough reads {counted(extent.least, 'word')}"
    if heading.prose:
        line += f" ({_percent(min(1.0, mean / heading.prose))} % of the prose)"
    return paint("2", paint.folded(line, "  "))


def _claims(verdicts: Sequence[Verdict], paint: _Painter) -> str:
    tones = {"holds": "1;32", "fails": "1;31", "unknown": "1;33"}
    counted = [
        f"{count} {key if count == 1 else word}"
        for word, key in (("hold", "holds"), ("fail", "fails"), ("unknown", "unknown"))
        if (count := sum(v.verdict == key for v in verdicts))
    ]
    claim = "claim" if len(verdicts) == 1 else "claims"
    out = [f"{len(verdicts)} {claim}: {', '.join(counted)}"]
    for verdict in verdicts:
        line = f"  {paint(tones[verdict.verdict], verdict.verdict.ljust(7))}  {verdict.text}"
        if verdict.path is not None and verdict.verdict != "holds":
            line += f"   path {verdict.path or '(the start)'}"
        out.append(paint.folded(line, " " * 11))
        if verdict.reason and verdict.verdict != "holds":
            out.append(paint.folded(" " * 11 + verdict.reason, " " * 11))
    return "\n".join(out)


def _why_stopped(analysis: Analysis, paint: _Painter) -> str:
    where = f" from {analysis.graph.entry}" if analysis.graph.entry else ""
    if analysis.stopped == MET:
        return paint.folded(
            f"{paint('1;33', 'not everything was read')}{where}: a claim was seen to fail after "
            f"{analysis.states:,} states, and no more was asked for. Odds are bounds."
        )
    how = f"the limit of {analysis.stopped} was hit"
    if analysis.stopped == "interrupt":
        how = "it was interrupted"
    line = (
        f"{paint('1;33', 'not everything was read')}{where}: {how} "
        f"with {counted(analysis.states, 'state')} found. Odds are bounds that hold whatever the "
        "rest does; what no reader met so far is not called unreachable."
    )
    line += "".join(
        f"\n{told}" for told in (*_how_far(analysis), *_how_many(analysis), *_why_endless(analysis))
    )
    line = paint.folded(line)
    if analysis.growing:
        line += "\n\nwhat takes the most different values, and what keeps it apart:\n"
        line += "\n".join(_growing(thing, paint) for thing in analysis.growing)
    return line


def _how_far(analysis: Analysis) -> Iterable[str]:
    """Through how many choices readers were followed."""
    far = analysis.horizon
    whole, most, half = far.whole, far.choices(0.99), far.choices(0.5)
    if whole < 0 and half < 0:
        return
    told = [f"every reader through {_choices(whole)}"] if whole >= 0 else []
    if most > whole:
        told.append(f"99 % of them through {most:,}" if told else f"99 % through {_choices(most)}")
    if half > max(whole, most):
        told.append(f"half through {half:,}" if told else f"half of them through {_choices(half)}")
    yield f"Readers were followed, whatever comes later: {', '.join(told)}."


def _choices(n: int) -> str:
    return counted(n, "choice") if n else "what comes before the first choice"


def _how_many(analysis: Analysis) -> Iterable[str]:
    """How many states there are at least, where that tells more than what was found."""
    proof = analysis.occupancy
    if proof is None or proof.states < _MUCH * analysis.states:
        return
    size, whole = proof.states * proof.row_bytes, whole_memory()
    seen = "in as many" if proof.different == proof.readers else f"in {proof.different:,}"
    line = (
        f"There are at least {rounded_down(proof.states):,} states: {proof.readers:,} random "
        f"readers who went on from where this stopped stood {seen} that were not found before "
        f"(wrong in one case of a million). At {proof.row_bytes:,.0f} bytes each that is "
        f"{memory_text(size)}"
    )
    if proof.pace:
        line += f", and {_duration(proof.states / proof.pace)} at the pace so far"
    if whole and size > whole:
        yield f"{line}; this machine has {memory_text(whole)}, so no limit on it would do."
    else:
        yield f"{line}, the least that reading all of it takes."


def _why_endless(analysis: Analysis) -> Iterable[str]:
    """Choices that come to ever new states."""
    found = analysis.pumping
    if found is None:
        return
    grows = [f"`{name}` {abs(by):,} {'higher' if by > 0 else 'lower'}" for name, by in found.grows]
    told = ", ".join(grows[:-1]) + (" and " if grows[:-1] else "") + grows[-1]
    start = f"After `{found.path}`" if found.path else "From the start"
    yield (
        f"There seems to be no end to them. {start} the choices `{found.circuit}` were made "
        f"{found.rounds} times over, and came to a new state each time, with {told}."
    )


def rounded_down(n: int) -> int:
    """A number's first two digits, the rest 0."""
    scale: int = 10 ** max(0, len(str(n)) - 2)
    return n // scale * scale


def _duration(seconds: float) -> str:
    """So many seconds, rounded down, in the unit that suits."""
    for unit, length in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{int(seconds / length):,} {unit}"
    return f"{int(seconds)} s"


def memory_text(size: float) -> str:
    """So many bytes, in the unit that suits."""
    units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    size /= 1024
    while size >= 1024 and len(units) > 1:
        size /= 1024
        del units[0]
    return f"{size:,.0f} {units[0]}" if size >= 10 else f"{size:.1f} {units[0]}"


def _growing(thing: Growing, paint: _Painter) -> str:
    """A thing that takes ever more values: which, who reads it, and what would make it finite."""
    lines = [f"  {paint('1', thing.name)}   {thing.summary}"]
    for read in thing.reads:
        where = read.span.place if read.span else ""
        lines.append(f"    {read.how}{f'   {where}' if where else ''}")
    if thing.hint:
        lines.append(paint.folded(f"    hint: {thing.hint}", " " * 6))
    if thing.bound:
        lines += ["    or in foretell.toml:", "      [bounds]", f"      {thing.bound}"]
    return "\n".join(lines)


def _summary(
    complete: bool,
    problems: Sequence[Diagnostic],
    shown: int,
    paint: _Painter,
) -> str:
    counts = [
        (sum(p.severity == severity for p in problems), severity)
        for severity in ("error", "warning", "note")
    ]
    listed = [counted(n, what) for n, what in counts if n]
    if not listed:
        good = "no problem found" if complete else "no problem found so far"
        return paint("32", good)
    line = ", ".join(listed)
    if shown < len(problems):
        line += "   (`--all` shows every one)"
    return line


# JSON ------------------------------------------------------------------------------------------


def as_json(
    analysis: Analysis,
    heading: Heading,
    verdicts: Sequence[Verdict] = (),
    problems: Sequence[Diagnostic] | None = None,
) -> dict[str, Any]:
    """The report as plain data; docs/check.md says what each field is."""
    found = analysis.problems if problems is None else problems
    return {
        "foretell": SCHEMA,
        "title": heading.title,
        **_figures(analysis, heading),
        **_judged(found, verdicts),
        "entries": [],
    }


def entered_json(found: Entered, heading: Heading) -> dict[str, Any]:
    """The report on a story read from each of its entries; `as_json` where there is one.

    Where there are several, each has its figures in `entries`; above them stands what holds
    whichever is taken: sums of states and playthroughs, the hull of odds, the longest and shortest.
    """
    if len(found.entries) == 1:
        return as_json(found.analyses[0], heading, found.verdicts, found.problems)
    each = [{"entry": place, **_figures(analysis, heading)} for place, analysis in found.entries]
    analyses = found.analyses

    def summed(key: str) -> str | None:
        counted = [figures[key] for figures in each if figures[key] is not None]
        return str(sum(map(int, counted))) if len(counted) == len(each) else None

    depths = [figures["depth"] for figures in each]
    shortest = [figures["shortest"] for figures in each if figures["shortest"] is not None]
    return {
        "foretell": SCHEMA,
        "title": heading.title,
        "complete": found.complete,
        "stopped": next((a.stopped for a in analyses if a.stopped), None),
        "followed": min(analysis.followed for analysis in analyses),
        "states": sum(analysis.states for analysis in analyses),
        "turns": sum(analysis.turns for analysis in analyses),
        "depth": None if None in depths else max(depths),
        "shortest": min(shortest, default=None),
        "playthroughs": summed("playthroughs"),
        "branches": summed("branches"),
        "seconds": round(sum(analysis.seconds for analysis in analyses), 4),
        "timings": {
            name: round(sum(a.timings.get(name, 0.0) for a in analyses), 4)
            for name in analyses[0].timings
        },
        "words": {
            "mean": None,
            "least": min(
                (a.words.least for a in analyses if a.words.least is not None), default=None
            ),
            "most": None,
            "quantiles": None,
            "dealt_afresh": any(analysis.deals_again for analysis in analyses),
            "written": heading.words or None,
        },
        "endings": [_ending(ending) for ending in joint_endings(analyses)],
        "for_ever": _odds(hull([analysis.forever for analysis in analyses])),
        "horizon": None,
        "at_least": None,
        "pumping": None,
        "growing": [_growing_data(thing) for a in analyses for thing in a.growing],
        **_judged(found.problems, found.verdicts),
        "entries": each,
    }


def _judged(problems: Sequence[Diagnostic], verdicts: Sequence[Verdict]) -> dict[str, Any]:
    return {
        "problems": [problem_as_json(problem) for problem in problems],
        "claims": [
            {
                "text": verdict.text,
                "verdict": verdict.verdict,
                "path": verdict.path,
                "reason": verdict.reason or None,
            }
            for verdict in verdicts
        ],
    }


def _figures(analysis: Analysis, heading: Heading) -> dict[str, Any]:
    """What one exploration came to."""
    counts = analysis.playthroughs
    total = None if counts.total is None else str(counts.total)
    quantiles = analysis.word_quantiles
    return {
        "complete": analysis.complete,
        "stopped": analysis.stopped or None,
        "followed": analysis.followed,
        "states": analysis.states,
        "turns": analysis.turns,
        "depth": analysis.choices.most if _finite(analysis.choices.most) else None,
        "shortest": analysis.choices.least,
        "playthroughs": None if counts.drawn or not analysis.complete else total,
        "branches": total if counts.drawn and analysis.complete else None,
        "seconds": round(analysis.seconds, 4),
        "timings": {name: round(t, 4) for name, t in analysis.timings.items()},
        "words": {
            "mean": _number(analysis.flow.all_words),
            "least": analysis.words.least,
            "most": analysis.words.most if _finite(analysis.words.most) else None,
            "quantiles": None
            if quantiles is None
            else {name: _odds(q) for name, q in zip(("10", "50", "90"), quantiles, strict=True)},
            "dealt_afresh": analysis.deals_again,
            "written": heading.words or None,
        },
        "endings": [_ending(ending) for ending in analysis.endings],
        "for_ever": _odds(analysis.forever),
        "horizon": None if analysis.complete else _horizon(analysis),
        "at_least": _at_least(analysis),
        "pumping": _pumping(analysis),
        "growing": [_growing_data(thing) for thing in analysis.growing],
    }


def _horizon(analysis: Analysis) -> dict[str, int | None]:
    far = analysis.horizon
    counts = {"every": far.whole}
    counts |= {str(hundredths): far.choices(hundredths / 100) for hundredths in (99, 90, 50)}
    return {name: None if count < 0 else count for name, count in counts.items()}


def _at_least(analysis: Analysis) -> dict[str, int | float | None] | None:
    proof = analysis.occupancy
    if proof is None:
        return None
    return {
        "states": proof.states,
        "error": proof.error,
        "sent": proof.sent,
        "readers": proof.readers,
        "different": proof.different,
        "choices": proof.choices,
        "bytes": round(proof.states * proof.row_bytes),
        "seconds": round(proof.states / proof.pace) if proof.pace else None,
    }


def _pumping(analysis: Analysis) -> dict[str, Any] | None:
    found = analysis.pumping
    if found is None:
        return None
    return {
        "path": found.path,
        "circuit": found.circuit,
        "rounds": found.rounds,
        "grows": [{"name": name, "by": by} for name, by in found.grows],
    }


def _finite(x: float | None) -> bool:
    return x is not None and not math.isinf(x)


def _number(x: float) -> float | None:
    return None if math.isnan(x) or math.isinf(x) else x


def _odds(odds: Interval) -> float | list[float] | None:
    if math.isnan(odds.low):
        return None
    return odds.low if odds.low == odds.high else [odds.low, odds.high]


def _ending(ending: Ending) -> dict[str, Any]:
    return {
        "name": ending.name,
        "kind": ending.kind,
        "uniform": _odds(ending.uniform),
        "best": _odds(ending.best),
        "worst": _odds(ending.worst),
        "shortest": ending.shortest,
        "words": _number(ending.words),
    }


def _growing_data(thing: Growing) -> dict[str, Any]:
    return {
        "name": thing.name,
        "kind": thing.kind,
        "values": thing.count,
        "lowest": thing.low,
        "highest": thing.high,
        "examples": list(thing.examples),
        "trend": thing.trend or None,
        "reads": [
            {
                "how": read.how,
                "file": read.span.source.name if read.span else None,
                "line": read.span.line if read.span else None,
                "column": read.span.column if read.span else None,
            }
            for read in thing.reads
        ],
        "hint": thing.hint or None,
        "bound": thing.bound or None,
    }


def problem_as_json(problem: Diagnostic) -> dict[str, Any]:
    """A problem as plain data."""
    span = problem.span
    return {
        "code": problem.code,
        "severity": problem.severity,
        "message": problem.message,
        "file": span.source.name if span else None,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "path": problem.path,
        "hint": problem.hint or None,
    }
