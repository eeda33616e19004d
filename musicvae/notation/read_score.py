"""Scores of other programs, read by music21: MusicXML and ABC as MIDI files."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from operator import itemgetter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from ..atomic_files import SCORE_ENDINGS
from ..errors import MidiError, require_extra
from ..midi.events import MARKER, TIME_SIGNATURE
from ..midi.limits import DEFAULT_LIMITS
from ..midi.song_events import meta_data, meta_event, read_song, song_bytes
from ..score.song import Song
from ..theory.meter import DENOMINATORS
from .drum_parts import on_drum_channel, with_pitched_drums

CONTAINER = "META-INF/container.xml"
"""The file in an .mxl that names the score."""


def is_score(path: Path | str) -> bool:
    """Return True if a file has the name of a score; MusicXML may also end in .xml."""
    return Path(path).suffix.lower() in (*SCORE_ENDINGS, ".xml")


def score_to_midi(name: str, data: bytes) -> bytes:
    """The bytes of a MusicXML or ABC file as a MIDI file, by the ending of its name.

    Repeats are played, and chord symbols become markers.

    Raises:
        MidiError: it cannot be read as a score.
        MissingExtra: music21 is not installed.
    """
    with require_extra("music21", "notation"):
        from music21 import converter
        from music21.midi.translate import streamToMidiFile

    kind = "abc" if Path(name).suffix.lower() == ".abc" else "musicxml"
    try:
        text = _text(data)
        drums: list[int] = []
        if kind == "musicxml":
            text, drums = with_pitched_drums(text)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as that about instruments it does not know
            score = converter.parseData(text, format=kind)
            symbols = [*_take_chord_symbols(score)]
            song = read_song(streamToMidiFile(score).writestr())
        song = on_drum_channel(song, drums)
        return song_bytes(_with_pick_up_and_chords(song, _pick_up(score), symbols))
    except Exception as error:  # whatever music21 raises for a damaged file
        reason = f"it cannot be read as a score: {type(error).__name__}."
        raise MidiError(name, reason) from error


def _text(data: bytes) -> str:
    """The text of a score, which may be compressed.

    Raises:
        ValueError: it is larger than a file may be.
    """
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            root = ElementTree.fromstring(_read(archive, CONTAINER))
            path = next(e.get("full-path") for e in root.iter() if e.tag.endswith("rootfile"))
            data = _read(archive, str(path))
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = data.decode(encoding, errors="replace")
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", text)  # it may name another encoding


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as file:
        data = file.read(DEFAULT_LIMITS.bytes + 1)
    if len(data) > DEFAULT_LIMITS.bytes:
        raise ValueError("too large")
    return data


def _take_chord_symbols(score: Any) -> Iterator[tuple[float, str]]:
    """Take the chord symbols out of a score, which would be played, in quarters."""
    found = list(score.recurse().getElementsByClass("Harmony"))
    for harmony in found:
        place = harmony.getOffsetInHierarchy(score)
        figure = "N.C." if "NoChord" in harmony.classes else harmony.figure.replace("-", "b")
        harmony.activeSite.remove(harmony)
        yield float(place), figure


def _pick_up(score: Any) -> Fraction:
    """Quarters of the first bar of a score if it is shorter than its meter, else 0."""
    bars = score.recurse().getElementsByClass("Measure")
    if not bars or not bars[0].paddingLeft:
        return Fraction(0)
    return Fraction(bars[0].barDuration.quarterLength) - Fraction(bars[0].paddingLeft)


def _with_pick_up_and_chords(
    song: Song, pick_up: Fraction, symbols: Sequence[tuple[float, str]]
) -> Song:
    """The song with markers for chords; a pick-up is a bar with a meter of its own."""
    length = pick_up / 4
    has_meter = length.denominator in DENOMINATORS and length.numerator > 0
    bar = round(pick_up * song.division) if has_meter else 0
    added = [
        (round(at * song.division), meta_event(MARKER, figure.encode())) for at, figure in symbols
    ]
    if bar:
        size = bytes([length.numerator, length.denominator.bit_length() - 1, 24, 8])
        added.append((0, meta_event(TIME_SIGNATURE, size)))
    tracks = []
    for number, (*events, (end, event)) in enumerate(song.tracks):
        moved = [(bar if meta_data(e, TIME_SIGNATURE) and not at else at, e) for at, e in events]
        ordered = sorted([*moved, *(added if number == 0 else ())], key=itemgetter(0))
        last = max([end, *(at for at, _ in ordered[-1:])])
        tracks.append((*ordered, (last, event)))
    return replace(song, tracks=tuple(tracks))
