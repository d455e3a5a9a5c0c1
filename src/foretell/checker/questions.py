"""Expressions asked of a whole story: what they mean, and their values at every state.

An expression is compiled against the story's tree, has the story count what it asks for, is
lowered behind the story's own code, and is then evaluated by the explorer at every state at rest:

    questions = ask_story(story, [Expression("kitchen.drawer and not lamp")])
    exploration = explore(questions.program, asked=questions.pcs)
    questions.holds(exploration, "kitchen.drawer and not lamp")     # a mask over the states

Mistakes (unknown names, side effects) are a StoryError with all of them, each at its place in the
file the expression came from.

What this does not do: verdicts (`claims`), odds (`solve`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from foretell.checker.exploring.explore import Exploration
from foretell.checker.reduction.effects import find_effects
from foretell.checker.reduction.liveness import analyse_liveness
from foretell.compiler.standalone import StoryNames, compile_expression
from foretell.config import EndingRule, Expression
from foretell.container import CompiledStory, Container
from foretell.diagnostics import Diagnostic, Span, StoryError
from foretell.vm import values as V
from foretell.vm.lower import lower, lower_expression
from foretell.vm.machine import truth
from foretell.vm.patterns import ending_names
from foretell.vm.program import Program
from foretell.vm.story import PathError, Story

__all__ = ["Questions", "ask_story", "check_expression", "number_of", "relocated", "shown_value"]

Mask = npt.NDArray[np.bool_]
_MOST_VALUES = 12  # names shown beside a witness


@dataclass
class Questions:
    """A program with expressions in it. `pcs[position[text]]` is where an expression's code is."""

    program: Program
    names: StoryNames
    pcs: list[int]
    position: dict[str, int]
    endings: list[tuple[str, int]] = field(default_factory=list)  # name, and where it is asked
    _reads: dict[str, list[str]] = field(default_factory=dict)

    def values(self, exploration: Exploration, text: str) -> npt.NDArray[np.int64]:
        """The encoded value of an expression at every state, -1 at draws."""
        return exploration.asked[self.position[text]]

    def holds(self, exploration: Exploration, text: str) -> Mask:
        """The states at rest where an expression is true."""
        return self._where(exploration, text, 1)

    def fails(self, exploration: Exploration, text: str) -> Mask:
        """The states at rest where an expression is false."""
        return self._where(exploration, text, 0)

    def broken(self, exploration: Exploration, text: str) -> Mask:
        """The states at rest where an expression has no value, or none that is true or false."""
        return self._where(exploration, text, 2)

    def _where(self, exploration: Exploration, text: str, wanted: int) -> Mask:
        values, inverse = np.unique(self.values(exploration, text), return_inverse=True)
        fits = np.array([_truth(int(value)) == wanted for value in values], np.bool_)
        return np.asarray(fits[inverse.reshape(-1)], np.bool_)

    def reads(self, text: str) -> list[str]:
        """The names of what an expression reads, through the functions it calls too."""
        found = self._reads.get(text)
        if found is None:
            pc = self.pcs[self.position[text]]
            liveness = analyse_liveness(self.program, (), (pc,))
            rest = (1 << (liveness.here_bit + 3)) - 1
            ending = 1 << liveness.ending_bit
            found = liveness.names(liveness.use[pc] & rest & ~ending)
            self._reads[text] = found
        return found

    def ending_of(self, story: Story) -> str | None:
        """What the ending is called that a story of this program stands at, None at none."""
        if story.ending is not None:
            for name, place in self.endings:
                if story.ask(self.pcs[place]):
                    return name
        return story.ending

    def values_on(
        self, path: str, texts: Iterable[str], constants: Mapping[str, object] | None = None
    ) -> dict[str, str]:
        """The values of what expressions read at the end of a path, as ink prints them."""
        story = Story(self.program, constants=constants, assume_externals=True)
        try:
            story.play(path)
        except PathError:
            return {}
        out: dict[str, str] = {}
        for name in dict.fromkeys(name for text in texts for name in self.reads(text)):
            if len(out) >= _MOST_VALUES:
                break
            if name.startswith("visits to "):
                place = name.removeprefix("visits to ")
                out[place] = str(story.visits(place))
            elif name in ("here", "turns") and name not in self.program.global_names:
                out[name] = story.here if name == "here" else str(story.turns)
            elif name in self.program.global_names:
                value = story.shown(name)
                is_list = isinstance(story.variables[name], tuple)
                out[name] = f"({value})" if is_list else value or '""'
        ending = self.ending_of(story)
        if ending is not None:
            out["ending"] = ending
        return out


def _truth(value: int) -> int:
    """1 true, 0 false, 2 neither, 3 not evaluated."""
    if value < 0:
        return 3
    if value >> V.TAG_SHIFT in (V.FAILED, V.VOID, V.UNSET):
        return 2
    return truth(value)


def ask_story(
    story: CompiledStory,
    expressions: Iterable[Expression],
    endings: Iterable[EndingRule] = (),
) -> Questions:
    """The program of a story with expressions to ask; each distinct text is asked once.

    `endings` name the story's endings by conditions: they are asked as well, and `ending` in the
    expressions means what they make of it.

    Raises StoryError, with all that is wrong, where an expression can't be asked.
    """
    rules = list(endings)
    called = [(rule.name, rule.when.text) for rule in rules]
    names = StoryNames(story, endings=called, tagged=ending_names(story.root))
    found: list[Diagnostic] = []
    contents: dict[str, tuple[Expression, Container]] = {}
    asked = [(expression.text, expression, False) for expression in expressions]
    asked += [(_rule_key(number), rule.when, True) for number, rule in enumerate(rules)]
    for key, expression, plain in asked:
        if key in contents:
            continue
        content, problems = compile_expression(expression.text, names, plain=plain)
        found += (relocated(problem, expression) for problem in problems)
        if content is not None:
            contents[key] = (expression, content)
    if any(problem.severity == "error" for problem in found):
        raise StoryError(found)
    program = lower(story)
    pcs = [lower_expression(program, content) for _, content in contents.values()]
    for (expression, _), pc in zip(contents.values(), pcs, strict=True):
        found += _effects(program, expression, pc)
    if any(problem.severity == "error" for problem in found):
        raise StoryError(found)
    position = {key: i for i, key in enumerate(contents)}
    named = [(rule.name, position[_rule_key(number)]) for number, rule in enumerate(rules)]
    return Questions(program, names, pcs, position, named)


def _rule_key(number: int) -> str:
    return f"\0ending {number}"  # no expression has such a text


def _effects(program: Program, expression: Expression, pc: int) -> list[Diagnostic]:
    return [
        Diagnostic(
            "error",
            "side-effect",
            f"an expression that asks may change nothing, but {effect.what} in `{effect.place}`",
            expression.span,
            "asked here",
            f"that is at {effect.span.place}" if effect.span is not None else "",
        )
        for effect in find_effects(program, pc)[:1]
    ]


def check_expression(expression: Expression, names: StoryNames) -> list[Diagnostic]:
    """What is wrong with an expression, as far as its own text tells."""
    _, problems = compile_expression(expression.text, names)
    return [relocated(problem, expression) for problem in problems]


def relocated(problem: Diagnostic, expression: Expression) -> Diagnostic:
    """A problem of an expression, at its place in the file where the expression stands."""
    span, place = problem.span, expression.span
    if span is None or place is None:
        return replace(problem, span=place) if place is not None else problem
    if not expression.verbatim or span.line != 1:
        return replace(problem, span=place)
    shift = place.column - 1
    end = span.end_column + shift if span.end_column else 0
    moved = Span(place.source, place.line, span.column + shift, place.line, end)
    return replace(problem, span=moved)


def shown_value(program: Program, value: int) -> str:
    """An encoded value as an answer shows it."""
    tag = value >> V.TAG_SHIFT
    if tag == V.FAILED:
        return "no value"
    shown = program.values.text(value)
    return f"({shown})" if tag == V.LIST else shown or '""'


def number_of(value: int) -> float | None:
    """A value as a number to take the mean of, None where it is none."""
    tag = value >> V.TAG_SHIFT
    if tag in (V.INT, V.BOOL):
        return float(V.number(value))
    if tag == V.FLOAT:
        return V.float_number(value)
    return None
