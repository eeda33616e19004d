"""Pictures of an evaluation: samples, one way from A to B, and the curves of all ways."""

from __future__ import annotations

from pathlib import Path

from ..plotting import COLUMNS, draw_phrases, new_figure, save_figure
from .attribute_effects import Effects
from .report import Evaluation


def draw_evaluation(found: Evaluation, folder: Path | str) -> list[Path]:
    """Draw samples, one way from A to B, and the curves of all ways, as far as there are any.

    Raises:
        MissingExtra: matplotlib is not installed.
        OutputError: the place cannot be written.
    """
    folder, drawn = Path(folder), []
    if found.samples:
        drawn.append(folder / "samples.png")
        draw_phrases(found.samples, drawn[-1])
    if found.walk:
        drawn.append(folder / "interpolation.png")
        titles = [f"{t:.0%} of the way" for t in found.curves["t"]]
        draw_phrases(found.walk, drawn[-1], titles)
        drawn.append(folder / "curves.png")
        draw_interpolation(found, drawn[-1])
    return drawn


def draw_interpolation(found: Evaluation, path: Path | str) -> None:
    """Draw the curves of an interpolation: one picture for each kind, the mix beside the walk.

    Raises:
        MissingExtra: matplotlib is not installed.
        OutputError: the place cannot be written.
    """
    kinds = sorted({name.rpartition(", ")[0] for name in found.curves if name != "t"})
    figure = new_figure(5 * len(kinds), 3.5)
    for axes, kind in zip(figure.subplots(1, len(kinds), squeeze=False)[0], kinds, strict=True):
        for way, what in (("walk", "walk through z"), ("mix", "mix of steps")):
            axes.plot(found.curves["t"], found.curves[f"{kind}, {way}"], label=what)
        axes.set(title=kind, xlabel="place between A and B")
        axes.set_ylim(bottom=0)
        axes.legend()
    save_figure(figure, path)


def draw_effects(found: Effects, path: Path | str) -> None:
    """Draw what setting each attribute does: to itself in bold, to its partner, to the others.

    Raises:
        MissingExtra: matplotlib is not installed.
        OutputError: the place cannot be written.
    """
    rows = -(-len(found.effects) // COLUMNS)
    figure = new_figure(3.2 * COLUMNS, 2.8 * rows)
    grid = figure.subplots(rows, COLUMNS, squeeze=False, sharex=True, sharey=True).ravel()
    for axes in grid[len(found.effects) :]:
        axes.set_axis_off()
    for axes, effect in zip(grid, found.effects, strict=False):
        axes.plot(found.amounts, found.amounts, color="lightgrey", linewidth=0.8)
        for number, (name, changes) in enumerate(effect.changes.items()):
            style = "-" if name == effect.name else ":" if name == effect.partner else "-"
            width = 3.0 if name == effect.name else 0.9
            axes.plot(found.amounts, changes, style, color=f"C{number}", linewidth=width)
        axes.set_title(f"{effect.name} set", fontsize=9)
    figure.supxlabel("asked for, in SDs of the training set", fontsize=8)
    figure.supylabel("change", fontsize=8)
    names = list(found.effects[0].changes)
    figure.legend(grid[0].lines[1:], names, fontsize=8, loc="outside upper right", ncols=len(names))
    save_figure(figure, path)
