"""A search finds the same tune in any key, and a library reads each file once."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.adapt.personalize import read_windows
from musicvae.api.model import MusicVAE, load
from musicvae.checkpoint import save
from musicvae.errors import DatasetError, RequestError
from musicvae.midi.reader import read_midi
from musicvae.midi.writer import write_midi
from musicvae.progress import Report
from musicvae.retrieval import search
from musicvae.retrieval.index import Library
from musicvae.retrieval.search import best_of_each, in_keys, query_windows, unit_vectors
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.score.windows import join_phrases
from musicvae.theory.meter import Meter

from ..miniatures import little_piece, little_tune, tiny_checkpoint, tiny_prior
from ..posix import posix_only


def transposed(phrase: Phrase, semitones: int) -> Phrase:
    """A phrase of one part in another key."""
    (part,) = phrase.parts
    notes = tuple(replace(note, pitch=note.pitch + semitones) for note in part.notes)
    return replace(phrase, parts=(replace(part, notes=notes),))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six tunes, one of them twice as long, a file that is not MIDI, and one without a melody."""
    for seed in range(5):
        write_midi(little_tune(Meter(), seed), tmp_path / f"{seed}.mid")
    long = join_phrases([little_tune(Meter(), 7), little_tune(Meter(), 8)])
    write_midi(long, tmp_path / "deep" / "long.mid")
    (tmp_path / "bad.mid").write_bytes(b"la la la")
    write_midi(little_piece("drums", Meter(), 1), tmp_path / "drums.mid")
    return tmp_path


def test_a_tune_is_found_in_its_file_and_bar(tiny_model: MusicVAE, folder: Path) -> None:
    """In its file, at its bar, at distance 0; the others follow in order of distance."""
    first, *rest = tiny_model.similar(little_tune(Meter(), 8), folder)
    assert (first.path, first.bar) == (folder / "deep" / "long.mid", 3)
    assert (first.query_bar, first.semitones) == (1, 0)
    assert first.distance == pytest.approx(0, abs=2e-3)
    assert len(rest) == 5
    assert [match.distance for match in rest] == sorted(match.distance for match in rest)
    assert all(0 <= match.distance <= 2 for match in rest)


def test_the_query_itself_is_left_out_under_any_name(tiny_model: MusicVAE, folder: Path) -> None:
    """A second link to the same file stands for a name in another case, as macOS allows it."""
    os.link(folder / "2.mid", folder / "second.txt")
    library = tiny_model.open_library(folder)
    query = read_midi(folder / "second.txt")[0]
    matches = search.similar(tiny_model.player, query, library, exclude=folder / "second.txt")
    assert "2.mid" not in [match.path.name for match in matches]
    assert len(matches) == 5


@pytest.mark.parametrize("semitones", [-5, 1, 6])
def test_a_tune_in_another_key_is_found(tiny_model: MusicVAE, folder: Path, semitones: int) -> None:
    """It is transposed back by as many semitones; in its own key it is less similar."""
    query = transposed(little_tune(Meter(), 3), -semitones)
    (match,) = tiny_model.similar(query, folder, 1)
    assert (match.path.name, match.semitones) == ("3.mid", semitones)
    assert match.distance == pytest.approx(0, abs=2e-3)
    (own,) = tiny_model.similar(query, folder, 1, any_key=False)
    assert own.semitones == 0
    assert own.distance > match.distance


def test_a_file_is_not_found_in_its_own_folder(tiny_model: MusicVAE, folder: Path) -> None:
    """The path of the query is left out; the same bytes without a path are found."""
    own = folder / "deep" / ".." / "2.mid"
    assert "2.mid" not in [match.path.name for match in tiny_model.similar(own, folder)]
    assert tiny_model.similar(own.read_bytes(), folder, 1)[0].path.name == "2.mid"
    assert len(tiny_model.similar(own, folder, 2)) == 2


def test_each_file_is_read_once(
    tiny_model: MusicVAE, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until it changes; deleted files are forgotten; progress counts new files."""
    reports: list[Report] = []
    opened = tiny_model.open_library(folder, progress=reports.append)
    assert (opened.read, opened.kept, len(opened.entries)) == (8, True, 8)
    assert [(report.done, report.total) for report in reports] == [(8, 8)]
    assert opened.skipped.keys() == {"bad.mid", "drums.mid"}
    assert "not a MIDI file" in opened.skipped["bad.mid"]

    def reopened(read: int) -> Library:
        library = tiny_model.open_library(folder)
        assert library.read == read
        return library

    (index,) = folder.glob(".musicvae-*.npz")
    before = index.stat().st_mtime_ns
    assert np.array_equal(reopened(0).directions, opened.directions)
    assert index.stat().st_mtime_ns == before
    write_midi(little_tune(Meter(3, 4), 9), folder / "0.mid")
    (folder / "1.mid").unlink()
    changed = reopened(1)
    assert len(changed.entries) == 7
    index.write_bytes(index.read_bytes()[:100])
    rebuilt = reopened(7)
    assert np.array_equal(rebuilt.directions, changed.directions)


def test_an_interruption_keeps_what_was_read(
    tiny_model: MusicVAE, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next time only the rest is read."""
    monkeypatch.setattr(search, "BATCH_SIZE", 3)

    def stop(report: Report) -> None:
        if report.done == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tiny_model.open_library(folder, progress=stop)
    assert tiny_model.open_library(folder).read == 2


def test_each_model_has_its_own_index(
    tiny_model: MusicVAE, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A model does not use the index of another; fitting a prior keeps the index valid."""
    place = tmp_path_factory.mktemp("other")
    save(place, tiny_checkpoint("vae"))
    other = load(place)
    opened = tiny_model.open_library(folder)
    assert other.open_library(folder).read == opened.read
    assert len(list(folder.glob(".musicvae-*.npz"))) == 2
    with pytest.raises(RequestError, match="another model"):
        other.similar(little_tune(Meter(), 1), opened)
    own = tiny_model.checkpoint
    assert tiny_prior(own).digest == own.digest != other.checkpoint.digest


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes anywhere")
def test_a_folder_that_cannot_be_written_is_searched(tiny_model: MusicVAE, folder: Path) -> None:
    """The files are read each time."""
    folder.chmod(0o555)
    try:
        assert not tiny_model.open_library(folder).kept
        assert tiny_model.similar(little_tune(Meter(), 1), folder, 1)[0].path.name == "1.mid"
    finally:
        folder.chmod(0o755)


def test_an_index_that_was_not_written_is_reported(
    tiny_model: MusicVAE, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`Library.kept` is False if the index was not written."""
    monkeypatch.setattr(search, "save", lambda place, rows: False)
    assert not tiny_model.open_library(folder).kept


def test_drums_have_no_key() -> None:
    """They are compared once."""
    model = MusicVAE(tiny_checkpoint("drums-2bar"))
    codec = model.player.codec
    codes = codec.encode(little_piece("drums", Meter(), 1))
    ((semitones, only_key),) = in_keys(codec, codes)
    assert semitones == 0
    assert np.array_equal(only_key, codes)


@given(st.integers(0, 50))
@settings(max_examples=20, deadline=None)
def test_the_twelve_keys_start_with_its_own(tiny_model: MusicVAE, seed: int) -> None:
    """Each semitone once, up and down; the key of the window comes first."""
    codec = tiny_model.player.codec
    codes = codec.encode(little_tune(Meter(), seed))
    keys = in_keys(codec, codes)
    assert keys[0][0] == 0
    assert sorted(semitones for semitones, _ in keys) == list(range(-5, 7))
    for semitones, transposed_codes in keys:
        assert np.array_equal(codec.transpose(transposed_codes, -semitones), codes)


@given(st.integers(1, 30), st.integers(1, 6), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_the_best_window_of_each_file_is_what_a_plain_search_finds(
    windows: int, files: int, seed: int
) -> None:
    """The same distances in the same order."""
    rng = np.random.default_rng(seed)
    directions = unit_vectors(rng.standard_normal((windows, 4)).astype(np.float32))
    queries = unit_vectors(rng.standard_normal((3, 4)).astype(np.float32))
    owners = np.sort(rng.integers(0, files, windows)).astype(np.int32)
    stored = directions.astype(np.float16)
    library = Library(Path(), (), stored, owners, np.ones(windows, np.int32))
    rows, distances, nearest = best_of_each(library, queries)
    all_pairs = np.maximum(0, 1 - stored.astype(np.float32) @ queries.T)
    expected = sorted(all_pairs[owners == owner].min() for owner in set(owners.tolist()))
    assert distances == pytest.approx(expected, abs=1e-6)
    assert len(set(owners[rows].tolist())) == len(rows) == len(expected)
    assert all_pairs[rows, nearest] == pytest.approx(distances, abs=1e-6)


def test_windows_are_counted_in_bars(tiny_model: MusicVAE) -> None:
    """From 1, with the pick-up as bar 0; sparse windows are left out, short music is padded."""
    notes = [Note(start, 2, 60 + start % 5) for start in (*range(0, 36, 4), *range(100, 132, 4))]
    phrase = Phrase(Meter(), 8, pickup=4, parts=(Part(tuple(notes)),))
    codes, bars = query_windows(tiny_model.player, phrase)
    assert len(codes) == len(bars)
    assert bars == [0, 1, 2, 6, 7]
    short = Phrase(Meter(), 1, parts=(Part((Note(0, 2, 60), Note(4, 2, 62), Note(8, 2, 64))),))
    assert query_windows(tiny_model.player, short)[1] == [1]


@pytest.mark.parametrize(
    ("search_with", "error", "message"),
    [
        (
            lambda model, folder: model.similar(folder / "0.mid", folder, 0),
            RequestError,
            "1 file or more",
        ),
        (
            lambda model, folder: model.similar(folder / "0.mid", folder / "none"),
            DatasetError,
            "not a folder",
        ),
        (
            lambda model, folder: model.similar(Phrase(bars=2, parts=(Part(),)), folder),
            RequestError,
            "3 notes",
        ),
    ],
)
def test_impossible_searches_are_errors(tiny_model, folder, search_with, error, message) -> None:  # type: ignore[no-untyped-def]  # lambdas
    """The message says what is wrong."""
    with pytest.raises(error, match=message):
        search_with(tiny_model, folder)


def test_an_unusable_folder_or_net_is_an_error(tiny_model: MusicVAE, tmp_path: Path) -> None:
    """No MIDI file; none that can be used, with the first reason; a net without z."""
    with pytest.raises(RequestError, match="no MIDI file in"):
        tiny_model.open_library(tmp_path)
    (tmp_path / "bad.mid").write_bytes(b"la la la")
    with pytest.raises(RequestError, match="can be used; the first reason: it is not a MIDI file"):
        tiny_model.open_library(tmp_path)
    with pytest.raises(RequestError, match="no z to compare"):
        MusicVAE(tiny_checkpoint("lstm")).open_library(tmp_path)


@posix_only("alarm that ends the reading of a file")
def test_a_file_that_takes_too_long_is_left_out_by_name(
    tmp_path: Path, tiny_model: MusicVAE, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are read, and the search goes on; `personalize` leaves it out too."""
    for name in ("a", "slow", "z"):
        write_midi(little_tune(Meter(4, 4), 1), tmp_path / f"{name}.mid")

    def slow(source: Path | str) -> list[Phrase]:
        if Path(source).name == "slow.mid":
            time.sleep(10)
        return read_midi(source)

    for module in ("retrieval.search", "adapt.personalize"):
        monkeypatch.setattr(f"musicvae.{module}.FILE_SECONDS", 0.5)
    for module in ("retrieval.search", "corpus.read_file"):
        monkeypatch.setattr(f"musicvae.{module}.read_midi", slow)
    reason = "reading it takes longer than 0.5 seconds."
    library = tiny_model.open_library(tmp_path)
    assert library.skipped == {"slow.mid": reason}
    assert len(tiny_model.similar(tmp_path / "a.mid", library)) == 1
    files = [str(tmp_path / f"{name}.mid") for name in ("slow", "a")]
    _, left_out = read_windows(files, tiny_model.player)
    assert left_out == {files[0]: reason}
