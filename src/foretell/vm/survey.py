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

from collections.abc import Iterable
from typing import Final

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
        self._number_containers()

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
        """Number containers in preorder, so that those within one are an interval."""
        stack: list[tuple[Container, str, bool]] = [(self.root, "", False)]
        open_ids: list[int] = []
        while stack:
            node, path, leaving = stack.pop()
            if leaving:
                self.container_ends[open_ids.pop()] = len(self.containers)
                continue
            number = len(self.containers)
            self.container_ids[id(node)] = number
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
            stack.append((node, path, True))
            inner: list[tuple[Container, str, bool]] = []
            prefix = f"{path}." if path else ""
            for index, child in enumerate(node.content):
                if isinstance(child, Container):
                    inner.append((child, f"{prefix}{child.name or index}", False))
            for name, child in node.named.items():
                if isinstance(child, Container):
                    inner.append((child, f"{prefix}{name}", False))
            stack.extend(reversed(inner))

    def _find_globals(self) -> None:
        declarations = self.root.named.get(DECLARATIONS)
        if isinstance(declarations, Container):
            for node in declarations.walk():
                if isinstance(node, Assign) and node.is_global and node.is_declaration:
                    self.globals.setdefault(node.name, len(self.globals))
        for node in self.root.walk():
            if isinstance(node, Assign) and node.is_global:
                self.globals.setdefault(node.name, len(self.globals))

    def unit_of(self, node: Node) -> int:
        """The id of the knot (or the top of the story) that `node` belongs to."""
        child = node
        while child.parent is not None and child.parent is not self.root:
            child = child.parent
        if (
            isinstance(child, Container)
            and child.parent is self.root
            and self.root.named.get(child.name or "") is child
        ):
            return id(child)
        return id(self.root)

    def _find_scopes(self) -> None:
        """Group knots that share a frame, and give each group's temporaries slots."""
        group: dict[int, int] = {}

        def find(unit: int) -> int:
            while group.setdefault(unit, unit) != unit:
                unit = group[unit]
            return unit

        def join(a: int, b: int) -> None:
            group[find(a)] = find(b)

        find(id(self.root))
        taken: list[int] = []
        jumping: list[int] = []
        tunnelling: list[int] = []
        overrides = False
        names: dict[int, set[str]] = {}
        units: dict[int, int] = {id(self.root): id(self.root)}
        nodes: Iterable[Node] = self.root.walk()
        for node in nodes:
            parent = node.parent
            if isinstance(node, Container):
                if parent is self.root and self.root.named.get(node.name or "") is node:
                    units[id(node)] = id(node)
                else:
                    units[id(node)] = units[id(parent)]
                continue
            unit = units[id(parent)]
            if isinstance(node, Divert):
                if node.variable:
                    if node.kind == "->" and node.target != RETURN_VARIABLE:
                        jumping.append(unit)
                    elif node.kind == "->t->":
                        tunnelling.append(unit)
                    names.setdefault(unit, set()).add(node.target)
                elif node.kind == "->":
                    found, _ = resolve_path(node, node.target)
                    join(unit, units.get(id(found)) or self.unit_of(found))
                elif node.kind == "->t->":
                    tunnelling.append(unit)
            elif isinstance(node, ChoicePoint):
                found, _ = resolve_path(node, node.target)
                join(unit, self.unit_of(found))
            elif isinstance(node, DivertTarget):
                if not self.is_return_address(node):
                    found, _ = resolve_path(node, node.target)
                    taken.append(self.unit_of(found))
            elif isinstance(node, Command) and node.name == "->->":
                overrides = overrides or not self._after_void(node)
            elif (isinstance(node, Assign) and not node.is_global) or isinstance(
                node, VariableReference | VariablePointer
            ):
                names.setdefault(unit, set()).add(node.name)
        if taken and (jumping or overrides):
            for unit in [*taken, *jumping, *(tunnelling if overrides else [])]:
                join(unit, taken[0])
        scope_of_group: dict[int, int] = {find(id(self.root)): 0}
        self.scope_slots.append({})
        for unit in set(units.values()):
            scope = scope_of_group.setdefault(find(unit), len(scope_of_group))
            self.scope_of_unit[unit] = scope
            if scope == len(self.scope_slots):
                self.scope_slots.append({})
        for unit, found_names in names.items():
            slots = self.scope_slots[self.scope_of_unit[unit]]
            for name in sorted(found_names):
                if name not in self.globals and name not in slots:
                    slots[name] = len(slots)

    def is_return_address(self, node: DivertTarget) -> bool:
        """Whether this target is only put into `$r`."""
        assert node.parent is not None
        content = node.parent.content
        index = next(i for i, other in enumerate(content) if other is node)
        for other in content[index + 1 : index + 3]:
            if isinstance(other, Assign):
                return other.name == RETURN_VARIABLE
            if not (isinstance(other, Command) and other.name == "/ev"):
                return False
        return False

    @staticmethod
    def _after_void(node: Command) -> bool:
        assert node.parent is not None
        content = node.parent.content
        index = next(i for i, other in enumerate(content) if other is node)
        before = [c for c in content[max(0, index - 2) : index] if not isinstance(c, Command)]
        return bool(before) and isinstance(before[-1], VoidValue)

    def _find_places(self) -> None:
        """Knots and stitches, functions left out: what `here` may name."""
        functions: set[int] = set()
        labels: set[int] = set()
        for node in self.root.walk():
            if isinstance(node, Divert) and not node.variable and node.kind in ("f()", "x()"):
                if node.kind == "x()":
                    found: Node | None = self.root.named.get(node.target)
                else:
                    found, _ = resolve_path(node, node.target)
                functions.add(id(found))
            elif isinstance(node, ChoicePoint):
                found, _ = resolve_path(node, node.target)
                labels.add(id(found))
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
