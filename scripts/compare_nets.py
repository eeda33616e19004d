"""Compare all nets in one table: train each preset for the same number of updates, then evaluate.

    python scripts/compare_nets.py FOLDER [--steps 500] [--batch 64] [--limit 500]

FOLDER is a folder of MIDI, prepared once as piano rolls and once as melodies, or a data set
that `musicvae prepare` made. Nets are trained as by `musicvae train` and evaluated as by
`musicvae evaluate`, on the test set. The table is Markdown.
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
"""Figures by heading; a cell has the first figure that the net has."""


def main() -> None:
    """Print a table for each data set, each row as soon as its net is evaluated."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--codecs", nargs="+", default=["roll", "melody"])
    parser.add_argument("--nets", nargs="+", default=list(PRESETS), choices=list(PRESETS))
    parser.add_argument("--steps", type=int, default=500, help="Updates of each net.")
    parser.add_argument("--batch", type=int, default=64, help="Windows in an update.")
    parser.add_argument("--limit", type=int, default=500, help="Test windows measured.")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for codec, data in data_sets(arguments.folder, arguments.codecs, Path(folder)):
            print(f"\n{codec}, {arguments.steps} updates of {arguments.batch} windows\n")
            print("| net | parameters |", " | ".join(COLUMNS), "| seconds to train |")
            print("|---|" + "---:|" * (len(COLUMNS) + 2))
            for name in presets_for(codec, arguments.nets):
                print(row(name, codec, data, Path(folder) / codec / name, arguments), flush=True)


def data_sets(source: Path, codecs: list[str], folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield codec and path of the given data set, or of one prepared for each codec."""
    if (source / "data.json").is_file():
        yield json.loads((source / "data.json").read_text(encoding="utf-8"))["codec"], source
        return
    for codec in codecs:
        musicvae.prepare([source], folder / f"{codec}-data", codec=codec)
        yield codec, folder / f"{codec}-data"


def presets_for(codec: str, nets: Sequence[str]) -> list[str]:
    """The presets made for a codec or for piano rolls; the latter can read any codec."""
    return [name for name in nets if PRESETS[name].net.codec in ("roll", codec)]


def row(preset: str, codec: str, data: Path, out: Path, arguments: argparse.Namespace) -> str:
    """Train and evaluate a net; return its row of the table."""
    start = time.monotonic()
    steps, batch = arguments.steps, arguments.batch
    musicvae.train(preset, data=data, out=out, codec=codec, steps=steps, batch=batch)
    seconds = time.monotonic() - start
    parameters = musicvae.load(out).checkpoint.parameters
    limit = arguments.limit
    figures = musicvae.evaluate(out, data=data, limit=limit, pairs=2, importance=16).figures
    cells = [cell(figures, names) for names in COLUMNS.values()]
    return f"| {preset} | {parameters:,} | {' | '.join(cells)} | {seconds:.0f} |"


def cell(figures: Mapping[str, float], names: tuple[str, ...]) -> str:
    """The first of the named figures that exists, or a dash."""
    value = next((figures[name] for name in names if name in figures), None)
    return "-" if value is None else f"{value:.4g}"


if __name__ == "__main__":
    main()
