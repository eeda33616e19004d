"""Constraints on a phrase: key, chords, range, polyphony and density.

Every pitched note lies in the key, and so does every chord of a lead sheet unless the chords
are given. A note that starts on a strong step is a chord tone. Strong steps are the first of
a bar, its middle if it has an even number of beats, four or more, and the first of each
chord; other notes may be passing notes. Constraints on pitch do not bind drums.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np

from ..arrays import BoolArray, IntArray
from ..codecs import CODECS
from ..codecs.base import Codec
from ..errors import RequestError
from ..score.phrase import Phrase
from ..theory.chords import Chord, pitch_classes, symbol
from ..theory.keys import Key
from ..theory.meter import Meter
from ..theory.pitch import pitch_name
from .violations import (
    against_chords,
    chords_out_of_key,
    out_of_key,
    out_of_range,
    too_many_voices,
    wrong_chords,
    wrong_density,
)

MIN_TONES_IN_KEY = 2
"""Fewest tones of a chord in a key that is asked for, too: in C major A7 and Bb are, B is not."""


@dataclass(frozen=True)
class Constraints:
    """What a phrase must satisfy; false if nothing is constrained.

    Attributes:
        key: key of all pitched notes.
        chords: each chord (None for no chord) with its beats, or None for a whole bar; they
            repeat after the last.
        range: lowest and highest MIDI pitch of the first part.
        max_polyphony: most pitches that sound together; polyphonic codecs only.
        density: fewest and most notes that start in a bar of the first part.
        words: the text that they were parsed from, by name; empty if they were not parsed.
    """

    key: Key | None = None
    chords: tuple[tuple[Chord | None, int | None], ...] = ()
    range: tuple[int, int] | None = None
    max_polyphony: int | None = None
    density: tuple[int, int] | None = None
    words: tuple[tuple[str, Any], ...] = field(default=(), compare=False, repr=False)

    def __bool__(self) -> bool:
        return self != NO_CONSTRAINTS

    def to_dict(self) -> dict[str, Any]:
        """The constraints as text by name, as the user wrote them; `parse.from_dict` reads it.

        >>> Constraints(Key("A", "minor"), range=(60, 72), density=(2, 6)).to_dict()
        {'key': 'A minor', 'range': '60-72', 'density': '2-6'}
        """
        if self.words:
            return dict(self.words)
        words = {
            "key": str(self.key) if self.key else None,
            "chords": format_chords((symbol(chord), beats) for chord, beats in self.chords) or None,
            "range": format_span(self.range) if self.range else None,
            "max_polyphony": self.max_polyphony,
            "density": format_span(self.density) if self.density else None,
        }
        return {name: text for name, text in words.items() if text is not None}

    def violations(self, phrase: Phrase, codec: Codec | str, start: int = 0) -> list[str]:
        """A sentence for each violation in a phrase without a pickup.

        Args:
            start: step of the piece at which the phrase begins, on a bar line.
        """
        codec = CODECS[codec] if isinstance(codec, str) else codec
        checks: list[Iterator[str]] = []
        if self.key:
            checks.append(out_of_key(phrase, self.key))
        if self.chords:
            checks.append(against_chords(phrase, self.chords, start))
        if codec.has_chords:
            if self.chords:
                checks.append(wrong_chords(phrase, self.chords, start))
            elif self.key:
                checks.append(chords_out_of_key(phrase, self.key))
        if self.range:
            checks.append(out_of_range(phrase, *self.range))
        if self.max_polyphony:
            checks.append(too_many_voices(phrase, self.max_polyphony))
        if self.density:
            checks.append(wrong_density(phrase, *self.density))
        return list(chain.from_iterable(checks))

    def chord_beats(self, meter: Meter) -> list[int]:
        """Beats of each chord; one without a number lasts a bar."""
        return [beats or meter.steps_per_bar // meter.steps_per_beat for _, beats in self.chords]

    def allowed_pitches(self, pitches: IntArray, *, in_range: bool) -> BoolArray:
        """True for pitches in the key and, if `in_range`, in the range. `[P]` -> `[P]`."""
        fits = np.ones(len(pitches), dtype=bool)
        if self.key:
            fits &= np.isin(pitches % 12, list(self.key.tones))
        if self.range and in_range:
            fits &= (self.range[0] <= pitches) & (pitches <= self.range[1])
        return fits

    def check_satisfiable(self, pitches: IntArray) -> None:
        """Check that a first part with these pitches can satisfy the constraints. `[P]`

        Raises:
            RequestError: no pitch lies in key and range, or no tone of a chord does.
        """
        fits = self.allowed_pitches(pitches, in_range=True)
        limits = [f"in {self.key}"] if self.key else []
        limits += ["between {} and {}".format(*map(pitch_name, self.range))] if self.range else []
        if len(pitches) < 128:
            limits.append(f"among {pitch_name(pitches[0])} to {pitch_name(pitches[-1])}")
        lies = f"lies {' '.join(limits)}"
        if not fits.any():
            raise RequestError(f"No note {lies}: choose another key or range.")
        for chord in dict.fromkeys(chord for chord, _ in self.chords):
            if chord and not np.isin(pitches[fits] % 12, pitch_classes(chord)).any():
                raise RequestError(
                    f"No tone of {symbol(chord)} {lies}: choose another chord, key or range."
                )

    def check_chords_in_key(self) -> None:
        """Check that the chords belong to the key, as secondary dominants and borrowed ones do.

        Clips of earlier versions may have others, so this is no part of `parse_constraints`.

        Raises:
            RequestError: only one tone of a chord lies in the key.
        """
        if not self.key:
            return
        tones = set(self.key.tones)
        strange = [
            symbol(chord)
            for chord in dict.fromkeys(chord for chord, _ in self.chords)
            if chord and len(tones & {*pitch_classes(chord)}) < MIN_TONES_IN_KEY
        ]
        if strange:
            have = "has one tone" if len(strange) == 1 else "have one tone each"
            raise RequestError(
                f"{join_names(strange)} {have} in {self.key}: leave out the key, or choose chords "
                "that belong to it."
            )


NO_CONSTRAINTS = Constraints()
"""No constraints: the default everywhere."""


def join_names(names: Sequence[str]) -> str:
    """Names as one subject.

    >>> join_names(["F", "C", "G"])
    'F, C and G'
    """
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def format_span(ends: tuple[int, int]) -> str:
    """Two numbers as the text of a range or a density.

    >>> format_span((60, 72))
    '60-72'
    """
    return "{}-{}".format(*ends)


def format_chords(chords: Iterable[tuple[str, int | None]]) -> str:
    """Chord symbols and their beats as the text of a progression.

    >>> format_chords([("Am", 2), ("F", None)])
    'Am:2 F'
    """
    return " ".join(name if beats is None else f"{name}:{beats}" for name, beats in chords)
