"""Reconstruction and nats: how much of a held-out window a net gives back, and at what cost.

A next-step net is judged teacher-forced; an autoencoder through its one z; a
net with a posterior by draws from it, as published, and by its mean.
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
from .likelihood import (
    importance_nll,
    kl,
    sum_frames,
)
from .report import Figures

ACTIVE_VARIANCE = 0.01
"""A unit of z is active if its posterior mean varies by more; Burda et al., ICLR 2016."""


class Tally:
    """Sums over steps, notes and windows, kept until the end."""

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
        """Count the steps that are right, all of them and onsets alone; of rolls, cells too."""
        for a, b, meter in zip(truth, guess, meters, strict=True):
            right = (a == b).reshape(len(a), -1).all(axis=1)
            onset = self.codec.onset_mask(a)
            self._count(name, right.sum(), len(a))
            self._count(f"{name}, onsets", right[onset].sum(), onset.sum())
            if len(self.codec.parts) > 1:
                for (part, own), right in zip(self.codec.split(a), (a == b).T, strict=True):
                    self._compare_part(name, part, own, right, meter)
            if self.codec.polyphonic:
                there, found = self.codec.sounding(a), self.codec.sounding(b)
                agreed = 2 * (there & found).sum()
                self._count(f"{name}, frame F1", agreed, there.sum() + found.sum())

    def _compare_part(
        self, name: str, part: Codec, truth: Codes, right: BoolArray, meter: Meter
    ) -> None:
        """One of several parts by itself, over the steps at which it has a choice."""
        free, onset = free_steps(part, meter, len(truth)), part.onset_mask(truth)
        self._count(f"{name}, {part.name}", right[free].sum(), free.sum())
        self._count(f"{name}, onsets, {part.name}", right[onset].sum(), onset.sum())

    def compare_notes(
        self, name: str, truth: Sequence[Codes], guess: Sequence[Codes], meters: Sequence[Meter]
    ) -> None:
        """Note F1 of each window."""
        pairs = zip(
            to_phrases(self.codec, truth, meters),
            to_phrases(self.codec, guess, meters),
            strict=True,
        )
        self.means[name] += [note_f1(a, b) for a, b in pairs]

    def shares(self) -> Figures:
        """Shares of steps, then means of windows, but for those in nats."""
        found = {name: self.right[name] / max(1, self.steps[name]) for name in self.right}
        return found | {
            name: float(np.mean(values))
            for name, values in self.means.items()
            if not name.endswith("nats")
        }

    def nats(self) -> Figures:
        """Means of windows in nats, then the likelihood by window and by frame."""
        found = {
            name: float(np.mean(values))
            for name, values in self.means.items()
            if name.endswith("nats")
        }
        if self.nll:
            nll, frames = np.concatenate(self.nll), np.array(self.frames)
            found["NLL, nats"] = float(nll[:, 0].mean())
            found["NLL, nats per frame, frames 1..T"] = float(nll[:, 0].sum() / frames.sum())
            found["NLL, nats per frame, frames 2..T"] = float(nll[:, 1].sum() / (frames - 1).sum())
        if self.draws is not None:
            found["NLL, draws K"] = float(self.draws)
        if self.mu:
            spread = np.concatenate(self.mu).var(axis=0)
            found["active units"] = float((spread > ACTIVE_VARIANCE).sum())
        return found

    def _count(self, name: str, right: float, steps: float) -> None:
        self.right[name] += float(right)
        self.steps[name] += int(steps)


def measure(player: Player, chunk: Chunk, tally: Tally, importance: int, seed: int) -> None:
    """One chunk, as far as the net goes: a likelihood, a z, a posterior."""
    codec, codes = player.codec, chunk.codes
    tally.frames += [len(each) for each in codes]
    if not player.latent:
        _next_steps(player, chunk, tally)
    elif "generate" in player.verbs:
        _by_draws(player, chunk, tally, importance, seed)
    else:
        _by_mean(player, chunk, tally, player.encode(codes, chunk.meters).mu)
    idle = [np.broadcast_to(codec.rest, each.shape) for each in codes]
    tally.compare("holding everywhere", codes, idle, chunk.meters)


def _next_steps(player: Player, chunk: Chunk, tally: Tally) -> None:
    _, codes, meters, rngs = chunk
    logits = player.logits(np.zeros((len(codes), 0), np.float32), codes, meters)
    drawn, best = _draw(player.codec, logits, rngs), _draw(player.codec, logits, None)
    tally.compare("teacher-forced, temperature 1", codes, drawn, meters)
    tally.compare("teacher-forced, argmax", codes, best, meters)
    tally.nll.append(sum_frames(_frames(player.codec, logits, codes)))


def _by_draws(player: Player, chunk: Chunk, tally: Tally, importance: int, seed: int) -> None:
    """`z ~ q` and steps at temperature 1; then the mean; then the bound."""
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
    frames = _frames(player.codec, logits, codes)
    tally.means["reconstruction, nats"] += [float(each.sum()) for each in frames]
    cost = kl(posterior)
    tally.means["KL, nats"] += cost.tolist()
    _by_mean(player, chunk, tally, posterior.mu)
    tally.draws = importance
    if importance:
        tally.nll.append(importance_nll(player, chunk, posterior, importance, seed))
    else:
        tally.nll.append(sum_frames(frames) + cost[:, None])


def _by_mean(player: Player, chunk: Chunk, tally: Tally, mu: FloatArray) -> None:
    """The most probable steps from `z = mu`; for an autoencoder, their nats as well."""
    _, codes, meters, rngs = chunk
    best = player.decode(mu, meters, temperature=0.0, rngs=rngs)
    logits = player.logits(mu, codes, meters)
    forced = _draw(player.codec, logits, None)
    tally.compare("teacher-forced, z = mu, argmax", codes, forced, meters)
    tally.compare("free-running, z = mu, argmax", codes, best, meters)
    tally.compare_notes("note F1, z = mu, argmax", codes, best, meters)
    if "generate" not in player.verbs:
        frames = _frames(player.codec, logits, codes)
        tally.means["reconstruction, nats"] += [float(each.sum()) for each in frames]
    tally.mu.append(mu)


def _draw(
    codec: Codec, logits: Sequence[FloatArray], rngs: Sequence[np.random.Generator] | None
) -> list[Codes]:
    """Each step on its own at temperature 1, or the most probable without generators."""
    drawn = []
    for index, each in enumerate(logits):
        noise = 0.0 if rngs is None else sample_noise(codec, [rngs[index]], len(each))[0]
        drawn.append(choose_step(codec, each + noise, np.ones(each.shape, dtype=bool)))
    return drawn


def _frames(codec: Codec, logits: Sequence[FloatArray], truth: Sequence[Codes]) -> list[FloatArray]:
    return [step_nll(codec, each, codes) for each, codes in zip(logits, truth, strict=True)]
