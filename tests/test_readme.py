"""The README's example is what foretell prints, and its commands are there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def foretell(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "foretell", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={"PATH": "", "NO_COLOR": "1", "COLUMNS": "100", "PYTHONIOENCODING": "utf-8"},
    )


def without_time(text: str) -> str:
    return re.sub(r" in \d+\.\d+ s\b", " in 0.0 s", text).strip()


def test_the_example_is_what_check_prints() -> None:
    found = re.search(r"```\n\$ foretell (check \S+)\n(.*?)```", README, re.DOTALL)
    assert found
    done = foretell(*found[1].split())
    assert without_time(done.stdout) == without_time(found[2])
    assert done.returncode == 1  # it has a warning


def test_the_path_beside_the_example_replays() -> None:
    found = re.search(r"`foretell (play \S+ --path (\S+))`", README)
    assert found
    done = foretell(*found[1].split(), "--plain")
    assert done.returncode == 0, done.stderr
    assert "Mud, and more mud." in done.stdout


def test_every_verb_of_the_table_is_one() -> None:
    verbs = re.findall(r"^\| `foretell (\w+)", README, re.MULTILINE)
    listed = foretell("--help").stdout.split("Commands:")[1]
    assert verbs
    for verb in verbs:
        assert re.search(rf"^  {verb}\b", listed, re.MULTILINE), f"there is no verb {verb}"
