"""Sliders: four directions of z along which some music differs most, named by what one hears.

Four sliders over the z of a frozen MusicVAE are the idea of Dinculescu, Engel and Roberts, MidiMe:
Personalizing a MusicVAE Model with User Data (2019), where they are the latent numbers of a small
VAE. The best linear VAE is probabilistic PCA (Lucas et al., NeurIPS 2019, arXiv:1911.02469,
section 4), but its axes move little that one hears: the variance of z is spread over nearly all of
its numbers. So z is looked at together with figures of the music: the axes span the variance that
the two share (Tucker, An inter-battery method of factor analysis, Psychometrika 23, 1958), and are
turned so that each shares it with few figures (Kaiser, The varimax criterion, same volume).
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
from ..theory.drum_kit import CLASS_OF, GROUPS
from ..theory.meter import Meter

SLIDERS = 4
MAX_SLIDER_WINDOWS = 64
"""Windows at most that are moved to hear what a slider does."""

LENGTHS = (1.0, 1.5, 2.0, 3.0, 4.0)
"""Of a slider, in standard deviations of z along it: the first at which it is heard enough."""

VARIMAX_ROUNDS = 100
"""Of the axes, towards such as share variance with few figures."""


class Slider(NamedTuple):
    """A direction of z, so long that +1 moves what names it by a standard deviation of the music.

    Attributes:
        name: `slider-1-pitch`: its place by variance, and what it moves most.
        direction: what to add to z for +1; shorter steps are not enough, or four are not. `[Z]`
        effects: what +1 does, in standard deviations of the music, by name.
    """

    name: str
    direction: FloatArray
    effects: dict[str, float]


def directions(mu: FloatArray, figures: DoubleArray) -> tuple[FloatArray, FloatArray]:
    """Axes at right angles, of most variance first that z shares with figures of the music.

    Shape:
        - Input: `[N, Z]` and `[N, F]`
        - Output: `[4, Z]` of length 1, and that variance, `[4]`
    """
    apart = figures - figures.mean(axis=0)
    spread = apart.std(axis=0)
    shared = (mu - mu.mean(axis=0)).T @ (apart / np.where(spread > 0, spread, 1.0)) / len(mu)
    axes = np.linalg.svd(shared, full_matrices=False)[0][:, :SLIDERS]
    axes = axes @ _varimax(shared.T @ axes)
    variance = np.linalg.norm(shared.T @ axes, axis=0)
    order = np.argsort(-variance, kind="stable")
    return axes.T[order].astype(np.float32), variance[order].astype(np.float32)


def _varimax(loadings: DoubleArray) -> DoubleArray:
    """The rotation of some loadings, `[F, K]`, after which most are small. Output `[K, K]`"""
    turn = np.eye(loadings.shape[1])
    for _ in range(VARIMAX_ROUNDS):
        turned = loadings @ turn
        u, _, v = np.linalg.svd(loadings.T @ (turned**3 - turned * (turned**2).mean(axis=0)))
        turn = u @ v
    return turn


def sliders(
    player: Player, codes: Sequence[Codes], mu: FloatArray, meters: Sequence[Meter]
) -> list[Slider]:
    """The directions of some windows, each named by what it moves most, no two by the same.

    What is heard is the music itself, decoded at -1 and at +1; +1 gives more of what names it.
    """
    names = list(slider_figures(Phrase(), player.codec))
    figures = _figures(player.codec, codes, meters)
    spread = figures.std(axis=0)
    rows = np.linspace(0, len(mu) - 1, min(len(mu), MAX_SLIDER_WINDOWS)).astype(int)
    known = [meters[row] for row in rows]
    axes = directions(mu, figures)[0]
    axes *= (mu @ axes.T).std(axis=0)[:, None]
    moved = np.stack([_effects(player, mu[rows], known, axis) for axis in axes])
    moved /= np.where(spread > 0, spread, np.inf)
    found = []
    for number, best in enumerate(_assign_names(moved[:, -1])):
        enough = np.flatnonzero(abs(moved[number, :, best]) >= 1)
        at = int(enough[0]) if len(enough) else len(LENGTHS) - 1
        sign = -1 if moved[number, at, best] < 0 else 1
        effects = dict(zip(names, (sign * moved[number, at]).tolist(), strict=True))
        direction = np.float32(sign * LENGTHS[at]) * axes[number]
        found.append(Slider(f"slider-{number + 1}-{names[best]}", direction, effects))
    return found


def _effects(
    player: Player, mu: FloatArray, meters: Sequence[Meter], axis: FloatArray
) -> DoubleArray:
    """What the figures of some windows become by each length of an axis. `[lengths, F]`"""
    steps = np.multiply.outer(np.outer((1, -1), LENGTHS), axis)[:, :, None]
    z = (mu + steps).reshape(-1, len(axis))  # [2, lengths, N, Z]
    rngs = [np.random.default_rng(0) for _ in z]  # unheard at temperature 0
    known = list(meters) * (2 * len(LENGTHS))
    drawn = player.decode(z, known, temperature=0.0, rngs=rngs)
    up, down = _figures(player.codec, drawn, known).reshape(2, len(LENGTHS), len(mu), -1)
    half: DoubleArray = (up - down).mean(axis=1) / 2
    return half


def _assign_names(effects: DoubleArray) -> tuple[int, ...]:
    """For each of some sliders another figure, such that they move these most. `[K, F]` -> K"""
    rows, columns = map(range, effects.shape)
    return max(
        permutations(columns, len(rows)),
        key=lambda chosen: sum(abs(effects[pair]) for pair in zip(rows, chosen, strict=True)),
    )


def _figures(codec: Codec, codes: Sequence[Codes], meters: Sequence[Meter]) -> DoubleArray:
    """Of each window. `[N, F]`"""
    phrases = [codec.decode(each, meter) for each, meter in zip(codes, meters, strict=True)]
    return np.array([list(slider_figures(phrase, codec).values()) for phrase in phrases])


def slider_figures(phrase: Phrase, codec: Codec) -> dict[str, float]:
    """Simple figures of a phrase's first part.

    Of any: notes a bar, and the share of notes off the beat. Of pitches: their mean; of notes,
    the mean length in quarters; of leaps, the mean in semitones; and the range. Of drums: strokes
    at once, and the share of each group of them.
    """
    meter = phrase.meter
    played = phrase.parts[0].notes if phrase.parts else ()
    notes = sorted(played, key=lambda note: (note.start, note.pitch))
    starts = {note.start for note in notes}
    found = {
        "density": len(notes) / phrase.bars if phrase.bars else 0.0,
        "offbeats": _mean(
            [note.start % meter.steps_per_bar % meter.steps_per_beat > 0 for note in notes]
        ),
    }
    if not codec.pitches:
        groups = [GROUPS[CLASS_OF[note.pitch]] for note in notes]
        found["together"] = len(notes) / max(1, len(starts))
        return found | {name: _mean([g == name for g in groups]) for name in dict.fromkeys(GROUPS)}
    pitches = [note.pitch for note in notes]
    found["pitch"] = _mean(pitches)
    found["length"] = _mean([note.duration / meter.steps_per_quarter for note in notes])
    found["leaps"] = _mean([abs(b - a) for a, b in pairwise(pitches)])
    found["range"] = float(max(pitches) - min(pitches)) if pitches else 0.0
    return found


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
