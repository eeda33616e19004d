"""Output of the verbs: write MIDI files and print a line about each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from .options import count_of
from .printable import printable
from .streams import STANDARD, say, stem_of, write_standard

if TYPE_CHECKING:
    from ..score.phrase import Part, Phrase
    from ..score.song import Song

MAX_LENGTHS = 4
"""Sections whose length is printed."""


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


def write_alternatives(
    phrases: Sequence[Phrase], n: int, out: Path, source: Path, force: bool, recipe: bool
) -> None:
    """Write one phrase to the file *out*, or of several each to *out* with a number in its name.

    Args:
        n: the number that was asked for.
    """
    from ..atomic_files import SCORE_ENDINGS, numbered_names
    from ..errors import OutputError

    if n == 1:
        write_file(phrases[0], out, source, force, recipe)
        return
    if out == STANDARD:
        raise OutputError("Standard output takes one file: name a file, or leave out --n.")
    path = file_in(out, source)
    ending = path.suffix if path.suffix.lower() in SCORE_ENDINGS else ".mid"
    names = numbered_names(path.parent, path.stem, ending, force=force)
    write(phrases, names, force, recipe)


def write(
    phrases: Sequence[Phrase], names: Iterator[Path], force: bool, recipe: bool
) -> list[Path]:
    """Write all phrases, then print a line for each, so that a closed pipe loses no file.

    Nothing is written before all files are made; if writing fails, the lines tell which are there.
    After them it prints the notices about the files they were made from. Returns the files.
    """
    from ..api.inputs import notices_of

    paths = _write_files([(_file_bytes(p, recipe), _summary(p)) for p in phrases], names, force)
    report_notices(notices_of(phrases))
    return paths


def write_song(song: Song, out: Path, source: Path, force: bool) -> None:
    """Write a song as `write_file` does, and print its notices."""
    from ..midi.writer import midi_bytes

    _write_one(midi_bytes(song), "; ".join(song.notices), out, source, force)


def write_data(
    data: bytes, phrases: Sequence[Phrase], out: Path, source: Path, force: bool, bpm: float
) -> None:
    """Write the bytes of a MIDI file, which was read as `phrases`, as `write_file` does."""
    whole = replace(phrases[0], after=tuple(phrases[1:]))
    _write_one(data, _summary(whole), out, source, force, bpm)


def _write_one(
    data: bytes, summary: str, out: Path, source: Path, force: bool, bpm: float = 120.0
) -> None:
    from ..atomic_files import numbered_copies

    if out == STANDARD:
        write_standard(data)
        say(summary, out)
    else:
        names = numbered_copies(file_in(out, source))
        _write_files([(data, summary)], names, force, bpm)


def _write_files(
    files: Iterable[tuple[bytes, str]], names: Iterator[Path], force: bool, bpm: float = 120.0
) -> list[Path]:
    """Write MIDI files, or scores of them if the names ask for scores; returns their paths.

    Then print the name and the summary of each that is there, and what is not in the scores.
    """
    from ..atomic_files import remove_leftovers, write_atomic, write_new
    from ..notation.files import encode

    first = next(names)  # its ending is that of all
    names = chain([first], names)
    encoded = [(encode(first, data, bpm), summary) for data, summary in files]
    lines: dict[Path, str] = {}
    try:
        for (data, _), summary in encoded:
            if force:
                path = next(names)
                write_atomic(path, data)
            else:
                path = write_new(names, data)
            lines[path] = f"{printable(path)}  {summary}"
    finally:
        for folder in {path.parent for path in lines}:
            remove_leftovers(folder)
        if lines:
            typer.echo("\n".join(lines.values()))
    report_notices(dict.fromkeys(notice for made, _ in encoded for notice in made.notices))
    return [*lines]


def _file_bytes(phrase: Phrase, recipe: bool) -> bytes:
    """A phrase as a MIDI file, with or without its recipe."""
    from ..midi.writer import midi_bytes

    return midi_bytes(phrase if recipe else _without_recipes(phrase))


def _without_recipes(phrase: Phrase) -> Phrase:
    """The phrase, and the sections around it, without their recipes."""
    bare = (
        tuple(replace(section, recipe=None) for section in sections)
        for sections in (phrase.before, phrase.after)
    )
    before, after = bare
    return replace(phrase, recipe=None, before=before, after=after)


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


def say_seed(seed: int, out: Path) -> None:
    """Print the seed of a command that has no temperature; see `say` for *out*."""
    say(f"seed {seed}", out)


def _summary(phrase: Phrase) -> str:
    """Length, meter, tempo, chords, the notes of each part, and the cost, in one line.

    Of several sections, the length of each, and the notes of all together.
    """
    from ..theory.chords import symbols
    from ..theory.meter import tempo_to_bpm

    sections = phrase.sections
    bpm = tempo_to_bpm(sections[0].tempos[0].microseconds)
    lengths = [f"{count_of(section.bars, 'bar')} of {section.meter}" for section in sections]
    shown, more = lengths[:MAX_LENGTHS], len(lengths) - MAX_LENGTHS
    head = ", then ".join([*shown, f"{more} more sections"] if more > 0 else shown)
    head += f" at {bpm:.0f} bpm"
    changes = [change.chord for section in sections for change in section.chords]
    if changes:
        head += ", " + " ".join(symbols(changes))
    numbers = range(max(len(section.parts) for section in sections))
    items = [head, *(_notes([s.parts[i] for s in sections if i < len(s.parts)]) for i in numbers)]
    if kept := _count_kept(sections):
        items.append(f"{count_of(kept, 'other part')} kept")
    if cost := sum(section.recipe.cost for section in sections if section.recipe):
        items.append(f"{cost:.1f} nats for the constraints")
    return ", ".join(items)


def _count_kept(sections: Sequence[Phrase]) -> int:
    """Parts of the song that sections stand in, besides their own."""
    from ..midi.song_events import sounding_channels

    song = next((section.song for section in sections if section.song and section.place), None)
    if song is None:
        return 0
    own = set()
    for section in sections:
        if section.place:
            numbers = [source for part in section.parts for source in part.sources]
            if section.place.has_chords:
                numbers += [number for _, number in section.place.accompaniment]
            players = [section.place.players[number] for number in numbers]
            own |= {(player.track, channel) for player in players for channel in player.channels}
    return len(sounding_channels(song) - own)


def _notes(parts: Sequence[Part]) -> str:
    """Name, number of notes and pitch range of a part in all its sections."""
    name, count = printable(parts[0].name), sum(len(part.notes) for part in parts)
    return " ".join(filter(None, (name, count_of(count, "note"), pitch_span(*parts))))


def pitch_span(*parts: Part) -> str:
    """Lowest and highest note of a part: `C4 to G5`; empty for drums and silent parts."""
    from ..theory.pitch import pitch_name

    pitches = [note.pitch for part in parts for note in part.notes if not part.is_drum]
    if not pitches:
        return ""
    return f"{pitch_name(min(pitches))} to {pitch_name(max(pitches))}"
