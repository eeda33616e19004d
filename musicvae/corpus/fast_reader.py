"""The fast path for many files: the notes of the track that a codec reads, as arrays.

Does what `midi.quantize`, `score.melody_extraction` and `codecs.track_selection` do,
on all notes of a file at once. Those modules define the result: where the fast path
might differ from them it raises `FastPathUnsupported`, and the full reader reads the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import IntArray
from ..codecs import CODECS
from ..codecs.base import Codec, Codes
from ..codecs.pitch_range import fit_range, octave_shift
from ..codecs.track_selection import Selector, select_melody, select_pitched
from ..errors import MeterError
from ..midi.quantize import MAX_SEGMENT_BARS, MeterSegment, choose_grid, meter_segments
from ..midi.symusic_parser import (
    ChannelTrack,
    FastPathUnsupported,
    NoteArrays,
    parse_fast,
)
from ..score.melody_extraction import ACCOMPANIMENT_NAMES, MELODY_NAMES, MIN_BAR_SHARE, score_line
from ..score.phrase import Phrase
from ..score.windows import cut_phrase
from ..theory.meter import STRAIGHT, Meter, ticks_to_steps

ArraySelector = Callable[[NoteArrays, Sequence[ChannelTrack], int], NoteArrays]
"""Selects the notes that a codec reads, given all notes, the tracks, and the steps per bar."""

TIME_BITS = 22
"""Bits for a time in steps where a note is packed into one integer to be sorted."""


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
    tracks: list[QuantizedTrack] = []
    for segment in meter_segments(score):
        # a note played a little before the first beat of a segment belongs to the segment
        nominal = notes.start + score.resolution // (2 * STRAIGHT)
        segment_notes = notes.at((nominal >= segment.start) & (nominal < segment.end))
        if len(segment_notes.start):
            start = np.maximum(segment_notes.start, segment.start)
            segment_notes = segment_notes._replace(start=start)
            tracks += _to_tracks(segment, channels, segment_notes, score.resolution, select)
    return tracks


def _to_tracks(
    segment: MeterSegment,
    channels: Sequence[ChannelTrack],
    notes: NoteArrays,
    resolution: int,
    select: ArraySelector,
) -> Iterator[QuantizedTrack]:
    """Yield the selected track of a segment, if there is one; as `quantize.to_phrases` does it."""
    drums = np.array([channel.is_drum for channel in channels])
    onsets = notes.start - segment.start
    pitched = onsets[~drums[notes.track]]
    try:
        meter = choose_grid(segment, pitched if len(pitched) else onsets, resolution)
    except MeterError:
        return
    bar, grid = meter.steps_per_bar, meter.steps_per_quarter
    start = _to_steps(onsets, resolution, grid)
    end = _to_steps(np.minimum(notes.end, segment.end) - segment.start, resolution, grid)
    end = np.maximum(end, start + 1)
    if end.max() >= 1 << TIME_BITS:
        raise FastPathUnsupported
    notes = _remove_overlaps(NoteArrays(notes.track, notes.pitch, start, end))
    first, last = int(start.min()), int(notes.end.max())
    pickup = ticks_to_steps(segment.pickup, resolution, grid) % bar
    if first >= pickup:  # nothing in the pick-up: begin with the bar of the first note
        skipped, lead_in = pickup + (first - pickup) // bar * bar, 0
    else:
        skipped, lead_in = 0, bar - pickup
    bars = -(-(last - skipped + lead_in) // bar)
    if bars - (lead_in > 0) > MAX_SEGMENT_BARS:
        return
    shift = lead_in - skipped
    notes = notes._replace(start=notes.start + shift, end=notes.end + shift)
    notes = notes.at(~drums[notes.track])
    if len(notes.start):
        selected = select(notes, channels, bar)
        yield QuantizedTrack(meter, bars, selected.start, selected.end, selected.pitch)


def _to_steps(ticks: IntArray, resolution: int, grid: int) -> IntArray:
    """`theory.meter.ticks_to_steps` for arrays."""
    return (2 * grid * ticks + resolution) // (2 * resolution)


def _remove_overlaps(notes: NoteArrays) -> NoteArrays:
    """`score.phrase.remove_overlaps` for each track; sorted by track, pitch, start.

    Of notes with one track, pitch and start the longest stays, and a note ends where the
    next of its track and pitch starts.
    """
    # One integer per note: track, 7 bits of pitch, start, duration. Sorted, the notes of
    # one track and pitch stand together in time, and of one start the longest comes last.
    key = notes.track << 7 | notes.pitch
    packed = np.sort((key << TIME_BITS | notes.start) << TIME_BITS | (notes.end - notes.start))
    longest = np.append(packed[:-1] >> TIME_BITS != packed[1:] >> TIME_BITS, True)
    packed = packed[longest]
    mask = (1 << TIME_BITS) - 1
    key, start = packed >> 2 * TIME_BITS, packed >> TIME_BITS & mask
    end = start + (packed & mask)
    repeated = key[:-1] == key[1:]
    end[:-1][repeated] = np.minimum(end[:-1], start[1:])[repeated]
    return NoteArrays(key >> 7, key & 127, start, end)


def _merge(notes: NoteArrays, channels: Sequence[ChannelTrack], bar: int) -> NoteArrays:
    """`track_selection.select_pitched`: all tracks as one, sorted by start, duration, pitch."""
    notes = _remove_overlaps(notes._replace(track=np.zeros_like(notes.track)))
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
