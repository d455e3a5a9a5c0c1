"""What `analyse` says of small stories: endings with odds, and every kind of problem.

Each problem's path is played by `Story`, which knows nothing of the explorer.
"""

from __future__ import annotations

import pytest

from foretell.checker.analysis import Analysis, Limits, analyse
from foretell.compiler import compile_ink
from foretell.vm.lower import lower
from foretell.vm.program import Program
from foretell.vm.story import Story
from tests import ours


def program_of(text: str) -> Program:
    compilation = compile_ink(text)
    assert compilation.story is not None, compilation.diagnostics
    return lower(compilation.story)


def analysed(text: str, **options: object) -> Analysis:
    return analyse(program_of(text), **options)  # type: ignore[arg-type]


def codes(analysis: Analysis) -> dict[str, str | None]:
    return {problem.code: problem.path for problem in analysis.problems}


def test_endings_are_named_by_tag_else_by_knot() -> None:
    analysis = analysed(
        """
* [Left] -> left
* [Right] -> right
== left
Left. # ending: the left one
-> END
== right
Right.
-> END
"""
    )
    found = {ending.name: ending for ending in analysis.endings}
    assert set(found) == {"the left one", "right"}
    assert found["the left one"].uniform.low == found["the left one"].uniform.high == 0.5
    assert found["right"].best.low == 1 and found["right"].worst.high == 0
    assert found["right"].shortest == "1"
    assert analysis.complete and analysis.playthroughs.total == 2
    assert not analysis.problems


def test_a_tag_with_logic_in_it_names_no_ending_and_that_is_said() -> None:
    analysis = analysed(
        """
VAR brave = false
* [Fight] {& } -> home
* [Run] -> home
== home
# ending: {brave: hero|home again}
Home.
-> END
"""
    )
    assert [e.name for e in analysis.endings] == ["home"]
    (told,) = (p for p in analysis.problems if p.code == "varying-ending")
    assert told.severity == "warning"
    assert told.span is not None
    assert told.span.line == 6
    fixed = analysed("-> home\n== home\n# mood: {RANDOM(1, 2)}\n# ending: home again\n-> END\n")
    assert "varying-ending" not in codes(fixed)


def test_a_die_is_fair() -> None:
    analysis = analysed("{RANDOM(1,6) == 6: -> six}\n-> END\n== six\nSix.\n-> END\n")
    found = {ending.name: ending.uniform.low for ending in analysis.endings}
    assert found["six"] == pytest.approx(1 / 6, abs=1e-15)


def test_choices_used_up_run_out_of_content_with_the_path_that_does_it() -> None:
    text = "-> hub\n== hub\n* [a] -> hub\n* [b] -> hub\n"
    analysis = analysed(text)
    path = codes(analysis)["out-of-content"]
    assert path == "0/0"
    story = Story(program_of(text))
    story.play(path)
    assert [problem.code for problem in story.turn.problems] == ["out-of-content"]
    assert [ending.kind for ending in analysis.endings] == ["dead end"]


def test_a_trap_is_told_from_a_story_that_ends() -> None:
    analysis = analysed(
        """
* [In] -> room
* [Out] -> END
== room
+ [Round] -> room
"""
    )
    assert codes(analysis)["trap"] == "0"
    assert analysis.forever.low == analysis.forever.high == 0.5


def test_a_story_without_an_end_is_said_to_have_none() -> None:
    analysis = analysed("-> a\n== a\n+ [on] -> a\n")
    assert "no-ending" in codes(analysis)
    assert analysis.states == 1


def test_a_line_behind_a_condition_that_never_holds_is_unreachable() -> None:
    analysis = analysed("VAR x = false\n* [a] -> b\n== b\n{x:\n  Never.\n}\nDone.\n-> END\n")
    problem = next(p for p in analysis.problems if p.code == "unreachable")
    assert problem.span is not None and problem.span.line == 5
    assert "`x`" in problem.hint


def test_what_only_a_whatif_reaches_is_expected() -> None:
    text = """
VAR kept = false
{kept: -> other}
* [a] -> END
== other
# whatif
Otherwise.
-> END
"""
    assert "unreachable" not in codes(analysed(text))
    assert "unreachable" in codes(analysed(text.replace("# whatif\n", "")))


def test_a_line_whose_condition_asks_a_whatif_variable_is_expected() -> None:
    text = "VAR kept = false\n* [a]\n  {kept: Never as told.}\n  Done.\n  -> END\n"
    assert "unreachable" in codes(analysed(text))
    assert "unreachable" not in codes(analysed(text, expected_unread={"kept"}))


def test_a_choice_never_offered_is_told_with_its_guard() -> None:
    analysis = analysed("VAR key = 0\n* {key > 3} [Open] -> END\n* [Leave] -> END\n")
    problem = next(p for p in analysis.problems if p.code == "never-offered")
    assert problem.span is not None and problem.span.line == 2
    assert "`key`" in problem.hint


def test_choices_that_lead_to_the_same_state_are_noted() -> None:
    analysis = analysed("* [Tea] -> drink\n* [Coffee] -> drink\n== drink\nNice.\n-> END\n")
    idle = [p for p in analysis.problems if p.code == "idle-choice"]
    assert [p.span.line for p in idle if p.span] == [1, 2]
    assert all(p.severity == "note" for p in idle)


def test_an_external_without_fallback_is_assumed_and_said() -> None:
    analysis = analysed("EXTERNAL luck()\n{luck(): -> END}\n* [a] -> END\n")
    assert "assumed-external" in codes(analysis)
    assert analysis.complete


def test_a_limit_gives_bounds_and_no_unreachable_lines() -> None:
    text = """
VAR n = 0
-> walk
== walk
{n > 1000: Far. -> END}
+ [on]
  ~ n = n + 1
  -> walk
+ [stop {n}] -> END
"""
    analysis = analysed(text, limits=Limits(states=500), compiled=False)
    assert not analysis.complete and analysis.stopped == "states"
    assert "unreachable" not in codes(analysis)
    stop = next(ending for ending in analysis.endings if ending.name == "walk")
    assert stop.uniform.low < 1 <= stop.uniform.high
    assert analysis.growing[0].name == "n" and analysis.growing[0].bound == 'n = "0..1001"'


def test_a_missing_temporary_is_a_warning_with_its_path() -> None:
    analysis = analysed(
        """
* [a] -> k
* [b] -> k
== k
{TURNS() > 5:
  ~ temp x = 3
}
{x} is all.
-> END
"""
    )
    assert codes(analysis)["variable-not-found"] in ("0", "1")


def test_every_witness_replays() -> None:
    text = """
VAR hp = 3
-> fight
== fight
{RANDOM(1,6) > 4:
  ~ hp = hp - 1
}
{hp <= 0: -> dead}
+ [Hit]
  {RANDOM(1,6) == 6: -> won}
  -> fight
* [Run] -> fled
== won
Won. -> END
== fled
Fled. -> END
== dead
Dead. -> END
"""
    program = program_of(text)
    analysis = analyse(program)
    assert {ending.name for ending in analysis.endings} == {"won", "fled", "dead"}
    for ending in analysis.endings:
        assert ending.shortest is not None
        story = Story(program)
        story.play(ending.shortest)
        assert story.ending == ending.name
        assert story.path == ending.shortest


def test_unread_lines_of_many_files_are_told_in_the_order_of_the_story() -> None:
    names = [f"{letter}.ink" for letter in "hcgafdbe"]
    source = "".join(f"INCLUDE {name}\n" for name in names) + "-> END\n"
    files = {name: f"=== {name[0]}\nNobody comes here.\n-> END\n" for name in names}
    story, problems = ours.compiled(source, files)
    assert story is not None, problems
    found = analyse(lower(story), compiled=False).problems
    told = [p.span.source.name for p in found if p.code == "unreachable" and p.span is not None]
    assert told == names
