"""Models by name: those that came with the package, any checkpoint folder, who made a file."""

from __future__ import annotations

from pathlib import Path

from ..checkpoint import CONFIG, stored_digest
from ..errors import CheckpointError
from .inputs import Opened

PACKAGE = Path(__file__).parents[1]
SHIPPED = (
    PACKAGE / "checkpoints",  # in an installed package
    PACKAGE.parent / "checkpoints",  # in the repository
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


def made_with(*music: Opened) -> Path | None:
    """The model that came with the package and made all of this, by its recipes; else None."""
    recipes = [one.main.recipe for one in music]
    made = {recipe.model if recipe else "" for recipe in recipes}
    if len(made) > 1 or made == {""}:
        return None
    return next((folder for folder in shipped().values() if stored_digest(folder) in made), None)
