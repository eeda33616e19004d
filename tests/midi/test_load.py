"""One limit for the size of a MIDI file, however it is given."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from musicvae.errors import MidiError
from musicvae.midi import reader as midi
from musicvae.midi.reader import Source, load_bytes

LIMIT = 3000


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit of three blocks."""
    monkeypatch.setattr(midi, "MAX_BYTES", LIMIT)
    monkeypatch.setattr(midi, "BLOCK", 1000)


def given_as(kind: str, path: Path) -> bytes:
    """What `load` reads of a file that is given in one of the `KINDS`."""
    if kind in ("buffered", "raw"):
        with path.open("rb", buffering=-1 if kind == "buffered" else 0) as file:
            return load_bytes(file)[1]
    data = path.read_bytes()
    sources: dict[str, Source] = {
        **{"path": path, "text": str(path)},
        **{"bytes": data, "memory": io.BytesIO(data)},
    }
    return load_bytes(sources[kind])[1]


KINDS = ("path", "text", "bytes", "memory", "buffered", "raw")
EVERY_KIND = pytest.mark.parametrize("kind", KINDS)


@pytest.mark.parametrize("size", [0, 1, 999, 1000, LIMIT - 1, LIMIT])
@EVERY_KIND
def test_what_is_within_the_limit_is_read_whole(kind: str, size: int, tmp_path: Path) -> None:
    """Over the edges of blocks too."""
    path = tmp_path / "a.mid"
    path.write_bytes(os.urandom(size))
    assert given_as(kind, path) == path.read_bytes()


@pytest.mark.parametrize("size", [LIMIT + 1, 10 * LIMIT])
@EVERY_KIND
def test_what_is_beyond_the_limit_is_refused(kind: str, size: int, tmp_path: Path) -> None:
    """In the same sentence."""
    path = tmp_path / "a.mid"
    path.write_bytes(bytes(size))
    with pytest.raises(MidiError, match=r": it is larger than 0 MB; no MIDI file is\.$"):
        given_as(kind, path)


class Endless(io.RawIOBase):
    """A file that never ends, and gives a few bytes at a time."""

    given = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        assert size >= 0, "it is read without a limit"
        self.given += min(size, 7)
        return bytes(min(size, 7))


def test_no_more_is_read_than_it_takes_to_know() -> None:
    """A byte beyond the limit."""
    endless = Endless()
    with pytest.raises(MidiError, match="it is larger than"):
        load_bytes(endless)  # type: ignore[arg-type]  # as raw files are
    assert endless.given == LIMIT + 1


def test_a_file_opened_as_text_is_one_sentence(tmp_path: Path) -> None:
    """What to open it with instead."""
    (tmp_path / "a.mid").write_text("MThd")
    with (tmp_path / "a.mid").open() as file, pytest.raises(MidiError, match="mode 'rb'"):
        load_bytes(file)  # type: ignore[arg-type]  # on purpose
