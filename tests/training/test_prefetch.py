"""Prefetcher: items are computed ahead in a thread."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from musicvae.training.prefetch import Prefetcher


def test_an_error_in_the_thread_is_raised_when_its_item_is_due() -> None:
    """The items before it are still yielded."""

    def items() -> Iterator[int]:
        yield 1
        raise ValueError("no more")

    prefetched = iter(Prefetcher(items()))
    assert next(prefetched) == 1
    with pytest.raises(ValueError, match="no more"):
        next(prefetched)
