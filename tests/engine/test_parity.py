"""Nets compute the same functions in torch and in numpy."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from musicvae.codecs import CODECS
from musicvae.codecs.base import Codes
from musicvae.codecs.conditioning import condition_features, condition_width, lag_steps
from musicvae.engine import Player
from musicvae.engine.sampling import choose_step, sample_noise
from musicvae.nets import (
    VAE,
    Autoencoder,
    AutoregressiveDecoder,
    LanguageModel,
    SequenceBatch,
    SequenceVAE,
)
from musicvae.presets import PRESETS
from musicvae.training.build import Net, build, make_checkpoint

from ..miniatures import RAGGED, miniature, windows_of

WITH_Z = [name for name, config in PRESETS.items() if config.net.kind not in ("rnn", "lstm")]


def twins(name: str, **choices: object) -> tuple[Net, Player]:
    """A torch net with enlarged weights, and the player of its checkpoint."""
    torch.manual_seed(3)
    config = miniature(name, **choices)
    net = build(config.net).eval()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(parameter * 2 + 0.1 * torch.randn_like(parameter))
    return net, Player(make_checkpoint(net, config, 0))


def sequences(player: Player, windows: list[Codes]) -> SequenceBatch:
    """Windows of different lengths as one padded batch."""
    longest = max(map(len, windows))
    x = np.zeros((len(windows), longest, player.codec.channels), np.float32)
    conditions = np.zeros((len(windows), longest, condition_width(player.bars)), np.float32)
    for i, (codes, meter) in enumerate(zip(windows, RAGGED, strict=True)):
        x[i, : len(codes)] = player.codec.one_hot(codes)
        conditions[i, : len(codes)] = condition_features(meter, player.bars)
    lengths = torch.tensor([len(codes) for codes in windows])
    lags = torch.tensor([lag_steps(meter, player.bars) for meter in RAGGED[: len(windows)]])
    return SequenceBatch(torch.from_numpy(x), torch.from_numpy(conditions), lengths, lags=lags)


def draw_z(player: Player) -> NDArray[np.float32]:
    """A z for each window, wider spread than N(0, I)."""
    rng = np.random.default_rng(0)
    return rng.normal(0, 1.5, (len(RAGGED), player.latent)).astype(np.float32)


@pytest.mark.parametrize("name", PRESETS)
@torch.no_grad()
def test_logits_are_the_same_within_1e_4(name: str) -> None:
    """Teacher-forced, in five meters at once, padded in torch and unpadded in numpy."""
    net, player = twins(name)
    windows = windows_of(player.codec.name, bars=player.bars)
    batch, z = sequences(player, windows), draw_z(player)
    expected = (
        net(batch) if isinstance(net, LanguageModel) else net.decode(torch.from_numpy(z), batch)
    )
    logits_of_rows = player.logits(z, windows, RAGGED)
    for logits, row, codes in zip(logits_of_rows, expected.numpy(), windows, strict=True):
        assert logits.shape == (len(codes), player.codec.channels)
        np.testing.assert_allclose(logits, row[: len(codes)], atol=1e-4)
    assert np.std(logits_of_rows[0]) > 1e-2


@pytest.mark.parametrize("codec", ["melody", "leadsheet", "trio", "piano"])
@torch.no_grad()
def test_in_a_chain_logits_are_the_same_within_1e_4(codec: str) -> None:
    """Each given the true channels before it in its own step."""
    net, player = twins("lstm", codec=codec, chain=True)
    windows = windows_of(codec)
    expected = net(sequences(player, windows)).numpy()
    logits_of_rows = player.logits(draw_z(player), windows, RAGGED)
    for logits, row in zip(logits_of_rows, expected, strict=True):
        np.testing.assert_allclose(logits, row[: len(logits)], atol=1e-4)


def repeating(windows: list[Codes]) -> list[Codes]:
    """The windows with half of their bars repeated, exactly or but for one step.

    Random tunes do not repeat, and would leave most features of a lookback at zero.
    """
    repeated = []
    for row, (codes, meter) in enumerate(zip(windows, RAGGED, strict=True)):
        codes = codes.copy()
        bars = codes.reshape(-1, meter.steps_per_bar, *codes.shape[1:])
        bars[1::2] = bars[0::2]
        bars[3:, row % meter.steps_per_bar] = bars[0, 0]
        repeated.append(codes)
    return repeated


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize(("bars", "layers"), [(2, 2), (16, 1)])
@torch.no_grad()
def test_with_a_lookback_logits_are_the_same_within_1e_4(
    codec: str, bars: int, layers: int
) -> None:
    """One lag in windows of two bars, four in sixteen; padding mixes meters in torch."""
    sizes = {"layers": layers, "lookback": 8, "embedding": 7, "dropout": 0.5}
    net, player = twins("lstm", codec=codec, chain=True, bars=bars, **sizes)
    windows = repeating(windows_of(codec, bars=bars))
    expected = net(sequences(player, windows)).numpy()
    logits_of_rows = player.logits(draw_z(player), windows, RAGGED)
    for logits, row in zip(logits_of_rows, expected, strict=True):
        np.testing.assert_allclose(logits, row[: len(logits)], atol=1e-4)


@pytest.mark.parametrize("codec", CODECS)
def test_with_a_small_nucleus_a_window_is_the_most_probable_one(codec: str) -> None:
    """As at temperature 0, step by step."""
    net, player = twins("lstm", codec=codec, chain=True)
    config = miniature("lstm", codec=codec, chain=True, top_p=1e-6)
    truncated = Player(make_checkpoint(net, config, 0))
    rngs = [np.random.default_rng(row) for row in range(len(RAGGED))]
    drawn = truncated.decode(draw_z(player), RAGGED, temperature=1.0, rngs=rngs)
    best = player.decode(draw_z(player), RAGGED, temperature=0.0, rngs=rngs)
    assert all(np.array_equal(*pair) for pair in zip(drawn, best, strict=True))


@pytest.mark.parametrize("codec", ["melody", "leadsheet", "piano"])
def test_a_step_is_drawn_from_the_logits_that_a_lookback_gives_the_finished_window(
    codec: str,
) -> None:
    """What is drawn step by step is read as a whole window is; so is the bar that `extend` adds."""
    _, player = twins("lstm", codec=codec, bars=8, lookback=8)
    meter = RAGGED[-1]
    (window,) = player.decode(
        np.empty((1, 0), np.float32), [meter], temperature=1.0, rngs=[np.random.default_rng(0)]
    )
    context = window[: -meter.steps_per_bar]
    bar = player.extend(context, meter, temperature=0.0, rng=np.random.default_rng(1))
    for steps, temperature in ((np.concatenate([context, bar]), 0.0), (window, 1.0)):
        (logits,) = player.logits(np.empty((1, 0), np.float32), [steps], [meter])
        noise = sample_noise(player.codec, [np.random.default_rng(0)], len(steps))[0]
        sounding = player.codec.initial_state(1, meter)
        for t, step in enumerate(steps):
            scores = logits[t] + np.float32(temperature) * noise[t]
            best = choose_step(player.codec, scores[None], player.codec.allowed(sounding))
            canonical, _ = player.codec.advance(sounding, best)
            if temperature or t >= len(context):
                assert np.array_equal(canonical[0], step)
            _, sounding = player.codec.advance(sounding, step[None])


@pytest.mark.parametrize("name", WITH_Z)
@torch.no_grad()
def test_posteriors_are_the_same_within_1e_4(name: str) -> None:
    """Mean and log variance; an autoencoder's point has no variance."""
    net, player = twins(name)
    assert isinstance(net, Autoencoder)
    windows = windows_of(player.codec.name, bars=player.bars)
    batch = sequences(player, windows)
    mu, log_var = player.encode(windows, RAGGED)
    np.testing.assert_allclose(mu, net.encode(batch).numpy(), atol=1e-4)
    if isinstance(net, VAE):
        np.testing.assert_allclose(log_var, net.posterior(batch).log_var.numpy(), atol=1e-4)
    else:
        assert np.all(np.exp(log_var) == 0)
    assert mu.dtype == log_var.dtype == np.float32


@torch.no_grad()
def test_free_running_at_temperature_0_is_the_same() -> None:
    """Step for step; torch masks nothing, so note-offs are disabled."""
    net, player = twins("melody-2bar")
    assert isinstance(net, SequenceVAE)
    assert isinstance(net.decoder, AutoregressiveDecoder)
    off = player.codec.channels - 2
    net.decoder.head.bias[off] = -1e4
    player = Player(make_checkpoint(net, miniature("melody-2bar"), 0))
    z = draw_z(player)
    batch = sequences(player, windows_of("melody"))
    expected = net.decoder.free_run(torch.from_numpy(z), batch.condition, net.likelihood, 0.0)
    drawn = player.decode(
        z, RAGGED, temperature=0.0, rngs=[np.random.default_rng(i) for i in range(len(z))]
    )
    for codes, steps in zip(drawn, expected.argmax(-1).numpy(), strict=True):
        assert codes.tolist() == steps[: len(codes)].tolist()
    assert len({codes.tobytes() for codes in drawn}) > 1


FLAT = [name for name, preset in PRESETS.items() if preset.net.conductor + preset.net.segments == 1]
"""Presets whose windows are decoded as a whole, so that their steps are those that were drawn."""


@pytest.mark.parametrize("name", FLAT)
def test_sampled_steps_are_the_best_under_teacher_forcing(name: str) -> None:
    """At temperature 0, each step is the best allowed one given the steps before it."""
    _, player = twins(name)
    z = draw_z(player)
    rngs = [np.random.default_rng(i) for i in range(len(z))]
    drawn = player.decode(z, RAGGED, temperature=0.0, rngs=rngs)
    forced = player.logits(z, drawn, RAGGED)
    for codes, logits, meter in zip(drawn, forced, RAGGED, strict=True):
        sounding = player.codec.initial_state(1, meter)
        for step, scores in zip(codes, logits, strict=True):
            allowed = player.codec.allowed(sounding)[0]
            if player.codec.likelihood == "categorical":
                assert scores[step] >= scores[allowed].max() - 1e-4
            else:
                is_close = np.abs(scores) < 1e-4
                raw = ((scores > 0) & allowed).astype(np.uint8)[None]
                (canonical,), _ = player.codec.advance(sounding, raw)
                assert np.all((canonical == step) | is_close)
            _, sounding = player.codec.advance(sounding, step[None])
