"""What every request must satisfy, and the headers of every answer, as an ASGI application.

A page of another site may send requests to this computer. It cannot pass for ours: a foreign
`Origin` or `Host` is refused, and JSON must be declared as such, which another site may not do.
"""

from __future__ import annotations

import hmac
import ipaddress
import json
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ...midi.limits import DEFAULT_LIMITS

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; style-src 'self'; "
    "script-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'self'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
"""Of every answer."""

MAX_JSON = 2**20
"""Bytes of the longest body of JSON."""

UPLOADS = "/api/clips"
"""The route that takes MIDI files, which may be larger."""

TOKEN_COOKIE = "musicvae_token"
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Refusal:
    """An answer in place of that of the application."""

    status: int
    sentence: str
    headers: tuple[tuple[bytes, bytes], ...] = ()


def is_loopback(host: str) -> bool:
    """True if only this computer reaches a server on this host."""
    if host in LOOPBACK:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Guard:
    """Checks requests before an application sees them.

    Args:
        application: what answers those that pass.
        host: the address that the server listens on.
        token: what a client must know; None on an address that only this computer reaches.
    """

    def __init__(self, application: Application, host: str, token: str | None = None) -> None:
        self._application, self._host, self._token = application, host, token

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        guarded = _Exchange(receive, send, _limit(scope))
        if refusal := self._refusal(scope):
            await guarded.refuse(refusal)
        else:
            await self._application(scope, guarded.receive, guarded.send)

    def _refusal(self, scope: Message) -> Refusal | None:
        """Why a request is refused; None if it passes."""
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        host = headers.get("host", "")
        if not self._is_ours(_hostname(host)):
            return Refusal(403, "This address is not that of the studio.")
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
            return Refusal(403, "Pages of other sites may not use the studio.")
        if self._token and (refusal := self._without_token(scope, headers)):
            return refusal
        limit = _limit(scope)
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > limit:
            return _too_large(limit)
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if _takes_json(scope) and kind != "application/json":
            return Refusal(415, "Send JSON, with the header Content-Type: application/json.")
        return None

    def _is_ours(self, name: str) -> bool:
        """True if a name in the header `Host` is that of this server.

        A site may let its own name point here. With a token that does not help it, as it has none,
        and so any address of the computer will do.
        """
        if is_loopback(self._host):
            return name in LOOPBACK or name == self._host.lower()
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return name in (*LOOPBACK, self._host.lower(), socket.gethostname().lower())
        return True

    def _without_token(self, scope: Message, headers: dict[str, str]) -> Refusal | None:
        """The refusal of a client without the token.

        One who brings it in the address of the page gets it as a cookie, and the page without it.
        """
        assert self._token
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self._is_token(bearer.strip()):
            return None
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(TOKEN_COOKIE)
        except CookieError:
            cookie = None
        if cookie and self._is_token(cookie.value):
            return None
        asked = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])
        if scope["path"] == "/" and self._is_token(asked[0]):
            kept = f"{TOKEN_COOKIE}={self._token}; Path=/; HttpOnly; SameSite=Strict"
            return Refusal(303, "", ((b"location", b"/"), (b"set-cookie", kept.encode())))
        challenge = ((b"www-authenticate", b"Bearer"),)
        return Refusal(401, "Open the address that the terminal shows: it has a token.", challenge)

    def _is_token(self, text: str) -> bool:
        assert self._token
        return hmac.compare_digest(text.encode(errors="replace"), self._token.encode())


def _hostname(host: str) -> str:
    """The name in a header `Host`, without its port."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _limit(scope: Message) -> int:
    """Bytes of the longest body of a request."""
    is_upload = scope["method"] == "POST" and scope["path"] == UPLOADS
    return DEFAULT_LIMITS.bytes if is_upload else MAX_JSON


def _takes_json(scope: Message) -> bool:
    is_upload = scope["path"] == UPLOADS
    return scope["method"] in ("POST", "PATCH", "PUT") and not is_upload and not _is_bare(scope)


def _is_bare(scope: Message) -> bool:
    """True for a request that needs no body."""
    return bool(scope["path"].endswith("/restore"))


def _too_large(limit: int) -> Refusal:
    size = f"{limit // 2**20} MB"
    return Refusal(413, f"That is too large: at most {size} are read.")


def _with_headers(headers: Any) -> list[tuple[bytes, bytes]]:
    """The headers of an answer, and those that every answer has unless it has its own."""
    own = {name.lower() for name, _ in headers}
    added = ((name.encode(), value.encode()) for name, value in HEADERS.items())
    return [*headers, *((name, value) for name, value in added if name not in own)]


class _Exchange:
    """A request whose body is bounded, and an answer with the headers of every answer."""

    def __init__(self, receive: Receive, send: Send, limit: int) -> None:
        self._receive, self._send, self._limit = receive, send, limit
        self._seen = 0
        self._is_refused = self._is_answered = False

    async def receive(self) -> Message:
        """The next message; of a body that is too large the rest is not read."""
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        if self._seen <= self._limit:
            return message
        if not self._is_answered:
            await self.refuse(_too_large(self._limit))
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Send a message, unless the request was refused."""
        if not self._is_refused:
            await self._answer(message)

    async def refuse(self, refusal: Refusal) -> None:
        """Answer in place of the application."""
        self._is_refused = True
        body = json.dumps({"error": refusal.sentence}).encode() if refusal.sentence else b""
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            *refusal.headers,
        ]
        start = {"type": "http.response.start", "status": refusal.status, "headers": headers}
        await self._answer(start)
        await self._answer({"type": "http.response.body", "body": body})

    async def _answer(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._is_answered = True
            message = {**message, "headers": _with_headers(message.get("headers", ()))}
        await self._send(message)
