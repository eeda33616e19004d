"""The page of the studio, its assets, and the page that lists the API."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from ... import page
from .. import __file__ as _room

STATIC = Path(_room).parent / "static"
DOCS = Path(__file__).parent / "docs"
PLAYER = Path(page.__file__).parent / "assets" / "player.js"


def page_routes() -> APIRouter:
    """`/`, `/docs` and `/static`."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/")
    def index() -> FileResponse:
        return FileResponse(STATIC / "index.html")

    @routes.get("/static/player.js")
    def player() -> FileResponse:
        return FileResponse(PLAYER)

    @routes.get("/docs")
    def docs() -> FileResponse:
        return FileResponse(DOCS / "index.html")

    routes.routes.append(Mount("/docs", StaticFiles(directory=DOCS)))
    routes.routes.append(Mount("/static", StaticFiles(directory=STATIC)))
    return routes
