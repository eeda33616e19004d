"""Hierarchical encoder and decoder: a long sequence as equal segments, each as steps.

Section 3.2 of Roberts et al., A Hierarchical Latent Vector Model for Learning
Long-Term Structure in Music, ICML 2018. arXiv:1803.05428
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from .batch import SequenceBatch
from .decoders import AutoregressiveDecoder
from .encoders import SequenceEncoder
from .lstm import LSTM
from .noise import Noise

INIT_GAIN = 4.0
"""Of fresh weights between x and z. LSTM states are small, and every linear map with torch's
own weights makes them smaller: at first nothing of x is heard through the noise of z, and the
decoder learns to do without it."""


def split_segments(batch: SequenceBatch, segments: int) -> SequenceBatch:
    """Each sequence in that many equal stretches, all of them side by side.

    Shape:
        - Input: `[B, T, ...]`; each length is a multiple of `segments`
        - Output: `[B * segments, S, ...]`, S steps in the longest segment

    Raises:
        ValueError: a length is no multiple, so the segments would not be equal.
    """
    if bool((batch.lengths % segments).any()):
        raise ValueError(f"Each length is to be a multiple of {segments}, the number of segments.")
    each = batch.lengths // segments
    of, rows = batch.noise
    if of is not None:
        rows = slice(rows.start * segments, rows.stop * segments)
    start = torch.arange(segments, device=each.device)[:, None] * each[:, None, None]
    inside = torch.arange(int(each.max()), device=each.device)
    at = (start + inside).clamp_max(batch.x.shape[1] - 1).flatten(1)
    return SequenceBatch(
        _steps(batch.x, at).reshape(-1, len(inside), batch.x.shape[2]),
        _steps(batch.condition, at).reshape(-1, len(inside), batch.condition.shape[2]),
        each.repeat_interleave(segments),
        Noise(of and of * segments, rows),
    )


def join_segments(logits: Tensor, lengths: Tensor, segments: int, steps: int) -> Tensor:
    """What was said for segments, end to end; of no meaning on padding.

    Shape:
        - Input: `[B * segments, S, C]`, lengths of the sequences `[B]`
        - Output: `[B, steps, C]`
    """
    each = (lengths // segments)[:, None]
    step = torch.arange(steps, device=lengths.device)
    at = (step // each).clamp_max(segments - 1) * logits.shape[1] + step % each
    return _steps(logits.reshape(len(lengths), -1, logits.shape[2]), at)


def _steps(x: Tensor, at: Tensor) -> Tensor:
    """Steps by their number in each sequence. `[B, T, C]` and `[B, N]` to `[B, N, C]`."""
    return x.gather(1, at[..., None].expand(-1, -1, x.shape[2]))


class HierarchicalEncoder(nn.Module):
    """An encoder of steps sums up each segment, an encoder of segments the sequence.

    Args:
        steps: reads each segment, all of them side by side.
        segments: how many.
        hidden: width of each direction over the segments, and of what they are told.
        notes: width of the note taken at each segment.

    Shape:
        - Input: `Sequences`
        - Output: `[B, 2 * hidden + segments * notes]`

    >>> batch = SequenceBatch(torch.zeros(2, 8, 3), torch.zeros(2, 8, 1), torch.tensor([8, 8]))
    >>> HierarchicalEncoder(SequenceEncoder(3, 1, 16), 4, hidden=8, step_features=2)(batch).shape
    torch.Size([2, 24])
    """

    def __init__(
        self, steps: SequenceEncoder, segments: int, *, hidden: int, step_features: int
    ) -> None:
        super().__init__()
        self.count = segments
        self.steps = steps
        self.to_segment = nn.Linear(steps.width, hidden)
        self.segments = SequenceEncoder(
            hidden, 0, hidden, step_features=step_features, steps=segments
        )
        self.width = self.segments.width
        _amplify(steps.to_note, self.to_segment, self.segments.to_note)

    def forward(self, batch: SequenceBatch) -> Tensor:
        said = self.to_segment(self.steps(split_segments(batch, self.count)))
        x = said.reshape(-1, self.count, said.shape[1])
        lengths = torch.full((len(x),), self.count, device=x.device)
        out: Tensor = self.segments(SequenceBatch(x, x[..., :0], lengths))
        return out


class HierarchicalDecoder(nn.Module):
    """A conductor goes over the segments and tells a decoder of steps what each is to be.

    The conductor's first state comes from `z`, and so does a plan for each segment,
    as `AutoregressiveDecoder` has one for each step. A segment is decoded from what
    it is told alone: no state and no step is handed on to the next. So what holds a
    sequence together has to be in `z`, and all segments are decoded side by side.

    Args:
        latent: Z.
        core: decodes a segment from what it is told, the conductor's state and the plan.
        segments: how many.
        hidden: width of the conductor.
        plan: width of the plan for each segment.

    Shape:
        - Input: `z` `[B, Z]`, and `Sequences` whose steps force the decoder
        - Output: logits `[B, T, channels]`

    >>> batch = SequenceBatch(torch.zeros(2, 8, 3), torch.zeros(2, 8, 1), torch.tensor([8, 8]))
    >>> core = AutoregressiveDecoder(8 + 2, 3, 1, hidden=16)
    >>> decoder = HierarchicalDecoder(5, core, 4, hidden=8, step_conditioning=2)
    >>> decoder(torch.zeros(2, 5), batch).shape
    torch.Size([2, 8, 3])
    """

    def __init__(
        self,
        latent: int,
        core: AutoregressiveDecoder,
        segments: int,
        *,
        hidden: int,
        step_conditioning: int,
    ) -> None:
        super().__init__()
        self.segments = segments
        self.to_state = nn.Linear(latent, 2 * hidden)
        self.to_plan = nn.Linear(latent, segments * step_conditioning)
        self.conductor = LSTM(step_conditioning, hidden)
        self.core = core
        _amplify(self.to_plan, core.to_plan)

    def forward(self, z: Tensor, batch: SequenceBatch) -> Tensor:
        """Teacher-forced: each step is told the true one before it in its segment."""
        said = self.conduct(z).flatten(0, 1)
        logits: Tensor = self.core(said, split_segments(batch, self.segments))
        return join_segments(logits, batch.lengths, self.segments, batch.x.shape[1])

    def conduct(self, z: Tensor) -> Tensor:
        """What each segment is told. Output `[B, segments, hidden + plan]`."""
        plan = self.to_plan(z).reshape(len(z), self.segments, -1)
        hidden, cell = self.to_state(z).tanh()[None].chunk(2, dim=-1)
        felt = self.conductor(plan, state=(hidden.contiguous(), cell.contiguous()))
        # what z says to a segment reaches it directly too, or learning begins without z
        return torch.cat([felt, plan], dim=-1)


def _amplify(*linear: nn.Linear | None) -> None:
    """Fresh weights by which each output varies `GAIN` times as much as the inputs do."""
    for each in linear:
        if each is not None:
            nn.init.normal_(each.weight, std=INIT_GAIN / math.sqrt(each.in_features))
