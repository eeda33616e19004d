"""generate, interpolate, reconstruct, extend: verbs that write MIDI files."""

from __future__ import annotations

from typing import Annotated

import typer

from ..config import MAX_PHRASES, SampleConfig
from ..presets import CLOSEST_MODEL, DEFAULT_MODEL, LONGEST_MODEL
from .options import (
    Bpm,
    Chords,
    Curve,
    Density,
    FileBpm,
    Force,
    Humanize,
    Key,
    MaxPolyphony,
    MidiIn,
    Model,
    OutFile,
    OutFolder,
    OwnModel,
    Pattern,
    Program,
    Range,
    Recipe,
    Scale,
    Seed,
    Temperature,
    Track,
    seed_or_drawn,
)
from .writing import file_in, tell_seed, tell_source, write


def generate(
    out: OutFolder,
    n: Annotated[
        int, typer.Option("--n", "-n", help="How many phrases.", min=1, max=MAX_PHRASES)
    ] = SampleConfig.n,
    meter: Annotated[
        str, typer.Option(help="Such as 3/4 or 6/8; 4/4t is 4/4 on the triplet grid.")
    ] = "4/4",
    bars: Annotated[
        int | None, typer.Option(help="Bars of each; without it as many as the model knows.", min=1)
    ] = None,
    form: Annotated[
        str | None, typer.Option(help="Sections such as AABA: the same letter, the same music.")
    ] = None,
    loop: Annotated[bool, typer.Option("--loop", help="End so that the start follows.")] = False,
    bpm: Bpm = 120.0,
    program: Program = "0",
    temperature: Temperature = SampleConfig.temperature,
    pattern: Pattern = None,
    humanize: Humanize = 0.0,
    key: Key = None,
    scale: Scale = None,
    chords: Chords = None,
    range: Range = None,
    max_polyphony: MaxPolyphony = None,
    density: Density = None,
    seed: Seed = None,
    model: Model = DEFAULT_MODEL,
    recipe: Recipe = True,
    force: Force = False,
) -> None:
    """Draw new phrases and write one MIDI file for each.

    Example:  musicvae generate --n 4 out/ --bars 32 --form AABA
    """
    from ..api import load  # numpy loads here, so --help stays instant
    from ..files import numbered_names

    seed = seed_or_drawn(seed)
    player = load(model)
    names = numbered_names(out, "phrase", force=force)
    phrases = player.generate(
        n,
        meter=meter,
        bars=bars,
        form=form,
        loop=loop,
        bpm=bpm,
        program=program,
        temperature=temperature,
        pattern=pattern,
        humanize=humanize,
        seed=seed,
        key=key,
        scale=scale,
        chords=chords,
        range=range,
        max_polyphony=max_polyphony,
        density=density,
    )
    write(phrases, names, force, recipe)
    tell_seed(seed, temperature, always=True)


def interpolate(
    a: MidiIn,
    b: MidiIn,
    out: OutFolder,
    n: Annotated[
        int,
        typer.Option("--n", "-n", help="Phrases, both ends included.", min=2, max=MAX_PHRASES),
    ] = 8,
    track: Track = None,
    track_b: Annotated[
        str | None, typer.Option(help="The same for the second file, where it is another.")
    ] = None,
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
    """Walk from one MIDI file to another and write the phrases on the way.

    Example:  musicvae interpolate a.mid b.mid out/ --n 8
    """
    from .. import inputs
    from ..api import load
    from ..files import numbered_names
    from ..registry import made_with

    seed = seed_or_drawn(seed)
    ends = inputs.open(a, bpm=bpm), inputs.open(b, bpm=bpm)
    player = load(model or made_with(*ends) or CLOSEST_MODEL)
    names = numbered_names(out, f"{a.stem}-to-{b.stem}", force=force)
    phrases = player.interpolate(
        *ends,
        n,
        track=track,
        track_b=track_b,
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
    tell_source(*ends)
    write(phrases, names, force, recipe)
    tell_seed(seed, temperature)


def reconstruct(
    source: MidiIn,
    out: OutFile,
    track: Track = None,
    temperature: Temperature = 0.0,
    pattern: Pattern = None,
    seed: Seed = None,
    bpm: FileBpm = 120.0,
    model: OwnModel = None,
    recipe: Recipe = True,
    force: Force = False,
) -> None:
    """Send a MIDI file through the model and back; print how much of it returned.

    Example:  musicvae reconstruct in.mid out.mid
    """
    from .. import inputs
    from ..api import load
    from ..files import spare_names
    from ..registry import made_with

    seed = seed_or_drawn(seed)
    opened = inputs.open(source, bpm=bpm)
    made = load(model or made_with(opened) or CLOSEST_MODEL).reconstruct(
        opened, track=track, temperature=temperature, pattern=pattern, seed=seed, bpm=bpm
    )
    tell_source(opened)
    write([made.phrase], spare_names(file_in(out, source)), force, recipe)
    typer.echo(f"accuracy {made.accuracy:.3f}, note F1 {made.note_f1:.3f}")
    tell_seed(seed, temperature)


def extend(
    source: MidiIn,
    out: OutFile,
    bars: Annotated[int, typer.Option(help="How many new bars.", min=1)] = 4,
    track: Track = None,
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
    """Go on where a MIDI file ends.

    What the model reads of the file is written, then the new bars.

    Example:  musicvae extend in.mid out.mid --bars 4
    """
    from .. import inputs
    from ..api import load
    from ..files import spare_names
    from ..registry import made_with

    seed = seed_or_drawn(seed)
    opened = inputs.open(source, bpm=bpm)
    phrase = load(model or made_with(opened) or LONGEST_MODEL).extend(
        opened,
        bars,
        track=track,
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
    tell_source(opened)
    write([phrase], spare_names(file_in(out, source)), force, recipe)
    tell_seed(seed, temperature, always=True)
