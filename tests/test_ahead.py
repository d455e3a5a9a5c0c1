"""Who will still read a variable, against stories where that is plain to see."""

from __future__ import annotations

from foretell.checker.ahead import reads_ahead, resumptions
from foretell.loading import compile_text
from foretell.vm.lower import lower
from foretell.vm.story import Story

TEXT = """\
VAR lamp = true
VAR oil = 2
VAR name = "Ada"
VAR unused = 0
-> start
=== start
+ [Go] -> dark
+ [Refill]
  ~ oil = 5
  It holds {oil}.
  -> dark
=== dark
{lamp: It is bright.}
* [On] -> helper -> last
=== helper
~ name = "Bo"
->->
=== last
{name} has {oil}.
-> END
"""


def lines_at(path: str) -> dict[str, list[int]]:
    story = Story(lower(compile_text(TEXT).usable()))
    story.play(path)
    program = story.program
    found = reads_ahead(program, story.state_in(resumptions))
    lines: dict[str, list[int]] = {}
    for name, pcs in found.items():
        spans = [program.spans[pc] for pc in pcs]
        lines[name] = [span.line for span in spans if span is not None]
    return lines


def test_what_is_written_anew_on_one_way_is_read_on_the_other() -> None:
    lines = lines_at("")
    assert lines["lamp"] == [13]
    assert lines["oil"] == [19]  # not 10: what is read there is not today's value
    assert lines["unused"] == []


def test_what_was_read_for_the_last_time_is_read_by_nobody() -> None:
    lines = lines_at("0")
    assert lines["lamp"] == []
    assert lines["oil"] == [19]


def test_after_the_end_nobody_reads() -> None:
    assert not any(lines_at("0/0").values())


def test_where_a_call_returns_to_is_a_way_on() -> None:
    text = "VAR x = 1\n-> a -> b\n=== a\n* [In] ->->\n=== b\n{x}\n-> END\n"
    story = Story(lower(compile_text(text).usable()))
    found = reads_ahead(story.program, story.state_in(resumptions))
    assert [story.program.spans[pc].line for pc in found["x"]] == [6]  # type: ignore[union-attr]


def test_every_value_that_matters_is_read_by_somebody() -> None:
    """What liveness keeps of a state, some reading ahead accounts for."""
    from foretell.checker.exploring.explore import Explorer
    from tests.generate_ink import seeded

    for seed in range(3):
        program = lower(compile_text(seeded(seed)).usable())
        story = Story(program, seed=seed)
        use = Explorer(program).liveness.use
        for _ in range(6):
            starts = story.state_in(resumptions)
            live = 0
            for pc in starts:
                live |= use[pc]
            ahead = reads_ahead(program, starts)
            for slot, name in enumerate(program.global_names):
                assert not (live >> slot & 1) or ahead[name], (seed, name)
            if not story.choices:
                break
            story.choose(seed % len(story.choices))
