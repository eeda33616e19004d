"""RNN: the base recurrent module. Sequence in; one output per step, or one for the sequence.

Elman, Finding Structure in Time, Cognitive Science 14, 1990.
"""

from __future__ import annotations

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

State = Tensor | tuple[Tensor, Tensor]


class RNN(nn.Module):
    """Stacked recurrent layers that never read padding.

    Args:
        channels: width of a step.
        hidden: width of the state, in each direction.
        layers: number of stacked layers.
        bidirectional: read backwards too; the states of both directions are concatenated.
        output: `steps` for one vector per step, `last` for the final state of the
            top layer (of both directions, each having read the whole sequence).
        dropout: share of each layer's outputs set to zero in training
            (Zaremba, Sutskever and Vinyals, 2014, arXiv:1409.2329).

    Shape:
        - Input: `[B, T, channels]`, lengths `[B]` or None if no step is padding
        - Output: `[B, T, width]`, zeros on padding; or `[B, width]`

    >>> RNN(8, 16)(torch.randn(4, 32, 8)).shape
    torch.Size([4, 32, 16])
    >>> RNN(8, 16, bidirectional=True, output="last")(torch.randn(4, 32, 8)).shape
    torch.Size([4, 32])
    """

    cell: type[nn.RNN] | type[nn.LSTM] = nn.RNN

    def __init__(
        self,
        channels: int,
        hidden: int,
        *,
        layers: int = 1,
        bidirectional: bool = False,
        output: Literal["steps", "last"] = "steps",
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.output = output
        self.dropout = dropout
        self.width = hidden * (2 if bidirectional else 1)
        self.core = self.cell(
            channels,
            hidden,
            layers,
            batch_first=True,
            bidirectional=bidirectional,
            dropout=dropout if layers > 1 else 0.0,
        )

    def forward(
        self, x: Tensor, lengths: Tensor | None = None, state: State | None = None
    ) -> Tensor:
        if lengths is not None and bool((lengths == x.shape[1]).all()):
            lengths = None  # packing costs time and changes nothing
        if lengths is None:
            steps, last = self.core(x, state)
        else:
            packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
            unpadded, last = self.core(packed, state)
            steps, _ = pad_packed_sequence(unpadded, batch_first=True, total_length=x.shape[1])
        out = steps if self.output == "steps" else self._top(last)
        return F.dropout(out, self.dropout, self.training)

    def step(self, x: Tensor, state: State | None) -> tuple[Tensor, State]:
        """Process one step: `[B, channels]` and a state to `[B, width]` and the next state."""
        out, state = self.core(x[:, None], state)
        return out[:, 0], state

    def _top(self, last: State) -> Tensor:
        hidden = last if isinstance(last, Tensor) else last[0]  # [layers * directions, B, H]
        directions = 2 if self.core.bidirectional else 1
        return torch.cat(list(hidden[-directions:]), dim=-1)
