"""Named readers: which weight a choice gets, and what is said of rules that fit nothing."""

from __future__ import annotations

import pytest

from foretell.checker.exploring.explore import explore
from foretell.checker.graphs.solve import odds
from foretell.checker.readers import check_reader, choice_weights, edge_weights
from foretell.compiler import compile_ink
from foretell.config import Reader, Weight
from foretell.vm.lower import lower
from foretell.vm.program import Program

SOURCE = """
VAR lamp = true
Here.
* [Run away. # risky # quick] -> run
* Wait # slow
  <> here. -> END
* [Look{lamp: with the lamp}.] -> END
+ {lamp} Run[ to the door. #risky], he said. # told -> END
=== run
# ending: ran
-> END
"""


def program() -> Program:
    done = compile_ink(SOURCE)
    assert done.story is not None, done.diagnostics
    return lower(done.story)


def reader(*rules: Weight) -> Reader:
    return Reader("somebody", rules)


def test_a_choice_is_known_by_its_fixed_text_and_tags() -> None:
    known = [(c.text, c.tags, c.varies) for c in program().choices]
    assert known == [
        ("Run away.", ("risky", "quick"), False),
        ("Wait", ("slow",), False),
        ("Look.", (), True),
        ("Run to the door.", ("risky",), False),
    ]


def test_the_first_rule_that_fits_counts_and_none_weighs_one() -> None:
    rules = reader(Weight(4.0, text="Run t"), Weight(0.5, tag="risky"), Weight(0.0, tag="slow"))
    assert choice_weights(program(), rules).tolist() == [0.5, 0.0, 1.0, 4.0]


@pytest.mark.parametrize(
    ("rules", "ran"),
    [
        ((), 1 / 4),
        ((Weight(3.0, tag="quick"),), 3 / 6),
        ((Weight(0.0, tag="risky"),), 0.0),
        ((Weight(0.0, text=""),), 1 / 4),  # nothing has any weight: uniform
        ((Weight(2.0, text="(?i)^run"),), 2 / 6),
    ],
)
def test_odds_are_in_proportion_to_weights(rules: tuple[Weight, ...], ran: float) -> None:
    exploration = explore(program())
    weights = edge_weights(exploration.edge_point, exploration.program, reader(*rules))
    code = next(
        k
        for k, c in enumerate(exploration.codes)
        if exploration.program.values.strings[c.number] == "ran" and c.kind == 1
    )
    assert odds(exploration.graph, weights).at(0, code).low == pytest.approx(ran, abs=1e-12)


def test_the_uniform_reader_has_no_weights() -> None:
    exploration = explore(program())
    assert edge_weights(exploration.edge_point, exploration.program, None) is None


def test_a_rule_that_fits_nothing_is_told_with_what_may_be_meant() -> None:
    found = list(check_reader(program(), reader(Weight(2.0, tag="riskky"))))
    assert [(p.code, p.hint) for p in found] == [("idle-weight", "did you mean `risky`?")]
    found = list(check_reader(program(), reader(Weight(2.0, tag="told"))))
    assert "before its text ends" in found[0].hint
    assert not list(check_reader(program(), reader(Weight(2.0, tag="quick"))))


def test_a_text_that_varies_is_noted() -> None:
    found = list(check_reader(program(), reader(Weight(2.0, text="Look"))))
    assert [(p.severity, p.code) for p in found] == [("note", "varying-label")]
