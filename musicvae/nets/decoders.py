"""Decoders: from one vector `z` to a sequence, all steps at once or one after the other.

Sections 2.2 and 3 of Roberts et al., A Hierarchical Latent Vector Model for
Learning Long-Term Structure in Music, ICML 2018. arXiv:1803.05428
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .batch import SequenceBatch
from .likelihood import Likelihood
from .lstm import LSTM
from .rnn import State


class DenseDecoder(nn.Module):
    """Two dense layers from `z` to the logits of all steps.

    Shape:
        - Input: `z` `[B, Z]`, and a `SequenceBatch` for its condition
        - Output: `[B, T, channels]`

    >>> batch = SequenceBatch(torch.zeros(2, 5, 3), torch.zeros(2, 5, 1), torch.tensor([5, 4]))
    >>> DenseDecoder(4, 3, 1, steps=8, hidden=16)(torch.zeros(2, 4), batch).shape
    torch.Size([2, 5, 3])
    """

    def __init__(self, latent: int, channels: int, condition: int, steps: int, hidden: int) -> None:
        super().__init__()
        self.steps = steps
        self.channels = channels
        self.layers = nn.Sequential(
            nn.Linear(latent + steps * condition, hidden),
            nn.ReLU(),
            nn.Linear(hidden, steps * channels),
        )

    def forward(self, z: Tensor, batch: SequenceBatch) -> Tensor:
        condition = batch.condition * batch.mask[..., None]
        condition = F.pad(condition, (0, 0, 0, self.steps - condition.shape[1]))
        out = self.layers(torch.cat([z, condition.flatten(1)], dim=-1))
        steps: Tensor = out.unflatten(-1, (self.steps, self.channels))
        return steps[:, : batch.x.shape[1]]


class PlainDecoder(nn.Module):
    """An LSTM that reads `z` and the condition at every step; all steps are decoded at once.

    Shape:
        - Input: `z` `[B, Z]`, and a `SequenceBatch` for its condition and lengths
        - Output: logits `[B, T, channels]`

    >>> batch = SequenceBatch(torch.zeros(2, 5, 3), torch.zeros(2, 5, 1), torch.tensor([5, 4]))
    >>> PlainDecoder(4, 3, 1, hidden=16)(torch.zeros(2, 4), batch).shape
    torch.Size([2, 5, 3])
    """

    def __init__(
        self, latent: int, channels: int, condition: int, hidden: int, layers: int = 1
    ) -> None:
        super().__init__()
        self.recurrent = LSTM(latent + condition, hidden, layers=layers)
        self.head = nn.Linear(hidden, channels)

    def forward(self, z: Tensor, batch: SequenceBatch) -> Tensor:
        repeated = z[:, None].expand(-1, batch.x.shape[1], -1)
        inputs = torch.cat([repeated, batch.condition], dim=-1)
        logits: Tensor = self.head(self.recurrent(inputs, batch.lengths))
        return logits


class AutoregressiveDecoder(nn.Module):
    """Predicts each step from the step before it, from `z`, and from a plan computed from `z`.

    The first state of the LSTM is computed from `z`. The plan is one short vector for each
    step, a linear map of `z`. A repeated `z` is the same input at every step, so the LSTM has
    to count steps to know which part of `z` applies; the plan tells each step directly.

    Args:
        latent: Z, the width of `z`.
        channels: C, the width of a step.
        condition: K, the width of the condition.
        hidden: width of each LSTM layer.
        layers: number of LSTM layers.
        step_conditioning: width of the plan at each step.
        steps: maximum length of a sequence, and of its plan.
        step_dropout: share of previous steps set to zero in training, so that the
            decoder learns to rely on `z` (word dropout; Bowman et al., 2016,
            section 3.2).
        dropout: dropout of the LSTM; see `RNN`.

    Shape:
        - Input: `z` `[B, Z]`, and a `SequenceBatch` with the true steps
        - Output: logits `[B, T, channels]`

    >>> batch = SequenceBatch(torch.zeros(2, 5, 3), torch.zeros(2, 5, 1), torch.tensor([5, 4]))
    >>> AutoregressiveDecoder(4, 3, 1, hidden=16)(torch.zeros(2, 4), batch).shape
    torch.Size([2, 5, 3])
    """

    def __init__(
        self,
        latent: int,
        channels: int,
        condition: int,
        hidden: int,
        *,
        layers: int = 2,
        step_conditioning: int = 32,
        steps: int = 64,
        step_dropout: float = 0.0,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.steps = steps
        self.step_dropout = step_dropout
        self.to_state = nn.Linear(latent, 2 * layers * hidden)
        self.to_plan = nn.Linear(latent, steps * step_conditioning)
        self.recurrent = LSTM(
            channels + condition + step_conditioning, hidden, layers=layers, dropout=dropout
        )
        self.head = nn.Linear(hidden, channels)

    def forward(self, z: Tensor, batch: SequenceBatch) -> Tensor:
        """Teacher forcing: the input of each step is the true step before it."""
        previous = batch.previous
        if self.training and self.step_dropout:
            visible = batch.noise.uniform(previous[..., 0]) >= self.step_dropout
            previous = previous * visible[..., None]
        plan = self.plan(z, previous.shape[1])
        inputs = torch.cat([previous, batch.condition, plan], dim=-1)
        logits: Tensor = self.head(self.recurrent(inputs, batch.lengths, self.first_state(z)))
        return logits

    @torch.no_grad()
    def free_run(
        self, z: Tensor, condition: Tensor, likelihood: Likelihood, temperature: float = 1.0
    ) -> Tensor:
        """Feed each sampled step back as the next input; temperature 0 takes the most probable.

        Shape:
            - Input: `z` `[B, Z]`, condition `[B, T, K]`
            - Output: `[B, T, channels]`
        """
        context = torch.cat([condition, self.plan(z, condition.shape[1])], dim=-1)
        state: State = self.first_state(z)
        step = z.new_zeros(z.shape[0], self.head.out_features)
        sampled = []
        for step_context in context.unbind(dim=1):
            out, state = self.recurrent.step(torch.cat([step, step_context], dim=-1), state)
            logits = self.head(out)
            step = (
                likelihood.sample(logits, temperature) if temperature else likelihood.mode(logits)
            )
            sampled.append(step)
        return torch.stack(sampled, dim=1)

    def plan(self, z: Tensor, steps: int) -> Tensor:
        """The plan of the first `steps` steps. Output `[B, steps, step_conditioning]`."""
        plan: Tensor = self.to_plan(z).unflatten(-1, (self.steps, -1))
        return plan[:, :steps]

    def first_state(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """The hidden and cell state that all layers start with, each `[layers, B, hidden]`."""
        layers = self.recurrent.core.num_layers
        state = self.to_state(z).tanh().unflatten(-1, (2, layers, -1))
        hidden, cell = state.permute(1, 2, 0, 3).contiguous()
        return hidden, cell
