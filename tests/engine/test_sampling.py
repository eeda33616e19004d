"""Sampling of steps at a temperature, within what a codec allows."""

from __future__ import annotations

import numpy as np
import pytest

from musicvae.arrays import FloatArray
from musicvae.codecs import CODECS, MelodyCodec, RollCodec
from musicvae.codecs.base import Codec, Codes
from musicvae.engine.sampling import Nucleus, choose_step, sample_noise, sample_steps
from musicvae.theory.meter import Meter

MELODY, ROLL = MelodyCodec(), RollCodec()


def frequencies(codec: Codec, logits: FloatArray, temperature: float, n: int = 4000) -> FloatArray:
    """Relative frequency of each channel if all are allowed."""
    noise = sample_noise(codec, [np.random.default_rng(5)], n)[0]
    scores = logits + np.float32(temperature) * noise
    drawn = choose_step(codec, scores, np.ones(scores.shape, dtype=bool))
    mean: FloatArray = codec.one_hot(drawn).mean(axis=0)
    return mean


@pytest.mark.parametrize("temperature", [0.5, 1.0, 1.3])
def test_classes_are_drawn_from_the_softmax(temperature: float) -> None:
    """Gumbel noise and the largest score: a draw from softmax(logits / temperature)."""
    logits = np.full(90, -50, np.float32)
    logits[:4] = [2.0, 1.0, 0.0, -1.0]
    weights = np.exp(logits / temperature)
    expected = weights / weights.sum()
    assert np.abs(frequencies(MELODY, logits, temperature) - expected).max() < 0.03


@pytest.mark.parametrize("temperature", [0.5, 1.0, 1.3])
def test_channels_are_drawn_from_the_sigmoid(temperature: float) -> None:
    """Logistic noise and a threshold: a draw from sigmoid(logits / temperature)."""
    logits = np.linspace(-3, 3, 256, dtype=np.float32)
    expected = 1 / (1 + np.exp(-logits / temperature))
    assert np.abs(frequencies(ROLL, logits, temperature) - expected).mean() < 0.01


def test_temperature_0_takes_the_most_probable_step() -> None:
    """Whatever the noise is."""
    logits = np.random.default_rng(0).normal(size=90).astype(np.float32)
    assert frequencies(MELODY, logits, 0.0)[logits.argmax()] == 1
    roll_logits = np.random.default_rng(0).normal(size=256).astype(np.float32)
    assert np.array_equal(frequencies(ROLL, roll_logits, 0.0), roll_logits > 0)


@pytest.mark.parametrize("temperature", [0.5, 1.0])
def test_a_nucleus_leaves_out_the_least_likely_classes(temperature: float) -> None:
    """The fewest classes that reach its probability stay, in their proportions."""
    logits = np.full((4000, 90), -50, np.float32)
    logits[:, :5] = temperature * np.log([0.1, 0.4, 0.05, 0.3, 0.15])  # at the temperature
    noise = sample_noise(MELODY, [np.random.default_rng(5)], 4000)[0]
    scores = logits + np.float32(temperature) * noise
    for top_p, kept in ((0.01, [1]), (0.5, [1, 3]), (0.8, [1, 3, 4]), (0.99, [0, 1, 2, 3, 4])):
        nucleus = Nucleus(+logits, temperature, top_p)
        drawn = choose_step(MELODY, scores, np.ones(scores.shape, bool), nucleus=nucleus)
        expected = np.exp(logits[0] / temperature)
        expected[[i for i in range(90) if i not in kept]] = 0
        counts = np.bincount(drawn, minlength=90) / len(drawn)
        assert np.flatnonzero(counts).tolist() == kept
        assert np.abs(counts - expected / expected.sum()).max() < 0.03


def test_in_a_nucleus_a_channel_that_is_nearly_sure_takes_its_likelier_value() -> None:
    """The others are drawn as without it."""
    p = np.tile(np.linspace(0.01, 0.99, 256), (2000, 1))
    logits = np.log(p / (1 - p)).astype(np.float32)
    scores = logits + sample_noise(ROLL, [np.random.default_rng(5)], 2000)[0]
    allowed = np.ones(scores.shape, bool)
    drawn = choose_step(ROLL, scores, allowed, nucleus=Nucleus(+logits, 1.0, 0.9))
    sure = np.abs(p[0] - 0.5) > 0.4
    assert np.array_equal(drawn[:, sure], p[:, sure] > 0.5)
    assert np.array_equal(drawn[:, ~sure], choose_step(ROLL, scores, allowed)[:, ~sure])


@pytest.mark.parametrize("codec", [MELODY, ROLL, CODECS["leadsheet"]], ids=lambda c: c.name)
@pytest.mark.parametrize("top_p", [0.01, 0.8, 0.99])
def test_a_nucleus_keeps_to_what_is_allowed_and_to_the_chain(codec: Codec, top_p: float) -> None:
    """Close to 0 it draws what temperature 0 draws; forbidden channels stay out of it."""
    rng = np.random.default_rng(0)
    logits = 2 * rng.normal(size=(20, codec.channels)).astype(np.float32)
    chain = rng.normal(size=(codec.channels, codec.channels)).astype(np.float32)
    allowed = rng.random(logits.shape) < 0.3
    scores = logits + sample_noise(codec, [rng], 20)[0]
    drawn = choose_step(codec, scores, allowed, chain, nucleus=Nucleus(+logits, 1.0, top_p))
    assert not ((codec.one_hot(drawn) > 0) & ~allowed).any()
    best = choose_step(codec, logits, allowed, chain)
    assert np.array_equal(drawn, best) == (top_p == 0.01)


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
def test_the_noise_of_a_window_comes_from_its_own_generator(codec: Codec) -> None:
    """It does not depend on the other windows of a call."""
    alone = sample_noise(codec, [np.random.default_rng(2)], 8)
    together = sample_noise(codec, [np.random.default_rng(i) for i in range(4)], 8)
    assert np.array_equal(together[2], alone[0])
    assert len({row.tobytes() for row in together}) == 4


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
def test_forbidden_channels_are_not_chosen(codec: Codec) -> None:
    """Even with the best scores."""
    rng = np.random.default_rng(0)
    allowed = rng.random((20, codec.channels)) < 0.3
    scores = np.where(allowed, 1, 99).astype(np.float32)
    chosen = codec.one_hot(choose_step(codec, scores, allowed)) > 0
    assert chosen.any(axis=1).all()
    assert not (chosen & ~allowed).any()


@pytest.mark.parametrize("codec", [ROLL, CODECS["leadsheet"]], ids=["roll", "leadsheet"])
def test_a_chain_adds_the_rows_of_chosen_channels(codec: Codec) -> None:
    """To the scores of later channels, and only in the windows that chose them."""
    n, channels = 2, codec.channels
    last = channels - 1
    scores = np.full((n, channels), -1, np.float32)
    scores[0, 3] = scores[1, 4] = 1
    chain = np.zeros((channels, channels), np.float32)
    chain[3, last] = 9
    allowed = np.ones((n, channels), dtype=bool)
    chosen = codec.one_hot(choose_step(codec, scores, allowed, chain))
    assert chosen[:, [3, 4, last]].tolist() == [[1, 0, 1], [0, 1, 0]]
    allowed[:, last] = False
    assert not codec.one_hot(choose_step(codec, scores, allowed, chain))[:, last].any()


def test_a_note_off_is_drawn_only_where_a_note_sounds() -> None:
    """Although it has by far the best score at every step."""
    scores = np.zeros((1, 90), np.float32)
    scores[0, MELODY.OFF], scores[0, MELODY.HOLD] = 9, 5
    started = scores.copy()
    started[0, 40] = 99
    steps = [scores, scores, started, scores, scores]
    drawn = sample_steps(
        lambda t, previous: steps[t],
        MELODY,
        np.zeros(1, bool),
        np.zeros((1, 5, 90), np.float32),
        1.0,
    )
    hold, off = MELODY.HOLD, MELODY.OFF
    assert drawn.tolist() == [[hold, hold, 40, off, hold]]


def test_a_pitch_is_sustained_only_where_it_sounds() -> None:
    """If both are above zero, the onset of a pitch wins over its sustain."""
    all_on = np.ones((2, 256), np.float32)
    sustain_only = np.concatenate([-np.ones((2, 128)), np.ones((2, 128))], axis=1)
    steps = [sustain_only, all_on, sustain_only.astype(np.float32)]
    silence = ROLL.initial_state(2, Meter())
    drawn = sample_steps(
        lambda t, previous: steps[t], ROLL, silence, np.zeros((2, 3, 256), np.float32), 1.0
    )
    assert drawn.shape == (2, 3, 256)
    assert not drawn[:, 0].any()
    assert drawn[:, 1, :128].all()
    assert not drawn[:, 1, 128:].any()
    assert drawn[:, 2, 128:].all()


def test_the_decoder_reads_the_sampled_steps() -> None:
    """None before the first step, then each step in canonical form."""
    inputs: list[Codes | None] = []

    def steps(t: int, previous: Codes | None) -> FloatArray:
        inputs.append(previous)
        return np.zeros((3, 90), np.float32)

    noise = sample_noise(MELODY, [np.random.default_rng(i) for i in range(3)], 6)
    drawn = sample_steps(steps, MELODY, MELODY.initial_state(3, Meter()), noise, 1.0)
    assert inputs[0] is None
    assert np.array_equal(np.stack([step for step in inputs if step is not None], 1), drawn[:, :-1])
