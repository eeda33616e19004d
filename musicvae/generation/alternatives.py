"""Alternatives for the same bars: drawn until they differ, and put in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ..errors import RequestError
from ..score.phrase import Phrase

MAX_ROUNDS = 4
"""Rounds in which alternatives are drawn that are new."""


def distinct_alternatives(
    phrase: Phrase, n: int, draw: Callable[[Sequence[int]], list[Phrase]]
) -> list[Phrase]:
    """Alternatives that differ from a phrase and from each other, the likeliest first.

    Args:
        n: how many; if fewer are found, a notice says so.
        draw: draws alternatives by their numbers, with the `nats` of each in its recipe.

    Raises:
        RequestError: none was found.
    """
    found: dict[str, Phrase] = {}
    rows = range(n)
    for _ in range(MAX_ROUNDS):
        for drawn in draw(rows):
            if drawn.fingerprint != phrase.fingerprint:
                found.setdefault(drawn.fingerprint, drawn)
        rows = range(rows.stop, rows.stop + n - len(found))
        if not rows:
            break
    if not found:
        raise RequestError("What was asked for leaves nothing but what is there: ask for less.")
    alternatives = sorted(found.values(), key=_nats)
    if len(found) < n:
        notice = f"only {len(found)} different alternatives were found, not {n}"
        alternatives = [replace(one, notices=(*one.notices, notice)) for one in alternatives]
    return alternatives


def _nats(phrase: Phrase) -> float:
    assert phrase.recipe is not None
    return float(phrase.recipe.options["nats"])
