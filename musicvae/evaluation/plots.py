"""Figures of an evaluation: samples, one interpolation, and the curves of all interpolations."""

from __future__ import annotations

from pathlib import Path

from ..plotting import COLUMNS, draw_phrases, new_figure, save_figure
from .attribute_effects import Effects
from .report import Evaluation


def draw_evaluation(evaluation: Evaluation, folder: Path | str) -> list[Path]:
    """Draw samples, one interpolation and the curves, if there are any; return the files.

    Raises:
        MissingExtra: matplotlib is not installed.
        OutputError: the folder cannot be written.
    """
    folder, drawn = Path(folder), []
    if evaluation.samples:
        drawn.append(folder / "samples.png")
        draw_phrases(evaluation.samples, drawn[-1])
    if evaluation.walk:
        drawn.append(folder / "interpolation.png")
        titles = [f"{t:.0%} of the way" for t in evaluation.curves["t"]]
        draw_phrases(evaluation.walk, drawn[-1], titles)
        drawn.append(folder / "curves.png")
        draw_interpolation(evaluation, drawn[-1])
    return drawn


def draw_interpolation(evaluation: Evaluation, path: Path | str) -> None:
    """Draw the curves of the interpolations: one plot for each measure, with walk and mix.

    Raises:
        MissingExtra: matplotlib is not installed.
        OutputError: the file cannot be written.
    """
    curves = evaluation.curves
    measures = sorted({name.rpartition(", ")[0] for name in curves if name != "t"})
    figure = new_figure(5 * len(measures), 3.5)
    grid = figure.subplots(1, len(measures), squeeze=False)[0]
    for axes, measure in zip(grid, measures, strict=True):
        for name, label in (("walk", "walk through z"), ("mix", "mix of steps")):
            axes.plot(curves["t"], curves[f"{measure}, {name}"], label=label)
        axes.set(title=measure, xlabel="position between A and B")
        axes.set_ylim(bottom=0)
        axes.legend()
    save_figure(figure, path)


def draw_effects(measured: Effects, path: Path | str) -> None:
    """Draw the effects of setting each attribute: on itself (bold), its partner (dotted), others.

    Raises:
        MissingExtra: matplotlib is not installed.
        OutputError: the file cannot be written.
    """
    rows = -(-len(measured.effects) // COLUMNS)
    figure = new_figure(3.2 * COLUMNS, 2.8 * rows)
    grid = figure.subplots(rows, COLUMNS, squeeze=False, sharex=True, sharey=True).ravel()
    for axes in grid[len(measured.effects) :]:
        axes.set_axis_off()
    for axes, effect in zip(grid, measured.effects, strict=False):
        axes.plot(measured.amounts, measured.amounts, color="lightgrey", linewidth=0.8)
        for number, (name, changes) in enumerate(effect.changes.items()):
            style = ":" if name == effect.partner else "-"
            width = 3.0 if name == effect.name else 0.9
            axes.plot(measured.amounts, changes, style, color=f"C{number}", linewidth=width)
        axes.set_title(f"{effect.name} set", fontsize=9)
    figure.supxlabel("amount set, in SDs of the training set", fontsize=8)
    figure.supylabel("change", fontsize=8)
    names = list(measured.effects[0].changes)
    figure.legend(grid[0].lines[1:], names, fontsize=8, loc="outside upper right", ncols=len(names))
    save_figure(figure, path)
