"""Lists in machine code: every operation is that of `Values`, and nothing else changes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foretell.checker.exploring.explore import Limits, explore
from foretell.checker.exploring.list_region import ListRegion
from foretell.checker.graphs.host import compiled_from, run
from foretell.checker.simulation import sampler
from foretell.checker.simulation.simulate import sample
from foretell.vm import values as V
from foretell.vm.jit import compile_kernels
from foretell.vm.lists import index_lists, list_operation, range_of
from foretell.vm.lower import lower
from foretell.vm.program import Program
from foretell.vm.values import InkList, Values
from tests import ours

LIMITS = Limits(states=20_000)
both_hosts = pytest.mark.parametrize("work", [math.inf, 0], ids=["python", "compiled"])

LETTERS = [f"{a}{b}" for a in "abcdefghij" for b in "klmnopq"]
DEFINITIONS = {
    "Long": {name: i // 2 for i, name in enumerate(LETTERS)},  # more than a word, and ties
    "Few": {"red": 1, "green": 2, "blue": 2},
    "Other": {"one": -3, "two": 2, "three": 2**31 - 1},
    "Bare": {},
}
ITEMS = [(n, origin, name) for origin, items in DEFINITIONS.items() for name, n in items.items()]
STRANGE = [(7, "Few", "red"), (1, "Nowhere", "thing")]  # what JSON may hold, and no definition has

contents = st.one_of(
    st.lists(st.sampled_from(ITEMS), max_size=6),
    st.lists(st.sampled_from(ITEMS[-6:]), max_size=4),
    st.lists(st.sampled_from([*ITEMS[-6:], *STRANGE]), max_size=3),
).map(lambda items: InkList(tuple(sorted(set(items)))))
empties = st.lists(st.sampled_from([*DEFINITIONS, "Nowhere"]), unique=True, max_size=3).map(
    lambda origins: InkList((), tuple(origins))
)
lists = contents | empties

UNARY = "! LIST_MIN LIST_MAX LIST_ALL LIST_COUNT LIST_VALUE LIST_INVERT".split()
BINARY = "+ - ^ ? !? == != && || retain < >= MIN".split()


@both_hosts
@settings(max_examples=80)
@given(one=lists, two=lists, step=st.integers(-3, 3), other=lists)
def test_every_operation_is_that_of_values(
    work: float, one: InkList, two: InkList, step: int, other: InkList
) -> None:
    values = Values([], DEFINITIONS, [])
    a, b, c = (values.list_value(each) for each in (one, two, other))
    region = ListRegion(values, grow=True)
    plain = region.laid_out(0)
    memo: Any = plain if work else np.array(plain, np.int64)
    known = memoryview(memo) if not work else memo

    def check(expected: int, found: int) -> None:
        if found >= 0:
            assert region.outward(known, 0, found) == expected
            assert region.inward(known, 0, expected) == found

    def asked(kernel: Any, *operands: int) -> int:
        with compiled_from(work):
            found = run(kernel, 1, memo, 0, *operands, 1)
            if found >= 0:  # and it is known from now on
                assert run(kernel, 1, memo, 0, *operands, 0) == found
        return int(found)

    strange = any(item in STRANGE for each in (one, two) for item in each.items)
    strange |= any("Nowhere" in each.origins for each in (one, two))
    for name in UNARY:
        found = asked(list_operation, V.OPERATION[name], a, 0)
        assert found >= 0 or strange
        check(values.operate(V.OPERATION[name], a), found)
    for name in BINARY:
        found = asked(list_operation, V.OPERATION[name], a, b)
        assert found >= 0 or strange or name in ("<", ">=", "MIN")
        check(values.operate(V.OPERATION[name], a, b), found)
    for name in "+-":
        found = asked(list_operation, V.OPERATION[name], a, V.int_value(step))
        assert found >= 0 or strange
        check(values.operate(V.OPERATION[name], a, V.int_value(step)), found)
    for n in range(len(one.items)):
        check(values.operate(V.O_PICK, a, n), asked(list_operation, V.O_PICK, a, n))
    for low, high in ((b, c), (V.int_value(step), V.int_value(2)), (b, V.int_value(1)), (a, a)):
        bounds = values.operate(V.O_BOUNDS, low, high)
        check(values.operate(V.O_RANGE, a, bounds), asked(range_of, a, low, high))


def test_what_is_not_a_list_is_left_to_the_memo() -> None:
    values = Values([], DEFINITIONS, [])
    a = values.list_value(InkList(((1, "Few", "red"),)))
    memo = ListRegion(values, grow=True).laid_out(0)
    for b in (V.float_value(1.0), V.DEAD_VALUE, V.TRUE, V.VOID_VALUE, V.DRAWN << 32):
        assert list_operation(memo, 0, V.O_ADD, a, b, 1) == -1
        assert range_of(memo, 0, a, b, V.int_value(1), 1) == -1
    assert list_operation(memo, 0, V.O_NEG, a, 0, 1) == -1


@both_hosts
def test_a_region_that_is_full_says_so_and_goes_on_when_it_is_wider(work: float) -> None:
    values = Values([], DEFINITIONS, [])
    region = ListRegion(values, grow=True)
    plain = region.laid_out(0)
    memo: Any = plain if work else np.array(plain, np.int64)
    rng = np.random.default_rng(1)
    a = V.LIST << 32
    full = 0
    with compiled_from(work):
        for _ in range(300):
            (item,) = rng.choice(len(ITEMS), 1)
            b = region.inward(memo, 0, values.list_value(InkList((ITEMS[item],))))
            found = run(list_operation, 1, memo, 0, V.O_ADD, a, b, 1) if b >= 0 else -1
            if found < 0:
                full += 1
                memo = region.widened(memo, 0)
                run(index_lists, 1, memo, 0)
            elif rng.random() < 0.1:
                a = V.LIST << 32
            else:
                a = found
            assert len(set(region.content(memo, 0, a >> 1 & 0x7FFFFFFF).items)) <= 73
        assert full >= 2
        region.forget(memo, 0)
        run(index_lists, 1, memo, 0)
        assert run(list_operation, 1, memo, 0, V.O_LIST_COUNT, a, 0, 1) in (-1, 0)


@both_hosts
@pytest.mark.parametrize("looked_at", ["by number", "by content", "all"])
def test_lists_that_are_owed_are_what_they_would_have_been_at_once(
    work: float, looked_at: str
) -> None:
    """What a region made is told to `values` as rows; whoever looks finds each list as ever."""
    values, at_once = Values([], DEFINITIONS, []), Values([], DEFINITIONS, [])
    region = ListRegion(values)
    plain = region.laid_out(2000)
    memo: Any = plain if work else np.array(plain, np.int64)
    singles = [values.list_value(InkList((item,))) for item in ITEMS]
    assert region.take_over(memo, 0)
    rng = np.random.default_rng(3)
    known, expected = [V.LIST << 32, *singles], [InkList(()), *(InkList((i,)) for i in ITEMS)]
    with compiled_from(work):
        for _ in range(5):
            for _ in range(60):
                x, y = (int(i) for i in rng.integers(0, len(known), 2))
                known.append(run(list_operation, 1, memo, 0, V.O_ADD, known[x], known[y], 1))
                both = {*expected[x].items, *expected[y].items}
                expected.append(InkList(tuple(sorted(both))))
            region.give_back(memo, 0)
    assert len(values._owed) == 5
    for content in expected:
        at_once.list_value(content)
    assert values.list_count == at_once.list_count
    if looked_at == "by number":
        assert [values.ink_list(value) for value in known] == expected
        assert values._owed
    elif looked_at == "by content":
        assert [values.list_value(content) for content in expected] == known
        assert not values._owed
    assert values.lists == at_once.lists
    assert values.list_value(InkList((ITEMS[0], *ITEMS[-3:]))) >> 32 == V.LIST
    assert values.dump()["lists"] == [
        [[list(item) for item in each.items], list(each.origins)] for each in values.lists
    ]


def test_no_operation_leaves_the_region() -> None:
    checked = compile_kernels([list_operation, range_of], bounds_checks=True)
    values = Values([], DEFINITIONS, [])
    region = ListRegion(values, grow=True)
    memo = np.array(region.laid_out(4000), np.int64)
    rng = np.random.default_rng(2)
    known = [V.LIST << 32]
    for _ in range(3000):
        operation = int(rng.integers(0, len(V.OPERATIONS)))
        a, b = (known[int(i)] for i in rng.integers(0, len(known), 2))
        if operation == V.O_PICK or rng.random() < 0.3:
            b = V.int_value(int(rng.integers(-2, 9)))
        found = checked[list_operation](memo, 0, operation, a, b, 1)
        if found < 0 and rng.random() < 0.2:
            found = region.inward(
                memo, 0, values.list_value(InkList((ITEMS[int(rng.integers(76))],)))
            )
        low, high = known[-1], V.int_value(int(rng.integers(-2, 40)))
        within = checked[range_of](memo, 0, a, low, high, 1)
        known += [int(value) for value in (found, within) if value >> 32 == V.LIST]
    assert len(set(known)) > 100


GAME = """
LIST Deck = (a1), (a2), (a3), (b1 = 11), (b2 = 12), (b3 = 13), (c1 = 1), (d1), (d2)
LIST Moods = calm, (cross), wild
VAR hand = ()
VAR mood = cross
-> deal
== deal
~ temp card = LIST_RANDOM(Deck)
~ Deck -= card
~ hand += card
{LIST_COUNT(hand)}: {hand} out of {LIST_RANGE(LIST_ALL(hand), 2, a3)} {LIST_VALUE(card)}
{hand ? a1: First.}
{hand !? (b1, b2): Not both.}
{mood == wild: -> over("wild")}
+ {LIST_COUNT(hand) < 4} [Another] -> deal
+ [Higher]
  ~ mood++
  -> deal
* {(hand ^ (a1, a2, a3)) == ()} [None of a] -> over("none")
+ {LIST_MAX(hand) == b3 && LIST_MIN(hand) != c1} [Show]
  { LIST_INVERT(hand) > hand: -> over("low") | -> over("high") }
+ [Fold]
  ~ hand = ()
  ~ Deck = LIST_ALL(Deck)
  -> deal.rest
= rest
  { LIST_COUNT(LIST_INVERT(hand)) } -> END
== over(how)
The end: {how}. # ending: {how}
-> END
"""


def game() -> Program:
    story, found = ours.compiled(GAME)
    assert story is not None, found
    return lower(story)


def drawn(graph: Any) -> list[Any]:
    return [
        getattr(graph, name).tolist()
        for name in ("kind", "first_edge", "edge_target", "edge_label", "edge_weight", "outcome")
    ]


@pytest.mark.parametrize("compiled", [False, True], ids=["python", "compiled"])
@pytest.mark.parametrize("reduce", [True, False])
def test_exploring_finds_the_same_graph_without_the_region(compiled: bool, reduce: bool) -> None:
    fast = explore(game(), compiled=compiled, reduce=reduce, limits=LIMITS)
    slow = explore(game(), compiled=compiled, reduce=reduce, limits=LIMITS, lists=False)
    assert fast.graph.n > 1000  # too many for numbers of lists to agree by chance
    assert drawn(fast.graph) == drawn(slow.graph)
    assert fast.graph.outcomes == slow.graph.outcomes


def test_threads_number_lists_alike() -> None:
    one, many = game(), game()
    first = explore(one, compiled=True, threads=1, limits=LIMITS)
    second = explore(many, compiled=True, threads=4, limits=LIMITS)
    assert drawn(first.graph) == drawn(second.graph)
    assert one.values.lists == many.values.lists


@pytest.mark.parametrize("kept", [100_000, 0], ids=["kept", "forgotten"])
@pytest.mark.parametrize("threads", [1, 3])
def test_random_readers_meet_the_same_without_the_region(
    monkeypatch: pytest.MonkeyPatch, kept: int, threads: int
) -> None:
    monkeypatch.setattr(sampler, "_LISTS", kept)
    monkeypatch.setattr(sampler, "_PAUSE", 0.0)
    fast = sample(game(), 4000, seed=3, threads=threads)
    slow = sample(game(), 4000, seed=3, lists=False)
    assert fast.endings == slow.endings
    assert (fast.words, fast.choices) == (slow.words, slow.choices)
    assert (fast.reach == slow.reach).all()
