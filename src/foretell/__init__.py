"""foretell: interactive stories in ink, compiled, played, and read in every possible way.

    import foretell

    story = foretell.load("vigil")          # a path, a bundled story, or the text of one
    print(story.turn.text)
    for choice in story.choices: print(choice.index, choice.text)
    story.choose(0)
    graph = story.explore()                 # every playthrough: see `library.Graph`
    print(graph.endings, graph.odds())

Importing this costs next to nothing: what a call needs is imported when it is made.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from foretell.diagnostics import Diagnostic, StoryError
    from foretell.library import Graph, Story
    from foretell.vm.story import Choice, PathError, Turn
    from foretell.vm.text import Line

__all__ = [
    "Choice",
    "Diagnostic",
    "Graph",
    "Line",
    "PathError",
    "Story",
    "StoryError",
    "Turn",
    "__version__",
    "load",
]

__version__ = "0.1.0"

_HOMES = {
    "Choice": "foretell.vm.story",
    "Diagnostic": "foretell.diagnostics",
    "Graph": "foretell.library",
    "Line": "foretell.vm.text",
    "PathError": "foretell.vm.story",
    "Story": "foretell.library",
    "StoryError": "foretell.diagnostics",
    "Turn": "foretell.vm.story",
}


def load(
    path_or_text: str | os.PathLike[str],
    *,
    seed: int = 0,
    draws: Iterable[int] | None = None,
    constants: Mapping[str, object] | None = None,
) -> Story:
    """A story ready to play and to explore, from a file, a bundled story's name, or a text.

    A string with a line break in it is the text of a story (ink, or ink JSON), as is one that
    starts like ink JSON; any other names one. `seed`, `draws` and `constants` are `Story`'s.
    Raises StoryError, which holds every problem, where the story can't be used.
    """
    from foretell.library import Story
    from foretell.loading import compile_text, read_story

    is_text = isinstance(path_or_text, str) and (
        "\n" in path_or_text or path_or_text.lstrip("\ufeff ").startswith("{")
    )
    loaded = compile_text(str(path_or_text)) if is_text else read_story(path_or_text)
    return Story(loaded, seed=seed, draws=draws, constants=constants)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module `foretell` has no attribute `{name}`")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
