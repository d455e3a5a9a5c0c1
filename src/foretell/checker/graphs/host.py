"""Where a kernel runs: in plain Python while there is little for it to do, then as machine code.

A story of a few hundred situations is solved in plain Python before any compiler has been
loaded; one of a million is not. The choice is made here and nowhere else, by the amount of work
that callers have named so far (states plus edges, say), since a large graph may come in many small
parts:

    run(spread, graph.n + graph.m, graph.first_edge, …)

Both ways run the same source (docs/kernels.md) and give the same result. Plain Python is handed
memory views of the arrays, since an element of a NumPy array is a NumPy scalar, which is slow and
overflows at its own width.

What this does not do: it compiles nothing ahead of time and keeps no cache on disk; that is
`vm.jit`'s.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar, cast

import numpy as np

__all__ = ["COMPILE_FROM", "Meanwhile", "compiled_from", "compiling", "run"]

T = TypeVar("T")

COMPILE_FROM = 20_000
"""The amount of work (states plus edges), in all calls so far, from which a kernel is compiled."""

_limits: list[float] = [COMPILE_FROM]
_done: dict[Callable[..., Any], int] = {}  # the work of each kernel so far
_compiled: dict[Callable[..., Any], Callable[..., Any]] = {}
_compiling = threading.Lock()
_spent: list[float] = [0.0]


class compiled_from:  # noqa: N801 — it is used like a function
    """A context in which kernels are compiled from another amount of work: 0 for always.

    For tests and benches, which compare the two hosts; not safe across threads.
    """

    def __init__(self, work: float) -> None:
        self.work = work

    def __enter__(self) -> None:
        _limits.append(self.work)

    def __exit__(self, *_: object) -> None:
        _limits.pop()


def compiling() -> float:
    """How many seconds this process has waited here for machine code so far."""
    return _spent[0]


def run(kernel: Callable[..., Any], work: int, *arguments: Any) -> Any:
    """The kernel's result on these arguments; arrays among them are written to in place."""
    _done[kernel] = done = _done.get(kernel, 0) + work
    if done >= _limits[-1]:
        return (_compiled.get(kernel) or _compile(kernel))(*arguments)
    views = (memoryview(cast(Any, a)) if isinstance(a, np.ndarray) else a for a in arguments)
    return kernel(*views)


def _compile(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """The kernel as machine code, which whoever comes first has waited for."""
    with _compiling:
        if kernel not in _compiled:
            began = time.perf_counter()
            from foretell.vm.jit import compile_kernels  # loads llvmlite: only where it pays

            _compiled[kernel] = compile_kernels([kernel], optimise=2)[kernel]
            _spent[0] += time.perf_counter() - began
        return _compiled[kernel]


class Meanwhile(Generic[T]):
    """Something that is worked out while the caller works out something else, if `apart`.

        worst = Meanwhile(lambda: extremes(graph, WORST), graph.n > 200_000)
        …
        worst.result()

    What it raises is raised there. It does not keep a process that is told to end from ending.
    """

    def __init__(self, work: Callable[[], T], apart: bool) -> None:
        self._work = work
        self._found: list[T] = []
        self._raised: list[BaseException] = []
        self._thread = threading.Thread(target=self._do, daemon=True) if apart else None
        if self._thread:
            self._thread.start()

    def _do(self) -> None:
        try:
            self._found.append(self._work())
        except BaseException as error:
            self._raised.append(error)

    def result(self) -> T:
        """What was worked out."""
        if self._thread is None:
            return self._work()
        self._thread.join()
        if self._raised:
            raise self._raised[0]
        return self._found[0]
