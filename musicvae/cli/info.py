"""info: what a MIDI file or a checkpoint contains."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import FileBpm, Track, count_of
from .output import pitch_span, report_notices
from .printable import printable
from .streams import STANDARD, open_midi

if TYPE_CHECKING:
    from ..score.phrase import Part, Phrase

ONE_SECTION = "  <- read by verbs of several files; the others read every section"


def info(
    source: Annotated[
        str,
        typer.Argument(
            help="A MIDI file, - for standard input, a model of the package, or a checkpoint "
            "folder."
        ),
    ],
    track: Track = None,
    bpm: FileBpm = 120.0,
) -> None:
    """Show the parts and the melody of a MIDI file, or what a model can do.

    Example:  musicvae info song.mid
    """
    from ..atomic_files import MIDI_ENDINGS

    path = Path(source)
    if path == STANDARD or path.is_file() or path.suffix.lower() in MIDI_ENDINGS:
        _show_file(path, track, bpm)
    else:
        _show_model(source)


def _show_file(path: Path, track: str | None, bpm: float) -> None:
    import shutil

    from ..codecs.track_selection import select_drums
    from ..errors import RequestError
    from ..score.melody_extraction import find_melody
    from ..score.text_roll import draw_part
    from ..theory.chords import symbols

    opened = open_midi(path, bpm)
    report_notices(opened.notices)
    main = opened.main
    for number, phrase in enumerate(opened.phrases, 1):
        mark = ONE_SECTION if len(opened.phrases) > 1 and phrase is main else ""
        typer.echo(f"section {number}: {_describe(phrase)}{mark}")
        if phrase.chords:
            chords = symbols(change.chord for change in phrase.chords)
            typer.echo(f"     chords: {' '.join(chords)}")
        for index, part in enumerate(phrase.parts, 1):
            kind = "drums" if part.is_drum else f"program {part.program}"
            typer.echo(f"  {index:>2} {_name(part)}: {kind}, {_notes(part)}")
    if any(part.is_drum and part.notes for part in main.parts):
        drums = select_drums(main)
        report_notices(f"{path}: {notice}" for notice in drums.notices[len(main.notices) :])
        typer.echo(f"drums: {count_of(len(drums.parts[0].notes), 'stroke')} in all drum parts")
    try:
        melody = find_melody(main, track)
    except RequestError as error:
        if track is not None:
            raise RequestError(f"{opened.name}: {error}.") from error
        typer.echo(f"no melody: {printable(error)}")
        return
    typer.echo(f"melody: {_name(melody)}, {count_of(len(melody.notes), 'note')}")
    typer.echo(draw_part(main, melody, shutil.get_terminal_size().columns))


def _describe(phrase: Phrase) -> str:
    """Length, meter, pick-up, grid and tempo of a section, in one line."""
    from ..theory.meter import tempo_to_bpm

    tempos = [tempo_to_bpm(tempo.microseconds) for tempo in phrase.tempos]
    bpm = f"{tempos[0]:.4g}"
    if len(tempos) > 1:
        bpm = f"{min(tempos):.4g} to {max(tempos):.4g}"
    pickup = f" after a pick-up of {count_of(phrase.pickup, 'step')}" if phrase.pickup else ""
    grid = f"{4 * phrase.meter.steps_per_quarter} steps per whole note"
    return f"{count_of(phrase.bars, 'bar')} of {phrase.meter}{pickup}, {grid}, {bpm} bpm"


def _name(part: Part) -> str:
    return printable(part.name) or "(no name)"


def _notes(part: Part) -> str:
    """Number of notes and pitch range of a part."""
    if not part.notes:
        return "silent"
    return ", ".join(filter(None, (count_of(len(part.notes), "note"), pitch_span(part))))


def _show_model(source: str) -> None:
    from ..api.builders import CARD
    from ..api.model import load
    from ..api.registry import find_checkpoint

    folder = find_checkpoint(source)
    model = load(folder)
    config = model.checkpoint.config
    windows = f"{config.net.codec} in windows of {count_of(config.net.bars, 'bar')}"
    typer.echo(f"{printable(config.preset)}: {config.net.kind} on {windows}, {printable(folder)}")
    typer.echo(
        f"parameters {model.checkpoint.parameters:,}, trained for {model.checkpoint.step:,} steps"
    )
    typer.echo(f"verbs: {', '.join(model.verbs)}")
    if (folder / CARD).exists():
        typer.echo("\n" + "\n".join(map(printable, _read_card(folder / CARD))))


def _read_card(path: Path) -> list[str]:
    """The lines of a model card.

    Raises:
        CheckpointError: it is no text, or larger than any card.
    """
    from ..bounded_read import read_bytes
    from ..checkpoint import MAX_TEXT_BYTES
    from ..errors import CheckpointError

    try:
        return read_bytes(path, MAX_TEXT_BYTES).decode().strip().splitlines()
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path} cannot be read: {error}.") from error
