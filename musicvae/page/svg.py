"""Piano rolls as SVG: pure strings, with every name in them escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import groupby

from .music_json import Json
from .roll import Shape, layout, scene

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"

LIGHT = {
    **{"back": "#ffffff", "lane": "#f3f4f8", "line": "#dde1e9", "beat": "#e9ecf2"},
    **{"bar": "#bcc3d1", "text": "#20242e", "muted": "#626b7c", "name": "#10141c"},
    **{"head": "#d7263d", "select": "#3f7fd9"},
    **{"part-0": "#4a86e0", "part-1": "#e5913a", "part-2": "#3ea57c", "part-3": "#9270d0"},
    **{"part-4": "#d9657a", "part-5": "#36a5b8", "part-6": "#bf9d36", "part-7": "#7988a3"},
}
"""Colours by role; `--mv-ROLE` in style sheets."""

DARK = {
    **{"back": "#14161b", "lane": "#1b1e25", "line": "#2c313c", "beat": "#242832"},
    **{"bar": "#464d5e", "text": "#e7eaf0", "muted": "#9aa3b5", "name": "#0c0e12"},
    **{"head": "#ff6b70", "select": "#6ea8ff"},
    **{"part-0": "#6ea8ff", "part-1": "#f2a65a", "part-2": "#5cc79b", "part-3": "#b294f0"},
    **{"part-4": "#f0808f", "part-5": "#5cc7d8", "part-6": "#d9bd5c", "part-7": "#9aa8c2"},
}
"""The same on a dark page."""

THEMES = {"light": LIGHT, "dark": DARK}

CONTROL = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535), "�")
"""Characters that XML cannot hold."""


def roll_svg(
    music: Json, width: float, height: float | None = None, theme: str | None = None
) -> str:
    """A piano roll of some music from `music_json`.

    Args:
        width, height: in pixels; see `roll.layout`.
        theme: "light" or "dark"; None for a part of a page, whose style sheet has the colours as
            `--mv-ROLE`, and which moves the line of class `mv-head`.
    """
    at = layout(music, width, height)
    shapes = groupby(scene(music, at), key=lambda shape: (shape.role, shape.kind, shape.owner))
    groups = "".join(_group(*key, items, theme) for key, items in shapes)
    label = _escaped(music["name"] or "Piano roll")
    data = "" if theme else f' data-left="{_number(at.left)}" data-scale="{at.scale:.5f}"'
    namespace = ' xmlns="http://www.w3.org/2000/svg"' if theme else ""
    head = "" if theme else _head(at.top - 6, at.bottom)
    return (
        f'<svg{namespace} class="mv-roll" role="img" aria-label="{label}" '
        f'width="{_number(at.width)}" height="{_number(at.height)}" '
        f'viewBox="0 0 {_number(at.width)} {_number(at.height)}" font-family="{FONT}"{data}>'
        f"{groups}{head}</svg>"
    )


def style_variables(theme: dict[str, str]) -> str:
    """The colours of a theme as declarations for a style sheet."""
    return "".join(f"--mv-{role}:{colour};" for role, colour in theme.items())


def _head(top: float, bottom: float) -> str:
    """The line that moves while music plays."""
    return (
        f'<line class="mv-head" visibility="hidden" y1="{_number(top)}" y2="{_number(bottom)}" '
        f'stroke="{_paint("head", None)}" stroke-width="1.5"/>'
    )


def _group(
    role: str, kind: str, owner: int | None, shapes: Iterable[Shape], theme: str | None
) -> str:
    paint = "stroke" if kind == "line" else "fill"
    part = "" if owner is None else f' data-part="{owner}"'
    inner = "".join(map(_element, shapes))
    return f'<g {paint}="{_paint(role, theme)}"{part}>{inner}</g>'


def _paint(role: str, theme: str | None) -> str:
    return THEMES[theme][role] if theme else f"var(--mv-{role},{LIGHT[role]})"


def _element(shape: Shape) -> str:
    attributes = " ".join(
        f'{name}="{value if isinstance(value, str) else _number(value)}"'
        for name, value in shape.attributes.items()
    )
    if shape.kind == "text":
        return f"<text {attributes}>{_escaped(shape.text)}</text>"
    return f"<{shape.kind} {attributes}/>"


def _escaped(text: str) -> str:
    """A text for XML or HTML; what neither can hold is replaced."""
    return escape(text.encode("utf-8", "replace").decode("utf-8").translate(CONTROL))


def _number(value: float) -> str:
    """At most two decimals.

    >>> _number(12.0), _number(0.128)
    ('12', '0.13')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".")
