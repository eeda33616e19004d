"""What the verbs are given: music of any kind as a phrase, and a model by name or folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from .checkpoint import CONFIG, load
from .errors import CheckpointError, RequestError
from .music.exchange import NoteTuple, from_pretty_midi, from_tuples
from .music.midi import Source, main_phrase, read_midi
from .music.notes import Phrase

if TYPE_CHECKING:
    from pretty_midi import PrettyMIDI

Music: TypeAlias = "Phrase | Source | PrettyMIDI | Iterable[NoteTuple]"
"""What every verb takes."""

SHIPPED = (
    Path(__file__).parent / "checkpoints",  # in an installed package
    Path(__file__).parent.parent / "checkpoints",  # in the repository
)


def shipped() -> dict[str, Path]:
    """The folders of the models that came with the package, by name."""
    found = sorted(path.parent for home in SHIPPED for path in home.glob(f"*/{CONFIG}"))
    return {folder.name: folder for folder in found}


def find_checkpoint(name_or_path: str | Path) -> Path:
    """The folder of a shipped model or of a user's own."""
    known = shipped()
    for folder in (Path(name_or_path), known.get(str(name_or_path))):
        if folder and (folder / CONFIG).is_file():
            return folder
    raise CheckpointError(
        f"There is no model {str(name_or_path)!r}: name one that came with the package "
        f"({', '.join(known) or 'none is installed'}) or the folder of a checkpoint."
    )


def made_with(*music: Music) -> Path | None:
    """The model that came with the package and made all of this, by its recipes; else None."""
    recipes = [to_phrase(one).recipe for one in music]
    made = {recipe.model if recipe else "" for recipe in recipes}
    if len(made) > 1 or made == {""}:
        return None
    return next((folder for folder in shipped().values() if load(folder).digest in made), None)


def to_phrase(music: Music, *, bpm: float = 120.0) -> Phrase:
    """Music of any kind as a phrase: see `MusicVAE`. Of several meters, the one with most notes.

    Raises:
        MidiError: it cannot be read, or there is no note in it.
        RequestError: it is nothing of the kind.
    """
    if isinstance(music, Phrase):
        return music
    source: Any = music
    if isinstance(source, (str, Path, bytes)) or hasattr(source, "read"):
        return main_phrase(read_midi(source, bpm=bpm))
    if hasattr(source, "instruments"):
        return main_phrase(from_pretty_midi(source))
    if not isinstance(source, Iterable) or isinstance(source, (bytearray, memoryview)):
        raise RequestError(
            f"{type(source).__name__} is no music: give a path, the bytes of a MIDI file, "
            "a pretty_midi.PrettyMIDI, a Phrase, or note tuples."
        )
    return from_tuples(source, bpm=bpm)


@contextmanager
def naming(music: Music) -> Iterator[None]:
    """Errors about music name the file that it came from."""
    try:
        yield
    except RequestError as error:
        if isinstance(music, (str, Path)):
            raise RequestError(f"{music}: {str(error).rstrip('.')}.") from error
        raise
