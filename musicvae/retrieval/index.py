"""A library: the windows of a folder of MIDI as directions in z, and the file that keeps them.

Arrays and JSON, never a pickle; whatever in it is not as we write it, it counts as not there.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..atomic_files import write_whole
from ..errors import OutputError

VERSION = [1, 4]
"""Version of the file. The second number was `reading.READER` when the first files were written;
it has stayed at 4, so that they open. Raise it only where a new reader would change most files:
every folder is then read anew.
"""

DAMAGE_ERRORS = (
    *(OSError, ValueError, KeyError, TypeError, EOFError, MemoryError),
    *(NotImplementedError, RecursionError, AttributeError, zipfile.BadZipFile, zlib.error),
)
"""What reading a file raises that is not what we wrote."""

Directions = NDArray[np.float16]


@dataclass(frozen=True)
class Entry:
    """A file as it was read: its size, its time of change, and why it has no windows if so."""

    name: str
    size: int
    changed: int
    reason: str = ""


@dataclass(frozen=True)
class FileWindows:
    """The windows of one file: unit vectors `[N, Z]`, and the bars they begin at `[N]`."""

    entry: Entry
    directions: Directions
    bars: NDArray[np.int32]


@dataclass(frozen=True)
class Library:
    """The windows of a folder of MIDI, file after file.

    Attributes:
        folder: where the files are.
        entries: one for each file.
        directions: of mu, each of length 1. `[N, Z]`
        owners: which entry each window is of, in order. `[N]`
        bars: the bar that each begins at; see `heard`. `[N]`
        model: digest of the one that it was opened with.
        read: how many files were read now, and not known from before.
        kept: whether it lies beside the files, which may be closed to us.
    """

    folder: Path
    entries: tuple[Entry, ...]
    directions: Directions
    owners: NDArray[np.int32]
    bars: NDArray[np.int32]
    model: str = ""
    read: int = 0
    kept: bool = True

    def __repr__(self) -> str:
        files = len(self.entries)
        return f"Library({str(self.folder)!r}, files={files}, windows={len(self.bars)})"

    @property
    def skipped(self) -> dict[str, str]:
        """Files without windows, and why."""
        return {each.name: each.reason for each in self.entries if each.reason}

    @classmethod
    def of(cls, folder: Path, rows: Iterable[FileWindows], latent: int, **about: Any) -> Library:
        """The files of a folder, end to end."""
        found = list(rows)
        nothing = FileWindows(
            Entry("", 0, 0), np.empty((0, latent), np.float16), np.empty(0, np.int32)
        )
        counts = [len(each.bars) for each in found]
        return cls(
            folder,
            tuple(each.entry for each in found),
            np.concatenate([each.directions for each in (nothing, *found)]),
            np.repeat(np.arange(len(found), dtype=np.int32), counts),
            np.concatenate([each.bars for each in (nothing, *found)]),
            **about,
        )

    def by_file(self) -> Iterator[FileWindows]:
        """File by file."""
        edges = np.searchsorted(self.owners, np.arange(len(self.entries) + 1))
        for entry, start, stop in zip(self.entries, edges, edges[1:], strict=False):
            yield FileWindows(entry, self.directions[start:stop], self.bars[start:stop])


def save(place: Path, rows: Iterable[FileWindows]) -> bool:
    """Keep what was read; whether the place can be written."""
    every = sorted(rows, key=lambda each: each.entry.name)
    latent = every[0].directions.shape[1] if every else 0
    library = Library.of(place.parent, every, latent)
    about = {"version": VERSION, "files": [asdict(entry) for entry in library.entries]}
    buffer = io.BytesIO()
    np.savez(
        buffer,
        about=np.frombuffer(json.dumps(about).encode(), np.uint8),
        directions=library.directions,
        owners=library.owners,
        bars=library.bars,
    )
    try:
        write_whole(place, buffer.getvalue())
    except OutputError:
        return False
    return True


def load(place: Path, latent: int) -> list[FileWindows]:
    """What was kept; nothing where it is not there, damaged, or not of this package."""
    try:
        with place.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            about = json.loads(kept["about"].tobytes())
            entries = tuple(Entry(**entry) for entry in about["files"])
            arrays = [kept[name] for name in ("directions", "owners", "bars")]
        library = Library(place.parent, entries, *arrays)
        if about["version"] == VERSION and _is_sound(library, latent):
            return list(library.by_file())
    except DAMAGE_ERRORS:
        pass
    return []


def _is_sound(library: Library, latent: int) -> bool:
    """Whether arrays and entries are of the types and sizes that were written."""
    rows = len(library.bars)
    typed = all(
        [type(value) for value in vars(entry).values()] == [str, int, int, str]
        for entry in library.entries
    )
    arrays = (
        (library.directions, np.float16, (rows, latent)),
        (library.owners, np.int32, (rows,)),
        (library.bars, np.int32, (rows,)),
    )
    if not typed or any(one.dtype != kind or one.shape != shape for one, kind, shape in arrays):
        return False
    inside = not rows or 0 <= library.owners[0] <= library.owners[-1] < len(library.entries)
    ordered = (np.diff(library.owners) >= 0).all()
    return bool(inside and ordered and np.isfinite(library.directions).all())
