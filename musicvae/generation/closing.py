"""Cadences: what is sampled at the end of a piece leads to its tonic and stays there.

The last bar has the tonic chord, and the beat before it one on the fifth. The melody reaches the
tonic in the middle of the last bar, or on its first beat where the middle is none, and has no
onset after it; a bass plays the tonic alone in that bar. How the music gets there is left to the
prior. At a half cadence the last bar has the chord on the fifth, which a bass plays, and the melody
rests on one of its tones.

A piece whose key was asked for begins with the tonic chord; `opening` sees to that.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from ..arrays import BoolArray
from ..codecs.base import Codec, Codes
from ..metrics.cadence import estimate_key
from ..theory.chords import CHORD_CODES, chord_from_code
from ..theory.keys import Key
from ..theory.meter import Meter

MIN_BARS = 4
"""Shorter pieces and sections are motifs, which need no ending."""

HALF, FULL, OPEN = "half", "full", "open"
"""Cadences: on the fifth, on the tonic, and none."""

FIFTH = 7
FIFTH_TONES = 7, 11, 2
"""Tones of the triad on the fifth, in semitones above the tonic."""

TONIC_QUALITIES = ("maj", "maj7"), ("min", "min7")
"""Chords on which music in major, and in minor, comes to rest."""

DOMINANT_QUALITIES = "maj", "7", "sus4"
"""Chords on the fifth that lead to the tonic: their third is the leading tone, or falls to it."""


def opening(codec: Codec, key: Key | None) -> BoolArray | None:
    """The channels `[1, C]` that a piece in a key may begin with; None if there is no key."""
    tonic = _tonic(key)
    if not tonic:
        return None
    masks = []
    for part in codec.parts:
        mask = np.ones((1, part.channels), dtype=bool)
        if part.has_chords:
            mask[:, :CHORD_CODES] = _tonic_chords(*tonic)
        masks.append(mask)
    return np.concatenate(masks, axis=1)


class Closing:
    """Narrows the choice at the end of each of N pieces; an `engine.sampling.Narrow`.

    Drums, and parts that play several notes at once, are left as they are.

    Args:
        end: step at which the piece ends, counted from the first one that is sampled.
        key: of the piece; None to take that of the bars before the end.
        before: what was there before the first step that is sampled, `[S, ...]`, if N is 1.
        cadence: `FULL` or `HALF`.
    """

    def __init__(
        self,
        codec: Codec,
        meter: Meter,
        end: int,
        key: Key | None,
        before: Codes | None = None,
        cadence: str = FULL,
    ) -> None:
        self.codec, self.meter, self.end, self.before = codec, meter, end, before
        self.cadence = cadence
        self.tonic = _tonic(key)
        self.last_bar = end - meter.steps_per_bar
        self.begin = max(0, self.last_bar - meter.steps_per_beat)
        self.masks: BoolArray | None = None

    def __call__(self, t: int, steps: Sequence[Codes]) -> BoolArray | None:
        """The channels `[N, C]` to choose step t from; None where every choice is free."""
        if t == self.begin:
            tonics = self._tonics(steps)
            by_tonic = {tonic: self._mask(*tonic) for tonic in {*tonics}}
            self.masks = np.stack([by_tonic[tonic] for tonic in tonics]) if tonics else None
        if self.masks is None or not self.begin <= t < self.end:
            return None
        return self.masks[:, t - self.begin]

    def _tonics(self, steps: Sequence[Codes]) -> list[tuple[int, bool]]:
        """Tonic, and True for minor, of each piece so far; empty if there is no bar to hear."""
        if self.tonic:
            return [self.tonic] * (len(steps[0]) if steps else 1)
        before = [] if self.before is None else [self.before[None]]
        sampled = [np.stack(steps, axis=1)] if steps else []
        pieces = np.concatenate(before + sampled, axis=1)
        whole = pieces.shape[1] - pieces.shape[1] % self.meter.steps_per_bar
        if not whole:
            return []
        phrases = [self.codec.decode(piece[:whole], self.meter) for piece in pieces]
        return [
            estimate_key(phrase, phrase.parts[0].notes if phrase.parts else ())
            for phrase in phrases
        ]

    def _mask(self, tonic: int, is_minor: bool) -> BoolArray:
        """The channels that lead to a tonic, from `begin` to `end`. `[T, C]`"""
        masks, melody_found = [], False
        for part in self.codec.parts:
            mask = np.ones((self.end - self.begin, part.channels), dtype=bool)
            if part.has_chords:
                self._close_chords(mask, tonic, is_minor)
            elif part.pitches and not part.polyphonic:
                from_tonic = (np.array(part.pitches) - tonic) % 12
                if melody_found:
                    root = 0 if self.cadence == FULL else FIFTH
                    mask[self.last_bar - self.begin :, : len(from_tonic)] = from_tonic == root
                else:
                    tones = [0] if self.cadence == FULL else FIFTH_TONES
                    self._close_melody(mask, np.isin(from_tonic, tones))
                melody_found = True
            masks.append(mask)
        return np.concatenate(masks, axis=1)

    def _close_chords(self, mask: BoolArray, tonic: int, is_minor: bool) -> None:
        """Before the last bar, chords on the fifth; in it, those of the tonic, or the same."""
        last_bar = self.last_bar - self.begin
        dominant = _chords((tonic + FIFTH) % 12, DOMINANT_QUALITIES)
        if self.cadence == HALF:
            mask[last_bar:, :CHORD_CODES] = dominant
            return
        mask[:last_bar, :CHORD_CODES] = dominant
        mask[last_bar:, :CHORD_CODES] = _tonic_chords(tonic, is_minor)

    def _close_melody(self, mask: BoolArray, rests: BoolArray) -> None:
        """A tone to rest on begins in the middle of the last bar, or at its start, and no other."""
        bar, onsets = self.meter.steps_per_bar, len(rests)
        half = 0 if bar % 2 or bar // 2 % self.meter.steps_per_beat else bar // 2
        landing = self.last_bar - self.begin + half
        mask[landing, :onsets] = rests
        mask[landing, onsets:] = False
        mask[landing + 1 :, :onsets] = False


def _tonic(key: Key | None) -> tuple[int, bool] | None:
    """Tonic, and True for minor; None of no key, and of all twelve tones, which are none."""
    return (key.root, key.is_minor) if key and len(key.tones) < 12 else None


def _tonic_chords(tonic: int, is_minor: bool) -> BoolArray:
    """True for the chords on which music in a key comes to rest. `[CHORD_CODES]`"""
    return _chords(tonic, TONIC_QUALITIES[is_minor])


def _chords(root: int, qualities: Collection[str]) -> BoolArray:
    """True for the chords of some qualities on a root. `[CHORD_CODES]`"""
    chosen = np.zeros(CHORD_CODES, dtype=bool)
    for code in range(CHORD_CODES):
        chord = chord_from_code(code)
        if chord and chord.root == root:
            chosen[code] = chord.quality in qualities
    return chosen
