"""The syntax tree: what the parser makes of ink's text, before names mean anything.

Every node knows its `Span` and nothing of its parent, of paths or of other files; what a name
refers to is settled while emitting (`resolve`, `emit`). Nodes are plain records: parsing,
resolving and emitting each live in their own module.

    Flow (story, knot or stitch)
     ├ weave ─ Weave ┬ Text, Glue, TagMark, Divert, Conditional, Sequence, Assignment …
     │               ├ Choice, Gather                    the weave's points
     │               └ Weave                             what is indented further
     └ flows ─ Flow …                                    knots and stitches

An expression is printed where an `Output` holds it, a statement where a weave does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from foretell.diagnostics import Span

__all__ = [
    "CYCLE",
    "KNOT",
    "ONCE",
    "SHUFFLE",
    "STITCH",
    "STOPPING",
    "STORY",
    "Argument",
    "Assignment",
    "Binary",
    "Branch",
    "Choice",
    "Conditional",
    "ConstDeclaration",
    "Content",
    "Divert",
    "DivertTargetExpression",
    "ExternalDeclaration",
    "Flow",
    "FunctionCall",
    "Gather",
    "Glue",
    "IncDec",
    "Include",
    "ListDeclaration",
    "ListItem",
    "ListLiteral",
    "MultipleConditions",
    "Name",
    "Number",
    "Output",
    "Return",
    "Sequence",
    "StringExpression",
    "Syntax",
    "TagMark",
    "Text",
    "Todo",
    "TunnelOnwards",
    "Unary",
    "VarDeclaration",
    "VariableUse",
    "Weave",
    "walk",
]

STORY: Final = 0  # the levels of flow
KNOT: Final = 1
STITCH: Final = 2

STOPPING: Final = 1  # the kinds of sequence; shuffle combines with once or stopping
CYCLE: Final = 2
SHUFFLE: Final = 4
ONCE: Final = 8


@dataclass(slots=True, eq=False)
class Name:
    """An identifier and where it stands."""

    text: str
    span: Span


@dataclass(slots=True, eq=False)
class Syntax:
    """A piece of the syntax tree; `children` names the fields that hold further pieces."""

    span: Span
    children: ClassVar[tuple[str, ...]] = ()


# --- content ----------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Text(Syntax):
    """Words as they are shown; the text of exactly a newline ends a line."""

    text: str


@dataclass(slots=True, eq=False)
class Glue(Syntax):
    """`<>`"""


@dataclass(slots=True, eq=False)
class TagMark(Syntax):
    """The start or the end of a tag."""

    is_start: bool


@dataclass(slots=True, eq=False)
class Content(Syntax):
    """Pieces of content that belong together, as what stands between two braces."""

    items: list[Syntax]
    children: ClassVar[tuple[str, ...]] = ("items",)


@dataclass(slots=True, eq=False)
class Output(Syntax):
    """`{expression}`: print a value."""

    value: Syntax
    children: ClassVar[tuple[str, ...]] = ("value",)


@dataclass(slots=True, eq=False)
class Divert(Syntax):
    """`-> target(arguments)`; `kind` is `->`, `->t->` (a tunnel) or `thread`.

    A target of no names is the empty divert `->` that ends a fallback choice.
    """

    target: tuple[Name, ...]
    arguments: list[Syntax]
    kind: str = "->"
    children: ClassVar[tuple[str, ...]] = ("arguments",)

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(n.text for n in self.target)

    @property
    def dotted(self) -> str:
        """The target as it is written: `knot.stitch`."""
        return ".".join(n.text for n in self.target)

    @property
    def is_done(self) -> bool:
        return len(self.target) == 1 and self.target[0].text == "DONE"

    @property
    def is_end(self) -> bool:
        return len(self.target) == 1 and self.target[0].text == "END"


@dataclass(slots=True, eq=False)
class TunnelOnwards(Syntax):
    """`->->`, and perhaps where to go instead of back."""

    after: Divert | None
    children: ClassVar[tuple[str, ...]] = ("after",)


@dataclass(slots=True, eq=False)
class Branch(Syntax):
    """One branch of a conditional.

    `condition` is the branch's own expression (`- x > 3:`), `is_true` marks the branch of a
    conditional's initial query, `matches` compares with the query as a switch does.
    """

    condition: Syntax | None
    weave: Weave | None
    is_else: bool = False
    is_true: bool = False
    matches: bool = False
    is_inline: bool = False
    children: ClassVar[tuple[str, ...]] = ("weave", "condition")


@dataclass(slots=True, eq=False)
class Conditional(Syntax):
    """`{query: … | …}` or a block of branches."""

    query: Syntax | None
    branches: list[Branch]
    children: ClassVar[tuple[str, ...]] = ("query", "branches")


@dataclass(slots=True, eq=False)
class Sequence(Syntax):
    """`{a|b|c}` and its kinds."""

    kind: int
    elements: list[Weave | None]
    children: ClassVar[tuple[str, ...]] = ("elements",)


# --- weave ------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Gather(Syntax):
    """`- (label)`; `depth` counts the dashes."""

    label: Name | None
    depth: int


@dataclass(slots=True, eq=False)
class Choice(Syntax):
    """`* (label) {condition} start [only] inner`; `depth` counts the bullets.

    `inner` holds what follows on the choice's own line, its diverts and line end included.
    """

    label: Name | None
    depth: int
    condition: Syntax | None
    start: Content | None
    only: Content | None
    inner: Content
    once_only: bool
    is_fallback: bool
    children: ClassVar[tuple[str, ...]] = ("start", "only", "inner", "condition")


@dataclass(slots=True, eq=False)
class Weave(Syntax):
    """Content with choices and gathers of one indentation, deeper ones nested as weaves."""

    items: list[Syntax]
    base: int
    children: ClassVar[tuple[str, ...]] = ("items",)


# --- statements -------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Assignment(Syntax):
    """`~ x = value`, or `~ temp x = value` where `is_temp`."""

    name: Name
    value: Syntax
    is_temp: bool
    children: ClassVar[tuple[str, ...]] = ("value",)


@dataclass(slots=True, eq=False)
class Return(Syntax):
    """`~ return value`"""

    value: Syntax | None
    children: ClassVar[tuple[str, ...]] = ("value",)


@dataclass(slots=True, eq=False)
class VarDeclaration(Syntax):
    """`VAR x = value`"""

    name: Name
    value: Syntax
    children: ClassVar[tuple[str, ...]] = ("value",)


@dataclass(slots=True, eq=False)
class ConstDeclaration(Syntax):
    """`CONST x = value`"""

    name: Name
    value: Syntax
    children: ClassVar[tuple[str, ...]] = ("value",)


@dataclass(slots=True, eq=False)
class ListItem(Syntax):
    """One item of a LIST: its number, and whether the list holds it from the start."""

    name: Name
    number: int
    is_initial: bool


@dataclass(slots=True, eq=False)
class ListDeclaration(Syntax):
    """`LIST x = a, (b), c = 5`"""

    name: Name
    items: list[ListItem]
    children: ClassVar[tuple[str, ...]] = ("items",)


@dataclass(slots=True, eq=False)
class ExternalDeclaration(Syntax):
    """`EXTERNAL f(a, b)`"""

    name: Name
    parameters: list[str]


@dataclass(slots=True, eq=False)
class Todo(Syntax):
    """`TODO: a note to the author`"""

    message: str


@dataclass(slots=True, eq=False)
class Include(Syntax):
    """`INCLUDE file`; `flow` is what the file holds, None where it could not be read."""

    path: str
    flow: Flow | None


# --- expressions ------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Number(Syntax):
    """A literal integer, float, or truth value."""

    value: int | float | bool


@dataclass(slots=True, eq=False)
class StringExpression(Syntax):
    """`"text {logic}"`"""

    items: list[Syntax]
    children: ClassVar[tuple[str, ...]] = ("items",)

    @property
    def is_plain(self) -> bool:
        """Whether it is text alone, without logic."""
        return len(self.items) == 1 and isinstance(self.items[0], Text)


@dataclass(slots=True, eq=False)
class VariableUse(Syntax):
    """A name in an expression: a variable, a constant, a list item or a read count."""

    names: tuple[Name, ...]

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(n.text for n in self.names)

    @property
    def dotted(self) -> str:
        return ".".join(n.text for n in self.names)


@dataclass(slots=True, eq=False)
class ListLiteral(Syntax):
    """`(a, b.c)`, `()`"""

    members: list[Name]


@dataclass(slots=True, eq=False)
class DivertTargetExpression(Syntax):
    """`-> knot` as a value."""

    divert: Divert
    children: ClassVar[tuple[str, ...]] = ("divert",)


@dataclass(slots=True, eq=False)
class FunctionCall(Syntax):
    """`f(a, b)`"""

    name: Name
    arguments: list[Syntax]
    children: ClassVar[tuple[str, ...]] = ("arguments",)


@dataclass(slots=True, eq=False)
class Binary(Syntax):
    """`left operator right`, the operator by its JSON name."""

    left: Syntax
    right: Syntax
    operator: str
    children: ClassVar[tuple[str, ...]] = ("left", "right")


@dataclass(slots=True, eq=False)
class Unary(Syntax):
    """`-x` (operator `_`) or `not x` (`!`)."""

    inner: Syntax
    operator: str
    children: ClassVar[tuple[str, ...]] = ("inner",)


@dataclass(slots=True, eq=False)
class IncDec(Syntax):
    """`x++`, `x--`, `x += value`, `x -= value`"""

    name: Name
    value: Syntax | None
    is_increment: bool
    children: ClassVar[tuple[str, ...]] = ("value",)


@dataclass(slots=True, eq=False)
class MultipleConditions(Syntax):
    """`{a} {b}` before a choice: all must hold."""

    conditions: list[Syntax]
    children: ClassVar[tuple[str, ...]] = ("conditions",)


# --- flows ------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Argument:
    """A parameter of a knot, stitch or function."""

    name: Name
    is_reference: bool
    is_divert: bool


@dataclass(slots=True, eq=False)
class Flow(Syntax):
    """The story, a knot (a function where `is_function`), or a stitch."""

    level: int
    name: Name | None
    arguments: list[Argument]
    is_function: bool
    weave: Weave | None
    flows: list[Flow]
    children: ClassVar[tuple[str, ...]] = ("weave", "flows")

    @property
    def kind(self) -> str:
        """What an author calls it."""
        if self.is_function:
            return "function"
        return ("story", "knot", "stitch")[self.level]


def walk(node: Syntax) -> Iterator[Syntax]:
    """`node` and all below it, in reading order, without recursion."""
    stack: list[Syntax | None] = [node]
    while stack:
        here = stack.pop()
        if here is None:
            continue
        yield here
        children = here.children
        if children:
            for slot in children[::-1]:
                child = getattr(here, slot)
                if type(child) is list:
                    stack += child[::-1]
                elif child is not None:
                    stack.append(child)
