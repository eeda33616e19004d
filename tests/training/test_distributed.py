"""Devices and processes: two of them learn what one would have learned."""

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
from musicvae.training.distributed import share, start, use_bf16
from musicvae.training.metrics_log import read_metrics

from ..miniatures import make_data, short

ROOT = Path(__file__).parents[2]

# batches of 5, 5, 5, 2 and 1: one of the two processes gets less, or nothing
SCRIPT = """
import sys
from pathlib import Path
from musicvae import training
from tests.miniatures import short

data, out, devices = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
training.REPORT_EVERY = 1
training.train(short(batch=5, valid_every=4), data, out, devices=devices, progress=print)
print("the first goes on")
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Prepared melodies."""
    return make_data(tmp_path / "data")


def python(*words: str) -> subprocess.CompletedProcess[str]:
    """A fresh interpreter on the CPU."""
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
        timeout=240,  # a hang is a failure
    )


@pytest.mark.slow
@pytest.mark.parametrize("launcher", [(), ("-m", "torch.distributed.run", "--nproc-per-node", "2")])
def test_two_processes_give_the_losses_of_one(
    launcher: tuple[str, ...], data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At every step, started by hand or by torchrun; only the first one writes and goes on."""
    monkeypatch.setattr(training, "REPORT_EVERY", 1)
    training.train(short(batch=5, valid_every=4), data, tmp_path / "one")
    (tmp_path / "script.py").write_text(SCRIPT)
    done = python(*launcher, str(tmp_path / "script.py"), str(data), str(tmp_path / "two"), "2")
    assert done.returncode == 0, done.stderr
    *reports, last = done.stdout.splitlines()
    assert len(reports) == 1 + 12 + 1  # before the first step, after each, and at the end
    assert last == "the first goes on"
    one, two = (list(read_metrics(tmp_path / place)) for place in ("one", "two"))
    assert len(one) == len(two) == 12
    for alone, together in zip(one, two, strict=True):
        assert together == pytest.approx(alone, rel=1e-4)


@pytest.mark.slow
def test_what_stops_one_process_stops_all(data: Path, tmp_path: Path) -> None:
    """With one sentence, and exit code 1."""
    (tmp_path / "out").write_text("mine")
    words = ("--data", str(data), "-o", str(tmp_path / "out"), "--devices", "2")
    done = python("-m", "musicvae", "train", *words)
    assert done.returncode == 1
    assert done.stderr.strip().startswith("musicvae: ")
    assert done.stderr.strip().count("\n") == 0


def test_a_number_of_processes_that_is_not_there_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of GPUs, and of what torchrun started."""
    for name, value in {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "2"}.items():
        monkeypatch.setenv(name, value)
    for name, value in {"GROUP_RANK": "0", "TORCHELASTIC_RUN_ID": "one"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(TrainingError, match="--devices 3 times --num-nodes 1 is not the number"):
        start("fp32", devices=3)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(TrainingError, match="1 GPUs here, not 2: lower --devices"):
        start("fp32", devices=2)


def test_without_lightning_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence."""
    monkeypatch.setitem(sys.modules, "lightning.fabric", None)
    with pytest.raises(MissingExtra, match=r"musicvae\[train\]"):
        start()


@pytest.mark.parametrize("world", [1, 2, 3, 8])
@pytest.mark.parametrize("rows", [1, 2, 5, 64])
def test_shares_make_up_the_whole(rows: int, world: int) -> None:
    """Every row is taken by one process; one that has none repeats the first, unheard."""
    shares = [share(rows, rank, world) for rank in range(world)]
    taken = [row for one in shares if one.weight for row in range(rows)[one.rows]]
    assert taken == list(range(rows))
    assert sum(one.weight for one in shares) == pytest.approx(1)
    assert all(len(range(rows)[one.rows]) for one in shares)


def test_bf16_is_used_where_the_processor_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for where there is none, it is one sentence."""
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"amx_bf16": True})
    assert use_bf16("auto", "cpu")
    assert use_bf16("bf16", "cpu")
    assert not use_bf16("fp32", "cpu")
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict)
    assert not use_bf16("auto", "cpu")
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: False)
    for kind in ("cpu", "cuda"):
        with pytest.raises(TrainingError, match="train with --precision fp32"):
            use_bf16("bf16", kind)


def test_precision_is_handed_to_fabric(monkeypatch: pytest.MonkeyPatch) -> None:
    """bf16 for products, single precision for weights."""
    monkeypatch.setattr(distributed, "use_bf16", lambda precision, kind: precision == "bf16")
    assert start("bf16")._precision.precision == "bf16-mixed"
    assert start("fp32")._precision.precision == "32-true"
