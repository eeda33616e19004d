"""grid, analogy, similar: between several files, and near one in a folder of many."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..presets import CLOSEST_MODEL
from .options import (
    Curve,
    FileBpm,
    Force,
    MidiIn,
    Model,
    OutFile,
    OutFolder,
    OwnModel,
    Pattern,
    Recipe,
    Seed,
    Temperature,
    Track,
    counted,
    seed_or_drawn,
)
from .progress import bar
from .writing import file_in, tell_seed, tell_source, write

if TYPE_CHECKING:
    from ..similarity import Match


def grid(
    corners: Annotated[
        list[Path],
        typer.Argument(
            help="Three or four MIDI files: top left, top right, bottom left, bottom right.",
            readable=False,
        ),
    ],
    out: OutFolder,
    n: Annotated[
        int, typer.Option("--n", "-n", help="Phrases on a side, corners included.", min=2, max=100)
    ] = 4,
    track: Track = None,
    curve: Curve = "even",
    temperature: Temperature = 0.0,
    pattern: Pattern = None,
    seed: Seed = None,
    bpm: FileBpm = 120.0,
    model: OwnModel = None,
    recipe: Recipe = True,
    force: Force = False,
) -> None:
    """Put MIDI files at the corners of a square and write the phrases that lie between.

    Files are named by row and column. Of three, the fourth is what analogy makes of them.

    Example:  musicvae grid a.mid b.mid c.mid d.mid out/ --n 4
    """
    from .. import inputs
    from ..api import load
    from ..files import free_stem
    from ..registry import made_with

    seed = seed_or_drawn(seed)
    opened = [inputs.open(corner, bpm=bpm) for corner in corners]
    player = load(model or made_with(*opened) or CLOSEST_MODEL)
    stem = free_stem(out, "grid", force=force)
    phrases = player.grid(
        opened,
        n,
        track=track,
        curve=curve,
        temperature=temperature,
        pattern=pattern,
        seed=seed,
        bpm=bpm,
    )
    tell_source(*opened)
    places = ((row, column) for row in range(1, n + 1) for column in range(1, n + 1))
    names = (out / f"{stem}-{row}-{column}.mid" for row, column in places)
    write(phrases, names, force, recipe)
    tell_seed(seed, temperature)


def analogy(
    a: MidiIn,
    b: MidiIn,
    c: MidiIn,
    out: OutFile,
    strength: Annotated[
        float, typer.Option(help="How much of the step from a to b is taken; 0 is c again.")
    ] = 1.0,
    track: Track = None,
    temperature: Temperature = 0.0,
    pattern: Pattern = None,
    seed: Seed = None,
    bpm: FileBpm = 120.0,
    model: OwnModel = None,
    recipe: Recipe = True,
    force: Force = False,
) -> None:
    """Change a third MIDI file as the second differs from the first: c + b - a.

    Example:  musicvae analogy a.mid b.mid c.mid out.mid
    """
    from .. import inputs
    from ..api import load
    from ..files import spare_names
    from ..registry import made_with

    seed = seed_or_drawn(seed)
    opened = [inputs.open(music, bpm=bpm) for music in (a, b, c)]
    made = load(model or made_with(*opened) or CLOSEST_MODEL).analogy(
        *opened,
        strength=strength,
        track=track,
        temperature=temperature,
        pattern=pattern,
        seed=seed,
        bpm=bpm,
    )
    tell_source(*opened)
    write([made], spare_names(file_in(out, c)), force, recipe)
    tell_seed(seed, temperature)


def similar(
    query: MidiIn,
    library: Annotated[
        Path, typer.Argument(help="Folder of MIDI files, searched deeply.", readable=False)
    ],
    n: Annotated[int, typer.Option("--n", "-n", help="How many files.", min=1)] = 10,
    track: Track = None,
    any_key: Annotated[
        bool, typer.Option("--any-key/--same-key", help="Look in all twelve keys, or in its own.")
    ] = True,
    bpm: FileBpm = 120.0,
    model: Model = CLOSEST_MODEL,
    reasons: Annotated[
        bool, typer.Option("--reasons", help="Name the files that cannot be used, and why.")
    ] = False,
) -> None:
    """Find what sounds like a MIDI file in a folder of them, nearest first.

    What was read is kept in the folder, so that it is quick the next time.

    Example:  musicvae similar query.mid library/ --n 10
    """
    from .. import inputs
    from ..api import load

    asked = inputs.open(query, bpm=bpm)
    player = load(model)
    with bar("read", "files") as progress:
        opened = player.open_library(library, progress=progress)
    found = player.similar(asked, opened, n, track=track, any_key=any_key, bpm=bpm)
    tell_source(asked)
    typer.echo("\n".join(map(_line, found)) or "There is no other file in it.")
    if opened.skipped:
        hint = "" if reasons else " (--reasons names them)"
        typer.echo(f"{counted(len(opened.skipped), 'file')} cannot be used{hint}", err=True)
    for name, reason in opened.skipped.items() if reasons else ():
        typer.echo(f"{library / name}: {reason}", err=True)
    if not opened.kept:
        typer.echo(f"{library} cannot be written: it is read again the next time", err=True)


def _line(match: Match) -> str:
    moved = f", {match.semitones:+d} semitones" if match.semitones else ""
    place = f"bar {match.bar}, like bar {match.query_bar}{moved}"
    return f"{match.distance:.3f}  {match.path}  {place}"
