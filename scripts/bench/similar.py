"""How long a question to a library takes, by its size, and what its file weighs.

    python scripts/bench/similar.py [--windows 10000 100000 1000000] [--latent 192] [--runs 5]

Random directions, ten windows of each file; a question of eight windows in twelve keys. The
time is that of comparing alone: opening is the reading of the file, and is timed beside it.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from play import median_of

from musicvae.retrieval.index import Entry, Library, load, save
from musicvae.retrieval.search import best_of_each, unit_vectors

Floats = NDArray[np.float32]
QUERIES = 8 * 12
WINDOWS_OF_A_FILE = 10


def main() -> None:
    """Print a line for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--windows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--latent", type=int, default=192)
    parser.add_argument("--runs", type=int, default=5)
    chosen = parser.parse_args()
    rng = np.random.default_rng(0)
    asked = unit_vectors(rng.standard_normal((QUERIES, chosen.latent), np.float32))
    for size in chosen.windows:
        print(
            f"{size:9,} windows: {measured(made_up(size, rng, chosen.latent), asked, chosen.runs)}"
        )


def measured(library: Library, asked: Floats, runs: int) -> str:
    """Weight of the file, seconds to open it, seconds for one direction and for all."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "index.npz")
        save(place, library.by_file())
        megabytes = place.stat().st_size / 2**20
        opening = median_of(lambda: load(place, asked.shape[1]), runs)
    one = median_of(lambda: best_of_each(library, asked[:1]), runs)
    many = median_of(lambda: best_of_each(library, asked), runs)
    return (
        f"{megabytes:6.1f} MB, opened in {opening:6.3f} s; "
        f"1 direction {one:6.3f} s, {len(asked)} directions {many:6.3f} s"
    )


def made_up(size: int, rng: np.random.Generator, latent: int) -> Library:
    """A library of random directions."""
    blocks = [
        unit_vectors(rng.standard_normal((min(10_000, size - at), latent), np.float32))
        for at in range(0, size, 10_000)
    ]
    directions = np.concatenate([block.astype(np.float16) for block in blocks])
    owners = np.arange(size, dtype=np.int32) // WINDOWS_OF_A_FILE
    entries = tuple(Entry(f"{number}.mid", 1, 1) for number in range(int(owners[-1]) + 1))
    return Library(Path(), entries, directions, owners, np.ones(size, np.int32))


if __name__ == "__main__":
    main()
