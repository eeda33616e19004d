"""Scores as MusicXML 4.0 (W3C Music Notation Community Group, 2021)."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ..theory.chords import Chord
from ..theory.general_midi import program_name
from ..theory.meter import tempo_to_bpm
from .drum_staff import drum_name
from .rhythm import QUARTER, beat_units
from .sheet import Bar, Sheet, SheetPart, silent_bar, write_voice
from .spelling import spell
from .staves import Clef
from .xml_notes import NoteWriter, add_text, staff_accidentals

KINDS = {
    "maj": ("major", ""),
    "min": ("minor", "m"),
    "7": ("dominant", "7"),
    "maj7": ("major-seventh", "maj7"),
    "min7": ("minor-seventh", "m7"),
    "dim": ("diminished", "dim"),
    "m7b5": ("half-diminished", "m7b5"),
    "aug": ("augmented", "aug"),
    "sus4": ("suspended-fourth", "sus4"),
}
"""Kind of each quality of a chord, and how it is written."""

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" \
"http://www.musicxml.org/dtds/partwise.dtd">
"""

_CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container><rootfiles><rootfile full-path="score.musicxml"/></rootfiles></container>
"""

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def musicxml(sheet: Sheet) -> bytes:
    """A score as a MusicXML file."""
    root = Element("score-partwise", version="4.0")
    add_text(SubElement(root, "work"), "work-title", _clean(sheet.title))
    software = SubElement(SubElement(root, "identification"), "encoding")
    add_text(software, "software", "musicvae")
    listing = SubElement(root, "part-list")
    for number, part in enumerate(sheet.parts, start=1):
        _list_part(listing, part, f"P{number}")
    with_chords = next((n for n, p in enumerate(sheet.parts) if not p.is_drum), 0)
    for number, part in enumerate(sheet.parts):
        element = SubElement(root, "part", id=f"P{number + 1}")
        _PartWriter(element, part, sheet.bars, number == 0, number == with_chords).write()
    indent(root)
    return (_HEAD + tostring(root, encoding="unicode") + "\n").encode()


def compressed_musicxml(sheet: Sheet) -> bytes:
    """A score as a compressed MusicXML file, `.mxl`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (
            ("META-INF/container.xml", _CONTAINER.encode()),
            ("score.musicxml", musicxml(sheet)),
        ):  # no time is stored, so that the same score has the same bytes
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _clean(text: str) -> str:
    """A text without the control characters that XML does not allow."""
    return _NOT_XML.sub("", text)


def _list_part(listing: Element, part: SheetPart, part_id: str) -> None:
    """Add a part with its instruments: one for each drum that it plays."""
    entry = SubElement(listing, "score-part", id=part_id)
    add_text(entry, "part-name", _clean(part.name))
    if part.is_drum:
        sounds = (sound for staff in part.staves for voice in staff.voices for sound in voice)
        pitches = sorted({pitch for sound in sounds for pitch in sound.pitches})
        instruments = [(f"{part_id}-I{pitch}", drum_name(pitch), pitch) for pitch in pitches]
    else:
        instruments = [(f"{part_id}-I1", program_name(part.program), -1)]
    for instrument, name, _ in instruments:
        score_instrument = SubElement(entry, "score-instrument", id=instrument)
        add_text(score_instrument, "instrument-name", name)
    for instrument, _, pitch in instruments:
        midi = SubElement(entry, "midi-instrument", id=instrument)
        add_text(midi, "midi-channel", part.channel)
        add_text(midi, "midi-program", part.program + 1)
        if pitch >= 0:
            add_text(midi, "midi-unpitched", pitch + 1)


class _PartWriter:
    """Writes the bars of one part.

    Args:
        with_tempos, with_chords: True if tempos and chord symbols stand above it.
    """

    def __init__(
        self,
        element: Element,
        part: SheetPart,
        bars: Sequence[Bar],
        with_tempos: bool,
        with_chords: bool,
    ) -> None:
        self._element, self._part, self._bars = element, part, bars
        self._with_tempos, self._with_chords = with_tempos, with_chords
        self._id = str(element.get("id"))
        self._notes = NoteWriter(self._id, part.is_drum, len(part.staves))

    def write(self) -> None:
        """Add all bars."""
        bars = self._bars
        staves = [[write_voice(v, bars) for v in staff.voices] for staff in self._part.staves]
        before: Bar | None = None
        for number, bar in enumerate(bars):
            measure = SubElement(self._element, "measure", number=bar.label)
            if bar.first:
                measure.set("implicit", "yes")
            self._write_attributes(measure, bar, before)
            self._write_directions(measure, bar)
            voice_number = 0
            for staff_number, voices in enumerate(staves, start=1):
                symbols = [voice[number] for voice in voices]
                marked = set()
                if not self._part.is_drum:
                    marked = staff_accidentals(symbols, bar.signature)
                for index, inside in enumerate(symbols):
                    voice_number += 1
                    if index and not inside:
                        continue
                    if voice_number > 1:
                        backup = SubElement(measure, "backup")
                        add_text(backup, "duration", bar.end - bar.first)
                    self._notes.write(
                        measure,
                        inside or silent_bar(bar),
                        voice_number,
                        staff_number,
                        bar.signature,
                        marked,
                        beat_units(bar.meter),
                        hide_rests=index > 0,
                    )
            before = bar
        if bars:
            add_text(SubElement(measure, "barline", location="right"), "bar-style", "light-heavy")

    def _write_attributes(self, measure: Element, bar: Bar, before: Bar | None) -> None:
        """Key, meter and clefs, where they begin or change."""
        attributes = Element("attributes")
        if before is None:
            add_text(attributes, "divisions", QUARTER)
        has_key = not self._part.is_drum
        if has_key and (before is None or before.signature != bar.signature):
            key = SubElement(attributes, "key")
            add_text(key, "fifths", bar.signature.sharps)
            add_text(key, "mode", "minor" if bar.signature.is_minor else "major")
        size = bar.meter.numerator, bar.meter.denominator
        if before is None or (before.meter.numerator, before.meter.denominator) != size:
            time = SubElement(attributes, "time")
            add_text(time, "beats", bar.meter.numerator)
            add_text(time, "beat-type", bar.meter.denominator)
        if before is None:
            if len(self._part.staves) > 1:
                add_text(attributes, "staves", len(self._part.staves))
            for number, staff in enumerate(self._part.staves, start=1):
                _add_clef(attributes, staff.clef, number)
        if len(attributes):
            measure.append(attributes)

    def _write_directions(self, measure: Element, bar: Bar) -> None:
        """Tempos, chord symbols and changes of the instrument, each at its place in the bar."""
        for at, tempo in bar.tempos if self._with_tempos else ():
            bpm = f"{tempo_to_bpm(tempo):.4g}"
            if at > bar.first:  # it is heard; a mark for each step of a ritardando hides the notes
                add_text(SubElement(measure, "sound", tempo=bpm), "offset", at - bar.first)
                continue
            direction = SubElement(measure, "direction", placement="above")
            metronome = SubElement(SubElement(direction, "direction-type"), "metronome")
            add_text(metronome, "beat-unit", "quarter")
            add_text(metronome, "per-minute", bpm)
            SubElement(direction, "sound", tempo=bpm)
        for at, chord in bar.chords if self._with_chords else ():
            _add_chord(measure, chord, bar, at - bar.first)
        for at, program in () if self._part.is_drum else self._part.programs_in(bar):
            direction = SubElement(measure, "direction", placement="above")
            add_text(SubElement(direction, "direction-type"), "words", program_name(program))
            add_text(direction, "offset", at - bar.first)
            sound = SubElement(direction, "sound")
            midi = SubElement(sound, "midi-instrument", id=f"{self._id}-I1")
            add_text(midi, "midi-program", program + 1)


def _add_clef(attributes: Element, clef: Clef, number: int) -> None:
    element = SubElement(attributes, "clef", number=str(number))
    add_text(element, "sign", clef.sign)
    add_text(element, "line", clef.line)
    if clef.octaves:
        add_text(element, "clef-octave-change", clef.octaves)


def _add_chord(measure: Element, chord: Chord | None, bar: Bar, offset: int) -> None:
    harmony = SubElement(measure, "harmony")
    root = SubElement(harmony, "root")
    if chord is None:
        add_text(root, "root-step", "C", text="")
        add_text(harmony, "kind", "none", text="N.C.")
    else:
        letter, alter, _ = spell(chord.root, bar.signature)
        add_text(root, "root-step", letter)
        if alter:
            add_text(root, "root-alter", alter)
        kind, text = KINDS[chord.quality]
        add_text(harmony, "kind", kind, text=text)
    add_text(harmony, "offset", offset)
