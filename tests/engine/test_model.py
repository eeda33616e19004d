"""A checkpoint in numpy: verbs, seeds, meters, errors."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest

from musicvae.checkpoint import prior_of
from musicvae.codecs.base import Codes
from musicvae.engine import Player, Posterior
from musicvae.engine.layers import bulk_products, row_product
from musicvae.engine.net import Net
from musicvae.errors import CheckpointError, RequestError
from musicvae.midi.reader import read_midi
from musicvae.midi.writer import midi_bytes
from musicvae.presets import PRESETS
from musicvae.theory.meter import Meter

from ..miniatures import RAGGED, miniature, tiny_checkpoint, tiny_prior, windows_of
from ..strategies import METERS

ALL = ("generate", "vary", "interpolate", "reconstruct", "encode", "decode")
VERBS = {
    "rnn": ("generate", "extend", "fill"),
    "lstm": ("generate", "extend", "fill"),
    "autoencoder": ALL[2:],
    "vae": ALL,
    "sequence-vae": ALL,
    "music-vae": ALL,
    **dict.fromkeys(("melody-2bar", "drums-2bar", "piano-2bar"), ALL),
    **dict.fromkeys(("melody-16bar", "leadsheet-8bar", "band-8bar"), ALL),
}


def decode_windows(
    player: Player, meters: Sequence[Meter], temperature: float = 1.0, seed: int = 0
) -> list[Codes]:
    """Windows from z and noise that depend on the seed and the index of the window."""
    rngs = [np.random.default_rng((seed, i)) for i in range(len(meters))]
    z = np.array([rng.standard_normal(player.latent) for rng in rngs], dtype=np.float32)
    return player.decode(z, meters, temperature=temperature, rngs=rngs)


@pytest.mark.parametrize("name", PRESETS)
def test_a_player_lists_its_verbs(name: str) -> None:
    """A next-step net can extend music; an autoencoder has no prior to generate from."""
    player = Player(tiny_checkpoint(name))
    assert player.verbs == VERBS[name]
    assert player.latent == (0 if name in ("rnn", "lstm") else miniature(name).net.latent)


def test_a_net_with_a_fitted_prior_extends_music() -> None:
    """With the same bar as its prior alone."""
    model = tiny_prior(tiny_checkpoint())
    player, prior = Player(model), prior_of(model)
    assert prior is not None
    assert player.verbs == (*VERBS["melody-2bar"], "extend", "fill")
    context = windows_of("melody", [Meter()])[0][:16]
    bar, prior_bar = (
        net.extend(context, Meter(), temperature=1.0, rng=np.random.default_rng(2))
        for net in (player, Player(prior))
    )
    assert np.array_equal(bar, prior_bar)


@pytest.mark.parametrize("name", PRESETS)
def test_windows_have_the_length_of_their_meters(name: str) -> None:
    """With several meters in one call, in the order of the call."""
    player = Player(tiny_checkpoint(name))
    drawn = decode_windows(player, RAGGED)
    assert [len(codes) for codes in drawn] == [player.steps(meter) for meter in RAGGED]
    assert all(codes.dtype == player.codec.dtype for codes in drawn)


@pytest.mark.parametrize("name", PRESETS)
def test_the_same_seed_gives_the_same_codes(name: str) -> None:
    """Another seed gives other codes."""
    player = Player(tiny_checkpoint(name))
    first, again, other = (decode_windows(player, RAGGED, seed=seed) for seed in (1, 1, 2))
    assert all(map(np.array_equal, first, again))
    assert not all(map(np.array_equal, first, other))


@pytest.mark.parametrize("name", PRESETS)
def test_a_window_does_not_depend_on_others_of_the_call(name: str) -> None:
    """The first three of twelve windows are the same as three alone."""
    player = Player(tiny_checkpoint(name))
    few, many = (decode_windows(player, (RAGGED * 2)[:n]) for n in (3, 12))
    assert all(map(np.array_equal, few, many[:3]))


@pytest.mark.parametrize("name", [name for name in PRESETS if "encode" in VERBS[name]])
def test_a_posterior_does_not_depend_on_others_of_the_call(name: str) -> None:
    """Each bit is the same alone and among windows of other lengths."""
    player = Player(tiny_checkpoint(name))
    windows = windows_of(player.codec.name, bars=player.bars)
    together = player.encode(windows, RAGGED)
    for i, (codes, meter) in enumerate(zip(windows, RAGGED, strict=True)):
        alone = player.encode([codes], [meter])
        assert np.array_equal(alone.mu[0], together.mu[i])
        assert np.array_equal(alone.log_var[0], together.log_var[i])


@pytest.mark.parametrize("rows", [2, 3, 4, 7, 13, 64])
@pytest.mark.parametrize("width", [3, 16, 90, 320])
def test_the_bits_of_a_product_do_not_depend_on_the_number_of_rows(rows: int, width: int) -> None:
    """Any row among others is the row alone, for layers of any width."""
    rng = np.random.default_rng(rows)
    x = rng.standard_normal((rows, width)).astype(np.float32)
    weight = rng.standard_normal((width, 4 * width)).astype(np.float32)
    together = row_product(x, weight)
    assert np.allclose(together, x @ weight, atol=1e-3)
    assert all(
        np.array_equal(row_product(x[i : i + 1], weight)[0], together[i]) for i in range(rows)
    )


@pytest.mark.parametrize("name", [name for name in PRESETS if "encode" in VERBS[name]])
def test_bulk_products_change_the_last_bits_alone(name: str) -> None:
    """Figures stay, and after the block each bit is what it was before."""
    player = Player(tiny_checkpoint(name))
    windows = windows_of(player.codec.name, bars=player.bars)
    mu = player.encode(windows, RAGGED).mu
    with bulk_products():
        assert np.allclose(player.encode(windows, RAGGED).mu, mu, atol=1e-4)
        with ThreadPoolExecutor(1) as pool:  # another thread is not in the block
            elsewhere = pool.submit(player.encode, windows, RAGGED).result().mu
    assert np.array_equal(elsewhere, mu)
    assert np.array_equal(player.encode(windows, RAGGED).mu, mu)


def test_bulk_products_are_plain_products() -> None:
    """All rows are multiplied by one call, whose bits are numpy's own."""
    rng = np.random.default_rng(0)
    x, weight = (rng.standard_normal(shape).astype(np.float32) for shape in ((64, 90), (90, 360)))
    with bulk_products():
        assert np.array_equal(row_product(x, weight), x @ weight)


@pytest.mark.parametrize("name", PRESETS)
def test_logits_do_not_depend_on_others_of_the_call(name: str) -> None:
    """Each bit of teacher-forced logits is the same alone and among others."""
    player = Player(tiny_checkpoint(name))
    windows = windows_of(player.codec.name, bars=player.bars)
    z = np.random.default_rng(0).standard_normal((len(RAGGED), player.latent)).astype(np.float32)
    together = player.logits(z, windows, RAGGED)
    for i, (codes, meter) in enumerate(zip(windows, RAGGED, strict=True)):
        assert np.array_equal(player.logits(z[i : i + 1], [codes], [meter])[0], together[i])


def test_temperature_0_is_deterministic() -> None:
    """Other generators give the same windows."""
    player = Player(tiny_checkpoint())
    z = np.random.default_rng(0).standard_normal((6, player.latent)).astype(np.float32)
    first, second = (
        player.decode(z, RAGGED, temperature=0.0, rngs=[np.random.default_rng(seed)] * len(RAGGED))
        for seed in (0, 1)
    )
    assert all(map(np.array_equal, first, second))


def test_a_call_may_have_no_windows() -> None:
    """The result is empty."""
    player = Player(tiny_checkpoint())
    assert decode_windows(player, []) == []
    assert player.encode([], []).mu.shape == (0, player.latent)


def survives(player: Player, codes: Codes, meter: Meter) -> bool:
    """Return True if codes written to a file and read back are the same."""
    (phrase,) = read_midi(midi_bytes(player.codec.decode(codes, meter)))
    return phrase.meter == meter and np.array_equal(player.codec.encode(phrase), codes)


@pytest.mark.slow
def test_1000_decoded_windows_survive_the_file() -> None:
    """In every meter of both grids, at a low and at a high temperature."""
    player = Player(tiny_checkpoint())
    meters = [METERS[i % len(METERS)] for i in range(1000)]
    assert len(METERS) < 1000
    drawn = [
        *decode_windows(player, meters[:250], temperature=0.0),
        *decode_windows(player, meters[250:], temperature=1.5),
    ]
    assert all(survives(player, codes, meter) for codes, meter in zip(drawn, meters, strict=True))


def test_rolls_survive_the_file_too() -> None:
    """With any number of simultaneous notes, onsets and sustained steps distinguished."""
    checkpoint = tiny_checkpoint("sequence-vae")
    checkpoint.weights["decoder.head.bias"][:] -= 3
    player = Player(checkpoint)
    meters = METERS[:: len(METERS) // 40]
    drawn = decode_windows(player, meters)
    assert any(codes.any() for codes in drawn)
    assert all(survives(player, codes, meter) for codes, meter in zip(drawn, meters, strict=True))


@pytest.mark.parametrize("name", ["melody-2bar", "sequence-vae"])
def test_silence_survives_the_file(name: str) -> None:
    """A decoder that never starts a note, in every meter."""
    checkpoint = tiny_checkpoint(name)
    bias = checkpoint.weights["decoder.head.bias"]
    bias[: 88 if name == "melody-2bar" else 256] = -1e4
    player = Player(checkpoint)
    for codes, meter in zip(decode_windows(player, METERS), METERS, strict=True):
        assert player.codec.decode(codes, meter).is_silent
        assert survives(player, codes, meter)


@pytest.mark.parametrize("name", ["rnn", "lstm"])
def test_a_next_step_net_cannot_encode(name: str) -> None:
    """The error says why."""
    player = Player(tiny_checkpoint(name))
    with pytest.raises(RequestError, match="predicts the next step: it cannot encode"):
        player.encode(windows_of("roll"), RAGGED)


def test_the_posterior_of_an_autoencoder_is_a_point() -> None:
    """It has no variance."""
    player = Player(tiny_checkpoint("autoencoder"))
    posterior = player.encode(windows_of("roll"), RAGGED)
    assert isinstance(posterior, Posterior)
    assert np.all(np.exp(posterior.log_var) == 0)


@pytest.mark.parametrize("name", PRESETS)
def test_a_checkpoint_that_lacks_an_array_is_refused(name: str) -> None:
    """The error names it, when the player is created."""
    checkpoint = tiny_checkpoint(name)
    for missing in checkpoint.weights:
        others = {key: array for key, array in checkpoint.weights.items() if key != missing}
        with pytest.raises(CheckpointError, match=f"{missing} is missing"):
            Player(replace(checkpoint, weights=others))


@pytest.mark.parametrize("name", PRESETS)
def test_a_checkpoint_with_an_array_of_another_shape_is_refused(name: str) -> None:
    """The error names it, when the player is created."""
    checkpoint = tiny_checkpoint(name)
    for key, array in checkpoint.weights.items():
        weights = {**checkpoint.weights, key: array[:-1]}
        with pytest.raises(CheckpointError, match=key):
            Player(replace(checkpoint, weights=weights))


@pytest.mark.parametrize(("field", "value"), [("kind", "gru"), ("codec", "tablature")])
def test_a_net_of_an_unknown_kind_is_refused(field: str, value: str) -> None:
    """The error names the unknown kind or codec."""
    checkpoint = tiny_checkpoint()
    net = replace(checkpoint.config.net, **{field: value})  # type: ignore[arg-type]  # on purpose
    with pytest.raises(CheckpointError, match=value):
        Player(replace(checkpoint, config=replace(checkpoint.config, net=net)))


def test_a_band_is_drawn_again_until_all_of_it_plays() -> None:
    """A window whose drums rest, or with hardly a melody, is refused; the next one is taken."""
    band = Player(tiny_prior(tiny_checkpoint("band-8bar")))
    full, resting, other = windows_of("band", [Meter()] * 3, band.bars)
    resting[:, 2] = band.codec.rest[2]
    bare = full.copy()
    bare[8:, 0] = band.codec.rest[0]
    for temperature in (0.5, 1.0):
        drawn = [[resting, other], [bare], [full]]
        with patch.object(Net, "decode", side_effect=drawn) as decode:
            rngs = [np.random.default_rng(row) for row in range(2)]
            windows = band.sample_prior([Meter()] * 2, rngs, temperature)
        assert np.array_equal(windows, [full, other])
        assert decode.call_count == 3
