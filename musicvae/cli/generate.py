"""generate: draw new phrases."""

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
    Humanize,
    Key,
    MaxPolyphony,
    Model,
    OutFolder,
    Pattern,
    Program,
    Range,
    Recipe,
    Scale,
    Seed,
    Temperature,
    seed_or_random,
)
from .output import report_seed, write


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
    from ..api.model import load  # numpy loads here, so --help stays instant
    from ..atomic_files import numbered_names

    seed = seed_or_random(seed)
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
    report_seed(seed, temperature, always=True)
