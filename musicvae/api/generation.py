"""Methods that generate music: new, as variations, after a given piece, or from latent vectors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Unpack

from ..arguments import check_arguments, check_whole
from ..arrays import FloatArray
from ..config import SampleConfig
from ..generation.form import EnergyLike, parse_form
from ..generation.layout import lay_out
from ..generation.source import generated_parts
from ..performance.humanize import DRUM_FEEL
from ..score.bar_range import BarsLike
from ..score.phrase import Phrase
from ..score.windows import window_bars
from ..theory.general_midi import ProgramsLike, parse_program
from ..theory.meter import MeterLike, to_meter
from ..verbs import extend, generate, latent, replay, vary
from . import inputs
from .base import ConstraintOptions, ModelBase, render, sampling_of, with_notice_of_silence
from .inputs import Music, naming
from .sections import join_sections
from .songs import Selection


class GenerationVerbs(ModelBase):
    """generate, vary, extend, decode, replay."""

    @check_arguments
    def generate(
        self,
        n: int = SampleConfig.n,
        *,
        meter: MeterLike = "4/4",
        bars: int | None = None,
        form: str | None = None,
        cadence: str | None = None,
        energy: EnergyLike | None = None,
        loop: bool = False,
        bpm: float = 120.0,
        program: str | int = 0,
        programs: ProgramsLike | None = None,
        temperature: float = SampleConfig.temperature,
        pattern: str | None = None,
        humanize: float | None = None,
        seed: int | None = None,
        **constraints: Unpack[ConstraintOptions],
    ) -> list[Phrase]:
        """Generate new phrases.

        Args:
            n: number of phrases.
            meter: such as "6/8" or (6, 8); "4/4t" is 4/4 on the triplet grid.
            bars: length of each phrase; None for one window of the model, or one per section.
            form: one letter per section, such as "AABA", or names with their bars and options,
                such as "intro:4 A:8 A:8 B:8[key=G, bpm=132] A':8"; equal names are the same
                music, and a prime is a variation.
            cadence: how sections end: `half`, on the fifth, or `full`, on the tonic; None for the
                last one only.
            energy: 0 calm, 0.5 as the model plays, 1: for all sections or a list of one for each.
            loop: the last bar leads back to the first.
            bpm: quarters per minute.
            program: the instrument's General MIDI name or number, 0 to 127.
            programs: instruments of some parts, as text, "melody=flute,bass=33", or by name.
            temperature: 0.5 plays it safe, 1.0 samples the model as trained, 1.3 wanders.
            pattern: how the chords of a lead sheet are played: `block` (the default),
                `arpeggio`, `strum`, `walking`, `waltz`, `oom-pah`, `broken`, `bossa`, `power` or
                `ballad`.
            humanize: how far timing and loudness move off the grid: 0 not at all, 1 as far
                as drummers do; None for 1 with drums, 0 with other music.
            seed: the same seed gives the same phrases.
            constraints: key, scale, chords, range, max_polyphony, density; see
                `ConstraintOptions`.

        Raises:
            RequestError, MeterError: a number is out of range, the net cannot generate,
                or a pattern is given to a model without chords.
        """
        sampling = sampling_of(temperature, seed, constraints)
        if humanize is None:
            humanize = 0.0 if self.player.codec.pitches else DRUM_FEEL
        meter = to_meter(meter)
        rendering = self._rendering(pattern, humanize, meter, programs)
        if bars is not None:
            bars = check_whole("bars", bars)
        default = window_bars(meter, self.player.bars)
        sections = parse_form(form, bars, default, cadence, energy)
        keys = lay_out(sections, sampling.constraints).keys
        rendering = replace(rendering, loudness=sections.loudness, keys=keys)
        phrases = generate.generate(
            self.player,
            n,
            sampling,
            meter=meter,
            form=sections,
            loop=loop,
            bpm=bpm,
            program=parse_program(program),
        )
        results = (self._named(render(p, rendering, sampling.constraints)) for p in phrases)
        return _with_notices(results, "phrase", "a higher temperature")

    @check_arguments
    def vary(
        self,
        source: Music,
        n: int = 8,
        *,
        strength: float | None = None,
        settings: Mapping[str, float] | None = None,
        track: str | int | None = None,
        bars: BarsLike | None = None,
        only: bool = False,
        temperature: float = 0.0,
        pattern: str | None = None,
        humanize: float = 0.0,
        seed: int | None = None,
        bpm: float = 120.0,
        **constraints: Unpack[ConstraintOptions],
    ) -> list[Phrase]:
        """Generate variations of some music, the nearest first; see `verbs.vary`.

        If its meter changes, all its sections are varied; the result is the one with the most
        notes, and has the others `before` and `after` it.

        Args:
            source: music of any kind.
            n: number of variations.
            strength: 0 is the reconstruction of the source, 1 is new music; None for 0.3, or 0
                with settings.
            settings: standard deviations by attribute, such as {"density": 1}.
            bars: the bars to read and to replace: "5-8", (5, 8) or 5, as the file counts them; None
                for all.
            only: return the new part alone. Otherwise `write_midi` and `midi_bytes` write it into
                its file, in place of what was read of it.
            track, temperature, pattern, humanize, seed, bpm: as for `interpolate`.
            constraints: as for `generate`.

        Raises:
            MidiError, RequestError: the input cannot be used, there is no such attribute,
                a number is out of range, or all variations would be alike.
        """
        sampling = sampling_of(temperature, seed, constraints)
        rendering = self._rendering(pattern, humanize)
        vary.check_differ(n, strength, settings, temperature)
        sections = self._select_sections(source, Selection.of(track, bars, only), bpm)
        vary.check_length(sections.bars)
        varied = [
            vary.vary(self.player, phrase, n, sampling, strength=strength, settings=settings)
            if is_worked_on
            else [replace(phrase, recipe=None)] * n
            for phrase, is_worked_on in sections.to_work_on
        ]
        results = (
            sections.join([render(phrase, rendering, sampling.constraints) for phrase in row])
            for row in zip(*varied, strict=True)
        )
        return _with_notices(results, "variation", "more strength")

    @check_arguments
    def extend(
        self,
        source: Music,
        bars: int = 4,
        *,
        track: str | int | None = None,
        only: bool = False,
        temperature: float = SampleConfig.temperature,
        pattern: str | None = None,
        seed: int | None = None,
        bpm: float = 120.0,
        **constraints: Unpack[ConstraintOptions],
    ) -> Phrase:
        """Return some music followed by new bars, in its meter, tempo and instrument.

        The new bars come from the model's prior, or from the net itself if it predicts the next
        step (presets `rnn` and `lstm`); see `verbs.extend`. If the meter changes, they follow the
        last section, and the others stand `before` it. Arguments as for `vary`; `bars` is the
        number of new bars.

        Raises:
            MidiError, RequestError: the input cannot be used, a number is out of range,
                or the net cannot extend.
        """
        sampling = sampling_of(temperature, seed, constraints)
        rendering = self._rendering(pattern)
        bars = check_whole("bars", bars)
        selection = Selection.of(track, only=only, again=False)
        sections = self._select_sections(source, selection, bpm)
        *earlier, last = (phrase for phrase, _ in sections.to_work_on)
        kept = [replace(phrase, recipe=None, song=None) for phrase in earlier]
        longer = extend.extend(self.player, last, bars, sampling)
        if longer.place:
            new = ((last.steps, longer.steps),)
            longer = replace(longer, place=replace(longer.place, new=new))
        results = [render(phrase, rendering, sampling.constraints) for phrase in (*kept, longer)]
        return with_notice_of_silence(sections.join(results, main=-1), last.steps)

    @check_arguments
    def decode(
        self,
        z: FloatArray,
        *,
        meter: MeterLike = "4/4",
        bpm: float = 120.0,
        program: str | int = 0,
        programs: ProgramsLike | None = None,
        temperature: float = 0.0,
        pattern: str | None = None,
        humanize: float = 0.0,
        seed: int | None = None,
    ) -> list[Phrase]:
        """Decode each row of `z`, `[N, Z]`, to a phrase; other arguments as for `generate`."""
        sampling = sampling_of(temperature, seed)
        meter = to_meter(meter)
        rendering = self._rendering(pattern, humanize, meter, programs)
        phrases = latent.decode(
            self.player,
            z,
            sampling,
            meter=meter,
            bpm=bpm,
            program=parse_program(program),
        )
        return [self._named(with_notice_of_silence(render(p, rendering))) for p in phrases]

    @check_arguments
    def replay(self, source: Music) -> Phrase:
        """Recreate a clip of this model from the recipe in its file, note for note.

        Raises:
            MidiError: the file cannot be read.
            RequestError: it carries no recipe of this model, or was edited since.
        """
        opened = inputs.open(source)
        if made := opened.new_parts:
            replayed = join_sections([self._replay(opened, phrase) for phrase in made], 0)
            return with_notice_of_silence(replayed)
        if not any(phrase.recipe for phrase in opened.phrases):
            self._replay(opened, opened.main)  # says that there is no recipe
        results = [
            self._replay(opened, phrase) if phrase.recipe else phrase for phrase in opened.phrases
        ]
        return with_notice_of_silence(join_sections(results, opened.main_number))

    def _replay(self, opened: inputs.Opened, phrase: Phrase) -> Phrase:
        with naming(opened):
            return replay.replay(self.player, generated_parts(self.player, phrase) or phrase)


def _with_notices(phrases: Iterable[Phrase], name: str, remedy: str) -> list[Phrase]:
    """Phrases, with notices on those that have no notes or those of an earlier one."""
    first: dict[tuple[str, ...], int] = {}
    results = []
    for number, phrase in enumerate(phrases, 1):
        notes = tuple(section.fingerprint for section in phrase.sections)
        earlier = first.setdefault(notes, number)
        notice = f"{name} {number} has the notes of {name} {earlier}: ask for {remedy}"
        notices = (notice,) if earlier < number else ()
        result = with_notice_of_silence(phrase)
        results.append(replace(result, notices=(*result.notices, *notices)))
    return results
