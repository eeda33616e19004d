"""The form of a piece: its sections in order. Equal names are the same music."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import TypeAlias

from ..arguments import MAX_TEXT, check_number, check_text, quote
from ..errors import RequestError
from ..score.phrase import Phrase, Tempo
from ..theory.meter import bpm_to_tempo
from .closing import FULL, HALF, OPEN
from .form_text import PRIME, SectionText, is_row_of_letters, read_form
from .seeding import MAX_BARS

CADENCES = (HALF, FULL)
"""How sections may end; one may also be left open."""

NEUTRAL = 0.5
"""The energy of music as the model plays it unasked."""

CALM = 0.3
"""The energy of an intro and of an outro, if none is asked for."""

INTRO, OUTRO = "Intro", "Outro"
"""Names of sections that are calm, of which the first leads on and the other comes to rest."""

LOUDER = 16
"""Velocity from energy 0.5 to 1, and from 0 to 0.5."""

EnergyLike: TypeAlias = "str | float | Sequence[float]"
"""`0.3,0.6,1`, or a number for all sections, or one for each."""


@dataclass(frozen=True)
class Section:
    """A section as it was asked for.

    Attributes:
        name: such as `A`, `Verse`, or `A'` for a variation of A.
        bars: its length.
        words: its own constraints, as text by name.
        cadence: how it ends: `half`, `full` or `open`; None for the usual way.
        energy: 0 to 1; see `NEUTRAL`.
        bpm: its own tempo; None for that of the piece.
    """

    name: str
    bars: int
    words: Mapping[str, str] = field(default_factory=dict)
    cadence: str | None = None
    energy: float = NEUTRAL
    bpm: float | None = None

    @property
    def varied(self) -> str | None:
        """The name of the section that it is a variation of; None if it is none."""
        return self.name.rstrip(PRIME) if self.name.endswith(PRIME) else None


@dataclass(frozen=True)
class Form:
    """The sections of a piece in order.

    Attributes:
        is_named: False for a row of letters of equal length, whose names are not written.
    """

    sections: tuple[Section, ...]
    is_named: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The distinct names, in order of appearance."""
        return tuple(dict.fromkeys(section.name for section in self.sections))

    @property
    def bars(self) -> int:
        """Of the whole piece."""
        return sum(section.bars for section in self.sections)

    @property
    def starts(self) -> tuple[int, ...]:
        """The first bar of each section."""
        return tuple(accumulate((s.bars for s in self.sections[:-1]), initial=0))

    @property
    def loudness(self) -> tuple[tuple[int, int], ...]:
        """Bar and velocity to add from there on; empty if nothing is added anywhere."""
        changes = [round(2 * LOUDER * (s.energy - NEUTRAL)) for s in self.sections]
        return tuple(zip(self.starts, changes, strict=True)) if any(changes) else ()

    def first(self, name: str) -> Section:
        """The first section of a name."""
        return next(section for section in self.sections if section.name == name)


def equal_sections(letters: str, bars: int) -> Form:
    """A form of one letter for each section, all of so many bars."""
    return Form(tuple(Section(letter, bars) for letter in letters))


def parse_form(
    form: str | None,
    bars: int | None,
    default: int,
    cadence: str | None = None,
    energy: EnergyLike | None = None,
) -> Form:
    """The form of a piece; one section if None.

    Args:
        form: a row of letters, `AABA`, or names with their bars, `intro:4 A:8 B:8 A':8`; see
            `form_text`.
        bars: of the whole piece, if the form has no bars; `default` for each section if None.
        cadence: how sections end; `half` or `full`; the last one is full.
        energy: of each section, or of all.

    Raises:
        RequestError: the form cannot be read or contradicts itself, the bars do not divide into
            sections, there is no such cadence, or not one energy for each section.
    """
    if cadence not in (None, *CADENCES):
        raise RequestError(f"A cadence is {' or '.join(CADENCES)}, not {quote(cadence)}.")
    text = check_text("form", form or "A").strip()
    if is_row_of_letters(text):
        parsed = equal_sections(text.upper(), _bars_of_each(text.upper(), len(text), bars, default))
    else:
        parsed = _named(read_form(text), bars, default)
    if not 1 <= parsed.bars <= MAX_BARS:
        raise RequestError(f"Ask for 1 to {MAX_BARS:,} bars, not {parsed.bars:,}.")
    energies = _energies(energy, parsed)
    last = parsed.sections[-1].name
    sections = (
        replace(
            section,
            energy=amount,
            cadence=section.cadence or _usual_cadence(section.name, cadence, last),
        )
        for section, amount in zip(parsed.sections, energies, strict=True)
    )
    return replace(parsed, sections=tuple(sections))


def with_form(phrase: Phrase, form: Form, tempo: int) -> Phrase:
    """A piece with the tempos of its sections, and their names.

    Args:
        tempo: of sections without one, in microseconds per quarter.
    """
    if not form.is_named:
        return phrase
    bar = phrase.meter.steps_per_bar
    tempos = [Tempo(0, tempo)]
    for first, section in zip(form.starts, form.sections, strict=True):
        own = tempo if section.bpm is None else bpm_to_tempo(section.bpm)
        if not first:
            tempos = [Tempo(0, own)]
        elif own != tempos[-1].microseconds:
            tempos.append(Tempo(first * bar, own))
    names = zip(form.starts, form.sections, strict=True)
    return replace(
        phrase,
        tempos=tuple(tempos),
        section_names=tuple((first * bar, section.name) for first, section in names),
    )


def _bars_of_each(name: str, count: int, bars: int | None, default: int) -> int:
    total = default * count if bars is None else bars
    if not 1 <= total <= MAX_BARS:
        raise RequestError(f"Ask for 1 to {MAX_BARS:,} bars, not {total}.")
    if total % count:
        raise RequestError(
            f"{total} bars are not {count} equal sections {name}; "
            f"ask for {-(-total // count) * count}."
        )
    return total // count


def _named(texts: Sequence[SectionText], bars: int | None, default: int) -> Form:
    if bars is not None:
        if any(text.bars for text in texts):
            raise RequestError(
                "The form says how many bars each section has: leave out --bars, or the bars of "
                "the form."
            )
        default = _bars_of_each("of this form", len(texts), bars, default)
    firsts: dict[str, Section] = {}
    sections = []
    for text in texts:
        section = _section(text, firsts, default)
        firsts.setdefault(section.name, section)
        sections.append(section)
    return Form(tuple(sections), is_named=True)


def _section(text: SectionText, firsts: Mapping[str, Section], default: int) -> Section:
    """A section, after the first ones of the names before it."""
    name, options = text.name, dict(text.options)
    bpm, cadence = options.pop("bpm", None), options.pop("cadence", None)
    if cadence not in (None, *CADENCES, OPEN):
        raise RequestError(
            f"The cadence of a section is {HALF}, {FULL} or {OPEN}, not {quote(cadence)}."
        )
    original = firsts.get(name.rstrip(PRIME))
    if name.endswith(PRIME) and original is None:
        letter = name.rstrip(PRIME)
        raise RequestError(f"{name} is a variation of {letter}: put {letter} before it.")
    length = (original.bars if original else default) if text.bars is None else text.bars
    if original and length != original.bars:
        raise RequestError(
            f"{name} has {length} bars, but {original.name} before it {original.bars}: give it "
            "another name, or the same bars."
        )
    section = Section(name, length, options, cadence, NEUTRAL, _bpm(bpm))
    first = firsts.get(name)
    if first and _differs(section, first):
        raise RequestError(
            f"Sections of one name are the same music, which only key and bpm change: write "
            f"{name}{PRIME} for a {name} with other {', '.join(_differs(section, first))}."
        )
    return section


def _differs(section: Section, first: Section) -> list[str]:
    """What a section has otherwise than the first of its name."""
    words = [
        name
        for name, text in section.words.items()
        if name != "key" and first.words.get(name) != text
    ]
    return words + ["cadence"] * (section.cadence not in (None, first.cadence))


def _bpm(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        bpm = float(text)
    except ValueError:
        raise RequestError(f"bpm is a number of quarters per minute, not {quote(text)}.") from None
    bpm_to_tempo(bpm)
    return bpm


def _usual_cadence(name: str, cadence: str | None, last: str) -> str | None:
    """How a section ends that has no cadence of its own; the last one of several comes to rest."""
    if name == INTRO:
        return OPEN
    return FULL if name == OUTRO or (cadence and name == last) else cadence


def _energies(energy: EnergyLike | None, form: Form) -> list[float]:
    if energy is None:
        names = (section.name for section in form.sections)
        return [CALM if name in (INTRO, OUTRO) else NEUTRAL for name in names]
    values = _parse_energy(energy)
    if len(values) == 1:
        return values * len(form.sections)
    if len(values) != len(form.sections):
        raise RequestError(
            f"--energy has {len(values)} values for {len(form.sections)} sections: give one for "
            "each section, or one for all."
        )
    return values


def _parse_energy(energy: EnergyLike) -> list[float]:
    items: Sequence[object] = [energy]
    if isinstance(energy, str):
        items = check_text("--energy", energy, MAX_TEXT).split(",")
    elif isinstance(energy, Sequence):
        items = energy
    try:
        values = [float(v) if isinstance(v, str) else float(check_number("", v)) for v in items]
    except (ValueError, RequestError):
        values = []
    if not values or not all(0 <= value <= 1 for value in values):
        raise RequestError(
            f"An energy is a number from 0 to 1 for each section, like 0.3,0.6,1, not "
            f"{quote(energy)}."
        )
    return values
