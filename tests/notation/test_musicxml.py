"""Scores as MusicXML, opened by music21."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from musicvae.midi.reader import read_midi
from musicvae.midi.writer import midi_bytes
from musicvae.notation.drum_staff import drum_place
from musicvae.notation.engrave import engrave
from musicvae.notation.files import encode
from musicvae.notation.musicxml import KINDS, musicxml
from musicvae.notation.rhythm import QUARTER
from musicvae.score.phrase import ChordChange, Note, Part, Phrase, Tempo, remove_overlaps
from musicvae.theory.chords import QUALITIES, Chord, pitch_classes
from musicvae.theory.key_signature import KeySignature
from musicvae.theory.meter import TRIPLET, Meter

from ..strategies import phrases
from .scores import Tones, open_score, strokes_of, tones_in, tones_of

TUNES = sorted((Path(__file__).parents[2] / "data" / "tunes").glob("*.mid"))
FOUR = Meter(4, 4)
LINE = Part(tuple(Note(4 * i, 4, 60 + i) for i in range(8)), program=73, name="Lead")


def lead_in(phrase: Phrase) -> Fraction:
    """Quarters of rest before a pick-up in triplets, which makes the first triplet whole."""
    if phrase.meter.steps_per_quarter != TRIPLET:
        return Fraction(0)
    return Fraction(2 * phrase.lead_in % QUARTER, QUARTER)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=12)
@given(st.lists(phrases(max_parts=2), min_size=1, max_size=2), st.integers(-7, 7))
def test_all_notes_come_back(sections: list[Phrase], sharps: int) -> None:
    """Those of all parts, in any meter, tied over bar lines and in as many voices as they need."""
    count = max(len(phrase.parts) for phrase in sections)
    steps = sum(phrase.steps for phrase in sections)
    drawn = [replace(p, parts=tuple(replace(x, is_drum=False) for x in p.parts)) for p in sections]
    if not count or not steps:
        return
    score = open_score(musicxml(engrave(drawn, "", KeySignature(sharps))), "musicxml")
    read: Tones = Counter()
    for part in score.parts:
        read += tones_of(part)
    written: Tones = Counter()
    for number in range(count):
        start = Fraction(0)
        for phrase in drawn:
            start += lead_in(phrase)
            written += tones_in([phrase], number, start)
            start += Fraction(phrase.steps, phrase.meter.steps_per_quarter)
    assert read == written


@pytest.mark.parametrize("path", TUNES[::4], ids=lambda path: path.stem)
def test_a_tune_comes_back(path: Path) -> None:
    """A file of another program."""
    found = read_midi(path)
    score = open_score(encode(Path("a.musicxml"), path.read_bytes()).data, "musicxml")
    for number, part in enumerate(score.parts):
        assert tones_of(part) == tones_in(found, number)


def test_chord_symbols_stand_at_their_beats() -> None:
    """All nine kinds, none, and a chord that begins in the middle of a note."""
    chords = [Chord(root, quality) for root, quality in enumerate(QUALITIES)]
    changes = (
        *(ChordChange(6 * i, chord) for i, chord in enumerate(chords)),
        ChordChange(56, None),
    )
    long = Part((Note(0, 64, 60),))
    phrase = Phrase(FOUR, 4, parts=(long,), chords=changes)
    score = open_score(musicxml(engrave([phrase], "")), "musicxml")
    read = [s for s in score.flatten().getElementsByClass("ChordSymbol") if s.chordKind != "none"]
    assert [Fraction(symbol.offset) for symbol in read] == [Fraction(6 * i, 4) for i in range(9)]
    for symbol, chord in zip(read, chords, strict=True):
        assert {pitch.pitchClass for pitch in symbol.pitches} == set(pitch_classes(chord))
    assert set(KINDS) == set(QUALITIES)
    assert [s.offset for s in score.flatten().getElementsByClass("NoChord")] == [14.0]


def test_keys_meters_and_tempos_stand_where_they_change() -> None:
    """In each part, over two sections; a tempo within a bar is heard, too."""
    three = Meter(3, 4)
    lead = replace(LINE, notes=LINE.notes[:3])
    first = Phrase(FOUR, 2, tempos=(Tempo(0, 600_000), Tempo(24, 400_000)), parts=(LINE, LINE))
    second = Phrase(three, 1, parts=(lead, lead), key_signature=KeySignature(-3, is_minor=True))
    first = replace(first, key_signature=KeySignature(2))
    score = open_score(musicxml(engrave([first, second], "")), "musicxml")
    for part in score.parts:
        flat = part.flatten()
        meters = [(m.offset, m.ratioString) for m in flat.getElementsByClass("TimeSignature")]
        keys = [(k.offset, k.sharps, k.mode) for k in flat.getElementsByClass("Key")]
        assert meters == [(0.0, "4/4"), (8.0, "3/4")]
        assert keys == [(0.0, 2, "major"), (8.0, -3, "minor")]
    tempos = score.flatten().getElementsByClass("MetronomeMark")
    assert [(t.offset, t.getQuarterBPM()) for t in tempos] == [(0.0, 100), (6.0, 150), (8.0, 120)]


def test_a_pick_up_is_a_short_bar_with_number_0() -> None:
    """Then the bars count from 1."""
    phrase = Phrase(FOUR, 1, pickup=4, parts=(replace(LINE, notes=LINE.notes[:5]),))
    score = open_score(musicxml(engrave([phrase], "")), "musicxml")
    bars = score.parts[0].getElementsByClass("Measure")
    assert [(bar.number, bar.duration.quarterLength) for bar in bars] == [(0, 1.0), (1, 4.0)]


def test_parts_have_names_and_instruments() -> None:
    """A part without a name has that of its instrument; a new one is said where it enters."""
    changing = replace(LINE, name="", program_changes=((8, 40),))
    phrase = Phrase(FOUR, 2, parts=(LINE, changing))
    data = musicxml(engrave([phrase], "Air & <Dance>\x01"))
    score = open_score(data, "musicxml")
    assert score.metadata.title == "Air & <Dance>"
    assert [part.partName for part in score.parts] == ["Lead", "Flute"]
    assert [part.getInstrument().midiProgram for part in score.parts] == [73, 73]
    assert [t.content for t in score.parts[1].flatten().getElementsByClass("TextExpression")] == [
        "Violin"
    ]


def test_drums_stand_on_a_percussion_staff() -> None:
    """Each stroke is at its place, and knows which drum it is; strokes do not overlap."""
    strokes = [(0, 36), (0, 42), (2, 42), (4, 38), (4, 42), (6, 46), (8, 35), (9, 49), (15, 51)]
    long = remove_overlaps(Note(step, 16 - step, pitch) for step, pitch in strokes)
    part = Part(long, is_drum=True)
    data = musicxml(engrave([Phrase(FOUR, 1, parts=(part,))], ""))
    score = open_score(data, "musicxml")
    assert type(score.recurse().getElementsByClass("Clef").first()).__name__ == "PercussionClef"
    places = ((Fraction(step, 4), drum_place(pitch)) for step, pitch in strokes)
    assert strokes_of(score) == Counter((at, p.letter, p.octave) for at, p in places)
    root = ElementTree.fromstring(data)
    drums = {m.get("id"): m.findtext("midi-unpitched") for m in root.iter("midi-instrument")}
    played = [drums[note.get("id")] for note in root.iter("instrument")]
    assert played == [str(pitch + 1) for _, pitch in strokes]


def test_a_piano_has_two_staves_where_it_needs_them() -> None:
    """One for each hand; a flute has one, a bass one that is read an octave lower."""
    wide = Part((Note(0, 16, 40), Note(0, 16, 76)))
    low = Part((Note(0, 16, 30),), program=33)
    phrase = Phrase(FOUR, 1, parts=(wide, replace(wide, program=73), low))
    root = ElementTree.fromstring(musicxml(engrave([phrase], "")))
    clefs = [
        [(c.findtext("sign"), c.findtext("clef-octave-change")) for c in part.iter("clef")]
        for part in root.iter("part")
    ]
    assert clefs == [[("G", None), ("F", None)], [("F", None)], [("F", "-1")]]


@settings(max_examples=30)
@given(phrases())
def test_each_bar_is_full_in_every_voice(phrase: Phrase) -> None:
    """What is written between two back-ups lasts as long as the bar."""
    if not phrase.parts or not phrase.steps:
        return
    root = ElementTree.fromstring(musicxml(engrave([phrase], "")))
    for measure in root.iter("measure"):
        voices: Counter[str] = Counter()
        for note in measure.iter("note"):
            if note.find("chord") is None:
                voices[str(note.findtext("voice"))] += int(str(note.findtext("duration")))
        backups = {int(str(backup.findtext("duration"))) for backup in measure.iter("backup")}
        assert len(set(voices.values()) | backups) == 1


def test_the_same_file_makes_the_same_bytes() -> None:
    """Also compressed."""
    data = midi_bytes(Phrase(FOUR, 2, parts=(LINE,)))
    for name in ("a.musicxml", "a.mxl", "a.abc"):
        assert encode(Path(name), data) == encode(Path(name), data)
