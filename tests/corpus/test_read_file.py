"""Reading a file for a codec: windows of any length, and reasons for what is left out."""

from __future__ import annotations

import json
import os
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.codecs import CODECS
from musicvae.corpus import read_file
from musicvae.corpus.dataset import SPLITS, open_split
from musicvae.corpus.prepare import prepare
from musicvae.corpus.read_file import read_piece, row_type, tracks_of
from musicvae.corpus.workers import FileBatch, FileTimeout
from musicvae.errors import DatasetError, MidiError, RequestError
from musicvae.midi.writer import midi_bytes, write_midi
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.score.windows import split_windows
from musicvae.theory.meter import Meter

from ..miniatures import little_band

BANDS = [little_band(Meter(2, 4) if i % 4 == 0 else Meter(), i, 20) for i in range(12)]
SINGER = Phrase(bars=20, parts=little_band(Meter(), 99, 20).parts[:1])
EVERY_CODEC = pytest.mark.parametrize("codec", CODECS)


@pytest.fixture(scope="module")
def midi_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve bands, of twenty or forty bars, and a melody alone."""
    folder = tmp_path_factory.mktemp("midi")
    for number, band in enumerate(BANDS):
        write_midi(band, folder / f"{number}.mid")
    write_midi(SINGER, folder / "singer.mid")
    return folder


@pytest.mark.parametrize(
    ("codec", "bars"), [("melody", 16), *zip(CODECS, cycle((2, 16)), strict=False)]
)
def test_a_folder_becomes_windows_of_any_codec_and_length(
    codec: str, bars: int, midi_folder: Path, tmp_path: Path
) -> None:
    """They are the windows of its phrases; the data set records codec and bars."""
    about: dict[str, Any] = prepare([midi_folder], tmp_path, codec=codec, bars=bars, workers=1)
    assert (about["codec"], about["bars"]) == (codec, bars)
    assert json.loads((tmp_path / "data.json").read_text()) == about
    expected = {
        CODECS[codec].encode(window).tobytes()
        for band in (*BANDS, SINGER)
        if band is not SINGER or codec not in ("drums", "trio")
        for window in split_windows(CODECS[codec].select(band), bars, hop=1)
    }
    total = 0
    for split in SPLITS:
        opened = open_split(tmp_path, split)
        assert (opened.codec.name, opened.bars) == (codec, bars)
        total += len(opened)
        for row in range(len(opened)):
            codes = np.ascontiguousarray(opened.window(row))
            assert len(codes) == bars * 16
            assert codes.tobytes() in expected
    assert total > (20 if bars == 16 else 200)


@pytest.mark.parametrize(
    ("codec", "reason"),
    [("drums", "there is nothing for the codec drums in it"), ("trio", "no window with music")],
)
def test_a_file_without_drums_says_so(codec: str, reason: str, midi_folder: Path) -> None:
    """For a trio, all of its windows are dropped with a reason."""
    piece, rows = read_piece(str(midi_folder / "singer.mid"), codec, 2)
    assert reason in piece.reason
    assert not len(rows)
    if codec == "trio":
        assert piece.dropped["a part is silent"] == 19


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (FileTimeout(3), "reading it takes longer than 3 seconds"),
        (MemoryError(), "there is not memory enough to read it"),
        (KeyError("pitch"), "reading it failed: KeyError: 'pitch'"),
    ],
)
def test_a_file_that_cannot_be_read_is_left_out_with_the_reason(
    error: Exception, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other files of its batch are read, and the batch is not read a second time."""
    read = read_file.read_piece

    def fail_once(file: str, *rest: Any) -> Any:
        if file.endswith("bad.mid"):
            raise error
        return read(file, *rest)

    monkeypatch.setattr(read_file, "read_piece", fail_once)
    files = (str(tmp_path / "bad.mid"), str(tmp_path / "good.mid"))
    write_midi(SINGER, files[1])
    batch = FileBatch(tmp_path / "batch", files, 5.0, os.getpid())
    assert read_file.read_batch(batch, "melody", 2) == batch.path
    ((stored, (bad, good)),) = read_file.read_shards(tmp_path)
    assert (bad.reason, good.reason) == (reason, "")
    assert len(np.load(stored)) > 0
    assert not batch.marker.exists()
    monkeypatch.undo()
    stored.unlink()
    read_file.read_batch(batch, "melody", 2)
    assert not stored.exists()


def test_a_file_too_short_for_a_window_says_so(tmp_path: Path) -> None:
    """Eight bars have no window of sixteen."""
    write_midi(little_band(Meter(), 1, 8), tmp_path / "short.mid")
    piece, rows = read_piece(str(tmp_path / "short.mid"), "trio", 16)
    assert (piece.reason, len(rows)) == ("no window with music in it", 0)
    with pytest.raises(DatasetError, match="the first reason: no window with music in it"):
        prepare([tmp_path], tmp_path / "data", codec="trio", bars=16, workers=1)


def test_a_silent_file_of_ours_says_so(tmp_path: Path) -> None:
    """It has no windows."""
    write_midi(Phrase(bars=4, parts=(Part(),)), tmp_path / "silent.mid")
    piece, _ = read_piece(str(tmp_path / "silent.mid"), "melody", 2)
    assert piece.reason == "no window with music in it"


@EVERY_CODEC
def test_a_row_is_what_is_stored(codec: str) -> None:
    """Drum classes take two bytes, channels one bit; longer windows have more steps."""
    two, sixteen = (row_type(codec, bars)["codes"] for bars in (2, 16))
    shapes = {"melody": (64,), "drums": (64,), "roll": (64, 32), "piano": (64, 22), "trio": (64, 3)}
    shapes |= {"leadsheet": (64, 2), "band": (64, 4)}
    assert two.shape == shapes[codec]
    assert sixteen.shape == (512, *two.shape[1:])
    assert two.base == (np.uint16 if codec in ("drums", "trio", "band") else np.uint8)


def test_each_segment_is_read_by_its_codec() -> None:
    """Notes that the codec does not read are not in the track."""
    data = midi_bytes(little_band(Meter(), 1))
    (track,) = tracks_of(data, "drums")
    assert track.codes is not None
    assert track.codes.dtype == np.uint16
    assert len(track.start) == 16
    only_drums = Phrase(bars=2, parts=(Part((Note(0, 1, 36),), is_drum=True),))
    with pytest.raises(MidiError, match="nothing for the codec trio in it"):
        tracks_of(midi_bytes(only_drums), "trio")


@pytest.mark.parametrize("bars", [0, 1, 65])
def test_the_length_of_a_window_has_bounds(bars: int, tmp_path: Path) -> None:
    """Checked before anything is read."""
    with pytest.raises(RequestError, match=f"A window has 2 to 64 bars, not {bars}"):
        prepare([tmp_path], tmp_path / "data", bars=bars)
