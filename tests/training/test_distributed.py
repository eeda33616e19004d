"""Devices and processes: two processes compute the same updates as one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from musicvae.errors import MissingExtra, TrainingError
from musicvae.training import distributed
from musicvae.training import train as training
from musicvae.training.distributed import launch_fabric, local_share, use_bf16
from musicvae.training.metrics_log import read_metrics

from ..miniatures import short_training, write_dataset

ROOT = Path(__file__).parents[2]

# batches of 5, 5, 5, 2 and 1: one of the two processes gets fewer windows, or none
SCRIPT = """
import sys
from pathlib import Path
from musicvae.training import metrics_log, train
from tests.miniatures import short_training

data, out, devices = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
train.REPORT_EVERY = 1
metrics_log.draw_curves = lambda *_: None  # they take longer than the training
train.train(short_training(batch=5, valid_every=4), data, out, devices=devices, progress=print)
print("the first goes on without", *{"mido", "pretty_midi", "symusic"} - sys.modules.keys())
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Prepared melodies."""
    return write_dataset(tmp_path / "data")


def python(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a new interpreter on the CPU."""
    environment = {
        **os.environ,
        **{"CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
    }
    return subprocess.run(
        [sys.executable, *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,  # so that a hang fails the test
    )


@pytest.mark.slow
@pytest.mark.parametrize("launcher", [(), ("-m", "torch.distributed.run", "--nproc-per-node", "2")])
def test_two_processes_give_the_losses_of_one(
    launcher: tuple[str, ...], data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At every step, whether Fabric or torchrun starts them; only the first one continues.

    A cluster needs no library for MIDI files: none is loaded.
    """
    monkeypatch.setattr(training, "REPORT_EVERY", 1)
    training.train(short_training(batch=5, valid_every=4), data, tmp_path / "one")
    (tmp_path / "script.py").write_text(SCRIPT)
    done = python(*launcher, str(tmp_path / "script.py"), str(data), str(tmp_path / "two"), "2")
    assert done.returncode == 0, done.stderr
    *reports, last = done.stdout.splitlines()
    assert len(reports) == 1 + 12 + 1  # before the first step, after each, and at the end
    *words, a, b, c = last.split()
    assert " ".join(words) == "the first goes on without"
    assert {a, b, c} == {"mido", "pretty_midi", "symusic"}
    one, two = (list(read_metrics(tmp_path / place)) for place in ("one", "two"))
    assert len(one) == len(two) == 12
    for row_of_one, row_of_two in zip(one, two, strict=True):
        assert row_of_two == pytest.approx(row_of_one, rel=1e-4)


@pytest.mark.slow
def test_an_error_in_the_first_process_stops_all(data: Path, tmp_path: Path) -> None:
    """The command prints one sentence and exits with code 1."""
    (tmp_path / "out").write_text("mine")
    words = ("--data", str(data), "-o", str(tmp_path / "out"), "--devices", "2")
    done = python("-m", "musicvae", "train", *words)
    assert done.returncode == 1
    assert done.stderr.strip().startswith("musicvae: ")
    assert done.stderr.strip().count("\n") == 0


def test_a_wrong_number_of_processes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than torchrun started, or more than there are GPUs."""
    for name, value in {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "2"}.items():
        monkeypatch.setenv(name, value)
    for name, value in {"GROUP_RANK": "0", "TORCHELASTIC_RUN_ID": "one"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(TrainingError, match="--devices 3 times --num-nodes 1 is not the number"):
        launch_fabric("fp32", devices=3)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(TrainingError, match="1 GPUs here, not 2: lower --devices"):
        launch_fabric("fp32", devices=2)


def test_without_lightning_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to install."""
    monkeypatch.setitem(sys.modules, "lightning.fabric", None)
    with pytest.raises(MissingExtra, match=r"musicvae\[train\]"):
        launch_fabric()


@pytest.mark.parametrize("world", [1, 2, 3, 8])
@pytest.mark.parametrize("rows", [1, 2, 5, 64])
def test_shares_make_up_the_whole(rows: int, world: int) -> None:
    """Each row is in one share; a process left without rows repeats the first with weight 0."""
    shares = [local_share(rows, rank, world) for rank in range(world)]
    taken = [row for part in shares if part.weight for row in range(rows)[part.rows]]
    assert taken == list(range(rows))
    assert sum(part.weight for part in shares) == pytest.approx(1)
    assert all(len(range(rows)[part.rows]) for part in shares)


def test_bf16_is_used_if_the_processor_supports_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """`--precision bf16` on any other processor is refused."""
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"amx_bf16": True})
    assert use_bf16("auto", "cpu")
    assert use_bf16("bf16", "cpu")
    assert not use_bf16("fp32", "cpu")
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict)
    assert not use_bf16("auto", "cpu")
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: False)
    for accelerator in ("cpu", "cuda"):
        with pytest.raises(TrainingError, match="train with --precision fp32"):
            use_bf16("bf16", accelerator)


def test_precision_is_passed_to_fabric(monkeypatch: pytest.MonkeyPatch) -> None:
    """bf16 is mixed precision: weights stay in single precision."""
    monkeypatch.setattr(distributed, "use_bf16", lambda precision, kind: precision == "bf16")
    assert launch_fabric("bf16")._precision.precision == "bf16-mixed"
    assert launch_fabric("fp32")._precision.precision == "32-true"
