"""similar: rank the files of a folder by the angle between their z and that of a query.

The folder holds one index file for each model, `.musicvae-<model>.npz`. A MIDI file is
recognized by its size and modification time; `open_library` reads new and changed files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..arrays import FloatArray, IntArray
from ..codecs.base import UNBOUNDED, Codec, Codes
from ..codecs.pitch_range import fit_range
from ..corpus.prepare import midi_files
from ..corpus.read_file import file_stamp
from ..corpus.windowing import HOPS_PER_WINDOW, MIN_NOTES
from ..corpus.workers import FILE_SECONDS, FileTimeout, time_limit
from ..engine import Player
from ..errors import MidiError, RequestError
from ..metrics.copies import MAX_KEY_SHIFT
from ..midi.reader import main_phrase, read_midi
from ..progress import Progress, Report, no_progress
from ..score.phrase import Phrase
from ..score.windows import TWO_BARS, split_windows
from .index import Entry, FileWindows, Library, load, save

BATCH_SIZE = 32
"""Files whose windows are encoded in one batch."""

TOO_FEW_NOTES = f"no window of it has {MIN_NOTES} notes in two bars"

BLOCK = 2**15
"""Windows of a library that are compared in one matrix product."""


@dataclass(frozen=True)
class Match:
    """A file and its window that is nearest to a window of the query.

    Attributes:
        path: of the file.
        bar: where its window starts, counted from 1; a pick-up is bar 0.
        distance: 1 minus the cosine of the angle between two z: 0 for equal windows, about
            1 for unrelated ones.
        query_bar: where the window of the query starts.
        semitones: by how much the query was transposed up; 0 for its own key.
    """

    path: Path
    bar: int
    distance: float
    query_bar: int
    semitones: int


def similar(
    player: Player,
    phrase: Phrase,
    library: Library,
    n: int = 10,
    *,
    any_key: bool = True,
    exclude: Path | None = None,
) -> list[Match]:
    """The `n` files of a library whose best window is nearest to a window of the phrase.

    Args:
        player: the model that the library was opened with.
        phrase: only the parts that the model reads.
        library: from `open_library`.
        n: maximum number of files, nearest first.
        any_key: compare the phrase in all twelve keys.
        besides: a file to leave out, such as the query's own.

    Raises:
        RequestError: no window of the phrase has enough notes, or a number is out of range.
    """
    if n < 1:
        raise RequestError(f"Ask for 1 file or more, not {n}.")
    queries, query_bars, shifts = _encode_query(player, phrase, any_key)
    matches = []
    for row, nearest, query in zip(*best_of_each(library, queries), strict=True):
        path = library.folder / library.entries[library.owners[row]].name
        if exclude is None or not _is_same_file(path, exclude):
            bar, distance = int(library.bars[row]), float(nearest)
            matches.append(Match(path, bar, distance, query_bars[query], shifts[query]))
        if len(matches) == n:
            break
    return matches


def _encode_query(
    player: Player, phrase: Phrase, any_key: bool
) -> tuple[FloatArray, list[int], list[int]]:
    """Each window in each key: directions, `[Q, Z]`, bars of the windows, and semitones up."""
    windows, window_bars = query_windows(player, phrase)
    if not windows:
        raise RequestError(f"The query cannot be compared: {TOO_FEW_NOTES}.")
    codes, bars, shifts = [], [], []
    for window, bar in zip(windows, window_bars, strict=True):
        for semitones, transposed in in_keys(player.codec, window) if any_key else [(0, window)]:
            codes.append(transposed)
            bars.append(bar)
            shifts.append(semitones)
    mu = player.encode(codes, [phrase.meter] * len(codes)).mu
    return unit_vectors(mu), bars, shifts


def best_of_each(library: Library, queries: FloatArray) -> tuple[IntArray, FloatArray, IntArray]:
    """The window of each file that is nearest to any query; nearest files first.

    Args:
        library: of N windows.
        queries: unit vectors. `[Q, Z]`

    Returns:
        Row of the window, its distance, and the index of the nearest query. `[files]` each

    Blind to: everything that the encoder leaves out of z, and the length of z.
    """
    distances = np.empty(len(library.bars), np.float32)
    for start in range(0, len(distances), BLOCK):
        block = slice(start, start + BLOCK)
        cosines = library.directions[block].astype(np.float32) @ queries.T
        distances[block] = np.maximum(0, 1 - cosines.max(axis=1))
    order = np.lexsort((distances, library.owners))
    best = order[np.diff(library.owners[order], prepend=-1) > 0]  # the first window of each file
    best = best[np.argsort(distances[best], kind="stable")]
    query = (library.directions[best].astype(np.float32) @ queries.T).argmax(axis=1)
    return best, distances[best], query


def open_library(
    player: Player, folder: Path | str, *, progress: Progress = no_progress
) -> Library:
    """Encode every MIDI file below a folder, or load its windows from the index file.

    The index file is also written after an interruption, so that no file is read twice.

    Args:
        player: the model that encodes the windows.
        folder: searched recursively.
        progress: receives how many of the new files are done.

    Raises:
        DatasetError: it is not a folder.
        RequestError: the folder has no MIDI file, or none can be used, or the net has no z.
    """
    if not player.latent:
        raise RequestError("This model predicts the next step: it has no z to compare music by.")
    folder = Path(folder)
    files = {path.relative_to(folder).as_posix(): path for path in midi_files([folder])}
    if not files:
        raise RequestError(f"There is no MIDI file in {folder}.")
    place = folder / f".musicvae-{player.digest[:16]}.npz"
    stored = load(place, player.latent)
    windows = {rows.entry.name: rows for rows in stored if _is_unchanged(rows.entry, files)}
    new = [name for name in files if name not in windows]
    kept = True
    try:
        for start in range(0, len(new), BATCH_SIZE):
            names = new[start : start + BATCH_SIZE]
            windows |= {rows.entry.name: rows for rows in _read_files(player, files, names)}
            progress(Report("similar", min(start + BATCH_SIZE, len(new)), len(new)))
    finally:
        if new or len(windows) < len(stored):
            kept = save(place, windows.values())
    rows = (windows[name] for name in files)
    library = Library.of(folder, rows, player.latent, model=player.digest, read=len(new), kept=kept)
    if not len(library.bars):
        first = next(iter(library.skipped.values()))
        raise RequestError(f"No file in {folder} can be used; the first reason: {first}")
    return library


def query_windows(player: Player, phrase: Phrase) -> tuple[list[Codes], list[int]]:
    """Codes of the windows of a phrase that have enough notes, and the bars at which they start.

    Windows of two bars start at every bar line, longer ones a quarter of their length apart. A
    phrase shorter than a window is filled up with rests. Bars are counted from 1, and a
    pick-up is bar 0.
    """
    padded = split_windows(phrase, player.bars)
    hop = max(1, padded[0].bars // HOPS_PER_WINDOW) if player.bars > TWO_BARS and padded else 1
    windows = split_windows(phrase, player.bars, hop) or padded
    min_notes = MIN_NOTES * min(player.bars, max(TWO_BARS, phrase.bars)) / TWO_BARS
    first_bar = 0 if phrase.pickup else 1
    codes, bars = [], []
    for number, window in enumerate(windows):
        if sum(len(part.notes) for part in window.parts) >= min_notes:
            codes.append(player.codec.encode(window))
            bars.append(first_bar + number * hop)
    return codes, bars


def in_keys(codec: Codec, codes: Codes) -> list[tuple[int, Codes]]:
    """A window in all twelve keys, its own first: semitones up, and codes. Drums have one key."""
    down, up = codec.transpose_range(codes)
    if (down, up) == (UNBOUNDED, UNBOUNDED):
        return [(0, codes)]
    shifts = range(-min(MAX_KEY_SHIFT - 1, down), min(MAX_KEY_SHIFT, up) + 1)
    return [(shift, codec.transpose(codes, shift)) for shift in sorted(shifts, key=abs)]


def unit_vectors(mu: FloatArray) -> FloatArray:
    """Divide each vector by its length. `[N, Z]` -> `[N, Z]`"""
    length = np.linalg.norm(mu, axis=1, keepdims=True)
    return np.asarray(mu / np.maximum(length, np.finfo(np.float32).tiny), np.float32)


def _is_same_file(a: Path, b: Path) -> bool:
    """Return True if two paths name one file, whatever their case and the links on the way."""
    with suppress(OSError):
        return a.samefile(b)
    return False


def _is_unchanged(entry: Entry, files: Mapping[str, Path]) -> bool:
    path = files.get(entry.name)
    return path is not None and file_stamp(str(path)) == (entry.size, entry.changed)


def _read_files(
    player: Player, files: Mapping[str, Path], names: Iterable[str]
) -> Iterator[FileWindows]:
    """Yield the windows of these files, encoded in one batch."""
    codes, meters, bars, entries = [], [], [], []
    for name in names:
        path = files[name]
        size, changed = file_stamp(str(path))
        reason, file_bars = "", list[int]()
        try:
            with time_limit(FILE_SECONDS):
                selected = player.codec.select(main_phrase(read_midi(path)))
                phrase, _ = fit_range(selected, player.codec)
                file_codes, file_bars = query_windows(player, phrase)
            reason = "" if file_codes else f"{TOO_FEW_NOTES}."
            codes += file_codes
            meters += [phrase.meter] * len(file_codes)
        except MidiError as error:
            reason = error.reason
        except (RequestError, FileTimeout) as error:
            reason = f"{error}."
        except Exception as error:  # one bad file must not stop the run
            reason = f"reading it failed: {type(error).__name__}: {error}"
        bars.append(file_bars)
        entries.append(Entry(name, size, changed, reason))
    directions = unit_vectors(player.encode(codes, meters).mu).astype(np.float16)
    start = 0
    for entry, file_bars in zip(entries, bars, strict=True):
        stop = start + len(file_bars)
        yield FileWindows(entry, directions[start:stop], np.array(file_bars, np.int32))
        start = stop
