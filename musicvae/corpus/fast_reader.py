"""The fast path for many files: the notes of the track that a codec reads, as arrays.

Quantizes as the full reader does, by the same `midi.sections`, and does what
`score.melody_extraction` and `codecs.track_selection` do on all notes of a file at once. Those
modules define the result: where the fast path might differ from them it raises
`FastPathUnsupported`, and the full reader reads the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from ..arrays import BoolArray, IntArray
from ..codecs import CODECS
from ..codecs.base import Codec, Codes
from ..codecs.pitch_range import fit_range, octave_shift
from ..codecs.track_selection import Selector, select_melody, select_pitched
from ..errors import MeterError
from ..midi.array_parts import ChannelTrack, FastPathUnsupported
from ..midi.meter_segments import meter_segments
from ..midi.note_arrays import NoteArrays, remove_overlaps
from ..midi.sections import Section, notes_by_segment, quantize_section
from ..midi.symusic_parser import parse_fast
from ..score.melody_extraction import ACCOMPANIMENT_NAMES, MELODY_NAMES, MIN_BAR_SHARE, score_line
from ..score.phrase import Phrase
from ..score.windows import cut_phrase
from ..theory.meter import Meter

ArraySelector = Callable[[NoteArrays, Sequence[ChannelTrack], int], NoteArrays]
"""Selects the notes that a codec reads, given all notes, the tracks, and the steps per bar."""


@dataclass(frozen=True)
class QuantizedTrack:
    """The notes that a codec reads, on the grid, in whole bars.

    A pick-up is filled up with rests and counts as one bar.

    Attributes:
        start, end, pitch: of each note, sorted by start, duration, pitch. `[N]`
        codes: the encoded track if it was encoded already. `[bars * steps_per_bar, ...]`
    """

    meter: Meter
    bars: int
    start: IntArray
    end: IntArray
    pitch: IntArray
    codes: Codes | None = None

    def encoded(self, codec: Codec) -> Codes:
        """The track in the codec's codes. `[bars * steps_per_bar, ...]`"""
        if self.codes is not None:
            return self.codes
        pitch = self.pitch
        if len(pitch) and codec.pitches:
            pitch = pitch + octave_shift(int(pitch.min()), int(pitch.max()), codec.pitches)
        return codec.encode_notes(self.start, self.end, pitch, self.meter, self.bars)


def to_track(phrase: Phrase, codec: Codec) -> QuantizedTrack:
    """All parts of a phrase as one track; the phrase has only the parts that the codec reads."""
    whole = cut_phrase(phrase, 0, phrase.steps + phrase.lead_in)
    fitted, _ = fit_range(whole, codec)
    notes = sorted(note for part in whole.parts for note in part.notes)
    columns = np.array([(n.start, n.end, n.pitch) for n in notes], dtype=np.int64)
    start, end, pitch = columns.reshape(-1, 3).T
    return QuantizedTrack(phrase.meter, whole.bars, start, end, pitch, codec.encode(fitted))


def fast_tracks(data: bytes, codec: str) -> list[QuantizedTrack]:
    """The track that the codec selects in each meter segment of a file, where it selects one.

    Raises:
        FastPathUnsupported: only the full reader can read the file, or select for this codec.
    """
    select = ARRAY_SELECTORS.get(CODECS[codec].select)
    if select is None:
        raise FastPathUnsupported
    score, channels, notes = parse_fast(data)
    is_drum = np.array([channel.is_drum for channel in channels])
    segments = meter_segments(score, int(notes.end.max()))
    tracks: list[QuantizedTrack] = []
    for segment, inside in notes_by_segment(segments, notes, score.resolution):
        with suppress(MeterError):
            if len(inside.start):
                section = quantize_section(segment, inside, is_drum, score.resolution)
                tracks += _to_track(section, channels, is_drum, select)
    return tracks


def _to_track(
    section: Section, channels: Sequence[ChannelTrack], is_drum: BoolArray, select: ArraySelector
) -> Iterator[QuantizedTrack]:
    """Yield the selected track of a section, if there is one."""
    bar = section.meter.steps_per_bar
    lead_in = bar - section.pickup if section.pickup else 0
    notes = section.notes.at(~is_drum[section.notes.track])
    if len(notes.start):
        notes = notes._replace(start=notes.start + lead_in, end=notes.end + lead_in)
        selected = select(notes, channels, bar)
        bars = section.bars + (lead_in > 0)
        yield QuantizedTrack(section.meter, bars, selected.start, selected.end, selected.pitch)


def _merge(notes: NoteArrays, channels: Sequence[ChannelTrack], bar: int) -> NoteArrays:
    """`track_selection.select_pitched`: all tracks as one, sorted by start, duration, pitch."""
    notes = remove_overlaps(notes._replace(track=np.zeros_like(notes.track)))
    order = np.lexsort((notes.pitch, notes.end, notes.start))
    return notes.at(order)


def _melody(notes: NoteArrays, channels: Sequence[ChannelTrack], bar: int) -> NoteArrays:
    """`melody_extraction.find_melody`: the skyline of the track that most resembles a melody."""
    playing = np.unique(notes.track).tolist()
    bars_played = len(np.unique(notes.start // bar))
    shares = {
        track: len(np.unique(notes.start[notes.track == track] // bar)) / bars_played
        for track in playing
    }
    names = {track: channels[track].name for track in playing}
    named = [t for t in playing if MELODY_NAMES.search(names[t]) and shares[t] >= MIN_BAR_SHARE]
    leading = [t for t in named if not ACCOMPANIMENT_NAMES.search(names[t])]
    candidates = leading or named or playing
    track_notes = [notes.at(notes.track == track) for track in candidates]
    lines = [_skyline(candidate) for candidate in track_notes]
    if len(lines) == 1:
        return lines[0]
    scores = []
    for track, candidate, line in zip(candidates, track_notes, lines, strict=True):
        onset_share = len(np.unique(candidate.start)) / len(candidate.start)
        channel = channels[track]
        pitches, starts = line.pitch.tolist(), line.start.tolist()
        score = score_line(
            pitches, starts, onset_share, shares[track], channel.program, channel.name
        )
        scores.append(score)
    return lines[scores.index(max(scores))]


def _skyline(notes: NoteArrays) -> NoteArrays:
    """`melody_extraction.skyline` for arrays."""
    notes = notes.at(np.lexsort((-notes.pitch, notes.start)))
    if (notes.end[:-1] <= notes.start[1:]).all():
        return notes
    chosen: list[int] = []
    starts, ends, pitches = notes.start.tolist(), notes.end.tolist(), notes.pitch.tolist()
    last_start, last_end, last_pitch = -1, -1, -1
    for i, (start, end, pitch) in enumerate(zip(starts, ends, pitches, strict=True)):
        if last_end > start:
            tail = max(1, (last_end - last_start) // 4)
            legato = end > last_end and last_end - start <= tail
            if start == last_start or (pitch <= last_pitch and not legato):
                continue
            ends[chosen[-1]] = start
        chosen.append(i)
        last_start, last_end, last_pitch = start, end, pitch
    shortened = notes._replace(end=np.array(ends))
    return shortened.at(np.array(chosen))


ARRAY_SELECTORS: dict[Selector, ArraySelector] = {
    select_melody: _melody,
    select_pitched: _merge,
}
"""The selectors that work on arrays; their codecs read the times and pitch of a note only."""
