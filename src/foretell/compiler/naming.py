"""Names that clash: two things in one place that a name could mean.

ink has one space of names for knots, variables, lists, their items, labels and parameters, and
some names are its own. A name is checked against what ranks above it:

    knot < list < list item < VAR, CONST < stitch, label < parameter < temporary
"""

from __future__ import annotations

from typing import Final

from foretell.compiler.ast import (
    KNOT,
    STORY,
    Assignment,
    Choice,
    Flow,
    ListDeclaration,
    Name,
    Syntax,
    VarDeclaration,
)
from foretell.compiler.emit_expressions import BUILT_IN_FUNCTIONS
from foretell.compiler.expressions import RESERVED_WORDS
from foretell.compiler.resolve import Problems, Symbols, Target

__all__ = ["check_names"]

_KNOT: Final = 0
_LIST: Final = 1
_ITEM: Final = 2
_VARIABLE: Final = 3
_LABEL: Final = 4
_PARAMETER: Final = 5
_TEMPORARY: Final = 6


def check_names(symbols: Symbols, problems: Problems) -> None:
    """Report every name of a story that clashes with another."""
    checker = _NameChecker(symbols, problems)
    for flow in symbols.flows:
        checker.check_flow(flow)
    for declared in symbols.globals.values():
        checker.check_global(declared)
    for constant in symbols.constant_list:
        checker.check(constant, constant.name, _VARIABLE, "constant", symbols.story)


class _NameChecker:
    def __init__(self, symbols: Symbols, problems: Problems) -> None:
        self.symbols = symbols
        self.problems = problems
        self.knots: dict[str, Flow] = {
            f.name.text: f for f in symbols.story.flows if f.name is not None and f.level == KNOT
        }
        self.items: dict[str, Syntax] = {}
        for declaration in symbols.lists.values():
            for item in declaration.items:
                self.items.setdefault(item.name.text, item)

    def check_flow(self, flow: Flow) -> None:
        """The names of a knot or stitch, its parameters, labels and temporaries."""
        if flow.name is not None:
            rank = _KNOT if flow.level == KNOT else _LABEL
            self.check(flow, flow.name, rank, flow.kind, flow)
            owner = self.symbols.owners.get(flow)
            if flow.level != KNOT and owner is not None and owner.level != STORY:
                self._check_stitch(flow.name)
        seen: dict[str, Name] = {}
        for argument in flow.arguments:
            name = argument.name
            if seen.setdefault(name.text, name) is not name:
                self.problems.error(
                    "duplicate-parameter",
                    f"two parameters are called `{name.text}`",
                    name.span,
                    "second parameter",
                )
            self.check(flow, name, _PARAMETER, "parameter", flow)
        for label in self.symbols.labels[flow].values():
            if label.label is not None:
                kind = "choice label" if isinstance(label, Choice) else "gather label"
                self.check(label, label.label, _LABEL, kind, flow)
                self._check_label(label.label, flow)
        for temp in self.symbols.temps[flow].values():
            self.check(temp, temp.name, _TEMPORARY, "temporary variable", flow)

    def check_global(self, declared: VarDeclaration | ListDeclaration | Assignment) -> None:
        """The name of a variable that every flow sees, and of a list's items."""
        story = self.symbols.story
        if isinstance(declared, ListDeclaration):
            self.check(declared, declared.name, _LIST, "list", story)
            seen: set[str] = set()
            for item in declared.items:
                if item.name.text in seen:
                    self.problems.error(
                        "duplicate-item",
                        f"the list `{declared.name.text}` has two items `{item.name.text}`",
                        item.span,
                        "second item",
                    )
                seen.add(item.name.text)
                self.check(item, item.name, _ITEM, "list item", story)
        elif isinstance(declared, Assignment):
            self.check(declared, declared.name, _TEMPORARY, "temporary variable", story)
        else:
            self.check(declared, declared.name, _VARIABLE, "variable", story)

    def check(self, node: Syntax, name: Name, rank: int, kind: str, flow: Flow) -> None:
        """Report `name`, of `node` in `flow`, if something of a higher rank has it too."""
        text = name.text
        if not text:
            return
        if text in RESERVED_WORDS or text in BUILT_IN_FUNCTIONS:
            owner = "a word of ink's own" if text in RESERVED_WORDS else "a built-in function"
            self.problems.error(
                "reserved-name",
                f"a {kind} can't be called `{text}`, which is {owner}",
                name.span,
                "this name",
                "choose another name",
            )
            return
        clash = self._clash(node, text, rank, flow)
        if clash is not None:
            other, what = clash
            self.problems.error(
                "name-clash",
                f"the {kind} `{text}` has the same name as a {what}",
                name.span,
                "this name",
                f"the {what} is at {other.span.place}; rename one of them",
            )

    def _clash(self, node: Syntax, text: str, rank: int, flow: Flow) -> tuple[Syntax, str] | None:
        symbols = self.symbols
        knot = self.knots.get(text)
        twice = isinstance(node, Flow) and rank != _PARAMETER  # said as a knot declared twice
        if knot is not None and not twice and (knot is not node or rank == _PARAMETER):
            return knot, knot.kind
        if rank >= _LIST:
            declaration = symbols.lists.get(text)
            if declaration is not None and declaration is not node:
                return declaration, "list"
            item = self.items.get(text)
            if item is not None and rank != _ITEM:
                return item, "list item"
        if rank > _VARIABLE:
            variable = symbols.globals.get(text)
            if isinstance(variable, VarDeclaration) and variable is not node:
                return variable, "variable"
        if rank < _LABEL:
            return None
        target: Target | None
        if rank == _PARAMETER:
            target = symbols.find_from(flow, text)
        elif node is flow:
            target = None  # a flow always finds itself first
        else:
            target = symbols.find((text,), flow)
        if target is not None and target is not node:
            return target, _kind(target)
        if rank != _PARAMETER:
            argument = symbols.argument(text, flow)
            if argument is not None:
                return flow, f"parameter of the {flow.kind}"
        return None

    def _check_stitch(self, name: Name) -> None:
        """Stitches share no name with knots."""
        knot = self.knots.get(name.text)
        if knot is not None:
            self.problems.error(
                "name-clash",
                f"the stitch `{name.text}` has the same name as a {knot.kind}",
                name.span,
                "this name",
                f"the {knot.kind} is at {knot.span.place}; rename one of them",
            )

    def _check_label(self, name: Name, flow: Flow) -> None:
        """Labels share no name with the flows around them and what these hold."""
        around: Flow | None = flow
        while around is not None:
            for other in (around, self.symbols.children[around].get(name.text)):
                if other is not None and other.name is not None and other.name.text == name.text:
                    self.problems.error(
                        "name-clash",
                        f"the label `{name.text}` has the same name as a {other.kind}",
                        name.span,
                        "this name",
                        f"the {other.kind} is at {other.span.place}; rename one of them",
                    )
                    return
            around = self.symbols.owners.get(around)


def _kind(target: Target) -> str:
    if isinstance(target, Flow):
        return target.kind
    return "choice label" if isinstance(target, Choice) else "gather label"
