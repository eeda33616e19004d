"""What moving each attribute does to all of them, measured on music a model was not trained on.

Of every window z is moved by each amount, as `attributes.moved` does it, and decoded; a change
is the mean over the windows of the attribute after less before, in SDs of the training set.
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
from ..progress import Progress, Report, silent
from ..theory.meter import Meter
from ..verbs.generate import COMMON_TIME

AMOUNTS = (-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5)


@dataclass(frozen=True)
class Effect:
    """What moving one attribute does.

    Attributes:
        name: of the attribute that is moved.
        meaning: of its number.
        mean, sd: of that number over the training set.
        changes: in SDs, of each attribute at each amount.
        slope: change of its own for each SD that is asked for.
        monotone: whether its own change grows with every step of the amount.
        partner: the attribute that it hangs together with by nature; "" for none.
        side: of the others, the one that changes most.
        ratio: own change over that of `side`, each from the lowest to the highest.
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
    """Of all attributes of a model.

    Attributes:
        windows: how many were moved.
        amounts: in SDs of the training set.
        effects: one for each attribute.
    """

    windows: int
    amounts: tuple[float, ...]
    effects: tuple[Effect, ...]

    def to_json(self) -> str:
        """All of it, for a file."""
        return json.dumps(asdict(self), indent=2)


def effects(
    player: Player,
    z: FloatArray,
    meters: Sequence[Meter],
    *,
    amounts: Sequence[float] = AMOUNTS,
    progress: Progress = silent,
) -> Effects:
    """Move each attribute of each z by each amount.

    Args:
        amounts: in order, with 0 among them.

    Shape:
        - z: `[N, Z]`, a meter for each

    Raises:
        RequestError: the model has no attributes that can be measured.
    """
    names = list(measurable_attributes(player))
    if not names:
        raise RequestError(
            "This model has no attributes: fit them with  musicvae fit-attributes MODEL --data D."
        )
    blocks = [slice(start, start + BATCH_SIZE) for start in range(0, len(z), BATCH_SIZE)]
    found = []
    progress(Report("attributes", 0, len(names), sizes={"windows": len(z)}))
    for done, name in enumerate(names, 1):
        parts = [_changes(player, z[here], meters[here], name, amounts) for here in blocks]
        found.append(_effect(player, name, amounts, np.concatenate(parts).mean(axis=0)))
        progress(Report("attributes", done, len(names)))
    return Effects(len(z), tuple(amounts), tuple(found))


def windows_of(
    player: Player, data: Path | str | None, split: str, limit: int, seed: int
) -> tuple[FloatArray, list[Meter]]:
    """z to move, and their meters: of a split of a data set, or what the model makes up in 4/4.

    Raises:
        DatasetError: `data` is no data set.
        RequestError: the model does not fit them, has no z or no prior, or there is no such split.
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
    """Of each z at each amount. `[N, amounts, attributes]`"""
    out = np.zeros((len(z), len(amounts), len(measurable_attributes(player))))
    for sign in (-1, 1):  # what is tried is the same for all amounts of a sign
        here = [i for i, amount in enumerate(amounts) if amount * sign > 0]
        moves = try_moves(player, z, {name: sign}, meters)
        for i in here:
            chosen = moves.best_moves({name: amounts[i]})
            out[:, i] = moves.changes[chosen, np.arange(len(z))]
    return out


def _effect(player: Player, name: str, amounts: Sequence[float], changes: DoubleArray) -> Effect:
    """From the changes of all attributes. `[amounts, attributes]`"""
    attributes = measurable_attributes(player)
    names, one = list(attributes), attributes[name]
    own = changes[:, names.index(name)]
    spans = dict(zip(names, np.ptp(changes, axis=0).tolist(), strict=True))
    others = {other: span for other, span in spans.items() if other not in (name, one.partner)}
    side = max(others, key=others.__getitem__, default="")
    least = others.get(side, 0.0)
    mean, sd = map(float, player.scales[name])
    return Effect(
        name,
        one.meaning,
        mean,
        sd,
        {other: changes[:, i].round(4).tolist() for i, other in enumerate(names)},
        slope=float((own[-1] - own[0]) / (amounts[-1] - amounts[0])),
        monotone=all(before < after for before, after in pairwise(own)),
        partner=one.partner if one.partner in names else "",
        side=side,
        ratio=spans[name] / least if least else math.inf,
    )
