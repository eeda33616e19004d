"""Find models: those of the package by name, any checkpoint folder, the model of a clip."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..checkpoint import CONFIG, stored_digest
from ..errors import CheckpointError, RequestError
from ..score.melody_extraction import is_drums
from .inputs import Opened

PACKAGE = Path(__file__).parents[1]
SHIPPED = (
    PACKAGE / "checkpoints",  # in an installed package
    PACKAGE.parent / "checkpoints",  # in the repository
)


def shipped() -> dict[str, Path]:
    """Folders of the models that came with the package, by name."""
    folders = sorted(path.parent for home in SHIPPED for path in home.glob(f"*/{CONFIG}"))
    return {folder.name: folder for folder in folders}


def earlier() -> list[Path]:
    """Folders of nets of earlier versions, which came with the package to replay their clips."""
    return sorted(path.parent for home in SHIPPED for path in home.glob(f"earlier/*/{CONFIG}"))


def find_checkpoint(name_or_path: str | Path) -> Path:
    """Folder of a checkpoint, given as a path or as the name of a shipped model.

    Raises:
        CheckpointError: there is none; the message lists the shipped models.
    """
    models = shipped()
    for folder in (Path(name_or_path), models.get(str(name_or_path))):
        if folder and (folder / CONFIG).is_file():
            return folder
    raise CheckpointError(
        f"There is no model {str(name_or_path)!r}: name one that came with the package "
        f"({', '.join(models) or 'none is installed'}) or the folder of a checkpoint."
    )


def reads_drums(opened: Opened, track: str | int | None) -> bool:
    """Return True if what is read is drums: the track that is named, or all there is."""
    if track is None:
        sounding = [part for phrase in opened.phrases for part in phrase.parts if part.notes]
        return bool(sounding) and all(part.is_drum for part in sounding)
    try:
        return is_drums(opened.main, track)
    except RequestError:  # the verb says that there is no such track
        return False


def takes_drums(music: Sequence[Opened], track: str | int | None, is_made: bool) -> bool:
    """Return True if a model of drums is to read this music.

    Args:
        is_made: whether the model that made the music is known; it then reads drums that are not
            named by a track.
    """
    are_drums = all(reads_drums(opened, track) for opened in music)
    return are_drums and (track is not None or not is_made)


def reads_band(opened: Opened, track: str | int | None) -> bool:
    """Return True if what is read is a band: no track is named; drums and two other parts play."""
    sounding = [part for part in opened.main.parts if part.notes]
    drums = sum(part.is_drum for part in sounding)
    return track is None and drums > 0 and len(sounding) - drums > 1


def find_maker(*music: Opened) -> Path | None:
    """Folder of the model of the package that made all of this music, by its recipes, or None."""
    digests: set[str] = set()
    for opened in music:
        recipes = [phrase.recipe for phrase in opened.new_parts or opened.phrases]
        digests |= {recipe.model for recipe in recipes if recipe} or {""}
    if len(digests) > 1 or digests == {""}:
        return None
    folders = (*shipped().values(), *earlier())
    return next((folder for folder in folders if stored_digest(folder) in digests), None)
