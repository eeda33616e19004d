"""How fast melody-2bar trains in single precision and in bf16, in one run.

    python scripts/bench/train.py [--batch 64] [--threads 1] [--updates 5]

Windows are drawn at random: what they hold does not change the time.
"""

from __future__ import annotations

import argparse
import statistics
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from musicvae.codecs import CODECS
from musicvae.corpus.dataset import Windows
from musicvae.errors import TrainingError
from musicvae.presets import PRESETS
from musicvae.training.distributed import start
from musicvae.training.trainer import Trainer


def main() -> None:
    """Print phrases a second for each precision, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch", type=int, default=64, help="Windows in an update.")
    parser.add_argument("--threads", type=int, default=1, help="Threads of torch.")
    parser.add_argument("--updates", type=int, default=5, help="Updates timed.")
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    speeds = {}
    for precision in ("fp32", "bf16"):
        try:
            speeds[precision] = speed(precision, chosen.batch, chosen.updates)
            print(f"{precision}: {speeds[precision]:.0f} phrases/s")
        except TrainingError as error:
            print(f"{precision}: {error}")
    if len(speeds) == 2:
        print(f"bf16 / fp32: {speeds['bf16'] / speeds['fp32']:.2f}")


def speed(precision: str, batch: int, updates: int) -> float:
    """Phrases a second of whole updates, the median of several."""
    config = PRESETS["melody-2bar"]
    config = replace(config, train=replace(config.train, precision=precision, batch=batch))
    run = Trainer(config, Path(), start(precision))
    rng = np.random.default_rng(0)
    codes = rng.choice(90, (batch, 64), p=[0.3 / 89] * 89 + [0.7]).astype(np.uint8)
    meters = np.tile(np.array([[4, 4, 4]], dtype=np.uint8), (batch, 1))
    windows = Windows(CODECS["melody"], codes, meters)
    took = []
    for _ in range(updates + 1):
        begun = time.perf_counter()
        run.update(run.local_batch(windows, np.arange(batch)))
        took.append(time.perf_counter() - begun)
    return batch / statistics.median(took[1:])


if __name__ == "__main__":
    main()
