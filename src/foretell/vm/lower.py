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
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final

from foretell import container as tree
from foretell.container import (
    BEGIN,
    COMMANDS,
    END,
    NATIVE_FUNCTIONS,
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
    Item,
    LegacyTag,
    ListValue,
    Node,
    Place,
    ReadCount,
    StringValue,
    VariablePointer,
    VariableReference,
    building,
    container_at,
    resolve_path,
)
from foretell.vm import program as P
from foretell.vm import values as V
from foretell.vm.jumps import Copy, Jumps
from foretell.vm.origins import ITS_END, ITSELF, Paths
from foretell.vm.patterns import (
    constant_string,
    ending_tag,
    label_strings,
    returns,
    tags_at_top,
)
from foretell.vm.program import ChoiceInfo, Program
from foretell.vm.references import Code, tell_references_apart
from foretell.vm.survey import DECLARATIONS, RETURN_VARIABLE

__all__ = ["lower", "lower_expression"]

_Items = Iterator[tuple[int, Any]]  # of a container's content, each with its index
_Outer = tuple[Container, _Items, int, Mapping[int, Item]]  # where it goes on, its landings
_NO_LANDINGS: Final[Mapping[int, Item]] = {}
_NO_ITEMS: Final[Collection[int]] = frozenset()
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
_Instruction = tuple[int, int, int, int]


def _operator(name: str) -> _Instruction:
    """What an operator or built-in is lowered to."""
    if name in _BINARY:
        return _BINARY[name], 0, 0, 0
    if name in V.UNARY:
        return P.OP_UNARY, V.OPERATION[name], 0, 0
    return P.OP_BINARY, V.OPERATION[name], 0, 0


_ALONE: Final[dict[Node, _Instruction]] = {
    **{node: _operator(name) for name, node in NATIVE_FUNCTIONS.items()},
    NATIVE_FUNCTIONS["!"]: (P.OP_NOT, 0, 0, 0),
    NATIVE_FUNCTIONS["_"]: (P.OP_NEG, 0, 0, 0),
    COMMANDS["~ret"]: (P.OP_RETURN, P.FUNCTION, 0, 0),
    COMMANDS["->->"]: (P.OP_RETURN, P.TUNNEL, 0, 0),
    COMMANDS["listInt"]: (P.OP_BINARY, V.O_LIST_INT, 0, 0),
    **{
        COMMANDS[name]: (_COMMANDS[name], 0, 0, 0)
        for name in "out du pop choiceCnt turn rnd srnd done end range lrnd".split()
    },
}
"""The nodes that are one instruction each, the same wherever they stand."""


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
        self.alone: dict[Node, _Instruction] = dict(_ALONE)  # and those met, see `constant`
        self.texts: dict[str, tuple[int, int, int]] = {}  # index, words and kind of those met
        self.copied: set[Container] = set()  # the texts of choices, each laid out twice
        self.worded: set[Container] = set()  # the containers in them whose words were counted
        self.static_counts: set[Item] = set()
        self.choices: list[ChoiceInfo] = []
        self.labels_of: dict[Container | None, str] = {
            container: name.rpartition(".")[2] for name, container in compiled.labels.items()
        }
        self.choice_records: list[int] = []
        self.stubs: deque[tuple[int, Copy, int]] = deque()
        self.externals: list[str] = []
        self.external_numbers: dict[str, int] = {}  # what each is in `externals`
        self.domains = compiled.domains
        self.external_arguments: list[int] = []
        self.external_calls: list[tuple[int, int]] = []
        self.shuffle_sizes: list[int] = []
        self.shuffle_slots: dict[Item, int] = {}
        self.copy = self.story
        self.in_eval = False
        self.in_string = 0
        self.in_tag = False

    # ------------------------------------------------------------ content

    def program(self) -> Program:
        """Lay out the whole story."""
        root = self.root
        stitches: dict[str, list[str]] = {}
        for path in self.places:
            if "." in path:
                stitches.setdefault(path.partition(".")[0], []).append(path)
        for name in root.named:
            if name != DECLARATIONS:
                for path in (name, *stitches.get(name, ())):
                    place, exact = resolve_path(root, path)
                    if exact and path:
                        self.target(place)
        self.lay_out(root, self.story)
        self.lay_out_pending()
        self.lay_out_fallbacks()
        self.settle_jumps()
        self.lay_out_unplaced()
        self.run_out()
        self.settle_pcs()
        copied = self.tell_references_apart()
        pcs = self.story.pcs
        declarations = root.named.get(DECLARATIONS)
        self.values.target_paths = [target.path for target in self.targets]
        self.values.global_names = list(self.globals)
        return Program(
            code=self.code,
            tables=self.build_tables(),
            start_pc=pcs[root],
            declarations_pc=-1 if declarations is None else pcs.get(declarations, -1),
            global_names=list(self.globals),
            visit_names=Paths(self.visited),
            turn_names=Paths(self.turned),
            shuffle_sizes=self.shuffle_sizes,
            values=self.values,
            targets=self.targets,
            target_of_path=self.target_of_path,
            choices=self.choices,
            externals=self.externals,
            domains=self.domains,
            temp_names=self.temp_names,
            scope_temps=[[self.temp_id(name) for name in slots] for slots in self.scope_slots],
            places=self.places,
            place_of_pc=self.place_of_pc,
            scope_of_pc=self.scope_of_pc,
            origins=self.origins,
            words=self.words,
            copied=copied,
            global_tags=tags_at_top(root),
            lowering=self,
        )

    def expression(self, program: Program, content: Container) -> int:
        """Append an expression as if it were called from the top of the story; gives its pc."""
        pc = self.length
        content.number = 0
        self.copy = self.story
        self.in_eval = False
        self.in_string = 0
        self.in_tag = False
        self.stand(0, 0)
        targets = len(self.targets)
        self.container(content)
        self.emit(P.OP_RETURN, P.FUNCTION)
        self.origins.forget(pc)  # it stands in no file of the story
        self.settle_jumps()
        self.run_out()
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
        for index, target in enumerate(self.targets):
            place, exact = resolve_path(self.root, target.path)
            if not exact or not target.path:
                place = self.root
            container = container_at(self.target_places[index])
            number = None if container is None else container.number
            walk = [] if place is self.root else self.walk(place)
            at = records + index * P.TARGET_SIZE
            tables[at + P.TARGET_PC] = self.story.pcs.get(place, -1)
            tables[at + P.TARGET_WALK] = len(tables)
            tables[at + P.TARGET_WALKS] = len(walk)
            tables[at + P.TARGET_VISITS] = (
                -2 if number is None else self.visit_slots.get(number, -1)
            )
            tables[at + P.TARGET_TURNS] = -2 if number is None else self.turn_slots.get(number, -1)
            tables[at + P.TARGET_SCOPE] = self.scope_of_unit[
                self.unit_of(self.target_places[index])
            ]
            for entry in walk:
                tables += entry
        tables += [self.values.string_index(THE_END)]
        tables[P.T_PLACE_NAMES] = len(tables)
        tables += [self.values.string_index(place) for place in self.places]
        tables[P.T_CHOICE_TABLE] = len(tables)
        tables += self.choice_records
        tables[P.T_CONTAINER_ENDS] = len(tables)
        tables += self.container_ends
        tables[P.T_SCOPES] = len(tables)
        tables += [len(slots) for slots in self.scope_slots]
        tables[P.T_EXTERNALS] = len(tables)
        for index, name in enumerate(self.externals):
            knot = self.root.named.get(name)
            scope = 0 if knot is None else self.scope_of_unit[knot.number]
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

    def tell_references_apart(self) -> dict[int, int]:
        """Lay functions out once more for what they are called with; says what is whose copy."""

        def leaders() -> set[int]:
            stubs = self.choice_records[P.CHOICE_STUB :: P.CHOICE_SIZE]
            return {*self.story.pcs.values(), *stubs}

        code = Code(self.code, self.where, self.place_of_pc, self.scope_of_pc, leaders)
        copied = tell_references_apart(code, self.scope_slots)
        self.length = len(self.code) // 4
        return copied

    def lay_out(self, container: Container, copy: Copy) -> None:
        """Lay out a container that only jumps reach, and end it."""
        self.copy = copy
        self.in_eval = False
        self.in_string = 0
        self.in_tag = False
        unit = self.units[container.number]
        self.stand(self.place_around[container.number], self.scope_of_unit[unit])
        self.container(container)
        self.fall(container)

    def lay_out_pending(self) -> None:
        """Lay out what was met and put off, and what that puts off."""
        while self.pending or self.stubs:
            while self.pending:
                self.lay_out(*self.pending.popleft())
            while self.stubs:
                self.lay_out_stub(*self.stubs.popleft())

    def fall(self, container: Container) -> None:
        """End a container that nothing follows."""
        self.holder, self.index = container, ITS_END
        self.emit(P.OP_FALL)

    def container(self, container: Container) -> None:
        """Lay out a container's content."""
        item = self.items.get(container)
        if item is not None:  # it is jumped to as an item of what holds it
            self.copy.pcs.setdefault(item, self.length)
        self.open_container(container)
        around: list[_Outer] = []  # … and where each goes on
        resume: dict[tuple[int, int], list[int]] = {}  # threads that go on at a container's item
        strings: dict[int, set[int]] = {}
        back: dict[int, Place | None] = {}
        pcs = self.copy.pcs
        landings = self.landings(container)
        of_kind, constant, alone, offering = _OF_KIND, _Lowering.constant, self.alone, self.offering
        code, where = self.code, self.where
        current = container
        items: _Items = enumerate(container.content)
        while True:
            self.holder = current
            number = current.number
            for index, node in items:
                if resume:
                    for at in resume.pop((number, index), ()):
                        self.land(at)
                kind = type(node)
                if kind is Container:
                    if index and self.bare and self.starts_bare(node):
                        self.holder, self.index = node, ITSELF
                        self.emit(P.OP_FROM, number)
                    if index in landings:
                        pcs.setdefault(landings[index], self.length)
                    if node.flags:
                        self.count_entry(node)
                    self.open_container(node)
                    around.append((current, items, index + 1, landings))
                    current, items = node, enumerate(node.content)
                    landings = self.landings(node)
                    break
                if landings and index in landings:
                    pcs.setdefault(landings[index], self.length)
                made = alone.get(node)
                if made is not None:
                    if made[0] != P.OP_PUSH or self.in_eval:
                        code += made  # as `emit` does
                        where += (number, index)
                        self.length += 1
                    continue
                if node is BEGIN:
                    self.in_eval = True
                    if number in offering:
                        for ends in label_strings(current.content, index):
                            strings.setdefault(number, set()).update(ends)
                    continue
                if node is END:
                    self.in_eval = False
                    continue
                self.index = index
                if kind is Command:
                    name = node.name
                    if name == "thread":
                        at = self.emit(P.OP_FORK)
                        if index + 2 < len(current.content):
                            resume.setdefault((number, index + 2), []).append(at)
                        else:
                            self.go_on_after(current, at, around, resume)
                            self.holder = current
                        continue
                    if name == "str":
                        is_label = index in strings.get(current.number, _NO_ITEMS)
                        constant_text = constant_string(current.content, index)
                        if constant_text is not None:
                            self.emit(P.OP_PUSH, self.values.string_value(constant_text[0]))
                            for _ in range(constant_text[1] - 1):
                                next(items)
                            continue
                        self.in_eval = False
                        self.in_string += 1
                        self.emit(P.OP_STRING_BEGIN, int(is_label))
                        continue
                    if name == "/str":
                        is_label = index in strings.get(current.number, _NO_ITEMS)
                        self.emit(P.OP_STRING_END, int(is_label))
                        self.in_eval = True
                        self.in_string -= 1
                        continue
                    if name == "#" and not self.in_string:
                        ending = ending_tag(current.content, index)
                        if ending is not None:
                            self.emit(P.OP_ENDING, self.values.string_index(ending))
                elif kind is DivertTarget:
                    if self.is_return_address(current, index):
                        place = self.leads_to(node, current)
                        back[current.number] = container_at(place) or place
                        continue
                elif back:
                    returned = back.get(current.number)
                    if returned is not None:
                        if kind is Assign and node.name == RETURN_VARIABLE:
                            continue
                        if kind is Divert and node.kind == "->" and not node.variable:
                            shared = container_at(self.leads_to(node, current))
                            if shared is not None and returns(shared):
                                back[current.number] = None
                                self.inline(node, shared, returned)
                                self.holder = current
                                continue
                of_kind.get(kind, constant)(self, node)
            else:
                if not around:
                    return
                current, items, _, landings = around.pop()

    def landings(self, container: Container) -> Mapping[int, Item]:
        """The items of a container that paths lead to, by index."""
        led_to = self.led_to.get(container)
        return {item.at: item for item in led_to} if led_to else _NO_LANDINGS

    def go_on_after(
        self,
        container: Container,
        at: int,
        around: list[_Outer],
        resume: dict[tuple[int, int], list[int]],
    ) -> None:
        """Have the jump at a pc lead to what follows `container`'s content."""
        child: Container = container
        for outer, _, next_index, _ in reversed(around):
            if next_index < len(outer.content):
                resume.setdefault((outer.number, next_index), []).append(at)
                return
            child = outer
        # nothing follows: the thread resumes at the FALL behind the outermost container
        self.holder, self.index = child, ITSELF
        beyond = self.emit(P.OP_JUMP)
        self.land(at)
        self.fall(child)
        self.land(beyond)

    def count_entry(self, container: Container) -> None:
        """Count a container that is walked into."""
        self.holder, self.index = container, ITSELF
        if container.flags & tree.COUNT_VISITS:
            self.emit(P.OP_VISIT, self.visit_slots[container.number])
        if container.flags & tree.COUNT_TURNS:
            self.emit(P.OP_TURN_MARK, self.turn_slots[container.number])

    def open_container(self, container: Container) -> None:
        """Stand at a container's first content."""
        if container.name or container.parent is None or container in self.entered:
            self.copy.pcs.setdefault(container, self.length)
        place = self.place_of_container.get(container.number)
        if place is not None:
            self.stand(place, self.scope)
            self.holder, self.index = container, ITSELF
            self.emit(P.OP_HERE, place)
        for child in container.named.values() if container.named else ():
            if not (self.copy is self.story and returns(child)):
                self.pending.append((child, self.copy))

    def inline(self, node: Divert, shared: Container, back: Place) -> None:
        """Lay out a copy of a container that returns through `$r` to `back`."""
        outer = self.copy
        if shared in self.shared_open:  # damaged: a text that holds itself
            self.fault(P.F_NO_DIVERT, node.target)
            return
        self.shared_open.append(shared)
        self.emit_visits(self.holder.number, shared)
        eval_before = self.in_eval
        self.copy = Copy(shared, back, shared not in self.copied)
        self.copied.add(shared)
        if self.are_words(shared):
            self.holder = shared
            *words, onwards = shared.content
            for self.index, word in enumerate(words):
                assert type(word) is StringValue
                self.string(word)
            self.index = len(words)
            assert type(onwards) is Divert
            self.divert_variable(onwards)
        else:
            self.container(shared)
        self.copy = outer
        self.in_eval = eval_before
        self.shared_open.pop()

    def are_words(self, shared: Container) -> bool:
        """Whether a container that returns holds words alone, and is led to as a whole alone."""
        if shared.named or shared in self.led_to or shared in self.items:
            return False
        if shared.number in self.place_of_container:
            return False
        return all(type(node) is StringValue for node in shared.content[:-1])

    # Below, one method for each kind of node that is no container: item `index` of `holder`.

    def glue(self, _: Glue) -> None:
        self.emit(P.OP_GLUE)

    def legacy_tag(self, node: LegacyTag) -> None:
        if node.text.startswith("ending:"):
            name = self.values.string_index(node.text[7:].strip())
            self.emit(P.OP_ENDING, name)
        self.emit(P.OP_FIXED_TAG, self.values.string_index(node.text.strip()))

    def constant(self, node: Node) -> None:
        if not self.in_eval:
            return  # ink puts it into the output stream, where nothing shows it
        value = V.VOID_VALUE
        if isinstance(node, IntValue):
            value = V.int_value(node.value)
            self.alone[node] = P.OP_PUSH, value, 0, 0
        elif isinstance(node, FloatValue):
            value = V.float_value(node.value)
        elif isinstance(node, BoolValue):
            value = V.TRUE if node.value else V.FALSE
        elif isinstance(node, ListValue):
            value = self.values.list_of(node.items, node.origins)
        self.emit(P.OP_PUSH, value)

    def string(self, node: StringValue) -> None:
        if self.in_eval:
            self.emit(P.OP_PUSH, self.values.string_value(node.text))
            return
        text = node.text
        known = self.texts.get(text)
        if known is None:
            kind = 1 if text == "\n" else 2 if not text.strip(" \t") else 0
            known = self.texts[text] = self.values.string_index(text), len(text.split()), kind
        string, words, kind = known
        if self.in_tag:
            words = 0
        if self.copy is not self.story:
            self.worded.add(self.holder)
            self.words += words if self.copy.is_first else 0
        elif self.holder not in self.worded:
            self.words += words
        counted = 0 if self.in_string else words
        self.emit(P.OP_TEXT, string, counted, kind)

    def divert_target(self, node: DivertTarget) -> None:
        holder, index = self.holder, self.index
        after = holder.content[index + 1] if index + 1 < len(holder.content) else None
        if isinstance(after, Command) and after.name in ("turns", "readc"):
            slot = self.slot_of(
                node, self.turn_slots if after.name == "turns" else self.visit_slots
            )
            if slot is not None:
                self.emit(
                    P.OP_LOAD_TURNS_SINCE if after.name == "turns" else P.OP_LOAD_VISITS, slot
                )
                self.static_counts.add(Item(holder, index + 1))
                return
        place = self.place_of(node, holder)
        if place is None:
            self.fault(P.F_NO_DIVERT, node.target)
            return
        target = self.target(place)
        if self.in_eval:
            self.emit(P.OP_PUSH, (V.TARGET << 32) | target)

    def slot_of(self, node: DivertTarget | ReadCount, slots: dict[int, int]) -> int | None:
        """The slot of the container that a node names, if it is counted."""
        place, exact = node.place, True
        if place is None:
            place, exact = resolve_path(self.holder, node.target)
        container = container_at(place) if exact else None
        return None if container is None else slots.get(container.number)

    def fault(self, code: int, text: str) -> None:
        self.emit(P.OP_FAULT, code, self.values.string_value(text))

    def command(self, node: Command) -> None:
        name = node.name
        if self.static_counts and Item(self.holder, self.index) in self.static_counts:
            return
        if name in ("#", "/#"):
            self.in_tag = name == "#"
        if name in _COMMANDS:
            self.emit(_COMMANDS[name])
        elif name == "visit":
            slot = self.visit_slots.get(self.holder.number)
            if slot is None:
                self.fault(P.F_UNCOUNTED, self.holder.path)
            else:
                self.emit(P.OP_LOAD_VISIT_INDEX, slot)
        elif name == "seq":
            before = self.holder.content[self.index - 1] if self.index else None
            size = before.value if isinstance(before, IntValue) else 0
            size = size if size <= _MOST_DEALT else 0
            # the copies of a choice's shared text deal from one pack
            words = 1 + (max(size, 1) - 1) // P.DEAL_BITS
            here = Item(self.holder, self.index)
            slot = self.shuffle_slots.setdefault(here, len(self.shuffle_sizes))
            if slot == len(self.shuffle_sizes):
                self.shuffle_sizes += [size, *([0] * (words - 1))]
            self.emit(P.OP_SHUFFLE, slot, words)
        # nop: nothing, but its place can be jumped to

    def temp_id(self, name: str) -> int:
        number = self.temp_ids.get(name)
        if number is None:
            number = self.temp_ids[name] = len(self.temp_names)
            self.temp_names.append(name)
        return number

    def load_variable(self, node: VariableReference) -> None:
        slot = self.globals.get(node.name)
        if slot is not None:
            self.alone[node] = P.OP_LOAD_GLOBAL, slot, 0, 0
        self.load(node.name)

    def load(self, name: str, *, to_divert: bool = False) -> None:
        slot = self.globals.get(name)
        if slot is not None:
            self.emit(P.OP_LOAD_GLOBAL, slot)
        elif name in self.list_items:
            self.emit(P.OP_PUSH, self.list_items[name])
        else:
            slot = self.scope_slots[self.scope][name]
            self.emit(P.OP_LOAD_TEMP, slot, self.temp_id(name), int(to_divert))

    def read_count(self, node: ReadCount) -> None:
        slot = self.slot_of(node, self.visit_slots)
        if slot is None:
            self.fault(P.F_UNCOUNTED, node.target)
        else:
            self.emit(P.OP_LOAD_VISITS, slot)

    def assign(self, node: Assign) -> None:
        slot = self.globals.get(node.name)
        if node.is_declaration and not node.is_global:
            slot = self.scope_slots[self.scope].get(node.name)
            if slot is not None:
                self.emit(P.OP_SET_TEMP, slot, self.temp_id(node.name))
                return
            slot = self.globals[node.name]
        if slot is not None:
            self.emit(P.OP_STORE_GLOBAL, slot)
        else:
            slot = self.scope_slots[self.scope][node.name]
            self.emit(P.OP_STORE_TEMP, slot, self.temp_id(node.name))

    def pointer(self, node: VariablePointer) -> None:
        slot = self.globals.get(node.name)
        temp = self.scope_slots[self.scope].get(node.name)
        if temp is not None and node.context != 0:
            known = slot + 1 if slot is not None else 0
            self.emit(P.OP_POINT_TEMP, temp, known, self.temp_id(node.name))
        elif slot is not None:
            self.emit(P.OP_POINT_GLOBAL, slot)
        else:
            self.fault(P.F_UNSET_TEMP, node.name)

    # ------------------------------------------------------------ flow

    def divert(self, node: Divert) -> None:
        if node.variable:
            self.divert_variable(node)
            return
        if node.kind == "x()":
            self.external(node)
            return
        origin = self.holder.number
        place = node.place or self.place_of(node, self.holder)
        test = self.emit(P.OP_JUMP_UNLESS) if node.conditional else -1
        if place is None:
            self.fault(P.F_NO_DIVERT, node.target)
        else:
            self.emit_visits(origin, place)
            if self.bare and self.starts_bare(place):
                self.emit(P.OP_FROM, origin)
            if node.kind != "->":
                scope = self.scope_of_unit[self.unit_of(place)]
                self.emit_to(P.OP_CALL, place, self.copy, self.call_operand(node), scope)
            elif test >= 0 and self.length == test + 1:  # there is nothing to do before the jump
                self.code[test * 4] = P.OP_JUMP_IF
                self.wait(test, place, self.copy)
                return
            else:
                self.emit_to(P.OP_JUMP, place, self.copy)
        if test >= 0:
            self.land(test)

    def call_operand(self, node: Divert) -> int:
        kind = P.TUNNEL if node.kind == "->t->" else P.FUNCTION
        return (self.holder.number << 4) | (kind << 1) | int(self.in_eval)

    def divert_variable(self, node: Divert) -> None:
        back = self.copy.back
        if node.target == RETURN_VARIABLE and back is not None:
            self.emit_visits(self.holder.number, back)
            # the place returned to belongs to whatever holds this copy
            self.emit_to(P.OP_JUMP, back, self.story)
            return
        test = self.emit(P.OP_JUMP_UNLESS) if node.conditional else -1
        self.load(node.target, to_divert=True)
        name = self.values.string_index(node.target)
        if node.kind == "->":
            self.emit(P.OP_JUMP_VALUE, 0, self.holder.number, name)
        else:
            self.emit(P.OP_CALL_VALUE, 0, self.call_operand(node), name)
        if test >= 0:
            self.land(test)

    def external(self, node: Divert) -> None:
        index = self.external_numbers.setdefault(node.target, len(self.externals))
        if index == len(self.externals):
            self.externals.append(node.target)
            self.external_arguments.append(node.external_arguments)
        pc = self.emit(P.OP_EXTERNAL, index, self.call_operand(node), -1)
        self.external_calls.append((pc, index))

    def lay_out_fallbacks(self) -> None:
        """Behind everything: for each external with a fallback, the way into it."""
        stubs: dict[int, int] = {}
        for pc, index in self.external_calls:
            knot = self.root.named.get(self.externals[index])
            if knot is None or self.externals[index] in self.domains:
                continue
            if index not in stubs:
                stubs[index] = self.length
                self.holder, self.index = knot, ITSELF
                self.emit_visits(-1, knot)
                self.emit_to(P.OP_JUMP, knot, self.story)
            self.code[pc * 4 + 3] = stubs[index]

    def choice(self, node: ChoicePoint) -> None:
        holder = self.holder
        place = self.place_of(node, holder)
        if place is None:
            self.fault(P.F_NO_DIVERT, node.target)
            return
        container = container_at(place)
        once = -1
        if container is not None and node.flags & tree.ONCE_ONLY:
            once = self.visit_slots.get(container.number, -1)
        bare = self.is_bare(node, holder)
        target = self.target(place) if bare else 0
        pc = self.emit(P.OP_CHOICE, len(self.choices), 0, int(bare))
        label = self.labels_of.get(container, "")
        choice = ChoiceInfo(node, holder, self.index, container, label, pc, self.place)
        self.stubs.append((len(self.choices), self.copy, self.scope))
        self.choices.append(choice)
        self.choice_records += (node.flags, -1, target, once)

    def lay_out_stub(self, index: int, copy: Copy, scope: int) -> None:
        """What happens when a choice is made: its visits, then a jump to its content."""
        choice = self.choices[index]
        place = self.place_of(choice.point, choice.holder)
        assert place is not None
        self.stand(choice.place, scope)
        self.holder, self.index = choice.holder, choice.index
        self.choice_records[index * P.CHOICE_SIZE + P.CHOICE_STUB] = self.length
        self.emit_visits(choice.holder.number, place)
        self.emit_to(P.OP_JUMP, place, copy)

    def lay_out_unplaced(self) -> None:
        """Give jumps into containers that were only ever copied a copy of their own."""
        tried: set[Container] = set()  # damaged stories lead to what no layout has a place for
        pcs = self.story.pcs
        found = True
        while found:
            wanted: set[Container] = set()
            for _, place, copy in self.waiting:
                if copy is not self.story:
                    continue
                container = container_at(place)
                if container is not None:
                    wanted.add(container)
                    outer = container.parent
                    if outer and outer.named.get(container.component) is not container:
                        wanted.add(outer)
                else:
                    assert isinstance(place, Item)
                    wanted.add(place.holder)
            found = False
            for container in self.containers if wanted else ():
                if container in wanted and not (container in tried or container in pcs):
                    tried.add(container)
                    self.lay_out(container, self.story)
                    found = True
            self.lay_out_pending()
            self.settle_jumps()


_OF_KIND: Final[dict[type[Node], Callable[[_Lowering, Any], None]]] = {
    StringValue: _Lowering.string,
    Command: _Lowering.command,
    Divert: _Lowering.divert,
    VariableReference: _Lowering.load_variable,
    ChoicePoint: _Lowering.choice,
    ReadCount: _Lowering.read_count,
    Assign: _Lowering.assign,
    Glue: _Lowering.glue,
    LegacyTag: _Lowering.legacy_tag,
    DivertTarget: _Lowering.divert_target,
    VariablePointer: _Lowering.pointer,
}
