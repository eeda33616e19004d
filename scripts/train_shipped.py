"""Make a shipped model again: prepare, train, fit its prior and attributes, evaluate.

    python scripts/train_shipped.py NAME CORPUS -o OUT [--data DATA] [--max-minutes M] [--pairs N]

CORPUS holds the collections that data/README.md lists, each unpacked in a folder of its
name. A run that was stopped goes on where it was; evaluation.json and test-pieces.txt
(the SHA-256 of every file that is held out for the test) are written at its end. Every
training, the prior's too, ends after M minutes; N walks are measured.
"""

from __future__ import annotations

import argparse
import csv
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mix_trios import mix

import musicvae
from musicvae.atomic_files import write_whole
from musicvae.presets import preset
from musicvae.training.resume import STATE

GAMES = ("freedoom", "simutrans", "openmsx", "blasphemer")
FOLK = ("cre", "nottingham", "oneills1850", "ryansMammoth", "airdsAirs")
TUNES = ("pop909", "lieder", "openewld", "improvisor", "bach", *FOLK, *GAMES)

LEARNS_FROM = {
    "melody-2bar": TUNES,
    "melody-16bar": TUNES,
    "drums-2bar": ("groove", *GAMES),
    "leadsheet-8bar": ("pop909", "nottingham", "openewld"),
    "trio-4bar": GAMES,
    "piano-2bar": ("pop909", "lieder", "bach", "jsfakes"),
}

MIXED = {
    "trio-4bar": {
        "melody": ("pop909", "openewld", "lieder", "nottingham", "cre", "bach"),
        "drums": ("groove",),
    }
}
"""Where parts that never met come from, by codec; see mix_trios.py."""

LONG = {"beta": 0.06, "free_nats": 0.0, "steps": 8_000, "learning_rate": 2e-3}
THEN: dict[str, list[dict[str, Any]]] = {
    "melody-2bar": [{"beta": 0.06, "steps": 24_000, "learning_rate": 1.2e-3}],
    "drums-2bar": [
        {"beta": 0.03, "steps": 4_500, "learning_rate": 1.5e-3},
        {"beta": 0.006, "steps": 3_000, "learning_rate": 1.2e-3},
        {"beta": 0.002, "steps": 2_000, "learning_rate": 8e-4},
    ],
    "melody-16bar": [
        LONG,
        {"beta": 0.05, "steps": 1_900, "learning_rate": 1.2e-3},
        {"beta": 0.03, "steps": 1_600, "learning_rate": 1e-3},
    ],
    "leadsheet-8bar": [LONG, {"beta": 0.03, "steps": 3_000, "learning_rate": 1.2e-3}],
}
"""Further trainings, each of which begins with the net of the one before, closer to the music."""

PRIOR: dict[str, dict[str, Any]] = {
    "melody-2bar": {"steps": 6_000, "reject_fraction": 0.15},
    "drums-2bar": {"steps": 4_000, "reject_fraction": 0.05},
    "melody-16bar": {"steps": 2_500},
    "leadsheet-8bar": {"steps": 4_000},
    "trio-4bar": {"steps": 1_500},
    "piano-2bar": {"steps": 12_000},
}


def main() -> None:
    """Do what is left to do."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=LEARNS_FROM)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--max-minutes", type=float, default=math.inf)
    parser.add_argument("--pairs", type=int, default=1024)
    chosen = parser.parse_args()
    name, out = chosen.name, chosen.out
    data = chosen.data or Path("data") / name
    net = preset(name).net

    def prepare(folder: Path, codec: str, collections: Sequence[str]) -> Path:
        if not (folder / "data.json").exists():
            sources = [chosen.corpus / collection for collection in collections]
            musicvae.prepare(sources, folder, codec=codec, bars=net.bars, progress=print)
        return folder

    if name not in MIXED:
        true = prepare(data, net.codec, LEARNS_FROM[name])
    else:
        sources = {net.codec: LEARNS_FROM[name], **MIXED[name]}
        sets = [prepare(data / codec, codec, names) for codec, names in sources.items()]
        true = sets[0]
        if not (data / "data.json").exists():
            mix(sets, data)

    def train(folder: Path, **choices: object) -> Path:
        return musicvae.train(
            **choices,
            data=data,
            out=folder,
            resume=(folder / STATE).exists(),
            max_minutes=chosen.max_minutes,
            progress=print,
        )

    further = THEN.get(name, [])
    places = [*(out / f"training-{number}" for number in range(1, len(further) + 1)), out]
    trained = train(places[0], preset=name)
    for place, choices in zip(places[1:], further, strict=True):
        trained = train(place, start_from=trained, **choices)
    limit = chosen.max_minutes
    musicvae.fit_prior(out, data=true, **PRIOR[name], max_minutes=limit, progress=print)
    musicvae.fit_attributes(out, data=true, progress=print)
    found = musicvae.evaluate(out, data=true, pairs=chosen.pairs)
    write_whole(out / "evaluation.json", (found.to_json() + "\n").encode())
    with (true / "pieces.csv").open() as table:
        held_out = sorted(row["sha256"] for row in csv.DictReader(table) if row["split"] == "test")
    write_whole(out / "test-pieces.txt", "".join(f"{one}\n" for one in held_out).encode())


if __name__ == "__main__":
    main()
