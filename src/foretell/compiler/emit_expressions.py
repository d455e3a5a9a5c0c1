"""Expressions and jumps as runtime content.

ink's runtime evaluates on a stack: operands first, then the operator, between `ev` and `/ev`.

    {x + 1}   ▶   "ev", {"VAR?": "x"}, 1, "+", "out", "/ev"

A jump is a divert with what its arguments push before it. Whether a name is a variable, and so
where a jump leads, depends on the variables declared *above*, as in ink's own compiler; where it
leads in the tree may be known only further down, so such jumps wait in `self.forward`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, Final

from foretell.compiler.ast import (
    Argument,
    Binary,
    Divert,
    DivertTargetExpression,
    Flow,
    FunctionCall,
    IncDec,
    ListLiteral,
    MultipleConditions,
    Name,
    Number,
    StringExpression,
    Syntax,
    Text,
    TunnelOnwards,
    Unary,
    VariableUse,
)
from foretell.compiler.resolve import Problems, Symbols, Target
from foretell.container import (
    BEGIN,
    BEGIN_STRING,
    COMMANDS,
    END,
    END_STRING,
    NATIVE_FUNCTIONS,
    VOID,
    BoolValue,
    ChoicePoint,
    Container,
    DivertTarget,
    FloatValue,
    IntValue,
    ListValue,
    Node,
    ReadCount,
    StringValue,
    VariablePointer,
    VariableReference,
)
from foretell.container import Divert as Jump
from foretell.diagnostics import Span, closest

__all__ = [
    "BUILT_IN_FUNCTIONS",
    "COMMAND_PARAMETERS",
    "COUNTING",
    "NATIVE_PARAMETERS",
    "ExpressionEmitter",
    "TooLargeError",
    "literal",
    "single",
]

NATIVE_PARAMETERS: Final = {
    "MIN": 2,
    "MAX": 2,
    "POW": 2,
    "FLOOR": 1,
    "CEILING": 1,
    "INT": 1,
    "FLOAT": 1,
    "LIST_MIN": 1,
    "LIST_MAX": 1,
    "LIST_ALL": 1,
    "LIST_COUNT": 1,
    "LIST_VALUE": 1,
    "LIST_INVERT": 1,
}
COMMAND_PARAMETERS: Final = {
    "CHOICE_COUNT": ("choiceCnt", ()),
    "TURNS": ("turn", ()),
    "RANDOM": ("rnd", ("the smallest integer", "the largest")),
    "SEED_RANDOM": ("srnd", ("an integer",)),
    "LIST_RANGE": ("range", ("a list", "a smallest item or number", "a largest")),
    "LIST_RANDOM": ("lrnd", ("a list",)),
}
COUNTING: Final = {"TURNS_SINCE": "turns", "READ_COUNT": "readc"}

BUILT_IN_FUNCTIONS: Final = frozenset([*NATIVE_PARAMETERS, *COMMAND_PARAMETERS, *COUNTING]) - {
    "LIST_RANGE"
}
"""Names that nothing else may have (ink leaves LIST_RANGE free)."""

_MOST_REPEATED: Final = 16 << 20  # characters; each use of a constant is a copy of its text

Leading = Jump | DivertTarget | ReadCount | ChoicePoint

_OUT: Final = COMMANDS["out"]
_FUNCTION_NAMES: Final = BUILT_IN_FUNCTIONS | {"LIST_RANGE"}


class TooLargeError(Exception):
    """A story that is too large, as has been told; the rest of it is not looked at."""


class ExpressionEmitter:
    """Turns expressions and jumps into content, inside the flow at hand."""

    def __init__(self, symbols: Symbols, problems: Problems) -> None:
        self.symbols = symbols
        self.problems = problems
        self.flow: Flow = symbols.story
        self.declared: set[str] = set()  # globals met so far
        self.declared_temps: dict[Flow, set[str]] = {}
        self.jumps = 0  # how many nodes lead somewhere
        self.repeated = 0  # characters that stand where constants do
        self.containers: dict[Target, Container] = {}
        self.forward: list[tuple[Leading, Target]] = []  # those that lead further down
        self.external_calls: list[tuple[Jump, Container]] = []  # each with its container
        self._integers: dict[int, IntValue] = {}
        self._references: dict[str, VariableReference] = {}
        self.visits_counted: set[Target] = set()
        self.turns_counted: set[Target] = set()
        self.used_variables: set[str] = set()
        self.known_variables: set[tuple[Flow, str]] = set()  # names that were variables in a flow
        self.in_initial_value = False  # of a VAR
        self.reached: set[Target] = set()

    # --- nodes ----------------------------------------------------------------------------

    def number(self, value: bool | int | float) -> Node:
        """What pushes a literal: one node for all equal integers."""
        if type(value) is not int:
            return literal(value)
        found = self._integers.get(value)
        if found is None:
            found = self._integers[value] = IntValue(value)
        return found

    def reference(self, name: str) -> VariableReference:
        """What pushes a variable: one node for all its uses."""
        found = self._references.get(name)
        if found is None:
            found = self._references[name] = VariableReference(name)
        return found

    def lead(self, node: Leading, target: Target) -> None:
        """Have `node` lead to `target`, now or once its container is there."""
        self.jumps += 1
        node.place = self.containers.get(target)
        if node.place is None:
            self.forward.append((node, target))

    # --- values ---------------------------------------------------------------------------

    def evaluation(self, value: Syntax, into: Container, *, printed: bool = False) -> None:
        """`ev value /ev`, and `out` where it is printed."""
        span = value.span
        into.extend(span, BEGIN)
        self.value(value, into, printed=printed)
        if printed:
            into.extend(span, _OUT, END)
        else:
            into.extend(span, END)

    def value(self, value: Syntax, into: Container, *, printed: bool = False) -> None:
        """What pushes `value`."""
        if isinstance(value, VariableUse):
            self._variable(value, into, printed)
        elif isinstance(value, Number):
            into.extend(value.span, self.number(value.value))
        else:
            _PUSHES[type(value)](self, value, into)

    def _unary(self, value: Unary, into: Container) -> None:
        self._check_condition(value.inner)
        self.value(value.inner, into)
        into.extend(value.span, NATIVE_FUNCTIONS[value.operator])

    def _all_of(self, value: MultipleConditions, into: Container) -> None:
        for index, condition in enumerate(value.conditions):
            self._check_condition(condition)
            self.value(condition, into)
            if index:
                into.extend(value.span, NATIVE_FUNCTIONS["&&"])

    def _misplaced_increment(self, value: IncDec, _: Container) -> None:
        self.problems.error(
            "syntax",
            "a variable can only be increased or decreased on a line of its own",
            value.span,
        )

    def _binary(self, value: Binary, into: Container) -> None:
        # the left side of a long sum is as deep as the sum is long: no recursion there
        spine: list[Binary] = []
        left: Syntax = value
        while isinstance(left, Binary):
            spine.append(left)
            left = left.left
        self.value(left, into)
        for node in reversed(spine):
            self.value(node.right, into)
            self._check_operands(node)
            into.extend(node.span, NATIVE_FUNCTIONS[node.operator])

    def _check_operands(self, node: Binary) -> None:
        if node.operator == "?" and isinstance(node.left, Unary) and node.left.operator == "!":
            self.problems.error(
                "not-has",
                "`not` applies to what stands before the `?` or `has`, not to its result",
                node.span,
                hint="write not (a ? b)",
            )
        for side in (node.left, node.right):
            if isinstance(side, DivertTargetExpression) and not (
                node.operator in ("==", "!=")
                and all(
                    isinstance(s, DivertTargetExpression | VariableUse)
                    for s in (node.left, node.right)
                )
            ):
                self._misused_target(side)

    def _check_condition(self, value: Syntax) -> None:
        """Refuse a divert target where a truth value belongs."""
        if isinstance(value, DivertTargetExpression):
            self._misused_target(value)

    def _misused_target(self, value: DivertTargetExpression) -> None:
        name = value.divert.dotted
        self.problems.error(
            "misused-target",
            "a divert target can only be assigned, passed on or compared with another",
            value.span,
            hint=f"to call a function write `{name}()`, to ask how often it was seen `{name}`",
        )

    def _string(self, value: StringExpression, into: Container) -> None:
        into.extend(value.span, BEGIN_STRING)
        self.content(value.items, into)
        into.extend(value.span, END_STRING)

    def content(self, items: list[Syntax], into: Container) -> None:
        """Content of any kind (see `emit`)."""
        raise NotImplementedError

    def _list_literal(self, value: ListLiteral, into: Container) -> None:
        items: dict[str, int] = {}
        for member in value.members:
            list_name, dot, item_name = member.text.rpartition(".")
            found = self.symbols.list_item(list_name if dot else None, item_name, member.span)
            if found is None:
                known = (
                    f"the list `{list_name}` has no item `{item_name}`"
                    if list_name in self.symbols.lists
                    else f"no list has an item `{member.text}`"
                )
                hint = self.symbols.suggest_variable(item_name, self.flow)
                if self.symbols.is_variable(member.text, self.flow):
                    hint = "a single name in parentheses is a list of that item: take them away"
                self.problems.error("unknown-item", known, member.span, "this item", hint)
                continue
            declaration, item = found
            key = f"{declaration.name.text}.{item.name.text}"
            if key in items:
                self.problems.warning(
                    "duplicate-item", f"`{member.text}` is in this list twice", member.span
                )
            self.used_variables.add(declaration.name.text)
            items[key] = item.number
        into.extend(value.span, ListValue(tuple(items.items())))

    # --- variables ------------------------------------------------------------------------

    def _variable(self, use: VariableUse, into: Container, printed: bool) -> None:
        names = use.names
        dotted = names[0].text if len(names) == 1 else use.dotted
        if (self.flow, dotted) in self.known_variables:
            into.extend(use.span, self.reference(dotted))
            return
        symbols = self.symbols
        constant = symbols.constants.get(dotted)
        if constant is not None:
            self.used_variables.add(dotted)
            self._constant(constant.value, into, use.span)
            return
        path = use.path
        if len(path) <= 2 and symbols.list_item(
            path[0] if len(path) == 2 else None, path[-1], use.span
        ):
            into.extend(use.span, self.reference(dotted))
            return
        target = symbols.find(path, self.flow)
        if target is not None:
            self._read_count(use, target, into, printed)
            return
        into.extend(use.span, self.reference(dotted))
        if len(path) > 1:
            self.problems.error(
                "unknown-name",
                f"there is no knot, stitch, label or list item `{use.dotted}`",
                use.span,
                "this name",
                symbols.suggest_target(path, self.flow),
            )
        elif not symbols.is_variable(path[0], self.flow):
            self._unknown_variable(use)
        else:
            self.used_variables.add(dotted)
            self.known_variables.add((self.flow, dotted))

    def _unknown_variable(self, use: VariableUse) -> None:
        name = use.dotted
        owner = next(
            (f for f, temps in self.symbols.temps.items() if name in temps and f.name), None
        )
        hint = self.symbols.suggest_variable(name, self.flow)
        if owner is not None and owner.name is not None:
            hint = (
                f"only `{owner.name.text}` has a temporary of that name; VAR declares one for all"
            )
        elif name in self.symbols.externals or name in _FUNCTION_NAMES:
            hint = f"to call it write `{name}()`"
        elif self.in_initial_value:
            hint = f'a text stands in quotes: "{name}"'
        elif not hint:
            hint = f"declare it: VAR {name} = …"
        self.problems.error(
            "unknown-variable", f"there is no variable `{name}` here", use.span, "this name", hint
        )

    def _constant(self, value: Syntax, into: Container, span: Span) -> None:
        match value:
            case Number():
                into.extend(span, self.number(value.value))
            case StringExpression():
                self.repeated += sum(len(item.text) for item in value.items if type(item) is Text)
                if self.repeated > _MOST_REPEATED:
                    self.problems.error(
                        "too-large",
                        f"constants come to more than {_MOST_REPEATED >> 20} million characters",
                        span,
                        "up to here",
                        "put a long text into a VAR or a function, of which there is but one",
                    )
                    raise TooLargeError
                into.extend(span, BEGIN_STRING)
                self.content(value.items, into)
                into.extend(span, END_STRING)
            case _:
                into.extend(span, self.number(0))  # an error was reported at its declaration

    def _read_count(self, use: VariableUse, target: Target, into: Container, printed: bool) -> None:
        self.visits_counted.add(target)
        node = ReadCount()
        into.extend(use.span, node)
        self.lead(node, target)
        if printed and isinstance(target, Flow) and target.is_function:
            self.problems.warning(
                "function-not-called",
                f"this shows how often the function `{use.dotted}` was called",
                use.span,
                hint=f"to call it write `{{{use.dotted}()}}`",
            )

    # --- divert targets -------------------------------------------------------------------

    def _divert_target(
        self, value: DivertTargetExpression, into: Container, *, counts_visits: bool = True
    ) -> None:
        """A place as a value. What is done with it is unknown, so everything there is counted."""
        divert = value.divert
        node = DivertTarget()
        into.extend(value.span, node)
        if divert.is_done or divert.is_end:
            self.problems.error(
                "misused-target", f"`-> {divert.dotted}` can't be a value", value.span
            )
            return
        if not divert.target:
            return
        target = self._target_of(divert)
        if isinstance(target, str):
            self.problems.error(
                "misused-target",
                f"`{target}` is a variable, so it needs no `->` here",
                value.span,
                hint=f"write `{target}`",
            )
            return
        if target is None:
            self._unknown_target(divert, is_call=False)
            return
        if divert.arguments:
            self.problems.error(
                "arguments",
                "a divert target can't hold arguments",
                divert.span,
                hint="pass them where it is diverted to",
            )
        if counts_visits:
            self.visits_counted.add(target)
        self.turns_counted.add(target)
        self.reached.add(target)
        self.lead(node, target)
        if isinstance(target, Flow):
            for argument in target.arguments:
                if argument.is_reference:
                    self.problems.error(
                        "misused-target",
                        f"`{divert.dotted}` can't be a value: it takes `ref {argument.name.text}`",
                        value.span,
                    )

    # --- function calls -------------------------------------------------------------------

    def _call(self, call: FunctionCall, into: Container) -> None:
        name = call.name.text
        arguments = call.arguments
        if name in COMMAND_PARAMETERS:
            command, parameters = COMMAND_PARAMETERS[name]
            self._check_count(call, len(parameters), ", ".join(parameters))
            if name in ("RANDOM", "SEED_RANDOM"):
                self._check_integers(call)
            for argument in arguments:
                self.value(argument, into)
            into.extend(call.span, COMMANDS[command])
        elif name in COUNTING:
            self._counting_call(call, into)
        elif name in NATIVE_PARAMETERS:
            self._check_count(call, NATIVE_PARAMETERS[name], "")
            for argument in arguments:
                self.value(argument, into)
            into.extend(call.span, NATIVE_FUNCTIONS[name])
        elif name in self.symbols.lists:
            self._list_from(call, into)
        else:
            self._jump((call.name,), arguments, call.span, "f()", into)

    def _check_count(self, call: FunctionCall, wanted: int, what: str) -> None:
        got = len(call.arguments)
        if got != wanted:
            plural = "" if wanted == 1 else "s"
            self.problems.error(
                "arguments",
                f"{call.name.text} takes {wanted or 'no'} argument{plural}, not {got}",
                call.span,
                hint=f"it wants {what}" if what else "",
            )

    def _check_integers(self, call: FunctionCall) -> None:
        for argument in call.arguments:
            if isinstance(argument, Number) and type(argument.value) is not int:
                self.problems.error(
                    "arguments", f"{call.name.text} takes integers", argument.span, "this is none"
                )

    def _counting_call(self, call: FunctionCall, into: Container) -> None:
        name = call.name.text
        first = call.arguments[0] if len(call.arguments) == 1 else None
        if isinstance(first, DivertTargetExpression):
            self._divert_target(first, into, counts_visits=name == "READ_COUNT")
        elif isinstance(first, VariableUse):
            self.value(first, into)
            if self._is_read_count(first):
                self.problems.error(
                    "misused-target",
                    f"{name} takes a divert target, not a read count",
                    first.span,
                    hint=f"write {name}(-> {first.dotted})",
                )
        else:
            self.problems.error(
                "arguments",
                f"{name} takes one divert target",
                call.span,
                hint=f"write {name}(-> knot)",
            )
        into.extend(call.span, COMMANDS[COUNTING[name]])

    def _is_read_count(self, use: VariableUse) -> bool:
        symbols = self.symbols
        return use.dotted not in symbols.constants and symbols.find(use.path, self.flow) is not None

    def _list_from(self, call: FunctionCall, into: Container) -> None:
        name = call.name.text
        self.used_variables.add(name)
        if not call.arguments:
            into.extend(call.span, ListValue((), (name,)))
            return
        if len(call.arguments) > 1:
            self.problems.error(
                "arguments",
                f"`{name}` makes a list of one number at most",
                call.span,
                hint=f"to combine items write {name}(1) + {name}(2)",
            )
        elif len(call.arguments) == 1:
            into.extend(call.span, StringValue(name))
            self.value(call.arguments[0], into)
            into.extend(call.span, COMMANDS["listInt"])

    # --- jumps ----------------------------------------------------------------------------

    def divert(self, divert: Divert, into: Container) -> None:
        """`-> target`, a tunnel or a thread."""
        if divert.is_end or divert.is_done:
            into.extend(divert.span, COMMANDS["end" if divert.is_end else "done"])
        elif divert.target:
            self._jump(divert.target, divert.arguments, divert.span, divert.kind, into)

    def _target_of(self, divert: Divert) -> Target | str | None:
        """Where a divert leads: a place, the name of a variable, or nowhere known."""
        return self._lead(divert.target, divert.span)

    def _lead(self, names: tuple[Name, ...], span: Span) -> Target | str | None:
        first = names[0].text
        if self._is_declared_variable(first):
            argument = self.symbols.argument(first, self.flow)
            if argument is not None and not argument.is_divert:
                self.problems.error(
                    "divert-parameter",
                    f"the parameter `{first}` is diverted to, but not marked as a divert target",
                    argument.name.span,
                    f"used as a target in line {span.line}",
                    f"declare it as `-> {first}`",
                )
            self.used_variables.add(first)
            return first
        return self.symbols.find([n.text for n in names], self.flow)

    def _is_declared_variable(self, name: str) -> bool:
        """Whether `name` is a variable by now: ink looks no further down than here."""
        flow = self.flow
        return (
            self.symbols.argument(name, flow) is not None
            or name in self.declared_temps.get(flow, ())
            or name in self.declared
        )

    def _jump(
        self,
        names: tuple[Name, ...],
        arguments: list[Syntax],
        span: Span,
        kind: str,
        into: Container,
    ) -> None:
        """Arguments, and the divert, tunnel, thread or function call (`kind`) they are for."""
        is_call = kind == "f()"
        target = self._lead(names, span)
        name = names[0].text
        is_external = len(names) == 1 and name in self.symbols.externals
        flow = target if isinstance(target, Flow) else None
        if not isinstance(target, str):
            if target is not None:
                self.reached.add(target)
            self._check_jump(names, target, arguments, span, is_call, is_external)
        if arguments:
            if not is_call:
                into.extend(span, BEGIN)
            self._arguments(arguments, flow, into)
            if not is_call:
                into.extend(span, END)
        if kind == "thread":
            into.extend(span, COMMANDS["thread"])
            kind = "->"
        node = Jump(kind)
        into.extend(span, node)
        if is_external:
            node.kind = "x()"
            node.target = name
            node.external_arguments = len(arguments)
            if isinstance(target, str):
                node.variable = True
            self.external_calls.append((node, into))
            self.jumps += 1
        elif isinstance(target, str):
            node.target = target
            node.variable = True
        elif target is not None:
            self.lead(node, target)

    def _arguments(self, arguments: list[Syntax], flow: Flow | None, into: Container) -> None:
        wanted: list[Argument] = flow.arguments if flow is not None else []
        for index, argument in enumerate(arguments):
            if index < len(wanted) and wanted[index].is_reference:
                self._reference(argument, wanted[index], into)
            else:
                self.value(argument, into)

    def _reference(self, argument: Syntax, wanted: Argument, into: Container) -> None:
        """A variable passed by reference."""
        if not isinstance(argument, VariableUse):
            self.problems.error(
                "arguments",
                f"`ref {wanted.name.text}` wants a variable",
                argument.span,
                "this is a value",
                "put it in a variable first",
            )
            return
        if self.symbols.find(argument.path, self.flow) is not None:
            self.problems.error(
                "arguments",
                f"`ref {wanted.name.text}` wants a variable, but `{argument.dotted}` is a place",
                argument.span,
            )
            return
        if len(argument.path) == 1 and not self.symbols.is_variable(argument.dotted, self.flow):
            is_item = self.symbols.list_item(None, argument.dotted, argument.span) is not None
            if not is_item and argument.dotted not in self.symbols.constants:
                self._unknown_variable(argument)
        self.used_variables.add(argument.dotted)
        into.extend(argument.span, VariablePointer(argument.dotted))

    def _check_jump(
        self,
        names: tuple[Name, ...],
        target: Target | None,
        arguments: list[Syntax],
        span: Span,
        is_call: bool,
        is_external: bool,
    ) -> None:
        dotted = ".".join(n.text for n in names)
        if is_external:
            self._check_external(dotted, arguments, span, is_call)
        elif target is None:
            if dotted in _FUNCTION_NAMES:
                self.problems.error(
                    "not-called",
                    f"`{dotted}` is a function and must be called",
                    span,
                    hint=f"write `~ {dotted}()`",
                )
            else:
                self._unknown_target(Divert(span, names, arguments), is_call)
        if target is None:
            return
        if isinstance(target, Flow):
            if is_call and not target.is_function:
                self.problems.error(
                    "not-a-function",
                    f"`{dotted}` is a {target.kind}, but it is called as a function",
                    span,
                    hint=f"declare it as `== function {dotted} ==`, or divert to it",
                )
            elif target.is_function and not is_call:
                self.problems.error(
                    "divert-to-function",
                    f"`{dotted}` is a function and can't be diverted to",
                    span,
                    hint=f"call it: `{dotted}()`",
                )
        self._check_arguments(dotted, target, arguments, span)

    def _check_external(
        self, name: str, arguments: list[Syntax], span: Span, is_call: bool
    ) -> None:
        if not is_call:
            self.problems.error(
                "not-called",
                f"`{name}` is an external function and must be called",
                span,
                hint=f"write `~ {name}()`",
            )
        wanted = len(self.symbols.externals[name].parameters)
        if len(arguments) != wanted:
            self.problems.error(
                "arguments",
                f"the external function `{name}` takes {wanted} arguments, not {len(arguments)}",
                span,
                hint=f"it is declared at {self.symbols.externals[name].span.place}",
            )

    def _check_arguments(
        self, dotted: str, target: Target, arguments: list[Syntax], span: Span
    ) -> None:
        wanted = target.arguments if isinstance(target, Flow) else []
        if len(arguments) != len(wanted):
            if not isinstance(target, Flow):
                message = f"`{dotted}` is a label and takes no arguments"
            else:
                count = len(wanted) or "no"
                plural = "" if len(wanted) == 1 else "s"
                got = len(arguments) or "none"
                message = f"`{dotted}` takes {count} argument{plural}, but gets {got}"
            self.problems.error(
                "arguments", message, span, hint=f"it is declared at {target.span.place}"
            )
            return
        for argument, parameter in zip(arguments, wanted, strict=True):
            if not parameter.is_divert or isinstance(argument, DivertTargetExpression):
                continue
            name = parameter.name.text
            if not isinstance(argument, VariableUse):
                self.problems.error(
                    "arguments", f"`-> {name}` wants a divert target", argument.span, "this is none"
                )
            elif self.symbols.find(argument.path, self.flow) is not None:
                self.problems.error(
                    "arguments",
                    f"`-> {name}` wants a divert target, but this is a read count",
                    argument.span,
                    hint=f"write `-> {argument.dotted}`",
                )

    def _unknown_target(self, divert: Divert, is_call: bool) -> None:
        dotted = divert.dotted
        place = divert.target[0].span
        last = divert.target[-1].span
        span = Span(place.source, place.line, place.column, last.end_line, last.end_column)
        hint = self.symbols.suggest_target(divert.path, self.flow)
        declared = self.symbols.globals.get(dotted) or self.symbols.temps[self.flow].get(dotted)
        if declared is not None:
            hint = (
                f"the variable `{dotted}` is declared further down ({declared.name.span.place});"
                " ink must meet it before it is diverted to"
            )
        meant = closest(dotted.upper(), ("END", "DONE"))
        if meant is not None and (not hint or dotted.upper() == meant):
            hint = f"did you mean `-> {meant}`? Capitals matter"
        if is_call:
            message = f"there is no function `{dotted}`"
            label = "called here"
        else:
            message = f"there is no knot, stitch or label `{dotted}`"
            label = "diverted to here"
        self.problems.error("unknown-divert", message, span, label, hint)

    def tunnel_onwards(self, onwards: TunnelOnwards, into: Container) -> None:
        """`->->`, `->-> target`"""
        span = onwards.span
        after = onwards.after
        into.extend(span, BEGIN)
        if after is None:
            into.extend(span, VOID)
        elif after.is_end or after.is_done:
            self.problems.error(
                "misused-target",
                f"a tunnel can't return to {after.dotted}",
                after.span,
                hint=f"write `-> {after.dotted}`",
            )
        else:
            self._tunnel_target(after, into)
        into.extend(span, END)
        into.extend(span, COMMANDS["->->"])

    def _tunnel_target(self, after: Divert, into: Container) -> None:
        target = self._target_of(after)
        if isinstance(target, str):
            if after.arguments:
                self.problems.error(
                    "arguments",
                    f"`->-> {target}` can't pass arguments, since `{target}` is a variable",
                    after.span,
                )
            into.extend(after.span, self.reference(target))
            return
        is_external = len(after.target) == 1 and after.dotted in self.symbols.externals
        self._check_jump(after.target, target, after.arguments, after.span, False, is_external)
        flow = target if isinstance(target, Flow) else None
        self._arguments(after.arguments, flow, into)
        node = DivertTarget()
        into.extend(after.span, node)
        if target is not None:
            self.reached.add(target)
            self.lead(node, target)


_PUSHES: Final[dict[type[Syntax], Callable[[ExpressionEmitter, Any, Container], None]]] = {
    Binary: ExpressionEmitter._binary,
    FunctionCall: ExpressionEmitter._call,
    StringExpression: ExpressionEmitter._string,
    Unary: ExpressionEmitter._unary,
    DivertTargetExpression: ExpressionEmitter._divert_target,
    ListLiteral: ExpressionEmitter._list_literal,
    MultipleConditions: ExpressionEmitter._all_of,
    IncDec: ExpressionEmitter._misplaced_increment,
}


def literal(value: bool | int | float) -> Node:
    """The node that pushes a number or truth value."""
    if isinstance(value, bool):
        return BoolValue(value)
    if isinstance(value, int):
        return IntValue(value)
    return FloatValue(single(value))


def single(value: float) -> float:
    """The single-precision float nearest to `value`."""
    try:
        nearest: float = struct.unpack("<f", struct.pack("<f", value))[0]
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
    return nearest
