"""`foretell whatif` and `foretell why`: questions about a story, and how their answers look.

This is a front door: it takes a loaded story and what was typed, has `checker.whatif` and
`checker.why` find the figures, and gives text or JSON.

    The Vigil · had she called?                          set kept_in_contact = true
    for the uniform reader          as told                as changed             difference
    its_done                  ████▌             4.5 %  ██▏               2.1 %       − 2.4
    …

Odds are drawn as bars of one scale; a figure that differs is marked, one that doesn't is dimmed.
"""

from __future__ import annotations

import json
import math
import re
import shutil
from collections.abc import Mapping, Sequence
from typing import Any, Final

from foretell.checker import whatif as W
from foretell.checker import why as Y
from foretell.checker.claims import percent, shown_odds
from foretell.checker.explore import Limits
from foretell.checker.solve import Interval
from foretell.checking import progress_line
from foretell.config import Bounds, Config, Expression, Setting, WhatIf
from foretell.container import CompiledStory
from foretell.diagnostics import Diagnostic, Source, Span, StoryError
from foretell.loading import Loaded, read_promises, read_story
from foretell.terminal import show_problems

__all__ = ["limits_of", "parse_setting", "whatif", "whatifs_asked", "why"]

_BAR: Final = 18  # cells of a bar that means certainty
_EIGHTHS: Final = " ▏▎▍▌▋▊▉█"
_NAME: Final = 26
_SHOWN_VALUES: Final = 8
_SHOWN_CHOICES: Final = 12


class _Paint:
    def __init__(self, colour: bool) -> None:
        self.colour = colour

    def __call__(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text else text


# What was typed ---------------------------------------------------------------------------------


def parse_setting(text: str) -> tuple[str, Setting]:
    """`NAME=VALUE` as a name and a value: true, 3, 2.5, "text", (item, item), or a bare word.

    Raises StoryError where there is no name or no value.
    """
    name, equals, value = (part.strip() for part in text.partition("="))
    if not name or not equals or not value:
        raise _refused("setting", f"`{text}` sets nothing", "write NAME=VALUE: --set lamp=true")
    if value in ("true", "false"):
        return name, value == "true"
    if re.fullmatch(r"[+-]?\d+", value):
        return name, int(value)
    if re.fullmatch(r"[+-]?\d*\.\d+|[+-]?\d+\.\d*", value):
        return name, float(value)
    if len(value) >= 2 and value[0] == value[-1] == '"':
        return name, value[1:-1]
    if value[0] == "(" and value[-1] == ")":
        return name, tuple(item.strip() for item in value[1:-1].split(",") if item.strip())
    return name, value


def whatifs_asked(
    config: Config,
    names: Sequence[str] = (),
    settings: Sequence[str] = (),
    force: Sequence[str] = (),
    forbid: Sequence[str] = (),
    ask: Sequence[str] = (),
) -> list[WhatIf]:
    """The what-ifs meant by a command line: one described there, or those of the file.

    Raises StoryError where there is none.
    """
    asked = tuple(Expression(text, Span(Source("--ask", text), 1), verbatim=True) for text in ask)
    if settings or force or forbid:
        values = dict(parse_setting(text) for text in settings)
        title = ", ".join(
            [*settings, *(f"force {c}" for c in force), *(f"forbid {c}" for c in forbid)]
        )
        return [WhatIf(title, "", values, tuple(force), tuple(forbid), asked)]
    chosen = [w for w in config.whatifs if not names or w.name in names or w.question in names]
    missing = [name for name in names if all(name not in (w.name, w.question) for w in chosen)]
    if missing or not chosen:
        message = f"no what-if is called `{missing[0]}`" if missing else "nothing is changed"
        known = ", ".join(f"`{w.name}`" for w in config.whatifs)
        hint = f"there are {known}" if known else "write --set NAME=VALUE, --force or --forbid"
        raise _refused("whatif", message, hint)
    return [_with_asked(w, asked) for w in chosen]


def _with_asked(whatif: WhatIf, asked: tuple[Expression, ...]) -> WhatIf:
    return WhatIf(
        whatif.name,
        whatif.question,
        whatif.set,
        whatif.force,
        whatif.forbid,
        (*whatif.ask, *asked),
        whatif.reader,
        whatif.span,
        whatif.places,
    )


def _refused(code: str, message: str, hint: str = "") -> StoryError:
    return StoryError([Diagnostic("error", code, message, hint=hint)])


# What-ifs ---------------------------------------------------------------------------------------


def whatif(
    loaded: Loaded,
    *,
    names: Sequence[str] = (),
    settings: Sequence[str] = (),
    force: Sequence[str] = (),
    forbid: Sequence[str] = (),
    ask: Sequence[str] = (),
    reader: str = "uniform",
    limits: Bounds | None = None,
    as_json: bool = False,
    colour: bool = False,
    stream: Any = None,
) -> tuple[str, int]:
    """The comparison as text or JSON, and the exit code: 0, or 3 where a limit was hit.

    `stream` takes a line of progress, if any. Raises StoryError where the question is none.
    """
    story = loaded.usable()
    config = read_promises(loaded)
    wanted = whatifs_asked(config, names, settings, force, forbid, ask)

    def compile_story(constants: Mapping[str, bool | int | float | str]) -> CompiledStory:
        if not constants or loaded.path is None:
            return story
        return read_story(loaded.path, constants=constants).usable()

    found = W.compare(
        compile_story,
        wanted,
        config,
        reader=reader,
        limits=_limits(limits, config),
        progress=progress_line(stream) if stream is not None else None,
    )
    _clear(stream)
    notes = {id(note.span): note for c in found for note in c.notes if note.severity == "warning"}
    show_problems(notes.values())
    code = 0 if all(c.told.complete and c.changed.complete for c in found) else 3
    if as_json:
        return json.dumps(W.as_json(found), indent=2, ensure_ascii=False) + "\n", code
    paint = _Paint(colour)
    return "\n".join(_comparison(comparison, paint) for comparison in found), code


def limits_of(states: int | None, seconds: float | None) -> Bounds:
    """The bounds of a command line; None leaves what the file says."""
    return Bounds(states, seconds)


def _limits(asked: Bounds | None, config: Config) -> Limits:
    """The limits asked for, else those of the file, else the usual ones."""
    usual, asked = Limits(), asked or Bounds()
    seconds = asked.seconds if asked.seconds is not None else config.bounds.seconds
    return Limits(
        states=asked.states or config.bounds.states or usual.states,
        seconds=usual.seconds if seconds is None else seconds,
    )


def _clear(stream: Any) -> None:
    if stream is not None:
        stream.write("\r\x1b[K")
        stream.flush()


def _comparison(comparison: W.Comparison, paint: _Paint) -> str:
    whatif, told, changed = comparison.whatif, comparison.told, comparison.changed
    out = [paint("1", whatif.question or f"What if {_change(whatif)}?")]
    if whatif.question:
        out.append(f"  {_change(whatif)}")
    unread = [
        f"{which}: stopped at the limit on {column.stopped}; odds are bounds"
        for which, column in (("as told", told), ("as changed", changed))
        if not column.complete
    ]
    out += (paint("1;33", f"  {line}") for line in unread)
    head = f"  {f'for the {comparison.reader} reader':<{_NAME}}"
    head += f"{'as told':>{_BAR + 11}}  {'as changed':>{_BAR + 11}}  {'difference':>12}"
    out += ["", paint("2", head)]
    names = list(dict.fromkeys([*told.endings, *changed.endings]))
    none = Interval(0.0, 0.0)

    def odds(column: W.Column, name: str) -> Interval:
        return column.endings[name].odds if name in column.endings else none

    names.sort(key=lambda name: -max(odds(told, name).high, odds(changed, name).high))
    for name in names:
        out.append(_row(name, odds(told, name), odds(changed, name), paint))
    if told.forever.high > 0 or changed.forever.high > 0:
        out.append(_row("goes on for ever", told.forever, changed.forever, paint))
    out.append(_numbers("words read", told.words, changed.words, paint))
    extremes = _extremes(names, told, changed, paint)
    if extremes:
        out += ["", paint("2", "  best and worst, over all readers, where they change"), *extremes]
    for text in told.answers:
        out += ["", f"  {paint('1', text)} {paint('2', 'at the end')}"]
        out += _answers(told.answers[text], changed.answers[text], paint)
    if told.verdicts:
        out += ["", *_claims(told, changed, paint)]
    return "\n".join(out) + "\n"


def _change(whatif: WhatIf) -> str:
    parts = [f"{name} = {_setting(value)}" for name, value in whatif.set.items()]
    parts += [f"{choice} is forced" for choice in whatif.force]
    parts += [f"{choice} is forbidden" for choice in whatif.forbid]
    return ", ".join(parts)


def _setting(value: Setting) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"({', '.join(value)})"
    return f'"{value}"' if isinstance(value, str) else f"{value:g}"


def _bar(x: float) -> str:
    """A bar of eighths of a cell; what is not 0 shows."""
    eighths = round(x * _BAR * 8)
    if x > 0:
        eighths = max(1, eighths)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(_BAR)


def _fitted(name: str) -> str:
    """A name in a column of its own width, cut if it must be."""
    shown = name if len(name) < _NAME else f"{name[: _NAME - 2]}…"
    return shown.ljust(_NAME)


def _difference(before: float, after: float) -> str:
    points = (after - before) * 100
    if abs(points) < 1e-10:
        return "="
    sign = "+" if points > 0 else "−"
    size = abs(points)
    return f"{sign} {size:.1f}" if size >= 0.05 else f"{sign} {size:.1g}"


def _row(name: str, before: Interval, after: Interval, paint: _Paint) -> str:
    cells = "".join(
        f"{paint(code, _bar((odds.low + odds.high) / 2))} {shown_odds(odds):>10}  "
        for odds, code in ((before, "36"), (after, "35"))
    )
    if before.known and after.known:
        difference = _difference(before.low, after.low)
    else:
        apart = before.high < after.low or after.high < before.low
        difference = ("+" if after.low > before.high else "−") if apart else "?"
    tone = "2" if difference == "=" else "1;32" if difference[0] == "+" else "1;31"
    return f"  {_fitted(name)}{cells}{paint(tone, difference.rjust(11))}"


def _numbers(name: str, before: float | None, after: float | None, paint: _Paint) -> str:
    def shown(x: float | None) -> str:
        if x is None or math.isnan(x):
            return "—"
        return f"{x:,.0f}" if abs(x) >= 1000 else f"{x:.4g}"

    gap = " " * _BAR
    line = f"  {_fitted(name)}{gap} {shown(before):>10}  {gap} {shown(after):>10}  "
    if before is None or after is None or math.isnan(before) or math.isnan(after):
        return line.rstrip()
    difference = after - before
    if abs(difference) <= 1e-9 * max(1.0, abs(before)):
        return line + paint("2", "=".rjust(11))
    sign = "+" if difference > 0 else "−"
    tone = "1;32" if difference > 0 else "1;31"
    return line + paint(tone, f"{sign} {shown(abs(difference))}".rjust(11))


def _extremes(names: Sequence[str], told: W.Column, changed: W.Column, paint: _Paint) -> list[str]:
    out: list[str] = []
    none = Interval(0.0, 0.0)
    for name in names:
        before, after = told.endings.get(name), changed.endings.get(name)
        rows = (
            ("best", before.best if before else none, after.best if after else none),
            ("worst", before.worst if before else none, after.worst if after else none),
        )
        parts = [
            f"{which} {shown_odds(one)} → {paint('1', shown_odds(two))}"
            for which, one, two in rows
            if abs(one.low - two.low) > 1e-9 or abs(one.high - two.high) > 1e-9
        ]
        if parts:
            out.append(f"  {_fitted(name)}{',  '.join(parts)}")
    return out


def _answers(before: W.Answer, after: W.Answer, paint: _Paint) -> list[str]:
    one, two = dict(before.values), dict(after.values)
    values = sorted({*one, *two}, key=lambda v: -max(one.get(v, 0.0), two.get(v, 0.0)))
    out = [
        _row(f"  {v}", _exactly(one.get(v, 0.0)), _exactly(two.get(v, 0.0)), paint)
        for v in values[:_SHOWN_VALUES]
    ]
    if len(values) > _SHOWN_VALUES:
        out.append(paint("2", f"    … and {len(values) - _SHOWN_VALUES} more values"))
    is_truth = set(values) <= {"true", "false"}
    if not is_truth and (before.mean is not None or after.mean is not None):
        out.append(_numbers("  mean", before.mean, after.mean, paint))
    return out


def _exactly(x: float) -> Interval:
    return Interval(x, x)


def _claims(told: W.Column, changed: W.Column, paint: _Paint) -> list[str]:
    """The claims whose verdict differs, and how many don't."""
    tones = {"holds": "32", "fails": "31", "unknown": "33"}
    out: list[str] = []
    same = 0
    for before, after in zip(told.verdicts, changed.verdicts, strict=True):
        if before.verdict == after.verdict:
            same += 1
            continue
        if after.claim.kind == "sound" and not after.bound and after.verdict == "unknown":
            continue  # not judged: see `whatif`
        verdicts = " → ".join(paint(tones[v.verdict], v.verdict) for v in (before, after))
        path = f"   path {after.path or '(the start)'}" if after.path is not None else ""
        out.append(f"  {verdicts}  {before.text}{path}")
    if same:
        claims = "claim comes" if same == 1 else "claims come"
        out.append(paint("2", f"  {same} {claims} out the same"))
    return out


# Why --------------------------------------------------------------------------------------------


def why(
    loaded: Loaded,
    target: str,
    *,
    limits: Bounds | None = None,
    as_json: bool = False,
    colour: bool = False,
    stream: Any = None,
) -> tuple[str, int]:
    """How readers come to a target as text or JSON, and the exit code: 0 there is a way, 1 there
    is none, 3 unknown."""
    story = loaded.usable()
    config = read_promises(loaded)
    found = Y.explain(
        story,
        target,
        limits=_limits(limits, config),
        progress=progress_line(stream) if stream is not None else None,
    )
    _clear(stream)
    code = 0 if found.path is not None else 1 if found.complete else 3
    if as_json:
        return json.dumps(Y.as_json(found), indent=2, ensure_ascii=False) + "\n", code
    return _why(found, _Paint(colour)), code


def _why(found: Y.Why, paint: _Paint) -> str:
    out: list[str] = []
    if found.path is None:
        verdict = "no reader ever comes to" if found.complete else "no way was found to"
        out.append(f"{paint('1;31', verdict)} {found.what}")
    else:
        out.append(f"{found.what}: {shown_odds(found.uniform)} of uniform readers come to it")
        out.append(f"  at best {shown_odds(found.best)}")
        out.append(f"{paint('1', 'shortest path')}  {found.path or '(the start)'}")
        out += (f"  {number:>3}  {name}" for number, name in enumerate(found.choices, 1))
    if not found.complete:
        line = f"exploring stopped at the limit on {found.stopped}; what follows may not be all"
        out.append(paint("1;33", line))
    if found.needed:
        out.append(paint("1", "needed on every route"))
        out += (f"       {needed.name}" for needed in found.needed)
    elif found.path and found.complete:
        out.append(paint("2", "no choice is needed on every route"))
    if found.excluding:
        out.append(paint("1", "ruled out by"))
        for e in found.excluding[:_SHOWN_CHOICES]:
            times = "always" if e.always else f"{percent(e.times / e.offered)} of situations"
            out.append(f"       {e.name}  {paint('2', f'{times}, e.g. {_short(e.path)}')}")
        more = len(found.excluding) - _SHOWN_CHOICES
        if more > 0:
            out.append(paint("2", f"       … and {more} more choices"))
    return "\n".join(out) + "\n"


def _short(path: str) -> str:
    width = max(24, shutil.get_terminal_size((100, 24)).columns - 60)
    return path if len(path) <= width else f"{path[: width - 1]}…"
