"""Verbs that make music: new, near to what there is, after it, or as a point z has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Unpack

from ..arrays import FloatArray
from ..config import SampleConfig
from ..performance.render import render
from ..score.phrase import Phrase
from ..theory.general_midi import parse_program
from ..theory.meter import MeterLike, to_meter
from ..verbs import extend, generate, latent, replay, vary
from . import inputs
from .base import ConstraintOptions, ModelBase, sampling_of
from .inputs import Music, naming


class GenerationVerbs(ModelBase):
    """generate, vary, extend, decode, replay."""

    def generate(
        self,
        n: int = SampleConfig.n,
        *,
        meter: MeterLike = "4/4",
        bars: int | None = None,
        form: str | None = None,
        loop: bool = False,
        bpm: float = 120.0,
        program: str | int = 0,
        temperature: float = SampleConfig.temperature,
        pattern: str | None = None,
        humanize: float = 0.0,
        seed: int | None = None,
        **wishes: Unpack[ConstraintOptions],
    ) -> list[Phrase]:
        """Draw new phrases.

        Args:
            n: how many.
            meter: such as "6/8" or (6, 8); "4/4t" is 4/4 on the triplet grid.
            bars: of each; as many as the model's windows if None, or that for each section.
            form: sections such as "AABA"; the same letter is the same music.
            loop: the last bar leads back to the first.
            bpm: quarters per minute.
            program: General MIDI name of the instrument, or its number, 0 to 127.
            temperature: 0.5 plays it safe, 1.0 is the model's own taste, 1.3 wanders.
            pattern: how the chords of a lead sheet are played: `block`, which is usual,
                `arpeggio`, `strum` or `walking`.
            humanize: 0 keeps to the grid, 1 strays from it as far as drummers do.
            seed: the same seed gives the same phrases.
            wishes: key, scale, chords, range, max_polyphony, density: see `Wishes`.

        Raises:
            RequestError, MeterError: a number is out of range, the net cannot generate,
                or a pattern is asked of a model that makes no chords.
        """
        rendering = self._rendering(pattern, humanize)
        sampling = sampling_of(temperature, seed, wishes)
        phrases = generate.generate(
            self.player,
            n,
            sampling,
            meter=to_meter(meter),
            bars=bars,
            form=form,
            loop=loop,
            bpm=bpm,
            program=parse_program(program),
        )
        return [render(phrase, rendering, sampling.constraints) for phrase in phrases]

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
        humanize: float = 0.0,
        seed: int | None = None,
        bpm: float = 120.0,
        **wishes: Unpack[ConstraintOptions],
    ) -> list[Phrase]:
        """Neighbours of some music, the nearest first; see `variation.vary`.

        Args:
            source: music of any kind.
            n: how many.
            strength: 0 is its reconstruction, 1 new music; 0.3 if None, 0 with settings.
            settings: standard deviations by attribute, such as {"density": 1}.
            track, temperature, pattern, humanize, seed, bpm: as `interpolate` takes them.
            wishes: as `generate` takes them.

        Raises:
            MidiError, RequestError: the input cannot be used, there is no such attribute,
                or a number is out of range.
        """
        rendering = self._rendering(pattern, humanize)
        sampling = sampling_of(temperature, seed, wishes)
        phrase = self._select(source, track, bpm)
        varied = vary.vary(self.player, phrase, n, sampling, strength=strength, settings=settings)
        return [render(phrase, rendering, sampling.constraints) for phrase in varied]

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
        **wishes: Unpack[ConstraintOptions],
    ) -> Phrase:
        """Some music and so many new bars after it, in its meter, tempo and instrument.

        The prior of the model does it, or a net that predicts the next step itself (preset
        `rnn` or `lstm`). See `extension.extend`; arguments as `interpolate` takes them.

        Raises:
            MidiError, RequestError: the input cannot be used, a number is out of range,
                or the net cannot extend.
        """
        rendering = self._rendering(pattern)
        sampling = sampling_of(temperature, seed, wishes)
        longer = extend.extend(self.player, self._select(source, track, bpm), bars, sampling)
        return render(longer, rendering, sampling.constraints)

    def decode(
        self,
        z: FloatArray,
        *,
        meter: MeterLike = "4/4",
        bpm: float = 120.0,
        program: str | int = 0,
        temperature: float = 0.0,
        pattern: str | None = None,
        humanize: float = 0.0,
        seed: int | None = None,
    ) -> list[Phrase]:
        """A phrase for each row of `z`, `[N, Z]`; the rest as `generate` takes it."""
        rendering = self._rendering(pattern, humanize)
        phrases = latent.decode(
            self.player,
            z,
            sampling_of(temperature, seed),
            meter=to_meter(meter),
            bpm=bpm,
            program=parse_program(program),
        )
        return [render(phrase, rendering) for phrase in phrases]

    def replay(self, source: Music) -> Phrase:
        """A phrase that this model made, made again from its recipe, to the note.

        Raises:
            MidiError: it cannot be read.
            RequestError: it carries no recipe of this model, or was changed since.
        """
        opened = inputs.open(source)
        phrase = self._select(opened, None, 120.0)
        with naming(opened):
            return replay.replay(self.player, phrase)
