"""The dream: while a story is played, the odds of every ending beside each choice.

The story is read whole once, before its first line; then every state a reader can stand at is
known, and so is what each choice leads to for a reader who from there on picks any choice alike.

    dream = Dream.of(story)
    dream.beside(story)       # one line a choice: "lost 50.0 %, home 50.0 % · no more: warm"
    dream.rarity(story)       # at an ending: "1 reader in 4 comes here"

A story too big to read within the limits is foreseen as far as it was read: odds are then
intervals that hold the truth, and a state that was not met has none.

What this does not do: set text (`page`), or find the odds (`checker`).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from foretell.vm.story import Story

if TYPE_CHECKING:
    from foretell.checker.analysis import Analysis, Limits
    from foretell.config import VariableBound
    from foretell.endings import EndingNames

__all__ = ["Dream"]

_SECONDS: Final = 60.0  # more than a reader will wait
_SHOWN: Final = 4  # endings told of each choice; the rest are counted
_LOST: Final = 3  # endings ruled out by a choice that are named


@dataclass(slots=True)
class Dream:
    """A story's futures, by state."""

    analysis: Analysis
    names: EndingNames | None = None  # of endings, by conditions

    @classmethod
    def of(
        cls,
        story: Story,
        limits: Limits | None = None,
        bounds: Sequence[VariableBound] = (),
        names: EndingNames | None = None,
    ) -> Dream:
        """Read a story whole, or for a minute, with a line of progress on a terminal.

        `bounds` are the ranges of variables that its author has set, `names` name its endings.
        """
        from foretell.checker import analysis
        from foretell.checking import progress_line

        tells = sys.stderr is not None and sys.stderr.isatty()
        show = progress_line(sys.stderr) if tells else None
        try:
            bound = limits or analysis.Limits(seconds=_SECONDS)
            questions = names.questions if names else None
            found = analysis.analyse(
                questions.program if questions else story.program,
                limits=bound,
                bounds=bounds,
                progress=show,
                asked=questions.pcs if questions else (),
                endings=questions.endings if questions else (),
            )
            return cls(found, names)
        finally:
            if tells:
                sys.stderr.write("\r\x1b[K")
                sys.stderr.flush()

    def beside(self, story: Story) -> list[str]:
        """What to say of each choice on offer: odds from there, and what can't happen any more."""
        state = self.analysis.state_of(self.names.twin(story) if self.names else story)
        if state is None:
            return ["not foreseen"] * len(story.choices)
        possible = [name for name, _, _ in self.analysis.odds_at(state)]
        out = []
        for odds in self.analysis.choice_odds(state)[: len(story.choices)]:
            told = [_told(name, low, high) for name, low, high in odds[:_SHOWN]]
            if len(odds) > _SHOWN:
                told.append(f"{len(odds) - _SHOWN} more")
            line = ", ".join(told) or "not foreseen"
            still = {name for name, _, _ in odds}
            lost = [name for name in possible if name not in still]
            if lost and still:
                named = ", ".join(lost[:_LOST])
                more = f" and {len(lost) - _LOST} more" if len(lost) > _LOST else ""
                line += f" · no more: {named}{more}"
            out.append(line)
        return out

    def rarity(self, story: Story) -> str:
        """How rare the ending that was reached is, "" where it is not known."""
        name = self.names.at(story) if self.names else story.ending
        for ending in self.analysis.endings:
            if ending.kind == "ending" and ending.name == name:
                low, high = ending.uniform.low, ending.uniform.high
                if low != high:
                    return ""
                if low == 1:
                    return "every reader comes here"
                if low > 0.5:
                    return f"{low * 100:.1f} % of readers come here"
                if low > 0:
                    return f"1 reader in {1 / low:,.0f} comes here"
        return ""

    @property
    def caveat(self) -> str:
        """What to say beforehand of a story that was not read whole."""
        if self.analysis.complete:
            return ""
        share = self.analysis.followed * 100
        return f"Only {share:.1f} % of what readers do could be foreseen: odds are bounds."


def _told(name: str, low: float, high: float) -> str:
    from foretell.checker.report import odds_text

    return f"{name} {odds_text((low, high))}"
