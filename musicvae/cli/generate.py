"""generate: new phrases."""

from __future__ import annotations

from typing import Annotated

import typer

from ..config import MAX_PHRASES, SampleConfig
from ..presets import DEFAULT_MODEL
from .options import (
    Bpm,
    Chords,
    Density,
    Force,
    Key,
    MaxPolyphony,
    Model,
    OutFolder,
    Pattern,
    Program,
    Programs,
    Range,
    Recipe,
    Scale,
    Seed,
    Temperature,
    seed_or_random,
)
from .output import report_seed, write
from .sounding import sound_clips


def generate(
    out: OutFolder,
    n: Annotated[
        int, typer.Option("--n", "-n", help="Number of phrases.", min=1, max=MAX_PHRASES)
    ] = SampleConfig.n,
    meter: Annotated[
        str, typer.Option(help="Meter, such as 3/4 or 6/8; 4/4t is 4/4 in triplets.")
    ] = "4/4",
    bars: Annotated[
        int | None,
        typer.Option(help="Bars of each phrase; by default one model window per section.", min=1),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            help='Sections, such as AABA, or names with bars, such as "intro:4 A:8 B:8 A\':8": '
            "equal names are the same music, a prime is a variation. Options of a section follow "
            "in square brackets: key, bpm, chords, range, density, cadence."
        ),
    ] = None,
    cadence: Annotated[
        str | None,
        typer.Option(
            help="How sections end: half (on the fifth; the last one on the tonic) or full. By "
            "default the last one alone closes."
        ),
    ] = None,
    energy: Annotated[
        str | None,
        typer.Option(
            help="Energy of each section, or of all: 0 is calm, 0.5 as the model plays, 1 is dense,"
            " high and loud: 0.3,0.6,1."
        ),
    ] = None,
    loop: Annotated[
        bool, typer.Option("--loop", help="End with a bar that leads back to the start.")
    ] = False,
    bpm: Bpm = 120.0,
    program: Program = "0",
    programs: Programs = None,
    temperature: Temperature = SampleConfig.temperature,
    pattern: Pattern = None,
    humanize: Annotated[
        float | None,
        typer.Option(
            help="How far timing and loudness stray from the grid: 0 for none, 1 as far as "
            "drummers. By default 1 for drums, 0 for other music.",
            min=0.0,
        ),
    ] = None,
    key: Key = None,
    scale: Scale = None,
    chords: Chords = None,
    range: Range = None,
    max_polyphony: MaxPolyphony = None,
    density: Density = None,
    seed: Seed = None,
    model: Model = DEFAULT_MODEL,
    recipe: Recipe = True,
    wav: Annotated[bool, typer.Option("--wav", help="Write a WAV file beside each.")] = False,
    play: Annotated[bool, typer.Option("--play", help="Play them; Ctrl-C stops.")] = False,
    force: Force = False,
) -> None:
    """Generate new phrases and write each one to a MIDI file.

    Example:  musicvae generate --n 4 out/ --bars 32 --form AABA
    """
    from ..api.model import load  # imports numpy, so not before --help
    from ..atomic_files import numbered_names

    seed = seed_or_random(seed)
    vae = load(model)
    names = numbered_names(out, "phrase", force=force)
    phrases = vae.generate(
        n,
        meter=meter,
        bars=bars,
        form=form,
        cadence=cadence,
        energy=energy,
        loop=loop,
        bpm=bpm,
        program=program,
        programs=programs,
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
    paths = write(phrases, names, force, recipe)
    report_seed(seed, temperature, always=True)
    sound_clips(paths, wav, play, loop, force)
