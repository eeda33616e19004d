"""Many files quickly: the voice that a codec reads, as arrays.

`quantise`, `melody` and `voices` once more, over all notes of a file at once. What
a file means is said by them: where the quick way may not agree with them it is
`Unsure`, and the file is theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import IntArray
from ..codecs import CODECS
from ..codecs.base import Codec, Codes
from ..codecs.track_selection import Selector, select_melody, select_pitched
from ..errors import MeterError
from ..midi.quantize import MAX_BARS, MeterSegment, choose_grid, meter_segments
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

Pick = Callable[[NoteArrays, Sequence[ChannelTrack], int], NoteArrays]
"""Notes of one part, of those of all players in bars of so many steps."""

BITS = 22
"""For a time in steps, where a note is sorted as one integer."""


@dataclass(frozen=True)
class QuantizedTrack:
    """One voice on a grid, in whole bars: a pick-up is filled up and counts as one.

    Attributes:
        start, end, pitch: of each note, by start, duration, pitch. `[N]`
        codes: what a codec makes of it, where that is known already. `[bars * bar, ...]`
    """

    meter: Meter
    bars: int
    start: IntArray
    end: IntArray
    pitch: IntArray
    codes: Codes | None = None

    def encoded(self, codec: Codec) -> Codes:
        """What the codec makes of it. `[bars * bar, ...]`"""
        if self.codes is not None:
            return self.codes
        return codec.encode_notes(self.start, self.end, self.pitch, self.meter, self.bars)


def to_track(phrase: Phrase, codec: Codec) -> QuantizedTrack:
    """The parts of a phrase, all that a codec reads, as one line."""
    whole = cut_phrase(phrase, 0, phrase.steps + phrase.lead_in)
    notes = sorted(note for part in whole.parts for note in part.notes)
    columns = np.array([(n.start, n.end, n.pitch) for n in notes], dtype=np.int64)
    start, end, pitch = columns.reshape(-1, 3).T
    return QuantizedTrack(phrase.meter, whole.bars, start, end, pitch, codec.encode(whole))


def fast_tracks(data: bytes, codec: str) -> list[QuantizedTrack]:
    """What the codec selects of each phrase of `read_midi`, where it selects something.

    Raises:
        Unsure: that is better asked of them, or the codec has no quick way.
    """
    pick = QUICK.get(CODECS[codec].select)
    if pick is None:
        raise FastPathUnsupported
    score, players, notes = parse_fast(data)
    lines: list[QuantizedTrack] = []
    for stretch in meter_segments(score):
        felt = notes.start + score.resolution // (2 * STRAIGHT)  # as `quantise._within`
        here = notes.at((felt >= stretch.start) & (felt < stretch.end))
        if len(here.start):
            here = here._replace(start=np.maximum(here.start, stretch.start))
            lines += _tracks(stretch, players, here, score.resolution, pick)
    return lines


def _tracks(
    stretch: MeterSegment,
    players: Sequence[ChannelTrack],
    notes: NoteArrays,
    resolution: int,
    pick: Pick,
) -> Iterator[QuantizedTrack]:
    """The line of a stretch, if it has one; see `quantise.to_phrases`."""
    drums = np.array([player.is_drum for player in players])
    onsets = notes.start - stretch.start
    pitched = onsets[~drums[notes.track]]
    try:
        meter = choose_grid(stretch, pitched if len(pitched) else onsets, resolution)
    except MeterError:
        return
    bar = meter.steps_per_bar
    start = _steps(notes.start - stretch.start, resolution, meter.steps_per_quarter)
    end = _steps(
        np.minimum(notes.end, stretch.end) - stretch.start, resolution, meter.steps_per_quarter
    )
    end = np.maximum(end, start + 1)
    if end.max() >= 1 << BITS:
        raise FastPathUnsupported
    notes = _without_overlaps(NoteArrays(notes.track, notes.pitch, start, end))
    first, last = int(start.min()), int(notes.end.max())
    pickup = ticks_to_steps(stretch.pickup, resolution, meter.steps_per_quarter) % bar
    if first >= pickup:
        shift, lead = pickup + (first - pickup) // bar * bar, 0
    else:
        shift, lead = 0, bar - pickup
    bars = -(-(last - shift + lead) // bar)
    if bars - (lead > 0) > MAX_BARS:
        return
    notes = notes._replace(start=notes.start + lead - shift, end=notes.end + lead - shift)
    notes = notes.at(~drums[notes.track])
    if len(notes.start):
        kept = pick(notes, players, bar)
        yield QuantizedTrack(meter, bars, kept.start, kept.end, kept.pitch)


def _steps(ticks: IntArray, resolution: int, grid: int) -> IntArray:
    """As `units.ticks_to_steps`."""
    return (2 * grid * ticks + resolution) // (2 * resolution)


def _without_overlaps(notes: NoteArrays) -> NoteArrays:
    """As `notes.without_overlaps`, for each player; sorted by player, pitch, start."""
    whose = notes.track << 7 | notes.pitch
    one = np.sort((whose << BITS | notes.start) << BITS | (notes.end - notes.start))
    longest = np.append(one[:-1] >> BITS != one[1:] >> BITS, True)
    one = one[longest]
    whose, start = one >> 2 * BITS, one >> BITS & (1 << BITS) - 1
    end = start + (one & (1 << BITS) - 1)
    again = whose[:-1] == whose[1:]
    end[:-1][again] = np.minimum(end[:-1], start[1:])[again]
    return NoteArrays(whose >> 7, whose & 127, start, end)


def _merge(notes: NoteArrays, players: Sequence[ChannelTrack], bar: int) -> NoteArrays:
    """All players as one, sorted by start, duration, pitch; as `voices.select_pitched`."""
    notes = _without_overlaps(notes._replace(track=np.zeros_like(notes.track)))
    order = np.lexsort((notes.pitch, notes.end, notes.start))
    return NoteArrays(*(array[order] for array in notes))


def _melody(notes: NoteArrays, players: Sequence[ChannelTrack], bar: int) -> NoteArrays:
    """The highest voice of the player who has the melody; as `melody.find_melody`."""
    there = np.unique(notes.track).tolist()
    played = len(np.unique(notes.start // bar))
    shares = {
        number: len(np.unique(notes.start[notes.track == number] // bar)) / played
        for number in there
    }
    names = {number: players[number].name for number in there}
    named = [n for n in there if MELODY_NAMES.search(names[n]) and shares[n] >= MIN_BAR_SHARE]
    likely = [n for n in named if not ACCOMPANIMENT_NAMES.search(names[n])] or named or there
    voices = [notes.at(notes.track == number) for number in likely]
    lines = [_skyline(voice) for voice in voices]
    if len(lines) == 1:
        return lines[0]
    scores = []
    for number, voice, line in zip(likely, voices, lines, strict=True):
        alone = len(np.unique(voice.start)) / len(voice.start)
        player = players[number]
        pitches = line.pitch.tolist()
        scores.append(score_line(pitches, alone, shares[number], player.program, player.name))
    return lines[scores.index(max(scores))]


def _skyline(notes: NoteArrays) -> NoteArrays:
    """As `melody.skyline`."""
    order = np.lexsort((-notes.pitch, notes.start))
    notes = NoteArrays(*(array[order] for array in notes))
    if (notes.end[:-1] <= notes.start[1:]).all():
        return notes
    kept: list[int] = []
    ends = notes.end.tolist()
    pitches = notes.pitch.tolist()
    begun, over, high = -1, -1, -1
    for i, (start, end, pitch) in enumerate(zip(notes.start.tolist(), ends, pitches, strict=True)):
        if over > start:
            follows = end > over and over - start <= max(1, (over - begun) // 4)
            if start == begun or (pitch <= high and not follows):
                continue
            ends[kept[-1]] = start
        kept.append(i)
        begun, over, high = start, end, pitch
    return NoteArrays(notes.track, notes.pitch, notes.start, np.array(ends)).at(np.array(kept))


QUICK: dict[Selector, Pick] = {select_melody: _melody, select_pitched: _merge}
"""The ways to select that can be done on arrays; of a note, a codec knows times and pitch then."""
