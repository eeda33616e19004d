"""Output of the verbs: write MIDI files and print a line about each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from .options import count_of
from .printable import printable

if TYPE_CHECKING:
    from ..score.phrase import Part, Phrase


def file_in(out: Path, source: Path) -> Path:
    """The file to write: *out* itself, or *out*/*source*.mid if *out* has no extension."""
    return out if out.suffix else out / f"{source.stem}.mid"


def write(phrases: Sequence[Phrase], names: Iterator[Path], force: bool, recipe: bool) -> None:
    """Write all phrases, then print a line for each, so that a closed pipe loses no file.

    After them it prints the notices about the files they were made from.
    """
    from ..api.inputs import notices_of
    from ..atomic_files import write_new
    from ..midi.writer import midi_bytes, write_midi

    lines = []
    for phrase in phrases:
        written = phrase if recipe else replace(phrase, recipe=None)
        if force:
            path = next(names)
            write_midi(written, path)
        else:
            path = write_new(names, midi_bytes(written))
        lines.append(f"{printable(path)}  {_summary(phrase)}")
    typer.echo("\n".join(lines))
    report_notices(notices_of(phrases))


def report_notices(notices: Iterable[str]) -> None:
    """Print what was not read as it stands in a file, a line each, on standard error."""
    for notice in notices:
        typer.echo(printable(notice), err=True)


def report_seed(seed: int, temperature: float, *, always: bool = False) -> None:
    """Print seed and temperature, at temperature 0 only if *always*."""
    if always or temperature:
        typer.echo(f"seed {seed}, temperature {temperature:g}")


def _summary(phrase: Phrase) -> str:
    """Length, meter, tempo, chords, the notes of each part, and the cost, in one line."""
    from ..theory.chords import symbols
    from ..theory.meter import tempo_to_bpm

    bpm = tempo_to_bpm(phrase.tempos[0].microseconds)
    head = f"{count_of(phrase.bars, 'bar')} of {phrase.meter} at {bpm:.0f} bpm"
    if phrase.chords:
        head += ", " + " ".join(symbols(change.chord for change in phrase.chords))
    items = [head, *map(_notes, phrase.parts)]
    if phrase.recipe and (cost := phrase.recipe.cost):
        items.append(f"{cost:.1f} nats for the constraints")
    return ", ".join(items)


def _notes(part: Part) -> str:
    """Name, number of notes and pitch range of a part."""
    return " ".join(
        filter(None, (printable(part.name), count_of(len(part.notes), "note"), pitch_span(part)))
    )


def pitch_span(part: Part) -> str:
    """Lowest and highest note of a part: `C4 to G5`; empty for drums and silent parts."""
    from ..theory.pitch import pitch_name

    pitches = [note.pitch for note in part.notes]
    if part.is_drum or not pitches:
        return ""
    return f"{pitch_name(min(pitches))} to {pitch_name(max(pitches))}"
