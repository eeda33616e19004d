"""What a voice of the synthesizer is: a table of numbers, which any language can read.

`dataclasses.asdict(voice)` is a table for JSON. A voice is a sum of layers. The level of each
layer rises during its attack, then falls towards its sustain level, and falls to nothing after the
note is released. Levels and harmonics are amplitudes, times are seconds; `decay` and `release` are
the times in which a level falls by 60 dB.

The rule of thumb behind the numbers: of a plucked or struck string the high partials die first, so
its layers are groups of partials; a blown tone starts with noise and grows brighter as it grows
louder; an ensemble is a few tones that are slightly out of tune. See Fletcher and Rossing, The
Physics of Musical Instruments, 1998.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Layer:
    """Some partials, or some noise, with a common envelope.

    Attributes:
        level: root mean square of the layer, before its envelope.
        harmonics: amplitude of each multiple of the frequency, from the first on.
        noise: lowest and highest frequency of noise, Hz, in place of harmonics.
        attack, decay, release: seconds.
        sustain: level that it falls to while the note is held, 0 to 1.
        ratio: its frequency is that of the note times this.
        cents: how far each of several equal tones is out of tune.
        sweep: octaves above its frequency at which it begins, and seconds after which most of
            that is gone.
    """

    level: float
    harmonics: tuple[float, ...] = (1.0,)
    noise: tuple[float, float] | None = None
    attack: float = 0.003
    decay: float = 1.0
    sustain: float = 0.0
    release: float = 0.15
    ratio: float = 1.0
    cents: tuple[float, ...] = (0.0,)
    sweep: tuple[float, float] = (0.0, 0.05)


@dataclass(frozen=True)
class Voice:
    """An instrument.

    Attributes:
        layers: what it is made of.
        gain: dB.
        cutoff: Hz; partials above it lose 12 dB an octave, at a velocity of 90.
        brightness: octaves by which the cutoff moves from the lowest velocity to the highest.
        tracking: octaves by which decays get shorter, in an octave up from C4.
        vibrato: Hz, depth in cents, and seconds after which it sets in.
        reverb: share that goes into the reverb.
        width: how far its notes spread from left to right over the keyboard, 0 to 1.
    """

    layers: tuple[Layer, ...]
    gain: float = 0.0
    cutoff: float = 6_000.0
    brightness: float = 3.0
    tracking: float = 0.0
    vibrato: tuple[float, float, float] = (0.0, 0.0, 0.0)
    reverb: float = 0.25
    width: float = 0.0


def slope(count: int, power: float, even: float = 1.0) -> tuple[float, ...]:
    """Harmonics that fall as 1 / n ** power, even ones times a factor."""
    return tuple(n**-power * (even if n % 2 == 0 else 1.0) for n in range(1, count + 1))


def above(count: int, lowest: int, power: float) -> tuple[float, ...]:
    """The same from a harmonic on; those below it are silent."""
    return tuple(n**-power if n >= lowest else 0.0 for n in range(1, count + 1))


SAW, SQUARE = slope(32, 1.0), slope(31, 1.0, even=0.0)
BRASS = (0.8, 1.0, 0.85, 0.7, 0.55, 0.42, 0.32, 0.24, 0.18, 0.13, 0.1, 0.07, 0.05, 0.04)
CHORUS, WIDE = (-7.0, 0.0, 8.0), (-13.0, -5.0, 4.0, 12.0)
