"""MusicVAE: a checkpoint with the verbs as methods; music of any kind in, phrases out."""

from __future__ import annotations

from pathlib import Path

from .. import checkpoint as checkpoints
from ..arguments import check_arguments
from ..errors import RequestError
from ..presets import DEFAULT_MODEL
from ..score.phrase import Phrase
from . import inputs
from .accompanying import AccompanyingVerbs
from .drumming import DrummingVerbs
from .generation import GenerationVerbs
from .inputs import Music, naming
from .interpolation import InterpolationVerbs
from .registry import find_checkpoint, find_maker
from .retrieval import RetrievalVerbs

__all__ = ["MusicVAE", "load", "replay"]


class MusicVAE(
    GenerationVerbs, AccompanyingVerbs, DrummingVerbs, InterpolationVerbs, RetrievalVerbs
):
    """A trained model; its methods are the verbs.

    Every verb takes music as a `Phrase`, a path, the bytes of a MIDI file, an open binary
    file, a `pretty_midi.PrettyMIDI`, a `Song`, or note tuples (start and duration in quarters,
    pitch, velocity), or as `inputs.Opened`, which is any of these read once. It returns phrases;
    `to_tuples`, `to_pretty_midi`, `midi_bytes` and `write_midi` convert them.
    """


@check_arguments
def load(name_or_path: str | Path = DEFAULT_MODEL) -> MusicVAE:
    """Load a model that came with the package, by name, or any checkpoint folder.

    The default is the model that `musicvae generate` uses, which generates tunes with chords.
    "melody-2bar" reconstructs your own music note for note.

    Raises:
        CheckpointError: there is no such model; the message lists those of the package.
    """
    return MusicVAE(checkpoints.load(find_checkpoint(name_or_path)))


@check_arguments
def replay(source: Music, *, model: str | Path | None = None) -> Phrase:
    """Recreate a clip from the recipe in its file.

    Args:
        source: a clip that a model of this package generated.
        model: the model that made it; None looks among those that came with the package.

    Raises:
        MidiError: the file cannot be read.
        RequestError: it carries no recipe, was edited since, or another model made it.
        CheckpointError: there is no such model.
    """
    opened = inputs.open(source)
    maker = model or find_maker(opened)
    if maker:
        return load(maker).replay(opened)
    with naming(opened):
        if opened.main.recipe or opened.new_parts:
            raise RequestError(
                "no model that came with the package made it; name the folder of its model"
            )
        raise RequestError("it carries no recipe that can be read")
