"""The drums codec: nine classes of drums, struck or not, one of 512 combinations a step.

The nine classes are those of Roberts et al., ICML 2018 (arXiv:1803.05428), section
5.1, as released: every General MIDI drum falls into one of them, and so do the
rim pitches of the TD-11 kit (22 and 26, hi-hats) on which the Groove MIDI
Dataset was played (Gillick et al., ICML 2019, arXiv:1905.06118).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from .coding import UNBOUND, Codes, Sounding, one_of
from .notes import Note, Part, Phrase
from .units import Meter

CLASSES: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("kick", (36, 35)),
    ("snare", (38, 27, 28, 31, 32, 33, 34, 37, 39, 40, 56, 65, 66, 75, 85)),
    ("closed hi-hat", (42, 44, 54, 68, 69, 70, 71, 73, 78, 80, 22)),
    ("open hi-hat", (46, 67, 72, 74, 79, 81, 26)),
    ("low tom", (45, 29, 41, 43, 61, 64, 84)),
    ("mid tom", (48, 47, 60, 63, 77, 86, 87)),
    ("high tom", (50, 30, 62, 76, 83)),
    ("crash", (49, 52, 55, 57, 58)),
    ("ride", (51, 53, 59, 82)),
)
"""Name and General MIDI pitches of each class; the first is the one that is written."""

GROUPS = ("kick", "snare", *2 * ("hi-hats",), *3 * ("toms",), *2 * ("cymbals",))
"""To which of five groups each class belongs."""

CLASS_OF = {pitch: number for number, (_, pitches) in enumerate(CLASSES) for pitch in pitches}
PITCH_OF = tuple(pitches[0] for _, pitches in CLASSES)


@dataclass(frozen=True)
class DrumsCodec:
    """Nine drums: the class of a step is the sum of `2 ** number` over the drums it strikes.

    A stroke lasts one step, as drums do. What is no General MIDI drum is left out.
    """

    name: str = "drums"

    likelihood: ClassVar[str] = "categorical"
    channels: ClassVar[int] = 1 << len(CLASSES)
    heads: ClassVar[tuple[int, ...]] = (channels,)
    dtype: ClassVar[np.dtype[np.uint16]] = np.dtype(np.uint16)
    idle: ClassVar[Codes] = np.array(0, dtype=np.uint16)

    def encode(self, phrase: Phrase) -> Codes:
        """The first part as classes. Output `[T]`, uint16."""
        codes = np.zeros(phrase.steps, dtype=np.uint16)
        for note in phrase.parts[0].notes if phrase.parts else ():
            if note.pitch in CLASS_OF:
                codes[note.start] |= 1 << CLASS_OF[note.pitch]
        return codes

    def decode(self, codes: Codes, meter: Meter) -> Phrase:
        """Classes `[T]` of whole bars -> a phrase with one part of drums."""
        struck = np.argwhere(codes[:, None] >> np.arange(len(CLASSES)) & 1)
        notes = tuple(Note(int(step), 1, PITCH_OF[drum]) for step, drum in struck)
        return Phrase(meter, len(codes) // meter.bar, parts=(Part(notes, is_drum=True),))

    def one_hot(self, codes: Codes) -> NDArray[np.float32]:
        """`[..., T]` -> `[..., T, 512]`; a code of padding gives zeros."""
        return one_of(codes, self.channels)

    def reach(self, codes: Codes) -> tuple[int, int]:
        """Drums have no key."""
        return UNBOUND, UNBOUND

    def transpose(self, codes: Codes, semitones: int) -> Codes:
        """Drums have no key."""
        return codes

    def lowest(self, codes: Codes) -> Codes:
        """Drums have no key."""
        return codes

    def fresh(self, codes: Codes) -> Codes:
        """A stroke does not last."""
        return codes

    def struck(self, codes: Codes) -> Codes:
        """All that is in them."""
        return codes

    def strikes(self, codes: Codes) -> NDArray[np.bool_]:
        """Where any drum is struck. Any shape."""
        return np.asarray(codes > 0)

    def silence(self, n: int, meter: Meter) -> Sounding:
        """`[n]`, of no meaning: whatever was struck, anything may be."""
        return np.zeros(n, dtype=bool)

    def unknown(self, n: int, meter: Meter) -> Sounding:
        """As `silence`."""
        return self.silence(n, meter)

    def allowed(self, sounding: Sounding) -> NDArray[np.bool_]:
        """All of them. Output `[n, 512]`."""
        return np.ones((len(sounding), self.channels), dtype=bool)

    def play(self, sounding: Sounding, step: Codes) -> tuple[Codes, Sounding]:
        """A class has one spelling. `[n]` -> the same."""
        return step, sounding

    def spell(self, codes: Codes) -> Codes:
        """They are spelled already."""
        return codes
