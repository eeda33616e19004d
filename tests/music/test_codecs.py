"""Phrases and what nets read: one spelling, and nothing lost on the way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.music.codecs import CODECS, Codec, Codes, MelodyCodec, PartsCodec
from musicvae.music.coding import UNBOUND
from musicvae.music.midi import midi_bytes, read_midi
from musicvae.music.notes import Note, Part, Phrase
from musicvae.music.pianoroll import part_to_roll, roll_to_notes
from musicvae.music.position import window_steps
from musicvae.music.units import Meter
from musicvae.music.voices import voice

from ..miniatures import little_band
from ..strategies import METERS, phrases

MELODY = MelodyCodec()
TRIO = CODECS["trio"]
EVERY_CODEC = pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
SEEDS = st.integers(0, 999)


@given(phrases(max_parts=1))
@settings(deadline=None)
def test_a_roll_holds_all_but_velocity(phrase: Phrase) -> None:
    """Repeated notes do not merge: onsets are kept apart from sustained steps."""
    for part in phrase.parts:
        notes = roll_to_notes(part_to_roll(part, phrase.steps))
        assert [n[:3] for n in _plain(notes)] == [n[:3] for n in _plain(part.notes)]


def test_a_broken_chord_is_painted_as_stairs() -> None:
    """Each note fills its own column from its start to the end of the bar."""
    chord = Part((Note(0, 4, 60), Note(1, 3, 64), Note(2, 2, 67)))
    assert part_to_roll(chord, 4)[:, [60, 64, 67]].T.tolist() == [
        [2, 1, 1, 1],
        [0, 2, 1, 1],
        [0, 0, 2, 1],
    ]


def test_a_melody_is_spelled_with_pitch_hold_and_off() -> None:
    """C for two steps, a rest, then E to the end."""
    phrase = Phrase(Meter(2, 4), 1, parts=(Part((Note(0, 2, 60), Note(4, 4, 64))),))
    off, hold = MELODY.OFF, MELODY.HOLD
    assert MELODY.encode(phrase).tolist() == [39, hold, off, hold, 43, hold, hold, hold]


def test_pitches_beyond_the_piano_are_moved_by_octaves() -> None:
    """The pitch class stays."""
    low, high = (Phrase(bars=1, parts=(Part((Note(0, 1, p),)),)) for p in (3, 120))
    assert [MELODY.encode(p)[0] + MELODY.LOWEST for p in (low, high)] == [27, 108]


@EVERY_CODEC
@given(st.sampled_from(METERS), SEEDS)
@settings(max_examples=60, deadline=None)
def test_what_is_drawn_survives_the_file(codec: Codec, meter: Meter, seed: int) -> None:
    """Any steps that `allowed` lets through: decode, write, read, encode gives the same steps."""
    codes = draw_codes(codec, meter, np.random.default_rng(seed))
    phrase = codec.decode(codes, meter)
    (read,) = read_midi(midi_bytes(phrase))
    assert np.array_equal(codec.encode(read), codes)


@EVERY_CODEC
@given(SEEDS)
@settings(max_examples=20, deadline=None)
def test_what_is_played_can_go_in_again(codec: Codec, seed: int) -> None:
    """The parts of a decoded window are found again, where each of them plays."""
    codes = draw_codes(codec, Meter(), np.random.default_rng(seed))
    phrase = codec.decode(codes, Meter())
    assert all(part.notes for part in phrase.parts)
    assert voice(phrase, codec.name) == phrase


@EVERY_CODEC
def test_steps_are_as_the_codec_says(codec: Codec) -> None:
    """Their type, a one for each head or channel, and when they strike; silence is idle."""
    band = voice(little_band(Meter(), 3), codec.name)
    codes = codec.encode(band)
    assert codes.dtype == codec.dtype
    assert codes.shape == (band.steps, *codec.idle.shape)
    assert sum(codec.heads) == codec.channels
    ones = codec.one_hot(codes)
    assert ones.shape == (band.steps, codec.channels)
    if codec.likelihood == "categorical":
        heads = np.split(ones, np.cumsum(codec.heads[:-1]), axis=-1)
        assert all((head.sum(axis=-1) == 1).all() for head in heads)
    struck = {note.start for part in band.parts for note in part.notes}
    assert set(np.flatnonzero(codec.strikes(codes))) == struck
    silent = codec.encode(Phrase(bars=2))
    assert (silent == codec.idle).all()
    assert not codec.strikes(silent).any()
    assert codec.reach(silent) == (UNBOUND, UNBOUND)


@EVERY_CODEC
@given(phrases(), st.integers(-11, 11))
@settings(max_examples=60, deadline=None)
def test_up_and_down_again_is_the_same_phrase(codec: Codec, phrase: Phrase, semitones: int) -> None:
    """Unless it would leave the range, where it does not move at all; drums never do."""
    codes = codec.encode(phrase)
    moved = codec.transpose(codes, semitones)
    down, up = codec.reach(codes)
    within = -down <= semitones <= up
    assert np.array_equal(moved, codes) == (not within or not semitones or down == UNBOUND)
    if within:
        assert np.array_equal(codec.transpose(moved, -semitones), codes)


@EVERY_CODEC
@given(SEEDS, st.integers(-6, 6))
@settings(max_examples=20, deadline=None)
def test_as_low_as_it_goes_a_window_is_the_same_in_any_key(
    codec: Codec, seed: int, semitones: int
) -> None:
    """And cannot go lower."""
    codes = codec.encode(voice(little_band(Meter(), seed), codec.name))
    moved = codec.transpose(codes, semitones)
    one, other = codec.lowest(np.stack([codes, moved]))
    assert np.array_equal(one, other)
    assert codec.reach(one)[0] in (0, UNBOUND)


def three_parts(melody: int, bass: int) -> Phrase:
    """A note for each of a trio."""
    pitches = (melody, bass, 38)
    parts = (Part((Note(4 * i, 4, p),), is_drum=i == 2) for i, p in enumerate(pitches))
    return Phrase(bars=1, parts=tuple(parts))


def test_parts_move_together_or_not_at_all() -> None:
    """As far as all of them can go; drums stay as they are."""
    codes = TRIO.encode(three_parts(100, 28))
    assert TRIO.reach(codes) == (7, 8)
    up = TRIO.transpose(codes, 8)
    assert np.array_equal(up, TRIO.encode(three_parts(108, 36)))
    for semitones in (-8, 9):
        assert np.array_equal(TRIO.transpose(codes, semitones), codes)


def test_a_part_that_is_not_there_is_silent() -> None:
    """A melody alone is a trio too, and comes back with two parts that rest."""
    melody = three_parts(60, 40).parts[0]
    codes = TRIO.encode(Phrase(bars=1, parts=(melody,)))
    assert codes.shape == (16, 3)
    assert (codes[:, 1:] == TRIO.idle[1:]).all()
    found = TRIO.decode(codes, Meter())
    assert [part.notes for part in found.parts] == [melody.notes, (), ()]


def test_the_parts_of_a_trio_have_names_and_instruments() -> None:
    """As a DAW shows them: a piano, a bass, drums."""
    found = TRIO.decode(TRIO.encode(three_parts(60, 40)), Meter()).parts
    assert [part.name for part in found] == ["Melody", "Bass", "Drums"]
    assert [part.program for part in found] == [0, 33, 0]
    assert [part.is_drum for part in found] == [False, False, True]


def test_a_trio_forbids_each_part_what_its_codec_forbids() -> None:
    """A note-off of the bass while the melody sounds, and the bass does not."""
    assert isinstance(TRIO, PartsCodec)
    sounding = TRIO.silence(1, Meter())
    step = np.array([[40, MELODY.HOLD, 3]], dtype=np.uint16)
    played, sounding = TRIO.play(sounding, step)
    assert np.array_equal(played, step)
    melody, bass, drums = np.split(TRIO.allowed(sounding)[0], np.cumsum(TRIO.heads[:-1]))
    assert melody.all()
    assert np.flatnonzero(~bass).tolist() == [MELODY.OFF]
    assert drums.all()


@given(st.lists(st.integers(0, 89), max_size=64))
def test_spelling_is_done_once(codes: list[int]) -> None:
    """A note-off in silence becomes a hold; a spelled sequence stays as it is."""
    spelled = MELODY.spell(np.array(codes, dtype=np.uint8))
    assert np.array_equal(MELODY.spell(spelled), spelled)


def draw_codes(codec: Codec, meter: Meter, rng: np.random.Generator) -> Codes:
    """A window of steps drawn evenly from what the codec allows; half of the classes are idle."""
    sounding, drawn = codec.silence(1, meter), []
    for _ in range(window_steps(meter)):
        allowed = codec.allowed(sounding)
        if codec.likelihood == "categorical":
            heads = np.split(allowed[0], np.cumsum(codec.heads[:-1]))
            chosen = np.array([rng.choice(np.flatnonzero(head)) for head in heads])
            step = chosen.reshape(1, *codec.idle.shape)
            step = np.where(rng.random(step.shape) < 0.5, step, codec.idle).astype(codec.dtype)
        else:
            step = (allowed & (rng.random(allowed.shape) < 0.1)).astype(codec.dtype)
        step, sounding = codec.play(sounding, step)
        drawn.append(step[0])
    return np.array(drawn)


def _plain(notes: tuple[Note, ...]) -> list[tuple[int, int, int]]:
    return [(note.start, note.pitch, note.duration) for note in notes]
