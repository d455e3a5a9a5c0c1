"""What lowering must know of a whole story before it lays out any of it.

A `Survey` walks the container tree and settles, once and for all,

    containers   a number each, in preorder, so that what lies within one is an interval;
                 a slot for each one whose visits or turns are counted
    globals      a slot each, in order of declaration
    scopes       which knots share a frame (they divert to one another), and a slot for each
                 temporary in it; a called function has a frame and a scope of its own
    places       knots and stitches, functions left out: what `here` may name

Where a divert goes to a variable, every knot whose name is used as a value may be meant, and all of
them share one scope.
"""

from __future__ import annotations

from typing import Any, Final

from foretell import container as tree
from foretell.container import (
    Assign,
    ChoicePoint,
    Command,
    CompiledStory,
    Container,
    Divert,
    DivertTarget,
    Node,
    VariablePointer,
    VariableReference,
    VoidValue,
    resolve_path,
)
from foretell.vm import values as V

__all__ = ["DECLARATIONS", "RETURN_VARIABLE", "Survey"]

DECLARATIONS: Final = "global decl"
RETURN_VARIABLE: Final = "$r"
_SURVEYED: Final = (
    Assign,
    ChoicePoint,
    Command,
    Divert,
    DivertTarget,
    VariablePointer,
    VariableReference,
)


class Survey:
    """The numbers and slots of everything in a compiled story."""

    def __init__(self, compiled: CompiledStory) -> None:
        self.root = compiled.root
        self.values = V.Values([""], compiled.list_definitions, [])
        self.container_ids: dict[int, int] = {}
        self.containers: list[Container] = []
        self.container_ends: list[int] = []
        self.container_paths: list[str] = []
        self.visit_slots: dict[int, int] = {}
        self.turn_slots: dict[int, int] = {}
        self.visit_names: list[str] = []
        self.turn_names: list[str] = []
        self.units: dict[int, int] = {}  # by the id of a container: the id of its knot
        self.resolved: dict[int, tuple[Node, bool]] = {}  # by the id of a node with a path
        self.led_to: set[int] = set()  # the ids of what paths lead to as content of its holder
        self.entered: set[int] = set()  # the ids of the containers that paths lead into
        self._found: dict[type[Node], list[tuple[Any, int, int]]] = {kind: [] for kind in _SURVEYED}
        self._number_containers()
        self._resolve()

        self.globals: dict[str, int] = {}
        self._find_globals()
        self.list_items = {
            name: self.values.list_of([(f"{origin}.{item}", n)])
            for origin, items in compiled.list_definitions.items()
            for item, n in items.items()
            for name in (item, f"{origin}.{item}")
        }
        self.temp_names: list[str] = []
        self.temp_ids: dict[str, int] = {}
        self.scope_of_unit: dict[int, int] = {}
        self.scope_slots: list[dict[str, int]] = []
        self._find_scopes()

        self.places: list[str] = [""]
        self.place_of_container: dict[int, int] = {}
        self._find_places()

    def _number_containers(self) -> None:
        """Number containers in preorder, so that those within one are an interval.

        What the rest of the survey asks about is noted on the way: in `_found`, by its kind, each
        node with its place in its container and the id of the knot it is in.
        """
        root = self.root
        found = self._found
        stack: list[tuple[Container, str, int]] = [(root, "", id(root))]
        open_ids: list[int] = []
        while stack:
            node, path, unit = stack.pop()
            if unit < 0:  # leaving it
                self.container_ends[open_ids.pop()] = len(self.containers)
                continue
            number = len(self.containers)
            self.container_ids[id(node)] = number
            self.units[id(node)] = unit
            self.containers.append(node)
            self.container_ends.append(0)
            self.container_paths.append(path)
            open_ids.append(number)
            if node.flags & tree.COUNT_VISITS:
                self.visit_slots[number] = len(self.visit_names)
                self.visit_names.append(path)
            if node.flags & tree.COUNT_TURNS:
                self.turn_slots[number] = len(self.turn_names)
                self.turn_names.append(path)
            stack.append((node, path, -1))
            inner: list[tuple[Container, str, int]] = []
            prefix = f"{path}." if path else ""
            for index, child in enumerate(node.content):
                kind = type(child)
                if kind is Container:
                    assert isinstance(child, Container)
                    inner.append((child, f"{prefix}{child.name or index}", unit))
                elif kind in found:
                    found[kind].append((child, index, unit))
            for name, child in node.named.items():
                if isinstance(child, Container):
                    inner.append((child, f"{prefix}{name}", id(child) if node is root else unit))
                elif type(child) in found:
                    found[type(child)].append((child, -1, unit))
            inner.reverse()
            stack.extend(inner)

    def _resolve(self) -> None:
        """Find out where every path leads, once."""
        resolved = self.resolved
        for kind in (Divert, ChoicePoint, DivertTarget):
            for node, _, _ in self._found[kind]:
                if kind is Divert and (node.variable or node.kind == "x()"):
                    continue
                found = resolved[id(node)] = resolve_path(node, node.target)
                is_item = node.target[-1:].isdecimal() or not isinstance(found[0], Container)
                (self.led_to if is_item else self.entered).add(id(found[0]))

    def leads_to(self, node: Node, path: str) -> tuple[Node, bool]:
        """The node that `path` as written in `node` names, and whether that is exact."""
        return self.resolved.get(id(node)) or resolve_path(node, path)

    def _find_globals(self) -> None:
        declarations = self.root.named.get(DECLARATIONS)
        if isinstance(declarations, Container):
            for node in declarations.walk():
                if isinstance(node, Assign) and node.is_global and node.is_declaration:
                    self.globals.setdefault(node.name, len(self.globals))
        for node, _, _ in self._found[Assign]:
            if node.is_global:
                self.globals.setdefault(node.name, len(self.globals))

    def unit_of(self, node: Node) -> int:
        """The id of the knot (or the top of the story) that `node` belongs to."""
        holder = node if isinstance(node, Container) else node.parent
        return self.units.get(id(holder), id(self.root))

    def _find_scopes(self) -> None:
        """Group knots that share a frame, and give each group's temporaries slots."""
        group: dict[int, int] = {}

        def find(unit: int) -> int:
            above = group.setdefault(unit, unit)
            while above != unit:
                group[unit] = group[above]  # halves the way for the next who asks
                unit = group[unit]
                above = group[unit]
            return unit

        def join(a: int, b: int) -> None:
            group[find(a)] = find(b)

        find(id(self.root))
        found = self._found
        taken: list[int] = []
        jumping: list[int] = []
        tunnelling: list[int] = []
        names: dict[int, set[str]] = {}
        for node, _, unit in found[Divert]:
            if node.variable:
                if node.kind == "->" and node.target != RETURN_VARIABLE:
                    jumping.append(unit)
                elif node.kind == "->t->":
                    tunnelling.append(unit)
                names.setdefault(unit, set()).add(node.target)
            elif node.kind == "->":
                join(unit, self.unit_of(self.resolved[id(node)][0]))
            elif node.kind == "->t->":
                tunnelling.append(unit)
        for node, _, unit in found[ChoicePoint]:
            join(unit, self.unit_of(self.resolved[id(node)][0]))
        for node, index, _ in found[DivertTarget]:
            if not self.is_return_address(node, index):
                taken.append(self.unit_of(self.resolved[id(node)][0]))
        overrides = any(
            node.name == "->->" and not self._after_void(node, index)
            for node, index, _ in found[Command]
        )
        for node, _, unit in found[Assign]:
            if not node.is_global:
                names.setdefault(unit, set()).add(node.name)
        for kind in (VariableReference, VariablePointer):
            for node, _, unit in found[kind]:
                names.setdefault(unit, set()).add(node.name)
        if taken and (jumping or overrides):
            for unit in [*taken, *jumping, *(tunnelling if overrides else [])]:
                join(unit, taken[0])
        scope_of_group: dict[int, int] = {find(id(self.root)): 0}
        self.scope_slots.append({})
        for unit in dict.fromkeys(self.units.values()):
            scope = scope_of_group.setdefault(find(unit), len(scope_of_group))
            self.scope_of_unit[unit] = scope
            if scope == len(self.scope_slots):
                self.scope_slots.append({})
        for unit, found_names in names.items():
            slots = self.scope_slots[self.scope_of_unit[unit]]
            for name in sorted(found_names):
                if name not in self.globals and name not in slots:
                    slots[name] = len(slots)

    def is_return_address(self, node: DivertTarget, index: int) -> bool:
        """Whether this target, item `index` of its container, is only put into `$r`."""
        assert node.parent is not None
        if index < 0:
            return False
        for other in node.parent.content[index + 1 : index + 3]:
            if isinstance(other, Assign):
                return other.name == RETURN_VARIABLE
            if not (isinstance(other, Command) and other.name == "/ev"):
                return False
        return False

    @staticmethod
    def _after_void(node: Command, index: int) -> bool:
        assert node.parent is not None
        before = node.parent.content[max(0, index - 2) : max(0, index)]
        values = [other for other in before if not isinstance(other, Command)]
        return bool(values) and isinstance(values[-1], VoidValue)

    def _find_places(self) -> None:
        """Knots and stitches, functions left out: what `here` may name."""
        functions: set[int] = set()
        labels: set[int] = set()
        for node, _, _ in self._found[Divert]:
            if node.kind == "x()" and not node.variable:
                functions.add(id(self.root.named.get(node.target)))
            elif node.kind == "f()" and not node.variable:
                functions.add(id(self.resolved[id(node)][0]))
        for node, _, _ in self._found[ChoicePoint]:
            labels.add(id(self.resolved[id(node)][0]))
        for name, knot in self.root.named.items():
            if name == DECLARATIONS or not isinstance(knot, Container) or id(knot) in functions:
                continue
            self.place_of_container[id(knot)] = len(self.places)
            self.places.append(name)
            for inner_name, stitch in knot.named.items():
                if isinstance(stitch, Container) and id(stitch) not in labels:
                    if inner_name[:2] in ("c-", "g-") or stitch.flags & tree.COUNT_AT_START:
                        continue
                    self.place_of_container[id(stitch)] = len(self.places)
                    self.places.append(f"{name}.{inner_name}")
