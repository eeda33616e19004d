"""Pictures in one PNG: phrases as piano rolls with bars and beats, a training as curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import needing
from .files import write_whole
from .music.drawing import pitch_name
from .music.notes import Phrase

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = 4


def draw_phrases(phrases: Sequence[Phrase], path: Path | str, titles: Sequence[str] = ()) -> None:
    """Draw phrases side by side, four in a row, and write the picture.

    Args:
        phrases: at least one.
        path: of the PNG.
        titles: one for each; else meter and number of notes.

    Raises:
        MissingExtra: matplotlib is not installed.
        OutputError: the place cannot be written.
    """
    rows = -(-len(phrases) // COLUMNS)
    figure = new_figure(4 * COLUMNS, 2.4 * rows)
    grid = figure.subplots(rows, COLUMNS, squeeze=False).ravel()
    for axes in grid[len(phrases) :]:
        axes.set_axis_off()
    for number, phrase in enumerate(phrases):
        _draw(grid[number], phrase)
        notes = sum(len(part.notes) for part in phrase.parts)
        title = titles[number] if titles else f"{phrase.meter}, {notes} notes"
        grid[number].set_title(title, fontsize=8)
    save_figure(figure, path)


def draw_curves(rows: Sequence[Mapping[str, float]], terms: Sequence[str], path: Path) -> None:
    """Draw the terms of a training over its steps, beside them those on valid; write the picture.

    Args:
        rows: of a metrics.csv: `step`, and those of the terms that were measured there.
        terms: one drawing for each; `valid_` before the name is its twin.
        path: of the PNG.

    Raises:
        MissingExtra: matplotlib is not installed.
        OutputError: the place cannot be written.
    """
    figure = new_figure(4 * len(terms), 3)
    for axes, term in zip(figure.subplots(1, len(terms), squeeze=False)[0], terms, strict=True):
        for name, style in ((term, "C0-"), (f"valid_{term}", "C1.-")):
            there = [row for row in rows if name in row]
            axes.plot([row["step"] for row in there], [row[name] for row in there], style)
        axes.set_title(term, fontsize=8)
        axes.set_xlabel("step")
    figure.legend(["train", "valid"], fontsize=8, loc="outside upper right")
    save_figure(figure, path)


def new_figure(width: float, height: float) -> Figure:
    """An empty picture, in inches.

    Raises:
        MissingExtra: matplotlib is not installed.
    """
    with needing("matplotlib", "plot"):
        from matplotlib.figure import Figure
    return Figure(figsize=(width, height), layout="constrained")


def save_figure(figure: Figure, path: Path | str) -> None:
    """Write a picture as a PNG.

    Raises:
        OutputError: the place cannot be written.
    """
    import io

    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=80)
    write_whole(path, buffer.getvalue())


def _draw(axes: Axes, phrase: Phrase) -> None:
    meter = phrase.meter
    for color, part in enumerate(phrase.parts):
        for note in part.notes:
            length = note.duration - 0.15  # so that repeated notes do not merge
            axes.barh(note.pitch, length, left=note.start, height=0.8, color=f"C{color}")
    for step in range(phrase.pickup % meter.beat, phrase.steps + 1, meter.beat):
        on_bar = (step - phrase.pickup) % meter.bar == 0
        axes.axvline(step, color="black", linewidth=1.0 if on_bar else 0.2)
    pitches = [note.pitch for part in phrase.parts for note in part.notes] or [60]
    named = range(min(pitches), max(pitches) + 1, max(1, (max(pitches) - min(pitches)) // 4))
    axes.set_yticks(list(named), [pitch_name(pitch) for pitch in named], fontsize=6)
    axes.set_ylim(min(pitches) - 2, max(pitches) + 2)
    axes.set_xlim(0, max(1, phrase.steps))
    axes.set_xticks([])
