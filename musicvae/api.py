"""MusicVAE: one object that binds the verbs to a checkpoint; music of any kind in, phrases out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from . import checkpoint as checkpoints
from . import extension, generation, interpolation, replaying, variation
from .checkpoint import Checkpoint
from .config import SampleConfig
from .engine import Player
from .errors import RequestError
from .finishing import Finish
from .generation import Reconstruction
from .music.notes import Phrase
from .music.units import Meter, parse_meter
from .music.voices import voice
from .presets import DEFAULT_MODEL
from .sources import Music, find_checkpoint, naming, shipped, to_phrase

if TYPE_CHECKING:
    from .playing import Array


class MusicVAE:
    """A trained model that plays.

    Every verb takes music as a `Phrase`, a path, the bytes of a MIDI file, a
    `pretty_midi.PrettyMIDI`, or note tuples (start and duration in quarters,
    pitch, velocity), and gives phrases; `to_tuples`, `to_pretty_midi`,
    `midi_bytes` and `write_midi` turn those into what is needed.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint
        self.player = Player(checkpoint)

    def __repr__(self) -> str:
        return f"MusicVAE({self.checkpoint.config.preset!r}, verbs={', '.join(self.verbs)})"

    @property
    def verbs(self) -> tuple[str, ...]:
        """What this model can be asked to play."""
        return self.player.verbs

    def generate(
        self,
        n: int = SampleConfig.n,
        *,
        meter: str | Meter = "4/4",
        bars: int | None = None,
        form: str | None = None,
        loop: bool = False,
        bpm: float = 120.0,
        program: int = 0,
        temperature: float = SampleConfig.temperature,
        pattern: str | None = None,
        seed: int | None = None,
    ) -> list[Phrase]:
        """Draw new phrases.

        Args:
            n: how many.
            meter: such as "6/8"; "4/4t" is 4/4 on the triplet grid.
            bars: of each; as many as the model's windows if None, or that for each section.
            form: sections such as "AABA"; the same letter is the same music.
            loop: the last bar leads back to the first.
            bpm: quarters per minute.
            program: General MIDI number of the instrument, 0 to 127.
            temperature: 0.5 plays it safe, 1.0 is the model's own taste, 1.3 wanders.
            pattern: how the chords of a lead sheet are played: `block`, which is usual,
                `arpeggio`, `strum` or `walking`.
            seed: the same seed gives the same phrases.

        Raises:
            RequestError, MeterError: a number is out of range, the net cannot generate,
                or a pattern is asked of a model that makes no chords.
        """
        finish = Finish.of(self.player.codec.name, pattern)
        phrases = generation.generate(
            self.player,
            n,
            meter=_meter(meter),
            bars=bars,
            form=form,
            loop=loop,
            bpm=bpm,
            program=program,
            temperature=temperature,
            seed=seed,
        )
        return [finish(phrase) for phrase in phrases]

    def interpolate(
        self,
        a: Music,
        b: Music,
        n: int = 8,
        *,
        track: str | int | None = None,
        track_b: str | int | None = None,
        temperature: float = 0.0,
        pattern: str | None = None,
        seed: int | None = None,
        bpm: float = 120.0,
    ) -> list[Phrase]:
        """Walk from one piece of music to another; see `interpolation.interpolate`.

        Args:
            a, b: music of any kind; of a file with changes of meter, the stretch with most notes.
            n: phrases, both ends included.
            track: number (from 1) or name of the part to read; else the melody is found.
            track_b: the same for `b`, where it is another.
            temperature: 0 takes the most probable step.
            pattern: as `generate` takes it.
            seed: of the draws at temperatures above 0.
            bpm: of MIDI files that are timed in seconds.

        Raises:
            MidiError, RequestError: an input cannot be used, or a number is out of range.
        """
        other = track if track_b is None else track_b
        finish = Finish.of(self.player.codec.name, pattern)
        ends = self._voice(a, track, bpm), self._voice(b, other, bpm)
        walk = interpolation.interpolate(self.player, *ends, n, temperature=temperature, seed=seed)
        return [finish(phrase) for phrase in walk]

    def vary(
        self,
        source: Music,
        n: int = 8,
        *,
        strength: float | None = None,
        settings: Mapping[str, float] | None = None,
        track: str | int | None = None,
        temperature: float = 0.0,
        pattern: str | None = None,
        seed: int | None = None,
        bpm: float = 120.0,
    ) -> list[Phrase]:
        """Neighbours of some music, the nearest first; see `variation.vary`.

        Args:
            source: music of any kind.
            n: how many.
            strength: 0 is its reconstruction, 1 new music; 0.3 if None, 0 with settings.
            settings: standard deviations by attribute, such as {"density": 1}.
            track, temperature, pattern, seed, bpm: as `interpolate` takes them.

        Raises:
            MidiError, RequestError: the input cannot be used, there is no such attribute,
                or a number is out of range.
        """
        finish = Finish.of(self.player.codec.name, pattern)
        phrase = self._voice(source, track, bpm)
        found = variation.vary(
            self.player,
            phrase,
            n,
            strength=strength,
            settings=settings,
            temperature=temperature,
            seed=seed,
        )
        return [finish(each) for each in found]

    def reconstruct(
        self,
        source: Music,
        *,
        track: str | int | None = None,
        temperature: float = 0.0,
        pattern: str | None = None,
        seed: int | None = None,
        bpm: float = 120.0,
    ) -> Reconstruction:
        """Send music through z and back; arguments as `interpolate` takes them.

        Raises:
            MidiError, RequestError: the input cannot be used, or a number is out of range.
        """
        finish = Finish.of(self.player.codec.name, pattern)
        phrase = self._voice(source, track, bpm)
        made = generation.reconstruct(self.player, phrase, temperature=temperature, seed=seed)
        return replace(made, phrase=finish(made.phrase))

    def extend(
        self,
        source: Music,
        bars: int = 4,
        *,
        track: str | int | None = None,
        temperature: float = SampleConfig.temperature,
        pattern: str | None = None,
        seed: int | None = None,
        bpm: float = 120.0,
    ) -> Phrase:
        """Some music and so many new bars after it, in its meter, tempo and instrument.

        The prior of the model does it, or a net that predicts the next step itself (preset
        `rnn` or `lstm`). See `extension.extend`; arguments as `interpolate` takes them.

        Raises:
            MidiError, RequestError: the input cannot be used, a number is out of range,
                or the net cannot extend.
        """
        finish = Finish.of(self.player.codec.name, pattern)
        phrase = self._voice(source, track, bpm)
        longer = extension.extend(self.player, phrase, bars, temperature=temperature, seed=seed)
        return finish(longer)

    def replay(self, source: Music) -> Phrase:
        """A phrase that this model made, made again from its recipe, to the note.

        Raises:
            MidiError: it cannot be read.
            RequestError: it carries no recipe of this model, or was changed since.
        """
        phrase = self._voice(source, None, 120.0)
        with naming(source):
            made = replaying.replay(self.player, phrase)
            return Finish.again(self.player.codec.name, made)(made)

    def encode(self, source: Music, *, track: str | int | None = None, bpm: float = 120.0) -> Array:
        """The posterior mean of each window of some music. Output `[windows, Z]`."""
        return generation.encode(self.player, self._voice(source, track, bpm))

    def decode(
        self,
        z: Array,
        *,
        meter: str | Meter = "4/4",
        bpm: float = 120.0,
        program: int = 0,
        temperature: float = 0.0,
        pattern: str | None = None,
        seed: int | None = None,
    ) -> list[Phrase]:
        """A phrase for each row of `z`, `[N, Z]`; the rest as `generate` takes it."""
        finish = Finish.of(self.player.codec.name, pattern)
        phrases = generation.decode(
            self.player,
            z,
            meter=_meter(meter),
            bpm=bpm,
            program=program,
            temperature=temperature,
            seed=seed,
        )
        return [finish(phrase) for phrase in phrases]

    def _voice(self, music: Music, track: str | int | None, bpm: float) -> Phrase:
        """What this model's codec reads of some music; errors name the file it came from."""
        phrase = to_phrase(music, bpm=bpm)
        with naming(music):
            return voice(phrase, self.player.codec.name, track)


def load(name_or_path: str | Path = DEFAULT_MODEL) -> MusicVAE:
    """A model that came with the package, by name, or any checkpoint folder.

    Without a name it is the one that `musicvae generate` plays, a tune with its chords; what
    gives your own music back note for note is "melody-2bar".

    Raises:
        CheckpointError: there is none; the message lists those that came with the package.
    """
    return MusicVAE(checkpoints.load(find_checkpoint(name_or_path)))


def replay(source: Music, *, model: str | Path | None = None) -> Phrase:
    """What a model made, made again from the recipe in its file.

    Args:
        source: a MIDI file of ours.
        model: the one that made it; those that came with the package are tried if None.

    Raises:
        MidiError: it cannot be read.
        RequestError: it carries no recipe, was changed since, or another model made it.
        CheckpointError: there is no such model.
    """
    phrase = to_phrase(source)
    recipe = phrase.recipe
    tried = [load(model)] if model else map(load, shipped().values()) if recipe else []
    for one in tried:
        if not recipe or one.player.digest == recipe.model or model:
            with naming(source):
                return one.replay(phrase)
    why = "no model that came with the package made it; name the folder of its model"
    none = "it carries no recipe: no musicvae made it, or it was left out"
    with naming(source):
        raise RequestError(why if recipe else none)


def _meter(meter: str | Meter) -> Meter:
    return parse_meter(meter) if isinstance(meter, str) else meter
