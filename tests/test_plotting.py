"""Plots of phrases and evaluations."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from musicvae.errors import MissingExtra
from musicvae.evaluation.plots import draw_evaluation
from musicvae.evaluation.report import Evaluation
from musicvae.plotting import draw_phrases
from musicvae.score.phrase import Phrase
from musicvae.theory.meter import Meter

from .miniatures import little_tune


def test_a_plot_of_five_phrases_is_a_png(tmp_path: Path) -> None:
    """One phrase is silent and four have triplets."""
    phrases = [little_tune(Meter(4, 4, 6), seed) for seed in range(4)]
    draw_phrases([*phrases, Phrase(bars=1)], tmp_path / "five.png")
    assert (tmp_path / "five.png").read_bytes().startswith(b"\x89PNG")


def test_without_matplotlib_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the extra, and no file is written."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtra, match=r"musicvae\[plot\]"):
        draw_phrases([Phrase(bars=1)], tmp_path / "none.png")
    assert not list(tmp_path.iterdir())


def test_an_evaluation_is_drawn_as_far_as_it_goes(tmp_path: Path) -> None:
    """Samples, an interpolation and its curves are plotted; an empty evaluation writes no file."""
    tunes = [little_tune(Meter(3, 4), seed) for seed in range(3)]
    distances = {f"distance to A, {path}": [0.0, 0.3, 0.5] for path in ("walk", "mix")}
    curves = {"t": [0.0, 0.5, 1.0], **distances}
    evaluation = Evaluation(3, {}, curves, samples=tunes, walk=tunes)
    names = [path.name for path in draw_evaluation(evaluation, tmp_path / "new")]
    assert names == ["samples.png", "interpolation.png", "curves.png"]
    assert all((tmp_path / "new" / name).read_bytes().startswith(b"\x89PNG") for name in names)
    assert draw_evaluation(Evaluation(3, {}), tmp_path / "none") == []
