"""Lookback features: what stood some lags ago, and for how long it has been repeated.

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

    Args:
        parts: width of each part of a step; C in total.
        lags: L, the number of lags that are read; a sequence may have more.

    Shape:
        - Input: x `[B, T, C]`, lags of each sequence in steps, 1 or more, `[B, L]`
        - Output: `[B, T, L * (C + parts)]`, first all steps, then all lengths, lag by lag

    >>> lookback = Lookback((3, 2), 2)
    >>> lookback(torch.zeros(4, 9, 5), torch.tensor([[2, 4]] * 4)).shape[-1] == lookback.width == 14
    True
    """

    def __init__(self, parts: Sequence[int], lags: int) -> None:
        super().__init__()
        self.parts = list(parts)
        self.lags = lags
        self.width = lags * (sum(parts) + len(parts))

    def forward(self, x: Tensor, lags: Tensor) -> Tensor:
        step = torch.arange(x.shape[1], device=x.device)
        used = lags[:, : self.lags]
        earlier = [self._earlier(x, step, lag) for lag in used.unbind(1)]
        runs = [
            self._runs(x, before, step, lag)
            for before, lag in zip(earlier, used.unbind(1), strict=True)
        ]
        shares = torch.cat(runs, dim=-1) / lags[:, :1, None]
        return torch.cat([*earlier, shares.clamp_max(MAX_RUN)], dim=-1)

    def _earlier(self, x: Tensor, step: Tensor, lag: Tensor) -> Tensor:
        """The step one lag before each step, zeros before the start. `[B, T, C]`"""
        source = step - lag[:, None]  # [B, T]
        index = source.clamp_min(0)[..., None].expand_as(x)
        return x.gather(1, index) * (source >= 0)[..., None]

    def _runs(self, x: Tensor, earlier: Tensor, step: Tensor, lag: Tensor) -> Tensor:
        """Steps before each step that repeat one lag, in a row, in each part. `[B, T, parts]`"""
        differs = torch.split(x != earlier, self.parts, dim=-1)
        broken = torch.stack([part.any(dim=-1) for part in differs], dim=-1)
        broken = broken | (step < lag[:, None])[..., None]
        # a run that includes step t began after the last broken step; step 0 is always broken
        last_broken = torch.where(broken, step[:, None], 0).cummax(dim=1).values
        including = step[:, None] - last_broken
        return torch.cat([torch.zeros_like(including[:, :1]), including[:, :-1]], dim=1)
