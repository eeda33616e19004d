"""The trainer: updates, their random numbers, validation, and the saved state."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from musicvae.config import ModelConfig, TrainConfig
from musicvae.corpus.dataset import Windows, open_split
from musicvae.errors import TrainingError
from musicvae.nets import Losses
from musicvae.presets import PRESETS
from musicvae.training import trainer as trainer_module
from musicvae.training.distributed import launch_fabric
from musicvae.training.resume import STATE_FILE
from musicvae.training.trainer import Trainer, draw_batches, spread_batches

from ..miniatures import short_training, write_dataset

MAPS = Path("/proc/self/maps")


@pytest.fixture
def windows(tmp_path: Path) -> Windows:
    """Prepared melodies."""
    return open_split(write_dataset(tmp_path / "data"), "train")


def fresh(config: ModelConfig, out: Path) -> Trainer:
    """A trainer in a single process."""
    return Trainer(config, out, launch_fabric("fp32"))


def test_beta_weighs_the_kl(
    windows: Windows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beta follows its schedule, and free nats are passed on."""
    arguments = []
    total = Losses.total

    def recorded_total(losses: Losses, beta: float, free_nats: float) -> torch.Tensor:
        arguments.append((beta, free_nats))
        return total(losses, beta, free_nats)

    monkeypatch.setattr(Losses, "total", recorded_total)
    trainer = fresh(short_training(beta=0.8, beta_warmup=4, free_nats=3.0), tmp_path)
    for batch in trainer.local_batches(windows):
        trainer.update(batch)
    betas, free = zip(*arguments, strict=True)
    assert betas[:6] == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 0.8])
    assert set(free) == {3.0}


def test_every_update_draws_noise_of_its_own(windows: Windows, tmp_path: Path) -> None:
    """The same windows twice, at a learning rate of 0: noise depends on seed and step."""
    terms = []
    for _ in range(2):
        trainer = fresh(short_training(learning_rate=0.0), tmp_path)
        batch = trainer.local_batch(windows, np.arange(4))
        terms.append([trainer.update(batch).reconstruction.tolist() for _ in range(2)])
    assert terms[0] == terms[1]
    assert terms[0][0] != terms[0][1]


def test_every_epoch_draws_new_transpositions(windows: Windows, tmp_path: Path) -> None:
    """A window is transposed differently in different epochs."""
    trainer = fresh(short_training(steps=60), tmp_path)
    batches = list(trainer.local_batches(windows))
    size = len(windows.batch_rows(4))
    epochs = {
        tuple(sorted(tuple(x.argmax(-1).tolist()) for batch in epoch for x in batch.sequences.x))
        for epoch in (batches[i : i + size] for i in range(0, 60, size))
    }
    assert len(epochs) > 1


@pytest.mark.parametrize("name", PRESETS)
def test_random_numbers_depend_on_seed_and_step_only(name: str, tmp_path: Path) -> None:
    """Random numbers drawn before an update do not change it."""
    net = short_training(name).net
    data = open_split(write_dataset(tmp_path / "data", net.codec, net.bars), "train")
    weights: list[list[object]] = []
    for _ in range(2):
        trainer = fresh(short_training(name), tmp_path)
        torch.randn(7 + len(weights))
        trainer.update(next(trainer.local_batches(data)))
        weights.append([parameter.tolist() for parameter in trainer.net.parameters()])
    assert weights[0] == weights[1]


def test_gradients_are_clipped(windows: Windows, tmp_path: Path) -> None:
    """Their norm is at most `clip` of the config."""
    trainer = fresh(short_training(clip=0.01), tmp_path)
    trainer.update(trainer.local_batch(windows, np.arange(4)))
    norms = [p.grad.norm() for p in trainer.net.parameters() if p.grad is not None]
    assert torch.stack(norms).norm().item() == pytest.approx(0.01, rel=1e-3)


def test_every_epoch_has_every_window_once(windows: Windows) -> None:
    """In a new order; starting from a later step gives the same batches."""
    config = TrainConfig(steps=20, batch=4)
    batches = list(draw_batches(windows, config, 0))
    assert len(batches) == 20
    size = len(windows.batch_rows(4))
    first, second = (np.concatenate(batches[i : i + size]) for i in (0, size))
    assert sorted(first) == sorted(second) == list(range(len(windows)))
    assert first.tolist() != second.tolist()
    later = list(draw_batches(windows, config, 7))
    assert [b.tolist() for b in later] == [b.tolist() for b in batches[7:]]


def test_validation_spreads_over_all_windows(
    windows: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All windows of a small split; every n-th of a large one; batches have one length."""
    assert sorted(np.concatenate(list(spread_batches(windows)))) == list(range(18))
    monkeypatch.setattr(trainer_module, "VALID_WINDOWS", 6)
    monkeypatch.setattr(trainer_module, "VALID_BATCH", 2)
    batches = list(spread_batches(windows))
    assert sorted(np.concatenate(batches)) == [0, 3, 6, 9, 12, 15]
    assert [len(batch) for batch in batches] == [2, 2, 2]


def test_a_validation_changes_nothing_and_repeats(windows: Windows, tmp_path: Path) -> None:
    """A second validation has the same figures, so figures differ only if the weights do."""
    trainer = fresh(short_training(), tmp_path)
    before = [parameter.clone() for parameter in trainer.net.parameters()]
    assert trainer.validate(windows) == trainer.validate(windows)
    assert all(map(torch.equal, before, trainer.net.parameters()))


def test_a_saved_run_is_restored_with_the_same_settings_only(
    windows: Windows, tmp_path: Path
) -> None:
    """The error names the settings that differ."""
    trainer = fresh(short_training(), tmp_path)
    trainer.update(next(trainer.local_batches(windows)))
    trainer.save()
    again = fresh(short_training(), tmp_path)
    again.restore()
    assert again.state == trainer.state
    config = short_training(batch=5)
    other = fresh(replace(config, net=replace(config.net, hidden=9)), tmp_path)
    with pytest.raises(TrainingError, match=r"begun with hidden 8 \(not 9\), batch 4 \(not 5\)"):
        other.restore()


@pytest.mark.skipif(not MAPS.exists(), reason="only Linux lists what is mapped")
def test_a_restored_run_leaves_its_file_free(windows: Windows, tmp_path: Path) -> None:
    """No tensor of it is still mapped, since Windows would refuse to replace the file."""
    trainer = fresh(short_training(), tmp_path)
    trainer.update(next(trainer.local_batches(windows)))
    trainer.save()
    again = fresh(short_training(), tmp_path)
    again.restore()
    assert str(tmp_path / STATE_FILE) not in MAPS.read_text(encoding="utf-8")
    assert again.state.step == 1


def test_a_run_saved_before_a_setting_existed_is_restored(tmp_path: Path) -> None:
    """A setting that is missing from the file has its default."""
    fresh(short_training(), tmp_path).save()
    state = tmp_path / "training.safetensors"
    setting = rb"\"bars\": 2,"
    assert setting in state.read_bytes()
    state.write_bytes(state.read_bytes().replace(setting, b" " * len(setting)))
    fresh(short_training(), tmp_path).restore()
    config = short_training()
    longer = replace(config, net=replace(config.net, bars=4))
    with pytest.raises(TrainingError, match=r"begun with bars 2 \(not 4\)"):
        fresh(longer, tmp_path).restore()


def test_a_damaged_state_is_refused(tmp_path: Path) -> None:
    """A truncated file cannot be resumed."""
    trainer = fresh(short_training(), tmp_path)
    trainer.save()
    state = tmp_path / "training.safetensors"
    state.write_bytes(state.read_bytes()[:-9])
    with pytest.raises(TrainingError, match="cannot be resumed"):
        trainer.restore()
