"""Lookback: what stood some lags ago, and for how long it has been repeated.

Waite, Generating Long-Term Structure in Songs and Stories, Magenta, 2016 (lookback RNN). There a
flag says whether the last step repeated; here the length of the repetition is given.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

MAX_RUN = 2.0
"""Longest repetition that is told from shorter ones, in units of a sequence's first lag."""


class Lookback(nn.Module):
    """The step that stood each of several lags before, and the length of its repetition.

    For lag d, the features of step t are `x[t - d]`, zeros before the start, and for each part
    the number of consecutive steps s up to t - 1 with `x[s] == x[s - d]` in that part, divided by
    the first lag and limited to `MAX_RUN`. They depend on the steps before t alone.

    `copied` turns features of a net into logits: for each lag and part one number, by which what
    stood there becomes likelier. So a net need not carry a step through its state to repeat it.
    Of pointer nets (Vinyals, Fortunato and Jaitly, 2015, arXiv:1506.03134), with few places to
    point at.

    Args:
        parts: width of each part of a step; C in total.
        lags: L, the number of lags that are read; a sequence may have more.
        hidden: H, the width of the features from which copying is decided.

    Shape:
        - Input: x `[B, T, C]`, lags of each sequence in steps, 1 or more, `[B, L]`
        - Output: `[B, T, L * (C + parts)]`, first all steps, then all lengths, lag by lag

    >>> lookback = Lookback((3, 2), 2, hidden=8)
    >>> lookback(torch.zeros(4, 9, 5), torch.tensor([[2, 4]] * 4)).shape[-1] == lookback.width == 14
    True
    """

    def __init__(self, parts: Sequence[int], lags: int, hidden: int) -> None:
        super().__init__()
        self.parts = list(parts)
        self.lags = lags
        self.width = lags * (sum(parts) + len(parts))
        self.to_copy = nn.Linear(hidden, lags * len(parts))
        nn.init.zeros_(self.to_copy.weight)
        nn.init.zeros_(self.to_copy.bias)

    def forward(self, x: Tensor, lags: Tensor) -> Tensor:
        used = lags[:, : self.lags]
        earlier = self.earlier(x, lags)
        runs = [
            self._runs(x, before, lag)
            for before, lag in zip(earlier.unbind(2), used.unbind(1), strict=True)
        ]
        shares = torch.cat(runs, dim=-1) / lags[:, :1, None]
        return torch.cat([earlier.flatten(2), shares.clamp_max(MAX_RUN)], dim=-1)

    def copied(self, features: Tensor, x: Tensor, lags: Tensor) -> Tensor:
        """What features `[B, T, H]` of a net add to the logits of each step. `[B, T, C]`"""
        strength: Tensor = self.to_copy(features)
        strength = strength.reshape(*strength.shape[:2], self.lags, len(self.parts))
        earlier = torch.split(self.earlier(x, lags), self.parts, dim=-1)
        by_part = zip(strength.unbind(-1), earlier, strict=True)
        return torch.cat([torch.einsum("btl,btlc->btc", *pair) for pair in by_part], dim=-1)

    def earlier(self, x: Tensor, lags: Tensor) -> Tensor:
        """The step each lag before each step, zeros before the start. `[B, T, L, C]`"""
        step = torch.arange(x.shape[1], device=x.device)
        source = step[:, None] - lags[:, None, : self.lags]  # [B, T, L]
        index = source.clamp_min(0).flatten(1)[..., None].expand(-1, -1, x.shape[2])
        there = x.gather(1, index).reshape(*source.shape, -1)
        return there * (source >= 0)[..., None]

    def _runs(self, x: Tensor, earlier: Tensor, lag: Tensor) -> Tensor:
        """Steps before each step that repeat one lag, in a row, in each part. `[B, T, parts]`"""
        step = torch.arange(x.shape[1], device=x.device)
        differs = torch.split(x != earlier, self.parts, dim=-1)
        broken = torch.stack([part.any(dim=-1) for part in differs], dim=-1)
        broken = broken | (step < lag[:, None])[..., None]
        # a run that includes step t began after the last broken step; step 0 is always broken
        last_broken = torch.where(broken, step[:, None], 0).cummax(dim=1).values
        including = step[:, None] - last_broken
        return torch.cat([torch.zeros_like(including[:, :1]), including[:, :-1]], dim=1)
