"""Kernels → LLVM's intermediate representation, as text.

One pass over each function's syntax tree, from left to right: expressions give a `Value` (a type
and the name of a register), statements append instructions to the block under construction. Every
local lives in a stack slot of its own, which LLVM's first pass turns into registers, so nothing
here thinks about joins except where an expression branches (`and`, `or`, `a if c else b`).

    docs/kernels.md     what is understood, and what each construct means
    i64, i1, double     the types of int, bool and float; a local has that of its first assignment
    ptr                 a buffer; with bounds checks also an i64, its length

    x = row[i] + 1      %t1 = load i64, ptr %"i.slot"
                        %t2 = getelementptr inbounds i64, ptr %"row", i64 %t1
                        %t3 = load i64, ptr %t2
                        %t4 = add i64 %t3, 1
                        store i64 %t4, ptr %"x.slot"

A chain `if x == 0: … elif x == 1: … elif x in (2, 3): …` on one local and constants becomes one
`switch`, and so does a tree of such chains under tests like `x < 10`, which plain Python wants in
order not to compare 90 times. LLVM by itself makes switches of the chains but keeps the tests
around them: 3.0 ns for an instruction of a machine of 90, where one switch takes 1.8 ns.

**Checks.** With `checked`, each access of a buffer, division and shift is preceded by a test. Where
it fails, `%fault`, three words of the caller's (site + 1, and two numbers for the message), is
written and the function returns; after each call the caller looks at it and returns too. So a
fault ends the whole call, and no memory is touched.

Not here: what names mean (`kernel_source`), Python's own arithmetic (`intrinsics`), optimising,
and running (`jit`).
"""

from __future__ import annotations

import ast
import operator
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any, Final, NamedTuple, NoReturn, TypeAlias

from foretell.vm import kernel
from foretell.vm.intrinsics import INTRINSICS, PYTHON, Intrinsic
from foretell.vm.kernel_source import KernelError, Sources

__all__ = ["Parameter", "Signature", "Translation", "translate"]

INT: Final = "i64"
BOOL: Final = "i1"
FLOAT: Final = "double"
NONE: Final = "void"

_SCALARS: Final[dict[Any, str]] = {int: INT, bool: BOOL, float: FLOAT, None: NONE}
# buffer type → type in memory, bytes of an element
_ELEMENTS: Final[dict[Any, tuple[str, int]]] = {
    kernel.I64: (INT, 8),
    kernel.I32: ("i32", 4),
    kernel.U8: ("i8", 1),
    kernel.F64: (FLOAT, 8),
}
_PYTHON_NAMES: Final = {INT: "int", BOOL: "bool", FLOAT: "float", NONE: "None"}

_INT_OPERATORS: Final[dict[type[ast.operator], str]] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.BitAnd: "and",
    ast.BitOr: "or",
    ast.BitXor: "xor",
}
_INT_CALLS: Final[dict[type[ast.operator], str]] = {
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
    ast.LShift: "lshift",
    ast.RShift: "rshift",
}
_FLOAT_OPERATORS: Final[dict[type[ast.operator], str]] = {
    ast.Add: "fadd",
    ast.Sub: "fsub",
    ast.Mult: "fmul",
    ast.Div: "fdiv",
}
_FLOAT_CALLS: Final[dict[type[ast.operator], str]] = {
    ast.FloorDiv: "floatfloordiv",
    ast.Mod: "floatmod",
}
_COMPARISONS: Final[dict[type[ast.cmpop], tuple[str, str]]] = {
    ast.Eq: ("eq", "oeq"),
    ast.NotEq: ("ne", "une"),
    ast.Lt: ("slt", "olt"),
    ast.LtE: ("sle", "ole"),
    ast.Gt: ("sgt", "ogt"),
    ast.GtE: ("sge", "oge"),
}
_FOLDING: Final[dict[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
}

_LEAST, _GREATEST = -(2**63), 2**63 - 1


class Value(NamedTuple):
    """What an expression gives: its LLVM type, and a register or a literal."""

    type: str
    ref: str


@dataclass(frozen=True)
class Parameter:
    """A parameter of a kernel; `buffer` is the buffer type's name, "" for a number."""

    name: str
    type: str  # of the number, or of a buffer's elements in memory
    buffer: str = ""
    size: int = 0  # bytes of an element

    @property
    def described(self) -> str:
        return self.buffer or _PYTHON_NAMES[self.type]


@dataclass
class Signature:
    """How a kernel is called. `writes` says which buffers are stored to, in its callees too."""

    symbol: str
    parameters: tuple[Parameter, ...]
    result: str
    writes: set[int] = field(default_factory=set)


@dataclass
class Translation:
    """The text of a module; `sites` are what its checks say, each (number of file, line, text)."""

    text: str
    signatures: list[Signature]  # of the roots first, in their order
    sites: list[tuple[int, int, str]]


def translate(
    sources: Sources, *, checked: bool = False, triple: str = "", layout: str = ""
) -> Translation:
    """Translate the roots in `sources`, and every kernel that they call."""
    return _Translator(sources, checked).module(triple, layout)


class _Translator:
    """The module under construction: what its functions share."""

    def __init__(self, sources: Sources, checked: bool) -> None:
        self.sources = sources
        self.checked = checked
        self.definitions: dict[FunctionType, ast.FunctionDef] = {}
        self.signatures: dict[FunctionType, Signature] = {}
        self.used: dict[str, Intrinsic] = {}
        self.declared: dict[str, None] = {}
        self.sites: list[tuple[int, int, str]] = []
        # (caller, parameter) passes its buffer on to (callee, parameter)
        self.passes: list[tuple[Signature, int, Signature, int]] = []

    def module(self, triple: str, layout: str) -> Translation:
        roots = len(self.sources.kernels)
        bodies: list[str] = []
        for number, function in _growing(self.sources.kernels):
            signature = self.signature(function)
            linkage = "" if number < roots else "internal "
            bodies.append(_Function(self, function, signature, linkage).translate())
        changed = True
        while changed:
            changed = False
            for caller, i, callee, j in self.passes:
                if j in callee.writes and i not in caller.writes:
                    caller.writes.add(i)
                    changed = True
        for intrinsic in self.used.values():
            self.declared.update(dict.fromkeys(intrinsic.declares))
        header = [f'target triple = "{triple}"'] if triple else []
        header += [f'target datalayout = "{layout}"'] if layout else []
        text = "\n".join(
            [
                *header,
                *self.declared,
                *(intrinsic.definition for intrinsic in self.used.values()),
                *([_FAULT] if self.checked else []),
                *bodies,
            ]
        )
        signatures = [self.signatures[function] for function in self.sources.kernels]
        return Translation(text, signatures, self.sites)

    def signature(self, function: FunctionType) -> Signature:
        """What a kernel's annotations say of it."""
        if function in self.signatures:
            return self.signatures[function]
        node = self.definitions[function] = self.sources.definition(function)
        path = function.__code__.co_filename
        remedy = "annotate with int, float, bool, I64, I32, U8 or F64, and the result also None"
        arguments = node.args
        if (
            arguments.vararg
            or arguments.kwarg
            or arguments.kwonlyargs
            or arguments.posonlyargs
            or arguments.defaults
        ):
            raise KernelError(
                path,
                node.lineno,
                f"`{node.name}` has parameters of a kind that kernels do not have",
                "write plain positional parameters without defaults",
            )
        parameters = []
        for argument in arguments.args:
            annotation = self._annotation(function, argument.annotation, argument.lineno)
            if annotation in _ELEMENTS:
                element, size = _ELEMENTS[annotation]
                parameters.append(Parameter(argument.arg, element, annotation.__name__, size))
            elif annotation in (int, bool, float):
                parameters.append(Parameter(argument.arg, _SCALARS[annotation]))
            else:
                problem = f"the parameter `{argument.arg}` has no type that kernels know"
                raise KernelError(path, argument.lineno, problem, remedy)
        result = self._annotation(function, node.returns, node.lineno)
        if result not in _SCALARS:
            problem = f"the result of `{node.name}` has no type that kernels know"
            raise KernelError(path, node.lineno, problem, remedy)
        number = self.sources.kernels.index(function)
        name = node.name if node.name.isascii() else "kernel"
        self.signatures[function] = Signature(
            f"{name}.{number}", tuple(parameters), _SCALARS[result]
        )
        return self.signatures[function]

    def _annotation(self, function: FunctionType, node: ast.expr | None, line: int) -> Any:
        if isinstance(node, ast.Constant) and node.value is None:
            return None
        dotted = _dotted(node) if node else None
        return self.sources.meaning(function, dotted, line) if dotted else "nothing"

    def intrinsic(self, intrinsic: Intrinsic) -> str:
        self.used[intrinsic.name] = intrinsic
        return intrinsic.name

    def declare(self, declaration: str) -> None:
        self.declared[declaration] = None


# Where a check fails: out of line, and said to be rare.
_FAULT = """
define internal void @fault(ptr %cell, i64 %site, i64 %a, i64 %b) cold noinline nounwind {
  store i64 %site, ptr %cell
  %pa = getelementptr i64, ptr %cell, i64 1
  store i64 %a, ptr %pa
  %pb = getelementptr i64, ptr %cell, i64 2
  store i64 %b, ptr %pb
  ret void
}
"""


class _Function:
    """One kernel: its blocks under construction, its locals, and what each construct becomes."""

    def __init__(
        self, module: _Translator, function: FunctionType, signature: Signature, linkage: str
    ) -> None:
        self.module = module
        self.function = function
        self.signature = signature
        self.linkage = linkage
        self.node = module.definitions[function]
        self.file = list(module.sources.uses.files).index(function.__code__.co_filename)
        self.checked = module.checked
        self.slots: list[str] = []  # the entry block: one alloca for each local
        self.lines: list[str] = []
        self.block = "entry"
        self.done = False  # the block under construction has ended; what follows is unreachable
        self.reached: set[str] = set()
        self.counter = 0
        self.types: dict[str, str] = {}  # of the locals assigned so far
        self.loops: list[tuple[str, str]] = []  # where `continue` and `break` go
        self.buffers = {
            parameter.name: (number, parameter)
            for number, parameter in enumerate(signature.parameters)
            if parameter.buffer
        }
        self.locals = {p.name for p in signature.parameters} | {
            inner.id
            for inner in ast.walk(self.node)
            if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load)
        }

    # -- the function as a whole

    def translate(self) -> str:
        head = []
        for parameter in self.signature.parameters:
            name = parameter.name
            if parameter.buffer:
                head.append(f'ptr %"{name}"')
                if self.checked:
                    head.append(f'i64 %"{name}.length"')
            else:
                zero = " zeroext" if parameter.type == BOOL else ""
                head.append(f'{parameter.type}{zero} %"{name}"')
                self.store_local(name, Value(parameter.type, f'%"{name}"'), self.node)
        if self.checked:
            head.append("ptr %fault")
        self.body(self.node.body)
        if not self.done:
            if self.signature.result != NONE:
                self.fail(
                    self.node,
                    f"`{self.node.name}` can reach its end without returning a value",
                    "end each way through it with `return`",
                )
            self.end("ret void")
        zero = "zeroext " if self.signature.result == BOOL else ""
        return "\n".join(
            [
                f"define {self.linkage}{zero}{self.signature.result} @{self.signature.symbol}"
                f"({', '.join(head)}) nounwind {{",
                "entry:",
                *self.slots,
                *self.lines,
                "}\n",
            ]
        )

    def fail(self, node: ast.AST, problem: str, remedy: str) -> NoReturn:
        path = self.function.__code__.co_filename
        raise KernelError(path, getattr(node, "lineno", self.node.lineno), problem, remedy)

    # -- blocks

    def emit(self, instruction: str, result: str) -> Value:
        """Append an instruction, and give the register of its result."""
        self.counter += 1
        ref = f"%t{self.counter}"
        self.line(f"{ref} = {instruction}")
        return Value(result, ref)

    def line(self, instruction: str) -> None:
        if not self.done:
            self.lines.append(f"  {instruction}")

    def label(self, hint: str) -> str:
        self.counter += 1
        return f"{hint}{self.counter}"

    def end(self, instruction: str, *targets: str) -> None:
        """End the block with a jump or return."""
        if not self.done:
            self.line(instruction)
            self.reached.update(targets)
            self.done = True

    def jump(self, target: str) -> None:
        self.end(f"br label %{target}", target)

    def choose(self, condition: str, yes: str, no: str) -> None:
        self.end(f"br i1 {condition}, label %{yes}, label %{no}", yes, no)

    def start(self, label: str) -> None:
        """Begin a block. One that nothing jumps to is left out."""
        assert self.done, "the block before has not ended"
        if label in self.reached:
            self.lines.append(f"{label}:")
            self.block = label
            self.done = False

    def slot(self, name: str, kind: str) -> None:
        zero = "0.0" if kind == FLOAT else "0"
        self.slots.append(f'  %"{name}.slot" = alloca {kind}')
        self.slots.append(f'  store {kind} {zero}, ptr %"{name}.slot"')

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
                self.fail(
                    node,
                    f"kernels have no `{_spelled(node)}` statement",
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
                self.fail(
                    target,
                    "kernels assign to one local or buffer element at a time",
                    "write an assignment for each",
                )

    def annotated(self, node: ast.AnnAssign) -> None:
        annotation = self.module._annotation(self.function, node.annotation, node.lineno)
        if annotation not in (int, bool, float) or not isinstance(node.target, ast.Name):
            self.fail(node, "a local is an int, bool or float", "leave the annotation out")
        kind = _SCALARS[annotation]
        value = self.expression(node.value) if node.value else None
        name = node.target.id
        if name not in self.types:
            self.types[name] = kind
            self.slot(name, kind)
        elif self.types[name] != kind:
            self.fail(
                node,
                f"`{name}` is {_PYTHON_NAMES[self.types[name]]} before it is declared here",
                "use another name",
            )
        if value:
            self.store_local(name, value, node)

    def store_local(self, name: str, value: Value, node: ast.AST) -> None:
        if name in self.buffers:
            self.fail(node, f"`{name}` is a buffer", "use another name for the number")
        if value.type == NONE:
            self.fail(node, "this call gives no value", "write it as a statement")
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
            case ast.Compare(left=ast.Name(id=name), ops=[ast.In()], comparators=[ast.Tuple() as t]):
                numbers = [self.fold(element) for element in t.elts]
            case ast.Compare(left=ast.Name(id=name), ops=[op], comparators=[constant]) if (
                type(op) in _COMPARISONS and not isinstance(op, ast.NotEq)
            ):
                order = _COMPARISONS[type(op)][0]
                numbers = [self.fold(constant)]
            case ast.BoolOp(op=ast.Or()):
                parts = [self.tested(value) for value in node.values]
                if len({name for name, _ in parts}) > 1 or any(o != "eq" for _, (o, _) in parts):
                    return none
                return parts[0][0], ("eq", [number for _, (_, some) in parts for number in some])
            case _:
                return none
        integers = [int(n) for n in numbers if isinstance(n, int) and _LEAST <= n <= _GREATEST]
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
                self.fail(
                    node, "kernels count with `for i in range(…)`", "index the buffer inside it"
                )
        step = self.fold(args[2]) if len(args) == 3 else 1
        if not isinstance(step, int) or not step:
            self.fail(node, "the step of a range is not a constant", "use a `while` loop")
        bounds = [self.integer(self.expression(a), a, "a range's bound") for a in args[:2]]
        first, stop = bounds if len(bounds) == 2 else [Value(INT, "0"), *bounds]
        hidden = self.label("counter")
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
            self.fail(node.orelse[0], "kernels have no `else` after a loop", "use a flag")

    def loop_body(self, statements: Sequence[ast.stmt], again: str, out: str) -> None:
        self.loops.append((again, out))
        self.body(statements)
        self.loops.pop()

    def return_value(self, node: ast.Return) -> None:
        result = self.signature.result
        if node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None):
            if result != NONE:
                self.fail(node, f"a {_PYTHON_NAMES[result]} is to be returned", "return one")
            self.end("ret void")
        else:
            value = self.convert(self.expression(node.value), result, node, "the result")
            self.end(f"ret {value.type} {value.ref}")

    # -- expressions

    def expression(self, node: ast.expr) -> Value:
        constant = self.fold(node)
        if constant is not None:
            return self.literal(constant, node)
        match node:
            case ast.Name():
                return self.local(node.id, node)
            case ast.Subscript():
                return self.load(*self.element(node))
            case ast.BinOp():
                left = self.expression(node.left)
                return self.arithmetic(node.op, left, self.expression(node.right), node)
            case ast.UnaryOp():
                return self.unary(node)
            case ast.Compare():
                return self.comparison(node)
            case ast.BoolOp():
                return self.either(node)
            case ast.IfExp():
                yes, no, out = self.label("then"), self.label("else"), self.label("endif")
                self.condition(node.test, yes, no)
                arms: list[tuple[Value, str, int]] = []
                for label, arm in ((yes, node.body), (no, node.orelse)):
                    self.start(label)
                    if not self.done:
                        self.arm(arms, self.expression(arm))
                        self.jump(out)
                return self.join(arms, out, node)
            case ast.Call():
                return self.call(node)
            case _:
                self.fail(
                    node,
                    f"kernels have no {_spelled(node)}",
                    "compute with ints, floats and the elements of buffers",
                )

    def fold(self, node: ast.expr) -> int | float | None:
        """The number an expression always has, or None."""
        match node:
            case ast.Constant(value=int() | float() as number):
                return number
            case ast.Name() | ast.Attribute():
                dotted = _dotted(node)
                if dotted is None or dotted.split(".")[0] in self.locals:
                    return None
                thing = self.module.sources.meaning(self.function, dotted, node.lineno)
                return thing if isinstance(thing, (int, float)) else None
            case ast.UnaryOp(op=ast.USub()):
                number = self.fold(node.operand)
                return None if number is None else -number
            case ast.UnaryOp(op=ast.Invert()):
                number = self.fold(node.operand)
                return ~int(number) if isinstance(number, int) else None
            case ast.BinOp() if type(node.op) in _FOLDING:
                left = self.fold(node.left)
                right = None if left is None else self.fold(node.right)
                if not isinstance(left, int) or not isinstance(right, int):
                    return None
                if isinstance(node.op, (ast.LShift, ast.RShift)) and not 0 <= right < 128:
                    return None
                with suppress(ZeroDivisionError):
                    result: int = _FOLDING[type(node.op)](left, right)
                    return result
        return None

    def literal(self, number: int | float, node: ast.expr) -> Value:
        if isinstance(number, bool):
            return Value(BOOL, str(number).lower())
        if isinstance(number, float):
            return Value(FLOAT, f"0x{struct.pack('>d', number).hex()}")
        if not _LEAST <= number <= _GREATEST:
            self.fail(
                node,
                f"{number} is outside the 64 bits of an int",
                f"write the signed number of the same pattern, {kernel.wrap64(number)}",
            )
        return Value(INT, str(int(number)))

    def local(self, name: str, node: ast.AST | None = None) -> Value:
        where = node or self.node
        if name in self.buffers:
            self.fail(where, f"`{name}` is a buffer", "index it, or pass it to a kernel")
        if name not in self.types:
            if name in self.locals:
                self.fail(
                    where,
                    f"`{name}` is read before it is first assigned, in the order of the text",
                    "give it a value further up",
                )
            self.fail(where, f"`{name}` is no number", "see docs/kernels.md for what there is")
        kind = self.types[name]
        return self.emit(f'load {kind}, ptr %"{name}.slot"', kind)

    def element(self, node: ast.Subscript) -> tuple[Parameter, str]:
        """A buffer's parameter, and a pointer to the element that is meant."""
        number, parameter = self.buffer(node.value)
        index = self.integer(self.expression(node.slice), node, "an index")
        if isinstance(node.ctx, ast.Store):
            self.signature.writes.add(number)
        if self.checked:
            length = f'%"{parameter.name}.length"'
            inside = self.emit(f"icmp ult i64 {index.ref}, {length}", BOOL)
            self.check(
                inside,
                node,
                f"index {{0}} of `{parameter.name}` is outside its {{1}} elements",
                index.ref,
                length,
            )
        return parameter, self.pointer(parameter, index)

    def buffer(self, node: ast.expr) -> tuple[int, Parameter]:
        if not isinstance(node, ast.Name) or node.id not in self.buffers:
            self.fail(
                node,
                "only the buffers among the parameters can be indexed or passed",
                "annotate a parameter with I64, I32, U8 or F64",
            )
        return self.buffers[node.id]

    def pointer(self, parameter: Parameter, index: Value) -> str:
        return self.emit(
            f'getelementptr inbounds {parameter.type}, ptr %"{parameter.name}", i64 {index.ref}',
            "ptr",
        ).ref

    def load(self, parameter: Parameter, pointer: str) -> Value:
        value = self.emit(f"load {parameter.type}, ptr {pointer}", parameter.type)
        if parameter.type in (INT, FLOAT):
            return value
        extend = "zext" if parameter.type == "i8" else "sext"
        return self.emit(f"{extend} {parameter.type} {value.ref} to i64", INT)

    def arithmetic(self, op: ast.operator, left: Value, right: Value, node: ast.AST) -> Value:
        if NONE in (left.type, right.type):
            self.fail(node, "this call gives no value", "write it as a statement")
        kind = type(op)
        if left.type == right.type == BOOL and kind in (ast.BitAnd, ast.BitOr, ast.BitXor):
            return self.emit(f"{_INT_OPERATORS[kind]} i1 {left.ref}, {right.ref}", BOOL)
        if FLOAT in (left.type, right.type) or kind is ast.Div:
            left, right = self.as_float(left), self.as_float(right)
            if self.checked and kind in (ast.Div, ast.FloorDiv, ast.Mod):
                nonzero = self.emit(f"fcmp une double {right.ref}, 0.0", BOOL)
                self.check(nonzero, node, "division by zero")
            if kind in _FLOAT_OPERATORS:
                return self.emit(f"{_FLOAT_OPERATORS[kind]} double {left.ref}, {right.ref}", FLOAT)
            if kind in _FLOAT_CALLS:
                return self.intrinsic(PYTHON[_FLOAT_CALLS[kind]], [left, right])
        else:
            left, right = self.widen(left), self.widen(right)
            if self.checked and kind in (ast.FloorDiv, ast.Mod):
                self.check_divisor(right, node)
            if self.checked and kind in (ast.LShift, ast.RShift):
                positive = self.emit(f"icmp sge i64 {right.ref}, 0", BOOL)
                self.check(positive, node, "shift by {0}, which is negative", right.ref)
            if kind in _INT_OPERATORS:
                return self.emit(f"{_INT_OPERATORS[kind]} i64 {left.ref}, {right.ref}", INT)
            if kind in _INT_CALLS:
                return self.divide_by_power(kind, left, right) or self.intrinsic(
                    PYTHON[_INT_CALLS[kind]], [left, right]
                )
        self.fail(
            node,
            f"kernels have no `{_spelled(op)}` of {_PYTHON_NAMES[left.type]}"
            f" and {_PYTHON_NAMES[right.type]}",
            "write a product" if kind is ast.Pow else "convert with int(…) or float(…)",
        )

    def divide_by_power(self, op: type[ast.operator], left: Value, right: Value) -> Value | None:
        """Floor division by a constant power of two is one shift or mask."""
        divisor = 0 if right.ref.startswith("%") else int(right.ref)
        if op not in (ast.FloorDiv, ast.Mod) or divisor <= 0 or divisor & (divisor - 1):
            return None
        if op is ast.Mod:
            return self.emit(f"and i64 {left.ref}, {divisor - 1}", INT)
        return self.emit(f"ashr i64 {left.ref}, {divisor.bit_length() - 1}", INT)

    def check_divisor(self, divisor: Value, node: ast.AST) -> None:
        nonzero = self.emit(f"icmp ne i64 {divisor.ref}, 0", BOOL)
        self.check(nonzero, node, "division by zero")

    def unary(self, node: ast.UnaryOp) -> Value:
        value = self.expression(node.operand)
        match node.op:
            case ast.Not():
                return self.emit(f"xor i1 {self.truth(value, node).ref}, true", BOOL)
            case ast.USub() if value.type == FLOAT:
                return self.emit(f"fneg double {value.ref}", FLOAT)
            case ast.UAdd() if value.type == FLOAT:
                return value
        value = self.integer(value, node, f"the operand of `{_spelled(node.op)}`")
        match node.op:
            case ast.USub():
                return self.emit(f"sub i64 0, {value.ref}", INT)
            case ast.Invert():
                return self.emit(f"xor i64 {value.ref}, -1", INT)
            case _:
                return value

    def comparison(self, node: ast.Compare) -> Value:
        if len(node.ops) == 1:
            left = self.expression(node.left)
            return self.compare(node, node.ops[0], left, node.comparators[0])[0]
        return self.as_value(node)

    def compare(
        self, node: ast.Compare, op: ast.cmpop, left: Value, comparator: ast.expr
    ) -> tuple[Value, Value]:
        """One comparison: its truth, and the value on the right, for a chain to go on with."""
        if isinstance(op, (ast.In, ast.NotIn)) and isinstance(comparator, ast.Tuple):
            return self.among(node, op, left, comparator), left
        if type(op) not in _COMPARISONS:
            self.fail(
                node,
                f"kernels have no `{_spelled(op)}`",
                "compare numbers, or write `x in (A, B)` with constants",
            )
        right = self.expression(comparator)
        signed, ordered = _COMPARISONS[type(op)]
        one, other = left, right
        if NONE in (one.type, other.type):
            self.fail(node, "this call gives no value", "write it as a statement")
        if FLOAT in (one.type, other.type):
            one, other = (self.exact_float(v, node) for v in (one, other))
            return self.emit(f"fcmp {ordered} double {one.ref}, {other.ref}", BOOL), right
        one, other = self.widen(one), self.widen(other)
        return self.emit(f"icmp {signed} i64 {one.ref}, {other.ref}", BOOL), right

    def among(self, node: ast.Compare, op: ast.cmpop, left: Value, options: ast.Tuple) -> Value:
        numbers = [self.fold(element) for element in options.elts]
        if left.type == FLOAT or not all(isinstance(number, int) for number in numbers):
            self.fail(node, "`in` tests an int against constants", "use `==` and `or`")
        value = self.widen(left)
        found = Value(BOOL, "false")
        for number, element in zip(numbers, options.elts, strict=True):
            literal = self.literal(int(number or 0), element)
            same = self.emit(f"icmp eq i64 {value.ref}, {literal.ref}", BOOL)
            found = self.emit(f"or i1 {found.ref}, {same.ref}", BOOL)
        if isinstance(op, ast.NotIn):
            return self.emit(f"xor i1 {found.ref}, true", BOOL)
        return found

    def condition(self, node: ast.expr, yes: str, no: str) -> None:
        """End the block: go to `yes` where an expression is true, else to `no`."""
        constant = self.fold(node)
        if constant is not None:
            self.jump(yes if constant else no)
            return
        match node:
            case ast.UnaryOp(op=ast.Not()):
                self.condition(node.operand, no, yes)
            case ast.BoolOp():
                for value in node.values[:-1]:
                    further = self.label("also")
                    if isinstance(node.op, ast.And):
                        self.condition(value, further, no)
                    else:
                        self.condition(value, yes, further)
                    self.start(further)
                    if self.done:
                        return
                self.condition(node.values[-1], yes, no)
            case ast.Compare() if len(node.ops) > 1:
                left = self.expression(node.left)
                for op, comparator in zip(node.ops, node.comparators, strict=True):
                    truth, left = self.compare(node, op, left, comparator)
                    further = yes if comparator is node.comparators[-1] else self.label("also")
                    self.choose(truth.ref, further, no)
                    if further != yes:
                        self.start(further)
            case _:
                self.choose(self.truth(self.expression(node), node).ref, yes, no)

    def as_value(self, node: ast.expr) -> Value:
        """The truth of an expression that branches, as a bool."""
        yes, no, out = self.label("true"), self.label("false"), self.label("endif")
        self.condition(node, yes, no)
        arms: list[tuple[Value, str, int]] = []
        for label, literal in ((yes, "true"), (no, "false")):
            self.start(label)
            self.arm(arms, Value(BOOL, literal))
            self.jump(out)
        return self.join(arms, out, node)

    def either(self, node: ast.BoolOp) -> Value:
        """`a and b`, `a or b` for their value: the first operand that decides it."""
        out = self.label("decided")
        arms: list[tuple[Value, str, int]] = []
        for operand in node.values[:-1]:
            value = self.expression(operand)
            truth = self.truth(value, operand)
            self.arm(arms, value)
            further = self.label("also")
            if isinstance(node.op, ast.And):
                self.choose(truth.ref, further, out)
            else:
                self.choose(truth.ref, out, further)
            self.start(further)
        self.arm(arms, self.expression(node.values[-1]))
        self.jump(out)
        return self.join(arms, out, node)

    def arm(self, arms: list[tuple[Value, str, int]], value: Value) -> None:
        """Note a value that comes into a join from this block, leaving room to widen it."""
        if not self.done:
            arms.append((value, self.block, len(self.lines)))
            self.lines.append("")

    def join(self, arms: list[tuple[Value, str, int]], out: str, node: ast.expr) -> Value:
        """Begin the block that arms come together in, and give the one value they have there."""
        kinds = {value.type for value, _, _ in arms}
        if kinds == {BOOL, INT}:
            kinds = {INT}
        if len(kinds) != 1 or NONE in kinds:
            self.fail(
                node,
                "this is " + " or ".join(sorted(_PYTHON_NAMES[k] for k in kinds)),
                "let all alternatives have one type, with int(…) or float(…)",
            )
        (kind,) = kinds
        incoming = []
        for value, block, room in arms:
            ref = value.ref
            if value.type != kind:
                self.counter += 1
                ref = f"%t{self.counter}"
                self.lines[room] = f"  {ref} = zext i1 {value.ref} to i64"
            incoming.append(f"[ {ref}, %{block} ]")
        self.start(out)
        return self.emit(f"phi {kind} {', '.join(incoming)}", kind)

    # -- calls

    def call(self, node: ast.Call) -> Value:
        dotted = _dotted(node.func)
        if dotted is None or dotted.split(".")[0] in self.locals or node.keywords:
            self.fail(
                node, "kernels call kernels and helpers by name", "pass arguments by position"
            )
        thing = self.module.sources.meaning(self.function, dotted, node.lineno)
        if kernel.is_kernel(thing):
            return self.call_kernel(node, thing)
        if thing in (kernel.copy, kernel.fill):
            self.count(node, 5 if thing is kernel.copy else 4)
            return self.copy(node) if thing is kernel.copy else self.fill(node)
        if thing in INTRINSICS:
            intrinsic = INTRINSICS[thing]
            self.count(node, len(intrinsic.parameters))
            values = [self.pattern(argument) for argument in node.args]
            if self.checked and thing in (kernel.div_trunc, kernel.mod_trunc):
                self.check_divisor(values[1], node)
            return self.intrinsic(intrinsic, values)
        if thing in (min, max, abs, int, float, bool):
            return self.builtin(node, thing)
        self.fail(
            node,
            f"kernels cannot call `{dotted}`",
            "decorate it with @kernel, pass a length as a parameter, or see docs/kernels.md",
        )

    def count(self, node: ast.Call, wanted: int) -> None:
        if len(node.args) != wanted or any(isinstance(a, ast.Starred) for a in node.args):
            self.fail(node, f"{wanted} arguments are wanted here", "give that many")

    def call_kernel(self, node: ast.Call, function: FunctionType) -> Value:
        signature = self.module.signature(function)
        self.count(node, len(signature.parameters))
        arguments = []
        for place, (parameter, given) in enumerate(
            zip(signature.parameters, node.args, strict=True)
        ):
            if parameter.buffer:
                number, mine = self.buffer(given)
                if mine.buffer != parameter.buffer:
                    self.fail(
                        given,
                        f"`{mine.name}` is {mine.buffer}, where `{parameter.name}` is"
                        f" {parameter.buffer}",
                        "pass a buffer of that type",
                    )
                self.module.passes.append((self.signature, number, signature, place))
                arguments.append(f'ptr %"{mine.name}"')
                if self.checked:
                    arguments.append(f'i64 %"{mine.name}.length"')
            else:
                value = self.expression(given)
                value = self.convert(value, parameter.type, given, f"`{parameter.name}`")
                zero = " zeroext" if value.type == BOOL else ""
                arguments.append(f"{value.type}{zero} {value.ref}")
        if self.checked:
            arguments.append("ptr %fault")
        zero = "zeroext " if signature.result == BOOL else ""
        call = f"call {zero}{signature.result} @{signature.symbol}({', '.join(arguments)})"
        if signature.result == NONE:
            self.line(call)
            result = Value(NONE, "")
        else:
            result = self.emit(call, signature.result)
        if self.checked:
            site = self.emit("load i64, ptr %fault", INT)
            fine = self.emit(f"icmp eq i64 {site.ref}, 0", BOOL)
            self.leave_unless(fine)
        return result

    def pattern(self, node: ast.expr) -> Value:
        """A helper's argument; a constant may be an unsigned 64-bit pattern."""
        constant = self.fold(node)
        if isinstance(constant, int) and _GREATEST < constant < 2**64:
            constant = kernel.wrap64(constant)
            return Value(INT, str(constant))
        return self.integer(self.expression(node), node, "a helper's argument")

    def intrinsic(self, intrinsic: Intrinsic, values: Sequence[Value]) -> Value:
        name = self.module.intrinsic(intrinsic)
        arguments = ", ".join(f"{value.type} {value.ref}" for value in values)
        return self.emit(f"call {intrinsic.result} @{name}({arguments})", intrinsic.result)

    def builtin(self, node: ast.Call, thing: Any) -> Value:
        if thing in (min, max):
            if len(node.args) < 2:
                self.fail(node, f"`{thing.__name__}` of one argument", "give two or more")
            best = self.expression(node.args[0])
            for argument in node.args[1:]:
                best = self.lesser(node, thing is min, best, self.expression(argument))
            return best
        self.count(node, 1)
        value = self.expression(node.args[0])
        if thing is bool:
            return self.truth(value, node)
        if thing is int and value.type == FLOAT:
            return self.intrinsic(PYTHON["truncate"], [value])
        if thing is float:
            return self.as_float(value)
        if value.type == FLOAT:
            self.module.declare("declare double @llvm.fabs.f64(double)")
            return self.emit(f"call double @llvm.fabs.f64(double {value.ref})", FLOAT)
        value = self.integer(value, node, "the argument")
        if thing is int:
            return value
        self.module.declare("declare i64 @llvm.abs.i64(i64, i1)")
        return self.emit(f"call i64 @llvm.abs.i64(i64 {value.ref}, i1 false)", INT)

    def lesser(self, node: ast.Call, least: bool, best: Value, value: Value) -> Value:
        """The lesser or greater of two as Python has it: the first, unless the second beats it."""
        if FLOAT in (best.type, value.type):
            if best.type != value.type:
                self.fail(node, "an int and a float are compared", "convert one with float(…)")
            order = "olt" if least else "ogt"
            beats = self.emit(f"fcmp {order} double {value.ref}, {best.ref}", BOOL)
        else:
            best, value = self.widen(best), self.widen(value)
            order = "slt" if least else "sgt"
            beats = self.emit(f"icmp {order} i64 {value.ref}, {best.ref}", BOOL)
        kind = value.type
        return self.emit(f"select i1 {beats.ref}, {kind} {value.ref}, {kind} {best.ref}", kind)

    def copy(self, node: ast.Call) -> Value:
        self.module.declare("declare void @llvm.memmove.p0.p0.i64(ptr, ptr, i64, i1)")
        written, target = self.buffer(node.args[0])
        at = self.integer(self.expression(node.args[1]), node, "an index")
        _, source = self.buffer(node.args[2])
        if target.buffer != source.buffer:
            self.fail(node, f"{source.buffer} is copied to {target.buffer}", "copy in a loop")
        start = self.integer(self.expression(node.args[3]), node, "an index")
        count = self.integer(self.expression(node.args[4]), node, "a count")
        self.signature.writes.add(written)
        count = self.run_length(node, count, [(target, at), (source, start)])
        size = self.emit(f"mul i64 {count.ref}, {target.size}", INT)
        self.line(
            f"call void @llvm.memmove.p0.p0.i64(ptr {self.pointer(target, at)},"
            f" ptr {self.pointer(source, start)}, i64 {size.ref}, i1 false)"
        )
        return Value(NONE, "")

    def fill(self, node: ast.Call) -> Value:
        written, target = self.buffer(node.args[0])
        at = self.integer(self.expression(node.args[1]), node, "an index")
        count = self.integer(self.expression(node.args[2]), node, "a count")
        kind = FLOAT if target.type == FLOAT else INT
        value = self.convert(self.expression(node.args[3]), kind, node, "the value")
        self.signature.writes.add(written)
        count = self.run_length(node, count, [(target, at)])
        if target.type != kind:
            value = self.emit(f"trunc {kind} {value.ref} to {target.type}", target.type)
        where = self.pointer(target, at)
        before, head, inside = self.block, self.label("fill"), self.label("do")
        out = self.label("done")
        self.jump(head)
        self.start(head)
        index, further = self.label("%index"), self.label("%further")
        self.line(f"{index} = phi i64 [ 0, %{before} ], [ {further}, %{inside} ]")
        more = self.emit(f"icmp ult i64 {index}, {count.ref}", BOOL)
        self.choose(more.ref, inside, out)
        self.start(inside)
        place = self.emit(f"getelementptr {target.type}, ptr {where}, i64 {index}", "ptr")
        self.line(f"store {target.type} {value.ref}, ptr {place.ref}")
        self.line(f"{further} = add i64 {index}, 1")
        self.jump(head)
        self.start(out)
        return Value(NONE, "")

    def run_length(
        self, node: ast.Call, count: Value, runs: Sequence[tuple[Parameter, Value]]
    ) -> Value:
        """A count that is not negative; with checks, one that its runs of elements can hold."""
        some = self.emit(f"icmp sgt i64 {count.ref}, 0", BOOL)
        count = self.emit(f"select i1 {some.ref}, i64 {count.ref}, i64 0", INT)
        if self.checked:
            for parameter, start in runs:
                length = f'%"{parameter.name}.length"'
                none = self.emit(f"icmp eq i64 {count.ref}, 0", BOOL)
                room = self.emit(f"sub i64 {length}, {start.ref}", INT)
                inside = self.emit(f"icmp ule i64 {start.ref}, {length}", BOOL)
                fits = self.emit(f"icmp ule i64 {count.ref}, {room.ref}", BOOL)
                both = self.emit(f"and i1 {inside.ref}, {fits.ref}", BOOL)
                fine = self.emit(f"or i1 {none.ref}, {both.ref}", BOOL)
                self.check(
                    fine,
                    node,
                    f"{{1}} elements at index {{0}} of `{parameter.name}` go beyond its end",
                    start.ref,
                    count.ref,
                )
        return count

    # -- types

    def widen(self, value: Value) -> Value:
        return self.emit(f"zext i1 {value.ref} to i64", INT) if value.type == BOOL else value

    def integer(self, value: Value, node: ast.AST, what: str) -> Value:
        return self.convert(value, INT, node, what)

    def truth(self, value: Value, node: ast.AST) -> Value:
        if value.type == FLOAT:
            return self.emit(f"fcmp une double {value.ref}, 0.0", BOOL)
        if value.type == NONE:
            self.fail(node, "this call gives no value", "write it as a statement")
        if value.type == INT:
            return self.emit(f"icmp ne i64 {value.ref}, 0", BOOL)
        return value

    def as_float(self, value: Value) -> Value:
        if value.type == FLOAT:
            return value
        return self.emit(f"sitofp i64 {self.widen(value).ref} to double", FLOAT)

    def exact_float(self, value: Value, node: ast.AST) -> Value:
        """A float, or an int literal that is one: Python compares others by their exact values."""
        if value.type == INT and not value.ref.startswith("%"):
            number = float(int(value.ref))
            if int(number) == int(value.ref):
                return self.literal(number, ast.Constant(number))
        if value.type != FLOAT:
            self.fail(node, "an int is compared with a float", "convert it with float(…)")
        return value

    def convert(self, value: Value, kind: str, node: ast.AST, what: str) -> Value:
        """A value as another type; only bool to int goes by itself."""
        if value.type == kind:
            return value
        if value.type == BOOL and kind == INT:
            return self.widen(value)
        given = _PYTHON_NAMES[value.type]
        remedies = {INT: "convert it with int(…)", BOOL: "compare it with something"}
        remedy = remedies.get(kind, "convert it with float(…), or write 0.0 for 0")
        if kind == NONE or value.type == NONE:
            remedy = "give the function the result it has"
        self.fail(node, f"{what} is {_PYTHON_NAMES[kind]}, and {given} is given", remedy)

    # -- checks

    def check(
        self, fine: Value, node: ast.AST, text: str, first: str = "0", second: str = "0"
    ) -> None:
        """Unless `fine`, fault with a text about two numbers."""
        self.module.sites.append((self.file, getattr(node, "lineno", 0), text))
        site = len(self.module.sites)
        self.leave_unless(fine, f"call void @fault(ptr %fault, i64 {site}, i64 {first}, i64 {second})")

    def leave_unless(self, fine: Value, first: str = "") -> None:
        onward, leave = self.label("fine"), self.label("leave")
        self.choose(fine.ref, onward, leave)
        self.start(leave)
        if first:
            self.line(first)
        result = self.signature.result
        zero = {NONE: "", FLOAT: " 0.0"}.get(result, " 0")
        self.end(f"ret {result}{zero}")
        self.start(onward)


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


def _growing(items: list[FunctionType]) -> Iterator[tuple[int, FunctionType]]:
    """Enumerate a list that grows meanwhile."""
    number = 0
    while number < len(items):
        yield number, items[number]
        number += 1


def _dotted(node: ast.AST) -> str | None:
    """`a.b.c` as text, or None where the expression is anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = _dotted(node.value)
        return owner and f"{owner}.{node.attr}"
    return None


_SPELLINGS: Final[dict[type[ast.AST], str]] = {
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.Div: "/",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.USub: "-",
    ast.UAdd: "+",
    ast.Invert: "~",
    ast.Constant: "strings",
    ast.JoinedStr: "strings",
    ast.List: "lists",
    ast.Tuple: "tuples",
    ast.Dict: "dictionaries",
    ast.Set: "sets",
    ast.Lambda: "functions of their own",
    ast.ListComp: "comprehensions",
    ast.GeneratorExp: "comprehensions",
    ast.Attribute: "attributes but those of modules",
    ast.NamedExpr: "assignments inside expressions",
}


def _spelled(node: ast.AST) -> str:
    """How a construct is written, for messages."""
    return _SPELLINGS.get(type(node), type(node).__name__.lower())
