"""chords and mark_chords: where chords stand, how they are spelled, and what is written."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import musicvae
from musicvae.api.harmony import ChordRow, chords, mark_chords
from musicvae.midi.song_events import meta_data, read_song
from musicvae.midi.song_text import is_chord_symbol
from musicvae.midi.writer import midi_bytes
from musicvae.score.phrase import ChordChange
from musicvae.score.song import Song
from musicvae.theory.chords import Chord, parse_chord
from musicvae.theory.key_signature import KeySignature

from ..midi import smf
from ..midi.keyed_songs import song_in
from ..midi.songs import song_file

SIGNATURES = st.builds(KeySignature, st.integers(-7, 7), st.booleans())
TRIADS = {"C": (48, 52, 55), "F": (48, 53, 57), "G": (47, 50, 55), "Am": (45, 48, 52)}


def triads(names: str, length: float, start: float = 0.0) -> list[tuple[float, float, int]]:
    """Triads, each of so many quarters."""
    return [
        (start + length * i, length, pitch)
        for i, name in enumerate(names.split())
        for pitch in TRIADS[name]
    ]


def without_markers(song: Song) -> list[list[object]]:
    """All events of a song but chord symbols and ends of tracks, by track."""
    return [
        [event for event in track[:-1] if not is_chord_symbol(event[1])] for track in song.tracks
    ]


@settings(max_examples=10)
@given(SIGNATURES, st.integers(0, 99), st.sampled_from([0, 1, 2]), st.booleans())
def test_markers_are_added_and_nothing_else_changes(
    signature: KeySignature, seed: int, kind: int, is_told: bool
) -> None:
    """The marked song has the same chords at the same places, now as symbols; once is enough."""
    data = song_in(signature, seed, kind, signature if is_told else None, has_chords=False)
    song = mark_chords(data)
    assert without_markers(song) == without_markers(read_song(data))
    table = chords(data)
    assert chords(song) == replace(
        table, rows=tuple(row._replace(is_written=True) for row in table.rows)
    )
    assert song.notices == (f"{len(table.rows)} chord symbols added",)
    assert mark_chords(song) == song


@settings(max_examples=10)
@given(SIGNATURES, st.integers(0, 99))
def test_symbols_of_a_file_are_its_chords(signature: KeySignature, seed: int) -> None:
    """One in each bar that has another chord; the file is not changed."""
    data = song_in(signature, seed, written=signature)
    texts = [
        (meta_data(event, 6) or b"").decode()
        for _, event in read_song(data).tracks[0]
        if is_chord_symbol(event)
    ]
    expected: dict[int, Chord | None] = {}
    for bar, text in enumerate(texts, 1):
        if bar == 1 or parse_chord(text) != parse_chord(texts[bar - 2]):
            expected[bar] = parse_chord(text)
    table = chords(data)
    assert {row.bar: parse_chord(row.symbol) for row in table.rows} == expected
    assert all(row.is_written and row.beat == 1 for row in table.rows)
    assert mark_chords(data) == read_song(data)


@pytest.mark.parametrize("late", [0, 50])
def test_recognized_chords_stand_where_they_sound(late: int) -> None:
    """By bars and beats of the meter, in each section; markers stand on the grid."""
    march = triads("C F G C", 4) + triads("Am F G C", 2, 16)
    waltz = triads("F G C", 3, 24)
    meters = [(0, smf.meter(4, 2)), (24 * smf.PPQ, smf.meter(3, 2))]
    notes = [(tick + late, event) for tick, event in smf.play([*march, *waltz])]
    data = smf.file([smf.body(meters), smf.body(notes)])
    expected = [
        *((1, 1, "C"), (2, 1, "F"), (3, 1, "G"), (4, 1, "C")),
        *((5, 1, "Am"), (5, 3, "F"), (6, 1, "G"), (6, 3, "C")),
        *((7, 1, "F"), (8, 1, "G"), (9, 1, "C")),
    ]
    assert chords(data).rows == tuple(ChordRow(*row, False) for row in expected)
    song = mark_chords(data)
    ticks = [tick for tick, event in song.tracks[0] if is_chord_symbol(event)]
    bars = [0, 4, 8, 12, 16, 18, 20, 22, 24, 27, 30]
    assert ticks == [smf.PPQ * quarter for quarter in bars]


def test_chords_of_a_pick_up_and_between_beats_have_their_place() -> None:
    """The bar before the first is 0; in 6/8 a beat has three eighths."""
    line = [(i / 2, 0.5, 60 + i % 3) for i in range(12)]
    phrase = replace(musicvae.from_tuples(line, "6/8"), pickup=4, bars=2)
    changes = (ChordChange(0, Chord(7)), ChordChange(4, Chord(0)), ChordChange(18, Chord(5)))
    rows = chords(replace(phrase, chords=changes)).rows
    assert [(row.bar, round(row.beat, 3), row.symbol) for row in rows] == [
        (0, 2.333, "G"),
        (1, 1, "C"),
        (2, 1.333, "F"),
    ]


def test_a_chord_is_spelled_as_in_the_key() -> None:
    """Whatever the symbol of the file was."""
    for signature, name in ((KeySignature(-4), "Ab"), (KeySignature(4), "G#")):
        data = song_in(signature, 1, written=signature, has_chords=False)
        song = read_song(data)
        marker = (0, smf.meta(6, b"G#m7"))
        marked = replace(song, tracks=((marker, *song.tracks[0]), *song.tracks[1:]))
        assert chords(marked).rows[0].symbol == f"{name}m7"


def test_letters_alone_are_written_so_that_they_are_no_names_of_sections() -> None:
    """They are read as chords again."""
    song = mark_chords(smf.file([smf.body(smf.play(triads("C F G C", 4)))]))
    texts = [meta_data(event, 6) for _, event in song.tracks[0] if is_chord_symbol(event)]
    assert texts == [b"Cmaj", b"Fmaj", b"Gmaj", b"Cmaj"]
    rows = chords(song).rows
    assert [(row.symbol, row.is_written) for row in rows] == [(name, True) for name in "CFGC"]


def test_drums_alone_have_no_chords() -> None:
    """The table is empty, and nothing is written."""
    kit = smf.file([smf.body(smf.play([(i, 0.5, 36 + 2 * (i % 2)) for i in range(16)], 9))])
    assert chords(kit).rows == ()
    assert mark_chords(kit) == read_song(kit)


def test_music_of_any_kind_has_chords() -> None:
    """A song, a file, an object and note tuples give the same table."""
    line = triads("C F G C", 4)
    data = smf.file([smf.body(smf.play(line))])
    table = chords(data)
    assert [row.symbol for row in table.rows] == ["C", "F", "G", "C"]
    phrase = musicvae.to_phrase(data)
    for source in (read_song(data), phrase, line, midi_bytes(phrase)):
        assert chords(source) == table


def test_the_key_is_the_one_that_transpose_reads() -> None:
    """By its signature, or by its notes."""
    told = song_in(KeySignature(3), 1, written=KeySignature(3))
    assert (chords(told).key, chords(told).is_key_written) == ("A major", True)
    assert not chords(song_file(1)).is_key_written
