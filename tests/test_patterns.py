"""Regular expressions: none of the package hangs on a text."""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Callable, Iterator
from heapq import nlargest
from importlib import import_module
from itertools import product
from math import inf
from pathlib import Path
from typing import Any, NamedTuple

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

REPEATS = 400
"""Of a few characters; a pattern that is not linear takes far longer for so many."""

SUSPECTS = 6
"""Slowest texts of a pattern, whose growth is measured."""

TIMES, MAX_GROWTH = 8, 24
"""Eight times the repeats take 8 times as long, and 64 times where one loop runs in another."""

NO_TIME = 0.002
"""Seconds that a pattern which is not linear exceeds for 8 x 400 repeats, at 1 ns for each step."""

PACKAGE = Path(musicvae.__file__).parent
METHODS = {
    **{"match": "match", "search": "search", "fullmatch": "fullmatch"},
    **dict.fromkeys(("findall", "finditer", "split", "sub"), "findall"),
}
"""How a pattern is used, and the method that stands for it."""


class Pump(NamedTuple):
    """A text in which a few characters are repeated."""

    first: Any
    repeated: Any
    tail: Any

    def text(self, repeats: int = REPEATS) -> Any:
        """The text with so many repeats."""
        return self.first + self.repeated * repeats + self.tail


def seconds(method: Callable[[Any], object], text: Any, tries: int = 1) -> float:
    """Least CPU of several tries. A thread's is exact; a process's is not while an alarm is set."""
    least = inf
    for _ in range(tries):
        with no_hang():
            began = time.thread_time()
            method(text)
            least = min(least, time.thread_time() - began)
    return least


def patterns() -> list[Any]:
    """Every pattern that a module holds, or writes where it is used, and how it is matched."""
    found: dict[str | bytes, tuple[re.Pattern[Any], set[str]]] = {}
    sources = {path: path.read_text(encoding="utf-8") for path in sorted(PACKAGE.rglob("*.py"))}
    uses = re.findall(rf"\b(\w+)\.({'|'.join(METHODS)})\(", "".join(sources.values()))
    for path, source in sources.items():
        if "import re\n" not in source:
            continue
        module = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        for name, value in vars(import_module(module)).items():
            methods = {METHODS[method] for user, method in uses if user == name}
            for item in value if isinstance(value, tuple) else (value,):
                if isinstance(item, re.Pattern):
                    found[item.pattern] = item, methods or {"fullmatch", "search"}
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                is_used = ast.unparse(node.func).startswith("re.") and node.func.attr in METHODS
                if is_used and node.args and isinstance(node.args[0], ast.Constant):
                    written: Any = node.args[0].value
                    found.setdefault(written, (re.compile(written), set()))
                    found[written][1].add(METHODS[node.func.attr])
    return [
        pytest.param(pattern, sorted(methods), id=repr(pattern.pattern)[:40])
        for pattern, methods in found.values()
    ]


def pumps(pattern: re.Pattern[Any]) -> Iterator[Pump]:
    """Two characters of the pattern again and again; spaces or digits after each character."""
    source: Any = pattern.pattern
    nothing: Any = source[:0]
    letters: list[Any]
    if isinstance(source, bytes):
        letters = [bytes([code]) for code in sorted({*source, 0, 1, 0x7F, 0x80, 0xC0, 0xFF})]
        tail: Any = b"\n!\xff"
    else:
        letters = sorted({*source, *" 19aAz"} - {"\\", "(", ")", "["})
        tail = "!\n"
    for one, other in product(letters, letters):
        yield Pump(nothing, one + other, tail)
    for first, rest in product(letters, letters[-1:] if isinstance(source, bytes) else " 9"):
        yield Pump(first, rest, tail)


def grows_too_fast(pattern: re.Pattern[Any], name: str) -> bool:
    """True if one of the slowest texts takes far more than 8 times as long for 8 times as much."""
    method = getattr(pattern, name)
    tried: list[tuple[float, Pump]] = []
    for pump in pumps(pattern):
        if name != "fullmatch" and pump.repeated[:1] > pump.repeated[1:] > pump.repeated[:0]:
            continue  # the other pair, "ab" for "ba", takes as long
        tried.append((seconds(method, pump.text()), pump))
    for _, pump in nlargest(SUSPECTS, tried):
        longer = seconds(method, pump.text(TIMES * REPEATS), tries=2)
        if longer > NO_TIME and longer > MAX_GROWTH * seconds(method, pump.text(), tries=5):
            return True
    return False


@pytest.mark.parametrize(("pattern", "methods"), patterns())
def test_the_time_of_a_pattern_grows_with_its_text(
    pattern: re.Pattern[Any], methods: list[str]
) -> None:
    """Whatever few characters are repeated, and however the pattern is used."""
    assert not any(grows_too_fast(pattern, name) for name in methods)


@pytest.mark.parametrize(("pattern", "name"), [
    (r"\s*[a-g]\s*", "search"),
    (r"\s+$", "findall"),
    (r"(.*),(.*)x", "fullmatch"),
    (r"\b(drums?|drum\W?(kit|set|rack)s?|kit|perc)\b|\d+%", "search"),
])  # fmt: skip
def test_a_loop_in_a_loop_is_found(pattern: str, name: str) -> None:
    """In patterns whose time grows with the square of the text, alone or beside others."""
    assert grows_too_fast(re.compile(pattern), name)


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
    "A:8": ("A:8 ", " "),
    "A'[": ("A'[", "key=G,"),
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
