"""Groove templates: the timing and the accents of one performance, for each step of a bar."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np

from ..arrays import DoubleArray
from ..errors import RequestError
from ..theory.meter import Meter
from .humanize import Deviation

Key = TypeVar("Key")


class PlayedNote(NamedTuple):
    """A note as it was played.

    Attributes:
        drum: one of the nine drum classes; None for another drum and in pitched parts.
        step: of the bar.
        offset: how much later than its step it begins, in steps.
        level: mean velocity of its part, of drums of its class.
    """

    drum: int | None
    step: int
    offset: float
    velocity: int
    level: float


@dataclass(frozen=True)
class GrooveTemplate:
    """Mean offset and accent of the notes of a performance at each step of a bar.

    Attributes:
        meter: of the performance.
        steps: of all notes together; between steps without notes, on a line. `[steps, 2]`
        drums: of a drum class at a step where it is played.
    """

    meter: Meter
    steps: DoubleArray
    drums: dict[tuple[int, int], DoubleArray]

    @classmethod
    def of(cls, meter: Meter, notes: Sequence[PlayedNote]) -> GrooveTemplate:
        """The template of some notes, without what all are late together: that is not heard.

        Raises:
            RequestError: there are none.
        """
        if not notes:
            raise RequestError("The groove has no notes.")
        size, late = meter.steps_per_bar, sum(note.offset for note in notes) / len(notes)
        notes = [note._replace(offset=note.offset - late) for note in notes]
        means = _means((note.step, note) for note in notes)
        known = sorted(means)
        values = np.array([means[step] for step in known])
        lines = [np.interp(range(size), known, column, period=size) for column in values.T]
        drums = _means(((note.drum, note.step), note) for note in notes if note.drum is not None)
        return cls(meter, np.stack(lines, axis=1), drums)

    def deviation(self, note: PlayedNote) -> Deviation:
        """How far a note is from where its drum, or else all notes, are played at its step."""
        together = self.steps[note.step]
        of_drum = None if note.drum is None else self.drums.get((note.drum, note.step))
        offset, accent = together if of_drum is None else of_drum
        ticks = (offset - note.offset) * self.meter.step_ticks
        return Deviation(float(ticks), float(accent * note.level - note.velocity))


def _means(notes: Iterable[tuple[Key, PlayedNote]]) -> dict[Key, DoubleArray]:
    """Mean offset and accent of the notes with each key; an accent is a share of the level."""
    groups: dict[Key, list[tuple[float, float]]] = defaultdict(list)
    for key, note in notes:
        groups[key].append((note.offset, note.velocity / note.level))
    return {key: np.mean(group, axis=0) for key, group in groups.items()}
