"""Keys that are easy to read and to play: a piece in another key is moved by a semitone.

A prior that was fitted in all keys favours none, while people write few pieces in F# major.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..codecs.base import Codec, Codes
from ..metrics.cadence import estimate_key
from ..theory.keys import count_accidentals
from ..theory.meter import Meter

MAX_ACCIDENTALS = 4
"""Most sharps or flats of a key that stays; a semitone away from others lies one with fewer."""


def to_plain_key(codec: Codec, meter: Meter, sections: Sequence[Codes]) -> list[Codes]:
    """The sections of a piece, a semitone lower, or higher, if its key has many accidentals.

    Shape:
        - sections: `[T, ...]` codes each
    """
    piece = np.concatenate(sections)
    phrase = codec.decode(piece, meter)
    tonic = estimate_key(phrase, phrase.parts[0].notes if phrase.parts else ())
    down, up = codec.transpose_range(piece)
    if count_accidentals(*tonic) <= MAX_ACCIDENTALS or not (down or up):
        return [*sections]
    return [codec.transpose(section, -1 if down else 1) for section in sections]
