"""Type aliases of numpy arrays; their shapes are given in docstrings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
"""Single precision, for nets: weights, z, logits."""

DoubleArray = NDArray[np.float64]
"""Double precision, for statistics with long sums."""

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
