"""studio: a page in the browser, and its API, served from this computer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

LIBRARY_FILE = "library.sqlite"
"""Name of the library in the user's data folder."""


def studio(
    port: Annotated[
        int, typer.Option(help="Port to listen on; 0 takes a free one.", min=0, max=65_535)
    ] = 0,
    host: Annotated[
        str,
        typer.Option(
            help="Address to listen on. Beyond this computer, clients need the token that is "
            "printed."
        ),
    ] = "127.0.0.1",
    library: Annotated[
        Path | None,
        typer.Option(
            help="File in which clips are kept; by default in the user's data folder.",
            readable=False,
        ),
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(help="A checkpoint folder of your own to offer. May be repeated."),
    ] = None,
    open_browser: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in the browser.")
    ] = True,
) -> None:
    """Open the studio, a page in the browser, until Ctrl-C.

    Example:  musicvae studio
    """
    from ..errors import require_extra

    with require_extra("FastAPI and uvicorn", "web"):
        from ..web.http.server import serve
    from ..web.data_folder import data_folder
    from ..web.studio import Studio

    opened = Studio(library or data_folder() / LIBRARY_FILE, model or ())

    def on_ready(address: str) -> None:
        typer.echo(f"The studio is at {address}  (Ctrl-C ends it)")
        if open_browser:
            typer.launch(address)

    try:
        serve(opened, host, port, on_ready)
    finally:
        opened.close()
