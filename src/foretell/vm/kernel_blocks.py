"""LLVM IR under construction: a module's text, a function's blocks, values and their types.

What every part of the translator writes with. A `Value` is a type and the name of a register (or a
literal); `Blocks.emit` appends an instruction to the block under construction and gives its
result. A block is begun by `start` and ended by `jump`, `choose` or `end`; one that nothing jumps
to is left out, and instructions after an end go nowhere, so that unreachable code costs nothing
and needs no care.

    i64, i1, double     the types of int, bool and float; a local has that of its first assignment
    ptr                 a buffer; with bounds checks also an i64, its length

Every local lives in a stack slot of its own, which LLVM's first pass turns into registers. So
nothing here thinks about joins, except where an expression branches (`and`, `or`, `a if c else b`):
there `arm` notes a value that comes in, and `join` makes one of them all.

**Checks.** With `checked`, each access of a buffer, division and shift is preceded by a test. Where
it fails, `%fault`, three words of the caller's (site + 1, and two numbers for the message), is
written and the function returns; after each call the caller looks at it and returns too. So a
fault ends the whole call, and no memory is touched.
"""

from __future__ import annotations

import ast
import struct
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any, Final, NamedTuple

from foretell.vm import kernel
from foretell.vm.intrinsics import Intrinsic
from foretell.vm.kernel_source import KernelError, Sources

__all__ = ["Blocks", "ModuleText", "Parameter", "Signature", "Value", "dotted_name", "spelled"]

INT: Final = "i64"
BOOL: Final = "i1"
FLOAT: Final = "double"
NONE: Final = "void"

SCALARS: Final[dict[Any, str]] = {int: INT, bool: BOOL, float: FLOAT, None: NONE}
# buffer type → type in memory, bytes of an element
ELEMENTS: Final[dict[Any, tuple[str, int]]] = {
    kernel.I64: (INT, 8),
    kernel.I32: ("i32", 4),
    kernel.U8: ("i8", 1),
    kernel.F64: (FLOAT, 8),
}
PYTHON_NAMES: Final = {INT: "int", BOOL: "bool", FLOAT: "float", NONE: "None"}

LEAST, GREATEST = -(2**63), 2**63 - 1


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


@dataclass
class Signature:
    """How a kernel is called. `writes` says which buffers are stored to, in its callees too."""

    symbol: str
    parameters: tuple[Parameter, ...]
    result: str
    writes: set[int] = field(default_factory=set)


class ModuleText:
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
            annotation = self.annotation(function, argument.annotation, argument.lineno)
            if annotation in ELEMENTS:
                element, size = ELEMENTS[annotation]
                parameters.append(Parameter(argument.arg, element, annotation.__name__, size))
            elif annotation in (int, bool, float):
                parameters.append(Parameter(argument.arg, SCALARS[annotation]))
            else:
                problem = f"the parameter `{argument.arg}` has no type that kernels know"
                raise KernelError(path, argument.lineno, problem, remedy)
        result = self.annotation(function, node.returns, node.lineno)
        if result not in SCALARS:
            problem = f"the result of `{node.name}` has no type that kernels know"
            raise KernelError(path, node.lineno, problem, remedy)
        number = self.sources.kernels.index(function)
        name = node.name if node.name.isascii() else "kernel"
        self.signatures[function] = Signature(
            f"{name}.{number}", tuple(parameters), SCALARS[result]
        )
        return self.signatures[function]

    def annotation(self, function: FunctionType, node: ast.expr | None, line: int) -> Any:
        if isinstance(node, ast.Constant) and node.value is None:
            return None
        dotted = dotted_name(node) if node else None
        return self.sources.meaning(function, dotted, line) if dotted else "nothing"

    def intrinsic(self, intrinsic: Intrinsic) -> str:
        self.used[intrinsic.name] = intrinsic
        return intrinsic.name

    def declare(self, declaration: str) -> None:
        self.declared[declaration] = None


class Blocks:
    """One kernel's blocks under construction, and its locals."""

    def __init__(self, module: ModuleText, function: FunctionType, signature: Signature) -> None:
        self.module = module
        self.function = function
        self.signature = signature
        self.node = module.definitions[function]
        self.file = list(module.sources.uses.files).index(function.__code__.co_filename)
        self.checked = module.checked
        self.wrapping = False  # inside a helper that wraps what it is given
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

    def error(self, node: ast.AST, problem: str, remedy: str) -> KernelError:
        """What to raise about a construct: where it is, what is wrong, what to write instead."""
        path = self.function.__code__.co_filename
        return KernelError(path, getattr(node, "lineno", self.node.lineno), problem, remedy)

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

    # -- joins

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
            raise self.error(
                node,
                "this is " + " or ".join(sorted(PYTHON_NAMES[k] for k in kinds)),
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

    # -- types

    def literal(self, number: int | float, node: ast.expr) -> Value:
        if isinstance(number, bool):
            return Value(BOOL, str(number).lower())
        if isinstance(number, float):
            return Value(FLOAT, f"0x{struct.pack('>d', number).hex()}")
        if self.wrapping:
            number = kernel.wrap64(number)
        if not LEAST <= number <= GREATEST:
            raise self.error(
                node,
                f"{number} is outside the 64 bits of an int",
                f"write the signed number of the same pattern, {kernel.wrap64(number)}",
            )
        return Value(INT, str(int(number)))

    def widen(self, value: Value) -> Value:
        return self.emit(f"zext i1 {value.ref} to i64", INT) if value.type == BOOL else value

    def integer(self, value: Value, node: ast.AST, what: str) -> Value:
        return self.convert(value, INT, node, what)

    def truth(self, value: Value, node: ast.AST) -> Value:
        if value.type == FLOAT:
            return self.emit(f"fcmp une double {value.ref}, 0.0", BOOL)
        if value.type == NONE:
            raise self.error(node, "this call gives no value", "write it as a statement")
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
            raise self.error(node, "an int is compared with a float", "convert it with float(…)")
        return value

    def convert(self, value: Value, kind: str, node: ast.AST, what: str) -> Value:
        """A value as another type; only bool to int goes by itself."""
        if value.type == kind:
            return value
        if value.type == BOOL and kind == INT:
            return self.widen(value)
        given = PYTHON_NAMES[value.type]
        remedies = {INT: "convert it with int(…)", BOOL: "compare it with something"}
        remedy = remedies.get(kind, "convert it with float(…), or write 0.0 for 0")
        if kind == NONE or value.type == NONE:
            remedy = "give the function the result it has"
        raise self.error(node, f"{what} is {PYTHON_NAMES[kind]}, and {given} is given", remedy)

    # -- checks

    def check(
        self, fine: Value, node: ast.AST, text: str, first: str = "0", second: str = "0"
    ) -> None:
        """Unless `fine`, fault with a text about two numbers."""
        self.module.sites.append((self.file, getattr(node, "lineno", 0), text))
        site = len(self.module.sites)
        self.leave_unless(
            fine, f"call void @fault(ptr %fault, i64 {site}, i64 {first}, i64 {second})"
        )

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


def dotted_name(node: ast.AST) -> str | None:
    """`a.b.c` as text, or None where the expression is anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = dotted_name(node.value)
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


def spelled(node: ast.AST) -> str:
    """How a construct is written, for messages."""
    return _SPELLINGS.get(type(node), type(node).__name__.lower())
