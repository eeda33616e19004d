"""Preparing: what is read, what is left out and why, and no held-out music in the training set."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from itertools import combinations, count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.arrays import IntArray
from musicvae.atomic_files import MIDI_ENDINGS
from musicvae.corpus import prepare as preparation
from musicvae.corpus.dataset import SPLITS, open_split
from musicvae.corpus.prepare import midi_files, prepare
from musicvae.corpus.split import (
    MAX_WINDOW_PIECES,
    VERSION_SHARE,
    Keys,
    choose_windows,
    group_versions,
    split_pieces,
)
from musicvae.corpus.windowing import tune_keys, window_keys
from musicvae.errors import DatasetError, OutputError, RequestError
from musicvae.midi.writer import write_midi
from musicvae.progress import Report
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.theory.meter import Meter

from ..posix import posix_only


def tune(seed: int, bars: int = 8, meter: Meter | None = None) -> Phrase:
    """A random walk of quarters and eighths, drawn with this seed."""
    meter = meter or Meter()
    rng = np.random.default_rng(seed)
    notes, start, pitch = [], 0, 67
    while start < bars * meter.steps_per_bar - 4:
        duration = int(rng.choice([2, 4]))
        pitch = int(np.clip(pitch + rng.integers(-4, 5), 55, 84))
        notes.append(Note(start, duration, pitch))
        start += duration
    return Phrase(meter, bars, parts=(Part(tuple(notes)),))


def transposed(phrase: Phrase, semitones: int) -> Phrase:
    """The phrase in another key."""
    moved = [replace(n, pitch=n.pitch + semitones) for n in phrase.parts[0].notes]
    return replace(phrase, parts=(Part(tuple(moved)),))


@pytest.fixture(scope="module")
def midi_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty tunes, a transposed copy of each, a text file and three unusable files."""
    folder = tmp_path_factory.mktemp("tunes") / "midi"
    for seed in range(60):
        phrase = tune(seed, meter=Meter(6, 8) if seed % 3 == 0 else Meter())
        write_midi(phrase, folder / "a" / f"{seed}.mid")
        write_midi(transposed(phrase, 3), folder / "b" / f"{seed} in another key.MID")
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
    left_out: dict[str, list[str]] = about["files_left_out"]  # type: ignore[assignment]
    reasons = {Path(file).name: reason for reason, files in left_out.items() for file in files}
    assert reasons.keys() == {"empty.mid", "noise.mid", "one note.mid"}
    assert "empty" in reasons["empty.mid"]
    assert reports[-1].figures["files/s"] > 0
    with (out / "pieces.csv").open() as table:
        assert len(list(csv.DictReader(table))) == 120


def test_a_track_is_read_from_each_file(tmp_path: Path) -> None:
    """By number or name, as drums for their codec; files without it are left out with a reason."""
    for seed in range(3):
        strokes = tuple(Note(2 * i, 1, 36 + (i * (seed + 2)) % 7) for i in range(64))
        parts = (tune(seed).parts[0], Part(strokes, name="Beats"))
        write_midi(Phrase(bars=8, parts=parts), tmp_path / "midi" / f"{seed}.mid")
    write_midi(tune(9), tmp_path / "midi" / "tune.mid")
    with pytest.raises(DatasetError, match="nothing for the codec drums"):
        prepare([tmp_path / "midi"], tmp_path / "none", codec="drums", workers=1)
    for track in ("Beats", 2):
        about = prepare(
            [tmp_path / "midi"], tmp_path / "data", codec="drums", track=track, workers=1
        )
        assert sum(about["windows"].values()) > 0  # type: ignore[attr-defined]
        reason = f"there is nothing for the codec drums in a track '{track}'"
        assert about["files_left_out"] == {reason: [str(tmp_path / "midi" / "tune.mid")]}


def test_windows_occur_once_up_to_transposition_and_in_one_split(
    midi_folder: Path, tmp_path: Path
) -> None:
    """No window of a held-out piece is in the training set, in any key."""
    prepare([midi_folder], tmp_path / "data", workers=1)
    keys: list[bytes] = []
    tunes: list[set[bytes]] = []
    for split in SPLITS:
        windows = open_split(tmp_path / "data", split)
        split_tunes: set[bytes] = set()
        for row in range(len(windows)):
            codes = windows.window(row)[None]
            keys += window_keys(codes, windows.meter(row), windows.codec)
            split_tunes.update(tune_keys(codes, windows.codec))
        tunes.append(split_tunes)
    assert len(keys) == len(set(keys))
    for one, other in combinations(tunes, 2):
        assert not one & other


def contents(folder: Path, but: str = "") -> dict[str, bytes]:
    """Every file of a data set; it has no subfolders, but for one that is named."""
    paths = [path for path in folder.iterdir() if path.name != but]
    assert not [path for path in paths if path.is_dir()]
    return {path.name: path.read_bytes() for path in paths}


WRITERS = (
    ("prepare.store_pieces", 1),
    ("dataset.store_array", 0),
    ("dataset.store_array", 3),
    ("dataset.write_atomic", 0),
)
"""Functions that write a data set, and how many of their calls go well before one fails."""


def fails_after(good: int, name: str, error: BaseException) -> Callable[..., None]:
    """A function of `musicvae.corpus` whose calls raise an error, after so many good ones."""
    module, function = name.split(".")
    writer, calls = getattr(import_module(f"musicvae.corpus.{module}"), function), count()

    def call(*arguments: object) -> None:
        if next(calls) == good:
            raise error
        writer(*arguments)

    return call


def test_preparing_twice_gives_the_same_bytes(midi_folder: Path, tmp_path: Path) -> None:
    """With any number of workers."""
    for name, workers in (("one", 1), ("two", 2)):
        prepare([midi_folder], tmp_path / name, workers=workers)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_an_interrupted_run_continues(
    midi_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files that were read are not read again, new and changed ones are; the bytes are the same."""
    monkeypatch.setattr(preparation, "BATCH_FILES", 8)

    def stop(report: Report) -> None:
        if report.done >= 60:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare([midi_folder], tmp_path / "stopped", workers=1, progress=stop)
    with pytest.raises(DatasetError, match="is no prepared data set"):
        open_split(tmp_path / "stopped", "train")
    changed = midi_folder / "a" / "0.mid"
    write_midi(tune(1000), changed)
    write_midi(tune(1001), midi_folder / "a" / "new.mid")
    reports: list[Report] = []
    prepare([midi_folder], tmp_path / "stopped", workers=1, progress=reports.append)
    assert 0 < reports[0].done < reports[1].done < 124  # first, what was read before
    assert reports[-1].done == reports[-1].total == 124
    prepare([midi_folder], tmp_path / "whole", workers=1)
    assert contents(tmp_path / "stopped") == contents(tmp_path / "whole")


@pytest.mark.slow
def test_a_run_that_is_killed_leaves_no_data_set(midi_folder: Path, tmp_path: Path) -> None:
    """After SIGKILL the data set is missing or complete; a later run completes it."""
    out = tmp_path / "data"
    command = [sys.executable, "-m", "musicvae", "prepare", str(midi_folder), "-o", str(out)]
    for seconds in (0.8, 1.6, 2.4):
        process = subprocess.Popen(
            [*command, "--workers", "1"], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
        process.kill()
        process.wait()
        if not (out / "data.json").exists():
            with pytest.raises(DatasetError):
                open_split(out, "train")
    shutil.rmtree(out) if (out / "data.json").exists() else None
    prepare([midi_folder], out, workers=1)
    prepare([midi_folder], tmp_path / "whole", workers=1)
    assert contents(out) == contents(tmp_path / "whole")


@pytest.mark.parametrize("error", [OutputError("The disk is full."), KeyboardInterrupt()])
def test_a_run_that_fails_leaves_the_old_data_set(
    error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every byte stays, wherever writing stops; the next run replaces the data set."""
    for seed in range(4):
        write_midi(tune(seed), tmp_path / "midi" / f"{seed}.mid")
    out = tmp_path / "data"
    prepare([tmp_path / "midi"], out, workers=1)
    old = contents(out)
    write_midi(tune(4), tmp_path / "midi" / "4.mid")
    for name, good in WRITERS:
        with monkeypatch.context() as patched:
            patched.setattr(f"musicvae.corpus.{name}", fails_after(good, name, error))
            with pytest.raises(type(error)):
                prepare([tmp_path / "midi"], out, workers=1)
        assert contents(out, but=preparation.READING_FOLDER) == old, name
    prepare([tmp_path / "midi"], out, workers=1)
    prepare([tmp_path / "midi"], tmp_path / "fresh", workers=1)
    assert contents(out) == contents(tmp_path / "fresh") != old


def test_files_that_are_the_same_are_one_piece(tmp_path: Path) -> None:
    """The first is used, the others are left out with the reason."""
    for name in ("a", "b", "c"):
        write_midi(tune(3), tmp_path / "midi" / f"{name}.mid")
    about = prepare([tmp_path / "midi"], tmp_path / "data", workers=1)
    assert about["files_left_out"] == {
        "the same file stands elsewhere": [str(tmp_path / "midi" / f"{n}.mid") for n in "bc"]
    }


def test_files_added_do_not_move_a_piece_to_another_split(tmp_path: Path) -> None:
    """Eighty tunes, after as many others are added and all files are renamed."""
    for seed in range(160):
        folder = tmp_path / ("few" if seed < 80 else "more")
        write_midi(tune(seed), folder / f"{seed}.mid")
    splits = []
    for name in ("few", "many"):
        prepare([tmp_path / "few"], tmp_path / name, workers=1)
        with (tmp_path / name / "pieces.csv").open() as table:
            splits.append({row["sha256"]: row["split"] for row in csv.DictReader(table)})
        for path in (tmp_path / "more").iterdir():
            path.rename(tmp_path / "few" / f"0-{path.name}")
    few, many = splits
    assert len(many) == 160
    assert {one: many[one] for one in few} == few
    assert set(few.values()) == set(SPLITS)


def write_damaged(folder: Path, whole: bytes) -> None:
    """Write a hundred unusable files of ten kinds."""
    rng = np.random.default_rng(0)
    header, track = whole[:14], whole[14:]
    events = bytes.fromhex("00903c4083608 03c00".replace(" ", ""))

    def chunk(body: bytes) -> bytes:
        return header[:10] + b"\0\1" + header[12:] + b"MTrk" + len(body).to_bytes(4) + body

    kinds = {
        "empty": lambda i: b"",
        "text": lambda i: f"These are {i} words about music.".encode(),
        "noise": lambda i: rng.bytes(200 + i),
        "cut off": lambda i: whole[: 8 + i % 6],
        "header": lambda i: header,
        "no notes": lambda i: chunk(bytes.fromhex("00c005 00ff2f00")),
        "one note": lambda i: chunk(events + bytes.fromhex("00ff2f00")),
        "huge track": lambda i: header + b"MTrk\xff\xff\xff\xff" + rng.bytes(8),
        "late": lambda i: chunk(b"\xff\xff\xff\x7f\x90\x3c\x40" * 40 + b"\0\xff\x2f\0"),
        "only drums": lambda i: chunk(b"\0\x99\x3c\x40\x60\x89\x3c\0" * 40 + b"\0\xff\x2f\0"),
    }
    for name, make in kinds.items():
        for i in range(10):
            (folder / f"{name} {i}.mid").write_bytes(make(i))
    for i in range(2):
        (folder / f"text {i}.mid").unlink()
        (folder / f"noise {i}.mid").unlink()
        (folder / f"empty {i}.mid").unlink()
        (folder / f"text {i}.mid").mkdir()
        (folder / f"noise {i}.mid").symlink_to(folder / "nowhere")
        os.mkfifo(folder / f"empty {i}.mid")
    assert len(track) > 100


@pytest.mark.slow
@posix_only("named pipes in folders")
def test_of_three_hundred_files_a_hundred_damaged_give_a_hundred_reasons(tmp_path: Path) -> None:
    """Each damaged file is listed with its reason, and each of the others is a piece."""
    folder = tmp_path / "midi"
    for seed in range(200):
        write_midi(tune(seed, bars=6), folder / f"tune {seed}.mid")
    write_damaged(folder, (folder / "tune 0.mid").read_bytes())
    about: dict[str, Any] = prepare([folder], tmp_path / "data", workers=2)
    reasons = [reason for reason, files in about["files_left_out"].items() for _ in files]
    names = {Path(file).name for files in about["files_left_out"].values() for file in files}
    assert about["files"] == 300
    assert len(reasons) == len(names) == 100
    assert all(reasons)
    assert not any(name.startswith("tune") for name in names)
    assert sum(about["pieces"].values()) == 200


def keys_of(*numbers: Sequence[int]) -> tuple[Keys, IntArray]:
    """Digests of the windows of several pieces, each given as a number, and window counts."""
    keys = np.array([number for piece in numbers for number in piece], dtype=np.uint64)
    return keys, np.array([len(piece) for piece in numbers], dtype=np.int64)


def test_versions_of_a_tune_go_to_one_split() -> None:
    """Two pieces that share half of their windows are versions; a common window does not count."""
    versions, others = [(1, 2, 3, 4), (3, 4, 5, 6)], [(7,), (8, 9), ()]
    common = [(20, 100 + i) for i in range(25)]
    groups = group_versions(*keys_of(*versions, *others, *common))
    assert groups[0] == groups[1]
    assert len({groups[0], *groups[2:5]}) == 4
    assert len(set(groups[5:])) == len(common)


@given(st.lists(st.sets(st.integers(0, 30), max_size=8), max_size=30))
def test_versions_share_a_quarter_of_their_windows(pieces: list[set[int]]) -> None:
    """Groups are the transitive closure of pairs that share a quarter, counted one by one."""
    groups = group_versions(*keys_of(*map(sorted, pieces)))
    owners = Counter(number for piece in pieces for number in piece)
    rare = [{number for number in piece if owners[number] <= MAX_WINDOW_PIECES} for piece in pieces]
    expected = list(range(len(pieces)))
    for a, b in combinations(range(len(pieces)), 2):
        shared = len(rare[a] & rare[b])
        if shared and shared >= VERSION_SHARE * min(len(pieces[a]), len(pieces[b])):
            expected = [expected[a] if group == expected[b] else group for group in expected]
    assert [[x == y for y in expected] for x in expected] == [
        [x == y for y in groups] for x in groups
    ]


def test_a_piece_keeps_its_split_when_others_are_added() -> None:
    """The split is drawn from the content of the piece."""
    least = [i.to_bytes(4) for i in range(400)]
    splits = split_pieces(range(400), least)
    assert splits[:200] == split_pieces(range(200), least[:200])
    assert 5 <= splits.count("test") <= 40
    assert 5 <= splits.count("valid") <= 40


def test_a_small_folder_has_something_in_every_split() -> None:
    """A dozen pieces are enough for train, valid and test."""
    for first in range(50):
        least = [i.to_bytes(4) for i in range(first, first + 12)]
        assert set(split_pieces(range(12), least)) == set(SPLITS)


@pytest.mark.parametrize("n", range(1, 8))
def test_a_few_pieces_fill_the_splits_that_are_needed_most(n: int) -> None:
    """One is for train, a second for valid, a third for test, wherever their numbers lie."""
    expected = {*SPLITS[:n]}
    for first in range(200):
        least = [i.to_bytes(4) for i in range(first, first + n)]
        assert set(split_pieces(range(n), least)) == expected


@pytest.mark.parametrize(("tunes", "copies"), [(1, 0), (2, 3), (3, 5), (4, 1)])
def test_copies_of_a_file_fill_no_split(tunes: int, copies: int, tmp_path: Path) -> None:
    """Each split that the distinct tunes allow has windows; an empty one is a notice."""
    for number in range(tunes):
        for copy in range(copies + 1):
            write_midi(tune(number), tmp_path / "midi" / f"{copy}-{number}.mid")
    about: dict[str, Any] = prepare([tmp_path / "midi"], tmp_path / "data", workers=1)
    filled = [name for name in SPLITS if about["windows"][name]]
    assert filled == [*SPLITS[:tunes]]
    assert [notice.split()[5] for notice in about["notices"]] == [
        f"{name}:" for name in SPLITS if name not in filled
    ]


def test_every_ending_is_read_and_other_files_are_listed(tmp_path: Path) -> None:
    """Endings of MIDI in any case; the rest is in `files_passed_over`, folders are not."""
    folder = tmp_path / "midi"
    for number, ending in enumerate((*MIDI_ENDINGS, ".RMI")):
        write_midi(tune(number), folder / "below.als" / f"{number}{ending}")
    (folder / "song.als").touch()
    (folder / "notes").touch()
    about: dict[str, Any] = prepare([folder], tmp_path / "data", workers=1)
    assert about["files"] == len(MIDI_ENDINGS) + 1
    assert about["files_passed_over"] == [str(folder / "notes"), str(folder / "song.als")]


def test_a_tune_is_held_out_in_other_meters_and_with_other_rests() -> None:
    """Equal windows are used once; a held-out tune is never in the training set."""
    keys = np.array([1, 1, 2, 3, 4], dtype=np.uint64)
    tunes = np.array([1, 1, 2, 2, 2], dtype=np.uint64)
    split = np.array([0, 0, 0, 1, 1], dtype=np.uint8)  # train, then valid
    chosen, reasons = choose_windows(keys, tunes, split)
    assert chosen.tolist() == [True, False, False, True, True]
    assert reasons == {"repeats in another piece": 1, "held out for valid": 1}


def test_a_folder_without_usable_midi_is_an_error(tmp_path: Path) -> None:
    """No MIDI, no folder, no usable file, no such codec."""
    with pytest.raises(DatasetError, match="no MIDI file"):
        prepare([tmp_path], tmp_path / "data")
    with pytest.raises(DatasetError, match="is not a folder"):
        list(midi_files([tmp_path / "none"]))
    (tmp_path / "bad.mid").write_bytes(b"MThd")
    with pytest.raises(DatasetError, match="None of 1 files can be used"):
        prepare([tmp_path], tmp_path / "data", workers=1)
    with pytest.raises(RequestError, match="There is no codec 'drum'"):
        prepare([tmp_path], tmp_path / "data", codec="drum")


def test_a_folder_that_links_to_itself_is_read_once(midi_folder: Path) -> None:
    """Its files are not found again below the link."""
    before = list(midi_files([midi_folder]))
    (midi_folder / "again").symlink_to(midi_folder)
    assert list(midi_files([midi_folder])) == before
