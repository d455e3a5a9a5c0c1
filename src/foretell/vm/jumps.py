"""Instructions as they are appended, and where jumps lead.

A jump may be written before what it leads to, so its operand waits until all is laid out. A text
that is laid out more than once stands elsewhere in each `Copy`, and what a jump counts is written
out as VISIT and TURN_MARK before it: every container that is entered and does not hold the jump's
origin already.

Nothing here knows what content means; `lower` lays it out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NoReturn

from foretell import container as tree
from foretell.container import (
    ChoicePoint,
    CompiledStory,
    Container,
    Divert,
    DivertTarget,
    Item,
    Node,
    Place,
    container_at,
    resolve_path,
)
from foretell.diagnostics import Diagnostic, StoryError
from foretell.vm import program as P
from foretell.vm.origins import NOWHERE, Origins
from foretell.vm.program import Target
from foretell.vm.survey import Survey

__all__ = ["Copy", "Jumps"]

_MOST_CLIMBED: Final = 8 << 20  # steps: a real story takes a few for each jump


@dataclass(slots=True, eq=False)
class Copy:
    """One laid-out copy of a shared container: where its `$r` leads. The story has no `root`.

    `pcs` says where places stand: an item before its visits, a container's inside after them.
    """

    root: Container | None = None
    back: Place | None = None
    is_first: bool = True
    pcs: dict[Place, int] = field(default_factory=dict)


class Jumps(Survey):
    """The code of a story so far."""

    def __init__(self, compiled: CompiledStory) -> None:
        super().__init__(compiled)
        self.code: list[int] = []
        self.length = 0  # instructions so far
        self.origins = Origins(self.containers)
        self.where = self.origins.where
        self.holder = self.root  # what is being laid out: an item of this container
        self.index = 0
        self.stretches: list[tuple[int, int, int]] = []  # from a pc on, in this place and scope
        self.place_of_pc: list[int] = []  # these two once `settle_pcs` was called
        self.scope_of_pc: list[int] = []
        self.story = Copy()
        self.waiting: list[tuple[int, Place, Copy]] = []  # the pcs of jumps, and where to
        self.targets: list[Target] = []
        self.target_places: list[Place] = []
        self.target_of_path: dict[str, int] = {}
        self.target_of_place: dict[Place, int] = {}
        self.climbed = 0  # steps from places to what is around them
        self.scope = 0
        self.place = 0

    # ------------------------------------------------------------ emitting

    def emit(self, op: int, a: int = 0, b: int = 0, c: int = 0) -> int:
        """Append an instruction of what is being laid out; gives its pc."""
        pc = self.length
        self.length = pc + 1
        self.code += (op, a, b, c)
        self.where += (self.holder.number, self.index)
        return pc

    def stand(self, place: int, scope: int) -> None:
        """What is emitted from here on is in this place and scope."""
        if place != self.place or scope != self.scope or not self.stretches:
            self.place = place
            self.scope = scope
            self.stretches.append((self.length, place, scope))

    def settle_pcs(self) -> None:
        """Find place and scope of every instruction emitted since the last time."""
        ends = [pc for pc, _, _ in self.stretches[1:]]
        for (pc, place, scope), end in zip(self.stretches, [*ends, self.length], strict=True):
            self.place_of_pc += [place] * (end - pc)
            self.scope_of_pc += [scope] * (end - pc)
        self.stretches.clear()

    def emit_to(self, op: int, place: Place, copy: Copy, b: int = 0, c: int = 0) -> None:
        """Append an instruction whose first operand is where a place stands in a copy."""
        if copy.root is not None and not self._within(place, copy.root):
            copy = self.story
        pc = self.length
        to = copy.pcs.get(place)
        if to is None:
            to = 0
            self.waiting.append((pc, place, copy))
        self.length = pc + 1
        self.code += (op, to, b, c)
        self.where += (self.holder.number, self.index)

    def wait(self, pc: int, place: Place, copy: Copy) -> None:
        """Have the jump at a pc lead to where a place will stand in a copy."""
        if copy.root is not None and not self._within(place, copy.root):
            copy = self.story
        to = copy.pcs.get(place)
        if to is None:
            self.waiting.append((pc, place, copy))
        else:
            self.code[pc * 4 + 1] = to

    def land(self, pc: int) -> None:
        """Have the jump at a pc lead here."""
        self.code[pc * 4 + 1] = self.length

    def settle_jumps(self) -> None:
        """Write where the jumps lead that waited; those to what stands nowhere yet wait on."""
        code = self.code
        waiting: list[tuple[int, Place, Copy]] = []
        for jump in self.waiting:
            pc, place, copy = jump
            to = copy.pcs.get(place)
            if to is None:
                waiting.append(jump)
            else:
                code[pc * 4 + 1] = to
        self.waiting = waiting

    def run_out(self) -> None:
        """Have the jumps that still wait lead to where content runs out."""
        unplaced = {place: None for _, place, copy in self.waiting if copy is self.story}
        for place in sorted(unplaced, key=lambda place: isinstance(place, Container)):
            self.holder = NOWHERE
            self.story.pcs[place] = self.emit(P.OP_FALL)
        self.settle_jumps()
        self.waiting.clear()

    def _within(self, place: Place, root: Container) -> bool:
        """Whether a place is `root` or inside it."""
        return root.number <= self.number_of(place) < self.container_ends[root.number]

    # ------------------------------------------------------------ places and visits

    def place_of(
        self, node: Divert | ChoicePoint | DivertTarget, holder: Container
    ) -> Place | None:
        """Where the path in an item of `holder` leads, or None if nowhere."""
        place = node.place
        if place is not None:
            return place
        place, exact = resolve_path(holder, node.target)
        return place if exact and node.target else None

    @staticmethod
    def entry(place: Place) -> tuple[Container, int]:
        """The container that a jump to a place enters last, and at which item (-1: it is empty)."""
        return (place, 0 if place.content else -1) if isinstance(place, Container) else place

    def walk(self, place: Place) -> list[tuple[int, int, int, int]]:
        """What a divert there may count: (container, visit slot, turn slot, mode), inner first.

        Mode bit 0: the container counts only entries at its start; bit 1: this enters at its start.
        """
        out: list[tuple[int, int, int, int]] = []
        entered, index = self.entry(place)
        holder = None if index < 0 else entered
        while holder is not None:
            number = holder.number
            mode = (1 if holder.flags & tree.COUNT_AT_START else 0) | (
                2 if _enters_at_start(holder, entered, index) else 0
            )
            out.append(
                (number, self.visit_slots.get(number, -1), self.turn_slots.get(number, -1), mode)
            )
            holder = holder.parent
        return out

    def emit_visits(self, origin: int, place: Place) -> None:
        """Write out what a divert from container `origin` (-1 none) to a place counts.

        `walk` says which containers these may be; most are neither counted nor climbed to.
        """
        if self.climbed > _MOST_CLIMBED:
            self.too_deep()
        holder: Container | None
        if type(place) is Item:
            holder, index = place
        else:
            assert type(place) is Container
            holder, index = place, 0
            if not place.content:
                return
        entered = holder
        while holder is not None:
            self.climbed += 1
            number = holder.number
            flags = holder.flags
            only_at_start = flags & tree.COUNT_AT_START
            if not only_at_start and 0 <= number <= origin < self.container_ends[number]:
                return
            if flags and (not only_at_start or _enters_at_start(holder, entered, index)):
                if flags & tree.COUNT_VISITS:
                    self.emit(P.OP_VISIT, self.visit_slots[number])
                if flags & tree.COUNT_TURNS:
                    self.emit(P.OP_TURN_MARK, self.turn_slots[number])
            holder = holder.parent

    def starts_bare(self, place: Place) -> bool:
        """Whether the first thing at a place is a choice point without content.

        What such a choice counts when it is made depends on what was executed before it.
        """
        holder, index = self.entry(place)
        node: Node | None = holder.content[index] if index >= 0 else None
        while isinstance(node, Container):
            holder = node
            node = holder.content[0] if holder.content else None
        return isinstance(node, ChoicePoint) and self.is_bare(node, holder)

    def target(self, place: Place) -> int:
        """The index of a divert target value."""
        index = self.target_of_place.get(place)
        if index is None:
            container = container_at(place)
            path = place.path if container is None else container.path
            self.climbed += path.count(".")
            if self.climbed > _MOST_CLIMBED:
                self.too_deep()
            index = self.target_of_path.setdefault(path, len(self.targets))
            self.target_of_place[place] = index
            if index == len(self.targets):
                self.targets.append(Target(path, self.number_of(place)))
                self.target_places.append(place)
        return index

    def too_deep(self) -> NoReturn:
        """Give up on a story that leads from everywhere to the depths."""
        raise StoryError(
            [
                Diagnostic(
                    "error",
                    "too-large",
                    "the story nests too deeply where too much leads: what that counts takes more"
                    f" than {_MOST_CLIMBED >> 20} million steps to find out",
                    self.holder.span,
                    "up to here",
                    "gathers in a row nest one in another; spread them over knots or stitches",
                )
            ]
        )


def _enters_at_start(holder: Container, inner: Container, index: int) -> bool:
    """Whether item `index` of `inner` is where the content of `holder`, around it, begins."""
    if index:
        return False
    while inner is not holder:
        outer = inner.parent
        if outer is None or not outer.content or outer.content[0] is not inner:
            return False
        inner = outer
    return True
