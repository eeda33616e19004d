"""Copies: what repeats an original in any key, in all but a few steps."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.music.codecs import MelodyCodec
from musicvae.music.copies import Library, copied
from musicvae.music.units import Meter

from ..miniatures import little_tune

CODEC = MelodyCodec()


@given(st.integers(0, 50), st.integers(-6, 6))
@settings(max_examples=25, deadline=None)
def test_a_copy_is_found_in_any_key_and_with_one_step_changed(seed: int, semitones: int) -> None:
    """One step of 32 is less than 5 %; three are more."""
    originals = np.stack([CODEC.encode(little_tune(Meter(), i)) for i in range(60)])
    library = Library(CODEC, originals)
    copy = CODEC.transpose(originals[seed], semitones).copy()
    assert copied(copy[None], library) == 1.0
    onsets = np.flatnonzero(copy < CODEC.OFF)
    copy[onsets[1]] = (copy[onsets[1]] + 1) % 88
    assert copied(copy[None], library) == 1.0
    copy[onsets[2]] = (copy[onsets[2]] + 2) % 88
    copy[onsets[0]] = (copy[onsets[0]] + 3) % 88
    assert copied(copy[None], library) == 0.0


def test_another_tune_is_no_copy() -> None:
    """Half of the samples are."""
    tunes = [CODEC.encode(little_tune(Meter(), seed)) for seed in range(40)]
    assert copied(np.stack(tunes[20:]), Library(CODEC, np.stack(tunes[:30]))) == 0.5
