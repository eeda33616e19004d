"""grid: the phrases between three or four files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..presets import CLOSEST_MODEL
from .options import (
    Curve,
    FileBpm,
    Force,
    OutFolder,
    OwnModel,
    Pattern,
    Recipe,
    Seed,
    Temperature,
    Track,
    seed_or_random,
)
from .output import report_seed, report_source, write

if TYPE_CHECKING:
    pass


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
        int, typer.Option("--n", "-n", help="Phrases on a side, corners included.", min=2, max=100)
    ] = 4,
    track: Track = None,
    curve: Curve = "even",
    temperature: Temperature = 0.0,
    pattern: Pattern = None,
    seed: Seed = None,
    bpm: FileBpm = 120.0,
    model: OwnModel = None,
    recipe: Recipe = True,
    force: Force = False,
) -> None:
    """Put MIDI files at the corners of a square and write the phrases that lie between.

    Files are named by row and column. Of three, the fourth is what analogy makes of them.

    Example:  musicvae grid a.mid b.mid c.mid d.mid out/ --n 4
    """
    from ..api import inputs
    from ..api.model import load
    from ..api.registry import made_with
    from ..atomic_files import free_stem

    seed = seed_or_random(seed)
    opened = [inputs.open(corner, bpm=bpm) for corner in corners]
    player = load(model or made_with(*opened) or CLOSEST_MODEL)
    stem = free_stem(out, "grid", force=force)
    phrases = player.grid(
        opened,
        n,
        track=track,
        curve=curve,
        temperature=temperature,
        pattern=pattern,
        seed=seed,
        bpm=bpm,
    )
    report_source(*opened)
    places = ((row, column) for row in range(1, n + 1) for column in range(1, n + 1))
    names = (out / f"{stem}-{row}-{column}.mid" for row, column in places)
    write(phrases, names, force, recipe)
    report_seed(seed, temperature)
