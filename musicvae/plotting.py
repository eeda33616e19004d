"""Pictures in one PNG: phrases as piano rolls with bars and beats, a training as curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .atomic_files import write_whole
from .errors import needing
from .score.phrase import Phrase
from .theory.chords import symbols
from .theory.drum_kit import CLASS_OF, CLASSES
from .theory.pitch import pitch_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = 4
STEPS_IN_A_ROW = 256
"""Phrases of 64 steps are drawn four in a row, longer ones fewer."""


def draw_phrases(phrases: Sequence[Phrase], path: Path | str, titles: Sequence[str] = ()) -> None:
    """Draw phrases side by side, four short ones in a row, and write the picture.

    Each part has a colour; drums stand below the pitches, a row for each of the nine.

    Args:
        phrases: at least one.
        path: of the PNG.
        titles: one for each; else meter and number of notes.

    Raises:
        MissingExtra: matplotlib is not installed.
        OutputError: the place cannot be written.
    """
    longest = max(phrase.steps for phrase in phrases)
    columns = max(1, min(COLUMNS, STEPS_IN_A_ROW // max(1, longest)))
    rows = -(-len(phrases) // columns)
    drums = any(part.is_drum for phrase in phrases for part in phrase.parts)
    figure = new_figure(4 * COLUMNS, (3.6 if drums else 2.4) * rows)
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in grid[len(phrases) :]:
        axes.set_axis_off()
    for number, phrase in enumerate(phrases):
        _draw(grid[number], phrase)
        notes = sum(len(part.notes) for part in phrase.parts)
        title = titles[number] if titles else f"{phrase.meter}, {notes} notes"
        grid[number].set_title(title, fontsize=8)
    bands = {tuple(part.name for part in phrase.parts) for phrase in phrases}
    if len(bands) == 1 and len(names := bands.pop()) > 1:
        handles = grid[0].get_legend_handles_labels()[0]
        figure.legend(handles, names, fontsize=8, loc="outside upper right", ncols=len(names))
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
    pitched = [note.pitch for part in phrase.parts if not part.is_drum for note in part.notes]
    drums = any(part.is_drum for part in phrase.parts)
    lowest, highest = (min(pitched), max(pitched)) if pitched else (60, 60)
    row = max(1.0, (highest - lowest) / 15)  # so that the drums' names stay apart
    floor = lowest - 2 - len(CLASSES) * row
    for number, part in enumerate(phrase.parts):
        places = [floor + row * CLASS_OF[n.pitch] if part.is_drum else n.pitch for n in part.notes]
        axes.barh(
            places,
            [note.duration - 0.15 for note in part.notes],  # so that repeated notes do not merge
            left=[note.start for note in part.notes],
            height=0.8 * (row if part.is_drum else 1),
            color=f"C{number}",
            label=part.name,
        )
    for step in range(phrase.pickup % meter.steps_per_beat, phrase.steps + 1, meter.steps_per_beat):
        on_bar = (step - phrase.pickup) % meter.steps_per_bar == 0
        axes.axvline(step, color="black", linewidth=1.0 if on_bar else 0.2)
    names: dict[float, str] = {}
    if drums:
        names = {floor + row * number: name for number, (name, _) in enumerate(CLASSES)}
    if pitched or not drums:
        every = max(1, (highest - lowest) // 4)
        names |= {pitch: pitch_name(pitch) for pitch in range(lowest, highest + 1, every)}
    if pitched and drums:
        axes.axhline(lowest - 2, color="black", linewidth=0.5)
    axes.set_yticks(list(names), list(names.values()), fontsize=6)
    axes.set_ylim(min(names) - 2, max([*names, *pitched]) + 2)
    chords = symbols(change.chord for change in phrase.chords)
    for change, chord in zip(phrase.chords, chords, strict=True):
        axes.text(change.step, axes.get_ylim()[1] - 0.3, chord, fontsize=6, va="top")
    axes.set_xlim(0, max(1, phrase.steps))
    axes.set_xticks([])
