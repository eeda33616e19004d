"""Which chord sounds at each beat: told by the phrase, played by a part, or found in its notes.

What is played fits a chord as well as its notes are usual under it; the way through
the beats is Viterbi's, and a chord changes easily on a bar line, less so within the
bar. So Sheh and Ellis, Chord Segmentation and Recognition using EM-Trained Hidden
Markov Models, ISMIR 2003. The tables are rounded counts from tunes and songs that
have a chord track; the costs are set by hand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from ..arrays import DoubleArray, IntArray
from ..theory.chords import CHORD_CODES, QUALITIES, chord_code, chord_from_code
from ..theory.meter import Meter
from .phrase import ChordChange, Part, Phrase, chord_map

TONE_LOG_ODDS = {
    "maj": (1.4, -3.5, -0.3, -3.0, 1.1, -1.0, -2.2, 1.1, -3.3, -0.3, -2.0, -1.2),
    "min": (1.3, -3.0, -0.4, 1.1, -4.0, -0.4, -4.0, 0.8, -1.7, -1.8, 0.0, -4.0),
    "7": (1.1, -2.5, -0.1, -2.3, 0.5, -0.5, -3.0, 1.1, -1.6, -0.3, 0.7, -3.0),
    "maj7": (1.1, -3.5, -0.3, -3.0, 1.0, -1.0, -2.2, 1.0, -3.3, -0.3, -2.0, 0.7),
    "min7": (1.1, -3.0, -0.5, 1.0, -4.0, -0.2, -4.0, 0.8, -1.5, -2.3, 0.7, -4.0),
    "dim": (1.3, -2.5, -1.0, 1.2, -3.0, -1.0, 1.2, -3.0, -1.0, 0.0, -2.0, -2.0),
    "m7b5": (1.0, -2.5, -1.0, 1.0, -3.0, -0.5, 1.0, -3.0, -0.5, -2.0, 0.9, -3.0),
    "aug": (1.3, -3.0, -0.5, -3.0, 1.2, -2.0, -1.0, -2.5, 1.2, -2.0, -0.5, -2.0),
    "sus4": (1.2, -3.0, -0.3, -2.5, -2.0, 1.2, -3.0, 1.1, -2.0, -0.5, -0.3, -3.0),
}
"""How much more often than by chance, as a logarithm, a tone so high above the root sounds."""

QUALITY_SHARES = (0.45, 0.25, 0.15, 0.02, 0.06, 0.015, 0.005, 0.005, 0.02)
"""Of chords, those of each quality."""

ROOT_MOTION_SHARES = (0.05, 0.02, 0.13, 0.03, 0.03, 0.38, 0.01, 0.17, 0.03, 0.06, 0.07, 0.02)
"""Of changes, those to a root so much above the last."""

BAR_LINE, MIDDLE, ELSEWHERE = 0.2, 0.6, 1.6
"""What a change costs, in units of what a beat of one tone is worth."""

DIRECT_EASE = 0.3
"""What changes and odd chords cost less where the notes are those of chords alone."""

MOTION_WEIGHT, QUALITY_WEIGHT, KEY_WEIGHT, BASS_WEIGHT = 0.25, 0.45, 0.6, 1.25
RARE_QUALITY_WEIGHT = 0.15
"""What rare qualities cost at each beat of one voice, or of two tones: they fit too much."""

REST, SOUND = 0.5, 1.5
"""For each beat without a chord: worth it in silence, a cost under notes."""

CHORD_TRACKS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (r"chord|akkord", r"accomp|begleit|harmon(y|ie)", r"piano|klavier")
)
MIN_CHORD_SHARE = 0.5
"""Of its strikes, those at which a chord track sounds three tones; of all, those it sounds at."""

ROOTS = np.arange(12)
FITS: DoubleArray = np.array(
    [np.roll(TONE_LOG_ODDS[quality], root) for quality in QUALITIES for root in ROOTS]
)
BASSES: DoubleArray = BASS_WEIGHT * (np.tile(np.eye(12), (len(QUALITIES), 1)) + (FITS > 0.4) - 1.0)
"""The lowest tone speaks for a chord that has it as its root, against one that has it not."""


def recognize_chords(phrase: Phrase) -> IntArray:
    """The chord at each beat, `[beats]`, as `chords.code` numbers it.

    Beats count from the bar line before the phrase: a pick-up is filled up to a
    whole bar. The phrase's own chords if it has any, else those of a part that
    plays them, else those that fit what all pitched parts play.
    """
    meter, lead = phrase.meter, phrase.lead_in
    bars = phrase.bars + (phrase.pickup > 0)
    if phrase.chords:
        codes = [0, *(chord_code(change.chord) for change in phrase.chords)]
        begun = [change.step + lead for change in phrase.chords]
        beats = np.arange(0, bars * meter.steps_per_bar, meter.steps_per_beat)
        return np.array(codes, np.int64)[np.searchsorted(begun, beats, side="right")]
    parts = [part for part in phrase.parts if not part.is_drum and part.notes]
    track = find_chord_parts(parts)
    notes = [note for part in track or parts for note in part.notes]
    columns = np.array([(n.start + lead, n.end + lead, n.pitch) for n in notes], np.int64)
    start, end, pitch = columns.reshape(-1, 3).T
    return fit_chords(start, end, pitch, meter, bars, direct=bool(track))


def to_chord_changes(
    codes: Sequence[int] | IntArray, meter: Meter, lead: int = 0
) -> tuple[ChordChange, ...]:
    """The chords of a phrase from those of its beats, `[beats]`; `harmony` gives them back.

    Args:
        lead: steps of rest that fill up the pick-up, `Phrase.lead_in`.

    >>> to_chord_changes([1, 1, 0, 0, 8, 8, 8, 8], Meter(4, 4))[1:]
    (ChordChange(step=8, chord=None), ChordChange(step=16, chord=Chord(root=7, quality='maj')))
    """
    beat = meter.steps_per_beat
    told = ((i * beat - lead, chord_from_code(int(each))) for i, each in enumerate(codes))
    return chord_map(told, len(codes) * beat - lead)


def find_chord_parts(parts: Sequence[Part]) -> list[Part]:
    """The parts that play the chords: by their name, or the second of two; [] if there are none.

    They do if three tones or more sound at most of their strikes, and one at most of all.
    """
    named = [[part for part in parts if found.search(part.name)] for found in CHORD_TRACKS]
    second = [list(parts[1:])] if len(parts) == 2 else []
    strikes = _onset_steps(parts)
    for track in [*named, *second]:
        struck = _sounding_counts(track, _onset_steps(track)) >= 3
        if (
            len(struck)
            and min(struck.mean(), (_sounding_counts(track, strikes) > 0).mean()) >= MIN_CHORD_SHARE
        ):
            return track
    return []


def _onset_steps(parts: Sequence[Part]) -> IntArray:
    return np.unique(np.array([n.start for part in parts for n in part.notes], np.int64))


def _sounding_counts(parts: Sequence[Part], at: IntArray) -> IntArray:
    """How many notes of the parts sound at each of some steps."""
    notes = np.array([(n.start, n.end) for part in parts for n in part.notes], np.int64)
    start, end = np.sort(notes.reshape(-1, 2), axis=0).T
    begun, ended = (np.searchsorted(those, at, side="right") for those in (start, end))
    return np.asarray(begun - ended)


def fit_chords(
    start: IntArray,
    end: IntArray,
    pitch: IntArray,
    meter: Meter,
    bars: int,
    *,
    direct: bool = False,
) -> IntArray:
    """The chord that fits the notes at each beat of whole bars.

    Args:
        start, end: in steps, inside the bars.
        direct: whether the notes are those of chords, with no melody among them.

    Shape:
        - start, end, pitch: `[N]`
        - Output: `[beats]`, as `chords.code` numbers them
    """
    heard, bass = _pitch_class_shares(start, end, pitch, meter, bars)
    sounding = heard.sum(axis=1)
    silence = np.where(sounding > 0, -SOUND * sounding, REST)
    full = bass.any(axis=1) & ((heard > 0).sum(axis=1) > 2)
    doubt = np.where(full, 0.0, RARE_QUALITY_WEIGHT * sounding)
    usual = np.repeat(np.log(QUALITY_SHARES), 12)
    chords = heard @ FITS.T + bass @ BASSES.T + np.outer(doubt, usual)
    fits = np.column_stack([silence, chords])
    key = heard.sum(axis=0) / max(1.0, sounding.sum())
    likely = KEY_WEIGHT * (FITS @ key) + QUALITY_WEIGHT * usual
    beats = meter.steps_per_bar // meter.steps_per_beat
    costs = np.full(beats, ELSEWHERE)
    costs[beats // 2] = MIDDLE if beats % 2 == 0 else ELSEWHERE
    costs[0] = BAR_LINE
    ease = DIRECT_EASE if direct else 1.0
    motion = MOTION_WEIGHT * np.log(max(ROOT_MOTION_SHARES) / np.array(ROOT_MOTION_SHARES))
    return _viterbi(
        fits, ease * (likely.max() - likely), ease * np.tile(costs, bars), ease * motion
    )


def _pitch_class_shares(
    start: IntArray, end: IntArray, pitch: IntArray, meter: Meter, bars: int
) -> tuple[DoubleArray, DoubleArray]:
    """Share of each beat in which each tone sounds, and lies under others. `[beats, 12]` each."""
    steps, lasting = bars * meter.steps_per_bar, end - start
    within = np.arange(lasting.sum()) - np.repeat(np.cumsum(lasting) - lasting, lasting)
    at, pitches = np.repeat(start, lasting) + within, np.repeat(pitch, lasting)
    tones, bass, lowest = np.zeros((steps, 12)), np.zeros((steps, 12)), np.full(steps, 128)
    tones[at, pitches % 12] = 1
    np.minimum.at(lowest, at, pitches)
    together = np.flatnonzero(tones.sum(axis=1) > 1)
    bass[together, lowest[together] % 12] = 1
    by_beat = (-1, meter.steps_per_beat, 12)
    return tones.reshape(by_beat).mean(axis=1), bass.reshape(by_beat).mean(axis=1)


def _viterbi(
    fits: DoubleArray, odd: DoubleArray, costs: DoubleArray, motion: DoubleArray
) -> IntArray:
    """The likeliest chords: all that fits less all that changes cost.

    A change to a chord is best made from the best chord of some root, or from none.

    Shape:
        - fits: `[beats, CODES]`; costs of a change, at each beat: `[beats]`
        - odd, what it costs to begin each chord: `[CODES - 1]`
        - motion, what a root costs so much above the last: `[12]`
        - Output: `[beats]`
    """
    if not len(fits):
        return np.zeros(0, np.int64)
    between = motion[(ROOTS[:, None] - ROOTS) % 12]
    entry, back = np.append(0.0, odd), np.empty(fits.shape, np.int64)
    best = fits[0] - entry
    for beat in range(1, len(fits)):
        ends = best[1:].reshape(-1, 12)
        quality = ends.argmax(axis=0)
        ways = ends[quality, ROOTS] - between
        root = ways.argmax(axis=1)
        worth, whence = ways[ROOTS, root], 1 + 12 * quality[root] + root
        whence, worth = np.where(best[0] > worth, 0, whence), np.maximum(best[0], worth)
        last = 1 + int(best[1:].argmax())
        came = np.append(best[last], np.tile(worth, len(QUALITIES))) - entry - costs[beat]
        moved = came > best
        origin = np.append(last, np.tile(whence, len(QUALITIES)))
        back[beat] = np.where(moved, origin, np.arange(CHORD_CODES))
        best = np.where(moved, came, best) + fits[beat]
    way = np.empty(len(fits), np.int64)
    way[-1] = best.argmax()
    for beat in range(len(fits) - 1, 0, -1):
        way[beat - 1] = back[beat, way[beat]]
    return way
