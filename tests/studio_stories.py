"""Stories of our own for the studio's tests, and a studio to ask: see `running`."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from foretell.checker.analysis import Limits, analyse
from foretell.studio import data
from foretell.studio.app import make_app
from foretell.studio.edition import Edition
from foretell.studio.guard import Guard
from foretell.studio.opening import open_story
from foretell.studio.session import Session

LAMP = """\
# title: The Lamp
# author: the foretell project
# notes: A keeper, a storm, and one night.
VAR oil = 2
LIST Things = rope, bell, letter
VAR carried = ()
-> landing
=== landing
The boat leaves you at the landing. There are a hundred and twelve steps, and it is raining.
+ [Climb] -> gallery
* [Look into the boathouse] -> boathouse
=== boathouse
A rope, a bell, and a letter nobody has opened. # CLASS: shed
* [Take the bell]
  ~ carried += bell
  -> landing
* [Read the letter]
  ~ carried += letter
  It says only: do not light it tonight. # thought
  -> landing
=== gallery
The lamp is {oil > 0:low|out}. Out past the bar a ship is showing one green eye.
+ {oil > 0} [Trim the wick]
  ~ oil--
  -> wind ->
  -> gallery
* [Ring the bell]
  { carried ? bell:
    -> signal
  - else:
    You have no bell.
    -> gallery
  }
* {carried ? letter} [Put it out] -> dark
+ [Wait]
  ~ oil--
  {oil < 0: -> dark}
  -> gallery
=== wind
{ RANDOM(1, 6) <= 2:
  The wind finds the broken pane.
  ~ oil--
- else:
  It holds.
}
->->
=== signal
# ending: warned
They hear it before they see anything. By morning there are eleven of them in your kitchen.
-> END
=== dark
# ending: lost
In the morning there is a great deal of timber on the beach.
-> END
=== never_here
Nobody comes this way.
-> END
"""

CLAIMS = """\
[[claim]]
name = "Nobody drowns"
never = 'ending == "lost"'

[[claim]]
name = "It ends"
inevitable = 'ending != ""'
"""

EVIL = """\
# title: <script>window.hurt = 1</script>
# author: "><img src=x onerror="window.hurt = 2">
VAR word = "<b>bold</b>"
<script>window.hurt = 3</script> {word} <img src=x onerror="window.hurt = 4"> # IMAGE: ../secret.png
Another line. # CLASS: x" onload="window.hurt = 5
A third. # IMAGE: https://example.com/x.png
* [<svg onload="window.hurt = 6"></svg>] -> a_place
* [javascript:window.hurt = 7] -> a_place
=== a_place
# ending: <i>evil</i>
Done. # IMAGE: secret.txt
-> END
"""

BROKEN = """\
# title: Broken
VAR nothing = 0
A line.
* [Fall] It falls.
* [Loop] -> round
* [Wrong] {1 / nothing}
  -> END
=== round
+ [On] -> round
"""

MARKS = """\
First. # IMAGE: pixel.png
* [On]
  Second. # CLEAR
  * * [Again] Third.
    Begin again. # RESTART
    -> END
  * * [End] -> END
"""


def write_story(folder: Path, text: str, name: str = "tale.ink", **beside: str) -> Path:
    """A story's main file, with other files beside it (`claims_toml=…` is claims.toml)."""
    path = folder / name
    path.write_text(text, "utf-8")
    for other, content in beside.items():
        (folder / other.replace("_", ".")).write_text(content, "utf-8")
    return path.resolve()


def analysed(path: Path) -> Edition:
    """An edition of a story that has been read whole."""
    opened = open_story(path)
    assert opened.program is not None, [str(d) for d in opened.diagnostics]
    edition = Edition(1, opened)
    edition.analysis = analyse(edition.program, limits=Limits(seconds=20), **edition.asked)
    return edition


class Studio:
    """A studio that is being served."""

    def __init__(self, session: Session, port: int) -> None:
        self.session = session
        self.port = port

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def ask(
        self, path: str, *, method: str = "GET", host: str | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of an answer; header names with `_` for `-`."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.putrequest(method, path, skip_host=True)
        connection.putheader("Host", host if host is not None else f"127.0.0.1:{self.port}")
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response.status, {k.lower(): v for k, v in response.getheaders()}, body

    def json(self, path: str) -> Any:
        status, _, body = self.ask(path)
        assert status == 200, (path, status, body)
        return json.loads(body)

    def until(self, phase: str, edition: int = 0, seconds: float = 30) -> dict[str, Any]:
        """The status once it has come to a phase (of an edition so new at least)."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            status: dict[str, Any] = self.json("/api/status")
            if status["phase"] == phase and status["edition"] >= edition:
                return status
            if status["phase"] == "failed":
                break
            time.sleep(0.05)
        raise AssertionError(f"not {phase}: {status['phase']}, {status['failure']}")


@contextmanager
def running(
    path: Path,
    *,
    token: str = "",
    host: str = "127.0.0.1",
    watch: bool = False,
    explore: Any = None,
) -> Iterator[Studio]:
    """A studio served for a story on a free port of this machine."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    session = Session(path, explore or analyse, data.prepare, data.sample)
    app = Guard(make_app(session, watch=watch), host, port, token)
    config = uvicorn.Config(
        app, log_level="error", proxy_headers=False, ws="none", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        end = time.monotonic() + 20
        while not server.started and time.monotonic() < end:
            time.sleep(0.02)
        assert server.started
        yield Studio(session, port)
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()


def many_knots(count: int) -> str:
    """A story of so many knots, each with a way on, a way far on, and every tenth a way back."""
    knots = ["# title: Many Rooms\nVAR keys = 0\n-> room_0\n"]
    for i in range(count):
        onward, far = (f"-> room_{j}" if j < count else "-> END" for j in (i + 1, 2 * i + 2))
        knots.append(f"=== room_{i}\nRoom {i}.\n* [On] {onward}\n* [Far] {far}\n")
        if i and i % 10 == 0:
            knots.append(f"* [Back] -> room_{i - 7}\n")
    return "".join(knots)
