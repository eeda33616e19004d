"""A checkpoint that plays: verbs, seeds, meters, and what it says when it cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from musicvae.checkpoint import prior_of
from musicvae.codecs.base import Codes
from musicvae.engine import Player, Posterior
from musicvae.errors import CheckpointError, RequestError
from musicvae.midi.reader import read_midi
from musicvae.midi.writer import midi_bytes
from musicvae.presets import PRESETS
from musicvae.theory.meter import Meter

from ..miniatures import RAGGED, tiny_checkpoint, tiny_prior, windows_of
from ..strategies import METERS

ALL = ("generate", "vary", "interpolate", "reconstruct", "encode", "decode")
VERBS = {
    "rnn": ("generate", "extend"),
    "lstm": ("generate", "extend"),
    "autoencoder": ALL[2:],
    "vae": ALL,
    "sequence-vae": ALL,
    "music-vae": ALL,
    **dict.fromkeys(("melody-2bar", "drums-2bar", "piano-2bar"), ALL),
    **dict.fromkeys(("melody-16bar", "leadsheet-8bar", "trio-4bar"), ALL),
}


def play(
    player: Player, meters: Sequence[Meter], temperature: float = 1.0, seed: int = 0
) -> list[Codes]:
    """Windows from z and noise that the seed and the place in the row decide."""
    rngs = [np.random.default_rng((seed, i)) for i in range(len(meters))]
    z = np.array([rng.standard_normal(player.latent) for rng in rngs], dtype=np.float32)
    return player.decode(z, meters, temperature=temperature, rngs=rngs)


@pytest.mark.parametrize("name", PRESETS)
def test_a_player_knows_its_verbs(name: str) -> None:
    """A next-step net goes on where music ends; an autoencoder has no prior to generate from."""
    player = Player(tiny_checkpoint(name))
    assert player.verbs == VERBS[name]
    assert player.latent == (0 if name in ("rnn", "lstm") else 5)


def test_with_a_prior_a_net_goes_on_where_music_ends_as_well() -> None:
    """As its prior does."""
    model = tiny_prior(tiny_checkpoint())
    player, prior = Player(model), prior_of(model)
    assert prior is not None
    assert player.verbs == (*VERBS["melody-2bar"], "extend")
    heard = windows_of("melody", [Meter()])[0][:16]
    mine, its = (
        one.extend(heard, Meter(), temperature=1.0, rng=np.random.default_rng(2))
        for one in (player, Player(prior))
    )
    assert np.array_equal(mine, its)


@pytest.mark.parametrize("name", PRESETS)
def test_windows_are_as_long_as_their_meters_say(name: str) -> None:
    """Several meters in one call, each window in its place."""
    player = Player(tiny_checkpoint(name))
    drawn = play(player, RAGGED)
    assert [len(codes) for codes in drawn] == [player.steps(meter) for meter in RAGGED]
    assert all(codes.dtype == player.codec.dtype for codes in drawn)


@pytest.mark.parametrize("name", PRESETS)
def test_the_same_seed_gives_the_same_codes(name: str) -> None:
    """Twice the same, and another seed gives others."""
    player = Player(tiny_checkpoint(name))
    first, again, other = (play(player, RAGGED, seed=seed) for seed in (1, 1, 2))
    assert all(map(np.array_equal, first, again))
    assert not all(map(np.array_equal, first, other))


@pytest.mark.parametrize("name", PRESETS)
def test_a_window_does_not_depend_on_those_beside_it(name: str) -> None:
    """The first three of twelve are the three."""
    player = Player(tiny_checkpoint(name))
    few, many = (play(player, (RAGGED * 2)[:n]) for n in (3, 12))
    assert all(map(np.array_equal, few, many[:3]))


@pytest.mark.parametrize("name", [name for name in PRESETS if "encode" in VERBS[name]])
def test_a_posterior_does_not_depend_on_the_windows_beside_it(name: str) -> None:
    """Alone or among others of other lengths."""
    player = Player(tiny_checkpoint(name))
    windows = windows_of(player.codec.name, bars=player.bars)
    together = player.encode(windows, RAGGED)
    for i, (codes, meter) in enumerate(zip(windows, RAGGED, strict=True)):
        alone = player.encode([codes], [meter])
        np.testing.assert_allclose(alone.mu[0], together.mu[i], atol=1e-5)
        np.testing.assert_allclose(alone.log_var[0], together.log_var[i], atol=1e-5)


def test_temperature_0_needs_no_chance() -> None:
    """Other generators, the same windows."""
    player = Player(tiny_checkpoint())
    z = np.random.default_rng(0).standard_normal((6, player.latent)).astype(np.float32)
    one, two = (
        player.decode(z, RAGGED, temperature=0.0, rngs=[np.random.default_rng(seed)] * len(RAGGED))
        for seed in (0, 1)
    )
    assert all(map(np.array_equal, one, two))


def test_nothing_to_do_is_done() -> None:
    """No windows in, no windows out."""
    player = Player(tiny_checkpoint())
    assert play(player, []) == []
    assert player.encode([], []).mu.shape == (0, player.latent)


def survives(player: Player, codes: Codes, meter: Meter) -> bool:
    """Whether codes written to a file and read back are the same."""
    (phrase,) = read_midi(midi_bytes(player.codec.decode(codes, meter)))
    return phrase.meter == meter and np.array_equal(player.codec.encode(phrase), codes)


@pytest.mark.slow
def test_what_is_decoded_survives_the_file_for_1000_z() -> None:
    """In every meter that the grids can hold, at temperatures from 0 to wild."""
    player = Player(tiny_checkpoint())
    meters = [METERS[i % len(METERS)] for i in range(1000)]
    assert len(METERS) < 1000
    drawn = [
        *play(player, meters[:250], temperature=0.0),
        *play(player, meters[250:], temperature=1.5),
    ]
    assert all(survives(player, codes, meter) for codes, meter in zip(drawn, meters, strict=True))


def test_rolls_survive_the_file_too() -> None:
    """Any number of notes at once, onsets apart from sustained steps."""
    checkpoint = tiny_checkpoint("sequence-vae")
    checkpoint.weights["decoder.head.bias"][:] -= 3
    player = Player(checkpoint)
    meters = METERS[:: len(METERS) // 40]
    drawn = play(player, meters)
    assert any(codes.any() for codes in drawn)
    assert all(survives(player, codes, meter) for codes, meter in zip(drawn, meters, strict=True))


@pytest.mark.parametrize("name", ["melody-2bar", "sequence-vae"])
def test_silence_survives_the_file(name: str) -> None:
    """A decoder that never starts a note, in every meter."""
    checkpoint = tiny_checkpoint(name)
    quiet = checkpoint.weights["decoder.head.bias"]
    quiet[: 88 if name == "melody-2bar" else 256] = -1e4
    player = Player(checkpoint)
    for codes, meter in zip(play(player, METERS), METERS, strict=True):
        assert player.codec.decode(codes, meter).is_silent
        assert survives(player, codes, meter)


@pytest.mark.parametrize("name", ["rnn", "lstm"])
def test_a_next_step_net_says_that_it_cannot_encode(name: str) -> None:
    """As one sentence."""
    player = Player(tiny_checkpoint(name))
    with pytest.raises(RequestError, match="predicts the next step: it cannot encode"):
        player.encode(windows_of("roll"), RAGGED)


def test_an_autoencoder_gives_a_point() -> None:
    """Its posterior has no variance."""
    player = Player(tiny_checkpoint("autoencoder"))
    posterior = player.encode(windows_of("roll"), RAGGED)
    assert isinstance(posterior, Posterior)
    assert np.all(np.exp(posterior.log_var) == 0)


@pytest.mark.parametrize("name", PRESETS)
def test_a_checkpoint_that_lacks_an_array_is_refused(name: str) -> None:
    """Whichever it is, when the player is made; the sentence names it."""
    checkpoint = tiny_checkpoint(name)
    for missing in checkpoint.weights:
        rest = {key: array for key, array in checkpoint.weights.items() if key != missing}
        with pytest.raises(CheckpointError, match=f"{missing} is missing"):
            Player(replace(checkpoint, weights=rest))


@pytest.mark.parametrize("name", PRESETS)
def test_a_checkpoint_with_an_array_of_another_shape_is_refused(name: str) -> None:
    """Whichever it is, when the player is made; the sentence names it."""
    checkpoint = tiny_checkpoint(name)
    for odd, array in checkpoint.weights.items():
        weights = {**checkpoint.weights, odd: array[:-1]}
        with pytest.raises(CheckpointError, match=odd):
            Player(replace(checkpoint, weights=weights))


@pytest.mark.parametrize(("field", "value"), [("kind", "gru"), ("codec", "tablature")])
def test_a_net_of_an_unknown_kind_is_refused(field: str, value: str) -> None:
    """As one sentence that names what is unknown."""
    checkpoint = tiny_checkpoint()
    net = replace(checkpoint.config.net, **{field: value})  # type: ignore[arg-type]  # on purpose
    with pytest.raises(CheckpointError, match=value):
        Player(replace(checkpoint, config=replace(checkpoint.config, net=net)))
