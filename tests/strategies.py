"""Hypothesis strategies: random valid phrases and their parts."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from musicvae.errors import MeterError
from musicvae.score.phrase import (
    ChordChange,
    Note,
    Part,
    Phrase,
    Tempo,
    chord_map,
    remove_overlaps,
)
from musicvae.theory.chords import CHORD_CODES, Chord, chord_from_code
from musicvae.theory.meter import DENOMINATORS, GRIDS, MAX_TEMPO, Meter


def every_meter() -> list[Meter]:
    """All meters that fit a grid."""
    meters = []
    for grid in GRIDS:
        for denominator in DENOMINATORS:
            for numerator in range(1, 65):
                try:
                    meters.append(Meter(numerator, denominator, grid))
                except MeterError:
                    continue
    return meters


METERS = every_meter()
names = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@st.composite
def parts(draw: st.DrawFn, steps: int, off: int = 0) -> Part:
    """A part inside a phrase of `steps`, with offsets of at most `off` ticks; it may be silent."""
    notes = []
    for _ in range(draw(st.integers(0, 12)) if steps else 0):
        start = draw(st.integers(0, steps - 1))
        duration = draw(st.integers(1, min(16, steps - start)))
        pitch, velocity = draw(st.integers(0, 127)), draw(st.integers(1, 127))
        offset = draw(st.integers(-off if start else 0, off))
        notes.append(Note(start, duration, pitch, velocity, offset))
    later = draw(st.sets(st.integers(1, steps - 1), max_size=2)) if steps > 1 else ()
    changes = tuple((step, draw(st.integers(0, 127))) for step in sorted(later))
    return Part(
        remove_overlaps(notes),
        draw(st.integers(0, 127)),
        draw(st.booleans()),
        draw(names),
        program_changes=changes,
    )


@st.composite
def chord_changes(draw: st.DrawFn, steps: int) -> tuple[ChordChange, ...]:
    """Chord changes of a phrase of `steps`; often none."""
    drawn: list[tuple[int, Chord | None]] = []
    for step in sorted(draw(st.sets(st.integers(0, steps - 1), max_size=4))) if steps else ():
        drawn.append((step, chord_from_code(draw(st.integers(0, CHORD_CODES - 1)))))
    return chord_map(drawn, steps)


@st.composite
def phrases(
    draw: st.DrawFn,
    max_parts: int = 3,
    offsets: bool = False,
    meters: Sequence[Meter] = METERS,
) -> Phrase:
    """Any phrase: all meters, odd tempos, pick-ups, silence, chords and, if chosen, offsets."""
    meter = draw(st.sampled_from(meters))
    bars, pickup = draw(st.integers(0, 4)), draw(st.integers(0, meter.steps_per_bar - 1))
    steps = pickup + bars * meter.steps_per_bar
    changes = draw(st.sets(st.integers(1, max(1, steps - 1)), max_size=3)) if steps > 1 else ()
    tempos: list[Tempo] = []
    for step in (0, *sorted(changes)):
        microseconds = draw(st.integers(1, MAX_TEMPO))
        if not tempos or tempos[-1].microseconds != microseconds:
            tempos.append(Tempo(step, microseconds))
    count = draw(st.integers(0, max_parts))
    off = meter.step_ticks // 2 - 1 if offsets and draw(st.booleans()) else 0
    players = tuple(draw(parts(steps, off)) for _ in range(count))
    chords = draw(chord_changes(steps))
    return Phrase(meter, bars, pickup, tuple(tempos), players, chords)
