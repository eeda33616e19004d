"""Which parts of a file are drums: those on the drum channel, and others by name or by strokes."""

from __future__ import annotations

import re

import numpy as np

from ..arrays import IntArray

DRUM_CHANNEL = 9

STEEL_DRUMS = 114
"""A General MIDI program with pitches, in spite of its name."""

_DRUM_NAME = re.compile(
    r"\b(drums?|drum\W?(kit|set|rack|machine|loop|track)s?|kit|perc|percussions?|kicks?|snares?"
    r"|hi\W?hats?|hats|toms|cymbals?|claps?|congas?|bongos?|batterie|bater[ií]a|batteria|percusi[oó]n"
    r"|percuss[aã]o|percussione|schlagzeug|schlagwerk|trommeln?|slagwerk|trummor|trommer|perkusja"
    r"|ударные|барабаны)\b|ドラム|パーカッション|打楽器|鼓|드럼",
    re.IGNORECASE,
)
_PITCHED_NAME = re.compile(
    r"steel|kettle|timpani|mallet|pitched|melodic|bass(?!\s*drum)", re.IGNORECASE
)
_NO_NAME = re.compile(r"(?:midi|track|channel|clip|untitled|unnamed|[\W\d_])*", re.IGNORECASE)

KIT_LOW, KIT_HIGH = 35, 59
"""Range of kick, snare, hi-hats, toms and cymbals in General MIDI."""

PERCUSSION_LOW, PERCUSSION_HIGH = 27, 87
MAX_PERCUSSION = 6
"""A part named percussion outside the range of a kit has at most so many pitches."""

_KICKS, _SNARES, _HATS = (35, 36), (37, 38, 39, 40), (42, 44, 46, 51)
_FIFTH = 7

_IS_HAT = np.isin(np.arange(128), _HATS)
_IS_IN_KIT = np.isin(np.arange(128), _KICKS + _SNARES + _HATS)
"""By pitch. `[128]`"""

MIN_STROKES = 8
MIN_KIT_SHARE, MIN_HAT_SHARE, MIN_SHORT_SHARE = 0.7, 0.25, 0.9
"""Least shares of kicks, snares and hi-hats together, of hi-hats, and of notes that are short."""


def may_be_drums(name: str, program: int) -> bool:
    """Return True if a part is named like drums, or has neither name nor program."""
    return _has_drum_name(name, program) or _is_anonymous(name, program)


def _has_drum_name(name: str, program: int) -> bool:
    is_pitched = _PITCHED_NAME.search(name) or program == STEEL_DRUMS
    return bool(_DRUM_NAME.search(name)) and not is_pitched


def _is_anonymous(name: str, program: int) -> bool:
    return not program and bool(_NO_NAME.fullmatch(name))


def is_named_drums(name: str, program: int, pitch: IntArray) -> bool:
    """Return True if a part is drums by its name, and its pitches `[N]` do not contradict."""
    if not _has_drum_name(name, program) or not len(pitch):
        return False
    in_kit = ((pitch >= KIT_LOW) & (pitch <= KIT_HIGH)).mean() >= 0.8
    in_percussion = pitch.min() >= PERCUSSION_LOW and pitch.max() <= PERCUSSION_HIGH
    return bool(in_kit or (in_percussion and len(np.unique(pitch)) <= MAX_PERCUSSION))


def strikes_a_kit(
    name: str, program: int, start: IntArray, end: IntArray, pitch: IntArray, resolution: int
) -> bool:
    """Return True if the notes of a part without name and program are the strokes of a drum kit.

    They are short; most are kicks, snares and hi-hats; and hi-hats are struck together with a
    kick, together with a snare, and alone. A hi-hat a fifth above is left out, since bass guitars
    play fifths.

    Args:
        start, end: ticks. `[N]`
        pitch: `[N]`
        resolution: ticks per quarter.
    """
    if not _is_anonymous(name, program) or len(pitch) < MIN_STROKES:
        return False
    if pitch.min() < KIT_LOW or pitch.max() > KIT_HIGH:
        return False
    hats = _IS_HAT[pitch]
    if hats.mean() < MIN_HAT_SHARE or _IS_IN_KIT[pitch].mean() < MIN_KIT_SHARE:
        return False
    if (end - start <= resolution).mean() < MIN_SHORT_SHARE:
        return False
    times = (start * 16 + resolution) // (2 * resolution)  # strokes within a 32nd are together
    struck = {(time, p) for time, p in zip(times.tolist(), pitch.tolist(), strict=True)}
    hat_times = {time for time, p in struck if p in _HATS}
    with_kick = _together(struck, _KICKS)
    with_snare = _together(struck, _SNARES)
    return bool(with_kick and with_snare and hat_times - with_kick - with_snare)


def _together(struck: set[tuple[int, int]], drums: tuple[int, ...]) -> set[int]:
    """Times at which one of the drums is struck together with a hi-hat, but not a fifth below."""
    return {
        time
        for time, pitch in struck
        if pitch in drums
        for hat in _HATS
        if hat - pitch != _FIFTH and (time, hat) in struck
    }
