"""One note of a voice as samples.

A tone of constant pitch is a loop of a few periods that fits a whole number of samples, made once
by an inverse FFT of its partials and then repeated: far cheaper than a sum of sines. A tone whose
pitch moves is read from a table of one period.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from ..arrays import DoubleArray, FloatArray
from .voice import Layer, Voice

RATE = 44_100
"""Samples per second."""

MAX_LOOP = 8_192
"""Samples of the longest loop; it is in tune within half a sample, 0.1 cents."""

TABLE = 2_048
"""Samples of a table of one period."""

NOISE_LOOP = 2**16

HIGHEST = 0.45 * RATE
"""Hz of the highest partial."""

MIDDLE_VELOCITY, VELOCITY_STEP = 90, 8
"""Brightness is computed once for so many velocities together."""

LOUDNESS_POWER = 1.7
"""The level of a note is its velocity to this power."""

SHORTEST = 0.03
"""Seconds that the shortest note is held."""

FADE = 128
"""Samples over which the rest of a note fades out."""

FALL = float(np.log(1_000))
"""A level that falls by 60 dB falls by this in natural logarithms."""

Bend = Callable[[DoubleArray], DoubleArray]
"""Semitones at times in seconds since the onset."""


def render_note(
    voice: Voice, pitch: float, velocity: int, held: float, bend: Bend | None = None
) -> FloatArray:
    """The samples of a note, to the end of its release; `[N]`, about 1 at full level.

    Args:
        pitch: MIDI pitch, which may lie between two keys.
        velocity: 1 to 127.
        held: seconds up to its release.
        bend: how its pitch moves; None if it stays.
    """
    held = max(held, SHORTEST)
    frequency = 440.0 * 2.0 ** ((pitch - 69) / 12)
    steps = (velocity // VELOCITY_STEP * VELOCITY_STEP + VELOCITY_STEP / 2 - MIDDLE_VELOCITY) / 127
    cutoff = voice.cutoff * 2.0 ** (voice.brightness * steps)
    faster = 2.0 ** (voice.tracking * (pitch - 60) / 12)
    decays = [layer.decay / faster for layer in voice.layers]
    lengths = [
        _samples(layer, decay, held) for layer, decay in zip(voice.layers, decays, strict=True)
    ]
    note = np.zeros(max(lengths), np.float32)
    phase = _moving_phase(voice, held, len(note), bend)
    for layer, decay, length in zip(voice.layers, decays, lengths, strict=True):
        wave = _noise(layer.noise, length, pitch) if layer.noise else None
        if wave is None:
            wave = _tone(layer, frequency, cutoff, length, phase)
        wave *= _envelope(layer, decay, held, length)
        note[:length] += wave
    level = 10 ** (voice.gain / 20) * (velocity / 127) ** LOUDNESS_POWER
    note *= np.float32(level / np.sqrt(sum(layer.level**2 for layer in voice.layers)))
    return note


def _samples(layer: Layer, decay: float, held: float) -> int:
    """Samples until a layer has fallen by 60 dB."""
    seconds = held + layer.release
    if not layer.sustain:
        seconds = min(seconds, layer.attack + decay)
    return max(FADE, round(seconds * RATE))


def _envelope(layer: Layer, decay: float, held: float, length: int) -> FloatArray:
    """The level of a layer at each sample. `[length]`"""
    time = np.arange(length, dtype=np.float32) / np.float32(RATE)
    level = np.exp((layer.attack - time) * np.float32(FALL / decay))
    level = level * np.float32(1 - layer.sustain) + np.float32(layer.sustain)
    rise = min(length, round(layer.attack * RATE))
    level[:rise] = np.linspace(0, 1, rise, endpoint=False)
    off = round(held * RATE)
    if off < length:
        level[off:] *= np.exp((held - time[off:]) * np.float32(FALL / layer.release))
    level[-FADE:] *= np.linspace(1, 0, FADE, dtype=np.float32)
    scaled: FloatArray = level * np.float32(layer.level)
    return scaled


def _tone(
    layer: Layer, frequency: float, cutoff: float, length: int, phase: DoubleArray | None
) -> FloatArray:
    """The partials of a layer, at a root mean square of 1. `[length]`"""
    wave = np.zeros(length, np.float32)
    for number, cents in enumerate(layer.cents):
        tone = frequency * layer.ratio * 2.0 ** (cents / 1200)
        if phase is None and not layer.sweep[0]:
            loop = _loop(layer.harmonics, tone, cutoff)
            start = number * len(loop) * 5 // 13  # tones out of tune begin apart
            wave += np.tile(loop, (start + length) // len(loop) + 1)[start : start + length]
        else:
            turns = np.arange(length) / RATE if phase is None else phase[:length]
            if layer.sweep[0]:
                turns = turns + _swept(layer, length)
            table = _table(layer.harmonics, tone, cutoff)
            wave += _read(table, turns * tone + number * 5 / 13)
    wave /= np.float32(np.sqrt(len(layer.cents)))
    return wave


def _swept(layer: Layer, length: int) -> DoubleArray:
    """Seconds by which the phase of a layer runs ahead because of its sweep. `[length]`"""
    octaves, seconds = layer.sweep
    above = 2.0 ** (octaves * np.exp(np.arange(length) / (-seconds * RATE))) - 1
    ahead: DoubleArray = np.cumsum(above) / RATE
    return ahead


def _moving_phase(voice: Voice, held: float, length: int, bend: Bend | None) -> DoubleArray | None:
    """Seconds of a tone that have passed at each sample; None if its pitch does not move."""
    rate, cents, delay = voice.vibrato
    if bend is None and (not cents or held <= delay):
        return None
    time = np.arange(length) / RATE
    semitones = bend(time) if bend else np.zeros(length)
    if cents:
        depth = np.clip((time - delay) / 0.3, 0, 1) * cents / 100
        semitones = semitones + depth * np.sin(2 * np.pi * rate * np.maximum(time - delay, 0))
    passed: DoubleArray = np.cumsum(2.0 ** (semitones / 12)) / RATE
    return passed


def _amplitudes(harmonics: tuple[float, ...], frequency: float, cutoff: float) -> DoubleArray:
    """Amplitudes behind the filter of a voice, at a root mean square of 1. `[harmonics]`

    Partials that no sample rate of ours can hold are silent; the first one stays audible.
    """
    multiples = frequency * np.arange(1, len(harmonics) + 1)
    edge = max(cutoff, 1.5 * frequency)
    kept = np.array(harmonics) / np.sqrt(1 + (multiples / edge) ** 4)
    kept[multiples > HIGHEST] = 0
    power = np.sqrt((kept**2).sum() / 2)
    scaled: DoubleArray = kept / power if power else kept
    return scaled


@lru_cache(maxsize=512)
def _loop(harmonics: tuple[float, ...], frequency: float, cutoff: float) -> FloatArray:
    """A few periods of a tone in a whole number of samples."""
    period = RATE / frequency
    periods = np.arange(1, max(2, int(MAX_LOOP / period) + 1))
    errors = np.abs(np.round(periods * period) - periods * period) / periods
    cycles = int(periods[errors.argmin()])
    size = max(2, round(cycles * period))
    spectrum = np.zeros(size // 2 + 1, np.complex128)
    for number, amplitude in enumerate(_amplitudes(harmonics, frequency, cutoff), 1):
        if amplitude and number * cycles < len(spectrum):
            spectrum[number * cycles] = -0.5j * amplitude * size
    return np.fft.irfft(spectrum, size).astype(np.float32)


@lru_cache(maxsize=512)
def _table(harmonics: tuple[float, ...], frequency: float, cutoff: float) -> FloatArray:
    """One period of a tone, and its first sample again. `[TABLE + 1]`"""
    spectrum = np.zeros(TABLE // 2 + 1, np.complex128)
    amplitudes = _amplitudes(harmonics, frequency, cutoff)
    spectrum[1 : len(amplitudes) + 1] = -0.5j * amplitudes * TABLE
    period = np.fft.irfft(spectrum, TABLE)
    return np.append(period, period[0]).astype(np.float32)


def _read(table: FloatArray, turns: DoubleArray) -> FloatArray:
    """The values of a table after so many turns, between its samples too. `[N]`"""
    place = (turns % 1.0) * TABLE
    index = place.astype(np.int32)
    share = (place - index).astype(np.float32)
    low: FloatArray = table[index]
    low += share * (table[index + 1] - low)
    return low


def _noise(band: tuple[float, float], length: int, pitch: float) -> FloatArray:
    """Noise between two frequencies, at a root mean square of 1; other keys start elsewhere."""
    loop = _noise_loop(*band)
    start = round(pitch * 7_919) % len(loop)
    return np.tile(loop, (start + length) // len(loop) + 1)[start : start + length]


@lru_cache(maxsize=64)
def _noise_loop(low: float, high: float) -> FloatArray:
    """Noise that repeats; both edges fall by 12 dB an octave. `[NOISE_LOOP]`"""
    frequency = np.fft.rfftfreq(NOISE_LOOP, 1 / RATE)[1:]
    shape = 1 / np.sqrt((1 + (low / frequency) ** 4) * (1 + (frequency / high) ** 4))
    phases = np.random.default_rng(1).uniform(0, 2 * np.pi, len(frequency))
    spectrum = np.append(0, shape * np.exp(1j * phases))
    loop = np.fft.irfft(spectrum, NOISE_LOOP)
    scaled: FloatArray = (loop / np.sqrt((loop**2).mean())).astype(np.float32)
    return scaled
