"""Pictures."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from musicvae.errors import MissingExtra
from musicvae.music.notes import Phrase
from musicvae.music.units import Meter
from musicvae.plot import draw_phrases

from .miniatures import little_tune


def test_a_picture_of_five_phrases_is_a_png(tmp_path: Path) -> None:
    """Silence and triplets included."""
    phrases = [little_tune(Meter(4, 4, 6), seed) for seed in range(4)]
    draw_phrases([*phrases, Phrase(bars=1)], tmp_path / "five.png")
    assert (tmp_path / "five.png").read_bytes().startswith(b"\x89PNG")


def test_without_matplotlib_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence, and no file."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtra, match=r"musicvae\[plot\]"):
        draw_phrases([Phrase(bars=1)], tmp_path / "none.png")
    assert not list(tmp_path.iterdir())
