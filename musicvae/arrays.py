"""Aliases of the arrays that pass through the package; shapes stand in docstrings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
"""What nets compute in: weights, z, logits."""

DoubleArray = NDArray[np.float64]
"""Statistics, where sums are long."""

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
