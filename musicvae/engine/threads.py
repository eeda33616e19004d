"""One BLAS thread while the engine computes.

The engine's matrix products are small: BLAS threads wait for each other longer than they compute,
and far longer on a busy machine. `scripts/bench/threads.py` measures it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threadpoolctl import LibController


class ThreadLimit:
    """Limits BLAS to one thread while any block is active, and restores the number after the last.

    The number of BLAS threads belongs to the process, and Python threads may enter and leave
    blocks in any order: the first one in saves the number, the last one out restores it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._active = 0
        self._saved_numbers: list[int] = []

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Keep the limit during a `with` block, or, as a decorator, during a call."""
        with self._lock:
            if not self._active:
                self._saved_numbers = [library.num_threads for library in blas_libraries()]
                _set_threads([1] * len(self._saved_numbers))
            self._active += 1
        try:
            yield
        finally:
            with self._lock:
                self._active -= 1
                if not self._active:
                    _set_threads(self._saved_numbers)


one_blas_thread = ThreadLimit()


@cache
def blas_libraries() -> list[LibController]:
    """OpenBLAS libraries that have one number of threads for the whole process.

    The wheels of numpy contain one. Other BLAS libraries have a number for each thread, or offer
    no way to set it; they are left alone.
    """
    from threadpoolctl import ThreadpoolController  # loaded with the first net that runs

    openblas = ThreadpoolController().select(internal_api="openblas").lib_controllers
    return [library for library in openblas if library.threading_layer == "pthreads"]


def _set_threads(numbers: list[int]) -> None:
    from threadpoolctl import OpenBLASController

    for library, number in zip(blas_libraries(), numbers, strict=True):
        library.set_num_threads(number)
    # threadpoolctl lets only the thread that set the number change it, until it releases it
    OpenBLASController.clear_controlling_thread()
