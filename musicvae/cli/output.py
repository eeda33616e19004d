"""Output of the verbs: write MIDI files and print a line about each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from .options import count_of
from .printable import printable
from .streams import STANDARD, say, stem_of, write_standard

if TYPE_CHECKING:
    from ..score.phrase import Part, Phrase


def file_in(out: Path, source: Path) -> Path:
    """The file to write: *out* itself, or *out*/*source*.mid if *out* has no extension."""
    return out if out.suffix else out / f"{stem_of(source)}.mid"


def write_file(phrase: Phrase, out: Path, source: Path, force: bool, recipe: bool) -> None:
    """Write one phrase: to the file or into the folder *out*, or to standard output for `-`."""
    from ..api.inputs import notices_of
    from ..atomic_files import numbered_copies

    if out != STANDARD:
        write([phrase], numbered_copies(file_in(out, source)), force, recipe)
        return
    write_standard(_file_bytes(phrase, recipe))
    say(_summary(phrase), out)
    report_notices(notices_of([phrase]))


def write(phrases: Sequence[Phrase], names: Iterator[Path], force: bool, recipe: bool) -> None:
    """Write all phrases, then print a line for each, so that a closed pipe loses no file.

    Nothing is written before all files are made; if writing fails, the lines tell which are there.
    After them it prints the notices about the files they were made from.
    """
    from ..api.inputs import notices_of
    from ..atomic_files import remove_leftovers, write_atomic, write_new

    files = [_file_bytes(phrase, recipe) for phrase in phrases]
    lines: dict[Path, str] = {}
    try:
        for phrase, data in zip(phrases, files, strict=True):
            if force:
                path = next(names)
                write_atomic(path, data)
            else:
                path = write_new(names, data)
            lines[path] = f"{printable(path)}  {_summary(phrase)}"
    finally:
        for folder in {path.parent for path in lines}:
            remove_leftovers(folder)
        if lines:
            typer.echo("\n".join(lines.values()))
    report_notices(notices_of(phrases))


def _file_bytes(phrase: Phrase, recipe: bool) -> bytes:
    """A phrase as a MIDI file, with or without its recipe."""
    from ..midi.writer import midi_bytes

    return midi_bytes(phrase if recipe else replace(phrase, recipe=None))


def report_notices(notices: Iterable[str]) -> None:
    """Print what was not read as it stands in a file, a line each, on standard error."""
    for notice in notices:
        typer.echo(printable(notice), err=True)


def report_seed(
    seed: int, temperature: float, *, always: bool = False, out: Path | None = None
) -> None:
    """Print seed and temperature, at temperature 0 only if *always*; see `say` for *out*."""
    if always or temperature:
        typer.echo(f"seed {seed}, temperature {temperature:g}", err=out == STANDARD)


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
