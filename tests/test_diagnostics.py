"""How problems look: folded to the terminal, with the place that is meant in sight."""

from __future__ import annotations

import re

import pytest

from foretell.diagnostics import Diagnostic, Source, Span, closest, folded, render

PROSE = "\t\t* {lamp} The landlord says nothing, and says it for rather a long time while it rains."
SPAN = Span(Source("a/tale.ink", PROSE), 1, 16, 1, len(PROSE) + 1)
PROBLEM = Diagnostic(
    "warning",
    "unreachable",
    "no reader ever sees this line, whatever they may do and however they are lucky",
    SPAN,
    label="its condition never holds when a reader comes by",
    hint="the condition on line 1 never lets a reader through: it asks for `lamp`",
)


@pytest.mark.parametrize("columns", [44, 60, 80, 120])
@pytest.mark.parametrize("colour", [False, True])
def test_a_problem_is_no_wider_than_the_terminal(columns: int, colour: bool) -> None:
    shown = re.sub(r"\x1b\[[0-9;]*m", "", render(PROBLEM, colour=colour, columns=columns))
    assert max(map(len, shown.splitlines())) <= columns
    said = " ".join(shown.replace("│", "").split())
    for text in (PROBLEM.message, PROBLEM.label, PROBLEM.hint, SPAN.place):
        assert text in said


def test_the_marks_stand_below_what_is_meant_at_any_width() -> None:
    for columns in (None, 44, 60, 80, 120):
        lines = render(PROBLEM, columns=columns).splitlines()
        at = next(i for i, text in enumerate(lines) if text.startswith("1 │"))
        line, marks = lines[at], lines[at + 1]
        assert line[marks.index("^") :].startswith("landlord says"), columns


def test_a_file_or_pipe_gets_lines_as_long_as_they_are() -> None:
    assert max(map(len, render(PROBLEM).splitlines())) > 100
    assert "\t\t*" in render(PROBLEM)


def test_what_was_meant_is_what_is_like_it_or_alone_begins_so() -> None:
    names = ["kept_in_contact", "the_room", "the_roof", "fed", "fed"]
    assert closest("the_rom", names) == "the_room"
    assert closest("kept", names) == "kept_in_contact"
    assert closest("the", names) is None  # two begin so
    assert closest("fed", names) == "fed"
    assert closest("ke", names) is None and closest("zzz", names) is None


def test_text_is_folded_at_spaces_and_what_goes_on_is_indented() -> None:
    assert folded("one two three", 8, "  ") == "one two\n  three"
    assert folded("  one two three", 9) == "  one two\nthree"
    assert folded("\x1b[1mone\x1b[0m two", 7) == "\x1b[1mone\x1b[0m two"
    assert folded("a_word_too_long", 8) == "a_word_too_long"
    assert folded("a   b", 8) == "a   b"
    assert folded("any length at all", None) == "any length at all"
    assert folded("", 8) == ""
    assert folded("only 99 % of it", 8) == "only\n99 % of\nit"
