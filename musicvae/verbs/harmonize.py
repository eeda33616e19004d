"""harmonize: chords for a melody that stays note for note, from the prior of a lead-sheet model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from ..arguments import quote
from ..arrays import BoolArray, FloatArray
from ..codecs.base import Codec, Codes, head_slices
from ..engine import Player
from ..errors import RequestError
from ..generation.alternatives import DrawingTask, distinct_alternatives
from ..generation.infill import Gap, Steps
from ..generation.seeding import NEW_MUSIC, Sampling, check_request, resolve_seed
from ..score.chord_recognition import scores_of_bars
from ..score.phrase import Phrase, chord_map
from ..score.windows import cut_phrase
from ..theory.chords import CHORD_CODES, QUALITIES, chord_from_code
from ..theory.meter import Meter

STYLES = {
    "plain": ("maj", "min", "7"),
    "pop": ("maj", "min", "7", "maj7", "min7", "sus4"),
    "jazz": ("7", "maj7", "min7", "dim", "m7b5"),
    "any": QUALITIES,
}
"""Qualities of the chords of a style."""


GUIDANCE = 0.5
"""How much a draw knows of the melody up to the next bar line."""


def harmonize(
    player: Player,
    phrase: Phrase,
    gaps: Sequence[Steps],
    n: int = 1,
    sampling: Sampling = NEW_MUSIC,
    *,
    style: str = "any",
    per_bar: int | None = None,
) -> list[Phrase]:
    """Draw the chords of a phrase anew; the likeliest alternative comes first.

    Args:
        gaps: the bars whose chords are drawn, in order.
        style: a key of `STYLES`.
        per_bar: most chords in a bar, evenly spaced; None leaves it to the model.

    Returns:
        As `verbs.fill.fill`; the notes are those of the phrase.

    Raises:
        RequestError: the model has no melody with chords or no prior, there is no such style, a bar
            has fewer beats, or a number is out of range.
    """
    sampling = replace(sampling, seed=resolve_seed(sampling.seed))
    draw = partial(
        draw_chords, player, phrase, gaps, sampling=sampling, style=style, per_bar=per_bar
    )
    return distinct_alternatives(phrase, n, draw)


def draw_chords(
    player: Player,
    phrase: Phrase,
    gaps: Sequence[Steps],
    rows: Sequence[int],
    *,
    sampling: Sampling,
    style: str,
    per_bar: int | None,
) -> list[Phrase]:
    """Alternatives by their numbers, each of which depends on its number and the seed alone."""
    check_request(player, "harmonize", len(rows), sampling.temperature)
    beats = phrase.meter.steps_per_bar // phrase.meter.steps_per_beat
    if style not in STYLES:
        raise RequestError(f"There is no style {quote(style)}: choose {', '.join(STYLES)}.")
    if per_bar is not None and not 1 <= per_bar <= beats:
        raise RequestError(f"A bar of {phrase.meter} has 1 to {beats} chords, not {per_bar}.")
    meter, codec = phrase.meter, player.codec
    whole = cut_phrase(phrase, 0, phrase.steps + phrase.lead_in)
    old, guide = codec.encode(whole), _guide(codec, whole)
    holes = []
    for start, stop in gaps:
        bars = start // meter.steps_per_bar, stop // meter.steps_per_bar
        hole = Gap(*bars, _allowed(codec, old, start, stop, style, meter.steps_per_bar))
        hole = replace(hole, guide=guide[start:stop])
        if per_bar:
            hole = replace(hole, narrow=lambda steps: _ChordRhythm(codec, meter, per_bar))
        holes.append(hole)

    def put_in(codes: Codes) -> Phrase:
        chords = codec.decode(codes, meter).chords
        changes = ((change.step - phrase.lead_in, change.chord) for change in chords)
        return replace(phrase, chords=chord_map(changes, phrase.steps))

    options = {"style": style, "per_bar": per_bar}
    return DrawingTask("harmonize", player, meter, old, holes, put_in, options).draw(rows, sampling)


def _allowed(codec: Codec, old: Codes, start: int, stop: int, style: str, bar: int) -> BoolArray:
    """The old notes, and chords of a style; none only before the bar of the first note."""
    masks = []
    for part, codes in codec.split(old):
        classes = np.arange(part.channels)
        if not part.has_chords:
            masks.append(codes[start:stop, None] == classes)
            continue
        named = [chord_from_code(code) for code in range(CHORD_CODES)]
        is_in_style = [chord is None or chord.quality in STYLES[style] for chord in named]
        mask = np.tile(np.append(is_in_style, True), (stop - start, 1))
        melody, notes = next(iter(codec.split(old)))
        sounds = np.flatnonzero(melody.onset_mask(notes))
        first = sounds[0] // bar * bar if len(sounds) else stop
        mask[max(0, first - start) :, 0] = False
        masks.append(mask)
    return np.concatenate(masks, axis=1)


def _guide(codec: Codec, phrase: Phrase) -> FloatArray:
    """A part of the scores by which chords are recognized, for the chord of each beat. `[T, C]`"""
    meter = phrase.meter
    scores = scores_of_bars(phrase.parts[0].notes, meter, phrase.bars)
    guide = np.zeros((phrase.steps, codec.channels), np.float32)
    number = next(i for i, part in enumerate(codec.parts) if part.has_chords)
    first = head_slices(codec)[number].start
    guide[:: meter.steps_per_beat, first : first + CHORD_CODES] = GUIDANCE * scores
    return guide


class _ChordRhythm:
    """Lets chords change at so many beats of a bar; between them the last one goes on."""

    def __init__(self, codec: Codec, meter: Meter, per_bar: int) -> None:
        beats = meter.steps_per_bar // meter.steps_per_beat
        at = {round(number * beats / per_bar) for number in range(per_bar)}
        self.codec, self.beat, self.bar = codec, meter.steps_per_beat, meter.steps_per_bar
        self.may_change = {beat * meter.steps_per_beat for beat in at}
        number = next(i for i, part in enumerate(codec.parts) if part.has_chords)
        self.number, self.head = number, head_slices(codec)[number]

    def __call__(self, t: int, sampled: Sequence[Codes]) -> BoolArray | None:
        """Channels of step t, given the steps before it. `[N, C]`"""
        if t % self.beat or t % self.bar in self.may_change:
            return None
        last = sampled[t - self.beat][:, self.number].astype(int)
        mask = np.ones((len(last), self.codec.channels), bool)
        mask[:, self.head] = np.arange(self.head.stop - self.head.start) == last[:, None]
        return mask
