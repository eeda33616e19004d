"""The next batch is made in a thread while the net computes on the one before it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")


class Prefetcher(Generic[T]):
    """The same items, each made in a thread while the one before it is used.

    Attributes:
        waited: seconds for which they were waited for all the same.

    >>> list(Prefetcher(iter("abc")))
    ['a', 'b', 'c']
    """

    def __init__(self, items: Iterator[T]) -> None:
        self.items = items
        self.waited = 0.0

    def __iter__(self) -> Iterator[T]:
        with ThreadPoolExecutor(1) as thread:
            coming = thread.submit(next, self.items, None)
            while True:
                asked = time.monotonic()
                item = coming.result()
                self.waited += time.monotonic() - asked
                if item is None:
                    return
                coming = thread.submit(next, self.items, None)
                yield item
