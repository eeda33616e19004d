"""Methods that encode music and search for similar music."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..arguments import check_arguments
from ..arrays import FloatArray
from ..errors import RequestError
from ..progress import Progress, no_progress
from ..verbs import latent
from . import inputs
from .base import ModelBase
from .inputs import Music
from .songs import Selection

if TYPE_CHECKING:  # loaded by the two verbs that need them
    from ..retrieval.index import Library
    from ..retrieval.search import Match


class RetrievalVerbs(ModelBase):
    """encode, open_library, similar."""

    @check_arguments
    def encode(
        self, source: Music, *, track: str | int | None = None, bpm: float = 120.0
    ) -> FloatArray:
        """Posterior mean of each window of some music. Output `[windows, Z]`.

        Of several meters, the section with the most notes; the notices of `to_phrase(source)` say
        how much that is.
        """
        return latent.encode(
            self.player, self._select(source, Selection(track, only=True, again=False), bpm)
        )

    @check_arguments
    def open_library(self, folder: str | Path, *, progress: Progress = no_progress) -> Library:
        """Index a folder of MIDI for `similar`; see `retrieval.search.open_library`.

        Only files that are new or changed since the last time are read. The index is stored in
        the folder.

        Raises:
            DatasetError, RequestError: it is no folder, or it contains no music to compare.
        """
        from ..retrieval.search import open_library

        return open_library(self.player, folder, progress=progress)

    @check_arguments
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
        """Find the files most like some music; see `retrieval.search.similar`.

        Args:
            query: music of any kind, read as by `encode`; a file is not compared with itself.
            library: a folder of MIDI, or its index from `open_library`, for several queries.
            n: number of files at most, nearest first.
            track: the part of the query to read, as for `interpolate`.
            any_key: compare in all twelve keys, not only in the query's own.
            bpm: quarters per minute of a query that is timed in seconds.

        Raises:
            DatasetError, MidiError, RequestError: the folder or the query cannot be used.
        """
        from ..retrieval.index import Library
        from ..retrieval.search import similar

        opened = inputs.open(query, bpm=bpm)
        phrase = self._select(opened, Selection(track, only=True, again=False), bpm)
        index = library if isinstance(library, Library) else self.open_library(library)
        if index.model != self.player.digest:
            raise RequestError("This library was opened with another model: open it with this one.")
        query_path = Path(opened.name) if opened.name else None
        return similar(self.player, phrase, index, n, any_key=any_key, exclude=query_path)
