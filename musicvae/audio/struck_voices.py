"""Voices that are struck or plucked: keys, mallets, guitars, basses, bells, drums with a pitch."""

from __future__ import annotations

from .voice import BRASS, CHORUS, SAW, SQUARE, WIDE, Layer, Voice, above, slope


def _plucked(body: float, bright: float, click: float = 0.02) -> tuple[Layer, ...]:
    """Layers of a plucked string whose low and high partials die in these times."""
    return (
        Layer(1.0, (1.0, 0.6, 0.35, 0.2), decay=body, release=0.12),
        Layer(0.5, above(24, 3, 0.9), decay=bright, release=0.08),
        Layer(click, noise=(1_500, 6_000), attack=0.001, decay=0.04),
    )


def _bars(*partials: tuple[float, float, float]) -> tuple[Layer, ...]:
    """Layers of a struck bar or bell: (ratio, level, decay) of each partial."""
    return tuple(
        Layer(level, ratio=ratio, attack=0.001, decay=decay, release=decay / 2)
        for ratio, level, decay in partials
    )


STRUCK: dict[str, Voice] = {
    "piano": Voice(
        (
            Layer(1.0, (1.0, 0.55, 0.3, 0.2), attack=0.002, decay=7.0, cents=(-0.6, 0.7)),
            Layer(0.5, above(20, 3, 0.8), attack=0.002, decay=2.2, cents=(-0.8, 0.6)),
            Layer(0.08, noise=(300, 2_500), attack=0.001, decay=0.06),
        ),
        cutoff=3_200,
        tracking=0.8,
        width=0.35,
    ),
    "electric piano": Voice(
        (
            Layer(1.0, (1.0, 0.18, 0.05), attack=0.002, decay=4.5, release=0.2),
            Layer(0.22, (0.0, 0.0, 0.2, 1.0, 0.3), attack=0.001, decay=1.0, release=0.2),
            Layer(0.1, ratio=14.0, attack=0.001, decay=0.25, release=0.1),
        ),
        cutoff=4_500,
        tracking=0.5,
        width=0.25,
    ),
    "harpsichord": Voice(
        (
            Layer(0.8, slope(28, 0.55), attack=0.001, decay=3.5, release=0.1),
            Layer(0.5, above(28, 6, 0.4), attack=0.001, decay=1.2, release=0.06),
            Layer(0.06, noise=(2_000, 8_000), attack=0.001, decay=0.03),
        ),
        gain=-1.0,
        cutoff=7_500,
        brightness=0.5,
        tracking=0.5,
    ),
    "celesta": Voice(
        _bars((1.0, 1.0, 2.2), (2.76, 0.3, 0.7), (4.0, 0.22, 0.9), (5.4, 0.12, 0.3)), tracking=0.5
    ),
    "glockenspiel": Voice(
        _bars((1.0, 0.9, 2.8), (2.76, 0.5, 1.2), (5.4, 0.35, 0.6), (8.93, 0.2, 0.3)),
        gain=-3.0,
        cutoff=9_000,
        tracking=0.4,
    ),
    "vibraphone": Voice(
        _bars((1.0, 1.0, 5.0), (4.0, 0.25, 1.2), (10.0, 0.06, 0.2)), tracking=0.4, reverb=0.35
    ),
    "marimba": Voice(
        (
            *_bars((1.0, 1.0, 1.1), (3.93, 0.3, 0.25), (9.5, 0.1, 0.08)),
            Layer(0.05, noise=(400, 2_500), attack=0.001, decay=0.03),
        ),
        tracking=0.8,
    ),
    "bells": Voice(
        _bars(
            *((1.0, 1.0, 7.5), (0.5, 0.45, 7.9), (1.19, 0.5, 6.0), (2.0, 0.6, 5.0)),
            *((2.74, 0.35, 1.8), (3.76, 0.25, 1.0)),
        ),
        gain=-3.0,
        cutoff=7_000,
        reverb=0.4,
    ),
    "dulcimer": Voice(_plucked(3.0, 1.6, 0.06), cutoff=6_500, tracking=0.6),
    "nylon guitar": Voice(_plucked(3.2, 0.7), cutoff=3_000, tracking=0.6),
    "steel guitar": Voice(_plucked(4.0, 1.6, 0.04), cutoff=5_500, tracking=0.6),
    "electric guitar": Voice(_plucked(4.5, 1.4, 0.015), cutoff=4_000, tracking=0.5),
    "muted guitar": Voice(_plucked(0.35, 0.15, 0.05), gain=1.0, cutoff=2_500),
    "distortion guitar": Voice(
        (
            Layer(1.0, slope(40, 0.75), None, 0.004, 6.0, 0.55, 0.12, 1.0, (-4.0, 4.0)),
            Layer(0.35, SQUARE, None, 0.004, 5.0, 0.5, 0.12, 0.5),
        ),
        gain=-4.0,
        cutoff=3_600,
        brightness=0.8,
    ),
    "acoustic bass": Voice(
        (
            Layer(1.0, (1.0, 0.55, 0.3, 0.12, 0.06), attack=0.006, decay=2.6, release=0.12),
            Layer(0.3, above(14, 3, 1.0), attack=0.003, decay=0.5, release=0.08),
            Layer(0.05, noise=(300, 2_000), attack=0.002, decay=0.05),
        ),
        gain=2.0,
        cutoff=1_800,
        tracking=0.4,
        reverb=0.1,
    ),
    "electric bass": Voice(
        (
            Layer(1.0, (1.0, 0.7, 0.4, 0.25, 0.12), attack=0.004, decay=4.0, release=0.1),
            Layer(0.35, above(18, 3, 0.9), attack=0.002, decay=0.9, release=0.06),
        ),
        gain=1.0,
        cutoff=2_200,
        tracking=0.4,
        reverb=0.06,
    ),
    "synth bass": Voice(
        (
            Layer(0.8, SAW, None, 0.003, 0.6, 0.4, 0.08, 1.0, (-4.0, 4.0)),
            Layer(0.7, SQUARE, None, 0.003, 1.5, 0.6, 0.08),
        ),
        gain=0.0,
        cutoff=1_400,
        reverb=0.05,
    ),
    "pizzicato": Voice(_plucked(0.6, 0.2, 0.04), gain=2.0, cutoff=3_000, reverb=0.3, tracking=0.3),
    "harp": Voice(_plucked(3.4, 0.6, 0.015), cutoff=3_800, tracking=0.6, width=0.5, reverb=0.35),
    "timpani": Voice(
        (
            *_bars((1.0, 1.0, 2.2), (1.5, 0.6, 1.6), (1.99, 0.4, 1.0), (2.44, 0.25, 0.7)),
            Layer(0.15, noise=(60, 500), attack=0.002, decay=0.12),
        ),
        gain=2.0,
        reverb=0.35,
    ),
    "orchestra hit": Voice(
        (
            Layer(1.0, SAW, None, 0.004, 0.9, 0.0, 0.3, 1.0, WIDE),
            Layer(0.7, BRASS, None, 0.008, 0.7, 0.0, 0.3, 0.5, CHORUS),
            Layer(0.25, noise=(100, 4_000), attack=0.002, decay=0.2),
        ),
        reverb=0.45,
    ),
    "sitar": Voice(
        (
            Layer(1.0, slope(30, 0.5), attack=0.002, decay=3.5, release=0.4, cents=(-5.0, 5.0)),
            Layer(0.4, above(30, 5, 0.4), attack=0.02, decay=2.0, release=0.3),
        ),
        gain=-1.0,
        cutoff=5_000,
        tracking=0.4,
    ),
    "banjo": Voice(_plucked(0.9, 0.6, 0.08), cutoff=6_000, tracking=0.5),
    "koto": Voice(_plucked(2.4, 0.9, 0.05), cutoff=4_800, tracking=0.5, reverb=0.3),
    "kalimba": Voice(
        (
            *_bars((1.0, 1.0, 1.6), (5.4, 0.16, 0.25), (2.0, 0.1, 0.8)),
            Layer(0.06, noise=(500, 3_000), attack=0.001, decay=0.04),
        ),
        tracking=0.5,
    ),
    "steel drum": Voice(
        _bars((1.0, 1.0, 1.6), (2.0, 0.55, 1.1), (3.0, 0.25, 0.7), (4.07, 0.12, 0.4)),
        tracking=0.4,
    ),
    "wood block": Voice(
        _bars((1.0, 1.0, 0.12), (2.6, 0.4, 0.08), (4.9, 0.2, 0.05)), gain=3.0, reverb=0.2
    ),
    "melodic tom": Voice(
        (
            *_bars((1.0, 1.0, 0.7), (1.59, 0.4, 0.35), (2.14, 0.25, 0.25)),
            Layer(0.2, noise=(100, 2_000), attack=0.001, decay=0.06),
        ),
        gain=2.0,
    ),
    "blast": Voice(
        (
            Layer(1.0, noise=(50, 1_500), attack=0.002, decay=0.6, release=0.5),
            Layer(0.4, attack=0.001, decay=0.25, ratio=0.5),
        ),
    ),
}
"""By name."""
