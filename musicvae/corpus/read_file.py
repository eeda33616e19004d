"""Reading one file of a corpus: its windows as rows, and why what is not among them is not.

Also what is kept of it while the rest is read: a shard of rows and a list of
pieces for every batch of files, so that an interrupted reading can go on.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..atomic_files import write_whole
from ..codecs import CODECS
from ..errors import MidiError, OutputError, RequestError
from ..midi.reader import Source, load_bytes, read_midi
from ..midi.symusic_parser import FastPathUnsupported
from ..score.phrase import Phrase
from .dataset import pack
from .fast_reader import QuantizedTrack, fast_tracks, to_track
from .windowing import KEY_BYTES, cut_windows
from .workers import FileBatch, TooSlow, time_limit

READER_VERSION = 5
"""Version of all that decides which windows a file has; what an older one kept is read again."""

Rows = NDArray[np.void]
"""Windows as they are kept: fields `codes`, `meter`, `key` and `tune`. `[N]`"""


@dataclass
class Piece:
    """What was found in one file, and why the rest was left out.

    Attributes:
        stamp: size and time of change of the file, to know it again.
        least: the smallest tune of its windows, in hexadecimal.
    """

    file: str
    stamp: tuple[int, int] = (0, 0)
    sha256: str = ""
    windows: int = 0
    least: str = ""
    reason: str = ""
    dropped: Counter[str] = field(default_factory=Counter)


def row_type(codec: str, bars: int) -> np.dtype[np.void]:
    """One window as it is kept."""
    own = CODECS[codec]
    code = pack(own, own.encode(Phrase())[None], bars).shape[1:]
    coded = own.dtype if own.likelihood == "categorical" else np.dtype(np.uint8)
    digests = [(name, np.uint8, KEY_BYTES) for name in ("key", "tune")]
    return np.dtype([("codes", coded, code), ("meter", np.uint8, 3), *digests])


def read_piece(file: str, codec: str, bars: int) -> tuple[Piece, Rows]:
    """One file to windows, each once in any key; whatever is wrong with it becomes its reason."""
    piece, rows = Piece(file, file_stamp(file)), []
    try:
        _, data = load_bytes(file)
        piece.sha256 = hashlib.sha256(data).hexdigest()
        rows = list(_rows(piece, data, codec, bars))
    except MidiError as error:
        piece.reason = error.reason
    piece.windows = sum(map(len, rows))
    if piece.windows:
        piece.least = min(row.tobytes() for part in rows for row in part["tune"]).hex()
    elif not piece.reason:
        piece.reason = "no window with music in it"
    return piece, np.concatenate([np.empty(0, row_type(codec, bars)), *rows])


def tracks_of(data: bytes, codec: str) -> list[QuantizedTrack]:
    """The line that the codec reads in each stretch of a file, in the quick way if there is one.

    Raises:
        MidiError: there is none.
    """
    with suppress(FastPathUnsupported):
        if found := fast_tracks(data, codec):
            return found
    return read_tracks(data, codec)


def read_tracks(source: Source, codec: str) -> list[QuantizedTrack]:
    """The same for one file, as the verbs read it.

    Raises:
        MidiError: it cannot be read, or there is nothing for the codec in it.
    """
    lines = []
    for phrase in read_midi(source):
        with suppress(RequestError):
            lines.append(to_track(CODECS[codec].select(phrase), CODECS[codec]))
    if not lines:
        raise MidiError("The MIDI data", f"there is nothing for the codec {codec} in it")
    return lines


def _rows(piece: Piece, data: bytes, codec: str, bars: int) -> Iterator[Rows]:
    seen: set[bytes] = set()
    for line in tracks_of(data, codec):
        for cut in cut_windows(line, CODECS[codec], bars):
            piece.dropped += cut.dropped
            new = []
            for row, key in enumerate(cut.keys):
                if key in seen:
                    piece.dropped["repeats in its piece"] += 1
                else:
                    seen.add(key)
                    new.append(row)
            rows = np.empty(len(new), row_type(codec, bars))
            rows["codes"] = pack(CODECS[codec], cut.codes[new], bars)
            rows["meter"] = cut.meter.numerator, cut.meter.denominator, cut.meter.steps_per_quarter
            for name, digests in (("key", cut.keys), ("tune", cut.tunes)):
                joined = b"".join(digests[row] for row in new)
                rows[name] = np.frombuffer(joined, np.uint8).reshape(-1, KEY_BYTES)
            yield rows


def read_batch(batch: FileBatch, codec: str, bars: int) -> Path:
    """Read some files and keep what was found beside `batch.path`; the list is written last."""
    if batch.path.with_suffix(".json").exists():
        return batch.path
    pieces, rows = [], []
    for file in batch.mark_files():
        piece, found = Piece(file, file_stamp(file)), np.empty(0, row_type(codec, bars))
        try:
            with time_limit(batch):
                piece, found = read_piece(file, codec, bars)
        except TooSlow as error:
            piece.reason = str(error)
        except MemoryError:
            piece.reason = "there is not memory enough to read it"
        except Exception as error:  # one file must not end the reading of all
            piece.reason = f"reading it failed: {type(error).__name__}: {error}"
        pieces.append(vars(piece))
        rows.append(found)
    try:
        np.save(batch.path.with_suffix(".npy"), np.concatenate(rows), allow_pickle=False)
    except OSError as error:
        raise OutputError(f"{batch.path} cannot be written: {error.strerror or error}.") from error
    write_whole(batch.path.with_suffix(".json"), json.dumps(pieces).encode())
    batch.note.unlink(missing_ok=True)
    return batch.path


def read_shards(folder: Path) -> Iterator[tuple[Path, list[Piece]]]:
    """Shards of rows that lie in a folder, and the pieces in each, in the order of their rows.

    The latest comes last: a file that was changed and read again stands in two.
    """
    for path in sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns):
        yield path.with_suffix(".npy"), [_piece(**about) for about in json.loads(path.read_text())]


def file_stamp(file: str) -> tuple[int, int]:
    """Size and time of change; zeros for what is not there."""
    with suppress(OSError):
        about = Path(file).stat()
        return about.st_size, about.st_mtime_ns
    return 0, 0


def _piece(*, stamp: list[int], dropped: dict[str, int], **about: Any) -> Piece:
    return Piece(**about, stamp=(stamp[0], stamp[1]), dropped=Counter(dropped))
