"""Music as JSON: its times, its parts, and its sections one after another."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given

from musicvae.midi.song_events import read_song
from musicvae.midi.writer import midi_bytes
from musicvae.page.music_json import music_json
from musicvae.score.phrase import ChordChange, Note, Part, Phrase, Tempo
from musicvae.theory.chords import parse_chord
from musicvae.theory.key_signature import KeySignature
from musicvae.theory.meter import Meter

from ..strategies import phrases

JIG = Phrase(
    Meter(6, 8),
    2,
    pickup=2,
    tempos=(Tempo(0, 500_000), Tempo(14, 250_000)),
    parts=(
        Part((Note(0, 2, 60, 90), Note(3, 1, 62, 80, 30)), 73, name="Tune"),
        Part((Note(2, 1, 36, 100),), 0, is_drum=True, name="Kit"),
    ),
    chords=(ChordChange(2, parse_chord("Am")), ChordChange(8, None)),
    key_signature=KeySignature(1),
    section_names=((2, "A"),),
)


def test_a_phrase_is_told_in_quarters() -> None:
    """Notes with their microtiming, tempos, chords, sections, and both lengths."""
    music = music_json(JIG, "jig")
    assert music["parts"][0] == {
        **{"name": "Tune", "program": 73, "instrument": "Flute", "drum": False},
        "notes": [[0.0, 0.5, 60, 90], [0.8125, 0.25, 62, 80]],
    }
    assert music["parts"][1]["drum"]
    assert (music["meter"], music["beat"], music["bar"], music["pickup"]) == ("6/8", 1.5, 3.0, 0.5)
    assert music["tempos"] == [[0.0, 120.0], [3.5, 240.0]]
    assert (music["quarters"], music["seconds"]) == (6.5, 2.5)
    assert music["chords"] == [[0.5, "Am"], [2.0, "N.C."]]
    assert (music["key"], music["sections"], music["bars"]) == ("G major", [[0.5, "A"]], 2)


@given(phrases(offsets=True))
def test_any_phrase_is_json_and_loses_no_note(phrase: Phrase) -> None:
    """Strict JSON, with every note at its time within a tenth of a tick."""
    music = json.loads(json.dumps(music_json(phrase), allow_nan=False))
    for part, told in zip(phrase.parts, music["parts"], strict=True):
        quarters = phrase.meter.steps_per_quarter
        times = [note.start / quarters + note.offset / 480 for note in part.notes]
        assert [note[0] for note in told["notes"]] == pytest.approx(times, abs=1e-4)
        assert [note[2:] for note in told["notes"]] == [[n.pitch, n.velocity] for n in part.notes]


def test_sections_in_other_meters_follow_each_other() -> None:
    """A song is told as its phrase, which has the sections around it."""
    waltz = Phrase(Meter(3, 4), 1, parts=(Part((Note(0, 4, 72),), 73, name="Tune"),))
    both = replace(waltz, before=(replace(JIG, pickup=0, tempos=(Tempo(),), chords=()),))
    music = music_json(both)
    assert music["meters"] == [[0.0, "6/8", 1.5, 3.0], [6.0, "3/4", 1.0, 3.0]]
    assert music["parts"][0]["notes"][-1] == [6.0, 1.0, 72, 80]
    assert (music["bars"], music["quarters"]) == (3, 9.0)
    song = music_json(read_song(midi_bytes(both)))
    assert [part["notes"] for part in song["parts"]] == [p["notes"] for p in music["parts"]]
