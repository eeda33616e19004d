"""Weights of a checkpoint by name; the error names an array that is missing or misshapen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..arrays import FloatArray
from ..errors import CheckpointError


@dataclass(frozen=True)
class Weights:
    """Arrays by their names in torch; `take` looks them up below a prefix."""

    arrays: Mapping[str, FloatArray]
    prefix: str = ""

    def scope(self, name: str) -> Weights:
        """Weights of a submodule."""
        return Weights(self.arrays, f"{self.prefix}{name}.")

    def take(self, name: str, *shape: int) -> FloatArray:
        """Return one array.

        Raises:
            CheckpointError: the array is missing, or has another shape than the config implies.
        """
        full = self.prefix + name
        array = self.arrays.get(full)
        if array is None:
            raise CheckpointError(f"The checkpoint does not fit its config: {full} is missing.")
        if array.shape != shape:
            raise CheckpointError(
                f"The checkpoint does not fit its config: "
                f"{full} has shape {array.shape}, not {shape}."
            )
        return array
