"""What several tests share: the corpus, the oracle, and the settings of Hypothesis."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.peers import inkjs

settings.register_profile(
    "foretell",
    deadline=None,  # a slow machine is not a fault
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("foretell")

os.environ.pop("COLUMNS", None)  # of whatever runs the tests, which is nothing to them

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    # so a shell starts what it runs in the background; commands that tests start would inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)


def corpus_folder() -> Path | None:
    """The folder of other people's stories, or None where there is none."""
    named = os.environ.get("FORETELL_CORPUS")
    if named:
        return Path(named)
    beside = Path(__file__).resolve().parents[2] / "shared" / "corpus"
    return beside if beside.is_dir() else None


@pytest.fixture(scope="session")
def oracle() -> Iterator[inkjs.Inkjs]:
    """inkjs, running; the test is skipped where it can't run."""
    reason = inkjs.missing()
    if reason is not None:
        pytest.skip(f"the peer inkjs: {reason}")
    with inkjs.Inkjs() as running:
        yield running
