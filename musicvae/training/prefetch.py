"""Prepare the next batch in a thread while the net trains on the current one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")


class Prefetcher(Generic[T]):
    """Iterates over items; each is computed in a thread while the one before it is used.

    Attributes:
        waited: seconds spent waiting for items that were not ready.

    >>> list(Prefetcher(iter("abc")))
    ['a', 'b', 'c']
    """

    def __init__(self, items: Iterator[T]) -> None:
        self.items = items
        self.waited = 0.0

    def __iter__(self) -> Iterator[T]:
        with ThreadPoolExecutor(1) as thread:
            upcoming = thread.submit(next, self.items, None)
            while True:
                wait_start = time.monotonic()
                item = upcoming.result()
                self.waited += time.monotonic() - wait_start
                if item is None:
                    return
                upcoming = thread.submit(next, self.items, None)
                yield item
