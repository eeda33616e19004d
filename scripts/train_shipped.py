"""Reproduce a shipped model: prepare, train, fit its prior and attributes, evaluate.

    python scripts/train_shipped.py NAME CORPUS -o OUT [--data DATA] [--max-minutes M] [--pairs N]

CORPUS holds the collections that data/README.md lists, each unpacked in a folder of its
name. A stopped run continues where it stopped. At the end evaluation.json and test-pieces.txt
(the SHA-256 of every file in the test split) are written. Every training, including that of
the prior, ends after M minutes; the evaluation interpolates N pairs.
"""

from __future__ import annotations

import argparse
import csv
import math
from pathlib import Path
from typing import Any

from keep_full_windows import keep_full_windows

import musicvae
from musicvae.atomic_files import write_atomic
from musicvae.presets import preset
from musicvae.training.resume import STATE_FILE

GAMES = ("freedoom", "simutrans", "openmsx", "blasphemer")
FOLK = ("cre", "nottingham", "oneills1850", "ryansMammoth", "airdsAirs")
TUNES = ("pop909", "lieder", "openewld", "improvisor", "bach", *FOLK, *GAMES)

COLLECTIONS = {
    "melody-2bar": TUNES,
    "melody-16bar": TUNES,
    "drums-2bar": ("groove", *GAMES),
    "leadsheet-8bar": ("pop909", "nottingham", "openewld"),
    "piano-2bar": ("pop909", "lieder", "bach", "jsfakes"),
    "band-8bar": ("mmatrio", *GAMES, "openewld", "nottingham", "pop909", "groove", "lieder"),
}

FURTHER_TRAININGS: dict[str, list[dict[str, Any]]] = {
    "melody-2bar": [{"beta": 0.06, "steps": 24_000, "learning_rate": 1.2e-3}],
    "drums-2bar": [
        {"beta": 0.03, "steps": 4_500, "learning_rate": 1.5e-3},
        {"beta": 0.006, "steps": 3_000, "learning_rate": 1.2e-3},
        {"beta": 0.002, "steps": 2_000, "learning_rate": 8e-4},
    ],
    "melody-16bar": [
        {"beta": 0.06, "free_nats": 0.0, "steps": 8_000, "learning_rate": 2e-3},
        {"beta": 0.05, "steps": 1_900, "learning_rate": 1.2e-3},
        {"beta": 0.03, "steps": 1_600, "learning_rate": 1e-3},
    ],
}
"""Further trainings; each starts from the previous net and has a lower beta."""

PRIOR: dict[str, dict[str, Any]] = {
    "melody-2bar": {"steps": 4_000, "hidden": 384, "dropout": 0.1},
    "drums-2bar": {"steps": 2_500, "dropout": 0.1, "reject_fraction": 0.008},
    "melody-16bar": {"steps": 2_500},
    "leadsheet-8bar": {
        "steps": 3_500,
        "hidden": 384,
        "dropout": 0.1,
        "transpose": True,
        "top_p": 0.98,
    },
    "piano-2bar": {"steps": 12_000},
    "band-8bar": {
        "steps": 2_400,
        "hidden": 384,
        "dropout": 0.1,
        "transpose": True,
        "top_p": 0.9,
    },
}

FULL_BANDS = ("band-8bar",)
"""Models whose priors learn from windows in which most parts play; see keep_full_windows.py."""


def main() -> None:
    """Run all steps that are not done yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=COLLECTIONS)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--max-minutes", type=float, default=math.inf)
    parser.add_argument("--pairs", type=int, default=1024)
    arguments = parser.parse_args()
    name, out, max_minutes = arguments.name, arguments.out, arguments.max_minutes
    data = arguments.data or Path("data") / name
    heard = prepare_data(name, arguments.corpus, data)

    def train(folder: Path, **options: object) -> Path:
        return musicvae.train(
            **options,
            data=data,
            out=folder,
            resume=(folder / STATE_FILE).exists(),
            max_minutes=max_minutes,
            progress=print,
        )

    further = FURTHER_TRAININGS.get(name, [])
    folders = [*(out / f"training-{number}" for number in range(1, len(further) + 1)), out]
    trained = train(folders[0], preset=name)
    for folder, options in zip(folders[1:], further, strict=True):
        trained = train(folder, start_from=trained, **options)
    musicvae.fit_prior(out, data=heard, **PRIOR[name], max_minutes=max_minutes, progress=print)
    musicvae.fit_attributes(out, data=heard, progress=print)
    evaluation = musicvae.evaluate(out, data=heard, pairs=arguments.pairs)
    write_atomic(out / "evaluation.json", (evaluation.to_json() + "\n").encode())
    with (data / "pieces.csv").open(encoding="utf-8", newline="") as table:
        digests = sorted(row["sha256"] for row in csv.DictReader(table) if row["split"] == "test")
    write_atomic(out / "test-pieces.txt", "".join(f"{digest}\n" for digest in digests).encode())


def prepare_data(name: str, corpus: Path, data: Path) -> Path:
    """Prepare the data set of a model; return the one from which its prior learns."""
    net = preset(name).net
    if not (data / "data.json").exists():
        sources = [corpus / collection for collection in COLLECTIONS[name]]
        musicvae.prepare(sources, data, codec=net.codec, bars=net.bars, progress=print)
    if name not in FULL_BANDS:
        return data
    full = data.with_name(f"{data.name}-full")
    if not (full / "data.json").exists():
        keep_full_windows(data, full)
    return full


if __name__ == "__main__":
    main()
