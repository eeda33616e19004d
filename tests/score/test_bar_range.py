"""Ranges of bars as text and as numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.errors import RequestError
from musicvae.score.bar_range import parse_bars


@given(st.integers(1, 9_999), st.integers(0, 9_999))
def test_a_range_is_read_in_any_form(first: int, more: int) -> None:
    """As text with or without spaces, as a tuple or a list; one bar as text or as a number."""
    last = first + more
    for form in (f"{first}-{last}", f" {first} - {last} ", (first, last), [first, last]):
        assert parse_bars(form) == (first, last)  # type: ignore[arg-type]  # lists pass as tuples
    assert parse_bars(first) == parse_bars(str(first)) == (first, first)


@pytest.mark.parametrize(
    "bars", ["", "-", "5-", "-5", "a", "1-2-3", "0-3", "9-8", (3, 2), (1,), (), -1, 2.0, True, None]
)
def test_what_is_no_range_is_refused(bars: object) -> None:
    """In one sentence."""
    with pytest.raises(RequestError, match=r"[Bb]ars"):
        parse_bars(bars)  # type: ignore[arg-type]
