"""Songs transposed: which events move, how far, and how they are spelled."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.midi.events import KEY_SIGNATURE, SEQUENCER_SPECIFIC
from musicvae.midi.key_signatures import read_key_signature
from musicvae.midi.song_events import meta_data, read_song
from musicvae.midi.transpose import Transposition, transpose_song
from musicvae.midi.yamaha_xf import PREFIX, read_chord
from musicvae.theory.chords import parse_chord, respell, transpose_chord
from musicvae.theory.key_signature import KeySignature

from . import smf
from .songs import song_file

CHORDS = ("Bb", "F#m7", "C°7", "Ebmaj7/G", "A7(b9) / C#", "N.C.", "D♭sus4")
OURS = frozenset({(0, 0), (1, 1), (0, 1), (1, 0), (2, 1)})
DRUMS = frozenset({(0, 9), (3, 9)})


def how(by: int, **options: object) -> Transposition:
    """A transposition of the parts of a random song from C."""
    given = {"pitched": OURS, "drums": DRUMS, "symbols": ()} | options
    return Transposition(by, KeySignature().transpose(by), **given)  # type: ignore[arg-type]


@settings(max_examples=20)
@given(st.integers(0, 99), st.sampled_from([0, 1]), st.integers(-127, 127))
def test_notes_move_within_range_and_all_else_stays(seed: int, kind: int, by: int) -> None:
    """On, off and aftertouch alike, but not of drums; those beyond MIDI's range by octaves."""
    song = read_song(song_file(seed, kind))
    moved, count, folded = transpose_song(song, how(by))
    onsets = far = 0
    for old, new in zip(song.tracks, moved.tracks, strict=True):
        for (tick, event), (new_tick, new_event) in zip(old, new, strict=True):
            assert tick == new_tick
            if 0x80 <= event[0] < 0xB0 and event[0] & 0x0F != 9:
                assert (new_event[1] - event[1] - by) % 12 == 0
                is_inside = 0 <= event[1] + by <= 127
                assert new_event[1] == event[1] + by or not is_inside
                assert (new_event[0], new_event[2]) == (event[0], event[2])
                is_onset = event[0] & 0xF0 == 0x90 and event[2] > 0
                onsets, far = onsets + is_onset, far + (is_onset and not is_inside)
            elif event[:2] != b"\xff\x59":
                assert new_event == event
    assert (count, folded) == (onsets, far)


@pytest.mark.parametrize("channel", [4, 9])
def test_drums_are_what_the_reader_says(channel: int) -> None:
    """A part of drums on another channel stays; a pitched one on channel 10 moves."""
    song = read_song(smf.file([smf.body(smf.play([(0, 1, 40)], channel))]))
    as_drums = how(2, pitched=(), drums={(0, channel)})
    as_pitched = how(2, pitched={(0, channel)}, drums=())
    assert transpose_song(song, as_drums)[0] == song
    assert transpose_song(song, as_pitched)[1] == 1


@given(st.integers(-7, 7), st.booleans(), st.integers(-30, 30))
def test_every_key_signature_moves(sharps: int, is_minor: bool, by: int) -> None:
    """And keeps its mode; by octaves it stays as it is spelled."""
    data = bytes([sharps % 256, is_minor])
    song = read_song(smf.file([smf.body([(7, smf.meta(KEY_SIGNATURE, data))])]))
    moved = meta_data(transpose_song(song, how(by))[0].tracks[0][0][1], KEY_SIGNATURE)
    signature = read_key_signature(moved or b"")
    assert signature
    assert (7 * by + sharps - signature.sharps) % 12 == 0
    assert signature.is_minor == is_minor
    assert by % 12 or moved == data


@settings(max_examples=40)
@given(st.sampled_from(CHORDS), st.sampled_from([1, 5, 6]), st.integers(-13, 13))
def test_symbols_of_the_reader_move(text: str, kind: int, by: int) -> None:
    """Root and bass, with all else of the text; the same words that are no symbols stay."""
    song = read_song(smf.file([smf.body([(5, smf.meta(kind, text.encode()))])]))
    moved = transpose_song(song, how(by, symbols={(5, kind, text)}))[0]
    new = (meta_data(moved.tracks[0][0][1], kind) or b"").decode()
    chord = parse_chord(text)
    assert parse_chord(new) == (transpose_chord(chord, by) if chord else None)
    unnamed = respell(text, lambda _: "")
    assert respell(new, lambda _: "") == unnamed
    assert transpose_song(song, how(by))[0] == song


@given(st.integers(0, 2), st.integers(-13, 13))
def test_chord_events_of_yamaha_xf_move(seed: int, by: int) -> None:
    """Root and bass, if they have one; any bytes after the prefix are read without error."""
    rng = random.Random(seed)
    events = [bytes([rng.randrange(128) for _ in range(rng.randint(0, 6))]) for _ in range(40)]
    song = read_song(
        smf.file([smf.body([(0, smf.meta(SEQUENCER_SPECIFIC, PREFIX + e)) for e in events])])
    )
    moved = transpose_song(song, how(by))[0]
    for (_, old), (_, new) in zip(song.tracks[0][:-1], moved.tracks[0][:-1], strict=True):
        before, after = (meta_data(event, SEQUENCER_SPECIFIC) or b"" for event in (old, new))
        try:
            chord = read_chord(before)
        except ValueError:
            continue
        assert read_chord(after) == (transpose_chord(chord, by) if chord else None)


def test_a_text_keeps_its_encoding() -> None:
    """A sign of Latin-1 stays one byte; the spelled root is of the new key."""
    for encoding in ("latin-1", "utf-8"):
        song = read_song(smf.file([smf.body([(0, smf.meta(6, "Bø7".encode(encoding)))])]))
        moved = transpose_song(song, how(-1, symbols={(0, 6, "Bø7")}))[0]
        assert meta_data(moved.tracks[0][0][1], 6) == "A#ø7".encode(encoding)
