"""What-ifs in the terminal: one table a change, bars that are read at a glance, lines that fit."""

from __future__ import annotations

import re

import pytest

from foretell.asking import whatifs_asked
from foretell.checker.whatif import Comparison, by_size, comparisons
from foretell.comparison import change_of, shown_comparisons
from foretell.config import Config, Expression, WhatIf, read_config
from foretell.diagnostics import StoryError
from tests.test_whatif import CONFIG, compiled


def plain(tone: str, text: str) -> str:
    return text


def marked(tone: str, text: str) -> str:
    return f"<{tone}>{text}</>"


def compared(*whatifs: WhatIf, config: str = CONFIG) -> list[Comparison]:
    return list(comparisons(compiled, whatifs, read_config(config)))


def lit(question: str, *asked: str) -> WhatIf:
    return WhatIf(question, question, {"lamp": True}, ask=tuple(map(Expression, asked)))


def test_questions_about_one_change_share_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "90")
    text = shown_comparisons(compared(lit("Richer?", "gold > 1"), lit("Lit?", "lamp")), plain)
    assert text.count("home ") == 1
    assert text.count("What if lamp = true?") == 1
    lines = text.splitlines()
    assert lines.index("  Richer?") + 1 == next(i for i, x in enumerate(lines) if "gold > 1" in x)
    assert lines.index("  Lit?") + 1 == next(i for i, x in enumerate(lines) if "  lamp " in x)


def test_another_change_or_reader_has_a_table_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "90")
    other = WhatIf("a", "", {"SIDES": 6})
    bold = WhatIf("b", "", {"lamp": True}, reader="bold")
    text = shown_comparisons(compared(lit("Lit?"), other, lit("Again?"), bold), plain)
    assert text.startswith("3 changes beside the story as told\n")
    assert text.count("words read") == 4  # one of them in the table of all
    assert "3  lamp = true, for the bold reader" in text
    assert "told, bold" in text


def test_differences_point_the_way_they_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "90")
    lines = shown_comparisons(compared(lit("Lit?")), plain).splitlines()
    home = next(line for line in lines if line.startswith("  home"))
    lost = next(line for line in lines if line.startswith("  lost"))
    assert home.index("+ 25.0") < home.index("│█")
    assert "− 25.0" in lost and "█│" in lost


def test_what_does_not_differ_is_dimmed_and_has_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "90")
    same = WhatIf("same", "", {"name": "Bob"})
    lines = shown_comparisons(compared(same), marked).splitlines()
    rows = [line for line in lines if line.startswith(("  home", "  lost", "  words"))]
    assert len(rows) == 3
    assert all(re.search(r"<2> +=</>$", row) for row in rows)


@pytest.mark.parametrize("columns", [60, 80, 100, 120, 300])
def test_lines_fit_the_terminal(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    several = [lit("Would it have been otherwise, " * 5, "gold", 'ending == "home"')]
    several += [WhatIf(str(n), "", {"SIDES": n}) for n in range(3, 14)]
    text = shown_comparisons(compared(*several), plain)
    assert max(map(len, text.splitlines())) <= min(max(columns, 76), 120)


def test_a_verdict_that_changes_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "90")
    text = shown_comparisons(compared(lit("Lit?")), plain)
    assert "  fails → holds  nobody is lost\n" in text


def test_a_name_set_twice_makes_two_whatifs() -> None:
    found = whatifs_asked(Config(), settings=["a=1", "b=true", "a=2"], forbid=["x", "y", "z"])
    assert [w.set for w in found] == [{"a": 1, "b": True}, {"a": 2, "b": True}]
    assert change_of(found[1]) == "a = 2, b = true, x, y and z are forbidden"


def test_a_name_beside_a_change_is_refused() -> None:
    with pytest.raises(StoryError, match="there is a name and a change"):
        whatifs_asked(Config(), names=["lit"], settings=["a=1"])


def test_values_that_are_numbers_stand_by_size_and_others_by_how_likely_they_are() -> None:
    shown = ["5", "-1", "10", "2.5"]
    assert sorted(shown, key=by_size) == ["-1", "2.5", "5", "10"]
    assert sorted(["b", "a", "3"], key=by_size) == ["3", "b", "a"]
