"""ink JSON: written as inklecate writes it, read without trust."""

from __future__ import annotations

import contextlib
import json
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretell.compiler import compile_ink
from foretell.container import (
    Assign,
    BoolValue,
    ChoicePoint,
    Command,
    CompiledStory,
    Container,
    Divert,
    DivertTarget,
    FloatValue,
    Glue,
    IntValue,
    LegacyTag,
    ListValue,
    NativeCall,
    Node,
    ReadCount,
    StringValue,
    VariablePointer,
    VariableReference,
    VoidValue,
)
from foretell.diagnostics import Diagnostic, StoryError
from foretell.ink_json import dump, format_float, load

NODES: list[tuple[Node, str]] = [
    (StringValue("Hello"), '"^Hello"'),
    (StringValue("\n"), '"\\n"'),
    (StringValue("^up"), '"^^up"'),
    (StringValue('a\t"b"\\\n\x07é…'), '"^a\\t\\"b\\"\\\\\\né…"'),
    (Glue(), '"<>"'),
    (Command("ev"), '"ev"'),
    (Command("#"), '"#"'),
    (Command("->->"), '"->->"'),
    (NativeCall("+"), '"+"'),
    (NativeCall("^"), '"L^"'),
    (VoidValue(), '"void"'),
    (IntValue(-5), "-5"),
    (BoolValue(True), "true"),
    (FloatValue(2.0), "2.0"),
    (Divert("->", ".^.s"), '{"->":".^.s"}'),
    (Divert("->", "$r", variable=True), '{"->":"$r","var":true}'),
    (Divert("->", ".^.b", conditional=True), '{"->":".^.b","c":true}'),
    (Divert("f()", "f"), '{"f()":"f"}'),
    (Divert("->t->", "t", variable=True, conditional=True), '{"->t->":"t","var":true,"c":true}'),
    (Divert("x()", "e", external_arguments=2), '{"x()":"e","exArgs":2}'),
    (DivertTarget("a.b"), '{"^->":"a.b"}'),
    (VariablePointer("x"), '{"^var":"x","ci":-1}'),
    (VariableReference("x"), '{"VAR?":"x"}'),
    (ReadCount("k"), '{"CNT?":"k"}'),
    (Assign("x", True, True), '{"VAR=":"x"}'),
    (Assign("x", False, False), '{"temp=":"x","re":true}'),
    (ChoicePoint("0.c-0", 20), '{"*":"0.c-0","flg":20}'),
    (LegacyTag("old"), '{"#":"old"}'),
    (ListValue((("l.a", 1), ("l.b", 2))), '{"list":{"l.a":1,"l.b":2}}'),
    (ListValue((), ("l",)), '{"list":{},"origins":["l"]}'),
    (ListValue(()), '{"list":{}}'),
]  # fmt: skip


def story_of(*nodes: Node) -> CompiledStory:
    root = Container()
    for node in nodes:
        root.add(node)
    return CompiledStory(root)


def text_of(root: str, version: str = "21") -> str:
    return f'{{"inkVersion":{version},"root":{root},"listDefs":{{}}}}'


def refused(text: str) -> Diagnostic:
    with pytest.raises(StoryError) as raised:
        load(text)
    [problem] = raised.value.diagnostics
    assert problem.severity == "error"
    assert problem.span is not None
    return problem


class TestWriting:
    @pytest.mark.parametrize(("node", "written"), NODES, ids=[w for _, w in NODES])
    def test_every_kind_of_node_is_written_as_inklecate_does(
        self, node: Node, written: str
    ) -> None:
        assert dump(story_of(node)) == text_of(f"[{written},null]")

    def test_a_container_ends_in_its_names_its_flags_and_its_own_name(self) -> None:
        root = Container()
        inner = Container(name="g-0", flags=5)
        inner.add(StringValue("x"))
        inner.add_named("s", Container())
        root.add(inner)
        root.add_named("k", Container(flags=1))
        expected = '[["^x",{"s":[null],"#f":5,"#n":"g-0"}],{"k":[{"#f":1}]}]'
        assert dump(CompiledStory(root)) == text_of(expected)

    def test_lists_are_declared_in_order(self) -> None:
        story = CompiledStory(Container(), {"l": {"b": 2, "a": 1}, "m": {"c": 3}})
        assert dump(story).endswith('"listDefs":{"l":{"b":2,"a":1},"m":{"c":3}}}')

    @pytest.mark.parametrize(
        ("value", "shown"),
        [
            (0.0, "0"), (-0.0, "-0"), (1.0, "1"), (-2.5, "-2.5"), (0.1, "0.1"),
            (2 / 3, "0.6666667"), (7 / 3, "2.3333333"), (123456.789, "123456.79"),
            (1e7, "1E+07"), (9999999.0, "9999999"), (16777216.0, "16777216"),
            (12345678.0, "12345678"), (0.0001, "0.0001"), (0.00001, "1E-05"),
            (0.000012345, "1.2345E-05"), (3.4028234663852886e38, "3.4028235E+38"),
            (1.401298464324817e-45, "1E-45"), (1e10, "1E+10"), (123456700.0, "1.234567E+08"),
        ],
    )  # fmt: skip
    def test_floats_are_shown_as_csharp_shows_singles(self, value: float, shown: str) -> None:
        assert format_float(value) == shown

    @given(st.floats(width=32, allow_nan=False, allow_infinity=False))
    def test_a_float_is_read_back_as_it_was(self, value: float) -> None:
        [node] = load(dump(story_of(FloatValue(value)))).root.content
        assert isinstance(node, FloatValue)
        assert struct.pack("<f", node.value) == struct.pack("<f", value)

    def test_floats_that_json_has_not_are_written_as_inklecate_does(self) -> None:
        story = story_of(
            FloatValue(float("inf")), FloatValue(float("-inf")), FloatValue(float("nan"))
        )
        assert dump(story) == text_of("[3.4E+38,-3.4E+38,0.0,null]")


class TestReading:
    @pytest.mark.parametrize(("node", "written"), NODES, ids=[w for _, w in NODES])
    def test_every_kind_of_node_is_read_back(self, node: Node, written: str) -> None:
        text = text_of(f"[{written},null]")
        [read] = load(text).root.content
        assert type(read) is type(node)
        assert dump(load(text)) == text

    def test_a_compiled_story_is_read_back_equal(self) -> None:
        source = (
            "VAR x = 1.5\nLIST l = a, (b)\n{x:yes|no}{&a|b} # tag\n* (lab) one[two]three\n"
            "  -> k(l) ->\n- done <>\n-> END\n== k(ref y)\n~ y += a\n->->\n"
        )
        story = compile_ink(source).story
        assert story is not None
        text = dump(story)
        again = load(text)
        assert dump(again) == text
        assert again.list_definitions == {"l": {"a": 1, "b": 2}}

    def test_a_byte_order_mark_and_blanks_are_no_matter(self) -> None:
        text = '\ufeff { "inkVersion" : 20 ,\n "root": [ "done" , null ] }\r\n'
        story = load(text)
        assert story.ink_version == 20
        assert story.list_definitions == {}

    @pytest.mark.parametrize("version", ["18", "19", "20", "21"])
    def test_versions_18_to_21_are_read(self, version: str) -> None:
        assert load(text_of("[null]", version)).ink_version == int(version)

    @pytest.mark.parametrize(
        ("version", "age"), [("17", "older"), ("22", "newer"), ("1e400", ""), ('"21"', "")]
    )
    def test_other_versions_are_refused(self, version: str, age: str) -> None:
        assert age in refused(text_of("[null]", version)).message

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "not JSON"),
            ("{", "not JSON"),
            ('{"inkVersion":21,"root":[', "not JSON"),
            ("null", "an object"),
            ("[]", "an object"),
            ("{}", "inkVersion"),
            ('{"inkVersion":21}', "root"),
            ('{"inkVersion":21,"root":{}}', "an array"),
            ('{"inkVersion":21,"root":[null],"listDefs":[]}', "listDefs"),
            ('{"inkVersion":21,"root":[null],"listDefs":{"l":1}}', "`l`"),
            ('{"inkVersion":21,"root":[null],"listDefs":{"l":{"a":1.5}}}', "listDefs.l.a"),
            (text_of("[]"), "empty"),
            (text_of("[5]"), "null or an object"),
            (text_of("[null,null]"), "root[0]"),
            (text_of('["nonsense",null]'), "`nonsense`"),
            (text_of('["^",["bad",null],null]'), "root[1][0]"),
            (text_of('[{"k":[["bad",null],null]}]'), "root.k[0][0]"),
            (text_of('[{"k":5}]'), "root.k"),
            (text_of('[{"#f":"x"}]'), "root.#f"),
            (text_of('[{"#f":99}]'), "between 0 and 7"),
            (text_of('[["x",{"#n":5}],null]'), "#n"),
            (text_of("[{},null]"), "no keys"),
            (text_of('[{"what":1},null]'), "`what`"),
            (text_of('[{"->":5},null]'), "text"),
            (text_of('[{"*":"a","flg":"x"},null]'), "a whole number"),
            (text_of('[{"*":"a","flg":64},null]'), "between 0 and 31"),
            (text_of('[{"x()":"a","exArgs":-1},null]'), "negative"),
            (text_of('[{"list":[]},null]'), "an object"),
            (text_of('[{"list":{"a":null}},null]'), "null"),
            (text_of('[{"list":{},"origins":"x"},null]'), "names"),
            (text_of("[NaN,null]"), "`NaN`"),
            (text_of("[Infinity,null]"), "`Infinity`"),
            (text_of("[1e400,null]"), "too large"),
            (text_of("[1e39,null]"), "too large"),
            (text_of("[2147483648,null]"), "32 bits"),
            (text_of(f"[{'9' * 10_000},null]"), "too large"),
        ],
    )
    def test_what_is_malformed_is_refused_with_its_place(self, text: str, message: str) -> None:
        problem = refused(text)
        assert message in f"{problem.message} {problem.label}"

    def test_a_fault_of_grammar_has_its_line_and_column(self) -> None:
        problem = refused('{"inkVersion": 21,\n "root": [nope]}')
        assert problem.span is not None
        assert (problem.span.line, problem.span.column) == (2, 11)

    def test_a_deep_story_is_read(self) -> None:
        depth = 6000
        text = text_of("[" * depth + "null]" + ",null]" * (depth - 1))
        assert dump(load(text)) == text

    @pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":', "[1,"])
    def test_endless_nesting_is_refused(self, opening: str) -> None:
        assert refused(text_of(opening * 200_000)).code in ("too-deep", "json")
        assert refused(opening * 200_000).code in ("too-deep", "json")

    def test_a_fault_deep_inside_has_its_place_too(self) -> None:
        problem = refused(text_of("\n" + "[" * 5000 + "nope"))
        assert problem.code == "json"
        assert problem.span is not None
        assert (problem.span.line, problem.span.column) == (2, 5001)

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4)
            | st.sampled_from(["ev", "^a", "done", "\n", "L^", "void"]),
            lambda inner: st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["->", "#f", "#n", "list", "*", "flg", "VAR?", "^var", "ci", "k"]),
                inner,
                max_size=3,
            ),
            max_leaves=20,
        )
    )  # fmt: skip
    def test_no_json_makes_the_reader_fail(self, root: Any) -> None:
        try:
            story = load(json.dumps({"inkVersion": 21, "root": root}))
        except StoryError:
            return
        assert dump(load(dump(story))) == dump(story)

    @given(st.integers(0, 10_000), st.sampled_from(["", "[", "]", "{", "}", ",", '"', "1", "\\"]))
    def test_damaged_files_raise_no_other_error(self, at: int, junk: str) -> None:
        story = compile_ink("{&a|b} # tag\n* one[two]three\n- done\n-> END\n").story
        assert story is not None
        text = dump(story)
        at %= len(text)
        with contextlib.suppress(StoryError):
            load(text[:at] + junk + text[at + 1 :])
