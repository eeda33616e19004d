"""fill: new bars between those that stay."""

from __future__ import annotations

from typing import Annotated

import typer

from ..config import SampleConfig
from ..presets import FILL_MODEL
from .options import (
    Alternatives,
    Chords,
    Density,
    FileBpm,
    FillModel,
    Force,
    Key,
    MaxPolyphony,
    MidiIn,
    Only,
    OutFile,
    Range,
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


def fill(
    source: MidiIn,
    out: OutFile,
    bars: Annotated[
        str,
        typer.Option("--bars", help="Bars to fill, as the file counts them: 5-8, 5, or 5-6,9."),
    ],
    n: Alternatives = 1,
    keep_rhythm: Annotated[
        bool, typer.Option("--keep-rhythm", help="New pitches in the rhythm of the old notes.")
    ] = False,
    keep_pitches: Annotated[
        bool, typer.Option("--keep-pitches", help="A new rhythm for the pitches of the old notes.")
    ] = False,
    track: Track = None,
    only: Only = False,
    temperature: Temperature = SampleConfig.temperature,
    key: Key = None,
    scale: Scale = None,
    chords: Chords = None,
    range: Range = None,
    max_polyphony: MaxPolyphony = None,
    density: Density = None,
    seed: Seed = None,
    bpm: FileBpm = 120.0,
    model: FillModel = None,
    recipe: Recipe = True,
    force: Force = False,
) -> None:
    """Fill bars of a MIDI file with new notes; all others stay as they are.

    The new bars follow from those before them and lead into those after them, in the chords of
    the file. With --n, the likeliest alternative is the first.

    Example:  musicvae fill in.mid out.mid --bars 5-8
    """
    from ..errors import RequestError

    if keep_rhythm and keep_pitches:
        raise RequestError("Keep the rhythm or the pitches: with both there is nothing new.")
    seed = seed_or_random(seed)
    opened = open_midi(source, bpm)
    vae = load_for(model, FILL_MODEL, opened, track=track, by_maker=False)
    phrases = vae.fill(
        opened,
        bars,
        n,
        keep="rhythm" if keep_rhythm else "pitches" if keep_pitches else "nothing",
        track=track,
        only=only,
        temperature=temperature,
        seed=seed,
        bpm=bpm,
        key=key,
        scale=scale,
        chords=chords,
        range=range,
        max_polyphony=max_polyphony,
        density=density,
    )
    write_alternatives(phrases, n, out, source, force, recipe)
    report_seed(seed, temperature, always=True, out=out)
