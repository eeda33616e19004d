"""Segmented nets: the same in torch and numpy, and each segment has its own part of z."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from musicvae.codecs import CODECS
from musicvae.config import ModelConfig, NetConfig
from musicvae.corpus.dataset import Windows
from musicvae.engine import Player
from musicvae.nets import SegmentedVAE
from musicvae.theory.meter import TRIPLET, Meter
from musicvae.training.build import build, make_checkpoint, to_sequence_batch

from ..miniatures import miniature, packed_windows, windows_of

PLAYED = (Meter(4, 4), Meter(2, 4), Meter(6, 8), Meter(3, 4, TRIPLET), Meter(3, 8), Meter(5, 4))


def segmented(codec: str, **choices: object) -> ModelConfig:
    """A small net of four bars, read as two segments."""
    return miniature(
        "melody-2bar", **{"codec": codec, "bars": 4, "segments": 2, "latent": 6}, **choices
    )


def twins(codec: str, layers: int = 1) -> tuple[SegmentedVAE, Player]:
    """A torch net with enlarged weights, and its player."""
    torch.manual_seed(3)
    config = segmented(codec, layers=layers)
    net = build(config.net).eval()
    assert isinstance(net, SegmentedVAE)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(parameter * 2 + 0.1 * torch.randn_like(parameter))
    return net, Player(make_checkpoint(net, config, 0))


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("layers", [1, 2])
@torch.no_grad()
def test_torch_and_numpy_are_the_same_within_1e_4(codec: str, layers: int) -> None:
    """Logits and posteriors in six meters, padded in torch and unpadded in numpy."""
    net, player = twins(codec, layers)
    windows = windows_of(codec, PLAYED, 4)
    data = Windows(CODECS[codec], *packed_windows(codec, PLAYED, 4), 4)
    batch = to_sequence_batch(data.batch(np.arange(len(PLAYED))))
    z = np.random.default_rng(0).normal(0, 1.5, (len(PLAYED), player.latent)).astype(np.float32)
    for parameter, expected in zip(
        player.encode(windows, PLAYED), net.posterior(batch), strict=True
    ):
        np.testing.assert_allclose(parameter, expected.numpy(), atol=1e-4)
    rows = net.decode(torch.from_numpy(z), batch).numpy()
    for logits, row in zip(player.logits(z, windows, PLAYED), rows, strict=True):
        np.testing.assert_allclose(logits, row[: len(logits)], atol=1e-4)
    assert np.std(rows) > 1e-2


def test_a_segment_is_encoded_and_decoded_by_its_own_part_of_z() -> None:
    """Another second half changes neither the first half of z nor what it decodes to."""
    _, player = twins("melody")
    first, second, other = windows_of("melody", [Meter()] * 3, 2)
    windows = [np.concatenate([first, second]), np.concatenate([first, other])]
    a, b = player.encode(windows, [Meter()] * 2).mu
    assert np.array_equal(a[:3], b[:3])
    assert not np.array_equal(a[3:], b[3:])
    rngs = [np.random.default_rng(0) for _ in range(2)]
    drawn = player.decode(np.stack([a, b]), [Meter()] * 2, temperature=1.0, rngs=rngs)
    assert np.array_equal(drawn[0][:32], drawn[1][:32])


@pytest.mark.parametrize(
    "choices",
    [{"bars": 3}, {"latent": 5}, {"decoder": "plain"}, {"conductor": 4}, {"kind": "vae"}],
)
def test_a_net_that_has_no_equal_segments_is_refused(choices: dict[str, object]) -> None:
    """When its config is made."""
    net = segmented("melody").net
    with pytest.raises(ValueError, match="segments"):
        replace(net, **choices)  # type: ignore[arg-type]  # any field
    assert NetConfig().segments == 1
