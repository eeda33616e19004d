"""Copy the windows of a data set of bands in which several parts play.

    python scripts/keep_full_windows.py DATA -o OUT [--parts 3]

The net of a band learns from all windows, so that it can encode a drum loop or a bass alone; its
prior learns from those that are worth making up. Splits and pieces stay.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import numpy as np

from musicvae.arrays import IntArray
from musicvae.codecs.base import count_played
from musicvae.corpus.dataset import SPLITS, Windows, open_split, save
from musicvae.corpus.pieces import TABLE, store_pieces


def full_rows(windows: Windows, parts: int) -> IntArray:
    """The windows in which at least so many parts, chords among them, play."""
    counts = [count_played(windows.codec, windows.window(row)) for row in range(len(windows))]
    return np.flatnonzero(np.array(counts) >= parts)


def keep_full_windows(data: Path, out: Path, parts: int = 3) -> dict[str, int]:
    """Write the data set; return the number of windows of each split."""
    splits = {split: open_split(data, split) for split in SPLITS}
    rows = {split: full_rows(windows, parts) for split, windows in splits.items()}
    shutil.rmtree(out, ignore_errors=True)
    kept = {
        split: [(windows.codes[rows[split]], windows.meters[rows[split]])]
        for split, windows in splits.items()
    }
    counts = {split: len(numbers) for split, numbers in rows.items()}
    train = splits["train"]
    save(out, train.codec, train.bars, kept, {"windows": counts})
    shutil.copy(data / TABLE, out)
    for split, windows in splits.items():
        assert windows.pieces
        store_pieces(out, split, windows.pieces.numbers[rows[split]])
    return counts


def main() -> None:
    """Write the data set and print its size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--parts", type=int, default=3)
    arguments = parser.parse_args()
    counts = keep_full_windows(arguments.data, arguments.out, arguments.parts)
    print(f"{arguments.out}: {', '.join(f'{n:,} {split}' for split, n in counts.items())}")


if __name__ == "__main__":
    main()
