"""Read one file of a corpus: its windows as rows, and the reasons why others are left out.

`read_batch` stores a shard of rows and a list of pieces for each batch of files, so that
an interrupted run can continue.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..atomic_files import write_atomic
from ..codecs import CODECS
from ..errors import MidiError, RequestError
from ..midi.array_parts import FastPathUnsupported
from ..midi.reader import Source, load_bytes, read_midi
from ..score.phrase import Phrase
from .fast_reader import QuantizedTrack, fast_tracks, to_track
from .shards import pack
from .windowing import KEY_BYTES, cut_windows
from .workers import FileBatch, FileTimeout, time_limit

READER_VERSION = 6
"""Version of the code that decides which windows a file has; a new one reads all files again."""

Rows = NDArray[np.void]
"""Windows as they are stored: fields `codes`, `meter`, `key` and `tune`. `[N]`"""


@dataclass
class Piece:
    """One file of the corpus, as stored in the list of pieces.

    Attributes:
        stamp: size and modification time of the file, to notice changes.
        windows: how many of its windows are stored.
        least: the smallest tune digest of its windows, in hexadecimal.
        reason: why the file has no windows; empty if it has some.
        dropped: how many of its windows were left out, by reason.
    """

    file: str
    stamp: tuple[int, int] = (0, 0)
    sha256: str = ""
    windows: int = 0
    least: str = ""
    reason: str = ""
    dropped: Counter[str] = field(default_factory=Counter)


def row_type(codec: str, bars: int) -> np.dtype[np.void]:
    """Structured type of a stored window."""
    codes = pack(CODECS[codec], CODECS[codec].encode(Phrase())[None], bars)
    digests = [(name, np.uint8, KEY_BYTES) for name in ("key", "tune")]
    return np.dtype([("codes", codes.dtype, codes.shape[1:]), ("meter", np.uint8, 3), *digests])


def read_piece(file: str, codec: str, bars: int, track: str | None = None) -> tuple[Piece, Rows]:
    """The distinct windows of one file, up to transposition; a file error becomes the reason."""
    piece, rows = Piece(file, file_stamp(file)), []
    try:
        _, data = load_bytes(file)
        piece.sha256 = hashlib.sha256(data).hexdigest()
        rows = list(_window_rows(piece, data, codec, bars, track))
    except MidiError as error:
        piece.reason = error.reason
    piece.windows = sum(map(len, rows))
    if piece.windows:
        piece.least = min(tune.tobytes() for batch in rows for tune in batch["tune"]).hex()
    elif not piece.reason:
        piece.reason = "no window with music in it"
    return piece, np.concatenate([np.empty(0, row_type(codec, bars)), *rows])


def tracks_of(data: bytes, codec: str, track: str | None = None) -> list[QuantizedTrack]:
    """The track that the codec reads in each meter segment of a file, by the fast path if possible.

    Args:
        track: number or name of the track to read; only the full reader knows tracks by name.

    Raises:
        MidiError: the file cannot be read, or has nothing for the codec.
    """
    with suppress(FastPathUnsupported):
        if track is None and (tracks := fast_tracks(data, codec)):
            return tracks
    return read_tracks(data, codec, track)


def read_tracks(source: Source, codec: str, track: str | None = None) -> list[QuantizedTrack]:
    """The same by the full reader, which the verbs use.

    Raises:
        MidiError: the file cannot be read, or has nothing for the codec.
    """
    tracks = []
    for phrase in read_midi(source):
        with suppress(RequestError):
            tracks.append(to_track(CODECS[codec].select(phrase, track), CODECS[codec]))
    if not tracks:
        where = "in it" if track is None else f"in a track {track!r}"
        raise MidiError("The MIDI data", f"there is nothing for the codec {codec} {where}")
    return tracks


def _window_rows(
    piece: Piece, data: bytes, codec: str, bars: int, track: str | None
) -> Iterator[Rows]:
    """Yield the distinct windows of a file, and count the dropped ones in its piece."""
    seen: set[bytes] = set()
    for read in tracks_of(data, codec, track):
        for batch in cut_windows(read, CODECS[codec], bars):
            piece.dropped += batch.dropped
            new = []
            for row, key in enumerate(batch.keys):
                if key in seen:
                    piece.dropped["repeats in its piece"] += 1
                else:
                    seen.add(key)
                    new.append(row)
            meter = batch.meter
            rows = np.empty(len(new), row_type(codec, bars))
            rows["codes"] = pack(CODECS[codec], batch.codes[new], bars)
            rows["meter"] = meter.numerator, meter.denominator, meter.steps_per_quarter
            for name, digests in (("key", batch.keys), ("tune", batch.tunes)):
                joined = b"".join(digests[row] for row in new)
                rows[name] = np.frombuffer(joined, np.uint8).reshape(-1, KEY_BYTES)
            yield rows


def read_batch(batch: FileBatch, codec: str, bars: int, track: str | None = None) -> Path:
    """Read a batch of files; store its rows as `.npy`, then the list of its pieces as `.json`."""
    if batch.path.with_suffix(".json").exists():
        return batch.path
    pieces, rows = [], []
    for file in batch.mark_files():
        piece, piece_rows = Piece(file, file_stamp(file)), np.empty(0, row_type(codec, bars))
        try:
            with time_limit(batch.timeout, batch.parent_pid):
                piece, piece_rows = read_piece(file, codec, bars, track)
        except FileTimeout as error:
            piece.reason = str(error)
        except MemoryError:
            piece.reason = "there is not memory enough to read it"
        except Exception as error:  # one bad file must not stop the run
            piece.reason = f"reading it failed: {type(error).__name__}: {error}"
        pieces.append(vars(piece))
        rows.append(piece_rows)
    stored = io.BytesIO()
    np.save(stored, np.concatenate(rows), allow_pickle=False)
    # in one move: a worker that outlives a killed run may be writing the same bytes
    write_atomic(batch.path.with_suffix(".npy"), stored.getvalue())
    write_atomic(batch.path.with_suffix(".json"), json.dumps(pieces).encode())
    batch.marker.unlink(missing_ok=True)
    return batch.path


def read_shards(folder: Path) -> Iterator[tuple[Path, list[Piece]]]:
    """Yield the shards of rows in a folder, and the pieces of each in the order of their rows.

    The newest shard comes last: a file that was changed and read again is in two.
    """
    for path in sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns):
        stored = json.loads(path.read_bytes())
        yield path.with_suffix(".npy"), [_load_piece(**fields) for fields in stored]


def file_stamp(file: str) -> tuple[int, int]:
    """Size and modification time of a file; zeros if it does not exist."""
    with suppress(OSError):
        status = Path(file).stat()
        return status.st_size, status.st_mtime_ns
    return 0, 0


def _load_piece(*, stamp: list[int], dropped: dict[str, int], **fields: Any) -> Piece:
    return Piece(**fields, stamp=(stamp[0], stamp[1]), dropped=Counter(dropped))
