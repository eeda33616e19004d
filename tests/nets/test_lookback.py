"""Lookback: what stood some lags ago, for how long it has been repeated, and what that is for."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from musicvae.nets import LSTM, Categorical, LanguageModel, Lookback, SequenceBatch
from musicvae.nets.lookback import MAX_RUN

from .nets import fresh
from .sequences import one_hot_batch

PARTS = (3, 2)


def two_parts(first: list[int], second: list[int]) -> Tensor:
    """One sequence of two parts, given by their classes. `[1, T, 5]`"""
    heads = zip(PARTS, (first, second), strict=True)
    return torch.cat([torch.eye(width)[classes] for width, classes in heads], dim=-1)[None]


def by_definition(x: Tensor, lags: Tensor) -> Tensor:
    """The features, computed step by step. `[B, T, L * 7]`"""
    features = torch.zeros(len(x), x.shape[1], lags.shape[1] * 7)
    columns = lags.shape[1] * 5
    for row, (sequence, row_lags) in enumerate(zip(x, lags.tolist(), strict=True)):
        for t in range(len(sequence)):
            for i, lag in enumerate(row_lags):
                if t >= lag:
                    features[row, t, 5 * i : 5 * i + 5] = sequence[t - lag]
                for part, channels in enumerate((slice(0, 3), slice(3, 5))):
                    run, s = 0, t - 1
                    while s >= lag and sequence[s, channels].equal(sequence[s - lag, channels]):
                        run, s = run + 1, s - 1
                    features[row, t, columns + 2 * i + part] = min(run / row_lags[0], MAX_RUN)
    return features


def test_the_features_are_those_of_the_definition() -> None:
    """In a batch of several lags, for music that repeats in one part, in both and in none."""
    rows = [
        two_parts([0, 1, 2, 1] * 5, [0, 1, 1, 0] * 5),
        two_parts([0, 1, 2, 1] * 5, [0, 1, 1, 1, 0] * 4),
        two_parts([0] * 20, [1, 0] * 10),
        two_parts(torch.randint(3, (20,)).tolist(), torch.randint(2, (20,)).tolist()),
    ]
    x, lags = torch.cat(rows), torch.tensor([[4, 8], [5, 10], [1, 2], [3, 6]])
    features = Lookback(PARTS, 2, hidden=4)(x, lags)
    torch.testing.assert_close(features, by_definition(x, lags))
    assert features[:, :, -4:].amax() == MAX_RUN


def test_lags_beyond_those_it_reads_change_nothing() -> None:
    """A batch may have more lags than the net reads."""
    x, lags = one_hot_batch((7, 7)).x, torch.tensor([[1, 2, 4], [2, 4, 8]])
    lookback = Lookback(PARTS, 1, hidden=4)
    assert torch.equal(lookback(x, lags), lookback(x, lags[:, :1]))


def test_a_copied_step_becomes_likelier_part_by_part() -> None:
    """By the strength of its lag and its part; before the start nothing is copied."""
    x, lags = two_parts([0, 1, 2, 1, 0], [0, 1, 1, 0, 0]), torch.tensor([[1, 3]])
    lookback = Lookback(PARTS, 2, hidden=1)
    with torch.no_grad():
        lookback.to_copy.bias.copy_(torch.tensor([1.0, 10.0, 100.0, 1000.0]))  # by lag, then part
    copied = lookback.copied(torch.zeros(1, 5, 1), x, lags)[0].tolist()
    assert copied[0] == [0, 0, 0, 0, 0]
    assert copied[1] == [1, 0, 0, 10, 0]
    assert copied[4] == [0, 101, 0, 10, 1000]


def test_a_net_with_a_lookback_refuses_a_batch_without_lags() -> None:
    """The message says what is missing."""
    with pytest.raises(ValueError, match="reads batches with lags"):
        fresh("lookback").losses(one_hot_batch()._replace(lags=None))


def repeated_bars(seed: int) -> SequenceBatch:
    """Random bars of sixteen steps, each followed by itself; new ones for each seed."""
    generator = torch.Generator().manual_seed(seed)
    bars = torch.eye(6)[torch.randint(6, (32, 16), generator=generator)]
    x = torch.cat([bars, bars], dim=1)
    return SequenceBatch(x, x[..., :0], torch.full((32,), 32), lags=torch.full((32, 1), 16))


def accuracy_on_repeats(*, looks_back: bool) -> float:
    """Share of the steps of new second bars that are predicted right after a short training."""
    torch.manual_seed(0)
    lookback = Lookback((6,), 1, 24) if looks_back else None
    recurrent = LSTM(6 + (lookback.width if lookback else 0), 24)
    net = LanguageModel(recurrent, 6, Categorical((6,)), lookback=lookback)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
    for step in range(40):
        optimizer.zero_grad()
        net.losses(repeated_bars(step)).total().backward()
        optimizer.step()
    with torch.no_grad():
        batch = repeated_bars(1000)
        right = net.likelihood.is_correct(net(batch), batch.x)[:, 16:]
    return float(right.float().mean())


def test_a_repetition_is_learned_where_a_plain_net_does_not_learn_it() -> None:
    """Of music that it has never seen, and in the same number of updates."""
    assert accuracy_on_repeats(looks_back=True) > 0.95
    assert accuracy_on_repeats(looks_back=False) < 0.5
