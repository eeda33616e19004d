"""The way from A to B, and the mix beside it."""

from __future__ import annotations

import numpy as np
import pytest

from musicvae.codecs import CODECS
from musicvae.engine import Player
from musicvae.evaluation.interpolation import PLACES, curves, draw_pairs, summarize, walk_pairs
from musicvae.evaluation.ngram_cost import fit_ngram
from musicvae.theory.meter import Meter

from ..miniatures import RAGGED, tiny_checkpoint
from .collection import MELODY, Perfect, windows


def test_pairs_are_two_windows_of_one_meter() -> None:
    """As many as are wanted, drawn from every meter that has two; none where none has."""
    held_out = windows(n=18)
    pairs = draw_pairs(held_out, 100, np.random.default_rng(0))
    assert len(pairs) == 100
    assert all(a != b and held_out.meter(a) == held_out.meter(b) for a, b in pairs)
    assert {held_out.meter(a) for a, _ in pairs} == set(RAGGED)
    lonely = windows(n=2, meters=[Meter(4, 4), Meter(3, 4)])
    assert draw_pairs(lonely, 100, np.random.default_rng(0)) == []


def test_the_way_of_a_perfect_player_begins_and_ends_where_it_should() -> None:
    """Distance 0 and cost 1 at A, cost 1 at B; so do the mix's, which goes evenly."""
    held_out = windows(n=18)
    rng = np.random.default_rng(0)
    rows = draw_pairs(held_out, 20, rng)
    ways = list(walk_pairs(Perfect(held_out), held_out, rows, rng))
    originals = {
        meter: np.stack([w for w, m in held_out.windows if m == meter]) for meter in RAGGED
    }
    found = curves(MELODY, ways, fit_ngram(MELODY, originals, 0))
    for way in ("walk", "mix"):
        distance, cost = found[f"distance to A, {way}"], found[f"relative cost, {way}"]
        assert distance[0] == 0
        assert distance[-1] == pytest.approx(np.mean([(p.a != p.b).mean() for p in ways]))
        assert cost[0] == pytest.approx(1)
        assert cost[-1] == pytest.approx(1)
    mixed = found["distance to A, mix"]
    assert mixed[5] == pytest.approx(mixed[-1] / 2, rel=0.15)
    assert found["relative cost, mix"][5] > 1.2, "a mix is less usual than music that was counted"
    assert summarize(found)["relative cost, mix, half-way"] == found["relative cost, mix"][5]


def test_rolls_have_distances_alone() -> None:
    """Without a model of what is usual, and every step of a mix is a whole column of one end."""
    held_out = windows("roll", 12)
    rng = np.random.default_rng(0)
    ways = list(
        walk_pairs(Player(tiny_checkpoint("vae")), held_out, draw_pairs(held_out, 4, rng), rng)
    )
    assert curves(CODECS["roll"], ways, None).keys() == {
        "t",
        "distance to A, walk",
        "distance to A, mix",
    }
    assert len(ways[0].walk) == len(ways[0].mix) == len(PLACES)
    assert np.array_equal(ways[0].mix[0], ways[0].a)
    assert np.array_equal(ways[0].mix[-1], ways[0].b)
    assert not curves(MELODY, [], None)
