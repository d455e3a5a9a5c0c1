"""Lowering: the same program every time, and shapes that are easily made slow."""

from __future__ import annotations

import subprocess
import sys

import pytest

from foretell import ink_json
from foretell.container import (
    ChoicePoint,
    Container,
    Divert,
    DivertTarget,
    ReadCount,
    compact_path,
    resolve_path,
)
from foretell.loading import compile_text
from foretell.vm.lower import lower
from foretell.vm.story import Story
from tests.generate_ink import seeded
from tests.hostile import HUGE, grounds

DIGEST = """
import sys
kept = [bytearray(n) for n in range(int(sys.argv[1]))]  # moves what is made next elsewhere
import foretell
print(foretell.load("vigil").digest)
"""


def test_a_story_is_lowered_to_the_same_program_in_every_process() -> None:
    """A saved game is refused where the digest differs, so nothing in it may hang on addresses."""
    digests = {
        subprocess.run(
            [sys.executable, "-c", DIGEST, str(size)], capture_output=True, text=True, check=True
        ).stdout
        for size in (0, 1000, 3000)
    }
    assert len(digests) == 1


@pytest.mark.parametrize("block", range(4))
def test_the_place_a_node_knows_is_where_its_path_leads(block: int) -> None:
    """Lowering trusts the compiler's places; a story read from JSON has nothing but the paths."""
    texts = [text for _, text in grounds()[block::8]]
    texts += [seeded(seed) for seed in range(block * 25, block * 25 + 25)]
    known = 0
    for text in texts:
        story = compile_text(text).story
        if story is None:
            continue
        containers = [node for node, _ in story.root.walk() if isinstance(node, Container)]
        for holder in [story.root, *containers]:
            for node in holder.content:
                if isinstance(node, Divert | DivertTarget | ReadCount | ChoicePoint) and node.place:
                    known += 1
                    for path in (node.place.path, compact_path(holder, node.place)):
                        assert resolve_path(holder, path) == (node.place, True)
    assert known > 500


@pytest.mark.parametrize("name", ["choices", "shuffles", "tunnels and functions", "knots that ask"])
def test_a_story_is_lowered_to_the_same_program_from_its_json(name: str) -> None:
    story = compile_text(HUGE[name](3000)).usable()
    program, again = lower(story), lower(ink_json.load(ink_json.dump(story)))
    assert program.code == again.code
    assert program.tables == again.tables
    assert program.paths == again.paths


def test_what_no_layout_has_a_place_for_does_not_lower_for_ever() -> None:
    """The divert leads into a string, which is pushed whole: its container was laid out again and
    again, to gigabytes."""
    text = (
        '{"inkVersion":21,"root":[["ev","str","^a","/str","pop","/ev",{"->":"0.2"},"done",null],'
        '"done",null],"listDefs":{}}'
    )
    assert lower(ink_json.load(text)).length < 100


def test_a_number_in_a_path_that_no_container_has_is_no_place() -> None:
    """Python refuses to read a number of thousands of digits."""
    for digits in ("9" * 5000, "9" * 18, "7"):
        text = (
            '{"inkVersion":21,"root":[["^hi","\\n",{"->":"0.' + digits + '"},"done",null],'
            '"done",null],"listDefs":{}}'
        )
        story = Story(lower(ink_json.load(text)))
        assert [line.text for line in story.turn.lines] == ["hi"]
        assert [problem.code for problem in story.turn.problems] == ["missing-target"]


def test_a_shuffle_of_as_many_elements_as_json_says_takes_no_room() -> None:
    text = (
        '{"inkVersion":21,"root":[["ev",1,2147483647,"seq","out","/ev","\\n","done",null],'
        '"done",null],"listDefs":{}}'
    )
    program = lower(ink_json.load(text))
    assert len(program.shuffle_sizes) < 100
    assert [problem.code for problem in Story(program).turn.problems] == ["shuffle-size"]


def test_a_shuffle_of_nothing_says_what_it_lacks() -> None:
    text = (
        '{"inkVersion":21,"root":[["ev",1,0,"seq","out","/ev","\\n","done",null],'
        '"done",null],"listDefs":{}}'
    )
    [problem] = Story(lower(ink_json.load(text))).turn.problems
    assert problem.message.startswith("a shuffle of 0 elements can't be dealt from: it needs one")
