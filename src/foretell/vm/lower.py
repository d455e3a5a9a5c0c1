"""The container tree flattened into a program.

Content is laid out in the order ink walks it, nested containers in line, so that the next thing
to happen is the next instruction; containers that only a name reaches are laid out one after
another behind it, each ending in `FALL`. What ink works out anew at every step is worked out here
once:

- *where a path leads*. Diverts become jumps to a pc.
- *what a jump counts*. ink counts a visit to every container that a divert enters; where origin
  and target are known, that list is known, and is written as VISIT and TURN_MARK before the jump.
- *evaluation mode*. Inside `ev … /ev` content is pushed, outside it is text.
- *which variable a name means*: a global, a list's item, or a slot in the frame. Frames of knots
  that divert to one another hold one set of temporaries (a *scope*); a called function has its
  own.
- *`$r`*. ink shares the text that a choice shows with the text that follows it, in a container
  that goes back through the variable `$r`. Each use gets a copy of its own here, so the variable
  disappears.

The seam is `lower(compiled) -> Program`. It reports nothing: a broken path in a hand-written JSON
becomes an instruction that raises ink's own error when it is reached.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from foretell import container as tree
from foretell.container import (
    THE_END,
    Assign,
    BoolValue,
    ChoicePoint,
    Command,
    CompiledStory,
    Container,
    Divert,
    DivertTarget,
    FloatValue,
    Glue,
    IntValue,
    LegacyTag,
    ListValue,
    NativeCall,
    Node,
    ReadCount,
    StringValue,
    VariablePointer,
    VariableReference,
    building,
)
from foretell.diagnostics import Span
from foretell.vm import program as P
from foretell.vm import values as V
from foretell.vm.jumps import Copy, Jumps, Label, Site
from foretell.vm.patterns import (
    choice_label,
    constant_string,
    ending_tag,
    label_strings,
    returns,
    string_end,
    tags_at_top,
)
from foretell.vm.program import ChoiceInfo, Program
from foretell.vm.survey import DECLARATIONS, RETURN_VARIABLE

__all__ = ["lower", "lower_expression"]

_MOST_DEALT: Final = 1 << 20  # elements of a shuffle; a number in JSON may say anything

_BINARY: Final = {
    "==": P.OP_EQ,
    "+": P.OP_ADD,
    "-": P.OP_SUB,
    "<": P.OP_LT,
    ">": P.OP_GT,
    "<=": P.OP_LE,
    ">=": P.OP_GE,
    "!=": P.OP_NE,
    "&&": P.OP_AND,
    "||": P.OP_OR,
    "MIN": P.OP_MIN,
    "MAX": P.OP_MAX,
    "*": P.OP_MUL,
    "/": P.OP_DIV,
    "%": P.OP_MOD,
}
_COMMANDS: Final = {
    "out": P.OP_PRINT,
    "du": P.OP_DUP,
    "pop": P.OP_POP,
    "choiceCnt": P.OP_CHOICE_COUNT,
    "turn": P.OP_LOAD_TURN,
    "turns": P.OP_COUNT_TURNS,
    "readc": P.OP_COUNT_VISITS,
    "rnd": P.OP_RANDOM,
    "srnd": P.OP_SEED,
    "done": P.OP_DONE,
    "end": P.OP_END,
    "range": P.OP_LIST_RANGE,
    "lrnd": P.OP_LIST_RANDOM,
    "#": P.OP_TAG_BEGIN,
    "/#": P.OP_TAG_END,
    "here": P.OP_LOAD_HERE,  # these two in expressions that ask only (`lower_expression`)
    "ending": P.OP_LOAD_ENDING,
}


def lower(compiled: CompiledStory) -> Program:
    """The program of a compiled story."""
    with building():
        return _Lowering(compiled).program()


def lower_expression(program: Program, content: Container) -> int:
    """The pc of an expression's code, appended to the program it asks about.

    The content's parent is the root of the story that was lowered. It ends in a return to the
    host that called it, with its value on the evaluation stack.
    """
    lowering: _Lowering = program.lowering
    return lowering.expression(program, content)


class _Lowering(Jumps):
    """The state of one lowering. Public in nothing but `program`."""

    def __init__(self, compiled: CompiledStory) -> None:
        super().__init__(compiled)
        self.pending: deque[tuple[Container, Copy]] = deque()
        self.shared_open: list[Container] = []  # the texts of choices being laid out
        self.words = 0
        self.worded: set[Node] = set()  # texts in copies that are in it
        self.static_counts: set[Node] = set()
        self.choices: list[ChoiceInfo] = []
        self.labels_of: dict[Node, str] = {
            container: name.rpartition(".")[2] for name, container in compiled.labels.items()
        }
        self.choice_records: list[list[int]] = []
        self.stubs: deque[tuple[ChoicePoint, int, Copy, int, int]] = deque()
        self.externals: list[str] = []
        self.domains = compiled.domains
        self.external_arguments: list[int] = []
        self.external_calls: list[tuple[int, int]] = []
        self.shuffle_sizes: list[int] = []
        self.shuffle_slots: dict[Node, int] = {}
        self.copy = self.story
        self.in_eval = False
        self.in_string = 0
        self.in_tag = False
        self.of_kind: dict[type[Node], Callable[[Any, int], None]] = {
            StringValue: self.string,
            Command: self.command,
            Divert: self.divert,
            NativeCall: self.native,
            VariableReference: self.load_variable,
            ChoicePoint: self.choice,
            ReadCount: self.read_count,
            Assign: self.assign,
            Glue: self.glue,
            LegacyTag: self.legacy_tag,
            DivertTarget: self.divert_target,
            VariablePointer: self.pointer,
        }

    # ------------------------------------------------------------ content

    def program(self) -> Program:
        """Lay out the whole story."""
        root = self.root
        stitches: dict[str, list[str]] = {}
        for path in self.places:
            if "." in path:
                stitches.setdefault(path.partition(".")[0], []).append(path)
        for name, knot in root.named.items():
            if isinstance(knot, Container) and name != DECLARATIONS:
                self.target(root, name)
                for path in stitches.get(name, ()):
                    self.target(root, path)
        self.lay_out(root, self.story)
        declarations_pc = -1
        while self.pending or self.stubs:
            while self.pending:
                container, copy = self.pending.popleft()
                self.lay_out(container, copy)
            while self.stubs:
                self.lay_out_stub(*self.stubs.popleft())
        declarations = root.named.get(DECLARATIONS)
        if isinstance(declarations, Container):
            declarations_pc = self.label_of(declarations, self.story, inside=True).pc
        self.lay_out_fallbacks()
        self.settle_unplaced()
        self.settle_pcs()
        self.values.target_paths = [target.path for target in self.targets]
        self.values.global_names = list(self.globals)
        start = self.label_of(root, self.story, inside=True).pc
        return Program(
            code=self.code,
            tables=self.build_tables(),
            start_pc=start,
            declarations_pc=declarations_pc,
            global_names=list(self.globals),
            visit_names=self.visit_names,
            turn_names=self.turn_names,
            shuffle_sizes=self.shuffle_sizes,
            values=self.values,
            targets=self.targets,
            target_of_path=self.target_of_path,
            choices=self.choices,
            externals=self.externals,
            domains=self.domains,
            temp_names=self.temp_names,
            scope_temps=[[self.temp_id(name) for name in slots] for slots in self.scope_slots],
            containers=self.container_paths,
            container_ends=self.container_ends,
            places=self.places,
            place_of_pc=self.place_of_pc,
            scope_of_pc=self.scope_of_pc,
            spans=self.spans,
            paths=self.paths,
            words=self.words,
            global_tags=tags_at_top(root),
            lowering=self,
        )

    def expression(self, program: Program, content: Container) -> int:
        """Append an expression as if it were called from the top of the story; gives its pc."""
        pc = len(self.nodes)
        content.number = 0
        self.copy = self.story
        self.in_eval = False
        self.in_string = 0
        self.in_tag = False
        self.stand(0, 0)
        targets = len(self.targets)
        self.container(content, entered=False)
        self.emit(P.OP_RETURN, P.FUNCTION)
        self.nodes[pc:] = [None] * (len(self.nodes) - pc)  # it stands in no file of the story
        self.settle_pcs()
        if len(self.targets) > targets:
            program.tables = self.build_tables()
            self.values.target_paths = [target.path for target in self.targets]
        return pc

    def build_tables(self) -> list[int]:
        tables = [0] * P.TABLES
        tables[P.T_TARGETS] = len(tables)
        records = len(tables)
        tables += [0] * (P.TARGET_SIZE * len(self.targets))
        for index, node in enumerate(self.target_nodes):
            path = self.targets[index].path
            site = self.site(self.root, path) or Site(self.root, None, self.root)
            walk = self.walk(site)
            number = node.number if isinstance(node, Container) else None
            at = records + index * P.TARGET_SIZE
            tables[at + P.TARGET_PC] = self.site_label(site, self.story).pc
            tables[at + P.TARGET_WALK] = len(tables)
            tables[at + P.TARGET_WALKS] = len(walk)
            tables[at + P.TARGET_VISITS] = (
                -2 if number is None else self.visit_slots.get(number, -1)
            )
            tables[at + P.TARGET_TURNS] = -2 if number is None else self.turn_slots.get(number, -1)
            tables[at + P.TARGET_SCOPE] = self.scope_of_unit[self.unit_of(node)]
            for entry in walk:
                tables += entry
        tables += [self.values.string_index(THE_END)]
        tables[P.T_PLACE_NAMES] = len(tables)
        tables += [self.values.string_index(place) for place in self.places]
        tables[P.T_CHOICE_TABLE] = len(tables)
        for record in self.choice_records:
            tables += record
        tables[P.T_CONTAINER_ENDS] = len(tables)
        tables += self.container_ends
        tables[P.T_SCOPES] = len(tables)
        tables += [len(slots) for slots in self.scope_slots]
        tables[P.T_EXTERNALS] = len(tables)
        for index, name in enumerate(self.externals):
            knot = self.root.named.get(name)
            scope = self.scope_of_unit[knot.number] if isinstance(knot, Container) else 0
            mode = P.FROM_DOMAIN if name in self.domains else P.FALLBACK
            tables += [mode, (scope << 8) | self.external_arguments[index], 0]
        for index, name in enumerate(self.externals):
            if name in self.domains:
                domain = self.domains[name]
                external = tables[P.T_EXTERNALS] + index * P.EXT_SIZE
                tables[external + P.EXT_DOMAIN] = len(tables)
                kind = P.DRAW_DECIDED if domain.by_reader else P.DRAW_EXTERNAL
                tables += [kind, len(domain.values), *map(self.values.from_python, domain.values)]
        return tables

    def lay_out(self, container: Container, copy: Copy) -> None:
        """Lay out a container that only jumps reach, and end it."""
        self.copy = copy
        self.in_eval = False
        self.in_string = 0
        self.in_tag = False
        self.stand(self.enclosing_place(container), self.scope_of_unit[self.unit_of(container)])
        self.container(container, entered=False)
        self.fall(container)

    def fall(self, container: Container) -> None:
        """End a container that nothing follows."""
        self.ends.append((self.emit(P.OP_FALL, node=container), _end_of(container)))

    def enclosing_place(self, container: Container) -> int:
        node: Container | None = container
        while node is not None:
            place = self.place_of_container.get(node.number)
            if place is not None:
                return place
            node = node.parent
        return 0

    def container(self, container: Container, entered: bool) -> None:
        """Lay out a container's content; `entered` where the flow walks into it."""
        self.open_container(container, entered)
        around: list[tuple[Container, int]] = []  # the containers around, and where each goes on
        resume: dict[tuple[int, int], list[Label]] = {}  # threads that go on at a container's item
        strings: dict[int, set[int]] = {}
        back: dict[int, Node | None] = {}
        led_to = self.led_to
        of_kind, otherwise = self.of_kind, self.constant
        current, content, index = container, container.content, 0
        while True:
            if index >= len(content):
                if not around:
                    return
                current, index = around.pop()
                content = current.content
                continue
            node = content[index]
            here = index
            index += 1
            if resume:
                for label in resume.pop((current.number, here), ()):
                    self.place_label(label)
            kind = type(node)
            if kind is Container:
                assert isinstance(node, Container)
                if here and self.bare and self.starts_bare(node):
                    self.emit(P.OP_FROM, current.number, node=node)
                if node in led_to:
                    self.place_label(self.label_of(node, self.copy))
                self.open_container(node, entered=True)
                around.append((current, index))
                current, content, index = node, node.content, 0
                continue
            if node in led_to:
                self.place_label(self.label_of(node, self.copy))
            if kind is Command:
                assert isinstance(node, Command)
                name = node.name
                if name == "ev":
                    self.in_eval = True
                    if current.number in self.offering:
                        labels = label_strings(content, here)
                        if labels:
                            strings.setdefault(current.number, set()).update(labels)
                    continue
                if name == "/ev":
                    self.in_eval = False
                    continue
                if name == "thread":
                    label = Label()
                    self.emit_to(P.OP_FORK, label, 0, 0, node)
                    if here + 2 < len(content):
                        resume.setdefault((current.number, here + 2), []).append(label)
                    else:
                        self.place_after(current, label, around, resume)
                    continue
                if name == "str":
                    is_label = here in strings.get(current.number, ())
                    constant = constant_string(content, here)
                    if constant is not None:
                        self.emit(P.OP_PUSH, self.values.string_value(constant[0]), node=node)
                        index = here + constant[1]
                        continue
                    self.in_eval = False
                    self.in_string += 1
                    self.emit(P.OP_STRING_BEGIN, int(is_label), node=node)
                    if is_label:
                        strings[current.number].add(string_end(content, here))
                    continue
                if name == "/str":
                    is_label = here in strings.get(current.number, ())
                    self.emit(P.OP_STRING_END, int(is_label), node=node)
                    self.in_eval = True
                    self.in_string -= 1
                    continue
                if name == "#" and not self.in_string:
                    ending = ending_tag(content, here)
                    if ending is not None:
                        self.emit(P.OP_ENDING, self.values.string_index(ending), node=node)
            elif kind is DivertTarget:
                assert isinstance(node, DivertTarget)
                if self.is_return_address(node, here):
                    back[current.number] = self.leads_to(node, node.target)[0]
                    continue
            elif back:
                target = back.get(current.number)
                if target is not None:
                    if isinstance(node, Assign) and node.name == RETURN_VARIABLE:
                        continue
                    if isinstance(node, Divert) and node.kind == "->" and not node.variable:
                        shared = self.leads_to(node, node.target)[0]
                        if isinstance(shared, Container) and returns(shared):
                            back[current.number] = None
                            self.inline(node, shared, target)
                            continue
            of_kind.get(kind, otherwise)(node, here)

    def place_after(
        self,
        container: Container,
        label: Label,
        around: list[tuple[Container, int]],
        resume: dict[tuple[int, int], list[Label]],
    ) -> None:
        """Arrange for `label` to stand where the flow goes on after `container`'s content."""
        child: Container = container
        for outer, next_index in reversed(around):
            if next_index < len(outer.content):
                resume.setdefault((outer.number, next_index), []).append(label)
                return
            child = outer
        # nothing follows: the thread resumes at the FALL behind the outermost container
        fall = Label()
        self.emit_to(P.OP_JUMP, fall, 0, 0, child)
        self.place_label(label)
        self.fall(child)
        self.place_label(fall)

    def open_container(self, container: Container, entered: bool) -> None:
        """Count a container that is walked into, and stand at its first content."""
        if not entered and container in self.led_to:
            self.place_label(self.label_of(container, self.copy))
        flags = container.flags
        if entered and flags:
            if flags & tree.COUNT_VISITS:
                self.emit(P.OP_VISIT, self.visit_slots[container.number], 0, 0, container)
            if flags & tree.COUNT_TURNS:
                self.emit(P.OP_TURN_MARK, self.turn_slots[container.number], 0, 0, container)
        if container.name or container.parent is None or container in self.entered:
            self.place_label(self.label_of(container, self.copy, inside=True))
        place = self.place_of_container.get(container.number)
        if place is not None:
            self.stand(place, self.scope)
            self.emit(P.OP_HERE, place, 0, 0, container)
        for child in container.named.values():
            if isinstance(child, Container) and not (self.copy is self.story and returns(child)):
                self.pending.append((child, self.copy))

    def inline(self, node: Divert, shared: Container, back: Node) -> None:
        """Lay out a copy of a container that returns through `$r` to `back`."""
        outer = self.copy
        if shared in self.shared_open:  # damaged: a text that holds itself
            self.fault(P.F_NO_DIVERT, node, node.target)
            return
        self.shared_open.append(shared)
        copy = Copy(shared, back)
        site = Site(shared, shared.content[0] if shared.content else None, shared)
        self.emit_visits(self.origin(node), site, node)
        eval_before = self.in_eval
        self.copy = copy
        self.container(shared, entered=False)
        self.copy = outer
        self.in_eval = eval_before
        self.shared_open.pop()

    # Below, one method for each kind of node that is no container; `index` says which of its
    # container's items it is.

    def glue(self, node: Glue, _: int) -> None:
        self.emit(P.OP_GLUE, node=node)

    def legacy_tag(self, node: LegacyTag, _: int) -> None:
        if node.text.startswith("ending:"):
            name = self.values.string_index(node.text[7:].strip())
            self.emit(P.OP_ENDING, name, node=node)
        self.emit(P.OP_FIXED_TAG, self.values.string_index(node.text.strip()), node=node)

    def constant(self, node: Node, _: int) -> None:
        if not self.in_eval:
            return  # ink puts it into the output stream, where nothing shows it
        value = V.VOID_VALUE
        if isinstance(node, IntValue):
            value = V.int_value(node.value)
        elif isinstance(node, FloatValue):
            value = V.float_value(node.value)
        elif isinstance(node, BoolValue):
            value = V.TRUE if node.value else V.FALSE
        elif isinstance(node, ListValue):
            value = self.values.list_of(node.items, node.origins)
        self.emit(P.OP_PUSH, value, node=node)

    def string(self, node: StringValue, _: int) -> None:
        if self.in_eval:
            self.emit(P.OP_PUSH, self.values.string_value(node.text), node=node)
            return
        text = node.text
        kind = 1 if text == "\n" else 2 if not text.strip(" \t") else 0
        words = 0 if self.in_tag else len(text.split())
        if node not in self.worded:
            self.words += words
            if self.copy is not self.story:  # a choice's text is laid out twice
                self.worded.add(node)
        counted = 0 if self.in_string else words
        self.emit(P.OP_TEXT, self.values.string_index(text), counted, kind, node=node)

    def divert_target(self, node: DivertTarget, index: int) -> None:
        assert node.parent is not None
        after = node.parent.content[index + 1 : index + 2]
        if after and isinstance(after[0], Command) and after[0].name in ("turns", "readc"):
            found, exact = self.leads_to(node, node.target)
            number = found.number if exact and isinstance(found, Container) else None
            slots = self.turn_slots if after[0].name == "turns" else self.visit_slots
            if number is not None and number in slots:
                load = P.OP_LOAD_TURNS_SINCE if after[0].name == "turns" else P.OP_LOAD_VISITS
                self.emit(load, slots[number], node=node)
                self.static_counts.add(after[0])
                return
        target = self.target(node, node.target)
        if target is None:
            self.fault(P.F_NO_DIVERT, node, node.target)
            return
        if self.in_eval:
            self.emit(P.OP_PUSH, (V.TARGET << 32) | target, node=node)

    def fault(self, code: int, node: Node, text: str) -> None:
        self.emit(P.OP_FAULT, code, self.values.string_value(text), 0, node)

    def command(self, node: Command, index: int) -> None:
        name = node.name
        assert node.parent is not None
        number = node.parent.number
        if node in self.static_counts:
            return
        if name in ("#", "/#"):
            self.in_tag = name == "#"
        if name in _COMMANDS:
            self.emit(_COMMANDS[name], node=node)
        elif name == "~ret":
            self.emit(P.OP_RETURN, P.FUNCTION, node=node)
        elif name == "->->":
            self.emit(P.OP_RETURN, P.TUNNEL, node=node)
        elif name == "visit":
            slot = self.visit_slots.get(number)
            if slot is None:
                self.fault(P.F_UNCOUNTED, node, self.container_paths[number])
            else:
                self.emit(P.OP_LOAD_VISIT_INDEX, slot, node=node)
        elif name == "seq":
            before = node.parent.content[index - 1] if index else None
            size = before.value if isinstance(before, IntValue) else 0
            size = size if size <= _MOST_DEALT else 0
            # the copies of a choice's shared text deal from one pack
            words = 1 + (max(size, 1) - 1) // P.DEAL_BITS
            slot = self.shuffle_slots.setdefault(node, len(self.shuffle_sizes))
            if slot == len(self.shuffle_sizes):
                self.shuffle_sizes += [size, *([0] * (words - 1))]
            self.emit(P.OP_SHUFFLE, slot, words, node=node)
        elif name == "listInt":
            self.emit(P.OP_BINARY, V.O_LIST_INT, node=node)
        # nop: nothing, but its place can be jumped to

    def native(self, node: NativeCall, _: int) -> None:
        name = node.name
        if name in _BINARY:
            self.emit(_BINARY[name], node=node)
        elif name == "!":
            self.emit(P.OP_NOT, node=node)
        elif name == "_":
            self.emit(P.OP_NEG, node=node)
        elif name in V.UNARY:
            self.emit(P.OP_UNARY, V.OPERATION[name], node=node)
        else:
            self.emit(P.OP_BINARY, V.OPERATION[name], node=node)

    def temp_id(self, name: str) -> int:
        number = self.temp_ids.get(name)
        if number is None:
            number = self.temp_ids[name] = len(self.temp_names)
            self.temp_names.append(name)
        return number

    def load_variable(self, node: VariableReference, _: int) -> None:
        self.load(node, node.name)

    def load(self, node: Node, name: str, *, to_divert: bool = False) -> None:
        slot = self.globals.get(name)
        if slot is not None:
            self.emit(P.OP_LOAD_GLOBAL, slot, node=node)
        elif name in self.list_items:
            self.emit(P.OP_PUSH, self.list_items[name], node=node)
        else:
            slot = self.scope_slots[self.scope][name]
            self.emit(P.OP_LOAD_TEMP, slot, self.temp_id(name), int(to_divert), node=node)

    def read_count(self, node: ReadCount, _: int) -> None:
        path = node.target
        found, exact = self.leads_to(node, path)
        number = found.number if exact and isinstance(found, Container) else None
        slot = self.visit_slots.get(number) if number is not None else None
        if slot is None:
            self.fault(P.F_UNCOUNTED, node, path)
        else:
            self.emit(P.OP_LOAD_VISITS, slot, node=node)

    def assign(self, node: Assign, _: int) -> None:
        slot = self.globals.get(node.name)
        if node.is_declaration and not node.is_global:
            slot = self.scope_slots[self.scope].get(node.name)
            if slot is not None:
                self.emit(P.OP_SET_TEMP, slot, self.temp_id(node.name), node=node)
                return
            slot = self.globals[node.name]
        if slot is not None:
            self.emit(P.OP_STORE_GLOBAL, slot, node=node)
        else:
            slot = self.scope_slots[self.scope][node.name]
            self.emit(P.OP_STORE_TEMP, slot, self.temp_id(node.name), node=node)

    def pointer(self, node: VariablePointer, _: int) -> None:
        slot = self.globals.get(node.name)
        temp = self.scope_slots[self.scope].get(node.name)
        if temp is not None and node.context != 0:
            known = slot + 1 if slot is not None else 0
            self.emit(P.OP_POINT_TEMP, temp, known, self.temp_id(node.name), node=node)
        elif slot is not None:
            self.emit(P.OP_POINT_GLOBAL, slot, node=node)
        else:
            self.fault(P.F_UNSET_TEMP, node, node.name)

    # ------------------------------------------------------------ flow

    def divert(self, node: Divert, _: int) -> None:
        skip = Label()
        if node.variable:
            self.divert_variable(node, skip)
            return
        if node.kind == "x()":
            self.external(node)
            return
        site = self.site(node, node.target)
        if site is None:
            if node.conditional:
                self.emit_to(P.OP_JUMP_UNLESS, skip, 0, 0, node)
            self.fault(P.F_NO_DIVERT, node, node.target)
            self.place_label(skip)
            return
        before = len(self.nodes)
        if node.conditional:
            self.emit_to(P.OP_JUMP_UNLESS, skip, 0, 0, node)
        self.emit_visits(self.origin(node), site, node)
        if self.bare and self.starts_bare(site.child):
            self.emit(P.OP_FROM, self.origin(node), node=node)
        label = self.site_label(site, self.copy)
        if node.kind == "->":
            if node.conditional and len(self.nodes) == before + 1:
                self.code[before * 4] = P.OP_JUMP_IF
                skip.waiting = None
                self.refer(before * 4 + 1, label)
            else:
                self.emit_to(P.OP_JUMP, label, 0, 0, node)
        else:
            scope = self.scope_of_unit[self.unit_of(site.node)]
            self.emit_to(P.OP_CALL, label, self.call_operand(node), scope, node)
        self.place_label(skip)

    def call_operand(self, node: Divert) -> int:
        kind = P.TUNNEL if node.kind == "->t->" else P.FUNCTION
        return (self.origin(node) << 4) | (kind << 1) | int(self.in_eval)

    def divert_variable(self, node: Divert, skip: Label) -> None:
        if node.target == RETURN_VARIABLE and self.copy.back is not None:
            back = self.copy.back
            if isinstance(back, Container):
                site = Site(back, back.content[0] if back.content else None, back)
            else:
                assert back.parent is not None
                site = Site(back.parent, back, back)
            self.emit_visits(self.origin(node), site, node)
            outer = self.copy
            # the place returned to belongs to whatever holds this copy
            label = self.return_label(site)
            self.copy = outer
            self.emit_to(P.OP_JUMP, label, 0, 0, node)
            return
        if node.conditional:
            self.emit_to(P.OP_JUMP_UNLESS, skip, 0, 0, node)
        self.load(node, node.target, to_divert=True)
        name = self.values.string_index(node.target)
        if node.kind == "->":
            self.emit(P.OP_JUMP_VALUE, 0, self.origin(node), name, node)
        else:
            self.emit(P.OP_CALL_VALUE, 0, self.call_operand(node), name, node)
        self.place_label(skip)

    def return_label(self, site: Site) -> Label:
        return self.site_label(site, self.story)

    def external(self, node: Divert) -> None:
        if node.target not in self.externals:
            self.externals.append(node.target)
            self.external_arguments.append(node.external_arguments)
        index = self.externals.index(node.target)
        pc = self.emit(P.OP_EXTERNAL, index, self.call_operand(node), -1, node)
        self.external_calls.append((pc, index))

    def lay_out_fallbacks(self) -> None:
        """Behind everything: for each external with a fallback, the way into it."""
        stubs: dict[int, int] = {}
        for pc, index in self.external_calls:
            knot = self.root.named.get(self.externals[index])
            if not isinstance(knot, Container) or self.externals[index] in self.domains:
                continue
            if index not in stubs:
                stubs[index] = len(self.nodes)
                site = Site(knot, knot.content[0] if knot.content else None, knot)
                self.emit_visits(-1, site, knot)
                self.emit_to(P.OP_JUMP, self.site_label(site, self.story), 0, 0, knot)
            self.code[pc * 4 + 3] = stubs[index]

    def choice(self, node: ChoicePoint, index: int) -> None:
        site = self.site(node, node.target)
        if site is None:
            self.fault(P.F_NO_DIVERT, node, node.target)
            return
        wording = partial(choice_label, node, index)
        index = len(self.choices)
        number = site.node.number if isinstance(site.node, Container) else -1
        once = self.visit_slots.get(number, -1) if node.flags & tree.ONCE_ONLY else -1
        bare = self.is_bare(node)
        target = (self.target(node, node.target) or 0) if bare else 0
        pc = self.emit(P.OP_CHOICE, index, 0, int(bare), node)
        self.choices.append(
            ChoiceInfo(
                self.container_paths[self.origin(node)],
                self.container_paths[number] if number >= 0 else node.target,
                node.flags,
                pc,
                self.labels_of.get(site.node, ""),
                node.span,
                self.place,
                wording,
            )
        )
        self.choice_records.append([node.flags, -1, target, once])
        self.stubs.append((node, index, self.copy, self.place, self.scope))

    def lay_out_stub(
        self, node: ChoicePoint, index: int, copy: Copy, place: int, scope: int
    ) -> None:
        """What happens when a choice is made: its visits, then a jump to its content."""
        site = self.site(node, node.target)
        assert site is not None
        self.stand(place, scope)
        self.choice_records[index][P.CHOICE_STUB] = len(self.nodes)
        self.emit_visits(self.origin(node), site, node)
        self.emit_to(P.OP_JUMP, self.site_label(site, copy), 0, 0, node)

    def settle_unplaced(self) -> None:
        """Give jumps into containers that were only ever copied a copy of their own."""
        before, inside = self.story.before, self.story.inside
        tried: set[Container] = set()  # damaged stories lead to what no layout has a place for
        while True:
            wanted = {
                node for of in (before, inside) for node, label in of.items() if label.waiting
            }
            if not wanted:
                break
            found = False
            for container in self.containers:
                placed = inside.get(container)
                if placed is not None and placed.pc >= 0:
                    continue
                if container in tried:
                    continue
                if container in wanted or not wanted.isdisjoint(container.content):
                    tried.add(container)
                    self.lay_out(container, self.story)
                    found = True
            while self.pending or self.stubs:
                while self.pending:
                    self.lay_out(*self.pending.popleft())
                while self.stubs:
                    self.lay_out_stub(*self.stubs.popleft())
            if not found:
                break
        for label in [*before.values(), *inside.values()]:
            if label.waiting:
                label_pc = self.emit(P.OP_FALL)
                for at in label.waiting:
                    self.code[at] = label_pc
                label.waiting = None


def _end_of(container: Container) -> Span | None:
    """Where a container's content ends: its last line, since what runs out does so there."""
    last: Node = container
    while isinstance(last, Container) and last.content:
        last = last.content[-1]
    span = last.span or container.span
    if span is None or span.end_line <= span.line:
        return span
    return Span(span.source, span.end_line, max(1, span.end_column - 1), *span[3:])
