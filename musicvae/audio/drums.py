"""The drum kit: what each General MIDI drum sounds like, as voices and a table of strokes."""

from __future__ import annotations

from typing import NamedTuple

from ..theory.drum_kit import DRUM_CLASS, DRUM_PITCH
from .voice import Layer, Voice


class Stroke(NamedTuple):
    """A drum: the name of its voice, the pitch that it plays, and its place, -1 to 1."""

    voice: str
    pitch: float
    pan: float = 0.0


def _skin(decay: float, octaves: float, stick: float, reverb: float = 0.2) -> Voice:
    """A drum with a skin, whose pitch falls; `stick` is the level of the attack."""
    return Voice(
        (
            Layer(1.0, attack=0.001, decay=decay, sweep=(octaves, 0.035)),
            Layer(0.3, ratio=1.59, attack=0.001, decay=decay / 2, sweep=(octaves, 0.035)),
            Layer(stick, noise=(800, 5_000), attack=0.0005, decay=0.03),
        ),
        gain=3.0,
        reverb=reverb,
    )


def _hiss(
    low: float, high: float, decay: float, attack: float = 0.0005, gain: float = 0.0
) -> Voice:
    """A burst of noise."""
    layer = Layer(1.0, noise=(low, high), attack=attack, decay=decay, release=0.06)
    return Voice((layer,), gain=gain, brightness=0.0, reverb=0.15)


def _metal(
    low: float, decay: float, ring: float, gain: float = 0.0, attack: float = 0.001
) -> Voice:
    """A cymbal: noise that darkens while it dies, and partials that are no harmonics."""
    partials = tuple(
        Layer(ring, ratio=ratio, attack=attack, decay=decay * share, release=0.08)
        for ratio, share in ((1.0, 1.0), (1.342, 0.8), (1.73, 0.9), (2.23, 0.6), (2.91, 0.5))
    )
    return Voice(
        (
            Layer(1.0, noise=(low, 14_000), attack=attack, decay=decay * 0.5, release=0.08),
            Layer(0.5, noise=(low * 0.6, low * 1.6), attack=attack, decay=decay, release=0.08),
            *partials,
        ),
        gain=gain,
        cutoff=12_000,
        reverb=0.15,
    )


def _tuned(*partials: tuple[float, float, float], gain: float = 0.0) -> Voice:
    """Wood, bell or metal with a pitch: (ratio, level, decay) of each partial."""
    layers = (
        Layer(level, ratio=ratio, attack=0.001, decay=decay, release=0.1)
        for ratio, level, decay in partials
    )
    return Voice((*layers, Layer(0.08, noise=(2_000, 8_000), attack=0.0005, decay=0.01)), gain=gain)


def _snare(tone: float, rattle: float, decay: float) -> Voice:
    """A snare drum: its skin, and its wires as noise."""
    return Voice(
        (
            Layer(tone, attack=0.001, decay=0.16, sweep=(0.5, 0.02)),
            Layer(tone / 2, ratio=1.8, attack=0.001, decay=0.1, sweep=(0.4, 0.02)),
            Layer(rattle, noise=(1_200, 9_000), attack=0.0005, decay=decay),
            Layer(rattle / 2, noise=(3_000, 12_000), attack=0.0005, decay=0.04),
        ),
        gain=3.0,
        reverb=0.2,
    )


DRUM_VOICES: dict[str, Voice] = {
    "kick": Voice(
        (
            Layer(1.0, (1.0, 0.25, 0.08), attack=0.001, decay=0.4, sweep=(1.8, 0.025)),
            Layer(0.2, noise=(1_500, 5_000), attack=0.0005, decay=0.015),
        ),
        gain=6.0,
        reverb=0.04,
    ),
    "soft kick": Voice(
        (
            Layer(1.0, (1.0, 0.2), attack=0.002, decay=0.5, sweep=(1.2, 0.03)),
            Layer(0.1, noise=(600, 3_000), attack=0.001, decay=0.02),
        ),
        gain=6.0,
        reverb=0.06,
    ),
    "snare": _snare(0.8, 0.9, 0.24),
    "tight snare": _snare(0.6, 1.0, 0.16),
    "stick": _tuned((1.0, 1.0, 0.07), (1.52, 0.8, 0.05), (2.9, 0.4, 0.03), gain=5.0),
    "clap": _hiss(900, 3_500, 0.2, 0.004, gain=0.0),
    "closed hat": _metal(7_000, 0.12, 0.12, gain=-4.0),
    "pedal hat": _metal(5_500, 0.14, 0.15, gain=-5.0),
    "open hat": _metal(6_500, 1.1, 0.14, gain=-7.0),
    "crash": _metal(3_500, 4.5, 0.12, gain=-8.0),
    "splash": _metal(5_000, 1.5, 0.12, gain=-6.0),
    "china": _metal(2_200, 2.4, 0.2, gain=-7.0),
    "ride": _metal(6_000, 2.6, 0.4, gain=-9.0),
    "ride bell": _metal(7_000, 2.2, 1.0, gain=-7.0),
    "tom": _skin(0.55, 0.6, 0.25),
    "conga": _skin(0.32, 0.25, 0.3),
    "muted conga": _skin(0.12, 0.2, 0.5),
    "timbale": _skin(0.4, 0.15, 0.6),
    "tambourine": _metal(7_000, 0.35, 0.1, gain=-5.0, attack=0.008),
    "shaker": _hiss(5_000, 11_000, 0.08, 0.012, gain=-6.0),
    "scrape": _hiss(2_000, 6_000, 0.18, 0.03, gain=-4.0),
    "long scrape": _hiss(2_000, 6_000, 0.35, 0.15, gain=-4.0),
    "rattle": _hiss(1_800, 4_500, 0.9, 0.002, gain=-4.0),
    "cowbell": _tuned((1.0, 1.0, 0.35), (1.504, 0.8, 0.3), (2.98, 0.3, 0.1)),
    "agogo": _tuned((1.0, 1.0, 0.5), (1.98, 0.4, 0.35), (2.76, 0.3, 0.2)),
    "block": _tuned((1.0, 1.0, 0.12), (2.6, 0.4, 0.07), gain=2.0),
    "claves": _tuned((1.0, 1.0, 0.1), (2.9, 0.15, 0.04), gain=1.0),
    "triangle": _tuned((1.0, 1.0, 2.2), (1.79, 0.6, 1.8), (2.6, 0.4, 1.2), gain=-5.0),
    "muted triangle": _tuned((1.0, 1.0, 0.2), (1.79, 0.6, 0.15), gain=-5.0),
    "short whistle": _tuned((1.0, 1.0, 0.2), (1.06, 0.5, 0.2), gain=-5.0),
    "long whistle": _tuned((1.0, 1.0, 0.7), (1.06, 0.5, 0.7), gain=-5.0),
    "cuica": _skin(0.3, -0.5, 0.05),
    "scratch": _hiss(1_000, 4_000, 0.12, 0.02, gain=-2.0),
    "click": _tuned((1.0, 1.0, 0.04), (2.4, 0.5, 0.03)),
}
"""By name; `Stroke` says at which pitch they sound."""

DRUMS: dict[int, Stroke] = {
    27: Stroke("claves", 91),
    28: Stroke("clap", 66),
    29: Stroke("scratch", 60, 0.2),
    30: Stroke("scratch", 64, 0.2),
    31: Stroke("stick", 84),
    32: Stroke("click", 88),
    33: Stroke("click", 84),
    34: Stroke("agogo", 96),
    35: Stroke("soft kick", 30),
    36: Stroke("kick", 31),
    37: Stroke("stick", 80),
    38: Stroke("snare", 55),
    39: Stroke("clap", 60, -0.1),
    40: Stroke("tight snare", 58),
    41: Stroke("tom", 40, 0.4),
    42: Stroke("closed hat", 99, 0.25),
    43: Stroke("tom", 43, 0.3),
    44: Stroke("pedal hat", 96, 0.25),
    45: Stroke("tom", 46, 0.15),
    46: Stroke("open hat", 99, 0.25),
    47: Stroke("tom", 49, 0.0),
    48: Stroke("tom", 52, -0.15),
    49: Stroke("crash", 84, -0.3),
    50: Stroke("tom", 55, -0.3),
    51: Stroke("ride", 96, -0.3),
    52: Stroke("china", 80, 0.4),
    53: Stroke("ride bell", 91, -0.3),
    54: Stroke("tambourine", 98, 0.15),
    55: Stroke("splash", 90, -0.15),
    56: Stroke("cowbell", 73, 0.15),
    57: Stroke("crash", 81, 0.3),
    58: Stroke("rattle", 60, 0.2),
    59: Stroke("ride", 93, 0.3),
    60: Stroke("conga", 65, 0.3),
    61: Stroke("conga", 60, 0.3),
    62: Stroke("muted conga", 59, -0.3),
    63: Stroke("conga", 56, -0.3),
    64: Stroke("conga", 51, -0.3),
    65: Stroke("timbale", 62, 0.2),
    66: Stroke("timbale", 57, 0.2),
    67: Stroke("agogo", 84, -0.25),
    68: Stroke("agogo", 79, -0.25),
    69: Stroke("shaker", 60, -0.3),
    70: Stroke("shaker", 64, 0.3),
    71: Stroke("short whistle", 98, 0.2),
    72: Stroke("long whistle", 98, 0.2),
    73: Stroke("scrape", 60, -0.2),
    74: Stroke("long scrape", 60, -0.2),
    75: Stroke("claves", 98, 0.1),
    76: Stroke("block", 84, 0.2),
    77: Stroke("block", 79, 0.2),
    78: Stroke("cuica", 72, -0.2),
    79: Stroke("cuica", 66, -0.2),
    80: Stroke("muted triangle", 103, -0.2),
    81: Stroke("triangle", 103, -0.2),
    82: Stroke("shaker", 67, 0.3),
    83: Stroke("tambourine", 103, -0.2),
    84: Stroke("triangle", 108, 0.2),
    85: Stroke("click", 79),
    86: Stroke("muted conga", 47, 0.2),
    87: Stroke("tom", 45, 0.2),
}
"""The General MIDI drums, 35 to 81, and those that Roland and Yamaha added, by pitch."""

OTHER = Stroke("click", 84)
"""What a pitch that is no drum sounds like."""

CHOKED = {46: (42, 44), 74: (73,), 79: (78,), 81: (80,), 72: (71,)}
"""Drums that end when another of the same instrument is struck."""


def stroke_of(pitch: int) -> Stroke:
    """The sound of a drum by its pitch; one of no table sounds like the drum of its class."""
    if pitch in DRUM_CLASS and pitch not in DRUMS:
        pitch = DRUM_PITCH[DRUM_CLASS[pitch]]
    return DRUMS.get(pitch, OTHER)
