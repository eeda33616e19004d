"""Notes and rests of MusicXML."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement

from ..theory.key_signature import KeySignature
from .drum_staff import drum_place
from .rhythm import EIGHTH, QUARTER, Piece
from .sheet import Symbol
from .spelling import accidentals, spell

ACCIDENTALS = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}

_Beams = dict[int, list[str]]


def staff_accidentals(
    voices: Sequence[Sequence[Symbol]], signature: KeySignature
) -> set[tuple[int, int]]:
    """The notes of a bar of a staff that need an accidental; see `spelling.accidentals`."""
    notes = (
        (symbol.piece.start, pitch, symbol.tied_from)
        for symbols in voices
        for symbol in symbols
        for pitch in symbol.pitches
    )
    return accidentals(notes, signature)


class NoteWriter:
    """Writes the notes of one part into its bars.

    Args:
        part_id: `id` of the part, before that of its drums.
        staves: number of its staves.
    """

    def __init__(self, part_id: str, is_drum: bool, staves: int) -> None:
        self._part_id, self._is_drum, self._staves = part_id, is_drum, staves

    def write(
        self,
        measure: Element,
        symbols: Sequence[Symbol],
        voice: int,
        staff: int,
        signature: KeySignature,
        marked: set[tuple[int, int]],
        beat: int,
        *,
        hide_rests: bool,
    ) -> None:
        """Add the symbols of one voice in one bar.

        Args:
            marked: (start, pitch) of notes with an accidental.
            beat: units under one beam.
        """
        beams = beams_of(symbols, beat)
        for index, symbol in enumerate(symbols):
            for number, pitch in enumerate(symbol.pitches or (None,)):
                note = SubElement(measure, "note")
                if pitch is None and hide_rests:
                    note.set("print-object", "no")
                if number:
                    SubElement(note, "chord")
                self._add_pitch(note, pitch, symbol, signature)
                add_text(note, "duration", symbol.piece.units)
                ties = ["stop"] * symbol.tied_from + ["start"] * symbol.tied_to
                for tie in ties:
                    SubElement(note, "tie", type=tie)
                if pitch is not None and self._is_drum:
                    SubElement(note, "instrument", id=f"{self._part_id}-I{pitch}")
                add_text(note, "voice", voice)
                if not symbol.is_bar:
                    needs_mark = (symbol.piece.start, pitch) in marked
                    alter = spell(pitch, signature).alter if pitch is not None else 0
                    _add_value(note, symbol.piece, ACCIDENTALS[alter] if needs_mark else None)
                if pitch is not None and self._is_drum:
                    add_text(note, "notehead", drum_place(pitch).head)
                if self._staves > 1:
                    add_text(note, "staff", staff)
                for level, beam in enumerate([] if number else beams.get(index, []), start=1):
                    add_text(note, "beam", beam, number=str(level))
                tuplet = None if number else _tuplet_end(symbols, index)
                _add_notations(note, ties, tuplet)

    def _add_pitch(
        self, note: Element, pitch: int | None, symbol: Symbol, signature: KeySignature
    ) -> None:
        if pitch is None:
            rest = SubElement(note, "rest")
            if symbol.is_bar:
                rest.set("measure", "yes")
        elif self._is_drum:
            place = drum_place(pitch)
            unpitched = SubElement(note, "unpitched")
            add_text(unpitched, "display-step", place.letter)
            add_text(unpitched, "display-octave", place.octave)
        else:
            letter, alter, octave = spell(pitch, signature)
            written = SubElement(note, "pitch")
            add_text(written, "step", letter)
            if alter:
                add_text(written, "alter", alter)
            add_text(written, "octave", octave)


def beams_of(symbols: Sequence[Symbol], beat: int) -> _Beams:
    """The beams of symbols by their index: one of an eighth, two of a sixteenth.

    Notes of one beat that follow each other without a rest are under one beam.
    """
    beams: _Beams = {}

    def has_beam(index: int) -> bool:
        symbol = symbols[index]
        return bool(symbol.pitches) and symbol.piece.written < QUARTER

    def place(index: int) -> tuple[bool, int]:
        return has_beam(index), symbols[index].piece.start // beat

    for (is_beamed, _), group in groupby(range(len(symbols)), key=place):
        indices = list(group)
        if not is_beamed or len(indices) < 2:
            continue
        for index, word in zip(indices, _words(len(indices)), strict=True):
            beams[index] = [word]
        for is_short, run in groupby(indices, key=lambda i: symbols[i].piece.written < EIGHTH):
            short = list(run)
            if not is_short:
                continue
            hook = "backward hook" if short[0] > indices[0] else "forward hook"
            words = _words(len(short)) if len(short) > 1 else [hook]
            for index, word in zip(short, words, strict=True):
                beams[index].append(word)
    return beams


def _words(count: int) -> list[str]:
    return ["begin", *["continue"] * (count - 2), "end"]


def _tuplet_end(symbols: Sequence[Symbol], index: int) -> str | None:
    """`start` or `stop` for the first or the last symbol of a triplet."""
    group = symbols[index].piece.group
    if group is None:
        return None
    before = symbols[index - 1].piece.group if index else None
    after = symbols[index + 1].piece.group if index + 1 < len(symbols) else None
    return "start" if before != group else "stop" if after != group else None


def _add_value(note: Element, piece: Piece, accidental: str | None) -> None:
    add_text(note, "type", piece.kind)
    for _ in range(piece.dots):
        SubElement(note, "dot")
    if accidental:
        add_text(note, "accidental", accidental)
    if piece.group:
        change = SubElement(note, "time-modification")
        add_text(change, "actual-notes", 3)
        add_text(change, "normal-notes", 2)


def _add_notations(note: Element, ties: Sequence[str], tuplet: str | None) -> None:
    if not ties and not tuplet:
        return
    notations = SubElement(note, "notations")
    for tie in ties:
        SubElement(notations, "tied", type=tie)
    if tuplet:
        SubElement(notations, "tuplet", type=tuplet, bracket="yes")


def add_text(parent: Element, tag: str, content: object, /, **attributes: str) -> Element:
    """Add an element with a text."""
    element = SubElement(parent, tag, attributes)
    element.text = str(content)
    return element
