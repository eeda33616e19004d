"""Texts, JSON values and Python values, changed or made up so that they are at an edge."""

from __future__ import annotations

import copy
import json
import math
import sys
from random import Random
from typing import Any


def deep_list(depth: int) -> list[Any]:
    """Lists within lists."""
    result: list[Any] = []
    for _ in range(depth):
        result = [result]
    return result


ODD: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 127, 128, 65504, 2**31, 2**63, 10**9, 10**400, 10**5000),
    *(0.5, -0.0, 1e-320, 1e308, math.inf, -math.inf, math.nan),
    *("", "x", "0", "C", "\0", "\ud800", "\x1b[2J", "é", "C" * 5000, "9" * 5000, "٣"),
    *([], {}, [0], [math.nan], [[]], {"": None}, deep_list(100), b"", b"x", object()),
)
"""Values at edges of types and ranges."""

TOKENS = {
    "chords": "C Am F#m7b5 Bb N.C. : 2 :0 :999 | + +9 b5 maj7 sus4 /G ( ) # ♭ 6/9 69 \n -7 alt Δ o",
    "key": "C A f# Bb minor major dorian m - natural blues ♯ # b penta tonic H \t maj",
    "range": "C4 - C6 60 84 127 128 Bb -1 G9 # 000 999 c",
    "density": "4 - 8 0 9999 6 1 00001",
    "meter": "4 / 3 8 t 6 12 0 999 64 32 7",
    "program": "flute 0 127 128 -1 piano (acoustic) grand +",
    "settings": "density = 1 -2 1e9 nan inf , range x e 5",
    "form": "A B AABA Z a 1 ABC",
    "track": "1 2 + 3 melody 0 -1 999 drums",
}
"""What texts of each kind are made of."""


def random_text(random: Random, kind: str) -> str:
    """A text of tokens of a kind, often repeated, sometimes with what no one types."""
    tokens = [*TOKENS[kind].split(" "), " "]
    words = [random.choice(tokens) for _ in range(random.choice((1, 2, 3, 5, 8, 20)))]
    if random.random() < 0.3:  # what backtracks: a start that fits, many times the same, an end
        at = random.randrange(len(words))
        words[at] *= random.choice((2, 10, 30, 100, 3000, 60_000))
        words = [tokens[0], *words[at : at + 1], random.choice((*tokens, "!"))]
    if random.random() < 0.3:
        odd = ("\0", "\ud800", "٣", "!", "\u2028", "\x1b[2J", " " * 1000, "９")
        words.insert(random.randrange(len(words) + 1), random.choice(odd))
    return random.choice(("", " ")).join(words)


def mutate_json(random: Random, value: Any, odd: tuple[Any, ...] = ODD[:-3]) -> Any:
    """A copy of a JSON value with one place in it changed."""
    root: list[Any] = [copy.deepcopy(value)]
    holder: Any = root
    key: Any = 0
    while holder[key] and isinstance(holder[key], (list, dict)) and random.random() < 0.85:
        holder = holder[key]
        key = random.choice([*holder] if isinstance(holder, dict) else range(len(holder)))
    changed = change_value(random, holder[key], odd)
    if holder is not root and random.random() < 0.15:
        del holder[key]
    elif isinstance(holder, dict) and random.random() < 0.1:
        holder[random.choice(("", "version", "bars", "x"))] = changed
    else:
        holder[key] = changed
    return root[0]


def to_json(value: Any) -> str:
    """JSON with numbers of any length, which `json.dumps` refuses."""
    digits = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        return json.dumps(value)
    finally:
        sys.set_int_max_str_digits(digits)


def change_value(random: Random, value: Any, odd: tuple[Any, ...]) -> Any:
    """A value near another, or an odd one."""
    kind = random.randrange(4)
    if kind == 0 and isinstance(value, (int, float)) and abs(value) < 10**12:
        return random.choice((value + 1, value - 1, -value, value * 1000, value + 0.5, str(value)))
    if kind == 0 and isinstance(value, str):
        at = random.randrange(len(value) + 1)
        return random.choice((value[:at], value + value, value[:at] + "\0" + value[at:], value[1:]))
    if kind == 0 and isinstance(value, list):
        return random.choice((value * 2, value[1:], value * 100, [value]))
    return random.choice(odd)
