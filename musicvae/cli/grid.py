"""grid: a square of phrases between three or four files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..presets import RECONSTRUCTION_MODEL
from .options import (
    Bars,
    Curve,
    FileBpm,
    Force,
    Only,
    OutFolder,
    OwnModel,
    Pattern,
    Recipe,
    Seed,
    Temperature,
    Track,
    load_for,
    seed_or_random,
)
from .output import report_seed, write
from .streams import open_midi


def grid(
    corners: Annotated[
        list[Path],
        typer.Argument(
            help="Three or four MIDI files: top left, top right, bottom left, bottom right.",
            readable=False,
        ),
    ],
    out: OutFolder,
    n: Annotated[
        int,
        typer.Option(
            "--n", "-n", help="Number of phrases on a side, corners included.", min=2, max=100
        ),
    ] = 4,
    track: Track = None,
    bars: Bars = None,
    only: Only = False,
    curve: Curve = "even",
    temperature: Temperature = 0.0,
    pattern: Pattern = None,
    seed: Seed = None,
    bpm: FileBpm = 120.0,
    model: OwnModel = None,
    recipe: Recipe = True,
    force: Force = False,
) -> None:
    """Fill a square with phrases between MIDI files at its corners.

    Output files are named by row and column. With three files, the fourth corner is their analogy.

    Example:  musicvae grid a.mid b.mid c.mid d.mid out/ --n 4
    """
    from ..atomic_files import free_stem

    seed = seed_or_random(seed)
    opened = [open_midi(corner, bpm) for corner in corners]
    vae = load_for(model, RECONSTRUCTION_MODEL, *opened, track=track)
    stem = free_stem(out, "grid", force=force)
    phrases = vae.grid(
        opened,
        n,
        track=track,
        bars=bars,
        only=only,
        curve=curve,
        temperature=temperature,
        pattern=pattern,
        seed=seed,
        bpm=bpm,
    )
    cells = ((row, column) for row in range(1, n + 1) for column in range(1, n + 1))
    names = (out / f"{stem}-{row}-{column}.mid" for row, column in cells)
    write(phrases, names, force, recipe)
    report_seed(seed, temperature)
