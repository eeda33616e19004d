"""transpose: from which key, into which, and back; what is refused."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import musicvae
from musicvae.api import inputs
from musicvae.api.transposition import transpose
from musicvae.errors import RequestError
from musicvae.metrics.key_finding import FoundKey, find_key
from musicvae.midi.reader import read_midi
from musicvae.midi.song_events import read_song
from musicvae.midi.writer import midi_bytes
from musicvae.score.phrase import ChordChange
from musicvae.score.song import Song
from musicvae.theory.chords import Chord, symbols
from musicvae.theory.key_signature import KeySignature, signature_of
from musicvae.theory.keys import Key
from musicvae.theory.pitch import FLAT_NAMES, NAMES

from ..midi import smf
from ..midi.keyed_songs import song_in
from ..midi.songs import song_file
from ..miniatures import tiny_checkpoint, tiny_prior

C_MAJOR = KeySignature()
SIGNATURES = st.builds(KeySignature, st.integers(-5, 6), st.booleans())
TOLD = SIGNATURES.filter(lambda signature: signature != C_MAJOR)
"""Signatures that say something; that of C major is written by many programs unasked."""

SCALE = [(i / 2, 0.5, 60 + step) for i, step in enumerate((0, 2, 4, 5, 7, 9, 11, 12, 7, 4, 0, 0))]


def key_of(data: bytes) -> FoundKey:
    """The key that is found in a file."""
    return find_key(inputs.open(data).main)


def pitches(song: Song) -> list[int]:
    """The pitches of all note-ons and note-offs in order."""
    return [event[1] for track in song.tracks for _, event in track if event[0] >> 4 in (8, 9)]


@settings(max_examples=12)
@given(TOLD, st.integers(0, 99), st.sampled_from([0, 1]), st.integers(-30, 30), st.booleans())
def test_there_and_back_again_are_the_same_bytes(
    signature: KeySignature, seed: int, kind: int, by: int, is_told: bool
) -> None:
    """Of a song in a key, told or not, whose chords are spelled as in it."""
    data = song_in(signature, seed, kind, signature if is_told else None)
    found = key_of(data).signature
    if found != signature:  # the key that fits best may be a neighbour
        data = song_in(found, seed, kind)
        assume(key_of(data).signature == found)
    there = transpose(data, by=by)
    assert key_of(midi_bytes(there)).signature == key_of(data).signature.transpose(by)
    assert midi_bytes(transpose(there, by=-by)) == data


@settings(max_examples=12)
@given(TOLD, st.integers(0, 99), st.sampled_from([*NAMES, *FLAT_NAMES]))
def test_a_key_is_reached_by_six_semitones_at_most(
    signature: KeySignature, seed: int, tonic: str
) -> None:
    """From that of the key signature; the new one is spelled as the key was named."""
    data = song_in(signature, seed, written=signature)
    key = Key(tonic, signature.key.scale)
    moved = transpose(data, key=str(key))
    by = (key.root - signature.key.root) % 12
    expected = signature_of(key) if by else signature
    assert inputs.open(moved).main.key_signature == expected
    assert pitches(moved) == pitches(transpose(data, by=by - 12 if by > 6 else by))


@given(SIGNATURES, st.integers(0, 20))
@settings(max_examples=12)
def test_a_signature_is_believed_if_the_notes_do_not_contradict(
    signature: KeySignature, seed: int
) -> None:
    """One of another scale is not, and that of C major counts only if the notes say so, too."""
    told = key_of(song_in(signature, seed, written=signature, has_chords=False))
    assert told == FoundKey(signature, True) or signature == C_MAJOR
    untold = key_of(song_in(signature, seed, has_chords=False))
    assert not untold.is_written
    unasked = key_of(song_in(signature, seed, written=C_MAJOR, has_chords=False))
    assert unasked == FoundKey(untold.signature, untold.signature == C_MAJOR)
    wrong = KeySignature(signature.sharps - 6 if signature.sharps > 0 else signature.sharps + 6)
    assert key_of(song_in(signature, seed, written=wrong, has_chords=False)) == untold


@pytest.mark.parametrize("is_minor", [False, True])
def test_another_mode_is_no_transposition(is_minor: bool) -> None:
    """The error names both keys and where the old one was read; modes count by their third."""
    own = KeySignature(3, is_minor)
    data = song_in(own, 1, written=own)
    others = ("C", "D mixolydian", "E lydian") if is_minor else ("C minor", "D dorian", "Em")
    for key in others:
        with pytest.raises(RequestError, match=r"by its key signature\), so .* is another mode"):
            transpose(data, key=key)


def test_what_cannot_be_done_is_one_sentence() -> None:
    """Both ways or neither, too far, and drums alone."""
    data = song_file(1)
    for options in ({}, {"by": 1, "key": "C"}):
        with pytest.raises(RequestError, match=r"--by.*--key.*one of both"):
            transpose(data, **options)  # type: ignore[arg-type]
    with pytest.raises(RequestError, match="by is from -127 to 127"):
        transpose(data, by=128)
    kit = smf.file([smf.body(smf.play([(i, 0.5, 36 + 2 * (i % 2)) for i in range(16)], 9))])
    with pytest.raises(RequestError, match="only drums"):
        transpose(kit, by=1)


def test_the_notices_say_what_was_done() -> None:
    """Semitones, both keys, from where the old one is known, and what was moved by octaves."""
    data = song_in(KeySignature(-1), 2, written=KeySignature(-1))
    assert transpose(data, by=-3).notices == (
        "3 semitones down, from F major (by its key signature) to D major",
    )
    assert transpose(data, key="F").notices == ("as it was, in F major (by its key signature)",)
    far = transpose(data, by=60)
    assert "notes were moved by octaves" in far.notices[1]
    assert max(pitches(far)) <= 127


def test_music_of_any_kind_is_transposed() -> None:
    """A phrase and note tuples are written first; a song is music for every function."""
    phrase = musicvae.from_tuples(SCALE)
    for source in (phrase, SCALE, midi_bytes(phrase), read_song(midi_bytes(phrase))):
        song = transpose(source, by=5)
        (moved,) = read_midi(midi_bytes(song))
        assert [n.pitch for n in moved.parts[0].notes] == [
            n.pitch + 5 for n in phrase.parts[0].notes
        ]
        assert musicvae.to_phrase(song) == moved


@cache
def model() -> musicvae.MusicVAE:
    """A small model of random weights, with a prior."""
    return musicvae.MusicVAE(tiny_prior(tiny_checkpoint()))


def test_a_transposed_clip_was_edited_until_it_is_moved_back() -> None:
    """As one that another program has changed: it is read as it is, and does not replay."""
    (clip,) = model().generate(1, key="D", seed=3)
    there = transpose(clip, by=2)
    (read,) = read_midi(midi_bytes(there))
    assert read.edited
    assert read.key_signature == KeySignature(4)
    with pytest.raises(RequestError, match="changed since it was made"):
        model().replay(there)
    assert model().replay(transpose(there, by=-2)) == clip


def test_the_chords_of_a_clip_move_though_they_are_letters_alone() -> None:
    """In files of others a row of letters may be names of sections."""
    chords = (ChordChange(0, Chord(0)), ChordChange(16, Chord(5)))
    lead = replace(musicvae.from_tuples([*SCALE, (6, 2, 60)]), chords=chords)
    (moved,) = read_midi(midi_bytes(transpose(lead, by=2)))
    assert symbols(change.chord for change in moved.chords) == ["D", "G"]
