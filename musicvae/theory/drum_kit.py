"""The nine drum classes: their General MIDI pitches and their groups.

The classes are those of Roberts et al., ICML 2018 (arXiv:1803.05428), section 5.1, as released:
every General MIDI drum falls into one of them, and so do the rim pitches of the TD-11 kit (22 and
26, hi-hats) on which the Groove MIDI Dataset was played (Gillick et al., ICML 2019,
arXiv:1905.06118).
"""

from __future__ import annotations

DRUM_CLASSES: tuple[tuple[str, tuple[int, ...]], ...] = (
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
"""Name and General MIDI pitches of each class; files are written with the first pitch."""

DRUM_GROUPS = (
    "kick",
    "snare",
    "hi-hats",
    "hi-hats",
    "toms",
    "toms",
    "toms",
    "cymbals",
    "cymbals",
)
"""Group of each class, one of five."""

DRUM_CLASS = {
    pitch: number for number, (_, pitches) in enumerate(DRUM_CLASSES) for pitch in pitches
}
"""Class of each General MIDI drum pitch."""

DRUM_PITCH = tuple(pitches[0] for _, pitches in DRUM_CLASSES)
"""Pitch of each class."""
