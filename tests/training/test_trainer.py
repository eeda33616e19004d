"""A run: what an update draws and does, and what a validation looks at."""

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
from musicvae.training import trainer as run_module
from musicvae.training.distributed import start
from musicvae.training.trainer import Trainer, draw_batches, spread_batches

from ..miniatures import make_data, short


@pytest.fixture
def windows(tmp_path: Path) -> Windows:
    """Prepared melodies."""
    return open_split(make_data(tmp_path / "data"), "train")


def fresh(config: ModelConfig, out: Path) -> Trainer:
    """A run on this process alone."""
    return Trainer(config, out, start("fp32"))


def test_beta_weighs_the_kl(
    windows: Windows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its schedule, and free nats are free."""
    told = []
    total = Losses.total

    def heard(losses: Losses, beta: float, free_nats: float) -> torch.Tensor:
        told.append((beta, free_nats))
        return total(losses, beta, free_nats)

    monkeypatch.setattr(Losses, "total", heard)
    run = fresh(short(beta=0.8, beta_warmup=4, free_nats=3.0), tmp_path)
    for portion in run.local_batches(windows):
        run.update(portion)
    betas, free = zip(*told, strict=True)
    assert betas[:6] == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 0.8])
    assert set(free) == {3.0}


def test_every_update_draws_its_own_chance(windows: Windows, tmp_path: Path) -> None:
    """The same windows twice, at a learning rate of 0: other noise, told by the seed."""
    terms = []
    for _ in range(2):
        run = fresh(short(learning_rate=0.0), tmp_path)
        portion = run.local_batch(windows, np.arange(4))
        terms.append([run.update(portion).reconstruction.tolist() for _ in range(2)])
    assert terms[0] == terms[1]
    assert terms[0][0] != terms[0][1]


def test_epochs_draw_their_transpositions_anew(windows: Windows, tmp_path: Path) -> None:
    """A window does not stay in the key it was heard in first."""
    run = fresh(short(steps=60), tmp_path)
    portions = list(run.local_batches(windows))
    epoch = len(windows.batch_rows(4))
    heard = {
        tuple(sorted(tuple(x.argmax(-1).tolist()) for p in part for x in p.sequences.x))
        for part in (portions[i : i + epoch] for i in range(0, 60, epoch))
    }
    assert len(heard) > 1


@pytest.mark.parametrize("name", PRESETS)
def test_nothing_is_drawn_but_from_the_seed_and_the_step(name: str, tmp_path: Path) -> None:
    """Whatever was drawn before an update, it learns the same."""
    net = short(name).net
    data = open_split(make_data(tmp_path / "data", net.codec, net.bars), "train")
    found: list[list[object]] = []
    for _ in range(2):
        run = fresh(short(name), tmp_path)
        torch.randn(7 + len(found))
        run.update(next(run.local_batches(data)))
        found.append([parameter.tolist() for parameter in run.net.parameters()])
    assert found[0] == found[1]


def test_gradients_are_clipped(windows: Windows, tmp_path: Path) -> None:
    """To a norm that the config says."""
    run = fresh(short(clip=0.01), tmp_path)
    run.update(run.local_batch(windows, np.arange(4)))
    norms = [p.grad.norm() for p in run.net.parameters() if p.grad is not None]
    assert torch.stack(norms).norm().item() == pytest.approx(0.01, rel=1e-3)


def test_every_window_stands_in_every_epoch_once(windows: Windows) -> None:
    """In an order of its own; and from any step on the batches are the same."""
    choices = TrainConfig(steps=20, batch=4)
    batches = list(draw_batches(windows, choices, 0))
    assert len(batches) == 20
    size = len(windows.batch_rows(4))
    first, second = (np.concatenate(batches[i : i + size]) for i in (0, size))
    assert sorted(first) == sorted(second) == list(range(len(windows)))
    assert first.tolist() != second.tolist()
    later = list(draw_batches(windows, choices, 7))
    assert [b.tolist() for b in later] == [b.tolist() for b in batches[7:]]


def test_validation_spreads_over_all_windows(
    windows: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of a small split; of a large one every so many; those of a batch are of one length."""
    assert sorted(np.concatenate(list(spread_batches(windows)))) == list(range(18))
    monkeypatch.setattr(run_module, "VALID_WINDOWS", 6)
    monkeypatch.setattr(run_module, "VALID_BATCH", 2)
    batches = list(spread_batches(windows))
    assert sorted(np.concatenate(batches)) == [0, 3, 6, 9, 12, 15]
    assert [len(batch) for batch in batches] == [2, 2, 2]


def test_a_validation_changes_nothing_and_repeats(windows: Windows, tmp_path: Path) -> None:
    """The figures are the same the second time, so a difference is one of the weights."""
    run = fresh(short(), tmp_path)
    before = [parameter.clone() for parameter in run.net.parameters()]
    assert run.validate(windows) == run.validate(windows)
    assert all(map(torch.equal, before, run.net.parameters()))


def test_a_saved_run_is_restored_with_the_same_choices_only(
    windows: Windows, tmp_path: Path
) -> None:
    """The sentence names those that differ."""
    run = fresh(short(), tmp_path)
    run.update(next(run.local_batches(windows)))
    run.save()
    again = fresh(short(), tmp_path)
    again.restore()
    assert again.state == run.state
    config = short(batch=5)
    other = fresh(replace(config, net=replace(config.net, hidden=9)), tmp_path)
    with pytest.raises(TrainingError, match=r"begun with hidden 8 \(not 9\), batch 4 \(not 5\)"):
        other.restore()


def test_a_run_from_before_there_was_a_choice_is_restored(tmp_path: Path) -> None:
    """What its file does not tell is as usual."""
    fresh(short(), tmp_path).save()
    state = tmp_path / "training.safetensors"
    told = rb"\"bars\": 2,"
    assert told in state.read_bytes()
    state.write_bytes(state.read_bytes().replace(told, b" " * len(told)))
    fresh(short(), tmp_path).restore()
    config = short()
    longer = replace(config, net=replace(config.net, bars=4))
    with pytest.raises(TrainingError, match=r"begun with bars 2 \(not 4\)"):
        fresh(longer, tmp_path).restore()


def test_a_damaged_state_is_refused(tmp_path: Path) -> None:
    """As one sentence."""
    run = fresh(short(), tmp_path)
    run.save()
    state = tmp_path / "training.safetensors"
    state.write_bytes(state.read_bytes()[:-9])
    with pytest.raises(TrainingError, match="cannot be resumed"):
        run.restore()
