"""Arguments and options that several commands share, each with its help text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..config import MAX_PHRASES

if TYPE_CHECKING:
    from ..api.inputs import Opened
    from ..api.model import MusicVAE

Seed = Annotated[
    int | None,
    typer.Option(
        help="The same seed gives the same files. Without it, a seed is chosen and printed.", min=0
    ),
]
Temperature = Annotated[
    float,
    typer.Option(
        help="How freely notes are chosen: 0 always takes the most probable, 0.5 plays it safe, "
        "1.0 samples the model as trained, 1.3 wanders. New music needs 0.5 or more.",
        min=0.0,
    ),
]
Model = Annotated[
    str, typer.Option(help="A model of the package, by name, or a checkpoint folder.")
]
OwnModel = Annotated[
    str | None,
    typer.Option(
        help="A model of the package, by name, or a checkpoint folder. Without it, the model that "
        "made the files; for other files melody-2bar, or melody-16bar to extend, drums-2bar for "
        "drums, and band-8bar for melody, bass and drums."
    ),
]
FillModel = Annotated[
    str | None,
    typer.Option(
        help="A model of the package, by name, or a checkpoint folder. Without it leadsheet-8bar; "
        "fill reads drums by drums-2bar."
    ),
]
Bpm = Annotated[
    float, typer.Option(help="Tempo, in quarter notes per minute.", min=4.0, max=1000.0)
]
FileBpm = Annotated[
    float,
    typer.Option(
        "--bpm",
        help="Tempo of a MIDI file that is timed in seconds (SMPTE), in quarter notes per minute.",
        min=4.0,
        max=1000.0,
    ),
]
Track = Annotated[
    str | None,
    typer.Option(
        help="Number (from 1) or name of the track to read, or several: 2+3. By default the melody "
        "is found; a track of drums is read by drums-2bar."
    ),
]
Bars = Annotated[
    str | None,
    typer.Option("--bars", help="Bars to read and to replace, as the file counts them: 5-8, or 5."),
]
NewBars = Annotated[
    str | None,
    typer.Option("--bars", help="Bars that become new, as the file counts them: 5-8, 5 or 5-6,9."),
]
Alternatives = Annotated[
    int,
    typer.Option("--n", "-n", help="Number of alternatives, a file each.", min=1, max=MAX_PHRASES),
]
Only = Annotated[
    bool,
    typer.Option(
        "--only", help="Write the new part alone, without the other tracks and bars of its file."
    ),
]
Curve = Annotated[
    str,
    typer.Option(
        help="How the phrases are spaced: even (to the ear), line (equal steps in z), ease (slow "
        "near both ends), early or late."
    ),
]
Pattern = Annotated[
    str | None,
    typer.Option(
        help="How the chords of a lead sheet are played: block, arpeggio, strum, walking, waltz, "
        "oom-pah, broken, bossa, power or ballad."
    ),
]
Recipe = Annotated[
    bool,
    typer.Option(
        "--recipe/--no-recipe",
        help="Store the seed and settings in each file, so that replay can recreate it.",
    ),
]
Humanize = Annotated[
    float,
    typer.Option(
        help="How far timing and loudness stray from the grid: 0 for none, 1 as far as drummers.",
        min=0.0,
    ),
]
Program = Annotated[
    str, typer.Option(help="Instrument: its General MIDI name, such as 'Acoustic Bass', or number.")
]
Programs = Annotated[
    str | None,
    typer.Option(
        help="Instruments of some parts, by General MIDI name or number: melody=flute,bass=33."
    ),
]
Key = Annotated[
    str | None,
    typer.Option(
        help="Key of all notes: 'A minor' (raised sixth and seventh too), Bb, 'D dorian'."
    ),
]
Scale = Annotated[
    str | None, typer.Option(help="Another scale on the tonic of --key: natural, dorian, blues ...")
]
Chords = Annotated[
    str | None,
    typer.Option(help="Chords to follow: 'Am F C G', one per bar, or with beats: 'Am:2 D7:2 G'."),
]
Range = Annotated[str | None, typer.Option(help="Lowest and highest note of the melody: C4-C6.")]
MaxPolyphony = Annotated[
    int | None, typer.Option(help="Most notes that may sound at once; for piano models.", min=1)
]
Density = Annotated[str | None, typer.Option(help="How many notes begin in each bar: 4-8, or 6.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite existing files.")]
OutFolder = Annotated[
    Path, typer.Argument(help="Folder for the files; it is created if needed.", readable=False)
]
OutFile = Annotated[
    Path,
    typer.Argument(
        help="MIDI file to write, a folder for it, or - for standard output. A name that ends in "
        ".musicxml, .mxl or .abc makes it a score.",
        readable=False,
    ),
]
MidiIn = Annotated[
    Path, typer.Argument(help="A MIDI file, or - for standard input.", readable=False)
]


def seed_or_random(seed: int | None) -> int:
    """The given seed, or a random one that is short enough to type."""
    if seed is not None:
        return seed
    import secrets

    return secrets.randbelow(1_000_000)


def load_for(
    model: str | None,
    default: str,
    *opened: Opened,
    track: str | None = None,
    by_maker: bool = True,
) -> MusicVAE:
    """Load the named model, or else the one that made the files (`by_maker`), or else `default`.

    For drums, which the default does not read, it is a model of drums; for files of several parts
    one of a band, where the maker would be taken too. Both are said.
    """
    from ..api.model import load
    from ..api.registry import find_maker, reads_band, takes_drums
    from ..presets import BAND_MODEL, DRUM_MODEL

    maker = find_maker(*opened) if by_maker else None
    if model is None and takes_drums(opened, track, is_made=maker is not None):
        typer.echo(f"drums are read by the model {DRUM_MODEL}", err=True)
        return load(DRUM_MODEL)
    is_free = model is None and maker is None and by_maker and default != BAND_MODEL
    if is_free and all(reads_band(music, track) for music in opened):
        typer.echo(
            f"melody, bass and drums are read by the model {BAND_MODEL}; --track names one part",
            err=True,
        )
        return load(BAND_MODEL)
    return load(model or maker or default)


def count_of(n: int, thing: str) -> str:
    """A number and its noun: 1 bar, 2 bars."""
    return f"{n:,} {thing}{'' if n == 1 else 's'}"
