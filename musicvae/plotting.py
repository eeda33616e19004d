"""PNG plots: phrases as piano rolls with bar and beat lines, training metrics as curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .atomic_files import write_atomic
from .errors import require_extra
from .score.phrase import Phrase
from .theory.chords import symbols
from .theory.drum_kit import DRUM_CLASS, DRUM_CLASSES
from .theory.pitch import pitch_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = 4
STEPS_PER_ROW = 256
"""Four phrases of 64 steps fit into a row, fewer of longer ones."""


def draw_phrases(phrases: Sequence[Phrase], path: Path | str, titles: Sequence[str] = ()) -> None:
    """Plot phrases side by side, up to four per row, and write a PNG.

    Each part has a color; drums are drawn below the pitches, one row per drum class.

    Args:
        phrases: at least one.
        path: the PNG file.
        titles: one per phrase; default meter and number of notes.

    Raises:
        MissingExtra: matplotlib is not installed.
        OutputError: the file cannot be written.
    """
    longest = max(phrase.steps for phrase in phrases)
    columns = max(1, min(COLUMNS, STEPS_PER_ROW // max(1, longest)))
    rows = -(-len(phrases) // columns)
    drums = any(part.is_drum for phrase in phrases for part in phrase.parts)
    figure = new_figure(4 * COLUMNS, (3.6 if drums else 2.4) * rows)
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in grid[len(phrases) :]:
        axes.set_axis_off()
    for number, phrase in enumerate(phrases):
        _draw_phrase(grid[number], phrase)
        notes = sum(len(part.notes) for part in phrase.parts)
        title = titles[number] if titles else f"{phrase.meter}, {notes} notes"
        grid[number].set_title(title, fontsize=8)
    part_names = {tuple(part.name for part in phrase.parts) for phrase in phrases}
    if len(part_names) == 1 and len(names := part_names.pop()) > 1:
        handles = grid[0].get_legend_handles_labels()[0]
        figure.legend(handles, names, fontsize=8, loc="outside upper right", ncols=len(names))
    save_figure(figure, path)


def draw_curves(rows: Sequence[Mapping[str, float]], terms: Sequence[str], path: Path) -> None:
    """Plot training and validation metrics over training steps and write a PNG.

    Args:
        rows: rows of a metrics.csv: `step` and the metrics measured at that step.
        terms: metric names, one plot each, drawn together with `valid_{name}`.
        path: the PNG file.

    Raises:
        MissingExtra: matplotlib is not installed.
        OutputError: the file cannot be written.
    """
    figure = new_figure(4 * len(terms), 3)
    for axes, term in zip(figure.subplots(1, len(terms), squeeze=False)[0], terms, strict=True):
        for name, style in ((term, "C0-"), (f"valid_{term}", "C1.-")):
            points = [(row["step"], row[name]) for row in rows if name in row]
            axes.plot([step for step, _ in points], [value for _, value in points], style)
        axes.set_title(term, fontsize=8)
        axes.set_xlabel("step")
    figure.legend(["train", "valid"], fontsize=8, loc="outside upper right")
    save_figure(figure, path)


def new_figure(width: float, height: float) -> Figure:
    """An empty figure; sizes are in inches.

    Raises:
        MissingExtra: matplotlib is not installed.
    """
    with require_extra("matplotlib", "plot"):
        from matplotlib.figure import Figure
    return Figure(figsize=(width, height), layout="constrained")


def save_figure(figure: Figure, path: Path | str) -> None:
    """Write a figure as a PNG.

    Raises:
        OutputError: the file cannot be written.
    """
    import io

    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=80)
    write_atomic(path, buffer.getvalue())


def _draw_phrase(axes: Axes, phrase: Phrase) -> None:
    """Draw notes, bar and beat lines, row names and chord symbols of a phrase."""
    meter = phrase.meter
    pitched = [note.pitch for part in phrase.parts if not part.is_drum for note in part.notes]
    drums = any(part.is_drum for part in phrase.parts)
    lowest, highest = (min(pitched), max(pitched)) if pitched else (60, 60)
    row = max(1.0, (highest - lowest) / 15)  # drum rows this high keep their names readable
    floor = lowest - 2 - len(DRUM_CLASSES) * row
    _draw_notes(axes, phrase, floor, row)
    for step in range(phrase.pickup % meter.steps_per_beat, phrase.steps + 1, meter.steps_per_beat):
        on_bar = (step - phrase.pickup) % meter.steps_per_bar == 0
        axes.axvline(step, color="black", linewidth=1.0 if on_bar else 0.2)
    names: dict[float, str] = {}
    if drums:
        names = {floor + row * number: name for number, (name, _) in enumerate(DRUM_CLASSES)}
    if pitched or not drums:
        spacing = max(1, (highest - lowest) // 4)
        names |= {pitch: pitch_name(pitch) for pitch in range(lowest, highest + 1, spacing)}
    if pitched and drums:
        axes.axhline(lowest - 2, color="black", linewidth=0.5)
    axes.set_yticks(list(names), list(names.values()), fontsize=6)
    axes.set_ylim(min(names) - 2, max([*names, *pitched]) + 2)
    chords = symbols(change.chord for change in phrase.chords)
    for change, chord in zip(phrase.chords, chords, strict=True):
        axes.text(change.step, axes.get_ylim()[1] - 0.3, chord, fontsize=6, va="top")
    axes.set_xlim(0, max(1, phrase.steps))
    axes.set_xticks([])


def _draw_notes(axes: Axes, phrase: Phrase, floor: float, row: float) -> None:
    """Draw notes as bars; drum class c has its row of height `row` at `floor + row * c`."""
    for number, part in enumerate(phrase.parts):
        heights = [
            floor + row * DRUM_CLASS[n.pitch] if part.is_drum else n.pitch for n in part.notes
        ]
        axes.barh(
            heights,
            [note.duration - 0.15 for note in part.notes],  # a gap between repeated notes
            left=[note.start for note in part.notes],
            height=0.8 * (row if part.is_drum else 1),
            color=f"C{number}",
            label=part.name,
        )
