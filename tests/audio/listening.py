"""What a measuring ear finds in a sound: onsets, pitches, brightness."""

from __future__ import annotations

import numpy as np

from musicvae.api.sound import render
from musicvae.arrays import FloatArray
from musicvae.audio.sound import Sound
from musicvae.audio.synthesis import RATE

from ..midi import smf


def file_of(*events: smf.Event, end: int = 0) -> bytes:
    """A file of one track at 120 quarters a minute."""
    return smf.header(1) + smf.chunk(smf.body(events, end))


def heard(*events: smf.Event, end: int = 0, loop: bool = False) -> Sound:
    """The sound of one track."""
    return render(file_of(*events, end=end), loop=loop)


def mono(sound: Sound) -> FloatArray:
    """Both channels together, full scale at 1. `[N]`"""
    signal: FloatArray = sound.samples.astype(np.float32).mean(1) / np.float32(32_768)
    return signal


def onset_near(signal: FloatArray, time: float) -> float:
    """Seconds at which the treble of a sound rises, within 50 ms of a time.

    That is where its level first comes half-way, in dB, from what it was before to its highest.
    """
    hop = RATE // 1_000
    first = round((time - 0.05) * RATE)
    treble = np.diff(signal[first : first + 100 * hop + 1])
    level = 20 * np.log10(np.abs(treble).reshape(100, hop).max(1) + 1e-6)
    before = level[:40].max()
    return float(time - 0.05 + np.flatnonzero(level > (before + level.max()) / 2)[0] / 1_000)


def pitch_of(signal: FloatArray, lowest: float, highest: float) -> float:
    """MIDI pitch of what sounds between two frequencies in Hz, as a mean weighted by power.

    So the pitch of an ensemble is the middle of its tones, which are a little out of tune.
    """
    size = 1 << 18
    spectrum = np.abs(np.fft.rfft(signal * np.hanning(len(signal)), size))
    frequency = np.fft.rfftfreq(size, 1 / RATE)
    inside = (frequency >= lowest) & (frequency <= highest)
    power = spectrum[inside] ** 2
    return float((power * (69 + 12 * np.log2(frequency[inside] / 440))).sum() / power.sum())


def centroid(signal: FloatArray) -> float:
    """Mean frequency of a sound, weighted by amplitude, in Hz."""
    spectrum = np.abs(np.fft.rfft(signal))
    return float((spectrum * np.fft.rfftfreq(len(signal), 1 / RATE)).sum() / spectrum.sum())
