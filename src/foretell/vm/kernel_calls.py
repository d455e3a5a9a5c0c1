"""Calling a kernel from Python in a fraction of a microsecond: a built-in function around each.

`ctypes` calls a kernel by looking at every argument in Python: 15 µs with eleven arrays, more than
many a kernel takes. So beside each kernel that can be seen from outside stands an entrance, in
LLVM IR as well, with the C signature of CPython's built-in functions (METH_FASTCALL). It takes its
arguments from where CPython has them, lets go of the GIL, calls the kernel, and boxes the result:

    total(numbers, 5)  ─ CPython ▶ @"total.0.call"(self, args, 2)
                          args[0]: exactly an ndarray, its dtype NumPy's own object for I64,
                                   one-dimensional, contiguous, aligned, writeable → its data
                          args[1]: PyLong_AsLongLong
                       ─ anything else ▶ self(*args): the long way (`jit`), which takes all that
                                         is allowed and explains what is not

An array is read where NumPy's own macros would read it. These offsets are the same in all of
NumPy's versions, since extensions are compiled against them; `known` looks at two arrays all the
same, and where they are not as expected, there are no entrances.

What this does not do: bounds checks (those calls go the long way).
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Final

import numpy as np

from foretell.vm.kernel_blocks import BOOL, FLOAT, INT, NONE, Signature

__all__ = ["DTYPES", "entrance", "entrances", "imports", "known"]

# where an array has what; before its own fields stands an object's head, which ends in its type
_HEAD: Final = object.__basicsize__
_TYPE, _DATA, _NDIM, _DTYPE, _FLAGS = _HEAD - 8, _HEAD, _HEAD + 8, _HEAD + 40, _HEAD + 48
_FITTING: Final = 0x1 | 0x100 | 0x400  # C-contiguous, aligned, writeable

_ORDER: Final = "<" if sys.byteorder == "little" else ">"
DTYPES: Final = {
    "I64": np.dtype(f"{_ORDER}i8"),
    "I32": np.dtype(f"{_ORDER}i4"),
    "U8": np.dtype("|u1"),
    "F64": np.dtype(f"{_ORDER}f8"),
}
"""Buffer type → dtype of its elements."""

# an argument's kind → its number: buffers first
_KINDS: Final = {kind: number for number, kind in enumerate([*DTYPES, INT, FLOAT, BOOL])}

_FUNCTIONS: Final = {
    "PyBool_FromLong": "ptr @PyBool_FromLong(i64)",
    "PyErr_Clear": "void @PyErr_Clear()",
    "PyErr_Occurred": "ptr @PyErr_Occurred()",
    "PyEval_RestoreThread": "void @PyEval_RestoreThread(ptr)",
    "PyEval_SaveThread": "ptr @PyEval_SaveThread()",
    "PyFloat_AsDouble": "double @PyFloat_AsDouble(ptr)",
    "PyFloat_FromDouble": "ptr @PyFloat_FromDouble(double)",
    "PyLong_AsLongLong": "i64 @PyLong_AsLongLong(ptr)",
    "PyLong_FromLongLong": "ptr @PyLong_FromLongLong(i64)",
    "PyObject_IsTrue": "i32 @PyObject_IsTrue(ptr)",
    "PyObject_Vectorcall": "ptr @PyObject_Vectorcall(ptr, ptr, i64, ptr)",
    "Py_IncRef": "void @Py_IncRef(ptr)",
}


@cache
def known() -> bool:
    """Whether arrays look in memory as the entrances read them, and CPython has what they call."""
    if sys.implementation.name != "cpython" or ctypes.sizeof(ctypes.c_void_p) != 8:
        return False
    if not all(hasattr(ctypes.pythonapi, name) for name in _FUNCTIONS):
        return False
    if np.ndarray.__basicsize__ < _FLAGS + 4:
        return False
    return _as_expected(np.arange(3)) and _as_expected(np.zeros((2, 3))[:, ::2])


def _as_expected(array: np.ndarray[Any, Any]) -> bool:
    """Whether the fields of an array stand where they are looked for."""

    def word(at: int) -> int:
        return int(ctypes.c_uint64.from_address(id(array) + at).value)

    return (
        word(_TYPE) == id(np.ndarray)
        and word(_DATA) == array.__array_interface__["data"][0]
        and word(_NDIM) & 0xFFFFFFFF == array.ndim
        and word(_DTYPE) == id(array.dtype)
        and word(_FLAGS) & 0xFFFFFFFF == array.flags.num
    )


@cache
def imports() -> dict[str, int]:
    """The addresses in this process of all that entrances name."""
    found = {
        name: ctypes.cast(getattr(ctypes.pythonapi, name), ctypes.c_void_p).value or 0
        for name in _FUNCTIONS
    }
    for buffer, dtype in DTYPES.items():
        found[f"dtype.{buffer}"] = id(np.zeros(0, dtype).dtype)
    return found | {"ndarray": id(np.ndarray), "None": id(None)}


# What stands in memory --------------------------------------------------------------------------

# LLVM's passes would take 10 ms a kernel over entrances, which would be no quicker for it.
_AS_IT_STANDS: Final = "noinline optnone nounwind"

# Written to `slots`, eight bytes each: an array's address, a number, or a byte for a bool.
_TAKE: Final = f"""
define internal i1 @take(ptr %args, ptr %kinds, i64 %count, ptr %slots) {_AS_IT_STANDS} {{
entry:
  br label %next
next:
  %i = phi i64 [0, %entry], [%after, %taken]
  %more = icmp slt i64 %i, %count
  br i1 %more, label %one, label %all
one:
  %object.at = getelementptr ptr, ptr %args, i64 %i
  %object = load ptr, ptr %object.at
  %slot = getelementptr i64, ptr %slots, i64 %i
  %kind.at = getelementptr i8, ptr %kinds, i64 %i
  %kind = load i8, ptr %kind.at
  switch i8 %kind, label %array [i8 {_KINDS[INT]}, label %int
                                 i8 {_KINDS[FLOAT]}, label %float
                                 i8 {_KINDS[BOOL]}, label %bool]
array:
  %type.at = getelementptr i8, ptr %object, i64 {_TYPE}
  %type = load ptr, ptr %type.at
  %exact = icmp eq ptr %type, @"ndarray"
  br i1 %exact, label %look, label %other
look:
  %ndim.at = getelementptr i8, ptr %object, i64 {_NDIM}
  %ndim = load i32, ptr %ndim.at
  %flat = icmp eq i32 %ndim, 1
  %dtype.at = getelementptr i8, ptr %object, i64 {_DTYPE}
  %dtype = load ptr, ptr %dtype.at
  %wanted.at = getelementptr ptr, ptr @dtypes, i8 %kind
  %wanted = load ptr, ptr %wanted.at
  %right = icmp eq ptr %dtype, %wanted
  %flags.at = getelementptr i8, ptr %object, i64 {_FLAGS}
  %flags = load i32, ptr %flags.at
  %set = and i32 %flags, {_FITTING}
  %plain = icmp eq i32 %set, {_FITTING}
  %both = and i1 %flat, %right
  %fits = and i1 %both, %plain
  %data.at = getelementptr i8, ptr %object, i64 {_DATA}
  %data = load ptr, ptr %data.at
  store ptr %data, ptr %slot
  br i1 %fits, label %taken, label %other
int:
  %whole = call i64 @PyLong_AsLongLong(ptr %object)
  store i64 %whole, ptr %slot
  %whole.doubt = icmp eq i64 %whole, -1
  br i1 %whole.doubt, label %ask, label %taken
float:
  %real = call double @PyFloat_AsDouble(ptr %object)
  store double %real, ptr %slot
  %real.doubt = fcmp oeq double %real, -1.0
  br i1 %real.doubt, label %ask, label %taken
bool:
  %truth = call i32 @PyObject_IsTrue(ptr %object)
  %byte = trunc i32 %truth to i8
  store i8 %byte, ptr %slot
  %neither = icmp slt i32 %truth, 0
  br i1 %neither, label %other, label %taken
ask:
  %error = call ptr @PyErr_Occurred()
  %none = icmp eq ptr %error, null
  br i1 %none, label %taken, label %other
taken:
  %after = add i64 %i, 1
  br label %next
all:
  ret i1 true
other:
  call void @PyErr_Clear()
  ret i1 false
}}
"""

_GIVE: Final = {
    INT: ["%object = call ptr @PyLong_FromLongLong(i64 %result)", "ret ptr %object"],
    FLOAT: ["%object = call ptr @PyFloat_FromDouble(double %result)", "ret ptr %object"],
    BOOL: [
        "%widened = zext i1 %result to i64",
        "%object = call ptr @PyBool_FromLong(i64 %widened)",
        "ret ptr %object",
    ],
    NONE: ['call void @Py_IncRef(ptr @"None")', 'ret ptr @"None"'],
}


def entrances(signatures: Iterable[Signature]) -> str:
    """The text of the entrances to kernels, and of what they share."""
    dtypes = [f'@"dtype.{buffer}"' for buffer in DTYPES]
    listed = ", ".join(f"ptr {dtype}" for dtype in dtypes)
    return "\n".join(
        [
            *(f"declare {declared}" for declared in _FUNCTIONS.values()),
            *(f"{name} = external global i8" for name in ('@"ndarray"', '@"None"', *dtypes)),
            f"@dtypes = internal constant [{len(dtypes)} x ptr] [{listed}]",
            _TAKE,
            *(_entrance(signature) for signature in signatures),
        ]
    )


def _entrance(signature: Signature) -> str:
    name, count = signature.symbol, len(signature.parameters)
    lines, passed = [], []
    for number, parameter in enumerate(signature.parameters):
        kind = "ptr" if parameter.buffer else parameter.type
        lines += [
            f"%at.{number} = getelementptr i64, ptr %slots, i64 {number}",
            f"%x.{number} = load {kind}, ptr %at.{number}",
        ]
        passed.append(f"{kind}{_extended(kind)} %x.{number}")
    kinds = "".join(f"\\{_KINDS[p.buffer or p.type]:02x}" for p in signature.parameters)
    kind = signature.result
    call = f"call{_extended(kind)} {kind} @{name}({', '.join(passed)}) noinline"
    return "\n".join(
        [
            f'@"{name}.kinds" = internal constant [{count} x i8] c"{kinds}"',
            f'define ptr @"{name}.call"(ptr %self, ptr %args, i64 %count) {_AS_IT_STANDS} {{',
            f"%slots = alloca [{count} x i64]",
            f"%enough = icmp eq i64 %count, {count}",
            "br i1 %enough, label %begin, label %long",
            "begin:",
            f'%fit = call i1 @take(ptr %args, ptr @"{name}.kinds", i64 %count, ptr %slots)',
            "br i1 %fit, label %go, label %long",
            "go:",
            *lines,
            "%thread = call ptr @PyEval_SaveThread()",
            call if kind == NONE else f"%result = {call}",
            "call void @PyEval_RestoreThread(ptr %thread)",
            *_GIVE[kind],
            "long:",
            "%other = call ptr @PyObject_Vectorcall(ptr %self, ptr %args, i64 %count, ptr null)",
            "ret ptr %other",
            "}\n",
        ]
    )


def _extended(kind: str) -> str:
    return " zeroext" if kind == BOOL else ""


# The built-in function --------------------------------------------------------------------------


class _Method(ctypes.Structure):
    """CPython's PyMethodDef."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("address", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("text", ctypes.c_char_p),
    )


_FASTCALL: Final = 0x80  # arguments come as an array
_METHODS: Final[list[_Method]] = []  # CPython keeps their addresses


def entrance(name: str, address: int, long_way: Callable[..., Any]) -> Callable[..., Any]:
    """A built-in function that enters a kernel at an address."""
    _METHODS.append(_Method(name.encode(), address, _FASTCALL, None))
    make = ctypes.pythonapi.PyCFunction_NewEx
    make.argtypes, make.restype = (
        [ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p],
        ctypes.py_object,
    )
    made: Callable[..., Any] = make(ctypes.addressof(_METHODS[-1]), long_way, None)
    return made
