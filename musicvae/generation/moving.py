"""Music moved to another key, as codes and as tied notes."""

from __future__ import annotations

from collections.abc import Sequence

from ..codecs.base import Codec, Codes
from ..codecs.pitch_range import OCTAVE
from .plan import DecodePlan
from .stitching import TiedNote

Windows = list[tuple[int, Codes]]
"""First bar and codes of each window of a piece."""


def move_codes(codec: Codec, codes: Codes, semitones: int) -> Codes:
    """The codes moved by semitones, or an octave further where they would leave the range."""
    (moved,) = _move([codes], codec, semitones)[1]
    return moved


def move_sections(
    plan: DecodePlan, windows: Windows, codec: Codec
) -> tuple[Windows, tuple[TiedNote, ...]]:
    """The windows and ties of a plan, each moved as its section is."""
    moved_windows: Windows = []
    ties: list[TiedNote] = []
    for section in plan.form:
        _, end = plan.section_at(section.first)
        inside = [(first, codes) for first, codes in windows if section.first <= first < end]
        semitones, moved = _move([codes for _, codes in inside], codec, section.semitones)
        moved_windows += zip((first for first, _ in inside), moved, strict=True)
        steps = range(*(bar * plan.meter.steps_per_bar for bar in (section.first, end)))
        ties += [
            tie._replace(pitch=tie.pitch + semitones) for tie in plan.held if tie.step in steps
        ]
    return moved_windows, tuple(ties)


def _move(codes: Sequence[Codes], codec: Codec, semitones: int) -> tuple[int, list[Codes]]:
    """Semitones by which all the codes could be moved, and the moved codes."""
    down, up = (min(limits) for limits in zip(*map(codec.transpose_range, codes), strict=True))
    choices = (semitones, semitones - OCTAVE, semitones + OCTAVE)
    fitting = next((moved for moved in choices if -down <= moved <= up), 0)
    return fitting, [codec.transpose(window, fitting) for window in codes]
