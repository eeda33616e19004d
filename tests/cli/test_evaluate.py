"""The table that `evaluate` prints."""

from __future__ import annotations

import pytest

from musicvae.cli.evaluate import _show
from musicvae.evaluation.report import Evaluation


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
