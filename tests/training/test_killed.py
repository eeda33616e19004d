"""A run that is killed repeatedly ends with the same files as an uninterrupted one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from musicvae import checkpoint
from musicvae.training.metrics_log import METRICS_FILE
from musicvae.training.resume import STATE_FILE

from ..miniatures import write_dataset
from ..posix import posix_only

ROOT = Path(__file__).parents[2]

# One process loads torch and forks the runs, so that each starts at once. A run saves after
# every update and validates after every fourth; it draws no curves, which would be slow.
DRIVER = """
import os, random, signal, sys, time
from pathlib import Path
import lightning.fabric
from musicvae.training import metrics_log, train
from musicvae.training.resume import STATE_FILE
from tests.miniatures import short_training

data, unbroken, broken = map(Path, sys.argv[1:])
train.SAVE_EVERY_SECONDS, train.REPORT_EVERY = -1, 1
metrics_log.MetricsLogger.draw = lambda logger: None
metrics_log._tensorboard_writer = lambda out, step: None
config = short_training(steps=50, valid_every=4)

def start(out):
    if child := os.fork():
        return child
    resume = (out / STATE_FILE).exists()
    train.train(config, data, out, resume=resume, progress=lambda report: time.sleep(0.01))
    os._exit(0)

def rows():
    return len(list(metrics_log.read_metrics(broken)))

rng = random.Random(0)
for number in range(5):
    before, child = rows(), start(broken)
    while number % 5 and rows() <= before:  # one is killed before its first update
        time.sleep(0.001)
    time.sleep(rng.uniform(0, 0.1))
    os.kill(child, signal.SIGKILL)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL, "it ended before it was killed"
for out in (broken, unbroken):
    assert os.waitpid(start(out), 0)[1] == 0
"""


@pytest.mark.slow
@posix_only("fork of a process")
def test_a_run_survives_five_kills_at_random_moments(tmp_path: Path) -> None:
    """Weights, optimizer state and metrics are identical, and no temporary files are left."""
    places = [
        str(write_dataset(tmp_path / "data")),
        *(str(tmp_path / p) for p in ("unbroken", "broken")),
    ]
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, *places],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},  # several threads are slow on a busy machine
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    for name in (STATE_FILE, checkpoint.WEIGHTS, checkpoint.CONFIG, METRICS_FILE):
        unbroken, broken = (tmp_path / place / name for place in ("unbroken", "broken"))
        assert unbroken.read_bytes() == broken.read_bytes(), name
    assert not list((tmp_path / "broken").glob(".*"))
