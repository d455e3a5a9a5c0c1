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
runs anything, and nothing here knows ink's source syntax; a node made by our compiler carries
the `Span` it came from, a node read from JSON carries none.

Paths are written as ink writes them: components joined by dots, a number being an index into
content and a name a named container; `^` is the parent; a leading dot makes the path relative
to the node that holds it (`.^.s`, `kitchen.0.c-1`). A node that holds a path may know its `place`
as well, the node that the path leads to: our compiler does, and lowering finds out the others'.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from foretell.diagnostics import Span

__all__ = [
    "COMMANDS",
    "COUNT_AT_START",
    "COUNT_TURNS",
    "COUNT_VISITS",
    "HAS_CHOICE_ONLY_CONTENT",
    "HAS_CONDITION",
    "HAS_START_CONTENT",
    "IS_FALLBACK",
    "NATIVE_FUNCTIONS",
    "ONCE_ONLY",
    "THE_END",
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
    "LegacyTag",
    "ListValue",
    "NativeCall",
    "Node",
    "PathIndex",
    "ReadCount",
    "StringValue",
    "VariablePointer",
    "VariableReference",
    "VoidValue",
    "building",
    "resolve_path",
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

COMMANDS: Final = frozenset(
    "ev out /ev du pop ~ret ->-> str /str nop choiceCnt turn turns readc rnd srnd visit seq "
    "thread done end listInt range lrnd # /#".split()
)
NATIVE_FUNCTIONS: Final = frozenset(
    "+ - / % * _ == > < >= <= != ! && || MIN MAX POW FLOOR CEILING INT FLOAT ? !? ^ "
    "LIST_MIN LIST_MAX LIST_ALL LIST_COUNT LIST_VALUE LIST_INVERT".split()
)
"""Every operator by the name ink JSON gives it (`^` is written `L^` there, unary minus is `_`)."""


@dataclass(slots=True, eq=False, kw_only=True)
class Node:
    """A piece of runtime content; `parent` is set when a container takes it."""

    parent: Container | None = field(default=None, repr=False)
    span: Span | None = field(default=None, repr=False)

    @property
    def path(self) -> str:
        """The absolute path of this node, as ink writes it (`""` for the root)."""
        parts: list[str] = []
        node: Node = self
        while node.parent is not None:
            parts.append(node.parent.component_of(node))
            node = node.parent
        return ".".join(reversed(parts))


@dataclass(slots=True, eq=False)
class Container(Node):
    """An ordered list of content, with containers beside it that only a name reaches.

    `named` holds *only* what is not in `content`; a container in `content` may have a name too.
    """

    content: list[Node] = field(default_factory=list)
    named: dict[str, Node] = field(default_factory=dict)
    name: str | None = None
    flags: int = 0
    number: int = 0  # in preorder, once the tree has been surveyed (`vm.survey`)
    component: str = ""  # what leads here from its holder; this and what follows by `PathIndex`
    depth: int = 0
    length: int = -1  # of its absolute path as text

    def add(self, node: Node) -> None:
        """Append `node` to the content and become its parent."""
        node.parent = self
        self.content.append(node)

    def add_named(self, name: str, node: Node) -> None:
        """Put `node` beside the content under `name` and become its parent."""
        node.parent = self
        if isinstance(node, Container):
            node.name = name
        self.named[name] = node

    def component_of(self, child: Node) -> str:
        """The path component that leads from here to `child`: its name if it has one."""
        if isinstance(child, Container) and child.name:
            return child.name
        for name, node in self.named.items():
            if node is child:
                return name
        for index, node in enumerate(self.content):
            if node is child:
                return str(index)
        raise ValueError("not a child of this container")

    def child(self, component: str) -> Node | None:
        """The node one path component away, or None."""
        if component == "^":
            return self.parent
        if component.isdecimal():
            index = int(component) if len(component) < _DIGITS else len(self.content)
            return self.content[index] if index < len(self.content) else None
        found = self.named.get(component)
        if found is not None:
            return found
        for node in self.content:
            if isinstance(node, Container) and node.name == component:
                return node
        return None

    def walk(self) -> Iterator[Node]:
        """Every node below here, in document order, without recursion."""
        stack: list[Iterator[Node]] = [iter([*self.content, *self.named.values()])]
        while stack:
            node = next(stack[-1], None)
            if node is None:
                stack.pop()
                continue
            yield node
            if isinstance(node, Container):
                stack.append(iter([*node.content, *node.named.values()]))


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

    target: str
    place: Node | None = field(default=None, repr=False)


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

    kind: str
    target: str
    variable: bool = False
    conditional: bool = False
    external_arguments: int = 0
    place: Node | None = field(default=None, repr=False)


@dataclass(slots=True, eq=False)
class VariableReference(Node):
    """Push a variable's value (`VAR?`)."""

    name: str


@dataclass(slots=True, eq=False)
class ReadCount(Node):
    """Push how often the container at `target` has been visited (`CNT?`)."""

    target: str
    place: Node | None = field(default=None, repr=False)


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

    target: str
    flags: int
    place: Node | None = field(default=None, repr=False)


@dataclass(slots=True, eq=False)
class LegacyTag(Node):
    """A tag of fixed text (`{"#": …}`), as ink before 1.1 compiled it."""

    text: str


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


class PathIndex:
    """The paths of a finished tree, found in one walk: of containers, and of `nop`s, which the
    compiler puts where branches meet again.

    Finding a path takes time in proportion to its length, and to nothing else: gathers without
    choices between them nest one in another, so real trees are a thousand containers deep.
    """

    def __init__(self, root: Container) -> None:
        self._nops: dict[Node, str] = {}
        stack: list[Container] = [root]
        while stack:
            container = stack.pop()
            depth = container.depth + 1
            before = container.length + 1
            for name, node in container.named.items():
                if isinstance(node, Container):
                    node.component = name
                    node.depth = depth
                    node.length = before + len(name)
                    stack.append(node)
            for index, node in enumerate(container.content):
                kind = type(node)
                if kind is Container:
                    assert isinstance(node, Container)
                    node.component = component = node.name or str(index)
                    node.depth = depth
                    node.length = before + len(component)
                    stack.append(node)
                elif kind is Command:
                    assert isinstance(node, Command)
                    if node.name == "nop":
                        self._nops[node] = str(index)

    def absolute(self, node: Node) -> str:
        """The path from the root: `kitchen.0.g-0`."""
        parts: list[str] = []
        holder: Container | None = node if isinstance(node, Container) else node.parent
        if holder is not node:
            parts.append(self._nops[node])
        while holder is not None and holder.parent is not None:
            parts.append(holder.component)
            holder = holder.parent
        parts.reverse()
        return ".".join(parts)

    def compact(self, here: Node, there: Node) -> str:
        """How ink writes the path to `there` in a node `here` that is no container: the shorter of
        its two ways.

        The way from `here` climbs to what both share (`.^.^.g-0`); where that is the root there
        is no such way. From there on both are the same.
        """
        down: list[str] = []
        one, other = here.parent, there.parent
        if isinstance(there, Container):
            other = there
        else:
            down.append(self._nops[there])
        up = 1
        while one is not other:
            assert one is not None
            assert other is not None
            one_depth, other_depth = one.depth, other.depth
            if one_depth >= other_depth:
                up += 1
                one = one.parent
            if other_depth >= one_depth:
                down.append(other.component)
                other = other.parent
        assert one is not None
        if one.parent is None or 2 * up >= one.length:
            return self.absolute(there)
        down.reverse()
        return f"{'.^' * up}.{'.'.join(down)}" if down else ".^" * up

    def top(self, node: Node) -> tuple[str, int]:
        """The first component of the absolute path of a node that is no container ("" for an
        index), and how many components the path has."""
        holder = node.parent
        assert holder is not None, "the root has no path"
        depth = holder.depth + 1
        above = holder.parent
        if above is None:
            return "", depth
        while above.parent is not None:
            holder, above = above, above.parent
        return holder.component, depth


def resolve_path(start: Node, path: str) -> tuple[Node, bool]:
    """The node `path` names as seen from `start`, and whether that is exact.

    As in ink, a relative path starts at the container that is, or holds, `start`; a path that
    breaks off resolves to the last node that exists, and the second value is then False.
    """
    if path.startswith("."):
        node: Node = start
        components = path[1:].split(".")
        if not isinstance(node, Container):
            # ink counts the holder of a non-container as the first step up
            if components and components[0] == "^":
                components = components[1:]
            assert node.parent is not None
            node = node.parent
    else:
        node = start
        while node.parent is not None:
            node = node.parent
        components = path.split(".") if path else []
    for component in components:
        if not isinstance(node, Container):
            return node, False
        found = node.child(component)
        if found is None:
            return node, False
        node = found
    return node, True
