"""Evaluation: a checkpoint on music it was not trained on; figures as DESIGN defines them.

Reconstruction over distinct windows of held-out pieces, averaged per step;
terms of the bound in nats per phrase; and samples from the prior beside
held-out music, with the ceiling that two halves of it reach with each other.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .dataset import Windows
from .engine import Player, Posterior
from .engine.sampling import choose, draw_noise
from .errors import RequestError
from .music.codecs import Codec, Codes
from .music.metrics import copied, halves, note_f1, overlap
from .music.notes import Phrase
from .music.units import Meter
from .progress import Progress, Report, silent

Array = NDArray[np.float32]

SIDE_BY_SIDE = 256
ACTIVE_VARIANCE = 0.01
"""A unit of z is active if its posterior mean varies by more; Burda et al., ICLR 2016."""


@dataclass(frozen=True)
class Evaluation:
    """Figures by name, of so many windows."""

    windows: int
    figures: dict[str, float]

    def rows(self) -> list[tuple[str, str]]:
        """Name and value as text, in order."""
        return [(name, f"{value:.4g}") for name, value in self.figures.items()]

    def to_json(self) -> str:
        """All of it, for a file."""
        rounded = {name: round(value, 6) for name, value in self.figures.items()}
        return json.dumps({"windows": self.windows, "figures": rounded}, indent=2)


class Chunk(NamedTuple):
    """Windows that are measured side by side."""

    codes: list[Codes]
    meters: list[Meter]
    rngs: list[np.random.Generator]


def evaluate(
    player: Player,
    held_out: Windows,
    trained_on: Windows,
    *,
    limit: int | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> Evaluation:
    """Measure a player on held-out windows; the same seed gives the same figures.

    Args:
        player: of any net with a latent and a prior.
        held_out: windows of pieces that were not trained on.
        trained_on: the training set, to count copies of.
        limit: at most so many windows, drawn at random.
        seed: of everything that is drawn.
        progress: is told windows done.

    Raises:
        RequestError: the net has no posterior to sample, or reads another codec.
    """
    if player.codec.name != held_out.codec.name:
        raise RequestError(
            f"The model reads {player.codec.name!r}, the data set holds {held_out.codec.name!r}."
        )
    if "generate" not in player.verbs or not player.latent:
        raise RequestError("Only nets with a posterior and a prior are evaluated.")
    rows = np.random.default_rng(seed).permutation(len(held_out))[:limit]
    tally = _Tally(player.codec)
    truth: list[Phrase] = []
    drawn: list[Phrase] = []
    for chunk in _chunks(held_out, rows, seed):
        _measure(player, chunk, tally)
        truth += _phrases(player.codec, chunk.codes, chunk.meters)
        drawn += _from_the_prior(player, chunk, tally)
        progress(Report("evaluate", len(truth), len(rows)))
    figures = tally.figures()
    figures |= _samples(truth, drawn, np.random.default_rng((seed, 1)))
    figures["copies of training"] = _copies(player.codec, drawn, trained_on)
    figures["copies in held-out"] = _copies(player.codec, truth, trained_on)
    return Evaluation(len(rows), figures)


class _Tally:
    """Sums over steps, notes and windows, kept until the end."""

    def __init__(self, codec: Codec) -> None:
        self.codec = codec
        self.right: dict[str, list[int]] = defaultdict(list)
        self.steps: dict[str, list[int]] = defaultdict(list)
        self.means: dict[str, list[float]] = defaultdict(list)
        self.mu: list[Array] = []

    def compare(self, name: str, truth: Sequence[Codes], guess: Sequence[Codes]) -> None:
        """Count the steps that are right, all of them and onsets alone."""
        for a, b in zip(truth, guess, strict=True):
            right = (a == b).reshape(len(a), -1).all(axis=1)
            onset = _onsets(self.codec, a)
            self.right[name].append(int(right.sum()))
            self.steps[name].append(len(a))
            self.right[f"{name}, onsets"].append(int(right[onset].sum()))
            self.steps[f"{name}, onsets"].append(int(onset.sum()))

    def figures(self) -> dict[str, float]:
        """Shares of steps, then means of windows."""
        shares = {
            name: sum(self.right[name]) / max(1, sum(self.steps[name])) for name in self.right
        }
        means = {name: float(np.mean(values)) for name, values in self.means.items()}
        spread = np.concatenate(self.mu).var(axis=0)
        return {**shares, **means, "active units": float((spread > ACTIVE_VARIANCE).sum())}


def _measure(player: Player, chunk: Chunk, tally: _Tally) -> None:
    """Reconstruction and the terms of the bound."""
    codec, (codes, meters, rngs) = player.codec, chunk
    posterior = player.encode(codes, meters)
    noise = np.array([rng.standard_normal(player.latent) for rng in rngs], np.float32)
    z = posterior.mu + np.exp(0.5 * posterior.log_var) * noise
    logits = player.logits(z, codes, meters)
    forced = [_draw(codec, each, rng) for each, rng in zip(logits, rngs, strict=True)]
    free = player.decode(z, meters, temperature=1.0, rngs=rngs)
    best = player.decode(posterior.mu, meters, temperature=0.0, rngs=rngs)
    best_forced = [_draw(codec, each, None) for each in player.logits(posterior.mu, codes, meters)]
    tally.compare("teacher-forced, z ~ q, temperature 1", codes, forced)
    tally.compare("free-running, z ~ q, temperature 1", codes, free)
    tally.compare("teacher-forced, z = mu, argmax", codes, best_forced)
    tally.compare("free-running, z = mu, argmax", codes, best)
    tally.compare("holding everywhere", codes, [_held(codec, each) for each in codes])
    for name, guess in (("note F1, z ~ q", free), ("note F1, z = mu, argmax", best)):
        tally.means[name] += _note_f1(codec, codes, guess, meters)
    tally.means["reconstruction, nats"] += [
        _nats(codec, each, truth) for each, truth in zip(logits, codes, strict=True)
    ]
    tally.means["KL, nats"] += _kl(posterior).tolist()
    tally.mu.append(posterior.mu)


def _from_the_prior(player: Player, chunk: Chunk, tally: _Tally) -> list[Phrase]:
    """A sample for each window, in its meter; and whether it survives z and back."""
    codec, (_, meters, rngs) = player.codec, chunk
    z = np.array([rng.standard_normal(player.latent) for rng in rngs], np.float32)
    drawn = player.decode(z, meters, temperature=1.0, rngs=rngs)
    again = player.decode(player.encode(drawn, meters).mu, meters, temperature=0.0, rngs=rngs)
    tally.compare("samples, decoded, encoded, decoded", drawn, again)
    return _phrases(codec, drawn, meters)


def _samples(
    truth: list[Phrase], drawn: list[Phrase], rng: np.random.Generator
) -> dict[str, float]:
    """Overlap of samples with held-out music beside the ceiling, on halves of equal counts."""
    one, other = halves(truth, rng)
    half = halves(drawn, rng)[0]
    reached, ceiling = overlap(half, other), overlap(one, other)
    figures = {}
    for name in ceiling:
        figures[f"overlap, {name}"] = reached[name]
        figures[f"ceiling, {name}"] = ceiling[name]
    figures["overlap, mean"] = float(np.mean(list(reached.values())))
    figures["ceiling, mean"] = float(np.mean(list(ceiling.values())))
    figures["silent samples"] = float(np.mean([phrase.is_silent for phrase in drawn]))
    return figures


def _copies(codec: Codec, phrases: Sequence[Phrase], trained_on: Windows) -> float:
    """Share that repeats a training window of its meter, over at most 1,000 phrases."""
    if codec.name != "melody":
        return 0.0
    by_meter: dict[Meter, list[Codes]] = defaultdict(list)
    for phrase in phrases[:1000]:
        by_meter[phrase.meter].append(codec.encode(phrase))
    found = 0.0
    for meter, codes in by_meter.items():
        key = (meter.numerator, meter.denominator, meter.grid)
        originals = trained_on.codes[(trained_on.meters == key).all(axis=1), : len(codes[0])]
        found += copied(np.stack(codes), originals) * len(codes)
    return found / len(phrases[:1000])


def _chunks(windows: Windows, rows: NDArray[np.int64], seed: int) -> Iterator[Chunk]:
    for start in range(0, len(rows), SIDE_BY_SIDE):
        part = [int(row) for row in rows[start : start + SIDE_BY_SIDE]]
        yield Chunk(
            [windows.window(row) for row in part],
            [windows.meter(row) for row in part],
            [np.random.default_rng((seed, 2, row)) for row in part],
        )


def _draw(codec: Codec, logits: Array, rng: np.random.Generator | None) -> Codes:
    """Each step on its own at temperature 1, or the most probable without a generator."""
    noise = 0.0 if rng is None else draw_noise(codec, [rng], len(logits))[0]
    return choose(codec, logits + noise, np.ones(logits.shape, dtype=bool))


def _nats(codec: Codec, logits: Array, truth: Codes) -> float:
    """`-log p(x|z)` of one window."""
    if codec.likelihood == "categorical":
        scaled = logits - logits.max(axis=-1, keepdims=True)
        log_p = scaled - np.log(np.exp(scaled).sum(axis=-1, keepdims=True))
        return float(-log_p[np.arange(len(truth)), truth].sum())
    return float((np.logaddexp(0, logits) - truth * logits).sum())


def _kl(posterior: Posterior) -> Array:
    mu, log_var = posterior
    return np.asarray(0.5 * (mu**2 + np.exp(log_var) - 1 - log_var).sum(axis=1), np.float32)


def _onsets(codec: Codec, codes: Codes) -> NDArray[np.bool_]:
    """Steps at which a note starts. `[T]`."""
    if codec.likelihood == "categorical":
        return np.asarray(codes < codec.channels - 2)
    return np.asarray(codes[:, : codec.channels // 2].any(axis=1))


def _held(codec: Codec, codes: Codes) -> Codes:
    """The guess that nothing ever happens."""
    return np.full_like(codes, codec.channels - 1 if codes.ndim == 1 else 0)


def _note_f1(
    codec: Codec, truth: Sequence[Codes], guess: Sequence[Codes], meters: Sequence[Meter]
) -> list[float]:
    pairs = zip(_phrases(codec, truth, meters), _phrases(codec, guess, meters), strict=True)
    return [note_f1(a.parts[0].notes, b.parts[0].notes) for a, b in pairs]


def _phrases(codec: Codec, codes: Sequence[Codes], meters: Sequence[Meter]) -> list[Phrase]:
    return [codec.decode(each, meter) for each, meter in zip(codes, meters, strict=True)]
