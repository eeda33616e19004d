"""A folder of MIDI as a collection of windows to measure, without a data set on disk."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ..codecs.base import Codec, Codes
from ..corpus.dataset import SPLITS, Windows, open_split
from ..corpus.pieces import Pieces
from ..corpus.prepare import midi_files, prepare
from ..errors import DatasetError
from ..progress import Progress, no_progress
from ..theory.meter import Meter


@dataclass(frozen=True)
class FolderWindows:
    """Windows in memory, not split."""

    codec: Codec
    bars: int
    windows: Sequence[tuple[Codes, Meter]]
    pieces: Pieces | None = None

    def __len__(self) -> int:
        return len(self.windows)

    def meter(self, row: int) -> Meter:
        """Meter of one window."""
        return self.windows[row][1]

    def window(self, row: int) -> Codes:
        """Codes of one window."""
        return self.windows[row][0]


def holds_midi(folder: Path | str) -> bool:
    """Return True if this is a folder with MIDI files and not a data set."""
    folder = Path(folder)
    if not folder.is_dir() or (folder / "data.json").exists():
        return False
    return next(midi_files([folder]), None) is not None


def read_folder(
    folder: Path | str, codec: Codec, bars: int, progress: Progress = no_progress
) -> FolderWindows:
    """All distinct windows of a folder of MIDI, cut by `prepare`.

    Raises:
        DatasetError: no file in the folder can be used.
    """
    collected: list[tuple[Codes, Meter]] = []
    numbers, files = [np.zeros(0, np.int64)], list[str]()
    with TemporaryDirectory() as data:
        prepare([folder], data, codec=codec.name, bars=bars, progress=progress)
        for split in SPLITS:
            with suppress(DatasetError):  # a few files do not fill every split
                windows = open_split(data, split)
                collected += _copy_windows(windows)
                if windows.pieces:
                    numbers.append(windows.pieces.numbers)
                    files = windows.pieces.files
                del windows  # no file stays mapped, since Windows could not delete it
    return FolderWindows(codec, bars, collected, Pieces(np.concatenate(numbers), files))


def _copy_windows(windows: Windows) -> list[tuple[Codes, Meter]]:
    return [(windows.window(row).copy(), windows.meter(row)) for row in range(len(windows))]
