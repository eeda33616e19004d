"""What breaks a constraint in a phrase, heard as music: it knows nothing of how notes were drawn.

Each function gives a sentence for each breach. `start` is the step of the piece at which the
phrase begins, a bar line: chords go on through a piece.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..score.phrase import Note, Phrase
from ..theory.chords import Chord, pitch_classes, symbol
from ..theory.keys import Key
from ..theory.meter import Meter
from ..theory.pitch import pitch_name

Progression = Sequence[tuple[Chord | None, int | None]]
"""Chords, each with its beats, or None for a bar."""


def out_of_key(phrase: Phrase, key: Key) -> Iterator[str]:
    """Pitched notes that do not lie in the key."""
    for note in _pitched(phrase):
        if note.pitch % 12 not in key.tones:
            yield f"{_bar(phrase, note.start)}: {pitch_name(note.pitch)} is not in {key}"


def against_chords(phrase: Phrase, chords: Progression, start: int) -> Iterator[str]:
    """Pitched notes that are struck on a strong beat and are no tones of the chord."""
    for note in _pitched(phrase):
        place = start + note.start
        chord = chord_at(chords, phrase.meter, place)
        if not chord or note.pitch % 12 in pitch_classes(chord):
            continue
        if is_strong(chords, phrase.meter, place):
            name = pitch_name(note.pitch)
            yield f"{_bar(phrase, note.start)}: {name} is no tone of {symbol(chord)}"


def wrong_chords(phrase: Phrase, chords: Progression, start: int) -> Iterator[str]:
    """Beats whose chord is another one than was asked for."""
    for step in range(0, phrase.steps, phrase.meter.steps_per_beat):
        told = [change.chord for change in phrase.chords if change.step <= step]
        chord, wanted = (told or [None])[-1], chord_at(chords, phrase.meter, start + step)
        if chord != wanted:
            yield f"{_bar(phrase, step)}: the chord is {symbol(chord)}, not {symbol(wanted)}"


def chords_out_of_key(phrase: Phrase, key: Key) -> Iterator[str]:
    """Chords of which a tone does not lie in the key."""
    for change in phrase.chords:
        if change.chord and not key.tones.issuperset(pitch_classes(change.chord)):
            yield f"{_bar(phrase, change.step)}: {symbol(change.chord)} does not lie in {key}"


def out_of_range(phrase: Phrase, low: int, high: int) -> Iterator[str]:
    """Notes of the first part that are too low or too high."""
    for note in phrase.parts[0].notes:
        if not low <= note.pitch <= high:
            between = f"{pitch_name(low)} and {pitch_name(high)}"
            name = pitch_name(note.pitch)
            yield f"{_bar(phrase, note.start)}: {name} is not between {between}"


def too_many_voices(phrase: Phrase, voices: int) -> Iterator[str]:
    """Steps at which more pitches sound than may."""
    for step in range(phrase.steps):
        sounding = {n.pitch for n in _pitched(phrase) if n.start <= step < n.end}
        if len(sounding) > voices:
            yield f"{_bar(phrase, step)}: {len(sounding)} pitches sound, not {voices}"


def wrong_density(phrase: Phrase, least: int, most: int) -> Iterator[str]:
    """Bars in which the first part begins too few notes, or too many."""
    bar = phrase.meter.steps_per_bar
    for first in range(0, phrase.steps, bar):
        struck = sum(first <= note.start < first + bar for note in phrase.parts[0].notes)
        if not least <= struck <= most:
            yield f"{_bar(phrase, first)}: {struck} notes, not {least} to {most}"


def chord_at(chords: Progression, meter: Meter, step: int) -> Chord | None:
    """The chord at a step of the piece.

    >>> symbol(chord_at([(Chord(0), None), (Chord(7), 2)], Meter(4, 4), 20))
    'G'
    """
    beats: list[Chord | None] = []
    for chord, lasting in chords:
        beats += [chord] * (lasting or meter.steps_per_bar // meter.steps_per_beat)
    return beats[step // meter.steps_per_beat % len(beats)]


def is_strong(chords: Progression, meter: Meter, step: int) -> bool:
    """Whether a note struck at a step of the piece must be a tone of the chord."""
    beats, place = meter.steps_per_bar // meter.steps_per_beat, step % meter.steps_per_bar
    if place == 0 or (beats in range(4, 33, 2) and 2 * place == meter.steps_per_bar):
        return True
    return chord_at(chords, meter, step) != chord_at(chords, meter, step - 1)


def _pitched(phrase: Phrase) -> list[Note]:
    return [note for part in phrase.parts if not part.is_drum for note in part.notes]


def _bar(phrase: Phrase, step: int) -> str:
    return f"bar {step // phrase.meter.steps_per_bar + 1}"
