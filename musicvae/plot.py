"""Pictures: phrases as piano rolls with bars and beats, and what an evaluation found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import MissingExtra
from .evaluation import Evaluation
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
    figure = figure_class()(figsize=(4 * COLUMNS, 2.4 * rows), layout="constrained")
    grid = figure.subplots(rows, COLUMNS, squeeze=False).ravel()
    for axes in grid[len(phrases) :]:
        axes.set_axis_off()
    for number, phrase in enumerate(phrases):
        _draw(grid[number], phrase)
        notes = sum(len(part.notes) for part in phrase.parts)
        title = titles[number] if titles else f"{phrase.meter}, {notes} notes"
        grid[number].set_title(title, fontsize=8)
    _write(figure, path)


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
        draw_curves(found, drawn[-1])
    return drawn


def draw_curves(found: Evaluation, path: Path | str) -> None:
    """Draw the curves of an interpolation: one picture for each kind, the mix beside the arc.

    Raises:
        MissingExtra: matplotlib is not installed.
        OutputError: the place cannot be written.
    """
    kinds = sorted({name.rpartition(", ")[0] for name in found.curves if name != "t"})
    figure = figure_class()(figsize=(5 * len(kinds), 3.5), layout="constrained")
    for axes, kind in zip(figure.subplots(1, len(kinds), squeeze=False)[0], kinds, strict=True):
        for way, what in (("arc", "arc of z"), ("mix", "mix of steps")):
            axes.plot(found.curves["t"], found.curves[f"{kind}, {way}"], label=what)
        axes.set(title=kind, xlabel="place between A and B")
        axes.set_ylim(bottom=0)
        axes.legend()
    _write(figure, path)


def figure_class() -> type[Figure]:
    """What pictures are drawn on.

    Raises:
        MissingExtra: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtra("matplotlib", "plot") from error
    return Figure


def _write(figure: Figure, path: Path | str) -> None:
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
