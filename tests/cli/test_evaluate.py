"""The table that `evaluate` prints."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from musicvae.cli import app
from musicvae.cli.evaluate import _show
from musicvae.codecs import CODECS
from musicvae.corpus.dataset import SPLITS, save
from musicvae.corpus.pieces import store_pieces
from musicvae.evaluation.report import Evaluation, Giveaway
from musicvae.theory.meter import Meter

from ..miniatures import packed_windows


def rows(output: str) -> list[list[str]]:
    """The cells of each line of a table."""
    lines = (line.strip("│┃ ").replace("┃", "│") for line in output.splitlines() if "│" in line)
    return [[cell.strip() for cell in line.split("│")] for line in lines]


def test_figures_of_several_parts_stand_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    """One column for all parts, one for each; a missing figure leaves its cell empty."""
    figures = {
        "accuracy": 0.5,
        "accuracy, bass": 0.75,
        "overlap, interval, bass": 0.25,
        "overlap, drum, drums": 1.0,
    }
    evaluation = Evaluation(
        3, {"samples": figures}, {}, {"cost": "no reason"}, parts=("bass", "drums")
    )
    _show(evaluation, "title")
    output = capsys.readouterr().out
    assert "left out: cost: no reason" in output
    table = [[*row, "", "", ""][:4] for row in rows(output)]
    assert ["accuracy", "0.5", "0.75", ""] in table
    assert ["overlap, interval", "", "0.25", ""] in table
    assert ["overlap, drum", "", "", "1"] in table


def test_figures_of_one_part_stand_one_below_the_other(capsys: pytest.CaptureFixture[str]) -> None:
    """Under their full names."""
    _show(Evaluation(3, {"samples": {"overlap, interval, bass": 0.25}}), "title")
    assert ["overlap, interval, bass", "0.25"] in rows(capsys.readouterr().out)


def test_people_and_samples_stand_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    """A column each, with what gives samples away, and what they were told from; 80 columns fit."""
    told = {"AUC, people": 0.5, "AUC, samples": 0.9, "AUC, reconstructions": 0.6}
    form = {
        "motifs that return, melody, people": 0.25,
        "motifs that return, melody, samples": 0.125,
    }
    evaluation = Evaluation(
        9,
        {"samples": {"overlap, mean": 0.5}, "told apart": told, "repetition and endings": form},
        giveaways=[Giveaway("a feature with a long name, melody", 0.75, 2.0, 3.0)],
        reference={"windows": 1000, "pieces": 700},
    )
    _show(evaluation, "title")
    output = capsys.readouterr().out
    assert ["AUC", "0.5", "0.6", "0.9"] in rows(output)
    assert ["motifs that return, melody", "0.25", "", "0.125"] in rows(output)
    assert ["a feature with a long name, melody", "0.75", "2", "3"] in rows(output)
    assert "1,000 windows of 700 pieces" in output
    assert max(map(len, output.splitlines())) <= 80


def test_a_listening_pack_is_written_from_the_command_line(
    tiny_folder: Path, tmp_path: Path
) -> None:
    """Forty clips, an answer sheet and a key; a data set that does not know its pieces has none."""
    data, out = tmp_path / "data", tmp_path / "test"
    windows = packed_windows("melody", [Meter()] * 24)
    save(data, CODECS["melody"], 2, {split: [windows] for split in SPLITS}, {})
    words = ["evaluate", "--model", str(tiny_folder), "--data", str(data), "--pairs", "0"]
    words += ["--limit", "2", "--listening", str(out), "--clips-from", "folk"]
    done = CliRunner().invoke(app, words)
    assert "prepare it again" in str(done.exception)
    names = [f"folk/{number}.mid" for number in range(24)]
    (data / "pieces.csv").write_text("\n".join(["file", *names]), encoding="utf-8")
    for split in SPLITS:
        store_pieces(data, split, np.arange(24))
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert len(list(out.iterdir())) == 42
