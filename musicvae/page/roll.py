"""A piano roll as a scene of rectangles, lines and texts, which SVG and PNG files are made of.

`drawRoll` in `assets/player.js` draws the same in a browser; a test compares them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..theory.pitch import pitch_name
from .music_json import Json

GUTTER, KIT, RIGHT, BOTTOM = 44.0, 84.0, 10.0, 8.0
"""Margins in pixels; `KIT` is that on the left of a roll with drums."""

LEGEND, TEXT, BARS, GAP, DRUM = 22.0, 18.0, 16.0, 8.0, 12.0
"""Heights in pixels: part names, a line of text, bar numbers, the gap above drums, a drum row."""

LOWEST_ROW, AUTO_ROW, HIGHEST_ROW = 2.0, (4.0, 12.0), 18.0
"""Heights of the row of a pitch in pixels, at a given height and without one."""

LETTER = 7.0
"""Pixels of a letter, about."""

COLOURS = 8
"""Part colours; later parts begin again."""

BLACK_KEYS = frozenset((1, 3, 6, 8, 10))

Attributes = dict[str, float | str]


class Shape(NamedTuple):
    """A `rect`, `line`, `circle` or `text` with the attributes of SVG, and the role of its colour.

    The role of a line is that of its stroke. `owner` is the number of the part that a note is of.
    """

    kind: str
    role: str
    attributes: Attributes
    text: str = ""
    owner: int | None = None


@dataclass(frozen=True)
class Layout:
    """Where everything of a roll stands, in pixels from its top left corner.

    Attributes:
        left: x of its first quarter; `scale` is the width of a quarter.
        top: y of its first row; `floor` is the end of the rows of pitches.
        low, high: pitch of the lowest and the highest row; without pitches, high is below low.
        row: height of the row of a pitch.
        drum_top, bottom: y where the rows of drums begin and end.
        drums: name and pitches of each drum row, from the bottom.
    """

    width: float
    height: float
    left: float
    scale: float
    top: float
    floor: float
    low: int
    high: int
    row: float
    drum_top: float
    bottom: float
    drums: tuple[tuple[str, frozenset[int]], ...] = field(repr=False)

    def x(self, quarter: float) -> float:
        """The place of a quarter."""
        return self.left + quarter * self.scale

    @property
    def right(self) -> float:
        """Where its rows end."""
        return self.width - RIGHT


def layout(music: Json, width: float, height: float | None = None) -> Layout:
    """Lay out a roll of some music from `music_json`.

    Args:
        width: in pixels.
        height: in pixels; None for what its rows need. Many rows may need more.
    """
    drums = _drum_rows(music)
    low, high = _pitch_rows(music, bool(drums))
    rows = high - low + 1
    top = BARS + LEGEND * (len(music["parts"]) > 1)
    top += TEXT * (bool(music["sections"]) + bool(music["chords"]))
    gap = GAP if rows and drums else 0.0
    rest = top + gap + len(drums) * DRUM + BOTTOM
    row = 0.0
    if rows:
        row = min(max(600 // rows / 2, AUTO_ROW[0]), AUTO_ROW[1])
        if height is not None:
            row = min(max((height - rest) / rows, LOWEST_ROW), HIGHEST_ROW)
    left = KIT if drums else GUTTER
    floor = top + rows * row
    return Layout(
        width=width,
        height=float(-int(-(rest + rows * row) // 1)),
        left=left,
        scale=max(width - left - RIGHT, 1.0) / max(music["quarters"], 0.25),
        top=top,
        floor=floor,
        low=low,
        high=high,
        row=row,
        drum_top=floor + gap,
        bottom=floor + gap + len(drums) * DRUM,
        drums=drums,
    )


def _drum_rows(music: Json) -> tuple[tuple[str, frozenset[int]], ...]:
    rows: dict[int, tuple[str, frozenset[int]]] = {}
    for number, name, pitches in (row for part in music["parts"] for row in part.get("kit", ())):
        rows[number] = name, frozenset(pitches) | rows.get(number, ("", frozenset()))[1]
    return tuple(rows[number] for number in sorted(rows))


def _pitch_rows(music: Json, has_drums: bool) -> tuple[int, int]:
    """The lowest and the highest pitch that has a row: an octave or more, or none."""
    pitched = (part["notes"] for part in music["parts"] if not part["drum"])
    pitches = [pitch for notes in pitched for _, _, pitch, _ in notes]
    if not pitches:
        return (0, -1) if has_drums else (60, 72)
    low, high = min(pitches) - 2, max(pitches) + 2
    low = min(max(low - max(0, 12 - (high - low)) // 2, 0), 127)
    return low, min(max(high, low + 12), 127)


def scene(music: Json, at: Layout) -> Iterator[Shape]:
    """The shapes of a roll, from back to front."""
    yield _rect("back", 0, 0, at.width, at.height)
    yield from _rows(at)
    yield from _lines(music, at)
    yield from _header(music, at)
    yield from _notes(music, at)


def _rect(role: str, x: float, y: float, width: float, height: float, **more: float) -> Shape:
    return Shape("rect", role, {"x": x, "y": y, "width": width, "height": height, **more})


def _line(role: str, x1: float, x2: float, y1: float, y2: float) -> Shape:
    return Shape("line", role, {"x1": x1, "x2": x2, "y1": y1, "y2": y2})


def _text(role: str, x: float, y: float, size: float, text: str, **more: Any) -> Shape:
    attributes = {name.replace("_", "-"): value for name, value in more.items()}
    return Shape("text", role, {"x": x, "y": y, "font-size": size, **attributes}, text)


def named_keys(row: float) -> frozenset[int]:
    """The pitch classes that have room for their names in rows of a height.

    E and F, B and C are neighbours.
    """
    if row >= 11.8:
        return frozenset((0, 2, 4, 5, 7, 9, 11))
    return frozenset((0, 2, 4, 7, 9) if row >= 5 else (0, 7))


def _rows(at: Layout) -> Iterator[Shape]:
    for pitch in range(at.low, at.high + 1):
        y = at.floor - (pitch - at.low + 1) * at.row
        if pitch % 12 in BLACK_KEYS:
            yield _rect("lane", at.left, y, at.right - at.left, at.row)
        if pitch % 12 == 0:
            yield _line("line", at.left, at.right, y + at.row, y + at.row)
        if pitch % 12 in named_keys(at.row):
            role, baseline = "text" if pitch % 12 == 0 else "muted", y + at.row / 2 + 3.5
            yield _text(role, at.left - 6, baseline, 10, pitch_name(pitch), text_anchor="end")
    for number, (name, _) in enumerate(at.drums):
        y = at.bottom - (number + 1) * DRUM
        if number % 2 == 0:
            yield _rect("lane", at.left, y, at.right - at.left, DRUM)
        yield _text("muted", at.left - 6, y + 9.5, 10, name, text_anchor="end")


def grid_lines(music: Json) -> Iterator[tuple[float, int | None]]:
    """Bar and beat lines: the quarter, and the number of the bar or None."""
    number = 1
    ends = [*(meter[0] for meter in music["meters"][1:]), music["quarters"]]
    for index, ((start, _, beat, bar), end) in enumerate(zip(music["meters"], ends, strict=True)):
        quarter = start - beat
        while index == 0 and quarter > -1e-6:
            yield quarter, None
            quarter -= beat
        count = 0
        while (quarter := start + count * beat) < end - 1e-6:
            is_bar = abs(count * beat / bar - round(count * beat / bar)) < 1e-4
            yield quarter, number if is_bar else None
            number += is_bar
            count += 1


def _lines(music: Json, at: Layout) -> Iterator[Shape]:
    _, _, beat, bar = music["meters"][0]
    every = 1
    while bar * at.scale * every < 26:
        every *= 2
    for quarter, number in grid_lines(music):
        is_crowded = beat * at.scale < 5 if number is None else bar * at.scale < 3
        if is_crowded and (number is None or (number - 1) % every):
            continue
        x = at.x(quarter)
        yield _line("bar" if number else "beat", x, x, at.top - (4 if number else 0), at.bottom)
        if number and (number - 1) % every == 0:
            yield _text("muted", x + 3, at.top - 4, 10, str(number))
    end = at.x(music["quarters"])
    yield _line("bar", end, end, at.top - 4, at.bottom)


def _header(music: Json, at: Layout) -> Iterator[Shape]:
    """Names of parts, sections and chords, from the top."""
    y, x = 0.0, at.left
    if len(music["parts"]) > 1:
        for number, part in enumerate(music["parts"]):
            label = part["name"] or part["instrument"]
            if x + 16 + LETTER * len(label) <= at.width:
                role = f"part-{number % COLOURS}"
                yield Shape("circle", role, {"cx": x + 5, "cy": y + 11, "r": 4.5})
                yield _text("text", x + 14, y + 15, 12, label)
                x += 30 + LETTER * len(label)
        y += LEGEND
    sections = music["sections"]
    ends = [*(quarter for quarter, _ in sections[1:]), music["quarters"]]
    for (quarter, name), end in zip(sections, ends, strict=False):
        x, width = at.x(quarter) + 1, (end - quarter) * at.scale - 2
        yield _rect("line", x, y + 1, max(width, 1), 15, rx=3)
        if width > LETTER * len(name) + 6:
            yield _text("text", x + 5, y + 12.5, 11, name, font_weight=600)
    y += TEXT if sections else 0
    for quarter, name in _fitting(music["chords"], at.scale):
        yield _text("text", at.x(quarter) + 3, y + 13.5, 12, name, font_weight=600)


def _fitting(items: Iterable[tuple[float, str]], scale: float) -> Iterator[tuple[float, str]]:
    """The texts at quarters that do not run into the one before."""
    free = -1.0
    for quarter, text in items:
        if quarter * scale >= free:
            yield quarter, text
            free = quarter * scale + LETTER * len(text) + 6


def _notes(music: Json, at: Layout) -> Iterator[Shape]:
    row_of = {pitch: row for row, (_, pitches) in enumerate(at.drums) for pitch in pitches}
    for number, part in enumerate(music["parts"]):
        names = []
        base, step = (at.bottom, DRUM) if part["drum"] else (at.floor, at.row)
        inset = 1 if step >= 6 else 0.25
        for start, length, pitch, velocity in part["notes"]:
            row = row_of[pitch] if part["drum"] else pitch - at.low
            x, y = at.x(max(0, start)), base - (row + 1) * step + inset
            width = max(2.0, length * at.scale - 1)
            if part["drum"]:
                width = min(width, 9.0)
            box = _rect(f"part-{number % COLOURS}", x, y, width, step - 2 * inset)
            look = {"rx": min(2.5, step / 4), "fill-opacity": 0.6 + 0.4 * velocity / 127}
            yield box._replace(attributes=box.attributes | look, owner=number)
            name = pitch_name(pitch)
            if not part["drum"] and step >= 10.5 and width > LETTER * len(name) + 4:
                names.append(_text("name", x + 4, y + step - 2 * inset - 2, 9, name))
        yield from names
