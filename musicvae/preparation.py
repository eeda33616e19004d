"""Preparing a data set: read, cut, drop what stands twice, split by piece, write.

A piece is a file. Pieces that share a good part of their windows, up to
transposition, are versions of one tune and go to the same split; windows of a
held-out piece are taken out of the training set wherever else they stand.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations
from pathlib import Path

import numpy as np

from .dataset import SPLITS, pack
from .errors import DatasetError, MidiError, RequestError
from .files import write_whole
from .music.codecs import CODECS, Codec, Codes
from .music.midi import read_midi
from .music.notes import Phrase
from .music.units import Meter
from .music.voices import voice
from .music.windows import windows
from .progress import Progress, Report, silent

HELD_OUT_SHARE = 0.05
"""Share of pieces in each of valid and test."""

VERSION_SHARE = 0.25
"""Pieces that share this much of the smaller one's windows are versions of one tune."""

COMMON_WINDOW = 20
"""A window found in more pieces than this is a commonplace and proves no kinship."""

MIN_NOTES = 3
MIDI_SUFFIXES = (".mid", ".midi", ".kar", ".smf")


@dataclass(frozen=True)
class Window:
    """A window and what it is known by, up to transposition.

    Attributes:
        key: digest of its codes in its meter; of two that share it one is kept.
        tune: digest of what is struck and when; who shares it with a held-out
            window, in another meter or with other rests, is not trained on.
    """

    codes: Codes
    meter: Meter
    key: bytes
    tune: bytes


@dataclass
class Piece:
    """What was found in one file, and why the rest was left out."""

    file: str
    sha256: str = ""
    windows: list[Window] = field(default_factory=list)
    reason: str = ""
    dropped: Counter[str] = field(default_factory=Counter)


def prepare(
    folders: Sequence[Path | str],
    out: Path | str,
    *,
    codec: str = "melody",
    workers: int | None = None,
    progress: Progress = silent,
) -> dict[str, object]:
    """Read every MIDI file below the folders into the data set `out`; returns its `data.json`.

    Raises:
        DatasetError: there is no MIDI file, or nothing in them can be used.
    """
    files = list(midi_files(folders))
    if not files:
        raise DatasetError(f"There is no MIDI file in {', '.join(map(str, folders))}.")
    pieces = []
    read = partial(read_piece, codec=codec)
    with ProcessPoolExecutor(workers or os.cpu_count()) as pool:
        for piece in pool.map(read, files, chunksize=8):
            pieces.append(piece)
            progress(Report("prepare", len(pieces), len(files)))
    if not any(piece.windows for piece in pieces):
        reason = Counter(piece.reason for piece in pieces).most_common(1)[0][0]
        raise DatasetError(f"None of {len(files)} files can be used; the first reason: {reason}")
    return write(Path(out), CODECS[codec], pieces)


def midi_files(folders: Iterable[Path | str]) -> Iterator[Path]:
    """Every MIDI file below the folders, in a stable order."""
    for folder in folders:
        if not Path(folder).is_dir():
            raise DatasetError(f"{folder} is not a folder.")
        for root, names, files in os.walk(folder, followlinks=True):
            names.sort()
            yield from (
                Path(root, name) for name in sorted(files) if name.lower().endswith(MIDI_SUFFIXES)
            )


def read_piece(path: Path, codec: str) -> Piece:
    """One file to windows; whatever is wrong with it becomes its reason."""
    piece = Piece(str(path))
    try:
        data = path.read_bytes()
        piece.sha256 = hashlib.sha256(data).hexdigest()
        for phrase in read_midi(data):
            _add_windows(piece, phrase, CODECS[codec])
    except MidiError as error:
        piece.reason = error.reason
    except OSError as error:
        piece.reason = error.strerror or str(error)
    if not piece.windows and not piece.reason:
        piece.reason = "no window with music in it"
    return piece


def _add_windows(piece: Piece, phrase: Phrase, codec: Codec) -> None:
    seen = {window.key for window in piece.windows}
    try:
        one = voice(phrase, codec.name)
    except RequestError as error:  # drums alone; the next stretch may have more
        piece.reason = str(error)
        return
    for window in windows(one, hop=1):
        reason = unfit(window)
        codes = codec.encode(window)
        key, tune = window_keys(codec, codes, window.meter)
        if not reason and key in seen:
            reason = "repeats in its piece"
        if reason:
            piece.dropped[reason] += 1
            continue
        seen.add(key)
        piece.windows.append(Window(codes, window.meter, key, tune))


def unfit(window: Phrase) -> str:
    """Why a window teaches nothing; empty if it does."""
    notes = window.parts[0].notes
    if len(notes) < MIN_NOTES:
        return "fewer than three notes"
    edges = [0, *(note.end for note in notes)]
    starts = [*(note.start for note in notes), window.steps]
    if max(start - end for start, end in zip(starts, edges, strict=True)) > window.meter.bar:
        return "silent for more than a bar"
    return ""


def window_keys(codec: Codec, codes: Codes, meter: Meter) -> tuple[bytes, bytes]:
    """The two digests of a `Window`, the same in any key."""
    moved = codes
    for semitones in (64, 32, 16, 8, 4, 2, 1):  # as low as it goes
        moved = codec.transpose(moved, -semitones)
    name = f"{meter.numerator}/{meter.denominator}/{meter.grid}".encode()
    return _digest(name + moved.tobytes()), _digest(codec.struck(moved).tobytes())


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=12).digest()


def group_versions(pieces: Sequence[Piece]) -> list[int]:
    """A group number for each piece: versions of one tune have one."""
    holders: dict[bytes, list[int]] = defaultdict(list)
    for index, piece in enumerate(pieces):
        for tune in {window.tune for window in piece.windows}:
            holders[tune].append(index)
    shared: Counter[tuple[int, int]] = Counter()
    for owners in holders.values():
        if len(owners) <= COMMON_WINDOW:
            shared.update(combinations(owners, 2))
    group = list(range(len(pieces)))

    def root(index: int) -> int:
        while group[index] != index:
            group[index] = group[group[index]]
            index = group[index]
        return index

    for (a, b), count in shared.items():
        if count >= VERSION_SHARE * min(len(pieces[a].windows), len(pieces[b].windows)):
            group[root(a)] = root(b)
    return [root(index) for index in range(len(pieces))]


def split_pieces(pieces: Sequence[Piece]) -> list[str]:
    """A split for each piece, from the smallest window digest of its group.

    What is decided by content does not change when files are renamed or others
    are added beside them. Where chance leaves a split empty, in a small folder,
    the group that came nearest to it fills it.
    """
    groups = group_versions(pieces)
    smallest: dict[int, bytes] = {}
    for piece, group in zip(pieces, groups, strict=True):
        if piece.windows:
            least = min(window.tune for window in piece.windows)
            smallest[group] = min(smallest.get(group, least), least)
    place = {
        group: int.from_bytes(hashlib.blake2b(least, digest_size=8).digest()) / 2**64
        for group, least in smallest.items()
    }
    nearest = sorted(place, key=lambda group: place[group])
    test = {group for group in nearest if place[group] < HELD_OUT_SHARE} or {*nearest[:1]}
    rest = [group for group in nearest if group not in test]
    valid = {group for group in rest if place[group] < 2 * HELD_OUT_SHARE} or {*rest[:1]}
    return ["test" if group in test else "valid" if group in valid else "train" for group in groups]


def write(out: Path, codec: Codec, pieces: Sequence[Piece]) -> dict[str, object]:
    """Distinct windows of each split; what is held out stands nowhere else."""
    splits = split_pieces(pieces)
    out.mkdir(parents=True, exist_ok=True)
    dropped: Counter[str] = sum((piece.dropped for piece in pieces), Counter())
    taken: dict[bytes, str] = {}
    counts = {}
    for split in reversed(SPLITS):  # test chooses first, then valid
        kept: dict[bytes, Window] = {}
        for piece, where in zip(pieces, splits, strict=True):
            for window in piece.windows if where == split else ():
                owner = taken.setdefault(window.tune, split)
                if owner != split:
                    dropped[f"held out for {owner}"] += 1
                elif window.key in kept:
                    dropped["repeats in another piece"] += 1
                else:
                    kept[window.key] = window
        counts[split] = len(kept)
        _write_split(out / f"{split}.npz", codec, list(kept.values()))
    _write_pieces(out / "pieces.csv", pieces, splits)
    about: dict[str, object] = {
        "codec": codec.name,
        "pieces": Counter(
            where for where, piece in zip(splits, pieces, strict=True) if piece.windows
        ),
        "windows": {split: counts[split] for split in SPLITS},
        "windows_left_out": dict(dropped.most_common()),
        "files_left_out": {piece.file: piece.reason for piece in pieces if not piece.windows},
    }
    write_whole(out / "data.json", json.dumps(about, indent=1).encode())
    return about


def _write_split(path: Path, codec: Codec, kept: Sequence[Window]) -> None:
    meters = [(w.meter.numerator, w.meter.denominator, w.meter.grid) for w in kept]
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        codes=np.array([pack(codec, window.codes) for window in kept], dtype=np.uint8),
        meters=np.array(meters, dtype=np.uint8),
    )
    write_whole(path, buffer.getvalue())


def _write_pieces(path: Path, pieces: Sequence[Piece], splits: Sequence[str]) -> None:
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(["file", "sha256", "split", "windows"])
    for piece, where in zip(pieces, splits, strict=True):
        if piece.windows:
            rows.writerow([piece.file, piece.sha256, where, len(piece.windows)])
    write_whole(path, table.getvalue().encode())
