"""How a phrase came about, in a text that travels in its file: enough to play it again.

A recipe holds the points z and the choices that were made, the fingerprint of the net that
played and of the notes that came out; nothing of the files that anyone had. What cannot be
read as one is none: a file of strangers is never worse for what it carries.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from ..arrays import FloatArray

VERSION = 1
MAX_TEXT = 4 * 2**20
"""Characters; no recipe of ours is as long."""

_BARE_KEY = re.compile(r"\s*[a-g][#♯b♭]?\s*")
_TYPES = {"model": str, "verb": str, "notes": str, "latent": int, "options": dict, "z": str}


@dataclass(frozen=True)
class Recipe:
    """Attributes:
    model: fingerprint of the net; see `Checkpoint.digest`.
    verb: what was asked: `generate`, `vary` ...
    notes: fingerprint of the phrase; see `Phrase.fingerprint`.
    latent: Z; 0 where there is no z.
    z: the points, `[N, Z]` numbers of single precision.
    options: the other choices, as JSON has them; see `plan.Plan`.
    """

    model: str
    verb: str
    notes: str = ""
    latent: int = 0
    z: bytes = field(default=b"", repr=False)
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if self.latent < 0 or len(self.z) % (4 * self.latent or 4) or (self.z and not self.latent):
            raise ValueError("The points are no rows of that width.")
        if not np.isfinite(self.points).all():
            raise ValueError("A point is not finite.")

    @property
    def points(self) -> FloatArray:
        """The z, `[N, Z]`."""
        return np.frombuffer(self.z, "<f4").astype(np.float32).reshape(-1, max(1, self.latent))

    @property
    def cost(self) -> float:
        """Nats that constraints cost: how much likelier it was with them than without."""
        cost = self.options.get("cost", 0.0)
        return cost if isinstance(cost, float) else 0.0

    def text(self) -> str:
        """As it stands in a file."""
        about = asdict(self) | {"z": b64encode(self.z).decode(), "version": VERSION}
        return json.dumps(about, separators=(",", ":"), sort_keys=True, default=_number)


def _number(value: Any) -> Any:
    """A number of numpy's as Python has it."""
    return value.item()


def parse_recipe(text: str) -> Recipe | None:
    """The recipe of a text; None where it is none.

    >>> parse_recipe(Recipe("abc", "vary").text()) == Recipe("abc", "vary")
    True
    >>> parse_recipe('{"version": 1, "z": 7}') is None
    True
    """
    if len(text) > MAX_TEXT:
        return None
    try:
        about = json.loads(text)
        if about.pop("version") != VERSION or about.keys() != _TYPES.keys():
            return None
        if any(type(about[name]) is not kind for name, kind in _TYPES.items()):
            return None
        about["options"] = _with_key_of_today(about["options"])
        return Recipe(**about | {"z": b64decode(about["z"], validate=True)})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _with_key_of_today(options: dict[str, Any]) -> dict[str, Any]:
    """Options of a recipe; its key `c` is read as `C`.

    That is what a bare lower-case letter meant until it was refused, as it could be minor.
    """
    wishes = options.get("wishes")
    if not isinstance(wishes, dict) or wishes.get("scale") is not None:
        return options
    key = wishes.get("key")
    if not isinstance(key, str) or not _BARE_KEY.fullmatch(key):
        return options
    return options | {"wishes": wishes | {"key": key.strip().capitalize()}}
