"""Piano rolls: SVG for any music, the same in Python and in the browser, safe with any name."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.page.music_json import music_json
from musicvae.page.roll import layout
from musicvae.page.svg import DARK, LIGHT, THEMES, roll_svg
from musicvae.score.phrase import Part, Phrase
from musicvae.theory.meter import Meter

from ..strategies import METERS, phrases
from .listening import open_player
from .test_music_json import JIG

if TYPE_CHECKING:
    from playwright.sync_api import Page

NAME = '<script>alert("1")</script>&\x00\ud800'


@settings(max_examples=20)
@given(phrases(offsets=True), st.sampled_from([None, *THEMES]))
def test_a_roll_of_any_phrase_has_its_notes_inside(phrase: Phrase, theme: str | None) -> None:
    """Well-formed, a rectangle for each note of each part, and nothing left of the first step."""
    music = music_json(phrase, "a & b")
    root = ElementTree.fromstring(roll_svg(music, 800, theme=theme))
    boxes = [float(element.get("x", 0)) for element in root.iter() if "rx" in element.attrib]
    assert len(boxes) == sum(len(part.notes) for part in phrase.parts)
    assert min(boxes, default=800) >= layout(music, 800).left - 0.01


@given(st.text() | st.just(NAME))
def test_names_are_never_markup(name: str) -> None:
    """Parts, sections and the music itself may be called anything."""
    music = music_json(JIG, name)
    for part in music["parts"]:
        part["name"] = name
    music["sections"] = [[0, name]]
    plain = music_json(JIG, "x") | {"sections": [[0, ""]]}
    kinds = [Counter(re.findall(r"<(/?\w+)", roll_svg(one, 9_000))) for one in (music, plain)]
    assert kinds[0].keys() - {"text", "/text", "circle"} <= kinds[1].keys()
    ElementTree.fromstring(roll_svg(music, 9_000, theme="light"))


@pytest.mark.parametrize("meter", METERS[::8], ids=str)
def test_bars_are_numbered(meter: Meter) -> None:
    """Each bar has a number in a roll that is wide enough."""
    phrase = Phrase(meter, 3, pickup=min(2, meter.steps_per_bar - 1), parts=(Part(),))
    texts = re.findall(r"<text[^>]*>(\d+)</text>", roll_svg(music_json(phrase), 3_000))
    assert texts == ["1", "2", "3"]


def test_a_roll_fits_its_width() -> None:
    """Even one that is absurdly narrow is drawn, and a height is kept."""
    music = music_json(JIG)
    assert 'width="5"' in roll_svg(music, 5)
    assert layout(music, 500, 300).height == pytest.approx(300, abs=1)


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio of two colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_texts_can_be_read(theme: dict[str, str]) -> None:
    """4.5 to 1 for all texts, 3 to 1 for names inside notes, notes 2 to 1 from the page."""
    for role in ("text", "muted"):
        assert all(contrast(theme[role], theme[back]) >= 4.5 for back in ("back", "lane"))
    assert contrast(theme["text"], theme["line"]) >= 4.5
    for number in range(8):
        assert contrast(theme["name"], theme[f"part-{number}"]) >= 3
        assert contrast(theme["back"], theme[f"part-{number}"]) >= 2


SHAPES = """([music, width, height]) => {
    const roll = drawRoll(document.getElementById("box"), music, { width, height });
    return roll.svg.outerHTML;
}"""


def shapes(svg: str) -> list[tuple[Any, ...]]:
    """Kind, colour, text and numbers of each shape, without the line and the selection."""
    found = []

    def visit(element: ElementTree.Element, colour: str) -> None:
        numbers = []
        for name, value in sorted(element.attrib.items()):
            if name in ("fill", "stroke"):
                colour = value.replace(" ", "")
            elif re.fullmatch(r"-?[\d.]+", value) and not name.startswith("data"):
                numbers += [round(float(value), 1)] if float(value) else []
        if element.get("class") in ("mv-head", "mv-selection"):
            return
        kind = element.tag.rpartition("}")[2]
        if kind not in ("g", "svg"):
            found.append((kind, colour, element.text or "", *numbers))
        for child in element:
            visit(child, colour)

    visit(ElementTree.fromstring(svg), "")
    return sorted(found, key=repr)


def test_python_and_the_browser_draw_the_same(page: Page) -> None:
    """Every shape stands at the same place in the same colour, at several sizes."""
    open_player(page)
    music = music_json(JIG, "jig")
    for width, height in ((800, None), (360, 200), (3_000, 500)):
        drawn = shapes(page.evaluate(SHAPES, [music, width, height]))
        expected = shapes(roll_svg(music, width, height))
        assert [shape[:3] for shape in drawn] == [shape[:3] for shape in expected]
        for one, other in zip(drawn, expected, strict=True):
            assert one[3:] == pytest.approx(other[3:], abs=0.11)


def test_a_drag_selects_whole_beats(page: Page) -> None:
    """In a roll of the browser; a click selects nothing."""
    open_player(page)
    page.evaluate(
        """(music) => { window.got = []; drawRoll(document.getElementById("box"), music, {
            width: 800, onselect: (selection) => got.push(selection) }); }""",
        music_json(JIG),
    )
    box = page.locator("svg").bounding_box()
    assert box is not None
    at = layout(music_json(JIG), 800)
    y = box["y"] + at.top + 20
    page.mouse.move(box["x"] + at.x(0.9), y)
    page.mouse.down()
    page.mouse.move(box["x"] + at.x(3.0), y)
    page.mouse.up()
    page.mouse.click(box["x"] + at.x(1), y)
    assert page.evaluate("got") == [{"from": 0.5, "to": 3.5}, None]
