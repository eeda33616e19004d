"""Make more of a small data set of trios: beside it, parts that never met.

    python scripts/mix_trios.py TRIOS MELODIES DRUMS -o OUT [--windows 90000] [--times 4]

TRIOS, MELODIES and DRUMS are data sets of windows of the same bars. A window that is made up
has a melody, another one two octaves lower as its bass, and drums of the same meter: so a
net learns to hold any three parts, and from the true trios, each so many times, how they go
together. Valid and test are those of TRIOS.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musicvae.codecs.base import Codes
from musicvae.corpus.dataset import Windows, open_split, pack, save
from musicvae.evaluation.batches import rows_by_meter

TWO_OCTAVES = 24
Stored = tuple[Codes, NDArray[np.uint8]]


def as_it_is(windows: Windows) -> Stored:
    """All windows, as they lie on disk."""
    return windows.codes[np.arange(len(windows))], windows.meters


def mixed(
    trios: Windows, melodies: Windows, drums: Windows, n: int, rng: np.random.Generator
) -> Iterator[Stored]:
    """About so many windows of parts that never met, meter by meter."""
    tunes, beats = (
        {kind: np.array(rows) for kind, rows in rows_by_meter(one).items()}
        for one in (melodies, drums)
    )
    kinds = [kind for kind in melodies.distinct_meters if kind in beats]
    share = n / sum(len(tunes[kind]) for kind in kinds)
    for kind in kinds:
        made = []
        for _ in range(round(share * len(tunes[kind]))):
            melody, bass = map(melodies.window, rng.choice(tunes[kind], 2))
            bass = melodies.codec.transpose(bass, -TWO_OCTAVES)
            made.append(np.stack([melody, bass, drums.window(rng.choice(beats[kind]))], axis=-1))
        if made:
            codes = pack(trios.codec, np.array(made, trios.codec.dtype), trios.bars)
            yield codes, np.tile(melodies.meters[tunes[kind][0]], (len(made), 1))


def mix(sets: Sequence[Path], out: Path, windows: int = 90_000, times: int = 4) -> dict[str, int]:
    """Write the data set; the windows that were made up and those that are true."""
    trios, melodies, drums = (open_split(folder, "train") for folder in sets)
    made = list(mixed(trios, melodies, drums, windows, np.random.default_rng(0)))
    held_out = {split: [as_it_is(open_split(sets[0], split))] for split in ("valid", "test")}
    train = [*made, *[as_it_is(trios)] * times]
    counts = {"made up": sum(len(codes) for codes, _ in made), "true": len(trios)}
    save(out, trios.codec, trios.bars, {"train": train, **held_out}, {"mixed": counts})
    return counts


def main() -> None:
    """Write the data set and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs=3, type=Path, metavar=("TRIOS", "MELODIES", "DRUMS"))
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--windows", type=int, default=90_000)
    parser.add_argument("--times", type=int, default=4)
    chosen = parser.parse_args()
    counts = mix(chosen.sets, chosen.out, chosen.windows, chosen.times)
    print(f"{chosen.out}: {counts['made up']:,} made up beside {counts['true']:,} true ones")


if __name__ == "__main__":
    main()
