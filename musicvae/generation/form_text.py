"""The text of a form: a row of letters, or names with their bars and options.

    AABA
    intro:4 A:8 A:8 B:8[key=G, bpm=132] A':8 outro:4

A name is a word or a letter, with a number or without. Its bars may be left out after the first
time; a prime stands for a variation. Options in brackets are those of this section alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..arguments import quote
from ..errors import RequestError

PRIME = "'"
PRIMES = "'\u2019\u2032"
"""A prime as it is typed, and as it is typeset."""

OPTIONS = ("key", "bpm", "chords", "range", "density", "cadence")
"""Options of a section."""

_SECTION = re.compile(
    rf"([A-Za-z]{{1,32}}\d{{0,4}})([{PRIMES}]{{0,8}})(?::(\d{{1,9}}))?(?:\[([^\[\]]*)\])?(?:\s+|$)"
)


@dataclass(frozen=True)
class SectionText:
    """A section as it was written; bars are None where none are."""

    name: str
    bars: int | None
    options: Mapping[str, str]


def is_row_of_letters(text: str) -> bool:
    """True for a form of one letter for each section.

    >>> is_row_of_letters("AABA"), is_row_of_letters("A:8")
    (True, False)
    """
    return re.fullmatch("[A-Za-z]+", text) is not None


def read_form(text: str) -> list[SectionText]:
    """The sections of a form of names.

    Raises:
        RequestError: it is none, a section has no bars, or there is no such option.

    >>> [section.name for section in read_form("intro:4 A:8 A':8[key=G]")]
    ['Intro', 'A', "A'"]
    """
    sections: list[SectionText] = []
    position = 0
    is_one_word = re.fullmatch("[A-Za-z0-9]*", text)  # a typing error in a row of letters
    while position < len(text) or not sections:
        match = None if is_one_word else _SECTION.match(text, position)
        if not match:
            raise RequestError(
                f"{quote(text[position:])} is no form; write a letter for each section, like "
                'AABA, or names with their bars, like "intro:4 A:8 B:8 A\':8".'
            )
        name = match[1].capitalize() + PRIME * len(match[2])
        bars = None if match[3] is None else int(match[3])
        if bars == 0:
            raise RequestError(f"{name} has 0 bars: a section has 1 or more.")
        sections.append(SectionText(name, bars, _options(match[4])))
        position = match.end()
    return sections


def _options(text: str | None) -> dict[str, str]:
    """Options in brackets: `key=G, bpm=132`."""
    options: dict[str, str] = {}
    for item in () if text is None else text.split(","):
        name, equals, value = (part.strip() for part in item.partition("="))
        if name not in OPTIONS or not equals or not value or name in options:
            raise RequestError(
                f"{quote(item.strip())} is no option of a section; write them once each, like "
                f"[key=G, bpm=132]: {', '.join(OPTIONS)}."
            )
        options[name] = value
    return options
