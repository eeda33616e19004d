"""The base of `MusicVAE`: a checkpoint that plays, and the options that its methods share."""

from __future__ import annotations

from dataclasses import replace
from typing import TypedDict

from ..checkpoint import Checkpoint
from ..codecs.pitch_range import OCTAVE
from ..config import check_seed
from ..constraints.parse import ChordsLike, DensityLike, RangeLike, parse_constraints
from ..constraints.spec import NO_CONSTRAINTS, Constraints
from ..engine import Player
from ..generation.seeding import Sampling
from ..performance import render as rendering
from ..performance.render import Rendering
from ..score.phrase import Phrase
from ..theory.general_midi import ProgramsLike
from ..theory.key_signature import signature_of
from ..theory.meter import Meter
from . import inputs
from .inputs import Music
from .sections import Section, Sections, select_main, select_sections
from .songs import Selection


class ConstraintOptions(TypedDict, total=False):
    """Constraints that every phrase satisfies; see `constraints.parse.parse_constraints`."""

    key: str | None
    """Such as "A minor", which includes the raised sixth and seventh, "Bb" or "D dorian"."""
    scale: str | None
    """Another scale on the tonic of the key: "natural", "dorian", "pentatonic" ..."""
    chords: ChordsLike | None
    """Such as "Am F C G" or ["Am", "F"], one a bar; with beats "Am:2 D7:2 G" or [("Am", 2)]."""
    range: RangeLike | None
    """Such as "C4-C6" or (60, 84)."""
    max_polyphony: int | None
    """Most notes that may sound at once, for models that can sound several."""
    density: DensityLike | None
    """Notes that begin in a bar: "4-8", (4, 8) or 6."""


class ModelBase:
    """A checkpoint and the player that runs it."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint
        self.player = Player(checkpoint)

    def __repr__(self) -> str:
        return f"MusicVAE({self.checkpoint.config.preset!r}, verbs={', '.join(self.verbs)})"

    @property
    def verbs(self) -> tuple[str, ...]:
        """Verbs that this model can play, such as `generate` and `interpolate`."""
        return self.player.verbs

    @property
    def attributes(self) -> tuple[str, ...]:
        """Names of the attributes and sliders that `vary` can set; empty if none were fitted."""
        return tuple(self.player.attributes)

    def _select(self, music: Music, selection: Selection, bpm: float) -> Phrase:
        """The parts of some music that this model's codec reads, in the section with most notes.

        Raises:
            RequestError: see `sections.select_main`.
        """
        opened = inputs.open(music, bpm=bpm)
        section = select_main(self.player, opened, selection)
        notices = (*section.phrase.notices, *opened.unread_sections, *_moved(section, opened))
        return replace(section.phrase, notices=notices)

    def _select_sections(self, music: Music, selection: Selection, bpm: float) -> Sections:
        """The same for every section of the music."""
        return select_sections(self.player, inputs.open(music, bpm=bpm), selection)

    def _named(self, phrase: Phrase) -> Phrase:
        """New music; a part without a name is called after the codec: Melody, Drums, Piano."""
        name = self.player.codec.name.capitalize()
        parts = (replace(part, name=part.name or name) for part in phrase.parts)
        return replace(phrase, parts=tuple(parts))

    def _rendering(
        self,
        pattern: str | None,
        humanize: float = 0.0,
        meter: Meter | None = None,
        programs: ProgramsLike | None = None,
    ) -> Rendering:
        """How decoded phrases are rendered; a pattern needs a codec with chords."""
        return Rendering.create(self.player.codec.name, pattern, humanize, meter, programs)


def _moved(section: Section, opened: inputs.Opened) -> tuple[str, ...]:
    """The notice about parts that were moved by octaves and stay there."""
    name = f"{opened.name}: " if opened.name else ""
    notices = []
    for part, semitones in zip(section.phrase.parts, section.moved, strict=False):
        octaves = abs(semitones) // OCTAVE
        if octaves:
            much = f"{octaves} octave{'s' * (octaves > 1)} {'up' if semitones > 0 else 'down'}"
            about = part.name or "the part"
            notices.append(f"{name}the {len(part.notes)} notes of {about} were moved {much}")
    return tuple(notices)


def render(phrase: Phrase, options: Rendering, constraints: Constraints = NO_CONSTRAINTS) -> Phrase:
    """Render a decoded phrase; it has the signatures of the keys that were asked for, if any."""
    rendered = rendering.render(phrase, options, constraints)
    (_, key), *later = options.keys or ((0, constraints.key),)
    first = current = signature_of(key) if key else None
    changes = []
    for bar, key in later:
        signature = signature_of(key) if key else None
        if signature and signature != current:
            changes.append((bar * phrase.meter.steps_per_bar, signature))
            current = signature
    return replace(rendered, key_signature=first, key_changes=tuple(changes))


def sampling_of(
    temperature: float, seed: int | None, constraints: ConstraintOptions | None = None
) -> Sampling:
    """Check the seed and parse the constraints, before a verb reads any music.

    Raises:
        RequestError: a value is out of range, or two constraints contradict each other.
    """
    check_seed(seed)
    parsed = _parse(constraints or {})
    parsed.check_chords_in_key()
    return Sampling(temperature, seed, parsed)


def with_notice_of_silence(phrase: Phrase, first: int = 0) -> Phrase:
    """The result of a verb, with a notice if no note of it begins from the step `first` on."""
    notes = (note for section in phrase.sections for part in section.parts for note in part.notes)
    if any(note.start >= first for note in notes):
        return phrase
    where = "the new bars have" if first else "it has"
    notice = f"{where} no notes: another seed or a higher temperature may make some"
    return replace(phrase, notices=(*phrase.notices, notice))


def _parse(options: ConstraintOptions) -> Constraints:
    for name in options.keys() - ConstraintOptions.__annotations__.keys():
        raise TypeError(f"There is no option {name!r}.")
    return parse_constraints(**options)
