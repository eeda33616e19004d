"""Accompaniment patterns: notes of a chord part and of a bass for a row of chords.

A pattern of the chord part plays one chord; a bass pattern plays all chords, since each of its
notes lies near the last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ..score.phrase import Note
from ..theory.chords import Chord, pitch_classes
from ..theory.meter import TRIPLET, Meter
from .voicing import HIGH

BASS_LOW, BASS_HIGH = 28, 43
"""Range of the bass, E1 to G2."""

OFFBEAT_VELOCITY, BEAT_VELOCITY, DOWNBEAT_VELOCITY = 60, 64, 70


@dataclass(frozen=True)
class ChordSpan:
    """One chord over some steps, counted from a bar line.

    Attributes:
        next_chord: the chord that follows without a gap.
        highest: pitch that the chord part does not exceed, if it can keep below it.
    """

    start: int
    end: int
    chord: Chord
    voicing: tuple[int, ...]
    next_chord: Chord | None = None
    highest: int = HIGH


ChordPattern = Callable[[ChordSpan, Meter], Iterator[Note]]
BassPattern = Callable[[Sequence[ChordSpan], Meter], Iterator[Note]]


def block(span: ChordSpan, meter: Meter) -> Iterator[Note]:
    """The chord held, again in each bar."""
    for start, end in split_span(span, meter, meter.steps_per_bar):
        yield from chord_notes(start, end, span.voicing, meter)


def arpeggio(span: ChordSpan, meter: Meter) -> Iterator[Note]:
    """Up from the lowest tone to its octave and down, again in each bar."""
    up = [*span.voicing, span.voicing[0] + 12]
    order = [pitch for pitch in up + up[-2:0:-1] if pitch <= max(span.highest, span.voicing[-1])]
    length = max(1, meter.steps_per_beat // 3 if meter.compound else meter.steps_per_quarter // 2)
    turn = 0
    for start, end in split_span(span, meter, length):
        turn = 0 if start % meter.steps_per_bar == 0 else turn
        yield from chord_notes(start, end, [order[turn % len(order)]], meter)
        turn += 1


def strum(span: ChordSpan, meter: Meter) -> Iterator[Note]:
    """All strings on the beat, the two highest off it: halfway, or on the last of three parts."""
    swung = meter.compound or meter.steps_per_quarter == TRIPLET
    offbeat = meter.steps_per_beat * 2 // 3 if swung else meter.steps_per_beat // 2
    for start, end in split_span(span, meter, meter.steps_per_beat):
        upstroke = start - start % meter.steps_per_beat + offbeat
        if start < upstroke < end:
            yield from chord_notes(start, upstroke, span.voicing, meter)
            yield from chord_notes(upstroke, end, span.voicing[-2:], meter)
        else:
            yield from chord_notes(start, end, span.voicing, meter)


def backbeat(span: ChordSpan, meter: Meter) -> Iterator[Note]:
    """Short chords on every second pulse, or on all but the first of an odd number of pulses."""
    pulse = pulse_of(meter)
    count = -(-meter.steps_per_bar // pulse)
    for start, end in split_span(span, meter, pulse):
        number, late = divmod(start % meter.steps_per_bar, pulse)
        weak = number % 2 == 1 if count % 2 == 0 else number > 0 or count == 1
        if weak and not late:
            short_end = min(end, start + max(1, pulse // 2))
            yield from chord_notes(start, short_end, span.voicing, meter)


def roots(spans: Sequence[ChordSpan], meter: Meter) -> Iterator[Note]:
    """The root held, again in each bar."""
    pitch = BASS_LOW
    for span in spans:
        pitch = nearest_bass(span.chord.root, pitch)
        for start, end in split_span(span, meter, meter.steps_per_bar):
            yield from chord_notes(start, end, [pitch], meter)


def fifths(spans: Sequence[ChordSpan], meter: Meter) -> Iterator[Note]:
    """Root and fifth in turn.

    They change in the middle of a bar if it has an even number of beats, at least four; else at
    the bar line.
    """
    beats = meter.steps_per_bar // meter.steps_per_beat
    length = meter.steps_per_bar // 2 if beats % 2 == 0 and beats >= 4 else meter.steps_per_bar
    pitch = BASS_LOW
    for span in spans:
        for turn, (start, end) in enumerate(split_span(span, meter, length)):
            pitch = nearest_bass(pitch_classes(span.chord)[turn % 2 * 2], pitch)
            yield from chord_notes(start, end, [pitch], meter)


def walking(spans: Sequence[ChordSpan], meter: Meter) -> Iterator[Note]:
    """The root, then neighbouring chord tones that turn at the ends of the range.

    The last pulse of a chord steps to the next root, unless it is a strong beat.
    """
    pitch = BASS_LOW
    for span in spans:
        pulses = list(split_span(span, meter, pulse_of(meter)))
        pitch = nearest_bass(span.chord.root, pitch)
        tones = [p for p in range(BASS_LOW, BASS_HIGH + 1) if p % 12 in pitch_classes(span.chord)]
        direction = 1 if pitch < (BASS_LOW + BASS_HIGH) / 2 else -1
        for number, (start, end) in enumerate(pulses):
            strong = meter.level(start) <= 1  # a strong beat has a chord tone, even the last pulse
            if number and number == len(pulses) - 1 and span.next_chord and not strong:
                pitch = _approach(pitch, nearest_bass(span.next_chord.root, pitch))
            elif number:
                if not 0 <= tones.index(pitch) + direction < len(tones):
                    direction = -direction
                pitch = tones[tones.index(pitch) + direction]
            yield from chord_notes(start, end, [pitch], meter)


def split_span(span: ChordSpan, meter: Meter, length: int) -> Iterator[tuple[int, int]]:
    """Start and end of the pieces of a span, cut at bar lines and every `length` steps after."""
    start = span.start
    while start < span.end:
        step = start % meter.steps_per_bar
        end = min(span.end, start + min(length - step % length, meter.steps_per_bar - step))
        yield start, end
        start = end


def chord_notes(start: int, end: int, pitches: Sequence[int], meter: Meter) -> Iterator[Note]:
    """Notes of some pitches, accented by the meter."""
    velocity = OFFBEAT_VELOCITY
    if start % meter.steps_per_bar == 0:
        velocity = DOWNBEAT_VELOCITY
    elif start % meter.steps_per_beat == 0:
        velocity = BEAT_VELOCITY
    for pitch in pitches:
        yield Note(start, end - start, pitch, velocity)


def pulse_of(meter: Meter) -> int:
    """Steps of a pulse of the walking bass: a quarter, or the beat of a compound meter."""
    return meter.steps_per_beat if meter.compound else meter.steps_per_quarter


def nearest_bass(tone: int, to: int) -> int:
    """The bass pitch of a pitch class that is nearest to another pitch; the lower one of two."""
    pitches = [pitch for pitch in range(BASS_LOW, BASS_HIGH + 1) if pitch % 12 == tone]
    return min(pitches, key=lambda pitch: abs(pitch - to))


def _approach(pitch: int, target: int) -> int:
    """A semitone from the target on the side of the last pitch; a tone if it is there already."""
    near = [target + step for step in (-1, 1, -2, 2)]
    in_range = [other for other in near if BASS_LOW <= other <= BASS_HIGH and other != pitch]
    return min(in_range, key=lambda other: (abs(other - target), abs(other - pitch)))
