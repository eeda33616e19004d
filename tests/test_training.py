"""Training: the loss falls, a stopped run goes on as if unbroken, and errors are sentences."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from musicvae import checkpoint, training
from musicvae.config import ModelConfig, TrainConfig
from musicvae.dataset import SPLITS, open_split, pack, save
from musicvae.errors import DatasetError, TrainingError
from musicvae.music.codecs import CODECS
from musicvae.music.units import Meter
from musicvae.nets import Losses
from musicvae.presets import PRESETS
from musicvae.progress import Report
from musicvae.training import STATE, Run, draw_batches, train, use_bf16, warmup_then_cooldown

from .miniatures import miniature, windows_of

METERS = (Meter(4, 4), Meter(6, 8), Meter(3, 4)) * 6


def make_data(folder: Path, codec: str = "melody") -> Path:
    """A data set of eighteen windows, the same in each split."""
    folder.mkdir()
    codes = np.array([pack(CODECS[codec], window) for window in windows_of(codec, METERS)])
    meters = np.array([(m.numerator, m.denominator, m.grid) for m in METERS], dtype=np.uint8)
    save(folder, CODECS[codec], {split: [(codes, meters)] for split in SPLITS}, {})
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Prepared melodies."""
    return make_data(tmp_path / "data")


def short(name: str = "melody-2bar", **choices: object) -> ModelConfig:
    """A preset in miniature, with a short training."""
    config = miniature(name)
    base = replace(config.train, steps=12, warmup=3, learning_rate=5e-3)
    return replace(config, train=replace(base, **choices))  # type: ignore[arg-type]  # any field


def stop_after(steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time is up once that many updates are done."""
    update = Run.update

    def counted(run: Run, *arguments: object) -> dict[str, float]:
        if run.step + 1 == steps:
            monkeypatch.setattr(time, "monotonic", lambda: 1e9)
        return update(run, *arguments)  # type: ignore[arg-type]  # handed on

    monkeypatch.setattr(Run, "update", counted)


@pytest.mark.parametrize("name", PRESETS)
def test_the_loss_of_every_preset_falls(name: str, tmp_path: Path) -> None:
    """Reports tell the terms in nats, accuracy and speed, and at last those of unseen windows."""
    reports: list[Report] = []
    config = short(name, steps=60, free_nats=0.0, beta=0.1)
    folder = make_data(tmp_path / "data", config.net.codec)
    out = train(config, folder, tmp_path / "out", progress=reports.append)
    *steps, last = reports
    assert [report.done for report in steps] == list(range(10, 70, 10))
    assert steps[0].figures.keys() == {"nats", "kl", "accuracy", "windows/s"}
    assert last.figures.keys() == {"valid_nats", "valid_kl", "valid_accuracy"}
    assert last.figures["valid_nats"] < 0.8 * steps[0].figures["nats"]
    assert checkpoint.load(out).step == 60


@pytest.mark.parametrize("name", ["melody-2bar", "lstm"])
def test_a_stopped_run_goes_on_as_if_unbroken(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped in the middle of an epoch and resumed: the very same weights."""
    config = short(name)
    data = make_data(tmp_path / "data", config.net.codec)
    train(config, data, tmp_path / "unbroken")
    with monkeypatch.context() as patch:
        stop_after(5, patch)
        train(config, data, tmp_path / "broken", max_minutes=60)
    assert checkpoint.load(tmp_path / "broken").step == 5
    train(config, data, tmp_path / "broken", resume=True)
    unbroken, broken = ((tmp_path / place / STATE).read_bytes() for place in ("unbroken", "broken"))
    assert unbroken == broken
    assert checkpoint.load(tmp_path / "broken").step == 12


def test_a_run_that_is_done_stays_done(data: Path, tmp_path: Path) -> None:
    """Resuming it changes nothing."""
    out = train(short(), data, tmp_path / "out")
    before = (out / STATE).read_bytes()
    train(short(), data, out, resume=True)
    assert (out / STATE).read_bytes() == before


def test_another_seed_is_another_run(data: Path, tmp_path: Path) -> None:
    """The same seed is the same run."""
    states = []
    for place, seed in (("a", 1), ("b", 1), ("c", 2)):
        out = train(short(seed=seed, steps=3), data, tmp_path / place)
        states.append((out / STATE).read_bytes())
    assert states[0] == states[1] != states[2]


def test_a_run_saves_on_the_way(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was saved can be resumed when the process ends without warning."""
    monkeypatch.setattr(training, "SAVE_EVERY_SECONDS", 0)

    def unplug(report: Report) -> None:
        if report.done == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(short(), data, tmp_path / "out", progress=unplug)
    assert checkpoint.load(tmp_path / "out").step == 9
    train(short(), data, tmp_path / "out", resume=True)
    assert checkpoint.load(tmp_path / "out").step == 12


def test_a_training_is_not_overwritten(data: Path, tmp_path: Path) -> None:
    """Nor is there one to resume in an empty folder."""
    with pytest.raises(TrainingError, match=r"no training in .* to resume"):
        train(short(), data, tmp_path / "out", resume=True)
    train(short(steps=1), data, tmp_path / "out")
    with pytest.raises(TrainingError, match="holds a training already: go on with --resume"):
        train(short(), data, tmp_path / "out")


def test_data_of_another_codec_is_refused(data: Path, tmp_path: Path) -> None:
    """The sentence says how to prepare it."""
    with pytest.raises(TrainingError, match="prepare it again with --codec roll"):
        train(short("vae"), data, tmp_path / "out")
    with pytest.raises(DatasetError, match="is no prepared data set"):
        train(short(), tmp_path / "nowhere", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_loss_that_is_no_number_stops_the_run(data: Path, tmp_path: Path) -> None:
    """The last good save stays; the sentence says what to do."""
    out = train(short(steps=2), data, tmp_path / "out")
    before = (out / STATE).read_bytes()
    run = Run(short(), out)
    run.restore()
    with torch.no_grad():
        next(run.net.parameters()).fill_(math.nan)
    windows = open_split(data, "train")
    with pytest.raises(TrainingError, match=r"not a number at step 2.*lower learning rate"):
        run.go(windows, windows, math.inf, lambda report: None)
    assert (out / STATE).read_bytes() == before


def test_a_damaged_state_is_refused(data: Path, tmp_path: Path) -> None:
    """As one sentence."""
    out = train(short(steps=1), data, tmp_path / "out")
    (out / STATE).write_bytes((out / STATE).read_bytes()[:-9])
    with pytest.raises(TrainingError, match="cannot be resumed"):
        train(short(), data, out, resume=True)


def test_a_training_of_another_net_is_not_resumed(data: Path, tmp_path: Path) -> None:
    """Its sizes are those it was begun with."""
    out = train(short(steps=1), data, tmp_path / "out")
    other = short()
    other = replace(other, net=replace(other.net, hidden=9))
    with pytest.raises(TrainingError, match="another net: resume it with the preset"):
        train(other, data, out, resume=True)


def test_beta_rises_from_zero(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that `z` is worth something before it costs; then it stays."""
    betas = []
    total = Losses.total

    def heard(losses: Losses, beta: float, free_nats: float) -> torch.Tensor:
        betas.append(beta)
        return total(losses, beta, free_nats)

    monkeypatch.setattr(Losses, "total", heard)
    train(short(steps=7, beta=0.8, beta_warmup=4), data, tmp_path / "out")
    assert betas == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 0.8, 0.8])


def test_every_update_draws_its_own_chance(data: Path, tmp_path: Path) -> None:
    """The same windows twice, at a learning rate of 0: other keys and noise, told by the seed."""
    windows = open_split(data, "train")
    runs = [Run(short(learning_rate=0.0), tmp_path) for _ in range(2)]
    terms = [[run.update(windows, np.arange(4)) for _ in range(2)] for run in runs]
    assert terms[0] == terms[1]
    assert terms[0][0] != terms[0][1]


def test_gradients_are_clipped(data: Path, tmp_path: Path) -> None:
    """To a norm that the config says."""
    run = Run(short(clip=0.01), tmp_path)
    run.update(open_split(data, "train"), np.arange(4))
    norms = [p.grad.norm() for p in run.net.parameters() if p.grad is not None]
    assert torch.stack(norms).norm().item() == pytest.approx(0.01, rel=1e-3)


def test_every_window_stands_in_every_epoch_once(data: Path) -> None:
    """In an order of its own; and from any step on the batches are the same."""
    windows = open_split(data, "train")
    choices = TrainConfig(steps=20, batch=4)
    batches = list(draw_batches(windows, choices, 0))
    assert len(batches) == 20
    size = len(windows.plan(4))
    first, second = (np.concatenate(batches[i : i + size]) for i in (0, size))
    assert sorted(first) == sorted(second) == list(range(len(windows)))
    assert first.tolist() != second.tolist()
    later = list(draw_batches(windows, choices, 7))
    assert [b.tolist() for b in later] == [b.tolist() for b in batches[7:]]


def test_the_learning_rate_rises_stays_and_falls_to_zero() -> None:
    """Linear both ways."""
    choices = TrainConfig(steps=100, warmup=10, cooldown=0.4)
    shares = [warmup_then_cooldown(choices, step) for step in range(101)]
    np.testing.assert_allclose(shares[:10], np.arange(1, 11) / 10)
    assert set(shares[10:60]) == {1.0}
    np.testing.assert_allclose(shares[60:], np.arange(40, -1, -1) / 40)


def test_bf16_is_used_where_the_processor_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for where there is none, it is one sentence."""
    cpu = torch.device("cpu")
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"amx_bf16": True})
    assert use_bf16("auto", cpu)
    assert use_bf16("bf16", cpu)
    assert not use_bf16("fp32", cpu)
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict)
    assert not use_bf16("auto", cpu)
    with pytest.raises(TrainingError, match="train with --precision fp32"):
        use_bf16("bf16", cpu)
