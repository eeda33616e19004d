"""What a phrase must keep to: key, chords, range, density; as text, as a rule, as a check.

Every pitched note lies in the key, and so does every chord of a lead sheet that was not itself
asked for. A note struck where the bar is strong is a tone of the
chord: on its first step, in its middle if it has four beats or more and an even number of
them, and where a chord begins; other notes are free to pass. Drums know of no pitch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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


@dataclass(frozen=True)
class Constraints:
    """What a phrase must keep to; false where nothing is asked.

    Attributes:
        key: of all pitched notes.
        chords: each with its beats, or None for a bar; they begin anew after the last.
        range: lowest and highest MIDI pitch of the first part.
        max_polyphony: pitches that sound together, where a codec has many.
        density: fewest and most notes that begin in a bar of the first part.
        said: the words that they were read from, by name; empty where they were not read.
    """

    key: Key | None = None
    chords: tuple[tuple[Chord | None, int | None], ...] = ()
    range: tuple[int, int] | None = None
    max_polyphony: int | None = None
    density: tuple[int, int] | None = None
    words: tuple[tuple[str, Any], ...] = field(default=(), compare=False, repr=False)

    def __bool__(self) -> bool:
        return self != FREE

    def to_dict(self) -> dict[str, Any]:
        """As words by name, those of the user where there are any; `wishes.from_dict` reads it.

        >>> Constraints(Key("A", "minor"), range=(60, 72), density=(2, 6)).to_dict()
        {'key': 'A minor', 'range': '60-72', 'density': '2-6'}
        """
        if self.words:
            return dict(self.words)
        words = {
            "key": str(self.key) if self.key else None,
            "chords": spell_chords((symbol(chord), beats) for chord, beats in self.chords) or None,
            "range": spell_span(self.range) if self.range else None,
            "max_polyphony": self.max_polyphony,
            "density": spell_span(self.density) if self.density else None,
        }
        return {name: word for name, word in words.items() if word is not None}

    def violations(self, phrase: Phrase, codec: Codec | str, start: int = 0) -> list[str]:
        """What in a phrase without a pick-up breaks them, a sentence each.

        Args:
            start: step of the piece at which the phrase begins, a bar line.
        """
        codec = CODECS[codec] if isinstance(codec, str) else codec
        found: list[Iterator[str]] = []
        if self.key:
            found.append(out_of_key(phrase, self.key))
        if self.chords:
            found.append(against_chords(phrase, self.chords, start))
        if codec.has_chords:
            if self.chords:
                found.append(wrong_chords(phrase, self.chords, start))
            elif self.key:
                found.append(chords_out_of_key(phrase, self.key))
        if self.range:
            found.append(out_of_range(phrase, *self.range))
        if self.max_polyphony:
            found.append(too_many_voices(phrase, self.max_polyphony))
        if self.density:
            found.append(wrong_density(phrase, *self.density))
        return list(chain.from_iterable(found))

    def beats_of_chords(self, meter: Meter) -> list[int]:
        """Beats of each chord; a chord without a number lasts a bar."""
        return [beats or meter.steps_per_bar // meter.steps_per_beat for _, beats in self.chords]

    def allowed_pitches(self, pitches: IntArray, *, in_range: bool) -> BoolArray:
        """Which pitches lie in the key, and in the range. `[P]` -> `[P]`."""
        fits = np.ones(len(pitches), dtype=bool)
        if self.key:
            fits &= np.isin(pitches % 12, list(self.key.tones))
        if self.range and in_range:
            fits &= (self.range[0] <= pitches) & (pitches <= self.range[1])
        return fits

    def check_satisfiable(self, pitches: IntArray) -> None:
        """That these pitches of the first part can keep to it. `[P]`

        Raises:
            RequestError: none lies in key and range, or none of a chord.
        """
        fits = self.allowed_pitches(pitches, in_range=True)
        where = [f"in {self.key}"] if self.key else []
        where += ["between {} and {}".format(*map(pitch_name, self.range))] if self.range else []
        if len(pitches) < 128:
            where.append(f"among {pitch_name(pitches[0])} to {pitch_name(pitches[-1])}")
        lies = f"lies {' '.join(where)}"
        if not fits.any():
            raise RequestError(f"No note {lies}: choose another key or range.")
        for chord, _ in self.chords:
            if chord and not np.isin(pitches[fits] % 12, pitch_classes(chord)).any():
                raise RequestError(
                    f"No tone of {symbol(chord)} {lies}: choose another chord, key or range."
                )


FREE = Constraints()
"""No constraints."""


def spell_span(ends: tuple[int, int]) -> str:
    """Two numbers as a range or a density is typed.

    >>> spell_span((60, 72))
    '60-72'
    """
    return "{}-{}".format(*ends)


def spell_chords(chords: Iterable[tuple[str, int | None]]) -> str:
    """Symbols and their beats as chords are typed.

    >>> spell_chords([("Am", 2), ("F", None)])
    'Am:2 F'
    """
    return " ".join(name if beats is None else f"{name}:{beats}" for name, beats in chords)
