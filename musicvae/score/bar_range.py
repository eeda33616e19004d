"""Bars of a file: `5-8`, as musicians count them."""

from __future__ import annotations

import re
from typing import TypeAlias

from ..arguments import MAX_SYMBOL, check_text, check_whole, quote
from ..errors import RequestError

BarsLike: TypeAlias = str | int | tuple[int, int]
"""The first and the last bar, as text or as numbers, or one bar."""

BarRangesLike: TypeAlias = BarsLike | list[BarsLike]
"""Several of these: `5-8, 12` or a list."""

BarRange = tuple[int, int]
"""The first and the last bar, from 1 on; a pick-up comes before bar 1."""

_RANGE = re.compile(r"\s*(\d{1,9})\s*(?:-\s*(\d{1,9})\s*)?")


def parse_bar_ranges(bars: BarRangesLike) -> tuple[BarRange, ...]:
    """Ranges of bars in order, none of which touches another.

    Raises:
        RequestError: one is no range of bars, or there are none.

    >>> parse_bar_ranges("5-8, 12"), parse_bar_ranges((5, 8)), parse_bar_ranges([5, (7, 8), 9])
    (((5, 8), (12, 12)), ((5, 8),), ((5, 5), (7, 9)))
    """
    several = check_text("bars", bars, MAX_SYMBOL).split(",") if isinstance(bars, str) else bars
    ranges = sorted(map(parse_bars, several if isinstance(several, list) else [several]))
    if not ranges:
        raise RequestError("Name the bars, such as 5-8.")
    joined = ranges[:1]
    for first, last in ranges[1:]:
        if first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return tuple(joined)


def parse_bars(bars: BarsLike) -> BarRange:
    """The first and the last bar of a range.

    Raises:
        RequestError: it is no range of bars.

    >>> parse_bars("5-8"), parse_bars(5), parse_bars((5, 8))
    ((5, 8), (5, 5), (5, 8))
    """
    first, last = 0, 0
    if isinstance(bars, str):
        if match := _RANGE.fullmatch(check_text("bars", bars, MAX_SYMBOL)):
            first, last = int(match[1]), int(match[2] or match[1])
    elif isinstance(bars, tuple | list):
        if len(bars) == 2:
            first, last = (check_whole("bars", bar) for bar in bars)
    else:
        first = last = check_whole("bars", bars)
    if not 1 <= first <= last:
        raise RequestError(f"Bars are written like 5-8, from 1 on, not {quote(bars)}.")
    return first, last
