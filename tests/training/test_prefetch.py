"""Items are made ahead in a thread."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from musicvae.training.prefetch import Prefetcher


def test_an_error_in_the_thread_ahead_is_an_error() -> None:
    """What came before it is still given."""

    def items() -> Iterator[int]:
        yield 1
        raise ValueError("no more")

    given = iter(Prefetcher(items()))
    assert next(given) == 1
    with pytest.raises(ValueError, match="no more"):
        next(given)
