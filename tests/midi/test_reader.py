"""Reading and writing: written files read back the same; foreign files are quantized."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import mido
import pytest
from hypothesis import given, settings

from musicvae.errors import MidiError, OutputError
from musicvae.midi.reader import main_phrase, read_midi
from musicvae.midi.writer import midi_bytes, write_midi
from musicvae.score.phrase import ChordChange, Note, Part, Phrase, Tempo
from musicvae.theory.chords import Chord
from musicvae.theory.meter import STRAIGHT, TRIPLET, Meter

from ..strategies import phrases


@given(phrases(offsets=True))
@settings(max_examples=400, deadline=None)
def test_a_written_phrase_reads_back_the_same(phrase: Phrase) -> None:
    """Meter, grid, pick-up, tempos, parts, names, chords, offsets and final rests survive."""
    assert read_midi(midi_bytes(phrase)) == [phrase]


@given(phrases())
@settings(max_examples=50, deadline=None)
def test_the_same_phrase_gives_the_same_bytes(phrase: Phrase) -> None:
    """A file depends on the phrase alone, not on time or chance."""
    assert midi_bytes(phrase) == midi_bytes(phrase)


@given(phrases())
@settings(max_examples=50, deadline=None)
def test_other_software_opens_written_files(phrase: Phrase) -> None:
    """mido reads a file of type 1 with a track of meta events and one per part."""
    file = mido.MidiFile(file=io.BytesIO(midi_bytes(phrase)), charset="utf-8")
    assert (file.type, len(file.tracks)) == (1, 1 + len(phrase.parts))
    signatures = [m for m in file.tracks[0] if m.type == "time_signature"]
    assert [(m.numerator, m.denominator) for m in signatures] == [
        (phrase.meter.numerator, phrase.meter.denominator)
    ]


def test_a_pickup_is_padded_to_a_whole_bar() -> None:
    """A pick-up of one quarter in 3/4 is preceded by two quarters of rest."""
    phrase = Phrase(Meter(3, 4), bars=1, pickup=4, parts=(Part((Note(0, 4, 60),)),))
    file = mido.MidiFile(file=io.BytesIO(midi_bytes(phrase)))
    on = next(m for m in file.tracks[1] if m.type == "note_on")
    assert on.time == 2 * file.ticks_per_beat


def test_a_written_file_edited_off_the_grid_is_quantized() -> None:
    """A grid text that no longer fits the notes is ignored."""
    phrase = Phrase(bars=2, parts=(Part((Note(0, 4, 60), Note(8, 4, 62))),))
    file = mido.MidiFile(file=io.BytesIO(midi_bytes(phrase)))
    for message in file.tracks[1]:
        if message.type == "note_on" and message.note == 62:
            message.time += 7
    (read,) = read_midi(_bytes(file))
    assert [(note.start, note.pitch) for note in read.parts[0].notes] == [(0, 60), (8, 62)]


OFF_GRID = Phrase(
    bars=1,
    parts=(
        Part((Note(0, 4, 60, offset=7), Note(4, 4, 60, offset=-30), Note(8, 8, 60, offset=20))),
    ),
)


def test_notes_off_the_grid_are_written_with_their_offsets() -> None:
    """A note moves whole, but ends by the next note of its pitch or the end of the phrase."""
    file = mido.MidiFile(file=io.BytesIO(midi_bytes(OFF_GRID)))
    ticks, now = [], 0
    for message in file.tracks[1]:
        now += message.time
        if message.type in ("note_on", "note_off"):
            ticks.append(now)
    assert ticks == [7, 450, 450, 930, 980, 1920]


@pytest.mark.parametrize("resolution", [96, 120, 220, 480, 960, 1000])
def test_offsets_are_read_only_with_their_flag(resolution: int) -> None:
    """Other resolutions round the offsets; without the flag the notes are quantized."""
    file = mido.MidiFile(file=io.BytesIO(midi_bytes(OFF_GRID)))
    file.ticks_per_beat = resolution
    for track in file.tracks:
        now = last = 0
        for message in track:
            now += message.time
            message.time, last = now * resolution // 480 - last, now * resolution // 480
    (read,) = read_midi(_bytes(file))
    tick = 480 / resolution
    for note, written in zip(read.parts[0].notes, OFF_GRID.parts[0].notes, strict=True):
        assert replace(note, offset=0) == replace(written, offset=0)
        assert abs(note.offset - written.offset) <= max(1, 2 * tick)
    text = next(message for message in file.tracks[0] if message.type == "text")
    text.text = text.text.replace(', "offsets": true', "")
    (read,) = read_midi(_bytes(file))
    assert [(note.start, note.offset) for note in read.parts[0].notes] == [(0, 0), (4, 0), (8, 0)]


def test_chords_are_markers_that_an_editor_shows_and_may_change() -> None:
    """Changed chord markers are read at their ticks; other markers are ignored."""
    chords = (ChordChange(4, Chord(0)), ChordChange(16, Chord(9, "min7")), ChordChange(24, None))
    phrase = Phrase(bars=2, parts=(Part((Note(0, 4, 60),)),), chords=chords)
    file = mido.MidiFile(file=io.BytesIO(midi_bytes(phrase)))
    markers = [message for message in file.tracks[0] if message.type == "marker"]
    assert [message.text for message in markers] == ["C", "Am7", "N.C."]
    assert markers[0].time == 480
    markers[1].text = "Bb13/F"
    file.tracks[0].insert(0, mido.MetaMessage("marker", text="Verse"))
    (read,) = read_midi(_bytes(file))
    changed = (chords[0], ChordChange(16, Chord(10, "7")), chords[2])
    assert read == replace(phrase, chords=changed)


CHORDS = [(0, "C"), (960, "Am"), (1920, "F/A"), (2880, "G7"), (3840, "C")]


@pytest.mark.parametrize("kind", ["marker", "text", "lyrics"])
def test_chord_symbols_in_foreign_files_are_read(kind: str) -> None:
    """Each is at the nearest step, counted like notes from the first bar."""
    symbols = [(tick + 1920, text) for tick, text in CHORDS]
    (phrase,) = read_midi(_file([(1920, 3840, 60)], texts={kind: symbols}))
    assert phrase.chords == (
        ChordChange(16, Chord(0)),
        ChordChange(24, Chord(9, "min")),
        ChordChange(32, Chord(5)),
        ChordChange(40, Chord(7, "7")),
    )


def test_a_change_of_meter_does_not_end_the_chord() -> None:
    """The next phrase begins with the chord that still sounds."""
    notes = [(0, 3840, 60), (3840, 720, 64), (5280, 720, 65)]
    first, second = read_midi(_file(notes, [(0, 4, 4), (3840, 6, 8)], {"marker": CHORDS[:4]}))
    assert first.chords[-1] == ChordChange(24, Chord(7, "7"))
    assert second.chords == (ChordChange(0, Chord(7, "7")),)


def test_the_length_of_a_file_is_that_of_its_notes_tracks() -> None:
    """Rests up to the end of a track with notes count, tempo changes in another track do not."""
    file = mido.MidiFile(file=io.BytesIO(_file([(1920, 480, 60)], end=4 * 1920)))
    tempos = [mido.MetaMessage("set_tempo", tempo=400_000 + i, time=1920) for i in range(400)]
    file.tracks.append(mido.MidiTrack(tempos))
    (phrase,) = read_midi(_bytes(file))
    assert phrase == Phrase(bars=4, parts=(Part((Note(16, 4, 60),)),), tempos=phrase.tempos)
    assert (len(phrase.tempos), phrase.notices) == (4, ())


def test_a_change_of_meter_begins_a_new_phrase() -> None:
    """Two bars of 4/4 and one of 6/8 give two phrases."""
    notes = [(0, 480, 60), (1920, 480, 62), (3840, 240, 64), (4080, 720, 65)]
    segments = read_midi(_file(notes, meters=[(0, 4, 4), (3840, 6, 8)]))
    assert [(phrase.meter, phrase.bars) for phrase in segments] == [
        (Meter(4, 4), 2),
        (Meter(6, 8), 1),
    ]


@pytest.mark.parametrize("sign", [(1, 4), (3, 4)])
def test_a_short_first_bar_is_a_pickup(sign: tuple[int, int]) -> None:
    """Notation software writes it as a short meter, or repeats the meter within the first bar."""
    notes = [(0, 480, 55), (480, 960, 60), (1440, 480, 64), (1920, 1440, 67)]
    (phrase,) = read_midi(_file(notes, meters=[(0, *sign), (480, 3, 4)]))
    assert (phrase.meter, phrase.pickup, phrase.bars) == (Meter(3, 4), 4, 2)


def test_triplets_choose_the_triplet_grid_and_sixteenths_the_straight_one() -> None:
    """Eighths are on both grids and count as straight."""
    triplets = [(160 * i, 160, 60) for i in range(12)]
    sixteenths = [(120 * i, 120, 60) for i in range(12)]
    eighths = [(240 * i, 240, 60) for i in range(12)]
    grids = [
        read_midi(_file(notes))[0].meter.steps_per_quarter
        for notes in (triplets, sixteenths, eighths)
    ]
    assert grids == [TRIPLET, STRAIGHT, STRAIGHT]


def test_tempo_changes_stay_with_the_phrase() -> None:
    """A phrase has both tempos, the second at its step."""
    file = mido.MidiFile(file=io.BytesIO(_file([(0, 480, 60), (960, 960, 62)])))
    file.tracks.append(
        mido.MidiTrack(
            [
                mido.MetaMessage("set_tempo", tempo=400_000),
                mido.MetaMessage("set_tempo", tempo=600_000, time=960),
            ]
        )
    )
    (phrase,) = read_midi(_bytes(file))
    assert phrase.tempos == (Tempo(0, 400_000), Tempo(8, 600_000))


def test_a_meter_too_long_for_the_grid_is_the_reason_given() -> None:
    """17/4 has 68 sixteenths a bar."""
    with pytest.raises(MidiError, match=r"17/4 has 68 steps"):
        read_midi(_file([(0, 480, 60)], meters=[(0, 17, 4)]))


def test_main_phrase_is_the_one_with_most_notes() -> None:
    """It is neither the first nor the longest."""
    few = Phrase(bars=9, parts=(Part((Note(0, 1, 60),)),))
    many = Phrase(bars=1, parts=(Part((Note(0, 1, 60), Note(1, 1, 60))),))
    assert main_phrase([few, many]) is many


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is empty"),
        (b"RIFF\x00\x00\x00\x00WAVE" + bytes(40), "not a MIDI file"),
        (b"MThd" + bytes(4), "not a MIDI file"),
        (b"MThd\x00\x00\x00\x06\x00\x01\x00\x01\x01\xe0", "no tracks"),
        (
            b"MThd\x00\x00\x00\x06\x00\x01\x00\x01\x01\xe0MTrk\x00\x00\x00\x04\x00\xff\x2f\x00",
            "no note",
        ),
    ],
)
def test_an_unusable_file_is_one_sentence(data: bytes, reason: str, tmp_path: Path) -> None:
    """The message names the file and the reason."""
    path = tmp_path / "broken.mid"
    path.write_bytes(data)
    with pytest.raises(MidiError, match=reason) as caught:
        read_midi(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    """Both raise a MidiError that says which it is."""
    with pytest.raises(MidiError, match=r"none\.mid: there is no such file"):
        read_midi(tmp_path / "none.mid")
    with pytest.raises(MidiError, match="it is a folder"):
        read_midi(tmp_path)


def test_a_path_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """A folder has the name of the file; no temporary file is left."""
    (tmp_path / "taken.mid").mkdir()
    with pytest.raises(OutputError, match=r"taken\.mid cannot be written"):
        write_midi(Phrase(), tmp_path / "taken.mid")
    assert [path.name for path in tmp_path.iterdir()] == ["taken.mid"]


def _file(
    notes: list[tuple[int, int, int]],
    meters: list[tuple[int, int, int]] | None = None,
    texts: dict[str, list[tuple[int, str]]] | None = None,
    end: int = 0,
) -> bytes:
    """A foreign file of (start, duration, pitch) notes in ticks of 1/480 quarter, and texts."""
    events: list[tuple[int, mido.Message | mido.MetaMessage]] = [
        (tick, mido.MetaMessage("time_signature", numerator=n, denominator=d))
        for tick, n, d in meters or []
    ]
    for kind, timed in (texts or {}).items():
        events += [(tick, mido.MetaMessage(kind, text=text)) for tick, text in timed]
    for start, duration, pitch in notes:
        events.append((start, mido.Message("note_on", note=pitch, velocity=80)))
        events.append((start + duration, mido.Message("note_off", note=pitch)))
    events.append((max(end, *(t for t, _ in events)), mido.MetaMessage("end_of_track")))
    events.sort(key=lambda event: (event[0], event[1].type != "note_off"))
    track, now = mido.MidiTrack(), 0
    for tick, message in events:
        track.append(message.copy(time=tick - now))
        now = tick
    return _bytes(mido.MidiFile(ticks_per_beat=480, tracks=[track]))


def _bytes(file: mido.MidiFile) -> bytes:
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()
