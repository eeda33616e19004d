"""Call the verbs many times in one process, and print its memory over time.

    python scripts/soak.py [--calls 20000] [--model melody-2bar]

The most memory in the second half of the calls is compared with that in the first; the exit code is
1 if it has grown by more than `MAX_GROWTH_MB`. Linux only: it reads /proc.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory

import musicvae
from musicvae import MusicVAE

TUNES = Path(__file__).parent.parent / "data" / "tunes"
MAX_GROWTH_MB = 10.0
ROWS, ROUND = 20, 9


def main() -> int:
    """Print a row for each twentieth of the calls."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--model", default="melody-2bar")
    options = parser.parse_args()
    model, began = musicvae.load(options.model), time.monotonic()
    tunes = sorted(TUNES.glob("*.mid"))
    sizes: list[float] = []
    with TemporaryDirectory() as folder:
        for done, call in enumerate(islice(calls(model, tunes, Path(folder)), options.calls), 1):
            call()
            if done % max(1, options.calls // ROWS) == 0:
                gc.collect()
                sizes.append(resident_mb())
                seconds = time.monotonic() - began
                print(f"{done:8,} calls {seconds:8.0f} s {sizes[-1]:8.1f} MB", flush=True)
    half = len(sizes) // 2  # the highest of each half: a busy machine takes memory away for a while
    grown = max(sizes[half:]) - max(sizes[:half])
    print(f"grown by {grown:.1f} MB from the first half to the second")
    return 1 if grown > MAX_GROWTH_MB else 0


def calls(model: MusicVAE, tunes: Sequence[Path], folder: Path) -> Iterator[Callable[[], object]]:
    """An endless round of `ROUND` calls: files read and written, constraints, and errors."""
    for number in count():
        a, b = tunes[number % len(tunes)], tunes[(number + 1) % len(tunes)]
        yield partial(write_new_phrase, model, number, folder / f"{number % 100}.mid")
        yield partial(model.generate, 1, seed=number, key="A minor", density="2-6")
        yield partial(model.vary, a, 1, seed=number)
        yield partial(model.interpolate, a, b, 3, seed=number)
        yield partial(model.extend, a, 1, seed=number)
        yield partial(model.reconstruct, a)
        yield partial(model.replay, folder / f"{number % 100}.mid")
        yield partial(musicvae.read_midi, a)
        yield partial(refused, model, number)


def write_new_phrase(model: MusicVAE, seed: int, out: Path) -> None:
    """Generate a phrase and write it to a file."""
    musicvae.write_midi(model.generate(1, seed=seed)[0], out)


def refused(model: MusicVAE, number: int) -> None:
    """A request that is refused, with another text each time."""
    try:
        model.generate(1, key=f"H{number} minor")
    except musicvae.RequestError:
        return
    raise AssertionError("it was not refused")


def resident_mb() -> float:
    """Memory of this process that is in use now, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    if main():
        sys.exit(1)
