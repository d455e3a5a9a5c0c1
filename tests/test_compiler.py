"""The compiler by itself: the tree it makes, where its nodes stand in the text, what it refuses.

What it makes of the whole language is compared with inkjs in `test_compiler_agreement`,
`test_corpus` and `test_generated`; here are the shapes that all else relies on, places and
diagnostics, and input that means harm.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretell.compiler import Compilation, compile_ink
from foretell.container import (
    Assign,
    ChoicePoint,
    Command,
    Container,
    Divert,
    IntValue,
    Node,
    StringValue,
    VariableReference,
)
from foretell.diagnostics import Diagnostic, Span, render
from foretell.ink_json import dump


def compiled(
    source: str, files: Mapping[str, str] | None = None, *, count_all: bool = False
) -> Compilation:
    def read(path: str) -> str:
        if path not in (files or {}):
            raise FileNotFoundError(path)
        return (files or {})[path]

    return compile_ink(source, read=read, count_all=count_all)


def root_of(source: str, **options: Any) -> list[Any]:
    """The root container of a story without errors, as JSON."""
    done = compiled(source, **options)
    assert done.story is not None, "\n".join(render(d) for d in done.diagnostics)
    root: list[Any] = json.loads(dump(done.story))["root"]
    return root


def content_of(source: str) -> list[Any]:
    """What a story without knots shows, without the story's own end."""
    weave: list[Any] = root_of(source)[0]
    assert weave[-1] is None or set(weave[-1]) <= {"c-0", "c-1", "g-0", "g-1"}
    return [part for part in weave[:-1] if part != ["done", {"#n": "g-0"}]]


def nodes_of(source: str) -> list[tuple[Node, Span | None]]:
    done = compiled(source)
    assert done.story is not None, "\n".join(render(d) for d in done.diagnostics)
    return list(done.story.root.walk())


def place(span: Span | None) -> tuple[int, int]:
    assert span is not None
    return span.line, span.column


def codes(source: str, files: Mapping[str, str] | None = None) -> list[str]:
    return [d.code for d in compiled(source, files).diagnostics]


def only(source: str, files: Mapping[str, str] | None = None) -> Diagnostic:
    found = compiled(source, files).diagnostics
    assert len(found) == 1, "\n".join(render(d) for d in found)
    return found[0]


class TestTheTree:
    def test_a_line_is_text_and_its_end(self) -> None:
        assert content_of("  Hello,  world. \n") == ["^Hello,  world.", "\n"]

    def test_blanks_before_a_divert_are_one_space(self) -> None:
        assert content_of("Go   -> END\n") == ["^Go ", "end", "\n"]

    def test_comments_leave_no_trace(self) -> None:
        assert content_of("a /* b\n c */ d // e\n") == ["^a", "\n", "^d", "\n"]

    def test_a_value_is_evaluated_and_printed(self) -> None:
        assert content_of("{1 + 2 * 3}\n") == ["ev", 1, 2, 3, "*", "+", "out", "/ev", "\n"]

    def test_minus_binds_tighter_than_plus(self) -> None:
        assert content_of("{5 - 2 + 1}\n")[1:-3] == [5, 2, "-", 1, "+"]
        assert content_of("{1 + 5 - 2}\n")[1:-3] == [1, 5, 2, "-", "+"]

    def test_a_constant_is_written_out_where_it_is_used(self) -> None:
        assert content_of("{MANY}\nCONST MANY = 7\n")[:4] == ["ev", 7, "out", "/ev"]

    def test_a_tag_begins_and_ends(self) -> None:
        assert content_of("Hi # soft # loud\n") == [
            "^Hi ", "#", "^soft ", "/#", "#", "^loud", "/#", "\n",
        ]  # fmt: skip

    def test_a_line_of_tags_ends_no_line(self) -> None:
        assert content_of("# title: X\n") == ["#", "^title: X", "/#"]

    def test_a_conditional_has_a_container_for_each_branch(self) -> None:
        assert content_of("{true:yes|no}\n") == [
            "ev", True, "/ev",
            [{"->": ".^.b", "c": True}, {"b": ["^yes", {"->": "0.5"}, None]}],
            [{"->": ".^.b"}, {"b": ["^no", {"->": "0.5"}, None]}],
            "nop", "\n",
        ]  # fmt: skip

    def test_choice_text_is_shared_by_two_ways_back(self) -> None:
        root = root_of("* one[two]three\n-> END\n")
        assert root[0][0] == [
            "ev", {"^->": "0.0.$r1"}, {"temp=": "$r"}, "str", {"->": ".^.s"}, [{"#n": "$r1"}],
            "/str", "str", "^two", "/str", "/ev", {"*": "0.c-0", "flg": 22},
            {"s": ["^one", {"->": "$r", "var": True}, None]},
        ]  # fmt: skip
        assert root[0][-1]["c-0"] == [
            "ev", {"^->": "0.c-0.$r2"}, "/ev", {"temp=": "$r"}, {"->": "0.0.s"}, [{"#n": "$r2"}],
            "^three", "\n", "end", {"->": "0.g-0"}, {"#f": 5},
        ]  # fmt: skip

    def test_a_gather_collects_the_choices_before_it(self) -> None:
        root = root_of("* [a]\n* [b]\n- (meet) end\n")
        named = root[0][-1]
        assert named["c-0"][:2] == ["\n", {"->": "0.meet"}]
        assert named["c-1"][:2] == ["\n", {"->": "0.meet"}]
        assert named["meet"][:2] == ["^end", "\n"]

    def test_visits_are_counted_where_something_reads_them(self) -> None:
        source = "{read}\n-> read\n== read\n-> unread\n== unread\n-> END\n"
        named = root_of(source)[-1]
        assert named["read"][-1] == {"#f": 1}
        assert named["unread"][-1] is None

    def test_all_visits_are_counted_on_demand(self) -> None:
        root = root_of("-> k\n== k\n+ [a]\n- -> END\n", count_all=True)
        assert root[-1]["#f"] == 1
        assert root[-1]["k"][-1]["#f"] == 1
        assert root[-1]["k"][0][-1]["c-0"][-1]["#f"] == 5
        assert root[-1]["k"][0][-1]["g-0"][-1]["#f"] == 5

    def test_variables_begin_in_the_order_of_the_text(self) -> None:
        root = root_of("VAR b = 1\nLIST l = x, (y)\n== k\nVAR a = -> k\n{l}{a}{b}-> END\n")
        assert root[-1]["global decl"] == [
            "ev", 1, {"VAR=": "b"}, {"list": {"l.y": 2}}, {"VAR=": "l"}, {"^->": "k"},
            {"VAR=": "a"}, "/ev", "end", None,
        ]  # fmt: skip

    def test_an_included_file_stands_in_place_but_for_its_knots(self) -> None:
        files = {"part.ink": "between\n== extra\n-> END\n"}
        root = root_of("before\nINCLUDE part.ink\nafter\n== main\n-> extra\n", files=files)
        assert [t for t in root[0] if isinstance(t, str) and t != "\n"] == [
            "^before", "^between", "^after",
        ]  # fmt: skip
        assert list(root[-1]) == ["main", "extra"]

    def test_numbers_keep_their_kind(self) -> None:
        done = compiled("{1.0} {2.5} {true} {-3}\n")
        assert done.story is not None
        assert '"ev",1.0,"out"' in dump(done.story)
        assert '"ev",2.5,"out"' in dump(done.story)
        assert '"ev",true,"out"' in dump(done.story)
        assert '"ev",-3,"out"' in dump(done.story)

    def test_words_are_those_of_the_prose(self) -> None:
        assert compiled("One two {x:three|four}.\nVAR x = 1 // none\n* five\n").words == 6


class TestPlaces:
    SOURCE = """VAR trust = 0
The rain stops.
-> kitchen
== kitchen
You wait. {trust > 2: He nods.|He stares.}
 * (leave) {trust} [Leave] You go. -> END
 * Stay
   ~ trust++
 - (end) Done. -> END
"""

    def test_every_node_of_the_text_has_its_place(self) -> None:
        bare = [n for n, span in nodes_of(self.SOURCE) if span is None]
        # what no line of the text says: the frame of the first values, the story's own end
        assert {type(n) for n in bare} <= {Command, Container}
        assert all(n.name in ("ev", "/ev", "end", "done") for n in bare if isinstance(n, Command))

    def test_text_and_values_stand_where_they_are_written(self) -> None:
        nodes = nodes_of(self.SOURCE)
        at = {n.text: place(span) for n, span in nodes if isinstance(n, StringValue)}
        assert at["The rain stops."] == (2, 1)
        assert at["You wait. "] == (5, 1)
        assert at[" He nods."] == (5, 22)
        assert at["He stares."] == (5, 32)
        assert at["Leave"] == (6, 21)
        assert at["Stay"] == (7, 4)
        [(_, two)] = [(n, span) for n, span in nodes if isinstance(n, IntValue) and n.value == 2]
        assert place(two) == (5, 20)

    def test_a_condition_stands_at_its_own_column(self) -> None:
        reads = [(n, span) for n, span in nodes_of(self.SOURCE) if isinstance(n, VariableReference)]
        assert [place(span) for n, span in reads] == [(5, 12), (6, 13), (8, 6)]

    def test_choices_gathers_and_knots_have_their_lines(self) -> None:
        nodes = nodes_of(self.SOURCE)
        points = [(n, span) for n, span in nodes if isinstance(n, ChoicePoint)]
        assert [place(span) for n, span in points] == [(6, 2), (7, 2)]
        named = {n.name: place(span) for n, span in nodes if isinstance(n, Container) and span}
        assert named["kitchen"] == (4, 1)
        assert named["end"] == (9, 2)
        assert named["c-0"] == (6, 2)

    def test_each_branch_of_a_block_has_its_line(self) -> None:
        source = "{\n- x == 1:\n  one\n- else:\n  other\n}\nVAR x = 0\n"
        branches = [
            (n, span) for n, span in nodes_of(source) if isinstance(n, Container) and n.name == "b"
        ]
        assert [place(span) for n, span in branches] == [(2, 1), (4, 1)]

    def test_diverts_and_assignments_end_where_they_end(self) -> None:
        nodes = nodes_of("Go -> k (1)  // on\n== k(a)\n~ a = 5 \n-> END\n")
        [(_, divert)] = [(n, span) for n, span in nodes if isinstance(n, Divert)]
        assert divert is not None
        assert (divert.column, divert.end_column) == (4, 12)
        assign = [(n, span) for n, span in nodes if isinstance(n, Assign) and not n.is_declaration]
        assert [place(span) for n, span in assign] == [(3, 3)]

    def test_a_comment_shifts_no_column(self) -> None:
        nodes = nodes_of("/* two\nlines */ a /* in */ {5} /* x */ b\r\nnext\r\n")
        at = {n.text: place(span) for n, span in nodes if isinstance(n, StringValue)}
        assert at["a  "] == (2, 10)
        assert at["  b"] == (2, 23 + 1)
        assert at["next"] == (3, 1)
        [(_, five)] = [(n, span) for n, span in nodes if isinstance(n, IntValue)]
        assert place(five) == (2, 22)

    def test_an_included_file_has_places_of_its_own(self) -> None:
        done = compiled("a\nINCLUDE sub/b.ink\n", {"sub/b.ink": "\n\nthere\n"})
        assert done.story is not None
        [there] = [
            span
            for n, span in done.story.root.walk()
            if isinstance(n, StringValue) and n.text == "there"
        ]
        assert there is not None
        assert there.place == "sub/b.ink:3:1"
        assert [s.name for s in done.sources] == ["story.ink", "sub/b.ink"]


ERRORS = [
    # the text, the code, line and column, part of the message, part of the hint
    ("-> kitchn\n== kitchen\n-> END\n", "unknown-divert", 1, 4, "`kitchn`", "`kitchen`"),
    ("-> a.drawr\n== a\n= drawer\n-> END\n", "unknown-divert", 1, 4, "a.drawr", "a.drawer"),
    ("{trst}\nVAR trust = 1\n", "unknown-variable", 1, 2, "`trst`", "`trust`"),
    ("~ y = 1\n", "unknown-variable", 1, 3, "`y`", "VAR y"),
    ("CONST c = 1\n~ c = 2\n", "unknown-variable", 2, 3, "constant", "VAR"),
    ("-> x\nVAR x = -> k\n== k\n-> END\n", "unknown-divert", 1, 4, "`x`", "further down"),
    ("{f()}\n", "unknown-divert", 1, 2, "no function `f`", ""),
    ("-> k()\n== k(a)\n{a}-> END\n", "arguments", 1, 1, "takes 1 argument", "story.ink:2"),
    ("-> k(1)\n== k\n-> END\n", "arguments", 1, 1, "no arguments", ""),
    ("-> l(1)\n- (l) x\n", "arguments", 1, 1, "label", ""),
    ("{k()}\n== k\n-> END\n", "not-a-function", 1, 2, "`k`", "== function k =="),
    ("-> f\n== function f\nx\n", "divert-to-function", 1, 1, "`f`", "f()"),
    ("EXTERNAL e()\n-> e\n", "not-called", 2, 1, "`e`", "e()"),
    ("-> RANDOM\n", "not-called", 1, 1, "RANDOM", "RANDOM()"),
    ("{RANDOM(1)}\n", "arguments", 1, 2, "2 arguments", "smallest"),
    ("{RANDOM(1, 2.5)}\n", "arguments", 1, 12, "integers", ""),
    ("{FLOOR()}\n", "arguments", 1, 2, "FLOOR", ""),
    ("{TURNS_SINCE(5)}\n", "arguments", 1, 2, "divert target", "TURNS_SINCE(-> "),
    ("{f(5)}\n== function f(ref a)\n~ a = 1\n", "arguments", 1, 4, "ref a", "variable"),
    ("-> k(5)\n== k(-> t)\n-> t\n", "arguments", 1, 6, "-> t", ""),
    ("== k(t)\n-> t\n", "divert-parameter", 1, 6, "`t`", "-> t"),
    ("VAR a = 1\nVAR a = 2\n{a}\n", "duplicate-variable", 2, 5, "`a`", "story.ink:1"),
    ("== k\n-> END\n== k\n-> END\n", "duplicate-flow", 3, 4, "`k`", "story.ink:1"),
    ("- (a) x\n- (a) y\n", "duplicate-label", 2, 4, "`a`", "story.ink:1"),
    ("CONST a = 1\nCONST a = 2\n{a}\n", "duplicate-constant", 2, 7, "two values", ""),
    ("VAR not = 1\n", "reserved-name", 1, 5, "`not`", ""),
    ("VAR RANDOM = 1\n", "reserved-name", 1, 5, "built-in", ""),
    ("VAR k = 1\n== k\n{k}-> END\n", "name-clash", 1, 5, "`k`", "story.ink:2"),
    ("LIST l = a\nLIST m = a\n{a}{l}{m}\n", "ambiguous-item", 3, 2, "`a`", "l.a"),
    ("{(zzz)}\nLIST l = a\n", "unknown-item", 1, 3, "`zzz`", ""),
    ("VAR v = w\nVAR w = 1\n{v}\n", "initial-value", 1, 9, "another variable", ""),
    ("VAR v = 1 + 1\n", "initial-value", 1, 9, "literal", ""),
    ("~ temp t = -> END\n{t}\n", "misused-target", 1, 12, "END", ""),
    ("{-> k: yes}\n== k\n-> END\n", "misused-target", 1, 2, "divert target", "`k`"),
    ("== k\n~ return 1\n-> END\n", "return-outside-function", 2, 3, "`k`", "function k"),
    ("== function f\n-> END\n", "function-content", 2, 1, "diverts", "tunnel"),
    ("{true:\n* a\n}\n", "loose-choice", 2, 1, "where it leads", "divert"),
    ("== k\n== l\n-> END\n", "empty-flow", 1, 1, "`k`", "DONE"),
    ("a } b\n", "syntax", 1, 3, "`} b`", "\\}"),
    ("{a -> b|c}\n", "syntax", 1, 4, "divert", ""),
    ("{Really? | Yes}\n", "syntax", 1, 10, "right side of `?`", "\\"),
    ("* [a\n", "syntax", 1, 5, "`]`", ""),
    ("{x\n", "syntax", 1, 2, "the braces", ""),
    ("~ 5\n", "syntax", 1, 3, "no effect", ""),
    ("VAR x\n", "syntax", 1, 6, "`=`", "VAR x = 5"),
    ("~ temp x\n", "syntax", 1, 9, "`=`", ""),
    ("- (He waits.) on\n", "syntax", 1, 7, "label", "\\("),
    ("{99999999999}\n", "number-range", 1, 2, "too large", "2147483647"),
    ("INCLUDE none.ink\n", "include", 1, 9, "none.ink", "relative"),
    ("{x:a|b|c}\nVAR x = 1\n", "syntax", 1, 8, "two alternatives", ""),
    ("{not l ? a}\nLIST l = a\n", "not-has", 1, 2, "`not`", "not (a ? b)"),
]  # fmt: skip


class TestDiagnostics:
    @pytest.mark.parametrize(
        ("source", "code", "line", "column", "message", "hint"),
        ERRORS,
        ids=[f"{e[1]} {i}" for i, e in enumerate(ERRORS)],
    )
    def test_an_error_has_its_place_its_cause_and_its_remedy(
        self, source: str, code: str, line: int, column: int, message: str, hint: str
    ) -> None:
        done = compiled(source)
        assert done.story is None
        found = [d for d in done.diagnostics if d.severity == "error" and d.code == code]
        assert found, [str(d) for d in done.diagnostics]
        first = found[0]
        assert first.span is not None
        assert (first.span.line, first.span.column) == (line, column), render(first)
        hint_of = hint.replace("{}", "")
        label = f"{first.message} {first.label} {first.hint}"
        assert message in label, render(first)
        assert hint_of in first.hint, render(first)

    def test_an_error_is_shown_as_the_house_shows_errors(self) -> None:
        source = "Hello.\n-> kitchn\n== kitchen\n-> END\n"
        assert render(only(source)) == (
            "error[unknown-divert]: there is no knot, stitch or label `kitchn`\n"
            "  ┌─ story.ink:2:4\n"
            "2 │ -> kitchn\n"
            "  │    ^^^^^^ diverted to here\n"
            "hint: did you mean `kitchen`? (story.ink:3:1)"
        )

    def test_all_problems_of_all_files_come_at_once(self) -> None:
        files = {"b.ink": "-> two\n{oops}\n"}
        source = "-> one\nINCLUDE b.ink\n{x\n~ y = 1\n"
        found = compiled(source, files).diagnostics
        places = [d.span.place for d in found if d.span]
        assert places == [
            "story.ink:1:4", "story.ink:3:2", "story.ink:4:3", "b.ink:1:4", "b.ink:2:2",
        ]  # fmt: skip

    def test_a_slip_is_reported_once_though_several_rules_meet_it(self) -> None:
        assert codes("{hello (there|world)}\n") == ["syntax"]

    @pytest.mark.parametrize(
        ("source", "code", "line"),
        [
            ("== k\ntext\n", "loose-end", 2),
            ("== k\n* a\n* b -> END\n", "loose-end", 2),
            ("== k\n{true: -> END}\ntext\n", None, 0),
            ("== k\n* a\n- -> END\n", None, 0),
            ("== k\n-> t ->\n== t\n->->\n", "loose-end", 2),
            ("*\n-> END\n", "empty-choice", 1),
            ("* [] inner\n-> END\n", "blank-choice", 1),
            ("return\n", "return-as-text", 1),
            ("{true:\n  a\n  else: b\n}\n", "else-as-text", 3),
            ("{f}\n~ f()\n== function f\nx\n", "function-not-called", 1),
            ("Hi\n}\nlost\n", "unread-text", 2),
            ("{(a, a)}{l}\nLIST l = a\n", "duplicate-item", 1),
            ("~ temp t = 1\n== k\n~ temp u = 1\n-> END\n", "unused-temporary", 3),
            ("CONST C = 1\n", "unused-constant", 1),
        ],
    )
    def test_a_warning_leaves_the_story_whole(
        self, source: str, code: str | None, line: int
    ) -> None:
        done = compiled(source)
        assert done.story is not None
        found = [d for d in done.diagnostics if d.severity == "warning"]
        assert [d.code for d in found] == ([code] if code else [])
        assert all(d.span is not None and d.span.line == line for d in found)

    def test_notes_are_the_authors_own_and_what_only_a_host_may_use(self) -> None:
        done = compiled("TODO: more rain\nVAR mood = 1\n== function f\nx\n")
        assert [(d.severity, d.code) for d in done.diagnostics] == [
            ("note", "todo"), ("note", "unused-variable"), ("note", "unused-function"),
        ]  # fmt: skip
        assert done.diagnostics[0].message == "more rain"

    def test_a_todo_silences_the_warning_of_a_loose_end(self) -> None:
        assert codes("== k\n* a\n  TODO: write on\n") == ["todo"]

    def test_an_include_inside_a_knot_is_nothing_and_said_to_be(self) -> None:
        found = only("== k\nINCLUDE b.ink\n-> END\n", {"b.ink": "lost\n"})
        assert (found.severity, found.code) == ("warning", "include-in-knot")

    def test_a_circle_of_includes_is_named(self) -> None:
        found = only("INCLUDE a\n", {"a": "INCLUDE b\n", "b": "INCLUDE ./a\n"})
        assert "a → b → a" in found.message

    def test_a_file_may_be_included_twice(self) -> None:
        assert codes("INCLUDE a\nINCLUDE a\n", {"a": "text\n"}) == []

    @pytest.mark.parametrize(
        ("raised", "message"),
        [
            (FileNotFoundError("x"), "there is no file"),
            (IsADirectoryError(21, "Is a directory"), "Is a directory"),
            (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid"), "not text in UTF-8"),
        ],
    )
    def test_a_file_that_cant_be_read_is_an_error(self, raised: Exception, message: str) -> None:
        def read(path: str) -> str:
            raise raised

        [found] = compile_ink("INCLUDE a\n", read=read).diagnostics
        assert found.code == "include"
        assert message in found.message


SCRAPS = [
    *'{}|-+*[]()#~=":\\/&!$,.<>?^% \n\t', "->", "<-", "<>", "->->", "== k\n", "= s\n",
    "VAR x = 1\n", "LIST l = a, b\n", "CONST c = ", "x", "f(", "else:", "- else:\n", "not ", "{x:",
    "{&", "stopping:\n- ", "TODO ", "~ temp t = ", "~ return ", "INCLUDE a\n", "é", "1.5",
]  # fmt: skip


class TestHostileInput:
    @pytest.mark.parametrize(
        "source",
        [
            "{" * 10_000,
            "{true:" * 10_000 + "x" + "}" * 10_000,
            "{" + "(" * 10_000 + "1" + ")" * 10_000 + "}",
            "{" + "- " * 10_000 + "x}",
            '{"' * 10_000,
            "* " * 10_000 + "x",
            "".join("*" * depth + " x\n" for depth in range(1, 300)),
            "- a\n" * 10_000,
        ],
        ids=["braces", "conditionals", "parentheses", "signs", "strings", "bullets", "choices",
             "gathers"],
    )  # fmt: skip
    def test_endless_nesting_is_one_clear_error(self, source: str) -> None:
        start = time.monotonic()
        found = [d for d in compiled(source).diagnostics if d.severity == "error"]
        assert time.monotonic() - start < 10
        assert [d.code for d in found] == ["too-deep"]
        assert found[0].span is not None

    def test_deep_but_reasonable_nesting_compiles(self) -> None:
        assert compiled("{true:" * 90 + "x" + "}" * 90).story is not None
        assert compiled("".join("*" * d + " x\n" for d in range(1, 91))).story is not None
        assert compiled('{"' * 40 + "x" + '"}' * 40).story is not None

    @pytest.mark.parametrize("part", ["words and ", "a - b < c ", "\\{ ", "< - # "])
    def test_a_long_line_takes_time_in_proportion(self, part: str) -> None:
        def seconds(length: int) -> float:
            start = time.process_time()
            compiled(part * (length // len(part)))
            return time.process_time() - start

        seconds(10_000)
        short = min(seconds(50_000) for _ in range(3))
        assert seconds(400_000) < 8 * 6 * max(short, 0.005)

    def test_a_long_sum_needs_no_stack(self) -> None:
        done = compiled("VAR x = 0\n~ x = " + "1 + " * 20_000 + "1\n{x}\n")
        assert done.story is not None

    @pytest.mark.parametrize(
        "source",
        ["", "\0", "\ufeffhello", "\ud800", "\r\n\r\n", "/* open", "//", "\\", "==", "=", "- ", "*",
         "~", "->", "<-", "#", "{", "}", "|", '"', "INCLUDE", "VAR", "LIST", "CONST", "EXTERNAL"],
        ids=repr,
    )  # fmt: skip
    def test_scraps_of_ink_raise_nothing(self, source: str) -> None:
        compile_ink(source)
        compile_ink(f"text\n{source}\ntext\n{source}")

    @given(st.lists(st.sampled_from(SCRAPS), max_size=40))
    def test_no_text_makes_the_compiler_fail(self, parts: list[str]) -> None:
        done = compiled("".join(parts), {"a": "".join(reversed(parts))})
        has_errors = any(d.severity == "error" for d in done.diagnostics)
        assert (done.story is None) == has_errors
        if done.story is not None:
            json.loads(dump(done.story))


def test_importing_the_compiler_is_light() -> None:
    script = (
        "import sys; before = set(sys.modules); import foretell.compiler, foretell.ink_json; "
        "print(*sorted(set(sys.modules) - before))"
    )
    out = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not heavy(out)


def heavy(modules: Iterable[str]) -> list[str]:
    """Those of `modules` that make an import slow."""
    slow = ("numpy", "scipy", "llvmlite", "rich", "click", "starlette", "foretell.vm", "asyncio")
    return [m for m in modules if m.startswith(slow)]


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("Hello.\n-> end\n", "did you mean `-> END`? Capitals matter"),
        ("Hello.\n-> ENDE\n", "did you mean `-> END`? Capitals matter"),
        ("* Go\n  -> done\n", "did you mean `-> DONE`? Capitals matter"),
        ("-> ends\n== end\nx\n-> END\n", "did you mean `end`? (2:1)"),
        ("-> a\n== the old shop ===\nx\n-> END\n", "write `the_old_shop`"),
        ("VAR name = Bob\n{name}\n-> END\n", 'a text stands in quotes: "Bob"'),
        ("VAR hp = 1\n{ hp = 0: You die.}\n-> END\n", "`=` sets; to ask, write `hp == …`"),
        ("VAR hp = 1\n{ hp == 1:\n a\n- else\n b\n}\n-> END\n", "write `- else:`, with a colon"),
        ("VAR gold = 1\n~ if gold > 3\n-> END\n", "a condition stands in braces"),
        ("{ lamp == 1: a}\n-> END\n", "declare it: VAR lamp = …"),
    ],
)
def test_what_beginners_write_gets_a_remedy(source: str, hint: str) -> None:
    problems = compile_ink(source, name="").diagnostics
    hints = [problem.hint.replace("(:", "(") for problem in problems]
    assert any(hint in each for each in hints), hints


def test_names_alike_are_looked_for_until_that_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    source = "".join(f"== kitchen_{i}\n-> kichen_{i}\n" for i in range(30))
    assert all(problem.hint for problem in compile_ink(source).diagnostics)
    monkeypatch.setattr("foretell.compiler.resolve._MOST_LOOKED_AT", 70)
    hints = [problem.hint for problem in compile_ink(source).diagnostics]
    assert hints[0] == "did you mean `kitchen_0`? (story.ink:1:1)"
    assert [bool(hint) for hint in hints] == [True, True, *[False] * 28]


@pytest.mark.parametrize("line", ["-> nowhere\n", "{ 1 + }\n"])
def test_after_ten_thousand_errors_no_more_are_looked_for(line: str) -> None:
    few, many = (compile_ink(line * n + "A line. # todo\n") for n in (2_000, 30_000))
    assert few.story is None and many.story is None
    assert len(few.diagnostics) == len(many.diagnostics) == 1001
    assert few.diagnostics[-1].message == "1,000 more problems like these are not shown"
    told = "9,000 more problems like these are not shown, and no others were looked for"
    assert many.diagnostics[-1].message == told


def test_a_first_value_that_is_no_name_is_told_once() -> None:
    problems = compile_ink("VAR name = Bob\n{name}\n-> END\n", name="x.ink").diagnostics
    assert [problem.code for problem in problems] == ["unknown-variable"]


@pytest.mark.parametrize("line", ["gold = gold - 5", "  gold += 2", "gold++", "* gold = 3"])
def test_logic_without_its_tilde_is_a_warning(line: str) -> None:
    source = f"VAR gold = 1\n-> k\n== k\n{line}\n{{gold}} -> END\n"
    done = compile_ink(source, name="x.ink")
    (problem,) = (p for p in done.diagnostics if p.code == "printed-logic")
    assert problem.severity == "warning" and done.story is not None
    assert problem.hint == f"logic begins with a tilde: `~ {line.strip(' *')}`"


@pytest.mark.parametrize(
    "line",
    [
        "silver = 5",
        "gold => 5",
        "gold == 5",
        "He has gold = 5.",
        "{gold} = 5",
        "gold =",
        "~ gold = 5",
    ],
)
def test_text_that_only_looks_a_little_like_logic_is_text(line: str) -> None:
    done = compile_ink(f"VAR gold = 1\n{line}\n{{gold}}\n-> END\n", name="x.ink")
    assert not any(p.code == "printed-logic" for p in done.diagnostics)
