"""melodize: a melody over the chords of a file."""

from __future__ import annotations

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
    MidiIn,
    NewBars,
    Only,
    OutFile,
    Program,
    Range,
    Recipe,
    Scale,
    Seed,
    Temperature,
    load_for,
    seed_or_random,
)
from .output import report_seed, write_alternatives
from .streams import open_midi


def melodize(
    source: MidiIn,
    out: OutFile,
    n: Alternatives = 1,
    bars: NewBars = None,
    program: Program = "0",
    only: Only = False,
    temperature: Temperature = SampleConfig.temperature,
    key: Key = None,
    scale: Scale = None,
    chords: Chords = None,
    range: Range = None,
    density: Density = None,
    seed: Seed = None,
    bpm: FileBpm = 120.0,
    model: FillModel = None,
    recipe: Recipe = True,
    force: Force = False,
) -> None:
    """Write a melody over the chords of a MIDI file, on a track of its own.

    The chords are those that the file names, or those that its notes make. All that is in the
    file stays as it is. With --n, the likeliest alternative is the first.

    Example:  musicvae melodize in.mid out.mid --program Flute --range C5-C7
    """
    seed = seed_or_random(seed)
    opened = open_midi(source, bpm)
    phrases = load_for(model or FILL_MODEL, FILL_MODEL).melodize(
        opened,
        n,
        bars=bars,
        program=program,
        only=only,
        temperature=temperature,
        seed=seed,
        bpm=bpm,
        key=key,
        scale=scale,
        chords=chords,
        range=range,
        density=density,
    )
    write_alternatives(phrases, n, out, source, force, recipe)
    report_seed(seed, temperature, always=True, out=out)
