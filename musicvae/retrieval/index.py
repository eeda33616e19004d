"""A library: the windows of a folder of MIDI as directions in z, and its index file.

The index file holds arrays and JSON, never a pickle. A file that is damaged or has
unexpected content is treated as missing.
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

from ..atomic_files import write_atomic
from ..bounded_read import check_file
from ..deprecation import RenamedAttribute
from ..errors import OutputError

VERSION = [1, 4]
"""Version of the index file.

The second number was the reader's version when the first files were written. Raise it only
if a new reader changes the windows of most files: all folders are then read again.
"""

MAX_INDEX_BYTES = 2**30
"""Largest index file that is read: about 2 million windows."""

DAMAGE_ERRORS = (
    AttributeError,
    EOFError,
    KeyError,
    MemoryError,
    NotImplementedError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
"""Errors that reading a damaged index file can raise."""

Directions = NDArray[np.float16]


@dataclass(frozen=True)
class Entry:
    """A file when it was read: its size, its modification time, and why it has no windows."""

    name: str
    size: int
    changed: int
    reason: str = ""


@dataclass(frozen=True)
class FileWindows:
    """The windows of one file: unit vectors, `[N, Z]`, and the bars at which they start, `[N]`."""

    entry: Entry
    directions: Directions
    bars: NDArray[np.int32]


@dataclass(frozen=True)
class Library:
    """The windows of a folder of MIDI, file after file.

    Attributes:
        folder: where the files are.
        entries: one for each file.
        directions: posterior means divided by their length. `[N, Z]`
        owners: index of each window's entry, in ascending order. `[N]`
        bars: bar at which each window starts; see `query_windows`. `[N]`
        model: digest of the model that encoded the windows.
        read: how many files were read just now; the others come from the index file.
        kept: False if the index could not be written to the folder.
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
        return {entry.name: entry.reason for entry in self.entries if entry.reason}

    @classmethod
    def of(cls, folder: Path, rows: Iterable[FileWindows], latent: int, **about: Any) -> Library:
        """Concatenate the windows of all files.

        Args:
            folder: where the files are.
            rows: windows of each file.
            latent: size of z, for a folder without windows.
            about: the other fields.
        """
        files = list(rows)
        counts = [len(file.bars) for file in files]
        no_directions, no_bars = np.empty((0, latent), np.float16), np.empty(0, np.int32)
        return cls(
            folder,
            tuple(file.entry for file in files),
            np.concatenate([no_directions, *(file.directions for file in files)]),
            np.repeat(np.arange(len(files), dtype=np.int32), counts),
            np.concatenate([no_bars, *(file.bars for file in files)]),
            **about,
        )

    def by_file(self) -> Iterator[FileWindows]:
        """Yield the windows of each file."""
        edges = np.searchsorted(self.owners, np.arange(len(self.entries) + 1))
        for entry, start, stop in zip(self.entries, edges, edges[1:], strict=False):
            yield FileWindows(entry, self.directions[start:stop], self.bars[start:stop])

    apart = RenamedAttribute("by_file")


def save(place: Path, rows: Iterable[FileWindows]) -> bool:
    """Write the index file; return False if the folder cannot be written."""
    files = sorted(rows, key=lambda file: file.entry.name)
    latent = files[0].directions.shape[1] if files else 0
    library = Library.of(place.parent, files, latent)
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
        write_atomic(place, buffer.getvalue())
    except OutputError:
        return False
    return True


def load(place: Path, latent: int) -> list[FileWindows]:
    """Windows stored in an index file; empty if it is missing, damaged or of another version."""
    try:
        size = check_file(place, MAX_INDEX_BYTES)
        with place.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            # `save` does not compress, so an index never takes more memory than it has bytes
            if sum(member.file_size for member in stored.zip.infolist()) > size:
                return []
            about = json.loads(stored["about"].tobytes())
            entries = tuple(Entry(**entry) for entry in about["files"])
            arrays = [stored[name] for name in ("directions", "owners", "bars")]
        library = Library(place.parent, entries, *arrays)
        if about["version"] == VERSION and _is_valid(library, latent):
            return list(library.by_file())
    except DAMAGE_ERRORS:
        pass
    return []


def _is_valid(library: Library, latent: int) -> bool:
    """Return True if entries and arrays have the types, sizes and ranges that `save` writes."""
    entries_valid = all(
        [type(value) for value in vars(entry).values()] == [str, int, int, str]
        for entry in library.entries
    )
    n = len(library.bars)
    expected = (
        (library.directions, np.float16, (n, latent)),
        (library.owners, np.int32, (n,)),
        (library.bars, np.int32, (n,)),
    )
    arrays_valid = all(
        array.dtype == dtype and array.shape == shape for array, dtype, shape in expected
    )
    if not entries_valid or not arrays_valid:
        return False
    in_range = not n or 0 <= library.owners[0] <= library.owners[-1] < len(library.entries)
    ascending = (np.diff(library.owners) >= 0).all()
    return bool(in_range and ascending and np.isfinite(library.directions).all())
