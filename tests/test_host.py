"""Where a kernel runs: in plain Python while there is little for it to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from foretell.checker.graphs.host import compiled_from, run
from foretell.vm import jit
from foretell.vm.kernel import I64, kernel


@kernel
def count_up(found: I64) -> int:
    found[0] += 1
    return found[0]


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[Callable[..., Any]]:
    """The kernels that were compiled from now on."""
    told: list[Callable[..., Any]] = []

    def compile_kernels(kernels: list[Any], **options: Any) -> Any:
        told.extend(kernels)
        return before(kernels, **options)

    before = jit.compile_kernels
    monkeypatch.setattr(jit, "compile_kernels", compile_kernels)
    return told


def test_much_work_in_little_parts_is_done_by_machine_code_at_last(
    compiled: list[Callable[..., Any]],
) -> None:
    found = np.zeros(1, np.int64)
    with compiled_from(100):
        for _ in range(9):
            run(count_up, 10, found)
        assert not compiled
        for _ in range(9):
            run(count_up, 10, found)
    assert compiled == [count_up]
    assert found[0] == 18
