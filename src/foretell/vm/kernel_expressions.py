"""Expressions of kernels → LLVM IR.

Each method takes a syntax tree and gives a `Value`, having appended what computes it, from left to
right as Python does. A constant expression is folded first; what Python computes exactly and
machine code cannot (an int compared with a float, an int where a float is expected) is refused
rather than rounded.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import FunctionType
from typing import Any, Final

from foretell.vm import kernel
from foretell.vm.intrinsics import INTRINSICS, PYTHON, Intrinsic
from foretell.vm.kernel_blocks import (
    BOOL,
    FLOAT,
    INT,
    NONE,
    PYTHON_NAMES,
    Blocks,
    Parameter,
    Value,
    dotted_name,
    spelled,
)

__all__ = ["Expressions"]

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
COMPARISONS: Final[dict[type[ast.cmpop], tuple[str, str]]] = {
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
# Only the low 64 bits of their arguments matter
_WRAPPING: Final = (
    kernel.wrap32,
    kernel.wrap64,
    kernel.add64,
    kernel.mul64,
    kernel.shr64,
    kernel.rotl64,
    kernel.popcount64,
    kernel.ctz64,
)


class Expressions(Blocks):
    """What expressions become."""

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
                raise self.error(
                    node,
                    f"kernels have no {spelled(node)}",
                    "compute with ints, floats and the elements of buffers",
                )

    def fold(self, node: ast.expr) -> int | float | None:
        """The number an expression always has, or None."""
        match node:
            case ast.Constant(value=int() | float() as number):
                return number
            case ast.Name() | ast.Attribute():
                dotted = dotted_name(node)
                if dotted is None or dotted.split(".")[0] in self.locals:
                    return None
                thing = self.module.sources.meaning(self.function, dotted, node.lineno)
                return thing if isinstance(thing, (int, float)) else None
            case ast.UnaryOp(op=ast.USub()):
                operand = self.fold(node.operand)
                return None if operand is None else -operand
            case ast.UnaryOp(op=ast.Invert()):
                operand = self.fold(node.operand)
                return ~int(operand) if isinstance(operand, int) else None
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

    def local(self, name: str, node: ast.AST | None = None) -> Value:
        where = node or self.node
        if name in self.buffers:
            raise self.error(where, f"`{name}` is a buffer", "index it, or pass it to a kernel")
        if name not in self.types:
            if name in self.locals:
                raise self.error(
                    where,
                    f"`{name}` is read before it is first assigned, in the order of the text",
                    "give it a value further up",
                )
            raise self.error(
                where, f"`{name}` is no number", "see docs/kernels.md for what there is"
            )
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
            raise self.error(
                node,
                "only the buffers among the parameters can be indexed or passed",
                "annotate a parameter with I64, I32, U8 or F64",
            )
        return self.buffers[node.id]

    def pointer(self, parameter: Parameter, index: Value) -> str:
        return self.emit(
            f'getelementptr inbounds {parameter.type}, ptr %"{parameter.name}.in", i64 {index.ref}',
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
            raise self.error(node, "this call gives no value", "write it as a statement")
        kind = type(op)
        if left.type == right.type == BOOL and kind in (ast.BitAnd, ast.BitOr, ast.BitXor):
            return self.emit(f"{_INT_OPERATORS[kind]} i1 {left.ref}, {right.ref}", BOOL)
        floats = FLOAT in (left.type, right.type)
        if kind is ast.Div or (floats and (kind in _FLOAT_OPERATORS or kind in _FLOAT_CALLS)):
            return self.float_arithmetic(kind, self.as_float(left), self.as_float(right), node)
        if not floats and (kind in _INT_OPERATORS or kind in _INT_CALLS):
            return self.int_arithmetic(kind, self.widen(left), self.widen(right), node)
        raise self.error(
            node,
            f"kernels have no `{spelled(op)}` of {PYTHON_NAMES[left.type]}"
            f" and {PYTHON_NAMES[right.type]}",
            "write a product" if kind is ast.Pow else "convert with int(…) or float(…)",
        )

    def float_arithmetic(
        self, op: type[ast.operator], left: Value, right: Value, node: ast.AST
    ) -> Value:
        if self.checked and op in (ast.Div, ast.FloorDiv, ast.Mod):
            nonzero = self.emit(f"fcmp une double {right.ref}, 0.0", BOOL)
            self.check(nonzero, node, "division by zero")
        if op in _FLOAT_OPERATORS:
            return self.emit(f"{_FLOAT_OPERATORS[op]} double {left.ref}, {right.ref}", FLOAT)
        return self.intrinsic(PYTHON[_FLOAT_CALLS[op]], [left, right])

    def int_arithmetic(
        self, op: type[ast.operator], left: Value, right: Value, node: ast.AST
    ) -> Value:
        if self.checked and op in (ast.FloorDiv, ast.Mod):
            self.check_divisor(right, node)
        if self.checked and op in (ast.LShift, ast.RShift):
            positive = self.emit(f"icmp sge i64 {right.ref}, 0", BOOL)
            self.check(positive, node, "shift by {0}, which is negative", right.ref)
        if op in _INT_OPERATORS:
            return self.emit(f"{_INT_OPERATORS[op]} i64 {left.ref}, {right.ref}", INT)
        return self.divide_by_power(op, left, right) or self.intrinsic(
            PYTHON[_INT_CALLS[op]], [left, right]
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
        if isinstance(node.op, ast.Not) and isinstance(node.operand, ast.BoolOp):
            return self.as_value(node)
        value = self.expression(node.operand)
        match node.op:
            case ast.Not():
                return self.emit(f"xor i1 {self.truth(value, node).ref}, true", BOOL)
            case ast.USub() if value.type == FLOAT:
                return self.emit(f"fneg double {value.ref}", FLOAT)
            case ast.UAdd() if value.type == FLOAT:
                return value
        value = self.integer(value, node, f"the operand of `{spelled(node.op)}`")
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
        if type(op) not in COMPARISONS:
            raise self.error(
                node,
                f"kernels have no `{spelled(op)}`",
                "compare numbers, or write `x in (A, B)` with constants",
            )
        right = self.expression(comparator)
        signed, ordered = COMPARISONS[type(op)]
        one, other = left, right
        if NONE in (one.type, other.type):
            raise self.error(node, "this call gives no value", "write it as a statement")
        if FLOAT in (one.type, other.type):
            one, other = (self.exact_float(v, node) for v in (one, other))
            return self.emit(f"fcmp {ordered} double {one.ref}, {other.ref}", BOOL), right
        one, other = self.widen(one), self.widen(other)
        return self.emit(f"icmp {signed} i64 {one.ref}, {other.ref}", BOOL), right

    def among(self, node: ast.Compare, op: ast.cmpop, left: Value, options: ast.Tuple) -> Value:
        numbers = [self.fold(element) for element in options.elts]
        if left.type == FLOAT or not all(isinstance(number, int) for number in numbers):
            raise self.error(node, "`in` tests an int against constants", "use `==` and `or`")
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

    # -- calls

    def call(self, node: ast.Call) -> Value:
        dotted = dotted_name(node.func)
        if dotted is None or dotted.split(".")[0] in self.locals or node.keywords:
            raise self.error(
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
            values = [self.pattern(argument, thing) for argument in node.args]
            if self.checked and thing in (kernel.div_trunc, kernel.mod_trunc):
                self.check_divisor(values[1], node)
            return self.intrinsic(intrinsic, values)
        if thing in (min, max, abs, int, float, bool):
            return self.builtin(node, thing)
        raise self.error(
            node,
            f"kernels cannot call `{dotted}`",
            "decorate it with @kernel, pass a length as a parameter, or see docs/kernels.md",
        )

    def count(self, node: ast.Call, wanted: int) -> None:
        if len(node.args) != wanted or any(isinstance(a, ast.Starred) for a in node.args):
            raise self.error(node, f"{wanted} arguments are wanted here", "give that many")

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
                    raise self.error(
                        given,
                        f"`{mine.name}` is {mine.buffer}, where `{parameter.name}` is"
                        f" {parameter.buffer}",
                        "pass a buffer of that type",
                    )
                self.module.passes.append((self.signature, number, signature, place))
                arguments.append(f'ptr %"{mine.name}.in"')
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

    def pattern(self, node: ast.expr, helper: Callable[..., Any]) -> Value:
        """A helper's argument. Those of wrapping helpers may have constants beyond 64 bits."""
        before = self.wrapping
        self.wrapping = helper in _WRAPPING
        value = self.integer(self.expression(node), node, "a helper's argument")
        self.wrapping = before
        return value

    def intrinsic(self, intrinsic: Intrinsic, values: Sequence[Value]) -> Value:
        name = self.module.intrinsic(intrinsic)
        arguments = ", ".join(f"{value.type} {value.ref}" for value in values)
        return self.emit(f"call {intrinsic.result} @{name}({arguments})", intrinsic.result)

    def builtin(self, node: ast.Call, thing: Any) -> Value:
        if thing in (min, max):
            if len(node.args) < 2:
                raise self.error(node, f"`{thing.__name__}` of one argument", "give two or more")
            best = self.expression(node.args[0])
            for argument in node.args[1:]:
                best = self.lesser(node, thing is min, best, self.expression(argument))
            return best
        self.count(node, 1)
        if thing is bool and isinstance(node.args[0], ast.BoolOp):
            return self.as_value(node.args[0])
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
                raise self.error(
                    node, "an int and a float are compared", "convert one with float(…)"
                )
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
            raise self.error(
                node, f"{source.buffer} is copied to {target.buffer}", "copy in a loop"
            )
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
