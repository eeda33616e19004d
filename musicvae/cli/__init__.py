"""The command line: each command calls a method of `MusicVAE` or a function of the same name."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module

import typer

COMMANDS = (
    *("generate", "interpolate", "vary", "grid", "analogy", "extend", "fill", "harmonize"),
    *("melodize", "accompany", "drumify", "reconstruct", "replay", "transpose", "humanize"),
    *("chords", "convert", "similar", "attributes", "info", "render", "play", "studio"),
    *("personalize", "prepare", "train", "fit_prior", "fit_attributes", "evaluate"),
)
"""Commands in the order of `--help`; each is a function in the module of its name."""


def build_app(commands: Iterable[str] = COMMANDS) -> typer.Typer:
    """The command line with some of its commands, whose modules are loaded."""
    app = typer.Typer(
        name="musicvae",
        help="MIDI in, a trained LSTM sequence VAE, new MIDI out.",
        epilog="Start with:  musicvae generate --n 4 out/",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    for name in commands:
        module = import_module(f".{name}", __name__)
        app.command()(getattr(module, name))
    return app


def app_for(word: str) -> typer.Typer:
    """The command line for a call whose first argument is `word`: that command alone, or all.

    Building one command instead of all takes a sixth of the time of `generate` away.
    """
    command = word.replace("-", "_")
    return build_app([command] if command in COMMANDS else COMMANDS)


def _print_version(requested: bool) -> None:
    if requested:
        from .. import __version__

        typer.echo(f"musicvae {__version__}")
        raise typer.Exit


def _root(
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """MIDI in, a trained LSTM sequence VAE, new MIDI out."""


def __getattr__(name: str) -> typer.Typer:
    """`app`, the command line with all commands, is built when it is first asked for."""
    if name == "app":
        return _all_commands()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@cache
def _all_commands() -> typer.Typer:
    return build_app()
