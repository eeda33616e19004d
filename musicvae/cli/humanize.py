"""humanize: the feel of drummers, or of a performance, and swing, for the notes of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .options import FileBpm, Force, MidiIn, OutFile, Seed, seed_or_random
from .output import say_seed, write_file
from .streams import open_midi


def humanize(
    music: MidiIn,
    out: OutFile,
    amount: Annotated[
        float,
        typer.Option(
            help="How far timing and loudness stray from what they were: 0 for none, 1 as far as "
            "drummers; melodies and chords half as far.",
            min=0.0,
        ),
    ] = 1.0,
    swing: Annotated[
        float,
        typer.Option(
            help="How late the second of two eighths is: 0 straight, 1 triplets. Where the music "
            "moves in sixteenths, these swing.",
            min=0.0,
            max=1.0,
        ),
    ] = 0.0,
    groove: Annotated[
        Path | None,
        typer.Option(
            help="A MIDI file whose timing and accents take the place of those of drummers: at an "
            "--amount of 1 the notes are where it has them.",
            readable=False,
        ),
    ] = None,
    track: Annotated[
        str | None,
        typer.Option(
            help="Number (from 1) or name of the track to change, or several: 2+3. By default all."
        ),
    ] = None,
    bars: Annotated[
        str | None,
        typer.Option(help="Bars to change, as the file counts them: 5-8, or 5. By default all."),
    ] = None,
    seed: Seed = None,
    bpm: FileBpm = 120.0,
    force: Force = False,
) -> None:
    """Give the notes of a MIDI file the timing and loudness of drummers, or of a file, and swing.

    All that is not a note, and the notes of other tracks and bars, stay as they are.

    Example:  musicvae humanize in.mid out.mid --amount 0.7 --swing 0.6
    """
    from ..api.humanize import humanize as run

    seed = seed_or_random(seed)
    phrase = run(
        open_midi(music, bpm),
        amount,
        swing=swing,
        groove=None if groove is None else open_midi(groove, bpm),
        track=track,
        bars=bars,
        seed=seed,
        bpm=bpm,
    )
    write_file(phrase, out, music, force, True)
    if amount and groove is None:
        say_seed(seed, out)
