"""Estimate how long each preset takes to train on this machine.

    python scripts/bench/presets.py [--seconds 10] [--threads 1] [--presets melody-2bar lstm ...]

Each preset is trained for some seconds as by `musicvae train`, on 512 random windows of its codec;
their content does not affect the time. The time of all updates is extrapolated from the speed of
the measured ones, without the first few; validations are not included. The last column is that
time divided by the time of `melody-2bar`.

With one thread, CPU time is measured, so other work on the machine does not affect the figures.
With more threads it is wall-clock time: run nothing else on the machine then.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from musicvae.cli.progress import format_duration
from musicvae.codecs import CODECS
from musicvae.config import NetConfig
from musicvae.corpus.dataset import SPLITS, save
from musicvae.corpus.shards import pack
from musicvae.presets import PRESETS, RECONSTRUCTION_MODEL
from musicvae.progress import Report
from musicvae.score.phrase import Phrase
from musicvae.training import train as training

WINDOWS = 512
COLUMNS = "| preset | updates | batch | updates/s | phrases/s | all updates | beside {} |"


def main() -> None:
    """Print a row of a table for each preset."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=10.0, help="For each preset, at least.")
    parser.add_argument("--threads", type=int, default=1, help="Threads of torch.")
    parser.add_argument("--presets", nargs="+", default=list(PRESETS), choices=list(PRESETS))
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    training.REPORT_EVERY = 1
    names = [
        RECONSTRUCTION_MODEL,
        *(name for name in arguments.presets if name != RECONSTRUCTION_MODEL),
    ]
    print(COLUMNS.format(RECONSTRUCTION_MODEL))
    print("|---|" + "--:|" * 6)
    clock = time.process_time if arguments.threads == 1 else time.monotonic
    reference = 0.0
    for name in names:
        config = PRESETS[name].train
        speed = updates_per_second(name, arguments.seconds, clock)
        total = config.steps / speed
        reference = reference or total
        cells = [
            f"`{name}`",
            f"{config.steps:,}",
            str(config.batch),
            f"{speed:.2f}",
            f"{speed * config.batch:.0f}",
            format_duration(total),
            f"{total / reference:.2f}",
        ]
        print(f"| {' | '.join(cells)} |", flush=True)


def updates_per_second(name: str, seconds: float, clock: Callable[[], float]) -> float:
    """The speed of a training after its first updates."""
    times: list[tuple[float, int]] = []

    def record(report: Report) -> None:
        times.append((clock(), report.done))
        if report.done > 2 and times[-1][0] - times[2][0] > seconds:
            raise KeyboardInterrupt

    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        data.mkdir()
        make_data(data, PRESETS[name].net)
        config = PRESETS[name]
        config = replace(config, train=replace(config.train, valid_every=config.train.steps))
        with suppress(KeyboardInterrupt):
            training.train(config, data, Path(folder) / "out", progress=record)
    (start, first), (end, last) = times[2], times[-1]
    return (last - first) / (end - start)


def make_data(folder: Path, net: NetConfig) -> None:
    """A data set of random windows in 4/4."""
    codec, rng = CODECS[net.codec], np.random.default_rng(0)
    shape = codec.encode(Phrase(bars=net.bars)).shape
    if codec.likelihood == "bernoulli":
        codes = rng.random((WINDOWS, *shape)) < 0.03
    else:
        heads = [rng.integers(0, classes, (WINDOWS, shape[0])) for classes in codec.heads]
        codes = np.stack(heads, axis=-1).reshape(WINDOWS, *shape)
    packed = pack(codec, codes.astype(codec.dtype), net.bars)
    meters = np.tile(np.array([4, 4, 4], np.uint8), (WINDOWS, 1))
    save(folder, codec, net.bars, {split: [(packed, meters)] for split in SPLITS}, {})


if __name__ == "__main__":
    main()
