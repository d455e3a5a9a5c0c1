"""What an ending is called: the first condition of foretell.toml that holds there names it.

    names = EndingNames.of(loaded)          # None where foretell.toml has no [[ending]]
    names.at(story)                         # "rich", else what the story itself calls the ending

The conditions are asked of a second story, which goes the way of the first: what is asked of a
story may have it count more, and a reader's saves must not depend on foretell.toml.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from foretell.vm.story import Story

if TYPE_CHECKING:
    from foretell.checker.questions import Questions
    from foretell.loading import Loaded

__all__ = ["EndingNames"]


@dataclass(frozen=True, slots=True)
class EndingNames:
    """The conditions of a story's foretell.toml, ready to be asked."""

    questions: Questions

    @classmethod
    def of(cls, loaded: Loaded) -> EndingNames | None:
        """The names that a story's foretell.toml gives; raises StoryError where it won't do."""
        from foretell.loading import read_promises

        endings = read_promises(loaded).endings
        if not endings:
            return None
        from foretell.checker.questions import ask_story

        return cls(ask_story(loaded.usable(), [], endings))

    def at(self, story: Story) -> str | None:
        """The name of the ending a story stands at, None where it stands at none."""
        return None if story.ending is None else self.questions.ending_of(self.twin(story))

    def twin(self, story: Story) -> Story:
        """A story that stands where this one does, and can be asked."""
        return Story(
            self.questions.program,
            assume_externals=True,
            step_budget=story.step_budget,
            path=story.path,
        )
