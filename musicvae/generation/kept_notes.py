"""What new bars keep: chords, notes that are held, and the rhythm or the pitches of old notes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

import numpy as np

from ..arrays import BoolArray
from ..codecs.base import Codec, Codes, head_slices

Keep = Literal["nothing", "rhythm", "pitches"]
"""What the new bars keep of the old ones."""


def allowed_notes(
    codec: Codec,
    old: Codes,
    kept: Codes,
    start: int,
    stop: int,
    keep: Keep,
    parts: Collection[int],
) -> BoolArray:
    """What a gap may choose, so that chords stay, kept notes are held, and old ones are followed.

    Args:
        old, kept: codes of the whole piece, and without the notes in its gaps, `[T, ...]`
        parts: numbers of the parts that are drawn; the others stay.
    """
    masks = []
    pairs = zip(codec.split(old), codec.split(kept), strict=True)
    for number, ((part, old_codes), (_, kept_codes)) in enumerate(pairs):
        gap = old_codes[start:stop]
        if number not in parts and not part.has_chords:
            masks.append(gap[:, None] == np.arange(part.channels))
            continue
        if part.likelihood == "bernoulli":
            masks.append(_hold_chord(part, kept_codes, start, stop))
            continue
        classes = np.arange(part.channels)
        is_onset = part.onset_mask(classes)
        mask = np.ones((stop - start, part.channels), bool)
        if part.has_chords:  # where there is no chord, any may sound
            mask = ~part.onset_mask(gap)[:, None] | (gap[:, None] == classes)
        elif keep == "rhythm":
            played = part.onset_mask(gap)[:, None]
            mask = np.where(played, is_onset, gap[:, None] == classes)
        if part.pitches:
            mask = _hold_note(part, mask, kept_codes, start, stop)
        masks.append(mask)
    return np.concatenate(masks, axis=1)


def _hold_note(part: Codec, mask: BoolArray, kept: Codes, start: int, stop: int) -> BoolArray:
    """Let a note that sounds on into a gap end where it does, before another begins."""
    changes = np.flatnonzero(kept != part.rest)
    earlier, later = changes[changes < start], changes[changes >= start]
    if not len(earlier) or not part.onset_mask(kept[earlier[-1]]):
        return mask
    end = min(stop, int(later[0])) if len(later) else stop
    mask = mask.copy()
    mask[: end - start] = np.arange(part.channels) == part.rest
    if end < stop:
        mask[end - start, part.rest] = False  # the rest of a melody holds its note
    return mask


def _hold_chord(part: Codec, kept: Codes, start: int, stop: int) -> BoolArray:
    """The same where several notes sound: no key that is held begins, or sounds on after it."""
    sounds = part.sounding(kept[start:stop])
    before = part.sounding(kept[max(0, start - 1) : stop - 1])
    before = before if start else np.concatenate([np.zeros_like(sounds[:1]), before])
    return np.concatenate([~sounds, sounds | ~before], axis=1)


class InOrder:
    """Narrows the onsets of the first part to given pitches in order, and makes room for all.

    Args:
        old: codes whose first part has these pitches, `[T, ...]`.
    """

    def __init__(self, codec: Codec, old: Codes) -> None:
        part, codes = next(iter(codec.split(old)))
        self.codec, self.part, self.head = codec, part, head_slices(codec)[0]
        self.channels, self.steps = codes[part.onset_mask(codes)].astype(int), len(old)

    def __call__(self, t: int, sampled: Sequence[Codes]) -> BoolArray:
        """Channels of step t, given the steps before it. `[N, C]`"""
        played = np.zeros(1, int)
        if sampled:
            _, codes = next(iter(self.codec.split(np.stack(sampled, axis=1))))
            played = self.part.onset_mask(codes).sum(axis=1)
        left = len(self.channels) - played
        mask = np.ones((len(played), self.codec.channels), bool)
        mask[left >= self.steps - t, self.head] = False
        mask[:, : len(self.part.pitches)] = False
        rows = np.flatnonzero(left > 0)
        mask[rows, self.channels[played[rows]]] = True
        return mask
