"""Verbs that look at music: as points z, and for what is like it."""

from __future__ import annotations

from pathlib import Path

from ..arrays import FloatArray
from ..errors import RequestError
from ..progress import Progress, silent
from ..retrieval.index import Library
from ..retrieval.search import Match, open_library, similar
from ..verbs import latent
from . import inputs
from .base import ModelBase
from .inputs import Music


class RetrievalVerbs(ModelBase):
    """encode, open_library, similar."""

    def encode(
        self, source: Music, *, track: str | int | None = None, bpm: float = 120.0
    ) -> FloatArray:
        """The posterior mean of each window of some music. Output `[windows, Z]`."""
        return latent.encode(self.player, self._select(source, track, bpm))

    def open_library(self, folder: str | Path, *, progress: Progress = silent) -> Library:
        """A folder of MIDI to look for similar music in; see `similarity.open_library`.

        What is new or changed since it was opened last is read, and kept in the folder.

        Raises:
            DatasetError, RequestError: it is no folder, or there is nothing in it to compare.
        """
        return open_library(self.player, folder, progress=progress)

    def similar(
        self,
        query: Music,
        library: Library | str | Path,
        n: int = 10,
        *,
        track: str | int | None = None,
        any_key: bool = True,
        bpm: float = 120.0,
    ) -> list[Match]:
        """The files of a folder that are most like some music; see `similarity.similar`.

        Args:
            query: music of any kind; a file is not found in its own folder.
            library: a folder of MIDI, or what `open_library` made of one to ask it often.
            n: files at most, nearest first.
            track: of the query, as `interpolate` takes it.
            any_key: whether it is looked for in all twelve keys.
            bpm: of a query that is timed in seconds.

        Raises:
            DatasetError, MidiError, RequestError: the folder or the query cannot be used.
        """
        asked = inputs.open(query, bpm=bpm)
        phrase = self._select(asked, track, bpm)
        opened = library if isinstance(library, Library) else self.open_library(library)
        if opened.model != self.player.digest:
            raise RequestError("This library was opened with another model: open it with this one.")
        own = Path(asked.name) if asked.name else None
        return similar(self.player, phrase, opened, n, any_key=any_key, besides=own)
