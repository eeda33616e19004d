"""vary: variations of a file."""

from __future__ import annotations

from typing import Annotated

import typer

from ..config import MAX_PHRASES
from ..presets import RECONSTRUCTION_MODEL
from .options import (
    Bars,
    Chords,
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


def vary(
    source: MidiIn,
    out: OutFolder,
    n: Annotated[
        int, typer.Option("--n", "-n", help="Number of variations.", min=1, max=MAX_PHRASES)
    ] = 8,
    strength: Annotated[
        float | None,
        typer.Option(
            help="How much is changed: 0 is the file, 1 new music. Default 0.3, or 0 with --set.",
            min=0.0,
            max=1.0,
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="Change an attribute, in standard deviations: density=+1. May be repeated.",
        ),
    ] = None,
    track: Track = None,
    bars: Bars = None,
    only: Only = False,
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
    """Write variations of a MIDI file, the nearest first.

    What is not read of the file, other tracks and other bars, is in each of them as it is.

    With --set, the variations go step by step to more, or less, of an attribute; the command
    attributes lists the attributes of a model.

    Example:  musicvae vary in.mid out/ --n 8 --strength 0.3
    """
    from ..adapt.apply_attributes import parse_settings
    from ..atomic_files import numbered_names

    seed = seed_or_random(seed)
    opened = open_midi(source, bpm)
    vae = load_for(model, RECONSTRUCTION_MODEL, opened, track=track)
    names = numbered_names(out, f"{stem_of(source)}-varied", force=force)
    phrases = vae.vary(
        opened,
        n,
        strength=strength,
        settings=parse_settings(settings or []) or None,
        track=track,
        bars=bars,
        only=only,
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
    report_seed(seed, temperature, always=True)
