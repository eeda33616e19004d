"""A folder of MIDI as a collection to measure, without a data set on disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from ..codecs.base import Codec, Codes
from ..corpus.dataset import SPLITS, open_split
from ..corpus.prepare import midi_files, prepare
from ..errors import DatasetError
from ..progress import Progress, silent
from ..theory.meter import Meter


@dataclass(frozen=True)
class FolderWindows:
    """Windows in memory, whatever split they would belong to."""

    codec: Codec
    bars: int
    windows: Sequence[tuple[Codes, Meter]]

    def __len__(self) -> int:
        return len(self.windows)

    def meter(self, row: int) -> Meter:
        """Meter of one window."""
        return self.windows[row][1]

    def window(self, row: int) -> Codes:
        """Codes of one window."""
        return self.windows[row][0]


def holds_midi(folder: Path | str) -> bool:
    """Whether it is a folder of MIDI, and no data set."""
    folder = Path(folder)
    if not folder.is_dir() or (folder / "data.json").exists():
        return False
    return next(midi_files([folder]), None) is not None


def read_folder(
    folder: Path | str, codec: Codec, bars: int, progress: Progress = silent
) -> FolderWindows:
    """Every distinct window of a folder of MIDI, as `prepare` cuts them.

    Raises:
        DatasetError: nothing in it can be used.
    """
    found: list[tuple[Codes, Meter]] = []
    with TemporaryDirectory() as place:
        prepare([folder], place, codec=codec.name, bars=bars, progress=progress)
        for split in SPLITS:
            try:
                windows = open_split(place, split)
            except DatasetError:  # a few files do not fill every split
                continue
            rows = range(len(windows))
            found += [(windows.window(row).copy(), windows.meter(row)) for row in rows]
    return FolderWindows(codec, bars, found)
