"""Move z so that chosen attributes of the music change by a requested amount.

Adding a direction, as in Roberts et al. 2018 (arXiv:1803.05428, section 5.4), affects every z
differently: where a net reconstructs note for note, a window stays the same until z has moved
far, and then much changes at once. So each z is moved by several lengths of the direction, with
and without noise; each move is decoded, and the one whose attributes change most as requested
is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ..arguments import check_text, quote
from ..arrays import DoubleArray, FloatArray, IntArray
from ..codecs.base import Codec, Codes
from ..engine import Player
from ..errors import RequestError
from ..metrics.attributes import Attribute, attributes_of
from ..theory.meter import Meter

PULLS = (0.3, 0.5, 0.7, 0.9, 1.1, 1.4)
"""Lengths that are tried; 1 moves an attribute by one SD on average."""

NOISE_SCALE = 0.3
"""SD of the noise in each dimension of z."""

NOISE_DRAWS = 6
"""Noise vectors for each length; the first is zero."""

SET_COST, OTHER_COST, PARTNER_COST = 3.0, 1.0, 0.1
"""Cost of a squared error of one SD: in an attribute that was set, in another, and in the
partner of one that was set."""

BATCH_SIZE = 32
"""Windows that are moved at once."""

MAX_AMOUNT = 1_000_000
"""Largest amount; far below it, z is already unlike any music."""

SILENCE_CHANGE = 9.0
"""Change in SDs that silence counts as."""


def parse_settings(settings: Iterable[str]) -> dict[str, float]:
    """Parse settings as typed to amounts by name.

    Raises:
        RequestError: one is not of the form `name=number`, or a name is repeated.

    >>> parse_settings(["density=+1", "syncopation-16=-0.5"])
    {'density': 1.0, 'syncopation-16': -0.5}
    """
    if not isinstance(settings, Iterable):
        raise RequestError(f"Settings are texts such as density=+1, not {quote(settings)}.")
    amounts: dict[str, float] = {}
    for setting in settings:
        name, sign, amount = check_text("A setting", setting).partition("=")
        name = name.strip()
        if not (sign and name and re.fullmatch(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)\s*", amount)):
            raise RequestError(f"Set an attribute like density=+1, not {quote(setting)}.")
        if name in amounts:
            raise RequestError(f"{name} is set twice.")
        amounts[name] = float(amount)
    return amounts


def measurable_attributes(player: Player) -> dict[str, Attribute]:
    """The attributes of a model that can be measured, by name; sliders cannot."""
    fitted = player.attributes.keys() & player.scales.keys()
    return {
        name: attribute for name, attribute in attributes_of(player.codec).items() if name in fitted
    }


def apply_attributes(
    player: Player, z: FloatArray, settings: Mapping[str, float], meters: Sequence[Meter]
) -> FloatArray:
    """Move each z so that its attributes change by these amounts, as closely as possible.

    The direction of what cannot be measured, such as a slider, is added to z. The result for a
    z does not depend on the others.

    Args:
        settings: amounts by name, in SDs of the training set; none, or 0, leaves z unchanged.

    Shape:
        - z: `[N, Z]`, a meter for each
        - Output: `[N, Z]`

    Raises:
        RequestError: the model has no attribute of that name, or an amount is too large.
    """
    _check_settings(player, settings)
    z = np.asarray(z, np.float32)
    measurable = measurable_attributes(player)
    amounts = {name: amount for name, amount in settings.items() if amount}
    for name in [name for name in amounts if name not in measurable]:
        z = z + np.float32(amounts.pop(name)) * player.attributes[name]
    if not amounts or not len(z):
        return z
    blocks = [slice(start, start + BATCH_SIZE) for start in range(0, len(z), BATCH_SIZE)]
    return np.concatenate(
        [try_moves(player, z[block], amounts, meters[block]).best(amounts) for block in blocks]
    )


class CandidateMoves(NamedTuple):
    """Moves of z and the changes they cause, in SDs. The first move is zero.

    Attributes:
        z: `[moves, N, Z]`
        changes: `[moves, N, attributes]`
        attributes: by name, in the order of `changes`.
    """

    z: FloatArray
    changes: DoubleArray
    attributes: Mapping[str, Attribute]

    def best_moves(self, settings: Mapping[str, float]) -> IntArray:
        """Index of the move of each z whose changes come closest to the settings. `[N]`"""
        partners = {self.attributes[name].partner for name in settings}
        goal = np.array([settings.get(name, 0.0) for name in self.attributes])
        cost = np.array(
            [
                SET_COST if name in settings else PARTNER_COST if name in partners else OTHER_COST
                for name in self.attributes
            ]
        )
        return np.asarray(((self.changes - goal) ** 2 @ cost).argmin(axis=0))

    def best(self, settings: Mapping[str, float]) -> FloatArray:
        """Each z after its best move. `[N, Z]`"""
        return self.z[self.best_moves(settings), np.arange(self.z.shape[1])]


def try_moves(
    player: Player, z: FloatArray, settings: Mapping[str, float], meters: Sequence[Meter]
) -> CandidateMoves:
    """Decode candidate moves of each z; they depend on the ratios of the settings only."""
    attributes = measurable_attributes(player)
    largest = max(map(abs, settings.values()))
    pull = np.asarray(sum(a / largest * player.attributes[name] for name, a in settings.items()))
    noise = np.random.default_rng(0).standard_normal((len(PULLS), NOISE_DRAWS, player.latent))
    noise[:, 0] = 0
    moves = np.array(PULLS)[:, None, None] * pull + NOISE_SCALE * noise
    moves = np.concatenate([np.zeros((1, player.latent)), moves.reshape(-1, player.latent)])
    candidates = (z + moves[:, None]).astype(np.float32)
    scale = np.array([player.scales[name][1] for name in attributes])
    flat = candidates.reshape(-1, player.latent)
    values = decoded_attributes(player, flat, [*meters] * len(moves), attributes)
    values = values.reshape(len(moves), len(z), -1)
    changes = np.nan_to_num((values - values[0]) / scale, nan=SILENCE_CHANGE)
    changes[0] = 0
    return CandidateMoves(candidates, changes, attributes)


def decoded_attributes(
    player: Player, z: FloatArray, meters: Sequence[Meter], attributes: Mapping[str, Attribute]
) -> DoubleArray:
    """Attributes of the music that each z decodes to; NaN for silence. `[N, attributes]`"""
    rngs = [np.random.default_rng(0)] * len(z)  # temperature 0 draws nothing
    windows = player.decode(z, meters, temperature=0.0, rngs=rngs)
    return attribute_values(player.codec, windows, meters, attributes)


def attribute_values(
    codec: Codec,
    windows: Iterable[Codes],
    meters: Sequence[Meter],
    attributes: Mapping[str, Attribute],
) -> DoubleArray:
    """Attributes of each window; NaN for silence. `[N, attributes]`"""
    phrases = [codec.decode(codes, meter) for codes, meter in zip(windows, meters, strict=True)]
    return np.array([[measure(phrase) for measure in attributes.values()] for phrase in phrases])


def _check_settings(player: Player, settings: Mapping[str, float]) -> None:
    unknown = [name for name in settings if name not in player.attributes]
    if unknown and not player.attributes:
        raise RequestError(
            "This model has no attributes: fit them with  musicvae fit-attributes MODEL --data D."
        )
    if unknown:
        names = ", ".join(player.attributes)
        raise RequestError(f"This model has no attribute {quote(unknown[0])}; it has {names}.")
    for name, amount in settings.items():
        if not abs(amount) <= MAX_AMOUNT:
            raise RequestError(f"Set {name} to a number, not {amount}, up to {MAX_AMOUNT:,}.")
