"""The container tree of a story: what ink's runtime executes.

inklecate first builds a container for every piece of syntax and then dissolves those that nothing
needs to find. Here content is written straight into the container that will hold it; only what
has a name, or holds something that has, becomes a container of its own:

    a knot or stitch         [ parameters…, weave ]              by its name
    a weave with points      [ …, [gather "g-0"], {"c-0": …} ]
    a choice with a text     [ "ev", {"^->": …}, …, {"*": …}, {"s": [text, {"->": "$r"}]} ]
    a conditional's branch   [ {"->": ".^.b", "c": true}, {"b": […]} ]
    a sequence               [ "ev", "visit", …, {"s0": […], "s1": […]} ]

The text of a choice is needed twice, in the choice and after it. It stands in one container `s`
that both divert to, having put the place to come back to in the temporary `$r`.

Loose ends (see `weave`) are carried from weave to weave: a gather gives each of those it collects
a divert to itself. Weaves inside a conditional or sequence pass on their gathers only; a choice
there has to divert by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, NoReturn

from foretell.compiler.ast import (
    CYCLE,
    KNOT,
    ONCE,
    SHUFFLE,
    STOPPING,
    STORY,
    Assignment,
    Branch,
    Choice,
    Conditional,
    ConstDeclaration,
    Content,
    Divert,
    DivertTargetExpression,
    Flow,
    FunctionCall,
    Gather,
    Glue,
    IncDec,
    ListDeclaration,
    Number,
    Output,
    Return,
    Sequence,
    StringExpression,
    Syntax,
    TagMark,
    Text,
    Todo,
    TunnelOnwards,
    VarDeclaration,
    VariableUse,
    Weave,
    walk,
)
from foretell.compiler.emit_expressions import ExpressionEmitter, TooLargeError
from foretell.compiler.resolve import MOST_JUMPS, Problems, Symbols
from foretell.compiler.weave import following, has_points, last_significant, terminates
from foretell.container import (
    BEGIN,
    BEGIN_STRING,
    COMMANDS,
    COUNT_AT_START,
    COUNT_TURNS,
    COUNT_VISITS,
    DUPLICATE,
    END,
    END_STRING,
    GLUE,
    HAS_CHOICE_ONLY_CONTENT,
    HAS_CONDITION,
    HAS_START_CONTENT,
    IS_FALLBACK,
    NATIVE_FUNCTIONS,
    NEWLINE,
    NOTHING,
    ONCE_ONLY,
    POP,
    VOID,
    Assign,
    ChoicePoint,
    CompiledStory,
    Container,
    DivertTarget,
    Item,
    ListValue,
    StringValue,
    top_of,
)
from foretell.container import Divert as Jump
from foretell.diagnostics import Span

__all__ = ["emit_story"]

_EQUAL: Final = NATIVE_FUNCTIONS["=="]
_SET_RETURN: Final = Assign("$r", False, True)  # where the text of a choice goes back to
_RETURN: Final = Jump(target="$r", variable=True)

_MOST_GATHERS_IN_A_ROW: Final = 5000  # each is a container inside the one before it


def emit_story(symbols: Symbols, problems: Problems, count_all: bool) -> CompiledStory | None:
    """The story whose names are `symbols`, or None where there are errors."""
    try:
        return _Emitter(symbols, problems, count_all).story()
    except TooLargeError:
        return None


class _Frame:
    """A weave being emitted: its loose ends, and where they stand; the weave around it.

    `sealed` says that a conditional or sequence stands between the two.
    """

    __slots__ = ("is_nested", "loose", "parent", "sealed", "weave")

    def __init__(self, weave: Weave, parent: _Frame | None, sealed: bool) -> None:
        self.weave = weave
        self.parent = parent
        self.sealed = sealed
        self.is_nested: bool = sealed or (parent is not None and parent.is_nested)
        self.loose: dict[Choice | Gather, tuple[Weave, int]] = {}


class _Emitter(ExpressionEmitter):
    """Turns a story's syntax into its container tree."""

    def __init__(self, symbols: Symbols, problems: Problems, count_all: bool) -> None:
        super().__init__(symbols, problems)
        self.count_all = count_all
        self.initial: list[tuple[VarDeclaration | ListDeclaration, Flow]] = []
        self.frame: _Frame | None = None
        self.sealed = False

    # --- the story ------------------------------------------------------------------------

    def story(self) -> CompiledStory | None:
        """The whole story."""
        symbols = self.symbols
        root = self._flow(symbols.story)
        if symbols.globals:
            root.add_named("global decl", self._initial_values())
        root.extend(None, COMMANDS["done"])
        for constant in symbols.constant_list:
            self._check_constant(constant)
        if any(p.severity == "error" for p in self.problems.found):
            return None
        self._report_unused()
        self._set_flags()
        self._settle_places()
        definitions: dict[str, dict[str, int]] = {}
        for declaration, _ in self.initial:
            if isinstance(declaration, ListDeclaration):
                definitions[declaration.name.text] = {
                    i.name.text: i.number for i in declaration.items
                }
        return CompiledStory(
            root, definitions, constants=_constant_values(symbols), labels=self._labels()
        )

    def _labels(self) -> dict[str, Container]:
        """The containers of labels by their full names; a knot lends its name to all inside it."""
        found: dict[str, Container] = {}
        for flow in self.symbols.flows:
            names = [] if flow.name is None else [flow.name.text]
            owner = self.symbols.owners.get(flow)
            if owner is not None and owner.name is not None:
                names.insert(0, owner.name.text)
            for name, label in self.symbols.labels[flow].items():
                found[".".join([*names, name])] = self.containers[label]
                found.setdefault(".".join([*names[:1], name]), self.containers[label])
        return found

    def _initial_values(self) -> Container:
        """`global decl`: the first values of all variables, in the order they were met."""
        container = Container()
        container.extend(None, BEGIN)
        for declaration, flow in self.initial:
            self.flow = flow
            span = declaration.span
            name = declaration.name.text
            if isinstance(declaration, ListDeclaration):
                items = tuple(
                    (f"{name}.{i.name.text}", i.number) for i in declaration.items if i.is_initial
                )
                container.extend(span, ListValue(items, () if items else (name,)))
            else:
                self.in_initial_value, told = True, len(self.problems.found)
                self.value(declaration.value, container)
                self.in_initial_value = False
                if len(self.problems.found) == told:  # what is unknown need not be told twice
                    self._check_initial(declaration)
            container.extend(span, Assign(name, True, True))
        container.extend(None, END, COMMANDS["end"])
        return container

    def _check_initial(self, declaration: VarDeclaration) -> None:
        value = declaration.value
        if not isinstance(value, VariableUse) or value.dotted in self.symbols.constants:
            return
        path = value.path
        if len(path) <= 2 and self.symbols.list_item(
            path[0] if len(path) == 2 else None, path[-1], value.span
        ):
            return
        self.problems.error(
            "initial-value",
            "a variable's first value can't be another variable",
            value.span,
            hint="give it a literal value, a constant or a list item",
        )

    def _check_constant(self, constant: ConstDeclaration) -> None:
        if isinstance(constant.value, DivertTargetExpression):
            self.problems.error(
                "initial-value",
                f"the constant `{constant.name.text}` can't hold a divert target",
                constant.value.span,
                hint=f"write VAR {constant.name.text} = …; ink's own compiler fails here too",
            )

    def _report_unused(self) -> None:
        """Name what is declared and never read. A host may read a global, so that is but a note."""
        symbols = self.symbols
        report = self.problems.report
        for temps in symbols.temps.values():
            for name, temp in temps.items():
                if name not in self.used_variables:
                    message = f"the temporary variable `{name}` is never read"
                    report("warning", "unused-temporary", message, temp.name.span)
        for name, constant in symbols.constants.items():
            if name not in self.used_variables:
                message = f"the constant `{name}` is never used"
                report("warning", "unused-constant", message, constant.name.span)
        for name, declared in symbols.globals.items():
            if isinstance(declared, VarDeclaration) and name not in self.used_variables:
                message = f"the story never reads the variable `{name}`"
                report("note", "unused-variable", message, declared.name.span)
        for flow in symbols.story.flows:
            name = flow.name.text if flow.name is not None else ""
            if flow.is_function and flow not in self.reached and name not in symbols.externals:
                report(
                    "note",
                    "unused-function",
                    f"the story never calls the function `{name}`",
                    flow.span,
                )

    def _set_flags(self) -> None:
        for target in self.visits_counted:
            self.containers[target].flags |= COUNT_VISITS
        for target in self.turns_counted:
            self.containers[target].flags |= COUNT_TURNS
        for container in self.containers.values():
            if container.flags == COUNT_AT_START:
                container.flags = 0  # nothing to count

    def _settle_places(self) -> None:
        """Settle where jumps and counts lead that waited for what stands further down."""
        for node, target in self.forward:
            node.place = self.containers[target]
        for call, holder in self.external_calls:
            # not a place, yet ink shortens it like one inside a knot of the same name
            top, depth = top_of(holder)
            upward = "." + ".".join("^" * (depth - 1))
            if top == call.target and len(upward) < len(call.target):
                call.target = upward

    # --- knots and stitches ---------------------------------------------------------------

    def _flow(self, flow: Flow) -> Container:
        container = Container(
            name=None if flow.name is None else flow.name.text,
            flags=COUNT_VISITS if self.count_all else 0,
            span=flow.span,
        )
        self.containers[flow] = container
        self.flow = flow
        found_return = self._check_flow(flow)
        for argument in reversed(flow.arguments):
            container.extend(argument.name.span, Assign(argument.name.text, False, True))
        frame: _Frame | None = None
        if flow.weave is not None:
            self.frame, self.sealed = None, False
            root = container
            if has_points(flow.weave):
                root = Container(span=flow.span)
                container.add(root)
            frame = self._weave(flow.weave, root)
        elif flow.level == KNOT and not flow.flows[0].arguments:
            entry = Jump()
            container.extend(flow.flows[0].span, entry)
            self.lead(entry, flow.flows[0])
            self.reached.add(flow.flows[0])
        self._children(flow, container)
        self.flow = flow
        if flow.level != STORY and not flow.is_function and frame is not None and not found_return:
            self._check_loose_ends(flow, frame)
        return container

    def _children(self, flow: Flow, container: Container) -> None:
        seen: dict[str, Flow] = {}
        for child in flow.flows:
            name = "" if child.name is None else child.name.text
            earlier = seen.setdefault(name, child)
            if earlier is not child and name:
                self.problems.error(
                    "duplicate-flow",
                    f"there are two called `{name}`",
                    child.name.span if child.name else child.span,
                    f"second {child.kind}",
                    f"the first is at {earlier.span.place}",
                )
            container.add_named(name, self._flow(child))

    def _check_flow(self, flow: Flow) -> bool:
        """Refuse what a function, or anything else, can't hold; whether there is a return in it."""
        if flow.is_function:
            self._check_function(flow)
            return False
        if flow.level == STORY:
            return False
        inside = self.symbols.returns
        returns = next((inside[f] for f in (flow, *flow.flows) if f in inside), None)
        if returns is None:
            return False
        name = "" if flow.name is None else flow.name.text
        if flow.level == KNOT or self.symbols.owners.get(flow) is self.symbols.story:
            self.problems.error(
                "return-outside-function",
                f"there is nothing to return from: `{name}` is a {flow.kind}",
                returns.span,
                hint=f"declare it as `== function {name} ==`; a tunnel returns with `->->`",
            )
        return True

    def _check_function(self, flow: Flow) -> None:
        name = "" if flow.name is None else flow.name.text
        if flow.level != KNOT:
            self.problems.error(
                "function-stitch",
                f"the function `{name}` can't be a stitch",
                flow.span,
                hint=f"write `== function {name} ==`",
            )
        for child in flow.flows:
            self.problems.error(
                "function-content", f"the function `{name}` can't hold stitches", child.span
            )
        if flow.weave is None:
            return
        values: set[Divert] = set()
        for node in walk(flow.weave):
            if isinstance(node, DivertTargetExpression):
                values.add(node.divert)
            elif isinstance(node, Divert) and node not in values:
                self.problems.error(
                    "function-content",
                    f"the function `{name}` can't hold diverts",
                    node.span,
                    hint="make it a knot and enter it by a tunnel: -> knot ->",
                )
            elif isinstance(node, Choice):
                self.problems.error(
                    "function-content",
                    f"the function `{name}` can't hold choices",
                    node.span,
                    hint="make it a knot and enter it by a tunnel: -> knot ->",
                )

    # --- weave ----------------------------------------------------------------------------

    def _weave(self, weave: Weave, root: Container) -> _Frame:
        """Write `weave` into `root`."""
        frame = _Frame(weave, self.frame, self.sealed)
        outer, outer_sealed = self.frame, self.sealed
        self.frame, self.sealed = frame, False
        current = root
        previous: Choice | Gather | None = None
        to_previous = has_choice = False
        gathers = choices = in_a_row = 0
        writers = _WRITERS
        for index, item in enumerate(weave.items):
            if self.jumps > MOST_JUMPS:
                self._too_large(item)
            write = writers.get(type(item))
            if write is not None:
                into = current
                if to_previous and previous is not None:
                    into = self.containers[previous]
                write(self, item, into)
            elif isinstance(item, Gather):
                name = item.label.text if item.label is not None else f"g-{gathers}"
                gathers += item.label is None
                in_a_row = 0 if has_choice else in_a_row + 1
                if in_a_row > _MOST_GATHERS_IN_A_ROW:
                    self._too_many_gathers(item)
                    break
                current = self._gather(item, name, root if has_choice else None, current)
                frame.loose[item] = (weave, index)
                has_choice = to_previous = False
                previous = item
            elif isinstance(item, Choice):
                if isinstance(previous, Gather):
                    frame.loose.pop(previous, None)
                inner = self._choice(item, current)
                current.add_named(f"c-{choices}", inner)
                choices += 1
                frame.loose[item] = (weave, index)
                has_choice = to_previous = True
                previous = item
            elif isinstance(item, Weave):
                nested = current
                if to_previous and previous is not None:
                    nested = self.containers[previous]
                if has_points(item):
                    inner = Container(span=item.span)
                    nested.add(inner)
                    nested = inner
                self._weave(item, nested)
                if previous is not None:
                    frame.loose.pop(previous, None)
                    to_previous = False
            # else constants, externals, includes: nothing to run
        self._pass_on(frame)
        self.frame, self.sealed = outer, outer_sealed
        if frame.loose and frame.is_nested:
            self._check_nested_ends(frame)
        return frame

    def _inner_weave(self, weave: Weave, into: Container) -> None:
        """Write a weave that stands inside braces: most are nothing but words."""
        item = weave.items[0] if len(weave.items) == 1 else None
        if type(item) is Text and self.jumps <= MOST_JUMPS:
            self._text(item, into)
        else:
            self._weave(weave, into)

    def _too_large(self, item: Syntax) -> NoReturn:
        # nearly always `Symbols` has counted so many: here it is those that lead to a gather, too
        self.problems.too_many_jumps(item.span)
        raise TooLargeError

    def _too_many_gathers(self, gather: Gather) -> None:
        self.problems.error(
            "too-deep",
            f"there are more than {_MOST_GATHERS_IN_A_ROW} gathers in a row",
            gather.span,
            hint="lines of text need no dash; spread them over knots or stitches",
        )

    def _gather(
        self, gather: Gather, name: str, beside: Container | None, current: Container
    ) -> Container:
        """The gather's container, collecting loose ends: `beside` the content where choices come
        before it, so that only they lead there, else at the end of `current`."""
        container = Container(name=name, flags=COUNT_AT_START, span=gather.span)
        if self.count_all:
            container.flags |= COUNT_VISITS
        self.containers[gather] = container
        if beside is None:
            current.add(container)
        else:
            beside.add_named(name, container)
        assert self.frame is not None
        for end in self.frame.loose:
            if isinstance(end, Gather) and end.depth == gather.depth:
                continue
            self.containers[end].extend(gather.span, Jump(place=container))
            self.jumps += 1
        self.frame.loose.clear()
        return container

    def _pass_on(self, frame: _Frame) -> None:
        """Hand loose ends to the weave around."""
        if frame.parent is None:
            return
        for end in reversed(list(frame.loose)):
            if frame.sealed and isinstance(end, Choice):
                continue
            frame.parent.loose[end] = frame.loose.pop(end)

    def _choice(self, choice: Choice, into: Container) -> Container:
        """Write the choice into `into`; the container that it leads to is returned."""
        span = choice.span
        inner = Container(flags=COUNT_AT_START, span=span)
        if self.count_all or choice.once_only:
            inner.flags |= COUNT_VISITS
        self.containers[choice] = inner
        outer = into
        flags = (ONCE_ONLY if choice.once_only else 0) | (IS_FALLBACK if choice.is_fallback else 0)
        start = choice.start
        if start is not None:
            outer = Container(span=span)
            into.add(outer)
        has_evaluation = bool(start or choice.only or choice.condition)
        if has_evaluation:
            outer.extend(span, BEGIN)
        if start is not None:
            flags |= HAS_START_CONTENT
            self._choice_text(start, outer, inner)
        if choice.only is not None:
            flags |= HAS_CHOICE_ONLY_CONTENT
            outer.extend(choice.only.span, BEGIN_STRING)
            self.content(choice.only.items, outer)
            outer.extend(choice.only.span, END_STRING)
        if choice.condition is not None:
            flags |= HAS_CONDITION
            self._check_condition(choice.condition)
            self.value(choice.condition, outer)
        if has_evaluation:
            outer.extend(span, END)
        outer.extend(span, ChoicePoint(flags=flags, place=inner))
        self.jumps += 1
        self.content(choice.inner.items, inner)
        return inner

    def _choice_text(self, start: Content, outer: Container, inner: Container) -> None:
        """Text that the choice and what follows it share: a container and two ways back."""
        span = start.span
        text = Container(span=span)
        after_choice, after_text = (
            Container(name="$r1", span=span),
            Container(name="$r2", span=span),
        )
        outer.extend(
            span, DivertTarget(place=after_choice), _SET_RETURN, BEGIN_STRING, Jump(place=text)
        )
        self.content(start.items, text)
        text.extend(span, _RETURN)
        outer.add_named("s", text)
        outer.add(after_choice)
        outer.extend(span, END_STRING)
        inner.extend(
            span, BEGIN, DivertTarget(place=after_text), END, _SET_RETURN, Jump(place=text)
        )
        inner.add(after_text)
        self.jumps += 4

    # --- content --------------------------------------------------------------------------

    def content(self, items: Iterable[Syntax], into: Container) -> None:
        for item in items:
            write = _WRITERS.get(type(item))
            if write is not None:
                write(self, item, into)

    def _text(self, item: Text, into: Container) -> None:
        text = item.text
        into.content.append(NEWLINE if text == "\n" else StringValue(text))
        into.spans.append(item.span)

    def _nested(self, item: Content, into: Container) -> None:
        self.content(item.items, into)

    def _output(self, item: Output, into: Container) -> None:
        self.evaluation(item.value, into, printed=True)

    def _function_call(self, item: FunctionCall, into: Container) -> None:
        into.extend(item.span, BEGIN)
        self.value(item, into)
        into.extend(item.span, POP, END)

    def _tag_mark(self, item: TagMark, into: Container) -> None:
        into.extend(item.span, COMMANDS["#" if item.is_start else "/#"])

    def _glue(self, item: Glue, into: Container) -> None:
        into.extend(item.span, GLUE)

    def _first_value(self, item: VarDeclaration | ListDeclaration, _: Container) -> None:
        self.declared.add(item.name.text)
        self.initial.append((item, self.flow))

    def _todo(self, item: Todo, _: Container) -> None:
        self.problems.report("note", "todo", item.message or "TODO", item.span)

    def _return(self, item: Return, into: Container) -> None:
        span = item.span
        if item.value is not None:
            self.evaluation(item.value, into)
        else:
            into.extend(span, BEGIN, VOID, END)
        into.extend(span, COMMANDS["~ret"])

    def _assignment(self, item: Assignment, into: Container) -> None:
        name = item.name.text
        if item.is_temp:
            if self.flow.level == STORY:
                self.declared.add(name)
            else:
                self.declared_temps.setdefault(self.flow, set()).add(name)
        self.evaluation(item.value, into)
        is_global = False
        if not item.is_temp:
            is_global = self._is_global(item)
        into.extend(item.span, Assign(name, is_global, item.is_temp))

    def _is_global(self, item: Assignment | IncDec) -> bool:
        """Whether what `item` sets is a global; an error if there is no such variable."""
        name = item.name.text
        symbols = self.symbols
        if symbols.is_local(name, self.flow):
            return False
        if name not in symbols.globals:
            if name in symbols.constants:
                message = f"`{name}` is a constant and can't be changed"
                hint = f"declare it with VAR ({symbols.constants[name].name.span.place})"
            else:
                message = f"there is no variable `{name}` here"
                hint = symbols.suggest_variable(name, self.flow) or (
                    f"declare it: VAR {name} = …, or ~ temp {name} = …"
                )
            self.problems.error("unknown-variable", message, item.name.span, "set here", hint)
        return True

    def _increment(self, item: IncDec, into: Container) -> None:
        span = item.span
        name = item.name.text
        into.extend(span, BEGIN)
        into.extend(item.name.span, self.reference(name))
        if item.value is None:
            into.extend(span, self.number(1))
        else:
            self.value(item.value, into)
        into.extend(span, NATIVE_FUNCTIONS["+" if item.is_increment else "-"])
        into.extend(span, Assign(name, self._is_global(item), False), END)

    # --- conditionals and sequences -------------------------------------------------------

    def _conditional(self, item: Conditional, into: Container) -> None:
        outer_sealed, self.sealed = self.sealed, True
        if item.query is not None:
            self._check_condition(item.query)
            self.evaluation(item.query, into)
        backs: list[Jump] = []
        for branch in item.branches:
            into.add(self._branch(branch, backs))
        first, last = (item.branches[0], item.branches[-1]) if item.branches else (None, None)
        if item.query is not None and first and first.condition and last and not last.is_else:
            into.extend(item.span, POP)
        _rejoin(backs, into, item.span)
        self.sealed = outer_sealed

    def _branch(self, branch: Branch, backs: list[Jump]) -> Container:
        """The branch's container; the jump that leads back from it is added to `backs`."""
        span = branch.span
        container = Container(span=span)
        duplicates = branch.matches and not branch.is_else
        if duplicates:
            container.extend(span, DUPLICATE)
        if not branch.is_true and not branch.is_else:
            condition = branch.condition
            where = condition.span if condition is not None else span
            if condition is not None:
                container.extend(where, BEGIN)
                self._check_condition(condition)
                self.value(condition, container)
            if branch.matches:
                container.extend(where, NATIVE_FUNCTIONS["=="])
            if condition is not None:
                container.extend(where, END)
        body = Container(span=span)
        container.extend(span, Jump(conditional=not branch.is_else, place=body))
        self.jumps += 1
        if duplicates or (branch.is_else and branch.matches):
            body.extend(span, POP)
        if not branch.is_inline:
            body.extend(span, NEWLINE)
        if branch.weave is not None:
            self._warn_of_else_text(branch.weave)
            self._inner_weave(branch.weave, body)
        back = Jump()
        body.extend(span, back)
        self.jumps += 1
        backs.append(back)
        container.add_named("b", body)
        return container

    def _warn_of_else_text(self, weave: Weave) -> None:
        for item in weave.items:
            if isinstance(item, Text) and item.text.startswith("else:"):
                self.problems.warning(
                    "else-as-text",
                    "this `else:` is shown to the reader as text",
                    item.span,
                    hint="write `- else:`",
                )

    def _sequence(self, item: Sequence, into: Container) -> None:
        outer_sealed, self.sealed = self.sealed, True
        span = item.span
        kind = item.kind
        container = Container(flags=COUNT_VISITS | COUNT_AT_START, span=span)
        into.add(container)
        count = len(item.elements)
        branches = count + 1 if kind & ONCE else count

        container.extend(span, BEGIN, COMMANDS["visit"])
        if kind & (STOPPING | ONCE):
            container.extend(span, self.number(branches - 1), NATIVE_FUNCTIONS["MIN"])
        elif kind & CYCLE:
            container.extend(span, self.number(count), NATIVE_FUNCTIONS["%"])
        if kind & SHUFFLE:
            self._shuffle(kind, count, container, span)
        container.extend(span, END)
        backs: list[Jump] = []
        for index in range(branches):
            element = item.elements[index] if index < count else None
            where = span if element is None else element.span
            body = Container(span=where)
            to_body, back = Jump("->", "", False, True, 0, body), Jump()
            container.extend(where, BEGIN, DUPLICATE, self.number(index), _EQUAL, END, to_body)
            body.add(POP, where)
            if element is not None:
                self._inner_weave(element, body)
            body.add(back, where)
            backs.append(back)
            container.add_named(f"s{index}", body)
            self.jumps += 2
        _rejoin(backs, container, span)
        self.sealed = outer_sealed

    def _shuffle(self, kind: int, count: int, container: Container, span: Span) -> None:
        """Replace the visit count on the stack by a shuffled index, unless all were dealt."""
        dealt = self.number(count - 1 if kind & STOPPING else count)
        skips: list[Jump] = []
        if kind & (ONCE | STOPPING):
            skips.append(Jump(conditional=True))
            container.extend(span, DUPLICATE, dealt, _EQUAL, *skips)
            self.jumps += 1
        container.extend(span, dealt, COMMANDS["seq"])
        if skips:
            _rejoin(skips, container, span)

    # --- loose ends -----------------------------------------------------------------------

    def _open_ends(self, frame: _Frame) -> list[Syntax]:
        """What the flow of a weave runs out after."""
        if isinstance(last_significant(frame.weave), Todo):
            return []
        found: list[Syntax] = []
        if frame.loose:
            for end, (weave, index) in frame.loose.items():
                terminated, last = terminates(following(end, weave, index))
                if not terminated:
                    found.append(last or end)
        elif not has_points(frame.weave):
            terminated, last = terminates(frame.weave.items)
            if not terminated:
                found.append(last or frame.weave)
        return [end for end in found if not isinstance(end, Todo)]

    def _check_loose_ends(self, flow: Flow, frame: _Frame) -> None:
        for end in self._open_ends(frame):
            hint = "end it with a choice, a divert, or `-> DONE`"
            if flow.flows and flow.flows[0].name and end in frame.weave.items:
                hint += f"; to go on to `{flow.flows[0].name.text}` divert to it"
            if isinstance(end, Divert) and end.kind == "->t->":
                hint += f"; when the tunnel `{end.dotted}` returns there is nowhere to go"
            self.problems.warning(
                "loose-end", "the story may run out here", end.span, "nothing follows", hint
            )

    def _check_nested_ends(self, frame: _Frame) -> None:
        for end in self._open_ends(frame):
            self.problems.error(
                "loose-choice",
                "a choice inside braces must say where it leads",
                end.span,
                "nothing follows",
                "end it with a divert; a choice with a condition is written * {condition} choice",
            )


_WRITERS: Final[dict[type[Syntax], Callable[[_Emitter, Any, Container], None]]] = {
    Text: _Emitter._text,
    Content: _Emitter._nested,
    Output: _Emitter._output,
    Divert: _Emitter.divert,
    Conditional: _Emitter._conditional,
    Sequence: _Emitter._sequence,
    Assignment: _Emitter._assignment,
    FunctionCall: _Emitter._function_call,
    IncDec: _Emitter._increment,
    TagMark: _Emitter._tag_mark,
    Glue: _Emitter._glue,
    TunnelOnwards: _Emitter.tunnel_onwards,
    Return: _Emitter._return,
    VarDeclaration: _Emitter._first_value,
    ListDeclaration: _Emitter._first_value,
    Todo: _Emitter._todo,
}


def _rejoin(jumps: Iterable[Jump], into: Container, span: Span) -> None:
    """Have jumps meet again here."""
    place = Item(into, len(into.content))
    into.extend(span, NOTHING)
    for jump in jumps:
        jump.place = place


def _constant_values(symbols: Symbols) -> dict[str, bool | int | float | str]:
    """The values of the CONSTs that hold numbers and plain strings."""
    found: dict[str, bool | int | float | str] = {}
    for name, constant in symbols.constants.items():
        match constant.value:
            case Number(value=value):
                found[name] = value
            case StringExpression(items=[Text(text=text)]):
                found[name] = text
            case _:
                pass
    return found
