"""Prepare a data set: read files, cut windows, drop repeats, split by piece, write.

A piece is a file. Pieces that share at least a quarter of their windows, up to
transposition, are versions of one tune and go to the same split. Windows of a
held-out piece are dropped from the training set wherever else they occur.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path

import numpy as np

from ..arguments import check_arguments, check_whole, quote
from ..arrays import IntArray
from ..atomic_files import MIDI_ENDINGS, make_folder, one_writer
from ..codecs import CODECS
from ..codecs.base import Codes
from ..errors import DatasetError, OutputError, RequestError, require_extra
from ..progress import Progress, Report, no_progress
from ..score.windows import MAX_BARS, TWO_BARS
from .dataset import SPLITS, save
from .gather import Corpus
from .pieces import store_pieces, store_table
from .read_file import READER_VERSION, file_stamp, read_batch, read_shards, row_type
from .replace import replace_data_set
from .split import choose_windows, group_versions, split_pieces
from .weights import Weighting
from .workers import FILE_SECONDS, MAX_FILE_SECONDS, FileBatch, Work, run_batches

READING_FOLDER = ".reading"
"""Folder below the data set for files that have been read, deleted when the data set is written."""

USES = {
    "train": "Nothing can be trained.",
    "valid": "Nothing can be trained.",
    "test": "Evaluate with --split valid, or on a folder of other music.",
}
"""What is missing with each split."""

BATCH_FILES = 64
SHARD_BYTES = 2**27


@check_arguments
def prepare(
    folders: Sequence[Path | str],
    out: Path | str,
    *,
    codec: str = "melody",
    bars: int = TWO_BARS,
    track: str | int | None = None,
    per_piece: int | None = None,
    weights: Mapping[str, float] | None = None,
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
        track: number (from 1) or name of the track to read in each file, or several: "2+3".
            For the codec `drums` it is read as drums; None finds the parts.
        per_piece: training draws a piece with more windows than this as often as one with so
            many; None draws all windows alike.
        weights: how often training draws the windows of a folder, by folder; default 1.
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
    if not TWO_BARS <= check_whole("bars", bars) <= MAX_BARS:
        raise RequestError(f"A window has {TWO_BARS} to {MAX_BARS} bars, not {bars}.")
    if not 0 < timeout <= MAX_FILE_SECONDS:
        raise RequestError(f"Read a file for up to {MAX_FILE_SECONDS:,} seconds, not {timeout}.")
    if workers is not None and workers < 1:
        raise RequestError(f"Ask for 1 worker or more, not {workers}.")
    weighting = Weighting(weights or {}, per_piece)
    weighting.check(folders)
    paths = list(dict.fromkeys(_walk(folders)))
    files = [str(path) for path in paths if _is_midi(path)]
    others = [str(path) for path in paths if not _is_midi(path) and not path.is_dir()]
    if not files:
        raise DatasetError(f"There is no MIDI file in {', '.join(map(str, folders))}.")
    out = Path(out)
    with one_writer(out):
        corpus = _read(files, out, codec, bars, track, workers, timeout, progress)
        data = write(out, codec, bars, corpus, others, weighting)
        shutil.rmtree(out / READING_FOLDER, ignore_errors=True)
    return data


def _read(
    files: Sequence[str],
    out: Path,
    codec: str,
    bars: int,
    track: str | int | None,
    workers: int | None,
    timeout: float,
    progress: Progress,
) -> Corpus:
    """Read the files, as far as a run that was interrupted has not read them.

    Raises:
        DatasetError: none can be used.
    """
    wanted = None if track is None else str(track)
    folder = out / READING_FOLDER / f"{codec}-{bars}-{READER_VERSION}{_digest_of(wanted)}"
    read = partial(read_batch, codec=codec, bars=bars, track=wanted)
    failed = _read_new(files, folder, read, workers, timeout, progress)
    corpus = Corpus.gather(files, folder, failed)
    if not len(corpus.keys):
        reason = Counter(piece.reason for piece in corpus.pieces).most_common(1)[0][0]
        raise DatasetError(f"None of {len(files)} files can be used; the first reason: {reason}")
    return corpus


def _digest_of(track: str | None) -> str:
    """Part of the name of the reading folder, so that each track has its own; empty for None."""
    if track is None:
        return ""
    return "-" + hashlib.sha256(os.fsencode(track)).hexdigest()[:8]


def midi_files(folders: Iterable[Path | str]) -> Iterator[Path]:
    """Yield every path below the folders that is named like a MIDI file, in a stable order.

    Folders, pipes and broken links with such a name are included: `prepare` reports them.

    Raises:
        DatasetError: one of the folders is not a folder.
    """
    return filter(_is_midi, _walk(folders))


def _is_midi(path: Path) -> bool:
    return path.name.lower().endswith(MIDI_ENDINGS)


def _walk(folders: Iterable[Path | str]) -> Iterator[Path]:
    """Yield every path below the folders, in a stable order; links to folders are followed once.

    Raises:
        DatasetError: one of the folders is not a folder.
    """
    for folder in folders:
        if not Path(folder).is_dir():
            raise DatasetError(f"{folder} is not a folder.")
        seen = set()
        for root, names, files in os.walk(folder, followlinks=True):
            status = Path(root).stat()
            if (place := (status.st_dev, status.st_ino)) in seen:
                names.clear()  # a link leads back here
                continue
            seen.add(place)
            names.sort()
            yield from (Path(root, name) for name in sorted([*files, *names]))


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
        speed = (done - already_read) / max(1e-3, time.monotonic() - began)
        progress(Report("prepare", done, len(files), {"files/s": speed}))
    return failed


def _batches(files: Sequence[str], folder: Path, timeout: float) -> Iterator[FileBatch]:
    """Split files into batches, each named by a hash of its files and their stamps."""
    size = max(1, min(BATCH_FILES, len(files) // (4 * (os.cpu_count() or 1))))
    for start in range(0, len(files), size):
        batch_files = tuple(files[start : start + size])
        content = "\n".join(f"{file_stamp(file)} {file}" for file in batch_files)
        name = hashlib.sha256(os.fsencode(content)).hexdigest()[:16]
        yield FileBatch(folder / name, batch_files, timeout, os.getpid())


def write(
    out: Path, codec: str, bars: int, corpus: Corpus, others: Sequence[str], weighting: Weighting
) -> dict[str, object]:
    """Write the distinct windows of each split; a held-out tune is in no other split.

    A data set in `out` is replaced when the new one is complete.

    Args:
        others: files that are not named like MIDI files.
    """
    pieces = corpus.pieces
    least = [bytes.fromhex(piece.least) if piece.windows else b"" for piece in pieces]
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
    used = [name for name, piece in zip(splits, pieces, strict=True) if piece.windows]
    about = {
        "pieces": {name: used.count(name) for name in SPLITS},
        "windows": {name: len(windows[name]) for name in SPLITS},
        "windows_left_out": dict(dropped.most_common()),
        "files": len(pieces),
        "files_left_out": dict(sorted(left_out.items(), key=lambda item: -len(item[1]))),
        "files_passed_over": list(others),
        "notices": [
            f"There is no music for {name}: it needs more tunes. {USES[name]}"
            for name in SPLITS
            if not len(windows[name])
        ],
    }
    shards = {name: _shards(corpus, windows[name], row_type(codec, bars)) for name in SPLITS}
    with replace_data_set(out) as folder:
        _write_pieces(folder, corpus, splits, windows, weighting)
        return save(folder, CODECS[codec], bars, shards, about)


def _shards(
    corpus: Corpus, windows: IntArray, row_type: np.dtype[np.void]
) -> Iterator[tuple[Codes, Codes]]:
    """Yield codes and meters of these windows, at most `SHARD_BYTES` at once."""
    size = SHARD_BYTES // row_type.itemsize
    for start in range(0, len(windows), size):
        rows = corpus.rows(windows[start : start + size], row_type)
        yield rows["codes"], rows["meter"]


def _write_pieces(
    out: Path,
    corpus: Corpus,
    splits: Sequence[str],
    windows: Mapping[str, IntArray],
    weighting: Weighting,
) -> None:
    """Write the pieces that have windows, and which of them each window comes from."""
    row = np.cumsum(corpus.counts > 0) - 1  # of each piece in the table
    of_window = np.repeat(row, corpus.counts)
    used = [piece for piece in corpus.pieces if piece.windows]
    files = [piece.file for piece in used]
    columns: dict[str, Sequence[object]] = {
        "file": files,
        "sha256": [piece.sha256 for piece in used],
        "split": [splits[int(i)] for i in np.flatnonzero(corpus.counts)],
        "windows": [piece.windows for piece in used],
    }
    if weighting:
        chosen = of_window[np.concatenate(list(windows.values()))]
        counts = np.bincount(chosen, minlength=len(used))
        columns["weight"] = weighting.of_pieces(files, counts).tolist()
    store_table(out, columns)
    for split, chosen in windows.items():
        store_pieces(out, split, of_window[chosen])
