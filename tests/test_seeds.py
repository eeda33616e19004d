"""Everything that takes a seed refuses a negative one with the same sentence."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import musicvae
from musicvae.api.model import MusicVAE
from musicvae.cli import app
from musicvae.config import check_seed
from musicvae.errors import RequestError
from musicvae.performance.humanize import humanize_phrase
from musicvae.score.phrase import Phrase
from musicvae.theory.meter import Meter

from .miniatures import little_tune, tiny_checkpoint, tiny_prior

SENTENCE = r"^A seed is a whole number from 0 on, not -1\.$"
TUNE = little_tune(Meter(), 0)
NOWHERE = Path("nowhere")

BUILDERS: dict[str, tuple[object, ...]] = {
    "train": (),
    "fit_prior": (NOWHERE,),
    "fit_attributes": (NOWHERE,),
    "measure_attributes": (NOWHERE,),
    "evaluate": (NOWHERE,),
    "personalize": ([NOWHERE],),
    "humanize": (NOWHERE,),
}
"""Positional arguments of each function; the paths do not exist."""

VERBS: dict[str, tuple[object, ...]] = {
    "generate": (),
    "vary": (TUNE,),
    "extend": (TUNE,),
    "fill": (TUNE, 1),
    "harmonize": (TUNE,),
    "melodize": (TUNE,),
    "accompany": (TUNE,),
    "drumify": (TUNE,),
    "reconstruct": (TUNE,),
    "interpolate": (TUNE, TUNE),
    "grid": ([TUNE] * 4,),
    "analogy": (TUNE, TUNE, TUNE),
    "decode": (np.zeros((1, 5), np.float32),),
}
"""Positional arguments of each method."""

VERBS_OF_FILES: dict[str, tuple[object, ...]] = {
    "vary": (NOWHERE,),
    "extend": (NOWHERE,),
    "fill": (NOWHERE, 1),
    "harmonize": (NOWHERE,),
    "melodize": (NOWHERE,),
    "accompany": (NOWHERE,),
    "drumify": (NOWHERE,),
    "reconstruct": (NOWHERE,),
    "interpolate": (NOWHERE, NOWHERE),
    "grid": ([NOWHERE] * 4,),
    "analogy": (NOWHERE, NOWHERE, NOWHERE),
}
"""The same with files that do not exist, for each method that reads music."""


def takes_a_seed(call: Callable[..., Any]) -> bool:
    """Return True if a function has a parameter `seed`."""
    return "seed" in inspect.signature(call).parameters


def test_everything_that_takes_a_seed_is_tested_here() -> None:
    """All public functions and all methods of `MusicVAE`."""
    public = [name for name in musicvae.__all__ if inspect.isfunction(getattr(musicvae, name))]
    assert {name for name in public if takes_a_seed(getattr(musicvae, name))} == BUILDERS.keys()
    methods = dict(inspect.getmembers(MusicVAE, inspect.isfunction))
    assert {name for name, method in methods.items() if takes_a_seed(method)} == VERBS.keys()


@pytest.mark.parametrize("name", BUILDERS)
def test_a_builder_refuses_it_before_anything_is_read(name: str, tmp_path: Path) -> None:
    """Its models, data and music do not exist; nothing is written."""
    call = getattr(musicvae, name)
    parameters = inspect.signature(call).parameters
    paths = {"data": NOWHERE, "out": tmp_path / "out", "start_from": NOWHERE, "resume": True}
    keywords = {name: path for name, path in paths.items() if name in parameters}
    with pytest.raises(RequestError, match=SENTENCE):
        call(*BUILDERS[name], **keywords, seed=-1)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_refuses_it(name: str) -> None:
    """Temperature 0 refuses it too, although nothing is sampled."""
    model = MusicVAE(tiny_prior(tiny_checkpoint()))
    with pytest.raises(RequestError, match=SENTENCE):
        getattr(model, name)(*VERBS[name], seed=-1)


@pytest.mark.parametrize("name", VERBS_OF_FILES)
def test_a_verb_refuses_it_before_a_file_is_read(name: str, tiny_model: MusicVAE) -> None:
    """The files do not exist, but the error is about the seed."""
    with pytest.raises(RequestError, match=SENTENCE):
        getattr(tiny_model, name)(*VERBS_OF_FILES[name], seed=-1)


@pytest.mark.parametrize("amount", [0.0, 1.0])
def test_humanize_refuses_it(amount: float) -> None:
    """An amount of 0 refuses it too, although it changes nothing."""
    with pytest.raises(RequestError, match=SENTENCE):
        humanize_phrase(Phrase(), amount, -1)


@pytest.mark.parametrize("seed", [None, 0, 1, 2**70])
def test_every_other_seed_is_accepted(seed: int | None) -> None:
    """Zero, large ones, and None."""
    check_seed(seed)


COMMANDS = {
    str(command.callback.__name__).replace("_", "-"): command.callback
    for command in app.registered_commands
    if command.callback and takes_a_seed(command.callback)
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_refuses_it_as_a_wrong_option(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exit code is 2; nothing is read or written."""
    monkeypatch.chdir(tmp_path)
    needed = [
        parameter
        for parameter in inspect.signature(COMMANDS[name]).parameters.values()
        if parameter.default is inspect.Parameter.empty
    ]
    words = [name, "--seed", "-1"]
    for parameter in needed:
        option = "--" + parameter.name
        takes = [item for item in parameter.annotation.split('"') if item == option]
        words += [*takes, str(NOWHERE)]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2, result.output
    assert "--seed" in result.output
    assert "Missing" not in result.output
    assert not list(tmp_path.iterdir())


def test_the_commands_that_take_a_seed_are_those_of_the_functions() -> None:
    """Every random command can be repeated in Python."""
    of_python = {*BUILDERS, *VERBS, "attributes"} - {"measure_attributes", "decode"}
    assert COMMANDS.keys() == {name.replace("_", "-") for name in of_python}
