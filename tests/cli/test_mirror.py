"""A command and its method have the same options with the same defaults."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner

from musicvae.api import builders
from musicvae.api.convert import convert as convert_music
from musicvae.api.harmony import chords as chords_of
from musicvae.api.humanize import humanize as humanize_music
from musicvae.api.model import MusicVAE
from musicvae.api.sound import play as play_music
from musicvae.api.sound import render as render_music
from musicvae.api.transposition import transpose as transpose_music
from musicvae.cli import app
from musicvae.cli.accompany import accompany
from musicvae.cli.analogy import analogy
from musicvae.cli.attributes import attributes
from musicvae.cli.chords import chords
from musicvae.cli.convert import convert
from musicvae.cli.drumify import drumify
from musicvae.cli.evaluate import evaluate
from musicvae.cli.extend import extend
from musicvae.cli.fill import fill
from musicvae.cli.fit_attributes import fit_attributes
from musicvae.cli.fit_prior import fit_prior
from musicvae.cli.generate import generate
from musicvae.cli.grid import grid
from musicvae.cli.harmonize import harmonize
from musicvae.cli.humanize import humanize
from musicvae.cli.interpolate import interpolate
from musicvae.cli.melodize import melodize
from musicvae.cli.personalize import personalize
from musicvae.cli.play import play
from musicvae.cli.prepare import prepare
from musicvae.cli.reconstruct import reconstruct
from musicvae.cli.render import render
from musicvae.cli.similar import similar
from musicvae.cli.train import train
from musicvae.cli.transpose import transpose
from musicvae.cli.vary import vary
from musicvae.corpus.prepare import prepare as prepare_corpus

TWINS = [
    (generate, MusicVAE.generate),
    (interpolate, MusicVAE.interpolate),
    (reconstruct, MusicVAE.reconstruct),
    (extend, MusicVAE.extend),
    (fill, MusicVAE.fill),
    (harmonize, MusicVAE.harmonize),
    (melodize, MusicVAE.melodize),
    (accompany, MusicVAE.accompany),
    (drumify, MusicVAE.drumify),
    (vary, MusicVAE.vary),
    (grid, MusicVAE.grid),
    (analogy, MusicVAE.analogy),
    (humanize, humanize_music),
    (similar, MusicVAE.similar),
    (transpose, transpose_music),
    (chords, chords_of),
    (convert, convert_music),
    (render, render_music),
    (play, play_music),
    (personalize, builders.personalize),
    (prepare, prepare_corpus),
    (train, builders.train),
    (fit_prior, builders.fit_prior),
    (fit_attributes, builders.fit_attributes),
    (attributes, builders.measure_attributes),
    (evaluate, builders.evaluate),
]
TERMINAL_ONLY = {
    *("leave_out", "out", "model", "force", "json", "plot", "plots", "recipe", "reasons"),
    *("listening", "clips_from", "write", "keep_rhythm", "keep_pitches"),
    *("wav", "play"),
}
"""Options of commands alone: where to write, which model, how to print."""

PYTHON_ONLY = {"self", "progress", "out", "model", "keep"}
"""Parameters of methods and functions alone, or that a command has in its own way."""


@pytest.mark.parametrize(("command", "method"), TWINS, ids=lambda f: f.__qualname__)
def test_a_command_has_the_options_of_its_method(
    command: Callable[..., Any], method: Callable[..., Any]
) -> None:
    """Names and defaults of all musical options are equal."""
    options = inspect.signature(command).parameters
    keywords = inspect.signature(method).parameters
    assert options.keys() - TERMINAL_ONLY == keywords.keys() - PYTHON_ONLY
    for name in options.keys() - TERMINAL_ONLY:
        assert str(options[name].default) == str(keywords[name].default), name  # 0 is typed "0"


COMMANDS = (
    *("generate", "interpolate", "vary", "grid", "analogy", "extend", "fill", "harmonize"),
    *("melodize", "accompany", "drumify", "reconstruct", "replay", "transpose", "humanize"),
    *("chords", "convert", "similar", "attributes", "info", "render", "play", "studio"),
    *("personalize", "prepare", "train", "fit-prior", "fit-attributes", "evaluate"),
)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_each_command_ends_with_a_line_to_paste(name: str) -> None:
    """An example that can be pasted."""
    result = CliRunner().invoke(app, [name, "--help"])
    assert result.exit_code == 0
    assert f"musicvae {name}" in result.output
    function = name.replace("-", "_")
    (command,) = [c.callback for c in app.registered_commands if c.callback.__name__ == function]  # type: ignore[union-attr]  # all have one
    assert "Example:  musicvae " in (command.__doc__ or "")
