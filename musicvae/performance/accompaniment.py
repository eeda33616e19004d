"""Chords rendered: a part that plays them and a bass, in one of four patterns.

Chords lie close, from C3 to C5, each voiced so that its tones move little from the
last; the bass lies from E1 to G2. Nothing is left to chance.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ..errors import RequestError
from ..score.phrase import ChordChange, Note, Part, Phrase, chord_map
from ..theory.chords import Chord, pitch_classes
from ..theory.meter import TRIPLET, Meter
from .dynamics import phrase_swell

LOW, MIDDLE_C, HIGH = 48, 60, 72
BASS_LOW, BASS_HIGH = 28, 43
PIANO, GUITAR, BASS = 0, 24, 33
SOFT, USUAL, ACCENT = 60, 64, 70
CENTRE_WEIGHT = 0.25
"""What a semitone between the middle of a voicing and C4 counts, beside those its tones move."""


@dataclass(frozen=True)
class _Span:
    """One chord from a step to another, counted from a bar line; `then` follows at once."""

    start: int
    end: int
    chord: Chord
    voicing: tuple[int, ...]
    then: Chord | None = None


Pattern = Callable[[_Span, Meter], Iterator[Note]]


def accompany(
    chords: Sequence[ChordChange],
    meter: Meter,
    bars: int,
    pattern: str = "block",
    *,
    pickup: int = 0,
    tones: Collection[int] = range(12),
) -> tuple[Part, Part]:
    """Chords and bass for the chords of a phrase of that meter, bars and pick-up.

    Every pitch belongs to its chord, but for the last step of a walking bass towards
    the next root, which is one of the tones. Chords beyond the end are left out.

    Args:
        pattern: `block`, chords held; `arpeggio`, their tones one by one; `strum`, on
            every beat and off it, on a guitar; `walking`, short chords after the
            beat over a bass in quarters.
        tones: pitch classes, such as those of a key.

    Raises:
        RequestError: there is no such pattern.
    """
    play, ground = PATTERNS[check_pattern(pattern)]
    lead = meter.steps_per_bar - pickup if pickup else 0
    steps = pickup + bars * meter.steps_per_bar
    told = chord_map(((change.step, change.chord) for change in chords), steps)
    spans = list(_spans(told, lead, steps))
    program = GUITAR if pattern == "strum" else PIANO
    upper = (note for span in spans for note in play(span, meter))
    lower = (_onto_tones(note, spans, tones) for note in ground(spans, meter))
    return (
        Part(tuple(_shift(upper, lead)), program, name="Chords"),
        Part(tuple(_shift(lower, lead)), BASS, name="Bass"),
    )


def check_pattern(name: str) -> str:
    """The name of a pattern.

    Raises:
        RequestError: there is no such pattern.
    """
    if name not in PATTERNS:
        raise RequestError(f"There is no pattern {name!r}; there are {', '.join(PATTERNS)}.")
    return name


def add_accompaniment(
    phrase: Phrase, pattern: str = "block", tones: Collection[int] = range(12)
) -> Phrase:
    """A lead sheet as it is played: its melody, then chords and bass as `accompany` has them.

    They swell and fade with the melody, half as much.
    """
    melody = replace(phrase.parts[0], name=phrase.parts[0].name or "Melody")
    below = accompany(
        phrase.chords, phrase.meter, phrase.bars, pattern, pickup=phrase.pickup, tones=tones
    )
    swell = phrase_swell(phrase)
    chords, bass = (
        replace(
            part, notes=tuple(_raise_velocity(note, swell(note.start) / 2) for note in part.notes)
        )
        for part in below
    )
    return replace(phrase, parts=(melody, chords, bass))


def _raise_velocity(note: Note, by: float) -> Note:
    return replace(note, velocity=note.velocity + round(by))


def _shift(notes: Iterator[Note], lead: int) -> Iterator[Note]:
    """From the bar line to the first step of the phrase."""
    for note in notes:
        yield replace(note, start=note.start - lead)


def _onto_tones(note: Note, spans: Sequence[_Span], tones: Collection[int]) -> Note:
    """The note, on the nearest of the tones if it is neither one of them nor of its chord."""
    (span,) = (span for span in spans if span.start <= note.start < span.end)
    if note.pitch % 12 in tones or note.pitch % 12 in pitch_classes(span.chord):
        return note
    there = [pitch for pitch in range(BASS_LOW, BASS_HIGH + 1) if pitch % 12 in tones]
    return replace(note, pitch=min(there, key=lambda pitch: abs(pitch - note.pitch)))


def _spans(chords: Sequence[ChordChange], lead: int, steps: int) -> Iterator[_Span]:
    """Each chord, how long it lasts, and what it hands over to; none where there is none."""
    last: tuple[int, ...] = ()
    for change, following in pairwise([*chords, ChordChange(steps, None)]):
        if change.chord:
            last = voicing(change.chord, last)
            start, stop = change.step + lead, following.step + lead
            yield _Span(start, stop, change.chord, last, following.chord)


def voicing(chord: Chord, last: Sequence[int] = ()) -> tuple[int, ...]:
    """The tones of a chord as pitches, close, near those of the last one and near C4.

    >>> voicing(Chord(0)), voicing(Chord(5), (55, 60, 64))
    ((55, 60, 64), (57, 60, 65))
    """
    tones = pitch_classes(chord)
    found = []
    for low in range(LOW, HIGH):
        if low % 12 in tones:
            first = tones.index(low % 12)
            stack = [low]
            for tone in tones[first + 1 :] + tones[:first]:
                stack.append(stack[-1] + (tone - stack[-1]) % 12)
            found.append(tuple(stack))
    return min((stack for stack in found if stack[-1] <= HIGH), key=lambda s: _cost(s, last))


def _cost(stack: Sequence[int], last: Sequence[int]) -> float:
    """How far the tones move, both ways, and how far they lie from C4."""
    away = CENTRE_WEIGHT * abs(sum(stack) / len(stack) - MIDDLE_C)
    if not last:
        return away
    there = sum(min(abs(pitch - other) for other in last) for pitch in stack)
    back = sum(min(abs(pitch - other) for other in stack) for pitch in last)
    return away + there + back


def _split_span(span: _Span, meter: Meter, length: int) -> Iterator[tuple[int, int]]:
    """The span cut at bar lines, and at every so many steps after each. (start, end)"""
    start = span.start
    while start < span.end:
        place = start % meter.steps_per_bar
        end = min(span.end, start + min(length - place % length, meter.steps_per_bar - place))
        yield start, end
        start = end


def _chord_notes(start: int, end: int, pitches: Sequence[int], meter: Meter) -> Iterator[Note]:
    velocity = (
        ACCENT
        if start % meter.steps_per_bar == 0
        else USUAL
        if start % meter.steps_per_beat == 0
        else SOFT
    )
    for pitch in pitches:
        yield Note(start, end - start, pitch, velocity)


def _block(span: _Span, meter: Meter) -> Iterator[Note]:
    for start, end in _split_span(span, meter, meter.steps_per_bar):
        yield from _chord_notes(start, end, span.voicing, meter)


def _arpeggio(span: _Span, meter: Meter) -> Iterator[Note]:
    """Up and down, from the lowest tone to its octave, again in each bar."""
    up = [*span.voicing, span.voicing[0] + 12]
    order = [pitch for pitch in up + up[-2:0:-1] if pitch <= HIGH]
    length = max(1, meter.steps_per_beat // 3 if meter.compound else meter.steps_per_quarter // 2)
    turn = 0
    for start, end in _split_span(span, meter, length):
        turn = 0 if start % meter.steps_per_bar == 0 else turn
        yield from _chord_notes(start, end, [order[turn % len(order)]], meter)
        turn += 1


def _strum(span: _Span, meter: Meter) -> Iterator[Note]:
    """All strings on the beat, the upper ones after it: halfway, or on the third of three."""
    swung = meter.compound or meter.steps_per_quarter == TRIPLET
    after = meter.steps_per_beat * 2 // 3 if swung else meter.steps_per_beat // 2
    for start, end in _split_span(span, meter, meter.steps_per_beat):
        lift = start - start % meter.steps_per_beat + after
        if start < lift < end:
            yield from _chord_notes(start, lift, span.voicing, meter)
            yield from _chord_notes(lift, end, span.voicing[-2:], meter)
        else:
            yield from _chord_notes(start, end, span.voicing, meter)


def _pulse(meter: Meter) -> int:
    """Steps of what a bass walks in: quarters, or beats of three."""
    return meter.steps_per_beat if meter.compound else meter.steps_per_quarter


def _stabs(span: _Span, meter: Meter) -> Iterator[Note]:
    """Short, on the second and fourth quarter, or on all but the first of an odd number."""
    pulse = _pulse(meter)
    count = -(-meter.steps_per_bar // pulse)
    for start, end in _split_span(span, meter, pulse):
        number, late = divmod(start % meter.steps_per_bar, pulse)
        weak = number % 2 == 1 if count % 2 == 0 else number > 0 or count == 1
        if weak and not late:
            yield from _chord_notes(
                start, min(end, start + max(1, pulse // 2)), span.voicing, meter
            )


def _nearest(tone: int, to: int) -> int:
    """The pitch of a tone on the bass nearest to another; of two the lower."""
    there = [pitch for pitch in range(BASS_LOW, BASS_HIGH + 1) if pitch % 12 == tone]
    return min(there, key=lambda pitch: abs(pitch - to))


def _roots(spans: Sequence[_Span], meter: Meter) -> Iterator[Note]:
    """The root, held, again in each bar."""
    at = BASS_LOW
    for span in spans:
        at = _nearest(span.chord.root, at)
        for start, end in _split_span(span, meter, meter.steps_per_bar):
            yield from _chord_notes(start, end, [at], meter)


def _fifths(spans: Sequence[_Span], meter: Meter) -> Iterator[Note]:
    """Root and fifth in turn: in each half of a bar of four or more even beats, else each bar."""
    beats = meter.steps_per_bar // meter.steps_per_beat
    length = meter.steps_per_bar // 2 if beats % 2 == 0 and beats >= 4 else meter.steps_per_bar
    at = BASS_LOW
    for span in spans:
        for turn, (start, end) in enumerate(_split_span(span, meter, length)):
            at = _nearest(pitch_classes(span.chord)[turn % 2 * 2], at)
            yield from _chord_notes(start, end, [at], meter)


def _walk(spans: Sequence[_Span], meter: Meter) -> Iterator[Note]:
    """The root, then tone after tone up and down; at last a step to the next root."""
    at = BASS_LOW
    for span in spans:
        pieces = list(_split_span(span, meter, _pulse(meter)))
        at = _nearest(span.chord.root, at)
        tones = [p for p in range(BASS_LOW, BASS_HIGH + 1) if p % 12 in pitch_classes(span.chord)]
        way = 1 if at < (BASS_LOW + BASS_HIGH) / 2 else -1
        for number, (start, end) in enumerate(pieces):
            strong = meter.level(start) <= 1  # there a bass, too, has a tone of the chord
            if number and number == len(pieces) - 1 and span.then and not strong:
                at = _approach(at, _nearest(span.then.root, at))
            elif number:
                place = tones.index(at) + way
                way = way if 0 <= place < len(tones) else -way
                at = tones[tones.index(at) + way]
            yield from _chord_notes(start, end, [at], meter)


def _approach(at: int, target: int) -> int:
    """A semitone from the target, on the side one comes from; a tone if one is there already."""
    near = [target + step for step in (-1, 1, -2, 2)]
    there = [pitch for pitch in near if BASS_LOW <= pitch <= BASS_HIGH and pitch != at]
    return min(there, key=lambda pitch: (abs(pitch - target), abs(pitch - at)))


PATTERNS: dict[str, tuple[Pattern, Callable[[Sequence[_Span], Meter], Iterator[Note]]]] = {
    "block": (_block, _roots),
    "arpeggio": (_arpeggio, _roots),
    "strum": (_strum, _fifths),
    "walking": (_stabs, _walk),
}
