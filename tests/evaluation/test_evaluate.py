"""Figures known from theory: for a perfect player, a random one, and one seed twice."""

from __future__ import annotations

import json

import numpy as np
import pytest

from musicvae.engine import Player
from musicvae.errors import RequestError
from musicvae.evaluation.evaluate import evaluate
from musicvae.presets import PRESETS
from musicvae.progress import Report

from ..conftest import ROOT
from ..miniatures import tiny_checkpoint
from .collection import Perfect, windows


def test_a_perfect_player_gets_everything_right() -> None:
    """Accuracies and note F1 are 1, reconstruction costs nothing, KL equals the closed form."""
    held_out = windows()
    figures = evaluate(Perfect(held_out), held_out, windows(first=100), pairs=4).figures
    for name in ("teacher-forced", "free-running"):
        for setting in ("z ~ q, temperature 1", "z = mu, argmax"):
            assert figures[f"{name}, {setting}"] == figures[f"{name}, {setting}, onsets"] == 1.0
    assert figures["note F1, z = mu, argmax"] == figures["note F1, z ~ q"] == 1.0
    assert figures["reconstruction, nats"] == pytest.approx(0, abs=1e-6)
    numbers = np.arange(24)
    assert figures["KL, nats"] == pytest.approx(np.mean(0.5 * (numbers**2 - 1 + 40)), rel=1e-4)
    assert figures["active units"] == 1


def test_holding_everywhere_is_counted_from_the_data() -> None:
    """The share of holds, and no onset is right."""
    held_out = windows()
    codes = np.concatenate([held_out.window(i) for i in range(len(held_out))])
    figures = evaluate(Player(tiny_checkpoint()), held_out, pairs=4).figures
    assert figures["holding everywhere"] == pytest.approx((codes == 89).mean())
    assert figures["holding everywhere, onsets"] == 0.0


def test_the_same_seed_gives_the_same_figures_and_another_does_not() -> None:
    """Also curves and music; `limit` sets the number of windows; progress reports all."""
    player, held_out, trained_on = Player(tiny_checkpoint()), windows(), windows(first=100)
    reports: list[Report] = []
    once = evaluate(
        player,
        held_out,
        trained_on,
        limit=10,
        pairs=4,
        importance=2,
        seed=1,
        progress=reports.append,
    )
    again = evaluate(player, held_out, trained_on, limit=10, pairs=4, importance=2, seed=1)
    assert again == once
    assert again.to_json() == once.to_json()
    other = evaluate(player, held_out, trained_on, limit=10, pairs=4, importance=2, seed=2)
    assert other.figures != once.figures
    assert other.curves != once.curves
    assert once.windows == 10
    assert json.loads(once.to_json())["windows"] == 10
    assert (reports[-1].done, reports[-1].total) == (14, 14)


def test_figures_do_not_depend_on_the_chunk_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In chunks of five or all at once."""
    player, held_out, trained_on = Player(tiny_checkpoint()), windows(), windows(first=100)
    whole = evaluate(player, held_out, trained_on, pairs=12, importance=2)
    for module in ("batches", "interpolation"):
        monkeypatch.setattr(f"musicvae.evaluation.{module}.BATCH_SIZE", 5)
    parts = evaluate(player, held_out, trained_on, pairs=12, importance=2)
    assert parts.figures == pytest.approx(whole.figures, rel=1e-5)
    assert parts.samples == whole.samples
    assert parts.walk == whole.walk


def test_copies_of_the_training_set_are_counted() -> None:
    """A model tested on its training set has only copies."""
    held_out = windows()
    figures = evaluate(Perfect(held_out), held_out, held_out, pairs=4).figures
    assert figures["copies in held-out"] == figures["copies of training"] == 1.0
    others = evaluate(Perfect(held_out), held_out, windows(first=100), pairs=4).figures
    assert others["copies in held-out"] == 0.0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "choices"),
    [
        *((name, {}) for name in PRESETS),
        ("lstm", {"codec": "trio"}),
    ],
)
def test_every_net_has_the_figures_it_can_have(name: str, choices: dict[str, object]) -> None:
    """All have a reconstruction; other figures need z or a prior; docs explain each figure."""
    checkpoint = tiny_checkpoint(name, **choices)
    net, player = checkpoint.config.net, Player(checkpoint)
    held_out, trained_on = (windows(net.codec, 8, first, bars=net.bars) for first in (0, 100))
    evaluation = evaluate(player, held_out, trained_on, pairs=3, importance=2)
    figures = evaluation.figures
    assert all(np.isfinite(value) for value in figures.values())
    assert all(0 <= value <= 1 for value in evaluation.groups["reconstruction"].values())
    has_latent, has_prior = net.kind not in ("rnn", "lstm"), net.kind != "autoencoder"
    assert ("free-running, z = mu, argmax" in figures) == has_latent
    assert ("interpolation" in evaluation.groups) == has_latent == bool(evaluation.walk)
    assert ("NLL, nats per frame, frames 2..T" in figures) == has_prior
    assert ("samples" in evaluation.groups) == has_prior == bool(evaluation.samples)
    assert ("KL, nats" in figures) == (has_latent and has_prior)
    for figure in ("teacher-forced, argmax", "free-running, z = mu, argmax", "holding everywhere"):
        parts = {"trio": ["melody", "bass", "drums"], "leadsheet": ["melody", "chords"]}
        parts["band"] = [*parts["trio"], "chords"]
        for part in ("melody", "bass", "drums", "chords"):
            has_part = part in parts.get(net.codec, [])
            assert (f"{figure}, {part}" in figures) == (figure in figures and has_part)
        has_cells = figure in figures and net.codec in ("roll", "piano")
        assert (f"{figure}, frame F1" in figures) == has_cells
    assert ("copies of training" in figures) == has_prior
    counted = has_latent and net.codec not in ("roll", "piano")
    assert ("relative cost, walk, mean" in figures) == counted
    text = (ROOT / "docs" / "numbers.md").read_text(encoding="utf-8")
    for part in {part for name in figures for part in name.split(", ")}:
        assert part in text, f"docs/numbers.md does not explain {part!r}"
    frame_f1 = [name for name in figures if name.endswith("frame F1")]
    assert bool(frame_f1) == (net.codec in ("roll", "piano"))


def test_missing_figures_have_a_reason() -> None:
    """No training set, no two windows of one meter, one window; invalid requests are errors."""
    player = Player(tiny_checkpoint())
    evaluation = evaluate(player, windows(n=1))
    assert evaluation.left_out["copies, n-gram cost"] == "there is no training set to count in"
    assert evaluation.left_out["interpolation"] == "no two windows have one meter"
    assert "overlap, mean" not in evaluation.figures
    evaluation = evaluate(player, windows(n=2), pairs=0)
    assert evaluation.left_out["interpolation"] == "no pairs were asked for"
    with pytest.raises(RequestError, match="A limit is 1 or more"):
        evaluate(player, windows(), limit=0)
    with pytest.raises(RequestError, match=r"reads 'melody'.*holds 'roll'"):
        evaluate(player, windows("roll"), windows())
    with pytest.raises(RequestError, match=r"reads windows of 2 bars, the data set holds 4\."):
        evaluate(player, windows(bars=4), windows(bars=4))
