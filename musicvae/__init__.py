"""MIDI in, a trained LSTM sequence VAE, new MIDI out.

>>> import musicvae
>>> model = musicvae.load("melody-2bar")
>>> jigs = model.generate(n=4, meter="6/8", seed=1)
>>> [jig.bars for jig in jigs]
[2, 2, 2, 2]

Then `musicvae.write_midi(jigs[0], "jig.mid")`.

Importing has no side effects and costs next to nothing: every name loads what
it needs on first use, and nothing here prints.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .api import MusicVAE, load, replay
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
    from .generation import Reconstruction
    from .inputs import to_phrase
    from .library import Library
    from .music.exchange import from_tuples, to_pretty_midi, to_tuples
    from .music.midi import midi_bytes, read_midi, write_midi
    from .music.notes import Note, Part, Phrase, Tempo
    from .music.units import Meter
    from .preparation import prepare
    from .progress import Report
    from .similarity import Match
    from .workshop import (
        evaluate,
        fit_attributes,
        fit_prior,
        measure_attributes,
        personalize,
        train,
    )

__version__ = "0.1.0"

_HOMES = {
    "api": ("MusicVAE", "load", "replay"),
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
    "generation": ("Reconstruction",),
    "inputs": ("to_phrase",),
    "library": ("Library",),
    "music.exchange": ("from_tuples", "to_pretty_midi", "to_tuples"),
    "music.midi": ("midi_bytes", "read_midi", "write_midi"),
    "music.notes": ("Note", "Part", "Phrase", "Tempo"),
    "music.units": ("Meter",),
    "preparation": ("prepare",),
    "progress": ("Report",),
    "similarity": ("Match",),
    "workshop": (
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
    "DatasetError",
    "Library",
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
    "Tempo",
    "TrainingError",
    "evaluate",
    "fit_attributes",
    "fit_prior",
    "from_tuples",
    "load",
    "measure_attributes",
    "midi_bytes",
    "personalize",
    "prepare",
    "read_midi",
    "replay",
    "to_phrase",
    "to_pretty_midi",
    "to_tuples",
    "train",
    "write_midi",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its home on first use (PEP 562)."""
    for home, names in _HOMES.items():
        if name in names:
            value = getattr(import_module(f"{__name__}.{home}"), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
