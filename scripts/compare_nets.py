"""All nets in one table: each preset trained for the same number of updates, then measured.

    python scripts/compare_nets.py FOLDER [--steps 500] [--batch 64] [--limit 500]

FOLDER is a folder of MIDI, read as whole rolls and as melodies, or a data set
that `musicvae prepare` made. Training is `musicvae train`'s and the figures are
`musicvae evaluate`'s, on the test set. The table is Markdown.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import musicvae
from musicvae.presets import PRESETS

COLUMNS = {
    "teacher-forced": ("teacher-forced, z = mu, argmax", "teacher-forced, argmax"),
    "frame F1": ("teacher-forced, z = mu, argmax, frame F1", "teacher-forced, argmax, frame F1"),
    "free-running": ("free-running, z = mu, argmax",),
    "note F1": ("note F1, z = mu, argmax",),
    "nats per phrase": ("NLL, nats", "reconstruction, nats"),
    "nats per frame": ("NLL, nats per frame, frames 2..T",),
    "KL": ("KL, nats",),
}
"""Heading, and the figure in it: the first of those that a net has."""


def main() -> None:
    """Print a table for each data set, a row as soon as a net is measured."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--codecs", nargs="+", default=["roll", "melody"])
    parser.add_argument("--nets", nargs="+", default=list(PRESETS), choices=list(PRESETS))
    parser.add_argument("--steps", type=int, default=500, help="Updates of each net.")
    parser.add_argument("--batch", type=int, default=64, help="Windows in an update.")
    parser.add_argument("--limit", type=int, default=500, help="Test windows measured.")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for codec, data in data_sets(chosen.folder, chosen.codecs, Path(folder)):
            print(f"\n{codec}, {chosen.steps} updates of {chosen.batch} windows\n")
            print("| net | parameters |", " | ".join(COLUMNS), "| seconds to train |")
            print("|---|" + "---:|" * (len(COLUMNS) + 2))
            for name in presets_on(codec, chosen.nets):
                print(row(name, codec, data, Path(folder) / codec / name, chosen), flush=True)


def data_sets(source: Path, codecs: list[str], room: Path) -> Iterator[tuple[str, Path]]:
    """The data set itself, or one prepared from the MIDI for each codec."""
    if (source / "data.json").is_file():
        yield json.loads((source / "data.json").read_text())["codec"], source
        return
    for codec in codecs:
        musicvae.prepare([source], room / f"{codec}-data", codec=codec)
        yield codec, room / f"{codec}-data"


def presets_on(codec: str, nets: Sequence[str]) -> list[str]:
    """Those made for the codec; those made for rolls are asked to read melodies too."""
    return [name for name in nets if PRESETS[name].net.codec in ("roll", codec)]


def row(preset: str, codec: str, data: Path, out: Path, chosen: argparse.Namespace) -> str:
    """Train a net and measure it."""
    begun = time.monotonic()
    musicvae.train(preset, data=data, out=out, codec=codec, steps=chosen.steps, batch=chosen.batch)
    took = time.monotonic() - begun
    parameters = musicvae.load(out).checkpoint.parameters
    figures = musicvae.evaluate(out, data=data, limit=chosen.limit, pairs=2, importance=16).figures
    cells = [cell(figures, names) for names in COLUMNS.values()]
    return f"| {preset} | {parameters:,} | {' | '.join(cells)} | {took:.0f} |"


def cell(figures: Mapping[str, float], names: tuple[str, ...]) -> str:
    """The first figure of those names, or a dash."""
    found = [figures[name] for name in names if name in figures]
    return f"{found[0]:.4g}" if found else "-"


if __name__ == "__main__":
    main()
