"""Training: the loss falls, stopped runs resume exactly, and errors say what to do."""

from __future__ import annotations

import json
import math
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from musicvae import checkpoint
from musicvae.errors import DatasetError, OutputError, TrainingError
from musicvae.nets import Losses
from musicvae.plotting import draw_curves
from musicvae.presets import PRESETS
from musicvae.progress import Report
from musicvae.training import metrics_log
from musicvae.training import train as train_module
from musicvae.training.metrics_log import CURVES_FILE, METRICS_FILE
from musicvae.training.resume import STATE_FILE
from musicvae.training.train import train
from musicvae.training.trainer import LocalBatch, Trainer

from ..miniatures import short_training, write_dataset


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Prepared melodies."""
    return write_dataset(tmp_path / "data")


def before_update(
    step: int, monkeypatch: pytest.MonkeyPatch, act: Callable[[Trainer], object]
) -> None:
    """Call `act` right before the update that follows a step."""
    update = Trainer.update

    def update_after_act(trainer: Trainer, batch: LocalBatch) -> Losses:
        if trainer.state.step == step:
            act(trainer)
        return update(trainer, batch)

    monkeypatch.setattr(Trainer, "update", update_after_act)


def time_is_up(trainer: Trainer) -> None:
    """From now on the clock is past any limit."""
    time.monotonic = lambda: 1e9


@pytest.mark.slow
@pytest.mark.parametrize("name", PRESETS)
def test_the_loss_of_every_preset_falls(name: str, tmp_path: Path) -> None:
    """Reports contain the loss terms, accuracy and pace, and after a validation its figures."""
    reports: list[Report] = []
    config = short_training(name, steps=60, free_nats=0.0, beta=0.1)
    folder = write_dataset(tmp_path / "data", config.net.codec, config.net.bars)
    out = train(config, folder, tmp_path / "out", progress=reports.append)
    assert [report.done for report in reports] == [0, *range(10, 70, 10), 60]
    assert reports[0].sizes == {"batch": 4, "windows": 18}
    assert [report.ended for report in reports] == [""] * 7 + ["done"]
    first, last = reports[1].figures, reports[-1].figures
    assert [*first] == ["loss", "nats", "kl", "accuracy", "phrases/s", "busy"]
    assert last.keys() - first.keys() == {
        *("valid_loss", "valid_nats", "valid_kl", "valid_accuracy")
    }
    assert last["valid_nats"] < 0.8 * first["nats"]
    assert checkpoint.load(out).step == 60


@pytest.mark.parametrize("name", ["melody-2bar", "lstm"])
def test_a_resumed_run_equals_an_uninterrupted_one(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run stopped in the middle of an epoch and resumed writes identical files."""
    monkeypatch.setattr(train_module, "REPORT_EVERY", 2)
    reports: list[Report] = []
    config = short_training(name, valid_every=3)
    data = write_dataset(tmp_path / "data", config.net.codec, config.net.bars)
    train(config, data, tmp_path / "unbroken")
    with monkeypatch.context() as patch:
        patch.setattr(time, "monotonic", time.monotonic)  # so that the context restores it
        before_update(4, patch, time_is_up)
        train(config, data, tmp_path / "broken", max_minutes=60, progress=reports.append)
    assert (reports[-1].ended, reports[-1].done, reports[-1].total) == ("time", 5, 12)
    assert json.loads((tmp_path / "broken" / checkpoint.CONFIG).read_text())["step"] == 3
    train(config, data, tmp_path / "broken", resume=True)
    for name in (STATE_FILE, checkpoint.WEIGHTS, checkpoint.CONFIG, METRICS_FILE):
        unbroken, broken = (tmp_path / place / name for place in ("unbroken", "broken"))
        assert unbroken.read_bytes() == broken.read_bytes(), name


def test_resuming_a_finished_run_changes_nothing(data: Path, tmp_path: Path) -> None:
    """Its first and last report say that all steps are done."""
    reports: list[Report] = []
    out = train(short_training(), data, tmp_path / "out")
    before = (out / STATE_FILE).read_bytes()
    train(short_training(), data, out, resume=True, progress=reports.append)
    assert [(report.done, report.ended) for report in reports] == [(12, ""), (12, "done")]
    assert (out / STATE_FILE).read_bytes() == before


def test_a_run_begun_before_a_setting_existed_can_be_resumed(data: Path, tmp_path: Path) -> None:
    """A setting that is missing from its state has its default."""
    out = train(short_training(steps=3), data, tmp_path / "out")
    state = (out / STATE_FILE).read_bytes()
    for name in ('\\"chain\\": false, ', '\\"patience\\": 0, '):
        assert name.encode() in state
        state = state.replace(name.encode(), b" " * len(name))
    (out / STATE_FILE).write_bytes(state)
    train(short_training(steps=3), data, out, resume=True)
    with pytest.raises(TrainingError, match=r"begun with patience 0 \(not 1\)"):
        train(short_training(steps=3, patience=1), data, out, resume=True)


def test_the_seed_determines_the_weights(data: Path, tmp_path: Path) -> None:
    """The same seed gives the same bytes, another seed others."""
    weights = []
    for place, seed in (("a", 1), ("b", 1), ("c", 2)):
        out = train(short_training(seed=seed, steps=3), data, tmp_path / place)
        weights.append((out / checkpoint.WEIGHTS).read_bytes())
    assert weights[0] == weights[1] != weights[2]


def test_a_batch_may_be_larger_than_the_data(data: Path, tmp_path: Path) -> None:
    """An update then takes all windows of one length."""
    out = train(short_training(batch=10_000, steps=3), data, tmp_path / "out")
    assert checkpoint.load(out).step == 3


def test_the_model_with_the_lowest_validation_loss_is_saved(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run ends when the loss has not improved for `patience` validations."""
    losses = iter([5.0, 3.0, 4.0, 3.0, 2.0])
    means = Trainer._means
    monkeypatch.setattr(train_module, "REPORT_EVERY", 1000)  # only validations compute means

    def means_with_given_loss(trainer: Trainer, sums: torch.Tensor) -> dict[str, float]:
        figures = means(trainer, sums)
        return figures | {"loss": next(losses)} if not torch.is_grad_enabled() else figures

    monkeypatch.setattr(Trainer, "_means", means_with_given_loss)
    config = short_training(steps=50, valid_every=2, patience=2)
    reports: list[Report] = []
    out = train(config, data, tmp_path / "out", progress=reports.append)
    assert (reports[-1].ended, reports[-1].done, reports[-1].total) == ("patience", 8, 50)
    assert checkpoint.load(out).step == 4
    assert (out / METRICS_FILE).read_text().splitlines()[-1].startswith("8,")
    before = (out / STATE_FILE).read_bytes()
    train(config, data, out, resume=True)
    assert (out / STATE_FILE).read_bytes() == before


def test_ctrl_c_saves_and_says_how_to_resume(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The current update is finished first; afterwards the signal handler is restored."""
    reports: list[Report] = []
    handler = signal.getsignal(signal.SIGINT)  # SIG_IGN if a shell runs the tests in background
    with monkeypatch.context() as patch:
        before_update(4, patch, lambda trainer: signal.raise_signal(signal.SIGINT))
        with pytest.raises(KeyboardInterrupt, match="Stopped at step 5 of 12; --resume goes on"):
            train(short_training(), data, tmp_path / "broken", progress=reports.append)
    assert (reports[-1].ended, reports[-1].done, reports[-1].total) == ("interrupt", 5, 12)
    assert signal.getsignal(signal.SIGINT) is handler
    assert checkpoint.load(tmp_path / "broken").step == 5
    train(short_training(), data, tmp_path / "broken", resume=True)
    train(short_training(), data, tmp_path / "unbroken")
    unbroken, broken = (
        (tmp_path / place / STATE_FILE).read_bytes() for place in ("unbroken", "broken")
    )
    assert unbroken == broken


def test_a_training_is_not_overwritten(data: Path, tmp_path: Path) -> None:
    """And an empty folder holds no training to resume."""
    with pytest.raises(TrainingError, match=r"no training in .* to resume"):
        train(short_training(), data, tmp_path / "out", resume=True)
    train(short_training(steps=1), data, tmp_path / "out")
    with pytest.raises(TrainingError, match="holds a training already: go on with --resume"):
        train(short_training(), data, tmp_path / "out")
    (tmp_path / "out" / STATE_FILE).unlink()  # like the folder of a shipped model
    with pytest.raises(TrainingError, match="holds a trained model already: choose another"):
        train(short_training(), data, tmp_path / "out")


def test_data_of_another_codec_is_refused(data: Path, tmp_path: Path) -> None:
    """The error says how to prepare it."""
    with pytest.raises(TrainingError, match="prepare it again with --codec roll"):
        train(short_training("vae"), data, tmp_path / "out")
    with pytest.raises(DatasetError, match="is no prepared data set"):
        train(short_training(), tmp_path / "nowhere", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_data_of_windows_of_another_length_is_refused(tmp_path: Path) -> None:
    """The error says how to prepare it; a net for windows of 4 bars trains on them."""
    data = write_dataset(tmp_path / "data", "drums", bars=4)
    with pytest.raises(TrainingError, match=r"windows of 2 bars, but .* for 4: .* with --bars 2"):
        train(short_training("drums-2bar"), data, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    config = short_training("drums-2bar", steps=2)
    longer = replace(config, net=replace(config.net, bars=4))
    assert checkpoint.load(train(longer, data, tmp_path / "out")).config == longer


def test_the_loss_of_a_trio_falls(tmp_path: Path) -> None:
    """A step counts as right if all of its parts are."""
    reports: list[Report] = []
    config = short_training(steps=60, free_nats=0.0, beta=0.1)
    trio = replace(config, net=replace(config.net, codec="trio"))
    train(trio, write_dataset(tmp_path / "data", "trio"), tmp_path / "out", progress=reports.append)
    first, last = reports[1].figures, reports[-1].figures
    assert last["valid_nats"] < 0.8 * first["nats"]
    assert 0 < last["valid_accuracy"] < 1


def poison_weights(trainer: Trainer) -> None:
    """Set a weight matrix to NaN."""
    with torch.no_grad():
        next(trainer.net.parameters()).fill_(math.nan)


def poison_a_gradient(trainer: Trainer) -> None:
    """Make one gradient NaN, with finite losses."""
    trainer.net.decoder.head.weight.register_hook(lambda gradient: gradient * math.nan)  # type: ignore[union-attr,operator]  # it has a decoder


@pytest.mark.parametrize(
    ("poison", "where"),
    [
        (poison_weights, "the reconstruction"),
        (poison_a_gradient, r"the gradient of .*head\.weight"),
    ],
)
def test_a_loss_or_gradient_that_is_not_a_number_stops_the_run(
    poison: Callable[[Trainer], None],
    where: str,
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The last good save stays; the error says when, where and what to do."""
    out = train(short_training(steps=12, valid_every=2), data, tmp_path / "good")
    before = (out / STATE_FILE).read_bytes()
    before_update(4, monkeypatch, poison)
    sentence = rf"At step 4 {where} is not a number.*with a lower --learning-rate"
    with pytest.raises(TrainingError, match=sentence):
        train(short_training(steps=12, valid_every=2), data, tmp_path / "bad")
    assert checkpoint.load(tmp_path / "bad").step == 4
    monkeypatch.undo()
    train(short_training(steps=12, valid_every=2), data, tmp_path / "bad", resume=True)
    assert (tmp_path / "bad" / STATE_FILE).read_bytes() == before


def test_a_full_disk_leaves_the_last_save_intact(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run can be resumed from it."""
    monkeypatch.setattr(train_module, "SAVE_EVERY_SECONDS", -1)
    replace = Path.replace

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    before_update(6, monkeypatch, lambda trainer: monkeypatch.setattr(Path, "replace", full))
    with pytest.raises(OutputError, match=r"training\.safetensors cannot be written: No space"):
        train(short_training(valid_every=4), data, tmp_path / "out")
    monkeypatch.undo()
    assert Path.replace is replace
    assert checkpoint.load(tmp_path / "out").step == 4
    train(short_training(valid_every=4), data, tmp_path / "out", resume=True)
    assert checkpoint.load(tmp_path / "out").step == 12


def test_a_folder_that_cannot_be_written_is_an_error_before_the_first_update(
    data: Path, tmp_path: Path
) -> None:
    """Here a file has the name of the folder."""
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputError, match="cannot be written"):
        train(short_training(steps=10**9), data, tmp_path / "out")


def test_a_lack_of_memory_says_what_to_lower(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether torch runs out of memory on a CPU or a GPU; other errors of torch are unchanged."""
    for error in (
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory."),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 99 bytes"),
        RuntimeError("mat1 and mat2 shapes cannot be multiplied"),
    ):

        def raise_error(trainer: Trainer, error: Exception = error) -> None:
            raise error

        out = tmp_path / str(error)[:4]
        with monkeypatch.context() as patch:
            before_update(1, patch, raise_error)
            sentence = "mat1 and mat2" if "mat1" in str(error) else "not enough memory.* --batch"
            with pytest.raises((TrainingError, RuntimeError), match=sentence):
                train(short_training(), data, out)


def test_curves_and_tensorboard_files_are_written(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If matplotlib and TensorBoard are installed."""
    monkeypatch.setattr(metrics_log, "draw_curves", draw_curves)  # conftest.py replaces it
    out = train(short_training(), data, tmp_path / "out")
    assert (out / CURVES_FILE).read_bytes().startswith(b"\x89PNG")
    pytest.importorskip("torch.utils.tensorboard")
    assert list((out / "tensorboard").iterdir())
