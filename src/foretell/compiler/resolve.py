"""What names mean: where a divert may go, what a variable is, which names clash.

Everything a story declares is collected in one walk, before anything is emitted. Looking up a
path such as `kitchen.drawer` then follows ink's own rules: its first name is sought among the
labels, the name and the stitches of the flow where it is used (in a knot, also the labels inside
its stitches), then of the flow around it, up to the knots of the story; each further name among
what the one before it holds.

Variables are found among the parameters and temporaries of the flow alone, then the globals. As
in ink's own compiler, temporaries declared outside any knot count as globals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from collections.abc import Sequence as SequenceOf
from typing import Final

from foretell.compiler.ast import (
    KNOT,
    STORY,
    Argument,
    Assignment,
    Branch,
    Choice,
    ConstDeclaration,
    ExternalDeclaration,
    Flow,
    Gather,
    Include,
    ListDeclaration,
    ListItem,
    Name,
    Number,
    Return,
    Sequence,
    StringExpression,
    Syntax,
    Text,
    VarDeclaration,
    walk,
)
from foretell.diagnostics import Diagnostic, Severity, Span, closest

__all__ = ["MOST_JUMPS", "Declaration", "Label", "Problems", "Symbols", "Target"]

MOST_JUMPS: Final = 500_000
"""How many jumps a story may compile to: half a gigabyte or so once it is lowered."""

Label = Choice | Gather
Target = Flow | Choice | Gather
Declaration = VarDeclaration | ListDeclaration | Assignment

_DECLARING: Final = frozenset(
    {
        Choice,
        Gather,
        Assignment,
        VarDeclaration,
        ListDeclaration,
        ConstDeclaration,
        ExternalDeclaration,
        Return,
        Include,
    }
)
_JUMPING: Final = frozenset({Choice, Branch, Sequence})
_LABEL_LEVEL: Final = 3  # below stitches
_MOST_SUGGESTIONS: Final = 40
_MOST_NAMED: Final = 20  # lists, in one message
_MOST_LOOKED_AT: Final = 300_000  # names, in all suggestions: to compare one takes 2 µs
# `gold = gold - 5`, `gold += 2`, `gold++`: a whole line of text that looks like logic
_SETS: Final = re.compile(r"\s*(\w+)\s*(?:(?:=|\+=|-=)(?![=>]).*\S|\+\+|--)\s*")


class Problems:
    """The problems found so far, each place and code once."""

    def __init__(self, found: list[Diagnostic]) -> None:
        self.found = found

    def report(
        self,
        severity: Severity,
        code: str,
        message: str,
        span: Span,
        label: str = "",
        hint: str = "",
    ) -> None:
        self.found.append(Diagnostic(severity, code, message, span, label, hint))

    def error(self, code: str, message: str, span: Span, label: str = "", hint: str = "") -> None:
        self.report("error", code, message, span, label, hint)

    def too_many_jumps(self, span: Span) -> None:
        self.error(
            "too-large",
            f"the story compiles to more than {MOST_JUMPS:,} jumps",
            span,
            "up to here",
            "it is too large to be compiled as one story",
        )

    def warning(self, code: str, message: str, span: Span, label: str = "", hint: str = "") -> None:
        self.report("warning", code, message, span, label, hint)


class Symbols:
    """Everything that has a name in `story`."""

    def __init__(self, story: Flow, problems: Problems) -> None:
        self.story = story
        self.problems = problems
        self.flows: list[Flow] = []
        self.labels: dict[Flow, dict[str, Label]] = {}
        self.children: dict[Flow, dict[str, Flow]] = {}
        self.owners: dict[Flow, Flow] = {}  # of each flow but the story: what holds it
        self.temps: dict[Flow, dict[str, Assignment]] = {}
        self.globals: dict[str, Declaration] = {}
        self.constants: dict[str, ConstDeclaration] = {}
        self.constant_list: list[ConstDeclaration] = []
        self.lists: dict[str, ListDeclaration] = {}
        self.externals: dict[str, ExternalDeclaration] = {}
        self.returns: dict[Flow, Return] = {}  # the first `~ return` in a flow's own weave
        self.words = 0
        self.is_whole = True  # else there are more than `MOST_JUMPS`, and the rest is not known
        self._jumps = 0  # that choices, branches and sequences will be
        self._printed: list[Text] = []  # text that might have been meant as logic
        self._suggestions = self._looked_at = 0
        self._inside_knot: dict[Flow, dict[str, Target]] = {}
        self._items: dict[str, list[tuple[ListDeclaration, ListItem]]] = {}
        self._item_of: dict[tuple[str, str], tuple[ListDeclaration, ListItem]] = {}  # by both names
        self._collect(story)
        for text in self._printed:
            self._check_printed(text)
        for declaration in self.lists.values():
            for item in declaration.items:
                found = declaration, item
                if (
                    self._item_of.setdefault((declaration.name.text, item.name.text), found)
                    is found
                ):
                    self._items.setdefault(item.name.text, []).append(found)

    def _check_printed(self, text: Text) -> None:
        """Warn of a line that would set a variable if it began with `~`: it is printed."""
        match = _SETS.fullmatch(text.text)
        if match is None or match[1] not in self.globals:
            return
        before = text.span.source.line(text.span.line)[: text.span.column - 1]
        if not before.strip(" \t-*+"):
            self.problems.warning(
                "printed-logic",
                f"this line is shown to readers; it does not set `{match[1]}`",
                text.span,
                hint=f"logic begins with a tilde: `~ {text.text.strip()}`",
            )

    # --- collecting -----------------------------------------------------------------------

    def _collect(self, story: Flow) -> None:
        stack: list[Flow] = [story]
        while stack:
            flow = stack.pop()
            self.flows.append(flow)
            self.labels[flow] = {}
            self.temps[flow] = {}
            self.children[flow] = {f.name.text: f for f in flow.flows if f.name is not None}
            for child in flow.flows:
                self.owners[child] = flow
            if flow.weave is not None:
                for node in walk(flow.weave):
                    kind = type(node)
                    if kind is Text:
                        assert isinstance(node, Text)
                        text = node.text
                        self.words += len(text.split())
                        if "=" in text or "++" in text or "--" in text:
                            self._printed.append(node)
                        continue
                    if kind in _DECLARING:
                        self._declare(node, flow)
                    if kind in _JUMPING:
                        self._jumps += _jumps(node)
                        if self._jumps > MOST_JUMPS:
                            self.is_whole = False
                            self.problems.too_many_jumps(node.span)
                            return
            stack.extend(reversed(flow.flows))
        for flow in self.flows:
            if flow.level == KNOT:
                inside = self._inside_knot.setdefault(flow, {})
                for stitch in self.children[flow].values():
                    if stitch.name is not None:
                        inside.setdefault(stitch.name.text, stitch)
                    for name, label in self.labels[stitch].items():
                        inside.setdefault(name, label)

    def _declare(self, node: Syntax, flow: Flow) -> None:
        match node:
            case Choice() | Gather():
                if node.label is not None:
                    self._declare_label(node, node.label, flow)
            case Assignment():
                if node.is_temp:
                    if flow.level == STORY:
                        self._declare_variable(node)
                    else:
                        self._declare_temp(node, flow)
            case VarDeclaration():
                self._declare_variable(node)
            case ListDeclaration():
                self._declare_variable(node)
                self.lists[node.name.text] = node
            case ConstDeclaration():
                self._declare_constant(node)
            case ExternalDeclaration():
                self._declare_external(node)
            case Return():
                self.returns.setdefault(flow, node)
            case Include():
                if flow.level != STORY and node.flow is not None:
                    self.problems.warning(
                        "include-in-knot",
                        f"nothing of `{node.path}` is in the story: it is included inside"
                        f" the {flow.kind} `{flow.name.text if flow.name else ''}`",
                        node.span,
                        "ink ignores it here",
                        "move the INCLUDE above the first knot",
                    )
            case _:
                pass

    def _declare_label(self, node: Label, label: Name, flow: Flow) -> None:
        earlier = self.labels[flow].get(label.text)
        if earlier is not None and earlier.label is not None:
            self.problems.error(
                "duplicate-label",
                f"there is already a label `{label.text}` here",
                label.span,
                "second",
                f"the first is at {earlier.label.span.place}",
            )
        self.labels[flow][label.text] = node

    def _declare_variable(self, node: Declaration) -> None:
        earlier = self.globals.setdefault(node.name.text, node)
        if earlier is not node:
            self._duplicate_variable(node, earlier)

    def _declare_temp(self, node: Assignment, flow: Flow) -> None:
        earlier = self.temps[flow].setdefault(node.name.text, node)
        if earlier is not node:
            self._duplicate_variable(node, earlier)

    def _duplicate_variable(self, node: Declaration, earlier: Declaration) -> None:
        hint = f"the first is at {earlier.name.span.place}"
        if isinstance(node, Assignment):
            hint += f"; to give it another value write `~ {node.name.text} = …`, without `temp`"
        self.problems.error(
            "duplicate-variable",
            f"the variable `{node.name.text}` is declared twice",
            node.name.span,
            "second declaration",
            hint,
        )

    def _declare_constant(self, node: ConstDeclaration) -> None:
        earlier = self.constants.get(node.name.text)
        if earlier is not None and not _same_constant(earlier.value, node.value):
            self.problems.error(
                "duplicate-constant",
                f"the constant `{node.name.text}` is given two values",
                node.name.span,
                "second value",
                f"the first is at {earlier.name.span.place}",
            )
        self.constants[node.name.text] = node
        self.constant_list.append(node)

    def _declare_external(self, node: ExternalDeclaration) -> None:
        earlier = self.externals.setdefault(node.name.text, node)
        if earlier is not node:
            self.problems.error(
                "duplicate-external",
                f"the external function `{node.name.text}` is declared twice",
                node.name.span,
                "second declaration",
                f"the first is at {earlier.name.span.place}",
            )

    # --- paths ----------------------------------------------------------------------------

    def find(self, path: SequenceOf[str], flow: Flow) -> Target | None:
        """What `path` names when it is used inside `flow`."""
        found: Target | None = None
        context: Flow | None = flow
        while context is not None and found is None:
            found = self.labels[context].get(path[0]) or self._child(
                context, path[0], None, context.level == KNOT
            )
            context = self.owners.get(context)
        for name in path[1:]:
            if not isinstance(found, Flow):
                return None
            found = self._child(found, name, found.level + 1, found.level == KNOT)
        return found

    def find_from(self, flow: Flow, name: str) -> Target | None:
        """What `name` means to the head of `flow` itself, as a parameter's name would."""
        owner = self.owners.get(flow)
        return self._child(flow, name, None, True) or (
            self.find((name,), owner) if owner is not None else None
        )

    def _child(self, flow: Flow, name: str, level: int | None, deep: bool) -> Target | None:
        """What `flow` holds under `name`; `level` says which level it must have, None any."""
        if level in (flow.level, None) and flow.name is not None and name == flow.name.text:
            return flow
        if level in (_LABEL_LEVEL, None):
            label = self.labels[flow].get(name)
            if label is not None:
                return label
        if level != _LABEL_LEVEL:
            if level is not None and level < flow.level:
                return None
            child = self.children[flow].get(name)
            if child is not None and level in (None, child.level):
                return child
        return self._deep_child(flow, name) if deep else None

    def _deep_child(self, flow: Flow, name: str) -> Target | None:
        label = self.labels[flow].get(name)
        if label is not None:
            return label
        return self._inside_knot.get(flow, {}).get(name)

    # --- variables ------------------------------------------------------------------------

    def argument(self, name: str, flow: Flow) -> Argument | None:
        """The parameter `name` of `flow`."""
        return next((a for a in flow.arguments if a.name.text == name), None)

    def is_local(self, name: str, flow: Flow) -> bool:
        """Whether `name` is a parameter or a temporary of `flow`."""
        return name in self.temps[flow] or self.argument(name, flow) is not None

    def is_variable(self, name: str, flow: Flow) -> bool:
        """Whether `name` is a variable that `flow` can use."""
        return self.is_local(name, flow) or name in self.globals

    def list_item(
        self, list_name: str | None, item_name: str, span: Span
    ) -> tuple[ListDeclaration, ListItem] | None:
        """The item of that name, in that list or in any; an error if several lists have it."""
        if list_name is not None:
            return self._item_of.get((list_name, item_name))
        found = self._items.get(item_name, [])
        if len(found) > 1:
            names = ", ".join(f"`{d.name.text}.{item_name}`" for d, _ in found[:_MOST_NAMED])
            names += " …" if len(found) > _MOST_NAMED else ""
            self.problems.error(
                "ambiguous-item",
                f"several lists have an item `{item_name}`",
                span,
                "which one?",
                f"write one of {names}",
            )
        return found[0] if found else None

    # --- suggestions ----------------------------------------------------------------------

    def _may_suggest(self) -> bool:
        self._suggestions += 1
        return self._suggestions <= _MOST_SUGGESTIONS and self._looked_at <= _MOST_LOOKED_AT

    def _closest(self, names: SequenceOf[str], candidates: Mapping[str, Span]) -> str:
        """A hint that names the candidate most like one of the names."""
        for name in names:
            self._looked_at += len(candidates)
            found = closest(name, candidates) if self._looked_at <= _MOST_LOOKED_AT else None
            if found is not None:
                return f"did you mean `{found}`? ({candidates[found].place})"
        return ""

    def suggest_target(self, path: SequenceOf[str], flow: Flow) -> str:
        """A hint that names the knot, stitch or label most like `path`."""
        if not self._may_suggest():
            return ""
        names = [".".join(path), path[-1]] if len(path) > 1 else path
        return self._closest(names, dict(self._targets(flow)))

    def _targets(self, flow: Flow) -> Iterator[tuple[str, Span]]:
        around = self.owners.get(flow)
        for other in self.flows:
            prefix = ""
            owner = self.owners.get(other)
            if other.name is not None:
                prefix = other.name.text
                if owner is not None and owner.name is not None and owner not in (flow, around):
                    prefix = f"{owner.name.text}.{prefix}"
                yield prefix, other.span
            for name, label in self.labels[other].items():
                is_near = other in (flow, around) or owner is flow
                yield (name if is_near or not prefix else f"{prefix}.{name}"), label.span

    def suggest_variable(self, name: str, flow: Flow) -> str:
        """A hint that names the variable, item or knot most like `name`."""
        if not self._may_suggest():
            return ""
        candidates: dict[str, Span] = {}
        for key, constant in self.constants.items():
            candidates[key] = constant.name.span
        for key, items in self._items.items():
            candidates[key] = items[0][1].span
        for child in self.story.flows:
            if child.name is not None:
                candidates[child.name.text] = child.span
        for key, declared in self.globals.items():
            candidates[key] = declared.name.span
        for key, temp in self.temps[flow].items():
            candidates[key] = temp.name.span
        for argument in flow.arguments:
            candidates[argument.name.text] = argument.name.span
        return self._closest([name], candidates)


def _jumps(node: Syntax) -> int:
    """How many jumps a choice, branch or sequence is, without those that it holds."""
    match node:
        case Choice():
            return 1 if node.start is None else 5
        case Sequence():
            return 2 * len(node.elements)
        case _:
            return 2


def _same_constant(one: Syntax, other: Syntax) -> bool:
    match one, other:
        case Number(), Number():
            return type(one.value) is type(other.value) and one.value == other.value
        case StringExpression(items=[Text(text=a)]), StringExpression(items=[Text(text=b)]):
            return a == b
        case _:
            return False
