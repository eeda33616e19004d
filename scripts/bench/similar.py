"""Measure how long a search takes by size of the index, and how large the index file is.

    python scripts/bench/similar.py [--windows 10000 100000 1000000] [--latent 192] [--runs 5]

The index has random directions, ten windows per file; the query has eight windows in twelve
keys. Comparing and opening the index file are timed separately.
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
    """Print a line for each size of the index."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--windows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--latent", type=int, default=192)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    rng = np.random.default_rng(0)
    queries = unit_vectors(rng.standard_normal((QUERIES, arguments.latent), np.float32))
    for size in arguments.windows:
        library = random_library(size, rng, arguments.latent)
        print(f"{size:9,} windows: {measure(library, queries, arguments.runs)}")


def measure(library: Library, queries: Floats, runs: int) -> str:
    """Size of the file, seconds to open it, and seconds for one query and for all."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "index.npz")
        save(path, library.by_file())
        megabytes = path.stat().st_size / 2**20
        opening = median_of(lambda: load(path, queries.shape[1]), runs)
    single = median_of(lambda: best_of_each(library, queries[:1]), runs)
    all_queries = median_of(lambda: best_of_each(library, queries), runs)
    return (
        f"{megabytes:6.1f} MB, opened in {opening:6.3f} s; "
        f"1 direction {single:6.3f} s, {len(queries)} directions {all_queries:6.3f} s"
    )


def random_library(size: int, rng: np.random.Generator, latent: int) -> Library:
    """A library of random directions."""
    blocks = [
        unit_vectors(rng.standard_normal((min(10_000, size - start), latent), np.float32))
        for start in range(0, size, 10_000)
    ]
    directions = np.concatenate([block.astype(np.float16) for block in blocks])
    owners = np.arange(size, dtype=np.int32) // WINDOWS_OF_A_FILE
    entries = tuple(Entry(f"{number}.mid", 1, 1) for number in range(int(owners[-1]) + 1))
    return Library(Path(), entries, directions, owners, np.ones(size, np.int32))


if __name__ == "__main__":
    main()
