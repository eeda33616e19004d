"""analogy: apply the difference between two files to a third one."""

from __future__ import annotations

from typing import Annotated

import typer

from ..presets import RECONSTRUCTION_MODEL
from .options import (
    Bars,
    FileBpm,
    Force,
    MidiIn,
    Only,
    OutFile,
    OwnModel,
    Pattern,
    Recipe,
    Seed,
    Temperature,
    Track,
    load_for,
    seed_or_random,
)
from .output import report_seed, write_file
from .streams import open_midi


def analogy(
    a: MidiIn,
    b: MidiIn,
    c: MidiIn,
    out: OutFile,
    strength: Annotated[
        float,
        typer.Option(help="How much of the difference between a and b is applied; 0 gives c."),
    ] = 1.0,
    track: Track = None,
    bars: Bars = None,
    only: Only = False,
    temperature: Temperature = 0.0,
    pattern: Pattern = None,
    seed: Seed = None,
    bpm: FileBpm = 120.0,
    model: OwnModel = None,
    recipe: Recipe = True,
    force: Force = False,
) -> None:
    """Apply the difference between two MIDI files to a third one: c + (b - a).

    Example:  musicvae analogy a.mid b.mid c.mid out.mid
    """
    seed = seed_or_random(seed)
    opened = [open_midi(music, bpm) for music in (a, b, c)]
    answer = load_for(model, RECONSTRUCTION_MODEL, *opened, track=track).analogy(
        *opened,
        strength=strength,
        track=track,
        bars=bars,
        only=only,
        temperature=temperature,
        pattern=pattern,
        seed=seed,
        bpm=bpm,
    )
    write_file(answer, out, c, force, recipe)
    report_seed(seed, temperature, out=out)
