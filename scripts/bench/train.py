"""Measure how fast melody-2bar trains in single precision and in bf16.

    python scripts/bench/train.py [--batch 64] [--threads 1] [--updates 5]

The windows are random; their content does not affect the time.
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
from musicvae.training.distributed import launch_fabric
from musicvae.training.trainer import Trainer


def main() -> None:
    """Print phrases per second for each precision, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch", type=int, default=64, help="Windows in an update.")
    parser.add_argument("--threads", type=int, default=1, help="Threads of torch.")
    parser.add_argument("--updates", type=int, default=5, help="Updates timed.")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    speeds = {}
    for precision in ("fp32", "bf16"):
        try:
            speeds[precision] = phrases_per_second(precision, arguments.batch, arguments.updates)
            print(f"{precision}: {speeds[precision]:.0f} phrases/s")
        except TrainingError as error:
            print(f"{precision}: {error}")
    if len(speeds) == 2:
        print(f"bf16 / fp32: {speeds['bf16'] / speeds['fp32']:.2f}")


def phrases_per_second(precision: str, batch: int, updates: int) -> float:
    """Phrases per second of complete updates, the median of several."""
    config = PRESETS["melody-2bar"]
    config = replace(config, train=replace(config.train, precision=precision, batch=batch))
    trainer = Trainer(config, Path(), launch_fabric(precision))
    rng = np.random.default_rng(0)
    codes = rng.choice(90, (batch, 64), p=[0.3 / 89] * 89 + [0.7]).astype(np.uint8)
    meters = np.tile(np.array([[4, 4, 4]], dtype=np.uint8), (batch, 1))
    windows = Windows(CODECS["melody"], codes, meters)
    seconds = []
    for _ in range(updates + 1):
        start_time = time.perf_counter()
        trainer.update(trainer.local_batch(windows, np.arange(batch)))
        seconds.append(time.perf_counter() - start_time)
    return batch / statistics.median(seconds[1:])


if __name__ == "__main__":
    main()
