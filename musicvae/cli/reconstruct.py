"""reconstruct: encode a file and decode it again."""

from __future__ import annotations

from ..presets import RECONSTRUCTION_MODEL
from .options import (
    Bars,
    FileBpm,
    Force,
    MidiIn,
    Only,
    OutFile,
    OwnModel,
    Pattern,
    Recipe,
    Seed,
    Temperature,
    Track,
    load_for,
    seed_or_random,
)
from .output import report_seed, write_file
from .streams import open_midi, say


def reconstruct(
    source: MidiIn,
    out: OutFile,
    track: Track = None,
    bars: Bars = None,
    only: Only = False,
    temperature: Temperature = 0.0,
    pattern: Pattern = None,
    seed: Seed = None,
    bpm: FileBpm = 120.0,
    model: OwnModel = None,
    recipe: Recipe = True,
    force: Force = False,
) -> None:
    """Encode a MIDI file, decode it again, and print how much of it came back.

    Example:  musicvae reconstruct in.mid out.mid
    """
    seed = seed_or_random(seed)
    opened = open_midi(source, bpm)
    result = load_for(model, RECONSTRUCTION_MODEL, opened, track=track).reconstruct(
        opened,
        track=track,
        bars=bars,
        only=only,
        temperature=temperature,
        pattern=pattern,
        seed=seed,
        bpm=bpm,
    )
    write_file(result.phrase, out, source, force, recipe)
    say(f"accuracy {result.accuracy:.3f}, note F1 {result.note_f1:.3f}", out)
    report_seed(seed, temperature, out=out)
