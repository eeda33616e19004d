"""Codecs by name: how a phrase becomes the steps that a net reads.

    melody      one class a step: 88 pitches, note-off, hold
    drums       one of 512 combinations of nine drums a step
    roll        multi-hot a step: 128 onsets, 128 sustained pitches
    piano       the same over the 88 keys of a piano
    trio        melody, bass and drums: a class each
    leadsheet   melody, and one chord a beat
    band        melody, bass, drums, and one chord a beat; any of them may rest

All parts of a window share one latent vector z.
"""

from __future__ import annotations

from .base import Codec, Codes
from .chords import ChordsCodec
from .drums import DrumsCodec
from .melody import MelodyCodec
from .multitrack import PartsCodec
from .pianoroll import RollCodec
from .track_selection import select_band, select_leadsheet, select_piano, select_trio

__all__ = [
    "CODECS",
    "ChordsCodec",
    "Codec",
    "Codes",
    "DrumsCodec",
    "MelodyCodec",
    "PartsCodec",
    "RollCodec",
]

TRIO = MelodyCodec(), MelodyCodec("bass", program=33), DrumsCodec()
LEADSHEET = MelodyCodec(), ChordsCodec()
BAND = *TRIO, ChordsCodec()

CODECS: dict[str, Codec] = {
    codec.name: codec
    for codec in (
        MelodyCodec(),
        DrumsCodec(),
        RollCodec(),
        RollCodec("piano", range(21, 109), select_piano),
        PartsCodec("trio", TRIO, select_trio),
        PartsCodec("leadsheet", LEADSHEET, select_leadsheet),
        PartsCodec("band", BAND, select_band, parts_may_rest=True),
    )
}
"""All codecs by name. To add one, write its file and a line here."""
