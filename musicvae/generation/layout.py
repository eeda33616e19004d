"""The layout of a piece: what music its form needs, and where each of it stands.

Sections of one name are one music. In another key it is the same music, moved by semitones after
it is decoded, so its constraints are those of the key that it is made in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from ..codecs.pitch_range import MAX_PITCH, OCTAVE
from ..constraints.parse import constraints_from_dict
from ..constraints.spec import Constraints, format_span
from ..errors import RequestError
from ..theory.keys import Key, parse_key
from .closing import FULL, MIN_BARS, OPEN
from .form import Form, Section


@dataclass(frozen=True)
class Music:
    """What the sections of one name play.

    Attributes:
        bars: its length.
        constraints: what it must satisfy before it is moved.
        energy: 0 to 1; see `energy`.
        cadence: how it ends: `half`, `full` or `open`.
        varies: number of the music that it is a variation of; None if it is none.
    """

    bars: int
    constraints: Constraints
    energy: float
    cadence: str
    varies: int | None = None


@dataclass(frozen=True)
class Place:
    """A music, by its number, at the bar `first`, moved by semitones; in a key, if it is known."""

    music: int
    first: int
    semitones: int = 0
    key: Key | None = None


@dataclass(frozen=True)
class Layout:
    """Each music of a piece in order of appearance, and its places in order."""

    music: tuple[Music, ...]
    places: tuple[Place, ...]

    @cached_property
    def bars(self) -> int:
        """Of the piece."""
        last = self.places[-1]
        return last.first + self.music[last.music].bars

    @property
    def keys(self) -> tuple[tuple[int, Key | None], ...]:
        """Bar and key of each section; empty if all are in one key, or in none."""
        keys = [(place.first, place.key) for place in self.places]
        return tuple(keys) if len({key for _, key in keys}) > 1 else ()

    def before(self, number: int) -> tuple[Place, Place]:
        """The place before the first one of a music, and that one itself."""
        index = next(i for i, place in enumerate(self.places) if place.music == number)
        return self.places[index - 1], self.places[index]


def lay_out(form: Form, constraints: Constraints, *, loop: bool = False) -> Layout:
    """The layout of a form under constraints.

    The last section comes to rest on the tonic, unless the piece is a loop. Where chords are given
    they say how a section ends.

    Raises:
        RequestError: constraints of a section cannot be read or contradict each other, or a
            section cannot be moved to its key.
    """
    names, last = form.names, form.sections[-1].name
    places = tuple(_places(form, constraints))
    music = []
    for number, name in enumerate(names):
        section = form.first(name)
        moves = {place.semitones for place in places if place.music == number}
        music.append(
            Music(
                section.bars,
                _moved_range(name, _constraints(form, section, constraints), moves),
                section.energy,
                OPEN if loop and name == last else _cadence(section, is_last=name == last),
                None if section.varied is None else names.index(section.varied),
            )
        )
    without = (replace(m, cadence=OPEN) if m.constraints.chords else m for m in music)
    return Layout(tuple(without), places)


def _places(form: Form, constraints: Constraints) -> Iterator[Place]:
    for first, section in zip(form.starts, form.sections, strict=True):
        own = _key(section, constraints)
        base = _key(form.first(section.varied or section.name), constraints)
        semitones = 0
        if "key" in section.words and (section.varied or section != form.first(section.name)):
            semitones = _semitones(section, base, own)
        key = own if semitones or "key" in section.words else base
        yield Place(form.names.index(section.name), first, semitones, key)


def _key(section: Section, constraints: Constraints) -> Key | None:
    """The key of a section, which is that of the piece if it has none of its own."""
    if "key" not in section.words:
        return constraints.key
    try:
        return parse_key(section.words["key"], constraints.to_dict().get("scale"))
    except RequestError as error:
        raise _about(section, error) from None


def _semitones(section: Section, base: Key | None, key: Key | None) -> int:
    """Semitones by which the music in a base key is moved to a key, -6 to 5.

    Raises:
        RequestError: the base key is unknown, or has another scale.
    """
    assert key
    name = section.varied or section.name
    if base is None:
        raise RequestError(
            f"To move {section.name} to {key}, the key of the first {name} must be known: write "
            f"it there, too, or ask for --key."
        )
    if base.scale != key.scale:
        raise RequestError(
            f"{section.name} is in {key}, but {name} before it in {base}: the same music can be "
            f"moved to another {base.scale} key, but not from {base.scale} to {key.scale}."
        )
    return (key.root - base.root + 6) % OCTAVE - 6


def _constraints(form: Form, section: Section, constraints: Constraints) -> Constraints:
    """The constraints of a section's music: its own, else those of what it varies or the piece."""
    own = dict(section.words)
    if section.varied:
        varied = form.first(section.varied).words
        own = {**varied, **own, "key": varied.get("key", "")}
    own = {name: text for name, text in own.items() if text}
    if not own:
        return constraints
    try:
        merged = constraints_from_dict({**constraints.to_dict(), **own})
        merged.check_chords_in_key()
    except RequestError as error:
        raise _about(section, error) from None
    return merged


def _about(section: Section, error: RequestError) -> RequestError:
    return RequestError(f"Section {section.name}: {error}")


def _moved_range(name: str, constraints: Constraints, moves: set[int]) -> Constraints:
    """The constraints, with a range that music keeps to wherever it is moved to."""
    if not constraints.range or not any(moves):
        return constraints
    low, high = constraints.range
    low, high = max(0, low - min(moves)), min(MAX_PITCH, high - max(moves))
    try:
        if low > high:
            raise RequestError("the range is too narrow")
        return constraints_from_dict({**constraints.to_dict(), "range": format_span((low, high))})
    except RequestError as error:
        raise RequestError(
            f"{name} cannot be moved to its other keys within --range: {error}"
        ) from None


def _cadence(section: Section, *, is_last: bool) -> str:
    """How a section ends; a piece whose last section is long enough comes to rest."""
    return section.cadence or (FULL if is_last and section.bars >= MIN_BARS else OPEN)
