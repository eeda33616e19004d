"""Parse constraints from text or from Python values: key, chords, range, polyphony, density.

Values are first written as text, so that there is one grammar and one form in a recipe.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from operator import index
from typing import Any, TypeAlias

import numpy as np

from ..arguments import MAX_SYMBOL, check_text, check_whole, quote
from ..errors import RequestError
from ..theory.chords import Chord, parse_chord
from ..theory.keys import parse_key
from ..theory.pitch import parse_range
from .spec import Constraints, format_chords, format_span

MAX_CHORDS = 1_000
"""Most chords of a progression: one for each bar of the longest piece."""
MAX_CHORDS_TEXT = 16_000
"""Characters of the longest text of a progression."""

ChordsLike: TypeAlias = "str | Sequence[str | tuple[str, int | None]]"
"""`Am:2 D7:2 G`, or a sequence of symbols, each alone or with its beats."""
RangeLike: TypeAlias = "str | tuple[int, int]"
"""`C4-C6` or `60-84`, or two MIDI pitches."""
DensityLike: TypeAlias = "str | int | tuple[int, int]"
"""`4-8` or `6`, or the number of notes in a bar, or the fewest and the most."""


def parse_constraints(
    key: str | None = None,
    scale: str | None = None,
    chords: ChordsLike | None = None,
    range: RangeLike | None = None,
    max_polyphony: int | None = None,
    density: DensityLike | None = None,
) -> Constraints:
    """Constraints from text, as typed on the command line, or from values; None sets none.

    Args:
        key: `A minor`, `Bb`, `F# dorian`.
        scale: one of `theory.keys.SCALES`, in place of the scale that the key names.
        chords: `Am F C G`, one a bar, or `Am:2 D7:2 G` with beats; they repeat. Or a
            sequence of symbols: `["Am", "F"]`, `[("Am", 2), ("D7", 2), "G"]`.
        range: lowest and highest pitch: `C4-C6`, `60-84`, or MIDI pitches `(60, 84)`.
        max_polyphony: most pitches that sound together, 1 or more.
        density: notes in a bar: `4-8` or `6`, or `(4, 8)`.

    Raises:
        RequestError: a text or value cannot be parsed, or two constraints contradict each other.

    >>> parse_constraints("A minor", density="4-8")
    Constraints(key=Key(tonic='A', scale='minor'), chords=(), range=None, max_polyphony=None,
                density=(4, 8))
    >>> parse_constraints(chords="Am:2 | N.C.", range="C4-C6").chords
    ((Chord(root=9, quality='min'), 2), (None, None))
    >>> parse_constraints(chords=[("Am", 2), "F"], range=(60, 84)).to_dict()
    {'chords': 'Am:2 F', 'range': '60-84'}
    >>> parse_constraints("C", chords="F#", range="C4-C5")
    Traceback (most recent call last):
    musicvae.errors.RequestError: No tone of F# lies in C major between C4 and C5:
        choose another chord, key or range.
    """
    for text in (key, scale):
        if not isinstance(text, str | None):
            raise RequestError(f"Key and scale are text like 'A minor', not {quote(text)}.")
    max_polyphony = _check_max_polyphony(max_polyphony)
    chords = None if chords is None else _chords_text(chords)
    range = None if range is None else _range_text(range)
    density = None if density is None else _density_text(density)
    words: dict[str, str | int | None] = {
        "key": key,
        "scale": scale,
        "chords": chords,
        "range": range,
        "max_polyphony": max_polyphony,
        "density": density,
    }
    constraints = Constraints(
        parse_key(key, scale),
        () if chords is None else tuple(_parse_chords(chords)),
        None if range is None else parse_range(range),
        max_polyphony,
        None if density is None else _parse_density(str(density)),
        tuple((name, value) for name, value in words.items() if value is not None),
    )
    constraints.check_satisfiable(np.arange(128))
    return constraints


def constraints_from_dict(words: Mapping[str, Any]) -> Constraints:
    """Constraints from the dict that `Constraints.to_dict` returns.

    Raises:
        RequestError: a value cannot be parsed, or two constraints contradict each other.
        TypeError: a key of the dict is no constraint.
    """
    return parse_constraints(**words)


def _check_max_polyphony(max_polyphony: object) -> int | None:
    if max_polyphony is None:
        return None
    voices = check_whole("--max-polyphony", max_polyphony)
    if voices < 1:
        raise RequestError(f"--max-polyphony is 1 or more, not {voices}.")
    return voices


def _chords_text(chords: ChordsLike) -> str:
    if isinstance(chords, str):
        return check_text("--chords", chords, MAX_CHORDS_TEXT)
    try:
        chords = list(islice(chords, MAX_CHORDS + 1))
        pairs = [(chord, None) if isinstance(chord, str) else chord for chord in chords]
        pairs = [(name.strip(), None if beats is None else index(beats)) for name, beats in pairs]
        return check_text("--chords", format_chords(pairs), MAX_CHORDS_TEXT)
    except RequestError:
        raise
    except (TypeError, ValueError, AttributeError):
        raise RequestError(
            f"Chords are text like 'Am F' or a list like ['Am', ('F', 2)], not {quote(chords)}."
        ) from None


def _range_text(span: RangeLike) -> str:
    if isinstance(span, str):
        return span
    try:
        low, high = map(index, span)
        return format_span((low, high))
    except (TypeError, ValueError):
        raise RequestError(
            f"A range is text like 'C4-C6' or two MIDI pitches like (60, 84), not {quote(span)}."
        ) from None


def _density_text(density: DensityLike) -> str | int:
    if isinstance(density, str):
        return check_text("--density", density, MAX_SYMBOL)
    if isinstance(density, int | np.integer):
        return check_whole("--density", density)
    try:
        fewest, most = map(index, density)
        return format_span((fewest, most))
    except (TypeError, ValueError):
        raise RequestError(
            f"A density is notes per bar like 6, '4-8' or (4, 8), not {quote(density)}."
        ) from None


def _parse_chords(text: str) -> Iterator[tuple[Chord | None, int | None]]:
    """Chords with their beats, None where the text gives none; bar lines are ignored."""
    words = text.replace("|", " ").split()
    if not words:
        raise RequestError("--chords needs a chord: --chords 'Am F C G'.")
    if len(words) > MAX_CHORDS:
        raise RequestError(f"A progression has at most {MAX_CHORDS:,} chords; it repeats.")
    for word in words:
        match = re.fullmatch(r"(.+):(\d{1,3})", word)
        name, beats = (match[1], int(match[2])) if match else (word, None)
        if beats == 0:
            raise RequestError(f"A chord lasts a beat or more, not {quote(word)}.")
        yield parse_chord(name), beats


def _parse_density(text: str) -> tuple[int, int]:
    """Fewest and most notes in a bar."""
    match = re.fullmatch(r"\s*(\d{1,4})\s*(?:-\s*(\d{1,4})\s*)?", text)
    if not match:
        raise RequestError(f"{quote(text)} is no density; write notes per bar like 4-8 or 6.")
    fewest, most = int(match[1]), int(match[2] or match[1])
    if fewest > most:
        raise RequestError(f"Write the fewest notes of a density first: {most}-{fewest}.")
    return fewest, most
