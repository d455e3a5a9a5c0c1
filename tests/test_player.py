"""The terminal player, through a stream and through a terminal."""

from __future__ import annotations

import io
import json
import os
import random
import re
import select
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

import foretell
from foretell.checking import read_whole
from foretell.cli import run
from foretell.diagnostics import Diagnostic, StoryError
from foretell.dream import Dream
from foretell.endings import EndingNames
from foretell.loading import read_story
from foretell.page import Page
from foretell.player import Player
from foretell.screen import Screen
from foretell.vm.story import Story

ROOT = Path(__file__).resolve().parents[1]
INN = (ROOT / "docs" / "inn.ink").read_text("utf-8")
DICE = """
Roll.
+ [Again] You roll {RANDOM(1, 1000000)}.
- (hub)
+ [Again] You roll {RANDOM(1, 1000000)}.
  -> hub
+ [Stop] -> END
"""


def play(
    text: str, *typed: str, path: str = "", seed: int | None = 0, dream: bool = False
) -> tuple[str, Player]:
    """What a plain page shows of a story while a reader types."""
    out = io.StringIO()
    story = foretell.load(text)
    story.play(path)
    player = Player(
        story,
        Page(out, plain=True),
        stem="tale",
        command="foretell play tale.ink",
        seed=seed,
        dream=Dream.of(story) if dream else None,
        keyboard=io.StringIO("".join(f"{line}\n" for line in typed)),
    )
    player.run()
    return out.getvalue(), player


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


# ---------------------------------------------------------------- reading and choosing


def test_a_playthrough_reads_from_front_page_to_summary() -> None:
    shown, _ = play(INN, "2", "1")
    assert shown == (
        "The Inn\n\n"
        "It rains, and the inn has one light left.\n\n1: Go in\n2: Go on\n\n> 2\n\n"
        "Go on\nThe road forks.\n\n1: Left\n2: Right\n\n> 1\n\n"
        "Left\nMud, and more mud.\n# ending: lost\n\n"
        "The end: lost\n2 choices, 19 words\nseen: 63 % of the prose\n"
        "read it again: foretell play tale.ink --path 1/0\n\n"
    )


def test_the_front_page_has_title_and_author_first_and_every_other_tag() -> None:
    shown, _ = play("# warnings: rain\n# author: A. Nonymous\n# title: The Inn\n# slow\nHi.\n")
    assert shown.startswith("The Inn\nA. Nonymous\nWarnings: rain\n# slow\n\nHi.\n")
    assert shown.count("rain") == 1


def test_input_that_ends_leaves_with_a_summary_and_a_way_back() -> None:
    shown, player = play(INN, "2")
    assert shown.endswith(
        "> \nLeft in mid-story.\n1 choice, 14 words\n"
        "go on from here: foretell play tale.ink --path 1\n\n"
    )
    assert player.story.path == "1"


def test_a_number_that_is_not_offered_and_nonsense_are_met_with_what_can_be_typed() -> None:
    for typed in ("0", "3", "99999999999999", "-1", "hello", "²", ""):
        shown, player = play(INN, typed)
        assert "Type 1 or 2, or ? for what else there is." in shown, typed
        assert player.story.turns == 0


def test_enter_takes_the_only_choice() -> None:
    _, player = play("* One\n* * Two\n    Three.\n", "", "")
    assert player.story.path == "0/0"


def test_undo_takes_back_choice_by_choice_and_says_when_there_is_none() -> None:
    shown, player = play(INN, "2", "u", "u", "1")
    assert "There is no choice to take back." in shown
    assert player.story.path == "0"
    assert shown.count("It rains") == 2
    assert shown.endswith("read it again: foretell play tale.ink --path 0\n\n")


def test_the_words_of_what_was_taken_back_are_not_counted() -> None:
    once, _ = play(INN, "1")
    again, _ = play(INN, "2", "u", "2", "2", "u", "u", "1")
    assert re.findall(r"\d+ words", again)[-1] == re.findall(r"\d+ words", once)[-1]


def test_undo_after_the_end_goes_on_reading() -> None:
    _, player = play(INN, "1", "u", "2", "2")
    assert player.story.ending == "home"


def test_restart_begins_again_and_undo_brings_the_reader_back() -> None:
    shown, player = play(INN, "2", "r", "u")
    assert player.story.path == "1"
    assert shown.rstrip().endswith("--path 1")
    _, player = play(INN, "2", "r", "1", "u", "u")
    assert player.story.path == ""


def test_restart_deals_anew_unless_a_seed_was_given() -> None:
    def rolls(seed: int | None) -> list[str]:
        shown, _ = play(DICE, "1", "r", "1", seed=seed)
        return re.findall(r"You roll (\d+)", shown)

    fixed, fresh = rolls(0), rolls(None)
    assert fixed[0] == fixed[1]
    assert fresh[0] != fresh[1]


def test_a_path_is_retold_with_its_choices_and_draws() -> None:
    first, player = play(DICE, "1", "1", "2")
    again, _ = play(DICE, path=player.story.path)
    rolls = re.findall(r"You roll (\d+)", first)
    assert re.findall(r"You roll (\d+)", again) == rolls
    assert re.findall(r"^> (.*)", again, re.MULTILINE) == ["1  Again", "1  Again", "2  Stop"]
    assert first.splitlines()[-3:] == again.splitlines()[-3:]


def test_why_tells_what_every_way_needs() -> None:
    asked: list[str] = []

    def explain(target: str) -> str:
        asked.append(target)
        if target == "nowhere":
            raise StoryError([Diagnostic("error", "unknown", "there is no such thing")])
        return "shortest path  1\n    1  Go on\n"

    out = io.StringIO()
    story = foretell.load(INN)
    typed = "why\nwhy home\nwhy nowhere\n2\n1\nwhy\n"
    player = Player(
        story, Page(out, plain=True), keyboard=io.StringIO(typed), seed=0, explain=explain
    )
    player.run()
    assert asked == ["home", "nowhere", "lost"]
    assert "Every way begins here." in out.getvalue()
    assert "shortest path  1\n    1  Go on\n" in out.getvalue()
    assert "error[unknown]: there is no such thing" in out.getvalue()
    assert "can't be explained here" in play(INN, "why")[0]


def test_the_summary_says_what_was_never_seen() -> None:
    text = "* A -> one\n* B -> two\n=== one\nOne two three.\n-> END\n=== two\nFour.\n-> END\n"
    shown, _ = play(text, "1")
    assert re.search(r"seen: \d+ % of the prose; 1 of 2 places were not come to\n", shown)


def test_a_choice_that_was_offered_is_seen_and_its_text_counts_once() -> None:
    shown, _ = play("* Alpha beta\n* Gamma delta\n- Epsilon.\n-> END\n", "1")
    assert "seen: 100 % of the prose" in shown


def test_an_end_in_no_knot_has_no_name() -> None:
    shown, _ = play("Told.\n-> END\n")
    assert "\nThe end.\n" in shown


def test_help_and_path_are_told() -> None:
    shown, _ = play(INN, "?", "p", "2", "p")
    assert re.search(r"^u +take the last choice back$", shown, re.MULTILINE)
    assert "(the start: no choice is made yet)" in shown
    assert "> p\n1\n" in shown


def test_what_goes_wrong_in_the_story_is_shown_with_its_line_and_path() -> None:
    shown, player = play('VAR x = 1\n* Go\n  {x + "a" - 1}\n  -> END\n', "1")
    assert "error[bad-operation]" in shown
    assert "┌─ story.ink:3:" in shown
    assert "The story broke off here." in shown
    assert player.story.ending is None


def test_a_run_tells_whether_the_story_broke() -> None:
    for text, fine in (("Hi.\n", True), ("-> a\n=== a\nHi.\n", False)):
        player = Player(
            foretell.load(text), Page(io.StringIO(), plain=True), keyboard=io.StringIO()
        )
        assert player.run() is fine


def test_a_turn_that_never_rests_is_cut_short_and_named() -> None:
    out = io.StringIO()
    story = Story(foretell.load("-> a\n=== a\nx\n-> a\n").program, step_budget=50_000)
    Player(story, Page(out, plain=True), keyboard=io.StringIO()).run()
    shown = out.getvalue()
    assert "error[no-rest]" in shown
    assert re.search(r"… and [\d,]+ lines more, not shown", shown)
    assert shown.count("\n") < 80


def test_a_story_that_tells_nothing_says_so() -> None:
    assert "the story ends before its first line" in play("=== later\nHi.\n-> END\n")[0]


def test_control_characters_of_a_story_are_shown_and_not_obeyed() -> None:
    shown, _ = play("Red \x1b[31malert\x07 \u202eback\n* \x1bGo\x07 # \x1bc\n- -> END\n")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", shown)
    assert "Red ␛[31malert␇ �back" in shown


# ---------------------------------------------------------------- saves


def test_a_saved_story_goes_on_where_it_was_with_its_words_and_its_undo() -> None:
    shown, player = play(INN, "2", "s", "1", "l", "2")
    assert "Saved to tale.save." in shown
    assert player.story.ending == "home"
    assert (
        re.findall(r"\d+ words", shown)[-1] == re.findall(r"\d+ words", play(INN, "2", "2")[0])[-1]
    )
    _, player = play(INN, "l", "u", "1")
    assert player.story.path == "0"


def test_undo_right_after_loading_at_the_start_goes_back_to_where_one_was() -> None:
    _, player = play(INN, "s", "2", "2", "l", "u")
    assert player.story.path == "1/1"


def test_draws_are_the_same_after_loading() -> None:
    first, player = play(DICE, "1", "1", "s dice.save")
    path = player.story.path
    _, player = play(DICE, "l dice.save")
    assert player.story.path == path
    assert re.findall(r"@(\d+)", path) == re.findall(r"You roll (\d+)", first)


def test_a_save_is_named_by_the_reader_and_the_name_is_kept() -> None:
    play(INN, "s my place", "2", "s")
    assert sorted(path.name for path in Path().iterdir()) == ["my place"]
    _, player = play(INN, "l my place")
    assert player.story.path == "1"


def test_saving_never_writes_over_what_is_no_save() -> None:
    Path("story.ink").write_text(INN)
    Path("folder").mkdir()
    for name in ("story.ink", "folder", "no/such/folder", "a\0b", "~nobody_of_that_name/x"):
        shown, _ = play(INN, f"s {name}")
        assert "error[unwritable]" in shown, name
    assert Path("story.ink").read_text() == INN


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "there is no such file"),
        ("", "not a saved story"),
        ("[]", "not a saved story"),
        ('{"foretell": 1, "story"', "not a saved story"),
        (b"\xff\xff", "it is not text"),
    ],
)
def test_a_save_that_is_none_is_refused_and_the_story_goes_on(
    content: str | bytes | None, said: str
) -> None:
    if content is not None:
        data = content if isinstance(content, bytes) else content.encode()
        Path("x.save").write_bytes(data)
    shown, player = play(INN, "2", "l x.save", "1")
    assert said in shown
    assert player.story.ending == "lost"


def test_a_save_the_story_has_outgrown_is_refused_with_its_route() -> None:
    play(INN, "2", "s old.save")
    shown, _ = play(INN.replace("~ visits++", "~ visits--"), "l old.save")
    assert "error[outgrown-save]" in shown
    assert "--path 1" in shown


def test_the_way_of_an_outgrown_save_is_gone_as_far_as_it_leads() -> None:
    play(INN, "2", "2", "s old.save")
    shown, player = play(INN.replace("~ visits++", "~ visits--"), "l old.save", "w")
    assert "Type w to go the way it went" in shown
    assert player.story.path == "1/1"
    only_one_fork = INN.replace("The road forks.", "The road ends. -> END")
    shown, player = play(only_one_fork, "l old.save", "w", "u")
    assert "The story still has the first 1 of 2 choices." in shown
    assert player.story.path in ("", "0")
    _, player = play(INN, "w")  # there is none
    assert player.story.path == ""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"path": "1"', '"path": "0"'),
        ('"path": "1"', '"path": "7/7/7"'),
        ('"path": "1"', '"path": "x"'),
        ('"row": [', '"row": [99999999, '),
        ('"row": [', '"row": [], "old": ['),
        ('"choices": [', '"choices": ["a", '),
        ('"random": [', '"random": [7, '),
        ('"random": [3, [', '"random": [3, [99999999999999999999999, '),
        ('"random": [3, [', '"random": [3, [1e400, '),
        ('"strings": [', '"strings": 5, "old": ['),
    ],
)
def test_a_save_that_was_tampered_with_does_nothing_a_reader_could_not(old: str, new: str) -> None:
    play(INN, "2", "s x.save")
    text = Path("x.save").read_text()
    assert old in text
    Path("x.save").write_text(text.replace(old, new, 1))
    shown, player = play(INN, "l x.save", "1")
    assert player.story.ending == "warm"
    assert "this saved story is damaged" in shown


@pytest.mark.parametrize("seed", range(8))
def test_a_save_of_which_anything_was_changed_is_damaged(seed: int) -> None:
    chance = random.Random(seed)
    story = foretell.load(INN)
    story.choose(1)
    text = story.save()
    story.restore(json.dumps(json.loads(text), indent=2))  # written differently, the same
    for number in chance.sample([m.start() for m in re.finditer(r"\d", text)], 40):
        other = str((int(text[number]) + chance.randint(1, 9)) % 10)
        try:
            story.restore(text[:number] + other + text[number + 1 :])
        except StoryError:
            continue
        pytest.fail(text[max(0, number - 20) : number + 20])


# ---------------------------------------------------------------- the dream


def test_the_dream_shows_odds_and_what_a_choice_rules_out() -> None:
    shown, _ = play(INN, "2", "1", dream=True)
    assert "1: Go in\n   warm always · no more: lost, home\n" in shown
    assert "2: Go on\n   lost 50.0 %, home 50.0 % · no more: warm\n" in shown
    assert "1 reader in 4 comes here" in shown


def test_the_dream_keeps_to_the_ranges_of_foretell_toml() -> None:
    text = (
        "VAR gold = 0\n- (top)\n+ [Dig]\n~ gold++\n{gold > 90000: -> END}\n-> top\n+ [Go] -> END\n"
    )
    Path("tale.ink").write_text(text)
    Path("foretell.toml").write_text('[bounds]\ngold = "0..3"\n')
    out = foretell_command("play", "tale.ink", "--dream", typed="2\n")
    assert out.returncode == 0, out.stderr
    assert "could be foreseen" in out.stdout


def foretell_command(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "foretell", *arguments],
        capture_output=True, text=True, check=False, input=typed, timeout=60,
    )  # fmt: skip


GOLD = """
VAR gold = 0
-> hall
== hall
+ {gold < 3} Take a coin
  ~ gold++
  -> hall
* Leave
  You leave with {gold}.
  -> out
== out
-> END
"""
RULES = """
[[ending]]
name = "rich"
when = "gold >= 2 and worth(gold) > 10"
[[ending]]
name = "poor"
when = "gold == 0 and here == \\"out\\" and turns == 1"
"""
WORTH = "== function worth(n)\n~ return n * 10\n"


@pytest.mark.parametrize(
    ("typed", "ending"), [("112", "rich"), ("1111", "rich"), ("2", "poor"), ("12", "out")]
)
@pytest.mark.parametrize("dream", [False, True])
def test_an_ending_by_condition_is_called_so(typed: str, ending: str, dream: bool) -> None:
    Path("gold.ink").write_text(GOLD + WORTH, "utf-8")
    Path("foretell.toml").write_text(RULES, "utf-8")
    loaded = read_story(Path("gold.ink"))
    story = Story(loaded.usable())
    names = EndingNames.of(loaded)
    out = io.StringIO()
    player = Player(
        story,
        Page(out, plain=True),
        seed=0,
        names=names,
        dream=Dream.of(story, names=names) if dream else None,
        keyboard=io.StringIO("".join(f"{key}\n" for key in typed)),
    )
    player.run()
    assert f"The end: {ending}\n" in out.getvalue()
    if dream:
        assert "out 50.0 %, rich 50.0 % · no more: poor" in out.getvalue()
        assert "poor always · no more: out, rich" in out.getvalue()
        told = {"rich": "1 reader in 4", "poor": "1 reader in 2", "out": "1 reader in 4"}[ending]
        assert f"{told} comes here" in out.getvalue()
    analysis, _, _ = read_whole(loaded)
    assert ending in {e.name for e in analysis.endings}


def test_asking_leaves_a_story_as_it_was() -> None:
    Path("gold.ink").write_text(GOLD + WORTH, "utf-8")
    Path("foretell.toml").write_text(RULES, "utf-8")
    names = EndingNames.of(read_story(Path("gold.ink")))
    assert names is not None
    story = Story(names.questions.program)
    for pick in (0, 0, 1):
        story.choose(pick)
    before, seen = story.save(), bytes(story.seen)
    assert [story.ask(pc) for pc in names.questions.pcs] == [True, False]
    assert (story.save(), bytes(story.seen)) == (before, seen)
    assert story.undo() and story.path == "0/0"


def test_a_faulty_foretell_toml_stops_the_dream_and_not_the_reader() -> None:
    Path("gold.ink").write_text(GOLD, "utf-8")
    Path("foretell.toml").write_text('[[ending]]\nname = "x"\nwhen = "nothing > 1"\n', "utf-8")
    done = foretell_command("play", "gold.ink", typed="2\n")
    assert done.returncode == 0
    assert "The end: out" in done.stdout
    assert done.stderr == "(foretell.toml is not read: `foretell check` shows what is wrong)\n"
    dreamt = foretell_command("play", "gold.ink", "--dream", typed="2\n")
    assert dreamt.returncode == 2
    assert "foretell.toml:3" in dreamt.stderr


def test_the_dream_follows_undo_and_load() -> None:
    shown, _ = play(INN, "2", "s", "u", "l", dream=True)
    pages = re.findall(r"^1: .*\n   (.*)$", shown, re.MULTILINE)
    assert [page.split(" ")[0] for page in pages] == ["warm", "lost", "warm", "lost"]


def test_many_endings_are_cut_to_the_likeliest() -> None:
    ends = "".join(f"  ** [e{i}] -> e{i}\n" for i in range(7))
    knots = "".join(f"=== e{i}\nx\n-> END\n" for i in range(7))
    shown, _ = play(f"* [Go]\n{ends}\n* [Stay] -> e0\n{knots}", dream=True)
    assert "3 more" in shown
    assert "e0 always · no more: " in shown
    assert " and 3 more" in shown


# ---------------------------------------------------------------- a real terminal


class Terminal:
    """The command on a terminal of its own, and what it has written there."""

    def __init__(self, *arguments: str, columns: int = 80, **environment: str) -> None:
        import fcntl
        import pty
        import termios

        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))
        kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS", "LINES")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "foretell", *arguments],
            stdin=slave, stdout=slave, stderr=slave, close_fds=True, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509  # for Ctrl-C
            env={**kept, "TERM": "xterm-256color", **environment},
        )  # fmt: skip
        os.close(slave)
        self.seen = ""

    def until(self, text: str) -> str:
        """Everything written up to and with `text`, since it was last asked."""
        began, deadline = len(self.seen), time.monotonic() + 30
        while text not in self.seen[began:]:
            assert time.monotonic() < deadline, f"no {text!r} in {self.seen[began:]!r}"
            if not self._read(0.2) and self.process.poll() is not None:
                raise AssertionError(f"it ended without {text!r}: {self.seen[began:]!r}")
        return self.seen[began:]

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:
            return False
        self.seen += data.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(data)

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def end(self) -> int:
        code = self.process.wait(30)
        while self._read(0.05):
            pass
        os.close(self._master)
        return code


def file_of(text: str) -> str:
    Path("tale.ink").write_text(text, "utf-8")
    return "tale.ink"


pytestmark_terminal = pytest.mark.skipif(sys.platform == "win32", reason="no terminals here")


@pytestmark_terminal
def test_on_a_terminal_prose_is_wrapped_and_set_with_colour() -> None:
    prose = " ".join(f"word{i}" for i in range(60))
    terminal = Terminal("play", file_of(f"# title: Tale\n{prose}\n* Go\n  Gone.\n"), columns=50)
    shown = terminal.until("> ")
    assert "\x1b[1m" in shown
    bare = re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", shown)
    assert max(len(line) for line in bare.splitlines()) < 50
    assert "word0 word1" in bare
    terminal.type("1\n")
    assert "Gone." in terminal.until("leave > ")
    terminal.type("\n")
    assert terminal.end() == 0


@pytestmark_terminal
def test_with_no_color_nothing_is_coloured() -> None:
    terminal = Terminal("play", file_of(INN), NO_COLOR="1")
    terminal.until("> ")
    terminal.type("1\n")
    terminal.until("leave > ")
    terminal.type("q\n")
    assert terminal.end() == 0
    assert not re.search(r"\x1b\[\d*(;\d+)*m", terminal.seen)


@pytestmark_terminal
def test_a_front_page_with_more_than_names_waits_for_the_reader() -> None:
    terminal = Terminal("play", file_of("# title: Tale\n# warnings: rain\nIt rains.\n* Go\n"))
    shown = terminal.until("Enter to begin ")
    assert "rain" in shown
    assert "It rains." not in shown
    terminal.type("\n")
    assert "It rains." in terminal.until("> ")
    terminal.type("q\n")
    assert "Left in mid-story." in terminal.until("words")
    assert terminal.end() == 0


@pytestmark_terminal
@pytest.mark.parametrize(("key", "code"), [("\x03", 130), ("\x04", 0)], ids=["ctrl-c", "ctrl-d"])
def test_on_a_terminal_ctrl_c_and_ctrl_d_leave(key: str, code: int) -> None:
    terminal = Terminal("play", file_of(INN))
    terminal.until("> ")
    time.sleep(0.2)  # until the prompt listens
    terminal.type(key)
    assert terminal.end() == code
    assert "Traceback" not in terminal.seen


@pytestmark_terminal
def test_wide_letters_and_long_words_fit_the_terminal() -> None:
    terminal = Terminal("play", file_of("雨" * 60 + "\n" + "x" * 90 + "\n* Go\n"), columns=40)
    bare = re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", terminal.until("> "))
    rows = [row.strip() for row in bare.splitlines()]
    assert max(row.count("雨") for row in rows) in range(15, 20)
    assert max(row.count("x") for row in rows) in range(30, 40)
    assert sum(row.count("雨") for row in rows) == 60
    assert sum(row.count("x") for row in rows) == 90
    terminal.type("q\n")
    assert terminal.end() == 0


@pytestmark_terminal
def test_the_whole_screen_shows_one_turn_at_a_time_and_is_given_back() -> None:
    long = "\n".join(f"Line {i}." for i in range(20))
    terminal = Terminal(
        "play", file_of(f"First.\n* Go\n  {long}\n* * On\n Last.\n -> END"), "--full"
    )
    shown = terminal.until("> ")
    assert "\x1b[?1049h" in shown
    terminal.type("1\n")
    shown = terminal.until("Enter for more ")
    assert "\x1b[2J" in shown
    assert "First." not in shown
    assert "Line 3." in shown
    assert "Line 19." not in shown
    terminal.type("\n")
    assert "Line 19." in terminal.until("> ")
    terminal.type("1\n")
    terminal.until("leave > ")
    terminal.type("\n")
    assert terminal.end() == 0
    after = terminal.seen.rpartition("\x1b[?1049l")[2]
    assert "The end" in after
    assert "--path 0/0" in after


def test_a_screenful_does_not_leave_a_line_across_for_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((60, 13)))
    shown = io.StringIO()
    asked: list[str] = []
    screen = Screen(shown)
    screen.pause = asked.append  # type: ignore[assignment]
    for number in range(10):
        screen.write(f"line {number}")
    screen.rule()
    screen.present()
    assert not asked
    assert "line 9" in shown.getvalue()
    screen.begin()
    for number in range(11):
        screen.write(f"line {number}")
    screen.rule()
    screen.present()
    assert len(asked) == 1


def test_choices_stay_together_on_the_whole_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((60, 13)))
    story = foretell.load("Line 0.\nLine 1.\nLine 2.\n* One\n* Two\n* Three\n* Four\n")
    shown = io.StringIO()
    screen = Screen(shown)
    pages: list[int] = []

    def pause(_: object = "", /) -> str:
        pages.append(len(shown.getvalue()))
        return ""

    screen.pause = pause
    screen.turn(story.turn)
    screen.choices(story.turn)
    screen.present()
    (end,) = pages
    first, second = shown.getvalue()[:end], shown.getvalue()[end:]
    assert "Line 2." in first and "One" not in first
    assert all(word in second for word in ("One", "Two", "Three", "Four"))


def test_tags_that_only_readers_of_foretell_toml_weigh_are_not_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    (tmp_path / "ferry.ink").write_text("* [Swim. # risky # loud]\n  You swim.\n", "utf-8")
    weights = '[readers.careful]\nweights = [{ tag = "risky", weight = 0.2 }]\n'
    (tmp_path / "foretell.toml").write_text(weights, "utf-8")
    assert run(["play", str(tmp_path / "ferry.ink"), "--plain"]) == 0
    assert "1: Swim.  # loud\n" in capsys.readouterr().out


@pytestmark_terminal
def test_there_is_no_whole_screen_where_there_is_no_terminal() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "foretell", "play", file_of(INN), "--full"],
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 2
    assert "leave out --full" in done.stderr


def test_verse_stands_close_and_the_ending_is_named_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((60, 30)))
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    shown = io.StringIO()
    monkeypatch.setattr(shown, "isatty", lambda: True, raising=False)
    screen = Screen(shown)
    story = foretell.load("Done. # ending: over\nOne line, # epigraph\nand one. # epigraph\nX.\n")
    screen.turn(story.turn)
    screen.present()
    plain = re.sub("\x1b\\[[0-9;]*[a-zA-Z]", "", shown.getvalue())
    assert [line.strip() for line in plain.strip().split("\n")] == [
        "Done.", "", "One line,", "and one.", "", "X.",
    ]  # fmt: skip
