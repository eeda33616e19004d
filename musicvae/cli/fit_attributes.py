"""fit-attributes: learn attribute directions."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..config import MAX_FIT_WINDOWS
from .progress import bar

if TYPE_CHECKING:
    pass


def fit_attributes(
    model: Annotated[
        str, typer.Argument(help="A checkpoint folder; its weights are written anew.")
    ],
    data: Annotated[Path, typer.Option("--data", help="The data set that it learned from.")],
    limit: Annotated[int, typer.Option(help="Windows of train at most.", min=2)] = MAX_FIT_WINDOWS,
    seed: Annotated[int, typer.Option(help="Which windows.", min=0)] = 0,
) -> None:
    """Fit directions of attributes to a trained model, so that they can be set.

    Example:  musicvae fit-attributes checkpoints/mine --data data/mine
    """
    from ..api.builders import fit_attributes as run

    def kept() -> str:
        return f"{model} stays as it was."

    with bar("fit-attributes", "windows", kept=kept) as progress:
        run(model, data=data, limit=limit, seed=seed, progress=progress)
    words = shlex.join(["musicvae", "attributes", model, "--data", str(data)])
    typer.echo(f"{model} has attributes now:  {words}")
