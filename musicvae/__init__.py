"""MIDI in, a trained LSTM sequence VAE, new MIDI out.

New music; `musicvae.write_midi(jigs[0], "jig.mid")` writes it:

>>> import musicvae
>>> model = musicvae.load("melody-2bar")
>>> jigs = model.generate(n=2, meter="6/8", key="D", seed=1)

Music between two pieces:

>>> path = model.interpolate(jigs[0], jigs[1], 5)

Variations of your own music, which is a file such as "in.mid", or notes:

>>> near = model.vary([(0, 1, 60), (1, 1, 64), (2, 2, 67)], 2, strength=0.3, seed=1)

A song with chords and bass:

>>> (song,) = musicvae.load().generate(1, form="AB", pattern="bossa", seed=1)

The feel of drummers, and swing, for its notes or those of a file:

>>> swung = musicvae.humanize(song, 0.5, swing=0.6, seed=1)
>>> [part.name for part in swung.parts]
['Melody', 'Chords', 'Bass']

Importing takes no time and has no side effects: each name imports what it needs
on first use. Nothing is printed.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .api.builders import (
        evaluate,
        fit_attributes,
        fit_prior,
        measure_attributes,
        personalize,
        train,
    )
    from .api.convert import convert
    from .api.harmony import ChordTable, chords, mark_chords
    from .api.humanize import humanize
    from .api.inputs import to_phrase
    from .api.model import MusicVAE, load, replay
    from .api.sound import play, render
    from .api.transposition import transpose
    from .audio.sound import Sound
    from .corpus.prepare import prepare
    from .errors import (
        CheckpointError,
        DatasetError,
        MeterError,
        MidiError,
        MissingExtra,
        MusicVAEError,
        OutputError,
        PresetNotFound,
        RequestError,
        TrainingError,
    )
    from .midi.convert import from_tuples, to_pretty_midi, to_tuples
    from .midi.limits import Limits
    from .midi.reader import read_midi
    from .midi.writer import midi_bytes, write_midi
    from .progress import Report
    from .retrieval.index import Library
    from .retrieval.search import Match
    from .score.phrase import Note, Part, Phrase, Tempo
    from .score.song import Song
    from .theory.meter import Meter
    from .verbs.reconstruct import Reconstruction

__version__ = "0.1.0"

_MODULES = {
    "api.model": ("MusicVAE", "load", "replay"),
    "errors": (
        "CheckpointError",
        "DatasetError",
        "MeterError",
        "MidiError",
        "MissingExtra",
        "MusicVAEError",
        "OutputError",
        "PresetNotFound",
        "RequestError",
        "TrainingError",
    ),
    "verbs.reconstruct": ("Reconstruction",),
    "api.humanize": ("humanize",),
    "api.inputs": ("to_phrase",),
    "retrieval.index": ("Library",),
    "midi.convert": ("from_tuples", "to_pretty_midi", "to_tuples"),
    "midi.limits": ("Limits",),
    "midi.reader": ("read_midi",),
    "midi.writer": ("midi_bytes", "write_midi"),
    "score.phrase": ("Note", "Part", "Phrase", "Tempo"),
    "score.song": ("Song",),
    "api.harmony": ("ChordTable", "chords", "mark_chords"),
    "api.convert": ("convert",),
    "api.sound": ("play", "render"),
    "api.transposition": ("transpose",),
    "audio.sound": ("Sound",),
    "theory.meter": ("Meter",),
    "corpus.prepare": ("prepare",),
    "progress": ("Report",),
    "retrieval.search": ("Match",),
    "api.builders": (
        "evaluate",
        "fit_attributes",
        "fit_prior",
        "measure_attributes",
        "personalize",
        "train",
    ),
}

__all__ = [
    "CheckpointError",
    "ChordTable",
    "DatasetError",
    "Library",
    "Limits",
    "Match",
    "Meter",
    "MeterError",
    "MidiError",
    "MissingExtra",
    "MusicVAE",
    "MusicVAEError",
    "Note",
    "OutputError",
    "Part",
    "Phrase",
    "PresetNotFound",
    "Reconstruction",
    "Report",
    "RequestError",
    "Song",
    "Sound",
    "Tempo",
    "TrainingError",
    "chords",
    "convert",
    "evaluate",
    "fit_attributes",
    "fit_prior",
    "from_tuples",
    "humanize",
    "load",
    "mark_chords",
    "measure_attributes",
    "midi_bytes",
    "personalize",
    "play",
    "prepare",
    "read_midi",
    "render",
    "replay",
    "to_phrase",
    "to_pretty_midi",
    "to_tuples",
    "train",
    "transpose",
    "write_midi",
]


def __getattr__(name: str) -> Any:
    """Import a public name from its module on first use (PEP 562)."""
    for module, names in _MODULES.items():
        if name in names:
            value = getattr(import_module(f"{__name__}.{module}"), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
