"""Free steps, and codecs of one and of several parts."""

from __future__ import annotations

import numpy as np
import pytest

from musicvae.codecs import CODECS
from musicvae.codecs.base import free_steps, head_slices
from musicvae.theory.meter import Meter

from ..evaluation.on_beats import LEAD


@pytest.mark.parametrize("name", CODECS)
def test_every_step_of_a_shipped_codec_is_free(name: str) -> None:
    """Every shipped codec allows several channels at every step."""
    assert free_steps(CODECS[name], Meter(6, 8), 24).all()


def test_a_part_that_is_forced_between_beats_is_free_on_them() -> None:
    """Every sixth step of 6/8, every fourth of 4/4; the melody beside it is free throughout."""
    melody, chords = LEAD.parts
    assert np.flatnonzero(free_steps(chords, Meter(6, 8), 24)).tolist() == [0, 6, 12, 18]
    assert np.flatnonzero(free_steps(chords, Meter(4, 4), 16)).tolist() == [0, 4, 8, 12]
    assert free_steps(melody, Meter(4, 4), 16).all()


@pytest.mark.parametrize("name", CODECS)
def test_the_heads_of_a_codec_are_its_channels_side_by_side(name: str) -> None:
    """Each channel is in one head, in order, and a head has as many as it has classes."""
    codec = CODECS[name]
    channels = [range(codec.channels)[head] for head in head_slices(codec)]
    assert [channel for head in channels for channel in head] == list(range(codec.channels))
    assert tuple(map(len, channels)) == codec.heads


def test_one_part_is_its_own_codec() -> None:
    """A codec of several parts splits codes into those of each part."""
    codes = np.zeros((4, 16, 3), dtype=np.uint16)
    ((codec, part_codes),) = CODECS["roll"].split(codes)
    assert codec is CODECS["roll"]
    assert part_codes is codes
    assert [part.name for part, _ in CODECS["trio"].split(codes)] == ["melody", "bass", "drums"]
    assert all(part_codes.shape == (4, 16) for _, part_codes in CODECS["trio"].split(codes))
