"""Measure what setting one attribute does to all attributes, on music not trained on.

The z of every window is moved by each amount, as `adapt.apply_attributes` does it, and decoded.
A change is the mean over the windows of the attribute after minus before, in SDs of the
training set.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from ..adapt.apply_attributes import (
    BATCH_SIZE,
    measurable_attributes,
    try_moves,
)
from ..arrays import DoubleArray, FloatArray
from ..corpus.dataset import check_fits, open_split
from ..engine import Player
from ..errors import RequestError
from ..generation.seeding import check_request, generators
from ..progress import Progress, Report, no_progress
from ..theory.meter import Meter
from ..verbs.generate import COMMON_TIME

AMOUNTS = (-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5)
"""Amounts by which each attribute is set, in SDs of the training set."""


@dataclass(frozen=True)
class Effect:
    """What setting one attribute does.

    Attributes:
        name: the attribute that is set.
        meaning: what its value counts.
        mean, sd: of its value over the training set.
        changes: in SDs, of each attribute at each amount.
        slope: change of the attribute itself per SD of the amount.
        monotone: True if its change grows with every step of the amount.
        partner: the attribute that is tied to it by definition; "" for none.
        side: the attribute that changes most, besides itself and its partner.
        ratio: range of its own changes divided by that of `side`.

    Blind to: what happens to single windows, since changes are means, and everything that
    no attribute measures.
    """

    name: str
    meaning: str
    mean: float
    sd: float
    changes: dict[str, list[float]]
    slope: float
    monotone: bool
    partner: str
    side: str
    ratio: float


@dataclass(frozen=True)
class Effects:
    """Effects of all attributes of a model.

    Attributes:
        windows: how many windows were changed.
        amounts: in SDs of the training set.
        effects: one for each attribute.
    """

    windows: int
    amounts: tuple[float, ...]
    effects: tuple[Effect, ...]

    def to_json(self) -> str:
        """All figures as JSON."""
        return json.dumps(asdict(self), indent=2)


def effects(
    player: Player,
    z: FloatArray,
    meters: Sequence[Meter],
    *,
    amounts: Sequence[float] = AMOUNTS,
    progress: Progress = no_progress,
) -> Effects:
    """Set each attribute of each z by each amount, and measure all attributes.

    Args:
        amounts: in ascending order, including 0.

    Shape:
        - z: `[N, Z]`, with a meter for each

    Raises:
        RequestError: the model has no attributes that can be measured.
    """
    names = list(measurable_attributes(player))
    if not names:
        raise RequestError(
            "This model has no attributes: fit them with  musicvae fit-attributes MODEL --data D."
        )
    blocks = [slice(start, start + BATCH_SIZE) for start in range(0, len(z), BATCH_SIZE)]
    measured = []
    progress(Report("attributes", 0, len(names), sizes={"windows": len(z)}))
    for done, name in enumerate(names, 1):
        parts = [_changes(player, z[block], meters[block], name, amounts) for block in blocks]
        measured.append(_effect(player, name, amounts, np.concatenate(parts).mean(axis=0)))
        progress(Report("attributes", done, len(names)))
    return Effects(len(z), tuple(amounts), tuple(measured))


def sample_or_load_z(
    player: Player, data: Path | str | None, split: str, limit: int, seed: int
) -> tuple[FloatArray, list[Meter]]:
    """z and meters of at most `limit` windows: of a split of a data set, or samples in 4/4.

    Raises:
        DatasetError: `data` is not a data set.
        RequestError: the model does not fit the data, has no z or no prior, or there is no such
            split.
    """
    if data is None:
        check_request(player, "generate", limit, 1.0)
        check_request(player, "encode", limit, 1.0)
        meters = [COMMON_TIME] * limit
        return player.sample_z(meters, generators(seed, limit)), meters
    windows = open_split(data, split)
    check_fits((player.codec.name, player.bars), (windows.codec.name, windows.bars))
    rows = np.random.default_rng(seed).permutation(len(windows))[:limit]
    meters = [windows.meter(row) for row in rows]
    return player.encode([windows.window(row) for row in rows], meters).mu, meters


def _changes(
    player: Player, z: FloatArray, meters: Sequence[Meter], name: str, amounts: Sequence[float]
) -> DoubleArray:
    """Change of every attribute when `name` is set by each amount. `[N, amounts, attributes]`"""
    out = np.zeros((len(z), len(amounts), len(measurable_attributes(player))))
    for sign in (-1, 1):  # all amounts of one sign choose from the same candidate moves
        moves = try_moves(player, z, {name: sign}, meters)
        for i, amount in enumerate(amounts):
            if amount * sign > 0:
                chosen = moves.best_moves({name: amount})
                out[:, i] = moves.changes[chosen, np.arange(len(z))]
    return out


def _effect(player: Player, name: str, amounts: Sequence[float], changes: DoubleArray) -> Effect:
    """Figures of one attribute from the changes of all. `[amounts, attributes]`"""
    attributes = measurable_attributes(player)
    names, attribute = list(attributes), attributes[name]
    own_changes = changes[:, names.index(name)]
    spans = dict(zip(names, np.ptp(changes, axis=0).tolist(), strict=True))
    others = {
        other: span for other, span in spans.items() if other not in (name, attribute.partner)
    }
    side = max(others, key=others.__getitem__, default="")
    side_span = others.get(side, 0.0)
    mean, sd = map(float, player.scales[name])
    return Effect(
        name,
        attribute.meaning,
        mean,
        sd,
        {other: changes[:, i].round(4).tolist() for i, other in enumerate(names)},
        slope=float((own_changes[-1] - own_changes[0]) / (amounts[-1] - amounts[0])),
        monotone=all(before < after for before, after in pairwise(own_changes)),
        partner=attribute.partner if attribute.partner in names else "",
        side=side,
        ratio=spans[name] / side_span if side_span else math.inf,
    )
