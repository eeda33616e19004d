"""General MIDI programs by number and by name.

MIDI Manufacturers Association, General MIDI System Level 1, RP-003, 1991. Numbers count
from 0, as MIDI sends them. The names are those of pretty_midi, loaded where one is said.
"""

from __future__ import annotations

import re
from difflib import get_close_matches

from ..errors import RequestError

MAX_SUGGESTIONS = 3
"""Names that an error proposes."""


def parse_program(wanted: str | int) -> int:
    """A number from 0 to 127, or a name: whole, its beginning, or a piece of it.

    Raises:
        RequestError: there is no such program, or the piece is found in several.

    >>> parse_program(32), parse_program("32"), parse_program("acoustic bass")
    (32, 32, 32)
    """
    number = str(wanted).strip()
    if re.fullmatch(r"[+-]?\d+", number):
        if not 0 <= int(number) <= 127:
            raise RequestError(f"A program is a General MIDI number from 0 to 127, not {number}.")
        return int(number)
    names = _names()
    plain = {_plain(name): program for program, name in enumerate(names)}
    text = _plain(number)
    exact = [plain[text]] if text in plain else []
    begin = [program for name, program in plain.items() if name.startswith(text)]
    inside = [program for name, program in plain.items() if text in name]
    found = exact or (begin if len(begin) == 1 else inside)
    if len(found) == 1:
        return found[0]
    if text and found:
        few = (begin or inside)[:MAX_SUGGESTIONS]
        raise RequestError(
            f"{wanted!r} is in the names of {len(found)} programs; say one of them: "
            f"{', '.join(names[program] for program in few)}"
            f"{' ...' if len(found) > len(few) else '.'}"
        )
    near = get_close_matches(text, plain, MAX_SUGGESTIONS, cutoff=0.0)
    close = ", ".join(names[plain[name]] for name in near)
    raise RequestError(f"There is no program {wanted!r} in General MIDI; near are: {close}.")


def program_name(number: int) -> str:
    """The name of a program from 0 to 127.

    Raises:
        RequestError: there is no such number.

    >>> program_name(32)
    'Acoustic Bass'
    """
    return _names()[parse_program(number)]


def _names() -> list[str]:
    from pretty_midi import program_to_instrument_name

    return [program_to_instrument_name(program) for program in range(128)]


def _plain(name: str) -> str:
    """Lower case, words parted by one space: what stands between them is not said."""
    return " ".join(re.findall(r"[a-z0-9]+", name.lower()))
