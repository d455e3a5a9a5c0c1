"""What the benches share: stories, the machine, interleaved rounds, tables and JSON.

A bench measures everything it compares in one go: round after round, each contender once a round,
so that a machine that is busy for a while is busy for all of them; what counts is the median.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from foretell.container import CompiledStory
from foretell.loading import read_story

__all__ = ["corpus_story", "machine_name", "medians", "rounds", "save"]

ROOT = Path(__file__).resolve().parent.parent


def corpus_story(folder: str) -> Path:
    """The root file of a story of the corpus (`$FORETELL_CORPUS`, else ../shared/corpus)."""
    corpus = Path(os.environ.get("FORETELL_CORPUS", ROOT.parent / "shared" / "corpus"))
    home = corpus / "stories" / folder
    try:
        return home / json.loads((home / "meta.json").read_text("utf-8"))["root"]
    except (OSError, KeyError) as error:
        sys.exit(f"no story {folder} in the corpus {corpus}: {error}")


def compiled(path: Path) -> CompiledStory:
    """A story, ready to run."""
    return read_story(path).usable()


def machine_name() -> str:
    """The processor, in a line."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").split("\n")
        model = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.processor() or platform.machine()
    return f"{model}, {os.cpu_count()} processors, Python {platform.python_version()}"


Measured = TypeVar("Measured")


def rounds(
    contenders: Mapping[str, Callable[[], Measured]],
    count: int,
    failed: dict[str, str] | None = None,
) -> dict[str, list[Measured]]:
    """What each contender measured in each round; one that fails is left out, and says so.

    `failed` takes each one's reason.
    """
    out: dict[str, list[Measured]] = {name: [] for name in contenders}
    failed = {} if failed is None else failed
    for number in range(count):
        for name, measure in contenders.items():
            if name in failed:
                continue
            try:
                out[name].append(measure())
            except subprocess.TimeoutExpired as error:
                failed[name] = f"had not come back after {error.timeout:.0f} s"
            except Exception as error:  # a peer may fail in any way of its own
                failed[name] = f"failed: {error}"
        print(f"  round {number + 1} of {count}", file=sys.stderr)
    for name, why in failed.items():
        print(f"  {name} {why[:200]}", file=sys.stderr)
        out.pop(name)
    return out


def medians(measured: Mapping[str, list[float]]) -> dict[str, float]:
    """The median of each contender's rounds."""
    return {name: statistics.median(values) for name, values in measured.items()}


def save(name: str, results: Any) -> None:
    """Print the results as JSON and keep them in bench/results/NAME.json."""
    told = {
        "bench": name,
        "machine": machine_name(),
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "results": results,
    }
    folder = ROOT / "bench" / "results"
    folder.mkdir(exist_ok=True)
    text = json.dumps(told, indent=2, ensure_ascii=False) + "\n"
    (folder / f"{name}.json").write_text(text, "utf-8")
    print(text, end="")
