"""Nine classes of drums: which drum falls into which, and all that can be struck at once."""

from __future__ import annotations

import numpy as np
import pytest

from musicvae.codecs.drums import DrumsCodec
from musicvae.midi.reader import read_midi
from musicvae.midi.writer import midi_bytes
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.theory.drum_kit import CLASS_OF, CLASSES, PITCH_OF
from musicvae.theory.meter import Meter

DRUMS = DrumsCodec()
NAMES = [name for name, _ in CLASSES]
GENERAL_MIDI = range(27, 88)
PUBLISHED = "1146111100111142424355768782717785465411322223231652323864155"
"""Class of each General MIDI drum from 27 on, as released with the paper."""


def bar(*pitches: int, duration: int = 4) -> Phrase:
    """All of them at once."""
    notes = (Note(0, duration, pitch) for pitch in pitches)
    return Phrase(bars=1, parts=(Part(tuple(notes), is_drum=True),))


def test_every_drum_is_of_its_published_class() -> None:
    """Those of General MIDI one by one; and the rims of the TD-11's hi-hats are hi-hats."""
    assert [CLASS_OF[pitch] for pitch in GENERAL_MIDI] == [int(digit) for digit in PUBLISHED]
    assert CLASS_OF.keys() == {22, 26, *GENERAL_MIDI}
    assert (NAMES[CLASS_OF[22]], NAMES[CLASS_OF[26]]) == ("closed hi-hat", "open hi-hat")


@pytest.mark.parametrize("pitch", [22, 26, *GENERAL_MIDI])
def test_a_drum_is_a_stroke_of_its_class(pitch: int) -> None:
    """However long it was held; it comes back as the drum that its class is written as."""
    codes = DRUMS.encode(bar(pitch))
    assert codes.tolist() == [1 << CLASS_OF[pitch]] + [0] * 15
    (note,) = DRUMS.decode(codes, Meter()).parts[0].notes
    assert note == Note(0, 1, PITCH_OF[CLASS_OF[pitch]])
    assert CLASS_OF[note.pitch] == CLASS_OF[pitch]


def test_all_512_combinations_are_struck_and_read_back() -> None:
    """In thirty-two bars of 4/4, through a file; each is another set of drums."""
    codes = np.arange(512, dtype=np.uint16)
    phrase = DRUMS.decode(codes, Meter())
    assert phrase.bars == 32
    struck: dict[int, set[int]] = {step: set() for step in range(512)}
    for note in phrase.parts[0].notes:
        struck[note.start].add(CLASS_OF[note.pitch])
    assert all(sum(1 << drum for drum in drums) == step for step, drums in struck.items())
    (read,) = read_midi(midi_bytes(phrase))
    assert np.array_equal(DRUMS.encode(read), codes)


def test_two_drums_of_one_class_are_one_stroke_and_what_is_no_drum_is_none() -> None:
    """Both kicks; a pitch below and one above General MIDI's."""
    assert DRUMS.encode(bar(35, 36))[0] == DRUMS.encode(bar(36))[0]
    assert not DRUMS.encode(bar(21, 88, 127)).any()


def test_anything_may_follow_anything() -> None:
    """A stroke does not last, so no window holds one that began before it."""
    codes = np.arange(512, dtype=np.uint16)[None]
    sounding = DRUMS.initial_state(3, Meter())
    assert DRUMS.allowed(sounding).all()
    assert np.array_equal(DRUMS.drop_carried_notes(codes), codes)
    assert np.array_equal(DRUMS.transpose(codes, 5), codes)
