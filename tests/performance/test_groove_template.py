"""Groove templates: what one performance has at each step of a bar."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.errors import RequestError
from musicvae.performance.groove_template import GrooveTemplate, PlayedNote
from musicvae.theory.meter import Meter

METER = Meter()
played = st.builds(
    PlayedNote,
    st.sampled_from([None, 0, 2]),
    st.integers(0, 15),
    st.floats(-0.49, 0.49),
    st.integers(1, 127),
    st.floats(20, 120),
)


@given(st.lists(played, min_size=1, max_size=30, unique_by=lambda note: note[:2]))
def test_a_note_of_the_performance_deviates_by_what_all_are_late_together(
    notes: list[PlayedNote],
) -> None:
    """Of drums; each has its own timing and velocity in the template."""
    groove = GrooveTemplate.of(METER, notes)
    late = sum(note.offset for note in notes) / len(notes) * METER.step_ticks
    for note in notes:
        if note.drum is not None:
            ticks, velocity = groove.deviation(note)
            assert ticks == pytest.approx(-late, abs=1e-6)
            assert velocity == pytest.approx(0, abs=1e-6)


@given(st.lists(played, min_size=1, max_size=30), played)
def test_any_note_finds_a_place_within_those_of_the_performance(
    notes: list[PlayedNote], note: PlayedNote
) -> None:
    """Also of a drum, or at a step, that the performance does not have."""
    groove = GrooveTemplate.of(METER, notes)
    ticks, velocity = groove.deviation(note)
    late = sum(one.offset for one in notes) / len(notes)
    offset = ticks / METER.step_ticks + note.offset + late
    accent = (velocity + note.velocity) / note.level
    offsets, accents = zip(*((one.offset, one.velocity / one.level) for one in notes), strict=True)
    assert min(offsets) - 1e-6 <= offset <= max(offsets) + 1e-6
    assert min(accents) - 1e-6 <= accent <= max(accents) + 1e-6


def test_a_step_between_two_others_lies_between_them() -> None:
    """Also over the bar line."""
    notes = [PlayedNote(None, 14, -0.2, 80, 80), PlayedNote(None, 2, 0.2, 80, 80)]
    groove = GrooveTemplate.of(METER, notes)
    offsets = [float(groove.steps[step, 0]) for step in (14, 15, 0, 1, 2)]
    assert offsets == pytest.approx([-0.2, -0.1, 0, 0.1, 0.2])


def test_a_performance_without_notes_is_refused() -> None:
    """There is nothing to learn from it."""
    with pytest.raises(RequestError, match="no notes"):
        GrooveTemplate.of(METER, [])
