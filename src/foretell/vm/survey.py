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
    COMMANDS,
    END,
    Assign,
    ChoicePoint,
    Command,
    CompiledStory,
    Container,
    Divert,
    DivertTarget,
    Item,
    Node,
    Place,
    ReadCount,
    VariablePointer,
    VariableReference,
    VoidValue,
    container_at,
    resolve_path,
)
from foretell.vm import values as V

__all__ = ["DECLARATIONS", "RETURN_VARIABLE", "Survey"]

DECLARATIONS: Final = "global decl"
RETURN_VARIABLE: Final = "$r"


_ONWARDS: Final = COMMANDS["->->"]
_SURVEYED: Final = frozenset(
    {
        Assign,
        ChoicePoint,
        Container,
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
        self.visit_slots: dict[int, int] = {}
        self.turn_slots: dict[int, int] = {}
        self.visited: list[Container] = []  # the containers of those slots
        self.turned: list[Container] = []
        self.units: list[int] = []  # by a container's number: that of its knot, 0 for the top
        self.led_to: dict[Container, list[Item]] = {}  # the items that paths lead to
        self.items: dict[Container, Item] = {}  # the containers among those items
        self.entered: set[Container] = set()  # those without a name that paths lead into
        self.offering: set[int] = set()  # the numbers of the containers that offer choices
        self.bare = False  # whether there are choices without content
        # what is met on the way, each with its container
        self._diverts: list[tuple[Divert, Container]] = []
        self._points: list[tuple[ChoicePoint, Container]] = []
        self._targets: list[tuple[DivertTarget, Container, bool]] = []  # whether just for `$r`
        self._assigned: list[str] = []  # globals
        self._names: tuple[dict[int, set[str]], ...] = ({}, {}, {})  # diverted to, set, used
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
        self.place_of_container: dict[int, int] = {}  # by a container's number
        self.place_around: list[int] = [0] * len(self.containers)  # and of all, those they are in
        self._find_places()
        for noted in (self._diverts, self._points, self._targets):
            noted.clear()

    def _number_containers(self) -> None:
        """Number containers in preorder, so that those within one are an interval.

        What the rest of the survey asks about is noted on the way.
        """
        root = self.root
        containers, units = self.containers, self.units
        diverted, assigned, used = self._names
        stack = [root]
        while stack:
            container = stack.pop()
            container.number = number = len(containers)
            containers.append(container)
            parent = container.parent
            unit = 0
            if number and parent is not None:
                unit = units[parent.number]
                if not parent.number and root.named.get(container.component) is container:
                    unit = number
            units.append(unit)
            if container.flags:
                self._count(container)
            inner: list[Container] = []
            content: list[Any] = container.content
            for index, node in enumerate(content):
                kind = type(node)
                if kind not in _SURVEYED:
                    continue
                if kind is Container:
                    inner.append(node)
                elif kind is Divert:
                    place = node.place
                    if (
                        type(place) is Container
                        and place.parent is container
                        and number
                        and place.name
                        and node.kind == "->"
                    ):
                        continue  # from a container into what it holds: nothing to find out
                    self._diverts.append((node, container))
                    if node.variable:
                        diverted.setdefault(unit, set()).add(node.target)
                    elif node.kind != "x()":
                        self._resolve(node, container)
                elif kind is Assign:
                    if node.is_global:
                        self._assigned.append(node.name)
                    else:
                        assigned.setdefault(unit, set()).add(node.name)
                elif kind is VariableReference or kind is VariablePointer:
                    used.setdefault(unit, set()).add(node.name)
                elif kind is DivertTarget:
                    is_return = self.is_return_address(container, index)
                    self._targets.append((node, container, is_return))
                    self._resolve(node, container)
                elif kind is ChoicePoint:
                    self._points.append((node, container))
                    self._resolve(node, container)
                    self.offering.add(number)
                    self.bare = self.bare or self.is_bare(node, container)
            if container.named:
                inner += container.named.values()
            stack += reversed(inner)
        # the very integers that are numbers already: in a large story there are many
        ends = [container.number for container in containers[1:]]
        ends.append(len(containers))
        self.container_ends = ends
        for number in range(len(containers) - 1, 0, -1):
            parent = containers[number].parent
            assert parent is not None
            if ends[parent.number] < ends[number]:
                ends[parent.number] = ends[number]

    def _count(self, container: Container) -> None:
        """Give a container slots for what its flags ask to be counted."""
        if container.flags & tree.COUNT_VISITS:
            self.visit_slots[container.number] = len(self.visited)
            self.visited.append(container)
        if container.flags & tree.COUNT_TURNS:
            self.turn_slots[container.number] = len(self.turned)
            self.turned.append(container)

    def _resolve(self, node: Divert | ChoicePoint | DivertTarget, holder: Container) -> None:
        """Find out where a path leads, once."""
        place = node.place
        if place is None:
            place, exact = resolve_path(holder, node.target)
            if exact and node.target:
                node.place = place
        if type(place) is Container:
            if not place.name:
                self.entered.add(place)
        elif type(place) is Item:
            items = self.led_to.get(place.holder)
            if items is None:
                self.led_to[place.holder] = [place]
            elif items[-1] != place:
                items.append(place)
            container = container_at(place)
            if container is not None:
                self.items[container] = place

    def leads_to(
        self, node: Divert | ChoicePoint | DivertTarget | ReadCount, holder: Container
    ) -> Place:
        """Where the path in an item of `holder` leads, as far as it leads anywhere."""
        return node.place or resolve_path(holder, node.target)[0]

    def _find_globals(self) -> None:
        declarations = self.root.named.get(DECLARATIONS)
        if isinstance(declarations, Container):
            for node, _ in declarations.walk():
                if isinstance(node, Assign) and node.is_global and node.is_declaration:
                    self.globals.setdefault(node.name, len(self.globals))
        for name in self._assigned:
            self.globals.setdefault(name, len(self.globals))

    def number_of(self, place: Place) -> int:
        """The number of the container that is at a place, or else of the one that holds it."""
        if isinstance(place, Container):
            return place.number
        container = container_at(place)
        return place.holder.number if container is None else container.number

    def unit_of(self, place: Place) -> int:
        """The number of the knot that a place belongs to, 0 for the top of the story."""
        return self.units[self.number_of(place)]

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
        units = self.units
        for node, holder in self._diverts:
            unit = units[holder.number]
            if node.variable:
                if node.kind == "->" and node.target != RETURN_VARIABLE:
                    jumping.append(unit)
                elif node.kind == "->t->":
                    tunnelling.append(unit)
            elif node.kind == "->":
                place = self.leads_to(node, holder)
                other = units[place.number] if type(place) is Container else self.unit_of(place)
                if other != unit:
                    join(unit, other)
            elif node.kind == "->t->":
                tunnelling.append(unit)
        for point, holder in self._points:
            unit = units[holder.number]
            other = self.unit_of(self.leads_to(point, holder))
            if other != unit:
                join(unit, other)
        for value, holder, is_return in self._targets:
            if not is_return:
                taken.append(self.unit_of(self.leads_to(value, holder)))
        overrides = bool(taken) and self._overrides()
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

    @staticmethod
    def is_bare(node: ChoicePoint, holder: Container) -> bool:
        """Whether a choice has no content: neither text nor a condition."""
        return node.flags & 7 == 0 and holder.content[0] is node

    @staticmethod
    def is_return_address(container: Container, index: int) -> bool:
        """Whether the divert target at `index` of a container is only put into `$r`."""
        content = container.content
        index += 1
        if index < len(content) and content[index] is END:
            index += 1
        after = content[index] if index < len(content) else None
        return isinstance(after, Assign) and after.name == RETURN_VARIABLE

    def _overrides(self) -> bool:
        """Whether a tunnel goes on somewhere else than back."""
        contents = (container.content for container in self.containers)
        return not all(self._all_after_void(each) for each in contents if _ONWARDS in each)

    @staticmethod
    def _all_after_void(content: list[Node]) -> bool:
        """Whether each `->->` there follows nothing but a void value: it only goes back."""
        for index, node in enumerate(content):
            if node is _ONWARDS:
                before = content[max(0, index - 2) : index]
                values = [other for other in before if not isinstance(other, Command)]
                if not values or not isinstance(values[-1], VoidValue):
                    return False
        return True

    def _find_places(self) -> None:
        """Knots and stitches, functions left out: what `here` may name."""
        functions: set[Container | None] = set()
        labels: set[Container | None] = set()
        for node, holder in self._diverts:
            if node.kind == "x()" and not node.variable:
                functions.add(self.root.named.get(node.target))
            elif node.kind == "f()" and not node.variable:
                functions.add(container_at(self.leads_to(node, holder)))
        for point, holder in self._points:
            labels.add(container_at(self.leads_to(point, holder)))
        for name, knot in self.root.named.items():
            if name == DECLARATIONS or knot in functions:
                continue
            self.place_of_container[knot.number] = len(self.places)
            self.places.append(name)
            for inner_name, stitch in knot.named.items():
                if stitch not in labels:
                    if inner_name[:2] in ("c-", "g-") or stitch.flags & tree.COUNT_AT_START:
                        continue
                    self.place_of_container[stitch.number] = len(self.places)
                    self.places.append(f"{name}.{inner_name}")
        # what is within another follows it: the innermost place is written last
        for number, place in sorted(self.place_of_container.items()):
            end = self.container_ends[number]
            self.place_around[number:end] = [place] * (end - number)
