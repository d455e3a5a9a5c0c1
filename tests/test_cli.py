"""The command: its verbs, what it says of wrong input, and how it ends."""

from __future__ import annotations

import io
import json
import os
import re
import resource
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from foretell import cli, ink_json
from foretell.loading import read_story

ROOT = Path(__file__).resolve().parents[1]
INN = "docs/inn.ink"


@dataclass
class Done:
    code: int
    out: str
    err: str


class Command:
    """The command, run in this process from the project's folder."""

    def __init__(self, capture: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self._capture = capture
        self._patch = patch

    def __call__(self, *arguments: str | Path, typed: str = "") -> Done:
        self._patch.setattr("sys.stdin", io.StringIO(typed))
        self._capture.readouterr()
        code = cli.run([str(argument) for argument in arguments])
        out, err = self._capture.readouterr()
        return Done(code, out, err)


@pytest.fixture
def foretell(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.chdir(ROOT)
    return Command(capsys, monkeypatch)


def started(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    """The command as a process of its own."""
    return subprocess.run(  # type: ignore[call-overload]
        [sys.executable, "-m", "foretell", *arguments],
        capture_output=True, text=True, cwd=ROOT, check=False, timeout=60, **options,
    )  # fmt: skip


# ---------------------------------------------------------------- greeting and help


def test_without_arguments_it_greets_with_the_vigil_and_every_verb(foretell: Command) -> None:
    done = foretell()
    assert done.code == 0
    assert "foretell play vigil" in done.out
    assert done.out.index("play vigil") < done.out.index("What can be done")
    for verb, command in cli.verbs.commands.items():
        assert re.search(
            rf"^  {verb} STORY(?: TARGET)? +{re.escape(command.short_help or '')}",
            done.out,
            re.MULTILINE,
        )


def test_every_verb_tells_what_it_takes(foretell: Command) -> None:
    assert foretell("--help").code == 0
    for verb in cli.verbs.commands:
        done = foretell(verb, "--help")
        assert done.code == 0
        assert f"foretell {verb}" in done.out
        assert done.err == ""


def test_the_version_is_told(foretell: Command) -> None:
    assert re.fullmatch(r"foretell \d+\.\d+\.\d+\n", foretell("--version").out)


def test_help_imports_neither_machine_nor_compiler_nor_rich() -> None:
    script = (
        "import sys; from foretell import cli; cli.run(['--help']); cli.run([]); "
        "heavy = 'rich numpy scipy llvmlite starlette foretell.compiler foretell.vm "
        "foretell.checker foretell.ink_json'.split(); "
        "print('loaded', [m for m in heavy if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "loaded []"


def test_playing_imports_no_compiler_of_machine_code() -> None:
    script = (
        "import sys; from foretell import cli; cli.run(['play', 'docs/inn.ink', '--plain']); "
        "print([m for m in ('numpy', 'scipy', 'llvmlite') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True, text=True, check=True, cwd=ROOT, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "[]"


# ---------------------------------------------------------------- compile, disassemble


def test_compile_writes_ink_json_to_standard_output(foretell: Command) -> None:
    done = foretell("compile", INN)
    assert (done.code, done.err) == (0, "")
    assert done.out == ink_json.dump(read_story(INN).usable())


def test_compile_writes_to_a_file_and_what_it_wrote_compiles_to_itself(
    foretell: Command, tmp_path: Path
) -> None:
    file = tmp_path / "inn.json"
    done = foretell("compile", INN, "-o", file)
    assert (done.code, done.out) == (0, "")
    assert list(tmp_path.iterdir()) == [file]
    assert foretell("compile", file).out == file.read_text("utf-8")


def test_compile_c_counts_all_visits(foretell: Command, tmp_path: Path) -> None:
    story = tmp_path / "s.ink"
    story.write_text("-> a\n=== a\nHi.\n-> END\n")
    plain = json.loads(foretell("compile", story).out)
    counted = json.loads(foretell("compile", "-c", story).out)
    assert "#f" not in json.dumps(plain)
    assert counted["root"][-1]["a"][-1] == {"#f": 1}


def test_compile_c_of_json_is_refused(foretell: Command, tmp_path: Path) -> None:
    file = tmp_path / "inn.json"
    foretell("compile", INN, "-o", file)
    done = foretell("compile", "-c", file)
    assert done.code == 2
    assert "compiled already" in done.err


def test_warnings_go_to_standard_error_and_the_story_to_standard_output(
    foretell: Command, tmp_path: Path
) -> None:
    story = tmp_path / "s.ink"
    story.write_text("* A\n* B\n- -> a\n=== a\nLoose.\n")
    done = foretell("compile", story)
    assert done.code == 0
    assert json.loads(done.out)["inkVersion"] == 21
    assert f"{story}:5:" in done.err
    assert "warning[" in done.err


def test_errors_are_all_shown_with_their_place_and_nothing_is_written(
    foretell: Command, tmp_path: Path
) -> None:
    story, file = tmp_path / "s.ink", tmp_path / "s.json"
    story.write_text("-> nowhere\n{missing}\n")
    done = foretell("compile", story, "-o", file)
    assert (done.code, done.out) == (2, "")
    assert done.err.count("error[") == 2
    assert f"┌─ {story}:1:4\n1 │ -> nowhere\n  │    ^^^^^^^" in done.err
    assert not file.exists()


def test_an_output_that_is_the_story_itself_is_refused(foretell: Command, tmp_path: Path) -> None:
    story, part = tmp_path / "s.ink", tmp_path / "part.ink"
    story.write_text("INCLUDE part.ink\n-> a\n")
    part.write_text("=== a\nHi.\n-> END\n")
    for target in (story, part):
        before = target.read_text()
        done = foretell("compile", story, "-o", target)
        assert done.code == 2
        assert "that is the story itself" in done.err
        assert target.read_text() == before


def test_a_failed_write_leaves_the_old_file_and_no_other(
    foretell: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "inn.json"
    file.write_text("old")

    def full(self: Path, data: bytes) -> int:
        self.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    done = foretell("compile", INN, "-o", file)
    assert done.code == 2
    assert "No space left on device" in done.err
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("inn.json", "old")]


def test_a_written_file_keeps_the_targets_mode_and_a_link_stays_one(
    foretell: Command, tmp_path: Path
) -> None:
    file, link = tmp_path / "inn.json", tmp_path / "link.json"
    file.write_text("old")
    file.chmod(0o640)
    link.symlink_to(file)
    assert foretell("compile", INN, "-o", link).code == 0
    assert link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640
    assert file.read_text("utf-8").startswith('{"inkVersion":21')


@pytest.mark.parametrize("target", ["no/such/folder/x.json", "docs", "a\0b"])
def test_an_output_that_cant_be_written_is_told(foretell: Command, target: str) -> None:
    done = foretell("compile", INN, "-o", target)
    assert done.code == 2
    assert "error[unwritable]" in done.err


def test_the_disassembly_shows_text_and_places(foretell: Command) -> None:
    done = foretell("disassemble", INN)
    assert done.code == 0
    assert re.search(r"text .*'Warm at last\. ?' +docs/inn\.ink:6:3", done.out)


def test_a_report_is_called_as_its_story_is_and_spares_what_is_no_report(
    foretell: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inn = Path(INN).resolve()
    monkeypatch.chdir(tmp_path)
    done = foretell("report", str(inn))
    assert (done.code, done.out, done.err) == (0, "", "wrote inn.html\n")
    assert "The Inn" in Path("inn.html").read_text("utf-8")
    assert foretell("report", str(inn)).code == 0  # a newer one takes its place
    Path("inn.html").write_text("<p>Exported from Inky", "utf-8")
    refused = foretell("report", str(inn))
    assert refused.code == 2 and "-o FILE" in refused.err
    assert Path("inn.html").read_text("utf-8") == "<p>Exported from Inky"
    assert foretell("report", str(inn), "-o", "inn.html").code == 0


# ---------------------------------------------------------------- wrong input


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["plya", INN], "did you mean `foretell play`?"),
        ([INN], "`foretell play docs/inn.ink`"),
        (["vigil"], "`foretell play vigil`"),
        (["frobnicate"], "`foretell --help` lists the verbs"),
        (["play"], "missing argument 'STORY'"),
        (["play", INN, "another.ink"], "unexpected extra argument"),
        (["play", INN, "--seed", "x"], "'x' is no whole number"),
        (["check", INN, "--max-seconds", "x"], "'x' is no number"),
        (["check", INN, "--max-seconds", "-1"], "-1.0 is less than 0"),
        (["check", INN, "--max-states", "0"], "0 is less than 1"),
        (["studio", INN, "--port", "99999"], "99999 is not between 0 and 65535"),
        (["whatif", INN, "--set"], "see `foretell whatif --help`"),
        (["play", INN, "--frob"], "no such option"),
        (["play", INN, "--dream", "--transcript"], "leave out --dream"),
        (["play", "vigl"], "did you mean `vigil`?"),
        (["play", INN, "--path", "x"], "`x` in the path `x` is not a choice"),
        (["play", INN, "--path", "7"], "the path `7` does not fit"),
        (["play", INN, "--path", "0/0"], "the story has ended"),
        (["disassemble", "docs"], "is a folder"),
    ],
)
def test_wrong_input_is_told_with_a_remedy_on_standard_error(
    foretell: Command, arguments: list[str], said: str
) -> None:
    done = foretell(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error[")
    assert said in done.err


def test_a_storys_own_escapes_do_not_reach_the_terminal_in_a_message(
    foretell: Command, tmp_path: Path
) -> None:
    story = tmp_path / "s.ink"
    story.write_text("-> gone \x1b[31m\n")
    done = foretell("play", story)
    assert done.code == 2
    assert "\x1b" not in done.err
    assert "␛[31m" in done.err


# ---------------------------------------------------------------- transcripts


def test_a_transcript_is_what_inks_own_player_prints(foretell: Command) -> None:
    done = foretell("play", INN, "--transcript", typed="2\n1\n")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "It rains, and the inn has one light left.\n# tags: title: The Inn\n"
        "\n1: Go in\n2: Go on\n?> Go on\nThe road forks.\n"
        "\n1: Left\n2: Right\n?> Left\nMud, and more mud.\n# tags: ending: lost\n"
    )


def test_a_transcript_ends_where_its_input_does(foretell: Command) -> None:
    done = foretell("play", INN, "--transcript", typed="2\n")
    assert done.out.endswith("?> <User input stream closed.>\n")


def test_a_transcript_begins_where_a_path_leads(foretell: Command) -> None:
    done = foretell("play", INN, "--transcript", "--path", "1", typed="1")
    assert done.out.startswith("Go on\nThe road forks.\n")


def test_a_transcript_is_the_same_every_time_and_another_with_another_seed(
    foretell: Command, tmp_path: Path
) -> None:
    story = tmp_path / "s.ink"
    story.write_text("{RANDOM(1, 1000000)}\n")
    first = foretell("play", story, "--transcript").out
    assert foretell("play", story, "--transcript").out == first
    assert foretell("play", story, "--transcript", "--seed", "7").out != first


def test_a_transcript_asks_before_it_waits() -> None:
    """What talks to it through pipes gets each prompt before an answer is needed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "foretell", "play", INN, "--transcript"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    read = b""
    while not read.endswith(b"?> "):
        read += process.stdout.read(1)
    process.stdin.write(b"1\n")
    process.stdin.close()
    assert process.stdout.read() == b"Go in\nWarm at last.\n# tags: ending: warm\n"
    assert process.wait() == 0
    process.stdout.close()


# ---------------------------------------------------------------- ends


def test_a_reader_who_has_heard_enough_is_no_error() -> None:
    command = f"{sys.executable} -m foretell disassemble vigil | head -1"
    done = subprocess.run(
        ["bash", "-c", f"{command}; exit ${{PIPESTATUS[0]}}"],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.returncode in (0, 141)


def test_output_to_a_full_device_is_an_error() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "foretell", "compile", INN],
            stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_ctrl_c_ends_it_cleanly() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "foretell", "play", INN],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    assert process.stdout is not None
    read = b""
    while not read.endswith(b"> "):
        read += process.stdout.read(1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert b"Traceback" not in err


def test_text_the_terminal_cant_encode_is_shown_somehow(tmp_path: Path) -> None:
    story = tmp_path / "s.json"
    story.write_text(
        '{"inkVersion":21,"root":[["^caf\\u00e9 \\ud800","\\n",["done",{"#n":"g-0"}],null],'
        '"done",null],"listDefs":{}}'
    )
    done = started(
        "play", str(story), "--plain", env={**os.environ, "PYTHONIOENCODING": "ascii"}, input=""
    )
    assert done.returncode == 0
    assert done.stdout.startswith("caf? ?\n")
    assert foretell_writes(story)


def foretell_writes(story: Path) -> bool:
    """Whether a lone surrogate can be compiled into a file."""
    done = started("compile", str(story), "-o", str(story.with_suffix(".out")))
    return done.returncode == 0 and "caf" in story.with_suffix(".out").read_text("utf-8")


def test_help_is_quick() -> None:
    """The bar is 0.2 s, of the processor: a busy machine may take its time."""
    best = 9.0
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert started("--help").returncode == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
        best = min(best, spent)
    assert best < 0.2, f"`foretell --help` took {best:.2f} s"


# ---------------------------------------------------------------- the pages of the docs

CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def examples() -> list[tuple[str, str, str]]:
    """(page, command, expected output) of every console block that is about these verbs."""
    found = []
    for page in ("playing.md", "commands.md"):
        text = (ROOT / "docs" / page).read_text("utf-8")
        for block in CONSOLE.findall(text):
            for piece in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, _, output = piece.partition("\n")
                found.append((page, command, output))
    return found


@pytest.mark.parametrize(("page", "command", "output"), examples())
def test_an_example_of_the_docs_is_what_happens(page: str, command: str, output: str) -> None:
    script = f'foretell() {{ "{sys.executable}" -m foretell "$@"; }}\n{command} 2>&1'
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.stdout.rstrip().splitlines() == output.rstrip().splitlines()


INLINE = re.compile(r"(?:^ {4}|`|^\$ |\| )foretell ([a-z]+)((?: [^\n`|]*)?)", re.MULTILINE)


def commands_named() -> list[tuple[str, str, str]]:
    """(page, verb, what follows it) of every command line that stands anywhere in the pages."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    return [
        (page.name, verb, rest)
        for page in pages
        for verb, rest in INLINE.findall(page.read_text("utf-8"))
    ]


def test_every_command_line_in_the_pages_has_a_verb_and_options_there_are() -> None:
    named = commands_named()
    assert len(named) > 50
    for page, verb, rest in named:
        assert verb in cli.verbs.commands, f"{page}: {verb}"
        known = {option for each in cli.verbs.commands[verb].params for option in each.opts}
        for option in re.findall(r"(?<= )--?[a-z][a-z-]*", rest):
            assert option in known | {"--help"}, f"{page}: foretell {verb}{rest}"


def test_every_console_block_of_the_pages_is_run_by_some_test() -> None:
    """Those of check.md are about another program; what it writes is held by test_export."""
    shown = {p.name for p in (ROOT / "docs").glob("*.md") if CONSOLE.search(p.read_text("utf-8"))}
    assert shown == {"playing.md", "commands.md", "sample.md", "whatif.md", "check.md"}
