"""Figures of styles, for the chord part and the bass: waltz, broken chords, bossa, power, ballad.

As in `patterns`, the bass never rests, and has the root where a chord begins.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..score.phrase import Note
from ..theory.chords import pitch_classes
from ..theory.meter import Meter
from .patterns import BASS_LOW, ChordSpan, chord_notes, nearest_bass, pulse_of, split_span
from .voicing import LOW

BOSSA_BARS = 2
BOSSA_CHORDS = (0, 3, 6, 10, 13)
"""Eighths of two bars at which the guitar of a bossa nova plays: its clave."""
BOSSA_BASS = (0, 3, 4, 7)
"""Eighths of a bar at which its bass plays; the middle two have the fifth."""

POWER_HIGH = 64
"""Pitch above which a power chord has no tone, unless even its root does."""


def waltz(span: ChordSpan, meter: Meter) -> Iterator[Note]:
    """Short chords on the second and the third of three."""
    unit = _third(meter)
    length = unit if meter.compound else max(1, unit // 2)
    for start, end in split_span(span, meter, unit):
        number, late = divmod(start % meter.steps_per_bar, unit)
        if number % 3 and not late:
            yield from chord_notes(start, min(end, start + length), span.voicing, meter)


def waltz_bass(spans: Sequence[ChordSpan], meter: Meter) -> Iterator[Note]:
    """Root and fifth in turn, one for every three."""
    yield from _in_turn(spans, meter, 3 * _third(meter))


def has_threes(meter: Meter) -> bool:
    """Return True if bars, or beats, have three parts."""
    has_parts = meter.compound or meter.numerator % 3 == 0
    return has_parts and meter.steps_per_bar % (3 * _third(meter)) == 0


def has_even_pulses(meter: Meter) -> bool:
    """Return True if a bar has an even number of pulses."""
    return meter.steps_per_bar % (2 * pulse_of(meter)) == 0


def has_four_quarters(meter: Meter) -> bool:
    """Return True for 4/4 and 2/2."""
    return not meter.compound and meter.steps_per_bar == 4 * meter.steps_per_quarter


def broken(span: ChordSpan, meter: Meter) -> Iterator[Note]:
    """Alberti: lowest, highest, middle, highest; in compound meters up, three to a beat."""
    low, middle, top = span.voicing[0], span.voicing[1], span.voicing[-1]
    order = (low, middle, top) if meter.compound else (low, top, middle, span.voicing[2])
    group = meter.steps_per_beat if meter.compound else meter.steps_per_bar
    turn = 0
    for start, end in split_span(span, meter, _eighth(meter)):
        turn = 0 if start % group == 0 else turn
        yield from chord_notes(start, end, [order[turn % len(order)]], meter)
        turn += 1


def bossa(span: ChordSpan, meter: Meter) -> Iterator[Note]:
    """The clave of the bossa nova over two bars, in quarters; a chord between starts at once."""
    eighth = _eighth(meter)
    cycle, clave = BOSSA_BARS * meter.steps_per_bar, _steps(BOSSA_CHORDS, eighth)
    onsets = [start for start, _ in split_span(span, meter, 1) if start % cycle in clave]
    for start in onsets or [span.start]:
        yield from chord_notes(start, min(span.end, start + 2 * eighth), span.voicing, meter)


def bossa_bass(spans: Sequence[ChordSpan], meter: Meter) -> Iterator[Note]:
    """Root, fifth an eighth before the middle of the bar, fifth, root an eighth before its end."""
    eighth = _eighth(meter)
    pitch = BASS_LOW
    for span in spans:
        root = pitch = nearest_bass(span.chord.root, pitch)
        fifth = _fifth_of(span, root)
        onsets = [
            start
            for start, _ in split_span(span, meter, 1)
            if start == span.start or start % meter.steps_per_bar in _steps(BOSSA_BASS, eighth)
        ]
        for start, end in zip(onsets, [*onsets[1:], span.end], strict=True):
            is_middle = start % meter.steps_per_bar in _steps(BOSSA_BASS[1:3], eighth)
            pitch = fifth if is_middle and start != span.start else root
            yield from chord_notes(start, end, [pitch], meter)


def power(span: ChordSpan, meter: Meter) -> Iterator[Note]:
    """Root, fifth and octave in eighths, or the fifth below the root; no third."""
    root = LOW + (span.chord.root - LOW) % 12
    fifth = root + (pitch_classes(span.chord)[2] - root) % 12
    shapes = [(root, fifth, root + 12), (root, fifth), (fifth - 12, root), (root,)]
    highest = min(span.highest, POWER_HIGH)
    pitches = next((s for s in shapes if s[0] >= LOW and s[-1] <= highest), shapes[-1])
    for start, end in split_span(span, meter, _eighth(meter)):
        yield from chord_notes(start, end, pitches, meter)


def driving(spans: Sequence[ChordSpan], meter: Meter) -> Iterator[Note]:
    """The root in eighths."""
    pitch = BASS_LOW
    for span in spans:
        pitch = nearest_bass(span.chord.root, pitch)
        for start, end in split_span(span, meter, _eighth(meter)):
            yield from chord_notes(start, end, [pitch], meter)


def ballad(span: ChordSpan, meter: Meter) -> Iterator[Note]:
    """The chord again on every quarter, or on every eighth of a compound meter."""
    length = _eighth(meter) if meter.compound else meter.steps_per_quarter
    for start, end in split_span(span, meter, length):
        yield from chord_notes(start, end, span.voicing, meter)


def ballad_bass(spans: Sequence[ChordSpan], meter: Meter) -> Iterator[Note]:
    """The root, and the fifth on the second half of a bar, or on the last pulse of an odd one."""
    pulse = pulse_of(meter)
    half = meter.steps_per_bar // 2 if has_even_pulses(meter) else meter.steps_per_bar - pulse
    pitch = BASS_LOW
    for span in spans:
        root = pitch = nearest_bass(span.chord.root, pitch)
        for bar_start, bar_end in split_span(span, meter, meter.steps_per_bar):
            middle = bar_start - bar_start % meter.steps_per_bar + half
            if bar_start < middle < bar_end:
                yield from chord_notes(bar_start, middle, [root], meter)
                pitch = _fifth_of(span, root)
                yield from chord_notes(middle, bar_end, [pitch], meter)
            else:
                yield from chord_notes(bar_start, bar_end, [root], meter)


def _in_turn(spans: Sequence[ChordSpan], meter: Meter, length: int) -> Iterator[Note]:
    """Root and fifth of each chord in turn, every so many steps of a bar."""
    pitch = BASS_LOW
    for span in spans:
        root = pitch = nearest_bass(span.chord.root, pitch)
        for turn, (start, end) in enumerate(split_span(span, meter, length)):
            pitch = _fifth_of(span, root) if turn % 2 else root
            yield from chord_notes(start, end, [pitch], meter)


def _fifth_of(span: ChordSpan, root: int) -> int:
    return nearest_bass(pitch_classes(span.chord)[2], root)


def _third(meter: Meter) -> int:
    """Steps of one of three: a third of a compound beat, else a beat."""
    return max(1, meter.steps_per_beat // 3) if meter.compound else meter.steps_per_beat


def _eighth(meter: Meter) -> int:
    """Steps of an eighth, or of a third of a compound beat; at least one."""
    return max(1, meter.steps_per_beat // 3 if meter.compound else meter.steps_per_quarter // 2)


def _steps(eighths: Sequence[int], eighth: int) -> set[int]:
    return {number * eighth for number in eighths}
