"""MusicVAE: one object that binds the verbs to a checkpoint; music of any kind in, phrases out."""

from __future__ import annotations

from pathlib import Path

from .. import checkpoint as checkpoints
from ..errors import RequestError
from ..presets import DEFAULT_MODEL
from ..score.phrase import Phrase
from . import inputs
from .generation import GenerationVerbs
from .inputs import Music, naming
from .interpolation import InterpolationVerbs
from .registry import find_checkpoint, made_with
from .retrieval import RetrievalVerbs

__all__ = ["MusicVAE", "load", "replay"]


class MusicVAE(GenerationVerbs, InterpolationVerbs, RetrievalVerbs):
    """A trained model that plays.

    Every verb takes music as a `Phrase`, a path, the bytes of a MIDI file, a
    `pretty_midi.PrettyMIDI`, or note tuples (start and duration in quarters,
    pitch, velocity), or as `inputs.Opened`, which is any of these read once. It gives
    phrases; `to_tuples`, `to_pretty_midi`, `midi_bytes` and `write_midi` turn those into
    what is needed.
    """


def load(name_or_path: str | Path = DEFAULT_MODEL) -> MusicVAE:
    """A model that came with the package, by name, or any checkpoint folder.

    Without a name it is the one that `musicvae generate` plays, a tune with its chords; what
    gives your own music back note for note is "melody-2bar".

    Raises:
        CheckpointError: there is none; the message lists those that came with the package.
    """
    return MusicVAE(checkpoints.load(find_checkpoint(name_or_path)))


def replay(source: Music, *, model: str | Path | None = None) -> Phrase:
    """What a model made, made again from the recipe in its file.

    Args:
        source: a MIDI file of ours.
        model: the one that made it; those that came with the package are tried if None.

    Raises:
        MidiError: it cannot be read.
        RequestError: it carries no recipe, was changed since, or another model made it.
        CheckpointError: there is no such model.
    """
    opened = inputs.open(source)
    maker = model or made_with(opened)
    if maker:
        return load(maker).replay(opened)
    why = "no model that came with the package made it; name the folder of its model"
    none = "it carries no recipe that can be read; no musicvae made it so"
    with naming(opened):
        raise RequestError(why if opened.main.recipe else none)
