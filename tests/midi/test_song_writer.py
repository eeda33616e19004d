"""Phrases written into their song: what yields, in which resolution, with which texts."""

from __future__ import annotations

import io
from dataclasses import replace

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.errors import RequestError
from musicvae.midi.reader import read_midi
from musicvae.midi.song_events import read_song, song_notes
from musicvae.midi.song_notes import NewNote, TrackEditor
from musicvae.midi.song_text import read_new_parts
from musicvae.midi.writer import midi_bytes
from musicvae.score.phrase import ChordChange, Note, Part, Phrase, Tempo
from musicvae.score.provenance import Recipe
from musicvae.score.song import Place, Player, Song
from musicvae.theory.chords import Chord
from musicvae.theory.meter import Meter

from ..strategies import phrases
from . import smf
from .songs import other_events

OTHER = smf.play([(0, 4, 50), (4, 4, 52)], 1)


def song_of(*tracks: list[smf.Event], kind: int = 1, ppq: int = smf.PPQ) -> Song:
    """A song of tracks of events."""
    return read_song(smf.file([smf.body(track) for track in tracks], kind, ppq))


def in_song(phrase: Phrase, song: Song, **place: object) -> Phrase:
    """A phrase at the start of a song, with each part on its own channel of the first track."""
    players = tuple(Player(0, (number,)) for number, _ in enumerate(phrase.parts))
    parts = (replace(part, sources=(n,)) for n, part in enumerate(phrase.parts))
    whole = replace(phrase, parts=tuple(parts))
    defaults = {"start": 0, "quarter": song.division, "players": players}
    tempo = phrase.tempos[0].microseconds
    where = Place(**{**defaults, "tempo": tempo, **place})  # type: ignore[arg-type]
    return replace(whole, song=song, place=where, recipe=Recipe("net", "vary", whole.fingerprint))


@given(phrases(offsets=True), st.sampled_from([1, 5, 24, 96, 100, 480, 500, 960, 9600]))
def test_the_new_part_is_read_back_from_a_song_of_any_resolution(phrase: Phrase, ppq: int) -> None:
    """Notes, offsets, chords, programs and names are those that were written."""
    song = song_of(smf.play([(0, 1, 60)], 15, ppq), ppq=ppq)
    data = midi_bytes(in_song(phrase, song))
    (read,) = read_new_parts(read_song(data))
    assert replace(read, tempos=phrase.tempos) == phrase
    assert read.recipe
    assert read.recipe.notes == read.fingerprint
    assert midi_bytes(read) == data


@given(phrases(offsets=True), st.integers(0, 5000))
def test_nothing_else_moves_in_time(phrase: Phrase, start: int) -> None:
    """The file may count finer, but its other events stand where they stood."""
    song = song_of([*OTHER, (7, b"\xb1\x07\x40")], ppq=96)
    written = read_song(
        midi_bytes(in_song(phrase, song, start=start, players=(Player(0, (0,)),) * 3))
    )
    factor = written.division // 96
    others = [(t, e) for t, e in written.tracks[0] if e[0] & 0x0F == 1 and e[0] < 0xF0]
    assert others == [(t * factor, e) for t, e in song.tracks[0] if e[0] < 0xF0]


def test_a_note_that_sounds_ends_where_its_key_is_struck_again() -> None:
    """It began before the new part; one that is never let go, too."""
    for end in (30, None):
        held = [(0, b"\x90\x3c\x50"), *([(end, b"\x80\x3c\x00")] if end else [])]
        editor = TrackEditor([*held, (90, b"\xff\x2f\x00")])
        editor.add_notes(0, [NewNote(10, 20, 60, 70)])
        editor.make_room(0, frozenset())
        notes = song_notes(editor.events(), [0])
        assert [(note.start, note.end) for note in notes] == [(0, 10), (10, 20)]


def test_a_note_that_was_not_read_goes_where_its_key_is_struck() -> None:
    """One of another pitch, another channel, or after the new note stays."""
    kept = [(12, 60, 0), (12, 61, 0), (12, 60, 1), (20, 60, 0)]
    events = [(t, bytes([0x90 | c, p, 80])) for t, p, c in kept]
    events += [(t + 6, bytes([0x80 | c, p, 0])) for t, p, c in kept]
    editor = TrackEditor([*sorted(events), (90, b"\xff\x2f\x00")])
    editor.add_notes(0, [NewNote(10, 20, 60, 70)])
    editor.make_room(3, frozenset((3, c, t, p) for t, p, c in kept))
    notes = {(n.start, n.end, n.pitch, n.channel) for n in song_notes(editor.events(), [0, 1])}
    assert notes == {(10, 20, 60, 0), *((t, t + 6, p, c) for t, p, c in kept[1:])}


def test_a_new_note_ends_where_the_song_strikes_its_key_again() -> None:
    """The first note after the new part was played a little early."""
    editor = TrackEditor([(18, b"\x90\x3c\x50"), (30, b"\x80\x3c\x00"), (90, b"\xff\x2f\x00")])
    editor.add_notes(0, [NewNote(10, 20, 60, 70)])
    editor.make_room(0, frozenset())
    notes = song_notes(editor.events(), [0])
    assert [(note.start, note.end) for note in notes] == [(10, 18), (18, 30)]


BAR = Phrase(Meter(), 1, parts=(Part((Note(0, 4, 72), Note(8, 8, 74))),))


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_a_part_without_source_is_added(kind: int) -> None:
    """As a track with its name and program, on a free channel; in the only track of type 0 or 2."""
    song = song_of([*OTHER, *smf.play([(0, 1, 72)])], kind=kind)
    whole = in_song(BAR, song)
    added = Part((Note(0, 2, 40),), 33, name="Bass")
    kit = Part((Note(0, 1, 36),), is_drum=True, name="Kit")
    silent = Part(name="Silent")
    data = midi_bytes(replace(whole, parts=(*whole.parts, added, kit, silent)))
    assert len(read_song(data).tracks) == (3 if kind == 1 else 1)
    (phrase,) = read_midi(data)[:1]
    assert {part.program for part in phrase.parts} >= {33}
    assert [part.notes[0].pitch for part in phrase.parts if part.is_drum] == [36]
    if kind == 1:
        assert {part.name for part in phrase.parts} >= {"Bass", "Kit"}
    (read,) = read_new_parts(read_song(data))
    assert midi_bytes(replace(read, parts=(*read.parts, added, kit, silent))) == data


def test_a_song_of_one_track_with_all_channels_in_use_takes_no_other_part() -> None:
    """The error says that the part can be written alone."""
    busy = [event for channel in range(16) for event in smf.play([(0, 1, 60)], channel)]
    whole = in_song(BAR, song_of(busy, kind=0))
    bass = replace(whole, parts=(*whole.parts, Part((Note(0, 2, 40),), name="Bass")))
    with pytest.raises(RequestError, match=r"no channel is free for the part 'Bass'.*--only"):
        midi_bytes(bass)


def test_chord_symbols_are_replaced_if_the_phrase_has_chords_of_its_own() -> None:
    """Within its bars; other markers, and those of a phrase without chords, stay."""
    markers = [(0, "C"), (960, "Am"), (960, "Verse"), (1920, "F")]
    song = song_of([(t, smf.meta(6, text.encode())) for t, text in markers])
    chords = replace(BAR, chords=(ChordChange(4, Chord(7)),))
    for has_chords, wanted in ((False, markers), (True, [(480, "G"), (960, "Verse"), (1920, "F")])):
        data = midi_bytes(in_song(chords, song, has_chords=has_chords))
        file = mido.MidiFile(file=io.BytesIO(data))
        now, found = 0, []
        for message in file.tracks[0]:
            now += message.time
            if message.type == "marker":
                found.append((now, message.text))
        assert found == wanted


def test_the_chord_that_was_in_force_returns_after_the_phrase() -> None:
    """If the song goes on there without a symbol of its own."""
    chords = replace(BAR, chords=(ChordChange(0, Chord(7)),))
    for later, wanted in (([], ["G", "C"]), ([(1920, "F")], ["G", "F"])):
        marks = [(0, "C"), *later]
        symbols = [(tick, smf.meta(6, text.encode())) for tick, text in marks]
        song = song_of([*symbols, *smf.play([(i, 1, 60) for i in range(12)], 1)])
        whole = in_song(chords, song, has_chords=True)
        data = midi_bytes(whole)
        found = [e[3:].decode() for _, e in read_song(data).tracks[0] if e[:2] == b"\xff\x06"]
        assert found == wanted
        (read,) = read_new_parts(read_song(data))
        assert midi_bytes(read) == data


@pytest.mark.parametrize("tempos", [[], [600_000], [600_000, 300_000]])
def test_the_tempos_of_a_song_are_scaled_to_that_of_the_phrase(tempos: list[int]) -> None:
    """All by one ratio; a song without any gets one."""
    events = [(960 * i, smf.meta(0x51, tempo.to_bytes(3))) for i, tempo in enumerate(tempos)]
    slower = replace(BAR, tempos=(Tempo(0, 800_000),))
    data = midi_bytes(in_song(slower, song_of([*OTHER, *events]), tempo=400_000))
    found = [e[3:] for _, e in read_song(data).tracks[0] if e[:2] == b"\xff\x51"]
    assert [int.from_bytes(one) for one in found] == [2 * t for t in tempos] or [800_000]
    (read,) = read_new_parts(read_song(data))
    assert midi_bytes(read) == data


def test_without_a_recipe_there_is_no_text_about_the_part() -> None:
    """The file then has what it had, and the notes."""
    song = song_of([*OTHER])
    data = midi_bytes(replace(in_song(BAR, song), recipe=None))
    assert read_new_parts(read_song(data)) == []
    assert b"musicvae" not in data
    assert other_events(data) == {}


@pytest.mark.parametrize(
    "damage",
    [
        (b'"start":0', b'"start":-9'),
        (b'"start":0', b'"start":9e99'),
        (b'"new":null', b'"new":[[1]]'),
        (b'"quarter":480.0', b'"quarter":0e0'),
        (b'"quarter":480.0', b'"quarter":NaN'),
        (b'"quarter":480.0', b'"quarter":1e99'),
        (b'"players":[[0,[0]]]', b'"players":[[9,[0]]]'),
        (b'"players":[[0,[0]]]', b'"players":[[0,[99]]]'),
        (b'"players":[[0,[0]]]', b'"players":[[0,[]]]'),
        (b'"bars":1', b'"bars":1e9'),
        (b'"bars":1', b'"bars":[]'),
        (b'"version":1}', b'"version":2}'),
        (b'"meter":[4,4]', b'"meter":[0,4]'),
        (b'"given":[[]]', b'"given":[[[0,0,0,0,0]]]'),
        (b'"recipe":{', b'"recipe":{"x":1,'),
        (b'{"accompaniment"', b'["accompaniment"'),
        (b'"kept":[]', b'"kept":[[1]]'),
    ],
    ids=lambda pair: pair[1].decode(),
)
def test_a_damaged_text_is_passed_over(damage: tuple[bytes, bytes]) -> None:
    """The file then has no new part."""
    song = read_song(midi_bytes(in_song(BAR, song_of([*OTHER]))))
    tick, event = song.tracks[0][0]
    assert damage[0] in event
    changed = (tick, event.replace(*damage))
    track = (changed, *song.tracks[0][1:])
    assert read_new_parts(replace(song, tracks=(track,))) == []
