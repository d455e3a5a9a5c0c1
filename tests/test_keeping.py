"""Long runs of `check` that are killed, stopped or starved of disk lose an interval at most."""

from __future__ import annotations

import errno
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from foretell import keeping
from foretell.checker.exploring import checkpoint, explore
from foretell.checker.exploring.explore import Limits
from foretell.checking import Options, check, progress_line
from foretell.cli import run
from foretell.diagnostics import StoryError
from foretell.keeping import Keeper
from foretell.loading import read_story

LAMPS = 10
STORY = (
    "".join(f"VAR lamp{n} = false\n" for n in range(LAMPS))
    + 'VAR log = ""\n-> hub\n=== hub\n'
    + "".join(
        f'+ [{n}]\n  ~ lamp{n} = not lamp{n}\n  ~ log = "{{lamp{n}:on|off}} {n}"\n  -> hub\n'
        for n in range(LAMPS)
    )
    + '+ {log == "on 3" && lamp0 && lamp2} [leave] {~a|b|c}\n  -> END\n'
)
UNINTERRUPTED = Limits(seconds=600)


@pytest.fixture(autouse=True)
def short_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few states a round, all in plain Python, so that there is much to interrupt."""
    monkeypatch.setattr(explore, "_BATCH_PLAIN", 4)
    monkeypatch.setattr(explore, "_PYTHON_SECONDS", 1e9)


@pytest.fixture
def tale(tmp_path: Path) -> Path:
    path = tmp_path / "tale.ink"
    path.write_text(STORY, "utf-8")
    return path


def kept_at(tale: Path) -> Path:
    return tale.parent / ".foretell" / "tale.checkpoint"


def report(tale: Path, **options: Any) -> dict[str, Any]:
    """The report as data, but for how long it took."""
    given: dict[str, Any] = {"limits": UNINTERRUPTED, "checkpoint": None, **options}
    found = json.loads(check(read_story(tale), Options(as_json=True, **given))[0])
    told: dict[str, Any] = without_times(found)
    return told


def without_times(found: Any) -> Any:
    if isinstance(found, list):
        return [without_times(each) for each in found]
    if not isinstance(found, dict):
        return found
    kept = (item for item in found.items() if item[0] not in ("seconds", "timings"))
    return {key: without_times(value) for key, value in kept}


def stopped(tale: Path, states: int = 60, **options: Any) -> dict[str, Any]:
    """A run that a limit stops, and whose knowledge is kept whatever its length."""
    return report(tale, limits=Limits(states=states), checkpoint_seconds=0, **options)


# How it is meant ---------------------------------------------------------------------------------


def test_a_run_stopped_by_a_limit_is_gone_on_with_and_then_nothing_is_left(
    tale: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = report(tale, checkpoint="off")
    assert whole["complete"]
    assert stopped(tale)["stopped"] == "states"
    assert kept_at(tale).exists()
    assert (tale.parent / ".foretell" / ".gitignore").read_text() == "*\n"
    assert "`--resume` goes on from here" in capsys.readouterr().err
    assert report(tale, resume=True) == whole
    assert "going on from" in capsys.readouterr().err
    assert sorted(file.name for file in tale.parent.iterdir()) == ["tale.ink"]


def test_a_short_run_keeps_nothing(tale: Path) -> None:
    report(tale, limits=Limits(states=60))
    assert sorted(file.name for file in tale.parent.iterdir()) == ["tale.ink"]


def test_an_earlier_run_is_mentioned_where_it_is_not_gone_on_with(
    tale: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stopped(tale)
    capsys.readouterr()
    report(tale)
    assert "`--resume` goes on from there" in capsys.readouterr().err


def test_nothing_to_go_on_from_is_said(tale: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(tale, resume=True)["complete"]
    assert "nothing is kept" in capsys.readouterr().err


def test_entries_are_kept_each_and_removed_together(tmp_path: Path) -> None:
    tale = tmp_path / "tale.ink"
    tale.write_text(STORY + "=== attic\n+ [down] -> hub\n", "utf-8")
    whole = report(tale, entries=("", "attic"))
    found = stopped(tale, entries=("", "attic"))
    assert not found["complete"]
    names = sorted(file.name for file in (tmp_path / ".foretell").iterdir())
    assert names == [".gitignore", "tale.checkpoint", "tale@attic.checkpoint"]
    assert report(tale, entries=("", "attic"), resume=True) == whole
    assert not (tmp_path / ".foretell").exists()


def test_the_command_takes_a_file_and_exits_3_until_it_is_done(
    tale: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tale.parent)
    given = ["check", "tale.ink", "--checkpoint", "kept", "--allow", "trap"]
    assert run([*given, "--max-states", "60"]) == 3
    assert Path("kept").exists()
    assert "`--resume --checkpoint kept` goes on from here" in capsys.readouterr().err
    assert run([*given, "--resume"]) == 0
    assert not Path("kept").exists()


# What has changed --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("story", "the story has changed"),
        ("claims", "what is asked of it has changed (claims, endings, externals)"),
        ("foretell", "foretell has changed"),
        ("start", "where it starts or what limits its turns has changed"),
    ],
)
def test_what_has_changed_since_is_named_and_all_is_read_anew(
    change: str,
    said: str,
    tale: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stopped(tale)
    options: dict[str, Any] = {}
    if change == "story":
        tale.write_text(STORY.replace("a|b|c", "a|b|d"), "utf-8")
    elif change == "claims":
        (tale.parent / "foretell.toml").write_text('[[claim]]\npossible = "lamp1"\n', "utf-8")
    elif change == "foretell":
        monkeypatch.setattr(keeping, "_sources", lambda: "another")
    else:
        options["limits"] = Limits(steps=50_000)
    capsys.readouterr()
    whole = report(tale, checkpoint="off", **options)
    assert report(tale, resume=True, **options) == whole
    assert f"{said} since: starting from the beginning" in capsys.readouterr().err


@pytest.mark.parametrize("fault", ["cut", "flipped", "half a head"])
def test_a_damaged_file_is_named_and_all_is_read_anew(
    fault: str, tale: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = report(tale, checkpoint="off")
    stopped(tale)
    content = bytearray(kept_at(tale).read_bytes())
    if fault == "cut":
        content = content[: len(content) // 2]
    elif fault == "half a head":
        content = content[:40]
    else:
        content[-1000] ^= 4
    kept_at(tale).write_bytes(content)
    capsys.readouterr()
    assert report(tale, resume=True) == whole
    shown = capsys.readouterr().err
    assert "can't be used" in shown and "starting from the beginning" in shown
    assert not kept_at(tale).exists()


def test_a_file_that_is_no_checkpoint_is_never_written_over(tale: Path) -> None:
    with pytest.raises(StoryError, match="no checkpoint"):
        report(tale, checkpoint=str(tale))
    assert tale.read_text("utf-8") == STORY
    with pytest.raises(StoryError, match="is a folder"):
        report(tale, checkpoint=str(tale.parent))
    with pytest.raises(StoryError, match="nothing to go on from"):
        report(tale, checkpoint="off", resume=True)


# What goes wrong ---------------------------------------------------------------------------------


def test_a_full_disk_is_warned_of_once_and_the_run_goes_on(
    tale: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = report(tale, checkpoint="off")

    def full(_path: Path) -> IO[bytes]:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(checkpoint, "_create", full)
    assert report(tale, checkpoint_seconds=0) == whole
    assert capsys.readouterr().err.count("No space left on device: going on without it") == 1


def test_a_disk_that_fills_up_leaves_the_last_checkpoint_to_go_on_from(
    tale: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = report(tale, checkpoint="off")
    plain = checkpoint._create
    opened = 0

    def filling(path: Path) -> IO[bytes]:
        nonlocal opened
        opened += 1
        if opened > 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return plain(path)

    monkeypatch.setattr(checkpoint, "_create", filling)
    stopped(tale)
    assert opened > 3
    monkeypatch.setattr(checkpoint, "_create", plain)
    assert checkpoint.read(kept_at(tale)).notes["states"] < 60
    assert report(tale, resume=True) == whole


_UNPRIVILEGED = """
import ctypes, os, sys
from pathlib import Path
if os.geteuid() == 0:  # what lets the superuser write anywhere is laid down
    head, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    assert ctypes.CDLL(None, use_errno=True).capset(head, none) == 0
folder = Path(sys.argv[1]).parent
try: (folder / "probe").touch()
except PermissionError: pass
else: sys.exit("could be written after all")
from foretell.checking import Options, check
from foretell.loading import read_story
shown, code = check(read_story(sys.argv[1]), Options(checkpoint=None, checkpoint_seconds=0))
print(shown)
sys.exit(code)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="capabilities are Linux's")
def test_a_folder_that_can_not_be_written_is_warned_of(tale: Path) -> None:
    tale.parent.chmod(0o555)
    try:
        ran = subprocess.run(
            [sys.executable, "-c", _UNPRIVILEGED, str(tale)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    finally:
        tale.parent.chmod(0o755)
    assert ran.returncode in (0, 1), ran.stderr
    assert "complete" in ran.stdout
    assert ran.stderr.count("can't be written") == 1
    assert "Traceback" not in ran.stderr


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 200 KiB; the test is skipped where none can be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "none", str(place)]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        pytest.skip("no disk can be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_disk_that_fills_up_is_warned_of_and_what_was_kept_stays(
    tale: Path, small_disk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The real thing: the first checkpoints fit, and later ones don't."""
    whole = report(tale, checkpoint="off")
    kept = small_disk / "tale.checkpoint"
    stopped(tale, states=900, checkpoint=str(kept))
    assert "No space left on device" in capsys.readouterr().err
    assert [file.name for file in small_disk.iterdir()] == [kept.name]
    assert 0 < checkpoint.read(kept).notes["states"] < 900
    kept_at(tale).parent.mkdir()
    kept_at(tale).write_bytes(kept.read_bytes())
    assert report(tale, resume=True) == whole


def test_intervals_grow_with_what_writing_takes(tmp_path: Path) -> None:
    class Slow:
        class store:  # noqa: N801
            states = 1

        def snapshot(self) -> tuple[dict[str, Any], dict[str, Any]]:
            time.sleep(0.05)
            return {}, {}

    keeper = Keeper(tmp_path / "c", every=0.01)
    explorer: Any = Slow()
    keeper.between(explorer)
    assert keeper._due - time.perf_counter() > 1.0
    keeper.between(explorer)  # not due: nothing is asked of it
    assert (tmp_path / "c").exists()


_CHILD = """
import sys
from pathlib import Path
from foretell.checker.exploring import explore
from foretell.checker.exploring.explore import Limits
from foretell.checking import Options, check, progress_line
from foretell.loading import read_story
explore._BATCH_PLAIN, explore._PYTHON_SECONDS = 4, 1e9
options = Options(
    limits=Limits(seconds=600), as_json=True, checkpoint=None, checkpoint_seconds=0, resume=True
)
shown, code = check(read_story(sys.argv[1]), options)
Path(sys.argv[2]).write_text(shown, "utf-8")
sys.exit(code)
"""


def child(tale: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(tale), str(tale.parent / "report.json")],
        stderr=subprocess.DEVNULL,
    )


def written(tale: Path) -> int:
    """When the checkpoint was written, 0 where there is none."""
    return kept_at(tale).stat().st_mtime_ns if kept_at(tale).exists() else 0


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9")
def test_a_run_killed_at_random_instants_comes_to_the_report_of_an_uninterrupted_one(
    tale: Path,
) -> None:
    whole = report(tale, checkpoint="off")
    rng = random.Random(3)
    progress = []
    for attempt in range(40):
        with child(tale) as process:
            if attempt < 12:
                before = written(tale)
                while attempt % 4 and written(tale) == before and process.poll() is None:
                    time.sleep(0.001)  # every fourth is killed while it is starting
                time.sleep(rng.random() * (0.02 if attempt % 4 else 0.3))
                process.kill()
            process.wait()
        if process.returncode != -signal.SIGKILL:
            break
        if kept_at(tale).exists():
            progress.append(checkpoint.read(kept_at(tale)).notes["states"])
    assert process.returncode in (0, 1)
    assert progress == sorted(progress) and len(set(progress)) > 2
    found = json.loads((tale.parent / "report.json").read_text("utf-8"))
    assert without_times(found) == whole
    assert not (tale.parent / ".foretell").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_gives_the_answer_so_far_and_keeps_what_is_known(tale: Path) -> None:
    whole = report(tale, checkpoint="off")
    with child(tale) as process:
        while not kept_at(tale).exists() and process.poll() is None:
            time.sleep(0.005)
        process.send_signal(signal.SIGINT)
        process.wait()
    found = json.loads((tale.parent / "report.json").read_text("utf-8"))
    assert (found["stopped"], found["complete"]) == ("interrupt", False)
    assert process.returncode in (1, 3)
    assert report(tale, resume=True) == whole


_SOLVING = """
import os, signal, sys, time
from pathlib import Path
from foretell.checker import analysis
from foretell.checker.exploring import explore
from foretell.cli import run
explore._BATCH_PLAIN, explore._PYTHON_SECONDS = 4, 1e9
tale = Path(sys.argv[1])
plain = explore.Explorer._limit
def limit(explorer):
    if explorer.store.states > 60 and not explorer._interrupts.noted:
        os.kill(os.getpid(), signal.SIGINT)  # the first Ctrl-C
    return plain(explorer)
def solve_for_long(graph):
    (tale.parent / "solving").touch()
    time.sleep(60)
explore.Explorer._limit = limit
analysis.count_playthroughs = solve_for_long
sys.exit(run(["check", str(tale), "--checkpoint", str(tale.parent / "kept")]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_second_ctrl_c_leaves_while_solving_and_all_is_kept(tale: Path) -> None:
    whole = report(tale, checkpoint="off")
    command = [sys.executable, "-c", _SOLVING, str(tale)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        while not (tale.parent / "solving").exists() and process.poll() is None:
            time.sleep(0.02)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=50)
    assert time.monotonic() - began < 40
    assert process.returncode == 130
    assert out == b"" and b"Traceback" not in err
    assert b"goes on from here" in err
    assert report(tale, checkpoint=str(tale.parent / "kept"), resume=True) == whole


@pytest.mark.parametrize(
    ("columns", "shown"),
    [
        (20, "1,234 states"),
        (40, "1,234 states, 1,000 waiting"),
        (60, "1,234 states, 1,000 waiting, 117 a second"),
        (90, "1,234 states, 1,000 waiting, 117 a second, 14 choices deep, 25.0 % followed"),
        (140, "1,234 states, 1,000 waiting, 117 a second, 14 choices deep, 25.0 % followed"),
    ],
)
def test_the_progress_line_says_what_there_is_room_for(
    columns: int, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    out = io.StringIO()
    progress_line(out)(1234, 234, 2.0, 14, 0.25)
    line = out.getvalue().removeprefix("\r\x1b[K")
    assert line.startswith(shown) and len(line) < columns
    assert line.endswith("so far") == (columns == 140)


def test_a_checkpoint_knows_the_code_of_all_that_made_it() -> None:
    """Modules may move: what runs turns, packs rows and keeps them must be among it."""
    from foretell.checker.exploring import expand, rows, snapshots, store
    from foretell.checker.reduction import liveness
    from foretell.vm import machine

    files = set(keeping._deciding())
    for module in (checkpoint, expand, explore, liveness, machine, rows, snapshots, store):
        assert Path(str(module.__file__)) in files
