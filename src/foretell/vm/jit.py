"""Kernels → machine code: `compile_kernels`, and calling what it gives.

The idea: the machine and the kernels need so little of Python (integers, floats, flat buffers,
loops, calls; docs/kernels.md) that translating them is a small matter, and LLVM, which llvmlite
brings, does the rest. One call compiles some kernels and all that they call into one module, in
which only the kernels asked for can be seen from outside, so that LLVM may inline all others.

    compile_kernels([explore])                 sources ─ kernel_source, kernel_ir ▶ LLVM IR
                                               ─ some of LLVM's passes ▶ object code
                                               ─ object_cache ▶ linked into this process
    compiled[explore](code, work, 1000)        `kernel_calls`; the GIL released

    with bounds_checks=True, whatever would touch memory outside a buffer, divide by zero or shift
    by a negative number raises `KernelBoundsError` with the kernel's file and line instead

**Arguments.** A number: an int (of 64 bits), bool or float. A buffer: a one-dimensional contiguous
NumPy array of the right dtype; anything with the buffer protocol (bytearray, array.array, a ctypes
array); a tuple `(address, length)`; or, without bounds checks, a bare address as an int. Nothing
is copied or converted. Two buffers may be one and the same or overlap.

**Measured** (LLVM 22, a busy core of an AMD EPYC, processor time, least of several). Two made-up
machines in groups of ten, of 90 opcodes and of 600, in random order, and ink's own with the
explorer:

    optimise               90 opcodes           600 opcodes          the explorer
    0                      0.03 s, 12.0 ns/op   0.09 s, 14.2 ns/op   0.54 s,   7.0 s for The Vigil
    1                      0.05 s,  8.1 ns/op   0.56 s,  8.3 ns/op   1.0  s,   2.4 s
    LLVM's own level 1     0.10 s,  8.7 ns/op   0.94 s,  9.5 ns/op   1.9  s,   2.3 s
    LLVM's own level 2     0.09 s,  8.5 ns/op   0.94 s,  9.6 ns/op   2.4  s,   2.4 s

So the passes are a list of our own (`_improve`). Telling LLVM that buffers do not overlap
(`noalias`) changed nothing, so they may. From the cache a module comes in 3 ms. A call with eleven
arrays costs 0.1 µs through its entrance (`kernel_calls`), and through ctypes, the long way for all
other arguments, some 30.

What this does not do: optimise for size, vectorize, count steps, or notice Ctrl-C: a kernel
returns by itself soon enough. Recursion deeper than the thread's stack ends the process.
"""

from __future__ import annotations

import ctypes
import hashlib
import operator
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import FunctionType
from typing import Any, Final, TypeVar, cast

import llvmlite
import llvmlite.binding as llvm

from foretell.vm import object_cache
from foretell.vm.kernel import is_kernel
from foretell.vm.kernel_calls import DTYPES, entrance, imports, known
from foretell.vm.kernel_source import KernelError, Sources, digest, matches, read_source

__all__ = [
    "Compiled",
    "KernelBoundsError",
    "KernelError",
    "compile_kernels",
    "kept_kernels",
    "llvm_text",
]

_Kernel = TypeVar("_Kernel", bound=Callable[..., Any])


class KernelBoundsError(Exception):
    """A kernel compiled with bounds checks was about to do what has no defined result.

    `path` and `line` say where. What the call had done until then stays done.
    """

    def __init__(self, path: str, line: int, problem: str) -> None:
        self.path = path
        self.line = line
        self.problem = problem
        super().__init__(f"{path}:{line}: {problem}")


class Compiled:
    """Kernels as machine code: `compiled[kernel]`, or `compiled.name`, is called like the kernel.

    `cached` says whether the code came from the cache, `seconds` how long getting it took.
    """

    def __init__(
        self, entries: dict[FunctionType, Callable[..., Any]], cached: bool, seconds: float
    ) -> None:
        self._entries = entries
        self._names = {function.__name__: entry for function, entry in entries.items()}
        self.cached = cached
        self.seconds = seconds

    def __getitem__(self, kernel: _Kernel) -> _Kernel:
        return cast(_Kernel, self._entries[cast(FunctionType, kernel)])

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["_names"][name]
        except KeyError:
            raise AttributeError(f"no kernel `{name}` was compiled here") from None


def compile_kernels(
    kernels: Iterable[Callable[..., Any]],
    *,
    bounds_checks: bool = False,
    optimise: int = 1,
    cache: bool = True,
) -> Compiled:
    """Compile kernels and all that they call, or find them in the cache.

    `optimise` is 0 (none: compiles in half the time, runs at a third of the speed), 1, or 2, which
    turns loops round, too: worth it for loops over arrays, and not for machines.
    Raises KernelError for what docs/kernels.md does not have.
    """
    began = time.perf_counter()
    roots = _roots(kernels)
    key = _key(roots, bounds_checks, optimise) if cache else ""
    if key and (found := _kept(roots, key, bounds_checks, began)):
        return found
    notes, code, paths = _compile(roots, bounds_checks, optimise)
    if key:
        object_cache.save(key, notes, code)
    return _link(roots, paths, notes, code, bounds_checks, began, cached=False)


def kept_kernels(kernels: Iterable[Callable[..., Any]]) -> Compiled | None:
    """Kernels from the cache, as `compile_kernels` finds them; None where it would compile."""
    began = time.perf_counter()
    roots = _roots(kernels)
    return _kept(roots, _key(roots, False, 1), False, began)


def _kept(roots: list[FunctionType], key: str, checked: bool, began: float) -> Compiled | None:
    if kept := object_cache.load(key):
        notes, code = kept
        paths = matches(roots, notes)
        if paths is not None:
            return _link(roots, paths, notes, code, checked, began, cached=True)
    return None


def llvm_text(
    kernels: Iterable[Callable[..., Any]], *, bounds_checks: bool = False, optimise: int = 1
) -> str:
    """What LLVM makes of kernels, in its own language: for reading."""
    return str(_optimised(Sources(_roots(kernels)), bounds_checks, optimise, entered=False)[1])


def _roots(kernels: Iterable[Callable[..., Any]]) -> list[FunctionType]:
    roots: list[FunctionType] = []
    for function in dict.fromkeys(kernels):
        if not isinstance(function, FunctionType) or not is_kernel(function):
            name = getattr(function, "__name__", repr(function))
            raise TypeError(f"`{name}` is not a kernel; decorate the function with @kernel")
        roots.append(function)
    return roots


# Compiling -------------------------------------------------------------------------------------


def _target(optimise: int) -> llvm.TargetMachine:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=_features(),
        opt=optimise,
        reloc="pic",
        codemodel="jitdefault",
        jit=True,
    )


def _features() -> str:
    """The processor's features as LLVM wants them, "" where it cannot tell."""
    try:
        return cast(str, llvm.get_host_cpu_features().flatten())
    except RuntimeError:
        return ""


def _optimised(
    sources: Sources, checked: bool, optimise: int, *, entered: bool
) -> tuple[Any, Any, Any]:
    """The translation, its module after LLVM's passes, and the machine to emit it for."""
    from foretell.vm.kernel_ir import translate

    machine = _target(optimise)
    layout = str(machine.target_data)
    translation = translate(
        sources, checked=checked, entered=entered, triple=machine.triple, layout=layout
    )
    module = llvm.parse_assembly(translation.text)
    module.verify()
    if optimise:
        _improve(module, machine, optimise)
    return translation, module, machine


def _improve(module: Any, machine: Any, optimise: int) -> None:
    """Have those of LLVM's passes go over a module that pay."""
    passes = llvm.create_new_module_pass_manager()
    passes.add_always_inliner_pass()
    passes.add_sroa_pass()  # variables out of memory
    passes.add_simplify_cfg_pass()
    passes.add_sccp_pass()
    passes.add_instruction_combine_pass()
    passes.add_simplify_cfg_pass()
    if optimise > 1:
        passes.add_loop_simplify_pass()
        passes.add_lcssa_pass()
        passes.add_loop_rotate_pass()
        passes.add_simplify_cfg_pass()
    passes.add_jump_threading_pass()
    if optimise > 1:
        passes.add_instruction_combine_pass()
    passes.add_simplify_cfg_pass()
    passes.add_aggressive_dce_pass()
    options = llvm.create_pipeline_tuning_options(speed_level=optimise)
    passes.run(module, llvm.create_pass_builder(machine, options))


def _compile(
    roots: Sequence[FunctionType], checked: bool, optimise: int
) -> tuple[dict[str, Any], bytes, list[str]]:
    """The notes that go with some object code, the code, and the paths of the sources."""
    sources = Sources(roots)
    entered = not checked and known()
    translation, module, machine = _optimised(sources, checked, optimise, entered=entered)
    signatures = [
        {
            "symbol": signature.symbol,
            "result": signature.result,
            "parameters": [
                [p.name, p.type, p.buffer, number in signature.writes]
                for number, p in enumerate(signature.parameters)
            ],
        }
        for signature in translation.signatures[: len(roots)]
    ]
    notes = {**sources.uses.as_json(), "signatures": signatures, "sites": translation.sites}
    return notes, machine.emit_object(module), list(sources.uses.files)


def _key(roots: Sequence[FunctionType], checked: bool, optimise: int) -> str:
    """The digest of all that is known of a compilation before its sources are parsed."""
    here = Path(__file__).parent
    translator = sorted([*here.glob("kernel*.py"), here / "intrinsics.py", here / "jit.py"])
    files = {function.__code__.co_filename: function for function in roots}
    parts: list[object] = [
        sys.version_info[:2],
        known(),
        llvmlite.__version__,
        llvm.llvm_version_info,
        llvm.get_process_triple(),
        llvm.get_host_cpu_name(),
        _features(),
        checked,
        optimise,
        [(f.__module__, f.__code__.co_qualname, f.__code__.co_firstlineno) for f in roots],
        [digest(read_source(function)) for function in files.values()],
        [digest(path.read_bytes()) for path in translator],
    ]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


# Linking and calling ---------------------------------------------------------------------------


# Code is never taken out of the process again: letting go of a linker before what it linked, as
# the collector may, brings the process down, and there are only ever a few dozen of them.
_LINKED: Final[list[tuple[Any, Any]]] = []


def _link(
    roots: Sequence[FunctionType],
    paths: Sequence[str],
    notes: dict[str, Any],
    code: bytes,
    checked: bool,
    began: float,
    *,
    cached: bool,
) -> Compiled:
    linker = llvm.create_lljit_compiler(_target(0))
    library = llvm.JITLibraryBuilder().add_object_img(code).add_current_process()
    entered = not checked and known()
    for signature in notes["signatures"]:
        library.export_symbol(signature["symbol"])
        if entered:
            library.export_symbol(f"{signature['symbol']}.call")
    for name, address in imports().items() if entered else ():
        library.import_symbol(name, address)
    linked = library.link(linker, "kernels")
    _LINKED.append((linker, linked))
    sites = [(paths[file], line, text) for file, line, text in notes["sites"]] if checked else None
    entries: dict[FunctionType, Callable[..., Any]] = {}
    for function, signature in zip(roots, notes["signatures"], strict=True):
        entry = _Entry(function.__name__, linked[signature["symbol"]], signature, sites)
        entries[function] = entry
        if entered:
            address = linked[f"{signature['symbol']}.call"]
            entries[function] = entrance(function.__name__, address, entry)
    return Compiled(entries, cached, time.perf_counter() - began)


# buffer type → letters the buffer protocol has for its elements
_LETTERS: Final = {"I64": "ql", "I32": "il", "U8": "B", "F64": "d"}
_NUMBERS: Final[dict[str, Any]] = {
    "i64": ctypes.c_int64,
    "i1": ctypes.c_bool,
    "double": ctypes.c_double,
    "void": None,
}


class _Entry:
    """One compiled kernel, callable with what the module's docstring says."""

    def __init__(
        self,
        name: str,
        address: int,
        signature: dict[str, Any],
        sites: list[tuple[str, int, str]] | None,
    ) -> None:
        self.__name__ = name
        self._sites = sites
        self._parameters = [tuple(parameter) for parameter in signature["parameters"]]
        types: list[Any] = []
        for _, kind, buffer, _ in self._parameters:
            if not buffer:
                types.append(_NUMBERS[kind])
            else:
                types += (
                    [ctypes.c_void_p, ctypes.c_int64] if sites is not None else [ctypes.c_void_p]
                )
        if sites is not None:
            types.append(ctypes.c_void_p)
        self._function = ctypes.CFUNCTYPE(_NUMBERS[signature["result"]], *types)(address)

    def __call__(self, *given: Any) -> Any:
        arguments = self._converted(given)
        if self._sites is None:
            return self._function(*arguments)
        fault = (ctypes.c_int64 * 3)()
        result = self._function(*arguments, ctypes.addressof(fault))
        site, first, second = fault
        if site:
            path, line, text = self._sites[site - 1]
            raise KernelBoundsError(path, line, text.format(first, second))
        return result

    def _converted(self, given: tuple[Any, ...]) -> list[Any]:
        if len(given) != len(self._parameters):
            raise TypeError(
                f"{self.__name__}() takes {len(self._parameters)} arguments, {len(given)} are given"
            )
        arguments: list[Any] = []
        for (name, kind, buffer, written), value in zip(self._parameters, given, strict=True):
            if buffer:
                address, length = self._buffer(name, buffer, written, value)
                arguments.append(address)
                if self._sites is not None:
                    if length < 0:
                        raise TypeError(
                            f"{self.__name__}(): `{name}` is a bare address, which bounds checks"
                            " cannot be made of; pass (address, length)"
                        )
                    arguments.append(length)
            elif kind == "double":
                arguments.append(float(value))
            elif kind == "i1":
                arguments.append(bool(value))
            else:
                number = operator.index(value)
                if not -(2**63) <= number < 2**63:
                    raise OverflowError(f"{self.__name__}(): `{name}` does not fit in 64 bits")
                arguments.append(number)
        return arguments

    def _buffer(self, name: str, buffer: str, written: bool, value: Any) -> tuple[int, int]:
        """The address and the length of a buffer's elements; the length is -1 for a bare address.

        Raises TypeError for what is no such buffer.
        """
        if isinstance(value, int):
            return value, -1
        if isinstance(value, tuple):
            address, length = value
            return operator.index(address), operator.index(length)
        what = f"{self.__name__}(): `{name}`"
        dtype = DTYPES[buffer]
        interface = getattr(value, "__array_interface__", None)
        if interface is not None:
            address, readonly = interface["data"]
            shape = interface["shape"]
            fits = interface["typestr"] == dtype.str
            flat = len(shape) == 1 and interface.get("strides") is None
        else:
            try:
                view = memoryview(value)
            except TypeError:
                raise TypeError(
                    f"{what} is a buffer {buffer}, and {type(value).__name__} is given;"
                    " pass a NumPy array"
                ) from None
            shape, readonly = view.shape or (), view.readonly
            letter = (view.format or "B").lstrip("<=@" if sys.byteorder == "little" else ">=@")
            fits = letter in _LETTERS[buffer] and view.itemsize == dtype.itemsize
            flat = view.ndim == 1 and view.c_contiguous
            if readonly and fits:
                raise TypeError(f"{what} is read-only memory; pass a copy that can be written to")
            address = ctypes.addressof(ctypes.c_char.from_buffer(value)) if view.nbytes else 0
        if not fits:
            raise TypeError(f"{what} is a buffer {buffer}; pass an array of dtype {dtype.str}")
        if not flat:
            raise TypeError(f"{what} is not one contiguous run of elements; pass array.reshape(-1)")
        if readonly and written:
            raise TypeError(f"{what} is stored to, and the array is read-only; pass a copy")
        return address, shape[0]
