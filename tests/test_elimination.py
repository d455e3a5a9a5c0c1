"""Elimination, sparse, within an envelope and dense: against fractions and closed forms."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

from foretell.checker.graphs import dense, elimination, envelope, linear
from foretell.checker.graphs.host import compiled_from
from tests.twins import solve_twin as twin

Factor = Callable[..., Any]
both_hosts = pytest.mark.parametrize("work", [0, float("inf")], ids=["compiled", "Python"])


def densely(matrix: Any, leave: Any) -> dense.Factors:
    """Elimination in one piece of memory: it takes edges, the last of each state's leaving."""
    rows = [matrix[[s]].tocoo() for s in range(len(leave))]
    target = np.concatenate([np.append(row.coords[1], -1) for row in rows]).astype(np.int32)
    odds = np.concatenate([np.append(row.data, out) for row, out in zip(rows, leave, strict=True)])
    first = np.append(0, np.cumsum([row.nnz + 1 for row in rows]))
    edges: Any = SimpleNamespace(
        states=range(len(leave)), edges=target, first=first, target=target, odds=odds
    )
    return dense.factor(edges)


@pytest.fixture(
    params=[elimination.factor, envelope.factor, densely], ids=["sparse", "envelope", "dense"]
)
def factor(request: pytest.FixtureRequest) -> Factor:
    """Either way to eliminate."""
    way: Factor = request.param
    return way


def chain(n: int, seed: int, degree: int) -> list[dict[int, Fraction]]:
    """Rows of P, each state leading to some others and, with what is left of 1, out."""
    rng = np.random.default_rng(seed)
    rows: list[dict[int, Fraction]] = []
    for s in range(n):
        weights = {(s + 1) % n: 1 + int(rng.integers(9))}
        for t in rng.integers(0, n, int(rng.integers(degree + 1))):
            weights[int(t)] = 1 + int(rng.integers(9))
        leaving = 1 if s == 0 else int(rng.integers(2))
        total = sum(weights.values()) + leaving
        rows.append({t: Fraction(w, total) for t, w in weights.items()})
    return rows


def factored(rows: list[dict[int, Fraction]], factor: Factor) -> tuple[Any, Any, Any]:
    """P as a matrix, the odds of leaving, and the factors."""
    n = len(rows)
    at = [(s, t, float(p)) for s, row in enumerate(rows) for t, p in row.items()]
    source, target, odds = zip(*at, strict=True)
    matrix = csr_array((odds, (source, target)), shape=(n, n))
    leave = np.array([float(1 - sum(row.values())) for row in rows])
    factors = factor(matrix, leave)
    assert factors is not None
    return matrix, leave, factors


@both_hosts
@pytest.mark.parametrize("seed", range(12))
def test_it_solves_what_fractions_solve(factor: Factor, seed: int, work: float) -> None:
    rows = chain(5 + 3 * seed, seed, 1 + seed % 4)
    n = len(rows)
    with compiled_from(work):
        _, _, factors = factored(rows, factor)
        right = np.random.default_rng(seed).integers(0, 5, (n, 2)).astype(float)
        found = factors.solve(right)
        left = factors.solve_left(right[:, 0])
    for column in range(2):
        given = [Fraction(int(b)) for b in right[:, column]]
        exact = [float(x) for x in twin.solve(rows, given, set(range(n)))]
        assert found[:, column] == pytest.approx(exact, rel=1e-13)
    turned: list[dict[int, Fraction]] = [{} for _ in rows]
    for s, row in enumerate(rows):
        for t, p in row.items():
            turned[t][s] = p
    exact = [float(x) for x in twin.solve(turned, [Fraction(int(b)) for b in right[:, 0]],
                                          set(range(n)))]  # fmt: skip
    assert left == pytest.approx(exact, rel=1e-13)


def walk(n: int) -> tuple[Any, Any]:
    """A fair walk on n places, out at both ends."""
    i = np.arange(n)
    source, target = np.concatenate([i, i]), np.concatenate([i - 1, i + 1])
    inside = (target >= 0) & (target < n)
    matrix = csr_array((np.full(inside.sum(), 0.5), (source[inside], target[inside])), shape=(n, n))
    leave = np.zeros(n)
    leave[[0, -1]] = 0.5
    return matrix, leave


def test_a_walk_of_many_places_takes_the_steps_it_should(factor: Factor) -> None:
    n = 1000 if factor is densely else 100_000
    factors = factor(*walk(n))
    assert factors is not None
    i = np.arange(1, n + 1)
    assert factors.solve(np.ones(n)) == pytest.approx(i * (n + 1.0 - i), rel=1e-9)
    odds = np.zeros(n)
    odds[-1] = 0.5
    assert factors.solve(odds) == pytest.approx(i / (n + 1.0), rel=1e-9)


def test_what_is_left_once_in_a_million_million_keeps_its_digits(factor: Factor) -> None:
    out = 1e-12
    matrix = csr_array(np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]))
    factors = factor(matrix, np.array([out, 0.0, 0.0]))
    assert factors is not None
    assert factors.solve(np.array([out, 0.0, 0.0])) == pytest.approx([1, 1, 1], rel=1e-14)
    assert factors.solve(np.ones(3))[0] == pytest.approx(3 / out, rel=1e-11)


def test_a_square_leads_on_as_much_as_flows_in(factor: Factor) -> None:
    side = 20 if factor is densely else 60
    n = side * side
    x, y = np.arange(n) % side, np.arange(n) // side
    last = side - 1
    steps = [
        (np.maximum(x - 1, 0), y), (np.minimum(x + 1, last), y),
        (x, np.maximum(y - 1, 0)), (x, np.minimum(y + 1, last)),
    ]  # fmt: skip
    target = np.stack([b * side + a for a, b in steps], axis=1)
    odds = np.full((n, 4), 0.25)
    odds[n - 1, 3] = 0.0
    leave = np.zeros(n)
    leave[n - 1] = 0.25
    matrix = csr_array((odds.ravel(), (np.repeat(np.arange(n), 4), target.ravel())), shape=(n, n))
    factors = factor(matrix, leave)
    assert factors is not None
    into = np.zeros(n)
    into[0] = 1.0
    passed = factors.solve_left(into)
    assert passed @ leave == pytest.approx(1.0, abs=1e-12)
    assert passed == pytest.approx(into + passed @ matrix, rel=1e-12)
    assert passed.sum() == pytest.approx(factors.solve(np.ones(n))[0], rel=1e-12)


@pytest.mark.parametrize("way", [elimination, envelope])
def test_it_gives_up_where_it_is_told_to(way: Any) -> None:
    assert way.factor(*walk(1000), most=0) is None


def test_what_is_narrow_is_found_in_any_order() -> None:
    rng = np.random.default_rng(1)
    n = 3000
    at = np.arange(n)[:, None] + rng.integers(-20, 6, (n, 4))
    inside = (at >= 0) & (at < n)
    name = rng.permutation(n)
    source = np.repeat(name, 4)[inside.ravel()]
    target = name[at[inside]]
    matrix = csr_array((np.full(len(source), 0.25), (source, target)), shape=(n, n))
    leave = np.zeros(n)
    leave[name] = 0.25 * (~inside).sum(axis=1)
    narrow = envelope.factor(matrix, leave)
    sparse = elimination.factor(matrix, leave)
    assert narrow is not None and sparse is not None
    assert len(narrow.a) < 60 * n
    right = rng.random((n, 3))
    assert narrow.solve(right) == pytest.approx(sparse.solve(right), rel=1e-12)
    assert narrow.solve_left(right[:, 0]) == pytest.approx(
        sparse.solve_left(right[:, 0]), rel=1e-12
    )
    wide = leave.astype(np.longdouble)
    x, error = linear.absorb(matrix, wide, wide[:, None])
    assert np.abs(x - 1).max() <= error < 1e-9


def test_what_is_wide_is_left_to_others() -> None:
    rng = np.random.default_rng(1)
    n = 5000
    matrix = csr_array((np.full(3 * n, 0.3), (np.arange(3 * n) // 3, rng.integers(0, n, 3 * n))))
    assert envelope.factor(matrix, np.full(n, 0.1)) is None
