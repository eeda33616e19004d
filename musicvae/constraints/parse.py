"""Constraints from what is typed: a key, chords, a range, a density; in words or as values.

Values are spelled as words first, so that there is one grammar, and one spelling in a recipe.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from operator import index
from typing import Any, TypeAlias

import numpy as np

from ..errors import RequestError
from ..theory.chords import Chord, parse_chord
from ..theory.keys import parse_key
from ..theory.pitch import parse_range
from .spec import Constraints, spell_chords, spell_span

ChordsLike: TypeAlias = "str | Sequence[str | tuple[str, int | None]]"
"""`Am:2 D7:2 G`, or symbols in a row, each with its beats or without."""
SpanLike: TypeAlias = "str | tuple[int, int]"
"""`C4-C6` or `60-84`, or two MIDI pitches."""
DensityLike: TypeAlias = "str | int | tuple[int, int]"
"""`4-8` or `6`, or one number of notes a bar or two."""


def parse_constraints(
    key: str | None = None,
    scale: str | None = None,
    chords: ChordsLike | None = None,
    range: SpanLike | None = None,
    max_polyphony: int | None = None,
    density: DensityLike | None = None,
) -> Constraints:
    """Constraints from words as they are typed, or from values; None asks for nothing.

    Args:
        key: `A minor`, `Bb`, `F# dorian`.
        scale: one of `scales.SCALES`, in place of the key's own.
        chords: `Am F C G`, one a bar, or `Am:2 D7:2 G` with beats; they are repeated. Or
            symbols in a row: `["Am", "F"]`, `[("Am", 2), ("D7", 2), "G"]`.
        range: `C4-C6` or `60-84`, or two MIDI pitches: `(60, 84)`.
        max_polyphony: 1 or more.
        density: `4-8` or `6`, or `(4, 8)`.

    Raises:
        RequestError: a word or value cannot be read, or they contradict each other.

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
    for word in (key, scale):
        if not isinstance(word, str | None):
            raise RequestError(f"Key and scale are words like 'A minor', not {word!r}.")
    if max_polyphony is not None and not isinstance(max_polyphony, int | np.integer):
        raise RequestError(f"--max-polyphony is a whole number, not {max_polyphony!r}.")
    if max_polyphony is not None and max_polyphony < 1:
        raise RequestError(f"--max-polyphony is 1 or more, not {max_polyphony}.")
    chords = None if chords is None else _chord_words(chords)
    range = None if range is None else _range_words(range)
    density = None if density is None else _density_words(density)
    words: dict[str, str | int | None] = {
        "key": key,
        "scale": scale,
        "chords": chords,
        "range": range,
        "max_polyphony": max_polyphony,
        "density": density,
    }
    asked = Constraints(
        parse_key(key, scale),
        () if chords is None else tuple(_chords(chords)),
        None if range is None else parse_range(range),
        max_polyphony,
        None if density is None else _density(str(density)),
        tuple((name, word) for name, word in words.items() if word is not None),
    )
    asked.check_satisfiable(np.arange(128))
    return asked


def from_dict(words: Mapping[str, Any]) -> Constraints:
    """Constraints as `Constraints.to_dict` gives them.

    Raises:
        RequestError: a word cannot be read, or they contradict each other.
        TypeError: these are no words by the names of constraints.
    """
    return parse_constraints(**words)


def _chord_words(chords: ChordsLike) -> str:
    if isinstance(chords, str):
        return chords
    try:
        each = [(one, None) if isinstance(one, str) else one for one in chords]
        pairs = [(name.strip(), None if beats is None else index(beats)) for name, beats in each]
    except (TypeError, ValueError, AttributeError):
        raise RequestError(
            f"Chords are words like 'Am F' or a row like ['Am', ('F', 2)], not {chords!r}."
        ) from None
    return spell_chords(pairs)


def _range_words(span: SpanLike) -> str:
    if isinstance(span, str):
        return span
    try:
        low, high = map(index, span)
    except (TypeError, ValueError):
        raise RequestError(
            f"A range is words like 'C4-C6' or two MIDI pitches like (60, 84), not {span!r}."
        ) from None
    return spell_span((low, high))


def _density_words(density: DensityLike) -> str | int:
    if isinstance(density, str):
        return density
    try:
        if isinstance(density, int | np.integer):
            return index(density)
        least, most = map(index, density)
    except (TypeError, ValueError):
        raise RequestError(
            f"A density is notes a bar like 6, '4-8' or (4, 8), not {density!r}."
        ) from None
    return spell_span((least, most))


def _chords(text: str) -> Iterator[tuple[Chord | None, int | None]]:
    words = text.replace("|", " ").split()
    if not words:
        raise RequestError("--chords needs a chord: --chords 'Am F C G'.")
    for word in words:
        found = re.fullmatch(r"(.+):(\d{1,3})", word)
        name, beats = (found[1], int(found[2])) if found else (word, None)
        if beats == 0:
            raise RequestError(f"A chord lasts a beat or more, not {word}.")
        yield parse_chord(name), beats


def _density(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"\s*(\d{1,4})\s*(?:-\s*(\d{1,4})\s*)?", text)
    if not found:
        raise RequestError(f"{text!r} is no density; write notes a bar like 4-8 or 6.")
    least, most = int(found[1]), int(found[2] or found[1])
    if least > most:
        raise RequestError(f"A density begins with the fewest notes a bar: {most}-{least}.")
    return least, most
