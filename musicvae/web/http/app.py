"""The application: the routes of a studio, and one sentence for everything that fails."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from ... import __version__
from ...errors import MissingExtra, MusicVAEError, OutputError
from ..failures import Busy, Cancelled, NotHere
from ..studio import Studio
from ..workers import UNKNOWN
from .clip_routes import clip_routes
from .guard import Application, Guard
from .pages import page_routes
from .space_routes import space_routes
from .verb_routes import verb_routes

STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (NotHere, 404),
    (Busy, 503),
    (Cancelled, 503),
    (MissingExtra, 415),
    (OutputError, 500),
    (MusicVAEError, 400),
)
"""Status of each kind of error; the first that fits counts."""


def build_app(studio: Studio, host: str = "127.0.0.1", token: str | None = None) -> Application:
    """The application of a studio, behind its guard; see `guard.Guard`."""
    app = FastAPI(
        title="musicvae studio",
        version=__version__,
        description='The verbs of musicvae over HTTP. Errors are {"error": sentence}.',
        docs_url=None,  # FastAPI's own pages load their scripts from elsewhere
        redoc_url=None,
    )
    app.state.studio = studio
    for router in (clip_routes(studio), verb_routes(studio), space_routes(studio), page_routes()):
        app.include_router(router)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http)
    for kind, _ in STATUSES:
        app.add_exception_handler(kind, _on_error)
    app.add_exception_handler(Exception, _on_bug)
    return Guard(app, host, token)


def failure(status: int, sentence: str) -> JSONResponse:
    """An error as every route answers it."""
    headers = {"Retry-After": "1"} if status == 503 else None
    return JSONResponse({"error": sentence}, status, headers)


def _on_error(request: Request, error: Exception) -> JSONResponse:
    status = next(status for kind, status in STATUSES if isinstance(error, kind))
    return failure(status, str(error) or "The studio is closing.")


def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return failure(404, "There is nothing at this address.")
    if error.status_code == 405:
        return failure(405, f"This address does not take {request.method}.")
    return failure(error.status_code, str(error.detail))


def _on_validation(request: Request, error: Exception) -> JSONResponse:
    """The first thing that is wrong with a body or a query, in one sentence."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return failure(400, "The body is no JSON.")
    place, *path = (str(part) for part in first["loc"])
    where = ".".join(path) or place
    return failure(422, f"{where}: {first['msg'][:1].lower()}{first['msg'][1:]}.")


def _on_bug(request: Request, error: Exception) -> JSONResponse:
    logging.getLogger("musicvae.web").error("%s", request.url.path, exc_info=error)
    return failure(500, UNKNOWN)
