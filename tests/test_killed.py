"""A run that is killed, again and again, ends as one that never was."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

from musicvae import checkpoint
from musicvae.journal import METRICS
from musicvae.state import STATE

from .miniatures import make_data

ROOT = Path(__file__).parent.parent
KILLS = int(os.environ.get("MUSICVAE_KILLS", "3"))
"""How often; `MUSICVAE_KILLS=10 python -m pytest tests/test_killed.py` for longer."""

# It saves after every update, and every fourth is the time of a validation.
SCRIPT = """
import sys, time
from pathlib import Path
from musicvae import training
from tests.miniatures import short

data, out = Path(sys.argv[1]), Path(sys.argv[2])
training.SAVE_EVERY_SECONDS, training.REPORT_EVERY = -1, 1
config = short(steps=150, valid_every=4)
resume = (out / training.STATE).exists()
print("ready", flush=True)
training.train(config, data, out, resume=resume, progress=lambda report: time.sleep(0.01))
"""


def start(data: Path, out: Path) -> subprocess.Popen[bytes]:
    """A run that goes on where it was, once torch is loaded."""
    words = [sys.executable, "-c", SCRIPT, str(data), str(out)]
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout
    assert process.stdout.readline() == b"ready\n"
    return process


def test_a_run_survives_kills_at_random_moments(tmp_path: Path) -> None:
    """With identical weights, optimizer and metrics, and nothing left behind."""
    data, draw = make_data(tmp_path / "data"), random.Random(0)
    for _ in range(KILLS):
        with start(data, tmp_path / "broken") as process:
            deadline = time.monotonic() + 60
            before = _stamp(tmp_path / "broken")
            while _stamp(tmp_path / "broken") == before and time.monotonic() < deadline:
                time.sleep(0.01)
            time.sleep(draw.uniform(0, 0.2))
            process.kill()
        assert process.returncode == -9, "it was done before it was killed"
    for place in ("broken", "unbroken"):
        with start(data, tmp_path / place) as process:
            assert process.wait() == 0
    for name in (STATE, checkpoint.WEIGHTS, checkpoint.CONFIG, METRICS):
        unbroken, broken = (tmp_path / place / name for place in ("unbroken", "broken"))
        assert unbroken.read_bytes() == broken.read_bytes(), name
    names = [{path.name for path in (tmp_path / p).iterdir()} for p in ("unbroken", "broken")]
    assert names[0] == names[1]


def _stamp(out: Path) -> int:
    """When the run was last saved."""
    state = out / STATE
    return state.stat().st_mtime_ns if state.exists() else 0
