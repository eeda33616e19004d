"""Sliders: four directions of z along which some music varies most, named by their effect.

Four sliders over the z of a frozen MusicVAE are the idea of Dinculescu, Engel and Roberts, MidiMe:
Personalizing a MusicVAE Model with User Data (2019), where they are the latent dimensions of a
small VAE. The best linear VAE is probabilistic PCA (Lucas et al., NeurIPS 2019, arXiv:1911.02469,
section 4), but its axes change little in the music: the variance of z is spread over nearly all of
its dimensions. So z is compared with features of the music: the axes span the covariance that
the two share (Tucker, An inter-battery method of factor analysis, Psychometrika 23, 1958), and are
rotated so that each shares it with few features (Kaiser, The varimax criterion, same volume).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, permutations
from typing import NamedTuple

import numpy as np

from ..arrays import DoubleArray, FloatArray
from ..codecs.base import Codec, Codes
from ..engine import Player
from ..score.phrase import Phrase
from ..theory.drum_kit import DRUM_CLASS, DRUM_GROUPS
from ..theory.meter import Meter

SLIDERS = 4
MAX_SLIDER_WINDOWS = 64
"""Maximum number of windows that are decoded to measure a slider."""

LENGTHS = (1.0, 1.5, 2.0, 3.0, 4.0)
"""Lengths that are tried, in standard deviations of z along the slider; the first that changes
the music enough is used."""

VARIMAX_ROUNDS = 100


class Slider(NamedTuple):
    """A direction of z; +1 changes the feature in its name by about one SD of the music.

    Attributes:
        name: `slider-1-pitch`: its rank by shared variance, and the feature it changes most.
        direction: what to add to z for +1: the shortest of `LENGTHS` that changes the feature by
            one SD, or the longest if none does. `[Z]`
        effects: changes at +1 by feature, in standard deviations of the music.
    """

    name: str
    direction: FloatArray
    effects: dict[str, float]


def directions(mu: FloatArray, features: DoubleArray) -> tuple[FloatArray, FloatArray]:
    """Orthogonal axes of z, those that share most variance with the features first.

    Shape:
        - Input: `[N, Z]` and `[N, F]`
        - Output: `[4, Z]` of length 1, and the shared variance, `[4]`
    """
    centred = features - features.mean(axis=0)
    spread = centred.std(axis=0)
    shared = (mu - mu.mean(axis=0)).T @ (centred / np.where(spread > 0, spread, 1.0)) / len(mu)
    axes = np.linalg.svd(shared, full_matrices=False)[0][:, :SLIDERS]
    axes = axes @ _varimax(shared.T @ axes)
    variance = np.linalg.norm(shared.T @ axes, axis=0)
    order = np.argsort(-variance, kind="stable")
    return axes.T[order].astype(np.float32), variance[order].astype(np.float32)


def _varimax(loadings: DoubleArray) -> DoubleArray:
    """The rotation after which most loadings, `[F, K]`, are small. Output `[K, K]`"""
    rotation = np.eye(loadings.shape[1])
    for _ in range(VARIMAX_ROUNDS):
        rotated = loadings @ rotation
        # ascend the gradient of the variance of squared loadings, and project it on rotations
        gradient = loadings.T @ (rotated**3 - rotated * (rotated**2).mean(axis=0))
        u, _, v = np.linalg.svd(gradient)
        rotation = u @ v
    return rotation


def sliders(
    player: Player, codes: Sequence[Codes], mu: FloatArray, meters: Sequence[Meter]
) -> list[Slider]:
    """The sliders of some windows, each named by another feature.

    Effects are measured on music decoded at -1 and at +1; +1 increases the feature of the name.
    """
    names = list(slider_features(Phrase(), player.codec))
    features = _features(player.codec, codes, meters)
    spread = features.std(axis=0)
    rows = np.linspace(0, len(mu) - 1, min(len(mu), MAX_SLIDER_WINDOWS)).astype(int)
    row_meters = [meters[row] for row in rows]
    axes = directions(mu, features)[0]
    axes *= (mu @ axes.T).std(axis=0)[:, None]
    effects = np.stack([_effects(player, mu[rows], row_meters, axis) for axis in axes])
    effects /= np.where(spread > 0, spread, np.inf)  # [sliders, lengths, F]
    result = []
    for number, feature in enumerate(_assign_names(effects[:, -1])):
        enough = np.flatnonzero(abs(effects[number, :, feature]) >= 1)
        chosen = int(enough[0]) if len(enough) else len(LENGTHS) - 1
        sign = -1 if effects[number, chosen, feature] < 0 else 1
        by_name = dict(zip(names, (sign * effects[number, chosen]).tolist(), strict=True))
        direction = np.float32(sign * LENGTHS[chosen]) * axes[number]
        result.append(Slider(f"slider-{number + 1}-{names[feature]}", direction, by_name))
    return result


def _effects(
    player: Player, mu: FloatArray, meters: Sequence[Meter], axis: FloatArray
) -> DoubleArray:
    """Mean change of each feature at each length of an axis. `[lengths, F]`"""
    steps = np.multiply.outer(np.outer((1, -1), LENGTHS), axis)[:, :, None]
    z = (mu + steps).reshape(-1, len(axis))  # [2, lengths, N, Z]
    rngs = [np.random.default_rng(0) for _ in z]  # temperature 0 draws nothing
    z_meters = list(meters) * (2 * len(LENGTHS))
    decoded = player.decode(z, z_meters, temperature=0.0, rngs=rngs)
    features = _features(player.codec, decoded, z_meters)
    up, down = features.reshape(2, len(LENGTHS), len(mu), -1)
    half: DoubleArray = (up - down).mean(axis=1) / 2
    return half


def _assign_names(effects: DoubleArray) -> tuple[int, ...]:
    """A different feature for each slider, such that the effects sum to most. `[K, F]` -> K"""
    rows, columns = map(range, effects.shape)
    return max(
        permutations(columns, len(rows)),
        key=lambda chosen: sum(abs(effects[pair]) for pair in zip(rows, chosen, strict=True)),
    )


def _features(codec: Codec, codes: Sequence[Codes], meters: Sequence[Meter]) -> DoubleArray:
    """The features of each window. `[N, F]`"""
    phrases = [codec.decode(window, meter) for window, meter in zip(codes, meters, strict=True)]
    return np.array([list(slider_features(phrase, codec).values()) for phrase in phrases])


def slider_features(phrase: Phrase, codec: Codec) -> dict[str, float]:
    """Simple features of a phrase's first part.

    For all codecs: notes a bar, and the share of notes off the beat. For pitched ones: the mean
    pitch, the mean length in quarters, the mean leap and the range in semitones. For drums: notes
    for each onset, and the share of each group of drums.
    """
    meter = phrase.meter
    notes = phrase.parts[0].notes if phrase.parts else ()
    notes = tuple(sorted(notes, key=lambda note: (note.start, note.pitch)))
    off_beat = [note.start % meter.steps_per_bar % meter.steps_per_beat > 0 for note in notes]
    features = {
        "density": len(notes) / phrase.bars if phrase.bars else 0.0,
        "offbeats": _mean(off_beat),
    }
    if not codec.pitches:
        onsets = {note.start for note in notes}
        groups = [DRUM_GROUPS[DRUM_CLASS[note.pitch]] for note in notes]
        features["together"] = len(notes) / max(1, len(onsets))
        shares = {
            name: _mean([group == name for group in groups]) for name in dict.fromkeys(DRUM_GROUPS)
        }
        return features | shares
    pitches = [note.pitch for note in notes]
    features["pitch"] = _mean(pitches)
    features["length"] = _mean([note.duration / meter.steps_per_quarter for note in notes])
    features["leaps"] = _mean([abs(b - a) for a, b in pairwise(pitches)])
    features["range"] = float(max(pitches) - min(pitches)) if pitches else 0.0
    return features


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
