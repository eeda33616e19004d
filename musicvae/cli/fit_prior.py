"""fit-prior: train the prior that a model samples new music from."""

from __future__ import annotations

import math
import shlex
from pathlib import Path
from typing import Annotated

import typer

from .ending import why_it_ended
from .progress import bar


def fit_prior(
    model: Annotated[
        str, typer.Argument(help="A checkpoint folder; its weights are written anew.")
    ],
    data: Annotated[Path, typer.Option("--data", help="The data set that it learned from.")],
    steps: Annotated[int | None, typer.Option(help="Updates in all.", min=1)] = None,
    max_minutes: Annotated[
        float, typer.Option(help="Stop after this time, at what was best so far.", min=0.0)
    ] = math.inf,
    reject_fraction: Annotated[
        float,
        typer.Option(
            help="Redraw samples that are likelier than all but this share of valid.", min=0.0
        ),
    ] = 0.0,
    seed: Annotated[int, typer.Option(help="Of weights, transpositions and noise.", min=0)] = 0,
    leave_out: Annotated[float | None, typer.Option(hidden=True, min=0.0)] = None,
) -> None:
    """Fit a prior to a trained model, so that `generate` samples z of real music.

    A next-step net learns the training windows; `generate` encodes windows that it samples.

    Example:  musicvae fit-prior checkpoints/mine --data data/mine
    """
    from ..api.builders import fit_prior as run

    if leave_out is not None:
        typer.echo("musicvae: --leave-out is called --reject-fraction now.", err=True)
        reject_fraction = leave_out

    with bar(
        "fit-prior",
        "steps",
        max_minutes=max_minutes,
        kept=lambda: f"{model} stays as it was.",
    ) as progress:
        nats = run(
            model,
            data=data,
            steps=steps,
            max_minutes=max_minutes,
            reject_fraction=reject_fraction,
            seed=seed,
            progress=progress,
        )
    if progress.last:
        typer.echo(why_it_ended(progress.last))
        if progress.last.ended == "time":
            typer.echo("Its learning rate had not fallen: fewer --steps do better than less time.")
    if nats is None:
        typer.echo("It ended before it was measured on valid: the prior is that of its last step.")
    else:
        typer.echo(f"{nats:.3f} nats of a window of valid, under what makes windows up")
    name = shlex.quote(model)
    typer.echo(f"{model} draws from its prior now:  musicvae generate --model {name} out/")
    typer.echo(f"It can extend, too:  musicvae extend in.mid out.mid --model {name}")
