"""drumify: drums that follow the rhythm of a file."""

from __future__ import annotations

from typing import Annotated

import typer

from ..config import SampleConfig
from ..presets import DRUM_MODEL
from .options import (
    Alternatives,
    Density,
    FileBpm,
    Force,
    MidiIn,
    Model,
    NewBars,
    Only,
    OutFile,
    Recipe,
    Seed,
    Temperature,
    seed_or_random,
)
from .output import report_seed, write_alternatives
from .streams import open_midi


def drumify(
    source: MidiIn,
    out: OutFile,
    n: Alternatives = 1,
    bars: NewBars = None,
    track: Annotated[
        str | None,
        typer.Option(
            help="Number (from 1) or name of the track whose rhythm the drums follow, or several: "
            "2+3. By default all that are not drums."
        ),
    ] = None,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Put the new drums in the place of those of the file."),
    ] = False,
    only: Only = False,
    temperature: Temperature = SampleConfig.temperature,
    density: Density = None,
    seed: Seed = None,
    bpm: FileBpm = 120.0,
    model: Model = DRUM_MODEL,
    recipe: Recipe = True,
    force: Force = False,
) -> None:
    """Write drums that follow the rhythm of a MIDI file, on a track of their own.

    All that is in the file stays as it is. With --n, the likeliest alternative is the first.

    Example:  musicvae drumify in.mid out.mid --density 8-16
    """
    from ..api.model import load

    seed = seed_or_random(seed)
    phrases = load(model).drumify(
        open_midi(source, bpm),
        n,
        bars=bars,
        track=track,
        replace=replace,
        only=only,
        temperature=temperature,
        seed=seed,
        bpm=bpm,
        density=density,
    )
    write_alternatives(phrases, n, out, source, force, recipe)
    report_seed(seed, temperature, always=True, out=out)
