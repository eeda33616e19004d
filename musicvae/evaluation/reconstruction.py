"""Reconstruction and nats: how many steps of a held-out window a net gets right, at what cost.

A next-step net is measured teacher-forced, an autoencoder from its z, and a net with a
posterior both from draws, as published, and from its mean.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from ..arrays import BoolArray, DoubleArray, FloatArray
from ..codecs.base import Codec, Codes, free_steps
from ..engine import Player, step_nll
from ..engine.sampling import choose_step, sample_noise
from ..metrics.histograms import note_f1
from ..theory.meter import Meter
from .batches import Chunk, to_phrases
from .likelihood import importance_nll, kl, sum_frames
from .report import Figures

ACTIVE_VARIANCE = 0.01
"""Units of z are active if their posterior mean varies by more; Burda et al., ICLR 2016."""


class Tally:
    """Sums over steps, notes and windows, from which the figures are computed in the end.

    Attributes:
        right, steps: number of right steps and of all steps, by figure.
        means: one value for each window, by figure.
        nll: nats over frames 1..T and 2..T of the windows of each chunk. `[N, 2]` each
        draws: K, draws of z for the likelihood; None for a net without a posterior.
        frames: number of frames of each window.
        mu: posterior means of the windows of each chunk. `[N, Z]` each
    """

    def __init__(self, codec: Codec) -> None:
        self.codec = codec
        self.right: dict[str, float] = defaultdict(float)
        self.steps: dict[str, int] = defaultdict(int)
        self.means: dict[str, list[float]] = defaultdict(list)
        self.nll: list[DoubleArray] = []
        self.draws: int | None = None
        self.frames: list[int] = []
        self.mu: list[FloatArray] = []

    def compare(
        self, name: str, truth: Sequence[Codes], guess: Sequence[Codes], meters: Sequence[Meter]
    ) -> None:
        """Count right steps, among all and among onsets; for rolls, the F1 of cells too.

        Blind to: how wrong a step is. A note a step late or a semitone off counts like noise.
        """
        for a, b, meter in zip(truth, guess, meters, strict=True):
            equal = a == b
            right = equal.reshape(len(a), -1).all(axis=1)
            onset = self.codec.onset_mask(a)
            self._count(name, right.sum(), len(a))
            self._count(f"{name}, onsets", right[onset].sum(), onset.sum())
            if len(self.codec.parts) > 1:
                for (part, codes), part_right in zip(self.codec.split(a), equal.T, strict=True):
                    self._compare_part(name, part, codes, part_right, meter)
            if self.codec.polyphonic:
                expected, sounding = self.codec.sounding(a), self.codec.sounding(b)
                twice_common = 2 * (expected & sounding).sum()
                self._count(f"{name}, frame F1", twice_common, expected.sum() + sounding.sum())

    def _compare_part(
        self, name: str, part: Codec, truth: Codes, right: BoolArray, meter: Meter
    ) -> None:
        """Count right steps of a part that plays, over the steps at which it has a choice."""
        free, onset = free_steps(part, meter, len(truth)), part.onset_mask(truth)
        if not onset.any():
            return
        self._count(f"{name}, {part.name}", right[free].sum(), free.sum())
        self._count(f"{name}, onsets, {part.name}", right[onset].sum(), onset.sum())

    def compare_notes(
        self, name: str, truth: Sequence[Codes], guess: Sequence[Codes], meters: Sequence[Meter]
    ) -> None:
        """Add the note F1 of each window.

        Blind to: durations, and onsets that are nearly right.
        """
        pairs = zip(
            to_phrases(self.codec, truth, meters),
            to_phrases(self.codec, guess, meters),
            strict=True,
        )
        self.means[name] += [note_f1(a, b) for a, b in pairs]

    def shares(self) -> Figures:
        """Shares of right steps, then means over windows, except those in nats."""
        shares = {name: self.right[name] / max(1, self.steps[name]) for name in self.right}
        return shares | {
            name: float(np.mean(values))
            for name, values in self.means.items()
            if not name.endswith("nats")
        }

    def nats(self) -> Figures:
        """Means over windows in nats, then the likelihood per window and per frame.

        Blind to: how samples sound; likelihood and quality of samples can disagree.
        """
        figures = {
            name: float(np.mean(values))
            for name, values in self.means.items()
            if name.endswith("nats")
        }
        if self.nll:
            nll, frames = np.concatenate(self.nll), np.array(self.frames)
            figures["NLL, nats"] = float(nll[:, 0].mean())
            figures["NLL, nats per frame, frames 1..T"] = float(nll[:, 0].sum() / frames.sum())
            figures["NLL, nats per frame, frames 2..T"] = float(
                nll[:, 1].sum() / (frames - 1).sum()
            )
        if self.draws is not None:
            figures["NLL, draws K"] = float(self.draws)
        if self.mu:
            variance = np.concatenate(self.mu).var(axis=0)
            figures["active units"] = float((variance > ACTIVE_VARIANCE).sum())
        return figures

    def _count(self, name: str, right: float, steps: float) -> None:
        self.right[name] += float(right)
        self.steps[name] += int(steps)


def measure(player: Player, chunk: Chunk, tally: Tally, importance: int, seed: int) -> None:
    """Measure the windows of one chunk in the ways that the net allows."""
    codec, codes = player.codec, chunk.codes
    tally.frames += [len(window) for window in codes]
    if not player.latent:
        _measure_next_step(player, chunk, tally)
    elif "generate" in player.verbs:
        _measure_draws(player, chunk, tally, importance, seed)
    else:
        _measure_mean(player, chunk, tally, player.encode(codes, chunk.meters).mu)
    rests = [np.broadcast_to(codec.rest, window.shape) for window in codes]
    tally.compare("holding everywhere", codes, rests, chunk.meters)


def _measure_next_step(player: Player, chunk: Chunk, tally: Tally) -> None:
    """Measure a next-step net: each step given the true steps before it."""
    _, codes, meters, rngs = chunk
    logits = player.logits(np.zeros((len(codes), 0), np.float32), codes, meters)
    drawn, best = _draw(player.codec, logits, rngs), _draw(player.codec, logits, None)
    tally.compare("teacher-forced, temperature 1", codes, drawn, meters)
    tally.compare("teacher-forced, argmax", codes, best, meters)
    tally.nll.append(sum_frames(_frame_nll(player.codec, logits, codes)))


def _measure_draws(player: Player, chunk: Chunk, tally: Tally, importance: int, seed: int) -> None:
    """Measure a net with a posterior: z drawn from q, then its mean, then the likelihood."""
    _, codes, meters, rngs = chunk
    posterior = player.encode(codes, meters)
    noise = np.array([rng.standard_normal(player.latent) for rng in rngs], np.float32)
    z = posterior.mu + np.exp(0.5 * posterior.log_var) * noise
    logits = player.logits(z, codes, meters)
    forced = _draw(player.codec, logits, rngs)
    free = player.decode(z, meters, temperature=1.0, rngs=rngs)
    tally.compare("teacher-forced, z ~ q, temperature 1", codes, forced, meters)
    tally.compare("free-running, z ~ q, temperature 1", codes, free, meters)
    tally.compare_notes("note F1, teacher-forced, z ~ q", codes, forced, meters)
    tally.compare_notes("note F1, z ~ q", codes, free, meters)
    frames = _frame_nll(player.codec, logits, codes)
    tally.means["reconstruction, nats"] += [float(nats.sum()) for nats in frames]
    divergence = kl(posterior)
    tally.means["KL, nats"] += divergence.tolist()
    _measure_mean(player, chunk, tally, posterior.mu)
    tally.draws = importance
    if importance:
        tally.nll.append(importance_nll(player, chunk, posterior, importance, seed))
    else:
        tally.nll.append(sum_frames(frames) + divergence[:, None])


def _measure_mean(player: Player, chunk: Chunk, tally: Tally, mu: FloatArray) -> None:
    """Measure the most probable steps from `z = mu`; for an autoencoder, the nats as well."""
    _, codes, meters, rngs = chunk
    best = player.decode(mu, meters, temperature=0.0, rngs=rngs)
    logits = player.logits(mu, codes, meters)
    forced = _draw(player.codec, logits, None)
    tally.compare("teacher-forced, z = mu, argmax", codes, forced, meters)
    tally.compare("free-running, z = mu, argmax", codes, best, meters)
    tally.compare_notes("note F1, z = mu, argmax", codes, best, meters)
    if "generate" not in player.verbs:
        frames = _frame_nll(player.codec, logits, codes)
        tally.means["reconstruction, nats"] += [float(nats.sum()) for nats in frames]
    tally.mu.append(mu)


def _draw(
    codec: Codec, logits: Sequence[FloatArray], rngs: Sequence[np.random.Generator] | None
) -> list[Codes]:
    """Draw each step on its own at temperature 1; without generators, take the most probable."""
    drawn = []
    for index, scores in enumerate(logits):
        noise = 0.0 if rngs is None else sample_noise(codec, [rngs[index]], len(scores))[0]
        drawn.append(choose_step(codec, scores + noise, np.ones(scores.shape, dtype=bool)))
    return drawn


def _frame_nll(
    codec: Codec, logits: Sequence[FloatArray], truth: Sequence[Codes]
) -> list[FloatArray]:
    """Nats of each frame of each window. `[T]` each"""
    return [step_nll(codec, scores, codes) for scores, codes in zip(logits, truth, strict=True)]
