"""Hierarchical encoder and decoder: a long sequence is read as equal segments of steps.

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
"""Gain of the initial weights between x and z. LSTM states are small, and every linear map with
torch's default initialization makes them smaller: at first the noise of z hides x entirely, and the
decoder learns to ignore z."""


def split_segments(batch: SequenceBatch, segments: int) -> SequenceBatch:
    """Split each sequence into equal segments and stack them along the batch axis.

    Shape:
        - Input: `[B, T, ...]`; each length is a multiple of `segments`
        - Output: `[B * segments, S, ...]`, S steps in the longest segment

    Raises:
        ValueError: a length is not a multiple of `segments`.
    """
    if bool((batch.lengths % segments).any()):
        raise ValueError(f"Each length must be a multiple of {segments}, the number of segments.")
    segment_lengths = batch.lengths // segments  # [B]
    batch_size, rows = batch.noise
    if batch_size is not None:
        rows = slice(rows.start * segments, rows.stop * segments)
    # step s of segment k of a sequence is its step k * segment_length + s
    start = torch.arange(segments, device=batch.x.device)[:, None] * segment_lengths[:, None, None]
    offset = torch.arange(int(segment_lengths.max()), device=batch.x.device)
    steps = (start + offset).clamp_max(batch.x.shape[1] - 1).flatten(1)  # [B, segments * S]
    return SequenceBatch(
        _take_steps(batch.x, steps).reshape(-1, len(offset), batch.x.shape[2]),
        _take_steps(batch.condition, steps).reshape(-1, len(offset), batch.condition.shape[2]),
        segment_lengths.repeat_interleave(segments),
        Noise(batch_size and batch_size * segments, rows),
    )


def join_segments(logits: Tensor, lengths: Tensor, segments: int, steps: int) -> Tensor:
    """Join the logits of segments into sequences; values on padding are meaningless.

    Shape:
        - Input: `[B * segments, S, C]`, lengths of the sequences `[B]`
        - Output: `[B, steps, C]`
    """
    segment_lengths = (lengths // segments)[:, None]
    step = torch.arange(steps, device=lengths.device)
    segment = (step // segment_lengths).clamp_max(segments - 1)
    source = segment * logits.shape[1] + step % segment_lengths
    return _take_steps(logits.reshape(len(lengths), -1, logits.shape[2]), source)


def _take_steps(x: Tensor, steps: Tensor) -> Tensor:
    """Take steps by index from each sequence. `[B, T, C]` and `[B, N]` to `[B, N, C]`."""
    return x.gather(1, steps[..., None].expand(-1, -1, x.shape[2]))


class HierarchicalEncoder(nn.Module):
    """An encoder of steps summarizes each segment, an encoder of segments the sequence.

    Args:
        steps: encodes each segment, independently of the others.
        segments: number of segments in a sequence.
        hidden: width of a segment's summary, and of each direction over the segments.
        step_features: number of features of each segment; see `SequenceEncoder`.

    Shape:
        - Input: `SequenceBatch`
        - Output: `[B, 2 * hidden + segments * step_features]`

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
        summaries = self.to_segment(self.steps(split_segments(batch, self.count)))
        x = summaries.reshape(-1, self.count, summaries.shape[1])
        lengths = torch.full((len(x),), self.count, device=x.device)
        out: Tensor = self.segments(SequenceBatch(x, x[..., :0], lengths))
        return out


class HierarchicalDecoder(nn.Module):
    """An LSTM over the segments, the conductor, gives the decoder of steps one vector per segment.

    The conductor's first state is computed from `z`, and so is a plan for each segment,
    as `AutoregressiveDecoder` has one for each step. A segment is decoded from its vector
    alone: no state and no step passes from one segment to the next. So whatever relates
    segments to each other has to be in `z`, and all segments are decoded in parallel.

    Args:
        latent: Z, the width of `z`.
        core: decodes a segment from its vector, the conductor's output and the plan.
        segments: number of segments in a sequence.
        hidden: width of the conductor.
        step_conditioning: width of the plan for each segment.

    Shape:
        - Input: `z` `[B, Z]`, and a `SequenceBatch` with the true steps
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
        """Teacher forcing: the input of each step is the true step before it in its segment."""
        segment_codes = self.segment_vectors(z).flatten(0, 1)
        logits: Tensor = self.core(segment_codes, split_segments(batch, self.segments))
        return join_segments(logits, batch.lengths, self.segments, batch.x.shape[1])

    def segment_vectors(self, z: Tensor) -> Tensor:
        """The vector of each segment. Output `[B, segments, hidden + step_conditioning]`."""
        plan = self.to_plan(z).reshape(len(z), self.segments, -1)
        hidden, cell = self.to_state(z).tanh()[None].chunk(2, dim=-1)
        out = self.conductor(plan, state=(hidden.contiguous(), cell.contiguous()))
        # the plan also bypasses the conductor, or the decoder learns to ignore z at first
        return torch.cat([out, plan], dim=-1)


def _amplify(*layers: nn.Linear | None) -> None:
    """Initialize weights so that each output has `INIT_GAIN` times the spread of the inputs.

    With i.i.d. inputs of spread s and weights of spread w, an output has spread
    `w * s * sqrt(in_features)`.
    """
    for layer in layers:
        if layer is not None:
            nn.init.normal_(layer.weight, std=INIT_GAIN / math.sqrt(layer.in_features))
