"""Lowering: the same program every time, and shapes that are easily made slow."""

from __future__ import annotations

import subprocess
import sys

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
