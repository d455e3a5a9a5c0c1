"""The same JSON, or errors on both sides: some hundred small cases against inkjs.

`compiler_errors.txt` has a story for each thing that ink's compiler reports.

`compiler_cases.txt` holds them. Where inkjs differs from inklecate, whose behaviour is meant, the
case is named here with what is wrong, and the difference is asserted, so that it can't rot.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from foretell import ink_json
from foretell.diagnostics import render_all
from tests import ours
from tests.peers.inkjs import Inkjs

pytestmark = pytest.mark.peer

FILES: Final = {
    "b.ink": "inc\n* c\n- g\n== kb\nx -> END\n",
    "e.ink": "",
    "t.ink": "just text",
    "v.ink": "VAR iv = 5\nLIST il = a1, (a2)\nCONST ic = 7\n",
    "n.ink": "INCLUDE v.ink\nnested\n== nk\n{iv} -> END\n",
    "c.ink": "// only comment\n",
}
CASES: Final = [
    case.strip("\n") + "\n"
    for case in (Path(__file__).parent / "compiler_cases.txt")
    .read_text("utf-8")
    .split("\n%%\n")[1:]
]
ERRORS: Final = [
    case.strip("\n") + "\n"
    for case in (Path(__file__).parent / "compiler_errors.txt")
    .read_text("utf-8")
    .split("\n%%\n")[1:]
]
_LINE: Final = re.compile(r"line (\d+)")
KNOWN: Final = {
    "VAR x = 1.\n": "inkjs crashes on a number that ends in its point",
    "{5.}x\n": "inkjs crashes on a number that ends in its point",
    "{99999999999}\n": "inkjs takes integers of any size; inklecate refuses them",
    "{-2147483648}{2147483647}\n": "inkjs takes integers of any size; inklecate refuses them",
    "CONST x = -> k\n{x}\n== k\n-> END\n": "inkjs writes 0 for a divert target in a constant",
    "INCLUDE e.ink\nINCLUDE t.ink\nINCLUDE c.ink\nx\n": "inkjs ends a line for an empty file",
    "-\n* * two\n* one\n- end\n": "inkjs forgets a loose end after removing one that is not there",
}


def differ(source: str, oracle: Inkjs, *, count_all: bool) -> str | None:
    """How the two compilers differ over `source`, or None."""
    theirs = oracle.compile(source, FILES, count_all=count_all)
    story, problems = ours.compiled(source, FILES, count_all=count_all)
    theirs_json = None if theirs.errors or theirs.crash else theirs.json
    if theirs_json is None:
        return None if story is None else f"inkjs refuses it: {theirs.errors or theirs.crash}"
    if story is None:
        return f"refused here: {render_all(problems)}"
    text = ink_json.dump(story)
    assert ink_json.dump(ink_json.load(text)) == text
    return ours.same_json(text, theirs_json, digits=6)


@pytest.mark.parametrize("source", CASES, ids=range(len(CASES)))
def test_a_case_compiles_as_in_inkjs(source: str, oracle: Inkjs) -> None:
    for count_all in (False, True):
        difference = differ(source, oracle, count_all=count_all)
        if source in KNOWN:
            assert difference is not None, f"no longer a difference: {KNOWN[source]}"
        else:
            assert difference is None, f"{source}\n{difference}"


@pytest.mark.parametrize("source", ERRORS, ids=range(len(ERRORS)))
def test_what_inkjs_reports_is_reported_here_at_its_line(source: str, oracle: Inkjs) -> None:
    theirs = oracle.compile(source, FILES)
    reports = [*theirs.errors, *theirs.warnings]
    assert reports or theirs.crash
    story, problems = ours.compiled(source, FILES)
    assert (story is None) == bool(theirs.errors or theirs.crash)
    lines = {p.span.line for p in problems if p.span is not None and p.severity != "note"}
    assert lines
    for report in reports:
        found = _LINE.search(report)
        if found is not None:
            # ink reads on to the next line before it misses something
            line = int(found[1])
            assert {line, line - 1} & lines, f"{report}\n{render_all(problems)}"


def test_every_known_difference_is_a_case() -> None:
    assert KNOWN.keys() <= set(CASES)
