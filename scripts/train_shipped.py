"""Make a shipped model again: prepare, train, evaluate.

    python scripts/train_shipped.py melody-2bar FOLDER... -o OUT [--data data/melody]

FOLDER... are the collections that data/README.md lists, unpacked anywhere. A run
that was stopped goes on where it was; evaluation.json and test-pieces.txt (the
SHA-256 of every file that is held out for the test) are written at its end.
"""

from __future__ import annotations

import argparse
import csv
import math
from pathlib import Path

import musicvae
from musicvae.files import write_whole
from musicvae.state import STATE


def main() -> None:
    """Do what is left to do."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("preset")
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=Path("data/melody"))
    parser.add_argument("--max-minutes", type=float, default=math.inf)
    chosen = parser.parse_args()
    out = chosen.out
    if not (chosen.data / "data.json").exists():
        musicvae.prepare(chosen.folders, chosen.data, progress=print)
    musicvae.train(
        chosen.preset,
        data=chosen.data,
        out=out,
        resume=(out / STATE).exists(),
        max_minutes=chosen.max_minutes,
        progress=print,
    )
    found = musicvae.evaluate(out, data=chosen.data)
    write_whole(out / "evaluation.json", (found.to_json() + "\n").encode())
    with (chosen.data / "pieces.csv").open() as table:
        held_out = sorted(row["sha256"] for row in csv.DictReader(table) if row["split"] == "test")
    write_whole(out / "test-pieces.txt", "".join(f"{one}\n" for one in held_out).encode())


if __name__ == "__main__":
    main()
