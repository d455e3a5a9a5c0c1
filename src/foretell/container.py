"""The container tree: ink's runtime content, and the paths that name places in it.

A compiled story is a tree of *containers*. A container holds an ordered list of content
(text, values, commands, diverts, choice points, further containers), and, beside it,
containers that are reached by name only (knots, stitches, gathers, the bodies of choices).

    root ┬ content[0] ─ container ─ "^Once upon a time", "\\n", …
         ├ content[1] ─ "done"
         └ named ─┬ "kitchen" ─ container ─ …
                  └ "global decl" ─ container ─ "ev" 5 {"VAR=": "x"} … "/ev" "end"

This is the seam of the whole program: the compiler writes this tree, `ink_json` writes it to
and reads it from inklecate's JSON, and `vm.lower` turns it into a flat program. Nothing here
runs anything, and nothing here knows ink's source syntax.

A container knows its parent, and so where it is. Every other node is a bare value: nothing in it
says where it stands, so one and the same may stand in many places, as commands, operators and line
ends do, which are most of a story. Whoever asks where a node is, asks with its container and its
index (an `Item`), and there stands the `Span` of its source as well, None where the tree was read
from JSON. A node that holds a path has one place only: the path may be relative to it.

Paths are written as ink writes them: components joined by dots, a number being an index into
content and a name a named container; `^` is the parent; a leading dot makes the path relative
to the node that holds it (`.^.s`, `kitchen.0.c-1`). A node that holds a path may know its `place`
as well, where the path leads: our compiler does, and lowering finds out the others'.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from types import MappingProxyType
from typing import Final, NamedTuple

from foretell.diagnostics import Span

__all__ = [
    "BEGIN",
    "BEGIN_STRING",
    "COMMANDS",
    "COUNT_AT_START",
    "COUNT_TURNS",
    "COUNT_VISITS",
    "DUPLICATE",
    "END",
    "END_STRING",
    "GLUE",
    "HAS_CHOICE_ONLY_CONTENT",
    "HAS_CONDITION",
    "HAS_START_CONTENT",
    "IS_FALLBACK",
    "NATIVE_FUNCTIONS",
    "NEWLINE",
    "NOTHING",
    "ONCE_ONLY",
    "POP",
    "THE_END",
    "VOID",
    "Assign",
    "BoolValue",
    "ChoicePoint",
    "Command",
    "CompiledStory",
    "Container",
    "Divert",
    "DivertTarget",
    "Domain",
    "FloatValue",
    "Glue",
    "IntValue",
    "Item",
    "LegacyTag",
    "ListValue",
    "NativeCall",
    "Node",
    "Place",
    "ReadCount",
    "StringValue",
    "VariablePointer",
    "VariableReference",
    "VoidValue",
    "building",
    "compact_path",
    "container_at",
    "resolve_path",
    "top_of",
]

THE_END: Final = "the end"  # the ending of a story that ends in no knot
_DIGITS: Final = 19  # a number of so many is no index, and may be one that Python refuses to read

COUNT_VISITS: Final = 1  # container flag `#f`: visits are counted
COUNT_TURNS: Final = 2  # the turn of the last visit is recorded
COUNT_AT_START: Final = 4  # only when entered at the start

HAS_CONDITION: Final = 1  # choice flag `flg`: a condition is on the evaluation stack
HAS_START_CONTENT: Final = 2  # text shown both in the choice and after it
HAS_CHOICE_ONLY_CONTENT: Final = 4  # text in [brackets]
IS_FALLBACK: Final = 8  # never shown; followed when nothing else is offered
ONCE_ONLY: Final = 16


_NOTHING_NAMED: Final[Mapping[str, Container]] = MappingProxyType({})


class Node:
    """A piece of runtime content."""

    __slots__ = ()


class Container(Node):
    """An ordered list of content, with containers beside it that only a name reaches.

    `spans` has the place in the source of each item of `content`. `named` holds *only* what is not
    in `content`; a container in `content` may have a name too.
    """

    __slots__ = (
        "component",
        "content",
        "depth",
        "flags",
        "length",
        "name",
        "named",
        "number",
        "parent",
        "span",
        "spans",
    )

    def __init__(
        self, *, span: Span | None = None, name: str | None = None, flags: int = 0
    ) -> None:
        self.parent: Container | None = None
        self.content: list[Node] = []
        self.spans: list[Span | None] = []
        self.named: Mapping[str, Container] = _NOTHING_NAMED
        self.span = span
        self.name = name
        self.flags = flags
        self.component = ""  # of its path: what leads here from its parent
        self.number = 0  # in preorder, once the tree has been surveyed (`vm.survey`)
        self.depth = -1  # in the tree; this and the length of its path as text once asked for
        self.length = -1

    @property
    def path(self) -> str:
        """The absolute path, as ink writes it (`""` for the root)."""
        parts: list[str] = []
        container = self
        while container.parent is not None:
            parts.append(container.component)
            container = container.parent
        parts.reverse()
        return ".".join(parts)

    def add(self, node: Node, span: Span | None = None) -> None:
        """Append `node` to the content; become its parent if it is a container."""
        if isinstance(node, Container):
            node.parent = self
            node.component = node.name or str(len(self.content))
            span = node.span
        self.content.append(node)
        self.spans.append(span)

    def extend(self, span: Span | None, *nodes: Node) -> None:
        """Append nodes that come from one place in the source and are no containers."""
        self.content += nodes
        self.spans += (span,) * len(nodes)

    def add_named(self, name: str, container: Container) -> None:
        """Put `container` beside the content under `name` and become its parent."""
        container.parent = self
        container.name = container.component = name
        if not isinstance(self.named, dict):
            self.named = {}
        self.named[name] = container

    def child(self, component: str) -> Place | None:
        """What is one path component away, or None."""
        if component == "^":
            return self.parent
        if component.isdecimal():
            index = int(component) if len(component) < _DIGITS else len(self.content)
            return Item(self, index) if index < len(self.content) else None
        found = self.named.get(component)
        if found is not None:
            return found
        for node in self.content:
            if isinstance(node, Container) and node.name == component:
                return node
        return None

    def walk(self) -> Iterator[tuple[Node, Span | None]]:
        """Every node below here and where it comes from, in document order, without recursion."""
        around: list[Iterator[tuple[Node, Span | None]]] = []
        items = self._below()
        while True:
            for node, span in items:
                yield node, span
                if isinstance(node, Container):
                    around.append(items)
                    items = node._below()
                    break
            else:
                if not around:
                    return
                items = around.pop()

    def _below(self) -> Iterator[tuple[Node, Span | None]]:
        named = self.named.values()
        content = zip(self.content, self.spans, strict=True)
        return chain(content, ((inner, inner.span) for inner in named)) if named else content


class Item(NamedTuple):
    """A place: before item `at` of `holder`. (A container as a place is its inside.)"""

    holder: Container
    at: int

    @property
    def node(self) -> Node:
        """What stands there."""
        return self.holder.content[self.at]

    @property
    def path(self) -> str:
        """The absolute path, as ink writes it."""
        above = self.holder.path
        return f"{above}.{self.at}" if above else str(self.at)


Place = Container | Item


def container_at(place: Place) -> Container | None:
    """The container that stands at a place, if it is one."""
    if isinstance(place, Container):
        return place
    node = place.node
    return node if isinstance(node, Container) else None


@dataclass(slots=True, eq=False)
class StringValue(Node):
    """Text; the text of exactly a newline ends a line."""

    text: str


@dataclass(slots=True, eq=False)
class IntValue(Node):
    """A 32-bit integer."""

    value: int


@dataclass(slots=True, eq=False)
class FloatValue(Node):
    """A single-precision float."""

    value: float


@dataclass(slots=True, eq=False)
class BoolValue(Node):
    value: bool


@dataclass(slots=True, eq=False)
class ListValue(Node):
    """A list literal: items as `("Origin.item", number)` in written order.

    `origins` names the lists an empty value belongs to.
    """

    items: tuple[tuple[str, int], ...]
    origins: tuple[str, ...] = ()


@dataclass(slots=True, eq=False)
class DivertTarget(Node):
    """A place in the story used as a value (`^->`)."""

    target: str = ""
    place: Place | None = field(default=None, repr=False)


@dataclass(slots=True, eq=False)
class VariablePointer(Node):
    """A variable passed by reference (`^var`); `context` is ink's `ci`, -1 where unresolved."""

    name: str
    context: int = -1


@dataclass(slots=True, eq=False)
class VoidValue(Node):
    """What a function that returns nothing leaves behind."""


@dataclass(slots=True, eq=False)
class Glue(Node):
    """`<>`: joins the lines before and after it."""


@dataclass(slots=True, eq=False)
class Command(Node):
    """A control command, by its JSON name (one of `COMMANDS`)."""

    name: str


@dataclass(slots=True, eq=False)
class NativeCall(Node):
    """An operator or built-in on the evaluation stack (one of `NATIVE_FUNCTIONS`)."""

    name: str


@dataclass(slots=True, eq=False)
class Divert(Node):
    """A jump.

    `kind` is its JSON key: `->` a divert, `f()` a function call, `->t->` a tunnel,
    `x()` an external function. `target` is a path, or where `variable` is true the name of the
    variable that holds it, or for `x()` the function's name.
    """

    kind: str = "->"
    target: str = ""
    variable: bool = False
    conditional: bool = False
    external_arguments: int = 0
    place: Place | None = field(default=None, repr=False)


@dataclass(slots=True, eq=False)
class VariableReference(Node):
    """Push a variable's value (`VAR?`)."""

    name: str


@dataclass(slots=True, eq=False)
class ReadCount(Node):
    """Push how often the container at `target` has been visited (`CNT?`)."""

    target: str = ""
    place: Place | None = field(default=None, repr=False)


@dataclass(slots=True, eq=False)
class Assign(Node):
    """Pop a value into a variable: `VAR=` where `is_global`, else `temp=`.

    `is_declaration` is false for ink's `re`, an assignment to a variable that exists.
    """

    name: str
    is_global: bool
    is_declaration: bool


@dataclass(slots=True, eq=False)
class ChoicePoint(Node):
    """Offer a choice that leads to `target`; `flags` are ink's `flg` bits."""

    target: str = ""
    flags: int = 0
    place: Place | None = field(default=None, repr=False)


@dataclass(slots=True, eq=False)
class LegacyTag(Node):
    """A tag of fixed text (`{"#": …}`), as ink before 1.1 compiled it."""

    text: str


COMMANDS: Final = {
    name: Command(name)
    for name in (
        "ev out /ev du pop ~ret ->-> str /str nop choiceCnt turn turns readc rnd srnd visit seq "
        "thread done end listInt range lrnd # /#"
    ).split()
}
NATIVE_FUNCTIONS: Final = {
    name: NativeCall(name)
    for name in (
        "+ - / % * _ == > < >= <= != ! && || MIN MAX POW FLOOR CEILING INT FLOAT ? !? ^ "
        "LIST_MIN LIST_MAX LIST_ALL LIST_COUNT LIST_VALUE LIST_INVERT"
    ).split()
}
"""Every operator by the name ink JSON gives it (`^` is written `L^` there, unary minus is `_`)."""

BEGIN: Final = COMMANDS["ev"]  # the nodes met most often: an evaluation
END: Final = COMMANDS["/ev"]
BEGIN_STRING: Final = COMMANDS["str"]
END_STRING: Final = COMMANDS["/str"]
DUPLICATE: Final = COMMANDS["du"]
POP: Final = COMMANDS["pop"]
NOTHING: Final = COMMANDS["nop"]  # where branches meet again
NEWLINE: Final = StringValue("\n")
GLUE: Final = Glue()
VOID: Final = VoidValue()


@dataclass(frozen=True, slots=True)
class Domain:
    """What an EXTERNAL function may return, in the terms of a host: numbers, truth values, texts,
    tuples of list items. Which of them comes is luck, or else for any reader to decide."""

    values: tuple[object, ...]
    by_reader: bool = False


@dataclass(slots=True)
class CompiledStory:
    """A compiled story: the root container and the lists it declares.

    `list_definitions` maps a list's name to its items and their numbers, in order.
    `source_lines` counts the lines of ink it came from (0 when read from JSON). JSON keeps
    neither constants nor the labels of choices: `constants` are the values of CONSTs, `labels`
    the containers of labelled choices and gathers by their full names (`kitchen.drawer.opened`).
    `domains` says of EXTERNAL functions, by name, what they are taken to return.
    """

    root: Container
    list_definitions: dict[str, dict[str, int]] = field(default_factory=dict)
    ink_version: int = 21
    source_lines: int = 0
    constants: dict[str, bool | int | float | str] = field(default_factory=dict)
    labels: dict[str, Container] = field(default_factory=dict)
    domains: dict[str, Domain] = field(default_factory=dict)


@contextmanager
def building() -> Iterator[None]:
    """Build a tree without Python looking for garbage in it, meanwhile or soon after.

    Trees are many objects, all of them reachable: looking for cycles among them took half the
    time of compiling a large story. What was built counts as old afterwards: frozen and thawed, it
    is moved from the young objects to the old ones without being looked at.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            if not gc.get_freeze_count():  # else a host keeps objects frozen
                gc.freeze()
                gc.unfreeze()
            gc.enable()


def compact_path(here: Container, there: Place) -> str:
    """How ink writes the path to `there` in an item of `here`: the shorter of its two ways.

    The way from `here` climbs to what both share (`.^.^.g-0`); where that is the root there
    is no such way. From there on both are the same. It takes time in proportion to its length, and
    to nothing else: gathers without choices between them nest one in another, so real trees are a
    thousand containers deep.
    """
    down: list[str] = []
    if isinstance(there, Container):
        other = there
    else:
        other = there.holder
        down.append(str(there.at))
    one = here
    if one.depth < 0:
        _measure(one)
    if other.depth < 0:
        _measure(other)
    up = 1
    while one is not other:
        one_depth, other_depth = one.depth, other.depth
        if one_depth >= other_depth:
            assert one.parent is not None
            up += 1
            one = one.parent
        if other_depth >= one_depth:
            assert other.parent is not None
            down.append(other.component)
            other = other.parent
    if one.parent is None or 2 * up >= one.length:
        return there.path
    down.reverse()
    return f"{'.^' * up}.{'.'.join(down)}" if down else ".^" * up


def _measure(container: Container) -> None:
    """Find out `depth` and `length` of a container in a finished tree, and of those around it."""
    around = [container]
    while container.parent is not None and container.parent.depth < 0:
        container = container.parent
        around.append(container)
    for inner in reversed(around):
        outer = inner.parent
        if outer is None:
            inner.depth, inner.length = 0, -1
        else:
            inner.depth = outer.depth + 1
            inner.length = outer.length + 1 + len(inner.component)


def top_of(holder: Container) -> tuple[str, int]:
    """The first component of the path of an item in `holder` ("" for an index), and how many
    components the path has."""
    depth = 1
    top = ""
    while holder.parent is not None:
        top = holder.component
        depth += 1
        holder = holder.parent
    return top, depth


def resolve_path(holder: Container, path: str) -> tuple[Place, bool]:
    """The place that `path` in an item of `holder` names, and whether that is exact.

    As in ink, the first step up of a relative path leads to the holder; a path that breaks off
    resolves to the last place that exists, and the second value is then False.
    """
    if path.startswith("."):
        components = path[1:].split(".")
        if components[0] == "^":
            del components[0]
    else:
        while holder.parent is not None:
            holder = holder.parent
        components = path.split(".") if path else []
    place: Place = holder
    for component in components:
        container = container_at(place)
        if container is None:
            return place, False
        found = container.child(component)
        if found is None:
            return place, False
        place = found
    return place, True
