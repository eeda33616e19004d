"""Enlarge a small data set of trios with random combinations of parts.

    python scripts/mix_trios.py TRIOS MELODIES DRUMS -o OUT [--windows 90000] [--times 4]

TRIOS, MELODIES and DRUMS are data sets of windows of the same number of bars. A combined window
has a melody, another melody two octaves lower as its bass, and drums of the same meter. From
these a net learns to encode any three parts; from the true trios, each repeated `--times` times,
it learns which parts go together. Valid and test are those of TRIOS.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musicvae.codecs.base import Codes
from musicvae.corpus.dataset import Windows, open_split, save
from musicvae.corpus.shards import pack
from musicvae.evaluation.batches import rows_by_meter

TWO_OCTAVES = 24
PackedWindows = tuple[Codes, NDArray[np.uint8]]
"""Codes and meters as a data set stores them."""


def packed(windows: Windows) -> PackedWindows:
    """All windows of a split, as they are stored on disk."""
    return windows.codes[np.arange(len(windows))], windows.meters


def combine_parts(
    trios: Windows, melodies: Windows, drums: Windows, n: int, rng: np.random.Generator
) -> Iterator[PackedWindows]:
    """Yield about `n` windows of randomly combined parts, meter by meter."""
    melody_rows, drum_rows = (
        {meter: np.array(rows) for meter, rows in rows_by_meter(windows).items()}
        for windows in (melodies, drums)
    )
    meters = [meter for meter in melodies.distinct_meters if meter in drum_rows]
    per_melody = n / sum(len(melody_rows[meter]) for meter in meters)
    for meter in meters:
        combined = []
        for _ in range(round(per_melody * len(melody_rows[meter]))):
            melody, bass = map(melodies.window, rng.choice(melody_rows[meter], 2))
            bass = melodies.codec.transpose(bass, -TWO_OCTAVES)
            beat = drums.window(rng.choice(drum_rows[meter]))
            combined.append(np.stack([melody, bass, beat], axis=-1))
        if combined:
            codes = pack(trios.codec, np.array(combined, trios.codec.dtype), trios.bars)
            yield codes, np.tile(melodies.meters[melody_rows[meter][0]], (len(combined), 1))


def mix(sets: Sequence[Path], out: Path, windows: int = 90_000, times: int = 4) -> dict[str, int]:
    """Write the data set; return how many windows were combined and how many are true."""
    trios, melodies, drums = (open_split(folder, "train") for folder in sets)
    combined = list(combine_parts(trios, melodies, drums, windows, np.random.default_rng(0)))
    held_out = {split: [packed(open_split(sets[0], split))] for split in ("valid", "test")}
    train = [*combined, *[packed(trios)] * times]
    counts = {"made up": sum(len(codes) for codes, _ in combined), "true": len(trios)}
    save(out, trios.codec, trios.bars, {"train": train, **held_out}, {"mixed": counts})
    return counts


def main() -> None:
    """Write the data set and print its size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs=3, type=Path, metavar=("TRIOS", "MELODIES", "DRUMS"))
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--windows", type=int, default=90_000)
    parser.add_argument("--times", type=int, default=4)
    arguments = parser.parse_args()
    counts = mix(arguments.sets, arguments.out, arguments.windows, arguments.times)
    print(f"{arguments.out}: {counts['made up']:,} made up beside {counts['true']:,} true ones")


if __name__ == "__main__":
    main()
