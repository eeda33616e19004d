"""Sound at the terminal: WAV files of MIDI files, with a line about each, and clips played."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import typer

from .output import report_notices
from .printable import printable
from .streams import STANDARD, say, source_of, stem_of, write_standard

if TYPE_CHECKING:
    from ..api.inputs import Music
    from ..audio.sound import Sound


def open_sound(music: Path, loop: bool, bpm: float) -> tuple[str, Sound]:
    """A MIDI file, or standard input for `-`, as sound, after its name."""
    from ..api.sound import render

    source = source_of(music)
    name = str(source) if isinstance(source, Path) else source.name
    return name, render(cast("Music", source), loop=loop, bpm=bpm)


def render_file(music: Path, out: Path, loop: bool, bpm: float, force: bool) -> None:
    """Write the WAV file of a MIDI file."""
    name, sound = open_sound(music, loop, bpm)
    if out == STANDARD:
        write_standard(sound.wav())
        say(_summary(sound), out)
    else:
        path = out if out.suffix else out / f"{stem_of(music)}.wav"
        _write(sound, path, force)
    report_notices(f"{name}: {notice}" for notice in sound.notices)


def render_folder(folder: Path, out: Path, loop: bool, bpm: float, force: bool) -> None:
    """Write the WAV files of all MIDI files below a folder; those that cannot be read are named.

    Raises:
        DatasetError: there is none, or none can be read.
    """
    from ..atomic_files import check_folder
    from ..corpus.prepare import midi_files
    from ..errors import DatasetError, MidiError

    check_folder(out)
    written = 0
    for path in midi_files([folder]):
        try:
            name, sound = open_sound(path, loop, bpm)
        except MidiError as error:
            typer.echo(printable(error), err=True)
            continue
        _write(sound, (out / path.relative_to(folder)).with_suffix(".wav"), force)
        report_notices(f"{name}: {notice}" for notice in sound.notices)
        written += 1
    if not written:
        raise DatasetError(f"{folder}: there is no MIDI file in it that can be rendered.")


def sound_clips(paths: Sequence[Path], wav: bool, play: bool, loop: bool, force: bool) -> None:
    """Write WAV files beside MIDI files, and play them one after another."""
    for path in paths if wav or play else ():
        _, sound = open_sound(path, loop, 120.0)
        if wav:
            _write(sound, path.with_suffix(".wav"), force)
        if play:
            play_until_stopped(sound, False)


def play_until_stopped(sound: Sound, loop: bool) -> None:
    """Play a sound once, or a loop until it is interrupted."""
    from ..audio.players import play_sound

    play_sound(sound)
    while loop:
        play_sound(sound)


def _write(sound: Sound, path: Path, force: bool) -> None:
    """Write a WAV file, under a free name unless `force`, and print a line about it."""
    from ..atomic_files import numbered_copies, write_atomic, write_new

    if force:
        write_atomic(path, sound.wav())
    else:
        path = write_new(numbered_copies(path), sound.wav())
    typer.echo(f"{printable(path)}  {_summary(sound)}")


def _summary(sound: Sound) -> str:
    return f"{sound.seconds:.1f} s"
