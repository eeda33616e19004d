"""What the verbs have in common: files written, and a line for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from .options import count_of

if TYPE_CHECKING:
    from ..api.inputs import Opened
    from ..score.phrase import Part, Phrase


def file_in(out: Path, source: Path) -> Path:
    """What has no ending is a folder; the file in it is called as its source."""
    return out if out.suffix else out / f"{source.stem}.mid"


def write(phrases: Sequence[Phrase], names: Iterator[Path], force: bool, recipe: bool) -> None:
    """All of them, then a line for each: who stops reading the lines still gets the files."""
    from ..atomic_files import write_new
    from ..midi.writer import midi_bytes, write_midi

    lines = []
    for phrase in phrases:
        kept = phrase if recipe else replace(phrase, recipe=None)
        if force:
            path = next(names)
            write_midi(kept, path)
        else:
            path = write_new(names, midi_bytes(kept))
        lines.append(f"{path}  {_summary(phrase)}")
    typer.echo("\n".join(lines))


def report_source(*sources: Opened) -> None:
    """Say of a file that not all of it was read, or that it was edited since it was made."""
    for source in sources:
        tell_edited(source.name, source.phrases)
        if len(source.phrases) > 1:
            number = source.phrases.index(source.main) + 1
            typer.echo(
                f"{source.name} changes meter: of {len(source.phrases)} stretches, number "
                f"{number}, which has most notes, was read (musicvae info {source.name})",
                err=True,
            )


def tell_edited(source: object, phrases: Sequence[Phrase]) -> None:
    """Say of a file of ours that its notes are not those that were written."""
    if any(phrase.edited for phrase in phrases):
        typer.echo(f"{source} was edited since it was made: it is read as it is now", err=True)


def report_seed(seed: int, temperature: float, *, always: bool = False) -> None:
    """What gives the same again, where chance had a part."""
    if always or temperature:
        typer.echo(f"seed {seed}, temperature {temperature:g}")


def _summary(phrase: Phrase) -> str:
    """One line: meter, length, tempo, chords, and the notes of each part."""
    from ..theory.chords import symbols
    from ..theory.meter import tempo_to_bpm

    bpm = tempo_to_bpm(phrase.tempos[0].microseconds)
    line = f"{count_of(phrase.bars, 'bar')} of {phrase.meter} at {bpm:.0f} bpm"
    if phrase.chords:
        line += ", " + " ".join(symbols(change.chord for change in phrase.chords))
    words = [line, *map(_notes, phrase.parts)]
    if phrase.recipe and (cost := phrase.recipe.cost):
        words.append(f"{cost:.1f} nats for the constraints")
    return ", ".join(words)


def _notes(part: Part) -> str:
    """How many, and from where to where where they have a pitch; named if the part is."""
    from ..theory.pitch import pitch_name

    heard = count_of(len(part.notes), "note")
    pitches = [note.pitch for note in part.notes]
    if pitches and not part.is_drum:
        heard += f" {pitch_name(min(pitches))} to {pitch_name(max(pitches))}"
    return f"{part.name} {heard}" if part.name else heard
