"""What every group of verbs has: a model, and music of any kind as that model reads it."""

from __future__ import annotations

from typing import Any, TypedDict

from ..checkpoint import Checkpoint
from ..engine import Player
from ..finishing import Finish
from ..music.notes import Phrase
from ..music.units import Meter, parse_meter
from ..playing import made_by
from ..sources import Music, naming, to_phrase


class Wishes(TypedDict, total=False):
    """What the music keeps to, always; see `wishes.parse_constraints`."""

    key: str | None
    """Such as "A minor", in which the raised sixth and seventh are free, "Bb" or "D dorian"."""
    scale: str | None
    """In place of the key's own: "natural", "dorian", "pentatonic" ..."""
    chords: str | None
    """Such as "Am F C G", one a bar, or "Am:2 D7:2 G" with beats."""
    range: str | None
    """Such as "C4-C6"."""
    max_polyphony: int | None
    """Of what can sound several notes at once."""
    density: str | None
    """Notes that begin in a bar: "4-8" or "6"."""


class Base:
    """A checkpoint that plays."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint
        self.player = Player(checkpoint)

    def __repr__(self) -> str:
        return f"MusicVAE({self.checkpoint.config.preset!r}, verbs={', '.join(self.verbs)})"

    @property
    def verbs(self) -> tuple[str, ...]:
        """What this model can be asked to play."""
        return self.player.verbs

    def _voice(self, music: Music, track: str | int | None, bpm: float) -> Phrase:
        """What this model's codec reads of some music; errors name the file it came from."""
        phrase = to_phrase(music, bpm=bpm)
        own = made_by(self.player, phrase) if track is None else None
        if own:
            return own
        with naming(music):
            return self.player.codec.select(phrase, track)

    def _finish(self, pattern: str | None, humanize: float = 0.0) -> Finish:
        """What is done to a phrase after it was decoded."""
        return Finish.of(self.player.codec.name, pattern, humanize)


def asked(wishes: Wishes) -> dict[str, Any]:
    """Those that are wished for."""
    for name in wishes.keys() - Wishes.__annotations__.keys():
        raise TypeError(f"There is no option {name!r} to make music by.")
    return {name: value for name, value in wishes.items() if value is not None}


def as_meter(meter: str | Meter) -> Meter:
    """From text, if it is text."""
    return parse_meter(meter) if isinstance(meter, str) else meter
