"""The weights of a checkpoint, taken by name; one that is missing or misshapen is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..arrays import FloatArray
from ..errors import CheckpointError


@dataclass(frozen=True)
class Weights:
    """Arrays by the names that torch gives them, read below a prefix."""

    arrays: Mapping[str, FloatArray]
    prefix: str = ""

    def scope(self, name: str) -> Weights:
        """Those of a module inside this one."""
        return Weights(self.arrays, f"{self.prefix}{name}.")

    def take(self, name: str, *shape: int) -> FloatArray:
        """One array.

        Raises:
            CheckpointError: it is not there, or its shape is not the one that the config implies.
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
