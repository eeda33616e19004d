"""Copies are found in any key and with a few steps changed; other windows are not copies."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.codecs import CODECS, MelodyCodec
from musicvae.codecs.base import Codec, Codes
from musicvae.metrics.copies import CopyIndex, copy_share
from musicvae.theory.meter import Meter

from ..miniatures import little_tune

MELODY = MelodyCodec()
STEPS = 40
"""Steps of a window, of which two may differ in a copy."""


def random_windows(codec: Codec, n: int, seed: int) -> Codes:
    """Windows with few notes, so that some are nearly equal. `[n, STEPS, ...]`"""
    rng = np.random.default_rng(seed)
    if codec.likelihood == "bernoulli":
        planes = np.zeros((n, STEPS, codec.channels), dtype=codec.dtype)
        for _ in range(3):
            columns = rng.integers(30, 40, (n, STEPS))
            np.put_along_axis(planes, columns[..., None], 1, axis=2)
        return planes * (rng.random((n, STEPS, 1)) < 0.3)
    heads = [rng.integers(30, 40, (n, STEPS)) for _ in codec.heads]
    codes = np.stack(heads, axis=-1).reshape(n, STEPS, *codec.rest.shape)
    is_rest = rng.random(codes.shape) < 0.7
    return np.where(is_rest, codec.rest, codes).astype(codec.dtype)


def is_copy(codec: Codec, sample: Codes, originals: Codes) -> bool:
    """Copies by definition: an original and a shift agree in all but 5 % of the steps."""
    for shift in range(-127, 128):
        moved = codec.transpose(sample, shift)
        for original in originals:
            if (moved != original).reshape(STEPS, -1).any(axis=1).sum() <= 0.05 * STEPS:
                return True
    return False


@pytest.mark.parametrize("name", CODECS)
@given(st.integers(0, 1000), st.integers(-5, 5), st.integers(0, 4))
@settings(max_examples=20, deadline=None)
def test_the_index_agrees_with_the_definition(
    name: str, seed: int, semitones: int, changes: int
) -> None:
    """For one of five originals, transposed and changed at up to four steps."""
    codec, rng = CODECS[name], np.random.default_rng(seed)
    originals = random_windows(codec, 5, seed)
    sample = codec.transpose(originals[seed % 5], semitones).copy()
    changed = rng.choice(STEPS, changes, replace=False)
    sample[changed] = random_windows(codec, 1, seed + 1)[0][changed]
    index = CopyIndex(codec, originals)
    assert index.contains_copy(sample) == is_copy(codec, sample, originals)
    assert index.contains_copy(originals[seed % 5])


@given(st.integers(0, 50), st.integers(-6, 6))
@settings(max_examples=25, deadline=None)
def test_a_copy_is_found_in_any_key_and_with_one_step_changed(seed: int, semitones: int) -> None:
    """One step of 32 is less than 5 %; three are more."""
    originals = np.stack([MELODY.encode(little_tune(Meter(), i)) for i in range(60)])
    index = CopyIndex(MELODY, originals)
    copy = MELODY.transpose(originals[seed], semitones).copy()
    assert copy_share(copy[None], index) == 1.0
    onsets = np.flatnonzero(copy < MELODY.OFF)
    copy[onsets[1]] = (copy[onsets[1]] + 1) % 88
    assert copy_share(copy[None], index) == 1.0
    copy[onsets[2]] = (copy[onsets[2]] + 2) % 88
    copy[onsets[0]] = (copy[onsets[0]] + 3) % 88
    assert copy_share(copy[None], index) == 0.0


def test_parts_move_together() -> None:
    """Melody up and bass down is another piece; drums have no key."""
    trio = CODECS["trio"]
    original = random_windows(trio, 1, 0)
    index = CopyIndex(trio, original)
    up, down = (trio.transpose(original[0], semitones) for semitones in (3, -3))
    assert index.contains_copy(up)
    assert index.contains_copy(down)
    assert not index.contains_copy(np.stack([up[:, 0], down[:, 1], up[:, 2]], axis=1))


def test_another_tune_is_no_copy() -> None:
    """Half of these samples are copies; the share of no samples is 0."""
    tunes = [MELODY.encode(little_tune(Meter(), seed)) for seed in range(40)]
    index = CopyIndex(MELODY, np.stack(tunes[:30]))
    assert copy_share(np.stack(tunes[20:]), index) == 0.5
    assert copy_share(np.zeros((0, 32), dtype=np.uint8), index) == 0.0
