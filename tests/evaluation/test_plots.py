"""Plots of samples of every codec and length."""

from __future__ import annotations

from pathlib import Path

import pytest

from musicvae.codecs import CODECS
from musicvae.evaluation.plots import draw_evaluation
from musicvae.evaluation.report import Evaluation
from musicvae.plotting import draw_phrases
from musicvae.score.phrase import Phrase
from musicvae.theory.meter import Meter

from ..miniatures import little_piece

PNG = b"\x89PNG"


def size(path: Path) -> tuple[int, int]:
    """Width and height, from the header of a PNG."""
    data = path.read_bytes()
    assert data.startswith(PNG)
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


@pytest.mark.parametrize("codec", CODECS)
def test_samples_of_every_codec_are_drawn(codec: str, tmp_path: Path) -> None:
    """Including a silent one; drums add rows to the picture."""
    silent = CODECS[codec].decode(CODECS[codec].rest[None].repeat(32, axis=0), Meter())
    samples = [silent, *(little_piece(codec, Meter(), seed) for seed in range(2))]
    (path,) = draw_evaluation(Evaluation(3, {}, samples=samples), tmp_path)
    assert size(path)[1] == (288 if codec in ("drums", "trio", "band") else 192)


def test_long_phrases_are_drawn_fewer_in_a_row(tmp_path: Path) -> None:
    """Four phrases of two bars in a row, two of eight bars, one of sixteen."""
    for bars, rows in ((2, 1), (8, 2), (16, 4), (64, 4)):
        draw_phrases([Phrase(bars=bars)] * 4, tmp_path / "long.png")
        assert size(tmp_path / "long.png") == (1280, rows * 192)
