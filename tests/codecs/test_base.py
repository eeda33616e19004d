"""Steps at which there is a choice."""

from __future__ import annotations

import numpy as np
import pytest

from musicvae.codecs import CODECS
from musicvae.codecs.base import free_steps
from musicvae.theory.meter import Meter

from ..evaluation.on_beats import LEAD


@pytest.mark.parametrize("name", CODECS)
def test_every_step_is_free_where_more_than_one_channel_is_allowed(name: str) -> None:
    """Of all codecs that there are."""
    assert free_steps(CODECS[name], Meter(6, 8), 24).all()


def test_a_part_that_is_forced_between_beats_is_free_on_them() -> None:
    """Every sixth step of 6/8, every fourth of 4/4; the whole of it is free if one part is."""
    melody, chords = LEAD.parts
    assert np.flatnonzero(free_steps(chords, Meter(6, 8), 24)).tolist() == [0, 6, 12, 18]
    assert np.flatnonzero(free_steps(chords, Meter(4, 4), 16)).tolist() == [0, 4, 8, 12]
    assert free_steps(melody, Meter(4, 4), 16).all()


def test_one_part_is_its_own_codec() -> None:
    """And several are each their own."""
    codes = np.zeros((4, 16, 3), dtype=np.uint16)
    ((codec, own),) = CODECS["roll"].split(codes)
    assert codec is CODECS["roll"]
    assert own is codes
    assert [part.name for part, _ in CODECS["trio"].split(codes)] == ["melody", "bass", "drums"]
    assert all(own.shape == (4, 16) for _, own in CODECS["trio"].split(codes))
