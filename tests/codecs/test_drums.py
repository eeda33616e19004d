"""Nine drum classes: the class of each General MIDI drum, and all combinations of them."""

from __future__ import annotations

import numpy as np
import pytest

from musicvae.codecs.drums import DrumsCodec
from musicvae.midi.reader import read_midi
from musicvae.midi.writer import midi_bytes
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.theory.drum_kit import DRUM_CLASS, DRUM_CLASSES, DRUM_PITCH
from musicvae.theory.meter import Meter

DRUMS = DrumsCodec()
NAMES = [name for name, _ in DRUM_CLASSES]
GENERAL_MIDI = range(27, 88)
PUBLISHED = "1146111100111142424355768782717785465411322223231652323864155"
"""Class of each General MIDI drum from 27 on, as released with Roberts et al., 2018."""


def bar(*pitches: int, duration: int = 4) -> Phrase:
    """A bar that starts with all of these drums at once."""
    notes = (Note(0, duration, pitch) for pitch in pitches)
    return Phrase(bars=1, parts=(Part(tuple(notes), is_drum=True),))


def test_every_drum_has_its_published_class() -> None:
    """All of General MIDI; and the hi-hat rims of the Roland TD-11 (22, 26) are hi-hats."""
    assert [DRUM_CLASS[pitch] for pitch in GENERAL_MIDI] == [int(digit) for digit in PUBLISHED]
    assert DRUM_CLASS.keys() == {22, 26, *GENERAL_MIDI}
    assert (NAMES[DRUM_CLASS[22]], NAMES[DRUM_CLASS[26]]) == ("closed hi-hat", "open hi-hat")


@pytest.mark.parametrize("pitch", [22, 26, *GENERAL_MIDI])
def test_a_drum_is_a_hit_of_its_class(pitch: int) -> None:
    """Its duration is dropped; it is decoded as the first drum of its class."""
    codes = DRUMS.encode(bar(pitch))
    assert codes.tolist() == [1 << DRUM_CLASS[pitch]] + [0] * 15
    (note,) = DRUMS.decode(codes, Meter()).parts[0].notes
    assert note == Note(0, 1, DRUM_PITCH[DRUM_CLASS[pitch]])
    assert DRUM_CLASS[note.pitch] == DRUM_CLASS[pitch]


def test_all_512_combinations_survive_a_midi_file() -> None:
    """In thirty-two bars of 4/4, one combination a step."""
    codes = np.arange(512, dtype=np.uint16)
    phrase = DRUMS.decode(codes, Meter())
    assert phrase.bars == 32
    drums_at: dict[int, set[int]] = {step: set() for step in range(512)}
    for note in phrase.parts[0].notes:
        drums_at[note.start].add(DRUM_CLASS[note.pitch])
    assert all(sum(1 << drum for drum in drums) == step for step, drums in drums_at.items())
    (read,) = read_midi(midi_bytes(phrase))
    assert np.array_equal(DRUMS.encode(read), codes)


def test_two_drums_of_one_class_are_one_hit_and_other_pitches_are_dropped() -> None:
    """Both kicks; pitches below and above the drums of General MIDI."""
    assert DRUMS.encode(bar(35, 36))[0] == DRUMS.encode(bar(36))[0]
    assert not DRUMS.encode(bar(21, 88, 127)).any()


def test_any_combination_may_follow_any_other() -> None:
    """A hit lasts one step, so no window has one that began before it."""
    codes = np.arange(512, dtype=np.uint16)[None]
    sounding = DRUMS.initial_state(3, Meter())
    assert DRUMS.allowed(sounding).all()
    assert np.array_equal(DRUMS.drop_carried_notes(codes), codes)
    assert np.array_equal(DRUMS.transpose(codes, 5), codes)
