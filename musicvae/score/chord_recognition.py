"""Chord at each beat of a phrase: its own chords, those of a chord track, or recognized ones.

A chord scores by how common the sounding tones are under it. The Viterbi algorithm finds the
best sequence; a change costs little on a bar line and more within the bar. After Sheh and Ellis,
Chord Segmentation and Recognition using EM-Trained Hidden Markov Models, ISMIR 2003. The tables
are rounded counts from tunes and songs that have a chord track; the costs are set by hand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from ..arrays import DoubleArray, IntArray
from ..theory.chords import CHORD_CODES, QUALITIES, chord_code, chord_from_code
from ..theory.meter import Meter
from .phrase import ChordChange, Note, Part, Phrase, chord_map

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
"""Log of how much more often than by chance each tone sounds, by semitones above the root."""

QUALITY_SHARES = (0.45, 0.25, 0.15, 0.02, 0.06, 0.015, 0.005, 0.005, 0.02)
"""Share of each quality among all chords."""

ROOT_MOTION_SHARES = (0.05, 0.02, 0.13, 0.03, 0.03, 0.38, 0.01, 0.17, 0.03, 0.06, 0.07, 0.02)
"""Share of each root motion among all changes, by semitones upwards."""

BAR_LINE_COST, MID_BAR_COST, BEAT_COST = 0.2, 0.6, 1.6
"""Cost of a change on a bar line, in the middle of a bar, on another beat.

The unit of costs and scores is a log odds of `TONE_LOG_ODDS` for one tone and one beat.
"""

CHORD_TRACK_COST_FACTOR = 0.3
"""Factor on all costs if the notes are those of a chord track."""

MOTION_WEIGHT, QUALITY_WEIGHT, KEY_WEIGHT, BASS_WEIGHT = 0.25, 0.45, 0.6, 1.25
RARE_QUALITY_WEIGHT = 0.15
"""Penalty of rare qualities on beats with fewer than three tones, which fit too many chords."""

REST_SCORE, NOTE_PENALTY = 0.5, 1.5
"""Score of "no chord" on a silent beat, and its penalty for each sounding tone."""

CHORD_TRACKS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (r"chord|akkord", r"accomp|begleit|harmon(y|ie)", r"piano|klavier")
)
MIN_CHORD_SHARE = 0.5
"""Least share of its onsets at which a chord track sounds three notes, and of all onsets at which
it sounds at all."""

ROOTS = np.arange(12)
TONE_SCORES: DoubleArray = np.array(
    [np.roll(TONE_LOG_ODDS[quality], root) for quality in QUALITIES for root in ROOTS]
)
"""Score of each chord for each sounding pitch class, `[CHORD_CODES - 1, 12]`."""

BASS_SCORES: DoubleArray = BASS_WEIGHT * (
    np.tile(np.eye(12), (len(QUALITIES), 1)) + (TONE_SCORES > 0.4) - 1.0
)
"""The same for the lowest pitch class: plus if it is the root, minus if it is no chord tone."""


def recognize_chords(phrase: Phrase) -> IntArray:
    """Chord code at each beat, `[beats]`; see `chords.chord_code`.

    Beats count from the bar line before the phrase: a pick-up is padded to a whole bar.
    Takes the phrase's own chords if it has any, else recognizes those of a chord track,
    else those of all pitched parts.
    """
    meter, lead = phrase.meter, phrase.lead_in
    bars = phrase.bars + (phrase.pickup > 0)
    if phrase.chords:
        codes = [0, *(chord_code(change.chord) for change in phrase.chords)]
        starts = [change.step + lead for change in phrase.chords]
        beats = np.arange(0, bars * meter.steps_per_bar, meter.steps_per_beat)
        return np.array(codes, np.int64)[np.searchsorted(starts, beats, side="right")]
    parts = [part for part in phrase.parts if not part.is_drum and part.notes]
    chord_parts = find_chord_parts(parts)
    notes = [note for part in chord_parts or parts for note in part.notes]
    rows = np.array([(n.start + lead, n.end + lead, n.pitch) for n in notes], np.int64)
    start, end, pitch = rows.reshape(-1, 3).T
    return fit_chords(start, end, pitch, meter, bars, is_chord_track=bool(chord_parts))


def to_chord_changes(
    codes: Sequence[int] | IntArray, meter: Meter, lead: int = 0
) -> tuple[ChordChange, ...]:
    """Chord changes from the code at each beat, `[beats]`; `recognize_chords` reads them back.

    Args:
        lead: `Phrase.lead_in`, the steps that pad the pick-up to a whole bar.

    >>> to_chord_changes([1, 1, 0, 0, 8, 8, 8, 8], Meter(4, 4))[1:]
    (ChordChange(step=8, chord=None), ChordChange(step=16, chord=Chord(root=7, quality='maj')))
    """
    beat = meter.steps_per_beat
    chords = ((i * beat - lead, chord_from_code(int(code))) for i, code in enumerate(codes))
    return chord_map(chords, len(codes) * beat - lead)


def find_chord_parts(parts: Sequence[Part]) -> list[Part]:
    """The parts that play the chords, found by name, or the second of two parts; [] if none do.

    They must sound three notes at half of their own onsets or more, and any note at half of
    the onsets of all parts or more.
    """
    named = [[part for part in parts if name.search(part.name)] for name in CHORD_TRACKS]
    second = [list(parts[1:])] if len(parts) == 2 else []
    all_onsets = _onset_steps(parts)
    for candidate in [*named, *second]:
        is_chord = _sounding_counts(candidate, _onset_steps(candidate)) >= 3
        sounds = _sounding_counts(candidate, all_onsets) > 0
        if len(is_chord) and min(is_chord.mean(), sounds.mean()) >= MIN_CHORD_SHARE:
            return candidate
    return []


def _onset_steps(parts: Sequence[Part]) -> IntArray:
    return np.unique(np.array([n.start for part in parts for n in part.notes], np.int64))


def _sounding_counts(parts: Sequence[Part], steps: IntArray) -> IntArray:
    """Number of notes of the parts that sound at each of the steps."""
    notes = np.array([(n.start, n.end) for part in parts for n in part.notes], np.int64)
    start, end = np.sort(notes.reshape(-1, 2), axis=0).T
    started, ended = (np.searchsorted(times, steps, side="right") for times in (start, end))
    return np.asarray(started - ended)


def fit_chords(
    start: IntArray,
    end: IntArray,
    pitch: IntArray,
    meter: Meter,
    bars: int,
    *,
    is_chord_track: bool = False,
) -> IntArray:
    """Recognize the chord at each beat of whole bars from notes.

    Args:
        start, end: steps from the first bar line, inside the bars.
        direct: True if the notes are those of a chord track, with no melody among them.

    Shape:
        - start, end, pitch: `[N]`
        - Output: `[beats]`, codes of `chords.chord_code`
    """
    tones, bass = _pitch_class_shares(start, end, pitch, meter, bars)
    tone_count = tones.sum(axis=1)
    no_chord = np.where(tone_count > 0, -NOTE_PENALTY * tone_count, REST_SCORE)
    # A beat with fewer than three tones fits many chords: rare qualities lose some score there.
    is_full = bass.any(axis=1) & ((tones > 0).sum(axis=1) > 2)
    rarity_weight = np.where(is_full, 0.0, RARE_QUALITY_WEIGHT * tone_count)
    log_share = np.repeat(np.log(QUALITY_SHARES), 12)
    chords = tones @ TONE_SCORES.T + bass @ BASS_SCORES.T + np.outer(rarity_weight, log_share)
    scores = np.column_stack([no_chord, chords])
    # Changing to a chord costs less the better it fits the tones of the whole piece and the more
    # common its quality is; the likeliest chord costs nothing.
    profile = tones.sum(axis=0) / max(1.0, tone_count.sum())
    prior = KEY_WEIGHT * (TONE_SCORES @ profile) + QUALITY_WEIGHT * log_share
    beats = meter.steps_per_bar // meter.steps_per_beat
    beat_costs = np.full(beats, BEAT_COST)
    beat_costs[beats // 2] = MID_BAR_COST if beats % 2 == 0 else BEAT_COST
    beat_costs[0] = BAR_LINE_COST
    motion = MOTION_WEIGHT * np.log(max(ROOT_MOTION_SHARES) / np.array(ROOT_MOTION_SHARES))
    factor = CHORD_TRACK_COST_FACTOR if is_chord_track else 1.0
    return _viterbi(
        scores,
        factor * (prior.max() - prior),
        factor * np.tile(beat_costs, bars),
        factor * motion,
    )


def _pitch_class_shares(
    start: IntArray, end: IntArray, pitch: IntArray, meter: Meter, bars: int
) -> tuple[DoubleArray, DoubleArray]:
    """Share of each beat in which a pitch class sounds, and in which it is the bass.

    A step has a bass if two pitch classes or more sound in it.

    Shape:
        - start, end, pitch: `[N]`
        - Output: `[beats, 12]` each
    """
    # One row per note and step that it sounds in.
    steps, durations = bars * meter.steps_per_bar, end - start
    offsets = np.arange(durations.sum()) - np.repeat(np.cumsum(durations) - durations, durations)
    step, pitches = np.repeat(start, durations) + offsets, np.repeat(pitch, durations)
    tones, bass, lowest = np.zeros((steps, 12)), np.zeros((steps, 12)), np.full(steps, 128)
    tones[step, pitches % 12] = 1
    np.minimum.at(lowest, step, pitches)
    has_bass = np.flatnonzero(tones.sum(axis=1) > 1)
    bass[has_bass, lowest[has_bass] % 12] = 1
    by_beat = (-1, meter.steps_per_beat, 12)
    return tones.reshape(by_beat).mean(axis=1), bass.reshape(by_beat).mean(axis=1)


def scores_of_bars(notes: Sequence[Note], meter: Meter, bars: int) -> DoubleArray:
    """How well each chord fits some notes from each beat to the next bar line. `[beats, codes]`

    The sums of `TONE_LOG_ODDS`; no chord has 0.
    """
    rows = np.array([(n.start, n.end, n.pitch) for n in notes], np.int64).reshape(-1, 3)
    start, end, pitch = rows.T
    tones, _ = _pitch_class_shares(start, end, pitch, meter, bars)
    by_bar = (tones @ TONE_SCORES.T).reshape(bars, -1, len(TONE_SCORES))
    to_bar_line = by_bar[:, ::-1].cumsum(axis=1)[:, ::-1].reshape(len(tones), -1)
    return np.pad(to_bar_line, ((0, 0), (1, 0)))


def _viterbi(
    scores: DoubleArray, entry_costs: DoubleArray, beat_costs: DoubleArray, motion: DoubleArray
) -> IntArray:
    """The chord sequence with the highest total of scores less costs of changes.

    A change to chord c on beat t costs `entry_costs[c] + beat_costs[t]`, plus the motion between
    the roots if both are chords. The first chord costs its entry alone; "no chord", code 0, has
    no entry cost.

    Shape:
        - scores: `[beats, CHORD_CODES]`
        - entry_costs: `[CHORD_CODES - 1]`
        - beat_costs: `[beats]`
        - motion: `[12]`, cost of a root so many semitones above the last
        - Output: `[beats]`
    """
    if not len(scores):
        return np.zeros(0, np.int64)
    motion_costs = motion[(ROOTS[:, None] - ROOTS) % 12]  # [new root, old root]
    entry = np.append(0.0, entry_costs)
    previous = np.empty(scores.shape, np.int64)
    best = scores[0] - entry  # best[c]: total of the best sequence that ends in chord c
    for beat in range(1, len(scores)):
        # The motion depends on roots only, so for each old root its best quality is enough:
        # 12 * 12 pairs are compared in place of 108 * 108.
        totals = best[1:].reshape(-1, 12)  # [quality, root]
        quality = totals.argmax(axis=0)
        moves = totals[quality, ROOTS] - motion_costs
        root = moves.argmax(axis=1)
        total, source = moves[ROOTS, root], 1 + 12 * quality[root] + root
        source, total = np.where(best[0] > total, 0, source), np.maximum(best[0], total)
        # A change to "no chord" comes from the best chord, whatever its root.
        last = 1 + int(best[1:].argmax())
        changed = np.append(best[last], np.tile(total, len(QUALITIES))) - entry - beat_costs[beat]
        is_better = changed > best
        sources = np.append(last, np.tile(source, len(QUALITIES)))
        previous[beat] = np.where(is_better, sources, np.arange(CHORD_CODES))
        best = np.where(is_better, changed, best) + scores[beat]
    path = np.empty(len(scores), np.int64)
    path[-1] = best.argmax()
    for beat in range(len(scores) - 1, 0, -1):
        path[beat - 1] = previous[beat, path[beat]]
    return path
