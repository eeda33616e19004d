"""A folder of MIDI as a collection of windows to measure, without a data set on disk."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from ..codecs.base import Codec, Codes
from ..corpus.dataset import SPLITS, open_split
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
    with TemporaryDirectory() as data:
        prepare([folder], data, codec=codec.name, bars=bars, progress=progress)
        for split in SPLITS:
            with suppress(DatasetError):  # a few files do not fill every split
                collected += _copy_windows(data, split)
    return FolderWindows(codec, bars, collected)


def _copy_windows(data: str, split: str) -> list[tuple[Codes, Meter]]:
    """All windows of a split; no file stays mapped, since Windows could not delete it."""
    windows = open_split(data, split)
    return [(windows.window(row).copy(), windows.meter(row)) for row in range(len(windows))]
