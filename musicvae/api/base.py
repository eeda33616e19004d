"""What every group of verbs has: a model, and music of any kind as that model reads it."""

from __future__ import annotations

from typing import TypedDict

from ..checkpoint import Checkpoint
from ..constraints.parse import ChordsLike, DensityLike, SpanLike, parse_constraints
from ..constraints.spec import Constraints
from ..engine import Player
from ..generation.seeding import Sampling
from ..generation.source import parts_made_by
from ..performance.render import Rendering
from ..score.phrase import Phrase
from . import inputs
from .inputs import Music, naming


class ConstraintOptions(TypedDict, total=False):
    """What the music keeps to, always; see `wishes.parse_constraints`."""

    key: str | None
    """Such as "A minor", in which the raised sixth and seventh are free, "Bb" or "D dorian"."""
    scale: str | None
    """In place of the key's own: "natural", "dorian", "pentatonic" ..."""
    chords: ChordsLike | None
    """Such as "Am F C G" or ["Am", "F"], one a bar; with beats "Am:2 D7:2 G" or [("Am", 2)]."""
    range: SpanLike | None
    """Such as "C4-C6" or (60, 84)."""
    max_polyphony: int | None
    """Of what can sound several notes at once."""
    density: DensityLike | None
    """Notes that begin in a bar: "4-8", (4, 8) or 6."""


class ModelBase:
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

    def _select(self, music: Music, track: str | int | None, bpm: float) -> Phrase:
        """What this model's codec reads of some music; errors name the file it came from."""
        opened = inputs.open(music, bpm=bpm)
        own = parts_made_by(self.player, opened.main) if track is None else None
        if own:
            return own
        with naming(opened):
            return self.player.codec.select(opened.main, track)

    def _rendering(self, pattern: str | None, humanize: float = 0.0) -> Rendering:
        """What is done to a phrase after it was decoded."""
        return Rendering.create(self.player.codec.name, pattern, humanize)


def sampling_of(
    temperature: float, seed: int | None, wishes: ConstraintOptions | None = None
) -> Sampling:
    """How phrases are drawn; what they keep to is read here, and nowhere else."""
    return Sampling(temperature, seed, constraints_of(wishes or {}))


def constraints_of(wishes: ConstraintOptions) -> Constraints:
    """What is asked for, read."""
    for name in wishes.keys() - ConstraintOptions.__annotations__.keys():
        raise TypeError(f"There is no option {name!r} to make music by.")
    return parse_constraints(**wishes)
