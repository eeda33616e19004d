"""generate, interpolate, reconstruct, extend: verbs that write MIDI files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..config import MAX_PHRASES, SampleConfig
from ..presets import CLOSEST_MODEL, DEFAULT_MODEL, LONGEST_MODEL
from .options import (
    Bpm,
    Curve,
    FileBpm,
    Force,
    MidiIn,
    Model,
    OutFile,
    OutFolder,
    Pattern,
    Seed,
    Temperature,
    Track,
    counted,
    seed_or_drawn,
)

if TYPE_CHECKING:
    from ..music.notes import Part, Phrase


def generate(
    out: OutFolder,
    n: Annotated[
        int, typer.Option("--n", "-n", help="How many phrases.", min=1, max=MAX_PHRASES)
    ] = SampleConfig.n,
    meter: Annotated[
        str, typer.Option(help="Such as 3/4 or 6/8; 4/4t is 4/4 on the triplet grid.")
    ] = "4/4",
    bpm: Bpm = 120.0,
    program: Annotated[
        int, typer.Option(help="General MIDI number of the instrument.", min=0, max=127)
    ] = 0,
    temperature: Temperature = SampleConfig.temperature,
    pattern: Pattern = None,
    seed: Seed = None,
    model: Model = DEFAULT_MODEL,
    force: Force = False,
) -> None:
    """Draw new phrases and write one MIDI file for each.

    Example:  musicvae generate --n 4 out/ --meter 6/8 --bpm 96
    """
    from ..api import load  # numpy loads here, so --help stays instant
    from ..files import numbered_names

    seed = seed_or_drawn(seed)
    player = load(model)
    names = numbered_names(out, "phrase", force=force)
    phrases = player.generate(
        n,
        meter=meter,
        bpm=bpm,
        program=program,
        temperature=temperature,
        pattern=pattern,
        seed=seed,
    )
    _write(phrases, names, force)
    typer.echo(f"seed {seed}, temperature {temperature:g}")


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
    seed: Seed = None,
    bpm: FileBpm = 120.0,
    model: Model = CLOSEST_MODEL,
    force: Force = False,
) -> None:
    """Walk from one MIDI file to another and write the phrases on the way.

    Example:  musicvae interpolate a.mid b.mid out/ --n 8
    """
    from ..api import load
    from ..files import numbered_names

    seed = seed_or_drawn(seed)
    player = load(model)
    names = numbered_names(out, f"{a.stem}-to-{b.stem}", force=force)
    phrases = player.interpolate(
        a,
        b,
        n,
        track=track,
        track_b=track_b,
        curve=curve,
        temperature=temperature,
        pattern=pattern,
        seed=seed,
        bpm=bpm,
    )
    _tell_stretches(bpm, a, b)
    _write(phrases, names, force)
    if temperature:
        typer.echo(f"seed {seed}, temperature {temperature:g}")


def reconstruct(
    source: MidiIn,
    out: OutFile,
    track: Track = None,
    temperature: Temperature = 0.0,
    pattern: Pattern = None,
    seed: Seed = None,
    bpm: FileBpm = 120.0,
    model: Model = CLOSEST_MODEL,
    force: Force = False,
) -> None:
    """Send a MIDI file through the model and back; print how much of it returned.

    Example:  musicvae reconstruct in.mid out.mid
    """
    from ..api import load
    from ..files import spare_names

    seed = seed_or_drawn(seed)
    made = load(model).reconstruct(
        source, track=track, temperature=temperature, pattern=pattern, seed=seed, bpm=bpm
    )
    _tell_stretches(bpm, source)
    _write([made.phrase], spare_names(_file(out, source)), force)
    typer.echo(f"accuracy {made.accuracy:.3f}, note F1 {made.note_f1:.3f}")
    if temperature:
        typer.echo(f"seed {seed}, temperature {temperature:g}")


def extend(
    source: MidiIn,
    out: OutFile,
    bars: Annotated[int, typer.Option(help="How many new bars.", min=1)] = 4,
    track: Track = None,
    temperature: Temperature = SampleConfig.temperature,
    pattern: Pattern = None,
    seed: Seed = None,
    bpm: FileBpm = 120.0,
    model: Model = LONGEST_MODEL,
    force: Force = False,
) -> None:
    """Go on where a MIDI file ends.

    What the model reads of the file is written, then the new bars.

    Example:  musicvae extend in.mid out.mid --bars 4
    """
    from ..api import load
    from ..files import spare_names

    seed = seed_or_drawn(seed)
    phrase = load(model).extend(
        source, bars, track=track, temperature=temperature, pattern=pattern, seed=seed, bpm=bpm
    )
    _tell_stretches(bpm, source)
    _write([phrase], spare_names(_file(out, source)), force)
    typer.echo(f"seed {seed}, temperature {temperature:g}")


def _file(out: Path, source: Path) -> Path:
    """What has no ending is a folder; the file in it is called as its source."""
    return out if out.suffix else out / f"{source.stem}.mid"


def _write(phrases: Sequence[Phrase], names: Iterator[Path], force: bool) -> None:
    """All of them, then a line for each: who stops reading the lines still gets the files."""
    from ..files import write_new
    from ..music.midi import midi_bytes, write_midi

    lines = []
    for phrase in phrases:
        if force:
            path = next(names)
            write_midi(phrase, path)
        else:
            path = write_new(names, midi_bytes(phrase))
        lines.append(f"{path}  {_summary(phrase)}")
    typer.echo("\n".join(lines))


def _tell_stretches(bpm: float, *sources: Path) -> None:
    """Say of a file that changes meter that not all of it was read."""
    from ..music.midi import main_phrase, read_midi

    for source in sources:
        phrases = read_midi(source, bpm=bpm)
        if len(phrases) > 1:
            number = phrases.index(main_phrase(phrases)) + 1
            typer.echo(
                f"{source} changes meter: of {len(phrases)} stretches, number {number}, which "
                f"has most notes, was read (musicvae info {source})",
                err=True,
            )


def _summary(phrase: Phrase) -> str:
    """One line: meter, length, tempo, chords, and the notes of each part."""
    from ..music.chords import symbol
    from ..music.units import tempo_to_bpm

    bpm = tempo_to_bpm(phrase.tempos[0].microseconds)
    line = f"{counted(phrase.bars, 'bar')} of {phrase.meter} at {bpm:.0f} bpm"
    if phrase.chords:
        line += ", " + " ".join(symbol(change.chord) for change in phrase.chords)
    return ", ".join([line, *map(_notes, phrase.parts)])


def _notes(part: Part) -> str:
    """How many, and from where to where where they have a pitch; named if the part is."""
    from ..music.drawing import pitch_name

    heard = counted(len(part.notes), "note")
    pitches = [note.pitch for note in part.notes]
    if pitches and not part.is_drum:
        heard += f" {pitch_name(min(pitches))} to {pitch_name(max(pitches))}"
    return f"{part.name} {heard}" if part.name else heard
