"""Expressions that stand outside a story's text and ask about it: claims, questions, `why`.

They are read by the compiler's own expression parser and written as the same runtime content, but
their names are sought in a finished container tree, so that a story that came as ink JSON can be
asked as well. A name means, in this order,

    a CONST · a list's item · a knot, stitch or label (how often it was visited)
    a VAR or LIST · `here`, `turns`, `ending` where the story has nothing of that name

Places are named from the top of the story: `kitchen`, `kitchen.drawer`, `kitchen.drawer.opened`.

Where conditions name the endings (`StoryNames.endings`), `ending == "rescued"` is written out as
what it then means: that it is the end, and that rule holds and none before it. `ending` can then be
compared with a name by == and !=, and nothing else.

    names = StoryNames(story)
    content, problems = compile_expression("kitchen.drawer > 1 and not lamp", names)

The content's parent is the story's root, which does not know of it. Where the story itself does
not count what is asked for, the flags of that container are set; that changes nothing a reader
sees, but it must be done before the story is lowered.

What an expression may not hold: assignments, draws, threads and diverts. What the functions it
calls may not do is checked on the lowered code (`checker.questions`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from foretell.compiler.ast import (
    Binary,
    Content,
    DivertTargetExpression,
    FunctionCall,
    IncDec,
    ListLiteral,
    MultipleConditions,
    Number,
    Output,
    StringExpression,
    Syntax,
    Text,
    Unary,
    VariableUse,
)
from foretell.compiler.emit_expressions import (
    COMMAND_PARAMETERS,
    COUNTING,
    NATIVE_PARAMETERS,
    literal,
)
from foretell.compiler.parser import Files, StatementParser
from foretell.compiler.scanner import NestingError
from foretell.container import (
    COMMANDS,
    COUNT_AT_START,
    COUNT_TURNS,
    COUNT_VISITS,
    NATIVE_FUNCTIONS,
    THE_END,
    Assign,
    Command,
    CompiledStory,
    Container,
    Divert,
    DivertTarget,
    ListValue,
    Node,
    ReadCount,
    StringValue,
    VariableReference,
)
from foretell.diagnostics import Diagnostic, Source, Span, closest

__all__ = ["WORDS", "StoryNames", "compile_expression"]

WORDS: Final = {
    "here": "the knot or stitch entered last",
    "turns": "how many choices have been made",
    "ending": 'the ending\'s name, "" before the end',
}
"""Names that stand for what the story itself can't ask."""

_WORD_COMMANDS: Final = {"here": "here", "turns": "turn", "ending": "ending"}
_DRAWS: Final = frozenset({"RANDOM", "SEED_RANDOM", "LIST_RANDOM"})


@dataclass
class StoryNames:
    """What the names of a compiled story mean to somebody outside it."""

    story: CompiledStory
    variables: dict[str, Span | None] = field(default_factory=dict)
    places: dict[str, Container] = field(default_factory=dict)
    entered: list[str] = field(default_factory=list)  # of the places, knots and stitches
    items: dict[str, list[str]] = field(default_factory=dict)  # item → the lists that have it
    endings: Sequence[tuple[str, str]] = ()  # name and condition; the first that holds counts
    tagged: Iterable[str] | None = None  # what tags call endings; None: not known, all may be asked

    def __post_init__(self) -> None:
        root = self.story.root
        for node, span in root.walk():
            if isinstance(node, Assign) and node.is_global:
                self.variables.setdefault(node.name, span)
        for name, knot in root.named.items():
            if name == "global decl":
                continue
            self.places[name] = knot
            for inner, stitch in knot.named.items():
                self.places[f"{name}.{inner}"] = stitch
        self.entered = [*self.places]
        self.places.update(self.story.labels)
        for list_name, items in self.story.list_definitions.items():
            for item in items:
                self.items.setdefault(item, []).append(list_name)

    @property
    def all(self) -> list[str]:
        """Every name an expression may hold."""
        return [
            *self.variables,
            *self.places,
            *self.items,
            *self.story.constants,
            *(word for word in WORDS if not self._has(word)),
        ]

    def _has(self, name: str) -> bool:
        return (
            name in self.variables
            or name in self.places
            or name in self.items
            or name in self.story.constants
        )

    def ending_names(self) -> list[str] | None:
        """Everything an ending can be called, None where that is not known."""
        if self.tagged is None:
            return None
        return [*(name for name, _ in self.endings), *self.tagged, *self.entered, THE_END]

    def suggest(self, name: str, among: Iterable[str] | None = None) -> str:
        """A hint that names what is most like `name`, or "" where nothing is."""
        found = closest(name, self.all if among is None else among)
        if found is None:
            last = name.rpartition(".")[2]
            found = next((n for n in self.places if n.rpartition(".")[2] == last), None)
        if found is None:
            return ""
        place = self.places.get(found)
        span = self.variables.get(found) if place is None else place.span
        return f"did you mean `{found}`?" + (f" ({span.place})" if span is not None else "")


def compile_expression(
    text: str, names: StoryNames, *, name: str = "expression", plain: bool = False
) -> tuple[Container | None, list[Diagnostic]]:
    """The content that evaluates `text` for the story of `names`, and the problems found.

    There is no content where there are errors. Places in messages are of a source called `name`.
    `plain` has `ending` mean the story's own name for it, whatever the conditions say.
    """
    source = Source(name, text)
    found: list[Diagnostic] = []
    if not text.strip():
        span = Span(source, 1)
        found.append(Diagnostic("error", "syntax", "there is no expression here", span))
        return None, found
    value = _parsed(source, found)
    if any(problem.severity == "error" for problem in found) or value is None:
        return None, found
    rules: list[tuple[str, Syntax]] = []
    for rule, condition in () if plain else names.endings:
        meant = _parsed(Source(f"ending {rule}", condition), [])
        if meant is not None:  # what is wrong with it is said where it stands
            rules.append((rule, meant))
    writer = _Writer(names, found, rules)
    writer.add(COMMANDS["ev"])
    writer.value(value)
    writer.add(COMMANDS["/ev"])
    if any(problem.severity == "error" for problem in found):
        return None, found
    writer.count()
    return writer.into, found


def _parsed(source: Source, found: list[Diagnostic]) -> Syntax | None:
    """The expression that a source holds; what is wrong with it goes to `found`."""
    parser = StatementParser(source, Files(None, [source], found))
    try:
        value = parser.expression()
        parser.any_space()
        if not found and (value is None or parser.pos < len(parser.text)):
            equals = value is not None and parser.text.startswith("=", parser.pos)
            parser.expected(
                "an expression" if value is None else "the end of the expression",
                hint="write `==` to compare" if equals else "",
            )
    except (NestingError, RecursionError):
        if not found:
            span = Span(source, 1)
            found.append(Diagnostic("error", "too-deep", "this expression nests too deeply", span))
        return None
    return value


class _Writer:
    """Writes one expression."""

    def __init__(
        self, names: StoryNames, found: list[Diagnostic], rules: Sequence[tuple[str, Syntax]] = ()
    ) -> None:
        self.names = names
        self.found = found
        self.rules = rules
        self.into = Container()
        self.into.parent = names.story.root
        self.counted: list[tuple[Container, int]] = []

    def add(self, node: Node, span: Span | None = None) -> None:
        self.into.add(node, span)

    def error(self, code: str, message: str, span: Span, label: str = "", hint: str = "") -> None:
        self.found.append(Diagnostic("error", code, message, span, label, hint))

    def count(self) -> None:
        """Have the story count what the expression asks."""
        places = {id(place) for place in self.names.story.labels.values()}
        for container, flag in self.counted:
            container.flags |= flag
            if id(container) in places:
                container.flags |= COUNT_AT_START

    def value(self, value: Syntax) -> None:
        """What pushes `value`."""
        span = value.span
        match value:
            case Number(value=number):
                self.add(literal(number), span)
            case VariableUse():
                self.name(value)
            case Binary():
                self.binary(value)
            case Unary():
                self.value(value.inner)
                self.add(NATIVE_FUNCTIONS[value.operator], span)
            case FunctionCall():
                self.call(value)
            case StringExpression():
                self.string(value)
            case ListLiteral():
                self.list_literal(value)
            case DivertTargetExpression():
                self.target(value, COUNT_VISITS | COUNT_TURNS)
            case MultipleConditions():
                self.error("syntax", "join conditions by `and`", span)
            case IncDec():
                self.error("side-effect", "an expression that asks can't change a variable", span)
            case _:
                self.error("syntax", "this is no expression", span)

    def binary(self, value: Binary) -> None:
        spine: list[Binary] = []
        left: Syntax = value
        named = self.ending_named(value)
        if named is not None:
            self.check_compared(value)
            self.ending_is(named, value.operator == "==", value.span)
            return
        while isinstance(left, Binary) and self.ending_named(left) is None:
            self.check_compared(left)
            spine.append(left)
            left = left.left
        self.value(left)
        for node in reversed(spine):
            if node.operator == "?" and isinstance(node.left, Unary) and node.left.operator == "!":
                self.error(
                    "not-has",
                    "`not` applies to what stands before the `?` or `has`, not to its result",
                    node.span,
                    hint="write not (a ? b)",
                )
            self.value(node.right)
            self.add(NATIVE_FUNCTIONS[node.operator], node.span)

    def check_compared(self, value: Binary) -> None:
        """Refuse `ending` and `here` being compared with what neither can ever be."""
        if value.operator not in ("==", "!="):
            return
        for one, other in ((value.left, value.right), (value.right, value.left)):
            if not isinstance(one, VariableUse) or self.names._has(one.dotted):
                continue
            text = _plain_text(other)
            what, known = {
                "ending": ("ending", self.names.ending_names()),
                "here": ("knot or stitch", self.names.entered),
            }.get(one.dotted, ("", None))
            if not text or known is None or text in known:
                continue
            found = closest(text, known)
            hint = "its name is its tag, if that holds no braces, else its knot"
            hint = f"did you mean `{found}`?" if found else hint if what == "ending" else ""
            code = "unknown-ending" if what == "ending" else "unknown-place"
            self.error(code, f"no {what} is called `{text}`", other.span, "never so", hint)

    def ending_named(self, value: Binary) -> str | None:
        """The name with which `ending` is compared, where that must be written out."""
        if not self.rules or value.operator not in ("==", "!="):
            return None
        for one, other in ((value.left, value.right), (value.right, value.left)):
            if isinstance(one, VariableUse) and self.is_ending(one):
                return _plain_text(other)
        return None

    def is_ending(self, use: VariableUse) -> bool:
        return use.dotted == "ending" and not self.names._has("ending")

    def ending_is(self, name: str, equal: bool, span: Span) -> None:
        """What pushes whether it is the end and the first rule that holds gives this name, or none
        holds and the story itself does."""

        def compared(text: str, operator: str) -> None:
            self.add(Command("ending"), span)
            self.string(StringExpression(span, [Text(span, text)]))
            self.add(NATIVE_FUNCTIONS[operator], span)

        def none_of(rules: Sequence[tuple[str, Syntax]]) -> None:
            for _, condition in rules:
                self.value(condition)
                self.add(NATIVE_FUNCTIONS["!"], span)
                self.add(NATIVE_FUNCTIONS["&&"], span)

        if not name:  # it is not the end, whatever that would be called
            compared("", "==" if equal else "!=")
            return
        rules, self.rules = self.rules, ()  # inside a rule `ending` is the story's own
        compared(name, "==")
        none_of(rules)
        for index, (rule, condition) in enumerate(rules):
            if rule == name:
                self.value(condition)
                for _ in range(2):  # to a truth value
                    self.add(NATIVE_FUNCTIONS["!"], span)
                none_of(rules[:index])
                self.add(NATIVE_FUNCTIONS["||"], span)
        compared("", "!=")
        self.add(NATIVE_FUNCTIONS["&&"], span)
        if not equal:
            self.add(NATIVE_FUNCTIONS["!"], span)
        self.rules = rules

    def string(self, value: StringExpression) -> None:
        self.add(COMMANDS["str"], value.span)
        items = list(value.items)
        while items:
            item = items.pop(0)
            if isinstance(item, Content):
                items[:0] = item.items
            elif isinstance(item, Text):
                self.add(StringValue(item.text), item.span)
            elif isinstance(item, Output):
                self.add(COMMANDS["ev"], item.span)
                self.value(item.value)
                self.add(COMMANDS["out"], item.span)
                self.add(COMMANDS["/ev"], item.span)
            else:
                self.error("syntax", "a string here holds text and {values} only", item.span)
        self.add(COMMANDS["/str"], value.span)

    def list_literal(self, value: ListLiteral) -> None:
        names = self.names
        items: dict[str, int] = {}
        for member in value.members:
            list_name, dot, item = member.text.rpartition(".")
            owner = self.owner(item, list_name if dot else None, member.span)
            if owner is None:
                hint = names.suggest(member.text, names.items)
                if member.text in names.variables or member.text in names.places:
                    hint = "a single name in parentheses is a list of that item: take them away"
                message = f"no list has an item `{member.text}`"
                self.error("unknown-item", message, member.span, "this item", hint)
            else:
                items[f"{owner}.{item}"] = names.story.list_definitions[owner][item]
        self.add(ListValue(tuple(items.items())), value.span)

    def owner(self, item: str, list_name: str | None, span: Span) -> str | None:
        """The list that has an item."""
        owners = self.names.items.get(item, [])
        if list_name is not None:
            return list_name if list_name in owners else None
        if len(owners) > 1:
            choices = ", ".join(f"`{owner}.{item}`" for owner in owners)
            self.error(
                "ambiguous-item",
                f"several lists have an item `{item}`",
                span,
                "which one?",
                f"write one of {choices}",
            )
        return owners[0] if owners else None

    def name(self, use: VariableUse) -> None:
        names, dotted, span = self.names, use.dotted, use.span
        constants = names.story.constants
        if dotted in constants:
            value = constants[dotted]
            if isinstance(value, str):
                self.string(StringExpression(span, [Text(span, value)]))
            else:
                self.add(literal(value), span)
            return
        path = use.path
        if len(path) <= 2:
            owner = self.owner(path[-1], path[0] if len(path) == 2 else None, span)
            if owner is not None:
                self.add(VariableReference(dotted), span)
                return
        place = names.places.get(dotted)
        if place is not None:
            self.counted.append((place, COUNT_VISITS))
            self.add(ReadCount(place.path), span)
        elif dotted in names.variables:
            self.add(VariableReference(dotted), span)
        elif dotted == "ending" and self.rules:
            self.error(
                "ending",
                "where conditions name the endings, `ending` can only be compared with a name",
                span,
                "used otherwise here",
                'write ending == "…" or ending != "…"',
            )
        elif dotted in _WORD_COMMANDS:
            self.add(Command(_WORD_COMMANDS[dotted]), span)
        else:
            hint = names.suggest(dotted)
            if dotted in NATIVE_PARAMETERS or dotted in COMMAND_PARAMETERS or dotted in COUNTING:
                hint = f"to call it write `{dotted}()`"
            self.error(
                "unknown-name",
                f"the story has no variable, place or list item `{dotted}`",
                span,
                "this name",
                hint,
            )

    def target(self, value: DivertTargetExpression, flags: int) -> None:
        """A place as a value."""
        dotted = value.divert.dotted
        place = self.names.places.get(dotted)
        if place is None or value.divert.arguments:
            hint = self.names.suggest(dotted, self.names.places)
            message = f"there is no knot, stitch or label `{dotted}`"
            self.error("unknown-divert", message, value.span, "this place", hint)
            return
        self.counted.append((place, flags))
        self.add(DivertTarget(place.path), value.span)

    def call(self, call: FunctionCall) -> None:
        name, span, arguments = call.name.text, call.span, call.arguments
        if name in _DRAWS:
            self.error(
                "draw",
                f"an expression that asks can't draw: {name}",
                span,
                hint="ask for the odds of a condition instead: odds p at least …",
            )
        elif name == "CHOICE_COUNT":
            self.error("misplaced-call", "CHOICE_COUNT means nothing outside a turn", span)
        elif name in COUNTING:
            argument = arguments[0] if len(arguments) == 1 else None
            if not isinstance(argument, DivertTargetExpression):
                self.error(
                    "arguments", f"{name} takes one place", span, hint=f"write {name}(-> knot)"
                )
                return
            self.target(argument, COUNT_TURNS if name == "TURNS_SINCE" else COUNT_VISITS)
            self.add(COMMANDS[COUNTING[name]], span)
        elif name in NATIVE_PARAMETERS:
            if self.has_arguments(call, NATIVE_PARAMETERS[name]):
                self.add(NATIVE_FUNCTIONS[name], span)
        elif name in COMMAND_PARAMETERS:
            command, parameters = COMMAND_PARAMETERS[name]
            if self.has_arguments(call, len(parameters)):
                self.add(COMMANDS[command], span)
        elif name in self.names.story.list_definitions:
            if not arguments:
                self.add(ListValue((), (name,)), span)
            elif self.has_arguments(call, 1, StringValue(name)):
                self.add(COMMANDS["listInt"], span)
        else:
            self.function(call)

    def has_arguments(self, call: FunctionCall, wanted: int, first: Node | None = None) -> bool:
        """Push the arguments; an error where there are more or fewer than wanted."""
        got = len(call.arguments)
        if got != wanted:
            plural = "" if wanted == 1 else "s"
            self.error(
                "arguments",
                f"`{call.name.text}` takes {wanted or 'no'} argument{plural}, not {got}",
                call.span,
            )
            return False
        if first is not None:
            self.add(first, call.span)
        for argument in call.arguments:
            self.value(argument)
        return True

    def function(self, call: FunctionCall) -> None:
        """A call of one of the story's functions, or of an EXTERNAL's fallback."""
        name = call.name.text
        knot = self.names.story.root.named.get(name)
        if knot is None or name == "global decl":
            self.error(
                "unknown-function",
                f"the story has no function `{name}`",
                call.span,
                "called here",
                self.names.suggest(name, self.names.story.root.named),
            )
            return
        parameters = 0
        for node in knot.content:
            if not isinstance(node, Assign) or node.is_global or not node.is_declaration:
                break
            parameters += 1
        if self.has_arguments(call, parameters):
            self.add(Divert("f()", name), call.span)


def _plain_text(value: Syntax) -> str | None:
    """The text of a string without {values} in it."""
    if not isinstance(value, StringExpression):
        return None
    out = ""
    items = list(value.items)
    while items:
        item = items.pop(0)
        if isinstance(item, Content):
            items[:0] = item.items
        elif isinstance(item, Text):
            out += item.text
        else:
            return None
    return out
