"""accompany: a bass, drums or a melody beside what a file plays."""

from __future__ import annotations

from typing import Annotated

import typer

from ..config import SampleConfig
from ..presets import BAND_MODEL
from .options import (
    Alternatives,
    Chords,
    FileBpm,
    Force,
    Key,
    MidiIn,
    Model,
    NewBars,
    Only,
    OutFile,
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


def accompany(
    source: MidiIn,
    out: OutFile,
    n: Alternatives = 1,
    add: Annotated[
        str | None,
        typer.Option(
            help="Parts to add: melody, bass, drums, or several: bass,drums. Without it and "
            "--replace, bass and drums, whichever is not played."
        ),
    ] = None,
    replace: Annotated[
        str | None, typer.Option(help="Parts that are played, and get other notes: drums.")
    ] = None,
    bars: NewBars = None,
    track: Track = None,
    only: Only = False,
    temperature: Temperature = SampleConfig.temperature,
    key: Key = None,
    scale: Scale = None,
    chords: Chords = None,
    seed: Seed = None,
    bpm: FileBpm = 120.0,
    model: Model = BAND_MODEL,
    recipe: Recipe = True,
    force: Force = False,
) -> None:
    """Add a bass, drums or a melody that fit what a MIDI file plays.

    The new parts are drawn knowing the others and the chords, which stay as they are. With --n,
    the likeliest alternative is the first.

    Example:  musicvae accompany in.mid out.mid --add bass,drums
    """
    seed = seed_or_random(seed)
    opened = open_midi(source, bpm)
    phrases = load_for(model, BAND_MODEL).accompany(
        opened,
        n,
        add=add,
        replace=replace,
        bars=bars,
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
