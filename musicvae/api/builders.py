"""Functions that build and measure models: train, fit a prior, personalize, evaluate.

Each imports heavy libraries only when it is called.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..arguments import check_arguments
from ..atomic_files import check_folder, one_writer, write_atomic
from ..checkpoint import load, save
from ..config import MAX_EVAL_WINDOWS, MAX_FIT_WINDOWS, check_seed, without_prior
from ..deprecation import renamed_argument
from ..errors import OutputError, require_extra
from ..presets import RECONSTRUCTION_MODEL
from ..presets import preset as find_preset
from ..progress import Progress, no_progress
from . import model as api
from .registry import find_checkpoint, shipped

if TYPE_CHECKING:
    from ..adapt.personalize import Personal
    from ..evaluation.attribute_effects import Effects
    from ..evaluation.batches import Collection
    from ..evaluation.report import Evaluation

CARD = "card.md"


@check_arguments
def train(
    preset: str | None = None,
    *,
    data: Path | str,
    out: Path | str,
    start_from: Path | str | None = None,
    resume: bool = False,
    max_minutes: float = math.inf,
    devices: int = 1,
    num_nodes: int = 1,
    codec: str | None = None,
    steps: int | None = None,
    batch: int | None = None,
    learning_rate: float | None = None,
    beta: float | None = None,
    free_nats: float | None = None,
    patience: int | None = None,
    precision: Literal["auto", "bf16", "fp32"] | None = None,
    seed: int | None = None,
    progress: Progress = no_progress,
) -> Path:
    """Train a preset on a prepared data set and return the folder of the checkpoint.

    A setting that is None keeps the value of the preset. With *start_from*, the name or folder
    of a checkpoint, training continues from its weights, and None keeps the checkpoint's own
    settings and preset. A resumed run keeps the settings it was started with; a setting that
    differs is refused.

    Raises:
        RequestError: the seed is below 0.
        CheckpointError: there is no such checkpoint.
        MissingExtra: torch is not installed.
        PresetNotFound, DatasetError, TrainingError, OutputError: see `training.train.train`.
    """
    check_seed(seed)
    with require_extra("torch", "train"):
        from ..training.resume import saved_config
        from ..training.train import train as run
    start = None if start_from is None else load(find_checkpoint(start_from))
    config = start.config if start and not preset else find_preset(preset or RECONSTRUCTION_MODEL)
    if resume:
        saved = saved_config(Path(out))
        config = saved if preset in (None, saved.preset) else config
    settings: dict[str, Any] = {
        **{"steps": steps, "batch": batch, "learning_rate": learning_rate, "beta": beta},
        **{"free_nats": free_nats, "patience": patience, "precision": precision, "seed": seed},
    }
    given = {name: value for name, value in settings.items() if value is not None}
    net = replace(without_prior(config.net), codec=codec or config.net.codec)
    config = replace(config, net=net, train=replace(config.train, **given))
    return run(
        config,
        data,
        out,
        start_from=start,
        resume=resume,
        max_minutes=max_minutes,
        devices=devices,
        num_nodes=num_nodes,
        progress=progress,
    )


@renamed_argument("leave_out", "reject_fraction")
@check_arguments
def fit_prior(
    model: str | Path,
    *,
    data: Path | str,
    steps: int | None = None,
    max_minutes: float = math.inf,
    hidden: int | None = None,
    layers: int | None = None,
    lookback: int | None = None,
    dropout: float | None = None,
    top_p: float = 1.0,
    transpose: bool = False,
    work: Path | str | None = None,
    reject_fraction: float = 0.0,
    seed: int = 0,
    progress: Progress = no_progress,
) -> float | None:
    """Fit a prior to a trained model and save it in the model's folder; `generate` then uses it.

    Returns the NLL of a window of valid under the prior's net, in nats, or None if it was not
    measured; see `training.fit_prior.fit_prior`, also for the options.

    Raises:
        MissingExtra: torch is not installed.
        CheckpointError, DatasetError, RequestError: there is no such model or data, they do
            not fit each other, or the net has no posterior, or an option is out of range.
        TrainingError: the loss is not a number, or *work* holds another training.
        OutputError: the folder of the model or *work* cannot be written, or another program
            writes into it.
    """
    check_seed(seed)
    with require_extra("torch", "train"):
        from ..training.fit_prior import fit_prior as run
    folder = find_checkpoint(model)
    with one_writer(folder):
        fit = run(
            load(folder),
            data,
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
        save(folder, fit.checkpoint)
    return fit.valid_nll


@check_arguments
def fit_attributes(
    model: str | Path,
    *,
    data: Path | str,
    limit: int = MAX_FIT_WINDOWS,
    seed: int = 0,
    progress: Progress = no_progress,
) -> None:
    """Fit attribute directions to a trained model and save them in its folder.

    The net does not change; see `adapt.fit_attributes.fit_attributes`.

    Raises:
        CheckpointError, DatasetError, RequestError: there is no such model or data, they do
            not fit each other, or the net has no z.
        OutputError: the folder of the model cannot be written, or another program writes into it.
    """
    from ..adapt.fit_attributes import fit_attributes as run

    check_seed(seed)
    folder = find_checkpoint(model)
    with one_writer(folder):
        save(folder, run(load(folder), data, limit=limit, seed=seed, progress=progress))


@check_arguments
def measure_attributes(
    model: str | Path,
    *,
    data: Path | str | None = None,
    split: str = "test",
    limit: int = MAX_EVAL_WINDOWS,
    seed: int = 0,
    progress: Progress = no_progress,
) -> Effects:
    """Measure what setting each attribute changes; see `evaluation.attribute_effects.effects`.

    Args:
        data: a data set to measure on; None for windows in 4/4 that the model generates.
        split: split of the data set.
        limit: number of windows at most.
        seed: chooses the windows.

    Raises:
        CheckpointError, DatasetError, RequestError: there is no such model, data or split, they
            do not fit each other, or the model has no attributes.
    """
    from ..evaluation.attribute_effects import effects, sample_or_load_z

    check_seed(seed)
    player = api.load(model).player
    return effects(player, *sample_or_load_z(player, data, split, limit, seed), progress=progress)


@check_arguments
def evaluate(
    model: str | Path = RECONSTRUCTION_MODEL,
    *,
    data: Path | str,
    split: str = "test",
    trained_on: Path | str | None = None,
    limit: int | None = None,
    pairs: int = 256,
    importance: int = 0,
    seed: int = 0,
    progress: Progress = no_progress,
) -> Evaluation:
    """Measure a model on a split of a data set or on a folder of MIDI.

    Copies and the n-gram cost compare with a training set: that of *trained_on*, or else of the
    data set. A folder of MIDI is measured as a whole, whatever *split* says. See
    `evaluation.evaluate.evaluate`.

    Raises:
        CheckpointError, DatasetError, RequestError: there is no such model, data or split,
            or they do not fit each other.
    """
    from ..corpus.dataset import open_split
    from ..evaluation.evaluate import evaluate as run
    from ..evaluation.midi_folder import holds_midi, read_folder

    check_seed(seed)
    player = api.load(model).player
    training_data = trained_on
    held_out: Collection
    if holds_midi(data):
        held_out = read_folder(data, player.codec, player.bars, progress)
    else:
        held_out, training_data = open_split(data, split), trained_on or data
    return run(
        player,
        held_out,
        open_split(training_data, "train") if training_data else None,
        limit=limit,
        pairs=pairs,
        importance=importance,
        seed=seed,
        progress=progress,
    )


@check_arguments
def personalize(
    sources: Sequence[Path | str],
    *,
    out: Path | str,
    model: str | Path = RECONSTRUCTION_MODEL,
    seed: int = 0,
    progress: Progress = no_progress,
) -> Personal:
    """Refit a model's prior to the music of a few MIDI files; see `adapt.personalize`.

    Raises:
        CheckpointError: there is no such model.
        RequestError: the model has no prior, or there is too little music in the files.
        DatasetError: a folder contains no MIDI file.
        OutputError: `out` is a model that came with the package, cannot be written, or is written
            by another program.
    """
    from ..adapt.personalize import model_card
    from ..adapt.personalize import personalize as run

    check_seed(seed)
    out = Path(out)
    if out.exists() and any(map(out.samefile, shipped().values())):
        raise OutputError(f"{out} came with the package: choose another folder.")
    check_folder(out)
    with one_writer(out):
        personal = run(load(find_checkpoint(model)), sources, seed=seed, progress=progress)
        write_atomic(out / CARD, model_card(personal, seed).encode())
        save(out, personal.checkpoint)
    return personal
