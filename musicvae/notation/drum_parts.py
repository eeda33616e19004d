"""Drums of MusicXML, whose sounds music21 does not read, as notes with pitches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from ..midi.drum_tracks import DRUM_CHANNEL
from ..score.song import Song
from ..theory.drum_kit import DRUM_PITCH
from ..theory.key_signature import KeySignature
from .drum_staff import CLASS_PLACES, DrumPlace
from .spelling import spell

SNARE = 38
"""The drum that a note is which says nothing else."""

PITCH_AT = dict(reversed([*zip(CLASS_PLACES, DRUM_PITCH, strict=True)]))
"""General MIDI pitch by the place on the staff."""


def with_pitched_drums(text: str) -> tuple[str, list[int]]:
    """A MusicXML text whose drums have their General MIDI pitches, and the numbers of their tracks.

    A drum is known by its instrument, or else by its place on the staff.

    Raises:
        ParseError: the text is no XML.
    """
    root = ElementTree.fromstring(text)
    pitches: dict[str | None, int] = {}
    for instrument in root.iter("midi-instrument"):
        if number := instrument.findtext("midi-unpitched"):
            pitches[instrument.get("id")] = int(number) - 1
            instrument.remove(_child(instrument, "midi-unpitched"))
    parts = root.findall("part")
    staves = [max((int(n.text or 1) for n in part.iter("staves")), default=1) for part in parts]
    firsts = accumulate(staves, initial=1)  # the first track has no notes
    tracks = []
    for part, first in zip(parts, firsts, strict=False):
        notes = [note for note in part.iter("note") if note.find("unpitched") is not None]
        for note in notes:
            _give_pitch(note, pitches)
        if notes:
            tracks.append(first)
    return ElementTree.tostring(root, encoding="unicode"), tracks


def _give_pitch(note: Element, pitches: dict[str | None, int]) -> None:
    unpitched = _child(note, "unpitched")
    place = DrumPlace(
        unpitched.findtext("display-step", ""),
        int(unpitched.findtext("display-octave", "4")),
        note.findtext("notehead", "normal"),
    )
    instrument = note.find("instrument")
    pitch = pitches.get(None if instrument is None else instrument.get("id"))
    pitch = PITCH_AT.get(place, SNARE) if pitch is None else pitch
    unpitched.clear()
    unpitched.tag = "pitch"
    letter, alter, octave = spell(pitch, KeySignature())
    for tag, value in (("step", letter), ("alter", alter), ("octave", octave)):
        SubElement(unpitched, tag).text = str(value)


def _child(element: Element, tag: str) -> Element:
    child = element.find(tag)
    assert child is not None
    return child


def on_drum_channel(song: Song, tracks: Sequence[int]) -> Song:
    """The song with all messages of some tracks on the channel of drums."""
    return replace(
        song,
        tracks=tuple(
            tuple(
                (tick, bytes([event[0] & 0xF0 | DRUM_CHANNEL, *event[1:]]))
                if number in tracks and event[0] < 0xF0
                else (tick, event)
                for tick, event in track
            )
            for number, track in enumerate(song.tracks)
        ),
    )
