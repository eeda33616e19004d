"""How long each preset takes to train on this machine.

    python scripts/bench/presets.py [--seconds 10] [--threads 1] [--presets melody-2bar lstm ...]

Each preset is trained for some seconds as `musicvae train` does it, on 512 random windows of its
codec: what they hold does not change the time. The time of all updates follows from the pace of
those that were seen, the first few left out; validations are not counted. The last column is that
time divided by the time of `melody-2bar`.

With one thread it is the processor's time that is measured, so the figures are those of a core that
does nothing else, whatever the machine does. With more it is the time of the clock: leave the
machine alone then.
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

from musicvae.cli.progress import duration
from musicvae.codecs import CODECS
from musicvae.config import NetConfig
from musicvae.corpus.dataset import SPLITS, pack, save
from musicvae.presets import CLOSEST_MODEL, PRESETS
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
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    training.REPORT_EVERY = 1
    names = [CLOSEST_MODEL, *(name for name in chosen.presets if name != CLOSEST_MODEL)]
    print(COLUMNS.format(CLOSEST_MODEL))
    print("|---|" + "--:|" * 6)
    clock = time.process_time if chosen.threads == 1 else time.monotonic
    usual = 0.0
    for name in names:
        choices = PRESETS[name].train
        pace = updates_a_second(name, chosen.seconds, clock)
        whole = choices.steps / pace
        usual = usual or whole
        cells = [
            *(f"`{name}`", f"{choices.steps:,}", str(choices.batch), f"{pace:.2f}"),
            *(f"{pace * choices.batch:.0f}", duration(whole), f"{whole / usual:.2f}"),
        ]
        print(f"| {' | '.join(cells)} |", flush=True)


def updates_a_second(name: str, seconds: float, clock: Callable[[], float]) -> float:
    """The pace of a training once it has begun."""
    seen: list[tuple[float, int]] = []

    def look(report: Report) -> None:
        seen.append((clock(), report.done))
        if report.done > 2 and seen[-1][0] - seen[2][0] > seconds:
            raise KeyboardInterrupt

    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        data.mkdir()
        make_data(data, PRESETS[name].net)
        config = PRESETS[name]
        config = replace(config, train=replace(config.train, valid_every=config.train.steps))
        with suppress(KeyboardInterrupt):
            training.train(config, data, Path(folder) / "out", progress=look)
    (then, before), (now, done) = seen[2], seen[-1]
    return (done - before) / (now - then)


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
