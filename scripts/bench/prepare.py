"""Measure how fast `prepare` reads a corpus, compared with parsing it with pretty_midi.

    python scripts/bench/prepare.py FOLDER... [--sample 200] [--workers N] [--codec melody]

`prepare` is timed on all files, from the list of files to the arrays on disk, including
the start of its workers. pretty_midi only parses, `PrettyMIDI(path)`, in one process, an
evenly spaced sample of the same files.
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
    """Print both speeds and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--sample", type=int, default=200, help="Files for pretty_midi.")
    parser.add_argument("--workers", type=int, default=None, help="Processes of prepare.")
    parser.add_argument("--codec", default="melody")
    arguments = parser.parse_args()
    folders, codec, workers = arguments.folders, arguments.codec, arguments.workers
    files = list(midi_files(folders))
    parsing = parse_speed(files[:: max(1, len(files) // arguments.sample)])
    print(f"pretty_midi: {parsing:.1f} files/s in one process")
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        info = prepare(folders, folder, codec=codec, workers=workers)
        preparing = len(files) / (time.perf_counter() - start)
    print(f"prepare:     {preparing:.1f} files/s, {len(files):,} files, windows {info['windows']}")
    print(f"prepare / pretty_midi: {preparing / parsing:.1f}")


def parse_speed(files: Sequence[Path]) -> float:
    """Files per second that pretty_midi parses, including files that it rejects."""
    start = time.perf_counter()
    for path in files:
        with warnings.catch_warnings(action="ignore"), suppress(Exception):
            PrettyMIDI(str(path))
    return len(files) / (time.perf_counter() - start)


if __name__ == "__main__":
    main()
