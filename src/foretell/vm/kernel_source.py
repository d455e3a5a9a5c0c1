"""Where kernels come from: their syntax trees, and what the names in them stand for.

The translator needs two things about a kernel that the function object does not give: its syntax
tree, parsed here from the file it was defined in, and the meaning of each global name it reads.
Names are looked up in the live module, never by importing or evaluating anything: `OP_ADD`,
`program.OP_ADD`, `step` and `machine.step` all become an int or float to fold in, a kernel to
call, a helper, or a buffer type.

A constant is folded into machine code, so it must be one: a name its module binds twice, or
declares `global` in some function, is refused (`KernelError`).

**Uses.** All that a translation took from the live program is written down, so that a later
process can tell, without parsing, whether its machine code is still right (`matches`):

    files   the source files of all kernels involved, as digests, in order of first use
    uses    [who, "program.OP_ADD", value]     a constant, folded into kernel number `who`
            [who, "machine.step", name, line]  a kernel called, which gets the next number if new

Kernels are numbered from the roots on, in the order in which they are met.

Not here: what is done with any of it (`kernel_ir`), and where it is kept (`object_cache`).
"""

from __future__ import annotations

import ast
import builtins
import hashlib
import linecache
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, reduce
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from foretell.vm.kernel import is_kernel

__all__ = [
    "KernelError",
    "Module",
    "Sources",
    "Uses",
    "constant_key",
    "digest",
    "look_up",
    "matches",
    "read_source",
]

# CPython 3.11 miscounts its recursion where two threads parse at once, and raises SystemError
_PARSING = threading.Lock()


class KernelError(Exception):
    """A kernel is not in the subset of Python that can be translated.

    `path` and `line` say where, `problem` what, `remedy` what to write instead.
    """

    def __init__(self, path: str, line: int, problem: str, remedy: str) -> None:
        self.path = path
        self.line = line
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{path}:{line}: {problem}; {remedy}")


class Uses:
    """What one translation took from the live program; see the module's docstring."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self.uses: list[list[Any]] = []

    def as_json(self) -> dict[str, Any]:
        return {"files": list(self.files.values()), "uses": self.uses}


def read_source(function: FunctionType) -> bytes:
    """The bytes of the file a function was defined in, or b"" where there is none to be had."""
    path = function.__code__.co_filename
    try:
        return Path(path).read_bytes()
    except OSError:  # a zip archive, a notebook cell: whatever tracebacks can read
        return "".join(linecache.getlines(path, function.__globals__)).encode()


def digest(data: bytes) -> str:
    """What stands for a file in `Uses`."""
    return hashlib.sha256(data).hexdigest()


def constant_key(value: int | float) -> str:
    """A text that two constants share exactly when folding either gives the same code."""
    if isinstance(value, float):
        return value.hex()
    return str(value if isinstance(value, bool) else int(value))


def look_up(function: FunctionType, dotted: str) -> Any:
    """The live object that a dotted name in a kernel stands for, else AttributeError."""
    first, *rest = dotted.split(".")
    if first in function.__globals__:
        thing = function.__globals__[first]
    else:
        thing = getattr(builtins, first)
    return reduce(getattr, rest, thing)


def matches(roots: Sequence[FunctionType], recorded: dict[str, Any]) -> list[str] | None:
    """The paths of the recorded files, if the live program still gives a translation of `roots`
    all that was recorded; else None.
    """
    kernels = list(roots)
    try:
        for who, dotted, *what in recorded["uses"]:
            thing = look_up(kernels[who], dotted)
            if len(what) == 1:
                if not isinstance(thing, (int, float)) or constant_key(thing) != what[0]:
                    return None
            else:
                if not is_kernel(thing):
                    return None
                code = thing.__code__
                if [code.co_qualname, code.co_firstlineno] != what:
                    return None
                if thing not in kernels:
                    kernels.append(thing)
    except (AttributeError, IndexError):
        return None
    functions = {k.__code__.co_filename: k for k in reversed(kernels)}
    paths = list(dict.fromkeys(k.__code__.co_filename for k in kernels))
    digests = [digest(read_source(functions[path])) for path in paths]
    if sorted(digests) != sorted(recorded["files"]):
        return None
    # In the order of the record, which is that in which the translator came to the files.
    path_of = dict(zip(digests, paths, strict=True))
    return [path_of[recorded_digest] for recorded_digest in recorded["files"]]


class Module:
    """One parsed source file: its kernels' definitions, and how often it binds each name."""

    def __init__(self, tree: ast.Module) -> None:
        self.definitions: dict[tuple[str, int], ast.FunctionDef] = {}
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                # Where code objects say a decorated function starts
                first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
                self.definitions[node.name, first] = node
        self.imports = {
            alias.asname or alias.name: (node, alias.name)
            for node in tree.body
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        self.bound = _bindings(tree.body)
        for inner in _statements(tree.body):
            if isinstance(inner, ast.Global):
                self.bound.update(inner.names)


def _statements(body: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """Statements, those within them, and what only holds some: handlers and cases."""
    for node in body:
        yield node
        for part in ("body", "orelse", "handlers", "finalbody", "cases"):
            yield from _statements(getattr(node, part, ()))


def _bindings(body: Sequence[ast.stmt]) -> Counter[str]:
    """How often statements may bind each name; the alternatives of an `if` or `try` count once."""
    bound: Counter[str] = Counter()
    for node in body:
        match node:
            case ast.If() | ast.Try():
                inner = [_bindings(node.body), _bindings(node.orelse)]
                if isinstance(node, ast.Try):
                    inner += [_bindings(handler.body) for handler in node.handlers]
                for name in set().union(*inner):
                    bound[name] += max(some[name] for some in inner)
            case ast.For() | ast.While():
                # Whatever a loop binds, it may bind again.
                again = _bindings(node.body)
                bound += again + again
                bound.update(_targets(node.target) * 2 if isinstance(node, ast.For) else ())
            case ast.With():
                bound += _bindings(node.body)
            case ast.Assign():
                bound.update(name for target in node.targets for name in _targets(target))
            case ast.AnnAssign() if node.value is not None:
                bound.update(_targets(node.target))
            case ast.AugAssign():
                bound.update(_targets(node.target))
            case ast.Import() | ast.ImportFrom():
                bound.update(alias.asname or alias.name.split(".")[0] for alias in node.names)
            case ast.FunctionDef() | ast.ClassDef():
                bound[node.name] += 1
    return bound


def _targets(target: ast.expr) -> list[str]:
    return [node.id for node in ast.walk(target) if isinstance(node, ast.Name)]


@lru_cache(maxsize=8)  # kernels of one file are often compiled one after the other
def _module(path: str, text: bytes) -> Module:
    with _PARSING:
        return Module(ast.parse(text, path))


class Sources:
    """Reads each module once, and notes what is used."""

    def __init__(self, roots: Sequence[FunctionType]) -> None:
        self.kernels = list(roots)
        self.uses = Uses()
        self._modules: dict[str, Module | None] = {}
        self._seen: dict[tuple[int, str], Any] = {}

    def definition(self, function: FunctionType) -> ast.FunctionDef:
        """The syntax tree of a kernel."""
        code = function.__code__
        data = read_source(function)
        self.uses.files[code.co_filename] = digest(data)
        module = self._parse(code.co_filename, lambda: data)
        where = code.co_name, code.co_firstlineno
        if module is None or where not in module.definitions:
            raise KernelError(
                code.co_filename,
                code.co_firstlineno,
                f"there is no module-level function `{code.co_name}` here",
                "kernels are defined at a module's top level, in a file that has not changed"
                " since it was imported",
            )
        return module.definitions[where]

    def meaning(self, function: FunctionType, dotted: str, line: int) -> Any:
        """What a global name in a kernel stands for, as the live object."""
        who = self.kernels.index(function)
        if (who, dotted) in self._seen:
            return self._seen[who, dotted]
        path = function.__code__.co_filename
        try:
            thing = look_up(function, dotted)
        except AttributeError:
            raise KernelError(
                path,
                line,
                f"`{dotted}` is not known here",
                "assign a local before it is read, also in the order of the text, or import the"
                " constant or kernel at the top of the module",
            ) from None
        if isinstance(thing, (int, float)):
            self._refuse_variables(function, dotted, line)
            self.uses.uses.append([who, dotted, constant_key(thing)])
        elif is_kernel(thing):
            code = thing.__code__
            self.uses.uses.append([who, dotted, code.co_qualname, code.co_firstlineno])
            if thing not in self.kernels:
                self.kernels.append(thing)
        self._seen[who, dotted] = thing
        return thing

    def _parse(self, path: str, read: Callable[[], bytes]) -> Module | None:
        if path not in self._modules:
            try:
                self._modules[path] = _module(path, read())
            except (OSError, SyntaxError, ValueError):
                self._modules[path] = None
        return self._modules[path]

    def _refuse_variables(self, function: FunctionType, dotted: str, line: int) -> None:
        """Raise KernelError where a global number is bound more than once."""
        *owner, name = dotted.split(".")
        if owner:
            holder: Any = look_up(function, ".".join(owner))
            names = vars(holder) if isinstance(holder, ModuleType) else {}
        else:
            names = function.__globals__
        while True:
            path = names.get("__file__")
            module = self._parse(path, Path(path).read_bytes) if path else None
            if module is None:
                return
            if module.bound[name] > 1:
                raise KernelError(
                    function.__code__.co_filename,
                    line,
                    f"`{dotted}` is assigned more than once in {path}",
                    "a kernel's globals are constants; pass what varies as a parameter",
                )
            if name not in module.imports:
                return
            node, name = module.imports[name]
            package = names.get("__package__") or ""
            parts = package.split(".")[: len(package.split(".")) - node.level + 1]
            target = ".".join([*(parts if node.level else []), *filter(None, [node.module])])
            if target not in sys.modules:
                return
            names = vars(sys.modules[target])
