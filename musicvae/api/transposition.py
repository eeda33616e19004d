"""Music in another key."""

from __future__ import annotations

from dataclasses import replace

from ..arguments import check_arguments
from ..errors import RequestError
from ..metrics.key_finding import FoundKey, find_key
from ..midi.own_format import has_grid_text
from ..midi.parser import Score, parse
from ..midi.song_events import read_song
from ..midi.transpose import OCTAVE, Transposition, chord_symbols_of, transpose_song
from ..score.phrase import Phrase
from ..score.song import Song
from ..theory.key_signature import KeySignature, signature_of
from ..theory.keys import Key, parse_key
from . import inputs
from .inputs import Music, Opened, naming
from .songs import as_file

TRITONE = 6


@check_arguments
def transpose(
    source: Music, *, by: int | None = None, key: str | None = None, bpm: float = 120.0
) -> Song:
    """Move some music by semitones, or from its own key into another.

    The notes of all parts but drums, key signatures and chord symbols are moved, and nothing else.
    Notes that would leave MIDI's range are moved by octaves. The notices of the song say what was
    done.

    Args:
        source: music of any kind.
        by: semitones upwards, -127 to 127.
        key: the new key, such as "A minor", in the nearest octave, up rather than down. The key of
            the music is that of its key signature, or else estimated from its notes.
        bpm: quarters per minute of a MIDI file that is timed in seconds.

    Raises:
        MidiError: the file cannot be read.
        RequestError: not one of `by` and `key` is given, the new key is minor and the old one is
            major or the other way round, or there are only drums.
    """
    if (by is None) == (key is None):
        raise RequestError(
            "Say how far to transpose (--by) or into which key (--key), one of both."
        )
    target = parse_key(key)
    opened = as_file(inputs.open(source, bpm=bpm))
    assert opened.data is not None
    found = find_key(opened.main)
    with naming(opened):
        if target:
            by = _interval(found, target)
        assert by is not None
        new = found.signature.transpose(by)
        if target:
            named = signature_of(Key(target.tonic, str(found.signature.key.scale)))
            new = named or new
        how = _transposition(opened, parse(opened.data, bpm), by, new)
        song, moved, folded = transpose_song(read_song(opened.data), how)
        if not moved:
            raise RequestError("there are only drums in it, which have no key")
    notices = [_describe(by, found, new)]
    if folded:
        notes = "1 note was" if folded == 1 else f"{folded:,} notes were"
        notices.append(f"{notes} moved by octaves, to stay within MIDI's range")
    return replace(song, notices=tuple(notices))


def _interval(found: FoundKey, target: Key) -> int:
    """Semitones, -5 to 6, from the key that was found to another.

    Raises:
        RequestError: only one of the two is minor.
    """
    if found.signature.is_minor != target.is_minor:
        raise RequestError(
            f"it is in {found}, so {target} is another mode and no transposition: name a "
            f"{'minor' if found.signature.is_minor else 'major'} key, or move it --by semitones"
        )
    semitones = (target.root - found.signature.key.root) % OCTAVE
    return semitones - OCTAVE if semitones > TRITONE else semitones


def _transposition(
    opened: Opened, scores: list[Score], by: int, signature: KeySignature
) -> Transposition:
    """How the events of a file are transposed, from what was read of it."""
    players = {
        (player.track, channel, part.is_drum)
        for phrase in opened.phrases
        if phrase.place
        for part, player in zip(phrase.parts, phrase.place.players, strict=False)
        for channel in player.channels
    }
    return Transposition(
        by,
        signature,
        pitched={(track, channel) for track, channel, is_drum in players if not is_drum},
        drums={(track, channel) for track, channel, is_drum in players if is_drum},
        symbols=chord_symbols_of(scores),
        scale=scores[0].scale,
        has_own_markers=has_grid_text(scores[0]) or any(map(_has_markers, opened.new_parts)),
    )


def _has_markers(made: Phrase) -> bool:
    return made.place is not None and made.place.has_chords


def _describe(by: int, found: FoundKey, new: KeySignature) -> str:
    """What was done, such as: 3 semitones up, from A minor (by its notes) to C minor."""
    if not by:
        return f"as it was, in {found}"
    count = "1 semitone" if abs(by) == 1 else f"{abs(by)} semitones"
    return f"{count} {'up' if by > 0 else 'down'}, from {found} to {new.key}"
