"""How fast a corpus is prepared, beside a bare parse by pretty_midi, in one run.

    python scripts/bench/prepare.py FOLDER... [--sample 200] [--workers N] [--codec melody]

`prepare` is timed whole, from the list of files to the arrays on disk, the start of
its workers included, over all files. pretty_midi does no more than
`PrettyMIDI(path)` in one process, over a sample of the same files, evenly spaced.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import warnings
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from pretty_midi import PrettyMIDI

from musicvae.corpus.prepare import midi_files, prepare


def main() -> None:
    """Print both speeds, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--sample", type=int, default=200, help="Files for pretty_midi.")
    parser.add_argument("--workers", type=int, default=None, help="Processes of prepare.")
    parser.add_argument("--codec", default="melody")
    chosen = parser.parse_args()
    files = list(midi_files(chosen.folders))
    bare = parse_speed(files[:: max(1, len(files) // chosen.sample)])
    print(f"pretty_midi: {bare:.1f} files/s in one process")
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        about = prepare(chosen.folders, folder, codec=chosen.codec, workers=chosen.workers)
        whole = len(files) / (time.perf_counter() - begun)
    print(f"prepare:     {whole:.1f} files/s, {len(files):,} files, windows {about['windows']}")
    print(f"prepare / pretty_midi: {whole / bare:.1f}")


def parse_speed(files: Sequence[Path]) -> float:
    """Files a second; those that it refuses count, too."""
    begun = time.perf_counter()
    for path in files:
        with warnings.catch_warnings(action="ignore"), suppress(Exception):
            PrettyMIDI(str(path))
    return len(files) / (time.perf_counter() - begun)


if __name__ == "__main__":
    main()
