"""Samples and reconstructions beside people's music: who is compared with whom."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.corpus.pieces import Pieces
from musicvae.engine import Player
from musicvae.evaluation.evaluate import evaluate
from musicvae.evaluation.midi_folder import FolderWindows
from musicvae.evaluation.people import draw_people, spread_rows

from ..conftest import ROOT
from ..miniatures import tiny_checkpoint
from .collection import Perfect, windows

NAMES = {"told apart", "repetition and endings"}


def with_pieces(collection: FolderWindows, per_piece: int = 1) -> FolderWindows:
    """The same windows, so many of a piece."""
    numbers = np.arange(len(collection)) // per_piece
    files = [f"folder/{number}.mid" for number in range(numbers.max() + 1)]
    return replace(collection, pieces=Pieces(numbers, files))


@pytest.fixture(scope="module")
def people() -> FolderWindows:
    """Tunes of sixty pieces."""
    return with_pieces(windows(n=60))


def test_a_perfect_reconstruction_cannot_be_told_and_poor_samples_can(
    people: FolderWindows,
) -> None:
    """Reconstructions at exactly .5, with a window and its reconstruction in one fold."""
    pytest.importorskip("sklearn")
    perfect = evaluate(Perfect(people), people, pairs=0)
    assert perfect.figures["AUC, reconstructions"] == 0.5
    poor = evaluate(Player(tiny_checkpoint()), windows(n=4), people, pairs=0)
    assert poor.figures["AUC, samples"] > 0.9 > poor.figures["AUC, people"]
    assert poor.figures["squared MMD, p, samples"] == pytest.approx(1 / 1000)
    assert poor.figures["squared MMD, p, people"] > 1 / 100
    assert abs(poor.giveaways[0].auc - 0.5) >= abs(poor.giveaways[-1].auc - 0.5)
    assert poor.reference == {"windows": 30, "pieces": 30}
    stored = json.loads(poor.to_json())
    assert stored["reference"] == poor.reference
    assert stored["giveaways"][0]["feature"] == poor.giveaways[0].feature
    text = (ROOT / "docs" / "numbers.md").read_text(encoding="utf-8")
    for name in (*poor.groups["told apart"], *poor.groups["repetition and endings"]):
        stem = re.sub(r"\d bars before", "the bar before", name)
        assert all(part in text for part in stem.split(", ")), f"docs/numbers.md: {name!r}"


@given(
    st.lists(st.integers(0, 8), min_size=1, max_size=60),
    st.integers(0, 2**16),
    st.integers(1, 3),
)
def test_people_are_spread_over_their_pieces(numbers: list[int], seed: int, most: int) -> None:
    """As many rows of each piece as allowed, and one of each before a second of any."""
    owners = np.array(numbers)
    mask = owners != 0
    rows = spread_rows(owners, mask, most, np.random.default_rng(seed))
    assert sorted(set(rows)) == sorted(rows)
    counts = [min(most, numbers.count(piece)) for piece in range(1, 9)]
    assert [int(np.sum(owners[rows] == piece)) for piece in range(1, 9)] == counts
    first = owners[rows][: sum(count > 0 for count in counts)]
    assert len(set(first.tolist())) == len(first)


@given(st.integers(0, 2**16), st.sampled_from((None, 30, 1000)))
def test_two_halves_of_people_share_no_piece(seed: int, limit: int | None) -> None:
    """Whatever the seed; at most two windows of a piece, as many on each side."""
    collection = with_pieces(windows(n=24), per_piece=1)
    numbers = np.random.default_rng(seed).integers(0, 40, 300)
    many = replace(
        collection,
        windows=[collection.windows[0]] * 300,
        pieces=Pieces(numbers, [str(number) for number in range(40)]),
    )
    halves = draw_people(many, limit, np.random.default_rng(seed))
    assert halves is not None
    assert len(halves.reference) == len(halves.other) <= (limit or 1000)
    assert not {*numbers[halves.reference]} & {*numbers[halves.other]}
    assert np.bincount(numbers[np.concatenate([halves.reference, halves.other])]).max() <= 2


@pytest.mark.parametrize(
    ("trained_on", "reason"),
    [
        (lambda: None, "no training set"),
        (lambda: windows(n=60), "prepare it again"),
        (lambda: with_pieces(windows(n=60), per_piece=10), "20 pieces are needed"),
    ],
)
def test_what_cannot_be_told_apart_has_a_reason(
    trained_on: Callable[[], FolderWindows | None], reason: str
) -> None:
    """No training set, one that does not know its pieces, and one with too few."""
    evaluation = evaluate(Player(tiny_checkpoint()), windows(n=4), trained_on(), pairs=0)
    assert reason in evaluation.left_out["told apart"]
    assert "held-out pieces are needed" in evaluation.left_out["told apart, reconstructions"]
    assert not NAMES & evaluation.groups.keys()


def test_without_the_extra_all_but_the_classifier_is_measured(
    people: FolderWindows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reason says how to install it."""
    monkeypatch.setitem(sys.modules, "sklearn.ensemble", None)
    evaluation = evaluate(Player(tiny_checkpoint()), people, people, limit=40, pairs=0)
    assert "musicvae[evaluate]" in evaluation.left_out["AUC"]
    assert evaluation.groups.keys() >= NAMES
    assert not [name for name in evaluation.figures if name.startswith("AUC")]
