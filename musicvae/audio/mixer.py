"""What is heard of a file, mixed: each note from its voice, at its sample, in its place."""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import DoubleArray, FloatArray
from ..midi.channel_strip import Strip
from ..midi.playback import HeardNote, Playback
from .convolution import convolve
from .drums import CHOKED, DRUM_VOICES, stroke_of
from .programs import voice_of
from .reverb import responses
from .synthesis import RATE, Bend, render_note
from .voice import Voice

MAX_VOICES = 96
"""Most notes that sound at once; of more, the one that would end first is let go."""

STRUCK = 8.0
"""Seconds that a drum is held if nothing chokes it; each of them dies before."""

CONTROL = RATE // 100
"""Samples between two values of a gain that moves."""

BASSES = range(32, 40)
SIDES = (0.0, -0.22, 0.22, -0.36, 0.36)
"""Places of the channels of a file that says nothing about them; basses and drums in the middle."""


@dataclass(frozen=True)
class _Cue:
    """A note, its voice and its place in the mix."""

    start: float
    voice: Voice
    pitch: float
    velocity: int
    held: float
    pan: float
    level: float
    strip: Strip


def mix(playback: Playback, *, loop: bool = False) -> FloatArray:
    """All notes of a file with their reverb, to the end of the last sound. `[2, N]`

    Args:
        loop: it lasts exactly as long as the file, and its tail is heard in the beginning.
    """
    cues = [*_cues(playback)]
    hall = max(len(response) for response in responses())
    end = round(max(cue.start + cue.held for cue in cues) * RATE) + 1
    dry, wet = np.zeros((2, end), np.float32), np.zeros(end, np.float32)
    rendered = _Rendered()
    for cue in cues:
        note = rendered.of(cue)
        first = round(cue.start * RATE)
        last = first + len(note)
        if last > len(wet):
            more = last - len(wet) + RATE
            dry, wet = np.pad(dry, ((0, 0), (0, more))), np.pad(wet, (0, more))
        angle = (cue.pan + 1) * np.pi / 4
        dry[0, first:last] += note * np.float32(np.cos(angle) * np.sqrt(2))
        dry[1, first:last] += note * np.float32(np.sin(angle) * np.sqrt(2))
        wet[first:last] += note * np.float32(cue.voice.reverb)
    sounding = np.flatnonzero(wet)
    used = int(sounding[-1]) + 1 if sounding.size else 1
    total = np.zeros((2, used + hall - 1), np.float32)
    for channel, response in enumerate(responses()):
        total[channel] = convolve(wet[:used], response)
        total[channel, :used] += dry[channel, :used]
    return _wrapped(total, max(1, round(playback.length * RATE))) if loop else total


def _wrapped(sound: FloatArray, length: int) -> FloatArray:
    """A sound `[2, N]` of a length that is repeated: its tail is added to its beginning."""
    turns = -(-sound.shape[1] // length)
    padded = np.pad(sound, ((0, 0), (0, turns * length - sound.shape[1])))
    folded: FloatArray = padded.reshape(2, turns, length).sum(1)
    return folded


class _Rendered:
    """The samples of notes; those of one voice, pitch, velocity and length are made once."""

    def __init__(self, most: int = 256) -> None:
        self._notes: dict[tuple[int, float, int, float], FloatArray] = {}
        self._most = most

    def of(self, cue: _Cue) -> FloatArray:
        """The samples of a note, with the gain of its channel."""
        strip, end = cue.strip, cue.start + cue.held
        bend = None
        if strip.bend.changes(cue.start, end) or strip.bend.at(cue.start):
            bend = _bend(strip, cue.start)
        key = id(cue.voice), cue.pitch, cue.velocity, round(cue.held, 2)
        note = None if bend else self._notes.get(key)
        if note is None:
            note = render_note(cue.voice, cue.pitch, cue.velocity, round(cue.held, 2), bend)
            if bend is None:
                self._notes[key] = note
                if len(self._notes) > self._most:
                    self._notes.pop(next(iter(self._notes)))
        if not strip.gain.changes(cue.start, cue.start + len(note) / RATE):
            return note * np.float32(cue.level * strip.gain.at(cue.start))
        steps = np.arange(0, len(note) + CONTROL, CONTROL)
        gains = cue.level * strip.gain.sampled(cue.start + steps / RATE)
        curve: FloatArray = np.interp(np.arange(len(note)), steps, gains).astype(np.float32)
        return note * curve


def _bend(strip: Strip, start: float) -> Bend:
    def bend(times: DoubleArray) -> DoubleArray:
        return strip.bend.sampled(start + times)

    return bend


def _cues(playback: Playback) -> Iterator[_Cue]:
    """The notes with their voices, places and lengths, in order of their starts."""
    places, levels = _places(playback), _levels(playback)
    for note, end in zip(playback.notes, _ends(playback.notes), strict=True):
        strip = playback.strips[note.strip]
        if note.is_drum:
            stroke = stroke_of(note.pitch)
            voice, pitch = DRUM_VOICES[stroke.voice], stroke.pitch
            pan = places[note.strip] + stroke.pan
        else:
            voice, pitch = voice_of(note.program), float(note.pitch)
            pan = places[note.strip] + voice.width * (note.pitch - 60) / 48
        pan = max(-1.0, min(1.0, pan))
        held, level = end - note.start, levels[note.strip]
        yield _Cue(note.start, voice, pitch, note.velocity, held, pan, level, strip)


def _ends(notes: Sequence[HeardNote]) -> list[float]:
    """When notes are let go: drums when they are choked, and early if too many sound."""
    strokes: dict[tuple[int, int], list[float]] = defaultdict(list)
    for note in notes:
        if note.is_drum:
            strokes[note.strip, note.pitch].append(note.start)
    ends = [note.end for note in notes]
    sounding: list[tuple[float, int]] = []
    for index, note in enumerate(notes):
        if note.is_drum:
            ends[index] = note.start + STRUCK
            for other in CHOKED.get(note.pitch, ()):
                times = strokes.get((note.strip, other), [])
                following = bisect_right(times, note.start)
                ends[index] = min([ends[index], *times[following : following + 1]])
            continue
        while sounding and (sounding[0][0] <= note.start or len(sounding) >= MAX_VOICES):
            end, first = heapq.heappop(sounding)  # the one that ends soonest
            ends[first] = min(end, note.start)
        heapq.heappush(sounding, (note.end, index))
    return ends


def _levels(playback: Playback) -> list[float]:
    """Factor of each channel: of one without a volume, chords are as loud as single notes.

    So a melody is heard above its chords.
    """
    counts = np.zeros(len(playback.strips))
    onsets: list[set[float]] = [set() for _ in playback.strips]
    for note in playback.notes:
        counts[note.strip] += not note.is_drum
        onsets[note.strip].add(note.start)
    return [
        1.0 if strip.gain.times else float(max(1.0, count / len(times)) ** -0.5)
        for strip, count, times in zip(playback.strips, counts, onsets, strict=True)
    ]


def _places(playback: Playback) -> list[float]:
    """Where each channel is heard, -1 left to 1 right: as the file says, or spread a little."""
    programs: dict[int, HeardNote] = {}
    for note in playback.notes:
        programs.setdefault(note.strip, note)
    places, spread = [], 0
    for number, strip in enumerate(playback.strips):
        first = programs[number]
        if strip.pan is not None:
            places.append(strip.pan)
        elif first.is_drum or first.program in BASSES:
            places.append(0.0)
        else:
            places.append(SIDES[spread % len(SIDES)])
            spread += 1
    return places
