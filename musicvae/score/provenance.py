"""Recipes: how a model made a phrase, stored as text in its file, so that `replay` can recreate it.

A recipe holds the latent vectors, the options, and hashes of the net and of the resulting notes,
but nothing of the input files. Text that cannot be parsed counts as no recipe and never raises.
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
"""Characters of the longest text that is parsed."""

_BARE_KEY = re.compile(r"\s*[a-g][#♯b♭]?\s*")
_TYPES = {"model": str, "verb": str, "notes": str, "latent": int, "options": dict, "z": str}


@dataclass(frozen=True)
class Recipe:
    """How a model made a phrase.

    Attributes:
        model: hash of the net; see `Checkpoint.digest`.
        verb: the command: `generate`, `vary` ...
        notes: hash of the phrase; see `Phrase.fingerprint`.
        latent: width of z; 0 without z.
        z: latent vectors, `[N, Z]`, little-endian single precision.
        options: all other settings, as JSON values; see `generation.plan.DecodePlan`.
    """

    model: str
    verb: str
    notes: str = ""
    latent: int = 0
    z: bytes = field(default=b"", repr=False)
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if self.latent < 0 or len(self.z) % (4 * self.latent or 4) or (self.z and not self.latent):
            raise ValueError("The latent vectors do not have that width.")
        if not np.isfinite(self.latents).all():
            raise ValueError("A latent vector is not finite.")

    @property
    def latents(self) -> FloatArray:
        """The latent vectors, `[N, Z]`."""
        return np.frombuffer(self.z, "<f4").astype(np.float32).reshape(-1, max(1, self.latent))

    @property
    def cost(self) -> float:
        """Nats that constraints cost: how much likelier the notes were with them than without."""
        cost = self.options.get("cost", 0.0)
        return cost if isinstance(cost, float) else 0.0

    def to_text(self) -> str:
        """The JSON text stored in a file."""
        about = asdict(self) | {"z": b64encode(self.z).decode(), "version": VERSION}
        return json.dumps(about, separators=(",", ":"), sort_keys=True, default=_to_python)


def _to_python(value: Any) -> Any:
    """Convert a numpy number for JSON."""
    return value.item()


def parse_recipe(text: str) -> Recipe | None:
    """Parse a recipe; None if the text is not a valid one.

    >>> parse_recipe(Recipe("abc", "vary").to_text()) == Recipe("abc", "vary")
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
        about["options"] = _with_current_key(about["options"])
        return Recipe(**about | {"z": b64decode(about["z"], validate=True)})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _with_current_key(options: dict[str, Any]) -> dict[str, Any]:
    """Options of a recipe with the key `c` replaced by `C`.

    Earlier versions read a lower-case letter as major; now it is ambiguous and refused.
    """
    constraints = options.get("wishes")
    if not isinstance(constraints, dict) or constraints.get("scale") is not None:
        return options
    key = constraints.get("key")
    if not isinstance(key, str) or not _BARE_KEY.fullmatch(key):
        return options
    return options | {"wishes": constraints | {"key": key.strip().capitalize()}}
