"""The studio: a story's whole future in a web page of one's own, and as one file to send.

    foretell.studio.serve("vigil")                    # until interrupted

Reading order: `opening` (files to a program), `playback` (paths to what was read), `session`
(edition, analysis, reload), `data` and `pictures` (what the views show), `guard` and `app` (the
server), `report` (one self-contained page).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

__all__ = ["serve"]


def serve(
    path_or_name: str | Path,
    host: str = "127.0.0.1",
    port: int = 0,
    open_browser: bool = True,
    token: str = "",
    entries: Sequence[str] = (),
) -> None:
    """Serve the studio for a story until interrupted: see `app.serve`."""
    from foretell.studio.app import serve as serve_app

    serve_app(path_or_name, host, port, open_browser, token, entries)
