"""The result of an evaluation: figures in groups, curves, music, and what was left out."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from ..score.phrase import Phrase

Figures = dict[str, float]
Curves = dict[str, list[float]]


@dataclass(frozen=True)
class Evaluation:
    """Figures by group and name; docs/numbers.md explains each.

    Attributes:
        windows: how many windows were measured.
        groups: `reconstruction`, `nats`, `interpolation` and `samples`, those that the net has.
        curves: values along the interpolations, by name; `t` holds the positions from 0 to 1.
        left_out: figures that could not be measured, and why.
        samples: a few phrases drawn from the net.
        walk: the phrases of one interpolation.
        parts: names of the codec's parts, if it has several; a figure of a part ends with its name.
    """

    windows: int
    groups: dict[str, Figures]
    curves: Curves = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    samples: list[Phrase] = field(default_factory=list)
    walk: list[Phrase] = field(default_factory=list)
    parts: tuple[str, ...] = ()

    @property
    def figures(self) -> Figures:
        """All figures by name, whatever their group."""
        return {name: value for group in self.groups.values() for name, value in group.items()}

    def to_json(self) -> str:
        """Everything except the music as JSON, with figures rounded to six digits."""
        data = {
            "windows": self.windows,
            "figures": {name: round(value, 6) for name, value in self.figures.items()},
            "curves": {
                name: [round(value, 6) for value in curve] for name, curve in self.curves.items()
            },
            "left_out": self.left_out,
        }
        return json.dumps(data, indent=2)
