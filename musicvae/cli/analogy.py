"""analogy: change a third file as the second differs from the first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ..presets import CLOSEST_MODEL
from .options import (
    FileBpm,
    Force,
    MidiIn,
    OutFile,
    OwnModel,
    Pattern,
    Recipe,
    Seed,
    Temperature,
    Track,
    seed_or_random,
)
from .output import file_in, report_seed, report_source, write

if TYPE_CHECKING:
    pass


def analogy(
    a: MidiIn,
    b: MidiIn,
    c: MidiIn,
    out: OutFile,
    strength: Annotated[
        float, typer.Option(help="How much of the step from a to b is taken; 0 is c again.")
    ] = 1.0,
    track: Track = None,
    temperature: Temperature = 0.0,
    pattern: Pattern = None,
    seed: Seed = None,
    bpm: FileBpm = 120.0,
    model: OwnModel = None,
    recipe: Recipe = True,
    force: Force = False,
) -> None:
    """Change a third MIDI file as the second differs from the first: c + b - a.

    Example:  musicvae analogy a.mid b.mid c.mid out.mid
    """
    from ..api import inputs
    from ..api.model import load
    from ..api.registry import made_with
    from ..atomic_files import spare_names

    seed = seed_or_random(seed)
    opened = [inputs.open(music, bpm=bpm) for music in (a, b, c)]
    made = load(model or made_with(*opened) or CLOSEST_MODEL).analogy(
        *opened,
        strength=strength,
        track=track,
        temperature=temperature,
        pattern=pattern,
        seed=seed,
        bpm=bpm,
    )
    report_source(*opened)
    write([made], spare_names(file_in(out, c)), force, recipe)
    report_seed(seed, temperature)
