"""Stories that nobody meant well end in words, soon, and harm nothing else.

`hostile.py` makes them; here a modest number of them runs. The batches:

    python -m tests.hostile --seeds 0-20000
"""

from __future__ import annotations

import io
import json
import os
import random
import resource
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from foretell import ink_json
from foretell.checker.analysis import Limits, analyse
from foretell.checker.exploring.explore import Explorer
from foretell.checker.simulation.simulate import sample
from foretell.cli import run
from foretell.config import read_config
from foretell.container import CompiledStory
from foretell.diagnostics import StoryError, render_all
from foretell.loading import compile_text, read_story
from foretell.studio.report import html
from foretell.studio.shares import sample_lines
from foretell.vm.lower import lower
from foretell.vm.story import Story
from tests.hostile import HUGE, damaged, grounds, outlive

SIZE = 4_000  # characters; the batch command takes a megabyte
MEMORY = 4 << 30  # bytes a child may have

ENDLESS = {
    "a loop of words": ("-> k\n== k\nword\n-> k\n", "no-rest"),
    "a loop of nothing": ("-> k\n== k\n-> k\n", "no-rest"),
    "a loop that counts": ("VAR x = 0\n-> k\n== k\n~ x++\n-> k\n", "no-rest"),
    "a loop of glue": ("-> k\n== k\na<>\n-> k\n", "no-rest"),
    "a loop of glue alone": ("-> k\n== k\n<>\n-> k\n", "no-rest"),
    "a loop of glue and blanks": ("-> k\n== k\n<> {k < 0:a} <>\n-> k\n", "no-rest"),
    "a loop of lines that go on": ("-> k\n== k\na\n<> b\n-> k\n", "no-rest"),
    "a loop of tags": ("-> k\n== k\nb # a\n-> k\n", "no-rest"),
    "a loop of luck": ("-> k\n== k\n{RANDOM(1, 6) > 7: -> END}\n-> k\n", "no-rest"),
    "a loop that warns": (
        "-> k\n== k\n{false:\n  ~ temp x = 1\n}\n{x}\n-> k\n",
        "no-rest",
    ),
    "a fallback that leads to itself": ("-> k\n== k\n+ -> k\n", "no-rest"),
    "a string that doubles": ('VAR s = "ab"\n-> k\n== k\n~ s = s + s\n-> k\n', "too-long"),
    "a string that holds itself": ('VAR s = "a"\n-> k\n== k\n~ s = "{s}{s}"\n-> k\n', "too-long"),
    "strings that grow": ('VAR s = ""\n-> k\n== k\n~ s = s + "word"\n-> k\n', "too-deep no-rest"),
    "a function of itself": ("{f(1)}\n== function f(x)\n~ return f(x + 1)\n", "too-deep"),
    "a tunnel into itself": ("-> k ->\n== k\n-> k ->\n->->\n", "too-deep"),
    "threads of threads": ("-> k\n== k\n<- k\n<- k\n+ a -> DONE\n", "too-deep"),
    "ever more choices": (
        "VAR x = 0\n-> k\n== k\n~ x++\n<- t(x)\n-> k\n== t(n)\n+ c{n} -> DONE\n",
        "too-deep no-rest",
    ),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_a_turn_without_end_is_an_error_at_a_line_of_the_story(name: str) -> None:
    source, codes = ENDLESS[name]
    story = Story(_sound(source), step_budget=200_000)
    [problem] = [p for p in story.turn.problems if p.severity == "error"]
    assert problem.code in codes.split()
    assert problem.span is not None
    assert problem.span.source.line(problem.span.line).strip()
    assert story.ended


@pytest.mark.parametrize("name", ENDLESS)
def test_after_a_turn_without_end_the_story_can_begin_again(name: str) -> None:
    source = "* [go on] -> trap\n* [stop] -> END\n== trap\n" + ENDLESS[name][0]
    story = Story(_sound(source), step_budget=50_000)
    story.choose(0)
    assert story.turn.problems
    assert story.undo()
    assert [c.text for c in story.choices] == ["go on", "stop"]
    assert story.choose(1).ending is not None


@pytest.mark.parametrize("name", ENDLESS)
def test_checking_a_turn_without_end_ends_and_tells_its_place(name: str) -> None:
    source, codes = ENDLESS[name]
    story = "* [go on] -> trap\n* [stop] -> END\n== trap\n" + source
    limits = Limits(states=2000, seconds=3.0, steps=20_000)
    found = analyse(lower(_sound(story)), limits=limits, compiled=False)
    told = [p for p in found.problems if p.severity == "error"]
    if found.complete:
        [problem] = told
        assert problem.code in [*codes.split(), "trap"]
        assert problem.path is not None
        assert problem.path.startswith("0")
    else:
        assert not told or told[0].span is not None


def test_a_first_turn_that_draws_for_ever_is_an_error() -> None:
    source = ENDLESS["a loop of luck"][0]
    [problem] = analyse(lower(_sound(source))).problems
    assert (problem.code, problem.path) == ("no-rest", "")
    assert problem.span is not None
    assert problem.span.line == 3


def test_a_first_turn_that_builds_strings_for_ever_is_given_up_in_time() -> None:
    source = ENDLESS["strings that grow"][0]
    with pytest.raises(StoryError) as raised:
        analyse(lower(_sound(source)), limits=Limits(seconds=1.0))
    [problem] = raised.value.diagnostics
    assert problem.span is not None
    assert problem.span.line == 4


ITEMS = ", ".join(f"a{number}" for number in range(5000))
LONG_LISTS = {
    "the same ones": "~ l = l + s - (a3)\n",
    "ever new ones": "~ n++\n~ l = l + l(n) - (a3)\n",
    "steps along them": "~ n++\n~ l = s - l(n) + 1\n",
    "ever new ones in strings": '~ l -= LIST_MIN(l)\n~ t = "{l}{n}"\n{t}\n',
    "shown": "{l}\n",
}


@pytest.mark.parametrize("name", LONG_LISTS)
def test_a_first_turn_of_long_lists_without_end_ends_in_time(name: str) -> None:
    """Exploring ran it in plain Python, a millisecond each operation, before any look at the clock;
    playing showed megabytes of them, and each step along them took a third of a second."""
    declared = f'LIST l = {ITEMS}\nVAR s = ()\nVAR n = 0\nVAR t = ""\n~ l = LIST_ALL(a0)\n~ s = l\n'
    story = _sound(f"{declared}-> k\n== k\n{LONG_LISTS[name]}-> k\n")
    program = lower(story)
    begun = time.process_time()
    try:
        found = analyse(program, limits=Limits(seconds=1.0)).problems
    except StoryError as error:
        found = error.diagnostics
    assert [problem.code for problem in found if problem.severity == "error"] == ["no-rest"]
    assert time.process_time() - begun < 8
    begun = time.process_time()
    [problem] = Story(program).turn.problems
    assert problem.code == "no-rest"
    assert time.process_time() - begun < 15


@pytest.mark.parametrize("name", ENDLESS)
def test_the_first_turn_goes_over_to_machine_code_where_it_is_long(name: str) -> None:
    """… and what is said of it stays the same."""
    program = lower(_sound(ENDLESS[name][0]))
    told = []
    for compiled in (None, False, True):
        try:
            limits = Limits(seconds=60.0, steps=30_000, states=100)
            found = analyse(program, limits=limits, compiled=compiled).problems
        except StoryError as error:
            found = error.diagnostics
        told.append([(problem.code, problem.severity, problem.path) for problem in found])
    assert told[0] == told[1] == told[2]


def test_a_loop_that_is_not_proved_is_run_on_as_machine_code() -> None:
    source = "VAR x = 0\n-> k\n== k\n~ x++\n{x < 60000: -> k}\n+ [a] -> END\n"
    explorer = Explorer(lower(_sound(source)))
    assert explorer.run().complete
    assert explorer.kernels is not None
    explorer = Explorer(lower(_sound(source)), compiled=False)
    assert explorer.run().complete
    assert explorer.kernels is None


def test_readers_who_come_to_turns_without_end_are_not_sent_for_hours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("foretell.checker.simulation.simulate._PATIENCE", 0.2)
    (tmp_path / "story.ink").write_text("* [go on] -> trap\n* [stop] -> END\n== trap\na\n-> trap\n")
    assert run(["sample", "-n", "1e9", str(tmp_path / "story.ink")]) == 1
    told = " ".join(capsys.readouterr().out.split())
    assert "stopped for turns without end, of 1,000,000,000" in told
    assert "warning[no-rest]" in told
    assert run(["sample", "-n", "1e9", str(tmp_path / "story.ink"), "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["stopped"] == "no-rest"


def test_a_reader_who_is_never_done_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each new number is an operation of the host's, and a run may ask for millions."""
    monkeypatch.setattr("foretell.checker.simulation.simulate._PATIENCE", 0.2)
    source = "VAR x = 1.0\n-> k\n== k\n~ x = POW(x, 1.00001) + 0.001\n-> k\n"
    with pytest.raises(StoryError) as raised:
        sample(lower(_sound(source)), 1000)
    [problem] = raised.value.diagnostics
    assert problem.message.startswith("not one random reader was done in time")
    assert problem.span is not None
    assert problem.span.line == 4


def test_a_page_is_made_of_a_story_that_no_reader_gets_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("foretell.checker.simulation.simulate._PATIENCE", 0.2)
    source = "VAR x = 1.0\n+ [on] -> k\n== k\n~ x = POW(x, 1.00001) + 0.001\n-> k\n"
    story = _sound(source)
    assert sample_lines(lower(story)).readers == 0
    analysis = analyse(lower(story), limits=Limits(seconds=1.0))
    assert "</html>" in html(analysis, compile_text(source))


@pytest.mark.parametrize("name", ["a loop that warns", "a loop of words"])
@pytest.mark.parametrize("compiled", [False, True])
def test_random_readers_leave_a_turn_without_end(name: str, compiled: bool) -> None:
    source = "* [go on] -> trap\n* [stop] -> END\n== trap\n" + ENDLESS[name][0]
    found = sample(lower(_sound(source)), 20, steps=1000, compiled=compiled)
    assert found.runs == 20
    assert {end.name for end in found.endings} > {"the end"}


def test_random_readers_can_be_stopped_in_the_middle_of_a_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("foretell.checker.simulation.runs._STEPS", 100)
    program = lower(_sound("VAR n = 0\n-> k\n== k\n~ n++\n{RANDOM(1, 6)}\n+ [a] -> k\n"))
    whole = sample(program, 3, compiled=False, most_choices=500)
    asked = 0

    def enough() -> bool:
        nonlocal asked
        asked += 1
        return asked > 30

    stopped = sample(program, 3, compiled=False, most_choices=500, enough=enough)
    assert asked > 30
    assert stopped.runs < whole.runs == 3
    monkeypatch.undo()
    plain = sample(program, 3, compiled=False, most_choices=500)
    assert [(end.name, end.runs, end.words) for end in plain.endings] == [
        (end.name, end.runs, end.words) for end in whole.endings
    ]


@pytest.mark.parametrize("threads", [1, 2])
def test_random_readers_whose_strings_grow_for_ever_are_stopped(
    threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("foretell.checker.simulation.sampler._MOST_BUILT", 1 << 20)
    program = lower(compile_text('VAR s = "a"\n-> k\n== k\n~ s = s + "b"\n-> k\n').usable())
    with pytest.raises(StoryError, match="ever new strings or lists") as refused:
        sample(program, 50, threads=threads)
    span = refused.value.diagnostics[0].span
    assert span is not None and span.line == 4


def test_thousands_of_choices_at_once_are_read_within_the_limit_of_time() -> None:
    """Nothing that is done beside reading, such as the proof of a hang, takes longer than that."""
    choices = "".join(f"* [c{i}] -> k\n" for i in range(3000))
    program = lower(compile_text(f"-> k\n== k\n{choices}* -> END\n").usable())
    began = time.process_time()
    found = analyse(program, limits=Limits(seconds=2))
    assert not found.complete
    assert time.process_time() - began < 25


def test_a_thousand_sticky_choices_are_not_read_in_plain_python() -> None:
    choices = "".join(f"+ [c{i}] -> k\n" for i in range(1500))
    program = lower(compile_text(f"-> k\n== k\n{choices}+ [e] -> END\n").usable())
    found = analyse(program)
    assert (found.states, found.turns) == (2, 1501)
    assert found.complete


def test_a_range_of_luck_that_grows_is_checked_to_its_end() -> None:
    """The fault's value did not fit the codes of outcomes."""
    source = "VAR n = 1\n-> k\n== k\n~ n = n * 2\n{RANDOM(1, n)}\n+ [a] -> k\n+ [b] -> END\n"
    found = analyse(lower(_sound(source)))
    [problem] = [p for p in found.problems if p.severity == "error"]
    assert problem.code == "random-range"
    assert problem.path == "/".join(["@1", *["0@1"] * 29, "0"])


def test_a_string_is_refused_only_where_it_is_too_long() -> None:
    source = 'VAR s = "ab"\n-> k\n== k\n~ s = s + s\n+ [more] -> k\n'
    story = Story(_sound(source))
    turns = 0
    while story.choices:
        story.choose(0)
        turns += 1
    assert turns == 19  # 2 to the 20th is the longest
    assert [p.code for p in story.turn.problems] == ["too-long"]


def test_a_number_that_grows_wraps_as_in_ink() -> None:
    story = Story(_sound("VAR x = 2\n-> k\n== k\n~ x = x * x\n+ [{x}] -> k\n"))
    shown = [story.choices[0].text]
    for _ in range(5):
        story.choose(0)
        shown.append(story.choices[0].text)
    assert shown == ["4", "16", "256", "65536", "0", "0"]


def test_a_range_of_luck_that_grows_ends_where_numbers_wrap() -> None:
    story = Story(_sound("VAR n = 1\n-> k\n== k\n~ n = n * 2\n{RANDOM(1, n)}\n+ [a] -> k\n"))
    while story.choices:
        story.choose(0)
    assert [p.code for p in story.turn.problems] == ["random-range"]


@pytest.mark.parametrize("name", HUGE)
def test_a_huge_text_takes_work_in_proportion(name: str) -> None:
    """Twice the text takes twice the calls, however busy the machine is."""
    calls = [0, 0]

    def count(frame: object, event: str, argument: object) -> None:
        calls[which] += event == "call"

    for which in (0, 1):
        text = HUGE[name](SIZE << which)
        sys.setprofile(count)
        try:
            loaded = compile_text(text)
            if loaded.story is not None:
                lower(loaded.usable())
        finally:
            sys.setprofile(None)
        assert (loaded.story is None) == bool(loaded.errors)
        assert len(loaded.diagnostics) <= 2001
        render_all(loaded.diagnostics)
    assert calls[1] < 2.3 * calls[0] + 1000


@pytest.mark.parametrize("name", ["one line of conditions", "logic", "choices", "shuffles"])
def test_lowering_executes_lines_in_proportion(name: str) -> None:
    """A loop over all that a container holds, at each thing it holds, calls nothing."""
    lines = [0, 0]

    def count(frame: FrameType, event: str, argument: Any) -> Any:
        lines[which] += event == "line"
        return count

    for which in (0, 1):
        story = compile_text(HUGE[name](SIZE << which)).usable()
        sys.settrace(count)
        try:
            lower(story)
        finally:
            sys.settrace(None)
    assert lines[1] < 2.3 * lines[0] + 1000


@pytest.mark.parametrize(
    ("limit", "name", "line"),
    [
        ("foretell.compiler.scanner.MOST_PIECES", "short lines", 101),
        ("foretell.compiler.scanner.MOST_PIECES", "unknown names", 1),
        ("foretell.compiler.scanner.MOST_PIECES", "choices", 26),
        ("foretell.compiler.resolve.MOST_JUMPS", "choices", 21),
        ("foretell.compiler.resolve.MOST_JUMPS", "shuffles", 11),
        ("foretell.compiler.emit.MOST_JUMPS", "choices with text", 152),
    ],
)
def test_a_story_beyond_what_is_compiled_is_refused_at_the_place_where_it_is_too_large(
    limit: str, name: str, line: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limit, 100)
    loaded = compile_text(HUGE[name](SIZE))
    [problem] = loaded.errors
    assert loaded.story is None
    assert problem.code == "too-large"
    assert problem.span is not None
    assert problem.span.line == line


def test_the_files_of_a_story_share_one_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("foretell.compiler.scanner.MOST_PIECES", 100)
    (tmp_path / "part.ink").write_text("a line\n" * 60)
    (tmp_path / "main.ink").write_text("INCLUDE part.ink\n" + "a line\n" * 60)
    [problem] = read_story(tmp_path / "main.ink").errors
    assert problem.code == "too-large"
    assert problem.span is not None
    assert problem.span.line == 41


@pytest.mark.parametrize("before", ["", "-> k\n== k\n", "-> k ->\n-> END\n== k\n"])
def test_a_frame_may_have_more_temporaries_than_rows_begin_with(before: str) -> None:
    temps = "".join(f"~ temp t{i} = {i}\n" for i in range(3000))
    text = f"{before}{temps}{{t0}} {{t2999}}\n* [on] {{t17}}\n{'->->' if '->->' in before else ''}"
    story = Story(_sound(f"{text}-> END\n"))
    assert [line.text for line in story.turn.lines] == ["0 2999"]
    story.choose(0)
    assert [line.text for line in story.turn.lines] == ["17"]


def test_a_constant_is_not_repeated_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("foretell.compiler.emit_expressions._MOST_REPEATED", 100)
    [problem] = compile_text('CONST c = "0123456789"\n' + "{c}\n" * 11).errors
    assert problem.code == "too-large"
    assert problem.span is not None
    assert problem.span.line == 12


def test_what_leads_everywhere_from_everywhere_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("foretell.vm.jumps._MOST_CLIMBED", 1000)
    text = "- a\n" * 50 + "- (g)\n-> k\n== k\n{CHOICE_COUNT(): -> g}\n" + "-> g\n" * 30
    with pytest.raises(StoryError) as refused:
        lower(_sound(text))
    [problem] = refused.value.diagnostics
    assert problem.code == "too-large"


def test_json_of_paths_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("foretell.ink_json._LARGEST", 10_000)
    story = _sound("- a\n" * 50 + "* a -> END\n" * 50)
    with pytest.raises(StoryError) as refused:
        ink_json.dump(story)
    assert refused.value.diagnostics[0].code == "too-large"


@pytest.mark.long
@pytest.mark.parametrize("name", HUGE)
def test_a_megabyte_is_read_within_bounded_memory(name: str, tmp_path: Path) -> None:
    path = tmp_path / "huge.ink"
    path.write_text(HUGE[name](1 << 20), "utf-8")
    command = [sys.executable, "-m", "foretell", "compile", str(path), "-o", str(tmp_path / "o")]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, preexec_fn=_within_memory
    )
    assert done.returncode in (0, 2)
    assert "Traceback" not in done.stderr


STORIES = grounds()


@pytest.mark.parametrize("block", range(8))
def test_a_damaged_story_is_survived(block: int) -> None:
    failed = []
    for seed in range(block * 15, block * 15 + 15):
        text, _ = damaged(seed, STORIES)
        problem = outlive(text, random.Random(seed))
        if problem is not None:
            failed.append(f"seed {seed}: {problem}")
    assert not failed, "\n".join(failed)


@pytest.mark.long
@pytest.mark.parametrize("block", range(20))
def test_thousands_of_damaged_stories_are_survived(block: int) -> None:
    failed = []
    for seed in range(1000 + block * 500, 1500 + block * 500):
        text, _ = damaged(seed, STORIES)
        problem = outlive(text, random.Random(seed))
        if problem is not None:
            failed.append(f"seed {seed}: {problem}")
    assert not failed, "\n".join(failed)


def test_a_text_of_a_choice_that_holds_itself_is_an_error_not_a_hang() -> None:
    """It went round for ever while it was lowered."""
    text = ["^a", "ev", {"^->": "0.0.s.5"}, "/ev", {"temp=": "$r"}, {"->": ".^"}, "^b"]
    choice = ["ev", {"^->": "0.0.$r1"}, {"temp=": "$r"}, "str", {"->": ".^.s"}, [{"#n": "$r1"}]]
    choice += ["/str", "/ev", {"*": ".^.^.c-0", "flg": 2}]
    shared = {"s": [*text, {"->": "$r", "var": True}, None]}
    root = [[[*choice, shared], {"c-0": ["end", None]}], "done", None]
    written = json.dumps({"inkVersion": 21, "root": root, "listDefs": {}})
    story = Story(compile_text(written).usable())
    assert [p.code for p in story.turn.problems] == ["missing-target"]


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        (["ev", 1, {"VAR=": "x"}, {"->": "global decl"}], "no-rest"),
        (["ev", {"VAR?": "none"}, "pop", {"->": "global decl"}], "no-rest"),
        (["ev", 1, 6, "rnd", {"VAR=": "x"}], "bad-declaration"),
        (["ev", "pop", "pop"], "empty-stack"),
    ],
)
def test_a_story_whose_declarations_never_end_is_refused_by_all_who_read_it(
    declared: list[object], code: str
) -> None:
    """A check called it sound: what is never finished had no problem."""
    root = [["^a", "\n", "end", None], "done", {"global decl": [*declared, "/ev", "end", None]}]
    written = json.dumps({"inkVersion": 21, "root": root, "listDefs": {}})
    program = lower(compile_text(written).usable())
    for read in (analyse, lambda program: sample(program, 5)):
        with pytest.raises(StoryError) as refused:
            read(program)
        assert [problem.code for problem in refused.value.diagnostics] == [code]


def test_a_long_path_is_played_in_proportion_to_its_length() -> None:
    """What undoing needs was kept anew for each turn: the whole path, and the generator's state."""
    story = Story(_sound("-> k\n== k\n+ [a] -> k\n+ [b] -> END\n"), path="/".join("0" * 3000))
    assert story.turns == 3000
    assert len({id(moment.random_state) for moment in story._history}) == 1
    assert story.undo() and story.undo()
    assert story.turns == 2998 == len(story.undoable)
    story.choose(1)
    assert story.path.endswith("/0/1")
    assert story.turns == 2999


@pytest.mark.parametrize("figure", ["inf", "nan", "-inf", "1" + "0" * 400])
@pytest.mark.parametrize("name", ["states", "seconds"])
def test_a_bound_that_is_no_number_is_refused(figure: str, name: str) -> None:
    with pytest.raises(StoryError) as refused:
        read_config(f"[bounds]\n{name} = {figure}\n")
    assert {problem.code for problem in refused.value.diagnostics} <= {"wrong-value", "bounds"}


@pytest.mark.parametrize(
    ("option", "status"),
    [(["--max-seconds", "nan"], 2), (["--max-memory", "9" * 400], 0), (["--max-seconds", "-1"], 2)],
)
def test_a_limit_that_is_no_number_is_refused_in_words(
    option: list[str], status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "story.ink").write_text("Hello.\n-> END\n")
    assert run(["check", str(tmp_path / "story.ink"), *option]) == status
    assert "Traceback" not in capsys.readouterr().err


def test_a_pipe_that_is_included_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.ink")
    (tmp_path / "main.ink").write_text("INCLUDE pipe.ink\n")
    [problem] = read_story(tmp_path / "main.ink").errors
    assert problem.message == "`pipe.ink` can't be read: it is a pipe, not a file"


def test_strings_that_begin_for_ever_are_an_error_soon() -> None:
    """Each was kept until the budget of steps was used up, and then read as text."""
    written = json.dumps(
        {"inkVersion": 21, "root": [["ev", "str", "str", {"->": "0"}, None], "done", None]}
    )
    story = Story(compile_text(written).usable())
    [problem] = story.turn.problems
    assert problem.code == "too-deep"
    assert "at `0` of the compiled story" in render_all([problem])
    found = analyse(lower(compile_text(written).usable()))
    assert [problem.code for problem in found.problems] == ["too-deep"]


@pytest.mark.parametrize(
    "root",
    [
        ["ev", 1, "out", "/str", 2, "out", "/ev", "done"],
        ["ev", "str", "/#", "^a", "/str", 1, "==", "/ev", {"->": "0", "c": True}, "done"],
    ],
)
@pytest.mark.parametrize("compiled", [False, True])
def test_what_never_began_does_not_end(root: list[object], compiled: bool) -> None:
    """The end of a string wrote over the registers, the end of a tag over where its string began:
    plain Python raised an IndexError, machine code would have read what is not its own."""
    content = [["^a", "\n", *root, None], "done", None]
    written = json.dumps({"inkVersion": 21, "root": content, "listDefs": {}})
    story = Story(compile_text(written).usable())
    assert [problem.code for problem in story.turn.problems] == ["empty-stack"]
    found = analyse(lower(compile_text(written).usable()), compiled=compiled)
    assert [problem.code for problem in found.problems] == ["empty-stack"]
    told = sample(lower(compile_text(written).usable()), 5, compiled=compiled)
    assert [problem.code for problem in told.problems] == ["empty-stack"]


def test_a_turn_that_breaks_off_is_played_once_for_its_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It was played six times, each to the end of its budget."""
    (tmp_path / "story.ink").write_text(ENDLESS["a loop of words"][0])
    begun = []
    plain = Story._begin

    def begin(story: Story, *arguments: list[int] | None) -> None:
        begun.append(story)
        plain(story, *arguments)

    monkeypatch.setattr(Story, "_begin", begin)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert run(["play", "--plain", str(tmp_path / "story.ink")]) == 1
    assert "error[no-rest]" in capsys.readouterr().out
    assert len(begun) == 1


def test_includes_may_nest_a_hundred_deep_and_no_deeper(tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / f"{number}.ink").write_text(f"INCLUDE {number + 1}.ink\nline {number}\n")
    (tmp_path / "300.ink").write_text("the end\n")
    for first, status in ((210, 0), (0, 2)):
        command = [sys.executable, "-m", "foretell", "compile", str(tmp_path / f"{first}.ink")]
        command += ["-o", str(tmp_path / "out.json")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == status, done.stderr
        assert "Traceback" not in done.stderr
    assert "error[include]: files include each other too deeply" in done.stderr


def test_a_name_of_many_words_is_an_error_at_once() -> None:
    """Where more than words followed, it was tried to take them apart in every way there is."""
    begun = time.process_time()
    loaded = compile_text("== name" + " of many words" * 40 + "()\n-> END\n")
    assert time.process_time() - begun < 2
    assert loaded.errors
    [problem] = compile_text("== my first knot ==\n-> END\n").errors
    assert problem.hint == "a name has no blanks: write `my_first_knot`"


def test_includes_that_multiply_are_refused_where_there_are_too_many(tmp_path: Path) -> None:
    """Thirty times thirty times thirty times thirty files took a minute."""
    for name, following in ("ab", "bc", "cd", "de"):
        (tmp_path / f"{name}.ink").write_text(f"INCLUDE {following}.ink\n" * 30)
    (tmp_path / "e.ink").write_text("the end\n")
    begun = time.process_time()
    [problem] = read_story(tmp_path / "a.ink").errors
    assert time.process_time() - begun < 5
    assert problem.code == "include"
    assert problem.message.startswith("the story includes more than 5,000 files, counting `e.ink` ")
    assert problem.span is not None
    assert problem.span.source.line(problem.span.line) == "INCLUDE e.ink"
    (tmp_path / "a.ink").write_text("INCLUDE c.ink\n" * 2)
    assert len(read_story(tmp_path / "a.ink").sources) == 1 + 2 + 2 * 30 + 2 * 30 * 30


def test_the_files_of_a_story_are_not_too_much_text_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("foretell.compiler.parser.MOST_TEXT", 1 << 20)
    (tmp_path / "main.ink").write_text("INCLUDE part.ink\n" * 100)
    (tmp_path / "part.ink").write_text("word " * 50_000)
    [problem] = read_story(tmp_path / "main.ink").errors
    assert problem.message == "the story's files have more than 1 million characters together"
    assert problem.span is not None
    assert problem.span.line == 5


def _sound(source: str) -> CompiledStory:
    return compile_text(source).usable()


def _within_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
