"""The server of the studio: from its start to Ctrl-C."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable
from urllib.parse import quote as percent

import uvicorn

from ...errors import OutputError
from ..studio import Studio
from .app import build_app
from .guard import is_loopback

BACKLOG = 128
"""Connections that wait to be accepted."""

CLOSING_SECONDS = 2
"""How long requests that are being answered when the server ends may take."""


def serve(studio: Studio, host: str, port: int, on_ready: Callable[[str], object]) -> None:
    """Serve a studio until it is interrupted.

    Args:
        host: the address to listen on; beyond this computer a new token is demanded.
        port: 0 for a free one.
        on_ready: called with the address of the page when it can be opened.

    Raises:
        OutputError: the address cannot be listened on.
        KeyboardInterrupt: it was interrupted.
    """
    token = None if is_loopback(host) else secrets.token_urlsafe(24)
    listening = _listen(host, port)
    address = _address(host, listening.getsockname()[1], token)
    config = uvicorn.Config(
        build_app(studio, host, token),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=CLOSING_SECONDS,
    )
    with listening:
        _Server(config, lambda: on_ready(address)).run([listening])


class _Server(uvicorn.Server):
    """A server that says when it listens."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], object]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Raises:
        OutputError: there is no such address, or its port is taken.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise OutputError(f"{host} is no address to listen on: {error.strerror}.") from error
    try:
        if hasattr(socket, "SO_REUSEPORT"):  # not on Windows
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise OutputError(
            f"Port {port} of {host} cannot be listened on: {error.strerror}. Name another (--port)."
        ) from error
    return listening


def _address(host: str, port: int, token: str | None) -> str:
    """The address of the page, with the token."""
    name = {"0.0.0.0": socket.gethostname(), "::": socket.gethostname()}.get(host, host)
    name = f"[{name}]" if ":" in name else name
    return f"http://{name}:{port}/" + (f"?token={percent(token)}" if token else "")
