"""Regular expressions: none of the package hangs on a text."""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import product
from pathlib import Path
from typing import Any

import pytest

import musicvae
from musicvae.adapt.apply_attributes import parse_settings
from musicvae.arguments import MAX_SYMBOL, MAX_TEXT
from musicvae.constraints.parse import MAX_CHORDS, MAX_CHORDS_TEXT, parse_constraints
from musicvae.errors import MusicVAEError
from musicvae.generation.form import parse_form
from musicvae.score.provenance import Recipe, parse_recipe
from musicvae.theory.chords import find_chord_symbols, parse_chord
from musicvae.theory.general_midi import parse_program
from musicvae.theory.keys import parse_key
from musicvae.theory.meter import parse_meter
from musicvae.theory.pitch import parse_range

from .cpu import no_hang

SUSPECT_SECONDS = 0.05
"""CPU that makes a pattern suspect, ten times what any takes: then its growth is measured."""

REPEATS = 400
"""Of a few characters; a pattern that is not linear takes far longer for so many."""

PACKAGE = Path(musicvae.__file__).parent
RE_FUNCTIONS = ("compile", "match", "search", "fullmatch", "sub", "split", "finditer", "findall")


def seconds(method: Callable[[Any], object], text: Any) -> float:
    """CPU that matching takes."""
    with no_hang():
        began = time.process_time()
        method(text)
        return time.process_time() - began


def patterns() -> list[Any]:
    """Every pattern that a module holds, or writes where it is used, and how it is matched."""
    found: dict[str | bytes, tuple[re.Pattern[Any], tuple[str, ...]]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "import re\n" not in text:
            continue
        name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        for value in vars(import_module(name)).values():
            for item in value if isinstance(value, tuple) else (value,):
                if isinstance(item, re.Pattern):
                    found[item.pattern] = item, ("fullmatch", "search")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                of_re = ast.unparse(node.func).startswith("re.") and node.func.attr in RE_FUNCTIONS
                if of_re and node.args and isinstance(node.args[0], ast.Constant):
                    written: Any = node.args[0].value
                    method = "fullmatch" if node.func.attr == "fullmatch" else "search"
                    found.setdefault(written, (re.compile(written), (method,)))
    return [
        pytest.param(pattern, methods, id=repr(pattern.pattern)[:40])
        for pattern, methods in found.values()
    ]


def pumps(pattern: re.Pattern[Any]) -> Iterator[Any]:
    """Two characters of the pattern again and again; spaces or digits after each character."""
    source: Any = pattern.pattern
    join: Any = (source[:0]).join
    letters: list[Any]
    if isinstance(source, bytes):
        letters = [bytes([code]) for code in {*source, 0, 1, 0x7F, 0x80, 0xC0, 0xFF}]
        tail: Any = b"\n!\xff"
    else:
        letters = sorted({*source, *" 19aAz"} - {"\\", "(", ")", "["})
        tail = "!\n"
    for pair in product(letters, letters):
        yield join(pair) * REPEATS + tail
    for first, rest in product(letters, letters[-1:] if isinstance(source, bytes) else " 9"):
        yield first + rest * REPEATS + tail


@pytest.mark.parametrize(("pattern", "methods"), patterns())
def test_no_pattern_hangs_or_grows_too_fast(
    pattern: re.Pattern[Any], methods: tuple[str, ...]
) -> None:
    """Whatever few characters are repeated: four times the text takes less than 40 times as long.

    The time of two nested loops would grow 16 times, that of three 64 times.
    """
    for text in pumps(pattern):
        for name in methods:
            if name == "search" and text[0] == text[2] > text[1]:
                continue  # searching the other pair, "ab" for "ba", takes as long
            method = getattr(pattern, name)
            if seconds(method, text) > SUSPECT_SECONDS:
                quarter = text[: len(text) // 4] + text[-3:]
                whole = min(seconds(method, text) for _ in range(3))
                assert whole < max(SUSPECT_SECONDS, 40 * seconds(method, quarter))


def chord_recipe(text: str) -> None:
    """A recipe whose chords are the text, read as `replay` reads it."""
    recipe = parse_recipe(Recipe("", "generate", options={"wishes": {"chords": text}}).to_text())
    assert recipe
    parse_constraints(**recipe.options["wishes"])


READERS: dict[str, Callable[[str], object]] = {
    "chord": parse_chord,
    "marker": lambda text: find_chord_symbols([(0, text)]),
    "chords": lambda text: parse_constraints(chords=text),
    "recipe": chord_recipe,
    "key": parse_key,
    "scale": lambda text: parse_key("C", text),
    "meter": parse_meter,
    "range": parse_range,
    "density": lambda text: parse_constraints(density=text),
    "program": parse_program,
    "form": lambda text: parse_form(text, None, 2),
    "setting": lambda text: parse_settings([text]),
}
WORST = {
    "C+9": ("C", "+9"),
    "C spaces": ("C", " "),
    "Cm11": ("Cm", "11"),
    "slashes": ("C", "/1"),
    "digits": ("1", "1"),
    "4/4": ("4/4", " "),
    "A=1": ("a=1", "1"),
    "C4-": ("C4-", " "),
    "C:": ("C", ":1"),
}


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
@pytest.mark.parametrize("length", [MAX_SYMBOL, MAX_TEXT, MAX_CHORDS_TEXT, 10**6])
def test_no_text_is_a_hang(reader: Callable[[str], object], length: int) -> None:
    """From a file, an option or a recipe: it is read, or refused in one short sentence."""
    reasons = [""]
    for first, rest in WORST.values():
        text = first + rest * ((length - len(first) - 1) // len(rest))
        for ending in ("", "!"):
            with no_hang():
                try:
                    reader(text + ending)
                except MusicVAEError as error:
                    reasons.append(str(error))
    assert max(map(len, reasons)) < 300


def test_symbols_are_read_up_to_the_limit() -> None:
    """A text of exactly the greatest length passes, and of one character more does not."""
    longest = "C" + "#11" * ((MAX_SYMBOL - 1) // 3)
    assert len(longest) == MAX_SYMBOL
    assert parse_chord(longest)
    with pytest.raises(MusicVAEError, match="has at most 64 characters, not 65"):
        parse_chord(longest + "9")
    assert len(parse_constraints(chords="C " * MAX_CHORDS).chords) == MAX_CHORDS
    with pytest.raises(MusicVAEError, match="at most 1,000 chords"):
        parse_constraints(chords="C " * (MAX_CHORDS + 1))
    with pytest.raises(MusicVAEError, match="at most 1,000 chords"):
        parse_constraints(chords=["C"] * (MAX_CHORDS + 1))
