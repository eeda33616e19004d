"""similar: what in a folder of MIDI lies near some music, by the angle between their z.

In the folder lies one file for each model, `.musicvae-<model>.npz`. A MIDI file is known again
by its size and time of change; what is new or changed is read when the library is opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..arrays import FloatArray, IntArray
from ..codecs.base import UNBOUNDED, Codec, Codes
from ..corpus.prepare import midi_files
from ..corpus.read_file import file_stamp
from ..corpus.windowing import HOPS, MIN_NOTES
from ..engine import Player
from ..errors import MidiError, RequestError
from ..metrics.copies import MAX_KEY_SHIFT
from ..midi.reader import main_phrase, read_midi
from ..progress import Progress, Report, silent
from ..score.phrase import Phrase
from ..score.windows import TWO_BARS, split_windows
from .index import Entry, FileWindows, Library, load, save

BATCH_SIZE = 32
"""Files whose windows are encoded side by side."""


TOO_FEW = f"no window of it has {MIN_NOTES} notes in two bars"

BLOCK = 2**15
"""Windows of a library that are compared in one product."""


@dataclass(frozen=True)
class Match:
    """A file that is like some music, by the window of it that is most like a window of that.

    Attributes:
        path: of the file.
        bar: where the window begins, counted from 1; a pick-up is bar 0.
        distance: 1 less the cosine of the angle between two z: 0 for the same, about 1 for
            what has nothing in common.
        query_bar: where the window of the music that was asked for begins.
        semitones: how far up that was moved to match; 0 for its own key.
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
    besides: Path | None = None,
) -> list[Match]:
    """The `n` files of a library whose best window is nearest to a window of the phrase.

    Args:
        player: of the model that the library was opened with.
        phrase: of the parts that the model reads.
        library: from `open_library`.
        n: files at most, nearest first.
        any_key: whether the phrase is looked for in all twelve keys.
        besides: a file that is not asked for: the one that the phrase is of.

    Raises:
        RequestError: no window of the phrase has notes enough, or a number is out of range.
    """
    if n < 1:
        raise RequestError(f"Ask for 1 file or more, not {n}.")
    asked, bars, moved = _asked(player, phrase, any_key)
    matches = []
    for row, nearest, which in zip(*best_of_each(library, asked), strict=True):
        path = library.folder / library.entries[library.owners[row]].name
        if besides is None or path.resolve() != besides.resolve():
            bar, distance = int(library.bars[row]), float(nearest)
            matches.append(Match(path, bar, distance, bars[which], moved[which]))
        if len(matches) == n:
            break
    return matches


def _asked(
    player: Player, phrase: Phrase, any_key: bool
) -> tuple[FloatArray, list[int], list[int]]:
    """Directions of each window in each key, `[Q, Z]`; the bar it begins at; semitones up."""
    own, at = query_windows(player, phrase)
    if not own:
        raise RequestError(f"There is nothing to compare by: {TOO_FEW}.")
    codes, bars, moved = [], [], []
    for code, bar in zip(own, at, strict=True):
        for semitones, in_key in in_keys(player.codec, code) if any_key else [(0, code)]:
            codes.append(in_key)
            bars.append(bar)
            moved.append(semitones)
    mu = player.encode(codes, [phrase.meter] * len(codes)).mu
    return unit_vectors(mu), bars, moved


def best_of_each(library: Library, asked: FloatArray) -> tuple[IntArray, FloatArray, IntArray]:
    """Of each file the window that is nearest to any direction that is asked for, nearest first.

    Args:
        library: of N windows.
        asked: `[Q, Z]`

    Returns:
        Row of the window, its distance, and which direction it is nearest to. `[files]` each
    """
    nearest = np.empty(len(library.bars), np.float32)
    for start in range(0, len(nearest), BLOCK):
        block = slice(start, start + BLOCK)
        cosines = library.directions[block].astype(np.float32) @ asked.T
        nearest[block] = np.maximum(0, 1 - cosines.max(axis=1))
    order = np.lexsort((nearest, library.owners))
    best = order[np.diff(library.owners[order], prepend=-1) > 0]  # the first of each
    best = best[np.argsort(nearest[best], kind="stable")]
    which = (library.directions[best].astype(np.float32) @ asked.T).argmax(axis=1)
    return best, nearest[best], which


def open_library(player: Player, folder: Path | str, *, progress: Progress = silent) -> Library:
    """Every MIDI file below a folder, as a model reads it; what is known is not read again.

    An interruption loses nothing of what has been read.

    Args:
        player: of the model.
        folder: searched deeply.
        progress: told how many files are done, of those that are new.

    Raises:
        DatasetError: it is no folder.
        RequestError: there is no MIDI file in it, none can be used, or the net has no latent.
    """
    if not player.latent:
        raise RequestError("This model predicts the next step: it has no z to compare music by.")
    folder = Path(folder)
    files = {path.relative_to(folder).as_posix(): path for path in midi_files([folder])}
    if not files:
        raise RequestError(f"There is no MIDI file in {folder}.")
    place = folder / f".musicvae-{player.digest[:16]}.npz"
    known = {rows.entry.name: rows for rows in load(place, player.latent)}
    found = {name: rows for name, rows in known.items() if _is_unchanged(rows.entry, files)}
    new = [name for name in files if name not in found]
    kept = True
    try:
        for start in range(0, len(new), BATCH_SIZE):
            names = new[start : start + BATCH_SIZE]
            found |= {rows.entry.name: rows for rows in _read(player, files, names)}
            progress(Report("similar", min(start + BATCH_SIZE, len(new)), len(new)))
    finally:
        if new or len(found) < len(known):
            kept = save(place, found.values())
    rows = (found[name] for name in files)
    library = Library.of(folder, rows, player.latent, model=player.digest, read=len(new), kept=kept)
    if not len(library.bars):
        first = next(iter(library.skipped.values()))
        raise RequestError(f"No file in {folder} can be used; the first reason: {first}")
    return library


def query_windows(player: Player, phrase: Phrase) -> tuple[list[Codes], list[int]]:
    """The windows of a phrase that have notes enough to be told apart, and the bars they begin at.

    One stands on each bar line; of long windows, one on every fourth part of their length. A
    phrase shorter than a window is filled up with rests. Bars are counted from 1, and a
    pick-up is bar 0.
    """
    whole = split_windows(phrase, player.bars)
    hop = max(1, whole[0].bars // HOPS) if player.bars > TWO_BARS and whole else 1
    cuts = split_windows(phrase, player.bars, hop) or whole
    least = MIN_NOTES * min(player.bars, max(TWO_BARS, phrase.bars)) / TWO_BARS
    first = 0 if phrase.pickup else 1
    codes, bars = [], []
    for number, cut in enumerate(cuts):
        if sum(len(part.notes) for part in cut.parts) >= least:
            codes.append(player.codec.encode(cut))
            bars.append(first + number * hop)
    return codes, bars


def in_keys(codec: Codec, codes: Codes) -> list[tuple[int, Codes]]:
    """A window in all twelve keys, its own first: semitones up, and codes; of drums, once."""
    down, up = codec.transpose_range(codes)
    if (down, up) == (UNBOUNDED, UNBOUNDED):
        return [(0, codes)]
    shifts = range(-min(MAX_KEY_SHIFT - 1, down), min(MAX_KEY_SHIFT, up) + 1)
    return [(by, codec.transpose(codes, by)) for by in sorted(shifts, key=abs)]


def unit_vectors(mu: FloatArray) -> FloatArray:
    """Each divided by its length. `[N, Z]`"""
    length = np.linalg.norm(mu, axis=1, keepdims=True)
    return np.asarray(mu / np.maximum(length, np.finfo(np.float32).tiny), np.float32)


def _is_unchanged(entry: Entry, files: Mapping[str, Path]) -> bool:
    path = files.get(entry.name)
    return path is not None and file_stamp(str(path)) == (entry.size, entry.changed)


def _read(player: Player, files: Mapping[str, Path], names: Iterable[str]) -> Iterator[FileWindows]:
    """Some files, side by side."""
    codes, meters, bars, entries = [], [], [], []
    for name in names:
        path = files[name]
        size, changed = file_stamp(str(path))
        reason, mine = "", list[int]()
        try:
            phrase = player.codec.select(main_phrase(read_midi(path)))
            found, mine = query_windows(player, phrase)
            reason = "" if found else f"{TOO_FEW}."
            codes += found
            meters += [phrase.meter] * len(found)
        except MidiError as error:
            reason = error.reason
        except RequestError as error:
            reason = f"{error}."
        except Exception as error:  # one file must not end the reading of all
            reason = f"reading it failed: {type(error).__name__}: {error}"
        bars.append(mine)
        entries.append(Entry(name, size, changed, reason))
    directions = unit_vectors(player.encode(codes, meters).mu).astype(np.float16)
    at = 0
    for entry, mine in zip(entries, bars, strict=True):
        yield FileWindows(entry, directions[at : at + len(mine)], np.array(mine, np.int32))
        at += len(mine)
