"""General MIDI programs by number and by name.

MIDI Manufacturers Association, General MIDI System Level 1, RP-003, 1991. Numbers count
from 0, as in MIDI messages. Names come from pretty_midi, which is loaded only to look one up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import TypeAlias

from ..arguments import MAX_SYMBOL, check_text, check_whole, quote
from ..errors import RequestError

ProgramsLike: TypeAlias = str | Mapping[str, str | int]
"""Programs by part: `melody=flute,bass=33`, or a mapping."""

MAX_PROGRAMS_TEXT = 1_000
"""Characters of the longest text with programs by part."""

MAX_SUGGESTIONS = 3
"""Most names that an error suggests."""


def parse_program(wanted: str | int) -> int:
    """Program number from a number 0 to 127, a name, or a part of a name.

    Raises:
        RequestError: there is no such program, or several names match.

    >>> parse_program(32), parse_program("32"), parse_program("acoustic bass")
    (32, 32, 32)
    """
    if not isinstance(wanted, str):
        wanted = str(check_whole("program", wanted))
    text = check_text("program", wanted, MAX_SYMBOL).strip()
    if re.fullmatch(r"[+-]?\d+", text):
        if not 0 <= int(text) <= 127:
            raise RequestError(f"A program is a General MIDI number from 0 to 127, not {text}.")
        return int(text)
    names = _names()
    programs = {_normalized(name): program for program, name in enumerate(names)}
    query = _normalized(text)
    exact = [programs[query]] if query in programs else []
    starting = [program for name, program in programs.items() if name.startswith(query)]
    containing = [program for name, program in programs.items() if query in name]
    matches = exact or (starting if len(starting) == 1 else containing)
    if len(matches) == 1:
        return matches[0]
    if query and matches:
        suggested = (starting or containing)[:MAX_SUGGESTIONS]
        raise RequestError(
            f"{quote(wanted)} is in the names of {len(matches)} programs; choose one of them: "
            f"{', '.join(names[program] for program in suggested)}"
            f"{' ...' if len(matches) > len(suggested) else '.'}"
        )
    similar = get_close_matches(query, programs, MAX_SUGGESTIONS, cutoff=0.0)
    suggestions = ", ".join(names[programs[name]] for name in similar)
    raise RequestError(
        f"There is no program {quote(wanted)} in General MIDI; similar: {suggestions}."
    )


def parse_programs(wanted: ProgramsLike | None) -> dict[str, int]:
    """Program numbers by the names of parts, in lower case.

    Raises:
        RequestError: the text is no list of parts and programs, a part is there twice, or there is
            no such program.

    >>> parse_programs("Melody=flute, bass=33"), parse_programs({"chords": 4})
    ({'melody': 73, 'bass': 33}, {'chords': 4})
    """
    if wanted is None:
        return {}
    if not isinstance(wanted, str):
        pairs = [*wanted.items()]
    else:
        text = check_text("programs", wanted, MAX_PROGRAMS_TEXT)
        halves = [item.partition("=") for item in text.split(",")]
        if not all(name.strip() and program.strip() for name, _, program in halves):
            raise RequestError(
                f"Programs are written like melody=flute,bass=33, not {quote(wanted)}."
            )
        pairs = [(name, program) for name, _, program in halves]
    programs: dict[str, int] = {}
    for part, program in pairs:
        name = check_text("programs", part, MAX_SYMBOL).strip().lower()
        if name in programs:
            raise RequestError(f"The part {name} has two programs; give it one.")
        programs[name] = parse_program(program)
    return programs


def program_name(program: int) -> str:
    """Name of a program.

    >>> program_name(73)
    'Flute'
    """
    from pretty_midi import program_to_instrument_name

    return str(program_to_instrument_name(program))


def _names() -> list[str]:
    return [program_name(program) for program in range(128)]


def _normalized(name: str) -> str:
    """Lower case, letters and digits only, words separated by one space."""
    return " ".join(re.findall(r"[a-z0-9]+", name.lower()))
