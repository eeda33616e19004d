"""The command line: each command calls a method of `MusicVAE` or a function of the same name."""

from __future__ import annotations

import typer

from .analogy import analogy
from .attributes import attributes
from .evaluate import evaluate
from .extend import extend
from .fit_attributes import fit_attributes
from .fit_prior import fit_prior
from .generate import generate
from .grid import grid
from .info import info
from .interpolate import interpolate
from .personalize import personalize
from .prepare import prepare
from .reconstruct import reconstruct
from .replay import replay
from .similar import similar
from .train import train
from .vary import vary

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
    epilog="Start with:  musicvae generate --n 4 out/",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(requested: bool) -> None:
    if requested:
        from .. import __version__

        typer.echo(f"musicvae {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """MIDI in, a trained LSTM sequence VAE, new MIDI out."""


for music_command in (
    generate,
    interpolate,
    vary,
    grid,
    analogy,
    extend,
    reconstruct,
    replay,
    similar,
    attributes,
    info,
):
    app.command()(music_command)
for model_command in (personalize, prepare, train, fit_prior, fit_attributes, evaluate):
    app.command()(model_command)
