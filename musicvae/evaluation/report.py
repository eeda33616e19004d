"""The result of an evaluation: figures in groups, curves, music, and what was left out."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from ..score.phrase import Phrase

Figures = dict[str, float]
Curves = dict[str, list[float]]


SIDES = ("people", "reconstructions", "samples")
"""What is told from people's music; a figure about one of them ends with its name."""


@dataclass(frozen=True)
class Giveaway:
    """A feature that tells samples from people's music on its own.

    Attributes:
        auc: chance that a sample's value is larger: .5 if it tells nothing.
        people, samples: mean values.
    """

    feature: str
    auc: float
    people: float
    samples: float


@dataclass(frozen=True)
class Evaluation:
    """Figures by group and name; docs/numbers.md explains each.

    Attributes:
        windows: how many windows were measured.
        groups: `reconstruction`, `nats`, `interpolation`, `samples`, `told apart` and
            `repetition and endings`, those that the net has.
        curves: values along the interpolations, by name; `t` holds the positions from 0 to 1.
        left_out: figures that could not be measured, and why.
        samples: a few phrases drawn from the net.
        walk: the phrases of one interpolation.
        giveaways: the features that tell samples from people's music, the best first.
        reference: `windows` of people's music that others were told from, and their `pieces`.
        parts: names of the codec's parts, if it has several; a figure of a part ends with its name.
    """

    windows: int
    groups: dict[str, Figures]
    curves: Curves = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    samples: list[Phrase] = field(default_factory=list)
    walk: list[Phrase] = field(default_factory=list)
    parts: tuple[str, ...] = ()
    giveaways: list[Giveaway] = field(default_factory=list)
    reference: dict[str, int] = field(default_factory=dict)

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
            "giveaways": [
                {"feature": each.feature}
                | {name: round(getattr(each, name), 6) for name in ("auc", "people", "samples")}
                for each in self.giveaways
            ],
            "reference": self.reference,
            "left_out": self.left_out,
        }
        return json.dumps(data, indent=2)
