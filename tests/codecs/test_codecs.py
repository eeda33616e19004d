"""Phrases to codes and back: one canonical form, and nothing is lost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.codecs import CODECS, MelodyCodec
from musicvae.codecs.base import Codec, Codes
from musicvae.engine.sampling import choose_step
from musicvae.midi.reader import read_midi
from musicvae.midi.writer import midi_bytes
from musicvae.score.melody_extraction import skyline
from musicvae.score.phrase import Note, Part, Phrase
from musicvae.score.pianoroll import part_to_roll, roll_to_notes
from musicvae.score.windows import cut_phrase, window_steps
from musicvae.theory.meter import Meter

from ..strategies import METERS, phrases

MELODY = MelodyCodec()


@given(phrases(max_parts=1))
@settings(deadline=None)
def test_a_roll_holds_all_but_velocity(phrase: Phrase) -> None:
    """Repeated notes do not merge: an onset differs from a sustained step."""
    for part in phrase.parts:
        notes = roll_to_notes(part_to_roll(part, phrase.steps))
        assert [n[:3] for n in _start_pitch_duration(notes)] == [
            n[:3] for n in _start_pitch_duration(part.notes)
        ]


def test_a_broken_chord_is_a_staircase_in_the_roll() -> None:
    """Each note fills its own column from its start to the end of the bar."""
    chord = Part((Note(0, 4, 60), Note(1, 3, 64), Note(2, 2, 67)))
    assert part_to_roll(chord, 4)[:, [60, 64, 67]].T.tolist() == [
        [2, 1, 1, 1],
        [0, 2, 1, 1],
        [0, 0, 2, 1],
    ]


def test_a_melody_is_encoded_as_pitch_hold_and_note_off() -> None:
    """C for two steps, a rest, then E to the end."""
    phrase = Phrase(Meter(2, 4), 1, parts=(Part((Note(0, 2, 60), Note(4, 4, 64))),))
    off, hold = MELODY.OFF, MELODY.HOLD
    assert MELODY.encode(phrase).tolist() == [39, hold, off, hold, 43, hold, hold, hold]


def test_pitches_beyond_the_piano_are_moved_by_octaves() -> None:
    """Their pitch class stays."""
    low, high = (Phrase(bars=1, parts=(Part((Note(0, 1, p),)),)) for p in (3, 120))
    assert [MELODY.encode(p)[0] + MELODY.LOWEST for p in (low, high)] == [27, 108]


@pytest.mark.slow
@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
@given(st.data())
@settings(max_examples=25, deadline=None)
def test_sampled_codes_survive_a_midi_file(codec: Codec, data: st.DataObject) -> None:
    """Any steps that `allowed` allows: decode, write, read and encode gives the same codes."""
    meter = data.draw(st.sampled_from(METERS))
    codes = draw_codes(codec, meter, np.random.default_rng(data.draw(st.integers(0, 999))))
    phrase = codec.decode(codes, meter)
    (read,) = read_midi(midi_bytes(phrase))
    assert np.array_equal(codec.encode(read), codes)


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
@given(phrases(max_parts=1), st.integers(-11, 11))
@settings(max_examples=60, deadline=None)
def test_transposing_up_and_down_again_is_the_same_phrase(
    codec: Codec, phrase: Phrase, semitones: int
) -> None:
    """A phrase that would leave the range does not move at all."""
    codes = codec.encode(phrase)
    moved = codec.transpose(codes, semitones)
    if semitones and not np.array_equal(moved, codes):
        assert np.array_equal(codec.transpose(moved, -semitones), codes)


@given(st.lists(st.integers(0, 89), max_size=64))
def test_the_canonical_form_is_canonical(codes: list[int]) -> None:
    """`canonicalize` does not change what it returned."""
    canonical = MELODY.canonicalize(np.array(codes, dtype=np.uint8))
    assert np.array_equal(MELODY.canonicalize(canonical), canonical)


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
@given(st.data())
@settings(max_examples=30, deadline=None)
def test_the_canonical_form_of_mixed_or_cut_steps_is_what_they_decode_to(
    codec: Codec, data: st.DataObject
) -> None:
    """`canonicalize` equals `encode` of `decode`, and does not change what it returned."""
    meter = data.draw(st.sampled_from(METERS))
    rng = np.random.default_rng(data.draw(st.integers(0, 999)))
    windows = np.stack([draw_codes(codec, meter, rng) for _ in range(2)])
    steps = windows.shape[1]
    mixed = windows[rng.integers(2, size=steps), np.arange(steps)]
    if codec.likelihood == "bernoulli":  # a pitch may have an onset and a sustain at once
        mixed |= windows[0]
    mixed = mixed[meter.steps_per_bar * data.draw(st.integers(0, steps // meter.steps_per_bar)) :]
    canonical = codec.canonicalize(mixed)
    assert canonical.dtype == codec.dtype
    assert np.array_equal(canonical, codec.encode(codec.decode(mixed, meter)))
    assert np.array_equal(codec.canonicalize(canonical), canonical)


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
@given(st.data())
@settings(max_examples=30, deadline=None)
def test_a_codec_declares_the_notes_of_its_channels(codec: Codec, data: st.DataObject) -> None:
    """The first part has as many notes as `notes_per_channel` counts, on pitches of the codec."""
    meter = data.draw(st.sampled_from(METERS))
    codes = draw_codes(codec, meter, np.random.default_rng(data.draw(st.integers(0, 999))))
    phrase = codec.decode(codes, meter)
    counted = (codec.one_hot(codes) @ codec.notes_per_channel).sum()
    notes = phrase.parts[0].notes
    assert counted == len(notes)
    assert bool(codec.pitches) != phrase.parts[0].is_drum
    assert phrase.parts[0].is_drum or all(note.pitch in codec.pitches for note in notes)
    assert codec.has_chords or not phrase.chords
    assert len(codec.parts) == len(codec.heads)


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
@given(phrases(max_parts=1))
@settings(max_examples=60, deadline=None)
def test_notes_as_arrays_are_encoded_like_the_phrase(codec: Codec, phrase: Phrase) -> None:
    """In whole bars with one monophonic part and no chords."""
    notes = skyline(phrase.parts[0].notes) if phrase.parts else ()
    whole = cut_phrase(
        replace(phrase, parts=(Part(notes),), chords=()), 0, phrase.steps + phrase.lead_in
    )
    columns = np.array([(n.start, n.end, n.pitch) for n in whole.parts[0].notes], dtype=np.int64)
    start, end, pitch = columns.reshape(-1, 3).T
    codes = codec.encode_notes(start, end, pitch, whole.meter, whole.bars)
    assert codes.dtype == codec.dtype
    assert np.array_equal(codes, codec.encode(whole))


def draw_codes(codec: Codec, meter: Meter, rng: np.random.Generator) -> Codes:
    """A window of steps sampled uniformly from what the codec allows, with about half rests."""
    sounding, codes = codec.initial_state(1, meter), []
    for _ in range(window_steps(meter)):
        allowed = codec.allowed(sounding)
        is_rest = codec.one_hot(codec.rest)[None] > 0
        if codec.likelihood == "categorical":
            scores = rng.random((1, codec.channels)) + is_rest * rng.integers(2)
        else:
            scores = rng.random((1, codec.channels)) - 0.9
        step, sounding = codec.advance(
            sounding, choose_step(codec, scores.astype(np.float32), allowed)
        )
        codes.append(step[0])
    return np.array(codes, dtype=codec.dtype)


def _start_pitch_duration(notes: tuple[Note, ...]) -> list[tuple[int, int, int]]:
    return [(note.start, note.pitch, note.duration) for note in notes]
