"""Random songs in a key: their notes lie in it, and it is written, or not."""

from __future__ import annotations

import random
from dataclasses import replace

from musicvae.midi.key_signatures import key_signature_data
from musicvae.midi.song_events import meta_event, read_song, song_bytes
from musicvae.score.song import Event
from musicvae.theory.key_signature import KeySignature

from .songs import BARS, PPQ, song_file

SUFFIXES = ("", "m", "7", "m7b5", "maj9", "sus4")


def song_in(
    signature: KeySignature,
    seed: int,
    kind: int = 1,
    written: KeySignature | None = None,
    *,
    has_chords: bool = True,
) -> bytes:
    """A song of `song_file` in a key, with a chord symbol in each bar, spelled as in the key.

    Args:
        written: the key signature in the file; None for none.
    """
    song = read_song(song_file(seed, kind))
    tones = KeySignature(signature.sharps).key.tones
    tracks = [
        [_in_key(event, tones) for event in track if not _is_key(event)] for track in song.tracks
    ]
    if written:
        tracks[0].insert(0, (0, meta_event(0x59, key_signature_data(written))))
    if has_chords:
        rng = random.Random(seed)
        roots = [signature.key.root, *(rng.randrange(12) for _ in range(BARS - 1))]
        suffixes = ["m" if signature.is_minor else "maj7", *rng.choices(SUFFIXES, k=BARS - 1)]
        for bar, (root, suffix) in enumerate(zip(roots, suffixes, strict=True)):
            text = signature.spell(root) + suffix
            tracks[0].append((4 * PPQ * bar, meta_event(0x06, text.encode())))
        *events, end = sorted(tracks[0], key=lambda event: (event[1][:2] == b"\xff\x2f", event[0]))
        tracks[0] = [*events, end]
    return song_bytes(replace(song, tracks=tuple(map(tuple, tracks))))


def _is_key(event: Event) -> bool:
    return event[1][:2] == b"\xff\x59"


def _in_key(event: Event, tones: frozenset[int]) -> Event:
    """A note of a pitched channel, on the tone of the key at or below it.

    Aftertouch of single keys is in the middle of the range, so that it can be moved.
    """
    tick, data = event
    if data[0] >> 4 == 0xA:
        return tick, bytes([data[0], 40 + data[1] % 40, data[2]])
    if data[0] >> 4 not in (8, 9) or data[0] & 0x0F == 9 or data[1] % 12 in tones:
        return event
    return tick, bytes([data[0], data[1] - 1, data[2]])
