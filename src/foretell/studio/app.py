"""The studio's web server: routes, live reload, and how it is started.

    /                    the page          /static/NAME       its scripts and styles
    /api/status          what goes on      /api/read?path=P   a playthrough, `playback`
    /api/VIEW?…          a view's data     /story/FILE        a picture of the story's folder

Everything is read with GET and answered with JSON but for the page and its files; nothing a
request says changes anything on this machine. All addresses the user sees stand behind the `#` of
the page's own, so back, forward and links are the browser's. Work is done on threads.

What this does not do: say who may ask (`guard`), or know what the views hold (`data`).
"""

from __future__ import annotations

import secrets
import socket
import sys
import threading
import webbrowser
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from watchfiles import awatch

from foretell.diagnostics import Diagnostic, StoryError
from foretell.loading import find_story
from foretell.studio import data
from foretell.studio.edition import Edition, NotYetError
from foretell.studio.guard import Guard, is_loopback
from foretell.studio.opening import inside
from foretell.studio.playback import IMAGES, MisfitError, reading_json
from foretell.studio.session import Session

__all__ = ["make_app", "serve"]

STATIC = Path(__file__).resolve().parent / "static"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
_FILES = {path.name: path for path in STATIC.iterdir() if path.suffix in _TYPES}


def make_app(session: Session, *, watch: bool = True) -> Starlette:
    """The application over a session, which it starts and closes. `Guard` goes around it."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(anyio.to_thread.run_sync, session.start)
            if watch:
                tasks.start_soon(_watch, session)
            yield
            tasks.cancel_scope.cancel()
        await anyio.to_thread.run_sync(session.close)

    async def page(_: Request) -> Response:
        return _static("index.html")

    async def static(request: Request) -> Response:
        return _static(request.path_params["name"])

    async def status(request: Request) -> Response:
        entry = request.query_params.get("entry")
        told, edition = session.status(entry), session.edition_at(entry)
        if edition is not None and edition.analysis is not None:
            told["overview"] = data.overview(edition)
            grave = [p for p in data.found_problems(edition) if p.severity != "note"]
            told["found"] = len(grave)
            told["claims"] = len(edition.opened.config.claims)
        return JSONResponse(told)

    async def read(request: Request) -> Response:
        return await _in_thread(session, request, _read)

    async def view(request: Request) -> Response:
        make = data.VIEWS.get(request.path_params["view"])
        if make is None:
            return _problem(404, "there is no such view")

        def made(edition: Edition, request: Request) -> Any:
            return make(edition, dict(request.query_params))

        return await _in_thread(session, request, made)

    async def picture(request: Request) -> Response:
        path = inside(session.path.parent, request.path_params["file"])
        kind = IMAGES.get(path.suffix.lower()) if path else None
        if path is None or kind is None or not path.is_file():
            return PlainTextResponse("there is no such picture\n", 404)
        return FileResponse(path, media_type=kind)

    return Starlette(
        routes=[
            Route("/", page),
            Route("/static/{name}", static),
            Route("/api/status", status),
            Route("/api/read", read),
            Route("/api/{view}", view),
            Route("/story/{file:path}", picture),
        ],
        lifespan=lifespan,
    )


def _static(name: str) -> Response:
    path = _FILES.get(name)
    if path is None:
        return PlainTextResponse("there is no such file\n", 404)
    return Response(path.read_bytes(), media_type=_TYPES[path.suffix])


def _problem(status: int, sentence: str, **more: Any) -> Response:
    return JSONResponse({"error": sentence, **more}, status)


async def _in_thread(
    session: Session, request: Request, make: Callable[[Edition, Request], Any]
) -> Response:
    """What `make` gives for the present edition, made on a thread; its errors as answers."""
    edition = session.edition_at(request.query_params.get("entry"))
    if edition is None:
        return _problem(409, "the story can't be played as it stands", phase=session.phase)
    try:
        made = await anyio.to_thread.run_sync(make, edition, request)
    except MisfitError as error:
        return _problem(400, str(error), fits=error.fits)
    except NotYetError as error:
        return _problem(409, str(error), phase=session.phase)
    except KeyError as error:
        return _problem(404, str(error.args[0]) if error.args else "there is no such thing")
    except StoryError as error:
        return _problem(409, "; ".join(d.message for d in error.diagnostics))
    return JSONResponse({"edition": edition.number, **made})


def _read(edition: Edition, request: Request) -> dict[str, Any]:
    query = request.query_params
    reading = edition.player.read(query.get("path", ""))
    made = reading_json(reading, edition.folder, query.get("have"))
    if edition.analysis is not None:
        made["dream"] = data.dream(edition, reading.path)
    questions = edition.opened.questions
    if made["ending"] is not None and questions is not None:
        made["ending"] = edition.player.at(reading.path, questions.ending_of)
    if made["ended"]:
        seen = edition.player.seen(reading.path)
        made["seen_words"], made["all_words"] = seen.words, seen.all_words
        made["unseen_places"], made["all_places"] = seen.all_places - seen.places, seen.all_places
    return made


async def _watch(session: Session) -> None:
    """Open the story again whenever one of its files changes, until cancelled."""
    with suppress(FileNotFoundError):
        async for changes in awatch(session.path.parent, step=100, rust_timeout=1000):
            changed = {Path(name).resolve() for _, name in changes}
            if changed & session.files:
                await anyio.to_thread.run_sync(session.reload)


def serve(
    path_or_name: str | Path,
    host: str = "127.0.0.1",
    port: int = 0,
    open_browser: bool = True,
    token: str = "",
    entries: Sequence[str] = (),
) -> None:
    """Serve the studio for a story until interrupted; port 0 takes a free one.

    `entries` are where a host enters it, in place of those of foretell.toml.

    Away from loopback a token is always needed; one is made up if none is given. The address is
    printed to standard error. Raises StoryError where there is no such story or no such address.
    """
    from foretell.checker.analysis import analyse

    path = find_story(path_or_name).resolve()
    session = Session(path, analyse, data.prepare, data.sample, entries)
    if not is_loopback(host) and not token:
        token = secrets.token_urlsafe(24)
    listening = _listen(host, port)
    port = listening.getsockname()[1]
    shown = f"[{host}]" if ":" in host and not host.startswith("[") else host
    if host in ("0.0.0.0", "::"):
        shown = socket.gethostname()
    address = f"http://{shown}:{port}/" + (f"?token={token}" if token else "")
    guarded = Guard(make_app(session), host, port, token)
    config = uvicorn.Config(
        guarded,
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    print(f"studio: {address}   (Ctrl-C ends it)", file=sys.stderr)
    if open_browser:
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    name = host.strip("[]")
    family = socket.AF_INET6 if ":" in name else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((name, port))
    except (OSError, OverflowError) as error:
        listening.close()
        why = getattr(error, "strerror", None) or str(error)
        raise StoryError(
            [
                Diagnostic(
                    "error",
                    "no-address",
                    f"the studio can't be served at {host}:{port}: {why}",
                    hint="give another --port, or none for any that is free",
                )
            ]
        ) from None
    listening.listen(64)
    return listening
