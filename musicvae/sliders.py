"""Sliders: the directions in which z of some music differs most, named by what one hears.

A linear VAE of four latent numbers over z, whose best weights are known in closed form: those of
probabilistic PCA (Tipping and Bishop, J. R. Stat. Soc. B 61, 1999, section 3.2; that it is the
optimum of the VAE: Lucas et al., NeurIPS 2019, arXiv:1911.02469, section 4). A small VAE over the
z of a frozen MusicVAE is the idea of Dinculescu, Engel and Roberts, MidiMe: Personalizing a
MusicVAE Model with User Data (2019); there its four numbers are the four sliders.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .engine import Player
from .generation import Array
from .music.codecs import Codec
from .music.drums import CLASS_OF, GROUPS
from .music.notes import Phrase
from .music.units import Meter

SLIDERS = 4
HEARD_AT = 128
"""Windows at most that are moved to hear what a slider does."""

Heard = dict[str, float]


class Slider(NamedTuple):
    """A direction of z, one standard deviation of some music long.

    Attributes:
        name: `slider-1-pitch`: its place by variance, and what it moves most.
        direction: what to add to z for +1. `[Z]`
        effects: what +1 does, in standard deviations of the music, by name.
    """

    name: str
    direction: Array
    effects: Heard


def directions(mu: Array, log_var: Array) -> Array:
    """The weights of the linear VAE over z of some windows, widest first. `[N, Z]` -> `[4, Z]`

    Each is as long as the standard deviation of z along it, without what counts as noise: the
    mean variance along all others.
    """
    covariance = np.cov(mu, rowvar=False, bias=True) + np.diag(np.exp(log_var).mean(axis=0))
    variance, axes = np.linalg.eigh(covariance)  # from low to high
    noise = variance[:-SLIDERS].mean() if len(variance) > SLIDERS else 0.0
    length = np.sqrt(np.maximum(variance[: -SLIDERS - 1 : -1] - noise, 0))
    found: Array = (length[:, None] * axes[:, : -SLIDERS - 1 : -1].T).astype(np.float32)
    return found


def sliders(player: Player, mu: Array, log_var: Array, meters: Sequence[Meter]) -> list[Slider]:
    """The directions of some music, each named by what it moves most and no wider one is named by.

    What is heard is the music itself, decoded at -1 and at +1; +1 gives more of what names it.
    """
    rows = np.linspace(0, len(mu) - 1, min(len(mu), HEARD_AT)).astype(int)
    here, known = mu[rows], [meters[row] for row in rows]
    spread = _heard(player, here, known).std(axis=0)
    taken: set[int] = set()
    names = measures(player.codec)
    found = []
    for number, direction in enumerate(directions(mu, log_var), 1):
        up, down = (_heard(player, here + sign * direction, known) for sign in (1, -1))
        moved = (up - down).mean(axis=0) / 2 / np.where(spread > 0, spread, np.inf)
        free = [place for place in range(len(names)) if place not in taken]
        best = max(free, key=lambda place: abs(moved[place]))
        taken.add(best)
        sign = -1.0 if moved[best] < 0 else 1.0
        effects = dict(zip(names, (sign * moved).tolist(), strict=True))
        name = f"slider-{number}-{names[best]}"
        found.append(Slider(name, (sign * direction).astype(np.float32), effects))
    return found


def _heard(player: Player, z: Array, meters: Sequence[Meter]) -> NDArray[np.float64]:
    """Each measure of each z, decoded at its most probable. `[N, measures]`"""
    rngs = [np.random.default_rng(0) for _ in meters]  # unheard at temperature 0
    drawn = player.decode(z, meters, temperature=0.0, rngs=rngs)
    codec = player.codec
    phrases = [codec.decode(each, meter) for each, meter in zip(drawn, meters, strict=True)]
    return np.array([list(measure(phrase, codec).values()) for phrase in phrases])


def measures(codec: Codec) -> list[str]:
    """The names of what is measured of a codec's music."""
    return list(measure(Phrase(), codec))


def measure(phrase: Phrase, codec: Codec) -> Heard:
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
        "offbeats": _mean([note.start % meter.bar % meter.beat > 0 for note in notes]),
    }
    if codec.name == "drums":
        groups = [GROUPS[CLASS_OF[note.pitch]] for note in notes]
        found["together"] = len(notes) / max(1, len(starts))
        return found | {name: _mean([g == name for g in groups]) for name in dict.fromkeys(GROUPS)}
    pitches = [note.pitch for note in notes]
    found["pitch"] = _mean(pitches)
    found["length"] = _mean([note.duration / meter.grid for note in notes])
    found["leaps"] = _mean([abs(b - a) for a, b in pairwise(pitches)])
    found["range"] = float(max(pitches) - min(pitches)) if pitches else 0.0
    return found


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
