"""extend: continue a file with new bars."""

from __future__ import annotations

from typing import Annotated

import typer

from ..config import SampleConfig
from ..presets import EXTENSION_MODEL
from .options import (
    Chords,
    Density,
    FileBpm,
    Force,
    Key,
    MaxPolyphony,
    MidiIn,
    Only,
    OutFile,
    OwnModel,
    Pattern,
    Range,
    Recipe,
    Scale,
    Seed,
    Temperature,
    Track,
    load_for,
    seed_or_random,
)
from .output import report_seed, write_file
from .streams import open_midi


def extend(
    source: MidiIn,
    out: OutFile,
    bars: Annotated[int, typer.Option(help="Number of new bars.", min=1)] = 4,
    track: Track = None,
    only: Only = False,
    temperature: Temperature = SampleConfig.temperature,
    pattern: Pattern = None,
    key: Key = None,
    scale: Scale = None,
    chords: Chords = None,
    range: Range = None,
    max_polyphony: MaxPolyphony = None,
    density: Density = None,
    seed: Seed = None,
    bpm: FileBpm = 120.0,
    model: OwnModel = None,
    recipe: Recipe = True,
    force: Force = False,
) -> None:
    """Continue a MIDI file with new bars.

    The new bars of the part that the model reads follow the last bar of the file, which stays as
    it is. With --only the output is that part alone, in all its meters, and the new bars.

    Example:  musicvae extend in.mid out.mid --bars 4
    """
    seed = seed_or_random(seed)
    opened = open_midi(source, bpm)
    phrase = load_for(model, EXTENSION_MODEL, opened, track=track).extend(
        opened,
        bars,
        track=track,
        only=only,
        temperature=temperature,
        pattern=pattern,
        seed=seed,
        bpm=bpm,
        key=key,
        scale=scale,
        chords=chords,
        range=range,
        max_polyphony=max_polyphony,
        density=density,
    )
    write_file(phrase, out, source, force, recipe)
    report_seed(seed, temperature, always=True, out=out)
