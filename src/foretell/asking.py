"""`foretell whatif` and `foretell why`: questions about a story, from what was typed.

This is a front door: it takes a loaded story and what was typed, has `checker.whatif` and
`checker.why` find the figures, and gives text or JSON. How what-ifs look is in `comparison`.
"""

from __future__ import annotations

import itertools
import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from foretell.checker import whatif as W
from foretell.checker import why as Y
from foretell.checker.claims import percent
from foretell.checker.exploring.explore import Limits
from foretell.checker.graphs.solve import Interval
from foretell.checker.questions import ask_story
from foretell.checker.report import odds_text, short_path
from foretell.checking import in_turn, places_entered, progress_line
from foretell.comparison import change_of, shown_comparisons
from foretell.config import Bounds, Config, Expression, Setting, WhatIf
from foretell.container import CompiledStory
from foretell.diagnostics import Diagnostic, Source, Span, StoryError
from foretell.loading import Loaded, read_promises, read_story
from foretell.terminal import show_problems
from foretell.vm.lower import lower

__all__ = [
    "limits_of",
    "parse_setting",
    "set_beforehand",
    "whatif",
    "whatifs_asked",
    "why",
    "with_constants",
]

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


def with_constants(
    loaded: Loaded, constants: Mapping[str, bool | int | float | str]
) -> CompiledStory:
    """A loaded story with other values for some of its CONSTs."""
    story = loaded.usable()
    if not constants or loaded.path is None:
        return story
    changed = read_story(loaded.path, constants=constants).usable()
    changed.domains = story.domains
    return changed


def set_beforehand(
    loaded: Loaded, settings: Sequence[str]
) -> tuple[CompiledStory, dict[str, object]]:
    """A loaded story with what `NAME=VALUE` says of its CONSTs, and the first values of its VARs.

    Raises StoryError where a name or a value does not fit, or a name is set twice.
    """
    values: dict[str, Setting] = {}
    for name, value in map(parse_setting, settings):
        if name in values:
            raise _refused("setting", f"`{name}` is set twice", "whatif compares several values")
        values[name] = value
    told = ask_story(loaded.usable(), [])
    constants, variables = W.changes(WhatIf("", "", values), told)
    return with_constants(loaded, constants), variables


def whatifs_asked(
    config: Config,
    names: Sequence[str] = (),
    settings: Sequence[str] = (),
    force: Sequence[str] = (),
    forbid: Sequence[str] = (),
    ask: Sequence[str] = (),
) -> list[WhatIf]:
    """The what-ifs meant by a command line: those described there, or those of the file.

    A name that is set several times makes as many what-ifs, each with one of its values.

    Raises StoryError where there is none.
    """
    asked = tuple(Expression(text, Span(Source("--ask", text), 1), verbatim=True) for text in ask)
    if settings or force or forbid:
        if names:
            hint = f"what-ifs of the file are asked by themselves: leave `{names[0]}` away"
            raise _refused("whatif", "there is a name and a change", hint)
        values: dict[str, list[Setting]] = {}
        for name, value in map(parse_setting, settings):
            values.setdefault(name, []).append(value)
        return [
            _typed(dict(zip(values, chosen, strict=True)), force, forbid, asked)
            for chosen in itertools.product(*values.values())
        ]
    chosen = [w for w in config.whatifs if not names or w.name in names or w.question in names]
    missing = [name for name in names if all(name not in (w.name, w.question) for w in chosen)]
    if missing or not chosen:
        message = f"no what-if is called `{missing[0]}`" if missing else "nothing is changed"
        change = "--set NAME=VALUE, --force or --forbid"
        known = ", ".join(f"`{w.name}`" for w in config.whatifs)
        verb = "is" if len(config.whatifs) == 1 else "are"
        hint = (
            f"there {verb} {known}" if known else f"write {change}, or [[whatif]] in foretell.toml"
        )
        raise _refused("whatif", message, hint)
    return [_with_asked(w, asked) for w in chosen]


def _typed(
    settings: dict[str, Setting],
    force: Sequence[str],
    forbid: Sequence[str],
    asked: tuple[Expression, ...],
) -> WhatIf:
    whatif = WhatIf("", "", settings, tuple(force), tuple(forbid), asked)
    return replace(whatif, name=change_of(whatif))


def _with_asked(whatif: WhatIf, asked: tuple[Expression, ...]) -> WhatIf:
    return replace(whatif, ask=(*whatif.ask, *asked))


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
    entries: Sequence[str] = (),
    limits: Bounds | None = None,
    as_json: bool = False,
    colour: bool = False,
    stream: Any = None,
) -> tuple[str, int]:
    """The comparison as text or JSON, and the exit code: 0, or 3 where a limit was hit.

    `stream` takes a line of progress, if any. Raises StoryError where the question is none.
    """
    config = read_promises(loaded)
    places = places_entered(lower(loaded.usable()), entries, config)
    wanted = whatifs_asked(config, names, settings, force, forbid, ask)
    found = [
        comparison
        for place in places
        for comparison in W.comparisons(
            lambda constants: with_constants(loaded, constants),
            wanted,
            config,
            reader=reader,
            limits=_limits(limits, config),
            start=place or None,
            apart=len(places) > 1,
            progress=progress_line(stream) if stream is not None else None,
        )
    ]
    _clear(stream)
    notes = {id(note.span): note for c in found for note in c.notes if note.severity == "warning"}
    show_problems(notes.values())
    code = 0 if all(c.told.complete and c.changed.complete for c in found) else 3
    if as_json:
        return json.dumps(W.as_json(found), indent=2, ensure_ascii=False) + "\n", code
    paint = _Paint(colour)
    if places == [""]:
        return shown_comparisons(found, paint), code
    parts = [
        f"{_entered(place, paint)}\n"
        + shown_comparisons([each for each in found if each.entry == place], paint)
        for place in places
    ]
    return "\n".join(parts), code


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


# Why --------------------------------------------------------------------------------------------


def why(
    loaded: Loaded,
    target: str,
    *,
    entries: Sequence[str] = (),
    limits: Bounds | None = None,
    as_json: bool = False,
    colour: bool = False,
    stream: Any = None,
) -> tuple[str, int]:
    """How readers come to a target as text or JSON, and the exit code: 0 there is a way, 1 there
    is none, 3 unknown.

    Where a host enters at several places each is told in turn, and a way from one of them is one.
    """
    story = loaded.usable()
    config = read_promises(loaded)
    found: dict[str, Y.Why] = {}
    places = places_entered(lower(story), entries, config)
    for place, left in in_turn(places, _limits(limits, config)):
        found[place] = Y.explain(
            story,
            target,
            limits=left,
            start=place or None,
            endings=config.endings,
            bounds=config.bounds.variables,
            progress=progress_line(stream) if stream is not None else None,
        )
    _clear(stream)
    code = 1 if all(each.complete for each in found.values()) else 3
    if any(each.path is not None for each in found.values()):
        code = 0
    if as_json:
        shown: Any = [{"entry": place, **Y.as_json(each)} for place, each in found.items()]
        if len(shown) == 1:
            shown = shown[0]
        return json.dumps(shown, indent=2, ensure_ascii=False) + "\n", code
    paint = _Paint(colour)
    if places == [""]:
        return _why(found[""], paint), code
    return "\n".join(f"{_entered(p, paint)}\n{_why(w, paint)}" for p, w in found.items()), code


def _entered(place: str, paint: _Paint) -> str:
    """The line above what is told of a place a host enters at."""
    return paint("1;4", f"entered at {place or 'the top'}")


def _why(found: Y.Why, paint: _Paint) -> str:
    out: list[str] = []
    if found.path is None:
        verdict = "no reader ever comes to" if found.complete else "no way was found to"
        out.append(f"{paint('1;31', verdict)} {found.what}")
    else:
        out.append(f"{found.what}: {_who_come(found.uniform)}")
        best = odds_text(found.best)
        out.append(f"  at best {'100 %' if best == 'always' else best}")
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


def _who_come(odds: Interval) -> str:
    """How many uniform readers come somewhere, in the figures of `check`."""
    shown = odds_text(odds)
    if shown == "always":
        return "all uniform readers come to it"
    if shown.startswith("1 in "):
        return f"one uniform reader in {shown[5:]} comes to it"
    return f"{shown} of uniform readers come to it"


def _short(path: str) -> str:
    return short_path(path, max(24, shutil.get_terminal_size((100, 24)).columns - 60))
