"""Scores of other programs as MIDI."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from musicvae.api import inputs
from musicvae.errors import MidiError, MissingExtra
from musicvae.midi.reader import read_midi
from musicvae.midi.writer import midi_bytes
from musicvae.notation.files import encode
from musicvae.notation.read_score import is_score, score_to_midi
from musicvae.score.phrase import ChordChange, Note, Part, Phrase
from musicvae.theory.chords import QUALITIES, Chord
from musicvae.theory.key_signature import KeySignature
from musicvae.theory.meter import Meter

LINE = Part(tuple(Note(2 * i, 2, 60 + 7 * i % 15) for i in range(16)), program=73, name="Lead")
DRUMS = Part(
    tuple(Note(step, 1, pitch) for step in range(0, 32, 4) for pitch in (36, 42, 51, 39)),
    is_drum=True,
    name="Drums",
)
SONG = Phrase(
    Meter(4, 4),
    2,
    parts=(LINE, DRUMS),
    chords=tuple(ChordChange(3 * i, Chord(i, quality)) for i, quality in enumerate(QUALITIES)),
    key_signature=KeySignature(-3, is_minor=True),
)


def through(phrase: Phrase, name: str) -> list[Phrase]:
    """A phrase that was written as a score and read again."""
    score = encode(Path(name), midi_bytes(phrase)).data
    return read_midi(score_to_midi(name, score))


@pytest.mark.parametrize("name", ["a.musicxml", "a.mxl"])
def test_what_was_written_is_read(name: str) -> None:
    """Notes, drums, chord symbols, names, instruments, meter and key."""
    (read,) = through(SONG, name)
    assert (read.meter, read.bars, read.pickup) == (SONG.meter, 2, 0)
    assert read.chords == SONG.chords
    assert read.key_signature == SONG.key_signature
    assert [(part.name, part.is_drum) for part in read.parts] == [("Lead", False), ("Drums", True)]
    assert read.parts[0].program == 73
    for part, written in zip(read.parts, SONG.parts, strict=True):
        assert {(n.start, n.pitch) for n in part.notes} == {
            (n.start, n.pitch) for n in written.notes
        }


def test_abc_is_read() -> None:
    """Notes, chord symbols and key; ABC has no drums."""
    (read,) = through(replace(SONG, parts=(LINE,)), "a.abc")
    notes = [(n.start, n.duration, n.pitch) for n in read.parts[0].notes]
    assert notes == [(n.start, n.duration, n.pitch) for n in LINE.notes]
    assert (read.chords, read.key_signature) == (SONG.chords, SONG.key_signature)


@pytest.mark.parametrize("pickup", [2, 4, 12])
def test_a_pick_up_stays_one(pickup: int) -> None:
    """The first bar line stands where it stood."""
    notes = LINE.notes[: (16 + pickup) // 2]
    phrase = Phrase(Meter(4, 4), 1, pickup, parts=(replace(LINE, notes=notes),))
    (read,) = through(phrase, "a.musicxml")
    assert (read.pickup, read.bars) == (pickup, 1)
    assert [n.start for n in read.parts[0].notes] == [n.start for n in notes]


def test_drums_without_sounds_are_known_by_their_places() -> None:
    """As many programs write them; what is unknown is a snare drum."""
    data = encode(Path("a.musicxml"), midi_bytes(replace(SONG, parts=(DRUMS,)))).data
    lines = [line for line in data.decode().splitlines() if "midi-unpitched" not in line]
    (read,) = read_midi(score_to_midi("a.xml", "\n".join(lines).encode()))
    pitches = Counter(note.pitch for note in read.parts[0].notes)
    assert pitches == {36: 8, 42: 8, 51: 8, 38: 8}
    assert read.parts[0].is_drum


@pytest.mark.parametrize("name", ["a.musicxml", "a.mxl", "a.xml", "a.abc", "A.MXL"])
@pytest.mark.parametrize("data", [b"", b"<score-partwise>", b"PK\x03\x04", b"\x00\xff", b"MThd"])
def test_a_damaged_score_is_refused_by_its_name(name: str, data: bytes) -> None:
    """In one sentence."""
    with pytest.raises(MidiError, match=rf"^{name}: ") as caught:
        read_midi(score_to_midi(name, data))
    assert caught.value.reason.count(".") == 1


def test_a_score_is_music_for_every_verb(tmp_path: Path) -> None:
    """By the ending of its name."""
    path = tmp_path / "song.musicxml"
    path.write_bytes(encode(path, midi_bytes(SONG)).data)
    assert inputs.open(path).main.chords == SONG.chords
    assert is_score(path)
    assert not is_score("song.mid")


def test_without_the_extra_a_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading needs music21, writing does not."""
    monkeypatch.setitem(sys.modules, "music21", None)
    path = tmp_path / "song.abc"
    path.write_bytes(encode(path, midi_bytes(SONG)).data)
    with pytest.raises(MissingExtra, match=r"pip install 'musicvae\[notation\]'"):
        inputs.open(path)
