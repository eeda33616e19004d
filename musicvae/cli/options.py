"""Options that several commands share: one spelling, one help text."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Seed = Annotated[
    int | None,
    typer.Option(help="Same seed, same bytes. Without one a seed is drawn and printed.", min=0),
]
Temperature = Annotated[
    float,
    typer.Option(
        help="0 takes the most probable step, 0.5 plays it safe, 1.0 is the model's own taste, "
        "1.3 wanders. New music needs 0.5 or more.",
        min=0.0,
    ),
]
Model = Annotated[
    str, typer.Option(help="A model that came with the package, or a checkpoint folder.")
]
OwnModel = Annotated[
    str | None,
    typer.Option(
        help="A model by name, or a checkpoint folder. Without it, that which made the files, or "
        "else melody-2bar; to extend, melody-16bar."
    ),
]
Bpm = Annotated[float, typer.Option(help="Quarters per minute.", min=4.0, max=1000.0)]
FileBpm = Annotated[
    float,
    typer.Option(
        "--bpm",
        help="Quarters per minute of a MIDI file that is timed in seconds (SMPTE).",
        min=4.0,
        max=1000.0,
    ),
]
Track = Annotated[
    str | None,
    typer.Option(help="Number (from 1) or name of the track to read. Without it, the melody."),
]
Curve = Annotated[
    str,
    typer.Option(
        help="How the walk is spread: even to the ear, line (equal steps in z), ease (slow near "
        "both ends), early or late."
    ),
]
Pattern = Annotated[
    str | None,
    typer.Option(help="How a lead sheet's chords are played: block, arpeggio, strum or walking."),
]
Recipe = Annotated[
    bool,
    typer.Option("--recipe/--no-recipe", help="Whether the file carries how it came about."),
]
Humanize = Annotated[
    float,
    typer.Option(help="Timing and loudness of people: 0 for none, 1 as drummers play.", min=0.0),
]
Program = Annotated[
    str, typer.Option(help="Instrument: a General MIDI name such as 'Acoustic Bass', or number.")
]
Key = Annotated[
    str | None,
    typer.Option(help="Keep to a key: 'A minor' (raised sixth and seventh too), Bb, 'D dorian'."),
]
Scale = Annotated[
    str | None, typer.Option(help="Another scale on the key's tonic: natural, dorian, blues ...")
]
Chords = Annotated[
    str | None,
    typer.Option(help="Keep to chords: 'Am F C G', one a bar, or 'Am:2 D7:2 G' with beats."),
]
Range = Annotated[str | None, typer.Option(help="Keep the melody between two notes: C4-C6.")]
MaxPolyphony = Annotated[
    int | None, typer.Option(help="So many notes at once at most; for piano.", min=1)
]
Density = Annotated[str | None, typer.Option(help="Notes that begin in a bar: 4-8, or 6.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")]
OutFolder = Annotated[
    Path, typer.Argument(help="Folder to write into; it is created.", readable=False)
]
OutFile = Annotated[
    Path, typer.Argument(help="MIDI file to write, or a folder for it.", readable=False)
]
MidiIn = Annotated[Path, typer.Argument(help="A MIDI file.", readable=False)]


def seed_or_random(seed: int | None) -> int:
    """The seed asked for, or one drawn now, short enough to be typed again."""
    if seed is not None:
        return seed
    import secrets

    return secrets.randbelow(1_000_000)


def count_of(n: int, thing: str) -> str:
    """A number and what it counts: 1 bar, 2 bars."""
    return f"{n:,} {thing}{'' if n == 1 else 's'}"
