"""Attributes moved: z goes along directions that are stored with the net, as far as it takes.

To add a direction, as Roberts et al. 2018 do (arXiv:1803.05428, section 5.4), does not do the same
to every z: where a net gives music back note for note, a window stays what it is until z has
gone far, and then much changes at once. So z is pulled several times, more and less far and
a little aside, each is decoded, and the one is kept whose attributes moved as was asked for.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ..arrays import DoubleArray, FloatArray, IntArray
from ..engine import Player
from ..errors import RequestError
from ..metrics.attributes import Attribute, attributes_of
from ..theory.meter import Meter

PULLS = (0.3, 0.5, 0.7, 0.9, 1.1, 1.4)
"""So much of what moves an attribute by one SD in the mean is tried."""

NOISE_SCALE = 0.3
NOISE_DRAWS = 6
"""With so much noise in each dimension of z, so often; the first is none."""

ASKED, OTHER, PARTNER = 3.0, 1.0, 0.1
"""What an SD beside what was asked for costs, squared: of an attribute that was set, of another,
and of one that hangs together with one that was set."""

BATCH_SIZE = 32
"""Windows that are moved at once."""

SILENCE_CHANGE = 9.0
"""SDs that silence counts for."""


def parse_settings(settings: Iterable[str]) -> dict[str, float]:
    """What is typed, as amounts by name.

    Raises:
        RequestError: one is not written so, or a name stands twice.

    >>> parse_settings(["density=+1", "syncopation-16=-0.5"])
    {'density': 1.0, 'syncopation-16': -0.5}
    """
    found: dict[str, float] = {}
    for setting in settings:
        name, sign, amount = setting.partition("=")
        name = name.strip()
        if not (sign and name and re.fullmatch(r"\s*[+-]?(\d+\.?\d*|\.\d+)\s*", amount)):
            raise RequestError(f"Set an attribute like density=+1, not {setting!r}.")
        if name in found:
            raise RequestError(f"{name} is set twice.")
        found[name] = float(amount)
    return found


def measurable_attributes(player: Player) -> dict[str, Attribute]:
    """The attributes of a model that can be measured, by name; sliders cannot."""
    both = player.attributes.keys() & player.scales.keys()
    return {name: one for name, one in attributes_of(player.codec).items() if name in both}


def apply_attributes(
    player: Player, z: FloatArray, settings: Mapping[str, float], meters: Sequence[Meter]
) -> FloatArray:
    """z with its attributes moved by so many SDs of the training set, as near as can be.

    What cannot be measured, such as a slider, is added as it is. The same z gives the same,
    whatever stands beside it.

    Args:
        settings: amounts by name; nothing, or 0, leaves z as it is.

    Shape:
        - z: `[N, Z]`, a meter for each
        - Output: `[N, Z]`

    Raises:
        RequestError: the model has no attribute of that name, or an amount is no number.
    """
    _check_settings(player, settings)
    z = np.asarray(z, np.float32)
    known = measurable_attributes(player)
    wanted = {name: amount for name, amount in settings.items() if amount}
    for name in [name for name in wanted if name not in known]:
        z = z + np.float32(wanted.pop(name)) * player.attributes[name]
    if not wanted or not len(z):
        return z
    blocks = [slice(start, start + BATCH_SIZE) for start in range(0, len(z), BATCH_SIZE)]
    return np.concatenate(
        [try_moves(player, z[here], wanted, meters[here]).best(wanted) for here in blocks]
    )


class CandidateMoves(NamedTuple):
    """Moves of z, and what they do to the music, in SDs. The first one leaves it.

    Attributes:
        z: `[moves, N, Z]`
        changes: `[moves, N, attributes]`
        attributes: by name, in that order.
    """

    z: FloatArray
    changes: DoubleArray
    attributes: Mapping[str, Attribute]

    def best_moves(self, settings: Mapping[str, float]) -> IntArray:
        """The move of each z that comes nearest to what was asked for. `[N]`"""
        partners = {self.attributes[name].partner for name in settings}
        asked = np.array([settings.get(name, 0.0) for name in self.attributes])
        cost = np.array(
            [
                ASKED if name in settings else PARTNER if name in partners else OTHER
                for name in self.attributes
            ]
        )
        return np.asarray(((self.changes - asked) ** 2 @ cost).argmin(axis=0))

    def best(self, settings: Mapping[str, float]) -> FloatArray:
        """That move. `[N, Z]`"""
        return self.z[self.best_moves(settings), np.arange(self.z.shape[1])]


def try_moves(
    player: Player, z: FloatArray, settings: Mapping[str, float], meters: Sequence[Meter]
) -> CandidateMoves:
    """What may be chosen from for some settings; how large they are, all together, is the same."""
    attributes = measurable_attributes(player)
    most = max(map(abs, settings.values()))
    pull = np.asarray(sum(a / most * player.attributes[name] for name, a in settings.items()))
    noise = np.random.default_rng(0).standard_normal((len(PULLS), NOISE_DRAWS, player.latent))
    noise[:, 0] = 0
    moves = np.array(PULLS)[:, None, None] * pull + NOISE_SCALE * noise
    moves = np.concatenate([np.zeros((1, player.latent)), moves.reshape(-1, player.latent)])
    candidates = (z + moves[:, None]).astype(np.float32)
    scale = np.array([player.scales[name][1] for name in attributes])
    flat = candidates.reshape(-1, player.latent)
    values = values_of(player, flat, [*meters] * len(moves), attributes)
    values = values.reshape(len(moves), len(z), -1)
    changes = np.nan_to_num((values - values[0]) / scale, nan=SILENCE_CHANGE)
    changes[0] = 0
    return CandidateMoves(candidates, changes, attributes)


def values_of(
    player: Player, z: FloatArray, meters: Sequence[Meter], attributes: Mapping[str, Attribute]
) -> DoubleArray:
    """The attributes of what each z is decoded to; no number in silence. `[N, attributes]`"""
    rngs = [np.random.default_rng(0)] * len(z)
    codes = player.decode(z, meters, temperature=0.0, rngs=rngs)
    phrases = [player.codec.decode(each, meter) for each, meter in zip(codes, meters, strict=True)]
    return np.array([[one(phrase) for one in attributes.values()] for phrase in phrases])


def _check_settings(player: Player, settings: Mapping[str, float]) -> None:
    unknown = [name for name in settings if name not in player.attributes]
    if unknown and not player.attributes:
        raise RequestError(
            "This model has no attributes: fit them with  musicvae fit-attributes MODEL --data D."
        )
    if unknown:
        known = ", ".join(player.attributes)
        raise RequestError(f"This model has no attribute {unknown[0]!r}; it has {known}.")
    for name, amount in settings.items():
        if not math.isfinite(amount):
            raise RequestError(f"Set {name} to a number, not {amount}.")
