"""fit-attributes: fit the directions of attributes in latent space."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..config import MAX_FIT_WINDOWS
from .ending import shell_line
from .progress import progress_bar


def fit_attributes(
    model: Annotated[str, typer.Argument(help="A checkpoint folder; the result is stored in it.")],
    data: Annotated[Path, typer.Option("--data", help="The data set that it was trained on.")],
    limit: Annotated[
        int, typer.Option(help="How many training windows to use at most.", min=2)
    ] = MAX_FIT_WINDOWS,
    seed: Annotated[int, typer.Option(help="Which windows are chosen.", min=0)] = 0,
) -> None:
    """Fit attributes to a trained model, so that vary --set can change them.

    Example:  musicvae fit-attributes checkpoints/mine --data data/mine
    """
    from ..api.builders import fit_attributes as run

    def unchanged() -> str:
        return f"{model} stays as it was."

    with progress_bar("fit-attributes", "windows", on_interrupt=unchanged) as progress:
        run(model, data=data, limit=limit, seed=seed, progress=progress)
    line = shell_line(["musicvae", "attributes", model, "--data", str(data)])
    typer.echo(f"{model} has attributes now:  {line}")
