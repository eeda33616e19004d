"""The report at the end of a training is true: why and where it ended, and how to continue."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from typer.testing import CliRunner, Result

from musicvae import presets
from musicvae.api import builders
from musicvae.api.model import load
from musicvae.cli import app
from musicvae.cli.ending import shell_line
from musicvae.config import ModelConfig
from musicvae.presets import PRESETS
from musicvae.training.resume import saved_config
from musicvae.training.trainer import Trainer

from ..miniatures import short_training, shorten_commands, write_dataset

STEPS = 12


@pytest.fixture(autouse=True)
def miniatures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small presets."""
    shorten_commands(monkeypatch)
    small = {name: short_training(name, valid_every=5) for name in PRESETS}
    monkeypatch.setattr(presets, "PRESETS", MappingProxyType(small))


def run_command(monkeypatch: pytest.MonkeyPatch, *words: str | Path) -> Result:
    """Run a command as if it was typed in a shell."""
    line = list(map(str, words))
    monkeypatch.setattr("sys.argv", ["musicvae", *line])
    return CliRunner().invoke(app, line)


def run_train(monkeypatch: pytest.MonkeyPatch, name: str, folder: Path, *more: str) -> Result:
    """Train a preset on a data set of its codec."""
    net = presets.PRESETS[name].net
    if not (folder / "data").exists():
        write_dataset(folder / "data", net.codec, net.bars)
    paths = ("--data", folder / "data", "-o", folder / "my model")
    return run_command(monkeypatch, "train", "--preset", name, *paths, *more)


def printed_commands(text: str) -> list[list[str]]:
    """The words of every command in a text."""
    return [shlex.split(line)[1:] for line in re.findall(r"musicvae (?=\w+ )?.*", text)]


@pytest.mark.parametrize("name", PRESETS)
def test_the_verbs_of_a_trained_model_are_printed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next command follows: `fit-prior` for a VAE, `reconstruct` for an autoencoder."""
    result = run_train(monkeypatch, name, tmp_path)
    assert result.exit_code == 0, result.output
    first, second, *lines = result.stdout.splitlines()
    model = load(tmp_path / "my model")
    assert first == f"Done: all {STEPS} steps."
    assert f"my model can {', '.join(model.verbs)}" in second
    assert ("best on valid" in second) == (model.checkpoint.step < STEPS)
    commands = [line[0] for line in printed_commands("\n".join(lines))]
    assert commands == {
        "autoencoder": ["reconstruct"],
        "rnn": ["generate"],
        "lstm": ["generate"],
    }.get(name, ["fit-prior", "generate"])


def test_the_next_lines_can_be_pasted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even with a space in the name of the folder: they fit a prior and generate music."""
    monkeypatch.chdir(tmp_path)
    result = run_train(monkeypatch, "melody-2bar", tmp_path)
    fit, generate = printed_commands("\n".join(result.stdout.splitlines()[2:]))
    fitted = run_command(monkeypatch, *fit, "--steps", "2")
    assert fitted.exit_code == 0, fitted.output
    assert fitted.stdout.startswith("Done: all 2 steps.\n")
    assert "extend" in load(tmp_path / "my model").verbs
    assert run_command(monkeypatch, *generate).exit_code == 0
    assert len(list((tmp_path / "out").iterdir())) == 4


def test_a_run_out_of_time_prints_the_command_that_continues_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the command as it was typed, with --resume, and it works."""
    options = ("--max-minutes", "0", "--steps", "2", "--seed", "3")
    result = run_train(monkeypatch, "lstm", tmp_path, *options)
    first, second, *_ = result.stdout.splitlines()
    assert first == "Stopped at step 1 of 2: the time is up."
    assert second.startswith("Continue with:  musicvae train --preset lstm ")
    (again,) = printed_commands(second)
    assert again[-1] == "--resume"
    resumed = run_command(monkeypatch, *again)
    assert resumed.exit_code == 0, resumed.output
    assert resumed.stdout.startswith("Done: all 2 steps.\n")
    assert "train: 1 of 2 steps are done, batch 4, windows 18" in resumed.stderr
    assert run_command(monkeypatch, *again).stdout == resumed.stdout
    assert saved_config(tmp_path / "my model").train.seed == 3


def test_a_run_that_ran_out_of_patience_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not all steps are done, and nothing is left to resume."""
    small: ModelConfig = presets.PRESETS["lstm"]
    still = replace(small, train=replace(small.train, learning_rate=0.0, patience=1, valid_every=2))
    monkeypatch.setattr(presets, "PRESETS", {"lstm": still})
    result = run_train(monkeypatch, "lstm", tmp_path)
    assert result.stdout.startswith(
        f"Ended at step 4 of {STEPS}: the loss on valid stopped improving (--patience).\n"
    )
    assert "--resume" not in result.output
    assert "my model can generate, extend, fill (step 2, the best on valid)." in result.stdout


def interrupted(*_: object, **__: object) -> None:
    """Ctrl-C."""
    raise KeyboardInterrupt


def test_ctrl_c_in_a_training_prints_how_to_continue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The printed command resumes the last save; nothing is reported as done."""
    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "update", interrupted)
        result = run_train(patch, "lstm", tmp_path)
    assert (result.exit_code, result.stdout) == (130, "")
    *_, message = result.stderr.splitlines()
    assert message.startswith(
        f"musicvae: Interrupted after 0 of {STEPS} steps. Continue from its last save"
    )
    (again,) = printed_commands(message.partition("with:")[2])
    assert run_command(monkeypatch, *again).stdout.startswith(f"Done: all {STEPS} steps.\n")


def test_ctrl_c_before_a_training_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No command to continue is printed."""
    monkeypatch.setattr(builders, "find_preset", interrupted)
    result = run_train(monkeypatch, "lstm", tmp_path)
    folder = tmp_path / "my model"
    assert result.exit_code == 130
    assert result.stderr == (
        f"musicvae: Interrupted before the work began. Nothing was saved in {folder}.\n"
    )


@pytest.mark.parametrize(
    ("command", "work"),
    [
        ("fit-prior", "musicvae.api.builders.fit_prior"),
        ("fit-attributes", "musicvae.api.builders.fit_attributes"),
    ],
)
def test_ctrl_c_in_a_fit_leaves_the_model(
    command: str, work: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says so."""
    monkeypatch.setattr(work, interrupted)
    result = run_command(monkeypatch, command, tmp_path, "--data", tmp_path)
    assert result.exit_code == 130
    assert f"{tmp_path} stays as it was." in result.stderr


def test_a_prior_fit_out_of_time_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names its step, and says that it was not measured."""
    run_train(monkeypatch, "melody-2bar", tmp_path)
    paths = (tmp_path / "my model", "--data", tmp_path / "data")
    result = run_command(monkeypatch, "fit-prior", *paths, "--steps", "9", "--max-minutes", "0")
    assert result.stdout.startswith("Stopped at step 1 of 9: the time is up.\n")
    assert "before it was measured on valid" in result.stdout


@pytest.mark.parametrize(
    ("system", "line"),
    [("linux", "info 'C:\\my songs\\a.mid'"), ("win32", 'info "C:\\my songs\\a.mid"')],
)
def test_lines_to_paste_are_quoted_for_the_shell(
    system: str, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows knows double quotes only, and its paths keep their backslashes."""
    monkeypatch.setattr("sys.platform", system)
    assert shell_line(["info", "C:\\my songs\\a.mid"]) == line
