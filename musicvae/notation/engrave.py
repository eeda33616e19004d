"""Phrases to a score: bars with numbers and keys, parts with staves and voices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ..midi.drum_tracks import DRUM_CHANNEL
from ..midi.writer import CHANNELS
from ..score.phrase import Part, Phrase
from ..theory.general_midi import program_name
from ..theory.key_signature import KeySignature
from ..theory.meter import TRIPLET
from .rhythm import QUARTER, bar_units, beat_units, units_per_step
from .sheet import Bar, Sheet, SheetPart, Staff
from .staves import PERCUSSION, staves_of
from .voices import Tone, strokes_of, voices_of


@dataclass(frozen=True)
class _Placed:
    """A section and the units from the start of the piece to its step 0."""

    phrase: Phrase
    start: int

    def at(self, step: int) -> int:
        """Units from the start of the piece to a step."""
        return self.start + step * units_per_step(self.phrase.meter)


def engrave(sections: Sequence[Phrase], title: str, key: KeySignature | None = None) -> Sheet:
    """The score of sections that follow each other; a part has one number in all of them.

    Offsets and loudness are not written.

    Args:
        key: the key of all bars; None for the key signatures of the sections.
    """
    bars: list[Bar] = []
    placed: list[_Placed] = []
    now = number = 0
    signature = key or KeySignature()
    for phrase in sections:
        signature = key or phrase.key_signature or signature
        first = phrase.lead_in * units_per_step(phrase.meter)
        if phrase.meter.steps_per_quarter == TRIPLET:
            first -= first % QUARTER  # a triplet is written whole
        lead_in = phrase.lead_in * units_per_step(phrase.meter) - first
        section = _Placed(phrase, now + lead_in)
        placed.append(section)
        if phrase.pickup:
            label = f"X{number}" if number else "0"
            bars.append(_bar(section, now - first, first, label, signature))
            now += bar_units(phrase.meter) - first
        for _ in range(phrase.bars):
            number += 1
            bars.append(_bar(section, now, 0, str(number), signature))
            now += bar_units(phrase.meter)
    bars = _without_repeated_tempos(bars)
    count = max((len(phrase.parts) for phrase in sections), default=0)
    return Sheet(title, bars, [_part(placed, bars, index) for index in range(count)])


def _bar(section: _Placed, start: int, first: int, label: str, signature: KeySignature) -> Bar:
    phrase = section.phrase
    end = start + bar_units(phrase.meter)

    def inside(step: int) -> bool:
        return start + first <= section.at(step) < end

    tempos = ((section.at(t.step) - start, t.microseconds) for t in phrase.tempos if inside(t.step))
    chords = ((section.at(c.step) - start, c.chord) for c in phrase.chords if inside(c.step))
    return Bar(start, first, phrase.meter, label, signature, tuple(tempos), tuple(chords))


def _without_repeated_tempos(bars: Sequence[Bar]) -> list[Bar]:
    """The bars without tempos that are in force already, where a section begins."""
    result: list[Bar] = []
    now = None
    for bar in bars:
        kept = []
        for at, tempo in bar.tempos:
            if tempo != now:
                kept.append((at, tempo))
            now = tempo
        result.append(replace(bar, tempos=tuple(kept)))
    return result


def _part(placed: Sequence[_Placed], bars: Sequence[Bar], index: int) -> SheetPart:
    """The part of one number in all sections."""
    found = [
        (section, section.phrase.parts[index])
        for section in placed
        if index < len(section.phrase.parts)
    ]
    first = found[0][1]
    tones = [
        Tone(section.at(note.start), section.at(note.end), note.pitch)
        for section, part in found
        for note in part.notes
    ]
    changes = [
        (section.at(step), program)
        for section, part in found
        for step, program in ((0, part.program), *part.program_changes)
    ]
    programs = [change for before, change in pairwise(changes) if before[1] != change[1]]
    channel = 1 + (DRUM_CHANNEL if first.is_drum else CHANNELS[index % len(CHANNELS)])
    if first.is_drum:
        staves = [Staff(PERCUSSION, strokes_of(tones, _beats(bars)) or [[]])]
    else:
        staves = [
            Staff(clef, voices_of(own) or [[]]) for clef, own in staves_of(tones, first.program)
        ]
    return SheetPart(_name(first), channel, first.program, first.is_drum, staves, programs)


def _name(part: Part) -> str:
    """Name of a part, or else of its instrument."""
    return part.name or ("Drums" if part.is_drum else program_name(part.program))


def _beats(bars: Sequence[Bar]) -> list[int]:
    """Units from the start of the piece to each beat, and to the end."""
    beats = [
        bar.start + at
        for bar in bars
        for at in range(0, bar.end, beat_units(bar.meter))
        if at >= bar.first
    ]
    return [*beats, bars[-1].start + bars[-1].end] if bars else []
