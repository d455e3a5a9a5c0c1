"""Cyclic components of some hundred states, eliminated in one piece of memory.

The method is that of `sweep`, by Grassmann, Taksar and Heyman: without subtraction, so that all
digits stay, however seldom the component is left. What is too large to be solved in passing has its
odds, each state's to each other, written out here: s² of them, in time s³/3, which up to some
hundred states is less than looking for an order in which little fills up.

    factors = factor(fragment)              # nobody chooses in it, and it is left
    x = factors.solve(b)                    # x = P x + b, a column each
    y = factors.solve_left(c)               # y = y P + c

What this does not do: it proves nothing; `linear` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from foretell.checker.graphs.graph import Floats
from foretell.checker.graphs.host import run
from foretell.checker.graphs.sweep import gth_factor, gth_solve, gth_solve_left
from foretell.vm.kernel import F64, I32, I64, kernel

if TYPE_CHECKING:
    from foretell.checker.graphs.fragment import Fragment

__all__ = ["Factors", "factor"]


@dataclass(frozen=True)
class Factors:
    """A component of `states` states, eliminated: `a` as `sweep` lays it out."""

    states: int
    a: Floats

    def solve(self, b: Floats) -> Floats:
        """The solution of x = P x + b, of one column or several."""
        x = np.array(b.reshape(self.states, -1), np.float64, order="C")
        s, width = x.shape
        run(gth_solve, s * s * width, self.a, s, x.reshape(-1), 0, width)
        return x.reshape(b.shape)

    def solve_left(self, c: Floats) -> Floats:
        """The solution of y = y P + c."""
        y = np.array(c, np.float64)
        run(gth_solve_left, self.states * self.states, self.a, self.states, y, 0)
        return y


def factor(fragment: Fragment) -> Factors:
    """Eliminate all states of a fragment in which nobody chooses."""
    s = len(fragment.states)
    a = np.zeros(s * s + s)
    run(_write, s + len(fragment.edges), s, fragment.first, fragment.target, fragment.odds, a)
    run(gth_factor, s * s * s // 3, a, s)
    return Factors(s, a)


@kernel
def _write(s: int, first_edge: I64, edge_target: I32, odds: F64, a: F64) -> None:
    """Write P and the odds of leaving."""
    for v in range(s):
        for e in range(first_edge[v], first_edge[v + 1]):
            w = edge_target[e]
            if w >= 0:
                a[v * s + w] += odds[e]
            else:
                a[s * s + v] += odds[e]
