"""Accompaniment of a lead sheet: a chord part and a bass, in one of several patterns.

Chords are voiced closely from C3 to C5, below the melody where they can be, and each voicing moves
little from the last; the bass lies from E1 to G2. Nothing is random.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeAlias

from ..errors import RequestError
from ..score.phrase import ChordChange, Note, Part, Phrase, chord_map
from ..theory.chords import pitch_classes
from ..theory.meter import Meter
from .dynamics import phrase_swell
from .figures import (
    ballad,
    ballad_bass,
    bossa,
    bossa_bass,
    broken,
    driving,
    has_even_pulses,
    has_four_quarters,
    has_threes,
    power,
    waltz,
    waltz_bass,
)
from .patterns import (
    BASS_HIGH,
    BASS_LOW,
    BassPattern,
    ChordPattern,
    ChordSpan,
    arpeggio,
    backbeat,
    block,
    fifths,
    roots,
    strum,
    walking,
)
from .voicing import HIGH, voicing

PIANO, GUITAR, DISTORTED, BASS = 0, 24, 30, 33
"""General MIDI programs."""

Tones: TypeAlias = "Collection[int] | Mapping[int, Collection[int]]"
"""Pitch classes, or those from each of several bars on, in order."""


@dataclass(frozen=True)
class Pattern:
    """Patterns of the chord part and of the bass.

    Attributes:
        program: General MIDI program of the chord part.
        fits: True for the meters in which it can be played.
        meters: what these meters have, for errors.
    """

    chords: ChordPattern
    bass: BassPattern
    program: int = PIANO
    fits: Callable[[Meter], bool] = lambda meter: True
    meters: str = ""


PATTERNS = {
    "block": Pattern(block, roots),
    "arpeggio": Pattern(arpeggio, roots),
    "strum": Pattern(strum, fifths, GUITAR),
    "walking": Pattern(backbeat, walking),
    "waltz": Pattern(
        waltz, waltz_bass, PIANO, has_threes, "bars or beats of three, as 3/4 and 6/8 have"
    ),
    "oom-pah": Pattern(
        backbeat, fifths, PIANO, has_even_pulses, "an even number of beats, as 2/4 and 4/4 have"
    ),
    "broken": Pattern(broken, roots),
    "bossa": Pattern(
        bossa, bossa_bass, GUITAR, has_four_quarters, "bars of four quarters, as 4/4 and 2/2 have"
    ),
    "power": Pattern(power, driving, DISTORTED),
    "ballad": Pattern(ballad, ballad_bass),
}
"""Patterns by name."""


def accompany(
    chords: Sequence[ChordChange],
    meter: Meter,
    bars: int,
    pattern: str = "block",
    *,
    pickup: int = 0,
    tones: Tones = range(12),
    melody: Sequence[Note] = (),
) -> tuple[Part, Part]:
    """Chord part and bass part for the chords of a phrase.

    Every pitch is a chord tone, except that a walking bass steps to the next root; a step that is
    not in `tones` moves to the nearest tone. Chords beyond the end of the phrase are left out.

    Args:
        meter, bars, pickup: those of the phrase.
        pattern: `block`, held chords; `arpeggio`, one tone after another; `strum`, a guitar on
            every beat and off it; `walking`, short chords off the strong beats over a bass in
            quarters; `waltz` and `oom-pah`, a bass and then chords; `broken`, low, high, middle,
            high; `bossa`, a guitar on the clave; `power`, roots and fifths in eighths; `ballad`,
            chords in quarters.
        tones: pitch classes that the bass may use, such as those of a key; or the bar, from 0,
            from which each of several collections of them holds.
        melody: notes that the chords keep below, if there is room for them.

    Raises:
        RequestError: there is no such pattern, or not in this meter.
    """
    figures = PATTERNS[check_pattern(pattern, meter)]
    lead = meter.steps_per_bar - pickup if pickup else 0
    steps = pickup + bars * meter.steps_per_bar
    changes = chord_map(((change.step, change.chord) for change in chords), steps)
    spans = list(_spans(changes, lead, steps, melody))
    upper = (note for span in spans for note in figures.chords(span, meter))
    by_bar: Mapping[int, Collection[int]] = tones if isinstance(tones, Mapping) else {0: tones}
    starts, collections = [bar * meter.steps_per_bar for bar in by_bar], [*by_bar.values()]

    def tones_at(step: int) -> Collection[int]:
        return collections[max(0, bisect_right(starts, step) - 1)]

    lower = (
        _move_to_tones(note, spans, tones_at(note.start)) for note in figures.bass(spans, meter)
    )
    return (
        Part(tuple(_shift(upper, lead)), figures.program, name="Chords"),
        Part(tuple(_shift(lower, lead)), BASS, name="Bass"),
    )


def check_pattern(name: str, meter: Meter | None = None) -> str:
    """Return the name of a pattern if it exists, and can be played in a meter.

    Raises:
        RequestError: there is no such pattern, or not in this meter.
    """
    if name not in PATTERNS:
        raise RequestError(f"There is no pattern {name!r}; there are {', '.join(PATTERNS)}.")
    if meter and not PATTERNS[name].fits(meter):
        raise RequestError(f"The pattern {name} needs {PATTERNS[name].meters}, not {meter}.")
    return name


def add_accompaniment(
    phrase: Phrase,
    pattern: str = "block",
    tones: Tones = range(12),
    *,
    below_melody: bool = True,
) -> Phrase:
    """A lead sheet with its accompaniment: the melody, then chords and bass from `accompany`.

    Chords and bass swell and fade with the melody, half as much. A band has a bass of its own: it
    gets chords alone, after its parts.
    """
    melody, *others = phrase.parts
    melody = replace(melody, name=melody.name or "Melody")
    parts = accompany(
        phrase.chords,
        phrase.meter,
        phrase.bars,
        pattern,
        pickup=phrase.pickup,
        tones=tones,
        melody=melody.notes if below_melody else (),
    )
    swell = phrase_swell(phrase)
    chords, bass = (
        replace(
            part,
            notes=tuple(
                replace(note, velocity=note.velocity + round(swell(note.start) / 2))
                for note in part.notes
            ),
        )
        for part in parts
    )
    added = (chords,) if others else (chords, bass)
    return replace(phrase, parts=(melody, *others, *added))


def _spans(
    chords: Sequence[ChordChange], lead: int, steps: int, melody: Sequence[Note]
) -> Iterator[ChordSpan]:
    """A span for each chord, voiced near the last one; none where there is no chord."""
    last: tuple[int, ...] = ()
    for change, following in pairwise([*chords, ChordChange(steps, None)]):
        if change.chord:
            above = [
                note.pitch
                for note in melody
                if note.start < following.step and change.step < note.end
            ]
            highest = min(HIGH, min(above, default=HIGH + 1) - 1)
            last = voicing(change.chord, last, highest)
            start, end = change.step + lead, following.step + lead
            yield ChordSpan(start, end, change.chord, last, following.chord, highest)


def _shift(notes: Iterator[Note], lead: int) -> Iterator[Note]:
    """Count the notes from the first step of the phrase instead of from a bar line."""
    for note in notes:
        yield replace(note, start=note.start - lead)


def _move_to_tones(note: Note, spans: Sequence[ChordSpan], tones: Collection[int]) -> Note:
    """The note, moved to the nearest of the tones if it is neither one of them nor a chord tone."""
    (span,) = (span for span in spans if span.start <= note.start < span.end)
    if note.pitch % 12 in tones or note.pitch % 12 in pitch_classes(span.chord):
        return note
    pitches = [pitch for pitch in range(BASS_LOW, BASS_HIGH + 1) if pitch % 12 in tones]
    return replace(note, pitch=min(pitches, key=lambda pitch: abs(pitch - note.pitch)))
