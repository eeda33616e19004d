"""Preparing: what is read, what is left out and why, and that nothing held out is trained on."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from musicvae.dataset import SPLITS, open_split
from musicvae.errors import DatasetError
from musicvae.music.codecs import CODECS
from musicvae.music.midi import write_midi
from musicvae.music.notes import Note, Part, Phrase
from musicvae.music.units import Meter
from musicvae.preparation import (
    Piece,
    Window,
    group_versions,
    midi_files,
    prepare,
    read_piece,
    split_pieces,
    unfit,
    window_keys,
)
from musicvae.progress import Report

CODEC = CODECS["melody"]


def tune(seed: int, bars: int = 8, meter: Meter | None = None) -> Phrase:
    """A walk of quarters and eighths, told by its seed."""
    meter = meter or Meter()
    rng = np.random.default_rng(seed)
    notes, at, pitch = [], 0, 67
    while at < bars * meter.bar - 4:
        duration = int(rng.choice([2, 4]))
        pitch = int(np.clip(pitch + rng.integers(-4, 5), 55, 84))
        notes.append(Note(at, duration, pitch))
        at += duration
    return Phrase(meter, bars, parts=(Part(tuple(notes)),))


def up(phrase: Phrase, semitones: int) -> Phrase:
    """The same music in another key."""
    moved = [replace(n, pitch=n.pitch + semitones) for n in phrase.parts[0].notes]
    return replace(phrase, parts=(Part(tuple(moved)),))


@pytest.fixture
def midi_folder(tmp_path: Path) -> Path:
    """Sixty tunes, a transposed copy of each, a text file and three files with defects."""
    folder = tmp_path / "midi"
    for seed in range(60):
        phrase = tune(seed, meter=Meter(6, 8) if seed % 3 == 0 else Meter())
        write_midi(phrase, folder / "a" / f"{seed}.mid")
        write_midi(up(phrase, 3), folder / "b" / f"{seed} in another key.MID")
    (folder / "empty.mid").write_bytes(b"")
    (folder / "noise.mid").write_bytes(b"MThd, or so it says")
    write_midi(Phrase(bars=4, parts=(Part((Note(0, 4, 60),)),)), folder / "one note.mid")
    (folder / "readme.txt").write_text("not music")
    return folder


def test_a_folder_becomes_three_splits_and_a_report(midi_folder: Path, tmp_path: Path) -> None:
    """Each file is counted once: used, or left out with a reason."""
    reports: list[Report] = []
    out = tmp_path / "data"
    about = prepare([midi_folder], out, workers=2, progress=reports.append)
    assert about == json.loads((out / "data.json").read_text())
    assert (reports[-1].done, reports[-1].total) == (123, 123)
    left_out = {Path(file).name: why for file, why in about["files_left_out"].items()}  # type: ignore[attr-defined]
    assert left_out.keys() == {"empty.mid", "noise.mid", "one note.mid"}
    assert "empty" in left_out["empty.mid"]
    with (out / "pieces.csv").open() as table:
        assert len(list(csv.DictReader(table))) == 120


def test_windows_stand_once_up_to_transposition_and_in_one_split(
    midi_folder: Path, tmp_path: Path
) -> None:
    """No window of a held-out piece is trained on, in any key."""
    prepare([midi_folder], tmp_path / "data", workers=1)
    keys: list[bytes] = []
    tunes: list[set[bytes]] = []
    for split in SPLITS:
        windows = open_split(tmp_path / "data", split)
        found = [
            window_keys(CODEC, windows.window(i), windows.meter(i)) for i in range(len(windows))
        ]
        keys += [key for key, _ in found]
        tunes.append({tune for _, tune in found})
    assert len(keys) == len(set(keys))
    for one, other in combinations(tunes, 2):
        assert not one & other


def test_preparing_twice_gives_the_same_bytes(midi_folder: Path, tmp_path: Path) -> None:
    """Whatever the number of workers."""
    for name, workers in (("one", 1), ("two", 2)):
        prepare([midi_folder], tmp_path / name, workers=workers)
    for file in ("data.json", "pieces.csv", "train.npz"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_versions_of_a_tune_go_to_one_split() -> None:
    """Two that share half of their windows are kin; two that share a commonplace are not."""
    keys = [bytes([i]) for i in range(30)]

    def piece(*numbers: int) -> Piece:
        codes = np.zeros(32, dtype=np.uint8)
        return Piece("", windows=[Window(codes, Meter(), keys[n], keys[n]) for n in numbers])

    kin, strangers = [piece(1, 2, 3, 4), piece(3, 4, 5, 6)], [piece(7), piece(8, 9)]
    common = [piece(20, *range(10 + i % 2, 10 + i % 2)) for i in range(25)]
    groups = group_versions([*kin, *strangers, *common])
    assert groups[0] == groups[1]
    assert len({groups[0], groups[2], groups[3]}) == 3
    assert len(set(groups[4:])) == len(common)


def test_a_piece_keeps_its_split_when_others_are_added() -> None:
    """The split is drawn from the content of the piece."""
    codes = np.zeros(32, dtype=np.uint8)
    pieces = [
        Piece(str(i), windows=[Window(codes, Meter(), i.to_bytes(4), i.to_bytes(4))])
        for i in range(400)
    ]
    splits = split_pieces(pieces)
    assert splits[:200] == split_pieces(pieces[:200])
    assert 5 <= splits.count("test") <= 40
    assert 5 <= splits.count("valid") <= 40


def test_a_small_folder_has_something_in_every_split() -> None:
    """A dozen pieces are enough to train, to choose and to test on."""
    codes = np.zeros(32, dtype=np.uint8)
    for first in range(50):
        keys = [i.to_bytes(4) for i in range(first, first + 12)]
        pieces = [Piece("", windows=[Window(codes, Meter(), key, key)]) for key in keys]
        assert set(split_pieces(pieces)) == set(SPLITS)


def test_a_window_is_known_in_any_key_and_a_tune_in_any_meter() -> None:
    """Transposition leaves both; 3/4 against 6/8, or a rest more, leave the tune."""
    codes = CODEC.encode(tune(1, bars=2))
    moved = CODEC.transpose(codes, 5)
    assert not np.array_equal(codes, moved)
    assert window_keys(CODEC, codes, Meter()) == window_keys(CODEC, moved, Meter())
    waltz, jig = (window_keys(CODEC, codes, meter) for meter in (Meter(3, 4), Meter(6, 8)))
    assert waltz[0] != jig[0]
    assert waltz[1] == jig[1]
    shorter = codes.copy()
    shorter[np.flatnonzero(codes < CODEC.channels - 2)[1] - 1] = CODEC.channels - 2
    rested = window_keys(CODEC, shorter, Meter(3, 4))
    assert rested[0] != waltz[0]
    assert rested[1] == waltz[1]


def test_a_window_that_teaches_nothing_says_why() -> None:
    """Too few notes; too long a rest at its start, middle or end."""
    few = Phrase(bars=2, parts=(Part((Note(0, 16, 60), Note(16, 16, 60))),))
    late = Phrase(bars=2, parts=(Part(tuple(Note(20 + 2 * i, 2, 60) for i in range(4))),))
    assert unfit(few) == "fewer than three notes"
    assert unfit(late) == "silent for more than a bar"
    assert unfit(tune(0, bars=2)) == ""


def test_a_folder_without_midi_or_without_use_is_one_sentence(tmp_path: Path) -> None:
    """Three ways to have nothing."""
    with pytest.raises(DatasetError, match="no MIDI file"):
        prepare([tmp_path], tmp_path / "data")
    with pytest.raises(DatasetError, match="is not a folder"):
        list(midi_files([tmp_path / "none"]))
    (tmp_path / "bad.mid").write_bytes(b"MThd")
    with pytest.raises(DatasetError, match="None of 1 files can be used"):
        prepare([tmp_path], tmp_path / "data", workers=1)


def test_the_roll_codec_is_prepared_too(midi_folder: Path, tmp_path: Path) -> None:
    """Its bits are packed and come back as they were."""
    prepare([midi_folder / "a"], tmp_path / "data", codec="roll", workers=1)
    windows = open_split(tmp_path / "data", "train")
    assert windows.batch(np.arange(3)).x.shape[2] == 256
    piece = read_piece(midi_folder / "a" / "1.mid", "roll")
    keys = {(w.key, w.tune) for w in piece.windows}
    assert keys == {window_keys(CODECS["roll"], w.codes, w.meter) for w in piece.windows}
