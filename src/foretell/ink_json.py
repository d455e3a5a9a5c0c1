"""ink JSON, the file that inklecate and inkjs write and every ink runtime reads.

A container is an array. Its last element is null, or an object with what is reached by name only,
the count flags `#f` and the container's own name `#n`:

    {"inkVersion": 21,
     "root": [["^Once upon a time", "\\n", ["done", {"#n": "g-0"}], null],
              "done", {"kitchen": ["^…", "\\n", "end", {"#f": 1}]}],
     "listDefs": {"colours": {"red": 1, "blue": 2}}}

    "^text"  "\\n"  "<>"        text, a line's end, glue
    5  2.0  true               values; a float keeps its point
    "ev" "out" "+" "L^" …      commands and operators (`^` as an operator is `L^`)
    {"->": path}               a divert, also "f()", "->t->", "x()"; with "var", "c", "exArgs"
    {"*": path, "flg": 20}     a choice
    {"^->": path} {"^var": name, "ci": -1} {"list": {…}, "origins": […]}
    {"VAR?": name} {"CNT?": path} {"VAR=": name, "re": true} {"temp=": name}
    "void"  {"#": text}        nothing; a tag as ink wrote it before 1.1

`dump` writes exactly what inklecate 1.2 does, byte for byte: no blanks, keys in its order, only
`\\n \\t \\" \\\\` escaped and other control characters left out, floats as C# prints them.
`load` reads versions 18 to 21 and trusts nothing: whatever is wrong is a `StoryError` that says
where. Neither checks that paths lead anywhere.

    >>> dump(load('{"inkVersion":21,"root":[["^Hi","\\\\n",null],"done",null],"listDefs":{}}'))
    '{"inkVersion":21,"root":[["^Hi","\\\\n",null],"done",null],"listDefs":{}}'
"""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Callable
from typing import Any, Final, NoReturn

from foretell.container import (
    COMMANDS,
    GLUE,
    NATIVE_FUNCTIONS,
    NEWLINE,
    VOID,
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
    building,
    compact_path,
)
from foretell.diagnostics import Diagnostic, Source, Span, StoryError

__all__ = ["INK_VERSION", "OLDEST_INK_VERSION", "dump", "format_float", "load"]

INK_VERSION: Final = 21
OLDEST_INK_VERSION: Final = 18
MAX_DEPTH: Final = 10_000  # containers within containers: as many as gathers in a row make

_ESCAPES: Final = dict.fromkeys(range(32), "") | {10: "\\n", 9: "\\t", 34: '\\"', 92: "\\\\"}
_SPECIAL: Final = re.compile(r'[\x00-\x1f"\\]')
_MOST_PIECES: Final = 100_000
_LARGEST: Final = 1 << 27  # characters of texts and paths, which in deep stories are long
_WORDS: Final = {name: f'"{name}"' for name in COMMANDS}
_BLANKS: Final = re.compile(r"[ \t\r\n]*")
_COLON: Final = re.compile(r"[ \t\r\n]*:[ \t\r\n]*")
_DIVERT_KINDS: Final = ("->", "f()", "->t->", "x()")
_MIN_INT: Final = -(2**31)
_MAX_INT: Final = 2**31 - 1


# --- writing ----------------------------------------------------------------------------------


def dump(story: CompiledStory) -> str:
    """The story as ink JSON, exactly as inklecate writes it."""
    out: list[str] = [f'{{"inkVersion":{INK_VERSION},"root":']
    with building():
        out.append(_written_tree(story.root))
    out.append(',"listDefs":{')
    lists = []
    for name, items in story.list_definitions.items():
        numbers = ",".join(f"{_quoted(item)}:{number}" for item, number in items.items())
        lists.append(f"{_quoted(name)}:{{{numbers}}}")
    out.append(",".join(lists))
    out.append("}}")
    return "".join(out)


def _written_tree(root: Container) -> str:
    """A container and all it holds, without recursion.

    The stack holds text that is ready, and containers still to be opened: one that only its
    holder's key names stands in a tuple.
    """
    writers = _WRITERS
    alone: dict[Node, str] = {  # what is written the same wherever it stands
        node: f"{writers[type(node)](node, root)},"
        for node in (*COMMANDS.values(), *NATIVE_FUNCTIONS.values(), NEWLINE, GLUE, VOID)
    }
    stack: list[str | Container | tuple[Container]] = [root]
    out: list[str] = []
    written_out: list[str] = []  # joined now and then: a large story is millions of pieces
    length = 0
    while stack:
        todo = stack.pop()
        if isinstance(todo, str):
            out.append(todo)
            continue
        if len(out) > _MOST_PIECES:
            written_out.append("".join(out))
            out.clear()
        container = todo if isinstance(todo, Container) else todo[0]
        out.append("[")
        rest: list[str | Container | tuple[Container]] = []
        written = out.append  # up to the first container inside, there is nothing to wait for
        for node in container.content:
            text = alone.get(node)
            if text is not None:
                written(text)
            elif isinstance(node, Container):
                written = rest.append
                rest.append(node)
                rest.append(",")
            else:
                kind = type(node)
                text = f"{writers[kind](node, container)},"
                if kind is IntValue or kind is VariableReference:
                    alone[node] = text
                written(text)
                length += len(text)
                if length > _LARGEST:
                    _refuse(container.span)
        rest += _terminator(container, todo is container and bool(container.name))
        rest.append("]")
        rest.reverse()
        stack += rest
    return "".join([*written_out, *out])


def _refuse(span: Span | None) -> NoReturn:
    message = f"as JSON the story has more than {_LARGEST >> 20} million characters"
    hint = "gathers in a row nest one in another, and their paths are long: spread them over knots"
    raise StoryError([Diagnostic("error", "too-large", message, span, "up to here", hint)])


def _terminator(container: Container, with_name: bool) -> list[str | tuple[Container]]:
    if not container.named and not container.flags and not with_name:
        return ["null"]
    parts: list[str | tuple[Container]] = []
    for name, node in container.named.items():
        parts.append(f"{',' if parts else '{'}{_quoted(name)}:")
        parts.append((node,))
    if container.flags:
        parts.append(f'{"," if parts else "{"}"#f":{container.flags}')
    if with_name:
        parts.append(f'{"," if parts else "{"}"#n":{_quoted(container.name or "")}')
    parts.append("}")
    return parts


def _quoted(text: str) -> str:
    return f'"{text.translate(_ESCAPES)}"' if _SPECIAL.search(text) else f'"{text}"'


def _written_text(node: StringValue, _: Container) -> str:
    text = node.text
    if _SPECIAL.search(text) is None:
        return f'"^{text}"'
    return '"\\n"' if text == "\n" else f'"^{text.translate(_ESCAPES)}"'


def _written_assignment(node: Assign, _: Container) -> str:
    key = "VAR=" if node.is_global else "temp="
    again = "" if node.is_declaration else ',"re":true'
    return f'{{"{key}":{_quoted(node.name)}{again}}}'


def _path(node: Divert | ChoicePoint | ReadCount, holder: Container) -> str:
    """The path that a node in `holder` names, quoted."""
    if node.target or node.place is None:
        return _quoted(node.target)
    return _quoted(compact_path(holder, node.place))


def _written_target(node: DivertTarget, _: Container) -> str:
    target = node.target if node.target or node.place is None else node.place.path
    return f'{{"^->":{_quoted(target)}}}'


def _written_divert(node: Divert, holder: Container) -> str:
    if not (node.variable or node.conditional or node.external_arguments):
        return f'{{"{node.kind}":{_path(node, holder)}}}'
    parts = [f'"{node.kind}":{_path(node, holder)}']
    if node.variable:
        parts.append('"var":true')
    if node.conditional:
        parts.append('"c":true')
    if node.external_arguments:
        parts.append(f'"exArgs":{node.external_arguments}')
    return f"{{{','.join(parts)}}}"


def _written_list(node: ListValue, _: Container) -> str:
    items = ",".join(f"{_quoted(name)}:{number}" for name, number in node.items)
    if node.items or not node.origins:
        return f'{{"list":{{{items}}}}}'
    origins = ",".join(_quoted(name) for name in node.origins)
    return f'{{"list":{{}},"origins":[{origins}]}}'


def _written_float(value: float) -> str:
    if math.isnan(value):
        return "0.0"
    if math.isinf(value):
        return "3.4E+38" if value > 0 else "-3.4E+38"
    written = format_float(value)
    return written if "." in written or "E" in written else f"{written}.0"


_WRITERS: Final[dict[type[Node], Callable[[Any, Container], str]]] = {
    StringValue: _written_text,
    Command: lambda node, _: _WORDS[node.name],
    NativeCall: lambda node, _: '"L^"' if node.name == "^" else f'"{node.name}"',
    Divert: _written_divert,
    IntValue: lambda node, _: str(node.value),
    BoolValue: lambda node, _: "true" if node.value else "false",
    FloatValue: lambda node, _: _written_float(node.value),
    VariableReference: lambda node, _: f'{{"VAR?":{_quoted(node.name)}}}',
    ReadCount: lambda node, holder: f'{{"CNT?":{_path(node, holder)}}}',
    Assign: _written_assignment,
    DivertTarget: _written_target,
    ChoicePoint: lambda node, holder: f'{{"*":{_path(node, holder)},"flg":{node.flags}}}',
    VariablePointer: lambda node, _: f'{{"^var":{_quoted(node.name)},"ci":{node.context}}}',
    ListValue: _written_list,
    Glue: lambda *_: '"<>"',
    VoidValue: lambda *_: '"void"',
    LegacyTag: lambda node, _: f'{{"#":{_quoted(node.text)}}}',
}
"""How each node that is no container is written."""


def format_float(value: float) -> str:
    """A finite float as C# prints a single: the fewest digits that tell it from its neighbours.

    >>> format_float(2 / 3), format_float(1e7), format_float(0.00001)
    ('0.6666667', '1E+07', '1E-05')
    """
    if value == 0:
        return "-0" if math.copysign(1.0, value) < 0 else "0"
    bits = _single_bits(value)
    mantissa = exponent = ""
    for precision in range(9):
        mantissa, _, exponent = f"{abs(value):.{precision}e}".partition("e")
        if _single_bits(math.copysign(float(f"{mantissa}e{exponent}"), value)) == bits:
            break
    digits = mantissa.replace(".", "").rstrip("0") or "0"
    scale = int(exponent) + 1  # the value is 0.digits times ten to the scale
    sign = "-" if value < 0 else ""
    if scale > max(len(digits), 7) or scale < -3:
        power = scale - 1
        point = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{point}E{'-' if power < 0 else '+'}{abs(power):02d}"
    if scale <= 0:
        return f"{sign}0.{'0' * -scale}{digits}"
    if len(digits) <= scale:
        return f"{sign}{digits}{'0' * (scale - len(digits))}"
    return f"{sign}{digits[:scale]}.{digits[scale:]}"


def _single_bits(value: float) -> bytes | None:
    """The nearest single-precision float as bytes, None where there is none."""
    try:
        return struct.pack("<f", value)
    except OverflowError:
        return None


# --- reading ----------------------------------------------------------------------------------


def load(text: str, *, name: str = "story.json") -> CompiledStory:
    """The story that ink JSON holds; StoryError where it is malformed."""
    source = Source(name, text.removeprefix("\ufeff"))
    with building():
        return _Reader(source).story()


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self._integers: dict[int, IntValue] = {}  # one node for all that are equal
        self._references: dict[str, VariableReference] = {}

    def fail(
        self, message: str, where: str = "", hint: str = "", code: str = "ink-json"
    ) -> NoReturn:
        """Give up."""
        label = f"at {where}" if where else ""
        span = Span(self.source, 1)
        full = f"{message} ({label})" if label else message
        raise StoryError([Diagnostic("error", code, full, span, "", hint)])

    def story(self) -> CompiledStory:
        """The whole file."""
        data = self._parsed()
        if not isinstance(data, dict):
            self.fail(f"a story is an object, but this is {_kind(data)}")
        version = data.get("inkVersion")
        if "inkVersion" not in data or "root" not in data:
            missing = "inkVersion" if "inkVersion" not in data else "root"
            self.fail(
                f"there is no `{missing}`, so this is not a compiled ink story",
                hint="compile the story with foretell, inklecate or inkjs first",
            )
        if type(version) is not int:
            self.fail(f"`inkVersion` should be a whole number, but is {_kind(version)}")
        if not OLDEST_INK_VERSION <= version <= INK_VERSION:
            age = "newer" if version > INK_VERSION else "older"
            self.fail(
                f"the story is of version {version}, {age} than what can be read"
                f" ({OLDEST_INK_VERSION} to {INK_VERSION})",
                hint="compile it again from its source",
                code="ink-version",
            )
        root = data["root"]
        if not isinstance(root, list):
            self.fail(f"`root` should be an array, but is {_kind(root)}")
        return CompiledStory(self._tree(root), self._lists(data.get("listDefs")), version)

    def _parsed(self) -> Any:
        try:
            return json.loads(self.source.text, parse_constant=self._refuse_constant)
        except json.JSONDecodeError as problem:
            self._not_json(problem.msg, problem.pos)
        except RecursionError:
            return self._parsed_deeply()
        except ValueError:
            self.fail("a number is too large", code="number-range")

    def _parsed_deeply(self) -> Any:
        """What `json` can't read for its depth, read without recursion.

        `json` found no fault up to where it gave up, but the rest is still unknown, so everything
        is checked here as well.
        """
        text = self.source.text
        result: list[Any] = []
        stack: list[Any] = [result]
        keys: list[str | None] = [None]  # the key that the next value of each open object is for
        wants_value = True
        position = 0
        decode = json.JSONDecoder(parse_constant=self._refuse_constant).raw_decode
        while True:
            position = _BLANKS.match(text, position).end()  # type: ignore[union-attr]
            holder = stack[-1]
            character = text[position : position + 1]
            if holder is result and not wants_value:
                if character:
                    self._not_json("there is more after the story", position)
                return result[0]
            value: Any
            if character in ("]", "}") and type(holder) is (list if character == "]" else dict):
                if (holder and wants_value) or holder is result:
                    self._not_json("a value is missing", position)
                stack.pop()
                keys.pop()
                position += 1
                wants_value = False
                continue
            if not wants_value:
                if character != ",":
                    self._not_json("a comma is missing", position)
                wants_value = True
                position += 1
                continue
            try:
                if isinstance(holder, dict):
                    key, position = decode(text, position)
                    if not isinstance(key, str):
                        self._not_json("a key is not text", position)
                    match = _COLON.match(text, position)
                    if match is None:
                        self._not_json("a colon is missing", position)
                    keys[-1] = key
                    position = match.end()
                    character = text[position : position + 1]
                if character in ("[", "{") and character:
                    value = [] if character == "[" else {}
                    position += 1
                else:
                    value, position = decode(text, position)
            except json.JSONDecodeError as problem:
                self._not_json(problem.msg, problem.pos)
            except ValueError:
                self.fail("a number is too large", code="number-range")
            if isinstance(holder, dict):
                holder[keys[-1]] = value
            else:
                holder.append(value)
            wants_value = isinstance(value, list | dict)
            if wants_value:
                if len(stack) > 3 * MAX_DEPTH:
                    self.fail("the story is nested too deeply to be read", code="too-deep")
                stack.append(value)
                keys.append(None)

    def _not_json(self, what: str, position: int) -> NoReturn:
        text = self.source.text
        line = text.count("\n", 0, position) + 1
        column = position - text.rfind("\n", 0, position)
        span = Span(self.source, line, column)
        message = f"this is not JSON: {what}"
        raise StoryError([Diagnostic("error", "json", message, span, "here")]) from None

    def _refuse_constant(self, constant: str) -> NoReturn:
        self.fail(f"`{constant}` is not a number that JSON knows", code="json")

    def _lists(self, data: Any) -> dict[str, dict[str, int]]:
        if data is None:
            return {}
        if not isinstance(data, dict):
            self.fail(f"`listDefs` should be an object, but is {_kind(data)}")
        for name, items in data.items():
            if not isinstance(items, dict):
                self.fail(f"the list `{name}` should be an object, but is {_kind(items)}")
            for item, number in items.items():
                self._integer(number, f"listDefs.{name}.{item}")
        return data

    def _integer(self, value: Any, where: str) -> int:
        if type(value) is not int:
            self.fail(f"expected a whole number, but found {_kind(value)}", where)
        if not _MIN_INT <= value <= _MAX_INT:
            self.fail(
                "a number is too large: ink's integers have 32 bits", where, "", "number-range"
            )
        return value

    def _text(self, value: Any, where: str) -> str:
        if not isinstance(value, str):
            self.fail(f"expected text, but found {_kind(value)}", where)
        return value

    def _tree(self, data: list[Any]) -> Container:
        """The container tree, without recursion: the stack holds arrays and what they become."""
        root = Container()
        stack: list[tuple[list[Any], Container, str, int]] = [(data, root, "root", 0)]
        while stack:
            array, container, where, depth = stack.pop()
            if depth > MAX_DEPTH:
                self.fail("the story is nested too deeply to be read", code="too-deep")
            if not array:
                self.fail("a container is empty; it should end in null or an object", where)
            for index, token in enumerate(array[:-1]):
                here = f"{where}[{index}]"
                if isinstance(token, list):
                    child = Container()
                    child.name = self._own_name(token, here)
                    container.add(child)
                    stack.append((token, child, here, depth + 1))
                else:
                    container.add(self._node(token, here))
            last = array[-1]
            if last is None:
                continue
            if not isinstance(last, dict):
                self.fail(f"a container should end in null or an object, not {_kind(last)}", where)
            for key, value in last.items():
                here = f"{where}.{key}"
                if key == "#f":
                    flags = self._integer(value, here)
                    if not 0 <= flags <= 7:
                        self.fail("count flags should be between 0 and 7", here)
                    container.flags = flags
                elif key == "#n":
                    container.name = container.name or self._text(value, here)
                elif isinstance(value, list):
                    child = Container()
                    container.add_named(key, child)
                    stack.append((value, child, here, depth + 1))
                else:
                    self.fail(f"a named container should be an array, but is {_kind(value)}", here)
        return root

    def _own_name(self, array: list[Any], where: str) -> str | None:
        last = array[-1] if array else None
        if not isinstance(last, dict) or "#n" not in last:
            return None
        return self._text(last["#n"], f"{where}.#n")

    def _node(self, token: Any, where: str) -> Node:
        """A node that is no container."""
        if isinstance(token, str):
            return self._word(token, where)
        if isinstance(token, bool):
            return BoolValue(token)
        if isinstance(token, int):
            found = self._integers.get(self._integer(token, where))
            if found is None:
                found = self._integers[token] = IntValue(token)
            return found
        if isinstance(token, float):
            if not math.isfinite(token) or abs(token) > 3.5e38:
                self.fail("a number is too large for a single-precision float", where)
            return FloatValue(_single(token))
        if isinstance(token, dict):
            return self._object(token, where)
        return self.fail(f"expected content, but found {_kind(token)}", where)

    def _word(self, token: str, where: str) -> Node:
        if token.startswith("^"):
            return StringValue(token[1:])
        if token == "\n":
            return NEWLINE
        if token in COMMANDS:
            return COMMANDS[token]
        if token == "L^" or (token in NATIVE_FUNCTIONS and token != "^"):
            return NATIVE_FUNCTIONS["^" if token == "L^" else token]
        if token == "<>":
            return GLUE
        if token == "void":
            return VOID
        shown = token if len(token) <= 40 else f"{token[:37]}…"
        return self.fail(
            f"there is no command `{shown}`", where, "text begins with `^`", "unknown-command"
        )

    def _object(self, token: dict[str, Any], where: str) -> Node:
        for kind in _DIVERT_KINDS:
            if kind in token:
                return self._divert(kind, token, where)
        if "^->" in token:
            return DivertTarget(self._text(token["^->"], where))
        if "^var" in token:
            context = self._integer(token.get("ci", -1), where)
            return VariablePointer(self._text(token["^var"], where), context)
        if "*" in token:
            flags = self._integer(token.get("flg", 0), where)
            if not 0 <= flags <= 31:
                self.fail("a choice's flags should be between 0 and 31", where)
            return ChoicePoint(self._text(token["*"], where), flags)
        if "VAR?" in token:
            name = self._text(token["VAR?"], where)
            known = self._references.get(name)
            if known is None:
                known = self._references[name] = VariableReference(name)
            return known
        if "CNT?" in token:
            return ReadCount(self._text(token["CNT?"], where))
        for key in ("VAR=", "temp="):
            if key in token:
                return Assign(self._text(token[key], where), key == "VAR=", "re" not in token)
        if "#" in token:
            return LegacyTag(self._text(token["#"], where))
        if "list" in token:
            return self._list(token, where)
        shown = ", ".join(f"`{key}`" for key in list(token)[:5]) or "no keys"
        return self.fail(
            f"nothing in ink is written as an object with {shown}", where, "", "unknown-object"
        )

    def _divert(self, kind: str, token: dict[str, Any], where: str) -> Divert:
        arguments = self._integer(token.get("exArgs", 0), where) if kind == "x()" else 0
        if arguments < 0:
            self.fail("a number of arguments can't be negative", where)
        return Divert(kind, self._text(token[kind], where), "var" in token, "c" in token, arguments)

    def _list(self, token: dict[str, Any], where: str) -> ListValue:
        items = token["list"]
        if not isinstance(items, dict):
            self.fail(f"a list's items should be an object, not {_kind(items)}", where)
        for item, number in items.items():
            self._integer(number, f"{where}.{item}")
        origins = token.get("origins", [])
        if not isinstance(origins, list) or not all(isinstance(o, str) for o in origins):
            self.fail("a list's origins should be an array of names", where)
        return ListValue(tuple(items.items()), tuple(origins))


def _single(value: float) -> float:
    """The single-precision float nearest to `value`, the largest for what lies just beyond it."""
    largest = 3.4028234663852886e38
    nearest: float = struct.unpack("<f", struct.pack("<f", max(-largest, min(value, largest))))[0]
    return nearest


def _kind(value: Any) -> str:
    """What kind of JSON `value` is, in words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    names = {dict: "an object", list: "an array", str: "text", int: "a number", float: "a number"}
    return names[type(value)]
