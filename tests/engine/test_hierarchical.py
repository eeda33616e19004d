"""Hierarchical nets in numpy: any meter, both likelihoods, notes across bar lines."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from musicvae.codecs import CODECS
from musicvae.codecs.base import Codes
from musicvae.corpus.dataset import Windows
from musicvae.engine import Player
from musicvae.midi.reader import read_midi
from musicvae.midi.writer import midi_bytes
from musicvae.nets import HierarchicalDecoder, SequenceBatch, SequenceVAE
from musicvae.nets.hierarchical import join_segments, split_segments
from musicvae.theory.meter import TRIPLET, Meter
from musicvae.training.build import build, make_checkpoint, to_sequence_batch

from ..miniatures import miniature, packed_windows, tiny_checkpoint, windows_of
from ..strategies import METERS

BARS = 4
PLAYED = (Meter(4, 4), Meter(2, 4), Meter(6, 8), Meter(3, 4, TRIPLET), Meter(3, 8), Meter(5, 4))
"""Meters whose segments last 16, 16, 12, 18, 12 and 20 steps; of 2/4 and 3/8 two bars each."""

EVERY_NET = pytest.mark.parametrize(
    ("codec", "layers"), [("melody", 1), ("melody", 2), ("roll", 1), ("roll", 2), ("trio", 1)]
)


def twins(codec: str, layers: int, quiet: tuple[int, ...] = ()) -> tuple[SequenceVAE, Player]:
    """A torch net with enlarged weights, with some channels never drawn, and its player."""
    torch.manual_seed(3)
    config = miniature("melody-16bar", codec=codec, layers=layers, bars=BARS)
    net = build(config.net).eval()
    assert isinstance(net, SequenceVAE)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(parameter * 2 + 0.1 * torch.randn_like(parameter))
        decoder_of(net).core.head.bias[list(quiet)] = -1e4
    return net, Player(make_checkpoint(net, config, 0))


def decoder_of(net: SequenceVAE) -> HierarchicalDecoder:
    """The decoder of a hierarchical net."""
    assert isinstance(net.decoder, HierarchicalDecoder)
    return net.decoder


def make_batch(codec: str) -> SequenceBatch:
    """A short piece in each meter, padded."""
    windows = Windows(CODECS[codec], *packed_windows(codec, PLAYED, BARS), BARS)
    return to_sequence_batch(windows.batch(np.arange(len(PLAYED))))


def draw_z(player: Player, n: int = len(PLAYED)) -> NDArray[np.float32]:
    """Some z, wider spread than N(0, I)."""
    return np.random.default_rng(0).normal(0, 1.5, (n, player.latent)).astype(np.float32)


def decode_windows(player: Player, meters: list[Meter], temperature: float) -> list[Codes]:
    """Decode a window in each meter."""
    rngs = [np.random.default_rng(i) for i in range(len(meters))]
    z = draw_z(player, len(meters))
    return player.decode(z, meters, temperature=temperature, rngs=rngs)


@EVERY_NET
@torch.no_grad()
def test_torch_and_numpy_are_the_same_within_1e_4(codec: str, layers: int) -> None:
    """Logits and posteriors in six meters, padded in torch and unpadded in numpy."""
    net, player = twins(codec, layers)
    batch, windows, z = make_batch(codec), windows_of(codec, PLAYED, BARS), draw_z(player)
    posterior = net.posterior(batch)
    for parameter, expected in zip(player.encode(windows, PLAYED), posterior, strict=True):
        np.testing.assert_allclose(parameter, expected.numpy(), atol=1e-4)
    rows = net.decode(torch.from_numpy(z), batch).numpy()
    for logits, row in zip(player.logits(z, windows, PLAYED), rows, strict=True):
        np.testing.assert_allclose(logits, row[: len(logits)], atol=1e-4)
    assert np.std(rows) > 1e-2


@torch.no_grad()
def test_free_running_is_the_same_in_torch_and_numpy() -> None:
    """At temperature 0, step for step; torch masks nothing, so note-offs are disabled."""
    off = CODECS["melody"].channels - 2
    net, player = twins("melody", 2, quiet=(off,))
    decoder, batch = decoder_of(net), make_batch("melody")
    segment_z = decoder.segment_vectors(torch.from_numpy(draw_z(player))).flatten(0, 1)
    condition = split_segments(batch, BARS).condition
    segments = decoder.core.free_run(segment_z, condition, net.likelihood, 0.0)
    expected = join_segments(segments, batch.lengths, BARS, batch.x.shape[1]).argmax(-1).numpy()
    drawn = decode_windows(player, list(PLAYED), temperature=0.0)
    for codes, steps in zip(drawn, expected, strict=True):
        assert codes.tolist() == steps[: len(codes)].tolist()
    assert len({codes.tobytes() for codes in drawn}) > 1


def biased_player(codec: str, channels: slice, bias: float) -> Player:
    """A player whose decoder has a bias on some channels."""
    checkpoint = tiny_checkpoint("melody-16bar", codec=codec, bars=BARS)
    checkpoint.weights["decoder.core.head.bias"][channels] += bias
    return Player(checkpoint)


def test_a_note_may_end_at_a_bar_line() -> None:
    """A segment may stop a note of the segment before; a note-off in silence is removed."""
    player = biased_player("melody", slice(88, 89), 4.0)
    off, hold = 88, 89
    note_offs = 0
    for codes in decode_windows(player, [Meter()] * 40, temperature=1.0):
        assert codes[0] != off
        for bar_line in range(16, 64, 16):
            before = codes[:bar_line][codes[:bar_line] != hold]
            if codes[bar_line] == off:
                assert before[-1] < off
                note_offs += 1
    assert note_offs > 10


def test_a_pitch_may_sound_across_a_bar_line() -> None:
    """Only where it sounds at the end of the segment before."""
    player = biased_player("roll", slice(128, 256), 1.0)
    sustained = 0
    for codes in decode_windows(player, [Meter()] * 8, temperature=1.0):
        sounding = (codes[:, :128] | codes[:, 128:]) > 0
        assert not codes[0, 128:].any()
        assert not (codes[1:, 128:] > sounding[:-1]).any()
        sustained += int(codes[16:64:16, 128:].sum())
    assert sustained > 10


@pytest.mark.slow
@pytest.mark.parametrize(("codec", "bias"), [("melody", 0.0), ("roll", -3.0), ("piano", -3.0)])
def test_decoded_windows_survive_the_file(codec: str, bias: float) -> None:
    """Written to a file and read back, windows have the same codes, in every meter."""
    player = biased_player(codec, slice(None), bias)
    meters = METERS[:: 1 if codec == "melody" else 4]
    drawn = decode_windows(player, meters, temperature=1.0)
    assert any((codes != player.codec.rest).any() for codes in drawn)
    for codes, meter in zip(drawn, meters, strict=True):
        (phrase,) = read_midi(midi_bytes(player.codec.decode(codes, meter)))
        assert np.array_equal(player.codec.encode(phrase), codes)


@pytest.mark.slow
def test_a_small_net_overfits_sixteen_bars() -> None:
    """It reconstructs four melodies of 256 steps from their z."""
    torch.manual_seed(0)
    config = miniature(
        "melody-16bar",
        bars=16,
        conductor=24,
        encoder=16,
        latent=16,
        hidden=48,
        layers=1,
        step_conditioning=8,
    )
    meters = [Meter()] * 4
    net = build(config.net).eval()  # eval: no step dropout
    windows = Windows(CODECS["melody"], *packed_windows("melody", meters, 16), 16)
    batch = to_sequence_batch(windows.batch(np.arange(4)))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    for _ in range(120):
        optimizer.zero_grad()
        torch.autograd.backward(net.losses(batch).total(beta=0.001))
        optimizer.step()
    player = Player(make_checkpoint(net, config, 0))
    codes = windows_of("melody", meters, 16)
    mu = player.encode(codes, meters).mu
    rngs = [np.random.default_rng(0)] * 4
    decoded = player.decode(mu, meters, temperature=0.0, rngs=rngs)
    assert np.mean(np.array(decoded) == np.array(codes)) > 0.95
