"""The method that writes parts beside those of a song, and what parts it writes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TypeAlias

from ..arguments import check_arguments, check_text, quote
from ..codecs.base import Codec
from ..config import SampleConfig
from ..constraints.parse import ChordsLike
from ..errors import RequestError
from ..generation.seeding import check_request
from ..score.bar_range import BarRangesLike
from ..score.phrase import Phrase
from ..verbs import fill
from .base import ConstraintOptions, sampling_of
from .filling import FillingVerbs
from .gaps import OpenSong
from .inputs import Music

PartNames: TypeAlias = str | Sequence[str]
"""Names of parts: "bass,drums" or ["bass", "drums"]."""


class AccompanyingVerbs(FillingVerbs):
    """accompany."""

    @check_arguments
    def accompany(
        self,
        source: Music,
        n: int = 1,
        *,
        add: PartNames | None = None,
        replace: PartNames | None = None,
        bars: BarRangesLike | None = None,
        track: str | int | None = None,
        only: bool = False,
        temperature: float = SampleConfig.temperature,
        seed: int | None = None,
        bpm: float = 120.0,
        key: str | None = None,
        scale: str | None = None,
        chords: ChordsLike | None = None,
    ) -> list[Phrase]:
        """Write parts that fit the others of some music: a bass, drums, a melody.

        They are drawn knowing the parts and the chords that stay, by a model of several parts.

        Args:
            source: music of any kind.
            n: number of alternatives; the likeliest comes first.
            add: parts that are not played in these bars, such as "bass,drums"; None for all of
                them but the melody, unless there is something to replace.
            replace: parts that are played, and get other notes.
            bars: the bars that get new parts, as for `fill`; None for all.
            only: return the parts that the model reads and writes, without the rest of the file.
            track: the melody; None to find it.
            temperature, seed, bpm: as for `fill`.
            key, scale, chords: as for `generate`; they bind the new parts.

        Raises:
            MidiError, RequestError: the input cannot be used, it has no such bars, a part is
                played or is not, a number is out of range, or the model has a single part.
        """
        constraints = ConstraintOptions(key=key, scale=scale, chords=chords)
        sampling = sampling_of(temperature, seed, constraints)
        check_request(self.player, "accompany", n, temperature)
        names = names_of_parts(self.player.codec)
        added, replaced = parse_parts(add, names), parse_parts(replace, names)
        song = self._open_song(source, bars, track, only, bpm)
        new = _new_parts(song, names, added, replaced)
        draw = partial(fill.fill, self.player, n=n, sampling=sampling, parts=new)
        given = tuple(number for number in range(len(names)) if number not in new)
        return [song.put_in(row, given) for row in song.draw(draw, n)]


def names_of_parts(codec: Codec) -> tuple[str, ...]:
    """The parts that a codec reads, in order, but for chords."""
    return tuple(part.name for part in codec.parts if not part.has_chords)


def parse_parts(wanted: PartNames | None, names: Sequence[str]) -> tuple[int, ...]:
    """Numbers of the parts with some names, from 0, in order; none for None.

    Raises:
        RequestError: there is no such part.
    """
    if wanted is None:
        return ()
    if not isinstance(wanted, str | Sequence):
        raise RequestError(f"Parts are names, like 'bass,drums', not {quote(wanted)}.")
    texts = wanted.split(",") if isinstance(wanted, str) else wanted
    numbers = set()
    for text in texts:
        name = check_text("part", text).strip().lower()
        if name not in names:
            raise RequestError(f"This model plays {', '.join(names)}, not {quote(text)}.")
        numbers.add(names.index(name))
    return tuple(sorted(numbers))


def _new_parts(
    song: OpenSong, names: Sequence[str], added: Sequence[int], replaced: Sequence[int]
) -> tuple[int, ...]:
    """Numbers of the parts to draw.

    Raises:
        RequestError: a part to add is played in these bars, one to replace is not, or all are.
    """
    played = song.played_parts()
    if not added and not replaced:
        added = [number for number in range(1, len(names)) if number not in played]
        if not added:
            raise RequestError(f"All of {', '.join(names)} are played: name one to replace.")
    for number in added:
        if number in played:
            raise RequestError(
                f"The {names[number]} is played there by {played[number]}: replace it "
                f"(--replace {names[number]}), or name other bars or parts."
            )
    for number in replaced:
        if number not in played:
            raise RequestError(f"No {names[number]} is played there: add it (--add).")
    return tuple(sorted({*added, *replaced}))
