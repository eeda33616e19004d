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
    return sound.samples.astype(np.float32).mean(1) / 32_768


def onsets(signal: FloatArray, count: int) -> list[float]:
    """Seconds of the `count` strongest rises of the level, in order."""
    hop = RATE // 1_000
    frames = signal[: len(signal) // hop * hop].reshape(-1, hop)
    level = np.log(np.sqrt((frames**2).mean(1)) + 1e-3)
    rise = level[4:] - np.concatenate([level[:1], level[:-5]])
    found: list[int] = []
    for index in np.argsort(-rise):
        if all(abs(index - other) > 60 for other in found):
            found.append(int(index))
        if len(found) == count:
            break
    return sorted((index + 2) / 1_000 for index in found)


def pitch_of(signal: FloatArray, lowest: float, highest: float) -> float:
    """MIDI pitch of the strongest partial between two frequencies in Hz."""
    size = 1 << 18
    spectrum = np.abs(np.fft.rfft(signal * np.hanning(len(signal)), size))
    frequency = np.fft.rfftfreq(size, 1 / RATE)
    spectrum[(frequency < lowest) | (frequency > highest)] = 0
    return float(69 + 12 * np.log2(frequency[spectrum.argmax()] / 440))


def centroid(signal: FloatArray) -> float:
    """Mean frequency of a sound, weighted by amplitude, in Hz."""
    spectrum = np.abs(np.fft.rfft(signal))
    return float((spectrum * np.fft.rfftfreq(len(signal), 1 / RATE)).sum() / spectrum.sum())
