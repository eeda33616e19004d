"""fit-prior: train the prior from which a model generates new music."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import typer

from .ending import shell_line, why_it_ended
from .progress import progress_bar


def fit_prior(
    model: Annotated[str, typer.Argument(help="A checkpoint folder; the result is stored in it.")],
    data: Annotated[Path, typer.Option("--data", help="The data set that it was trained on.")],
    steps: Annotated[int | None, typer.Option(help="Number of updates.", min=1)] = None,
    max_minutes: Annotated[
        float, typer.Option(help="Stop after this time and keep the best result so far.", min=0.0)
    ] = math.inf,
    hidden: Annotated[int | None, typer.Option(help="Width of the prior.", min=1)] = None,
    layers: Annotated[int | None, typer.Option(help="Layers of the prior.", min=1)] = None,
    lookback: Annotated[
        int | None,
        typer.Option(help="Bars, up to 8, that the prior looks back at one place.", min=0),
    ] = None,
    dropout: Annotated[
        float | None, typer.Option(help="Share of the prior that training hides.", min=0.0)
    ] = None,
    top_p: Annotated[
        float,
        typer.Option(
            help="Draw from the likeliest choices of a step with this much probability: 0.95.",
            min=0.01,
            max=1.0,
        ),
    ] = 1.0,
    transpose: Annotated[
        bool, typer.Option("--transpose", help="Train on each window in a random key.")
    ] = False,
    work: Annotated[
        Path | None,
        typer.Option(help="Folder that keeps the training; the same command goes on from there."),
    ] = None,
    reject_fraction: Annotated[
        float,
        typer.Option(
            help="Redraw windows that are as likely as the likeliest part of valid: 0.15 for 15 %.",
            min=0.0,
        ),
    ] = 0.0,
    seed: Annotated[int, typer.Option(help="The same seed gives the same prior.", min=0)] = 0,
    leave_out: Annotated[float | None, typer.Option(hidden=True, min=0.0)] = None,
) -> None:
    """Fit a prior to a trained model, so that new music is closer to the training music.

    The prior is a net that learns to predict the next step of the training windows. To generate,
    it samples a window, and the model encodes and decodes that window.

    Example:  musicvae fit-prior checkpoints/mine --data data/mine
    """
    from ..api.builders import fit_prior as run

    if leave_out is not None:
        typer.echo("musicvae: --leave-out is now called --reject-fraction.", err=True)
        reject_fraction = leave_out

    with progress_bar(
        "fit-prior",
        "steps",
        max_minutes=max_minutes,
        on_interrupt=lambda: f"{model} stays as it was.",
    ) as progress:
        nats = run(
            model,
            data=data,
            steps=steps,
            max_minutes=max_minutes,
            hidden=hidden,
            layers=layers,
            lookback=lookback,
            dropout=dropout,
            top_p=top_p,
            transpose=transpose,
            work=work,
            reject_fraction=reject_fraction,
            seed=seed,
            progress=progress,
        )
    if progress.last:
        typer.echo(why_it_ended(progress.last))
        if progress.last.ended == "time":
            typer.echo(
                f"The same command goes on from {work}."
                if work
                else "The learning rate had not fallen yet: fewer --steps work better than less "
                "time, or --work FOLDER, to go on later."
            )
    if nats is None:
        typer.echo(
            "It ended before it was measured on valid: the prior of its last step was saved."
        )
    else:
        typer.echo(f"NLL under the prior: {nats:.3f} nats of a window of valid")
    name = shell_line([model])
    typer.echo(f"{model} now generates from this prior:  musicvae generate --model {name} out/")
    typer.echo(f"It can also extend:  musicvae extend in.mid out.mid --model {name}")
