"""Who may ask the studio anything, and what its pages may do.

The studio serves one person on one machine. But every page in that person's browser can send
requests to it, any name on the internet can be made to point at 127.0.0.1, and the story itself
may have come from a stranger. So, for every request:

    Host     names this server: a loopback name with its port, or the host it was told to serve
    Origin   if given, is this server's own; and the browser doesn't call the request cross-site
             (but for opening the page itself, as a link in a message does)
    method   GET or HEAD; nothing here changes anything
    token    wherever the host is not loopback: once in the address (`/?token=…`), from then on in
             a cookie that is this server's alone, or as `Authorization: Bearer …`

and for every answer: a Content-Security-Policy without any exception, no sniffing, no framing, no
referrer, no storing. Requests that fail are answered with one plain sentence.

What this does not do: encrypt. Away from loopback, put it behind something that does.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

__all__ = ["HEADERS", "POLICY", "Guard", "is_loopback"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What pages may load: their own scripts, styles and pictures; nothing inline, nothing else."""

HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)

_COOKIE = "foretell-token"
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a host name."""
    return host.lower() in _LOOPBACK


class Guard:
    """An ASGI application that lets through what may be answered.

    `host` and `port` are those served on; `token` is needed by every request if not empty.
    """

    def __init__(self, app: App, host: str, port: int, token: str = "") -> None:
        self.app = app
        self.token = token
        names = {"127.0.0.1", "localhost", "[::1]"}
        if not is_loopback(host):
            names = {f"[{host}]" if ":" in host else host.lower()}
        self.any_host = host in ("0.0.0.0", "::")  # then the token is what protects
        self.hosts = {f"{name}:{port}" for name in names}
        if port == 80:
            self.hosts |= names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return

        async def guarded(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                ours = {name for name, _ in HEADERS}
                kept = [pair for pair in message.get("headers", ()) if pair[0].lower() not in ours]
                message = {**message, "headers": [*kept, *HEADERS]}
            await send(message)

        headers = {name.decode("latin-1").lower(): value.decode("latin-1")
                   for name, value in scope["headers"]}  # fmt: skip
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await _answer(guarded, *refusal)
        elif self.token and not self._known(headers):
            await self._introduce(scope, receive, guarded)
        else:
            await self.app(scope, receive, guarded)

    def _refusal(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str] | None:
        host = headers.get("host", "").lower()
        if scope["method"] not in ("GET", "HEAD"):
            return 405, "the studio is only read from: GET or HEAD"
        if host not in self.hosts and not self.any_host:
            return 421, "this server does not go by that name"
        origin = headers.get("origin")
        if origin is not None and origin.lower() != f"{scope.get('scheme', 'http')}://{host}":
            return 403, "another site's page may not ask"
        site = headers.get("sec-fetch-site", "none")
        if site not in ("none", "same-origin"):
            opening = headers.get("sec-fetch-mode") == "navigate" and scope["path"] == "/"
            if not (opening and headers.get("sec-fetch-dest", "document") == "document"):
                return 403, "another site's page may not ask"
        return None

    def _known(self, headers: dict[str, str]) -> bool:
        kind, _, bearer = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and self._right(bearer.strip()):
            return True
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(_COOKIE)
        except CookieError:
            return False
        return cookie is not None and self._right(cookie.value)

    def _right(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self.token.encode())

    async def _introduce(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a token from the address and hand it back as a cookie, or refuse.

        The page itself is the answer, not a redirect: a Strict cookie would not be sent along a
        redirect that began at another site's link. The page drops the token from its address.
        """
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        given = query.get("token", [""])[0]
        if scope["path"] != "/" or not self._right(given):
            await _answer(send, 401, "open the address with the token that the studio printed")
            return
        cookie = f"{_COOKIE}={self.token}; HttpOnly; SameSite=Strict; Path=/".encode()

        async def with_cookie(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], (b"set-cookie", cookie)]}
            await send(message)

        await self.app(scope, receive, with_cookie)


async def _answer(send: Send, status: int, sentence: str) -> None:
    body = (sentence + "\n").encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
