"""A first foretell.toml: read, asked, and still valid with every example put to use."""

from __future__ import annotations

import re
import tomllib

import jsonschema
import pytest

from foretell.checker.questions import ask_story
from foretell.compiler import compile_ink
from foretell.config import read_config
from foretell.container import CompiledStory
from foretell.init import first_config
from foretell.loading import bundled_stories, read_story
from tests.test_config import SCHEMA

RICH = """
EXTERNAL dice(n)
VAR gold = 3
VAR lamp = false
VAR name = "Ann \\"the\\" cook"
LIST Bag = (rope), torch
CONST FARE = 2
-> start
=== start ===
* (go) [Go. # bold] {dice(2)} -> far
* [Stay. # shy] -> END
=== far ===
# ending: far away
-> END
=== function dice(n)
~ return n
"""


def story(source: str) -> CompiledStory:
    done = compile_ink(source)
    assert done.story is not None, done.diagnostics
    return done.story


def in_use(text: str) -> str:
    """The file with the # before each example taken away."""
    return re.sub(r"^#(?! |$)", "", text, flags=re.MULTILINE)


SOURCES = {
    "rich": RICH,
    "bare": "Hello. -> END\n",
    "meter": "VAR n = 1.5\n-> a\n=== a\n* [on] -> END\n",
    "text": 'VAR s = "x"\n* (on) [on] -> END\n',
    "constant": "CONST K = 3\n{K} -> END\n",
}


@pytest.mark.parametrize("name", SOURCES)
def test_it_is_valid_as_it_is_and_with_every_example_in_use(name: str) -> None:
    compiled = story(SOURCES[name])
    text = first_config(compiled, name)
    assert [claim.kind for claim in read_config(text).claims] == ["sound"]
    used = in_use(text)
    jsonschema.validate(tomllib.loads(used), SCHEMA)
    config = read_config(used)
    assert {claim.kind for claim in config.claims} == {
        "sound", "never", "always", "possible", "inevitable", "after", "odds"
    }  # fmt: skip
    asked = [e for claim in config.claims for e in claim.expressions]
    asked += [e for whatif in config.whatifs for e in whatif.ask]
    ask_story(compiled, asked)


def test_it_speaks_of_what_is_in_the_story() -> None:
    text = first_config(story(RICH), "rich")
    for name in ("gold = 3", "lamp = false", "start, far", "far away", "bold, shy", "(rope)"):
        assert name in text
    config = read_config(in_use(text))
    assert config.whatifs[0].set == {"lamp": True}
    assert config.whatifs[0].forbid == ("start.go",)
    assert list(config.externals) == ["dice"]
    assert [w.tag for w in config.readers["careful"].weights] == ["bold", "shy"]
    assert all(len(line) <= 100 for line in text.splitlines())


@pytest.mark.parametrize("name", bundled_stories())
def test_it_can_be_made_for_the_stories_that_come_with_foretell(name: str) -> None:
    compiled = read_story(name).usable()
    config = read_config(in_use(first_config(compiled, name)))
    ask_story(compiled, [e for claim in config.claims for e in claim.expressions])
