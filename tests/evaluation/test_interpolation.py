"""The walk from A to B, and the mix that it is compared with."""

from __future__ import annotations

import numpy as np
import pytest

from musicvae.codecs import CODECS
from musicvae.engine import Player
from musicvae.evaluation.interpolation import POSITIONS, curves, draw_pairs, summarize, walk_pairs
from musicvae.evaluation.ngram_cost import fit_ngram
from musicvae.theory.meter import Meter

from ..miniatures import RAGGED, tiny_checkpoint
from .collection import MELODY, Perfect, windows


def test_pairs_are_two_windows_of_one_meter() -> None:
    """As many as requested, from every meter that has two windows; none if no meter has."""
    held_out = windows(n=18)
    pairs = draw_pairs(held_out, 100, np.random.default_rng(0))
    assert len(pairs) == 100
    assert all(a != b and held_out.meter(a) == held_out.meter(b) for a, b in pairs)
    assert {held_out.meter(a) for a, _ in pairs} == set(RAGGED)
    lonely = windows(n=2, meters=[Meter(4, 4), Meter(3, 4)])
    assert draw_pairs(lonely, 100, np.random.default_rng(0)) == []


def test_the_walk_of_a_perfect_player_starts_at_a_and_ends_at_b() -> None:
    """Distance 0 and cost 1 at A, cost 1 at B, for walk and mix; the mix moves evenly."""
    held_out = windows(n=18)
    rng = np.random.default_rng(0)
    rows = draw_pairs(held_out, 20, rng)
    pairs = list(walk_pairs(Perfect(held_out), held_out, rows, rng))
    originals = {
        meter: np.stack([w for w, m in held_out.windows if m == meter]) for meter in RAGGED
    }
    measured = curves(MELODY, pairs, fit_ngram(MELODY, originals, 0))
    for path in ("walk", "mix"):
        distance, cost = measured[f"distance to A, {path}"], measured[f"relative cost, {path}"]
        assert distance[0] == 0
        assert distance[-1] == pytest.approx(np.mean([(p.a != p.b).mean() for p in pairs]))
        assert cost[0] == pytest.approx(1)
        assert cost[-1] == pytest.approx(1)
    mixed = measured["distance to A, mix"]
    assert mixed[5] == pytest.approx(mixed[-1] / 2, rel=0.15)
    assert measured["relative cost, mix"][5] > 1.2, "a mix is less probable than real music"
    assert summarize(measured)["relative cost, mix, half-way"] == measured["relative cost, mix"][5]


def test_rolls_have_distances_only() -> None:
    """They have no n-gram model, and every step of a mix is a whole column of one end."""
    held_out = windows("roll", 12)
    rng = np.random.default_rng(0)
    pairs = list(
        walk_pairs(Player(tiny_checkpoint("vae")), held_out, draw_pairs(held_out, 4, rng), rng)
    )
    assert curves(CODECS["roll"], pairs, None).keys() == {
        "t",
        "distance to A, walk",
        "distance to A, mix",
    }
    assert len(pairs[0].walk) == len(pairs[0].mix) == len(POSITIONS)
    assert np.array_equal(pairs[0].mix[0], pairs[0].a)
    assert np.array_equal(pairs[0].mix[-1], pairs[0].b)
    assert not curves(MELODY, [], None)
