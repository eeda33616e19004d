"""Which channels of a track are one part: strings of a guitar, voices of an MPE keyboard."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from .drum_tracks import DRUM_CHANNEL

MANY = 4
"""Channels that a part has at least, if the drum channel is one of them."""


def group_channels(kind: int, programs: Mapping[int, int | None]) -> list[list[int]]:
    """The channels of a track in groups that are one part each, in order of their channels.

    Channels that share a program are one part. In a file of type 0, whose only track holds all
    players, that is so only if all channels share one program. A channel without program has the
    one of its track, if there is just one, or else the piano. The drum channel stays apart,
    unless it stands among the channels of one part, such as those of an MPE keyboard.

    Args:
        kind: type of the file.
        programs: of each channel with notes; None if it has none.

    >>> group_channels(1, {0: 24, 1: None, 2: 24, 9: None}), group_channels(0, {0: 24, 1: 33})
    ([[0, 1, 2], [9]], [[0], [1]])
    """
    pitched = {channel: programs[channel] for channel in sorted(programs)}
    has_drums = pitched.pop(DRUM_CHANNEL, -1) != -1
    declared = {program for program in pitched.values() if program is not None}
    default = declared.pop() if len(declared) == 1 and kind else 0
    groups: dict[int, list[int]] = defaultdict(list)
    for channel, program in pitched.items():
        groups[default if program is None else program].append(channel)
    parts = list(groups.values())
    if kind == 0 and len(parts) > 1:
        parts = [[channel] for channel in pitched]
    is_among = len(pitched) >= MANY and min(pitched) < DRUM_CHANNEL < max(pitched)
    if has_drums and kind and len(parts) == 1 and is_among:
        return [sorted([*parts[0], DRUM_CHANNEL])]
    return sorted([*parts, *([[DRUM_CHANNEL]] if has_drums else [])])
