"""How often training draws the windows of a piece, by its folder and its length."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..arguments import check_text, quote
from ..arrays import DoubleArray, IntArray
from ..errors import RequestError

LEAST_WEIGHT, LARGEST_WEIGHT = 0.01, 100.0


def parse_weights(texts: Iterable[str]) -> dict[str, float]:
    """Parse weights as typed to numbers by folder.

    Raises:
        RequestError: one is not of the form `FOLDER=number`, or a folder is repeated.

    >>> parse_weights(["midi/made=0.3", "midi/played=2"])
    {'midi/made': 0.3, 'midi/played': 2.0}
    """
    weights: dict[str, float] = {}
    for text in texts:
        folder, sign, number = check_text("A weight", text).rpartition("=")
        try:
            weight = float(number)
        except ValueError:
            sign = ""
        if not (sign and folder):
            raise RequestError(f"Write a weight like my-midi=0.3, not {quote(text)}.")
        if folder in weights:
            raise RequestError(f"{folder} has two weights.")
        weights[folder] = weight
    return weights


@dataclass(frozen=True)
class Weighting:
    """How often training draws the windows of each piece.

    Attributes:
        folders: weights by folder; 1 for a file below none of them, and for a file below several
            that of the innermost.
        per_piece: a piece with more windows than this is drawn as often as one with so many;
            None for no such limit.
    """

    folders: Mapping[str, float]
    per_piece: int | None

    def __bool__(self) -> bool:
        """True unless all windows are drawn alike."""
        return bool(self.folders) or self.per_piece is not None

    def check(self, folders: Sequence[Path | str]) -> None:
        """Check that each weight is in range, and that of one of the folders.

        Raises:
            RequestError: it is not.
        """
        known = {Path(folder) for folder in folders}
        for folder, weight in self.folders.items():
            if Path(folder) not in known:
                others = ", ".join(sorted(map(str, known)))
                raise RequestError(
                    f"There is a weight for {quote(folder)}, but the folders are {others}."
                )
            if not LEAST_WEIGHT <= weight <= LARGEST_WEIGHT:
                raise RequestError(
                    f"The weight of {folder} is from {LEAST_WEIGHT:g} to {LARGEST_WEIGHT:g}, "
                    f"not {weight:g}."
                )

    def of_pieces(self, files: Sequence[str], windows: IntArray) -> DoubleArray:
        """The weight of each piece: how often an epoch draws each of its windows, on average.

        Args:
            files: path of each piece.
            windows: windows of each piece in the data set. `[P]`

        Shape:
            - Output: `[P]`
        """
        weights = np.ones(len(files))
        for folder in sorted(self.folders, key=lambda folder: len(Path(folder).parts)):
            inside = [Path(file).is_relative_to(folder) for file in files]
            weights[inside] = self.folders[folder]
        if self.per_piece is not None:
            weights *= np.minimum(1.0, self.per_piece / np.maximum(windows, 1))
        return weights
