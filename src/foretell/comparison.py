"""How what-ifs look in a terminal: one table for each change, the questions asked of it as rows.

    What if kept_in_contact = true?
      for the uniform reader; 438,566 situations as told, 485,370 as changed

                                as told                as changed            points
      Would they have asked me for help?
        asked_for_help                         0 %    ████▎      46.9 %    + 46.9     │█████

      turned_back        ███▊       32.4 %    ███▍       29.7 %    −  2.7    ▕│

Odds are drawn as bars of one scale, differences as bars to the left or the right of an axis, the
greatest as long as there is room. What does not differ is dimmed. With several changes there is a
table of all of them first. `asking` has the figures made; nothing here computes any.
"""

from __future__ import annotations

import itertools
import math
import shutil
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from foretell.checker import whatif as W
from foretell.checker.claims import shown_odds
from foretell.checker.graphs.solve import Interval
from foretell.config import Setting, WhatIf

__all__ = ["change_of", "shown_comparisons"]

Paint = Callable[[str, str], str]

_NARROWEST: Final = 76
_WIDEST: Final = 120
_LEAST_FIGURE: Final = 7  # cells of a figure; an interval takes more
_POINTS: Final = 8  # cells of a difference
_EIGHTHS: Final = " ▏▎▍▌▋▊▉█"
_SHOWN_VALUES: Final = 8
_LEAST_SCALE: Final = 0.05  # a longest bar stands for 5 points at the least
_NONE: Final = Interval(0.0, 0.0)
_DIM, _BOLD, _MORE, _LESS, _TOLD, _CHANGED = "2", "1", "32", "31", "36", "35"


def shown_comparisons(comparisons: Sequence[W.Comparison], paint: Paint) -> str:
    """All comparisons as text, those of one change and one reader in one table."""
    groups = [list(group) for _, group in itertools.groupby(_sorted(comparisons), key=_key)]
    columns = shutil.get_terminal_size((100, 24)).columns
    tables = [_Table(group, columns, paint).lines() for group in groups]
    if len(groups) > 1:
        tables.insert(0, _overview(groups, _Layout.of(columns, _LEAST_FIGURE), paint))
    return "\n\n".join("\n".join(line.rstrip() for line in lines) for lines in tables) + "\n"


def _key(comparison: W.Comparison) -> tuple[str, str]:
    return change_of(comparison.whatif), comparison.reader


def _sorted(comparisons: Sequence[W.Comparison]) -> list[W.Comparison]:
    """Those of one change and reader together, else in their order."""
    first: dict[tuple[str, str], int] = {}
    for comparison in comparisons:
        first.setdefault(_key(comparison), len(first))
    return sorted(comparisons, key=lambda c: first[_key(c)])


def change_of(whatif: WhatIf) -> str:
    """What a what-if changes, as one says it."""
    parts = [f"{name} = {_setting(value)}" for name, value in whatif.set.items()]
    for choices, done in ((whatif.force, "forced"), (whatif.forbid, "forbidden")):
        if len(choices) == 1:
            parts.append(f"{choices[0]} is {done}")
        elif choices:
            parts.append(f"{', '.join(choices[:-1])} and {choices[-1]} are {done}")
    return ", ".join(parts)


def _setting(value: Setting) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"({', '.join(value)})"
    return f'"{value}"' if isinstance(value, str) else f"{value:g}"


@dataclass(frozen=True, slots=True)
class _Layout:
    """How many cells each column has: names, bars of odds, figures, half a bar of differences."""

    width: int
    name: int
    bar: int
    figure: int
    half: int

    @classmethod
    def of(cls, columns: int, figure: int) -> _Layout:
        width = min(max(columns, _NARROWEST), _WIDEST)
        spare = width - _NARROWEST
        name = 22 + spare // 4
        half = 5 + spare // 10
        bar = max(3, (width - name - 2 * (figure + 3) - _POINTS - 2 * half - 4) // 2)
        return cls(width, name, bar, figure, half)

    def odds(self, x: float) -> str:
        """A bar of eighths of a cell; what is not 0 shows."""
        eighths = round(x * self.bar * 8)
        if x > 0:
            eighths = max(1, eighths)
        full, rest = divmod(eighths, 8)
        return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(self.bar)

    def difference(self, x: float) -> str:
        """A bar from the axis to the left (x < 0) or the right, of halves of a cell; 1 is all."""
        halves = round(abs(x) * self.half * 2)
        full, rest = divmod(halves, 2)
        if x < 0:
            bar = ("▐" if rest else "") + "█" * full or "▕"
            return bar.rjust(self.half) + "│" + " " * self.half
        bar = "█" * full + ("▌" if rest else "") or ("▏" if x > 0 else "")
        return " " * self.half + "│" + bar.ljust(self.half)

    def fitted(self, name: str) -> str:
        """A name in its column, cut if it must be."""
        shown = name if len(name) < self.name else f"{name[: self.name - 2]}…"
        return shown.ljust(self.name)


class _Table:
    """The comparisons of one change, for one reader."""

    def __init__(self, group: Sequence[W.Comparison], columns: int, paint: Paint) -> None:
        self.group = group
        self.paint = paint
        self.told, self.changed = group[0].told, group[0].changed
        names = list(dict.fromkeys([*self.told.endings, *self.changed.endings]))
        self.names = sorted(names, key=lambda n: -max(self._of(c, n).high for c in self._columns))
        asked = [
            (before, after)
            for text, one, two in self._answers()
            for _, before, after in _values(text, one, two)
        ]
        ends = [(self._of(self.told, n), self._of(self.changed, n)) for n in self.names]
        ends.append((self.told.forever, self.changed.forever))
        self.asked_scale, self.scale = (
            max([_LEAST_SCALE, *(abs(_gap(*pair)) for pair in pairs)]) for pairs in (asked, ends)
        )
        figures = [len(_figure(odds)) for pair in (*asked, *ends) for odds in pair]
        self.layout = _Layout.of(columns, max([_LEAST_FIGURE, *figures]))

    @property
    def _columns(self) -> tuple[W.Column, W.Column]:
        return self.told, self.changed

    def _of(self, column: W.Column, name: str) -> Interval:
        return column.endings[name].odds if name in column.endings else _NONE

    def _answers(self) -> Iterable[tuple[str, W.Answer, W.Answer]]:
        for comparison in self.group:
            for text, answer in comparison.told.answers.items():
                yield text, answer, comparison.changed.answers[text]

    def lines(self) -> list[str]:
        paint, group = self.paint, self.group
        change = change_of(group[0].whatif)
        alone = group[0].whatif.question if len(group) == 1 else ""
        out = self._wrapped(alone or f"What if {change}?", "", _BOLD)
        if alone:
            out += self._wrapped(change, "  ")
        out += self._wrapped(self._about(), "  ", _DIM)
        for which, column in (("as told", self.told), ("as changed", self.changed)):
            if not column.complete:
                stopped = f"{which}: stopped at the limit on {column.stopped}; odds are bounds"
                out += self._wrapped(f"{stopped}, answers those of what was followed", "  ", "1;33")
        out += ["", self._head()]
        for comparison in group:
            if not alone and comparison.whatif.question:
                out += self._wrapped(comparison.whatif.question, "  ")
            for text, answer in comparison.told.answers.items():
                out += self._answer(text, answer, comparison.changed.answers[text])
        if any(c.told.answers for c in group):
            out.append("")
        for name in self.names:
            out.append(self._row(name, self._of(self.told, name), self._of(self.changed, name)))
        forever = (self.told.forever, self.changed.forever)
        if any(odds.high > 0 for odds in forever):
            out.append(self._row("goes on for ever", *forever))
        out.append(self._numbers("words read", self.told.words, self.changed.words))
        extremes = self._extremes()
        if extremes:
            out += [
                "",
                paint(_DIM, "  best and worst of all readers, where they change"),
                *extremes,
            ]
        if self.told.verdicts:
            out += ["", *self._claims()]
        return out

    def _about(self) -> str:
        told, changed = self._columns
        reader = self.group[0].reader
        states = f"{told.states:,} situations as told, {changed.states:,} as changed"
        return f"for the {reader} reader; {states}"

    def _head(self) -> str:
        layout = self.layout
        odds = layout.bar + 1 + layout.figure
        head = (
            "  "
            + " " * layout.name
            + "".join(f"{word:>{odds}}  " for word in ("as told", "as changed"))
        )
        return self.paint(_DIM, f"{head}{'points':>{_POINTS}}")

    def _wrapped(self, text: str, indent: str, tone: str = "") -> list[str]:
        lines = textwrap.wrap(text, self.layout.width - len(indent)) or [""]
        return [indent + (self.paint(tone, line) if tone else line) for line in lines]

    def _row(self, name: str, before: Interval, after: Interval, scale: float | None = None) -> str:
        layout, paint = self.layout, self.paint
        cells = ""
        for odds, tone in ((before, _TOLD), (after, _CHANGED)):
            bar = layout.odds((odds.low + odds.high) / 2)
            cells += f"{paint(tone, bar)} {_figure(odds):>{layout.figure}}  "
        gap = _gap(before, after)
        if before.known and after.known:
            points = _difference(gap)
        else:
            apart = before.high < after.low or after.high < before.low
            points = ("+" if gap > 0 else "−") if apart else "?"
            gap = gap if apart else 0.0
        if points == "=":
            return "  " + layout.fitted(name) + cells + paint(_DIM, points.rjust(_POINTS))
        tone = _MORE if gap > 0 else _LESS if gap < 0 else _DIM
        bar = layout.difference(gap / (scale or self.scale))
        return (
            f"  {layout.fitted(name)}{cells}{paint(f'1;{tone}', points.rjust(_POINTS))} "
            + paint(tone, bar)
        )

    def _numbers(self, name: str, before: float | None, after: float | None) -> str:
        layout = self.layout
        gap = " " * layout.bar
        line = f"  {layout.fitted(name)}{gap} {_number(before):>{layout.figure}}  "
        line += f"{gap} {_number(after):>{layout.figure}}  "
        if before is None or after is None or math.isnan(before) or math.isnan(after):
            return line
        difference = after - before
        if abs(difference) <= 1e-9 * max(1.0, abs(before)):
            return line + self.paint(_DIM, "=".rjust(_POINTS))
        sign, tone = ("+", _MORE) if difference > 0 else ("−", _LESS)
        return line + self.paint(f"1;{tone}", f"{sign} {_number(abs(difference))}".rjust(_POINTS))

    def _answer(self, text: str, before: W.Answer, after: W.Answer) -> list[str]:
        """How an expression comes out: one row for a condition, else one for each value."""
        values, scale = _values(text, before, after), self.asked_scale
        if _is_condition(before, after):
            return [self._row(f"  {name}", one, two, scale) for name, one, two in values]
        out = self._wrapped(f"{text} at the end", "    ")
        out += (
            self._row(f"    {name}", one, two, scale)
            for name, one, two in sorted(values[:_SHOWN_VALUES], key=lambda v: W.by_size(v[0]))
        )
        if len(values) > _SHOWN_VALUES:
            more = f"      … and {len(values) - _SHOWN_VALUES} more values"
            out.append(self.paint(_DIM, more))
        if before.mean is not None or after.mean is not None:
            out.append(self._numbers("    mean", before.mean, after.mean))
        return out

    def _extremes(self) -> list[str]:
        """How the best and worst change, endings that change alike together."""
        alike: dict[tuple[str, str, str], list[str]] = {}
        for name in self.names:
            before, after = (c.endings.get(name) for c in self._columns)
            rows = (
                ("best", before.best if before else _NONE, after.best if after else _NONE),
                ("worst", before.worst if before else _NONE, after.worst if after else _NONE),
            )
            for which, one, two in rows:
                shown = _figure(one), _figure(two)
                if shown[0] != shown[1]:
                    alike.setdefault((which, *shown), []).append(name)
        widest = max((len(figure) for _, *figures in alike for figure in figures), default=0)
        width = max(8, widest)
        out: list[str] = []
        for (which, told, changed), names in alike.items():
            change = f"{which:<5} {told:>{width}} → {changed:<{width}}"
            room = self.layout.width - len(change) - 6
            lines = textwrap.wrap(", ".join(names), room)
            out.append(f"  {self.paint(_BOLD, change)}  {lines[0]}")
            out += (" " * (len(change) + 4) + line for line in lines[1:])
        return out

    def _claims(self) -> list[str]:
        """The claims whose verdict differs, and how many don't."""
        paint = self.paint
        tones = {"holds": "32", "fails": "31", "unknown": "33"}
        out: list[str] = []
        same = 0
        for before, after in zip(self.told.verdicts, self.changed.verdicts, strict=True):
            if before.verdict == after.verdict:
                same += 1
                continue
            if after.claim.kind == "sound" and not after.bound and after.verdict == "unknown":
                continue  # not judged: see `whatif`
            verdicts = " → ".join(paint(tones[v.verdict], v.verdict) for v in (before, after))
            path = f"   path {after.path or '(the start)'}" if after.path is not None else ""
            out.append(f"  {verdicts}  {before.text}{path}")
            if after.verdict == "fails" and after.reason:
                out += self._wrapped(after.reason, " " * 17, _DIM)
        if same:
            claims = "claim comes" if same == 1 else "claims come"
            out.append(paint(_DIM, f"  {same} {claims} out the same"))
        return out


def _overview(groups: Sequence[Sequence[W.Comparison]], layout: _Layout, paint: Paint) -> list[str]:
    """Every change in one table: the odds of each ending, as told and with each."""
    readers = {group[0].reader for group in groups}
    legend = [
        f"  {number}  {change_of(group[0].whatif)}"
        + (f", for the {group[0].reader} reader" if len(readers) > 1 else "")
        for number, group in enumerate(groups, 1)
    ]
    columns: list[tuple[str, W.Column]] = []
    for number, group in enumerate(groups, 1):
        plain = f"told, {group[0].reader}" if len(readers) > 1 else "as told"
        if plain not in (head for head, _ in columns):
            columns.append((plain, group[0].told))
        columns.append((str(number), group[0].changed))
    told = columns[0][1]
    names = list(dict.fromkeys(name for _, column in columns for name in column.endings))

    def odds(column: W.Column, name: str) -> Interval:
        return column.endings[name].odds if name in column.endings else _NONE

    names.sort(key=lambda name: -max(odds(column, name).high for _, column in columns))
    at_once = max(2, (layout.width - layout.name - 2) // 12)
    out = [paint(_BOLD, f"{len(groups)} changes beside the story as told"), *legend]
    for first in range(0, len(columns), at_once):
        shown = columns[first : first + at_once]
        out += ["", paint(_DIM, "  " + " " * layout.name + "".join(f"{h:>12}" for h, _ in shown))]
        for name in names:
            line = f"  {layout.fitted(name)}"
            for head, column in shown:
                gap = _gap(odds(told, name), odds(column, name))
                tone = _DIM if not gap else _MORE if gap > 0 else _LESS
                figure = f"{_figure(odds(column, name)):>12}"
                line += figure if not head.isdigit() else paint(tone, figure)
            out.append(line)
        line = f"  {layout.fitted('words read')}"
        out.append(line + "".join(f"{_number(column.words):>12}" for _, column in shown))
    return out


def _is_condition(before: W.Answer, after: W.Answer) -> bool:
    return {value for answer in (before, after) for value, _ in answer.values} <= {"true", "false"}


def _values(text: str, before: W.Answer, after: W.Answer) -> list[tuple[str, Interval, Interval]]:
    """The values an expression has at the end, likeliest first; of a condition, how often true."""
    one, two = dict(before.values), dict(after.values)
    if _is_condition(before, after):
        names = [("true", text)]
    else:
        order = sorted({*one, *two}, key=lambda v: -max(one.get(v, 0.0), two.get(v, 0.0)))
        names = [(value, value) for value in order]
    return [
        (name, _exactly(one.get(value, 0.0)), _exactly(two.get(value, 0.0)))
        for value, name in names
    ]


def _exactly(x: float) -> Interval:
    return Interval(x, x)


def _gap(before: Interval, after: Interval) -> float:
    """By how much odds differ, between the middles of what they may be; 0 if it is rounding."""
    gap = (after.low + after.high - before.low - before.high) / 2
    return 0.0 if abs(gap) < 1e-12 else gap


def _difference(gap: float) -> str:
    """A difference in hundredths, with its sign."""
    if gap == 0.0:
        return "="
    size = abs(gap) * 100
    return (
        f"{'+' if gap > 0 else '−'} {size:.1f}"
        if size >= 0.05
        else f"{'+' if gap > 0 else '−'} {size:.1g}"
    )


def _figure(odds: Interval) -> str:
    """Odds in a column: nearly certain is said so, since a row of nines is not read."""
    if odds.known and 0.999 < odds.low < 1.0:
        return ">99.9 %"
    return shown_odds(odds).replace(" % to ", "–")


def _number(x: float | None) -> str:
    if x is None or math.isnan(x):
        return "—"
    return f"{x:,.0f}" if abs(x) >= 1000 else f"{x:.4g}"
