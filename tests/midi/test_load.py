"""The size limit of MIDI files holds for every kind of source."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from musicvae.errors import MidiError
from musicvae.midi import reader
from musicvae.midi.limits import Limits
from musicvae.midi.reader import Source, load_bytes

LIMIT = 3000
LIMITS = Limits(bytes=LIMIT)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is three blocks."""
    monkeypatch.setattr(reader, "BLOCK", 1000)


def load_as(kind: str, path: Path) -> bytes:
    """The bytes that `load_bytes` reads from a file as one of the `KINDS` of source."""
    if kind in ("buffered", "raw"):
        with path.open("rb", buffering=-1 if kind == "buffered" else 0) as file:
            return load_bytes(file, LIMITS)[1]
    data = path.read_bytes()
    sources: dict[str, Source] = {
        "path": path,
        "text": str(path),
        "bytes": data,
        "memory": io.BytesIO(data),
    }
    return load_bytes(sources[kind], LIMITS)[1]


KINDS = ("path", "text", "bytes", "memory", "buffered", "raw")
EVERY_KIND = pytest.mark.parametrize("kind", KINDS)


@pytest.mark.parametrize("size", [0, 1, 999, 1000, LIMIT - 1, LIMIT])
@EVERY_KIND
def test_a_file_within_the_limit_is_read_whole(kind: str, size: int, tmp_path: Path) -> None:
    """Sizes at and around block boundaries are read."""
    path = tmp_path / "a.mid"
    path.write_bytes(os.urandom(size))
    assert load_as(kind, path) == path.read_bytes()


@pytest.mark.parametrize("size", [LIMIT + 1, 10 * LIMIT])
@EVERY_KIND
def test_a_file_beyond_the_limit_is_refused(kind: str, size: int, tmp_path: Path) -> None:
    """Every kind of source gives the same message."""
    path = tmp_path / "a.mid"
    path.write_bytes(bytes(size))
    with pytest.raises(MidiError, match=r": it is larger than 0 MB; no MIDI file is\.$"):
        load_as(kind, path)


class Endless(io.RawIOBase):
    """A file without end that returns at most seven bytes per read."""

    count = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        assert size >= 0, "it is read without a limit"
        self.count += min(size, 7)
        return bytes(min(size, 7))


def test_reading_stops_one_byte_beyond_the_limit() -> None:
    """A file without end is refused after that byte."""
    endless = Endless()
    with pytest.raises(MidiError, match="it is larger than"):
        load_bytes(endless, LIMITS)  # type: ignore[arg-type]  # a raw file, not a BinaryIO
    assert endless.count == LIMIT + 1


def test_a_file_opened_as_text_is_one_sentence(tmp_path: Path) -> None:
    """The message says to open it with mode 'rb'."""
    (tmp_path / "a.mid").write_text("MThd")
    with (tmp_path / "a.mid").open() as file, pytest.raises(MidiError, match="mode 'rb'"):
        load_bytes(file)  # type: ignore[arg-type]  # on purpose
