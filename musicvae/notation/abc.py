"""Scores as ABC notation (standard 2.1, Walshaw and others, 2011), each voice a `V:` of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby

from ..theory.chords import NO_CHORD, SUFFIXES, Chord
from ..theory.key_signature import KeySignature
from ..theory.meter import tempo_to_bpm
from .rhythm import SIXTEENTH, beat_units
from .sheet import Bar, Sheet, SheetPart, Symbol, Voice, silent_bar, write_voice
from .spelling import altered_letters, spell
from .staves import BASS, BASS_8, PERCUSSION

ACCIDENTALS = {-2: "__", -1: "_", 0: "=", 1: "^", 2: "^^"}

BARS_A_LINE = 4


def abc(sheet: Sheet) -> bytes:
    """A score as an ABC file in UTF-8.

    Notes stand at the pitch at which they sound, drums at their General MIDI pitch.
    """
    first = sheet.bars[0]
    voices = [*_voices(sheet)]
    staves = ["(" + " ".join(str(n) for n in numbers) + ")" for numbers in _by_staff(sheet)]
    lines = [
        "%abc-2.1",
        "X:1",
        f"T:{_clean(sheet.title)}",
        f"M:{first.meter.numerator}/{first.meter.denominator}",
        "L:1/16",
        *(f"Q:{_tempo(tempo)}" for _, tempo in first.tempos[:1]),
        "%%score " + " ".join(staves),
        *(["%%MIDI gchordoff"] if len(sheet.parts) > 1 else []),  # the parts play the chords
        f"K:{_key(first.signature)}",
    ]
    for number, voice in enumerate(voices, start=1):
        lines += [*voice.lines(number, sheet.bars)]
    return ("\n".join(lines) + "\n").encode()


def _by_staff(sheet: Sheet) -> Iterator[list[int]]:
    """Numbers of the voices on each staff."""
    number = 0
    for part in sheet.parts:
        for staff in part.staves:
            yield [number + index + 1 for index in range(len(staff.voices))]
            number += len(staff.voices)


def _voices(sheet: Sheet) -> Iterator[_VoiceWriter]:
    """The voices of all parts; chord symbols stand above the first that has pitches."""
    pitched = next((part for part in sheet.parts if not part.is_drum), None)
    is_first = True
    for part in sheet.parts:
        for staff_number, staff in enumerate(part.staves):
            for number, sounds in enumerate(staff.voices):
                is_top = not staff_number and not number
                cuts = None
                if is_top and part is pitched:
                    cuts = [{at for at, _ in bar.chords} for bar in sheet.bars]
                clef = {PERCUSSION: "perc", BASS: "bass", BASS_8: "bass"}.get(staff.clef, "treble")
                voice = write_voice(sounds, sheet.bars, cuts)
                yield _VoiceWriter(part, clef, voice, is_top, is_first, cuts is not None)
                is_first = False


class _VoiceWriter:
    """Writes one voice.

    Args:
        is_top: True for the first voice of the part, which has its name.
        with_tempos, with_chords: True if tempos and chord symbols stand above it.
    """

    def __init__(
        self,
        part: SheetPart,
        clef: str,
        voice: Voice,
        is_top: bool,
        with_tempos: bool,
        with_chords: bool,
    ) -> None:
        self._part, self._clef, self._voice, self._is_top = part, clef, voice, is_top
        self._with_tempos, self._with_chords = with_tempos, with_chords

    def lines(self, number: int, bars: Sequence[Bar]) -> Iterator[str]:
        """The lines of the voice, with its number."""
        name = _clean(self._part.name).replace('"', "'")
        yield f'V:{number} clef={self._clef} name="{name if self._is_top else ""}"'
        yield f"%%MIDI channel {self._part.channel}"
        yield f"%%MIDI program {self._part.program}"
        texts = [
            self._bar(bars[index - 1] if index else None, bar, symbols)
            for index, (bar, symbols) in enumerate(zip(bars, self._voice, strict=True))
        ]
        for index in range(0, len(texts), BARS_A_LINE):
            end = " |]" if index + BARS_A_LINE >= len(texts) else " |"
            yield " | ".join(texts[index : index + BARS_A_LINE]) + end

    def _bar(self, before: Bar | None, bar: Bar, symbols: Sequence[Symbol]) -> str:
        """A bar: what changes with it, then its notes, with spaces between beats."""
        words = []
        size = bar.meter.numerator, bar.meter.denominator
        if before and (before.meter.numerator, before.meter.denominator) != size:
            words.append(f"[M:{size[0]}/{size[1]}]")
        if before and before.signature != bar.signature:
            words.append(f"[K:{_key(bar.signature)}]")
        symbols = symbols or silent_bar(bar)
        marked = {} if self._part.is_drum else _marked(symbols, bar.signature)
        above = self._above(bar, symbols, is_first=before is None)
        beat = beat_units(bar.meter)
        for _, group in groupby(range(len(symbols)), lambda i: symbols[i].piece.start // beat):
            words.append(
                "".join(
                    above.get(symbols[index].piece.start, "")
                    + _tuplet(symbols, index)
                    + self._symbol(symbols[index], bar.signature, marked)
                    for index in group
                )
            )
        return " ".join(words)

    def _above(self, bar: Bar, symbols: Sequence[Symbol], is_first: bool) -> dict[int, str]:
        """What stands before a symbol, by its start: changes of tempo and program, chords."""
        above: dict[int, str] = {}

        def add(at: int, text: str) -> None:
            starts = [symbol.piece.start for symbol in symbols]
            place = next((start for start in starts if start >= at), starts[-1])
            above[place] = above.get(place, "") + text

        if self._with_tempos:
            for at, tempo in bar.tempos[is_first:]:
                add(at, f"[Q:{_tempo(tempo)}]")
        for at, program in () if self._part.is_drum else self._part.programs_in(bar):
            add(at, f"[I:MIDI program {program}]")
        for at, chord in bar.chords if self._with_chords else ():
            add(at, f'"{_chord(chord, bar.signature)}"')
        return above

    def _symbol(self, symbol: Symbol, signature: KeySignature, marked: Collection[str]) -> str:
        """A note, a chord or a rest with its length in sixteenths."""
        piece = symbol.piece
        units = piece.units if symbol.is_bar else piece.written
        length = "" if units == SIXTEENTH else str(units // SIXTEENTH)
        if not symbol.pitches:
            return "z" + length  # not the hidden x, which music21 does not read
        tie = "-" * symbol.tied_to
        if self._part.is_drum:
            signature, marked = KeySignature(), set("CDEFGAB")
        names = [_pitch(pitch, signature, marked) + tie for pitch in symbol.pitches]
        if len(names) > 1:
            return f"[{''.join(names)}]{length}"
        return names[0].removesuffix("-") + length + tie


def _marked(symbols: Sequence[Symbol], signature: KeySignature) -> set[str]:
    """Letters all of whose notes in a bar get accidentals.

    Programs differ in whether an accidental holds in other octaves: where a letter is altered
    once, each of its notes in the bar has its own.
    """
    by_key = altered_letters(signature)
    spelled = (spell(pitch, signature) for symbol in symbols for pitch in symbol.pitches)
    return {letter for letter, alter, _ in spelled if alter != by_key[letter]}


def _pitch(pitch: int, signature: KeySignature, marked: Collection[str]) -> str:
    """A pitch in ABC: C is C4, c is C5, commas and apostrophes are octaves."""
    letter, alter, octave = spell(pitch, signature)
    accidental = ACCIDENTALS[alter] if letter in marked else ""
    if octave >= 5:
        return accidental + letter.lower() + "'" * (octave - 5)
    return accidental + letter + "," * (4 - octave)


def _tuplet(symbols: Sequence[Symbol], index: int) -> str:
    """The sign before the first symbol of a triplet, with the number of its symbols."""
    group = symbols[index].piece.group
    if group is None or (index and symbols[index - 1].piece.group == group):
        return ""
    return f"(3:2:{sum(symbol.piece.group == group for symbol in symbols)}"


def _key(signature: KeySignature) -> str:
    return signature.tonic + "m" * signature.is_minor


def _tempo(microseconds: int) -> str:
    return f"1/4={round(tempo_to_bpm(microseconds))}"


def _chord(chord: Chord | None, signature: KeySignature) -> str:
    return signature.spell(chord.root) + SUFFIXES[chord.quality] if chord else NO_CHORD


def _clean(text: str) -> str:
    """A text on one line, in which no sign has a meaning for ABC."""
    words = "".join(char if char.isprintable() else " " for char in text).split()
    return " ".join(words).replace("\\", "/").replace("%", r"\%")
