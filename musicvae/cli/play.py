"""generate, interpolate, reconstruct, extend: verbs that write MIDI files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..config import SampleConfig
from .options import (
    Bpm,
    FileBpm,
    Force,
    MidiIn,
    Model,
    OutFolder,
    Seed,
    Temperature,
    Track,
    seed_or_drawn,
)

if TYPE_CHECKING:
    from ..music.notes import Phrase


def generate(
    out: OutFolder,
    n: Annotated[int, typer.Option("--n", "-n", help="How many phrases.", min=1)] = SampleConfig.n,
    meter: Annotated[
        str, typer.Option(help="Such as 3/4 or 6/8; 4/4t is 4/4 on the triplet grid.")
    ] = "4/4",
    bpm: Bpm = 120.0,
    program: Annotated[
        int, typer.Option(help="General MIDI number of the instrument.", min=0, max=127)
    ] = 0,
    temperature: Temperature = SampleConfig.temperature,
    seed: Seed = None,
    model: Model = "melody-2bar",
    force: Force = False,
) -> None:
    """Draw new phrases and write one MIDI file for each.

    Example:  musicvae generate --n 4 out/ --meter 6/8 --bpm 96
    """
    from ..api import load  # numpy loads here, so --help stays instant
    from ..files import numbered

    seed = seed_or_drawn(seed)
    player = load(model)
    paths = numbered(out, "phrase", n, force=force)
    phrases = player.generate(
        n, meter=meter, bpm=bpm, program=program, temperature=temperature, seed=seed
    )
    _write(phrases, paths)
    typer.echo(f"seed {seed}, temperature {temperature:g}")


def interpolate(
    a: MidiIn,
    b: MidiIn,
    out: OutFolder,
    n: Annotated[int, typer.Option("--n", "-n", help="Phrases, both ends included.", min=2)] = 8,
    track: Track = None,
    temperature: Temperature = 0.0,
    seed: Seed = None,
    bpm: FileBpm = 120.0,
    model: Model = "melody-2bar",
    force: Force = False,
) -> None:
    """Walk from one MIDI file to another and write the phrases on the way.

    Example:  musicvae interpolate a.mid b.mid out/ --n 8
    """
    from ..api import load
    from ..files import numbered

    seed = seed_or_drawn(seed)
    player = load(model)
    paths = numbered(out, f"{a.stem}-to-{b.stem}", n, force=force)
    phrases = player.interpolate(a, b, n, track=track, temperature=temperature, seed=seed, bpm=bpm)
    _write(phrases, paths)
    if temperature:
        typer.echo(f"seed {seed}, temperature {temperature:g}")


def reconstruct(
    source: MidiIn,
    out: Annotated[Path, typer.Argument(help="MIDI file to write.")],
    track: Track = None,
    temperature: Temperature = 0.0,
    seed: Seed = None,
    bpm: FileBpm = 120.0,
    model: Model = "melody-2bar",
    force: Force = False,
) -> None:
    """Send a MIDI file through the model and back; print how much of it returned.

    Example:  musicvae reconstruct in.mid out.mid
    """
    from ..api import load
    from ..files import free_name

    seed = seed_or_drawn(seed)
    made = load(model).reconstruct(source, track=track, temperature=temperature, seed=seed, bpm=bpm)
    _write([made.phrase], [out if force else free_name(out)])
    typer.echo(f"accuracy {made.accuracy:.3f}, note F1 {made.note_f1:.3f}")
    if temperature:
        typer.echo(f"seed {seed}, temperature {temperature:g}")


def extend(
    source: MidiIn,
    out: Annotated[Path, typer.Argument(help="MIDI file to write.")],
    model: Annotated[
        Path, typer.Option(help="Folder of a checkpoint trained from the preset rnn or lstm.")
    ],
    bars: Annotated[int, typer.Option(help="How many new bars.", min=1)] = 4,
    track: Track = None,
    temperature: Temperature = SampleConfig.temperature,
    seed: Seed = None,
    bpm: FileBpm = 120.0,
    force: Force = False,
) -> None:
    """Let a net that predicts the next step go on where a MIDI file ends.

    What the net reads of the file is written, then the new bars. The models that
    come with the package send whole windows through z and cannot do this: train
    the preset rnn or lstm.

    Example:  musicvae extend in.mid out.mid --bars 4 --model checkpoints/my-lstm
    """
    from ..api import load
    from ..files import free_name

    seed = seed_or_drawn(seed)
    phrase = load(model).extend(
        source, bars, track=track, temperature=temperature, seed=seed, bpm=bpm
    )
    _write([phrase], [out if force else free_name(out)])
    typer.echo(f"seed {seed}, temperature {temperature:g}")


def _write(phrases: Sequence[Phrase], paths: Sequence[Path]) -> None:
    from ..music.midi import write_midi

    for phrase, path in zip(phrases, paths, strict=True):
        write_midi(phrase, path)
        typer.echo(f"{path}  {_summary(phrase)}")


def _summary(phrase: Phrase) -> str:
    """One line: meter, length, tempo, notes, range."""
    from ..music.drawing import pitch_name
    from ..music.units import tempo_to_bpm

    pitches = [note.pitch for part in phrase.parts for note in part.notes]
    heard = f"{len(pitches)} notes"
    if pitches:
        heard += f" {pitch_name(min(pitches))} to {pitch_name(max(pitches))}"
    bpm = tempo_to_bpm(phrase.tempos[0].microseconds)
    return f"{phrase.bars} bars of {phrase.meter} at {bpm:.0f} bpm, {heard}"
