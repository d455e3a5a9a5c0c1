"""Instructions as they are appended, and where jumps lead.

A jump may be written before the place it goes to: its operand waits in that place's `Label`. A
text that is laid out more than once has labels of its own in each `Copy`. A `Site` is where a path
leads, and what a jump there counts is written out as VISIT and TURN_MARK before it: every container
that is entered and does not hold the jump's origin already.

Nothing here knows what content means; `lower` lays it out.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from foretell import container as tree
from foretell.container import ChoicePoint, CompiledStory, Container, Node
from foretell.diagnostics import Span
from foretell.vm import program as P
from foretell.vm.program import Target
from foretell.vm.survey import Survey

__all__ = ["Copy", "Jumps", "Label", "Site"]


@dataclass(slots=True, eq=False)
class Copy:
    """One laid-out copy of a shared container: where its `$r` leads. The story has no `root`.

    Its labels stand before a node's visits, or `inside` a container after them.
    """

    root: Container | None = None
    back: Node | None = None
    before: dict[Node, Label] = field(default_factory=dict)
    inside: dict[Node, Label] = field(default_factory=dict)


@dataclass(slots=True)
class Label:
    """A pc that is not known yet, and the operands that wait for it."""

    pc: int = -1
    waiting: list[int] | None = None


@dataclass(slots=True)
class Site:
    """Where a target path leads: the container around it and the child that is entered."""

    holder: Container
    child: Node | None  # None in an empty container
    node: Node  # what the path names


class Jumps(Survey):
    """The code of a story so far."""

    def __init__(self, compiled: CompiledStory) -> None:
        super().__init__(compiled)
        self.code: list[int] = []
        self.nodes: list[Node | None] = []  # by pc: what it was lowered from
        self.ends: list[tuple[int, Span | None]] = []  # pcs that stand elsewhere than their node
        self.stretches: list[tuple[int, int, int]] = []  # from a pc on, in this place and scope
        self.spans: list[Span | None] = []  # these four by pc, once `settle_pcs` was called
        self.paths: list[str] = []
        self.place_of_pc: list[int] = []
        self.scope_of_pc: list[int] = []
        self.story = Copy()
        self.targets: list[Target] = []
        self.target_nodes: list[Node] = []
        self.target_of_path: dict[str, int] = {}
        self.scope = 0
        self.place = 0
        self.bare = any(self.is_bare(point) for point, _ in self._points)

    # ------------------------------------------------------------ emitting

    def emit(self, op: int, a: int = 0, b: int = 0, c: int = 0, node: Node | None = None) -> int:
        """Append an instruction; gives its pc."""
        nodes = self.nodes
        pc = len(nodes)
        self.code += (op, a, b, c)
        nodes.append(node)
        return pc

    def stand(self, place: int, scope: int) -> None:
        """What is emitted from here on is in this place and scope."""
        self.place = place
        self.scope = scope
        self.stretches.append((len(self.nodes), place, scope))

    def settle_pcs(self) -> None:
        """Find span, path, place and scope of every instruction emitted since the last time.

        One pass at the end takes a third of the time that four lists take as they grow.
        """
        begin = len(self.spans)
        self.spans += [None if node is None else node.span for node in self.nodes[begin:]]
        for pc, span in self.ends:
            self.spans[pc] = span
        self.ends.clear()
        paths = self.container_paths
        for node in self.nodes[begin:]:
            holder = node.parent if node is not None and type(node) is not Container else node
            self.paths.append(paths[holder.number] if isinstance(holder, Container) else "")
        ends = [pc for pc, _, _ in self.stretches[1:]]
        for (pc, place, scope), end in zip(self.stretches, [*ends, len(self.nodes)], strict=True):
            self.place_of_pc += [place] * (end - pc)
            self.scope_of_pc += [scope] * (end - pc)
        self.stretches.clear()

    def emit_to(self, op: int, label: Label, b: int, c: int, node: Node, operand: int = 1) -> None:
        """Append an instruction one of whose operands is a label's pc."""
        pc = self.emit(op, 0, b, c, node)
        self.refer(pc * 4 + operand, label)

    def refer(self, at: int, label: Label) -> None:
        if label.pc >= 0:
            self.code[at] = label.pc
        elif label.waiting is None:
            label.waiting = [at]
        else:
            label.waiting.append(at)

    def place_label(self, label: Label) -> None:
        label.pc = len(self.nodes)
        if label.waiting is not None:
            for at in label.waiting:
                self.code[at] = label.pc
            label.waiting = None

    def label_of(self, node: Node, copy: Copy, inside: bool = False) -> Label:
        """The label of a node in a copy: before its visits, or `inside` a container after them."""
        if copy.root is not None and not self._within(node, copy.root):
            copy = self.story
        labels = copy.inside if inside else copy.before
        label = labels.get(node)
        if label is None:
            label = labels[node] = Label()
        return label

    def _within(self, node: Node, root: Container) -> bool:
        """Whether `node` is `root` or inside it."""
        holder = node if isinstance(node, Container) else node.parent
        if holder is None:
            return False
        return root.number <= holder.number < self.container_ends[root.number]

    # ------------------------------------------------------------ places and visits

    def site(self, node: Node, path: str) -> Site | None:
        """Where `path` as written in `node` leads, or None if nowhere."""
        if not path:
            return None
        found, exact = self.leads_to(node, path)
        if not exact:
            return None
        last = path.rpartition(".")[2]
        if last.isdecimal() or not isinstance(found, Container):
            holder = found.parent
            assert holder is not None
            return Site(holder, found, found)
        return Site(found, found.content[0] if found.content else None, found)

    def walk(self, site: Site) -> list[tuple[int, int, int, int]]:
        """What a divert to `site` may count: (container, visit slot, turn slot, mode), inner first.

        Mode bit 0: the container counts only entries at its start; bit 1: this enters at its start.
        """
        out: list[tuple[int, int, int, int]] = []
        child = site.child
        holder: Container | None = site.holder
        at_start = True
        if child is None:
            return out
        while holder is not None:
            entering = bool(holder.content) and holder.content[0] is child and at_start
            at_start = at_start and entering
            number = holder.number
            mode = (1 if holder.flags & tree.COUNT_AT_START else 0) | (2 if entering else 0)
            out.append(
                (
                    number,
                    self.visit_slots.get(number, -1),
                    self.turn_slots.get(number, -1),
                    mode,
                )
            )
            child, holder = holder, holder.parent
        return out

    def emit_visits(self, origin: int, site: Site, node: Node) -> None:
        """Write out what a divert from container `origin` (-1 none) to `site` counts.

        `walk` says which containers these may be; most are neither counted nor climbed to.
        """
        child = site.child
        holder: Container | None = site.holder
        if child is None:
            return
        at_start = True
        while holder is not None:
            number = holder.number
            flags = holder.flags
            only_at_start = flags & tree.COUNT_AT_START
            if not only_at_start and 0 <= number <= origin < self.container_ends[number]:
                return
            at_start = at_start and holder.content[0] is child
            if flags and (at_start or not only_at_start):
                if flags & tree.COUNT_VISITS:
                    self.emit(P.OP_VISIT, self.visit_slots[number], 0, 0, node)
                if flags & tree.COUNT_TURNS:
                    self.emit(P.OP_TURN_MARK, self.turn_slots[number], 0, 0, node)
            child, holder = holder, holder.parent

    def site_label(self, site: Site, copy: Copy) -> Label:
        if site.child is None:
            return self.label_of(site.holder, copy, inside=True)
        if site.node is site.holder:
            return self.label_of(site.holder, copy, inside=True)
        return self.label_of(site.child, copy)

    def starts_bare(self, node: Node | None) -> bool:
        """Whether the first thing at `node` is a choice point without content.

        What such a choice counts when it is made depends on what was executed before it.
        """
        while isinstance(node, Container):
            node = node.content[0] if node.content else None
        return isinstance(node, ChoicePoint) and self.is_bare(node)

    @staticmethod
    def is_bare(node: ChoicePoint) -> bool:
        assert node.parent is not None
        return node.flags & 7 == 0 and node.parent.content[0] is node

    def target(self, node: Node, path: str) -> int | None:
        """The index of a divert target value."""
        site = self.site(node, path)
        if site is None:
            return None
        found = site.node
        absolute = found.path
        index = self.target_of_path.get(absolute)
        if index is None:
            index = len(self.targets)
            self.target_of_path[absolute] = index
            holder = found if isinstance(found, Container) else site.holder
            self.targets.append(Target(absolute, holder.number))
            self.target_nodes.append(found)
        return index

    def origin(self, node: Node) -> int:
        assert node.parent is not None
        return node.parent.number
