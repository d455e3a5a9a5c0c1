"""Named readers: how likely each choice is to be made by somebody described in `foretell.toml`.

A reader gives every choice a weight by its tags or its text; the first of their rules that fits
counts, and a choice that none fits weighs 1. Of the choices offered at a state each is made with
odds in proportion to its weight; where all weigh 0 the reader is uniform.

    weights = edge_weights(exploration.edge_point, program, reader)
    odds(exploration.graph, weights)

A rule looks at what the label says whatever happens: text and tags that stand inside braces may
or may not be shown, and what is printed from a variable is not known. `check_reader` says which
rules meet such a label, and which fit no choice at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from foretell.config import Reader, Weight
from foretell.diagnostics import Diagnostic, closest
from foretell.vm.program import ChoiceInfo, Program

__all__ = ["check_reader", "choice_weights", "edge_weights"]


def _fits(rule: Weight, choice: ChoiceInfo) -> bool:
    if rule.tag is not None:
        return rule.tag in choice.tags
    return rule.text is not None and re.search(rule.text, choice.text) is not None


def choice_weights(program: Program, reader: Reader) -> npt.NDArray[np.float64]:
    """The weight of every choice point."""
    out = np.ones(len(program.choices))
    for index, choice in enumerate(program.choices):
        rule = next((rule for rule in reader.weights if _fits(rule, choice)), None)
        if rule is not None:
            out[index] = rule.weight
    return out


def edge_weights(
    edge_point: npt.NDArray[np.int32], program: Program, reader: Reader | None
) -> npt.NDArray[np.float64] | None:
    """The weight of every edge, for the solver; None for the uniform reader."""
    if reader is None:
        return None
    weights = np.append(choice_weights(program, reader), 1.0)  # the last one for draws (-1)
    return np.asarray(weights[edge_point])


def check_reader(program: Program, reader: Reader) -> Iterable[Diagnostic]:
    """What its author should know: rules that fit nothing, or labels that vary."""
    for rule in reader.weights:
        if rule.tag is not None:
            what = f"the tag `{rule.tag}`"
        else:
            what = f"`{rule.text}` in its text"
        fitting = [choice for choice in program.choices if _fits(rule, choice)]
        if not fitting:
            tags = {tag for choice in program.choices for tag in choice.tags}
            likely = closest(rule.tag, tags) if rule.tag is not None else None
            yield Diagnostic(
                "warning",
                "idle-weight",
                f"no choice has {what}: the reader `{reader.name}` weighs nothing by it",
                rule.span,
                hint=f"did you mean `{likely}`?"
                if likely
                else "a choice's own tags stand before its text ends: * [Swim. # risky]"
                if rule.tag is not None
                else "",
            )
        varying = [choice for choice in program.choices if choice.varies]
        if rule.text is not None and varying:
            span = varying[0].span
            yield Diagnostic(
                "note",
                "varying-label",
                f"the reader `{reader.name}` weighs choices by their text, which varies in "
                f"{len(varying)} of them; only what always shows counts",
                rule.span,
                hint=f"the first is at {span.place}; a tag is surer" if span else "",
            )
