"""The command line: each command is the twin of a method of `MusicVAE` or of a function."""

from __future__ import annotations

import typer

from .again import replay, vary
from .attributes import attributes, fit_attributes
from .evaluate import evaluate
from .explore import analogy, grid, similar
from .fit_prior import fit_prior
from .look import info
from .personalize import personalize
from .play import extend, generate, interpolate, reconstruct
from .prepare import prepare
from .train import train

__all__ = [
    "analogy",
    "app",
    "attributes",
    "evaluate",
    "extend",
    "fit_attributes",
    "fit_prior",
    "generate",
    "grid",
    "info",
    "interpolate",
    "personalize",
    "prepare",
    "reconstruct",
    "replay",
    "similar",
    "train",
    "vary",
]

app = typer.Typer(
    name="musicvae",
    help="MIDI in, a trained LSTM sequence VAE, new MIDI out.",
    epilog="Begin with:  musicvae generate --n 4 out/",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from .. import __version__

        typer.echo(f"musicvae {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """MIDI in, a trained LSTM sequence VAE, new MIDI out."""


PLAYED = (
    *(generate, interpolate, vary, grid, analogy, extend, reconstruct),
    *(replay, similar, attributes, info),
)
BUILT = (personalize, prepare, train, fit_prior, fit_attributes, evaluate)
for command in (*PLAYED, *BUILT):
    app.command()(command)
