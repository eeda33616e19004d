"""Constraints from what is typed: a key, chords, a range, a density."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from ..errors import RequestError
from .chords import Chord, parse_chord
from .constraints import Constraints
from .scales import parse_key, parse_range


def parse_constraints(
    key: str | None = None,
    scale: str | None = None,
    chords: str | None = None,
    range: str | None = None,
    max_polyphony: int | None = None,
    density: str | int | None = None,
) -> Constraints:
    """Constraints from texts as they are typed; None asks for nothing.

    Args:
        key: `A minor`, `Bb`, `F# dorian`.
        scale: one of `scales.SCALES`, in place of the key's own.
        chords: `Am F C G`, one a bar, or `Am:2 D7:2 G` with beats; they are repeated.
        range: `C4-C6` or `60-84`.
        max_polyphony: 1 or more.
        density: `4-8` or `6`.

    Raises:
        RequestError: a text cannot be read, or they contradict each other.

    >>> parse_constraints("A minor", density="4-8")
    Constraints(key=Key(tonic='A', scale='minor'), chords=(), range=None, max_polyphony=None,
                density=(4, 8))
    >>> parse_constraints(chords="Am:2 | N.C.", range="C4-C6").chords
    ((Chord(root=9, quality='min'), 2), (None, None))
    >>> parse_constraints("C", chords="F#", range="C4-C5")
    Traceback (most recent call last):
    musicvae.errors.RequestError: No tone of F# lies in C major between C4 and C5:
        choose another chord, key or range.
    """
    for text in (key, scale, chords, range):
        if not isinstance(text, str | None):
            raise RequestError(
                f"Key, scale, chords and range are texts like 'C4-C6', not {text!r}."
            )
    if max_polyphony is not None and not isinstance(max_polyphony, int | np.integer):
        raise RequestError(f"--max-polyphony is a whole number, not {max_polyphony!r}.")
    if max_polyphony is not None and max_polyphony < 1:
        raise RequestError(f"--max-polyphony is 1 or more, not {max_polyphony}.")
    asked = Constraints(
        parse_key(key, scale),
        () if chords is None else tuple(_chords(chords)),
        None if range is None else parse_range(range),
        max_polyphony,
        None if density is None else _density(str(density)),
    )
    asked.possible(np.arange(128))
    return asked


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
