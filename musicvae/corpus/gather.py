"""Gather the stored results of all files of a corpus, with the digests of their windows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..arrays import IntArray
from .read_file import Piece, file_stamp, read_shards
from .split import Keys


@dataclass(frozen=True)
class Corpus:
    """All files that were read: pieces in the order of the files, and where their rows are.

    Attributes:
        shards: files of rows.
        offsets: shard of each piece, and its first row there. `[P, 2]`
        counts: windows of each piece. `[P]`
        keys, tunes: first 8 bytes of the digests of all windows, piece after piece. `[N]`
    """

    pieces: list[Piece]
    shards: list[Path]
    offsets: IntArray
    counts: IntArray
    keys: Keys
    tunes: Keys

    @classmethod
    def gather(cls, files: Sequence[str], folder: Path, failed: dict[str, str]) -> Corpus:
        """Load the stored pieces of these files; a copy of an earlier file has no windows.

        Args:
            files: paths, in the order of the corpus.
            folder: where `read_batch` stored its shards.
            failed: files that ended their worker, and why.
        """
        stored: dict[str, tuple[Piece, int, int]] = {}
        shards = []
        for number, (path, shard_pieces) in enumerate(read_shards(folder)):
            shards.append(path)
            row = 0
            for piece in shard_pieces:
                # of a file that was changed, the version that is there now
                if piece.file not in stored or piece.stamp == file_stamp(piece.file):
                    stored[piece.file] = piece, number, row
                row += piece.windows
        stored |= {file: (Piece(file, reason=reason), 0, 0) for file, reason in failed.items()}
        pieces = [stored[file][0] for file in files]
        _drop_duplicate_files(pieces)
        offsets = np.array([stored[file][1:] for file in files], dtype=np.int64)
        counts = np.array([piece.windows for piece in pieces], dtype=np.int64)
        keys, tunes = (_load_digests(name, shards, offsets, counts) for name in ("key", "tune"))
        return cls(pieces, shards, offsets, counts, keys, tunes)

    def rows(self, windows: IntArray, row_type: np.dtype[np.void]) -> NDArray[np.void]:
        """Rows of windows, given by their index in the corpus."""
        ends = np.cumsum(self.counts)
        piece = np.searchsorted(ends, windows, side="right")
        shard, first = self.offsets[piece].T
        row = first + windows - (ends - self.counts)[piece]
        out = np.empty(len(windows), row_type)
        for number in np.unique(shard):
            in_shard = shard == number
            out[in_shard] = np.load(self.shards[number], mmap_mode="r")[row[in_shard]]
        return out


def _drop_duplicate_files(pieces: Iterable[Piece]) -> None:
    """Take the windows from pieces whose file has the same bytes as an earlier one."""
    first_file: dict[str, str] = {}
    for piece in pieces:
        if piece.windows and first_file.setdefault(piece.sha256, piece.file) != piece.file:
            piece.windows, piece.reason = 0, "the same file stands elsewhere"


def _load_digests(name: str, shards: Sequence[Path], offsets: IntArray, counts: IntArray) -> Keys:
    """First 8 bytes of the key or tune digests, as big-endian integers, piece after piece. `[N]`"""
    ends = np.cumsum(counts)
    digests = np.empty(ends[-1], dtype=np.uint64)
    for number, path in enumerate(shards):
        stored = np.load(path, mmap_mode="r")[name][:, :8]
        in_shard = np.ascontiguousarray(stored).view(">u8").ravel()
        for piece in np.flatnonzero((offsets[:, 0] == number) & (counts > 0)):
            first, end, count = offsets[piece, 1], ends[piece], counts[piece]
            digests[end - count : end] = in_shard[first : first + count]
    return digests
