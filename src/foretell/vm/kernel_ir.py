"""Kernels → LLVM's intermediate representation, as text: functions and statements.

One pass over each function's syntax tree, in the order of the text. Expressions are
`kernel_expressions`' matter, blocks and values `kernel_blocks`'.

    x = row[i] + 1      %t1 = load i64, ptr %"i.slot"
                        %t2 = getelementptr inbounds i64, ptr %"row.in", i64 %t1
                        %t3 = load i64, ptr %t2
                        %t4 = add i64 %t3, 1
                        store i64 %t4, ptr %"x.slot"

A chain `if x == 0: … elif x == 1: … elif x in (2, 3): …` on one local and constants becomes one
`switch`, and so does a tree of such chains under tests like `x < 10`, which plain Python wants in
order not to compare 90 times. LLVM by itself makes switches of the chains but keeps the tests
around them: 2.9 ns for an instruction of a machine of 90 in groups of ten, where one switch takes
1.2 ns.

Not here: what names mean (`kernel_source`), optimising, and running (`jit`).
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Final, NamedTuple, TypeAlias

from foretell.vm.kernel_blocks import (
    BOOL,
    FLOAT,
    GREATEST,
    INT,
    LEAST,
    NONE,
    PYTHON_NAMES,
    SCALARS,
    ModuleText,
    Parameter,
    Signature,
    Value,
    spelled,
)
from foretell.vm.kernel_calls import entrances
from foretell.vm.kernel_expressions import COMPARISONS, Expressions
from foretell.vm.kernel_source import Sources

__all__ = ["Translation", "translate"]


@dataclass
class Translation:
    """The text of a module; `sites` are what its checks say, each (number of file, line, text)."""

    text: str
    signatures: list[Signature]  # of the roots first, in their order
    sites: list[tuple[int, int, str]]


def translate(
    sources: Sources,
    *,
    checked: bool = False,
    entered: bool = False,
    triple: str = "",
    layout: str = "",
) -> Translation:
    """Translate the roots in `sources`, with entrances if `entered`, and all that they call."""
    module = ModuleText(sources, checked)
    roots = len(sources.kernels)
    bodies: list[str] = []
    for number, function in _growing(sources.kernels):
        signature = module.signature(function)
        linkage = "" if number < roots else "internal "
        bodies.append(_Function(module, function, signature).translate(linkage))
    _spread_writes(module)
    for intrinsic in module.used.values():
        module.declared.update(dict.fromkeys(intrinsic.declares))
    signatures = [module.signatures[function] for function in sources.kernels]
    text = "\n".join(
        [
            *([f'target triple = "{triple}"'] if triple else []),
            *([f'target datalayout = "{layout}"'] if layout else []),
            *module.declared,
            *(intrinsic.definition for intrinsic in module.used.values()),
            *([_FAULT] if checked else []),
            *([entrances(signatures[:roots])] if entered else []),
            *bodies,
        ]
    )
    return Translation(text, signatures, module.sites)


def _spread_writes(module: ModuleText) -> None:
    """A buffer passed to a kernel that stores to it is stored to."""
    changed = True
    while changed:
        changed = False
        for caller, place, callee, at in module.passes:
            if at in callee.writes and place not in caller.writes:
                caller.writes.add(place)
                changed = True


# Where a check fails: out of line, and said to be rare.
_FAULT: Final = """
define internal void @fault(ptr %cell, i64 %site, i64 %a, i64 %b) cold noinline nounwind {
  store i64 %site, ptr %cell
  %pa = getelementptr i64, ptr %cell, i64 1
  store i64 %a, ptr %pa
  %pb = getelementptr i64, ptr %cell, i64 2
  store i64 %b, ptr %pb
  ret void
}
"""


class _Test(NamedTuple):
    """An inner node of a decision: where a number goes that is, or is not, so ordered."""

    order: str  # as LLVM calls it: eq, slt, …
    numbers: list[int]
    yes: _Tree
    no: _Tree


_Tree: TypeAlias = _Test | str

_ORDERS: Final[dict[str, Callable[[int, int], bool]]] = {
    "eq": operator.eq,
    "slt": operator.lt,
    "sle": operator.le,
    "sgt": operator.gt,
    "sge": operator.ge,
}


def _equals(tree: _Tree) -> Iterator[int]:
    """All numbers that the tree tests for equality."""
    if isinstance(tree, _Test):
        if tree.order == "eq":
            yield from tree.numbers
        yield from _equals(tree.yes)
        yield from _equals(tree.no)


def _leaf(tree: _Tree, number: int) -> str:
    """Where a number goes."""
    while isinstance(tree, _Test):
        met = any(_ORDERS[tree.order](number, other) for other in tree.numbers)
        tree = tree.yes if met else tree.no
    return tree


class _Function(Expressions):
    """One kernel: what its statements become."""

    def translate(self, linkage: str) -> str:
        """The function's text."""
        head = []
        for parameter in self.signature.parameters:
            name = parameter.name
            if parameter.buffer:
                head.append(f'ptr %"{name}.in"')
                if self.checked:
                    head.append(f'i64 %"{name}.length"')
            else:
                zero = " zeroext" if parameter.type == BOOL else ""
                head.append(f'{parameter.type}{zero} %"{name}.in"')
                self.store_local(name, Value(parameter.type, f'%"{name}.in"'), self.node)
        if self.checked:
            head.append("ptr %fault")
        self.body(self.node.body)
        if not self.done:
            if self.signature.result != NONE:
                raise self.error(
                    self.node,
                    f"`{self.node.name}` can reach its end without returning a value",
                    "end each way through it with `return`",
                )
            self.end("ret void")
        zero = "zeroext " if self.signature.result == BOOL else ""
        result = f"{linkage}{zero}{self.signature.result}"
        return "\n".join(
            [
                f"define {result} @{self.signature.symbol}({', '.join(head)}) nounwind {{",
                "entry:",
                *self.slots,
                *self.lines,
                "}\n",
            ]
        )

    # -- statements

    def body(self, statements: Sequence[ast.stmt]) -> None:
        for statement in statements:
            if self.done:
                return
            self.statement(statement)

    def statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Expr(value=ast.Constant(value=str())) | ast.Pass():
                pass
            case ast.Expr(value=ast.Call() as call):
                self.call(call)
            case ast.Assign():
                value = self.expression(node.value)
                for target in node.targets:
                    self.assign(target, value)
            case ast.AnnAssign():
                self.annotated(node)
            case ast.AugAssign():
                self.augmented(node)
            case ast.If():
                self.branches(node)
            case ast.While():
                self.while_loop(node)
            case ast.For():
                self.for_loop(node)
            case ast.Break() | ast.Continue():
                again, out = self.loops[-1]
                self.jump(out if isinstance(node, ast.Break) else again)
            case ast.Return():
                self.return_value(node)
            case _:
                raise self.error(
                    node,
                    f"kernels have no `{spelled(node)}` statement",
                    "see docs/kernels.md for those they have",
                )

    def assign(self, target: ast.expr, value: Value) -> None:
        match target:
            case ast.Name():
                self.store_local(target.id, value, target)
            case ast.Subscript():
                parameter, pointer = self.element(target)
                self.store_element(target, parameter, pointer, value)
            case _:
                raise self.error(
                    target,
                    "kernels assign to one local or buffer element at a time",
                    "write an assignment for each",
                )

    def annotated(self, node: ast.AnnAssign) -> None:
        annotation = self.module.annotation(self.function, node.annotation, node.lineno)
        if annotation not in (int, bool, float) or not isinstance(node.target, ast.Name):
            raise self.error(node, "a local is an int, bool or float", "leave the annotation out")
        kind = SCALARS[annotation]
        value = self.expression(node.value) if node.value else None
        name = node.target.id
        if name not in self.types:
            self.types[name] = kind
            self.slot(name, kind)
        elif self.types[name] != kind:
            raise self.error(
                node,
                f"`{name}` is {PYTHON_NAMES[self.types[name]]} before it is declared here",
                "use another name",
            )
        if value:
            self.store_local(name, value, node)

    def store_local(self, name: str, value: Value, node: ast.AST) -> None:
        if name in self.buffers:
            raise self.error(node, f"`{name}` is a buffer", "use another name for the number")
        if value.type == NONE:
            raise self.error(node, "this call gives no value", "write it as a statement")
        if name not in self.types:
            self.types[name] = value.type
            self.slot(name, value.type)
        value = self.convert(value, self.types[name], node, f"`{name}`")
        self.line(f'store {value.type} {value.ref}, ptr %"{name}.slot"')

    def store_element(
        self, node: ast.expr, parameter: Parameter, pointer: str, value: Value
    ) -> None:
        kind = FLOAT if parameter.type == FLOAT else INT
        value = self.convert(value, kind, node, f"an element of `{parameter.name}`")
        if parameter.type != kind:
            value = self.emit(f"trunc {kind} {value.ref} to {parameter.type}", parameter.type)
        self.line(f"store {parameter.type} {value.ref}, ptr {pointer}")

    def augmented(self, node: ast.AugAssign) -> None:
        match node.target:
            case ast.Name():
                left = self.expression(ast.copy_location(ast.Name(node.target.id), node.target))
                value = self.arithmetic(node.op, left, self.expression(node.value), node)
                self.store_local(node.target.id, value, node)
            case ast.Subscript():
                parameter, pointer = self.element(node.target)
                left = self.load(parameter, pointer)
                value = self.arithmetic(node.op, left, self.expression(node.value), node)
                self.store_element(node.target, parameter, pointer, value)
            case _:
                self.assign(node.target, Value(NONE, ""))

    def branches(self, node: ast.If) -> None:
        out = self.label("endif")
        if self.switch(node, out):
            return
        yes, no = self.label("then"), self.label("else") if node.orelse else out
        self.condition(node.test, yes, no)
        self.start(yes)
        self.body(node.body)
        self.jump(out)
        if node.orelse:
            self.start(no)
            self.body(node.orelse)
            self.jump(out)
        self.start(out)

    def switch(self, node: ast.If, out: str) -> bool:
        """Write a tree of comparisons of one local with constants as one switch, if it is one."""
        subject = self.tested(node.test)[0]
        if subject is None:
            return False
        leaves: list[tuple[str, list[ast.stmt]]] = []
        tree = self.decision([node], subject, out, leaves)
        numbers = list(dict.fromkeys(_equals(tree)))
        if len(numbers) < 3:
            return False
        table = {number: _leaf(tree, number) for number in numbers}
        value = self.local(subject)
        others = self.label("others")
        cases = " ".join(f"i64 {number}, label %{label}" for number, label in table.items())
        self.end(f"switch i64 {value.ref}, label %{others} [ {cases} ]", others, *table.values())
        self.start(others)
        self.otherwise(tree, value)
        for label, body in leaves:
            self.start(label)
            self.body(body)
            self.jump(out)
        self.start(out)
        return True

    def decision(
        self, body: list[ast.stmt], subject: str, out: str, leaves: list[tuple[str, list[ast.stmt]]]
    ) -> _Tree:
        """The tree of tests of `subject` that some statements are; what they lead to, to `leaves`.

        A leaf is the label that its statements will have.
        """
        match body:
            case []:
                return out
            case [ast.If() as node]:
                name, test = self.tested(node.test)
                if name == subject:
                    yes = self.decision(node.body, subject, out, leaves)
                    return _Test(*test, yes, self.decision(node.orelse, subject, out, leaves))
        leaves.append((self.label("case"), body))
        return leaves[-1][0]

    def tested(self, node: ast.expr) -> tuple[str | None, tuple[str, list[int]]]:
        """The integer local that a condition compares with constants alone, how, and with which.

        `x == A`, `x in (A, B)` and `x == A or x == B` are "eq" with those numbers.
        """
        none: tuple[None, tuple[str, list[int]]] = None, ("", [])
        order = "eq"
        match node:
            case ast.Compare(
                left=ast.Name(id=name), ops=[ast.In()], comparators=[ast.Tuple() as t]
            ):
                numbers = [self.fold(element) for element in t.elts]
            case ast.Compare(left=ast.Name(id=name), ops=[op], comparators=[constant]) if type(
                op
            ) in COMPARISONS and not isinstance(op, ast.NotEq):
                order = COMPARISONS[type(op)][0]
                numbers = [self.fold(constant)]
            case ast.BoolOp(op=ast.Or()):
                parts = [self.tested(value) for value in node.values]
                if len({name for name, _ in parts}) > 1 or any(o != "eq" for _, (o, _) in parts):
                    return none
                return parts[0][0], ("eq", [number for _, (_, some) in parts for number in some])
            case _:
                return none
        integers = [int(n) for n in numbers if isinstance(n, int) and LEAST <= n <= GREATEST]
        if self.types.get(name) != INT or len(integers) < len(numbers):
            return none
        return name, (order, integers)

    def otherwise(self, tree: _Tree, value: Value) -> None:
        """Go where the numbers go that no "eq" in the tree names."""
        while isinstance(tree, _Test) and tree.order == "eq":
            tree = tree.no
        if isinstance(tree, str):
            self.jump(tree)
            return
        yes, no = self.label("then"), self.label("else")
        truth = self.emit(f"icmp {tree.order} i64 {value.ref}, {tree.numbers[0]}", BOOL)
        self.choose(truth.ref, yes, no)
        self.start(yes)
        self.otherwise(tree.yes, value)
        self.start(no)
        self.otherwise(tree.no, value)

    def while_loop(self, node: ast.While) -> None:
        self.no_else(node)
        head, inside, out = self.label("while"), self.label("do"), self.label("done")
        self.jump(head)
        self.start(head)
        self.condition(node.test, inside, out)
        self.start(inside)
        self.loop_body(node.body, head, out)
        self.jump(head)
        self.start(out)

    def for_loop(self, node: ast.For) -> None:
        self.no_else(node)
        match node:
            case ast.For(
                target=ast.Name(id=name),
                iter=ast.Call(func=ast.Name(id="range"), args=[_, *_] as args, keywords=[]),
            ) if len(args) <= 3 and "range" not in self.locals:
                pass
            case _:
                raise self.error(
                    node, "kernels count with `for i in range(…)`", "index the buffer inside it"
                )
        step = self.fold(args[2]) if len(args) == 3 else 1
        if not isinstance(step, int) or not step:
            raise self.error(node, "the step of a range is not a constant", "use a `while` loop")
        bounds = [self.integer(self.expression(a), a, "a range's bound") for a in args[:2]]
        first, stop = bounds if len(bounds) == 2 else [Value(INT, "0"), *bounds]
        hidden = self.label(".counter")
        self.slot(hidden, INT)
        self.line(f'store i64 {first.ref}, ptr %"{hidden}.slot"')
        head, inside = self.label("for"), self.label("do")
        again, out = self.label("next"), self.label("done")
        self.jump(head)
        self.start(head)
        now = self.emit(f'load i64, ptr %"{hidden}.slot"', INT)
        order = "slt" if step > 0 else "sgt"
        more = self.emit(f"icmp {order} i64 {now.ref}, {stop.ref}", BOOL)
        self.choose(more.ref, inside, out)
        self.start(inside)
        self.store_local(name, now, node)
        self.loop_body(node.body, again, out)
        self.jump(again)
        self.start(again)
        # A step of one cannot overflow: it goes no further than `stop`.
        wraps = " nsw" if abs(step) == 1 else ""
        then = self.emit(f"add{wraps} i64 {now.ref}, {int(step)}", INT)
        self.line(f'store i64 {then.ref}, ptr %"{hidden}.slot"')
        self.jump(head)
        self.start(out)

    def no_else(self, node: ast.For | ast.While) -> None:
        if node.orelse:
            raise self.error(node.orelse[0], "kernels have no `else` after a loop", "use a flag")

    def loop_body(self, statements: Sequence[ast.stmt], again: str, out: str) -> None:
        self.loops.append((again, out))
        self.body(statements)
        self.loops.pop()

    def return_value(self, node: ast.Return) -> None:
        result = self.signature.result
        if node.value is None or (
            isinstance(node.value, ast.Constant) and node.value.value is None
        ):
            if result != NONE:
                raise self.error(node, f"a {PYTHON_NAMES[result]} is to be returned", "return one")
            self.end("ret void")
        else:
            value = self.convert(self.expression(node.value), result, node, "the result")
            self.end(f"ret {value.type} {value.ref}")


def _growing(items: list[FunctionType]) -> Iterator[tuple[int, FunctionType]]:
    """Enumerate a list that grows meanwhile."""
    number = 0
    while number < len(items):
        yield number, items[number]
        number += 1
