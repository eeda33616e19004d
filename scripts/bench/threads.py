"""Measure the effect of limiting BLAS to one thread, with other cores as they are and busy.

    python scripts/bench/threads.py [--model melody-2bar] [--seconds 3]

Calls with the limit of `engine/threads.py` and without it alternate, so that a busy moment affects
both; medians are printed. The ratio is the time without the limit divided by the time with it.
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
"""Time after which a process that keeps a core busy ends by itself."""


def main() -> None:
    """Print a table for the machine as it is and one for the busy one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="melody-2bar")
    parser.add_argument("--seconds", type=float, default=3.0, help="For each figure, at least.")
    arguments = parser.parse_args()
    model = musicvae.load(arguments.model)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"{arguments.model}, {cores} cores, load of the last minute {os.getloadavg()[0]:.1f}")
    print_table("as it is", model, arguments.seconds)
    with busy(cores or 1):
        print_table("busy", model, arguments.seconds)


def print_table(state: str, model: Any, seconds: float) -> None:
    """Print a line for each verb and batch size."""
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
            limited, unlimited = medians(work, seconds)
            print(
                f"{state:8} {verb:8} {n:4} at once: one thread {1e3 * limited:8.1f} ms, "
                f"free {1e3 * unlimited:8.1f} ms, ratio {unlimited / limited:5.2f}",
                flush=True,
            )


def medians(work: Callable[[], object], seconds: float) -> tuple[float, float]:
    """Median seconds of a call with the limit and without it."""
    limited: list[float] = []
    unlimited: list[float] = []
    work()
    start = time.perf_counter()
    while len(unlimited) < 3 or time.perf_counter() - start < seconds:
        limited.append(timed(work))
        with patch.object(threads, "blas_libraries", list):
            unlimited.append(timed(work))
    return statistics.median(limited), statistics.median(unlimited)


def timed(work: Callable[[], object]) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@contextmanager
def busy(cores: int) -> Iterator[None]:
    """Keep every core busy with other processes."""
    code = f"import time\nend = time.time() + {BUSY_SECONDS}\nwhile time.time() < end: pass"
    processes = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(cores)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


if __name__ == "__main__":
    main()
