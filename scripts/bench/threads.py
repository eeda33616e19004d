"""What one BLAS thread brings the engine, on the machine as it is and with every core busy.

    python scripts/bench/threads.py [--model melody-2bar] [--seconds 3]

Each figure is the median of calls with the limit of `engine/threads.py` and without it, in turn,
so that a busy moment meets both. A ratio above 1 says how many times as fast the limit is.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import numpy as np

import musicvae
from musicvae.engine import threads

SIZES = (1, 4, 64, 512)
BUSY_SECONDS = 300
"""After which a process that keeps a core busy ends by itself."""


def main() -> None:
    """Print a table for the machine as it is and one for the busy one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="melody-2bar")
    parser.add_argument("--seconds", type=float, default=3.0, help="For each figure, at least.")
    chosen = parser.parse_args()
    model = musicvae.load(chosen.model)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"{chosen.model}, {cores} cores, load of the last minute {os.getloadavg()[0]:.1f}")
    table("as it is", model, chosen.seconds)
    with busy(cores or 1):
        table("busy", model, chosen.seconds)


def table(state: str, model: Any, seconds: float) -> None:
    """A line for each verb and size."""
    player = model.player
    for n in SIZES:
        meters = [musicvae.Meter()] * n
        codes = player.decode(
            np.zeros((n, player.latent), np.float32),
            meters,
            temperature=1.0,
            rngs=[np.random.default_rng(seed) for seed in range(n)],
        )
        for verb, work in {
            "generate": lambda n=n: model.generate(n, seed=1),
            "encode": lambda codes=codes, meters=meters: player.encode(codes, meters),
        }.items():
            one, free = medians(work, seconds)
            print(
                f"{state:8} {verb:8} {n:4} at once: one thread {1e3 * one:8.1f} ms, "
                f"free {1e3 * free:8.1f} ms, ratio {free / one:5.2f}",
                flush=True,
            )


def medians(work: Callable[[], object], seconds: float) -> tuple[float, float]:
    """Seconds of some work with the limit and without it."""
    took: tuple[list[float], list[float]] = ([], [])
    work()
    begun = time.perf_counter()
    while len(took[1]) < 3 or time.perf_counter() - begun < seconds:
        took[0].append(timed(work))
        with patch.object(threads, "blas_libraries", list):
            took[1].append(timed(work))
    return statistics.median(took[0]), statistics.median(took[1])


def timed(work: Callable[[], object]) -> float:
    """Seconds of one call."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


@contextmanager
def busy(cores: int) -> Iterator[None]:
    """Other work on every core."""
    code = f"import time\nend = time.time() + {BUSY_SECONDS}\nwhile time.time() < end: pass"
    others = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(cores)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


if __name__ == "__main__":
    main()
