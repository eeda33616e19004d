"""harmonize: chords for a melody that stays as it is."""

from __future__ import annotations

from typing import Annotated

import typer

from ..presets import FILL_MODEL
from .options import (
    Alternatives,
    Chords,
    FileBpm,
    FillModel,
    Force,
    Key,
    MidiIn,
    NewBars,
    Only,
    OutFile,
    Pattern,
    Recipe,
    Scale,
    Seed,
    Temperature,
    Track,
    load_for,
    seed_or_random,
)
from .output import report_seed, write_alternatives
from .streams import open_midi


def harmonize(
    source: MidiIn,
    out: OutFile,
    n: Alternatives = 1,
    bars: NewBars = None,
    style: Annotated[
        str, typer.Option(help="Kinds of chords: plain (triads and sevenths), pop, jazz or any.")
    ] = "any",
    chords_per_bar: Annotated[
        int | None, typer.Option(help="Most chords in a bar. By default the model decides.", min=1)
    ] = None,
    pattern: Pattern = None,
    track: Track = None,
    only: Only = False,
    temperature: Temperature = 0.6,
    key: Key = None,
    scale: Scale = None,
    chords: Chords = None,
    seed: Seed = None,
    bpm: FileBpm = 120.0,
    model: FillModel = None,
    recipe: Recipe = True,
    force: Force = False,
) -> None:
    """Find chords for the melody of a MIDI file, and play them on two new tracks.

    All that is in the file stays as it is, but for the chord symbols, and an accompaniment that
    musicvae added. With --n, the likeliest alternative is the first.

    Example:  musicvae harmonize in.mid out.mid --style jazz
    """
    seed = seed_or_random(seed)
    opened = open_midi(source, bpm)
    phrases = load_for(model or FILL_MODEL, FILL_MODEL).harmonize(
        opened,
        n,
        bars=bars,
        style=style,
        chords_per_bar=chords_per_bar,
        pattern=pattern,
        track=track,
        only=only,
        temperature=temperature,
        seed=seed,
        bpm=bpm,
        key=key,
        scale=scale,
        chords=chords,
    )
    write_alternatives(phrases, n, out, source, force, recipe)
    report_seed(seed, temperature, always=True, out=out)
