"""interpolate: phrases from one file to another."""

from __future__ import annotations

from typing import Annotated

import typer

from ..config import MAX_PHRASES
from ..presets import RECONSTRUCTION_MODEL
from .options import (
    Bars,
    Chords,
    Curve,
    Density,
    FileBpm,
    Force,
    Humanize,
    Key,
    MaxPolyphony,
    MidiIn,
    Only,
    OutFolder,
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
from .output import report_seed, write
from .streams import open_midi, stem_of


def interpolate(
    a: MidiIn,
    b: MidiIn,
    out: OutFolder,
    n: Annotated[
        int,
        typer.Option(
            "--n", "-n", help="Number of phrases, both ends included.", min=2, max=MAX_PHRASES
        ),
    ] = 8,
    track: Track = None,
    track_b: Annotated[
        str | None, typer.Option(help="Track of the second file; by default the same as --track.")
    ] = None,
    bars: Bars = None,
    bars_b: Annotated[
        str | None, typer.Option(help="Bars of the second file; by default the same as --bars.")
    ] = None,
    only: Only = False,
    curve: Curve = "even",
    temperature: Temperature = 0.0,
    pattern: Pattern = None,
    humanize: Humanize = 0.0,
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
    """Interpolate from one MIDI file to another, and write each phrase to a file.

    Example:  musicvae interpolate a.mid b.mid out/ --n 8
    """
    from ..atomic_files import numbered_names

    seed = seed_or_random(seed)
    ends = open_midi(a, bpm), open_midi(b, bpm)
    vae = load_for(model, RECONSTRUCTION_MODEL, *ends, track=track)
    names = numbered_names(out, f"{stem_of(a)}-to-{stem_of(b)}", force=force)
    phrases = vae.interpolate(
        *ends,
        n,
        track=track,
        track_b=track_b,
        bars=bars,
        bars_b=bars_b,
        only=only,
        curve=curve,
        temperature=temperature,
        pattern=pattern,
        humanize=humanize,
        seed=seed,
        bpm=bpm,
        key=key,
        scale=scale,
        chords=chords,
        range=range,
        max_polyphony=max_polyphony,
        density=density,
    )
    write(phrases, names, force, recipe)
    report_seed(seed, temperature)
