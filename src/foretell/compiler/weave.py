"""The weave: how indentation turns a flat list of statements into nested choices and gathers.

Bullets and dashes count how deep a choice or gather stands. A weave holds the content of one
depth; what is deeper, up to the next point that is not, becomes a weave inside it:

    * a                Weave 0 ┬ Choice a
    * * b                      ├ Weave 1 ┬ Choice b
        text                   │         └ Text
    - c                        └ Gather c

What flows off the end of a choice or gather is a *loose end*; the next gather of its weave, or of
a weave around it, collects it (see `emit`). This module also tells whether content ends
of its own accord, by a divert, which is what the warning about loose ends needs to know.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from foretell.compiler.ast import (
    Choice,
    ConstDeclaration,
    Divert,
    DivertTargetExpression,
    Gather,
    ListDeclaration,
    Syntax,
    Text,
    TunnelOnwards,
    VarDeclaration,
    Weave,
    walk,
)
from foretell.diagnostics import Span

__all__ = [
    "build_weave",
    "following",
    "has_points",
    "last_significant",
    "terminates",
]


_POINTS: Final = (Choice, Gather)


def build_weave(items: list[Syntax], span: Span, base: int | None = None) -> Weave:
    """The weave of `items`, whose own points stand at depth `base + 1`.

    Without a base the first point of `items` decides.
    """
    points: list[Choice | Gather] = [i for i in items if isinstance(i, _POINTS)]
    if base is None:
        base = points[0].depth - 1 if points else 0
    if not points:
        return Weave(span, items, base)
    found: list[Syntax] = []
    index = 0
    count = len(items)
    while index < count:
        item = items[index]
        if isinstance(item, _POINTS) and item.depth - 1 > base:
            end = index + 1
            while end < count:
                other = items[end]
                if isinstance(other, _POINTS) and other.depth - 1 <= base:
                    break
                end += 1
            found.append(build_weave(items[index:end], item.span, item.depth - 1))
            index = end
        else:
            found.append(item)
            index += 1
    return Weave(span, found, base)


def has_points(weave: Weave) -> bool:
    """Whether `weave` has choices or gathers of its own depth."""
    return any(isinstance(i, _POINTS) for i in weave.items)


def _is_declaration(item: Syntax) -> bool:
    """Whether `item` declares something global, which is no part of the flow."""
    return isinstance(item, VarDeclaration | ListDeclaration | ConstDeclaration)


def last_significant(weave: Weave) -> Syntax | None:
    """The last item that is neither a line end nor a declaration, nested weaves included."""
    last: Syntax | None = None
    for last in reversed(weave.items):
        if isinstance(last, Text) and last.text == "\n":
            continue
        if not _is_declaration(last):
            break
    return last_significant(last) if isinstance(last, Weave) else last


def following(point: Choice | Gather, weave: Weave, index: int) -> Iterator[Syntax]:
    """What is met after `point`, item `index` of `weave`: its own content, then its neighbours'."""
    for slot in point.children:
        child = getattr(point, slot)
        if child is not None:
            yield child
    for item in weave.items[index + 1 :]:
        if isinstance(item, Choice | Gather | Weave):
            return
        if not _is_declaration(item):
            yield item


def terminates(items: Iterable[Syntax]) -> tuple[bool, Syntax | None]:
    """Whether `items` lead away for good, and if not the last of them."""
    terminated = False
    last: Syntax | None = None
    for item in items:
        for node in _outside_values(item):
            if isinstance(node, TunnelOnwards):
                return True, None
            if isinstance(node, Divert) and node.kind == "->":
                terminated = True
        last = item
    return terminated, None if terminated else last


def _outside_values(item: Syntax) -> Iterator[Syntax]:
    """`item` and what it holds, without the diverts that are values."""
    values: set[Divert] = set()
    for node in walk(item):
        if isinstance(node, DivertTargetExpression):
            values.add(node.divert)
        if not (isinstance(node, Divert) and node in values):
            yield node
