"""Choices by name: `knot.label`, a label that is unique, or `file.ink:12`, as authors write them.

    points = find_choices(program, names, "kitchen.open_drawer")      # indices of choice points

A choice written once may stand in a program several times; all of them are meant.
"""

from __future__ import annotations

import re
from typing import Final

from foretell.compiler.standalone import StoryNames
from foretell.diagnostics import Diagnostic, Span, StoryError, closest
from foretell.vm.program import ChoiceInfo, Program

__all__ = ["choice_name", "find_choices", "in_file"]

_LINE: Final = re.compile(r"(.*?):?(\d+)(?::\d+)?")


def find_choices(
    program: Program, names: StoryNames, text: str, span: Span | None = None
) -> set[int]:
    """The choice points that `text` names; StoryError, at `span`, where it names none."""
    wanted = text.strip()
    labels = names.story.labels
    full = [name for name in labels if name == wanted or name.endswith(f".{wanted}")]
    containers = {id(labels[name]): labels[name] for name in full}
    if wanted in labels:
        containers = {id(labels[wanted]): labels[wanted]}
    if len(containers) > 1:
        some = ", ".join(f"`{name}`" for name in sorted(full)[:4])
        raise _refused(f"several choices are labelled `{wanted}`", span, f"write one of {some}")
    paths = {container.path for container in containers.values()} or {wanted}
    found = {i for i, choice in enumerate(program.choices) if choice.target_path in paths}
    if found:
        return found
    if containers:
        raise _refused(f"`{wanted}` labels a gather, not a choice", span)
    line = _LINE.fullmatch(wanted)
    if line is not None and (line[1] or wanted.isdecimal()):
        return _on_line(program, line[1], int(line[2]), span)
    near = closest(wanted, labels) or closest(wanted, (n.rpartition(".")[2] for n in labels))
    hint = f"did you mean `{near}`?" if near else "name a choice by its (label), or by file:line"
    raise _refused(f"no choice is labelled `{wanted}`", span, hint)


def _on_line(program: Program, file: str, line: int, span: Span | None) -> set[int]:
    known: list[int] = []
    found: set[int] = set()
    for index, choice in enumerate(program.choices):
        place = choice.span
        if place is None or not in_file(place, file):
            continue
        known.append(place.line)
        if place.line == line:
            found.add(index)
    if found:
        return found
    if not known:
        raise _refused(f"no choice stands in a file `{file}`", span)
    near = min(known, key=lambda at: abs(at - line))
    raise _refused(f"no choice stands in line {line}", span, f"the nearest is in line {near}")


def in_file(span: Span, file: str) -> bool:
    """Whether a place is in the file meant by its name, or by the end of its path."""
    name = span.source.name.replace("\\", "/")
    return not file or name == file or name.endswith(f"/{file.lstrip('./')}")


def _refused(message: str, span: Span | None, hint: str = "") -> StoryError:
    return StoryError([Diagnostic("error", "unknown-choice", message, span, hint=hint)])


def choice_name(program: Program, index: int) -> str:
    """A choice as one tells it: its text, else its label, and where it stands."""
    choice: ChoiceInfo = program.choices[index]
    shown = f"“{choice.text}”" if choice.text else choice.label or choice.target_path
    if choice.span is not None:
        place = f"{choice.span.source.name.rpartition('/')[2]}:{choice.span.line}"
        return f"{shown} ({place})"
    return f"{shown} ({program.places[choice.place]})" if choice.place else shown
