"""LSTM: the RNN with long short-term memory cells.

Hochreiter and Schmidhuber, Long Short-Term Memory, Neural Computation 9(8), 1997.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import nn

from .rnn import RNN


class LSTM(RNN):
    """`RNN` with long short-term memory cells; its state is the pair (hidden, cell).

    The forget gate starts open (bias 1; Jozefowicz et al., ICML 2015), so that
    gradients reach the first steps from the start of training.

    >>> LSTM(8, 16, layers=2)(torch.randn(4, 32, 8), torch.tensor([32, 5, 1, 7])).shape
    torch.Size([4, 32, 16])
    """

    cell = nn.LSTM

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
        super().__init__(
            channels,
            hidden,
            layers=layers,
            bidirectional=bidirectional,
            output=output,
            dropout=dropout,
        )
        for name, parameter in self.core.named_parameters():
            if name.startswith("bias_ih"):
                with torch.no_grad():
                    parameter[hidden : 2 * hidden] += 1.0
