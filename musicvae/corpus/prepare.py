"""Prepare a data set: read files, cut windows, drop repeats, split by piece, write.

A piece is a file. Pieces that share at least a quarter of their windows, up to
transposition, are versions of one tune and go to the same split. Windows of a
held-out piece are dropped from the training set wherever else they occur.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import shutil
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path

import numpy as np

from ..arguments import check_arguments, quote
from ..arrays import IntArray
from ..atomic_files import make_folder, one_writer, write_atomic
from ..codecs import CODECS
from ..codecs.base import Codes
from ..errors import DatasetError, OutputError, RequestError, require_extra
from ..progress import Progress, Report, no_progress
from ..score.windows import MAX_BARS, TWO_BARS
from .dataset import SPLITS, save
from .gather import Corpus
from .pieces import store_pieces
from .read_file import READER_VERSION, file_stamp, read_batch, read_shards, row_type
from .split import choose_windows, group_versions, split_pieces
from .workers import FILE_SECONDS, MAX_FILE_SECONDS, FileBatch, Work, run_batches

MIDI_SUFFIXES = (".mid", ".midi", ".kar", ".smf")
READING_FOLDER = ".reading"
"""Folder below the data set for files that have been read, deleted when the data set is written."""

BATCH_FILES = 64
SHARD_BYTES = 2**27


@check_arguments
def prepare(
    folders: Sequence[Path | str],
    out: Path | str,
    *,
    codec: str = "melody",
    bars: int = TWO_BARS,
    workers: int | None = None,
    timeout: float = FILE_SECONDS,
    progress: Progress = no_progress,
) -> dict[str, object]:
    """Read every MIDI file below the folders into the data set `out`; return its `data.json`.

    After an interruption, the next run does not read again what has been read.

    Args:
        folders: searched recursively.
        out: the folder of the data set.
        codec: the representation that the net will read, one of `CODECS`.
        bars: length of a window; twice as long where a bar is shorter than three quarters.
        workers: processes, or workers of the joblib backend; None for all CPUs.
        timeout: seconds for each file.
        progress: receives the number of files done, and `files/s`.

    Raises:
        MissingExtra: joblib or symusic is not installed.
        DatasetError: there is no MIDI file, or none that can be used.
        RequestError: there is no such codec, or a number is out of range.
        OutputError: `out` cannot be written, or another program is writing into it.
    """
    for library in ("joblib", "symusic"):
        with require_extra(library, "train"):
            import_module(library)
    if codec not in CODECS:
        raise RequestError(f"There is no codec {quote(codec)}; choose {', '.join(CODECS)}.")
    if not TWO_BARS <= bars <= MAX_BARS:
        raise RequestError(f"A window has {TWO_BARS} to {MAX_BARS} bars, not {bars}.")
    if not 0 < timeout <= MAX_FILE_SECONDS:
        raise RequestError(f"Read a file for up to {MAX_FILE_SECONDS:,} seconds, not {timeout}.")
    if workers is not None and workers < 1:
        raise RequestError(f"Ask for 1 worker or more, not {workers}.")
    files = list(dict.fromkeys(map(str, midi_files(folders))))
    if not files:
        raise DatasetError(f"There is no MIDI file in {', '.join(map(str, folders))}.")
    out = Path(out)
    with one_writer(out):
        return _prepare(files, out, codec, bars, workers, timeout, progress)


def _prepare(
    files: Sequence[str],
    out: Path,
    codec: str,
    bars: int,
    workers: int | None,
    timeout: float,
    progress: Progress,
) -> dict[str, object]:
    """Read the files and write the data set, in a folder that is held."""
    folder = out / READING_FOLDER / f"{codec}-{bars}-{READER_VERSION}"
    read = partial(read_batch, codec=codec, bars=bars)
    failed = _read_new(files, folder, read, workers, timeout, progress)
    corpus = Corpus.gather(files, folder, failed)
    if not len(corpus.keys):
        reason = Counter(piece.reason for piece in corpus.pieces).most_common(1)[0][0]
        raise DatasetError(f"None of {len(files)} files can be used; the first reason: {reason}")
    data = write(out, codec, bars, corpus)
    shutil.rmtree(out / READING_FOLDER)
    return data


def midi_files(folders: Iterable[Path | str]) -> Iterator[Path]:
    """Yield every path below the folders that is named like a MIDI file, in a stable order.

    Folders, pipes and broken links with such a name are included: `prepare` reports them.

    Raises:
        DatasetError: one of the folders is not a folder.
    """
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


def _read_new(
    files: Sequence[str],
    folder: Path,
    read: Work,
    workers: int | None,
    timeout: float,
    progress: Progress,
) -> dict[str, str]:
    """Read the files that have not been read yet; return those that ended their worker, and why."""
    make_folder(folder)
    try:
        for marker in folder.glob("*.now"):  # of a run that was killed
            marker.unlink()
    except OSError as error:
        raise OutputError(f"{folder} cannot be written: {error.strerror or error}.") from error
    stored = {(piece.file, piece.stamp) for _, pieces in read_shards(folder) for piece in pieces}
    unread = [file for file in files if (file, file_stamp(file)) not in stored]
    done = already_read = len(files) - len(unread)
    progress(Report("prepare", done, len(files)))
    failed: dict[str, str] = {}
    began = time.monotonic()
    for count, reasons in run_batches(read, _batches(unread, folder, timeout), workers):
        done += count
        failed |= reasons
        speed = (done - already_read) / (time.monotonic() - began)
        progress(Report("prepare", done, len(files), {"files/s": speed}))
    return failed


def _batches(files: Sequence[str], folder: Path, timeout: float) -> Iterator[FileBatch]:
    """Split files into batches, each named by a hash of its files and their stamps."""
    size = max(1, min(BATCH_FILES, len(files) // (4 * (os.cpu_count() or 1))))
    for start in range(0, len(files), size):
        batch_files = tuple(files[start : start + size])
        content = "\n".join(f"{file_stamp(file)} {file}" for file in batch_files)
        name = hashlib.sha256(content.encode(errors="surrogateescape")).hexdigest()[:16]
        yield FileBatch(folder / name, batch_files, timeout, os.getpid())


def write(out: Path, codec: str, bars: int, corpus: Corpus) -> dict[str, object]:
    """Write the distinct windows of each split; a held-out tune is in no other split."""
    pieces = corpus.pieces
    least = [bytes.fromhex(piece.least) for piece in pieces]
    splits = split_pieces(group_versions(corpus.tunes, corpus.counts), least)
    split = np.repeat(np.array([SPLITS.index(name) for name in splits], np.uint8), corpus.counts)
    chosen, reasons = choose_windows(corpus.keys, corpus.tunes, split)
    dropped: Counter[str] = sum((piece.dropped for piece in pieces), Counter())
    dropped.update(reasons)
    windows = {name: np.flatnonzero(chosen & (split == i)) for i, name in enumerate(SPLITS)}
    left_out: dict[str, list[str]] = {}
    for piece in pieces:
        if piece.reason:
            left_out.setdefault(piece.reason, []).append(piece.file)
    _write_pieces(out, corpus, splits, windows)
    used = [name for name, piece in zip(splits, pieces, strict=True) if piece.windows]
    return save(
        out,
        CODECS[codec],
        bars,
        {name: _shards(corpus, windows[name], row_type(codec, bars)) for name in SPLITS},
        {
            "pieces": {name: used.count(name) for name in SPLITS},
            "windows": {name: len(windows[name]) for name in SPLITS},
            "windows_left_out": dict(dropped.most_common()),
            "files": len(pieces),
            "files_left_out": dict(sorted(left_out.items(), key=lambda item: -len(item[1]))),
        },
    )


def _shards(
    corpus: Corpus, windows: IntArray, row_type: np.dtype[np.void]
) -> Iterator[tuple[Codes, Codes]]:
    """Yield codes and meters of these windows, at most `SHARD_BYTES` at once."""
    size = SHARD_BYTES // row_type.itemsize
    for start in range(0, len(windows), size):
        rows = corpus.rows(windows[start : start + size], row_type)
        yield rows["codes"], rows["meter"]


def _write_pieces(
    out: Path, corpus: Corpus, splits: Sequence[str], windows: Mapping[str, IntArray]
) -> None:
    """Write the pieces that have windows, and which of them each window comes from."""
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(["file", "sha256", "split", "windows"])
    for piece, split in zip(corpus.pieces, splits, strict=True):
        if piece.windows:
            rows.writerow([piece.file, piece.sha256, split, piece.windows])
    write_atomic(out / "pieces.csv", table.getvalue().encode(errors="surrogateescape"))
    line = np.cumsum(corpus.counts > 0) - 1  # of each piece in the table
    of_window = np.repeat(line, corpus.counts)
    for split, chosen in windows.items():
        store_pieces(out, split, of_window[chosen])
