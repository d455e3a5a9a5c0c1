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
    ReadCount,
    VariablePointer,
    VariableReference,
    VoidValue,
    resolve_path,
)
from foretell.vm import values as V

__all__ = ["DECLARATIONS", "RETURN_VARIABLE", "Survey"]

DECLARATIONS: Final = "global decl"
RETURN_VARIABLE: Final = "$r"
_SURVEYED: Final = frozenset(
    {
        Assign,
        ChoicePoint,
        Command,
        Divert,
        DivertTarget,
        VariablePointer,
        VariableReference,
    }
)


class Survey:
    """The numbers and slots of everything in a compiled story."""

    def __init__(self, compiled: CompiledStory) -> None:
        self.root = compiled.root
        self.values = V.Values([""], compiled.list_definitions, [])
        self.containers: list[Container] = []
        self.container_ends: list[int] = []
        self.container_paths: list[str] = []
        self.visit_slots: dict[int, int] = {}
        self.turn_slots: dict[int, int] = {}
        self.visit_names: list[str] = []
        self.turn_names: list[str] = []
        self.units: list[int] = []  # by a container's number: that of its knot, 0 for the top
        self.led_to: set[Node] = set()  # what paths lead to as content of its holder
        self.entered: set[Node] = set()  # the containers that paths lead into
        self.offering: set[int] = set()  # the numbers of the containers that offer choices
        # what is met on the way, each with the number of its knot
        self._diverts: list[tuple[Divert, int]] = []
        self._points: list[tuple[ChoicePoint, int]] = []
        self._targets: list[tuple[DivertTarget, bool]] = []  # and whether it only goes into `$r`
        self._assigned: list[str] = []  # globals
        self._names: tuple[dict[int, set[str]], ...] = ({}, {}, {})  # diverted to, set, used
        self._overrides = False  # whether a tunnel goes on somewhere else than back
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
        self.place_of_container: dict[int, int] = {}  # by a container's number
        self._find_places()

    def _number_containers(self) -> None:
        """Number containers in preorder, so that those within one are an interval.

        What the rest of the survey asks about is noted on the way.
        """
        root = self.root
        root.number = 0
        containers, paths, units = self.containers, self.container_paths, self.units
        stack: list[tuple[Container, str]] = [(root, "")]
        while stack:
            node, component = stack.pop()
            number = len(containers)
            parent = node.parent
            if not number or parent is None:
                path, unit = "", 0
            else:
                above = parent.number
                path = f"{paths[above]}.{component}" if above else component
                unit = units[above]
                if not above and root.named.get(component) is node:
                    unit = number
            node.number = number
            containers.append(node)
            paths.append(path)
            units.append(unit)
            flags = node.flags
            if flags & tree.COUNT_VISITS:
                self.visit_slots[number] = len(self.visit_names)
                self.visit_names.append(path)
            if flags & tree.COUNT_TURNS:
                self.turn_slots[number] = len(self.turn_names)
                self.turn_names.append(path)
            inner: list[tuple[Container, str]] = []
            for index, child in enumerate(node.content):
                kind = type(child)
                if kind is Container:
                    assert isinstance(child, Container)
                    inner.append((child, child.name or str(index)))
                elif kind is Command:
                    assert isinstance(child, Command)
                    if child.name == "->->":
                        self._note(child, index, unit)
                elif kind in _SURVEYED:
                    self._note(child, index, unit)
            for name, child in node.named.items():
                if isinstance(child, Container):
                    inner.append((child, name))
                elif type(child) in _SURVEYED:
                    self._note(child, -1, unit)
            inner.reverse()
            stack += inner
        self.container_ends = ends = list(range(1, len(containers) + 1))
        for number in range(len(containers) - 1, 0, -1):
            parent = containers[number].parent
            assert parent is not None
            if ends[parent.number] < ends[number]:
                ends[parent.number] = ends[number]

    def _note(self, node: Node, index: int, unit: int) -> None:
        """Note what the survey asks of a node, item `index` of its container (-1 beside it)."""
        diverted, assigned, used = self._names
        match node:
            case Command():
                if node.name == "->->" and not self._after_void(node, index):
                    self._overrides = True
            case Divert():
                self._diverts.append((node, unit))
                if node.variable:
                    diverted.setdefault(unit, set()).add(node.target)
            case Assign():
                if node.is_global:
                    self._assigned.append(node.name)
                else:
                    assigned.setdefault(unit, set()).add(node.name)
            case DivertTarget():
                self._targets.append((node, self.is_return_address(node, index)))
            case VariableReference() | VariablePointer():
                used.setdefault(unit, set()).add(node.name)
            case ChoicePoint():
                self._points.append((node, unit))
                assert node.parent is not None
                self.offering.add(node.parent.number)

    def _resolve(self) -> None:
        """Find out where every path leads, once."""
        divert: Divert | ChoicePoint | DivertTarget
        for divert, _ in self._diverts:
            if not divert.variable and divert.kind != "x()":
                self._resolve_one(divert)
        for divert, _ in self._points:
            self._resolve_one(divert)
        for divert, _ in self._targets:
            self._resolve_one(divert)

    def _resolve_one(self, node: Divert | ChoicePoint | DivertTarget) -> None:
        found = node.place
        if found is None:
            found, exact = resolve_path(node, node.target)
            if exact:
                node.place = found
        is_item = node.target[-1:].isdecimal() or not isinstance(found, Container)
        (self.led_to if is_item else self.entered).add(found)

    def leads_to(self, node: Node, path: str) -> tuple[Node, bool]:
        """The node that `path` as written in `node` names, and whether that is exact."""
        if isinstance(node, Divert | ChoicePoint | DivertTarget | ReadCount):
            place = node.place
            if place is not None:
                return place, True
        return resolve_path(node, path)

    def _find_globals(self) -> None:
        declarations = self.root.named.get(DECLARATIONS)
        if isinstance(declarations, Container):
            for node in declarations.walk():
                if isinstance(node, Assign) and node.is_global and node.is_declaration:
                    self.globals.setdefault(node.name, len(self.globals))
        for name in self._assigned:
            self.globals.setdefault(name, len(self.globals))

    def unit_of(self, node: Node) -> int:
        """The number of the knot that `node` belongs to, 0 for the top of the story."""
        holder = node if isinstance(node, Container) else node.parent
        return 0 if holder is None else self.units[holder.number]

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

        find(0)
        taken: list[int] = []
        jumping: list[int] = []
        tunnelling: list[int] = []
        for node, unit in self._diverts:
            if node.variable:
                if node.kind == "->" and node.target != RETURN_VARIABLE:
                    jumping.append(unit)
                elif node.kind == "->t->":
                    tunnelling.append(unit)
            elif node.kind == "->":
                other = self.unit_of(self.leads_to(node, node.target)[0])
                if other != unit:
                    join(unit, other)
            elif node.kind == "->t->":
                tunnelling.append(unit)
        for point, unit in self._points:
            other = self.unit_of(self.leads_to(point, point.target)[0])
            if other != unit:
                join(unit, other)
        for value, is_return in self._targets:
            if not is_return:
                taken.append(self.unit_of(self.leads_to(value, value.target)[0]))
        overrides = self._overrides
        names: dict[int, set[str]] = {}
        for some in self._names:
            for unit, found_names in some.items():
                names.setdefault(unit, set()).update(found_names)
        if taken and (jumping or overrides):
            for unit in [*taken, *jumping, *(tunnelling if overrides else [])]:
                join(unit, taken[0])
        scope_of_group: dict[int, int] = {find(0): 0}
        self.scope_slots.append({})
        for unit in dict.fromkeys(self.units):
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
        functions: set[Node | None] = set()
        labels: set[Node] = set()
        for node, _ in self._diverts:
            if node.kind == "x()" and not node.variable:
                functions.add(self.root.named.get(node.target))
            elif node.kind == "f()" and not node.variable:
                functions.add(self.leads_to(node, node.target)[0])
        for point, _ in self._points:
            labels.add(self.leads_to(point, point.target)[0])
        for name, knot in self.root.named.items():
            if name == DECLARATIONS or not isinstance(knot, Container) or knot in functions:
                continue
            self.place_of_container[knot.number] = len(self.places)
            self.places.append(name)
            for inner_name, stitch in knot.named.items():
                if isinstance(stitch, Container) and stitch not in labels:
                    if inner_name[:2] in ("c-", "g-") or stitch.flags & tree.COUNT_AT_START:
                        continue
                    self.place_of_container[stitch.number] = len(self.places)
                    self.places.append(f"{name}.{inner_name}")
