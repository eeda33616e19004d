"""The models of the studio: those of the package and those that were named when it started."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

from ..api.accompanying import names_of_parts
from ..api.inputs import Opened
from ..api.model import MusicVAE, load
from ..api.registry import find_checkpoint, find_maker, shipped, takes_drums
from ..arguments import quote
from ..errors import RequestError
from ..presets import DEFAULT_MODEL, DRUM_MODEL
from .failures import NotHere
from .verbs import VERBS, Verb

MAX_LOADED = 4
"""Models that stay in memory; the one that was used longest ago makes room."""

MAX_TITLE = 200
"""Characters of a title."""


class Models:
    """Models by name, loaded when they are first asked for.

    A client names a model and never a path, so nothing else on the disk is opened.

    Args:
        folders: of checkpoints, besides those of the package, which have the names of the folders.

    Raises:
        CheckpointError: a folder is no checkpoint.
    """

    def __init__(self, folders: Sequence[Path | str] = ()) -> None:
        named = {Path(folder).resolve().name: find_checkpoint(folder) for folder in folders}
        self.folders: Mapping[str, Path] = {**shipped(), **named}
        self._loaded: OrderedDict[str, MusicVAE] = OrderedDict()
        self._described: dict[str, dict[str, Any]] = {}
        self._lock = Lock()

    def get(self, name: str) -> MusicVAE:
        """The model of a name.

        Raises:
            NotHere: there is none.
            CheckpointError: its files are damaged.
        """
        with self._lock:  # two requests load a model once
            if name not in self._loaded:
                if name not in self.folders:
                    known = ", ".join(self.folders) or "none"
                    raise NotHere(f"There is no model {quote(name)}; there are {known}.")
                self._loaded[name] = load(self.folders[name])
            self._loaded.move_to_end(name)
            while len(self._loaded) > MAX_LOADED:
                self._loaded.popitem(last=False)
            return self._loaded[name]

    def choose(
        self, verb: Verb, name: str | None, music: Sequence[Opened], track: object = None
    ) -> tuple[str, MusicVAE]:
        """The model for a verb: the one named, or who made the music, or the default.

        Drums that no model here made are read by the model of drums.

        Raises:
            NotHere: there is no model of this name.
        """
        if name is None:
            maker = self._maker(music) if verb.by_maker else None
            drums = verb.by_drums and takes_drums(music, _track(track), is_made=maker is not None)
            name = DRUM_MODEL if drums else maker or str(verb.model)
        return name, self.get(name)

    def _maker(self, music: Sequence[Opened]) -> str | None:
        """Name of the model that made all of this music."""
        folder = find_maker(*music)
        return next((name for name, path in self.folders.items() if path == folder), None)

    def describe(self) -> list[dict[str, Any]]:
        """Each model and what it can do, as `GET /api/models` answers."""
        return [self._describe(name) for name in self.folders]

    def _describe(self, name: str) -> dict[str, Any]:
        if name not in self._described:
            self._described[name] = description(name, self.folders[name], self.get(name))
        return self._described[name]


def description(name: str, folder: Path, model: MusicVAE) -> dict[str, Any]:
    """What a model is and can do."""
    codec = model.player.codec
    model_free = [verb.name for verb in VERBS.values() if verb.model is None]
    verbs = [verb for verb in VERBS if verb in _able(model) or verb in model_free]
    return {
        "name": name,
        "title": _title(folder / "card.md") or name,
        "bars": model.player.bars,
        "parts": list(names_of_parts(codec)),
        "verbs": verbs,
        "attributes": list(model.attributes),
        "meters": None,  # each takes any whose bar has at most 32 steps
        "drums": any(not (part.pitches or part.has_chords) for part in codec.parts),
        "chords": codec.has_chords,
        "polyphonic": codec.polyphonic,
        "default": name == DEFAULT_MODEL,
    }


def _able(model: MusicVAE) -> set[str]:
    """The verbs of a model; what interpolates also fills grids and answers analogies."""
    able = set(model.verbs)
    return able | {"grid", "analogy"} if "interpolate" in able else able


def _title(card: Path) -> str:
    """The first sentence of a card, up to its colon."""
    try:
        lines = card.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    prose = (line for line in lines if line and not line.startswith(("#", "!")))
    return re.split(r"[.:;]", next(prose, ""), maxsplit=1)[0][:MAX_TITLE]


def _track(track: object) -> str | int | None:
    """The option `track`, which the verb has not checked yet.

    Raises:
        RequestError: it is neither a name nor a number.
    """
    if track is None or (isinstance(track, str | int) and not isinstance(track, bool)):
        return track
    raise RequestError(f"track is a name or a whole number, not {quote(track)}.")
