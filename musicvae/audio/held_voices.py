"""Voices that sound as long as they are held: bowed, blown, sung, organs, leads and pads."""

from __future__ import annotations

from .voice import BRASS, CHORUS, SAW, SQUARE, WIDE, Layer, Voice, slope


def _bowed(attack: float, cents: tuple[float, ...] = (0.0,), release: float = 0.2) -> Layer:
    """The saw of a bowed string."""
    return Layer(1.0, slope(32, 1.05), None, attack, 0.3, 0.85, release, 1.0, cents)


def _blown(
    harmonics: tuple[float, ...], attack: float, breath: float, low: float, high: float
) -> tuple[Layer, ...]:
    """Layers of a wind instrument: its tone, and breath that is strongest in the beginning."""
    return (
        Layer(1.0, harmonics, None, attack, 0.15, 0.85, 0.09),
        Layer(breath, noise=(low, high), attack=attack / 2, decay=0.12, sustain=0.35, release=0.08),
    )


_REED = (1.0, 0.75, 0.55, 0.5, 0.35, 0.28, 0.2, 0.16, 0.12, 0.1, 0.08, 0.06)
_CLARINET = (1.0, 0.05, 0.65, 0.08, 0.42, 0.1, 0.25, 0.1, 0.16, 0.08, 0.08, 0.05)
_FLUTE = (1.0, 0.35, 0.14, 0.05, 0.03, 0.015)
_DRAWBARS = (0.8, 1.0, 0.75, 0.5, 0.0, 0.3, 0.0, 0.3)
_VOWEL = (1.0, 0.9, 0.55, 0.3, 0.16, 0.1, 0.06, 0.1, 0.12, 0.1, 0.06, 0.03)

HELD: dict[str, Voice] = {
    "organ": Voice(
        (Layer(1.0, _DRAWBARS, None, 0.008, 1.0, 1.0, 0.06, 0.5, (-1.5, 1.5)),),
        gain=-2.0,
        cutoff=3_500,
        brightness=0.5,
        width=0.1,
    ),
    "church organ": Voice(
        (
            Layer(1.0, (1.0, 0.8, 0.25, 0.6, 0.1, 0.2, 0.05, 0.35), None, 0.05, 1.0, 1.0, 0.25),
            Layer(0.6, slope(16, 0.9), None, 0.07, 1.0, 1.0, 0.25, 1.0, (-4.0, 3.0)),
            Layer(0.02, noise=(800, 3_000), attack=0.03, decay=0.2, sustain=0.3),
        ),
        gain=-2.0,
        cutoff=4_500,
        brightness=0.3,
        reverb=0.45,
    ),
    "accordion": Voice(
        (Layer(1.0, slope(20, 0.8, 0.8), None, 0.04, 1.0, 1.0, 0.08, 1.0, (-8.0, 7.0)),),
        gain=-2.0,
        cutoff=4_000,
        brightness=1.5,
    ),
    "harmonica": Voice(
        _blown(slope(18, 0.75, 0.85), 0.04, 0.03, 1_500, 6_000),
        gain=-1.0,
        cutoff=4_000,
        vibrato=(5.5, 8.0, 0.3),
    ),
    "solo strings": Voice(
        (
            _bowed(0.07),
            Layer(0.03, noise=(1_500, 6_000), attack=0.03, decay=0.15, sustain=0.4),
        ),
        cutoff=3_400,
        brightness=2.0,
        vibrato=(5.6, 14.0, 0.25),
        reverb=0.35,
    ),
    "tremolo strings": Voice(
        (_bowed(0.05, WIDE), Layer(0.12, noise=(1_000, 5_000), attack=0.04, sustain=0.6)),
        cutoff=3_000,
        vibrato=(9.0, 9.0, 0.0),
        reverb=0.35,
    ),
    "strings": Voice(
        (_bowed(0.14, WIDE, 0.45),), cutoff=2_800, brightness=2.0, reverb=0.4, width=0.3
    ),
    "slow strings": Voice(
        (_bowed(0.35, WIDE, 0.8),), cutoff=2_200, brightness=1.5, reverb=0.45, width=0.3
    ),
    "choir": Voice(
        (
            Layer(1.0, _VOWEL, None, 0.12, 0.5, 0.95, 0.35, 1.0, WIDE),
            Layer(0.03, noise=(800, 4_000), attack=0.1, sustain=0.5, release=0.3),
        ),
        cutoff=2_400,
        brightness=1.0,
        vibrato=(5.0, 10.0, 0.2),
        reverb=0.45,
        width=0.2,
    ),
    "brass": Voice(
        _blown(BRASS, 0.045, 0.02, 800, 4_000),
        cutoff=2_600,
        brightness=3.5,
        vibrato=(5.2, 6.0, 0.4),
        reverb=0.3,
    ),
    "muted brass": Voice(
        _blown(slope(24, 0.35), 0.04, 0.03, 1_500, 6_000), gain=-4.0, cutoff=3_800, brightness=1.0
    ),
    "brass section": Voice(
        (
            Layer(1.0, BRASS, None, 0.05, 0.25, 0.85, 0.12, 1.0, CHORUS),
            Layer(0.03, noise=(800, 4_000), attack=0.02, decay=0.15, sustain=0.2),
        ),
        cutoff=3_000,
        brightness=3.5,
        reverb=0.3,
        width=0.2,
    ),
    "sax": Voice(
        _blown(_REED, 0.035, 0.035, 1_000, 5_000),
        cutoff=3_000,
        brightness=2.5,
        vibrato=(5.0, 10.0, 0.3),
    ),
    "oboe": Voice(
        _blown((0.6, 0.9, 1.0, 0.75, 0.4, 0.25, 0.2, 0.15, 0.1, 0.07), 0.035, 0.02, 2_000, 6_000),
        gain=-1.0,
        cutoff=4_500,
        brightness=1.5,
        vibrato=(5.5, 8.0, 0.3),
    ),
    "clarinet": Voice(
        _blown(_CLARINET, 0.035, 0.02, 1_500, 5_000), cutoff=3_200, brightness=2.0, reverb=0.3
    ),
    "flute": Voice(
        _blown(_FLUTE, 0.05, 0.04, 1_200, 5_000),
        cutoff=4_500,
        brightness=2.0,
        vibrato=(5.0, 9.0, 0.3),
        reverb=0.35,
    ),
    "pan flute": Voice(
        _blown((1.0, 0.08, 0.2, 0.03, 0.05), 0.03, 0.14, 800, 4_000), cutoff=4_000, reverb=0.35
    ),
    "whistle": Voice(
        _blown((1.0, 0.04), 0.04, 0.05, 1_500, 4_000), gain=-2.0, vibrato=(5.5, 12.0, 0.2)
    ),
    "square lead": Voice(
        (Layer(1.0, SQUARE, None, 0.006, 1.0, 0.9, 0.08, 1.0, (-3.0, 3.0)),),
        gain=-1.0,
        cutoff=3_500,
        brightness=1.5,
    ),
    "saw lead": Voice(
        (Layer(1.0, SAW, None, 0.006, 1.0, 0.9, 0.1, 1.0, CHORUS),),
        gain=-1.0,
        cutoff=4_200,
        brightness=2.0,
    ),
    "warm pad": Voice(
        (Layer(1.0, slope(16, 1.4), None, 0.35, 1.0, 0.95, 0.9, 1.0, WIDE),),
        cutoff=1_500,
        brightness=1.0,
        reverb=0.5,
        width=0.3,
    ),
    "bright pad": Voice(
        (
            Layer(1.0, slope(24, 1.0), None, 0.15, 1.5, 0.7, 1.0, 1.0, WIDE),
            Layer(0.2, (1.0, 0.5, 0.2), None, 0.02, 1.5, 0.2, 1.0, 2.0, (-9.0, 9.0)),
        ),
        gain=-1.0,
        cutoff=3_200,
        reverb=0.5,
        width=0.3,
    ),
    "glass pad": Voice(
        (
            Layer(0.7, attack=0.001, decay=3.0, release=1.5),
            Layer(0.4, ratio=2.01, attack=0.001, decay=2.5, release=1.2),
            Layer(0.3, ratio=3.02, attack=0.001, decay=1.8, release=0.9),
            Layer(0.15, ratio=5.43, attack=0.001, decay=0.9, release=0.4),
            Layer(0.6, (1.0, 0.3, 0.1), None, 0.25, 1.0, 0.9, 1.0, 1.0, (-9.0, 8.0)),
        ),
        cutoff=5_000,
        reverb=0.5,
        width=0.3,
    ),
    "bagpipe": Voice(
        (Layer(1.0, slope(28, 0.6), None, 0.03, 1.0, 1.0, 0.05, 1.0, (-3.0, 3.0)),),
        gain=-3.0,
        cutoff=4_500,
        brightness=0.3,
    ),
    "reverse cymbal": Voice(
        (Layer(1.0, noise=(2_500, 12_000), attack=1.2, decay=4.0, sustain=0.3, release=0.05),),
        gain=-4.0,
    ),
    "noise": Voice(
        (
            Layer(1.0, noise=(200, 3_500), attack=0.25, decay=2.0, sustain=0.7, release=0.5),
            Layer(0.08, (1.0, 0.3), None, 0.15, 1.0, 0.6, 0.4),
        ),
        gain=-4.0,
        reverb=0.4,
    ),
}
"""By name."""
