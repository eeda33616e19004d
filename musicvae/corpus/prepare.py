"""Preparing a data set: read, cut, drop what stands twice, split by piece, write.

A piece is a file. Pieces that share a good part of their windows, up to
transposition, are versions of one tune and go to the same split; windows of a
held-out piece are taken out of the training set wherever else they stand.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import shutil
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..arrays import IntArray
from ..atomic_files import make_folder, write_whole
from ..codecs import CODECS
from ..codecs.base import Codes
from ..errors import DatasetError, OutputError, RequestError, needing
from ..progress import Progress, Report, silent
from ..score.windows import MAX_BARS, TWO_BARS
from .dataset import SPLITS, save
from .read_file import READER_VERSION, Piece, file_stamp, read_batch, read_shards, row_type
from .split import (
    Keys,
    choose_windows,
    group_versions,
    split_pieces,
)
from .workers import FileBatch, run_batches

MIDI_SUFFIXES = (".mid", ".midi", ".kar", ".smf")
READING = ".reading"
"""Below the data set: what has been read so far, until all is."""

BATCH_FILES = 64
SHARD_BYTES = 2**27


def prepare(
    folders: Sequence[Path | str],
    out: Path | str,
    *,
    codec: str = "melody",
    bars: int = TWO_BARS,
    workers: int | None = None,
    timeout: float = 10.0,
    progress: Progress = silent,
) -> dict[str, object]:
    """Read every MIDI file below the folders into the data set `out`; returns its `data.json`.

    A run that was interrupted is gone on with: what it has read is not read again.

    Args:
        folders: searched deeply.
        out: the folder of the data set.
        codec: what a net is to read, one of `CODECS`.
        bars: of a window; twice as many where a bar is shorter than three quarters.
        workers: processes, or what the joblib backend calls so; None for all there are.
        timeout: seconds for each file.
        progress: told how many files are done, and `files/s`.

    Raises:
        MissingExtra: joblib or symusic is not installed.
        DatasetError: there is no MIDI file, or nothing in them can be used.
        RequestError: there is no such codec, or no window is so long.
        OutputError: `out` cannot be written.
    """
    for library in ("joblib", "symusic"):
        with needing(library, "train"):
            import_module(library)
    if codec not in CODECS:
        raise RequestError(f"There is no codec {codec!r}; choose {', '.join(CODECS)}.")
    if not TWO_BARS <= bars <= MAX_BARS:
        raise RequestError(f"A window has {TWO_BARS} to {MAX_BARS} bars, not {bars}.")
    files = list(dict.fromkeys(map(str, midi_files(folders))))
    if not files:
        raise DatasetError(f"There is no MIDI file in {', '.join(map(str, folders))}.")
    out = Path(out)
    folder = out / READING / f"{codec}-{bars}-{READER_VERSION}"
    ended = _read(
        files, folder, partial(read_batch, codec=codec, bars=bars), workers, timeout, progress
    )
    corpus = Corpus.gather(files, folder, ended)
    if not len(corpus.keys):
        reason = Counter(piece.reason for piece in corpus.pieces).most_common(1)[0][0]
        raise DatasetError(f"None of {len(files)} files can be used; the first reason: {reason}")
    about = write(out, codec, bars, corpus)
    shutil.rmtree(out / READING)
    return about


def midi_files(folders: Iterable[Path | str]) -> Iterator[Path]:
    """Every MIDI file below the folders, in a stable order, and whatever is named like one."""
    for folder in folders:
        if not Path(folder).is_dir():
            raise DatasetError(f"{folder} is not a folder.")
        for root, names, files in os.walk(folder, followlinks=True):
            names.sort()
            yield from (
                Path(root, name)
                for name in sorted([*files, *names])
                if name.lower().endswith(MIDI_SUFFIXES)
            )


def _read(
    files: Sequence[str],
    folder: Path,
    work: partial[Path],
    workers: int | None,
    timeout: float,
    progress: Progress,
) -> dict[str, str]:
    """Read what is not read yet; gives the files that ended their worker, and why."""
    make_folder(folder)
    try:
        for note in folder.glob("*.now"):  # of a run that was ended
            note.unlink()
    except OSError as error:
        raise OutputError(f"{folder} cannot be written: {error.strerror or error}.") from error
    known = {(piece.file, piece.stamp) for _, pieces in read_shards(folder) for piece in pieces}
    left = [file for file in files if (file, file_stamp(file)) not in known]
    done = len(files) - len(left)
    progress(Report("prepare", done, len(files)))
    ended: dict[str, str] = {}
    begun = time.monotonic()
    for count, why in run_batches(work, _batches(left, folder, timeout), workers):
        done += count
        ended |= why
        speed = (done - len(files) + len(left)) / (time.monotonic() - begun)
        progress(Report("prepare", done, len(files), {"files/s": speed}))
    return ended


def _batches(files: Sequence[str], folder: Path, timeout: float) -> Iterator[FileBatch]:
    size = max(1, min(BATCH_FILES, len(files) // (4 * (os.cpu_count() or 1))))
    for at in range(0, len(files), size):
        some = tuple(files[at : at + size])
        known = "\n".join(f"{file_stamp(file)} {file}" for file in some)
        name = hashlib.sha256(known.encode(errors="surrogateescape")).hexdigest()[:16]
        yield FileBatch(folder / name, some, timeout, os.getpid())


@dataclass(frozen=True)
class Corpus:
    """All that was read: pieces in the order of their files, and where their rows lie.

    Attributes:
        shards: files of rows.
        places: the shard of each piece, and its first row there. `[P, 2]`
        counts: windows of each piece. `[P]`
        keys, tunes: of all windows, piece after piece; the first 8 bytes of each digest. `[N]`
    """

    pieces: list[Piece]
    shards: list[Path]
    places: IntArray
    counts: IntArray
    keys: Keys
    tunes: Keys

    @classmethod
    def gather(cls, files: Sequence[str], folder: Path, ended: dict[str, str]) -> Corpus:
        """What is kept of these files; of files that are the same, the first is the piece."""
        found: dict[str, tuple[Piece, int, int]] = {}
        shards = []
        for number, (path, pieces) in enumerate(read_shards(folder)):
            shards.append(path)
            row = 0
            for piece in pieces:
                if piece.file not in found or piece.stamp == file_stamp(piece.file):
                    found[piece.file] = piece, number, row  # as it is now, if it was changed
                row += piece.windows
        lost = {file: (Piece(file, reason=why), 0, 0) for file, why in ended.items()}
        rows = [(found | lost)[file] for file in files]
        _drop_twins([piece for piece, _, _ in rows])
        pieces = [piece for piece, _, _ in rows]
        places = np.array([place for _, *place in rows], dtype=np.int64)
        counts = np.array([piece.windows for piece in pieces], dtype=np.int64)
        keys, tunes = (_digests(name, shards, places, counts) for name in ("key", "tune"))
        return cls(pieces, shards, places, counts, keys, tunes)

    def rows(self, wanted: IntArray, row: np.dtype[np.void]) -> NDArray[np.void]:
        """Windows by their number in the corpus."""
        ends = np.cumsum(self.counts)
        piece = np.searchsorted(ends, wanted, side="right")
        shard, first = self.places[piece].T
        place = first + wanted - (ends - self.counts)[piece]
        out = np.empty(len(wanted), row)
        for number in np.unique(shard):
            here = shard == number
            out[here] = np.load(self.shards[number], mmap_mode="r")[place[here]]
        return out


def _drop_twins(pieces: Iterable[Piece]) -> None:
    first: dict[str, str] = {}
    for piece in pieces:
        if piece.windows and first.setdefault(piece.sha256, piece.file) != piece.file:
            piece.windows, piece.reason = 0, "the same file stands elsewhere"


def _digests(name: str, shards: Sequence[Path], places: IntArray, counts: IntArray) -> Keys:
    ends = np.cumsum(counts)
    keys = np.empty(ends[-1], dtype=np.uint64)
    for number, path in enumerate(shards):
        stored = np.load(path, mmap_mode="r")[name][:, :8]
        own = np.ascontiguousarray(stored).view(">u8").ravel()
        for piece in np.flatnonzero((places[:, 0] == number) & (counts > 0)):
            first = places[piece, 1]
            end, count = ends[piece], counts[piece]
            keys[end - count : end] = own[first : first + count]
    return keys


def write(out: Path, codec: str, bars: int, corpus: Corpus) -> dict[str, object]:
    """Distinct windows of each split; what is held out stands nowhere else."""
    pieces = corpus.pieces
    least = [bytes.fromhex(piece.least) for piece in pieces]
    names = split_pieces(group_versions(corpus.tunes, corpus.counts), least)
    split = np.repeat(np.array([SPLITS.index(name) for name in names], np.uint8), corpus.counts)
    chosen, reasons = choose_windows(corpus.keys, corpus.tunes, split)
    dropped: Counter[str] = sum((piece.dropped for piece in pieces), Counter())
    dropped.update(reasons)
    rows = {name: np.flatnonzero(chosen & (split == i)) for i, name in enumerate(SPLITS)}
    left_out: dict[str, list[str]] = {}
    for piece in pieces:
        if piece.reason:
            left_out.setdefault(piece.reason, []).append(piece.file)
    _write_pieces(out / "pieces.csv", pieces, names)
    used = [name for name, piece in zip(names, pieces, strict=True) if piece.windows]
    return save(
        out,
        CODECS[codec],
        bars,
        {name: _shards(corpus, rows[name], row_type(codec, bars)) for name in SPLITS},
        {
            "pieces": {name: used.count(name) for name in SPLITS},
            "windows": {name: len(rows[name]) for name in SPLITS},
            "windows_left_out": dict(dropped.most_common()),
            "files": len(pieces),
            "files_left_out": dict(sorted(left_out.items(), key=lambda item: -len(item[1]))),
        },
    )


def _shards(
    corpus: Corpus, wanted: IntArray, row: np.dtype[np.void]
) -> Iterator[tuple[Codes, Codes]]:
    size = SHARD_BYTES // row.itemsize
    for at in range(0, len(wanted), size):
        rows = corpus.rows(wanted[at : at + size], row)
        yield rows["codes"], rows["meter"]


def _write_pieces(path: Path, pieces: Sequence[Piece], splits: Sequence[str]) -> None:
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(["file", "sha256", "split", "windows"])
    for piece, where in zip(pieces, splits, strict=True):
        if piece.windows:
            rows.writerow([piece.file, piece.sha256, where, piece.windows])
    write_whole(path, table.getvalue().encode(errors="surrogateescape"))
