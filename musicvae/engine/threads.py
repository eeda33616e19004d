"""One BLAS thread while the engine computes.

The engine's products are small: threads wait for each other longer than they compute, and many
times as long where other work runs on the machine. `scripts/bench/threads.py` measures it.
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
    """Sets BLAS to one thread while anyone computes, and back when nobody does.

    The number of BLAS threads belongs to the process, and threads of the process may enter and
    leave in any order: the first one in saves the number, the last one out restores it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._saved: list[int] = []

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Hold the limit for a block, or, as a decorator, for a function."""
        with self._lock:
            if not self._inside:
                self._saved = [library.num_threads for library in blas_libraries()]
                _set_threads([1] * len(self._saved))
            self._inside += 1
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1
                if not self._inside:
                    _set_threads(self._saved)


one_blas_thread = ThreadLimit()


@cache
def blas_libraries() -> list[LibController]:
    """The OpenBLAS libraries that keep one number of threads for the whole process.

    The wheels of numpy bring one. Other libraries keep a number for each thread, or publish none;
    they are left as they are.
    """
    from threadpoolctl import ThreadpoolController  # loaded with the first net that plays

    found = ThreadpoolController().select(internal_api="openblas").lib_controllers
    return [library for library in found if library.threading_layer == "pthreads"]


def _set_threads(numbers: list[int]) -> None:
    from threadpoolctl import OpenBLASController

    for library, number in zip(blas_libraries(), numbers, strict=True):
        library.set_num_threads(number)
    # threadpoolctl lets only the thread that set the number set it again, until it gives it up
    OpenBLASController.clear_controlling_thread()
